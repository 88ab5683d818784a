"""`sparse-limits evaluate LABEL EXPRESSION name=value …`: a number with correct digits, or what is left.

What the number rests on without a check, such as a tail that is taken to be log-concave, follows on lines of its own.
"""

from __future__ import annotations

import argparse

from sparse_limits.numerics.commands.selection import add_ledger


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("label", metavar="LABEL")
    parser.add_argument(
        "expression",
        metavar="EXPRESSION",
        help="name of a formula in the claim, or path to a part, such as noises.pareto.survival",
    )
    parser.add_argument(
        "values",
        nargs="*",
        metavar="name=value",
        help="exact values, such as 3, 1/3, 0.25, sqrt(2) or pi/4, for letters or for the names that they have in all claims (rows, density); for numbered letters, lists and matrices: "
        "v=[1/5,2/5]; for functions, steps on equal parts of the unit interval: W=[[1/2,1/4],[1,3/4]], or lengths and values of steps: f=step(2/5:3/2, 3/5:3/10)",
    )
    parser.add_argument("--digits", type=int, default=15, help="significant digits, all correct (default 15)")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="keep letters without a value in the formula, and assume the hypotheses on such letters",
    )
    add_ledger(parser)
    parser.add_argument(
        "--exact", action="store_true", help="print the value as a fraction a/b (an error if it is not rational)"
    )


def run(arguments: argparse.Namespace) -> int:
    from sparse_limits.numerics.exact.evaluation import evaluate

    found = evaluate(
        arguments.label,
        arguments.expression,
        *arguments.values,
        digits=arguments.digits,
        exact=arguments.exact,
        keep=arguments.keep,
        ledger=arguments.ledger,
    )
    print(found.text)
    for note in found.vouched:
        print(f"vouched, not checked: {note}")
    for hypothesis in found.assumed:
        print(f"assumed, not checked: {hypothesis}")
    return 0
