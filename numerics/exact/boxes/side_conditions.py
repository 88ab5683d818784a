"""Side conditions proved once and exactly: an argument that touches the end of its domain at a face of the range.

A ball around [0, 1] reaches a little below 0, so that no cell at the face of √x would ever be legal. Where the argument
is proved not to be negative on the whole range, by exact arithmetic, what a ball holds below 0 is known to be rounding.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from sparse_limits.theory.formulas.valued import valued

Ranges = Mapping[sp.Symbol, tuple[sp.Rational, sp.Rational]]

MOST_OPERATIONS = 40  # of an expression that is factored
MOST_LETTERS = 4


def never_negative(expression: sp.Expr, ranges: Ranges) -> bool:
    """Whether an expression is proved to be at least 0 on some ranges (the upper end may be ∞): a fraction of products of such factors.

    A factor is to an even power, or of degree at most 1 in each letter, so that its ends decide. A denominator
    may vanish at a face: what happens there is for the balls to find.
    """
    letters = expression.free_symbols
    if not letters <= ranges.keys() or len(letters) > MOST_LETTERS or expression.count_ops() > MOST_OPERATIONS:
        return False
    if not expression.is_rational_function(*letters):
        return False
    parts = sp.fraction(sp.together(expression))
    return all(part.is_polynomial(*letters) and _nonnegative(part, ranges) for part in parts)


def _nonnegative(part: sp.Expr, ranges: Ranges) -> bool:
    content, factors = sp.factor_list(part)
    if not content.is_Rational:
        return False
    sign = 1 if content >= 0 else -1
    for factor, multiplicity in factors:
        if multiplicity % 2:
            found = _sign(factor, ranges)
            if found == 0:
                return False
            sign *= found
    return sign > 0


def _sign(factor: sp.Expr, ranges: Ranges) -> int:
    """1 or −1 where a factor is nowhere negative or nowhere positive, else 0."""
    letters = sorted(factor.free_symbols, key=str)
    if any(sp.degree(factor, letter) > 1 for letter in letters):
        return 0
    for sign in (1, -1):
        if _at_least_zero(sign * factor, letters, ranges):
            return sign
    return 0


def _at_least_zero(part: sp.Expr, letters: list[sp.Symbol], ranges: Ranges) -> bool:
    """Whether an affine function of each letter is nowhere negative: at the ends or, without end, by its slope."""
    if not letters:
        return bool(part.is_Rational and part >= 0)
    letter, *others = letters
    low, high = ranges[letter]
    far = sp.diff(part, letter) if high is sp.oo else valued(part, {letter: high})
    return all(_at_least_zero(sp.expand(end), others, ranges) for end in (valued(part, {letter: low}), far))
