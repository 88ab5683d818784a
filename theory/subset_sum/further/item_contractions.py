"""R5.4: what the covered share makes of items that are products."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.subset_sum import product_laws
from sparse_limits.theory.subset_sum.item_products import ARGUMENT, BESSEL, SOURCE
from sparse_limits.theory.subset_sum.potential import REACH, a, contraction, kappa
from sparse_limits.theory.subset_sum.product_laws import (
    HALF,
    gaussian_contraction,
    gaussian_product,
    gaussian_reach,
    quotient_slope,
    t,
    uniform_product,
    x,
)

STEPS = proof(
    r"""
products (by R5.1 for uniform_density, gaussian_density): A product has the density $[[uniform_density]]$ for uniform factors and
$[[gaussian_density]]$ for normal factors. Both decrease away from $0$.

cover (by R4): Items with a least density $\kappa$ on $[-a,a]$ contract the odds, on average, by a factor of at most $1-\frac{a\kappa}2$.

contractions (from products, cover): Half of the items are usable, and the density of a product decreases away from $0$. So $\kappa$ is half
of its value at $a$. This gives the factor $[[uniform_contraction]]$ for uniform weights, $a\le1$, and $[[gaussian_contraction]]$ for normal
weights.

uniform reach (from contractions): The factor for uniform weights is strictly convex in $a$, and its slope is zero at $a=[[uniform_reach]]$. There it is
least, with the value $[[uniform_best]]$.

[[BESSEL]]

order of Bessel functions (from Bessel function; by positivity): $K_1(a)-K_0(a)=\int_0^\infty e^{-a\cosh w}(\cosh w-1)\,dw>0$.

one crossing (from order of Bessel functions): The quotient $[[quotient]]$ decreases, since its slope is $[[quotient_slope]]<0$. So it has
the value $1$ at most once, and it has this value, because it falls from $\infty$ to $0$.

normal reach (from contractions, one crossing): The slope of the factor for normal weights has the sign of $1$ minus this quotient. So the factor is
least where the quotient is $1$: at $a=[[gaussian_reach]]$, with the value $[[gaussian_best]]$.
""",
    vars(product_laws) | globals(),
    uniform_density=uniform_product.density,
    gaussian_density=gaussian_product.density,
    BESSEL=BESSEL,
)

y = sp.Symbol("y", positive=True)


def recurrence(gap: sp.Expr) -> sp.Expr:
    """K₂ = K₀ + 2K₁/a."""
    return sp.simplify(gap.subs(sp.besselk(2, a), sp.besselk(0, a) + 2 / a * sp.besselk(1, a)))


def at_the_reach(gap: sp.Expr) -> sp.Expr:
    """What is left of it, K₀ at the reach being the reach times K₁."""
    found = sp.besselk(1, gaussian_reach) * gaussian_reach
    return sp.simplify(gap.subs(sp.besselk(0, gaussian_reach), found))


def half_of_the_densities_contract(
    uniform_density: sp.Expr, gaussian_density: sp.Expr, uniform_contraction: sp.Expr, gaussian_contraction: sp.Expr
) -> Relations:
    """R4 with half of the density at a, which is 1/(1 + y) for uniform weights; beyond a it is less, by its slope."""
    for density, shrunk, place in (
        (uniform_density, uniform_contraction, 1 / (1 + y)),
        (gaussian_density, gaussian_contraction, y),
    ):
        bound = contraction.subs(kappa, density.subs(t, a) / 2)
        yield same(shrunk, bound, by=lambda gap, place=place: sp.simplify(gap.subs(a, place)))
    inside = uniform_product.density.args[0].expr.subs(t, x)
    yield nonnegative(-sp.diff(inside, x), 1 / (2 * x))


def the_uniform_contraction_is_convex(
    uniform_contraction: sp.Expr, uniform_reach: sp.Expr, uniform_best: sp.Expr
) -> Relations:
    """Its curvature is 1/(8a) and its slope 0 at the reach; from 1 at 0 it falls by the integral of the slope."""
    slope = sp.diff(uniform_contraction, a)
    yield nonnegative(sp.diff(slope, a), 1 / (8 * a))
    yield same(slope.subs(a, uniform_reach), sp.S.Zero)
    yield same(uniform_best, 1 + sp.integrate(sp.expand(slope), (a, 0, uniform_reach)))


def the_quotient_has_this_slope(quotient: sp.Expr, quotient_slope: sp.Expr) -> Relations:
    """Its derivative, by the recurrence of the functions; with K₁ = K₀ + y it is negative."""
    yield same(sp.diff(quotient, a), quotient_slope, by=recurrence)
    base = sp.Symbol("base", positive=True)
    slope = quotient_slope.subs(sp.besselk(1, a), base + y).subs(sp.besselk(0, a), base)
    yield nonnegative(-slope, y * (2 * base + y) / (a * (base + y) ** 2))


def the_normal_contraction_turns_there(
    gaussian_contraction: sp.Expr, quotient: sp.Expr, gaussian_reach: sp.Expr, gaussian_best: sp.Expr
) -> Relations:
    """Its slope by the quotient; that is 1 at the reach; the value there by K₁, which has no slope in it."""
    slope = a * sp.besselk(1, a) / (4 * sp.pi) * (1 - quotient)
    yield same(sp.diff(gaussian_contraction, a), slope, by=recurrence)
    yield same(quotient.subs(a, gaussian_reach), sp.S.One, by=at_the_reach)
    value = 1 - gaussian_reach**2 * sp.besselk(1, gaussian_reach) / (4 * sp.pi)
    yield same(gaussian_best, value, by=at_the_reach)


product_contractions = Claim(
    label="R5.4",
    title="Contractions by products of two weights",
    statement=r"""
