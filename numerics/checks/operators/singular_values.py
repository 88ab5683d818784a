"""Evidence for O1: operators of masks and graphons."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.evidence.findings import Refutation
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.operators.singular_values import HALF, level, masks_are_operators, modulus, row_value
from sparse_limits.theory.saliency.model import rho, tau
from sparse_limits.theory.tails import product_survival

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
SOME_THRESHOLDS = tuple({tau: sp.Rational(k, 8)} for k in (3, 11, 19))


@exact(masks_are_operators, step="zero or one")
def squares_of_a_mask_are_its_entries(scale: sp.Expr, upper: sp.Expr, trial: Trial) -> Findings:
    """The square of the upper bound is the sum of the squares of the ρmn entries of a mask; and w − w² ≥ 0 at w = 1/(1 + y), y ≥ 0."""
    above = sp.Symbol("y", nonnegative=True)
    yield trial.same(upper**2 * m * n, rho * m * n * (m * n * scale**2))
    kernel = 1 / (1 + above)
    yield trial.nonnegative(upper**2 * (kernel - kernel**2), rho * above / (1 + above) ** 2, by=sp.factor)


@exact(masks_are_operators, step="length")
def length_of_two_normal_weights(radius_tail: sp.Expr, trial: Trial) -> Findings:
    """The tail is 1 at y = 0, and minus its slope in y is the density of the length r = y/z of two normal weights."""
    radius = sp.Symbol("r", positive=True)
    law = 2 * sp.pi * radius * sp.exp(-(radius**2) / 2) / (2 * sp.pi)
    yield trial.same(-sp.diff(radius_tail, level), law.subs(radius, level / modulus) / modulus)
    yield trial.same(radius_tail.subs(level, 0), 1)


@exact(masks_are_operators, step="product")
def product_has_an_exponential_tail(product_density: sp.Expr, product_tail: sp.Expr, trial: Trial) -> Findings:
    """Substituting z = y/t turns the slope of the integral in y into minus the integral, so it is e^(−y); both are 1 at y = 0."""
    other = sp.Symbol("t", positive=True)
    slope = sp.diff(product_density, level).subs(modulus, level / other) * level / other**2
    yield trial.same(slope, -product_density.subs(modulus, other))
    yield trial.same(sp.diff(product_tail, level), -product_tail)
    start = sp.integrate(product_density.subs(level, 0), (modulus, 0, sp.oo))
    yield trial.same(product_tail.subs(level, 0), start)


SHAPES = ((1, 3), (2, 2), (2, 3), (3, 2), (2, 4), (3, 3))
MaskClass = tuple[int, tuple[int, ...], bool]


def classes_of_masks(rows: int, columns: int) -> list[MaskClass]:
    """The number of entries, the characteristic polynomial of MMᵀ and whether all degrees agree, of every mask."""
    found = set()
    for bits in product((0, 1), repeat=rows * columns):
        mask = np.array(bits).reshape(rows, columns)
        regular = all(len(set(mask.sum(axis=axis).tolist())) == 1 for axis in (0, 1))
        found.add((sum(bits), _characteristic(mask @ mask.T), regular))
    return sorted(found)


def _characteristic(gram: NDArray[np.int64]) -> tuple[int, ...]:
    """The coefficients of det(λ − G) for an integer matrix, highest first, by Faddeev and LeVerrier."""
    size, power, coefficients = len(gram), np.eye(len(gram), dtype=int), [1]
    for k in range(1, size + 1):
        step = gram @ power
        coefficients.append(-int(np.trace(step)) // k)
        power = step + coefficients[-1] * np.eye(size, dtype=int)
    return tuple(coefficients)


def taylor(coefficients: Sequence[int], at: Fraction) -> list[Fraction]:
    """The Taylor coefficients of a polynomial with real roots: all ≥ 0 iff no root lies above the point."""
    size = len(coefficients) - 1
    return [
        sum(
            (c * comb(size - i, k) * at ** (size - i - k) for i, c in enumerate(coefficients) if size - i >= k),
            Fraction(0),
        )
        for k in range(size + 1)
    ]


def rational(expression: sp.Expr) -> Fraction:
    """An expression that has to be rational, as a fraction."""
    if not (expression := sp.nsimplify(expression)).is_Rational:
        raise Refutation(f"{expression} is not rational")
    return Fraction(int(expression.p), int(expression.q))


@exact(masks_are_operators, cost=0.5)
def every_small_mask_keeps_the_bounds(scale: sp.Expr, lower: sp.Expr, upper: sp.Expr, trial: Trial) -> Findings:
    """All masks of six shapes of up to nine entries, in integers: ρ ≤ σ₁ with equality iff the mask is regular; Σσᵢ² = ρ."""
    for rows, columns in SHAPES:
        unit = rational(scale.subs({m: rows, n: columns}) ** 2)
        for entries, polynomial, regular in trial.once(classes_of_masks, rows, columns):
            density = sp.Rational(entries, rows * columns)
            squares = -polynomial[1] * unit  # the trace
            hilbert_schmidt = rational(upper.subs(rho, density) ** 2)
            yield trial.holds(squares == hilbert_schmidt, f"Σσ² = {squares}, claimed {hilbert_schmidt}")
            at = taylor(polynomial, rational(lower.subs(rho, density) ** 2) / unit)
            yield trial.holds(not all(c > 0 for c in at), f"σ₁ ≥ {lower} at ρ = {density}, {rows}×{columns}")
            attained = all(c >= 0 for c in at)
            yield trial.holds(attained == regular, f"σ₁ = {lower}: {attained}, degrees constant: {regular}")


def small_masks(rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Random masks of several shapes. int[m, n] each"""
    return [(rng.random(shape) < 0.5).astype(int) for shape in ((2, 5), (4, 3), (5, 5), (1, 6))]


