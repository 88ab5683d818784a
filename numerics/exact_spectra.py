"""Singular values of graphons whose spectrum is known exactly, each as a ball that contains it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import sympy as sp
from flint import acb, arb, arb_mat, ctx, fmpq, fmpq_mat

from numerics import balls
from numerics.masks import checked_integer
from theory.graphon import lognormal
from theory.saliency.model import rho, u, v

Rational: TypeAlias = "int | Fraction | sp.Rational"

DIGITS = 30
PRECISION = 256  # bits


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

    Their squares are the roots of the characteristic polynomial of a rational matrix, isolated exactly; multiple and
    zero values are told as such.

    Raises:
        ValueError: for shapes that do not fit, or weights that are not positive with sum 1.
    """
    P = [[_rational("values", x) for x in row] for row in values]
    alpha = [_rational("row_weights", x) for x in row_weights]
    beta = [_rational("column_weights", x) for x in column_weights]
    if len(P) != len(alpha) or any(len(row) != len(beta) for row in P) or not P:
        raise ValueError(f"{len(alpha)} row and {len(beta)} column weights do not fit the values")
    for name, weights in (("row_weights", alpha), ("column_weights", beta)):
        if sum(weights, fmpq(0)) != 1 or min(weights) <= 0:
            raise ValueError(f"{name} have the sum {sum(weights, fmpq(0))}, expected positive weights of sum 1")
    if len(alpha) < len(beta):
        return step_singular_values(list(zip(*values, strict=True)), column_weights, row_weights)
    square = fmpq_mat(P).transpose() * _diagonal(alpha) * fmpq_mat(P) * _diagonal(beta)
    roots = square.charpoly().numer().complex_roots()  # real: the matrix is similar to A*A, with A = D_α^½ P D_β^½
    found = [abs(root.real).sqrt() for root, multiplicity in roots for _ in range(multiplicity)]
    return sorted(found, key=lambda x: -float(x.mid()))


def _diagonal(entries: Sequence[fmpq]) -> fmpq_mat:
    size = len(entries)
    return fmpq_mat([[entries[i] if i == j else 0 for j in range(size)] for i in range(size)])


def _rational(name: str, x: Rational) -> fmpq:
    if not isinstance(x, int | Fraction | sp.Rational) or isinstance(x, bool):
        raise ValueError(f"{name} contains {x!r}, expected an exact rational number")
    x = Fraction(int(sp.sympify(x).p), int(sp.sympify(x).q))
    return fmpq(x.numerator, x.denominator)


def _eigenvalues(symmetric: arb_mat) -> list[arb]:
    """The eigenvalues of a positive semidefinite matrix, descending, enclosed to double precision.

    With Q from floating point, B = QᵀGQ is nearly diagonal: by Weyl its eigenvalues are within ‖B − diag B‖ of the
    sorted diagonal, and by Ostrowski those of G are theirs divided by eigenvalues of QᵀQ.
    """
    size = symmetric.nrows()
    middle = np.array([[float(x.mid()) for x in row] for row in symmetric.tolist()])
    Q = arb_mat(np.linalg.eigh((middle + middle.T) / 2)[1].tolist())
    B, gram = Q.transpose() * symmetric * Q, Q.transpose() * Q
    off = _norm([B[i, j] for i in range(size) for j in range(size) if i != j])
    skew = _norm([gram[i, j] - (i == j) for i in range(size) for j in range(size)])
    diagonal = sorted((B[i, i] for i in range(size)), key=lambda x: -float(x.mid()))
    around = arb(0, off.upper()), arb(1, skew.upper())
    return [(x + around[0]) / around[1] for x in diagonal]


def _norm(entries: Sequence[arb]) -> arb:
    return sum((x * x for x in entries), arb(0)).sqrt()


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
        ValueError: for scales that are not positive, a density outside (0, 1), or count > order.
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
        raise ValueError(f"{ {str(s): str(x) for s, x in point.items()} }: expected positive scales, density in (0, 1)")
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
