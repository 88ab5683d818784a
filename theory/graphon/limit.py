"""G4.1 and G4.2: masks converge to a graphon in cut norm, with constants."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.formulas.level import level
from theory.graphon.concentration import hoeffding_rate
from theory.graphon.discretisation import midpoint_error
from theory.graphon.sorted_latents import sorted_error
from theory.graphon.symbols import DEVIATION, FAILURE, ROWS, delta, m, n, s
from theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from theory.saliency.model import DENSITY, rho, synflow_model, tau
from theory.steps import Carrier, Step
from theory.tails import product_survival

inputs = sp.Symbol("d", integer=True, positive=True)  # a fixed number of columns

sampled, cells = sp.symbols("A D", nonnegative=True)  # ‖M_τ − P‖□ and ‖W_P − W‖₁
y = sp.Symbol("y", positive=True)  # the least size over ln k, k the place in a sequence of masks

INPUTS = Quantity(inputs, "number of inputs", COUNT, drawn=(3, 20))

rounding = 1 / (2 * m * n)
between_masks = rounding + cells + sampled
distance = rounding + 2 * (sampled + cells)
midpoint_bound = 2 * hoeffding_rate + 1 / m + 1 / n + 1 / (2 * m * n)
sorted_bound = (
    2 * hoeffding_rate.subs(delta, delta / 2)
    + 2 * (sp.sqrt(sp.log(8 / delta) / (2 * m)) + sp.sqrt(sp.log(8 / delta) / (2 * n)))
    + 1 / (2 * m * n)
)
rate_constant = 2 * sp.sqrt(sp.log(2))
ultimate = 4 / sp.sqrt(y)

set_failure = 2 * sp.exp(-2 * n * s**2)
column_failure = 2 * 2**inputs * sp.exp(-2 * n * s**2)
column_bound = sp.sqrt((inputs * sp.log(2) + sp.log(2 / delta)) / (2 * n))
column_rounding = rounding.subs({m: n, n: inputs}, simultaneous=True)
ranked_column_bound = 2 * column_bound + 1 / (2 * n * inputs)

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
        name="independent entries",
        sentence=r"""Let $M_\tau$ be the mask of the $N$ scores above $\tau$. Given the latents its entries depend on different $\xi_{ij}$, so
that they are independent, of probabilities $P_{ij}=W(u_i,v_j)$. Write $A$ for $\|M_\tau-P\|_\square$ and $D$ for
$\|W_P-W\|_1$.""",
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
        name="one support in the other",
        sentence=r"$\|M-M_\tau\|_1=\frac{|K-N|}{mn}$.",
        by=Carrier.CLAIM,
        source="G2",
    ),
    Step(
        name="number of entries",
        sentence=r"""$\frac{|K-N|}{mn}\le|\frac K{mn}-\rho|+|\rho-\frac{EN}{mn}|+\frac{|EN-N|}{mn}\le[[between_masks]]$: the second term
compares the means of $W$ and $W_P$, the third is the cut of $M_\tau-P$ by all rows and columns.""",
        by=Carrier.RULE,
        source="triangle inequality",
        gives={"between_masks": between_masks},
        uses=("graphon", "independent entries", "rounding", "one support in the other"),
    ),
    Step(
        name="distance",
        sentence=r"""$\|W_M-W\|_\square\le\|M-M_\tau\|_1+\|M_\tau-P\|_\square+\|W_P-W\|_1\le[[distance]]$, as no cut norm exceeds the $L^1$
norm.""",
        gives={"distance": distance},
        uses=("number of entries",),
    ),
    Step(
        name="sampling",
        sentence=r"Given the latents, $A\le[[cut_error]]$ with probability at least $1-\delta$.",
        by=Carrier.CLAIM,
        source="G1",
        gives={"cut_error": hoeffding_rate},
        uses=("independent entries",),
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
        sentence=r"At midpoints only $A$ can fail: *distance* is at most $[[midpoint_bound]]$ with probability at least $1-\delta$.",
        gives={"midpoint_bound": midpoint_bound},
        uses=("distance", "sampling", "grid"),
    ),
    Step(
        name="two failures",
        sentence=r"At random latents allow each of $A$ and $D$ the probability $\frac\delta2$ to fail.",
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
So masks converge in cut norm at the rate $n^{-1/2}$ (for $m=n$ and midpoints with the constant $[[rate_constant]]$;
the order is sharp, G5), and almost surely along sizes with $\min(m_k,n_k)/\ln k\to\infty$ (if this ratio is at least $y$
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
        Quantity(sampled, "distance in cut norm of the mask above the threshold from its probabilities", NON_NEGATIVE),
        Quantity(cells, "distance in $L^1$ of the kernel of the probabilities from the graphon", NON_NEGATIVE),
        Quantity(y, "smaller number of rows or columns over the logarithm of the place in a sequence", POSITIVE),
    ),
    hypotheses=(Hypothesis("a factorised saliency with continuous noise (S1), one global threshold"),),
    uses=("G1", "G2", "G3.1", "G3.3", "S1"),
    expressions={
        "midpoint_bound": midpoint_bound,
        "sorted_bound": sorted_bound,
        "rate_constant": rate_constant,
        "ultimate": ultimate,
        "rounding": rounding,
    },
    aids={"target": target},
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
        name="columns",
        sentence=r"That is $\delta$ at $s=[[column_bound]]$.",
        gives={"column_bound": column_bound},
        uses=("all sets of columns",),
    ),
    Step(
        name="one support in the other",
        sentence=r"The mask of the $K$ largest scores and that of the $N$ scores above a threshold differ in $|K-N|$ entries.",
        by=Carrier.CLAIM,
        source="G2",
    ),
    Step(
        name="rounding of columns",
        sentence=r"$K$ is within $\frac12$ of $\rho nd$: a share of $[[column_rounding]]$ of the entries.",
        gives={"column_rounding": column_rounding},
    ),
    Step(
        name="ranked columns",
        sentence=r"""The averages of the mask of the $K$ largest scores are within $\frac{|K-N|}{nd}$ of those of $M$, hence within *rounding of columns* and
$|\rho-\frac N{nd}|$, which is the case of all columns. So they are within $[[ranked_column_bound]]$ of the means.""",
        gives={"ranked_column_bound": ranked_column_bound},
        uses=("one support in the other", "rounding of columns", "columns"),
    ),
)

fixed_inputs = Claim(
    label="G4.2",
    title="Masks with fixed inputs: all sets of columns at once",
    statement=r"""
Let scores have $n$ iid rows of $d$ entries, which depend on each other in whatever way; let $M$ be the mask of those above a fixed threshold, and
$p_j$ the probability of an entry in column $j$. With probability at least $1-\delta$ for all sets $T$ of columns
$$\Big|\frac1{nd}\sum_i\sum_{j\in T}M_{ij}-\frac1d\sum_{j\in T}p_j\Big|\le[[column_bound]],$$
and on the same event the mask of the $\mathrm{round}(\rho nd)$ largest scores, $\rho$ the mean of the $p_j$, in the place of $M$ makes these
differences at most $[[ranked_column_bound]]$.
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
    ),
    hypotheses=(Hypothesis("independent rows of one law, and nothing else"),),
    uses=("G2",),
    expressions={
        "column_bound": column_bound,
        "column_failure": column_failure,
        "ranked_column_bound": ranked_column_bound,
    },
)
