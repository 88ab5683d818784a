"""What SNIP's column densities need to know about the data, and the closed-form predictors built on it (S3–S5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError, checked_array
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.limits import check_work
from sparse_limits.theory.saliency import gradient_moments, row_law, stein_model, stein_model_of_outputs
from sparse_limits.theory.saliency import outputs_general_data as outputs
from sparse_limits.theory.saliency import snip as symbols
from sparse_limits.theory.saliency.model import dimension, tau, width
from sparse_limits.theory.saliency.outputs import omega
from sparse_limits.theory.saliency.snip_row_law import count_mean

Floats = NDArray[np.floating]

BYTES_OF_PAIR = 32  # of inputs: a sum, what is added to it, its mean, and a copy whose eigenvalues are taken
SECONDS_OF_PRODUCT, SECONDS_OF_EIGENVALUES = (
    5e-11,
    1.2e-10,
)  # each of a multiplication, the latter of inputs³; on one core
BLOCK = 1024  # rows of the N × N matrix of cosines held at a time
REACH = 7.0  # the normal law is cut at seven standard deviations: mass 3e-12
DEPTH = 14.0  # and weights below e^-14 are left out: mass 1e-6
WEIGHT_NODES, GRADIENT_NODES = 50, 240  # trapezoid rules, the first in log |w| for each sign
AT_ONCE = 2**16  # values of the conditional density, of one column or several
ROUNDING = 1e-12  # of a variance: where no more is left by the weight, nothing is
LINE_NODES = 2000  # in log |w| where the gradient has no fluctuation of its own, but may vanish at a weight
CIRCLE = 14.0  # half the circle, in standard deviations, round which ⟨a, g⟩ is wrapped: mass beyond about e^-14
FREQUENCIES = 300  # of its characteristic function, up to 67 per standard deviation


@dataclass(frozen=True)
class ResidualMoments:
    """Moments of the SNIP gradient g = E_D[r x 1{w·x > 0}] over a normal weight vector w (S3).

    mean_residual: E_D r. mean: h = E_D[r x], float[d]. stein: β_jj = E_w[w_j g_j], float[d]. covariance:
    Cov_w(g), float[d, d].
    """

    mean_residual: float
    mean: Floats
    stein: Floats
    covariance: Floats

    @property
    def variance(self) -> Floats:
        return np.diagonal(self.covariance).copy()

    @property
    def spread(self) -> Floats:
        """s = sqrt(Var_w g − β²), the part of the gradient's fluctuation that its own weight does not explain."""
        formula = numeric((symbols.variance, symbols.beta), stein_model.expressions["residual_variance"])
        left = formula(self.variance, self.stein)
        return np.sqrt(np.where(left > ROUNDING * self.variance, left, 0.0))

    @property
    def fluctuation(self) -> float:
        """η = (Σ 4 Var g / Σ h²)^½: the saliency factorises only where it is small; infinite where h = 0."""
        scale = float((self.mean**2).sum())
        return float(np.sqrt(4 * max(0.0, self.variance.sum()) / scale)) if scale > 0 else float("inf")

    def eigenvalue_shares(self, count: int = 3) -> Floats:
        """The largest eigenvalues of Cov_w(g) as shares of its trace, float[count]."""
        values = np.linalg.eigvalsh(self.covariance)[::-1][:count]
        total = float(np.trace(self.covariance))
        return np.maximum(values, 0.0) / total if total > 0 else np.zeros_like(values)

    def truncated(self, predictor: str) -> ResidualMoments:
        """The moments a nested predictor keeps: P0 (h), P1iso (h and E r), P1 (h and β), P2 (all).

        Raises:
            InputError: for another name.
        """
        none, d = np.zeros_like(self.mean), len(self.mean)
        if predictor == "P2":
            return self
        if predictor == "P1":
            return replace(self, covariance=np.diag(self.stein**2))
        if predictor == "P0":
            return replace(self, stein=none, covariance=np.zeros((d, d)))
        if predictor == "P1iso":
            formula = numeric((symbols.residual_mean, dimension), stein_model.expressions["isotropic_beta"])
            stein = np.full(d, float(formula(self.mean_residual, d)))
            return replace(self, stein=stein, covariance=np.diag(stein**2))
        raise InputError(f"predictor {predictor!r}: expected P0, P1iso, P1 or P2")


