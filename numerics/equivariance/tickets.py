"""Tickets for one equivariant layer: the masks that turn a source of two layers into it, coefficient by coefficient (Q7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.equivariance.layers import EquivariantLayer
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.numerics.subset_sum.batch import subsets_within
from sparse_limits.numerics.subset_sum.exact_numbers import Number, exact_number
from sparse_limits.theory.equivariance import ticket as claim
from sparse_limits.theory.subset_sum.symbols import eps as distance

Floats = NDArray[np.float64]
LARGEST = 1e150


@dataclass(frozen=True, eq=False)
class Ticket:
    """Masks for a source of two layers, and how near its coefficients come to the target's.

    masks: bool[in, channels, b] and bool[channels, out, b]; layers: the source, pruned; coef_error: the largest error of
    a coefficient of σ(x_i) or σ(−x_i), exactly; signed: whether inputs may be negative; total: all coefficients of the
    source.
    """

    masks: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    layers: tuple[EquivariantLayer, EquivariantLayer]
    coef_error: Fraction
    signed: bool

    @property
    def kept(self) -> int:
        return sum(int(mask.sum()) for mask in self.masks)

    @property
    def total(self) -> int:
        return sum(mask.size for mask in self.masks)

    def certified_bound(self, x: ArrayLike) -> Fraction:
        """An exact upper bound of |f(x) − g(x)| at every output (Q7). x: [in, in coordinates].

        InputError for another shape, what is no finite real number, and negative inputs of a ticket for x ≥ 0.
        """
        given = self.layers[0].accepted(x)
        if given.ndim != 2:
            raise InputError(f"inputs {list(given.shape)}: expected [in, in coordinates]")
        exact = [[exact_number("input", value) for value in channel] for channel in given.tolist()]
        if not self.signed and min(map(min, exact)) < 0:
            raise InputError(f"an input is {min(map(min, exact))}: expected none below 0, as the ticket is not signed")
        numbers = {
            distance: self.coef_error,
            claim.norms: sum(_norm(matrix) for matrix in self.layers[1].basis),
            claim.inputs: sum(max(map(abs, channel)) for channel in exact),
        }
        return Fraction(rational(claim.error.subs(numbers)))


def find_ticket(
    target: EquivariantLayer, source: Sequence[EquivariantLayer], eps: Number, signed: bool = True
) -> Ticket:
    """Masks under which second(σ(first(x))) is target(x), each coefficient within eps where a subset that is so near is found.

    The channels between the layers are in equal blocks, for each input channel one block for each part of the
    identity in the basis of the first layer: I itself, or the diagonal orbits. Subsets of 32 items at a time are
    searched, for each coefficient and sign, in double precision; their errors are exact. signed: inputs may be negative;
    otherwise half of the subset sums are spared.

    Raises:
        InputError: for eps ≤ 0, layers that do not fit, coefficients beyond 1e150, a first basis whose diagonal 0-1
            elements do not add up to the identity, a basis that these do not split, or channels that do not make equal
            blocks.
    """
    width = checked_eps(eps)
    first, second = _checked_source(target, source)
    parts = _identity_parts(first.basis)
    part_of = _parts_of_basis(second.basis, first.basis[parts])
    before, between, _ = first.coeffs.shape
    block = between // (before * len(parts))
    if block * before * len(parts) != between:
        raise InputError(f"{between} channels between the layers: expected a multiple of {before * len(parts)}")
    masks = np.zeros(first.coeffs.shape, bool), np.zeros(second.coeffs.shape, bool)
    lambdas, mus, goals = (_as_floats(layer.coeffs) for layer in (first, second, target))
    worst = Fraction(0)
    for i, q in np.ndindex(before, len(parts)):
        rows = np.arange(block) + (i * len(parts) + q) * block
        mine = np.flatnonzero(np.array(part_of) == q)
        kept = keep_subsets(lambdas[i, rows, parts[q]], mus[rows][..., mine], goals[i][:, mine], width, signed)
        masks[0][i, rows, parts[q]] = kept.any(axis=(1, 2))
        masks[1][rows[:, None], :, mine] = kept.transpose(0, 2, 1)
        exact = first.coeffs[i, rows, parts[q]], second.coeffs[rows][..., mine], target.coeffs[i][:, mine]
        worst = max(worst, _largest_error(*exact, kept, signed))
    return Ticket(masks, (first.prune(masks[0]), second.prune(masks[1])), worst, signed)


def keep_subsets(lambdas: Floats, mus: Floats, goals: Floats, eps: float, signed: bool) -> NDArray[np.bool_]:
    """Which second-layer coefficients of one block to keep, so that it acts as the goals on its input.

    Channels with λ > 0 hold λσ(x), and the μ|λ| kept of them come near the goal; those with λ < 0 hold |λ|σ(−x) and come
    near its negative (if signed; else none of them is kept).
    lambdas: float[n]; mus: float[n, …]; goals: float[…]; eps as `subsets_within` takes it. bool[n, …].
    """
    kept = np.zeros(mus.shape, dtype=bool)
    for sign in (1, -1) if signed else (1,):
        usable = np.flatnonzero(sign * lambdas > 0)
        items = mus[usable].reshape(usable.size, goals.size).T * np.abs(lambdas[usable])
        kept[usable] = subsets_within(items, sign * goals.ravel(), eps).T.reshape(usable.size, *goals.shape)
    return kept


def checked_eps(eps: Number) -> float:
    """The largest error of a coefficient that is asked for. InputError unless it is a number above 0."""
    exact = exact_number("eps", eps)
    if exact <= 0:
        raise InputError(f"eps = {eps}: expected a number above 0")
    return float(min(max(exact, Fraction(1, 10**300)), Fraction(10**300)))


def _largest_error(
    lambdas: NDArray[Any], mus: NDArray[Any], goals: NDArray[Any], kept: NDArray[np.bool_], signed: bool
) -> Fraction:
    """The largest error of a goal, exactly, by what is kept of a block."""
    worst = Fraction(0)
    left = [exact_number("coefficient", x) for x in lambdas]
    for place in np.ndindex(goals.shape):
        goal = exact_number("coefficient", goals[place])
        chosen = [(left[k], exact_number("coefficient", mus[k, *place])) for k in np.flatnonzero(kept[:, *place])]
        for sign in (1, -1) if signed else (1,):
            total = sum((mu * abs(x) for x, mu in chosen if sign * x > 0), Fraction(0))
            worst = max(worst, abs(total - sign * goal))
    return worst


def _as_floats(coeffs: NDArray[Any]) -> Floats:
    if max(map(abs, coeffs.flat)) > LARGEST:
        raise InputError(f"a coefficient exceeds {LARGEST}: expected smaller ones, of which all products are doubles")
    return coeffs.astype(np.float64)


def _checked_source(
    target: EquivariantLayer, source: Sequence[EquivariantLayer]
) -> tuple[EquivariantLayer, EquivariantLayer]:
    if len(source) != 2:
        raise InputError(f"a source of {len(source)} layers: expected 2")
    first, second = source
    if target.basis.shape != second.basis.shape or (target.basis != second.basis).any():
        raise InputError("the second layer's basis differs from the target's: expected the same elements in one order")
    sizes = first.coeffs.shape[0], second.coeffs.shape[1]
    if sizes != target.coeffs.shape[:2] or first.coeffs.shape[1] != second.coeffs.shape[0]:
        raise InputError(
            f"coefficients {list(first.coeffs.shape)} and {list(second.coeffs.shape)}: expected channels from "
            f"{target.coeffs.shape[0]} to {target.coeffs.shape[1]} with as many between them on both sides"
        )
    size = target.basis.shape[2]
    if first.basis.shape[1:] != (size, size):
        raise InputError(f"the first layer's basis {list(first.basis.shape)}: expected elements of {size} × {size}")
    return first, second


def _identity_parts(basis: NDArray[Any]) -> list[int]:
    """The diagonal elements of entries 0 and 1 that add up to the identity."""
    unit = np.eye(basis.shape[1], dtype=np.int64)
    parts = [i for i, matrix in enumerate(basis) if (matrix == unit * matrix).all() and np.isin(matrix, (0, 1)).all()]
    if not parts or (basis[parts].sum(axis=0) != unit).any():
        raise InputError("the first layer's basis: expected the identity, or diagonal elements that add up to it")
    return parts


def _parts_of_basis(basis: NDArray[Any], parts: NDArray[Any]) -> list[int]:
    """For each element the part P with B_b P = B_b."""
    found = []
    for matrix in basis:
        same = [i for i, part in enumerate(parts) if (matrix @ part == matrix).all()]
        if len(same) != 1:
            raise InputError("an element of the second basis takes several parts of the identity: expected orbits")
        found.append(same[0])
    return found


def _norm(matrix: NDArray[Any]) -> Fraction:
    """The largest sum of moduli in a row."""
    return max(sum((abs(exact_number("basis", x)) for x in row), Fraction(0)) for row in matrix)
