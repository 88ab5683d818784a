"""The study of calibration: tests that keep their levels pass, tests that do not are found, and the command."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
import sympy as sp
from json_cases import wrong
from toys.claims import toy

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.evidence import Check, Finding, Findings, Trial, Verdict, control, statistical
from sparse_limits.numerics.evidence.findings import Power
from sparse_limits.numerics.ledger.calibration import BLOCK, Settings, Smaller, checks_asked, modules, outcome, pieces
from sparse_limits.numerics.limits import WorkError
from sparse_limits.numerics.statistics.exact_tests import LEVEL, Binomial
from sparse_limits.numerics.store import Store
from sparse_limits.numerics.studies import run_study, settings_of, study
from sparse_limits.numerics.studies.calibration_counts import (
    PROMISED,
    STUDY_LEVEL,
    THRESHOLDS,
    Attempt,
    Outcome,
    PValue,
    counted,
)
from sparse_limits.numerics.studies.calibration_summary import CalibrationSummary
from sparse_limits.theory.input_error import InputError

SEEDS, TOSSES = 200, 350
FAIR = toy("Z1", {"p": sp.Rational(1, 2)})
FEW = ["E1", "R1", "S9"]


def toss(rng: np.random.Generator, n: int) -> int:
    return int(rng.binomial(n, 0.5))


def heads(p: sp.Expr, trial: Trial) -> Finding:
    """At an eighth of the usual size 350 tosses, of which 0.7 n heads are claimed by a control that is missed at times."""
    n = trial.size(8 * TOSSES)
    return trial.counts(trial.draw(toss, n), n, trial.value(p))


@statistical(FAIR, tests=1)
@control("more", p=sp.Rational(7, 10))
def honest(p: sp.Expr, trial: Trial) -> Findings:
    yield heads(p, trial)


@statistical(FAIR, tests=1)
@control("more", p=sp.Rational(7, 10))
def halved(p: sp.Expr, trial: Trial) -> Findings:
    """Its p-values are half of what they should be."""
    found = heads(p, trial)
    assert found.p_value is not None
    yield replace(found, p_value=found.p_value / 2)


@statistical(FAIR, tests=1)
@control("more", p=sp.Rational(7, 10))
def boastful(p: sp.Expr, trial: Trial) -> Findings:
    """It is planned as with twice the tosses."""
    found = heads(p, trial)
    yield replace(found, powers=tuple(Power(Binomial(2 * TOSSES), each.null, each.estimate) for each in found.powers))


@statistical(toy("Z2", {"p": sp.Rational(9, 10)}), tests=1)
@control("most", p=sp.Rational(19, 20))
def false(p: sp.Expr, trial: Trial) -> Findings:
    """Its claim is wrong."""
    yield heads(p, trial)


@statistical(FAIR, tests=1)
@control("less", p=sp.Rational(1, 4))
def bounding(p: sp.Expr, trial: Trial) -> Findings:
    """The claim is a bound: what a control's miss is only its sample can tell."""
    n = trial.size(8 * TOSSES)
    yield trial.counts(trial.draw(toss, n), n, trial.value(p), "above")


@statistical(FAIR, tests=1)
@control("more", p=sp.Rational(7, 10))
def large(p: sp.Expr, trial: Trial) -> Findings:
    n = trial.size(100)
    if n < 50:
        raise ValueError(f"{n} tosses are too few")
    yield trial.counts(trial.draw(toss, n), n, trial.value(p))


@statistical(FAIR, tests=1)
@control("more", p=sp.Rational(7, 10))
def without_a_test(p: sp.Expr, trial: Trial) -> Findings:
    yield heads(p, trial)
    yield trial.holds(trial.size(100) > 50, "many tosses")


def studied(*checks: Check, seeds: int = SEEDS, reduce: int = 8) -> CalibrationSummary:
    outcomes = [outcome(check, at, reduce=reduce) for check in checks for at in range(seeds)]
    return counted(outcomes, [], seeds, reduce, 1.0, 0)


# Tests of true claims


