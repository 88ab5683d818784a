"""What the study of lifts found, in plain words, from its numbers alone; and what does not follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.studies.lift_summary import Share, StudentRow, TrendRow

COVER_LEVEL = 1e-8  # of a test whose hypothesis is a theorem: below it the program is wrong
FALL_LEVEL = 1e-3  # of all tests of a trend together


def sentences(time: float, rows: Sequence[StudentRow], trends: Sequence[TrendRow]) -> list[str]:
    """What is proved, what was measured, what does not follow."""
    sparse, dense, controls = ([row for row in rows if row["role"] == role] for role in ("sparse", "dense", "control"))
    return [
        _cover(rows),
        *_ceilings(sparse),
        *_trend(trends),
        *map(_control, controls),
        *_beside_dense(sparse, dense),
        *_steps(rows),
        f"All students were trained up to T = {time:g}. Their readout has no factor 1/n, so the flow of wider students runs "
        "faster, in proportion to n: equal T is not equal time, and part of any growth with n comes from this.",
        "L17.3 explains no success here: it counts near copies of the target's units, and there are none at these sizes. "
        "Coverage of supports alone limits success here, and only from above.",
        "Training sees every point of the cube: nothing is said about generalisation.",
    ]


def _cover(rows: Sequence[StudentRow]) -> str:
    uncovered = sum(row["students"] - row["covered"]["count"] for row in rows)
    succeeded = sum(row["success_without_cover"] for row in rows)
    students = sum(row["students"] for row in rows)
    return (
        f"Proved (L18), and observed: {succeeded} of {uncovered} students without cover succeeded, and none of all "
        f"{students} ended below the exact lower bound of its own masks."
    )


def _ceilings(rows: Sequence[StudentRow]) -> Iterator[str]:
    """One sentence for each density."""
    for kind in dict.fromkeys(row["kind"] for row in rows):
        mine = [row for row in rows if row["kind"] == kind]
        p = min(row["coverage_p"] for row in mine)
        text = (
            f"{kind}: at n = {_list(row['n'] for row in mine)} success {_list(_percent(row['success']) for row in mine)} "
            f"beside the ceiling {_list(_percent(row['coverage_value']) for row in mine)}; the numbers of covered students "
            f"{'agree' if p > COVER_LEVEL else 'do not agree'} with it (smallest p {p:.2g} of {len(mine)}, level {COVER_LEVEL:g})"
        )
        gap = max(mine, key=lambda row: row["covered"]["count"] - row["success"]["count"])
        missed = gap["covered"]["count"] - gap["success"]["count"]
        if missed:
            text += (
                f". Cover is not enough: at n = {gap['n']} {many(missed, 'covered student')} of {gap['students']} failed, too slow or "
                "caught at a poor critical point"
            )
        yield f"{text}."


def _trend(trends: Sequence[TrendRow]) -> Iterator[str]:
    if not trends:
        return
    worst = min(trends, key=lambda row: row["fall_p"])
    fell = worst["fall_p"] * len(trends) <= FALL_LEVEL
    if fell:
        where = f"{worst['kind']}, n = {worst['fewer']} to {worst['more']}"
        yield f"Measured, not proved: success fell from one size to the next ({where}: p {worst['fall_p']:.2g})."
    else:
        yield (
            "Measured, not proved: success fell from no size to the next by more than chance "
            f"(one-sided Fisher p {worst['fall_p']:.2g}, the smallest of {len(trends)})."
        )


def _control(row: StudentRow) -> str:
    return (
        f"Control, {row['kind']} (n = {row['n']}): {row['success']['count']} of {row['students']} succeeded; the least loss is "
        f"{row['least_loss']:.9g}, the least of their exact bounds {row['least_floor']:.9g}."
    )


def _beside_dense(sparse: Sequence[StudentRow], dense: Sequence[StudentRow]) -> Iterator[str]:
    """Dense students of the same size, and of the largest size that has no more parameters."""
    pairs = {
        "at equal n": [(row, each) for row in sparse for each in dense if each["n"] == row["n"]],
        "with no more parameters": [
            (row, max(smaller, key=lambda each: each["n"]))
            for row in sparse
            if (smaller := [each for each in dense if each["parameters"] <= row["parameters"]])
        ],
    }
    said = []
    for name, compared in pairs.items():
        if compared:
            share = [(row["success"]["share"], each["success"]["share"]) for row, each in compared]
            more, fewer = (sum(sign * d > sign * s for s, d in share) for sign in (1, -1))
            said.append(
                f"{name} more often than sparse ones in {more} and less often in {fewer} of {len(share)} comparisons"
            )
    if said:
        yield f"Dense students succeeded {', '.join(said)}. The proofs need sparsity; no advantage of it is claimed."


def _steps(rows: Sequence[StudentRow]) -> Iterator[str]:
    halved = sum(row["with_halved_steps"] for row in rows)
    if halved:
        yield f"{halved} students were trained again with shorter steps, as their loss rose with the common step."


def _list(items: Iterable[object]) -> str:
    return ", ".join(map(str, items))


def _percent(value: float | Share) -> str:
    share = value["share"] if isinstance(value, Mapping) else value
    if 0 < share < 0.0005 or 0.9995 <= share < 1:
        return "below 0.1 %" if share < 0.5 else "above 99.9 %"
    return f"{100 * share:.1f} %" if 0 < share < 0.01 or 0.99 < share < 1 else f"{100 * share:.0f} %"
