"""Evidence for G9: singular values of step graphons."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from flint import fmpq_mat, fmpz_mat
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.theory.graphon.step import (
    block,
    blocks,
    column_profile,
    column_unit,
    column_weight,
    column_weights,
    determinant,
    discriminant,
    entry,
    row_profile,
    row_weight,
    row_weights,
    saliency_block,
    sigma_1,
    sigma_2,
    step_spectrum,
    trace,
    two_valued_model,
    weighted_matrix,
)
from sparse_limits.theory.saliency.model import tau, u, v

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
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
@control("as if all weights were 1/2", entry=block / 2)
@control("weights without the root", entry=row_weight * column_weight * block)
@control("rows alone weighted", entry=sp.sqrt(row_weight) * block)
@control("10 % more", entry=ELEVEN * entry)
def cells_of_equal_size_have_the_spectrum(entry: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Characteristic polynomials of TT*, from the claimed matrix and from the graphon cut into equal cells."""
    for rows, columns, tenths in trial.draw(step_matrices):
        alpha, beta = ([sp.Rational(part, sum(parts)) for part in parts] for parts in (rows, columns))
        claimed = weighted_matrix(alpha, beta, sp.Matrix(tenths) / 10, entry)
        z = sp.Symbol("z")
        coefficients = (claimed * claimed.T).charpoly(z).all_coeffs()[::-1]
        true = trial.once(cell_polynomial, rows, columns, tenths)
        agree = all(sp.expand(left - right) == 0 for left, right in zip(coefficients, true, strict=True))
        yield trial.holds(agree, f"{len(rows)}×{len(columns)} blocks: det {true[0]}, claimed {coefficients[0]}")


