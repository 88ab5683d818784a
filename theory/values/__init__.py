"""Values of formulas with SymPy and mpmath alone: exact numbers from text, what a claim admits, numbers to thirty digits."""
