"""Predictions of pruned first layers: rows of the claims, limits and observations."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from prediction_cases import ratio, trial
from small_data import made

from sparse_limits.numerics.data import Dataset, digits
from sparse_limits.numerics.files import replacing
from sparse_limits.numerics.networks import random_network, tangent_residual
from sparse_limits.numerics.prediction import methods as pruning
from sparse_limits.numerics.prediction.first_layer.observation import observe
from sparse_limits.numerics.prediction.first_layer.prediction import noise_floor, predict, synflow_row_densities
from sparse_limits.numerics.prediction.first_layer.row_law import (
    METHODS,
    Problem,
    _grasp_scores,
    _snip_scores,
    limit_smoothing,
    posed,
    row_order,
    row_picture,
    sample_row_law,
)
from sparse_limits.numerics.prediction.methods import SMOOTHED
from sparse_limits.numerics.statistics.exact_tests import TwoCounts

LEVEL = 1e-9


# Rows by the formulas of the claims


@pytest.mark.parametrize("outputs", [1, 3])
def test_snip_rows_are_those_of_a_network(outputs: int) -> None:
    data = made(outputs=outputs)
    network = random_network((12, 40, outputs), np.random.default_rng(1))
    problem = posed("snip", 0.1, 40, data)
    (scores,) = pruning.saliency("snip", network, problem.x, problem.residual, first_layer=True)
    assert _snip_scores(problem, network.weights[0], network.weights[1].T) == pytest.approx(scores, rel=1e-11)


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("method", SMOOTHED)
def test_grasp_rows_are_those_of_a_network_given_its_smoothed_residual(method: str, outputs: int) -> None:
    data = made(outputs=outputs)
    network = random_network((12, 40, outputs), np.random.default_rng(2))
    problem = posed(method, 0.1, 40, data, network)
    (scores,) = pruning.saliency(method, network, problem.x, problem.residual, first_layer=True)
    found = _grasp_scores(problem, network.weights[0], network.weights[1].T)
    assert found == pytest.approx(scores, rel=1e-9, abs=1e-15)
    limited = _grasp_scores(replace(problem, width=2**40), network.weights[0], network.weights[1].T)
    assert limited * 2**20 / np.sqrt(40) != pytest.approx(scores, rel=1e-3)  # the second term is there


def test_limit_smoothing_on_a_line_couples_equal_signs_alone() -> None:
    # d = 1: Θ(x, x') = x x' for equal signs (both κ are ½), 0 for opposite ones.
    x, r = np.array([[1.0], [2.0], [-3.0], [0.0]]), np.array([[1.0], [-2.0], [0.5], [9.0]])
    same = (x > 0) & (x.T > 0) | (x < 0) & (x.T < 0)
    assert limit_smoothing(x, r) == pytest.approx(np.where(same, x * x.T, 0.0) @ r / 4, abs=1e-7)


def test_wide_networks_smooth_as_the_limit_does() -> None:
    data = made(outputs=2)
    expected = limit_smoothing(data.x, -data.y)
    distances = []
    for width in (400, 40_000):
        network = random_network((12, width, 2), np.random.default_rng(3))
        distances.append(np.linalg.norm(tangent_residual(network, data.x, -data.y) - expected))
    assert distances[1] < distances[0] / 3  # by 10 on average
    assert distances[1] < 0.05 * np.linalg.norm(expected)


def test_smoothing_in_blocks_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the rounding of cosines near 1, of which the angle takes the root."""
    data = made()
    whole = limit_smoothing(data.x, data.y)
    monkeypatch.setattr("sparse_limits.numerics.prediction.first_layer.row_law.BLOCK", 7 * 60)
    assert limit_smoothing(data.x, data.y) == pytest.approx(whole, rel=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_fresh_rows_keep_the_density(method: str) -> None:
    law = sample_row_law(posed(method, 0.25, 50, made()), 2000, np.random.default_rng(0))
    assert law.densities.mean() == pytest.approx(0.25, abs=1e-4)
    assert law.picture.mean() == pytest.approx(0.25, abs=1e-2)
    assert law.counts.sum() / (law.counted * 12) == pytest.approx(0.25, abs=0.05)


def test_the_threshold_and_the_counts_come_from_different_rows() -> None:
    law = sample_row_law(posed("snip", 0.25, 50, made()), 2000, np.random.default_rng(0))
    assert law.counted == 1500
    assert law.threshold > 0


def test_the_picture_averages_rows_in_their_order() -> None:
    scores = np.array([[1.0, 0.0], [5.0, 4.0], [0.0, -3.0], [0.1, 0.1]])
    mask = scores > 0.5
    assert row_order(scores).tolist() == [1, 2, 0, 3]
    assert row_picture(scores, mask, 2).tolist() == [[0.5, 0.5], [0.5, 0.0]]
    assert row_picture(scores, mask, 9).tolist() == mask[[1, 2, 0, 3]].tolist()


# Predictions against pruned networks


@pytest.mark.parametrize("method", METHODS)
def test_the_row_law_is_at_the_floor(method: str) -> None:
    prediction, seen = trial(method, digits("is:3"))
    assert ratio(prediction, seen, "row law") <= 1.5 * np.sqrt(1 + 512 / 3000)
    assert prediction.used == "row law" or ratio(prediction, seen, prediction.used) <= 2
    assert seen.p_value > LEVEL
    rows = TwoCounts(512, prediction.law.rows, 0.5)
    dead = round(512 * seen.dead_share), round(prediction.law.rows * prediction.law.dead_share)
    assert rows.p_value(*dead) > LEVEL


@pytest.mark.parametrize(("labels", "standardise"), [("ge5", True), ("is:4", False)])
@pytest.mark.parametrize("density", [0.02, 0.1])
def test_p2_is_certified_on_digits_and_near_the_floor(labels: str, standardise: bool, density: float) -> None:
    prediction, seen = trial("snip", digits(labels, standardise), density, width=1024, rows=20_000)
    assert prediction.used == "P2"
    assert "certified by fresh rows in every column" in prediction.reason
    assert prediction.certificate.holds
    assert ratio(prediction, seen, "P2") <= 2
    assert ratio(prediction, seen, "constant") > 3


def test_residual_alone_misses_real_data() -> None:
    data = digits("ge5")
    rng = np.random.default_rng(4)
    network = random_network((64, 1024, 1), rng)
    prediction = predict(posed("snip", 0.1, 1024, data), 4000, rng, ("P0", "P1", "P2"))
    seen = observe(prediction, network, rng)
    assert ratio(prediction, seen, "P0") > 3
    assert ratio(prediction, seen, "P1") > 3
    assert ratio(prediction, seen, "P2") <= 2


def test_realised_output_in_the_residual() -> None:
    prediction, seen = trial("snip", digits("ge5"), subtract_output=False)
    assert not prediction.problem.exact
    assert ratio(prediction, seen, "row law") <= 1.5 * np.sqrt(1 + 512 / 3000)


def test_another_law_is_found_out() -> None:
    prediction, seen = trial("snip", digits("ge5"))
    other = predict(posed("snip", 0.1, 512, digits("is0")), 4000, np.random.default_rng(0))
    rescaled = seen.scores * other.law.threshold / prediction.law.threshold  # same kept share, other columns
    network = random_network((64, 512, 1), np.random.default_rng(11))
    own = observe(replace(other, problem=prediction.problem), network, np.random.default_rng(0))
    assert own.p_value < LEVEL
    assert (rescaled > other.law.threshold).mean() == pytest.approx(0.1, abs=0.02)
    assert ratio(other, seen, "row law") > 3


@pytest.mark.parametrize("method", METHODS)
def test_the_mask_is_that_of_prune(method: str) -> None:
    data = made()
    network = random_network((12, 30, 1), np.random.default_rng(5))
    problem = posed(method, 0.3, 30, data, network)
    seen = observe(predict(problem, 500, np.random.default_rng(6)), network, np.random.default_rng(7))
    rng = np.random.default_rng(7)
    (mask,) = pruning.prune(method, network, problem.x, problem.residual, 0.3, rng=rng, first_layer=True)
    assert (seen.mask == mask).all()


@pytest.mark.parametrize("method", ["random", "magnitude", "synflow", "wanda"])
def test_deep_networks_where_the_theory_reaches(method: str) -> None:
    prediction, seen = trial(method, made(), 0.25, width=200, depth=3)
    assert ratio(prediction, seen, prediction.used) <= 2.5  # 12 columns: the floor itself varies by a quarter
    assert (seen.p_value is None) == (method == "synflow")


def test_synflow_rows_follow_the_readout() -> None:
    prediction, seen = trial("synflow", digits(), width=1024)
    rows = seen.mask.mean(axis=1)
    floor = noise_floor(seen.row_prediction, 64)
    assert np.abs(rows - seen.row_prediction).mean() <= 1.2 * floor  # 1024 rows: the floor varies by 3 %
    assert np.abs(rows - 0.1).mean() > 3 * floor
    assert prediction.threshold == pytest.approx(1.5951037007203893, rel=1e-12)  # S4 at density 0.1


def test_synflow_rows_of_several_outputs_sum_the_readout() -> None:
    readout = np.random.default_rng(0).standard_normal((3, 50))
    densities = synflow_row_densities(readout, 0.2)
    assert densities.mean() == pytest.approx(0.2)
    assert (np.argsort(densities) == np.argsort(np.abs(readout).sum(axis=0))).all()
    readout[:, 7] = 0
    with np.errstate(all="raise"):
        densities = synflow_row_densities(readout, 0.2)
    assert densities[7] == 0
    assert densities.mean() == pytest.approx(0.2)


def test_magnitude_threshold_is_the_quantile() -> None:
    prediction, _ = trial("magnitude", made(), 0.05)
    assert prediction.threshold == pytest.approx(1.9599639845400542, rel=1e-12)


# Bad input


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "frog"}, "method is 'frog', expected one of random"),
        ({"method": "synflow-iterative"}, "one-shot"),
        ({"depth": 2}, "one hidden layer"),
        ({"depth": 0}, "depth is 0"),
        ({"width": 0}, "width is 0"),
        ({"width": 1.5}, "width is 1.5"),
        ({"density": 0.0}, "density is 0.0"),
        ({"density": 1.0}, "density is 1.0"),
        ({"density": float("nan")}, "density is nan"),
        ({"density": 1e-6}, "keeps 0 of the 600"),
        ({"density": 1 - 1e-6}, "keeps 600 of the 600"),
        ({"x": np.full((60, 12), np.nan)}, "x holds nan"),
        ({"x": np.ones(60)}, "non-empty matrix"),
        ({"x": np.empty((0, 12))}, "non-empty matrix"),
        ({"residual": np.ones((59, 1))}, "59 samples"),
        ({"residual": None}, "residual"),
        ({"method": "grasp"}, "smoothed"),
        ({"method": "grasp", "smoothed": np.ones((60, 2))}, "expected (60, 1)"),
        ({"method": "wanda", "density": 0.01}, "keeps 0 of the 12 weights of each row"),
    ],
)
def test_problems_are_checked(change: dict[str, object], message: str) -> None:
    data = made()
    good = {"method": "snip", "density": 0.1, "width": 50, "x": data.x, "residual": data.y}
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        Problem(**{**good, **change})
    assert "\n" not in str(error.value)


