"""Evidence for S10: masks of the largest signed scores."""

from collections.abc import Callable, Mapping

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.saliency import snip_product
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.step_functions import in_steps
from sparse_limits.numerics.masks.selection import global_mask, kth_largest
from sparse_limits.numerics.networks import gradient, random_network, tangent_residual
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.level import Level
from sparse_limits.theory.saliency.model import phi, rho
from sparse_limits.theory.saliency.signed import graphon, level_above, noise_density, signed_scores, tau
from sparse_limits.theory.saliency.snip import product_graphon
from sparse_limits.theory.tails import by_struve, exponential, half_normal, product_normal, t

Floats = NDArray[np.floating]
Counts = NDArray[np.int64]
Kernels = Mapping[str, sp.Expr]

HALF = sp.Rational(1, 2)
claimed = signed_scores.expressions
kernel, kernels, selectivity = (claimed[k] for k in ("kernel", "kernels", "selectivity"))
MODULI = {"normal": half_normal, "laplace": exponential}


def by_sides(expression: sp.Expr) -> sp.Expr:
    """0 if the expression is 0 for τ > 0, for τ < 0 and at 0; else the expression."""
    parts = [expression.subs(tau, at) for at in (level_above, -level_above, 0)]
    return sp.S.Zero if all(by_struve(part) == 0 for part in parts) else expression


@exact(signed_scores, step="two laws")
@control("magnitudes", kernels={name: 2 * law for name, law in kernels.items()})
@control("exchanged", kernels={"normal": kernels["laplace"], "laplace": kernels["normal"]})
def kernels_fall_with_the_density_of_the_scores(kernels: Kernels, trial: Trial) -> Findings:
    """Minus the slopes of both kernels are the densities of their scores, and both are ½ at 0.

    The normal kernel is one formula for both signs.
    """
    normal, laplace = kernels["normal"], kernels["laplace"]
    yield trial.same(normal, sp.erfc(tau / (phi * sp.sqrt(2))) / 2, by=by_sides)
    bell = sp.exp(-(tau**2) / (2 * phi**2)) / (sp.sqrt(2 * sp.pi) * phi)
    for law, density in ((laplace, sp.exp(-sp.Abs(tau) / phi) / (2 * phi)), (normal, bell)):
        yield trial.nonnegative(-sides_differentiated(law), density, by=by_sides_off_zero, strict=True)
    for law in (normal, laplace):
        yield trial.same(law.subs(tau, 0), HALF)


def sides_differentiated(law: sp.Expr) -> sp.Expr:
    """d/dτ for τ > 0 and for τ < 0."""
    above, below = (sp.diff(law.subs(tau, sign * level_above), level_above) * sign for sign in (1, -1))
    return sp.Piecewise((above.subs(level_above, tau), tau > 0), (below.subs(level_above, -tau), True))


def by_sides_off_zero(expression: sp.Expr) -> sp.Expr:
    """0 if the expression is 0 for τ > 0 and for τ < 0; else the expression."""
    parts = [expression.subs(tau, at) for at in (level_above, -level_above)]
    return sp.S.Zero if all(by_struve(part) == 0 for part in parts) else expression


@exact(signed_scores, step="kernel", cost=1.0)
def kernel_falls_with_half_the_density(kernel: sp.Expr, trial: Trial) -> Findings:
    """−d/dτ of the kernel is half the noise density of S4 at |τ|/φ, over φ, on both sides of 0; and the kernel is ½ at 0."""
    density = product_graphon.expressions["noise_density"].subs(t, sp.Abs(tau) / phi) / (2 * phi)
    yield trial.same(-sides_differentiated(kernel), density, by=by_sides_off_zero)
    yield snip_product.noise_is_positive(trial)
    yield trial.same(kernel.subs(tau, 0), HALF)
    yield trial.same(sp.limit(kernel.subs({tau: level_above, phi: 1}), level_above, 0), HALF)


