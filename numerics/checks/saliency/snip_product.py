"""Evidence for S4: the graphon of SNIP where its saliency factorises."""

from collections.abc import Callable

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.core.function import AppliedUndef

from sparse_limits.numerics.evidence import Finding, Findings, Refutation, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.numerics.exact.logarithms import split_powers
from sparse_limits.numerics.exact.step_functions import StepFunction, in_steps
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.level import Level
from sparse_limits.theory.saliency.model import column_profile, phi, rho, tau, u, v
from sparse_limits.theory.saliency.snip import product_graphon, x, y, z
from sparse_limits.theory.tails import by_struve, half_normal, normal_density, t

order = sp.Symbol("r", positive=True)


def mellin(density: sp.Expr) -> sp.Expr:
    """∫ t^(r−1) density dt."""
    return sp.integrate(t ** (order - 1) * density, (t, 0, sp.oo))


def reduce_gammas(expression: sp.Expr) -> sp.Expr:
    return sp.simplify(split_powers(sp.gammasimp(expression)).rewrite(sp.exp))


@exact(product_graphon, step="kernel")
def kernel_falls_with_the_density_of_a_weight(kernel: sp.Expr, profile: sp.Expr, trial: Trial) -> Findings:
    """−dW/dτ is the half-normal density at τ/φψ over φψ, and W = 1 at τ = 0."""
    factor = phi * profile
    yield trial.same(-sp.diff(kernel, tau), 2 * normal_density(tau / factor) / factor)
    yield trial.same(kernel.subs(tau, 0), 1)


@exact(product_graphon, step="hyperbolic form")
def logarithms_make_the_mixture_hyperbolic(product_integrand: sp.Expr, hyperbolic: sp.Expr, trial: Trial) -> Findings:
    """With y = √t e^(x/2), the integrand times dy/dx at x and at −x adds up to the hyperbolic form, for x > 0."""
    at = sp.sqrt(t) * sp.exp(x / 2)
    here = product_integrand.subs(y, at) * sp.diff(at, x)
    yield trial.same(here + here.subs(x, -x), hyperbolic, by=exponentials)


def exponentials(expression: sp.Expr) -> sp.Expr:
    return sp.simplify(sp.expand(expression.rewrite(sp.exp)))


def noise_is_positive(trial: Trial) -> Finding:
    """That the noise density is positive: it is the integral of its hyperbolic form (*noise density*)."""
    hyperbolic = product_graphon.claimed["hyperbolic"]
    return trial.nonnegative(hyperbolic, 2 / sp.pi * sp.exp(-t * sp.cosh(x)), strict=True)


def noise_falls(trial: Trial) -> Finding:
    """That the noise density falls, as its hyperbolic form does for all variables of integration."""
    hyperbolic = product_graphon.claimed["hyperbolic"]
    return trial.nonnegative(-sp.diff(hyperbolic, t), 2 / sp.pi * sp.cosh(x) * sp.exp(-t * sp.cosh(x)), strict=True)


@exact(product_graphon, step="noise density")
def noise_density_solves_the_equation_of_the_integral(
    noise_density: sp.Expr, hyperbolic: sp.Expr, trial: Trial
) -> Findings:
    """t²q″ + tq′ − t²q is 0 for the noise density, and q_xx for the hyperbolic form; the noise density has mass 1.

    The hyperbolic form falls in t, and its q_x is 0 at x = 0.
    """

    def equation(q: sp.Expr) -> sp.Expr:
        return t**2 * sp.diff(q, t, 2) + t * sp.diff(q, t) - t**2 * q

    yield trial.same(equation(noise_density), 0)
    yield trial.same(equation(hyperbolic), sp.diff(hyperbolic, x, 2))
    yield trial.same(sp.diff(hyperbolic, x).subs(x, 0), 0)
    yield trial.nonnegative(-sp.diff(hyperbolic, t), 2 / sp.pi * sp.cosh(x) * sp.exp(-t * sp.cosh(x)), strict=True)
    yield trial.same(sp.integrate(noise_density, (t, 0, sp.oo)), 1)


@exact(product_graphon, cost=1.0)
def mellin_transform_is_the_square_of_a_half_normal(noise_density: sp.Expr, trial: Trial) -> Findings:
    """The Mellin transform of the noise density is the square of the half-normal one, as for a product of independent variables."""
    single = trial.once(mellin, half_normal.density)
    yield trial.same(
        mellin(noise_density), single**2, by=reduce_gammas, at=[{order: sp.Rational(k, 3)} for k in (4, 7, 8)]
    )


