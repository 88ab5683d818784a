"""R2: how many pairs of subsets come close to a target together, and how likely a single hit is."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.formulas.let import Let
from theory.quantities import COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from theory.subset_sum.expected_count import empty_subset, expected_count
from theory.subset_sum.symbols import DISTANCE, ITEMS, TARGET, eps, n, z

a, b, c = sp.symbols("a b c", integer=True, nonnegative=True)  # items of the first subset alone, the second, both
i, j, q, m = sp.symbols("i j q m", integer=True)
sigma, tau = sp.symbols("sigma tau", integer=True)  # which end of the interval: z + ε at 0, z − ε at 1
x, y = sp.symbols("x y", nonnegative=True)
first, second, gap, low = sp.symbols("u v g l", real=True)  # x and y moved by items, y − x, their minimum or 0
degree = sp.Symbol("d", integer=True, positive=True)
count = sp.Symbol("E", positive=True)
mean, square = sp.symbols("mean square", positive=True)  # E N and E N²


def cone(product: sp.Expr, weight: sp.Expr = sp.S.One) -> sp.Expr:
    """T(x, y) for 0 ≤ x ≤ y, from the products of (y − x)^m and x^d, d = a + b + c − m, over their factorials."""
    return sp.Sum(weight * sp.binomial(a + b - m, a) / sp.factorial(m) * product, (m, 0, b))


def alternating(order: sp.Expr, index: sp.Symbol, body: sp.Expr) -> sp.Expr:
    """A difference of some order."""
    return sp.Sum((-1) ** index * sp.binomial(order, index) * body, (index, 0, order))


def pair_weight() -> sp.Expr:
    """The probability of a pair, up to 2^(a+b+c): differences of T over the ends of the interval and of the items.

    What has x > y is left out, and what has x < y counts twice.
    """
    start = z + (1 - 2 * sigma) * eps + a + c - 2 * i - 2 * q
    places = [(degree, a + b + c - m), (first, start), (second, first + gap), (low, sp.Max(0, sp.Min(first, second)))]
    common = alternating(c, q, Let(low**degree / sp.factorial(degree), places))
    apart = 2 * (sigma - tau) * eps + b - a + 2 * i - 2 * j
    body = Let(sp.Max(0, gap) ** m * common, [(gap, apart)])
    moved = alternating(a, i, alternating(b, j, body))
    corners = alternating(sp.S.One, sigma, alternating(sp.S.One, tau, moved))
    return cone(corners, weight=sp.Min(2, 1 + m))


truncated_power = cone((y - x) ** m * x ** (a + b + c - m) / sp.factorial(a + b + c - m))
least = sp.Max(0, 1 - c)  # neither subset is empty
arrangements = sp.binomial(n, a + b + c) * sp.binomial(a + b + c, c) * sp.binomial(a + b, a)
over_b = sp.Sum(arrangements * pair_weight() / 2 ** (a + b + c), (b, least, n - c - a))
pairs = sp.Sum(sp.Sum(over_b, (a, least, n - c)), (c, 0, n))
with_empty = empty_subset * Let(2 * count - 1, [(count, expected_count)])
second_moment = with_empty + pairs
hit_at_least = mean**2 / square
hit_at_most = sp.Min(1, mean)

subset_pairs = Claim(
    label="R2",
    title="Exact second moment of the count, and two-sided bounds of a hit",
    statement=r"""
Let $N$ be the number of subsets of $n$ independent items, uniform on $[-1,1]$, whose sum is within $\varepsilon$ of
$z$ (R1). With $p_k(t)=\Pr(|S_k-t|\le\varepsilon)$ for a sum $S_k$ of $k$ items, $p_0(t)=\mathbf
1\{|t|\le\varepsilon\}$, and $f_c$ the density of $S_c$ ($f_0=\delta_0$), $$\mathbb EN^2=\sum_{a+b+c\le
n}\frac{n!}{a!\,b!\,c!\,(n-a-b-c)!}\int p_a(z-s)\,p_b(z-s)f_c(s)\,ds.$$ In closed form $$\mathbb
EN^2=[[second_moment]],$$ a rational number for rational $z,\varepsilon$: differences of the function
$$T(x,y)=[[truncated_power]]\qquad(0\le x\le y),$$ which is
$\int_0^x\frac{(x-v)^a}{a!}\frac{(y-v)^b}{b!}\frac{v^{c-1}}{(c-1)!}dv$ for $c\ge1$ and
$\frac{x^a}{a!}\frac{y^b}{b!}$ for $c=0$. With $\mathbb EN=\mathrm{mean}$, $\mathbb EN^2=\mathrm{square}$:
$$[[hit_at_least]]\le\Pr(N\ge1)\le[[hit_at_most]].$$ The lower bound is attained by every $N$ that is $0$ or a
constant, the upper one by every $N\le1$ and by every $N\ge1$: both at $n=1$ for $|z|>\varepsilon$.
""",
    proof_text=r"""
