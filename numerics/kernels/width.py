"""How far a finite network's tangent kernel is from its limit: exact on the diagonal, bounded off it (K13.1, K13.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cache
from math import sqrt
from numbers import Real
from typing import Any

import numpy as np
import sympy as sp

from sparse_limits.numerics.arguments import InputError, checked_integer
from sparse_limits.numerics.bridge import numeric
from sparse_limits.theory.claims import formulas
from sparse_limits.theory.kernel import convergence as symbols
from sparse_limits.theory.kernel.dual import cosine as cosine_symbol
from sparse_limits.theory.kernel.dual import kappa_0, kappa_1
from sparse_limits.theory.kernel.finite_width import n
from sparse_limits.theory.saliency.model import rho

MOMENTS = tuple(formulas(symbols.moments))
ARGUMENTS = (*MOMENTS, n, symbols.N, rho)
ERRORS = (symbols.value_error, symbols.tangent_error, cosine_symbol, symbols.limit)


@cache
def _formula(name: str) -> Callable[..., Any]:
    """A formula of K13.1 or K13.3 as a function of the nine moments, n, N and ρ, and for a bound of errors, cosine and limit."""
    expression = getattr(symbols, name)
    if name == "step":
        parts = (part for each in fields(expression) for part in formulas(getattr(expression, each.name)))
        return numeric(ARGUMENTS, sp.Tuple(*parts))
    return numeric(ARGUMENTS if name == "readout" else (*ARGUMENTS, *ERRORS), expression)


def diagonal_second_moment(widths: Sequence[int], densities: Sequence[float], kurtosis: float = 1.0) -> float:
    """E Θ_n(x, x)²/(E Θ_n(x, x)/(L + 1))² of a masked ReLU network with scalar output, exact at every width.

    widths: inputs d, then n_1 … n_L; densities of the L + 1 layers, in (0, 1]; kurtosis d Σx⁴/(Σx²)² of the input, from
    1 to d. Masks have independent entries. The relative variance is this over (L + 1)², less 1. Source: K13.1.

    InputError for other arguments.
    """
    sizes = [checked_integer(f"widths[{i}]", width, 1, 10**9) for i, width in enumerate(widths)]
    shares = [_density(f"densities[{i}]", density) for i, density in enumerate(densities)]
    if len(sizes) < 2 or len(shares) != len(sizes):
        raise InputError(f"{len(sizes)} widths and {len(shares)} densities, expected at least two, and as many of each")
    if (
        isinstance(kurtosis, bool)
        or not isinstance(kurtosis, Real)
        or not 1 - 1e-9 <= kurtosis <= sizes[0] * (1 + 1e-9)
    ):
        raise InputError(f"kurtosis is {kurtosis!r}, expected a number from 1 to the number of inputs {sizes[0]}")
    known = (1.0, 1.0, float(kurtosis), *[0.0] * 6)
    for width, following, density in zip(sizes, sizes[1:], shares, strict=False):
        known = _formula("step")(*known, width, following, density)
    return float(_formula("readout")(*known, sizes[-1], 1, shares[-1]))


def width_bound(depth: int, cosine: float, width: int, density: float = 1.0) -> float:
    """A proved bound of (E(Θ_n(x, x′)/ρ^depth − Θ(x, x′))²)^½ for inputs with |x|² = |x′|² = d, of order width^−½.

    ReLU networks of `depth` hidden layers of one width, the first layer dense, all others masked at the density in
    (0, 1], entries independent; Θ is the dense kernel of infinite width. cosine is that of the inputs, in [−1, 1). For
    one and two hidden layers and cosines from 0 to 0.9 the bound is some 2 to 15 times what is seen; more with depth,
    and without limit as the cosine tends to 1. Source: K13.3.

    InputError for other arguments.
    """
    depth = checked_integer("depth", depth, 1, 1000)
    width = checked_integer("width", width, 1, 10**12)
    density = _density("density", density)
    if isinstance(cosine, bool) or not isinstance(cosine, Real) or not -1 <= cosine < 1:
        raise InputError(f"cosine is {cosine!r}, expected a number from -1 to below 1")
    here = before_readout(depth, float(cosine), width, density)
    return float(numeric(tuple(here), symbols.bound)(*here.values()))


def before_readout(depth: int, cosine: float, width: int, density: float) -> dict[sp.Symbol, float]:
    """What the bound needs to know of the last hidden layer: moments, n, ρ and both errors, by symbol. As `width_bound`."""
    known = _formula("step")(1.0, 1.0, 1.0, *[0.0] * 6, width, width, 1.0)
    e, f = sqrt(known[2] / width), sqrt(known[8] / width)  # the first layer's inputs are known exactly
    r, kernel = _limits(cosine, cosine)
    for _ in range(depth - 1):
        here = (*known, width, width, density, e, f, r, kernel)
        e, f = _formula("value_step")(*here), _formula("tangent_step")(*here)
        known = _formula("step")(*known, width, width, density)
        r, kernel = _limits(r, kernel)
    return dict(zip((*MOMENTS, n, rho, *ERRORS[:2]), (*known, width, density, e, f), strict=True))


def _limits(r: float, kernel: float) -> tuple[float, float]:
    """The cosine and the kernel of infinite width one hidden layer up."""
    value, slope = (float(np.real(numeric((cosine_symbol,), each)(r))) for each in (kappa_1, kappa_0))
    return value, value + slope * kernel


def _density(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < value <= 1:
        raise InputError(f"{name} is {value!r}, expected a number above 0, at most 1")
    return float(value)
