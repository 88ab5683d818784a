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
from scipy.special import airy, erfc, ndtr, ndtri

from numerics.bridge import numeric
from numerics.exact import balls
from numerics.exact.balls import number
from numerics.masks.composition import uniform_latent
from numerics.masks.sampling import sample_constant
from numerics.spectra import exact as exact_spectra
from numerics.spectra.corrected_values import corrected_singular_values
from numerics.spectra.exact import (
    constant_singular_value,
    probit_singular_values,
    rank_one_singular_value,
    step_singular_values,
)
from numerics.spectra.noise_edge import (
    RARE,
    RARE_EDGE,
    RARE_SPREAD,
    _noise_cells,
    _optimum,
    _resolvents,
    _shift,
    edge_scale,
    noise_edge,
    noise_edge_bounds,
    rare_level,
)
from numerics.spectra.singular_values import (
    Quadrature,
    UniformInPieces,
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
from numerics.statistics.exact_tests import LEVEL, Binomial
from theory.graphon import lognormal, probit_graphon, symbols
from theory.operators.noise import constant_edge, edge_spread, sparse_edge
from theory.operators.singular_values import row_value
from theory.saliency.model import ONE, SaliencyModel, half_normal_quantile, rho, snip_model, synflow_model, tau, u, v
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


STEP = sp.Piecewise((1, u < sp.Rational(1, 3)), (2, True))
STEPS_ALIKE = [STEP, 1 + sp.Heaviside(u - sp.Rational(1, 3)), (3 + sp.sign(3 * u - 1)) / 2]
OTHER_STEP = sp.Piecewise((3, v < sp.Rational(1, 2)), (sp.Rational(1, 2), True))


@pytest.mark.parametrize("row", STEPS_ALIKE, ids=str)
@pytest.mark.parametrize("nodes", [3, 64])
def test_step_profiles_are_exact(row, nodes):
    """Against the mean over four cells, of weights 1/6, 1/6, 1/3, 1/3."""
    model = SaliencyModel(row, OTHER_STEP, half_normal_tail)
    threshold = model_threshold(model, 0.4, nodes=nodes)
    table = erfc(threshold / np.sqrt(2) / np.outer([1, 2], [3, 0.5]))
    assert np.array([1 / 3, 2 / 3]) @ table.mean(axis=1) == pytest.approx(0.4, rel=1e-14)
    weighted = np.sqrt([[1 / 3], [2 / 3]]) * table * np.sqrt(0.5)
    assert model_singular_values(model, threshold, 2, nodes=nodes) == pytest.approx(
        np.linalg.svd(weighted, compute_uv=False), abs=1e-14
    )


def test_steps_beside_a_slope_are_integrated_in_pieces():
    model = SaliencyModel(STEP * (1 + u), ONE, half_normal_tail)
    found = [model_threshold(model, 0.3, nodes=nodes) for nodes in (16, 64)]
    assert found[0] == pytest.approx(found[1], rel=1e-13)


@pytest.mark.parametrize(
    ("profile", "place"),
    [
        (1 + sp.floor(2 * u), "0.5"),
        (1 + sp.Mod(3 * u, 1), "0.(333333|666667)"),
        (sp.Piecewise((1, sp.sin(6 * u) > 0), (2, True)), "0.523599"),
        (1 + sp.Heaviside(u - sp.Rational(1, 1000)) / 2, None),
        (1 + sp.floor(u + sp.Rational(1, 10**6)), "0.999999"),
    ],
    ids=str,
)
def test_steps_that_are_not_known_are_refused(profile, place):
    """A jump next to an end lies outside of all nodes; one that a formula tells is no harm."""
    model = SaliencyModel(profile, ONE, half_normal_tail)
    for call in (lambda: model_threshold(model, 0.4), lambda: model_singular_values(model, 1.0, 1)):
        if place is None:
            call()
            continue
        with pytest.raises(
            ValueError, match=rf"^the kernel jumps by 0\.\d+ at the row latent {place}, expected[^\n]*$"
        ):
            call()


def test_kernels_with_jumps_need_pieces():
    def kernel(x, y):
        return np.where(x < 0.4, 0.3, 0.1) * (0.5 + 0.5 * (y > 0.7))

    truth = np.sqrt(0.4 * 0.09 + 0.6 * 0.01) * np.sqrt(0.7 * 0.25 + 0.3)
    pieces = UniformInPieces([0.4]), UniformInPieces([0.7])
    assert graphon_singular_values(kernel, *pieces, 1, nodes=4) == pytest.approx([truth], rel=1e-14)
    for laws, side in (((uniform, pieces[1]), "row"), ((pieces[0], uniform), "column"), ((normal, half_normal), "row")):
        with pytest.raises(ValueError, match=rf"jumps by .* at the {side} latent 0\.[47]"):
            graphon_singular_values(kernel, *laws)


def test_steep_kernels_are_no_jumps():
    graphon_singular_values(lambda x, y: ndtr((x - 0.3) * 1e5) * np.sqrt(y), uniform, uniform, 1)


@pytest.mark.parametrize("breaks", [[0.0], [0.5, 0.5], [0.6, 0.4], [1.0], [float("nan")]])
def test_bad_breaks_are_refused(breaks):
    for call in (UniformInPieces, lambda at: uniform_latent(5, at)):
        with pytest.raises(ValueError, match=r"breaks are .*expected increasing numbers strictly between 0 and 1"):
            call(breaks)


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
        lambda: corrected_singular_values(2 * np.eye(3), 1, 0.1),
        lambda: corrected_singular_values(np.eye(3), 1, 0.3),
        lambda: rare_level(0.3, 5),
        lambda: rare_level(0.2, 0),
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
        assert all(0.7 * level < value.high < 1.5 * level for value in rest)


# The level of what is visible


def sparse_values(m, n, kept, masks, seed):
    """Second singular values of homogeneous masks with so many entries in a row on average, over their noise edge."""
    rng, density = np.random.default_rng([seed, m, n, kept]), kept / n
    edge = noise_edge(density * (1 - density), m, n)
    drawn = (sample_constant(density, m, n, rng) for _ in range(masks))
    return np.array([mask_singular_values(mask, 2)[1] for mask in drawn]) / edge


def refused(passed, masks):
    """Whether so many of the masks contradict a rate of one in a thousand at most, at level 1e-9."""
    return Binomial(masks, "above", LEVEL).p_value(passed, RARE) <= LEVEL


@pytest.mark.parametrize("kept", [5, 10, 20, 50, 100])
def test_few_sparse_masks_pass_the_level(kept):
    """Three thousand masks each are drawn in tests/benchmarks/bench_noise_level.py: none passed."""
    n, masks = 500, 60
    variance = kept / n * (1 - kept / n)
    seen, edge = sparse_values(n, n, kept, masks, 0), noise_edge(variance, n)
    assert not refused(int((seen > rare_level(variance, n) / edge).sum()), masks)
    assert rare_level(variance, n) < edge * (1.25 if kept == 5 else 1.11)
    if kept <= 20:  # the edge alone is no level, and the test can tell
        assert refused(int((seen > 1).sum()), masks)


@pytest.mark.parametrize(("n", "kept"), [(1000, 10), (2000, 20)])
def test_without_the_shift_noise_shows(n, kept):
    """The edge and the Tracy–Widom law alone, at the sizes where second values were seen to show."""
    seen, variance = sparse_values(n, n, kept, 40, 0), kept / n * (1 - kept / n)
    assert refused(int((seen > 1 + 3.2722 * edge_scale(n, n)).sum()), 40)
    assert not refused(int((seen > rare_level(variance, n) / noise_edge(variance, n)).sum()), 40)


@pytest.mark.parametrize(("m", "n", "kept"), [(400, 1600, 8), (1600, 400, 8), (1000, 1000, 10)])
def test_corrected_values_show_no_noise_of_sparse_masks(m, n, kept):
    rng, density = np.random.default_rng(7), kept / n
    for variance in (density * (1 - density), np.full((m, n), density * (1 - density)), None):
        for _ in range(3):
            _, second = corrected_singular_values(sample_constant(density, m, n, rng), 2, variance)
            assert not second.visible


@pytest.mark.parametrize("kept", [5, 10, 20, 50])
def test_a_planted_value_above_the_level_is_found(kept):
    """Signs of rank one, to be seen a tenth above the level: the second value shows in nearly all of twenty masks."""
    n, density, rng = 1000, kept / 1000, np.random.default_rng(kept)
    variance = density * (1 - density)
    seen_at = 1.1 * rare_level(variance, n)
    noise = variance / n
    strength = ((seen_at**2 - 2 * noise + np.sqrt((seen_at**2 - 2 * noise) ** 2 - 4 * noise**2)) / 2) ** 0.5
    strength, found = min(strength, density), 0
    for _ in range(20):
        signs = np.sign(rng.standard_normal(n))[:, None] * np.sign(rng.standard_normal(n))
        mask = rng.random((n, n)) < density + strength * signs
        found += corrected_singular_values(csr_array(mask), 2, variance)[1].visible
    assert found >= 19


def test_the_level_is_made_of_the_claimed_shift_and_spread():
    """Far from heavy rows it is the formula of O4; split into cells it is the same."""
    m, n, variance = 3000, 2000, 0.05 * 0.95
    at = {symbols.m: m, symbols.n: n, symbols.variance: sp.Rational(variance)}
    edge, spread = (number(formula, at) for formula in (constant_edge, edge_spread))
    shifted = number(sparse_edge, at)
    expected = shifted + edge * (RARE_EDGE * edge_scale(m, n) + RARE_SPREAD * spread)
    assert rare_level(variance, m, n) == pytest.approx(expected, rel=1e-6)
    assert rare_level(np.full((3, 4), variance), m, n) == pytest.approx(expected, rel=1e-6)


def test_a_profile_is_shifted_as_its_equation_says():
    """The least level at which the resolvents with small fourth cumulants converge, against the first-order shift."""
    rng = np.random.default_rng(1)
    noise = _noise_cells(rng.random((3, 4)) / 4, 30, 50, None, None)
    found = _optimum(noise, 1e-12)
    small = noise._replace(fourth=noise.fourth * 1e-3)

    def converges(z):
        try:
            _resolvents(small, z)
        except ArithmeticError:
            return False
        return True

    low, high = found.edge.high * 0.9999, found.edge.high * 1.0003
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (low, middle) if converges(middle) else (middle, high)
    assert high - found.edge.high == pytest.approx(1e-3 * _shift(noise, found), rel=0.02)


def test_a_heavy_row_is_no_signal():
    """Five entries a row: a row of 19, one of which some mask in a few hundred has, shows above the shifted edge."""
    n, density = 2000, 5 / 2000
    mask = sample_constant(density, n, n, np.random.default_rng(3)).tolil()
    mask[0] = np.arange(n) < 19
    variance = density * (1 - density)
    (_, second) = corrected_singular_values(csr_array(mask), 2, variance)
    at = {symbols.m: n, symbols.n: n, symbols.variance: sp.Rational(variance)}
    assert second.raw > number(sparse_edge, at) * (1 + 4 * edge_scale(n, n))
    assert not second.visible


def test_the_allowances_are_quantiles():
    """The Tracy–Widom law (β = 1) as a Fredholm determinant (Ferrari, Spohn), and the normal law."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    x, w = 12 * (nodes + 1), 12 * weights
    root = np.sqrt(w)
    kernel = root[:, None] * airy((x[:, None] + x) / 2 + RARE_EDGE)[0] / 2 * root
    assert 1 - np.linalg.det(np.eye(60) - kernel) == pytest.approx(RARE / 4, rel=1e-3)
    assert ndtr(-RARE_SPREAD) == pytest.approx(RARE / 4, rel=1e-3)


def test_far_nodes_of_a_normal_law_do_not_break_the_edge():
    """Gauss–Hermite weights of 1e-163 and variances as small: the edge is that of fewer nodes."""
    at = {
        lognormal.row_scale: 1,
        lognormal.column_scale: 1,
        lognormal.noise_scale: sp.Rational(3, 10),
        rho: sp.Rational(1, 10),
    }
    kernel = numeric((lognormal.x, lognormal.y), probit_graphon.expressions["kernel"].subs(at))
    edges = []
    for nodes in (100, 200, 300):
        law = normal(nodes)
        P = kernel(law.nodes[:, None], law.nodes)
        edges.append(noise_edge_bounds(P * (1 - P), 1, row_weights=law.weights, column_weights=law.weights))
        assert edges[-1].high <= edges[-1].low * (1 + 1e-9)
    assert edges[1].high == pytest.approx(edges[2].high, rel=1e-8)
    assert edges[1].high == pytest.approx(edges[0].high, rel=2e-5)
