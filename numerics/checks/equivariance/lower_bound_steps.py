"""Evidence for Q8, step by step: shares, sums over masks, and what symmetry saves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from sparse_limits.numerics.checks.equivariance.lower_bound import ENTRIES, LESS, MORE
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.exact.sums import by_cases
from sparse_limits.theory.equivariance.lower_bound import (
    interval,
    largest,
    linear_parameters,
    linear_share,
    linear_success,
    n_in,
    n_out,
    pruning_lower_bound,
    relu_fraction,
    relu_parameters,
    relu_share,
    relu_success,
    s,
    saving,
    weights,
)
from sparse_limits.theory.equivariance.orbits import free
from sparse_limits.theory.equivariance.symbols import B, order
from sparse_limits.theory.subset_sum.symbols import delta, eps
from sparse_limits.theory.subset_sum.volume import Theta, c, measure, p, q

y_1, y_2 = sp.symbols("y_1 y_2", nonnegative=True)


@exact(pruning_lower_bound, step="largest measure")
@control("of one side", largest=2 * eps)
@control("10 % more", largest=MORE * largest)
@control("an interval about p alone", measure=2 * eps)
@control("all that are small serve", measure=sp.Piecewise((4 * eps, sp.Max(p, q) <= eps), (measure, True)))
def small_outputs_serve_most(largest: sp.Expr, measure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The measure at p = q = ε; what is lost of it in its last branch at p = ε − x, q = ε − y; and in the middle one."""
    yield trial.same(largest, measure.subs({p: eps, q: eps}))
    small = measure.args[-1].expr.subs({p: eps - y_1, q: eps - y_2})
    yield trial.nonnegative(largest - small, y_1 + y_2)
    yield trial.nonnegative(largest - measure.args[1].expr, 2 * eps)


