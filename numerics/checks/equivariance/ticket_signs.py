"""Evidence for Q7.1 and Q7.2: how often no channel has both entries of the sign that some coefficient needs, for comparison with bounds."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.equivariance.ticket import B_in, equivariant_ticket, ticket_without_identity
from sparse_limits.theory.subset_sum.symbols import n

SIZES = ((1, 1, 1, 1), (4, 1, 1, 1), (2, 2, 1, 1), (2, 1, 2, 2), (3, 1, 2, 1))  # channels of a block, and of the layer


def share_missed(channels: int, blocks: int, coefficients: int, signed: bool) -> sp.Rational:
    """The share, of all signs of both layers, with which some coefficient has no channel where both are positive.

    signed: or none where both are negative. blocks of channels have coefficients of their own.
    """
    first, second = channels * blocks, channels * blocks * coefficients
    bits = np.arange(2 ** (first + second))[:, None] >> np.arange(first + second) & 1
    before, after = bits[:, :first, None], bits[:, first:].reshape(len(bits), first, -1)
    found = np.ones(len(bits), dtype=bool)
    for sign in (1, 0) if signed else (1,):
        usable = ((before == sign) & (after == sign)).reshape(len(bits), blocks, channels, -1)
        found &= usable.any(axis=2).reshape(len(bits), -1).all(axis=1)
    return sp.Rational(int(np.count_nonzero(~found)), len(bits))


@exact(equivariant_ticket)
def coefficients_without_a_pair_are_counted(no_pair: sp.Expr, no_pair_of_a_sign: sp.Expr, trial: Trial) -> Findings:
    """All fair signs of both random layers; all coefficients of a block share the signs of the first layer."""
    for sizes in SIZES:
        channels, before, after, elements = sizes
        here = dict(zip((n, n_in, n_out, B), sizes, strict=True))
        for chance, signed in ((no_pair, False), (no_pair_of_a_sign, True)):
            found = trial.once(share_missed, channels, before, after * elements, signed)
            yield trial.same(chance.subs(here).doit(), found)


@exact(ticket_without_identity)
def blocks_have_signs_of_their_own(no_pair_in_a_block: sp.Expr, trial: Trial) -> Findings:
    """All signs, for one, two and three blocks of one input channel, and for two blocks of each of two."""
    for channels, before, blocks in ((4, 1, 1), (3, 1, 2), (2, 1, 3), (2, 2, 2)):
        found = trial.once(share_missed, channels, before * blocks, 1, True)
        here = {n: channels, n_in: before, n_out: 1, B: 1, B_in: blocks}
        yield trial.same(no_pair_in_a_block.subs(here).doit(), found)
