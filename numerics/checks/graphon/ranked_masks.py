"""Evidence for G1.3, besides its reasons: four sums fail with delta; sums of all sizes fail with delta; and more."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.graphon.sized_sets import fails_with_delta
from sparse_limits.numerics.evidence import Findings, Trial, exact, statistical
from sparse_limits.numerics.exact.logarithms import expanded_logarithms, split_logarithms
from sparse_limits.numerics.masks.cut_norm import cut_norm_witness
from sparse_limits.numerics.masks.selection import top_k_mask
from sparse_limits.theory.graphon.ranked_masks import ranked_masks, shift
from sparse_limits.theory.graphon.symbols import delta, m, n, s, variance


@exact(ranked_masks, step="fluctuation")
def four_sums_fail_with_delta(four_failures: sp.Expr, four_fluctuation: sp.Expr, trial: Trial) -> Findings:
    """At the fluctuation the exponent is ln(4/δ); the fluctuation is not negative, as it is x at δ = 4e^(−2mnx²)."""
    x = sp.Symbol("x", positive=True)
    exponent = -(expanded_logarithms(sp.log(four_failures)) - sp.log(4)) / s**2
    yield trial.same(four_fluctuation**2, sp.log(4 / delta) / exponent, by=split_logarithms)
    yield trial.same(four_fluctuation.subs(delta, 4 * sp.exp(-2 * m * n * x**2)), x)


@exact(ranked_masks, step="wide fluctuation")
def sums_of_all_sizes_fail_with_delta(all_failures: sp.Expr, wide_fluctuation: sp.Expr, trial: Trial) -> Findings:
    """With E for the failure at s = 0, the number of events, the exponent is ln(E/δ) at the fluctuation, which is not negative."""
    yield from fails_with_delta(all_failures, wide_fluctuation, trial)


def uniform_cut_norms(rng: np.random.Generator, masks: int, side: int) -> NDArray[np.floating]:
    """Certified lower bounds of ‖M − 1/4‖□ for square masks that are uniform among those with a quarter of the entries."""
    drawn = [top_k_mask(rng.random((side, side)), side**2 // 4) for _ in range(masks)]
    return np.array([cut_norm_witness(4 * each.astype(np.int64) - 1, rng).value / 4 for each in drawn])


@statistical(ranked_masks, tests=2)
def uniform_masks_stay_within_the_rates(ranked_rate: sp.Expr, wide_rate: sp.Expr, trial: Trial) -> Findings:
    """Cut norms of uniform masks of 128×128 entries, a quarter of them ones (κ = 0), exceed the rates no more often than stated."""
    side, chance = 128, sp.Rational(1, 100)
    norms = trial.draw(uniform_cut_norms, trial.size(12), side)
    at = {m: side, n: side, delta: chance, variance: sp.Rational(3, 16), shift: 0}
    for rate in (ranked_rate, wide_rate):
        beyond = int((norms > trial.value(rate, at)).sum())
        yield trial.counts(beyond, len(norms), float(chance), side="above")
