"""Masks of a torch module by autograd, as the methods define them, on any module: SNIP, GraSP, SynFlow, Wanda and others.

Pruned are the weights of linear and convolutional layers; biases and normalisations stay. The module itself is left as it
is: scores are taken from a copy in double precision and evaluation mode, without dropout, but for batch normalisation, which
takes the statistics of the data.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import nn

from sparse_limits.numerics.arguments import InputError, Seed, checked_integer, proper_share, seed_sequence
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.masks.selection import TIES
from sparse_limits.numerics.prediction.layers.forecast import check_classes
from sparse_limits.numerics.prediction.layers.mask_statistics import ITSELF, Scores, masks_of
from sparse_limits.numerics.prediction.layers.residual import Residual
from sparse_limits.numerics.prediction.methods import DATA_DRIVEN
from sparse_limits.numerics.prediction.modules.batches import (
    EXPECTED,
    Loss,
    batches_of,
    check_loss,
    example_of,
    losses,
    pass_through,
)
from sparse_limits.numerics.prediction.modules.building import generators
from sparse_limits.numerics.prediction.modules.calling import derivatives, output_of, plain_attention
from sparse_limits.numerics.prediction.modules.module_masks import ModuleMasks
from sparse_limits.numerics.prediction.modules.pruned import is_weight, left_out, part_of, places, pruned_layers
from sparse_limits.numerics.prediction.modules.reading import check_plain
from sparse_limits.numerics.prediction.modules.scoring import checked_scores, gradients, in_numpy, scored_copy
from sparse_limits.numerics.prediction.modules.synflow import masks_in_rounds, synflow_scores
from sparse_limits.numerics.prediction.modules.wanda import wanda_scores
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, MOST_ROUNDS, SCOPES

MOST_BATCHES = 10**9
METHODS = ("random", "magnitude", "snip", "grasp", "grasp-magnitude", "synflow", IN_ROUNDS, "wanda")


@dataclass(frozen=True)
class UserData:
    """What a user holds as data, and how many of its batches are used; None: all."""

    held: object
    most: int | None


Data: TypeAlias = Dataset | UserData | torch.Tensor | None


def prune_module(
    module: nn.Module,
    method: str,
    density: float,
    data: object = None,
    *,
    loss: Loss = "cross-entropy",
    scope: str = "global",
    rounds: int | None = None,
    ties: str = "refuse",
    seed: Seed = 0,
    exclude: Iterable[str | type] = (),
    batches: int | None = None,
) -> ModuleMasks:
    """Masks of a module's weights, bool tensors by the paths of their layers, for `torch.nn.utils.prune.custom_from_mask`.

    A tied weight is one weight with one score, by the slope of all its uses, and its mask stands under each path that has it.

    The module is any whose forward takes inputs [N, d], or images as the data have them, in double precision, and returns
    [N, K]; layers that are pruned or reparametrised already are refused. With data of a user's own it takes what their batches
    hold, and returns what the loss takes.

    method: random, magnitude, snip, grasp, grasp-magnitude, synflow (one shot), synflow-iterative, or wanda, whose masks keep as
    many weights of each row. rounds: of synflow-iterative, 100 unless given: each scores what is left and keeps
    density^(k/rounds), k = 1, 2, …. density: share of all weights kept, in (0, 1). data: a `Dataset`, inputs [N, d] and targets [N, K], all of which are used; or what a user
    holds, see `sparse_limits.numerics.prediction.modules.batches.batches_of`: a loader, a dataset of torch, arrays (x, y), or batches. Gradients
    of batches add up, so that the masks are those of all samples at once, but for batch normalisation, which sees one batch at
    a time. None for random and magnitude; for SynFlow inputs x as an example are enough. batches: how many batches are used,
    all unless given. loss: mse, ½‖f − y‖², or
    cross-entropy of the outputs' softmax (so that the module ends without one), with targets onehot or, in batches, classes; a loss
    of torch, of output and targets; or loss(module, batch), the mean loss of a batch of any kind. exclude: layers that stay whole, by paths, patterns or classes, with all below them. scope: global, one threshold for all layers, or layer. ties: what becomes of a density above the share of scores that are not 0, refuse, or
    index, where of the weights with score 0 the first ones are kept.

    Raises:
        InputError: for an unknown name, a module without such weights, one that does not take the inputs or whose output
            does not fit the targets, where all scores are 0, and for such a density.

    Source: S6 (SNIP), S8 (GraSP), S11 (SynFlow, biases taken as 0; other activations than ReLU stay in place); the rounds are
        those of Tanaka et al. 2020 (arXiv 2006.05467).

    Examples:
        >>> from torch.nn.utils.prune import custom_from_mask
        >>> from sparse_limits import load_data
        >>> model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
        >>> masks = prune_module(model, "snip", 0.1, load_data("digits", labels="onehot"))
        >>> {path: tuple(mask.shape) for path, mask in masks.items()}
        {'0': (32, 64), '2': (10, 32)}
        >>> for path, mask in masks.items():
        ...     _ = custom_from_mask(model.get_submodule(path), "weight", mask)
    """
    for name, value, known in (("method", method, METHODS), ("scope", scope, SCOPES), ("ties", ties, TIES)):
        if value not in known:
            raise InputError(f"{name} is {value!r:.60}, expected one of {', '.join(known)}")
    check_loss(loss)
    proper_share("density", density)
    if batches is not None:
        checked_integer("batches", batches, 1, MOST_BATCHES)
    if isinstance(data, Dataset) and loss == "cross-entropy" and method in DATA_DRIVEN:
        check_classes(data)
    if rounds is not None:
        checked_integer("rounds", rounds, 1, MOST_ROUNDS)
        if method != IN_ROUNDS:
            raise InputError(f"rounds is {rounds}, expected none with {method}: {IN_ROUNDS} has them")
    shared = _shared(module)
    whole = left_out(module, [exclude] if isinstance(exclude, (str, type)) else exclude)
    if whole >= shared.keys():
        raise InputError("exclude leaves no layer to prune, expected at least one")
    source = _source(method, data, loss, batches)
    with generators(seed_sequence(seed)):  # should the forward draw
        if method == IN_ROUNDS:
            masks = masks_in_rounds(module, source, density, scope, rounds, ties, whole)
        else:
            scores = checked_scores(_scores(module, method, source, loss, seed, whole), module)
            masks = masks_of(scores, method, density, scope, ties)
    found = {part_of(name): torch.from_numpy(masks[path]) for path in masks for name in shared[path]}
    return ModuleMasks(found, module)


def _source(method: str, data: object, loss: Loss, most: int | None) -> Data:
    """What a method reads of the user's data: all of them, an example of inputs, or nothing."""
    if method in ("random", "magnitude"):
        return None
    if isinstance(data, Dataset) and (method not in DATA_DRIVEN or (most is None and isinstance(loss, str))):
        return data
    if method not in (*DATA_DRIVEN, "wanda"):
        return example_of(data)
    if data is None:
        raise InputError(f"there are no data, expected {EXPECTED} for {method}")
    return UserData(data, most)