@exact(signed_scores, step="threshold")
def threshold_is_where_the_density_is_met(
    threshold: sp.Expr, flat_threshold: sp.Expr, kernel: sp.Expr, trial: Trial
) -> Findings:
    """The equations of the threshold say that the mean of the kernel is ρ, at t for ρ < ½ and at −t for ρ > ½; and τ = 0 at ½."""
    yield from met_on_both_sides(threshold, snip_product.integrand_over_columns, kernel, trial)
    yield from met_on_both_sides(flat_threshold, lambda equation: equation, kernel.subs(tau, phi * tau), trial)


def met_on_both_sides(
    threshold: sp.Expr, at_one_column: Callable[[sp.Expr], sp.Expr], kernel: sp.Expr, trial: Trial
) -> Findings:
    """That the equations of a threshold, for one column, say that the kernel is ρ; other formulas are compared by value."""
    levels = [each for each, _ in threshold.args] if isinstance(threshold, sp.Piecewise) else [threshold, -threshold]
    for sign, found in zip((1, -1), levels, strict=False):
        density = kernel.subs(tau, sign * t)
        level_there = sign * found
        defined = at_one_column(level_there.function(t)) if isinstance(level_there, Level) else density - rho + found
        yield trial.same(sign * (density - rho), defined)
    yield trial.same(threshold.subs(rho, HALF), 0, by=None)


@enclosed(signed_scores)
def threshold_keeps_the_density_of_two_steps(threshold: sp.Expr, kernel: sp.Expr, trial: Trial) -> Findings:
    """If a quarter of the columns has profile 2 and the rest ½, the threshold keeps 3/10 or 7/10 of the signed scores, as asked."""
    for density in (sp.Rational(3, 10), sp.Rational(7, 10)):
        cut = in_steps(threshold.subs(rho, density), snip_product.TWO_STEPS)
        strong, weak = (kernel.subs(phi, value) for value in (2, HALF))
        yield trial.same(Let((strong + 3 * weak) / 4, [(tau, cut)]), density, by=None)


@exact(signed_scores)
def kernels_are_dual(
    kernels: Kernels,
    magnitude_share: sp.Expr,
    dual_threshold: sp.Expr,
    dual_graphon: sp.Expr,
    selectivity: sp.Expr,
    trial: Trial,
) -> Findings:
    """At |τ| each kernel is half the tail of the moduli, at −|τ| the complement of that; its slope in φ is the stated one on both sides."""
    for name, law in kernels.items():
        tail = MODULI[name]
        above, below = (law.subs(tau, sign * level_above) for sign in (1, -1))
        yield trial.same(above, magnitude_share * tail.at(level_above / phi))
        yield trial.same(law.subs(tau, dual_threshold.subs(tau, level_above)), dual_graphon.subs(graphon, above))
        yield trial.same(law.subs(tau, 0), HALF)
        for sign, side in ((1, above), (-1, below)):
            at = {tau: sign * level_above, noise_density: tail.density.subs(t, level_above / phi)}
            yield trial.same(sp.diff(side, phi), selectivity.subs(at, simultaneous=True))


