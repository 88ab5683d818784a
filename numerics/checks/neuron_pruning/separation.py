"""Evidence for N8: what is proved about both ways to prune, and the measured slopes."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import (
    Findings,
    Refutation,
    Trial,
    control,
    empirical,
    enclosed,
    exact,
    statistical,
)
from sparse_limits.numerics.exact.logarithms import expanded_logarithms
from sparse_limits.numerics.neuron_pruning.circle import Vector, squared_error
from sparse_limits.numerics.neuron_pruning.tickets import plane_error, polar, weight_ticket
from sparse_limits.numerics.studies.gap import (
    CONFIDENCE,
    NEURONS_LINEAR,
    TARGET,
    first_by_weights,
    first_near_target,
    slope,
)
from sparse_limits.theory.neuron_pruning.alignment import N, aligned
from sparse_limits.theory.neuron_pruning.separation import (
    Reading,
    angle,
    failure,
    first,
    k,
    last,
    mass,
    measured_separation,
    minus,
    near_bound,
    neuron_flattest,
    neuron_steepest,
    neurons,
    plus,
    total,
    weight_flattest,
    weight_steepest,
    window,
)
from sparse_limits.theory.subset_sum import potential
from sparse_limits.theory.subset_sum.symbols import delta, eps, n

# Whole neurons near the target


def length(vector: Vector) -> sp.Expr:
    return sp.sqrt(vector[0] ** 2 + vector[1] ** 2)


def aside(vector: Vector) -> sp.Expr:
    """The angle with (1, 0)."""
    return sp.Abs(sp.atan2(vector[1], vector[0]))


def network(
    length_of_target: int, weights: list[Vector], outputs: list[int]
) -> tuple[dict[sp.Symbol, sp.Expr], sp.Expr]:
    """total, mass and angle of a network on the plane, and its error, relative to the target (length, 0)."""
    strengths = [output * length(w) / length_of_target for w, output in zip(weights, outputs, strict=True)]
    at = {total: sum(strengths), mass: sum(map(sp.Abs, strengths)), angle: sp.Max(*map(aside, weights))}
    error = squared_error((length_of_target, 0), weights, outputs)
    return at, sp.sqrt(sp.Rational(error)) / length_of_target


def near_networks(rng: np.random.Generator, nets: int) -> list[tuple[list[Vector], list[int]]]:
    """Random neurons with whole weights, at most a right angle from the target (200, 0)."""
    found = []
    for _ in range(nets):
        size = int(rng.integers(1, 5))
        weights = [
            (int(x), int(y) | 1) for x, y in zip(rng.integers(20, 90, size), rng.integers(-20, 21, size), strict=True)
        ]
        found.append((weights, [int(output) for output in rng.integers(-2, 5, size)]))
    return found


@enclosed(measured_separation)
def neurons_near_the_target_have_this_error(near_bound: sp.Expr, trial: Trial) -> Findings:
    """No network has an error above the bound; neurons at the target's direction have this error, and two beside it have it up to a factor
    of 1 + angle².
    """
    for weights, outputs in trial.draw(near_networks, trial.size(8)):
        at, error = network(200, weights, outputs)
        yield trial.below(error, near_bound, at=[at])
    for output in (-1, 0, 3):
        at, error = network(1, [(1, 0)], [output])
        yield trial.same(near_bound, error, at=[at], by=None)
    beside = (40**2 - 1, 2 * 40)
    for other in (-1, -3):  # strengths that add up to 1
        at, error = network(40**2 + 1, [beside, (beside[0], -beside[1])], [1 - other, other])
        yield trial.below(error, near_bound, at=[at])
        yield trial.below(near_bound, error * (1 + angle**2), at=[at])


@exact(measured_separation)
def the_window_holds_twice_as_many(window: sp.Expr, neurons: sp.Expr, trial: Trial) -> Findings:
    """A mass of 2k at the window's angle costs half of ε; an angle within ±η has the share 2η of 2π."""
    yield trial.same(near_bound.subs({total: 1, mass: 2 * k, angle: window}), eps / 2)
    yield trial.same(neurons * 2 * window / (2 * sp.pi), 2 * k)


def chernoff_tails() -> list[sp.Expr]:
    """The least Chernoff bounds for a Gamma(k) variable at 2k, and for a count of mean 2k at k: stationary in s."""
    s = sp.Symbol("s", positive=True)
    exponents = {-2 * s - sp.log(1 - s): sp.Rational(1, 2), s + 2 * (sp.exp(-s) - 1): sp.log(2)}
    if any(sp.diff(each, s).subs(s, place) != 0 for each, place in exponents.items()):
        raise ValueError("a Chernoff bound is not the least one")
    return [sp.exp(k * each.subs(s, place)) for each, place in exponents.items()]


def tail_of_mass(count: int) -> sp.Expr:
    """The integral of u^(count−1) e^−u/(count − 1)! from 2·count on: an incomplete gamma function, by what that means."""
    return sp.expand_func(sp.uppergamma(count, 2 * count)) / sp.factorial(count - 1)


