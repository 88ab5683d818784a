"""The study of the gap: tickets for one neuron by whole neurons and by single weights, with and without an output ReLU (N8)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, inf, isfinite, log, log2, sqrt
from numbers import Real
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sympy import Rational

from sparse_limits.numerics.arguments import HIGHEST_SEED, InputError, checked_integer
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.keyed import keyed_seed
from sparse_limits.numerics.neuron_pruning.jumps import ticket_chance
from sparse_limits.numerics.neuron_pruning.tickets import (
    LinearTicket,
    NeuronTicket,
    linear_weight_ticket,
    neuron_ticket,
    plane_error,
    polar,
    weight_certificates,
    weight_ticket,
)
from sparse_limits.numerics.statistics.distribution_free import Interval, median_interval
from sparse_limits.numerics.studies.gap_sentences import sentences
from sparse_limits.numerics.studies.gap_summary import Findings, GapSummary, NetworkRow, SizeRow, SlopeRow
from sparse_limits.theory.neuron_pruning import alignment, inputs, separation, weight_pruning

Floats = NDArray[np.floating]

EPSILONS = (0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
LEAST = 1e-3  # the smallest error at which neurons are searched: their number grows like 1/ε
NETWORKS = 101
LARGEST, SMALLEST = 0.5, 1e-8  # errors: N2 asks for less than 1/2; 40 items do not reach far below 1e-8
MOST_NETWORKS = 10_000
CONFIDENCE = 1 - 1e-8  # of each interval for a median
QUICK = {"epsilon": (0.2, 0.05, 0.01, 1e-3, 1e-4), "networks": 41, "least": 0.01}  # what is asked where little time is
TARGET = np.full(2, 1 / sqrt(2))
DIRECTION = np.pi / 4
CLAIMED = separation.measured_separation.expressions

NEURONS_LINEAR, WEIGHTS_LINEAR = "neurons, linear", "weights, linear"
NEURONS_RELU, WEIGHTS_RELU = "neurons, ReLU", "weights, ReLU"
CURVES = (NEURONS_LINEAR, WEIGHTS_LINEAR, NEURONS_RELU, WEIGHTS_RELU)


@dataclass(frozen=True)
class Settings:
    """What a study runs over; InputError, in one line, for anything outside its range.

    epsilon: errors, in (0, 1/2), descending. networks: random ones, the same for all curves. least: the smallest error at
    which whole neurons are searched.
    """

    epsilon: tuple[float, ...] = EPSILONS
    networks: int = NETWORKS
    least: float = LEAST
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.epsilon or len(set(self.epsilon)) < len(self.epsilon):
            raise InputError(f"epsilon is {' '.join(map(str, self.epsilon)) or 'empty'}, expected distinct values")
        for name, value in [*(("epsilon", eps) for eps in self.epsilon), ("least", self.least)]:
            if not isinstance(value, Real) or not SMALLEST <= value < LARGEST:
                raise InputError(f"{name} is {value!r:.60}, expected a number from {SMALLEST:g} on, below {LARGEST:g}")
        checked_integer("networks", self.networks, 1, MOST_NETWORKS)
        checked_integer("seed", self.seed, 0, HIGHEST_SEED)
        object.__setattr__(self, "epsilon", tuple(sorted(self.epsilon, reverse=True)))

    def errors(self, curve: str) -> tuple[float, ...]:
        """At which errors a curve is measured."""
        return self.epsilon if curve == WEIGHTS_RELU else tuple(eps for eps in self.epsilon if eps >= self.least)


class Outcome(NamedTuple):
    """The first N at which a ticket is found in a network; infinite if it is not. linear_error: of that ticket of weights
    without its output ReLU, exact but for rounding; nan for others."""

    curve: str
    eps: float
    network: int
    neurons: float
    linear_error: float


@dataclass(frozen=True)
class Work:
    """What one process does: a curve in some networks."""

    settings: Settings
    curve: str
    networks: range


def draw_network(seed: int, network: int, size: int, inputs: int = 2) -> tuple[Floats, Floats]:
    """Gaussian neurons float[size, inputs] and output weights float[size]; of a larger size the same and more."""
    rng = np.random.default_rng(keyed_seed(seed, "gap", network))
    drawn = rng.standard_normal((size, inputs + 1))
    return drawn[:, :inputs], drawn[:, inputs]


def first_near_target(seed: int, network: int, eps: float, curve: str) -> float:
    """The first N with a ticket of a curve that needs neurons near the target; infinite if 128 log₂(2/ε)/ε hold none."""
    for spare in (8, 32, 128):  # a network of the first size usually holds one
        weights, outputs = draw_network(seed, network, ceil(spare * log2(2 / eps) / eps))
        whole = neuron_ticket(*polar(weights, outputs), eps, DIRECTION, relu_out=curve == NEURONS_RELU)
        tickets: list[NeuronTicket | LinearTicket | None] = [whole]
        if curve == WEIGHTS_LINEAR:  # whole neurons are masks of single weights, too
            end = whole.neurons if whole else len(weights)
            tickets.append(linear_weight_ticket(weights[:end], outputs[:end], TARGET, eps))
        found = [ticket.neurons for ticket in tickets if ticket is not None]
        if found:
            return min(found)
    return inf


def first_by_weights(seed: int, network: int, epsilons: Sequence[float]) -> Floats:
    """The first N at which single weights make a ticket for each ε: float[errors]; infinite if none is found."""
    weights, outputs = draw_network(seed, network, ceil(100 + 30 * log2(1 / min(epsilons))))
    found = np.full(len(epsilons), inf)
    for size, certificate in enumerate(weight_certificates(weights, outputs, TARGET), start=1):
        found[(certificate <= np.array(epsilons)) & np.isinf(found)] = size
        if np.isfinite(found).all():
            break
    return found


def measure(work: Work) -> list[Outcome]:
    settings, curve = work.settings, work.curve
    errors = settings.errors(curve)
    if curve != WEIGHTS_RELU:
        cases = [(net, eps) for net in work.networks for eps in errors]
        firsts = [first_near_target(settings.seed, net, eps, curve) for net, eps in cases]
        return [Outcome(curve, eps, net, first, np.nan) for (net, eps), first in zip(cases, firsts, strict=True)]
    found = []
    for net in work.networks:
        for eps, first in zip(errors, first_by_weights(settings.seed, net, errors).tolist(), strict=True):
            found.append(Outcome(curve, eps, net, first, linear_error(settings.seed, net, first)))
    return found


def linear_error(seed: int, network: int, size: float) -> float:
    """The error without the output ReLU of the ticket of weights that the first neurons hold; nan if they hold none."""
    if not isfinite(size):
        return np.nan
    ticket = weight_ticket(*draw_network(seed, network, int(size)), TARGET)
    return plane_error(ticket.weights, ticket.outputs, TARGET)


PARTS = 8  # of each curve


def pieces(settings: Settings) -> list[Work]:
    """Curves in parts of their networks."""
    parts = min(PARTS, settings.networks)
    ends = [settings.networks * part // parts for part in range(parts + 1)]
    ranges = [range(low, high) for low, high in pairwise(ends)]
    return [Work(settings, curve, nets) for curve in CURVES if settings.errors(curve) for nets in ranges]


def named(work: Work) -> str:
    """A part of a curve, for a message."""
    return f"{work.curve}, networks {work.networks.start} to {work.networks.stop - 1}"


def in_order(settings: Settings, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Curves as they are listed, their errors from the largest on, networks by their number."""
    return sorted(outcomes, key=lambda each: (CURVES.index(each.curve), -each.eps, each.network))


