"""Evidence for the steps of L11.1: one input, one vertex or one type more, for all numbers of them."""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.lifts.coverage import efron_stein_sum
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.identities import is_zero, simplified
from sparse_limits.numerics.exact.limits import limit_by_logarithm
from sparse_limits.numerics.lifts.coverage import Copies, copies_in_lifts, random_edges, sign_weights, vertex_types
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
from sparse_limits.theory.lifts.degrees import k, lam, n
from sparse_limits.theory.lifts.isolated import (
    edge,
    expected_copies,
    factorial_moment,
    isolated_cells,
    isolated_mean,
    isolated_variance,
)
from sparse_limits.theory.lifts.wide_lifts import copies_in_wide_lifts, flattest, isolated_rate, steepest

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


# Copies in wide lifts, limits of their rates and bounds of their variance; samples for L11.1 and L11.2

HARDEST = sp.Rational(2, 3)  # λ = r/(1 + r) for two children


class Limits(NamedTuple):
    """Limits for n → ∞ with λ fixed: of EM/n, EM'/n and Var M'/n."""

    copies: sp.Expr
    isolated: sp.Expr
    variance: sp.Expr


@cache
def limits(children: int) -> Limits:
    """By computer algebra from the exact formulas."""

    def expanded(formula: sp.Expr) -> sp.Expr:
        return sp.expand_func(formula.subs(r, children).args[-1][0])

    mean, second = expanded(isolated_mean), expanded(factorial_moment.subs(k, 2))
    rate = limit_by_logarithm(mean / n, n)
    x = sp.Symbol("x", positive=True)
    ratio = sp.cancel(sp.powsimp(second / mean**2).subs(n, 1 / x))  # rational: 1 + excess·x + …
    (above, more_above), (below, more_below) = (
        [part.coeff(x, order) for order in (0, 1)] for part in sp.fraction(ratio)
    )
    excess = (more_above * below - above * more_below) / below**2
    return Limits(limit_by_logarithm(expanded(expected_copies) / n, n), rate, rate + rate**2 * excess)


@exact(copies_in_wide_lifts, cost=1.0)
def rates_are_limits(
    copies_rate: sp.Expr, isolated_rate: sp.Expr, best_lambda: sp.Expr, variance_rate: sp.Expr, trial: Trial
) -> Findings:
    """Limits by computer algebra for one to three children, and where the rate of isolated copies is stationary."""
    for children in (1, 2, 3):
        found = limits(children)
        yield trial.same(copies_rate.subs(r, children), found.copies, by=sp.expand)
        yield trial.same(isolated_rate.subs(r, children), found.isolated, by=sp.expand)
        yield trial.same(variance_rate.subs(r, children), found.variance, by=sp.expand)
    slope = sp.diff(sp.log(isolated_rate), lam)
    yield trial.vanishes(slope.subs(lam, best_lambda))
    rise = sp.diff(sp.expand_log(sp.log(isolated_rate), force=True), lam)
    before, after = (sp.cancel(rise.subs(lam, place)) for place in (best_lambda / 2, 2 * best_lambda))
    yield trial.holds(before.is_positive and after.is_negative, f"the slope is {before} before, {after} after it")


@enclosed(copies_in_wide_lifts)
def dispersion_lies_between_its_extremes(
    dispersion: sp.Expr, least_dispersion: sp.Expr, most_dispersion: sp.Expr, trial: Trial
) -> Findings:
    """For two children the dispersion is the limit of Var M'/EM'. For one child it is stationary at the two places, with the extremes as
    values, and tends to 1 at both ends; for two, three and five children it lies inside.
    """
    found = limits(2)
    yield trial.same(dispersion.subs(r, 2) * found.isolated, found.variance, by=sp.expand)
    one = dispersion.subs({r: 1, q: 1, omega: 1})
    for place, extreme in ((steepest, least_dispersion), (flattest, most_dispersion)):
        yield trial.same(sp.diff(one, lam).subs(lam, place), 0, by=sp.expand)
        yield trial.same(one.subs(lam, place), extreme, by=sp.expand)
    for end in (0, sp.oo):
        yield trial.same(sp.limit(one, lam, end), 1)
    for children in (2, 3, 5):
        here = {r: children, q: sp.Rational(1, children), omega: 1}
        low, high = (1 + children**2) * isolated_rate.subs(here), 2 * children * lam * isolated_rate.subs(here)
        for grows, at in ((low, sp.Rational(children, 1 + children)), (high, sp.S.One)):
            yield trial.vanishes(sp.simplify(sp.diff(sp.log(grows), lam).subs(lam, at)))
        yield trial.below(  # for all numbers of children: the step *extremes*
            least_dispersion, 1 - low.subs(lam, sp.Rational(children, 1 + children)), at=[{}], strict=True
        )
        yield trial.below(1 + high.subs(lam, 1), most_dispersion, at=[{}], strict=True)


def square_of_change() -> tuple[sp.Expr, sp.Expr]:
    """E(1 + |A| + |A'|)² from the generating function of binomial in-degrees, and its limit for n → ∞."""
    s = sp.Symbol("s", positive=True)
    law = s * (1 - edge + edge * s) ** (2 * n)
    square = sp.simplify(sp.diff(s * sp.diff(law, s), s).subs(s, 1))
    return square, sp.limit(square, n, sp.oo)


