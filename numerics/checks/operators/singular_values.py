"""Evidence for O1 and O5: operators of masks and graphons, and their singular values by quadrature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import ndtri

from numerics.bridge import numeric
from numerics.evidence import Finding, Trial, control, empirical, enclosed, exact, statistical
from numerics.evidence.findings import Refutation
from numerics.spectra.singular_values import Quadrature, graphon_singular_values, normal
from theory.graphon import lognormal
from theory.graphon.lognormal import correlation
from theory.graphon.symbols import m, n
from theory.operators.singular_values import (
    HALF,
    column_weight,
    kappa,
    masks_are_operators,
    midpoint_value,
    nodes,
    nystrom,
    row_value,
    row_weight,
    scale,
    value,
)
from theory.saliency.model import rho, tau
from theory.tails import product_survival

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
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
@control("normalised by the longer side", scale=1 / sp.Max(m, n))
@control("not normalised", scale=sp.Integer(1))
@control("scale 10 % less", scale=NINE * scale)
@control("10 % more", lower=ELEVEN * rho)
@control("10 % less: no mask attains it", lower=NINE * rho)
@control("the root of the density", lower=sp.sqrt(rho))
@control("the density bounds σ₁ from above", upper=rho)
@control("Hilbert–Schmidt norm 1", upper=sp.Integer(1))
def every_small_mask_keeps_the_bounds(
    scale: sp.Expr, lower: sp.Expr, upper: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """All masks of up to nine entries, in integers: ρ ≤ σ₁ with equality iff the mask is regular; Σσᵢ² = ρ."""
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
@control("normalised by the longer side", scale=1 / sp.Max(m, n))
@control("normalised by mn", scale=1 / (m * n))
@control("10 % more", scale=ELEVEN * scale)
def fourth_moment_is_a_density_of_cycles(scale: sp.Expr, trial: Trial) -> Iterator[Finding]:
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


SOME_THRESHOLDS = tuple({tau: sp.Rational(k, 8)} for k in (3, 11, 19))


@enclosed(masks_are_operators, cost=0.3)
@control("the density", row_value=product_survival(tau))
@control("the Hilbert–Schmidt norm", row_value=sp.sqrt(product_survival(tau)))
@control("not the root", row_value=row_value**2)
@control("10 % more", row_value=ELEVEN * row_value)
def rows_of_snip_have_their_value(row_value: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """σ₁² = ∫d² over the normal law of |a| = eˢ, to 30 digits."""
    s = sp.Symbol("s", real=True)
    density = sp.sqrt(2 / sp.pi) * sp.exp(s - sp.exp(2 * s) / 2)
    squared_degree = sp.Integral(density * sp.erfc(tau * sp.exp(-s) / sp.sqrt(2)) ** 2, (s, -sp.oo, sp.oo))
    yield trial.same(row_value**2, squared_degree, by=None, at=SOME_THRESHOLDS)


@enclosed(masks_are_operators)
@control("10 % less", row_value=row_value * NINE, lower=rho * ELEVEN)
@control("below the Hilbert–Schmidt norm by half", upper=sp.sqrt(rho) / 2)
@control("a negative scale", scale=-scale)
def rows_of_snip_lie_strictly_between(
    row_value: sp.Expr, lower: sp.Expr, upper: sp.Expr, scale: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """0 < ρ < σ₁ < √ρ at ρ = H(τ): degrees vary, and the kernel is neither 0 nor 1. (Masks above see only squares.)"""
    for positive in (scale, lower):
        yield trial.below(sp.Integer(0), positive, strict=True)
    density = product_survival(tau)
    yield trial.below(lower.subs(rho, density), row_value, at=SOME_THRESHOLDS, strict=True)
    yield trial.below(row_value, upper.subs(rho, density), at=SOME_THRESHOLDS, strict=True)


def pairs_kept(rng: np.random.Generator, size: int, threshold: float) -> int:
    """How often two weights of one row both score |a w| above the threshold."""
    a = np.abs(rng.standard_normal(size))
    first, second = np.abs(rng.standard_normal((2, size)))
    return int((a * np.minimum(first, second) > threshold).sum())


@statistical(masks_are_operators, tests=1)
@control("columns independent", row_value=product_survival(tau))
@control("10 % more", row_value=ELEVEN * row_value)
@control("10 % less", row_value=NINE * row_value)
def two_columns_are_kept_together(row_value: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """σ₁² = ∫d_row² is the probability that two entries of a row are both kept, at τ = 1/2."""
    size = trial.size(60_000)
    yield trial.counts(trial.draw(pairs_kept, size, 0.5), size, trial.value(row_value**2, {tau: HALF}))


R3 = sp.sqrt(3)
HERMITE_RULES = {  # Gauss rules of the standard normal law
    2: ((sp.Integer(-1), HALF), (sp.Integer(1), HALF)),
    3: ((-R3, sp.Rational(1, 6)), (sp.Integer(0), sp.Rational(2, 3)), (R3, sp.Rational(1, 6))),
}
LEGENDRE_RULES = {  # and of the uniform law on (0, 1)
    2: ((HALF - R3 / 6, HALF), (HALF + R3 / 6, HALF)),
    3: (
        (HALF - sp.sqrt(15) / 10, sp.Rational(5, 18)),
        (HALF, sp.Rational(4, 9)),
        (HALF + sp.sqrt(15) / 10, sp.Rational(5, 18)),
    ),
}


def normal_moment(k: int) -> sp.Expr:
    return sp.factorial2(k - 1) if k % 2 == 0 else sp.Integer(0)


def uniform_moment(k: int) -> sp.Expr:
    return sp.Rational(1, k + 1)


def power_kernel(degree: int) -> sp.Matrix:
    """Coefficients of x^j y^k."""
    return sp.Matrix(degree + 1, degree + 1, lambda j, k: sp.Rational(1, 1 + j + 2 * k + (j == k)))


def exact_moments(degree: int) -> tuple[sp.Expr, ...]:
    """∬W, Σσ² and Σσ⁴ of the kernel, x normal and y uniform, from the moments of the laws."""
    A = power_kernel(degree)
    grams = (
        sp.Matrix(degree + 1, degree + 1, lambda j, k, moment=moment: moment(j + k))
        for moment in (normal_moment, uniform_moment)
    )
    gram_x, gram_y = grams
    square = A * gram_y * A.T * gram_x
    return (gram_x[0, :] * A * gram_y[:, 0])[0], square.trace(), (square * square).trace()


def nystrom_moments(entry: sp.Expr, degree: int, count: int) -> tuple[sp.Expr, ...]:
    """The same of the matrix of entries at the nodes."""
    A, rows, columns = power_kernel(degree), HERMITE_RULES[count], LEGENDRE_RULES[count]

    def at(a: int, b: int) -> sp.Expr:
        (x, omega), (y, nu) = rows[a], columns[b]
        w = sum(A[j, k] * x**j * y**k for j in range(degree + 1) for k in range(degree + 1))
        return entry.subs({value: w, row_weight: omega, column_weight: nu, nodes: count}, simultaneous=True)

    N = sp.Matrix(count, count, at)
    ones = (sp.Matrix([sp.sqrt(weight) for _, weight in rule]) for rule in (rows, columns))
    left, right = ones
    square = (N * N.T).applyfunc(sp.expand)
    return tuple(map(sp.expand, ((left.T * N * right)[0], square.trace(), (square * square).trace())))


@exact(nystrom, cost=0.5)
@control("weights forgotten", entry=value / nodes)
@control("weights without the root", entry=value * row_weight * column_weight)
@control("row weights only", entry=value * sp.sqrt(row_weight / nodes))
@control("one degree more", degree=nodes)
@control("exact up to the degree of integrals", degree=2 * nodes - 1)
@control("one degree less than could be", degree=nodes - 2)
def gauss_nodes_are_exact_up_to_their_degree(entry: sp.Expr, degree: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """∬W, Σσ² and Σσ⁴ of a polynomial kernel, normal × uniform latents: exact at the degree, some wrong beyond it."""
    for count in HERMITE_RULES:
        highest = degree.subs(nodes, count)
        if not (highest.is_Integer and 0 <= highest <= 6):
            raise Refutation(f"{count} nodes are exact up to degree {highest}")
        for d, exactly in ((int(highest), True), (int(highest) + 1, False)):
            gaps = zip(trial.once(exact_moments, d), nystrom_moments(entry, d, count), strict=True)
            agree = all(sp.expand(truth - seen) == 0 for truth, seen in gaps)
            yield trial.holds(agree == exactly, f"{count} nodes, degree {d}: exact {agree}, claimed {exactly}")


@enclosed(nystrom)
@control("cells from their left ends", midpoint_value=(sp.zeta(-kappa, 1) - sp.zeta(-kappa, n + 1)) / n ** (1 + kappa))
@control("10 % more", midpoint_value=ELEVEN * midpoint_value)
@control("the exponent of one profile", midpoint_value=midpoint_value.subs(kappa, kappa / 2))
def midpoints_sum_to_zeta(midpoint_value: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of the κ-th powers of the midpoints, to 30 digits."""
    i = sp.Symbol("i", integer=True, positive=True)
    mean = sp.Sum(((i - HALF) / n) ** kappa, (i, 1, n)) / n
    yield trial.same(midpoint_value, mean, by=None)


