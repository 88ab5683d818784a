"""All numbers of the study of spectra, by their names in its JSON; tables, sentences and the picture read these."""

from __future__ import annotations

from typing import Literal, TypedDict

KernelName = Literal["paper", "masks", "own"]
MetricName = Literal["decay", "effective_rank", "gap", "top"]
Optimiser = Literal["adam", "descent"]
KERNELS: tuple[KernelName, ...] = ("paper", "masks", "own")
METRICS: tuple[MetricName, ...] = ("decay", "effective_rank", "gap", "top")
OPTIMISERS: tuple[Optimiser, ...] = ("adam", "descent")


class Spectrum(TypedDict):
    """Of one kernel. decay: minus the slope of log λ on log rank, None if it is infinite; effective_rank: tr/λ₁; gap: λ₁/λ₂,
    None if it is infinite; top: the share of the five largest in the trace; trace: over that of the dense network."""

    decay: float | None
    effective_rank: float
    gap: float | None
    top: float
    trace: float


class SpectraRow(TypedDict):
    """A network pruned by a method to a density; method dense, density 1: before it is pruned.

    adam, descent: the mean loss over the steps of training, infinite if it diverges. paper, masks, own: the kernels'
    spectra, None where a kernel vanishes.
    """

    depth: int
    network: int
    method: str
    density: float
    adam: float
    descent: float
    paper: Spectrum | None
    masks: Spectrum | None
    own: Spectrum | None


class Finding(TypedDict):
    """A sentence of the paper, put to one kernel or optimiser, and in how many of the networks it holds.

    verdict: holds if, at 95 % confidence, it does for more than half of such networks; fails if for less; else open.
    """

    place: str
    sentence: str
    method: str
    by: str
    holds: int
    of: int
    verdict: Literal["holds", "fails", "open"]


class SpectraProtocol(TypedDict):
    """What is the same in all rows. rate: of Adam; the step of descent is 1/λ₁ of each dense network's own kernel."""

    width: int
    networks: int
    samples: int
    steps: int
    batch: int
    rate: float
    rounds: int


class SpectraSummary(TypedDict):
    """Everything."""

    study: Literal["spectra"]
    seed: int
    protocol: SpectraProtocol
    rows: list[SpectraRow]
    findings: list[Finding]
    sentences: list[str]
