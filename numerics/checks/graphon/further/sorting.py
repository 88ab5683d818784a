"""Evidence for G10.1, besides its reasons: rearranging rows costs their degrees; and more."""

from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.masks.cut_norm import exact_cut_norm
from sparse_limits.numerics.masks.sorting import sort_by_degree
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.further.sorting import cut_error, degree, degree_error, degree_sorting, other_degree

Integers = NDArray[np.int64]
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


@exact(degree_sorting, step="two rows")
def rearranging_rows_costs_their_degrees(row_distance: sp.Expr, monotone: bool, trial: Trial) -> Findings:
    """‖W^σ − W‖₁ = ∫|d(σu) − d(u)| du in rationals; the assumption broken by shuffling columns one by one."""
    for kernel, order in trial.draw(rearranged_kernels, monotone):
        rows, columns = kernel.shape
        degrees = [sp.Rational(int(total), columns * SCALE) for total in kernel.sum(axis=1)]
        pairs = zip(degrees, (degrees[place] for place in order), strict=True)
        claimed = sum(valued(row_distance, {degree: d, other_degree: e}) for d, e in pairs) / rows
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
def sorted_masks_are_as_close_as_their_cut_norm(
    degree_bound: sp.Expr, row_bound: sp.Expr, both_bound: sp.Expr, trial: Trial
) -> Findings:
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
