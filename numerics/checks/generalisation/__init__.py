"""Evidence for the claims about generalisation."""
