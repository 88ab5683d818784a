"""Evidence for the claims about expressivity."""
