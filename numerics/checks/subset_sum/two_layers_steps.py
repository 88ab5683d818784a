"""Evidence for R8: the steps from one unit to the sizes, and from one entry to the errors after layers."""

import sympy as sp

from sparse_limits.numerics.checks.subset_sum.digits import (
    by_moduli,
    changes_of_products,
    distances_of_values,
    negative,
    positive,
)
from sparse_limits.numerics.checks.subset_sum.halves import (
    error_of_a_half,
    holds_a_multiple_of_a_half,
    makes_the_product,
    uniform_density,
    uniform_products,
)
from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.exact.logarithms import split_logarithms, with_positive
from sparse_limits.theory.subset_sum.layer_error import d, h, shift, w
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.product_laws import uniform_reach
from sparse_limits.theory.subset_sum.symbols import delta, eps, n
from sparse_limits.theory.subset_sum.two_layers import (
    HALF_USABLE,
    before,
    d_0,
    d_1,
    halves,
    kept,
    two_layer_ticket,
    unit,
)

y, z, u, v = sp.symbols("y z u v", positive=True)


units_hold_a_multiple_of_a_half = holds_a_multiple_of_a_half(two_layer_ticket, unit)
halves_make_the_product = makes_the_product(two_layer_ticket, unit, halves)


def logarithm(gap: sp.Expr) -> sp.Expr:
    return split_logarithms(with_positive(gap, delta, d_0, d_1), 4 - a * kappa, HALF_USABLE)


@exact(two_layer_ticket, step="units")
def failure_at_the_size_is_the_one_allowed(failure: sp.Expr, size: sp.Expr, trial: Trial) -> Findings:
    """The bound at n units is δ times a factor for each unit beyond the size, and the factor is below 1."""
    yield trial.same(sp.log(failure), sp.log(delta) + (n - size) * sp.log(HALF_USABLE), by=logarithm)
    yield trial.nonnegative(1 - failure.subs(n, n + 1) / failure, a * kappa / 4, strict=True)


@exact(two_layer_ticket, step="uniform units")
def products_of_uniform_entries_have_size_and_density(size: sp.Expr, uniform_size: sp.Expr, trial: Trial) -> Findings:
    """The size at 1/e and the density of R5.1 there, ½. The density falls up to there, and a times the density has the slope 0 there and is
    concave.
    """
    yield from uniform_products(size, uniform_size, logarithm, trial)
    density = uniform_density(y)
    yield trial.same(sp.diff(y * density, y).subs(y, uniform_reach), sp.S.Zero)
    yield trial.nonnegative(-sp.diff(y * density, y, 2), 1 / (2 * y))


@exact(two_layer_ticket, step="input")
def one_half_errs(input_error: sp.Expr, trial: Trial) -> Findings:
    """The bound is at least the error, and its opposite, that errors ε(u − v)/(u + v) and ε(y − z)/(y + z) of the two coefficients make."""
    yield from error_of_a_half(input_error, trial)


@exact(two_layer_ticket, step="activation")
def positive_parts_move_by_no_more(activation: sp.Expr, trial: Trial) -> Findings:
    """The squared distance of two arguments is at least that of their values, by positive and negative parts of both; a positive argument
    stays.
    """
    yield from distances_of_values(activation, trial)


@exact(two_layer_ticket, step="change")
def products_change_by_both_errors(change: sp.Expr, trial: Trial) -> Findings:
    """The pruned network's entry times its value, less the target's."""
    yield from changes_of_products(change, trial)


@exact(two_layer_ticket, step="entry")
def change_is_at_most_the_error(change: sp.Expr, entry_error: sp.Expr, trial: Trial) -> Findings:
    """The bound is at least the change and its opposite, at any shift (y − z)/(y + z) of its bound and any d of (u − v)/(u + v) of ε."""
    off, moved = eps * (u - v) / (u + v), before * (y - z) / (y + z)
    here = change.subs(w, kept - d).subs({d: off, shift: moved})
    for side in (1, -1):
        old = 2 * before * (y * negative(side * kept) + z * positive(side * kept)) / (y + z)
        spare = old + 2 * eps * h * (v if side == 1 else u) / (u + v)
        yield trial.nonnegative(entry_error - side * here, spare, by=by_moduli)
