"""`sl.report` and `sparse-limits report`: the numbers of `predict`, sentences that follow from them, a page that fetches nothing."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import numpy as np
import pytest
from question_cases import SIZES, Page, advice_on, advised
from questions import predict_layers, report

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.layers.evidence_level import evidence_level
from sparse_limits.numerics.prediction.report.summary import KINDS
from sparse_limits.numerics.prediction.result import LIMIT, MEASURED, THEOREM
from sparse_limits.numerics.prediction.settings import METHODS, Settings, methods_through

pytestmark = pytest.mark.usefixtures("law_answers")  # however narrow a test's networks; `made` is made before

NETWORK = {"widths": (64, 48), "samples": 200, "units": 1024}


def test_the_numbers_are_those_of_predict(made, tmp_path):
    numbers, _ = made
    call = ["predict", "methods", *SIZES, "--init", "torch", "--json", str(tmp_path / "all.json")]
    assert main(call) == 0
    predicted = json.loads((tmp_path / "all.json").read_text())["methods"]
    assert [each["method"] for each in numbers["methods"]] == list(METHODS)
    told = [
        each for each in numbers["methods"] if not each["layers"]["withdrawn"]
    ]  # of others nothing without networks
    assert len(told) == len(METHODS) - 2
    by_law = {each["method"]: each for each in predicted}
    for ours in told:
        theirs = by_law[ours["method"]]
        assert ours["layers"]["columns"]["predicted"] == theirs["columns"]["predicted"]
        assert ours["layers"]["collapse"] == theirs["collapse"]
        for layer, other in zip(ours["layers"]["layers"], theirs["layers"], strict=True):
            assert all(
                layer[key] == other[key] for key in ("predicted", "error", "dead_rows", "dead_columns", "weights")
            )
            assert layer["observed"] is not None
            assert other["observed"] is None


def test_the_curve_is_what_predict_says_at_its_densities():
    for method in ("snip", "synflow", "wanda", "random"):
        found = predict_layers(method, **NETWORK, sample=False, curve=(0.2, 0.05))
        alone = predict_layers(method, **NETWORK, sample=False, density=0.05)
        assert found.curve[1] == pytest.approx([layer.predicted for layer in alone.layers], abs=1e-12)
        assert found.curve.shape == (2, 3)


def test_the_curve_ends_where_nothing_is_known():
    """GraSP keeps positive scores alone, about half of them; the last scores of a narrow law are too few."""
    found = predict_layers("grasp", **NETWORK, sample=False, curve=(0.9, 0.1))
    assert np.isnan(found.curve[0]).all()
    assert np.isfinite(found.curve[1]).all()
    low = predict_layers("snip", widths=(512, 512), samples=50, units=64, sample=False, curve=(0.1, 1e-5))
    assert np.isnan(low.curve[1]).any()
    with pytest.raises(InputError, match=r"^curve is 2, expected a number strictly between 0 and 1$"):
        predict_layers("snip", **NETWORK, curve=(2,))


@pytest.mark.parametrize("method", ["snip", "wanda", "random", "magnitude"])
def test_chances_of_loss_add_up_to_dead_columns(method):
    found = predict_layers(method, **NETWORK, density=0.02, sample=False)
    assert found.lost.sum() == pytest.approx(found.layers[0].dead_columns, rel=1e-9)


@pytest.mark.parametrize("residual", ["target", "averaged"])
@pytest.mark.parametrize("widths", [(16,), (16, 16)])
@pytest.mark.parametrize(
    ("method", "bias", "norm"),
    [
        (method, bias, norm)
        for bias, norm in ((False, "none"), (True, "none"), (False, "batch"))
        for method in methods_through(norm)
    ],
)
def test_measured_is_what_a_note_says_is_not_proved(method, widths, bias, norm, residual):
    options = {"bias": bias, "norm": norm, "init": "torch"}
    found = predict_layers(method, widths=widths, samples=30, units=64, sample=False, residual=residual, **options)
    standing = evidence_level(found.settings, found.network)
    assert (standing.kind == MEASURED) == any(note.startswith("measured, not proved") for note in found.notes)
    exactly = any(note.startswith("rows have exactly") for note in found.notes)
    assert (standing.kind == THEOREM) == (method == "random")
    assert (standing.by == "S6, S7.1, D1.2") == (exactly and standing.kind != MEASURED)


def test_a_threshold_for_each_layer_is_no_limit():
    settings = Settings(method="magnitude", scope="layer")
    assert evidence_level(settings, Architecture(4, (4,), 1)).kind == THEOREM


def test_the_page_is_whole_and_fetches_nothing(made):
    numbers, page = made
    read = Page(page)
    assert read.open == []
    assert not re.search(r"https?:|//|@import|url\(|<script|<link|<img|<iframe", page)
    assert not [
        name for _, attributes in read.seen for name in attributes if name in ("src", "href") or name.startswith("on")
    ]
    pictures = [attributes for tag, attributes in read.seen if tag == "svg" and "aria-hidden" not in attributes]
    assert len(pictures) == len(numbers["methods"]) + len(
        [each for each in numbers["methods"] if each["method"] in ("snip", "grasp", "grasp-magnitude", "wanda")]
    )
    assert all(each["role"] == "img" and len(each["aria-label"] or "") > 40 for each in pictures)
    assert ("html", {"lang": "en"}) in read.seen
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_the_page_says_what_the_numbers_say(made):
    numbers, page = made
    text = Page(page).text
    assert len(numbers["answer"]) == 3
    for line in (*numbers["answer"], *numbers["advice"]):
        assert line["text"] in text
        assert line["kind"] in KINDS
    assert all(f"Rule: {each['rule']}." in text for each in numbers["advice"])
    for method in numbers["methods"]:
        for layer in method["layers"]["layers"]:
            counted = method["layers"]["withdrawn"]
            if counted:
                assert f"{layer['predicted']:.1%}" in text
            elif layer["predicted"] >= 0.01:
                assert f"{layer['predicted']:.1%} / {layer['observed']:.1%}" in text or layer["observed"] < 0.01
    assert numbers["made"]["command"] in text


def test_lines_end_where_a_layer_ends(made):
    """A layer that ends between .5 and .001 has a cross."""
    numbers, page = made
    ends = [end["density"] for method in numbers["methods"] for end in method["layers"]["collapse"]]
    assert page.count('class="end"') == sum(end is not None and 0.001 <= end <= 0.5 for end in ends) > 0


@pytest.mark.parametrize(
    ("low", "error", "rule"),
    [(0.21, 0.3, "lies above"), (0.19, 0.3, "does not lie above"), (0.21, 0.6, "no better on held-out")],
)
def test_what_pruning_costs_by_the_kernel(made, low, error, rule):
    def fit(error: float, low: float, high: float) -> dict:
        return {"mse": 1.0, "error": error, "error_interval": [low, high]}

    regression = {"pruned": fit(error, low, 0.9), "dense": fit(0.1, 0.05, 0.2), "constant": fit(0.6, 0.5, 0.7)}
    learnt = {"method": "random", "density": 0.1, "kernel": {"test_samples": 50, "regression": regression}}
    assert rule in advice_on(made[0]["methods"][3], (learnt,))


def test_what_the_kernel_says():
    digits = sl.load_data("digits")
    data = Dataset(digits.x[:160], digits.y[:160], "some digits", "ge5")
    numbers = report(data, widths=(64,), methods=("snip", "random"), units=512).summary
    assert [each["method"] for each in numbers["learning"]] == ["snip", "random"]
    wanted = {"scope": "first", "kernel": sl.KernelSettings(kernel_rows=2048), "fresh_rows": 4000, "sample": False}
    for each, method in zip(numbers["learning"], numbers["methods"], strict=True):
        assert each["density"] == method["layers"]["layers"][0]["predicted"]
        alone = sl.predict(each["method"], data, [64], density=each["density"], **wanted)
        assert each["kernel"]["regression"]["pruned"]["error"] == alone.first.kernel.fits["pruned"].error
    assert "held-out samples" in numbers["answer"][2]["text"]
    told = [numbers["answer"][2], *(each for each in numbers["advice"] if each["by"] == "K7.1, B7")]
    assert len(told) > 1
    for line in told:
        for word in ("standard normal weights", "without biases", "squared error", "first layer alone pruned"):
            assert word in line["text"]
    deep = report(widths=(32, 32), methods=("snip",), samples=100, units=256).summary
    assert "one hidden layer" in deep["without_learning"][0]["reason"]
    smooth = report(widths=(32,), activation="tanh", methods=("random",), samples=100).summary
    assert "tanh" in smooth["without_learning"][0]["reason"]
    assert smooth["answer"][2]["text"].startswith("Down to these densities")


def test_densities_fall_along_the_curve(made):
    densities = made[0]["densities"]
    assert densities[0] == 0.5
    assert densities[-1] == 0.001
    assert all(high > low for high, low in pairwise(densities))


def test_a_share_is_no_theorem_at_a_width():
    """Two rows: the threshold that keeps a share of them is not fixed before (D1.2)."""
    rng = np.random.default_rng(3)
    data = Dataset(rng.standard_normal((40, 5)), rng.standard_normal((40, 1)), "made", "as-is")
    found = report(data, widths=(2,), methods=("snip",), density=0.4, units=256, learning=False).summary
    assert found["methods"][0]["standing"]["kind"] == LIMIT
    assert not [line for line in (*found["answer"], *found["advice"]) if line["kind"] == THEOREM]


def tables_of(page: str, heading: str) -> str:
    """The text of a section."""
    return Page(page.split(f"<h2>{heading}</h2>")[1].split("</section>")[0]).text


def test_one_number_has_one_kind():
    """Where random pruning ends a layer stands in the answer, in the advice and in a table."""
    found = report(widths=(32, 16), methods=("random",), density=0.07, samples=60, learning=False)
    numbers = found.summary
    near = advised(numbers, "times that at which")
    assert near
    ends = tables_of(found.page, "Where layers end")
    assert numbers["answer"][2]["kind"] == near[0]["kind"] == THEOREM
    assert "theorem S2" in ends
    assert "limit S2" not in ends
