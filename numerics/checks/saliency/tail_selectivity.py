"""Evidence for S15: ratios of column densities, and the bounds of tails they rest on."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.theory.formulas.simplifying import powers_together
from sparse_limits.theory.saliency.model import phi, tau
from sparse_limits.theory.saliency.snip import integral_form, product_density, x
from sparse_limits.theory.saliency.tail_selectivity import (
    masses_beyond,
    mills_lower,
    mills_upper,
    phi_1,
    phi_2,
    product_lower,
    product_upper,
    ratio,
    scaled_product,
    tail_selectivity,
)
from sparse_limits.theory.tails import alpha, exponential, half_normal, pareto, product_normal, t

CLAIMED = tail_selectivity.expressions


@enclosed(tail_selectivity)
def pareto_noise_selects_and_is_not_saturated(pareto_ratio: sp.Expr, trial: Trial) -> Findings:
    """The ratio grows strictly with the stronger profile; times the density of the weaker column, it is at most 1."""
    yield trial.below(0, sp.diff(pareto_ratio, phi_1), strict=True)
    weaker = (phi_2 / tau) ** alpha
    yield trial.below(pareto_ratio * weaker, 1, needed="pareto_ratio")
    yield trial.below(
        pareto_ratio * weaker, 1, at=[{phi_1: sp.Integer(2), phi_2: sp.S.One, tau: sp.Integer(2), alpha: sp.S.One}]
    )


@exact(tail_selectivity, step="half-normal")
def gaussian_ratio_is_that_of_the_masses(gaussian_ratio: sp.Expr, trial: Trial) -> Findings:
    """The ratio is that of the masses of √(2/π)e^(−x²/2) beyond τ/φ₁ and beyond τ/φ₂."""
    strong, weak = trial.once(masses_beyond, sp.sqrt(2 / sp.pi) * sp.exp(-(t**2) / 2))
    yield trial.same(strong.rewrite(sp.erfc), gaussian_ratio * weak.rewrite(sp.erfc))


def pulled_out(gap: sp.Expr) -> sp.Expr:
    """Each integral over x, with the value of its integrand at x = 0 taken out as a factor."""

    def normal(integral: sp.Integral) -> sp.Expr:
        front = integral.function.subs(x, 0)
        return front * sp.Integral(sp.powsimp(sp.expand(integral.function / front)), *integral.limits)

    return powers_together(gap.replace(lambda each: isinstance(each, sp.Integral), normal))


@enclosed(tail_selectivity, step="SNIP")
def ratio_of_snip_is_that_of_the_integrals(snip_ratio: sp.Expr, trial: Trial) -> Findings:
    """H(τ/φ₁) is the ratio times H(τ/φ₂), both written as integrals with their constant factors taken out."""
    strong, weak = (integral_form.subs(phi, each) for each in (phi_1, phi_2))
    yield trial.same(strong, snip_ratio * weak, by=pulled_out)


@enclosed(tail_selectivity)
@control("Gaussian bounds swapped", mills_lower=mills_upper, mills_upper=mills_lower)
@control("product bounds swapped", product_lower=product_upper, product_upper=product_lower)
def tails_lie_between_their_bounds(
    mills_lower: sp.Expr,
    mills_upper: sp.Expr,
    product_lower: sp.Expr,
    product_upper: sp.Expr,
    hazard_upper: sp.Expr,
    trial: Trial,
) -> Findings:
    """The tails of both noises, and the hazard rate of SNIP's, lie strictly between their bounds, near 0 and far out."""
    far = [{t: sp.Rational(1, 100)}, {t: 40}]
    for low, high in ((mills_lower, half_normal.survival), (half_normal.survival, mills_upper)):
        yield trial.everywhere(low, high, within={t: (sp.Rational(1, 100), 12)}, strict=True)
    for low, tail, high in (
        (mills_lower, half_normal.survival, mills_upper),
        (product_lower, product_normal.survival, product_upper),
        (sp.S.One, product_density / product_normal.survival, hazard_upper),
    ):
        for at in (None, far):  # boxes: the product's tail is an integral
            yield trial.below(low, tail, at=at, strict=True)
            yield trial.below(tail, high, at=at, strict=True)
    farther = 2 / sp.pi * sp.exp(-t) * scaled_product  # where the closed form of H cancels
    yield trial.below(farther, product_upper, at=[{t: 200}], strict=True)


@exact(tail_selectivity, step="SNIP's asymptotics")
@control("profiles swapped in SNIP's lower bound", snip_lower=1 / CLAIMED["snip_upper"])
@control("profiles swapped in SNIP's upper bound", snip_upper=1 / CLAIMED["snip_lower"])
def ratio_of_snip_follows_from_the_bounds(
    snip_asymptotic: sp.Expr,
    snip_lower: sp.Expr,
    snip_upper: sp.Expr,
    product_lower: sp.Expr,
    product_upper: sp.Expr,
    trial: Trial,
) -> Findings:
    """The asymptotic form is the ratio of the upper bounds at both profiles.

    The bounds of the remaining factor are quotients of the lower and upper bounds of one tail, which tend to 1 as τ → ∞.
    """
    yield from quotients(product_lower, product_upper, snip_asymptotic, snip_lower, snip_upper, trial)


