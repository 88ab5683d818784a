"""All numbers of a fit, by the names that `sparse-limits fit --json` has for them; the tables and the page read these too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

from sparse_limits.numerics.columns import AboutSummary
from sparse_limits.numerics.fitting.block_patterns import Selection
from sparse_limits.numerics.fitting.explanation import Excluded, Explanation
from sparse_limits.numerics.fitting.findings import Findings, findings
from sparse_limits.numerics.fitting.fit import Fit, Methods
from sparse_limits.numerics.fitting.homogeneity import degrees
from sparse_limits.numerics.fitting.levels import REJECTED, UNLIKELY
from sparse_limits.numerics.fitting.structure import Removal, Structure
from sparse_limits.numerics.fitting.verdict import account, verdict

if TYPE_CHECKING:
    from sparse_limits.numerics.data import Dataset


class RestMask(TypedDict):
    """A mask [m, n] in numbers: kept entries in all, of each row [m] and of each column [n]."""

    shape: list[int]
    kept: int
    density: float
    row_counts: list[int]
    column_counts: list[int]


class MaskSummary(RestMask):
    """The whole mask; stored_shape: of the array that it was read from; notes: of its weights (`MaskFile`)."""

    name: str
    stored_shape: list[int]
    notes: list[str]


class SelectionSummary(TypedDict):
    """As `Selection`."""

    length: int
    kept: int
    columns: bool
    step: int


# as `Verdict`; class: its kind, of G6.1
VerdictSummary = TypedDict(
    "VerdictSummary",
    {
        "status": str,
        "class": str,
        "selection": SelectionSummary | None,
        "constant_is_noise": bool | None,
        "fitted_explains": bool | None,
        "compatible_methods": list[str],
        "lines": list[str],
    },
)


class RemovalSummary(TypedDict):
    """As `Removal`; number: of its lines."""

    side: str
    kept: bool
    number: int
    lines: list[int]
    nearly: int
    p: float


class StructureSummary(TypedDict):
    """The whole lines that are gone or kept; level: the p-value from which on they are not seen."""

    whole: bool
    removals: list[RemovalSummary]
    level: float


class RestSummary(Findings):
    """What is found about the mask without its whole lines."""

    mask: RestMask
    verdict: VerdictSummary


class DataSummary(AboutSummary):
    """The data that the methods prune by: samples_used [N, inputs], labels [N, outputs].

    sizes: widths of the network's layers, from inputs to outputs; place: of the mask among them, 1 the first.
    """

    name: str
    labelling: str
    samples_used: int
    inputs: int
    outputs: int
    residual: str
    sizes: list[int]
    place: int


class MethodSummary(TypedDict):
    """As `Explanation`; exact: whether p is a rank among drawn masks; fits: whether the method is not rejected."""

    method: str
    error: float
    ratio: float
    row_distance: float
    row_noise: float
    columns_p: float
    rows_p: float
    patterns_p: float
    empty_p: float
    p: float
    drawn: int
    log_likelihood: float
    exact: bool
    fits: bool


class ExcludedSummary(TypedDict):
    """As `Excluded`."""

    method: str
    reason: str
    same_as: str | None


class MethodsSummary(TypedDict):
    """The methods held against the mask, the likeliest first; column_densities: [n] by method; level: of rejection."""

    ranking: list[MethodSummary]
    best: str | None
    fits: list[str]
    excluded: list[ExcludedSummary]
    level: float
    column_densities: dict[str, list[float]]


class AccountSummary(TypedDict):
    """As `Account`; level: of rejection."""

    status: str
    methods: list[list[str]]
    untested: list[str]
    nearest: str | None
    lines: list[str]
    level: float


class Summary(Findings):
    """Everything; what does not apply is None."""

    mask: MaskSummary
    seed: int
    verdict: VerdictSummary
    structure: StructureSummary | None
    rest: RestSummary | None
    data: DataSummary | None
    methods: MethodsSummary | None
    explanation: AccountSummary


def summarise(
    found: Fit,
    *,
    seed: int = 0,
    name: str = "mask",
    stored_shape: Sequence[int] | None = None,
    notes: Sequence[str] = (),
) -> Summary:
    """Return all numbers of a fit; seed: that it was made with.

    name: of the mask. stored_shape: of the array that it was read from, where that had another one. notes: of its weights.

    Examples:
        >>> import numpy as np
        >>> from sparse_limits import fit
        >>> said = summarise(fit(np.ones((2, 3))))
        >>> said["mask"]["row_counts"], said["verdict"]["status"]
        ([3, 3], 'nothing_to_fit')
    """
    mask = _mask(found)
    return {
        "mask": {"name": name, **mask, "stored_shape": list(stored_shape or mask["shape"]), "notes": list(notes)},
        "seed": seed,
        "verdict": _verdict(found),
        **findings(found),
        "structure": None if found.structure is None else _structure(found.structure),
        "rest": None if found.rest is None else _rest(found.rest),
        "data": None if found.data is None else _data(found.data, found),
        "methods": None if found.methods is None else _methods(found.methods),
        "explanation": _account(found),
    }


def _mask(found: Fit) -> RestMask:
    rows, columns = degrees(found.mask)
    return {
        "shape": list(found.mask.shape),
        "kept": int(found.mask.nnz),
        "density": found.density,
        "row_counts": rows.tolist(),
        "column_counts": columns.tolist(),
    }


def _verdict(found: Fit) -> VerdictSummary:
    said = verdict(found)
    return {
        "status": said.status,
        "class": said.kind,
        "selection": None if said.selection is None else selection_summary(said.selection),
        "constant_is_noise": said.constant_is_noise,
        "fitted_explains": said.fitted_explains,
        "compatible_methods": said.compatible_methods,
        "lines": said.lines,
    }


def selection_summary(found: Selection) -> SelectionSummary:
    """A selection in numbers."""
    return {"length": found.length, "kept": found.kept, "columns": found.columns, "step": found.step}


def _structure(found: Structure) -> StructureSummary:
    return {"whole": found.whole, "removals": list(map(_removal, found.removals)), "level": UNLIKELY}


def _removal(found: Removal) -> RemovalSummary:
    return {
        "side": found.side,
        "kept": found.kept,
        "number": int(found.lines.size),
        "lines": found.lines.tolist(),
        "nearly": found.nearly,
        "p": found.p,
    }


def _rest(found: Fit) -> RestSummary:
    return {"mask": _mask(found), "verdict": _verdict(found), **findings(found)}


def _data(data: Dataset, found: Fit) -> DataSummary:
    sizes, place = found.network or ((data.x.shape[1], found.mask.shape[0], data.y.shape[1]), 1)
    return {
        "name": data.name,
        "labelling": data.labelling,
        "samples_used": len(data.x),
        "inputs": data.x.shape[1],
        "outputs": data.y.shape[1],
        **data.about.summary,
        "residual": "-y" if found.residual == "target" else "f0 - y",
        "sizes": list(sizes),
        "place": place,
    }


def _methods(methods: Methods) -> MethodsSummary:
    found, excluded = methods
    return {
        "ranking": list(map(_method, found)),
        "best": found[0].method if found else None,
        "fits": [each.method for each in found if each.fits],
        "excluded": list(map(_excluded, excluded)),
        "level": REJECTED,
        "column_densities": {each.method: each.densities.tolist() for each in found},
    }


def _method(found: Explanation) -> MethodSummary:
    return {
        "method": found.method,
        "error": found.error,
        "ratio": found.ratio,
        "row_distance": found.row_distance,
        "row_noise": found.row_noise,
        "columns_p": found.columns_p,
        "rows_p": found.rows_p,
        "patterns_p": found.patterns_p,
        "empty_p": found.empty_p,
        "p": found.p,
        "drawn": found.drawn,
        "log_likelihood": found.log_likelihood,
        "exact": found.exact,
        "fits": found.fits,
    }


def _excluded(found: Excluded) -> ExcludedSummary:
    return {"method": found.method, "reason": found.reason, "same_as": found.same_as}


def _account(found: Fit) -> AccountSummary:
    said = account(found)
    return {
        "status": said.status,
        "methods": said.methods,
        "untested": said.untested,
        "nearest": said.nearest,
        "lines": said.lines,
        "level": REJECTED,
    }
