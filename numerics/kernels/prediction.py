"""What follows from the tangent kernel of a pruned network: its spectrum, the energy of the labels, the error of regression.

Regression treats several outputs one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.kernels.bounds import (
    NegativePartError,
    RiskBound,
    path_bound,
    path_residual_bound,
    risk_bound,
    squared_norm,
)
from sparse_limits.numerics.kernels.pruned import BATCHES, HeldOut, KernelCase, SampledKernel
from sparse_limits.numerics.kernels.regression import SingularKernelError, error_rate, mean_squared_error, ridge_predict
from sparse_limits.numerics.kernels.spectra import (
    HIGH,
    LOW,
    SpectralMetrics,
    centred,
    kernel_eigenvalues,
    spectral_metrics,
)
from sparse_limits.numerics.statistics.distribution_free import CONFIDENCE, Interval, clopper_pearson
from sparse_limits.theory.generalisation.energy_bound import T, energy, q
from sparse_limits.theory.graphon.symbols import m

Floats = NDArray[np.floating[Any]]

ROUNDING = 1e-6  # of the labels' norm: a rest below it is none
LEAST, GREATEST = SpectralMetrics(0.0, 1.0, 1.0, 0.0), SpectralMetrics(inf, inf, inf, 1.0)  # that the metrics can be
RADIUS = 1.0  # the smallest radius of the peeling in B1, which must not depend on the sample


def distance(kernel: Floats, reference: Floats) -> float:
    """‖K − K'‖/‖K'‖ in the norm of Frobenius."""
    return float(np.linalg.norm(kernel - reference) / np.linalg.norm(reference))


class Estimate(NamedTuple):
    """A number, and the ends of an interval for what it estimates: with a bias it can lie outside."""

    value: float
    low: float
    high: float


def jackknife_interval(value: float, without: Sequence[float]) -> Estimate:
    """For the limit of infinitely large batches, from what a number is without each of n: Student, n − 1 degrees, 95 %.

    Around the number less its bias, as estimated by the jackknife: a convex function of a mean, such as yᵀK⁻¹y, is too large
    on average. It holds asymptotically, for a smooth function of means. nan where a number is not finite.
    """
    count = len(without)
    if not np.isfinite([value, *without]).all():
        return Estimate(value, np.nan, np.nan)
    error = sqrt((count - 1) * float(np.var(without)))
    radius = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * error
    centre = count * value - (count - 1) * float(np.mean(without))
    return Estimate(value, centre - radius, centre + radius)


Spectra = Mapping[str, SpectralMetrics | None]


def spectra(kernel: Floats) -> Spectra:
    """The four metrics of K and of HKH (K10.1), by these names; None for a matrix of zeros.

    The decay is fitted on ranks 6 to 60, or on those there are of fewer samples.
    """
    high = max(2, min(HIGH, len(kernel) - 1))
    low = LOW if high >= 2 * LOW else 1
    found: dict[str, SpectralMetrics | None] = {}
    for name, matrix in {"K": kernel, "HKH": centred(kernel)}.items():
        rounding = np.abs(matrix).max() <= 1e-12 * np.abs(kernel).max()
        found[name] = None if rounding else spectral_metrics(kernel_eigenvalues(matrix), low=low, high=high)
    return found


@dataclass(frozen=True)
class Sampling:
    """What finitely many fresh rows leave open.

    error: of the kernel on the training samples, relative to its norm. row_spread: times n^−½ the distance that the kernel of
    n rows has from it. norm: yᵀK⁻¹y. spectra: the metrics, by the names of `spectra`. Intervals as `jackknife_interval`.
    """

    error: float
    row_spread: float
    norm: Estimate
    spectra: Mapping[str, Sequence[Estimate] | None]


def sampling(sampled: SampledKernel, y: Floats) -> Sampling:
    """From the kernel without one batch after the other; y [m, q]."""
    whole = sampled.case.train
    found = spectra(whole)
    squares, norms, replicates = 0.0, [], []
    for kernel in sampled.jackknife():
        squares += float(np.sum((kernel - whole) ** 2))
        norms.append(_norm_or_nan(kernel, y))
        replicates.append(spectra(kernel))
    error = sqrt(squares * (BATCHES - 1) / BATCHES) / float(np.linalg.norm(whole))
    norm = jackknife_interval(interpolation_norm(whole, y), norms)
    intervals = {name: _intervals(metrics, [each[name] for each in replicates]) for name, metrics in found.items()}
    return Sampling(error, error * sqrt(sampled.rows), norm, intervals)


def _norm_or_nan(kernel: Floats, y: Floats) -> float:
    try:
        return squared_norm(kernel, y)
    except SingularKernelError:
        return nan


def _intervals(whole: SpectralMetrics | None, without: Sequence[SpectralMetrics | None]) -> list[Estimate] | None:
    known = [metrics for metrics in without if metrics is not None]
    if whole is None or len(known) < len(without):
        return None
    found = [jackknife_interval(value, others) for value, others in zip(whole, zip(*known, strict=True), strict=True)]
    ranges = zip(found, LEAST, GREATEST, strict=True)
    return [Estimate(value, max(low, least), min(high, most)) for (value, low, high), least, most in ranges]


class PathBound(NamedTuple):
    """An upper bound of yᵀK⁻¹y by path densities, and the share of their linear part B that it rests on (B8)."""

    value: float
    share: float


@dataclass(frozen=True)
class Energy:
    """What the labels cost in the norm of the kernel, and what bounds it.

    norm: yᵀK⁻¹y over all outputs, infinite if no function of the kernel's space has these labels. scale_free: 𝓔 (B1).
    path_bound: of the norm (B8), None if not even half of the linear part is below the kernel. linear_bound: by path
    densities alone (B3), None unless the labels are linear in the inputs kept. risk: B1 at one output, or None.
    """

    norm: float
    scale_free: float
    path_bound: PathBound | None
    linear_bound: float | None
    risk: RiskBound | None


def energy_of(case: KernelCase, held: HeldOut) -> Energy:
    x, y = held.train.x, held.train.y
    norm = interpolation_norm(case.train, y)
    risk: RiskBound | None = None
    if y.shape[1] == 1 and isfinite(_norm_or_nan(case.train, y)):
        risk = risk_bound(case.train, y[:, 0], b=RADIUS)
    scale_free = float(numeric((q, T, m), energy)(norm, np.trace(case.train), len(y)))
    by_paths = residual_bound(case, x, y)
    linear = None if by_paths is None else linear_bound(case, x, y, by_paths.share)
    return Energy(norm, scale_free, by_paths, linear, risk)


def residual_bound(case: KernelCase, x: Floats, y: Floats) -> PathBound | None:
    """B8 with the linear part B that B2 proves to be below the kernel, else with half of it.

    The bound follows from K − cB ⪰ μ for whatever c. B2 covers the closed forms; with sampled rows all of B exceeds K by
    sampling errors, and with SNIP's and GraSP's rows, whose law is not that of w and −w alike, it may for other reasons.
    """
    density = case.path_densities.mean(axis=0)
    for share in (1.0, 0.5):
        try:
            return PathBound(path_residual_bound(case.train, share * density, x, y, depth=case.depth).value, share)
        except NegativePartError:
            continue
    return None


def interpolation_norm(kernel: Floats, y: Floats) -> float:
    """yᵀK⁺y summed over the outputs; infinite where y leaves the range of K, beyond rounding."""
    values, vectors = np.linalg.eigh(kernel)
    parts = vectors.T @ y
    kept = values > 1e-14 * len(values) * values[-1]
    if np.linalg.norm(parts[~kept]) > ROUNDING * np.linalg.norm(y):
        return inf
    return float(np.sum(parts[kept] ** 2 / values[kept, None]))


def linear_bound(case: KernelCase, x: Floats, y: Floats, share: float) -> float | None:
    """B3 by a share of the linear part; None unless y = Xβ on inputs that some path leaves.

    Over all outputs, at the coefficients that make it least.
    """
    density = share * case.path_densities.mean(axis=0)
    roots = np.sqrt(density)
    scaled, *_ = np.linalg.lstsq(x * roots, y, rcond=None)
    beta = roots[:, None] * scaled
    if np.linalg.norm(x @ beta - y) > ROUNDING * np.linalg.norm(y):
        return None
    return sum(path_bound(each, density, depth=case.depth) for each in beta.T)


@dataclass(frozen=True)
class Fit:
    """What predictions get wrong on the test samples; error and its exact 95 % interval where labels are classes.

    mse: mean squared error, summed over outputs. error: the share of `tests` samples put into a wrong class.
    """

    mse: float
    tests: int
    error: float | None
    interval: Interval | None


def fit(predictions: Floats, held: HeldOut) -> Fit:
    """predictions: float[t, q]. The interval is Clopper and Pearson's, for further samples of the same law."""
    tests = len(held.y_test)
    mse = mean_squared_error(predictions, held.y_test)
    if not held.classes:
        return Fit(mse, tests, None, None)
    error = error_rate(predictions, held.y_test)
    return Fit(mse, tests, error, clopper_pearson(round(error * tests), tests))


def regression(case: KernelCase, held: HeldOut) -> Fit:
    """Ridge regression with the ridge 1e-7·tr K/m (B7)."""
    return fit(ridge_predict(case.train, case.test, held.train.y), held)


def constant_guess(held: HeldOut) -> Fit:
    """The mean of the training labels, whatever the input; the class 1 where labels ±1 balance."""
    mean = held.train.y.mean(axis=0)
    sided = np.where(mean == 0, np.finfo(float).tiny, mean)  # a prediction of 0 would be wrong for both classes
    return fit(np.broadcast_to(sided, held.y_test.shape), held)
