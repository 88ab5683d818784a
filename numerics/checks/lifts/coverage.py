"""Evidence for L11.1: copies in one hidden layer, all its types in fractions, and bounds."""

from fractions import Fraction
from itertools import product

import sympy as sp

from sparse_limits.numerics.checks.lifts.coverage_enumeration import chance_of, counts_by_enumeration, exactly
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.lifts.coverage import coverage_probability
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.coverage import (
    N_1,
    N_2,
    all_covered,
    binomial_below,
    copies_in_one_layer,
    copies_law,
    inputs,
    m,
    omega,
    p_0,
    pattern,
    q,
    q_1,
    q_2,
    r,
    z,
)
from sparse_limits.theory.lifts.degrees import n


def share_of_pattern(size: int, present: int, density: Fraction) -> Fraction:
    """The probability that the edges from `size` inputs are those from the first `present` ones, by all masks."""
    wanted = (1,) * present + (0,) * (size - present)
    masks = (mask for mask in product((0, 1), repeat=size) if mask == wanted)
    return sum((density ** sum(mask) * (1 - density) ** (size - sum(mask)) for mask in masks), Fraction(0))


@exact(copies_in_one_layer)
def type_is_one_mask_of_all(type_probability: sp.Expr, trial: Trial) -> Findings:
    """All masks of up to four inputs, and at most three of the 2^s signs of the weights."""
    for size, present, density in ((4, 3, "1/2"), (3, 2, "1/3"), (2, 0, "3/5"), (2, 2, "1"), (3, 0, "0")):
        region = Fraction(min(3, 2**present), 2**present)
        share = region * trial.once(share_of_pattern, size, present, Fraction(density))
        at = {inputs: size, pattern: present, p_0: sp.Rational(density), omega: sp.Rational(region)}
        yield trial.holds(exactly(type_probability, at) == sp.Rational(share), f"a type of probability {share}")


# among them types that fill everything, one vertex, and a type that never occurs
TWO_TYPES = ((5, "1/4", "1/3"), (6, "1/5", "1/3"), (4, "2/5", "3/5"), (1, "1/2", "1/5"), (3, "0", "1/7"))


@exact(copies_in_one_layer)
def counts_sum_over_all_types(
    copies_law: sp.Expr, binomial_below: sp.Expr, counts_law: sp.Expr, trial: Trial
) -> Findings:
    """All ways to give two types to up to six vertices, in fractions."""
    for vertices, first, second in TWO_TYPES:
        law = trial.once(counts_by_enumeration, vertices, (Fraction(first), Fraction(second)))
        at = {n: vertices, q: sp.Rational(first), q_1: sp.Rational(first), q_2: sp.Rational(second)}
        for count in range(vertices + 2):
            seen = chance_of(law, lambda counts, count=count: counts[0] == count)
            yield trial.holds(exactly(copies_law, {**at, m: count}) == seen, f"P(M = {count}) = {seen}")
            seen = chance_of(law, lambda counts, count=count: counts[0] < count)
            yield trial.holds(exactly(binomial_below, {**at, m: count}) == seen, f"P(M < {count}) = {seen}")
        for counts in product(range(vertices + 1), repeat=2):
            seen = sp.Rational(law.get(counts, Fraction(0)))
            value = exactly(counts_law, {**at, N_1: counts[0], N_2: counts[1]})
            yield trial.holds(value == seen, f"P{counts} = {seen}")


def coefficient(function: sp.Expr, order: int) -> sp.Expr:
    """order! times the coefficient of z^order in a function whose sums have known limits."""

    def terms(body: sp.Expr, limits: sp.Tuple) -> sp.Expr:
        index, low, high = limits
        return sp.Add(*(body.subs(index, value) for value in range(low, high + 1)))

    def first_terms(power: sp.Expr) -> sp.Expr:
        start = power.subs(z, 0)
        return sp.exp(start) * sp.Add(*((power - start) ** i / sp.factorial(i) for i in range(order + 1)))

    written = function.replace(sp.Sum, terms)
    polynomial = sp.expand(written.replace(sp.exp, first_terms))
    if polynomial.is_polynomial(z):
        return sp.factorial(order) * polynomial.coeff(z, order)
    return sp.diff(sp.expand(written), z, order).subs(z, 0)


@exact(copies_in_one_layer)
def coverage_sums_over_all_types(
    both_covered: sp.Expr, generating_function: sp.Expr, all_covered: sp.Expr, trial: Trial
) -> Findings:
    """All ways to give two or more types to a few vertices, in fractions; the engine for lists of types agrees."""
    for vertices, first, second in TWO_TYPES:
        chances = Fraction(first), Fraction(second)
        law = trial.once(counts_by_enumeration, vertices, chances)
        at = {n: vertices, q_1: sp.Rational(first), q_2: sp.Rational(second)}
        for count in range(min(4, vertices + 2)):
            seen = chance_of(law, lambda counts, count=count: min(counts) >= count)
            value = exactly(both_covered, {**at, m: count})
            yield trial.holds(value == seen, f"both {count} times: {seen}")
            yield trial.holds(value == coverage_probability(vertices, chances, count), "the engine agrees")
            if (vertices, count) in {(5, 2), (4, 1)}:
                value = coefficient(valued(generating_function, {**at, m: count}), vertices)
                yield trial.holds(value == seen, f"the coefficient of z^{vertices}: {seen}")
    for vertices, types, share in ((4, 3, "1/4"), (4, 2, "1/2"), (3, 1, "2/3"), (3, 3, "1/4"), (2, 3, "1/5")):
        equal = (Fraction(share),) * types
        seen = chance_of(trial.once(counts_by_enumeration, vertices, equal), lambda counts: min(counts) > 0)
        value = exactly(all_covered, {n: vertices, r: types, q: sp.Rational(share)})
        yield trial.holds(value == seen, f"all {types} types: {seen}")
        yield trial.holds(value == coverage_probability(vertices, equal), "the engine agrees")


at_half = binomial_below.subs(m, sp.ceiling(n * q / 2))
LARGE = ({n: sp.Integer(2048), q: sp.Rational(1, 64)}, {n: sp.Integer(7), q: sp.S.One})
copies_per_layer = sp.Symbol("c", positive=True)


@enclosed(copies_in_one_layer)
def one_layer_bounds_hold(chernoff: sp.Expr, union_bound: sp.Expr, trial: Trial) -> Findings:
    """Chernoff's bound is e^{−δ²μ/2} at δ = ½; the union bound is the tangent, at e^{−c} = 0, of the limit (1 − e^{−c})^r for c copies of
    each type. Both bound the exact probabilities at points.
    """
    mean = sp.Sum(m * copies_law.args[1][0], (m, 0, n)).subs(n, 5).doit()  # of five vertices
    yield trial.same(chernoff.subs(n, 5), sp.exp(-mean / 8), by=sp.expand)
    yield trial.below(at_half, chernoff, at=[*trial.points(at_half), *LARGE])  # boxes: a sum of ⌈nq/2⌉ terms; all n: E2
    missing = sp.Symbol("x")
    for types in (1, 2, 3):
        limit = sum((-1) ** j * sp.binomial(types, j) * missing**j for j in range(types + 1))  # (1 − jc/n)^n → x^j
        tangent = limit.subs(missing, 0) + sp.diff(limit, missing).subs(missing, 0) * sp.exp(-copies_per_layer)
        yield trial.same(union_bound.subs({r: types, q: copies_per_layer / n}), tangent, by=sp.expand)
        covered = all_covered.subs(r, types)
        yield trial.below(union_bound.subs(r, types), covered, at=trial.points(covered, count=2))
