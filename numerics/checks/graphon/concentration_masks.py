"""Evidence for G1.1: cut norms of drawn masks stay within the rates."""

from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.masks.cut_norm import cut_norm_witness, exact_cut_norm
from sparse_limits.theory.graphon.concentration import cut_norm_rate
from sparse_limits.theory.graphon.symbols import delta, m, n, s, variance


def sparse_cut_norms(rng: np.random.Generator, masks: int, side: int) -> NDArray[np.floating]:
    """‖M − 1/10‖□ of square masks of independent entries of density 1/10, exactly."""
    mask = rng.integers(0, 10, size=(masks, side, side)) == 0
    return np.asarray(exact_cut_norm(10 * mask.astype(np.int64) - 1)) / 10


def sparse_cut_witnesses(rng: np.random.Generator, masks: int, side: int) -> NDArray[np.floating]:
    """The same for larger masks, by certified lower bounds."""
    mask = rng.integers(0, 10, size=(masks, side, side)) == 0
    return np.array([cut_norm_witness(10 * each.astype(np.int64) - 1, rng).value / 10 for each in mask])


def norms_within(rates: tuple[sp.Expr, ...], trial: Trial) -> Findings:
    """That cut norms of drawn masks of density 1/10 exceed rates no more often than with the probability δ (G1.1, G1.2)."""
    samples = (
        (10, sp.Rational(1, 2), trial.draw(sparse_cut_norms, trial.size(2000), 10)),
        (128, sp.Rational(1, 100), trial.draw(sparse_cut_witnesses, trial.size(16), 128)),
    )
    for side, failure, norms in samples:
        at = {m: side, n: side, delta: failure, variance: sp.Rational(9, 100)}
        for rate in rates:
            beyond = int((norms > trial.value(rate, at)).sum())
            yield trial.counts(beyond, len(norms), float(failure), side="above")


@statistical(cut_norm_rate, tests=4)
def cut_norms_stay_within_the_rates(hoeffding_rate: sp.Expr, bernstein_rate: sp.Expr, trial: Trial) -> Findings:
    """Cut norms of drawn masks exceed the rates no more often than stated: 10×10 exactly, 128×128 by certified lower bounds."""
    yield from norms_within((hoeffding_rate, bernstein_rate), trial)


@exact(cut_norm_rate)
def far_out_only_the_sum_of_all_coins_counts(all_alike: sp.Expr, trial: Trial) -> Findings:
    """From s = ½ − 1/2max(m, n) on, a cut norm exceeds s as often as stated, over all masks of 2×3 and 3×3 fair coins."""
    for rows, columns in ((2, 3), (3, 3)):
        signs = np.array(list(product((1, -1), repeat=rows * columns))).reshape(-1, rows, columns)
        cuts = np.rint(np.asarray(exact_cut_norm(signs)) * rows * columns).astype(np.int64)
        for far in (sp.Rational(1, 3), sp.Rational(2, 5), sp.Rational(9, 20)):
            share = sp.Rational(int((cuts > float(2 * far * rows * columns) + 1e-9).sum()), len(cuts))
            yield trial.same(written_out(all_alike, {m: sp.Integer(rows), n: sp.Integer(columns), s: far}), share)
