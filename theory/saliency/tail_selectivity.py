"""S15: how strongly a mask of few weights prefers one column to another is decided by the tail of the noise."""

from functools import cache

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.citations import BESSEL_INTEGRAL
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.saliency.layer_collapse import pareto_power
from sparse_limits.theory.saliency.model import TAIL_INDEX, THRESHOLD, phi, tau
from sparse_limits.theory.saliency.snip import integral_form, x
from sparse_limits.theory.saliency.symbols import PRODUCT_TAIL, SURVIVAL
from sparse_limits.theory.tails import alpha, half_normal, t

phi_1, phi_2 = sp.symbols("phi_1 phi_2", positive=True)
s = sp.Symbol("s", positive=True)  # cosh x − 1

mills_upper = sp.sqrt(2 / sp.pi) * sp.exp(-(t**2) / 2) / t
mills_lower = mills_upper * t**2 / (t**2 + 1)
upper_fall = 1 + 1 / t**2
lower_fall = 1 - 2 / (1 + t**2) ** 2

kappa = 1 / ((1 + s) * sp.sqrt(1 + s / 2))
kappa_slope = -1 / (1 + s) - 1 / (2 * (2 + s))  # of ln κ
weight_mass = sp.sqrt(sp.pi / (2 * t))
weight_mean = 1 / (2 * t)
product_upper = 2 / sp.pi * sp.exp(-t) * weight_mass
product_share = kappa.subs(s, weight_mean)  # of the upper bound
product_lower = product_upper * product_share
hazard_upper = 1 + weight_mean
# πe^t H(t)/2, for large t, where the closed form of H cancels
scaled_product = sp.Integral(sp.exp(t * (1 - sp.cosh(x))) / sp.cosh(x), (x, 0, sp.oo))


def ratio(survival: sp.Expr) -> sp.Expr:
    """W(φ₁)/W(φ₂) for a survival function in `t`."""
    return survival.subs(t, tau / phi_1) / survival.subs(t, tau / phi_2)


pareto_ratio = (phi_1 / phi_2) ** alpha
exponential_ratio = sp.exp(tau * (1 / phi_2 - 1 / phi_1))
gaussian_ratio = ratio(half_normal.survival)
gaussian_asymptotic = phi_1 / phi_2 * sp.exp(tau**2 / 2 * (1 / phi_2**2 - 1 / phi_1**2))
gaussian_lower = 1 / (1 + phi_1**2 / tau**2)
gaussian_upper = 1 + phi_2**2 / tau**2
snip_ratio = exponential_ratio * ratio(scaled_product)
snip_asymptotic = sp.sqrt(phi_1 / phi_2) * sp.exp(tau * (1 / phi_2 - 1 / phi_1))
snip_lower = product_share.subs(t, tau / phi_1)
snip_upper = 1 / product_share.subs(t, tau / phi_2)

