"""What is predicted of a pruned network and counted in pruned networks: its layers, and the columns of the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, TypedDict

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.settings import Settings

THEOREM, LIMIT, MEASURED = "theorem", "limit", "measured"  # what a density rests on

if TYPE_CHECKING:
    from sparse_limits.numerics.prediction.pruned_first_layer.cases import Case
    from sparse_limits.numerics.prediction.pruned_first_layer.kernel import KernelStudy

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LayerResult:
    """A layer of weights; None: not known, withdrawn, or nothing was pruned.

    Attributes:
        layer, name, kind: its number from 1; its path in a module and the class of its part there, None without a module.
        shape: of the weights, [outputs, inputs, ...].
        says: what the predicted density rests on: theorem, limit or measured.
        predicted, error: the density, and the standard deviation of its sampling.
        observed, sd: the density in the pruned networks, and its standard deviation.
        p: of the test that independent copies and pruned modules keep the same of this layer.
        dead_rows, dead_columns: the expected number of rows and columns (outputs and inputs of a convolution) that keep nothing.
        seen_dead_rows, seen_dead_columns: the mean number in the pruned networks.
        collapse: the density of the network at which the layer is expected to keep one weight; the pruned networks' own
            where nothing is predicted.
    """

    layer: int
    name: str | None
    kind: str | None
    shape: tuple[int, ...]
    says: str
    predicted: float | None = None
    error: float | None = None
    observed: float | None = None
    sd: float | None = None
    p: float | None = None
    dead_rows: float | None = None
    dead_columns: float | None = None
    seen_dead_rows: float | None = None
    seen_dead_columns: float | None = None
    collapse: float | None = None

    @property
    def outputs(self) -> int:
        return self.shape[0]

    @property
    def inputs(self) -> int:
        """The weights of a row: of a convolution, all that an output reads."""
        return prod(self.shape[1:])

    @property
    def weights(self) -> int:
        return prod(self.shape)

    @property
    def answer(self) -> float:
        """The density that is printed: the predicted one or, where it is withdrawn, that of the pruned networks."""
        density = self.observed if self.predicted is None else self.predicted
        if density is None:
            raise TypeError("a withdrawn density without pruned networks is refused before")
        return density

    @property
    def kept(self) -> float | None:
        """The expected number of weights kept or, where the density is withdrawn, the mean number in the pruned networks."""
        return None if self.predicted is None and self.observed is None else self.answer * self.weights

    @property
    def counted(self) -> LayerResult:
        """The same, but that each number that is not predicted is the one that was counted."""
        rows, columns = self.dead_rows is None, self.dead_columns is None
        return replace(
            self,
            predicted=self.answer,
            error=self.error or 0.0,
            observed=None if self.predicted is None else self.observed,
            dead_rows=self.seen_dead_rows if rows else self.dead_rows,
            dead_columns=self.seen_dead_columns if columns else self.dead_columns,
            seen_dead_rows=None if rows else self.seen_dead_rows,
            seen_dead_columns=None if columns else self.seen_dead_columns,
        )


@dataclass(frozen=True)
class InRounds:
    """What the number of rounds does to SynFlow's masks.

    Attributes:
        rounds: numbers of rounds, up to the one asked for.
        empty: after so many rounds, the mean number of rows of each layer that keep nothing, in the networks pruned for it.
        critical: for each hidden layer the density of the network below which, in wide layers, a neuron's losses feed
            back on themselves (H6.2). None without a law of the network, and where no weight is kept.
        wide: densities of layers after the rounds asked for, where layers are wide (H6.2); None without a law, and
            where a round empties a layer.
        balanced: densities of layers that so many weights have where all layers are in balance (H6.2): those that many
            rounds would leave if no neuron's losses fed back on themselves; None without a law.
    """

    rounds: tuple[int, ...]
    empty: tuple[tuple[float, ...], ...]
    critical: tuple[float, ...] | None = None
    wide: tuple[float, ...] | None = None
    balanced: tuple[float, ...] | None = None

    @property
    def most(self) -> int | None:
        """The largest of these numbers of rounds that leaves fewer than half a row empty, of all layers; None if none does."""
        return max((n for n, empty in zip(self.rounds, self.empty, strict=True) if sum(empty) < 0.5), default=None)

    def in_order(self, order: Sequence[int]) -> InRounds:
        """The same with the layers of a module in another order."""
        return replace(self, empty=tuple(tuple(row[place] for place in order) for row in self.empty))


class LeftOut(TypedDict):
    """A method of which something is not said, and why."""

    method: str
    reason: str


@dataclass(frozen=True, eq=False)
class FirstLayer:
    """What the row law says about the first layer alone, pruned networks beside it, and what follows for the kernel.

    Attributes:
        cases: a prediction for each network, or a single one where all networks share it and none is pruned; with what was
            observed in the network, if it was pruned.
        kernel: what follows for the tangent kernel, None unless it was asked for.
    """

    cases: tuple[Case, ...]
    kernel: KernelStudy | None = None

    @property
    def p_value(self) -> float | None:
        """That the pruned networks have the row law, all of them together (Bonferroni); None where there is no test."""
        seen = [case.observation.p_value for case in self.cases if case.observation is not None]
        tested = [value for value in seen if value is not None]
        return min(1.0, len(tested) * min(tested)) if tested else None

    @property
    def predictor(self) -> str:
        """The predictor in use: a closed form such as P2, or the row law."""
        return self.cases[0].prediction.used

    @property
    def reason(self) -> str:
        """Why this predictor is in use."""
        return self.cases[0].prediction.reason


@dataclass(frozen=True, eq=False)
class Result:
    """The layers that are pruned: all of a chain, first to last, those of another module in its own order, or the first alone.

    None stands for what is not known.

    Attributes:
        settings, data, given: what was asked; the samples used, a batch of so many.
        network: the network of the theory, None for a module that the law of wide layers does not follow; reason: why it does
            not, "" if it does but not under this method; outside: the parts of the module that it does not follow.
        model: the name of the module's builder, None without a module.
        columns, observed_columns: the share of its weights that each input keeps in the layer that reads the data, float[d].
        reads, gives: the place, from 0, of the layer that reads the data, and of the layer whose outputs are the network's.
        lost: the probability that an input keeps no weight, float[d]; where the law does not follow the module, the share of
            pruned modules in which the input moves no output.
        path_ends: quartiles of the densities at which networks of the limit lose their last path from input to output.
        path_share: the share of pruned networks that have a path; of a module in which some input moves an output.
        curve: densities of layers at the densities of settings.curve, float[curve, layers]; nan where not known.
        in_rounds: of synflow-iterative, what its number of rounds does; None for other methods.
        withdrawn: why the predicted densities do not answer, so that those of the pruned networks do; "" if they answer.
        first: with scope first, what the densities of columns rest on.
    """

    settings: Settings
    data: Dataset
    given: int
    layers: tuple[LayerResult, ...]
    notes: tuple[str, ...]
    network: Architecture | None
    columns: Floats | None = None
    observed_columns: Floats | None = None
    reads: int | None = None
    gives: int | None = None
    lost: Floats | None = None
    path_ends: tuple[float, float, float] | None = None
    path_share: float | None = None
    curve: Floats | None = None
    in_rounds: InRounds | None = None
    model: str | None = None
    reason: str = ""
    outside: tuple[str, ...] = ()
    withdrawn: str = ""
    first: FirstLayer | None = None

    @property
    def says(self) -> str:
        """What densities of layers rest on: theorem; limit, of wide layers; measured, not proved."""
        return self.layers[0].says

    @property
    def chain(self) -> Architecture:
        """The network of the theory. TypeError where the law of wide layers does not follow the module."""
        if self.network is None:
            raise TypeError("the law of wide layers does not follow this module")
        return self.network

    @property
    def counted(self) -> Result:
        """The same where the law answers; else what was counted takes the place of what is not predicted."""
        if self.network is not None and not self.withdrawn:
            return self
        columns = self.observed_columns if self.columns is None else self.columns
        return replace(self, layers=tuple(each.counted for each in self.layers), columns=columns)

    def in_order(self, names: Sequence[str | None]) -> Result:
        """The same with the layers of a module in the order of these names, where they are the names of all its layers."""
        own = [each.name for each in self.layers]
        if self.network is not None or sorted(map(str, names)) != sorted(map(str, own)):
            return self
        order = [own.index(name) for name in names]
        return replace(
            self,
            layers=tuple(replace(self.layers[place], layer=number) for number, place in enumerate(order, start=1)),
            reads=None if self.reads is None else order.index(self.reads),
            gives=None if self.gives is None else order.index(self.gives),
            curve=None if self.curve is None else self.curve[:, order],
            in_rounds=None if self.in_rounds is None else self.in_rounds.in_order(order),
        )
