"""SymPy nodes of our own: what a formula says that SymPy has no word for, each with its LaTeX and its substitution; and letters put in all at once."""
