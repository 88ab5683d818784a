"""The loss of a lift with a linear readout and its exact gradient, by reverse mode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError, checked_array
from sparse_limits.numerics.lifts.arrays import ArrayLift, Inputs, Weights, real_array
from sparse_limits.numerics.lifts.callables import Gathered
from sparse_limits.numerics.lifts.contraction import Array
from sparse_limits.numerics.lifts.forward import evaluated
from sparse_limits.numerics.lifts.vertices import Pull
from sparse_limits.theory.lifts.bundle import Shape
from sparse_limits.theory.lifts.maps import Pointwise
from sparse_limits.theory.lifts.module import Edge, Vertex, arrow

Floats = NDArray[np.float64]

NO_FUNCTION = (sp.DiracDelta, sp.Derivative, sp.Subs)  # in the derivatives of steps


@dataclass(frozen=True, eq=False)
class Objective:
    """L(θ) = ½ E|F − f*|² of F = Σ_i a_i φ_i, φ the activations of the terminals, entry by entry (D7).

    Called with θ float[p] it gives (L, ∇L). θ holds the weights, base edge after base edge in the order of
    `module.maps`, then the readout a. E is the mean over the N samples. `start` is the θ it was made with; `target`
    float[N, q], with q = 1 if it was given without that axis. Take it from `objective`, which checks.
    """

    lift: ArrayLift
    inputs: Mapping[Vertex, Floats]
    target: Floats
    start: Floats

    def __call__(self, theta: ArrayLike) -> tuple[float, Floats]:
        weights, readout = self.parts(theta)
        found, adjoints = evaluated(self.lift, weights, self.inputs)
        features = self._features(found)
        residual = features @ readout.T - self.target
        samples = len(residual)
        pulled = pull_back(self.lift, weights, found, adjoints, self._split(residual @ readout / samples))
        slopes = [pulled[edge].ravel() for edge in self.lift.module.maps]
        gradient = np.concatenate([*slopes, (residual.T @ features / samples).ravel()])
        return float((residual**2).sum()) / (2 * samples), gradient

    def parts(self, theta: ArrayLike) -> tuple[dict[Edge, Floats], Floats]:
        """The weights {base edge: array} and the readout float[q, R] in θ. InputError for θ of another length."""
        flat = real_array("theta", theta, self.start.shape).astype(float, copy=False)
        weights, at = {}, 0
        for edge in self.lift.module.maps:
            shape = self.lift.weight_shape(edge)
            weights[edge] = flat[at : at + prod(shape)].reshape(shape)
            at += prod(shape)
        return weights, flat[at:].reshape(self.target.shape[1], self.lift.features)

    def output(self, theta: ArrayLike, inputs: Inputs | None = None) -> Floats:
        """F float[N, q] at θ, of the samples it was made with or of others. InputError as for `forward`."""
        weights, readout = self.parts(theta)
        given = self.inputs if inputs is None else _doubles(self.lift.checked_inputs(inputs))
        return self._features(evaluated(self.lift, weights, given)[0]) @ readout.T

    def _features(self, found: Mapping[Vertex, Floats]) -> Floats:
        """The activations of all terminals side by side, float[N, R]."""
        return np.concatenate([found[v].reshape(len(found[v]), prod(shape)) for v, shape in self._blocks], axis=1)

    def _split(self, features: Floats) -> dict[Vertex, Floats]:
        """The inverse of `_features`."""
        blocks = np.split(features, np.cumsum([prod(shape) for _, shape in self._blocks])[:-1], axis=1)
        return {v: each.reshape(len(features), *shape) for (v, shape), each in zip(self._blocks, blocks, strict=True)}

    @property
    def _blocks(self) -> list[tuple[Vertex, Shape]]:
        return [(v, self.lift.activation_shape(v)) for v in self.lift.module.terminals]


def objective(
    lift: ArrayLift, weights: Weights, inputs: Inputs, target: ArrayLike, readout: ArrayLike | None = None
) -> Objective:
    """The loss of a linear readout of a lift on N samples as a function of all its parameters, to be followed by
    `gradient_flow` from its `start`.

    weights and inputs as for `forward`; target float[N], or float[N, q] for q outputs. readout: where a starts, float[R]
    or float[q, R], R the number of entries of all terminals; None: at 0. Slopes of a ReLU at its kink count as 0.

    Raises:
        InputError: for arrays that do not fit, no terminals, and a map without a derivative: neither known by its
            formula nor with a method `vjp`. The message names the edge or the vertex.
    """
    module = lift.module
    for edge, found in lift.edge_maps.items():
        if isinstance(found, Gathered) and not hasattr(found.function, "vjp"):
            raise InputError(f"edge {arrow(edge)}: its map has no derivative; expected .vjp(cotangent, w, y) of it")
    for v, sigma in lift.sigma.items():
        if not lift.edges_into(v):
            continue
        if not isinstance(sigma, Pointwise) and not hasattr(sigma, "vjp"):
            raise InputError(f"vertex {v}: its σ has no derivative; expected .vjp(cotangent, *z) of it")
        if isinstance(sigma, Pointwise) and sigma.derivative.has(*NO_FUNCTION):
            raise InputError(f"vertex {v}: its σ has the derivative {sigma.derivative}, expected a function")
    if len(set(module.terminals)) != len(module.terminals) or not module.terminals:
        raise InputError(f"the module has terminals {module.terminals}, expected at least one, each once")
    given, checked = _doubles(lift.checked_inputs(inputs)), _doubles(lift.checked_weights(weights))
    samples = len(next(iter(given.values()), [0]))
    outputs = () if checked_array("target", target).ndim < 2 else (None,)
    aims = real_array("target", target, (samples, *outputs)).astype(float, copy=False)
    if not aims.size:
        raise InputError(f"target have shape {list(aims.shape)}, expected at least one output")
    shape = (*aims.shape[1:], lift.features)
    start = np.zeros(shape) if readout is None else real_array("readout", readout, shape)
    flat = np.concatenate([*(checked[edge].ravel() for edge in module.maps), start.ravel()], dtype=float)
    return Objective(lift, given, aims.reshape(samples, aims.size // samples), flat)


def pull_back(
    lift: ArrayLift,
    weights: Mapping[Edge, Array],
    found: Mapping[Vertex, Array],
    adjoints: Mapping[Vertex, Pull],
    cotangents: Mapping[Vertex, Array],
) -> dict[Edge, Array]:
    """The derivatives in all weights of a number with derivatives `cotangents` in the activations of some vertices.

    found, adjoints: what `evaluated` gave for these weights.
    """
    arriving = dict(cotangents)
    pulled = {edge: np.zeros_like(weights[edge]) for edge in lift.module.maps}
    for v in reversed(lift.module.order):
        if v not in arriving or v not in adjoints:
            continue
        for edge, dz in zip(lift.edges_into(v), adjoints[v](arriving[v]), strict=True):
            source = edge[0]
            shape = (len(dz), lift.copies[v], *lift.module.preactivations.shapes[edge])
            pulled[edge], dy = lift.edge_maps[edge].pull(
                weights[edge], found[source], np.broadcast_to(dz, shape), deeper=source in adjoints
            )
            if dy is not None:
                arriving[source] = arriving[source] + dy if source in arriving else dy
    return pulled


def _doubles(arrays: Mapping[Any, Array]) -> dict[Any, Array]:
    return {key: array.astype(float, copy=False) for key, array in arrays.items()}