@exact(masks_are_operators)
def fourth_moment_is_a_density_of_cycles(scale: sp.Expr, trial: Trial) -> Findings:
    """Σσᵢ⁴ is the mean of W(u,v)W(u,v')W(u',v)W(u',v') over positions, here over cells, by counting."""
    for mask in trial.draw(small_masks):
        rows, columns = mask.shape
        cycles = sum(
            int(mask[i, j] * mask[i, k] * mask[h, j] * mask[h, k])
            for i, h, j, k in product(range(rows), range(rows), range(columns), range(columns))
        )
        fourth = int(np.trace(np.linalg.matrix_power(mask @ mask.T, 2)))
        claimed = fourth * rational(scale.subs({m: rows, n: columns}) ** 4)
        density = Fraction(cycles, (rows * columns) ** 2)
        yield trial.holds(density == claimed, f"density of 4-cycles {density}, claimed {claimed}")


@enclosed(masks_are_operators, cost=0.3)
def rows_of_snip_have_their_value(row_value: sp.Expr, trial: Trial) -> Findings:
    """σ₁² is ∫d² over the half-normal law of |a| = eˢ, to 30 digits, at three thresholds."""
    s = sp.Symbol("s", real=True)
    density = sp.sqrt(2 / sp.pi) * sp.exp(s - sp.exp(2 * s) / 2)
    squared_degree = sp.Integral(density * sp.erfc(tau * sp.exp(-s) / sp.sqrt(2)) ** 2, (s, -sp.oo, sp.oo))
    yield trial.same(row_value**2, squared_degree, by=None, at=SOME_THRESHOLDS)


@enclosed(masks_are_operators)
@control("10 % less, and the density 10 % more", row_value=row_value * NINE, lower=rho * ELEVEN)
def rows_of_snip_lie_strictly_between(
    row_value: sp.Expr, lower: sp.Expr, upper: sp.Expr, scale: sp.Expr, trial: Trial
) -> Findings:
    """0 < ρ < σ₁ < √ρ at ρ = H(τ), τ = 3/8, 11/8 and 19/8: degrees vary, and the kernel is neither 0 nor 1.

    The signs of ρ and of the scale are checked here, as the checks of masks see only the squares.
    """
    yield trial.everywhere(sp.S.Zero, lower, within={rho: (sp.Rational(1, 10**6), 1)}, strict=True)
    yield trial.below(sp.S.Zero, scale, strict=True)  # boxes: of two whole numbers, any
    density = product_survival(tau)
    yield trial.below(lower.subs(rho, density), row_value, at=SOME_THRESHOLDS, strict=True)  # boxes: integrals
    yield trial.below(row_value, upper.subs(rho, density), at=SOME_THRESHOLDS, strict=True)


def pairs_kept(rng: np.random.Generator, size: int, threshold: float) -> int:
    """How often two weights of one row both score |a w| above the threshold."""
    a = np.abs(rng.standard_normal(size))
    first, second = np.abs(rng.standard_normal((2, size)))
    return int((a * np.minimum(first, second) > threshold).sum())


@statistical(masks_are_operators, tests=1)
def two_columns_are_kept_together(row_value: sp.Expr, trial: Trial) -> Findings:
    """σ₁² = ∫d_row² is the probability that two entries of a row are both kept, at τ = 1/2."""
    size = trial.size(60_000)
    yield trial.counts(trial.draw(pairs_kept, size, 0.5), size, trial.value(row_value**2, {tau: HALF}))
