"""G4.3: masks converge to their graphon whatever the latents are, if only their empirical laws do."""

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.graphon.limit import cut_error, midpoint_bound, rounding, sides, sorted_bound
from sparse_limits.theory.graphon.rate import least_ranked_rate
from sparse_limits.theory.graphon.sorted_latents import empirical_failure
from sparse_limits.theory.graphon.symbols import ANY_FAILURE, COLUMNS, CUT, DEVIATION, ROWS, delta, m, n, s
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, Relations, nonnegative, same
from sparse_limits.theory.saliency.symbols import FACTORS, GRAPHON, KEPT_ENTRIES, KEPT_SHARE

of_rows, of_columns, of_noise = sp.symbols("eta_u eta_v eta_xi", nonnegative=True)
x = sp.Symbol("x", positive=True)  # ln(8/δ)
part = sp.Symbol("a", nonnegative=True)  # what P has above W, or below it

latent_error = of_rows + of_columns + of_noise
other_part = part + rounding
limit_bound = cut_error + latent_error + rounding
grid_deviation = 1 / (2 * m)
grid_bound = limit_bound.subs({of_rows: grid_deviation, of_columns: grid_deviation.subs(m, n), of_noise: 0})
random_deviation = sp.sqrt(sp.log(8 / delta) / (2 * m))
random_bound = limit_bound.subs(delta, delta / 2).subs(
    {of_rows: random_deviation, of_columns: random_deviation.subs(m, n), of_noise: 0}
)

STEPS = proof(
    r"""
graphon (by S1 for one threshold): Let $\tau$ be a threshold at which $W(x,y)=\bar F(\tau/f(x)\varphi(y))$ has $\iint W=\rho$. $W$ is
nondecreasing in both variables. Sort rows and columns by their latents, and let $W_n$ be the kernel with the value $\bar
F_n(\tau/f(u_i)\varphi(v_j))$ on the cell of row $i$ and column $j$.

one variable (from graphon; by Fubini): Let $g$ be nondecreasing with values in $[0,1]$, and let $Q$ be the quantile function of the latents
of rows. Then $\int|g(Q(x))-g(x)|dx=\int_0^1|F^*(t)-c(t)|dt$ with $c(t)=|\{g\le t\}|$ and the share $F^*(t)$ of rows with $g(u_i)\le t$, as
both sides integrate $|1\{g(Q(x))\le t\}-1\{g(x)\le t\}|$ over $x$ and $t$. This share is the distribution function of the latents at $c(t)$
or its limit from the left there, so that both integrals are at most $\eta_u$. The same holds for columns, with $\eta_v$.

latents (from one variable; by triangle inequality): Change first the noise, then the latents of rows, then those of columns: $\|W_n-W\|_1\le[[latent_error]]$.

other threshold (from graphon; by intermediate value): The sum $\sum_{ij}\bar F_n(t/f(u_i)\varphi(v_j))$ is continuous in $t$ and falls from
$mn$ to $0$. So it is $K$ at some $\tau'$; for $K=0$ let $\tau'=\infty$. Let $P_{ij}$ be its terms at this threshold.

one side (from other threshold; by monotonicity): If $\tau'\ge\tau$, $P$ is nowhere larger than $W_n$; otherwise it is nowhere smaller. In
the first case $\iint(P-W)_+\le\iint(W_n-W)_+$, in the second case $\iint(P-W)_-\le\iint(W_n-W)_-$. Let $a$ be $\|W_n-W\|_1$, which is at
least as large as either bound.

both sides (from one side): The integrals of the positive and the negative part of $P-W$ differ by $|\iint P-\iint W|=|\frac
K{mn}-\rho|\le[[rounding]]$. One of them is at most $a$, so that the other is at most $[[other_part]]$.

kernel (from both sides; by monotonicity): The integral of $P-W$ over a rectangle is at most $\iint(P-W)_+$ and at least $-\iint(P-W)_-$, so
that $\|P-W\|_\square$ is also at most $[[other_part]]$.

ranked masks (from other threshold; by G4.1 for sampling): Given the latents, the scores are independent and exceed $\tau'$ with the
probabilities $P_{ij}$, whose sum is $K$. So the sampling bound with $\kappa=0$ is $\|M-P\|_\square\le[[cut_error]]$, with probability at
least $1-\delta$.

bound (from latents, kernel, ranked masks; by triangle inequality): Then $\|W_M-W\|_\square\le[[limit_bound]]$.

midpoints (from bound): Let $\eta_\xi=0$. The distribution function of the midpoints of rows is within $[[grid_deviation]]$ of the uniform
one, and the same holds for columns, with $n$. So the bound is $[[grid_bound]]$.

random latents (from bound; by G3.3 for empirical_failure): The distribution function of $n$ uniform latents deviates by more than $s$ with probability at most $[[empirical_failure]]$.

quarters (from random latents): So the distribution function for rows deviates by more than $[[random_deviation]]$ with probability at most
$\frac\delta4$, and likewise the one for columns.

two causes (from bound, quarters; by union bound): Let $\eta_\xi=0$, and allow the sampling to fail with probability $\frac\delta2$. Then
the bound is $[[random_bound]]$, except with probability $\delta$.
""",
    globals(),
)