*Pairs.* $\mathbb EN^2=\sum_{S,T}\Pr(\text{both hit})$. Let $a=|S\setminus T|$, $b=|T\setminus S|$, $c=|S\cap T|$;
given the sum $s$ of the common items the two events are independent, with probabilities $p_a(z-s)$ and $p_b(z-s)$.

*In closed form.* An item has the two-sided Laplace transform $(e^r-e^{-r})/(2r)$, so the distribution function of
the pair of sums has the transform $\frac1{rs}\big(\frac{e^r-e^{-r}}{2r}\big)^a\big(\frac{e^s-e^{-s}}{2s}\big)^b
\big(\frac{e^{r+s}-e^{-r-s}}{2(r+s)}\big)^c$: a difference of order $a+b+c$ of the function $T$ with the transform
$r^{-a-1}s^{-b-1}(r+s)^{-c}$. For $0\le x\le y$ and $c\ge1$ that is the integral; with $y-v=(y-x)+(x-v)$ and a Beta
integral for each power of $y-x$ it becomes the sum, which for $c=0$ is the product by the binomial theorem.

Let neither subset be empty: $a+c\ge1$ and $b+c\ge1$. Then the law of the pair has no atoms, $T=0$ for $x<0$ or
$y<0$, as is $\max(0,x)^{a+b+c-m}$, $m\le b$, and the event is the second difference over the corners
$(z\pm\varepsilon,z\pm\varepsilon)$. For $x\ge y$ exchange $a$ with $b$ and $x$ with $y$: summed over all $a,b$,
terms with $x>y$ mirror those with $x<y$. So the latter count twice and the former not at all; where $m\ge1$ the
factor $\max(0,y-x)^m$ sees to that, while for $m=0$ the summand is symmetric, with $\min(x,y)$ for $x$, and counts
once on either side. If $|z|\le\varepsilon$, the empty subset hits: it adds the pair with itself and $2(\mathbb
EN-1)$ pairs with the others.

*A hit.* Cauchy–Schwarz: $(\mathbb EN)^2=(\mathbb E[N\mathbf 1\{N\ge1\}])^2\le\mathbb EN^2\Pr(N\ge1)$, with equality
for $N$ a multiple of $\mathbf 1\{N\ge1\}$; and $\mathbf 1\{N\ge1\}\le\min(1,N)$. ∎
""",
    source=Source(
        "2006.07990",
        "no text at hand; the second moment of random subset sums, as in Karmarkar et al. (1986), here exactly",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        ITEMS.drawn_from(3, 3),
        Quantity(a, "number of items in the first of two subsets alone", COUNT_FROM_ZERO, drawn=(1, 2)),
        Quantity(b, "number of items in the second of two subsets alone", COUNT_FROM_ZERO, drawn=(1, 2)),
        Quantity(c, "number of items that two subsets share", COUNT_FROM_ZERO, drawn=(1, 2)),
        Quantity(x, "smaller argument of a truncated power", NON_NEGATIVE, drawn=(sp.Rational(1, 4), 1)),
        Quantity(y, "larger argument of a truncated power", NON_NEGATIVE, drawn=(sp.Rational(5, 4), 2)),
        TARGET.drawn_from(-2, 2),
        DISTANCE.drawn_from(sp.Rational(1, 20), 2),
        Quantity(mean, "mean of the number of subsets that come close", POSITIVE, drawn=(sp.Rational(1, 10), 3)),
        Quantity(
            square, "mean of the squared number of subsets that come close", POSITIVE, drawn=(sp.Rational(1, 10), 9)
        ),
    ),
    hypotheses=(
        Hypothesis("arguments of the truncated power in order", x <= y),
        Hypothesis("a mean square that is at least the squared mean", mean**2 <= square),
        Hypothesis("a mean square that is at least the mean, as the number is whole", mean <= square),
        Hypothesis("the items are independent and uniform on [−1, 1]"),
        Hypothesis("the empty subset counts"),
    ),
    uses=("R1",),
    expressions={
        "truncated_power": truncated_power,
        "second_moment": second_moment,
        "hit_at_least": hit_at_least,
        "hit_at_most": hit_at_most,
    },
)
