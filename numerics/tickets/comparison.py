"""Whether a ticket belongs to the target that somebody has: a comparison of everything that a target fixes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.equivariance import EquivariantLayer
from sparse_limits.numerics.tickets.files import StoredTicket
from sparse_limits.numerics.tickets.target_files import Levels, broken_symmetry

Layers = Sequence[EquivariantLayer]
ROUNDED = 1e-12  # differences that are named so; they are not accepted either
NEARLY = 1e-9  # layers whose ratio varies by no more are named as multiples; nothing is accepted for it


class Finding(NamedTuple):
    """One thing that a file says, whether it holds, and what was found."""

    what: str
    holds: bool
    detail: str


class Reference(NamedTuple):
    """What a target fixes.

    layers: with ReLU between them, at the scale of the guarantee; signed: whether inputs may be negative; constant:
    whether the last input channel holds 1; permutations: of a group on each level, int[generators, coordinates].
    """

    layers: tuple[EquivariantLayer, ...]
    signed: bool
    constant: bool
    permutations: Levels | None


def comparisons(stored: StoredTicket, target: Reference) -> Iterator[Finding]:
    """What a ticket has in common with a target: layers, numbers, scale, inputs and symmetry."""
    mine, theirs = stored.ticket.target, target.layers
    alike = _shapes(mine) == _shapes(theirs)
    yield _same_layers(mine, theirs)
    if alike:
        pairs = list(zip(mine, theirs, strict=True))
        yield _same_scale(mine, theirs)
        coefficients = [(one.coeffs, other.coeffs) for one, other in pairs]
        yield _same_numbers("coefficients of the target", coefficients)
        yield _same_numbers("bases of the target", [(one.basis, other.basis) for one, other in pairs])
    yield _inputs_met(stored.ticket.signed, target.signed)
    yield _same_constant(stored.statement.constant_input, target.constant)
    yield _same_symmetry(stored, target)


def moves(levels: Levels | None) -> set[bytes]:
    """The generators of a group, each on all levels together, without repetitions and without the identity."""
    if levels is None:
        return set()
    generators = np.concatenate(levels, axis=1)
    identity = np.concatenate([np.arange(level.shape[1]) for level in levels])
    return {row.tobytes() for row in generators if (row != identity).any()}


def _shapes(layers: Layers) -> list[tuple[int, ...]]:
    return [(*layer.coeffs.shape, *layer.basis.shape[1:]) for layer in layers]


def _same_layers(mine: Layers, theirs: Layers) -> Finding:
    held, expected = _shapes(mine), _shapes(theirs)
    if held == expected:
        return Finding(
            "layers of the target", True, f"{len(mine)}, of the same shapes and in one order, ReLU between them"
        )
    if sorted(held) == sorted(expected):
        return Finding("layers of the target", False, "the same shapes in another order")
    if len(held) != len(expected):
        return Finding("layers of the target", False, f"{len(held)} in the file, {len(expected)} in the target")
    unlike = [str(k) for k, (one, other) in enumerate(zip(held, expected, strict=True), 1) if one != other]
    return Finding("layers of the target", False, f"other shapes in layer {', '.join(unlike)}")


def _same_scale(mine: Layers, theirs: Layers) -> Finding:
    """Largest coefficients, in which an error of epsilon counts."""
    largest = [[float(np.abs(layer.coeffs).max()) for layer in layers] for layers in (mine, theirs)]
    unlike = [k for k, (one, other) in enumerate(zip(*largest, strict=True), 1) if one != other]
    if not unlike:
        return Finding("scale of the target", True, "the largest coefficient of each layer is the same")
    k = unlike[0]
    one, other = largest[0][k - 1], largest[1][k - 1]
    detail = f"the largest coefficient of layer {k} is {one:.4g}, in the target {other:.4g}"
    multiple = ": the layer is multiplied" if _multiple(mine[k - 1].coeffs, theirs[k - 1].coeffs) else ""
    return Finding("scale of the target", False, detail + multiple)


def _multiple(mine: NDArray[np.float64], theirs: NDArray[np.float64]) -> bool:
    there = theirs != 0
    if not there.any() or (mine[~there] != 0).any():
        return False
    with np.errstate(all="ignore"):
        ratios = mine[there] / theirs[there]
        return bool(np.ptp(ratios) <= NEARLY * np.abs(ratios).max())


def _same_numbers(what: str, pairs: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> Finding:
    moved = sum(int((one != other).sum()) for one, other in pairs)
    if not moved:
        return Finding(what, True, "the same, to the last bit")
    largest = max(float(np.abs(one - other).max()) for one, other in pairs)
    rounded = ", as if trained on another processor, which rounds otherwise" if largest < ROUNDED else ""
    return Finding(what, False, f"{moved} numbers differ, by up to {largest:.3g}{rounded}")


def _inputs_met(mine: bool, theirs: bool) -> Finding:
    if theirs and not mine:
        return Finding("signs of inputs", False, "those of the target may be negative, the ticket is for others only")
    both = "of either sign" if mine else "not negative"
    return Finding("signs of inputs", True, both if mine == theirs else f"{both}, more than the target asks")


def _same_constant(mine: bool, theirs: bool) -> Finding:
    said = {True: "the last input channel holds 1", False: "no input channel holds 1"}
    if mine == theirs:
        return Finding("constant input", True, said[mine])
    return Finding("constant input", False, f"in the file {said[mine]}, in the target {said[theirs]}")


def _same_symmetry(stored: StoredTicket, target: Reference) -> Finding:
    """The generators themselves, in any order: another set that generates the same group is refused too."""
    mine, theirs = moves(stored.permutations), moves(target.permutations)
    if not mine and not theirs:
        return Finding("no symmetry", True, "neither the target nor the file states any")
    if mine != theirs:
        counts = (
            f"{len(theirs - mine)} of the target's {len(theirs)} generators missing, {len(mine - theirs)} others stated"
        )
        return Finding("symmetry", False, counts)
    problem = stored.permutations and broken_symmetry(stored.ticket.target, stored.permutations)
    said = f"the target's generators ({len(mine)}); every basis element commutes with each, exactly"
    return Finding("symmetry", not problem, problem or said)
