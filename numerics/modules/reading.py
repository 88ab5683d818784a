"""A torch module as a network of the theory: its linear layers in order, and the activation between them.

`torch.fx` traces the module; the trace is followed from the output back to the input. What the law does not follow is
named by its path in the module.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import fx, nn

from numerics.arguments import InputError

LEAK = 0.01  # of leaky ReLU as the theory has it
PASSING_MODULES = (nn.Identity, nn.Flatten, nn.Dropout, nn.AlphaDropout)
PASSING_METHODS = ("flatten", "view", "reshape", "contiguous")
NAMES: dict[Any, str] = {
    **dict.fromkeys((nn.ReLU, torch.relu, nn.functional.relu, "relu"), "relu"),
    **dict.fromkeys((nn.Tanh, torch.tanh, nn.functional.tanh, "tanh"), "tanh"),
    **dict.fromkeys((nn.Sigmoid, torch.sigmoid, nn.functional.sigmoid, "sigmoid"), "sigmoid"),
    **dict.fromkeys((nn.SiLU, nn.functional.silu), "silu"),
    **dict.fromkeys((nn.GELU, nn.functional.gelu), "gelu"),
    **dict.fromkeys((nn.ELU, nn.functional.elu), "elu"),
    **dict.fromkeys((nn.Softplus, nn.functional.softplus), "softplus"),
    **dict.fromkeys((nn.LeakyReLU, nn.functional.leaky_relu), "leaky"),
    **dict.fromkeys((torch.abs, "abs"), "abs"),
    **dict.fromkeys((torch.erf, "erf"), "erf"),
}
PARAMETERS: dict[str, dict[str, object]] = {  # those that activations of the theory have, which are torch's defaults
    "gelu": {"approximate": "none"},
    "elu": {"alpha": 1.0},
    "softplus": {"beta": 1.0, "threshold": 20.0},
    "leaky": {"negative_slope": LEAK},
}


@dataclass(frozen=True)
class LinearLayer:
    """A layer of weights [outputs, inputs]; path: its name in the module, "" for the module itself."""

    path: str
    inputs: int
    outputs: int
    bias: bool


@dataclass(frozen=True)
class Chain:
    """A fully connected network: its layers, first to last, and the activation between each two of them."""

    layers: tuple[LinearLayer, ...]
    activation: str

    @property
    def widths(self) -> tuple[int, ...]:
        """Of the hidden layers."""
        return tuple(layer.outputs for layer in self.layers[:-1])

    @property
    def bias(self) -> bool:
        return self.layers[0].bias


def chain_of(module: nn.Module) -> Chain:
    """Read a module as a chain of linear layers with one activation between each two.

    InputError, with the path of the part in question, for anything else: convolutions, normalisations, branches, several
    activations, an activation behind the last layer, layers with and without biases.

    Examples:
        >>> chain_of(nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))).widths
        (32,)
    """
    try:
        traced = fx.Tracer().trace(module)
    except Exception as error:  # a forward that depends on values raises whatever it likes
        raise InputError(
            f"the module cannot be traced by torch.fx ({error}), expected a forward without branches on values"
        ) from error
    parts = _parts(module, traced)
    layers = tuple(part for part in parts if isinstance(part, LinearLayer))
    if len(layers) < 2:
        raise InputError(f"the module has {len(layers)} linear layers, expected at least 2")
    return Chain(_alike(layers), _activation(parts))


def _parts(module: nn.Module, traced: fx.Graph) -> list[LinearLayer | tuple[str, str]]:
    """Layers and activations (where, name) from input to output."""
    by_path, seen = dict(module.named_modules()), set[str]()
    if isinstance(module, nn.Linear):
        raise InputError("the module is one linear layer, expected a hidden layer")
    (last,) = (node for node in traced.nodes if node.op == "output")
    node, parts = _before(last, "the output"), []
    while node.op != "placeholder":
        where = str(node.target) if node.op == "call_module" else node.name
        part = _part(node, by_path, where)
        if isinstance(part, LinearLayer):
            if part.path in seen:
                raise InputError(f"{part.path} is used twice, expected each layer once")
            seen.add(part.path)
        if part is not None:
            parts.append(part)
        node = _before(node, where)
    return parts[::-1]


def _before(node: fx.Node, where: str) -> fx.Node:
    """The node whose value goes into another."""
    first = node.args[0] if node.args else None
    if not isinstance(first, fx.Node):
        raise InputError(f"{where}: nothing known goes in, expected one tensor, the output of the part before")
    return first


def _part(node: fx.Node, by_path: dict[str, Any], where: str) -> LinearLayer | tuple[str, str] | None:
    """A layer, an activation (where, name), or None for what passes values on."""
    if node.op == "call_module":
        held = by_path[where]
        if isinstance(held, nn.Linear):
            return LinearLayer(where, held.in_features, held.out_features, held.bias is not None)
        if isinstance(held, PASSING_MODULES):
            return None
        name = NAMES.get(type(held))
        settings = {key: getattr(held, key) for key in PARAMETERS.get(name or "", {})}
        what = type(held).__name__
    else:
        if (node.op == "call_method" and node.target in PASSING_METHODS) or node.target is torch.flatten:
            return None
        name = NAMES.get(node.target) if node.op in ("call_function", "call_method") else None
        defaults = PARAMETERS.get(name or "", {})
        positional = dict(zip(defaults, node.args[1:], strict=False))
        settings = {**defaults, **positional, **{key: value for key, value in node.kwargs.items() if key in defaults}}
        what = getattr(node.target, "__name__", str(node.target))
    if name is None:
        raise InputError(
            f"{where} ({what}): the law does not follow this part, expected linear layers, activations, dropout and flattening"
        )
    for key, value in PARAMETERS.get(name, {}).items():
        if settings[key] != value:
            raise InputError(f"{where} ({what}): {key} is {settings[key]!r:.40}, expected {value!r}")
    return where, name


def _alike(layers: tuple[LinearLayer, ...]) -> tuple[LinearLayer, ...]:
    """The layers, if all have biases or none has."""
    biased = layers[0].bias
    other = next((layer for layer in layers if layer.bias != biased), None)
    if other is not None:
        having, lacking = (layers[0], other) if biased else (other, layers[0])
        raise InputError(f"{having.path} has biases and {lacking.path} none, expected all layers alike")
    return layers


def _activation(parts: list[LinearLayer | tuple[str, str]]) -> str:
    """The name of the one activation; linear if there is none at all."""
    found = [part for part in parts if not isinstance(part, LinearLayer)]
    if not found:
        return "linear"
    if not isinstance(parts[0], LinearLayer) or not isinstance(parts[-1], LinearLayer):
        where, name = parts[0] if not isinstance(parts[0], LinearLayer) else found[-1]
        raise InputError(f"{where} ({name}) stands outside the linear layers, expected activations between them")
    other = next(((where, name) for where, name in found if name != found[0][1]), None)
    if other is not None:
        raise InputError(f"{found[0][0]} is {found[0][1]} and {other[0]} is {other[1]}, expected one activation")
    for before, after in pairwise(parts):
        if isinstance(before, LinearLayer) == isinstance(after, LinearLayer):
            raise InputError(
                f"{_where(before)} and {_where(after)} follow each other, expected one activation between two layers"
            )
    return found[0][1]


def _where(part: LinearLayer | tuple[str, str]) -> str:
    return part.path if isinstance(part, LinearLayer) else part[0]
