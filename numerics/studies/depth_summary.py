"""All numbers of the study of depth, by their names in its JSON; tables, sentences and the picture read these."""

from __future__ import annotations

from typing import Literal, TypedDict

Predictor = Literal["target", "averaged", "output"]
ErrorName = Literal["target", "averaged", "output", "constant", "floor"]
PREDICTORS: tuple[Predictor, ...] = ("target", "averaged", "output")
READ_DATA = ("snip", "grasp-magnitude")  # methods that do


class Densities(TypedDict):
    """Densities of all layers, the readout last, or of the first layer's columns.

    observed, sd: mean and standard deviation of the pruned networks. target: predicted from the data, the initial output
    taken as 0; averaged: over initial outputs of wide networks; output: given those of the pruned networks. The last two
    are None for methods that read no residual.
    """

    observed: list[float]
    sd: list[float]
    target: list[float]
    averaged: list[float] | None
    output: list[float] | None


class Errors(TypedDict):
    """Mean moduli of predicted minus observed densities. constant: of one density predicted for all; floor: what remains, in
    expectation, of a prediction without error, because the networks are few."""

    target: float
    averaged: float | None
    output: float | None
    constant: float
    floor: float


class DepthRow(TypedDict):
    """A setting at one density. sampling: the mean error of the layers' predictions (target) that their own draws leave.
    second_term: the share of the norm of GraSP's first term that the term left out of its law has, None for others."""

    data: str
    loss: str
    activation: str
    depth: int
    method: str
    norm: str
    density: float
    layers: Densities
    columns: Densities
    layer_errors: Errors
    column_errors: Errors
    sampling: float
    second_term: float | None


class DepthProtocol(TypedDict):
    """What is the same in all settings. samples: at most, of each data set; units: of a layer that the law draws."""

    width: int
    samples: int
    networks: int
    units: int
    init: str
    bias: bool
    not_covered: str


class DepthSummary(TypedDict):
    """Everything."""

    study: Literal["depth"]
    seed: int
    protocol: DepthProtocol
    rows: list[DepthRow]
    sentences: list[str]
