"""Evidence for L8: binomial degrees, and their distance from the Poisson law."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import sympy as sp

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.lifts.trees import Sampling, in_degrees
from theory.lifts.degrees import (
    binomial_degrees,
    bound,
    coupled_bound,
    degree_law,
    degree_zero,
    k,
    lam,
    le_cam_bound,
    n,
    order,
    poisson_law,
    variation_distance,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
ONE = sp.Integer(1)


def enumerated_law(copies: int, chance: sp.Rational) -> list[sp.Rational]:
    """The probabilities of 0, …, n edges, from all sets of edges."""
    law = [sp.Integer(0)] * (copies + 1)
    for edges in product((0, 1), repeat=copies):
        law[sum(edges)] += chance ** sum(edges) * (1 - chance) ** (copies - sum(edges))
    return law


@exact(binomial_degrees)
@control("Poisson", degree_law=poisson_law)
@control("an edge too many", degree_law=degree_law.subs(n, n + 1))
@control("law 10 % more", degree_law=ELEVEN * degree_law)
@control("constant in-degree: none without edges", degree_zero=sp.Integer(0))
@control("constant in-degree: no variance", variance=sp.Integer(0))
@control("Poisson variance", variance=lam)
def degrees_count_the_edges_of_all_graphs(
    degree_law: sp.Expr, degree_zero: sp.Expr, variance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Law, variance and the chance of no edge, from all sets of edges; λ = 0 and λ = n too."""
    for copies, degree in (
        (1, ONE / 3),
        (1, ONE),
        (3, sp.Integer(0)),
        (3, ONE / 2),
        (4, ONE),
        (4, ONE * 4),
        (5, ONE * 2),
    ):
        law, at = enumerated_law(copies, degree / copies), {n: copies, lam: degree}
        for count, probability in enumerate(law):
            yield trial.same(degree_law.subs({**at, k: count}), probability)
        yield trial.same(degree_zero.subs(at), law[0])
        mean = sum(i * p for i, p in enumerate(law))
        yield trial.holds(mean == degree, f"the mean degree is {mean}, λ = {degree}")
        yield trial.same(variance.subs(at), sum((i - mean) ** 2 * p for i, p in enumerate(law)))


