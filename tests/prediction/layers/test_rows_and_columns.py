"""Rows, columns and inputs that keep nothing: in closed form, from drawn rows, and as pruned networks have them."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sparse_limits as sl
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.first_layer.row_law import NotCoveredError
from sparse_limits.numerics.prediction.layers.evidence_level import EvidenceLevel, evidence_level
from sparse_limits.numerics.prediction.methods import prune
from sparse_limits.numerics.prediction.settings import Settings

RNG = np.random.default_rng
SURE = 5.0  # standard errors


def with_norms(*norms: float, samples: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Data whose columns have these norms, and labels."""
    x = RNG(0).standard_normal((samples, len(norms)))
    return x * np.array(norms) / np.linalg.norm(x, axis=0), RNG(1).standard_normal((samples, 1))


@pytest.mark.parametrize("init", ["torch", "normal"])
def test_columns_of_wanda_follow_the_law_of_the_weights(init: str) -> None:
    """Groups of 50 columns: uniform weights lose the weak ones, which normal weights do not."""
    network = sl.FullyConnected((400,), init=init)
    found = sl.predict("wanda", with_norms(*np.repeat([1.0, 2.0, 4.0, 10.0], 50)), network, density=0.5, networks=10)
    said, seen = (np.reshape(each, (4, 50)).mean(axis=1) for each in (found.columns, found.observed_columns))
    noise = np.sqrt(np.maximum(seen * (1 - seen), 1e-4) / (50 * 400 * 10))
    edge = (
        2 / 200
    )  # where the limit, of many inputs, ends at 0, rows of 200 differ by about their threshold's own noise
    assert np.all(np.abs(said - seen) <= SURE * noise + edge)
    lost = found.layers[0].seen_dead_columns
    assert lost is not None
    assert found.layers[0].dead_columns == pytest.approx(lost, abs=SURE * math.sqrt(50 / 4 / 10) + 0.1)


@pytest.mark.parametrize("ratio", [3.0, 10.0])
def test_columns_of_wanda_are_those_of_few_inputs(ratio: float) -> None:
    """Of two inputs the weaker is kept with the probability (2/π) atan(1/ratio): the quotient of two normals is Cauchy."""
    found = sl.predict("wanda", with_norms(1.0, ratio), sl.FullyConnected((4000,)), density=0.5, sample=False)
    weak = 2 / math.pi * math.atan(1 / ratio)
    assert found.columns == pytest.approx([weak, 1 - weak], abs=SURE * math.sqrt(weak / 2**16))


def test_wanda_keeps_as_many_of_each_row_and_its_columns_have_a_limit() -> None:
    found = evidence_level(Settings(method="wanda"), Architecture(64, (512,), 1))
    assert found == EvidenceLevel(kind="limit", by="S12", layers="theorem")
    assert evidence_level(Settings(method="synflow", scope="layer"), Architecture(64, (512,), 1)).kind == "limit"


@pytest.mark.parametrize(("widths", "density"), [((256,), 0.1), ((256,), 0.5), ((256, 256), 0.05)])
def test_empty_rows_of_synflow_by_layers_are_those_of_its_factors(widths: tuple[int, ...], density: float) -> None:
    """A row of a small readout weight keeps nothing, however many weights a random mask would leave it."""
    found = sl.predict("synflow", "digits", widths, density=density, scope="layer", networks=12, samples=30)
    for layer in found.layers:
        for said, seen, count in (
            (layer.dead_rows, layer.seen_dead_rows, layer.outputs),
            (layer.dead_columns, layer.seen_dead_columns, layer.inputs),
        ):
            assert said is not None
            assert seen is not None
            assert said == pytest.approx(seen, abs=SURE * math.sqrt(count / 4 / 12) + 1)  # of independent rows, at most


@pytest.mark.parametrize(("width", "density"), [(128, 0.003), (128, 0.008), (64, 0.02)])
def test_what_is_empty_fits_the_number_of_kept_weights(width: int, density: float) -> None:
    found = sl.predict("snip", "digits", (width,), density=density, scope="layer", samples=40, sample=False)
    for layer in found.layers:
        assert layer.kept is not None
        assert layer.dead_rows is not None
        assert layer.dead_columns is not None
        for empty, count, other in (
            (layer.dead_rows, layer.outputs, layer.inputs),
            (layer.dead_columns, layer.inputs, layer.outputs),
        ):
            assert count - layer.kept <= empty <= count - math.ceil(layer.kept / other)


def test_lost_inputs_are_not_known_from_too_few_units() -> None:
    """2²⁰ rows may keep a weight that none of some hundred drawn units does."""
    found = sl.predict("snip", "digits", (2**20,), density=1e-5, samples=20, units=128, sample=False)
    assert found.lost is None
    assert found.layers[0].dead_columns is None
    assert any("which inputs keep no weight of the first layer is not known" in note for note in found.notes)
    known = sl.predict("snip", "digits", (32,), density=0.1, samples=20, units=128, sample=False)
    assert known.lost is not None
    assert known.layers[0].dead_columns == pytest.approx(known.lost.sum())


@pytest.mark.parametrize("scope", ["first", "global"])
@pytest.mark.parametrize("method", ["snip", "grasp"])
def test_residuals_of_equal_samples_that_cancel_leave_nothing_to_rank(method: str, scope: str) -> None:
    data = np.repeat(RNG(0).standard_normal((20, 5)), 2, axis=0), np.tile([[1.0], [-1.0]], (20, 1))
    with pytest.raises(NotCoveredError, match="the residuals of equal samples add up to 0"):
        sl.predict(method, data, (40,), density=0.3, scope=scope)


def test_a_root_of_a_density_near_1_is_no_density_of_1() -> None:
    network = sl.random_network((8, 16, 1), 0)
    masks = prune("synflow-iterative", network, None, None, 1 - 2**-53, ties="index")
    assert all(mask.all() for mask in masks)
    found = sl.predict("synflow-iterative", "digits", (16,), density=1 - 2**-53, samples=20, networks=2)
    assert [layer.predicted for layer in found.layers] == [1.0, 1.0]
