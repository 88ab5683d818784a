"""The probit graphon of lognormal profiles and lognormal noise."""

from __future__ import annotations

import sympy as sp

x, y = sp.symbols("x y", real=True)  # latents of a row and a column, standard normal
row_scale, column_scale, noise_scale = sp.symbols("s_f s_g s", positive=True)
log_threshold = sp.Symbol("t", real=True)


def normal_cdf(z: sp.Expr) -> sp.Expr:
    """Φ(z), by the function that keeps its digits in the lower tail."""
    return sp.erfc(-z / sp.sqrt(2)) / 2


probit_kernel = normal_cdf((row_scale * x + column_scale * y - log_threshold) / noise_scale)
