"""R10: keeping one candidate needs polynomially many of them, keeping a subset logarithmically many."""

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same
from sparse_limits.theory.subset_sum.potential import REACH, a
from sparse_limits.theory.subset_sum.product_laws import quenched_size, t, uniform_product
from sparse_limits.theory.subset_sum.symbols import eps, n
from sparse_limits.theory.subset_sum.two_layers import WEIGHT_ERROR

w = sp.Symbol("w", real=True)  # the weight to be replaced
p = sp.Symbol("p", positive=True)  # the probability that a candidate serves

close = uniform_product.distribution.subs(t, w + eps) - uniform_product.distribution.subs(t, w - eps)
single_hit = close / 2
success = Let(1 - (1 - p) ** n, [(p, single_hit)])
median_items = Let(sp.log(2) / -sp.log(1 - p), [(p, single_hit)])
slope = -sp.log(w**2 - eps**2) / 4
least_slope = -sp.log(sp.Abs(w)) / 2
least_hit = eps * least_slope
leading = 2 * sp.log(2) / (eps * -sp.log(sp.Abs(w)))
subset_density = -sp.log(a) / 4

STEPS = proof(
    r"""
products (by R5.1 for uniform_density, uniform_distribution): A product of two uniform numbers has the density $-\frac12\ln|s|$ on $[-1,1]$,
and its distribution function is given in R5.1.

one candidate (from products): A candidate serves if it is usable and its product lies in $[w-\varepsilon,w+\varepsilon]$, which does not
contain $0$. This has probability $p=[[single_hit]]$.

some candidate (from one candidate; by independence): The candidates are independent. So none of them serves with probability $(1-p)^n$, and
some candidate serves with probability $[[success]]$.

median (from some candidate): This probability increases with $n$ if $p>0$, that is, if $|w|<1+\varepsilon$, and it is $\frac12$ at
$n_{50}=[[median_items]]$.

slope (from products, one candidate): As long as $|w|+\varepsilon<1$, both ends of the interval move where the density is positive. At $1$
the density is $0$ and has no jump. So the slope of $p$ in $\varepsilon$ is $[[slope]]$.

least slope (from slope): Since $0<w^2-\varepsilon^2\le w^2$, this slope is at least $[[least_slope]]$, with equality at $\varepsilon=0$.

least probability (from least slope; by integration): At $\varepsilon=0$ also $p=0$. So $p\ge[[least_hit]]$. By l'Hôpital's rule the
quotient of the two sides tends to $1$ as $\varepsilon\to0$.

logarithm (by integration): $-\ln(1-p)\ge p$ for $0\le p<1$: both sides are $0$ at $0$, and their slopes satisfy $\frac1{1-p}\ge1$. By
l'Hôpital's rule their quotient tends to $1$ as $p\to0$.

bound (from median, least probability, logarithm): So $n_{50}\le\frac{\ln2}p$, which is at most $[[leading]]$ by the *least probability*.
The quotient of both ends of this chain tends to $1$.

cover (by R4): By R4, $O(\ln\frac1\varepsilon)$ items with a least density on $[-a,a]$, atoms at $0$ allowed, have a subset sum within
$\varepsilon$ of $w$ with probability $\frac12$, for $|w|\le\frac a2$.

subset density (from products, cover): Candidates that are not usable count as $0$. So the candidates of both kinds together have half of
the density of a product. For $2|w|\le a<1$ it is at least $[[subset_density]]>0$ on $[-a,a]$, because the density decreases away from $0$.

necessary subsets (by R5.3): For a fixed target other than $0$, success with probability $\frac12$ requires $(1-o(1))\,[[subset_items]]$
such items.
""",
    globals(),
    subset_items=quenched_size,
)


def unfolded(formula: sp.Expr) -> sp.Expr:
    """The same with the probability of one candidate as a letter, and powers of ½ to a number as exponentials."""
    name = sp.Symbol("p", positive=True)
    formula = formula.replace(
        lambda each: isinstance(each, Let) and each.args[1] == sp.Tuple(sp.Tuple(name, single_hit)),
        lambda each: each.args[0],
    )
    return sp.simplify(sp.expand(formula.subs(single_hit, name).rewrite(sp.exp)))


def half_of_the_samples_serve_at_the_median(success: sp.Expr, median_items: sp.Expr) -> Relations:
    """At n₅₀ failures and successes are one half; and a candidate more serves p of the failures, where p > 0."""
    yield same(success.subs(n, median_items), sp.Rational(1, 2), by=unfolded)
    chance, y = sp.symbols("p y", positive=True)
    served = success.args[0] if isinstance(success, Let) else success
    gain = (served.subs(n, n + 1) - served) / (1 - served)
    yield nonnegative(gain, y / (1 + y), where={chance: y / (1 + y)}, strict=True)


def the_slope_is_least_at_no_width(slope: sp.Expr, least_slope: sp.Expr) -> Relations:
    """Equal at ε = 0; beyond it more by a fourth of log(1 + ε²/(w² − ε²)), at w² = ε² + y."""
    y = sp.Symbol("y", positive=True)
    yield same(
        slope.subs(eps, 0), least_slope, by=lambda gap: sp.simplify(sp.expand_log(gap.subs(sp.Abs(w), y).subs(w, y)))
    )
    gap = (slope - least_slope).subs(sp.Abs(w), sp.sqrt(w**2)).subs(w, sp.sqrt(eps**2 + y))
    yield nonnegative(gap, sp.log(1 + eps**2 / y) / 4, by=lambda each: sp.simplify(sp.expand_log(sp.simplify(each))))


