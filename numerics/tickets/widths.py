"""How wide the random network should be: what the theorem guarantees, and what usually suffices."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, prod
from typing import NamedTuple

import numpy as np
import sympy as sp

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.equivariance import EquivariantLayer
from sparse_limits.numerics.equivariance.tickets import checked_eps
from sparse_limits.numerics.exact.balls import enclose, number
from sparse_limits.numerics.subset_sum import UniformProduct
from sparse_limits.numerics.subset_sum.batch import MOST_ITEMS
from sparse_limits.numerics.subset_sum.exact_numbers import Number, exact_number
from sparse_limits.numerics.subset_sum.misses import subset_rates
from sparse_limits.numerics.tickets.bounds import layer_sizes
from sparse_limits.numerics.tickets.networks import REACH, checked_network
from sparse_limits.numerics.tickets.source import Floats
from sparse_limits.theory.equivariance import network_widths as whole
from sparse_limits.theory.equivariance import optimality
from sparse_limits.theory.equivariance import ticket as theory
from sparse_limits.theory.equivariance.architectures import weight
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.equivariance.ticket import norms
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.product_laws import uniform_reach
from sparse_limits.theory.subset_sum.symbols import delta as failure
from sparse_limits.theory.subset_sum.symbols import eps as distance

DRAWS = 1000  # samples of items for each number of them
PLACES = 16
GRID = np.linspace(0, REACH, PLACES)  # of targets at which misses are predicted; in between they are interpolated
LARGEST = 100_000
NOTHING = 1.0  # error of coefficients at which the search keeps nothing, as no product exceeds it


class LayerWidth(NamedTuple):
    """How near the coefficients of a layer are to come, and the width of its source at which they do: channels for each
    input channel and orbit. The error `NOTHING` stands for nothing kept: then the empty network does, and no other need.
    """

    coefficient_error: float
    width: int


def network_widths(
    layers: Sequence[EquivariantLayer], error: Number, delta: Number, radius: Number = 1, signed: bool = True
) -> list[LayerWidth]:
    """For each layer what keeps all outputs within `error`, except with probability delta (Q11.1): from the target alone.

    radius: the largest modulus of an input. signed: inputs may be negative. Norms and sums of coefficients that are floats
    are rounded. From the error of the empty network on nothing is kept: all errors are `NOTHING`, and all widths 1.

    Raises:
        InputError: for layers that do not fit, a layer of zeros, error ≤ 0, radius ≤ 0, delta outside (0, 1), or a
            coefficient beyond 1/(2e), for which nothing is guaranteed: rescale the network.
    """
    near, allowed = exact_number("error", error), exact_number("delta", delta)
    reach = exact_number("radius", radius)
    for name, value in (("error", near), ("radius", reach)):
        if value <= 0:
            raise InputError(f"{name} = {value}: expected a positive number")
    _checked(layers, 1, delta, signed)
    data = list(layer_data(layers))
    for k, at in enumerate(data):
        if not at[weight]:
            raise InputError(f"layer {k}: a layer of zeros, expected none, as all outputs are 0")
    product = prod((at[weight] for at in data), start=sp.S.One)
    shared = {whole.gains: product, whole.radius: reach, whole.depth: len(data), distance: near, failure: allowed}
    if near >= reach * Fraction(int(product.p), int(product.q)):
        return [LayerWidth(NOTHING, 1)] * len(data)
    at_all = {letter: sp.Rational(value) for letter, value in shared.items()}
    found = []
    for first, at in zip([signed] + [False] * (len(data) - 1), data, strict=True):
        size = whole.uniform_first_width if first else whole.uniform_later_width
        most = float(enclose(whole.layer_error, at | at_all, nonzero=True).real.mid())  # as small as it may be
        found.append(LayerWidth(min(most, REACH), max(1, ceil(number(size, at | at_all)))))
    return found


def candidates_per_parameter(
    layers: Sequence[EquivariantLayer], errors: Sequence[Number], delta: Number
) -> list[float | None]:
    """For each layer by itself, at inputs of either sign, the coefficients among which its ticket is chosen over the
    parameters that any source needs, equivariant or not (Q11.2).

    errors: by layer, of its coefficients, which are at most 1/(2e); delta: the probability of failure that is allowed to
    each. The channels are those of Q7.1 for one layer. What any source needs is known by counting its masks: None where
    that asks for nothing, as for an error of half the largest coefficient, and where elements of the basis overlap, so that
    no entry of the layer shows one coefficient alone.
    """
    allowed = exact_number("delta", delta)
    laws = {a: uniform_reach, kappa: sp.Rational(1, 2), optimality.spread: 1, failure: sp.Rational(allowed)}
    found: list[float | None] = []
    for layer, error in zip(layers, errors, strict=True):
        counts = dict(zip((n_in, n_out, B), layer.coeffs.shape, strict=True))
        at = laws | counts | {distance: sp.Rational(exact_number("error", error))}
        apart = (np.count_nonzero(layer.basis, axis=0) <= 1).all()
        counted = apart and number(optimality.parameters, at) > 0
        found.append(float(number(optimality.ratio, at)) if counted else None)
    return found


def layer_data(layers: Sequence[EquivariantLayer]) -> Iterator[dict[sp.Symbol, sp.Rational]]:
    """What Q11.1 asks of each layer: channels, elements of the basis, their norms and the weight; exact for exact layers."""
    for layer in layers:
        sizes = dict(zip((norms, weight), layer_sizes(layer), strict=True))
        counts = dict(zip((n_in, n_out, B), layer.coeffs.shape, strict=True))
        yield {letter: sp.Rational(exact_number(str(letter), value)) for letter, value in (counts | sizes).items()}


def guaranteed_width(layers: Sequence[EquivariantLayer], eps: Number, delta: Number, signed: bool = True) -> int:
    """A width at which all coefficients of a network are matched within eps, except with probability delta (Q7).

    The bound of Q7 for all layers together, hidden ones at inputs that are not negative. signed: inputs of the first
    layer may be negative.

    Raises:
        InputError: for layers that do not fit, eps ≤ 0, delta outside (0, 1), or a coefficient beyond 1/(2e), for which
            nothing is guaranteed: rescale the network.
    """
    near, allowed, problems = _checked(layers, eps, delta, signed)
    if near >= REACH:
        return 1  # keep nothing
    count = sum(goals.size for goals in problems)
    share = 2 * allowed / count  # of a coefficient with both signs, for which the size is written
    one = {n_in: 1, n_out: 1, B: 1, distance: sp.Rational(near), failure: sp.sympify(share, strict=True)}
    return max(1, ceil(number(theory.uniform_size, one)))


def usual_width(layers: Sequence[EquivariantLayer], eps: Number, delta: Number, signed: bool = True) -> int:
    """A width that usually suffices: by R7 about delta coefficients are missed on average. Measured, not proved.

    Raises:
        InputError: as for `guaranteed_width`, and where no width up to 10⁵ would do.
    """
    near, allowed, problems = _checked(layers, eps, delta, signed)
    if near >= REACH:
        return 1
    goals = np.abs(np.concatenate(problems))
    missed, weights = _misses(near), _weights(goals[goals > near])
    low, high = 0, 1
    while _expected_misses(high, missed, weights) > allowed:
        if high == LARGEST:
            raise InputError(f"eps = {eps}: expected one that some width up to {LARGEST} usually reaches")
        low, high = high, min(2 * high, LARGEST)
    between = range(low + 1, high)
    return between.start + bisect_left(between, True, key=lambda n: _expected_misses(n, missed, weights) <= allowed)


def _checked(
    layers: Sequence[EquivariantLayer], eps: Number, delta: Number, signed: bool
) -> tuple[float, Fraction, list[Floats]]:
    """eps, delta, and for each layer the target of every subset sum."""
    near, allowed = checked_eps(eps), exact_number("delta", delta)
    if not 0 < allowed < 1:
        raise InputError(f"delta = {delta}: expected a probability between 0 and 1")
    problems = [layer.coeffs.ravel() for layer in checked_network(layers)]
    largest = max(np.abs(goals).max() for goals in problems)
    if largest > REACH:
        raise InputError(f"a coefficient of {largest:.3g}: expected at most 1/(2e) = {REACH:.3g}, rescale the network")
    return near, allowed, [problems[0]] * bool(signed) + problems


def _misses(eps: float) -> Floats:
    """The probability that no subset comes near a target, by R7. float[items, targets on the grid]"""
    rng = np.random.default_rng(0)
    missed = np.empty((MOST_ITEMS + 1, PLACES))
    for count, row in enumerate(missed):
        items = UniformProduct().sample(rng, (DRAWS, count))
        row[:] = [np.exp(-subset_rates(items, z, eps)).mean() for z in GRID]
    return missed


def _weights(goals: Floats) -> Floats:
    """How many targets each place of the grid stands for, so that the sum of a function is one of its values there."""
    return np.array([np.interp(goals, GRID, row).sum() for row in np.eye(PLACES)])


def _expected_misses(width: int, missed: Floats, weights: Floats) -> float:
    """The expected number of targets missed: half of the items are usable, and of more than 32 every window may hit."""
    from scipy.stats import binom  # here: `scipy.stats` takes most of a second to import

    usable = np.arange(width + 1)
    chances = np.where(
        usable[:, None] <= MOST_ITEMS,
        missed[np.minimum(usable, MOST_ITEMS)],
        missed[-1] ** (usable // MOST_ITEMS)[:, None],
    )
    return float(binom.pmf(usable, width, 0.5) @ chances @ weights)
