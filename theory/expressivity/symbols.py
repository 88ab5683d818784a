"""The symbols that the claims about expressivity share."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.graphon.symbols import UP_TO_ONE, m, n, p
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, COUNT_FROM_ZERO, POSITIVE, Quantity
from sparse_limits.theory.saliency.model import u

k = sp.Symbol("k", integer=True, nonnegative=True)  # active inputs
alpha = sp.Symbol("alpha", positive=True)  # share of the rows with the density p on the active inputs
j = sp.Symbol("j", integer=True, nonnegative=True)  # a count
epsilon = sp.Symbol("epsilon", positive=True)
units = sp.Symbol("N", integer=True, nonnegative=True)

kernel = sp.Function("W", nonnegative=True)  # a graphon left open: row, column
positions = sp.symbols("v_1:4", positive=True)  # of three active inputs

ACTIVE = Quantity(k, "number of active inputs", COUNT_FROM_ZERO, drawn=(0, 6))
SOME_ACTIVE = replace(ACTIVE, within=COUNT, drawn=(1, 6))
FLOOR_SHARE = Quantity(
    alpha,
    "share of the neurons to which the lower bound on that probability applies",
    UP_TO_ONE,
    drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
)
EDGE = Quantity(
    p,
    "probability of an edge to an active input, a lower bound where it varies",
    UP_TO_ONE,
    drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
)
NEURONS = Quantity(n, "width, the number of neurons of a hidden layer", COUNT, drawn=(3, 60))
FLOOR_NEURONS = Quantity(m, "number of independent neurons of one edge probability", COUNT, drawn=(3, 60))
UNITS = Quantity(units, "number of units", COUNT, drawn=(1, 9))
COUNTED = Quantity(j, "number of neurons that are fully wired", COUNT_FROM_ZERO, drawn=(0, 3))
MARGIN = Quantity(
    epsilon, "relative distance from the threshold", POSITIVE, drawn=(sp.Rational(1, 20), sp.Rational(3, 4))
)
GRAPHON = Quantity(
    kernel, "graphon, the probability of an edge by the latent of its neuron and the position of its input", CLOSED_UNIT
)
POSITIONS = Quantity(
    positions, "position of an active input in the unit interval", UP_TO_ONE, drawn=(sp.Rational(1, 8), 1)
)

# What letters stand for in the sentences of several claims
NETWORK = {"f_{net}": "output of the network"}
SET = {"S": "set of $k$ inputs, also called active"}
PARTS = {
    "E": "mean over the law of the inputs",
    "T": "set of inputs",
    r"\sigma_T^2": "variance of the part of $f$ that belongs to the inputs $T$",
}

__all__ = [
    "ACTIVE",
    "COUNTED",
    "EDGE",
    "FLOOR_NEURONS",
    "FLOOR_SHARE",
    "GRAPHON",
    "MARGIN",
    "NETWORK",
    "NEURONS",
    "PARTS",
    "POSITIONS",
    "SET",
    "SOME_ACTIVE",
    "UNITS",
    "alpha",
    "epsilon",
    "j",
    "k",
    "kernel",
    "m",
    "n",
    "p",
    "positions",
    "u",
    "units",
]
