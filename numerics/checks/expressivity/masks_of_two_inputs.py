"""Evidence for E6.1 and E6.2: in which masks on two inputs a network of ReLU units finds its place, over all masks."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations, combinations_with_replacement, permutations, product

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.expressivity.approximation import universal_approximation
from sparse_limits.theory.expressivity.product_of_inputs import masked_product
from sparse_limits.theory.expressivity.symbols import n, p
from sparse_limits.theory.formulas.valued import valued

Hears = tuple[bool, bool]
Unit = Callable[[int, int], int]
POINTS = tuple(product((-2, -1, 1, 2), repeat=2))  # two units of length are one of the cube
BOTH, FIRST, SECOND, NEITHER = (True, True), (True, False), (False, True), (False, False)

ALL: tuple[Hears, ...] = (NEITHER, SECOND, FIRST, BOTH)  # in the order of tuples


def ramp(x: int) -> int:
    return max(x, 0)


# The units that are of use for the target, and which inputs each needs. All other units bend where the target does not.
SUM: Mapping[Unit, Hears] = {
    (lambda x, y: ramp(x)): FIRST,
    (lambda x, y: ramp(y)): SECOND,
    (lambda x, y: x + 2): FIRST,
    (lambda x, y: y + 2): SECOND,
    (lambda x, y: 1): NEITHER,
}
PRODUCT: Mapping[Unit, Hears] = {
    (lambda x, y: ramp(x + y)): BOTH,
    (lambda x, y: ramp(-x - y)): BOTH,
    (lambda x, y: ramp(x - y)): BOTH,
    (lambda x, y: ramp(y - x)): BOTH,
    (lambda x, y: x + 2): FIRST,
    (lambda x, y: y + 2): SECOND,
    (lambda x, y: x + y + 4): BOTH,
    (lambda x, y: x - y + 4): BOTH,
    (lambda x, y: 1): NEITHER,
}


def combine(columns: Sequence[Sequence[Fraction]], wanted: Sequence[Fraction]) -> bool:
    """Whether a column is a combination of others, by elimination."""
    left, rest = list(wanted), [list(column) for column in columns]
    while rest:
        pivot = rest.pop()
        place = next((i for i, entry in enumerate(pivot) if entry), None)
        if place is not None:
            for column in (left, *rest):
                if factor := column[place] / pivot[place]:
                    column[:] = [entry - factor * other for entry, other in zip(column, pivot, strict=True)]
    return not any(left)


@cache
def networks(name: str) -> list[tuple[Hears, ...]]:
    """Which inputs the neurons need, for each minimal set of units that have the target of that name as a linear combination."""
    target, units = TARGETS[name]
    column = [Fraction(target(*point)) for point in POINTS]
    values = {unit: [Fraction(unit(*point)) for point in POINTS] for unit in units}
    found: list[frozenset[Unit]] = []
    for count in range(1, 5):
        for chosen in combinations(units, count):
            if any(smaller <= {*chosen} for smaller in found):
                continue
            if combine([values[unit] for unit in chosen], column):
                found.append(frozenset(chosen))
    return sorted({tuple(sorted(units[unit] for unit in each)) for each in found})


def admits(mask: Sequence[Hears], needed: Sequence[tuple[Hears, ...]]) -> bool:
    """Whether one of these networks fits on different neurons of the mask, each with the inputs that it needs."""
    return any(
        all(
            has >= asked
            for heard, wanted in zip(neurons, network, strict=True)
            for has, asked in zip(heard, wanted, strict=True)
        )
        for network in needed
        for neurons in permutations(mask, len(network))
    )


def admitting(name: str, width: int) -> dict[int, int]:
    """Masks that admit the target of that name, by the number of their edges: over all masks of that width."""
    needed = networks(name)
    admitted = {mask: admits(mask, needed) for mask in combinations_with_replacement(ALL, width)}  # in any order
    found: dict[int, int] = {}
    for bits in product((False, True), repeat=2 * width):
        if admitted[tuple(sorted(zip(bits[::2], bits[1::2], strict=True)))]:
            found[sum(bits)] = found.get(sum(bits), 0) + 1
    return found


def chance(found: Mapping[int, int], edges: int, density: Fraction) -> sp.Rational:
    """The probability of these masks."""
    return sp.Rational(
        sum((number * density**kept * (1 - density) ** (edges - kept) for kept, number in found.items()), Fraction(0))
    )


def agrees(claimed: sp.Expr, name: str, widths: Sequence[int], trial: Trial) -> Findings:
    """That masks admit the target with that probability, at two densities."""
    for width in widths:
        found = trial.once(admitting, name, width)
        for density in (Fraction(1, 2), Fraction(4, 5)):
            seen = chance(found, 2 * width, density)
            yield trial.same(valued(claimed, {n: sp.Integer(width), p: sp.Rational(density)}), seen, by=None)


def sum_of_ramps(x: int, y: int) -> int:
    return ramp(x) + ramp(y)


def two_moduli(x: int, y: int) -> int:
    return abs(x + y) - abs(x - y)


TARGETS = {"sum of ramps": (sum_of_ramps, SUM), "two moduli": (two_moduli, PRODUCT)}


@exact(universal_approximation)
def sums_of_ramps_over_all_masks(both_heard: sp.Expr, trial: Trial) -> Findings:
    """Masks of two, three and four neurons that admit max(x₁, 0) + max(x₂, 0) have the stated probability, over all masks.

    One unit and a constant have a sup error of at least ½, by their values at (1, −1) and (−1, 1), where the target is 1,
    at (0, 0) and (−1, −1), where it is 0, and at (1, 1), where it is 2.
    """
    yield from agrees(both_heard, "sum of ramps", (2, 3, 4), trial)


@exact(masked_product)
def products_of_two_bends_over_all_masks(two_bends: sp.Expr, trial: Trial) -> Findings:
    """Masks of four and five neurons that admit |x₁ + x₂| − |x₁ − x₂| have the stated probability, over all masks.

    The target bends along two lines, along which only units that receive both inputs bend.
    """
    yield from agrees(two_bends, "two moduli", (4, 5), trial)
