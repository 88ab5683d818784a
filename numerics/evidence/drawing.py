"""What a check draws: random numbers, sizes, and points within the hypotheses of its claim."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence.points import FINE, Point, inside, sorted_letters, usual_range
from sparse_limits.numerics.exact.relations import holds
from sparse_limits.numerics.keyed import key, keyed_seed, stream_key
from sparse_limits.theory.claims import Claim

EFFORTS = {"quick": 1, "standard": 4, "thorough": 16}  # sample sizes are multiplied by these
IN_ONE_PIECE = (
    sp.Interval,
    sp.Range,
    sp.FiniteSet,
    type(sp.S.Reals),
    type(sp.S.Integers),
    type(sp.S.Naturals),
    type(sp.S.Naturals0),
)
POINTS = 6  # random rational points at which an identity is tried
Drawn = TypeVar("Drawn")
Computed = TypeVar("Computed")


@dataclass
class Drawing:
    """The part of a check's vocabulary that draws, at one seed and effort."""

    parts: ClassVar[int] = 997  # into which a range is divided: points lie where two of them meet
    most_tried: ClassVar[int] = 10_000  # random points until enough keep to the hypotheses
    fewer: ClassVar[bool] = False  # whether fewer points than were asked for are enough

    claim: Claim
    check: str
    effort: str = "quick"
    seed: int = 0
    draws: dict[tuple[str, str, int | str], Any] = field(default_factory=dict)
    drew: bool = False  # whether anything depended on the seed
    _pointed: dict[tuple[tuple[sp.Symbol, ...], int, str], list[dict[sp.Symbol, sp.Expr]]] = field(default_factory=dict)

    def size(self, quick: int) -> int:
        """The sample size at this effort, given the one at `quick`."""
        return quick * EFFORTS[self.effort]

    def generator(self, name: str, *arguments: object, replicate: int = 0) -> np.random.Generator:
        """A stream of random numbers keyed by seed, claim, check, name, arguments (`stream_key`) and replicate."""
        self.drew = True
        words = (self.claim.label, self.check, name, *map(stream_key, arguments), replicate)
        return np.random.Generator(np.random.PCG64DXSM(keyed_seed(self.seed, *words)))

    def draw(self, simulate: Callable[..., Drawn], *arguments: object, replicate: int = 0) -> Drawn:
        """`simulate(rng, *arguments)`, drawn once and shared by the claim, its controls and its mutants."""
        place = (key(simulate), key(arguments), replicate)
        if place not in self.draws:
            rng = self.generator(simulate.__qualname__, *arguments, replicate=replicate)
            self.draws[place] = simulate(rng, *arguments)
        drawn: Drawn = self.draws[place]
        return drawn

    def once(self, compute: Callable[..., Computed], *arguments: object) -> Computed:
        """`compute(*arguments)`, deterministic, computed once for the claim, its controls and its mutants."""
        place = (key(compute), key(arguments), "once")
        if place not in self.draws:
            self.draws[place] = compute(*arguments)
        computed: Computed = self.draws[place]
        return computed

    def points(self, *expressions: sp.Basic, count: int = POINTS, needed: str = "") -> list[dict[sp.Symbol, sp.Expr]]:
        """Random rational points within the claim's hypotheses for the free symbols of some expressions.

        needed: an expression of the claim, for the hypotheses that it needs besides those of the whole claim.
        """
        symbols = sorted_letters(*expressions)
        place = tuple(symbols), count, needed  # all that they depend on: the claim and its controls have the same
        if place not in self._pointed:
            self._pointed[place] = self._points(symbols, count, needed)
        return [dict(point) for point in self._pointed[place]]

    def _points(self, symbols: Sequence[sp.Symbol], count: int, needed: str = "") -> list[dict[sp.Symbol, sp.Expr]]:
        rng = self.generator("points", count)
        found: list[dict[sp.Symbol, sp.Expr]] = []
        for _ in range(self.most_tried):
            point = {symbol: self._coordinate(symbol, rng) for symbol in symbols}
            if self.allows(point, needed):
                found.append(point)
            if len(found) == count:
                return found
        if found and self.fewer:
            return found
        raise ValueError(f"{self.claim.label}: {len(found)} of {self.most_tried} points keep to the hypotheses")

    def allows(self, point: Point, needed: str = "") -> bool:
        """Whether a point keeps to the relations that are hypotheses of the whole claim, or of what is needed."""
        kept = (each for each in self.claim.hypotheses if not each.needed_by or needed in each.needed_by)
        relations = [each.relation for each in kept]
        if not all(holds(each, point) for each in relations if each is not None and each.free_symbols <= set(point)):
            return False
        return all(self._in_range(symbol, value) for symbol, value in point.items())

    def _in_range(self, symbol: sp.Symbol, value: sp.Expr) -> bool:
        """Whether a value is none that a range leaves out between its ends; of a range in one piece points are drawn inside."""
        quantity = self.claim.quantity(symbol)
        return quantity is None or isinstance(quantity.within, IN_ONE_PIECE) or quantity.admits(value)

    def ends(self, *expressions: sp.Basic, needed: str = "") -> list[dict[sp.Symbol, sp.Expr]]:
        """Points at which all whole numbers, or one of them, are the least that they can be; others are random.

        At these points sums are empty, and a formula "for all n" fails if it fails anywhere.
        """
        random = self.points(*expressions, needed=needed)
        whole = {symbol: self._range(symbol)[0] for symbol in sorted_letters(*expressions) if symbol.is_integer}
        found = [{**random[0], **whole}] if whole else []
        if len(whole) > 1:
            found += [{**point, symbol: low} for point, (symbol, low) in zip(random[1:], whole.items(), strict=False)]
        return [point for point in found if self.allows(point, needed)]

    def _range(self, symbol: sp.Symbol) -> tuple[sp.Rational, sp.Rational]:
        """Where points are drawn: as the claim says, or from what the symbol's assumptions allow up to a moderate size."""
        quantity, drawn = self.claim.quantity(symbol), self.claim.drawn(symbol)
        low, high = map(sp.Rational, drawn or usual_range(symbol))
        if quantity is None or drawn is not None:
            return low, high
        within = quantity.within
        bounded = [end.is_number and end.is_finite for end in (within.inf, within.sup)]
        if all(bounded):
            least, most = inside(within.inf, 1), inside(within.sup, -1)
            if least >= most and within.inf < within.sup:  # a range narrower than a thousandth
                fine = FINE * sp.ceiling(FINE / (within.sup - within.inf))
                least, most = inside(within.inf, 1, fine), inside(within.sup, -1, fine)
            return least, most
        least = inside(within.inf, 1) if bounded[0] else None
        most = inside(within.sup, -1) if bounded[1] else None
        if most is not None:
            return (low if low < most else most - 4), most
        low = low if least is None else max(low, least)
        return low, max(high, low + 4)

    def _coordinate(self, symbol: sp.Symbol, rng: np.random.Generator) -> sp.Rational:
        quantity = self.claim.quantity(symbol)
        if quantity is not None and isinstance(quantity.within, sp.FiniteSet):
            return quantity.within.args[int(rng.integers(len(quantity.within)))]
        low, high = self._range(symbol)
        if symbol.is_integer:
            return sp.Integer(int(rng.integers(int(low), int(high) + 1)))
        parts, share = self.parts, int(rng.integers(1, self.parts))  # from the lower end
        # put over one denominator in plain integers
        return sp.Rational(low.p * high.q * (parts - share) + high.p * low.q * share, parts * low.q * high.q)
