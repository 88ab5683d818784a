"""G4.1: masks converge to a graphon in cut norm, with constants."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.graphon.concentration import hoeffding_rate
from sparse_limits.theory.graphon.discretisation import midpoint_error
from sparse_limits.theory.graphon.ranked_masks import SHIFT, ranked_rate, shift, wide_rate
from sparse_limits.theory.graphon.rate import fair_constant, least_ranked_rate
from sparse_limits.theory.graphon.sorted_latents import sorted_error
from sparse_limits.theory.graphon.symbols import ANY_FAILURE, CUT, ROWS, VARIANCE, delta, m, n, variance
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.saliency.model import DENSITY, rho, synflow_model, tau
from sparse_limits.theory.saliency.symbols import FACTORS, GRAPHON, KEPT_ENTRIES
from sparse_limits.theory.tails import product_survival

sampled, cells = sp.symbols("A D", nonnegative=True)  # the first part of a bound of ‖M − P‖□, and ‖W_P − W‖₁
y = sp.Symbol("y", positive=True)  # the least size over ln k, k the place in a sequence of masks

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
half_and_half = 1 / (2 * sp.sqrt(y) + 2)  # distance of a mask with too many columns of the right half

threshold = level(product_survival(tau), tau, rho)
target = synflow_model.kernel(threshold)  # the SNIP graphon S4 with constant columns

LIMIT_STEPS = proof(
    r"""
graphon (by S1 for one threshold): For one threshold $\tau$ the graphon $W=\bar F(\tau/f\varphi)$ has $\iint W=\rho$. It is nondecreasing in
both variables, as $f$ and $\varphi$ are.

independent scores (from graphon; by independence): Given the latents, the scores depend on different $\xi_{ij}$, so that they are
independent. They exceed $\tau$ with probabilities $P_{ij}=W(u_i,v_j)$. Write $D$ for $\|W_P-W\|_1$.

rounding: $K$ is within $\frac12$ of $\rho mn$, so that $|\frac K{mn}-\rho|\le[[rounding]]$.

number of entries (from graphon, independent scores, rounding; by triangle inequality): $\frac1{mn}|K-\sum P|\le|\frac
K{mn}-\rho|+|\rho-\frac1{mn}\sum P|\le[[other_number]]$, as $|\rho-\frac1{mn}\sum P|$ is the distance between the means of $W$ and $W_P$.

ranked masks (from independent scores; by G1.3): Given the latents, $\|M-P\|_\square\le[[ranked_rate]]$ with probability at least
$1-\delta$, where $V$ is the mean of $P_{ij}(1-P_{ij})$ and $\kappa=\frac1{mn}|K-\sum P|$.

sampling (from ranked masks): As $V\le\frac14$ and the bound grows with $V$, it is at most $A+\kappa$ with $A=[[cut_error]]$.

distance (from number of entries, sampling): Then $\|W_M-W\|_\square\le\|M-P\|_\square+\|W_P-W\|_1\le[[distance]]$, as the cut norm is at
most the $L^1$ norm.

grid (from graphon; by G3.1): $D\le[[midpoint_error]]$ at midpoints.

random grid (from graphon; by G3.3 for sorted_error): $D\le[[sorted_error]]$ with probability at least $1-\delta$ at sorted latents.

midpoints (from distance, sampling, grid): At midpoints only the sampling can fail: *distance* is at most $[[midpoint_bound]]$ with
probability at least $1-\delta$.

two failures (from sampling, random grid; by union bound): At random latents allow the bounds on the sampling and on $D$ to fail with
probability $\frac\delta2$ each.

sorted latents (from distance, two failures): Then *distance* is at most $[[sorted_bound]]$.

rate (from midpoints): For $m=n$ the bound at midpoints times $\sqrt n$ tends to $[[rate_constant]]$.

wide ranked masks (from independent scores; by G1.3): Given the latents, $\|M-P\|_\square\le[[wide_rate]]$ with probability at least
$1-\delta$ too.

wide midpoints (from number of entries, wide ranked masks, grid): So at midpoints, with $\kappa$ at most *number of entries* and $D$ at most
*grid*, $\|W_M-W\|_\square\le[[wide_bound]]$ with probability at least $1-\delta$.

