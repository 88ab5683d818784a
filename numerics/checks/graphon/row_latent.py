"""Evidence for G11: when a labelling of the rows makes a graphon the limit, and that |a| alone does not."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.bridge import numeric
from numerics.data import digits
from numerics.evidence import Finding, Trial, control, empirical, enclosed, exact, statistical
from numerics.masks.cut_norm import exact_cut_norm
from numerics.masks.selection import global_mask, kth_largest
from numerics.networks import random_network
from numerics.pruning.methods import saliency
from numerics.pruning.moments import residual_moments
from theory.graphon.concentration import hoeffding_rate
from theory.graphon.row_latent import blurred, eta, four_cycle, gamma, kappa, kernel, row_latent
from theory.graphon.symbols import delta, m, n
from theory.saliency.model import phi, rho, tau
from theory.saliency.snip import a, g, h, product_graphon
from theory.tails import half_normal, product_survival

Floats = NDArray[np.floating]
Integers = NDArray[np.int64]
ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
SCALE = 6  # kernels take their values in sixths


class Law(NamedTuple):
    """A row's law: rows A[k, d] of mask minus kernel, in units of 1/SCALE, and their integer weights [k]."""

    rows: Integers
    weights: tuple[int, ...]


class Means(NamedTuple):
    """What n iid rows of a law have on average, exactly."""

    kappa: sp.Rational
    gamma: sp.Rational
    eta: sp.Rational
    four_cycle: sp.Rational
    cut: sp.Rational


def random_laws(rng: np.random.Generator) -> list[Law]:
    """Three kinds of rows of three columns, each a mask row minus a kernel row."""
    masks, kernels = rng.integers(0, 2, (6, 3, 3)), rng.integers(0, SCALE + 1, (6, 3, 3))
    weights = rng.integers(1, 5, (6, 3))
    return [
        Law(SCALE * mask - kernel, tuple(map(int, w))) for mask, kernel, w in zip(masks, kernels, weights, strict=True)
    ]


def rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


def means_of(law: Law, size: int) -> Means:
    """By enumeration of all choices of `size` rows, all cuts and all sets of columns."""
    kinds, d = law.rows.shape
    total = sum(law.weights)
    second = law.rows.T @ (np.array(law.weights)[:, None] * law.rows)  # Γ·SCALE²·total
    subsets = [list(each) for count in range(1, d + 1) for each in combinations(range(d), count)]
    largest = max(int(second[np.ix_(each, each)].sum()) for each in subsets)
    lengths = sum(w * int(row @ row) ** 2 for w, row in zip(law.weights, law.rows, strict=True))
    choices = list(product(range(kinds), repeat=size))
    stack = np.array([law.rows[list(choice)] for choice in choices])
    cuts = np.rint(np.asarray(exact_cut_norm(stack)) * size * d).astype(int)
    cycles = ((stack @ np.swapaxes(stack, 1, 2)) ** 2).sum(axis=(1, 2))
    chances = [int(np.prod([law.weights[k] for k in choice])) for choice in choices]
    found = (
        Fraction(int((second**2).sum()), total**2 * SCALE**4 * d**2),
        Fraction(largest, total * SCALE**2 * d**2),
        Fraction(lengths, total * SCALE**4 * d**2),
        Fraction(
            sum(p * int(c) for p, c in zip(chances, cycles, strict=True)), total**size * SCALE**4 * (size * d) ** 2
        ),
        Fraction(sum(p * int(c) for p, c in zip(chances, cuts, strict=True)), total**size * SCALE * size * d),
    )
    return Means(*map(rational, found))


def small_means(trial: Trial) -> list[tuple[int, Means]]:
    """Random laws and the one of rows ±(1, −1), with two and three rows."""
    laws = [*trial.draw(random_laws), Law(SCALE * np.array([[1, -1], [-1, 1]]), (1, 1))]
    return [(size, trial.once(means_of, law, size)) for law in laws for size in (2, 3)]


