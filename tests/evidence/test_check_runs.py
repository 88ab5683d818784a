"""Checks that are refused at import, random numbers, and runs in worker processes."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest
import sympy as sp
import toys
from evidence_cases import a, b, checks, half, trial
from helpers import TESTS
from toys.claims import drawn, toy

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.evidence import Control, Trial, control, empirical, enclosed, exact, kills, run, statistical
from sparse_limits.numerics.ledger.verification import LIMITS, Task, _lost, verify
from sparse_limits.numerics.limits import check_work, limit
from sparse_limits.numerics.processes.lost_tasks import LateTaskError, LostTaskError
from sparse_limits.theory.input_error import InputError

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


def test_a_subject_that_nothing_can_change_is_refused():
    with pytest.raises(TypeError, match="no control of two changes 'other', which has no formula to be multiplied"):

        @exact(toy("Z1", {"value": a, "other": "a word"}))
        def two(value, other, trial):
            yield trial.same(value, a)


def test_a_check_that_does_not_look_at_a_subject_is_an_error():
    @exact(toy("Z1", {"value": a, "other": b}))
    def two(value, other, trial):
        yield trial.same(value, a)

    result = run(two)
    assert (result.status, result.detail) == ("error", "the check refutes no wrong form of other")


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
    (package / "__init__.py").write_text("from sparse_limits.numerics.checks.toy_sound import expands\n")
    (package / "one.py").write_text("from sparse_limits.numerics.checks.toy_twins import expands\n")
    monkeypatch.setattr(
        "sparse_limits.numerics.checks.__path__",
        [*sys.modules["sparse_limits.numerics.checks"].__path__, str(tmp_path)],
    )
    monkeypatch.setitem(sys.modules, "sparse_limits.theory.toy_twins", import_module("sparse_limits.theory.toy_sound"))
    assert [check.name for check in checks_of("toy_twins")] == ["expands"]  # the same one, seen twice
    (package / "two.py").write_text(
        "from dataclasses import replace\nfrom sparse_limits.numerics.checks.toy_sound import expands\nother = replace(expands)\n"
    )
    with pytest.raises(InputError, match="two checks of Z1 are called expands"):
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


calls: list[int] = []


def counted(rng, n):
    """A draw that is noted: of a module, so that it has a key."""
    calls.append(n)
    return int(rng.binomial(n, 0.5))


def test_claim_controls_and_mutants_see_one_draw():
    calls.clear()

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


@pytest.mark.parametrize("of_python", [True, False])
def test_a_control_for_which_there_is_no_memory_has_no_verdict(of_python):
    """Another machine may have it: the check is an error, which no store keeps, where any other error refutes nothing."""

    @exact(toy("Z1", {"value": a}))
    @control("twice", value=2 * a)
    def check(value, trial):
        if value != a and of_python and memory:
            raise MemoryError
        if value != a and not of_python:
            check_work("a mask", 2e6)
        yield trial.same(value, a)

    memory = "little"
    with limit("1M"):
        found = run(check)
    assert found.status == "error"
    assert found.detail.startswith("MemoryError" if of_python else "WorkError: a mask would take about 1.91 MiB")
    memory = ""
    assert run(check).status == "holds"


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
        "import toys; from sparse_limits.numerics.checks import checks_of; from sparse_limits.numerics.evidence import run\n"
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
    monkeypatch.setattr("sparse_limits.numerics.ledger.verification.run_one", toys.run_one)


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
    monkeypatch.setattr("sparse_limits.numerics.processes.parallel.CLOCK", 4.0)
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
    monkeypatch.setattr("sparse_limits.numerics.ledger.verification.run_one", toys.run_one)
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
    monkeypatch.setattr("sparse_limits.numerics.ledger.verification.BUDGET", 1e-9)
    with pytest.raises(ValueError, match="false-alarm budget"):
        verify(["toy_sound"], ledger=toys.load_ledger())
