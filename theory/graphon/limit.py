"""G4.1 and G4.2: masks converge to a graphon in cut norm, with constants."""

from __future__ import annotations

import sympy as sp

from theory.bounds import Sharp
from theory.claims import Claim, Proof, Provenance, Source
from theory.formulas.level import level
from theory.graphon.discretisation import midpoint_error
from theory.graphon.ranked_masks import SHIFT, ranked_rate, shift, wide_rate
from theory.graphon.sorted_latents import sorted_error
from theory.graphon.symbols import DEVIATION, ENTRY, FAILURE, ROWS, VARIANCE, delta, m, n, p, s, variance
from theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from theory.saliency.model import DENSITY, rho, synflow_model, tau
from theory.steps import Carrier, Step
from theory.tails import product_survival

inputs = sp.Symbol("d", integer=True, positive=True)  # a fixed number of columns

sampled, cells = sp.symbols("A D", nonnegative=True)  # the first part of a bound of ‖M − P‖□, and ‖W_P − W‖₁
y = sp.Symbol("y", positive=True)  # the least size over ln k, k the place in a sequence of masks

INPUTS = Quantity(inputs, "number of inputs", COUNT, drawn=(3, 20))

rounding = 1 / (2 * m * n)
other_number = rounding + cells
distance = rounding + sampled + 2 * cells
cut_error = ranked_rate.subs({variance: sp.Rational(1, 4), shift: 0})
sides = (1 / sp.sqrt(m) + 1 / sp.sqrt(n)) / 4
midpoint_bound = sides + sp.sqrt(sp.log(4 / delta) / (2 * m * n)) + 1 / m + 1 / n + 1 / (2 * m * n)
sorted_bound = (
    sides
    + sp.sqrt(sp.log(8 / delta) / (2 * m * n))
    + 2 * (sp.sqrt(sp.log(8 / delta) / (2 * m)) + sp.sqrt(sp.log(8 / delta) / (2 * n)))
    + 1 / (2 * m * n)
)
rate_constant = sp.Rational(1, 2)
wide_bound = wide_rate.subs(shift, 0) + 1 / m + 1 / n + 1 / (2 * m * n)
wide_constant = sp.Rational(3, 5) * sp.sqrt(sp.pi / 8)
ultimate = 4 / sp.sqrt(y)

set_failure = 2 * sp.exp(-2 * n * s**2)
column_failure = 2 * 2**inputs * sp.exp(-2 * n * s**2)
union_bound = sp.sqrt((inputs * sp.log(2) + sp.log(2 / delta)) / (2 * n))
mean_deviation = sp.sqrt(p * (1 - p) / n) / 2  # of the positive part of a column's excess
mean_excess = sp.sqrt(variance / n) / 2
one_column_failure = sp.exp(-2 * n * s**2)
row_fluctuation = sp.sqrt(sp.log(2 / delta) / (2 * n))
free_bound = mean_excess + row_fluctuation
column_bound = sp.Min(union_bound, free_bound)
column_rounding = rounding.subs({m: n, n: inputs}, simultaneous=True)
chosen, others = sp.symbols("x y", real=True)  # sums of M − p over chosen columns and over the others
moved, moved_elsewhere = sp.symbols("a b", integer=True, nonnegative=True)  # entries there of one of two masks alone
column_excess = chosen + others + moved + moved_elsewhere
column_sum = chosen + moved
ranked_column_bound = column_bound + 1 / (2 * n * inputs)

threshold = level(product_survival(tau), tau, rho)
target = synflow_model.kernel(threshold)  # the SNIP graphon S4 with constant columns

