"""Evidence for S7.3: what the weight leaves unexplained, and the closed form by characteristic functions."""

from functools import cache
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed, exact, statistical
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.masks.selection import global_mask
from sparse_limits.numerics.masks.threshold import threshold_for
from sparse_limits.numerics.networks import random_network, single_precision
from sparse_limits.numerics.prediction.first_layer.moments import (
    OutputMoments,
    noise_floor,
    output_densities,
    output_moments,
)
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.model import tau
from sparse_limits.theory.saliency.outputs import gradient, omega
from sparse_limits.theory.saliency.outputs_general_data import beta_k, beta_l, joint, stein_model_of_outputs, variance
from sparse_limits.theory.saliency.snip import cosine, covariance_kernel, spread, stein_kernel, w, zeta
from sparse_limits.theory.saliency.snip import norm as length

INPUTS = (sp.Matrix([2, 0]), sp.Matrix([3, 4]))  # at an angle of cosine 3/5
RESIDUALS = (sp.Matrix([1, 2]), sp.Matrix([-1, 1]))


def pulls(axis: int, output: int) -> list[sp.Expr]:
    """What each input adds to g of this column and output when its gate is open."""
    return [r[output] * x[axis] / 2 for x, r in zip(INPUTS, RESIDUALS, strict=True)]


@cache
def sector_mean(axis: int, power: int, gates: frozenset[int]) -> sp.Expr:
    """E[w_axis^power 1{w·x > 0 for the inputs of these gates}], w normal in the plane: an integral over a sector."""
    alpha = sp.Symbol("alpha", real=True)
    normals = [sp.atan2(INPUTS[gate][1], INPUTS[gate][0]) for gate in gates]
    coordinate = (sp.cos(alpha), sp.sin(alpha))[axis]
    mean_length = (sp.Integer(1), sp.sqrt(sp.pi / 2))[power]
    sector = (alpha, max(normals) - sp.pi / 2, min(normals) + sp.pi / 2)
    return mean_length * sp.integrate(coordinate**power, sector) / (2 * sp.pi)


def covariance_over_sectors(axis: int, k: int, other: int) -> sp.Expr:
    """Cov(g_k − β_k w, g_l − β_l w) of two outputs, w and g of the column `axis`, β = E[w g]."""
    one, two = pulls(axis, k), pulls(axis, other)
    together = sum(one[s] * two[t] * sector_mean(axis, 0, frozenset({s, t})) for s, t in product(range(2), repeat=2))
    means = [sum(pull) / 2 for pull in (one, two)]
    steins = [sum(pull[s] * sector_mean(axis, 1, frozenset({s})) for s in range(2)) for pull in (one, two)]
    return together - means[0] * means[1] - 2 * steins[0] * steins[1] + steins[0] * steins[1]


def stated_moments(axis: int, k: int, other: int) -> dict[sp.Symbol, sp.Expr]:
    """V_kl, β_k and β_l by the kernels of S3."""
    one, two = pulls(axis, k), pulls(axis, other)
    cosines = [[x.dot(y) / sp.sqrt(x.dot(x) * y.dot(y)) for y in INPUTS] for x in INPUTS]
    kernels = [stein_kernel.subs(length, sp.sqrt(x.dot(x))) * x[axis] for x in INPUTS]
    pairs = product(range(2), repeat=2)
    return {
        joint: sum(one[s] * two[t] * covariance_kernel.subs(cosine, cosines[s][t]) for s, t in pairs),
        beta_k: sum(a * b for a, b in zip(one, kernels, strict=True)),
        beta_l: sum(a * b for a, b in zip(two, kernels, strict=True)),
    }


@enclosed(stein_model_of_outputs, step="unexplained")
def two_inputs_in_the_plane(unexplained: sp.Expr, trial: Trial) -> Findings:
    """For two inputs and two outputs, the covariance of g − βw is a sum over sectors of w, and it is a positive definite matrix."""
    for axis in range(2):
        pairs = list(product(range(2), repeat=2))
        entries = sp.Matrix(2, 2, [valued(unexplained, trial.once(stated_moments, axis, *pair)) for pair in pairs])
        for pair in pairs:
            yield trial.same(entries[pair], trial.once(covariance_over_sectors, axis, *pair), by=None)
        yield trial.below(0, entries[0, 0], at=[{}])
        yield trial.below(0, entries.det(), at=[{}])


@exact(stein_model_of_outputs, step="modes")
def modes_have_this_transform(mode_exponent: sp.Expr, closure: sp.Expr, trial: Trial) -> Findings:
    """E e^{−ω²g²/2} over ζ, in the closure of S5 with s² = V, by completing the square and a Gaussian integral."""
    exponent = sp.expand(-(omega**2) * closure.subs(spread, sp.sqrt(variance)) ** 2 / 2 - zeta**2 / 2)
    square, linear, constant = (exponent.coeff(zeta, power) for power in (2, 1, 0))
    rate = sp.Symbol("q", positive=True)
    gauss = trial.once(sp.integrate, sp.exp(-(zeta**2) * rate), (zeta, -sp.oo, sp.oo)) / sp.sqrt(2 * sp.pi)
    width = gauss.subs(rate, -square)
    yield trial.same(mode_exponent, sp.log(width) - linear**2 / (4 * square) + constant, by=reduce)


