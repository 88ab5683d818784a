"""G10.2: averages of a sorted mask over blocks, beside the graphon."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.graphon.sorting import CUT_ERROR, MONOTONE, both_bound, cut_error
from sparse_limits.theory.graphon.symbols import COLUMNS, n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity

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
HOOKS = "at most, as other masks may lose more: the hook of *averaging bias* as a mask, beside a graphon that is $1$ on the hook and $\\eta=\\epsilon_c/(1-\\frac1{2b})^2$ elsewhere"


def at_size(error: sp.Expr, count: sp.Expr) -> sp.Expr:
    """The error at so many blocks on a side, of a mask with c over the root of its columns."""
    return error.subs({blocks: count, cut_error: constant / sp.sqrt(n)}, simultaneous=True)


STEPS = proof(
    r"""
one interval: On an interval let a function have the least value $0$, the largest $w$ and the average $y$. The distance from $y$ is convex,
hence at most on the chord between its values at $0$ and $w$: its mean is at most $[[mean_distance]]$, and that is at most $\frac w2$.

one variable (from one interval): Over $b$ intervals the oscillations of a nondecreasing function with values in $[0,1]$ add up to at most
$1$: its averages are within $[[one_variable]]$ of it in $L^1$. A step in the middle of an interval attains this.

bias (from one variable): One variable after the other, the averages of $W$ over the blocks are within $[[averaging_bias]]$ of it.

averages (by corners): Averaging over blocks increases neither the norm in $L^1$ nor the cut norm: a cut of the averages is a cut of what is
averaged by rows and columns that count with weights between $0$ and $1$, in each of which it is linear.

both sides (by G10.1): Sorted by its degrees on both sides, a mask puts the rows and columns of $W$ into an order in which $W$ errs by
$[[both_bound]]$ at most.

smoothed in cut norm (from both sides, bias, averages): Apply that to $(W_M-W)^{\hat\sigma,\hat\pi}+(W^{\hat\sigma,\hat\pi}-W)+W$. The cut
norm of the second part is at most its norm in $L^1$: all are within $[[smoothed_cut_bound]]$ of $W$.

noise (by additivity): The averages of the first part have the norm $\sum|\int_{\rm block}(W_M-W)^{\hat\sigma,\hat\pi}|$ in $L^1$. In each
of the $b$ rows of blocks those of positive sign make a cut, and those of negative sign: at most $[[averaging_noise]]$.

quartic: For $x,q>0$, $x\ge[[quartic]]$: what is left is $\frac x2(\frac xq-1)^2(\frac xq+2)$.

fourth moment: Give the $b$ entries of a row, whose squares add up to $v$, fair signs: the square of the sum has the mean $v$, its square at
most $[[fourth_moment]]$.

mean sum (from quartic, fourth moment): By the quartic at $q=\sqrt{3v}$ the modulus of the sum has at least the mean $[[mean_sum]]$.

length of a row (by Cauchy–Schwarz): The moduli of the row add up to $\sqrt{bv}$ at most.

noise by signs (from mean sum, length of a row, averages): Give the columns of blocks fair signs, the same in each row. In the mean the
moduli of the signed sums of rows add up to $\frac1{\sqrt{3b}}$ of the norm in $L^1$ at least, and so they do for some signs. There they are
four cuts, by the signs of columns and of sums: the noise is at most $[[signed_noise]]$.

smoothed in the mean (from both sides, bias, averages, noise, noise by signs): So in $L^1$ they are within $[[smoothed_bound]]$.

rate (from smoothed in cut norm): For $\epsilon_c=\frac c{\sqrt n}$ and $b=\sqrt n$ the bound of *smoothed in cut norm* is $[[rate]]$, and
more blocks lower it.

rate in the mean (from smoothed in the mean): As $b\ge1$, that of *smoothed in the mean* is at most $[[mean_rate]]$. For $\epsilon_c=\frac
c{\sqrt n}$ and $b=\sqrt[3]n$ this is $[[cube_root_rate]]$.
""",
    globals(),
)

sorted_averages = Claim(
    label="G10.2",
    title="Sorted-average smoothing of a mask",
    statement=r"""
Let $W:[0,1]^2\to[0,1]$ be nondecreasing in both variables and $M$ a mask with $\epsilon_c=\|W_M-W\|_\square$. The averages of the mask with both
sides sorted by their degrees (ties in any way), over a grid of $b\times b$ equal blocks ($b$ divides both sides of $M$), are within
$[[smoothed_cut_bound]]$ of $W$ in cut norm and within $[[smoothed_bound]]$ in $L^1$. So for monotone graphons they are consistent: in cut norm
within $[[rate]]$ for $\epsilon_c\le\frac c{\sqrt n}$ (G4.1) and $b\ge\sqrt n$, at the rate of the mask itself, and in $L^1$, where masks need not
converge (G5), within $[[mean_rate]]$, if $b\to\infty$ and $\sqrt b\,\epsilon_c\to0$: for $\epsilon_c\le\frac c{\sqrt n}$ and $b=\sqrt[3]n$ within $[[cube_root_rate]]$.
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "sorted-average smoothing is reported second-hand; beyond the two sentences at hand",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
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
    uses=("G4.1", "G5", "G10.1"),
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
            lost=r"in $8\sqrt b\,\epsilon_c$ for $8\epsilon_c$, and below twelve blocks in the noise; at least so much, as *smoothed bound* is a bound itself",
            order=r"the factor is at most $1+\frac2{\sqrt3}$: from twelve blocks on as the noise is $4\sqrt{3b}\,\epsilon_c$, below as $2b+8\ge8\sqrt b$",
        ),
        Loose(
            expression="signed_noise",
            truth="sylvester_noise",
            at=tuple({blocks: number, cut_error: sp.Rational(1, 1000)} for number in (16, 64)),
            lost=r"at most, as Sylvester's matrices may have smaller cuts yet: in $\sqrt3$ for the mean of a modulus, and in four cuts for one",
            order=r"by Sylvester's matrices, $b$ a power of two: of orthogonal rows of $\pm1$ on $b\times b$ blocks a cut of $S$ and $T$ is at most $\sqrt{b|S||T|}/b^2\le1/\sqrt b$ (Cauchy–Schwarz), the noise is $1$",
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
)
