"""Evidence for G3.1 and G3.2, besides their reasons: worst kernels attain the suprema; and more."""

from fractions import Fraction
from itertools import combinations_with_replacement, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.graphon.discretisation import (
    SIZES,
    at,
    kernel_discretisation,
    lipschitz_discretisation,
    slope,
)

Kernel = NDArray[np.int64]
POINTS = {"middle": (Fraction(1, 2),), "lower end": (Fraction(0),), "any": (Fraction(0), Fraction(1, 2), Fraction(1))}


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


@exact(kernel_discretisation, step="midpoints", cost=0.5)
def worst_kernels_attain_the_suprema(
    midpoint_supremum: sp.Expr, any_point_supremum: sp.Expr, point: str, trial: Trial
) -> Findings:
    """The largest distance over all staircases of half cells is the stated supremum; by the proof no kernel has a larger distance."""
    for rows, columns in SIZES:
        for bound, where in ((midpoint_supremum, point), (any_point_supremum, "any")):
            worst, claimed = trial.once(worst_staircase, rows, columns, where), at(bound, rows, columns)
            yield trial.holds(sp.Rational(worst) == claimed, f"largest distance {worst}, claimed {claimed}")


def step_above(place: int, size: int) -> NDArray[np.int64]:
    """0 up to a point of the fine grid, 1 beyond. int[size + 1]"""
    return (np.arange(size + 1) > place).astype(np.int64)


@exact(kernel_discretisation, step="one term for each variable")
def steps_attain_each_term(midpoint_error: sp.Expr, trial: Trial) -> Findings:
    """The distances of two steps just above a midpoint, one in each variable, add up to the bound."""
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
    """Random kernels, nondecreasing in each variable, with few and with many jumps, and the two that attain the suprema."""
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
def monotone_kernels_stay_below(
    midpoint_supremum: sp.Expr, any_point_supremum: sp.Expr, family: str, trial: Trial
) -> Findings:
    """The distances of random kernels with many values on quarters of cells are at most the suprema, in integers."""
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


@exact(lipschitz_discretisation, step="Lipschitz")
def distances_from_the_midpoints_attain_the_lipschitz_bound(
    lipschitz_error: sp.Expr, point: str, trial: Trial
) -> Findings:
    """W = L(|x − x_i| + |y − y_j|) attains the bound, and sums of random zigzags stay below it: exact integrals."""
    for rows, columns in ((1, 1), (2, 3), (4, 2)):
        claimed = at(lipschitz_error, rows, columns).subs(slope, 1)
        walks = trial.draw(zigzags, rows, columns)
        found = [zigzag_distance(down, across, rows, columns, point) for down, across in walks]
        yield trial.holds(sp.Rational(found[0]) == claimed, f"attained {found[0]} L, claimed {claimed} L")
        yield trial.holds(sp.Rational(max(found)) <= claimed, f"largest distance {max(found)} L, claimed {claimed} L")
    yield trial.same(lipschitz_error, slope * lipschitz_error.subs(slope, 1))
