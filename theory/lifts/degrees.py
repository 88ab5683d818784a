"""L8.1: the degrees of a random sparse lift."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.expressivity.wired_neurons import binomial_law
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

n = sp.Symbol("n", integer=True, positive=True)  # copies of a vertex
lam = sp.Symbol("lambda", nonnegative=True)  # expected degree
k = sp.Symbol("k", integer=True, nonnegative=True)

PROBABILITY = sp.Interval(0, 1)
WIDTH = Quantity(n, "width of the lift, the number of vertices above one vertex of the base", COUNT)
DEGREE = Quantity(lam, "expected number of edges into a vertex above one edge of the base", NON_NEGATIVE)
IN_DEGREE = Quantity(k, "in-degree of a vertex above one edge of the base", COUNT_FROM_ZERO, drawn=(0, 3))
INDEPENDENT = Hypothesis("the edges above one edge of the base are independent and of one probability")
SPARSE = Hypothesis("the expected degree is at most the width", lam <= n)  # λ/n is a probability


def sampled(value: sp.Expr) -> sp.Expr:
    """The value, and none where λ/n is no probability."""
    return sp.Piecewise((value, lam <= n))


degree_law = sampled(binomial_law(n, lam / n, k))
degree_zero = sampled((1 - lam / n) ** n)
variance = sampled(lam * (1 - lam / n))

STEPS = proof(
    r"""
edges (by product): The edges into one vertex are independent, and each is present with probability $p=\lambda/n$. With $n+1$ copies,
$X=k+1$ if and only if $X$ without the last edge is $k+1$ and this edge is absent, or is $k$ and this edge is present.

law (from edges): So from one copy on $P(X=k)=[[degree_law]]$ for $k\le n$.

no edge (from law): At $k=0$ this is $[[degree_zero]]$.

products of edges (by product): $X$ is a sum of independent numbers, each $0$ or $1$. The product of two of these numbers, each minus its
mean, has the mean $0$. So a further edge adds $p$ to the mean of the sum, and $p(1-p)$ to its variance.

variance (from products of edges): So the mean is $\lambda$, and the variance is $[[variance]]$.
""",
    globals(),
)

CHANCE = lam / n


ONE_MORE = {n: n + 1, lam: lam + CHANCE}  # a copy more at the same probability of an edge


def value(expression: sp.Expr) -> sp.Expr:
    """The value where λ/n is a probability."""
    return expression.replace(lambda part: isinstance(part, sp.Piecewise), lambda part: part.args[0].expr)


def variances_add_up(variance: sp.Expr) -> Relations:
    """One copy more adds p(1 − p), from one copy on."""
    added = value(variance).subs(ONE_MORE, simultaneous=True) - value(variance)
    yield same(added, CHANCE * (1 - CHANCE), by=sp.cancel)
    yield same(value(variance).subs(n, 1), lam * (1 - lam), by=sp.expand)


binomial_degrees = Claim(
    label="L8.1",
    title="The degrees of a random sparse lift are binomial",
    headline=r"Let each edge above an edge of the base be present with probability $\lambda/n$, independently, with $n$ copies of its source. The in-degrees above it are independent and binomial, with mean $\lambda$.",
    statement=r"""
Let the source of a base edge have $n$ copies, let $0\le\lambda\le n$, and let each edge above it be present in the lift independently
with probability $\lambda/n$. The in-degrees $X$ above that edge are independent, as sums over disjoint sets of edges, with mean $\lambda$,
variance $[[variance]]$, $$P(X=k)=[[degree_law]]\quad(k\le n),$$ $$P(X=0)=[[degree_zero]]$$
(for a constant in-degree $\lambda\ge1$ the variance and $P(X=0)$ would be zero).
""",
    steps=STEPS,
    source=Source(
        "2501.05930",
        "v1",
        "textbook; beyond the list of theorems, which names Definition 4.2, “Random sparse lift”",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(WIDTH.drawn_from(3, 40), DEGREE.drawn_from(sp.Rational(1, 8), 3), IN_DEGREE),
    hypotheses=(
        INDEPENDENT,
        SPARSE,
        Hypothesis("the in-degree is at most the width", k <= n, needed_by=("degree_law",)),
    ),
    symbols={
        "X": "in-degree of a vertex above the base edge",
        "P": "probability",
    },
    aids={"sampling": "independent"},
    because={
        "no edge": lambda degree_law, degree_zero: same(value(degree_zero), value(degree_law).subs(k, 0)),
        "variance": variances_add_up,
    },
    wrong=lambda: {
        "degree_law: an edge too many": degree_law.subs(n, n + 1),
        "degree_zero: Poisson": sp.exp(-lam),
        "variance: Poisson variance": lam,
        "sampling: constant in-degree": "constant",
    },
)
