"""Where the law's densities of layers answer, and where what pruned networks keep does."""

import numpy as np
import pytest
from questions import predict_layers, report

from sparse_limits import compare_methods, predict
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import Dataset, digits
from sparse_limits.numerics.limits import limit
from sparse_limits.numerics.networks.work import BYTES_OF_WEIGHT
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.layers.answer import forecast
from sparse_limits.numerics.prediction.layers.law_error import law_error
from sparse_limits.numerics.prediction.layers.observation import ALONE, pruned, work_alone, work_of
from sparse_limits.numerics.prediction.layers.predicted import predicted
from sparse_limits.numerics.prediction.layers.validity import (
    LEVEL,
    OutsideError,
    contradicted,
    narrowness,
    p_values,
    too_large,
    too_narrow,
)
from sparse_limits.numerics.prediction.settings import Settings
from sparse_limits.numerics.statistics.distribution_free import clopper_pearson

NARROW = {"widths": (2,), "loss": "cross-entropy", "samples": 100, "units": 512}
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
    """Four networks that all keep the one weight of ten: their spread is 0, which of ten weights is no wonder."""
    seen = np.full((4, 1), 0.1)
    assert contradicted(["1"], [10], np.array([0.15]), np.zeros(1), seen) == ""  # by half a weight
    assert (
        contradicted(["1"], [10], np.array([0.3]), np.zeros(1), seen) == ""
    )  # by two, and independent ones spread as far
    assert contradicted(["1"], [1000], np.array([0.3]), np.zeros(1), seen) != ""
    assert contradicted(["1"], [10], np.array([0.9]), np.zeros(1), seen) != ""
    assert contradicted(["1"], [10], np.array([np.nan]), np.zeros(1), seen) == ""
    assert contradicted(["1"], [10], np.array([0.9]), np.zeros(1), seen[:1]) == ""


def test_several_layers_have_one_level():
    """A p-value of .006 contradicts alone, and not among three."""
    seen = np.array([[0.3], [0.31], [0.29], [0.3]])
    said = np.array([0.3 + 7.2 * seen.std(ddof=1) / 2])  # t with three degrees of freedom
    (alone,) = p_values(said, np.zeros(1), seen, np.array([10**6]))
    assert LEVEL / 3 < alone < LEVEL
    assert contradicted(["1"], [10**6], said, np.zeros(1), seen) != ""
    others = 0.5 + np.outer([0.01, -0.01, 0.01, -0.01], [1, 1])
    three = np.hstack([seen, others])
    assert contradicted(list("123"), [10**6] * 3, np.array([*said, 0.5, 0.5]), np.zeros(3), three) == ""


def test_ranges_end_where_they_say():
    snip, grasp = Settings(method="snip"), Settings(method="grasp")
    assert narrowness(Architecture(64, (64, 32), 1)) == 1 / 64 + 1 / 32
    for inside, outside in (((20,), (19,)), ((40, 40), (40, 39)), ((100,) * 5, (100, 100, 100, 100, 99))):
        assert too_narrow(snip, Architecture(64, inside, 1)) == ""
        assert too_narrow(snip, Architecture(64, outside, 1)) != ""
    assert too_large(grasp, 0.1) == too_large(grasp, None) == ""
    assert too_large(grasp, 0.1001) != ""


def test_errors_of_the_law_are_its_excess():
    """The law's density less that of the networks, drawn here again, over the larger."""
    data = digits("is0")
    some = Dataset(data.x[:60], data.y[:60], "digits", "is0")
    settings, network = Settings(method="snip", units=512, networks=8), Architecture(64, (64,), 1)
    found = law_error(settings, network, some)
    drawing, sampling = (np.random.default_rng(stream) for stream in np.random.SeedSequence(0).spawn(2))
    seen = np.mean([pruned(settings, network, some.x, some.y, drawing).kept.densities for _ in range(8)], axis=0)
    (said,) = predicted(settings, network, some.x, some.y, [], sampling)
    np.testing.assert_array_equal(np.sign(found.relative), np.sign(said.densities - seen))
    np.testing.assert_allclose(np.abs(found.relative), np.abs(said.densities - seen) / np.maximum(said.densities, seen))


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
    bare = predict_layers("snip", sample=False, scope="layer", curve=(0.5,), **NARROW)
    assert [each.predicted for each in bare.layers] == [each.predicted for each in found.layers]
    assert bare.curve.tolist() == [[0.5, 0.5]]
    assert bare.observed_columns is None
    assert any(note.startswith("not known without pruned networks: which rows") for note in bare.notes)


def test_grasp_answers_by_networks_where_its_second_term_is_large():
    found = predict_layers(widths=(64, 64), networks=2, **GRASP)
    assert "the second term of Hg (S8)" in found.withdrawn
    assert found.layers[0].predicted is None
    wide = predict_layers("grasp", widths=(512,), init="he", samples=50, units=512, networks=2)
    assert wide.withdrawn == ""
    assert wide.layers[0].predicted is not None
    assert too_large(wide.settings, 0.11) != ""
    assert too_large(Settings(method="snip"), 9.0) == ""


