"""Evidence for G3: the distance of a kernel from its values at midpoints, at any points, at random latents."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import comb

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.exact.logarithms import split_logarithms
from theory.graphon.discretisation import (
    kernel_discretisation,
    lipschitz_error,
    mean_sorted_error,
    midpoint_error,
    midpoint_supremum,
    slope,
    sorted_error,
    step_error,
)
from theory.graphon.symbols import delta, m, n, s

Kernel = NDArray[np.int64]
ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
SIZES = ((1, 1), (1, 3), (2, 2), (3, 2))
POINTS = {"middle": (Fraction(1, 2),), "lower end": (Fraction(0),), "any": (Fraction(0), Fraction(1, 2), Fraction(1))}


def reduce(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in logarithms."""
    return split_logarithms(expression)


def at(expression: sp.Expr, rows: int, columns: int) -> sp.Expr:
    """The bound for a grid of rows × columns cells."""
    return expression.subs({m: rows, n: columns})


def distance(kernel: Kernel, rows: int, columns: int, point: str = "middle") -> Fraction:
    """‖W_P − W‖₁ with the worst choice, cell by cell, among the points named (POINTS, in shares of a cell).

    kernel: int[q·rows + 1, q′·columns + 1], q and q′ even, the values at the points of a fine grid; inside, W has on
    a fine cell the value at its upper right corner, so that it is continuous from the left.
    """
    high, wide = (kernel.shape[0] - 1) // rows, (kernel.shape[1] - 1) // columns
    cells = kernel[1:, 1:].reshape(rows, high, columns, wide)
    errors = []
    for x, y in product(POINTS[point], repeat=2):
        values = kernel[int(x * high) :: high, int(y * wide) :: wide][:rows, :columns]
        errors.append(np.abs(cells - values[:, None, :, None]).sum(axis=(1, 3)))
    return Fraction(int(np.maximum.reduce(errors).sum()), cells.size * max(1, int(kernel.max())))


def worst_staircase(rows: int, columns: int, point: str) -> Fraction:
    """The largest distance over all nondecreasing kernels of values 0 and 1 on the grid of half cells."""
    high, wide = 2 * rows + 1, 2 * columns + 1
    ends = combinations_with_replacement(range(wide, -1, -1), high)  # where the ones of a row begin
    return max(
        distance((np.arange(wide) >= np.array(each)[:, None]).astype(np.int64), rows, columns, point) for each in ends
    )


@exact(kernel_discretisation, cost=0.5)
@control("both terms attained at once", midpoint_supremum=midpoint_error)
@control("a corner counted twice", midpoint_supremum=midpoint_error - 1 / (2 * m * n))
@control("1/m + 1/n", any_point_supremum=1 / m + 1 / n)
@control("twice the midpoints", any_point_supremum=2 * midpoint_supremum)
@control("lower ends for midpoints", point="lower end")
def worst_kernels_attain_the_suprema(
    midpoint_supremum: sp.Expr, any_point_supremum: sp.Expr, point: str, trial: Trial
) -> Iterator[Finding]:
    """The largest distance over all staircases of half cells (by the proof no kernel has a larger one)."""
    for rows, columns in SIZES:
        for bound, where in ((midpoint_supremum, point), (any_point_supremum, "any")):
            worst, claimed = trial.once(worst_staircase, rows, columns, where), at(bound, rows, columns)
            yield trial.holds(sp.Rational(worst) == claimed, f"largest distance {worst}, claimed {claimed}")


def step_above(place: int, size: int) -> NDArray[np.int64]:
    """0 up to a point of the fine grid, 1 beyond. int[size + 1]"""
    return (np.arange(size + 1) > place).astype(np.int64)