def test_a_density_beyond_the_non_zero_scores_is_refused() -> None:
    data = made()
    half_dead = replace(data, x=np.where(np.arange(12) < 6, data.x, 0.0))
    for method in ("snip", "grasp-magnitude", "wanda"):
        with pytest.raises(ValueError, match=r"non-zero score to 0\.\d+ of the weights"):
            predict(posed(method, 0.6, 50, half_dead), 500, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"positive score to 0\.2"):
        predict(posed("grasp", 0.4, 50, half_dead), 500, np.random.default_rng(0))
    assert predict(posed("magnitude", 0.6, 50, half_dead), 500, np.random.default_rng(0)).used == "constant"


def test_a_residual_of_zeros_is_refused() -> None:
    data = replace(made(), y=np.zeros((60, 1)))
    with pytest.raises(ValueError, match="score to 0 of the weights"):
        predict(posed("snip", 0.1, 50, data), 500, np.random.default_rng(0))


def test_fresh_rows_are_checked() -> None:
    problem = posed("snip", 0.1, 50, made())
    for rows in (0, 99, -5, 1000.5):
        with pytest.raises(ValueError, match="fresh_rows is"):
            sample_row_law(problem, rows, np.random.default_rng(0))
    with pytest.raises(ValueError, match="less than one weight"):
        sample_row_law(posed("snip", 0.002, 5000, made()), 200, np.random.default_rng(0))