Items are products of two independent weights, usable with probability $\frac12$. By R4 with reach $[-a,a]$, an item
contracts the odds of being uncovered, on average, by a factor of at most $[[uniform_contraction]]$ for uniform
weights on $[-1,1]$, $a\le1$, and of at most $[[gaussian_contraction]]$ for standard normal weights. These factors are
least at $a=[[uniform_reach]]$ and $a=[[gaussian_reach]]$, with the values $[[uniform_best]]$ and $[[gaussian_best]]$.
""",
    steps=STEPS,
    source=SOURCE,
    provenance=Provenance.EXTENSION,
    quantities=(
        ARGUMENT,
        REACH.drawn_from(sp.Rational(1, 5), sp.Rational(4, 5)),
    ),
    hypotheses=(
        Hypothesis("independent weights, all uniform on [−1, 1] or all standard normal"),
        Hypothesis("an item is usable with probability 1/2, independently of its value and of the other items"),
        Hypothesis(
            "for the contraction of uniform weights, products of which reach no farther than 1",
            a <= 1,
            needed_by=("uniform_contraction",),
        ),
    ),
    because={
        "contractions": half_of_the_densities_contract,
        "uniform reach": the_uniform_contraction_is_convex,
        "one crossing": the_quotient_has_this_slope,
        "normal reach": the_normal_contraction_turns_there,
    },
    wrong=lambda: {
        "uniform_contraction: every item usable": 1 + a * sp.log(a) / 4,
        "gaussian_contraction: every item usable, normal": 1 - a * sp.besselk(0, a) / (2 * sp.pi),
        "uniform_density: density of one factor": HALF,
        "gaussian_density: one order up": sp.besselk(1, sp.Abs(t)) / sp.pi,
        "quotient: of the integral": sp.besselk(0, a) / sp.besselk(1, a),
        "quotient_slope: without the square": quotient_slope * sp.besselk(1, a),
        "gaussian_reach: reach of the density": sp.S.One,
        "gaussian_best: at reach 2": gaussian_contraction.subs(a, 2),
    },
)
