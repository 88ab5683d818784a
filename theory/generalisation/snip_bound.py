"""B6: SNIP with normal weights aligns path densities with the features, and misses the best ones: at times infinitely."""

from functools import cache

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Source
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.path_bound import beta as weight
from sparse_limits.theory.generalisation.water_filling import (
    EXPONENT,
    a,
    capped,
    lam,
    rest,
    share,
    total,
    uncapped_optimum,
    v,
    water_level,
)
from sparse_limits.theory.graphon.fixed_inputs import inputs as d
from sparse_limits.theory.graphon.symbols import UP_TO_ONE
from sparse_limits.theory.kernel.snip_kernel import R_2, energy_rate, energy_tail, s
from sparse_limits.theory.kernel.symbols import ENERGY_LAW
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, nonnegative, same
from sparse_limits.theory.saliency.model import COLUMN, DENSITY, THRESHOLD, phi, rho, tau
from sparse_limits.theory.saliency.snip import FIXED_RESIDUAL
from sparse_limits.theory.saliency.tail_selectivity import product_upper
from sparse_limits.theory.tails import alpha, half_normal, pareto, product_survival, t

beta = sp.Symbol("beta", positive=True)  # |β| of the strong features, at least 1; 1 for the others
p = sp.Symbol("p", positive=True)  # share of the strong features, below 1
budget = sp.Symbol("r", positive=True)  # mean path density, at most 1


def kept_energy(x: sp.Expr) -> sp.Expr:
    """R₂(x), the path density of a feature at the threshold over its profile."""
    return R_2.subs(s, x)


def mean(strong: sp.Expr, weak: sp.Expr) -> sp.Expr:
    """The average over the features of the two-level profile."""
    return p * strong + (1 - p) * weak


def _by_density(*values: object) -> dict[sp.Rational, object]:
    return dict(zip((sp.Rational(each, 20) for each in (1, 2, 6, 14)), values, strict=True))


strong_share = sp.Min(1, beta * budget / mean(beta, 1))
optimum = p * beta**2 / strong_share + (1 - p) ** 2 / (budget - p * strong_share)
snip_bound = mean(beta**2 / kept_energy(tau / beta), 1 / kept_energy(tau))
snip_budget = mean(kept_energy(tau / beta), kept_energy(tau))
energy_upper = energy_tail * (1 + 1 / s)
power_integrand = (v ** (2 * a) / energy_upper).subs(s, tau / v**a)

alignment = 2 / sp.pi * tau**2 / phi**3 * sp.besselk(1, tau / phi)
pareto_share = pareto.at(tau / phi).subs(alpha, 1)
survival_upper = product_upper.subs(t, s)
bessel_upper = sp.sqrt(2 * s / sp.pi) * sp.exp(-s)
threshold = level(mean(product_survival(tau / beta), product_survival(tau)), tau, rho)
uniform = mean(beta**2, 1) / budget
excess = _by_density(
    *(sp.Rational(each, 10_000) for each in (655, 44, 317, 231))
)  # at p = 1/4 and beta = 2, by density
uniform_excess = _by_density(*[sp.Rational(12, 100)] * 3, sp.Rational(431, 10_000))
more_than_best = _by_density(True, True, False, False)

