"""Evidence for the gap between pruning neurons and pruning weights."""
