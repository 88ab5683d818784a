"""Evidence about subset sums of random numbers."""
