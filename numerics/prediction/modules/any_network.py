"""`prune`: masks of a network by any of the methods, whether it is a perceptron on arrays or a torch module."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, overload

from numpy.typing import ArrayLike

from sparse_limits.numerics.arguments import InputError, Seed
from sparse_limits.numerics.networks import Network
from sparse_limits.numerics.prediction import methods
from sparse_limits.numerics.prediction.methods import Masks, Scope

if TYPE_CHECKING:
    import torch
    from torch import nn

    from sparse_limits.numerics.prediction.modules.batches import Loss
    from sparse_limits.numerics.prediction.modules.chosen import Selection
    from sparse_limits.numerics.prediction.modules.module_masks import ModuleMasks
    from sparse_limits.numerics.prediction.modules.sharing import Density


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
    rounds: int | None = None,
    ties: str = "refuse",
) -> Masks: ...


@overload
def prune(
    module: nn.Module,
    method: str,
    density: Density,
    data: object = None,
    *,
    loss: Loss = "cross-entropy",
    scope: str = "global",
    rounds: int | None = None,
    ties: str = "refuse",
    seed: Seed = 0,
    include: Selection = (),
    exclude: Selection = (),
    batches: int | None = None,
    device: str | torch.device | None = None,
    progress: Callable[[str], object] = ...,
) -> ModuleMasks: ...


def prune(*arguments: Any, **named: Any) -> Masks | ModuleMasks:
    """Prune a network at initialisation: compute the mask of each layer.

    There are two forms, one for a perceptron on arrays and one for a torch module. The methods are random, magnitude,
    snip, grasp, grasp-magnitude, synflow, synflow-iterative and wanda, and `density` is the share of weights kept, in
    (0, 1). synflow-iterative has `rounds` (100 unless given): round k scores the pruned network again and keeps
    density^(k/rounds). If the density would keep only some of the weights with score 0, it is refused
    (`ties="refuse"`), or the first of these weights are kept (`ties="index"`).

    `prune(method, network, x, residual, density, scope=None, rng=None, first_layer=False, rounds=None, ties="refuse")`
    prunes a `Network`, such as `random_network` returns; the arguments after `density` are given by name. The inputs
    x [N, d] enter snip, grasp, grasp-magnitude and wanda, the residual [N, q] enters the first three, and `rng` enters
    random. Scores are compared over all "layers", within each "layer" or within each "row"; None means rows for wanda
    and all layers for the other methods. With `first_layer`, only the first layer is pruned.
    `sparse_limits.numerics.prediction.methods.prune` has the details.

    `prune(module, method, density, data, loss="cross-entropy", scope="global", rounds=None, ties="refuse", seed=0,
    include=(), exclude=(), batches=None, device=None, progress=...)` prunes the linear and convolutional layers of a torch module; the arguments
    after `data` are given by name. PyTorch is imported for this form alone. The data are a `Dataset`, a `DataLoader`, a dataset of
    torch, arrays (x, y), or batches of any kind, of which the first `batches` are used; for SynFlow inputs x are enough, or
    their shape such as (1, 3, 32, 32). The loss is "mse" or "cross-entropy", a
    loss of torch, or a function `loss(module, batch)`. The scope is "global" (one threshold for all layers), "layer",
    "erdos-renyi", "erdos-renyi-kernel" or "lamp", or `density` has the density of each layer by its path; wanda compares within
    each row. The data-driven methods have `rounds`, too. Parts in `include`, by path, pattern or class, are pruned besides, and
    parts in `exclude` stay whole. The masks print as a table, and have `apply(module)` and `save(file)`.
    `sparse_limits.numerics.prediction.modules.prune_module` has the details.

    Parameters
    ----------
    *arguments : method, network, x, residual and density; or module, method, density and data
    **named : scope, rng, first_layer, rounds and ties; or loss, scope, rounds, ties, seed, include, exclude, batches, device and progress

    Returns
    -------
    Tuple of bool masks [out, in] of every layer, or of the first layer alone. For a torch module, a dictionary of bool
    tensors by the paths of the layers, as `torch.nn.utils.prune.custom_from_mask` takes them. If n scores are compared, exactly
    round(density · n) weights are kept.

    Raises
    ------
    InputError : for an unknown name, a number out of range, a density that splits the weights with score 0, arrays or
        data that are missing, not finite or do not fit, a module that cannot be scored, and a torch module in place of
        the network.

    References
    ----------
    The papers in the table of `sparse_limits.numerics.prediction.methods`; for the masks, Claims S2 (random, magnitude), S6 (snip),
    S8 (grasp), S11 (synflow), S12 (wanda).

    Examples
    --------
    >>> import numpy as np
    >>> from sparse_limits import load_data, random_network
    >>> data = load_data("digits", labels="is0")
    >>> network = random_network((64, 128, 1), np.random.default_rng(0))
    >>> first, readout = prune("snip", network, data.x, -data.y, density=0.1)
    >>> first.shape, int(first.sum() + readout.sum())
    ((128, 64), 832)

    >>> from importlib.util import find_spec
    >>> if find_spec("torch"):
    ...     from torch import nn
    ...     module = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    ...     masks = prune(module, "snip", 0.1, load_data("digits", labels="onehot"))
    ...     assert sum(int(mask.sum()) for mask in masks.values()) == 237
    ...     _ = masks.apply(module)
    """
    if "module" in named or (arguments and _is_module(arguments[0])):
        from sparse_limits.numerics.prediction.modules.pruning import prune_module

        return prune_module(*arguments, **named)
    if arguments and callable(arguments[0]):
        name = getattr(arguments[0], "__name__", type(arguments[0]).__name__)
        raise InputError(
            f"prune is called with {name:.60}, a function, expected a torch module, as {name:.60}(), or a method"
        )
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
