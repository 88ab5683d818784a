"""Evidence for L16.3, besides its reasons: roots of eigenvalues are constants; and more."""

import sympy as sp

from sparse_limits.numerics.checks.lifts.copies import positive
from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.lifts.copies import rho
from sparse_limits.theory.lifts.coverage import r
from sparse_limits.theory.lifts.further.copy_examples import copied_units, delta, mu


@exact(copied_units, step="constant of one layer")
def roots_of_eigenvalues_are_constants(layer_square: sp.Expr, layer_lipschitz: sp.Expr, trial: Trial) -> Findings:
    """The square of the constant times the distance."""
    yield positive(layer_lipschitz, trial)
    yield trial.same(layer_square, (layer_lipschitz * delta) ** 2)


@exact(copied_units)
def small_weights_attain_the_constant(layer_lipschitz: sp.Expr, trial: Trial) -> Findings:
    """One input ±√μ, the weights 0 and δ: the distance of the outputs over δ, as δ tends to 0."""
    step = sp.Symbol("delta", positive=True)
    yield trial.same(sp.limit(sp.tanh(step * sp.sqrt(mu)) / step, step, 0), layer_lipschitz)


@exact(copied_units, step="constant of a tree")
def squares_of_children_add_up(child_square: sp.Expr, tree_lipschitz: sp.Expr, trial: Trial) -> Findings:
    """r of them."""
    yield positive(tree_lipschitz, trial)
    yield trial.same(tree_lipschitz**2, r * child_square, by=sp.expand)


@exact(copied_units)
def partial_derivatives_of_a_tree(tree_lipschitz: sp.Expr, trial: Trial) -> Findings:
    """The suprema of the partial derivatives over inputs and weights at ±1 moved by ρ, which the constant adds up."""
    v, w = sp.symbols("v w", positive=True)
    by_upper = sp.limit(sp.diff(v * sp.tanh(w), v), w, sp.oo)
    by_lower = sp.limit(sp.diff(v * sp.tanh(w), w), w, 0, "-").subs(v, 1 + rho)
    yield positive(tree_lipschitz, trial)
    for children in (1, 2, 3):
        total = sum((by_upper**2 + by_lower**2 for _ in range(children)), sp.Integer(0))
        yield trial.same(tree_lipschitz.subs(r, children) ** 2, total)
