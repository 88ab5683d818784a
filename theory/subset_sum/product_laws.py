"""The laws of products of two weights, and the formulas of R5.1 to R5.4: counts of subsets of such items, and what R4 makes of them."""

from dataclasses import dataclass

import sympy as sp

from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.subset_sum.expected_count import empty_subset
from sparse_limits.theory.subset_sum.potential import a
from sparse_limits.theory.subset_sum.symbols import eps, k, n, z
from sparse_limits.theory.tails import modified_struve, normal_density

t = sp.Symbol("t", real=True)
u = sp.Symbol("u", positive=True)
variance = sp.Symbol("V", positive=True)
usable = sp.Symbol("K", integer=True, nonnegative=True)
x = sp.Symbol("x", positive=True)  # a modulus
w = sp.Symbol("w", real=True)  # the logarithm of a variance, relative to that modulus
v = sp.Symbol("v", positive=True)  # the sum of the squares of k second factors
eta = sp.Symbol("eta", positive=True)  # by how much a number of items falls short, in units of log₂(1/ε)
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


def hypergeometric(x: sp.Expr) -> sp.Lambda:
    """₁F₂ in the Struve functions at x, as a function of k: for k + 2 that of one order more."""
    return sp.Lambda(k, sp.hyper([1], [3 * HALF, k / 2], x**2 / 4))


uniform = Law(within(HALF, sp.S.Zero), within((1 + t) / 2, (1 + sp.sign(t)) / 2), sp.sin(u) / u, sp.Rational(1, 3))
gaussian = Law(normal_density(t), (1 + sp.erf(t / sp.sqrt(2))) / 2, sp.exp(-(u**2) / 2), sp.S.One)
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
chi_square = v ** (k / 2 - 1) * sp.exp(-v / 2) / (2 ** (k / 2) * sp.gamma(k / 2))
mixture = x**order * sp.exp(order * w - x * sp.cosh(w)) / (2 ** (k / 2) * sp.sqrt(2 * sp.pi) * sp.gamma(k / 2))
peak = sp.gamma(order) / (2 * sp.sqrt(sp.pi) * sp.gamma(order + HALF))
sum_scale = sp.sqrt(sp.pi) * 2**order * sp.gamma(order + HALF)
sum_density = at_zero(peak, sp.Abs(t) ** order * sp.besselk(order, sp.Abs(t)) / sum_scale)
bessel_integral = (
    sp.sqrt(sp.pi)
    * 2 ** (order - 1)
    * sp.gamma(order + HALF)
    * (
        x * sp.besselk(order, x) * modified_struve(order - 1, x)
        + x * sp.besselk(order - 1, x) * modified_struve(order, x)
    )
)
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
both_terms = sp.Lambda(x, 2 * struve_part(order, x) / x)
# Letters for the parts of these formulas, and what letters of sentences on products stand for
PARTS: dict[str, sp.Expr] = {
    "H": hypergeometric(x),
    "S": both_terms,
    **{str(name): value for name, value in ENDS},
    str(close): closeness,
}
BESSEL_LETTERS = {
    r"K_\nu": r"modified Bessel function of the second kind, of the order $\nu$",
    r"{}_1F_2": "hypergeometric function",
    r"\Gamma": "gamma function",
}
USABLE_HITS = {
    "N": r"number of subsets of usable items whose sum is within $\varepsilon$ of $z$",
    "p": r"probability that the sum of $k$ products is within $\varepsilon$ of $z$",
    "e": "$1$ where the empty subset counts, else $0$",
    "x": "argument of $S$",
    **BESSEL_LETTERS,
    "o(1)": "term that tends to $0$",
}


def count_of(items: sp.Expr, weight: sp.Expr) -> sp.Expr:
    """The expected number of subsets of some items, each subset of k with a weight, in the names of `ENDS`."""
    return empty + sp.Sum(Let(sp.binomial(items, k) * weight * close, [(close, closeness)]), (k, 1, items))


expected_count = Let(count_of(n, 2**-k), ENDS)
usable_count = Let(count_of(usable, sp.S.One), ENDS)
capped = sp.Min(1, count_of(usable, sp.S.One))
quenched_bound = Let(sp.Sum(sp.binomial(n, usable) * capped, (usable, 0, n)) / 2**n, ENDS)
total = sp.Rational(3, 2) ** n
spread = n * variance / 3
pair_share = 2 / ((k + 1) * (k + 2))
local_density = 1 / sp.sqrt(2 * sp.pi * spread)
uniform_pair, gaussian_pair = sp.S.One, peak.subs(k, 2)
left_over = eps ** (eta / 2)
leading = sp.Rational(3, 2) ** n * eps * sp.sqrt(6 / (sp.pi * n * variance))
annealed_size = sp.log(1 / eps) / sp.log(sp.Rational(3, 2))
quenched_size = 2 * sp.log(1 / eps) / sp.log(2)

# What R4 takes from these laws, an item being usable half of the time
uniform_contraction = 1 + a * sp.log(a) / 8
gaussian_contraction = 1 - a * sp.besselk(0, a) / (4 * sp.pi)
uniform_reach = sp.exp(-1)
quotient = sp.besselk(0, a) / (a * sp.besselk(1, a))
quotient_slope = -(sp.besselk(1, a) ** 2 - sp.besselk(0, a) ** 2) / (a * sp.besselk(1, a) ** 2)
gaussian_reach = level(quotient, a, sp.S.One)
uniform_best = uniform_contraction.subs(a, uniform_reach)
gaussian_best = gaussian_contraction.subs(a, gaussian_reach)
