"""Evidence for L16.3: Lipschitz constants of units, and copies among random signs, by derivation."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.lifts.copies import positive
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.copies import rho, signs
from sparse_limits.theory.lifts.copy_examples import (
    agreement,
    by_lower,
    by_upper,
    child_square,
    copied_units,
    delta,
    layer_lipschitz,
    layer_square,
    mu,
    pattern_chance,
    sign_copy,
    slope,
    tree_lipschitz,
    v,
    w,
    x,
    y,
    z,
)
from sparse_limits.theory.lifts.coverage import inputs, p_0, r

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(copied_units, step="slope")
@control("the function", slope=sp.tanh(z))
@control("not squared", slope=1 - sp.tanh(z))
@control("10 % more", slope=ELEVEN * slope)
def slope_is_the_derivative(slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Of the hyperbolic tangent; from 1 a square is taken, and what is left is one."""
    yield trial.same(slope, sp.diff(sp.tanh(z), z))
    yield trial.same(1 - slope, sp.tanh(z) ** 2)
    yield trial.same(slope, 1 / sp.cosh(z) ** 2, by=lambda gap: sp.simplify(gap.rewrite(sp.exp)))


@exact(copied_units, step="constant of one layer")
@control("the eigenvalue", layer_lipschitz=mu)
@control("one for any inputs", layer_lipschitz=sp.S.One)
@control("10 % less", layer_lipschitz=NINE * layer_lipschitz)
@control("the distance itself", layer_square=mu * delta)
@control("half of the square", layer_square=layer_square / 2)
def roots_of_eigenvalues_are_constants(
    layer_square: sp.Expr, layer_lipschitz: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The square of the constant times the distance."""
    yield positive(layer_lipschitz, trial)
    yield trial.same(layer_square, (layer_lipschitz * delta) ** 2)


@exact(copied_units)
@control("the eigenvalue", layer_lipschitz=mu)
@control("one for any inputs", layer_lipschitz=sp.S.One)
@control("half", layer_lipschitz=layer_lipschitz / 2)
def small_weights_attain_the_constant(layer_lipschitz: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One input ±√μ, the weights 0 and δ: the distance of the outputs over δ, as δ tends to 0."""
    step = sp.Symbol("delta", positive=True)
    yield trial.same(sp.limit(sp.tanh(step * sp.sqrt(mu)) / step, step, 0), layer_lipschitz)


@exact(copied_units, step="partial derivatives")
@control("without the slope of the root", by_upper=sp.tanh(w * x))
@control("the input itself", by_upper=by_upper.subs(sp.tanh(w * x), w * x))
@control("10 % more above", by_upper=ELEVEN * by_upper)
@control("without the weight above", by_lower=by_lower / v)
@control("without the input", by_lower=by_lower / x)
@control("10 % more below", by_lower=ELEVEN * by_lower)
@control("a slope of 1", slope=sp.S.One)
def weights_of_a_child_have_these_derivatives(
    slope: sp.Expr, by_upper: sp.Expr, by_lower: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Of the unit; and as products of slopes, by which they are bounded."""
    unit = sp.tanh(y + v * sp.tanh(w * x))
    yield trial.same(by_upper, sp.diff(unit, v))
    yield trial.same(by_lower, sp.diff(unit, w))
    root = slope.subs(z, y + v * sp.tanh(w * x))
    yield trial.same(by_upper, root * sp.tanh(w * x))
    yield trial.same(by_lower, root * slope.subs(z, w * x) * v * x)


@exact(copied_units, step="constant of a tree")
@control("weights that do not grow", tree_lipschitz=tree_lipschitz.subs(rho, 0))
@control("the upper weights alone", tree_lipschitz=sp.sqrt(r))
@control("one child", tree_lipschitz=tree_lipschitz.subs(r, 1))
@control("10 % less", tree_lipschitz=NINE * tree_lipschitz)
@control("lower weights alone", child_square=(1 + rho) ** 2)
@control("10 % more of a child", child_square=ELEVEN * child_square)
def squares_of_children_add_up(child_square: sp.Expr, tree_lipschitz: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """r of them."""
    yield positive(tree_lipschitz, trial)
    yield trial.same(tree_lipschitz**2, r * child_square, by=sp.expand)


@exact(copied_units, step="pattern")
@control("absent inputs forgotten", pattern_chance=p_0**signs)
@control("any pattern of that size", pattern_chance=sp.binomial(inputs, signs) * pattern_chance)
@control("one more", pattern_chance=pattern_chance.subs(signs, signs + 1))
@control("10 % more", pattern_chance=ELEVEN * pattern_chance)
def patterns_grow_by_one_input(pattern_chance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One input that the unit has, which is kept, or has not, which is not; none to begin with."""
    has = valued(pattern_chance, {signs: signs + 1, inputs: inputs + 1})
    yield trial.same(has, p_0 * pattern_chance, by=sp.powsimp)
    yield trial.same(pattern_chance.subs(inputs, inputs + 1), (1 - p_0) * pattern_chance, by=sp.powsimp)
    yield trial.same(pattern_chance.subs({signs: 1, inputs: 1}), p_0)


@exact(copied_units, step="agreement")
@control("no sign to absorb", agreement=agreement / 2)
@control("one of them", agreement=sp.Rational(1, 2))
@control("10 % more", agreement=ELEVEN * agreement)
def signs_agree_or_all_differ(agreement: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One sign always does; each further one is that of the others with probability ½."""
    yield trial.induction(agreement, signs, sp.S.One, lambda term: term / 2, start=1)


@exact(copied_units, step="sign copies")
@control("the pattern alone", sign_copy=2 ** (signs - 1) * sign_copy)
@control("no sign to absorb", sign_copy=sign_copy / 2)
@control("10 % more", sign_copy=ELEVEN * sign_copy)
@control("absent inputs forgotten", pattern_chance=p_0**signs)
@control("one of them", agreement=sp.Rational(1, 2))
def signs_are_independent_of_edges(
    pattern_chance: sp.Expr, agreement: sp.Expr, sign_copy: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The product of both probabilities."""
    yield trial.same(sign_copy, pattern_chance * agreement)


@exact(copied_units)
@control("weights that do not grow", tree_lipschitz=tree_lipschitz.subs(rho, 0))
@control("the upper weights alone", tree_lipschitz=sp.sqrt(r))
@control("one child", tree_lipschitz=tree_lipschitz.subs(r, 1))
@control("10 % less", tree_lipschitz=NINE * tree_lipschitz)
def partial_derivatives_of_a_tree(tree_lipschitz: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The suprema of the partial derivatives over inputs and weights at ±1 moved by ρ, which the constant adds up."""
    v, w = sp.symbols("v w", positive=True)
    by_upper = sp.limit(sp.diff(v * sp.tanh(w), v), w, sp.oo)
    by_lower = sp.limit(sp.diff(v * sp.tanh(w), w), w, 0, "-").subs(v, 1 + rho)
    yield positive(tree_lipschitz, trial)
    for children in (1, 2, 3):
        total = sum((by_upper**2 + by_lower**2 for _ in range(children)), sp.Integer(0))
        yield trial.same(tree_lipschitz.subs(r, children) ** 2, total)