def noise_and_latents_add_up(latent_error: sp.Expr) -> Relations:
    """One after the other: the noise at the finite latents, rows at the limit's noise, columns at the limit's rows."""
    steps = (of_noise, of_rows, of_columns)
    yield same(latent_error, sum(steps))


def parts_differ_by_the_means(other_part: sp.Expr, rounding: sp.Expr) -> Relation:
    """The negative part is the positive one less the difference of the means, of which the modulus is the rounding."""
    difference = -rounding  # of the means of P and W
    return same(other_part, part - difference)


def pieces_of_the_bound(
    limit_bound: sp.Expr, cut_error: sp.Expr, other_part: sp.Expr, latent_error: sp.Expr
) -> Relation:
    """Sampling, and the kernel from the graphon."""
    return same(limit_bound, cut_error + other_part.subs(part, latent_error))


def midpoints_deviate_by_half_a_cell(grid_deviation: sp.Expr, grid_bound: sp.Expr, limit_bound: sp.Expr) -> Relations:
    """At the k-th midpoint the distribution function steps from (k − 1)/m to k/m."""
    k = sp.Symbol("k", integer=True, positive=True)
    midpoint = (k - sp.Rational(1, 2)) / m
    yield same(grid_deviation, k / m - midpoint)
    yield same(grid_deviation, midpoint - (k - 1) / m)
    at = {of_rows: grid_deviation, of_columns: grid_deviation.subs(m, n), of_noise: 0}
    yield same(grid_bound, limit_bound.subs(at))
    yield nonnegative(midpoint_bound - grid_bound, 1 / (2 * m) + 1 / (2 * n))


def random_latents_fail_with_a_quarter(empirical_failure: sp.Expr, random_deviation: sp.Expr) -> Relation:
    """The deviation of m latents that is exceeded with probability δ/4 at most."""
    return same(empirical_failure.subs(n, m), delta / 4, where={s: random_deviation})


def causes_add_up(random_bound: sp.Expr, limit_bound: sp.Expr, random_deviation: sp.Expr) -> Relations:
    """Sampling with δ/2, and both deviations."""
    at = {of_rows: random_deviation, of_columns: random_deviation.subs(m, n), of_noise: 0}
    yield same(random_bound, limit_bound.subs(delta, delta / 2).subs(at))
    at_log = {delta: 8 * sp.exp(-x)}
    deviations = sp.sqrt(x / (2 * m)) + sp.sqrt(x / (2 * n))
    yield nonnegative(sorted_bound - random_bound, deviations, where=at_log, by=sp.expand_log)


AT_FAIR = tuple({m: size, n: size, delta: sp.Rational(1, 1000)} for size in (100, 1000))
NO_DEVIATION = {of_rows: 0, of_columns: 0, of_noise: 0}
LOST = "of the cut norm of noise; at most this factor, as every bound for a constant graphon $\\frac12$ is at least that (G5)"

