"""Tickets for one neuron: by whole neurons in the plane, or by single weights in any dimension (N8).

The source is a network of N random neurons, α_i σ(⟨w_i, x⟩) added up; the target σ(⟨w*, x⟩). Both searches try the neurons
in their order, so that tickets of a larger network are those of a smaller one or better.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError, checked_array, checked_bool, checked_integer
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.neuron_pruning.circle import exact_sup_on_circle
from sparse_limits.numerics.subset_sum import SubsetSumSolver
from sparse_limits.numerics.subset_sum.laws import subset_sums
from sparse_limits.theory.neuron_pruning.separation import certificate_of

Floats = NDArray[np.floating]
Bools = NDArray[np.bool_]

NEAR = 6  # times ε: neurons farther from the target's direction are not tried
MOST_NEURONS = 16  # at a time, the nearest: 2^15 subsets for each newcomer
MOST_ITEMS = 40  # of one subset sum: half sums of 2^20 subsets
BEND = 0.8  # of ε that kinks may cost where a linear function is repaired by single weights,
REPAIR = 120  # of so many neurons
LISTED = 2**16  # subset sums kept in a list; of more items the nearest is found by halves


class Polar(NamedTuple):
    """Neurons in the plane: c float[N], output weight times length; theta float[N], direction."""

    c: Floats
    theta: Floats


def polar(weights: ArrayLike, outputs: ArrayLike) -> Polar:
    """Neurons with weights float[N, 2] and output weights float[N]. InputError for other shapes or infinite numbers."""
    w, alpha = _checked_network(weights, outputs)
    if w.shape[1] != 2:
        raise InputError(f"neurons of {w.shape[1]} inputs: expected 2")
    return Polar(alpha * np.hypot(w[:, 0], w[:, 1]), np.arctan2(w[:, 1], w[:, 0]))


@dataclass(frozen=True, eq=False)
class NeuronTicket:
    """Whole neurons kept. mask: bool[N]; error: the supremum over the unit disc, exact but for rounding."""

    mask: Bools
    error: float

    @property
    def neurons(self) -> int:
        """How many of the first neurons hold the ticket."""
        return 1 + int(np.flatnonzero(self.mask)[-1])


def neuron_ticket(
    c: ArrayLike, theta: ArrayLike, eps: float, target_theta: float = 0.0, relu_out: bool = False
) -> NeuronTicket | None:
    """Neurons of the plane whose sum is within eps of the target, found in the fewest first ones; None if none is found.

    Of the neurons that have come so far, all subsets of the newest and the 15 before it that are nearest to the target's
    direction are tried, up to 6·eps away: an upper bound on what is needed, as others are never kept. c, theta: float[N],
    as `polar` gives them. relu_out: the sum goes through a ReLU.

    Raises:
        InputError: unless 0 < eps < 1, for other shapes or numbers that are not finite, and a relu_out that is no bool.
    """
    relu_out = checked_bool("relu_out", relu_out)
    c, theta = (checked_array(*each).astype(float) for each in (("c", c), ("theta", theta)))
    if c.ndim != 1 or c.shape != theta.shape or not (np.isfinite(c).all() and np.isfinite(theta).all()):
        raise InputError(f"c {list(c.shape)}, theta {list(theta.shape)}: expected finite numbers in two equal rows")
    if not 0 < eps < 1:
        raise InputError(f"eps = {eps}: expected a number between 0 and 1")
    aside = np.remainder(theta - target_theta + np.pi, 2 * np.pi) - np.pi
    for pool in _pools(aside, eps):
        found = _best_with_first(Polar(c[pool], aside[pool]), eps, relu_out)
        if found is not None:
            mask = np.zeros(c.size, dtype=bool)
            mask[pool[found[0]]] = True
            return NeuronTicket(mask, found[1])
    return None


def _pools(aside: Floats, eps: float) -> Iterator[NDArray[np.int64]]:
    """For each neuron near the target's direction, as they come, itself and then the nearest of those before it."""
    pool = np.empty(0, dtype=int)
    for newcomer in np.flatnonzero(np.abs(aside) <= NEAR * eps):
        pool = np.append(newcomer, pool[: MOST_NEURONS - 1])
        yield pool
        pool = pool[np.argsort(np.abs(aside[pool]), kind="stable")]


