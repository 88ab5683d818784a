"""Evidence for K5: the Bessel laws of SNIP with normal weights, and its kernel."""

from functools import cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.saliency.snip_product import noise_falls
from sparse_limits.numerics.evidence import Findings, Trial, control, empirical, enclosed, exact, statistical
from sparse_limits.numerics.spectra.singular_values import half_normal as half_normal_law
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c
from sparse_limits.theory.kernel.second_moment import own, second_moment
from sparse_limits.theory.kernel.snip_kernel import HYPERBOLA, alpha, integrand, r, s, share_factor, snip_laws, x
from sparse_limits.theory.kernel.snip_kernel import y as sinh_half
from sparse_limits.theory.saliency.model import rho as density
from sparse_limits.theory.tails import half_normal, t

Floats = NDArray[np.float64]
y = sp.Symbol("y", real=True)


def over_rows(expression: sp.Expr) -> sp.Expr:
    """The mean over the half-normal modulus α = e^y of a readout weight."""
    return sp.Integral(
        (expression * half_normal.density.subs(t, alpha) * alpha).subs(alpha, sp.exp(y)), (y, -sp.oo, sp.oo)
    )


@enclosed(snip_laws, cost=0.5)
def laws_are_means_over_rows(
    r: sp.Expr, R_2: sp.Expr, graphon: sp.Expr, entry_energy: sp.Expr, trial: Trial
) -> Findings:
    """r is the mean of W over rows; R_2 is the mean of a² W (first layer), and that of E[M w²] (readout).

    The tails of the integrands fall as e^−e^2y.
    """
    at = trial.points(s, count=1)
    yield trial.same(r, over_rows(graphon), by=None, at=at)
    yield trial.same(R_2, over_rows(alpha**2 * graphon), by=None, at=at)
    yield trial.same(R_2, over_rows(entry_energy), by=None, at=at)


@exact(snip_laws, step="energy")
def energy_falls_at_its_rate(R_2: sp.Expr, energy_rate: sp.Expr, trial: Trial) -> Findings:
    """R_2 falls at the stated rate: R_2 − r falls at that rate less (2/π) K₀, the rate of r, and tends to 0.

    (2/π) K₀, the noise density of S4, falls.
    """
    beyond = sp.diff(R_2 - r, s)
    yield trial.same(-beyond, energy_rate - 2 / sp.pi * sp.besselk(0, s))
    yield trial.same(sp.limit((R_2 - r) * sp.pi / 2, s, sp.oo), sp.S.Zero)
    yield noise_falls(trial)


@exact(snip_laws, step="factors")
@control("without a root", share_factor=1 / (1 + 2 * sinh_half**2))
def integrals_become_gaussian(share_factor: sp.Expr, energy_factor: sp.Expr, trial: Trial) -> Findings:
    """With y = sinh(x/2), where dy = ½ cosh(x/2) dx, the integrands of r and K₀ are the factors times e^{−s − 2sy²}; y is left free."""
    for scale, factor, whole in ((4 / sp.pi, share_factor, integrand(r)), (2, energy_factor, HYPERBOLA)):
        claimed = scale * sp.exp(-s - 2 * s * sinh_half**2) * factor
        found = (whole * 2 / sp.cosh(x / 2)).subs(x, 2 * sp.asinh(sinh_half))
        yield trial.same(claimed, sp.expand_trig(found))


@cache
def gaussian(factor: sp.Expr) -> sp.Expr:
    """∫ e^{−2sy²} factor dy over y > 0, for a polynomial."""
    return sp.integrate(sp.exp(-2 * s * sinh_half**2) * factor, (sinh_half, 0, sp.oo))


@exact(snip_laws, step="tail")
@control("without a root", share_factor=sp.sqrt(1 + 4 * sinh_half**2) * share_factor)
def tail_is_the_integral_without_its_factor(share_factor: sp.Expr, tail: sp.Expr, trial: Trial) -> Findings:
    """The tail is the integral with 1 in place of the factor, which is no larger than 1.

    1 less its square is a quotient of polynomials in y² without a negative coefficient.
    """
    yield trial.same(tail, 4 / sp.pi * sp.exp(-s) * gaussian(sp.S.One))
    square = sinh_half**2
    below = (1 + 2 * square) ** 2 * (1 + square)
    yield trial.nonnegative(1 - share_factor**2, (4 * square**3 + 8 * square**2 + 5 * square) / below)


