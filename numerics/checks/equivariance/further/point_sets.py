"""Evidence for Q10: whole-number networks on point sets, and trained ones found in random networks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.subset_sum.digits import certified_findings, masked, weights_of_arrays
from sparse_limits.numerics.equivariance import EquivariantLayer, forward
from sparse_limits.numerics.evidence import Findings, Trial, empirical, exact
from sparse_limits.numerics.exact.sums import by_cases
from sparse_limits.numerics.tickets import NetworkTicket, certify, find_ticket
from sparse_limits.numerics.tickets.bounds import equivariance_bound
from sparse_limits.numerics.tickets.certificate import rounding
from sparse_limits.numerics.tickets.targets import Target
from sparse_limits.numerics.tickets.targets.point_sets import SETS_STEPS, pointset_deepsets
from sparse_limits.theory.equivariance.architectures import n_0, n_1
from sparse_limits.theory.equivariance.further.point_sets import classes, d_minus, d_plus, point_set_ticket, x
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.further.digits import Pruned
from sparse_limits.theory.subset_sum.layer_error import d, e, h, w
from sparse_limits.theory.subset_sum.symbols import n

POINTS = 5
NEAR = 1e-6  # of each coefficient, where 32 items suffice for it


def bases(points: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Those of the claim times m: whole numbers."""
    unit, ones = np.eye(points, dtype=np.int64), np.ones((points, points), np.int64)
    among = np.stack([points * unit, ones])
    return among, among, ones[None, :1]


def layers(coeffs: Sequence[NDArray[Any]], points: int = POINTS) -> tuple[EquivariantLayer, ...]:
    return tuple(EquivariantLayer(each, basis) for each, basis in zip(coeffs, bases(points), strict=True))


def shapes(before: int, hidden: int, after: int) -> tuple[tuple[int, int, int], ...]:
    return (before, hidden, 2), (hidden, hidden, 2), (hidden, after, 1)


@dataclass(frozen=True, eq=False)
class Pair:
    """Coefficients of a target, their errors (of σ(x), and for the first layer of σ(−x)), and an input [in, points]."""

    coeffs: tuple[NDArray[np.int64], ...]
    errors: tuple[NDArray[np.int64], ...]
    minus: NDArray[np.int64]
    x: NDArray[np.int64]

    @property
    def outputs(self) -> NDArray[Any]:
        """Of the network with errors. [out, 1]"""
        first, *later = layers([a + b for a, b in zip(self.coeffs, self.errors, strict=True)])
        other = replace(first, coeffs=self.coeffs[0] + self.minus)
        found: NDArray[Any] = first.apply(np.maximum(self.x, 0)) - other.apply(np.maximum(-self.x, 0))
        for layer in later:
            found = layer.apply(np.maximum(found, 0))
        return found

    @property
    def gaps(self) -> NDArray[Any]:
        """How far the outputs are apart. [out, 1]"""
        apart: NDArray[Any] = np.abs(self.outputs - forward(layers(self.coeffs), self.x))
        return apart

    @np.errstate(invalid="ignore")  # a wrong formula may have no value
    def bounds(self, first_error: sp.Expr, error: sp.Expr) -> NDArray[np.float64]:
        """The claimed bound for each output, coefficient by coefficient. [out, 1]"""
        start, step = numeric((d_plus, d_minus, x), first_error), numeric((w, d, h, e), error)
        target, value = layers(self.coeffs), self.x
        terms = start(*(each[..., None] for each in (self.errors[0], self.minus)), value[:, None, None])
        for at, layer in enumerate(target):
            bound: NDArray[np.float64] = np.einsum("iobx,byx->oy", terms, layer.basis.astype(np.float64))
            if at + 1 < len(target):
                value = np.maximum(layer.apply(value), 0).astype(np.float64)
                after = (each[at + 1][..., None] for each in (self.coeffs, self.errors))
                terms = step(*after, value[:, None, None], bound[:, None, None])
        return bound


def strayed(rng: np.random.Generator) -> Pair:
    """Whole numbers of both signs."""
    coeffs = tuple(rng.integers(-9, 10, shape) for shape in shapes(3, 2, 2))
    plus, minus, second, third = (rng.integers(-3, 4, coeffs[at].shape) for at in (0, 0, 1, 2))
    return Pair(coeffs, (plus, second, third), minus, rng.integers(-9, 10, (3, POINTS)))


def extremal(rng: np.random.Generator) -> Pair:
    """Errors that all add up; a constant channel that keeps the features of the first layer positive."""
    coeffs = tuple(rng.integers(1, 10, shape) for shape in shapes(3, 2, 2))
    coeffs[0][-1] += 1000
    plus, minus, second, third = (rng.integers(1, 4, coeffs[at].shape) for at in (0, 0, 1, 2))
    inputs = rng.integers(-9, 10, (3, POINTS))
    inputs[-1] = 1
    return Pair(coeffs, (plus, second, third), -minus, inputs)


@exact(point_set_ticket)
def outputs_stay_within_the_bound(first_error: sp.Expr, error: sp.Expr, trial: Trial) -> Findings:
    """Whole numbers on five points: no output strays farther than the bound, and some stray as far."""
    for replicate in range(trial.size(10)):
        worst = trial.draw(extremal, replicate=replicate)
        yield trial.holds(bool((worst.gaps == worst.bounds(first_error, error)).all()), "attained by positive errors")
        found = trial.draw(strayed, replicate=replicate)
        yield trial.holds(bool((found.gaps <= found.bounds(first_error, error)).all()), "never exceeded")