wide rate (from wide midpoints): For $m=n$ this times $\sqrt n$ tends to $[[wide_constant]]$.

finitely many failures (from midpoints, sorted latents; by Borel–Cantelli): Let $\delta_k=k^{-2}$, which has a finite sum. Then almost
surely only finitely many masks $M_k$ of a sequence exceed their bounds.

along a sequence (from finitely many failures): The bounds decrease in $m$ and in $n$. At $m=n=y\ln k$ and $\delta=k^{-2}$ the bound for
sorted latents tends to $[[ultimate]]$ as $k\to\infty$, and the bound at midpoints is no larger: both tend to $0$ if $y\to\infty$.
""",
    globals(),
    midpoint_error=midpoint_error,
    sorted_error=sorted_error,
)

by_threshold = 2 * hoeffding_rate + 1 / m + 1 / n + 1 / (2 * m * n)


by_number = midpoint_bound + sp.sqrt(sp.log(4 / delta) / (2 * m * n))


def by_largest(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, the smaller of ¼ and x being ¼ less what is positive of ¼ − x."""
    quarter = sp.Rational(1, 4)

    def largest(least: sp.Expr) -> sp.Expr:
        return quarter - sp.Max(0, quarter - sp.Min(*(each for each in least.args if each != quarter)))

    return sp.simplify(gap.replace(lambda each: isinstance(each, sp.Min), largest))


OF_WIDE_MASKS = wide_rate  # as G1.3 has it


def rounding_is_at_most_a_half(rounding: sp.Expr) -> Relations:
    """What is left beside |K − ρmn|/mn where this numerator is ½ − x."""
    below = sp.Symbol("x", nonnegative=True)
    yield nonnegative(rounding - (sp.Rational(1, 2) - below) / (m * n), below / (m * n))


def numbers_differ_by_two_parts(rounding: sp.Expr, other_number: sp.Expr) -> Relations:
    """(K − ΣP)/mn by way of ρ, where K/mn is the rounding from ρ, and this is D from ΣP/mn."""
    mean = sp.Symbol("w", positive=True)  # ΣP/mn
    density = mean + cells
    yield same(other_number, density + rounding - mean)


def sampling_is_that_of_ranked_masks(ranked_rate: sp.Expr, cut_error: sp.Expr) -> Relations:
    """At the largest variance; at the square of a root only a factor depends on it, the smaller of ¼ and a multiple of the root."""
    yield same(cut_error + shift, ranked_rate.subs(variance, sp.Rational(1, 4)))
    root = sp.Symbol("r", nonnegative=True)  # of V
    factor = sp.Min(sp.Rational(1, 4), root / sp.sqrt(2))
    at_root = ranked_rate.subs(variance, root**2)
    fluctuation = sp.sqrt(sp.log(4 / delta) / (2 * m * n))
    sides = 1 / sp.sqrt(m) + 1 / sp.sqrt(n)
    low = {m: 2, n: 3, delta: sp.Rational(1, 5), shift: 0, root: sp.Rational(1, 4)}
    yield same((at_root - shift - fluctuation) / sides, factor, at=[low])
    yield same((at_root - shift - fluctuation) / sides, factor)
    left = sides * sp.Max(0, sp.Rational(1, 4) - root / sp.sqrt(2))
    yield nonnegative(cut_error + shift - ranked_rate, left, where={variance: root**2}, by=by_largest)


def pieces_add_up_at_sorted_latents(
    distance: sp.Expr, cut_error: sp.Expr, sorted_error: sp.Expr, sorted_bound: sp.Expr
) -> Relations:
    """The distance at the errors of sampling (G1.3) and of sorted latents (G3.3), each with half of δ."""
    halves = {sampled: cut_error.subs(delta, delta / 2), cells: sorted_error.subs(delta, delta / 2)}
    yield same(sorted_bound, distance.subs(halves))


def wide_pieces_add_up(
    other_number: sp.Expr, midpoint_error: sp.Expr, wide_rate: sp.Expr, wide_bound: sp.Expr
) -> Relations:
    """The second rate of G1.3 at the difference of the numbers of entries, and the error of midpoints (G3.1)."""
    yield same(wide_rate, OF_WIDE_MASKS)
    pieces = wide_rate.subs(shift, other_number).subs(cells, midpoint_error) + midpoint_error
    yield same(wide_bound, pieces)


