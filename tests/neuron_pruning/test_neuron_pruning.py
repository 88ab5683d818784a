"""Kinks, aligned neurons and broken bins: reference values, and the engines beside brute force."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import erfcx

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.numerics.neuron_pruning import (
    bins_of,
    breakpoints,
    no_bins_broken,
    parities,
    squared_error,
    squared_sine,
)
from sparse_limits.theory.neuron_pruning import alignment_bound, ball_planks, broken_bin_chain, cube_planks, planks
from sparse_limits.theory.neuron_pruning.alignment import N, delta, eps
from sparse_limits.theory.neuron_pruning.broken_bins import T, d, k, s
from sparse_limits.theory.neuron_pruning.cube_planks import large, transform
from sparse_limits.theory.neuron_pruning.cube_planks import s as argument
from sparse_limits.theory.neuron_pruning.kink import best_affine, kink, kink_bound, kink_function, kink_lemma, radius, x

numbers = st.fractions(min_value=-3, max_value=3, max_denominator=64)


def error(affine, h, r, at):
    return (kink_function - affine).subs({kink: sp.Rational(h), radius: sp.Rational(r)}).subs(x, sp.Rational(at))


def test_the_best_affine_function_equioscillates():
    for h in (2, -2):
        assert [error(best_affine, h, 3, at) for at in (-3, 0, 3)] == [sp.Rational(3 * h, 4) * s for s in (1, -1, 1)]
        assert kink_bound.subs({kink: h, radius: 3}) == sp.Rational(3, 2)


@given(numbers, numbers, numbers, numbers, st.fractions(min_value=-1, max_value=1, max_denominator=16))
def test_no_affine_function_comes_closer(h, r, slope, offset, place):
    assume(r > 0)
    limit = abs(h) * r / 4
    affine = sp.Rational(slope) * x + sp.Rational(offset)
    assert max(abs(error(affine, h, r, at)) for at in (-r, Fraction(0), r)) >= limit
    assert abs(error(best_affine, h, r, place * r)) <= limit


def test_the_statement_is_filled_in():
    for claim in (kink_lemma, alignment_bound, ball_planks, cube_planks, broken_bin_chain):
        assert "[[" not in claim.latex_statement


# N2: alignment


def sup_on_a_grid(target, neurons, outputs, points=20_000):
    """The error on many unit vectors, from below."""
    angles = np.linspace(0, 2 * np.pi, points)
    x = np.stack([np.cos(angles), np.sin(angles)])
    pruned = sum(c * np.maximum(np.array(w) @ x, 0) for c, w in zip(outputs, neurons, strict=True))
    return np.abs(np.maximum(np.array(target) @ x, 0) - pruned).max()


@given(st.integers(0, 2**32 - 1), st.integers(0, 5))
def test_the_exact_error_is_the_largest_value_on_the_circle(seed, size):
    rng = np.random.default_rng(seed)
    neurons = [(int(a), int(b)) for a, b in rng.integers(-9, 10, (size, 2))]
    outputs = [int(c) for c in rng.integers(-3, 4, size)]
    exact = float(squared_error((3, 4), neurons, outputs)) ** 0.5
    seen = sup_on_a_grid((3, 4), neurons, outputs)
    largest = 5 + sum(abs(c) * np.hypot(*w) for c, w in zip(outputs, neurons, strict=True))
    assert seen - 1e-9 <= exact <= seen + largest * 2e-4


def test_the_exact_error_of_large_numbers():
    """Neighbours that doubles cannot tell apart, and numbers beyond all doubles."""
    w, v = (10_000_000_865, 10_000_000_862), (10_000_000_866, 10_000_000_863)
    at_the_kink_of_v = Fraction(
        9, v[0] ** 2 + v[1] ** 2
    )  # elsewhere both neurons together are the target, but for less
    assert squared_error((1, 1), [v, w], [1, -1]) == at_the_kink_of_v
    huge = 10**400
    assert squared_error((2 * huge, 0), [(huge, huge)], [1]) == huge**2 * squared_error((2, 0), [(1, 1)], [1])


def test_errors_of_simple_networks():
    assert squared_error((3, 4), [], []) == 25
    assert squared_error((3, 4), [(3, 4)], [1]) == 0
    assert squared_error((1, 0), [(-1, 0)], [1]) == 1
    assert squared_sine((1, 0), (1, 1)) == Fraction(1, 2)
    for wrong in (lambda: squared_error((0, 0), [], []), lambda: squared_error((1, 0), [(1, 1)], [])):
        with pytest.raises(ValueError, match="expected"):
            wrong()
    with pytest.raises(ValueError, match="expected"):
        squared_sine((1, 0), (0, 0))


@pytest.mark.parametrize("error", [0.001, 0.05, 0.2])
def test_alignment_of_one_and_of_many(error):
    claimed = alignment_bound.expressions
    p = balls.number(claimed["aligned"], {eps: sp.Rational(str(error))})
    assert p == pytest.approx(4 / np.pi * np.arctan(2 * error), rel=1e-12)
    at = {eps: sp.Rational(str(error)), N: 7}
    assert balls.number(claimed["success"], at) == pytest.approx(-np.expm1(7 * np.log1p(-p)), rel=1e-12)
    assert balls.number(claimed["union"], at) == pytest.approx(7 * p, rel=1e-12)


KNOWN = {  # the probability that a neuron is aligned, and the ratio that it then has
    "1/5": (0.4844757663633736, 0.9523809523809524),
    "1/10": (0.2513318327560047, 0.4166666666666667),
    "1/100": (0.02546139640389119, 0.04001600640256102),
    "3/10": (0.6880834784905227, 1.875),
    "9/20": (0.9330491665737036, 9.473684210526316),
}


@pytest.mark.parametrize(("error", "known"), KNOWN.items())
def test_reference_values_of_alignment(error, known):
    at = {eps: sp.Rational(error)}
    found = (balls.number(alignment_bound.expressions[name], at) for name in ("aligned", "ratio"))
    assert tuple(found) == pytest.approx(known, rel=1e-14)
    at = {eps: sp.Rational(1, 20), delta: sp.Rational(1, 2)}
    assert balls.number(alignment_bound.expressions["neurons"], at) == pytest.approx(3.940046061458954, rel=1e-14)


# N3: planks


def test_the_means_of_the_ratios():
    claimed = {**ball_planks.expressions, **cube_planks.expressions}
    known = {3: 1, 5: sp.Rational(1, 2), 4: 2 / sp.pi}
    assert all(sp.simplify(claimed["ball_mean"].subs(planks.d, size) - value) == 0 for size, value in known.items())
    closed = 2 * np.sqrt(2) / np.pi * np.log(1 + np.sqrt(2))
    for size, value in ((3, closed), (12, integral(12))):
        assert balls.number(claimed["cube_mean"], {planks.d: size}) == pytest.approx(value, rel=1e-9)
    for size, value in ((3, 0.70710678), (5, 0.88388348), (10, 0.98504364)):
        at = {planks.d: size, planks.r: 1}
        assert balls.number(claimed["ratio_cdf"], at) == pytest.approx(value, abs=1e-8)


def integral(size):
    """√(2/π) ∫ erfcx(s/√2)^(size−1) ds, in doubles."""
    value, _ = quad(lambda s: erfcx(s / np.sqrt(2)) ** (size - 1), 0, np.inf, epsabs=1e-13, epsrel=1e-12)
    return np.sqrt(2 / np.pi) * value


def test_the_product_of_the_transform_is_useless_in_doubles():
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.isnan(sp.lambdify(argument, transform, ["scipy", "numpy"])(np.float64(40.0)))
    assert balls.number(large, {argument: 40}) == pytest.approx(erfcx(40 / np.sqrt(2)), rel=1e-12)


# N7: broken bins


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("all_broken_first", {T: 4, k: 1}, "3/8"),
        ("all_broken_first", {T: 6, k: 2}, "6/13"),
        ("all_broken_first", {T: 8, k: 3}, "125/256"),
        ("all_broken_first", {T: 5, k: 0}, "0"),
        ("none_broken", {T: 10, s: 6}, "38/3125"),
        ("none_broken", {T: 3, s: 0}, "1"),
        ("none_broken", {T: 3, s: 5}, "0"),
        ("mean_steps", {T: 6}, "63"),
        ("none_broken_anywhere", {T: 4, s: 4, d: 5}, "25/1024"),
    ],
)
def test_the_chain_in_fractions(name, values, expected):
    at = {symbol: sp.Integer(value) for symbol, value in values.items()}
    assert rational(broken_bin_chain.expressions[name], at) == sp.Rational(expected)


def test_breakpoints_bins_and_parities():
    weights = np.array([[1.0, -2.0, 4.0, 2.0, 9.0], [2.0, 1.0, -1.0, 3.0, 9.0]])
    places = breakpoints(weights)
    assert places.tolist() == [[2.0, -0.5], [-0.5, 3.0]]
    assert bins_of(places, 4).tolist() == [[3, 1], [1, 3]]
    assert bins_of(places, 1).tolist() == [[0, 0], [0, 0]]
    assert parities(np.array([3, 1, 3, 3]), 4).tolist() == [False, True, False, True]
    assert no_bins_broken(2, 4) == 8
    with pytest.raises(ValueError, match="at least 2"):
        breakpoints(np.ones((3, 1)))
    with pytest.raises(ValueError, match="at least 1"):
        bins_of(places, 0)
