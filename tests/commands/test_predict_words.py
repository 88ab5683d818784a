"""The words of `predict` and `report`: questions have names, old calls get their new spelling, and refusals do not contradict each other."""

from __future__ import annotations

import re
import shlex
from itertools import combinations

import pytest

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.commands.predict import QUESTIONS
from sparse_limits.numerics.prediction import predict as predicting
from sparse_limits.numerics.prediction.pruned_first_layer import predictors
from sparse_limits.numerics.prediction.report import report as reporting

OF_DATA = ["--labels is0", "--standardise", "--raw", "--samples 50", "--seed 1"]
OF_NETWORK = ["--widths 8 8", "--model own.py:build", "--activation tanh", "--init he", "--bias", "--norm batch"]
OF_LAYERS = [*OF_NETWORK, "--density 0.2", "--scope layer", "--loss cross-entropy", "--units 64", "--residual averaged"]
OF_ROWS = ["--density 0.2", "--residual output", "--fresh-rows 200", "--networks 2"]
OPTIONS = {  # of each question, each with a value that is fine alone
    "layers": [*OF_LAYERS, *OF_DATA, "--rounds 1", "--networks 2", "--no-sample", "--residual output", "--top 3"],
    "methods": [*OF_LAYERS, *OF_DATA, "--top 3"],
    "columns": [*OF_ROWS, *OF_DATA, "--width 8", "--depth 1", "--no-sample"],
    "kernel": [*OF_ROWS, *OF_DATA, "--width 8", "--depth 1", "--no-sample", "--train", "--steps 2", "--test-share .5"],
    "predictors": [*OF_ROWS, *OF_DATA, "--width 8 16"],
    "report": [*OF_LAYERS, *OF_DATA, "--methods snip random", "--networks 2", "--no-learning", "--residual output"],
}
NEEDED = re.compile(r"^(--[\w-]+) is given, expected (--[\w-]+) with it")


class Asked(Exception):
    """The arguments are all right, and the question would be answered now."""


@pytest.fixture(autouse=True)
def _only_asked(monkeypatch):
    def asked(*arguments, **named):
        raise Asked

    for module, name in ((predicting, "answer"), (predicting, "_of_law"), (predictors, "_row"), (reporting, "answer")):
        monkeypatch.setattr(module, name, asked)
    monkeypatch.setattr(predicting, "chain_or_reason", asked)
    monkeypatch.setattr(reporting, "chain_or_reason", asked)


def refusal(capsys, question, options):
    """Why a call is refused, or "" if it is not."""
    words = [question] if question == "report" else ["predict", question]
    if question not in ("methods", "report"):
        words += ["--method", "snip"]
    if question in ("layers", "methods", "report") and not any(each.startswith(("--wi", "--mo")) for each in options):
        words += ["--widths", "8"]
    status = main([*words, *(word for option in options for word in shlex.split(option))])
    said = capsys.readouterr().err
    if status == 70 and "Asked" in said:
        return ""
    assert (status, said.count("\n")) == (2, 1), said
    return said.removeprefix("sparse-limits: ").strip()


@pytest.mark.parametrize("question", OPTIONS)
def test_no_two_refusals_point_at_each_other(capsys, question):
    """An option that wants another is taken with it, and of two options that exclude each other each is taken alone."""
    alone = {option: refusal(capsys, question, [option]) for option in OPTIONS[question]}
    for option, said in alone.items():
        if said:
            wants = NEEDED.match(said)
            assert wants, (option, said)
            (other,) = (each for each in OPTIONS[question] if each.split()[0] == wants[2])
            assert refusal(capsys, question, [option, other]) == ""
    refused = []
    for one, other in combinations(OPTIONS[question], 2):
        if one.split()[0] != other.split()[0] and not alone[one] and not alone[other]:
            said = refusal(capsys, question, [one, other])
            if said:
                refused.append(said)
                named = said.replace("_", "-")
                assert any(each.split()[0].strip("-").removeprefix("no-") in named for each in (one, other)), said
    assert refused


def test_a_call_without_its_question_is_spelt_anew(capsys):
    for words, spelt in {
        "--method snip": "columns --method snip",
        "--method snip --width 64 --depth 2": "layers --method snip --widths 64 64",
        "--method snip --width 64 --scope first --no-sample": "columns --method snip --width 64 --no-sample",
        "--method all --widths 64 32 --bias": "methods --widths 64 32 --bias",
        "--method snip --kernel --json -": "kernel --method snip --json -",
        "--method snip --train --width=64": "kernel --method snip --train --width 64",
        "--compare --method grasp --width 64 128": "predictors --method grasp --width 64 128",
        "--method snip --model own.py:build --batch 64": "layers --method snip --model own.py:build --batch 64",
        "--method snip --depth 2 --width 8 --scope layer": "layers --method snip --scope layer --widths 8 8",
        "--method all --width": "methods --widths 1024",
        "--method snip --width 8 --depth": "layers --method snip --widths 8",
        "--method synflow-iterative --rounds 5": "layers --method synflow-iterative --rounds 5 --widths 1024",
    }.items():
        assert main(["predict", *words.split()]) == 2
        said = capsys.readouterr().err.strip()
        assert "expected one of layers, methods, columns, kernel, predictors" in said
        new = said.partition(": sparse-limits predict ")[2]
        assert new == spelt
        assert main(["predict", *new.split()]) == 70  # asked
        assert "Asked" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["predict"], *(["predict", each] for each in QUESTIONS), ["report"], ["fit"]])
def test_help_is_a_screen(capsys, monkeypatch, words):
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*words, "--help"]) == 0
    assert len(capsys.readouterr().out.splitlines()) <= 64
