"""Masks of a torch module by autograd, as the methods define them, on any module: SNIP, GraSP, SynFlow, Wanda and others.

Pruned are the weights of linear and convolutional layers; biases and normalisations stay. The module itself is left as it
is: scores are taken from a copy in double precision and evaluation mode, without dropout, but for batch normalisation, which
takes the statistics of the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from torch import nn

from sparse_limits.numerics.arguments import InputError, Seed, checked_integer, proper_share, seed_sequence
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.masks.selection import TIES, Mask, TiesError
from sparse_limits.numerics.prediction.layers.forecast import check_classes
from sparse_limits.numerics.prediction.layers.mask_statistics import ITSELF, Scores, masks_of, ties_of
from sparse_limits.numerics.prediction.layers.residual import Residual
from sparse_limits.numerics.prediction.methods import DATA_DRIVEN
from sparse_limits.numerics.prediction.modules.building import generators
from sparse_limits.numerics.prediction.modules.calling import derivatives, output_of, plain_attention
from sparse_limits.numerics.prediction.modules.pruned import is_weight, part_of, places, pruned_layers
from sparse_limits.numerics.prediction.modules.reading import check_plain
from sparse_limits.numerics.prediction.modules.wanda import wanda_scores
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, LOSSES, MOST_ROUNDS, ROUNDS, SCOPES

METHODS = ("random", "magnitude", "snip", "grasp", "grasp-magnitude", "synflow", IN_ROUNDS, "wanda")


def prune_module(
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
) -> dict[str, torch.Tensor]:
    """Masks of a module's weights, bool tensors by the paths of their layers, for `torch.nn.utils.prune.custom_from_mask`.

    A tied weight is one weight with one score, by the slope of all its uses, and its mask stands under each path that has it.

    The module is any whose forward takes inputs [N, d], or images as the data have them, in double precision, and returns
    [N, K]; layers that are pruned or reparametrised already are refused.

    method: random, magnitude, snip, grasp, grasp-magnitude, synflow (one shot), synflow-iterative, or wanda, whose masks keep as
    many weights of each row. rounds: of synflow-iterative, 100 unless given: each scores what is left and keeps
    density^(k/rounds), k = 1, 2, …. density: share of all weights kept, in (0, 1). data: inputs [N, d] and targets [N, K], all of which are used. loss: mse, ½‖f − y‖², or
    cross-entropy of the outputs' softmax (so that the module ends without one), with targets onehot. scope: global, one threshold for all layers, or layer. ties: what becomes of a density above the share of scores that are not 0, refuse, or
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
    for name, value, known in (
        ("method", method, METHODS),
        ("scope", scope, SCOPES),
        ("loss", loss, LOSSES),
        ("ties", ties, TIES),
    ):
        if value not in known:
            raise InputError(f"{name} is {value!r:.60}, expected one of {', '.join(known)}")
    proper_share("density", density)
    if not isinstance(data, Dataset):
        raise InputError(f"data is {type(data).__name__}, expected a Dataset, such as load_data returns")
    if loss == "cross-entropy" and method in DATA_DRIVEN:
        check_classes(data)
    if rounds is not None:
        checked_integer("rounds", rounds, 1, MOST_ROUNDS)
        if method != IN_ROUNDS:
            raise InputError(f"rounds is {rounds}, expected none with {method}: {IN_ROUNDS} has them")
    shared = _shared(module)
    with generators(seed_sequence(seed)):  # should the forward draw
        if method == IN_ROUNDS:
            masks = masks_in_rounds(module, data, density, scope, rounds, ties)
        else:
            masks = masks_of(module_scores(module, method, data, loss=loss, seed=seed), method, density, scope, ties)
    return {part_of(name): torch.from_numpy(masks[path]) for path, names in shared.items() for name in names}


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


def checked_scores(scores: Scores, module: nn.Module) -> Scores:
    """The scores themselves; InputError if all are 0, where any choice of weights would be as good. module: what has the weights."""
    if not any(score.any() for score in scores.values()):
        empty = [path or ITSELF for path, layer in pruned_layers(module).items() if not layer.weight.any()]
        why = f" (so are all weights of {', '.join(empty)})" if empty else ""
        raise InputError(f"all scores are 0{why}, expected data, targets and weights that give some")
    return scores


def _scores(module: nn.Module, method: str, data: Dataset, loss: str, seed: Seed) -> Scores:
    copy = scored_copy(module)
    layers = pruned_layers(copy)
    weights = {path: layer.weight for path, layer in layers.items()}
    if method == "random":
        rng = np.random.default_rng(seed_sequence(seed))
        return {path: rng.random(tuple(weight.shape)) for path, weight in weights.items()}
    if method == "magnitude":
        return _numpy({path: weight.abs() for path, weight in weights.items()})
    if method == "wanda":
        return _numpy(wanda_scores(copy, data))
    if method == "synflow":
        return _synflow(copy, weights, data)
    slopes = _slopes(copy, weights, method, data, loss)
    products = {path: weights[path] * slope for path, slope in slopes.items()}
    return _numpy(products if method == "grasp" else {path: each.abs() for path, each in products.items()})


