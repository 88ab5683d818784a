"""Masks of known methods, explained by the laws of all: the true one is found, and what none made is not claimed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

import sparse_limits.numerics.fitting.explanation
from sparse_limits.numerics.data import Dataset, load_data
from sparse_limits.numerics.fitting.block_patterns import Selection
from sparse_limits.numerics.fitting.explanation import (
    METHODS,
    TRAINING,
    Excluded,
    Explanation,
    Status,
    explain,
    origin_of,
    rank_among,
)
from sparse_limits.numerics.fitting.levels import FEW_ROWS
from sparse_limits.numerics.fitting.method_law import MethodLaw, Setting, _likeness, ranked_in
from sparse_limits.numerics.masks.selection import top_k_mask
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.prediction import methods as pruning
from sparse_limits.numerics.statistics.noise import upper_tail


def made(samples: int = 80, inputs: int = 20) -> Dataset:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((samples, inputs)) * np.linspace(0.3, 2, inputs) + 0.3
    return Dataset(x, x[:, :1] - x[:, 5:6] + 0.5 + 0.3 * rng.standard_normal((samples, 1)), "made", "as-is")


def pruned(method: str, data: Dataset, density: float = 0.15, width: int = 300) -> csr_array:
    rng = np.random.default_rng(7)
    network = random_network((data.x.shape[1], width, 1), rng)
    (mask,) = pruning.prune(method, network, data.x, -data.y, density, rng=rng, first_layer=True)
    return csr_array(mask)


@pytest.mark.parametrize("gone", [(slice(7), slice(None)), (slice(None), 20)], ids=["seven rows", "a column"])
def test_a_uniform_mask_that_lost_whole_lines_is_not_named(gone: tuple[object, object]) -> None:
    """Rows of 6 weights: too few for the test of whole lines, which needs nearly empty ones, yet the lines are missed."""
    data = load_data("digits", labels="onehot")
    mask = top_k_mask(np.random.default_rng(0).random((256, 64)), 1638)
    mask[gone] = False
    ranking, _ = explain(mask, data, 3000)
    random = next(each for each in ranking if each.method == "random")
    assert random.empty_p < 1e-4
    assert not random.fits


@pytest.mark.parametrize("method", [*METHODS, "magnitude"])
def test_the_method_that_made_a_mask_is_found(method: str) -> None:
    data = made()
    ranking, excluded = explain(pruned(method, data), Setting(data), 3000, np.random.SeedSequence(1))
    assert not excluded
    true = "random" if method == "magnitude" else method
    assert ranking[0].method == true
    assert ranking[0].exact
    origin = origin_of(ranking, excluded, 300)
    assert origin.status is Status.EXPLAINED
    assert origin.laws == ((("random", "magnitude") if true == "random" else (true,)),)
    assert ranking[0].log_likelihood == max(each.log_likelihood for each in ranking)
    if method not in ("grasp", "grasp-magnitude"):  # whose networks differ by more than the binomial floor
        assert ranking[0].ratio < 1.6


def test_the_output_of_the_network_in_the_residual() -> None:
    data, rng = made(), np.random.default_rng(7)
    network = random_network((data.x.shape[1], 300, 1), rng)
    r = pruning.residual(network, data.x, data.y, subtract_output=False)
    (mask,) = pruning.prune("snip", network, data.x, r, 0.15, rng=rng, first_layer=True)
    ranking, _ = explain(csr_array(mask), Setting(data, subtract_output=False), 3000, np.random.SeedSequence(1))
    assert ranking[0].method == "snip"
    assert ranking[0].fits
    assumed_away, _ = explain(csr_array(mask), Setting(data), 3000, np.random.SeedSequence(1))
    assert not next(each for each in assumed_away if each.method == "snip").fits


def test_a_mask_that_no_method_made_fits_none() -> None:
    data = made()
    scores = np.random.default_rng(3).random((300, 20)) * np.linspace(2, 0.3, 20) ** 2
    ranking, excluded = explain(csr_array(top_k_mask(scores, 900)), Setting(data), 3000, np.random.SeedSequence(1))
    assert not any(each.fits for each in ranking)
    assert origin_of(ranking, excluded, 300).status is Status.NONE_EXPLAINS


@pytest.mark.parametrize(
    "selection",
    [Selection(4, 1, False), Selection(20, 3, False), Selection(60, 9, True)],
)
@pytest.mark.parametrize("method", ["magnitude", "wanda", "snip", "grasp-magnitude"])
def test_methods_rank_as_the_mask_betrays(method: str, selection: Selection) -> None:
    data, rng = made(), np.random.default_rng(7)
    network = random_network((20, 300, 1), rng)
    (scores,) = pruning.saliency(method, network, data.x, -data.y, rng, first_layer=True)
    mask = csr_array(ranked_in(scores, selection))
    ranking, excluded = explain(mask, Setting(data, selection), 3000, np.random.SeedSequence(1))
    if method == "wanda" and selection.columns:
        method = "magnitude"
    assert {each.method for each in excluded} >= {"wanda" if selection.columns else "synflow"}
    true = "random" if method == "magnitude" else method
    origin = origin_of(ranking, excluded, 300)
    assert true in {name for law in origin.laws for name in law}
    twins = {each.method for each in excluded if each.same_as == "random"}
    assert twins == {"wanda" if selection.columns else "synflow"}
    if true in ("random", "wanda") or not selection.columns:  # within columns SNIP and GraSP are much alike
        assert ranking[0].method == true


def test_fresh_rows_are_whole_blocks_of_a_selection_in_steps() -> None:
    """1010 rows are no multiple of the 20 that blocks of four, five apart, take."""
    selection = Selection(4, 1, True, step=5)
    mask = csr_array(ranked_in(np.random.default_rng(7).random((300, 20)), selection))
    ranking, _ = explain(mask, Setting(made(), selection), 1010, np.random.SeedSequence(1))
    assert next(each for each in ranking if each.method == "random").fits


def test_methods_that_score_too_few_weights_take_no_part() -> None:
    data = made()
    x = data.x.copy()
    x[:, :10] = 0
    data = Dataset(x, data.y, "half empty", "as-is")
    mask = csr_array(np.random.default_rng(4).random((50, 20)) < 0.6)
    ranking, excluded = explain(mask, Setting(data), 1000, np.random.SeedSequence(1))
    assert {each.method for each in excluded} >= {"snip", "wanda"}
    assert ranking[0].method == "random"
    assert all("density" in each.reason for each in excluded)
    origin = origin_of(ranking, excluded, 300)
    assert origin.status is Status.NOT_TOLD_APART  # what was not tested is not rejected
    assert {"snip", "wanda"} <= set(origin.untested)


def test_masks_too_large_to_be_made_again_are_not_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made()
    monkeypatch.setattr(sparse_limits.numerics.fitting.explanation, "MOST_REMADE", 300 * 20)
    ranking, excluded = explain(pruned("random", data), Setting(data), 1000, np.random.SeedSequence(1))
    assert {each.method for each in excluded} == {"grasp", "grasp-magnitude"}
    monkeypatch.setattr(sparse_limits.numerics.fitting.explanation, "MOST_REMADE", 1000)
    ranking, excluded = explain(pruned("random", data), Setting(data), 1000, np.random.SeedSequence(1))
    assert not ranking
    assert len(excluded) == len(METHODS)


def test_the_same_seed_gives_the_same_ranking() -> None:
    data, seed = made(), 5
    first, second = (
        explain(pruned("snip", data), Setting(data), 1000, np.random.SeedSequence(seed))[0] for _ in range(2)
    )
    assert [each.log_likelihood for each in first] == [each.log_likelihood for each in second]


def test_distances_of_row_laws_vanish_for_the_law_itself() -> None:
    q = np.array([0.25, 0.5, 0.25])
    rows = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], bool)
    law = MethodLaw(np.array([0.5, 0.5]), q, 1000, rows, 1.0, _likeness(rows, rows, 1.0))
    assert law.pattern_distance(np.concatenate([rows, rows])) == pytest.approx(0, abs=1e-7)
    assert law.pattern_distance(rows[:1]) == pytest.approx(
        1 - 2 * (1 + np.exp(-1)) ** 2 / 4 + (1 + np.exp(-1)) ** 2 / 4
    )
    assert law.row_laws(np.array([0, 1, 1, 2])) == 0
    assert law.row_distance(np.array([0, 1, 1, 2])) == 0
    assert law.row_distance(np.array([2, 2, 2, 2])) == pytest.approx(0.5)  # one more of two entries, on average
    assert law.columns(np.array([2, 3]), 4) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("mask", "word"), [(np.ones((5, 20), bool), "keeps 100 of 100"), (np.ones((5, 3), bool), "expected as many")]
)
def test_masks_that_cannot_be_explained(mask: np.ndarray, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        explain(csr_array(mask), Setting(made()), 1000, np.random.SeedSequence(0))


def test_too_few_rows_are_refused_by_their_name() -> None:
    with pytest.raises(ValueError, match=r"^rows is 99, expected an integer from 100"):
        explain(np.eye(20, dtype=bool), made(), rows=99)


def test_the_upper_tail_is_that_of_a_lognormal_law() -> None:
    rng = np.random.default_rng(8)
    found = [upper_tail(sample[0], sample[1:]) for sample in np.exp(0.1 * rng.standard_normal((4000, 8)))]
    assert np.mean(np.array(found) < 0.1) == pytest.approx(0.1, abs=0.03)
    assert np.mean(found) == pytest.approx(0.5, abs=0.03)
    assert upper_tail(1.0, np.ones(3)) == 1
    assert upper_tail(2.0, np.ones(3)) == 0
    assert upper_tail(0.0, np.zeros(3)) == 1


def made_up(method: str, p: float) -> Explanation:
    return Explanation(method, np.zeros(1), 0.0, 1.0, 0.0, 0.0, p, p, p, p, p, 99, -1.0)


@pytest.mark.parametrize(
    ("p_values", "excluded", "structured", "status", "laws"),
    [
        ({"snip": 0.4, "random": 0.01}, [], False, "explained", (("snip",),)),
        ({"snip": 0.01, "random": 0.02}, [], False, "explained", (("random", "magnitude"),)),
        ({"snip": 0.02, "random": 0.02}, [], False, "not_told_apart", (("snip",), ("random", "magnitude"))),
        ({"snip": 0.01, "random": 0.01}, [], False, "none_explains", ()),
        ({"snip": 0.01, "random": 0.01}, [], True, "structured", ()),
        ({"snip": 0.3, "random": 0.01}, [], True, "explained", (("snip",),)),
        ({"snip": 0.4}, [Excluded("grasp", "density")], False, "not_told_apart", (("snip",),)),
        ({"snip": 0.01}, [Excluded("grasp", "density")], False, "not_tested", ()),
        ({}, [Excluded("grasp", "density")], False, "not_tested", ()),
        ({"random": 0.4}, [Excluded("wanda", "x", "random")], False, "explained", (("random", "magnitude", "wanda"),)),
    ],
)
def test_a_method_is_named_if_it_alone_is_not_rejected(
    p_values: dict[str, float], excluded: list[Excluded], structured: bool, status: str, laws: tuple
) -> None:
    found = [made_up(method, p) for method, p in p_values.items()]
    origin = origin_of(found, excluded, FEW_ROWS, structured)
    assert (str(origin.status), origin.laws) == (status, laws)


def test_few_rows_name_no_method_that_reads_the_data() -> None:
    for method, named in {"snip": False, "wanda": False, "random": True, "synflow": True}.items():
        origin = origin_of([made_up(method, 0.5)], [], FEW_ROWS - 1)
        assert (origin.status is Status.EXPLAINED) == named
        assert origin.untested == (() if named else (TRAINING,))
        assert origin.laws[0][0] == method


def test_ranks_of_exchangeable_masks_are_uniform() -> None:
    rng = np.random.default_rng(11)
    ranks = [rank_among(np.exp(rng.standard_normal((20, 3)) * [1, 0.1, 0]) ** 2) for _ in range(2000)]
    assert np.mean(np.array(ranks) <= 0.1) == pytest.approx(0.1, abs=0.03)
    assert min(ranks) == pytest.approx(1 / 20)
    outlier = np.concatenate([[[1.0, 50.0, 1.0]], np.exp(rng.standard_normal((99, 3)))])
    assert rank_among(outlier) == 0.01
    assert rank_among(np.ones((5, 3))) == 1


def test_wanda_of_equal_norms_is_random() -> None:
    data = made()
    equal = Dataset(data.x / np.linalg.norm(data.x, axis=0), data.y, "equal", "as-is")
    selection = Selection(20, 3, False)
    mask = ranked_in(np.random.default_rng(5).random((300, 20)), selection)
    _, excluded = explain(csr_array(mask), Setting(equal, selection), 1000, np.random.SeedSequence(1))
    assert {each.method for each in excluded if each.same_as == "random"} == {"synflow", "wanda"}


def test_few_drawn_masks_give_no_exact_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparse_limits.numerics.fitting.explanation, "MOST_PRODUCTS", 300 * 20 * 80 * 10)
    ranking, _ = explain(pruned("snip", made()), Setting(made()), 1000, np.random.SeedSequence(1))
    exact = {each.method: each.exact for each in ranking}
    assert exact == {
        "random": True,
        "synflow": True,
        "wanda": True,
        "snip": False,
        "grasp": False,
        "grasp-magnitude": False,
    }
    assert {each.drawn for each in ranking if not each.exact} == {10}
    assert next(each for each in ranking if each.method == "snip").fits
