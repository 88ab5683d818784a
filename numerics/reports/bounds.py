"""How good the bounds of a claim are, in words: attained, sharp in order, loose by computed factors, or not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sympy as sp

from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.reports.mentions import linked
from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.entries import Entry, Ledger
from sparse_limits.theory.latex import latex

HEAD = "```{list-table}\n:header-rows: 1\n:widths: 7 21 12 60\n:class: bounds\n\n* - claim\n  - bound\n  - grade\n  - how it is known"
ATTAINED, UNKNOWN = "attained", "not known"
ROUNDED = r"\approx "
LONG = 12  # characters of a fraction that is written out
ABOVE = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")  # digits of exponents


class Graded(NamedTuple):
    """A bound of a claim. side: above or below; grade: in words; words: how it is known, in Markdown."""

    expression: str
    side: str
    grade: str
    words: str

    def __str__(self) -> str:
        """The bound as one sentence."""
        return f"{named(self.expression)}, from {self.side}, {self.grade}: {self.words}"


def graded(claim: Claim, factors: Sequence[Sequence[str]] | None = None) -> list[Graded]:
    """All bounds of a claim that say how good they are, the attained ones first.

    factors: those of its loose bounds, as `sparse_limits.numerics.evidence.comparison.factors` has them; None to compute them.

    Examples:
        >>> from sparse_limits.theory import claim
        >>> [(each.expression, each.grade) for each in graded(claim("G3.2"))]
        [('lipschitz_error', 'attained')]
    """
    if factors is None:
        from sparse_limits.numerics.evidence import comparison

        factors = [comparison.factors(claim, bound) for bound in claim.loose]
    found = [
        Graded(each.expression, str(each.side), ATTAINED, f"{claim.filled(each.example)} (check: {named(each.check)})")
        for each in claim.sharp
    ]
    found += [
        Graded(each.expression, str(each.side), each.grade, claim.filled(_beside(each, times)))
        for each, times in zip(claim.loose, factors, strict=True)
    ]
    found += [Graded(each.expression, str(each.side), UNKNOWN, claim.filled(each.why)) for each in claim.unmeasured]
    return found


def listed_bounds(entries: Iterable[Entry], ledger: Ledger) -> str:
    """The bounds of some claims of a ledger as a table in the Markdown of the book, other claims linked."""
    rows = [
        f"* - {{claimref}}`{entry.label}`\n  - {named(bound.expression)}, from {bound.side}\n  - {bound.grade}\n"
        f"  - {' '.join(linked(entry.claim, bound.words, ledger).split())}"
        for entry in entries
        for bound in graded(entry.claim)
    ]
    return "\n".join([HEAD, *rows, "```"])


def counted_bounds(entries: Iterable[Entry]) -> str:
    """How many bounds of some claims have each grade, in one sentence."""
    found = _grades(entries)
    return f"Of {found.total()} bounds, {', '.join(f'{count} are {grade}' for grade, count in found.most_common())}."


def counted_grades(entries: Iterable[Entry]) -> str:
    """How many bounds some claims have, and of which grades, in a few words."""
    found = _grades(entries)
    return f"{many(found.total(), 'bound')}: {', '.join(f'{count} {grade}' for grade, count in found.most_common())}"


def _grades(entries: Iterable[Entry]) -> Counter[str]:
    return Counter(bound.grade for entry in entries for bound in graded(entry.claim))


def named(expression: str) -> str:
    """The name of an expression or a check, in words."""
    return expression.replace("_", " ")


def _beside(bound: Loose, times: Sequence[str]) -> str:
    """By which factors, where, and why."""
    beyond = "times" if bound.side == "above" else "times below"
    said = f"{', '.join(map(_as_power, times))} {beyond} *{named(bound.truth)}*{_where(bound.at)}. Lost: {bound.lost}."
    if bound.exponent:
        return f"{said} In its exponent: {bound.exponent}."
    return f"{said} In order: {bound.order}." if bound.order else said


def _as_power(number: str) -> str:
    """2.29e+11 as 2.29·10¹¹."""
    digits, _, exponent = number.partition("e")
    return f"{digits}·10{str(int(exponent)).translate(ABOVE)}" if exponent else number


def _where(points: Sequence[Mapping[Any, Any]]) -> str:
    """The points: the letters that change with their values, then those that stay."""
    first = points[0]
    if not first:
        return ""
    values = {latex(letter, [letter]): [_value(point[letter]) for point in points] for letter in first}
    moving = [f"${_equation(letter, each)}$" for letter, each in values.items() if len({*each}) > 1]
    still = [f"${_equation(letter, each[:1])}$" for letter, each in values.items() if len({*each}) == 1]
    return f" at {'; '.join(moving or still)}" + (f" ({', '.join(still)})" if moving and still else "")


def _equation(letter: str, values: Sequence[str]) -> str:
    """The letter and its values, the first of which may say itself that it is rounded."""
    sign = "" if values[0].startswith(ROUNDED) else "="
    return f"{letter}{sign}{', '.join(values)}"


def _value(value: Any) -> str:
    """A number of a point: a fraction on one line, a long one by four digits, and LaTeX for what is none."""
    number = sp.sympify(value, strict=True)
    if not number.is_Rational:
        return latex(number, [])
    return str(number) if len(str(number)) <= LONG else ROUNDED + _four_digits(number)


def _four_digits(number: sp.Rational) -> str:
    """The number in LaTeX, rounded to four digits."""
    digits, _, exponent = str(sp.Float(number, 4)).partition("e")
    return rf"{digits}\cdot10^{{{int(exponent)}}}" if exponent else digits
