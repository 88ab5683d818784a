"""`prune`: masks of a network by any of the methods, whether it is a perceptron on arrays or a torch module."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, overload

from numpy.typing import ArrayLike

from numerics.arguments import InputError, Seed
from numerics.networks import Network
from numerics.prediction import methods
from numerics.prediction.methods import Masks, Scope

if TYPE_CHECKING:
    import torch
    from torch import nn

    from numerics.data import Dataset


@overload
def prune(
    method: str,
    network: Network,
    x: ArrayLike | None,
    residual: ArrayLike | None,
    density: float,
    *,
    scope: Scope | None = None,
    rng: Seed | None = None,
    first_layer: bool = False,
    rounds: int = 100,
    ties: str = "refuse",
) -> Masks: ...


@overload
def prune(
    module: nn.Module,
    method: str,
    density: float,
    data: Dataset,
    *,
    loss: str = "cross-entropy",
    scope: str = "global",
    rounds: int | None = None,
    ties: str = "refuse",
    seed: Seed = 0,
) -> dict[str, torch.Tensor]: ...


def prune(*arguments: Any, **named: Any) -> Masks | dict[str, torch.Tensor]:
    """Prune at initialisation: masks of a network on arrays, or of a torch module, by a method of the module's table.

    `prune(method, network, x, residual, density, scope=None, rng=None, first_layer=False, rounds=100, ties="refuse")` prunes a perceptron that
    `random_network` draws; all of it is said in `numerics.prediction.methods.prune`. It returns masks [out, in] of every layer, or of the
    first alone, whose counts of weights are exact.

    `prune(module, method, density, data, loss="cross-entropy", scope="global", rounds=None, ties="refuse", seed=0)` prunes a torch module on a data
    set, as `numerics.prediction.modules.prune_module` says; PyTorch is imported for it alone. It returns bool tensors by the paths of
    layers, which `torch.nn.utils.prune.custom_from_mask` takes.

    Raises:
        InputError: as these two do, and for arguments of one form in the order of the other.

    Source: the papers of the table in `numerics.prediction.methods`; S2, S6, S8, S11, S12 of the masks they leave.

    Examples:
        >>> import numpy as np
        >>> from numerics import load_data, random_network
        >>> data = load_data("digits", labels="is0")
        >>> network = random_network((64, 128, 1), np.random.default_rng(0))
        >>> first, readout = prune("snip", network, data.x, -data.y, density=0.1)
        >>> first.shape, int(first.sum() + readout.sum())
        ((128, 64), 832)

        >>> from importlib.util import find_spec
        >>> if find_spec("torch"):
        ...     from torch import nn
        ...     from torch.nn.utils.prune import custom_from_mask
        ...     module = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
        ...     masks = prune(module, "snip", 0.1, load_data("digits", labels="onehot"))
        ...     assert sum(int(mask.sum()) for mask in masks.values()) == 237
        ...     for path, mask in masks.items():
        ...         _ = custom_from_mask(module.get_submodule(path), "weight", mask)
    """
    if "module" in named or (arguments and _is_module(arguments[0])):
        from numerics.prediction.modules.pruning import prune_module

        return prune_module(*arguments, **named)
    network = named.get("network", arguments[1] if len(arguments) > 1 else None)
    if _is_module(network):
        raise InputError(
            f"network is {type(network).__name__}, a torch module, expected prune(module, method, density, data) for it"
        )
    return methods.prune(*arguments, **named)


def _is_module(value: object) -> bool:
    """Whether a value is a torch module, without importing PyTorch: whoever has one has done that."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)
