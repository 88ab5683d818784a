"""Which layers of a file `fit` can take in depth, and the options with which it reads one of them as it was read for the table."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import NamedTuple

from sparse_limits.numerics.fitting.fit import work_in_depth
from sparse_limits.numerics.fitting.layers import LayerSummary
from sparse_limits.numerics.limits import allowed
from sparse_limits.numerics.masks.names import is_weights


class Reading(NamedTuple):
    """How layers were read: arguments of `fit_layers`."""

    nonzero: bool = False
    transpose: bool = False
    transposed: Sequence[str] = ()
    below: float = 0.0


AS_STORED = Reading()


def pruned_in_part(layers: Sequence[LayerSummary]) -> list[LayerSummary]:
    """Layers that keep some of their weights, and not all."""
    return [each for each in layers if each["status"] not in ("dense", "empty")]


def within_limits(layers: Sequence[LayerSummary]) -> list[LayerSummary]:
    """Those of which a fit in depth takes no more memory and time than is allowed."""
    return [each for each in layers if allowed(*work_in_depth(each["kept"], each["shape"]))]


def options_for(layer: LayerSummary, reading: Reading) -> str:
    """The options that name a layer and read it so, each with a space before it; no name where an array stands alone.

    Examples:
        >>> layer = {"layer": "up", "name": "up.weight_mask", "kind": "mask"}
        >>> options_for(layer, Reading(nonzero=True, transposed=["up"]))
        ' --layer up --nonzero --transposed up'
    """
    weights = layer["kind"] == "weights"
    words = [f"--layer {shlex.quote(layer['layer'])}"] if layer["layer"] else []
    if weights and reading.below:
        words.append(f"--below {reading.below:g}")
    elif reading.nonzero or (weights and not is_weights(layer["name"])):
        words.append("--nonzero")
    words += (
        ["--transpose"] if reading.transpose else [f"--transposed {shlex.quote(each)}" for each in reading.transposed]
    )
    return "".join(f" {word}" for word in words)