STEPS = proof(
    r"""
best densities (by B4): The bound of B3 is smallest where a coefficient $\beta$ has the density $\min(1,|\beta|/\lambda)$.

Pareto scores (from best densities): Pareto(1) noise has the tail $\min(1,1/t)$, and keeps the share $[[pareto_share]]$. This is the same
density, with $\lambda=\tau$ and $\phi=|\beta|$.

path density (by K5 for R_2, energy rate): With normal weights SNIP has the path density $R_2(s)$ at $s=\tau/\phi$, which falls in $s$ at
the rate $[[energy_rate]]$.

alignment (from path density): The path density grows in the profile, at the rate $[[alignment]]>0$.

tail of the product (by S15 for product_upper): $H(s)<[[survival_upper]]$ for all $s>0$.

integral form (cited: DLMF 10.32.8 at ν = 0: “K_ν(z) = π^½ (z/2)^ν/Γ(ν+½) ∫₁^∞ e^{−zt}(t²−1)^{ν−½} dt”, with t = 1 + x):
$K_0(s)=e^{-s}\int_0^\infty e^{-sx}\,(x(2+x))^{-1/2}\,dx$.

Bessel function (from integral form): Without the second $x$ under the root, the integral is larger: $\frac2\pi sK_0(s)<[[bessel_upper]]$.

upper bound (from path density, tail of the product, Bessel function): Together $R_2(s)=H(s)+\frac2\pi sK_0(s)\le[[energy_upper]]$.

weak features (from upper bound): So for the profile $|\beta|=v^a$ the mean of $\beta^2/R_2(\tau/|\beta|)$ has an integrand above
$[[power_integrand]]$. This is a power of $v$ times $e^{\tau/v^a}$ near $v=0$, so it has no finite integral. The case $a=1$ is that of
$|\beta|$ with a density bounded below near $0$.

two levels (from path density; a definition): With the share $p$ at $\beta$ and the rest at $1$, SNIP's threshold for the density $\rho$ is
$[[threshold]]$ ($H$ is that of S4), its path budget $[[snip_budget]]$ and its mean of $\beta^2/R_2$ is $[[snip_bound]]$.

strong share (from best densities): The level without a cap is the mean coefficient divided by $r$, so the strong features get
$[[strong_share]]$.

optimum of two levels (from strong share): The other features share what is left of the budget, each with a term of the level, which gives
$[[optimum]]$.

uniform densities: Densities of $r$ everywhere give $[[uniform]]$.

figures (from two levels, optimum of two levels, uniform densities; gives excess, uniform_excess, more_than_best; at some points: figures at
the four densities that the step names, of roots and integrals without a closed form): At $p=\frac14$, $\beta=2$ and
$\rho=\frac1{20},\frac1{10},\frac3{10},\frac7{10}$ SNIP and uniform densities of its budget exceed the optimum as stated; whether SNIP gives
the strong features more than the optimum does is computed there, too.
""",
    globals(),
    energy_rate=energy_rate,
)

UNCAPPED = mean(beta, 1) ** 2 / budget


KEPT = mean(beta**2 / product_survival(tau / beta), 1 / product_survival(tau))


ALIGNED = mean(beta**2 / sp.Min(1, beta / tau), 1 / sp.Min(1, 1 / tau))  # path densities along the profile


@cache
def without_the_second_term() -> sp.Expr:
    """∫e^(−sx)/√(2x) dx over x > 0."""
    x = sp.Symbol("x", positive=True)
    return sp.integrate(sp.exp(-s * x) / sp.sqrt(2 * x), (x, 0, sp.oo))


def bound_diverges_at_small_weights(energy_upper: sp.Expr, power_integrand: sp.Expr) -> Relations:
    """The two tails that bound R₂; β² over that bound; v times the integrand tends to infinity at v = 0, for √v, v and v²."""
    bessel = sp.sqrt(sp.pi / (2 * s)) * sp.exp(-s)  # above K₀
    yield same(energy_upper, product_upper.subs(t, s) + 2 / sp.pi * s * bessel)
    weights = v**a
    yield same(power_integrand, weights**2 / energy_upper.subs(s, tau / weights))
    for exponent in (sp.S.Half, sp.Integer(1), sp.Integer(2)):
        nearby = sp.limit(valued(v * power_integrand, {a: exponent, tau: 1}), v, 0, "+")
        yield holds(nearby == sp.oo, f"v · β²/R₂ → {nearby} for the profile v^{exponent}")


def integrand_is_larger(bessel_upper: sp.Expr) -> Relations:
    """The integral with 2x for x(2 + x) under the root; what that takes from the square of the integrand."""
    yield same(bessel_upper, 2 / sp.pi * s * sp.exp(-s) * without_the_second_term())
    x = sp.Symbol("x", positive=True)
    yield nonnegative(1 / (2 * x) - 1 / (x * (2 + x)), 1 / (2 * (2 + x)))


def strong_features_at_the_level(strong_share: sp.Expr) -> Relations:
    """B4's share of the strong features at B4's level with nothing at the cap; beyond it they are at the cap."""
    level = water_level.subs({capped: 0, rest: d * mean(beta, 1), rho: budget}, simultaneous=True)
    yield same(strong_share, valued(share, {weight: beta, lam: level}))


def others_share_what_is_left(strong_share: sp.Expr, optimum: sp.Expr) -> Relations:
    """The strong terms and, for each weak one, B4's level of what the strong ones leave; without a cap B4's other form."""
    left = {capped: p * d * strong_share, rest: (1 - p) * d, rho: budget}
    weak = (1 - p) * valued(water_level, left)
    yield same(optimum, p * beta**2 / strong_share + weak)
    uncapped = uncapped_optimum.subs({total: d * mean(beta, 1), rho: budget}, simultaneous=True) / d
    free = optimum.replace(sp.Min, lambda *sides: next(side for side in sides if side != 1))
    yield same(free, uncapped)


