"""All numbers of a forecast, by the names that `sparse-limits predict columns --json` has for them; the tables read these too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NotRequired, TypedDict, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.fitting.levels import UNLIKELY
from sparse_limits.numerics.prediction.data_summary import DataSummary, summarise_data
from sparse_limits.numerics.prediction.first_layer.moments import noise_floor
from sparse_limits.numerics.prediction.first_layer.observation import score
from sparse_limits.numerics.prediction.first_layer.prediction import (
    COLUMN_LEVEL,
    RANK_ONE_DISTANCE,
    Certificate,
    Prediction,
    limit,
)
from sparse_limits.numerics.prediction.pruned_first_layer.cases import Case
from sparse_limits.numerics.prediction.pruned_first_layer.kernel_summary import (
    KernelSummary,
    TrainingSummary,
    summarise_kernel,
    summarise_training,
)
from sparse_limits.numerics.prediction.result import FirstLayer, Result


class FirstLayerData(DataSummary):
    """constant_inputs: how many inputs are equal in all samples."""

    constant_inputs: int


class ColumnSummary(TypedDict):
    """A column that the closed form misses, as `ColumnOff`."""

    column: int
    distance: float
    reach: float
    allowed: float


class CertificateSummary(TypedDict):
    """The closed form's trial by the fresh rows."""

    predictor: str
    mean_distance: float
    mean_noise: float
    columns_off: list[ColumnSummary]
    level: float
    holds: bool


class RankOne(TypedDict):
    """Whether the mask is claimed to be of rank one, and what that rests on."""

    claimed: bool
    distance: float | None
    allowed: float
    fluctuation: float | None
    eigenvalue_shares: list[float] | None


class Columns(TypedDict):
    """Column densities [d] by predictor, and those of the pruned networks."""

    predicted: dict[str, list[float]]
    observed: list[float] | None


class ErrorSummary(TypedDict):
    """The scores of a predictor, as `Score`, averaged over networks."""

    error: float
    ratio: float | None
    explained: float | None
    explainable: float | None


class Pair(TypedDict):
    """A share that is predicted, and the same counted in pruned networks."""

    predicted: float
    observed: float | None


class RowErrors(TypedDict):
    """Shallow SynFlow's row densities against the pruned rows."""

    error: float
    floor: float


class TestSummary(TypedDict):
    """The exact test of the row law; p_value: of all networks together (Bonferroni)."""

    p_value: float | None
    p_values: list[float | None]
    exact: bool
    unlikely: float


class Summary(TypedDict):
    """Everything; what does not apply is None. networks: that are predicted, whether they are pruned or not.

    withdrawn: why the predictor does not answer, and the observed densities do.
    """

    method: str
    density: float
    kept_share: float
    width: int
    depth: int
    seed: int
    networks: int
    fresh_rows: int
    data: FirstLayerData
    residual: str
    limit: str
    threshold: float | None
    predictor: str
    reason: str
    withdrawn: str | None
    certificate: CertificateSummary | None
    notes: list[str]
    rank_one: RankOne
    columns: Columns
    noise_floor: float
    errors: dict[str, ErrorSummary] | None
    zero_share: Pair
    dead_unit_share: Pair
    rows: RowErrors | None
    test: TestSummary
    kernel: NotRequired[KernelSummary]
    training: NotRequired[TrainingSummary]


