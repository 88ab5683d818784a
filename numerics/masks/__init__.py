"""Masks: selected from scores, sampled from graphons, sorted, composed, counted and compared."""
