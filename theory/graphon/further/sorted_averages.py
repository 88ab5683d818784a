"""G10.2: averages of a sorted mask over blocks, beside the graphon."""

from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.further.sorting import CUT_ERROR, MONOTONE, both_bound, cut_error
from sparse_limits.theory.graphon.symbols import COLUMNS, n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same

blocks = sp.Symbol("b", integer=True, positive=True)  # per side
constant = sp.Symbol("c", nonnegative=True)  # √n times the error of the mask
oscillation, mean_above = sp.symbols("w y", positive=True)  # of a function; of its average above its least value
modulus, level = sp.symbols("x q", positive=True)  # of a signed sum; where the quartic touches it
squares = sp.Symbol("v", positive=True)  # sum of the squares of a row

mean_distance = 2 * mean_above * (oscillation - mean_above) / oscillation
one_variable = 1 / (2 * blocks)
averaging_bias = 1 / blocks
averaging_noise = 2 * blocks * cut_error
smoothed_cut_bound = cut_error + both_bound + averaging_bias
quartic = 3 * modulus**2 / (2 * level) - modulus**4 / (2 * level**3)
fourth_moment = 3 * squares**2
mean_sum = sp.sqrt(squares / 3)
signed_noise = 4 * sp.sqrt(3 * blocks) * cut_error
smoothed_bound = sp.Min(averaging_noise, signed_noise) + both_bound + averaging_bias
rate = (9 * constant + 1) / sp.sqrt(n)
mean_rate = (8 + 4 * sp.sqrt(3)) * sp.sqrt(blocks) * cut_error + 1 / blocks
cube_root_rate = ((8 + 4 * sp.sqrt(3)) * constant + 1) / sp.cbrt(n)
sylvester_noise = sp.sqrt(blocks) * cut_error  # at least, of Sylvester's matrices

# Of the averages of the hook of hooks_approach_the_bias as a mask, and the graphon that is 1 on it and η elsewhere
floor = cut_error / (1 - 1 / (2 * blocks)) ** 2  # η
_inner, _half = 1 - 1 / blocks, 1 / (2 * blocks)
hook_cut_error = (
    floor * _inner**2 + _inner * _half + _half**2 / 4
)  # the cut of what is too low, the larger one unless η is small
hook_mean_error = floor * _inner**2 + 2 * _inner * _half * (1 - floor) + _half**2 * (sp.Rational(3, 2) - floor)
HOOK = sp.Rational(225, 16384)  # η = 1/64 at eight blocks
HOOKS = "at most this factor, as other masks may lose more: the hook of *averaging bias* as a mask, compared with a graphon that is $1$ on the hook and $\\eta=\\varepsilon_c/(1-\\frac1{2b})^2$ elsewhere"


def at_size(error: sp.Expr, count: sp.Expr) -> sp.Expr:
    """The error at so many blocks on a side, of a mask with c over the root of its columns."""
    return error.subs({blocks: count, cut_error: constant / sp.sqrt(n)}, simultaneous=True)


STEPS = proof(
    r"""
one interval: On an interval let a function have the least value $0$, the largest value $w$ and the average $y$. The distance from $y$ is
convex, hence at most the chord between its values at $0$ and $w$. So the mean distance is at most $[[mean_distance]]$, which is at most
$\frac w2$.

one variable (from one interval): Over $b$ intervals the oscillations of a nondecreasing function with values in $[0,1]$ add up to at most
$1$. So its averages are within $[[one_variable]]$ of it in $L^1$. A step in the middle of an interval attains this.

bias (from one variable): Average over one variable after the other: the averages of $W$ over the blocks are within $[[averaging_bias]]$ of
it.

averages (by corners): Averaging over blocks increases neither the norm in $L^1$ nor the cut norm. A cut of the averages is a cut of what is
averaged, in which rows and columns count with weights between $0$ and $1$; the cut is linear in each weight.

both sides (by G10.1): Sorted by its degrees on both sides, a mask puts the rows and columns of $W$ into an order in which the error of $W$
is at most $[[both_bound]]$.

smoothed in cut norm (from both sides, bias, averages): Average the sum $(W_M-W)^{\hat\sigma,\hat\pi}+(W^{\hat\sigma,\hat\pi}-W)+W$. The cut
norm of the second part is at most its norm in $L^1$. In total the averages are within $[[smoothed_cut_bound]]$ of $W$.

noise (by additivity): The averages of the first part have the norm $\sum|\int_{\rm block}(W_M-W)^{\hat\sigma,\hat\pi}|$ in $L^1$. In each
of the $b$ rows of blocks, the blocks of positive sign form a cut, and so do those of negative sign. So the norm is at most
$[[averaging_noise]]$.

quartic: For $x,q>0$, $x\ge[[quartic]]$: the difference is $\frac x2(\frac xq-1)^2(\frac xq+2)$.

fourth moment: Give fair signs to the $b$ entries of a row, whose squares add up to $v$. The square of the sum has the mean $v$, and the
mean of the fourth power is at most $[[fourth_moment]]$.

mean sum (from quartic, fourth moment): By the quartic at $q=\sqrt{3v}$ the mean modulus of the sum is at least $[[mean_sum]]$.

length of a row (by Cauchy–Schwarz): The moduli of the row add up to at most $\sqrt{bv}$.

noise by signs (from mean sum, length of a row, averages): Give the columns of blocks fair signs, the same in each row. On average the
moduli of the signed sums of rows add up to at least $\frac1{\sqrt{3b}}$ of the norm in $L^1$, so that they do for some signs. For these
signs the sum of the moduli consists of four cuts, by the signs of columns and of sums: the noise is at most $[[signed_noise]]$.

smoothed in the mean (from both sides, bias, averages, noise, noise by signs): So in $L^1$ the averages are within $[[smoothed_bound]]$ of
the graphon.

rate (from smoothed in cut norm): For $\varepsilon_c=\frac c{\sqrt n}$ and $b=\sqrt n$ the bound of *smoothed in cut norm* is $[[rate]]$, and
more blocks lower it.

rate in the mean (from smoothed in the mean): As $b\ge1$, the bound of *smoothed in the mean* is at most $[[mean_rate]]$. For
$\varepsilon_c=\frac c{\sqrt n}$ and $b=\sqrt[3]n$ this is $[[cube_root_rate]]$.
""",
    globals(),
)


