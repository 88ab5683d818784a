"""Evidence for R9: the weights that functions serve, measured exactly, and all masks of small sources."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.evidence import Finding, Trial, control, enclosed, exact
from numerics.subset_sum import IntervalUnion
from numerics.subset_sum.volumes import identity, relu, served_weights, union_volume
from theory.subset_sum.potential import a, kappa
from theory.subset_sum.product_laws import uniform_reach
from theory.subset_sum.symbols import delta, eps
from theory.subset_sum.two_layers import d_0, d_1, size, uniform_size
from theory.subset_sum.volume import (
    D,
    Theta,
    c,
    enough,
    large_parameters,
    large_share,
    large_success,
    linear_parameters,
    linear_share,
    linear_success,
    measure,
    p,
    power,
    q,
    relu_parameters,
    relu_share,
    relu_success,
    unit_excess,
    units,
    volume_bound,
)

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
KINDS = {"linear": (identity, 0), "relu": (relu, 0), "large": (relu, 2)}  # the target's σ, the least weight over ε


def steps(near: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Outputs at two probes, from −3ε/2 to 3ε."""
    values = [near * k / 2 for k in (-3, -2, -1, 0, 2, 3, 6)]
    return list(product(values, values))


def served_measure(outputs: tuple[Fraction, Fraction], near: Fraction) -> Fraction:
    """The measure of all weights that outputs at the two probes serve."""
    return served_weights(relu, outputs, near, 99 * near).measure


def largest_share(kind: str, near: Fraction, reach: Fraction) -> Fraction:
    """The largest share of the weights that outputs at the two probes serve."""
    sigma, least = KINDS[kind][0], KINDS[kind][1] * near
    lengths = (served_weights(sigma, at, near, reach, least).measure for at in steps(near))
    return max(lengths) / (2 * (reach - least))


