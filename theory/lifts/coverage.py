"""L11: how many copies of a witness a random sparse lift contains, exactly, with one and with two hidden layers."""

from __future__ import annotations

import sympy as sp

from theory.bounds import Sharp, Side
from theory.claims import Claim, Proof, Provenance, Source
from theory.expressivity import symbols as wired
from theory.expressivity.wired_counts import usual_bound
from theory.expressivity.wired_neurons import binomial_law
from theory.formulas.bracketed_sum import BracketedSum
from theory.formulas.no_guarantee import guaranteed
from theory.lifts.degrees import DEGREE, PROBABILITY, SPARSE, WIDTH, k, lam, n
from theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity

inputs = sp.Symbol("d", nonnegative=True, integer=True)
pattern = sp.Symbol("s", nonnegative=True, integer=True)  # |S|
p_0 = sp.Symbol("p_0", nonnegative=True)  # that an edge from an input is present
omega = sp.Symbol("omega", nonnegative=True)  # that weights lie in their region
q = sp.Symbol("q", nonnegative=True)  # that a vertex of the first layer is of a type; the same for all types
q_1, q_2 = sp.symbols("q_1 q_2", nonnegative=True)
r = sp.Symbol("r", positive=True, integer=True)  # the number of types, of the children of a root
m = sp.Symbol("m", nonnegative=True, integer=True)
N_1, N_2 = sp.symbols("N_1 N_2", nonnegative=True, integer=True)  # the vertices of each type
z = sp.Symbol("z", real=True)
i, j = sp.symbols("i j", nonnegative=True, integer=True)

INPUTS = Quantity(inputs, "number of inputs", COUNT_FROM_ZERO)
INPUT_KEPT = Quantity(p_0, "probability of an edge from an input", PROBABILITY)
REGION = Quantity(omega, "probability that weights lie in their region", PROBABILITY)
TYPE = Quantity(
    q, "probability that a vertex of the first layer is of a given type, the same for all types", PROBABILITY
)

type_probability = p_0**pattern * (1 - p_0) ** (inputs - pattern) * omega
copies_law = sp.Piecewise((0, m > n), (binomial_law(n, q, m), True))
binomial_below = sp.Sum(binomial_law(n, q, i), (i, 0, sp.Min(m - 1, n)))
chernoff = usual_bound.subs({wired.m: n, wired.p: q, wired.k: 1})


