"""Evidence for D8.1, besides its reasons: signals that read the weights of matrices of signs."""

from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.depth.further.own_weights import m, n, own_weights

SHAPES = ((1, 1), (1, 3), (2, 2), (3, 2), (2, 4), (3, 3))


def largest_mean(matrix: tuple[tuple[int, ...], ...]) -> Fraction:
    """The largest mean of F_ab g_a h_b over all signs, by trying all h: each g_a is then the sign of its sum."""
    sums = (
        sum(abs(sum(entry * sign for entry, sign in zip(row, signs, strict=True))) for row in matrix)
        for signs in product((1, -1), repeat=len(matrix[0]))
    )
    return Fraction(max(sums), len(matrix) * len(matrix[0]))


def fewest(rows: int, columns: int) -> Fraction:
    """The least of these over all matrices of signs whose first row and column are 1: others are these with signs moved to g and h."""
    free = (rows - 1) * (columns - 1)
    return min(
        largest_mean(
            ((1,) * columns, *((1, *signs[a * (columns - 1) : (a + 1) * (columns - 1)]) for a in range(rows - 1)))
        )
        for signs in product((1, -1), repeat=free)
    )


@exact(own_weights)
def no_small_matrix_of_signs_has_a_smaller_mean(least: sp.Expr, least_exchanged: sp.Expr, trial: Trial) -> Findings:
    """No matrix of signs of these shapes has a smaller largest mean, by its rows or by its columns."""
    for rows, columns in SHAPES:
        seen = sp.Rational(trial.once(fewest, rows, columns))
        for bound in (least, least_exchanged):
            below = bool(bound.subs({m: rows, n: columns}) <= seen)
            yield trial.holds(below, f"{rows} × {columns}: {seen} at least")


@exact(own_weights)
def sums_of_signs_have_the_moments(fourth_moment: sp.Expr, least_sum: sp.Expr, trial: Trial) -> Findings:
    """All signs of up to ten entries: the fourth moment, and a mean modulus no smaller than the bound."""
    for count in range(1, 11):
        sums = [sum(signs) for signs in product((1, -1), repeat=count)]
        cases = len(sums)
        yield trial.same(fourth_moment.subs(n, count), sp.Rational(sum(each**4 for each in sums), cases))
        mean = sp.Rational(sum(map(abs, sums)), cases)
        yield trial.holds(bool(least_sum.subs(n, count) <= mean), f"{count} signs: {mean} in the mean")


def followed(size: int) -> Fraction:
    """The mean of F_ab g_a h_b for Sylvester's matrix of signs, and signals that each follow the other's sums."""
    matrix = np.ones((1, 1), int)
    while len(matrix) < size:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    h = np.where(np.arange(size) % 3 == 0, -1, 1)
    for _ in range(20):
        g = np.where(matrix @ h >= 0, 1, -1)
        h = np.where(g @ matrix >= 0, 1, -1)
    return Fraction(int(g @ matrix @ h), size**2)


@exact(own_weights)
def orthogonal_matrices_of_signs_lie_between(signal_bound: sp.Expr, least: sp.Expr, trial: Trial) -> Findings:
    """Sylvester's matrices, whose norm is as small as that of a matrix of signs can be: 64 and 256 rows."""
    for size in (64, 256):
        seen = sp.Rational(trial.once(followed, size))
        at = {m: size, n: size}
        yield trial.holds(bool(least.subs(at) <= seen), f"{size} rows: {seen}, at least the bound from below")
        yield trial.holds(bool(seen <= signal_bound.subs(at)), f"{size} rows: {seen}, at most the bound")
