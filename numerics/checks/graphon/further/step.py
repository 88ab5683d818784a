"""Evidence for G9, besides its reasons: cells of equal size have the spectrum; and more."""

import numpy as np
import sympy as sp
from flint import fmpq_mat, fmpz_mat
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.theory.graphon.further.step import (
    COLUMN,
    ROW,
    blocks,
    column_profile,
    column_weights,
    determinant,
    discriminant,
    row_profile,
    row_weights,
    sigma_1,
    sigma_2,
    step_spectrum,
    trace,
    weighted_matrix,
)
from sparse_limits.theory.saliency.model import tau

SHAPES = ((2, 3), (3, 2), (1, 4), (3, 3), (4, 2))
Steps = tuple[list[int], list[int], list[list[int]]]


def step_matrices(rng: np.random.Generator) -> list[Steps]:
    """Step graphons: lengths of row and column blocks in cells, and values in tenths."""
    return [
        (
            rng.integers(1, 4, rows).tolist(),
            rng.integers(1, 5, columns).tolist(),
            rng.integers(0, 11, (rows, columns)).tolist(),
        )
        for rows, columns in SHAPES
    ]


def cell_polynomial(rows: list[int], columns: list[int], tenths: list[list[int]]) -> list[sp.Rational]:
    """Coefficients, lowest first, of det(z − TT*) for the graphon as a matrix of equal cells, rid of its factors z."""
    cells = np.repeat(np.repeat(np.array(tenths), rows, axis=0), columns, axis=1)
    gram = fmpz_mat((cells @ cells.T).tolist())
    polynomial = (fmpq_mat(gram) / (100 * sum(rows) * sum(columns))).charpoly()
    surplus = sum(rows) - len(rows)
    return [sp.Rational(int(each.p), int(each.q)) for each in polynomial.coeffs()[surplus:]]


@exact(step_spectrum, step="entry")
def cells_of_equal_size_have_the_spectrum(entry: sp.Expr, trial: Trial) -> Findings:
    """Characteristic polynomials of TT*, from the claimed matrix and from the graphon cut into equal cells."""
    for rows, columns, tenths in trial.draw(step_matrices):
        alpha, beta = ([sp.Rational(part, sum(parts)) for part in parts] for parts in (rows, columns))
        claimed = weighted_matrix(alpha, beta, sp.Matrix(tenths) / 10, entry)
        z = sp.Symbol("z")
        coefficients = (claimed * claimed.T).charpoly(z).all_coeffs()[::-1]
        true = trial.once(cell_polynomial, rows, columns, tenths)
        agree = all(sp.expand(left - right) == 0 for left, right in zip(coefficients, true, strict=True))
        yield trial.holds(agree, f"{len(rows)}×{len(columns)} blocks: det {true[0]}, claimed {coefficients[0]}")


@enclosed(step_spectrum)
@control("the other root", sigma_1=sigma_2, sigma_2=sigma_1)
@control("the other sign", sigma_2=-sigma_2, sigma_1=-sigma_1)
def singular_values_are_ordered(sigma_1: sp.Expr, sigma_2: sp.Expr, trial: Trial) -> Findings:
    """0 ≤ σ₂ ≤ σ₁: σ₁, the product of both and the difference of their squares are roots of what is not negative.

    The letter R stands for the root of the discriminant, which is a sum of two squares.
    """
    root = sp.Symbol("R", nonnegative=True)
    yield trial.nonnegative(sigma_1.subs(sp.sqrt(discriminant), root), sp.sqrt((trace + root) / 2))
    yield trial.nonnegative(sigma_1 * sigma_2, sp.sqrt(determinant))
    matrix = weighted_matrix(row_weights, column_weights, blocks)
    gram = matrix * matrix.T
    squares = (gram[0, 0] - gram[1, 1]) ** 2 + 4 * gram[0, 1] ** 2
    yield trial.nonnegative(sigma_1**2 - sigma_2**2, sp.sqrt(squares))


def block_counts(rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """Of n saliencies in each of the 2 × 2 blocks, those above 1. int[4]"""
    noise = np.abs(rng.standard_normal((2, 2, n)))
    scale = np.outer([float(x) for x in ROW], [float(x) for x in COLUMN])
    counts: NDArray[np.int64] = (scale[:, :, None] * noise > 1).sum(axis=2).ravel()
    return counts


@statistical(step_spectrum, tests=1)
def saliencies_keep_the_blocks(saliency_block: sp.Expr, trial: Trial) -> Findings:
    """Kept shares in the four blocks of a saliency with profiles of two values, at threshold 1."""
    n = trial.size(30_000)
    values = [
        trial.value(saliency_block, {row_profile: f, column_profile: g, tau: sp.Integer(1)})
        for f in ROW
        for g in COLUMN
    ]
    yield trial.counts_each(trial.draw(block_counts, n), n, values)