def chord_bounds_the_mean_distance(mean_distance: sp.Expr) -> Relations:
    """The mean of |x − y| for x = w with probability y/w and else 0; and what w/2 leaves, a square."""
    share = mean_above / oscillation
    yield same(mean_distance, share * (oscillation - mean_above) + (1 - share) * mean_above)
    yield nonnegative(
        oscillation / 2 - mean_distance, (oscillation - 2 * mean_above) ** 2 / (2 * oscillation), by=sp.factor
    )


def intervals_share_one_oscillation(one_variable: sp.Expr, mean_distance: sp.Expr) -> Relations:
    """b intervals of length 1/b, of the mean distance at y = w/2: b·w/2b, where the w add up to 1, as for b equal ones."""
    worst = mean_distance.subs(mean_above, oscillation / 2)
    yield same(one_variable, blocks * worst.subs(oscillation, 1 / blocks) / blocks)
    sizes = sp.symbols("w:4", positive=True)
    yield same(sum(worst.subs(oscillation, size) for size in sizes), worst.subs(oscillation, sum(sizes)))


def quartic_stays_below_the_modulus(quartic: sp.Expr) -> Relations:
    """What is left is a square times what is positive."""
    share = modulus / level
    yield same(modulus - quartic, modulus * (share - 1) ** 2 * (share + 2) / 2, by=sp.expand)


def fourth_moments_of_signed_sums(fourth_moment: sp.Expr) -> Relations:
    """One entry x more adds 6x²v + x⁴ to the mean of the fourth power, and 6x²v + 3x⁴ to the bound; all signs of three."""
    more = modulus
    yield same(
        fourth_moment.subs(squares, squares + more**2) - fourth_moment,
        6 * more**2 * squares + 3 * more**4,
        by=sp.expand,
    )
    entries = sp.symbols("w:3", real=True)
    mean = sum(sum(s * x for s, x in zip(signs, entries, strict=True)) ** 4 for signs in product((1, -1), repeat=3)) / 8
    second = sum(x**2 for x in entries)
    left = fourth_moment.subs(squares, second) - mean
    yield same(left, 2 * sum(x**4 for x in entries), by=sp.expand)


def signed_sums_have_this_mean(quartic: sp.Expr, fourth_moment: sp.Expr, mean_sum: sp.Expr) -> Relations:
    """The quartic with the moments for powers, at q² = 3v."""
    powers = sp.expand(quartic)
    moments = powers.coeff(modulus, 2) * squares + powers.coeff(modulus, 4) * fourth_moment
    yield same(mean_sum, moments.subs(level, sp.sqrt(3 * squares)))


def signs_make_four_cuts(mean_sum: sp.Expr, signed_noise: sp.Expr) -> Relations:
    """Four cuts over what the mean of a row is of its moduli, √(bv) at most."""
    row = mean_sum / sp.sqrt(blocks * squares)
    yield same(signed_noise, 4 * cut_error / row)


