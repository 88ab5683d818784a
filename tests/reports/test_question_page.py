"""`sl.report` and `sparse-limits report`: the numbers of `predict`, sentences that follow from them, a page that fetches nothing."""

from __future__ import annotations

import copy
import json
import re
import shlex
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import numerics as sl
from numerics.arguments import InputError
from numerics.cli import main
from numerics.data import Dataset
from numerics.depth.architecture import Architecture
from numerics.depth.settings import METHODS, LayersSettings, methods_through
from numerics.depth.standing import LIMIT, MEASURED, THEOREM, standing_of
from numerics.forecast import advice
from numerics.forecast.question_summary import KINDS
from numerics.reports.question_page import as_html

SIZES = ("--widths", "48", "32", "--samples", "200", "--units", "1024")
NETWORK = {"widths": (48, 32), "samples": 200, "units": 1024}
VOID = {"meta", "path", "rect", "br"}


def called(*words: str) -> None:
    assert main(["report", *words]) == 0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, str]:
    """The numbers and the page of one call of the command."""
    folder = tmp_path_factory.mktemp("report")
    called(*SIZES, "--init", "torch", "--html", str(folder / "p.html"), "--json", str(folder / "p.json"))
    return json.loads((folder / "p.json").read_text()), (folder / "p.html").read_text(encoding="utf-8")


