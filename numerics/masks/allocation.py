"""How the weights that are kept are shared among layers, by the layers' shapes, by given densities, or by LAMP's scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError, proper_share
from sparse_limits.numerics.masks.names import Shape
from sparse_limits.numerics.masks.selection import Mask, largest_of_rows, zeros_split

Floats = NDArray[np.float64]

UNIFORM, ERDOS_RENYI, WITH_KERNELS = "uniform", "erdos-renyi", "erdos-renyi-kernel"


def erdos_renyi(shapes: Mapping[str, Shape], density: float, *, kernels: bool = False) -> dict[str, float]:
    """Densities of layers in proportion to (outputs + inputs) / (outputs · inputs), with this density of all weights together.

    A layer whose density would be above 1 is whole, and the others have what is left.

    Parameters
    ----------
    shapes : of the layers' weights, (outputs, inputs, …), by name
    density : share of all weights that is kept, in (0, 1)
    kernels : whether the sides of a convolution's kernel are in both, sum and product

    Raises
    ------
    InputError : for a density outside (0, 1)

    References
    ----------
    Mocanu et al. 2018 (arXiv 1707.04780); with kernels, Evci et al. 2020 (arXiv 1911.11134).

    Examples
    --------
    >>> found = erdos_renyi({"0": (30, 60), "2": (10, 30)}, 0.13)  # in the proportion of 90/1800 to 40/300
    >>> {name: round(density, 3) for name, density in found.items()}
    {'0': 0.105, '2': 0.28}
    >>> erdos_renyi({"0": (1000, 1000), "2": (2, 2)}, 0.01)["2"]
    1.0
    """
    proper_share("density", density)
    sizes = {name: prod(shape) for name, shape in shapes.items()}
    sides = {name: shape if kernels else shape[:2] for name, shape in shapes.items()}
    raw = {name: sum(each) / prod(each) for name, each in sides.items()}
    whole, scale = set[str](), 0.0
    for _ in shapes:
        left = density * sum(sizes.values()) - sum(sizes[name] for name in whole)
        scale = left / sum(raw[name] * sizes[name] for name in shapes if name not in whole)
        beyond = {name for name in shapes if name not in whole and scale * raw[name] > 1}
        if not beyond:
            break
        whole |= beyond
    return {name: 1.0 if name in whole else scale * raw[name] for name in shapes}


def lamp(scores: Mapping[str, Floats]) -> dict[str, Floats]:
    """The square of each score over the sum of squares of its layer's scores that are no smaller, of equal ones those before it.

    The largest score of each layer becomes 1, so that a threshold for all layers empties none before the others.

    Source: Lee et al. 2021 (arXiv 2010.07611), where scores are moduli of weights.

    Examples:
        >>> lamp({"0": np.array([[1.0, 2.0]]), "1": np.array([[30.0, 10.0]])})
        {'0': array([[0.2, 1. ]]), '1': array([[1. , 0.1]])}
    """
    found = {}
    for name, score in scores.items():
        squares = score.ravel() ** 2
        order = np.argsort(-squares, kind="stable")
        sums = np.cumsum(squares[order])
        shares = np.empty_like(squares)
        shares[order] = np.divide(squares[order], sums, out=np.zeros_like(sums), where=sums > 0)
        found[name] = shares.reshape(score.shape)
    return found


def allocation_of(shapes: Mapping[str, Shape], kept: Mapping[str, int]) -> str | None:
    """How weights seem to be shared among layers: uniform, erdos-renyi, erdos-renyi-kernel, or None.

    Each layer keeps what the rule gives it at the density of all, as far as rounding lets that be known: half a weight of its own,
    and its part of half a weight of each layer. None too where two rules would do, as of layers of one shape, and where a rule leaves one layer alone that is not whole.

    Examples:
        >>> shapes = {"0": (300, 100), "2": (200, 300), "4": (10, 200)}
        >>> allocation_of(shapes, {"0": 3000, "2": 6000, "4": 200})
        'uniform'
        >>> allocation_of(shapes, {name: round(d * prod(shapes[name])) for name, d in erdos_renyi(shapes, 0.1).items()})
        'erdos-renyi'
        >>> allocation_of(shapes, {"0": 3000, "2": 6000, "4": 900}) is None
        True
    """
    sizes = {name: prod(shape) for name, shape in shapes.items()}
    total, every = sum(kept.values()), sum(sizes.values())
    if not 0 < total < every:
        return None
    rules = {
        UNIFORM: dict.fromkeys(shapes, total / every),
        ERDOS_RENYI: erdos_renyi(shapes, total / every),
        WITH_KERNELS: erdos_renyi(shapes, total / every, kernels=True),
    }

    def agree(given: Mapping[str, float], other: Mapping[str, float]) -> bool:
        allowed = {name: 1 / 2 + given[name] * len(shapes) / (2 * total) for name in shapes}
        return all(abs(given[name] - other[name]) <= allowed[name] for name in shapes)

    expected = {rule: {name: value * sizes[name] for name, value in each.items()} for rule, each in rules.items()}
    found = [
        rule
        for rule, each in expected.items()
        if agree(each, kept) and sum(value < 1 for value in rules[rule].values()) > 1
    ]
    if found and found[0] == ERDOS_RENYI and all(len(shape) == 2 for shape in shapes.values()):
        found = found[:1]  # without kernels both are one
    return found[0] if len(found) == 1 else None


def given_densities(densities: Mapping[str, float], names: Iterable[str]) -> dict[str, float]:
    """The densities in the order of these names; InputError for layers that are missing or unknown, and for a number that is no density."""
    known = list(names)
    if densities.keys() != set(known):
        odd = ", ".join(str(name) for name in [*densities, *known] if (name in densities) != (name in known))
        raise InputError(
            f"density has {', '.join(map(str, densities))}, expected {', '.join(known)}: not in both {odd:.200}"
        )
    for name, value in densities.items():
        if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value <= 1:
            raise InputError(f"density has {value!r:.40} for {name}, expected a number from 0 to 1")
    return {name: float(densities[name]) for name in known}


def masks_at(
    scores: Mapping[str, Floats], densities: Mapping[str, float], *, by_rows: bool = False
) -> tuple[dict[str, Mask], str | None]:
    """Masks of the largest scores of each layer, or of each row, at densities from 0 to 1, and the first layer whose threshold is among scores of 0.

    Each keeps its density times its weights, rounded.

    Examples:
        >>> masks, tied = masks_at({"a": np.array([[3.0, 1.0]]), "b": np.array([[0.0, 0.0]])}, {"a": 0.5, "b": 0.5})
        >>> masks["a"].tolist(), tied
        ([[True, False]], 'b')
    """
    masks: dict[str, Mask] = {}
    tied: str | None = None
    for name, score in scores.items():
        rows = score.reshape(len(score) if by_rows else 1, -1)
        kept = round(densities[name] * rows.shape[1])
        if zeros_split(rows, kept) is not None and tied is None:
            tied = name
        masks[name] = largest_of_rows(rows, kept).reshape(score.shape)
    return masks, tied
