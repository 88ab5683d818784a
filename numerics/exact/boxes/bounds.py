"""What is proved on one cell: that the gap is not negative there, that the relations exclude it, or neither."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import product

import sympy as sp
from flint import acb, arb, ctx, fmpq

from sparse_limits.numerics.exact.balls import NoEnclosureError
from sparse_limits.numerics.exact.balls.rays import Ray, UnprovedError, ray
from sparse_limits.numerics.exact.balls.tails import analysed
from sparse_limits.numerics.exact.boxes.errors import OutsideError
from sparse_limits.numerics.exact.boxes.forms import HALF, Ends, ball, least
from sparse_limits.numerics.exact.boxes.question import Part
from sparse_limits.numerics.exact.boxes.straight_line_code import BITS, Straight, fraction
from sparse_limits.numerics.exact.boxes.translation import Translation
from sparse_limits.numerics.exact.boxes.variants import Variant, Variants

Cell = tuple[tuple[fmpq, fmpq], ...]  # of a letter with a far end, t = a − 1 + 1/s, the ends of s
DEEP = 25  # bisections of each letter after which a cell is computed with more bits
TRIES = 400  # cells in which a point is sought that is as given


@dataclass(frozen=True)
class Bound:
    """What is known of a cell: whether it is `done`, else how far it is from that, and what to do next."""

    done: bool
    least: arb | None = None
    why: str = ""
    undefined: bool = False  # the expression has no real value at a point of the cell
    split: int = 0
    point: tuple[fmpq, ...] | None = None  # where the gap looks negative


PROVED = Bound(True)


class Bounder:
    """The bounds of a part's cells; `whole` is the first cell.

    After `patience` open cells the second order is tried, too: it does not pay for few cells.
    """

    def __init__(self, part: Part, strict: bool, patience: int = 8) -> None:
        self.part, self.strict, self.patience = part, strict, patience
        self.far = [each.high.is_infinite for each in part.dimensions]
        self.lows = [fraction(each.low) for each in part.dimensions]
        self.whole: Cell = tuple(
            (fmpq(0), fmpq(1)) if far else (low, fraction(each.high))
            for far, low, each in zip(self.far, self.lows, part.dimensions, strict=True)
        )
        self.variants = Variants(part)
        letters = {each.symbol: f"x{place}" for place, each in enumerate(part.dimensions)}
        translation = Translation(letters, {each.symbol: (each.low, each.high) for each in part.dimensions})
        self.relations = [
            (Straight(translation.graph, [translation.place(gap)], list(letters.values())), strict)
            for gap, strict in part.relations
        ]

    # Cells

    def ends(self, cell: Cell) -> list[tuple[fmpq, fmpq]]:
        """The ends of the letters; of one that reaches to infinity, those of its inverse."""
        return [
            (low - 1 + 1 / b, low - 1 + 1 / a) if far and a != 0 else (a, b)
            for (a, b), low, far in zip(cell, self.lows, self.far, strict=True)
        ]

    def place(self, cell: Cell, coordinates: list[fmpq]) -> tuple[fmpq, ...] | None:
        """A point in the letters themselves; none at infinity."""
        found = []
        for x, (a, _), low, far in zip(coordinates, cell, self.lows, self.far, strict=True):
            inverse = far and a == 0
            if inverse and x == 0:
                return None
            found.append(low - 1 + 1 / x if inverse else x)
        return tuple(found)

    def split(self, cell: Cell, place: int) -> tuple[Cell, Cell]:
        a, b = cell[place]
        middle = (a + b) * HALF
        return (*cell[:place], (a, middle), *cell[place + 1 :]), (*cell[:place], (middle, b), *cell[place + 1 :])

    def bits(self, depth: int) -> int:
        return BITS * (1 + depth // (DEEP * len(self.whole))) if self.whole else 8 * BITS

    # Bounds

    def bound(self, cell: Cell, depth: int) -> Bound:
        """What is proved on a cell, at a precision that follows its depth."""
        before, ctx.prec = ctx.prec, self.bits(depth)
        try:
            return self._bound(cell)
        finally:
            ctx.prec = before

    def _bound(self, cell: Cell) -> Bound:
        far = frozenset(place for place, (a, _) in enumerate(cell) if self.far[place] and a == 0)
        ends = self.ends(cell)
        if not far and self._excluded([ball(*each) for each in ends]):
            return PROVED
        faces = []
        for place, (a, b) in enumerate(cell):
            touched = [
                upper
                for upper in (False, True)
                if self._touches(place, a, b, upper) and self.variants.zero(place, upper)
            ]
            if len(touched) == 2:
                return Bound(False, why="it touches two zeros", split=place)
            faces += [(place, upper) for upper in touched]
        variant = self.variants.at(tuple(faces), far)
        found = self._least(variant, cell, ends)
        if found.done and variant.beside is not None:
            try:
                variant.beside.at(ctx.prec)(*(ball(*each) for each in ends))
            except OutsideError as error:
                found = self._illegal(variant.beside, cell, ends, error)
        if not found.done and far and not faces and self._tail(cell, far):
            return PROVED
        return found

    def _touches(self, place: int, a: fmpq, b: fmpq, upper: bool) -> bool:
        if self.far[place]:
            return bool(a == 0 if upper else b == 1)
        return bool(b == self.whole[place][1] if upper else a == self.whole[place][0])

    def _least(self, variant: Variant, cell: Cell, ends: Ends) -> Bound:
        try:
            left = least(variant, ends, self._enough, self.patience <= 0)
        except OutsideError as error:
            return self._illegal(variant.value, cell, ends, error)
        if left is None:
            return PROVED
        self.patience -= 1
        known = left.weights
        split = max(known, key=lambda place: float(known[place].upper())) if known else self._widest(cell)
        point = self.place(cell, left.at) or self.place(cell, [(a + b) * HALF for a, b in ends])
        return Bound(False, least=left.least, why="bounds too wide", split=split, point=point)

    def _enough(self, x: arb) -> bool:
        return x.is_finite() and bool(x > 0 if self.strict else x >= 0)

    def _widest(self, cell: Cell) -> int:
        """The letter that was halved least."""
        shares = [(b - a) / (high - low) for (a, b), (low, high) in zip(cell, self.whole, strict=True)]
        return shares.index(max(shares)) if shares else 0

    def _illegal(self, function: Straight, cell: Cell, ends: Ends, error: OutsideError) -> Bound:
        """A cell with points where the function may be undefined: whether its middle is such a point."""
        middle = [(a + b) * HALF for a, b in ends]
        point, why, undefined = self.place(cell, middle), str(error), False
        if not self.relations:
            try:
                function.at(2 * BITS)(*map(arb, middle))
            except OutsideError as at_middle:
                why, undefined = f"{at_middle} at its middle", True
        return Bound(False, why=why, undefined=undefined, split=self._widest(cell), point=point)

    def looks_refuted(self, point: tuple[fmpq, ...]) -> bool:
        """Whether the gap is negative at a point, or not positive where it should be."""
        try:
            (gap,) = self.variants.at((), frozenset()).value.at(2 * BITS)(*map(arb, point))
        except OutsideError:
            return False
        return bool(gap <= 0 if self.strict else gap < 0)

    def shown(self, cell: Cell) -> list[tuple[sp.Expr, sp.Expr]]:
        """The ends of the letters themselves, for a reader."""
        found = []
        for (a, _), (low, high), start, far in zip(cell, self.ends(cell), self.lows, self.far, strict=True):
            if far and a == 0:
                low, high = start - 1 + 1 / high, None
            found.append(tuple(sp.oo if x is None else sp.Rational(int(x.p), int(x.q)) for x in (low, high)))
        return found

    # Relations and tails

    def _excluded(self, balls: list[arb]) -> bool:
        """Whether one of the relations holds nowhere on the cell."""
        for relation, strict in self.relations:
            try:
                (gap,) = relation.at(ctx.prec)(*balls)
            except OutsideError:
                continue
            if gap < 0 or (strict and gap <= 0):
                return True
        return False

    def inhabited(self) -> bool:
        """Whether a point was found at which all relations hold: without one, what is proved says nothing.

        A cell that is not excluded may have none: a ball around [0, 1] reaches a little beyond 1.
        """
        waiting = deque([self.whole] if self.relations else [])
        for _ in range(TRIES):
            if not waiting:
                break
            cell = waiting.popleft()
            far = any(endless and a == 0 for (a, _), endless in zip(cell, self.far, strict=True))
            if not far and self._excluded([ball(*each) for each in self.ends(cell)]):
                continue
            if any(map(self._as_given, self._points(cell))):
                return True
            if cell:
                waiting += self.split(cell, self._widest(cell))
        return not self.relations

    def _points(self, cell: Cell) -> list[tuple[fmpq, ...]]:
        """The middle of a cell and, of one with few letters, its corners, but for those at infinity."""
        ends = self.ends(cell)
        corners = product(*ends) if len(ends) <= 4 else ()
        found = (self.place(cell, list(each)) for each in ([(a + b) * HALF for a, b in ends], *corners))
        return [point for point in found if point is not None]

    def _as_given(self, point: tuple[fmpq, ...]) -> bool:
        """Whether balls show all relations at a point."""
        try:
            gaps = [(relation.at(2 * BITS)(*map(arb, point))[0], strict) for relation, strict in self.relations]
        except OutsideError:
            return False
        return all(gap > 0 if strict else gap >= 0 for gap, strict in gaps)

    def _tail(self, cell: Cell, far: frozenset[int]) -> bool:
        """Whether the structure of the sides shows the inequality from the start of the cell to infinity."""
        if len(far) > 1:
            return False
        (place,) = far
        start = cell[place][1]
        if start == 1:  # the end itself belongs to another cell, or to none
            return False
        values = {
            each.symbol: acb(ball(*ends)) for each, ends in zip(self.part.dimensions, self.ends(cell), strict=True)
        }
        symbol = self.part.dimensions[place].symbol
        del values[symbol]
        low = arb(self.lows[place] - 1 + 1 / start)
        rays = {symbol: ray(low, None, (low, arb(1)), (low, arb(1)))}
        try:
            found: list[Ray] = [analysed(side, rays, values) for side in (self.part.gap, self.part.low, self.part.high)]
        except (UnprovedError, NoEnclosureError, ZeroDivisionError):
            return False
        return all(each.real for each in found) and found[0].low is not None and self._enough(found[0].low)