def test_honest_p_values_pass() -> None:
    found = studied(honest)
    (row,), (form,) = found["tests"], found["controls"]
    assert row["calibrated"]
    assert row["seeds"] == form["seeds"] == SEEDS
    # coins give a super-uniform law near the uniform one: half of the p-values, up to six deviations and one count's mass
    assert abs(row["counts"][0] / SEEDS - 0.5) < 6 * 0.5 / SEEDS**0.5 + 0.05
    assert 0 < form["planned"] <= PROMISED
    assert form["calibrated"]
    assert found["alarms"]["refuted"] == 0
    assert (
        found["sentences"][0]
        == "Of 1 test of true claims at 200 seeds each, none have p-values that are small too often."
    )


def test_halved_p_values_are_found() -> None:
    found = studied(honest, halved)
    assert [row["calibrated"] for row in found["tests"]] == [True, False]
    assert found["tests"][1]["counts"][0] == SEEDS
    assert found["sentences"][0].startswith(
        "Of 2 tests of true claims at 200 seeds each, 1 has p-values that are small too often: Z1 halved, test 1 (p = "
    )


def test_a_false_claim_is_an_alarm_at_every_seed() -> None:
    found = studied(false, seeds=3)
    assert found["alarms"] == {"tests": 3, "refuted": 3, "allowed": pytest.approx(3 * LEVEL)}
    assert [row["calibrated"] for row in found["tests"]] == [False]
    assert found["sentences"][2].startswith("3 of 3 p-values refuted a true claim")


def test_one_alarm_is_too_many() -> None:
    p_values = [0.3] * 24 + [LEVEL]
    found = counted(_outcomes(p_values), [], 25, 8, 1.0, 0)
    assert found["alarms"]["refuted"] == 1
    assert not found["tests"][0]["calibrated"]


@pytest.mark.parametrize("seeds", [5, 25, 200])
@pytest.mark.parametrize("place", range(len(THRESHOLDS)))
def test_counts_are_refused_from_the_binomial_quantile_on(seeds: int, place: int) -> None:
    """The exact tail of the binomial law, at the share of the level of one of five comparisons."""
    t = THRESHOLDS[place]
    tails = scipy.stats.binom.sf(np.arange(seeds), seeds, t)
    least = next((k for k, tail in enumerate(tails, 1) if tail <= STUDY_LEVEL / len(THRESHOLDS)), None)
    for count in {0, seeds} if least is None else {0, least - 1, least, seeds}:
        p_values = [t] * count + [1.0] * (seeds - count)
        found = counted(_outcomes(p_values), [], seeds, 8, 1.0, 0)
        assert found["protocol"]["refused"][place] == least
        assert found["tests"][0]["calibrated"] == (least is None or count < least)


def _outcomes(p_values: Sequence[float]) -> list[Outcome]:
    return [Outcome("Z1", "c", at, [PValue(1, "t", p)], [], "") for at, p in enumerate(p_values)]


def test_so_few_seeds_say_what_they_cannot_show() -> None:
    assert any(
        text == "So few seeds show nothing about p-values of at most 0.5 and 0.1."
        for text in studied(honest, seeds=3)["sentences"]
    )


# Wrong forms


def test_a_plan_that_promises_too_much_is_found() -> None:
    found = studied(honest, boastful)
    kept, broken = found["controls"]
    assert kept["calibrated"]
    assert broken["planned"] == Binomial(2 * TOSSES).miss(0.7, 0.5)
    assert broken["missed"] > 0
    assert not broken["calibrated"]
    assert "1 of these is missed more often than planned: Z1 boastful, p: more, test 1 (" in found["sentences"][3]


def test_misses_are_counted_beside_their_plan() -> None:
    """The bin of a wrong form has its misses, and those that its plan expects."""
    (row,) = studied(honest)["misses"]
    (form,) = studied(honest)["controls"]
    assert row["low"] < form["planned"] <= row["high"]
    assert (row["controls"], row["tried"], row["missed"]) == (1, SEEDS, form["missed"])
    assert row["planned"] == pytest.approx(SEEDS * form["mean"]) == pytest.approx(SEEDS * form["planned"])


def test_a_plan_of_its_own_sample_is_none() -> None:
    found = studied(bounding, seeds=10)
    assert (found["controls"], found["unplanned"]) == ([], 1)
    assert len(found["tests"]) == 1
    assert "No plan promises to detect a wrong form with samples of this size." in found["sentences"]


