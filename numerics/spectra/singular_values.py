"""Singular values of masks and of graphons, as those of the operators T_W: L²[0,1] → L²[0,1].

A graphon W(x, y) lives on latents of two laws. A law is given by its quadrature, a function of the number of nodes;
the singular values are then those of the matrix W(x_a, y_b) √(ω_a ω'_b) (Nyström, claim O5). Families whose spectrum
is known exactly, in balls, are in `sparse_limits.numerics.spectra.exact`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, issparse
from scipy.sparse.linalg import svds
from sympy.core.function import AppliedUndef

from sparse_limits.numerics.arguments import (
    InputError,
    Seed,
    checked_array,
    checked_integer,
    finite_vector,
    real_matrix,
    seed_number,
)
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.masks.threshold import threshold_for
from sparse_limits.numerics.spectra.jumps import LINES, breaks_of, checked_breaks, find_jump, with_ends
from sparse_limits.theory.saliency.model import SaliencyModel, half_normal_quantile, tau, u, v
from sparse_limits.theory.tails import half_normal as half_normal_tail
from sparse_limits.theory.tails import t

Floats = NDArray[np.floating]
Matrix: TypeAlias = Any  # float[m, n] or csr_array of floats

DENSE = 200  # a matrix with a side no longer than this is decomposed as a whole
RESIDUAL = 1e-10  # of A v − σ u and Aᵀu − σ v, relative to σ₁; it bounds the error of σ


class Quadrature(NamedTuple):
    """Nodes and weights of a probability law: E g(X) ≈ Σ weights · g(nodes). float[q], float[q]"""

    nodes: Floats
    weights: Floats


Law = Callable[[int], Quadrature]


class Triplets(NamedTuple):
    """Leading singular triplets, descending: left float[m, k], values float[k], right float[n, k]."""

    left: Floats
    values: Floats
    right: Floats


def uniform(count: int) -> Quadrature:
    """The uniform law on (0, 1) by Gauss–Legendre nodes, for kernels smooth up to the ends."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return Quadrature((1 + nodes) / 2, weights / 2)


@dataclass(frozen=True)
class UniformInPieces:
    """The uniform law on (0, 1) by as many Gauss–Legendre nodes on each piece between breaks: for kernels with steps.

    A kernel that is constant on the pieces is integrated exactly.

    Raises:
        InputError: if the breaks are no increasing numbers strictly between 0 and 1.
    """

    breaks: Sequence[float]

    def __post_init__(self) -> None:
        object.__setattr__(self, "breaks", checked_breaks(self.breaks))

    def __call__(self, count: int) -> Quadrature:
        edges, (nodes, weights) = np.array([0.0, *self.breaks, 1.0]), uniform(count)
        lengths = np.diff(edges)[:, None]
        return Quadrature((edges[:-1, None] + lengths * nodes).ravel(), (lengths * weights).ravel())


