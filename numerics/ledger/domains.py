"""Domain mutants: each range and relation of a claim made wider, and the claim's checks asked in the part that is added.

A mutant is killed where a check refutes the claim there, or where a formula has no value. One that survives shows that the
claim holds for more than it says, or that no check knows where it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, ClassVar

import sympy as sp

from sparse_limits.numerics.evidence import Check, Trial, in_order, kills
from sparse_limits.numerics.evidence.drawing import POINTS
from sparse_limits.numerics.evidence.findings import Finding, Kind, Scope, Verdict
from sparse_limits.numerics.evidence.points import Point
from sparse_limits.numerics.evidence.trial import Simplify
from sparse_limits.numerics.exact import balls, boxes
from sparse_limits.numerics.exact.relations import holds
from sparse_limits.numerics.ledger.cases import MANY, case_of
from sparse_limits.numerics.ledger.mutants import MutationResult
from sparse_limits.numerics.ledger.wider_claims import Wider, assuming, wider_claims
from sparse_limits.theory.claims import Claim, formulas
from sparse_limits.theory.formulas.valued import valued

DOMAINS = "(domains)"  # in the place of the name of an expression
NOT_ASKED = Finding(Kind.EXACT, Verdict.SUPPORTS, "not asked", scope=Scope.ALL)
TRIED = 4  # points at which a formula must have a value
DIGITS, HIGHEST = 10, 256  # of a value, and bits until which it is sought


@dataclass
class Outside(Trial):
    """The vocabulary of a check, of which only the statements at drawn points count.

    No proof is tried: an identity that SymPy proves holds for all values, and the points refute. Statements without one of the `letters`
    pass untested, and so do statements at points of their own.
    """

    parts: ClassVar[int] = 23  # few, since powers with exponents of large denominators take SymPy minutes
    most_tried: ClassVar[int] = 500
    fewer: ClassVar[bool] = True

    letters: frozenset[sp.Symbol] = frozenset()
    put: tuple[sp.Symbol, sp.Expr] | None = None
    stated: Claim = None  # type: ignore[assignment]  # the claim as it is

    def __post_init__(self) -> None:
        self.stated = self.stated or self.claim

    @property
    def asked(self) -> set[frozenset[sp.Symbol]]:
        """The letters of each set of points that was drawn so far."""
        return {frozenset(symbols) for symbols, *_ in self._pointed}

    def _points(self, symbols: Sequence[sp.Symbol], count: int, needed: str = "") -> list[dict[sp.Symbol, sp.Expr]]:
        if self.put is None or not self.letters <= set(symbols):
            return super()._points(symbols, count, needed)
        found = (self._on_edge(point, needed, *self.put) for point in self._free._points(symbols, MANY))
        return [point for point in found if point is not None][:count]

    @property
    def _free(self) -> Outside:
        """A trial whose points keep to no relation."""
        return Outside(assuming(self.claim, self.claim.quantities, ()), self.check, self.effort, self.seed)

    def allows(self, point: Point, needed: str = "") -> bool:
        try:
            return super().allows(point, needed)
        except (TypeError, ZeroDivisionError):  # a side of a relation has no value there
            return False

    def _on_edge(self, point: Point, needed: str, letter: sp.Symbol, value: sp.Expr) -> dict[sp.Symbol, sp.Expr] | None:
        moved = {**point, letter: valued(value, point)}
        quantity = self.claim.quantity(letter)
        possible = quantity is None or quantity.admits(moved[letter])
        whole = not letter.is_integer or moved[letter].is_integer
        return moved if possible and whole and self.allows(moved, needed) else None

    def _vanishes(self, expression: sp.Expr, by: Simplify | None, at: Sequence[Point] | None) -> Finding:
        if at is not None or not self._concerned(expression):
            return NOT_ASKED
        return _unless_it_supports(super()._vanishes(expression, None, None))

    def _below(self, gap: sp.Expr, at: Sequence[Point] | None, strict: bool, needed: str = "") -> Finding:
        asked = at is None and self._concerned(gap)
        return _unless_it_supports(super()._below(gap, None, strict, needed)) if asked else NOT_ASKED

    def nonnegative(
        self,
        expression: sp.Expr,
        certificate: sp.Expr,
        *,
        where: Mapping[sp.Symbol, object] | None = None,
        strict: bool = False,
        **others: Any,
    ) -> Finding:
        """The identity, then the sign by itself: beyond the domain the signs of the certificate's letters do not show it."""
        found = super().nonnegative(expression, certificate, where=where, strict=strict, **others)
        if found.verdict is Verdict.REFUTES:
            return found
        if not where:
            return self.below(sp.S.Zero, expression, strict=strict)
        case = case_of(Outside(self.stated, self.check, self.effort, self.seed), expression, where)
        points = case.points(self) if self.letters <= case.letters else []
        return _unless_it_supports(super()._below(expression, points[:POINTS], strict)) if points else NOT_ASKED

    def everywhere(
        self,
        low: sp.Expr,
        high: sp.Expr | None = None,
        *,
        within: boxes.Ranges | None = None,
        given: Iterable[object] = (),
        strict: bool = False,
        integers: boxes.Integers | None = None,
        **others: object,
    ) -> Finding:
        """At points, where the range that is asked holds all that the claim as it is stated allows for the letters."""
        low, high = (sp.S.Zero, low) if high is None else (low, high)
        ranges = {**(within or {}), **(integers or {})}
        if not self._concerned(high - low) or not all(self._of_all(letter, ranges) for letter in self.letters):
            return NOT_ASKED
        stated = {each.relation for each in self.stated.hypotheses}
        kept = [each for each in given if each not in stated]
        points = [point for point in self.points(high - low, count=MANY) if _keeps(point, ranges, self.letters, kept)]
        return _unless_it_supports(super()._below(high - low, points[:POINTS], strict)) if points else NOT_ASKED

    def _of_all(self, letter: sp.Symbol, ranges: boxes.Ranges) -> bool:
        quantity = self.stated.quantity(letter)
        return (
            not ranges
            or quantity is None
            or (letter in ranges and quantity.within.is_subset(sp.Interval(*map(sp.sympify, ranges[letter]))))
        )

    def _concerned(self, expression: sp.Basic) -> bool:
        return self.letters <= set(balls.free_symbols(expression)) and bool(balls.free_symbols(expression))