def test_what_networks_contradict_is_withdrawn():
    """Networks of another activation than the law's; those of the law's own are believed."""
    data = digits("is0")
    x, y = data.x[:100], data.y[:100]
    settings, network = Settings(method="snip", networks=6, units=2048), Architecture(64, (128, 128), 1)
    rng = np.random.default_rng(0)

    def found(activation):
        made = Architecture(64, (128, 128), 1, activation, "normal")
        seen = [pruned(settings, made, x, y, rng) for _ in range(6)]
        return forecast(settings, network, Dataset(x, y, "digits", "is0"), 100, seen, np.random.default_rng(1))

    wrong = found("abs")
    assert wrong.withdrawn.startswith("pruned networks contradict it: it predicts ")
    assert wrong.layers[0].predicted is None
    assert found("relu").withdrawn == ""


def test_right_laws_are_seldom_withdrawn():
    """Twelve questions with four networks each: more than three contradictions at the level have a chance below 1e-5."""
    asked = [predict_layers("snip", widths=(128,), samples=100, units=2048, seed=seed) for seed in range(12)]
    assert sum(each.withdrawn != "" for each in asked) <= 3
    assert LEVEL == 0.01


def test_the_memory_that_is_allowed_decides_no_answer(tmp_path):
    """GraSP's second term, which does, is looked at or the question refused: what is kept is the same of every machine."""
    asked = {"samples": 100, "units": 512}
    with limit("5M"):
        with pytest.raises(OutsideError, match=r"^GraSP's second term in a drawn network would take about 6\.\d* MiB"):
            predict("grasp", "digits", (256, 256), sample=False, keep=tmp_path, **asked)
        found = compare_methods("digits", (256, 256), **asked)
    assert [each["method"] for each in found.left_out] == ["grasp", "grasp-magnitude"]
    settings = Settings(method="grasp", sample=False)
    assert work_alone(settings, Architecture(64, (256, 256), 1), 100)[0] < ALONE[0]
    assert work_alone(settings, Architecture(64, (2**14, 2**14), 1), 100) is None
    assert work_alone(Settings(method="snip", sample=False), Architecture(64, (256, 256), 1), 100) is None
    assert work_alone(Settings(method="grasp"), Architecture(64, (256, 256), 1), 100) is None


def test_without_networks_nothing_is_said_outside_the_range():
    with pytest.raises(OutsideError, match=r"above 0\.05; pruned networks would answer in its place"):
        predict_layers("snip", sample=False, **NARROW)
    with pytest.raises(InputError, match="times that of the first, above"):
        predict_layers(widths=(64, 64), sample=False, **GRASP)
    found = compare_methods("digits", (2,), samples=100, units=512)
    assert [each["method"] for each in found.left_out] == ["snip", "grasp", "grasp-magnitude", "synflow"]
    assert [each.settings.method for each in found.results] == ["random", "magnitude", "wanda"]


def test_a_report_says_what_the_networks_kept():
    """Every number of a withdrawn method is that of its networks, and the advice says why."""
    asked = {"samples": 100, "units": 512, "init": "torch", "bias": True, "loss": "cross-entropy"}
    found = report(widths=(64, 64), methods=("grasp", "random"), learning=False, **asked)
    forecast, (method, other) = found.results[0], found.summary["methods"]
    assert method["standing"] == {"kind": "measured", "by": ""}
    assert method["layers"]["withdrawn"] == forecast.withdrawn != ""
    assert other["layers"]["withdrawn"] is None
    assert [each["predicted"] for each in method["layers"]["layers"]] == [each.observed for each in forecast.layers]
    assert method["layers"]["columns"]["predicted"] == forecast.observed_columns.tolist()
    texts = [each["text"] for each in found.summary["advice"]]
    assert f"For grasp, trust what the 4 networks pruned here keep: {forecast.withdrawn}." in texts
    assert "grasp: nothing is predicted, the shares are those of the networks pruned here." in found.page


def test_the_work_of_networks_grows_with_what_is_asked():
    """Twice the networks take twice the time and no more room; GraSP's curvature takes more passes; samples need room."""
    network = Architecture(64, (256, 256), 1)

    def work(method="snip", networks=4, samples=100):
        return work_of(Settings(method=method, networks=networks), network, samples)

    (room, time), weights = work(), sum(network.sizes)
    assert work(networks=8) == (room, pytest.approx(2 * time))
    assert work("grasp")[1] > time
    assert work(samples=200)[0] - room == pytest.approx(room - BYTES_OF_WEIGHT * weights)
    with limit("1M"), pytest.raises(InputError, match="4 networks of widths 256, 256 on 100 samples would take about"):
        predict_layers("snip", widths=(256, 256), samples=100, units=512)


def test_a_density_beyond_one_method_leaves_the_others():
    found = compare_methods("digits", [4096], density=0.6, samples=60, units=256)
    assert {each["method"] for each in found.left_out} >= {"grasp"}
    assert all("positive scores have" in each["reason"] for each in found.left_out if each["method"] == "grasp")
    assert {"random", "magnitude", "snip"} <= {each.settings.method for each in found.results}
    found = compare_methods("digits", [128], density=0.97, samples=60, units=256)
    assert any("non-zero scores have" in each["reason"] for each in found.left_out)
    assert {"random", "magnitude"} <= {each.settings.method for each in found.results}
