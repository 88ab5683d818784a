"""L5: multilayer perceptrons are the full lifts of a path, and masks are their sublifts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.input_error import InputError
from theory.lifts.bundle import entries, shape_of
from theory.lifts.lift import Lift, full_lift
from theory.lifts.maps import PRODUCT, Pointwise, identity
from theory.lifts.module import PerceptronModule
from theory.quantities import COUNT_FROM_ZERO, Quantity

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

perceptron_lifts = Claim(
    label="L5",
    title="Multilayer perceptrons are full lifts of a path; masks are sublifts",
    statement=r"""
On the path $0\to1\to\dots\to\ell$ let all spaces be $\mathbb R$, $M(w,y)=wy$, $\sigma_l=\varphi$ for $0<l<\ell$ and $\sigma_\ell=\mathrm{id}$. Its full lift
with $n_l$ copies of $l$ and the weight $W_l[i,j]$ on the edge from $j$ to $i$ is the perceptron $x\mapsto W_\ell\,\varphi(W_{\ell-1}\cdots\varphi(W_1x))$; it has
$\sum_ln_{l-1}n_l$ weights; for $\ell=3$ these are $[[weights]]$. Taking edges out of the lift is the same as multiplying the $W_l$ by masks of zeros and ones. With means
over the fibres in place of sums the full lift would compute the perceptron of the weights $W_l/n_{l-1}$.
""",
    proof_text=r"""
The activation of copy $i$ of $l$ is $\sigma_l\big(\sum_jW_l[i,j]\,y_j\big)$, the sum over the copies of $l-1$: entry $i$ of $\sigma_l(W_ly)$. An edge that is absent
contributes nothing to the sum, and so does an edge of weight 0. A mean over the copies of $l-1$ divides the sum by $n_{l-1}$. Above $(l-1,l)$ lie $n_{l-1}n_l$ edges, each with a weight. ∎
""",
    source=Source(
        "2501.05930",
        "abstract: “generalizing the idea of increasing the widths of multi-layer perceptrons”",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    uses=("L2",),
    quantities=(
        Quantity(
            tuple(entry for matrix in matrices for entry in matrix),
            "weights, by layer, neuron and neuron of the layer before",
            sp.S.Reals,
        ),
        Quantity((n_0, n_1, n_2, n_3), "numbers of neurons of the layers, the inputs first", COUNT_FROM_ZERO),
    ),
    expressions={
        "perceptron": perceptron_lift(activation, matrices),
        "weights": n_0 * n_1 + n_1 * n_2 + n_2 * n_3,
    },
    aids={"matrices": matrices},
)
