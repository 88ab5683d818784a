"""Evidence for G10.2: averages over blocks of sorted masks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import sympy as sp

from numerics.checks.graphon.sorting import SCALE, Integers, cut_norm, mean_modulus, presented_masks
from numerics.evidence import Finding, Trial, control, exact
from numerics.masks.sorting import smoothed
from theory.graphon.sorted_averages import (
    averaging_bias,
    averaging_noise,
    blocks,
    constant,
    mean_above,
    mean_distance,
    mean_rate,
    one_variable,
    oscillation,
    rate,
    smoothed_bound,
    smoothed_cut_bound,
    sorted_averages,
)
from theory.graphon.sorting import both_bound, cut_error
from theory.graphon.symbols import n

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(sorted_averages, step="one interval")
@control("half of it", mean_distance=mean_distance / 2)
@control("the average", mean_distance=mean_above)
@control("10 % more", mean_distance=ELEVEN * mean_distance)
def chord_bounds_the_mean_distance(mean_distance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of |x − y| for x = w with probability y/w and else 0; and what w/2 leaves, a square."""
    share = mean_above / oscillation
    yield trial.same(mean_distance, share * (oscillation - mean_above) + (1 - share) * mean_above)
    yield trial.nonnegative(
        oscillation / 2 - mean_distance, (oscillation - 2 * mean_above) ** 2 / (2 * oscillation), by=sp.factor
    )


