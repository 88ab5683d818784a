"""What the letters of a claim stand for, which values they take, and what a claim assumes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction
from sympy.core.relational import Relational
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from sparse_limits.theory.formulas.let import opened
from sparse_limits.theory.names import name_of

UNIT = sp.Interval.open(0, 1)
CLOSED_UNIT = sp.Interval(0, 1)
POSITIVE = sp.Interval.open(0, sp.oo)
NON_NEGATIVE = sp.Interval(0, sp.oo)
COUNT = sp.S.Naturals  # 1, 2, 3, …
COUNT_FROM_ZERO = sp.S.Naturals0

NOTHING_BEYOND = "there is nothing beyond"  # why what cannot be otherwise is said
NO_BOUND = "at 0 and at 1 a bound on a probability says nothing"  # why what may fail has a probability between


def whole_from(least: int) -> sp.Set:
    """Return the whole numbers from `least` on."""
    return sp.Range(least, sp.oo)


Letter: TypeAlias = sp.Symbol | UndefinedFunction  # a number, or a function that a formula leaves open


@dataclass(frozen=True)
class Quantity:
    """A letter of a claim: what it stands for, the values it may take, and where random points for it are drawn.

    symbols: the letter, or several of one meaning, such as the entries of a matrix; it may be a function that the
    formulas leave open, such as a graphon. meaning: a noun phrase that does
    without the letter, Markdown with LaTeX. within: all real values that the claim allows. drawn: rational ends of a
    range inside `within`; without it points are drawn from all of a bounded range, else from what the assumptions of the
    symbol allow, at a moderate size. convention: why the values end where they do, where the claim would hold beyond.

    Raises:
        ValueError: for a quantity without a meaning or a range, a symbol that assumes a sign which the range does not have, and for
            ends that are no part of the range.
    """

    symbols: Letter | tuple[Letter, ...]
    meaning: str
    within: sp.Set
    drawn: tuple[object, object] | None = None
    convention: str = ""

    def __post_init__(self) -> None:
        if not self.meaning.strip() or not isinstance(self.within, sp.Set):
            raise ValueError(
                f"{self.symbols}: is {self.meaning!r:.60} with values in {self.within!r:.60}, expected a meaning and a set of values, "
                "such as UNIT, POSITIVE or COUNT of theory/quantities.py, or sp.Interval(0, 2)"
            )
        if isinstance(self.within, sp.Range) and self.within.step != 1:
            raise ValueError(
                f"{self.symbols}: whole numbers in steps of {self.within.step}, expected all between two ends"
            )
        for letter in self.letters:  # SymPy has used what the symbol assumes in the formulas
            low, high = self.within.inf, self.within.sup
            if isinstance(letter, sp.Symbol) and (
                (letter.is_nonnegative and low.is_extended_negative)
                or (letter.is_nonpositive and high.is_extended_positive)
            ):
                sign = "positive" if letter.is_nonnegative else "negative"
                raise ValueError(
                    f"{letter}: the symbol is {sign}, and its range goes from {low} to {high}, expected real=True"
                )
        low, high = map(sp.Rational, self.drawn or (0, 0))
        if low > high:
            raise ValueError(f"{self.symbols}: points are drawn from {low} to {high}, expected them in order")
        for end in (low, high) if self.drawn else ():
            if not self._reaches(end):
                raise ValueError(f"{self.symbols}: points are drawn as far as {end}, expected {in_words(self.within)}")

    def _reaches(self, end: sp.Rational) -> bool:
        """Whether points may be drawn as far as here: ends of an interval are never drawn, and may be left out of it."""
        if not isinstance(self.within, sp.Interval):
            return end in self.within
        return bool(self.within.start <= end) and bool(end <= self.within.end)

    @property
    def letters(self) -> tuple[Letter, ...]:
        """The letter, or all of them."""
        return self.symbols if isinstance(self.symbols, tuple) else (self.symbols,)

    @property
    def latex_letters(self) -> str:
        """The letters in LaTeX, between dollars; a function without its arguments."""
        from sparse_limits.theory.latex import latex

        return ", ".join(f"${latex(x, [x] if isinstance(x, sp.Symbol) else [])}$" for x in self.letters)

    @property
    def name(self) -> str | None:
        """The name that the quantity has in all claims, beside its letter; None where it has its letter alone."""
        return name_of(self.meaning)

    @property
    def typed(self) -> str:
        """The letters and the name as they are typed: "m or rows"."""
        letters = ", ".join(str(letter) for letter in self.letters)
        return letters if self.name in (None, letters) else f"{letters} or {self.name}"

    @property
    def latex_names(self) -> str:
        """The letters in LaTeX, and the name as it is typed."""
        known = self.name in (None, *map(str, self.letters))
        return self.latex_letters if known else f"{self.latex_letters} or `{self.name}`"

    @property
    def values(self) -> str:
        """The values in words, and why they end where the claim would hold beyond."""
        return f"{in_words(self.within)}{_by_convention(self.convention)}"

    def admits(self, value: sp.Expr) -> bool:
        """Whether an exact number is one of the values."""
        try:
            return value in self.within
        except TypeError:  # SymPy cannot tell: then the number lies at no end that it knows
            return bool(self.within.contains(value.evalf(50)) == sp.true)

    @property
    def ends(self) -> tuple[object, object] | None:
        """Ends of the range in which random points are drawn; None where neither these nor the values are bounded."""
        if self.drawn or not isinstance(self.within, (sp.Interval, sp.Range)):
            return self.drawn
        low, high = self.within.inf, self.within.sup
        return (low, high) if low.is_rational and high.is_rational else None

    def drawn_from(self, low: object, high: object) -> Quantity:
        """Return the same quantity, its random points drawn between these ends."""
        return replace(self, drawn=(low, high))

    def __str__(self) -> str:
        return f"{self.typed}: {self.meaning}; {self.values}"


@dataclass(frozen=True)
class Hypothesis:
    """What a claim assumes beside the ranges of its letters: a sentence and, where there is one, the relation it means.

    words: a clause that reads after "assuming", Markdown with LaTeX, such as "few large items". relation: between
    letters of the claim; None for what is no relation, such as "weights are iid standard normal". needed_by: the
    expressions that need the hypothesis; all of them if none is named. convention: why it is assumed, where the claim would
    hold without the relation.
    """

    words: str
    relation: sp.Basic | None = None
    needed_by: tuple[str, ...] = ()
    convention: str = ""

    def __post_init__(self) -> None:
        if not self.words.strip():
            raise ValueError("a hypothesis says nothing")
        if self.relation in (True, False, sp.true, sp.false):
            raise ValueError(f"{self.words}: the relation is {self.relation} whatever the letters are")

    @property
    def latex_words(self) -> str:
        """The sentence, with the relation in LaTeX behind it, and why it is assumed where the claim would hold without."""
        from sparse_limits.theory.latex import latex

        said = self.words if self.relation is None else f"{self.words}: ${latex(self.relation, [self.relation])}$"
        return f"{said}{_by_convention(self.convention)}"


def _by_convention(reason: str) -> str:
    return f" (chosen range: {reason})" if reason else ""


def letters_of(formula: sp.Basic) -> set[Letter]:
    """The letters that a formula leaves open: symbols, and functions without a definition."""
    return {*formula.free_symbols, *(each.func for each in formula.atoms(AppliedUndef))}


class _Plain(StrPrinter):
    """SymPy's text, relations as one writes them."""

    def _print_Relational(self, expr: Relational) -> str:
        sign = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}.get(expr.rel_op, expr.rel_op)
        return f"{self._print(expr.lhs)} {sign} {self._print(expr.rhs)}"

    def _print_Mod(self, expr: sp.Mod) -> str:
        return f"{self.parenthesize(expr.args[0], PRECEDENCE['Mul'])} mod {self.parenthesize(expr.args[1], PRECEDENCE['Mul'])}"


