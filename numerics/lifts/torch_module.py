"""Lifts as modules of torch (the extra `torch`): the same numbers, trained by autograd."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, reduce
from math import prod
from operator import add
from typing import Any

import numpy as np
import sympy as sp
import torch
from numpy.typing import ArrayLike

from sparse_limits.numerics.arguments import InputError, checked_array
from sparse_limits.numerics.lifts.arrays import ArrayLift, Weights, real_array
from sparse_limits.numerics.lifts.callables import Gathered, edge_ends
from sparse_limits.numerics.lifts.contraction import SAMPLE, Array, Contraction, Skips
from sparse_limits.theory.lifts.maps import Pointwise, z
from sparse_limits.theory.lifts.module import Edge, Vertex

DIGITS = 20  # of the constants in a function: more than a float has


class TorchLift(torch.nn.Module):
    """A lift with its weights as parameters: `values[k]` above the k-th edge of `lift.module.maps`, laid out as the weights of `lift`.

    Called with one tensor [N, copies, *Y] for each input of the module, in its order. Gives F of the readout, [N] or
    [N, q], if there is one, else the activations of the terminals: a tuple of them unless there is only one. Sparse
    patterns and constants of maps are buffers. Take it from `to_torch`, which checks.
    """

    def __init__(self, lift: ArrayLift, weights: Mapping[Edge, Array], readout: Array | None = None) -> None:
        super().__init__()
        self.lift = lift
        self.values = torch.nn.ParameterList(torch.tensor(weights[edge]) for edge in lift.module.maps)
        self.readout = None if readout is None else torch.nn.Parameter(torch.tensor(readout))
        for k, found in enumerate(lift.edge_maps.values()):
            for name, buffer in _buffers(found).items():
                self.register_buffer(
                    f"{name}_{k}",
                    torch.tensor(buffer, dtype=self.values[k].dtype if name == "constant" else torch.int64),
                )

    def forward(self, *inputs: torch.Tensor) -> Any:
        """InputError unless there is one tensor for each input, of the right shape."""
        lift, module = self.lift, self.lift.module
        if len(inputs) != len(module.inputs):
            raise InputError(f"{len(inputs)} tensors, expected one for each of the inputs {module.inputs}")
        samples = len(inputs[0]) if inputs else 1
        found = dict(zip(module.inputs, inputs, strict=True))
        for v, tensor in found.items():
            if tensor.shape != (wanted := (samples, *lift.activation_shape(v))):
                raise InputError(f"inputs of {v} have shape {list(tensor.shape)}, expected {list(wanted)}")
        place = {edge: k for k, edge in enumerate(module.maps)}
        for v in module.order:
            if v not in found:
                into = [self._sums(place[edge], edge, found[edge[0]]) for edge in lift.edges_into(v)]
                found[v] = self._sigma(v, into).expand(samples, *lift.activation_shape(v))
        terminals = tuple(found[v] for v in module.terminals)
        if self.readout is not None:
            return torch.nn.functional.linear(torch.cat([each.flatten(1) for each in terminals], dim=1), self.readout)
        return terminals[0] if len(terminals) == 1 else terminals

    def _sums(self, k: int, edge: Edge, y: torch.Tensor) -> torch.Tensor:
        """The pre-activations above one edge of the base, [N, targets, *Z]."""
        found, w = self.lift.edge_maps[edge], self.values[k]
        if isinstance(found, Gathered):
            return self._gathered(k, found, w, y)
        if isinstance(found, Skips):
            w, found = y.new_ones(found.weight_shape), found.contraction
        w_fold, y_fold, z_fold = found.folds
        constant = (self.get_buffer(f"constant_{k}"), found.constant[1]) if found.constant else ()
        if found.pattern is None:
            return torch.einsum(w, w_fold.axes, *constant, y, found.y_axes, z_fold.axes)
        lengths = {**found.lengths, SAMPLE: len(y)}
        starts, columns, order = (self.get_buffer(f"{name}_{k}") for name in ("starts", "columns", "order"))
        right = torch.einsum(y, found.y_axes, *constant, y_fold.order).reshape(-1, _size(lengths, y_fold.groups[-1]))
        values = torch.einsum(w, w_fold.axes, w_fold.order).flatten()[order]
        product = torch.nn.functional.embedding_bag(  # a sparse matrix times a dense one, and its adjoint
            columns, right, starts, mode="sum", per_sample_weights=values, include_last_offset=True
        )
        return torch.einsum(product.reshape([lengths[axis] for axis in z_fold.order]), z_fold.order, z_fold.axes)

    def _gathered(self, k: int, found: Gathered, w: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        targets, sources = self.get_buffer(f"targets_{k}"), self.get_buffer(f"sources_{k}")
        terms = found.function(w.reshape(1, len(sources), *found.weight), y[:, sources])
        terms = terms.expand(len(y), len(targets), *found.preactivation)
        return terms.new_zeros(len(y), found.copies[0], *found.preactivation).index_add(1, targets, terms)

    def _sigma(self, vertex: Vertex, into: list[torch.Tensor]) -> torch.Tensor:
        sigma = self.lift.sigma[vertex]
        if not into:
            return torch.as_tensor(np.asarray(sigma(), float)).to(next(self.parameters(), torch.tensor(0.0)))
        if not isinstance(sigma, Pointwise):
            return sigma(*into)
        return torch.as_tensor(torch_function(sigma.expression)(total := reduce(add, into))).to(total)


def to_torch(lift: ArrayLift, weights: Weights, readout: ArrayLike | None = None) -> TorchLift:
    """A lift as a module of torch; weights as for `forward`, readout float[R] or float[q, R] as for `objective`.

    All parameters have the dtype of the weights (at least float32); without any, of the readout. Maps that are Python
    functions get tensors: they should be written with operators, or with functions such as those of `sparse_limits.numerics.lifts.functions`.

    Raises:
        InputError: for weights, a readout or maps that do not fit, naming the edge or the vertex.
    """
    given = lift.checked_weights(weights)
    if readout is not None:
        outputs = () if checked_array("readout", readout).ndim < 2 else (None,)
        readout = real_array("readout", readout, (*outputs, lift.features))
    lift.probe(torch.from_numpy)
    for v, sigma in lift.sigma.items():
        if isinstance(sigma, Pointwise):
            try:
                torch_function(sigma.expression)(torch.ones(1))
            except (TypeError, NotImplementedError, RuntimeError) as error:
                raise InputError(f"vertex {v}: torch has nothing for {sigma.expression}: {error}") from None
    deciding = [each for each in given.values() if each.size]
    if not deciding:
        deciding = [*given.values()] if readout is None else [*given.values(), readout]
    dtype = np.result_type(np.float32, *deciding)
    converted = {edge: each.astype(dtype) for edge, each in given.items()}
    return TorchLift(lift, converted, None if readout is None else readout.astype(dtype))


def from_torch(module: TorchLift) -> tuple[dict[Edge, Array], Array | None]:
    """The weights of a module, {base edge: array}, and its readout if it has one, as copies in numpy."""
    values = [parameter.detach().cpu().numpy().copy() for parameter in module.values]
    readout = None if module.readout is None else module.readout.detach().cpu().numpy().copy()
    return dict(zip(module.lift.module.maps, values, strict=True)), readout


def _buffers(found: Contraction | Gathered | Skips) -> dict[str, Array]:
    """The constant of a map, and where the entries of its sparse matrix stand: row starts, columns, order by row."""
    if isinstance(found, Gathered):
        return dict(zip(("targets", "sources"), edge_ends(found.copies, found.pattern), strict=True))
    if isinstance(found, Skips):
        found = found.contraction
    buffers = {"constant": found.constant[0]} if found.constant else {}
    if found.pattern is None:
        return buffers
    batch, _, left, contracted = (_size(found.lengths, group) for group in found.folds[0].groups)
    targets, sources = edge_ends(found.copies, found.pattern)
    b, edge, i, j = np.indices((batch, targets.size, left, contracted)).reshape(4, -1)
    rows = (b * found.copies[0] + targets[edge]) * left + i
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=batch * found.copies[0] * left))])
    columns = (b * found.copies[1] + sources[edge]) * contracted + j
    order = np.argsort(rows, kind="stable")
    return {**buffers, "starts": starts, "columns": columns[order], "order": order}


def _size(lengths: Mapping[int, int], group: Iterable[int]) -> int:
    return prod(lengths[axis] for axis in group)


@cache
def torch_function(expression: sp.Expr) -> Callable[[torch.Tensor], Any]:
    """A SymPy expression in z as a function of a tensor; the slope of a ReLU at its kink is 0, as in torch."""
    if expression == sp.Max(z, 0):
        relu: Callable[[torch.Tensor], Any] = torch.relu
        return relu
    exact = expression.replace(lambda part: part.is_number and not part.is_Rational, lambda part: part.evalf(DIGITS))
    modules = [{"max": _folded(torch.maximum), "min": _folded(torch.minimum)}, "torch"]
    function: Callable[[torch.Tensor], Any] = sp.lambdify((z,), exact, modules)
    return function


def _folded(pick: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Callable[..., torch.Tensor]:
    """The largest or smallest of any number of tensors and numbers."""
    return lambda *values: reduce(pick, map(torch.as_tensor, values))
