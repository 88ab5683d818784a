"""Layers that store their inputs first: transposed convolutions [inputs, outputs / groups, …], and matrices such as GPT-2's Conv1D.

A file does not distinguish them from others, so their names must be given. What biases and neighbours show of them is reported, not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.masks.names import Shape, bare, layer_name, listed
from sparse_limits.numerics.masks.orientation import FIRST, LAST, Orientation

BIAS = re.compile(r"(^|[._/])(bias(:\d+|_orig|_mask)?|\w*_bias_table)$", re.IGNORECASE)  # of a bare name
_KERNEL = re.compile(r"kernel(:\d+)?$", re.IGNORECASE)
BY_BIAS = (
    "its bias fits its second axis and not its first: transposed convolutions, and Conv1D of GPT-2, store their inputs first; "
    "--transposed with its name reads it so"
)
BY_NEIGHBOURS = (
    "it fits the layers before and after it with its inputs first alone, as transposed convolutions store them; --transposed with its "
    "name reads it so"
)
BY_LAST = "its bias fits its last axis and not its first: --transpose reads layers of Keras and Flax"


def biases(shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """The shapes of biases by the names of their layers."""
    found = ((bare(name), shape) for name, shape in shapes.items())
    return {layer_name(BIAS.sub("", name)): shape for name, shape in found if BIAS.search(name)}


def orientations(
    patterns: Sequence[str], names: Iterable[str], shapes: Mapping[str, Shape], *, transpose: bool
) -> dict[str, Orientation]:
    """How each of these arrays is read. patterns: of names of layers or arrays, as the shell has them, that store their inputs first.

    InputError for patterns beside `transpose`, for one that names no layer, and for a bias that no number of groups explains.

    Examples:
        >>> shapes = {"down.weight": (8, 4, 3, 3), "up.weight": (8, 2, 3, 3), "up.bias": (4,)}
        >>> orientations(["u*"], ["down.weight", "up.weight"], shapes, transpose=False)["up.weight"]
        Orientation(outputs='second', groups=2)
    """
    given, known = (patterns,) if isinstance(patterns, str) else tuple(patterns), list(names)
    if not all(isinstance(each, str) for each in given):
        raise InputError(f"transposed is {patterns!r:.60}, expected names of layers, or patterns such as up.*")
    if given and transpose:
        raise InputError("`transposed` is given beside `transpose`, expected one of them")
    found = dict.fromkeys(known, LAST if transpose else FIRST)
    long = biases(shapes)
    for pattern in given:
        fitting = [name for name in known if _fits(name, pattern)]
        if not fitting and known == [""]:
            raise InputError(
                f"`transposed` is {pattern!r:.60}, expected none for an array without a name, or `transpose`"
            )
        if not fitting:
            raise InputError(
                f"`transposed` is {pattern!r:.60}, which names no layer, expected one of {listed(known, shapes)}"
            )
        found |= {
            name: Orientation("second", _groups(name, shapes[name], long.get(layer_name(name)))) for name in fitting
        }
    return found


def hint(name: str, shape: Shape, long: Mapping[str, Shape]) -> str:
    """What the bias of a layer says, if it belongs to another axis than the first; nothing else. long: as `biases`.

    Examples:
        >>> hint("up.weight", (8, 4, 3, 3), {"up": (4,)})[:34], hint("up.weight", (8, 4, 3, 3), {"up": (8,)})
        ('its bias fits its second axis and ', '')
    """
    bias = long.get(layer_name(name))
    if bias is None or len(bias) != 1 or len(shape) < 2 or bias[0] == shape[0]:
        return ""
    if _KERNEL.search(name) and bias[0] == shape[-1]:
        return BY_LAST
    return BY_BIAS if _may_have_groups(shape, bias[0]) else ""


def hints(names: Sequence[str], shapes: Mapping[str, Shape]) -> dict[str, str]:
    """What biases and neighbours say about layers in their order, if no layer is named. Without a bias a convolution is recognised by its
    neighbours: read like others it fits neither of them, and with its axes exchanged both; and
    neither reads as many channels as it would then give, as parallel branches do.
    """
    long = biases(shapes)
    found = {name: hint(name, shapes[name], long) for name in names}
    for before, name, after in zip(names, names[1:], names[2:], strict=False):
        near = [shapes[each] for each in (before, name, after)]
        if layer_name(name) in long or any(len(shape) < 3 for shape in near):
            continue
        (given, read), (first, second), (_, wanted) = (shape[:2] for shape in near)
        if (given, wanted) == (first, second) and first != second and read != second and shapes[after][0] != first:
            found[name] = BY_NEIGHBOURS
    return {name: said for name, said in found.items() if said}


def _fits(name: str, pattern: str) -> bool:
    return any(fnmatchcase(each, pattern) for each in (name, bare(name), layer_name(name)))


def _may_have_groups(shape: Shape, bias: int) -> bool:
    groups, rest = divmod(bias, shape[1])
    return not rest and groups > 0 and shape[0] % groups == 0 and (groups == 1 or len(shape) > 2)


def _groups(name: str, shape: Shape, bias: Shape | None) -> int:
    """By the bias, which has one entry for each output; 1 without a bias."""
    if bias is None or len(bias) != 1:
        return 1
    if not _may_have_groups(shape, bias[0]):
        raise InputError(
            f"`transposed` names {name} of shape {shape}, whose bias has {bias[0]} entries, expected its second side {shape[1]}, or that times groups"
        )
    return bias[0] // shape[1]
