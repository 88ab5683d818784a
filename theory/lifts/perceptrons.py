"""L5: multilayer perceptrons are the full lifts of a path, and masks are their sublifts."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.lifts.bundle import entries, shape_of
from sparse_limits.theory.lifts.lift import Lift, full_lift
from sparse_limits.theory.lifts.maps import PRODUCT, Pointwise, identity
from sparse_limits.theory.lifts.module import PerceptronModule
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Quantity
from sparse_limits.theory.reasons import Relations, same

n_0, n_1, n_2, n_3 = sp.symbols("n_0 n_1 n_2 n_3", nonnegative=True, integer=True)


def multilayer_perceptron(
    depth: int, function: Callable[[Any], Any], last: Callable[[Any], Any] = identity
) -> PerceptronModule:
    """The path 0 → 1 → … → depth of numbers with M(w, y) = wy, and σ(z) = function(z), but last(z) at its end.

    `function` takes a SymPy number, such as `sympy.tanh`. Its full lift with n_l copies of l has layers of n_l neurons.

    Raises:
        InputError: unless depth is a whole number ≥ 1.
    """
    if type(depth) is not int or depth < 1:
        raise InputError(f"depth is {depth!r}, expected a whole number ≥ 1")
    sigma = {layer: Pointwise(last if layer == depth else function) for layer in range(1, depth + 1)}
    return PerceptronModule((0,), (depth,), dict.fromkeys(pairwise(range(depth + 1)), PRODUCT), sigma)


def perceptron_lift(function: Callable[[Any], Any], matrices: Sequence[Any]) -> Lift:
    """x ↦ W_ℓ φ(W_{ℓ−1} … φ(W_1 x)) as the full lift of a path; neuron i of layer l is the vertex (l, i).

    `matrices`: W_1, …, W_ℓ, SymPy matrices or nested tuples, W_l of shape (n_l, n_{l−1}).

    Raises:
        InputError: for shapes that do not fit together.
    """
    shapes = [shape_of(matrix) for matrix in matrices]
    if not shapes or not all(len(shape) == 2 for shape in shapes):
        raise InputError(f"matrices have shapes {shapes}, expected one matrix or more")
    if any(after[1] != before[0] for before, after in pairwise(shapes)):
        raise InputError(f"matrices have shapes {shapes}, expected as many columns as the one before has rows")
    sizes = [shapes[0][1], *(rows for rows, _ in shapes)]
    rows = [entries(matrix) for matrix in matrices]
    return full_lift(
        multilayer_perceptron(len(shapes), function),
        dict(enumerate(sizes)),
        lambda u, v: rows[u[0]][v[1] * sizes[u[0]] + u[1]],
    )


def weight_matrix(layer: int, rows: int, columns: int) -> sp.Matrix:
    """W_l with symbols for entries, such as W2_01."""
    return sp.ImmutableMatrix(rows, columns, lambda i, j: sp.Symbol(f"W{layer}_{i}{j}", real=True))


activation = sp.Function("phi", real=True)
matrices = (weight_matrix(1, 3, 2), weight_matrix(2, 2, 3), weight_matrix(3, 2, 2))

sizes = (n_0, n_1, n_2, n_3)
masks = tuple(
    sp.ImmutableMatrix(*matrix.shape, lambda i, j, layer=layer: sp.Symbol(f"b{layer}_{i}{j}", integer=True))
    for layer, matrix in enumerate(matrices, 1)
)
perceptron = perceptron_lift(activation, matrices)
masked = perceptron_lift(
    activation, [sp.matrix_multiply_elementwise(*pair) for pair in zip(matrices, masks, strict=True)]
)
averaged = perceptron_lift(activation, [matrix / matrix.cols for matrix in matrices])
weights = n_0 * n_1 + n_1 * n_2 + n_2 * n_3

STEPS = proof(
    r"""
activations (by L2): The path is acyclic, and so is the lift above it. Hence the lift has exactly one family of activations.

layers (from activations; gives perceptron): The activation of copy $i$ of $l$ is $\sigma_l\big(\sum_jW_l[i,j]\,y_j\big)$, with the sum over
the copies of $l-1$. This is entry $i$ of $\sigma_l(W_ly)$. So the lift with these weights is the perceptron, layer by layer.

numbers of weights (from layers): Above $(l-1,l)$ there are $n_{l-1}n_l$ edges, each with one weight; for $\ell=3$ the total is
$[[weights]]$.

masks (from layers; gives masked): An absent edge adds nothing to the sum, and an edge of weight $0$ adds $0\cdot y_j=0$. So with a factor,
$0$ or $1$, before each weight, the lift is the perceptron of the entrywise products of the matrices of factors and weights.