def test_fresh_rows_fit_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparse_limits.numerics.prediction.first_layer.row_law.MOST_SCORES", 12 * 700)
    assert sample_row_law(posed("snip", 0.1, 50, made()), 5000, np.random.default_rng(0)).rows == 700


def test_the_output_needs_a_network() -> None:
    with pytest.raises(ValueError, match="network is None"):
        posed("snip", 0.1, 50, made(), subtract_output=False)
    assert posed("magnitude", 0.1, 50, made(), subtract_output=False).fixed_residual


def test_a_network_of_other_widths_is_refused() -> None:
    prediction = predict(posed("snip", 0.1, 50, made()), 500, np.random.default_rng(0))
    with pytest.raises(ValueError, match=re.escape("expected (12, 50, 1)")):
        observe(prediction, random_network((12, 51, 1), np.random.default_rng(0)), np.random.default_rng(0))


@pytest.mark.parametrize("data", [Dataset([[1.0], [2.0]], [[1.0], [-1.0]], "tiny", "as-is"), made(25, 1)])
def test_one_input_is_enough(data: Dataset) -> None:
    prediction, seen = trial("snip", data, 0.2, width=64, rows=500)
    assert prediction.densities == pytest.approx([0.2], abs=0.01)
    assert seen.densities == pytest.approx([0.2], abs=0.01)


# Files


def test_files_are_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("old")

    def interrupted() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    with replacing(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(ValueError, match="expected a place to write to"), replacing(tmp_path / "no" / "file"):
        pass
