"""What a study found, in plain words, from its numbers alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sparse_limits.numerics.studies.generalisation_summary import OrderRow, PairRow, ResultRow, Sentence
from sparse_limits.numerics.studies.kernel_study import PREDICTORS
from sparse_limits.numerics.studies.ordering import Verdict

REFERENCE = 0.05  # the density at which two methods are compared in words and tables
FEWEST_METHODS = 3  # of which an order can be told
NAMES = {"graphon": "closed forms", "rows": "rows as pruned"}


def sentences(results: Sequence[ResultRow], orders: Sequence[OrderRow]) -> list[Sentence]:
    """One for each task and family of kernels of which there is something to say, and one for all tasks of a family."""
    groups = list(dict.fromkeys((row["family"], row["task"]) for row in results))
    said: list[Sentence] = [
        {"task": task, "family": family, "text": text}
        for family, task in groups
        if (text := _task_sentence(task, family, results, orders))
    ]
    for family in dict.fromkeys(family for family, _ in groups):
        rows = [row for row in orders if row["family"] == family and row["target"] == "mse"]
        if len({row["task"] for row in rows}) > 1:
            said.append({"task": "all", "family": family, "text": _overall_sentence(family, rows)})
    return said


def _task_sentence(task: str, family: str, results: Sequence[ResultRow], orders: Sequence[OrderRow]) -> str:
    mine = [row for row in results if (row["task"], row["family"], row["target"]) == (task, family, "mse")]
    parts = [_snip_and_random(mine)]
    found = [row for row in orders if (row["task"], row["family"], row["target"]) == (task, family, "mse")]
    if found and len({row["method"] for row in mine}) >= FEWEST_METHODS:
        groups = {
            "the methods are ordered mostly as by the test MSE by": Verdict.SAME,
            "against it by": Verdict.REVERSED,
            "undecided": Verdict.UNDECIDED,
        }
        parts += _listed(
            {words: [_correlated(r) for r in found if r["verdict"] == is_] for words, is_ in groups.items()}
        )
    parts += _pair_parts(found)
    said = "; ".join(part for part in parts if part)
    return f"{task} ({NAMES[family]}): {said}." if said else ""


def _correlated(row: OrderRow) -> str:
    """A predictor with its mean rank correlation."""
    return f"{PREDICTORS[row['predictor']].title} {row['correlation']['mean']:+.2f}"


def _listed(groups: Mapping[str, Sequence[str]]) -> list[str]:
    return [f"{words} {', '.join(names)}" for words, names in groups.items() if names]


def _pair_parts(orders: Sequence[OrderRow]) -> list[str]:
    """Which predictors order SNIP and Random rightly in most splits, which wrongly, by exact intervals."""
    said: dict[str, list[str]] = {"SNIP and Random ordered rightly by": [], "SNIP and Random ordered wrongly by": []}
    for row in orders:
        if row["snip_and_random"]:
            pair = min(row["snip_and_random"], key=_from_reference)
            title = PREDICTORS[row["predictor"]].title
            right, wrong = said.values()
            right += [title] if pair["low"] > 1 / 2 else []
            wrong += [title] if pair["high"] < 1 / 2 else []
    return _listed(said)


def _from_reference(row: PairRow | ResultRow) -> float:
    return abs(row["density"] - REFERENCE)


def _snip_and_random(results: Sequence[ResultRow]) -> str:
    rows = [
        (row, paired)
        for row in results
        if row["method"] == "snip" and row["density"] < 1 and (paired := row["minus_random"]) is not None
    ]
    if not rows:
        return ""
    row, paired = min(rows, key=lambda pair: _from_reference(pair[0]))
    splits = paired["negative"] + paired["positive"]
    return (
        f"SNIP's test MSE at density {row['density']:g} is below Random's in {paired['negative']} of {splits} splits "
        f"(median difference {paired['median']:+.4f}, sign test p = {paired['sign_p']:.2g})"
    )


def _overall_sentence(family: str, rows: Sequence[OrderRow]) -> str:
    tasks = list(dict.fromkeys(row["task"] for row in rows))
    verdicts = {
        name: [row["verdict"] for row in rows if row["predictor"] == name]
        for name in dict.fromkeys(row["predictor"] for row in rows)
    }
    always = [PREDICTORS[name].title for name, found in verdicts.items() if found == [Verdict.SAME] * len(tasks)]
    if always:
        return f"{', '.join(always)}: in the order of the test MSE, beyond chance, on all {len(tasks)} tasks ({NAMES[family]})."
    counts = ", ".join(f"{PREDICTORS[name].title} on {found.count(Verdict.SAME)}" for name, found in verdicts.items())
    return (
        f"No predictor orders the methods as the test MSE does on all {len(tasks)} tasks ({NAMES[family]}): {counts}."
    )