@enclosed(product_graphon)
def both_forms_of_the_column_density_agree(column_density: sp.Expr, integral_form: sp.Expr, trial: Trial) -> Findings:
    """The Bessel–Struve form of the column density equals the integral form.

    From x = R on the integrand falls at least like e^−(ax) with a = t sinh R.
    """
    yield trial.same(column_density, integral_form, by=None)


def power(series: sp.Expr, k: sp.Symbol) -> sp.Expr:
    """The k-th term of a factor times a hypergeometric series."""

    def term(above: sp.Tuple, below: sp.Tuple, at: sp.Expr) -> sp.Expr:
        rising, falling = (sp.Mul(*(sp.gamma(each + k) / sp.gamma(each) for each in part)) for part in (above, below))
        return rising / falling * at**k / sp.gamma(k + 1)

    return series.replace(sp.hyper, term)


def reduce_gamma_powers(expression: sp.Expr) -> sp.Expr:
    return simplified(sp.expand(sp.expand_func(sp.expand_power_base(expression))))


@exact(product_graphon, step="Struve functions", cost=1.0)
def struve_functions_have_their_derivatives(struve: tuple[sp.Expr, sp.Expr], trial: Trial) -> Findings:
    """L₀′ = L₋₁ and (t L₋₁)′ = 2/π + t L₀, for every power of t."""
    k = sp.Symbol("k", integer=True, nonnegative=True)
    lower, upper = (power(each, k) for each in struve)
    yield trial.same(sp.diff(upper, t), lower, by=reduce_gamma_powers)
    yield trial.same(sp.diff(t * lower.subs(k, k + 1), t), t * upper, by=reduce_gamma_powers)
    yield trial.same(sp.diff(t * lower.subs(k, 0), t), 2 / sp.pi)


@exact(product_graphon, step="column density", cost=1.0)
def column_density_falls_with_the_noise_density(
    column_density: sp.Expr, noise_density: sp.Expr, trial: Trial
) -> Findings:
    """−d/dτ of the column density is the noise density at τ/φ, over φ, and it tends to 1 as τ → 0."""
    slope = sp.diff(column_density, tau)
    yield trial.same(-slope, noise_density.subs(t, tau / phi) / phi, by=by_struve)
    yield trial.same(sp.limit(column_density.subs(phi, 1), tau, 0), 1)


def under_the_integral(form: sp.Expr) -> sp.Expr:
    """The integrand of a multiple of an integral over x > 0."""
    return form.replace(sp.Integral, lambda function, limits: function)


@exact(product_graphon, step="integral form")
def integral_form_falls_with_the_hyperbolic_form(integral_form: sp.Expr, hyperbolic: sp.Expr, trial: Trial) -> Findings:
    """−d/dτ of the integrand is the hyperbolic form at τ/φ, over φ; and the integrand vanishes as τ → ∞."""
    integrand = under_the_integral(integral_form)
    yield trial.same(-sp.diff(integrand, tau), hyperbolic.subs(t, tau / phi) / phi)
    yield trial.same(sp.limit(integrand.subs({phi: 1, x: z}), tau, sp.oo), 0)


@exact(product_graphon, step="integral form")
def everything_is_above_zero(integral_form: sp.Expr, trial: Trial) -> Findings:
    """At τ = 0 the integral form is (2/π) ∫ dx/cosh x = 1."""
    at_zero = integral_form.subs(tau, 0).replace(
        sp.Integral, lambda function, limits: sp.integrate(function, limits, meijerg=False)
    )
    yield trial.same(at_zero, 1)


CUT = sp.Rational(1, 16)  # rows with |a| below it keep next to nothing


