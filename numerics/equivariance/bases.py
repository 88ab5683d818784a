"""Bases of the equivariant maps between two representations, and their number by characters: three independent ways."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import gcd
from typing import Any

import numpy as np
from flint import fmpz, fmpz_mat
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.equivariance.representations import Representation

MOST_UNKNOWNS = 4096  # of an exact elimination


def equivariant_basis(rho_in: Representation, rho_out: Representation, method: str = "orbit") -> list[NDArray[Any]]:
    """A basis of the T with ρ_out(g)T = Tρ_in(g): whole matrices [out, in].

    "orbit": indicator matrices of the orbits on pairs of coordinates (Q2), in the order of their first entries; for
    permutation representations. "nullspace": primitive whole solutions of the linear equations at the generators (Q1),
    by exact elimination, for any representations.

    Raises:
        InputError: for representations of two groups, an unknown method, the method "orbit" where a representation
            does not permute, and the method "nullspace" for more than 4096 entries.
    """
    _check_common_group(rho_in, rho_out)
    if method == "orbit":
        labels = orbit_labels(rho_in, rho_out)
        return [(labels == label).astype(np.int64) for label in range(int(labels.max()) + 1)]
    if method == "nullspace":
        return _nullspace(rho_in, rho_out)
    raise InputError(f"method {method!r}: expected 'orbit' or 'nullspace'")


def orbit_labels(rho_in: Representation, rho_out: Representation) -> NDArray[np.int64]:
    """The orbit in which each entry lies, numbered by first entries row by row. int[out, in].

    InputError unless both permute their coordinates and have one group.
    """
    _check_common_group(rho_in, rho_out)
    for rho in (rho_in, rho_out):
        if not rho.is_permutation:
            raise InputError(f"orbits of {rho.group.name}: a representation does not permute its coordinates")
    columns = rho_in.dimension
    cells = np.arange(rho_out.dimension * columns)
    moved = [
        (rho_out.permutation((i,))[:, None] * columns + rho_in.permutation((i,))).ravel()
        for i in range(len(rho_in.images))
    ]
    edges = np.tile(cells, len(moved)), np.concatenate(moved)
    graph = coo_array((np.ones(len(edges[0]), bool), edges), shape=(len(cells), len(cells)))
    _, found = connected_components(graph, directed=False)
    _, first, inverse = np.unique(found, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].reshape(rho_out.dimension, columns)


def hom_dimension(rho_in: Representation, rho_out: Representation) -> int:
    """The dimension of the space of equivariant maps: the mean of χ_out·χ_in over the group.

    InputError for representations of two groups, and for a group of more than 20 000 elements that is no `symmetric`.
    """
    _check_common_group(rho_in, rho_out)
    total, order = Fraction(0), 0
    for word, size in rho_in.group.classes():
        total += size * rho_out.character(word) * rho_in.character(word)
        order += size
    if total % order:
        raise InputError(f"{rho_in.group.name}: its relators do not present it, {total}/{order} is no dimension")
    return int(total / order)


def defect(matrix: ArrayLike, rho_in: Representation, rho_out: Representation) -> Fraction:
    """The largest entry of |ρ_out(g)T − Tρ_in(g)| over the generators; 0 exactly where T is equivariant.

    InputError unless T holds whole numbers, [out, in], and the representations have one group.
    """
    _check_common_group(rho_in, rho_out)
    given = np.asarray(matrix)
    if given.shape != (rho_out.dimension, rho_in.dimension) or not _whole(given):
        raise InputError(
            f"a matrix {given.dtype}{list(given.shape)}: expected whole numbers {[rho_out.dimension, rho_in.dimension]}"
        )
    gaps = _moved_entries if rho_in.is_permutation and rho_out.is_permutation else _commutator
    return max(abs(gap) for i in range(len(rho_in.images)) for gap in gaps(given, rho_in, rho_out, i))


def _moved_entries(
    matrix: NDArray[Any], rho_in: Representation, rho_out: Representation, letter: int
) -> Iterator[Fraction]:
    """The largest change of an entry alone."""
    exact = matrix.astype(object)
    moved = exact[rho_out.permutation((letter,))[:, None], rho_in.permutation((letter,))]
    yield Fraction(np.abs(moved - exact).max())


def _commutator(
    matrix: NDArray[Any], rho_in: Representation, rho_out: Representation, letter: int
) -> Iterator[Fraction]:
    exact = fmpz_mat([[int(x) for x in row] for row in matrix])
    gap = rho_out.matrix((letter,)) * exact - exact * rho_in.matrix((letter,))
    return (Fraction(int(x.p), int(x.q)) for x in gap.entries())


def _whole(array: NDArray[Any]) -> bool:
    return array.dtype.kind in "iub" or all(isinstance(x, int) for x in array.flat)


def _nullspace(rho_in: Representation, rho_out: Representation) -> list[NDArray[Any]]:
    rows, columns = rho_out.dimension, rho_in.dimension
    if rows * columns > MOST_UNKNOWNS:
        raise InputError(f"{rows} × {columns} unknowns: expected at most {MOST_UNKNOWNS} for an exact elimination")
    equations: list[list[int]] = []
    for i in range(len(rho_in.images)):
        equations += _equations(rho_in, rho_out, i)
    solutions, count = fmpz_mat(equations).nullspace()
    return [_primitive([solutions[i, j] for i in range(rows * columns)], (rows, columns)) for j in range(count)]


def _equations(rho_in: Representation, rho_out: Representation, letter: int) -> list[list[int]]:
    """ρ_out(g)T = Tρ_in(g), one row of whole coefficients of the entries of T, row by row, for each entry."""
    after, before = rho_out.matrix((letter,)), rho_in.matrix((letter,))
    (after, low), (before, lower) = after.numer_denom(), before.numer_denom()
    rows, columns = rho_out.dimension, rho_in.dimension
    found = []
    for y in range(rows):
        for x in range(columns):
            equation = [0] * (rows * columns)
            for other in range(rows):
                equation[other * columns + x] += int(lower * after[y, other])
            for other in range(columns):
                equation[y * columns + other] -= int(low * before[other, x])
            if any(equation):
                found.append(equation)
    return found or [[0] * (rows * columns)]


def _primitive(entries: list[fmpz], shape: tuple[int, int]) -> NDArray[Any]:
    """The whole matrix without a common divisor, its first nonzero entry positive."""
    whole = [int(entry) for entry in entries]
    divisor = gcd(*whole)
    first = next(entry for entry in whole if entry)
    whole = [entry // divisor if first > 0 else -(entry // divisor) for entry in whole]
    small = max(map(abs, whole)) < 2**63
    return np.array(whole, dtype=np.int64 if small else object).reshape(shape)


def _check_common_group(rho_in: Representation, rho_out: Representation) -> None:
    if rho_in.group != rho_out.group:
        raise InputError(f"representations of {rho_in.group.name} and of {rho_out.group.name}: expected one group")
