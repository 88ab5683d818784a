"""Evidence for S15: ratios of column densities, and the bounds of tails they rest on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from theory.saliency.model import phi, tau
from theory.saliency.snip import integral_form, product_density, x
from theory.saliency.tail_selectivity import (
    gaussian_asymptotic,
    mills_lower,
    mills_upper,
    phi_1,
    phi_2,
    product_lower,
    product_upper,
    ratio,
    snip_asymptotic,
    tail_selectivity,
)
from theory.tails import alpha, exponential, half_normal, pareto, product_normal, t

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
CLAIMED = tail_selectivity.expressions
s = sp.Symbol("s", positive=True)  # cosh x − 1


@exact(tail_selectivity)
@control("without the factor t", mills_upper=mills_upper * t)
@control("twice: both signs counted again", mills_upper=2 * mills_upper)
@control("10 % less", mills_upper=NINE * mills_upper)
@control("lower 10 % more", mills_lower=ELEVEN * mills_lower)
@control("lower as the upper", mills_lower=mills_upper)
def mills_bounds_fall_faster_and_slower(mills_lower: sp.Expr, mills_upper: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Their derivatives over that of the tail, and their limit 0."""
    fall = 1 + 1 / t**2, 1 - 2 / (1 + t**2) ** 2
    for bound, share in zip((mills_upper, mills_lower), fall, strict=True):
        yield trial.same(-sp.diff(bound, t) / half_normal.density, share)
        yield trial.same(sp.limit(bound, t, sp.oo), 0)


def factor() -> sp.Expr:
    """What cosh x = 1 + s leaves of dx/cosh x beside ds/√(2s): κ(s)."""
    position = sp.acosh(1 + s)
    return sp.simplify(sp.diff(position, s) / (1 + s) * sp.sqrt(2 * s))


def weight_moments() -> tuple[sp.Expr, sp.Expr]:
    """Mass and mean of the weight e^(−ts)/√(2s)."""
    mass, first = (sp.integrate(s**k * sp.exp(-t * s) / sp.sqrt(2 * s), (s, 0, sp.oo)) for k in (0, 1))
    return mass, sp.simplify(first / mass)


