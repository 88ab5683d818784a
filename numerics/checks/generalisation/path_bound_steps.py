"""Evidence for the steps of B3 and B8, besides their reasons: form is a sum over features."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.evidence.sums import adds_up
from sparse_limits.theory.expressivity.paths import rho_path
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.path_bound import beta, path_energy_bound, reading
from sparse_limits.theory.generalisation.path_part import constant
from sparse_limits.theory.graphon.fixed_inputs import inputs as d


def symbolic_forms() -> list[tuple[list[dict[sp.Symbol, sp.Expr]], sp.Expr]]:
    """For a few sizes: what w, β and ρ are for each feature, and 2uᵀXβ − c/d·uᵀX diag(ρ)Xᵀu, all entries free."""
    found = []
    for samples, features in ((1, 1), (2, 2), (2, 3), (3, 2)):
        X = sp.Matrix(samples, features, lambda i, j: sp.Symbol(f"x_{i}{j}", real=True))
        u = sp.Matrix(sp.symbols(f"u_:{samples}", real=True))
        target = sp.Matrix(sp.symbols(f"beta_:{features}", real=True))
        shares = sp.symbols(f"rho_:{features}", positive=True)
        form = 2 * u.T * X * target - constant / d * u.T * X * sp.diag(*shares) * X.T * u
        readings = X.T * u
        found.append(([{reading: readings[j], beta: target[j], rho_path: shares[j]} for j in range(features)], form[0]))
    return found


@exact(path_energy_bound, step="features")
def form_is_a_sum_over_features(feature_part: sp.Expr, trial: Trial) -> Findings:
    """By induction: one sample more adds its label's term and its entries of the form to a feature's part; small shapes are multiplied out.

    Different features have no entries in common, so the form is the sum of their parts.
    """
    one, entry = sp.symbols("u_i x_ij", real=True)
    own = constant * rho_path / d * one * entry * (2 * reading + one * entry)
    yield adds_up(trial, feature_part, {reading: one * entry}, 2 * one * entry * beta - own)
    cases = trial.once(symbolic_forms)
    yield trial.at_sizes(((sum(valued(feature_part, at) for at in places), form) for places, form in cases), "shapes")
