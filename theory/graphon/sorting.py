"""G10: sorting rows and columns by their degrees recovers a monotone graphon."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.graphon.symbols import n
from theory.quantities import COUNT, COUNT_FROM_ZERO, UNIT, Hypothesis, Quantity
from theory.steps import Carrier, Step

degree, other_degree = sp.symbols("d_1 d_2", nonnegative=True)  # of two rows of one kernel
degree_error = sp.Symbol("epsilon_d", nonnegative=True)  # ‖d̂ − d‖₁
cut_error = sp.Symbol("epsilon_c", nonnegative=True)  # ‖W_M − W‖□
blocks = sp.Symbol("b", integer=True, positive=True)  # per side
misplaced = sp.Symbol("X", integer=True, nonnegative=True)  # rows of the upper half that land in the lower one
oscillation, mean_above = sp.symbols("w y", positive=True)  # of a function; of its average above its least value

row_distance = sp.Abs(degree - other_degree)
degree_bound = 2 * degree_error
two_cuts = 2 * cut_error
row_bound = 4 * cut_error
both_bound = 8 * cut_error
mean_distance = 2 * mean_above * (oscillation - mean_above) / oscillation
one_variable = 1 / (2 * blocks)
averaging_bias = 1 / blocks
averaging_noise = 2 * blocks * cut_error
smoothed_cut_bound = cut_error + both_bound + averaging_bias
smoothed_bound = averaging_noise + both_bound + averaging_bias

hidden_error = 8 * misplaced / (5 * n)
two_misplaced = (n - 2) / (4 * (n - 1))
hidden_mean = sp.Rational(2, 5)
hidden_variance = 4 / (25 * (n - 1))

STEPS = (
    Step(
        name="two rows",
        sentence=r"""For two rows $u,u'$ the sign of $W(u',v)-W(u,v)$ is the same for all $v$, as $W$ does not fall in $u$: the modulus may be taken outside
the integral over $v$, which leaves $[[row_distance]]$.""",
        gives={"row_distance": row_distance},
    ),
    Step(
        name="all rows",
        sentence=r"So $\|W^\sigma-W\|_1=\int|d(\sigma u)-d(u)|\,du$ for every rearrangement $\sigma$.",
        by=Carrier.RULE,
        source="Fubini",
        uses=("two rows",),
    ),
    Step(
        name="sorted degrees",
        sentence=r"""$\hat\sigma$ makes $\hat d$ nondecreasing, and $d$ is nondecreasing in the order of $W$:
$\|\hat d\circ\hat\sigma-d\|_1\le\|\hat d-d\|_1$.""",
        by=Carrier.RULE,
        source="rearrangement",
    ),
    Step(
        name="error of the rows",
        sentence=r"""By $\|d\circ\hat\sigma-d\|_1\le\|d\circ\hat\sigma-\hat d\circ\hat\sigma\|_1+\|\hat d\circ\hat\sigma-d\|_1$ sorted rows err by
$[[degree_bound]]$ at most: the first term is $\|d-\hat d\|_1$.""",
        by=Carrier.RULE,
        source="triangle inequality",
        gives={"degree_bound": degree_bound},
        uses=("all rows", "sorted degrees"),
    ),
    Step(
        name="degrees",
        sentence=r"""$\|\hat d-d\|_1\le[[two_cuts]]$: the rows with $\hat d>d$, with all columns, make one cut of $W_M-W$, and the others another.""",
        by=Carrier.RULE,
        source="additivity",
        gives={"two_cuts": two_cuts},
    ),
    Step(
        name="rows",
        sentence=r"So sorted rows err by $[[row_bound]]$ at most. Rows $(0,0),(1,1)$ of $W$ and $(1,0),(1,0)$ of $M$, the tied rows taken in the wrong order, attain it.",
        gives={"row_bound": row_bound},
        uses=("error of the rows", "degrees"),
    ),
    Step(
        name="both sides",
        sentence=r"""As $\|W^{\hat\sigma,\hat\pi}-W\|_1\le\|(W^{\hat\sigma}-W)^{\hat\pi}\|_1+\|W^{\hat\pi}-W\|_1$, both sides sorted err by $[[both_bound]]$
at most. A staircase of $5\times5$ cells with two wrong entries (in the checks) attains it.""",
        gives={"both_bound": both_bound},
        uses=("rows",),
    ),
    Step(
        name="one interval",
        sentence=r"""On an interval let a function have the least value $0$, the largest $w$ and the average $y$. The distance from $y$ is convex, hence at most on