def reduce(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in logarithms."""
    return split_logarithms(sp.simplify(expression))


@exact(stein_model_of_outputs, step="inversion")
def inversion_gives_the_conditional_density(inversion: sp.Expr, conditional_density: sp.Expr, trial: Trial) -> Findings:
    """1 − ∫ inversion · e^{−ω²‖g‖²/2} dω is the probability given w and g: equal derivatives in τ, and 1 at τ = 0."""
    size, rate = sp.symbols("G b", positive=True)
    given = conditional_density.subs({gradient[1]: 0, gradient[2]: 0}).subs(gradient[0], size).subs(w, zeta)
    slope = sp.diff(inversion, tau).subs(w, zeta)
    integrated = trial.once(sp.integrate, sp.cos(rate * omega) * sp.exp(-(omega**2) * size**2 / 2), (omega, 0, sp.oo))
    ratio = sp.simplify(slope / sp.cos(omega * tau / sp.Abs(zeta)))
    yield trial.vanishes(sp.diff(ratio, omega))
    yield trial.same(-sp.diff(given, tau), ratio * integrated.subs(rate, tau / sp.Abs(zeta)))
    yield trial.same(given.subs(tau, 0), 1)
    yield trial.same(inversion.subs(tau, 0), 0)


MEANS = ((2.0, -1.0, 0.5), (0.0, 0.4, 0.0), (1.0, 1.0, 1.0))  # h, three columns of three outputs
STEINS = ((0.3, 0.4, 0.0), (-0.2, 0.8, 0.1), (1.0, -0.5, -0.5))  # β
ROOTS = (((0.6, 0, 0), (0.5, 0.2, 0), (0, 0.1, 0.3)), ((1, 0, 0), (0.9, 0, 0), (0, 0, 0)), ((0.2, 0, 0),) * 3)  # √C
CUTS = (0.6, 0.5, 0.9)  # τ


def closure_moments() -> OutputMoments:
    """The moments of the closures above."""
    stein, roots = np.array(STEINS), np.array(ROOTS, dtype=float)
    covariance = roots @ np.swapaxes(roots, 1, 2) + stein[:, :, None] * stein[:, None, :]
    return OutputMoments(np.zeros(3), np.array(MEANS), stein, covariance)


def closure_counts(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """How often |w||⟨a, h/2 + βw + √C ζ⟩| exceeds τ, for each of the closures."""
    counts = []
    for mean, stein, root, cut in zip(MEANS, STEINS, ROOTS, CUTS, strict=True):
        weight, (a, z) = rng.standard_normal(size), rng.standard_normal((2, 3, size))
        g = np.array(mean)[:, None] / 2 + np.outer(stein, weight) + np.array(root) @ z
        counts.append((np.abs(weight * (a * g).sum(axis=0)) > cut).sum())
    return np.array(counts)


@statistical(stein_model_of_outputs, tests=1, cost=0.5)
def closure_keeps_binomial_counts(mode_exponent: sp.Expr, trial: Trial) -> Findings:
    """Sampled saliencies of the closure exceed τ as often as its inverted characteristic function says."""
    size, moments = trial.size(400_000), trial.once(closure_moments)
    nulls = [output_densities(moments, mode_exponent)(cut)[j] for j, cut in enumerate(CUTS)]
    yield trial.counts_each(trial.draw(closure_counts, size), size, nulls)


WIDTH = 2048
SETTINGS = (("onehot-centred", False), ("onehot", True))  # labels, and whether pixels are standardised


def digit_columns(rng: np.random.Generator, labelling: str, standardise: bool) -> NDArray[np.int64]:
    """Column counts of SNIP on digits with ten outputs at density 0.1 and n = 2048, initial output subtracted."""
    data = digits(labelling, standardise)
    network, x, r = (
        single_precision(random_network((64, WIDTH, 10), rng)),
        data.x.astype(np.float32),
        -data.y.astype(np.float32),
    )
    (scores,) = saliency("snip", network, x, r, first_layer=True)
    counts: NDArray[np.int64] = global_mask(scores, 0.1).sum(axis=0)
    return counts


def digit_moments(labelling: str, standardise: bool) -> OutputMoments:
    """The moments of digits, with r in units of the longest h_j."""
    data = digits(labelling, standardise)
    unit = np.linalg.norm(data.x.T @ data.y, axis=1).max() / len(data.x)
    return output_moments(data.x, -data.y / unit)


@empirical(stein_model_of_outputs, cost=1.0)
def closed_form_on_digits(mode_exponent: sp.Expr, trial: Trial) -> Findings:
    """P2 with ten outputs predicts the share that SNIP keeps of each column on digits, within two noise floors (ρ = 0.1, n = 2048)."""
    for labelling, standardise in SETTINGS:
        observed = trial.draw(digit_columns, labelling, standardise) / WIDTH
        densities = output_densities(trial.once(digit_moments, labelling, standardise), mode_exponent)
        error = float(np.abs(densities(threshold_for(densities, 0.1)) - observed).mean())
        floors = error / noise_floor(observed, WIDTH)
        yield trial.at_most(floors, 2.0, f"error in noise floors, {labelling}{'' if standardise else ' raw'}")