def in_plain(relation: sp.Basic) -> str:
    """Say a relation in letters that are typed: "s_2 = 2*s_1", "k ≤ d*rho"; with names that the text around it tells.

    Examples:
        >>> a, b = sp.symbols("a b", integer=True)
        >>> in_plain(sp.Eq(a, 2 * b)), in_plain((a <= b) & sp.Ne(b, 0)), in_plain(sp.Eq(sp.Mod(a, b), 0))
        ('a = 2*b', '(a ≤ b) & b ≠ 0', 'a mod b = 0')
    """
    return str(_Plain().doprint(opened(relation)))


def in_words(values: sp.Set) -> str:
    """Say which numbers a set holds: "a whole number from 2", "a number strictly between 0 and 1"."""
    if values == sp.S.Reals:
        return "a real number"
    if values == sp.S.Integers:
        return "a whole number"
    if isinstance(values, sp.FiniteSet):
        return " or ".join(map(str, sorted(values)))
    if isinstance(values, (sp.Range, type(sp.S.Naturals), type(sp.S.Naturals0))):
        upper = "" if values.sup is sp.oo else f" to {values.sup}"
        return f"a whole number from {values.inf}{upper}"
    if isinstance(values, sp.Interval):
        return _interval_in_words(values)
    return f"a number in {values}"


def _interval_in_words(values: sp.Interval) -> str:
    low, high = values.start, values.end
    if low is -sp.oo:
        return f"a number {'below' if values.right_open else 'up to'} {high}"
    if high is sp.oo:
        if low == 0 and values.left_open:
            return "a positive number"
        return f"a number {'above' if values.left_open else 'from'} {low}"
    if values.left_open and values.right_open:
        return f"a number strictly between {low} and {high}"
    if values.left_open:
        return f"a number above {low}, up to {high}"
    return f"a number from {low}{', below ' if values.right_open else ' to '}{high}"
