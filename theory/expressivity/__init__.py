"""Expressivity: what a masked network can still represent, through fully wired neurons, relays and paths."""

__all__: list[str] = []
