"""Evidence for the steps of B7, besides their reasons: no more is fitted than of equal samples; and more."""

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Findings, Trial, enclosed, exact
from sparse_limits.theory.generalisation.energy_bound import q, raw_energy
from sparse_limits.theory.generalisation.scale import eigenvalue, gamma, label, scale_invariance, scaled
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.kernel.dual import depth
from sparse_limits.theory.saliency.model import rho


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
