"""R5: items that are products of two weights, present or not, and what the difference costs."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.formulas.let import Let
from theory.formulas.level import level
from theory.quantities import COUNT_FROM_ZERO, POSITIVE, Hypothesis, Quantity
from theory.subset_sum.expected_count import empty_subset
from theory.subset_sum.potential import REACH, a
from theory.subset_sum.symbols import DISTANCE, ITEMS, SUBSET_SIZE, TARGET, eps, k, n, z
from theory.tails import modified_struve

t = sp.Symbol("t", real=True)
u = sp.Symbol("u", positive=True)
variance = sp.Symbol("variance", positive=True)
usable = sp.Symbol("K", integer=True, nonnegative=True)
HALF = sp.Rational(1, 2)


@dataclass(frozen=True)
class Law:
    """A symmetric law: density and distribution function at t, characteristic function at u, and its variance."""

    density: sp.Expr
    distribution: sp.Expr
    characteristic: sp.Expr
    variance: sp.Expr


def at_zero(value: sp.Expr, elsewhere: sp.Expr) -> sp.Expr:
    """A function of t by its value at 0, where the formula for the others has none."""
    return sp.Piecewise((value, sp.Eq(t, 0)), (elsewhere, True))


def within(inside: sp.Expr, beyond: sp.Expr) -> sp.Expr:
    """A function of t by its formula on [−1, 1] and beyond."""
    return sp.Piecewise((inside, sp.Abs(t) <= 1), (beyond, True))


def struve_part(order: sp.Expr, x: sp.Expr) -> sp.Expr:
    """∫₀ˣ s^ν K_ν(s) ds over √π 2^ν Γ(ν + ½) (DLMF 10.43.2)."""
    upper = sp.besselk(order, x) * modified_struve(order - 1, x)
    return x / 2 * (upper + sp.besselk(order - 1, x) * modified_struve(order, x))


uniform = Law(within(HALF, sp.S.Zero), within((1 + t) / 2, (1 + sp.sign(t)) / 2), sp.sin(u) / u, sp.Rational(1, 3))
gaussian = Law(
    sp.exp(-(t**2) / 2) / sp.sqrt(2 * sp.pi), (1 + sp.erf(t / sp.sqrt(2))) / 2, sp.exp(-(u**2) / 2), sp.S.One
)
uniform_product = Law(
    within(-sp.log(sp.Abs(t)) / 2, sp.S.Zero),
    at_zero(HALF, within(HALF + t * (1 - sp.log(sp.Abs(t))) / 2, (1 + sp.sign(t)) / 2)),
    sp.Si(u) / u,
    sp.Rational(1, 9),
)
gaussian_product = Law(
    sp.besselk(0, sp.Abs(t)) / sp.pi,
    at_zero(HALF, HALF + sp.sign(t) * struve_part(sp.S.Zero, sp.Abs(t))),
    1 / sp.sqrt(1 + u**2),
    sp.S.One,
)
order = (k - 1) / sp.Integer(2)
peak = sp.gamma(order) / (2 * sp.sqrt(sp.pi) * sp.gamma(order + HALF))
sum_scale = sp.sqrt(sp.pi) * 2**order * sp.gamma(order + HALF)
sum_density = at_zero(peak, sp.Abs(t) ** order * sp.besselk(order, sp.Abs(t)) / sum_scale)
sum_distribution = at_zero(HALF, HALF + sp.sign(t) * struve_part(order, sp.Abs(t)))


# The ends of the interval, |z| + ε and |z| − ε, the latter by its modulus (if not 0) and its sign; and the empty subset
far, near, side, empty, close = sp.symbols("h l s e p", real=True)
aligned = sp.Eq(sp.Abs(z), eps)
ENDS = (
    (far, sp.Abs(z) + eps),
    (near, sp.Piecewise((1, aligned), (sp.Abs(sp.Abs(z) - eps), True))),
    (side, sp.Piecewise((0, aligned), (sp.sign(sp.Abs(z) - eps), True))),
    (empty, empty_subset),
)
closeness = struve_part(order, far) - side * struve_part(order, near)


def count_of(items: sp.Expr, weight: sp.Expr) -> sp.Expr:
    """The expected number of subsets of some items, each subset of k with a weight, in the names of `ENDS`."""
    return empty + sp.Sum(Let(sp.binomial(items, k) * weight * close, [(close, closeness)]), (k, 1, items))


expected_count = Let(count_of(n, 2**-k), ENDS)
usable_count = Let(count_of(usable, sp.S.One), ENDS)
capped = sp.Min(1, count_of(usable, sp.S.One))
quenched_bound = Let(sp.Sum(sp.binomial(n, usable) * capped, (usable, 0, n)) / 2**n, ENDS)
leading = sp.Rational(3, 2) ** n * eps * sp.sqrt(6 / (sp.pi * n * variance))
annealed_size = sp.log(1 / eps) / sp.log(sp.Rational(3, 2))
quenched_size = 2 * sp.log(1 / eps) / sp.log(2)

# What R4 takes from these laws, an item being usable half of the time
uniform_contraction = 1 + a * sp.log(a) / 8
gaussian_contraction = 1 - a * sp.besselk(0, a) / (4 * sp.pi)
uniform_reach = sp.exp(-1)
gaussian_reach = level(sp.besselk(0, a) / (a * sp.besselk(1, a)), a, sp.S.One)
uniform_best = uniform_contraction.subs(a, uniform_reach)
gaussian_best = gaussian_contraction.subs(a, gaussian_reach)

item_products = Claim(
    label="R5",
    title="Product laws, and annealed against quenched sample complexity",
    statement=r"""
