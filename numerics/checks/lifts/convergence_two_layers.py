"""Evidence for L17.2: how large lifts of two hidden layers hold enough isolated copies."""

from math import floor

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.lifts.convergence import said
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.lifts.convergence import delta
from sparse_limits.theory.lifts.convergence_two_layers import (
    cantelli_failure,
    children,
    two_layer_convergence,
    two_layer_failure,
)
from sparse_limits.theory.lifts.copies import M
from sparse_limits.theory.lifts.coverage import omega, q, r
from sparse_limits.theory.lifts.degrees import lam, n

TREE = {children: sp.Integer(2), lam: sp.Rational(2, 3), omega: sp.Rational(1, 2), q: sp.Rational(1, 2)}


def isolated_counts(rng: np.random.Generator, lifts: int, vertices: int) -> NDArray[np.int64]:
    """Isolated copies of a unit with two children of types ½ each, top weights right with probability ½: int[lifts].

    λ = 2/3. Two types that make up all children are the two values of a fair coin.
    """
    edges = rng.random((lifts, vertices, vertices)) < 2 / 3 / vertices  # [lift, root, child]
    types = rng.random((lifts, 1, vertices)) < 0.5
    alone = edges.sum(axis=1, keepdims=True) == 1
    fitting = ((edges & alone & types).sum(axis=2) == 1) & ((edges & alone & ~types).sum(axis=2) == 1)
    counts: NDArray[np.int64] = (fitting & (edges.sum(axis=2) == 2) & (rng.random((lifts, vertices)) < 0.5)).sum(axis=1)
    return counts


@statistical(two_layer_convergence, tests=2, cost=0.4)
def isolated_copies_fall_short(two_layer_failure: sp.Expr, trial: Trial) -> Findings:
    """Sampled lifts with 16 vertices a layer hold fewer than M isolated copies of one unit as often as claimed, for M = 1 and 2."""
    lifts, vertices = trial.size(25_000), 16
    counts = trial.draw(isolated_counts, lifts, vertices)
    for copies in (1, 2):
        chance = trial.value(two_layer_failure, {**TREE, n: vertices, M: copies, r: 1})
        yield trial.counts(int((counts < copies).sum()), lifts, chance)


