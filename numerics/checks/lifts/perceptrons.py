"""Evidence for multilayer perceptrons as lifts."""

from collections.abc import Sequence

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.lifts.fibration import all_free
from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.lifts.lift import Lift, full_lift
from sparse_limits.theory.lifts.maps import relu
from sparse_limits.theory.lifts.perceptrons import (
    activation,
    masks,
    multilayer_perceptron,
    perceptron_lift,
    perceptron_lifts,
    sizes,
)

x = sp.Matrix(sp.symbols("x_0 x_1", real=True))


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


@exact(perceptron_lifts, step="layers")
def the_full_lift_is_a_product_of_matrices(perceptron: Lift, matrices: tuple[sp.Matrix, ...], trial: Trial) -> Findings:
    """For all weights and all φ at once."""
    yield all_free(trial, outputs(perceptron, x), product_of_matrices(matrices))


def random_masks(rng: np.random.Generator, count: int) -> list[list[NDArray[np.int64]]]:
    """Masks of zeros and ones for the three layers; the first has no zeros."""
    return [[rng.integers(k == 0, 2, size=shape) for shape in ((3, 2), (2, 3), (2, 2))] for k in range(count)]


@exact(perceptron_lifts, step="masks", cost=0.4)
def masks_multiply_the_matrices(masked: Lift, matrices: tuple[sp.Matrix, ...], trial: Trial) -> Findings:
    """A mask of 0 acts as a missing edge; the masked lift has the matrices multiplied by masks, for all weights, masks and φ."""
    for edge, weight in masked.weights.items():
        without = {each: value for each, value in masked.weights.items() if each != edge}
        letter = masks[edge[0][0]][edge[1][1], edge[0][1]]
        zeroed = masked.with_weights({**without, edge: weight.subs(letter, 0)})
        sublift = Lift(masked.module, masked.over, without)
        yield trial.holds(outputs(zeroed, x) == outputs(sublift, x), f"{edge} has no weight, or is absent")
    products = [matrix.multiply_elementwise(mask) for matrix, mask in zip(matrices, masks, strict=True)]
    yield all_free(trial, outputs(masked, x), product_of_matrices(products))


def means_over_fibres(lift: Lift) -> list[sp.Expr]:
    """The activations of the last layer, with means over the copies of a layer in place of sums."""
    found: dict[object, sp.Expr] = {v: x[v[1]] for v in lift.inputs}
    for v in lift.order:
        if v not in found:
            terms = [lift.weights[u, v] * found[u] for u in lift.in_neighbours(v)]
            found[v] = lift.module.sigma[v[0]](sp.Add(*terms) / len(terms))
    return [found[v] for v in lift.over if v[0] in lift.module.terminals]


@exact(perceptron_lifts, step="means")
def means_divide_the_weights(averaged: Lift, perceptron: Lift, trial: Trial) -> Findings:
    """The perceptron computed with means, for all weights and all φ."""
    yield all_free(trial, outputs(averaged, x), means_over_fibres(perceptron))


@exact(perceptron_lifts)
def sublifts_are_masks(perceptron: Lift, matrices: tuple[sp.Matrix, ...], trial: Trial) -> Findings:
    """Lifts without some edges against matrices multiplied by masks, for all weights and all φ; hidden units may lose all edges."""
    for zeros in trial.draw(random_masks, trial.size(5)):
        kept = {(u, v): w for (u, v), w in perceptron.weights.items() if zeros[u[0]][v[1], u[1]]}
        sublift = Lift(perceptron.module, perceptron.over, kept)
        products = [
            matrix.multiply_elementwise(sp.Matrix(mask.tolist())) for matrix, mask in zip(matrices, zeros, strict=True)
        ]
        yield all_free(trial, outputs(sublift, x), product_of_matrices(products))


def random_networks(rng: np.random.Generator, count: int) -> list[tuple[list[NDArray[np.int64]], NDArray[np.int64]]]:
    """Integer matrices for three layers of one to four neurons, and an input."""
    networks = []
    for _ in range(count):
        widths = rng.integers(1, 5, size=4)
        shapes = zip(widths[1:], widths[:-1], strict=True)
        networks.append(([rng.integers(-9, 10, size=shape) for shape in shapes], rng.integers(-9, 10, size=widths[0])))
    return networks


@exact(perceptron_lifts, cost=0.3)
def random_networks_have_these_weights(weights: sp.Expr, trial: Trial) -> Findings:
    """Edges of full lifts counted, and their outputs with ReLU against those of integer matrices."""
    for matrices, values in trial.draw(random_networks, trial.size(6)):
        widths = [len(values), *(len(matrix) for matrix in matrices)]
        lift = perceptron_lift(relu, [sp.Matrix(matrix.tolist()) for matrix in matrices])
        yield trial.same(weights.subs(dict(zip(sizes, widths, strict=True))), sp.Integer(len(lift.weights)))
        y = values
        for matrix in matrices[:-1]:
            y = np.maximum(matrix @ y, 0)
        same = outputs(lift, [sp.Integer(int(value)) for value in values]) == (matrices[-1] @ y).tolist()
        yield trial.holds(same, "the output is that of the matrices")
    for numbers in ((1, 1, 1, 1), (2, 1, 3, 5)):
        lift = full_lift(multilayer_perceptron(3, relu), dict(enumerate(numbers)), lambda u, v: 1)
        at = dict(zip(sizes, numbers, strict=True))
        yield trial.same(weights.subs(at), sp.Integer(len(lift.weights)))
