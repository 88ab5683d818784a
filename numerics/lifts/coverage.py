"""How many copies of a witness a random sparse lift contains: exact laws, samples and counts (L11.1, L11.2)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod
from numbers import Rational, Real
from typing import NamedTuple

import numpy as np
import sympy as sp
from flint import fmpq, fmpq_poly
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import MOST_COUNT, InputError, checked_integer
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.theory.lifts import coverage as symbols
from sparse_limits.theory.lifts import degrees as letters
from sparse_limits.theory.lifts import isolated as laws

Number = Fraction | float  # exact: a float counts as the fraction it is

MOST_SUMS = 2**16
MOST_SLOTS = 2**60  # so that a sum of four is an int64


def coverage_probability(n: int, qs: Sequence[Number], m: int = 1) -> Fraction:
    """The probability that each of several disjoint types has at least m of n vertices (L11.1).

    qs: the probabilities of the types, exact. InputError unless n ≥ 1, m ≥ 0, there is a q, each is in [0, 1], their sum is
    at most 1 and their subsets have no more than 65536 different sums (16 types, or any number of equal ones).
    """
    n, m = checked_integer("n", n, 1, MOST_COUNT), checked_integer("m", m, 0, MOST_COUNT)
    chances = _chances(qs)
    if m * len(chances) > n:
        return Fraction(0)
    # the generating function as a sum of e^{(1 − s)z} polynomial(z), s the sum of the q whose types have fewer than m
    parts = {fmpq(0): fmpq_poly([1])}
    for chance in chances:
        base = fmpq(chance.numerator, chance.denominator)
        few = _truncated_exponential(base, m)
        for missing, polynomial in list(parts.items()):
            parts[missing + base] = parts.get(missing + base, 0) - polynomial * few
        if len(parts) > MOST_SUMS:
            raise InputError(
                f"the sums of subsets of {len(chances)} probabilities exceed {MOST_SUMS}, expected fewer types"
            )
    return _fraction(sum((_coefficient(1 - s, polynomial, n) for s, polynomial in parts.items()), fmpq(0)))


def _truncated_exponential(rate: fmpq, terms: int) -> fmpq_poly:
    """So many terms of e^{rate·z}."""
    coefficients = [fmpq(1)]
    for i in range(1, terms):
        coefficients.append(coefficients[-1] * rate / i)
    return fmpq_poly(coefficients[:terms])


def _coefficient(rate: fmpq, polynomial: fmpq_poly, n: int) -> fmpq:
    """n! times the coefficient of zⁿ in e^{rate·z} polynomial(z)."""
    total, falling, last = fmpq(0), 1, min(polynomial.degree(), n)
    for k in range(last + 1):
        total = total * rate + polynomial[k] * falling
        falling *= n - k
    return total * rate ** (n - last) if last >= 0 else total


def expected_copies(n: int, lam: Number, qs: Sequence[Number], omega: Number = 1, isolated: bool = False) -> Fraction:
    """The expected number of copies, or of isolated ones, of a witness in a lift with two hidden layers of n (L11.2).

    lam: λ in [0, n], edges between the layers having probability λ/n; qs: the probabilities of the types of the root's
    children, at least one, of sum at most 1; omega: that of the region of the top weights. All exact, as in
    `coverage_probability`; InputError outside these ranges.
    """
    formula = laws.isolated_mean if isolated else laws.expected_copies
    return _fraction(rational(formula, _instance(n, lam, qs, omega)))


def isolated_moment(n: int, lam: Number, qs: Sequence[Number], omega: Number, order: int) -> Fraction:
    """E M'(M' − 1)···(M' − order + 1) for the number M' of isolated copies (L11.2); arguments of `expected_copies`."""
    order = checked_integer("order", order, 0, MOST_COUNT)
    point = {**_instance(n, lam, qs, omega), letters.k: sp.Integer(order)}
    return _fraction(rational(laws.factorial_moment, point))


def isolated_variance(n: int, lam: Number, qs: Sequence[Number], omega: Number = 1) -> Fraction:
    """Var M' (L11.2); arguments of `expected_copies`."""
    return _fraction(rational(laws.isolated_variance, _instance(n, lam, qs, omega)))


def isolated_below(n: int, lam: Number, qs: Sequence[Number], omega: Number, m: int) -> float:
    """P(M' < m), the chance of fewer than m isolated copies (L11.2); arguments of `expected_copies`.

    To 1e-17 of 1, not of itself; fast enough for hundreds of thousands of vertices, as the alternating sum ends where
    its terms no longer matter.
    """
    m = checked_integer("m", m, 0, MOST_COUNT)
    return max(0.0, number(1 - laws.isolated_at_least, {**_instance(n, lam, qs, omega), symbols.m: m}))


def _instance(n: int, lam: Number, qs: Sequence[Number], omega: Number) -> dict[sp.Symbol, sp.Expr]:
    """The symbols of L11.2 with two hidden layers; unequal types enter by the product of their probabilities alone."""
    n = checked_integer("n", n, 1, MOST_COUNT)
    degree, chances, region = _exact("lam", lam, n), _chances(qs), _exact("omega", omega, 1)
    matching = region * prod(chances)
    return {
        letters.n: sp.Integer(n),
        letters.lam: sp.Rational(degree),
        symbols.r: sp.Integer(len(chances)),
        symbols.q: sp.S.One,
        symbols.omega: sp.Rational(matching),
    }


def _chances(qs: Sequence[Number]) -> list[Fraction]:
    chances = [_exact("a probability in qs", q, 1) for q in qs]
    if not chances or sum(chances) > 1:
        raise InputError(
            f"{len(chances)} probabilities of sum {float(sum(chances)):.6g}, expected some of sum at most 1"
        )
    return chances


def _exact(name: str, value: Number, high: int) -> Fraction:
    if not isinstance(value, Real) or isinstance(value, bool | np.bool_) or not 0 <= value <= high:
        raise InputError(f"{name} is {value!r}, expected a number from 0 to {high}")
    return (
        Fraction(int(value.numerator), int(value.denominator))
        if isinstance(value, Rational)
        else Fraction(float(value))
    )


def _fraction(value: sp.Rational | fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


class Edges(NamedTuple):
    """Edges between two hidden layers of n vertices in several lifts, a vertex v of lift l being numbered l·n + v.

    roots, children: int[edges], the ends in the second and in the first layer.
    """

    roots: NDArray[np.int64]
    children: NDArray[np.int64]


class Copies(NamedTuple):
    """Copies of a witness in each of several lifts, all of them and the isolated ones. int[lifts] each."""

    all: NDArray[np.int64]
    isolated: NDArray[np.int64]


def sign_weights(rng: np.random.Generator, lifts: int, n: int, inputs: int, density: Number) -> NDArray[np.int8]:
    """Weights ±1 of the edges from `inputs` to n vertices, 0 where there is no edge. int8[lifts, n, inputs]

    Each edge is present with probability `density`. InputError unless the sizes are positive and the density is in [0, 1].
    """
    shape = tuple(checked_integer(*each, 1, MOST_COUNT) for each in (("lifts", lifts), ("n", n), ("inputs", inputs)))
    present = rng.random(shape) < float(_exact("density", density, 1))
    return np.where(present, rng.integers(0, 2, shape, dtype=np.int8) * 2 - 1, 0).astype(np.int8)


def vertex_types(weights: ArrayLike, types: Sequence[ArrayLike]) -> NDArray[np.int64]:
    """The number of the type that each vertex is of, −1 for none. int[...]

    weights: [..., d], 0 where there is no edge. types: for each type the rows of weights that belong to it, [rows, d].
    InputError where a type has another number of inputs, or two types share a vertex.
    """
    rows = np.asarray(weights)
    found = np.full(rows.shape[:-1], -1, dtype=np.int64)
    for kind, each in enumerate(types):
        members = np.atleast_2d(np.asarray(each))
        if members.ndim != 2 or members.shape[1] != rows.shape[-1]:
            raise InputError(f"type {kind} has shape {members.shape}, expected rows of {rows.shape[-1]} weights")
        of_type = (rows[..., None, :] == members).all(axis=-1).any(axis=-1)
        if (found[of_type] >= 0).any():
            raise InputError(f"type {kind} shares vertices with another, expected disjoint types")
        found[of_type] = kind
    return found


def random_edges(rng: np.random.Generator, lifts: int, n: int, lam: Number) -> Edges:
    """Each of the n² edges of each lift with probability λ/n, 0 ≤ λ ≤ n, in time proportional to those present.

    InputError otherwise, and for more than 2⁶⁰ edges that might be.
    """
    lifts, n = checked_integer("lifts", lifts, 1, MOST_COUNT), checked_integer("n", n, 1, MOST_COUNT)
    chance = float(_exact("lam", lam, n)) / n
    slots = lifts * n * n
    if slots > MOST_SLOTS:
        raise InputError(f"{lifts} lifts have {slots} places for edges, expected at most 2**60: fewer or smaller lifts")
    places = _successes(rng, slots, chance)
    roots, child = np.divmod(places, n)
    return Edges(roots, roots // n * n + child)


def _successes(rng: np.random.Generator, trials: int, chance: float) -> NDArray[np.int64]:
    """The places of the successes among independent trials: the gaps between them are geometric."""
    if chance == 0:
        return np.empty(0, dtype=np.int64)
    found, last = [], -1
    while last < trials:
        block = 64 + int(1.1 * chance * (trials - last))
        gaps = np.minimum(rng.geometric(chance, block), trials + 1)
        within = np.searchsorted(np.cumsum(gaps, dtype=float), 2.0 * trials)  # what is beyond would overflow
        places = last + np.cumsum(gaps[: within + 1])
        found.append(places)
        last = int(places[-1])
    places = np.concatenate(found)
    return places[places < trials]


def copies_in_lifts(
    types: NDArray[np.int64], edges: Edges, children: int, in_region: NDArray[np.bool_] | None = None
) -> Copies:
    """The copies in each lift of a witness whose root has one child of each of the types 0, …, children − 1, and no other.

    types: int[lifts, n], of the vertices of the first layer. in_region: bool[edges], whether the weight of an edge lies
    in the region that goes with the type of its child; by default all do. InputError for other shapes.
    """
    types = np.asarray(types)
    r = checked_integer("children", children, 1, MOST_COUNT)
    if types.ndim != 2 or (in_region is not None and np.shape(in_region) != np.shape(edges.roots)):
        raise InputError(f"types of shape {types.shape}: expected [lifts, n], and one entry in in_region for each edge")
    child_types, vertices = types.ravel()[edges.children], types.size
    right = child_types < r if in_region is None else (child_types < r) & in_region
    matched = np.bincount(edges.roots, minlength=vertices) == r
    for each in range(r):
        matched &= np.bincount(edges.roots[right & (child_types == each)], minlength=vertices) == 1
    shared = np.bincount(edges.children, minlength=vertices)[edges.children] > 1
    alone = matched & (np.bincount(edges.roots[shared], minlength=vertices) == 0)
    return Copies(*(each.reshape(types.shape).sum(axis=1) for each in (matched, alone)))