@exact(kernel_discretisation)
@control("¼ in place of ½", midpoint_error=midpoint_error / 2)
@control("any point of a cell", midpoint_error=2 * midpoint_error)
@control("10 % less", midpoint_error=NINE * midpoint_error)
@control("10 % more", midpoint_error=ELEVEN * midpoint_error)
def steps_attain_each_term(midpoint_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A step just above a midpoint, in one variable and in the other."""
    for rows, columns in ((2, 5), (4, 3)):
        down = np.repeat(step_above(rows // 2 * 2 + 1, 2 * rows)[:, None], 2 * columns + 1, axis=1)
        across = np.repeat(step_above(columns // 2 * 2 + 1, 2 * columns)[None], 2 * rows + 1, axis=0)
        attained = sum(distance(each, rows, columns) for each in (down, across))
        claimed = at(midpoint_error, rows, columns)
        yield trial.holds(sp.Rational(attained) == claimed, f"attained {attained}, claimed {claimed}")


def checkerboard(rows: int, columns: int) -> Kernel:
    """Alternating quarters of cells, not monotone."""
    quarter = np.arange(4 * rows + 1)[:, None] // 2 + np.arange(4 * columns + 1) // 2
    return quarter % 2


def kernels(rng: np.random.Generator, family: str) -> list[tuple[Kernel, int, int]]:
    """Random kernels, nondecreasing in each variable, of few jumps and of many, and the two that attain the suprema."""
    found = []
    for rows, columns in ((2, 3), (4, 4), (6, 3)):
        if family == "checkerboard":
            found.append((checkerboard(rows, columns), rows, columns))
            continue
        for inset in (2, 4):  # from the middle, from the lower end of the last cells
            rim = [step_above(4 * cells - inset, 4 * cells) for cells in (rows, columns)]
            found.append((np.maximum(rim[0][:, None], rim[1]), rows, columns))
        for jumps in (1, 2, 5, 40):
            kernel = np.zeros((4 * rows + 1, 4 * columns + 1), dtype=np.int64)
            for i, j in rng.integers(0, [4 * rows, 4 * columns], size=(jumps, 2)):
                kernel[i:, j:] += 1
            found.append((kernel, rows, columns))
    return found


@exact(kernel_discretisation)
@control("one variable", midpoint_supremum=1 / (2 * m))
@control("midpoints 10 % less", midpoint_supremum=NINE * midpoint_supremum)
@control("midpoints for any points", any_point_supremum=midpoint_supremum)
@control("not monotone: a checkerboard", family="checkerboard")
def monotone_kernels_stay_below(
    midpoint_supremum: sp.Expr, any_point_supremum: sp.Expr, family: str, trial: Trial
) -> Iterator[Finding]:
    """Random kernels of many values on quarters of cells, in integers."""
    for kernel, rows, columns in trial.draw(kernels, family):
        for bound, point in ((midpoint_supremum, "middle"), (any_point_supremum, "any")):
            found, claimed = distance(kernel, rows, columns, point), at(bound, rows, columns)
            yield trial.holds(sp.Rational(found) <= claimed, f"distance {found}, bound {claimed}")


FINE = 4  # linear pieces of a zigzag in a cell


def zigzag_distance(
    down: NDArray[np.int64], across: NDArray[np.int64], rows: int, columns: int, point: str
) -> Fraction:
    """‖W_P − W‖₁ / L for W(x, y) = X(x) + Y(y), both of slope ±L on pieces of 1/FINE of a cell.

    down: int[FINE·rows + 1], across: int[FINE·columns + 1], the values at the ends of the pieces in steps of one.
    The integral of |l| over a rectangle on which l is linear in each variable, with the rises b and c across it, is
    the second difference of |l|³ over its corners, times area/6bc.
    """
    shift = int(POINTS[point][0] * FINE)
    rise, run = columns * np.diff(down), rows * np.diff(across)
    total = Fraction(0)
    for i, j in product(range(rows), range(columns)):
        x, y = (slice(k * FINE, (k + 1) * FINE + 1) for k in (i, j))
        values = columns * (down[x] - down[i * FINE + shift])[:, None] + rows * (across[y] - across[j * FINE + shift])
        cubes = np.diff(np.diff(np.abs(values) ** 3, axis=0), axis=1)
        total += int((cubes * np.sign(rise[x.start : x.stop - 1])[:, None] * np.sign(run[y.start : y.stop - 1])).sum())
    return total / (6 * rows * columns) / (FINE**2 * rows * columns) / (FINE * rows * columns)


def zigzags(rng: np.random.Generator, rows: int, columns: int) -> list[tuple[NDArray[np.int64], ...]]:
    """Walks of steps ±1: the distance from the midpoints, straight up, and random ones. 2 × int[FINE·cells + 1]"""
    sizes = FINE * rows, FINE * columns
    valley = np.repeat([-1, 1], FINE // 2)
    steps = [tuple(np.tile(valley, cells) for cells in (rows, columns)), tuple(np.ones(size, int) for size in sizes)]
    steps += [tuple(rng.choice([-1, 1], size) for size in sizes) for _ in range(8)]
    return [tuple(np.concatenate([[0], np.cumsum(each)]) for each in pair) for pair in steps]


@exact(kernel_discretisation)
@control("the diameter of a cell", lipschitz_error=2 * lipschitz_error)
@control("half of it", lipschitz_error=lipschitz_error / 2)
@control("10 % more", lipschitz_error=ELEVEN * lipschitz_error)
@control("rows only", lipschitz_error=slope / (4 * m))
@control("lower ends for midpoints", point="lower end")
def distances_from_the_midpoints_attain_the_lipschitz_bound(
    lipschitz_error: sp.Expr, point: str, trial: Trial
) -> Iterator[Finding]:
    """W = L(|x − x_i| + |y − y_j|) attains it, sums of random zigzags stay below: exact integrals."""
    for rows, columns in ((1, 1), (2, 3), (4, 2)):
        claimed = at(lipschitz_error, rows, columns).subs(slope, 1)
        walks = trial.draw(zigzags, rows, columns)
        found = [zigzag_distance(down, across, rows, columns, point) for down, across in walks]
        yield trial.holds(sp.Rational(found[0]) == claimed, f"attained {found[0]} L, claimed {claimed} L")
        yield trial.holds(sp.Rational(max(found)) <= claimed, f"largest distance {max(found)} L, claimed {claimed} L")
    yield trial.same(lipschitz_error, slope * lipschitz_error.subs(slope, 1))


def mean_deviation(size: int, level: Fraction) -> Fraction:
    """E|F(c) − c| for the empirical distribution function F of `size` uniform numbers, term by term."""
    weights = [comb(size, k) * level**k * (1 - level) ** (size - k) for k in range(size + 1)]
    return sum((abs(Fraction(k, size) - level) * weight for k, weight in enumerate(weights)), Fraction(0))


@exact(kernel_discretisation)
@control("variance for deviation", mean_sorted_error=(1 / m + 1 / n) / 4)
@control("not halved", mean_sorted_error=2 * mean_sorted_error)
@control("10 % less", mean_sorted_error=NINE * mean_sorted_error)
@control("the bound as its own value", step_error=1 / (2 * sp.sqrt(m)))
@control("the whole central weight", step_error=2 * step_error)
@control("a normal step for every size", step_error=1 / sp.sqrt(2 * sp.pi * m))
def mean_error_is_that_of_a_binomial(
    mean_sorted_error: sp.Expr, step_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At most the largest binomial deviation, attained at size one; steps by enumeration of the law."""
    c = sp.Symbol("c", positive=True)
    variance = c * (1 - c) ** 2 + (1 - c) * c**2  # of 1{X ≤ c}
    (worst,) = sp.solve(sp.diff(variance, c), c)
    one = sp.sqrt(variance.subs(c, worst) / m)
    yield trial.same(mean_sorted_error, one + one.subs(m, n))
    term = mean_sorted_error.subs(n, m) / 2
    for size in (1, 2, 5, 8):
        largest = max(mean_deviation(size, Fraction(k, 24)) for k in range(25))
        claimed = term.subs(m, size)
        yield trial.holds(sp.Rational(largest) <= claimed, f"largest mean deviation {largest}, bound {claimed}")
        if size == 1:
            yield trial.holds(sp.Rational(largest) == claimed, f"largest mean deviation {largest}, claimed {claimed}")
        if size % 2 == 0:
            at_half, stated = mean_deviation(size, Fraction(1, 2)), step_error.subs(m, size)
            yield trial.holds(sp.Rational(at_half) == stated, f"step at ½: {at_half}, claimed {stated}")


@enclosed(kernel_discretisation)
@control("sharp", step_share=sp.Integer(1))
@control("10 % less", step_share=NINE * sp.sqrt(2 / sp.pi))
@control("the whole central weight", step_error=2 * step_error)
@control("not halved", mean_sorted_error=2 * mean_sorted_error)
def steps_have_their_share_of_the_bound(
    step_share: sp.Expr, step_error: sp.Expr, mean_sorted_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Between √(m/(m + 1)) times the limit and the limit, for a few and for a million latents."""
    share = step_error / mean_sorted_error.subs(n, m) * 2
    for size in (2, 10, 10**6):
        yield trial.below(step_share * sp.sqrt(m / (m + 1)), share, at=[{m: size}], strict=True)
        yield trial.below(share, step_share, at=[{m: size}], strict=True)


def mean_rectangle_error(rows: int, columns: int, height: Fraction, width: Fraction) -> Fraction:
    """E‖W_P − W‖₁ at sorted uniform latents for W = 1 outside [0, height] × [0, width]: unlike rectangles, by law."""
    total = Fraction(0)
    for a, b in product(range(rows + 1), range(columns + 1)):
        chance = comb(rows, a) * height**a * (1 - height) ** (rows - a)
        chance *= comb(columns, b) * width**b * (1 - width) ** (columns - b)
        x, y = Fraction(a, rows), Fraction(b, columns)
        total += chance * (x * y + height * width - 2 * min(x, height) * min(y, width))
    return total


@exact(kernel_discretisation)
@control("the larger of the two terms", mean_sorted_error=1 / (2 * sp.sqrt(m)))
@control("a quarter less", mean_sorted_error=sp.Rational(3, 4) * mean_sorted_error)
def mean_errors_of_rectangles_stay_below(mean_sorted_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Kernels of both variables: the mean area between a rectangle and its sample, exactly."""
    for rows, columns in ((1, 1), (25, 1), (3, 4)):
        largest = max(
            mean_rectangle_error(rows, columns, Fraction(i, 8), Fraction(j, 8))
            for i in range(1, 9)
            for j in range(1, 9)
        )
        claimed = at(mean_sorted_error, rows, columns)
        yield trial.holds(sp.Rational(largest) <= claimed, f"mean error {largest}, bound {claimed}")


@exact(kernel_discretisation)
@control("one-sided DKW", empirical_failure=sp.exp(-2 * n * s**2))
@control("DKW with half the exponent", empirical_failure=2 * sp.exp(-n * s**2))
@control("rows only", sorted_error=sp.sqrt(sp.log(4 / delta) / (2 * m)))
@control("one share of δ for two events", sorted_error=sorted_error.subs(delta, 2 * delta))
@control("10 % less", sorted_error=NINE * sorted_error)
def sorted_error_solves_its_failure_probability(
    empirical_failure: sp.Expr, sorted_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Rows and columns fail with δ/2 each."""
    one = sorted_error.subs(m, n) / 2
    yield trial.same(sorted_error, one + one.subs(n, m), by=reduce)
    yield trial.same(empirical_failure.subs(s, one), delta / 2, by=reduce)


def uniform_deviations(rng: np.random.Generator, samples: int, size: int) -> NDArray[np.floating]:
    """sup |F_n − id| of samples of uniform numbers. float[samples]"""
    points = np.sort(rng.random((samples, size)), axis=1)
    steps = np.arange(size + 1) / size
    largest: NDArray[np.floating] = np.maximum(steps[1:] - points, points - steps[:-1]).max(axis=1)
    return largest


@statistical(kernel_discretisation, tests=3)
@control("one-sided", empirical_failure=sp.exp(-2 * n * s**2))
@control("twice the exponent", empirical_failure=2 * sp.exp(-4 * n * s**2))
@control("the mean error", sorted_error=mean_sorted_error)
def empirical_distributions_deviate_no_more(
    empirical_failure: sp.Expr, sorted_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Dvoretzky–Kiefer–Wolfowitz on samples of 32 uniform numbers; at these levels the bound is nearly attained.

    In the last test one sample is that of the rows, one that of the columns.
    """
    deviations = trial.draw(uniform_deviations, trial.size(20_000), 32)
    for level in (sp.Rational(3, 16), sp.Rational(1, 4)):
        claimed = trial.value(empirical_failure, {n: 32, s: level})
        yield trial.counts(int((deviations > float(level)).sum()), len(deviations), claimed, side="above")
    both = deviations.reshape(2, -1).sum(axis=0)
    limit = trial.value(sorted_error, {m: 32, n: 32, delta: sp.Rational(1, 4)})
    yield trial.counts(int((both > limit).sum()), len(both), 0.25, side="above")
