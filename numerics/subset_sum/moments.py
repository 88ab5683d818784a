"""Subset sums of random numbers: exact expectations in rational arithmetic, samples, and bounds on their law.

The exact numbers follow the definition one item at a time and share no formula with
`sparse_limits.theory.subset_sum.expected_count`; `rational` evaluates formulas from there without rounding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from math import comb, factorial, prod
from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from flint import acb, arb, ctx
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.theory.formulas.let import Let

Exact: TypeAlias = int | Fraction | sp.Rational


def _fraction(name: str, value: Exact) -> Fraction:
    if isinstance(value, sp.Rational):
        return Fraction(int(value.p), int(value.q))
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return Fraction(value)
    raise InputError(f"{name} = {value!r}: expected an int, a Fraction or a SymPy Rational")


def _count(name: str, value: int, least: int) -> int:
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < least:
        raise InputError(f"{name} = {value!r}: expected an integer of at least {least}")
    return int(value)


# Exact expectations


def _averaged(row: Mapping[int, int]) -> Counter[int]:
    """A combination of truncated powers (t−a)₊^p / (2^p p!), averaged over one more item.

    ½∫₋₁¹ (t−x−a)₊^p/p! dx = ½ [(t−a+1)₊^{p+1} − (t−a−1)₊^{p+1}] / (p+1)!, so the coefficient at a goes to a − 1 and,
    with the other sign, to a + 1.
    """
    found: Counter[int] = Counter()
    for a, coefficient in row.items():
        found[a - 1] += coefficient
        found[a + 1] -= coefficient
    return found


def _combination(power: int, row: Mapping[int, int], t: Fraction) -> Fraction:
    total = sum(coefficient * (t - a) ** power for a, coefficient in row.items() if t > a)
    value: Fraction = Fraction(total) / (2**power * factorial(power))
    return value


def sum_distribution(k: int, t: Exact) -> Fraction:
    """P(X₁ + … + X_k ≤ t) for independent uniform numbers on [−1, 1], k ≥ 1.

    Raises:
        InputError: for k < 1 or a t that is not an exact number.
    """
    row: Mapping[int, int] = {0: 1}
    for _ in range(_count("k", k, 1)):
        row = _averaged(row)
    return _combination(k, row, _fraction("t", t))


def expected_subsets(n: int, z: Exact, eps: Exact) -> Fraction:
    """The expected number of subsets of n uniform numbers on [−1, 1] with a sum in [z − ε, z + ε].

    Adds one item at a time: E_{m+1}(z) = E_m(z) + ½∫₋₁¹ E_m(z − x) dx, from E_0(z) = 1{|z| ≤ ε}. Time n³.

    Raises:
        InputError: for n < 0, ε ≤ 0, or a number that is not exact.
    """
    n, z, eps = _count("n", n, 0), _fraction("z", z), _fraction("eps", eps)
    if eps <= 0:
        raise InputError(f"eps = {eps}: expected a positive number")
    rows: list[Counter[int]] = [Counter({0: 1})]
    for _ in range(n):
        kept, added = [*rows, Counter()], [Counter(), *map(_averaged, rows)]
        for row, more in zip(kept, added, strict=True):
            row.update(more)
        rows = kept
    total = Fraction(abs(z) <= eps)
    for power, row in enumerate(rows[1:], start=1):
        total += _combination(power, row, z + eps) - _combination(power, row, z - eps)
    return total


def rational(expression: sp.Basic, values: Mapping[sp.Symbol, Exact]) -> Fraction:
    """A rational formula evaluated without rounding; finite sums are run through term by term.

    Raises:
        InputError: for a symbol without a value or a part that is no rational operation.
    """
    return _rational(expression, {symbol: _fraction(str(symbol), value) for symbol, value in values.items()})


def _rational(expression: sp.Basic, values: Mapping[sp.Symbol, Fraction]) -> Fraction:
    if isinstance(expression, sp.Rational):
        return Fraction(int(expression.p), int(expression.q))
    if isinstance(expression, sp.Symbol) and expression in values:
        return values[expression]
    if isinstance(expression, sp.Sum):
        index, low, high = expression.limits[-1]
        body = sp.Sum(expression.function, *expression.limits[:-1]) if expression.limits[1:] else expression.function
        terms = range(int(_rational(low, values)), int(_rational(high, values)) + 1)
        return sum((_rational(body, {**values, index: Fraction(i)}) for i in terms), Fraction(0))
    if isinstance(expression, sp.Piecewise):
        return next(_rational(value, values) for value, condition in expression.args if _true(condition, values))
    if isinstance(expression, Let):
        body, named = expression.args
        for name, value in named.args:
            values = {**values, name: _rational(value, values)}
        return _rational(body, values)
    parts = [_rational(part, values) for part in expression.args]
    if isinstance(expression, sp.Pow) and parts[1].denominator == 1:
        return parts[0] ** int(parts[1])
    if isinstance(expression, (sp.factorial, sp.binomial)) and all(part.denominator == 1 for part in parts):
        whole = [int(part) for part in parts]
        if min(whole) < 0:
            return Fraction(int(expression.func(*whole)))
        return Fraction(comb(*whole) if isinstance(expression, sp.binomial) else factorial(*whole))
    operations: dict[type, Any] = {sp.Add: sum, sp.Mul: prod, sp.Max: max, sp.Min: min}
    if type(expression) in operations:
        return Fraction(operations[type(expression)](parts))
    if isinstance(expression, sp.Abs):
        return abs(parts[0])
    if isinstance(expression, sp.sign):
        return Fraction((parts[0] > 0) - (parts[0] < 0))
    raise InputError(f"{expression} is no rational operation on known numbers")


def _true(condition: sp.Basic, values: Mapping[sp.Symbol, Fraction]) -> bool:
    if condition in (sp.true, sp.false):
        return bool(condition)
    left, right = (_rational(side, values) for side in condition.args)
    return bool(condition.func(sp.Rational(left), sp.Rational(right)))


# Samples


def random_subset_sums(rng: np.random.Generator, n: int, draws: int) -> NDArray[np.float64]:
    """Sums over one uniformly random subset each of `draws` samples of n uniform numbers on [−1, 1]. float[draws]."""
    n, draws = _count("n", n, 1), _count("draws", draws, 1)
    total = np.zeros(draws)
    for _ in range(n):
        total += rng.uniform(-1, 1, draws) * (rng.random(draws) < 0.5)
    return total


def all_subset_sums(rng: np.random.Generator, n: int, draws: int) -> NDArray[np.float64]:
    """Sums over all subsets of `draws` samples of n uniform numbers on [−1, 1]. float[draws, 2**n], the empty first."""
    n, draws = _count("n", n, 1), _count("draws", draws, 1)
    sums = np.zeros((draws, 1))
    for _ in range(n):
        sums = np.concatenate([sums, sums + rng.uniform(-1, 1, (draws, 1))], axis=1)
    return sums


# The characteristic function φ(u) = (1 + sin u / u)/2 of an item that is absent half of the time


def log_coefficients(count: int) -> list[Fraction]:
    """c_1, …, c_count of log φ(u) = Σ c_m u^{2m}, exactly."""
    p = [Fraction((-1) ** m, 2 * factorial(2 * m + 1)) for m in range(_count("count", count, 1) + 1)]
    found: list[Fraction] = [Fraction(0)]
    for m in range(1, count + 1):
        found.append(p[m] - sum((Fraction(i, m) * found[i] * p[m - i] for i in range(1, m)), Fraction(0)))
    return found[1:]


def largest_log(radius: int, arcs: int = 512) -> arb | None:
    """A bound of |log φ| on the disc |u| ≤ radius; None unless Re φ > 0 is proved there.

    Re φ is harmonic and log φ then analytic, so both are settled on the circle, by symmetry on a quarter of it.
    """
    bound = arb(0)
    for i in range(arcs):
        angle = arb(2 * i + 1, 1) * arb.pi() / (4 * arcs)
        u = radius * acb(0, angle).exp()
        phi = (1 + u.sinc()) / 2
        if not bool(phi.real > 0):
            return None
        bound = bound.max(phi.log().abs_upper())
    return bound


def excess_grows(order: int = 40, pieces: int = 64) -> bool:
    """Whether it is proved that (log φ + u²/12 − u⁴/1440)/u⁶ increases on (0, π].

    Its derivative over u is Σ_{m ≥ 4} (2m − 6) c_m u^{2m−8}: the terms up to `order` are taken exactly, the rest is
    bounded by Cauchy's estimate on the disc of radius 4, and the sum is enclosed on pieces of 0 ≤ u² ≤ π².
    """
    with ctx.workprec(128):
        largest = largest_log(4)
        if largest is None:
            return False
        ratio = (arb.pi() / 4) ** 2
        # Σ_{m > M} (2m − 6) q^m ≤ 2 q^{M+1} (M + 1) / (1 − q)²
        rest = largest * 2 * (order + 1) * ratio ** (order + 1) / (1 - ratio) ** 2 / arb.pi() ** 8
        slopes = [(2 * m - 6) * c for m, c in enumerate(log_coefficients(order), start=1) if m >= 4]
        series = [arb(c.numerator) / c.denominator for c in slopes]
        for i in range(pieces):
            v = arb(2 * i + 1, 1) * arb.pi() ** 2 / (2 * pieces)
            value = arb(0)
            for coefficient in reversed(series):
                value = value * v + coefficient
            if not bool(value > rest):
                return False
    return True