the chord between its values at $0$ and $w$: its mean is at most $[[mean_distance]]$, and that is at most $\frac w2$.""",
        gives={"mean_distance": mean_distance},
    ),
    Step(
        name="one variable",
        sentence=r"""Over $b$ intervals the oscillations of a nondecreasing function with values in $[0,1]$ add up to at most $1$: its averages are within
$[[one_variable]]$ of it in $L^1$. A step in the middle of an interval attains this.""",
        gives={"one_variable": one_variable},
        uses=("one interval",),
    ),
    Step(
        name="bias",
        sentence=r"One variable after the other, the averages of $W$ over the blocks are within $[[averaging_bias]]$ of it.",
        gives={"averaging_bias": averaging_bias},
        uses=("one variable",),
    ),
    Step(
        name="averages",
        sentence=r"""Averaging over blocks increases neither the norm in $L^1$ nor the cut norm: a cut of the averages is a cut of what is averaged by rows and
columns that count with weights between $0$ and $1$, in each of which it is linear.""",
        by=Carrier.RULE,
        source="corners",
    ),
    Step(
        name="smoothed in cut norm",
        sentence=r"""Apply that to $(W_M-W)^{\hat\sigma,\hat\pi}+(W^{\hat\sigma,\hat\pi}-W)+W$. The cut norm of the second part is at most its norm in $L^1$: all are
within $[[smoothed_cut_bound]]$ of $W$.""",
        gives={"smoothed_cut_bound": smoothed_cut_bound},
        uses=("both sides", "bias", "averages"),
    ),
    Step(
        name="noise",
        sentence=r"""The averages of the first part have the norm $\sum|\int_{\rm block}(W_M-W)^{\hat\sigma,\hat\pi}|$ in $L^1$. In each of the $b$ rows of blocks those
of positive sign make a cut, and those of negative sign: at most $[[averaging_noise]]$.""",
        by=Carrier.RULE,
        source="additivity",
        gives={"averaging_noise": averaging_noise},
    ),
    Step(
        name="smoothed in the mean",
        sentence=r"So in $L^1$ they are within $[[smoothed_bound]]$.",
        gives={"smoothed_bound": smoothed_bound},
        uses=("both sides", "bias", "averages", "noise"),
    ),
    Step(
        name="hidden halves",
        sentence=r"""In (d) the rows of either half have half of their entries with probability $\frac9{10}$ and half with $\frac1{10}$: their degrees are
independent and of one law. So in random order sorting leaves any arrangement of the two halves with the same probability.""",
        by=Carrier.RULE,
        source="same law",
    ),
    Step(
        name="misplaced rows",
        sentence=r"""A row in the place of one of the other half is at the distance $\frac45$ from it; $X$ of the upper half are, and as many of the lower: the error
is $[[hidden_error]]$.""",
        gives={"hidden_error": hidden_error},
        uses=("all rows", "hidden halves"),
    ),
    Step(
        name="two misplaced rows",
        sentence=r"A row is misplaced with probability $\frac12$, and two of the upper half both are with probability $[[two_misplaced]]$.",
        gives={"two_misplaced": two_misplaced},
        uses=("hidden halves",),
    ),
    Step(
        name="moments",
        sentence=r"So the error has the mean $[[hidden_mean]]$ and the variance $[[hidden_variance]]$, those of $X$ times the factor and its square.",
        gives={"hidden_mean": hidden_mean, "hidden_variance": hidden_variance},
        uses=("misplaced rows", "two misplaced rows"),
    ),
)

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
    steps=STEPS,
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
        Quantity(oscillation, "difference of the largest and the least value of a function on an interval", UNIT),
        Quantity(mean_above, "average of the function above its least value", UNIT),
        Quantity(n, "number of rows of the mask", COUNT, drawn=(4, 60)),
        Quantity(
            misplaced, "number of rows of the upper half that land in the lower one", COUNT_FROM_ZERO, drawn=(0, 30)
        ),
    ),
    hypotheses=(
        Hypothesis(
            "the graphon is nondecreasing in the sorted variables; rows and columns of the mask are labelled in its order"
        ),
        Hypothesis(
            "in (d) an even number of rows",
            sp.Eq(sp.Mod(n, 2), 0),
            ("hidden_error", "two_misplaced", "hidden_variance"),
        ),
        Hypothesis(
            "an average that is no larger than the largest value", mean_above <= oscillation, ("mean_distance",)
        ),
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