def test_large_planned_misses_are_shown_and_not_tested() -> None:
    tried = [[Attempt("p: more", 1, 0.5, False), Attempt("p: less", 1, 0.1, False)] for _ in range(20)]
    found = counted([Outcome("Z1", "c", at, [], each, "") for at, each in enumerate(tried)], [], 20, 8, 1.0, 0)
    assert [(row["p"] is None, row["calibrated"]) for row in found["controls"]] == [(True, True), (False, False)]
    assert found["controls"][1]["p"] == pytest.approx(0.1**20)


# What is left out


def test_checks_that_cannot_run_so_small_are_named() -> None:
    found = studied(honest, large, without_a_test, seeds=2)
    assert [(each["check"], each["why"], each["reason"]) for each in found["left_out"]] == [
        ("large", "size", "ValueError: 12 tosses are too few"),
        ("without_a_test", "size", "refuted: many tosses"),
    ]
    assert {row["check"] for row in found["tests"]} == {"honest"}
    assert studied(large, without_a_test, seeds=2, reduce=1)["left_out"] == []


@pytest.mark.parametrize("error", [MemoryError, WorkError])
def test_what_the_machine_cannot_do_is_no_outcome(error: type[Exception]) -> None:
    """It would be kept, and taken for the check's own on a larger machine."""

    @statistical(FAIR, tests=1)
    @control("more", p=sp.Rational(7, 10))
    def greedy(p: sp.Expr, trial: Trial) -> Findings:
        yield heads(p, trial)
        if p != sp.Rational(1, 2):
            raise error("too much")

    @statistical(FAIR, tests=1)
    @control("more", p=sp.Rational(7, 10))
    def greedier(p: sp.Expr, trial: Trial) -> Findings:
        raise error("too much")
        yield heads(p, trial)

    for check in (greedy, greedier):
        with pytest.raises(error, match="too much"):
            outcome(check, 0, reduce=8)


def test_samples_are_a_part_of_their_usual_size() -> None:
    trial = Smaller(FAIR, "honest", reduce=8)
    assert [trial.size(quick) for quick in (1, 7, 100, 800)] == [1, 1, 12, 100]
    assert Smaller(FAIR, "honest").size(100) == Trial(FAIR, "honest").size(100) == 100


# p-values of findings


def test_findings_have_the_p_value_that_they_print() -> None:
    trial = Trial(FAIR, "honest")
    one, two = trial.counts(60, 100, 0.5), trial.counts_each([60, 50], 100, [0.5, 0.5])
    assert one.p_value == pytest.approx(scipy.stats.binomtest(60, 100, 0.5).pvalue)
    assert two.p_value == pytest.approx(2 * one.p_value)
    assert one.detail.endswith(f"p = {one.p_value:.3g}")
    assert trial.averages(np.full(100, 0.5), 0.5, 0.0, 1.0).p_value == pytest.approx(1.0)
    assert trial.holds(True, "it does").p_value is None


def test_sentences_of_orders_have_the_p_value_of_what_would_refute_them() -> None:
    """ "In most cases" is refuted by few successes, "more often" by fewer of the second events."""
    trial = Trial(FAIR, "honest")
    for successes in (0, 10, 20, 40):
        expected = scipy.stats.binom.cdf(successes, 40, 0.5)
        assert trial.mostly(successes, 40, "it").p_value == pytest.approx(expected)
    assert trial.mostly(0, 40, "it").verdict is Verdict.REFUTES
    fewer, more = trial.more_often(30, 50, 5, 50, "it"), trial.more_often(5, 50, 30, 50, "it")
    assert more.p_value == 1.0
    assert fewer.p_value == pytest.approx(2 * scipy.stats.fisher_exact([[30, 20], [5, 45]], "greater").pvalue)


# The study


def test_outcomes_are_the_same_for_any_number_of_processes() -> None:
    few = settings_of("calibration", names=FEW, seeds=2)
    found = run_study("calibration", few, 1)
    assert found == run_study("calibration", few, 2)
    assert len(found[0]) == 2 * len(checks_asked(few))


