"""Singular values of graphons whose spectrum is known exactly, each as a ball that contains it.

Constant, rank-one, step and probit graphons, and those of inner products.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import sympy as sp
from flint import acb, arb, arb_mat, ctx, fmpq, fmpq_mat

from sparse_limits.numerics.arguments import InputError, checked_integer
from sparse_limits.numerics.exact import balls
from sparse_limits.theory.graphon import lognormal
from sparse_limits.theory.operators.singular_values import row_value
from sparse_limits.theory.saliency.model import rho, tau, u, v
from sparse_limits.theory.tails import product_survival

Rational: TypeAlias = "int | Fraction | sp.Rational"
Number: TypeAlias = "Rational | float"

DIGITS = 30
PRECISION = 256  # bits
ORDERS = tuple(4**k for k in range(3, 9))  # of the series for inner products
FAR = 400  # a column beyond this threshold keeps less than e^-400


def constant_singular_value(density: Rational) -> arb:
    """The one non-zero singular value of the constant graphon, its density (S2)."""
    return arb(_rational("density", density))


def rank_one_singular_value(row: sp.Expr, column: sp.Expr, *, digits: int = DIGITS) -> arb:
    """The one non-zero singular value ‖f‖₂‖g‖₂ of f(u) g(v); f an expression in `u`, g in `v`, on (0, 1).

    Raises:
        NoEnclosureError: where an integral of f² or g² is not enclosed.
    """
    squares = sp.Integral(row**2, (u, 0, 1)) * sp.Integral(column**2, (v, 0, 1))
    return balls.enclose(squares, digits=digits).real.sqrt()


def step_singular_values(
    values: Sequence[Sequence[Rational]], row_weights: Sequence[Rational], column_weights: Sequence[Rational]
) -> list[arb]:
    """All min(a, b) singular values of a step graphon, descending; values [a, b] and weights exact rationals (G9).

    Their squares are the roots of the characteristic polynomial of a rational matrix, isolated exactly; multiple and zero values are
    recognised as such.

    Raises:
        InputError: for shapes that do not fit, or weights that are not positive with sum 1.
    """
    P = [[_rational("values", x) for x in row] for row in values]
    alpha = [_rational("row_weights", x) for x in row_weights]
    beta = [_rational("column_weights", x) for x in column_weights]
    if len(P) != len(alpha) or any(len(row) != len(beta) for row in P) or not P:
        raise InputError(f"{len(alpha)} row and {len(beta)} column weights do not fit the values")
    _check_weights("row_weights", alpha)
    _check_weights("column_weights", beta)
    if len(alpha) < len(beta):
        return step_singular_values(list(zip(*values, strict=True)), column_weights, row_weights)
    square = fmpq_mat(P).transpose() * _diagonal(alpha) * fmpq_mat(P) * _diagonal(beta)
    roots = square.charpoly().numer().complex_roots()  # real: the matrix is similar to A*A, with A = D_α^½ P D_β^½
    found = [abs(root.real).sqrt() for root, multiplicity in roots for _ in range(multiplicity)]
    return sorted(found, key=lambda x: -float(x.mid()))


def _check_weights(name: str, weights: Sequence[fmpq]) -> None:
    total = sum(weights, fmpq(0))
    if total != 1 or min(weights) <= 0:
        raise InputError(f"{name} have the sum {total}, expected positive weights of sum 1")


def _diagonal(entries: Sequence[fmpq]) -> fmpq_mat:
    size = len(entries)
    return fmpq_mat([[entries[i] if i == j else 0 for j in range(size)] for i in range(size)])


def _rational(name: str, x: Rational) -> fmpq:
    if not isinstance(x, int | Fraction | sp.Rational) or isinstance(x, bool):
        raise InputError(f"{name} contains {x!r}, expected an exact rational number")
    x = Fraction(int(sp.sympify(x, strict=True).p), int(sp.sympify(x, strict=True).q))
    return fmpq(x.numerator, x.denominator)


def _exact(name: str, x: Any) -> fmpq:
    """A number in whatever form, a float as the rational that it is."""
    x = x.item() if isinstance(x, np.generic) else x
    if isinstance(x, float) and math.isfinite(x):
        x = Fraction(x)
    return _rational(name, sp.Rational(x) if isinstance(x, sp.Float) and x.is_finite else x)


def _eigenvalues(symmetric: arb_mat) -> list[arb]:
    """The eigenvalues of a positive semidefinite matrix, descending, enclosed to double precision.

    With Q from floating point, B = QᵀGQ is nearly diagonal: by Weyl its eigenvalues are within ‖B − diag B‖ of the
    sorted diagonal, and by Ostrowski those of G are theirs divided by eigenvalues of QᵀQ. Where balls of the diagonal
    overlap, their order is open: the i-th largest entry is between the i-th largest lower and upper ends.
    """
    size = symmetric.nrows()
    middle = np.array([[float(x.mid()) for x in row] for row in symmetric.tolist()])
    Q = arb_mat(np.linalg.eigh((middle + middle.T) / 2)[1].tolist())
    B, gram = Q.transpose() * symmetric * Q, Q.transpose() * Q
    off = _norm([B[i, j] for i in range(size) for j in range(size) if i != j])
    skew = _norm([gram[i, j] - (i == j) for i in range(size) for j in range(size)])
    lower = sorted((B[i, i].lower() for i in range(size)), reverse=True)
    upper = sorted((B[i, i].upper() for i in range(size)), reverse=True)
    around = arb(0, off.upper()), arb(1, skew.upper())
    return [(low.union(high) + around[0]) / around[1] for low, high in zip(lower, upper, strict=True)]


def _norm(entries: Sequence[arb]) -> arb:
    return _root(sum((x * x for x in entries), arb(0)))


def _hermite_matrix(point: Mapping[sp.Symbol, Rational], order: int) -> arb_mat:
    """(c_jk), j, k < order, of G8 in balls; the derivative d_m, shared by j + k = m, is evaluated once."""
    d = sp.Dummy("d")
    both = lognormal.row_order + lognormal.column_order
    weight = lognormal.coefficient.subs(lognormal.derivative.subs(lognormal.order, both), d)
    values = {symbol: acb(_rational(str(symbol), x)) for symbol, x in point.items()}
    derivatives = [
        balls.evaluate(lognormal.derivative.subs(lognormal.order, place), values) for place in range(2 * order - 1)
    ]

    def entry(j: int, k: int) -> arb:
        at = {**values, lognormal.row_order: acb(j), lognormal.column_order: acb(k), d: derivatives[j + k]}
        return balls.evaluate(weight, at).real

    return arb_mat([[entry(j, k) for k in range(order)] for j in range(order)])


def probit_singular_values(
    row_scale: Rational, column_scale: Rational, noise_scale: Rational, density: Rational, count: int, order: int = 40
) -> list[arb]:
    """The `count` leading singular values of the probit graphon, descending, by the certificate of G8.

    Each ball reaches from σ_i(A_K) to the certificate √(σ_i(A_K)² + ∬W² − ‖A_K‖²), K = `order`; a larger order narrows it.

    Raises:
        InputError: for scales that are not positive, a density outside (0, 1), or count > order.
    """
    order = checked_integer("order", order, 1, 400)
    count = checked_integer("count", count, 1, order)
    point = {
        lognormal.row_scale: row_scale,
        lognormal.column_scale: column_scale,
        lognormal.noise_scale: noise_scale,
        rho: density,
    }
    if not min(row_scale, column_scale, noise_scale, density) > 0 or not density < 1:
        raise InputError(f"{ {str(s): str(x) for s, x in point.items()} }: expected positive scales, density in (0, 1)")
    with ctx.workprec(PRECISION + 8 * order):
        A = _hermite_matrix(point, order)
        captured = sum((x * x for row in A.tolist() for x in row), arb(0))
        moment = balls.enclose(lognormal.squared_kernel, point, digits=60).real
        left_out = arb(0).union(moment - captured)
        squares = _eigenvalues(A * A.transpose())[:count]
        return [_root(square).union(_root(square + left_out)) for square in squares]


def _root(square: arb) -> arb:
    """The root of a number known not to be negative."""
    return square.nonnegative_part().sqrt()


def inner_product_singular_values(
    columns: Sequence[Sequence[Number]], threshold: Number, weights: Sequence[Number] | None = None
) -> list[arb]:
    """All k singular values of W(a, j) = erfc(√2 τ/|⟨a, h_j⟩|), a ∈ R^q standard normal (S7.1), descending.

    columns: the h_j, [k, q]; weights of the columns, [k] (default: equal). Floats stand for the rationals that they are.

    The squares are enclosed to some 1e-15 σ₁², so a value that vanishes to some 3e-8 σ₁. Balls are wider only where
    columns longer than 20τ are parallel up to an angle of some 0.02: at 75τ they reach 1e-6.

    Raises:
        InputError: if columns are no finite matrix, the threshold is not positive, or the weights no exact
            probabilities, all positive.
    """
    matrix = np.asarray(columns, dtype=object)
    if matrix.ndim != 2 or not matrix.size:
        raise InputError(f"columns have shape {matrix.shape}, expected a non-empty matrix")
    h = [[_exact("columns", x) for x in column] for column in matrix]
    cut = _exact("threshold", threshold)
    if not cut > 0:
        raise InputError(f"threshold is {threshold!r}, expected a positive number")
    mass = np.asarray([Fraction(1, len(h))] * len(h) if weights is None else weights, dtype=object)
    if mass.shape != (len(h),):
        raise InputError(f"weights have shape {mass.shape}, expected ({len(h)},)")
    beta = [_exact("weights", x) for x in mass]
    _check_weights("weights", beta)
    kept = [(column, weight) for column, weight in zip(h, beta, strict=True) if any(column)]
    zeros = [arb(0)] * (len(h) - len(kept))
    if not kept:
        return zeros
    with ctx.workprec(PRECISION):
        gram = _inner_product_gram([column for column, _ in kept], cut)
        roots = [arb(weight).sqrt() for _, weight in kept]
        weighted = [[x * r * s for x, s in zip(row, roots, strict=True)] for row, r in zip(gram, roots, strict=True)]
        return [_root(square) for square in _eigenvalues(arb_mat(weighted))] + zeros


class _Column(NamedTuple):
    """W(a, j) in the direction X = ⟨a, h_j⟩/|h_j|: W = Σ_n b_n He_2n(X)/√(2n)!."""

    moment: arb  # E W² = Σ b_n²
    coefficients: list[arb]  # b_n, n < order
    rest: arb  # Σ b_n² over n ≥ order


def _inner_product_gram(h: list[list[fmpq]], cut: fmpq) -> list[list[arb]]:
    """E_a[W(a, j) W(a, k)] for columns h_j ≠ 0.

    By Mehler's formula it is Σ c^2n b_n b'_n, c the cosine of the angle of the columns. By Schwarz what follows the
    first N terms is at most c^2N √(Σ_{n≥N} b_n² Σ_{n≥N} b'_n²), and the sums are known from E W².
    """
    places = range(len(h))
    inner = [[sum((x * y for x, y in zip(h[j], h[k], strict=True)), fmpq(0)) for k in places] for j in places]
    overlaps = {(j, k): arb(inner[j][k] ** 2 / (inner[j][j] * inner[k][k])) for j in places for k in range(j + 1)}
    squares = [4 * cut**2 / inner[j][j] for j in places]
    for order in ORDERS:
        by_length = {square: _column(square, order) for square in squares}
        column = [by_length[square] for square in squares]
        fine = max(each.moment.upper() for each in column) * arb(2) ** -64
        if all(_left_out(column[j], column[k], overlap) < fine for (j, k), overlap in overlaps.items()):
            break
    gram = {(j, k): _together(column[j], column[k], overlap) for (j, k), overlap in overlaps.items()}
    return [[gram[max(j, k), min(j, k)] for k in places] for j in places]


def _left_out(first: _Column, second: _Column, overlap: arb) -> arb:
    """The bound of the terms of Mehler's series that the columns leave out; the overlap is c²."""
    if first is second and overlap == 1:
        return arb(0)
    return (overlap ** len(first.coefficients) * _root(first.rest * second.rest)).upper()


def _together(first: _Column, second: _Column, overlap: arb) -> arb:
    if first is second and overlap == 1:
        return first.moment
    total = arb(0)
    for x, y in zip(reversed(first.coefficients), reversed(second.coefficients), strict=True):
        total = total * overlap + x * y
    return total + arb(0, _left_out(first, second, overlap))


def _column(square: fmpq, order: int) -> _Column:
    """The column with (τ/φ_j)² = `square`, φ_j the profile of S7.1."""
    s = arb(square).sqrt()
    if bool(s > FAR):
        moment = arb(0).union((-s).exp())  # E W² ≤ E W ≤ e^-s
        return _Column(moment, [arb(0)] * order, moment)
    at = {tau: sp.sqrt(sp.Rational(int(square.p), int(square.q)), evaluate=False)}
    mean = balls.enclose(product_survival(tau), at, digits=60, nonzero=True).real
    moment = balls.enclose(row_value, at, digits=60, nonzero=True).real ** 2
    # the recurrence loses digits as its solutions e^{3/2 (4ns²)^{1/3}} and e^{-3/4 (4ns²)^{1/3}} part
    with ctx.workprec(PRECISION + int(4 * (4 * order * float(square)) ** (1 / 3))):
        coefficients = [mean, *_even_coefficients(square, order)]
        rest = moment - sum((x * x for x in coefficients), arb(0))
    return _Column(moment, coefficients, rest.nonnegative_part())


def _even_coefficients(square: fmpq, order: int) -> list[arb]:
    """b_n = E[erfc(s/(√2|X|)) He_2n(X)]/√(2n)!, 1 ≤ n < order, s² = `square`.

    As ∫_x^∞ He_2n φ = He_{2n−1}(x) φ(x), b_n √(2n)! = (2/π) I_{2n−1} with
    I_m = ∫_0^∞ He_m(s/w) e^{−s²/2w² − w²/2} dw; so I_1 = s K_0(s) and I_3 = s² K_1(s) − 3s K_0(s). Integration by parts gives
    I_{m+4} = −(3m+5) I_{m+2} + (s² + 2m + 1 − 3(m+1)²) I_m − m²(m−1) I_{m−2}.
    Its solutions alternate, so the steps run in the differences of f_n = (−1)^n I_{2n−1}/(2^n n!), where balls stay small.
    """
    s = arb(square).sqrt()
    K0, K1 = (balls.evaluate(sp.besselk(index, tau), {tau: acb(s)}).real for index in (0, 1))
    before, f = -s * K0 / 2, (s**2 * K1 - 3 * s * K0) / 8
    values, step, bend = [before, f], f - before, arb(0)
    for n in range(1, order - 2):
        pull = (2 * n - 1) ** 2 * (n - 1) * bend + (2 - 17 * n - n * square) * step + (n * square - 1) * f
        bend = pull / (4 * n * (n + 1) * (n + 2))
        step += bend
        f += step
        values.append(f)
    scale, share = [], arb.pi() ** 2 / 4  # (π/2)² (2n)!/(2^n n!)²
    for n in range(1, order):
        share = share * (2 * n - 1) / (2 * n)
        scale.append(share.sqrt() * (-1) ** n)
    return [value / size for value, size in zip(values, scale, strict=True)]
