"""Singular values of masks and graphons, and what noise does to them."""
