"""Evidence for G11.1, besides its reasons: opposite rows have the mean; small laws of rows; and more."""

from fractions import Fraction
from itertools import combinations, product
from math import comb
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.masks.cut_norm import exact_cut_norm
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.row_label import eta, gamma, kappa, negative_part, positive_part, row_label
from sparse_limits.theory.graphon.row_latent import rational
from sparse_limits.theory.graphon.symbols import n

Integers = NDArray[np.int64]
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


def means_of(law: Law, size: int) -> Means:
    """The means, by enumeration of all choices of `size` rows, all cuts and all sets of columns."""
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
    return sp.Rational(comb(tosses, tosses // 2), 2**tosses)


@exact(row_label)
def opposite_rows_have_the_mean(opposite_mean: sp.Expr, trial: Trial) -> Findings:
    """The mean of the best of all cuts, over all signs of rows ±(1, −1), is the stated one for 1, 2, 3 and 5 rows."""
    for size in (1, 2, 3, 5):
        signs = np.array(list(product((1, -1), repeat=size)))
        cuts = np.rint(np.asarray(exact_cut_norm(np.stack([signs, -signs], axis=2))) * 2 * size).astype(np.int64)
        yield trial.same(opposite_mean.subs(n, size), sp.Rational(int(cuts.sum()), 2 * size * len(signs)))


@enclosed(row_label)
def small_laws_of_rows(
    four_cycle: sp.Expr, upper: sp.Expr, projection: sp.Expr, comparison: sp.Expr, trial: Trial
) -> Findings:
    """For all masks of two and three rows of small laws: 4-cycles have the stated mean, and cuts and κ keep both sides of the theorem.

    The extremal laws follow: rows ±(1, −1); n rows ±(1, …, 1), half of which may be 0; independent entries ±½.
    """
    for size, means in small_means(trial):
        at = {n: size, kappa: means.kappa, gamma: means.gamma, eta: means.eta}
        yield trial.same(valued(four_cycle, at), means.four_cycle)
        yield trial.below(means.cut, valued(upper, at), at=[{}])
        yield trial.below(valued(projection, at), means.cut, at=[{}])
        yield trial.below(means.kappa, valued(comparison, at), at=[{}])
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


@enclosed(row_label)
def rows_of_one_sign_have_the_most(four_cycle: sp.Expr, projection: sp.Expr, trial: Trial) -> Findings:
    """The mean of 4-cycles is at most 1, also for one row alone, and the lower bound of the cut at most ½.

    Rows ±(1, …, 1) with fair signs have these values: all cycles count 1, and a cut of one sign has half of the rows.
    """
    alone = four_cycle.subs(n, 1)
    for found, most in ((four_cycle, sp.S.One), (alone, sp.S.One), (projection, sp.Rational(1, 2))):
        yield trial.below(found, most)
    most_of_all = {kappa: sp.S.One, eta: sp.S.One, gamma: sp.S.One, n: sp.Integer(5)}
    yield trial.below(four_cycle, 1, at=[most_of_all])
    yield trial.below(projection, sp.Rational(1, 2), at=[most_of_all])


@exact(row_label, step="comparison")
def comparison_has_two_parts(comparison: sp.Expr, parts_bound: sp.Expr, trial: Trial) -> Findings:
    """The comparison is the bound in which both parts are √γ; and κ = 4γ for rows ±(1, −1), by their Γ."""
    root = sp.sqrt(gamma)
    yield trial.same(comparison, parts_bound.subs({positive_part: root, negative_part: root}))
    opposite = means_of(Law(SCALE * np.array([[1, -1], [-1, 1]]), (1, 1)), 2)
    yield trial.same(comparison.subs(gamma, opposite.gamma), opposite.kappa)
