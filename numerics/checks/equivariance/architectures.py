"""Evidence for Q9, besides its reasons: sizes are counted; counts have closed forms; and more."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from itertools import product
from math import lcm, prod
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from flint import fmpz_mat
from numpy.typing import NDArray

from sparse_limits.numerics.equivariance import EquivariantLayer, cyclic_irreducibles, dihedral_irreducibles, forward
from sparse_limits.numerics.equivariance.architectures import (
    Architecture,
    convolution,
    deep_sets,
    message_passing,
    pairs,
    perceptron,
    steerable,
)
from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.exact.sums import by_cases
from sparse_limits.numerics.tickets.bounds import MEASURED, measures
from sparse_limits.theory.equivariance.architectures import (
    B_1,
    B_2,
    architecture_tickets,
    before,
    eps_1,
    eps_2,
    inputs_1,
    inputs_2,
    n_0,
    n_1,
    n_2,
    norms_1,
    norms_2,
    weight_2,
)
from sparse_limits.theory.equivariance.grids import K
from sparse_limits.theory.equivariance.ticket import points
from sparse_limits.theory.formulas.valued import valued

TURN, SQUARE = cyclic_irreducibles(4)["rotation"], dihedral_irreducibles(4)["E"]
RING = np.roll(np.eye(5, dtype=np.int64), 1, axis=1) + np.roll(np.eye(5, dtype=np.int64), -1, axis=1)


# Sizes


def sizes(side: int, count: int) -> dict[str, Architecture]:
    """All types, with windows and sets of points of these sizes."""
    return {
        "perceptron": perceptron(),
        "convolution": convolution(side, side),
        "C4": steerable(TURN, side, side),
        "D4": steerable(SQUARE, side, side),
        "deep_sets": deep_sets(count),
        "pairs": pairs(count),
        "message_passing": message_passing(1 - np.eye(count, dtype=np.int64)),
    }


def ranks(side: int, count: int) -> dict[str, tuple[int, ...]]:
    """How many elements of each layer's basis are independent, exactly, by inner products of whole multiples."""
    found = {}
    for name, architecture in sizes(side, count).items():
        lists = (np.array([whole(matrix) for matrix in basis]).reshape(len(basis), -1) for basis in architecture.bases)
        found[name] = tuple(fmpz_mat((rows @ rows.T).tolist()).rank() for rows in lists)
    return found


def whole(matrix: NDArray[Any]) -> NDArray[np.int64]:
    """The least multiple without fractions."""
    if matrix.dtype != object:
        return matrix
    return (matrix * lcm(*(x.denominator for x in set(matrix.flat)))).astype(np.int64)


@exact(architecture_tickets)
def sizes_are_counted(bases: Mapping[str, tuple[sp.Expr, ...]], coefficients: sp.Expr, trial: Trial) -> Findings:
    """Bases are independent and have the claimed sizes, and coefficients the claimed number: windows of side 1 and 3; 2, 3 and 5 points."""
    channels = (2, 3, 5)
    for side, count in ((1, 2), (3, 3), (1, 5)):
        here = trial.once(sizes, side, count)
        for name, found in trial.once(ranks, side, count).items():
            claimed = tuple(trial.value(formula, {K: side, points: count}) for formula in bases[name])
            yield trial.holds(claimed == found, f"{name}, {side} and {count}: {found} elements, claimed {claimed}")
            total = sum(map(prod, here[name].shapes(channels)))
            at = {**dict(zip((n_0, n_1, n_2), channels, strict=True)), **dict(zip((B_1, B_2), found, strict=True))}
            yield trial.holds(
                valued(coefficients, at) == total, f"{total} coefficients, claimed {valued(coefficients, at)}"
            )


t = sp.Symbol("t", integer=True, nonnegative=True)
CLOSED = {  # by the number of points, where it matters
    "perceptron": (1, 1),
    "convolution": (K**2, K**2),
    "C4": (K**2, 4 * K**2),
    "D4": (K**2, 8 * K**2),
    "deep_sets": (sp.Min(points, 2),) * 2,
    "pairs": (sp.Piecewise((1, points <= 1), (8, points <= 2), (14, points <= 3), (15, True)),) * 2,
    "message_passing": (2, 2),
}


def numbers_of_points(gap: sp.Expr) -> sp.Expr:
    """What is left for one, two and three points, and for t + 4."""
    counts = (sp.Integer(1), sp.Integer(2), sp.Integer(3), t + 4)
    return by_cases(*({points: count} for count in counts))(gap)


