"""What graphons predict of the expressivity of masks: laws of counts, relays and isolated inputs (E1, E8, E10)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from numbers import Rational, Real
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, xlog1py, xlogy

from sparse_limits.numerics.arguments import MOST_COUNT, InputError, checked_integer
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.exact.balls import enclose
from sparse_limits.numerics.expressivity.counts import column_indices
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.masks.composition import GridGraphon, compose_graphons
from sparse_limits.numerics.statistics.exact_tests import binomial_at_least, binomial_at_most
from sparse_limits.theory.expressivity import paths, relays, symbols

Floats = NDArray[np.floating]
BEYOND_FLOATS = 340  # digits: what may be 0 and has them all is below all floats


@dataclass(frozen=True)
class CountLaw:
    """The law Bin(trials, chance) of a number of neurons; InputError unless trials ≥ 1 and 0 ≤ chance ≤ 1."""

    trials: int
    chance: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "trials", checked_integer("trials", self.trials, 1, MOST_COUNT))
        object.__setattr__(self, "chance", _checked_chance("chance", self.chance))

    @property
    def mean(self) -> float:
        return self.trials * self.chance

    @property
    def variance(self) -> float:
        return self.mean * (1 - self.chance)

    def at_least(self, count: int) -> float:
        """The probability of `count` or more; InputError unless 0 ≤ count < 2³¹."""
        return binomial_at_least(checked_integer("count", count, 0, MOST_COUNT), self.trials, self.chance)

    def interval(self, miss: float = 1e-3) -> tuple[int, int]:
        """Ends of an interval below and above which the count lies with probability at most miss/2 each.

        InputError unless 0 < miss < 1.
        """
        if not isinstance(miss, Real) or not 0 < miss < 1:
            raise InputError(f"miss is {miss!r}, expected a number strictly between 0 and 1")
        side = float(miss) / 2
        low = self._first(lambda count: binomial_at_most(count, self.trials, self.chance) > side)
        return low, self._first(lambda count: self.at_least(count + 1) <= side)

    def _first(self, holds: Callable[[int], bool]) -> int:
        """The first count from which on a condition holds, as it does at `trials`."""
        return bisect_left(range(self.trials), True, key=holds)


class RelayLaw(NamedTuple):
    """Mean and variance of the share of second-layer neurons that relays connect with all inputs."""

    mean: float
    variance: float


def wired_law(graphon: GridGraphon, inputs: ArrayLike, neurons: int) -> CountLaw:
    """The law of the number of `neurons`, with iid latents, that are wired to all of `inputs`, columns of the grid (E1).

    InputError unless the graphon's values are probabilities and `inputs` distinct columns of it.
    """
    _check_probabilities(graphon)
    active = column_indices(graphon.values.shape[1], inputs)
    share = float(graphon.rows.weights @ graphon.values[:, active].prod(axis=1))
    return CountLaw(checked_integer("neurons", neurons, 1, MOST_COUNT), min(1.0, share))


def relay_law(first_width: int, second_width: int, inputs: int, density: float | Fraction) -> RelayLaw:
    """Of the relays of an even split, all edges independent of one density in (0, 1] (E8). InputError otherwise."""
    if _checked_chance("density", density) == 0:
        raise InputError("density is 0, expected a positive number")
    at = {
        symbols.m: checked_integer("first_width", first_width, 1, MOST_COUNT),
        relays.second_width: checked_integer("second_width", second_width, 1, MOST_COUNT),
        symbols.k: checked_integer("inputs", inputs, 1, MOST_COUNT),
        symbols.p: Fraction(density if isinstance(density, Rational) else float(density)),
    }
    expressions = relays.relay_layer.expressions
    return RelayLaw(*(_nearest_float(expressions[name], at) for name in ("relayed", "variance")))


def _nearest_float(expression: sp.Expr, at: Mapping[sp.Symbol, object]) -> float:
    """The value, from a ball that is small beside it, or below all floats where it contains 0: variances may be 1e−60."""
    return float(enclose(expression, at, digits=BEYOND_FLOATS).real.mid())


def isolation(layers: Sequence[GridGraphon], neurons: int) -> Floats:
    """The probability that no path leaves each input of a network with one hidden layer of `neurons` (E10). float[d]

    layers: W¹ [hidden, input] and W² [1, hidden] on one hidden latent. InputError otherwise, or unless their values are
    probabilities.
    """
    if len(layers) != 2 or layers[-1].rows.positions.size != 1:
        raise InputError("layers are not two graphons, the last with one row: expected one hidden layer and one output")
    for layer in layers:
        _check_probabilities(layer)
    shares = np.clip(compose_graphons(layers).column_degrees, 0.0, 1.0)
    formula = numeric((paths.rho_path, symbols.n), paths.isolated_input.expressions["no_path"])
    return np.asarray(formula(shares, float(checked_integer("neurons", neurons, 1, MOST_COUNT))), dtype=np.float64)


def homogeneous_isolation(widths: Sequence[int], densities: Sequence[float]) -> float:
    """The probability that no path leaves an input, for any number of hidden layers of one density each (E10).

    widths n_1, …, n_L and densities p_1, …, p_{L+1} in [0, 1], the last that of the edges to one output. The number of
    neurons reached is a Markov chain; time and memory grow with the product of two widths. Rounding changes the probability by a
    share of about 1e-10 for each layer of the largest width, less for others. InputError otherwise.
    """
    sizes = [checked_integer(f"width {place}", width, 1, 2**16) for place, width in enumerate(widths)]
    if not sizes or len(densities) != len(sizes) + 1:
        raise InputError(f"{len(sizes)} widths and {len(densities)} densities, expected one density more than widths")
    *inner, last = [_checked_chance(f"density {place}", density) for place, density in enumerate(densities)]
    masses = [(before + 1) * (after + 1) for before, after in pairwise([1, *sizes])]
    check_work(f"a chain of widths {', '.join(map(str, sizes))}", 40 * max(masses), 7e-8 * sum(masses))
    missed = (1 - last) ** np.arange(sizes[-1] + 1)  # by the number of neurons reached in the last hidden layer
    for before, size, density in reversed(list(zip([1, *sizes], sizes, inner, strict=False))):
        reached = 1 - (1 - density) ** np.arange(before + 1)
        missed = _binomial_masses(size, reached) @ missed
    return float(min(1.0, missed[1]))


def _binomial_masses(size: int, chances: Floats) -> Floats:
    """P(Bin(size, chance) = count), float[chances, size + 1]."""
    counts = np.arange(size + 1)
    choices = gammaln(size + 1) - gammaln(counts + 1) - gammaln(size - counts + 1)
    return np.exp(choices + xlogy(counts, chances[:, None]) + xlog1py(size - counts, -chances[:, None]))


def _checked_chance(name: str, value: float | Fraction) -> float:
    if not isinstance(value, Real) or isinstance(value, bool | np.bool_) or not 0 <= value <= 1:
        raise InputError(f"{name} is {value!r}, expected a number from 0 to 1")
    return float(value)


def _check_probabilities(graphon: GridGraphon) -> None:
    values = graphon.values
    if not ((values >= 0) & (values <= 1)).all():
        raise InputError(f"a graphon has values from {values.min()} to {values.max()}, expected probabilities")
