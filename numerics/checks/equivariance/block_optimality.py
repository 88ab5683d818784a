"""Evidence for Q11.3: what the blocks of a ticket need."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from sparse_limits.numerics.checks.equivariance.ticket_steps import logarithm
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.limits import exponent, limit_of_logarithms
from sparse_limits.theory.equivariance.block_chances import (
    coefficients,
    hit,
    needed,
    nonnegative_needed,
    nonnegative_success,
    pair,
    success,
    two_values,
    two_values_nonnegative,
    two_values_nonnegative_needed,
    usable,
)
from sparse_limits.theory.equivariance.block_chances import least as least_number
from sparse_limits.theory.equivariance.block_optimality import (
    block_looseness,
    most_nonnegative_success,
    most_success,
    size,
    ticket_blocks,
    uniform_block_looseness,
)
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.equivariance.ticket import failure
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.symbols import delta, n

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
y, z = sp.symbols("y z", positive=True)
UNIFORM = {a: sp.exp(-1), kappa: sp.Rational(1, 2)}


@exact(ticket_blocks, step="both signs")
@control("of one sign", pair=1 - 2 ** (-n / 2))
@control("all channels for both", pair=(1 - sp.Integer(2) ** -n) ** 2)
@control("10 % less", pair=LESS * pair)
@control("one channel less", hit=1 - 2 ** (1 - usable))
@control("all channels", hit=sp.S.One)
def both_signs_share_the_channels(hit: sp.Expr, pair: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The rest for m and n − m channels is a square; and more channels do not lower the probability."""
    rest = (2 ** (-usable / 2) - 2 ** ((usable - n) / 2)) ** 2
    yield trial.same(pair - hit * hit.subs(usable, n - usable), rest)
    yield trial.nonnegative(sp.diff(hit, usable), sp.log(2) * 2**-usable)


