"""`sparse-limits show LABEL`: a claim whole."""

from __future__ import annotations

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("label", metavar="LABEL")


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
    section(
        "Expressions",
        *(
            f"{name}\n{sp.pretty(value, use_unicode=True) if isinstance(value, sp.Basic) else value}\n"
            for name, value in claim.expressions.items()
        ),
    )
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
