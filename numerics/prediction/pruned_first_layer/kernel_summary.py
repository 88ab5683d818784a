"""All numbers of the kernel and of the trained networks, by their names in the JSON of `sparse-limits predict kernel`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict

import numpy as np

if TYPE_CHECKING:  # a prediction without its kernel imports none of it
    from sparse_limits.numerics.kernels.prediction import Energy, Estimate, Fit
    from sparse_limits.numerics.kernels.spectra import SpectralMetrics
    from sparse_limits.numerics.kernels.trained import Beside, Descent
    from sparse_limits.numerics.prediction.pruned_first_layer.kernel import KernelStudy

Kernel = Literal["pruned", "closed", "dense"]
Metric = Literal["decay", "trace_ratio", "gap_ratio", "top_energy"]


class PathDensities(TypedDict):
    """Of each input, [d]. kept: its share of kept paths; the others: weighted as in B2, or inputs that no path leaves."""

    kept: list[float]
    observed: list[float] | None
    first_layer: list[float]
    upper_layers: list[float]
    sum: list[float]
    without_path: list[int]
    without_path_observed: list[int] | None


class Metrics(TypedDict):
    """As `SpectralMetrics`."""

    decay: float
    trace_ratio: float
    gap_ratio: float
    top_energy: float


class Intervals(TypedDict):
    """The ends of an interval for each metric."""

    decay: list[float]
    trace_ratio: list[float]
    gap_ratio: list[float]
    top_energy: list[float]


class SpectraOfKernel(TypedDict):
    """Metrics of K and of HKH, None for a matrix of zeros; intervals of the sampled kernel alone."""

    K: Metrics | None
    HKH: Metrics | None
    K_intervals: NotRequired[Intervals]
    HKH_intervals: NotRequired[Intervals]


class SpectraSummary(TypedDict):
    """By kernel."""

    pruned: SpectraOfKernel
    closed: NotRequired[SpectraOfKernel]
    dense: SpectraOfKernel


class EnergyOfKernel(TypedDict):
    """As `Energy`."""

    norm: float
    scale_free: float
    path_bound: float | None
    path_bound_share: float | None
    linear_bound: float | None
    risk_bound: float | None


class EnergySummary(TypedDict):
    """By kernel; interval: of the norm of the sampled kernel; reads_labels: whether the mask has seen the labels."""

    pruned: EnergyOfKernel
    closed: NotRequired[EnergyOfKernel]
    dense: EnergyOfKernel
    interval: list[float]
    reads_labels: bool


class FitSummary(TypedDict):
    """As `Fit`."""

    mse: float
    error: float | None
    error_interval: list[float] | None


class RegressionSummary(TypedDict):
    """By kernel; constant: the mean of the training labels."""

    pruned: FitSummary
    closed: NotRequired[FitSummary]
    dense: FitSummary
    constant: FitSummary


class DescentSummary(FitSummary):
    """The loss on the training samples, and what is wrong on the others."""

    loss: float


class NetworkSummary(DescentSummary):
    """As `TrainedNetwork`."""

    kernel_distance: float
    laziness: float


class KernelSummary(TypedDict):
    """Of `KernelStudy`."""

    training_samples: int
    test_samples: int
    classes: bool
    rows: int
    error: float
    closed_form_distance: float | None
    kept_inputs_per_unit: float
    path_densities: PathDensities
    spectra: SpectraSummary
    energy: EnergySummary
    regression: RegressionSummary


class TrainingSummary(TypedDict):
    """Of `Beside`."""

    steps: int
    step: float
    networks: list[NetworkSummary]
    kernel: DescentSummary
    kernel_at_the_end: DescentSummary
    expected_kernel_distance: float


def summarise_kernel(study: KernelStudy, predicted: Sequence[float], observed: Sequence[float] | None) -> KernelSummary:
    """Return the numbers of the kernels. predicted, observed: column densities [d], the share of kept paths of each input."""
    energies, fits = study.energies, study.fits
    spectra: SpectraSummary = {"pruned": _spectra(study, "pruned"), "dense": _spectra(study, "dense")}
    energy: EnergySummary = {
        "pruned": _energy(energies["pruned"]),
        "dense": _energy(energies["dense"]),
        "interval": _ends(study.sampling.norm),
        "reads_labels": study.reads_labels,
    }
    regression: RegressionSummary = {
        "pruned": _fit(fits["pruned"]),
        "dense": _fit(fits["dense"]),
        "constant": _fit(fits["constant"]),
    }
    if "closed" in study.cases:
        spectra["closed"] = _spectra(study, "closed")
        energy["closed"] = _energy(energies["closed"])
        regression["closed"] = _fit(fits["closed"])
    return {
        "training_samples": len(study.held.train.x),
        "test_samples": len(study.held.y_test),
        "classes": study.held.classes,
        "rows": study.rows,
        "error": study.sampling.error,
        "closed_form_distance": study.closed_form_distance,
        "kept_inputs_per_unit": study.kept_inputs_per_unit,
        "path_densities": _path_densities(study, predicted, observed),
        "spectra": spectra,
        "energy": energy,
        "regression": regression,
    }


def summarise_training(beside: Beside) -> TrainingSummary:
    """Return the numbers of the trained networks, and of the kernel's descent beside them."""
    return {
        "steps": beside.steps,
        "step": beside.step,
        "networks": [
            {**_descent(each.descent), "kernel_distance": each.kernel_distance, "laziness": each.laziness}
            for each in beside.networks
        ],
        "kernel": _descent(beside.kernel),
        "kernel_at_the_end": _descent(beside.end),
        "expected_kernel_distance": beside.expected_distance,
    }


