"""The edge of noise, values freed from the bias, and the level of what is visible."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.special import airy, ndtr, ndtri
from spectra_cases import probit

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.masks.sampling import sample_constant
from sparse_limits.numerics.spectra.corrected_values import corrected_singular_values
from sparse_limits.numerics.spectra.noise_edge import (
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
from sparse_limits.numerics.spectra.singular_values import mask_singular_values, normal
from sparse_limits.numerics.statistics.exact_tests import LEVEL, Binomial
from sparse_limits.theory.graphon import lognormal, probit_graphon, symbols
from sparse_limits.theory.operators.noise import constant_edge, edge_spread, sparse_edge
from sparse_limits.theory.saliency.model import rho


def midpoint_probabilities(m, n):
    x, y = (ndtri((np.arange(size) + 0.5) / size) for size in (m, n))
    return probit(x[:, None], y)


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
        lambda: corrected_singular_values(np.eye(3), 1, np.ones((3, 3))),
        lambda: corrected_singular_values(np.eye(3), 1, confidence=1.0),
        lambda: corrected_singular_values(2 * np.eye(3), 1),
        lambda: corrected_singular_values(2 * np.eye(3), 1, 0.1),
        lambda: corrected_singular_values(np.eye(3), 1, 0.3),
        lambda: noise_edge([[0.1], [0.1, 0.2]], 5),
        lambda: noise_edge(["a"], 5),
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


@pytest.mark.parametrize("shape", [(3, 3), (7, 5), (40, 30)])
@pytest.mark.parametrize("variance", [None, 0.0])
def test_rounding_is_not_visible(shape, variance):
    first, *rest = corrected_singular_values(np.ones(shape), 3, variance)
    assert (first.value, first.visible) == (pytest.approx(1, rel=1e-14), True)
    assert all((value.value, value.visible) == (0, False) and value.high < 1e-6 for value in rest)


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
        return _resolvents(small, z) is not None

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


@pytest.mark.parametrize(("m", "n"), [(1, 4096), (4096, 1), (1, 10)])
@pytest.mark.parametrize("density", [0.1, 0.5, 0.9])
def test_a_mask_of_one_line_has_its_value(m, n, density):
    """The only singular value of a line is the root of its density; the level of its noise is found whatever the length."""
    mask = np.random.default_rng(0).random((m, n)) < density
    (value,) = corrected_singular_values(mask, 1)
    assert value.raw == pytest.approx(np.sqrt(mask.mean()))


def test_chances_that_underflow_are_no_warning():
    """Far above the edge no row of a large mask of density ½ reaches it with a chance that floats hold."""
    edge = noise_edge(0.25, 4096)
    assert edge < rare_level(0.25, 4096) < 1.05 * edge


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


def test_a_block_of_a_lower_edge_fades_without_a_word():
    """Its density tends to 0 while two other blocks, of nearly the same edge, part slowly."""
    found = noise_edge_bounds(np.diag([0.25, 0.2475, 0.09]), 300)
    assert found.high - found.low <= 1e-10 * found.high
    assert found.low <= 2 * np.sqrt(0.25 / 3 / 300) * (1 + 1e-12)
    assert found.high >= 2 * np.sqrt(0.25 / 3 / 300) * (1 - 1e-12)


def test_a_mask_of_such_blocks_has_its_values():
    size, shares = 40, (0.5, 0.45, 0.05)
    chances = np.kron(np.diag(shares), np.ones((size, size)))
    mask = np.random.default_rng(1).random(chances.shape) < chances
    values = corrected_singular_values(mask, 2, variance=chances * (1 - chances))
    assert all(each.visible for each in values)


def test_hidden_values_take_no_memory():
    """Their weight is 0, and all triples of 140 values would be 5·10⁵ times as many bytes."""
    mask = np.random.default_rng(0).random((140, 140)) < 0.5
    tracemalloc.start()
    corrected_singular_values(mask, 140)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8e6 < 8 * 140**3
