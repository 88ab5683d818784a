"""Homomorphism densities t(F, M) of small bipartite graphs F: exactly from a mask, and from a graphon.

t(F, M) is the mean, over all maps of the vertices of F to rows and columns of M, of the product of the entries that the
edges fall on. Vertices are eliminated one after the other. One of degree 1 turns into a vector on its neighbour, one
of degree 2 into a matrix between its two, so that trees take products of M with vectors, cycles powers of the Gram
matrix, K_{2,b} powers of the codegrees, entry by entry; every F of treewidth 2 falls. The images of one vertex, the
root, are taken in blocks, and with them the matrices that join it: memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import ceil, inf, isqrt, prod
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, issparse, spmatrix
from sympy.ntheory.modular import crt

from sparse_limits.numerics.arguments import InputError, checked_array
from sparse_limits.numerics.door import door
from sparse_limits.theory.operators.motifs import Motif

Vertex = tuple[int, int]  # side (0: row, 1: column) and number
Matrix = Any  # csr_array or dense array
Pair = tuple[Any, Any]  # something for rows, and the same for columns

SPARSE = 1 / 32  # of the entries: above it a dense product is faster
DENSE_EXACT, SPARSE_EXACT = 2**53, 2**63  # below, float64 and int64 hold every integer
_BLOCK = 2**22  # entries of a matrix that joins the root


class Plan(NamedTuple):
    """How a connected motif is eliminated: the root that is left, and the others in order, each with its neighbours.

    A vertex has one neighbour or two when it goes; if the root is among them, it comes first.
    """

    edges: tuple[tuple[Vertex, Vertex], ...]
    root: Vertex
    steps: tuple[tuple[Vertex, tuple[Vertex, ...]], ...]

    @property
    def links(self) -> list[tuple[Vertex, ...]]:
        """The pairs of vertices between which matrices are made."""
        return [neighbours for _, neighbours in self.steps if len(neighbours) == 2]


@door
def motif_density(mask: ArrayLike | csr_array | spmatrix, motif: Motif) -> Fraction | float:
    """Compute the homomorphism density t(F, M) of a bipartite motif F in a matrix M.

    The density is the mean, over all maps of the vertices of F to rows and columns of M, of the product of the entries
    that the edges fall on. For trees, the time is proportional to the number of non-zeros. For C_4 and K_{2,b}, it is
    the time of a Gram matrix, which is computed in blocks.

    Parameters
    ----------
    mask : matrix M, [m, n], an array or a scipy.sparse matrix; any real entries
    motif : bipartite graph F, of treewidth at most 2, such as `sparse_limits.theory.operators.motifs.cycle(4)`

    Returns
    -------
    Density, an exact Fraction for a matrix of integers or bools, and a float for a matrix of floats.

    Raises
    ------
    InputError : if M is not a non-empty, finite, real matrix with integers below 2⁶³, if F is not a `Motif` or has a
        treewidth above 2 (such as K_{3,3}), or if the density of a matrix of floats overflows.

    References
    ----------
    Claims O8, O9.

    Examples
    --------
    >>> from sparse_limits.theory.operators import motifs
    >>> motif_density([[1, 1], [1, 0]], motifs.cycle(4))
    Fraction(7, 16)
    """
    matrix = _matrix(mask)
    m, n = matrix.shape
    plans = _plans(motif, int(n < m))
    if matrix.dtype.kind == "f":
        return _float_density(motif, plans, matrix, (np.full(m, 1 / m), np.full(n, 1 / n)))
    maps = m ** len(motif.row_degrees) * n ** len(motif.column_degrees)
    return Fraction(prod(_exact_count(plan, matrix) for plan in plans), maps)


def graphon_motif_density(
    motif: Motif, values: ArrayLike, row_weights: ArrayLike | None = None, column_weights: ArrayLike | None = None
) -> Any:
    """t(F, W) of a graphon by its values [a, b] on a grid with weights [a] and [b], equal ones if none are given.

    Exact for a step graphon, whose weights are the widths of its steps; for a kernel as exact as the quadrature whose
    nodes and weights these are. Floats give a float; integers, fractions and SymPy expressions an exact value.
    InputError for a wrong shape, values that are not finite, weights that are negative or do not add up to 1 (to 1e-6),
    a motif as in `motif_density`, or a density of floats that overflows.
    """
    kernel = _numbers("values", values, 2)
    weights = [
        _weights(name, given, size)
        for name, given, size in zip(
            ("row_weights", "column_weights"), (row_weights, column_weights), kernel.shape, strict=True
        )
    ]
    arrays = (kernel, *weights)
    symbolic = any(_symbolic(value) for array in arrays if array.dtype == object for value in array.flat)
    floats = not symbolic and any(array.dtype == np.float64 for array in arrays)
    kernel, *weights = (array.astype(np.float64 if floats else object) for array in arrays)
    plans, shares = _plans(motif, 0), (weights[0], weights[1])
    if floats:
        return _float_density(motif, plans, kernel, shares)
    return prod(_contract(plan, kernel, shares).sum() for plan in plans)


def _float_density(motif: Motif, plans: tuple[Plan, ...], matrix: Matrix, shares: Pair) -> float:
    """Of the matrix less a power of 2, which rounds nothing: no product on the way overflows or vanishes."""
    entries = matrix.data if isinstance(matrix, csr_array) else matrix
    exponent = int(np.frexp(np.abs(entries).max(initial=0.0))[1])
    scaled: Matrix = np.ldexp(entries, -exponent)
    if isinstance(matrix, csr_array):
        scaled = csr_array((scaled, matrix.indices, matrix.indptr), shape=matrix.shape)
    density = prod(float(_contract(plan, scaled, shares).sum()) for plan in plans)
    power = exponent * len(motif.edges)
    with np.errstate(over="ignore"):
        found = float(np.ldexp(density, power))
    if not np.isfinite(found):
        raise InputError(f"the density is {density:.3g} · 2**{power}, expected entries for which it is below 1.8e308")
    return found


def rank_one_motif_density(motif: Motif, row_moment: Callable[[int], Any], column_moment: Callable[[int], Any]) -> Any:
    """t(F, W) of W(u, v) = f(u) g(v) from the moments k ↦ ∫f^k and k ↦ ∫g^k: one for the degree of every vertex."""
    return prod(map(row_moment, motif.row_degrees)) * prod(map(column_moment, motif.column_degrees))


@lru_cache(maxsize=256)
def _plans(motif: Motif, side: int) -> tuple[Plan, ...]:
    """A plan for each component: fewest matrices that do not join the root, and the root on `side` where it may be."""
    if not isinstance(motif, Motif):
        raise InputError(f"motif is {motif!r}, expected a Motif such as MOTIFS['C4']")
    edges = [((0, row), (1, column)) for row, column in motif.edges]
    plans = []
    while edges:
        reached = set(edges[0])
        while more := {vertex for edge in edges if reached & set(edge) for vertex in edge} - reached:
            reached |= more
        component = tuple(edge for edge in edges if edge[0] in reached)
        edges = [edge for edge in edges if edge[0] not in reached]
        found = [plan for root in sorted(reached) if (plan := _plan(component, root))]
        if not found:
            raise InputError(f"motif {motif.edges} has treewidth above 2, expected trees, cycles, K_(2,b) and the like")
        plans.append(
            min(found, key=lambda plan: (sum(plan.root not in pair for pair in plan.links), plan.root[0] != side))
        )
    return tuple(plans)


def _plan(edges: tuple[tuple[Vertex, Vertex], ...], root: Vertex) -> Plan | None:
    """Leaves go first, then vertices between the root and another, those with edges of the motif before those with
    denser matrices, then others of degree 2; None if there are none.
    """
    around: dict[Vertex, set[Vertex]] = {vertex: set() for edge in edges for vertex in edge}
    for row, column in edges:
        around[row].add(column)
        around[column].add(row)
    steps = []
    dense: set[frozenset[Vertex]] = set()

    def cost(vertex: Vertex) -> tuple[int, bool, int, Vertex]:
        links = sum(frozenset((vertex, each)) in dense for each in around[vertex])
        return len(around[vertex]), root not in around[vertex], links, vertex

    while len(around) > 1:
        ready = [vertex for vertex in around if vertex != root and len(around[vertex]) <= 2]
        if not ready:
            return None
        vertex = min(ready, key=cost)
        neighbours = tuple(sorted(around.pop(vertex), key=lambda each: (each != root, each)))
        for each in neighbours:
            around[each] = (around[each] | set(neighbours)) - {vertex, each}
        steps.append((vertex, neighbours))
        dense.add(frozenset(neighbours))
    return Plan(edges, root, tuple(steps))


def _exact_count(plan: Plan, matrix: Matrix) -> int:
    """Σ over all maps into an integer matrix; modulo several primes where machine numbers could overflow."""
    limit = SPARSE_EXACT if isinstance(matrix, csr_array) else DENSE_EXACT
    bound = _bound(plan, matrix)
    if bound < limit:
        return _count(plan, matrix, None)
    prime = isqrt(limit // max(matrix.shape))  # sums of products of two residues stay below the limit
    primes: list[int] = []
    while prod(primes) <= 2 * bound * max(matrix.shape):
        prime = int(sp.prevprime(prime))
        primes.append(prime)
    return int(crt(primes, [_count(plan, matrix, prime) for prime in primes], symmetric=True)[0])


def _count(plan: Plan, matrix: Matrix, modulus: int | None) -> int:
    working = _reduced(matrix, modulus)
    if not isinstance(matrix, csr_array):
        working = working.astype(np.float64)  # for products by BLAS
    ones = (np.ones(matrix.shape[0], working.dtype), np.ones(matrix.shape[1], working.dtype))
    return sum(map(int, _contract(plan, working, ones, modulus).tolist()))


def _bound(plan: Plan, matrix: Matrix) -> int:
    """A bound on all numbers met before the last sum: on Σ|·| over the maps that fix one vertex.

    A vertex reached along an edge has as many images as a row or column has entries; further edges only weigh them.
    """
    size = abs(matrix.astype(np.float64))
    across, down, largest = (
        max(1, ceil(x * (1 + 1e-9))) for x in (size.sum(axis=1).max(), size.sum(axis=0).max(), size.max())
    )
    vertices = {vertex for edge in plan.edges for vertex in edge}
    rows = sum(side == 0 for side, _ in vertices)
    columns = len(vertices) - rows
    reached = across**columns * down**rows // min(across, down)
    bound: int = reached * largest ** (len(plan.edges) - len(vertices) + 1)
    return bound


def _contract(plan: Plan, matrix: Matrix, weights: Pair, modulus: int | None = None) -> NDArray[Any]:
    """Σ over the maps that send the root to each of its images, with the weights of all vertices. [images]"""
    transpose = matrix.T.tocsr() if isinstance(matrix, csr_array) else matrix.T
    size = len(weights[plan.root[0]])
    step = max(1, _BLOCK // max(matrix.shape)) if plan.links else size
    return np.concatenate(
        [
            _contract_block(plan, (matrix, transpose), weights, slice(start, start + step), modulus)
            for start in range(0, size, step)
        ]
    )


def _contract_block(plan: Plan, sides: Pair, weights: Pair, block: slice, modulus: int | None) -> NDArray[Any]:
    """The same for a block of images of the root; sides are the matrix and its transpose."""
    held = {vertex: weights[vertex[0]] for edge in plan.edges for vertex in edge}
    held[plan.root] = held[plan.root][block]
    links: dict[tuple[Vertex, Vertex], Matrix] = {}
    at_root = sides[plan.root[0]][block]
    for row, column in plan.edges:
        for one, other in ((row, column), (column, row)):
            links[one, other] = at_root if one == plan.root else sides[one[0]]
    made: dict[tuple[int, ...], tuple[Any, ...]] = {}  # by the identity of the factors, which are kept with the product
    for vertex, neighbours in plan.steps:
        weight = held.pop(vertex)
        left = links[neighbours[0], vertex]
        if len(neighbours) == 1:
            below = _reduced(left @ weight, modulus)
            held[neighbours[0]] = _reduced(held[neighbours[0]] * below, modulus)
            continue
        pair = neighbours[0], neighbours[1]
        right = links[vertex, pair[1]]
        key = (id(left), id(weight), id(right))
        if key not in made:
            scaled = _reduced(_scaled(left, weight), modulus)
            made[key] = (left, weight, right, _reduced(scaled @ right, modulus))
        link = made[key][-1]
        if pair in links:
            link = _reduced(links[pair] * link, modulus)
        links[pair] = link
        if plan.root not in pair:
            links[pair[1], pair[0]] = link.T.tocsr() if isinstance(link, csr_array) else link.T
    reached: NDArray[Any] = held[plan.root]
    return reached


def _scaled(matrix: Matrix, weight: NDArray[Any]) -> Matrix:
    """matrix · diag(weight)."""
    if not isinstance(matrix, csr_array):
        return matrix * weight
    return csr_array((matrix.data * weight[matrix.indices], matrix.indices, matrix.indptr), shape=matrix.shape)


def _reduced(values: Matrix, modulus: int | None) -> Matrix:
    if modulus is None:
        return values
    if not isinstance(values, csr_array):
        return values % modulus
    return csr_array((values.data % modulus, values.indices, values.indptr), shape=values.shape)


def _matrix(values: ArrayLike | csr_array | spmatrix) -> Matrix:
    """As csr_array or, where many entries are non-zero, as a dense array; of int64 or float64."""
    matrix = csr_array(values, copy=True) if issparse(values) else checked_array("mask", values)
    if matrix.ndim != 2 or 0 in matrix.shape or matrix.dtype.kind not in "biuf":
        raise InputError(f"mask is {matrix.dtype} of shape {matrix.shape}, expected a non-empty real matrix")
    if issparse(matrix):
        matrix.sum_duplicates()
        filled, entries = int(matrix.nnz), matrix.data
    else:
        filled, entries = int(np.count_nonzero(matrix)), matrix
    if not np.isfinite(entries).all():
        raise InputError("mask contains NaN or infinity, expected finite values")
    if matrix.dtype.kind == "u" and entries.size and entries.max() > np.iinfo(np.int64).max:
        raise InputError(f"mask contains {entries.max()}, expected integers below 2**63")
    matrix = matrix.astype(np.float64 if matrix.dtype.kind == "f" else np.int64)
    if filled > SPARSE * matrix.shape[0] * matrix.shape[1]:
        return matrix.toarray() if issparse(matrix) else matrix
    return csr_array(matrix)


def _numbers(name: str, values: ArrayLike, dimensions: int) -> NDArray[Any]:
    """As float64 or, if they are exact, as Python objects."""
    array = checked_array(name, values)
    if array.ndim != dimensions or array.size == 0 or array.dtype.kind not in "biufO":
        raise InputError(
            f"{name} are {array.dtype} of shape {array.shape}, expected {dimensions} dimensions of numbers"
        )
    if array.dtype.kind in "biu":
        return array.astype(int if array.dtype.kind == "b" else array.dtype).astype(object)
    if array.dtype == object and not all(isinstance(value, (Real, sp.Expr)) for value in array.flat):
        raise InputError(f"{name} hold something that is no real number, expected numbers or SymPy expressions")
    if not (all(map(_is_finite, array.flat)) if array.dtype == object else np.isfinite(array).all()):
        raise InputError(f"{name} contain NaN or infinity, expected finite values")
    return array if array.dtype == object else array.astype(np.float64)


def _is_finite(value: Any) -> bool:
    return not value.has(sp.nan, sp.zoo, sp.oo, -sp.oo) if isinstance(value, sp.Expr) else bool(abs(value) < inf)


def _symbolic(value: object) -> bool:
    return isinstance(value, sp.Basic) and bool(value.free_symbols)


def _weights(name: str, given: ArrayLike | None, size: int) -> NDArray[Any]:
    weights = np.full(size, Fraction(1, size)) if given is None else _numbers(name, given, 1)
    if weights.shape != (size,):
        raise InputError(f"{name} have shape {weights.shape}, expected ({size},)")
    total = weights.sum()
    negative = any(weight < 0 for weight in weights if not _symbolic(weight))
    if negative or not (_symbolic(total) or abs(total - 1) <= 1e-6):
        raise InputError(f"{name} add up to {total}, expected 1 and none negative")
    return weights
