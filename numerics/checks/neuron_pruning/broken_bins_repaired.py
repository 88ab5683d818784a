"""Evidence for N7: three kinks that make a bin broken and cost next to nothing."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.neuron_pruning.broken_bins import bins_of, breakpoints, parities
from sparse_limits.numerics.neuron_pruning.circle import exact_sup_on_circle
from sparse_limits.theory.neuron_pruning.broken_bins import broken_bin_chain, h, phi, spacing


@exact(broken_bin_chain, step="hat")
def three_kinks_cancel_but_for_a_hat(
    odd_bin_error: sp.Expr, three_kinks: tuple[tuple[int, int], ...], trial: Trial
) -> Findings:
    """The sum is piecewise linear: it is 0 beyond the kinks, and its largest modulus is at one of them."""
    yield trial.holds(len(three_kinks) % 2 == 1, "an odd number of breakpoints in one bin")
    yield trial.holds(sum(c for _, c in three_kinks) == 0, "no slope after the last kink")
    yield trial.holds(sum(c * place for place, c in three_kinks) == 0, "no value after the last kink")
    values = [sp.Add(*(c * sp.Max(spacing * (at - place), 0) for place, c in three_kinks)) for at, _ in three_kinks]
    yield trial.same(odd_bin_error, sp.Max(*map(sp.Abs, values)))


Strengths = tuple[sp.Expr, sp.Expr, sp.Expr]


TURNS = (-h, sp.Integer(0), h)


def by_angles(gap: sp.Expr) -> sp.Expr:
    """Simplified, with sines and cosines of sums expanded."""
    return sp.simplify(sp.expand_trig(gap))


@exact(broken_bin_chain, step="three neurons")
def three_active_neurons_add_up_to_zero(repairing: Strengths, trial: Trial) -> Findings:
    """Where all three neurons are active their functionals add up to 0, on two vectors."""
    for turned in (sp.cos, sp.sin):
        outer, middle, other = (c * turned(turn) for c, turn in zip(repairing, TURNS, strict=True))
        yield trial.same(outer + other, -middle, by=by_angles)


@exact(broken_bin_chain, step="bump")
def one_or_two_neurons_are_active(repairing: Strengths, bump: sp.Expr, trial: Trial) -> Findings:
    """At an angle φ on either side of the kink of the middle neuron, the bump is the sum of the neurons that are active there."""
    for side, active in ((1, (2,)), (-1, (1, 2))):
        angle = sp.pi / 2 + side * phi
        yield trial.same(
            bump, sp.Add(*(repairing[each] * sp.cos(angle - TURNS[each]) for each in active)), by=by_angles
        )


@enclosed(broken_bin_chain, step="repaired error")
def the_bump_falls_from_the_middle(bump: sp.Expr, repaired_error: sp.Expr, trial: Trial) -> Findings:
    """The bump is the repaired error in the middle and 0 at φ = h, and its slope is not positive for h − φ from 0 to π/2."""
    rest = sp.Symbol("rest", nonnegative=True)  # what h − φ lacks to π/2
    yield trial.same(repaired_error, bump.subs(phi, 0))
    yield trial.same(bump.subs(phi, h), sp.S.Zero)
    yield trial.everywhere(bump.diff(phi).subs(h, phi + sp.pi / 2 - rest), sp.S.Zero, within={rest: (0, 2)})


@exact(broken_bin_chain)
def three_kinks_repair_a_bin(repairing: Strengths, repaired_error: sp.Expr, trial: Trial) -> Findings:
    """The three neurons add up to 0 where all are active, and have the stated values at their kinks.

    Beside a neuron that is the target, at two distances in doubles, the supremum over the disc is the repaired error, which is the error of
    these four neurons although their bin is broken.
    """
    directions = [sp.Matrix([sp.cos(turn), sp.sin(turn)]) for turn in TURNS]
    active = sum((c * u for c, u in zip(repairing, directions, strict=True)), sp.zeros(2, 1))
    for part in active:
        yield trial.same(part, 0, by=by_angles)
    for bend, value in zip(TURNS, (0, repaired_error, 0), strict=True):
        place = sp.Matrix([-sp.sin(bend), sp.cos(bend)])  # at a right angle to the neuron that bends there
        heights = [sp.expand_trig(place.dot(u)) for u in directions]  # the sine of turn − bend
        seen = sum(
            c * height for c, height, turn in zip(repairing, heights, TURNS, strict=True) if turn - bend in (h, 2 * h)
        )
        yield trial.same(sp.simplify(seen), value, by=by_angles)
    for width in (0.01, 0.3):
        outputs = np.array([1.0, *(float(numeric((h,), c)(width)) for c in repairing)])
        theta = np.array([2.0, 0.4 - width, 0.4, 0.4 + width])
        error, claimed = float(exact_sup_on_circle(outputs, theta, 2.0)), float(numeric((h,), repaired_error)(width))
        yield trial.holds(abs(error - claimed) < 1e-12, f"error {error:.8f} at h = {width}, claimed {claimed:.8f}")
        bends = bins_of(breakpoints(np.column_stack([np.cos(theta[1:]), np.sin(theta[1:])]))[:, 0], 4)
        broken = parities(bends[:, None], 4)[0]
        yield trial.holds(
            broken.sum() == 1 and len(set(bends)) == 1, f"three breakpoints in bin {bends[0]} of 4, which is broken"
        )


@enclosed(broken_bin_chain)
def probability_eigenvalue_and_bump_have_their_ranges(
    one_more: sp.Expr, eigenvalue: sp.Expr, bump: sp.Expr, repaired_error: sp.Expr, trial: Trial
) -> Findings:
    """The probability is at least 0, and the eigenvalue, a mean of ±1, at least −1; the bump is at least 0 and at most its value in the
    middle.
    """
    yield trial.below(sp.S.Zero, one_more)
    yield trial.below(sp.S.NegativeOne, eigenvalue, needed="eigenvalue")
    yield trial.below(bump, repaired_error, needed="repaired_error")
    yield trial.below(sp.S.Zero, bump, needed="bump")
