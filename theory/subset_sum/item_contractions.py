"""R5.4: what the covered share makes of items that are products."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis, Quantity
from sparse_limits.theory.subset_sum import product_laws
from sparse_limits.theory.subset_sum.item_products import BESSEL
from sparse_limits.theory.subset_sum.potential import REACH, a
from sparse_limits.theory.subset_sum.product_laws import (
    gaussian_product,
    t,
    uniform_product,
)

STEPS = proof(
    r"""
products (by R5.1 for uniform_density, gaussian_density): A product has the density $[[uniform_density]]$ for uniform and
$[[gaussian_density]]$ for normal factors; either falls away from $0$.

cover (by R4): Items of a least density $\kappa$ on $[-a,a]$ contract the odds, in the mean, by a factor of at most $1-\frac{a\kappa}2$.

contractions (from products, cover): Half of the items are usable, and the density of a product falls away from $0$: $\kappa$ is half of its
value at $a$. That makes $[[uniform_contraction]]$ for uniform weights, $a\le1$, and $[[gaussian_contraction]]$ for normal ones.

uniform reach (from contractions): The first is strictly convex in $a$, and flat at $a=[[uniform_reach]]$: there it is least,
$[[uniform_best]]$.

[[BESSEL]]

order of Bessel functions (from Bessel function; by positivity): $K_1(a)-K_0(a)=\int_0^\infty e^{-a\cosh w}(\cosh w-1)\,dw>0$.

one crossing (from order of Bessel functions): The quotient $[[quotient]]$ falls, since its slope is $[[quotient_slope]]<0$: it has the
value $1$ at most once, and has it, as it falls from $\infty$ to $0$.

normal reach (from contractions, one crossing): The second contraction has a slope of the sign of $1$ less this quotient, so that it is
least where the quotient is $1$: at $a=[[gaussian_reach]]$, with the value $[[gaussian_best]]$.
""",
    vars(product_laws) | globals(),
    uniform_density=uniform_product.density,
    gaussian_density=gaussian_product.density,
    BESSEL=BESSEL,
)

product_contractions = Claim(
    label="R5.4",
    title="Contractions by products of two weights",
    statement=r"""
Items are products of two independent weights, usable with probability $\frac12$. With R4, reaching $[-a,a]$, an item contracts the odds
of being uncovered in the mean by a factor of at most $[[uniform_contraction]]$ for uniform weights on $[-1,1]$, $a\le1$, and by $[[gaussian_contraction]]$
for standard normal weights. These are least at $a=[[uniform_reach]]$ and $a=[[gaussian_reach]]$, with the values $[[uniform_best]]$ and
$[[gaussian_best]]$.
""",
    steps=STEPS,
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
        REACH.drawn_from(sp.Rational(1, 5), sp.Rational(4, 5)),
    ),
    hypotheses=(
        Hypothesis("independent weights, all uniform on [−1, 1] or all standard normal"),
        Hypothesis("an item is usable with probability 1/2, independently of its value"),
        Hypothesis(
            "for the contraction of uniform weights, products of which reach no farther than 1",
            a <= 1,
            needed_by=("uniform_contraction",),
        ),
    ),
    uses=("R4", "R5.1"),
)