def mean_excess(tosses: int) -> sp.Rational:
    """E|heads − tails|/tosses of an even number of fair coins (De Moivre)."""
    return sp.binomial(tosses, tosses // 2) / sp.Integer(2) ** tosses


@enclosed(row_latent)
@control("independent rows alone", four_cycle=kappa)
@control("rows with themselves counted twice", four_cycle=kappa + eta / n)
@control("fourth root forgotten", upper=four_cycle.subs(eta, 1))
@control("10 % more than a half", projection=ELEVEN * gamma / 2)
@control("10 % less than a half", projection=NINE * gamma / 2)
@control("four times smaller", comparison=gamma)
@control("10 % less than four", comparison=NINE * 4 * gamma)
def small_laws_of_rows(
    four_cycle: sp.Expr, upper: sp.Expr, projection: sp.Expr, comparison: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """All masks of two and three rows of small laws, enumerated: 4-cycles, cuts, and both sides of the theorem.

    Then the extremal laws: rows ±(1, −1); n rows ±(1, …, 1), of which a half may be 0; independent entries ±½.
    """
    for size, means in small_means(trial):
        at = {n: size, kappa: means.kappa, gamma: means.gamma, eta: means.eta}
        yield trial.same(four_cycle.subs(at), means.four_cycle)
        yield trial.below(means.cut, upper.subs(at), at=[{}])
        yield trial.below(projection.subs(at), means.cut, at=[{}])
        yield trial.below(means.kappa, comparison.subs(at), at=[{}])
    opposite = means_of(Law(SCALE * np.array([[1, -1], [-1, 1]]), (1, 1)), 2)
    yield trial.same(comparison.subs(gamma, opposite.gamma), opposite.kappa)
    size = 20_000
    looseness = upper.subs({kappa: opposite.kappa, n: size}) / ((1 + mean_excess(size)) / 4)
    yield trial.below(looseness, 4, at=[{}])
    yield trial.below(sp.Rational(397, 100), looseness, at=[{}])
    for share, tosses in (
        (sp.Integer(1), size),
        (sp.Rational(1, 2), 2 * size),
    ):  # γ, and fair coins that make the signs
        cut = (share + mean_excess(tosses)) / 2  # E max(rows +, rows −)/n; it decreases to γ/2
        yield trial.below(projection.subs(gamma, share), cut, at=[{}])
        yield trial.below(cut, projection.subs(gamma, share) + sp.Rational(3, 1000), at=[{}])
    half_bits = {kappa: sp.Rational(1, 16 * size), n: size}
    yield trial.below(mean_excess(size) / 4, upper.subs(half_bits), at=[{}])


@exact(row_latent)
@control("rows with themselves counted twice", four_cycle=kappa + eta / n)
@control("rows with themselves forgotten", upper=kappa ** sp.Rational(1, 4))
@control("looser", upper=(kappa + 1 / n) ** sp.Rational(1, 4))
@control("10 % less", upper=NINE * row_latent.expressions["upper"])
def upper_bound_has_its_origin(upper: sp.Expr, four_cycle: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its fourth power is the mean of 4-cycles at η = 1, and it is positive."""
    yield trial.same(upper**4, four_cycle.subs(eta, 1))
    example = upper.subs({kappa: sp.Rational(1, 2), n: 2})
    yield trial.holds(example.is_positive, f"{example} at κ = ½, n = 2")


def open_share(inputs: tuple[int, ...], sizes: tuple[int, ...]) -> Fraction:
    """The share of all signs of weights of these sizes for which w·x > 0."""
    signs = list(product((1, -1), repeat=len(inputs)))
    return Fraction(
        sum(sum(s * x * w for s, x, w in zip(each, inputs, sizes, strict=True)) > 0 for each in signs), len(signs)
    )


@exact(row_latent)
@control("labelled by |a| alone", blurred=half_normal.at(tau / sp.Abs(a * h)))
@control("the mean gradient", blurred=half_normal.at(tau / sp.Abs(a * h / 2)))
@control("half the noise", kernel=half_normal.at(2 * tau / sp.Abs(a * g)))
@control("readout weight squared", kernel=half_normal.at(tau / (a**2 * sp.Abs(g))))
@control("all units on", column_density=product_survival(tau / sp.Abs(h)))
@control("half the gradient", column_density=product_survival(2 * tau / sp.Abs(h)))
def a_gate_is_independent_of_the_sizes_of_the_weights(
    kernel: sp.Expr, blurred: sp.Expr, column_density: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """For every |w| half of all signs open it; so the mean over gates is half the kernel at g = h, the columns half of H."""
    share = rational(open_share((3, 5, 7, 11), (2, 10, 4, 1)))
    for inputs, sizes in (((1, 1, 2), (5, 3, 7)), ((8, -1, 3, 2, 5), (1, 6, 2, 9, 3))):
        yield trial.holds(rational(open_share(inputs, sizes)) == share, f"share of open gates {share}")
    weight = sp.Symbol("b", positive=True)
    yield trial.same(kernel.subs(a, weight).subs(g, h), half_normal.at(tau / (weight * sp.Abs(h))))
    yield trial.same(blurred, share * kernel.subs(g, h))
    yield trial.same(column_density, share * product_graphon.expressions["column_density"].subs(phi, sp.Abs(h)))


def half_kernels(rng: np.random.Generator) -> list[Integers]:
    """k/2 in hundredths, on four values of |a| and seven columns."""
    return list(rng.integers(1, 50, (3, 4, 7)))


@exact(row_latent)
@control("labelled by |a| alone", limit_distance=sp.Integer(0))
@control("in L¹", limit_distance=rho)
@control("a fourth", limit_distance=rho / 4)
@control("10 % more", limit_distance=ELEVEN * rho / 2)
def best_cut_takes_the_open_rows(limit_distance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The cut norm of ±k/2, k ≥ 0 a kernel of density 2ρ on four values of |a|: by enumeration of all cuts."""
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


def rows_on_one_ray(rng: np.random.Generator, rows: int, inputs: int, threshold: float) -> Rows:
    """A network on three multiples of one random vector of signs, √(nd)·S against the threshold; |h| = 2/3."""
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
@control("labelled by |a| alone", kernel=blurred)
@control("the mean gradient", kernel=kernel.subs(g, h / 2))
@control("readout weight forgotten", kernel=half_normal.at(tau / sp.Abs(g)))
def masks_on_one_ray_are_within_the_bound(kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The cut of all columns and the better of the rows above and below the kernel, beside the bound of G1."""
    size, inputs = 2048, 512
    rows = [trial.draw(rows_on_one_ray, size, inputs, float(CUT), replicate=k) for k in range(trial.size(1))]
    sums = [(each.mask - probabilities(each, kernel, float(CUT))).mean(axis=1) for each in rows]
    cuts = [max(np.maximum(part, 0).mean(), np.maximum(-part, 0).mean()) for part in sums]
    limit = trial.value(hoeffding_rate, {m: size, n: inputs, delta: RARE})
    yield trial.counts(int((np.array(cuts) > limit).sum()), len(cuts), float(RARE), side="above")


@statistical(row_latent, tests=2)
@control("all units on", column_density=product_survival(tau / sp.Abs(h)))
@control("the mean gradient", column_density=product_survival(2 * tau / sp.Abs(h)))
@control("labelled by |a| alone", limit_distance=sp.Integer(0))
@control("in L¹", limit_distance=rho)
@control("20 % more", limit_distance=sp.Rational(6, 5) * rho / 2)
def open_rows_lie_above_the_blurred_kernel(
    column_density: sp.Expr, limit_distance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """A column of a network on one ray is binomial; its open rows exceed the kernel of |a| by ρ/2 on average."""
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
    """Means over rows with about the same |a|: what is left of a kernel [n, d] when |a| is all one knows."""
    order = np.argsort(readout[:, 0])
    groups = values[order].reshape(-1, NEIGHBOURS, values.shape[1]).mean(axis=1)
    averaged = np.empty_like(values)
    averaged[order] = np.repeat(groups, NEIGHBOURS, axis=0)
    return averaged


@empirical(row_latent, cost=1.5)
@control("labelled by |a| alone", latent="|a|")
@control("P0: the mean gradient", kernel=kernel.subs(g, h / 2))
@control("readout weight forgotten", kernel=half_normal.at(tau / sp.Abs(g)))
def noise_on_digits_is_that_of_independent_entries(kernel: sp.Expr, latent: str, trial: Trial) -> Iterator[Finding]:
    """‖M − W‖ in operator norm beside that of an independent mask of the same means; and three directions of g."""
    for labelling, standardise in DIGITS:
        rows, threshold = trial.draw(rows_on_digits, labelling, standardise)
        means = probabilities(rows, kernel, threshold)
        if latent == "|a|":
            means = averaged_over_neighbours(means, rows.readout)
        noise, independent = (operator_norm(mask - means) for mask in (rows.mask, trial.draw(uniform) < means))
        name = f"{labelling}{'' if standardise else ' raw'}"
        yield trial.at_most(noise / independent, 1.15, f"noise beside independent entries, {name}")
        outside = 1 - trial.once(gradient_shares, labelling, standardise).sum()
        yield trial.at_most(outside, 0.4, f"of Cov(g) outside three directions, {name}")


# The smallest counterexample


@exact(row_latent)
@control("labelled by |a| alone", limit_distance=sp.S.Zero)
@control("the density itself", limit_distance=rho)
def a_unit_that_is_on_and_one_that_is_off(
    limit_distance: sp.Expr, two_rows: sp.ImmutableMatrix, trial: Trial
) -> Iterator[Finding]:
    """The mask less its mean over rows, all cuts tried, for one copy of each row and column and for two."""
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
