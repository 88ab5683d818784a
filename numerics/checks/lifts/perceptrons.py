"""Evidence for multilayer perceptrons as lifts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.checks.lifts.fibration import interpreted
from numerics.evidence import Finding, Trial, control, exact
from theory.lifts.lift import Lift, full_lift
from theory.lifts.maps import relu
from theory.lifts.perceptrons import (
    activation,
    multilayer_perceptron,
    n_0,
    n_1,
    n_2,
    n_3,
    perceptron_lift,
    perceptron_lifts,
)

PERCEPTRON: Lift = perceptron_lifts.expressions["perceptron"]
FIBRES = Counter(PERCEPTRON.over.values())
x = sp.Matrix(sp.symbols("x_0 x_1", real=True))


def averaged(lift: Lift) -> Lift:
    """What the lift would compute with means over fibres instead of sums."""
    return lift.with_weights({(u, v): w / FIBRES[u[0]] for (u, v), w in lift.weights.items()})


def product_of_matrices(matrices: Sequence[sp.Matrix]) -> sp.Matrix:
    """W_ℓ φ(W_{ℓ−1} … φ(W_1 x))."""
    y = x
    for matrix in matrices[:-1]:
        y = (matrix * y).applyfunc(activation)
    return matrices[-1] * y


def outputs(lift: Lift, values: Sequence[sp.Expr]) -> list[sp.Expr]:
    """The activations of the last layer."""
    found = lift.activations({v: values[v[1]] for v in lift.inputs})
    return [found[v] for v in lift.over if v[0] in lift.module.terminals]


@exact(perceptron_lifts)
@control("mean over the fibre", perceptron=averaged(PERCEPTRON))
@control("an edge missing", perceptron=PERCEPTRON.with_weights({**PERCEPTRON.weights, ((1, 2), (2, 0)): sp.Integer(0)}))
@control(
    "activation at the end", perceptron=replace(PERCEPTRON, module=multilayer_perceptron(3, activation, activation))
)
@control("no activation", perceptron=replace(PERCEPTRON, module=multilayer_perceptron(3, lambda z: z)))
def the_full_lift_is_a_product_of_matrices(
    perceptron: Lift, matrices: tuple[sp.Matrix, ...], trial: Trial
) -> Iterator[Finding]:
    """For all weights and all φ at once."""
    for found, entry in zip(outputs(perceptron, x), product_of_matrices(matrices), strict=True):
        difference = found - entry
        yield trial.vanishes(interpreted(difference), by=lambda _, free=difference: free)


def random_masks(rng: np.random.Generator, count: int) -> list[list[NDArray[np.int64]]]:
    """Masks of zeros and ones for the three layers; the first has no zeros."""
    return [[rng.integers(k == 0, 2, size=shape) for shape in ((3, 2), (2, 3), (2, 2))] for k in range(count)]


@exact(perceptron_lifts)
@control("mean over the fibre", perceptron=averaged(PERCEPTRON))
@control("a weight doubled", perceptron=PERCEPTRON.with_weights({e: 2 * w for e, w in PERCEPTRON.weights.items()}))
def sublifts_are_masks(perceptron: Lift, matrices: tuple[sp.Matrix, ...], trial: Trial) -> Iterator[Finding]:
    """Edges taken out against matrices multiplied by masks, for all weights and all φ; hidden units may lose all."""
    for masks in trial.draw(random_masks, trial.size(5)):
        kept = {(u, v): w for (u, v), w in perceptron.weights.items() if masks[u[0]][v[1], u[1]]}
        sublift = Lift(perceptron.module, perceptron.over, kept)
        masked = [
            matrix.multiply_elementwise(sp.Matrix(mask.tolist())) for matrix, mask in zip(matrices, masks, strict=True)
        ]
        for found, entry in zip(outputs(sublift, x), product_of_matrices(masked), strict=True):
            difference = found - entry
            yield trial.vanishes(interpreted(difference), by=lambda _, free=difference: free)


def random_networks(rng: np.random.Generator, count: int) -> list[tuple[list[NDArray[np.int64]], NDArray[np.int64]]]:
    """Integer matrices for three layers of one to four neurons, and an input."""
    networks = []
    for _ in range(count):
        sizes = rng.integers(1, 5, size=4)
        shapes = zip(sizes[1:], sizes[:-1], strict=True)
        networks.append(([rng.integers(-9, 10, size=shape) for shape in shapes], rng.integers(-9, 10, size=sizes[0])))
    return networks


@exact(perceptron_lifts, cost=0.3)
@control("with biases", weights=n_0 * n_1 + n_1 * n_2 + n_2 * n_3 + n_1 + n_2 + n_3)
@control("paths", weights=n_0 * n_1 * n_2 * n_3)
@control("neurons", weights=n_0 + n_1 + n_2 + n_3)
@control("without the last layer", weights=n_0 * n_1 + n_1 * n_2)
def random_networks_have_these_weights(weights: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Edges of full lifts counted, and their outputs with ReLU against those of integer matrices."""
    for matrices, values in trial.draw(random_networks, trial.size(6)):
        sizes = [len(values), *(len(matrix) for matrix in matrices)]
        lift = perceptron_lift(relu, [sp.Matrix(matrix.tolist()) for matrix in matrices])
        yield trial.same(
            weights.subs(dict(zip((n_0, n_1, n_2, n_3), sizes, strict=True))), sp.Integer(len(lift.weights))
        )
        y = values
        for matrix in matrices[:-1]:
            y = np.maximum(matrix @ y, 0)
        same = outputs(lift, [sp.Integer(int(value)) for value in values]) == (matrices[-1] @ y).tolist()
        yield trial.holds(same, "the output is that of the matrices")
    for widths in ((1, 1, 1, 1), (2, 1, 3, 5)):
        lift = full_lift(multilayer_perceptron(3, relu), dict(enumerate(widths)), lambda u, v: 1)
        at = dict(zip((n_0, n_1, n_2, n_3), widths, strict=True))
        yield trial.same(weights.subs(at), sp.Integer(len(lift.weights)))
