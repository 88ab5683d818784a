"""SynFlow in rounds: the law of wide layers beside networks, and what the number of rounds does to narrow ones."""

from __future__ import annotations

import json

import numpy as np
import pytest
from questions import predict_layers, report

from sparse_limits import DataSource, predict
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.limits import limit
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.layers.drawn import draw, masks_in_rounds
from sparse_limits.numerics.prediction.layers.rounds import WideLayers, notes_on
from sparse_limits.numerics.prediction.result import InRounds
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, METHODS


def thresholds(sizes, density, rounds):
    """The recursion of H6.2 for normal weights, by bisection and the error function of the standard library."""
    from math import erfc, exp, pi, sqrt

    def share(cuts):
        return sum(size * erfc(cut / sqrt(2)) for size, cut in zip(sizes, cuts, strict=True)) / sum(sizes)

    cuts = [0.0] * len(sizes)
    for k in range(1, rounds + 1):
        steps = [size * sqrt(2 / pi) * exp(-(cut**2) / 2) for size, cut in zip(sizes, cuts, strict=True)]
        low, high = 0.0, 10.0 / min(steps)
        for _ in range(200):
            level = (low + high) / 2
            moved = [max(cut, level * step) for cut, step in zip(cuts, steps, strict=True)]
            low, high = (level, high) if share(moved) > density ** (k / rounds) else (low, level)
        cuts = moved
    return cuts


@pytest.mark.parametrize("rounds", [1, 5, 100])
def test_thresholds_follow_the_recursion(rounds):
    layers = WideLayers(Architecture(64, (256, 256), 10))
    expected = thresholds([64 * 256, 256 * 256, 2560], 0.2, rounds)
    assert layers.after(0.2, rounds) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("init", ["normal", "torch"])
def test_many_rounds_tend_to_the_balance(init):
    layers = WideLayers(Architecture(64, (256, 256), 10, init=init))
    far, near = (np.abs(layers.after(0.4, rounds) - layers.balanced_at(0.4)).max() for rounds in (200, 2000))
    assert near < far / 5  # the step of a round is of the order of its number's inverse


@pytest.mark.parametrize(
    ("init", "widths", "critical"),
    [("normal", (200, 200), 0.3173105078629141), ("torch", (200, 200), 1 - 3**-0.5)],
)
def test_equal_layers_have_the_critical_density_of_one(init, widths, critical):
    found = WideLayers(Architecture(200, widths, 200, init=init)).critical_densities()
    assert found == pytest.approx([critical] * 2, rel=1e-9)


