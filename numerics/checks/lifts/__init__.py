"""Evidence for the claims about random sparse lifts."""