def scored_copy(module: nn.Module) -> nn.Module:
    """A copy in double precision and evaluation mode, batch normalisation in training mode, no parameter frozen."""
    if not isinstance(module, nn.Module):
        raise InputError(f"the module is {module!r:.100}, expected a torch module")
    check_plain(module)
    copy = deepcopy(module).double().eval()
    for parameter in copy.parameters():
        if parameter.is_floating_point():  # others, such as tables of indices, have no slope
            parameter.requires_grad_(True)
    for part in copy.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.train()
    return copy


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


def gradients(
    module: nn.Module,
    method: str,
    value: torch.Tensor,
    weights: Mapping[str, torch.Tensor],
    create_graph: bool = False,
) -> Any:
    """∂value/∂weights; InputError if a layer does not reach the value, or autograd has no derivative of a part."""
    if not value.requires_grad:
        raise InputError("no weight reaches the output, expected layers that do")
    found = derivatives(module, method, value, list(weights.values()), create_graph=create_graph, allow_unused=True)
    unused = next((path for path, each in zip(weights, found, strict=True) if each is None), None)
    if unused is not None:
        raise InputError(f"{unused} does not reach the output, expected layers that do")
    return found


def masks_in_rounds(
    module: nn.Module,
    data: Dataset,
    density: float,
    scope: str = "global",
    rounds: int | None = None,
    ties: str = "refuse",
) -> dict[str, Mask]:
    """SynFlow's masks after so many rounds, by the paths of layers: round k scores the masked module and keeps density^(k/rounds).

    rounds: 100 unless given. InputError as in `prune_module`. ties: of the last round, and of those before it where the other
    scores would be others without the weights whose score is 0, as where an activation clips.
    """
    copy = scored_copy(module)
    make_positive(copy)
    weights = {path: layer.weight for path, layer in pruned_layers(copy).items()}
    whole = {path: weight.detach().clone() for path, weight in weights.items()}
    # what is gone ranks below every score, and without ties, which are slow
    gone = {path: -1 - each for path, each in _numpy(whole).items()}
    masks = {path: np.ones(each.shape, bool) for path, each in gone.items()}
    total = ROUNDS if rounds is None else rounds
    for k in range(1, total + 1):
        for path, weight in weights.items():
            weight.data = whole[path] * torch.from_numpy(masks[path])
        scores = _flow(copy, weights, data)
        if k == 1:
            checked_scores(scores, module)
        ranked = {path: np.where(masks[path], score, gone[path]) for path, score in scores.items()}
        below = density ** (k / total)
        tied = ties_of(ranked, IN_ROUNDS, below, scope) if ties == "refuse" else ""
        if tied and (k == total or not _carry_nothing(copy, weights, data, scores)):
            raise TiesError(tied if k == total else f"round {k} of {total}: {tied}")
        masks = masks_of(ranked, IN_ROUNDS, below, scope, "index")
    return masks


def _carry_nothing(module: nn.Module, weights: Mapping[str, torch.Tensor], data: Dataset, scores: Scores) -> bool:
    """Whether the scores stay as they are without the weights whose score is 0: then it does not matter which of these go."""
    for path, weight in weights.items():
        weight.data = torch.where(torch.from_numpy(scores[path]) == 0, 0, weight.data)
    return all(np.allclose(score, scores[path], rtol=1e-9) for path, score in _flow(module, weights, data).items())


def _synflow(module: nn.Module, weights: Mapping[str, torch.Tensor], data: Dataset) -> Scores:
    """abs(w ∂R/∂w), R the sum of the outputs at the input 1 with the moduli of all weights and biases 0: S11's for ReLU.

    Batch normalisation is in evaluation mode, about the mean 0.
    """
    make_positive(module)
    return _flow(module, weights, data)


def _flow(module: nn.Module, weights: Mapping[str, torch.Tensor], data: Dataset) -> Scores:
    """SynFlow's scores of a module that is made positive."""
    found = gradients(module, "synflow", output_of(module, ones_like(data))[0].sum(), weights)
    return _numpy({path: (weights[path] * each).abs() for path, each in zip(weights, found, strict=True)})


def make_positive(module: nn.Module) -> None:
    """Turn a module into the one that SynFlow reads, in place: parameters are their moduli, in every part, and biases 0."""
    norms = (nn.LayerNorm, nn.GroupNorm, nn.modules.instancenorm._InstanceNorm)
    if (path := next((path for path, part in module.named_modules() if isinstance(part, norms)), None)) is not None:
        raise InputError(f"{path}: SynFlow is not defined here with this normalisation, expected modules without")
    with torch.no_grad():
        for part in module.modules():
            if isinstance(part, nn.modules.batchnorm._BatchNorm):
                part.eval()
                if part.running_mean is None:
                    raise InputError("a batch normalisation keeps no statistics, expected it to with SynFlow")
                part.running_mean.zero_()
            for name, parameter in part.named_parameters(recurse=False):
                if "bias" in name:  # bias_ih_l0 of a recurrent layer, in_proj_bias of attention
                    parameter.zero_()
                elif parameter.is_floating_point():
                    parameter.abs_()


def ones_like(data: Dataset) -> Dataset:
    """Two samples that are 1 everywhere."""
    return Dataset(np.ones((2, data.x.shape[1])), data.y[:2], data.name, data.labelling, data.about)


def _numpy(tensors: Mapping[str, torch.Tensor]) -> Scores:
    return {path: np.asarray(tensor.detach(), float) for path, tensor in tensors.items()}
