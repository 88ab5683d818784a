"""A torch module as a network of the theory: its linear layers in order, and what stands between them.

`torch.fx` traces the module; the trace is followed from the output back to the input. What the law does not follow is
named by its path in the module.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from operator import getitem
from typing import Any

import torch
from torch import fx, nn
from torch.nn.parameter import is_lazy
from torch.nn.utils import parametrize

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.prediction.architecture import EPSILON, LEAK
from sparse_limits.numerics.prediction.modules.pruned import overlaid
from sparse_limits.numerics.prediction.modules.uncalled import OURS
from sparse_limits.numerics.printing.plain_text import plain
from sparse_limits.theory.own_code import is_theirs, set_apart

PASSING_MODULES = (nn.Identity, nn.Flatten, nn.Dropout, nn.AlphaDropout)
CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
PASSING_METHODS = ("flatten", "view", "reshape", "contiguous")
MOVING_AXES = ("transpose", "permute", "movedim", "swapaxes", "unsqueeze", "squeeze")
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
class Between:
    """What stands between two layers: a normalisation, name batch, or an activation, by its name."""

    path: str
    name: str


Part = LinearLayer | Between


@dataclass(frozen=True)
class Chain:
    """A fully connected network: its layers, first to last, and the norm and the activation between each two of them.

    norm: none, or batch, in front of activations.
    """

    layers: tuple[LinearLayer, ...]
    activation: str
    norm: str = "none"

    @property
    def widths(self) -> tuple[int, ...]:
        """Of the hidden layers."""
        return tuple(layer.outputs for layer in self.layers[:-1])

    @property
    def bias(self) -> bool:
        """Whether biases count: in front of a normalisation they do nothing."""
        return self.layers[-1 if self.norm == "batch" else 0].bias


class NotFollowedError(InputError):
    """A module, or its initialisation, is outside the law of wide layers; the message names the part."""


def chain_of(module: nn.Module) -> Chain:
    """Read a module as a chain of linear layers with one activation between each two, batch normalisation before it or not.

    NotFollowedError, with the path of the part in question, for anything else: convolutions, other normalisations, branches,
    several activations, an activation after the last layer, layers with and without biases. InputError for what is no
    module, and for hooks and weights that are computed from others.

    Examples:
        >>> chain_of(nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))).widths
        (32,)
    """
    if not isinstance(module, nn.Module):
        raise InputError(f"the module is {module!r:.100}, expected a torch module")
    check_plain(module)
    try:
        return _chain(module)
    except InputError as error:
        raise NotFollowedError(str(error)) from error


def graph_of(module: nn.Module) -> fx.Graph | None:
    """All that a forward does; None where that is not known."""
    try:
        return _traced(module)
    except InputError:
        return None


def outside_of(module: nn.Module) -> tuple[str, ...]:
    """The parts of a module that the law does not follow, each once, by path and kind; () for a chain's parts.

    Functions that a forward calls, such as the sum of a residual block, are named with the part that calls them.

    Examples:
        >>> outside_of(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 10)))
        ('0 (Conv2d)',)
    """
    if isinstance(module, nn.Linear):
        return ()
    try:
        traced = _traced(module)
    except InputError:
        return _unknown_parts(module)
    by_path, sizes = dict(module.named_modules()), set[fx.Node]()
    found: dict[str, dict[str, None]] = {}  # kinds by where they are called
    for node in traced.nodes:
        if node.op in ("placeholder", "output", "get_attr") or _of_shape(node, sizes):
            continue
        is_part = node.op == "call_module"
        if is_part and isinstance(by_path[str(node.target)], nn.Unflatten):
            continue  # images for what follows it, which is outside
        where = str(node.target) if is_part else node.name
        what = type(by_path[where]).__name__ if is_part else getattr(node.target, "__name__", str(node.target))
        if node.target is getitem:
            what = "indexing"
        followed = len({each for each in node.all_input_nodes if each not in sizes}) < 2
        try:
            _part(node, by_path, where)
        except InputError:
            followed = False
        if not followed:
            name, caller = (f"{where} ({what})", "") if is_part else (what, _caller(node))
            found.setdefault(caller if caller else f"\0{name}", {})[name] = None
    return tuple(
        ", ".join(kinds) + ("" if caller.startswith("\0") else f" in {caller}") for caller, kinds in found.items()
    )


def _unknown_parts(module: nn.Module) -> tuple[str, ...]:
    """As `outside_of` for a module that cannot be traced: torch's parts, and others' that hold no parts, of other kinds than
    the law knows, the outermost of them."""
    known = (nn.Linear, nn.BatchNorm1d, nn.Unflatten, *PASSING_MODULES)
    found: list[str] = []
    for path, part in module.named_modules():
        whole = type(part).__module__.startswith("torch.nn.") or not any(part.children())
        whole = whole and not isinstance(part, CONTAINERS)
        inside = any(path.startswith(f"{outer}.") for outer in found)
        if path and whole and not inside and not isinstance(part, known) and type(part) not in NAMES:
            found.append(path)
    return tuple(f"{path} ({type(module.get_submodule(path)).__name__})" for path in found)


def _of_shape(node: fx.Node, sizes: set[fx.Node]) -> bool:
    """Whether a node only moves axes, or is a number that comes from shapes, such as a width; these are added to sizes."""
    before = node.all_input_nodes
    if node.target is getattr or node.target == "size" or (before and sizes.issuperset(before)):
        sizes.add(node)
        return True
    return node.op == "call_method" and node.target in MOVING_AXES


def _caller(node: fx.Node) -> str:
    """The part whose forward calls a function, by path and kind; "" for the module itself."""
    stack = list(node.meta.get("nn_module_stack", {}).values())
    path, kind = stack[-1] if stack else ("", None)
    return f"{path} ({kind.__name__})" if path and kind is not None else ""


def _traced(module: nn.Module) -> fx.Graph:
    try:
        with _evaluating(module), set_apart():  # dropout that follows self.training is off
            return fx.Tracer().trace(module)
    except BaseException as error:  # a forward that depends on values raises whatever it likes
        if not is_theirs(error):
            raise
        line = str(error).splitlines()[0] if str(error) else type(error).__name__
        said = plain(line.partition(". ")[0], 160)  # after its first sentence torch.fx advises its own users
        raise InputError(
            f"the module cannot be traced by torch.fx ({said}), expected a forward without branches on values"
        ) from error


def _chain(module: nn.Module) -> Chain:
    if isinstance(module, nn.Linear):
        raise InputError("the module is one linear layer, expected a hidden layer")
    traced = _traced(module)
    _check_used(module, traced)
    parts = _parts(module, traced)
    for name, other in overlaid(module):
        raise InputError(f"{name} lies in the memory of {other}, expected weights of its own for each layer")
    layers = tuple(part for part in parts if isinstance(part, LinearLayer))
    called = {layer.path for layer in layers}
    for path, part in module.named_modules():
        if isinstance(part, nn.Linear) and path not in called:
            raise InputError(f"{path} ({type(part).__name__}) is not called, expected each layer in the chain")
    if len(layers) < 2:
        raise InputError(f"the module has {len(layers)} linear layers, expected at least 2")
    for before, after in pairwise(layers):
        if after.inputs != before.outputs:
            raise InputError(
                f"{after.path} takes {after.inputs} inputs after {before.outputs} outputs, expected as many"
            )
    chain = Chain(layers, *_between(parts))
    if chain.norm == "none":
        _check_biases(layers)
    return chain


def _check_used(module: nn.Module, traced: fx.Graph) -> None:
    """InputError for a part whose output goes nowhere: it changes its input in place, or its weights are not the chain's."""
    by_path, sizes = dict(module.named_modules()), set[fx.Node]()
    for node in traced.nodes:
        if node.op in ("placeholder", "output", "get_attr") or _of_shape(node, sizes) or node.users:
            continue
        is_part = node.op == "call_module"
        where = str(node.target) if is_part else node.name
        what = type(by_path[where]).__name__ if is_part else getattr(node.target, "__name__", str(node.target))
        raise InputError(f"{where} ({what}): its output is not used, expected each output to go into the next part")