def normal(count: int) -> Quadrature:
    """The standard normal law by Gauss–Hermite nodes."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return Quadrature(nodes, weights / weights.sum())


def half_normal(count: int) -> Quadrature:
    """The law of |a|, a standard normal: the trapezoid rule in s, x = exp(s − e^−s/50).

    The integrand vanishes doubly exponentially at both ends, also where the kernel has an essential singularity at
    x = 0, as SNIP's has; in u, where x = √2 erfinv u, no rule is fast. What lies below the first node has mass 5e-13.
    The nodes serve one kernel after another; `scipy.integrate.tanhsinh` keeps its own, and chooses them for one integrand.
    """
    return _trapezoid(count, -6.96, numeric((t,), half_normal_tail.density))


def _trapezoid(count: int, low: float, density: Callable[[Floats], Floats]) -> Quadrature:
    """The rule for a density on (0, ∞) with a normal tail; s starts at `low`, and ends at x = 8."""
    high, pull = 2.08, 0.02
    step = (high - low) / count
    s = low + step * (np.arange(count) + 0.5)
    x = np.exp(s - pull * np.exp(-s))
    return Quadrature(x, step * x * (1 + pull * np.exp(-s)) * density(x))


def atoms(values: ArrayLike, weights: ArrayLike) -> Law:
    """A law on finitely many values, exact whatever the number of nodes. float[q], float[q] with sum 1, ≥ 0.

    Raises:
        InputError: if values and weights are not finite vectors of one length, or the weights no probabilities.
    """
    nodes, mass = finite_vector("values", values), finite_vector("weights", weights)
    if nodes.shape != mass.shape:
        raise InputError(f"values and weights have shapes {nodes.shape}, {mass.shape}, expected finite vectors alike")
    if not (mass.min() >= 0 and abs(mass.sum() - 1) < 1e-12):
        raise InputError(f"weights sum to {mass.sum()}, expected probabilities with sum 1")
    return lambda count: Quadrature(nodes, mass)


def graphon_singular_values(
    kernel: Callable[[Floats, Floats], ArrayLike],
    rows: Law,
    columns: Law,
    count: int | None = None,
    *,
    nodes: int = 64,
) -> Floats:
    """The `count` leading singular values (default: all that the nodes give) of a graphon, descending. float[count]

    kernel(x, y) is vectorised, W at the latents x [a, 1] of rows and y [1, b] of columns; `rows` and `columns` are
    `uniform`, `normal`, `half_normal`, `UniformInPieces(breaks)`, `atoms(values, weights)` or another function from a
    number of nodes to a Quadrature. For kernels analytic in these latents 64 nodes give 1e-12 and better; a kernel with
    steps needs atoms or pieces. Source: O5.

    Raises:
        InputError: if the kernel is not finite at the nodes, jumps between those of one of the first four laws (jumps of
            1e-4 and more are looked for), or count is more than there are nodes.
    """
    nodes = checked_integer("nodes", nodes, 1, 4096)
    row, column = rows(nodes), columns(nodes)
    matrix = _nystrom_matrix(kernel, row, column)
    _refuse_jumps(kernel, (rows, row.nodes), (columns, column.nodes))
    values = np.linalg.svd(matrix, compute_uv=False)
    return values[: len(values) if count is None else checked_integer("count", count, 1, len(values))]


def _nystrom_matrix(kernel: Callable[[Floats, Floats], ArrayLike], row: Quadrature, column: Quadrature) -> Floats:
    shape = (row.nodes.size, column.nodes.size)
    values = np.broadcast_to(np.asarray(kernel(row.nodes[:, None], column.nodes[None]), dtype=float), shape)
    if not np.isfinite(values).all():
        raise InputError("the kernel is not finite at the nodes, expected finite values")
    matrix: Floats = np.sqrt(row.weights)[:, None] * values * np.sqrt(column.weights)
    return matrix


def _refuse_jumps(
    kernel: Callable[[Floats, Floats], ArrayLike], rows: tuple[Law, Floats], columns: tuple[Law, Floats]
) -> None:
    """InputError if a kernel jumps between neighbouring nodes of a continuous law."""
    lines = (
        ("row", rows, columns[1], lambda x, other: kernel(x[:, None], other[None])),
        ("column", columns, rows[1], lambda y, other: np.transpose(kernel(other[:, None], y[None]))),
    )
    for name, (law, nodes), others, values_at in lines:
        breaks = _breaks(law)
        if breaks is None:
            continue
        other = others[:: -(-others.size // LINES)]

        def values(
            x: Floats, other: Floats = other, values_at: Callable[[Floats, Floats], ArrayLike] = values_at
        ) -> Floats:
            return np.broadcast_to(np.asarray(values_at(x, other), dtype=float), (x.size, other.size))

        jump = find_jump(values, nodes if law in (normal, half_normal) else with_ends(nodes, breaks), breaks)
        if jump is not None:
            raise InputError(
                f"the kernel jumps by {jump.size:.3g} at the {name} latent {jump.at:.6g}, expected one without jumps "
                "(UniformInPieces has breaks, atoms have any values)"
            )


def _breaks(law: Law) -> Sequence[float] | None:
    """Where a continuous law is split; None for another, between whose nodes there need be nothing."""
    if isinstance(law, UniformInPieces):
        return law.breaks
    return () if law in (uniform, normal, half_normal) else None


def model_threshold(model: SaliencyModel, density: float, *, nodes: int = 64) -> float:
    """The threshold τ at which the graphon of a factorised saliency has the density, 0 < density < 1 (claim S1).

    Profiles are as in `model_singular_values`.

    Raises:
        InputError: for another density, if no threshold keeps as many, or for a profile with a jump that is not known.
    """
    if not 0 < density < 1:
        raise InputError(f"density is {density!r}, expected a number strictly between 0 and 1")
    kernel, rows, columns = latent_form(model)
    row, column = rows(nodes), columns(nodes)

    def densities(threshold: float) -> Floats:
        values = np.asarray(kernel(row.nodes[:, None], column.nodes, threshold), dtype=float)
        found: Floats = row.weights @ np.broadcast_to(values, (row.nodes.size, column.nodes.size)) @ column.weights
        return found

    found = threshold_for(densities, density)
    _refuse_jumps(lambda x, y: kernel(x, y, found), (rows, row.nodes), (columns, column.nodes))
    below, at, above = (densities(found * factor).mean() for factor in (1 - 1e-5, 1, 1 + 1e-5))
    return float(found + (at - density) * 2e-5 * found / (below - above))  # one Newton step: to rounding


def model_singular_values(model: SaliencyModel, threshold: float, count: int, *, nodes: int = 64) -> Floats:
    """The `count` leading singular values of the graphon F̄(τ/(f φ)) of a factorised saliency, descending. float[count]

    Profiles are expressions without free symbols but `u` and `v`. A profile in the quantile √2 erfinv of the
    half-normal law is taken in that latent, a constant is one atom, any other is taken on Gauss–Legendre nodes, as many on
    each piece where Piecewise, Heaviside, sign, Abs, Min or Max split it: steps are exact.

    Raises:
        InputError: if a profile has other free symbols or a jump that these do not tell (as floor has), the threshold is
            not positive, or count exceeds the nodes.
    """
    if not (np.isfinite(threshold) and threshold > 0):
        raise InputError(f"threshold is {threshold!r}, expected a positive number")
    kernel, rows, columns = latent_form(model)
    return graphon_singular_values(lambda x, y: kernel(x, y, threshold), rows, columns, count, nodes=nodes)


def latent_form(model: SaliencyModel) -> tuple[Callable[..., Floats], Law, Law]:
    """The kernel of a saliency as a function of (x, y, τ) on latents, with the laws of the latents x and y."""
    (row, rows), (column, columns) = _latent(model.row, u), _latent(model.column, v)
    kernel = SaliencyModel(row, column, model.noise).kernel()
    unknown = (kernel.free_symbols | kernel.atoms(AppliedUndef)) - {u, v, tau}
    if unknown:
        raise InputError(
            f"the saliency leaves {', '.join(sorted(map(str, unknown)))} open, expected profiles of u and v"
        )
    function = numeric((u, v, tau), kernel)

    def safe(x: Floats, y: Floats, threshold: float) -> Floats:
        with np.errstate(over="ignore", divide="ignore"):  # τ/(f φ) at the smallest latents
            return function(x, y, threshold)

    return safe, rows, columns


def _latent(profile: sp.Expr, position: sp.Symbol) -> tuple[sp.Expr, Law]:
    """A profile as an expression of its latent (named as the position), and the latent's law."""
    if position not in profile.free_symbols:
        return profile, atoms([1.0], [1.0])
    latent = sp.Dummy("latent", positive=True)
    in_latent = profile.subs(sp.erfinv(position), latent * sp.erfinv(u) / half_normal_quantile)
    if position not in in_latent.free_symbols:
        return in_latent.subs(latent, position), half_normal
    breaks = breaks_of(profile, position)
    return profile, UniformInPieces(breaks) if breaks else uniform


