"""H9: the next term of the mean of a block, after the slope that sorting creates."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.let import Told, opened
from sparse_limits.theory.formulas.normal_height import NormalHeight, NormalMoment
from sparse_limits.theory.formulas.valued import put_in
from sparse_limits.theory.hypothesis.sorted_histograms import (
    HISTOGRAM,
    MASK,
    block_mean,
    blocks,
    cell,
    k,
    l,
    m_k,
    m_l,
    n,
    variance,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis
from sparse_limits.theory.reasons import Relation, Relations, same
from sparse_limits.theory.saliency.model import rho
from sparse_limits.theory.tails import normal_density

q_k, q_l = sp.symbols("q_k q_l", real=True)  # mean squares of blocks in standard normal numbers, less 1
influence = sp.Symbol("D", real=True)  # by how much the entry changes the chance that it lies in the block
a_0, a_1, b_0, b_1 = sp.symbols("a_0 a_1 b_0 b_1", real=True)  # row and column in the block, with the entry 0 or 1
x, z = sp.symbols("x z", real=True)
excess_k, excess_l = sp.symbols("r_k r_l", real=True)  # of the degrees of a block, over n

height = normal_density(z)
normal_tail = (1 - sp.erf(z / sp.sqrt(2))) / 2

block_square = blocks * (NormalMoment((k - 1) / blocks) - NormalMoment(k / blocks))
block_average = rho + blocks**2 * variance * influence
split = (
    (a_1 - a_0) * (rho * b_1 + (1 - rho) * b_0)
    + (b_1 - b_0) * (rho * a_1 + (1 - rho) * a_0)
    + (1 - 2 * rho) * (a_1 - a_0) * (b_1 - b_0)
)
row_average = blocks * variance * influence
together = excess_k + excess_l + (1 - 2 * rho) * excess_k * excess_l / variance
skewness = (1 - 2 * rho) / (6 * sp.sqrt(n * variance))
correction = skewness * (x**3 - 3 * x)
above = height - z * normal_tail
skewed = (1 - 2 * rho) / 6 * z * height
at_quantile = sp.sqrt(n * variance) * NormalHeight(k / blocks) + (1 - 2 * rho) / 6 * NormalMoment(k / blocks)
row_excess = Told(sp.sqrt(variance / n) * m_k + (1 - 2 * rho) / (6 * n) * q_k, [(m_k, block_mean), (q_k, block_square)])
next_term = Told(
    (1 - 2 * rho) * (m_k * m_l + (q_k + q_l) / 6),
    [(m_k, block_mean), (m_l, block_mean.subs(k, l)), (q_k, block_square), (q_l, block_square.subs(k, l))],
)

STEPS = proof(
    r"""
block average: Choose the entry $(i,j)$ uniformly. Let $A=1$ if row $i$ is in block $k$, else $0$, and $B=1$ if column $j$ is in block $l$,
else $0$. Then $\mathbb E[AB]=1/b^2$, and the mean of the average over the block is $b^2\,\mathbb E[M_{ij}AB]$. Let $A_e,B_e$ be $A,B$ with
$M_{ij}$ replaced by $e$. They do not depend on $M_{ij}$, and so the mean of the average is $[[block_average]]$ with
$D=\mathbb E[A_1B_1-A_0B_0]$.

split: For any numbers $a_1b_1-a_0b_0$ is $[[split]]$.

row average: In the same way the mean of the degrees of the rows in block $k$, divided by $n$, exceeds $\rho$ by $r_k=[[row_average]]$, now
with $D=\mathbb E[A_1-A_0]$. For columns the same excess $r_l$ belongs to $\mathbb E[B_1-B_0]$.

