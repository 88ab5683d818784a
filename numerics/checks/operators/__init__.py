"""Evidence for the claims about operators."""