def above_chord(factor: sp.Expr, curvature: sp.Rational) -> sp.Expr:
    """What a factor exceeds 1 − curvature y² by, at √(1 + y²) = 1 + z."""
    return (factor - 1 + curvature * sinh_half**2).subs(sinh_half, sp.sqrt((1 + Z) ** 2 - 1))


Z = sp.Symbol("z", nonnegative=True)


@exact(snip_laws, step="share below its tail")
def share_exceeds_its_first_correction(share_factor: sp.Expr, share_low: sp.Expr, trial: Trial) -> Findings:
    """The factor is at least 1 − 5y²/2, by y² = (1 + z)² − 1; the bound is the integral of 1 − 5y²/2 over that of 1."""
    correction = sp.Rational(5, 2)
    yield trial.same(share_low, gaussian(1 - correction * sinh_half**2) / gaussian(sp.S.One))
    numerator = 10 * Z**5 + 50 * Z**4 + 81 * Z**3 + 43 * Z**2
    yield trial.nonnegative(above_chord(share_factor, correction), numerator / (2 * (1 + Z) * (1 + 4 * Z + 2 * Z**2)))


@exact(snip_laws, step="energy tail")
def energy_tail_is_the_integral_without_its_factor(
    energy_factor: sp.Expr, energy_tail: sp.Expr, trial: Trial
) -> Findings:
    """The energy tail is the integral with 1 in place of the factor, which lies between 1 − y²/2 and 1.

    The lower bound is by y² = (1 + z)² − 1, the upper one by 1 less the square of the factor.
    """
    yield trial.same(energy_tail, 2 / sp.pi * s * 2 * sp.exp(-s) * gaussian(sp.S.One))
    yield trial.nonnegative(above_chord(energy_factor, sp.S.Half), Z**2 * (3 + Z) / (2 * (1 + Z)))
    yield trial.nonnegative(1 - energy_factor**2, sinh_half**2 / (1 + sinh_half**2))


@exact(snip_laws, step="energy at its tail")
def energy_adds_both_tails(
    tail: sp.Expr, share_low: sp.Expr, energy_tail: sp.Expr, energy_low: sp.Expr, energy_high: sp.Expr, trial: Trial
) -> Findings:
    """The bounds of the energy are those of (2/π) s K₀ and of r, added up in units of the tail of the energy."""
    ratio = gaussian(1 - sinh_half**2 / 2) / gaussian(sp.S.One)
    yield trial.same(energy_tail * energy_low, energy_tail * ratio + tail * share_low)
    yield trial.same(energy_tail * energy_high, energy_tail + tail)


@enclosed(snip_laws)
def energy_of_an_entry_is_that_of_its_share(graphon: sp.Expr, entry_energy: sp.Expr, trial: Trial) -> Findings:
    """E[M w²] of an entry is q(W), the function of K4."""
    yield trial.same(entry_energy, valued(second_moment, {density: graphon}), by=None)


@enclosed(snip_laws)
def share_and_energy_fall_together(
    r: sp.Expr, slope: sp.Expr, graphon: sp.Expr, struve_form: sp.Expr, trial: Trial
) -> Findings:
    """r is S4's H; and dR_2/dr is the quotient of the means over rows of a² ∂W/∂s and of ∂W/∂s."""
    at = trial.points(s, count=2)
    yield trial.same(r, struve_form, by=None, at=at)
    density = -sp.diff(graphon, s)
    yield trial.same(slope * over_rows(density), over_rows(alpha**2 * density), by=None, at=at[:1])


@enclosed(snip_laws)
def tails_are_attained(
    r: sp.Expr,
    R_2: sp.Expr,
    tail: sp.Expr,
    energy_tail: sp.Expr,
    share_low: sp.Expr,
    energy_low: sp.Expr,
    energy_high: sp.Expr,
    trial: Trial,
) -> Findings:
    """r and R_2 lie between the bounds given by their tails, at the thresholds ¼, 3 and 1000."""
    points = [{s: at} for at in (sp.Rational(1, 4), 3, 1000)]
    yield trial.below(tail * share_low, r, at=points)  # boxes: r and R_2 are integrals
    yield trial.below(r, tail, at=points)
    yield trial.below(energy_tail * energy_low, R_2, at=points)
    yield trial.below(R_2, energy_tail * energy_high, at=points)