@enclosed(two_layer_convergence)
def tails_add_up(
    two_layer_failure: sp.Expr, cantelli_failure: sp.Expr, mean: sp.Expr, variance: sp.Expr, trial: Trial
) -> Findings:
    """Σ P(M′ ≥ m) = EM′ and Σ (2m − 1)P(M′ ≥ m) = EM′², in fractions; Cantelli's bound below the mean, and no guarantee from there on."""
    for c, vertices in ((1, 5), (2, 8)):
        point = {
            n: sp.Integer(vertices),
            children: sp.Integer(c),
            lam: sp.Rational(3, 2),
            omega: sp.Rational(4, 5),
            q: sp.Rational(1, 3),
        }
        counts = range(1, vertices // c + 1)
        law = [1 - rational(two_layer_failure, {**point, r: sp.Integer(4), M: sp.Integer(k)}) / 4 for k in counts]
        first = rational(mean, point)
        square = rational(variance, point) + first**2
        yield trial.holds(sum(law) == first, f"tails of {vertices} vertices add up to {sum(law)}, mean {first}")
        second = sum((2 * k - 1) * tail for k, tail in enumerate(law, start=1))
        yield trial.holds(second == square, f"… and to the second moment {second}, expected {square}")
    for degree in (sp.Rational(2, 3), sp.Rational(3, 2)):
        large = {n: 1200, children: 2, lam: degree, omega: sp.Rational(4, 5), q: sp.Rational(2, 5), r: 3}
        below_mean = floor(trial.value(mean, large))
        spread = mean if degree <= sp.Rational(5, 4) else variance
        for copies in (1, below_mean + 1):
            value = said(trial, cantelli_failure, {**large, M: copies})
            true = trial.value(3 * spread / (spread + (mean - copies + 1) ** 2), large)
            yield trial.holds(value is not None and abs(value - true) <= 1e-12, f"{value}, expected {true}")
        beyond = said(trial, cantelli_failure, {**large, M: below_mean + 2})
        yield trial.holds(beyond is None, f"from the mean on: {beyond}")


CHAIN = {children: sp.S.One, r: sp.S.One, q: sp.S.One, omega: sp.S.One}  # one unit with one child


@exact(two_layer_convergence)
def failures_can_rise_with_the_width(two_layer_failure: sp.Expr, trial: Trial) -> Findings:
    """The failure rises from one vertex, which is a copy, to two, for one copy; and from two vertices to three, for two copies."""
    for copies, degree, vertices, expected in (
        (1, "1", 1, "0"),
        (1, "1", 2, "5/8"),
        (2, "3/2", 2, "119/128"),
        (2, "3/2", 3, "61/64"),
    ):
        at = {**CHAIN, M: sp.Integer(copies), lam: sp.Rational(degree), n: sp.Integer(vertices)}
        value = rational(two_layer_failure, at)
        words = f"fewer than {copies} of {vertices} vertices, degree {degree}: {value}, expected {expected}"
        yield trial.holds(value == sp.Rational(expected), words)


SMALL = {children: 2, lam: sp.Rational(2, 3), omega: sp.Rational(4, 5), q: sp.Rational(1, 2), r: 3, M: 1}
LIMIT = sp.Rational(3, 4)


def keeps_the_limit(failure: sp.Expr, vertices: int) -> bool:
    try:
        return bool(balls.number(failure, {**SMALL, n: vertices}) <= LIMIT)
    except balls.NoGuaranteeError:
        return False


def first_and_last(most: int) -> tuple[int, int]:
    """The first size that keeps the limit by the exact law, and the last up to `most` that does not."""
    kept = {vertices: keeps_the_limit(two_layer_failure, vertices) for vertices in range(1, most + 1)}
    return min(v for v in kept if kept[v]), max(v for v in kept if not kept[v])


@enclosed(two_layer_convergence, cost=0.5)
def two_layer_sizes_keep_the_limit(two_layer_size: sp.Expr, cantelli_size: sp.Expr, trial: Trial) -> Findings:
    """The claimed sizes keep the limit, and one vertex less does not; up to 140 vertices all sizes are tried. The size by the exact law is
    at most that by Cantelli.
    """
    free = said(trial, two_layer_size, {**SMALL, children: 4, lam: 2, r: 1, delta: 1})
    yield trial.holds(free == 4, f"4 children, λ = 2: all failures allowed from 4 on, {free}")
    sizes = []
    for claimed, law in (
        (two_layer_size, two_layer_failure),
        (cantelli_size, cantelli_failure),
    ):
        found = int(said(trial, claimed, {**SMALL, delta: LIMIT}) or 0)
        for vertices, kept in ((found, True), (found - 1, False)):
            keeps = keeps_the_limit(law, vertices)
            yield trial.holds(keeps == kept, f"{vertices} vertices {'keep' if keeps else 'do not keep'} the limit")
        for nothing in (M, q, lam, omega):
            yield trial.holds(claimed.subs(nothing, 0) == no_guarantee, f"{nothing} = 0 guarantees nothing")
        sizes.append(found)
    for claimed, c, degree, first in (
        (two_layer_size, 2, "7/2", 4),
        (cantelli_size, 2, "7/2", 18),
        (cantelli_size, 3, "1/8", 3),
    ):
        start = said(trial, claimed, {**SMALL, children: c, lam: sp.Rational(degree), r: 1, delta: 1})
        yield trial.holds(start == first, f"{c} children, λ = {degree}: all failures allowed from {first} on, {start}")
    first, last = trial.once(first_and_last, 140)
    yield trial.holds(
        first == sizes[0] == last + 1, f"{first} is the first to keep the limit, all others up to {last} do not"
    )
    yield trial.holds(sizes == sorted(sizes), f"sizes {sizes} by the exact law and by Cantelli")


@enclosed(two_layer_convergence)
def isolated_copies_share_no_child(mean: sp.Expr, trial: Trial) -> Findings:
    """The mean number of isolated copies of n vertices lies between 0 and n/c, as isolated copies share no child."""
    yield trial.below(mean, n / children)
    yield trial.below(0, mean)
    yield trial.below(0, mean.subs(children, 2))
