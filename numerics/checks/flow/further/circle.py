"""Evidence for F2.3, besides its reasons: square waves are not learnt; losses leave the start as the kernel says."""

import sympy as sp

from sparse_limits.numerics.checks.kernel.circle import coefficient
from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.flow.further.circle import along_cosine, circle_times
from sparse_limits.theory.flow.linear import amplitude, eta, plateau, time
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.kernel.circle import k

LEARNT = (1, 2, 4, 6, 8)
NEVER = (3, 5, 7, 9)


@exact(circle_times, step="what is left")
def square_waves_are_not_learnt(square_loss: sp.Expr, square_plateau: sp.Expr, trial: Trial) -> Findings:
    """The limit over the start; by the plateau of F1.1, of all but one squared component, too."""
    yield trial.same(
        square_plateau, trial.once(sp.limit, square_loss.subs(eta, 1), time, sp.oo) / square_loss.subs(time, 0)
    )
    stuck = plateau.subs(amplitude, sp.sqrt(m * (1 - along_cosine(sp.S.One) ** 2)))
    yield trial.same(square_plateau / 2, stuck)


@exact(circle_times, cost=0.5)
def losses_leave_the_start_as_the_kernel_says(wave_loss: sp.Expr, trial: Trial) -> Findings:
    """The slope of the loss at the start is −η⟨r, Tr⟩, the kernel integrated against a wave, at five frequencies."""
    for frequency in (*LEARNT[:3], *NEVER[:2]):
        eigen = trial.once(coefficient, "ntk", sp.Integer(frequency))
        slope = sp.diff(wave_loss.subs(k, frequency), time).subs(time, 0)
        yield trial.same(slope, -eta * eigen / 2)