def _best_with_first(pool: Polar, eps: float, relu_out: bool) -> tuple[Bools, float] | None:
    """The best subset with the first neuron that is within eps of a target at angle 0, and its error."""
    kinks = np.concatenate([pool.theta + np.pi / 2, pool.theta - np.pi / 2])
    at = np.concatenate([[0.0, np.pi / 2, -np.pi / 2], kinks])
    target = np.maximum(np.cos(at), 0)
    low = target - eps
    low[relu_out & (low <= 0)] = -np.inf  # what is negative there becomes 0
    masks = _between_at(pool.c[:, None] * np.maximum(np.cos(at - pool.theta[:, None]), 0), low, target + eps)
    if not len(masks):
        return None
    errors = exact_sup_on_circle(masks * pool.c, pool.theta, 0.0, relu_out)
    best = int(np.argmin(errors))
    return (masks[best], float(errors[best])) if errors[best] <= eps else None


def _between_at(parts: Floats, low: Floats, high: Floats) -> Bools:
    """Subsets with the first neuron whose sums at a few directions, parts float[n, k], lie in [low, high]: bool[m, n].

    What a supremum would refuse is so refused by sums, which are linear in the mask.
    """
    codes = _subsets_between(parts[1:, 0], low[0] - parts[0, 0], high[0] - parts[0, 0])
    rest = (codes[:, None] >> np.arange(len(parts) - 1) & 1).astype(bool)
    masks = np.column_stack([np.ones(len(codes), dtype=bool), rest])
    values = masks @ parts
    return masks[((values >= low) & (values <= high)).all(axis=1)]


def _subsets_between(items: Floats, low: float, high: float) -> NDArray[np.int64]:
    """The subsets, as bits, with a sum in [low, high], by two lists of half sums."""
    half = len(items) // 2
    left, right = (subset_sums(part[None])[0] for part in (items[:half], items[half:]))
    order = np.argsort(left)
    first = np.searchsorted(left[order], low - right, side="left")
    last = np.searchsorted(left[order], high - right, side="right")
    counts = last - first
    places = np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts)
    codes: NDArray[np.int64] = order[places] | np.repeat(np.arange(len(right)), counts) << half
    return codes


@dataclass(frozen=True, eq=False)
class PrunedNetwork:
    """What is left of a network. weights: float[N, d] and outputs: float[N], pruned ones 0."""

    weights: Floats
    outputs: Floats

    @property
    def kept(self) -> int:
        """Weights of both layers."""
        return int(np.count_nonzero(self.weights) + np.count_nonzero(self.outputs))

    def output(self, x: ArrayLike, relu_out: bool = True) -> Floats:
        """At inputs float[..., d]."""
        sums = np.maximum(np.asarray(x, dtype=float) @ self.weights.T, 0) @ self.outputs
        return np.maximum(sums, 0) if relu_out else sums


@dataclass(frozen=True, eq=False)
class WeightTicket(PrunedNetwork):
    """Single weights kept, for an output ReLU: the sum is linear but for errors, Σ plus_i σ(x_i) + minus_i σ(−x_i).

    plus, minus: float[d].
    """

    plus: Floats
    minus: Floats

    @property
    def certificate(self) -> float:
        """The supremum of the error over the unit ball before the output ReLU; no smaller than that after it (N8)."""
        return certificate(self.plus, self.minus)


@dataclass(frozen=True, eq=False)
class LinearTicket(PrunedNetwork):
    """Single weights kept, for a linear output and two inputs. error: the supremum over the unit disc."""

    error: float

    @property
    def neurons(self) -> int:
        """How many of the first neurons hold the ticket."""
        return len(self.weights)


