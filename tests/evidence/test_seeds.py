"""Every seed ends the same way: twenty seeds of the checks that draw and cost little; seeds.py runs the others as well."""

import numpy as np
import pytest
import sympy as sp
from joblib import Parallel, delayed
from seeds import at_seed, drawing_checks, faults
from slices import sliced
from toys.claims import toy

from sparse_limits.numerics.evidence import Check, control, empirical, exact
from sparse_limits.theory.ledger import load_ledger

CHEAP = 0.05  # seconds of CPU that a check took for its claim
SEEDS = range(101, 121)
a = sp.Symbol("a", positive=True)


def test_twenty_seeds_end_the_same_way(pytestconfig: pytest.Config) -> None:
    """Of all claims, or of those in the slice."""
    labels = [entry.label for entry in load_ledger()]
    chosen = sliced(labels, pytestconfig)
    cheap = [check for check, seconds in drawing_checks(chosen, most=Check.cost) if seconds <= CHEAP]
    assert len(cheap) > 300 * len(chosen) / len(labels) / 2  # as many as the machine is quick
    places = {(check.claim.label, check.name) for check in cheap}
    found = Parallel(2)(delayed(at_seed)(places, seed) for seed in SEEDS)
    assert [fault for _, wrong, _ in found for fault in wrong] == []


def coin(rng: np.random.Generator) -> int:
    return int(rng.integers(2))


def test_a_control_that_only_some_seeds_refute_is_a_fault() -> None:
    @empirical(toy("Z1", {"value": a}))
    @control("wrong at one side of a coin", value=2 * a)
    def measured(value, trial):
        yield trial.at_most(float(value != a) * trial.draw(coin), 0.5, "toss")

    assert {len(faults(measured, seed)) for seed in SEEDS} == {0, 1}


def test_a_claim_that_only_some_seeds_refute_is_a_fault() -> None:
    @exact(toy("Z1", {"value": a}))
    @control("always wrong", value=2 * a)
    def decided(value, trial):
        yield trial.holds(value == a and (trial.seed == 0 or trial.draw(coin)), "toss")

    assert {len(faults(decided, seed)) for seed in SEEDS} == {0, 1}
