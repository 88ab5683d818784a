"""`sparse-limits show LABEL`: a claim whole."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from theory.claims import Claim, Pitfall


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("label", metavar="LABEL")


def _pitfall_lines(claim: Claim, pitfall: Pitfall) -> list[str]:
    said, by, why, by_hand, instead = map(claim.filled, pitfall.texts)
    return [
        f"- {said}",
        f"  said: {by}",
        f"  fails: {why}",
        f"  by hand: {by_hand}",
        f"  instead: {instead}",
        f"  control: {pitfall.control}; counterexample: {pitfall.counterexample}",
    ]


def run(arguments: argparse.Namespace) -> int:
    import sympy as sp
    from rich.console import Console

    from numerics.checks import checks_of
    from theory.ledger import load_ledger

    ledger = load_ledger()
    entry = ledger[arguments.label]
    claim = entry.claim
    console = Console(highlight=False, markup=False)

    def section(title: str, *lines: str) -> None:
        if any(line.strip() for line in lines):
            console.print(f"\n{title}", style="bold")
            for line in lines:
                console.print(line.strip("\n"))

    console.print(f"{claim.label}  {claim.title}", style="bold")
    console.print(f"{entry.topic} · {entry.name} · {claim.provenance}, {claim.proof} · {claim.source}")
    section("Statement", claim.latex_statement)
    section("Assumptions", *(f"- {assumption}" for assumption in claim.assumptions))
    section("Proof", claim.proof_text)
    section("Remarks, outside the proof", *(f"- {remark}" for remark in claim.latex_remarks))
    section("Forms that fail", *(line for pitfall in claim.pitfalls for line in _pitfall_lines(claim, pitfall)))
    section(
        "Expressions",
        *(
            f"{name}\n{sp.pretty(value, use_unicode=True) if isinstance(value, sp.Basic) else value}\n"
            for name, value in claim.expressions.items()
        ),
    )
    section("Vouched, not checked, where they are evaluated", *_vouched(claim))
    section("Uses", ", ".join(claim.uses))
    section("Used by", ", ".join(ledger.used_by[claim.label]))
    checks = [check for check in checks_of(entry.topic) if check.claim is claim]
    section(
        "Evidence",
        *(
            f"- {check.name} ({check.kind.name.lower()}{f', {check.tests} tests' if check.tests else ''}): "
            f"{check.description}\n  controls: {'; '.join(each.name for each in check.controls)}"
            for check in checks
        ),
    )
    section("Equivalent mutants", *(f"- {mutant}: {why}" for mutant, why in claim.equivalent_mutants.items()))
    return 0


def _vouched(claim) -> list[str]:
    """What the values of its formulas rest on without a check, each tried at one point of the claim's domain."""
    from contextlib import suppress

    import sympy as sp

    from numerics.balls import NoEnclosureError, vouched
    from numerics.mutants import places
    from numerics.trial import Trial
    from theory.bracketed_sum import BracketedSum
    from theory.level import Level
    from theory.smallest import Smallest
    from theory.transfer import Transfer

    trial, lines = Trial(claim, "show"), []
    for subject in claim.expressions:
        for name, formula, _ in places(claim.expressions[subject], subject):
            if not formula.has(sp.Integral, Level, Smallest, BracketedSum, Transfer):
                continue
            (point,) = trial.points(formula, count=1)
            where = ", ".join(f"{symbol} = {value}" for symbol, value in point.items())
            with suppress(NoEnclosureError):
                lines += [f"- {name}{f' at {where}' if where else ''}: {note}" for note in vouched(formula, point, 5)]
    return lines