def _unless_it_supports(found: Finding) -> Finding:
    """A finding, but no support: points that agree prove nothing, and an exact check takes no enclosed support."""
    return NOT_ASKED if found.verdict is Verdict.SUPPORTS else found


def _keeps(point: Point, ranges: boxes.Ranges, added: frozenset[sp.Symbol], given: Iterable[sp.Basic]) -> bool:
    """Whether a point lies in the ranges of a question, but for the letters that were added to, and in what it takes as given."""
    inside = all(
        low <= point[letter] <= high
        for letter, (low, high) in ranges.items()
        if letter in point and letter not in added
    )
    return inside and all(holds(each, point) for each in given)


def mutate_domains(
    claim: Claim, checks: Sequence[Check], seed: int = 0, every: int = 1, first: int = 0
) -> MutationResult:
    """Make each range and each relation of a claim wider, or one in so many, and ask its checks in the added part."""
    able = [check for check in in_order(checks) if check.kind <= Kind.ENCLOSED]
    asked = [_asked(claim, check, seed) for check in able]
    killed, without_value = 0, []
    equivalent: dict[str, str] = {}
    survivors: list[str] = []
    for wider in islice(wider_claims(claim), first, None, every):
        if not _adds_points(claim, wider, seed):
            continue
        hearing = [check for check, letters in zip(able, asked, strict=True) if _hears(letters, wider)]
        if name := formula_without_value(claim, wider, seed):
            killed += 1
            without_value.append(f"{wider.name}: {name}")
        elif any(kills(check, {}, outside(wider, check, seed), survivors_stay=True) for check in hearing):
            killed += 1
        elif wider.convention:
            equivalent[wider.name] = wider.convention
        else:
            survivors.append(wider.name)
    tried = killed + len(equivalent) + len(survivors)
    return MutationResult(claim.label, DOMAINS, tried, killed, equivalent, tuple(survivors), tuple(without_value))


