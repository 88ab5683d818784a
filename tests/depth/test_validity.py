"""Where the law's densities of layers answer, and where what pruned networks keep does."""

import numpy as np
import pytest

from numerics import predict_layers, predict_methods, report
from numerics.arguments import InputError
from numerics.data import digits
from numerics.depth.answer import forecast
from numerics.depth.architecture import Architecture
from numerics.depth.observed import pruned
from numerics.depth.settings import LayersSettings
from numerics.depth.validity import LEVEL, OutsideError, contradicted, p_values, too_large, too_narrow
from numerics.statistics.distribution_free import clopper_pearson

NARROW = {"widths": (2,), "labels": "onehot", "loss": "cross-entropy", "samples": 100, "units": 512}
GRASP = {"method": "grasp", "init": "torch", "bias": True, "loss": "cross-entropy", "samples": 100, "units": 512}


@pytest.mark.parametrize("networks", [2, 4, 8])
@pytest.mark.parametrize("error", [0.0, 0.005, 0.02])
def test_networks_of_the_prediction_are_refused_no_more_often_than_the_level_says(error, networks):
    """Normal densities about what is predicted, which errs as it says. Without its errors it would be refused too often."""
    rng = np.random.default_rng(0)
    trials, errors, sizes = 20_000, np.full(20_000, error), np.full(20_000, 10**6)
    said = 0.3 + error * rng.standard_normal(trials)
    seen = 0.3 + 0.02 * rng.standard_normal((networks, trials))
    for level in (0.05, LEVEL):
        refused = int((p_values(said, errors, seen, sizes) <= level).sum())
        low, high = clopper_pearson(refused, trials, 1 - 1e-4)
        assert low <= level
        if error == 0 and networks > 2:  # two may agree by chance, and count as apart
            assert high >= level
    if error == 0.02:
        blind = int((p_values(said, np.zeros(trials), seen, sizes) <= LEVEL).sum())
        assert clopper_pearson(blind, trials, 1 - 1e-4)[0] > LEVEL or networks == 2
    moved = int((p_values(said + 0.5, errors, seen, sizes) <= LEVEL).sum())
    assert moved > 0.9 * trials or networks == 2


def test_networks_that_agree_by_chance_contradict_nothing():
    """Four networks that all keep the one weight of ten: their spread is 0, and a prediction of .15 as good as ever."""
    seen = np.full((4, 1), 0.1)
    assert contradicted(["1"], [10], np.array([0.15]), np.zeros(1), seen) == ""
    assert contradicted(["1"], [10], np.array([0.9]), np.zeros(1), seen) != ""
    assert contradicted(["1"], [10], np.array([np.nan]), np.zeros(1), seen) == ""
    assert contradicted(["1"], [10], np.array([0.9]), np.zeros(1), seen[:1]) == ""


def test_narrow_layers_are_measured_alone():
    found = predict_layers("snip", networks=3, curve=(0.5, 0.02), **NARROW)
    assert too_narrow(found.settings, found.network) == found.withdrawn != ""
    assert found.says == "measured"
    assert found.columns is None
    assert [each.predicted for each in found.layers] == [None, None]
    assert [each.answer for each in found.layers] == [each.observed for each in found.layers]
    assert np.all(found.curve[0] > found.curve[1])
    assert any("measured alone, in the 3 networks pruned here" in note for note in found.notes)
    ends = [each.collapse for each in found.layers]
    assert all(end is not None and 0 < end < 0.1 for end in ends)


def test_the_curve_and_the_ends_are_those_of_the_same_networks():
    """At the density asked for the curve is what is observed; where one weight of a layer is left, three networks keep three."""
    found = predict_layers("snip", networks=3, curve=(0.1,), **NARROW)
    assert found.curve[0] == pytest.approx([each.observed for each in found.layers])
    for place, layer in enumerate(found.layers):
        at = predict_layers("snip", networks=3, density=layer.collapse + 1e-9, **NARROW).layers[place]
        below = predict_layers("snip", networks=3, density=layer.collapse - 0.6 / found.network.sizes[0], **NARROW)
        assert round(3 * layer.weights * at.observed) >= 3
        assert below.layers[place].observed <= at.observed


