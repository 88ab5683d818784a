"""The law of a module's initial weights, read from modules built afresh and tested, not assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from torch import nn

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.prediction.architecture import INITIALISATIONS, UNIFORM, Initialisation
from sparse_limits.numerics.prediction.modules.reading import Chain, LinearLayer, NotFollowedError

Floats = NDArray[np.float64]

LEVEL = 1e-6  # of the test of all layers: what torch's own initialisation fails once in a million
MOST_TESTED = 2**18  # entries of a layer, of all its rows and of all modules


@dataclass(frozen=True)
class Tested:
    """An initialisation of `sparse_limits.numerics.prediction.architecture` that weights and biases agree with; p: the least of all layers'
    p-values, times their number."""

    init: str
    p: float


def initialisation_of(chain: Chain, modules: Sequence[nn.Module]) -> Tested:
    """Find the initialisation whose law weights and biases of modules built afresh follow (Kolmogorov and Smirnov).

    InputError if two modules have the same weights other than 0, as where a seed is set while building; NotFollowedError if no known law
    fits.
    """
    if len(modules) < 2:
        raise InputError(f"{len(modules)} modules were built, expected at least 2")
    for layer in chain.layers:
        first, second = (np.asarray(_layer(module, layer).weight.detach().double()) for module in modules[:2])
        if first.any() and np.array_equal(first, second):  # zeros are the same, and fail the tests of laws
            raise InputError(
                f"{layer.path or 'the module'}: two builds have the same weights, expected fresh random ones"
            )
    found = [Tested(init.name, _p(chain, modules, init)) for init in INITIALISATIONS.values() if init.by_inputs]
    best = max(found, key=lambda each: each.p)
    if best.p < LEVEL:
        for init in INITIALISATIONS.values():
            if init.by_inputs and _p(chain, modules, init, ("weight",)) >= LEVEL:
                raise NotFollowedError(
                    f"weights have the initialisation {init.name}, biases have not, expected biases "
                    + ("of 0" if init.bias == 0 else "uniform on ±1/√inputs, as torch's Linear has them")
                )
        raise NotFollowedError(
            f"{_told(chain, modules)}: no initialisation known here, expected that of torch's Linear (uniform on ±1/√inputs) or "
            "He's (normal, variance 2/inputs, biases 0)"
        )
    return best


def _layer(module: nn.Module, layer: LinearLayer) -> nn.Linear:
    found: nn.Linear = module.get_submodule(layer.path)
    return found


def _pooled(modules: Sequence[nn.Module], layer: LinearLayer, name: str) -> Floats:
    """Entries of a layer's weights or biases in all modules, times √inputs."""
    entries = [np.asarray(getattr(_layer(module, layer), name).detach().double()).ravel() for module in modules]
    return some_of(np.concatenate(entries)) * sqrt(layer.inputs)


def some_of(entries: Floats) -> Floats:
    """All entries, or `MOST_TESTED` of them, one at a random place of each of as many equal stretches.

    So that no row and no module is left out, and no period of the entries is followed, as a stride would.
    """
    if len(entries) <= MOST_TESTED:
        return entries
    within = np.random.default_rng(0).random(MOST_TESTED)  # places do not depend on values: the test stays one
    return entries[((np.arange(MOST_TESTED) + within) * (len(entries) / MOST_TESTED)).astype(np.int64)]


def _p(
    chain: Chain, modules: Sequence[nn.Module], init: Initialisation, names: Sequence[str] = ("weight", "bias")
) -> float:
    """The least p-value of all weights and biases, or of one of them, under an initialisation, times their number."""
    found = []
    for layer in chain.layers:
        for name, variance in (("weight", init.weight), ("bias", init.bias)):
            if name not in names or (name == "bias" and not layer.bias):
                continue
            entries = _pooled(modules, layer, name)
            if variance == 0:
                found.append(0.0 if entries.any() else 1.0)
                continue
            reach = sqrt(3 * variance)
            law = stats.uniform(-reach, 2 * reach) if init.law is UNIFORM else stats.norm(0, sqrt(variance))
            found.append(float(stats.kstest(entries, law.cdf).pvalue))
    return min(1.0, len(found) * min(found))


def _told(chain: Chain, modules: Sequence[nn.Module]) -> str:
    """The standard deviations of all layers' weights, times √inputs."""
    said = [f"{layer.path} {_pooled(modules, layer, 'weight').std():.3g}" for layer in chain.layers]
    return f"weights have the standard deviations, times √inputs, {', '.join(said)}"
