"""Whether D8.2 reaches a module, so that independent copies keep in the limit what the module keeps; and if not, why not.

Source: Claim D8.2, from Yang 2020 (arXiv 2009.10685), Theorem F.8. A condition that cannot be seen to hold counts as not met.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from torch import fx, nn
from torch.nn.modules.batchnorm import _NormBase

from sparse_limits.numerics.prediction.architecture import NORMAL
from sparse_limits.numerics.prediction.layers.mask_statistics import ITSELF
from sparse_limits.numerics.prediction.modules.layout import Layout
from sparse_limits.numerics.prediction.modules.reading import MOVING_AXES, graph_of
from sparse_limits.numerics.prediction.modules.weights import WeightLaw
from sparse_limits.numerics.prediction.settings import Settings

KIND = re.compile(r"\((\w+)\)$")
POOLING = re.compile(r"(Adaptive)?(Max|Avg)Pool[123]d|(adaptive_)?(max|avg)_pool[123]d")
CHANNELWISE = (
    frozenset(  # with slopes that are polynomially bounded; sums of channels, and several channels side by side
        [
            "Conv1d",
            "Conv2d",
            "Conv3d",
            "Linear",
            "Flatten",
            "Identity",
            "Dropout",
            "add",
            "iadd",
            "cat",
            "flatten",
            "relu",
            "ReLU",
            "LeakyReLU",
            "ReLU6",
            "ELU",
            "SELU",
            "CELU",
            "GELU",
            "SiLU",
            "Mish",
            "Softplus",
            "Sigmoid",
            "Tanh",
            "Hardtanh",
            "Hardswish",
            "Hardsigmoid",
            "leaky_relu",
            "relu6",
            "elu",
            "selu",
            "gelu",
            "silu",
            "softplus",
            "sigmoid",
            "tanh",
            "hardtanh",
            "hardswish",
            "abs",
        ]
    )
)
CONVOLUTIONS = frozenset(("Conv1d", "Conv2d", "Conv3d"))
FLAT = "flat"
MOVING = frozenset((*MOVING_AXES, "Unflatten", "unflatten", "view", "reshape", "Flatten", "flatten"))
NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.LocalResponseNorm)

Laws = Mapping[str, WeightLaw | None]


def failing(module: nn.Module, settings: Settings, read: Layout, laws: Laws) -> list[str]:
    """The conditions of D8.2 that are not met, in words; none where independent copies have the limit of the module.

    laws: of weights, by path, as tests of fresh modules find them; that weights are independent is assumed.

    Examples:
        >>> from sparse_limits.numerics.data import load_data
        >>> from sparse_limits.numerics.prediction.modules.layout import layout_of
        >>> from sparse_limits.numerics.prediction.modules.pruned import pruned_layers
        >>> from sparse_limits.numerics.prediction.modules.weights import weight_laws
        >>> modules = [nn.Sequential(nn.Linear(64, 32), nn.LayerNorm(32), nn.ReLU(), nn.Linear(32, 10)) for _ in range(4)]
        >>> read = layout_of(modules, load_data("digits", labels="onehot"))
        >>> failing(modules[0], Settings(method="snip"), read, weight_laws([pruned_layers(each) for each in modules]))
        ['1 (LayerNorm) is no function of single channels']
    """
    return [why for condition in CONDITIONS for why in condition(module, settings, read, laws)]


def _centred(module: nn.Module, settings: Settings, read: Layout, laws: Laws) -> Iterator[str]:
    if settings.method != "snip":
        yield f"{settings.method} has positive weights, and the limit is that of centred ones"


def _fixed(module: nn.Module, settings: Settings, read: Layout, laws: Laws) -> Iterator[str]:
    if settings.residual != "target":
        yield "the residuals are those at the modules' own outputs, not fixed (--residual target)"


def _normal(module: nn.Module, settings: Settings, read: Layout, laws: Laws) -> Iterator[str]:
    ends = (read.reading, read.giving)  # whose weights may have any centred law
    unknown = [path for path, law in laws.items() if path in ends and law is None]
    if unknown:
        yield f"the weights of {', '.join(path or ITSELF for path in unknown)} follow no law known here"
    other = [path for path, law in laws.items() if path not in ends and (law is None or law.law is not NORMAL)]
    if other:
        yield f"the weights of {', '.join(path or ITSELF for path in other)} are not normal by tests of fresh modules"
    if read.unpruned:
        yield f"the weights of {', '.join(read.unpruned)} are not tested"


def _at_the_end(module: nn.Module, settings: Settings, read: Layout, laws: Laws) -> Iterator[str]:
    if read.giving is None:
        yield "no layer is seen to give the outputs"
    elsewhere = [*read.uncalled, *read.tied, *(name for name, _ in read.overlaid)]
    if elsewhere:
        yield f"{', '.join(elsewhere)} may have weights that are used in other places, or transposed"


def _by_channels(module: nn.Module, settings: Settings, read: Layout, laws: Laws) -> Iterator[str]:
    norms = [f"{path} ({type(part).__name__})" for path, part in module.named_modules() if isinstance(part, NORMS)]
    inside = {f"{path} ({type(part).__name__})" for path, part in module.named_modules()}
    parts = [each for each in read.outside if not each.endswith("(one weight)")]
    named = [name for each in parts for name in each.partition(" in ")[0].split(", ")]
    other = [name for name in named if not _acts_on_channels(name) and name not in norms]
    for each in dict.fromkeys((*norms, *other)):
        where = each if each in inside else f"the function {each}"
        yield f"{where} is no function of single channels"


def _acts_on_channels(name: str) -> bool:
    found = KIND.search(name)
    kind = found[1] if found else name
    return kind in CHANNELWISE or POOLING.fullmatch(kind) is not None


def _by_axes(module: nn.Module, settings: Settings, read: Layout, laws: Laws) -> Iterator[str]:
    """Channels stay on their axis: the second one of convolutions and pooling, the last one of linear layers, also after flattening."""
    graph = graph_of(module)
    if graph is None:
        yield "torch.fx does not trace the module, so its functions are not known"
        return
    parts, before = dict(module.named_modules()), dict[fx.Node, frozenset[str]]()
    for node in graph.nodes:
        kind = (
            type(parts[str(node.target)]).__name__
            if node.op == "call_module"
            else getattr(node.target, "__name__", str(node.target))
        )
        seen = frozenset[str]().union(*(before[each] for each in node.all_input_nodes))
        linear, convolved = "Linear" in seen, bool(CONVOLUTIONS & seen)
        of_channels = kind in CONVOLUTIONS or POOLING.fullmatch(kind) is not None
        part = parts.get(str(node.target)) if node.op == "call_module" else None
        flattens = _flattens(node, kind, part)
        moves = kind in MOVING and not flattens
        if (
            (of_channels and (linear or (convolved and FLAT in seen)))
            or (kind == "Linear" and convolved and FLAT not in seen)
            or (moves and (linear or convolved))
        ):
            where = f"{node.target} ({kind})" if node.op == "call_module" else f"the function {kind}"
            yield f"{where} may read channels along another axis than the part before it"
        if moves or kind in CONVOLUTIONS:
            seen -= {FLAT}
        before[node] = seen | {FLAT if flattens else kind}
    calls = [node for node in graph.nodes if node.op == "call_module" and node.target == read.giving]
    if len(calls) > 1:
        yield f"{read.giving}, which gives the outputs, is used {len(calls)} times"


def _flattens(node: fx.Node, kind: str, part: nn.Module | None) -> bool:
    """Whether each sample becomes one row, as by Flatten, by flatten(1) or by view(n, −1). part: what the node calls."""
    if kind == "Flatten":
        return (getattr(part, "start_dim", None), getattr(part, "end_dim", None)) == (1, -1)
    if kind == "flatten":
        given = {**dict(zip(("start_dim", "end_dim"), node.args[1:], strict=False)), **node.kwargs}
        return (given.get("start_dim", 0), given.get("end_dim", -1)) == (1, -1)
    return kind in ("view", "reshape") and len(node.args) == 3 and node.args[2] == -1


def _grouped(module: nn.Module, settings: Settings, read: Layout, laws: Laws) -> Iterator[str]:
    grouped = [
        path for path, part in module.named_modules() if getattr(part, "groups", 1) > 1 and path not in read.depthwise
    ]
    if grouped:
        yield f"the groups of {', '.join(grouped)} may stay small"


CONDITIONS: tuple[Callable[[nn.Module, Settings, Layout, Laws], Iterator[str]], ...] = (
    _centred,
    _fixed,
    _normal,
    _at_the_end,
    _by_channels,
    _by_axes,
    _grouped,
)
