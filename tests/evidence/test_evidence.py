"""The engine held to its promises: alarms, detections, controls, and every fault that a check can have."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest
import sympy as sp
import toys
from helpers import TESTS
from toys.claims import drawn, toy

from numerics.checks import checks_of
from numerics.evidence import (
    Check,
    Control,
    Finding,
    Kind,
    Refutation,
    Trial,
    Verdict,
    control,
    empirical,
    enclosed,
    exact,
    kills,
    run,
    statistical,
)
from numerics.evidence import check as evidence
from numerics.evidence.findings import Power
from numerics.evidence.verification import LIMITS, Task, _lost, verify
from numerics.parallel import LateTaskError, LostTaskError
from numerics.statistics.exact_tests import PLANNED_MISS, REPORTED_MISS, Betting, Binomial, Majority, binomial_at_least

a, b = sp.symbols("a b", positive=True)
half = sp.Rational(1, 2)
SURPRISE = 1e-9  # how unlikely an outcome must be to call a simulated rate wrong


def trial(label: str = "Z1", **others) -> Trial:
    return Trial(toy(label, {"value": a}), "check", **others)


def checks(topic: str) -> dict[str, Check]:
    return {check.claim.label: check for check in checks_of(topic)}


def assert_rate(events: int, trials: int, at_most: float) -> None:
    """That events of probability `at_most` or less can have happened so often."""
    assert binomial_at_least(events, trials, at_most) > SURPRISE, f"{events} of {trials}, promised {at_most}"


# Rates of alarm and detection, at a level where they can be seen

OBSERVABLE = 0.01
TOYS = 2000


@pytest.fixture
def observable_level(monkeypatch):
    monkeypatch.setattr("numerics.evidence.samples.LEVEL", OBSERVABLE)


def toss(rng: np.random.Generator, n: int, permille: int) -> int:
    return int(rng.binomial(n, permille / 1000))


def uniforms(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.random(n)


def refuted(finding: Finding) -> bool:
    return finding.verdict is Verdict.REFUTES


@pytest.mark.usefixtures("observable_level")
@pytest.mark.parametrize(("n", "permille"), [(500, 300), (2000, 30)])
def test_true_claims_raise_alarms_at_the_level_and_false_ones_are_found(n, permille):
    p = permille / 1000
    counts = [trial(seed=seed).draw(toss, n, permille) for seed in range(TOYS)]
    for side in ("both", "above"):
        assert_rate(sum(refuted(trial().counts(count, n, p, side)) for count in counts), TOYS, OBSERVABLE)
    for wrong in (p * 0.2, p * 2):
        assert Binomial(n, level=OBSERVABLE).miss(wrong, p) <= REPORTED_MISS
        assert_rate(sum(not refuted(trial().counts(count, n, wrong)) for count in counts), TOYS, REPORTED_MISS)


@pytest.mark.usefixtures("observable_level")
def test_several_counts_share_one_level():
    alarms = 0
    for seed in range(TOYS // 2):
        counts = [trial(seed=seed).draw(toss, 200, permille) for permille in (100, 200, 300, 400, 500)]
        alarms += refuted(trial().counts_each(counts, 200, [0.1, 0.2, 0.3, 0.4, 0.5]))
    assert_rate(alarms, TOYS // 2, OBSERVABLE)


@pytest.mark.usefixtures("observable_level")
def test_averages_raise_few_alarms_and_find_what_they_say():
    samples = [trial(seed=seed).draw(uniforms, 500) for seed in range(TOYS // 2)]
    assert_rate(sum(refuted(trial().averages(sample, 0.5, 0.0, 1.0)) for sample in samples), TOYS // 2, OBSERVABLE)
    wrong = 0.5 + Betting(500, 0.0, 1.0, 0.29).detectable(0.5)
    missed = sum(not refuted(trial().averages(sample, wrong, 0.0, 1.0)) for sample in samples)
    assert_rate(missed, TOYS // 2, REPORTED_MISS)


@pytest.mark.usefixtures("observable_level")
def test_two_counts_raise_few_alarms():
    pairs = [(trial(seed=seed).draw(toss, 400, 300), trial(seed=seed).draw(toss, 600, 300)) for seed in range(TOYS)]
    assert_rate(sum(refuted(trial().two_counts(x, 400, y, 600)) for x, y in pairs), TOYS, OBSERVABLE)
    missed = sum(not refuted(trial().two_counts(x, 400, y + 120, 600)) for x, y in pairs)
    assert_rate(missed, TOYS, REPORTED_MISS)


@pytest.mark.usefixtures("observable_level")
def test_whole_runs_of_checks_keep_their_rates(monkeypatch):
    """A check of a true claim with a planned control: alarms at the level, survivors at the planned miss."""
    monkeypatch.setattr(evidence, "PLANNED_MISS", 0.01)
    n = next(size for size in range(100, 10_000, 100) if Binomial(size, level=OBSERVABLE).miss(0.6, 0.5) <= 0.01)

    @statistical(toy("Z1", {"p": half}), tests=1)
    @control("more", p=sp.Rational(3, 5))
    def check(p, trial):
        yield trial.counts(trial.draw(toss, n, 500), n, trial.value(p))

    results = [run(check, seed=seed) for seed in range(150)]
    assert {result.status for result in results} <= {"holds", "refuted"}
    assert_rate(sum(result.status == "refuted" for result in results), 150, OBSERVABLE)
    assert_rate(sum(c.status == "survived" for result in results for c in result.controls), 150, 0.01)


def test_a_fresh_seed_raises_no_alarm_at_the_level_of_the_ledger():
    check = checks("toy_sound")["Z2"]
    for seed in range(25):
        result = run(check, seed=seed)
        assert result.status == "holds"
        assert {each.status for each in result.controls} == {"refuted"}


# What a run says of each fault

VERDICTS = {
    "Z10": ("refuted", "differs by", []),
    "Z11": ("holds", "whatever", [("twice", "survived", "no finding refutes it")]),
    "Z12": ("holds", "", [("twice", "refuted", "differs"), ("no number", "survived", "raised RuntimeError: what is")]),
    "Z13": ("error", "ZeroDivisionError", []),
    "Z14": ("error", "was to be missed with probability 0.03", [("a little more", "refuted", "planned miss")]),
    "Z15": ("error", "announces 1 statistical tests and makes more", []),
    "Z16": ("error", "a finding is ENCLOSED, weaker than the check", []),
    "Z17": ("error", "the check found nothing", []),
    "Z18": ("error", "undecided", []),
    "Z21": ("refuted", "claimed 0.5", []),
}


@pytest.mark.parametrize("label", VERDICTS)
def test_faults_are_reported(label):
    status, detail, controls = VERDICTS[label]
    result = run(checks("toy_broken")[label])
    assert (result.status, detail in result.detail) == (status, True), result
    assert [(each.name, each.status) for each in result.controls] == [(name, status) for name, status, _ in controls]
    assert all(part in each.detail for each, (_, _, part) in zip(result.controls, controls, strict=True))


def outcome(claim, body, kind=exact, **options):
    return run(kind(claim, **options)(body))


def test_a_probability_outside_the_unit_interval_refutes():
    for wrong in (-0.01, 1.2):
        finding = trial().counts(3, 10, wrong)
        assert (finding.verdict, finding.planned_miss(None)) == (Verdict.REFUTES, 0.0)
    assert trial().averages(np.array([0.5]), 1.5, 0.0, 1.0).verdict is Verdict.REFUTES


def test_a_value_that_is_not_real_refutes():
    with pytest.raises(Refutation, match="not real"):
        trial().value(sp.sqrt(a - 2), {a: 1})

    @exact(toy("Z1", {"value": a}))
    @control("imaginary", value=sp.I * a)
    def body(value, trial):
        trial.value(value, {a: 2})
        yield trial.holds(True, "real")

    result = run(body)
    assert (result.status, result.controls[0].status) == ("holds", "refuted")
    assert trial().below(sp.sqrt(-a), sp.Integer(1)).verdict is Verdict.REFUTES
    assert trial().same(sp.sqrt(-a), sp.sqrt(a)).verdict is Verdict.REFUTES


def test_what_has_no_value_refutes_nothing():
    """Neither a number that is none, nor a count that cannot be, nor a point without an enclosure."""
    for wrong in (
        lambda: trial().counts(3, 10, float("nan")),
        lambda: trial().counts(11, 10, 0.5),
        lambda: trial().counts(-1, 10, 0.5),
        lambda: trial().counts(2.5, 10, 0.5),
        lambda: trial().counts(0, 0, 0.5),
        lambda: trial().counts_each([], 10, []),
        lambda: trial().averages(np.array([0.1, np.nan]), 0.5, 0.0, 1.0),
        lambda: trial().averages(np.array([0.1, 2.0]), 0.5, 0.0, 1.0),
        lambda: trial().averages(np.array([]), 0.5, 0.0, 1.0),
        lambda: trial().averages(np.array([0.5]), float("nan"), 0.0, 1.0),
        lambda: trial().two_counts([3], 2, [1], 5),
        lambda: trial().two_counts([3, 1], 5, [1], 5),
        lambda: trial().at_most(float("nan"), 1.0, "it"),
        lambda: trial().same(a, b, at=[]),
        lambda: trial().below(a, b, at=[]),
    ):
        with pytest.raises((ValueError, ArithmeticError)):
            wrong()
    assert trial().same(sp.Function("g")(a), 0).verdict is Verdict.UNDECIDED
    assert trial().below(0, sp.Function("g")(a)).verdict is Verdict.UNDECIDED


def test_identities_are_proved_refuted_or_seen():
    assert trial().same((a + b) ** 2, sp.expand((a + b) ** 2)).kind is Kind.EXACT
    seen = trial().same(sp.sin(a) ** 2 + sp.cos(a) ** 2, 1, by=None)
    assert (seen.kind, seen.verdict) == (Kind.ENCLOSED, Verdict.SUPPORTS)
    by_arithmetic = trial().same(sp.sin(a) ** 2 + sp.cos(a) ** 2, 1, by=sp.expand)  # whatever is tried after it
    assert by_arithmetic.kind is Kind.EXACT
    not_reduced = trial().same(sp.erf(a) + sp.erfc(a), 1, by=sp.expand)
    assert (not_reduced.kind, not_reduced.verdict) == (Kind.ENCLOSED, Verdict.SUPPORTS)
    assert trial().same(a, a + sp.Rational(1, 10**25)).verdict is Verdict.REFUTES
    one_side = sp.Piecewise((0, a < 1), (1, True))  # wrong at some of the points only
    assert trial().same(one_side, 0).verdict is Verdict.REFUTES


def test_whole_numbers_are_tried_at_the_least_that_they_can_be():
    """Σ_{k≤n}(−1)^k C(n, k) is 0 for every n but the first: computer algebra alone says that it is always 0."""
    n, k = sp.Symbol("n", integer=True, nonnegative=True), sp.Symbol("k", integer=True)
    alternating = sp.Sum((-1) ** k * sp.binomial(n, k), (k, 0, n))
    by_algebra = trial().vanishes(alternating, by=lambda e: e.doit())
    assert by_algebra.verdict is Verdict.REFUTES
    assert "n = 0" in by_algebra.detail
    m = sp.Symbol("m", integer=True, positive=True)
    assert trial().same(0 ** (m - 1), 0).verdict is Verdict.REFUTES
    assert trial().below(n + m, 2 * n * m + m).verdict is Verdict.SUPPORTS  # equal at n = 0
    assert trial().below(n + m, 2 * n * m).verdict is Verdict.REFUTES  # at n = 0 alone
    ends = trial().ends(n * m * a)
    assert {(point[n], point[m]) for point in ends} >= {(0, 1)}
    assert any(point[n] == 0 and point[m] > 1 for point in ends)


def test_an_inequality_says_at_how_many_points_it_holds():
    assert "at 6 points" in trial().below(a, a + b).detail
    assert "every" not in trial().below(a, a + b).detail


def test_inequalities_are_tried_at_every_point():
    assert trial().below(a, a + b).verdict is Verdict.SUPPORTS
    assert trial().below(a + b, a).verdict is Verdict.REFUTES
    assert trial().below(a, a).verdict is Verdict.SUPPORTS
    assert trial().below(a, a, strict=True).verdict is Verdict.REFUTES
    assert trial().below(sp.sin(a) ** 2 + sp.cos(a) ** 2, sp.Integer(1)).verdict is Verdict.UNDECIDED
    later = sp.Piecewise((sp.sin(a) ** 2 + sp.cos(a) ** 2, sp.Eq(a, 1)), (2, True))
    assert trial().below(later, sp.Integer(1), at=[{a: 1}, {a: 2}]).verdict is Verdict.REFUTES


# Orders: a sentence and its opposite are never both supported


def test_an_inequality_on_a_whole_range_is_proved_refuted_or_undecided() -> None:
    some = trial()
    proved = some.everywhere(sp.log(1 + a), a, within={a: (half, 4)}, strict=True)
    assert (proved.kind, proved.verdict) == (Kind.ENCLOSED, Verdict.SUPPORTS)
    assert proved.detail.startswith("on the whole range 1/2 ≤ a ≤ 4: ")
    refuted = some.everywhere(a, sp.log(1 + a), within={a: (half, 4)})
    assert refuted.verdict is Verdict.REFUTES
    assert refuted.detail == "fails at a = 9/4"
    undecided = some.everywhere(sp.log(1 + a), a, within={a: (0, 4)})
    assert undecided.verdict is Verdict.UNDECIDED
    assert "≤ a ≤" in undecided.detail
    at_edge = some.everywhere(sp.log(1 + a), a, within={a: (0, 4)}, zero={a: (0, 2)}, strict=True)
    assert at_edge.verdict is Verdict.SUPPORTS
    assert "a ≠ 0" in at_edge.detail
    assert some.everywhere(a, b, within={a: (0, 1), b: (0, 1)}, given=[2 * a + 1 <= b]).verdict is Verdict.SUPPORTS
    assert some.everywhere(sp.sqrt(a - 1) + 1, within={a: (0, 2)}).verdict is Verdict.UNDECIDED
    assert some.everywhere(3, sp.pi).detail == "a proved number"


def test_a_whole_range_is_that_of_the_claim_unless_it_is_given() -> None:
    n = sp.Symbol("n", integer=True, positive=True)
    claim = toy("Z1", {"value": a}, quantities=drawn({a: (half, 2), n: (1, 5)}))
    some = Trial(claim, "check")
    assert "1/2 ≤ a ≤ 2, n = 1, …, 5" in some.everywhere(a**n / (1 + a**n), sp.Integer(1)).detail
    with pytest.raises(ValueError, match="Z1 gives no range for b"):
        some.everywhere(a, a + b)


@pytest.mark.parametrize(("high", "status"), [(a + half, "holds"), (a**2 - a + 1, "error")])
def test_a_check_that_is_undecided_on_a_cell_does_not_hold(high: sp.Expr, status: str) -> None:
    @enclosed(toy("Z1", {"value": a}))
    @control("more", value=a + 1)
    def check(value, trial):
        yield trial.everywhere(value, high, within={a: (half, 4)})

    result = run(check)
    assert result.status == status
    assert result.detail.startswith("undecided") == (status == "error")
    assert [each.status for each in result.controls] == (["refuted"] if status == "holds" else [])


def test_of_a_sentence_and_its_opposite_at_most_one_is_supported():
    for n in (1, 10, 29, 30, 40, 60):
        for successes in range(n + 1):
            one, other = (trial().mostly(count, n, "it").verdict for count in (successes, n - successes))
            assert {one, other} in ({Verdict.SUPPORTS, Verdict.REFUTES}, {Verdict.UNDECIDED})
    assert trial().mostly(10, 10, "ten of ten").verdict is Verdict.UNDECIDED
    assert trial().mostly(38, 40, "two exceptions").verdict is Verdict.SUPPORTS
    assert trial().mostly(37, 40, "three exceptions").verdict is Verdict.UNDECIDED


@pytest.mark.usefixtures("observable_level")
def test_a_majority_keeps_its_level_and_finds_what_it_says():
    test = Majority(40, OBSERVABLE)
    rng = np.random.default_rng(5)
    even = rng.binomial(40, 0.5, TOYS)
    assert_rate(sum(test.p_value(int(count)) <= OBSERVABLE for count in even), TOYS, OBSERVABLE)
    assert_rate(sum(test.rejects(int(count)) for count in even), TOYS, OBSERVABLE)
    found = rng.binomial(40, 0.5 + test.detectable(0.5), TOYS)
    assert_rate(sum(test.p_value(int(count)) > OBSERVABLE for count in found), TOYS, REPORTED_MISS)
    for truth in (0.1, 0.3, 0.5):
        drawn = rng.binomial(40, truth, TOYS)
        assert_rate(sum(not test.rejects(int(count)) for count in drawn), TOYS, test.miss(0.5, truth) + 1e-12)
    assert Majority(10).detectable(0.5) == float("inf")


def test_a_test_that_can_refuse_nothing_decides_nothing():
    """A probability of at most 1 is no sentence; eight throws cannot refuse one of one half at level 1e-9."""

    @statistical(toy("Z1", {"p": sp.Integer(1)}), tests=1)
    @control("less", p=sp.Rational(1, 5))
    def says_nothing(p, trial):
        yield trial.counts(60, 100, trial.value(p), "above")

    @statistical(toy("Z1", {"p": half}), tests=1)
    @control("less", p=sp.Rational(1, 10**9))
    def too_few(p, trial):
        yield trial.counts(4, 8, trial.value(p))

    assert run(says_nothing).status == run(too_few).status == "error"
    assert "nothing could have been refused" in run(says_nothing).detail
    assert "can refuse nothing" in run(too_few).detail


def test_a_bound_of_one_still_refutes_controls_beside_a_test():
    @statistical(toy("Z1", {"p": sp.Integer(1)}), tests=1)
    @control("less", p=sp.Rational(1, 5))
    def check(p, trial):
        yield trial.counts(600, 1000, trial.value(p), "above")
        yield trial.counts(100, 1000, trial.value(p) / 2, "above")

    assert run(check).status == "holds"
    assert [each.status for each in run(check).controls] == ["refuted"]
    assert trial().counts_each([60, 90], 100, [0.7, 1.0], "above").detail == "seen 0.6 of 100, claimed ≤ 0.7; p = 0.988"


# Every seed ends the same way


def whole_numbers(rng: np.random.Generator) -> int:
    return int(rng.integers(100))


def test_exact_controls_are_put_to_the_same_instances_in_every_run_and_the_claim_to_fresh_ones():
    seen = []

    @exact(toy("Z1", {"value": a}))
    @control("wrong on even numbers", value=2 * a)
    def check(value, trial):
        drawn = trial.draw(whole_numbers)
        seen.append(drawn)
        yield trial.holds(value == a or drawn % 2, f"at {drawn}")

    chosen = Trial(check.claim, check.name).draw(whole_numbers)
    outcomes = {run(check, seed=seed).controls[0].status for seed in range(20)}
    assert outcomes == {"survived" if chosen % 2 else "refuted"}
    assert len(set(seen)) > 10

    @exact(toy("Z1", {"value": a}))
    @control("always wrong", value=2 * a)
    def wrong_elsewhere(value, trial):
        drawn = trial.draw(whole_numbers)
        yield trial.holds(value == a and (trial.seed == 0 or drawn % 2), f"at {drawn}")

    assert {run(wrong_elsewhere, seed=seed).status for seed in range(20)} == {"holds", "refuted"}


# Planned power


def test_a_control_is_planned_with_the_null_of_the_claim():
    test = Binomial(1000)
    truth = Finding(Kind.STATISTICAL, Verdict.SUPPORTS, "", (Power(test, 0.5, 0.52),))
    wrong = Finding(Kind.STATISTICAL, Verdict.REFUTES, "", (Power(test, 0.75, 0.52),))
    seen = Finding(Kind.STATISTICAL, Verdict.REFUTES, "", (Power(test, 0.75, 0.52, observed=True),))
    assert wrong.planned_miss(truth) == test.miss(0.75, 0.5)
    assert seen.planned_miss(truth) == seen.planned_miss(None) == test.miss(0.75, 0.52)
    assert Finding(Kind.EXACT, Verdict.REFUTES, "").planned_miss(truth) == 0.0


def test_a_refutation_at_a_place_without_a_counterpart_is_not_planned():
    truth = Finding(Kind.EXACT, Verdict.SUPPORTS, "")
    wrong = Finding(Kind.STATISTICAL, Verdict.REFUTES, "", (Power(Binomial(1000), 0.9, 0.5),))
    assert wrong.planned_miss(truth) == wrong.planned_miss(None) == 1.0


def test_a_control_must_be_refuted_by_one_planned_finding():
    """A second finding with enough power redeems a first one without it."""

    @statistical(toy("Z1", {"p": half}), tests=2)
    @control("more", p=sp.Rational(3, 5))
    def body(p, trial):
        for n in (1500, 100_000):
            yield trial.counts(trial.draw(toss, n, 500), n, trial.value(p))

    assert Binomial(1500).miss(0.6, 0.5) > PLANNED_MISS
    result = run(body)
    assert (result.status, result.controls[0].status) == ("holds", "refuted")


# Refused at import


def body_of(value, trial):
    yield trial.same(value, a)


def silent(trial):
    yield trial.holds(True, "")


def stranger(other, trial):
    yield trial.holds(True, "")


def without_trial(value):
    yield None


ONE = Control("twice", {"value": 2 * a})


@pytest.mark.parametrize(
    ("body", "controls", "kind", "match"),
    [
        (silent, (ONE,), exact, "at least one expression"),
        (stranger, (ONE,), exact, "no expression of Z1"),
        (without_trial, (ONE,), exact, "takes the trial"),
        (body_of, (), exact, "at least one control"),
        (body_of, (Control("other", {"other": a}),), exact, "which the check does not take"),
        (body_of, (Control("nothing", {}),), exact, "changes nothing"),
        (body_of, (ONE, Control("twice", {"value": a / 2})), exact, "one name"),
        (body_of, (ONE,), lambda claim: statistical(claim, tests=0), "announce at least one"),
    ],
)
def test_checks_that_could_not_fail_are_refused(body, controls, kind, match):
    def fresh(**arguments):
        return body(**arguments)

    fresh.__signature__ = __import__("inspect").signature(body)
    fresh.__controls__ = controls
    with pytest.raises(TypeError, match=match):
        kind(toy("Z1", {"value": a}))(fresh)


def test_a_subject_that_no_control_changes_is_refused():
    with pytest.raises(TypeError, match="no control of two changes 'other'"):

        @exact(toy("Z1", {"value": a, "other": b}))
        @control("twice", value=2 * a)
        def two(value, other, trial):
            yield trial.same(value, a)


def test_an_aid_needs_no_control():
    @exact(toy("Z1", {"value": a}, aids={"data": "symmetric"}))
    @control("twice", value=2 * a)
    def helped(value, data, trial):
        yield trial.holds(data == "symmetric", "")
        yield trial.same(value, a)

    assert run(helped).status == "holds"


def test_kinds_and_their_findings():
    claim = toy("Z1", {"value": a})
    twice = control("twice", value=2 * a)

    def ball(value, trial):
        yield trial.same(value, a, by=None)
        yield trial.same(sp.sin(value) ** 2 + sp.cos(a) ** 2, 1, by=None)

    def observed(value, trial):
        yield trial.same(value, a, by=None)
        yield trial.at_most(1.0, 2.0, "ratio")

    assert run(enclosed(claim)(twice(ball))).status == "holds"
    assert run(exact(claim)(ball)).status == "error"
    assert run(empirical(claim)(twice(observed))).status == "holds"
    assert "EMPIRICAL" in run(enclosed(claim)(observed)).detail


def test_two_checks_of_one_name_are_refused(monkeypatch, tmp_path):
    package = tmp_path / "toy_twins"
    package.mkdir()
    (package / "__init__.py").write_text("from numerics.checks.toy_sound import expands\n")
    (package / "one.py").write_text("from numerics.checks.toy_twins import expands\n")
    monkeypatch.setattr("numerics.checks.__path__", [*sys.modules["numerics.checks"].__path__, str(tmp_path)])
    monkeypatch.setitem(sys.modules, "theory.toy_twins", import_module("theory.toy_sound"))
    assert [check.name for check in checks_of("toy_twins")] == ["expands"]  # the same one, seen twice
    (package / "two.py").write_text(
        "from dataclasses import replace\nfrom numerics.checks.toy_sound import expands\nother = replace(expands)\n"
    )
    with pytest.raises(TypeError, match="two checks of Z1 are called expands"):
        checks_of("toy_twins")


# Random numbers


def stream(rng: np.random.Generator, *arguments: object) -> tuple[float, ...]:
    return tuple(rng.random(3))


def other_stream(rng: np.random.Generator, *arguments: object) -> tuple[float, ...]:
    return tuple(rng.random(3))


def keyed(label="Z1", check="check", seed=0, simulate=stream, arguments=(), replicate=0):
    return Trial(toy(label, {"value": a}), check, "quick", seed).draw(simulate, *arguments, replicate=replicate)


def test_streams_differ_in_every_part_of_their_key():
    keys = [
        {},
        {"label": "Z2"},
        {"check": "other"},
        {"seed": 1},
        {"seed": 2**64},
        {"seed": 2**128 - 1},
        {"simulate": other_stream},
        {"arguments": (1,)},
        {"arguments": ("1",)},
        {"arguments": (1, 2)},
        {"arguments": (12,)},
        {"arguments": ((1, 2),)},
        {"replicate": 1},
        {"arguments": (0,), "replicate": 1},
        {"arguments": (1,), "replicate": 1},
    ]
    drawn = [keyed(**key) for key in keys]
    assert len(set(drawn)) == len(keys)
    assert drawn == [keyed(**key) for key in reversed(keys)][::-1]


def test_draws_are_shared_within_a_trial_and_not_beyond():
    one = trial()
    assert one.draw(stream, 1) is one.draw(stream, 1)
    one.draw(stream, 2)
    assert trial().draw(stream, 2) == one.draw(stream, 2)  # whatever was drawn before
    assert one.once(max, 3, 4) == 4


def test_a_nameless_function_has_no_stream():
    with pytest.raises(TypeError, match="expected a function of a module"):
        trial().draw(lambda rng: rng.random())
    with pytest.raises(TypeError, match="expected a function of a module"):
        trial().once(lambda: 1)


def test_claim_controls_and_mutants_see_one_draw():
    calls = []

    def counted(rng, n):
        calls.append(n)
        return int(rng.binomial(n, 0.5))

    counted.__qualname__ = "counted"

    @statistical(toy("Z1", {"p": half}), tests=1)
    @control("more", p=sp.Rational(3, 5))
    @control("less", p=sp.Rational(2, 5))
    def check(p, trial):
        yield trial.counts(trial.draw(counted, 10_000), 10_000, trial.value(p))

    assert run(check).status == "holds"
    assert len(calls) == 1
    one = Trial(check.claim, check.name)
    assert kills(check, {"p": sp.Rational(1, 3)}, one)
    assert kills(check, {"p": half}, one) is None
    assert len(calls) == 2


def test_points_lie_in_the_domain_and_do_not_depend_on_the_expression():
    n = sp.Symbol("n", integer=True, positive=True)
    r = sp.Symbol("r", real=True)
    one = Trial(toy("Z1", {"value": a}, quantities=drawn({a: (half, 1), n: (3, 5)})), "check")
    points = one.points(a * n * r, count=200)
    assert all(half <= point[a] <= 1 and 3 <= point[n] <= 5 and -3 <= point[r] <= 3 for point in points)
    assert {point[n] for point in points} == {3, 4, 5}
    assert all(isinstance(x, sp.Rational) for point in points for x in point.values())
    assert points[:3] == one.points(a + n, r, count=200)[:3]


def test_sizes_grow_with_effort():
    assert [trial(effort=effort).size(10) for effort in ("quick", "standard", "thorough")] == [10, 40, 160]


def test_draws_are_the_same_in_another_process_and_with_another_hash_seed():
    """No stream and no verdict hangs on the process."""
    code = (
        "import toys; from numerics.checks import checks_of; from numerics.evidence import run\n"
        "for topic in ('toy_sound', 'toy_broken'):\n"
        "    for check in checks_of(topic):\n"
        "        r = run(check); print(r.name, r.status, r.detail, [c.detail for c in r.controls])"
    )
    folder = str(TESTS)
    there = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "1", "PYTHONPATH": folder, "OMP_NUM_THREADS": "1"},
    ).stdout
    results = [run(check) for topic in ("toy_sound", "toy_broken") for check in checks_of(topic)]
    here = "".join(f"{r.name} {r.status} {r.detail} {[c.detail for c in r.controls]}\n" for r in results)
    assert there == here


# Runs in worker processes


@pytest.fixture
def toy_workers(monkeypatch):
    monkeypatch.setattr("numerics.evidence.verification.run_one", toys.run_one)


def plain(result):
    """A run's findings without its seconds."""
    return {
        (claim.entry.label, check.name): (claim.status, check.status, check.detail, check.controls)
        for claim in result.claims
        for check in claim.checks
    }