@dataclass(frozen=True)
class OutputMoments:
    """The same for several outputs: moments of g_j = E_D[r x_j 1{w·x > 0}] ∈ R^q, column by column (S7.3).

    mean_residual: E_D r, float[q]. mean: h_j, float[d, q]. stein: β_j = E_w[w_j g_j], float[d, q]. covariance:
    Cov_w(g_j), float[d, q, q].
    """

    mean_residual: Floats
    mean: Floats
    stein: Floats
    covariance: Floats

    @property
    def variance(self) -> Floats:
        """Of each component, float[d, q]."""
        return np.diagonal(self.covariance, axis1=1, axis2=2).copy()

    @property
    def unexplained(self) -> Floats:
        """C_j, the covariance of g_j − β_j w_j: what its own weight leaves unexplained, float[d, q, q]."""
        arguments = (outputs.joint, outputs.beta_k, outputs.beta_l)
        formula = numeric(arguments, stein_model_of_outputs.expressions["unexplained"])
        return formula(self.covariance, self.stein[:, :, None], self.stein[:, None, :])

    def truncated(self, predictor: str) -> OutputMoments:
        """The moments a nested predictor keeps, as in `ResidualMoments.truncated`; P0 is the rule of the lengths ‖h_j‖.

        Raises:
            InputError: for another name.
        """
        if predictor == "P2":
            return self
        if predictor == "P1":
            stein = self.stein
        elif predictor == "P0":
            stein = np.zeros_like(self.mean)
        elif predictor == "P1iso":
            formula = numeric((symbols.residual_mean, dimension), stein_model.expressions["isotropic_beta"])
            stein = np.broadcast_to(formula(self.mean_residual, len(self.mean)), self.mean.shape)
        else:
            raise InputError(f"predictor {predictor!r}: expected P0, P1iso, P1 or P2")
        return replace(self, stein=stein, covariance=stein[:, :, None] * stein[:, None, :])


def residual_moments(x: Floats, residual: Floats) -> ResidualMoments:
    """The moments of data x[N, d] with a scalar residual[N] (or [N, 1]); O(N² d + N d²) time, O(N · 1024 + d²) memory.

    InputError unless both are finite and non-empty, with a row for each sample, and the residual has one column; and for
    more inputs than there is memory for their covariance (`check_work`).
    """
    x, r = _samples(x, residual)
    r = r.reshape(len(x), -1)
    if r.shape[1] != 1:
        raise InputError(f"residual of {r.shape[1]} outputs: expected one (output_moments takes several)")
    check_covariance(*x.shape)
    weighted = r * x
    total = np.zeros((x.shape[1], x.shape[1]))
    for rows, gates in _gate_covariances(x):
        total += weighted[rows].T @ (gates @ weighted)
    return ResidualMoments(float(r.mean()), weighted.mean(axis=0), _stein(x, r)[:, 0], total / len(x) ** 2)


def check_covariance(samples: int, inputs: int) -> None:
    """InputError, before room is made, if the covariance of the gradients of so many inputs would not fit."""
    check_work(
        f"a covariance of {inputs} × {inputs} inputs",
        BYTES_OF_PAIR * inputs**2,
        SECONDS_OF_PRODUCT * samples * inputs * (samples + inputs) + SECONDS_OF_EIGENVALUES * inputs**3,
        instead="fewer inputs",
    )


