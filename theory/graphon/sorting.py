"""G10: sorting rows and columns by their degrees recovers a monotone graphon."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.graphon.symbols import n
from theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity

degree, other_degree = sp.symbols("d_1 d_2", nonnegative=True)  # of two rows of one kernel
degree_error = sp.Symbol("epsilon_d", nonnegative=True)  # ‖d̂ − d‖₁
cut_error = sp.Symbol("epsilon_c", nonnegative=True)  # ‖W_M − W‖□
blocks = sp.Symbol("b", integer=True, positive=True)  # per side
misplaced = sp.Symbol("X", integer=True, nonnegative=True)  # rows of the upper half that land in the lower one

row_distance = sp.Abs(degree - other_degree)
degree_bound = 2 * degree_error
row_bound = 4 * cut_error
both_bound = 8 * cut_error
averaging_bias = 1 / blocks
averaging_noise = 2 * blocks * cut_error
smoothed_cut_bound = cut_error + both_bound + averaging_bias
smoothed_bound = averaging_noise + both_bound + averaging_bias

hidden_error = 8 * misplaced / (5 * n)
hidden_mean = sp.Rational(2, 5)
hidden_variance = 4 / (25 * (n - 1))

degree_sorting = Claim(
    label="G10",
    title="Degree sorting recovers a monotone graphon",
    statement=r"""
Let $W:[0,1]^2\to[0,1]$ be nondecreasing in $u$ and $d(u)=\int W(u,v)\,dv$. (a) Rows with degrees $d_1$, $d_2$ have
the $L^1$ distance $[[row_distance]]$; so $\|W^\sigma-W\|_1=\int|d(\sigma u)-d(u)|\,du$ for every rearrangement
$\sigma$ of the rows, with equality. (b) If the rows of a mask $M$ are sorted by their degrees $\hat d$ (ties in any
way), columns left in place, then, with $\epsilon_d=\|\hat d-d\|_1$ and $\epsilon_c=\|W_M-W\|_\square$,
$$\|W^{\hat\sigma}-W\|_1\le[[degree_bound]]\le[[row_bound]];$$
if $W$ is nondecreasing in $v$ too and both sides are sorted, $\|W^{\hat\sigma,\hat\pi}-W\|_1\le[[both_bound]]$. No
smaller constants will do. (c) **Sorted-average smoothing**: for such $W$ the averages of the mask with both sides
sorted, over a grid of $b\times b$ equal blocks ($b$ divides both sides of $M$), are within $[[smoothed_cut_bound]]$ of $W$ in cut norm and within
$[[smoothed_bound]]$ in $L^1$. So for monotone graphons it is consistent: in cut norm at the rate $n^{-1/2}$ of the
mask itself (G4) once $b\ge\sqrt n$, and in $L^1$, where masks do not converge (G5), if $b\to\infty$ and
$b\,\|W_M-W\|_\square\to0$. (d) Monotonicity is needed: $W=\frac12+\frac25\operatorname{sign}((u-\frac12)(v-\frac12))$
has constant degrees. With $n$ rows and some columns on a grid (both even in number), independent entries, and rows
presented in random order, sorting errs by $\|W^{\hat\sigma}-W\|_1=[[hidden_error]]$, where $X$ is hypergeometric$(n,\frac n2,\frac n2)$: mean
$[[hidden_mean]]$ at every size and variance $[[hidden_variance]]$.
""",
    proof_text=r"""
(a) For two rows $u,u'$ the sign of $W(u',v)-W(u,v)$ is the same for all $v$, so the modulus may be taken outside
the integral. (b) $\hat\sigma$ makes $\hat d$ nondecreasing. By (a) the error is $\|d\circ\hat\sigma-d\|_1\le
\|d\circ\hat\sigma-\hat d\circ\hat\sigma\|_1+\|\hat d\circ\hat\sigma-d\|_1$. The first term is $\|d-\hat d\|_1$; the
second is the distance of the sorted $\hat d$ from $d$, which is sorted, and sorting contracts $L^1$: at most
$\|\hat d-d\|_1$. Degrees: with all columns and $S=\{\hat d>d\}$ or its complement,
$\|\hat d-d\|_1\le2\|W_M-W\|_\square$. Both sides: $\|W^{\hat\sigma,\hat\pi}-W\|_1\le
\|(W^{\hat\sigma}-W)^{\hat\pi}\|_1+\|W^{\hat\pi}-W\|_1$, each at most $4\|W_M-W\|_\square$. Equality: for rows, $W$ with
rows $(0,0),(1,1)$ and $M$ with rows $(1,0),(1,0)$, tied rows taken in the wrong order; for both sides a staircase of
$5\times5$ cells with two wrong entries (in the checks). (c) Averaging over blocks contracts cut norm and $L^1$; apply
it to $(W_M-W)^{\hat\sigma,\hat\pi}+(W^{\hat\sigma,\hat\pi}-W)+W$. On an interval the mean distance of a function from
its average is at most half its oscillation, so one variable at a time the averages of the monotone $W$ are within
$\frac1{2b}+\frac1{2b}$ of it (a step in the middle of a block attains $\frac1{2b}$ in its variable). In $L^1$ the
first part is $\sum|\int_{\rm block}(W_M-W)|$; in each of the $b$ rows of blocks those of positive, and those of
negative sign make a cut. (d) Rows of either half have
degrees of one law (half the entries at $\frac9{10}$, half at $\frac1{10}$) and are independent, so in random order the
sorted sequence of halves is uniform. A row in the wrong half is at distance $\frac45$, and $2X$ of the $n$ are:
$\frac45\cdot\frac{2X}n$. $X$ has mean $\frac n4$ and variance $\frac{n^2}{16(n-1)}$. ∎
""",
    source=Source(
        "2510.17515",
        "sorted-average smoothing is reported second-hand; beyond the two sentences at hand",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(
            (degree, other_degree),
            "degree of a row of the graphon, its mean over the columns",
            sp.Interval(0, 1),
            drawn=(0, 1),
        ),
        Quantity(
            degree_error,
            "distance in $L^1$ of the degrees of the mask from those of the graphon",
            sp.Interval(0, 1),
            drawn=(0, 1),
        ),
        Quantity(cut_error, "distance in cut norm of the mask from the graphon", sp.Interval(0, 1), drawn=(0, 1)),
        Quantity(blocks, "number of blocks on each side of the grid of averages", COUNT),
        Quantity(n, "number of rows of the mask", COUNT, drawn=(4, 60)),
        Quantity(
            misplaced, "number of rows of the upper half that land in the lower one", COUNT_FROM_ZERO, drawn=(0, 30)
        ),
    ),
    hypotheses=(
        Hypothesis(
            "the graphon is nondecreasing in the sorted variables; rows and columns of the mask are labelled in its order"
        ),
        Hypothesis("in (d) an even number of rows", sp.Eq(sp.Mod(n, 2), 0), ("hidden_error", "hidden_variance")),
        Hypothesis("in (d) no more misplaced rows than a half has", 2 * misplaced <= n, ("hidden_error",)),
    ),
    uses=("G4", "G5"),
    expressions={
        "row_distance": row_distance,
        "degree_bound": degree_bound,
        "row_bound": row_bound,
        "both_bound": both_bound,
        "averaging_bias": averaging_bias,
        "averaging_noise": averaging_noise,
        "smoothed_cut_bound": smoothed_cut_bound,
        "smoothed_bound": smoothed_bound,
        "hidden_error": hidden_error,
        "hidden_mean": hidden_mean,
        "hidden_variance": hidden_variance,
    },
    aids={"monotone": True},
)