@enclosed(product_graphon)
def rows_average_to_the_column_density(kernel: sp.Expr, column_density: sp.Expr, trial: Trial) -> Findings:
    """At u = erf(a/√2) the kernel is P(|w| > τ/φa), and its mean over half-normal a > 1/16 is within 10⁻⁶ of H."""
    position = sp.erf(z / sp.sqrt(2))
    rows = [{tau: 1, phi: sp.Rational(3, 2), z: sp.Rational(k, 4)} for k in (1, 3, 6)]
    yield trial.same(kernel.subs(u, position), half_normal.at(tau / (phi * z)), by=None, at=rows)
    at_row = kernel.subs(u, position).replace(sp.erfinv, lambda e: e.args[0] if isinstance(e, sp.erf) else sp.erfinv(e))
    part = sp.Integral(at_row * 2 * normal_density(z), (z, CUT, sp.oo))
    points = [{tau: sp.Rational(a, 7), phi: sp.Rational(b, 5)} for a, b in ((5, 4), (9, 7), (16, 11))]
    rest = sp.Rational(1, 10**6)
    yield trial.below(part, column_density + rest, at=points)  # boxes: integrals
    yield trial.below(column_density, part + rest, at=points)


@enclosed(product_graphon)
def threshold_keeps_the_density(flat_threshold: sp.Expr, column_density: sp.Expr, trial: Trial) -> Findings:
    """H(τ_ρ/φ) = ρ for any constant φ."""
    yield trial.same(Let(column_density, [(tau, phi * flat_threshold)]), rho, by=None)


TWO_STEPS = {column_profile.func: StepFunction((sp.Rational(1, 4), sp.S.One), (sp.Integer(2), sp.Rational(1, 2)))}


@enclosed(product_graphon)
def threshold_keeps_the_density_of_two_steps(threshold: sp.Expr, column_density: sp.Expr, trial: Trial) -> Findings:
    """If a quarter of the columns has profile 2 and the rest ½, the threshold keeps the share ρ of all entries."""
    cut = in_steps(threshold, TWO_STEPS)
    strong, weak = (column_density.subs(phi, value) for value in (2, sp.Rational(1, 2)))
    yield trial.same(Let((strong + 3 * weak) / 4, [(tau, cut)]), rho, by=None)


@exact(product_graphon, step="threshold")
def threshold_is_where_the_density_is_met(
    threshold: sp.Expr, flat_threshold: sp.Expr, column_density: sp.Expr, trial: Trial
) -> Findings:
    """The equation of the threshold says that the mean of H(t/φ) is ρ; for constant φ, that of the threshold over φ is H(t) = ρ.

    Formulas that are no such equation are compared by value.
    """
    density = column_density.subs(tau, t)
    yield from met(threshold, integrand_over_columns, density, trial)
    yield from met(flat_threshold, lambda equation: equation, density.subs(t, phi * t), trial)


def met(threshold: sp.Expr, at_one_column: Callable[[sp.Expr], sp.Expr], density: sp.Expr, trial: Trial) -> Findings:
    """That the equation of a threshold, for one column, says that the density is ρ; or a formula by its value."""
    if isinstance(threshold, Level):
        yield trial.same(at_one_column(threshold.function(t)), density - rho)
    else:
        yield trial.same(density.subs(t, threshold), rho)


def integrand_over_columns(equation: sp.Expr) -> sp.Expr:
    """An equation that is linear in a mean over the columns, with the integrand at φ in the place of the mean."""
    average = sp.Symbol("E")
    means = {mean: average for mean in equation.atoms(sp.Integral) if mean.limits == (sp.Tuple(v, 0, 1),)}
    if equation.xreplace(means).diff(average).has(average):
        raise Refutation(f"not linear in a mean over the columns: {equation}")
    at_one = equation.xreplace({mean: mean.function for mean in means}).xreplace({column_profile: phi})
    if at_one.atoms(AppliedUndef):
        raise Refutation(f"the profile is taken at another column: {at_one}")
    return at_one


LEVEL, PROFILES = 1.36, (2.0, 0.5)


def kept_by_columns(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """How many of `size` rows exceed the level in a column of profile 2 and in one of profile ½."""
    a = rng.standard_normal(size)
    return np.array([(abs(a * rng.standard_normal(size)) * profile > LEVEL).sum() for profile in PROFILES])


@statistical(product_graphon, tests=1)
def columns_keep_binomial_counts(column_density: sp.Expr, trial: Trial) -> Findings:
    """Sampled columns keep Bin(n, H(τ/φ)) rows at a fixed threshold."""
    n = trial.size(400_000)
    nulls = [trial.value(column_density, {tau: sp.Rational(34, 25), phi: sp.Rational(profile)}) for profile in PROFILES]
    yield trial.counts_each(trial.draw(kept_by_columns, n), n, nulls)