@exact(tail_selectivity)
@control("without the root", product_upper=2 / sp.pi * sp.exp(-t))
@control("Gaussian tail", product_upper=mills_upper)
@control("10 % less", product_upper=NINE * product_upper)
@control("lower 10 % more", product_lower=ELEVEN * product_lower)
@control(
    "lower at the mean of twice the weight", product_lower=product_upper / ((1 + 1 / t) * sp.sqrt(1 + 1 / (2 * t)))
)
@control("the mean doubled", hazard_upper=1 + 1 / t)
def product_bounds_are_those_of_a_convex_factor(
    product_lower: sp.Expr, product_upper: sp.Expr, hazard_upper: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The weight times κ(0) and, by Jensen, times κ at its mean; K₀ has 1 + s more. SymPy integrates the weight."""
    kappa = trial.once(factor)
    mass, mean = trial.once(weight_moments)
    body = integral_form.function.subs({tau: t, phi: 1})
    scale = 2 / sp.pi * sp.exp(-t)
    yield trial.same(body.subs(x, sp.acosh(1 + s)), scale * sp.exp(-t * s) / (1 + s))
    falls, bends = (sp.factor(sp.diff(sp.log(kappa), s, order)) for order in (1, 2))
    yield trial.holds(falls.is_negative and bends.is_positive, f"(ln κ)′ = {falls} < 0, (ln κ)″ = {bends} > 0")
    yield trial.same(product_upper, scale * mass * kappa.subs(s, 0))
    yield trial.same(product_lower, scale * mass * kappa.subs(s, mean))
    yield trial.same(hazard_upper, 1 + mean)


@enclosed(tail_selectivity)
@control("Gaussian bounds swapped", mills_lower=mills_upper, mills_upper=mills_lower)
@control("Gaussian bound of the density alone", mills_upper=mills_upper * t)
@control("product bounds swapped", product_lower=product_upper, product_upper=product_lower)
@control("two terms of the expansion", product_upper=product_upper * (1 - 5 / (8 * t)))
@control("constant hazard", hazard_upper=sp.Integer(1))
@control("half the mean", hazard_upper=1 + 1 / (4 * t))
def tails_lie_between_their_bounds(
    mills_lower: sp.Expr,
    mills_upper: sp.Expr,
    product_lower: sp.Expr,
    product_upper: sp.Expr,
    hazard_upper: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Near 0 and far out."""
    far = [{t: sp.Rational(1, 100)}, {t: 40}]
    yield trial.everywhere(half_normal.survival, mills_upper, within={t: (sp.Rational(1, 8), 5)}, strict=True)
    for low, tail, high in (
        (mills_lower, half_normal.survival, mills_upper),
        (product_lower, product_normal.survival, product_upper),
        (sp.S.One, product_density / product_normal.survival, hazard_upper),
    ):
        for at in (None, far):
            yield trial.below(low, tail, at=at, strict=True)
            yield trial.below(tail, high, at=at, strict=True)


@exact(tail_selectivity)
@control("SNIP without the root", snip_asymptotic=snip_asymptotic / sp.sqrt(phi_1 / phi_2))
@control("SNIP with the root inverted", snip_asymptotic=snip_asymptotic * phi_2 / phi_1)
@control("SNIP 10 % more", snip_asymptotic=ELEVEN * snip_asymptotic)
@control("Gaussian without its factor", gaussian_asymptotic=gaussian_asymptotic * phi_2 / phi_1)
@control("Gaussian without the half", gaussian_asymptotic=sp.exp(tau**2 * (1 / phi_2**2 - 1 / phi_1**2)))
@control(
    "profiles swapped in the bounds", gaussian_lower=1 / (1 + phi_2**2 / tau**2), gaussian_upper=1 + phi_1**2 / tau**2
)
@control("profiles swapped in SNIP's lower bound", snip_lower=1 / CLAIMED["snip_upper"])
@control("profiles swapped in SNIP's upper bound", snip_upper=1 / CLAIMED["snip_lower"])
def ratios_follow_from_the_bounds(
    gaussian_asymptotic: sp.Expr,
    gaussian_lower: sp.Expr,
    gaussian_upper: sp.Expr,
    snip_asymptotic: sp.Expr,
    snip_lower: sp.Expr,
    snip_upper: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Asymptotic forms are ratios of upper bounds, the rest is upper over lower, and tends to 1 with τ."""
    near, far = tau / phi_1, tau / phi_2
    for low, high, asymptotic, below, above in (
        (mills_lower, mills_upper, gaussian_asymptotic, gaussian_lower, gaussian_upper),
        (product_lower, product_upper, snip_asymptotic, snip_lower, snip_upper),
    ):
        yield trial.same(high.subs(t, near) / high.subs(t, far), asymptotic)
        yield trial.same((low / high).subs(t, near), below)
        yield trial.same((high / low).subs(t, far), above)
        for quotient in (below, above):
            yield trial.same(sp.limit(quotient, tau, sp.oo), 1)


@enclosed(tail_selectivity)
@control("SNIP without the root", snip_asymptotic=snip_asymptotic / sp.sqrt(phi_1 / phi_2))
@control("SNIP 10 % less", snip_asymptotic=NINE * snip_asymptotic)
@control("Gaussian without its factor", gaussian_asymptotic=gaussian_asymptotic * phi_2 / phi_1)
@control("Gaussian 10 % more", gaussian_asymptotic=ELEVEN * gaussian_asymptotic)
@control("exponential noise for SNIP", snip_ratio=CLAIMED["exponential_ratio"])
@control("one normal for SNIP", snip_ratio=CLAIMED["gaussian_ratio"])
@control("exponential noise for the half-normal", gaussian_ratio=CLAIMED["exponential_ratio"])
def ratios_lie_between_their_bounds(
    gaussian_ratio: sp.Expr,
    gaussian_asymptotic: sp.Expr,
    snip_ratio: sp.Expr,
    snip_asymptotic: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The exact ratios, at random profiles and at φ = 2, 1 with the thresholds 10, 100 and 1000."""
    spread = [{phi_1: 2, phi_2: 1, tau: cut} for cut in (10, 100, 1000)]
    for name, exact_ratio, asymptotic in (
        ("gaussian", gaussian_ratio, gaussian_asymptotic),
        ("snip", snip_ratio, snip_asymptotic),
    ):
        quotient = exact_ratio / asymptotic
        for at in (None, spread):
            yield trial.below(CLAIMED[f"{name}_lower"], quotient, at=at, strict=True)
            yield trial.below(quotient, CLAIMED[f"{name}_upper"], at=at, strict=True)


@enclosed(tail_selectivity)
@control("proportional to the profile", pareto_ratio=phi_1 / phi_2)
@control("Pareto 10 % less", pareto_ratio=NINE * CLAIMED["pareto_ratio"])
@control("asymptotic form of SNIP", exponential_ratio=snip_asymptotic)
@control("exponential 10 % more", exponential_ratio=ELEVEN * CLAIMED["exponential_ratio"])
@control("half-normal 10 % more", gaussian_ratio=ELEVEN * CLAIMED["gaussian_ratio"])
@control("exponential tail for SNIP", snip_ratio=CLAIMED["exponential_ratio"])
def exact_ratios_are_those_of_the_tails(
    pareto_ratio: sp.Expr, exponential_ratio: sp.Expr, gaussian_ratio: sp.Expr, snip_ratio: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """F̄(τ/φ₁)/F̄(τ/φ₂), Pareto without saturation; H in its closed form."""
    of_tails = ratio(pareto.survival)
    unsaturated = [{**point, tau: point[phi_1] + k} for k, point in enumerate(trial.points(of_tails))]
    yield trial.same(of_tails, pareto_ratio, by=None, at=unsaturated)
    yield trial.same(ratio(exponential.survival), exponential_ratio)
    yield trial.same(ratio(half_normal.survival), gaussian_ratio)
    yield trial.same(ratio(product_normal.survival), snip_ratio, by=None)


CUTS = {"pareto": 5, "exponential": 4, "gaussian": 2, "snip": 2}


def kept_by_column(rng: np.random.Generator, noise: str, size: int, cut: float) -> tuple[int, int]:
    """Scores above the cut among `size` of profile 1 or 2, drawn with equal chance: those of profile 2, and all."""
    normal = rng.standard_normal
    samples = {
        "pareto": lambda: 1 + rng.pareto(1.5, size=size),
        "exponential": lambda: rng.exponential(size=size),
        "gaussian": lambda: abs(normal(size)),
        "snip": lambda: abs(normal(size) * normal(size)),
    }[noise]()
    strong = rng.random(size) < 0.5
    kept = samples * np.where(strong, 2, 1) > cut
    return int((kept & strong).sum()), int(kept.sum())


@statistical(tail_selectivity, tests=4)
@control("proportional to the profile", pareto_ratio=phi_1 / phi_2)
@control("exponent inverted", pareto_ratio=(phi_2 / phi_1) ** alpha)
@control("threshold forgotten", exponential_ratio=sp.exp(1 / phi_2 - 1 / phi_1))
@control("asymptotic form as exact", gaussian_ratio=gaussian_asymptotic)
@control("exponential tail for SNIP", snip_ratio=CLAIMED["exponential_ratio"])
def kept_weights_lie_in_the_strong_column(
    pareto_ratio: sp.Expr, exponential_ratio: sp.Expr, gaussian_ratio: sp.Expr, snip_ratio: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Each kept weight lies in the column of profile 2, rather than 1, with the odds W(2)/W(1), independently."""
    claimed = dict(zip(CUTS, (pareto_ratio, exponential_ratio, gaussian_ratio, snip_ratio), strict=True))
    for noise, odds in claimed.items():
        strong, kept = trial.draw(kept_by_column, noise, trial.size(200_000), float(CUTS[noise]))
        share = odds / (1 + odds)
        at = {phi_1: 2, phi_2: 1, tau: CUTS[noise], alpha: sp.Rational(3, 2)}
        yield trial.counts(strong, kept, trial.value(share, {symbol: at[symbol] for symbol in share.free_symbols}))
