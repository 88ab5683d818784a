"""Evidence for G11.2: inputs on one ray, where the gates of the rows are no function of |a|, and digits."""

from itertools import product
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed, exact, statistical
from sparse_limits.numerics.masks.cut_norm import exact_cut_norm
from sparse_limits.numerics.masks.selection import global_mask, kth_largest
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.prediction.first_layer.moments import residual_moments
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.graphon.comparison import normal_rate
from sparse_limits.theory.graphon.row_latent import blurred, row_latent
from sparse_limits.theory.graphon.symbols import delta, m, n, variance
from sparse_limits.theory.saliency.model import rho, tau
from sparse_limits.theory.saliency.snip import a, g, h

Floats = NDArray[np.floating]


def half_kernels(rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """k/2 in hundredths, on four values of |a| and seven columns."""
    return list(rng.integers(1, 50, (3, 4, 7)))


@exact(row_latent, step="distance")
def best_cut_takes_the_open_rows(limit_distance: sp.Expr, trial: Trial) -> Findings:
    """The distance is the cut norm of ±k/2, where the open rows, half of all, exceed their mean over gates by k/2.

    Here k ≥ 0 is a kernel of density 2ρ on four values of |a|.
    """
    mean = sp.Symbol("k", positive=True)  # of the open kernel
    (opened,) = sp.solve(mean / 2 + 0 * mean / 2 - rho, mean)  # closed rows are empty
    yield trial.same(limit_distance, (opened - rho) / 2)
    for half in trial.draw(half_kernels):
        cut = round(float(exact_cut_norm(np.vstack([half, -half]))) * 2 * half.size)
        claimed = limit_distance.subs(rho, sp.Rational(int(half.sum()), 100 * half.size))
        yield trial.same(sp.Rational(cut, 200 * half.size), claimed)


class Rows(NamedTuple):
    """A pruned first layer: mask[n, d], g[n, d] and |a|[n, 1] of its rows, h[d]."""

    mask: NDArray[np.bool_]
    gradients: Floats
    readout: Floats
    means: Floats


@enclosed(row_latent)
def distance_is_some_and_not_all(limit_distance: sp.Expr, trial: Trial) -> Findings:
    """The distance lies strictly between 0 and ¼.

    Half of the rows would add ¼ if they kept all entries and the blurred kernel half of them.
    """
    for at in (None, [{rho: sp.Rational(2, 5)}]):
        yield trial.below(0, limit_distance, at=at, strict=True)
        yield trial.below(limit_distance, sp.Rational(1, 4), at=at, strict=True)


def rows_on_one_ray(rng: np.random.Generator, rows: int, inputs: int, threshold: float) -> Rows:
    """A network on three multiples of one random vector of signs, √(nd)·S compared with the threshold; |h| = 2/3."""
    ray = rng.choice([-1.0, 1.0], inputs)
    x, residual = np.outer([0.5, 1.0, 1.5], ray), np.array([[1.0], [-1.0], [5 / 3]])
    network = random_network((inputs, rows, 1), rng)
    (scores,) = saliency("snip", network, x, residual, first_layer=True)
    means = (residual * x).mean(axis=0)
    gates = (network.weights[0] @ ray > 0)[:, None]
    return Rows(scores * np.sqrt(rows * inputs) > threshold, gates * means, np.abs(network.weights[1].T), means)


def probabilities(rows: Rows, kernel: sp.Expr, threshold: float) -> Floats:
    """The kernel at the rows' latents, float[n, d]."""
    with np.errstate(divide="ignore"):  # a closed gate: τ/0
        return numeric((tau, a, g, h), kernel)(threshold, rows.readout, rows.gradients, rows.means)


RARE, CUT = sp.Rational(1, 10**10), sp.Rational(1, 8)


@statistical(row_latent, tests=1)
def masks_on_one_ray_are_within_the_bound(kernel: sp.Expr, trial: Trial) -> Findings:
    """The cut of all columns and of the rows above, or below, the kernel exceeds the bound of G1.2 no more often than stated."""
    size, inputs = 2048, 512
    rows = [trial.draw(rows_on_one_ray, size, inputs, float(CUT), replicate=k) for k in range(trial.size(1))]
    sums = [(each.mask - probabilities(each, kernel, float(CUT))).mean(axis=1) for each in rows]
    cuts = [max(np.maximum(part, 0).mean(), np.maximum(-part, 0).mean()) for part in sums]
    limit = trial.value(normal_rate, {m: size, n: inputs, delta: RARE, variance: sp.Rational(1, 4)})
    yield trial.counts(int((np.array(cuts) > limit).sum()), len(cuts), float(RARE), side="above")


@statistical(row_latent, tests=2)
def open_rows_lie_above_the_blurred_kernel(column_density: sp.Expr, limit_distance: sp.Expr, trial: Trial) -> Findings:
    """A column of a network on one ray is binomial. The open rows, half of all, exceed the kernel of |a| by ρ on average.

    Over all rows this is a mean of ρ/2, with 0 for the closed rows.
    """
    rows = trial.draw(rows_on_one_ray, trial.size(40_000), 16, float(CUT))
    density = trial.value(column_density, {tau: CUT, h: sp.Rational(float(rows.means[0]))})
    yield trial.counts(int(rows.mask[:, 0].sum()), len(rows.mask), density)
    excess = (rows.mask - probabilities(rows, blurred, float(CUT))).mean(axis=1)
    opened = np.where(rows.gradients[:, 0] != 0, excess, 0.0)
    yield trial.averages(opened, trial.value(limit_distance, {rho: sp.Rational(density)}), -1.0, 1.0)


DIGITS = (("ge5", False), ("is0", True))  # labels, and whether pixels are standardised
WIDTH, NEIGHBOURS = 2048, 32


def rows_on_digits(rng: np.random.Generator, labelling: str, standardise: bool) -> tuple[Rows, float]:
    """SNIP at density 0.1 and n = 2048, initial output subtracted, with its threshold of √(nd)·S."""
    data = digits(labelling, standardise)
    network = random_network((64, WIDTH, 1), rng)
    (scores,) = saliency("snip", network, data.x, -data.y, first_layer=True)
    mask, scores = global_mask(scores, 0.1), scores * np.sqrt(scores.size)
    readout = np.abs(network.weights[1].T)
    gradients = scores / (np.abs(network.weights[0]) * readout)  # |g|: the sign does not matter
    means = -(data.y * data.x).mean(axis=0)
    return Rows(mask, gradients, readout, means), kth_largest(scores, int(mask.sum()))


def operator_norm(matrix: Floats) -> float:
    """The largest singular value, of a matrix with few columns."""
    return float(np.sqrt(np.linalg.eigvalsh(matrix.T @ matrix)[-1]))


def uniform(rng: np.random.Generator) -> Floats:
    return rng.random((WIDTH, 64))


def gradient_shares(labelling: str, standardise: bool) -> Floats:
    data = digits(labelling, standardise)
    return residual_moments(data.x, -data.y).eigenvalue_shares(3)


def averaged_over_neighbours(values: Floats, readout: Floats) -> Floats:
    """Means over rows with about the same |a|: what remains of a kernel [n, d] if only |a| is known."""
    order = np.argsort(readout[:, 0])
    groups = values[order].reshape(-1, NEIGHBOURS, values.shape[1]).mean(axis=1)
    averaged = np.empty_like(values)
    averaged[order] = np.repeat(groups, NEIGHBOURS, axis=0)
    return averaged


@empirical(row_latent, cost=1.5)
def noise_on_digits_is_that_of_independent_entries(kernel: sp.Expr, latent: str, trial: Trial) -> Findings:
    """The operator norm of M − W is at most 1.15 times that of an independent mask with the same means, on two sets of digits.

    At most 40 % of Cov(g) lies outside three directions. No bound is known for this noise, whose entries depend on each other through
    the gates: both numbers are those of the remark.
    """
    for labelling, standardise in DIGITS:
        rows, threshold = trial.draw(rows_on_digits, labelling, standardise)
        means = probabilities(rows, kernel, threshold)
        if latent == "|a|":
            means = averaged_over_neighbours(means, rows.readout)
        noise, independent = (operator_norm(mask - means) for mask in (rows.mask, trial.draw(uniform) < means))
        name = f"{labelling}{'' if standardise else ' raw'}"
        yield trial.at_most(noise / independent, 1.15, f"noise over that of independent entries, {name}")
        outside = 1 - trial.once(gradient_shares, labelling, standardise).sum()
        yield trial.at_most(outside, 0.4, f"share of Cov(g) outside three directions, {name}")


# The smallest counterexample


@exact(row_latent)
def a_unit_that_is_on_and_one_that_is_off(
    limit_distance: sp.Expr, two_rows: sp.ImmutableMatrix, trial: Trial
) -> Findings:
    """The largest cut of the mask less its mean over rows is the stated distance, over all cuts.

    Each row and column is there once, and twice.
    """
    rows, columns = two_rows.shape
    density = sp.Rational(sum(two_rows), rows * columns)
    for copies in (1, 2):
        entries = np.kron(np.array(two_rows.tolist(), dtype=np.int64), np.ones((copies, copies), dtype=np.int64))
        gap = len(entries) * entries - entries.sum(axis=0)  # in units of one over the number of rows
        cuts = (abs(gap[list(chosen)].sum(axis=0)) for chosen in product((False, True), repeat=len(gap)))
        widest = max(max(cut[cut > 0].sum(), 0) for cut in cuts)  # columns of one sign, here all
        found = sp.Rational(int(widest), len(entries) * entries.size)
        claimed = limit_distance.subs(rho, density)
        yield trial.holds(
            found == claimed, f"{copies} of each: distance {found} at density {density}, claimed {claimed}"
        )