single_candidates = Claim(
    label="R10",
    title="One candidate versus subset sums: polynomial versus logarithmic overparametrisation",
    statement=r"""
Let a weight $w$ be replaced, up to $\varepsilon<|w|$, by one of $n$ candidates. Candidates are products of two
independent uniform numbers on $[-1,1]$ (R5.1), each usable with probability $\frac12$. A candidate serves with
probability $$p=[[single_hit]],$$ and some candidate serves with probability $$[[success]],$$ which is at least
$\frac12$ from $$n_{50}=[[median_items]]$$ candidates on. For $\varepsilon<|w|\le1-\varepsilon$,
$$n_{50}\le[[leading]],$$ and the ratio tends to $1$ as $\varepsilon\to0$: $n_{50}$ is of order $1/\varepsilon$. For
$|w|<\frac12$, sums over subsets of such candidates achieve this with $O(\ln\frac1\varepsilon)$ of them (R4, as they
have at least the density $[[subset_density]]$ on $[-a,a]$, $2|w|\le a<1$), and with no fewer than
$(1-o(1))\,[[subset_items]]$ (R5.3).
""",
    steps=STEPS,
    source=Source(
        "2002.00585",
        "v1",
        "beyond the abstract; one candidate for each weight, against the subsets of 2006.07990",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(w, "weight to be replaced", sp.S.Reals, drawn=(-sp.Rational(9, 10), sp.Rational(9, 10))),
        WEIGHT_ERROR.drawn_from(sp.Rational(1, 100), sp.Rational(1, 11)),
        Quantity(n, "number of candidates", COUNT_FROM_ZERO, drawn=(0, 40)),
        REACH.drawn_from(sp.Rational(1, 5), sp.Rational(4, 5)),
    ),
    hypotheses=(
        Hypothesis("an error below the weight, so that it cannot be dropped", eps < sp.Abs(w)),
        Hypothesis("a weight that some candidate can serve", sp.Abs(w) < 1 + eps, needed_by=("median_items",)),
        Hypothesis(
            "for the bound, a weight no nearer to 1 than the error",
            sp.Abs(w) <= 1 - eps,
            needed_by=("leading", "slope", "least_slope", "least_hit"),
        ),
        Hypothesis("for subsets, a reach below 1", a < 1, needed_by=("subset_density",)),
        Hypothesis("for subsets, a weight up to half of the reach", 2 * sp.Abs(w) <= a, needed_by=("subset_density",)),
        Hypothesis(
            "for the number of candidates of subsets, an error that tends to 0", eps < 1, needed_by=("subset_items",)
        ),
        Hypothesis("candidates independent; products of uniform numbers on [−1, 1], usable with probability 1/2"),
    ),
    remarks=(
        Remark(
            r"Measured: the median number of candidates that subsets need for $w=\frac3{10}$ is within a quarter of "
            r"$2\log_2\frac1\varepsilon$ at $\varepsilon=10^{-2}$ and $10^{-4}$; the opposite is rejected.",
            "subsets_need_logarithmically_many",
        ),
    ),
    loose=(
        Loose(
            expression="leading",
            truth="median_items",
            at=tuple({w: sp.Rational(3, 10), eps: sp.Rational(1, x)} for x in (10, 100, 1000)),
            lost=r"in $-\ln(1-p)\ge p$, and in the density at $w$ in place of that on the whole interval",
            order=r"by *bound*: the quotient tends to $1$ as $\varepsilon\to0$",
        ),
    ),
    because={
        "some candidate": lambda single_hit, success: induction(
            1 - success, n, 1 - single_hit, lambda term: (1 - single_hit) * term, start=1, by=unfolded
        ),
        "median": half_of_the_samples_serve_at_the_median,
        "least slope": the_slope_is_least_at_no_width,
        "least probability": lambda least_slope, least_hit: (
            same(least_hit.diff(eps) * eps, least_slope * eps),
            same(least_hit.subs(eps, 0), sp.S.Zero),
        ),
        "bound": lambda least_hit, leading: same(leading, sp.log(2) / least_hit),
    },
    wrong=lambda: {
        "single_hit: uniform candidates": eps / 2,
        "single_hit: density at the weight": -eps * sp.log(sp.Abs(w)) / 2,
        "success: at most one serves": n * single_hit,
        "success: all serve": single_hit**n,
        "success: every candidate usable": 1 - (1 - 2 * single_hit) ** n,
        "median_items: mean for the median": 1 / single_hit,
        "median_items: every candidate usable, exactly": sp.log(2) / -sp.log(1 - 2 * single_hit),
        "median_items: order 1/√ε": sp.sqrt(median_items),
        "slope: at the far end alone": -sp.log(sp.Abs(w) + eps) / 2,
        "leading: uniform candidates": 2 * sp.log(2) / eps,
        "subset_density: of uniform numbers": sp.Rational(1, 4),
        "subset_density: of every product": 1 + subset_density,
    },
)
