"""Evidence for the steps of B7: one eigenvector, and what a factor of the kernel does to it."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.energy_bound import T, q, raw_energy
from sparse_limits.theory.generalisation.energy_bound import energy as scale_free
from sparse_limits.theory.generalisation.scale import (
    dense_readout_growth,
    eigenvalue,
    gamma,
    label,
    label_energy,
    prediction,
    raw_growth,
    row,
    scale_invariance,
    shrinkage,
)
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.kernel.dual import depth
from sparse_limits.theory.kernel.homogeneous import ratio
from sparse_limits.theory.saliency.model import rho

ELEVEN = sp.Rational(11, 10)
factor = sp.Symbol("s", positive=True)  # of the kernel


@exact(scale_invariance, step="prediction")
@control("a fixed ridge", prediction=row * label / (eigenvalue + gamma))
@control("without the ridge", prediction=row * label / eigenvalue)
@control("10 % more", prediction=ELEVEN * prediction)
@control("a ridge in proportion to the whole trace", penalty=gamma * T)
def equations_of_two_points(penalty: sp.Expr, prediction: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One eigenvector solved for its coefficient; two training points with eigenvectors (3, 4)/5 and (−4, 3)/5, all else free."""
    coefficient = sp.Symbol("coefficient", real=True)
    (solved,) = sp.solve((eigenvalue + penalty) * coefficient - label, coefficient)
    yield trial.same(row * solved, prediction)
    second, other_row, other_label = sp.symbols("lambda_2 c_2 y_2", positive=True)
    Q = sp.Matrix([[3, -4], [4, 3]]) / 5
    K = Q * sp.diag(eigenvalue, second) * Q.T
    rows, labels = Q * sp.Matrix([row, other_row]), Q * sp.Matrix([label, other_label])
    size = {T: K.trace(), m: 2}
    whole = (rows.T * (K + penalty.subs(size) * sp.eye(2)).inv() * labels)[0]
    parts = prediction.subs(size) + prediction.subs(
        {eigenvalue: second, row: other_row, label: other_label, T: K.trace(), m: 2}, simultaneous=True
    )
    yield trial.at_sizes([(whole, parts)], "sizes", by=sp.factor)


@exact(scale_invariance, step="fit")
@control("a fixed ridge", shrinkage=eigenvalue / (eigenvalue + gamma))
@control("the complement", shrinkage=1 - shrinkage)
@control("10 % more", shrinkage=ELEVEN * shrinkage)
@control("without the ridge", prediction=row * label / eigenvalue)
def row_of_the_kernel_itself(prediction: sp.Expr, shrinkage: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The prediction where the row of the test point has the component λ."""
    yield trial.same(prediction.subs(row, eigenvalue), shrinkage * label)


@enclosed(scale_invariance)
@control("without the ridge", shrinkage=sp.S.One)
@control("a fixed ridge", shrinkage=eigenvalue / (eigenvalue + gamma / 1000))
@control("a ridge of the wrong sign", shrinkage=eigenvalue / (eigenvalue + gamma * T / (m + gamma * m)))
def no_more_is_fitted_than_of_equal_samples(shrinkage: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """As no eigenvalue exceeds the trace, the share is at most m/(m + γ), which samples with one input have."""
    yield trial.below(shrinkage, m / (m + gamma), needed="shrinkage")


def scaled(expression: sp.Expr, factor: sp.Expr) -> sp.Expr:
    """What an expression becomes for `factor` times the kernel."""
    return valued(expression, {each: factor * each for each in (row, eigenvalue, T)})


@exact(scale_invariance, step="same predictions")
@control("test errors as the raw bound", prediction_growth=raw_growth)
@control("as the kernel", prediction_growth=ratio)
@control("a fixed ridge", prediction=row * label / (eigenvalue + gamma))
def factors_cancel(prediction: sp.Expr, prediction_growth: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The part of an eigenvector for s times the kernel, whatever s > 0 is, over that for the kernel."""
    yield trial.same(scaled(prediction, factor), prediction * prediction_growth, by=sp.factor)


@exact(scale_invariance, step="label energy")
@control("not squared", label_energy=sp.Abs(label) / eigenvalue)
@control("the eigenvalue upstairs", label_energy=label**2 * eigenvalue)
@control("10 % more", label_energy=ELEVEN * label_energy)
@control("as the raw bound", prediction_growth=raw_growth)
def energy_of_an_eigenvector(label_energy: sp.Expr, prediction_growth: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The label times the coefficient that solves the equation; 𝓔 of one eigenvector for K and for s times it."""
    coefficient = sp.Symbol("coefficient", real=True)
    (solved,) = sp.solve(eigenvalue * coefficient - label, coefficient)
    yield trial.same(label * solved, label_energy)
    before, after = (
        scale_free.subs({q: scaled(label_energy, each), T: each * T}, simultaneous=True) for each in (1, factor)
    )
    yield trial.same(after, before * prediction_growth)


def growth(label_energy: sp.Expr, factor: sp.Expr) -> sp.Expr:
    """The raw energy of a label for `factor` times the kernel, over that for the kernel."""
    at = {label: sp.S.One, eigenvalue: sp.S.One}
    after, before = (raw_energy.subs(q, scaled(label_energy, each).subs(at)) for each in (factor, sp.S.One))
    return after / before


def no_less_than_before(factor: sp.Expr, layers: sp.Expr, trial: Trial) -> Finding:
    """That a factor is 1 or more, by its logarithm at ρ = 1/(1 + y): half of that of 1 + y for each layer masked."""
    y = sp.Symbol("y", nonnegative=True)
    return trial.nonnegative(
        sp.log(factor),
        layers * sp.log(1 + y) / 2,
        where={rho: 1 / (1 + y)},
        by=lambda gap: sp.expand(sp.expand_log(gap)),
    )


@exact(scale_invariance, step="raw growth")
@control("without the root", raw_growth=1 / ratio)
@control("of a dense readout", raw_growth=dense_readout_growth)
@control("10 % more", raw_growth=ELEVEN * raw_growth)
@control("one layer less", kernel_scale=ratio / rho)
@control("the eigenvalue upstairs", label_energy=label**2 * eigenvalue)
def raw_energy_of_masked_kernels(
    label_energy: sp.Expr, kernel_scale: sp.Expr, raw_growth: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The raw energy for the masked kernel over that for the dense one."""
    yield trial.same(raw_growth, growth(label_energy, kernel_scale))
    yield no_less_than_before(raw_growth, depth + 1, trial)


@exact(scale_invariance, step="raw growth, dense readout")
@control("as if masked", dense_readout_growth=raw_growth)
@control("10 % more", dense_readout_growth=ELEVEN * dense_readout_growth)
@control("the readout masked", dense_readout_scale=ratio)
@control("the eigenvalue upstairs", label_energy=label**2 * eigenvalue)
def raw_energy_with_a_dense_readout(
    label_energy: sp.Expr, dense_readout_scale: sp.Expr, dense_readout_growth: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The same with the readout dense."""
    yield trial.same(dense_readout_growth, growth(label_energy, dense_readout_scale))
    yield no_less_than_before(dense_readout_growth, depth, trial)
