"""Evidence for G10: sorting by degree recovers a monotone graphon, and fails on one that is not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.evidence import Finding, Trial, control, exact, statistical
from numerics.masks.cut_norm import exact_cut_norm
from numerics.masks.sorting import smoothed, sort_by_degree
from theory.graphon.sorting import (
    averaging_bias,
    averaging_noise,
    blocks,
    both_bound,
    cut_error,
    degree,
    degree_bound,
    degree_error,
    degree_sorting,
    hidden_error,
    hidden_mean,
    hidden_variance,
    misplaced,
    other_degree,
    row_bound,
    row_distance,
    smoothed_cut_bound,
)
from theory.graphon.symbols import n

Integers = NDArray[np.int64]
ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
SCALE = 12  # kernels take the values k/SCALE


def mean_modulus(matrix: Integers, scale: int = SCALE) -> sp.Rational:
    """Mean |entry| / scale."""
    return sp.Rational(int(np.abs(matrix).sum()), matrix.size * scale)


def monotone_kernel(rng: np.random.Generator, rows: int, columns: int) -> Integers:
    """A random kernel in units of 1/SCALE, nondecreasing along both sides: sums of atoms below and to the left."""
    atoms = rng.exponential(size=(rows, columns)) * (rng.random((rows, columns)) < 0.3)
    sums = atoms.cumsum(axis=0).cumsum(axis=1)
    kernel: Integers = (SCALE * sums / max(sums.max(), 1e-9)).round().astype(np.int64)
    return kernel


def rearranged_kernels(rng: np.random.Generator, monotone: bool) -> list[tuple[Integers, Integers]]:
    """Kernels, their columns moved as a whole or each shuffled by itself; and permutations of their rows."""
    cases = []
    for rows, columns in ((2, 3), (5, 4), (9, 9), (30, 20)):
        kernel = monotone_kernel(rng, rows, columns)[:, rng.permutation(columns)]
        cases.append((kernel if monotone else rng.permuted(kernel, axis=0), rng.permutation(rows)))
    return cases


@exact(degree_sorting)
@control("without the modulus", row_distance=degree - other_degree)
@control("squared", row_distance=(degree - other_degree) ** 2)
@control("half", row_distance=row_distance / 2)
@control("10 % more", row_distance=ELEVEN * row_distance)
@control("kernels that are not monotone", monotone=False)
def rearranging_rows_costs_their_degrees(row_distance: sp.Expr, monotone: bool, trial: Trial) -> Iterator[Finding]:
    """‖W^σ − W‖₁ = ∫|d(σu) − d(u)| du in rationals; the assumption broken by shuffling columns one by one."""
    for kernel, order in trial.draw(rearranged_kernels, monotone):
        rows, columns = kernel.shape
        degrees = [sp.Rational(int(total), columns * SCALE) for total in kernel.sum(axis=1)]
        pairs = zip(degrees, (degrees[place] for place in order), strict=True)
        claimed = sum(row_distance.subs({degree: d, other_degree: e}) for d, e in pairs) / rows
        distance = mean_modulus(kernel[order] - kernel)
        yield trial.holds(distance == claimed, f"{rows}×{columns}: distance {distance}, claimed {claimed}")


class Case(NamedTuple):
    """A kernel in units of 1/SCALE, a mask of it in the same order, and the orders in which its sides are presented."""

    kernel: Integers
    mask: NDArray[np.bool_]
    rows: Integers
    columns: Integers

    def sorted_sides(self) -> tuple[Integers, Integers]:
        """The orders of rows and columns that sorting the presented mask by degree arrives at."""
        order = sort_by_degree(self.mask[np.ix_(self.rows, self.columns)])
        return self.rows[order.rows], self.columns[order.columns]


def reversed_case(kernel: list[str], mask: list[str]) -> Case:
    """Rows of zeros and ones; presented backwards, so that ties fall in the wrong order."""
    values, kept = (np.array([[int(entry) for entry in row] for row in rows]) for rows in (kernel, mask))
    return Case(SCALE * values, kept > 0, *(np.arange(size)[::-1] for size in kept.shape))


SHARP_ROWS = reversed_case(["00", "11"], ["10", "10"])
SHARP_BOTH = reversed_case(["00011", "00111", "01111", "01111", "11111"], ["01011", "00111", "01111", "01111", "11110"])


def presented_masks(rng: np.random.Generator, shapes: tuple[tuple[int, int], ...]) -> list[Case]:
    """Masks sampled from monotone kernels, and masks that have nothing to do with them, in random order."""
    cases = []
    for rows, columns in shapes:
        kernel = monotone_kernel(rng, rows, columns)
        for probability in (kernel / SCALE, 0.5):
            mask = rng.random((rows, columns)) < probability
            cases.append(Case(kernel, mask, rng.permutation(rows), rng.permutation(columns)))
    return cases


@exact(degree_sorting)
@control("the distance of the degrees", degree_bound=degree_error)
@control("degrees, 10 % less", degree_bound=NINE * degree_bound)
@control("one side of the cut", row_bound=2 * cut_error)
@control("rows, 10 % less", row_bound=NINE * row_bound)
@control("both sides as one", both_bound=row_bound)
@control("both sides, 10 % less", both_bound=NINE * both_bound)
def sorted_masks_are_as_close_as_their_cut_norm(
    degree_bound: sp.Expr, row_bound: sp.Expr, both_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The chain of bounds in rationals, with equality in the two sharp cases; larger masks by their degrees alone."""
    small = trial.draw(presented_masks, ((4, 4), (5, 8), (9, 6)))
    side = trial.size(40)
    for case in (SHARP_ROWS, SHARP_BOTH, *small, *trial.draw(presented_masks, ((side, side), (2 * side, side)))):
        kernel, mask = case.kernel, case.mask
        rows, columns = case.sorted_sides()
        error = mean_modulus(kernel[rows] - kernel)
        gap = SCALE * mask - kernel
        by_degree = degree_bound.subs(degree_error, mean_modulus(gap.sum(axis=1), SCALE * mask.shape[1]))
        yield trial.holds(error <= by_degree, f"rows {error}, from the degrees {by_degree}")
        if case is SHARP_ROWS:
            yield trial.holds(error == by_degree, f"rows {error}, from the degrees {by_degree}: sharp")
        if max(mask.shape) > 9:
            continue
        cut = cut_norm(gap)
        whole = mean_modulus(kernel[np.ix_(rows, columns)] - kernel)
        by_cut, both = row_bound.subs(cut_error, cut), both_bound.subs(cut_error, cut)
        yield trial.holds(by_degree <= by_cut, f"from the degrees {by_degree}, from the cut norm {by_cut}")
        yield trial.holds(whole <= both, f"both sides {whole}, from the cut norm {both}")
        if case is SHARP_ROWS:
            yield trial.holds(error == by_cut, f"rows {error}, from the cut norm {by_cut}: sharp")
        if case is SHARP_BOTH:
            yield trial.holds(whole == both, f"both sides {whole}, from the cut norm {both}: sharp")