@exact(volume_bound)
@control("an interval about p alone", measure=2 * eps)
@control("for outputs that are not negative", measure=sp.Piecewise((0, sp.Or(p < 0, q < 0)), (measure, True)))
@control("all that are small serve", measure=sp.Piecewise((4 * eps, sp.Max(p, q) <= eps), (measure, True)))
@control("10 % more", measure=MORE * measure)
@control("the linear constant for ReLU", relu_share=linear_share)
@control("10 % less", relu_share=LESS * relu_share)
@control("not more than all, forgotten", relu_share=2 * eps / c)
@control("ReLU's constant for linear targets", linear_share=relu_share)
@control("10 % more, linear", linear_share=MORE * linear_share)
@control("small weights as well", large_share=relu_share)
@control("all weights", large_share=linear_share)
@control("10 % less, large", large_share=LESS * large_share)
def one_function_serves_its_share(
    measure: sp.Expr, relu_share: sp.Expr, linear_share: sp.Expr, large_share: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The set of weights cut into pieces: its measure for all pairs of outputs, and the largest against the shares."""
    near = Fraction(1, 7)
    for up, down in steps(near):
        found = trial.once(served_measure, (up, down), near)
        claimed = measure.subs({p: up, q: down, eps: near})
        yield trial.holds(claimed == found, f"ε = {near}, outputs {up}, {down}: {found}, claimed {claimed}")
    shares = {"linear": linear_share, "relu": relu_share, "large": large_share}
    for ratio in (20, Fraction(9, 2), Fraction(7, 3), 4, Fraction(3, 4)):
        for kind, share in shares.items():
            if kind == "large" and ratio < 4:
                continue
            found = trial.once(largest_share, kind, near, ratio * near)
            claimed = share.subs({eps: near, c: ratio * near})
            yield trial.holds(claimed == found, f"{kind}: {found} of a weight, claimed {claimed}")


def doubling(items: int) -> list[int]:
    """The subset sums of 1, 2, 4, …, the last power negative."""
    powers = [2**k for k in range(items - 1)] + [-(2 ** (items - 1))]
    return [sum(part) for part in product(*((0, power) for power in powers))]


def doubling_share(kind: str, items: int, weights: int, reach: int) -> Fraction:
    """The share of the targets with some weights that masked copies of doubling numbers serve at ε = 1."""
    sigma, least = KINDS[kind]
    outputs = ((sigma(Fraction(2 * total)), sigma(Fraction(-2 * total))) for total in doubling(items))
    served = union_volume([[served_weights(sigma, at, 1, reach, least)] for at in outputs])
    return (served / (2 * (reach - least))) ** weights


@exact(volume_bound)
@control("ReLU's constant for linear targets", linear_success=relu_success)
@control("masks that do not count", linear_success=linear_success.subs(Theta, 0))
@control("as many masks as parameters", linear_success=sp.Min(1, (1 + Theta) * linear_success.subs(Theta, 0)))
@control("one weight", linear_success=linear_success.subs(D, 1))
@control("10 % more", linear_success=MORE * linear_success)
@control("twice the intervals", enough=D * sp.log(c / eps) / sp.log(2))
@control("for one weight", enough=enough.subs(D, 1))
@control("10 % fewer", enough=LESS * enough)
@control("10 % more parameters", enough=MORE * enough)
def doubling_numbers_attain_the_bounds(linear_success: sp.Expr, enough: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All masks of masked copies: the share they serve exactly, and with the number of them that is enough all of it."""
    for items, weights, reach in ((1, 3, 5), (2, 1, 8), (3, 2, 20), (4, 1, 17)):
        found = trial.once(doubling_share, "linear", items, weights, reach)
        claimed = linear_success.subs({Theta: items * weights, D: weights, c: reach, eps: 1})
        yield trial.holds(claimed == found, f"{items} items for each of {weights} weights: {found}, claimed {claimed}")
    for items, weights in ((1, 1), (3, 2), (5, 3)):
        reach = 2**items - 1
        found = trial.once(doubling_share, "linear", items, weights, reach)
        yield trial.holds(found == 1, f"{items} items for each weight up to {reach}ε serve {found}")
        yield trial.same(enough.subs({D: weights, c: reach, eps: 1}), items * weights)


def random_source(rng: np.random.Generator, inputs: int, width: int, outputs: int) -> NDArray[np.int64]:
    """The outputs at ±e_i of a random network of two layers, or one if the width is 0, under all masks.

    int[2^parameters, inputs, outputs, 2 signs]
    """
    shapes = [(inputs, width), (width, outputs)] if width else [(inputs, outputs)]
    layers = [rng.integers(-5, 6, shape) for shape in shapes]
    parameters = sum(layer.size for layer in layers)
    kept = np.array(list(product((0, 1), repeat=parameters)))
    x = np.stack([np.eye(inputs, dtype=np.int64), -np.eye(inputs, dtype=np.int64)], axis=1)  # [in, signs, in]
    values, start = x[None], 0
    for place, layer in enumerate(layers):
        masked = layer * kept[:, start : start + layer.size].reshape(-1, *layer.shape)
        values = (np.maximum(values, 0) if place else values) @ masked[:, None]
        start += layer.size
    return values.transpose(0, 1, 3, 2)


def source_share(rng: np.random.Generator, sizes: tuple[int, int, int], kind: str, reach: int) -> tuple[int, Fraction]:
    """The parameters of a random source and the share of targets that its masks serve at ε = 1."""
    functions = random_source(rng, *sizes)
    sigma, least = KINDS[kind]
    values = functions if sigma is identity else np.maximum(functions, 0)
    rows = {tuple(map(tuple, each.reshape(-1, 2).tolist())) for each in values}
    boxes = [[served_weights(sigma, at, 1, reach, least) for at in row] for row in rows]
    whole = Fraction(2 * (reach - least)) ** (sizes[0] * sizes[2])
    return len(functions).bit_length() - 1, union_volume(boxes) / whole


SOURCES = (((1, 2, 1), 40), ((1, 0, 2), 12), ((2, 1, 1), 12))


@exact(volume_bound, cost=0.4)
@control("masks that do not count", linear_success=linear_success.subs(Theta, 0))
@control("masks to base √2", linear_success=linear_success.subs(Theta, Theta / 2))
@control("masks that do not count, ReLU", relu_success=relu_success.subs(Theta, 0))
@control("the linear constant without masks", relu_success=linear_success.subs(Theta, 0))
@control("masks that do not count, large", large_success=large_success.subs(Theta, 0))
def random_sources_keep_the_bounds(
    linear_success: sp.Expr, relu_success: sp.Expr, large_success: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """All masks of random networks of one and two layers, and of doubling numbers: unions of boxes of weights, exactly."""
    bounds = {"linear": linear_success, "relu": relu_success, "large": large_success}
    for kind, success in bounds.items():
        for reach in (17, 5):
            found = trial.once(doubling_share, kind, 4, 1, reach)
            claimed = success.subs({Theta: 4, D: 1, c: reach, eps: 1})
            detail = f"{kind}: doubling numbers serve {float(found):.3g}, bound {float(claimed):.3g}"
            yield trial.holds(found <= claimed <= 1, detail)
        for sizes, reach in SOURCES:
            for replicate in range(trial.size(2)):
                masked, found = trial.draw(source_share, sizes, kind, reach, replicate=replicate)
                claimed = success.subs({Theta: masked, D: sizes[0] * sizes[2], c: reach, eps: 1})
                detail = f"{kind}: {masked} parameters serve {float(found):.3g}, bound {float(claimed):.3g}"
                yield trial.holds(found <= claimed, detail)


def covered_share(rng: np.random.Generator, items: int, near: float) -> Fraction:
    """The share of [−1, 1] within ε of a subset sum of uniform items."""
    sums = np.zeros(1)
    for x in rng.uniform(-1, 1, items):
        sums = np.concatenate([sums, sums + x])
    pieces = ((Fraction(total) - Fraction(near), Fraction(total) + Fraction(near)) for total in sums[abs(sums) < 2])
    return IntervalUnion.of(pieces, (-1, 1)).measure / 2


@exact(volume_bound)
@control("half as many masks", linear_success=linear_success.subs(Theta, Theta - 1))
@control("masks to base √2", linear_success=linear_success.subs(Theta, Theta / 2))
def random_items_cover_less_than_their_volume(linear_success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One weight and the subset sums of eight or ten uniform items: at most 2ⁿε, and somewhere more than half of it."""
    for items, near in ((8, 2.0**-9), (10, 2.0**-13)):
        claimed = linear_success.subs({Theta: items, D: 1, c: 1, eps: sp.Rational(near)})
        for replicate in range(trial.size(16 if items == 8 else 2)):
            found = trial.draw(covered_share, items, near, replicate=replicate)
            yield trial.holds(found <= claimed, f"{items} items cover {float(found):.3g}, bound {float(claimed):.3g}")


@enclosed(volume_bound)
@control("10 % more", linear_parameters=MORE * linear_parameters)
@control("ReLU's bound for linear targets", linear_parameters=relu_parameters)
@control("10 % less", relu_parameters=LESS * relu_parameters)
@control("natural logarithms", relu_parameters=sp.log(2) * relu_parameters)
@control("whatever the probability", relu_parameters=relu_parameters.subs(delta, 0))
@control("small weights as well", large_parameters=relu_parameters)
@control("all weights", large_parameters=linear_parameters)
@control("masks to base 4", linear_success=linear_success.subs(Theta, 2 * Theta))
@control("masks to base 4, ReLU", relu_success=relu_success.subs(Theta, 2 * Theta))
@control("masks to base 4, large", large_success=large_success.subs(Theta, 2 * Theta))
def parameters_solve_the_equation(
    linear_parameters: sp.Expr,
    relu_parameters: sp.Expr,
    large_parameters: sp.Expr,
    linear_success: sp.Expr,
    relu_success: sp.Expr,
    large_success: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """With so many parameters the bound on the probability is 1 − δ; no function more than the share of volume."""
    needed = linear_parameters, relu_parameters, large_parameters
    per_function = eps / c, 2 * eps / c, 2 * eps / (2 * c - 4 * eps)  # lengths 2ε, 4ε, 2ε of 2c, 2c, 2(c − 2ε)
    for count, success, share in zip(needed, (linear_success, relu_success, large_success), per_function, strict=True):
        at = trial.points(D, c, eps, delta)[:2]
        yield trial.same(2**count * share**D, 1 - delta, by=None, at=at)
        yield trial.same(success.subs(Theta, count), 1 - delta, by=None, at=at)


@enclosed(volume_bound)
@control("weights squared", large_parameters=large_parameters.subs(D, D**2))
@control("exponential in the accuracy", relu_parameters=relu_parameters.subs(eps, eps**9))
@control("fewer than needed", enough=enough / 2)
@control("weights squared, linear", linear_parameters=linear_parameters.subs(D, D**2))
def tickets_that_exist_are_allowed(
    linear_parameters: sp.Expr, relu_parameters: sp.Expr, large_parameters: sp.Expr, enough: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """R8's random sources have more parameters than needed, and doubling numbers nearly as few; beyond 4ε large weights ask for more."""
    near, reach, one = sp.Rational(1, 2**11), uniform_reach / 2, sp.Rational(1, 2)
    for inputs, outputs in ((20, 30), (1, 1)):
        at = {d_0: inputs, d_1: outputs, eps: near, delta: one}
        have = uniform_size.subs(at) * inputs * (outputs + 1)
        here = {D: inputs * outputs, c: reach, eps: near, delta: one}
        for needed in (linear_parameters, relu_parameters, large_parameters):
            yield trial.below(needed.subs(here), have, at=[{}])
        yield trial.below(large_parameters.subs(here), enough.subs(here), at=[{}])
        yield trial.below(linear_parameters.subs(here), enough.subs(here), at=[{}])
        gap = here[D] * sp.log((reach + near) / (reach - 2 * near)) / sp.log(2) - sp.log(1 - one) / sp.log(2)
        yield trial.below(enough.subs(here), large_parameters.subs(here) + gap * MORE, at=[{}])
        yield trial.below(relu_parameters.subs(here), large_parameters.subs(here), at=[{}], strict=True)


@exact(volume_bound, cost=0.4)
@control("all entries of both layers", units=large_parameters.subs(D, d_0 * d_1) / (d_0 * (d_0 + d_1)))
@control("one parameter for each unit", units=large_parameters.subs(D, d_0 * d_1) / d_0)
@control("10 % more units", units=MORE * units)
@control("one factor 1/ε", unit_excess=unit_excess.subs(power, power - 1))
@control("whatever the failure", unit_excess=unit_excess.subs(power, 0))
@control("many outputs", unit_excess=unit_excess * d_1 / (d_1 + 1))
@control("all items usable", unit_excess=unit_excess.subs(kappa, 2 * kappa))
@control("10 % less excess", unit_excess=LESS * unit_excess)
def units_are_right_in_order_for_few_weights(units: sp.Expr, unit_excess: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The parameters in the blocks, counted, against those needed; and the limit of R8's number over this one."""
    for inputs, outputs, each in ((1, 1, 3), (3, 2, 4), (2, 5, 1)):
        kept = sum(1 + outputs for _ in range(inputs * each))  # of a unit: its entry from its input, all to the outputs
        needed = units.subs({d_0: inputs, d_1: outputs}) * sp.Rational(kept, each)
        yield trial.same(needed, large_parameters.subs(D, inputs * outputs))
    x = sp.Symbol("x", positive=True)  # log 1/ε
    for inputs, outputs in ((1, 1), (3, 2)):
        shape = {d_0: inputs, d_1: outputs}
        asked = sp.expand_log(size.subs({**shape, delta: eps**power / 2}).subs(eps, sp.exp(-x)))
        least = units.subs({**shape, c: a / 2, delta: 0}).subs(eps, sp.exp(-x))  # δ → 0 changes it by o(1)
        slopes = (sp.limit(sp.diff(count, x), x, sp.oo) for count in (asked, least))
        yield trial.same(next(slopes) / next(slopes), unit_excess.subs(shape))


@enclosed(volume_bound)
@control("one parameter for each unit", units=units * (1 + 1 / d_1))
@control("ReLU's small weights as well", units=relu_parameters.subs(D, d_0 * d_1) / (d_0 * (d_1 + 1)))
def the_order_depends_on_the_shape(units: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A thousand inputs and one output: R8's 442 units for each input, where this bound asks for more than 3.7, below 3.8."""
    at = {d_0: 1000, d_1: 1, eps: sp.Rational(1, 1000), delta: sp.Rational(1, 2), c: uniform_reach / 2}
    asked, least = uniform_size.subs(at), units.subs(at)
    for low, high in ((441, asked), (asked, 442), (sp.Rational(37, 10), least), (least, sp.Rational(38, 10))):
        yield trial.below(low, high, at=[{}])
