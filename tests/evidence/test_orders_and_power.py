"""Orders, of which a sentence and its opposite are never both supported; seeds; planned power."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from evidence_cases import OBSERVABLE, TOYS, a, assert_rate, b, half, toss, trial
from toys.claims import drawn, toy

from sparse_limits.numerics.evidence import Finding, Kind, Trial, Verdict, control, enclosed, exact, run, statistical
from sparse_limits.numerics.evidence.findings import Power
from sparse_limits.numerics.statistics.exact_tests import PLANNED_MISS, REPORTED_MISS, Binomial, Majority

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
    assert {each.status for each in result.controls} == ({"refuted"} if status == "holds" else set())


def test_of_a_sentence_and_its_opposite_at_most_one_is_supported():
    for n in (1, 10, 29, 30, 40, 60):
        for successes in range(n + 1):
            one, other = (trial().mostly(count, n, "it").verdict for count in (successes, n - successes))
            assert {one, other} in ({Verdict.SUPPORTS, Verdict.REFUTES}, {Verdict.UNDECIDED})
    assert trial().mostly(10, 10, "ten of ten").verdict is Verdict.UNDECIDED
    assert trial().mostly(38, 40, "two exceptions").verdict is Verdict.SUPPORTS
    assert trial().mostly(37, 40, "three exceptions").verdict is Verdict.UNDECIDED


def test_of_two_probabilities_at_most_one_is_the_larger():
    """Exchanged counts get the opposite verdict, and equal shares none."""
    for n, m in ((5, 5), (30, 60), (200, 40)):
        for x in range(0, n + 1, 5):
            for y in range(0, m + 1, 5):
                finding, other = trial().more_often(x, n, y, m, "it"), trial().more_often(y, m, x, n, "it")
                assert {finding.verdict, other.verdict} in ({Verdict.SUPPORTS, Verdict.REFUTES}, {Verdict.UNDECIDED})
                assert finding.verdict is not Verdict.SUPPORTS or y * n > x * m
    assert trial().more_often(5, 100, 80, 100, "it").verdict is Verdict.SUPPORTS
    assert trial().more_often(50, 100, 52, 100, "it").verdict is Verdict.UNDECIDED
    for counts in ((-1, 5, 2, 5), (6, 5, 2, 5), (2, 5, 6, 5), (0, 0, 2, 5)):
        with pytest.raises(ValueError, match="expected counts of some"):
            trial().more_often(*counts, "it")


@pytest.mark.usefixtures("observable_level")
def test_equal_probabilities_are_told_apart_as_rarely_as_the_level_says():
    rng = np.random.default_rng(6)
    pairs = zip(rng.binomial(30, 0.4, TOYS), rng.binomial(50, 0.4, TOYS), strict=True)
    decided = [trial().more_often(int(x), 30, int(y), 50, "it").verdict for x, y in pairs]
    assert_rate(sum(verdict is not Verdict.UNDECIDED for verdict in decided), TOYS, OBSERVABLE)


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
    assert {each.status for each in run(check).controls} == {"refuted"}
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
