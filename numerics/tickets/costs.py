"""What the work on a network and its ticket takes, from shapes alone, before room is made or a number is drawn.

The constants are a convention: measured on one core of an AMD EPYC that had other work as well, and rounded up. They do not
follow the machine, so that one file is accepted or refused everywhere alike. Estimates of memory are upper bounds (the tests
trace them). Those of time, for a search with its comparison, were 0.97 to 1.7 times what it took there, compiling apart:
steerable networks, convolutions and perceptrons of 1,800 to 98,488 coefficients. Those of reading are several times as long
as it takes: what is read may come from anyone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, log2
from typing import NamedTuple

import numpy as np

from sparse_limits.numerics.equivariance import EquivariantLayer
from sparse_limits.numerics.equivariance.layers import FEW, LARGE
from sparse_limits.numerics.limits import SECOND, Work
from sparse_limits.numerics.subset_sum.batch import MOST_ITEMS
from sparse_limits.numerics.tickets.source import split_identity

# Bytes
STARTING = 2**21  # whatever is done
PER_BIT_OF_MASKS = 5  # unpacked, as truth values, in the ticket, while they are compared, and what they keep
PER_MASK = 8  # bits of masks, beside which a number that is kept may be held
PER_NUMBER_OF_BLOCK = 80  # of the largest block of the random network: drawn, as integers, halves and products of these
PER_COEFFICIENT = 1200  # of the target: exact sums, errors and goals, of up to 2,100 bits where it is tiny or huge
PER_BASIS_ENTRY = 48  # copies
PER_READ_ENTRY = (
    64  # of a basis: doubles, moduli, parts and what multiplies them, and the same for what rounding may do
)
PER_PART_ENTRY = 16
PER_PERMUTED = 48  # coordinates of all levels, for each generator
PER_NUMBER = 40  # of data: as they stand in the file, as doubles, and what finite ones take to find
PER_ACTIVATION = 64  # of samples that are evaluated together
AT_ONCE = 2**22  # numbers of an array: so many samples are evaluated together

# Nanoseconds
PER_LAYER = 2 * 10**6
PER_BLOCK = 2 * 10**5
PER_DRAWN = 12  # numbers of the random network: drawn, and digested or summed exactly
PER_TRIED = 15  # of these in a search: drawn, and made items
PER_SUM = 8000  # coefficients of the target
PER_ELEMENT = 50_000  # of a basis
PER_ENTRY = 200
PER_MOVE = 40_000  # generators of a group, for each layer
PER_MOVED = 20  # entries of a basis, for each generator
SEARCH = 2 * SECOND  # compiling
PER_SEARCH = 2000  # subset sums
PER_HALF_SUM = 20  # of the 2^(m/2) that a search among m items makes
PRODUCTS = 3  # of evaluation, in one
CERTIFIED = 5  # passes of the target with numbers or moduli, for a certificate
PER_SINGLE = 4  # products that one costs whose entry is applied alone
PER_HIDDEN = 20  # products that a number between both layers of the source costs
GROUPED = 5  # products of what is kept, many at once, that cost one of others


class LayerShape(NamedTuple):
    """Channels before and after, elements of the basis, their rows and columns; how many entries are not 0, if known, and
    how many parts of the identity there are.
    """

    before: int
    after: int
    elements: int
    rows: int
    columns: int
    nonzero: int | None = None
    split: int | None = None

    @classmethod
    def of(cls, layer: EquivariantLayer) -> LayerShape:
        split = len(split_identity(layer.basis).diagonals)
        nonzero = int(np.count_nonzero(layer.basis))
        (before, after, elements), (_, rows, columns) = layer.coeffs.shape, layer.basis.shape
        return cls(before, after, elements, rows, columns, nonzero, split)

    @property
    def coefficients(self) -> int:
        return self.before * self.after * self.elements

    @property
    def entries(self) -> int:
        return self.elements * self.rows * self.columns

    @property
    def parts(self) -> int:
        """Of the identity, at most."""
        return self.split or min(self.elements, self.columns)

    @property
    def whole(self) -> int:
        """Entries of the whole matrix, where that is made."""
        entries = self.before * self.columns * self.after * self.rows
        return entries if entries <= LARGE else 0

    @property
    def products(self) -> int:
        """For one sample, by the whole matrix or by channels first."""
        return self.whole or self.after * (self.elements * self.columns * self.before + self.applied)

    @property
    def applied(self) -> int:
        """Products that the entries of the basis cost, for a channel: those that are not 0, where each is applied alone."""
        if self.nonzero is None or self.nonzero * FEW > self.entries:
            return self.entries
        return min(self.entries, PER_SINGLE * self.nonzero)

    def of_ticket(self, used: int) -> int:
        """Products that a ticket costs, for one sample, which keeps something of so many channels of a block."""
        between = self.parts * PER_HIDDEN + -(-self.after * self.elements // GROUPED)
        return self.before * self.columns * used * between + self.after * self.applied

    def block(self, width: int) -> int:
        """Random numbers for one input channel."""
        return width * (self.parts + self.after * self.elements)


Shapes = Sequence[LayerShape]


def shapes_of(layers: Iterable[EquivariantLayer]) -> list[LayerShape]:
    """The shapes of the layers."""
    return list(map(LayerShape.of, layers))


def reading(shapes: Shapes, generators: int = 0) -> Work:
    """What it takes to make layers of arrays, and to see whether they commute with the generators of a group."""
    levels = sum(shape.rows for shape in shapes) + sum(shape.columns for shape in shapes[:1])
    memory = (
        STARTING
        + 24 * sum(shape.coefficients for shape in shapes)
        + PER_BASIS_ENTRY * sum(shape.entries for shape in shapes)
        + PER_PERMUTED * generators * (levels + 8)
    )
    time = sum(PER_LAYER + PER_ENTRY * shape.entries + PER_ELEMENT * shape.elements for shape in shapes)
    moves = sum(PER_MOVE + PER_MOVED * shape.entries for shape in shapes)
    return Work(memory, time + generators * (moves + PER_MOVED * levels))


def rebuilding(shapes: Shapes, width: int) -> Work:
    """What it takes to draw the random network again, with masks on it, and to add up exactly what they keep."""
    coefficients = sum(shape.coefficients for shape in shapes)
    memory = (
        PER_BIT_OF_MASKS * coefficients * width
        + PER_NUMBER_OF_BLOCK * max(shape.block(width) for shape in shapes)
        + PER_COEFFICIENT * coefficients
        + PER_PART_ENTRY * sum(shape.parts * shape.columns for shape in shapes)
    )
    time = PER_DRAWN * _drawn(shapes, width) + _blocks(shapes) + PER_SUM * coefficients
    return Work(memory, time)


def searching(shapes: Shapes, width: int, eps: float, signed: bool) -> Work:
    """What it takes to find a ticket.

    About log₂(1/ε) + 1 items are tried for a coefficient; where a search takes fewer of them, all windows are searched.
    """
    usable, items = max(1, width // 2), items_for(eps)
    windows = 1 if items < MOST_ITEMS else -(-usable // MOST_ITEMS)
    each = PER_SEARCH + windows * PER_HALF_SUM * ceil(2 ** (min(items, MOST_ITEMS, usable) / 2))
    searches = sum(shape.coefficients * (2 if signed and not k else 1) for k, shape in enumerate(shapes))
    work, tried = rebuilding(shapes, width), PER_TRIED * _drawn(shapes, width)
    return Work(work.memory, work.time + SEARCH + tried + searches * each)


def items_for(eps: float) -> float:
    """How many items are usually tried for a coefficient."""
    return max(2.0, 1 - log2(eps))


def touched_for(eps: float, depth: int, signed: bool) -> list[int] | None:
    """Of how many channels of a block a ticket usually keeps something, layer by layer; None where it may be all.

    Of a third more than the items that are usually tried, since some coefficient of a block takes that many, and of twice
    as many in the first layer if inputs may be negative.
    """
    items = items_for(eps)
    if items >= MOST_ITEMS:
        return None
    return [ceil(items * 4 / 3) * (2 if signed and not k else 1) for k in range(depth)]


def evaluating(shapes: Shapes, width: int, samples: int, passes: int = 1, touched: Sequence[int] | None = None) -> Work:
    """What it takes to certify samples, in pieces, where the ticket is evaluated at all of them so many times.

    touched: the channels of a block of each layer of which a ticket may keep something, if not all; what it keeps is drawn
    once for all pieces where it is little.
    """
    each, at_once = largest_sample(shapes, width), together(shapes, width)
    memory = (
        PER_ACTIVATION * min(at_once, samples) * each
        + 24 * sum(shape.whole for shape in shapes)
        + PER_READ_ENTRY * sum(shape.entries for shape in shapes)
    )
    used = [width] * len(shapes) if touched is None else [min(width, each) for each in touched]
    target = CERTIFIED * sum(shape.products for shape in shapes)
    ticket = passes * sum(shape.of_ticket(most) for shape, most in zip(shapes, used, strict=True))
    drawn = PER_DRAWN * _drawn(shapes, width) + _blocks(shapes)
    times = 1 if PER_MASK * max(used) <= width else passes * -(-samples // at_once)
    return Work(memory, -(-samples * (target + ticket) // PRODUCTS) + times * drawn)


def together(shapes: Shapes, width: int) -> int:
    """How many samples are evaluated together."""
    return max(1, AT_ONCE // largest_sample(shapes, width))


def largest_sample(shapes: Shapes, width: int) -> int:
    """Numbers that stand for one sample, in the layer with the most."""
    return max(
        shape.columns * (shape.after * shape.elements + width) + shape.rows * shape.after for shape in shapes
    ) + max(shape.before * shape.columns for shape in shapes)


def samples_in(numbers: int) -> Work:
    """What it takes to read so many numbers of data."""
    return Work(PER_NUMBER * numbers, PER_ENTRY * numbers)


def _drawn(shapes: Shapes, width: int) -> int:
    """Numbers of the random network of which a ticket may keep some."""
    return sum(shape.before * shape.block(width) for shape in shapes)


def _blocks(shapes: Shapes) -> int:
    return sum(PER_LAYER + PER_BLOCK * shape.before for shape in shapes)
