"""Evidence for the claims about the neural tangent kernel."""
