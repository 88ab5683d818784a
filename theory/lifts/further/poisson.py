"""L8.2: how near the degrees of a random sparse lift are to the Poisson law."""

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.expressivity.wired_neurons import binomial_law
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.degrees import (
    CHANCE,
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
from sparse_limits.theory.reasons import Relations, nonnegative, same

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

distance (from Poisson, no edge; by additivity): The differences of two laws add up to $0$. So the sum of the positive differences is half
the sum of all moduli, which is the distance of the laws. Here the positive differences are among $1,\dots,n$, so that the distance is
$[[variation_distance]]$.

Stein's equation (by linearity): For a set $A$ let $f_A$ solve $\lambda f_A(i+1)-if_A(i)=\mathbf1_A(i)-\pi(A)$ for all $i\ge0$, successively
from $i=0$ on. The mean over $X$ is $P(X\in A)-\pi(A)=E[\lambda f_A(X+1)-Xf_A(X)]$.

one edge (from Stein's equation): Let $X_s$ be the number of all edges except the $s$-th, $u=Ef_A(X_s+1)$ and $v=Ef_A(X_s+2)$. The
contribution $pEf_A(X+1)-EI_sf_A(X)$ of the edge $I_s$, which is independent of $X_s$, is $[[edge_term]]$.

one point (from Poisson, Stein's equation): With $F=F(i-1)$, the solution for $A=\{j\}$ is $f_j(i)=[[up_to]]$ for $1\le i\le j$ and
$[[beyond]]$ for $i>j$.

neighbours (from Poisson): From $i$ to $i+1$ the terms $\pi_{i-1-l}/i\pi_i$ of $F(i-1)/i\pi_i$ are multiplied by $[[lower_ratio]]\ge1$, and
the terms $\pi_{i+l}/i\pi_i$ of $(1-F(i-1))/i\pi_i$ by $[[upper_ratio]]\le1$.

jump (from one point, neighbours): So $f_j$ falls for $1\le i\le j$ and for $i>j$. It grows only from $j$ to $j+1$, by $[[jump]]$ with
$F=F(j-1)$ (for $j=0$ nowhere).

sum below (from Poisson): $\pi_{j-1}=[[lower_term]]$, so that $\frac{F(j-1)}j=\sum_{i=1}^j\frac
ij\frac{\pi_i}\lambda\le\frac{F(j)-\pi_0}\lambda$, with equality for $j=1$.

largest jump (from jump, sum below): Then the jump is at most $[[largest_jump]]$.

all sets (from one point, largest jump; by linearity): Since $f_A=\sum_{j\in A}f_j$, at any place at most one term grows, and $f_A$ grows by
no more than this term. As $f_{A^c}=-f_A$, it falls by no more either.

Barbour–Hall (from one edge, largest jump, all sets): $|P(X\in A)-\pi(A)|$ is at most $n$ times the term of *one edge* with the largest jump
in place of $v-u$, $[[bound]]$.

pair (from Poisson): The probabilities under $\mathrm{Ber}(p)$ exceed those under $\mathrm{Poi}(p)$ at $1$ only, by $[[edge_distance]]$: at
$0$ we have $1-p\le e^{-p}$.

edge by edge (from pair; by maximal coupling): Couple each edge with a Poisson variable so that the two differ with at most this
probability. The sum of the Poisson variables is a Poisson variable of mean $\lambda$, and the sums differ only if some pair does.

powers (by monotonicity): $1-q^n$ is $1-q$ times a sum of $n$ powers of $q=e^{-\lambda/n}$, none above $1$: $1-e^{-\lambda}\le
n(1-e^{-\lambda/n})$.

coupling (from Barbour–Hall, edge by edge, powers): So the distance is at most $n$ times the distance of a pair, $[[coupled_bound]]$, which
is at least the bound of *Barbour–Hall*, by *powers*.

Le Cam (from coupling; by exponential): As $1-e^{-x}\le x$ this is at most $[[le_cam_bound]]$.

first order (from Poisson): For fixed $k$, $n(P(X=k)/\pi_k-1)$ tends to $[[first_order]]$.

bound of the terms (from Poisson; by exponential): $(n)_k\le n^k$ and $(1-p)^{n-k}\le e^{-\lambda+\lambda k/n}$, so that $n(P(X=k)-\pi_k)\le
n\pi_k(e^{\lambda k/n}-1)\le\lambda e^\lambda k\pi_k$ for $k\le n$.

limit (from distance, first order, bound of the terms; by dominated convergence): The sum of these bounds over $k$ is finite. So $n\,d_{TV}$
tends to the sum of the positive parts of *first order* times $\pi_k$.

half (by linearity): As $E(N-\lambda)^2=EN$ for $N\sim\mathrm{Poi}(\lambda)$, the mean of the positive part of $N-(N-\lambda)^2$ is half the
mean of its modulus.

order (from limit, half): $k$ exceeds $(k-\lambda)^2$ only between the roots $\lambda+\frac12\pm\frac12\sqrt{4\lambda+1}$, and not at $0$.
So the limit is $[[order]]$.
""",
    globals(),
)


def in_gammas(gap: sp.Expr) -> sp.Expr:
    """A gap of factorials and powers, its powers joined first."""
    return sp.simplify(sp.gammasimp(sp.powsimp(gap)))


def of_sums(gap: sp.Expr) -> sp.Expr:
    """A gap of sums over one range, as the gap of their terms, maxima with 0 without rational factors."""
    ranges = {each.limits for each in gap.atoms(sp.Sum)}
    if len(ranges) != 1:
        return gap
    terms = gap.replace(sp.Sum, lambda function, *_: function)
    return sp.simplify(terms.replace(sp.Max, primitive))


def primitive(zero: sp.Expr, part: sp.Expr) -> sp.Expr:
    """A maximum with 0, a positive rational factor before it."""
    factor, rest = sp.expand(zero + part).as_content_primitive()
    return factor * sp.Max(0, rest)


def stein_equation_is_solved(poisson_law: sp.Expr, up_to: sp.Expr, beyond: sp.Expr) -> Relations:
    """With F(i) = F(i − 1) + π_i: at i < j, at i > j, from j to j + 1, and at 0, where F is π_0."""
    point, here = poisson_law.subs(k, j), poisson_law.subs(k, i)
    more = {i: i + 1, F: F + here}
    yield same(lam * valued(up_to, more) - i * up_to, -point, by=in_gammas)
    yield same(lam * beyond.subs(more, simultaneous=True) - i * beyond, -point, by=in_gammas)
    yield same((lam * beyond.subs(more, simultaneous=True) - i * up_to).subs(i, j), 1 - point, by=in_gammas)
    yield same(lam * up_to.subs({i: 1, F: poisson_law.subs(k, 0)}), -point, by=in_gammas)


def terms_have_these_ratios(poisson_law: sp.Expr, lower_ratio: sp.Expr, upper_ratio: sp.Expr) -> Relations:
    """Of neighbouring places; below the place the first exceeds 1, the second does not."""
    for ratio, place in ((lower_ratio, i - 1 - l), (upper_ratio, i + l)):
        term = poisson_law.subs(k, place) / (i * poisson_law.subs(k, i))
        yield same(term.subs(i, i + 1) / term, ratio, by=in_gammas)
    yield nonnegative(lower_ratio.subs(i, l + i) - 1, l / i, by=sp.cancel)
    yield nonnegative(1 - upper_ratio, (l + 1) / (i + l + 1), by=sp.cancel)


def jumps_are_differences(poisson_law: sp.Expr, up_to: sp.Expr, beyond: sp.Expr, jump: sp.Expr) -> Relations:
    """The solution at j + 1 less that at j; it is not negative, by the probability of what is above j."""
    after = valued(beyond, {i: j + 1, F: F + valued(poisson_law, {k: j})})
    yield same(jump, after - up_to.subs(i, j), by=in_gammas)
    above, some = sp.Symbol("above", nonnegative=True), sp.Symbol("some", positive=True)
    least = jump.subs(lam, some).subs(valued(poisson_law, {k: j, lam: some}), 1 - F - above)
    yield nonnegative(least, F / j + above / some)


def jumps_are_bounded(poisson_law: sp.Expr, jump: sp.Expr, lower_term: sp.Expr, largest_jump: sp.Expr) -> Relations:
    """It lacks what *sum below* says is not negative: nothing for j = 1, where F is π_0."""
    point = poisson_law.subs(k, j)
    below = (F + point - sp.exp(-lam)) / lam - F / j
    yield same(largest_jump - jump, below, by=sp.expand)
    yield same(jump.subs({F: lower_term, j: 1}), largest_jump, by=sp.expand)


def pairs_add_up(bound: sp.Expr, edge_distance: sp.Expr, coupled_bound: sp.Expr) -> Relations:
    """n pairs; both bounds are multiples of λ/n, by 1 − qⁿ and n(1 − q) at q = e^(−λ/n)."""
    q = sp.exp(-lam / n)
    yield same(coupled_bound, n * edge_distance, by=sp.expand)
    yield same(coupled_bound - bound, CHANCE * (n * (1 - q) - (1 - q**n)), by=sp.expand)


def order_has_the_positive_parts(poisson_law: sp.Expr, first_order: sp.Expr, order: sp.Expr) -> Relations:
    """Term by term, up to the larger root, and not one term more; the smaller one is not negative."""
    positive = sp.Sum(sp.Max(0, first_order) * poisson_law, (k, 1, last_below))
    yield same(order, positive, by=of_sums)
    larger, smaller = (lam + sp.Rational(1, 2) + sign * sp.sqrt(4 * lam + 1) / 2 for sign in (1, -1))
    yield same(2 * first_order, -(k - larger) * (k - smaller), by=sp.expand)
    yield same(first_order.subs(k, 0), -(lam**2) / 2)


poisson_distance = Claim(
    label="L8.2",
    title="The degrees of a random sparse lift are nearly Poisson",
    statement=r"""
The total variation distance of the degrees $X$ of L8.1 from the Poisson law is
$$d_{TV}(X,\mathrm{Poi}(\lambda))=[[variation_distance]]$$ $$\le[[bound]]$$
(Barbour–Hall). This bound is at most $[[coupled_bound]]\le[[le_cam_bound]]$, the bounds obtained by coupling the edges (Le Cam). For $n=1$
all these expressions but the last are equal. For fixed $\lambda>0$ the order $1/n$ is sharp: $n\,d_{TV}\to\frac14E|(N-\lambda)^2-N|$, where
$N\sim\mathrm{Poi}(\lambda)$, and this limit is $$[[order]].$$
""",
    steps=STEPS,
    source=Source("2501.05930", "v1", "textbook (Le Cam 1960, Barbour and Hall 1984); beyond the list of theorems"),
    provenance=Provenance.EXTENSION,
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
            r"At $\lambda=2$, $n=200$ the distance is $0.26$ times its first bound; "
            r"the limit of this ratio at $\lambda=2$ is the same, rounded.",
            "distance_has_this_order",
        ),
    ),
    because={
        "one edge": lambda edge_term: same(
            edge_term, CHANCE * (CHANCE * v + (1 - CHANCE) * u) - CHANCE * u, by=sp.expand
        ),
        "one point": stein_equation_is_solved,
        "neighbours": terms_have_these_ratios,
        "jump": jumps_are_differences,
        "sum below": lambda poisson_law, lower_term: (
            same(lower_term, poisson_law.subs(k, j - 1), by=in_gammas),
            same(poisson_law.subs(k, 0), sp.exp(-lam)),
        ),
        "largest jump": jumps_are_bounded,
        "Barbour–Hall": lambda edge_term, largest_jump, bound: same(
            bound, n * edge_term.subs(v, u + largest_jump), by=sp.expand
        ),
        "pair": lambda poisson_law, edge_distance: same(
            edge_distance, CHANCE - poisson_law.subs(k, 1).subs(lam, CHANCE), by=sp.expand
        ),
        "coupling": pairs_add_up,
        "Le Cam": lambda coupled_bound, le_cam_bound: same(
            le_cam_bound - coupled_bound, lam * (CHANCE - 1 + sp.exp(-CHANCE)), by=sp.expand
        ),
        "order": order_has_the_positive_parts,
    },
    wrong=lambda: {
        "edge_term: the mean for the edge": CHANCE * (v - u),
        "edge_term: as if X were independent of the edge": CHANCE * (1 - CHANCE) * (v - u),
        "edge_term: the sum": CHANCE**2 * (v + u),
        "up_to: without the place": i * up_to,
        "beyond: all of the mass": beyond / (1 - F),
        "poisson_law: another law": poisson_law * (k + 1),
        "poisson_law: another mean": poisson_law / lam,
        "lower_ratio: they stay the same": sp.S.One,
        "lower_ratio: one term on": lower_ratio.subs(l, l + 1),
        "upper_ratio: the lower ones": lower_ratio,
        "upper_ratio: one term back": i / (i + l),
        "jump: without what is below": (1 - F - poisson_law.subs(k, j)) / lam,
        "jump: with the point": jump + poisson_law.subs(k, j) / lam,
        "lower_term: without the place": lower_term / j,
        "lower_term: without the mean": lam * lower_term,
        "largest_jump: without what is left out": 1 / lam,
        "bound: without Stein's factor: λ/n": lam / n,
        "bound: the coupling's": coupled_bound,
        "bound: without Stein's factor: 1/n": 1 / n,
        "bound: exponent of λ halved": (1 - sp.exp(-lam / 2)) * lam / n,
        "edge_distance: Le Cam's": CHANCE**2,
        "coupled_bound: one edge": edge_distance,
        "coupled_bound: Barbour and Hall's": bound,
        "le_cam_bound: of one edge": CHANCE**2,
        "first_order: the square alone": -((k - lam) ** 2) / 2,
        "order: the bound's": lam * (1 - sp.exp(-lam)),
        "variation_distance: the bound": bound,
    },
)
