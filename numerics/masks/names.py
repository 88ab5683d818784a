"""Which array of a file is meant: names as checkpoints have them, with and without wrappers, `.weight` and `.weight_mask`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.printing.plain_text import plain

Shape = tuple[int, ...]

# what DataParallel, torch.compile, FSDP, activation checkpoints and training scripts put into the names of tensors
WRAPPERS = re.compile(
    r"(?<![^.])(?:module|_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|state_dict|model_state_dict)\."
)
_WEIGHT_NORM = r"weight_[gv]|parametrizations\.weight\.original[01]?"  # scales and directions
_PART = re.compile(
    rf"(?:(?:^|[._/])(?:{_WEIGHT_NORM}|(?:weight|kernel)(?::\d+)?))?(?:(?:^|[._/])(?:mask|orig))?$", re.IGNORECASE
)
_SCALES = re.compile(r"(_g|\.original0)$")
_LISTED = 12  # names in a message


def bare(name: str) -> str:
    """A name without wrappers.

    Examples:
        >>> bare("module._orig_mod.2.weight_mask")
        '2.weight_mask'
    """
    return WRAPPERS.sub("", name)


def layer_name(name: str) -> str:
    """The layer that an array belongs to: its name without wrappers, and without `.weight`, `_mask` or `_orig` at its end.

    Examples:
        >>> [layer_name(name) for name in ("module.2.weight", "2.weight_mask", "2", "2.weight_v", "Dense/kernel:0")]
        ['2', '2', '2', '2', 'Dense']
    """
    return _PART.sub("", bare(name), count=1)


def is_mask(name: str) -> bool:
    """Whether an array calls itself a mask."""
    return name.lower().endswith("mask")


def is_weights(name: str) -> bool:
    """Whether an array calls itself weights, as checkpoints of PyTorch, Keras and Flax do.

    Examples:
        >>> [is_weights(name) for name in ("2.weight", "in_proj_weight", "Dense/kernel:0", "2.weight_mask", "scores")]
        [True, True, True, False, False]
    """
    return re.search(rf"((weight|kernel)(:\d+)?|{_WEIGHT_NORM})$", bare(name), re.IGNORECASE) is not None


def is_of_attention(name: str) -> bool:
    """Whether an array calls itself the mask that an attention lays over its positions, which is not over weights.

    Examples:
        >>> [is_of_attention(name) for name in ("h.0.attn.mask", "causal_mask", "sa.tril", "attn.weight_mask")]
        [True, True, True, False]
    """
    return re.search(r"((attn|attention|causal)[._]?mask|(^|[._])tril)$", bare(name), re.IGNORECASE) is not None


def scales_in(shapes: Mapping[str, Shape]) -> set[str]:
    """The scales of weight_norm, one for each output, beside the directions of which they are the lengths.

    Examples:
        >>> scales_in({"c.weight_g": (8, 1), "c.weight_v": (8, 4), "d.weight_g": (8, 1), "e.weight_g": (8, 4), "e.weight_v": (8, 4)})
        {'c.weight_g'}
    """
    beside = {"_g": "_v", ".original0": ".original1"}

    def scales(name: str, shape: Shape) -> bool:
        directions = shapes.get(_SCALES.sub(lambda found: beside[found[0]], name), ())
        return directions[:1] == shape[:1] and len(directions) == len(shape) > 1 and set(shape[1:]) == {1}

    return {name for name, shape in shapes.items() if _SCALES.search(name) and scales(name, shape)}


def matrices_in(shapes: Mapping[str, Shape]) -> list[str]:
    """The arrays of two axes or more, in their order, without scales of weight_norm."""
    scales = scales_in(shapes)
    return [name for name, shape in shapes.items() if len(shape) >= 2 and name not in scales]


def masks_in(shapes: Mapping[str, Shape]) -> set[str]:
    """The matrices that mask weights: they call themselves masks, but in a file with weights not masks of attention, unless of a layer of that name.

    Examples:
        >>> sorted(masks_in({"attn.mask": (9, 9), "fc.mask": (4, 4), "fc.weight": (4, 4)})), masks_in({"attn.mask": (4, 4)})
        (['fc.mask'], {'attn.mask'})
    """
    called = {name for name, shape in shapes.items() if len(shape) >= 2 and is_mask(name)}
    layers = {layer_name(name) for name, shape in shapes.items() if len(shape) >= 2 and is_weights(name)}
    return {name for name in called if not layers or layer_name(name) in layers or not is_of_attention(name)}


def has_several(shapes: Mapping[str, Shape]) -> bool:
    """Whether there is more than one mask, or without masks more than one matrix: `choose` then needs a name."""
    return len(masks_in(shapes) or matrices_in(shapes)) > 1


def choose(shapes: Mapping[str, Shape], layer: str | None) -> str:
    """The key of the one mask that is meant. InputError, with the names there are, for none and for several.

    layer: None for the only one. A key is taken exactly, then without wrappers, then by its layer, then by its last parts;
    of a layer's arrays a mask before weights.
    """
    matrices = matrices_in(shapes)
    called = masks_in(shapes)
    masks = [name for name in matrices if name in called]
    if layer is not None:
        return layer if layer in shapes else _named(layer, matrices, masks, shapes)
    if not matrices:
        raise InputError(f"holds {listed(list(shapes), shapes) or 'no array'}, expected a matrix of 0 and 1")
    if len(masks or matrices) == 1:
        return (masks or matrices)[0]
    raise InputError(f"holds several matrices, expected `layer` with one of {listed(masks or matrices, shapes)}")


def short_names(shapes: Mapping[str, Shape], names: Iterable[str]) -> dict[str, str]:
    """The shortest name by which `choose` finds each array: its layer's, else without wrappers, where no other has it too.

    Examples:
        >>> short_names({"module.0.weight": (2, 2), "1.kernel": (2, 2), "1.weight": (2, 2)}, ["module.0.weight", "1.weight"])
        {'module.0.weight': '0', '1.weight': '1.weight'}
    """
    matrices, masks = matrices_in(shapes), masks_in(shapes)
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)  # of thousands of layers each is looked up at once
    for name in matrices:
        alike["bare", bare(name)].append(name)
        alike["layer", layer_name(name)].append(name)

    def finds(shorter: str, name: str) -> bool:
        if shorter in shapes:
            return shorter == name
        found = alike.get(("bare", bare(shorter))) or alike.get(("layer", layer_name(shorter)), [])
        return ([each for each in found if each in masks] or found) == [name]

    def short(name: str) -> str:
        shorter = (each for each in (layer_name(name), bare(name)) if each and finds(each, name))
        return next(shorter, name)

    return {name: short(name) for name in names}


def _named(layer: str, matrices: list[str], masks: list[str], shapes: Mapping[str, Shape]) -> str:
    wanted, owner = bare(layer), layer_name(layer)
    inside = re.compile(rf"(.*[._/])?{re.escape(wanted)}[._/]")
    ending = re.compile(rf"(.*[._/])?{re.escape(owner)}" if owner else "(?!)")
    tests: tuple[Callable[[str], object], ...] = (
        lambda name: bare(name) == wanted,
        lambda name: layer_name(name) == owner,
        lambda name: inside.match(bare(name)) or ending.fullmatch(layer_name(name)),
    )
    for fits in tests:
        named = [name for name in matrices if fits(name)]
        fitting = [name for name in named if name in masks] or named
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            break
    known = listed(fitting or masks or matrices, shapes)
    raise InputError(f"`layer` is {layer!r}, which names {len(fitting)} matrices, expected one of {known}")


def listed(names: list[str], shapes: Mapping[str, Shape]) -> str:
    """Names with their shapes, in one line; a dozen of them at most."""
    more = f", ... ({len(names)} in all)" if len(names) > _LISTED else ""
    return ", ".join(f"{plain(name, 80)} {list(shapes[name])}" for name in names[:_LISTED]) + more


def in_natural_order(names: list[str]) -> list[str]:
    """Names with the numbers in them in the order of numbers.

    Examples:
        >>> in_natural_order(["10.weight", "2.weight"])
        ['2.weight', '10.weight']
    """
    return sorted(
        names, key=lambda name: [(int(part), "") if part.isdecimal() else (-1, part) for part in _pieces(name)]
    )


def _pieces(name: str) -> list[str]:
    return [part for part in re.split(r"([0-9]+)", name) if part]