def small_ticket(rng: np.random.Generator) -> tuple[NetworkTicket, NDArray[np.float64]]:
    """A ticket for small random coefficients, too narrow to be a good one, and inputs of both signs."""
    target = layers([rng.uniform(-0.2, 0.2, shape) for shape in shapes(3, 2, 2)])
    return find_ticket(target, 16, NEAR, int(rng.integers(2**32))), rng.uniform(-1, 1, (10, 3, POINTS))


@exact(point_set_ticket)
def certificates_repeat_the_bound(first_error: sp.Expr, error: sp.Expr, trial: Trial) -> Findings:
    """What `certify` says of a ticket that is not good: its outputs, and the bounds with the larger of both first errors."""
    ticket, samples = trial.draw(small_ticket)
    certificate = certify(ticket, samples)
    coeffs = tuple(layer.coeffs for layer in ticket.target)
    plus = [ticket.effective(k)[0] - each for k, each in enumerate(coeffs)]
    minus = ticket.effective(0)[1] - coeffs[0]
    larger, slack = np.maximum(np.abs(plus[0]), np.abs(minus)), rounding(ticket, samples)
    for at, values in enumerate(samples):
        outputs = Pair(coeffs, tuple(plus), minus, values).outputs
        same = np.allclose(certificate.ticket_outputs[at], outputs, rtol=0, atol=1e-9)
        yield trial.holds(same, "the ticket's outputs are those of its coefficients")
        claimed = Pair(coeffs, (larger, *plus[1:]), larger, values).bounds(first_error, error)
        repeated = np.abs(certificate.bounds[at] - claimed) <= slack[at]
        yield trial.holds(bool(repeated.all()), "the engine's bounds are the claimed ones")


@exact(point_set_ticket)
def coefficients_are_counted(coefficients: sp.Expr, candidates: sp.Expr, total: sp.Expr, trial: Trial) -> Findings:
    """Arrays of the engine: of the target, what a ticket could keep, and all of the source."""
    for sizes, width in (((3, 2, 4), 3), ((1, 3, 2), 2), ((2, 1, 5), 4)):
        target = layers([np.full(shape, 0.1) for shape in shapes(*sizes)])
        at = {**dict(zip((n_0, n_1, classes), sizes, strict=True)), n: width}
        claimed = [valued(each, at) for each in (coefficients, candidates, total)]
        yield from weights_of_arrays(claimed, target, width, True, trial)


t = sp.Symbol("t", nonnegative=True)


@exact(point_set_ticket, step="first errors")
def one_side_errs_at_a_time(first_error: sp.Expr, trial: Trial) -> Findings:
    """A coefficient's part in the ticket less that in the target, in modulus, for inputs of either sign."""
    ticket = (w + d_plus) * sp.Max(x, 0) - (w + d_minus) * sp.Max(-x, 0)
    yield trial.same(first_error, sp.Abs(ticket - w * x), by=by_cases({x: t}, {x: -t}))


def drawn_network(rng: np.random.Generator, pruned: str) -> tuple[list[EquivariantLayer], NDArray[np.int64]]:
    """Whole coefficients, half of which are pruned, or of the entries of basis elements; inputs [in, points]."""
    network, inputs = (
        layers([rng.integers(-99, 100, shape) for shape in shapes(3, 6, 4)]),
        rng.integers(-99, 100, (3, POINTS)),
    )
    if pruned == "coefficients":
        return [layer.prune(rng.integers(2, size=layer.coeffs.shape)) for layer in network], inputs
    return [replace(layer, basis=layer.basis * rng.integers(2, size=layer.basis.shape)) for layer in network], inputs


@exact(point_set_ticket)
def the_order_of_points_is_ignored(pruned: str, trial: Trial) -> Findings:
    """Outputs in whole numbers for points in order, two of them exchanged, and all moved on by one."""
    network, points = trial.draw(drawn_network, pruned)
    outputs = forward(network, points)
    for order in ([1, 0, 2, 3, 4], [1, 2, 3, 4, 0]):
        yield trial.holds(bool((forward(network, points[:, order]) == outputs).all()), f"points in the order {order}")


QUICK_STEPS = 200  # of training, where little effort is asked for


@lru_cache(maxsize=2)
def trained(seed: int, steps: int) -> Target:
    return pointset_deepsets(seed, steps)


def searched(seed: int, steps: int, width: int, sides: str) -> NetworkTicket:
    """sides: "both", or "plus" for subset sums of the coefficients of σ(x) alone."""
    found = find_ticket(trained(seed, steps).layers, width, NEAR, seed, signed=sides == "both")
    return replace(found, signed=True)


@empirical(point_set_ticket, step="found", cost=0.8)
def point_sets_are_found(found: Pruned, exceptions: sp.Expr, sides: str, trial: Trial) -> Findings:
    """The certificate never errs and few samples lack it; points in another order change outputs by rounding alone."""
    quick = trial.effort == "quick"
    for replicate in range(trial.size(1)):
        seed = int(trial.generator("seed", replicate=replicate).integers(2**32))
        target = trained(seed, QUICK_STEPS if quick else SETS_STEPS)
        samples = target.x_test[: 300 if quick else None]
        ticket = trial.once(searched, seed, QUICK_STEPS if quick else SETS_STEPS, found.width, sides)
        ticket = masked(ticket, found.masks, trial.generator("masks", replicate=replicate))
        certificate = certify(ticket, samples)
        yield from certified_findings(certificate, exceptions, trial)
        bound = equivariance_bound(ticket, samples)
        for order in target.symmetry[0] if target.symmetry else ():
            change = np.abs(ticket.forward(samples[:, :, order]) - certificate.ticket_outputs).max(axis=(1, 2))
            yield trial.at_most(int((change > bound).sum()), 0, "outputs changed by more than rounding")
