"""What tests of tickets of networks share."""

from itertools import pairwise

import numpy as np

from sparse_limits.numerics.equivariance import (
    EquivariantLayer,
    cyclic,
    equivariant_basis,
    natural,
    symmetric,
    tensor_power,
    trivial,
)
from sparse_limits.numerics.tickets import REACH, multilayer_perceptron, rescaled


def network(name):
    """Random coefficients: a perceptron, turns of a ring, pairs of four nodes, and points with a pooled head."""
    rng = np.random.default_rng(7)
    if name == "perceptron":
        return rescaled(multilayer_perceptron([rng.normal(size=(3, 4)), rng.normal(size=(4, 3))]))
    ring, three, four = natural(cyclic(4)), natural(symmetric(3)), natural(symmetric(4))
    pairs, fewer = tensor_power(four, 2), tensor_power(three, 2)
    spaces, channels = {
        "ring": ([ring, ring, trivial(ring.group)], [2, 3, 2]),
        "pairs of three": ([fewer, fewer, three], [1, 2, 2]),
        "pairs of four": ([pairs, pairs], [1, 2]),
    }[name]
    bases = [np.array(equivariant_basis(*ends)) for ends in pairwise(spaces)]
    shapes = zip(channels, channels[1:], map(len, bases), strict=False)
    coeffs = [rng.uniform(-REACH, REACH, shape) for shape in shapes]
    return tuple(map(EquivariantLayer, coeffs, bases))


def inputs(layers, signed, count=6):
    shape = count, layers[0].coeffs.shape[0], layers[0].basis.shape[2]
    return np.random.default_rng(1).uniform(-1 if signed else 0, 1, shape)
