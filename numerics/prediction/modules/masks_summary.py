"""What masks of a torch module keep, by the names that `--json` has for it."""

from __future__ import annotations

from typing import TypedDict


class LayerMask(TypedDict):
    """layer: its path, empty for the module itself. kept: of its weights. empty_rows, empty_columns: outputs and inputs that keep nothing."""

    layer: str
    shape: list[int]
    weights: int
    kept: int
    density: float
    rows: int
    empty_rows: int
    columns: int
    empty_columns: int


class PruneSummary(TypedDict):
    """What `sparse-limits prune --json` writes.

    weights_file: what the weights were read from, null where the module kept those that it was built with. data: as the call
    names them. loss: by its name, null where no loss was computed. density: what was asked for, of `compared` weights, a tied
    weight counted once. kept: of these. parameters: all of the module's, of which the share `remaining` stays.
    """

    method: str
    model: str
    weights_file: str | None
    data: str | None
    loss: str | None
    scope: str
    seed: int
    density: float
    compared: int
    kept: int
    parameters: int
    remaining: float
    layers: list[LayerMask]
    notes: list[str]
    masks_file: str