MANY = 10**8


@enclosed(nystrom)
@control("order 2", order=sp.Integer(2))
@control("order 1", order=sp.Integer(1))
@control("twice the limit", midpoint_limit=2 * sp.zeta(-kappa, HALF))
@control("left ends", midpoint_limit=sp.zeta(-kappa, 1))
@control("value of one profile", power_value=1 / (1 + kappa / 2))
@control("10 % more", midpoint_value=ELEVEN * midpoint_value)
def midpoints_have_their_order(
    midpoint_value: sp.Expr, power_value: sp.Expr, order: sp.Expr, midpoint_limit: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """n^order · error is within κ n^(κ−1) of its limit at 10⁸ cells (Euler–Maclaurin: κ/24)."""
    points = [{kappa: sp.Rational(k, 4), n: MANY} for k in (1, 2)]
    gap = n**order * (midpoint_value - power_value) - midpoint_limit
    yield trial.below(sp.Abs(gap), kappa * n ** (kappa - 1), at=points)


@exact(nystrom)
@control("value of one profile", power_value=1 / (1 + kappa / 2))
@control("10 % more", power_value=ELEVEN / (1 + kappa))
def power_profiles_have_their_value(power_value: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """σ₁ = ‖u^{κ/2}‖² is an integral that vanishes with its upper limit."""
    end = sp.Symbol("end", positive=True)
    primitive = power_value * end ** (1 + kappa)
    yield trial.same(
        sp.diff(primitive, end), end**kappa, at=[{kappa: HALF, end: HALF}, {kappa: sp.Rational(1, 5), end: HALF}]
    )


PROBIT = {
    lognormal.row_scale: sp.Rational(4, 5),
    lognormal.column_scale: sp.Rational(3, 5),
    lognormal.noise_scale: sp.Integer(1),
    rho: sp.Rational(1, 5),
}


def in_quantiles(count: int) -> Quadrature:
    """Midpoints of equal cells of the quantile coordinate of a standard normal."""
    return Quadrature(ndtri((np.arange(count) + 0.5) / count), np.full(count, 1 / count))


def probit_errors(rule: str, counts: tuple[int, ...]) -> NDArray[np.floating]:
    """|σ_i of a rule − σ_i of 64 Gauss–Hermite nodes| for the three leading values. float[len(counts), 3]"""
    kernel = numeric((lognormal.x, lognormal.y), lognormal.kernel.subs(PROBIT))
    law = {"hermite": normal, "midpoints": in_quantiles}[rule]
    truth = graphon_singular_values(kernel, normal, normal, 3)
    return np.array([np.abs(graphon_singular_values(kernel, law, law, 3, nodes=q) - truth) for q in counts])


@empirical(nystrom)
@control("the square of the rate", geometric=correlation ** (2 * nodes))
@control("faster: half a node suffices", geometric=(correlation / 2) ** nodes)
def hermite_nodes_converge_geometrically(geometric: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Errors at 8, 12, 16, 20 nodes, as shares of the stated rate."""
    counts = (8, 12, 16, 20)
    limits = [trial.value(geometric, {**PROBIT, nodes: q}) for q in counts]
    worst = (trial.once(probit_errors, "hermite", counts).max(axis=1) / limits).max()
    yield trial.at_most(float(worst), 1.0, "worst error over the stated rate")


@empirical(nystrom)
@control("order 2, as for smooth kernels", probit_order=sp.Integer(2))
@control("order ½, as for sampling", probit_order=HALF)
def midpoints_in_quantiles_have_order_one(probit_order: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The order from 100 to 400 midpoints, of three singular values."""
    coarse, fine = trial.once(probit_errors, "midpoints", (100, 400))
    seen = np.log(coarse / fine) / np.log(4)
    yield trial.at_most(float(np.abs(seen - float(probit_order)).max()), 0.5, f"orders {np.round(seen, 2)}, off by")