def inner_product_singular_values(
    columns: ArrayLike, threshold: float, weights: ArrayLike | None = None, *, count: int | None = None
) -> Floats:
    """Singular values of W(a, j) = erfc(√2 τ/|⟨a, h_j⟩|), a ∈ R^q standard normal (S7.1), descending. float[count]

    columns: the h_j, float[k, q]; weights of the columns, float[k] (default: equal). The squares are the eigenvalues of
    the Gram matrix E_a[W(a, j) W(a, k)], which depends on two lengths and an angle: a quadrature in the radius and the
    angle of a in the plane of h_j and h_k. It is within 1e-10, or refused; balls are in `sparse_limits.numerics.spectra.exact`.

    Raises:
        InputError: if columns are no finite matrix, the threshold is not positive, or weights no probabilities.
        ArithmeticError: if two quadratures differ by more than 1e-10 (thresholds below 1e-3 of a column's length).
    """
    h = real_matrix("columns", columns).astype(float)
    if not (np.isfinite(threshold) and threshold > 0):
        raise InputError(f"threshold is {threshold!r}, expected a positive number")
    beta = atoms(np.arange(len(h)), np.full(len(h), 1 / len(h)) if weights is None else weights)(1).weights
    gram, coarse = (_inner_product_gram(h / 2, threshold, *nodes) for nodes in ((96, 128), (80, 96)))
    if not np.abs(gram - coarse).max() <= RESIDUAL:
        raise ArithmeticError(f"the Gram matrix is known to {np.abs(gram - coarse).max():.2g}, expected {RESIDUAL}")
    squares = np.linalg.eigvalsh(np.sqrt(beta)[:, None] * gram * np.sqrt(beta))[::-1]
    values: Floats = np.sqrt(np.maximum(squares, 0.0))
    return values[: len(h) if count is None else checked_integer("count", count, 1, len(h))]


