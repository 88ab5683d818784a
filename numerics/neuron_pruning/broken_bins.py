"""Breakpoints of random neurons along pairs of inputs, the bins they fall into, and the parities of these (N7)."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.bridge import numeric
from sparse_limits.theory.neuron_pruning.broken_bins import T, bin_edge, i

Floats = NDArray[np.floating]
Integers = NDArray[np.integer]


def breakpoints(weights: Floats) -> Floats:
    """Where neurons with weights float[..., d] break along t·e_(2i−1) + e_(2i): float[..., d // 2].

    Raises:
        InputError: for fewer than two inputs.
    """
    inputs = weights.shape[-1] if weights.ndim else 0
    if inputs < 2:
        raise InputError(f"weights of {inputs} inputs: expected at least 2")
    return -weights[..., 1::2] / weights[..., 0 : inputs - 1 : 2]


def bins_of(places: Floats, bins: int) -> Integers:
    """The number, from 0, of the equally likely bin in which each breakpoint lies: int of the same shape.

    Raises:
        InputError: for less than one bin.
    """
    if bins < 1:
        raise InputError(f"{bins} bins: expected at least 1")
    edges = numeric((i, T), bin_edge)(np.arange(1, bins), bins)
    return np.searchsorted(edges, places)


def parities(found: Integers, bins: int) -> NDArray[np.bool_]:
    """Whether each bin holds an odd number of the breakpoints int[s, ...] (bin numbers): bool[..., bins]."""
    odd: NDArray[np.bool_] = (np.sum(found[..., None] == np.arange(bins), axis=0) % 2).astype(bool)
    return odd


def no_bins_broken(bins: int, neurons: int) -> int:
    """In how many of all bins^neurons ways to place breakpoints every bin holds an even number of them."""
    return sum(all(way.count(place) % 2 == 0 for place in set(way)) for way in product(range(bins), repeat=neurons))