@exact(tail_selectivity, step="half-normal asymptotics")
@control(
    "profiles swapped in the bounds", gaussian_lower=1 / (1 + phi_2**2 / tau**2), gaussian_upper=1 + phi_1**2 / tau**2
)
def gaussian_ratio_follows_from_the_bounds(
    gaussian_asymptotic: sp.Expr,
    gaussian_lower: sp.Expr,
    gaussian_upper: sp.Expr,
    mills_lower: sp.Expr,
    mills_upper: sp.Expr,
    trial: Trial,
) -> Findings:
    """For half-normal noise, too, the asymptotic form is the ratio of the upper bounds at both profiles.

    The bounds of the remaining factor are quotients of the lower and upper bounds of one tail, which tend to 1 as τ → ∞.
    """
    yield from quotients(mills_lower, mills_upper, gaussian_asymptotic, gaussian_lower, gaussian_upper, trial)


def quotients(
    low: sp.Expr, high: sp.Expr, asymptotic: sp.Expr, below: sp.Expr, above: sp.Expr, trial: Trial
) -> Findings:
    """What follows for the ratio from the bounds of a tail at τ/φ₁ and τ/φ₂."""
    near, far = tau / phi_1, tau / phi_2
    yield trial.same(high.subs(t, near) / high.subs(t, far), asymptotic)
    yield trial.same(low.subs(t, near), below * high.subs(t, near))
    yield trial.same(high.subs(t, far), above * low.subs(t, far))
    for quotient in (below, above):
        yield trial.same(sp.limit(quotient, tau, sp.oo), 1)


@enclosed(tail_selectivity)
@control("one normal for SNIP", snip_ratio=CLAIMED["gaussian_ratio"])
def ratios_lie_between_their_bounds(
    gaussian_ratio: sp.Expr, gaussian_asymptotic: sp.Expr, snip_ratio: sp.Expr, snip_asymptotic: sp.Expr, trial: Trial
) -> Findings:
    """The exact ratios over their asymptotic forms lie strictly between their bounds.

    The points are random profiles, and φ = 2, 1 with the thresholds 10, 100 and 1000.
    """
    spread = [{phi_1: 2, phi_2: 1, tau: cut} for cut in (10, 100, 1000)]
    for name, exact_ratio, asymptotic in (
        ("gaussian", gaussian_ratio, gaussian_asymptotic),
        ("snip", snip_ratio, snip_asymptotic),
    ):
        quotient = exact_ratio / asymptotic
        for at in (None, spread):  # boxes: integrals, and normal tails whose quotient cancels
            yield trial.below(CLAIMED[f"{name}_lower"], quotient, at=at, strict=True)
            yield trial.below(quotient, CLAIMED[f"{name}_upper"], at=at, strict=True)


@enclosed(tail_selectivity)
def exact_ratios_are_those_of_the_tails(
    pareto_ratio: sp.Expr, exponential_ratio: sp.Expr, gaussian_ratio: sp.Expr, snip_ratio: sp.Expr, trial: Trial
) -> Findings:
    """The stated ratios are F̄(τ/φ₁)/F̄(τ/φ₂), for Pareto noise without saturation, and for SNIP with the closed form of H."""
    of_tails = ratio(pareto.survival)
    unsaturated = [{**point, tau: point[phi_1] + k} for k, point in enumerate(trial.points(of_tails))]
    yield trial.same(of_tails, pareto_ratio, by=None, at=unsaturated)
    yield trial.same(ratio(exponential.survival), exponential_ratio)
    yield trial.same(ratio(half_normal.survival), gaussian_ratio)
    yield trial.same(ratio(product_normal.survival), snip_ratio, by=None)


CUTS = {"pareto": 5, "exponential": 4, "gaussian": 2, "snip": 2}


def kept_by_column(rng: np.random.Generator, noise: str, size: int, cut: float) -> tuple[int, int]:
    """Of `size` scores with profile 1 or 2, drawn with equal chance, those above the cut: of profile 2, and all."""
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
def kept_weights_lie_in_the_strong_column(
    pareto_ratio: sp.Expr, exponential_ratio: sp.Expr, gaussian_ratio: sp.Expr, snip_ratio: sp.Expr, trial: Trial
) -> Findings:
    """Each kept weight lies in the column of profile 2, rather than 1, with the odds W(2)/W(1), independently of the others."""
    claimed = dict(zip(CUTS, (pareto_ratio, exponential_ratio, gaussian_ratio, snip_ratio), strict=True))
    for noise, odds in claimed.items():
        strong, kept = trial.draw(kept_by_column, noise, trial.size(200_000), float(CUTS[noise]))
        share = odds / (1 + odds)
        at = {phi_1: 2, phi_2: 1, tau: CUTS[noise], alpha: sp.Rational(3, 2)}
        yield trial.counts(strong, kept, trial.value(share, {symbol: at[symbol] for symbol in share.free_symbols}))


@enclosed(tail_selectivity)
def stronger_column_keeps_no_less(pareto_ratio: sp.Expr, exponential_ratio: sp.Expr, trial: Trial) -> Findings:
    """For Pareto and exponential noise the ratio of the shares is at least 1."""
    yield trial.below(sp.S.One, pareto_ratio)
    yield trial.below(sp.S.One, exponential_ratio)
