"""Four metrics of the spectrum of a kernel matrix, with intervals that hold by a proof or by a stated law (K10.1, K11.3).

An estimate from a finite matrix is to be compared with the same estimator on the exact list of eigenvalues
(`sphere_spectrum`), not with an asymptotic exponent: on ranks 6 to 60 the list of the circle, whose exponent is 2, has
the decay 2.384.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from math import comb, inf
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray
from scipy.special import poch

from sparse_limits.numerics.arguments import InputError, checked_array, checked_integer
from sparse_limits.numerics.kernels.regression import rounding_of_eigenvalues, symmetric, zero_to_rounding
from sparse_limits.numerics.statistics.exact_tests import binomial_at_most
from sparse_limits.theory.kernel import circle, sphere

Floats = NDArray[np.float64]

LOW, HIGH = 6, 60  # ranks of the fit of the decay, both included
TOP = 5


class SpectralMetrics(NamedTuple):
    """decay: minus the slope of log λ on log rank. trace_ratio: tr/λ₁. gap_ratio: λ₁/λ₂. top_energy: Σ_{i≤5} λ_i/tr.

    A ratio by an eigenvalue that is zero, and a decay with one among the ranks of the fit, is infinite.
    """

    decay: float
    trace_ratio: float
    gap_ratio: float
    top_energy: float


class MetricIntervals(NamedTuple):
    """Ends of an interval for each metric."""

    low: SpectralMetrics
    high: SpectralMetrics


def centred(kernel: ArrayLike) -> Floats:
    """HKH, H = I − 11ᵀ/m: the kernel of features less their mean over the samples, float[m, m]."""
    K = symmetric("kernel", kernel)
    rows = K.mean(axis=1)
    found: Floats = K - rows[:, None] - rows + rows.mean()
    return found


def kernel_eigenvalues(kernel: ArrayLike) -> Floats:
    """Of K/m for a symmetric kernel matrix K [m, m], descending; those negative or tiny by rounding are 0. float[m]"""
    K = symmetric("kernel", kernel)
    values = np.linalg.eigvalsh(K)[::-1]
    if values[-1] < -max(1e-8 * values[0], rounding_of_eigenvalues(kernel)):
        raise InputError(f"kernel has the eigenvalue {values[-1]:.3g}, expected none below 0")
    return np.where(values > zero_to_rounding(kernel, values), values / len(K), 0.0)


def spectral_metrics(
    eigenvalues: ArrayLike, *, low: int = LOW, high: int = HIGH, trace: float | None = None
) -> SpectralMetrics:
    """The metrics of a descending list of eigenvalues, multiplicities repeated; float[r], r ≥ high.

    The decay is fitted on the ranks low to high, counted from 1 and both included. `trace` is that of the operator
    where the list is only its beginning (by default the sum of the list). Source: K10.1.

    InputError for a list that does not descend, is negative, shorter than `high`, or without a positive number.
    """
    values = _spectrum(eigenvalues, low, high)
    total = _trace(values, trace)
    weights = _fit_weights(low, high)
    window = values[low - 1 : high]
    decay = float(-weights @ np.log(window)) if window[-1] > 0 else inf
    gap = float(values[0] / values[1]) if values[1] > 0 else inf
    return SpectralMetrics(decay, total / float(values[0]), gap, float(values[:TOP].sum()) / total)


def perturbed_metrics(
    eigenvalues: ArrayLike, radius: float, *, low: int = LOW, high: int = HIGH, trace_radius: float | None = None
) -> MetricIntervals:
    """What the metrics can be for a kernel whose eigenvalues are within `radius` of these, each: proved.

    By Weyl's inequality this holds for every K' with ‖K' − K‖ ≤ radius (of K/m if the eigenvalues are); `trace_radius`
    bounds the difference of the traces (default: the length of the list times the radius). Arguments otherwise as in
    `spectral_metrics`; InputError for a radius that is negative or not finite.
    """
    values = _spectrum(eigenvalues, low, high)
    for name, each in (("radius", radius), ("trace_radius", trace_radius)):
        if each is not None and not 0 <= each < inf:
            raise InputError(f"{name} is {each!r}, expected a finite number, at least 0")
    around = radius * len(values) if trace_radius is None else trace_radius
    total = float(values.sum())
    lower, upper = np.maximum(values - radius, 0), values + radius
    traces = max(total - around, lower[0]), total + around
    fits = _decay_ends(lower[low - 1 : high], upper[low - 1 : high], low, high)
    tops = float(lower[:TOP].sum()), float(upper[:TOP].sum())
    return MetricIntervals(
        SpectralMetrics(
            fits[0],
            max(1.0, float(traces[0] / upper[0])),
            max(1.0, float(lower[0] / upper[1])) if upper[1] > 0 else inf,
            tops[0] / traces[1],
        ),
        SpectralMetrics(
            fits[1],
            float(traces[1] / lower[0]) if lower[0] > 0 else inf,
            float(upper[0] / lower[1]) if lower[1] > 0 else inf,
            min(1.0, float(tops[1] / traces[0])) if traces[0] > 0 else 1.0,
        ),
    )


def median_intervals(replicates: Sequence[SpectralMetrics], confidence: float = 0.95) -> MetricIntervals:
    """For each metric an interval that holds the median of its law with at least this confidence.

    The replicates are independent draws of one law (networks of other seeds, disjoint samples); nothing else is assumed.
    The ends are order statistics: a draw lies below the median with probability at most ½. The confidence is that of
    each metric alone. InputError for too few replicates: the least and the greatest of R fail with probability 2^(1−R).
    """
    drawn = np.asarray(replicates, dtype=float)
    if drawn.ndim != 2 or drawn.shape[1] != len(SpectralMetrics._fields) or np.isnan(drawn).any():
        raise InputError(f"replicates have shape {drawn.shape}, expected [R, 4] without nan")
    if not 0 < confidence < 1:
        raise InputError(f"confidence is {confidence!r}, expected a number strictly between 0 and 1")
    count = len(drawn)
    outside = [2 * binomial_at_most(place, count, 0.5) for place in range(count)]
    place = sum(share <= 1 - confidence for share in outside) - 1
    if place < 0:
        raise InputError(f"{count} replicates: too few for the confidence {confidence}")
    ordered = np.sort(drawn, axis=0)
    return MetricIntervals(
        SpectralMetrics(*map(float, ordered[place])), SpectralMetrics(*map(float, ordered[count - 1 - place]))
    )


def split_metrics(
    kernel: ArrayLike, parts: int, rng: np.random.Generator, *, centre: bool = False, low: int = LOW, high: int = HIGH
) -> list[SpectralMetrics]:
    """The metrics on random disjoint parts of the samples: for independent samples, independent replicates.

    Their law is that of the metrics at the size of a part, m // parts samples. `centre` takes HKH of each part.
    InputError if a part is smaller than `high`.
    """
    K = symmetric("kernel", kernel)
    parts = checked_integer("parts", parts, 1, len(K))
    size = len(K) // parts
    if size < high:
        raise InputError(f"{parts} parts of {len(K)} samples: expected at least {high} samples in each")
    order = rng.permutation(len(K))
    found = []
    for start in range(0, parts * size, size):
        chosen = order[start : start + size]
        part = K[np.ix_(chosen, chosen)]
        found.append(spectral_metrics(kernel_eigenvalues(centred(part) if centre else part), low=low, high=high))
    return found


def sphere_spectrum(dimension: int, count: int) -> Floats:
    """The `count` largest eigenvalues on the sphere S^(dimension−1) of the tangent kernel, exactly K11.2's; trace 2.

    One hidden ReLU layer, uniform inputs; descending, multiplicities repeated; float[count]. dimension 2 is the circle
    (K10.1). On S⁰ there are two, and zeros follow.
    """
    dimension = checked_integer("dimension", dimension, 1, 170)
    count = checked_integer("count", count, 1, 10**6)
    found = np.zeros(count)
    degrees = [0, 1] if dimension == 1 else chain((0, 1), range(2, 2 * count, 2))
    start = 0
    for degree in degrees:
        end = min(start + _multiplicity(dimension, degree), count)
        found[start:end] = _sphere_eigenvalue(dimension, degree)
        start = end
        if start == count:
            break
    return found


_FUNCTIONS = {"FallingFactorial": lambda x, n: poch(x - n + 1, n)}
_arguments = (sphere.k, sphere.ell)
_eigenvalue = sp.lambdify(_arguments, sphere.sphere_eigenvalue, [_FUNCTIONS, "scipy", "numpy"])
_multiplicity = sp.lambdify(_arguments, sphere.multiplicity, [{"binomial": comb}, "math"])  # exact whole numbers


def _sphere_eigenvalue(dimension: int, degree: int) -> float:
    with np.errstate(invalid="ignore"):  # both branches are evaluated
        return float(_eigenvalue(dimension, degree))


@cache
def _fit_weights(low: int, high: int) -> Floats:
    """The slope of a fit on log rank is weights · y, float[high − low + 1]: `circle.fit_slope` is linear in y."""
    x = np.log(np.arange(low, high + 1))
    sums = {
        circle.points: len(x),
        circle.sum_x: x.sum(),
        circle.sum_xx: (x**2).sum(),
    }
    constant, along = (float(sp.diff(circle.fit_slope, each).subs(sums)) for each in (circle.sum_y, circle.sum_xy))
    return constant + along * x


def _decay_ends(lower: Floats, upper: Floats, low: int, high: int) -> tuple[float, float]:
    """The least and the greatest decay of spectra between two, both descending."""
    if upper[-1] == 0:
        return inf, inf
    weights = -_fit_weights(low, high)
    with np.errstate(divide="ignore"):
        logs = np.log(lower), np.log(upper)
    least, greatest = (weights @ np.where(weights > 0, logs[side], logs[1 - side]) for side in (0, 1))
    return float(least), float(greatest)


def _spectrum(eigenvalues: ArrayLike, low: int, high: int) -> Floats:
    values = checked_array("eigenvalues", eigenvalues)
    if values.dtype.kind not in "biuf" or values.ndim != 1 or not np.isfinite(values).all():
        raise InputError(f"eigenvalues is {values.dtype} of shape {values.shape}, expected a vector of finite numbers")
    low = checked_integer("low", low, 1, 10**9)
    high = checked_integer("high", high, low + 1, 10**9)
    if len(values) < max(high, 2):
        raise InputError(f"{len(values)} eigenvalues, expected at least {max(high, 2)} for the ranks {low} to {high}")
    values = values.astype(np.float64)
    if values[0] <= 0 or values[-1] < 0 or (np.diff(values) > 0).any():
        raise InputError("eigenvalues do not descend from a positive number to no less than 0")
    return values


def _trace(values: Floats, trace: float | None) -> float:
    total = float(values.sum())
    if trace is None:
        return total
    if not total * (1 - 1e-12) <= trace < inf:
        raise InputError(f"trace is {trace!r}, expected a finite number, at least the sum {total:.6g} of the list")
    return float(trace)
