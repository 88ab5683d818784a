"""Reports of modules that the law of wide layers does not follow: each line says what it rests on."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from helpers import needs
from question_cases import Page, called
from questions import report

from sparse_limits.numerics.prediction.result import LIMIT, MEASURED, THEOREM
from sparse_limits.numerics.prediction.settings import METHODS


def test_a_module_that_the_law_does_not_follow_is_reported_by_its_parts(tmp_path):
    needs("torch")
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
    assert "snip, grasp, grasp-magnitude and synflow: nothing is predicted" in text
    assert "No linear layer reads the inputs" in text


def test_one_method_may_be_beyond_the_law(tmp_path):
    """GraSP through batch normalisation is counted; the other methods stay predicted, and their layers stand in one order."""
    nn = needs("torch").nn

    def build():
        return nn.Sequential(nn.Linear(64, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Linear(24, 10))

    asked = {"model": build, "samples": 100, "units": 256, "networks": 2, "learning": False}
    found = report(methods=("grasp", "random"), **asked)
    grasp, uniform = found.summary["methods"]
    assert (grasp["followed"], uniform["followed"]) == (False, True)
    assert [layer["name"] for layer in grasp["layers"]["layers"]] == ["0", "3"]
    assert grasp["layers"]["layers"][0]["observed"] is None  # what is counted is not told twice
    assert "64 × 24 × 10" in found.summary["question"]
    assert "grasp: nothing is predicted" in Page(found.page).text


def test_the_answer_says_what_methods_beyond_the_law_lose():
    """SynFlow through GELU is counted beside methods that the law follows: neither group speaks for the other."""
    nn = needs("torch").nn

    def build():
        return nn.Sequential(nn.Linear(64, 100), nn.GELU(), nn.Linear(100, 10))

    asked = {"model": build, "samples": 100, "units": 256, "networks": 2, "learning": False}
    found = report(methods=("random", "synflow"), **asked).summary
    followed, counted = found["methods"]
    assert (followed["followed"], counted["followed"]) == (True, False)
    assert counted["standing"] == {"kind": MEASURED, "by": ""}
    line = found["answer"][1]
    assert "each of random" not in line["text"]
    assert line["text"].startswith("In the first layer random is expected to lose fewer than 0.5")
    assert f"synflow leaves without effect on the outputs, on average, {sum(counted['lost']):.1f}" in line["text"]
    assert line["kind"] == MEASURED


def test_a_module_that_is_one_layer_has_a_name_and_a_reason():
    nn = needs("torch").nn
    asked = {"model": lambda: nn.Linear(64, 10), "samples": 100, "networks": 2, "learning": False}
    found = report(methods=("snip", "magnitude"), **asked)
    assert "layer (itself)" in found.summary["answer"][0]["text"]
    assert found.summary["methods"][0]["outside"] == [
        "the whole: the module is one linear layer, expected a hidden layer"
    ]
    assert any("(itself): torch's" in note for note in found.summary["methods"][1]["layers"]["notes"])
    assert "<th>(itself)" in found.page or ">(itself)<" in found.page


def test_a_module_without_slopes_at_its_inputs_is_not_called_broken():
    """Signs have slope 0: that no slope is left after pruning says nothing of the pruned module."""
    torch = needs("torch")
    nn = torch.nn

    class OfSigns(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(64, 20), nn.ReLU(), nn.Linear(20, 10))

        def forward(self, x):
            return self.layers(torch.sign(x))

    found = report(model=OfSigns, methods=("random",), samples=100, networks=2, learning=False).summary
    method = found["methods"][0]
    assert (method["lost"], method["layers"]["paths"]["share"]) == ([], None)
    assert not any("broken" in each["text"] for each in found["advice"])
    assert "not known" in found["answer"][1]["text"]


def test_a_threshold_for_each_layer_rests_on_its_definition():
    nn = needs("torch").nn

    def build():
        return nn.Sequential(nn.Linear(64, 20), nn.LayerNorm(20), nn.ReLU(), nn.Linear(20, 10))

    asked = {"model": build, "scope": "layer", "samples": 60, "networks": 2, "learning": False}
    found = report(methods=("snip", "random"), **asked).summary
    assert [each["standing"] for each in found["methods"]] == [
        {"kind": THEOREM, "by": ""},
        {"kind": THEOREM, "by": "S2"},
    ]


def test_a_residual_network_on_images_is_reported_by_the_paths_of_its_layers(tmp_path):
    """Shortcuts have rows of their own, images keep their shape, and what is wrong with the data comes first."""
    needs("torch")
    code = """from torch import nn
from torch.nn import functional


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.first, self.second = nn.Conv2d(inputs, outputs, 3, 2, 1), nn.Conv2d(outputs, outputs, 3, 1, 1)
        self.norm, self.shortcut = nn.BatchNorm2d(outputs), nn.Conv2d(inputs, outputs, 1, 2)

    def forward(self, x):
        return functional.relu(self.second(functional.relu(self.norm(self.first(x)))) + self.shortcut(x))


def build():
    return nn.Sequential(Block(3, 8), Block(8, 12), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 4))
"""
    (tmp_path / "own.py").write_text(code)
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "images.npz", x=rng.standard_normal((24, 3, 8, 8)), y=np.arange(24) % 4)
    page, numbers = tmp_path / "p.html", tmp_path / "p.json"
    asked = "--model", f"{tmp_path}/own.py:build", "--methods", "snip", "--networks", "2"
    called(f"{tmp_path}/images.npz", *asked, "--html", str(page), "--json", str(numbers))
    (snip,) = json.loads(numbers.read_text())["methods"]
    assert snip["layers"]["data"]["image"] == [3, 8, 8]
    shapes = {layer["name"]: layer["shape"] for layer in snip["layers"]["layers"]}
    assert shapes == {
        **{"0.first": [8, 3, 3, 3], "0.second": [8, 8, 3, 3], "0.shortcut": [8, 3, 1, 1]},
        **{"1.first": [12, 8, 3, 3], "1.second": [12, 12, 3, 3], "1.shortcut": [12, 8, 1, 1]},
        "4": [4, 12],
    }
    weights = sum(layer["weights"] for layer in snip["layers"]["layers"])
    assert sum(layer["kept"] for layer in snip["layers"]["layers"]) == pytest.approx(round(0.1 * weights))
    assert {"0.shortcut (Conv2d)", "add in 0 (Block)"} <= set(snip["outside"])
    html = page.read_text(encoding="utf-8")
    headings = re.findall("<h2>(.*?)</h2>", html)
    order = ("What is wrong with the data", "Recommendation", "What to expect", "What each method keeps, by layer")
    assert headings[:4] == list(order)
    assert headings[-2:] == ["What to do", "How this was computed"]
    assert "1.shortcut" in Page(html).text
