"""What `sl.report` says about SynFlow in many rounds: how many this network bears, as a prediction counts them."""

from __future__ import annotations

from typing import Any, Never

import pytest
from questions import predict_layers, report

from sparse_limits import DataSource
from sparse_limits.numerics.data import Data
from sparse_limits.numerics.prediction.layers.rounds import on_counts
from sparse_limits.numerics.prediction.report import rounds
from sparse_limits.numerics.prediction.result import MEASURED
from sparse_limits.numerics.prediction.settings import IN_ROUNDS

ASKED = {"widths": (64, 48), "samples": 40, "density": 0.05, "seed": 3}
REPORTED = {**ASKED, "methods": ("synflow",), "networks": 1, "learning": False}


def counted(data: Data = "digits", **asked: Any) -> list[str]:
    """The sentences that are measured, below a critical density."""
    lines = report(data, **{**REPORTED, **asked}).summary["advice"]
    return [each["text"] for each in lines if each["rule"] == rounds.BELOW and each["kind"] == MEASURED]


def test_a_report_counts_the_rounds_that_a_prediction_does() -> None:
    found, other = (
        predict_layers(IN_ROUNDS, **{**ASKED, "seed": seed}, sample=False).in_rounds for seed in (ASKED["seed"], 4)
    )
    assert found.rounds == (1, 2, 3, 5, 10, 30, 100)
    (text,) = counted()
    assert f"{on_counts(found)}." in text
    assert other.empty != found.empty  # networks of another seed
    assert counted(density=0.8) == []


def test_a_network_that_bears_some_rounds_is_told_how_many() -> None:
    """Just below the critical density of its first layer."""
    data, asked = DataSource("digits", labels="onehot"), {"widths": (64, 64), "density": 0.33}
    found = predict_layers(IN_ROUNDS, **{**ASKED, **asked, "data": data}, sample=False).in_rounds
    assert found.most in found.rounds[:-1]
    (text,) = counted(data, **asked)
    assert f"{found.most} is the most that leaves fewer than half a row empty" in text


def test_a_count_that_is_too_dear_is_left_to_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = 64 * 64 + 64 * 48 + 48
    work = rounds.comparisons(weights)
    assert work == weights * 8 * (1 + 2 + 3 + 5 + 10 + 30 + 100)
    monkeypatch.setattr(rounds, "rounds_of", no_count)
    told = f"`sparse-limits predict layers --method {IN_ROUNDS}"
    for most, rounds_told in ((work - 1, ""), (weights * 100 - 1, " --rounds 99"), (weights * 7, " --rounds 7")):
        monkeypatch.setattr(rounds, "MOST_COMPARED", most)
        (text,) = counted()
        assert f"{told}{rounds_told}`" in text
        assert f"{work:.2g} times" in text


def no_count(*_: object) -> Never:
    raise AssertionError("it was counted")
