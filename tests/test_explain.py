"""Masks of known methods, explained by the laws of all: the true one is found, and what none made is not claimed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

import numerics.explain
from numerics import pruning
from numerics.data import Dataset
from numerics.explain import METHODS, Setting, _Law, _selected, explain
from numerics.fit import Selection
from numerics.masks import top_k_mask
from numerics.networks import random_network
from numerics.noise import upper_tail


def made(samples: int = 80, inputs: int = 20) -> Dataset:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((samples, inputs)) * np.linspace(0.3, 2, inputs) + 0.3
    return Dataset(x, x[:, :1] - x[:, 5:6] + 0.5 + 0.3 * rng.standard_normal((samples, 1)), "made", "as-is")


def pruned(method: str, data: Dataset, density: float = 0.15, width: int = 300) -> csr_array:
    rng = np.random.default_rng(7)
    network = random_network((data.x.shape[1], width, 1), rng)
    (mask,) = pruning.prune(method, network, data.x, -data.y, density, rng=rng, first_layer=True)
    return csr_array(mask)


@pytest.mark.parametrize("method", [*METHODS, "magnitude"])
def test_the_method_that_made_a_mask_is_found(method: str) -> None:
    data = made()
    ranking, excluded = explain(pruned(method, data), Setting(data), 3000, np.random.SeedSequence(1))
    assert not excluded
    assert ranking[0].method == ("random" if method == "magnitude" else method)
    assert ranking[0].fits
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
    ranking, _ = explain(csr_array(top_k_mask(scores, 900)), Setting(data), 3000, np.random.SeedSequence(1))
    assert not any(each.fits for each in ranking)


@pytest.mark.parametrize("selection", [Selection(4, 1, False), Selection(20, 3, False), Selection(60, 9, True)])
@pytest.mark.parametrize("method", ["magnitude", "wanda", "snip", "grasp-magnitude"])
def test_methods_rank_as_the_mask_betrays(method: str, selection: Selection) -> None:
    data, rng = made(), np.random.default_rng(7)
    network = random_network((20, 300, 1), rng)
    (scores,) = pruning.saliency(method, network, data.x, -data.y, rng, first_layer=True)
    mask = csr_array(_selected(scores, selection))
    ranking, excluded = explain(mask, Setting(data, selection), 3000, np.random.SeedSequence(1))
    if method == "wanda" and selection.columns:
        method = "magnitude"
    assert {each.method for each in excluded} >= {"wanda" if selection.columns else "synflow"}
    assert ranking[0].fits
    true = "random" if method == "magnitude" else method
    assert true in {each.method for each in ranking if each.fits}
    if true in ("random", "wanda") or not selection.columns:  # within columns SNIP and GraSP are much alike
        assert ranking[0].method == true


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


def test_masks_too_large_to_be_made_again_are_not_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made()
    monkeypatch.setattr(numerics.explain, "MOST_ENTRIES", 300 * 20)
    ranking, excluded = explain(pruned("random", data), Setting(data), 1000, np.random.SeedSequence(1))
    assert {each.method for each in excluded} == {"grasp", "grasp-magnitude"}
    monkeypatch.setattr(numerics.explain, "MOST_ENTRIES", 1000)
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
    law = _Law(np.array([0.5, 0.5]), q, 1000)
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


def test_the_upper_tail_is_that_of_a_lognormal_law() -> None:
    rng = np.random.default_rng(8)
    found = [upper_tail(sample[0], sample[1:]) for sample in np.exp(0.1 * rng.standard_normal((4000, 8)))]
    assert np.mean(np.array(found) < 0.1) == pytest.approx(0.1, abs=0.03)
    assert np.mean(found) == pytest.approx(0.5, abs=0.03)
    assert upper_tail(1.0, np.ones(3)) == 1
    assert upper_tail(2.0, np.ones(3)) == 0
    assert upper_tail(0.0, np.zeros(3)) == 1
