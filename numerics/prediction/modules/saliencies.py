"""The saliency of each weight of a torch module by a method's definition, on our data or on a user's batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from math import ceil
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import nn

from sparse_limits.numerics.arguments import InputError, Seed, seed_sequence
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.prediction.layers.mask_statistics import Scores
from sparse_limits.numerics.prediction.layers.residual import Residual
from sparse_limits.numerics.prediction.modules.batch_samples import WAY_OUT, Counting
from sparse_limits.numerics.prediction.modules.batches import Loss, batches_of, losses, number_of_batches, pass_through
from sparse_limits.numerics.prediction.modules.calling import derivatives, output_of, plain_attention
from sparse_limits.numerics.prediction.modules.chosen import Chosen
from sparse_limits.numerics.prediction.modules.costs import Asked, check_cost
from sparse_limits.numerics.prediction.modules.scoring import (
    check_all_reach,
    checked_scores,
    gradients,
    in_numpy,
    reached,
    scored_copy,
    weights_at,
)
from sparse_limits.numerics.prediction.modules.synflow import MOST_TOLD, check_flow, flow, make_positive, ones_at
from sparse_limits.numerics.prediction.modules.wanda import wanda_scores
from sparse_limits.numerics.printing.progress import Stage


@dataclass(frozen=True)
class UserData:
    """What a user holds as data, and how many of its batches are used; None: all."""

    held: object
    most: int | None
    notes: list[str] = field(default_factory=list)  # on how batches were read


Data: TypeAlias = Dataset | UserData | torch.Tensor | None


def module_scores(
    module: nn.Module, method: str, data: Dataset, *, loss: str, seed: Seed = 0, times: int | None = None
) -> Scores:
    """Scores of all prunable weights by the paths of their layers, the largest to be kept.

    times: how many modules are scored, where what that takes is to be estimated first; WorkError if it is too much.
    """
    instead = "fewer networks" if method == "synflow" else "fewer samples, or fewer networks"
    asked = None if times is None else Asked(times, instead)
    return checked_scores(scores_of(module, method, data, loss, seed, asked=asked), module)


def scores_of(
    module: nn.Module,
    method: str,
    data: Data,
    loss: Loss,
    seed: Seed,
    chosen: Chosen | None = None,
    progress: Callable[[str], object] = lambda doing: None,
    asked: Asked | None = None,
) -> Scores:
    """The same of what a user holds, for the chosen weights, by what their masks are called; scores may all be 0.

    asked: what is asked for, where it may be too much: WorkError then, before the first batch is run.
    """
    copy = scored_copy(module)
    weights = weights_at(copy, chosen)
    if method == "random":
        rng = np.random.default_rng(seed_sequence(seed))
        return {path: rng.random(tuple(weight.shape)) for path, weight in weights.items()}
    if method == "magnitude":
        return in_numpy({path: weight.abs() for path, weight in weights.items()})
    if method == "synflow":
        make_positive(copy)
        ones = ones_at(copy, data)
        if asked is not None:
            check_flow(method, copy, ones, chosen, asked)
        return flow(copy, weights, ones)

    def score(other: nn.Module, part: Any) -> dict[str, torch.Tensor]:
        if method == "wanda":
            return wanda_scores(other, lambda: pass_through(other, [part], loss), weights)
        return _slopes_of_batches(other, weights_at(other, chosen), method, UserData([part], None), loss, whole=False)

    def check(batch: Any) -> None:
        if asked is not None:
            check_cost(method, score, copy, batch, _steps(data), asked, kept=method != "wanda")

    if method == "wanda":
        batches = _batches(data)
        first = next(batches)
        check(first)  # before what enters the layers is seen
        told = _told(chain([first], batches), _steps(data), progress)
        found = wanda_scores(copy, lambda: pass_through(copy, told, loss), weights)
        if other := next((path for path in weights if path not in found), None):
            raise InputError(f"{other}: wanda is not defined for this part, expected linear and convolutional layers")
        return in_numpy({path: found[path] for path in weights})
    if isinstance(data, Dataset) and isinstance(loss, str):
        check(data)
        slopes = _slopes(copy, weights, method, data, loss)
    else:
        slopes = _slopes_of_batches(copy, weights, method, data, loss, progress, check)
    products = {path: weights[path] * slope for path, slope in slopes.items()}
    return in_numpy(products if method == "grasp" else {path: each.abs() for path, each in products.items()})


def check_reached(module: nn.Module, method: str, data: Dataset) -> None:
    """InputError for a layer that sends no signal back from the output, as within `torch.no_grad`."""
    copy = scored_copy(module)
    few = Dataset(data.x[:2], data.y[:2], data.name, data.labelling, data.about)
    weights = weights_at(copy)
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
    weights = weights_at(copy)
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


def _steps(data: Data) -> int | None:
    """How many batches there are, where it is known before they are read."""
    return number_of_batches(data.held, data.most) if isinstance(data, UserData) else 1


def _checked(batches: Iterable[Any], check: Callable[[Any], None]) -> Iterator[Any]:
    """The batches themselves, the first of them checked."""
    for number, batch in enumerate(batches):
        if number == 0:
            check(batch)
        yield batch


def _told(
    batches: Iterable[Any], steps: int | None, progress: Callable[[str], object], before: int = 0
) -> Iterator[Any]:
    """The batches themselves, some of them told to `progress` as they begin; steps: of all passes, before: in earlier ones."""
    if steps is None:
        progress("scoring batches")
    for number, batch in enumerate(batches, start=before):
        if steps is not None and number % ceil(steps / MOST_TOLD) == 0:
            progress(Stage("scoring batches", min(number, steps), steps))
        yield batch


def _slopes_of_batches(
    module: nn.Module,
    weights: Mapping[str, torch.Tensor],
    method: str,
    data: Data,
    loss: Loss,
    progress: Callable[[str], object] = lambda doing: None,
    check: Callable[[Any], None] = lambda batch: None,
    whole: bool = True,
) -> dict[str, torch.Tensor]:
    """As `_slopes`, a batch after the other: the gradients of batches add up, and so do their products with the Hessian.

    A weight need not reach the loss of each batch, but that of one.
    GraSP goes through the batches twice, first for the gradient of all of them, and keeps them for that. check: called with the
    first batch before it is run. whole: whether these are all batches, of which each weight must reach one.
    """
    curved = method.startswith("grasp")
    kept = list(_batches(data)) if curved else []
    steps = 2 * len(kept) if curved else _steps(data)
    slopes = {path: torch.zeros_like(weight) for path, weight in weights.items()}
    samples, met, count = 0, set[str](), Counting()
    for each in losses(module, _told(_checked(kept or _batches(data), check), steps, progress), loss, count):
        for path, found in zip(weights, reached(module, method, each.value, weights), strict=True):
            if found is not None:
                slopes[path] += found
                met.add(path)
        samples += each.samples
    if whole:
        check_all_reach(weights, [path in met for path in weights])
    if count.alike and isinstance(data, UserData):
        data.notes[:] = [
            f"each batch counts alike, since its tensors do not say how many samples it has: {WAY_OUT} tells it"
        ]
    slopes = {path: slope / samples for path, slope in slopes.items()}
    if not curved:
        return slopes
    products = {path: torch.zeros_like(weight) for path, weight in weights.items()}
    with plain_attention(method):
        for each in losses(module, _told(kept, steps, progress, len(kept)), loss):
            found = reached(module, method, each.value, weights, create_graph=True)
            parts = [(a * b).sum() for a, b in zip(found, slopes.values(), strict=True) if a is not None]
            if not parts:  # a batch of which no chosen weight has a part
                continue
            along = torch.stack(parts).sum()
            curvature = derivatives(module, method, along, list(weights.values()), allow_unused=True)
            for product, more in zip(products.values(), curvature, strict=True):
                if more is not None:
                    product += more / samples
    return products
