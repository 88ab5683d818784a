"""From SymPy to arrays, and from Python loops to machine code."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@lru_cache(maxsize=256)
def numeric(arguments: tuple[sp.Symbol, ...], expression: sp.Expr) -> Callable[..., Floats]:
    """Turn an expression of a claim into a function of arrays; the function returns a constant as it is."""
    function: Callable[..., Floats] = sp.lambdify(arguments, expression, ["scipy", "numpy"])
    return function


@cache
def compiled(
    loop: Callable[..., Any], reassociate: bool = False, calls: tuple[Callable[..., Any], ...] = ()
) -> Callable[..., Any]:
    """Compile the loop to machine code; `reassociate` lets sums be taken in another order, which vector units need.

    calls: the functions that the loop calls. They stand in its file: what is kept compiled is renewed with the file.
    """
    from numba import njit  # here, because importing numba takes a good part of a second
    from numba.extending import register_jitable

    for function in calls:
        register_jitable(function)
    fastmath = {"reassoc", "contract"} if reassociate else False
    machine_code: Callable[..., Any] = njit(loop, cache=True, error_model="numpy", fastmath=fastmath)
    return machine_code
