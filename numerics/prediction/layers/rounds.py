"""SynFlow in rounds (H6.2): what wide layers keep, where losses of neurons feed back on themselves, and how many rounds empty some."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.result import InRounds
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.theory.hypothesis.critical_density import critical_density, m
from sparse_limits.theory.hypothesis.rounds import rounds, size
from sparse_limits.theory.tails import half_normal, t

Floats = NDArray[np.float64]
FORMULAS = critical_density.expressions
COUNTS = (1, 2, 3, 5, 10, 30, 100, 300, 1000)  # of rounds, up to the number asked for
LEAST_EMPTY = 0.01  # rows that are told on average
LEAST, LOWEST = -20.0, -60.0  # logarithms of levels at which next to nothing is cut, and nothing


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
        12.0,  # the tail beyond is below 1e-32
    ),
    "uniform": Modulus(
        lambda cut: 1 - cut,
        numeric((t,), FORMULAS["mean_uniform"]),
        numeric((t,), FORMULAS["gain_uniform"]),
        1 - 1e-12,
    ),
}
BALANCE = numeric((t, size, m), rounds.expressions["balance"])


@dataclass(frozen=True, eq=False)
class WideLayers:
    """A network whose layers are wide, pruned by SynFlow in rounds under one threshold: thresholds of moduli (H6.2).

    Examples:
        >>> layers = WideLayers(Architecture(784, (300, 100), 10))
        >>> [round(each, 4) for each in layers.critical_densities()]
        [0.1586, 0.0119]
        >>> round(layers.density(layers.after(0.05, 100)), 12)
        0.05
    """

    network: Architecture

    @cached_property
    def modulus(self) -> Modulus:
        return MODULI[self.network.initialisation.law.name]

    @cached_property
    def sizes(self) -> Floats:
        """Of layers, over the largest."""
        return np.array(self.network.sizes, float) / max(self.network.sizes)

    @property
    def _highest(self) -> float:
        """The logarithm of a level at which the threshold of the largest layer is next to the end of the law."""
        end = self.modulus.end
        return float(np.log(end / self.modulus.mean(np.asarray(end)))) - 1

    def shares(self, thresholds: Floats) -> Floats:
        """The share of each layer above its threshold, float[L + 1]."""
        return np.asarray(self.modulus.tail(np.minimum(thresholds, self.modulus.end)), float)

    def density(self, thresholds: Floats) -> float:
        """The share of all weights above the thresholds of their layers."""
        return float(self.sizes @ self.shares(thresholds) / self.sizes.sum())

    def after(self, density: float, rounds: int) -> Floats | None:
        """The threshold of each layer after so many rounds, which leave this share of all weights; None if a round empties a layer."""
        thresholds = np.zeros(len(self.sizes))
        for k in range(1, rounds + 1):
            cuts = self.sizes * self.modulus.mean(thresholds)  # at λ = 1
            left = density ** (k / rounds)

            def excess(log: float, start: Floats = thresholds, cuts: Floats = cuts, left: float = left) -> float:
                return self.density(np.maximum(start, np.exp(log) * cuts)) - left

            if excess(LOWEST) <= 0:  # the root of the density is 1, up to rounding
                continue
            log = brentq(excess, LOWEST, float(np.log(self.modulus.end / cuts.min())), xtol=1e-13)
            thresholds = np.maximum(thresholds, np.exp(log) * cuts)
            if (thresholds >= self.modulus.end).any():
                return None
        return thresholds

    def balanced(self, log: float) -> Floats:
        """The threshold of each layer at which all have the same balance, of this logarithm."""
        mean, end = self.modulus.mean, self.modulus.end

        def excess(cut: float, n: float) -> float:
            return float(BALANCE(cut, n, 1.0) - np.exp(log) * mean(np.asarray(cut)))

        return np.array([brentq(excess, 0, end, args=(n,), xtol=1e-14) for n in self.sizes])

    def balanced_at(self, density: float) -> Floats:
        """The same at a density of the network: where the thresholds of many rounds tend to."""
        return self.balanced(
            brentq(lambda log: self.density(self.balanced(log)) - density, LOWEST, self._highest, xtol=1e-13)
        )

    def critical_densities(self) -> list[float]:
        """For each hidden layer the density of the network at which, after many rounds, a loss of a neuron comes back as large."""

        def excess(log: float, layer: int) -> float:
            below, above = self.modulus.gain(self.balanced(log)[layer : layer + 2])
            with np.errstate(divide="ignore"):  # of a threshold that is 0 in floating point
                return float(np.log(below) + np.log(above))

        logs = [brentq(excess, LEAST, self._highest, args=(layer,), xtol=1e-13) for layer in range(self.network.depth)]
        return [self.density(self.balanced(log)) for log in logs]


def fewer_rounds(asked: int) -> tuple[int, ...]:
    """Numbers of rounds below the one that is asked for.

    Examples:
        >>> fewer_rounds(5)
        (1, 2, 3)
    """
    return tuple(count for count in COUNTS if count < asked)


def empty_rows(masks: Sequence[Mask]) -> list[int]:
    """The number of rows of each mask that keep nothing."""
    return [int((~mask.reshape(len(mask), -1).any(axis=1)).sum()) for mask in masks]


def in_rounds(
    density: float, counts: Sequence[int], empty: Sequence[Sequence[Sequence[int]]], network: Architecture | None
) -> InRounds:
    """What the number of rounds does; empty: rows that keep nothing [networks, numbers of rounds, layers].

    network: of the law, which is that of one threshold for all layers; None where there is none.
    """
    means = tuple(map(tuple, np.mean(empty, axis=0).tolist()))
    if network is None or density * sum(network.sizes) < 0.5:  # none is kept
        return InRounds(tuple(counts), means)
    layers = WideLayers(network)
    thresholds = layers.after(density, counts[-1])
    return InRounds(
        tuple(counts),
        means,
        tuple(layers.critical_densities()),
        None if thresholds is None else tuple(layers.shares(thresholds).tolist()),
        tuple(layers.shares(layers.balanced_at(density)).tolist()),
    )


def below_critical(density: float, critical: Sequence[float], names: Sequence[str]) -> str:
    """A sentence on a density below critical densities of hidden layers, which have these names; empty if it is below none.

    Examples:
        >>> below_critical(0.1, [0.1586, 0.0119], ["1", "2", "readout"])[:57]
        'density 0.1 is below the critical density of layer 1 (0.1'
        >>> below_critical(0.2, [0.1586, 0.0119], ["1", "2", "readout"])
        ''
    """
    below = [f"{name} ({each:.3g})" for name, each in zip(names, critical, strict=False) if density < each]
    if not below:
        return ""
    return (
        f"density {density:g} is below the critical density of layer{'s' if len(below) > 1 else ''} {', '.join(below)}: in wide "
        "layers a neuron's losses then feed back on themselves (H6.2), and many rounds empty some neurons, while the others keep "
        "about the critical share of their weights (proved for one hidden layer as wide as inputs and outputs, H6.1)"
    )


def notes_on(found: InRounds, density: float, names: Sequence[str], sizes: Sequence[tuple[int, int]]) -> Iterator[str]:
    """What follows from the number of rounds; names: of layers; sizes: rows and columns of each."""
    if found.critical is not None:
        largest = f"{max(found.critical):.3g}"
        one = len(found.critical) == 1
        yield below_critical(density, found.critical, names) or (
            f"density {density:g} is above the critical {f'density, {largest}' if one else f'densities, {largest} at most'}: in "
            "wide layers a neuron's losses die out (H6.2)"
        )
    yield on_counts(found)
    if found.balanced is not None:
        empty = sum(rows * (1 - share) ** columns for (rows, columns), share in zip(sizes, found.balanced, strict=True))
        yield (
            f"magnitude pruning of each layer to its balanced density ({_shares(found.balanced, names)}) follows no flow: it "
            f"leaves {f'{empty:.2g}' if empty >= LEAST_EMPTY else 'next to no'} rows empty on average, in independent weights"
        )


def on_counts(found: InRounds) -> str:
    """How many rows are empty, and after how many rounds."""
    left = {count: sum(rows) for count, rows in zip(found.rounds, found.empty, strict=True)}
    *fewer, last = found.rounds
    if not fewer:
        return f"{many(last, 'round')} {'leaves' if last == 1 else 'leave'} {_rows(left[last])} empty"
    counts = f"{', '.join(map(str, fewer))} and {last} rounds"
    if found.most is None:
        return f"{counts} all leave rows empty, {round(min(left.values()), 1):g} at least"
    return f"of {counts}, {found.most} is the most that leaves {_rows(left[found.most], below=True)} empty"


def _rows(count: float, *, below: bool = False) -> str:
    """A mean number of rows; below: of one that is below a half."""
    if below and count:
        return "fewer than half a row"
    return f"{round(count, 1):g} rows" if count else "no row"


def _shares(shares: Sequence[float], names: Sequence[str]) -> str:
    """What is kept of layers, by their names."""
    return ", ".join(f"{share:.3g} of layer {name}" for name, share in zip(names, shares, strict=True))


def wide_note(shares: Sequence[float], rounds: int, names: Sequence[str]) -> str:
    """A sentence on the densities that so many rounds leave to wide layers."""
    return f"if all layers were wide, {many(rounds, 'round')} would keep {_shares(shares, names)} (H6.2)"
