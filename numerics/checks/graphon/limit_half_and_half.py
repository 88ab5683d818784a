"""Evidence for G4.1: masks with too many columns from one half, which occur infinitely often."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.graphon.limit import half_and_half, mask_limit, y

x = sp.Symbol("x", positive=True)
ENTROPY = x * sp.log(2 * x) + (1 - x) * sp.log(2 * (1 - x))  # of x and ½


@exact(mask_limit)
def too_many_columns_are_kept_too_little(half_and_half: sp.Expr, trial: Trial) -> Findings:
    """If a share ½ + s of the columns shares half of the entries, the mask exceeds the kernel on s and is below it on the right half.

    Both differences are equal to the stated distance.
    """
    excess = 1 / (2 * sp.sqrt(y))
    kept = sp.Rational(1, 2) / (sp.Rational(1, 2) + excess)
    yield trial.same(half_and_half, excess * kept)
    yield trial.same(half_and_half, (1 - kept) / 2)


@enclosed(mask_limit)
def share_has_a_small_entropy_and_the_distance(ultimate: sp.Expr, trial: Trial) -> Findings:
    """At the share ½ + 1/(2√y) the entropy is below 1/y, and the distance is at most the stated limit, for three y.

    Three binomial probabilities are at least as large as the entropy says.
    """
    for ratio in (4, 100, 10000):
        share = sp.Rational(1, 2) + 1 / (2 * sp.sqrt(sp.Integer(ratio)))
        yield trial.below(ENTROPY.subs(x, share), sp.Rational(1, ratio), at=[{}], strict=True)
        yield trial.below(half_and_half.subs(y, ratio), ultimate.subs(y, ratio), at=[{}])
    for coins, heads in ((10, 7), (40, 25), (100, 60)):
        least = sp.exp(-coins * ENTROPY.subs(x, sp.Rational(heads, coins))) / (coins + 1)
        yield trial.below(least, sp.binomial(coins, heads) / sp.Integer(2) ** coins, at=[{}])
