"""Evidence about limits of masks."""