def _shared(module: nn.Module) -> dict[str, tuple[str, ...]]:
    """The names of the parameters that masks are for; InputError for a tied weight that a part has by another name."""
    if not isinstance(module, nn.Module):
        raise InputError(f"the module is {module!r:.100}, expected a torch module")
    check_plain(module)
    found = places(module)
    for path, names in found.items():
        if other := next((name for name in names if not is_weight(name)), None):
            raise InputError(
                f"{path or ITSELF} shares its weight with {other}, expected a part that has it as its weight"
            )
    return found


def module_scores(module: nn.Module, method: str, data: Dataset, *, loss: str, seed: Seed = 0) -> Scores:
    """Scores of all prunable weights by the paths of their layers, the largest to be kept."""
    return checked_scores(_scores(module, method, data, loss, seed), module)


def _scores(module: nn.Module, method: str, data: Data, loss: Loss, seed: Seed, whole: Collection[str] = ()) -> Scores:
    copy = scored_copy(module)
    weights = {path: layer.weight for path, layer in pruned_layers(copy).items() if path not in whole}
    if method == "random":
        rng = np.random.default_rng(seed_sequence(seed))
        return {path: rng.random(tuple(weight.shape)) for path, weight in weights.items()}
    if method == "magnitude":
        return in_numpy({path: weight.abs() for path, weight in weights.items()})
    if method == "wanda":
        found = wanda_scores(copy, lambda: pass_through(copy, _batches(data), loss))
        return in_numpy({path: found[path] for path in weights})
    if method == "synflow":
        return synflow_scores(copy, weights, data)
    slopes = (
        _slopes(copy, weights, method, data, loss)
        if isinstance(data, Dataset) and isinstance(loss, str)
        else _slopes_of_batches(copy, weights, method, _batches(data), loss)
    )
    products = {path: weights[path] * slope for path, slope in slopes.items()}
    return in_numpy(products if method == "grasp" else {path: each.abs() for path, each in products.items()})


