"""What a lifted module computes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sparse_limits.numerics.lifts.arrays import ArrayLift, Inputs, Weights
from sparse_limits.numerics.lifts.contraction import Array
from sparse_limits.numerics.lifts.vertices import Pull, apply_sigma
from sparse_limits.theory.lifts.module import Edge, Vertex


def activations(lift: ArrayLift, weights: Weights, inputs: Inputs) -> dict[Vertex, Array]:
    """The activations of all vertices of the base, {v: float[N, copies, *Y]} (Definition 3.4).

    weights: {base edge: array}, laid out as in `ArrayLift`. inputs: {input: float[N, copies, *Y]}, N ≥ 1. Runs in the
    dtype of what it is given (at least float32).

    Raises:
        InputError: naming the edge or the vertex whose arrays are missing, of another shape, or not finite.
    """
    checked, given = lift.checked_weights(weights), lift.checked_inputs(inputs)
    dtype = np.result_type(np.float32, *checked.values(), *given.values())
    return evaluated(
        lift,
        {edge: w.astype(dtype, copy=False) for edge, w in checked.items()},
        {v: y.astype(dtype, copy=False) for v, y in given.items()},
    )[0]


def forward(lift: ArrayLift, weights: Weights, inputs: Inputs) -> dict[Vertex, Array]:
    """The activations of the terminals alone; arguments and errors as for `activations`."""
    found = activations(lift, weights, inputs)
    return {v: found[v] for v in lift.module.terminals}


def evaluated(
    lift: ArrayLift, weights: Mapping[Edge, Array], inputs: Mapping[Vertex, Array]
) -> tuple[dict[Vertex, Array], dict[Vertex, Pull]]:
    """All activations, from arrays that fit and have one dtype, and the adjoint of each σ where it was evaluated."""
    found, adjoints = dict(inputs), {}
    samples = len(next(iter(found.values()), [0]))
    for v, sigma in ((v, lift.sigma[v]) for v in lift.module.order if v not in found):
        shape = (samples, *lift.activation_shape(v))
        into = [lift.edge_maps[edge].apply(weights[edge], found[edge[0]]) for edge in lift.edges_into(v)]
        if into:
            value, adjoints[v] = apply_sigma(sigma, into)
        else:
            value = np.asarray(sigma(), np.result_type(np.float16, *found.values()))
        found[v] = value if value.shape == shape else np.array(np.broadcast_to(value, shape))
    return found, adjoints
