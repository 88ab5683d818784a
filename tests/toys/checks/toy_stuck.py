"""Checks that a run must survive."""

from __future__ import annotations

import signal
import time

import sympy as sp
from sparse_limits.theory.toy_stuck import a

from sparse_limits.numerics.evidence import Findings, Trial, control, exact
from sparse_limits.theory import toy_stuck as claims


@exact(claims.looping, cost=3.0)
@control("twice", value=2 * a)
def loops(value: sp.Expr, trial: Trial) -> Findings:
    while True:
        try:
            sum(range(1000))
        except Exception:  # what stops it must not be swallowed here
            continue
    yield trial.same(value, a)


@exact(claims.sleeping, cost=2.0)
@control("twice", value=2 * a)
def sleeps_in_c(value: sp.Expr, trial: Trial) -> Findings:
    """Deaf to alarms, and without any use of the processor."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF, signal.SIGVTALRM})
    time.sleep(600)
    yield trial.same(value, a)


@exact(claims.sound)
@control("twice", value=2 * a)
def is_itself(value: sp.Expr, trial: Trial) -> Findings:
    yield trial.same(value, a)


@exact(claims.also_sound)
@control("half", value=a / 2)
def is_itself_again(value: sp.Expr, trial: Trial) -> Findings:
    yield trial.same(value, a)