boundaries (by monotonicity): For $0\le t\le b$ let $I_t=1$ if at least $tn/b$ rows come before row $i$, else $0$. Then $A=I_{k-1}-I_k$,
$I_0=1$ and $I_b=0$. For $0<t<b$ a larger degree of row $i$ cannot lower $I_t$: the other rows and $i$ determine a whole number $\theta$ from $-1$ to $n$ with $I_t=1$ if and only if row $i$ has more than $\theta$ ones. So setting $M_{ij}$ to $1$ in place of $0$ changes $I_t$, from $0$ to $1$, if and only if
$R'=\theta$, where $R'$ is the number of ones among the other entries of row $i$. Let $J_s$, $\eta$ and $C'$ be the same for column $j$; in particular $J_0=1$ and $J_b=0$.

correction (by Stirling): A sum $R$ of $n$ independent entries is $n\rho+x\sqrt{n\rho(1-\rho)}$ with the probability
$\frac{e^{-x^2/2}}{\sqrt{2\pi n\rho(1-\rho)}}\big(1+[[correction]]+O(\tfrac{1+x^6}n)\big)$, uniformly for $|x|\le n^{1/8}$. For $n-1$ entries this holds likewise.

masses (from correction; by Hoeffding): Beyond, $|x|>n^{1/8}$ has a probability at most $2e^{-2\rho(1-\rho)n^{1/4}}$. So no value has a
probability above $c/\sqrt n$, with $c$ here and below a number that depends on $\rho$ and $b$ alone.

few of one degree (from masses; by Jensen): Let $N$ be the largest number of columns that have the same degree when row $i$ is left out. The
sum of the squares of these numbers counts pairs of equal degrees, so that
$(\mathbb EN)^2\le\mathbb EN^2\le n+n^2c/\sqrt n$, and $\mathbb EN\le c\,n^{3/4}$.

one more (from few of one degree; by tower): Fix $M_{ij}$ and the other rows. Let the other ones of row $i$ be in a uniformly random set $S$
of $m$ columns, where $m$ and $n-m$ are at least $n/c$, and add a one at a uniformly random column $j'$ among the rest. This changes $J_s$ only if
column $j$ was the first one behind the boundary, and $j'$ passes it, so that their degrees without row $i$ differ by at most $1$. If
$M_{ij}=1$, column $j$ is any one of the $m+1$ columns of $S\cup\{j\}$, each as likely as the others; else any one of the $n-m$ outside of $S$.
So it is the first one behind the boundary with a probability of at most $c/n$, given this set and the other rows, and then $j'$ passes it with
a probability of at most $cN/n$. On average over the other rows $J_s$ changes with a probability of at most $c\,n^{-5/4}$.

far degrees (from boundaries; by Markov): A number $\theta$ is farther than $d$ from $n\rho$ only if a share of at least $1/c$ of the other
rows has degrees farther than $d-1$ from $n\rho$. So its probability is at most $c$ times that of such a degree.

