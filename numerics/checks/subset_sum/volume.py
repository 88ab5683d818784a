"""Evidence for R9: what all masks of small sources serve, and how many parameters it takes."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.subset_sum.volume_shares import KINDS
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.subset_sum import IntervalUnion
from sparse_limits.numerics.subset_sum.volumes import identity, relu, served_weights, union_volume
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.product_laws import uniform_reach
from sparse_limits.theory.subset_sum.symbols import delta, eps
from sparse_limits.theory.subset_sum.two_layers import d_0, d_1, size, uniform_size
from sparse_limits.theory.subset_sum.volume import D, Theta, c, power, volume_bound

MORE = sp.Rational(11, 10)


def doubling_sums(items: int) -> list[int]:
    """The subset sums of 1, 2, 4, …, the last power negative."""
    powers = [2**k for k in range(items - 1)] + [-(2 ** (items - 1))]
    return [sum(part) for part in product(*((0, power) for power in powers))]


def doubling_share(kind: str, items: int, weights: int, reach: int) -> Fraction:
    """The share of the targets with some weights that masked copies of doubling numbers serve at ε = 1."""
    sigma, least = KINDS[kind]
    outputs = ((sigma(Fraction(2 * total)), sigma(Fraction(-2 * total))) for total in doubling_sums(items))
    served = union_volume([[served_weights(sigma, at, 1, reach, least)] for at in outputs])
    return (served / (2 * (reach - least))) ** weights


@exact(volume_bound, step="masks")
def masks_are_added_up(
    relu_share: sp.Expr, large_share: sp.Expr, relu_success: sp.Expr, large_success: sp.Expr, trial: Trial
) -> Findings:
    """The bound adds up a term for each mask of up to four parameters, for any number of weights; no probability exceeds 1."""
    for success, share in ((relu_success, relu_share), (large_success, large_share)):
        cases = (
            (valued(success, {Theta: number}), sp.Min(1, sp.Add(*(share**D for _ in product((0, 1), repeat=number)))))
            for number in range(5)
        )
        yield trial.at_sizes(cases, "numbers of parameters")


def without_minimum(success: sp.Expr) -> sp.Expr:
    """What it is where no probability and no share is 1, and what it is at most elsewhere."""
    return success.replace(
        lambda each: isinstance(each, sp.Min), lambda each: sp.Mul(*(part for part in each.args if part != 1))
    )


def by_powers(gap: sp.Expr) -> sp.Expr:
    """Simplified, with powers of products multiplied out."""
    return sp.simplify(sp.powdenest(sp.expand_power_base(gap)))


@exact(volume_bound, step="linear success")
def doubling_numbers_serve_as_many(
    linear_share: sp.Expr, linear_success: sp.Expr, doubling: sp.Expr, trial: Trial
) -> Findings:
    """The bound is the power of the share that is served, where both are below 1; and it adds up a term for each mask of up to four
    parameters.
    """
    yield trial.same(without_minimum(linear_success), doubling**D, by=by_powers)
    cases = (
        (valued(linear_success, {Theta: number}), sp.Min(1, sp.Add(*(linear_share**D for _ in range(2**number)))))
        for number in range(5)
    )
    yield trial.at_sizes(cases, "numbers of parameters")


@exact(volume_bound)
def doubling_numbers_attain_the_bounds(linear_success: sp.Expr, enough: sp.Expr, trial: Trial) -> Findings:
    """With all masks, copies of doubling numbers serve exactly the claimed share of the targets, and all of them with the number that is
    claimed to be enough.
    """
    for items, weights, reach in ((1, 3, 5), (2, 1, 8), (3, 2, 20), (4, 1, 17)):
        found = trial.once(doubling_share, "linear", items, weights, reach)
        claimed = valued(linear_success, {Theta: items * weights, D: weights, c: reach, eps: 1})
        yield trial.holds(claimed == found, f"{items} items for each of {weights} weights: {found}, claimed {claimed}")
    for items, weights in ((1, 1), (3, 2), (5, 3)):
        reach = 2**items - 1
        found = trial.once(doubling_share, "linear", items, weights, reach)
        yield trial.holds(found == 1, f"{items} items for each weight up to {reach}ε serve {found}")
        yield trial.same(enough.subs({D: weights, c: reach, eps: 1}), items * weights)


def tripled_share(items: int, weights: int) -> Fraction:
    """The share of targets with weights between 2ε and c that copies of 3ε, 6ε, 12ε, … with a ReLU serve, where c is the next of these
    numbers.
    """
    reach = 3 * 2**items
    served = union_volume([[served_weights(relu, (3 * total, 0), 1, reach, 2)] for total in range(2**items)])
    share: Fraction = (served / (2 * (reach - 2))) ** weights
    return share


@exact(volume_bound)
def numbers_that_double_from_three_attain_the_bound(large_success: sp.Expr, trial: Trial) -> Findings:
    """Each mask but the empty one serves an interval of length 2ε: with k items for each of D weights this is (1 − 2⁻ᵏ)ᴰ of the bound."""
    for items, weights in ((1, 1), (3, 2), (7, 1)):
        found = trial.once(tripled_share, items, weights)
        claimed = valued(large_success, {Theta: items * weights, D: weights, c: 3 * 2**items, eps: 1})
        detail = f"{items} items for each of {weights} weights: {float(found):.3g}, bound {float(claimed):.3g}"
        yield trial.holds(found == claimed * (1 - Fraction(1, 2**items)) ** weights, detail)


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
def random_sources_keep_the_bounds(
    linear_success: sp.Expr, relu_success: sp.Expr, large_success: sp.Expr, trial: Trial
) -> Findings:
    """All masks of random networks of one and two layers, and of doubling numbers: unions of boxes of weights, exactly."""
    bounds = {"linear": linear_success, "relu": relu_success, "large": large_success}
    for kind, success in bounds.items():
        for reach in (17, 5):
            found = trial.once(doubling_share, kind, 4, 1, reach)
            claimed = valued(success, {Theta: 4, D: 1, c: reach, eps: 1})
            detail = f"{kind}: doubling numbers serve {float(found):.3g}, bound {float(claimed):.3g}"
            yield trial.holds(found <= claimed <= 1, detail)
        for sizes, reach in SOURCES:
            for replicate in range(trial.size(2)):
                masked, found = trial.draw(source_share, sizes, kind, reach, replicate=replicate)
                claimed = valued(success, {Theta: masked, D: sizes[0] * sizes[2], c: reach, eps: 1})
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
def random_items_cover_less_than_their_volume(linear_success: sp.Expr, trial: Trial) -> Findings:
    """One weight and the subset sums of eight or ten uniform items: they cover at most 2ⁿε."""
    for items, near in ((8, 2.0**-9), (10, 2.0**-13)):
        claimed = valued(linear_success, {Theta: items, D: 1, c: 1, eps: sp.Rational(near)})
        for replicate in range(trial.size(16 if items == 8 else 2)):
            found = trial.draw(covered_share, items, near, replicate=replicate)
            yield trial.holds(found <= claimed, f"{items} items cover {float(found):.3g}, bound {float(claimed):.3g}")


def beyond(least: int) -> Callable[[sp.Expr], sp.Expr]:
    """The reduction that takes logarithms apart where c exceeds a multiple of ε."""
    x = sp.Symbol("x", positive=True)

    def reduced(gap: sp.Expr) -> sp.Expr:
        gap = gap.subs(c, least * eps + x)
        gap = gap.replace(lambda each: isinstance(each, sp.log), lambda each: sp.log(sp.factor(each.args[0])))
        return split_logarithms(gap, 1 - delta, -(delta - 1))

    return reduced


@exact(volume_bound, step="parameters")
def parameters_solve_the_equation(
    linear_parameters: sp.Expr,
    relu_parameters: sp.Expr,
    large_parameters: sp.Expr,
    linear_success: sp.Expr,
    relu_success: sp.Expr,
    large_success: sp.Expr,
    trial: Trial,
) -> Findings:
    """At so many parameters the logarithm of 2^Θ times the power of the share is that of 1 − δ; for c > 4ε large weights need at least as
    many as all weights with a ReLU.
    """
    bounds = ((linear_success, linear_parameters, 0), (relu_success, relu_parameters, 0))
    for success, needed, least in (*bounds, (large_success, large_parameters, 2)):
        power = sp.expand_log(sp.log(without_minimum(success)))
        yield trial.same(power.subs(Theta, needed), sp.log(1 - delta), by=beyond(least))
    x = sp.Symbol("x", positive=True)
    more = sp.exp((large_parameters - relu_parameters) * sp.log(2) / D).subs(c, 4 * eps + x)
    yield trial.nonnegative(more - 1, x / (4 * eps + x))


@enclosed(volume_bound)
def tickets_that_exist_are_allowed(
    linear_parameters: sp.Expr, relu_parameters: sp.Expr, large_parameters: sp.Expr, enough: sp.Expr, trial: Trial
) -> Findings:
    """R8's random sources have more parameters than needed, and doubling numbers nearly as few; beyond 4ε large weights ask for more."""
    near, reach, one = sp.Rational(1, 2**11), uniform_reach / 2, sp.Rational(1, 2)
    for inputs, outputs in ((20, 30), (1, 1)):
        at = {d_0: inputs, d_1: outputs, eps: near, delta: one}
        have = valued(uniform_size, at) * inputs * (outputs + 1)
        here = {D: inputs * outputs, c: reach, eps: near, delta: one}
        for needed in (linear_parameters, relu_parameters, large_parameters):
            yield trial.below(valued(needed, here), have, at=[{}])
        yield trial.below(large_parameters.subs(here), enough.subs(here), at=[{}])
        yield trial.below(linear_parameters.subs(here), enough.subs(here), at=[{}])
        gap = here[D] * sp.log((reach + near) / (reach - 2 * near)) / sp.log(2) - sp.log(1 - one) / sp.log(2)
        yield trial.below(enough.subs(here), large_parameters.subs(here) + gap * MORE, at=[{}])
        yield trial.below(relu_parameters.subs(here), large_parameters.subs(here), at=[{}], strict=True)


