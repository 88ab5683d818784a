"""All numbers that a mask alone gives, by the names that `sparse-limits fit --json` has for them."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.fitting.block_patterns import Blocks
from sparse_limits.numerics.fitting.fit import Distance, Fit, Spectrum
from sparse_limits.numerics.fitting.homogeneity import Homogeneity, Side
from sparse_limits.numerics.fitting.levels import TOLD_APART, UNLIKELY
from sparse_limits.numerics.fitting.model import Model
from sparse_limits.numerics.fitting.recognition import Emptied, Seen
from sparse_limits.numerics.fitting.repeated import Repeated
from sparse_limits.numerics.fitting.tiles import Tiles
from sparse_limits.theory.tails import half_normal


class SideSummary(TypedDict):
    """The rows or the columns, as `Side`; expected_empty_fitted: lines without an entry that the fitted graphon expects."""

    number: int
    length: int
    smallest: int
    largest: int
    empty: int
    expected_empty: float
    extreme: float
    chi: float
    chi_p: float
    draws: int
    equal: bool
    whole: bool
    given: float | None
    p: float
    uneven: bool
    too_even: bool
    expected_empty_fitted: float


class BlockSummary(TypedDict):
    """As `Blocks`."""

    kept: int
    length: int
    step: int
    along: str
    log10_chance: float


class HomogeneitySummary(TypedDict):
    """The exact tests of both sides; unlikely: the p-value below which chance is no explanation."""

    rows: SideSummary
    columns: SideSummary
    blocks: BlockSummary | None
    unlikely: float


class FamilySummary(TypedDict):
    """A family of the noise; share: its likelihood as a share of all."""

    family: str
    log_likelihood: float
    share: float


class RivalSummary(TypedDict):
    """S4's half-normal rows beside free ones, which gain so many nats with so many more numbers."""

    gain_of_free_rows: float
    more_numbers: int
    fits: bool


class ProfileSummary(TypedDict):
    """The factor and the fitted density of each line of a side, [m] or [n]; log_factor: 0 at its median."""

    varies: bool
    log_factor: list[float]
    log_spread: float
    densities: list[float]


class LawSummary(TypedDict):
    """The law of the random side: atoms and their weights, [k] each."""

    atoms: list[float]
    weights: list[float]


class ModelSummary(TypedDict):
    """The fitted graphon, as `Model`; families and family are None where a single factor leaves the noise open."""

    family: str | None
    families: list[FamilySummary] | None
    lead: float | None
    told_apart: bool
    units_read: int
    units: int
    random_side: str
    half_normal_rows: RivalSummary | None
    threshold: float
    rows: ProfileSummary
    columns: ProfileSummary
    law: LawSummary


class DistanceSummary(TypedDict):
    """Certified bounds of a cut distance and those of drawn masks, as `Distance`; failure: the chance that a bound is wrong."""

    lower: float
    upper: float
    failure: float
    drawn: list[float]
    p: float
    is_noise: bool


class DistancesSummary(TypedDict):
    """To the constant and to the fitted graphon; a uniform mask exceeds certified_noise with chance certified_failure at most."""

    to_constant: DistanceSummary
    to_fitted: DistanceSummary
    fitted_is_constant: bool
    certified_noise: float
    certified_failure: float


class ValueSummary(TypedDict):
    """A singular value over sqrt(mn), as `CorrectedValue`."""

    value: float
    low: float
    high: float
    raw: float
    visible: bool


class SpectrumSummary(TypedDict):
    """As `Spectrum`."""

    edge: float
    visible: int
    values: list[ValueSummary]


class TilesSummary(TypedDict):
    """As `Tiles`."""

    rows: int
    columns: int
    kept: int
    number: int
    log10_chance: float


class EmptiedSummary(TypedDict):
    """As `Emptied`."""

    side: str
    full: bool
    lines: int
    number: int
    p: float


class RepeatedSummary(TypedDict):
    """As `Repeated`."""

    side: str
    pairs: int
    expected: float
    distinct: int
    number: int


class SeenSummary(TypedDict):
    """As `Seen`: what no method leaves; phrases: all of it in words."""

    tiles: TilesSummary | None
    emptied: list[EmptiedSummary]
    repeated: list[RepeatedSummary]
    even: list[str]
    rows_p: float | None
    values: int
    phrases: list[str]


class Findings(TypedDict):
    """What the mask alone says; None for one that keeps none or all of its entries."""

    homogeneity: HomogeneitySummary | None
    model: ModelSummary | None
    distances: DistancesSummary | None
    spectrum: SpectrumSummary | None
    seen: SeenSummary | None


def findings(found: Fit) -> Findings:
    """Return all numbers of a fit that need no data."""
    homogeneity, model = found.homogeneity, found.model
    return {
        "homogeneity": None if homogeneity is None or model is None else _homogeneity(homogeneity, model),
        "model": None if model is None else _model(model),
        "distances": _distances(found),
        "spectrum": None if found.spectrum is None else _spectrum(found.spectrum),
        "seen": None if found.seen is None else _seen(found.seen),
    }