def more_blocks_keep_the_rate(smoothed_cut_bound: sp.Expr, rate: sp.Expr) -> Relations:
    """The bound at the root of n; any number of blocks beyond it, whole or not, has less."""
    more = sp.Symbol("q", nonnegative=True)
    there = smoothed_cut_bound.subs(cut_error, constant / sp.sqrt(n))
    yield same(there.subs(blocks, sp.sqrt(n)), rate, by=sp.expand)
    root = sp.sqrt(n)
    yield nonnegative(rate - there.subs(blocks, root + more), more / (root * (root + more)))


def order_counts_less_than_noise(signed_noise: sp.Expr, both_bound: sp.Expr, mean_rate: sp.Expr) -> Relations:
    """The difference is that of the order for b blocks and for one, which is not negative from one block on."""
    more = 8 * (sp.sqrt(blocks) - 1) * cut_error
    yield same(mean_rate, signed_noise + both_bound + 1 / blocks + more)
    root = sp.Symbol("s", nonnegative=True)  # of the number of blocks, beyond that of one block
    yield nonnegative(more.subs(blocks, (1 + root) ** 2), 8 * root * cut_error)


sorted_averages = Claim(
    label="G10.2",
    title="Sorted-average smoothing of a mask",
    headline=r"Sort both sides of a mask by degrees and average over blocks. If its graphon is nondecreasing in both variables, the averages converge to it: in cut norm at the rate of the mask itself, and in $L^1$ too.",
    statement=r"""
Let $W:[0,1]^2\to[0,1]$ be nondecreasing in both variables, and let $M$ be a mask with $\varepsilon_c=\|W_M-W\|_\square$. Sort both sides
of the mask by their degrees (ties in any way), and average it over a grid of $b\times b$ equal blocks, where $b$ divides both sides of
$M$. The averages are within $[[smoothed_cut_bound]]$ of $W$ in cut norm and within $[[smoothed_bound]]$ in $L^1$. So for monotone
graphons they are consistent. In cut norm they are within $[[rate]]$ for $\varepsilon_c\le\frac c{\sqrt n}$ (G4.1) and $b\ge\sqrt n$,
which is the rate of the mask itself. In $L^1$, where masks need not converge (G5), they are within $[[mean_rate]]$ and converge if
$b\to\infty$ and $\sqrt b\,\varepsilon_c\to0$; for $\varepsilon_c\le\frac c{\sqrt n}$ and $b=\sqrt[3]n$ they are within
$[[cube_root_rate]]$.
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "section 4.3 and appendix C average sorted masks over the cells of a grid (Chan and Airoldi "
        "2014); the error in cut distance is ours",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        CUT_ERROR,
        Quantity(blocks, "number of blocks on each side of the grid of averages", COUNT, drawn=(1, 40)),
        COLUMNS.drawn_from(3, 60),
        Quantity(
            constant, "square root of the number of columns times the error of the mask in cut norm", NON_NEGATIVE
        ),
        Quantity(oscillation, "difference of the largest and the least value of a function on an interval", POSITIVE),
        Quantity(mean_above, "average of the function above its least value", NON_NEGATIVE),
        Quantity(modulus, "modulus of a sum with signs", NON_NEGATIVE),
        Quantity(level, "modulus at which the quartic touches it", POSITIVE),
        Quantity(squares, "sum of the squares of a row", NON_NEGATIVE),
    ),
    hypotheses=(
        MONOTONE,
        Hypothesis(
            "an average that is no larger than the largest value", mean_above <= oscillation, ("mean_distance",)
        ),
    ),
    uses=("G4.1", "G5"),
    also=("averaging_bias", "averaging_noise", "signed_noise"),
    sharp=(
        Sharp(
            expression="averaging_bias",
            example=r"$W=1\{x>1-\frac1{2b}\text{ or }y>1-\frac1{2b}\}$, as $b\to\infty$",
            check="hooks_approach_the_bias",
        ),
        Sharp(
            expression="averaging_noise",
            example="for $b=2$ a checkerboard; from twelve blocks on *signed noise* is no larger",
            check="averages_over_blocks",
        ),
    ),
    loose=(
        Loose(
            expression="mean_rate",
            truth="smoothed_bound",
            at=tuple({blocks: number, cut_error: sp.Rational(1, 1000)} for number in (2, 10, 30)),
            lost=r"in $8\sqrt b\,\varepsilon_c$ in place of $8\varepsilon_c$, and below twelve blocks in the noise; at least this factor, as *smoothed bound* is a bound itself",
            order=r"the factor is at most $1+\frac2{\sqrt3}$: from twelve blocks on as the noise is $4\sqrt{3b}\,\varepsilon_c$, below as $2b+8\ge8\sqrt b$",
        ),
        Loose(
            expression="signed_noise",
            truth="sylvester_noise",
            at=tuple({blocks: number, cut_error: sp.Rational(1, 1000)} for number in (16, 64)),
            lost=r"at most this factor, as Sylvester's matrices may have even smaller cuts: in $\sqrt3$ for the mean of a modulus, and in four cuts in place of one",
            order=r"by Sylvester's matrices, $b$ a power of two: for orthogonal rows of $\pm1$ on $b\times b$ blocks a cut of $S$ and $T$ is at most $\sqrt{b|S||T|}/b^2\le1/\sqrt b$ (Cauchy–Schwarz), while the noise is $1$",
        ),
        *(
            Loose(
                expression=bound,
                truth=f"hook_{norm}_error",
                at=({blocks: sp.Integer(8), cut_error: HOOK},),
                lost=f"{HOOKS}: in twice the error of the mask, {counted}",
            )
            for bound, norm, counted in (
                (
                    "smoothed_cut_bound",
                    "cut",
                    "eight times in all, for its order, which is right there, and in the bias, which is half as large in cut norm",
                ),
                (
                    "smoothed_bound",
                    "mean",
                    "eight times in all, for its order, which is right there, and in $2b$ times as much for its noise, which has one sign there",
                ),
            )
        ),
        *(
            Loose(
                expression=bound,
                truth=truth,
                at=({n: size, constant: sp.sqrt(size) * HOOK},),
                lost=f"{HOOKS}: as *{source}* is",
            )
            for bound, truth, source, size in (
                ("rate", "hook_rate_error", "smoothed cut bound", sp.Integer(64)),
                ("cube_root_rate", "hook_cube_root_error", "mean rate", sp.Integer(512)),
            )
        ),
    ),
    aids={
        "sylvester_noise": sylvester_noise,
        "hook_cut_error": hook_cut_error,
        "hook_mean_error": hook_mean_error,
        "hook_rate_error": at_size(hook_cut_error, sp.sqrt(n)),
        "hook_cube_root_error": at_size(hook_mean_error, sp.cbrt(n)),
    },
    because={
        "one interval": chord_bounds_the_mean_distance,
        "one variable": intervals_share_one_oscillation,
        "bias": lambda one_variable, averaging_bias: same(averaging_bias, one_variable + one_variable),
        "quartic": quartic_stays_below_the_modulus,
        "fourth moment": fourth_moments_of_signed_sums,
        "mean sum": signed_sums_have_this_mean,
        "noise by signs": signs_make_four_cuts,
        "rate": more_blocks_keep_the_rate,
        "rate in the mean": (
            order_counts_less_than_noise,
            lambda mean_rate, cube_root_rate: same(
                cube_root_rate, mean_rate.subs({blocks: sp.cbrt(n), cut_error: constant / sp.sqrt(n)})
            ),
        ),
    },
    wrong=lambda: {
        "hook_mean_error: the bias alone": 1 / blocks,
        "hook_cut_error: the error of the mask alone": cut_error,
        "hook_rate_error: c for the error": valued(hook_cut_error, {blocks: sp.sqrt(n), cut_error: constant}),
        "hook_cube_root_error: 10 % more": sp.Rational(11, 10) * at_size(hook_mean_error, sp.cbrt(n)),
        "mean_distance: the average": mean_above,
        "mean_distance: the other side of the average": mean_distance.subs(mean_above, 2 * oscillation - mean_above),
        "averaging_noise: the number of blocks": blocks**2 * cut_error / 4,
        "quartic: touches at twice the level": quartic.subs(level, 2 * level),
        "quartic: without the fourth power": 3 * modulus**2 / (2 * level),
        "signed_noise: the number of blocks": 2 * blocks * cut_error,
        "signed_noise: the cut itself": cut_error,
        "sylvester_noise: twice the noise": 2 * sylvester_noise,
        "smoothed_cut_bound: without the order": cut_error + averaging_bias,
        "smoothed_cut_bound: without the bias": 9 * cut_error,
        "smoothed_cut_bound: without the mask": both_bound + averaging_bias,
        "smoothed_bound: wasteful by the root of b over 12": averaging_noise + both_bound + averaging_bias,
        "smoothed_bound: the cut norm": smoothed_cut_bound,
        "smoothed_bound: without the noise": both_bound + averaging_bias,
        "rate: the mask alone": constant / sp.sqrt(n),
        "rate: without the bias": 9 * constant / sp.sqrt(n),
        "mean_rate: without the order": 4 * sp.sqrt(3 * blocks) * cut_error + 1 / blocks,
        "mean_rate: noise of all blocks": 10 * blocks * cut_error + 1 / blocks,
        "mean_rate: without the bias": mean_rate - 1 / blocks,
        "cube_root_rate: at the root of n": ((8 + 4 * sp.sqrt(3)) * constant + 1) / sp.sqrt(n),
    },
)