def test_each_layer_keeps_what_is_asked_however_narrow():
    found = predict_layers("snip", networks=3, scope="layer", **NARROW)
    assert found.says == "theorem"
    assert [each.predicted for each in found.layers] == pytest.approx([each.observed for each in found.layers])
    assert found.columns is None
    assert found.withdrawn != ""


def test_grasp_answers_by_networks_where_its_second_term_is_large():
    found = predict_layers(widths=(64, 64), networks=2, **GRASP)
    assert "the second term of Hg (S8)" in found.withdrawn
    assert found.layers[0].predicted is None
    wide = predict_layers("grasp", widths=(512,), init="he", samples=50, units=512, networks=2)
    assert wide.withdrawn == ""
    assert wide.layers[0].predicted is not None
    assert too_large(wide.settings, 0.11) != ""
    assert too_large(LayersSettings(method="snip"), 9.0) == ""


def test_what_networks_contradict_is_withdrawn():
    """Networks of another activation than the law's; those of the law's own are believed."""
    data = digits("is0")
    x, y = data.x[:100], data.y[:100]
    settings, network = LayersSettings(method="snip", networks=6, units=2048), Architecture(64, (128, 128), 1)
    rng = np.random.default_rng(0)

    def found(activation):
        made = Architecture(64, (128, 128), 1, activation, "normal")
        seen = [pruned(settings, made, x, y, rng) for _ in range(6)]
        return forecast(settings, network, type(data)(x, y, "digits", "is0"), 100, seen, np.random.default_rng(1))

    wrong = found("abs")
    assert wrong.withdrawn.startswith("pruned networks contradict it: it has ")
    assert wrong.layers[0].predicted is None
    assert found("relu").withdrawn == ""


def test_right_laws_are_seldom_withdrawn():
    """Twelve questions with four networks each: more than three contradictions at the level have a chance below 1e-5."""
    asked = [predict_layers("snip", widths=(128,), samples=100, units=2048, seed=seed) for seed in range(12)]
    assert sum(each.withdrawn != "" for each in asked) <= 3
    assert LEVEL == 0.01


def test_without_networks_nothing_is_said_outside_the_range():
    with pytest.raises(OutsideError, match=r"above 0\.05; pruned networks would answer in its place"):
        predict_layers("snip", sample=False, **NARROW)
    with pytest.raises(InputError, match="times the first's norm, above"):
        predict_layers(widths=(64, 64), sample=False, **GRASP)
    found = predict_methods(widths=(2,), samples=100, units=512)
    assert [each["method"] for each in found.left_out] == ["snip", "grasp", "grasp-magnitude", "synflow"]
    assert [each.settings.method for each in found.forecasts] == ["random", "magnitude", "wanda"]


def test_a_report_says_what_the_networks_kept():
    """Every number of a withdrawn method is that of its networks, and the advice says why."""
    asked = {"samples": 100, "units": 512, "init": "torch", "bias": True, "loss": "cross-entropy"}
    found = report(widths=(64, 64), methods=("grasp", "random"), learning=False, **asked)
    forecast, (method, other) = found.forecasts[0], found.summary["methods"]
    assert method["standing"] == {"kind": "measured", "by": ""}
    assert method["layers"]["withdrawn"] == forecast.withdrawn != ""
    assert other["layers"]["withdrawn"] is None
    assert [each["predicted"] for each in method["layers"]["layers"]] == [each.observed for each in forecast.layers]
    assert method["layers"]["columns"]["predicted"] == forecast.observed_columns.tolist()
    texts = [each["text"] for each in found.summary["advice"]]
    assert f"Of grasp, trust what the 4 networks pruned here keep: {forecast.withdrawn}." in texts
    assert "grasp: nothing is predicted, the shares are those of the networks pruned here." in found.page