(a) A product of two independent uniform numbers on $[-1,1]$ has the density $[[uniform_density]]$, the distribution
function $[[uniform_distribution]]$, the characteristic function $[[uniform_characteristic]]$ and the variance
$\frac19$. (b) A product of two independent standard normal numbers has the density $[[gaussian_density]]$ and the
characteristic function $[[gaussian_characteristic]]$; a sum of $k$ of them the density $f_k=[[sum_density]]$ and
the distribution function $[[sum_distribution]]$ ($L_\nu$ as a hypergeometric function). (c) In a two-layer block an
item is usable with probability $\frac12$, by the sign of its first weight, and then has such a law. For normal
weights the number $N$ of subsets of usable items within $\varepsilon$ of $z$ has the mean $$\mathbb
EN=[[expected_count]],$$ and for either law, fixed $z\ne0$ and $\varepsilon\le|z|/2$, as $n\to\infty$, $\mathbb
EN\sim[[leading]]$. (d) Given $K$ usable items let $E_K=[[usable_count]]$; then $$\Pr(N\ge1)\le[[quenched_bound]].$$
So success with probability $\frac12$ needs $n\ge(1-o(1))[[quenched_size]]$ as $\varepsilon\to0$, more than the mean
count asks for: it reaches $1$ at $(1+o(1))[[annealed_size]]$. *With R4*, half of the items usable: reaching
$[-a,a]$ gives the contractions $[[uniform_contraction]]$ for $a\le1$ and $[[gaussian_contraction]]$, least at
$a=[[uniform_reach]]$ and $a=[[gaussian_reach]]$, with the values $[[uniform_best]]$ and $[[gaussian_best]]$.
""",
    proof_text=r"""
