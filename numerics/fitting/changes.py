"""Which weights of a network went, and which came back, from one file to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypedDict

from sparse_limits.numerics.fitting.choices import BY_LAYERS, Edge, edge_between, rules_of
from sparse_limits.numerics.masks.layers import LayerFile
from sparse_limits.numerics.printing.plain_text import plain


class LayerChange(TypedDict):
    """A layer of both files. before, after: how many of its weights each keeps. gone: kept before alone; back: kept after alone."""

    layer: str
    weights: int
    before: int
    after: int
    gone: int
    back: int


class FileChange(TypedDict):
    """From a file to the next one that was named. layers: those of one name and shape in both; others: those of one file alone.

    rules: that leave these masks of the weights before, entry by entry (`fitting.choices`): lamp, global magnitude, magnitude layer by
    layer, magnitude (of one layer); ruled: the layers in which they do, all or those that lost weights.
    """

    before: str
    after: str
    layers: list[LayerChange]
    others: list[str]
    rules: list[str]
    ruled: list[str]


def changes(files: Sequence[LayerFile]) -> list[FileChange]:
    """What has changed from each file to the next, in the order given; InputError as `LayerFile.read`.

    Examples:
        >>> import tempfile
        >>> import numpy as np
        >>> from sparse_limits.numerics.masks.layers import open_layers
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for name, mask in (("old", [[1, 0], [0, 1]]), ("new", [[1, 1], [0, 0]])):
        ...         np.savez(f"{folder}/{name}.npz", **{"0.weight_mask": np.array(mask)})
        ...     (found,) = changes([open_layers(f"{folder}/{name}.npz") for name in ("old", "new")])
        >>> found["layers"]
        [{'layer': '0', 'weights': 4, 'before': 2, 'after': 2, 'gone': 1, 'back': 1}]
    """
    return [_change(before, after) for before, after in pairwise(files)]


def _change(before: LayerFile, after: LayerFile) -> FileChange:
    one, other = ({file.short(name): name for name in file.names} for file in (before, after))
    both = [name for name in one if name in other and before.shapes[one[name]] == after.shapes[other[name]]]
    layers: list[LayerChange] = []
    edges: dict[str, Edge | None] = {}
    # a bias, which tells groups, may be in one file alone
    same_axes = {other[name]: before.orientation(one[name]) for name in both}
    after = replace(after, orientations={**after.orientations, **same_axes})
    for name in both:
        old, new = before.read(one[name]).kept, after.read(other[name]).kept
        layers.append(
            {
                "layer": plain(name, 80),
                "weights": old.size,
                "before": int(old.sum()),
                "after": int(new.sum()),
                "gone": int((old & ~new).sum()),
                "back": int((new & ~old).sum()),
            }
        )
        edges[name] = edge_between(before, one[name], old, new)
    rules, ruled = _rules(edges)
    others = [plain(name, 80) for name in dict.fromkeys((*one, *other)) if name not in both]
    return {
        "before": plain(before.path),
        "after": plain(after.path),
        "layers": layers,
        "others": others,
        "rules": rules,
        "ruled": [plain(name, 80) for name in ruled],
    }


def _rules(edges: Mapping[str, Edge | None]) -> tuple[list[str], list[str]]:
    """The rules that hold for all layers, or else for those that lost weights: the first or the last layer is often left whole."""
    known = {name: edge for name, edge in edges.items() if edge is not None}
    if len(known) < len(edges):  # of a layer whose weights are not there nothing is known
        return [], []
    for chosen in (known, {name: edge for name, edge in known.items() if edge.pruned}):
        rules = rules_of(list(chosen.values()))
        if rules and (rules != [BY_LAYERS] or not any(edge.pruned == 0 for edge in chosen.values())):
            return rules, list(chosen)
    return [], []
