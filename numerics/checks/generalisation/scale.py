"""Evidence for B7: predictions that do not see the kernel's scale, in rationals and on digits."""

from itertools import pairwise

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.generalisation.path_part import digits_sample
from sparse_limits.numerics.evidence import Finding, Findings, Trial, control, empirical, enclosed, exact
from sparse_limits.numerics.kernels import (
    LayerGraphons,
    energy,
    graphon_kernel,
    input_latent,
    mean_squared_error,
    ridge_predict,
)
from sparse_limits.numerics.masks.composition import GridGraphon, Latent, point_latent
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.energy_bound import T, q, raw_energy
from sparse_limits.theory.generalisation.energy_bound import energy as scale_free
from sparse_limits.theory.generalisation.scale import eigenvalue, gamma, label, scale_invariance, scaled
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.kernel.dual import a, b, c, depth, relu
from sparse_limits.theory.saliency.model import rho

CLAIMED = scale_invariance.expressions
s = sp.Symbol("s", positive=True)


def regressions(rng: np.random.Generator) -> list[tuple[sp.Matrix, sp.Matrix, sp.Matrix]]:
    """A rational kernel with eigenvectors (3, 4)/5 and (−4, 3)/5, test rows and labels."""
    Q = sp.Matrix([[3, -4], [4, 3]]) / 5
    found = []
    for _ in range(2):
        first, second, *others = (sp.Integer(int(k)) for k in rng.integers(1, 9, size=6))
        found.append((Q * sp.diag(first, second) * Q.T, sp.Matrix([others[:2]]), sp.Matrix(others[2:])))
    return found


@exact(scale_invariance)
def regression_in_rationals(
    shrinkage: sp.Expr, prediction_growth: sp.Expr, raw_growth: sp.Expr, dense_readout_growth: sp.Expr, trial: Trial
) -> Findings:
    """K(K + γ tr K/m)⁻¹ in the eigenvectors; predictions, 𝓔 and the raw energy for K and for K times its scale."""
    ridge = sp.Rational(1, 7)
    L, density = 3, sp.Rational(1, 5)
    at = {depth: L, rho: density}
    for K, row, y in trial.draw(regressions):
        fitted = K * (K + ridge * K.trace() / 2 * sp.eye(2)).inv()
        for value, (vector,) in ((value, vectors) for value, _, vectors in K.eigenvects() if len(vectors) == 1):
            claimed = valued(shrinkage, {eigenvalue: value, gamma: ridge, T: K.trace(), m: 2})
            yield trial.holds(
                fitted * vector == claimed * vector, f"share {claimed} of a target with eigenvalue {value}"
            )
        for growth, scale in ((raw_growth, density ** (L + 1)), (dense_readout_growth, density**L)):
            for each in (sp.Integer(0), ridge):
                before, after = (
                    (row * factor * (factor * (K + each * K.trace() / 2 * sp.eye(2))).inv() * y)[0]
                    for factor in (1, scale)
                )
                yield trial.same(after, before * prediction_growth.subs(at))
            energies = [(y.T * (factor * K).inv() * y)[0] for factor in (1, scale)]
            raw, free = (
                [form.subs({q: x, T: factor * K.trace(), m: 2}) for x, factor in zip(energies, (1, scale), strict=True)]
                for form in (raw_energy, scale_free)
            )
            yield trial.same(raw[1] / raw[0], growth.subs(at))
            yield trial.same(free[1] / free[0], prediction_growth.subs(at))


@exact(scale_invariance)
@control("a masked readout forgotten", kernel_scale=CLAIMED["dense_readout_scale"])
def constant_masks_scale_every_layer(kernel_scale: sp.Expr, dense_readout_scale: sp.Expr, trial: Trial) -> Findings:
    """The dual is homogeneous and its derivative does not change, so each masked layer gives every term one factor ρ.

    Term by term: factors of the layers below, of the own layer and of the layers above.
    """
    scaled = {a: s * a, b: s * b, c: s * c}
    yield trial.same(valued(relu.value, scaled), s * relu.value)
    yield trial.same(valued(relu.slope, scaled), relu.slope)
    for L in (0, 1, 2, 3):
        for readout, claimed in ((rho, kernel_scale), (sp.Integer(1), dense_readout_scale)):
            layers = [rho] * L + [readout]
            for own in range(L + 1):
                below, above = sp.prod(layers[:own]), sp.prod(layers[own + 1 :])
                yield trial.same(claimed.subs(depth, L), below * layers[own] * above)


def constant_layers(features: int, density: float, layers: int) -> list[LayerGraphons]:
    """Random masks on all layers but the readout: one kind of neuron each."""
    latents = [input_latent(features), *[Latent(np.array([0.5]), np.ones(1))] * layers, point_latent()]
    found = []
    for place, (columns, rows) in enumerate(pairwise(latents)):
        value = 1.0 if place == layers else density
        graphon = GridGraphon(np.full((rows.weights.size, columns.weights.size), value), rows, columns)
        found.append(LayerGraphons(graphon, graphon))
    return found