class Page(HTMLParser):
    """Reads a page: elements must be closed in order, and what it shows is kept as text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_numbers_are_those_of_predict(made, tmp_path):
    numbers, _ = made
    call = ["predict", "--method", "all", *SIZES, "--init", "torch", "--json", str(tmp_path / "all.json")]
    assert main(call) == 0
    predicted = json.loads((tmp_path / "all.json").read_text())["methods"]
    assert [each["method"] for each in predicted] == [each["method"] for each in numbers["methods"]] == list(METHODS)
    for ours, theirs in zip(numbers["methods"], predicted, strict=True):
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
        found = sl.predict_layers(method, **NETWORK, sample=False, curve=(0.2, 0.05))
        alone = sl.predict_layers(method, **NETWORK, sample=False, density=0.05)
        assert found.curve[1] == pytest.approx([layer.predicted for layer in alone.layers], abs=1e-12)
        assert found.curve.shape == (2, 3)


def test_the_curve_ends_where_nothing_is_known():
    """GraSP keeps positive scores alone, about half of them; the last scores of a narrow law are too few."""
    found = sl.predict_layers("grasp", **NETWORK, sample=False, curve=(0.9, 0.1))
    assert np.isnan(found.curve[0]).all()
    assert np.isfinite(found.curve[1]).all()
    low = sl.predict_layers("snip", widths=(512, 512), samples=50, units=64, sample=False, curve=(0.1, 1e-5))
    assert np.isnan(low.curve[1]).any()
    with pytest.raises(InputError, match=r"^curve is 2, expected a number strictly between 0 and 1$"):
        sl.predict_layers("snip", **NETWORK, curve=(2,))


@pytest.mark.parametrize("method", ["snip", "wanda", "random", "magnitude"])
def test_chances_of_loss_add_up_to_dead_columns(method):
    found = sl.predict_layers(method, **NETWORK, density=0.02, sample=False)
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
    found = sl.predict_layers(method, widths=widths, samples=30, units=64, sample=False, residual=residual, **options)
    standing = standing_of(found.settings, found.network)
    assert (standing.kind == MEASURED) == any(note.startswith("measured, not proved") for note in found.notes)
    exactly = any(note.startswith("rows have exactly") for note in found.notes)
    assert (standing.kind == THEOREM) == (method in ("random", "wanda"))
    assert (standing.by == "S6, S7.1, D1.2") == (exactly and standing.kind != MEASURED)


def test_a_threshold_for_each_layer_is_no_limit():
    settings = LayersSettings(method="magnitude", scope="layer")
    assert standing_of(settings, Architecture(4, (4,), 1)).kind == THEOREM


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
            if layer["predicted"] >= 0.01:
                assert f"{layer['predicted']:.1%} / {layer['observed']:.1%}" in text or layer["observed"] < 0.01
    assert numbers["made"]["command"] in text


def test_the_command_repeats_the_report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = sl.report(
        widths=(16, 8),
        methods=("snip", "random"),
        density=0.2,
        init="he",
        bias=True,
        standardise=False,
        residual="averaged",
        networks=2,
        units=256,
        learning=False,
        samples=60,
        seed=3,
    )
    words = shlex.split(found.summary["made"]["command"] or "")
    assert words[:2] == ["sparse-limits", "report"]
    assert main(words[1:]) == 0
    assert Path("report.html").read_text(encoding="utf-8") == found.page


def test_lines_end_where_a_layer_ends(made):
    """A layer that ends between .5 and .001 has a cross."""
    numbers, page = made
    ends = [end["density"] for method in numbers["methods"] for end in method["layers"]["collapse"]]
    assert page.count('class="end"') == sum(end is not None and 0.001 <= end <= 0.5 for end in ends) > 0


def advised(numbers: dict, rule: str) -> list[dict]:
    return [each for each in numbers["advice"] if rule in each["rule"]]


def test_advice_follows_from_the_numbers(made):
    numbers, _ = made
    ended = {
        method["method"]
        for method in numbers["methods"]
        if any(layer["predicted"] * layer["weights"] < 1 for layer in method["layers"]["layers"])
    }
    told = advised(numbers, "less than 1 weight")
    assert {each["text"].split()[4] for each in told} == ended
    lost = {
        method["method"]
        for method in numbers["methods"]
        if method["method"] not in ended
        and any(
            chance >= advice.LOST
            for column, chance in enumerate(method["lost"])
            if column not in numbers["constant_inputs"]
        )
    }
    named = " ".join(each["text"] for each in advised(numbers, "an input that varies"))
    assert all(re.search(rf"by [\w, -]*\b{method}\b", named) for method in lost)
    assert bool(advised(numbers, "is 0 on all samples of the data")) == bool(numbers["zero_inputs"])


def test_a_layer_that_ends_is_told_and_said_of_no_other():
    data = Dataset(
        np.random.default_rng(0).standard_normal((60, 6)),
        np.sign(np.random.default_rng(1).standard_normal((60, 1))),
        "made",
        "",
    )
    sparse = sl.report(data, widths=(32,), methods=("wanda", "random"), density=0.05, learning=False).summary
    assert "wanda" in advised(sparse, "less than 1 weight")[0]["text"]
    assert "density above 1/12" in advised(sparse, "less than 1 weight")[0]["text"]
    dense = sl.report(data, widths=(32,), methods=("wanda", "random"), density=0.6, learning=False).summary
    assert not advised(dense, "less than 1 weight")
    assert (
        advised(dense, "none of the rules")[0]["text"] == "No rule here speaks against wanda and random at density 0.6."
    )


def advice_on(method: dict, learning: tuple = (), density: float = 0.1) -> str:
    return " ".join(each["rule"] for each in advice.advice_of([method], [], [], list(learning), density))


def test_each_rule_speaks_beyond_its_threshold_and_not_before(made):
    """Random pruning of the page, whose numbers are moved across one threshold after the other."""
    calm = copy.deepcopy(next(each for each in made[0]["methods"] if each["method"] == "random"))
    layers, calm["lost"] = calm["layers"]["layers"], [0.0] * 64
    for layer in layers:
        layer |= {"dead_rows": 0.0, "observed": layer["predicted"]}
    for end in calm["layers"]["collapse"]:
        end["density"] = 0.001
    calm["layers"]["paths"]["share"] = 1.0
    assert advice_on(calm) == "none of the rules above advises against the method"

    def moved(place: str, number: int, key: str, value: float) -> str:
        method = copy.deepcopy(calm)
        method["layers"][place][number][key] = value
        return advice_on(method)

    assert "2 times that at which" in moved("collapse", 1, "density", 0.051)
    assert "2 times that at which" not in moved("collapse", 1, "density", 0.049)
    units = layers[0]["outputs"]
    assert "hidden layer's units" not in moved("layers", 0, "dead_rows", 0.26 * units)  # of random pruning: at random
    calm["method"] = "magnitude"
    assert "hidden layer's units" in moved("layers", 0, "dead_rows", 0.26 * units)
    assert "hidden layer's units" not in moved("layers", 0, "dead_rows", 0.24 * units)
    assert "1 or more outputs" in moved("layers", -1, "dead_rows", 1.1)
    assert "1 or more outputs" not in moved("layers", -1, "dead_rows", 0.9)
    weights = layers[1]["weights"]
    assert "less than 1 weight" in moved("layers", 1, "predicted", 0.9 / weights)
    assert "less than 1 weight" not in moved("layers", 1, "predicted", 1.1 / weights)
    for share, told in ((0.75, True), (1.0, False)):
        method = copy.deepcopy(calm)
        method["layers"]["paths"]["share"] = share
        assert ("no path of kept weights" in advice_on(method)) == told
    for chance, told in ((0.51, True), (0.49, False)):
        method = copy.deepcopy(calm)
        method["lost"][5] = chance
        assert ("an input that varies" in advice_on(method)) == told


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


def test_a_broken_model_is_told_once(tmp_path, capsys):
    pytest.importorskip("torch")
    (tmp_path / "own.py").write_text("def build():\n    raise ValueError('of mine')\n")
    assert main(["report", "--model", f"{tmp_path}/own.py:build", "--html", str(tmp_path / "p.html")]) == 2
    assert capsys.readouterr().err.count("ValueError: of mine") == 1


def test_networks_that_differ_from_the_prediction_are_told(made):
    numbers, _ = made
    layer = numbers["methods"][0]["layers"]["layers"][0]
    as_predicted = layer | {"observed": layer["predicted"], "sd": 0.0}
    assert not advice._apart(as_predicted, 4)
    assert advice._apart(as_predicted | {"observed": 1.5 * layer["predicted"], "error": 0.0}, 4)
    assert not advice._apart(as_predicted | {"observed": 1.5 * layer["predicted"], "sd": 1.0}, 4)


def test_networks_that_agree_by_chance_are_not_told(made):
    layer = made[0]["methods"][0]["layers"]["layers"][0] | {"error": 0.0, "sd": 0.0, "weights": 1000}
    few = layer | {"predicted": 0.002, "observed": 0.004}  # 8 weights of 4000 in place of 4: 3 deviations are 3·√(½)
    assert not advice._apart(few, 4)
    assert advice._apart(few, 40)
    one = layer | {"predicted": 0.0001, "observed": 0.00109}
    assert not advice._apart(one, 4000)
    assert advice._apart(one | {"observed": 0.00111}, 4000)


def test_what_the_kernel_says():
    digits = sl.load_data("digits")
    data = Dataset(digits.x[:160], digits.y[:160], "some digits", "ge5")
    numbers = sl.report(data, widths=(64,), methods=("snip", "random"), units=512).summary
    assert [each["method"] for each in numbers["learning"]] == ["snip", "random"]
    wanted = {"kernel": True, "kernel_rows": 2048, "fresh_rows": 4000, "sample": False}
    for each, method in zip(numbers["learning"], numbers["methods"], strict=True):
        assert each["density"] == method["layers"]["layers"][0]["predicted"]
        alone = sl.predict(each["method"], data, width=64, density=each["density"], **wanted)
        assert each["kernel"]["regression"]["pruned"]["error"] == alone.kernel.fits["pruned"].error
    assert "held-out samples" in numbers["answer"][2]["text"]
    told = [numbers["answer"][2], *(each for each in numbers["advice"] if each["by"] == "K7.1, B7")]
    assert len(told) > 1
    for line in told:
        for word in ("standard normal weights", "without biases", "squared error", "first layer alone pruned"):
            assert word in line["text"]
    deep = sl.report(widths=(32, 32), methods=("snip",), samples=100, units=256).summary
    assert "one hidden layer" in deep["without_learning"][0]["reason"]
    smooth = sl.report(widths=(32,), activation="tanh", methods=("random",), samples=100).summary
    assert "tanh" in smooth["without_learning"][0]["reason"]
    assert smooth["answer"][2]["text"].startswith("Down to these densities")


def test_names_and_a_file_of_ones_own(tmp_path, capsys):
    rng = np.random.default_rng(3)
    x = rng.standard_normal((80, 4))
    x[:, 2] = 0
    lines = [
        "<a> & b,c,zero,d,kind",
        *(",".join(map(str, [*row, "yes" if row[0] > 0 else "no"])) for row in x.tolist()),
    ]
    (tmp_path / "own.csv").write_text("\n".join(lines))
    page = tmp_path / "p.html"
    called(
        "--data", str(tmp_path / "own.csv"), "--widths", "24", "--density", "0.3", "--units", "512", "--html", str(page)
    )
    assert "page written to" in capsys.readouterr().out
    written = page.read_text(encoding="utf-8")
    assert "&lt;a&gt; &amp; b" in written
    assert "<a> & b" not in written
    read = Page(written).text
    assert "Leave input zero out of the data" in read
    assert "SHA-256" in read
    assert "target: kind" in read


def test_methods_that_the_theory_does_not_follow_are_named():
    found = sl.report(widths=(16,), norm="batch", samples=60, units=128, learning=False).summary
    assert {each["method"] for each in found["left_out"]} == {"grasp", "grasp-magnitude"}
    assert "grasp" in Page(as_html(found)).text
    with pytest.raises(InputError, match="GraSP"):
        sl.report(widths=(16,), norm="batch", methods=("grasp",), samples=60)


def test_a_module_is_reported_by_the_paths_of_its_layers(tmp_path):
    pytest.importorskip("torch")
    code = "from torch import nn\n\n\ndef build():\n    return nn.Sequential(nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 10))\n"
    (tmp_path / "own.py").write_text(code)
    page, numbers = tmp_path / "p.html", tmp_path / "p.json"
    called(
        "--model",
        f"{tmp_path}/own.py:build",
        "--methods",
        "snip",
        "--samples",
        "100",
        "--units",
        "256",
        "--no-learning",
        "--html",
        str(page),
        "--json",
        str(numbers),
    )
    found = json.loads(numbers.read_text())["methods"][0]["layers"]
    assert [layer["name"] for layer in found["layers"]] == ["0", "2"]
    assert found["loss"] == "cross-entropy"
    assert "layer 2" in Page(page.read_text(encoding="utf-8")).text


def test_the_page_goes_to_standard_output_alone(capsys):
    called("--widths", "8", "--methods", "random", "--samples", "30", "--no-learning", "--html", "-")
    assert capsys.readouterr().out.startswith("<!doctype html>")


BAD = [
    ([], "--widths and --model: neither is given, expected one of them"),
    (["--widths", "4", "--model", "a.py:b"], "--widths and --model: both are given, expected one of them"),
    (["--widths", "0"], "width is 0, expected an integer from 1 to"),
    (["--widths", "4", "--density", "1.5"], "--density is 1.5, expected a number strictly between 0 and 1"),
    (["--widths", "4", "--methods", "snip", "foo"], "--methods is snip, foo, expected each once, of snip, grasp"),
    (["--widths", "4", "--methods", "snip", "snip"], "--methods is snip, snip, expected each once"),
    (["--widths", "4", "--samples", "1"], "--samples is 1, expected an integer from 2 to"),
    (["--widths", "4", "--networks", "0"], "--networks is 0, expected an integer from 1 to 1000"),
    (["--widths", "4", "--scope", "first"], "--scope is 'first', expected one of global, layer"),
    (["--widths", "4", "--data", "nope.csv"], "nope.csv: there is no such file"),
    (["--widths", "4", "--json", "p.html"], "--json is p.html, which --html writes too, expected another file"),
    (["--widths", "4", "--activation", "foo"], "--activation is 'foo', expected one of relu"),
]


@pytest.mark.parametrize(("words", "said"), BAD, ids=[said[:40] for _, said in BAD])
def test_bad_input_is_one_line_and_writes_nothing(words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["report", *words, "--html", "p.html"]) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert found.err.startswith(f"sparse-limits: {said}")
    assert found.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_what_python_is_given_wrong():
    for options, said in (
        ({}, "widths and model: neither is given"),
        ({"widths": (4,), "model": "a.py:b"}, "widths and model: both are given"),
        ({"widths": (4,), "methods": "snip"}, "methods is 'snip', expected some of"),
        ({"widths": (4,), "methods": ()}, r"methods is \(\), expected some of"),
        ({"widths": (4,), "learning": 1}, "learning is 1, expected True or False"),
        ({"widths": ()}, r"widths is \(\), expected one for each hidden layer"),
        ({"widths": (4,), "samples": 1}, "samples is 1"),
    ):
        with pytest.raises(InputError, match=f"^{said}"):
            sl.report(**options)


def test_a_report_of_objects_names_no_command():
    data = Dataset(np.eye(6), np.ones((6, 1)), "made", "")
    made = sl.report(data, widths=(4,), methods=("random",), learning=False).summary["made"]
    assert made["command"] is None
    assert made["file"] is None


def test_densities_fall_along_the_curve(made):
    densities = made[0]["densities"]
    assert densities[0] == 0.5
    assert densities[-1] == 0.001
    assert all(high > low for high, low in pairwise(densities))


def test_a_share_is_no_theorem_at_a_width():
    """Two rows: the threshold that keeps a share of them is not fixed before (D1.2)."""
    rng = np.random.default_rng(3)
    data = Dataset(rng.standard_normal((40, 5)), rng.standard_normal((40, 1)), "made", "as-is")
    found = sl.report(data, widths=(2,), methods=("snip",), density=0.4, units=256, learning=False).summary
    assert found["methods"][0]["standing"]["kind"] == LIMIT
    assert not [line for line in (*found["answer"], *found["advice"]) if line["kind"] == THEOREM]


def tables_of(page: str, heading: str) -> str:
    """The text of a section."""
    return Page(page.split(f"<h2>{heading}</h2>")[1].split("</section>")[0]).text


def test_one_number_has_one_kind():
    """Where random pruning ends a layer stands in the answer, in the advice and in a table."""
    found = sl.report(widths=(32, 16), methods=("random",), density=0.07, samples=60, learning=False)
    numbers = found.summary
    near = advised(numbers, "times that at which")
    assert near
    ends = tables_of(found.page, "Where layers end")
    assert numbers["answer"][2]["kind"] == near[0]["kind"] == THEOREM
    assert "theorem S2" in ends
    assert "limit S2" not in ends


def test_constant_inputs_are_those_of_all_samples():
    """Column 1 is not 0 on one of many samples, which a batch may leave out; column 2 is 1 on all, column 3 is 0."""
    rng = np.random.default_rng(5)
    x = rng.standard_normal((400, 4))
    x[:, 1], x[:, 2], x[:, 3] = 0, 1, 0
    x[7, 1] = 2.0
    data = Dataset(x, np.sign(x[:, :1]), "made", "")
    found = sl.report(data, widths=(16,), methods=("snip", "random"), samples=20, units=256, learning=False)
    assert not found.forecasts[0].data.x[:, 1].any()
    numbers = found.summary
    assert numbers["constant_inputs"] == [2, 3]
    assert numbers["zero_inputs"] == [3]
    (line,) = advised(numbers, "is 0 on all samples of the data")
    assert line["text"].startswith("Leave input 3 out of the data: it is constant")
    assert "on all 400 samples" in line["text"]
    assert "(2 of them constant)" in numbers["answer"][1]["text"]
    assert "input 1 " in advised(numbers, "an input that varies")[0]["text"]


def test_what_is_expected_is_told_as_expected(made):
    numbers, _ = made
    layers, inputs = (line["text"] for line in numbers["answer"][:2])
    assert "is expected to keep at least one weight in every layer" in layers
    assert "none" not in inputs
    assert "fewer than 0.5" in inputs
    lost = {
        column
        for method in numbers["methods"]
        for column, chance in enumerate(method["lost"])
        if chance >= 0.5 and column not in numbers["constant_inputs"]
    }
    assert f"{len(lost)} inputs that vary are each lost by some method with probability 0.5 or more" in inputs
    calm = sl.report(widths=(64,), methods=("random",), samples=30, learning=False).summary
    assert "every method is expected to lose fewer than 0.5 of the 64 inputs" in calm["answer"][1]["text"]
    assert all("lose" in line["text"] for line in advised(numbers, "an input that varies"))


def test_a_threshold_for_each_layer_is_advised_where_it_helps(made):
    method = copy.deepcopy(next(each for each in made[0]["methods"] if each["method"] == "random"))
    layers = method["layers"]["layers"]
    layers[1]["predicted"] = 0.5 / layers[1]["weights"]

    def told(name: str, density: float) -> bool:
        method["method"] = method["layers"]["method"] = name
        method["layers"]["density"] = density
        (line,) = [each for each in advice.advice_of([method], [], [], [], density) if "less than 1" in each["rule"]]
        return "--scope layer" in line["text"]

    fewest = min(layer["weights"] for layer in layers)
    assert told("magnitude", 1.01 / fewest)
    assert not told("magnitude", 0.99 / fewest)
    assert not told("random", 1.01 / fewest)


def test_wanda_keeps_a_weight_above_half_of_one():
    """Counts are rounded, a half to 0 (S12)."""
    data = Dataset(np.random.default_rng(0).standard_normal((60, 6)), np.ones((60, 1)), "made", "")
    at, above = (
        sl.report(data, widths=(6,), methods=("wanda",), density=density, networks=1, learning=False).summary
        for density in (1 / 12, 1.01 / 12)
    )
    assert "density above 1/12" in advised(at, "less than 1 weight")[0]["text"]
    assert not advised(above, "less than 1 weight")


def fitted(mse: float, error: float | None = None, low: float = 0.0, high: float = 1.0) -> dict:
    return {"mse": mse, "error": error, "error_interval": None if error is None else [low, high]}


@pytest.mark.parametrize(
    ("pruned", "dense", "constant", "rule"),
    [
        (fitted(1.2), fitted(1.1), fitted(1.0), "after pruning and before"),
        (fitted(1.2), fitted(0.5), fitted(1.0), "is no better on held-out"),
        (fitted(1, 0.6, 0.4, 0.8), fitted(1, 0.5, 0.3, 0.7), fitted(1, 0.5, 0.3, 0.7), "after pruning and before"),
        (fitted(1, 0.5, 0.2, 0.8), fitted(1, 0.2, 0.1, 0.3), fitted(1, 0.5, 0.4, 0.6), "does not lie above"),
    ],
)
def test_pruning_is_blamed_only_for_what_was_learnt_before(made, pruned, dense, constant, rule):
    kernel = {"test_samples": 9, "regression": {"pruned": pruned, "dense": dense, "constant": constant}}
    learnt = {"method": "random", "density": 0.1, "kernel": kernel}
    told = advice_on(made[0]["methods"][3], (learnt,))
    assert rule in told
    assert ("is no better on held-out" in told) == (rule == "is no better on held-out")


def test_the_call_holds_values_that_begin_with_a_dash(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = np.random.default_rng(2).standard_normal((30, 3)).tolist()
    Path("-neg.csv").write_text("\n".join(["a,-b,c", *(",".join(map(str, row)) for row in rows)]))
    found = sl.report("-neg.csv", target="-b", widths=(6,), methods=("random",), learning=False, networks=2)
    assert main(shlex.split(found.summary["made"]["command"] or "")[1:]) == 0
    assert Path("report.html").read_text(encoding="utf-8") == found.page


def test_regression_shows_no_interval_and_long_names_are_short(tmp_path):
    long = "n" * 150 + "_the_end"
    rng = np.random.default_rng(6)
    x = rng.standard_normal((60, 3))
    rows = "\n".join(",".join(map(str, [*row, row[0] + row[1] ** 2])) for row in x.tolist())
    (tmp_path / "own.csv").write_text(f"{long},b,c,d\n{rows}\n")
    found = sl.report(tmp_path / "own.csv", widths=(8,), methods=("snip", "random"), units=256, networks=2)
    assert found.summary["learning"]
    assert "Intervals are exact" not in found.page
    cells = re.findall(r"<td.*?</td>", found.page)
    assert any("nnn…nnn" in cell for cell in cells)
    assert max(len(word) for cell in cells for word in Page(cell).text.split()) <= 40


def test_a_module_that_the_law_does_not_follow_is_reported_by_its_parts(tmp_path):
    pytest.importorskip("torch")
    code = """from torch import nn