mask_limit = Claim(
    label="G4.1",
    title="Masks of a factorised saliency converge to its graphon, with constants",
    headline=r"Masks of a factorised score converge to its graphon in cut norm. For $m$ rows and $n$ columns with latents at midpoints, with probability at least $1-\delta$, $$\|W_M-W\|_\square\le[[midpoint_bound]].$$",
    statement=r"""
Let $S_{ij}=f(u_i)\varphi(v_j)|\xi_{ij}|$ with $f,\varphi$ positive and nondecreasing (for random latents no loss of generality: sort) and iid noise
$\xi$ of continuous law. Let $W$ be the graphon of this saliency at density $\rho$ (S1), and let $M$ be the mask of the
$K=\mathrm{round}(\rho mn)$ largest scores.

*Midpoints.* With probability at least $1-\delta$, for latents at the midpoints $u_i=\frac{i-1/2}m$, $v_j=\frac{j-1/2}n$,
$$\|W_M-W\|_\square\le[[midpoint_bound]].$$

*Random latents.* With probability at least $1-\delta$, for iid uniform latents, with rows and columns sorted by them,
$$\|W_M-W\|_\square\le[[sorted_bound]].$$

*Large masks.* At midpoints $[[wide_bound]]$ is such a bound too; it is smaller if both sides are large compared with
$\ln\frac{mn}\delta$.

*Convergence.* So masks converge in cut norm at the rate $n^{-1/2}$ (for $m=n$ and midpoints with the constant $[[rate_constant]]$, by the
last bound with $[[wide_constant]]$). The order is sharp (G5), and no constant is claimed to be the best. Masks converge almost surely along
sizes with $\min(m_k,n_k)/\ln k\to\infty$; if this ratio is at least $y$ for large $k$, then almost surely
$\limsup_k\|W_{M_k}-W\|_\square\le[[ultimate]]$.
""",
    steps=LIMIT_STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "abstract: “the discrete masks generated by these algorithms converge to deterministic bipartite "
        "graphons”; the rates and the constants are ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        ROWS,
        Quantity(n, "number of columns of the mask", COUNT, drawn=(3, 60)),
        ANY_FAILURE,
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
    symbols={
        **FACTORS,
        **GRAPHON,
        "W_M": "step kernel of the mask $M$, its entries on the cells of a grid",
        **KEPT_ENTRIES,
        "u_i, v_j": "latents, the positions of row $i$ and column $j$ in the unit interval",
        "m_k, n_k, M_k": "number of rows, number of columns and mask at place $k$ of a sequence",
        **CUT,
    },
    also=("rounding",),
    aids={
        "target": target,
        "least_ranked_rate": least_ranked_rate,
        "fair_constant": fair_constant,
        "half_and_half": half_and_half,
    },
    sharp=(
        Sharp(
            expression="rounding", example=r"$\rho mn=\frac12$ more than a whole number", check="rounding_is_attained"
        ),
    ),
    loose=(
        *(
            Loose(
                expression=bound,
                truth="least_ranked_rate",
                at=tuple({m: size, n: size, delta: sp.Rational(1, 1000)} for size in (100, 1000)),
                lost=f"in {where}; at most this factor, as every bound for a constant graphon $\\frac12$ is at least that (G5)",
                order="by G5, for $m=n$",
            )
            for bound, where in (
                (
                    "midpoint_bound",
                    "the mean of the cut norm, and in the distance of the graphon from its values, counted twice",
                ),
                ("sorted_bound", "the distance of the graphon from its values at sorted latents, counted twice"),
                (
                    "wide_bound",
                    "the mean of the cut norm, and in the distance of the graphon from its values, counted twice",
                ),
            )
        ),
        *(
            Loose(
                expression=constant,
                truth="fair_constant",
                at=({},),
                lost="in the comparison of the cut norm with normal rows and columns; at most this factor, as the least constant lies between the two",
                order="both are constants",
            )
            for constant in ("rate_constant", "wide_constant")
        ),
        Loose(
            expression="ultimate",
            truth="half_and_half",
            at=tuple({y: ratio} for ratio in (100, 10000)),
            lost=r"at most this factor, as other graphons and sequences may go further: for independent masks with noise in $[1,2]$ (for S1 with an arbitrarily small probability beyond), $\varphi=1$ on the left half and $3$ on the right, and $\rho=\frac12$, $W=1\{v>\frac12\}$ and for $y\ge1$ almost surely infinitely often a share of $\frac12+\frac1{2\sqrt y}$ of the columns has latents on the right (the second lemma of Borel and Cantelli, as a binomial number of $n$ fair coins is $nx$ with probability at least $e^{-nD}/(n+1)$, where the relative entropy $D$ of $x$ and $\frac12$ is below $\frac1y$), and the mask has $1/(1+\frac1{\sqrt y})$ of their entries; in two sides, one of which has no part in this, in the distance of the graphon from its values, counted twice, and in the bound on the deviation",
            order=r"the factor is $8(1+\frac1{\sqrt y})$, at most $16$ for $y\ge1$",
        ),
    ),
    because={
        "rounding": rounding_is_at_most_a_half,
        "number of entries": numbers_differ_by_two_parts,
        "sampling": sampling_is_that_of_ranked_masks,
        "distance": lambda other_number, distance: same(distance, sampled + other_number + cells),
        "midpoints": lambda distance, cut_error, midpoint_error, midpoint_bound: same(
            midpoint_bound, distance.subs({sampled: cut_error, cells: midpoint_error})
        ),
        "sorted latents": pieces_add_up_at_sorted_latents,
        "wide midpoints": wide_pieces_add_up,
    },
    wrong=lambda: {
        "half_and_half: the excess itself": 1 / (2 * sp.sqrt(y)),
        "ultimate: of 1/y": 1 / y,
        "rounding: of the rows": n * rounding,
        "other_number: forgets the discretisation": rounding,
        "other_number: forgets the rounding of K": cells,
        "cut_error: the fluctuation alone": sp.sqrt(sp.log(4 / delta) / (2 * m * n)),
        "cut_error: the union over all sets": hoeffding_rate,
        "cut_error: two signs": cut_error.subs(delta, 2 * delta),
        "ranked_rate: the number of entries twice": ranked_rate + shift,
        "ranked_rate: a lower bound of the variance": ranked_rate.subs(variance, variance**2),
        "distance: forgets the number of entries": sampled + cells,
        "distance: forgets the rounding of K": sampled + 2 * cells,
        "distance: the sampling twice": distance + sampled,
        "distance: the discretisation once": distance - cells,
        "midpoint_bound: wasteful: the mask above a threshold between": by_threshold,
        "midpoint_bound: wasteful: the number of entries by itself": by_number,
        "midpoint_bound: forgets the discretisation": midpoint_bound - 1 / m - 1 / n,
        "midpoint_bound: forgets the rounding of K": midpoint_bound - rounding,
        "midpoint_bound: sampling that does not improve": midpoint_bound + 5 / sp.sqrt(y),
        "midpoint_bound: discretisation alone, midpoints": 2 * midpoint_error + rounding,
        "sorted_bound: one share of δ for two events": sorted_bound.subs(delta, 2 * delta),
        "sorted_bound: iid latents at midpoints": midpoint_bound.subs(delta, delta / 2),
        "sorted_bound: at midpoints": midpoint_bound,
        "sorted_bound: iid latents of rows alone": sorted_bound - sp.sqrt(2 * sp.log(8 / delta) / n),
        "sorted_bound: discretisation alone, iid latents": 2 * midpoint_error + rounding,
        "wide_bound: forgets the number of entries": wide_bound - midpoint_error,
        "wide_bound: forgets the rounding of K": wide_bound - rounding,
        "wide_rate: the number of entries twice": wide_rate + shift,
        "target: threshold 10 % more": synflow_model.kernel(sp.Rational(11, 10) * threshold),
        "target: threshold of constant rows": synflow_model.kernel(sp.sqrt(2) * sp.erfinv(1 - rho)),
        "target: the constant graphon": rho,
    },
)