LIMIT_STEPS = (
    Step(
        name="graphon",
        sentence=r"For one threshold $\tau$ the graphon $W=\bar F(\tau/f\varphi)$ has $\iint W=\rho$. It does not fall in either variable, as $f$ and $\varphi$ do not.",
        by=Carrier.CLAIM,
        source="S1",
    ),
    Step(
        name="independent scores",
        sentence=r"""Given the latents the scores depend on different $\xi_{ij}$, so that they are independent. Above $\tau$ they are with probabilities
$P_{ij}=W(u_i,v_j)$. Write $D$ for $\|W_P-W\|_1$.""",
        by=Carrier.RULE,
        source="independence",
        uses=("graphon",),
    ),
    Step(
        name="rounding",
        sentence=r"$K$ is within $\frac12$ of $\rho mn$, so that $|\frac K{mn}-\rho|\le[[rounding]]$.",
        gives={"rounding": rounding},
    ),
    Step(
        name="number of entries",
        sentence=r"""$\frac1{mn}|K-\sum P|\le|\frac K{mn}-\rho|+|\rho-\frac1{mn}\sum P|\le[[other_number]]$: the second term compares the means of $W$ and
$W_P$.""",
        by=Carrier.RULE,
        source="triangle inequality",
        gives={"other_number": other_number},
        uses=("graphon", "independent scores", "rounding"),
    ),
    Step(
        name="ranked masks",
        sentence=r"""Given the latents, $\|M-P\|_\square\le[[ranked_rate]]$ with probability at least $1-\delta$, $V$ the mean of $P_{ij}(1-P_{ij})$ and
$\kappa=\frac1{mn}|K-\sum P|$.""",
        by=Carrier.CLAIM,
        source="G1.3",
        gives={"ranked_rate": ranked_rate},
        uses=("independent scores",),
    ),
    Step(
        name="sampling",
        sentence=r"As $V\le\frac14$ and the bound grows with $V$, it is at most $A+\kappa$ at $A=[[cut_error]]$.",
        gives={"cut_error": cut_error},
        uses=("ranked masks",),
    ),
    Step(
        name="distance",
        sentence=r"""Then $\|W_M-W\|_\square\le\|M-P\|_\square+\|W_P-W\|_1\le[[distance]]$, as no cut norm exceeds the $L^1$ norm.""",
        gives={"distance": distance},
        uses=("number of entries", "sampling"),
    ),
    Step(
        name="grid",
        sentence=r"$D\le[[midpoint_error]]$ at midpoints.",
        by=Carrier.CLAIM,
        source="G3.1",
        gives={"midpoint_error": midpoint_error},
        uses=("graphon",),
    ),
    Step(
        name="random grid",
        sentence=r"$D\le[[sorted_error]]$ with probability at least $1-\delta$ at sorted latents.",
        by=Carrier.CLAIM,
        source="G3.3",
        gives={"sorted_error": sorted_error},
        uses=("graphon",),
    ),
    Step(
        name="midpoints",
        sentence=r"At midpoints only the sampling can fail: *distance* is at most $[[midpoint_bound]]$ with probability at least $1-\delta$.",
        gives={"midpoint_bound": midpoint_bound},
        uses=("distance", "sampling", "grid"),
    ),
    Step(
        name="two failures",
        sentence=r"At random latents allow the bounds of sampling and of $D$ each the probability $\frac\delta2$ to fail.",
        by=Carrier.RULE,
        source="union bound",
        uses=("sampling", "random grid"),
    ),
    Step(
        name="sorted latents",
        sentence=r"Then *distance* is at most $[[sorted_bound]]$.",
        gives={"sorted_bound": sorted_bound},
        uses=("distance", "two failures"),
    ),
    Step(
        name="rate",
        sentence=r"For $m=n$ the bound at midpoints times $\sqrt n$ tends to $[[rate_constant]]$.",
        gives={"rate_constant": rate_constant},
        uses=("midpoints",),
    ),
    Step(
        name="wide ranked masks",
        sentence=r"Given the latents, $\|M-P\|_\square\le[[wide_rate]]$ with probability at least $1-\delta$ too.",
        by=Carrier.CLAIM,
        source="G1.3",
        gives={"wide_rate": wide_rate},
        uses=("independent scores",),
    ),
    Step(
        name="wide midpoints",
        sentence=r"So at midpoints, with $\kappa$ at most *number of entries* and $D$ at most *grid*, $\|W_M-W\|_\square\le[[wide_bound]]$ with probability at least $1-\delta$.",
        gives={"wide_bound": wide_bound},
        uses=("number of entries", "wide ranked masks", "grid"),
    ),
    Step(
        name="wide rate",
        sentence=r"For $m=n$ this times $\sqrt n$ tends to $[[wide_constant]]$.",
        gives={"wide_constant": wide_constant},
        uses=("wide midpoints",),
    ),
    Step(
        name="finitely many failures",
        sentence=r"With $\delta_k=k^{-2}$, a finite sum, almost surely only finitely many masks $M_k$ of a sequence are beyond their bounds.",
        by=Carrier.RULE,
        source="Borel–Cantelli",
        uses=("midpoints", "sorted latents"),
    ),
    Step(
        name="along a sequence",
        sentence=r"""The bounds fall in $m$ and in $n$. At $m=n=y\ln k$ and $\delta=k^{-2}$ the one of sorted latents tends to $[[ultimate]]$ as
$k\to\infty$, and the one of midpoints is no larger: both tend to $0$ if $y\to\infty$.""",
        gives={"ultimate": ultimate},
        uses=("finitely many failures",),
    ),
)

