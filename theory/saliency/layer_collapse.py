"""S14.3: how the densities of two layers under one threshold compare, as both are emptied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp

from sparse_limits.theory.citations import BESSEL_INTEGRAL
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.saliency.layers import SCALES, first_scale, second_scale
from sparse_limits.theory.saliency.model import TAIL_INDEX
from sparse_limits.theory.tails import alpha, exponential, frechet, half_normal, pareto, product_normal

r = sp.Symbol("r", positive=True)  # s₂/s₁
x = sp.Symbol("x", positive=True)  # τ/s₂

density_ratios: Mapping[str, sp.Expr] = {
    "half_normal": r * sp.exp(-(r**2 - 1) * x**2 / 2),
    "exponential": r * sp.exp(-(r - 1) * x),
    "product_normal": r * sp.besselk(0, r * x) / sp.besselk(0, x),
    "pareto": r**-alpha,
    "frechet": r**-alpha * sp.exp((1 - r**-alpha) * x**-alpha),
}
power_law = (first_scale / second_scale) ** alpha
COLLAPSE: Mapping[str, sp.Expr] = {
    "half_normal": sp.S.Zero,
    "exponential": sp.S.Zero,
    "product_normal": sp.S.Zero,
    "pareto": power_law,
    "frechet": power_law,
}
NOISES = {
    "half_normal": half_normal,
    "exponential": exponential,
    "product_normal": product_normal,
    "pareto": pareto,
    "frechet": frechet,
}

STEPS = proof(
    r"""
any layers (by S14.1): Two layers of one noise and of the scales $s_1<s_2$ have the limiting densities $\rho_l=\bar F(\tau/s_l)$, where
$\tau$ is the threshold at which their mean, weighted by the shares of the layers, is $\rho$.

product of two normals (by S4 for noise_density): The modulus of a product of two normals has the density $\frac2\pi K_0$.

ratios of densities (from any layers, product of two normals): With $r=s_2/s_1$ and $x=\tau/s_2$ the ratio $\rho_1/\rho_2$ is $\bar
F(rx)/\bar F(x)$, and that of the derivatives $r\,g(rx)/g(x)$ is, for $g=-\bar F'$, $[[density_ratios]]$ (for Pareto noise beyond its least
value, $x\ge1$).

Bessel (from ratios of densities; by BESSEL_INTEGRAL): As $\cosh t\ge1$, $e^{-rx\cosh t}\le e^{-(r-1)x}e^{-x\cosh t}$, so that $K_0(rx)\le
e^{-(r-1)x}K_0(x)$: the ratio of the product of two normals lies between $0$ and that of the exponential law.

survival for density (from any layers, ratios of densities; by l'Hôpital): As $\rho\to0$ the threshold grows, and with it $x$, without
limit. Both $\bar F(rx)$ and $\bar F(x)$ tend to $0$, so that their ratio has the limit of that of the densities.

collapse (from Bessel, survival for density): For $r>1$ the limits are $[[collapse]]$.
""",
    globals(),
    collapse=COLLAPSE,
    BESSEL_INTEGRAL=BESSEL_INTEGRAL,
)

layer_collapse = Claim(
    label="S14.3",
    title="Layer collapse",
    statement=r"""
The share $\rho$ of the weights with the largest scores of two layers is kept. The scores have no profiles, the scales $s_1<s_2$ and one noise;
$\rho_1$ and $\rho_2$ are the limiting densities of the layers. As $\rho\to0$, $\rho_1/\rho_2$ tends to $0$ for half-normal and exponential noise
and for the product of two normals: compared to the other, the layer of the smaller scale is emptied. For Pareto and for Fréchet noise it tends to
$(s_1/s_2)^\alpha$. (At $s_1=0$ a layer keeps nothing, and all are $0$.)
""",
    steps=STEPS,
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        replace(SCALES[0], within=NON_NEGATIVE),
        SCALES[1],
        TAIL_INDEX.drawn_from(sp.Rational(1, 2), 3),
        Quantity(
            r,
            "scale of the second layer over that of the first",
            sp.Interval.open(1, sp.oo),
            drawn=(sp.Rational(9, 8), 3),
        ),
        Quantity(x, "threshold over the scale of the second layer", POSITIVE, drawn=(1, 4)),
    ),
    hypotheses=(
        Hypothesis("one global threshold; in both layers the assumptions of S1"),
        Hypothesis("the scales differ", first_scale < second_scale),
    ),
    uses=("S1", "S4", "S14.1"),
    also=("collapse",),
    aids={"noises": NOISES},
)