any_latents = Claim(
    label="G4.3",
    title="Masks converge to their graphon for any latents whose empirical laws converge",
    headline=r"Masks of a factorised score converge to their graphon in cut norm, in probability, whatever the latents are, if the empirical laws of the latents and the law of the noise converge.",
    statement=r"""
*The scores.* Let $S_{ij}=f(u_i)\varphi(v_j)|\xi_{ij}|$ with $f,\varphi>0$ nondecreasing on $[0,1]$. The latents $u_i,v_j$ are any numbers
in $[0,1]$, random or not, whose distribution functions are within $\eta_u$ and $\eta_v$ of the uniform one (no loss of generality: latents
of another law are functions of uniform ones). Given the latents, the noise $|\xi_{ij}|$ is iid with a continuous survival function
$\bar F_n$, where $\sup|\bar F_n-\bar F|\le\eta_\xi$ and $\bar F_n(0)=1$.

*The bound.* Let $W$ be the graphon of $f$, $\varphi$ and $\bar F$ at density $\rho$ (S1), and
let $M$ be the mask of the $K=\mathrm{round}(\rho mn)$ largest scores, with rows and columns sorted by the latents. With probability at
least $1-\delta$
$$\|W_M-W\|_\square\le[[limit_bound]].$$
So masks converge in cut norm, in probability, if $m,n\to\infty$, in whatever proportion, and the three deviations tend to $0$; the
threshold need not be stable.

*The noise of the limit.* If the noise has the law of the limit, this bound is $[[grid_bound]]$ at midpoints, and $[[random_bound]]$
at iid uniform latents. G4.1 counts the deviations of the latents twice (its last bound at midpoints is smaller for large square masks).
No constant is claimed to be the best.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "abstract: “under regularity conditions, the discrete masks generated by these algorithms converge to deterministic bipartite graphons”; the bound and the assumptions are ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        ROWS,
        COLUMNS,
        ANY_FAILURE,
        DEVIATION,
        Quantity(of_rows, "largest deviation of the distribution function of the rows' latents", NON_NEGATIVE),
        Quantity(of_columns, "largest deviation of the distribution function of the columns' latents", NON_NEGATIVE),
        Quantity(of_noise, "largest deviation of the survival function of the noise", NON_NEGATIVE),
        Quantity(part, "distance in $L^1$ from the graphon of the kernel at the finite latents", NON_NEGATIVE),
    ),
    hypotheses=(
        Hypothesis("positive nondecreasing factors; given the latents the noise is iid, of a continuous law"),
        Hypothesis("the noise of the limit has a law as in S1, and the density is neither 0 nor 1"),
        Hypothesis("one global threshold"),
    ),
    named={"q": sides + rounding},
    symbols={
        **FACTORS,
        **GRAPHON,
        "W_M": "step kernel of the mask $M$, its entries on the cells of a grid",
        **KEPT_ENTRIES,
        "u_i, v_j": "latents of row $i$ and column $j$, numbers of the unit interval",
        r"\bar F_n, \bar F": "survival function of the noise in the finite layer, and that of the limit: the chance that the modulus exceeds a value",
        **KEPT_SHARE,
        **CUT,
    },
    remarks=(
        Remark(
            r"SNIP's scores are not of this form: the gates of a row depend on each of its weights. How often a gate changes if one weight is "
            r"drawn anew is in S5: the chance is of the order of the root of the weight's share in the preactivation. For far fewer samples than "
            r"inputs the mask, given its signals, is near independent entries (H3), but the latents of this kernel are vectors, and the score "
            r"need not factorise (G11.2). For as many samples as inputs, or more, the rows are still independent (S6)."
        ),
    ),
    aids={"least_ranked_rate": least_ranked_rate},
    loose=(
        Loose(
            expression="limit_bound",
            truth="least_ranked_rate",
            at=tuple({**each, **NO_DEVIATION} for each in AT_FAIR),
            lost="in the expectation " + LOST,
            order="by G5, for $m=n$ and deviations of at most this order",
        ),
        Loose(
            expression="grid_bound",
            truth="least_ranked_rate",
            at=AT_FAIR,
            lost="in the expectation " + LOST,
            order="by G5, for $m=n$",
        ),
        Loose(
            expression="random_bound",
            truth="least_ranked_rate",
            at=AT_FAIR,
            lost="in the deviation of the latents, which a constant graphon does not have, and in the expectation "
            + LOST,
            order="by G5, for $m=n$",
        ),
    ),
    because={
        "latents": noise_and_latents_add_up,
        "both sides": parts_differ_by_the_means,
        "bound": pieces_of_the_bound,
        "midpoints": midpoints_deviate_by_half_a_cell,
        "quarters": random_latents_fail_with_a_quarter,
        "two causes": causes_add_up,
    },
    wrong=lambda: {
        "latent_error: rows and noise": of_rows + of_noise,
        "latent_error: the largest": sp.Max(of_rows, of_columns, of_noise),
        "other_part: forgets the rounding of K": part,
        "other_part: as G4.1 has it": 2 * part + rounding,
        "limit_bound: forgets the latents": limit_bound - of_rows - of_columns,
        "limit_bound: forgets the noise": limit_bound - of_noise,
        "limit_bound: forgets the rounding of K": limit_bound - rounding,
        "limit_bound: the latents counted twice": limit_bound + latent_error,
        "grid_deviation: a whole cell": 1 / m,
        "grid_bound: as G4.1 has it": midpoint_bound,
        "grid_bound: forgets the columns": grid_bound - 1 / (2 * n),
        "random_deviation: all of δ": sp.sqrt(sp.log(2 / delta) / (2 * m)),
        "random_bound: as G4.1 has it": sorted_bound,
        "random_bound: one share of δ for three events": random_bound.subs(delta, 4 * delta),
        "cut_error: two signs": cut_error.subs(delta, 2 * delta),
        "empirical_failure: one side": empirical_failure / 2,
    },
)
