"""Rigorous upper bounds of ‖B‖_{∞→1} from multipliers: σ_max(RBK)·√(Σ R_i⁻² Σ K_j⁻²) for any positive diagonal R, K.

R and K are floats and taken as exact, so only σ_max has to be bounded, all rounding included. Two ways: by a Cholesky
factorisation, where the Gram matrix can be formed, and from products with a few random vectors, where it cannot.
"""

from __future__ import annotations

from math import acosh, cosh, factorial, inf, sqrt
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg.lapack import dpotrf
from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

from sparse_limits.numerics.masks.cut_norm.linear import Array, Linear
from sparse_limits.numerics.masks.cut_norm.rounding import UNIT, gamma

_SLACK = 1 + 2.0**-20  # covers the rounding of expressions that bound rounding, and of the final few operations
_TINY = 2.0**-500  # covers underflow: 2⁻¹⁰⁷⁵ an operation, while every scaled matrix here has norm about 1


def weight(row: Array, column: Array) -> float:
    """√(Σ row⁻² Σ column⁻²), rounded up."""
    both = float((1 / row**2).sum()), float((1 / column**2).sum())
    return sqrt(both[0]) * sqrt(both[1]) * (1 + 2 * gamma(len(row) + len(column) + 16))


def norm_by_cholesky(A: Array, row: Array, column: Array) -> float:
    """An upper bound of σ_max(diag(row) B diag(column)), B the bordered A [m, n]; row [m + 1], column [n + 1].

    With C the scaled matrix as computed, and G = fl(CCᵀ), suppose the factorisation of H = fl(t²I − G) succeeds. Then
    RᵀR = H + Δ with |Δ| ≤ γ/(1 − γ)·hhᵀ, h_i² = H_ii ≤ t² (Demmel 1989; Higham, theorem 10.5; Rump 2006), γ = γ_{k+1}
    for order k, whatever the order of the operations; it is doubled here, as a library may multiply by reciprocals. So
    H ⪰ −kt²γ/(1 − γ). Moreover |G − CCᵀ| ≤ γ_n |C||C|ᵀ, of norm at most γ_n ‖C‖_F². That bounds ‖C‖₂; C differs from
    the exact product by two roundings an entry and by those of the border.
    """
    m, n = A.shape
    rows, columns = A.sum(axis=1), A.sum(axis=0)
    C = np.empty((m + 1, n + 1))
    C[:-1, :-1], C[:-1, -1], C[-1, :-1], C[-1, -1] = A, rows, columns, rows.sum()
    C *= row[:, None]
    C *= column
    magnitude = np.abs(A)
    down, along = magnitude.sum(axis=0), magnitude.sum(axis=1)
    border: float = (
        column[-1] * _length(row[:-1] * along)
        + row[-1] * _length(column[:-1] * down)
        + row[-1] * column[-1] * float(down.sum())
    )
    G = C @ C.T if m <= n else C.T @ C
    order, terms, trace = len(G), max(m, n) + 1, float(np.trace(G))
    square, step = _largest_eigenvalue(G), 2.0**-16
    while not _is_definite(G, square):
        square, step = square * (1 + step), 8 * step
    chop = gamma(2 * order + 8)
    square += order * square * chop / (1 - chop) + gamma(terms + 4) * trace + 4 * UNIT * square
    return (sqrt(square) * (1 + 4 * UNIT) + _SLACK * (3 * UNIT * sqrt(trace) + gamma(m + n + 4) * border)) + _TINY


def _length(x: Array) -> float:
    return float(np.sqrt(np.square(x).sum()))


def _largest_eigenvalue(G: Array) -> float:
    """An estimate that is likely to be above; nothing rests on it."""
    if len(G) <= 200:
        return float(np.linalg.eigvalsh(G)[-1]) * (1 + 2.0**-40)
    return _largest_of(G.astype(np.float32), 1e-4) * (1 + 2.0**-18)


def _largest_of(symmetric: Any, tolerance: float) -> float:
    start = np.random.default_rng(0).standard_normal(symmetric.shape[0]).astype(symmetric.dtype)
    try:
        return float(eigsh(symmetric, 1, which="LA", v0=start, tol=tolerance, return_eigenvectors=False)[0])
    except ArpackError:  # no convergence, or products that vanish
        return float(start @ (symmetric @ start) / (start @ start))


