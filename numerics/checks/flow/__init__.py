"""Evidence for the times of linearised gradient flow."""
