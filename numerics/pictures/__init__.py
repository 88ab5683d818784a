"""Pictures of masks and of predictions, by matplotlib."""
