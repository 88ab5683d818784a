"""L8.2: how near the degrees of a random sparse lift are to the Poisson law."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Proof, Provenance, Remark, Source
from sparse_limits.theory.expressivity.wired_neurons import binomial_law
from sparse_limits.theory.lifts.degrees import (
    DEGREE,
    IN_DEGREE,
    INDEPENDENT,
    PROBABILITY,
    SPARSE,
    WIDTH,
    k,
    lam,
    n,
    sampled,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, Quantity

i, j = sp.symbols("i j", integer=True, positive=True)
l = sp.Symbol("l", integer=True, nonnegative=True)  # noqa: E741
u, v = sp.symbols("u v", real=True)  # means of f at two neighbours
F = sp.Symbol("F", nonnegative=True)  # the Poisson probability of what lies below

poisson_law = lam**k * sp.exp(-lam) / sp.factorial(k)
_law = binomial_law(n, lam / n, k)
_point = poisson_law.subs(k, j)
_here = poisson_law.subs(k, i)
variation_distance = sampled(sp.Sum(sp.Max(0, _law - poisson_law), (k, 1, n)))
edge_term = (lam / n) ** 2 * (v - u)
up_to = -_point * F / (i * _here)
beyond = _point * (1 - F) / (i * _here)
lower_ratio = i / (i - l)
upper_ratio = i / (i + l + 1)
jump = (1 - F - _point) / lam + F / j
lower_term = j * _point / lam
largest_jump = (1 - sp.exp(-lam)) / lam
bound = (1 - sp.exp(-lam)) * lam / n
edge_distance = lam / n * (1 - sp.exp(-lam / n))
coupled_bound = lam * (1 - sp.exp(-lam / n))
le_cam_bound = lam**2 / n
first_order = (k - (k - lam) ** 2) / 2
last_below = sp.floor(lam + (1 + sp.sqrt(4 * lam + 1)) / 2)  # beyond it (k − λ)² exceeds k
order = sp.Sum(sp.Max(0, k - (k - lam) ** 2) * poisson_law, (k, 1, last_below)) / 2

STEPS = proof(
    r"""
Poisson (a definition): Let $\pi_k=[[poisson_law]]$ be the Poisson probabilities, $F(k)$ their sums from $0$ to $k$, and $p=\lambda/n$.

no edge (by exponential): $P(X=0)=(1-p)^n\le e^{-\lambda}=\pi_0$, and $P(X=k)=0$ for $k>n$.

distance (from Poisson, no edge; by additivity): The differences of two laws add up to $0$: the positive ones are half of all moduli, their
distance. Here they are among $1,\dots,n$, so that it is $[[variation_distance]]$.

Stein's equation (by linearity): For a set $A$ let $f_A$ solve $\lambda f_A(i+1)-if_A(i)=\mathbf1_A(i)-\pi(A)$ for all $i\ge0$, from $i=0$
on. The mean over $X$ is $P(X\in A)-\pi(A)=E[\lambda f_A(X+1)-Xf_A(X)]$.