def _inner_product_gram(h: Floats, threshold: float, radii: int, angles: int) -> Floats:
    """E_a[W(a, j) W(a, k)] of W = P(|⟨a, h_j⟩ w| > τ), float[k, k]; columns h_j = 0 have W = 0.

    Between the zeros of ⟨a, h_j⟩ and ⟨a, h_k⟩ the angle runs over segments of lengths γ and π − γ, γ that between h_j
    and h_k; there the two products are R‖h‖ times the sines of the distances from the ends, where W is flat.
    """
    tail = numeric((t,), half_normal_tail.survival)
    radius, mass = _trapezoid(radii, -6.3, lambda x: x * np.exp(-(x**2) / 2))
    lengths = np.linalg.norm(h, axis=1)
    gram = np.zeros((len(h), len(h)))
    for j, k in zip(*np.triu_indices(len(h)), strict=True):
        if not lengths[j] * lengths[k]:
            continue
        x, y = h[j] / lengths[j], h[k] / lengths[k]
        gamma = 2 * np.arctan2(np.linalg.norm(x - y), np.linalg.norm(x + y))
        for segment in (gamma, np.pi - gamma):
            left, right, along = _between_zeros(angles, segment)
            with np.errstate(over="ignore", divide="ignore"):  # τ over a product of 0
                first = tail(threshold / (lengths[j] * radius[:, None] * np.sin(left)))
                second = tail(threshold / (lengths[k] * radius[:, None] * np.sin(right)))
            gram[j, k] += mass @ (first * second) @ along / np.pi
        gram[k, j] = gram[j, k]
    return gram


def _between_zeros(count: int, length: float) -> tuple[Floats, Floats, Floats]:
    """Distances from both ends of a segment, and weights, of a tanh-sinh rule. float[count] each"""
    reach = 3.2
    step = 2 * reach / count
    s = -reach + step * (np.arange(count) + 0.5)
    odds = np.exp(np.pi * np.sinh(s))
    left, right = length / (1 + 1 / odds), length / (1 + odds)
    return left, right, step * np.pi * np.cosh(s) * length * odds / (1 + odds) ** 2