def output_moments(x: Floats, residual: Floats) -> OutputMoments:
    """The moments of data x[N, d] with a residual[N, q]; O(N² d q) time, O(N · 1024 + N d + d q²) memory.

    InputError unless both are finite, non-empty matrices with a row for each sample.
    """
    x, r = _samples(x, residual)
    if r.ndim != 2:
        raise InputError(f"residual has shape {r.shape}, expected [{len(x)}, q]: a row for each sample")
    d, q = x.shape[1], r.shape[1]
    check_work(
        f"the moments of {d} inputs and {q} outputs",
        8.0 * d * q * (5 * q + 1000),  # about three arrays of 300 frequencies for each pair, measured
        SECONDS_OF_PRODUCT * len(x) ** 2 * d * q,
        instead="fewer inputs or classes",
    )
    total = np.zeros((d, q, q))
    for rows, gates in _gate_covariances(x):
        for k, output in enumerate(r.T):
            total[:, :, k] += (x[rows] * (gates @ (output[:, None] * x))).T @ r[rows]
    return OutputMoments(r.mean(axis=0), x.T @ r / len(x), _stein(x, r), total / len(x) ** 2)


def _samples(x: Floats, residual: Floats) -> tuple[Floats, Floats]:
    """x[N, d] as it is, and the residual[N, ...] as float64."""
    x, r = checked_array("x", x), checked_array("residual", residual)
    for name, array in (("x", x), ("residual", r)):
        if array.dtype.kind not in "biuf" or array.size == 0 or not np.isfinite(array).all():
            raise InputError(f"{name} is {array.dtype} of shape {array.shape}, expected non-empty finite real numbers")
    if x.ndim != 2:
        raise InputError(f"x has shape {x.shape}, expected [N, d]: a row for each sample")
    if r.ndim == 0 or len(r) != len(x):
        raise InputError(f"residual has shape {r.shape}, expected [{len(x)}, q]: a row for each sample")
    return x, r.astype(np.float64)


def _stein(x: Floats, residual: Floats) -> Floats:
    """β_j = E_D[r x_j² · Stein kernel], float[d, q]; a zero input contributes nothing."""
    stein_kernel = numeric((symbols.norm,), gradient_moments.expressions["stein_kernel"])
    norms = np.linalg.norm(x, axis=1)
    lengths = np.where(norms > 0, norms, 1.0)
    return (x**2).T @ (residual * stein_kernel(lengths)[:, None]) / len(x)


def _gate_covariances(x: Floats) -> Iterator[tuple[slice, Floats]]:
    """Cov_w(1{w·x > 0}, 1{w·x' > 0}) for a block of samples x at a time and all x': a slice, and float[block, N]."""
    kernel = numeric((symbols.cosine,), gradient_moments.expressions["covariance_kernel"])
    norms = np.linalg.norm(x, axis=1)
    directions = x / np.where(norms > 0, norms, 1.0)[:, None]
    for start in range(0, len(x), BLOCK):
        rows = slice(start, start + BLOCK)
        yield rows, kernel(np.clip(directions[rows] @ directions.T, -1.0, 1.0))