PROFILE = tuple(sp.Rational(k, 4) for k in (1, 3, 5, 7))
LEVEL = sp.Rational(9, 8)
MOST = 8  # beyond which a normal weight lies with probability 1e-15


def kept_entries(rng: np.random.Generator, rows: int) -> tuple[NDArray[np.int64], Floats, Floats]:
    """SNIP masks at a fixed threshold, a column for each value of the profile.

    Kept entries of each column, int[columns]; a² M and w² M of the last column, float[rows] twice.
    """
    readout = np.abs(rng.standard_normal((rows, 1)))
    weights = np.abs(rng.standard_normal((rows, len(PROFILE))))
    M = readout * weights * np.array(PROFILE, dtype=float) > float(LEVEL)
    inside = M[:, -1] & (readout[:, 0] < MOST) & (weights[:, -1] < MOST)
    return M.sum(axis=0), inside * readout[:, 0] ** 2, inside * weights[:, -1] ** 2


@statistical(snip_laws, tests=3)
def masks_have_the_laws(r: sp.Expr, R_2: sp.Expr, trial: Trial) -> Findings:
    """SNIP masks with profile ¼ … 7⁄4 at τ = 9⁄8 have the stated column counts, and keep the stated energy in both layers."""
    rows = trial.size(150_000)
    counts, first_layer, readout = trial.draw(kept_entries, rows)
    yield trial.counts_each(counts, rows, [trial.value(r, {s: LEVEL / value}) for value in PROFILE])
    mean = trial.value(R_2, {s: LEVEL / PROFILE[-1]})
    for sample in (first_layer, readout):
        yield trial.averages(sample, mean, 0.0, float(MOST**2))


INPUTS, PAIRS, COSINE = 256, 8, 0.6


def pruned_rows(rng: np.random.Generator, rows: int) -> tuple[Floats, Floats, float]:
    """Pairs of sign vectors x, y, and the mean over pairs and rows of what a neuron pruned by SNIP contributes."""
    x = rng.choice((-1.0, 1.0), size=(PAIRS, INPUTS))
    y = np.where(rng.random((PAIRS, INPUTS)) < (1 + COSINE) / 2, x, -x)
    readout = np.abs(half_normal_sample(rng, rows))
    total = 0.0
    for block in np.array_split(readout, max(1, rows // 2000)):
        w = rng.standard_normal((len(block), INPUTS))
        M = block[:, None] * np.abs(w) * column_profile() > float(LEVEL)
        z, other, common = (each @ inputs.T / INPUTS**0.5 for each, inputs in ((M * w, x), (M * w, y), (M, x * y)))
        both = (z > 0) & (other > 0)
        total += float((2 * both * (z * other + block[:, None] ** 2 * common / INPUTS**0.5)).sum())
    return x, y, total / (rows * PAIRS)


def half_normal_sample(rng: np.random.Generator, rows: int) -> Floats:
    """One normal number in each of as many intervals of equal probability: their mean square is known closely."""
    from scipy.special import ndtri

    return ndtri((np.arange(rows) + rng.random(rows)) / rows)


def column_profile() -> Floats:
    return np.repeat(np.array(PROFILE, dtype=float), INPUTS // len(PROFILE))


@empirical(snip_laws, cost=0.5)
def neurons_contribute_the_row_kernel(
    graphon: sp.Expr, entry_energy: sp.Expr, row_kernel: sp.Expr, trial: Trial
) -> Findings:
    """Neurons with d = 256 inputs, pruned by SNIP, contribute the row kernel, the limit d → ∞, up to d^−½."""
    x, y, mean = trial.draw(pruned_rows, trial.size(3000))
    modulus, mass = half_normal_law(80)
    shape = (len(modulus), INPUTS)
    W, Q = (
        np.broadcast_to(numeric((alpha, s), each)(modulus[:, None], float(LEVEL) / column_profile()), shape)
        for each in (graphon, entry_energy)
    )
    variance = Q.mean(axis=1, keepdims=True)
    neuron = numeric((alpha, own, a, b, c), row_kernel)
    with np.errstate(invalid="ignore"):  # 0/0 where a row keeps nothing
        rows = neuron(modulus[:, None], W @ (x * y).T / INPUTS, variance, variance, Q @ (x * y).T / INPUTS)
    claimed = float((mass @ np.nan_to_num(rows)).mean())
    yield trial.at_most(abs(claimed - mean), INPUTS**-0.5, "distance from the limit")
