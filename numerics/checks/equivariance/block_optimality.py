"""Evidence for Q11.3, besides its reasons: signs are counted; laws of two values are counted; and more."""

from itertools import product

import sympy as sp

from sparse_limits.numerics.checks.equivariance.ticket import logarithm
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.limits import exponent, limit_of_logarithms
from sparse_limits.theory.equivariance.block_optimality import ticket_blocks, y
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.equivariance.ticket import failure
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.symbols import delta, n

UNIFORM = {a: sp.exp(-1), kappa: sp.Rational(1, 2)}


def chances(channels: int, before: int, after: int, signed: bool) -> sp.Rational:
    """The probability that each coefficient has a μ of its sign: over all signs of λ, given which the signs of the μ are independent."""
    total = sp.S.Zero
    for plus in range(channels + 1):
        one = 1 - sp.Rational(1, 2**plus)
        other = 1 - sp.Rational(1, 2 ** (channels - plus)) if signed else sp.S.One
        total += sp.binomial(channels, plus) * (one * other) ** after / sp.Integer(2) ** channels
    return total**before


@enclosed(ticket_blocks)
def signs_are_counted(success: sp.Expr, nonnegative_success: sp.Expr, trial: Trial) -> Findings:
    """The probability that the signs allow success, in fractions, is at most the bound, up to 9 channels, 4 coefficients and 2 inputs."""
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
def laws_of_two_values_are_counted(
    two_values: sp.Expr,
    two_values_nonnegative: sp.Expr,
    two_values_needed: sp.Expr,
    two_values_nonnegative_needed: sp.Expr,
    trial: Trial,
) -> Findings:
    """All signs of coefficients ±1, for up to four channels; and the first number of channels that fails in at most half of the cases."""
    for signed, chance in ((True, two_values), (False, two_values_nonnegative)):
        for channels, before, after in ((1, 1, 1), (2, 1, 2), (3, 2, 2), (4, 1, 1)):
            at = {n: channels, n_in: before, n_out: after, B: 1}
            found = trial.once(counted, channels, after, signed) ** before
            yield trial.holds(valued(chance, at).doit() == found, f"{at}: {found}")
    for signed, count in ((True, two_values_needed), (False, two_values_nonnegative_needed)):
        found = next(k for k in range(1, 9) if 2 * trial.once(counted, k, 1, signed) >= 1)
        claimed = trial.value(count, {n_in: 1, n_out: 1, B: 1, delta: sp.Rational(1, 2)})
        yield trial.holds(claimed == found, f"{found} channels, claimed {claimed}")


@exact(ticket_blocks, step="many coefficients", cost=0.6)
def widths_are_compared(
    size: sp.Expr, needed: sp.Expr, nonnegative_needed: sp.Expr, block_looseness: sp.Expr, trial: Trial
) -> Findings:
    """At Q7.1's size the failure is δ. As coefficients become many, δ = 1 − e^(−y), the sizes have the quotient stated, and twice that for
    one sign, where Q7.1 allows 2δ.
    """
    beyond = (n - size) * sp.log(1 - a * kappa / 4)
    yield trial.same(sp.log(failure), sp.log(delta) + beyond, by=logarithm)
    many = sp.exp(exponent) / (n_in * n_out)
    for count, least, times in ((size, needed, 1), (size.subs(delta, 2 * delta), nonnegative_needed, 2)):
        quotient = (count / least).subs(delta, 1 - sp.exp(-y))
        limit = trial.once(limit_of_logarithms, quotient, B, many, 1 - sp.exp(-y))
        yield trial.same(limit, times * block_looseness)


@enclosed(ticket_blocks, step="uniform")
def uniform_blocks_have_their_constant(
    block_looseness: sp.Expr, uniform_block_looseness: sp.Expr, trial: Trial
) -> Findings:
    """At a = 1/e and κ = 1/2: between 7.36 and 7.37."""
    yield trial.same(uniform_block_looseness, block_looseness.subs(UNIFORM))
    yield trial.everywhere(sp.Rational(736, 100), uniform_block_looseness)
    yield trial.everywhere(uniform_block_looseness, sp.Rational(737, 100))
