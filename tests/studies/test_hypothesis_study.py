"""The study of the Graphon Limit Hypothesis: what its numbers are, where they can refuse, and the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from json_cases import wrong

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.masks.sorting import smoothed
from sparse_limits.numerics.studies import run_study, settings_of, study
from sparse_limits.numerics.studies.hypothesis import (
    QUICK,
    Case,
    Settings,
    compared,
    data_of,
    masks_of,
    measure,
    pieces,
    seen,
    side,
    spread,
)
from sparse_limits.numerics.studies.hypothesis_figure import drawn
from sparse_limits.numerics.studies.hypothesis_sentences import LEVEL, sentences, shape
from sparse_limits.numerics.studies.hypothesis_summary import HypothesisRow, Side, WidthRow

SMALL = Settings(**QUICK)


@pytest.fixture(scope="module")
def rows() -> dict[str, HypothesisRow]:
    """The one hidden layer of each of three methods, at up to 128 units."""
    return {method: measure(Case(SMALL, method, 2, 0.2))[0] for method in ("random", "snip", "synflow-iterative")}


def test_masks_are_those_between_hidden_layers_under_one_threshold():
    case = Case(replace(SMALL, depths=(3,)), "snip", 3, 0.2)
    layers = masks_of(case, "digits", 40)
    assert [len(layer) for layer in layers] == [4, 4]
    assert {mask.shape for layer in layers for mask in layer} == {(40, 40)}
    first, second = (np.mean([mask.mean() for mask in layer]) for layer in layers)
    assert first != pytest.approx(second, abs=1e-3)
    assert not np.array_equal(layers[0][0], layers[0][1])


def test_the_data_beside_the_digits_keep_the_architecture():
    own, shuffled, one = (data_of(SMALL, name) for name in ("digits", "shuffled labels", "one class"))
    np.testing.assert_array_equal(own.x, shuffled.x)
    np.testing.assert_array_equal(own.y.sum(axis=0), shuffled.y.sum(axis=0))
    assert 0.05 < np.mean((own.y == shuffled.y).all(axis=1)) < 0.2
    assert one.x.shape[1] == own.x.shape[1]
    assert one.y.shape[1] == own.y.shape[1]
    assert (one.y[:, 0] == 1).all()


def test_a_distance_is_that_of_averaged_histograms(rows):
    case = Case(SMALL, "snip", 2, 0.2)
    here, last = (
        np.mean([smoothed(mask, SMALL.grid) for mask in masks_of(case, "digits", width)[0]], axis=0)
        for width in (32, 128)
    )
    found = rows["snip"]["widths"]
    assert found[0]["distance"] == pytest.approx(np.sqrt(np.mean((here - last) ** 2)), rel=1e-12)
    assert found[-1]["distance"] == found[-1]["random"] == found[-1]["unbiased"] == 0
    np.testing.assert_allclose(found[0]["histogram"], here, atol=5e-5)


def test_each_method_has_the_shape_that_the_paper_sees(rows):
    assert [rows[name]["shape"] for name in rows] == ["constant", "graded", "block"]
    assert rows["snip"]["p"] < LEVEL < rows["random"]["p"]
    last = rows["synflow-iterative"]["widths"][-1]
    assert max(last["rows"]["dead"], last["columns"]["dead"]) > 0.3
    assert rows["random"]["widths"][-1]["rows"]["dead"] == 0


def test_the_distance_of_random_masks_falls_as_well(rows):
    """What the paper takes for convergence of a structure is there where there is no structure."""
    assert all(row["fell"] == SMALL.masks for row in rows.values())
    for row in rows.values():
        assert row["widths"][0]["random"] > row["widths"][1]["random"]
    found = rows["random"]["widths"]
    # root mean squares over 64 cells deviate by 1/√128 or less, their ratio by 12 %: four deviations
    assert found[0]["distance"] == pytest.approx(found[0]["random"], rel=0.5)


def test_only_methods_that_read_data_are_put_beside_other_data(rows):
    assert rows["random"]["data"] == rows["synflow-iterative"]["data"] == []
    assert [(each["data"], each["width"]) for each in rows["snip"]["data"]] == [
        (data, width) for data in ("shuffled labels", "one class") for width in (32, 64, 128)
    ]
    assert all(each["p"] <= LEVEL for each in rows["snip"]["data"] if each["data"] == "one class")


def test_masks_of_the_same_data_are_not_told_apart():
    """The control: fresh masks of the same law, from the same data."""
    case = Case(SMALL, "snip", 2, 0.2)
    other = case._replace(settings=replace(SMALL, seed=1))
    assert np.array_equal(data_of(SMALL, "one class").y, data_of(other.settings, "one class").y)
    first, second = (
        np.array([smoothed(mask, 8).ravel() for mask in masks_of(each, "one class", 64)[0]]) for each in (case, other)
    )
    found = compared("one class", 64, second, first)
    assert found["p"] > LEVEL
    assert found["distance"] is None or found["distance"] < 0.05


def test_the_spread_is_that_of_the_law_not_of_its_sampling():
    rng = np.random.default_rng(0)
    for chances, expected in (
        (np.full(4000, 0.2), 0.0),
        (rng.choice([0.1, 0.3], 4000), 0.5),
        (np.linspace(0, 0.4, 4000), 3**-0.5),
    ):
        shares = (rng.random((4000, 300)) < chances[:, None]).mean(axis=1)
        # the deviation of a variance from 4000 lines is 2.2 % of it; sampling alone has .047 of the squared mean
        assert float(spread(shares, 300)) == pytest.approx(expected, abs=0.06 if expected == 0 else 0.02)
    assert side(np.array([[0.0, 0.0, 0.5, 0.5]]), 10**6)["dead"] == 0.5
    assert side(np.array([[0.0, 0.0, 0.5, 0.5]]), 10**6)["living"] == 0


def _at(rows: Side, columns: Side) -> WidthRow:
    return {
        "width": 10,
        "density": 0.2,
        "distance": 0.0,
        "random": 0.0,
        "unbiased": 0.0,
        "rows": rows,
        "columns": columns,
        "histogram": [],
    }


def test_a_block_is_what_the_dead_make():
    still: Side = {"spread": 0.3, "dead": 0.0, "living": 0.3}
    half: Side = {"spread": 1.1, "dead": 0.5, "living": 0.3}
    few: Side = {"spread": 1.1, "dead": 0.01, "living": 1.0}
    assert shape(_at(still, half), 0.01) == shape(_at(half, still), 0.01) == "block"
    assert shape(_at(still, few), 0.01) == shape(_at(still, still), 0.01) == "graded"
    assert shape(_at(half, half), 0.06) == "constant"


def test_sentences_count(rows):
    said = sentences(list(rows.values()), SMALL.masks)
    assert (
        said[0] == "random: of 1 layer at width 128, constant in 1; the distance falls with the width for 4 of 4 masks."
    )
    assert said[2].startswith("synflow-iterative: of 1 layer at width 128, blocks in 1;")
    assert said[4].startswith(
        "snip, one class in place of the digits: histograms differ beyond chance in 1 of 1 layer at width 128"
    )


def test_noise_is_taken_off_a_distance():
    rng = np.random.default_rng(0)
    found = [compared("x", 1, *rng.normal(0.0, 1.0, (2, 6, 400))) for _ in range(20)]
    none = sum(each["distance"] is None for each in found)
    assert 3 <= none <= 17  # half of the estimates of 0 are below
    assert np.mean([each["p"] for each in found]) == pytest.approx(0.5, abs=0.25)
    apart = compared("x", 1, rng.normal(0.0, 1.0, (6, 400)), rng.normal(0.5, 1.0, (6, 400)))
    assert apart["distance"] == pytest.approx(0.5, abs=0.1)
    assert apart["p"] == 1 / 462


def test_rows_are_the_same_for_any_number_of_processes():
    few = settings_of("hypothesis", quick=True, methods=["random", "grasp"], grid=4, widths=[16, 20], reference=24)
    assert len(pieces(few)) == 2
    assert run_study("hypothesis", few, 1) == run_study("hypothesis", few, 2)


def test_the_command_has_the_numbers_of_the_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    numbers, picture = tmp_path / "h.json", tmp_path / "h.svg"
    words = ["--methods", "random", "snip", "--widths", "16", "20", "--reference", "40", "--grid", "4", "--quick"]
    assert main(["study", "hypothesis", *words, "--jobs", "1", "--json", str(numbers), "--plot", str(picture)]) == 0
    assert wrong("study hypothesis --json", json.loads(numbers.read_text("utf-8"))) == []
    out = " ".join(capsys.readouterr().out.split())
    assert "Masks between hidden layers, and their limits: 4 masks of each width, 4 × 4 intervals" in out
    assert "snip, one class in place of the digits" in out
    found = study("hypothesis", methods=["random", "snip"], widths=[20, 16], reference=40, grid=4, quick=True)
    assert json.loads(numbers.read_text("utf-8")) == json.loads(json.dumps(found))
    assert picture.stat().st_size > 5_000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--methods", "wanda"], "methods is 'wanda', expected random, magnitude, snip, grasp, synflow"),
        (["--depths", "1"], "depths is 1, expected"),
        (["--densities", "0"], "densities is 0.0"),
        (["--widths", "39", "100"], "widths is 39, expected"),
        (["--widths", "100", "800"], "widths is 800, expected"),
        (["--widths", "100", "100"], "widths is 100, expected two or more, for distances that fall with the width"),
        (["--reference", "40"], "reference is 40, expected"),
        (["--masks", "3"], "masks is 3, expected"),
        (["--masks", "11"], "masks is 11, expected"),
        (["--grid", "1"], "grid is 1, expected"),
        (["--samples", "9"], "samples is 9, expected"),
        (["--seed", "-1"], "seed is -1"),
        (["--plot", "h.gif"], "suffix is '.gif'"),
    ],
)
def test_bad_input_is_named(words, said, capsys):
    assert main(["study", "hypothesis", *words]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_layer_without_weights_is_beside_an_empty_random_mask():
    """One-shot SynFlow empties hidden layers at low density, and the other methods' rows are not lost with it."""
    masks = [np.zeros((30, 30), bool), np.random.default_rng(0).random((30, 30)) < 0.1]
    found = seen(4, masks, np.random.default_rng(1))
    assert not found.random_rows[0].any()
    assert found.random_rows[1].sum() == pytest.approx(found.rows[1].sum())
    rows = [row for case in pieces(replace(SMALL, methods=("synflow",), densities=(0.02,))) for row in measure(case)]
    assert rows


def test_the_picture_has_the_density_in_the_middle(rows):
    several = [{**rows["random"], "density": density} for density in (0.1, 0.3, 0.2)]
    assert [row["density"] for row in drawn({"rows": several})] == [0.2]