STEPS = proof(
    r"""
columns (by S1 for continuity): The density of a column of profile $\phi$ is $W(\phi)=\bar F(\tau/\phi)$, and it falls to $0$ as
$\tau\to\infty$.

Pareto (from columns): $\bar F(t)=t^{-\alpha}$ for $t\ge1$, which holds for both $\tau/\phi_1$ and $\tau/\phi_2$ if $\tau\ge\phi_1$. So the
ratio is $[[pareto_ratio]]$, and does not change with $\tau$.

exponential (from columns): For $\bar F(t)=e^{-t}$ the ratio is $[[exponential_ratio]]$.

half-normal (from columns): For $\bar F(t)=\operatorname{erfc}(t/\sqrt2)$, the integral of $g(t)=\sqrt{2/\pi}\,e^{-t^2/2}$ over all larger
$t$, the ratio is $[[gaussian_ratio]]$.

two functions (gives upper_fall, lower_fall): $[[mills_upper]]$ and $[[mills_lower]]$ vanish at infinity. Their derivatives are $-g$ times
$[[upper_fall]]$, which is above $1$, and $-g$ times $[[lower_fall]]$, which is below $1$.

Mills (from two functions; by integration to infinity; gives mills_upper, mills_lower): $\operatorname{erfc}(t/\sqrt2)$, with derivative
$-g$, also vanishes at infinity. So it lies strictly between the two functions for all $t>0$.

half-normal asymptotics (from half-normal, Mills): The upper bounds at $\tau/\phi_1$ and $\tau/\phi_2$ have the ratio
$[[gaussian_asymptotic]]$. The true ratio divided by this one lies between $[[gaussian_lower]]$, the lower bound over the upper bound at
$\tau/\phi_1$, and $[[gaussian_upper]]$, the upper bound over the lower bound at $\tau/\phi_2$. Both tend to $1$ as $\tau\to\infty$.

product of two normals (by S4 for integral_form, noise_density): The tail of the modulus of a product of two normals is
$H(t)=\frac2\pi\int_0^\infty e^{-t\cosh x}\frac{dx}{\cosh x}$, with density $\frac2\pi K_0(t)$.

SNIP (from columns, product of two normals): With the factor $e^{-t}$ taken out of $H$ at $\tau/\phi_1$ and $\tau/\phi_2$, SNIP's
ratio is $[[snip_ratio]]$.

substitution (from product of two normals): With $\cosh x=1+s$, $H(t)=\frac2\pi e^{-t}\int_0^\infty\frac{e^{-ts}}{\sqrt{2s}}\kappa(s)\,ds$
for $\kappa(s)=[[kappa]]$.

weight: The weight $e^{-ts}/\sqrt{2s}$ has the mass $[[weight_mass]]$ and the mean $[[weight_mean]]$.

shape (from substitution): $\kappa(0)=1$, and $\ln\kappa$ has the derivative $[[kappa_slope]]$, which is negative and increasing. So
$\kappa$ decreases, and is strictly convex since its logarithm is.

mean of the factor (from weight, shape; by Jensen): So the mean of $\kappa$ under the weight lies strictly between its value at the mean of
$s$ and $1$.

bounds of the product (from mean of the factor): Hence $[[product_lower]]<H(t)<[[product_upper]]$ for $t>0$.

Bessel (from substitution; by BESSEL_INTEGRAL): The same substitution gives $K_0$ with $(1+s)\kappa(s)$ in place of $\kappa(s)$. So
$2K_0(t)/\pi H(t)-1$ is the mean of $s$ under the weight times $\kappa$, and it is positive.

association (from weight, shape, Bessel; by Chebyshev): $\kappa$ decreases while $s$ grows. So the mean of $s$ under the weight times
$\kappa$ is less than under the weight alone.

hazard (from association): So $1<2K_0(t)/\pi H(t)<[[hazard_upper]]$, which tends to $1$ as $t\to\infty$.

SNIP's asymptotics (from SNIP, bounds of the product): As for half-normal noise, the upper bounds have the ratio $[[snip_asymptotic]]$, and
SNIP's ratio divided by this one lies between $[[snip_lower]]$ and $[[snip_upper]]$, which tend to $1$ as $\tau\to\infty$.
""",
    globals(),
    BESSEL_INTEGRAL=BESSEL_INTEGRAL,
)


def by_bases(gap: sp.Expr) -> sp.Expr:
    """Simplify with powers of products of positive letters taken apart."""
    return sp.simplify(sp.expand_power_base(gap))


