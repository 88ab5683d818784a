"""Evidence for E7: the parts of a function, and floors that no network beats without the inputs it lacks."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.core.function import AppliedUndef

from sparse_limits.numerics.evidence import Findings, Trial, exact, statistical
from sparse_limits.theory.expressivity.inactive import (
    a,
    again,
    b,
    inactive_inputs,
    inputs,
    mean,
    mean_of,
    mean_over,
    output,
    target,
    x_1,
    x_2,
)

# Steps of the proof


def given_the_second(error: sp.Expr) -> sp.Expr:
    """What stands under the mean over x₂, for any f: values at x₁ and at a fresh one are independent given x₂."""
    value, other = sp.symbols("f f'", real=True)
    here, fresh = target(x_1, x_2), target(again, x_2)
    inner = sp.Integral(fresh, (again, 0, 1))
    error = sp.sympify(error)
    sides = [(x_1, 0, 1), (x_2, 0, 1)], [(x_1, 0, 1), (again, 0, 1), (x_2, 0, 1)]
    limits = [sorted(map(str, [sp.Tuple(*each) for each in side])) for side in sides]

    def under_mean(integral: sp.Integral) -> sp.Expr:
        if sorted(map(str, integral.limits)) not in limits:
            return integral
        under = integral.function.xreplace({inner: mean}).xreplace({here: value, fresh: other})
        return under if under.atoms(AppliedUndef) else mean_of(sp.expand(under), value, other)

    outer = [each for each in error.atoms(sp.Integral) if each != inner]
    return error.xreplace({each: under_mean(each) for each in outer})


@exact(inactive_inputs, step="first input")
def projection_leaves_the_variance(conditional_error: sp.Expr, projection_error: sp.Expr, trial: Trial) -> Findings:
    """For any f, the projection error is the mean over x₂ of the error given x₂ at the output E[f | x₂]."""
    yield from alike(given_the_second(projection_error), conditional_error.subs(output, mean), trial)


def alike(found: sp.Expr, claimed: sp.Expr, trial: Trial) -> Findings:
    """That two formulas in the moments are the same; one that still has the function open is no such formula."""
    if found.atoms(AppliedUndef):
        yield trial.holds(False, f"no mean of a square given the second input: {found}")
    else:
        yield trial.same(found, claimed, by=sp.expand)


@exact(inactive_inputs, step="half the square")
def fresh_inputs_leave_the_variance(conditional_error: sp.Expr, resampled_error: sp.Expr, trial: Trial) -> Findings:
    """For any f, the error from two independent first inputs is the mean over x₂ of the same error given x₂."""
    yield from alike(given_the_second(resampled_error), conditional_error.subs(output, mean), trial)


def carried_out(formula: sp.Expr) -> sp.Expr:
    """A formula with its integrals carried out, inner ones first: of polynomials by their powers."""

    def integral(inner: sp.Expr, *limits: sp.Tuple) -> sp.Expr:
        for x, low, high in limits:
            if inner.is_polynomial(x):
                area = sp.Poly(inner, x).integrate()
                inner = area.eval(high) - area.eval(low)
            else:
                inner = sp.Integral(inner, (x, low, high)).doit()
        return inner

    return formula.replace(sp.Integral, integral)


# Integrals, samples and fitted networks


def bent(x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """A function of two inputs."""
    return x**2 * y + 2 * x - y**2


@exact(inactive_inputs)
def floor_is_what_projection_leaves(projection_error: sp.Expr, resampled_error: sp.Expr, trial: Trial) -> Findings:
    """For two polynomials of two inputs, the first of them inactive, both formulas of the floor give E f² − E (E[f | x₂])²."""
    for function in (sp.Mul, bent):
        given = mean_over(function(x_1, x_2), x_1)
        left = mean_over(mean_over(function(x_1, x_2) ** 2, x_1) - given**2, x_2)
        for claimed in (projection_error, resampled_error):
            yield trial.same(carried_out(claimed.replace(target, function)), left, by=sp.expand)


def variance_given(function: sp.Expr, names: str) -> sp.Expr:
    """Var E[f | the named inputs] on the cube."""
    mean = function
    for place, x in enumerate(inputs, start=1):
        if str(place) not in names:
            mean = mean_over(mean, x)
    second, whole = sp.expand(mean**2), mean
    for x in inputs:
        second, whole = (mean_over(part, x) for part in (second, whole))
    return sp.expand(second - whole**2)


@exact(inactive_inputs)
def floors_are_total_sobol_indices(
    floors: Mapping[str, sp.Expr], sobol: Mapping[str, sp.Expr], example: sp.Expr, trial: Trial
) -> Findings:
    """Each floor is Var f − Var E[f | active inputs], and each part of the variance follows by inclusion and exclusion.

    All are integrals of polynomials, carried out exactly.
    """
    for names, claimed in floors.items():
        active = "".join(name for name in "123" if name not in names)
        left = trial.once(variance_given, example, "123") - trial.once(variance_given, example, active)
        yield trial.same(claimed, left, by=sp.expand)
    for size in (1, 2, 3):
        for chosen in combinations("123", size):
            parts = (
                (-1) ** (size - inner) * trial.once(variance_given, example, "".join(part))
                for inner in range(1, size + 1)
                for part in combinations(chosen, inner)
            )
            yield trial.same(sobol.get("".join(chosen), sp.S.Zero), sum(parts, sp.S.Zero), by=sp.expand)


UNIT = {a: 1, b: 1}


def resampled_pairs(rng: np.random.Generator, count: int, inactive: int) -> NDArray[np.float64]:
    """½(f(x) − f(x'))² for f = x₁x₂ + x₃², x' being x with one input drawn afresh. float[count], at most ½"""
    x = rng.random((count, 3))
    other = x.copy()
    other[:, inactive] = rng.random(count)
    value, again = (each[:, 0] * each[:, 1] + each[:, 2] ** 2 for each in (x, other))
    return (value - again) ** 2 / 2


@statistical(inactive_inputs, tests=2)
def drawn_pairs_have_the_floor(floors: Mapping[str, sp.Expr], trial: Trial) -> Findings:
    """The mean of ½(f(x) − f(x'))² over drawn pairs that agree in the active inputs is the floor, with x₁ and with x₃ inactive."""
    for name in ("1", "3"):
        pairs = trial.draw(resampled_pairs, trial.size(100_000), int(name) - 1)
        yield trial.averages(pairs, trial.value(floors[name], UNIT), 0.0, 0.5)


FEATURES, TRAINING = 48, 20_000


def fitted_errors(
    rng: np.random.Generator, count: int, inactive: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(f − g)² and (E[f | active] − g)² at `count` test points: g a masked ReLU network fitted on others. 2 × float[count]

    f = x₁x₂ + x₃² on the cube; no edge leaves the inactive input; g is clipped to the range [0, 2] of f.
    """
    mask = np.ones((FEATURES, 3))
    mask[:, inactive] = 0
    weights = rng.standard_normal((FEATURES, 3)) * mask
    biases = -(weights * rng.random((FEATURES, 3))).sum(axis=1)  # kinks that meet the cube

    def hidden(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([np.maximum(x @ weights.T + biases, 0), np.ones(len(x))])

    def function(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return x[:, 0] * x[:, 1] + x[:, 2] ** 2

    train, test = rng.random((TRAINING, 3)), rng.random((count, 3))
    readout = np.linalg.lstsq(hidden(train), function(train), rcond=None)[0]
    parts = np.array_split(test, -(-count // TRAINING))  # so that memory does not grow with the effort
    network = np.clip(np.concatenate([hidden(part) @ readout for part in parts]), 0, 2)
    mean = test[:, 1] / 2 + test[:, 2] ** 2 if inactive == 0 else test[:, 0] * test[:, 1] + 1 / 3
    return (function(test) - network) ** 2, (mean - network) ** 2


@statistical(inactive_inputs, tests=1, cost=0.6)
def fitted_networks_stay_above_the_floor(floors: Mapping[str, sp.Expr], trial: Trial) -> Findings:
    """For networks g fitted without edges from x₁, the mean of (f − g)² − (E[f | x₂, x₃] − g)² is the floor.

    Each of these differences lies within [−2, 2].
    """
    errors, distances = trial.draw(fitted_errors, trial.size(60_000), 0)
    yield trial.averages(errors - distances, trial.value(floors["1"], UNIT), -2.0, 2.0)


NEAR = 0.02  # how near the claim's remark says that fitted networks come to the floor, relatively


@statistical(inactive_inputs, tests=2)
def fitted_networks_come_close(floors: Mapping[str, sp.Expr], trial: Trial) -> Findings:
    """For networks fitted without x₁, or without x₃, the mean error lies between the floor and 2 % more, the precision of the remark."""
    for name in ("1", "3"):
        errors, _ = trial.draw(fitted_errors, trial.size(200_000), int(name) - 1)
        floor = trial.value(floors[name], UNIT)
        yield trial.averages(errors, floor * (1 + NEAR / 2), 0.0, 4.0, off=floor * NEAR / 2)
