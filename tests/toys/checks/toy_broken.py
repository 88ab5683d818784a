"""Checks with one fault each."""

from __future__ import annotations

import numpy as np
import sympy as sp
from sparse_limits.theory.toy_broken import a

from sparse_limits.numerics.evidence import Findings, Trial, control, exact, statistical
from sparse_limits.theory import toy_broken as claims

s = sp.Symbol("s", positive=True)


@exact(claims.false)
@control("twice", value=2 * a)
def is_itself(value: sp.Expr, trial: Trial) -> Findings:
    yield trial.same(value, a)


@exact(claims.hollow)
@control("twice", value=2 * a)
def always_passes(value: sp.Expr, trial: Trial) -> Findings:
    yield trial.holds(True, "whatever it is")


@exact(claims.erring_control)
@control("twice", value=2 * a)
@control("no number", value="nonsense")
def cannot_read_its_control(value: sp.Expr, trial: Trial) -> Findings:
    if isinstance(value, str):
        raise RuntimeError("what is this?")
    yield trial.same(value, a)


@exact(claims.raising)
@control("twice", value=2 * a)
def divides_by_zero(value: sp.Expr, trial: Trial) -> Findings:
    yield trial.same(value, a)
    yield trial.holds(1 / 0, "never")


def fair(rng: np.random.Generator, size: int) -> int:
    return int(rng.binomial(size, 0.5))


@statistical(claims.lucky, tests=1)
@control("a little more", value=sp.Rational(52, 100))
def too_small_a_sample(value: sp.Expr, trial: Trial) -> Findings:
    n = 40_000  # 8 standard deviations apart: refuted more often than not, missed far too often
    yield trial.counts(trial.draw(fair, n), n, trial.value(value))


@statistical(claims.greedy, tests=1)
@control("certain", value=sp.Integer(1))
def tests_twice(value: sp.Expr, trial: Trial) -> Findings:
    for replicate in range(2):
        yield trial.counts(trial.draw(fair, 100, replicate=replicate), 100, trial.value(value))


@exact(claims.weak)
@control("twice", value=2 * a)
def is_only_a_ball(value: sp.Expr, trial: Trial) -> Findings:
    yield trial.same(sp.sin(value) ** 2 + sp.cos(a) ** 2, 1, by=None)


@exact(claims.silent)
@control("twice", value=2 * a)
def finds_nothing(value: sp.Expr, trial: Trial) -> Findings:
    yield from ()


@exact(claims.undecided)
@control("twice", value=2 * a)
def cannot_tell(value: sp.Expr, trial: Trial) -> Findings:
    yield trial.same(sp.Integral(value / s, (s, 1, sp.oo)), 0)


@exact(claims.half_checked)
@control("twice", value=2 * a)
def looks_at_one(value: sp.Expr, trial: Trial) -> Findings:
    yield trial.same(value, a)


def loaded(rng: np.random.Generator, size: int) -> int:
    return int(rng.binomial(size, 0.6))


@statistical(claims.unlucky, tests=1)
@control("impossible", value=sp.Integer(-1))
def coin_is_loaded(value: sp.Expr, trial: Trial) -> Findings:
    yield trial.counts(trial.draw(loaded, 10_000), 10_000, trial.value(value))
