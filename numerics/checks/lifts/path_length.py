"""Evidence for L14: lengths of paths, tangents that may grow, and probably approximately correct convergence."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from operator import mul

import numpy as np
import sympy as sp

from numerics.checks.lifts.exact_flows import (
    DESCENT,
    NetworkFlow,
    descending,
    network_flow,
    product_hypotheses,
    product_length,
    product_loss,
    product_points,
)
from numerics.evidence import Finding, Trial, control, empirical, enclosed, exact
from numerics.exact.logarithms import split_logarithms
from numerics.lifts.tangent_bounds import confining_radius
from theory.formulas.no_guarantee import no_guarantee
from theory.lifts.path_length import (
    B,
    delta_1,
    delta_2,
    energy_length,
    epsilon_0,
    growing_example,
    growing_length,
    growing_loss,
    growing_position,
    growing_rate,
    length,
    needed_radius,
    pac_radius,
    probability,
    s,
    standstill_radius,
    travelled_length,
)
from theory.lifts.tangent import L_0, L, epsilon, eta, example_loss, kappa, t, x

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
TOLERANCE = 1e-6  # of a length of order 1 after an integration whose steps err by 1e-10

fixed_tangents = epsilon + (L_0 - epsilon) * sp.exp(-s / kappa)
square_power = epsilon + (L_0 - epsilon) / sp.sqrt(1 + 2 * t * (L_0 - epsilon) / kappa**2)


@exact(travelled_length)
@control("as if tangents grew", length=growing_length)
@control("10 % more", length=ELEVEN * length)
@control("as if tangents did not grow", growing_loss=fixed_tangents)
@control("10 % less in loss", growing_loss=NINE * growing_loss)
@control("forgets the start", growing_length=growing_length + kappa)
@control("10 % more of the growing length", growing_length=ELEVEN * growing_length)
@control("the power 1/2", growing_rate=square_power)
@control("10 % less of the growing rate", growing_rate=NINE * growing_rate)
def bounds_integrate_the_gradient_bound(
    length: sp.Expr,
    growing_loss: sp.Expr,
    growing_length: sp.Expr,
    growing_rate: sp.Expr,
    gradient_bound: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """dL/ds is minus the bound, at κ or at κ + s; then dL/dt is minus its square at the length that L allows."""
    length, loss, longest, rate = map(descending, (length, growing_loss, growing_length, growing_rate))
    yield trial.same(length.subs(eta, L_0), 0)
    yield trial.same(sp.diff(length, eta), -1 / gradient_bound.subs(L, eta))
    yield trial.same(loss.subs(s, 0), L_0)
    yield trial.same(sp.diff(loss, s), -gradient_bound.subs({kappa: kappa + s, L: loss}, simultaneous=True))
    yield trial.same(loss.subs(s, longest), eta)
    yield trial.same(rate.subs(t, 0), L_0)
    slowest = gradient_bound.subs({kappa: kappa + longest.subs(eta, L), L: L}, simultaneous=True)
    yield trial.same(sp.diff(rate, t), -(slowest.subs(L, rate) ** 2))


@exact(travelled_length)
@control("10 % less", length=NINE * length)
@control("half the growth", growing_example=growing_example.subs(kappa, 2 * kappa))
@control("10 % more of the example", growing_example=ELEVEN * growing_example)
@control("the square root", growing_position=sp.sqrt(kappa**2 + 2 * (L_0 - epsilon) * t) - kappa)
@control("10 % more of the flow", growing_position=ELEVEN * growing_position)
@control("the power 1/2", growing_rate=square_power)
@control("as if tangents did not grow", growing_loss=fixed_tangents)
def examples_attain(
    length: sp.Expr,
    growing_loss: sp.Expr,
    growing_rate: sp.Expr,
    growing_example: sp.Expr,
    growing_position: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The example of L12 has gone x where its loss is L(x); the other reaches ε by the step κ + x, and no sooner."""
    yield trial.same(descending(length).subs(eta, example_loss), x, by=split_logarithms)
    slope = sp.diff(growing_example, x)
    yield trial.same(growing_example.subs(x, 0), L_0)
    yield trial.same(growing_example + slope * (kappa + x), epsilon)
    yield trial.same(growing_example.subs(x, s), descending(growing_loss))
    yield trial.same(growing_position.subs(t, 0), 0)
    yield trial.same(sp.diff(growing_position, t), -slope.subs(x, growing_position))
    yield trial.same(growing_example.subs(x, growing_position), descending(growing_rate))


