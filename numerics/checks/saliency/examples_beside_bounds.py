"""Evidence for S12, S13 and S16.3: masks whose distance or probability is known, compared with the bounds."""

from fractions import Fraction
from itertools import combinations, product
from math import comb

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.masks.cut_norm import exact_cut_norm
from sparse_limits.numerics.masks.selection import row_mask
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.saliency.blocks import block_sparsity
from sparse_limits.theory.saliency.model import columns
from sparse_limits.theory.saliency.support_recovery import HIGHEST, ranked_recovery
from sparse_limits.theory.saliency.support_recovery import n as rows
from sparse_limits.theory.saliency.wanda import cut_rate, row_thresholds


def sylvester(side: int) -> NDArray[np.int64]:
    """1 where row and column have an even number of common binary digits, else 0."""
    return np.array([[1 - (i & j).bit_count() % 2 for j in range(side)] for i in range(side)])


@exact(row_thresholds)
def rows_keep_the_left_half(bound: sp.Expr, left_half: sp.Expr, trial: Trial) -> Findings:
    """A global mask at cut distance 9/64 from ½, and the row masks of the same scores, which keep the left half.

    The global mask keeps the scores above 1; in each row the scores of the left half exceed all others. The row masks are at the stated
    distance from ½, which is within the bound.
    """
    half, zeros = 8, np.zeros((8, 8), dtype=np.int64)
    mask = np.block([[zeros + 1, sylvester(half)], [1 - sylvester(half), zeros]])
    left = np.arange(2 * half) < half
    scores = np.where(mask == 1, 1.25, 0.25) + left / 2
    yield trial.holds(np.array_equal(scores > 1, mask == 1), "the global mask at 1")
    kept = row_mask(scores, 0.5)
    yield trial.holds(np.array_equal(kept, np.tile(left, (2 * half, 1))), "the rows keep the left half")
    apart, far = (sp.Rational(float(exact_cut_norm(each - 0.5))) for each in (mask, kept))
    yield trial.holds(apart == sp.Rational(9, 64), f"the global mask is at {apart}")
    yield trial.holds(far == left_half, f"the row masks are at {far}")
    yield trial.holds(
        far <= valued(bound, {cut_rate: apart, columns: sp.Integer(2 * half)}), "the row masks are within the bound"
    )


def far_masks(height: int, width: int) -> int:
    """Masks that keep one of every two columns and are further than 249/1000 from ½."""
    found = 0
    for choice in product((0.5, -0.5), repeat=height * width // 2):
        signs = np.array(choice).reshape(height, width // 2)
        found += float(exact_cut_norm(np.stack([signs, -signs], axis=2).reshape(height, width))) > 0.249
    return found


@exact(block_sparsity)
def masks_of_equal_rows_are_furthest(all_alike: sp.Expr, trial: Trial) -> Findings:
    """The share of masks further than 249/1000 from ½, among all 1:2 masks of up to three rows of three blocks, is the stated one."""
    for height, width in ((2, 2), (2, 4), (3, 4), (3, 6)):
        seen = sp.Rational(trial.once(far_masks, height, width), 2 ** (height * width // 2))
        yield trial.same(valued(all_alike, {m: sp.Integer(height), n: sp.Integer(width)}), seen)


def swapped(count: int) -> Fraction:
    """The probability that the first of two columns keeps no more than the other, over all places of the kept ones among equal scores."""
    high = Fraction(int(HIGHEST.p), int(HIGHEST.q))
    total = Fraction(0)
    for above in range(count + 1):
        alike = range(2 * count - above)  # the first count − above of them in the first column
        kept = [sum(place < count - above for place in each) for each in combinations(alike, count - above)]
        failing = sum(2 * (above + own) <= count for own in kept)
        total += comb(count, above) * high**above * (1 - high) ** (count - above) * Fraction(failing, len(kept))
    return total


@enclosed(ranked_recovery)
def two_ranked_columns_are_swapped(two_columns_failure: sp.Expr, trial: Trial) -> Findings:
    """Two ranked columns of two, four and six rows are swapped with the stated probability, by enumeration."""
    for count in (2, 4, 6):
        seen = sp.Rational(trial.once(swapped, count))
        yield trial.same(valued(two_columns_failure, {rows: sp.Integer(count)}), seen, by=None)