def _path_densities(study: KernelStudy, predicted: Sequence[float], observed: Sequence[float] | None) -> PathDensities:
    layers = study.cases["pruned"].path_densities
    return {
        "kept": list(predicted),
        "observed": None if observed is None else list(observed),
        "first_layer": layers[0].tolist(),
        "upper_layers": layers[1:].sum(axis=0).tolist(),
        "sum": layers.sum(axis=0).tolist(),
        "without_path": _zeros(predicted),
        "without_path_observed": None if observed is None else _zeros(observed),
    }


def _zeros(values: Sequence[float]) -> list[int]:
    return np.flatnonzero(np.asarray(values) == 0).tolist()


def _spectra(study: KernelStudy, name: Kernel) -> SpectraOfKernel:
    found = study.spectra[name]
    summary: SpectraOfKernel = {"K": _metrics(found["K"]), "HKH": _metrics(found["HKH"])}
    if name == "pruned":
        intervals = study.sampling.spectra
        if found["K"] is not None and intervals["K"] is not None:
            summary["K_intervals"] = _intervals(intervals["K"])
        if found["HKH"] is not None and intervals["HKH"] is not None:
            summary["HKH_intervals"] = _intervals(intervals["HKH"])
    return summary


def _metrics(found: SpectralMetrics | None) -> Metrics | None:
    if found is None:
        return None
    return {
        "decay": found.decay,
        "trace_ratio": found.trace_ratio,
        "gap_ratio": found.gap_ratio,
        "top_energy": found.top_energy,
    }


def _intervals(found: Sequence[Estimate]) -> Intervals:
    decay, trace_ratio, gap_ratio, top_energy = map(_ends, found)
    return {"decay": decay, "trace_ratio": trace_ratio, "gap_ratio": gap_ratio, "top_energy": top_energy}


def _ends(found: Estimate) -> list[float]:
    return [found.low, found.high]


def _energy(found: Energy) -> EnergyOfKernel:
    return {
        "norm": found.norm,
        "scale_free": found.scale_free,
        "path_bound": None if found.path_bound is None else found.path_bound.value,
        "path_bound_share": None if found.path_bound is None else found.path_bound.share,
        "linear_bound": found.linear_bound,
        "risk_bound": None if found.risk is None else found.risk.value,
    }


def _fit(found: Fit) -> FitSummary:
    interval = None if found.interval is None else list(found.interval)
    return {"mse": found.mse, "error": found.error, "error_interval": interval}


def _descent(found: Descent) -> DescentSummary:
    return {"loss": found.loss, **_fit(found.fit)}
