"""Evidence about equivariant linear maps."""
