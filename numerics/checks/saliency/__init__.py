"""Evidence for the saliency claims, one module per group of claims as in `sparse_limits.theory.saliency`."""
