"""Evidence for L16.1 and L16.2: copies of a linear unit, whose flow is known in closed form, beside the bounds.

M copies θ of one unit on one data point, θ = 1 at first, are trained towards A with the readout 0 at first. All copies do the same:
a = sinh u, θ = cosh u, and the output is M sinh(2u)/2.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from numerics.checks.lifts.copies import EXACT_COPIES, inside
from numerics.evidence import Finding, Trial, control, enclosed
from theory.formulas.valued import valued
from theory.lifts.copies import A_1, A_2, Lambda, M, bound, copy_bounds, isolated_bound, moved_cells, rho
from theory.lifts.isolated_copies import isolated_copy_bounds
from theory.lifts.readout import T
from theory.lifts.tangent import L_0

COPIES = sp.Integer(12)
A, f = sp.symbols("A f", positive=True)  # the target and the output
SPEED = sp.sqrt(COPIES**2 + 4 * A**2)
ROOT = sp.sqrt(COPIES**2 + 4 * f**2)
TIME = sp.log(A * (COPIES**2 + 4 * A * f + SPEED * ROOT) / ((A - f) * COPIES * (COPIES + SPEED))) / SPEED
MOVED = sp.sqrt((1 + ROOT / COPIES) / 2) - 1  # cosh u − 1
SHARES = (sp.Rational(2, 5), sp.Rational(9, 10))  # of the target, that the output has reached
SLOW, FAST = sp.Rational(1, 1000), sp.Integer(10)  # targets for each copy
SECOND_TERM = A_2**2 / (M * T)


def faster(claimed: sp.Expr, factor: int) -> sp.Expr:
    """The bound, if the loss of the readout fell so many times as fast."""
    return claimed.xreplace({SECOND_TERM: SECOND_TERM / factor})


def flow(target: sp.Rational, reached: sp.Rational) -> dict[sp.Symbol, sp.Expr]:
    """The place in the flow where some share of the target is reached; L₀ and the norms of the witness."""
    goal = COPIES * target
    time = valued(TIME, {A: goal, f: reached * goal})
    return {M: COPIES, A_1: goal, A_2: goal, Lambda: sp.S.One, L_0: goal**2 / 2, T: time, **EXACT_COPIES}


def solves_its_equation(trial: Trial) -> Iterator[Finding]:
    """That a' = (A − f)θ, θ' = (A − f)a and f = Maθ, in the time that is claimed."""
    u = sp.Symbol("u", positive=True)
    output = COPIES * sp.sinh(u) * sp.cosh(u)
    at = [{u: sp.Rational(k, 3), A: sp.Integer(40)} for k in (1, 2)]
    yield trial.same(sp.diff(TIME, f).subs(f, output) * sp.diff(output, u) * (A - output), 1, by=None, at=at)
    yield trial.same(sp.cosh(u) - 1, MOVED.subs(f, output), by=None, at=at)
    yield trial.vanishes(TIME.subs(f, 0), by=None, at=at)


@enclosed(copy_bounds)
@control("eleven times as fast", bound=faster(bound, 11))
@control("M² in place of M", bound=bound.xreplace({SECOND_TERM: SECOND_TERM / M}))
@control("a quarter of the cells", moved_cells=moved_cells / 4)
@control("the copies share the distance", moved_cells=moved_cells / M)
def linear_copies_keep_the_bound(bound: sp.Expr, moved_cells: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The loss beside the bound at the least radius that the time allows, and all cells that move beside those that may.

    For small targets the loss comes up to 1/4e of the bound, at the share 1 − e^(−1/2): the bound is 4e = 10.87… times too large there.
    """
    yield from solves_its_equation(trial)
    for target, reached in product((SLOW, sp.S.One, FAST), SHARES):
        place = flow(target, reached)
        least = sp.sqrt(2 * place[T] * place[L_0] / COPIES)
        loss = place[L_0] * (1 - reached) ** 2
        yield trial.below(loss, valued(inside(bound), {**place, rho: least}), at=[{}])
        distance = MOVED.subs(f, reached * COPIES * target)
        yield trial.below(COPIES, valued(moved_cells, {**place, rho: distance}), at=[{}])


@enclosed(isolated_copy_bounds)
@control("eleven times as fast", isolated_bound=faster(isolated_bound, 11))
@control("M² in place of M", isolated_bound=isolated_bound.xreplace({SECOND_TERM: SECOND_TERM / M}))
@control("all of it a twelfth", isolated_bound=isolated_bound / 12)
def isolated_linear_copies_keep_the_bound(isolated_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The same for the second bound, for targets that are small enough for it to say something."""
    yield from solves_its_equation(trial)
    for target, reached in product((SLOW, sp.Rational(1, 10)), SHARES):
        place = flow(target, reached)
        goal, time = place[A_1], place[T]
        least = sp.sqrt(16 * goal**4 * time / COPIES**2 / (COPIES / 2 - 8 * goal**4 * time**2 / COPIES))
        loss = place[L_0] * (1 - reached) ** 2
        yield trial.below(loss, valued(inside(isolated_bound), {**place, rho: least}), at=[{}])