def outside(wider: Wider, check: Check | None = None, seed: int = 0) -> Outside:
    """A trial in the added part of a wider claim."""
    name = "domains" if check is None else check.name
    return Outside(wider.claim, name, seed=seed, letters=wider.letters, put=wider.put, stated=wider.stated)


def _asked(claim: Claim, check: Check, seed: int) -> set[frozenset[sp.Symbol]]:
    """The letters of each set of points at which a check asks something of the claim."""
    trial = Outside(claim, check.name, seed=seed)
    kills(check, {}, trial, survivors_stay=True)
    return trial.asked


def _hears(asked: Iterable[frozenset[sp.Symbol]], wider: Wider) -> bool:
    return any(wider.letters <= letters for letters in asked)


def _adds_points(claim: Claim, wider: Wider, seed: int) -> bool:
    """Whether the hypotheses leave anything of what is added, for some formula that has its letters."""
    concerned = [name for name, value in claim.claimed.items() if wider.letters & _letters(value)]
    claims = [_as_needed(wider.claim, name) for name in wider.needed_by or concerned]
    distinct = {tuple(each.relation for each in needed.hypotheses): needed for needed in claims}
    return any(_has_points(needed, wider, seed) for needed in distinct.values())


def _letters(value: object) -> set[sp.Symbol]:
    return set().union(*(balls.free_symbols(formula) for formula in formulas(value)))


def _has_points(claim: Claim, wider: Wider, seed: int) -> bool:
    """Whether a point of the added part keeps to all hypotheses that its letters have a part in, by themselves or others."""
    letters = set(wider.letters)
    relations = [each.relation for each in claim.hypotheses if each.relation is not None and not each.needed_by]
    for _ in relations:
        letters |= set().union(*(each.free_symbols for each in relations if each.free_symbols & letters))
    try:
        return bool(outside(replace(wider, claim=claim), seed=seed).points(*letters, count=1))
    except ValueError:
        return False


def formula_without_value(claim: Claim, wider: Wider, seed: int = 0) -> str | None:
    """The name of a formula that has a real value where the claim is made, and none at a point that is added; None for none."""
    for name in wider.needed_by or claim.claimed:
        for formula in _expressions(claim.claimed[name]):
            if not isinstance(formula, sp.Expr) or not wider.letters & balls.free_symbols(formula):
                continue
            added = outside(replace(wider, claim=_as_needed(wider.claim, name)), seed=seed)
            if _has_values(formula, added, wider.letters):
                continue
            if _has_values(formula, Outside(_as_needed(claim, name), "domains", seed=seed), wider.letters):
                return name
    return None


def _expressions(value: object) -> Iterator[sp.Basic]:
    """The formulas in a value, matrices entry by entry."""
    for formula in formulas(value):
        yield from formula.flat() if isinstance(formula, sp.MatrixBase) else (formula,)


def _as_needed(claim: Claim, name: str) -> Claim:
    """The claim, all that one of its formulas needs assumed of the whole, so that points keep to it."""
    kept = (replace(each, needed_by=()) for each in claim.hypotheses if not each.needed_by or name in each.needed_by)
    return assuming(claim, claim.quantities, kept)


def _has_values(formula: sp.Expr, trial: Trial, letters: Iterable[sp.Symbol]) -> bool:
    """Whether a formula has a real value at all points that are tried; where there are none, it has."""
    try:
        points = trial.points(formula, *letters, count=TRIED)
    except ValueError:
        return True
    return all(_has_value(formula, point) for point in points)


def _has_value(formula: sp.Expr, point: Point) -> bool:
    point = {s: x for s, x in point.items() if s in balls.free_symbols(formula)}
    try:
        return bool(balls.enclose(formula, point, digits=DIGITS, highest=HIGHEST).imag.contains(0))
    except balls.NoGuaranteeError:
        return True
    except (balls.NoEnclosureError, OverflowError, TypeError, ValueError, ZeroDivisionError):
        return False