@enclosed(binomial_degrees)
@control("twice, the sum of both excesses", variation_distance=2 * variation_distance)
@control("10 % more", variation_distance=ELEVEN * variation_distance)
@control("the bound", variation_distance=bound)
def distance_is_half_the_sum_of_differences(
    variation_distance: sp.Expr, poisson_law: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """½ Σ|P(X = i) − π_i|, where Poisson alone has mass beyond n."""
    for copies, degree in ((1, ONE / 3), (1, ONE), (2, sp.Integer(0)), (3, ONE), (5, ONE * 5), (8, ONE * 5 / 2)):
        law = enumerated_law(copies, degree / copies)
        poisson = [poisson_law.subs({lam: degree, k: i}) for i in range(copies + 1)]
        within = sum(sp.Abs(p - q) for p, q in zip(law, poisson, strict=True))
        yield trial.same(variation_distance.subs({n: copies, lam: degree}), (within + 1 - sum(poisson)) / 2, by=None)


def stein_increment(j: int) -> sp.Expr:
    """f(j + 1) − f(j) for the solution of λ f(i + 1) − i f(i) = 1{i = j} − π_j, from its recursion in i."""
    point = poisson_law.subs(k, j)
    values = [sp.Integer(0)]
    for i in range(j + 1):
        values.append(((1 if i == j else 0) - point + i * values[i]) / lam)
    return values[j + 1] - values[j]


@exact(binomial_degrees)
@control("without Stein's factor: λ/n", bound=lam / n)
@control("the coupling's", bound=coupled_bound)
@control("bound 10 % more", bound=ELEVEN * bound)
@control("bound 10 % less", bound=NINE * bound)
@control("one edge", coupled_bound=lam / n * (1 - sp.exp(-lam / n)))
@control("coupling 10 % more", coupled_bound=ELEVEN * coupled_bound)
@control("Le Cam's with its usual 2", le_cam_bound=2 * le_cam_bound)
@control("Le Cam's 10 % less", le_cam_bound=NINE * le_cam_bound)
def bounds_come_from_their_proofs(
    bound: sp.Expr, coupled_bound: sp.Expr, le_cam_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """np² times Stein's largest increment, that of the event {1}; n times the distance p − pe^{−p} of one edge, and np²."""
    chance = lam / n
    yield trial.same(bound, n * chance**2 * stein_increment(1))
    yield trial.same(coupled_bound, n * chance * (1 - sp.exp(-chance)))
    yield trial.same(le_cam_bound, n * chance**2)


@enclosed(binomial_degrees)
@control("without Stein's factor: 1/n", bound=1 / n)
@control("exponent of λ halved", bound=(1 - sp.exp(-lam / 2)) * lam / n)
@control("10 % less", bound=NINE * bound)
@control("the coupling of one edge", coupled_bound=coupled_bound / n)
@control("Le Cam's halved", le_cam_bound=le_cam_bound / 2)
@control("distance twice", variation_distance=2 * variation_distance)
def bounds_hold(
    variation_distance: sp.Expr, bound: sp.Expr, coupled_bound: sp.Expr, le_cam_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Stein's other increments are smaller, the bounds in order at random sizes, and the first is attained at n = 1."""
    for j in (2, 3, 5):
        yield trial.below(lam**2 / n * stein_increment(j), bound)
    for at in trial.points(variation_distance):
        for smaller, larger in ((variation_distance, bound), (bound, coupled_bound), (coupled_bound, le_cam_bound)):
            yield trial.below(smaller, larger, at=[at])
    for degree in (sp.Integer(0), ONE / 7, ONE):
        at = {n: sp.Integer(1), lam: degree}
        yield trial.same(variation_distance.subs(at), bound.subs(at), by=None)
        yield trial.same(bound.subs(at), coupled_bound.subs(at))


@enclosed(binomial_degrees)
@control("without a half", order=2 * order)
@control("the bound's", order=lam * (1 - sp.exp(-lam)))
@control("10 % more", order=ELEVEN * order)
@control("10 % less", order=NINE * order)
@control("distance 10 % more", variation_distance=ELEVEN * variation_distance)
def distance_has_this_order(order: sp.Expr, variation_distance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The positive parts of lim n(P(X = i)/π_i − 1), π-weighted; n times the distance four times nearer to it at four times n."""
    x = sp.Symbol("x", positive=True)  # 1/n
    drift = sp.series(sp.log(1 - lam * x) / x, x, 0, 2).removeO().coeff(x, 1)  # of (1 − λ/n)^n e^λ
    slopes = [drift + i * lam - sp.binomial(i, 2) for i in range(7)]  # with (n)_i n^−i and (1 − λ/n)^−i
    for degree in (ONE / 2, ONE * 5 / 2):
        positive = (sp.Max(0, each) * poisson_law.subs(k, i) for i, each in enumerate(slopes))
        yield trial.same(order, sum(positive), by=None, at=[{lam: degree}])
    limit = order.subs(lam, 2)
    far, near = (trial.value(n * variation_distance - limit, {lam: ONE * 2, n: ONE * size}) for size in (24, 96))
    yield trial.holds(
        abs(near) <= 0.3 * abs(far), f"n times the distance is off by {far:.3g} at 24, by {near:.3g} at 96"
    )
    for share in (variation_distance / bound, order / (n * bound)):
        at = [{lam: ONE * 2, n: ONE * 200}]
        yield trial.below(sp.Rational(51, 200), share, at=at)
        yield trial.below(share, sp.Rational(53, 200), at=at)


COUNTED = 5


def degree_counts(rng: np.random.Generator, vertices: int, copies: int, degree: int, sampling: Sampling) -> list[int]:
    """How many vertices have 0, …, 4 edges."""
    degrees = in_degrees(rng, vertices, copies, degree, sampling)
    counts: list[int] = np.bincount(degrees, minlength=COUNTED)[:COUNTED].tolist()
    return counts


@statistical(binomial_degrees, tests=2, cost=0.5)
@control("constant in-degree", sampling="constant")
@control("Poisson", degree_law=poisson_law)
@control("Poisson, no edge", degree_zero=sp.exp(-lam))
@control("law 10 % more", degree_law=ELEVEN * degree_law)
@control("no edge 10 % less", degree_zero=NINE * degree_zero)
def sampled_degrees_are_binomial(
    degree_law: sp.Expr, degree_zero: sp.Expr, sampling: Sampling, trial: Trial
) -> Iterator[Finding]:
    """Vertices with 0, …, 4 edges at (n, λ) = (20, 2), and those without any there and at (200, 2)."""
    many, few = trial.size(120_000), trial.size(6_000)
    counts, others = (trial.draw(degree_counts, *each, 2, sampling) for each in ((many, 20), (few, 200)))
    changed = sampling != "independent"
    law = [trial.value(degree_law, {n: 20, lam: 2, k: count}) for count in range(COUNTED)]
    yield trial.counts_each(counts, many, law, observed=changed)
    none = [trial.value(degree_zero, {n: copies, lam: 2}) for copies in (20, 200)]
    yield trial.counts_each([counts[0], others[0]], np.array([many, few]), none, observed=changed)