def check_plain(module: nn.Module) -> None:
    """InputError for what changes values or weights unseen, compiled code, hooks and weights that are computed from others,
    and for parameters without finite values."""
    for path, part in module.named_modules():
        where = path or "the module"
        if isinstance(part, torch.jit.ScriptModule):  # its layers are of no class of torch.nn
            raise InputError(f"{where} is compiled by torch.jit, expected it as it was before")
        if isinstance(getattr(part, "_orig_mod", None), nn.Module):  # its code calls no hook of its layers
            raise InputError(f"{where} is compiled by torch.compile, expected it as it was before")
        for name, each in part.named_parameters(recurse=False):
            if is_lazy(each):
                raise InputError(
                    f"{where} ({type(part).__name__}): {name} has no shape before a first call, expected one"
                )
            if each.is_meta:
                raise InputError(f"{where}: {name} is on the device meta, expected values")
            if not bool(torch.isfinite(each).all()):
                raise InputError(f"{where}: {name} has entries that are not finite, expected finite ones")
        if parametrize.is_parametrized(part):
            raise InputError(f"{where}: weights are reparametrised, expected weights as they are")
        if part._forward_hooks or any(hook not in OURS for hook in part._forward_pre_hooks.values()):
            raise InputError(
                f"{where} has hooks, as layers have that prune, weight_norm or spectral_norm computes weights for, expected none"
            )


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """All parts in evaluation mode, and afterwards as they were."""
    before = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in before:
            part.training = training