def column_densities(moments: ResidualMoments, threshold: float, formula: sp.Expr | None = None) -> Floats:
    """p_j(τ) of P2 for each column, float[d]; `formula` in place of the claim's conditional density."""
    formula = stein_model.expressions["conditional_density"] if formula is None else formula
    arguments = (tau, symbols.h, symbols.beta, symbols.spread, symbols.w, symbols.zeta)
    conditional = numeric(arguments, formula)
    grid = (*_weight_nodes(WEIGHT_NODES), *_normal_nodes(GRADIENT_NODES))
    line = (*_weight_nodes(LINE_NODES), np.zeros(1), np.ones(1))
    densities = np.zeros(len(moments.mean))
    columns = np.stack([moments.mean, moments.stein, moments.spread])
    spreads, scored = columns[2] > 0, columns.any(axis=0)  # where nothing is scored, the saliency is 0
    for found, (w, w_mass, zeta, zeta_mass) in ((spreads, grid), (scored & ~spreads, line)):
        places, each = np.flatnonzero(found), max(1, AT_ONCE // (len(w) * len(zeta)))
        for start in range(0, len(places), each):
            at = places[start : start + each]
            with np.errstate(divide="ignore", invalid="ignore"):  # a score of exactly 0 is below every threshold
                values = conditional(threshold, *columns[:, at, None, None], w[:, None], zeta)
            densities[at] = w_mass @ np.broadcast_to(values, (len(at), len(w), len(zeta))) @ zeta_mass
    return densities


def output_densities(moments: OutputMoments, exponent: sp.Expr | None = None) -> Callable[[float], Floats]:
    """P2 with several outputs (S7.3), the function τ ↦ p_j(τ), float[d]; `exponent` in place of the claim's.

    Given the weight w, the characteristic function of ⟨a, g⟩ is known in closed form. The midpoint rule inverts it: all it
    does is to wrap the variable round a circle, of ±14 standard deviations, and to cut the highest frequencies.
    """
    arguments = (omega, tau, symbols.w)
    inversion = numeric(arguments, stein_model_of_outputs.expressions["inversion"])
    weights, masses = _weight_nodes(WEIGHT_NODES)
    step = np.pi / CIRCLE
    frequencies = step * (np.arange(FREQUENCIES) + 0.5)
    scales, logarithms = _characteristic_functions(moments, exponent, frequencies)

    def densities(threshold: float) -> Floats:
        found = np.zeros(len(scales))
        for j in np.flatnonzero(scales):
            level = threshold / scales[j]
            near = level < CIRCLE * np.abs(weights)
            w = weights[near, None]
            transform = np.exp(w**2 * logarithms[2, j] + w * logarithms[1, j] + logarithms[0, j])
            inside = step * (inversion(frequencies, level, w) * transform).sum(axis=1)
            found[j] = masses[near] @ (1 - inside)
        return np.clip(found, 0.0, 1.0)  # the inversion has errors of some 1e-6

    return densities


def _characteristic_functions(
    moments: OutputMoments, exponent: sp.Expr | None, frequencies: Floats
) -> tuple[Floats, Floats]:
    """Standard deviations of ⟨a, g_j⟩, float[d], and, in their units, log characteristic functions given the weight w.

    These are quadratic in w, so that three values tell their coefficients of 1, w and w²: float[3, d, frequencies].
    """
    exponent = stein_model_of_outputs.expressions["mode_exponent"] if exponent is None else exponent
    logarithm = numeric((omega, symbols.h, symbols.beta, outputs.variance, symbols.w), exponent)
    values, axes = np.linalg.eigh(moments.unexplained)
    values = np.maximum(values, 0.0)
    mean, stein = (np.einsum("jk,jkl->jl", each, axes) for each in (moments.mean, moments.stein))
    scales = np.sqrt((mean**2 / 4 + stein**2 + values).sum(axis=1))
    unit = np.where(scales > 0, scales, 1.0)[:, None]
    modes = [each[:, :, None] for each in (mean / unit, stein / unit, values / unit**2)]
    low, middle, high = (logarithm(frequencies, *modes, w).sum(axis=1) for w in (-1.0, 0.0, 1.0))
    return scales, np.stack([middle, (high - low) / 2, (high + low) / 2 - middle])


def noise_floor(densities: Floats, rows: int) -> float:
    """F_n: the mean absolute error of column densities [d] observed on `rows` rows, if the prediction is exact (S6)."""
    formula = numeric((count_mean, width), row_law.expressions["floor"])
    return float(formula(np.asarray(densities), rows).mean())


@lru_cache(maxsize=8)
def _weight_nodes(count: int) -> tuple[Floats, Floats]:
    """Nodes ±e^x and masses of the trapezoid rule in x for a standard normal, `count` of each sign.

    At a small threshold the integrand turns at weights as small: in log |w| it is smooth at every threshold.
    """
    step = (np.log(REACH) + DEPTH) / count
    size = np.exp(-DEPTH + step * (np.arange(count) + 0.5))
    mass = size * np.exp(-(size**2) / 2)
    return np.concatenate([-size, size]), np.concatenate([mass, mass]) / (2 * mass.sum())


@lru_cache(maxsize=8)
def _normal_nodes(count: int) -> tuple[Floats, Floats]:
    """Nodes and masses of the trapezoid rule for a standard normal, none of them at 0."""
    step = 2 * REACH / count
    nodes = -REACH + step * (np.arange(count) + 0.5)
    mass = np.exp(-(nodes**2) / 2)
    return nodes, mass / mass.sum()