@exact(pruning_lower_bound, step="one linear entry")
@control("of one side", interval=eps)
@control("both outputs apart", interval=4 * eps)
@control("10 % more", interval=MORE * interval)
def both_outputs_ask_for_the_same(interval: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From the larger lower end of [p − ε, p + ε] and [−q − ε, −q + ε] to the smaller upper one: less by |p + q|."""
    overlap = sp.Min(p + eps, -q + eps) - sp.Max(p - eps, -q - eps)
    yield trial.same(interval - sp.Abs(p + q), overlap, by=by_cases({p: y_1 - q}, {p: -y_1 - q}))


@exact(pruning_lower_bound, step="divisor")
@control("elements not divided", relu_fraction=2 * eps / c)
@control("elements multiplied", relu_fraction=2 * eps / (s * c))
@control("10 % less", relu_fraction=LESS * relu_fraction)
@control("ReLU's constant for linear targets", linear_fraction=relu_fraction)
@control("elements not divided, linear", linear_fraction=eps / c)
@control("of one side", largest=interval)
@control("both outputs apart", interval=largest)
def fractions_are_of_all_coefficients(
    relu_fraction: sp.Expr, linear_fraction: sp.Expr, largest: sp.Expr, interval: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """s times the measure over the length from −c to c."""
    for fraction, entries in ((relu_fraction, largest), (linear_fraction, interval)):
        yield trial.same(fraction, s * entries / (c - -c))


@exact(pruning_lower_bound, step="shares")
@control("the linear constant for ReLU", relu_share=linear_share)
@control("10 % less", relu_share=LESS * relu_share)
@control("not more than all, forgotten", relu_share=2 * s * eps / c)
@control("ReLU's constant for linear targets", linear_share=relu_share)
@control("not more than all, forgotten, linear", linear_share=s * eps / c)
@control("10 % more, linear", linear_share=MORE * linear_share)
@control("elements not divided", relu_fraction=2 * eps / c)
@control("elements not divided, linear", linear_fraction=eps / c)
def shares_are_at_most_all(
    relu_share: sp.Expr, linear_share: sp.Expr, relu_fraction: sp.Expr, linear_fraction: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """All of a coefficient where ε is large; in units of c, the part of [−1, 1] in an interval about 0 of so many times its length."""
    for share, fraction in ((relu_share, relu_fraction), (linear_share, linear_fraction)):
        yield trial.same(share.subs(eps, c * (1 + y_1) / s), sp.S.One)
        inside = sp.Min(1, fraction) - sp.Max(-1, -fraction)
        yield trial.same(share, inside / 2, by=least)


def least(gap: sp.Expr) -> sp.Expr:
    """With Max(x, y) = −Min(−x, −y)."""
    return sp.simplify(gap.replace(sp.Max, lambda *sides: -sp.Min(*(-side for side in sides))))


@exact(pruning_lower_bound, step="all coefficients")
@control("entries in place of the basis", weights=n_in * n_out * ENTRIES)
@control("one coefficient for each pair of channels", weights=n_in * n_out)
@control("channels before alone", weights=n_in * B)
@control("10 % more", weights=MORE * weights)
def coefficients_are_counted(weights: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Channel by channel: one before adds one for each channel after and each element."""
    yield trial.induction(weights, n_in, sp.S.Zero, lambda term: term + n_out * B, by=sp.expand)


@exact(pruning_lower_bound, step="ReLU")
@control("entries in place of the basis", relu_success=relu_success.subs(B, ENTRIES))
@control("the linear constant for ReLU", relu_success=linear_success)
@control("channels before alone", relu_success=relu_success.subs(n_out, 1))
@control("10 % less", relu_success=LESS * relu_success)
@control("masks that do not count", relu_success=relu_success.subs(Theta, 0))
@control("elements not divided", relu_share=sp.Min(1, 2 * eps / c))
@control("channels before alone, in all", weights=n_in * B)
def masks_add_up(relu_success: sp.Expr, relu_share: sp.Expr, weights: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The product of the shares once for each mask, and at most 1."""
    yield trial.same(relu_success, sp.Min(1, 2**Theta * relu_share**weights))


@exact(pruning_lower_bound, step="linear targets")
@control("entries in place of the basis, linear", linear_success=linear_success.subs(B, ENTRIES))
@control("ReLU's constant for linear targets", linear_success=relu_success)
@control("masks that do not count", linear_success=linear_success.subs(Theta, 0))
@control("as many masks as parameters", linear_success=sp.Min(1, (1 + Theta) * linear_success.subs(Theta, 0)))
@control("elements not divided", linear_success=linear_success.subs(s, 1))
@control("10 % more", linear_success=MORE * linear_success)
@control("elements not divided, in one", linear_share=sp.Min(1, eps / c))
@control("channels before alone, in all", weights=n_in * B)
def masks_add_up_for_linear_targets(
    linear_success: sp.Expr, linear_share: sp.Expr, weights: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The same product and sum; and the subset sums of powers of two, the last negative, which are all different."""
    yield trial.same(linear_success, sp.Min(1, 2**Theta * linear_share**weights))
    for items in (1, 2, 3, 4, 5):
        powers = [2**k for k in range(items - 1)] + [-(2 ** (items - 1))]
        sums = sorted(sum(part) for part in product(*((0, power) for power in powers)))
        yield trial.holds(
            sums == list(range(-(2 ** (items - 1)), 2 ** (items - 1))), f"{items} items: {len(sums)} sums"
        )


@exact(pruning_lower_bound, step="parameters")
@control("entries in place of the basis", relu_parameters=relu_parameters.subs(B, ENTRIES))
@control("10 % more", relu_parameters=MORE * relu_parameters)
@control("linear targets' bound for ReLU", relu_parameters=linear_parameters)
@control("natural logarithms", relu_parameters=sp.log(2) * relu_parameters)
@control("whatever the probability", relu_parameters=relu_parameters.subs(delta, 0))
@control("10 % less, linear", linear_parameters=LESS * linear_parameters)
@control("ReLU's bound for linear targets", linear_parameters=relu_parameters)
@control("elements not divided", relu_fraction=2 * eps / c)
@control("elements not divided, linear", linear_fraction=eps / c)
@control("channels before alone", weights=n_in * B)
def masks_are_enough_at_the_bound(
    relu_parameters: sp.Expr,
    linear_parameters: sp.Expr,
    relu_fraction: sp.Expr,
    linear_fraction: sp.Expr,
    weights: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The logarithm of the bound on the probability, with the fractions, is that of 1 − δ at so many parameters."""
    for needed, fraction in ((relu_parameters, relu_fraction), (linear_parameters, linear_fraction)):
        bound = needed * sp.log(2) + weights * sp.log(fraction)
        yield trial.same(bound, sp.log(1 - delta), by=lambda gap: split_logarithms(gap, 1 - delta))


@exact(pruning_lower_bound, step="saving")
@control("coefficients", saving=B)
@control("entries", saving=ENTRIES)
@control("entries squared", saving=ENTRIES**2 / B)
@control("10 % more", saving=MORE * saving)
@control("one for each pair of channels", relu_parameters=relu_parameters.subs(B, 1))
def bounds_are_compared(saving: sp.Expr, relu_parameters: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The bound with an orbit for each entry over the one with B orbits, where δ does not count."""
    alone = relu_parameters.subs(delta, 0)
    yield trial.same(saving, alone.subs(B, ENTRIES) / alone)


@exact(pruning_lower_bound, step="free action")
@control("10 % less when free", free_saving=LESS * order)
@control("pairs", free_saving=order**2)
@control("entries", saving=ENTRIES)
def free_actions_save_the_order(free_saving: sp.Expr, saving: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The saving at the number of orbits that Q2 has for a free action."""
    yield trial.same(free_saving, saving.subs(B, free))
