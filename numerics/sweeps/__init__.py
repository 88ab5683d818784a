"""Sweeps: one question in every combination of methods, densities, widths, depths, data and seeds."""
