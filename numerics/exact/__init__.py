"""Exact arithmetic on SymPy expressions: balls, fractions, polynomials and logarithms."""
