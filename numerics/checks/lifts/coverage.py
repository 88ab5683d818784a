"""Evidence for L11: all graphs and types of small lifts in fractions, limits, bounds, and sampled lifts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from itertools import product
from math import lcm, perm, prod
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.evidence.trial import Point
from numerics.exact.rationals import NotRationalError, rational
from numerics.lifts.coverage import (
    Copies,
    Edges,
    copies_in_lifts,
    coverage_probability,
    isolated_below,
    random_edges,
    sign_weights,
    vertex_types,
)
from theory.formulas.no_guarantee import no_guarantee
from theory.lifts.coverage import (
    N_1,
    N_2,
    all_covered,
    at_one_child,
    best_lambda,
    binomial_below,
    both_covered,
    chebyshev,
    chernoff,
    copies_law,
    copies_of_witnesses,
    copies_rate,
    copy_chance,
    counts_law,
    dispersion,
    edge,
    efron_stein,
    expected_copies,
    factorial_moment,
    flattest,
    generating_function,
    inputs,
    isolated_at_least,
    isolated_mean,
    isolated_rate,
    isolated_variance,
    least_dispersion,
    m,
    most_dispersion,
    omega,
    p_0,
    pattern,
    q,
    q_1,
    q_2,
    r,
    some_copy,
    steepest,
    type_probability,
    union_bound,
    z,
)
from theory.lifts.degrees import k, lam, n

ELEVEN, NINE, HALF = sp.Rational(11, 10), sp.Rational(9, 10), sp.Rational(1, 2)
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


# One hidden layer


def share_of_pattern(size: int, present: int, density: Fraction) -> Fraction:
    """That the edges from `size` inputs are those from the first `present` ones, from all masks."""
    wanted = (1,) * present + (0,) * (size - present)
    masks = (mask for mask in product((0, 1), repeat=size) if mask == wanted)
    return sum((density ** sum(mask) * (1 - density) ** (size - sum(mask)) for mask in masks), Fraction(0))


@exact(copies_of_witnesses)
@control("other inputs may be connected", type_probability=p_0**pattern * omega)
@control("pattern only", type_probability=type_probability / omega)
@control("10 % more", type_probability=ELEVEN * type_probability)
def type_is_one_mask_of_all(type_probability: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All masks of up to four inputs, and at most three of the 2^s signs of the weights."""
    for size, present, density in ((4, 3, "1/2"), (3, 2, "1/3"), (2, 0, "3/5"), (2, 2, "1"), (3, 0, "0")):
        region = Fraction(min(3, 2**present), 2**present)
        share = region * trial.once(share_of_pattern, size, present, Fraction(density))
        at = {inputs: size, pattern: present, p_0: sp.Rational(density), omega: sp.Rational(region)}
        yield trial.holds(exactly(type_probability, at) == sp.Rational(share), f"a type of probability {share}")


def counts_by_enumeration(vertices: int, chances: tuple[Fraction, ...]) -> Law:
    """The joint law of the numbers of vertices of each type, from all ways to give types to the vertices."""
    shares = (*chances, 1 - sum(chances))
    law: Law = {}
    for kinds in product(range(len(shares)), repeat=vertices):
        counts = tuple(kinds.count(kind) for kind in range(len(chances)))
        law[counts] = law.get(counts, Fraction(0)) + prod(shares[kind] for kind in kinds)
    return law


# among them types that fill everything, one vertex, and a type that never occurs
TWO_TYPES = ((5, "1/4", "1/3"), (4, "2/5", "3/5"), (1, "1/2", "1/5"), (3, "0", "1/7"))


