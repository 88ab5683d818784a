"""Pruning at initialisation: the methods, what their scores know of the data, and what will be kept."""
