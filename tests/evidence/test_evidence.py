"""The engine held to its promises: alarms, detections, controls, and every fault that a check can have."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from evidence_cases import OBSERVABLE, TOYS, a, assert_rate, b, checks, half, refuted, toss, trial
from toys.claims import toy

from sparse_limits.numerics.evidence import Kind, Refutation, Verdict, control, exact, outcomes, run, statistical
from sparse_limits.numerics.statistics.exact_tests import REPORTED_MISS, Betting, Binomial


def uniforms(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.random(n)


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
    monkeypatch.setattr(outcomes, "PLANNED_MISS", 0.01)
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

MULTIPLE = ("10 % more", "refuted", "")  # the engine's
VERDICTS = {
    "Z10": ("refuted", "differs by", []),
    "Z11": ("holds", "whatever", [("twice", "survived", "no finding refutes it")]),
    "Z12": (
        "holds",
        "",
        [("twice", "refuted", "differs"), ("no number", "survived", "raised RuntimeError: what is"), MULTIPLE],
    ),
    "Z13": ("error", "ZeroDivisionError", []),
    "Z14": (
        "error",
        "was to be missed with probability 0.03",
        [("a little more", "refuted", "planned miss"), MULTIPLE],
    ),
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
    beyond = 1 + 2.0**-52  # 1, as a sum in floats may give it
    assert trial().averages(np.array([1.0]), beyond, 0.0, 1.0).verdict is Verdict.SUPPORTS
    assert trial().counts(7, 7, beyond).verdict is Verdict.SUPPORTS
    assert trial().counts(7, 7, 1.001).verdict is Verdict.REFUTES


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
        lambda: trial().averages(np.array([0.5]), 0.5, 0.0, 1.0, off=-0.1),
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
