"""All numbers of the study of generalisation, by their names in its JSON; sentences, tables and the picture read these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NotRequired, TypedDict


class Ends(TypedDict):
    """The ends of an interval."""

    low: float
    high: float


class Spread(Ends):
    """A number over splits; the interval is one for the median of their law."""

    mean: float
    median: float


class Difference(Spread):
    """A paired difference over splits; in how many it is negative and positive, and the sign test's p-value."""

    negative: int
    positive: int
    sign_p: float


class ResultRow(TypedDict):
    """An error of a method at a density. target: mse or error; minus_random: on the same split, None for Random itself."""

    task: str
    family: str
    method: str
    density: float
    target: str
    value: Spread
    minus_random: Difference | None


class PairRow(Ends):
    """In how many of `splits` SNIP and Random are ordered rightly, and the interval of that probability."""

    density: float
    right: int
    splits: int


class OrderRow(TypedDict):
    """How a predictor orders the methods beside an error, as `Order`."""

    task: str
    family: str
    predictor: str
    target: str
    correlation: Spread
    splits: int
    positive: int
    sign_p: float
    methods_p: float
    verdict: str
    snip_and_random: list[PairRow]


class SpectrumRow(TypedDict):
    """The median over splits of a metric of a spectrum, of K or, with "centred " before its name, of HKH."""

    task: str
    family: str
    method: str
    density: float
    metric: str
    median: float


class Sentence(TypedDict):
    """What is said of a task, or of all."""

    task: str
    family: str
    text: str


class Protocol(TypedDict):
    """ridge_share: of tr K/m; rows: fresh ones of a kernel; independent: what the intervals speak of."""

    ridge_share: float
    profile_ridge: float
    rows: int
    useless_feature_deviation: float
    confidence: float
    independent: str


class OutcomeRow(TypedDict):
    """All numbers of a case, as `Outcome`; predictors, spectrum: by name."""

    task: str
    split: int
    family: str
    method: str
    density: float
    error: float
    mse: float
    predictors: Mapping[str, float]
    spectrum: Mapping[str, float]


class NetworkRow(TypedDict):
    """Trained networks beside kernels, as `Beside`: medians over splits."""

    task: str
    width: int
    method: str
    density: float
    splits: int
    own: float
    rows: float
    graphon: float
    mse: float
    rows_mse: float
    graphon_mse: float
    error: float
    rows_error: float
    graphon_error: float


class GeneralisationSummary(TypedDict):
    """Everything. splits: of each task."""

    study: Literal["generalisation"]
    seed: int
    splits: int
    tasks: list[str]
    methods: list[str]
    densities: list[float]
    protocol: Protocol
    sentences: list[Sentence]
    results: list[ResultRow]
    orders: list[OrderRow]
    spectra: list[SpectrumRow]
    outcomes: list[OutcomeRow]
    networks: NotRequired[list[NetworkRow]]