@pytest.mark.usefixtures("toy_workers")
def test_a_run_counts_what_fails():
    seen = []
    result = verify(["toy_sound", "toy_broken"], ledger=toys.load_ledger(), jobs=2, on_result=seen.append)
    statuses = {claim.entry.label: claim.status for claim in result.claims}
    assert statuses == {
        **dict.fromkeys(("Z1", "Z2"), "holds"),
        **dict.fromkeys(("Z10", "Z21"), "refuted"),
        **dict.fromkeys(("Z11", "Z12", "Z13", "Z14", "Z15", "Z16", "Z17", "Z18", "Z19", "Z20"), "open"),
    }
    assert result.failed
    totals = result.totals
    assert (totals["claims"], totals["hold"], totals["refuted"], totals["open"]) == (14, 2, 2, 10)
    assert (totals["checks"], totals["errors"], totals["survived"]) == (13, 6, 2)
    assert len(seen) == totals["checks"]
    forgotten = {claim.entry.label: claim.unchecked for claim in result.claims if claim.unchecked}
    assert forgotten == {"Z19": ("forgotten",), "Z20": ("value",)}
    here = {(check.claim.label, check.name): run(check) for t in ("toy_sound", "toy_broken") for check in checks_of(t)}
    there = plain(result)
    assert {key: there[key][1:] for key in there} == {
        key: (one.status, one.detail, one.controls) for key, one in here.items()
    }
    alone = plain(verify(["Z2", "Z1"], ledger=toys.load_ledger(), jobs=1))
    assert alone == {key: there[key] for key in alone}


