"""Finite-sample tests and intervals with a guaranteed level."""
