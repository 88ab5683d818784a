"""Evidence for R8: the steps from one unit to the sizes, and from one entry to the errors behind layers."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.subset_sum.digits import (
    by_moduli,
    changes_of_products,
    distances_of_values,
    negative,
    positive,
)
from sparse_limits.numerics.checks.subset_sum.halves import holds_a_multiple_of_a_half, makes_the_product
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.numerics.exact.logarithms import split_logarithms, with_positive
from sparse_limits.theory.subset_sum.layer_error import activation, argument, change, d, h, shift, w
from sparse_limits.theory.subset_sum.potential import a, contraction, kappa
from sparse_limits.theory.subset_sum.potential import failure as one_failure
from sparse_limits.theory.subset_sum.product_laws import t, uniform_product, uniform_reach
from sparse_limits.theory.subset_sum.symbols import delta, eps, n
from sparse_limits.theory.subset_sum.two_layers import (
    before,
    d_0,
    d_1,
    entry_error,
    error,
    failure,
    halves,
    hidden_length,
    input_error,
    item_density,
    kept,
    length,
    next_error,
    nonnegative_failure,
    row_norm,
    size,
    target_failure,
    two_layer_ticket,
    uniform_size,
    unit,
    x,
)

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
y, z, u, v = sp.symbols("y z u v", positive=True)


units_hold_a_multiple_of_a_half = holds_a_multiple_of_a_half(two_layer_ticket, unit)
halves_make_the_product = makes_the_product(two_layer_ticket, unit, halves)


@exact(two_layer_ticket, step="items")
@control("all items usable", item_density=kappa)
@control("a quarter usable", item_density=kappa / 4)
@control("10 % more", item_density=MORE * item_density)
def either_sign_has_half_of_the_density(item_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Items of both signs, which exclude each other and have one law, have the density of a product together."""
    yield trial.same(sp.Add(*(item_density for _ in ("positive", "negative"))), kappa)