@exact(measured_separation)
def masses_have_this_tail(mass_tail: sp.Expr, trial: Trial) -> Findings:
    """The integral of the density of up to four neurons' mass."""
    for count in range(1, 5):
        yield trial.same(mass_tail.subs(k, count).doit(), trial.once(tail_of_mass, count))


@exact(measured_separation)
def neurons_fail_by_their_signs_and_their_number(no_strength: sp.Expr, asked: sp.Expr, trial: Trial) -> Findings:
    """A neuron lies in the window with a positive strength with half of the window's share; the number of neurons that is asked for has the
    failure as the probability that none is aligned (N2).
    """
    inside = 2 * window / (2 * sp.pi)
    number = sp.ceiling(neurons)
    harmless = (1 - inside) + inside / 2
    yield trial.same(sp.log(no_strength), number * sp.log(harmless), by=lambda gap: sp.expand_log(gap, force=True))
    yield trial.same(asked * sp.log(1 - aligned), sp.log(failure))


def logarithm(gap: sp.Expr) -> sp.Expr:
    return sp.expand(
        expanded_logarithms(
            gap, *(sp.log(1 / each) for each in (first, last)), *(-sp.log(each) for each in (first, last))
        )
    )


@exact(measured_separation, cost=0.4)
def failure_is_a_subset_sum_and_two_tails(tail: sp.Expr, failure: sp.Expr, kept: sp.Expr, trial: Trial) -> Findings:
    """The failure is a subset sum by R4, with the Laplace density at 2, and two Chernoff tails, for the mass and for the window."""
    for chernoff in trial.once(chernoff_tails):
        yield trial.same(sp.log(tail), sp.log(chernoff), by=logarithm)
    laplace = sp.exp(-angle) / 2
    reach = {potential.a: 2, potential.kappa: laplace.subs(angle, 2), n: k}
    sums = potential.failure.subs(reach).subs(eps, eps / 2)
    yield trial.same(failure, sums + 2 * tail)
    yield trial.same(sp.log(sums.subs(k, kept)), sp.log(delta / 2), by=logarithm)


@enclosed(measured_separation)
def tails_are_below(tail: sp.Expr, kept: sp.Expr, failure: sp.Expr, trial: Trial) -> Findings:
    """The failure at the number that is kept is at most δ. For k = 1, 5 and 40 the tail bounds a Gamma(k) variable above 2k, and at most k
    of 40k neurons in a window that holds 2k in the mean.
    """
    for size in (1, 5, 40):
        gamma = sum(sp.Rational(2 * size) ** j / sp.factorial(j) for j in range(size)) * sp.exp(-2 * size)
        p, n = sp.Rational(1, 20), 40 * size
        count = sum(sp.binomial(n, j) * p**j * (1 - p) ** (n - j) for j in range(size + 1))
        for exact_tail in (gamma, count):
            yield trial.below(exact_tail, tail.subs(k, size), at=[{}])  # an exact binomial sum
    yield trial.everywhere(failure.subs(k, kept), delta)


