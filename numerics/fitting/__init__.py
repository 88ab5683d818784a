"""From a mask back to its graphon, and to the method that made it."""