@np.errstate(over="ignore", invalid="ignore")  # as in `predict`
def summarise(found: Result, *, seed: int) -> Summary:
    """Return all numbers of a forecast; seed: that it was made with."""
    row_law = first_layer(found)
    cases, kernel = row_law.cases, row_law.kernel
    first = cases[0].prediction
    problem = first.problem
    observed = [case.observation for case in cases if case.observation is not None]
    summary: Summary = {
        "method": problem.method,
        "density": problem.density,
        "kept_share": problem.share,
        "width": problem.width,
        "depth": problem.depth,
        "seed": seed,
        "networks": len(cases),
        "fresh_rows": first.law.rows,
        "data": {
            **summarise_data(found),
            "constant_inputs": int((np.ptp(found.data.x, axis=0) == 0).sum()),
        },
        "residual": "target" if problem.fixed_residual else "output",
        "limit": limit(problem),
        "threshold": first.threshold,
        "predictor": first.used,
        "reason": first.reason,
        "withdrawn": found.withdrawn or None,
        "certificate": None if first.certificate is None else _certificate(first.certificate),
        "notes": list(found.notes),
        "rank_one": _rank_one(first),
        "columns": {
            "predicted": {
                name: _mean_columns([case.prediction.predictors[name] for case in cases]) for name in first.predictors
            },
            "observed": _mean_columns([each.densities for each in observed]) if observed else None,
        },
        "noise_floor": float(np.mean([case.prediction.floor for case in cases])),
        "errors": _errors(cases),
        "zero_share": {
            "predicted": float(np.mean([case.prediction.law.zero_share for case in cases])),
            "observed": _mean_if_any(each.zero_share for each in observed),
        },
        "dead_unit_share": {
            "predicted": float(np.mean([case.prediction.law.dead_share for case in cases])),
            "observed": _mean_if_any(each.dead_share for each in observed),
        },
        "rows": _row_errors(cases),
        "test": _test(row_law),
    }
    if kernel is not None:
        columns = summary["columns"]
        summary["kernel"] = summarise_kernel(kernel, columns["predicted"][first.used], columns["observed"])
        if kernel.beside is not None:
            summary["training"] = summarise_training(kernel.beside)
    return summary


def first_layer(found: Result) -> FirstLayer:
    """What the row law says. TypeError for a result of all layers."""
    if found.first is None:
        raise TypeError("the row law is of the first layer alone")
    return found.first


def _certificate(found: Certificate) -> CertificateSummary:
    said = {"level": COLUMN_LEVEL, "holds": found.holds}
    return cast(CertificateSummary, msgspec.to_builtins(found) | said)


def _rank_one(prediction: Prediction) -> RankOne:
    moments = prediction.moments
    return {
        "claimed": prediction.rank_one,
        "distance": prediction.rank_one_distance,
        "allowed": RANK_ONE_DISTANCE,
        "fluctuation": None if moments is None else moments.fluctuation,
        "eigenvalue_shares": None if moments is None else moments.eigenvalue_shares().tolist(),
    }


def _mean_columns(densities: Sequence[NDArray[np.floating]]) -> list[float]:
    """The mean of arrays [d]."""
    means: list[float] = np.mean(densities, axis=0).tolist()
    return means


def _mean_if_any(values: Iterable[float]) -> float | None:
    found = list(values)
    return float(np.mean(found)) if found else None


def _mean_if_all(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None


def _errors(cases: Sequence[Case]) -> dict[str, ErrorSummary] | None:
    """The scores of each predictor, averaged over networks."""
    seen = [(case.prediction, case.observation) for case in cases if case.observation is not None]
    if not seen:
        return None
    found: dict[str, ErrorSummary] = {}
    for name in cases[0].prediction.predictors:
        scores = [
            score(said.predictors[name], made.densities, said.law.densities, said.problem.width) for said, made in seen
        ]
        found[name] = {
            "error": float(np.mean([each.error for each in scores])),
            "ratio": _mean_if_all([each.ratio for each in scores]),
            "explained": _mean_if_all([each.explained for each in scores]),
            "explainable": _mean_if_all([each.explainable for each in scores]),
        }
    return found


def _row_errors(cases: Sequence[Case]) -> RowErrors | None:
    errors, floors = [], []
    for case in cases:
        if case.observation is not None and case.observation.row_prediction is not None:
            predicted = case.observation.row_prediction
            errors.append(float(np.abs(case.observation.mask.mean(axis=1) - predicted).mean()))
            floors.append(noise_floor(predicted, case.prediction.problem.inputs))
    return {"error": float(np.mean(errors)), "floor": float(np.mean(floors))} if errors else None


def _test(found: FirstLayer) -> TestSummary:
    values = [case.observation.p_value for case in found.cases if case.observation is not None]
    exact = found.cases[0].prediction.problem.exact
    return {"p_value": found.p_value, "p_values": values, "exact": exact, "unlikely": UNLIKELY}
