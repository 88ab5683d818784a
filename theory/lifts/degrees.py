"""L8: the degrees of a random sparse lift, and how near they are to the Poisson law."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.expressivity.wired_neurons import binomial_law
from theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, Hypothesis, Quantity

n = sp.Symbol("n", integer=True, positive=True)  # copies of a vertex
lam = sp.Symbol("lambda", nonnegative=True)  # expected degree
k = sp.Symbol("k", integer=True, nonnegative=True)

PROBABILITY = sp.Interval(0, 1)
WIDTH = Quantity(n, "width of the lift, the number of vertices above one vertex of the base", COUNT)
DEGREE = Quantity(lam, "expected number of edges into a vertex above one edge of the base", NON_NEGATIVE)
SPARSE = Hypothesis("the expected degree is at most the width", lam <= n)  # λ/n is a probability


def sampled(value: sp.Expr) -> sp.Expr:
    """The value, and none where λ/n is no probability."""
    return sp.Piecewise((value, lam <= n))


poisson_law = lam**k * sp.exp(-lam) / sp.factorial(k)
_law = binomial_law(n, lam / n, k)
degree_law = sampled(_law)
degree_zero = sampled((1 - lam / n) ** n)
variance = sampled(lam * (1 - lam / n))
variation_distance = sampled(sp.Sum(sp.Max(0, _law - poisson_law), (k, 1, n)))
bound = (1 - sp.exp(-lam)) * lam / n
coupled_bound = lam * (1 - sp.exp(-lam / n))
le_cam_bound = lam**2 / n
last_below = sp.floor(lam + (1 + sp.sqrt(4 * lam + 1)) / 2)  # beyond it (k − λ)² exceeds k
order = sp.Sum(sp.Max(0, k - (k - lam) ** 2) * poisson_law, (k, 1, last_below)) / 2

binomial_degrees = Claim(
    label="L8",
    title="The degrees of a random sparse lift are binomial, and nearly Poisson",
    statement=r"""
Let the source of a base edge have $n$ copies, $0\le\lambda\le n$, and let the lift have each edge above it independently with
probability $\lambda/n$. The in-degrees $X$ above that edge are independent, with mean $\lambda$, variance $[[variance]]$,
$$P(X=k)=[[degree_law]]\quad(k\le n),$$ $$P(X=0)=[[degree_zero]]$$
(with a constant in-degree $\lambda\ge1$ the variance and $P(X=0)$ vanish). Their total variation distance from the Poisson law is
$$d_{TV}(X,\mathrm{Poi}(\lambda))=[[variation_distance]]$$ $$\le[[bound]]$$
(Barbour–Hall), which is at most $[[coupled_bound]]\le[[le_cam_bound]]$, the bounds by a coupling of the edges (Le Cam). At $n=1$
all but the last are equal. The order $1/n$ is sharp: $n\,d_{TV}\to\frac14E|(N-\lambda)^2-N|$ for $N\sim\mathrm{Poi}(\lambda)$, which is $$[[order]].$$
""",
    proof_text=r"""
