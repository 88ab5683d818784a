"""Bounds on what kernel regression generalises: from the energy of the labels (B1) and from path densities (B3, B4, B8)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from numbers import Real
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import LinAlgError

from sparse_limits.numerics.arguments import InputError, checked_array, checked_integer
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.kernels.graphon import LayerGraphons
from sparse_limits.numerics.kernels.regression import SingularKernelError, labels, solved, symmetric
from sparse_limits.theory.expressivity.paths import rho_path
from sparse_limits.theory.generalisation import energy_bound as b1
from sparse_limits.theory.generalisation import path_bound as b3
from sparse_limits.theory.generalisation import path_part as b2
from sparse_limits.theory.generalisation import water_filling as b4
from sparse_limits.theory.graphon.fixed_inputs import inputs
from sparse_limits.theory.graphon.symbols import m as samples
from sparse_limits.theory.kernel.dual import depth as layers_below

Floats = NDArray[np.float64]


def squared_norm(kernel: ArrayLike, y: ArrayLike) -> float:
    """yᵀK⁻¹y, the squared norm of the interpolant, summed over the outputs. kernel [m, m]; y [m] or [m, q].

    InputError unless the kernel is symmetric and positive definite to rounding, and everything finite.
    """
    K = symmetric("kernel", kernel)
    y = labels(y, len(K))
    try:
        return float(np.vdot(y, solved(K, y)))
    except LinAlgError:
        raise SingularKernelError("kernel is singular to rounding, expected a positive definite one") from None


def energy(kernel: ArrayLike, y: ArrayLike) -> float:
    """√(2yᵀK⁻¹y/m), the usual form, which compares kernels of one trace only (B1). Errors as `squared_norm`."""
    return float(numeric((b1.q, samples), b1.raw_energy)(squared_norm(kernel, y), len(np.asarray(y))))


def scale_free(kernel: ArrayLike, y: ArrayLike) -> float:
    """√(yᵀK⁻¹y·tr K)/m, which compares kernels of any scale (B1). Errors as `squared_norm`."""
    q, m = squared_norm(kernel, y), len(np.asarray(y))
    trace = float(np.trace(np.asarray(kernel, dtype=np.float64)))
    return float(numeric((b1.q, b1.T, samples), b1.energy)(q, trace, m))


class RiskBound(NamedTuple):
    """A bound on the risk, the radius of the ball of predictors it speaks of, and the step of the peeling."""

    value: float
    radius: float
    step: int


def risk_bound(kernel: ArrayLike, y: ArrayLike, *, b: float, delta: float = 0.01) -> RiskBound:
    """The risk of the minimum-norm interpolant exceeds the value with probability at most delta (B1, peeled).

    kernel [m, m] and y [m] of one output. The kernel and the unit b of the radii b·2ⁱ must have been fixed without the
    sample, whose pairs are iid; the loss is 1-Lipschitz in [0, 1] and 0 at the label. Pruning scores computed on the
    sample break the first condition. A value above 1 says nothing.

    InputError as `squared_norm`, and unless b > 0 and 0 < delta < 1.
    """
    if not isinstance(b, Real) or not 0 < b < math.inf:
        raise InputError(f"b is {b!r}, expected a positive number")
    if not isinstance(delta, Real) or not 0 < delta < 1:
        raise InputError(f"delta is {delta!r}, expected a number strictly between 0 and 1")
    if np.ndim(y) != 1:
        raise InputError(f"y has {np.ndim(y)} dimensions, expected the labels [m] of one output")
    norm, step = math.sqrt(squared_norm(kernel, y)), 0
    while math.ldexp(b, step) < norm:
        step += 1
    bound = numeric((b1.b, b1.i, b1.T, samples, b1.delta), b1.peeled_bound)
    trace = float(np.trace(np.asarray(kernel, dtype=np.float64)))
    return RiskBound(float(bound(float(b), step, trace, len(np.asarray(y)), float(delta))), math.ldexp(b, step), step)


def path_densities(layers: Sequence[LayerGraphons]) -> Floats:
    """ρ⁽ˡ⁾ of every input, float[L + 1, d]: paths weighted by W at layer l and by Q at the others (B2).

    Layers from the input on, as for `graphon_kernel`. With masks independent of the weights all rows are equal.
    """
    found = []
    for own in range(len(layers)):
        reach = np.ones(1)
        for place in reversed(range(len(layers))):
            graphon = layers[place].trained if place == own else layers[place].second_moment
            reach = (reach * graphon.rows.weights) @ graphon.values
        found.append(reach)
    return np.array(found)


def path_bound(beta: ArrayLike, path_density: ArrayLike, *, depth: int = 1) -> float:
    """An upper bound of yᵀK⁻¹y for y = Xβ (B3); inf if a feature with β ≠ 0 has no path.

    beta, path_density: float[d], the latter the mean over the layers of ρ⁽ˡ⁾ (`path_densities`); depth: the number of
    hidden layers.

    InputError for shapes that do not fit, numbers that are not finite, negative densities, or a depth below 1.
    """
    beta, path_density = _vector("beta", beta), _density("path_density", path_density)
    if beta.shape != path_density.shape:
        raise InputError(f"path_density has {path_density.size} entries, expected {beta.size} as beta")
    term = numeric((b3.beta, rho_path, inputs, layers_below), b3.path_term)
    used = beta != 0
    with np.errstate(divide="ignore", over="ignore"):
        terms = term(beta[used], path_density[used], beta.size, checked_integer("depth", depth, 1, 1000))
    return float(np.sum(terms))


class NegativePartError(InputError):
    """K − B has a negative eigenvalue beyond rounding."""


class ResidualBound(NamedTuple):
    """An upper bound of yᵀK⁻¹y, and the μ = λ_min(K − B) it rests on, less what rounding may have added."""

    value: float
    smallest_eigenvalue: float


def path_residual_bound(
    kernel: ArrayLike, path_density: ArrayLike, x: ArrayLike, y: ArrayLike, *, depth: int = 1
) -> ResidualBound:
    """yᵀ(B + μI)⁻¹y, summed over the outputs, with B the linear part of the kernel (B8).

    kernel [m, m], x [m, d], y [m] or [m, q]; path_density [d] as in `path_bound`. From μ, and never below 0, the rounding
    error of an eigenvalue is taken off. The value is inf if μ = 0 and y leaves the range of B.

    InputError for shapes that do not fit or numbers that are not finite, and if K − B has a negative eigenvalue beyond
    rounding: then the path densities are not those of the kernel.
    """
    K = symmetric("kernel", kernel)
    y = labels(y, len(K))
    rows = np.asarray(checked_array("x", x), dtype=np.float64)
    density = _density("path_density", path_density)
    if rows.shape != (len(K), density.size) or not np.isfinite(rows).all():
        raise InputError(f"x has shape {rows.shape}, expected [{len(K)}, {density.size}] finite numbers")
    weight = float(numeric((layers_below,), b2.constant)(checked_integer("depth", depth, 1, 1000)))
    B = (rows * (weight / density.size * density)) @ rows.T
    rounding = len(K) * np.finfo(float).eps * max(np.abs(K).sum(axis=1).max(), np.abs(B).sum(axis=1).max())
    smallest = float(np.linalg.eigvalsh(K - B)[0])
    if smallest < -math.sqrt(len(K)) * rounding - 1e-8 * abs(K).max():
        raise NegativePartError(
            f"K − B has the eigenvalue {smallest:.3g}, expected none below 0: path_density does not fit"
        )
    mu = max(0.0, smallest - rounding)
    values, vectors = np.linalg.eigh(B)
    projections = vectors.T @ y.reshape(len(K), -1)
    inside = values > rounding
    if mu == 0 and np.abs(projections[~inside]).max(initial=0.0) > len(K) * np.finfo(float).eps * np.abs(y).max():
        return ResidualBound(math.inf, 0.0)
    kept = np.ones_like(inside) if mu > 0 else inside
    term = numeric((b3.projection, b3.eigenvalue, b3.mu), b3.residual_term)
    return ResidualBound(float(term(projections[kept], np.maximum(values[kept], 0.0)[:, None], mu).sum()), mu)


class WaterFilling(NamedTuple):
    """Path densities float[d], the level λ they follow (0: the budget covers every β ≠ 0), and Σβ²/ρ (inf beyond the floats)."""

    densities: Floats
    level: float
    value: float


def water_filling(beta: ArrayLike, density: float) -> WaterFilling:
    """The densities ρ_j ≤ 1 of the given mean that make Σβ_j²/ρ_j smallest: min(1, |β_j|/λ) (B4). O(d log d).

    Right to rounding, ties included. Where the budget covers every β_j ≠ 0, what is left of it is spread evenly over
    the others.

    InputError unless beta [d] is finite and non-empty and 0 < density ≤ 1.
    """
    beta = _vector("beta", beta)
    if not isinstance(density, Real) or isinstance(density, bool) or not 0 < density <= 1:
        raise InputError(f"density is {density!r}, expected a number above 0 and at most 1")
    budget = Fraction(float(density)) * beta.size  # exactly: what is left after the capped features may be tiny
    scale = float(np.abs(beta).max())
    sizes = np.abs(beta) / (scale or 1.0)
    support = int(np.count_nonzero(sizes))
    if support <= budget:
        free = float((budget - support) / (beta.size - support)) if support < beta.size else 1.0
        densities = np.where(sizes > 0, 1.0, free)
        return WaterFilling(densities, 0.0, math.fsum(sizes**2) * scale * scale)
    falling = np.sort(sizes)[::-1]
    below = np.cumsum(falling[::-1])[::-1]  # the sum from each feature on
    left = float(budget) - np.arange(beta.size)
    capped = int(np.argmax(falling * left <= below))
    level = math.fsum(falling[capped:]) / float(budget - capped)  # R/(dρ − k), the difference exact
    with np.errstate(over="ignore"):  # a quotient beyond the floats is capped at 1 all the same
        densities = numeric((b4.beta, b4.lam), b4.share)(sizes, level)
    terms = numeric((b4.beta, b4.lam), b4.term)(sizes, level)
    return WaterFilling(densities, level * scale, math.fsum(terms) * scale * scale)


def _vector(name: str, values: ArrayLike) -> Floats:
    array = np.asarray(checked_array(name, values))
    if array.ndim != 1 or not array.size or array.dtype.kind not in "biuf" or not np.isfinite(array).all():
        raise InputError(f"{name} is {array.dtype} of shape {array.shape}, expected a vector of finite real numbers")
    return array.astype(np.float64)


def _density(name: str, values: ArrayLike) -> Floats:
    array = _vector(name, values)
    if array.min() < 0:
        raise InputError(f"{name} has the entry {array.min():.5g}, expected none below 0")
    return array