def plane_error(weights: ArrayLike, outputs: ArrayLike, target: ArrayLike, relu_out: bool = False) -> float:
    """sup |σ(⟨target, x⟩) − g(x)| over the unit disc, for a network of neurons float[N, 2] and a unit vector float[2].

    relu_out: the network's sum goes through a ReLU. Exact but for rounding. InputError for other shapes or lengths.
    """
    return float(exact_sup_on_circle(*polar(weights, outputs), _direction(target), relu_out))


def _direction(target: ArrayLike) -> float:
    """The angle of a unit vector float[2]. InputError for any other."""
    goal = checked_array("target", target).astype(float)
    if goal.shape != (2,) or not abs(np.hypot(*goal) - 1) < 1e-9:
        raise InputError(f"target {goal.tolist()}: expected a vector of length 1 in the plane")
    return float(np.arctan2(goal[1], goal[0]))


def certificate(plus: ArrayLike, minus: ArrayLike) -> float:
    """sup |Σ plus_i σ(x_i) + minus_i σ(−x_i)| over the unit ball (N8). plus, minus: float[d]; InputError else."""
    errors = checked_array("errors", [plus, minus]).astype(float)
    if errors.ndim != 2 or not errors.size or not np.isfinite(errors).all():
        raise InputError(f"errors of shape {list(errors.shape)}: expected two equal rows of finite numbers")
    return float(_certificate(errors.shape[1])(*errors.ravel()))


@cache
def _certificate(d: int) -> Callable[..., Floats]:
    """The formula in 2d errors."""
    plus, minus = (sp.symbols(f"{name}_1:{d + 1}", real=True) for name in ("plus", "minus"))
    return numeric((*plus, *minus), certificate_of(plus, minus))


def weight_ticket(
    weights: ArrayLike, outputs: ArrayLike, target: ArrayLike, most_items: int = MOST_ITEMS
) -> WeightTicket:
    """The weights of a network of N neurons whose sum is nearest to ⟨target, x⟩; for an output that goes through a ReLU.

    Neuron k serves input k mod d: only its weight there may be kept. Each input takes two subset sums, of the neurons with
    a positive and of those with a negative weight, of at most `most_items` items, from 1 to 40: two
    more take twice the time. weights: float[N, d]; outputs: float[N]; target: float[d].

    Raises:
        InputError: for other shapes, numbers that are not finite or another number of items.
    """
    checked_integer("most_items", most_items, 1, MOST_ITEMS)
    w, alpha, goal = _checked_task(weights, outputs, target)
    left, errors = np.zeros_like(w), np.empty((2, goal.size))
    for i, side in np.ndindex(goal.size, 2):
        sign = 1 - 2 * side
        usable = [k for k in range(i, len(w), goal.size) if sign * w[k, i] > 0][:most_items]
        mask, total = _nearest(alpha[usable] * np.abs(w[usable, i]), sign * goal[i])
        kept = np.array(usable, dtype=int)[mask]
        left[kept, i] = w[kept, i]
        errors[side, i] = total - sign * goal[i]
    return WeightTicket(left, np.where(left.any(axis=1), alpha, 0.0), *errors)


def linear_weight_ticket(weights: ArrayLike, outputs: ArrayLike, target: ArrayLike, eps: float) -> LinearTicket | None:
    """Weights of the plane within eps of the target without an output ReLU, found in the fewest first neurons, or None.

    σ(t) is ½|t| + ½t. A few whole neurons, of either sign of direction, make the kink ½|⟨target, x⟩|; single weights of the
    first 120 others repair what is linear. So the kinks still have to be near the target's, as N4 says. weights: float[N,
    2]; outputs: float[N]; target: float[2], of length 1.

    Raises:
        InputError: unless 0 < eps < 1, and for other shapes, lengths or numbers that are not finite.
    """
    w, alpha, goal = _checked_task(weights, outputs, target)
    c, theta = polar(w, alpha)
    if not 0 < eps < 1:
        raise InputError(f"eps = {eps}: expected a number between 0 and 1")
    fold = np.remainder(theta - _direction(goal) + np.pi / 2, np.pi) - np.pi / 2
    for pool in _pools(fold, eps):
        bends = _best_bend(Polar(c[pool], fold[pool]), eps)
        if bends is not None:
            ticket = _repaired(w[: pool[0] + 1], alpha[: pool[0] + 1], goal, pool[bends])
            if ticket.error <= eps:
                return ticket
    return None