@exact(copies_in_wide_lifts)
def changes_of_one_piece_bound_the_variance(efron_stein: sp.Expr, change_of_root: sp.Expr, trial: Trial) -> Findings:
    """E(1 + |A| + |A'|)² by binomial in-degrees is at most its limit for n → ∞, the change of a root; the bound adds it up over 2n pieces,
    and holds for three small lifts.
    """
    square, limit = trial.once(square_of_change)
    yield trial.same(change_of_root, limit)
    yield trial.holds(sp.simplify(change_of_root - square).is_nonnegative, f"E(1 + |A| + |A'|)² = {square}")
    yield trial.same(efron_stein, n * (1 + change_of_root) / 2, by=sp.expand)
    for size, density, chances in ((3, "1/3", "1/4 1/4"), (3, "2/5", "1/3"), (2, "1", "1/2")):
        variance, total = trial.once(efron_stein_sum, size, density, chances)
        bound = efron_stein.subs({n: size, lam: size * sp.Rational(density)})
        loose = f", {float(bound / variance):.3g} times the variance" if variance else ""
        yield trial.holds(variance <= total <= bound, f"Var M' = {variance} ≤ {total} ≤ {bound}{loose}")


# Samples

UNITS = (  # of tanh(x₁ + x₂ + x₃) and tanh(x₂ − x₃ + x₄), either up to its sign
    ((1, 1, 1, 0), (-1, -1, -1, 0)),
    ((0, 1, -1, 1), (0, -1, 1, -1)),
)


def unit_counts(rng: np.random.Generator, lifts: int, size: int) -> NDArray[np.int64]:
    """Copies of each unit in lifts with one hidden layer, four inputs, density ½ and weights ±1. int[lifts, 2]"""
    kinds = vertex_types(sign_weights(rng, lifts, size, 4, 0.5), UNITS)
    return np.stack([(kinds == each).sum(axis=1) for each in (0, 1)], axis=1)


UNIT = {inputs: 4, pattern: 3, p_0: sp.Rational(1, 2), omega: sp.Rational(1, 4)}


@statistical(copies_in_one_layer, tests=3)
def sampled_layers_hold_the_units(
    type_probability: sp.Expr, both_covered: sp.Expr, binomial_below: sp.Expr, trial: Trial
) -> Findings:
    """Layers of 64 vertices: how many vertices are copies of one unit, how many layers hold both units, and how many hold fewer than two
    copies of the first.
    """
    size, lifts = 64, trial.size(3000)
    counts = trial.draw(unit_counts, lifts, size)
    yield trial.counts(int(counts[:, 0].sum()), lifts * size, trial.value(type_probability, UNIT))
    share = sp.Rational(1, 64)
    at = {n: sp.Integer(size), q: share, q_1: share, q_2: share}
    yield trial.counts(int((counts.min(axis=1) > 0).sum()), lifts, trial.value(both_covered, {**at, m: 1}))
    yield trial.counts(int((counts[:, 0] < 2).sum()), lifts, trial.value(binomial_below, {**at, m: 2}))


def two_layer_copies(rng: np.random.Generator, lifts: int, size: int, degree: str, signs: bool) -> Copies:
    """Copies of a witness whose two children see one input each, the first and the second of two, at density ½.

    With `signs` the top weights have to be + and −, each with probability ½.
    """
    kinds = vertex_types(sign_weights(rng, lifts, size, 2, 0.5), (((1, 0), (-1, 0)), ((0, 1), (0, -1))))
    edges = random_edges(rng, lifts, size, Fraction(degree))
    weights = rng.integers(0, 2, len(edges.roots))
    return copies_in_lifts(kinds, edges, 2, weights == kinds.ravel()[edges.children] if signs else None)


@statistical(isolated_cells, tests=5, cost=0.5)
def sampled_lifts_hold_the_witness(
    isolated_mean: sp.Expr, isolated_at_least: sp.Expr, some_copy: sp.Expr, trial: Trial
) -> Findings:
    """400 vertices a layer, λ = 2/3: the mean of M', and how many lifts have at least one or two isolated copies; 20 vertices, λ = 2: how
    many have any copy.
    """
    lifts, quarter = trial.size(500), sp.Rational(1, 4)
    for signs, most in ((False, 2), (True, 1)):
        isolated = trial.draw(two_layer_copies, lifts, 400, "2/3", signs).isolated
        at = {n: sp.Integer(400), lam: HARDEST, r: sp.Integer(2), q: quarter, omega: quarter if signs else sp.S.One}
        for count in range(1, most + 1):
            chance = trial.value(isolated_at_least, {**at, m: count})
            yield trial.counts(int((isolated >= count).sum()), lifts, chance)
        if not signs:
            variance = trial.value(isolated_variance, at)
            yield trial.unbounded_averages(isolated.astype(float), trial.value(isolated_mean, at), variance)
    copies = trial.draw(two_layer_copies, 2 * lifts, 20, "2", False).all
    at = {n: sp.Integer(20), lam: sp.Integer(2), q_1: quarter, q_2: quarter, omega: sp.S.One}
    yield trial.counts(int((copies > 0).sum()), 2 * lifts, trial.value(some_copy, at))
