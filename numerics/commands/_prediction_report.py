"""What `sparse-limits predict` reports: all its numbers as one mapping, and their tables."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.commands.common import number_table
from numerics.pruning.forecast import Case
from numerics.pruning.moments import noise_floor
from numerics.pruning.observation import score
from numerics.pruning.prediction import COLUMN_LEVEL, RANK_ONE_DISTANCE, Certificate, limit
from numerics.pruning.row_law import DATA_DRIVEN, Problem

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from numerics.data import Dataset

UNLIKELY = 1e-3  # a p-value below contradicts the row law

Summary = Mapping[str, Any]


def summarise(
    arguments: Namespace, cases: Sequence[Case], whole: Dataset, data: Dataset, notes: Sequence[str]
) -> dict[str, Any]:
    """All numbers of the call, for JSON; what does not apply is None."""
    first = cases[0].prediction
    problem, moments = first.problem, first.moments
    observations = [case.observation for case in cases if case.observation is not None]
    values = [each.p_value for each in observations]
    tested = [value for value in values if value is not None]
    constant = np.ptp(data.x, axis=0) == 0
    return {
        "method": problem.method,
        "density": problem.density,
        "kept_share": problem.share,
        "width": problem.width,
        "depth": problem.depth,
        "seed": arguments.seed,
        "fresh_rows": first.law.rows,
        "data": {
            "name": data.name,
            "labelling": data.labelling,
            "samples": len(whole.x),
            "samples_used": len(data.x),
            "inputs": problem.inputs,
            "constant_inputs": int(constant.sum()),
            "outputs": problem.outputs,
        },
        "residual": "target" if problem.fixed_residual else "output",
        "limit": limit(problem),
        "threshold": first.threshold,
        "predictor": first.used,
        "reason": first.reason,
        "certificate": _certificate(first.certificate),
        "notes": list(notes),
        "rank_one": {
            "claimed": first.rank_one,
            "distance": first.rank_one_distance,
            "allowed": RANK_ONE_DISTANCE,
            "fluctuation": None if moments is None else moments.fluctuation,
            "eigenvalue_shares": None if moments is None else moments.eigenvalue_shares().tolist(),
        },
        "columns": {
            "predicted": {name: _mean(c.prediction.predictors[name] for c in cases) for name in first.predictors},
            "observed": _mean(each.densities for each in observations),
        },
        "noise_floor": float(np.mean([case.prediction.floor for case in cases])),
        "errors": _errors(cases),
        "zero_share": {
            "predicted": _mean(case.prediction.law.zero_share for case in cases),
            "observed": _mean(each.zero_share for each in observations),
        },
        "dead_unit_share": {
            "predicted": _mean(case.prediction.law.dead_share for case in cases),
            "observed": _mean(each.dead_share for each in observations),
        },
        "rows": _row_errors(cases),
        "test": {
            "p_value": min(1.0, len(tested) * min(tested)) if tested else None,
            "p_values": values,
            "exact": problem.exact,
            "unlikely": UNLIKELY,
        },
    }


def _certificate(found: Certificate | None) -> dict[str, Any] | None:
    """The closed form's trial by the fresh rows."""
    if found is None:
        return None
    return {
        **asdict(found),
        "columns_off": [asdict(each) for each in found.columns_off],
        "level": COLUMN_LEVEL,
        "holds": found.holds,
    }


def _mean(values: Iterable[Any]) -> object:
    """The mean of numbers or arrays, as a number or a list; None of nothing."""
    found = list(values)
    return np.mean(found, axis=0).tolist() if found else None


def _errors(cases: Sequence[Case]) -> dict[str, dict[str, Any]] | None:
    """The scores of each predictor, averaged over networks."""
    seen = [(case.prediction, case.observation) for case in cases if case.observation is not None]
    if not seen:
        return None
    found = {}
    for name in cases[0].prediction.predictors:
        scores = [
            asdict(score(said.predictors[name], made.densities, said.law.densities, said.problem.width))
            for said, made in seen
        ]
        found[name] = {key: _mean_or_none([each[key] for each in scores]) for key in scores[0]}
    return found