mask_limit = Claim(
    label="G4.1",
    title="Masks of a factorised saliency converge to its graphon, with constants",
    statement=r"""
Let $S_{ij}=f(u_i)\varphi(v_j)|\xi_{ij}|$ with $f,\varphi$ nondecreasing (no loss: sort) and iid noise $\xi$ of
continuous law, $W$ its graphon at density $\rho$ (S1), and $M$ the mask of the $K=\mathrm{round}(\rho mn)$ largest
scores. With probability at least $1-\delta$, for latents at the midpoints $u_i=\frac{i-1/2}m$, $v_j=\frac{j-1/2}n$,
$$\|W_M-W\|_\square\le[[midpoint_bound]],$$
and for iid uniform latents, rows and columns sorted by them,
$$\|W_M-W\|_\square\le[[sorted_bound]].$$
At midpoints $[[wide_bound]]$ is such a bound too, smaller where both sides are large beside $\ln\frac{mn}\delta$.
So masks converge in cut norm at the rate $n^{-1/2}$ (for $m=n$ and midpoints with the constant $[[rate_constant]]$, with the last bound $[[wide_constant]]$;
the order is sharp, G5, and no constant is claimed to be the best), and almost surely along sizes with $\min(m_k,n_k)/\ln k\to\infty$ (if this ratio is at least $y$
for large $k$, almost surely $\limsup_k\|W_{M_k}-W\|_\square\le[[ultimate]]$). That the masks converge is announced in the abstract; the constants are ours.
""",
    steps=LIMIT_STEPS,
    source=Source(
        "2602.06675",
        "abstract: “the discrete masks generated by these algorithms converge to deterministic bipartite "
        "graphons”; the rates are ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    quantities=(
        ROWS,
        Quantity(n, "number of columns of the mask", COUNT, drawn=(3, 60)),
        FAILURE,
        DENSITY.drawn_from(sp.Rational(1, 20), sp.Rational(1, 2)),
        Quantity(
            sampled,
            "bound of the distance in cut norm of the mask from its probabilities, but for its number of entries",
            NON_NEGATIVE,
        ),
        Quantity(cells, "distance in $L^1$ of the kernel of the probabilities from the graphon", NON_NEGATIVE),
        VARIANCE,
        SHIFT,
        Quantity(y, "smaller number of rows or columns over the logarithm of the place in a sequence", POSITIVE),
    ),
    hypotheses=(Hypothesis("a factorised saliency with continuous noise (S1), one global threshold"),),
    uses=("G1.3", "G3.1", "G3.3", "S1"),
    expressions={
        "midpoint_bound": midpoint_bound,
        "sorted_bound": sorted_bound,
        "rate_constant": rate_constant,
        "wide_bound": wide_bound,
        "wide_constant": wide_constant,
        "ultimate": ultimate,
        "rounding": rounding,
    },
    aids={"target": target},
    sharp=(
        Sharp(
            expression="rounding", example=r"$\rho mn=\frac12$ more than a whole number", check="rounding_is_attained"
        ),
    ),
)