Degrees of two copies are sums over disjoint sets of edges. The distance is the excess of one law on the set where it exceeds
the other, here a subset of $\{1,\dots,n\}$, as $(1-\frac\lambda n)^n\le e^{-\lambda}$. *Coupling:* for one edge, $p=\frac\lambda n$, only at $1$ does $\mathrm{Ber}(p)$ exceed
$\mathrm{Poi}(p)$, by $p-pe^{-p}\le p^2$; couple edge by edge, $n(p-pe^{-p})\le np^2$. *Barbour–Hall:* write $\pi_i$ for the Poisson
probabilities, $F$ for their sums. For a set $A$ let $f_A(0)=0$ and
$i\pi_if_A(i)=\sum_{l<i}\pi_l(\mathbf 1_A(l)-\pi(A))$; since $\lambda\pi_i=(i+1)\pi_{i+1}$ this says
$\lambda f_A(i+1)-if_A(i)=\mathbf 1_A(i)-\pi(A)$. With $X=\sum_sI_s$ and $X_s=X-I_s$, independent of $I_s$,
$$P(X\in A)-\pi(A)=E[\lambda f_A(X+1)-Xf_A(X)]=\sum_sp\,E[f_A(X+1)-f_A(X_s+1)]=\sum_sp^2E[f_A(X_s+2)-f_A(X_s+1)].$$
For $A=\{j\}$ the definition gives $f_j(i)=-\pi_j\frac{F(i-1)}{i\pi_i}$ up to $i=j$ and $\pi_j\frac{1-F(i-1)}{i\pi_i}$ beyond. With
$\frac{\pi_{i-1-l}}{i\pi_i}=\frac{(i-1)!}{\lambda^{l+1}(i-1-l)!}$ nondecreasing and $\frac{\pi_{i+l}}{i\pi_i}=\frac{\lambda^li!}{i\,(i+l)!}$ nonincreasing in $i$, $f_j$ decreases
for $1\le i\le j$ and for $i>j$: its only increment above $0$ is that from $j$ to $j+1$,
$\frac{1-F(j)}\lambda+\frac{F(j-1)}j$, and $\frac{F(j-1)}j=\sum_{i=1}^j\frac i{j\lambda}\pi_i\le\frac{F(j)-\pi_0}\lambda$. So it is at most
$\frac{1-e^{-\lambda}}\lambda$, with equality at $j=1$. Since $f_A=\sum_{j\in A}f_j$, increments of $f_A$ are at most that too, and as
$f_{A^c}=-f_A$ at least minus that: $|P(X\in A)-\pi(A)|\le np^2\frac{1-e^{-\lambda}}\lambda$. It is at most the coupled bound, for $1-e^{-x}$ is
concave: $1-e^{-\lambda}\le n(1-e^{-\lambda/n})$. *Order:* for fixed $i$,
$P(X=i)/\pi_i=1-\frac{(i-\lambda)^2-i}{2n}+O(n^{-2})$, and $(1-p)^{n-i}\le e^{-\lambda+\lambda i/n}$ gives
$n(P(X=i)-\pi_i)\le n\pi_i(e^{\lambda i/n}-1)\le\lambda e^\lambda i\,\pi_i$ for $i\le n$. So the sum of the positive parts converges, to half of
$E\frac12|(N-\lambda)^2-N|$, as $E(N-\lambda)^2=EN$; and for the same reason twice the positive part of $N-(N-\lambda)^2$ has this mean. ∎
""",
    source=Source(
        "2501.05930",
        "textbook (Le Cam 1960, Barbour and Hall 1984); beyond the list of theorems, which names Definition 4.2, "
        "“Random sparse lift”",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        WIDTH.drawn_from(3, 40),
        DEGREE.drawn_from(sp.Rational(1, 8), 3),
        Quantity(k, "in-degree of a vertex above one edge of the base", COUNT_FROM_ZERO, drawn=(0, 3)),
    ),
    hypotheses=(
        Hypothesis("the edges above one edge of the base are independent and of one probability"),
        SPARSE,
        Hypothesis("the in-degree is at most the width", k <= n, needed_by=("degree_law",)),
    ),
    expressions={
        "degree_law": degree_law,
        "degree_zero": degree_zero,
        "variance": variance,
        "variation_distance": variation_distance,
        "bound": bound,
        "coupled_bound": coupled_bound,
        "le_cam_bound": le_cam_bound,
        "order": order,
    },
    remarks=(
        Remark(
            r"At $\lambda=2$, $n=200$ the distance is $0.26$ of its first bound, as is the limit of its order at $\lambda=2$.",
            "distance_has_this_order",
        ),
    ),
    aids={"poisson_law": poisson_law, "sampling": "independent"},
)
