"""Composition of masks and graphons against products of dense matrices, enumeration and closed forms."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.masks.composition import (
    GridGraphon,
    Latent,
    compose,
    compose_graphons,
    path_counts,
    path_density,
    point_latent,
    saliency_graphon,
    uniform_latent,
)
from sparse_limits.theory.operators.further.composition import path_density as path_formula
from sparse_limits.theory.operators.further.composition import rho_2, sorted_density, tau_1, tau_2
from sparse_limits.theory.saliency import product_graphon
from sparse_limits.theory.saliency.model import (
    ONE,
    SaliencyModel,
    magnitude_model,
    rho,
    snip_model,
    synflow_model,
    u,
    v,
)
from sparse_limits.theory.tails import half_normal

READOUT = SaliencyModel(ONE, synflow_model.row.subs(u, v), half_normal)  # |a_t ζ_t|, its columns the hidden units


def layers(seed: int, depth: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    widths = rng.integers(1, 6, size=depth + 1)
    return [rng.random((int(b), int(a))) < 0.6 for a, b in pairwise(widths)]


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_paths_by_enumeration(seed: int, depth: int) -> None:
    masks = layers(seed, depth)
    sizes = [masks[0].shape[1], *[mask.shape[0] for mask in masks]]
    counts = np.zeros((sizes[-1], sizes[0]), dtype=int)
    for route in product(*map(range, sizes)):
        kept = all(mask[after, before] for mask, before, after in zip(masks, route, route[1:], strict=False))
        counts[route[-1], route[0]] += kept
    assert (path_counts(masks).toarray() == counts).all()
    hidden = np.prod(sizes[1:-1])
    assert np.allclose(compose([csr_array(mask) for mask in masks]).toarray(), counts / hidden, rtol=1e-15)
    density = path_density(masks)
    assert density.inputs == [Fraction(int(c), int(hidden * sizes[-1])) for c in counts.sum(axis=0)]
    assert density.overall == Fraction(int(counts.sum()), int(np.prod(sizes)))


def test_more_paths_than_machine_numbers() -> None:
    full = [np.ones((100, 100), dtype=bool)] * 12
    full[7] = np.zeros((100, 100), dtype=bool)
    full[7][:, :25] = True
    assert path_density(full).overall == Fraction(1, 4)
    with pytest.raises(ValueError, match="paths, expected fewer than 2\\*\\*63"):
        path_counts(full)


def test_widths_whose_product_is_no_float() -> None:
    deep = compose([np.eye(100, dtype=bool)] * 160)
    assert deep.diagonal() == pytest.approx(np.full(100, 1e-318), rel=1e-4)


@pytest.mark.parametrize("kind", [np.uint64, np.float16, np.longdouble, ">f2", ">f8", ">i4"])
def test_masks_of_every_type(kind) -> None:
    assert path_density([np.array([[1, 0, 1], [0, 1, 1]], kind)]).overall == Fraction(2, 3)


def test_empty_rows_and_columns() -> None:
    first, second = np.array([[0, 1, 0], [0, 0, 0]]), np.array([[1, 1], [0, 0], [0, 1]])
    assert path_density([first, second]).inputs == [0, Fraction(1, 6), 0]
    assert path_density([np.zeros((2, 3)), second]).overall == 0


@pytest.mark.parametrize(
    ("masks", "message"),
    [
        ([], "at least one mask"),
        ([np.ones((2, 3)), np.ones((2, 3))], "layer 1 has 3 columns, expected 2"),
        ([np.ones(3)], "layer 0 is float64 of shape"),
        ([np.array([[1, 2]])], "layer 0 holds 2"),
        ([np.array([[1.0, np.nan]])], "layer 0 holds nan"),
        ([np.ones((0, 3))], "non-empty"),
        ([[[1], [1, 0]]], "layer 0 is ragged, expected"),
        (csr_array(np.ones((2, 3))), "layers is a csr_array, expected a sequence of masks"),
        (None, "layers is a NoneType, expected a sequence of masks"),
    ],
)
def test_bad_layers(masks: list[np.ndarray], message: str) -> None:
    for function in (path_counts, compose, path_density):
        with pytest.raises(ValueError, match=message):
            function(masks)


def grid(sizes: tuple[int, ...], seed: int = 0) -> list[GridGraphon]:
    rng = np.random.default_rng(seed)
    latents = [Latent(np.sort(rng.random(size)), rng.dirichlet(np.ones(size))) for size in sizes]
    return [
        GridGraphon(rng.random((rows.weights.size, columns.weights.size)), rows, columns)
        for columns, rows in pairwise(latents)
    ]


def test_graphons_compose_by_their_weights() -> None:
    first, second, third = grid((3, 4, 2, 5))
    whole = compose_graphons([first, second, third])
    hidden, upper = first.rows.weights, second.rows.weights
    expected = np.einsum("as,st,tb,s,t->ab", third.values, second.values, first.values, upper, hidden)
    assert np.allclose(whole.values, expected)
    assert whole.rows is third.rows
    assert whole.columns is first.columns
    assert np.allclose(compose_graphons([compose_graphons([first, second]), third]).values, expected)
    assert whole.density == pytest.approx(whole.rows.weights @ whole.row_degrees)
    assert np.allclose(whole.column_degrees, third.rows.weights @ expected)


def test_masks_and_their_step_graphons_compose_alike() -> None:
    masks = layers(5, 3)
    sizes = [masks[0].shape[1], *[mask.shape[0] for mask in masks]]
    latents = [Latent(np.linspace(0, 1, size), np.full(size, 1 / size)) for size in sizes]
    graphons = [GridGraphon(mask.astype(float), latents[k + 1], latents[k]) for k, mask in enumerate(masks)]
    whole = compose_graphons(graphons)
    assert np.allclose(whole.values, compose(masks).toarray())
    assert np.allclose(whole.column_degrees, [float(x) for x in path_density(masks).inputs])


def test_hidden_latents_are_shared_by_identity() -> None:
    first, second = grid((3, 4, 2))
    copy = Latent(first.rows.positions.copy(), first.rows.weights.copy())
    with pytest.raises(ValueError, match="layers 0 and 1 have different hidden latents"):
        compose_graphons([first, replace(second, columns=copy)])
    with pytest.raises(ValueError, match="at least one graphon"):
        compose_graphons([])


@pytest.mark.parametrize(
    ("positions", "weights", "message"),
    [
        (np.array([0.5]), np.array([0.5, 0.5]), "shapes"),
        (np.array([]), np.array([]), "q > 0"),
        (np.array([0.2, 0.4]), np.array([0.5, 0.6]), "add up to 1.1"),
        (np.array([0.2, 1.4]), np.array([0.5, 0.5]), "positions in"),
        (np.array([0.2, 0.4]), np.array([-0.5, 1.5]), "none negative"),
        (np.array([0.2, np.nan]), np.array([0.5, 0.5]), "positions in"),
        ([0.5], [1.0], "positions is a list, expected an array of real numbers"),
        (np.array(["a"]), np.ones(1), "positions is a ndarray, expected an array of real numbers"),
    ],
)
def test_bad_latents(positions: np.ndarray, weights: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Latent(positions, weights)


def test_values_have_the_shape_of_their_latents() -> None:
    with pytest.raises(ValueError, match=r"expected finite ones of shape \(1, 7\)"):
        GridGraphon(np.zeros((7, 1)), point_latent(), uniform_latent(7))


def test_uniform_latent_integrates_profiles_that_blow_up() -> None:
    latent = uniform_latent()
    assert latent.weights @ np.log(latent.positions) == pytest.approx(-1, rel=1e-9)
    assert latent.weights @ latent.positions**3 == pytest.approx(0.25, rel=1e-12)
    for nodes in (0, 1.5, None, "two"):
        with pytest.raises(ValueError, match=f"nodes is {nodes!r}, expected an integer"):
            uniform_latent(nodes)


SPEC = [
    # densities, path density (beyond its twentieth digit the first is that of mpmath), sorted separately
    ((0.1, 0.3), "0.0621304263014655628680708", 0.08661),
    ((0.2, 0.2), "0.0845015293643591508704814", None),
]


@pytest.mark.parametrize(("densities", "digits", "separately"), SPEC)
def test_path_densities_of_snip(densities: tuple[float, float], digits: str, separately: float | None) -> None:
    """Balls at the thresholds of S4, and quadrature over saliency models with one hidden latent."""
    threshold = product_graphon.expressions["flat_threshold"]
    levels = [sp.Rational(balls.digits(threshold, {rho: sp.Rational(str(each))}, 40)) for each in densities]
    assert balls.digits(path_formula, dict(zip((tau_1, tau_2), levels, strict=True)), 24) == str(
        sp.N(sp.Rational(digits), 24)
    )
    if separately is not None:
        value = balls.number(sorted_density, {tau_1: levels[0], rho_2: sp.Rational(str(densities[1]))})
        assert value == pytest.approx(separately, abs=5e-6)
    hidden = uniform_latent()
    first = saliency_graphon(synflow_model, densities[0], hidden, point_latent())
    second = saliency_graphon(READOUT, densities[1], point_latent(), hidden)
    assert [first.density, second.density] == pytest.approx(densities, rel=1e-8)
    assert compose_graphons([first, second]).density == pytest.approx(float(digits), rel=1e-7)
    relabelled = GridGraphon(second.values[:, ::-1], second.rows, hidden)
    assert compose_graphons([first, relabelled]).density < densities[0] * densities[1]


def test_homogeneous_layers_multiply() -> None:
    latents = [uniform_latent(20) for _ in range(4)]
    graphons = [
        saliency_graphon(magnitude_model, density, latents[k + 1], latents[k])
        for k, density in enumerate((0.1, 0.5, 0.3))
    ]
    assert compose_graphons(graphons).values == pytest.approx(np.full((20, 20), 0.015), rel=1e-7)


def test_paths_prefer_the_inputs_of_large_profile() -> None:
    model = replace(snip_model, column=1 + v)
    hidden, inputs = uniform_latent(60), uniform_latent(50)
    first = saliency_graphon(model, 0.2, hidden, inputs)
    second = saliency_graphon(READOUT, 0.3, point_latent(), hidden)
    paths = compose_graphons([first, second]).column_degrees
    assert (np.diff(paths) > 0).all()
    assert (paths > first.column_degrees * 0.3).all()


def test_steps_of_a_profile_are_exact_or_refused() -> None:
    """A step of the rows at 1/3: refused on the plain rule, exact where the rule is split there or the units are two."""
    step = replace(magnitude_model, row=sp.Piecewise((1, u < sp.Rational(1, 3)), (2, True)))
    columns, two = point_latent(), Latent(np.array([0.2, 0.7]), np.array([1 / 3, 2 / 3]))
    exact = saliency_graphon(step, 0.4, two, columns).values
    split = uniform_latent(30, (1 / 3,))
    assert saliency_graphon(step, 0.4, split, columns).values[[0, -1]] == pytest.approx(exact, rel=1e-7)
    assert split.weights[:30].sum() == pytest.approx(1 / 3, rel=1e-12)
    for nodes in (1, 30):
        with pytest.raises(ValueError, match=r"jumps by 0\.\d+ at the row position 0\.333333, expected a break"):
            saliency_graphon(step, 0.4, uniform_latent(nodes), columns)
        turned = replace(magnitude_model, column=step.row.subs(u, v))
        with pytest.raises(ValueError, match=r"jumps by 0\.\d+ at the column position 0\.333333, expected a break"):
            saliency_graphon(turned, 0.4, columns, uniform_latent(nodes, (0.5,)))


def test_open_profiles_and_densities_out_of_range_are_refused() -> None:
    latent = point_latent()
    with pytest.raises(ValueError, match="expected one in u, v and tau alone"):
        saliency_graphon(snip_model, 0.1, latent, latent)
    for density in (1, float("nan"), "a", None):
        with pytest.raises(ValueError, match=f"density is {density!r}, expected"):
            saliency_graphon(magnitude_model, density, latent, latent)