@exact(architecture_tickets, step="types")
def counts_have_closed_forms(bases: Mapping[str, tuple[sp.Expr, ...]], trial: Trial) -> Findings:
    """The counts of Q3 and Q4 have the closed forms of the statement, for all sizes: all at once, with weights."""
    weights = sp.symbols("s_1:15", positive=True)
    claimed, closed = (
        sp.Add(*(weight * size for weight, size in zip(weights, sizes, strict=True)))
        for sizes in ([size for name in CLOSED for size in table[name]] for table in (bases, CLOSED))
    )
    yield trial.same(claimed, closed, by=numbers_of_points)


# The error


class Strayed(NamedTuple):
    """A network, another one near it with coefficients of σ(x) and of σ(−x), the errors of each layer, and an input."""

    target: tuple[EquivariantLayer, ...]
    plus: tuple[EquivariantLayer, ...]
    minus: EquivariantLayer
    errors: tuple[int, ...]
    x: NDArray[np.int64]

    @property
    def gap(self) -> Fraction:
        """How far the outputs are apart at most, exactly."""
        first, *later = self.plus
        found = first.apply(np.maximum(self.x, 0)) - self.minus.apply(np.maximum(-self.x, 0))
        for layer in later:
            found = layer.apply(np.maximum(found, 0))
        return Fraction(np.abs(found - forward(self.target, self.x)).max())

    def bound(self, error: sp.Expr) -> sp.Expr:
        """The error after the last layer, layer by layer."""
        found = sp.Integer(0)
        for values in measures(self.target, self.errors, self.x):
            found = valued(error, {**dict(zip(MEASURED, values, strict=True)), before: found})
        return found


TRANSITIVE: dict[str, Callable[[int], Architecture]] = {  # each coordinate can be moved to any other
    "perceptron": perceptron,
    "convolution": partial(convolution, 3, 3),
    "turning features": partial(steerable, TURN, 3, 1),
    "points": partial(deep_sets, 4),
    "a ring": partial(message_passing, RING),
}


def strayed(rng: np.random.Generator, name: str, depth: int, last: int) -> Strayed:
    """Whole coefficients up to 9, errors up to 3 and in the last layer as given; inputs of both signs."""
    architecture = TRANSITIVE[name](depth)
    errors = (*rng.integers(1, 4, depth - 1).tolist(), last)
    coeffs = [rng.integers(-9, 10, shape) for shape in architecture.shapes(rng.integers(1, 4, depth + 1).tolist())]
    sides = [
        architecture.network([w + rng.integers(-e, e + 1, w.shape) for w, e in zip(coeffs, errors, strict=True)])
        for _ in range(2)
    ]
    x = rng.integers(-9, 10, (coeffs[0].shape[0], architecture.levels[0].dimension))
    return Strayed(architecture.network(coeffs), sides[0], sides[1][0], errors, x)


@exact(architecture_tickets)
def whole_networks_stay_within(error: sp.Expr, trial: Trial) -> Findings:
    """One to three layers of random whole numbers: the exact error never exceeds the bound."""
    for name in TRANSITIVE:
        for depth in (1, 2, 3):
            for replicate, last in product(range(trial.size(1)), (0, 1)):
                found = trial.draw(strayed, name, depth, last, replicate=replicate)
                gap, bound = found.gap, found.bound(error)
                yield trial.holds(gap <= bound, f"{name}, {depth} layers: apart by {gap}, bound {bound}")


def constant(name: str, depth: int) -> Strayed:
    """One coefficient and one error throughout a layer, and inputs 4."""
    architecture, errors = TRANSITIVE[name](depth), (2, 5, 3)[:depth]
    shapes = architecture.shapes((2, 3, 1, 2)[: depth + 1])
    networks = [
        architecture.network(
            [np.full(shape, w + up * e) for shape, w, e in zip(shapes, (3, 1, 7), errors, strict=False)]
        )
        for up in (0, 1)
    ]
    x = np.full((2, architecture.levels[0].dimension), 4)
    return Strayed(networks[0], networks[1], networks[1][0], errors, x)


FIRST, SECOND = (eps_1, norms_1, inputs_1), (eps_2, norms_2, inputs_2, weight_2, n_1)


@exact(architecture_tickets)
def constant_features_attain_it(error: sp.Expr, two_layers: sp.Expr, trial: Trial) -> Findings:
    """One coefficient for all, all errors upwards, equal inputs: the exact error is the bound, for one to three layers."""
    for name in TRANSITIVE:
        for depth in (1, 2, 3):
            found = trial.once(constant, name, depth)
            gap, bound = found.gap, found.bound(error)
            yield trial.holds(gap == bound, f"{name}, {depth} layers: apart by {gap}, bound {bound}")
        found = trial.once(constant, name, 2)
        first, second = measures(found.target, found.errors, found.x)
        bound = valued(two_layers, dict(zip((*FIRST, *SECOND), (*first[:3], *second), strict=True)))
        yield trial.holds(found.gap == bound, f"{name}: apart by {found.gap}, bound for two layers {bound}")
