"""The table of contents of the ledger: what a list of claims and their evidence says, without building a formula.

    python -m sparse_limits.numerics.reports.contents      make the table now, unless there is one of this code: a wheel has it

The table is in contents.json with a digest of the project's code. Where that is another code's, or there is no table, it is
made when it is asked for, which takes half a minute, and kept.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from sparse_limits.theory.input_error import InputError

if TYPE_CHECKING:
    from sparse_limits.theory.claims import Claim
    from sparse_limits.theory.entries import Entry

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

    core: whether a paper announces the claim, or such a claim or an engine rests on it.
    proof: what the proof is by its steps, as `sparse_limits.theory.links.Status`. vouched: what the values of its formulas rest on without a check, each tried at one point of the claim's domain.
    factors: by how much each loose bound is beyond the truth, at each of its points.
    """

    label: str
    name: str
    topic: str
    core: bool
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
                entry.core,
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
    """Return a line for each claim, in reading order; own: of a ledger of one's own instead."""
    if own is not None:
        from sparse_limits.theory.ledger import load_ledger

        return lines_of(load_ledger(own))
    return _stored()


def told(labels: Sequence[str], own: str | None = None) -> dict[str, tuple[Line, tuple[str, ...]]]:
    """Return the lines of some claims, each with the labels of the claims that use it; own: as in `contents`."""
    lines = {line.label: line for line in contents(own)}
    return {label: (lines[label], tuple(each for each in lines if label in lines[each].uses)) for label in labels}


@cache
def _stored() -> tuple[Line, ...]:
    """The table that is kept; made anew if it is not of the code as it is."""
    import msgspec

    with suppress(OSError, msgspec.DecodeError):
        kept = msgspec.json.decode(TABLE.read_bytes(), type=_Table)
        if kept.code == _code():
            return kept.lines
    return write()


@dataclass(frozen=True)
class _Table:
    """The lines, and a digest of the code that they are of."""

    code: str
    lines: tuple[Line, ...]


def _code() -> str:
    """A digest of all modules of the project: a line says what any of them may have computed."""
    digest = sha256()
    for folder in (TABLE.parent.parent, TABLE.parent.parent.parent / "theory"):
        for path in sorted(folder.rglob("*.py")):
            digest.update(f"\0{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def write() -> tuple[Line, ...]:
    """Make the table of the ledger as it is, and keep it where the package's folder can be written."""
    import msgspec

    from sparse_limits.numerics.files import replacing
    from sparse_limits.theory.ledger import load_ledger

    if sys.stderr.isatty():
        print("sparse-limits: reading the whole ledger, once after a change of the code", file=sys.stderr)
    table = _Table(_code(), lines_of(load_ledger()))
    with suppress(InputError), replacing(TABLE) as temporary:
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(table), indent=1))
    return table.lines


if __name__ == "__main__":
    _stored()