COLUMN_STEPS = (
    Step(
        name="one set of columns",
        sentence=r"""For a set $T$ the averages $\frac1d\sum_{j\in T}M_{ij}$ of the rows are independent, of one law and in
$[0,1]$. Their mean is farther than $s$ from its expectation with probability at most $[[set_failure]]$.""",
        by=Carrier.RULE,
        source="Hoeffding",
        gives={"set_failure": set_failure},
    ),
    Step(
        name="all sets of columns",
        sentence=r"Some set of columns, each of which is in it or not, has this with probability at most $[[column_failure]]$.",
        gives={"column_failure": column_failure},
        uses=("one set of columns",),
    ),
    Step(
        name="union of sets",
        sentence=r"That is $\delta$ at $s=[[union_bound]]$.",
        gives={"union_bound": union_bound},
        uses=("all sets of columns",),
    ),
    Step(
        name="positive parts",
        sentence=r"""Let $\hat p_j$ be the density of column $j$. The largest $\frac1d\sum_T(\hat p_j-p_j)$ takes the columns with $\hat p_j>p_j$: it is the average
over the columns of the positive parts of $\hat p_j-p_j$.""",
        by=Carrier.RULE,
        source="monotonicity",
    ),
    Step(
        name="mean of a positive part",
        sentence=r"""A variable of mean $0$ has a positive part of mean $\frac12E|X|\le\frac12\sqrt{EX^2}$: for $\hat p_j-p_j$, the mean of $n$ independent
entries less theirs, that is $[[mean_deviation]]$, with $p$ for $p_j$.""",
        gives={"mean_deviation": mean_deviation},
    ),
    Step(
        name="mean over the columns",
        sentence=r"Its average over the columns is at most $[[mean_excess]]$, as the root is concave.",
        by=Carrier.RULE,
        source="Jensen",
        gives={"mean_excess": mean_excess},
        uses=("positive parts", "mean of a positive part"),
    ),
    Step(
        name="one row",
        sentence=r"""Another row changes each $\hat p_j$, and so their average, by at most $\frac1n$. So the largest $\frac1d\sum_T(\hat p_j-p_j)$ exceeds its mean by $s$ or more with
probability at most $[[one_column_failure]]$, and so for $p_j-\hat p_j$.""",
        by=Carrier.CITED,
        source="McDiarmid, Surveys in Combinatorics (1989) 148: a function of independent variables, each of which changes it by at most c_i, exceeds its mean by t with probability at most exp(−2t²/Σc_i²)",
        gives={"one_column_failure": one_column_failure},
        uses=("positive parts",),
    ),
    Step(
        name="two signs",
        sentence=r"One of both does with probability at most $\delta$ at $s=[[row_fluctuation]]$.",
        gives={"row_fluctuation": row_fluctuation},
        uses=("one row",),
    ),
    Step(
        name="no union of sets",
        sentence=r"So $[[free_bound]]$ holds for all sets at once with probability at least $1-\delta$.",
        gives={"free_bound": free_bound},
        uses=("mean over the columns", "two signs"),
    ),
    Step(
        name="columns",
        sentence=r"Neither bound depends on the mask, so that the smaller one holds too: $[[column_bound]]$.",
        gives={"column_bound": column_bound},
        uses=("union of sets", "no union of sets"),
    ),
    Step(
        name="one support in the other",
        sentence=r"Of the mask of the $K$ largest scores and that of the $N$ scores above a threshold one holds the other.",
        by=Carrier.CLAIM,
        source="G2",
    ),
    Step(
        name="rounding of columns",
        sentence=r"$K$ is within $\frac12$ of $\rho nd$: a share of $[[column_rounding]]$ of the entries.",
        gives={"column_rounding": column_rounding},
    ),
    Step(
        name="other columns",
        sentence=r"""Let $M_{ij}-p_j$ have the sum $x$ over the columns $T$ and $y$ over the others. If $K\ge N$, let the mask of the $K$ largest scores have $a$ entries more in $T$
and $b$ more elsewhere: $K-\rho nd=[[column_excess]]$. Its sum less that of the $p_j$ over $T$ is $[[column_sum]]$, at least $x$ and at most $K-\rho nd-y$. If $K<N$, exchange ones and zeros.""",
        gives={"column_excess": column_excess, "column_sum": column_sum},
        uses=("one support in the other",),
    ),
    Step(
        name="ranked columns",
        sentence=r"""$x$ and $y$ are sums over sets of columns: both are in modulus at most $nd$ times *columns*. So the averages of the mask of the $K$ largest scores are within
$[[ranked_column_bound]]$ of the means.""",
        gives={"ranked_column_bound": ranked_column_bound},
        uses=("other columns", "rounding of columns", "columns"),
    ),
)

fixed_inputs = Claim(
    label="G4.2",
    title="Masks with fixed inputs: all sets of columns at once",
    statement=r"""
Let scores have $n$ iid rows of $d$ entries, which depend on each other in whatever way; let $M$ be the mask of those above a fixed threshold, and
$p_j$ the probability of an entry in column $j$. With probability at least $1-\delta$ for all sets $T$ of columns
$$\Big|\frac1{nd}\sum_i\sum_{j\in T}M_{ij}-\frac1d\sum_{j\in T}p_j\Big|\le[[column_bound]],$$
with $V=\frac1d\sum p_j(1-p_j)\le\frac14$. The first of both bounds is a union over all sets and is smaller only for few columns or very small $\delta$; the second,
$[[free_bound]]$, does not grow with $d$. On the same event the mask of the $\mathrm{round}(\rho nd)$ largest scores, $\rho$ the mean of the $p_j$, in the place of $M$ makes these
differences at most $[[ranked_column_bound]]$. No constant is claimed to be the best.
""",
    steps=COLUMN_STEPS,
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(n, "number of rows of the mask", COUNT, drawn=(3, 60)),
        INPUTS,
        FAILURE,
        DEVIATION,
        VARIANCE,
        ENTRY,
        Quantity(
            (chosen, others), "sums of the mask less its probabilities over some columns and the others", sp.S.Reals
        ),
        Quantity(
            (moved, moved_elsewhere),
            "numbers of entries of one of two masks alone, in these columns and elsewhere",
            COUNT_FROM_ZERO,
        ),
    ),
    hypotheses=(Hypothesis("independent rows of one law, and nothing else"),),
    uses=("G2",),
    expressions={
        "column_bound": column_bound,
        "free_bound": free_bound,
        "column_failure": column_failure,
        "ranked_column_bound": ranked_column_bound,
    },
)
