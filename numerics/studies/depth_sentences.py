"""What the study of depth found, in plain words, from its rows alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import mean

from sparse_limits.numerics.studies.depth_summary import PREDICTORS, READ_DATA, DepthRow, ErrorName, Errors


def sentences(rows: Sequence[DepthRow], not_covered: str) -> list[str]:
    """One for each method, for each that reads data under each loss, SNIP's largest errors, and what is not covered."""
    said = []
    groups: dict[str, list[DepthRow]] = {}
    for row in rows:
        groups.setdefault(method_of(row), []).append(row)
    said += [_method(name, mine) for name, mine in groups.items()]
    for name, mine in groups.items():
        if mine[0]["method"] in READ_DATA:
            said += _residuals(name, mine)
    snip = [row for row in rows if row["method"] == "snip"]
    if snip:
        said.append(_worst(snip))
    said.append(f"Not covered: {not_covered}.")
    return said


def average(errors: Iterable[Errors], name: ErrorName) -> float | None:
    """The mean of one of the errors over rows; None where it does not apply."""
    values = [each[name] for each in errors]
    known = [value for value in values if value is not None]
    return mean(known) if len(known) == len(values) else None


def method_of(row: DepthRow) -> str:
    """A method, and the normalisation of the networks that it prunes."""
    return row["method"] if row["norm"] == "none" else f"{row['method']} with {row['norm']} normalisation"


def name_of(row: DepthRow) -> str:
    """A setting, in words."""
    layers = "1 hidden layer" if row["depth"] == 1 else f"{row['depth']} hidden layers"
    norm = "" if row["norm"] == "none" else f"{row['norm']} normalisation, "
    return f"{row['data']}, {row['activation']}, {row['loss']}, {norm}{layers}, density {row['density']:g}"


def _method(method: str, rows: Sequence[DepthRow]) -> str:
    parts = []
    for what, of in KINDS:
        found = [of(row) for row in rows]
        parts.append(
            f"{what} by {_number(average(found, 'target'))} (constant {_number(average(found, 'constant'))}, "
            f"floor {_number(average(found, 'floor'))})"
        )
    better = [sum(of(row)["target"] < of(row)["constant"] for row in rows) for _, of in KINDS]
    left_out = [share for row in rows if (share := row["second_term"]) is not None]
    why = f" Its law leaves out a term of {mean(left_out):.2f} of the first's norm here (S8)." if left_out else ""
    return (
        f"{method}, predicted before any weight is drawn, misses {' and '.join(parts)}, on average over {len(rows)} settings and densities; "
        f"it is nearer to the layers than the constant in {better[0]} of them, to the columns in {better[1]}.{why}"
    )


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"


def _residuals(method: str, rows: Sequence[DepthRow]) -> Iterator[str]:
    """What knowing the initial output is worth, by loss."""
    for loss in dict.fromkeys(row["loss"] for row in rows):
        parts = []
        for what, of in KINDS:
            found = [of(row) for row in rows if row["loss"] == loss]
            target, averaged, output = (_number(average(found, name)) for name in PREDICTORS)
            parts.append(f"{what} {target}, {averaged} and {output}")
        yield (
            f"{method} under {loss}, errors with the initial output taken as 0, averaged over, and given: "
            f"{'; '.join(parts)}."
        )


def _worst(rows: Sequence[DepthRow]) -> str:
    parts = []
    for what, of in KINDS:
        row = max(rows, key=lambda row: of(row)["target"])
        found = of(row)
        parts.append(
            f"{what} by {found['target']:.4f} (floor {found['floor']:.4f}, constant {found['constant']:.4f}) in "
            f"{name_of(row)}"
        )
    return f"snip misses most: {'; '.join(parts)}."


def _layers(row: DepthRow) -> Errors:
    return row["layer_errors"]


def _columns(row: DepthRow) -> Errors:
    return row["column_errors"]


KINDS = (("layers", _layers), ("columns", _columns))