def _best_bend(pool: Polar, eps: float) -> Bools | None:
    """The subset with the first neuron for which ½Σ c|cos(φ − θ)| is nearest to ½|cos φ|, if it is well within eps."""
    at = np.concatenate([[0.0, np.pi / 2], pool.theta + np.pi / 2])
    parts, target = pool.c[:, None] * np.abs(np.cos(at - pool.theta[:, None])) / 2, np.abs(np.cos(at)) / 2
    masks = _between_at(parts, target - BEND * eps, target + BEND * eps)
    return masks[np.abs(masks @ parts - target).max(axis=1).argmin()] if len(masks) else None


def _repaired(w: Floats, alpha: Floats, goal: Floats, whole: NDArray[np.int64]) -> LinearTicket:
    """Some whole neurons, and single weights of others for the linear function that they lack."""
    left = np.zeros_like(w)
    others = np.setdiff1d(np.arange(len(w)), whole)[:REPAIR]
    lacking = (goal - alpha[whole] @ w[whole]) / 2
    left[others] = weight_ticket(w[others], alpha[others], lacking).weights
    left[whole] = w[whole]
    kept = left.any(axis=1)
    return LinearTicket(left, np.where(kept, alpha, 0.0), plane_error(left[kept], alpha[kept], goal))


def weight_certificates(weights: ArrayLike, outputs: ArrayLike, target: ArrayLike) -> Iterator[float]:
    """The certificates of `weight_ticket` for the first 1, 2, … N neurons. InputError as in `weight_ticket`, at the first."""
    w, alpha, goal = _checked_task(weights, outputs, target)
    sums = [[_NearestSum(sign * z) for z in goal] for sign in (1, -1)]
    for k, (weight, output) in enumerate(zip(w[range(len(w)), np.arange(len(w)) % goal.size], alpha, strict=True)):
        if weight:
            sums[int(weight < 0)][k % goal.size].add(output * abs(weight))
        yield certificate(*([each.error for each in side] for side in sums))


class _NearestSum:
    """The subset sum nearest to a target while items come in, one by one."""

    def __init__(self, target: float) -> None:
        self.target, self.error = target, -target
        self.items: list[float] = []
        self.sums = np.zeros(1)

    def add(self, item: float) -> None:
        self.items.append(item)
        if len(self.items) > MOST_ITEMS:
            return
        if len(self.sums) < LISTED:
            more = self.sums + item
            self.sums = np.concatenate([self.sums, more])
        else:
            more = np.array([_nearest(np.array(self.items), self.target)[1]])
        error = more[np.argmin(np.abs(more - self.target))] - self.target
        self.error = min(self.error, float(error), key=abs)


def _nearest(items: Floats, target: float) -> tuple[Bools, float]:
    """The subset whose sum is nearest to a target, and its sum."""
    mask = SubsetSumSolver().solve(items, target).mask
    return mask, float(items[mask].sum())


def _checked_network(weights: ArrayLike, outputs: ArrayLike) -> tuple[Floats, Floats]:
    w, alpha = (checked_array(*each).astype(float) for each in (("weights", weights), ("outputs", outputs)))
    if w.ndim != 2 or not w.shape[1] or alpha.shape != w.shape[:1]:
        raise InputError(f"weights {list(w.shape)}, output weights {list(alpha.shape)}: expected [N, d] and [N]")
    if not (np.isfinite(w).all() and np.isfinite(alpha).all()):
        raise InputError("a weight is not finite: expected numbers")
    return w, alpha


def _checked_task(weights: ArrayLike, outputs: ArrayLike, target: ArrayLike) -> tuple[Floats, Floats, Floats]:
    w, alpha = _checked_network(weights, outputs)
    goal = checked_array("target", target).astype(float)
    if goal.shape != w.shape[1:] or not np.isfinite(goal).all():
        raise InputError(f"a target of shape {list(goal.shape)}: expected {w.shape[1]} finite numbers")
    return w, alpha, goal
