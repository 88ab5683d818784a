"""`sparse-limits claims`: the ledger as a list."""

from __future__ import annotations

import argparse

from numerics.commands.common import check_places
from numerics.reports.contents import contents, select


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="TOPIC|LABEL", help="claims to list (default: all)")
    parser.add_argument("--json", metavar="FILE", help="write the list as JSON (- for standard output)")


def run(arguments: argparse.Namespace) -> int:
    check_places({}, {"--json": arguments.json})
    lines = select(contents(), arguments.names)
    if arguments.json:
        from numerics.reports.writing import write_json
        from theory.ledger import load_ledger

        write_json(arguments.json, [as_json(entry) for entry in load_ledger().select(arguments.names)])
        if arguments.json == "-":
            return 0
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="bold")
    for name in ("", "claim", "topic", "provenance", "proof", "expressions"):
        table.add_column(name, overflow="fold")
    for line in lines:
        table.add_row(line.label, line.title, line.topic, line.provenance, line.proof, ", ".join(line.expressions))
    Console().print(table)
    return 0


def as_json(entry) -> dict[str, object]:
    """A claim as plain data, its formulas as SymPy strings and LaTeX."""
    import sympy as sp

    from theory.quantities import in_words

    claim = entry.claim
    return {
        "label": claim.label,
        "name": entry.name,
        "topic": entry.topic,
        "title": claim.title,
        "statement": claim.latex_statement.strip(),
        "assumptions": list(claim.assumed),
        "symbols": {
            str(letter): {
                "latex": sp.latex(letter),
                "meaning": quantity.meaning,
                "within": in_words(quantity.within),
            }
            for quantity in claim.quantities
            for letter in quantity.letters
        },
        "hypotheses": [
            {
                "words": each.words,
                "relation": None if each.relation is None else str(each.relation),
                "needed_by": list(each.needed_by),
            }
            for each in claim.hypotheses
        ],
        "remarks": [{"text": claim.filled(each.text), "check": each.checked_by or None} for each in claim.remarks],
        "source": claim.source.paper,
        "place": claim.source.place,
        "provenance": str(claim.provenance),
        "proof": str(claim.proof),
        "pitfalls": [
            {
                "said": claim.filled(each.said),
                "by": claim.filled(each.by),
                "why": claim.filled(each.why),
                "counterexample": each.counterexample,
                "by_hand": claim.filled(each.by_hand),
                "instead": claim.filled(each.instead),
                "control": each.control,
            }
            for each in claim.pitfalls
        ],
        "uses": list(claim.uses),
        "expressions": {
            name: {"text": str(value), "latex": claim.latex(name) if isinstance(value, sp.Basic) else None}
            for name, value in claim.expressions.items()
        },
    }