def _is_definite(G: Array, shift: float) -> bool:
    """Whether the Cholesky factorisation of shift·I − G succeeds."""
    H = -G
    H[np.diag_indices_from(H)] += shift
    return bool(dpotrf(H.T, lower=1, clean=0, overwrite_a=1)[1] == 0)


class Likely(NamedTuple):
    """A bound, and the probability over the algorithm's own draws that it is wrong."""

    bound: float
    failure: float


def norm_by_probes(
    c: Linear,
    majorant: Linear,
    operations: int,
    rng: np.random.Generator,
    probes: int,
    degree: int,
    failure: float,
) -> Likely:
    """An upper bound of σ = σ_max(C) from products with an even number of probes only, wrong with the probability `failure` at most.

    For Gaussian x₁ … x_s, T_k the Chebyshev polynomial and Z = 2CᵀC/μ − I: along the top singular vector, W = T_k(Z)x
    has the component T_k(z)ξ, z = 2σ²/μ − 1, ξ standard normal. So ‖W₁‖² + … + ‖W_s‖² ≥ T_k(z)²χ², and χ² with s degrees
    of freedom is below q with probability at most (q/2)^{s/2}/Γ(s/2 + 1), its density without the exponential. (Dixon
    1983 has the same for powers.) μ only affects sharpness: if z ≤ 1, σ² ≤ μ is at hand.

    Rounding: a product with C errs by at most η = γ_K ‖|C|‖ times the vector's length, for K operations an entry;
    `majorant` bounds |C| entrywise. If step j of the recurrence W_{j+1} = 2ZW_j − W_{j−1} errs by δ_j, the component
    errs by Σ_j U_{k−1−j}(z) δ_j, and U_l(z) ≤ (l + 1)T_k(z) for z ≥ 1, l < k: so T_k(z)(χ − Σ(k − j)|δ_j|) ≤ ‖W‖. Along
    the top singular vector the error of Cᵀ(Cx) is at most η‖Cx‖ + σ·η‖x‖; the σ in it is first bounded by
    ‖Cx‖ ≥ σχ − η‖x‖, then by the result.
    """
    largest = _norm_of_positive(majorant)
    eta = gamma(operations) * largest * _SLACK
    mu = max(_largest_square(c), eta**2)
    chi = sqrt(2 * (failure * factorial(probes // 2)) ** (2 / probes)) / _SLACK
    current = rng.standard_normal((c.shape[1], probes))
    before, fixed, per_norm, norm = np.zeros_like(current), UNIT * _length(current), 0.0, largest
    with np.errstate(over="ignore", invalid="ignore"):  # too small a μ: the first bound stands
        for step in range(degree):
            image = c.forward(current)
            square = c.backward(image)
            factor = (2 if step == 0 else 4) / mu
            after = factor * square - (1 if step == 0 else 2) * current - before
            if step == 0:
                norm = min(norm, (_length(image) + eta * _length(current)) / (chi - fixed) * _SLACK)
            weight_of_step = (degree - step) * factor * _SLACK
            sizes = _length(square) + (2 * _length(current) + _length(before)) / factor
            fixed += weight_of_step * (eta * _length(image) + 4 * UNIT * sizes)
            per_norm += weight_of_step * eta * _length(current)
            before, current = current, after
        reached = _length(current) * _SLACK
    for _ in range(4):
        least = chi - fixed - norm * per_norm
        if reached < inf and least > 0:
            growth = cosh(acosh(max(1.0, reached / least)) / degree)
            norm = min(norm, sqrt(mu * (1 + growth) / 2) * (1 + 64 * UNIT) + _TINY)
    return Likely(norm, failure)


def _norm_of_positive(a: Linear) -> float:
    """‖A‖₂² ≤ max_i (AᵀAx)_i/x_i for a matrix with entries ≥ 0 and any x > 0 (Collatz and Wielandt), up to rounding."""
    x = np.ones((a.shape[1], 1))
    for _ in range(3):
        image = a.backward(a.forward(x))
        bound = float((image / x).max())
        x = image + 1e-3 * image.max()
    return sqrt(bound) * _SLACK


def _largest_square(c: Linear) -> float:
    """An estimate of σ_max² from below; nothing rests on it."""
    size = c.shape[1]
    gram = LinearOperator((size, size), lambda x: c.backward(c.forward(x.reshape(-1, 1)))[:, 0], dtype=np.float64)
    return _largest_of(gram, 1e-2)
