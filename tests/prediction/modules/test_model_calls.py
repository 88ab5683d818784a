"""What `predict layers` and `predict methods` do with a module, one call does from Python, by the same words."""

import json
from functools import partial

import pytest
from helpers import needs

needs("torch")

import sparse_limits as sl  # noqa: E402
from sparse_limits.numerics.cli import main  # noqa: E402
from sparse_limits.numerics.prediction.layers.summary import summarise_layers  # noqa: E402

CODE = """
from torch import nn
def followed():
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
def tanh():
    return nn.Sequential(nn.Linear(64, 32), nn.Tanh(), nn.Linear(32, 10))
def odd():
    return nn.Sequential(nn.LayerNorm(64), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
"""
ASKED = {"samples": 60, "density": 0.2, "networks": 2, "seed": 3}


@pytest.fixture
def code(tmp_path):
    (tmp_path / "nets.py").write_text(CODE, encoding="utf-8")
    return tmp_path / "nets.py"


def told(capsys, method, model, **asked):
    """The numbers of the command."""
    words = [word for name, value in asked.items() for word in (f"--{name}", str(value))]
    asked = ["methods"] if method == "all" else ["layers", "--method", method]
    assert main(["predict", *asked, "--model", model, *words, "--json", "-"]) == 0
    return json.loads(capsys.readouterr().out)


def numbers(found, seed):
    return json.loads(json.dumps(summarise_layers(found, seed=seed)))


@pytest.mark.parametrize(
    ("name", "method", "by_law"), [("followed", "snip", True), ("tanh", "synflow", False), ("odd", "snip", False)]
)
def test_one_call_gives_the_numbers_of_the_command(code, capsys, name, method, by_law):
    found = sl.predict(method, "digits", f"{code}:{name}", **ASKED)
    assert (found.network is not None) is by_law
    assert numbers(found, 3) == told(capsys, method, f"{code}:{name}", **ASKED)


@pytest.mark.parametrize(("name", "by_law"), [("followed", True), ("tanh", False), ("odd", False)])
def test_one_call_gives_all_methods(code, capsys, name, by_law):
    found = sl.compare_methods("digits", f"{code}:{name}", samples=60, seed=3)
    assert {each.network is not None for each in found.results} == {by_law}
    report = told(capsys, "all", f"{code}:{name}", samples=60, seed=3)
    assert [numbers(each, 3) for each in found.results] == report["methods"]
    reasons = dict.fromkeys(each["reason"] for each in found.left_out)
    for reason in reasons:  # methods with one reason stand together
        reasons[reason] = ", ".join(each["method"] for each in found.left_out if each["reason"] == reason)
    assert [f"{methods}: {reason}" for reason, methods in reasons.items()] == report["refused"]


def test_a_batch_is_another_word_for_samples(code, capsys):
    assert told(capsys, "magnitude", f"{code}:followed", batch=50)["data"]["samples_used"] == 50


@pytest.mark.parametrize("call", [sl.compare_methods, partial(sl.predict, "snip"), sl.report])
def test_units_are_of_the_law(code, call):
    with pytest.raises(
        sl.InputError, match=r"^units is \d+, expected none with a module that the law does not follow: \S"
    ):
        call("digits", f"{code}:odd", samples=60, units=512)


def test_numbers_under_cross_entropy_say_how_regression_is_asked_for(code, tmp_path, capsys):
    lines = [",".join(["0.5"] * 63 + [str(row), str(row / 8)]) for row in range(8)]
    table = tmp_path / "mine.csv"
    table.write_text("\n".join([",".join(f"c{place}" for place in range(65)), *lines]), encoding="utf-8")
    asked = ["predict", "layers", "--method", "snip", "--model", f"{code}:followed", "--data", str(table)]
    assert main(asked) == 2
    assert "--labels as-is" in (said := capsys.readouterr().err)
    assert "with the loss mse" in said
    assert main([*asked, "--labels", "as-is", "--loss", "mse"]) == 2
    assert "expected 64 to 1" in capsys.readouterr().err  # the labels are taken: what does not fit is the module