REST = {epsilon: sp.Rational(1, 10), L_0: sp.Rational(1, 20), kappa: sp.Integer(2)}


@exact(travelled_length)
@control("no cases", growing_loss=descending(growing_loss))
@control("no cases in the rate", growing_rate=descending(growing_rate))
@control("no cases in the length", length=descending(length))
@control("no cases in the growing length", growing_length=descending(growing_length))
def ends_are_right(
    length: sp.Expr, growing_length: sp.Expr, growing_loss: sp.Expr, growing_rate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """A flow at rest at L_0 ≤ ε goes nowhere and keeps its loss; nothing is known below ε."""
    for bound, symbol in ((growing_loss, s), (growing_rate, t)):
        claimed = bound.subs({**REST, symbol: 3})
        yield trial.holds(claimed == REST[L_0], f"at rest at 1/20 ≤ ε, the loss bound is {claimed}")
    for bound in (length, growing_length):
        for level in (sp.Rational(1, 5), REST[L_0]):
            claimed = bound.subs({**REST, eta: level})
            yield trial.holds(claimed == 0, f"from 1/20 down to {level} a path of {claimed}")
        claimed = bound.subs({**DESCENT, kappa: 2, eta: DESCENT[epsilon]})
        yield trial.holds(claimed == no_guarantee, f"down to ε a path of {claimed}")


def stepwise_speeds(rng: np.random.Generator, count: int) -> list[tuple[list[Fraction], list[Fraction]]]:
    """Speeds and durations of pieces of a path; in the first the speed is constant."""
    paths = []
    for place in range(count):
        speeds = [Fraction(int(k), 4) for k in rng.integers(1, 13, size=4)]
        durations = [Fraction(int(k), 8) for k in rng.integers(1, 13, size=4)]
        paths.append(([speeds[0]] * 4 if place == 0 else speeds, durations))
    return paths


@exact(travelled_length)
@control("forgets the time", energy_length=sp.sqrt(L_0 - L))
@control("10 % less", energy_length=NINE * energy_length)
@control("10 % more", energy_length=ELEVEN * energy_length)
@control("the square", energy_length=energy_length**2)
def energy_bounds_the_length(energy_length: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """L falls by ∫speed²; in rational arithmetic, attained at constant speed alone."""
    for place, (speeds, durations) in enumerate(trial.draw(stepwise_speeds, trial.size(12))):
        gone = sum(v * d for v, d in zip(speeds, durations, strict=True))
        fall = sum(v * v * d for v, d in zip(speeds, durations, strict=True))
        at = {t: sp.Rational(sum(durations)), L: sp.Integer(1), L_0: 1 + sp.Rational(fall)}
        claimed = energy_length.subs(at)
        fact = sp.Eq(claimed, sp.Rational(gone)) if place == 0 else sp.Rational(gone) <= claimed
        yield trial.holds(fact, f"a path of {gone}, claimed {'exactly' if place == 0 else 'at most'} {claimed}")


power, reach = sp.symbols("m k", positive=True)
power_hypotheses = {L_0: sp.Integer(1), epsilon: sp.Integer(0), kappa: reach / power}
_stretch = 1 + power * (power + 2) * t / reach**2


def power_points(rng: np.random.Generator, count: int) -> list[dict[sp.Symbol, sp.Rational]]:
    """Powers above 1, some of them hardly, reaches and times."""
    draws = rng.integers(1, 24, size=(count, 3))
    excess = [sp.Rational(int(m), 8 if i % 2 else 1000) for i, m in enumerate(draws[:, 0])]
    return [
        {power: 1 + m, reach: sp.Rational(int(k), 8), t: sp.Rational(int(time), 4)}
        for m, (_, k, time) in zip(excess, draws, strict=True)
    ]


@enclosed(travelled_length)
@control("10 % less", growing_rate=NINE * growing_rate)
@control("as if tangents did not grow", growing_rate=epsilon + kappa**2 / (t + kappa**2 / (L_0 - epsilon)))
@control("10 % less by length", growing_loss=NINE * growing_loss)
@control("as if tangents did not grow, by length", growing_loss=fixed_tangents)
@control("the length of fixed tangents", growing_length=length)
def powers_keep_the_growing_bounds(
    growing_rate: sp.Expr, growing_loss: sp.Expr, growing_length: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """L = (1 + x/k)^{−m}, m > 1: the step (k + x)/m reaches 0, which is at most κ + x; its flow is in closed form."""
    position = reach * (_stretch ** (1 / (power + 2)) - 1)
    loss = _stretch ** (-power / (power + 2))
    points = trial.draw(power_points, trial.size(10))
    speed = power / reach * (1 + position / reach) ** (-power - 1)
    yield trial.same(sp.diff(position, t), speed, by=None, at=points[:3])
    yield trial.below(loss, growing_rate.subs(power_hypotheses), at=points)
    yield trial.below(loss, growing_loss.subs(power_hypotheses).subs(s, position), at=points)
    yield trial.below(position, growing_length.subs(power_hypotheses).subs(eta, loss), at=points)


@enclosed(travelled_length)
@control("10 % less of the energy", energy_length=sp.sqrt(t * (L_0 - L) / 2))
@control("half of κ", length=length.subs(kappa, kappa / 2))
def product_of_parameters_keeps_the_lengths(length: sp.Expr, energy_length: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The flow of L12's check goes straight: its length is √2 times what each parameter has moved."""
    points = trial.draw(product_points, trial.size(12))
    above = [point for point in points if product_loss.subs(point) > product_hypotheses[epsilon].subs(point)]
    bound = length.subs(product_hypotheses).subs(eta, product_loss)
    yield trial.below(product_length, bound, at=above)
    yield trial.below(product_length, energy_length.subs(L, product_loss).subs(product_hypotheses), at=points)


@exact(travelled_length)
@control("as if tangents did not grow", pac_radius=1 + descending(needed_radius))
@control("the whole of ε for the tangents", middle=epsilon_0)
@control("10 % more", pac_radius=ELEVEN * pac_radius)
@control("10 % less", pac_radius=NINE * pac_radius)
@control("10 % more if κ(c)", needed_radius=ELEVEN * needed_radius)
@control("10 % less if κ(c)", needed_radius=NINE * needed_radius)
@control("lengths 10 % less", length=NINE * length, growing_length=NINE * growing_length)
@control("no cases", pac_radius=descending(pac_radius))
@control("no cases if κ(c)", needed_radius=descending(needed_radius))
def radii_are_lengths(
    pac_radius: sp.Expr,
    needed_radius: sp.Expr,
    middle: sp.Expr,
    length: sp.Expr,
    growing_length: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """From B down to ε by tangents that reach ε' < ε, and 1 more than that for the growing ones."""
    for radius, extra, bound in ((pac_radius, 1, growing_length), (needed_radius, 0, length)):
        longest = descending(bound).subs({L_0: B, eta: epsilon, epsilon: middle}, simultaneous=True)
        yield trial.same(descending(radius), extra + longest)
        for start, floor in ((sp.Rational(1, 10), 0), (sp.Rational(1, 5), sp.Rational(1, 5))):
            low = radius.subs({B: start, epsilon: sp.Rational(1, 5), epsilon_0: floor, kappa: 2})
            yield trial.holds(low == extra, f"from B = {start} ≤ ε, where nothing is to be done: {low}")
        below = radius.subs({B: 1, epsilon: sp.Rational(1, 5), epsilon_0: sp.Rational(1, 5), kappa: 2})
        yield trial.holds(below == no_guarantee, f"down to ε_0: {below}")


@exact(travelled_length)
@control("independent events", probability=(1 - delta_1) * (1 - delta_2))
@control("the likelier one", probability=1 - sp.Max(delta_1, delta_2))
@control("one event twice", probability=1 - 2 * delta_1)
@control("10 % less", probability=NINE * probability)
def both_hypotheses_hold_as_likely(probability: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two failures among 12 equally likely draws, overlapping in every way; attained where they do not."""
    for first, second in ((1, 2), (3, 5), (4, 4), (0, 7)):
        claimed = probability.subs({delta_1: sp.Rational(first, 12), delta_2: sp.Rational(second, 12)})
        left = [12 - len({*range(first), *range(i, i + second)}) for i in range(13 - second)]
        yield trial.holds(claimed == sp.Rational(min(left), 12), f"at least {min(left)} of 12, claimed {claimed}")


@enclosed(travelled_length)
@control("forgets κ", needed_radius=needed_radius / kappa)
@control("ε for ε'", needed_radius=kappa * sp.log(B / epsilon))
@control("10 % more", needed_radius=ELEVEN * needed_radius)
@control("10 % less", needed_radius=NINE * needed_radius)
def radius_dependent_constants_are_decided(needed_radius: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """(B − ε')/(ε − ε') = 9, so κ(c) log 9 < c is wanted: never for κ = 2c or c/2, at once for c/3, at last for a constant."""
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


@enclosed(travelled_length)
@control("forgets κ", needed_radius=needed_radius / kappa)
@control("the constant at the start", standstill_radius=2 - epsilon)
@control("10 % more", standstill_radius=ELEVEN * standstill_radius)
@control("a loss that comes down to 0", standstill=2 * sp.exp(-x))
def quantifiers_matter(
    standstill: sp.Expr, standstill_radius: sp.Expr, needed_radius: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Its flow x = log(1 + t) keeps L > 1, though every ball has a constant: nothing may be concluded for ε < 1."""
    slope, position = sp.diff(standstill, x), sp.log(1 + t)
    yield trial.same(sp.diff(position, t), -slope.subs(x, position))
    yield trial.same(standstill + slope * standstill_radius, epsilon)
    yield trial.holds(sp.limit(standstill.subs(x, position), t, sp.oo) == 1, "the loss tends to 1")
    for goal in (Fraction(1, 2), Fraction(9, 10)):
        on_ball = partial(standstill_radius.subs(epsilon, sp.Rational(goal) / 2).subs, x)
        found = confining_radius(on_ball, B=standstill.subs(x, 0), eps=goal, formula=needed_radius)
        yield trial.holds(found == no_guarantee, f"down to {goal}, where the flow never comes: {found}")


def reached(flow: NetworkFlow, place: int) -> dict[sp.Symbol, sp.Rational]:
    """The hypotheses of L14 for a network's flow up to one of its times."""
    values = {
        L_0: flow.losses[0],
        epsilon: flow.eps,
        kappa: flow.radius,
        eta: flow.losses[place],
        L: flow.losses[place],
    }
    return {symbol: sp.Rational(float(value)) for symbol, value in {**values, t: flow.times[place]}.items()}


@empirical(travelled_length)
@control("a twentieth of κ", length=length / 20)
@control("a third of the energy", energy_length=energy_length / sp.sqrt(3))
def trained_networks_keep_the_lengths(length: sp.Expr, energy_length: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """tanh networks by Runge–Kutta, κ the largest at 41 times; the limit is what the integration may err by."""
    for replicate in range(trial.size(3)):
        flow = trial.draw(network_flow, 41, replicate=replicate)
        for name, bound in (("tangents", length), ("energy", energy_length)):
            pairs = [(flow.lengths[i], trial.value(bound, reached(flow, i))) for i in range(1, len(flow.times), 4)]
            excess = max(gone - limit for gone, limit in pairs)
            ratio = max(gone / limit for gone, limit in pairs)
            yield trial.at_most(excess, TOLERANCE, f"length beyond that of {name}, of which it is {ratio:.3g} at most")
