"""What tests of spectra share."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri


def probit(x, y):
    """G8 at (s_f, s_g, s) = (.8, .6, 1) and density .2."""
    return ndtr(0.8 * x + 0.6 * y - np.sqrt(2) * ndtri(0.8))
