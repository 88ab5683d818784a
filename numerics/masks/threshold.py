"""The threshold of scores at a density, where column densities are known as functions of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError

Floats = NDArray[np.floating]

LOWEST = -700.0  # log of a threshold: a little further down floats end


class UnreachableDensityError(InputError):
    """No threshold keeps as many weights: too many scores are zero."""


def threshold_for(densities: Callable[[float], Floats], density: float) -> float:
    """The τ at which the mean column density is `density`: Brent's method finds log τ within 1e-9.

    The density then has a relative error of some 1e-9; far in a normal tail of some τ² times that.

    Raises:
        UnreachableDensityError: if no threshold keeps as many (too many scores are zero).
    """
    from scipy.optimize import brentq

    @cache  # the search begins where its bracket was tried
    def excess(log_threshold: float) -> float:
        return float(densities(float(np.exp(log_threshold))).mean()) - density

    low, high = -2.0, 2.0
    while excess(low) < 0:
        if low == LOWEST:
            kept = float(densities(float(np.exp(low))).mean())
            raise UnreachableDensityError(
                f"density {density}: at most {kept:.4g} of the weights have a positive saliency"
            )
        low = low - 4.0 if low > -60 else max(2 * low, LOWEST)
    while excess(high) > 0:
        high += 4.0
    return float(np.exp(brentq(excess, low, high, xtol=1e-9)))