@exact(two_layer_ticket, step="one target")
@control("all items usable", target_failure=target_failure.subs(kappa, 2 * kappa))
@control("10 % more", target_failure=MORE * target_failure)
@control("all items usable, the density", item_density=kappa)
def targets_fail_as_r4_says(item_density: sp.Expr, target_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """R4's bound with the density of the items for κ."""
    yield trial.same(target_failure, one_failure.subs(kappa, item_density))


@exact(two_layer_ticket, step="all targets")
@control("one sign alone", failure=nonnegative_failure)
@control("all items usable", failure=failure.subs(kappa, 2 * kappa))
@control("one output", failure=failure.subs(d_1, 1))
@control("10 % less", failure=LESS * failure)
@control("both signs of inputs that are not negative", nonnegative_failure=failure)
@control("all items usable, not negative", nonnegative_failure=nonnegative_failure.subs(kappa, 2 * kappa))
@control("10 % more, not negative", nonnegative_failure=MORE * nonnegative_failure)
@control("all items usable, one target", target_failure=target_failure.subs(kappa, 2 * kappa))
def every_subset_sum_may_fail(
    target_failure: sp.Expr, failure: sp.Expr, nonnegative_failure: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One target's failure for each input and output, added up, once and for each sign."""
    i, j = sp.symbols("i j", integer=True)
    weights = sp.Sum(sp.Sum(target_failure, (i, 1, d_0)), (j, 1, d_1)).doit()
    yield trial.same(nonnegative_failure, weights)
    yield trial.same(failure, sp.Add(*(weights for _ in (1, -1))))


HALF_USABLE = contraction.subs(kappa, kappa / 2)


def logarithm(gap: sp.Expr) -> sp.Expr:
    return split_logarithms(with_positive(gap, delta, d_0, d_1), 4 - a * kappa, HALF_USABLE)


@exact(two_layer_ticket, step="units")
@control("10 % less", size=LESS * size)
@control("one sign alone", size=size.subs(delta, 2 * delta))
@control("all items usable", size=size.subs(kappa, 2 * kappa))
@control("logarithms to base 2", size=size / sp.log(2))
@control("forgets ε", failure=failure * eps**2)
@control("rising", failure=failure / HALF_USABLE ** (2 * n))
def failure_at_the_size_is_the_one_allowed(failure: sp.Expr, size: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The bound at n units is δ times a factor for each unit beyond the size, and the factor is below 1."""
    yield trial.same(sp.log(failure), sp.log(delta) + (n - size) * sp.log(HALF_USABLE), by=logarithm)
    yield trial.nonnegative(1 - failure.subs(n, n + 1) / failure, a * kappa / 4, strict=True)


@exact(two_layer_ticket, step="uniform units")
@control("the law of one uniform number", uniform_size=size.subs({a: 1, kappa: sp.Rational(1, 2)}))
@control("10 % less, uniform", uniform_size=LESS * uniform_size)
@control("all items usable, uniform", uniform_size=size.subs({a: sp.exp(-1), kappa: 1}))
@control("one sign alone", size=size.subs(delta, 2 * delta))
def uniform_entries_have_such_products(size: sp.Expr, uniform_size: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The size at 1/e and the density of R5.1 there, ½; it falls up to there, and a times it is flat and concave there."""
    density = uniform_product.density.args[0].expr.subs(t, y)
    yield trial.same(density.subs(y, uniform_reach), sp.Rational(1, 2))
    yield trial.same(uniform_size, size.subs({a: uniform_reach, kappa: density.subs(y, uniform_reach)}), by=logarithm)
    yield trial.nonnegative(-sp.diff(density, y), 1 / (2 * y))
    yield trial.same(sp.diff(y * density, y).subs(y, uniform_reach), sp.S.Zero)
    yield trial.nonnegative(-sp.diff(y * density, y, 2), 1 / (2 * y))


@exact(two_layer_ticket, step="input")
@control("both halves", input_error=2 * input_error)
@control("without the modulus", input_error=eps * x)
@control("10 % less", input_error=LESS * input_error)
def one_half_errs(input_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What errors ε(u − v)/(u + v) and ε(y − z)/(y + z) of the two coefficients leave of it, and at errors of ε nothing."""
    first, second = eps * (u - v) / (u + v), eps * (y - z) / (y + z)
    for side in (1, -1):
        seen = side * (first * positive(x) + second * negative(x))
        low, lower = (v, z) if side == 1 else (u, y)
        spare = 2 * eps * (low * positive(x) / (u + v) + lower * negative(x) / (y + z))
        yield trial.nonnegative(input_error - seen, spare, by=by_moduli)


@exact(two_layer_ticket, step="activation")
@control("twice as steep", activation=2 * activation)
@control("a square", activation=argument**2)
@control("10 % steeper", activation=MORE * activation)
def positive_parts_move_by_no_more(activation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The square of the distance of two arguments less that of their values, by positive and negative parts of both; a positive one stays."""
    yield from distances_of_values(activation, trial)


@exact(two_layer_ticket, step="error")
@control("the largest input", error=eps)
@control("10 % less", error=LESS * error)
@control("10 % more", error=MORE * error)
@control("both halves", input_error=2 * input_error)
def inputs_add_up(input_error: sp.Expr, error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """An input more adds its modulus to the length and its error to the error; without inputs there is none."""
    yield trial.same(error.subs(length, length + sp.Abs(x)), error + input_error)
    yield trial.same(error.subs(length, 0), sp.S.Zero)


@exact(two_layer_ticket, step="change")
@control("the target's entries", change=w * shift + d * h)
@control("without the error in front", change=d * h)
@control("10 % more", change=MORE * change)
def products_change_by_both_errors(change: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The pruned network's entry times its value, less the target's."""
    yield from changes_of_products(change, trial)


@exact(two_layer_ticket, step="entry")
@control("new errors forgotten", entry_error=sp.Abs(kept) * before)
@control("old errors forgotten", entry_error=eps * h)
@control("old errors not multiplied", entry_error=before + eps * h)
@control("10 % less", entry_error=LESS * entry_error)
@control("the target's entries", change=w * shift + d * h)
def changes_keep_to_the_error(change: sp.Expr, entry_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The bound less the change and less its opposite, at a shift of (y − z)/(y + z) of its bound and d of (u − v)/(u + v) of it."""
    off, moved = eps * (u - v) / (u + v), before * (y - z) / (y + z)
    here = change.subs(w, kept - d).subs({d: off, shift: moved})
    for side in (1, -1):
        old = 2 * before * (y * negative(side * kept) + z * positive(side * kept)) / (y + z)
        spare = old + 2 * eps * h * (v if side == 1 else u) / (u + v)
        yield trial.nonnegative(entry_error - side * here, spare, by=by_moduli)


@exact(two_layer_ticket, step="next error")
@control("new errors forgotten", next_error=row_norm * before)
@control("old errors forgotten", next_error=eps * hidden_length)
@control("old errors not multiplied", next_error=before + eps * hidden_length)
@control("10 % less behind", next_error=LESS * next_error)
@control("10 % more behind", next_error=MORE * next_error)
@control("new errors of an entry forgotten", entry_error=sp.Abs(kept) * before)
def entries_add_up(entry_error: sp.Expr, next_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """An entry more adds its modulus to the norm of its row, its value to the length and its error to the error."""
    more = next_error.subs({row_norm: row_norm + sp.Abs(kept), hidden_length: hidden_length + h}, simultaneous=True)
    yield trial.same(more, next_error + entry_error)
    yield trial.same(next_error.subs({row_norm: 0, hidden_length: 0}), sp.S.Zero)