@exact(step_spectrum, step="unit functions")
@control("the integral is one", row_unit=1 / row_weight)
@control("of the columns", row_unit=column_unit)
@control("not normalised", column_unit=sp.S.One)
@control("10 % more", column_unit=ELEVEN * column_unit)
def unit_functions_have_norm_one(row_unit: sp.Expr, column_unit: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The integral of the square over a part of the block is the share of the block."""
    place, part = sp.symbols("x y", positive=True)
    for unit, weight in ((row_unit, row_weight), (column_unit, column_weight)):
        yield trial.same(sp.integrate(unit**2, (place, 0, part)), part / weight)


@exact(step_spectrum, step="entry")
@control("as if all weights were 1/2", entry=block / 2)
@control("weights without the root", entry=row_weight * column_weight * block)
@control("the sign", entry=-entry)
@control("10 % more", entry=ELEVEN * entry)
@control("the integral is one", row_unit=1 / row_weight)
@control("not normalised", column_unit=sp.S.One)
def entry_is_an_integral_over_a_block(
    row_unit: sp.Expr, column_unit: sp.Expr, entry: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """⟨e, T g⟩: both unit functions and the value, integrated over a row block and a column block."""
    u_, v_ = sp.symbols("x y", positive=True)
    inner = sp.integrate(block * column_unit, (v_, 0, column_weight))
    yield trial.same(entry, sp.integrate(row_unit * inner, (u_, 0, row_weight)))


@exact(step_spectrum, step="trace")
@control("sum of the values", trace=sum(blocks))
@control("without the rows' weights", trace=sum(column_weights[b] * blocks[a, b] ** 2 for a in (0, 1) for b in (0, 1)))
@control("10 % more", trace=ELEVEN * trace)
@control("as if all weights were 1/2", entry=block / 2)
def trace_of_two_by_two_blocks(entry: sp.Expr, trace: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The trace of BBᵀ for symbolic blocks; and ∬W, which the matrix gives with the roots of the lengths."""
    matrix = weighted_matrix(row_weights, column_weights, blocks, entry)
    mean = sum(sp.sqrt(row_weights[a] * column_weights[b]) * matrix[a, b] for a in range(2) for b in range(2))
    whole = sum(row_weights[a] * column_weights[b] * blocks[a, b] for a in range(2) for b in range(2))
    yield trial.same((matrix * matrix.T).trace(), trace, by=sp.expand)
    yield trial.same(mean, whole, by=sp.expand)


@exact(step_spectrum, step="determinant")
@control("determinant of the values", determinant=blocks.det() ** 2)
@control("determinant with a plus", determinant=determinant.subs(blocks[0, 1], -blocks[0, 1]))
@control("not squared", determinant=sp.sqrt(determinant))
@control("as if all weights were 1/2", entry=block / 2)
def determinant_of_two_by_two_blocks(entry: sp.Expr, determinant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The determinant of BBᵀ for symbolic blocks."""
    matrix = weighted_matrix(row_weights, column_weights, blocks, entry)
    yield trial.same((matrix * matrix.T).det(), determinant, by=sp.expand)


@exact(step_spectrum, step="discriminant")
@control("without the factor", discriminant=trace**2 - determinant)
@control("with a plus", discriminant=trace**2 + 4 * determinant)
@control("10 % more", discriminant=ELEVEN * discriminant)
@control("as if all weights were 1/2", entry=block / 2)
@control("sum of the values", trace=sum(blocks))
@control("not squared", determinant=sp.sqrt(determinant))
def discriminant_is_a_sum_of_squares(
    entry: sp.Expr, trace: sp.Expr, determinant: sp.Expr, discriminant: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """(A − D)² + 4C² for BBᵀ = (A C; C D); and (A + D)² less four determinants."""
    matrix = weighted_matrix(row_weights, column_weights, blocks, entry)
    gram = matrix * matrix.T
    squares = (gram[0, 0] - gram[1, 1]) ** 2 + 4 * gram[0, 1] ** 2
    yield trial.nonnegative(discriminant, squares, by=sp.expand)
    yield trial.same(discriminant, trace**2 - 4 * determinant, by=sp.expand)


@exact(step_spectrum, step="larger singular value")
@control("the other root", sigma_1=sigma_2)
@control("without the root", sigma_1=sigma_1**2)
@control("σ₁ 10 % more", sigma_1=ELEVEN * sigma_1)
@control("sum of the values", trace=sum(blocks))
@control("not squared", determinant=sp.sqrt(determinant))
@control("with a plus", discriminant=trace**2 + 4 * determinant)
def larger_root_of_the_polynomial(
    trace: sp.Expr, determinant: sp.Expr, discriminant: sp.Expr, sigma_1: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """z² − trace z + determinant at z = σ₁², which is above the middle of the roots by half the root of the discriminant."""
    yield trial.same(2 * sigma_1**2, trace + sp.sqrt(discriminant), by=sp.expand)
    yield trial.same(sigma_1**4 + determinant, trace * sigma_1**2, by=sp.expand)


@exact(step_spectrum, step="smaller singular value")
@control("the trace less σ₁", sigma_2=sp.sqrt(trace) - sigma_1)
@control("σ₂ 10 % less", sigma_2=NINE * sigma_2)
@control("the other sign", sigma_2=-sigma_2)
@control("the other root", sigma_1=sigma_2)
@control("sum of the values", trace=sum(blocks))
@control("not squared", determinant=sp.sqrt(determinant))
def smaller_root_of_the_polynomial(
    trace: sp.Expr, determinant: sp.Expr, sigma_1: sp.Expr, sigma_2: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The products of the roots, and of their squares; the sum of their squares."""
    yield trial.same(sigma_1**2 * sigma_2**2, determinant, by=sp.expand)
    yield trial.same(sigma_1 * sigma_2, sp.sqrt(determinant), by=sp.expand)
    yield trial.same(sigma_1**2 * (trace - sigma_1**2), determinant, by=sp.expand)


@enclosed(step_spectrum)
@control("the other root", sigma_1=sigma_2, sigma_2=sigma_1)
@control("the other sign", sigma_2=-sigma_2, sigma_1=-sigma_1)
def singular_values_are_ordered(sigma_1: sp.Expr, sigma_2: sp.Expr, trial: Trial) -> Iterator[Finding]:
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


ROW, COLUMN = (sp.Rational(2, 5), sp.Rational(6, 5)), (sp.Rational(1, 2), sp.Integer(2))  # profiles of two values
PLACES = (sp.Rational(1, 7), sp.Rational(5, 7))  # positions within the first and within the second block
SHARES = {row_weights[0]: sp.Rational(1, 4), column_weights[0]: sp.Rational(1, 3)}


@exact(step_spectrum, step="block of a saliency")
@control("the row alone", saliency_block=saliency_block.subs(column_profile, 1))
@control("profiles added", saliency_block=saliency_block.subs(row_profile, row_profile + column_profile - 1))
@control("exponential noise", saliency_block=sp.exp(-tau / (row_profile * column_profile)))
@control("10 % more", saliency_block=ELEVEN * saliency_block)
def two_valued_profiles_make_blocks(saliency_block: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The graphon of a saliency with profiles of two values, at a point of the first block; and of each for some values."""
    free = two_valued_model((row_profile, 2 * row_profile), (column_profile, 3 * column_profile)).kernel().subs(SHARES)
    yield trial.same(free.subs({u: PLACES[0], v: PLACES[0]}), saliency_block)
    kernel = two_valued_model(ROW, COLUMN).kernel().subs(SHARES)
    for a, place in enumerate(PLACES):
        for b, other in enumerate(PLACES):
            claimed = saliency_block.subs({row_profile: ROW[a], column_profile: COLUMN[b]})
            yield trial.same(kernel.subs({u: place, v: other}), claimed)


def block_counts(rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """Of n saliencies in each of the 2 × 2 blocks, those above 1. int[4]"""
    noise = np.abs(rng.standard_normal((2, 2, n)))
    scale = np.outer([float(x) for x in ROW], [float(x) for x in COLUMN])
    counts: NDArray[np.int64] = (scale[:, :, None] * noise > 1).sum(axis=2).ravel()
    return counts


@statistical(step_spectrum, tests=1)
@control("the row alone", saliency_block=saliency_block.subs(column_profile, 1))
@control("exponential noise", saliency_block=sp.exp(-tau / (row_profile * column_profile)))
@control("10 % less", saliency_block=NINE * saliency_block)
def saliencies_keep_the_blocks(saliency_block: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Kept shares in the four blocks of a saliency with profiles of two values, at threshold 1."""
    n = trial.size(30_000)
    values = [
        trial.value(saliency_block, {row_profile: f, column_profile: g, tau: sp.Integer(1)})
        for f in ROW
        for g in COLUMN
    ]
    yield trial.counts_each(trial.draw(block_counts, n), n, values)
