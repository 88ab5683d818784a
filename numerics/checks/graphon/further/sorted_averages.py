"""Evidence for G10.2, besides its reasons: distances have no negative mean; averages of a step; and more."""

from collections.abc import Callable
from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.graphon.further.sorting import (
    SCALE,
    Integers,
    cut_norm,
    mean_modulus,
    presented_masks,
)
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.masks.sorting import smoothed
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.further.sorted_averages import (
    blocks,
    constant,
    hook_cut_error,
    hook_mean_error,
    sorted_averages,
)
from sparse_limits.theory.graphon.further.sorting import cut_error
from sparse_limits.theory.graphon.symbols import n


@enclosed(sorted_averages)
def distances_have_no_negative_mean(mean_distance: sp.Expr, trial: Trial) -> Findings:
    """At any average from the least to the largest value."""
    yield trial.below(0, mean_distance, needed="mean_distance")


def block_averages(kernel: Integers, count: int) -> Integers:
    """Sums over count × count equal blocks, on every cell of them."""
    height, width = (size // count for size in kernel.shape)
    sums = kernel.reshape(count, height, count, width).sum(axis=(1, 3))
    averages: Integers = sums.repeat(height, axis=0).repeat(width, axis=1)
    return averages


@exact(sorted_averages, step="bias")
def averages_of_a_step(averaging_bias: sp.Expr, trial: Trial) -> Findings:
    """A step in the middle of a block attains half the bias; random kernels keep it."""
    for count in (1, 2, 5):
        step = np.repeat((np.arange(2 * count) == 2 * count - 1)[:, None], count, axis=1).astype(np.int64)
        error = mean_modulus(block_averages(step, count) - 2 * step, 2)
        claimed = averaging_bias.subs(blocks, count) / 2
        yield trial.holds(error == claimed, f"step in {count} blocks: {error}, claimed {claimed}")
    for case, count in product(trial.draw(presented_masks, ((6, 8), (8, 10), (10, 10))), (1, 2)):
        cells = case.kernel.size // count**2
        bias = mean_modulus(block_averages(case.kernel, count) - cells * case.kernel, SCALE * cells)
        largest = averaging_bias.subs(blocks, count)
        yield trial.holds(bias <= largest, f"bias {bias}, at most {largest}")


@exact(sorted_averages, step="bias")
def hooks_approach_the_bias(averaging_bias: sp.Expr, trial: Trial) -> Findings:
    """Ones beyond the middle of the last row or column of 2, 10 and 100 blocks on each side, in half blocks."""
    for count in (2, 10, 100):
        last = np.arange(2 * count) == 2 * count - 1
        hook = (last[:, None] | last[None, :]).astype(np.int64)
        error = mean_modulus(block_averages(hook, count) - 4 * hook, 4)
        largest = averaging_bias.subs(blocks, count)
        yield trial.holds(bool(error <= largest), f"hook in {count} blocks: {error}, at most {largest}")


@exact(sorted_averages, step="noise")
def averages_over_blocks(averaging_noise: sp.Expr, trial: Trial) -> Findings:
    """A checkerboard of 2×2 attains the noise; random masks keep it."""
    checkers = np.array([[1, -1], [-1, 1]])
    noise = averaging_noise.subs({blocks: 2, cut_error: cut_norm(checkers, 1)})
    yield trial.holds(mean_modulus(checkers, 1) == noise, f"checkerboard 1, claimed {noise}")
    for case in trial.draw(presented_masks, ((6, 8), (8, 10), (10, 10))):
        gap = SCALE * case.mask - case.kernel
        cut = cut_norm(gap)
        for count in (1, 2):
            spread = mean_modulus(block_averages(gap, count), SCALE * gap.size // count**2)
            largest = averaging_noise.subs({blocks: count, cut_error: cut})
            yield trial.holds(spread <= largest, f"noise {spread}, at most {largest}")


@exact(sorted_averages)
def sylvester_matrices_have_much_noise(signed_noise: sp.Expr, sylvester_noise: sp.Expr, trial: Trial) -> Findings:
    """Of the size b = 2, 4, 8: orthogonal rows of ±1, a noise of 1, and cuts of at most 1/√b."""
    matrix = np.array([[1]])
    for _ in range(3):
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
        count = len(matrix)
        cut = cut_norm(matrix, 1)
        at = {blocks: count, cut_error: cut}
        yield trial.holds(np.array_equal(matrix @ matrix.T, count * np.eye(count)), f"{count} orthogonal rows")
        noise = mean_modulus(matrix, 1)
        least, most = sylvester_noise.subs(at), signed_noise.subs(at)
        yield trial.holds(bool(least <= noise), f"noise {noise}, at least {least}")
        yield trial.holds(bool(noise <= most), f"noise {noise}, at most {most}")


@exact(sorted_averages, step="smoothed in cut norm")
def smoothing_adds_up_in_cut_norm(
    both_bound: sp.Expr, averaging_bias: sp.Expr, smoothed_cut_bound: sp.Expr, trial: Trial
) -> Findings:
    """Noise of the mask, order and bias; and the smoothed masks keep the sum, in rationals."""
    yield trial.same(smoothed_cut_bound, cut_error + both_bound + averaging_bias, by=sp.expand)
    yield from smoothed_masks(smoothed_cut_bound, cut_norm, trial)


@exact(sorted_averages, step="smoothed in the mean")
def smoothing_adds_up(
    both_bound: sp.Expr,
    averaging_bias: sp.Expr,
    averaging_noise: sp.Expr,
    signed_noise: sp.Expr,
    smoothed_bound: sp.Expr,
    trial: Trial,
) -> Findings:
    """The same in L¹, with the less of two bounds of the noise: the first up to twelve blocks, the second from then on."""
    less = sp.Min(averaging_noise, signed_noise)
    yield trial.same(smoothed_bound, less + both_bound + averaging_bias, by=sp.expand)
    for case, noise in ((range(1, 13), averaging_noise), (range(12, 30), signed_noise)):
        for count in case:
            total = (noise + both_bound + averaging_bias).subs(blocks, count)
            yield trial.same(smoothed_bound.subs(blocks, count), total, by=sp.expand)
    yield from smoothed_masks(smoothed_bound, mean_modulus, trial)


def smoothed_masks(bound: sp.Expr, norm: Callable[[Integers, int], sp.Rational], trial: Trial) -> Findings:
    """That sorted and averaged masks are as close to their kernel as a bound in a norm says."""
    for case in trial.draw(presented_masks, ((6, 8), (8, 10), (10, 10))):
        at = {cut_error: cut_norm(SCALE * case.mask - case.kernel)}
        for count in (1, 2):
            cells = case.mask.size // count**2
            kept = np.rint(smoothed(case.mask[np.ix_(case.rows, case.columns)], count) * cells).astype(np.int64)
            grey = kept.repeat(case.mask.shape[0] // count, axis=0).repeat(case.mask.shape[1] // count, axis=1)
            error = norm(SCALE * grey - cells * case.kernel, SCALE * cells)
            largest = bound.subs({**at, blocks: count})
            yield trial.holds(error <= largest, f"smoothed {error}, at most {largest}")


# Averages of a hook beside a graphon that is 1 on it and a small number elsewhere


@exact(sorted_averages)
def hooks_are_averaged(hook_cut_error: sp.Expr, hook_mean_error: sp.Expr, trial: Trial) -> Findings:
    """Hooks of half blocks, two, four and eight on a side, in sixty-fourths: they are sorted, with ties of equal lines.

    A mask with more rows and columns for each half block has the same averages.
    """
    for count, floor in ((2, 8), (4, 8), (8, 1)):
        last = np.arange(2 * count) == 2 * count - 1
        hook = (last[:, None] | last[None, :]).astype(np.int64)
        graphon = np.where(hook, 64, floor)
        error = block_averages(hook, count) * 16 - graphon
        at = {blocks: sp.Integer(count), cut_error: cut_norm(64 * hook - graphon, 64)}
        for claimed, seen in ((hook_cut_error, cut_norm(error, 64)), (hook_mean_error, mean_modulus(error, 64))):
            yield trial.holds(valued(claimed, at) == seen, f"{seen}, claimed {valued(claimed, at)}")


@exact(sorted_averages)
def errors_of_hooks_by_their_size(hook_rate_error: sp.Expr, hook_cube_root_error: sp.Expr, trial: Trial) -> Findings:
    """√n blocks, and the cube root of n."""
    count, scaled = sp.Symbol("q", positive=True), {cut_error: constant / n}
    yield trial.same(
        valued(hook_rate_error, {n: count**2}), valued(hook_cut_error, {blocks: count, cut_error: constant / count})
    )
    yield trial.same(
        valued(hook_cube_root_error, {n: count**6}),
        valued(hook_mean_error, {blocks: count**2, cut_error: scaled[cut_error].subs(n, count**3)}),
    )