@exact(ticket_blocks, step="success")
@control("one sign", success=(1 - 2 ** (-n / 2)) ** coefficients)
@control("all channels for both", success=nonnegative_success**2)
@control("one coefficient", success=pair)
@control("both signs", nonnegative_success=success)
@control("one element", nonnegative_success=nonnegative_success.subs(B, 1))
@control("half of the channels", hit=hit.subs(usable, usable / 2))
@control("one sign in a pair", pair=1 - 2 ** (-n / 2))
def coefficients_have_their_own_chances(
    hit: sp.Expr, pair: sp.Expr, success: sp.Expr, nonnegative_success: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One factor for each coefficient."""
    yield trial.same(success, pair**coefficients)
    yield trial.same(nonnegative_success, hit.subs(usable, n) ** coefficients)


def chances(channels: int, before: int, after: int, signed: bool) -> sp.Rational:
    """That each coefficient has a μ of its sign: over all signs of λ, given which those of the μ are independent."""
    total = sp.S.Zero
    for plus in range(channels + 1):
        one = 1 - sp.Rational(1, 2**plus)
        other = 1 - sp.Rational(1, 2 ** (channels - plus)) if signed else sp.S.One
        total += sp.binomial(channels, plus) * (one * other) ** after / sp.Integer(2) ** channels
    return total**before


@enclosed(ticket_blocks)
@control("the square", success=success**2)
@control("half of the channels", success=success.subs(n, n / 2))
@control("all pairs of coefficients", success=success**n_in)
@control("the cube, one sign", nonnegative_success=nonnegative_success**3)
@control("half of the channels, one sign", nonnegative_success=nonnegative_success.subs(n, n / 2))
def signs_are_counted(success: sp.Expr, nonnegative_success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The probability that the signs allow success, in fractions, for up to 9 channels, 4 coefficients and 2 inputs."""
    for channels in (1, 2, 4, 6, 9):
        for before, after in ((1, 1), (1, 3), (2, 2)):
            at = {n: channels, n_in: before, n_out: after, B: 1}
            for bound, signed in ((success, True), (nonnegative_success, False)):
                found = trial.once(chances, channels, before, after, signed)
                yield trial.below(found, valued(bound, at), at=[{}])


def counted(channels: int, after: int, signed: bool) -> sp.Rational:
    """How often all targets 1 are sums of products of signs, over all signs of λ and of the μ of each target."""
    found = 0
    for first in product((1, -1), repeat=channels):
        sides = [{k for k, sign in enumerate(first) if sign == side} for side in (1, -1)[: 1 + signed]]
        for behind in product(product((1, -1), repeat=channels), repeat=after):
            found += all(any(mu[k] == 1 for k in side) for mu in behind for side in sides)
    return sp.Rational(found, 2 ** (channels * (1 + after)))


@exact(ticket_blocks)
@control("half of the channels for each sign", two_values=success)
@control("all channels for one sign", two_values_nonnegative=nonnegative_success)
@control("one sign", two_values=two_values_nonnegative)
@control("one channel before", two_values=two_values.subs(n_in, 1))
@control("all pairs on their own", two_values_nonnegative=two_values_nonnegative.subs(n_out, 1) ** n_out)
@control("half of the channels needed", two_values_needed=needed)
@control("one sign needed", two_values_needed=two_values_nonnegative_needed)
@control("all channels needed", two_values_nonnegative_needed=least_number(nonnegative_success))
def laws_of_two_values_are_counted(
    two_values: sp.Expr,
    two_values_nonnegative: sp.Expr,
    two_values_needed: sp.Expr,
    two_values_nonnegative_needed: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """All signs of coefficients ±1, for up to four channels; and the first number of channels at which they fail in half of the cases at most."""
    for signed, chance in ((True, two_values), (False, two_values_nonnegative)):
        for channels, before, after in ((1, 1, 1), (2, 1, 2), (3, 2, 2), (4, 1, 1)):
            at = {n: channels, n_in: before, n_out: after, B: 1}
            found = trial.once(counted, channels, after, signed) ** before
            yield trial.holds(valued(chance, at).doit() == found, f"{at}: {found}")
    for signed, count in ((True, two_values_needed), (False, two_values_nonnegative_needed)):
        found = next(k for k in range(1, 9) if 2 * trial.once(counted, k, 1, signed) >= 1)
        claimed = trial.value(count, {n_in: 1, n_out: 1, B: 1, delta: sp.Rational(1, 2)})
        yield trial.holds(claimed == found, f"{found} channels, claimed {claimed}")


@exact(ticket_blocks, step="exponentials")
@control("one sign", most_success=sp.exp(-coefficients * 2 ** (-n / 2)))
@control("all channels for both", most_success=sp.exp(-2 * coefficients * sp.Integer(2) ** -n))
@control("both signs", most_nonnegative_success=most_success)
@control("10 % more", most_nonnegative_success=MORE * most_nonnegative_success)
@control("one coefficient", success=pair)
@control("both signs of one", nonnegative_success=success)
def powers_are_below_exponentials(
    success: sp.Expr,
    nonnegative_success: sp.Expr,
    most_success: sp.Expr,
    most_nonnegative_success: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """1 + x and eˣ to the same power, x = −2^(−n/2) and −2^(−n)."""
    for x, power, low, high in (
        (-(2 ** (-n / 2)), 2 * coefficients, success, most_success),
        (-(sp.Integer(2) ** -n), coefficients, nonnegative_success, most_nonnegative_success),
    ):
        yield trial.same(low, (1 + x) ** power)
        yield trial.same(sp.log(high), power * x, by=sp.expand_log)


def by_rate(gap: sp.Expr) -> sp.Expr:
    """With δ = 1 − e^(−y), which is any probability."""
    return sp.simplify(sp.expand_log(gap.subs(delta, 1 - sp.exp(-y))))


@exact(ticket_blocks, step="channels needed")
@control("one sign", needed=needed.subs(n_in, n_in / 2))
@control("all channels for both", needed=needed / 2)
@control("10 % more", needed=MORE * needed)
@control("natural logarithms", needed=needed * sp.log(2))
@control("both signs", nonnegative_needed=needed)
@control("δ itself", nonnegative_needed=sp.log(coefficients / delta) / sp.log(2))
@control("10 % less", nonnegative_needed=LESS * nonnegative_needed)
@control("one sign in the success", most_success=sp.exp(-coefficients * 2 ** (-n / 2)))
@control("both signs in the success", most_nonnegative_success=most_success)
def success_is_rarer_with_fewer_channels(
    most_success: sp.Expr,
    most_nonnegative_success: sp.Expr,
    needed: sp.Expr,
    nonnegative_needed: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """At these n the logarithm of −log of the bounds is that of −log(1 − δ); and how their logarithms grow."""
    for bound, count, rise in (
        (most_success, needed, coefficients * sp.log(2) * 2 ** (-n / 2)),
        (most_nonnegative_success, nonnegative_needed, coefficients * sp.log(2) * sp.Integer(2) ** -n),
    ):
        level = sp.expand_log(sp.log(bound))
        yield trial.same(sp.expand_log(sp.log(-level)).subs(n, count), sp.log(-sp.log(1 - delta)), by=by_rate)
        yield trial.nonnegative(sp.diff(level, n), rise)


@exact(ticket_blocks, step="many coefficients", cost=0.6)
@control("twice as much", block_looseness=2 * block_looseness)
@control("natural logarithms", block_looseness=block_looseness / sp.log(2))
@control("10 % less", block_looseness=LESS * block_looseness)
@control("all items usable", size=size.subs(kappa, 2 * kappa))
@control("all channels for both", needed=needed / 2)
@control("twice as many", nonnegative_needed=2 * nonnegative_needed)
def widths_are_compared(
    size: sp.Expr, needed: sp.Expr, nonnegative_needed: sp.Expr, block_looseness: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Q7.1's size; the quotients as coefficients become many, δ = 1 − e^(−y); for one sign Q7.1 allows δ twice."""
    beyond = (n - size) * sp.log(1 - a * kappa / 4)
    yield trial.same(sp.log(failure), sp.log(delta) + beyond, by=logarithm)
    many = sp.exp(exponent) / (n_in * n_out)
    for count, least, times in ((size, needed, 1), (size.subs(delta, 2 * delta), nonnegative_needed, 2)):
        quotient = (count / least).subs(delta, 1 - sp.exp(-y))
        yield trial.same(trial.once(limit_of_logarithms, quotient, B, many), times * block_looseness)


@enclosed(ticket_blocks, step="uniform")
@control("all items usable", uniform_block_looseness=block_looseness.subs({a: sp.exp(-1), kappa: 1}))
@control(
    "the law of one uniform number", uniform_block_looseness=block_looseness.subs({a: 1, kappa: sp.Rational(1, 2)})
)
@control("10 % less", uniform_block_looseness=LESS * uniform_block_looseness)
@control("twice as much", block_looseness=2 * block_looseness)
def uniform_blocks_have_their_constant(
    block_looseness: sp.Expr, uniform_block_looseness: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At a = 1/e and κ = 1/2: between 7.36 and 7.37."""
    yield trial.same(uniform_block_looseness, block_looseness.subs(UNIFORM))
    yield trial.everywhere(sp.Rational(736, 100), uniform_block_looseness)
    yield trial.everywhere(uniform_block_looseness, sp.Rational(737, 100))
