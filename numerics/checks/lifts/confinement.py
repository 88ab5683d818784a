"""Evidence for L14.3: a ball that gradient flow does not leave, and why constants of balls are not enough."""

from fractions import Fraction
from functools import partial
from operator import mul

import sympy as sp

from sparse_limits.numerics.checks.lifts.exact_flows import descending
from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact
from sparse_limits.numerics.lifts.tangent_bounds import confining_radius
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.confinement import B, confined_flow, epsilon_0, needed_radius, pac_radius, z
from sparse_limits.theory.lifts.tangent import L_0, epsilon, eta, kappa, t, x


@exact(confined_flow, step="path")
@control("as if tangents did not grow", longest_path=descending(needed_radius))
def longest_path_starts_at_the_bound(
    longest_path: sp.Expr, middle: sp.Expr, growing_length: sp.Expr, growing_rate: sp.Expr, trial: Trial
) -> Findings:
    """The longest path is the growing length from B down to ε by tangents that reach ε' < ε, with the same derivative in the first loss;
    the loss bound of tangents that reach ε tends to ε.
    """
    allowed = {eta: epsilon, epsilon: middle}
    path = valued(descending(growing_length), allowed)
    yield trial.same(longest_path, path.subs(L_0, B), by=sp.cancel)
    yield trial.same(sp.diff(path, L_0), sp.diff(longest_path, B), by=sp.cancel)
    y, u = sp.symbols("y u", positive=True)
    yield trial.same(sp.limit(descending(growing_rate).subs({L_0: epsilon + y, t: u}), u, sp.oo), epsilon)
    yield trial.nonnegative((epsilon - middle).subs(epsilon, epsilon_0 + y), y / 2)


@exact(confined_flow, step="radius")
@control("as if tangents did not grow", pac_radius=1 + descending(needed_radius))
@control("no cases", pac_radius=descending(pac_radius))
def radius_exceeds_the_path(pac_radius: sp.Expr, longest_path: sp.Expr, trial: Trial) -> Findings:
    """The radius is 1 plus the longest path; it is 1 where B ≤ ε, and down to ε₀ there is no guarantee."""
    yield trial.same(descending(pac_radius), 1 + longest_path)
    yield trial.same(pac_radius.subs(epsilon, B + x), sp.S.One)
    yield from cases_of(pac_radius, sp.S.One, trial)


def cases_of(radius: sp.Expr, least: sp.Expr, trial: Trial) -> Findings:
    """The radius is the least one where B ≤ ε, and there is no guarantee down to ε₀."""
    for start, floor in ((sp.Rational(1, 10), 0), (sp.Rational(1, 5), sp.Rational(1, 5))):
        low = valued(radius, {B: start, epsilon: sp.Rational(1, 5), epsilon_0: floor, kappa: 2})
        yield trial.holds(low == least, f"from B = {start} ≤ ε, where nothing is to be done: {low}")
    below = valued(radius, {B: 1, epsilon: sp.Rational(1, 5), epsilon_0: sp.Rational(1, 5), kappa: 2})
    yield trial.holds(below == no_guarantee, f"down to ε_0: {below}")


@exact(confined_flow, step="radius by constants of balls")
@control("no cases if κ(c)", needed_radius=descending(needed_radius))
def needed_radius_is_a_length(needed_radius: sp.Expr, middle: sp.Expr, length: sp.Expr, trial: Trial) -> Findings:
    """The needed radius is the length from B down to ε by tangents that reach ε' < ε; it is 0 where B ≤ ε, and down to ε₀ there is no
    guarantee.
    """
    longest = valued(descending(length), {L_0: B, eta: epsilon, epsilon: middle})
    yield trial.same(descending(needed_radius), longest)
    yield trial.same(needed_radius.subs(epsilon, B + x), sp.S.Zero)
    yield from cases_of(needed_radius, sp.S.Zero, trial)