(a) Given $|X|=x$, $xY$ is uniform on $[-x,x]$: the density at $s$ is $\int_{|s|}^1\frac{dx}{2x}$, and the
characteristic function $\int_0^1\frac{\sin ux}{ux}dx$; $E X^2Y^2=\frac19$. (b) Given $Y$, $XY$ is normal with
variance $Y^2$; so a sum is normal with a variance that is $\chi^2_k$, and the mean of $(2\pi v)^{-1/2}e^{-s^2/2v}$
over $v$ is, with $v=|s|e^w$, an integral $\int e^{-|s|\cosh w+\nu w}dw=2K_\nu(|s|)$, $\nu=\frac{k-1}2$. The
characteristic function is $Ee^{-u^2Y^2/2}$. The integral of $s^\nu K_\nu(s)$ is DLMF 10.43.2. (c) Linearity: a
subset of $k$ items is usable with probability $2^{-k}$. $\sum_k\binom nk2^{-k}=(3/2)^n$, and this weight makes a
subset of $\mathrm{Bin}(n,\frac13)$ items: a sum of $n$ independent numbers, $0$ with probability $\frac23$ and else
of law (a) or (b), with variance $\sigma^2/3$ each. Its characteristic function is bounded below $1$ off $0$ and,
but for the terms $k=0,1$, integrable, and these have weight $O(n(2/3)^n)$ and a bounded density off $0$; the local
limit theorem gives the density $(2\pi n\sigma^2/3)^{-1/2}$ at fixed $z$. (d) Markov given
$K\sim\mathrm{Bin}(n,\frac12)$. For $\varepsilon\le|z|/2$ and $k\ge2$, $f_k\le f_2(0)=\int f_1^2$, which is
$\frac12$ for normal and $1$ for uniform weights, while $f_1$ is bounded by its value at $|z|/2$: $E_K\le
C_z2^K\varepsilon$. If $n\le(2-\eta)\log_2\frac1\varepsilon$, then $K\le\frac n2+\omega\sqrt n$ with probability
near $1$ for large $\omega$, and $E_K\le C_z\varepsilon^{\eta/2}2^{\omega\sqrt n}\to0$. *With R4:* a usable item has
half of the density, which decreases away from $0$, so $\kappa$ is half of its value at $a$; $-a\ln a$ is concave
with its maximum at $1/e$, and $aK_0(a)$ is largest where $K_0=aK_1$, once, as $aK_1/K_0$ increases. ∎
""",
    source=Source(
        "2006.07990",
        "no text at hand; textbook laws of products, reported second-hand to be the items of its two-layer blocks",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(
            t,
            "argument of a density or a distribution function",
            sp.S.Reals,
            drawn=(sp.Rational(1, 10), sp.Rational(9, 10)),
        ),
        Quantity(u, "argument of a characteristic function", POSITIVE),
        SUBSET_SIZE.drawn_from(1, 6),
        ITEMS.drawn_from(2, 4),
        Quantity(usable, "number of usable items", COUNT_FROM_ZERO, drawn=(1, 4)),
        TARGET.drawn_from(sp.Rational(1, 5), 2),
        DISTANCE.drawn_from(sp.Rational(1, 20), sp.Rational(1, 4)),
        REACH.drawn_from(sp.Rational(1, 5), sp.Rational(4, 5)),
        Quantity(
            variance,
            "variance of a product, 1/9 for uniform and 1 for normal weights",
            POSITIVE,
            drawn=(sp.Rational(1, 9), 2),
        ),
    ),
    hypotheses=(
        Hypothesis("independent weights, all uniform on [−1, 1] or all standard normal"),
        Hypothesis("an item is usable with probability 1/2, independently of its value; the empty subset counts"),
        Hypothesis(
            "for the contraction of uniform weights, products of which reach no farther than 1",
            a <= 1,
            needed_by=("uniform_contraction",),
        ),
        Hypothesis("for the sizes, a distance that tends to 0", eps < 1, needed_by=("annealed_size", "quenched_size")),
    ),
    uses=("R4",),
    expressions={
        "uniform_density": uniform_product.density,
        "uniform_distribution": uniform_product.distribution,
        "uniform_characteristic": uniform_product.characteristic,
        "uniform_variance": uniform_product.variance,
        "gaussian_density": gaussian_product.density,
        "gaussian_characteristic": gaussian_product.characteristic,
        "gaussian_variance": gaussian_product.variance,
        "sum_density": sum_density,
        "sum_distribution": sum_distribution,
        "expected_count": expected_count,
        "usable_count": usable_count,
        "quenched_bound": quenched_bound,
        "leading": leading,
        "annealed_size": annealed_size,
        "quenched_size": quenched_size,
        "uniform_contraction": uniform_contraction,
        "gaussian_contraction": gaussian_contraction,
        "uniform_reach": uniform_reach,
        "gaussian_reach": gaussian_reach,
        "uniform_best": uniform_best,
        "gaussian_best": gaussian_best,
    },
)