def _homogeneity(found: Homogeneity, model: Model) -> HomogeneitySummary:
    rows, columns = model.expected_dead
    return {
        "rows": _side(found.rows, rows),
        "columns": _side(found.columns, columns),
        "blocks": None if found.blocks is None else _blocks(found.blocks),
        "unlikely": UNLIKELY,
    }


def _side(side: Side, expected: float) -> SideSummary:
    return {
        "number": side.number,
        "length": side.length,
        "smallest": side.smallest,
        "largest": side.largest,
        "empty": side.empty,
        "expected_empty": side.expected_empty,
        "extreme": side.extreme,
        "chi": side.chi,
        "chi_p": side.chi_p,
        "draws": side.draws,
        "equal": side.equal,
        "whole": side.whole,
        "given": side.given,
        "p": side.p,
        "uneven": side.uneven,
        "too_even": side.too_even,
        "expected_empty_fitted": expected,
    }


def _blocks(found: Blocks) -> BlockSummary:
    return {
        "kept": found.kept,
        "length": found.length,
        "step": found.step,
        "along": found.along,
        "log10_chance": found.log10_chance,
    }


def _model(model: Model) -> ModelSummary:
    best, several = model.best, len(model.families) > 1
    rows, columns, threshold = model.profiles
    row_densities, column_densities = model.densities
    return {
        "family": best.family if several else None,
        "families": [
            {"family": each.family, "log_likelihood": each.log_likelihood, "share": model.shares[each.family]}
            for each in model.families
        ]
        if several
        else None,
        "lead": model.lead,
        "told_apart": model.lead is not None and model.lead >= TOLD_APART,
        "units_read": int(best.log_likelihoods.size),
        "units": len(model.data.counts),
        "random_side": "columns" if model.data.transposed else "rows",
        "half_normal_rows": _rival(model),
        "threshold": threshold,
        "rows": _profile(rows, row_densities),
        "columns": _profile(columns, column_densities),
        "law": {"atoms": best.atoms.tolist(), "weights": best.weights.tolist()},
    }


def _rival(model: Model) -> RivalSummary | None:
    half = model.half_normal_rows
    if half is None:
        return None
    free = next(each for each in model.families if each.family == half_normal.name)
    gain, more = free.log_likelihood - half.log_likelihood, 2 * int((free.weights > 1e-3).sum()) - 1
    return {"gain_of_free_rows": gain, "more_numbers": more, "fits": gain < more}


def _profile(log_factor: NDArray[np.floating], densities: NDArray[np.floating]) -> ProfileSummary:
    return {
        "varies": bool(np.ptp(log_factor) > 0),
        "log_factor": log_factor.tolist(),
        "log_spread": float(log_factor.std()),
        "densities": densities.tolist(),
    }


def _distances(found: Fit) -> DistancesSummary | None:
    if found.to_constant is None or found.to_fitted is None or found.certified is None:
        return None
    return {
        "to_constant": _distance(found.to_constant),
        "to_fitted": _distance(found.to_fitted),
        "fitted_is_constant": found.to_fitted is found.to_constant,
        "certified_noise": found.certified,
        "certified_failure": UNLIKELY,
    }


def _distance(found: Distance) -> DistanceSummary:
    return {
        "lower": found.cut.lower,
        "upper": found.cut.upper,
        "failure": found.cut.failure,
        "drawn": found.drawn.tolist(),
        "p": found.p,
        "is_noise": found.is_noise,
    }


def _spectrum(found: Spectrum) -> SpectrumSummary:
    return {
        "edge": found.edge,
        "visible": found.visible,
        "values": [
            {"value": each.value, "low": each.low, "high": each.high, "raw": each.raw, "visible": each.visible}
            for each in found.values
        ],
    }


def _seen(found: Seen) -> SeenSummary:
    return {
        "tiles": None if found.tiles is None else _tiles(found.tiles),
        "emptied": list(map(_emptied, found.emptied)),
        "repeated": list(map(_repeated, found.repeated)),
        "even": list(found.even),
        "rows_p": found.rows_p,
        "values": found.values,
        "phrases": found.phrases,
    }


def _tiles(found: Tiles) -> TilesSummary:
    return {
        "rows": found.rows,
        "columns": found.columns,
        "kept": found.kept,
        "number": found.number,
        "log10_chance": found.log10_chance,
    }


def _emptied(found: Emptied) -> EmptiedSummary:
    return {"side": found.side, "full": found.full, "lines": found.lines, "number": found.number, "p": found.p}


def _repeated(found: Repeated) -> RepeatedSummary:
    return {
        "side": found.side,
        "pairs": found.pairs,
        "expected": found.expected,
        "distinct": found.distinct,
        "number": found.number,
    }