def test_more_seeds_take_what_is_stored(tmp_path: Path) -> None:
    asked = settings_of("calibration", names=["E1"], seeds=BLOCK)
    more = settings_of("calibration", names=["E1"], seeds=BLOCK + 1)
    first = Store(tmp_path)
    found = run_study("calibration", asked, store=first)
    second = Store(tmp_path)
    again = run_study("calibration", more, store=second)
    assert (first.taken, second.taken, second.written) == (0, len(pieces(asked)), len(pieces(asked)))
    assert [each for each in again[0] if each.at < BLOCK] == found[0]


def test_stored_outcomes_depend_on_the_code_of_the_check() -> None:
    (piece, *_) = pieces(settings_of("calibration", names=["E1"], seeds=1))
    assert {
        "sparse_limits.numerics.checks.expressivity.wired_neurons",
        "sparse_limits.numerics.ledger.calibration",
    } <= {*modules(piece)}


def test_costly_checks_are_left_out_and_counted() -> None:
    found = study("calibration", names=["S16.1", "S9"], seeds=1)
    assert {(each["label"], each["why"]) for each in found["left_out"]} == {("S16.1", "cost")}
    assert {row["label"] for row in found["tests"]} == {"S9"}
    assert found["sentences"][-1] == "Left out, because expected to take more than 0.5 s: 1 check, of S16.1."


def test_true_claims_of_the_ledger_are_calibrated_with_few_seeds() -> None:
    found = study("calibration", names=FEW, seeds=10)
    assert all(row["calibrated"] for row in [*found["tests"], *found["controls"]])
    assert {row["test"] for row in found["shares"]} >= {"all tests", "binomial count", "betting"}
    assert found["protocol"]["refused"][-1] == 1
    for row in found["shares"]:
        assert row["p_values"] == 10 * row["tests"]
        assert row["shares"] == sorted(row["shares"], reverse=True)


def test_the_command_has_the_numbers_of_the_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    numbers, picture = tmp_path / "c.json", tmp_path / "c.svg"
    words = [*FEW, "--seeds", "3", "--seed", "2"]
    assert main(["study", "calibration", *words, "--jobs", "1", "--json", str(numbers), "--plot", str(picture)]) == 0
    assert wrong("study calibration --json", json.loads(numbers.read_text("utf-8"))) == []
    out = " ".join(capsys.readouterr().out.split())
    assert "3 seeds, samples of 1/8 of their usual size" in out
    assert "uniform law" in out
    assert "not calibrated" not in out
    found = study("calibration", names=FEW, seeds=3, seed=2)
    assert json.loads(numbers.read_text("utf-8")) == json.loads(json.dumps(found))
    assert picture.stat().st_size > 5_000


def test_what_is_not_calibrated_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    from sparse_limits.numerics.commands._calibration_study import show

    show(Console(width=200), studied(honest, halved, boastful))
    out = capsys.readouterr().out
    (line,) = [line for line in out.splitlines() if " halved " in line and "•" not in line]
    assert "200 / " in line
    (line,) = [line for line in out.splitlines() if " boastful " in line and "•" not in line]
    assert "p: more" in line
    assert "honest" not in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["X9"], "'X9' is neither a label nor a topic"),
        (["N1"], "names is N1, expected a claim with a statistical check"),
        (["S16.1", "--most", "0.1"], "--most is 0.1, expected 2 or more, the seconds of the cheapest check"),
        (["--seeds", "0"], "--seeds is 0, expected an integer from 1 to 100000"),
        (["--reduce", "0"], "--reduce is 0, expected an integer from 1 to 1024"),
        (["--most", "0"], "--most is 0.0, expected a positive number of seconds"),
        (["--most", "nan"], "--most is nan, expected a positive number of seconds"),
        (["--seed", "-1"], "seed is -1"),
        (["--plot", "c.gif"], "suffix is '.gif'"),
    ],
)
def test_bad_input_is_named(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "calibration", *words]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_settings_are_checked_before_anything_runs() -> None:
    with pytest.raises(InputError, match="names holds 3, expected labels or topics"):
        study("calibration", names=[3])
    assert Settings(most=np.inf).most == np.inf
    assert len(pieces(Settings(names=("E1",), seeds=2 * BLOCK + 1))) == 3 * len(checks_asked(Settings(names=("E1",))))