@pytest.mark.usefixtures("toy_workers")
def test_stuck_checks_are_reported_and_the_others_end(monkeypatch):
    """A loop and a sleep deaf to alarms, beside two sound checks."""
    monkeypatch.setitem(LIMITS, "quick", 3.0)
    monkeypatch.setattr("numerics.parallel.CLOCK", 4.0)
    result = verify(["toy_stuck"], ledger=toys.load_ledger(), jobs=2)
    found = {claim.entry.label: claim.checks[0] for claim in result.claims}
    assert {label: check.status for label, check in found.items()} == {
        "Z30": "error",
        "Z31": "error",
        "Z32": "holds",
        "Z33": "holds",
    }
    on_a_busy_machine = "did not end within 12 s on the clock, alone"  # where 3 s of processor time take longer
    assert found["Z30"].detail in ("did not end within 3 s of processor time, alone", on_a_busy_machine)
    assert found["Z31"].detail == "did not end within 12 s on the clock, alone"
    for label, check in checks("toy_stuck").items():
        if label in ("Z32", "Z33"):
            alone = run(check)
            assert (found[label].detail, found[label].controls) == (alone.detail, alone.controls)
    assert result.failed


def test_a_check_whose_worker_died_says_no_time():
    (check,) = [each for each in checks_of("toy_sound") if each.claim.label == "Z1"]
    task = Task("toy_sound", "Z1", check.name, 0, "quick")
    assert _lost(task, LostTaskError("gone")).seconds == 0
    assert _lost(task, LateTaskError("late")).seconds == LIMITS["quick"]


def test_one_open_claim_fails_a_run(monkeypatch):
    monkeypatch.setattr("numerics.evidence.verification.run_one", toys.run_one)
    assert verify(["Z20"], ledger=toys.load_ledger()).failed


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"names": ["Z99"]}, "neither a label nor a topic"),
        ({"effort": "none"}, "effort"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**128}, "seed"),
        ({"jobs": 0}, "jobs"),
    ],
)
def test_bad_runs_are_refused(options, match):
    with pytest.raises(ValueError, match=match):
        verify(ledger=toys.load_ledger(), **options)


def test_a_ledger_beyond_the_budget_is_refused(monkeypatch):
    monkeypatch.setattr("numerics.evidence.verification.BUDGET", 1e-9)
    with pytest.raises(ValueError, match="false-alarm budget"):
        verify(["toy_sound"], ledger=toys.load_ledger())