def strengths_and_angles(rng: np.random.Generator, size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """|c| and the angle with the first axis, of Gaussian neurons."""
    c, theta = polar(rng.standard_normal((size, 2)), rng.standard_normal(size))
    return np.abs(c), np.abs(theta)


@statistical(measured_separation, tests=1)
def neurons_fall_into_the_window(window: sp.Expr, neurons: sp.Expr, trial: Trial) -> Findings:
    """Neurons in the window with a strength of at most 2: the share 2k/N of all, times 1 − e⁻²."""
    size, at = trial.size(60_000), {k: sp.Integer(1), eps: sp.Rational(1, 2)}
    c, theta = trial.draw(strengths_and_angles, size)
    inside = int(np.count_nonzero((c <= 2) & (theta <= trial.value(window, at))))
    share = trial.value(2 * k / neurons * (1 - sp.exp(-2)), at)
    yield trial.counts(inside, size, share, observed=True)


# Single weights


def axis_errors(rng: np.random.Generator, count: int) -> list[tuple[int, ...]]:
    """Errors Δ⁺_1, Δ⁺_2, Δ⁻_1, Δ⁻_2 of the four coefficients."""
    return [tuple(map(int, row)) for row in rng.integers(-4, 5, (count, 4))]


DECISIVE = (  # together these errors distinguish the supremum from every control
    (2, 0, 0, -3),  # opposite signs on two axes: neither moduli, nor one sign, nor the positive inputs alone
    (-2, 1, -1, 1),  # opposite signs on one axis: clipped at 0
    (2, 2, 0, 0),  # two axes at once: squares add, errors do not
)


def at_point(formula: sp.Expr, at: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """An exact value; a formula without a real one is refuted."""
    try:
        return formula.xreplace(at)
    except ValueError:
        raise Refutation(f"no real number at {at}") from None


@exact(measured_separation)
def errors_on_the_axes_have_this_supremum(certificate: sp.Expr, trial: Trial) -> Findings:
    """Against the exact error of five neurons on the axes, by their kinks and arcs."""
    axes: list[Vector] = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    single = [tuple(int(i == place) * error for i in range(4)) for place in range(4) for error in (2, -3)]
    for errors in (*single, *DECISIVE, *trial.draw(axis_errors, trial.size(8))):
        square = sp.Rational(squared_error((1, 0), [(1, 0), *axes], [1, *errors]))
        value = at_point(certificate, dict(zip((*plus, *minus), map(sp.Integer, errors), strict=True)))
        yield trial.holds(value == sp.sqrt(square), f"errors {errors}: {value} beside {sp.sqrt(square)}")


# Measured

EPSILONS = (0.2, 0.01)


@exact(measured_separation)
def brackets_are_secants(
    neuron_steepest: sp.Expr, neuron_flattest: sp.Expr, weight_steepest: sp.Expr, weight_flattest: sp.Expr, trial: Trial
) -> Findings:
    """The brackets are secant slopes: of 1/ε with two logarithms and without, of one logarithm and of a constant."""
    x = sp.Symbol("x", positive=True)
    claimed = neuron_steepest, neuron_flattest, weight_steepest, weight_flattest
    for secant, size in zip(claimed, (sp.log(1 / x) ** 2 / x, 1 / x, sp.log(1 / x), sp.S.One), strict=True):
        ends = [sp.log(size.subs(x, end)) / sp.log(first / last) for end in (first, last)]
        yield trial.same(secant, ends[0] - ends[1], by=lambda gap: sp.cancel(logarithm(gap)))


def first_sizes(rng: np.random.Generator, networks: int) -> dict[str, NDArray[np.float64]]:
    """The first N at which tickets are found at both errors, as the study finds them: float[2, networks]."""
    seed = int(rng.integers(2**63))
    weights = [first_by_weights(seed, net, EPSILONS) for net in range(networks)]
    whole = [[first_near_target(seed, net, error, NEURONS_LINEAR) for error in EPSILONS] for net in range(networks)]
    return {"neuron": np.array(whole).T, "weight": np.array(weights).T}


@empirical(measured_separation, cost=0.7)
@control(
    "the other's slope",
    neuron_steepest=weight_steepest,
    neuron_flattest=weight_flattest,
    weight_steepest=neuron_steepest,
    weight_flattest=neuron_flattest,
)
@control("weights like neurons", weight_steepest=neuron_steepest, weight_flattest=neuron_flattest)
@control("neurons like weights", neuron_steepest=weight_steepest, neuron_flattest=weight_flattest)
def found_sizes_have_these_slopes(
    neuron_steepest: sp.Expr, neuron_flattest: sp.Expr, weight_steepest: sp.Expr, weight_flattest: sp.Expr, trial: Trial
) -> Findings:
    """Order statistics bound each median, and so each slope, at level 2e-8: its interval meets the secants."""
    sizes = trial.draw(first_sizes, trial.size(51))
    ends = {first: sp.Rational(1, 5), last: sp.Rational(1, 100)}
    brackets = {"neuron": (neuron_steepest, neuron_flattest), "weight": (weight_steepest, weight_flattest)}
    for kind, bracket in brackets.items():
        low, high = (trial.value(end, ends) for end in bracket)
        measured = slope(sizes[kind][0], sizes[kind][1], EPSILONS)[1]
        level = f"level {2 * (1 - CONFIDENCE):.0e}"
        yield trial.at_most(measured.low, high, f"{kind}s, steepest slope at {level}")
        yield trial.at_most(-measured.high, -low, f"{kind}s, flattest slope at {level}, negated")


def readings(rng: np.random.Generator, networks: int, size: int) -> NDArray[np.float64]:
    """Errors of tickets of single weights without and with an output ReLU: float[2, networks]."""
    found = []
    for _ in range(networks):
        ticket = weight_ticket(rng.standard_normal((size, 2)), rng.standard_normal(size), TARGET)
        found.append([plane_error(ticket.weights, ticket.outputs, TARGET, relu_out) for relu_out in (False, True)])
    return np.array(found).T


@statistical(measured_separation, tests=1, cost=0.2)
def a_linear_output_loses_the_tickets(fails: Reading, success: sp.Expr, trial: Trial) -> Findings:
    """Of networks of 96 neurons, those with an error within 10⁻⁴ are no more frequent than N4.2 allows, about one in forty."""
    networks, error = trial.size(40), sp.Rational(1, 10_000)
    errors = trial.draw(readings, networks, 96)[int(fails.relu_output)]
    found = int(np.count_nonzero(errors <= float(error)))
    yield trial.counts(found, networks, trial.value(success, {N: sp.Integer(96), eps: error}), "above", observed=True)


@enclosed(measured_separation)
def no_sum_exceeds_its_moduli(near_bound: sp.Expr, trial: Trial) -> Findings:
    """The bound is at most 1 plus the mass plus the mass times the angle."""
    yield trial.below(near_bound, 1 + mass + mass * angle)
