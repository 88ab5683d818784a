"""R5.1: items that are products of two weights, and sums of them."""

from functools import cache
from itertools import product

import sympy as sp

from sparse_limits.theory.citations import BESSEL_INTEGRAL
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, Relations, same
from sparse_limits.theory.steps import Carrier, Step
from sparse_limits.theory.subset_sum.product_laws import (
    BESSEL_LETTERS,
    HALF,
    bessel_integral,
    chi_square,
    gaussian_product,
    hypergeometric,
    mixture,
    order,
    sum_density,
    sum_distribution,
    t,
    u,
    uniform_product,
    v,
    w,
    x,
)
from sparse_limits.theory.subset_sum.symbols import SUBSET_SIZE, k

BESSEL = Step(
    name="Bessel function",
    sentence=r"$\int_{-\infty}^\infty e^{\nu w-x\cosh w}dw=2K_\nu(x)$ for $x>0$.",
    by=Carrier.CITED,
    source=BESSEL_INTEGRAL,
)

SOURCE = Source(
    "2006.07990",
    "NeurIPS 2020",
    "beyond the abstract, which names subset sums and no items; textbook laws of products, as in the two layers of R8",
)
ARGUMENT = Quantity(
    t,
    "argument of a density or a distribution function",
    sp.S.Reals,
    drawn=(sp.Rational(1, 10), sp.Rational(9, 10)),
)
STEPS = proof(
    r"""
uniform density: Given $|X|=y$, $XY$ is uniform on $[-y,y]$, so its density at $s$ is $\frac1{2y}$ for $y\ge|s|$. Averaged over $y$, which
is uniform on $[0,1]$, the density is $[[uniform_density]]$.

uniform distribution: In the same way, $0\le XY\le s$ has probability $\frac12\min(1,\frac sy)$ given $|X|=y$. The mean over $y$ gives
$[[uniform_distribution]]$.

uniform characteristic: The characteristic function is the mean of $\frac{\sin uX}{uX}$, the characteristic function of $Y$ at $uX$. It is
$[[uniform_characteristic]]$.

variances: The variance is the mean of $X^2Y^2$. It is $[[uniform_variance]]$ for uniform factors and $[[gaussian_variance]]$ for normal
factors.

random variance: Given the second factors, a sum of $k$ products of normal numbers is normal, and its variance is the sum of the squares of
the second factors. This variance has the density $[[chi_square]]$: the mean of $e^{-\lambda v}$ is, for all $\lambda\ge0$, the $k$-th power
of the mean for one square, and these means determine the law.

mixture (from random variance): The density of the sum at $\pm x\ne0$ is the integral over $v$ of this density times the normal density of
variance $v$. With $v=xe^w$ it is the integral over $w$ of $[[mixture]]$.

[[BESSEL]]

density of a sum (from random variance, mixture, Bessel function): So the density is $[[sum_density]]$. Its value at $0$ is the mean of
$(2\pi v)^{-1/2}$, which is infinite for $k=1$.

normal density (from density of a sum): At $k=1$ this density is $[[gaussian_density]]$.

normal characteristic: The characteristic function of one product is the mean of $e^{-u^2Y^2/2}$, which is $[[gaussian_characteristic]]$.

Bessel integral (cited: DLMF 10.43.2, the indefinite integral of z^ν K_ν by Struve functions; it is 0 at 0, as the density is integrable):
$\int_0^xs^\nu K_\nu(s)\,ds=[[bessel_integral]]$ for $\nu=\frac{k-1}2>-\frac12$.

distribution of a sum (from density of a sum, Bessel integral): The density is even, so that the distribution function is
$[[sum_distribution]]$.
""",
    globals(),
    sum_density=sum_density,
    sum_distribution=sum_distribution,
    uniform_density=uniform_product.density,
    uniform_distribution=uniform_product.distribution,
    uniform_characteristic=uniform_product.characteristic,
    uniform_variance=uniform_product.variance,
    gaussian_variance=gaussian_product.variance,
    chi_square=chi_square,
    mixture=mixture,
    gaussian_density=gaussian_product.density,
    gaussian_characteristic=gaussian_product.characteristic,
    bessel_integral=bessel_integral,
)

y = sp.Symbol("y", positive=True)


ROOT = sp.sqrt(2 * sp.pi)


@cache
def mean_square(density: sp.Expr, end: sp.Expr) -> sp.Expr:
    """The mean of (xy)² for two independent numbers of an even density at x > 0, up to an end."""
    inner = sp.integrate(2 * (x * y) ** 2 * density.subs(x, y), (y, 0, end))
    return sp.integrate(2 * inner * density, (x, 0, end))


def as_powers(gap: sp.Expr) -> sp.Expr:
    """The gap, hyperbolic functions written as exponentials."""
    return sp.simplify(sp.powsimp(sp.expand_power_base(sp.expand(gap.rewrite(sp.exp)), force=False)))


def everywhere(gap: sp.Expr) -> sp.Expr:
    """What is left of a gap in t within [−1, 1], at its ends or beyond, on either side of 0; 0 if nothing is."""
    for place, side in product((1 / (1 + y), sp.S.One, 1 + y), (1, -1)):
        if (left := sp.simplify(sp.expand_log(sp.simplify(valued(gap, {t: side * place}))))) != 0:
            return left
    return sp.S.Zero