def _parts(module: nn.Module, traced: fx.Graph) -> list[Part]:
    """Layers, norms and activations from input to output."""
    by_path, seen = dict(module.named_modules()), set[int]()
    (last,) = (node for node in traced.nodes if node.op == "output")
    node, parts = _before(last, "the output"), []
    while node.op != "placeholder":
        where = str(node.target) if node.op == "call_module" else node.name
        part = _part(node, by_path, where)
        if isinstance(part, LinearLayer):
            if (weight := id(by_path[where].weight)) in seen:
                raise InputError(f"{part.path}: its weights are used twice, expected each layer once")
            seen.add(weight)
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


def _part(node: fx.Node, by_path: dict[str, Any], where: str) -> Part | None:
    """A layer, a norm, an activation, or None for what passes values on."""
    if node.op == "call_module":
        held = by_path[where]
        if isinstance(held, nn.Linear):
            return LinearLayer(where, held.in_features, held.out_features, held.bias is not None)
        if isinstance(held, nn.BatchNorm1d):
            return _norm(held, where)
        if isinstance(held, PASSING_MODULES):
            return None
        name = NAMES.get(type(held))
        settings = {key: getattr(held, key) for key in PARAMETERS.get(name or "", {})}
        what = type(held).__name__
    else:
        off = node.target is nn.functional.dropout and node.kwargs.get("training", (*node.args, True)[-1]) is False
        if (node.op == "call_method" and node.target in PASSING_METHODS) or node.target is torch.flatten or off:
            return None
        name = NAMES.get(node.target) if node.op in ("call_function", "call_method") else None
        defaults = PARAMETERS.get(name or "", {})
        positional = dict(zip(defaults, node.args[1:], strict=False))
        settings = {**defaults, **positional, **{key: value for key, value in node.kwargs.items() if key in defaults}}
        what = getattr(node.target, "__name__", str(node.target))
    if name is None:
        raise InputError(
            f"{where} ({what}): the law does not follow this part, expected linear layers, activations, batch normalisation, "
            "dropout and flattening"
        )
    for key, value in PARAMETERS.get(name, {}).items():
        if settings[key] != value:
            raise InputError(f"{where} ({what}): {key} is {settings[key]!r:.40}, expected {value!r}")
    return Between(where, name)


def _norm(held: nn.BatchNorm1d, where: str) -> Between:
    """A batch normalisation as it begins: weight 1, bias 0, torch's ε."""
    if held.eps != EPSILON:
        raise InputError(f"{where} (BatchNorm1d): eps is {held.eps:g}, expected {EPSILON:g}")
    if held.affine and not (bool((held.weight == 1).all()) and bool((held.bias == 0).all())):
        raise InputError(f"{where} (BatchNorm1d): its weight and bias are changed, expected 1 and 0 as they begin")
    return Between(where, "batch")


def _check_biases(layers: tuple[LinearLayer, ...]) -> None:
    """InputError unless all layers have biases or none has."""
    biased = layers[0].bias
    other = next((layer for layer in layers if layer.bias != biased), None)
    if other is not None:
        having, lacking = (layers[0], other) if biased else (other, layers[0])
        raise InputError(f"{having.path} has biases and {lacking.path} none, expected all layers alike")


def _between(parts: list[Part]) -> tuple[str, str]:
    """The names of the activation, linear without one, and of the norm between each two layers."""
    outer = next((part for part in (parts[0], parts[-1]) if isinstance(part, Between)), None)
    if outer is not None:
        raise InputError(
            f"{outer.path} ({outer.name}) stands outside the linear layers, expected all else between them"
        )
    gaps: list[list[Between]] = []
    for part in parts[:-1]:
        if isinstance(part, LinearLayer):
            gaps.append([])
        else:
            gaps[-1].append(part)
    for gap in gaps:
        names = ["norm" if part.name == "batch" else "activation" for part in gap]
        if names not in ([], ["norm"], ["activation"], ["norm", "activation"]):
            found = ", ".join(f"{part.path} ({part.name})" for part in gap)
            raise InputError(
                f"{found} follow each other, expected batch normalisation, if any, and then one activation"
            )
    first, *others = ([part.name for part in gap] for gap in gaps)
    for number, names in enumerate(others, start=1):
        if names != first:
            told = [" and ".join(each) or "nothing" for each in (first, names)]
            layers = [part.path for part in parts if isinstance(part, LinearLayer)]
            raise InputError(
                f"{told[0]} between {layers[0]} and {layers[1]}, {told[1]} between {layers[number]} and {layers[number + 1]}, "
                "expected the same between all layers"
            )
    return next((name for name in first if name != "batch"), "linear"), "batch" if "batch" in first else "none"
