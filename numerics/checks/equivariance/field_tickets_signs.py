"""Evidence for Q12.4: how often all items of some coefficient have the wrong sign, for comparison with its bounds; and one layer alone."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.equivariance.field_tickets import field_ticket, hull, strength, strengths
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.network_widths import depth, radius
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.subset_sum.symbols import delta, eps, n

SIZES = ((1, 1, 1, 1), (4, 1, 1, 1), (2, 2, 1, 1), (1, 1, 2, 2), (3, 1, 2, 1))  # channels of a block, and of the layer


def share_missed(channels: int, before: int, after: int, elements: int) -> sp.Rational:
    """The share, of all signs of both layers, with which some coefficient has no item that is positive."""
    first, second = channels * before, channels * before * after * elements
    bits = np.arange(2 ** (first + second))[:, None] >> np.arange(first + second) & 1
    signs = 1 - 2 * bits
    items = signs[:, :first, None] * signs[:, first:].reshape(len(signs), first, -1)
    positive = (items > 0).reshape(len(signs), before, channels, -1).any(axis=2).reshape(len(signs), -1)
    return sp.Rational(int(np.count_nonzero(~positive.all(axis=1))), len(signs))


@exact(field_ticket)
def coefficients_without_an_item_of_their_sign_are_counted(one_sign: sp.Expr, trial: Trial) -> Findings:
    """All fair signs of both random layers; the items of all coefficients of a block share the sign of their first factor."""
    for sizes in SIZES:
        found = trial.once(share_missed, *sizes)
        yield trial.same(one_sign.subs(dict(zip((n, n_in, n_out, B), sizes, strict=True))), found)


@exact(field_ticket)
def as_many_channels_fail_with_their_part(
    one_sign: sp.Expr, needed: sp.Expr, needed_in_all: sp.Expr, trial: Trial
) -> Findings:
    """The probability at these numbers is δ for one layer, and that all of L layers succeed is 1 − δ."""
    yield trial.same(1 - one_sign.subs(n, needed), 1 - delta, by=sp.powdenest)
    yield trial.same((1 - one_sign.subs(n, needed_in_all)) ** depth, 1 - delta, by=sp.powdenest)


@enclosed(field_ticket)
def one_layer_has_all_of_the_error(layer_error: sp.Expr, trial: Trial) -> Findings:
    """n_in·ν·ε_1·R is ε for a network of one layer, whose strength is the product of all strengths."""
    whole = n_in * hull * radius * layer_error
    yield trial.same(whole, eps, where={depth: 1, strengths: strength})
    alone = sp.Piecewise((whole, sp.Eq(depth, 1)), (0, True))
    yield trial.below(alone, eps, needed="layer_error")
