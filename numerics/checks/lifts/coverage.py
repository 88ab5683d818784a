"""Evidence for L11.1: copies in one hidden layer, all its types in fractions, and bounds."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from itertools import product
from math import lcm, prod
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.evidence.points import Point
from sparse_limits.numerics.exact.rationals import NotRationalError, rational
from sparse_limits.numerics.lifts.coverage import Edges, copies_in_lifts, coverage_probability
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
from sparse_limits.theory.lifts.degrees import lam, n

# Laws of types and copies in small lifts, from all their graphs, types and top weights, in fractions.


Law = dict[tuple[int, ...], Fraction]


def chance_of(law: Law, event: Callable[..., bool]) -> sp.Rational:
    """The probability of an event under a law given by its masses."""
    return sp.Rational(sum((mass for outcome, mass in law.items() if event(outcome)), Fraction(0)))


def mean_of(law: Law, value: Callable[..., int]) -> sp.Rational:
    return sp.Rational(sum((mass * value(outcome) for outcome, mass in law.items()), Fraction(0)))


def exactly(formula: sp.Expr, at: Mapping[sp.Symbol, object]) -> sp.Expr:
    """The value as a fraction, or "no guarantee"; not a number where it is neither."""
    try:
        return rational(formula, {symbol: sp.sympify(value) for symbol, value in at.items()})
    except NotRationalError:
        return sp.nan


def counts_by_enumeration(vertices: int, chances: tuple[Fraction, ...]) -> Law:
    """The joint law of the numbers of vertices of each type, from all ways to give types to the vertices."""
    shares = (*chances, 1 - sum(chances))
    law: Law = {}
    for kinds in product(range(len(shares)), repeat=vertices):
        counts = tuple(kinds.count(kind) for kind in range(len(chances)))
        law[counts] = law.get(counts, Fraction(0)) + prod(shares[kind] for kind in kinds)
    return law


class Small(NamedTuple):
    """A lift small enough to enumerate: n vertices in both layers, edge probability, types of the children, region."""

    size: int
    density: Fraction
    chances: tuple[Fraction, ...]
    region: Fraction

    @property
    def point(self) -> Point:
        """The symbols of the claim; types of unequal probability enter by their product."""
        equal = len(set(self.chances)) == 1
        factor = 1 if equal else prod(self.chances)
        return {
            n: sp.Integer(self.size),
            lam: sp.Rational(self.size * self.density),
            r: sp.Integer(len(self.chances)),
            q: sp.Rational(self.chances[0]) if equal else sp.S.One,
            omega: sp.Rational(self.region * factor),
        }


def small(size: int, density: str, chances: str, region: str = "1") -> Small:
    return Small(size, Fraction(density), tuple(map(Fraction, chances.split())), Fraction(region))


# the last ones are ends: too few vertices, no edge, every edge
SMALL = (
    small(3, "1/3", "1/4 1/4"),
    small(4, "1/2", "1/4 1/4"),
    small(3, "1/4", "1/4 1/3", "2/3"),
    small(3, "2/5", "1/3", "1/2"),
    small(3, "1/2", "1/5 1/5 1/5"),
    small(1, "1/2", "1/4 1/4"),
    small(2, "0", "1/3"),
    small(2, "1", "1/4 1/4"),
    small(1, "1", "1/3", "1/2"),
)


def graphs(size: int, children: int, density: Fraction) -> dict[tuple[tuple[int, bool], ...], Fraction]:
    """All graphs between two layers: the sets of in-neighbours of the roots with so many, and whether they are isolated.

    Sets are written as bits. The masses of graphs that agree in this are added.
    """
    everything = 2**size
    sets = np.stack(np.meshgrid(*[np.arange(everything)] * size, indexing="ij"), axis=-1).reshape(-1, size)
    degrees = np.array([bin(each).count("1") for each in range(everything)])[sets]
    codes = np.zeros_like(sets)
    for root in range(size):
        others = np.bitwise_or.reduce(np.delete(sets, root, axis=1), axis=1) if size > 1 else 0
        alone = (sets[:, root] & others) == 0
        codes[:, root] = np.where(degrees[:, root] == children, 2 * sets[:, root] + alone, 0)
    rows = np.column_stack([np.sort(codes, axis=1), degrees.sum(axis=1)])
    found: dict[tuple[tuple[int, bool], ...], Fraction] = {}
    for row, number in zip(*np.unique(rows, axis=0, return_counts=True), strict=True):
        *roots, edges = map(int, row)
        key = tuple((code // 2, bool(code % 2)) for code in roots if code)
        mass = int(number) * density**edges * (1 - density) ** (size * size - edges)
        found[key] = found.get(key, Fraction(0)) + mass
    return {key: mass for key, mass in found.items() if mass}


@cache
def copies_by_enumeration(lift: Small) -> Law:
    """The joint law of the counts of the types, of M and of M', from all graphs, types and top weights."""
    kinds_of_child = len(lift.chances)
    shares = (*lift.chances, 1 - sum(lift.chances))
    patterns = graphs(lift.size, kinds_of_child, lift.density)
    law: Law = {}
    for kinds in product(range(len(shares)), repeat=lift.size):
        matching = {
            each
            for each in range(2**lift.size)
            if sorted(kind for v, kind in enumerate(kinds) if each >> v & 1) == list(range(kinds_of_child))
        }
        counts = tuple(kinds.count(kind) for kind in range(kinds_of_child))
        share = prod(shares[kind] for kind in kinds)
        for cells, mass in _merged(patterns, matching).items():
            for coins in product((0, 1), repeat=len(cells)):
                hits = sum(coins)
                weight = lift.region**hits * (1 - lift.region) ** (len(coins) - hits)
                alone = sum(coin for coin, isolated in zip(coins, cells, strict=True) if isolated)
                outcome = (*counts, hits, alone)
                law[outcome] = law.get(outcome, Fraction(0)) + share * mass * weight
    return {outcome: mass for outcome, mass in law.items() if mass}


