"""Branch and bound: the worst cell first, until all are proved, one point refutes, or a limit is reached."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Literal

import sympy as sp
from flint import fmpq

from sparse_limits.numerics.exact.balls import NoEnclosureError, collecting, enclose
from sparse_limits.numerics.exact.balls.vouching import vouch
from sparse_limits.numerics.exact.boxes.bounds import Bound, Bounder, Cell
from sparse_limits.numerics.exact.boxes.certificates import LEAF, Certificate, packed
from sparse_limits.numerics.exact.boxes.question import Integers, Part, Point, Question, Ranges, Zeros, question

SECONDS, CELLS = 10.0, 200_000  # unless more are allowed
DEEPEST = 60  # bisections of each letter
STUCK = 16  # cells that deep, after which nothing more is tried
FINE = 30  # digits to which a witness is computed


@dataclass(frozen=True)
class Outcome:
    """What came of a question: `proved`, `refuted` at the `witness`, or `undecided` on the `cell`, for the `reason`."""

    verdict: Literal["proved", "refuted", "undecided"]
    cells: int
    depth: int
    seconds: float
    witness: Point = field(default_factory=dict)
    cell: Mapping[sp.Symbol, tuple[sp.Expr, sp.Expr]] = field(default_factory=dict)
    reason: str = ""
    certificate: Certificate | None = None

    def __str__(self) -> str:
        cells = "one cell" if self.cells == 1 else f"{self.cells} cells"
        if self.verdict == "proved":
            return f"proved: {cells}"
        if self.verdict == "refuted":
            return f"refuted{' at ' if self.witness else ''}{_assigned(self.witness)}"
        where = ", ".join(f"{low} ≤ {symbol} ≤ {high}" for symbol, (low, high) in self.cell.items())
        return f"undecided after {cells}: {self.reason}{' on ' if where else ''}{where}"


def prove(
    low: object,
    high: object = None,
    *,
    within: Ranges,
    given: Iterable[object] = (),
    strict: bool = False,
    integers: Integers | None = None,
    zero: Zeros | None = None,
    seconds: float = SECONDS,
    cells: int = CELLS,
) -> Outcome:
    """Prove low ≤ high (or <, if `strict`) on a whole range, refute it at a point, or say on which cell neither was done.

    Of a single expression, that it is ≥ 0. `within` gives the ranges, closed, of exact rational ends or ±∞; `integers`
    those of whole numbers, which are all tried. `given` are relations between symbols: cells entirely outside are
    dropped, those partly outside count as inside. `zero={x: (a, k)}` says that both sides are equal at x = a, with k − 1
    derivatives: it is used once computer algebra shows it, and a strict inequality is then meant off that face.

    Raises:
        BoxError: for a question that cannot be put (`question`), and for a node without a rule on boxes.

    Examples:
        >>> import sympy as sp
        >>> t = sp.Symbol("t", positive=True)
        >>> print(prove(t / (1 + t), sp.log(1 + t), within={t: (0, 10)}, zero={t: (0, 2)}))
        proved: 9 cells
        >>> print(prove(t, sp.log(1 + t), within={t: (0, 10)}))
        refuted at t = 5
    """
    asked = question(low, high, within=within, given=given, strict=strict, integers=integers, zero=zero)
    return answer(asked, seconds, cells)


def answer(asked: Question, seconds: float = SECONDS, cells: int = CELLS) -> Outcome:
    """Answer a question within limits, once: `prove` for one that is put together already."""
    outcome, notes = _answered(asked, seconds, cells)
    vouch(notes)
    return outcome


@lru_cache(maxsize=256)
def _answered(asked: Question, seconds: float, cells: int) -> tuple[Outcome, frozenset[str]]:
    with collecting(alone=True) as notes:
        outcome = _Search(asked, seconds, cells).outcome()
    return outcome, frozenset(notes)


class _Search:
    """The cells of all parts in one queue."""

    def __init__(self, asked: Question, seconds: float, cells: int) -> None:
        self.asked, self.seconds, self.most = asked, seconds, cells
        self.start = time.process_time()
        self.bounders = [Bounder(part, asked.strict) for part in asked.parts()]
        self.splits: list[int] = []  # of each cell, or LEAF
        self.children: list[int] = []  # the first of each cell's two
        self.queue: list[tuple[float, int, int, int, Cell, Bound]] = []  # worst bounds first, then names
        self.stuck: list[tuple[int, Cell, Bound]] = []
        self.depth = 0

    def outcome(self) -> Outcome:
        for bounder in self.bounders:
            for point in _first_points(bounder.part):
                if (witness := self._witness(bounder, point)) is not None:
                    return self._result("refuted", witness=witness)
        for number, bounder in enumerate(self.bounders):
            witness = self._push(number, bounder.whole, 0)
            if witness is not None:
                return self._result("refuted", witness=witness)
            if (limit := self._limit()) is not None and number + 1 < len(self.bounders):
                return self._undecided(number + 1, self.bounders[number + 1].whole, f"no more than {limit}")
        while self.queue:
            if (limit := self._limit()) is not None:
                _, _, number, _, cell, found = self.queue[0]
                return self._undecided(number, cell, f"no more than {limit}; {found.why}")
            _, name, number, depth, cell, found = heapq.heappop(self.queue)
            name = abs(name)
            bounder = self.bounders[number]
            if not cell or depth >= DEEPEST * len(cell) or found.undefined:
                self.stuck.append((number, cell, found))
                if found.undefined or len(self.stuck) >= STUCK:
                    break
                continue
            self.splits[name], self.children[name] = found.split, len(self.splits)
            for half in bounder.split(cell, found.split):
                witness = self._push(number, half, depth + 1)
                if witness is not None:
                    return self._result("refuted", witness=witness)
        if self.stuck:
            number, cell, found = self.stuck[-1]
            return self._undecided(
                number, cell, found.why if found.undefined else f"no smaller cell is tried; {found.why}"
            )
        if not any(bounder.inhabited() for bounder in self.bounders):
            return self._result("undecided", reason="no point of the range was found to be as given")
        roots = list(range(len(self.bounders)))
        return self._result("proved", certificate=Certificate(self.asked, packed(roots, self.splits, self.children)))

    def _limit(self) -> str | None:
        """The limit that is reached, if one is."""
        if len(self.splits) >= self.most:
            return f"{self.most} cells"
        return f"{self.seconds} seconds" if time.process_time() - self.start > self.seconds else None

    def _push(self, number: int, cell: Cell, depth: int) -> Point | None:
        """Bound a new cell and queue it if it is not done; a witness, if there is one on it."""
        bounder = self.bounders[number]
        found = bounder.bound(cell, depth)
        name = len(self.splits)
        self.splits.append(LEAF)
        self.children.append(0)
        self.depth = max(self.depth, depth)
        if found.done:
            return None
        if found.point is not None and (found.least is None or not found.least >= 0):
            point = _exact(bounder.part, found.point)
            if bounder.looks_refuted(found.point) and (witness := self._witness(bounder, point)) is not None:
                return witness
        if found.least is None or not found.least.is_finite():  # comes first and is followed down
            heapq.heappush(self.queue, (float("-inf"), -name, number, depth, cell, found))
        else:
            heapq.heappush(self.queue, (float(found.least.lower()), name, number, depth, cell, found))
        return None

    def _witness(self, bounder: Bounder, point: Point) -> Point | None:
        """A point at which the opposite holds, in balls around the sides as they were given; or None.

        Letters of whole numbers are searched as real ones, which need not keep the inequality in between: they are rounded.
        """
        values = bounder.part.origin(point).items()
        at = {symbol: sp.Integer(round(value)) if symbol.is_integer else value for symbol, value in values}
        return at if self._refutes(at) else None

    def _refutes(self, at: Point) -> bool:
        if not all(low <= at.get(symbol, low) <= high for symbol, low, high in self.asked.within):
            return False
        try:
            for relation in self.asked.given:
                gap = enclose(relation.gts - relation.lts, _of(relation, at), FINE, 512)
                strictly = isinstance(relation, (sp.StrictLessThan, sp.StrictGreaterThan))
                if gap.imag != 0 or not (gap.real > 0 if strictly else gap.real >= 0):
                    return False
            low, high = (enclose(side, _of(side, at), FINE, 512) for side in (self.asked.low, self.asked.high))
            gap = enclose(self.asked.gap, _of(self.asked.gap, at), FINE, 512)
        except NoEnclosureError:
            return False
        if not all(ball.imag == 0 for ball in (low, high, gap)):
            return False
        if self.asked.strict and not any(at.get(symbol) == place for symbol, place, _ in self.asked.zero):
            return bool(gap.real <= 0)
        return bool(gap.real < 0)

    def _undecided(self, number: int, cell: Cell, reason: str) -> Outcome:
        bounder = self.bounders[number]
        named = {
            each.symbol: (low, high)
            for each, (low, high) in zip(bounder.part.dimensions, bounder.shown(cell), strict=True)
        }
        if any(high is sp.oo for _, high in named.values()):
            reason += " (at infinity: prove a finite range here and the tail by a step of its own)"
        return self._result("undecided", reason=reason, cell=named)

    def _result(self, verdict: Literal["proved", "refuted", "undecided"], **more: object) -> Outcome:
        elapsed = time.process_time() - self.start
        return Outcome(verdict, len(self.splits), self.depth, elapsed, **more)  # type: ignore[arg-type]


def _of(expression: sp.Basic, at: Point) -> Point:
    return {symbol: value for symbol, value in at.items() if symbol in expression.free_symbols}


def _exact(part: Part, point: Sequence[fmpq]) -> Point:
    return {each.symbol: sp.Rational(int(x.p), int(x.q)) for each, x in zip(part.dimensions, point, strict=True)}


def _first_points(part: Part) -> list[Point]:
    """The corners of the box, and its middle: those are tried before anything is computed on cells."""
    ends = [(each.low,) if each.high is sp.oo else (each.low, each.high) for each in part.dimensions]
    middle = [each.low + 1 if each.high is sp.oo else (each.low + each.high) / 2 for each in part.dimensions]
    names = [each.symbol for each in part.dimensions]
    corners = product(*ends) if len(names) <= 4 else ()
    return [dict(zip(names, values, strict=True)) for values in (middle, *corners)]


def _assigned(point: Point) -> str:
    return ", ".join(f"{symbol} = {value}" for symbol, value in point.items())
