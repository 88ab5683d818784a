"""Evidence for L8.1: binomial degrees."""

from collections.abc import Callable
from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, control, exact, statistical
from sparse_limits.numerics.lifts.trees import Sampling, in_degrees
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.degrees import CHANCE, ONE_MORE, binomial_degrees, k, lam, n, value
from sparse_limits.theory.lifts.further.poisson import poisson_law

ONE = sp.Integer(1)


@exact(binomial_degrees, step="law")
@control("Poisson", degree_law=poisson_law)
def law_grows_edge_by_edge(degree_law: sp.Expr, trial: Trial) -> Findings:
    """The law for one copy more at the same probability of an edge, by that for n copies; the chance of no edge; the law of one copy."""
    law = value(degree_law)
    more = valued(law, {**ONE_MORE, k: k + 1})
    without = law.subs(k, k + 1)
    yield trial.same(more, (1 - CHANCE) * without + CHANCE * law, by=over(law))
    yield trial.same(law.subs(k, 0), (1 - CHANCE) ** n)
    for edges, chance in enumerate((1 - lam, lam, sp.S.Zero)):
        yield trial.same(law.subs({n: 1, k: edges}), chance)


def over(term: sp.Expr) -> Callable[[sp.Expr], sp.Expr]:
    """A simplification of what is a multiple of a term, summand by summand."""
    return lambda gap: sp.cancel(
        sum(sp.cancel(sp.powsimp(sp.gammasimp(each / term))) for each in sp.Add.make_args(gap))
    )


def enumerated_law(copies: int, chance: sp.Rational) -> list[sp.Rational]:
    """The probabilities of 0, …, n edges, from all sets of edges."""
    law = [sp.Integer(0)] * (copies + 1)
    for edges in product((0, 1), repeat=copies):
        law[sum(edges)] += chance ** sum(edges) * (1 - chance) ** (copies - sum(edges))
    return law


@exact(binomial_degrees)
def degrees_count_the_edges_of_all_graphs(
    degree_law: sp.Expr, degree_zero: sp.Expr, variance: sp.Expr, trial: Trial
) -> Findings:
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
            yield trial.same(valued(degree_law, {**at, k: count}), probability)
        yield trial.same(degree_zero.subs(at), law[0])
        mean = sum(i * p for i, p in enumerate(law))
        yield trial.holds(mean == degree, f"the mean degree is {mean}, λ = {degree}")
        yield trial.same(variance.subs(at), sum((i - mean) ** 2 * p for i, p in enumerate(law)))


COUNTED = 5


def degree_counts(rng: np.random.Generator, vertices: int, copies: int, degree: int, sampling: Sampling) -> list[int]:
    """How many vertices have 0, …, 4 edges."""
    degrees = in_degrees(rng, vertices, copies, degree, sampling)
    counts: list[int] = np.bincount(degrees, minlength=COUNTED)[:COUNTED].tolist()
    return counts


@statistical(binomial_degrees, tests=2, cost=0.5)
def sampled_degrees_are_binomial(
    degree_law: sp.Expr, degree_zero: sp.Expr, sampling: Sampling, trial: Trial
) -> Findings:
    """Vertices with 0, …, 4 edges at (n, λ) = (20, 2), and those without any there and at (200, 2)."""
    many, few = trial.size(120_000), trial.size(6_000)
    counts, others = (trial.draw(degree_counts, *each, 2, sampling) for each in ((many, 20), (few, 200)))
    changed = sampling != "independent"
    law = [trial.value(degree_law, {n: 20, lam: 2, k: count}) for count in range(COUNTED)]
    yield trial.counts_each(counts, many, law, observed=changed)
    none = [trial.value(degree_zero, {n: copies, lam: 2}) for copies in (20, 200)]
    yield trial.counts_each([counts[0], others[0]], np.array([many, few]), none, observed=changed)
