"""Evidence for K5: the Bessel laws of SNIP with normal weights, and its kernel."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.bridge import numeric
from numerics.evidence import Finding, Trial, control, empirical, enclosed, exact, statistical
from numerics.spectra.singular_values import half_normal as half_normal_law
from theory.kernel.dual import a, b, c, relu
from theory.kernel.second_moment import own, second_moment
from theory.kernel.snip_kernel import (
    R_2,
    alpha,
    energy_tail,
    entry_energy,
    graphon,
    r,
    row_kernel,
    s,
    slope,
    snip_laws,
    tail,
)
from theory.saliency.model import rho as density
from theory.tails import half_normal, t

Floats = NDArray[np.float64]
ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
y = sp.Symbol("y", real=True)


def over_rows(expression: sp.Expr) -> sp.Expr:
    """The mean over the half-normal modulus α = e^y of a readout weight."""
    return sp.Integral(
        (expression * half_normal.density.subs(t, alpha) * alpha).subs(alpha, sp.exp(y)), (y, -sp.oo, sp.oo)
    )


@enclosed(snip_laws, cost=0.5)
@control("Gaussian tail: forgets the row", r=half_normal.at(s))
@control("share for energy", R_2=r)
@control("energy 10 % more", R_2=ELEVEN * R_2)
@control("energy 10 % less", R_2=NINE * R_2)
@control("one tail of the weight", graphon=graphon / 2)
@control("entries without their size", entry_energy=graphon)
def laws_are_means_over_rows(
    r: sp.Expr, R_2: sp.Expr, graphon: sp.Expr, entry_energy: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """r is the mean of W; R_2 that of a² W (first layer) and that of E[M w²] (readout). The tails fall as e^−e^2y."""
    at = trial.points(s, count=1)
    yield trial.same(r, over_rows(graphon), by=None, at=at)
    yield trial.same(R_2, over_rows(alpha**2 * graphon), by=None, at=at)
    yield trial.same(R_2, over_rows(entry_energy), by=None, at=at)


@enclosed(snip_laws)
@control("energy of one tail", entry_energy=graphon / 2 + entry_energy / 2)
@control("threshold on the readout alone", graphon=half_normal.at(1 / alpha))
def energy_of_an_entry_is_that_of_its_share(graphon: sp.Expr, entry_energy: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E[M w²] = q(W), the function of K4."""
    yield trial.same(entry_energy, second_moment.subs(density, graphon), by=None)


@enclosed(snip_laws)
@control("Gaussian tail: forgets the row", r=half_normal.at(s))
@control("10 % more", r=ELEVEN * r)
@control("slope of K4, t²", slope=s**2)
@control("orders exchanged", slope=s**2 / slope)
@control("one threshold for all rows", graphon=half_normal.at(s))
def share_and_energy_fall_together(
    r: sp.Expr, slope: sp.Expr, graphon: sp.Expr, struve_form: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """r is S4's H; and dR_2/dr is the quotient of the means over rows of a² ∂W/∂s and of ∂W/∂s."""
    at = trial.points(s, count=2)
    yield trial.same(r, struve_form, by=None, at=at)
    density = -sp.diff(graphon, s)
    yield trial.same(slope * over_rows(density), over_rows(alpha**2 * density), by=None, at=at[:1])


@enclosed(snip_laws)
@control("exponential tail", tail=sp.exp(-s))
@control("10 % more", tail=ELEVEN * tail)
@control("10 % less", tail=NINE * tail)
@control("energy with the tail of the share", energy_tail=tail)
@control("energy 10 % more", energy_tail=ELEVEN * energy_tail)
@control("energy 10 % less", energy_tail=NINE * energy_tail)
@control("Gaussian tail", r=half_normal.at(s))
@control("energy without its factor", R_2=r)
def tails_are_attained(
    r: sp.Expr, R_2: sp.Expr, tail: sp.Expr, energy_tail: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The bounds of both quotients, at thresholds up to 1000, where they are 10⁻³ apart; so r and R_2 vanish at infinity."""
    points = [{s: at} for at in (sp.Rational(1, 4), 3, 1000)]
    yield trial.below(tail * (1 - sp.Rational(5, 8) / s), r, at=points)
    yield trial.below(r, tail, at=points)
    yield trial.below(energy_tail * (1 + sp.Rational(7, 8) / s - sp.Rational(5, 8) / s**2), R_2, at=points)
    yield trial.below(R_2, energy_tail * (1 + 1 / s), at=points)


@exact(snip_laws)
@control("readout weights of size one", row_kernel=row_kernel.subs(alpha, 1))
@control("modulus for its square", row_kernel=row_kernel.subs(alpha, sp.sqrt(alpha)))
@control("one graphon", row_kernel=row_kernel.subs(own, c))
@control("10 % more", row_kernel=ELEVEN * row_kernel)
def row_kernel_is_value_and_slope(row_kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The readout carries E φφ′; the first layer a² E φ̇φ̇′, which is the derivative of the former in the covariance."""
    yield trial.same(row_kernel, relu.value + alpha**2 * own * sp.diff(relu.value, c))


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
@control("Gaussian tail: forgets the row", r=half_normal.at(s))
@control("Pareto: in proportion to the profile", r=1 / (4 * s))
@control("10 % more", r=ELEVEN * r)
@control("energy as if all rows had one threshold", R_2=half_normal.at(s) + s * half_normal.density.subs(t, s))
@control("energy of the mean share, q(r)", R_2=second_moment.subs(density, r))
@control("energy 10 % more", R_2=ELEVEN * R_2)
@control("energy 10 % less", R_2=NINE * R_2)
def masks_have_the_laws(r: sp.Expr, R_2: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """SNIP masks with profile ¼ … 7⁄4 at τ = 9⁄8: column counts, and the energy kept in both layers."""
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
@control("readout weights of size one", row_kernel=row_kernel.subs(alpha, 1))
@control("one graphon", entry_energy=graphon)
@control("the energy everywhere", row_kernel=row_kernel.subs(own, c))
@control("columns cut off at the threshold", graphon=sp.Heaviside(alpha - s))
def neurons_contribute_the_row_kernel(
    graphon: sp.Expr, entry_energy: sp.Expr, row_kernel: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Neurons pruned by SNIP, d = 256 inputs: within d^−½ of the limit, which wants d → ∞."""
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
