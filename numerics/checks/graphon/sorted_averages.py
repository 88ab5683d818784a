"""Evidence for G10.2: averages over blocks of sorted masks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.graphon.sorting import SCALE, Integers, cut_norm, mean_modulus, presented_masks
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.masks.sorting import smoothed
from sparse_limits.theory.graphon.sorted_averages import (
    averaging_bias,
    averaging_noise,
    blocks,
    constant,
    cube_root_rate,
    fourth_moment,
    level,
    mean_above,
    mean_distance,
    mean_rate,
    mean_sum,
    modulus,
    one_variable,
    oscillation,
    quartic,
    rate,
    signed_noise,
    smoothed_cut_bound,
    sorted_averages,
    squares,
    sylvester_noise,
)
from sparse_limits.theory.graphon.sorting import both_bound, cut_error
from sparse_limits.theory.graphon.symbols import n

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


@enclosed(sorted_averages)
@control("the other side of the average", mean_distance=mean_distance.subs(mean_above, 2 * oscillation - mean_above))
@control("less than none", mean_distance=-mean_distance)
def distances_have_no_negative_mean(mean_distance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At any average from the least to the largest value."""
    yield trial.below(0, mean_distance, needed="mean_distance")


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
    """Ones beyond the middle of the last row or column of 2, 10 and 100 blocks on each side, in half blocks."""
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


@exact(sorted_averages, step="quartic")
@control("touches at twice the level", quartic=quartic.subs(level, 2 * level))
@control("10 % more", quartic=ELEVEN * quartic)
@control("without the fourth power", quartic=3 * modulus**2 / (2 * level))
def quartic_stays_below_the_modulus(quartic: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What is left is a square times what is positive."""
    share = modulus / level
    yield trial.same(modulus - quartic, modulus * (share - 1) ** 2 * (share + 2) / 2, by=sp.expand)


@exact(sorted_averages, step="fourth moment")
@control("of independent squares", fourth_moment=squares**2)
@control("2 for 3", fourth_moment=2 * squares**2)
@control("10 % more", fourth_moment=ELEVEN * fourth_moment)
def fourth_moments_of_signed_sums(fourth_moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One entry x more adds 6x²v + x⁴ to the mean of the fourth power, and 6x²v + 3x⁴ to the bound; all signs of three."""
    more = modulus
    yield trial.same(
        fourth_moment.subs(squares, squares + more**2) - fourth_moment,
        6 * more**2 * squares + 3 * more**4,
        by=sp.expand,
    )
    entries = sp.symbols("w:3", real=True)
    mean = sum(sum(s * x for s, x in zip(signs, entries, strict=True)) ** 4 for signs in product((1, -1), repeat=3)) / 8
    second = sum(x**2 for x in entries)
    left = fourth_moment.subs(squares, second) - mean
    yield trial.same(left, 2 * sum(x**4 for x in entries), by=sp.expand)


@exact(sorted_averages, step="mean sum")
@control("the root of the square", mean_sum=sp.sqrt(squares))
@control("of two entries", mean_sum=sp.sqrt(squares / 2))
@control("10 % less", mean_sum=NINE * mean_sum)
@control("another fourth moment", fourth_moment=2 * squares**2)
@control("half of the quartic", quartic=quartic / 2)
def signed_sums_have_this_mean(
    quartic: sp.Expr, fourth_moment: sp.Expr, mean_sum: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The quartic with the moments for powers, at q² = 3v."""
    powers = sp.expand(quartic)
    moments = powers.coeff(modulus, 2) * squares + powers.coeff(modulus, 4) * fourth_moment
    yield trial.same(mean_sum, moments.subs(level, sp.sqrt(3 * squares)))


@exact(sorted_averages, step="noise by signs")
@control("two cuts", signed_noise=signed_noise / 2)
@control("without √3", signed_noise=4 * sp.sqrt(blocks) * cut_error)
@control("10 % more", signed_noise=ELEVEN * signed_noise)
@control("the number of blocks", signed_noise=2 * blocks * cut_error)
@control("the root of the square", mean_sum=sp.sqrt(squares))
def signs_make_four_cuts(mean_sum: sp.Expr, signed_noise: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Four cuts over what the mean of a row is of its moduli, √(bv) at most."""
    row = mean_sum / sp.sqrt(blocks * squares)
    yield trial.same(signed_noise, 4 * cut_error / row)


@exact(sorted_averages)
@control("a tenth of it", signed_noise=signed_noise / 10)
@control("the cut itself", signed_noise=cut_error)
@control("twice the noise", sylvester_noise=2 * sylvester_noise)
def sylvester_matrices_have_much_noise(
    signed_noise: sp.Expr, sylvester_noise: sp.Expr, trial: Trial
) -> Iterator[Finding]:
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
@control("two cuts", signed_noise=signed_noise / 2)
@control("wasteful by the root of b over 12", smoothed_bound=averaging_noise + both_bound + averaging_bias)
@control("the cut norm", smoothed_bound=smoothed_cut_bound)
@control("without the noise", smoothed_bound=both_bound + averaging_bias)
def smoothing_adds_up(
    both_bound: sp.Expr,
    averaging_bias: sp.Expr,
    averaging_noise: sp.Expr,
    signed_noise: sp.Expr,
    smoothed_bound: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The same in L¹, with the less of two bounds of the noise: the first up to twelve blocks, the second from then on."""
    less = sp.Min(averaging_noise, signed_noise)
    yield trial.same(smoothed_bound, less + both_bound + averaging_bias, by=sp.expand)
    for case, noise in ((range(1, 13), averaging_noise), (range(12, 30), signed_noise)):
        for count in case:
            total = (noise + both_bound + averaging_bias).subs(blocks, count)
            yield trial.same(smoothed_bound.subs(blocks, count), total, by=sp.expand)
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
@control("without the order", mean_rate=4 * sp.sqrt(3 * blocks) * cut_error + 1 / blocks)
@control("noise of all blocks", mean_rate=10 * blocks * cut_error + 1 / blocks)
@control("10 % less", mean_rate=NINE * mean_rate)
@control("10 % more", mean_rate=ELEVEN * mean_rate)
@control("without the bias", mean_rate=mean_rate - 1 / blocks)
@control("two cuts", signed_noise=signed_noise / 2)
@control("both sides as one", both_bound=both_bound / 2)
def order_counts_less_than_noise(
    signed_noise: sp.Expr, both_bound: sp.Expr, mean_rate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The difference is that of the order for b blocks and for one, which is not negative from one block on."""
    more = 8 * (sp.sqrt(blocks) - 1) * cut_error
    yield trial.same(mean_rate, signed_noise + both_bound + 1 / blocks + more)
    root = sp.Symbol("s", nonnegative=True)  # of the number of blocks, beyond that of one block
    yield trial.nonnegative(more.subs(blocks, (1 + root) ** 2), 8 * root * cut_error)


@exact(sorted_averages, step="rate in the mean")
@control("at the root of n", cube_root_rate=((8 + 4 * sp.sqrt(3)) * constant + 1) / sp.sqrt(n))
@control("10 % less", cube_root_rate=NINE * cube_root_rate)
@control("10 % more", cube_root_rate=ELEVEN * cube_root_rate)
@control("noise of all blocks", mean_rate=10 * blocks * cut_error + 1 / blocks)
def the_mean_falls_with_the_cube_root(mean_rate: sp.Expr, cube_root_rate: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At as many blocks as the cube root of n; bias and noise have one order there."""
    yield trial.same(cube_root_rate, mean_rate.subs({blocks: sp.cbrt(n), cut_error: constant / sp.sqrt(n)}))