def mask_singular_values(mask: ArrayLike | csr_array, count: int, *, seed: Seed = 0) -> Floats:
    """The `count` leading singular values σ_i(M)/√(mn) of the operator of a mask, descending. float[count]

    The mask [m, n] is dense or of `scipy.sparse`, of any finite real entries; of a sparse one only the non-zeros are
    held, unless its shorter side is at most 200, or below 4·count. The same seed gives the same digits; σ_i(M) is within 1e-10 σ₁(M). Source: O1.

    Raises:
        InputError: if the mask is no finite real matrix, or not 1 ≤ count ≤ min(m, n).
        ArithmeticError: if a residual exceeds 1e-10 σ₁(M).
    """
    return leading_triplets(mask, count, seed=seed).values


def leading_triplets(mask: ArrayLike | csr_array, count: int, *, seed: Seed = 0) -> Triplets:
    """The `count` leading singular triplets of M/√(mn); arguments and errors as in `mask_singular_values`."""
    matrix = mask_matrix(mask)
    shortest = min(matrix.shape)
    count = checked_integer("count", count, 1, shortest)
    scale = 1 / np.sqrt(matrix.shape[0] * matrix.shape[1])
    if shortest <= DENSE or 4 * count > shortest:
        entries = float(matrix.shape[0]) * matrix.shape[1]
        check_work(f"all singular values of {matrix.shape[0]} × {matrix.shape[1]} entries", 24 * entries)
        whole = matrix.toarray() if is_sparse(matrix) else matrix
        left, values, right = np.linalg.svd(whole, full_matrices=False)
        return Triplets(left[:, :count], values[:count] * scale, right[:count].T)
    if not (matrix.nnz if is_sparse(matrix) else matrix.any()):
        return Triplets(np.eye(matrix.shape[0], count), np.zeros(count), np.eye(matrix.shape[1], count))
    start = np.random.default_rng(seed_number(seed)).standard_normal(shortest)
    unit, exponent = _of_unit_size(matrix)
    left, values, right = svds(unit, k=count, v0=start)
    triplets = Triplets(left[:, ::-1], values[::-1], right[::-1].T)
    _check_residuals(unit, triplets)
    return triplets._replace(values=np.ldexp(triplets.values * scale, exponent))


def _of_unit_size(matrix: Matrix) -> tuple[Matrix, int]:
    """The matrix less a power of 2, and its exponent: the largest entry is in [1, 2), since `svds` squares, and has a fixed tolerance."""
    entries = matrix.data if is_sparse(matrix) else matrix
    exponent = int(np.frexp(np.abs(entries).max())[1]) - 1
    scaled = np.ldexp(entries, -exponent)
    return (csr_array((scaled, matrix.indices, matrix.indptr), matrix.shape) if is_sparse(matrix) else scaled), exponent


def _check_residuals(matrix: Matrix, triplets: Triplets) -> None:
    left, values, right = triplets
    residuals = matrix @ right - left * values, matrix.T @ left - right * values
    worst = max(np.linalg.norm(each, axis=0).max() for each in residuals)
    if not worst <= RESIDUAL * values[0]:
        raise ArithmeticError(f"a singular value has the residual {worst / values[0]:.2g} σ₁, expected {RESIDUAL}")


def is_sparse(matrix: object) -> bool:
    return bool(issparse(matrix))


def mask_matrix(mask: ArrayLike | csr_array) -> Matrix:
    """A finite real matrix in floating point, `csr_array` if it came sparse; InputError for anything else."""
    given: Any = mask
    matrix: Any = csr_array(given, copy=True) if is_sparse(given) else checked_array("mask", given)
    if matrix.dtype.kind not in "biuf" or matrix.ndim != 2 or 0 in matrix.shape:
        raise InputError(f"mask is {matrix.dtype} of shape {matrix.shape}, expected a non-empty real matrix")
    if is_sparse(matrix):
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
    matrix = matrix.astype(float)
    if not np.isfinite(matrix.data if is_sparse(matrix) else matrix).all():
        raise InputError("mask contains NaN or infinity, expected finite entries")
    return matrix
