"""Evidence for the steps of L11.1: one input, one vertex or one type more, for all numbers of them."""

from collections.abc import Callable

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.exact.identities import is_zero, simplified
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.coverage import (
    N_1,
    N_2,
    copies_in_one_layer,
    inputs,
    j,
    m,
    omega,
    p_0,
    pattern,
    q,
    q_1,
    q_2,
    r,
    where_some,
    z,
)
from sparse_limits.theory.lifts.degrees import n

others = sp.Symbol("l", integer=True, nonnegative=True)  # vertices of neither type


def over(term: sp.Expr) -> Callable[[sp.Expr], sp.Expr]:
    """A simplification of what is a multiple of a term that is not 0."""

    def by(gap: sp.Expr) -> sp.Expr:
        parts = (sp.gammasimp(sp.powsimp(part / term)) for part in sp.Add.make_args(gap))
        left = sp.Add(*parts)
        return sp.S.Zero if is_zero(left) else simplified(sp.powsimp(sp.expand(left)))

    return by


@exact(copies_in_one_layer, step="one type")
def inputs_are_added_one_by_one(type_probability: sp.Expr, trial: Trial) -> Findings:
    """One input more multiplies the probability by p₀ in the pattern and by 1 − p₀ outside of it; without inputs it is ω."""
    inside = valued(type_probability, {inputs: inputs + 1, pattern: pattern + 1})
    yield trial.same(inside, p_0 * type_probability, by=over(type_probability))
    outside = type_probability.subs(inputs, inputs + 1)
    yield trial.same(outside, (1 - p_0) * type_probability, by=over(type_probability))
    yield trial.same(type_probability.subs({inputs: 0, pattern: 0}), omega)


@exact(copies_in_one_layer, step="number of copies")
def copies_are_added_vertex_by_vertex(copies_law: sp.Expr, trial: Trial) -> Findings:
    """The law of n + 1 vertices from that of n, at m + 1 and at 0; the law of one vertex."""
    law = where_some(copies_law)
    more = valued(law, {n: n + 1, m: m + 1})
    yield trial.same(more, (1 - q) * law.subs(m, m + 1) + q * law, by=over(law))
    none = law.subs(m, 0)
    yield trial.same(none.subs(n, n + 1), (1 - q) * none, by=over(none))
    yield trial.same(none.subs(n, 1), 1 - q)
    yield trial.same(law.subs({n: 1, m: 1}), q)


@exact(copies_in_one_layer, step="two types")
def counts_are_added_vertex_by_vertex(counts_law: sp.Expr, trial: Trial) -> Findings:
    """The law of one vertex more, where both, one or none of the counts is positive, and the law of one vertex."""

    def law(vertices: sp.Expr, first: sp.Expr, second: sp.Expr) -> sp.Expr:
        return valued(where_some(counts_law), {n: vertices, N_1: first, N_2: second})

    rest, here = 1 - q_1 - q_2, law(n, N_1, N_2)
    before = rest * law(n, N_1 + 1, N_2 + 1) + q_1 * law(n, N_1, N_2 + 1) + q_2 * law(n, N_1 + 1, N_2)
    yield trial.same(law(n + 1, N_1 + 1, N_2 + 1), before, by=over(here))
    first = rest * law(n, N_1 + 1, sp.S.Zero) + q_1 * law(n, N_1, sp.S.Zero)
    yield trial.same(law(n + 1, N_1 + 1, sp.S.Zero), first, by=over(law(n, N_1, sp.S.Zero)))
    second = rest * law(n, sp.S.Zero, N_2 + 1) + q_2 * law(n, sp.S.Zero, N_2)
    yield trial.same(law(n + 1, sp.S.Zero, N_2 + 1), second, by=over(law(n, sp.S.Zero, N_2)))
    yield trial.same(law(n + 1, sp.S.Zero, sp.S.Zero), rest * law(n, sp.S.Zero, sp.S.Zero), by=over(rest**n))
    for counts, chance in (((0, 0), rest), ((1, 0), q_1), ((0, 1), q_2)):
        yield trial.same(law(sp.S.One, *map(sp.Integer, counts)), chance)


@exact(copies_in_one_layer, step="generating function")
def laws_are_coefficients(
    counts_law: sp.Expr, type_series: sp.Expr, generating_function: sp.Expr, trial: Trial
) -> Findings:
    """The law times zⁿ/n! is a product of three terms, one for each type and one of e^{(1 − q₁ − q₂)z}; the generating function is the
    product of their series.
    """
    size, rest = N_1 + N_2 + others, 1 - q_1 - q_2
    terms = [(chance * z) ** count / sp.factorial(count) for chance, count in ((q_1, N_1), (q_2, N_2), (rest, others))]
    law = where_some(counts_law).subs(n, size)
    yield trial.same(law * z**size / sp.factorial(size), sp.Mul(*terms), by=over(sp.Mul(*terms)))
    both = type_series.subs(q, q_1) * type_series.subs(q, q_2)
    yield trial.same(generating_function, sp.exp(rest * z) * both)


@exact(copies_in_one_layer, step="all types")
def layers_cover_types_vertex_by_vertex(all_covered: sp.Expr, trial: Trial) -> Findings:
    """Term by term: the first of n + 1 vertices is of one of r types or of none; without vertices the terms telescope to 0."""
    ((term, limits),) = [each.args for each in where_some(all_covered).atoms(sp.Sum)]
    yield trial.holds(limits == sp.Tuple(j, 0, r), f"the sum is over {limits}")
    later = (1 - r * q) * term + r * q * term.subs(r, r - 1)
    yield trial.same(term.subs(n, n + 1), later, by=over(term))
    part = (-1) ** j * sp.binomial(r - 1, j)
    yield trial.same(term.subs(n, 0), part - part.subs(j, j - 1), by=over(sp.binomial(r, j) * (-1) ** j))
    yield trial.same(term.subs({r: 1, j: 0}) + term.subs({r: 1, j: 1}), 1 - (1 - q) ** n)