means (from layers; gives averaged): A mean over the copies of $l-1$ is their sum divided by $n_{l-1}$. So with means, the perceptron
becomes the one with the weights $W_l/n_{l-1}$.
""",
    globals(),
)

FIBRES = Counter(perceptron.over.values())


def unmasked(lift: Lift) -> Lift:
    """The lift with all its masks at 1."""
    ones = {letter: 1 for mask in masks for letter in mask}
    return lift.with_weights({edge: valued(weight, ones) for edge, weight in lift.weights.items()})


def one_more_neuron_has_its_neighbours_edges(weights: sp.Expr) -> Relations:
    """With one more copy of a layer there is an edge more for each copy of the layers beside it; without copies there is none."""
    for layer, size in enumerate(sizes):
        beside = sp.Add(*(sizes[other] for other in (layer - 1, layer + 1) if 0 <= other < len(sizes)))
        yield same(weights.subs(size, size + 1), weights + beside)
    yield same(weights.subs(dict.fromkeys(sizes, 0)), sp.S.Zero)


perceptron_lifts = Claim(
    label="L5",
    title="Multilayer perceptrons are full lifts of a path; masks are sublifts",
    headline=r"A multilayer perceptron is the full lift of a path, whose vertices are the layers, with a copy for each neuron. Removing edges from this lift is masking the weights.",
    statement=r"""
On the path $0\to1\to\dots\to\ell$ let all spaces be $\mathbb R$, $M(w,y)=wy$, $\sigma_l=\varphi$ for $0<l<\ell$ and
$\sigma_\ell=\mathrm{id}$. The full lift with $n_l$ copies of $l$ and weight $W_l[i,j]$ on the edge from $j$ to $i$ is the perceptron
$x\mapsto W_\ell\,\varphi(W_{\ell-1}\cdots\varphi(W_1x))$. It has $\sum_ln_{l-1}n_l$ weights; for $\ell=3$ this is $[[weights]]$.
Removing edges from the lift is the same as multiplying the $W_l$ by masks of zeros and ones. With means over the fibres
instead of sums, the full lift would compute the perceptron with weights $W_l/n_{l-1}$.
""",
    steps=STEPS,
    source=Source(
        "2501.05930",
        "v1",
        "abstract: “generalizing the idea of increasing the widths of multi-layer perceptrons”",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        Quantity(
            tuple(entry for matrix in matrices for entry in matrix),
            "weights, by layer, neuron and neuron of the layer before",
            sp.S.Reals,
        ),
        Quantity(
            tuple(entry for mask in masks for entry in mask),
            "whether a weight is kept, by layer, neuron and neuron of the layer before",
            sp.Range(2),
            drawn=(1, 1),  # at a 0 it would not be seen whether the weight is right
        ),
        Quantity(sizes, "numbers of neurons of the layers, the inputs first", COUNT_FROM_ZERO),
    ),
    symbols={
        r"\ell": "number of layers of weights",
        "l": "number of a layer, $0$ for the inputs",
        "i,j": "numbers of a neuron and of a neuron of the layer before",
        "w,y": "weight of an edge, and value at its source",
        "M": "map of every edge",
        r"\sigma_l": "map that makes the value of a vertex of layer $l$ from the sum that reaches it",
        r"\varphi": "activation of the hidden layers",
        "W_l": "matrix of the weights into layer $l$",
        "x": "input",
    },
    also=("perceptron", "masked", "averaged"),
    aids={"matrices": matrices},
    because={
        "numbers of weights": one_more_neuron_has_its_neighbours_edges,
    },
    wrong=lambda: {
        "perceptron: mean over the fibre": averaged,
        "perceptron: an edge missing": perceptron.with_weights({**perceptron.weights, ((1, 2), (2, 0)): sp.Integer(0)}),
        "perceptron: activation at the end": replace(
            perceptron, module=multilayer_perceptron(3, activation, activation)
        ),
        "perceptron: no activation": replace(perceptron, module=multilayer_perceptron(3, lambda z: z)),
        "perceptron: all weights doubled": perceptron.with_weights({e: 2 * w for e, w in perceptron.weights.items()}),
        "masked: nothing is masked": unmasked(masked),
        "masked: mean over the fibre": masked.with_weights({e: w / FIBRES[e[0][0]] for e, w in masked.weights.items()}),
        "masked: all weights doubled": masked.with_weights({e: 2 * w for e, w in masked.weights.items()}),
        "averaged: sums": perceptron,
        "averaged: divided by the layer itself": perceptron.with_weights(
            {e: w / FIBRES[e[1][0]] for e, w in perceptron.weights.items()}
        ),
        "averaged: all weights doubled": averaged.with_weights({e: 2 * w for e, w in averaged.weights.items()}),
        "weights: with biases": weights + n_1 + n_2 + n_3,
        "weights: paths": n_0 * n_1 * n_2 * n_3,
        "weights: neurons": n_0 + n_1 + n_2 + n_3,
        "weights: without the last layer": n_0 * n_1 + n_1 * n_2,
    },
)