@empirical(scale_invariance, cost=0.4)
@control("test errors as the raw bound", prediction_growth=CLAIMED["dense_readout_growth"])
def digits_do_not_see_the_density(
    prediction_growth: sp.Expr, dense_readout_growth: sp.Expr, ridge: str, trial: Trial
) -> Findings:
    """3 v 8: the test error and the raw energy of the graphon kernel at ρ = 1/5 and 1/20, over those of the dense one, are the claimed
    ratios up to 10⁻⁶ (rounding).
    """
    x, y, _ = trial.draw(digits_sample, (3, 8), 160)
    train, test = slice(0, 80), slice(80, 160)
    for L in (1, 2):
        measured = {}
        for density in (1.0, 0.2, 0.05):
            layers = constant_layers(x.shape[1], density, L)
            K, across = graphon_kernel(x[train], layers).ntk, graphon_kernel(x[test], layers, x[train]).ntk
            share = 0.1 if ridge == "fixed" else 1e-6 * np.trace(K) / len(K)
            predicted = ridge_predict(K, across, y[train], share / (np.trace(K) / len(K)))
            measured[density] = mean_squared_error(predicted, y[test]), energy(K, y[train])
        for density in (0.2, 0.05):
            at = {rho: sp.Rational(density), depth: L}
            for place, growth in enumerate((prediction_growth, dense_readout_growth)):
                seen = measured[density][place] / measured[1.0][place]
                off = abs(seen / trial.value(growth, at) - 1)
                yield trial.at_most(off, 1e-6, f"ρ = {density}, L = {L}: ratio {seen:.7g}, off by")


# The smallest counterexample


@exact(scale_invariance)
def one_training_point_predicts_the_same(
    prediction_growth: sp.Expr, raw_growth: sp.Expr, one_training_point: sp.ImmutableMatrix, trial: Trial
) -> Findings:
    """A training and a test point, one hidden layer, masks of density 1/2: the kernel is a quarter of what it was."""
    half = sp.Rational(1, 2)
    kernels = (one_training_point, half**2 * one_training_point)
    dense, pruned = (K[1, 0] / K[0, 0] for K in kernels)  # what is predicted at the test point for the label 1
    before, after = (raw_energy.subs({q: 1 / K[0, 0], m: 1}) for K in kernels)
    at = {rho: half, depth: 1}
    yield trial.same(pruned / dense, prediction_growth.subs(at))
    yield trial.same(after / before, raw_growth.subs(at))


# No more is fitted than of equal samples


@enclosed(scale_invariance)
def no_more_is_fitted_than_of_equal_samples(shrinkage: sp.Expr, trial: Trial) -> Findings:
    """No eigenvalue exceeds the trace, so the share is at most m/(m + γ), its value where all samples have the same input."""
    yield trial.below(shrinkage, m / (m + gamma), needed="shrinkage")


def growth(label_energy: sp.Expr, factor: sp.Expr) -> sp.Expr:
    """The raw energy of a label for `factor` times the kernel, over that for the kernel."""
    at = {label: sp.S.One, eigenvalue: sp.S.One}
    after, before = (raw_energy.subs(q, scaled(label_energy, each).subs(at)) for each in (factor, sp.S.One))
    return after / before


def no_less_than_before(factor: sp.Expr, layers: sp.Expr, trial: Trial) -> Finding:
    """A factor is at least 1: at ρ = 1/(1 + y) its logarithm is half of log(1 + y) for each masked layer."""
    y = sp.Symbol("y", nonnegative=True)
    return trial.nonnegative(
        sp.log(factor),
        layers * sp.log(1 + y) / 2,
        where={rho: 1 / (1 + y)},
        by=lambda gap: sp.expand(sp.expand_log(gap)),
    )


@exact(scale_invariance, step="raw growth")
def raw_energy_of_masked_kernels(
    label_energy: sp.Expr, kernel_scale: sp.Expr, raw_growth: sp.Expr, trial: Trial
) -> Findings:
    """The raw energy for the masked kernel over that for the dense one."""
    yield trial.same(raw_growth, growth(label_energy, kernel_scale))
    yield no_less_than_before(raw_growth, depth + 1, trial)


@exact(scale_invariance, step="raw growth, dense readout")
def raw_energy_with_a_dense_readout(
    label_energy: sp.Expr, dense_readout_scale: sp.Expr, dense_readout_growth: sp.Expr, trial: Trial
) -> Findings:
    """The same with the readout dense."""
    yield trial.same(dense_readout_growth, growth(label_energy, dense_readout_scale))
    yield no_less_than_before(dense_readout_growth, depth, trial)
