"""From SymPy to arrays."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@lru_cache(maxsize=256)
def numeric(arguments: tuple[sp.Symbol, ...], expression: sp.Expr) -> Callable[..., Floats]:
    """Turn an expression of a claim into a function of arrays; the function returns a constant as it is."""
    function: Callable[..., Floats] = sp.lambdify(arguments, expression, ["scipy", "numpy"])
    return function
