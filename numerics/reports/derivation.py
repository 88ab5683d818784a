"""A step of a proof as mathematics: what it gives is in displayed equations, its words around these."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

import sympy as sp

from sparse_limits.numerics.evidence.outcomes import CheckResult
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.reports.formula_pieces import pieces_of, width
from sparse_limits.numerics.reports.typesetting import FORMULA
from sparse_limits.theory.claims import EXPRESSION_SLOT, Claim
from sparse_limits.theory.steps import Carrier, Step

MOST_OPERATIONS = 40  # of an object that is shown though its sentence has no formula with it
NARROW = 3.0  # em of a formula that stays in its line
ENDS = re.compile(r"[.,;:]+(?=\s|$)")


def displayed(claim: Claim, step: Step) -> str:
    r"""The sentence of a step as Markdown: formulas with something that the step gives are displayed, what ends them inside.

    A number or a letter by itself stays in its line. Objects of a line that the sentence names without a formula follow below it.

    Examples:
        >>> from sparse_limits.theory import claim
        >>> found = claim("G4.1")
        >>> (step,) = [each for each in found.steps if each.name == "rounding"]
        >>> print(displayed(found, step))
        $K$ is within $\frac12$ of $\rho mn$, so that
        <BLANKLINE>
        $$
        |\frac K{mn}-\rho|\le{\frac{1}{2 m n}}.
        $$
    """
    parts: list[str] = []
    shown: set[str] = set()
    end = 0
    for formula in FORMULA.finditer(step.sentence):
        if not (slots := step.gives.keys() & set(EXPRESSION_SLOT.findall(formula[0]))):
            continue
        shown |= slots
        if not _is_equation(claim.filled(formula[1] or formula[2])):
            continue
        mark = ENDS.match(step.sentence, formula.end())
        latex = claim.filled((formula[1] or formula[2]).strip()) + (mark[0] if mark else "")
        parts += [claim.filled(step.sentence[end : formula.start()]).strip(), f"$$\n{latex}\n$$"]
        end = mark.end() if mark else formula.end()
    parts.append(claim.filled(step.sentence[end:]).strip())
    parts += [_named(claim, name) for name in step.gives if name not in shown and _is_short(claim.claimed[name])]
    return "\n\n".join(filter(None, parts))


def _is_equation(latex: str) -> bool:
    """Whether a formula deserves a line of its own: it relates, or it is wider than a number or a letter."""
    return width(latex) > NARROW or any(piece.kind == "rel" for piece in pieces_of(latex))


def _is_short(value: object) -> bool:
    """Whether an object is a formula of a line or two."""
    return isinstance(value, sp.Expr) and value.count_ops() <= MOST_OPERATIONS


def _named(claim: Claim, name: str) -> str:
    return f"$$\n\\text{{{name.replace('_', ' ')}}}\\colon\\quad {claim.latex(name)}\n$$"


def not_derived(claim: Claim, steps: Collection[str]) -> list[str]:
    """The computed steps of a proof that are none of these: a derivation leaves none of them out."""
    return [step.name for step in claim.steps if step.by is Carrier.COMPUTED and step.name not in steps]


def checked(checks: Sequence[CheckResult]) -> str:
    """What checks of a step have done, in a line: how many of which kind hold, and what they refuted.

    checks: at least one.
    """
    kinds = [check.kind for check in checks]
    counted = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    word = "check" if len(checks) == 1 else "checks"
    forms = [control.status == "refuted" for check in checks for control in check.controls]
    refuted = f"; {sum(forms)} of {many(len(forms), 'wrong form')} refuted" if forms else ""
    return f"{counted} {word}, {_standing(checks)}{refuted}"


def _standing(checks: Iterable[CheckResult]) -> str:
    failed = [check.name.replace("_", " ") for check in checks if check.status != "holds"]
    return f"of which fail: {', '.join(failed)}" if failed else "passed"