def build():
    first = nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten()
    return nn.Sequential(*first, nn.Linear(288, 16), nn.ReLU(), nn.Linear(16, 10))
"""
    (tmp_path / "own.py").write_text(code)
    page, numbers = tmp_path / "p.html", tmp_path / "p.json"
    model = f"{tmp_path}/own.py:build"
    called("--model", model, "--samples", "100", "--networks", "3", "--html", str(page), "--json", str(numbers))
    found = json.loads(numbers.read_text())
    assert [each["method"] for each in found["methods"]] == list(METHODS)
    kinds = {each["method"]: each["standing"]["kind"] for each in found["methods"]}
    assert kinds == {
        "snip": MEASURED,
        "grasp": MEASURED,
        "grasp-magnitude": MEASURED,
        "random": THEOREM,
        "magnitude": LIMIT,
    } | {
        "synflow": MEASURED,
        "wanda": THEOREM,
    }
    assert all(each["apart"]["kind"] == MEASURED and not each["followed"] for each in found["methods"])
    snip = found["methods"][0]
    assert snip["outside"] == ["1 (Conv2d)"]
    assert [layer["weights"] for layer in snip["layers"]["layers"]] == [72, 4608, 160]
    for row, density in zip(snip["curve"], found["densities"], strict=True):  # layers share what the module keeps
        sizes = np.array([layer["weights"] for layer in snip["layers"]["layers"]])
        assert sizes @ row / sizes.sum() == pytest.approx(round(density * sizes.sum()) / sizes.sum())
    assert found["learning"] == []
    assert {each["method"] for each in found["without_learning"]} == set(METHODS)
    text = Page(page.read_text(encoding="utf-8")).text
    assert "does not follow" in text
    assert "grasp and grasp-magnitude: nothing is predicted" in text
    assert "No linear layer reads the inputs" in text


def test_one_method_may_be_beyond_the_law(tmp_path):
    """GraSP through batch normalisation is counted; the other methods stay predicted, and their layers stand in one order."""
    nn = pytest.importorskip("torch").nn

    def build():
        return nn.Sequential(nn.Linear(64, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Linear(24, 10))

    asked = {"model": build, "samples": 100, "units": 256, "networks": 2, "learning": False}
    found = sl.report(methods=("grasp", "random"), **asked)
    grasp, uniform = found.summary["methods"]
    assert (grasp["followed"], uniform["followed"]) == (False, True)
    assert [layer["name"] for layer in grasp["layers"]["layers"]] == ["0", "3"]
    assert grasp["layers"]["layers"][0]["observed"] is None  # what is counted is not told twice
    assert "64 × 24 × 10" in found.summary["question"]
    assert "grasp: nothing is predicted" in Page(found.page).text
