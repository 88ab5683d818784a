"""SynFlow in rounds in wide layers (H6.2): thresholds, and the densities below which neurons feed their own losses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.theory.hypothesis.critical_density import critical_density
from sparse_limits.theory.tails import half_normal, t

Floats = NDArray[np.float64]
FORMULAS = critical_density.expressions


@dataclass(frozen=True)
class Modulus:
    """A law of the modulus, on its own scale: its tail S, the mean kept e and the gain ε, and where it ends."""

    tail: Callable[[Floats], Floats]
    mean: Callable[[Floats], Floats]
    gain: Callable[[Floats], Floats]
    end: float


MODULI = {
    "normal": Modulus(
        numeric((t,), half_normal.survival),
        numeric((t,), FORMULAS["mean_normal"]),
        numeric((t,), FORMULAS["gain_normal"]),
        12.0,
    ),
    "uniform": Modulus(
        lambda cut: 1 - cut, numeric((t,), FORMULAS["mean_uniform"]), numeric((t,), FORMULAS["gain_uniform"]), 1.0
    ),
}


def balanced(network: Architecture, level: float) -> Floats:
    """The threshold of each layer at which t/(N e(t)) is a number, for N over that of the largest layer. float[L + 1]"""
    modulus = MODULI[network.initialisation.law.name]
    sizes = np.array(network.sizes, float) / max(network.sizes)
    end = modulus.end * (1 - 1e-12)
    return np.array([brentq(lambda cut, n=n: cut - level * n * float(modulus.mean(cut)), 0, end) for n in sizes])


def density_of(network: Architecture, thresholds: Floats) -> float:
    """The share of all weights above the thresholds of their layers."""
    tail = MODULI[network.initialisation.law.name].tail
    sizes = np.array(network.sizes, float)
    return float(sizes @ [float(tail(cut)) for cut in thresholds] / sizes.sum())


def critical_densities(network: Architecture) -> list[float]:
    """For each hidden layer the density at which a loss of a neuron comes back as large, after many rounds.

    Examples:
        >>> [round(each, 4) for each in critical_densities(Architecture(784, (300, 100), 10))]
        [0.1586, 0.0119]
    """
    gain = MODULI[network.initialisation.law.name].gain

    def excess(log: float, layer: int) -> float:
        below, above = balanced(network, float(np.exp(log)))[layer : layer + 2]
        return float(np.log(gain(below)) + np.log(gain(above)))

    found = []
    for layer in range(network.depth):
        log = brentq(excess, -20, 24, args=(layer,))
        found.append(density_of(network, balanced(network, float(np.exp(log)))))
    return found