@enclosed(signed_scores, cost=0.4)
def threshold_gives_the_density_and_its_dual(
    kernel: sp.Expr,
    flat_threshold: sp.Expr,
    dual_threshold: sp.Expr,
    dual_graphon: sp.Expr,
    magnitude_density: sp.Expr,
    trial: Trial,
) -> Findings:
    """For constant φ the kernel is ρ at φ times the threshold, which changes sign with ρ → 1 − ρ.

    At ρ = 1/10 it is the threshold of the magnitudes at the density 2ρ.
    """
    for density in (sp.Rational(1, 10), HALF, sp.Rational(7, 10)):
        here, there = (flat_threshold.subs(rho, each) for each in (density, 1 - density))
        yield trial.same(Let(kernel, [(tau, phi * here)]), density, by=None)
        yield trial.same(there, dual_threshold.subs(tau, here), by=None)
        for each in here.atoms(Level):  # a function without a zero has no value that could be refuted
            solved = product_normal.survival / 2 - min(density, 1 - density)
            yield trial.same(each.function(t), solved, by=None)
    tenth = sp.Rational(1, 10)
    moduli_above = Let(product_normal.survival, [(t, flat_threshold.subs(rho, tenth))])
    yield trial.same(moduli_above, magnitude_density.subs(rho, tenth), by=None)
    for point in ({tau: sp.Rational(1, 3), phi: 2}, {tau: sp.Rational(3, 2), phi: sp.Rational(3, 4)}):
        above = kernel.subs(point)
        below = kernel.subs({tau: dual_threshold.subs(point), phi: point[phi]})
        yield trial.same(above, product_normal.at(point[tau] / point[phi]) / 2, by=None)
        yield trial.same(below, dual_graphon.subs(graphon, above), by=None)


PROFILES = (sp.Integer(2), HALF)
CUTS = (sp.Rational(-1, 6), sp.S.Zero, sp.Rational(3, 4))


def signed_counts(rng: np.random.Generator, rows: int) -> Counts:
    """Rows a_i w_ij φ_j, φ = (2, ½), that exceed each cut: int[3 cuts, 2 columns]."""
    scores = rng.standard_normal((rows, 1)) * rng.standard_normal((rows, 2)) * np.array([2.0, 0.5])
    return np.array([(scores > float(cut)).sum(axis=0) for cut in CUTS])


@statistical(signed_scores, tests=1)
def columns_keep_binomial_counts(kernel: sp.Expr, trial: Trial) -> Findings:
    """If each row has a signed factor of its own, each column keeps Bin(n, W) entries at a fixed threshold."""
    rows = trial.size(100_000)
    nulls = [trial.value(kernel, {tau: cut, phi: profile}) for cut in CUTS for profile in PROFILES]
    yield trial.counts_each(trial.draw(signed_counts, rows).ravel(), rows, nulls)


def products(rng: np.random.Generator, size: int) -> Floats:
    """Products of two normals."""
    return rng.standard_normal(size) * rng.standard_normal(size)


@statistical(signed_scores, tests=2)
def threshold_keeps_the_density(flat_threshold: sp.Expr, trial: Trial) -> Findings:
    """Independent scores exceed the threshold with probability ρ, below and above one half."""
    rows = trial.size(200_000)
    scores = trial.draw(products, rows)
    for density in (sp.Rational(1, 10), sp.Rational(7, 10)):
        limit = trial.value(flat_threshold, {rho: density})
        yield trial.counts(int((scores > limit).sum()), rows, float(density), observed=True)


WIDTH, SAMPLES = 4096, 250


