"""The vocabulary of evidence: what a check can draw, compute and say about its subjects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence.drawing import Drawing
from sparse_limits.numerics.evidence.findings import Finding, Kind, Refutation, Scope, Verdict
from sparse_limits.numerics.evidence.points import (
    Point,
    as_key,
    cells_of,
    count_of,
    exact_side,
    free_in,
    gaps,
    located,
    sorted_letters,
)
from sparse_limits.numerics.evidence.samples import StatisticalFindings
from sparse_limits.numerics.exact import balls, boxes
from sparse_limits.numerics.exact.identities import is_zero
from sparse_limits.theory.formulas.valued import valued

Simplify = Callable[..., sp.Expr]
CELLS = 20_000  # of one search; the proofs of the ledger need 2000 at most (measured), and a search without end ends at the same cell everywhere


@dataclass
class Trial(Drawing, StatisticalFindings):
    """The vocabulary of a check: what it can ask of its subjects, at one seed and effort.

    What it says about counts and samples is in `sparse_limits.numerics.evidence.samples`.
    """

    proved: set[sp.Expr] = field(default_factory=set)  # to be 0, for all values
    _supported: dict[tuple[object, ...], tuple[Finding, set[str]]] = field(default_factory=dict)

    def at(self, seed: int) -> Trial:
        """The same trial at another seed: what does not depend on the seed is not computed or proved again."""
        kept = {place: computed for place, computed in self.draws.items() if place[2] == "once"}
        return Trial(self.claim, self.check, self.effort, seed, kept, proved=self.proved)

    # Deterministic findings

    def value(self, expression: sp.Expr, at: Point | None = None) -> float:
        """The number as a float, from a ball; a value proved not to be real refutes the subject."""
        ball = balls.enclose(sp.sympify(expression, strict=True), at)
        if not ball.imag.contains(0):
            raise Refutation(f"a value is not real: {ball.str(6)}")
        return float(ball.real.mid())

    def vanishes(
        self, expression: sp.Expr, *, by: Simplify | None = sp.simplify, at: Iterable[Point] | None = None
    ) -> Finding:
        """That an expression is 0: refuted at a random rational point, else proved by computer algebra.

        With `by=None` no proof is tried: the finding is then ENCLOSED, zero to 30 digits at the points. A proof holds for
        all values, unless the points are `at` some: then it may hold for these only.
        """
        expression = sp.sympify(expression, strict=True)
        tried = None if at is None else list(at)
        found = self._again(lambda: self._vanishes(expression, by, tried), "vanishes", expression, by, as_key(tried))
        if found.kind is Kind.EXACT and at is None:
            return replace(found, scope=Scope.ALL, letters=frozenset(balls.free_symbols(expression)))
        return found

    def _again(self, find: Callable[[], Finding], *question: object) -> Finding:
        """What is found, or was found before, where it supported: controls and mutants leave most questions as they are."""
        if question in self._supported:
            found, notes = self._supported[question]
            balls.vouch(notes)
            return found
        with balls.collecting() as notes:
            found = find()
        if found.verdict is Verdict.SUPPORTS:
            self._supported[question] = found, notes
        return found

    def _vanishes(self, expression: sp.Expr, by: Simplify | None, at: Sequence[Point] | None) -> Finding:
        tried = at if at is not None else self.points(expression) + self.ends(expression)
        if not balls.free_symbols(expression):
            tried = tried[:1] or [{}]
        if expression == 0:
            return Finding(Kind.EXACT, Verdict.SUPPORTS, "is 0 identically")
        if not tried:
            raise ValueError("no points at which to try an identity")
        undecided = ""
        for point in tried:
            point = {s: x for s, x in point.items() if s in balls.free_symbols(expression)}
            try:
                ball = balls.enclose(expression, point, digits=30, highest=1024)
            except balls.NoEnclosureError as error:
                undecided = str(error)
                continue
            if not ball.contains(0):
                return Finding(Kind.ENCLOSED, Verdict.REFUTES, f"differs by {ball.real.str(5)}{located(point)}")
        if undecided:
            return Finding(Kind.ENCLOSED, Verdict.UNDECIDED, undecided)
        if by is not None and (expression in self.proved or is_zero(expression) or by(expression) == 0):
            if at is None:  # a proof at some points may use what holds there alone
                self.proved.add(expression)
            return Finding(Kind.EXACT, Verdict.SUPPORTS, f"reduces to 0; and is 0 at {count_of(tried)} to 30 digits")
        return Finding(Kind.ENCLOSED, Verdict.SUPPORTS, f"is 0 to 30 digits at {count_of(tried)}")

    def same(
        self,
        left: sp.Expr,
        right: sp.Expr,
        *,
        by: Simplify | None = sp.simplify,
        at: Iterable[Point] | None = None,
        where: Mapping[sp.Symbol, object] | None = None,
    ) -> Finding:
        """That two expressions are equal, `where` some letters are what is said.

        Letters of what is put in `where` count as free, also if they cancel there: the time at which half is left has a rate,
        and half, which is left then, has none. A letter that is put in terms of itself, such as n = 2n, does not.

        Sides that agree and lack a letter of `where` decide nothing: it was to be another. A control that differs is refuted.

        Raises:
            ValueError: for an empty `where`.
        """
        left, right = sp.sympify(left, strict=True), sp.sympify(right, strict=True)
        letters = balls.free_symbols(left) | balls.free_symbols(right)
        if where is None:
            return replace(self.vanishes(left - right, by=by, at=at), letters=frozenset(letters))
        if not where:
            raise ValueError("no letter in `where`")
        lacking = set(where) - letters
        left, right = (valued(side, where) for side in (left, right))
        found = self.vanishes(left - right, by=by, at=at)
        if lacking and found.verdict is Verdict.SUPPORTS:
            letter = ", ".join(sorted(map(str, lacking)))
            return replace(found, verdict=Verdict.UNDECIDED, detail=f"no {letter} in the sides, which `where` replaces")
        return replace(found, letters=frozenset((letters - set(where)) | free_in(where)))

    def nonnegative(
        self,
        expression: sp.Expr,
        certificate: sp.Expr,
        *,
        by: Simplify = sp.simplify,
        where: Mapping[sp.Symbol, object] | None = None,
        strict: bool = False,
    ) -> Finding:
        """That an expression is ≥ 0 (or > 0): it equals a certificate that is, by the signs of its letters alone.

        `where`, as for `same`, replaces letters: one between 0 and 1 by 1/(1 + y), say, so that the sign of y decides.

        Raises:
            ValueError: for a certificate that the signs of its letters do not decide, and for an empty `where`.
        """
        if not (certificate.is_positive if strict else certificate.is_nonnegative):
            raise ValueError(
                f"the signs of its letters do not show that {certificate} {'>' if strict else '≥'} 0; expected letters whose signs do, "
                "such as a positive y with where={p: 1/(1 + y)} for p between 0 and 1"
            )
        return replace(self.same(expression, certificate, by=by, where=where), order=True)

    def induction(
        self,
        term: sp.Expr,
        n: sp.Symbol,
        first: sp.Expr,
        following: Callable[[sp.Expr], sp.Expr],
        *,
        start: int = 0,
        by: Simplify = sp.simplify,
    ) -> Finding:
        """That a term is `first` at n = `start`, and at n + 1 what follows from the term at n: for all n from `start` on."""
        base = self.same(valued(term, {n: start}), first, by=by)
        step = self.same(valued(term, {n: n + 1}), following(term), by=by)
        for each, place in ((base, "start"), (step, "step")):
            if each.verdict is not Verdict.SUPPORTS or each.scope is not Scope.ALL:
                return replace(each, detail=f"induction in {n}, {place}: {each.detail}")
        letters = base.letters | step.letters
        return replace(step, detail=f"induction in {n}: start and step reduce to 0", letters=letters)

    def at_sizes(self, cases: Iterable[tuple[sp.Expr, sp.Expr]], what: str, *, by: Simplify = sp.expand) -> Finding:
        """That the two sides of each case are equal, whatever the letters are that stay free in them.

        Raises:
            ValueError: without a case, and for one without a free letter, which is a number.
        """
        number = 0
        for number, (left, right) in enumerate(cases, 1):
            found = self.same(left, right, by=by)
            if not found.letters:
                raise ValueError(f"{what} {number} leaves no letter free: {left}")
            if found.verdict is not Verdict.SUPPORTS or found.scope is not Scope.ALL:
                return replace(found, detail=f"{what} {number}: {found.detail}", scope=None)
        if not number:
            raise ValueError(f"no {what}")
        return Finding(Kind.EXACT, Verdict.SUPPORTS, f"holds in {number} {what}, letters free", scope=Scope.SIZES)

    def exhausts(self, cases: Iterable[tuple[object, object]], what: str) -> Finding:
        """That the two sides of each case are equal, in all cases that there are, by exact arithmetic.

        That no case is missing is for its reader to see: `what` names them, "signs of the readout". An object with letters has
        more cases.

        Raises:
            ValueError: without a case.
            TypeError: for a side that is not exact, such as 0.5.
        """
        number = 0
        for each in cases:
            number += 1
            left, right = map(exact_side, each)
            for gap in gaps(left, right):
                found = Finding(Kind.EXACT, Verdict.REFUTES, "") if gap is None else self.vanishes(gap)
                if found.verdict is Verdict.REFUTES:
                    return Finding(Kind.EXACT, Verdict.REFUTES, f"{left} is not {right}: {what} {number}")
                if found.kind is not Kind.EXACT or found.verdict is not Verdict.SUPPORTS:
                    detail = f"{what} {number}: {found.detail}"
                    return replace(found, verdict=Verdict.UNDECIDED, detail=detail, scope=None)
        if not number:
            raise ValueError(f"no {what}")
        return Finding(Kind.EXACT, Verdict.SUPPORTS, f"the same in all {number} {what}", scope=Scope.ALL)

    def below(
        self,
        low: sp.Expr,
        high: sp.Expr,
        *,
        at: Iterable[Point] | None = None,
        strict: bool = False,
        needed: str = "",
    ) -> Finding:
        """That low ≤ high (or <) at points that are drawn, proved there by balls; between them nothing is proved.

        needed: as in `points`.
        """
        gap = sp.sympify(high, strict=True) - sp.sympify(low, strict=True)
        tried = None if at is None else list(at)
        return self._again(lambda: self._below(gap, tried, strict, needed), "below", gap, strict, needed, as_key(tried))

    def _below(self, gap: sp.Expr, at: Sequence[Point] | None, strict: bool, needed: str = "") -> Finding:
        smallest, undecided = float("inf"), ""
        tried = at if at is not None else self.points(gap, needed=needed) + self.ends(gap, needed=needed)
        if not tried:
            raise ValueError("no points at which to try an inequality")
        for point in tried:
            point = {s: x for s, x in point.items() if s in balls.free_symbols(gap)}
            try:
                ball = balls.enclose(gap, point, digits=15, highest=512)
            except balls.NoEnclosureError as error:
                undecided = str(error)
                continue
            if not ball.imag.contains(0):
                return Finding(Kind.ENCLOSED, Verdict.REFUTES, f"a side is not real{located(point)}")
            gap_ball = ball.real
            if bool(gap_ball < 0) or (strict and bool(gap_ball <= 0)):
                return Finding(Kind.ENCLOSED, Verdict.REFUTES, f"exceeded by {(-gap_ball).str(4)}{located(point)}")
            if not bool(gap_ball >= 0):
                equal = sp.expand(valued(gap, point)) == 0
                if equal and strict:
                    return Finding(Kind.ENCLOSED, Verdict.REFUTES, f"equal{located(point)}")
                undecided = undecided if equal else f"equal to 15 digits{located(point)}"
            smallest = min(float(gap_ball.mid()), smallest)
        if undecided:
            return Finding(Kind.ENCLOSED, Verdict.UNDECIDED, undecided)
        detail = f"holds at {count_of(tried)}, smallest gap {smallest:.4g}"
        return Finding(Kind.ENCLOSED, Verdict.SUPPORTS, detail, order=True)

    def everywhere(
        self,
        low: sp.Expr,
        high: sp.Expr | None = None,
        *,
        within: boxes.Ranges | None = None,
        given: Iterable[object] = (),
        strict: bool = False,
        integers: boxes.Integers | None = None,
        zero: boxes.Zeros | None = None,
    ) -> Finding:
        """That low ≤ high (or <) on a whole range, or that one expression is ≥ 0: proved, not tried at points.

        `within` are the ranges of real symbols, `integers` those of whole ones, all of them tried; without either, those
        from which the claim's points are drawn, which the detail of the finding names. `given`, `zero` and what else is
        asked: `sparse_limits.numerics.exact.boxes.prove`.
        """
        if within is None and integers is None:
            within, integers = self._drawn(low, *(() if high is None else (high,)))
        asked = boxes.question(low, high, within=within or {}, given=given, strict=strict, integers=integers, zero=zero)
        outcome = boxes.answer(asked, seconds=60, cells=CELLS)
        if outcome.verdict == "refuted":
            return Finding(Kind.ENCLOSED, Verdict.REFUTES, f"fails{located(outcome.witness)}")
        if outcome.verdict == "undecided":
            return Finding(Kind.ENCLOSED, Verdict.UNDECIDED, str(outcome))
        where = f"on the whole range {asked}: {cells_of(outcome.cells)}" if str(asked) else "a proved number"
        letters = frozenset(sorted_letters(*map(sp.sympify, (low,) if high is None else (low, high))))
        whole = all(self._whole(letter, (within or {}).get(letter)) for letter in letters)
        scope = Scope.ALL if whole and not (given or integers) else None
        return Finding(Kind.ENCLOSED, Verdict.SUPPORTS, where, scope=scope, letters=letters, order=True)

    def _whole(self, letter: sp.Symbol, ends: tuple[object, object] | None) -> bool:
        """Whether a range holds all values that the claim allows; a letter that it does not explain has no others."""
        quantity = self.claim.quantity(letter)
        return ends is not None and (quantity is None or quantity.within.is_subset(sp.Interval(*map(sp.sympify, ends))))

    def _drawn(self, *sides: sp.Expr) -> tuple[boxes.Ranges, boxes.Integers]:
        """The ranges in which points are drawn for all symbols of some expressions, of real and of whole ones.

        Raises:
            BoxError: for a symbol without one.
        """
        symbols = sorted_letters(*map(sp.sympify, sides))
        missing = [str(symbol) for symbol in symbols if self.claim.drawn(symbol) is None]
        if missing:
            raise boxes.BoxError(f"{self.claim.label} gives no range for {', '.join(missing)}, expected it in `within`")
        ends = {symbol: tuple(map(sp.Rational, self.claim.drawn(symbol) or ())) for symbol in symbols}
        real = {symbol: each for symbol, each in ends.items() if not symbol.is_integer}
        return real, {symbol: each for symbol, each in ends.items() if symbol.is_integer}

    def holds(self, fact: object, detail: str) -> Finding:
        """A fact of exact arithmetic: no false alarm is possible."""
        return Finding(Kind.EXACT, Verdict.SUPPORTS if bool(fact) else Verdict.REFUTES, detail)

    # Empirical findings

    def at_most(self, value: float, limit: float, what: str) -> Finding:
        """That a measured value does not exceed a stated limit."""
        if np.isnan(value):
            raise ValueError(f"{what} is not a number")
        verdict = Verdict.SUPPORTS if value <= limit else Verdict.REFUTES
        return Finding(Kind.EMPIRICAL, verdict, f"{what}: {value:.4g}, limit {limit:.4g}")
