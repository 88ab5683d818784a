"""Checks of further claims."""