@cache
def masses_beyond(density: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The mass of a density in `t` beyond τ/φ₁, and beyond τ/φ₂."""
    beyond = sp.Symbol("z", positive=True)
    mass = sp.integrate(density, (t, beyond, sp.oo))
    return mass.subs(beyond, tau / phi_1), mass.subs(beyond, tau / phi_2)


@cache
def position() -> sp.Expr:
    """dx/ds √(2s) at cosh x = 1 + s."""
    return sp.simplify(sp.diff(sp.acosh(1 + s), s) * sp.sqrt(2 * s))


@cache
def weight_moments() -> tuple[sp.Expr, sp.Expr]:
    """Mass and first moment of the weight e^(−ts)/√(2s)."""
    mass, first = (sp.integrate(s**k * sp.exp(-t * s) / sp.sqrt(2 * s), (s, 0, sp.oo)) for k in (0, 1))
    return mass, first


def power_laws_keep_their_ratio(pareto_ratio: sp.Expr) -> Relations:
    """The survival function of Pareto noise beyond 1, at τ/φ₁ and at τ/φ₂."""
    tail = pareto_power()
    yield same(tail.subs(t, tau / phi_1), pareto_ratio * tail.subs(t, tau / phi_2), by=by_bases)


def exponential_ratio_is_that_of_the_masses(exponential_ratio: sp.Expr) -> Relations:
    """The mass of e^(−x) beyond τ/φ₁ and τ/φ₂."""
    strong, weak = masses_beyond(sp.exp(-t))
    yield same(strong, exponential_ratio * weak)


def mills_bounds_fall_faster_and_slower(
    mills_lower: sp.Expr, mills_upper: sp.Expr, upper_fall: sp.Expr, lower_fall: sp.Expr
) -> Relations:
    """Their derivatives over that of the tail, what these have above 1 and below 1, and their limit 0."""
    for bound, fall in ((mills_upper, upper_fall), (mills_lower, lower_fall)):
        yield same(-sp.diff(bound, t) / half_normal.density, fall)
    yield nonnegative(upper_fall - 1, t**-2)
    yield nonnegative(1 - lower_fall, 2 / (1 + t**2) ** 2)
    for bound in (mills_upper, mills_lower):
        yield same(sp.limit(bound, t, sp.oo), 0)


def factor_is_what_the_substitution_leaves(kappa: sp.Expr) -> Relations:
    """What cosh x = 1 + s leaves of dx/cosh x beside ds/√(2s), and of the integrand of H."""
    yield same(kappa * (1 + s), position())
    body = integral_form.function.subs({tau: t, phi: 1}).subs(x, sp.acosh(1 + s))
    yield same(body * position(), 2 / sp.pi * sp.exp(-t) * sp.exp(-t * s) * kappa)


def weight_has_its_moments(weight_mass: sp.Expr, weight_mean: sp.Expr) -> Relations:
    """SymPy integrates the weight, and s times it."""
    mass, first = weight_moments()
    yield same(weight_mass, mass)
    yield same(weight_mean * mass, first)


def factor_falls_and_is_convex(kappa: sp.Expr, kappa_slope: sp.Expr) -> Relations:
    """The derivative of ln κ, that it is negative, and that it grows; κ(0) = 1."""
    yield same(sp.diff(kappa, s), kappa_slope * kappa)
    yield nonnegative(-kappa_slope, (5 + 3 * s) / (2 * (1 + s) * (2 + s)))
    yield nonnegative(sp.diff(kappa_slope, s), (1 + s) ** -2 + 1 / (2 * (2 + s) ** 2))
    yield same(kappa.subs(s, 0), 1)


def product_bounds_are_those_of_a_convex_factor(
    product_lower: sp.Expr, product_upper: sp.Expr, kappa: sp.Expr, weight_mass: sp.Expr, weight_mean: sp.Expr
) -> Relations:
    """The weight times κ(0) and, by Jensen, times κ at its mean; and the tangent of κ there, integrated under the weight."""
    scale = 2 / sp.pi * sp.exp(-t)
    yield same(product_upper, scale * weight_mass * kappa.subs(s, 0))
    yield same(product_lower, scale * weight_mass * kappa.subs(s, weight_mean))
    mass, first = weight_moments()
    slope = sp.diff(kappa, s).subs(s, weight_mean)
    yield same(product_lower, scale * (kappa.subs(s, weight_mean) * mass + slope * (first - weight_mean * mass)))


def hazard_is_the_mean_of_one_more(hazard_upper: sp.Expr, weight_mean: sp.Expr) -> Relations:
    """The mean of 1 + s under the weight, over its mass; and its limit 1."""
    mass, first = weight_moments()
    yield same(hazard_upper * mass, mass + first)
    yield same(hazard_upper, 1 + weight_mean)
    yield same(sp.limit(hazard_upper, t, sp.oo), 1)


tail_selectivity = Claim(
    label="S15",
    title="Selectivity in extreme sparsity is decided by the tail",
    headline=r"The tail of the noise decides how much sparse masks favour large profiles. The ratio of two densities is $$[[pareto_ratio]]$$ for Pareto noise of index $\alpha$; it grows without bound for exponential, normal and SNIP scores.",
    statement=r"""
Let $W(\phi)=\bar F(\tau/\phi)$ be the density of a column of profile $\phi$, and let $\phi_1>\phi_2$. As $\tau\to\infty$ the densities fall
to $0$. The ratio $W(\phi_1)/W(\phi_2)$ says how much more often weights of the stronger column are kept.

**Pareto noise.** The ratio is exactly $[[pareto_ratio]]$, at every $\tau\ge\phi_1$ (no column saturated).

**Exponential noise.** The ratio is exactly $[[exponential_ratio]]$.

**Half-normal noise.** The ratio is $[[gaussian_ratio]]\sim[[gaussian_asymptotic]]$. The quotient of the two lies between
$[[gaussian_lower]]$ and $[[gaussian_upper]]$.

**SNIP.** With the tail $H$ of the product of two normals (S4), the ratio is
$$\frac{H(\tau/\phi_1)}{H(\tau/\phi_2)}=[[snip_ratio]]\sim[[snip_asymptotic]].$$
The quotient of the last two lies between $[[snip_lower]]$ and $[[snip_upper]]$.

**In short.** At low density SNIP selects columns like an exponential score, up to the factor $\sqrt{\phi_1/\phi_2}$. Pareto noise never
selects more strongly than where saturation ends.

**Bounds of the tails.** The bounds above come from $[[mills_lower]]<\operatorname{erfc}(t/\sqrt2)<[[mills_upper]]$ and from
$$[[product_lower]]<H(t)<[[product_upper]],\qquad1<\frac{2K_0(t)}{\pi H(t)}<[[hazard_upper]].$$
They are valid for all $t>0$ and sharp as $t\to\infty$.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        THRESHOLD.drawn_from(1, 8),
        Quantity(phi_1, "profile of the stronger of two columns", POSITIVE, drawn=(sp.Rational(3, 2), 3)),
        Quantity(phi_2, "profile of the weaker of two columns", POSITIVE, drawn=(sp.Rational(1, 2), sp.Rational(5, 4))),
        Quantity(
            s,
            "hyperbolic cosine of the variable of the integral for the product of two normals, less one",
            NON_NEGATIVE,
        ),
        Quantity(t, "threshold divided by a column profile", POSITIVE, drawn=(sp.Rational(1, 8), 12)),
        TAIL_INDEX.drawn_from(sp.Rational(1, 2), 3),
    ),
    hypotheses=(
        Hypothesis("a factorised saliency with one global threshold; rows of equal weight, or averaged as in S4"),
        Hypothesis("the first column is not the weaker one", phi_1 >= phi_2),
        Hypothesis("no column is saturated", tau >= phi_1, needed_by=("pareto_ratio",)),
    ),
    symbols={
        r"W(\phi)": r"density of a column of profile $\phi$",
        **SURVIVAL,
        **PRODUCT_TAIL,
        "K_0": "modified Bessel function of the second kind",
        "x": "variable of the integrals",
    },
    sharp=(
        Sharp(
            expression="mills_lower", example=r"$t\to\infty$", check="tails_lie_between_their_bounds", side=Side.BELOW
        ),
        Sharp(expression="mills_upper", example=r"$t\to\infty$", check="tails_lie_between_their_bounds"),
        Sharp(
            expression="product_lower", example=r"$t\to\infty$", check="tails_lie_between_their_bounds", side=Side.BELOW
        ),
        Sharp(expression="product_upper", example=r"$t\to\infty$", check="tails_lie_between_their_bounds"),
        Sharp(expression="hazard_upper", example=r"$t\to\infty$", check="tails_lie_between_their_bounds"),
        Sharp(
            expression="gaussian_lower",
            example=r"$\tau\to\infty$",
            check="gaussian_ratio_follows_from_the_bounds",
            side=Side.BELOW,
        ),
        Sharp(expression="gaussian_upper", example=r"$\tau\to\infty$", check="gaussian_ratio_follows_from_the_bounds"),
        Sharp(
            expression="snip_lower",
            example=r"$\tau\to\infty$",
            check="ratio_of_snip_follows_from_the_bounds",
            side=Side.BELOW,
        ),
        Sharp(expression="snip_upper", example=r"$\tau\to\infty$", check="ratio_of_snip_follows_from_the_bounds"),
    ),
    because={
        "Pareto": power_laws_keep_their_ratio,
        "exponential": exponential_ratio_is_that_of_the_masses,
        "two functions": mills_bounds_fall_faster_and_slower,
        "substitution": factor_is_what_the_substitution_leaves,
        "weight": weight_has_its_moments,
        "shape": factor_falls_and_is_convex,
        "bounds of the product": product_bounds_are_those_of_a_convex_factor,
        "hazard": hazard_is_the_mean_of_one_more,
    },
    wrong=lambda: {
        "pareto_ratio: the other way round": (phi_2 / phi_1) ** alpha,
        "pareto_ratio: of twice the index": (phi_1 / phi_2) ** (2 * alpha),
        "pareto_ratio: proportional to the profile": phi_1 / phi_2,
        "pareto_ratio: the columns exchanged": 1 / (phi_1 / phi_2) ** alpha,
        "exponential_ratio: asymptotic form of SNIP": snip_asymptotic,
        "exponential_ratio: threshold forgotten": sp.exp(1 / phi_2 - 1 / phi_1),
        "exponential_ratio: the columns exchanged, exponential": sp.exp(tau * (1 / phi_1 - 1 / phi_2)),
        "gaussian_ratio: asymptotic form as exact": gaussian_asymptotic,
        "gaussian_ratio: exponential noise": exponential_ratio,
        "snip_ratio: exponential tail for SNIP": exponential_ratio,
        "mills_upper: without the factor t": mills_upper * t,
        "mills_lower: lower as the upper": mills_upper,
        "upper_fall: falls of 1/t": 1 + 1 / t,
        "lower_fall: falls of half the share": 1 - 1 / (1 + t**2) ** 2,
        "product_upper: two terms of the expansion": product_upper * (1 - 5 / (8 * t)),
        "product_upper: the product's upper bound without its root": 2 / sp.pi * sp.exp(-t),
        "product_upper: Gaussian tail": mills_upper,
        "hazard_upper: constant hazard": sp.Integer(1),
        "hazard_upper: half the mean": 1 + 1 / (4 * t),
        "hazard_upper: the mean doubled": 1 + 1 / t,
        "snip_asymptotic: SNIP without the root": snip_asymptotic / sp.sqrt(phi_1 / phi_2),
        "snip_asymptotic: SNIP with the root inverted": snip_asymptotic * phi_2 / phi_1,
        "gaussian_asymptotic: Gaussian without its factor": gaussian_asymptotic * phi_2 / phi_1,
        "gaussian_asymptotic: Gaussian without the half": sp.exp(tau**2 * (1 / phi_2**2 - 1 / phi_1**2)),
        "gaussian_lower: profile of the weaker column below": 1 / (1 + phi_2**2 / tau**2),
        "gaussian_upper: profile of the stronger column above": 1 + phi_1**2 / tau**2,
        "kappa: without dx": 1 / (1 + s),
        "kappa: without 1/cosh x": 1 / sp.sqrt(1 + s / 2),
        "weight_mass: without the root": 1 / t,
        "kappa_slope: one factor": -1 / (1 + s),
        "product_lower: lower at the mean of twice the weight": product_upper
        / ((1 + 1 / t) * sp.sqrt(1 + 1 / (2 * t))),
    },
)
