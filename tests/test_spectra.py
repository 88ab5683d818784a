"""Spectra of masks and graphons, the noise edge, and what is left when the noise's bias is removed."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import arb, arb_mat, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import dblquad
from scipy.sparse import coo_array, csc_matrix, csr_array
from scipy.special import erfc, ndtr, ndtri

from numerics import balls, exact_spectra
from numerics.exact_spectra import (
    constant_singular_value,
    probit_singular_values,
    rank_one_singular_value,
    step_singular_values,
)
from numerics.noise_edge import corrected_singular_values, noise_edge, noise_edge_bounds
from numerics.spectra import (
    Quadrature,
    atoms,
    graphon_singular_values,
    half_normal,
    inner_product_singular_values,
    leading_triplets,
    mask_singular_values,
    model_singular_values,
    model_threshold,
    normal,
    uniform,
)
from theory.operators.singular_values import row_value
from theory.saliency.model import ONE, SaliencyModel, half_normal_quantile, snip_model, synflow_model, tau, u, v
from theory.tails import exponential, product_survival
from theory.tails import half_normal as half_normal_tail

SNIP = SaliencyModel(half_normal_quantile, half_normal_quantile.subs(u, v), half_normal_tail)


def probit(x, y):
    """G8 at (s_f, s_g, s) = (.8, .6, 1) and density .2."""
    return ndtr(0.8 * x + 0.6 * y - np.sqrt(2) * ndtri(0.8))


def midpoint_probabilities(m, n):
    x, y = (ndtri((np.arange(size) + 0.5) / size) for size in (m, n))
    return probit(x[:, None], y)


# Quadrature


@pytest.mark.parametrize(
    ("law", "moment"),
    [
        (uniform, lambda k: 1 / (k + 1)),
        (normal, lambda k: float(sp.factorial2(k - 1)) if k % 2 == 0 else 0.0),
        (half_normal, lambda k: 2 ** (k / 2) * float(sp.gamma(sp.Rational(k + 1, 2))) / np.pi**0.5),
    ],
)
def test_laws_have_their_moments(law, moment):
    nodes, weights = law(64)
    for k in range(5):
        assert weights @ nodes**k == pytest.approx(moment(k), rel=1e-12, abs=1e-12)


def test_half_normal_nodes_see_an_essential_singularity():
    nodes, weights = half_normal(64)
    for threshold in (0.2, 0.7, 4.0):
        exact = balls.number(product_survival(tau), {tau: sp.Rational(str(threshold))})
        assert weights @ erfc(threshold / np.sqrt(2) / nodes) == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("density", [0.02, 0.1, 0.5, 0.9])
def test_64_nodes_give_snip_to_twelve_digits(density):
    """Against the trapezoid rule in log x itself, from 5e-15 on and at a finer step."""
    threshold = model_threshold(SNIP, density)
    s = np.linspace(-33, 2.4, 900)
    x = np.exp(s)
    fine = Quadrature(x, (s[1] - s[0]) * x * np.sqrt(2 / np.pi) * np.exp(-(x**2) / 2))
    with np.errstate(over="ignore"):
        kernel = erfc(threshold / np.sqrt(2) / np.outer(x, x))
    assert fine.weights @ kernel @ fine.weights == pytest.approx(density, abs=1e-12)
    root = np.sqrt(fine.weights)
    truth = np.sort(np.abs(np.linalg.eigvalsh(root[:, None] * kernel * root)))[::-1][:4]
    assert np.abs(model_singular_values(SNIP, threshold, 4) - truth).max() < 1e-12


def test_probit_agrees_with_its_enclosure():
    exact = probit_singular_values(Fraction(4, 5), Fraction(3, 5), 1, Fraction(1, 5), 4, order=30)
    for nodes in (40, 64):
        found = graphon_singular_values(probit, normal, normal, 4, nodes=nodes)
        for value, ball in zip(found, exact, strict=True):
            assert abs(value - float(ball.mid())) < 1e-12 + float(ball.rad())


def test_step_graphons_are_exact_on_atoms():
    P, alpha, beta = [[0.9, 0.3], [0.2, 0.05]], [0.25, 0.75], [1 / 3, 2 / 3]
    table = np.array(P)
    found = graphon_singular_values(
        lambda x, y: table[x.astype(int), y.astype(int)], atoms([0, 1], alpha), atoms([0, 1], beta)
    )
    assert found == pytest.approx([0.30602270031023702603, 0.010005343313992539340], abs=1e-15)


def test_rows_alone_have_the_value_of_the_claim():
    threshold = model_threshold(synflow_model, 0.1)
    assert threshold == pytest.approx(1.5951037007203893837, rel=1e-14)
    (found,) = model_singular_values(synflow_model, threshold, 1)
    assert found == pytest.approx(balls.number(row_value, {tau: sp.Rational(threshold)}), abs=1e-14)
    assert found == pytest.approx(0.1738522316, abs=1e-10)


def test_profiles_of_the_position_are_integrated_over_it():
    model = SaliencyModel(1 + u, 1 + v, half_normal_tail)
    threshold = model_threshold(model, 0.3)
    kernel = lambda y, x: erfc(threshold / np.sqrt(2) / (1 + x) / (1 + y))  # noqa: E731
    assert dblquad(kernel, 0, 1, 0, 1)[0] == pytest.approx(0.3, abs=1e-10)
    fourth = (model_singular_values(model, threshold, 5) ** 2).sum()
    assert dblquad(lambda y, x: kernel(y, x) ** 2, 0, 1, 0, 1)[0] == pytest.approx(fourth, abs=1e-9)


def test_a_profile_left_open_is_refused():
    with pytest.raises(ValueError, match=r"leaves varphi\(v\) open"):
        model_singular_values(snip_model, 1.0, 1)
    with pytest.raises(ValueError, match="leaves c open"):
        model_singular_values(SaliencyModel(sp.Symbol("c") * u, ONE, exponential), 1.0, 1)


def test_inner_products_agree_with_known_angles():
    """One column: the value of rows alone; orthogonal ones: independent, so off-diagonal H²."""
    threshold = 0.75
    at = {tau: sp.Rational(3, 4)}
    alone = balls.number(row_value, at)
    assert inner_product_singular_values([[6.0, 8.0]], 5 * threshold) == pytest.approx([alone], abs=1e-12)
    both = balls.number(product_survival(tau), at) ** 2
    expected = np.sqrt([(alone**2 + both) / 2, (alone**2 - both) / 2])
    assert inner_product_singular_values(2 * np.eye(2), threshold) == pytest.approx(expected, abs=1e-12)
    parallel = inner_product_singular_values([[2.0, 2.0], [-2.0, -2.0], [0.0, 0.0]], np.sqrt(2) * threshold)
    assert parallel == pytest.approx([alone * np.sqrt(2 / 3), 0, 0], abs=1e-7)


def test_inner_products_agree_with_sampled_rows():
    h = np.array([[1.0, 0.2, 0.0], [0.3, 1.0, -0.5], [0.0, 0.7, 2.0]])
    weights = [0.5, 0.25, 0.25]
    a = np.random.default_rng(0).standard_normal((200_000, 3))
    sampled = erfc(0.9 / np.sqrt(2) / np.abs(a @ h.T)) * np.sqrt(weights)
    truth = np.linalg.svd(sampled / np.sqrt(len(a)), compute_uv=False)
    assert inner_product_singular_values(2 * h, 0.9, weights) == pytest.approx(truth, abs=3e-3)


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
    """S7 at τ has the argument 2τ/|h|: one column has the value of rows alone, orthogonal ones are independent."""
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


# Masks


@settings(max_examples=30)
@given(arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12))), st.data())
def test_values_of_small_masks(mask, data):
    count = data.draw(st.integers(1, min(mask.shape)))
    expected = np.linalg.svd(mask.astype(float), compute_uv=False)[:count] / np.sqrt(mask.size)
    assert mask_singular_values(mask, count) == pytest.approx(expected, abs=1e-13)
    assert mask_singular_values(coo_array(mask), count) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("shape", [(500, 700), (900, 400)])
def test_large_masks_agree_with_lapack(shape):
    mask = np.random.default_rng(1).random(shape) < 0.05
    expected = np.linalg.svd(mask.astype(float), compute_uv=False)[:6] / np.sqrt(mask.size)
    for form in (mask, csr_array(mask), csc_matrix(mask), mask.astype(np.int8), mask.astype(np.float32)):
        assert mask_singular_values(form, 6) == pytest.approx(expected, rel=1e-10)
    left, values, right = leading_triplets(csr_array(mask), 3)
    assert np.abs(mask @ right - left * values * np.sqrt(mask.size)).max() < 1e-8
    assert left.T @ left == pytest.approx(np.eye(3), abs=1e-10)


def test_the_same_seed_gives_the_same_digits():
    mask = csr_array(np.random.default_rng(2).random((400, 500)) < 0.1)
    assert np.array_equal(mask_singular_values(mask, 4, seed=3), mask_singular_values(mask, 4, seed=3))
    assert mask_singular_values(mask, 4, seed=3) == pytest.approx(mask_singular_values(mask, 4, seed=4), rel=1e-10)


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (csr_array((600, 700)), [0, 0, 0]),
        (csr_array(np.ones((300, 400))), [1, 0, 0]),
        (csr_array(np.kron(np.eye(3), np.ones((100, 120)))), [1 / 3] * 3),
        (csr_array(np.eye(500)), [1 / 500] * 3),
    ],
)
def test_multiple_and_vanishing_values(mask, expected):
    assert mask_singular_values(mask, 3) == pytest.approx(expected, abs=1e-12)


def test_a_large_sparse_mask_stays_sparse():
    rng = np.random.default_rng(0)
    n, kept = 20_000, 200_000
    mask = csr_array((np.ones(kept, np.int8), rng.integers(0, n, (2, kept))), shape=(n, n))
    (first,) = mask_singular_values(mask, 1)
    density = kept / n**2
    assert first == pytest.approx(density + 1 / n, rel=0.05)  # O3: (1 − ρ)/n above the density


BAD_MASKS = [np.ones(3), np.empty((0, 2)), np.array([[np.nan]]), np.array([["a"]]), np.array([[1j]]), [[np.inf, 1]]]


@pytest.mark.parametrize("mask", BAD_MASKS, ids=str)
def test_bad_masks_are_refused(mask):
    for call in (mask_singular_values, corrected_singular_values):
        with pytest.raises(ValueError, match=r"^mask [^\n]*expected[^\n]*$"):
            call(mask, 1)


@pytest.mark.parametrize("count", [0, 4, 1.0, None, True - 2])
def test_bad_counts_are_refused(count):
    with pytest.raises(ValueError, match=r"count is .*, expected an integer from 1 to 3"):
        mask_singular_values(np.ones((3, 5)), count)


@pytest.mark.parametrize(
    "call",
    [
        lambda: atoms([1, 2], [0.5, 0.6]),
        lambda: atoms([1], [0.5, 0.5]),
        lambda: atoms([np.nan], [1]),
        lambda: graphon_singular_values(lambda x, y: x * np.nan + y, uniform, uniform),
        lambda: graphon_singular_values(lambda x, y: x * y, uniform, uniform, 9, nodes=8),
        lambda: graphon_singular_values(lambda x, y: x * y, uniform, uniform, nodes=0),
        lambda: model_threshold(SNIP, 1.0),
        lambda: model_singular_values(SNIP, -1.0, 1),
        lambda: inner_product_singular_values([1.0], 1.0),
        lambda: inner_product_singular_values([[1.0]], 0.0),
        lambda: inner_product_singular_values([[1.0]], 1.0, [0.5]),
    ],
)
def test_bad_graphons_are_refused(call):
    with pytest.raises(ValueError, match=r"^[^\n]*expected[^\n]*$"):
        call()


# The noise edge


@given(st.floats(0.001, 0.25), st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 4), st.integers(1, 4))
def test_constant_variance_has_its_edge(variance, m, n, a, b):
    expected = np.sqrt(variance) * (m**-0.5 + n**-0.5)
    assert noise_edge(np.full((a, b), variance), m, n) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 6))
def test_the_edge_is_where_the_monotone_iteration_stops_converging(seed, a, b):
    """1/a = z − ∫Vb/m, 1/b = z − ∫Va/n from a = b = 0: bounded above the edge, not below."""
    rng = np.random.default_rng(seed)
    V = rng.random((a, b)) ** 2 / 4
    r, c = rng.dirichlet(np.ones(a)), rng.dirichlet(np.ones(b))
    m, n = 30, 70
    low, high = noise_edge_bounds(V, m, n, row_weights=r, column_weights=c)
    assert 0 < low <= high * (1 + 1e-12) <= low * (1 + 1e-9)

    def bounded(z):
        x, y = np.zeros(a), np.zeros(b)
        for _ in range(5000):
            to_rows, to_columns = z - V @ (c * y) / m, z - V.T @ (r * x) / n
            if min(to_rows.min(), to_columns.min()) <= 0:
                return False
            x, y = 1 / to_rows, 1 / to_columns
        return True

    assert bounded(high * 1.0001)
    assert not bounded(low * 0.9999)


def test_blocks_of_noise_have_the_largest_edge_of_them():
    V = np.diag([0.1, 0.2, 0.25])
    assert noise_edge(V, 30) == pytest.approx(2 * np.sqrt(0.25 / 3 / 30), rel=1e-9)
    assert noise_edge([[0.25, 0], [0, 0]], 40) == pytest.approx(2 * np.sqrt(0.25 / 2 / 40), rel=1e-9)
    assert noise_edge(0.0, 10) == 0
    assert noise_edge(0.25, 10, row_weights=[1.0], column_weights=[1.0]) == pytest.approx(1 / np.sqrt(10), rel=1e-9)


def test_probit_noise_has_the_edge_of_the_chapter():
    P = midpoint_probabilities(256, 256)
    assert noise_edge(P * (1 - P), 1) == pytest.approx(0.7605, abs=1e-4)


@pytest.mark.parametrize(
    "call",
    [
        lambda: noise_edge([[-0.1]], 5),
        lambda: noise_edge([[np.nan]], 5),
        lambda: noise_edge(0.2, 0),
        lambda: noise_edge(0.2, 5, 2.5),
        lambda: noise_edge([[0.1, 0.2]], 5, column_weights=[0.5, 0.6]),
        lambda: noise_edge([[0.1, 0.2]], 5, column_weights=[1.0]),
        lambda: noise_edge(np.ones((2, 2, 2)), 5),
        lambda: corrected_singular_values(np.eye(3), 1, np.ones(2)),
        lambda: corrected_singular_values(np.eye(3), 1, -1.0),
        lambda: corrected_singular_values(np.eye(3), 1, confidence=1.0),
        lambda: corrected_singular_values(2 * np.eye(3), 1),
    ],
)
def test_bad_noise_is_refused(call):
    with pytest.raises(ValueError, match=r"^[^\n]*expected[^\n]*$"):
        call()


# Values freed from the bias


def test_a_constant_mask_is_moved_back_to_its_density():
    mask = np.random.default_rng(0).random((400, 1600)) < 0.05
    first, second = corrected_singular_values(mask, 2)
    assert first.visible
    assert first.raw > first.high
    assert first.low < mask.mean() < first.high
    assert not second.visible
    assert (second.value, second.low) == (0, 0)
    given, _ = corrected_singular_values(csr_array(mask), 2, 0.05 * 0.95)
    assert given.value == pytest.approx(first.value, abs=(first.high - first.low) / 10)


def test_intervals_cover_as_stated():
    """Masks of a probit matrix: 60 of them cover each of two values at least 50 times (probability .998 at .95)."""
    P = midpoint_probabilities(300, 400)
    truth = np.linalg.svd(P, compute_uv=False)[:2] / np.sqrt(P.size)
    rng = np.random.default_rng(0)
    covered, corrected, raw = np.zeros(2), [], []
    for _ in range(60):
        values = corrected_singular_values(rng.random(P.shape) < P, 2)
        covered += [value.low <= true <= value.high for value, true in zip(values, truth, strict=True)]
        corrected.append([value.value for value in values])
        raw.append([value.raw for value in values])
    assert covered.min() >= 50
    bias, left = (np.abs(np.mean(each, axis=0) - truth) for each in (raw, corrected))
    assert (left < bias / 5).all()


def test_noise_alone_shows_nothing():
    rng = np.random.default_rng(5)
    for m, n, density in ((300, 300, 0.5), (200, 800, 0.1)):
        _, *rest = corrected_singular_values(rng.random((m, n)) < density, 4)
        assert not any(value.visible for value in rest)
        level = (density * (1 - density)) ** 0.5 * (m * n) ** -0.25
        assert all(0.7 * level < value.high < 1.1 * level for value in rest)