@enclosed(confined_flow)
def a_path_with_all_tangents_is_as_long(needed_radius: sp.Expr, middle: sp.Expr, trial: Trial) -> Findings:
    """A loss F that decays towards ε' at the rate 1/κ until it is ε, and then falls on with its slope: the path to ε has the needed length,
    and up to there a step of κ reaches ε', later a shorter one.

    Below the output ε' an exponential above ε₀ continues the loss with the same value and slope; it takes each of its values at a finite
    distance.
    """
    loss = middle + (B - middle) * sp.exp(-x / kappa)
    yield trial.same(loss + kappa * sp.diff(loss, x), middle)
    path = kappa * sp.log((B - middle) / (epsilon - middle))
    yield trial.same(valued(loss, {x: path}), epsilon)
    last = -sp.diff(loss, x).subs(x, path)
    yield trial.same((epsilon - middle) / last, kappa)  # from ε, and less from below
    room = middle - epsilon_0
    low = epsilon_0 + room * sp.exp((z - middle) / room)
    yield trial.same(low.subs(z, middle), middle)
    yield trial.same(sp.diff(low, z).subs(z, middle), sp.S.One)
    y = sp.Symbol("y", positive=True)
    yield trial.same(valued(low, {z: middle + room * sp.log(y)}), epsilon_0 + room * y)
    yield trial.same(path, descending(needed_radius))


@enclosed(confined_flow)
def tangents_reach_less_than_the_flow_and_more_than_the_limit(middle: sp.Expr, trial: Trial) -> Findings:
    """The loss ε' that tangents reach lies strictly between ε₀ and ε, so that such tangents exist and the flow reaches ε in finite time."""
    yield trial.below(epsilon_0, middle, strict=True, needed="middle")
    yield trial.below(middle, epsilon, strict=True, needed="middle")


@enclosed(confined_flow)
def tangents_of_the_example_reach_a_positive_output(
    standstill: sp.Expr, standstill_radius: sp.Expr, trial: Trial
) -> Findings:
    """The tangent step of the example reaches a positive output; a loss that is nowhere negative has no slope of 1 where it is 0, so the
    step may not reach 0.
    """
    reached = sp.expand(standstill + sp.diff(standstill, x) * standstill_radius)
    yield trial.below(0, reached, strict=True, needed="standstill_radius")


@enclosed(confined_flow)
def radius_dependent_constants_are_decided(needed_radius: sp.Expr, trial: Trial) -> Findings:
    """(B − ε')/(ε − ε') = 9, so κ(c) log 9 < c is needed: it fails for κ(c) = 2c and c/2 and holds for 9c/20 and c/3; for the constant κ =
    5 the first power of two that satisfies it is 16.
    """
    for share, concluded in (
        (Fraction(2), False),
        (Fraction(1, 2), False),
        (Fraction(9, 20), True),
        (Fraction(1, 3), True),
    ):
        found = confining_radius(partial(mul, share), B=1, eps=Fraction(1, 5), formula=needed_radius)
        yield trial.holds((found != no_guarantee) == concluded, f"κ(c) = {share} c: {found}")
    found = confining_radius(lambda c: 5, B=1, eps=Fraction(1, 5), formula=needed_radius)
    yield trial.holds(found == 16, f"κ(c) = 5, of the powers of two: {found}")


@enclosed(confined_flow)
def quantifiers_matter(
    standstill: sp.Expr, standstill_radius: sp.Expr, needed_radius: sp.Expr, trial: Trial
) -> Findings:
    """The flow x = log(1 + t) of the example has a loss that tends to 1, though every ball has a constant: for ε = 1/2 and 9/10 no
    guarantee may be concluded.
    """
    slope, position = sp.diff(standstill, x), sp.log(1 + t)
    yield trial.same(sp.diff(position, t), -slope.subs(x, position))
    yield trial.same(standstill + slope * standstill_radius, epsilon)
    yield trial.holds(sp.limit(standstill.subs(x, position), t, sp.oo) == 1, "the loss tends to 1")
    for goal in (Fraction(1, 2), Fraction(9, 10)):
        on_ball = partial(standstill_radius.subs(epsilon, sp.Rational(goal) / 2).subs, x)
        found = confining_radius(on_ball, B=standstill.subs(x, 0), eps=goal, formula=needed_radius)
        yield trial.holds(found == no_guarantee, f"down to {goal}, where the flow never comes: {found}")