@exact(volume_bound, step="units")
def units_have_the_parameters_in_blocks(units: sp.Expr, large_parameters: sp.Expr, trial: Trial) -> Findings:
    """A block of units for each input, each unit with one entry before it and one to each output, has the parameters that are needed."""
    i, j = sp.symbols("i j", integer=True)
    kept = sp.Sum(units * (1 + sp.Sum(1, (j, 1, d_1))), (i, 1, d_0)).doit()
    yield trial.same(kept, large_parameters.subs(D, d_0 * d_1))


def growth(count: sp.Expr) -> sp.Expr:
    """The limit of its slope in log 1/ε, as ε tends to 0."""
    x = sp.Symbol("x", positive=True)
    inner = count.replace(lambda each: isinstance(each, sp.log), lambda each: sp.log(sp.factor(each.args[0])))
    return sp.limit(sp.together(sp.diff(inner.subs(eps, sp.exp(-x)), x)), x, sp.oo)


@exact(volume_bound, step="excess", cost=0.4)
def units_are_right_in_order_for_few_weights(units: sp.Expr, unit_excess: sp.Expr, trial: Trial) -> Findings:
    """The limit of R8's number over this one, as the quotient of their slopes in log 1/ε."""
    factor = sp.Symbol("factor", positive=True)  # δ over d_0·d_1·ε^γ
    asked = size.subs(delta, d_0 * d_1 * eps**power * factor)
    yield trial.same(unit_excess * trial.once(growth, units), trial.once(growth, asked))


@enclosed(volume_bound)
def doubling_numbers_serve_a_share(doubling: sp.Expr, trial: Trial) -> Findings:
    """Doubling numbers serve less than all weights: some near an end are left."""
    yield trial.below(doubling, sp.S.One, strict=True, needed="doubling")


@enclosed(volume_bound)
def the_order_depends_on_the_shape(units: sp.Expr, trial: Trial) -> Findings:
    """A thousand inputs and one output: R8's 442 units for each input, where this bound asks for more than 3.7, below 3.8."""
    at = {d_0: 1000, d_1: 1, eps: sp.Rational(1, 1000), delta: sp.Rational(1, 2), c: uniform_reach / 2}
    asked, least = valued(uniform_size, at), valued(units, at)
    for low, high in ((441, asked), (asked, 442), (sp.Rational(37, 10), least), (least, sp.Rational(38, 10))):
        yield trial.below(low, high, at=[{}])
