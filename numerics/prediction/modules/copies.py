"""Scores of a module whose weights are independent in two of the three places where they stand: the assumption of wide networks.

A score of SNIP is a weight times E_D⟨signal, what enters⟩: weights carry values forward, carry the signal back, and are scored.
In wide fully connected networks it makes no difference in the limit if the signal goes back through weights of its own (D2). Here
it does, at the module's own widths and with whatever parts it has: convolutions, sums, normalisations, attention. One build
carries values and is scored, as a unit's own weights and its gate go together at every width; another one carries signals.
Nothing is proved for these; pruned modules tell whether it holds.

Source: the independence is that of Yang 2020 (arXiv 2006.14548), "gradient independence", there at infinite width.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn

from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.prediction.layers.mask_statistics import Scores
from sparse_limits.numerics.prediction.layers.residual import Residual
from sparse_limits.numerics.prediction.modules.calling import entering, output_of
from sparse_limits.numerics.prediction.modules.costs import Asked, check_cost
from sparse_limits.numerics.prediction.modules.pruned import part_of, places, pruned_layers
from sparse_limits.numerics.prediction.modules.scoring import checked_scores, gradients, scored_copy
from sparse_limits.numerics.prediction.modules.synflow import check_flow, make_positive, ones_like


def scores_of_copies(
    modules: Sequence[nn.Module],
    method: str,
    data: Dataset,
    *,
    loss: str,
    residual: str = "averaged",
    together: Sequence[str] = (),
) -> Scores:
    """Scores where the first of two modules carries values forward and is scored, and the second carries signals back.

    method: snip or synflow. residual: averaged, at the first module's output; target, at the output 0. together: layers whose
    weights are the first module's in all places, as those that are used elsewhere than in forwards of their own. The modules are
    left as they are. InputError as in `prune_module`.
    """
    copies = [scored_copy(module) for module in modules]
    return checked_scores(_scores(copies, method, data, loss, residual, together), modules[0])


def check_copies(
    modules: Sequence[nn.Module], method: str, data: Dataset, *, times: int, loss: str, together: Sequence[str]
) -> None:
    """WorkError where so many copies like that of two modules would take too much: by a few samples, of SynFlow by one of one module."""
    copies = [scored_copy(module) for module in modules]
    what, fewer = f"{method} of independent copies", "fewer copies"
    if method == "synflow":
        make_positive(copies[0])
        check_flow(what, copies[0], ones_like(data), None, Asked(times, fewer))
        return

    def score(both: nn.Module, part: Dataset) -> Scores:
        return _scores([*both.children()], method, part, loss, "averaged", together)

    check_cost(what, score, nn.ModuleList(copies), data, 1, Asked(times, f"fewer samples, or {fewer}"))


def _scores(
    copies: Sequence[nn.Module], method: str, data: Dataset, loss: str, residual: str, together: Sequence[str]
) -> Scores:
    """The same of copies that are scored, which get hooks."""
    forward, back = copies
    if method == "synflow":
        for module in copies:
            make_positive(module)
    weights = {path: layer.weight for path, layer in pruned_layers(forward).items()}
    sloped = dict(weights)
    for path, names in places(forward).items():
        if path not in together:
            sloped[path] = back.get_submodule(path).weight
            for part in map(part_of, names):  # several share a tied weight
                hook = _back_through(back.get_submodule(part))
                forward.get_submodule(part).register_forward_hook(hook, with_kwargs=True)
    if method == "synflow":
        value = output_of(forward, ones_like(data))[0].sum()
    else:
        f = output_of(forward, data)
        at = f.detach() if residual == "averaged" else torch.zeros_like(f)
        value = (f * torch.as_tensor(Residual(loss, np.asarray(at), np.asarray(data.y, float)).values)).sum() / len(f)
    slopes = gradients(forward, method, value, sloped)
    return {
        path: np.asarray((weight * slope).detach().abs(), float)
        for (path, weight), slope in zip(weights.items(), slopes, strict=True)
    }


def _back_through(back: nn.Module) -> Callable[..., torch.Tensor]:
    """A hook that leaves a layer's output, but sends signals back through another layer.

    The slope at the other's weights is the sum of signals times what enters: a linear layer's, whatever its weights are.
    """

    def hook(
        layer: nn.Module, given: tuple[torch.Tensor, ...], named: dict[str, torch.Tensor], output: torch.Tensor
    ) -> torch.Tensor:
        below: torch.Tensor = back(entering(given, named))
        return output.detach() + (below - below.detach())

    return hook