def _mean_or_none(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None


def _row_errors(cases: Sequence[Case]) -> dict[str, Any] | None:
    """Shallow SynFlow's row densities against the pruned rows."""
    errors, floors = [], []
    for case in cases:
        if case.observation is not None and case.observation.row_prediction is not None:
            predicted = case.observation.row_prediction
            errors.append(float(np.abs(case.observation.mask.mean(axis=1) - predicted).mean()))
            floors.append(noise_floor(predicted, case.prediction.problem.inputs))
    return {"error": float(np.mean(errors)), "floor": float(np.mean(floors))} if errors else None


def show(
    console: Console,
    arguments: Namespace,
    cases: Sequence[Case],
    data: Dataset,
    notes: Sequence[str],
    summary: Summary,
) -> None:
    console.print(_header(arguments, cases[0].prediction.problem, data, notes, summary))
    for title, table in (
        _column_table(arguments.top, cases, summary),
        *([_error_table(cases, summary)] if summary["errors"] is not None else []),
        ("What follows", _facts_table(summary)),
    ):
        console.print(f"\n{title}\n", style="bold", highlight=False)
        console.print(table)


def _header(arguments: Namespace, problem: Problem, data: Dataset, notes: Sequence[str], summary: Summary) -> Table:
    """What is predicted, from what, by what."""
    from rich.table import Table
    from rich.text import Text

    about = summary["data"]
    constant = f" ({about['constant_inputs']} constant)" if about["constant_inputs"] else ""
    outputs = "1 output" if problem.outputs == 1 else f"{problem.outputs} outputs"
    residual = ", residual -y (initial output subtracted)" if problem.fixed_residual else ", residual f0 - y"
    residual = residual if problem.method in DATA_DRIVEN else ""
    layers = "1 hidden layer" if problem.depth == 1 else f"{problem.depth} hidden layers"
    threshold = "" if summary["threshold"] is None else f"; tau = {summary['threshold']:.5g}"
    lines = [
        (
            "method",
            f"{problem.method} at density {problem.density:g}, {layers} of {problem.width}{residual}",
        ),
        (
            "data",
            f"{data.name}, labels {data.labelling}: {len(data.x)} samples, {problem.inputs} inputs{constant}, {outputs}",
        ),
        ("limit", f"{summary['limit']}{threshold}"),
        ("predictor", f"{summary['predictor']}: {summary['reason']}"),
        *(("note", note) for note in notes),
    ]
    grid = Table.grid(padding=(0, 2))
    for name, text in lines:
        grid.add_row(Text(name, style="bold"), Text(text))
    return grid


def _column_table(top: int, cases: Sequence[Case], summary: Summary) -> tuple[str, Table]:
    """The inputs kept most and least, by prediction, and those that a closed form misses; there it has a mark."""
    used, certificate = summary["predictor"], summary["certificate"]
    off = [each["column"] for each in certificate["columns_off"]] if certificate else []
    names = [used, *(name for name in ("row law", certificate["predictor"] if off else used) if name != used)]
    predicted = {name: np.array(summary["columns"]["predicted"][name]) for name in names}
    observed = summary["columns"]["observed"]
    law = predicted["row law"]
    deviation = 2 * np.sqrt(law * (1 - law) / (summary["width"] * len(cases)))
    order = np.argsort(-predicted[used], kind="stable")
    whole = len(order) <= 2 * top
    listed = order if whole else np.concatenate([order[:top], order[-top:]])
    what = f"all {len(order)} inputs" if whole else f"the {top} inputs kept most and least of {len(order)}"
    missed = [column for column in off if column not in listed][:top]
    last = ("observed", "± 2 sd") if observed is not None else ("± 2 sd",)
    table = number_table("input", *names, *last)
    for place, column in enumerate([*listed, *missed]):
        cells = [str(column), *(f"{predicted[name][column]:.4f}" for name in names)]
        if column in off:
            cells[names.index(certificate["predictor"]) + 1] += " !"
        if observed is not None:
            cells.append(f"{observed[column]:.4f}")
        ends = not whole and place in (top - 1, 2 * top - 1)
        table.add_row(*cells, f"{deviation[column]:.4f}", end_section=ends)
    mark = "" if not off else f"\n(! {certificate['predictor']} is off by more than a network of this width would hide)"
    return f"Column densities, {what}{mark}", table


def _error_table(cases: Sequence[Case], summary: Summary) -> tuple[str, Table]:
    networks = f"{len(cases)} networks" if len(cases) > 1 else "1 network"
    title = (
        f"Mean absolute error of column densities, {networks}; noise floor {summary['noise_floor']:.4f}\n"
        "(* in use; explained: variance between columns; at most: what the exact law would explain)"
    )
    table = number_table("predictor", "error", "error / floor", "explained", "at most")
    for name, found in summary["errors"].items():
        shares = ("-" if found[key] is None else f"{max(0.0, found[key]):.1%}" for key in ("explained", "explainable"))
        mark = " *" if name == summary["predictor"] else ""
        ratio = "-" if found["ratio"] is None else f"{found['ratio']:.2f}"
        table.add_row(name + mark, f"{found['error']:.4f}", ratio, *shares)
    return title, table


def _facts_table(summary: Summary) -> Table:
    table = number_table("quantity", "predicted", "observed", "meaning")
    table.columns[0].justify = table.columns[3].justify = "left"
    for key, name, meaning in (
        ("dead_unit_share", "dead units", "units that keep no weight"),
        ("zero_share", "P(S = 0)", "weights without any saliency"),
    ):
        seen = summary[key]["observed"]
        table.add_row(name, f"{summary[key]['predicted']:.4f}", "-" if seen is None else f"{seen:.4f}", meaning)
    if summary["rows"] is not None:
        error, floor = summary["rows"]["error"], summary["rows"]["floor"]
        table.add_row("row densities", "-", f"{error:.4f}", f"mean absolute error of S11's; noise floor {floor:.4f}")
    rank = summary["rank_one"]
    if rank["fluctuation"] is not None:
        table.add_row("fluctuation η", f"{rank['fluctuation']:.3f}", "-", "of the gradient about its mean")
        shares = " ".join(f"{share:.2f}" for share in rank["eigenvalue_shares"])
        table.add_row("eigen-shares", shares, "-", "of its covariance")
    distance = "-" if rank["distance"] is None else f"{rank['distance']:.3f}"
    table.add_row("rank one", distance, "-", _rank_verdict(summary))
    if summary["columns"]["observed"] is not None:
        value = summary["test"]["p_value"]
        table.add_row("row law, p-value", "-", "-" if value is None else f"{value:.2g}", _test_verdict(summary["test"]))
    return table


def _rank_verdict(summary: Summary) -> str:
    rank = summary["rank_one"]
    if rank["distance"] is None:
        return "yes: row × column × noise" if rank["claimed"] else "not claimed: several outputs"
    if rank["claimed"]:
        return "yes: the gradient keeps to the line of its mean"
    return f"no: the gradient leaves the line of its mean ({rank['allowed']:g} allowed)"


def _test_verdict(test: Summary) -> str:
    value = test["p_value"]
    if value is None:
        return "no test: rows share the upper layers"
    caution = "" if test["exact"] else " (approximately: rows are weakly dependent)"
    if value >= test["unlikely"]:
        return f"consistent with the row law{caution}"
    return f"contradicts the row law{caution}"


def show_comparison(console: Console, method: str, density: float, rows: Sequence[Summary]) -> None:
    """One line for each setting and width; rows as in the JSON of --compare."""
    names = list(rows[0]["errors"])
    table = number_table("data, residual", "width", *names, "floor")
    table.columns[0].justify = "left"
    for place, row in enumerate(rows):
        new = place == 0 or rows[place - 1]["setting"] != row["setting"]
        last = place + 1 < len(rows) and rows[place + 1]["setting"] != row["setting"]
        errors = (f"{1e4 * value:.0f}" for value in (*(row["errors"][name] for name in names), row["floor"]))
        table.add_row(row["setting"] if new else "", str(row["width"]), *errors, end_section=last)
    title = f"{method} at density {density:g}: mean absolute errors of column densities × 10⁴\n"
    console.print(title, style="bold", highlight=False)
    console.print(table)
