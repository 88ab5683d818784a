"""All numbers of the study of the Graphon Limit Hypothesis, by their names in its JSON; tables, sentences and the picture read these."""

from __future__ import annotations

from typing import Literal, TypedDict

Shape = Literal["constant", "graded", "block"]


class Side(TypedDict):
    """The densities of a layer's rows, or of its columns, as means over masks.

    spread: their standard deviation over their mean, less what independent entries of one density add. dead: the share of
    lines that keep nothing. living: the spread of the others.
    """

    spread: float
    dead: float
    living: float


class WidthRow(TypedDict):
    """A layer at one width.

    density: of the layer. distance: root mean square over the grid of the sorted histogram, averaged over masks, minus that
    at the reference width. random: the same of random masks with these densities, whose graphon is constant. unbiased:
    the same of histograms whose entries did not sort them. histogram [grid, grid]: the average, smallest degrees first.
    """

    width: int
    density: float
    distance: float
    random: float
    unbiased: float
    rows: Side
    columns: Side
    histogram: list[list[float]]


class DataRow(TypedDict):
    """Masks of the same method, density and architecture, from other data, beside those from the digits, at one width.

    distance²: of the averaged histograms, less what the number of masks leaves; None if nothing is left. p: exact, of
    the distance, if the data did not matter.
    """

    data: str
    width: int
    distance: float | None
    p: float


class HypothesisRow(TypedDict):
    """A hidden layer: method, number of hidden layers, density of the network, number of the layer among hidden ones.

    widths: the reference last. fell: how many masks have a distance that falls at each step of width, if paired with the
    reference mask of their number. shape: see `sentences`. p: exact, of the spread at the reference if the entries were
    independent and of one density.
    """

    method: str
    depth: int
    density: float
    layer: int
    widths: list[WidthRow]
    fell: int
    shape: Shape
    p: float
    data: list[DataRow]


class HypothesisProtocol(TypedDict):
    """What is the same in all rows. rounds: of synflow-iterative. level: of each test."""

    masks: int
    grid: int
    samples: int
    rounds: int
    level: float


class HypothesisSummary(TypedDict):
    """Everything."""

    study: Literal["hypothesis"]
    seed: int
    protocol: HypothesisProtocol
    rows: list[HypothesisRow]
    sentences: list[str]