one edge (from Stein's equation): With $X_s$ the number of all edges but the $s$-th, $u=Ef_A(X_s+1)$ and $v=Ef_A(X_s+2)$: the part
$pEf_A(X+1)-EI_sf_A(X)$ of the edge $I_s$, which is independent of $X_s$, is $[[edge_term]]$.

one point (from Poisson, Stein's equation): With $F=F(i-1)$, the solution for $A=\{j\}$ is $f_j(i)=[[up_to]]$ for $1\le i\le j$ and
$[[beyond]]$ for $i>j$.

neighbours (from Poisson): From $i$ to $i+1$ the terms $\pi_{i-1-l}/i\pi_i$ of $F(i-1)/i\pi_i$ grow by the factor $[[lower_ratio]]\ge1$, and
the terms $\pi_{i+l}/i\pi_i$ of $(1-F(i-1))/i\pi_i$ by $[[upper_ratio]]\le1$.

jump (from one point, neighbours): So $f_j$ falls for $1\le i\le j$ and for $i>j$: it grows nowhere but from $j$ to $j+1$, by $[[jump]]$
with $F=F(j-1)$ (for $j=0$ nowhere).

sum below (from Poisson): $\pi_{j-1}=[[lower_term]]$, so that $\frac{F(j-1)}j=\sum_{i=1}^j\frac
ij\frac{\pi_i}\lambda\le\frac{F(j)-\pi_0}\lambda$, with equality for $j=1$.

largest jump (from jump, sum below): Then the jump is at most $[[largest_jump]]$.

all sets (from one point, largest jump; by linearity): $f_A=\sum_{j\in A}f_j$, so that at any place one term at most grows, and $f_A$ by no
more than that; as $f_{A^c}=-f_A$, it falls by no more either.

Barbour–Hall (from one edge, largest jump, all sets): $|P(X\in A)-\pi(A)|$ is at most $n$ times *one edge* with this for $v-u$, $[[bound]]$.

pair (from Poisson): Of $\mathrm{Ber}(p)$ and $\mathrm{Poi}(p)$ the first has more at $1$ only, by $[[edge_distance]]$: at $0$ it has
$1-p\le e^{-p}$.

edge by edge (from pair; by maximal coupling): Couple each edge with a Poisson number so that they differ no more often. The Poisson numbers
add up to one of mean $\lambda$, and the sums differ only if some pair does.

powers (by monotonicity): $1-q^n$ is $1-q$ times a sum of $n$ powers of $q=e^{-\lambda/n}$, none above $1$: $1-e^{-\lambda}\le
n(1-e^{-\lambda/n})$.

coupling (from Barbour–Hall, edge by edge, powers): So the distance is at most $n$ times that of a pair, $[[coupled_bound]]$, which is no
less than *Barbour–Hall*, by *powers*.

Le Cam (from coupling; by exponential): As $1-e^{-x}\le x$ this is at most $[[le_cam_bound]]$.

first order (from Poisson): For fixed $k$, $n(P(X=k)/\pi_k-1)$ tends to $[[first_order]]$.

bound of the terms (from Poisson; by exponential): $(n)_k\le n^k$ and $(1-p)^{n-k}\le e^{-\lambda+\lambda k/n}$, so that $n(P(X=k)-\pi_k)\le
n\pi_k(e^{\lambda k/n}-1)\le\lambda e^\lambda k\pi_k$ for $k\le n$.

limit (from distance, first order, bound of the terms; by dominated convergence): The sum of these over $k$ is finite: $n\,d_{TV}$ tends to
the sum of the positive parts of *first order* times $\pi_k$.

half (by linearity): As $E(N-\lambda)^2=EN$ for $N\sim\mathrm{Poi}(\lambda)$, the mean of the positive part of $N-(N-\lambda)^2$ is half of
that of its modulus.

order (from limit, half): $k$ exceeds $(k-\lambda)^2$ between the roots $\lambda+\frac12\pm\frac12\sqrt{4\lambda+1}$ only, and not at $0$:
the limit is $[[order]]$.
""",
    globals(),
)

poisson_distance = Claim(
    label="L8.2",
    title="The degrees of a random sparse lift are nearly Poisson",
    statement=r"""
The total variation distance of the degrees $X$ of L8.1 from the Poisson law is
$$d_{TV}(X,\mathrm{Poi}(\lambda))=[[variation_distance]]$$ $$\le[[bound]]$$
(Barbour–Hall), which is at most $[[coupled_bound]]\le[[le_cam_bound]]$, the bounds by a coupling of the edges (Le Cam). At $n=1$
all but the last are equal. For fixed $\lambda>0$ the order $1/n$ is sharp: $n\,d_{TV}\to\frac14E|(N-\lambda)^2-N|$ for $N\sim\mathrm{Poi}(\lambda)$, which is $$[[order]].$$
""",
    steps=STEPS,
    source=Source("2501.05930", "textbook (Le Cam 1960, Barbour and Hall 1984); beyond the list of theorems"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        WIDTH.drawn_from(3, 40),
        DEGREE.drawn_from(sp.Rational(1, 8), 3),
        IN_DEGREE,
        Quantity(i, "place at which Stein's equation is solved", COUNT, drawn=(4, 9)),
        Quantity(j, "the one point of a set of degrees", COUNT, drawn=(1, 5)),
        Quantity(l, "number of a term of a sum of Poisson probabilities", COUNT_FROM_ZERO, drawn=(0, 3)),
        Quantity(F, "Poisson probability of all that is below", PROBABILITY),
        Quantity((u, v), "means of the solution at two neighbours", sp.S.Reals),
    ),
    hypotheses=(INDEPENDENT, SPARSE),
    uses=("L8.1",),
    loose=tuple(
        Loose(
            expression=bound,
            truth="variation_distance",
            at=tuple({n: width, lam: 2} for width in (10, 200)),
            lost=lost,
            order=r"by *order*, for fixed $\lambda>0$: $n$ times the distance has a positive limit",
        )
        for bound, lost in (
            ("bound", "in Stein's equation, whose solution has its largest jump at one place only"),
            ("coupled_bound", "in the coupling of single edges, whose differences need not change the sum"),
            ("le_cam_bound", r"in the coupling of single edges, and in $1-e^{-x}\le x$"),
        )
    ),
    remarks=(
        Remark(
            r"At $\lambda=2$, $n=200$ the distance is $0.26$ of its first bound, as is the limit of its order at $\lambda=2$.",
            "distance_has_this_order",
        ),
    ),
)
