"""Evidence for G6.2, besides its reasons: two entries are kept with some probability; and more."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.masks.selection import row_mask
from sparse_limits.theory.graphon.chi_statistic import chi_statistic
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.saliency.model import rho


@enclosed(chi_statistic)
def two_entries_are_kept_with_some_probability(pair_chance: sp.Expr, trial: Trial) -> Findings:
    """The probability that two entries are kept lies between 0, where one entry is kept, and 1, where all are."""
    one_of_nine = {m: sp.Integer(3), n: sp.Integer(3), rho: sp.Rational(1, 9)}
    for low, high in ((0, pair_chance), (pair_chance, 1)):
        yield trial.below(low, high, needed="pair_chance")
        yield trial.below(low, high, at=[one_of_nine])


def mean_chi(rows: int, columns: int, kept: int) -> Fraction:
    """E χ over all sets of `kept` of the entries, by enumeration."""
    density = Fraction(kept, rows * columns)
    total, sets = Fraction(0), 0
    for chosen in combinations(range(rows * columns), kept):
        counts = np.bincount([entry % columns for entry in chosen], minlength=columns).tolist()
        total += sum((Fraction(count, rows) - density) ** 2 for count in counts)
        sets += 1
    return total / sets * rows / (density * (1 - density))


@exact(chi_statistic, step="mean of the statistic")
def chi_of_all_sets_of_entries(expected_chi: sp.Expr, trial: Trial) -> Findings:
    """E χ over all K-subsets of up to nine entries, in rationals, is the stated value for every K."""
    for rows, columns in ((1, 4), (2, 3), (3, 2), (3, 3)):
        claimed = expected_chi.subs({m: rows, n: columns})
        for kept in range(1, rows * columns):
            mean = trial.once(mean_chi, rows, columns, kept)
            yield trial.holds(
                claimed == sp.Rational(mean), f"{rows}×{columns}, K = {kept}: mean {mean}, claimed {claimed}"
            )


def chi_of_ranked_masks(rng: np.random.Generator, masks: int, side: int, kept: int) -> NDArray[np.floating]:
    """χ of masks of the largest of side² magnitudes |w|. float[masks]"""
    density = kept / side**2
    masks_as_rows = row_mask(np.abs(rng.standard_normal((masks, side**2))), density)
    counts = masks_as_rows.reshape(masks, side, side).sum(axis=1)
    chi: NDArray[np.floating] = ((counts / side - density) ** 2).sum(axis=1) * side / (density * (1 - density))
    return chi


@statistical(chi_statistic, tests=1)
def chi_of_magnitude_masks(expected_chi: sp.Expr, trial: Trial) -> Findings:
    """The mean of χ over top-K masks of magnitudes; χ never exceeds the number of entries."""
    side = 3
    sample = trial.draw(chi_of_ranked_masks, trial.size(20_000), side, 3)
    yield trial.averages(sample, trial.value(expected_chi, {m: side, n: side}), 0.0, float(side**2))
