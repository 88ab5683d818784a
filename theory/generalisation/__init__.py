"""Generalisation: kernel bounds, path densities, water-filling, and what they say on real data."""

__all__: list[str] = []
