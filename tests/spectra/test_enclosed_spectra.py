"""Families of graphons whose spectra are enclosed by balls."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import arb, arb_mat, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import erfc

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.spectra import exact as exact_spectra
from sparse_limits.numerics.spectra.exact import (
    constant_singular_value,
    probit_singular_values,
    rank_one_singular_value,
    step_singular_values,
)
from sparse_limits.numerics.spectra.singular_values import half_normal, inner_product_singular_values
from sparse_limits.theory.operators.singular_values import row_value
from sparse_limits.theory.saliency.model import tau, u, v
from sparse_limits.theory.tails import product_survival

# Families enclosed by balls


def test_enclosures_contain_what_is_known():
    assert constant_singular_value(Fraction(1, 10)).contains(arb(1) / 10)
    assert rank_one_singular_value(1 + u, 1 + v).contains(arb(7) / 3)
    top, bottom = step_singular_values([[1, 1], [1, 1]], [Fraction(1, 4), Fraction(3, 4)], [Fraction(1, 2)] * 2)
    assert top == 1
    assert bottom == 0


@settings(max_examples=25)
@given(arrays(np.int64, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=st.integers(0, 8)))
def test_step_enclosures_agree_with_lapack(values):
    a, b = values.shape
    alpha, beta = ([Fraction(2 * k + 1, size**2) for k in range(size)] for size in (a, b))
    exact = step_singular_values([[Fraction(int(x), 8) for x in row] for row in values], alpha, beta)
    weighted = np.sqrt(np.outer(np.array(alpha, float), np.array(beta, float))) * values / 8
    found = np.linalg.svd(weighted, compute_uv=False)
    assert len(exact) == len(found)
    for ball, value in zip(exact, found, strict=True):
        assert abs(float(ball.mid()) - value) < 1e-7


def test_probit_enclosures_shrink_with_the_order_and_nest():
    coarse, fine = (
        probit_singular_values(Fraction(6, 5), Fraction(1, 2), Fraction(7, 10), Fraction(1, 5), 3, order=order)
        for order in (6, 24)
    )
    for wide, narrow in zip(coarse, fine, strict=True):
        assert wide.contains(narrow)
        assert narrow.rad() < wide.rad() / 100


def test_the_order_of_overlapping_eigenvalues_is_left_open():
    narrow, wide = arb(1), arb("0.99", "0.1")
    first, second = exact_spectra._eigenvalues(arb_mat([[wide, 0], [0, narrow]]))
    assert first.contains(arb("1.09"))
    assert second.contains(arb("0.89"))
    assert second.contains(1)


@pytest.mark.parametrize(
    ("columns", "threshold", "weights"),
    [
        ([[1.0, 0.3], [0.2, 1.0]], 0.8, None),
        ([[1.0, 0.3], [0.2, 1.0]], 0.02, None),
        ([[1.0, 0.0], [0.996, 0.0872]], 0.3, [0.25, 0.75]),
        ([[1.0, 0.2, 0.0], [0.3, 1.0, -0.5], [0.0, 0.7, 2.0]], 0.45, [0.5, 0.25, 0.25]),
        ([[0.1, 0.2], [0.3, 0.6]], 0.4, None),  # parallel but for rounding
        (np.random.default_rng(0).standard_normal((8, 3)), 1.5, None),
        ([[1.0, 2.0], [1e-5, 0.0], [2.0, 0.5]], 40.0, [0.5, 0.25, 0.25]),
    ],
)
def test_inner_products_are_enclosed(columns, threshold, weights):
    exact = exact_spectra.inner_product_singular_values(columns, threshold, weights)
    found = inner_product_singular_values(columns, threshold, weights)
    assert len(exact) == len(found)
    for ball, value in zip(exact, found, strict=True):
        assert ball.rad() < 1e-12
        assert abs(float(ball.mid()) - value) < 1e-12


def test_enclosed_inner_products_agree_with_known_angles():
    """S7.1 at τ has the argument 2τ/|h|: one column has the value of rows alone, orthogonal ones are independent."""
    at = {tau: sp.Rational(3, 2)}
    alone = balls.enclose(row_value, at, digits=30).real
    both = balls.enclose(product_survival(tau), at, digits=30).real ** 2
    (found,) = exact_spectra.inner_product_singular_values([[3, 4]], sp.Rational(15, 4))
    assert found.overlaps(alone)
    nodes, mass = half_normal(64)
    assert float(found.mid()) == pytest.approx(np.sqrt(mass @ erfc(1.5 / np.sqrt(2) / nodes) ** 2), abs=1e-12)
    for ball, square in zip(
        exact_spectra.inner_product_singular_values([[1, 0], [0, -1]], Fraction(3, 4)),
        [(alone**2 + both) / 2, (alone**2 - both) / 2],
        strict=True,
    ):
        assert ball.overlaps(square.sqrt())
        assert ball.rad() < 1e-15
    first, second, third = exact_spectra.inner_product_singular_values([[1, 1], [0, 0], [-1, -1]], 0.75 * 2**0.5)
    assert float(first.mid()) == pytest.approx(float(alone.mid()) * np.sqrt(2 / 3), abs=1e-14)
    assert second.contains(0)
    assert second.rad() < 1e-7
    assert third == 0


@pytest.mark.parametrize("lengths", [(1, 2), (1, Fraction(101, 100)), (3, -7)])
def test_parallel_columns_of_two_lengths(lengths):
    """With one output a = x, E W W' = P(|x| S > s/cos ζ, s'/sin ζ) = mean of e^−max(s/cos ζ, s'/sin ζ) over ζ."""
    s, r = (2 / abs(sp.Rational(length)) for length in lengths)
    x = sp.Symbol("x", real=True)

    def piece(near, far):
        start = sp.log(far / near + sp.sqrt(1 + (far / near) ** 2))  # cosh x = 1/cos ζ, 1/sin ζ
        return sp.Integral(sp.exp(-near * sp.cosh(x)) / sp.cosh(x), (x, start, sp.oo))

    joint = balls.enclose(2 / sp.pi * (piece(s, r) + piece(r, s)), digits=25).real
    moments = [balls.enclose(row_value, {tau: each}, digits=25).real ** 2 for each in (s, r)]
    first, second = exact_spectra.inner_product_singular_values([[length] for length in lengths], 1)
    assert (first**2 + second**2).overlaps(sum(moments, arb(0)) / 2)
    assert (4 * first**2 * second**2).overlaps(moments[0] * moments[1] - joint**2)
    assert second.rad() < 1e-9


def test_rotated_columns_have_the_same_values():
    h = sp.Matrix([[1, 2], [sp.Rational(-1, 3), 1], [0, sp.Rational(5, 7)]])
    turn = sp.Matrix([[3, -4], [4, 3]]) / 5
    for ball, turned in zip(
        *(exact_spectra.inner_product_singular_values(each, sp.Rational(1, 2)) for each in (h, h * turn)), strict=True
    ):
        assert ball.overlaps(turned)
        assert max(ball.rad(), turned.rad()) < 1e-14


@pytest.mark.parametrize("square", [fmpq(1, 100), fmpq(2), fmpq(90)])
def test_coefficients_agree_with_the_sum_of_bessel_functions(square):
    """(2/π) Σ_j [x^{2j−1}] He_{2n−1} s^j K_{j−1}(s), over √(2n)!."""
    s = arb(square).sqrt()
    x = sp.Symbol("x")
    for n, ball in enumerate(exact_spectra._even_coefficients(square, 12), start=1):
        hermite = sp.Poly(2 ** -(sp.Rational(2 * n - 1) / 2) * sp.hermite(2 * n - 1, x / sp.sqrt(2)), x)
        terms = (int(c) * s ** ((m + 1) // 2) * s.bessel_k((m - 1) // 2) for (m,), c in hermite.terms())
        direct = 2 / arb.pi() * sum(terms, arb(0)) / arb(int(sp.factorial(2 * n))).sqrt()
        assert ball.overlaps(direct)


def test_what_a_short_series_leaves_out_is_in_its_ball(monkeypatch):
    arguments = [[1, 0], [Fraction(4, 5), Fraction(1, 5)], [2, 1]], Fraction(1, 4)
    fine = exact_spectra.inner_product_singular_values(*arguments)
    monkeypatch.setattr(exact_spectra, "ORDERS", (8,))
    for wide, narrow in zip(exact_spectra.inner_product_singular_values(*arguments), fine, strict=True):
        assert wide.contains(narrow)
        assert 1e-6 < wide.rad() < 0.2


def test_columns_out_of_reach_keep_next_to_nothing():
    first, second = exact_spectra.inner_product_singular_values([[1, 2], [2, 0]], 3000)
    assert first.contains(0)
    assert first.rad() < 1e-100
    assert second.contains(0)
    assert exact_spectra.inner_product_singular_values([[0, 0]], 1) == [0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: step_singular_values([[1]], [Fraction(1, 2)], [1]),
        lambda: step_singular_values([[1, 2]], [1], [1]),
        lambda: step_singular_values([[0.5]], [1], [1]),
        lambda: constant_singular_value(0.1),
        lambda: constant_singular_value(True),
        lambda: probit_singular_values(1, 1, 0, Fraction(1, 2), 1),
        lambda: probit_singular_values(1, 1, 1, Fraction(3, 2), 1),
        lambda: probit_singular_values(1, 1, 1, Fraction(1, 2), 3, order=2),
        lambda: exact_spectra.inner_product_singular_values([1, 2], 1),
        lambda: exact_spectra.inner_product_singular_values([[1, 2], [3]], 1),
        lambda: exact_spectra.inner_product_singular_values([[]], 1),
        lambda: exact_spectra.inner_product_singular_values([[np.nan]], 1),
        lambda: exact_spectra.inner_product_singular_values([["1"]], 1),
        lambda: exact_spectra.inner_product_singular_values([[True]], 1),
        lambda: exact_spectra.inner_product_singular_values([[1]], 0),
        lambda: exact_spectra.inner_product_singular_values([[1]], np.inf),
        lambda: exact_spectra.inner_product_singular_values([[1], [2]], 1, [1]),
        lambda: exact_spectra.inner_product_singular_values([[1], [2]], 1, [0.3, 0.3]),
        lambda: exact_spectra.inner_product_singular_values([[1], [2]], 1, 1),
    ],
)
def test_what_cannot_be_enclosed_is_refused(call):
    with pytest.raises(ValueError, match=r"^[^\n]*(expected|fit)[^\n]*$"):
        call()
