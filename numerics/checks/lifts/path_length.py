"""Evidence for L14.1: lengths of paths, by tangents and by the energy."""

from fractions import Fraction

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.lifts.exact_flows import (
    DESCENT,
    PARTS,
    PRODUCT_RANGE,
    NetworkFlow,
    descending,
    network_flow,
    p_0,
    product,
    product_hypotheses,
    product_length,
    share,
)
from sparse_limits.numerics.evidence import Findings, Trial, control, empirical, enclosed, exact
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.path_length import length, travelled_length
from sparse_limits.theory.lifts.tangent import L_0, L, epsilon, eta, kappa, t, x

way = sp.Symbol("q", positive=True)
TOLERANCE = 1e-6  # of a length of order 1 after an integration whose steps err by 1e-10


@exact(travelled_length, step="length")
@control("no cases", length=descending(length))
def lengths_are_integrals(path_per_loss: sp.Expr, example_loss: sp.Expr, length: sp.Expr, trial: Trial) -> Findings:
    """The length is 0 at L₀, has the path per loss as its derivative, and is x at the example's loss. From a loss below ε it is 0, as for a
    flow at rest; down to ε there is no guarantee.
    """
    path = descending(length)
    yield trial.same(path.subs(eta, L_0), 0)
    ends = path_per_loss.subs(L, L_0) + path_per_loss.subs(L, eta)
    yield trial.same(sp.diff(path, L_0) - sp.diff(path, eta), ends, by=sp.cancel)
    yield trial.same(-sp.diff(path, eta), path_per_loss.subs(L, eta), by=sp.cancel)
    yield trial.same(example_loss.subs(x, 0), L_0)
    yield trial.same(path.subs(eta, example_loss), x, by=split_logarithms)
    resting = {epsilon: sp.Rational(1, 10), L_0: sp.Rational(1, 20), kappa: sp.Integer(2)}
    for level in (sp.Rational(1, 5), resting[L_0]):
        claimed = valued(length, {**resting, eta: level})
        yield trial.holds(claimed == 0, f"from 1/20 down to {level} a path of {claimed}")
    claimed = length.subs({**DESCENT, kappa: 2, eta: DESCENT[epsilon]})
    yield trial.holds(claimed == no_guarantee, f"down to ε a path of {claimed}")


def stepwise_speeds(rng: np.random.Generator, count: int) -> list[tuple[list[Fraction], list[Fraction]]]:
    """Speeds and durations of pieces of a path; in the first the speed is constant."""
    paths = []
    for place in range(count):
        speeds = [Fraction(int(k), 4) for k in rng.integers(1, 13, size=4)]
        durations = [Fraction(int(k), 8) for k in rng.integers(1, 13, size=4)]
        paths.append(([speeds[0]] * 4 if place == 0 else speeds, durations))
    return paths


@exact(travelled_length, step="energy and length")
def energy_bounds_the_length(energy_length: sp.Expr, trial: Trial) -> Findings:
    """L falls by ∫speed²: the bound holds for paths in rational arithmetic, with equality at constant speed, and for two pieces with
    letters free.
    """
    speeds, times = sp.symbols("v_1 v_2", nonnegative=True), sp.symbols("t_1 t_2", nonnegative=True)
    fallen = L_0 - sum(v**2 * d for v, d in zip(speeds, times, strict=True))
    gone = sum(v * d for v, d in zip(speeds, times, strict=True))
    square = valued(energy_length**2, {t: sum(times), L: fallen})
    yield trial.nonnegative(square - gone**2, times[0] * times[1] * (speeds[0] - speeds[1]) ** 2, by=sp.expand)
    for place, (speeds, durations) in enumerate(trial.draw(stepwise_speeds, trial.size(12))):
        gone = sum(v * d for v, d in zip(speeds, durations, strict=True))
        fall = sum(v * v * d for v, d in zip(speeds, durations, strict=True))
        at = {t: sp.Rational(sum(durations)), L: sp.Integer(1), L_0: 1 + sp.Rational(fall)}
        claimed = valued(energy_length, at)
        fact = sp.Eq(claimed, sp.Rational(gone)) if place == 0 else sp.Rational(gone) <= claimed
        yield trial.holds(fact, f"a path of {gone}, claimed {'exactly' if place == 0 else 'at most'} {claimed}")


@enclosed(travelled_length, cost=0.4)
def product_of_parameters_keeps_the_lengths(length: sp.Expr, energy_length: sp.Expr, trial: Trial) -> Findings:
    """The flow of L12's check goes straight: its length is √2 times what each parameter has moved.

    It keeps the bound by tangents up to 99/100 of the way to the loss ε, and that by the energy where the product is q, from 1/100 above
    its start to 99/100.
    """
    for part in PARTS:
        passed = p_0 + way * (1 - p_0) * (1 - share)  # a share of the way to the loss ε
        bound = valued(valued(descending(length), {eta: (1 - passed) ** 2 / 2}), product_hypotheses)
        path = product_length(passed)
        within = {p_0: PRODUCT_RANGE[p_0], way: (0, sp.Rational(99, 100))}
        sides = [each.subs(share, part).replace(sp.log, lambda z: sp.log(sp.factor(z))) for each in (path, bound)]
        yield trial.everywhere(*sides, within=within, zero={way: (0, 1)})
    time = sp.log(way * (1 - p_0) / (p_0 * (1 - way))) / 2  # until the product is `way`
    yield trial.same(product.subs(t, time), way)
    bound = valued(valued(energy_length, {L: (1 - way) ** 2 / 2, t: time}), product_hypotheses)
    for start in (sp.Rational(1, 20), sp.Rational(1, 2)):
        within = {way: (start + sp.Rational(1, 100), sp.Rational(99, 100))}
        sides = [each.subs(p_0, start) for each in (product_length(way) ** 2, bound**2)]
        yield trial.everywhere(*sides, within=within)


def reached(flow: NetworkFlow, place: int) -> dict[sp.Symbol, sp.Rational]:
    """The hypotheses of L14.1 for a network's flow up to one of its times."""
    values = {
        L_0: flow.losses[0],
        epsilon: flow.eps,
        kappa: flow.radius,
        eta: flow.losses[place],
        L: flow.losses[place],
    }
    return {symbol: sp.Rational(float(value)) for symbol, value in {**values, t: flow.times[place]}.items()}


@empirical(travelled_length)
def trained_networks_keep_the_lengths(length: sp.Expr, energy_length: sp.Expr, trial: Trial) -> Findings:
    """tanh networks by Runge–Kutta, κ the largest at 41 times: lengths exceed the bounds by no more than the integration may err by."""
    for replicate in range(trial.size(3)):
        flow = trial.draw(network_flow, 41, replicate=replicate)
        for name, bound in (("tangents", length), ("energy", energy_length)):
            pairs = [(flow.lengths[i], trial.value(bound, reached(flow, i))) for i in range(1, len(flow.times), 4)]
            excess = max(gone - limit for gone, limit in pairs)
            ratio = max(gone / limit for gone, limit in pairs)
            yield trial.at_most(excess, TOLERANCE, f"length beyond that of {name}, of which it is {ratio:.3g} at most")