another row (from boundaries, masses, one more, far degrees; by triangle inequality): Given the other rows and $R'$, the other ones of row
$i$ are a uniformly random set, and $J_s$ falls, or stays, as this set grows. Let $J^*_s$ be $J_s$ with an independent copy of row $i$ in its
place, the entry $M_{ij}$ kept. From $n\rho-n^{5/8}$ to $n\rho+n^{5/8}$ the probability of $J_s=1$, given the other rows and the number of other ones, falls in all by at most $c\,n^{5/8}n^{-5/4}$ on average, by *one more*: so no two numbers there differ by more. A larger distance of $\theta$ or of the copy's number has a probability of
less than $c/n$. As $R'=\theta$ has at most the probability $c/\sqrt n$ given the other rows,
$\mathbb E[\Delta I_t\,J_s]-\mathbb E[\Delta I_t\,J^*_s]=O(n^{-9/8})$ with $\Delta I_t=1\{R'=\theta\}$.

any column (from another row; by linearity): Given the other rows, $i$ and $j$, the variables $\Delta I_t$ and $J^*_s$ are independent, and the probability of $R'=\theta$ does not depend on $j$. The copy, with $M_{ij}$ in it, is for each $j$ a row of independent entries, independent of the other rows, and in a mask $J_s=1$ for $n-sn/b$ of the columns. So
$\mathbb E[\Delta I_t\,J^*_s]=(1-\tfrac sb)\,\mathbb E[\Delta I_t]$. For $s=0$ and $s=b$ this holds with $J_s$ itself.

one side (from boundaries, another row, any column; by linearity): As $A_1-A_0$, $B_0$ and $B_1$ do not depend on $M_{ij}$,
$\mathbb E[(A_1-A_0)(\rho B_1+(1-\rho)B_0)]=\mathbb E[(A_1-A_0)B]=\frac1b\,\mathbb E[A_1-A_0]+o(\tfrac1n)$, and likewise with rows and columns
exchanged.

quantiles (by H4 for rows): At least $tn/b$ of the other degrees are at most $\theta+1$, and fewer are at most $\theta-1$: $\theta$ or $\theta+1$ is a quantile of theirs. So
$(\theta-n\rho)/\sqrt{n\rho(1-\rho)}$ tends in probability to $z_t=\Phi^{-1}(t/b)$.

one boundary (from boundaries, correction, masses, quantiles; by dominated convergence): $\sqrt n\,\mathbb E[\Delta I_t]$ tends to
$\varphi(z_t)/\sqrt{\rho(1-\rho)}$.

laws of thresholds (from boundaries, few of one degree; by monotonicity): Fix all entries outside of row $i$ and column $j$. Ones in place of
all zeros of column $j$ raise $\theta$ by $1$, so that $\theta$ takes at most two values, and likewise $\eta$. Given $R'$ and $C'$, the other
ones of row $i$ and of column $j$ are independent uniformly random sets; $\theta$ depends on the one of column $j$ alone, and $\eta$ on that
of row $i$. If column $j$ has at least $n/c$ other zeros, a one at a random one of them changes $\theta$ only if it is in a row whose
degree without column $j$ is near $\theta$, one of at most three values. So this changes the law of $\theta$ by at most $c\,N'/n$, with
$N'$ the largest number of rows of one degree without column $j$, and $\mathbb EN'/n\to0$.

both boundaries (from correction, masses, quantiles, laws of thresholds; by dominated convergence): So, given these entries, the probability
of $R'=\theta$ and $C'=\eta$ is the sum of $P(R'=r)P(C'=d)\,\alpha(r\mid d)\,\beta(d\mid r)$ over the at most two values $r$ of $\theta$ and $d$
of $\eta$, with $\alpha(r\mid d)=P(\theta=r\mid C'=d)$ and $\beta(d\mid r)=P(\eta=d\mid R'=r)$. Let $d_0$ be one of these $d$. With
$\alpha(r\mid d_0)$ in place of $\alpha(r\mid d)$ the products $\alpha\beta$ add up to $1$, and the sum changes by $O(\frac1n\cdot\frac{N'}n)$;
numbers $d$ that leave fewer than $n/c$ zeros have exponentially small probabilities. By *correction* $n\,P(R'=r)P(C'=d)$ tends to
$\varphi(z_t)\varphi(z_s)/(\rho(1-\rho))$ in probability, and it is bounded. So $n\,\mathbb E[\Delta I_t\,\Delta J_s]$ tends to the same number.

product (from one boundary, both boundaries; by linearity): So
$\mathbb E[(A_1-A_0)(B_1-B_0)]=\mathbb E[A_1-A_0]\,\mathbb E[B_1-B_0]+o(\tfrac1n)$.

together (from block average, split, row average, one side, product): The mean of the average over block $(k,l)$ exceeds $\rho$ by
$[[together]]+o(\tfrac1n)$.

levels (by same law): As $i$ is uniformly random, $\mathbb E[(R_i-n\rho)I_t]$ is $\frac1n$ times the mean of the sum of $R-n\rho$ over the
rows behind the boundary, whatever the order of equal degrees. So these may be sorted by independent uniform numbers. Then rows are sorted by
independent numbers of one continuous law, and row $i$ has a uniform level $p$ in it. Let $Q(p)$ be its degree minus $n\rho$, and $h(p)$ the
probability that at least $tn/b$ of the $n-1$ others have a lower level. So $\mathbb E[(R_i-n\rho)I_t]=\int Qh$, and $\int h=1-\tfrac tb$.

behind the boundary (from levels, correction, masses; by Hoeffding): With $\tau=t/b$, $h$ differs from $1\{p>\tau\}$ by at most $c\,e^{-2(n-1)(p-\tau)^2}$.
Near $\tau$ *correction* gives $|Q(p)-Q(\tau)|\le1+c\sqrt n\,|p-\tau|$, and everywhere it is at most $n$. So
$\int Qh=\int_\tau^1Q+\int(Q-Q(\tau))(h-1\{p>\tau\})=\int_\tau^1Q+O(n^{-1/2})$.

smallest (by monotonicity): For each $y$ the integral of $Q-y$ over $p>\tau$ is at most that of its positive part over all $p$, and equal
for $y=Q(\tau)$. So $\int_\tau^1Q=\min_y\big(y(1-\tau)+\mathbb E(R_i-n\rho-y)_+\big)$.

above (from correction, masses; by Taylor): For $y=z\sqrt{n\rho(1-\rho)}$ the mean of $(R_i-n\rho-y)_+$ is a sum over points
at the distance $1/\sqrt{n\rho(1-\rho)}$ from one another, of a function of $x$ whose derivative jumps at $z$ alone. So the sum, times the distance, differs from the integral by the order of the square of the distance, and the mean is $\sqrt{n\rho(1-\rho)}\int_z^\infty(x-z)\varphi(x)\,dx+\tfrac{1-2\rho}6\int_z^\infty(x-z)(x^3-3x)\varphi(x)\,dx+o(1)$,
uniformly for bounded $z$.

integrals (from above): These two terms are $\sqrt{n\rho(1-\rho)}$ times $[[above]]$, and $[[skewed]]$.

at the quantile (from masses, smallest, integrals; by convexity): The minimum over $y$ is that over $z$ of
$\sqrt{n\rho(1-\rho)}\big(z(1-\tau)+[[above]]\big)+[[skewed]]+o(1)$. The bracket is convex, and its slope $\Phi(z)-\tau$ is $0$ at
$z_t=\Phi^{-1}(\tau)$ alone. By *smallest* the minimum is at $y=Q(\tau)$, whose $z$ tends to $z_t$, as degrees are normal in the limit. There the bracket is at least its value at $z_t$, and $[[skewed]]$ tends to its own; and the minimum is at most the value at $z_t$. So it is this value, up to $o(1)$.

value there (from at the quantile): At $\tau=k/b$ this value is $[[at_quantile]]$.

row excess (from row average, boundaries, behind the boundary, value there): The mean of the degrees of block $k$, divided by $n$, exceeds $\rho$ by
$\frac bn\,\mathbb E[(R_i-n\rho)(I_{k-1}-I_k)]$, which is $[[row_excess]]+o(\tfrac1n)$ with $q_k=[[block_square]]$: for $I_0=1$ and $I_b=0$ the mean is $0$, and so is the formula.

next term (from together, row excess): So the mean of the average is $\rho$, plus the slope of H4 divided by $\sqrt n$, plus
$\tfrac1n[[next_term]]+o(\tfrac1n)$.
""",
    globals(),
)


def chances_with_and_without(block_average: sp.Expr) -> Relation:
    """The chance with the entry 1, times b²ρ: it is D more than without, and the mean of both is 1/b²."""
    return same(block_average, blocks**2 * rho * (1 / blocks**2 + (1 - rho) * influence))


def differences_of_products(split: sp.Expr) -> Relation:
    """For two numbers of each side."""
    return same(split, a_1 * b_1 - a_0 * b_0, by=sp.expand)


def rows_with_and_without(row_average: sp.Expr) -> Relation:
    """The same with a row alone, whose chance is 1/b."""
    return same(rho + row_average, blocks * rho * (1 / blocks + (1 - rho) * influence))


def factorials_of_a_binomial(correction: sp.Expr) -> Relations:
    """The logarithm of the mass by Stirling's formula, in powers of ε = 1/√n: the square, and what comes after it."""
    small, part = sp.symbols("epsilon s", positive=True)
    logarithm = sp.series(sp.log(1 + part), part, 0, 4).removeO()
    step = x * sp.sqrt(variance) * small
    exponent = sp.S.Zero
    for share, change in ((rho, step / rho), (1 - rho, -step / (1 - rho))):  # of ones and of zeros
        exponent -= (share * (1 + change) / small**2 + sp.Rational(1, 2)) * logarithm.subs(part, change)
    series = sp.expand(exponent)
    yield same(series.coeff(small, -1), 0)
    yield same(series.coeff(small, 0), -(x**2) / 2)
    yield same(series.coeff(small, 1) / sp.sqrt(n), correction)


def products_of_small_differences(
    together: sp.Expr, split: sp.Expr, block_average: sp.Expr, row_average: sp.Expr
) -> Relation:
    """The mean of the split, where means of products are products of means, and A and B have the mean 1/b."""
    of_row, of_column = (excess / row_average.coeff(influence) for excess in (excess_k, excess_l))
    means = {a_0: 1 / blocks - rho * of_row, b_0: 1 / blocks - rho * of_column}
    mean = split.subs({a_1: a_0 + of_row, b_1: b_0 + of_column}, simultaneous=True).subs(means, simultaneous=True)
    return same(together, block_average.subs(influence, mean) - rho, by=sp.expand)


def integrals_from_a_point_on(above: sp.Expr, skewed: sp.Expr) -> Relations:
    """The second derivative in z of an integral of (x − z)f(x) from z on is f(z); it and its slope vanish at infinity."""
    densities = (height, (1 - 2 * rho) / 6 * (z**3 - 3 * z) * height)
    for formula, density in zip((above, skewed), densities, strict=True):
        yield same(sp.diff(formula, z, 2), density, by=sp.expand)
        for each in (formula, sp.diff(formula, z)):
            yield same(sp.limit(each, z, sp.oo), 0)


def value_at_the_quantile(at_quantile: sp.Expr, above: sp.Expr, skewed: sp.Expr) -> Relations:
    """At z = Φ⁻¹(k/b), where the slope of the bracket is 0: a multiple of φ(z), and one of zφ(z)."""
    level = 1 - k / blocks
    bracket = z * level + above
    yield same(sp.diff(bracket, z), level - normal_tail, by=sp.expand)
    value = sp.expand((sp.sqrt(n * variance) * bracket.subs(level, normal_tail) + skewed) / height)
    constant, slope = (value.coeff(z, power) for power in range(2))
    yield same(value, constant + slope * z, by=sp.expand)
    yield same(at_quantile, constant * NormalHeight(k / blocks) + slope * NormalMoment(k / blocks), by=sp.expand)


def between_two_boundaries(row_excess: sp.Expr, at_quantile: sp.Expr, block_square: sp.Expr) -> Relations:
    """What is behind the one less what is behind the other, over the n/b rows of a block, and over n."""
    behind = at_quantile.subs(k, k - 1) - at_quantile
    excess = opened(row_excess).subs({m_k: block_mean, q_k: block_square})
    yield same(put_in(row_excess), excess, by=sp.expand)
    yield same(excess, blocks / n * behind, by=sp.expand)


def terms_after_the_slope(next_term: sp.Expr, together: sp.Expr, row_excess: sp.Expr) -> Relations:
    """In powers of 1/√n: the slope of H4, and the next one."""
    small = sp.Symbol("epsilon", positive=True)
    rows = opened(row_excess).subs(n, 1 / small**2)
    columns = rows.subs({m_k: m_l, q_k: q_l}, simultaneous=True)
    series = sp.expand(together.subs({excess_k: rows, excess_l: columns}))
    named = {m_k: block_mean, m_l: block_mean.subs(k, l), q_k: block_square, q_l: block_square.subs(k, l)}
    yield same(series.coeff(small, 0), 0)
    yield same(series.coeff(small, 1), opened(cell), by=sp.expand)
    yield same(put_in(next_term), series.coeff(small, 2).subs(named), by=lambda gap: sp.simplify(sp.expand(gap)))


sorted_means = Claim(
    label="H9",
    title="After the slope that sorting creates, the mean of a block has a next term of the order 1/n",
    headline=r"Sort masks as in H4, and average over all masks. After the slope, of the order $n^{-1/2}$, the mean of block $(k,l)$ has a next term, $\frac1n$ times $$[[next_term]],$$ with $m_k$ as in H4, and $q_k+1$ the mean square in the same range.",
    statement=r"""
Let the entries of an $n\times n$ mask be independent, and $1$ with probability $\rho$, where $0<\rho<1$. Sort the mask as in H4, into
$b\times b$ equal blocks, where $b$ divides $n$. Let $n\to\infty$ with $\rho$, $b$, $k$ and $l$ fixed.

**A block.** The average of block $(k,l)$ has the mean $$\rho+\sqrt{\tfrac{\rho(1-\rho)}n}\,(m_k+m_l)+\tfrac1n\,[[next_term]]+o(\tfrac1n).$$
Here $m_k$ is as in H4, and $$q_k=[[block_square]],$$ so that $q_k+1$ is the mean square of a standard normal number between its quantiles at
$\frac{k-1}b$ and $\frac kb$. A product in the formula is $0$ where its quantile is infinite.

**Rows alone.** The degrees of the rows in block $k$, divided by $n$, exceed $\rho$ on average by $$[[row_excess]]+o(\tfrac1n).$$
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "section 4.3: “we use the Euclidean distance between the density matrices as a proxy for the cut distance.”",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(*MASK, *HISTOGRAM),
    hypotheses=(
        Hypothesis("independent entries of one probability, and a width that the number of blocks divides"),
        Hypothesis("blocks that there are", k <= blocks, needed_by=("next_term", "row_excess", "block_square")),
        Hypothesis("blocks of columns likewise", l <= blocks, needed_by=("next_term",)),
    ),
    symbols={
        "m_k": "mean of a standard normal number in the $k$-th of $b$ equally likely ranges",
        "q_k": "its mean square there, less $1$",
        r"\varphi": "density of a standard normal number",
        r"\Phi": "distribution function of a standard normal number",
    },
    because={
        "block average": chances_with_and_without,
        "split": differences_of_products,
        "row average": rows_with_and_without,
        "correction": factorials_of_a_binomial,
        "together": products_of_small_differences,
        "integrals": integrals_from_a_point_on,
        "value there": value_at_the_quantile,
        "row excess": between_two_boundaries,
        "next term": terms_after_the_slope,
    },
    wrong=lambda: {
        "next_term: rows and columns alone": next_term.func((1 - 2 * rho) * (q_k + q_l) / 6, next_term.args[1]),
        "next_term: no skewness of degrees": next_term.func((1 - 2 * rho) * m_k * m_l, next_term.args[1]),
        "next_term: a product as of independent entries": next_term.func(
            m_k * m_l + (1 - 2 * rho) * (q_k + q_l) / 6, next_term.args[1]
        ),
        "block_square: the largest degrees first": -block_square,
        "block_square: an integral for a mean": block_square / blocks,
        "row_excess: the slope alone": sp.sqrt(variance / n) * block_mean,
    },
)
