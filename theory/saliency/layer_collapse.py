"""S14.3: how the densities of two layers under one threshold compare, as both are emptied."""

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp

from sparse_limits.theory.citations import BESSEL_INTEGRAL
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same
from sparse_limits.theory.saliency.layers import SCALES, first_scale, second_scale
from sparse_limits.theory.saliency.model import TAIL_INDEX
from sparse_limits.theory.saliency.snip import product_density
from sparse_limits.theory.saliency.symbols import KEPT_SHARE
from sparse_limits.theory.saliency.threshold import noises
from sparse_limits.theory.tails import Tail, alpha, pareto, product_normal, t

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

STEPS = proof(
    r"""
any layers (by S14.1): Two layers of one noise and of the scales $s_1<s_2$ have the limiting densities $\rho_l=\bar F(\tau/s_l)$, where
$\tau$ is the threshold at which their mean, weighted by the shares of the layers, is $\rho$.

product of two normals (by S4 for noise_density): The modulus of a product of two normals has the density $\frac2\pi K_0$.

ratios of densities (from any layers, product of two normals): With $r=s_2/s_1$ and $x=\tau/s_2$ the ratio $\rho_1/\rho_2$ is $\bar
F(rx)/\bar F(x)$. For $g=-\bar F'$ the ratio of the derivatives, $r\,g(rx)/g(x)$, is $[[density_ratios]]$ (for Pareto noise beyond its least
value, $x\ge1$).

Bessel (from ratios of densities; by BESSEL_INTEGRAL): As $\cosh t\ge1$, $e^{-rx\cosh t}\le e^{-(r-1)x}e^{-x\cosh t}$, so that $K_0(rx)\le
e^{-(r-1)x}K_0(x)$. So the ratio for the product of two normals lies between $0$ and the ratio for the exponential law.

survival for density (from any layers, ratios of densities; by l'Hôpital): As $\rho\to0$ the threshold grows without limit, and so does $x$.
Both $\bar F(rx)$ and $\bar F(x)$ tend to $0$, so that their ratio has the same limit as the ratio of the densities.

collapse (from Bessel, survival for density): For $r>1$ the limits are $[[collapse]]$.
""",
    globals(),
    collapse=COLLAPSE,
    BESSEL_INTEGRAL=BESSEL_INTEGRAL,
)


def noise_density(noise: Tail) -> sp.Expr:
    """−F̄′, for Pareto noise beyond 1."""
    if noise is product_normal:
        return product_density
    return -sp.diff(pareto_power(), t) if noise is pareto else noise.density


def by_first_powers(gap: sp.Expr) -> sp.Expr:
    """Simplify with (rx)^(−α) taken apart."""
    return sp.simplify(sp.powsimp(sp.expand(sp.expand_power_base(gap))))


def pareto_power() -> sp.Expr:
    """The survival function beyond 1."""
    (power,) = [part for part in pareto.survival.args if part.has(t)]
    return power


def ratios_are_those_of_the_densities(density_ratios: Mapping[str, sp.Expr], noises: Mapping[str, Tail]) -> Relations:
    """r g(rx) is the ratio times g(x), for all noises."""
    for name in ("frechet", *noises):
        density = noise_density(noises[name])
        yield same(r * density.subs(t, r * x), density_ratios[name] * density.subs(t, x), by=by_first_powers)


layer_collapse = Claim(
    label="S14.3",
    title="Layer collapse: light tails empty the layer of the smaller scale",
    headline=r"Let two layers with the same noise and no profiles, of scales $s_1<s_2$, share one threshold. As the density tends to $0$, $\rho_1/\rho_2$ tends to $0$ for half-normal and exponential noise, but to $(s_1/s_2)^\alpha$ for Pareto noise.",
    statement=r"""
Of the weights of two layers, keep the share $\rho$ with the largest scores. The scores have no profiles, the scales $s_1<s_2$ and the same
noise; $\rho_1$ and $\rho_2$ are the limiting densities of the layers. As $\rho\to0$, $\rho_1/\rho_2$ tends to $0$ for half-normal and
exponential noise and for the modulus of the product of two independent standard normals: relative to the other layer, the layer of the
smaller scale is emptied. For Pareto and for Fréchet noise the ratio tends to $(s_1/s_2)^\alpha$. (At $s_1=0$ that layer keeps nothing,
and all these limits are $0$.)
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
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
    symbols={**KEPT_SHARE, r"\rho_1, \rho_2": "limiting density of the first layer, and of the second"},
    uses=("S1",),
    also=("collapse",),
    aids={"noises": noises},
    because={
        "ratios of densities": ratios_are_those_of_the_densities,
    },
    wrong=lambda: {
        "density_ratios: scale forgotten": {name: ratio / r for name, ratio in density_ratios.items()},
        "density_ratios: r for r² in the normal one": {
            **density_ratios,
            "half_normal": r * sp.exp(-(r - 1) * x**2 / 2),
        },
        "density_ratios: Fréchet is Pareto": {**density_ratios, "frechet": density_ratios["pareto"]},
        "density_ratios: Pareto of index α + 1": {**density_ratios, "pareto": r ** (-alpha - 1)},
        "density_ratios: 10 % more": {
            **density_ratios,
            "exponential": sp.Rational(11, 10) * density_ratios["exponential"],
        },
        "density_ratios: the inverse": {name: 1 / ratio for name, ratio in density_ratios.items()},
        "density_ratios: scales alone": dict.fromkeys(density_ratios, r),
        "collapse: power laws collapse too": {**COLLAPSE, "pareto": sp.S.Zero},
        "collapse: proportional to the scale": dict.fromkeys(COLLAPSE, first_scale / second_scale),
        "collapse: exponent inverted": {**COLLAPSE, "frechet": 1 / power_law},
        "collapse: exponential layers keep their ratio": {**COLLAPSE, "exponential": first_scale / second_scale},
        "collapse: the scales exchanged": {
            name: each.subs({first_scale: second_scale, second_scale: first_scale}, simultaneous=True)
            for name, each in COLLAPSE.items()
        },
    },
)