@exact(copies_of_witnesses)
@control("Poisson", copies_law=sp.exp(-n * q) * (n * q) ** m / sp.factorial(m))
@control("one place for the copies", copies_law=copies_law / sp.binomial(n, m))
@control("10 % less", copies_law=NINE * copies_law)
@control("at most m", binomial_below=binomial_below.subs(m, m + 1))
@control("at least m", binomial_below=1 - binomial_below)
@control("tail 10 % more", binomial_below=ELEVEN * binomial_below)
@control("independent counts", counts_law=copies_law.subs({q: q_1, m: N_1}) * copies_law.subs({q: q_2, m: N_2}))
@control("counts 10 % more", counts_law=ELEVEN * counts_law)
def counts_sum_over_all_types(
    copies_law: sp.Expr, binomial_below: sp.Expr, counts_law: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """All ways to give two types to up to five vertices, in fractions."""
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

    return sp.diff(sp.expand(function.replace(sp.Sum, terms)), z, order).subs(z, 0)


@exact(copies_of_witnesses)
@control("product of marginals", both_covered=(1 - binomial_below.subs(q, q_1)) * (1 - binomial_below.subs(q, q_2)))
@control("one type alone", both_covered=1 - binomial_below.subs(q, q_1))
@control("10 % less", both_covered=NINE * both_covered)
@control("nothing else in the layer", generating_function=generating_function * sp.exp((q_1 + q_2 - 1) * z))
@control("one copy fewer", generating_function=generating_function.subs(m, m - 1))
@control("factors 10 % more", generating_function=ELEVEN * generating_function)
@control("independent types", all_covered=(1 - (1 - q) ** n) ** r)
@control("Poisson", all_covered=(1 - sp.exp(-n * q)) ** r)
@control("all 10 % less", all_covered=NINE * all_covered)
def coverage_sums_over_all_types(
    both_covered: sp.Expr, generating_function: sp.Expr, all_covered: sp.Expr, trial: Trial
) -> Iterator[Finding]:
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
                value = coefficient(generating_function.subs({**at, m: count}), vertices)
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


@enclosed(copies_of_witnesses)
@control("δ²μ in place of δ²μ/2", chernoff=sp.exp(-n * q / 4))
@control("e^{−μ/2}", chernoff=sp.exp(-n * q / 2))
@control("Chernoff 10 % less", chernoff=NINE * chernoff)
@control("one type", union_bound=1 - sp.exp(-n * q))
@control("10 % more", union_bound=ELEVEN * union_bound)
@control("10 % less", union_bound=NINE * union_bound)
def one_layer_bounds_hold(chernoff: sp.Expr, union_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """e^{−δ²μ/2} at δ = ½; the tangent, at e^{−c} = 0, of the limit (1 − e^{−c})^r for c copies of each. Both are true."""
    mean = sp.Sum(m * copies_law.args[1][0], (m, 0, n)).subs(n, 5).doit()  # of five vertices
    yield trial.same(chernoff.subs(n, 5), sp.exp(-mean / 8), by=sp.expand)
    yield trial.below(at_half, chernoff, at=[*trial.points(at_half), *LARGE])
    missing = sp.Symbol("x")
    for types in (1, 2, 3):
        limit = sum((-1) ** j * sp.binomial(types, j) * missing**j for j in range(types + 1))  # (1 − jc/n)^n → x^j
        tangent = limit.subs(missing, 0) + sp.diff(limit, missing).subs(missing, 0) * sp.exp(-copies_per_layer)
        yield trial.same(union_bound.subs({r: types, q: copies_per_layer / n}), tangent, by=sp.expand)
        covered = all_covered.subs(r, types)
        yield trial.below(union_bound.subs(r, types), covered, at=trial.points(covered, count=2))


# Two hidden layers


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


@exact(copies_of_witnesses, cost=0.5)
@control("at least r children", expected_copies=expected_copies * (1 - edge) ** (r - n))
@control("children without order", expected_copies=expected_copies / sp.factorial(r))
@control("children may coincide", expected_copies=expected_copies * n**r / sp.ff(n, r))
@control("copies 10 % more", expected_copies=ELEVEN * expected_copies)
@control("every copy is isolated", isolated_mean=expected_copies)
@control("n in place of n − 1 other roots", isolated_mean=expected_copies * (1 - edge) ** (r * n))
@control("mean 10 % less", isolated_mean=NINE * isolated_mean)
@control("independent roots", factorial_moment=sp.ff(n, k) / n**k * isolated_mean**k)
@control("Poisson moments", factorial_moment=isolated_mean**k)
@control("moments 10 % more", factorial_moment=ELEVEN * factorial_moment)
@control("Poisson variance", isolated_variance=isolated_mean)
@control("without the mean", isolated_variance=isolated_variance - isolated_mean)
def moments_sum_over_all_lifts(
    expected_copies: sp.Expr,
    isolated_mean: sp.Expr,
    factorial_moment: sp.Expr,
    isolated_variance: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """All graphs, types and top weights of lifts with up to four vertices a layer, in fractions."""
    for lift in SMALL:
        law = copies_by_enumeration(lift)
        seen = mean_of(law, lambda outcome: outcome[-2])
        yield trial.holds(exactly(expected_copies, lift.point) == seen, f"EM = {seen}")
        mean = mean_of(law, lambda outcome: outcome[-1])
        yield trial.holds(exactly(isolated_mean, lift.point) == mean, f"EM' = {mean}")
        variance = mean_of(law, lambda outcome: outcome[-1] ** 2) - mean**2
        yield trial.holds(exactly(isolated_variance, lift.point) == variance, f"Var M' = {variance}")
        for order in range(lift.size + 1):
            seen = mean_of(law, lambda outcome, order=order: perm(outcome[-1], order))
            yield trial.holds(exactly(factorial_moment, {**lift.point, k: order}) == seen, f"E(M')_{order} = {seen}")


@exact(copies_of_witnesses, cost=0.5)
@control("the first term alone", isolated_at_least=factorial_moment.subs(k, m) / sp.factorial(m))
@control(
    "Poisson", isolated_at_least=1 - sp.Sum(isolated_mean**k * sp.exp(-isolated_mean) / sp.factorial(k), (k, 0, m - 1))
)
@control("10 % more", isolated_at_least=ELEVEN * isolated_at_least)
def tails_sum_over_all_lifts(isolated_at_least: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """P(M' ≥ m) from all graphs, types and top weights, in fractions; the engine's truncated sum agrees."""
    for lift in SMALL:
        law = copies_by_enumeration(lift)
        for count in range(lift.size + 2):
            seen = chance_of(law, lambda outcome, count=count: outcome[-1] >= count)
            value = exactly(isolated_at_least, {**lift.point, m: count})
            yield trial.holds(value == seen, f"P(M' ≥ {count}) = {seen}")
            engine = isolated_below(lift.size, lift.size * lift.density, lift.chances, lift.region, count)
            yield trial.holds(abs(engine - float(1 - seen)) < 1e-15, "the engine agrees")


def given_counts(law: Law) -> dict[tuple[int, int], dict[int, Fraction]]:
    """The law of M given the counts of two types."""
    found: dict[tuple[int, int], dict[int, Fraction]] = {}
    for (first, second, copies, _), mass in law.items():
        row = found.setdefault((first, second), {})
        row[copies] = row.get(copies, Fraction(0)) + mass
    return {counts: {copies: mass / sum(row.values()) for copies, mass in row.items()} for counts, row in found.items()}


@exact(copies_of_witnesses, cost=0.5)
@control("1 − e^{−EM}", some_copy=1 - sp.exp(-expected_copies.subs({r: 2, q: sp.sqrt(q_1 * q_2)})))
@control("independent roots", some_copy=1 - (1 - expected_copies.subs({r: 2, q: sp.sqrt(q_1 * q_2)}) / n) ** n)
@control("10 % less", some_copy=NINE * some_copy)
@control("a third child", copy_chance=copy_chance / (1 - edge) ** (n - 2))
@control("one pair of children", copy_chance=copy_chance / (N_1 * N_2))
@control("chance 10 % more", copy_chance=ELEVEN * copy_chance)
def roots_are_independent_given_the_first_layer(
    copy_chance: sp.Expr, some_copy: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """M given the counts of two types is binomial, and P(M ≥ 1), from all graphs, types and top weights."""
    for lift in (each for each in SMALL if len(each.chances) == 2):
        law = copies_by_enumeration(lift)
        first, second = map(sp.Rational, lift.chances)
        at = {**lift.point, q_1: first, q_2: second, omega: sp.Rational(lift.region)}
        seen = chance_of(law, lambda outcome: outcome[-2] > 0)
        yield trial.holds(exactly(some_copy, at) == seen, f"P(M ≥ 1) = {seen}")
        for counts, row in given_counts(law).items():
            chance = exactly(copy_chance, {**at, N_1: counts[0], N_2: counts[1]})
            binomial = {count: copies_law.subs({n: lift.size, q: chance, m: count}) for count in range(lift.size + 1)}
            agree = all(mass == row.get(count, 0) for count, mass in binomial.items())
            yield trial.holds(agree, f"given {counts} binomial of chance {chance}")


HARDEST = sp.Rational(2, 3)  # λ = r/(1 + r) for two children
WIDE = ((400, "2/3"), (400, "2"), (4000, "2/3"))


@exact(copies_of_witnesses, cost=0.5)
@control("without the factor of ½", chebyshev=chebyshev / 4)
@control("10 % less", chebyshev=NINE * chebyshev)
@control("nothing where there are no copies", chebyshev=sp.Piecewise((0, lam <= 0), (chebyshev, True)))
def chebyshev_bounds_the_lower_tail(chebyshev: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Var M' over the square of EM'/2, from all small lifts; true of them and of wide ones."""
    for lift in SMALL:
        law = copies_by_enumeration(lift)
        mean = mean_of(law, lambda outcome: outcome[-1])
        if mean == 0:
            yield trial.holds(exactly(chebyshev, lift.point) == no_guarantee, "no guarantee without isolated copies")
            continue
        variance = mean_of(law, lambda outcome: outcome[-1] ** 2) - mean**2
        bound = exactly(chebyshev, lift.point)
        yield trial.holds(bound == variance / (mean - mean / 2) ** 2, f"4 Var M'/(EM')² = {bound}")
        seen = chance_of(law, lambda outcome, mean=mean: outcome[-1] <= mean / 2)
        yield trial.holds(seen <= bound, f"P(M' ≤ EM'/2) = {seen}")
    for size, degree in WIDE:
        at = small(size, f"{Fraction(degree) / size}", "1/4 1/4").point
        bound, mean = trial.value(chebyshev, at), trial.value(isolated_mean, at)
        seen = isolated_below(size, Fraction(degree), [Fraction(1, 4)] * 2, 1, int(mean / 2) + 1)
        yield trial.holds(seen <= bound, f"n = {size}, λ = {degree}: {seen:.3g} ≤ {bound:.3g}")


class Limits(NamedTuple):
    """Limits for n → ∞ with λ fixed: of EM/n, EM'/n and Var M'/n."""

    copies: sp.Expr
    isolated: sp.Expr
    variance: sp.Expr


def limits(children: int) -> Limits:
    """By computer algebra from the exact formulas."""

    def expanded(formula: sp.Expr) -> sp.Expr:
        return sp.expand_func(formula.subs(r, children).args[-1][0])

    mean, second = expanded(isolated_mean), expanded(factorial_moment.subs(k, 2))
    rate = sp.limit(mean / n, n, sp.oo)
    x = sp.Symbol("x", positive=True)
    ratio = sp.cancel(sp.powsimp(second / mean**2).subs(n, 1 / x))  # rational: 1 + excess·x + …
    excess = sp.diff(ratio, x).subs(x, 0)
    return Limits(sp.limit(expanded(expected_copies) / n, n, sp.oo), rate, rate + rate**2 * excess)


@exact(copies_of_witnesses, cost=1.0)
@control("at least r children", copies_rate=copies_rate * sp.exp(lam))
@control("10 % more", copies_rate=ELEVEN * copies_rate)
@control("every copy is isolated", isolated_rate=copies_rate)
@control("isolated 10 % less", isolated_rate=NINE * isolated_rate)
@control("the best for all copies", best_lambda=r)
@control("best 10 % more", best_lambda=ELEVEN * best_lambda)
@control("Poisson", variance_rate=isolated_rate)
@control("roots that do not meet", variance_rate=isolated_rate * (1 - isolated_rate))
def rates_are_limits(
    copies_rate: sp.Expr, isolated_rate: sp.Expr, best_lambda: sp.Expr, variance_rate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Limits by computer algebra for one to three children, and where the rate of isolated copies is stationary."""
    for children in (1, 2, 3):
        found = trial.once(limits, children)
        yield trial.same(copies_rate.subs(r, children), found.copies, by=sp.expand)
        yield trial.same(isolated_rate.subs(r, children), found.isolated, by=sp.expand)
        yield trial.same(variance_rate.subs(r, children), found.variance, by=sp.expand)
    slope = sp.diff(sp.log(isolated_rate), lam)
    yield trial.vanishes(slope.subs(lam, best_lambda))
    before, after = (sp.simplify(slope.subs(lam, place)) for place in (best_lambda / 2, 2 * best_lambda))
    yield trial.holds(before.is_positive and after.is_negative, f"the slope is {before} before, {after} after it")


@enclosed(copies_of_witnesses)
@control("Poisson", dispersion=sp.Integer(1))
@control("roots that do not meet", dispersion=1 - isolated_rate)
@control("every copy is isolated", dispersion=1 - (1 + r**2 - 2 * r * lam) * copies_rate)
@control("10 % more", dispersion=ELEVEN * dispersion)
@control("Poisson at the least", least_dispersion=sp.Integer(1))
@control("largest rate", least_dispersion=at_one_child.subs(lam, HALF))
@control("10 % less", least_dispersion=NINE * least_dispersion)
@control("two children", most_dispersion=dispersion.subs({r: 2, q: HALF, omega: 1, lam: flattest}))
@control("ten per cent more", most_dispersion=ELEVEN * most_dispersion)
def dispersion_lies_between_its_extremes(
    dispersion: sp.Expr, least_dispersion: sp.Expr, most_dispersion: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The limit of Var M'/EM'; for one child stationary at the two places, and there the extremes; for more children inside."""
    found = trial.once(limits, 2)
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
        yield trial.below(
            least_dispersion, 1 - low.subs(lam, sp.Rational(children, 1 + children)), at=[{}], strict=True
        )
        yield trial.below(1 + high.subs(lam, 1), most_dispersion, at=[{}], strict=True)


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


@exact(copies_of_witnesses)
@control("a root's own cell alone", efron_stein=n)
@control("only the vertices it loses", change_of_root=1 + 3 * lam + lam**2)
@control("in-degrees without fluctuation", change_of_root=(1 + 2 * lam) ** 2)
@control("both halves", efron_stein=2 * efron_stein)
@control("10 % less", efron_stein=NINE * efron_stein)
def changes_of_one_piece_bound_the_variance(
    efron_stein: sp.Expr, change_of_root: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """E(1 + |A| + |A'|)² from binomial in-degrees, approached for n → ∞; the sum over 2n pieces; true of all small lifts."""
    s = sp.Symbol("s", positive=True)
    law = s * (1 - edge + edge * s) ** (2 * n)  # generating function of 1 + |A| + |A'|
    square = sp.simplify(sp.diff(s * sp.diff(law, s), s).subs(s, 1))
    yield trial.same(change_of_root, sp.limit(square, n, sp.oo))
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


@statistical(copies_of_witnesses, tests=3)
@control("pattern only", type_probability=type_probability / omega)
@control("other inputs may be connected", type_probability=p_0**pattern * omega)
@control("union bound", both_covered=union_bound.subs({r: 2, q: q_1}))
@control("one type alone", both_covered=1 - binomial_below.subs(q, q_1))
@control("at most m", binomial_below=binomial_below.subs(m, m + 1))
def sampled_layers_hold_the_units(
    type_probability: sp.Expr, both_covered: sp.Expr, binomial_below: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Copies of one unit in all vertices; 64 vertices that hold both, and fewer than two of the first."""
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


@statistical(copies_of_witnesses, tests=5, cost=0.5)
@control("every copy is isolated", isolated_mean=expected_copies)
@control("M in place of M'", isolated_at_least=1 - sp.exp(-expected_copies))
@control("top weights forgotten", isolated_at_least=isolated_at_least.subs(omega, 1))
@control("one isolated cell at most", isolated_at_least=isolated_mean * sp.Piecewise((1, m < 2), (0, True)))
@control("M' in place of M", some_copy=1 - sp.exp(-isolated_mean.subs({r: 2, q: q_1})))
@control("at least two children", some_copy=some_copy.subs(omega, omega / (1 - edge) ** (n - 2)))
def sampled_lifts_hold_the_witness(
    isolated_mean: sp.Expr, isolated_at_least: sp.Expr, some_copy: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """400 vertices a layer, λ = 2/3: the mean of M', and no, or one, isolated copy; 20 vertices, λ = 2: any copy."""
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