def cut_norm(matrix: Integers, scale: int = SCALE) -> sp.Rational:
    """The cut norm of an integer matrix / scale."""
    return sp.Rational(round(float(exact_cut_norm(matrix)) * matrix.size), matrix.size * scale)


def block_averages(kernel: Integers, count: int) -> Integers:
    """Sums over count × count equal blocks, on every cell of them."""
    height, width = (size // count for size in kernel.shape)
    sums = kernel.reshape(count, height, count, width).sum(axis=(1, 3))
    averages: Integers = sums.repeat(height, axis=0).repeat(width, axis=1)
    return averages


@exact(degree_sorting)
@control("one variable", averaging_bias=1 / (2 * blocks))
@control("bias, 10 % more", averaging_bias=ELEVEN * averaging_bias)
@control("the number of blocks", averaging_noise=blocks**2 * cut_error / 4)
@control("noise, 10 % less", averaging_noise=NINE * averaging_noise)
def averages_over_blocks(averaging_bias: sp.Expr, averaging_noise: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A step in the middle of a block attains half the bias, a checkerboard of 2×2 the noise; random ones keep them."""
    for count in (1, 2, 5):
        step = np.repeat((np.arange(2 * count) == 2 * count - 1)[:, None], count, axis=1).astype(np.int64)
        error = mean_modulus(block_averages(step, count) - 2 * step, 2)
        claimed = averaging_bias.subs(blocks, count) / 2
        yield trial.holds(error == claimed, f"step in {count} blocks: {error}, claimed {claimed}")
    checkers = np.array([[1, -1], [-1, 1]])
    noise = averaging_noise.subs({blocks: 2, cut_error: cut_norm(checkers, 1)})
    yield trial.holds(mean_modulus(checkers, 1) == noise, f"checkerboard 1, claimed {noise}")
    for case in trial.draw(presented_masks, ((6, 8), (8, 10), (10, 10))):
        gap = SCALE * case.mask - case.kernel
        for count in (1, 2):
            cells = gap.size // count**2
            bias = mean_modulus(block_averages(case.kernel, count) - cells * case.kernel, SCALE * cells)
            largest = averaging_bias.subs(blocks, count)
            yield trial.holds(bias <= largest, f"bias {bias}, at most {largest}")
            spread = mean_modulus(block_averages(gap, count), SCALE * cells)
            largest = averaging_noise.subs({blocks: count, cut_error: cut_norm(gap)})
            yield trial.holds(spread <= largest, f"noise {spread}, at most {largest}")


@exact(degree_sorting)
@control("both sides as one", both_bound=both_bound / 2)
@control("bias of one variable", averaging_bias=averaging_bias / 2)
@control("noise of one sign", averaging_noise=averaging_noise / 2)
@control("without the order", smoothed_cut_bound=cut_error + averaging_bias)
@control("without the bias", smoothed_cut_bound=9 * cut_error)
@control("without the mask", smoothed_cut_bound=both_bound + averaging_bias)
@control("the cut norm", smoothed_bound=smoothed_cut_bound)
@control("without the noise", smoothed_bound=both_bound + averaging_bias)
def smoothing_adds_up(
    both_bound: sp.Expr,
    averaging_bias: sp.Expr,
    averaging_noise: sp.Expr,
    smoothed_cut_bound: sp.Expr,
    smoothed_bound: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Noise of the mask, order and bias; and the smoothed masks keep the sums, in rationals."""
    yield trial.same(smoothed_cut_bound, cut_error + both_bound + averaging_bias, by=sp.expand)
    yield trial.same(smoothed_bound, averaging_noise + both_bound + averaging_bias, by=sp.expand)
    for case in trial.draw(presented_masks, ((6, 8), (8, 10), (10, 10))):
        at = {cut_error: cut_norm(SCALE * case.mask - case.kernel)}
        for count in (1, 2):
            cells = case.mask.size // count**2
            kept = np.rint(smoothed(case.mask[np.ix_(case.rows, case.columns)], count) * cells).astype(np.int64)
            grey = kept.repeat(case.mask.shape[0] // count, axis=0).repeat(case.mask.shape[1] // count, axis=1)
            gap = SCALE * grey - cells * case.kernel
            for norm, bound in ((cut_norm, smoothed_cut_bound), (mean_modulus, smoothed_bound)):
                error, largest = norm(gap, SCALE * cells), bound.subs({**at, blocks: count})
                yield trial.holds(error <= largest, f"smoothed {error}, at most {largest}")


def hidden_kernel(side: int) -> Integers:
    """½ + ⅖ sign((u − ½)(v − ½)) in tenths: rows of equal degrees."""
    halves = np.repeat([-1, 1], side // 2)
    return 5 + 4 * np.outer(halves, halves)


@exact(degree_sorting)
@control("each row once", hidden_error=hidden_error / 2)
@control("10 % more", hidden_error=ELEVEN * hidden_error)
@control("sorting works", hidden_mean=sp.Integer(0))
@control("10 % less", hidden_mean=NINE * hidden_mean)
@control("with replacement", hidden_variance=sp.Rational(4, 25) / n)
@control("10 % more variance", hidden_variance=ELEVEN * hidden_variance)
def all_orders_of_rows_of_equal_degrees(
    hidden_error: sp.Expr, hidden_mean: sp.Expr, hidden_variance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Every way to place the rows of the upper half: error, mean and variance, by enumeration."""
    for side in (2, 4, 6, 8):
        kernel, half = hidden_kernel(side), side // 2
        errors = []
        for upper in combinations(range(side), half):
            order = np.full(side, 0)
            order[list(upper)] = side - 1  # any row of the upper half
            error = mean_modulus(kernel[order] - kernel, 10)
            claimed = hidden_error.subs({n: side, misplaced: sum(place < half for place in upper)})
            if error != claimed:
                yield trial.holds(False, f"{side} rows: error {error}, claimed {claimed}")
            errors.append(error)
        mean = sum(errors) / len(errors)
        variance = sum(error**2 for error in errors) / len(errors) - mean**2
        yield trial.holds(mean == hidden_mean, f"{side} rows: mean {mean}, claimed {hidden_mean}")
        claimed = hidden_variance.subs(n, side)
        yield trial.holds(variance == claimed, f"{side} rows: variance {variance}, claimed {claimed}")


SIDE = 8


def sorting_errors(rng: np.random.Generator, masks: int) -> NDArray[np.float64]:
    """‖W^σ̂ − W‖₁ for masks of the hidden kernel, rows sorted by degree with ties in random order. float[masks]"""
    kernel = hidden_kernel(SIDE)
    degrees = (rng.random((masks, SIDE, SIDE)) < kernel / 10).sum(axis=2)
    order = (degrees + rng.random((masks, SIDE))).argsort(axis=1)
    errors: NDArray[np.float64] = np.abs(kernel[order] - kernel).mean(axis=(1, 2)) / 10
    return errors


@statistical(degree_sorting, tests=2)
@control("sorting works", hidden_mean=sp.Integer(0))
@control("10 % more", hidden_mean=ELEVEN * hidden_mean)
@control("10 % less", hidden_mean=NINE * hidden_mean)
@control("half the spread", hidden_variance=hidden_variance / 2)
def sorting_cannot_see_the_halves(hidden_mean: sp.Expr, hidden_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Sampled masks: mean error, and mean square about the mean."""
    errors = trial.draw(sorting_errors, trial.size(10_000))
    mean = trial.value(hidden_mean)
    yield trial.averages(errors, mean, 0.0, 0.8)
    if 0 < mean < 0.8:
        squares = (errors - 0.4) ** 2
        yield trial.averages(squares, trial.value(hidden_variance, {n: sp.Integer(SIDE)}), 0.0, 0.2)
