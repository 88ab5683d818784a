"""`sparse-limits show LABEL`: a claim whole, with all its parts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

from sparse_limits.numerics.commands.selection import add_ledger

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.reports.contents import Evidence, Line
    from sparse_limits.theory.claims import Claim, Pitfall


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("label", metavar="LABEL")
    add_ledger(parser)


def _pitfall_lines(claim: Claim, pitfall: Pitfall) -> list[str]:
    said, by, why, by_hand, instead = map(claim.filled, pitfall.texts)
    return [
        f"- {said}",
        f"  origin: {by}",
        f"  fails: {why}",
        f"  by hand: {by_hand}",
        f"  instead: {instead}",
        f"  control: {pitfall.control}; counterexample: {pitfall.counterexample}",
    ]


def _step_lines(claim: Claim, evidence: Sequence[Evidence]) -> list[str]:
    """The steps of a proof, each with what carries it, what it uses and the checks that compute it."""
    lines = []
    for number, step in enumerate(claim.steps, start=1):
        checks = [check.name for check in evidence if check.step == step.name]
        takes = f" ({', '.join(step.takes)})" if step.takes else ""
        about = (
            f"{step.by}: {step.source}{takes}" if step.source else str(step.by),
            f"not for all values: {step.limited}" if step.limited else "",
            f"gives {', '.join(step.gives)}" if step.gives else "",
            f"uses {', '.join(step.uses)}" if step.uses else "",
            f"checks: {', '.join(checks)}" if checks else "",
        )
        lines.append(f"{number}. {step.name} ({'; '.join(filter(None, about))})")
        lines.append(f"{claim.filled(step.sentence)}\n")
    return lines


UNITS = "sympy.physics.units"


@contextmanager
def _without_units() -> Iterator[None]:
    """Spare the units of physics, which SymPy's printer imports to ask of every factor whether it is one.

    They take a sixth of the time of `show`. As long as nobody has imported them no formula can hold one.
    """
    if UNITS in sys.modules:
        yield
        return
    stand_in = ModuleType(UNITS)
    stand_in.__dict__["Quantity"] = type("Quantity", (), {})
    sys.modules[UNITS] = stand_in
    try:
        yield
    finally:
        del sys.modules[UNITS]


def run(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from sparse_limits.numerics.reports.contents import told
    from sparse_limits.theory.ledger import parts

    claims = parts(arguments.label, arguments.ledger)
    known = told([claim.label for claim in claims], arguments.ledger)
    console = Console(highlight=False, markup=False)
    for number, claim in enumerate(claims):
        if number:
            console.print()
        with _without_units():
            _print_claim(console, claim, *known[claim.label])
    return 0


def _print_claim(console: Console, claim: Claim, line: Line, used_by: Sequence[str]) -> None:
    import sympy as sp
    from rich.text import Text

    from sparse_limits.numerics.printing.readable_math import flowed, readable
    from sparse_limits.numerics.printing.tables import print_words
    from sparse_limits.numerics.reports.bounds import graded
    from sparse_limits.numerics.reports.open_questions import open_questions
    from sparse_limits.theory.links import status, status_in_words

    def section(title: str, *lines: str) -> None:
        if any(line.strip() for line in lines):
            console.print(f"\n{title}", style="bold")
            for line in lines:
                print_words(console, Text(readable(line).strip("\n") if "$" in line else line.strip("\n")))

    console.print(f"{claim.label}  {claim.title}", style="bold")
    console.print(f"{line.topic} · {line.name} · {claim.provenance}, {status(claim)} · {claim.source}")
    section("In brief", claim.latex_headline)
    section("Statement", flowed(claim.latex_statement))
    section(
        "Letters",
        *(f"- {quantity}" for quantity in claim.quantities),
        *(f"- ${letter}$: {meaning}" for letter, meaning in claim.symbols.items()),
    )
    section("Assumptions", *(f"- {each}" for each in claim.assumed))
    section(f"Proof ({status_in_words(claim)})", claim.proof_text, *_step_lines(claim, line.evidence))
    section("Remarks, outside the proof", *(f"- {remark}" for remark in claim.latex_remarks))
    section("How good the bounds are", *(f"- {bound}" for bound in graded(claim, line.factors)))
    section("Open questions", *(f"- {question}" for question in open_questions(claim)))
    section("Forms that fail", *(line for pitfall in claim.pitfalls for line in _pitfall_lines(claim, pitfall)))
    section(
        "Expressions",
        *(
            f"{name}\n{sp.pretty(value, use_unicode=True) if isinstance(value, sp.Basic) else value}\n"
            for name, value in claim.expressions.items()
        ),
    )
    section("Vouched, not checked, where they are evaluated", *(f"- {note}" for note in line.vouched))
    section("Uses", ", ".join(claim.uses))
    section("Used by", ", ".join(used_by))
    section(
        "Evidence",
        *(
            f"- {check.name} ({check.kind}{f', {check.tests} tests' if check.tests else ''}): "
            f"{check.description}\n  wrong forms: {'; '.join(check.controls)}"
            for check in line.evidence
        ),
    )
    section("Equivalent mutants", *(f"- {mutant}: {why}" for mutant, why in claim.equivalent_mutants.items()))