def _merged(
    patterns: Mapping[tuple[tuple[int, bool], ...], Fraction], matching: set[int]
) -> dict[tuple[bool, ...], Fraction]:
    """Masses of the cells that match, by whether each of them is isolated."""
    found: dict[tuple[bool, ...], Fraction] = {}
    for roots, mass in patterns.items():
        cells = tuple(sorted(alone for members, alone in roots if members in matching))
        found[cells] = found.get(cells, Fraction(0)) + mass
    return found


def given_counts(law: Law) -> dict[tuple[int, int], dict[int, Fraction]]:
    """The law of M given the counts of two types."""
    found: dict[tuple[int, int], dict[int, Fraction]] = {}
    for (first, second, copies, _), mass in law.items():
        row = found.setdefault((first, second), {})
        row[copies] = row.get(copies, Fraction(0)) + mass
    return {counts: {copies: mass / sum(row.values()) for copies, mass in row.items()} for counts, row in found.items()}


def every_lift(size: int, children: int) -> NDArray[np.int64]:
    """M' for all types of the first layer and all graphs. int[children + 1, …, 2^size, …], an axis for each vertex."""
    shape = (children + 1,) * size + (2**size,) * size
    kinds, sets = np.split(np.stack([axis.ravel() for axis in np.indices(shape)], axis=1), 2, axis=1)
    present = (sets[:, :, None] >> np.arange(size)) & 1  # [lift, root, child]
    lift, root, child = np.nonzero(present)
    edges = Edges(lift * size + root, lift * size + child)
    return copies_in_lifts(np.where(kinds < children, kinds, -1), edges, children).isolated.reshape(shape)


def efron_stein_sum(size: int, density: str, chances: str) -> tuple[Fraction, Fraction]:
    """Var M', and half the sum of E Δ² over the pieces drawn anew: the mean variances in one piece alone."""
    edge, types = Fraction(density), [Fraction(chance) for chance in chances.split()]
    degrees = [bin(each).count("1") for each in range(2**size)]
    sets = [edge.numerator**degree * (edge.denominator - edge.numerator) ** (size - degree) for degree in degrees]
    whole = lcm(*(chance.denominator for chance in types))
    kinds = [int(chance * whole) for chance in (*types, 1 - sum(types))]
    masses = [np.array(kinds)] * size + [np.array(sets)] * size  # as integers
    copies = every_lift(size, len(types))

    def mean(values: NDArray[np.int64], axes: list[NDArray[np.int64]]) -> Fraction:
        for mass in reversed(axes):
            values = values @ mass
        return Fraction(int(values), prod(int(mass.sum()) for mass in axes))

    square, total = mean(copies**2, masses), Fraction(0)
    for place, mass in enumerate(masses):
        others = masses[:place] + masses[place + 1 :]
        total += square - mean((np.moveaxis(copies, place, -1) @ mass) ** 2, others) / int(mass.sum()) ** 2
    return square - mean(copies, masses) ** 2, total


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
