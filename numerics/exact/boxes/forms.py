"""A lower bound of an expression on a cell, by several forms together.

An expression is bounded by its natural extension, by the mean value form at the middle, and by the Taylor form of second
order; each after letters in which it is monotone on the cell were moved to the end where it is least. The signs of slopes
come from their own natural extension and from their mean value form. Where an expression has a kink (|x|, max) its slope is
any number between those beside it; the mean value form holds there too, since the expression is Lipschitz on a segment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from flint import arb, ctx, fmpq

from sparse_limits.numerics.exact.boxes.errors import OutsideError
from sparse_limits.numerics.exact.boxes.operations import UNIT
from sparse_limits.numerics.exact.boxes.variants import Variant

HALF = fmpq(1, 2)
Ends = Sequence[tuple[fmpq, fmpq]]
Enough = Callable[[arb], bool]


@dataclass
class Cornered:
    """A cell as far as it is settled: letters still `open`, the others at the end where the expression is least."""

    ends: Ends
    balls: list[arb]
    at: list[fmpq]  # an end, or the middle of an open letter
    open: list[int]
    least: arb
    weights: dict[int, arb]  # how much an open letter contributes to what is not known

    def settle(self, signs: Sequence[tuple[int, bool]]) -> None:
        """Move letters to an end: the lower one where the expression rises."""
        for place, rises in signs:
            self.at[place] = self.ends[place][0 if rises else 1]
            self.balls[place] = arb(self.at[place])
            self.open.remove(place)

    def improve(self, bound: arb) -> None:
        """Take note of another ball that no value is below."""
        if not self.least.is_finite() or bound.lower() > self.least.lower():
            self.least = bound


def ball(low: fmpq, high: fmpq) -> arb:
    """A ball around [low, high], sharp at 0."""
    if low == 0:
        return arb(high).union(arb(0)).nonnegative_part()
    if high == 0:
        return -ball(high, -low)
    return arb((low + high) * HALF, (high - low) * HALF)


def least(variant: Variant, ends: Ends, enough: Enough, curved: bool) -> Cornered | None:
    """What is left to be settled of a cell; none if the least value is proved to be enough.

    With `curved` the second order is tried as well.

    Raises:
        OutsideError: where the expression may be undefined on the cell.
    """
    balls = [ball(*each) for each in ends]
    value = variant.value.at(ctx.prec)(*balls)[0]
    if enough(value):  # most cells end here, without slopes
        return None
    slopes = None
    if variant.full is not None:
        with suppress(OutsideError):
            slopes = variant.full.at(ctx.prec)(*balls)
    cell = Cornered(ends, balls, [(a + b) * HALF for a, b in ends], list(range(len(ends))), value, {})
    return cell if slopes is None or not _closer(variant, cell, slopes, enough, curved) else None


def _closer(variant: Variant, cell: Cornered, slopes: tuple[arb, ...], enough: Enough, curved: bool) -> bool:
    """Monotone letters at their ends, then the mean value form in the others, then the second order."""
    assert variant.full is not None
    signs = _signs({place: slopes[1 + place] for place in cell.open})
    while True:
        while signs:
            cell.settle(signs)
            slopes = variant.full.at(ctx.prec)(*cell.balls)
            cell.improve(slopes[0])
            if enough(slopes[0]):
                return True
            signs = _signs({place: slopes[1 + place] for place in cell.open})
        if not cell.open:
            return False
        widths = {place: arb((cell.ends[place][1] - cell.ends[place][0]) * HALF) for place in cell.open}
        centre = tuple(map(arb, cell.at))
        middle = variant.full.at(ctx.prec)(*centre) if curved else variant.value.at(ctx.prec)(*centre)
        bound = _mean_value(cell, middle[0], slopes, widths)
        if enough(bound):
            return True
        if not curved or variant.curved is None:
            return False
        bends = variant.curved.at(ctx.prec)(*cell.balls)
        signs = _signs({place: _slope(place, middle, bends, widths, len(cell.ends)) for place in cell.open})
        if not signs:
            bound = _second_order(middle, bends, widths, len(cell.ends))
            cell.improve(bound)
            return enough(bound)


def _signs(slopes: dict[int, arb]) -> list[tuple[int, bool]]:
    """The letters in which the expression is monotone, and whether it rises."""
    return [(place, bool(slope >= 0)) for place, slope in slopes.items() if slope >= 0 or slope <= 0]


def _mean_value(cell: Cornered, middle: arb, slopes: tuple[arb, ...], widths: dict[int, arb]) -> arb:
    cell.weights = {place: abs(slopes[1 + place]) * width for place, width in widths.items()}
    bound = middle - sum(cell.weights.values())
    cell.improve(bound)
    return bound


def second(i: int, j: int, letters: int) -> int:
    """The place of the derivative by letters i and j among those with i ≤ j."""
    i, j = min(i, j), max(i, j)
    return i * letters - i * (i - 1) // 2 + j - i


def _slope(place: int, middle: tuple[arb, ...], bends: tuple[arb, ...], widths: dict[int, arb], letters: int) -> arb:
    """The slope in one letter, by its own mean value form."""
    change = sum(abs(bends[second(place, other, letters)]) * width for other, width in widths.items())
    return middle[1 + place] + UNIT * change


def _second_order(middle: tuple[arb, ...], bends: tuple[arb, ...], widths: dict[int, arb], letters: int) -> arb:
    """f(m) + Σ ∂f(m) h + ½ Σ ∂²f(cell) h h at its least, each h within its width."""
    bound = middle[0]
    for i, width in widths.items():
        bound -= abs(middle[1 + i]) * width
        bend = bends[second(i, i, letters)]
        bound += (-(-bend).nonnegative_part()) * width * width / 2
        for j, other in widths.items():
            if j > i:
                bound -= abs(bends[second(i, j, letters)]) * width * other
    return bound