snip_path_bound = Claim(
    label="B6",
    title="SNIP aligns path densities with the features, but not optimally for the path bound",
    headline=r"SNIP with normal weights gives features of larger profile larger path densities, but not the best ones: in the limit of many features the bound of B3 can be infinite at every density below $1$.",
    statement=r"""
**Scores that are best.** Scores with Pareto(1) noise keep the share $W=[[pareto_share]]$ of the weights of a feature of profile $\phi$. For
$\phi\propto|\beta_j|$ these are the best densities of B4, cap included.

**SNIP is aligned.** SNIP with *normal* weights has the path density $R_2(\tau/\phi)$ (K5). It increases with the profile,
$\frac{dR_2(\tau/\phi)}{d\phi}=[[alignment]]>0$: path densities are aligned with the features.

**But not the best.** The bound of B3 is proportional to the mean of $\beta_j^2/R_2(\tau/|\beta_j|)$, and $R_2(s)\le[[energy_upper]]$. So in
the limit of many features this mean is *infinite*, at every density below 1, if $|\beta_j|$ has a density bounded below near $0$ or the
profile $v^a$ (the integrand exceeds $[[power_integrand]]$). For finitely many features it is finite.

**Two levels.** Let the share $p$ of the features be *strong*, with $|\beta_j|=\beta\ge1$, and let the rest have $|\beta_j|=1$. SNIP at
density $\rho$ has the $\tau$ for which $p\,H(\tau/\beta)+(1-p)H(\tau)=\rho$ (S4). The mean of $\beta_j^2/R_2$ is then
$\frac{p\beta^2}{R_2(\tau/\beta)}+\frac{1-p}{R_2(\tau)}$, and the path budget is $r=p\,R_2(\tau/\beta)+(1-p)R_2(\tau)$. The optimum for that
budget gives the strong features the density $[[strong_share]]$ and has the value $[[optimum]]$. Uniform path densities have $[[uniform]]$.

**In figures.** Let $p=\frac14$ and $\beta=2$. At $\rho=0.05,0.1,0.3,0.7$ SNIP exceeds the optimum by 6.55 %, 0.44 %, 3.17 % and 2.31 %.
Uniform path densities of the same budget exceed it by 12 %, 12 %, 12 % and 4.31 %. SNIP gives the strong features more than the optimum does
at the first two of these densities, and less at the others.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "ICML 2026",
        "abstract: “introduce a path-density interpretation of how sparse topology can modulate "
        "kernel alignment”; that it is SNIP's is our reading",
    ),
    provenance=Provenance.PITFALL,
    quantities=(
        DENSITY.drawn_from(sp.Rational(1, 20), sp.Rational(9, 10)),
        THRESHOLD.drawn_from(sp.Rational(1, 5), 3),
        COLUMN.drawn_from(sp.Rational(1, 2), 2),
        Quantity(s, "threshold over the value of the column profile", POSITIVE, drawn=(sp.Rational(1, 8), 9)),
        Quantity(v, "position of a feature in the unit interval", UP_TO_ONE, drawn=(sp.Rational(1, 5), 1)),
        EXPONENT.drawn_from(sp.Rational(1, 2), 2),
        Quantity(
            p, "share of the strong features", sp.Interval.Ropen(0, 1), drawn=(sp.Rational(1, 10), sp.Rational(1, 2))
        ),
        Quantity(
            beta,
            "size of the coefficient of a strong feature, in units of that of a weak one",
            sp.Interval(1, sp.oo),
            drawn=(sp.Rational(5, 4), 3),
        ),
        Quantity(budget, "mean path density, the budget", UP_TO_ONE, drawn=(sp.Rational(1, 5), sp.Rational(9, 10))),
    ),
    symbols={
        r"\beta_j": "coefficient of feature $j$ in the target",
        "W": "share of the weights of a feature that are kept",
        **ENERGY_LAW,
        "H(s)": "chance that this product exceeds $s$ in modulus",
        "K_1": "modified Bessel function of the second kind, of the order $1$",
    },
    hypotheses=(
        Hypothesis(r"$\phi=|\beta_j|$ (isotropic inputs); the score factorises (S3)"),
        Hypothesis(FIXED_RESIDUAL),
        Hypothesis(r"the bound of B3, formally with $R_2$ for the path density"),
    ),
    uses=("B3",),
    also=("threshold", "snip_bound", "snip_budget", "excess", "uniform_excess", "more_than_best"),
    loose=(
        Loose(
            expression="energy_upper",
            truth="R_2",
            at=tuple({s: each} for each in (sp.Rational(1, 2), 2, 8)),
            lost="by taking the normal tail for the tail of the product, and in the square root in the integral of the Bessel function; both are right far out",
            order="by K5 the factor tends to $1$ as $s$ grows; for $s\\to0$ it has no bound",
        ),
    ),
    aids={
        "R_2": R_2,
        "two_features": {p: sp.Rational(1, 2), beta: sp.Integer(10), tau: sp.Integer(10)},
    },
    pitfalls=(
        Pitfall(
            control="path densities along the profile",
            said=r"SNIP keeps paths in proportion to $|\beta|$, so its path bound is the smallest.",
            by=(
                "What one might expect from the abstract of arXiv:2602.06675, a bound “demonstrating how "
                "the limit graphon modulates the kernel geometry to align with informative features”; that "
                "SNIP aligns path densities is reported second-hand."
            ),
            why=(
                "The path density of SNIP with normal weights grows with the profile, but not in "
                "proportion to it: for weak features it is exponentially small, and the bound divides by "
                "it."
            ),
            counterexample="two_features",
            by_hand=(
                r"Half of the features have $|\beta|=10$, half $1$; take $\tau=10$. A weak feature keeps the "
                r"paths $R_2(10)\le[[energy_upper]]<\frac1{7900}$ at $s=10$, so that the weak half alone adds "
                r"more than $3900$ to the mean of $\beta^2/R_2$. The strong half keeps $R_2(1)\approx0.477$: "
                r"the budget is $0.2386$, and uniform path densities have $50.5/0.2386<212$."
            ),
            instead="The optimum of a budget is B4's, and scores with Pareto(1) noise keep the shares that attain it: $W=[[pareto_share]]$.",
        ),
    ),
    because={
        "weak features": bound_diverges_at_small_weights,
        "Pareto scores": lambda pareto_share: same(pareto_share, share.subs({weight: phi, lam: tau})),
        "Bessel function": integrand_is_larger,
        "upper bound": lambda survival_upper, bessel_upper, energy_upper: same(
            energy_upper, survival_upper + bessel_upper
        ),
        "strong share": strong_features_at_the_level,
        "optimum of two levels": others_share_what_is_left,
        "uniform densities": lambda uniform: same(uniform, mean(beta**2 / budget, 1 / budget)),
    },
    wrong=lambda: {
        "pareto_share: no cap": phi / tau,
        "pareto_share: half-normal noise": half_normal.at(tau / phi),
        "strong_share: strong features at the cap": sp.Integer(1),
        "strong_share: strong features without it": beta * budget / mean(beta, 1),
        "strong_share: for the weak ones": budget / (beta * mean(beta, 1)),
        "strong_share: 10 % more": sp.Min(1, sp.Rational(11, 10) * beta * budget / mean(beta, 1)),
        "optimum: uncapped": UNCAPPED,
        "uniform: uniform in β": mean(beta, 1) ** 2 / budget,
        "alignment: the share kept for the energy kept": 2 / sp.pi * tau / phi**2 * sp.besselk(0, tau / phi),
        "energy_upper: the tail alone": energy_tail,
        "energy_upper: half of the tail": energy_tail / 2,
        "power_integrand: the tail of r": v ** (2 * a) / product_upper.subs(t, tau / v**a),
        "power_integrand: without the exponential": v ** (2 * a),
        "power_integrand: one power": power_integrand / v**a,
        "power_integrand: the other end": v ** (2 * a) / energy_upper.subs(s, tau * v**a),
        "power_integrand: one bound for all": v ** (2 * a) / energy_upper.subs(s, tau),
        "snip_bound: path densities along the profile": ALIGNED,
        "snip_bound: the share kept for the energy kept": KEPT,
        "snip_bound: uniform": mean(beta**2, 1) / snip_budget,
        "threshold: half-normal noise": level(mean(half_normal.at(tau / beta), half_normal.at(tau)), tau, rho),
        "threshold: one level": threshold.subs(beta, 1),
        "snip_budget: the share kept for the energy kept": mean(product_survival(tau / beta), product_survival(tau)),
        "bessel_upper: without the root": 2 * s / sp.pi * sp.exp(-s),
    },
)