def leading_signs(rng: np.random.Generator) -> tuple[Counts, Counts]:
    """The positive ones, and all, among the leading terms w_ij a_i E[(Θ̂r) x_j 1] of GraSP on digits. 2 × int[2, 8]

    First of all terms that are not 0, then of the tenth with the largest moduli, in the eight columns with the largest sums of moduli;
    only moduli choose the terms.
    """
    bundle = digits("ge5", standardise=True)
    x, r = bundle.x[:SAMPLES], -bundle.y[:SAMPLES]
    network = random_network((64, WIDTH, 1), rng)
    (slopes,) = gradient(network, x, tangent_residual(network, x, r), first_layer=True)
    scores = network.weights[0] * slopes
    scores = scores[:, np.argsort(-np.abs(scores).sum(axis=0))[:8]]
    cuts = (0.0, kth_largest(np.abs(scores), scores.size // 10))
    positive = [(scores > cut).sum(axis=0) for cut in cuts]
    return np.array(positive), np.array([(np.abs(scores) > cut).sum(axis=0) for cut in cuts])


@statistical(signed_scores, tests=2, cost=0.5)
def signs_of_a_column_are_fair_on_digits(magnitude_share: sp.Expr, trial: Trial) -> Findings:
    """Given the moduli, with the realised Θ̂, the number of positive scores of a column is Bin(·, ½), as its rows are distinct."""
    for positive, whole in zip(*trial.draw(leading_signs), strict=True):
        yield trial.counts_each(positive, whole, float(magnitude_share))


DENSITIES = (sp.Rational(1, 10), sp.Rational(3, 10), sp.Rational(7, 10), sp.Rational(9, 10))


def orders_of_columns(rng: np.random.Generator, labelling: str, networks: int) -> Floats:
    """Correlations of column densities with the scale of a column's scores, for signed GraSP on digits. float[networks, 4]"""
    bundle = digits(labelling, standardise=True)
    found = np.zeros((networks, len(DENSITIES)))
    for row in found:
        network = random_network((64, 128, 1), rng)
        (scores,) = saliency("grasp", network, bundle.x[::3], -bundle.y[::3], first_layer=True)
        scale = np.sqrt(np.mean(scores**2, axis=0))
        varying = scale > 0
        densities = [global_mask(scores, float(density)).mean(axis=0)[varying] for density in DENSITIES]
        row[:] = [np.corrcoef(each, scale[varying])[0, 1] for each in densities]
    return found


@statistical(signed_scores, tests=2, cost=0.7)
def order_of_columns_reverses_on_digits(selectivity: sp.Expr, flat_threshold: sp.Expr, trial: Trial) -> Findings:
    """For the whole GraSP score, the correlation of column densities with their scale mostly has the sign of ∂W/∂φ.

    A network counts if its correlations have this sign at all four densities.
    """
    at = [{tau: flat_threshold.subs(rho, density), phi: 1, noise_density: 1} for density in DENSITIES]
    signs = np.sign([trial.value(selectivity, each) for each in at])
    for labelling in ("ge5", "is0"):
        seen = trial.draw(orders_of_columns, labelling, trial.size(40))
        as_claimed = int((np.sign(seen) == signs).all(axis=1).sum())
        yield trial.mostly(as_claimed, len(seen), f"correlations with the signs claimed, {labelling}")


# The smallest counterexample


@exact(signed_scores)
def four_scores_change_their_favourite(
    selectivity: sp.Expr,
    dual_threshold: sp.Expr,
    dual_graphon: sp.Expr,
    four_scores: tuple[tuple[sp.Expr, tuple[int, ...]], ...],
    trial: Trial,
) -> Findings:
    """Two columns of two scores, with one and with three of four kept, keep the dual shares, and favour columns as stated.

    The thresholds lie midway between the last kept score and the next.
    """
    ranked = sorted((score for _, scores in four_scores for score in scores), reverse=True)
    cut = {kept: sp.Rational(ranked[kept - 1] + ranked[kept], 2) for kept in (1, 3)}
    weak, strong = (
        {kept: sp.Rational(sum(bool(score > at) for score in scores), len(scores)) for kept, at in cut.items()}
        for _, scores in sorted(four_scores)
    )
    for column in (weak, strong):
        yield trial.same(dual_graphon.subs(graphon, column[1]), column[3])
    yield trial.same(dual_threshold.subs(tau, cut[1]), cut[3])
    for kept, at in cut.items():
        sign = sp.sign(selectivity.subs({tau: at, noise_density: 1, phi: 1}))
        detail = f"{kept} of {len(ranked)} kept: {strong[kept]} of the strong column, {weak[kept]} of the weak one"
        yield trial.holds(sign == sp.sign(strong[kept] - weak[kept]), detail)


# The density of the moduli where no more than the positive half is kept


@enclosed(signed_scores)
def moduli_keep_no_more_than_all(magnitude_density: sp.Expr, trial: Trial) -> Findings:
    """The density of the moduli is at most 1 where no more than the positive half of the scores is kept."""
    yield trial.below(magnitude_density, sp.S.One, needed="magnitude_density")