@exact(sorted_averages, step="one variable")
@control("the whole oscillation", one_variable=1 / blocks)
@control("10 % less", one_variable=NINE * one_variable)
@control("half of the distance", mean_distance=mean_distance / 2)
def intervals_share_one_oscillation(one_variable: sp.Expr, mean_distance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """b intervals of length 1/b, of the mean distance at y = w/2: b·w/2b, where the w add up to 1, as for b equal ones."""
    worst = mean_distance.subs(mean_above, oscillation / 2)
    yield trial.same(one_variable, blocks * worst.subs(oscillation, 1 / blocks) / blocks)
    sizes = sp.symbols("w:4", positive=True)
    yield trial.same(sum(worst.subs(oscillation, size) for size in sizes), worst.subs(oscillation, sum(sizes)))


@exact(sorted_averages, step="bias")
@control("one variable", averaging_bias=1 / (2 * blocks))
@control("bias, 10 % more", averaging_bias=ELEVEN * averaging_bias)
@control("the whole oscillation", one_variable=1 / blocks)
def bias_is_that_of_two_variables(one_variable: sp.Expr, averaging_bias: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Averages in u, which stay monotone in v, and then in v."""
    yield trial.same(averaging_bias, one_variable + one_variable)


def block_averages(kernel: Integers, count: int) -> Integers:
    """Sums over count × count equal blocks, on every cell of them."""
    height, width = (size // count for size in kernel.shape)
    sums = kernel.reshape(count, height, count, width).sum(axis=(1, 3))
    averages: Integers = sums.repeat(height, axis=0).repeat(width, axis=1)
    return averages


@exact(sorted_averages, step="bias")
@control("one variable", averaging_bias=1 / (2 * blocks))
@control("bias, 10 % more", averaging_bias=ELEVEN * averaging_bias)
def averages_of_a_step(averaging_bias: sp.Expr, trial: Trial) -> Iterator[Finding]:
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
@control("one variable", averaging_bias=1 / (2 * blocks))
@control("bias, 10 % less", averaging_bias=NINE * averaging_bias)
def hooks_approach_the_bias(averaging_bias: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Ones beyond the middle of the last row or column of 100×100 blocks, in half blocks."""
    for count in (2, 10, 100):
        last = np.arange(2 * count) == 2 * count - 1
        hook = (last[:, None] | last[None, :]).astype(np.int64)
        error = mean_modulus(block_averages(hook, count) - 4 * hook, 4)
        largest = averaging_bias.subs(blocks, count)
        yield trial.holds(bool(error <= largest), f"hook in {count} blocks: {error}, at most {largest}")


@exact(sorted_averages, step="noise")
@control("the number of blocks", averaging_noise=blocks**2 * cut_error / 4)
@control("noise, 10 % less", averaging_noise=NINE * averaging_noise)
def averages_over_blocks(averaging_noise: sp.Expr, trial: Trial) -> Iterator[Finding]:
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


@exact(sorted_averages, step="smoothed in cut norm")
@control("both sides as one", both_bound=both_bound / 2)
@control("bias of one variable", averaging_bias=averaging_bias / 2)
@control("without the order", smoothed_cut_bound=cut_error + averaging_bias)
@control("without the bias", smoothed_cut_bound=9 * cut_error)
@control("without the mask", smoothed_cut_bound=both_bound + averaging_bias)
def smoothing_adds_up_in_cut_norm(
    both_bound: sp.Expr, averaging_bias: sp.Expr, smoothed_cut_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Noise of the mask, order and bias; and the smoothed masks keep the sum, in rationals."""
    yield trial.same(smoothed_cut_bound, cut_error + both_bound + averaging_bias, by=sp.expand)
    yield from smoothed_masks(smoothed_cut_bound, cut_norm, trial)


@exact(sorted_averages, step="smoothed in the mean")
@control("both sides as one", both_bound=both_bound / 2)
@control("bias of one variable", averaging_bias=averaging_bias / 2)
@control("noise of one sign", averaging_noise=averaging_noise / 2)
@control("the cut norm", smoothed_bound=smoothed_cut_bound)
@control("without the noise", smoothed_bound=both_bound + averaging_bias)
def smoothing_adds_up(
    both_bound: sp.Expr, averaging_bias: sp.Expr, averaging_noise: sp.Expr, smoothed_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The same in L¹."""
    yield trial.same(smoothed_bound, averaging_noise + both_bound + averaging_bias, by=sp.expand)
    yield from smoothed_masks(smoothed_bound, mean_modulus, trial)


def smoothed_masks(bound: sp.Expr, norm: Callable[[Integers, int], sp.Rational], trial: Trial) -> Iterator[Finding]:
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


@exact(sorted_averages, step="rate")
@control("the mask alone", rate=constant / sp.sqrt(n))
@control("10 % less", rate=NINE * rate)
@control("10 % more", rate=ELEVEN * rate)
@control("without the bias", rate=9 * constant / sp.sqrt(n))
@control("without the order", smoothed_cut_bound=cut_error + 1 / blocks)
def more_blocks_keep_the_rate(smoothed_cut_bound: sp.Expr, rate: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The bound at the root of n; any number of blocks beyond it, whole or not, has less."""
    more = sp.Symbol("q", nonnegative=True)
    there = smoothed_cut_bound.subs(cut_error, constant / sp.sqrt(n))
    yield trial.same(there.subs(blocks, sp.sqrt(n)), rate, by=sp.expand)
    root = sp.sqrt(n)
    yield trial.nonnegative(rate - there.subs(blocks, root + more), more / (root * (root + more)))


@exact(sorted_averages, step="rate in the mean")
@control("noise alone", mean_rate=2 * blocks * cut_error + 1 / blocks)
@control("10 % less", mean_rate=NINE * mean_rate)
@control("10 % more", mean_rate=ELEVEN * mean_rate)
@control("without the bias", mean_rate=10 * blocks * cut_error)
@control("noise of one sign", smoothed_bound=smoothed_bound - blocks * cut_error)
def order_counts_less_than_noise(smoothed_bound: sp.Expr, mean_rate: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The difference is that of the order for b blocks and for one, which is not negative from one block on."""
    yield trial.same(mean_rate - smoothed_bound, 8 * (blocks - 1) * cut_error, by=sp.cancel)
    more = sp.Symbol("q", integer=True, nonnegative=True)  # blocks beyond the first
    yield trial.nonnegative((mean_rate - smoothed_bound).subs(blocks, 1 + more), 8 * more * cut_error, by=sp.cancel)