def trinomial(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """The probability that of n vertices so many are of each of two types; at most n altogether."""
    rest = n - first - second
    ways = sp.factorial(n) / (sp.factorial(first) * sp.factorial(second) * sp.factorial(rest))
    return ways * q_1**first * q_2**second * (1 - q_1 - q_2) ** rest


counts_law = sp.Piecewise((0, n < N_1 + N_2), (trinomial(N_1, N_2), True))
both_below = sp.Sum(trinomial(i, j), (j, 0, sp.Min(m - 1, n - i)), (i, 0, sp.Min(m - 1, n)))
both_covered = sp.Piecewise(
    (1, m < 1),
    (0, sp.Or(2 * m > n, q_1 * q_2 <= 0)),
    (1 - binomial_below.subs(q, q_1) - binomial_below.subs(q, q_2) + both_below, True),
)
all_covered = sp.Piecewise(
    (0, sp.Or(r > n, q <= 0)), (sp.Sum((-1) ** j * sp.binomial(r, j) * (1 - j * q) ** n, (j, 0, r)), True)
)
union_bound = 1 - r * sp.exp(-n * q)


def covering(chance: sp.Expr) -> sp.Expr:
    """The exponential generating function of m or more vertices of a type."""
    return sp.exp(chance * z) - sp.Sum((chance * z) ** i / sp.factorial(i), (i, 0, m - 1))


generating_function = sp.exp((1 - q_1 - q_2) * z) * covering(q_1) * covering(q_2)

edge = lam / n
matching = omega * q**r


def within(vertices: sp.Expr, count: sp.Expr) -> sp.Expr:
    """A count that needs so many vertices in a layer of n; without a value where λ/n is no probability."""
    return sp.Piecewise((0, vertices > n), (count, lam <= n))


copies = n * sp.ff(n, r) * edge**r * (1 - edge) ** (n - r) * matching
moment = (
    sp.ff(n, k)
    * sp.ff(n, r * k)
    * edge ** (r * k)
    * (1 - edge) ** (r * k * (n - 1) + k * (n - r * k))
    * matching**k
)  # fmt: skip
inclusion_exclusion = BracketedSum(  # Bonferroni
    (-1) ** (i - m) * sp.binomial(i - 1, m - 1) * moment.subs(k, i) / sp.factorial(i), (i, m, sp.floor(n / r))
)

expected_copies = within(r, copies)
isolated_mean = within(r, (1 - edge) ** (r * (n - 1)) * copies)
factorial_moment = within(r * k, moment)
isolated_at_least = sp.Piecewise((1, m < 1), (0, r * m > n), (inclusion_exclusion, lam <= n))
isolated_variance = factorial_moment.subs(k, 2) + isolated_mean - isolated_mean**2
some_isolated = lam > 0, q > 0, omega > 0, r <= n, lam <= n, sp.Or(lam < n, n < 2)  # EM' > 0
chebyshev = guaranteed(4 * isolated_variance / isolated_mean**2, *some_isolated)

copies_rate = omega * lam**r * sp.exp(-lam) * q**r
isolated_rate = omega * lam**r * sp.exp(-lam * (1 + r)) * q**r
best_lambda = r / (r + 1)
dispersion = 1 - (1 + r**2 - 2 * r * lam) * isolated_rate  # Var M'/EM'
variance_rate = isolated_rate * dispersion

steepest, flattest = 1 - 1 / sp.sqrt(2), 1 + 1 / sp.sqrt(2)  # where it is extreme for one child, ωq = 1
at_one_child = dispersion.subs({r: 1, q: 1, omega: 1})
least_dispersion, most_dispersion = (at_one_child.subs(lam, sp.expand(place)) for place in (steepest, flattest))

change_of_root = 1 + 6 * lam + 4 * lam**2
efron_stein = n * (1 + 3 * lam + 2 * lam**2)

copy_chance = sp.Piecewise((0, n < 2), (omega * N_1 * N_2 * edge**2 * (1 - edge) ** (n - 2), lam <= n))
none = sp.Sum(trinomial(i, j) * (1 - copy_chance.subs({N_1: i, N_2: j})) ** n, (j, 0, n - i), (i, 0, n))
some_copy = sp.Piecewise(
    (0, sp.Or(n < 2, omega * q_1 * q_2 * lam <= 0, sp.And(sp.Eq(lam, n), n > 2))), (1 - none, lam <= n)
)

copies_of_witnesses = Claim(
    label="L11",
    title="Coverage: exact counts of the copies of a witness",
    statement=r"""
*One hidden layer* of $n$ vertices, $d$ inputs, each edge present with probability $p_0$, weights iid. A *type* is a pattern
$S$ of $s$ inputs and a region of weights of probability $\omega$; a vertex is of it with probability
$q=[[type_probability]]$. The number of copies is binomial, $P(M=m)=[[copies_law]]$, $P(M<m)=[[binomial_below]]$, and
$P(M<\frac{nq}2)\le[[chernoff]]$. For disjoint types the counts are multinomial: for two of them
$P(N_1,N_2)=[[counts_law]]$, and each has $m$ or more copies with probability
$$[[both_covered]],$$
which is $n!$ times the coefficient of $z^n$ in $[[generating_function]]$; more types, more factors. All of $r$ types of one
probability $q$ are present with probability $[[all_covered]]\ge[[union_bound]]$.

*Two hidden layers* of $n$ vertices with edge probability $p=\lambda/n$ between them, $0\le\lambda\le n$. A witness has a root with
exactly $r$ children, of $r$ distinct disjoint types of the first layer, and top weights in a region of probability
$\omega$. For types of probabilities $q_1,\dots,q_r$ read $q^r$ as $\prod_iq_i$. $M$ counts the roots whose backward
closure matches, $M'$ those whose children moreover have no other edge out (*isolated cells*). Exactly
$$EM=[[expected_copies]],$$ $$EM'=[[isolated_mean]],$$ $$E(M')_k=[[factorial_moment]],$$ $$P(M'\ge m)=[[isolated_at_least]],$$
$\mathrm{Var}M'=E(M')_2+EM'-(EM')^2$, and if $EM'>0$, $P(M'\le\frac12EM')\le4\mathrm{Var}M'/(EM')^2=O(1/n)$. For $n\to\infty$ with $\lambda$
fixed $EM/n\to[[copies_rate]]$, $EM'/n\to[[isolated_rate]]$, the latter the largest at $\lambda=[[best_lambda]]$, and
$$\mathrm{Var}M'/n\to[[variance_rate]],$$ so that if the first limit is not 0, $\mathrm{Var}M'/EM'\to[[dispersion]]$, where a Poisson
law has 1. This limit lies between $[[least_dispersion]]$ and $[[most_dispersion]]$, both attained for $r=1$ and $\omega q=1$, at $\lambda=1\mp\frac1{\sqrt2}$;
$M'$ is near a Poisson variable in this respect if the rate of isolated copies is small. Without any of these laws, whatever makes a cell match,
$\mathrm{Var}M'\le[[efron_stein]]$ (of the right order in $n$; how loose it is, the limit above says).
Given the counts $N_1,N_2$ of the types of two children, $M$ is binomial of $n$ trials and chance $[[copy_chance]]$, whence
$$P(M\ge1)=[[some_copy]].$$
""",
    proof_text=r"""
*One layer.* The vertices are independent; the pattern has probability $p_0^s(1-p_0)^{d-s}$ and, given it, the weights lie in
the region with probability $\omega$. The bound is E2's for one input. $n!$ times the coefficient of $z^n$ in a product of
exponential generating functions sums the multinomial law over the counts that the factors allow; with $m=1$,
inclusion–exclusion over the types that are missing gives $\sum_j(-1)^j\binom rj(1-jq)^n$, and $P(\text{one is missing})\le
r(1-q)^n\le re^{-nq}$. *First moments.* Choose the root and its children in the order of their types, and multiply independent
probabilities: $r$ edges are present, $n-r$ others into the root absent, the types and top weights right. Isolation asks
$r(n-1)$ edges from the children to other roots to be absent. *Factorial moments.* $k$ distinct isolated roots have disjoint
sets of children, $(n)_{rk}$ choices. Of the $rkn$ edges out of these children $rk$ are present and the others absent, and
each root misses the other $n-rk$ vertices. $P(M'\ge m)=\sum_{k\ge m}(-1)^{k-m}\binom{k-1}{m-1}E\binom{M'}k$ for every count, as
$\sum_{k=m}^x(-1)^{k-m}\binom{k-1}{m-1}\binom xk=1$ for $x\ge m$. *Rates.* $(n)_rn^{-r}\to1$, $(1-\frac\lambda n)^n\to
e^{-\lambda}$; the logarithm of $\lambda^re^{-\lambda(1+r)}$ is concave with derivative $\frac r\lambda-1-r$. By the formulas
$E(M')_2/(EM')^2=(1-\frac1n)\frac{(n)_{2r}}{(n)_r^2}(1-\frac\lambda n)^{-2r}=1-\frac{1+r^2-2r\lambda}n+O(n^{-2})$. *Dispersion.* It is
$1-(1+r^2-2r\lambda)\mu$, $\mu$ the rate of isolated copies, and $\mu\le(\frac\lambda r)^re^{-\lambda(1+r)}$, as $\sum q_i\le1$. For $r=1$ the extremes of
$2\lambda(\lambda-1)e^{-2\lambda}$ are at $1\mp\frac1{\sqrt2}$. For $r\ge2$, $(1+r^2)\mu\le(1+r^2)((1+r)e)^{-r}<0.08$ and
$2r\lambda\mu\le2r^{1-r}e^{-1-r}\le0.05$, both largest at $r=2$. So the limit is positive and the order of the variance is $n$. *Chebyshev* at the
deviation $\frac12EM'$. *Efron–Stein.* $\mathrm{Var}M'\le\frac12\sum E\Delta^2$, where one of $2n$ independent pieces is drawn anew: the
edges from the inputs to a vertex of the first layer, or the edges into a root, with their weights. The first changes at
most the one isolated cell that contains the vertex: $|\Delta|\le1$. The second, from in-neighbours $A$ to $A'$, changes
the root's own cell and, for each vertex of $A\cup A'$, at most the one other cell that contains it while the root does not:
$|\Delta|\le1+|A|+|A'|$. $A$ and $A'$ are independent with mean $\lambda$ and variance at most $\lambda$, so
$E\Delta^2\le1+6\lambda+4\lambda^2$. Altogether $\frac n2(1+1+6\lambda+4\lambda^2)$. *Given the counts* the roots are independent, and each has
$N_1N_2$ choices of children. ∎
""",
    source=Source("2501.05930", "abstract (random graph theory); beyond the text seen"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        WIDTH.drawn_from(4, 9),
        DEGREE.drawn_from(sp.Rational(1, 4), 3),
        INPUTS.drawn_from(2, 5),
        Quantity(pattern, "number of inputs in the pattern of a type", COUNT_FROM_ZERO, drawn=(0, 2)),
        INPUT_KEPT.drawn_from(sp.Rational(1, 5), sp.Rational(4, 5)),
        REGION.drawn_from(sp.Rational(1, 4), 1),
        TYPE.drawn_from(sp.Rational(1, 20), sp.Rational(3, 10)),
        Quantity(
            (q_1, q_2),
            "probabilities that a vertex of the first layer is of the first and of the second of two types",
            PROBABILITY,
            drawn=(sp.Rational(1, 20), sp.Rational(2, 5)),
        ),
        Quantity(r, "number of types, also that of the children of a root", COUNT, drawn=(1, 3)),
        Quantity(m, "number of copies", COUNT_FROM_ZERO, drawn=(1, 3)),
        Quantity(k, "order of a factorial moment", COUNT_FROM_ZERO, drawn=(1, 3)),
        Quantity(
            (N_1, N_2), "numbers of vertices of the first and of the second of two types", COUNT_FROM_ZERO, (1, 3)
        ),
        Quantity(z, "variable of the generating function", sp.S.Reals, drawn=(sp.Rational(1, 2), 3)),
    ),
    hypotheses=(
        Hypothesis("edges and weights are independent, edges between two layers of one probability"),
        SPARSE,
        Hypothesis("a pattern has no more inputs than there are", pattern <= inputs),
        Hypothesis("the types are disjoint: no vertex is of two of them"),
        Hypothesis("two disjoint types have together a probability of at most one", q_1 + q_2 <= 1),
        Hypothesis("all disjoint types have together a probability of at most one", r * q <= 1),
        Hypothesis("no more vertices are of two types than there are", n >= N_1 + N_2, needed_by=("copy_chance",)),
    ),
    uses=("E2",),
    expressions={
        "type_probability": type_probability,
        "copies_law": copies_law,
        "binomial_below": binomial_below,
        "chernoff": chernoff,
        "counts_law": counts_law,
        "both_covered": both_covered,
        "generating_function": generating_function,
        "all_covered": all_covered,
        "union_bound": union_bound,
        "expected_copies": expected_copies,
        "isolated_mean": isolated_mean,
        "factorial_moment": factorial_moment,
        "isolated_at_least": isolated_at_least,
        "isolated_variance": isolated_variance,
        "chebyshev": chebyshev,
        "copies_rate": copies_rate,
        "isolated_rate": isolated_rate,
        "best_lambda": best_lambda,
        "variance_rate": variance_rate,
        "dispersion": dispersion,
        "least_dispersion": least_dispersion,
        "most_dispersion": most_dispersion,
        "efron_stein": efron_stein,
        "copy_chance": copy_chance,
        "some_copy": some_copy,
    },
    aids={"change_of_root": change_of_root},
    sharp=(
        Sharp(
            expression="least_dispersion",
            example=r"$r=1$, $\omega q=1$ and $\lambda=1-\frac1{\sqrt2}$",
            check="dispersion_lies_between_its_extremes",
            side=Side.BELOW,
        ),
        Sharp(
            expression="most_dispersion",
            example=r"$r=1$, $\omega q=1$ and $\lambda=1+\frac1{\sqrt2}$",
            check="dispersion_lies_between_its_extremes",
        ),
    ),
)