def check_reached(module: nn.Module, method: str, data: Dataset) -> None:
    """InputError for a layer that sends no signal back from the output, as within `torch.no_grad`."""
    copy = scored_copy(module)
    few = Dataset(data.x[:2], data.y[:2], data.name, data.labelling, data.about)
    weights = {path: layer.weight for path, layer in pruned_layers(copy).items()}
    gradients(copy, method, output_of(copy, few).sum(), weights)


def residual_of(module: nn.Module, data: Dataset, loss: str) -> Residual:
    """∂loss/∂f at a module's own output, dropout off."""
    with torch.no_grad():
        return Residual(loss, np.asarray(output_of(scored_copy(module), data)), np.asarray(data.y, float))


def second_term(module: nn.Module, data: Dataset, loss: str) -> float | None:
    """The norm of what Hg has beside Jᵀṙ/N, over the norm of that (S8); None if that is 0.

    Both in weights times √inputs, which are of order 1 in all layers, as in `sparse_limits.numerics.prediction.layers.drawn`.
    """
    copy = scored_copy(module)
    weights = {path: layer.weight for path, layer in pruned_layers(copy).items()}
    along, whole = (list(_slopes(copy, weights, method, data, loss).values()) for method in ("snip", "grasp"))
    with plain_attention("grasp"):
        f = output_of(copy, data)
    wanted = list(weights.values())
    dual = torch.zeros_like(f, requires_grad=True)
    pulled = derivatives(copy, "grasp", f, wanted, grad_outputs=dual, create_graph=True)
    moved_by = torch.stack([(each * step).sum() for each, step in zip(pulled, along, strict=True)]).sum()
    (rate,) = derivatives(copy, "grasp", moved_by, [dual])
    residual = Residual(loss, np.asarray(f.detach()), np.asarray(data.y, float))
    moved = torch.from_numpy(residual.moved(np.asarray(rate))) / len(f)
    first = derivatives(copy, "grasp", f, wanted, grad_outputs=moved)
    apart = sum(float(((a - b) ** 2).sum()) / b[0].numel() for a, b in zip(whole, first, strict=True))
    size = sum(float((each**2).sum()) / each[0].numel() for each in first)
    return float(np.sqrt(apart / size)) if size > 0 else None


def _slopes(
    module: nn.Module, weights: Mapping[str, torch.Tensor], method: str, data: Dataset, loss: str
) -> dict[str, torch.Tensor]:
    """The gradient, or for GraSP its product with the Hessian."""
    y = torch.as_tensor(np.asarray(data.y, float))
    with plain_attention(method):
        f = output_of(module, data)
    mean = ((f - y) ** 2).sum() / 2 if loss == "mse" else -(y * torch.log_softmax(f, dim=1)).sum()
    curved = method.startswith("grasp")
    found = gradients(module, method, mean / len(y), weights, create_graph=curved)
    if curved:
        along = torch.stack([(each * each.detach()).sum() for each in found]).sum()
        found = derivatives(module, method, along, list(weights.values()))
    return dict(zip(weights, found, strict=True))


def _batches(data: Data) -> Iterator[Any]:
    return batches_of(data.held, data.most) if isinstance(data, UserData) else iter([data])


def _slopes_of_batches(
    module: nn.Module, weights: Mapping[str, torch.Tensor], method: str, batches: Iterable[Any], loss: Loss
) -> dict[str, torch.Tensor]:
    """As `_slopes`, a batch after the other: the gradients of batches add up, and so do their products with the Hessian.

    GraSP goes through the batches twice, first for the gradient of all of them, and keeps them for that.
    """
    curved = method.startswith("grasp")
    kept = list(batches) if curved else batches
    slopes = {path: torch.zeros_like(weight) for path, weight in weights.items()}
    samples = 0
    for each in losses(module, kept, loss):
        for slope, found in zip(slopes.values(), gradients(module, method, each.value, weights), strict=True):
            slope += found
        samples += each.samples
    slopes = {path: slope / samples for path, slope in slopes.items()}
    if not curved:
        return slopes
    products = {path: torch.zeros_like(weight) for path, weight in weights.items()}
    with plain_attention(method):
        for each in losses(module, kept, loss):
            found = gradients(module, method, each.value, weights, create_graph=True)
            along = torch.stack([(a * b).sum() for a, b in zip(found, slopes.values(), strict=True)]).sum()
            curvature = derivatives(module, method, along, list(weights.values()))
            for product, more in zip(products.values(), curvature, strict=True):
                product += more / samples
    return products