def test_networks_keep_what_wide_layers_do_the_nearer_the_wider_they_are():
    """Unequal layers, above their critical densities; one round leaves other densities than three."""
    rng, density, rounds = np.random.default_rng(5), 0.4, 3
    gaps, other = [], []
    for width in (100, 400, 1600):
        network = Architecture(width // 2, (width, width), width // 2)
        masks = masks_in_rounds(draw(network, rng), density, "global", rounds)
        layers = WideLayers(network)
        assert max(layers.critical_densities()) < density
        kept = np.array([mask.mean() for mask in masks])
        gaps.append(np.abs(kept - layers.shares(layers.after(density, rounds))).max())
        other.append(np.abs(kept - layers.shares(layers.after(density, 1))).max())
    assert gaps[2] < gaps[0] / 4  # of order 1/width and smaller, as the deviations of flows average out
    assert gaps[2] < other[2] / 4


def test_below_the_critical_density_rounds_empty_neurons_and_above_it_they_do_not():
    data = DataSource("digits", labels="onehot")
    options = {"data": data, "widths": (64,), "samples": 40, "sample": False, "rounds": 30}
    below, above = (predict_layers(IN_ROUNDS, density=density, **options) for density in (0.05, 0.8))
    sparse, dense = below.in_rounds, above.in_rounds
    assert sparse.rounds == dense.rounds == (1, 2, 3, 5, 10, 30)
    assert sparse.critical == dense.critical
    assert 0.05 < sparse.critical[0] < 0.8
    assert sum(dense.empty[-1]) == 0
    assert dense.most == 30
    assert sparse.empty[-1][0] > sparse.empty[1][0] > 0
    assert sparse.empty[-1] == tuple(layer.dead_rows for layer in below.layers)
    assert any("below the critical density of layer 1" in note for note in below.notes)
    assert any(f"above the critical density, {dense.critical[0]:.3g}:" in note for note in above.notes)


def test_other_methods_and_other_thresholds_have_no_such_law():
    options = {"widths": (24,), "samples": 40, "sample": False, "units": 128}
    assert all(predict_layers(method, **options).in_rounds is None for method in METHODS)
    del options["units"]
    layer_by_layer = predict_layers(IN_ROUNDS, scope="layer", rounds=4, **options).in_rounds
    assert layer_by_layer.rounds == (1, 2, 3, 4)
    assert layer_by_layer.critical is layer_by_layer.wide is layer_by_layer.balanced is None


def test_the_command_prints_rounds_and_writes_them(capsys, tmp_path):
    words = ["predict", "layers", "--method", IN_ROUNDS, "--widths", "24", "--samples", "40", "--no-sample"]
    assert main([*words, "--rounds", "3", "--json", str(tmp_path / "all.json")]) == 0
    shown = capsys.readouterr().out
    found = json.loads((tmp_path / "all.json").read_text())["in_rounds"]
    assert found["rounds"] == [1, 2, 3]
    assert [len(each) for each in found["empty"]] == [2, 2, 2]
    assert "Rows that keep nothing, by the number of rounds" in shown
    assert f"{found['critical'][0]:.3g}" in shown
    assert f"{found['balanced'][1]:.4f}" in shown


def test_a_report_warns_of_rounds_below_the_critical_density_alone():
    options = {"widths": (64, 48), "methods": ("synflow",), "samples": 40, "learning": False}
    told = [
        [line for line in report("digits", density=density, **options).summary["advice"] if line["by"] == "H6.2"]
        for density in (0.05, 0.8)
    ]
    assert len(told[0]) == 1
    assert "0.05 is below the critical density of" in told[0][0]["text"]
    assert not told[1]
    found = predict_layers(IN_ROUNDS, widths=(64, 48), density=0.05, samples=40, sample=False, rounds=2)
    (critical,) = (note for note in found.notes if "critical density" in note)
    assert critical in told[0][0]["text"]  # the report and the forecast have one sentence
    layers = WideLayers(found.network)
    shares = [f"{share:.3g}" for share in layers.shares(layers.after(0.05, 100))]
    kept = ", ".join(f"{share} of layer {name}" for share, name in zip(shares, ("1", "2", "readout"), strict=True))
    assert f"100 rounds would keep {kept} (H6.2)" in told[0][0]["text"]


def test_where_a_round_empties_a_layer_no_law_is_told():
    """Uniform weights end: a cut beyond the largest of a layer leaves nothing of it."""
    layers = WideLayers(Architecture(64, (30,), 2, init="torch"))
    assert layers.after(0.01, 1) is None
    assert layers.after(0.01, 100) is not None
    found = predict_layers(IN_ROUNDS, widths=(30,), init="torch", density=0.01, samples=40, sample=False, rounds=1)
    assert found.in_rounds.wide is None
    assert found.in_rounds.critical is not None


@pytest.mark.parametrize(
    ("rounds", "empty", "said"),
    [
        ((1,), ((3.0, 0.25),), "1 round leaves 3.2 rows empty"),
        ((7,), ((0.0, 0.0),), "7 rounds leave no row empty"),
        ((1, 2, 4), ((9.0, 0.0), (0.25, 0.0), (0.75, 0.0)), "of 1, 2 and 4 rounds, 2 is the most that leaves fewer than half a row empty"),
        ((1, 2), ((9.0, 0.0), (0.0, 0.0)), "of 1 and 2 rounds, 2 is the most that leaves no row empty"),
        ((1, 2), ((9.0, 0.0), (1.25, 0.0)), "1 and 2 rounds all leave rows empty, 1.2 at least"),
    ],
)  # fmt: skip
def test_numbers_of_rounds_are_told_in_words(rounds, empty, said):
    assert list(notes_on(InRounds(rounds, empty), 0.1, (), ())) == [said]


def test_what_magnitude_leaves_empty_at_balance_is_told():
    """Of independent weights a row of m is empty with probability (1 − share)^m."""
    found = InRounds((1,), ((0.0, 0.0),), (0.1,), (0.5, 0.5), (0.25, 0.5))
    *_, note = notes_on(found, 0.3, ("a", "b"), ((100, 8), (4, 4)))
    assert f"leaves {100 * 0.75**8 + 4 * 0.5**4:.2g} rows empty" in note
    assert "(0.25 of layer a, 0.5 of layer b)" in note
    *_, note = notes_on(found, 0.3, ("a", "b"), ((100, 80), (4, 40)))
    assert "leaves next to no rows empty" in note


@pytest.mark.parametrize(("init", "density"), [("torch", 1e-13), ("normal", 1e-40)])
def test_where_no_weight_is_kept_no_law_is_told(init, density):
    """The tail of the law beside which thresholds are searched ends before."""
    found = predict_layers(IN_ROUNDS, widths=(30,), init=init, density=density, samples=40, sample=False, rounds=2)
    assert (found.in_rounds.critical, found.in_rounds.wide, found.in_rounds.balanced) == (None, None, None)
    assert [each.predicted for each in found.layers] == [0, 0]


@pytest.mark.parametrize("init", ["normal", "torch"])
@pytest.mark.parametrize("density", [1e-9, 0.5, 1 - 1e-10])
def test_the_balance_is_found_at_every_density(init, density):
    layers = WideLayers(Architecture(64, (30,), 2, init=init))
    assert layers.density(layers.balanced_at(density)) == pytest.approx(density, rel=1e-6)


def test_rounds_that_would_take_too_long_are_refused():
    asked = {"method": "synflow-iterative", "data": "digits", "network": [512], "rounds": 10_000, "samples": 50}
    with limit("10s"), pytest.raises(InputError, match="in 10000 rounds, and 8 for the prediction would take about"):
        predict(**asked)
    asked["rounds"] = 2
    with limit("10s"):
        assert predict(**asked).layers
