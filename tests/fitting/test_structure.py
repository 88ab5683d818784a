"""Whole lines that are gone or kept: found where they were chosen whole, not where weights were pruned one by one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.special import bdtr, erfc

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.fitting.levels import UNLIKELY
from sparse_limits.numerics.fitting.structure import FEWEST_KEPT, MOST_GONE, NEARLY, Structure, structure_of
from sparse_limits.numerics.masks.selection import top_k_mask
from sparse_limits.numerics.prediction.first_layer.row_law import posed, row_scores
from sparse_limits.theory.saliency.model import half_normal_quantile, u

RNG = np.random.default_rng(0)


def found(mask: np.ndarray, **options: object) -> Structure | None:
    return structure_of(csr_array(mask), **options)


def test_a_full_rectangle_is_what_whole_lines_leave() -> None:
    mask = np.zeros((20, 30), bool)
    mask[np.ix_(range(3, 15), range(0, 30, 2))] = True
    structure = found(mask[RNG.permutation(20)][:, RNG.permutation(30)])
    assert structure.whole
    assert [(each.side, each.lines.size) for each in structure.removals] == [("rows", 8), ("columns", 15)]
    assert (structure.rows.size, structure.columns.size) == (12, 15)


@pytest.mark.parametrize("mask", [np.eye(3, dtype=bool), np.eye(1, 3, dtype=bool), np.eye(2, dtype=bool)[:1].T])
def test_small_rectangles_may_be_chance(mask: np.ndarray) -> None:
    assert found(mask) is None


def test_rectangles_of_all_sides_keep_the_level() -> None:
    """Two weights in one row or in one column of 1500 x 1500: 0.00067 each, 0.0013 together."""
    mask = np.zeros((1500, 1500), bool)
    mask[3, [5, 9]] = True
    assert found(mask) is None
    assert found(mask.T) is None


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("kept", [False, True])
def test_lines_chosen_whole_among_pruned_weights(transposed: bool, kept: bool) -> None:
    mask = RNG.random((120, 60)) < 0.4
    mask[::2] = kept
    structure = found(mask.T if transposed else mask)
    (removal,) = structure.removals
    assert not structure.whole
    assert (removal.side, removal.kept) == ("columns" if transposed else "rows", kept)
    assert removal.lines.tolist() == list(range(0, 120, 2))
    assert removal.p < UNLIKELY
    rest = structure.rest(csr_array(mask.T if transposed else mask))
    assert np.array_equal(rest.toarray(), (mask[1::2].T if transposed else mask[1::2]))


def test_few_dead_lines_decide_nothing() -> None:
    mask = RNG.random((120, 60)) < 0.4
    mask[:20] = False
    assert found(mask) is None


def test_sparse_uniform_masks_have_dead_lines() -> None:
    for density in (0.01, 0.03, 0.1, 0.3):
        assert found(top_k_mask(RNG.random((400, 64)), round(density * 400 * 64))) is None


def test_silent_inputs_explain_dead_columns() -> None:
    mask = RNG.random((60, 120)) < 0.4
    silent = np.arange(120) < 40
    mask[:, silent] = False
    assert found(mask).removals[0].side == "columns"
    assert found(mask, silent=silent) is None


def test_half_normal_rows_leave_nearly_dead_ones() -> None:
    """S4: half-normal noise under half-normal rows leaves at least NEARLY nearly dead rows for each dead one."""
    middles = (np.arange(4000) + 0.5) / 4000
    rows, tried = numeric((u,), half_normal_quantile)(middles), 0
    for inputs in (64, 128, 784, 3072):
        for threshold in np.geomspace(0.05, 6, 40):
            shares = erfc(threshold / rows / np.sqrt(2))
            dead = ((1 - shares) ** inputs).mean()
            living = inputs * shares.mean() / (1 - dead)
            if living >= FEWEST_KEPT and 1e-3 < dead <= MOST_GONE:
                tried += 1
                assert bdtr(int(living / 2), inputs, shares).mean() - dead >= NEARLY * dead
    assert tried > 50


@pytest.mark.parametrize("standardise", [False, True])
@pytest.mark.parametrize("labels", ["ge5", "onehot"])
@pytest.mark.parametrize("method", ["synflow", "snip", "grasp", "grasp-magnitude"])
def test_dead_units_of_methods_at_initialisation_are_no_structure(method: str, labels: str, standardise: bool) -> None:
    whole = digits(labels, standardise)
    data = type(whole)(whole.x[:200], whole.y[:200], whole.name, labels)
    for density in (0.1, 0.2, 0.35):
        problem = posed(method, density, 600, data)
        assert found(problem.mask(row_scores(problem, 600, np.random.default_rng(1)))) is None
