"""Spectra of masks and graphons, the noise edge, and what is left when the noise's bias is removed."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import dblquad, quad
from scipy.sparse import coo_array, csc_matrix, csr_array
from scipy.special import erfc, ndtr
from spectra_cases import probit

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.masks.composition import uniform_latent
from sparse_limits.numerics.spectra.corrected_values import corrected_singular_values
from sparse_limits.numerics.spectra.exact import probit_singular_values
from sparse_limits.numerics.spectra.singular_values import (
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
from sparse_limits.theory.operators.singular_values import row_value
from sparse_limits.theory.saliency.model import (
    ONE,
    SaliencyModel,
    half_normal_quantile,
    snip_model,
    synflow_model,
    tau,
    u,
    v,
)
from sparse_limits.theory.tails import exponential, product_survival
from sparse_limits.theory.tails import half_normal as half_normal_tail

SNIP = SaliencyModel(half_normal_quantile, half_normal_quantile.subs(u, v), half_normal_tail)


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


def test_columns_alone_have_the_value_of_rows_alone():
    turned = SaliencyModel(ONE, synflow_model.row.subs(u, v), synflow_model.noise)
    threshold = model_threshold(synflow_model, 0.1)
    assert model_threshold(turned, 0.1) == pytest.approx(threshold, rel=1e-14)
    values = [model_singular_values(model, threshold, 1) for model in (synflow_model, turned)]
    assert values[1] == pytest.approx(values[0], rel=1e-14)
    of_the_position = SaliencyModel(ONE, 1 + v, half_normal_tail)
    level = model_threshold(of_the_position, 0.4)
    assert quad(lambda y: erfc(level / np.sqrt(2) / (1 + y)), 0, 1)[0] == pytest.approx(0.4, rel=1e-12)


@pytest.mark.parametrize(
    ("kernel", "value"),
    [(lambda x, y: y, 3**-0.5), (lambda x, y: x, 3**-0.5), (lambda x, y: x @ y, 1 / 3), (lambda x, y: 0.5, 0.5)],
)
def test_kernels_may_leave_out_latents_and_multiply_them(kernel, value):
    assert graphon_singular_values(kernel, uniform, uniform)[0] == pytest.approx(value, rel=1e-14)


def test_the_scale_of_a_profile_is_that_of_the_threshold():
    faint, plain = (SaliencyModel(row, ONE, half_normal_tail) for row in (u / 10**30, u))
    assert model_threshold(faint, 0.3) == pytest.approx(1e-30 * model_threshold(plain, 0.3), rel=1e-12)


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


@pytest.mark.parametrize("size", [1e-300, 1e-165, 1e-10, 1e160, 1e300])
def test_singular_values_do_not_see_the_scale(size):
    mask = np.random.default_rng(1).standard_normal((250, 210))
    expected = size * mask_singular_values(mask, 3)
    for form in (size * mask, csr_array(size * mask)):
        assert mask_singular_values(form, 3) == pytest.approx(expected, rel=1e-10)


def test_the_same_seed_gives_the_same_digits():
    mask = csr_array(np.random.default_rng(2).random((400, 500)) < 0.1)
    assert np.array_equal(mask_singular_values(mask, 4, seed=3), mask_singular_values(mask, 4, seed=3))
    assert mask_singular_values(mask, 4, seed=3) == pytest.approx(mask_singular_values(mask, 4, seed=4), rel=1e-10)


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (csr_array((600, 700)), [0, 0, 0]),
        (csr_array((np.zeros(600, bool), (np.arange(600), np.arange(600)))), [0, 0, 0]),
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
BAD_MASKS += [[[1], [1, 0]], np.ma.masked_array([[1, 0]], mask=[[1, 0]])]


@pytest.mark.parametrize("mask", BAD_MASKS, ids=str)
def test_bad_masks_are_refused(mask):
    for call in (mask_singular_values, corrected_singular_values):
        with pytest.raises(ValueError, match=r"^mask [^\n]*expected[^\n]*$"):
            call(mask, 1)


@pytest.mark.parametrize("kind", [bool, np.int8, float])
def test_entries_that_stand_twice_add_up(kind):
    """As everywhere else: two times True is True, two times 1 is no entry of a mask. What came in is left as it was."""
    mask = csr_array((np.ones(2, kind), [1, 1], [0, 2, 2]), shape=(2, 2))
    assert mask_singular_values(mask, 1) == pytest.approx([0.5 if kind is bool else 1.0])
    if kind is not bool:
        with pytest.raises(ValueError, match="mask has entries beside 0 and 1"):
            corrected_singular_values(mask, 1)
    assert mask.nnz == 2


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
        lambda: atoms([[1], [1, 2]], [1]),
        lambda: inner_product_singular_values([[1.0], [1.0, 2.0]], 1.0),
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
