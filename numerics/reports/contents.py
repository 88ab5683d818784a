"""The table of contents of the ledger: what a list of claims and their evidence says, without building a formula.

    python -m sparse_limits.numerics.reports.contents      write the table anew, after a change of a title, an expression's name, a check …

The table stands in contents.json; a test holds the table against the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sparse_limits.theory.input_error import InputError

if TYPE_CHECKING:
    from sparse_limits.theory.claims import Claim, Entry

TABLE = Path(__file__).with_suffix(".json")


@dataclass(frozen=True)
class Evidence:
    """A check as it is announced; `tests` counts its statistical tests, `step` is that of the proof which it computes."""

    name: str
    kind: str
    tests: int
    description: str
    controls: tuple[str, ...]
    step: str = ""


@dataclass(frozen=True)
class Line:
    """A claim in one line: `name` is its variable in the topic, `uses` and `expressions` are labels and names.

    proof: what the proof is by its steps, as `sparse_limits.theory.links.Status`. vouched: what the values of its formulas rest on without a check, each tried at one point of the claim's domain.
    factors: by how much each loose bound is beyond the truth, at each of its points.
    """

    label: str
    name: str
    topic: str
    title: str
    provenance: str
    proof: str
    expressions: tuple[str, ...]
    uses: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    vouched: tuple[str, ...]
    factors: tuple[tuple[str, ...], ...]


def lines_of(entries: Iterable[Entry]) -> tuple[Line, ...]:
    """Compute the lines of ledger entries: imports the checks, hence the engines."""
    from sparse_limits.numerics.checks import checks_of
    from sparse_limits.numerics.evidence.comparison import factors
    from sparse_limits.theory.links import status

    lines = []
    for entry in entries:
        claim = entry.claim
        evidence = tuple(
            Evidence(
                check.name,
                check.kind.name.lower(),
                check.tests,
                check.description,
                tuple(c.name for c in check.controls),
                check.step,
            )
            for check in checks_of(entry.topic)
            if check.claim is claim
        )
        lines.append(
            Line(
                entry.label,
                entry.name,
                entry.topic,
                claim.title,
                str(claim.provenance),
                str(status(claim)),
                tuple(claim.expressions),
                claim.uses,
                evidence,
                tuple(_vouched(claim)),
                tuple(factors(claim, bound) for bound in claim.loose),
            )
        )
    return tuple(lines)


def _vouched(claim: Claim) -> Iterator[str]:
    import sympy as sp

    from sparse_limits.numerics.evidence.trial import Trial
    from sparse_limits.numerics.exact.balls import NoEnclosureError, vouched
    from sparse_limits.theory.formulas.bracketed_sum import BracketedSum
    from sparse_limits.theory.formulas.level import Level
    from sparse_limits.theory.formulas.smallest import Smallest
    from sparse_limits.theory.formulas.transfer import Transfer
    from sparse_limits.theory.places import places

    trial = Trial(claim, "show")
    for subject in claim.expressions:
        for name, formula, _ in places(claim.expressions[subject], subject):
            if not formula.has(sp.Integral, Level, Smallest, BracketedSum, Transfer):
                continue
            (point,) = trial.points(formula, count=1)
            where = ", ".join(f"{symbol} = {value}" for symbol, value in point.items())
            with suppress(NoEnclosureError):
                yield from (f"{name}{f' at {where}' if where else ''}: {note}" for note in vouched(formula, point, 5))


def contents(own: str | None = None) -> tuple[Line, ...]:
    """Read the table: a line for each claim, in reading order; own: compute that of a ledger of one's own instead."""
    if own is not None:
        from sparse_limits.theory.ledger import load_ledger

        return lines_of(load_ledger(own))
    return tuple(map(_line, _stored()))


def told(labels: Sequence[str], own: str | None = None) -> dict[str, tuple[Line, tuple[str, ...]]]:
    """Read the lines of some claims, each with the labels of the claims that use it; own: as in `contents`.

    InputError for a label that the table does not have, such as that of a claim that was just written.
    """
    if own is None:
        rows = {row["label"]: row for row in _stored()}
        uses = {label: row["uses"] for label, row in rows.items()}
        lines = {label: _line(rows[label]) for label in labels if label in rows}
    else:
        lines = {line.label: line for line in contents(own)}
        uses = {label: line.uses for label, line in lines.items()}
    for label in labels:
        if label not in lines:
            raise InputError(
                f"{label} is not in {TABLE.name}, expected after python -m sparse_limits.numerics.reports.contents, which writes it anew"
            )
    return {label: (lines[label], tuple(each for each, used in uses.items() if label in used)) for label in labels}


@cache
def _stored() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(TABLE.read_text("utf-8"))
    return rows


def _line(row: Mapping[str, Any]) -> Line:
    evidence = (Evidence(**{**check, "controls": tuple(check["controls"])}) for check in row["evidence"])
    lists = {name: tuple(row[name]) for name in ("expressions", "uses", "vouched")}
    return Line(**{**row, **lists, "factors": tuple(map(tuple, row["factors"])), "evidence": tuple(evidence)})


def write() -> None:
    """Write the table that the ledger has now."""
    from sparse_limits.theory.ledger import load_ledger

    text = json.dumps([asdict(line) for line in lines_of(load_ledger())], indent=1, ensure_ascii=False)
    TABLE.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    write()