# What is proved: sizes below which at most half of the networks hold a ticket


def smallest_half(success: Callable[[int], float]) -> int:
    """The smallest N for which an increasing bound on the probability of success is at least one half."""
    high = 1
    while success(high) < 0.5:
        high *= 2
    between = range(high // 2 + 1, high)
    return between.start + bisect_left(between, True, key=lambda size: success(size) >= 0.5)


def least_size(curve: str, eps: float) -> int:
    """What N_50 is at least: N2 and N4 for a linear output, N5.2 for whole neurons with an output ReLU; 1 where no theorem says more."""
    coordinates_matter = eps < number(weight_pruning.equal_error, {weight_pruning.length: 1})
    if curve == NEURONS_LINEAR or (curve == WEIGHTS_LINEAR and coordinates_matter):  # the same bound, by N4
        bound = numeric((alignment.N, alignment.eps), alignment.success)
        return smallest_half(lambda size: float(bound(size, eps)))
    if curve == NEURONS_RELU:
        return smallest_half(lambda size: ticket_chance(size, eps))
    return 1


def sufficient_size(eps: float) -> int:
    """N4: how many neurons are enough for a mask of their weights to be within eps of the target with an output ReLU, half of the time."""
    at = {inputs.d: 2, alignment.eps: Rational(eps), alignment.delta: Rational(1, 2)}
    return 2 * ceil(number(weight_pruning.size, at))


# What was found


def summarise(settings: Settings, outcomes: Sequence[Outcome]) -> GapSummary:
    """All numbers of a study as plain values, for JSON: what was asked, rows, slopes, sentences, every network."""
    sizes = {
        (curve, eps): np.array([each.neurons for each in outcomes if (each.curve, each.eps) == (curve, eps)])
        for curve in CURVES
        for eps in settings.errors(curve)
    }
    rows = [_row(curve, eps, sizes[curve, eps]) for curve, eps in sizes]
    slopes = list(_slopes(settings, sizes))
    linear = [each.linear_error for each in outcomes if isfinite(each.linear_error)]
    found: Findings = {
        "rows": rows,
        "slopes": slopes,
        "bounds": {
            curve: [{"eps": eps, "at_least": least_size(curve, eps)} for eps in settings.epsilon]
            for curve in CURVES
            if curve != WEIGHTS_RELU
        },
        "without_relu": {
            "tickets": len(linear),
            "least": min(linear, default=None),
            "largest": max(linear, default=None),
        },
        "crossing": crossing(),
    }
    return {
        "study": "gap",
        "seed": settings.seed,
        "networks": settings.networks,
        "epsilons": list(settings.epsilon),
        "least": settings.least,
        "protocol": {"target": TARGET.tolist(), "confidence": CONFIDENCE},
        "sentences": sentences(found),
        **found,
        "outcomes": list(map(_outcome, outcomes)),
    }


def _outcome(found: Outcome) -> NetworkRow:
    return {
        "curve": found.curve,
        "eps": found.eps,
        "network": found.network,
        "neurons": _finite(found.neurons),
        "linear_error": _finite(found.linear_error),
    }


def _finite(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def _row(curve: str, eps: float, sizes: Floats) -> SizeRow:
    low, high = _median(sizes)
    return {
        "curve": curve,
        "eps": eps,
        "networks": sizes.size,
        "found": int(np.isfinite(sizes).sum()),
        "median": _finite(half_of(sizes)),
        "low": _finite(low),
        "high": _finite(high),
        "at_least": least_size(curve, eps),
        "enough": sufficient_size(eps) if curve == WEIGHTS_RELU else None,
    }


def half_of(sizes: Floats) -> float:
    """The least size at which half of the networks hold a ticket: of an even number the lower one of both in the middle."""
    return float(np.sort(sizes)[(sizes.size - 1) // 2])


def _median(sizes: Floats) -> Interval:
    """Order statistics between which the median of the law lies; no size is below 1."""
    low, high = median_interval(sizes, CONFIDENCE)
    return Interval(max(low, 1.0), high)


def slope(first: Floats, last: Floats, epsilons: tuple[float, float]) -> tuple[float, Interval]:
    """The log–log slope of N_50 between two errors, the larger one first, from sizes float[networks] at both."""
    across = log(epsilons[0] / epsilons[1])
    low, high = _median(first)
    low_last, high_last = _median(last)
    middle = log(half_of(first)) - log(half_of(last))
    interval = Interval((log(low) - log(high_last)) / across, (log(high) - log(low_last)) / across)
    return middle / across, interval


def _slopes(settings: Settings, sizes: dict[tuple[str, float], Floats]) -> Iterator[SlopeRow]:
    """Over the errors at which all curves are measured."""
    shared = settings.errors(NEURONS_LINEAR)
    if len(shared) < 2:
        return
    ends = shared[0], shared[-1]
    at = {separation.first: Rational(ends[0]), separation.last: Rational(ends[1])}
    for curve in CURVES:
        kind = "weight" if curve == WEIGHTS_RELU else "neuron"
        value, (low, high) = slope(sizes[curve, ends[0]], sizes[curve, ends[1]], ends)
        yield {
            "curve": curve,
            "from": ends[0],
            "to": ends[1],
            "slope": _finite(value),
            "low": _finite(low),
            "high": _finite(high),
            "level": 2 * (1 - CONFIDENCE),
            "steepest": number(CLAIMED[f"{kind}_steepest"], at),
            "flattest": number(CLAIMED[f"{kind}_flattest"], at),
        }


def crossing() -> float:
    """The largest power of ten at which N5.2 asks for more neurons than N4's single weights need: the gap, all proved."""
    return next(eps for eps in (10.0**-k for k in range(1, 30)) if least_size(NEURONS_RELU, eps) > sufficient_size(eps))
