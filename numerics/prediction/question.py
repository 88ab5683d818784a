"""What `predict`, `compare_methods` and `report` are asked: data, a network, and how it is pruned, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from sparse_limits.numerics.arguments import InputError, Seed
from sparse_limits.numerics.data import Data, Dataset, DataSource, batch, dataset_of, source_of
from sparse_limits.numerics.prediction.architecture import Architecture, FullyConnected
from sparse_limits.numerics.prediction.settings import FIRST, KernelSettings, Settings
from sparse_limits.numerics.processes.cluster import current_client

if TYPE_CHECKING:
    from torch import nn

NetworkLike: TypeAlias = "FullyConnected | Sequence[int] | str | Callable[[], nn.Module]"
OF_ALL_LAYERS = ("loss", "units", "curve", "rounds", "copies")  # what the theory of one layer does not read
PLAIN = FullyConnected((1,))  # what that theory follows, at any width


@dataclass(frozen=True, eq=False)
class Question:
    """One method on one network and its data.

    Attributes:
        network: fully connected, or a builder of torch modules or its name.
        samples: the largest number used; kernel: how the tangent kernel is studied, None if it is not.
    """

    data: Dataset | DataSource
    network: FullyConnected | str | Callable[[], nn.Module]
    settings: Settings
    samples: int
    seed: Seed
    kernel: KernelSettings | None = None

    def architecture(self, data: Dataset) -> Architecture:
        """The fully connected network with the inputs and outputs of the data. TypeError for a module."""
        if not isinstance(self.network, FullyConnected):
            raise TypeError("a module says itself what its layers are")
        return self.network.of(data.x.shape[1], data.y.shape[1])

    @property
    def model(self) -> str | Callable[[], nn.Module]:
        """The builder of torch modules. TypeError for a fully connected network."""
        if isinstance(self.network, FullyConnected):
            raise TypeError("a fully connected network is described, and not built")
        return self.network

    def of(self, method: str) -> Question:
        """The same for another method."""
        return replace(self, settings=replace(self.settings, method=method))

    def read(self) -> Dataset:
        """All samples; with cross-entropy the labels are onehot unless a labelling is given."""
        return dataset_of(self.data, "onehot" if self.settings.loss == "cross-entropy" else None)

    def batch(self, stream: np.random.SeedSequence) -> tuple[Dataset, int]:
        """A random batch of at most `samples` samples, and of how many samples it is one."""
        whole = self.read()
        return batch(whole, self.samples, np.random.default_rng(stream)), len(whole.x)


def question(
    method: str,
    data: Data,
    network: NetworkLike,
    *,
    scope: str,
    samples: int,
    seed: Seed,
    kernel: KernelSettings | None = None,
    **given: object,
) -> Question:
    """What is asked, with the defaults of its theory where an argument is None; InputError for what does not go together.

    given: fields of `Settings`.

    Examples:
        >>> asked = question("snip", "digits", [64], scope="first", samples=100, seed=0, networks=None)
        >>> asked.network, asked.settings.networks
        (FullyConnected(widths=(64,), activation='relu', init='normal', bias=False, norm='none'), 1)
    """
    told = {
        name: value
        for name, value in given.items()
        if value is not None and not (isinstance(value, tuple) and not value)
    }
    described = network_of(network)
    if scope == FIRST:
        _check_first(described, told)
        usual: dict[str, object] = {"networks": 1}
    else:
        for name, value in {"fresh_rows": told.get("fresh_rows"), "kernel": kernel}.items():
            if value is not None:
                raise InputError(f"{name} is given, expected scope {FIRST} with it, not {scope!r:.60}")
        module = not isinstance(described, FullyConnected)
        if module and current_client() is not None:
            raise InputError(
                "cluster is given with a module, expected widths with it: its workers do not have your code"
            )
        if "copies" in told and not module:
            raise InputError(
                f"copies is {told['copies']!r:.60} with widths, expected a module with it: a network drawn costs no more than a copy"
            )
        usual = {"loss": "cross-entropy", "residual": "averaged"} if module else {}
    settings = Settings(method=method, scope=scope, **usual | told)  # type: ignore[arg-type]
    return Question(source_of(data), described, settings, samples, seed, kernel)


def network_of(network: NetworkLike) -> FullyConnected | str | Callable[[], nn.Module]:
    """A network as it is described: widths alone are those of a fully connected one, with the default activation."""
    if isinstance(network, (FullyConnected, str)) or callable(network):
        return network
    return FullyConnected(network)


def _check_first(network: FullyConnected | str | Callable[[], nn.Module], told: dict[str, object]) -> None:
    """InputError for what the theory of one layer does not follow."""
    if not isinstance(network, FullyConnected):
        raise InputError(f"scope is {FIRST!r}, expected global or layer with a module")
    if len(set(network.widths)) > 1:
        named = ", ".join(map(str, network.widths))
        raise InputError(f"widths are {named}, expected the same of all hidden layers with scope {FIRST}")
    for name in ("activation", "init", "bias", "norm"):
        if (value := getattr(network, name)) != (plain := getattr(PLAIN, name)):
            raise InputError(f"{name} is {value!r:.60}, expected {plain!r} with scope {FIRST}")
    for name in OF_ALL_LAYERS:
        if name in told:
            raise InputError(f"{name} is given, expected scope global or layer with it, not {FIRST}")