def densities_given_a_factor_average(uniform_density: sp.Expr) -> Relation:
    """The mean of 1/(2y) over y from |t| to 1, for t of either sign, within [−1, 1] and beyond."""
    density = sp.integrate(1 / (2 * y), (y, x, 1))
    return same(uniform_density, density.subs(x, sp.Min(1, sp.Abs(t))), by=everywhere)


def probabilities_given_a_factor_average(uniform_distribution: sp.Expr) -> Relations:
    """½ plus, with the sign of t, the mean of ½ min(1, |t|/y); at 0 it is ½."""
    excess = sp.integrate(HALF, (y, 0, x)) + sp.integrate(x / (2 * y), (y, x, 1))
    here = HALF + sp.sign(t) * excess.subs(x, sp.Min(1, sp.Abs(t)))
    yield same(uniform_distribution, here, by=everywhere)
    yield same(uniform_distribution.subs(t, 0), HALF)


def densities_given_the_variance_change_variables(chi_square: sp.Expr, mixture: sp.Expr) -> Relations:
    """The normal density of the variance v = x e^w times that of v, times dv/dw."""
    size = x * sp.exp(w)
    normal = sp.exp(-(x**2) / (2 * v)) / sp.sqrt(2 * sp.pi * v)
    changed = (chi_square * normal).subs(v, size) * sp.diff(size, w)
    yield same(mixture / changed, sp.S.One, by=as_powers)


def normal_products_average_the_bell(gaussian_characteristic: sp.Expr) -> Relations:
    """The mean of exp(−u²Y²/2)."""
    rate = sp.Symbol("rate", positive=True)
    mean = sp.integrate(2 * sp.exp(-rate * y**2) / ROOT, (y, 0, sp.oo))
    yield same(gaussian_characteristic, mean.subs(rate, HALF + u**2 / 2))


item_products = Claim(
    label="R5.1",
    title="The laws of products of two weights",
    headline=r"A product of two independent weights, uniform or standard normal, has an explicit law, and so has a sum of normal products. One normal product has the density $$[[gaussian_density]],$$ with the modified Bessel function $K_0$.",
    statement=r"""
A product of two independent uniform numbers on $[-1,1]$ has the density $[[uniform_density]]$, the distribution
function $[[uniform_distribution]]$, the characteristic function $[[uniform_characteristic]]$ and the variance
$\frac19$. A product of two independent standard normal numbers has the density $[[gaussian_density]]$, the
characteristic function $[[gaussian_characteristic]]$ and the variance $1$. A sum of $k$ of them has the density
$[[sum_density]]$ and the distribution function $[[sum_distribution]]$ (with modified Struve functions written as
hypergeometric functions).
""",
    steps=STEPS,
    source=SOURCE,
    provenance=Provenance.EXTENSION,
    quantities=(
        ARGUMENT,
        Quantity(u, "argument of a characteristic function", POSITIVE),
        SUBSET_SIZE.drawn_from(1, 6),
        Quantity(x, "modulus of an argument of a density", POSITIVE),
        Quantity(v, "sum of the squares of the second factors", POSITIVE),
        Quantity(w, "logarithm of that sum over a modulus", sp.S.Reals, drawn=(-2, 2)),
    ),
    hypotheses=(Hypothesis("independent weights, all uniform on [−1, 1] or all standard normal"),),
    named={"H": hypergeometric(t), "q": sp.besselk(order, sp.Abs(t)) / (sp.sqrt(sp.pi) * sp.gamma(k / 2))},
    symbols={
        **BESSEL_LETTERS,
    },
    also=("uniform_variance", "gaussian_variance"),
    because={
        "uniform density": densities_given_a_factor_average,
        "uniform distribution": probabilities_given_a_factor_average,
        "uniform characteristic": lambda uniform_characteristic: (
            same(sp.diff(u * uniform_characteristic, u), sp.sin(u) / u),
            same(sp.limit(uniform_characteristic, u, 0), 1),
        ),
        "variances": lambda uniform_variance, gaussian_variance: (
            same(uniform_variance, mean_square(HALF, sp.S.One)),
            same(gaussian_variance, mean_square(sp.exp(-(x**2) / 2) / ROOT, sp.oo)),
        ),
        "mixture": densities_given_the_variance_change_variables,
        "normal characteristic": normal_products_average_the_bell,
    },
    wrong=lambda: {
        "uniform_density: positive factors": -sp.log(t),
        "uniform_density: the law of one factor": HALF,
        "gaussian_density: exponential": sp.exp(-sp.Abs(t)) / 2,
        "gaussian_density: one order up": sp.besselk(1, sp.Abs(t)) / sp.pi,
        "sum_distribution: one order up": sum_distribution.subs(k, k + 1),
        "sum_distribution: twice the part": 2 * sum_distribution - HALF,
        "uniform_distribution: the law of one factor": (1 + t) / 2,
        "uniform_distribution: of one side": 2 * uniform_product.distribution - HALF,
        "uniform_characteristic: one factor": sp.sin(u) / u,
        "uniform_characteristic: its square": (sp.sin(u) / u) ** 2,
        "chi_square: one degree more": chi_square.subs(k, k + 1),
        "chi_square: of half the variances": 2 * chi_square.subs(v, 2 * v),
        "mixture: without the measure": mixture * sp.exp(-w),
        "mixture: one degree more": mixture.subs(k, k + 1),
        "sum_density: one order up": sum_density.subs(k, k + 1),
        "gaussian_characteristic: one factor": sp.exp(-(u**2) / 2),
        "gaussian_characteristic: two of them": 1 / (1 + u**2),
    },
)
