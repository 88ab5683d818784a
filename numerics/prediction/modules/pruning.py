"""Masks of a torch module by autograd, as the methods define them, on any module: SNIP, GraSP, SynFlow, Wanda and others.

Pruned are the weights of linear and convolutional layers; biases and normalisations stay. The module itself is left as it
is: scores are taken from a copy in double precision and evaluation mode, without dropout, but for batch normalisation, which
takes the statistics of the data.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice

import torch
from torch import nn

from sparse_limits.numerics.arguments import InputError, Seed, checked_integer, seed_sequence
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.door import door
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.masks.allocation import ERDOS_RENYI, WITH_KERNELS
from sparse_limits.numerics.masks.selection import TIES, Mask
from sparse_limits.numerics.prediction.layers.forecast import check_classes
from sparse_limits.numerics.prediction.layers.mask_statistics import ITSELF, Scores
from sparse_limits.numerics.prediction.methods import DATA_DRIVEN
from sparse_limits.numerics.prediction.modules.batches import (
    EXPECTED,
    Loss,
    batches_of,
    check_loss,
    example_of,
    is_pair,
    number_of_batches,
)
from sparse_limits.numerics.prediction.modules.building import generators
from sparse_limits.numerics.prediction.modules.calling import drawn, for_module
from sparse_limits.numerics.prediction.modules.chosen import Selection, called, chosen_weights, not_chosen
from sparse_limits.numerics.prediction.modules.costs import Asked
from sparse_limits.numerics.prediction.modules.cuts import Shown, cuts, shown_to
from sparse_limits.numerics.prediction.modules.detached import detached_copy
from sparse_limits.numerics.prediction.modules.module_masks import ModuleMasks
from sparse_limits.numerics.prediction.modules.ranks import notes_on_ranks
from sparse_limits.numerics.prediction.modules.reading import check_plain
from sparse_limits.numerics.prediction.modules.rounds import rescored
from sparse_limits.numerics.prediction.modules.rounds_notes import notes_on_rounds
from sparse_limits.numerics.prediction.modules.saliencies import Data, UserData, scores_of
from sparse_limits.numerics.prediction.modules.scoring import checked_scores
from sparse_limits.numerics.prediction.modules.sharing import Density, check_sharing, shared_masks
from sparse_limits.numerics.prediction.modules.synflow import masks_in_rounds
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, MOST_ROUNDS, ROUNDS
from sparse_limits.numerics.printing.plain_text import many

BYTES = 48  # of each parameter: a copy, slopes of slopes, scores and their order, all of 8 bytes; GraSP, which needs most, took 46
BATCH_NORMS = nn.modules.batchnorm._BatchNorm
FEWER = "smaller batches, fewer of them (`batches`), or fewer samples"
MOST_BATCHES = 10**9
MOST_NAMED = 4
METHODS = ("random", "magnitude", "snip", "grasp", "grasp-magnitude", "synflow", IN_ROUNDS, "wanda")


@door
def prune_module(
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
    progress: Callable[[str], object] = lambda doing: None,
) -> ModuleMasks:
    """Masks of a module's weights, bool tensors by the paths of their layers, for `torch.nn.utils.prune.custom_from_mask`.

    A tied weight is one weight with one score, by the slope of all its uses, and its mask stands under each path that has it.
    Gradients of batches add up, so that the masks are those of all samples at once, but for batch normalisation, which sees one
    batch at a time, and for a loss whose mean is not over samples, as one with weights of classes: it may add up instead.
    Notes say how many weights are kept by their places, or by rounding, since their scores are 0, equal or nearly so; of several rounds,
    in the last one where there are such. Those on synflow-iterative say below which density rounds empty neurons of wide layers, and where they left rows empty, how many
    rounds leave none: this takes about half as long again.

    What SNIP, GraSP and Wanda take is estimated before the data are run, from the first samples of the first batch: its memory, and
    the time of all batches where their number is known. With a loss of one's own, which is then called on these few, it is estimated
    where all tensors of the batch have its samples along their first axis. SynFlow's memory is estimated from one of the two samples
    that it reads, and the time of its rounds from the first.

    Parameters
    ----------
    module : takes inputs [N, d], or images as the data have them, in double precision, and returns [N, K]; with data of a user's
        own it takes what their batches hold, and returns what the loss takes
    method : random, magnitude, snip, grasp, grasp-magnitude, synflow (one shot), synflow-iterative, or wanda, which keeps as many
        weights of each row
    density : share of the weights of these layers that is kept, in (0, 1); or the density of each layer, by its path
    data : a `Dataset`, inputs [N, d] and targets [N, K]; or what a user holds: a loader, a dataset of torch, arrays (x, y), a dict,
        which is one batch, or batches of any kind; None for random and magnitude; for SynFlow inputs x as an example, or the
        shape of a batch, are enough
    loss : mse, ½‖f − y‖²; cross-entropy of the outputs' softmax, with targets onehot or classes; a loss of torch, of output and
        targets; or loss(module, batch), the mean loss of a batch of any kind, or the sum of the losses and the number of samples
    scope : global, one threshold for all layers; layer, the density in each; erdos-renyi or erdos-renyi-kernel, more in layers of
        few inputs and outputs (`sparse_limits.numerics.masks.allocation`); or lamp, for magnitude
    rounds : how often what is left is scored, and density^(k/rounds) kept, k = 1, 2, …: of synflow-iterative 100 unless given, of
        snip, grasp and grasp-magnitude 1
    ties : what becomes of a density above the share of scores that are not 0: refuse, or index, where of the weights with score 0
        the first ones are kept
    seed : of random scores, and of what a forward draws
    include : parts whose weights of two or more dimensions are pruned, too, with all below them, such as nn.LSTM, nn.Embedding or
        nn.ConvTranspose2d: by paths, names of weights, patterns, classes or their names
    exclude : parts that stay whole, with all below them, by the same
    batches : how many batches are used, all unless given
    device : where it is computed, in double precision, such as cuda; that of the module unless given
    progress : called with the name of each step as it begins

    Raises
    ------
    InputError : for an unknown name, a module without such weights, one that does not take the inputs or whose output does not
        fit the targets, layers that are pruned or reparametrised already, where all scores are 0, and for scores that would take
        more memory or time than is allowed (`sparse_limits.numerics.limits`)

    References
    ----------
    S6 (SNIP), S8 (GraSP), S11 (SynFlow, biases taken as 0; other activations than ReLU stay in place), H6.1 and H6.2 (its rounds,
    those of Tanaka et al. 2020, arXiv 2006.05467).

    Examples
    --------
    >>> from torch.nn.utils.prune import custom_from_mask
    >>> from sparse_limits import load_data
    >>> model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    >>> masks = prune_module(model, "snip", 0.1, load_data("digits", labels="onehot"))
    >>> {path: tuple(mask.shape) for path, mask in masks.items()}
    {'0': (32, 64), '2': (10, 32)}
    >>> for path, mask in masks.items():
    ...     _ = custom_from_mask(model.get_submodule(path), "weight", mask)
    """
    _check(method, density, data, loss, scope, rounds, ties, batches)
    if not isinstance(module, nn.Module):
        raise InputError(f"the module is {module!r:.100}, expected a torch module")
    check_plain(module)
    if torch.is_inference_mode_enabled():
        raise InputError("prune is called within torch.inference_mode(), expected outside of it: it needs gradients")
    chosen = chosen_weights(module, include, exclude)
    parameters = sum(each.numel() for each in module.parameters())
    check_work(f"pruning {many(parameters, 'parameter')}", BYTES * parameters, instead="a smaller module")
    there = _moved(module, device)
    if isinstance(data, Dataset):
        data = for_module(module, data)
    few = data
    if isinstance(data, Iterator):  # its first batch is read twice
        few = [*islice(drawn(data), 1)] or None
        data = chain(few or (), data)
    source = _source(method, data, loss, batches, again=rounds not in (None, 1), ours=_is_on_cpu(there))
    ranks = list[str]()

    def ranked(scores: Scores, masks: Mapping[str, Mask], power: float) -> None:
        total = (ROUNDS if method == IN_ROUNDS else 1) if rounds is None else rounds
        said = f"in round {round(power * total)} of {total}: " if total > 1 else ""
        if found := [f"{said}{note}" for note in notes_on_ranks(scores, masks, method, density, scope)]:
            ranks[:] = found

    with torch.enable_grad(), generators(seed_sequence(seed)):  # should the forward draw
        if method == IN_ROUNDS:
            once = Asked(1, "fewer rounds (`rounds`)")
            masks = masks_in_rounds(there, source, density, scope, rounds, ties, chosen, progress, ranked, once)
        else:
            instead = "a smaller module" if method == "synflow" else FEWER
            asked = iter([Asked(rounds or 1, instead)])  # of the first round, for all

            def score(left: nn.Module, told: Callable[[str], object]) -> Scores:
                found = scores_of(left, method, source, loss, seed, chosen, told, next(asked, None))
                return checked_scores(found, there, chosen)

            def share(scores: Scores, power: float) -> dict[str, Mask]:
                found = shared_masks(scores, method, density, scope, ties, power)
                ranked(scores, found, power)
                return found

            masks = rescored(there, chosen, rounds or 1, score, share, progress)
        shown = _shown_to(there, few, loss, needed=source is not None)
        lost = [] if shown is None else [*cuts(there, masks, chosen, shown)]
        if method == IN_ROUNDS:

            def again(count: int) -> dict[str, Mask]:
                progress(f"counting empty rows after {many(count, 'round')}")
                return masks_in_rounds(there, source, density, scope, count, "index", chosen)

            lost += notes_on_rounds(there, masks, density, scope, ROUNDS if rounds is None else rounds, chosen, again)
    found = {called(name): torch.from_numpy(masks[path]) for path in masks for name in chosen[path]}
    whole = [path or ITSELF for path, mask in masks.items() if scope in (ERDOS_RENYI, WITH_KERNELS) and mask.all()]
    read = source.notes if isinstance(source, UserData) else ()
    notes = [*read, *_notes(module, source, not_chosen(module, chosen, exclude), whole), *ranks, *lost]
    return ModuleMasks(found, module, notes)


def _moved(module: nn.Module, device: str | torch.device | None) -> nn.Module:
    """The module, or a copy on another device; InputError for a device that is not there or has no double precision."""
    if device is None:
        return module
    try:
        torch.ones(1, dtype=torch.float64, device=device)
        return detached_copy(module).to(device)
    except (RuntimeError, AssertionError, TypeError) as error:
        said = str(error).splitlines()[0]
        raise InputError(
            f"device is {str(device)!r:.40}: {said:.160}, expected cpu, or an accelerator that is there and has double precision"
        ) from error


def _is_on_cpu(module: nn.Module) -> bool:
    return all(each.device.type == "cpu" for each in module.parameters())


def _check(
    method: str,
    density: Density,
    data: object,
    loss: Loss,
    scope: str,
    rounds: int | None,
    ties: str,
    batches: int | None,
) -> None:
    """What the arguments of `prune_module` can have wrong by themselves. InputError in one line."""
    for name, value, known in (("method", method, METHODS), ("ties", ties, TIES)):
        if value not in known:
            raise InputError(f"{name} is {value!r:.60}, expected one of {', '.join(known)}")
    check_loss(loss)
    check_sharing(method, density, scope)
    if batches is not None:
        checked_integer("batches", batches, 1, MOST_BATCHES)
    if isinstance(data, Dataset) and loss == "cross-entropy" and method in DATA_DRIVEN:
        check_classes(data)
    if rounds is not None:
        checked_integer("rounds", rounds, 1, MOST_ROUNDS)
        if method not in (IN_ROUNDS, *DATA_DRIVEN):
            instead = f", and {IN_ROUNDS} has them" if method == "synflow" else ""
            raise InputError(f"rounds is {rounds}, expected none with {method}: one round is all that it has{instead}")


def _shown_to(module: nn.Module, data: object, loss: Loss, *, needed: bool) -> Shown | None:
    """What the masked module is called on; None for data that nothing needs, and that cannot be shown to it."""
    try:
        return shown_to(module, data, loss)
    except InputError:
        if needed:
            raise
        return None


def _notes(module: nn.Module, source: Data, others: Sequence[str], whole: Sequence[str]) -> Iterator[str]:
    """What to know of the masks that the call does not say. others: weights that could be pruned, too; whole: layers that are not."""
    if whole:
        yield f"whole, since their share by Erdős and Rényi would exceed 1: {', '.join(whole)}"
    norm = next((path for path, part in module.named_modules() if isinstance(part, BATCH_NORMS)), None)
    if norm is not None and isinstance(source, UserData) and number_of_batches(source.held, source.most) != 1:
        yield f"batch normalisation ({norm or ITSELF}) took the statistics of each batch alone: other batches of these samples may give other masks"
    if others:
        every = sum(each.numel() for each in module.parameters())
        share = sum(module.get_parameter(name).numel() for name in others) / every
        first = ", ".join(map(called, others[:MOST_NAMED]))
        more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
        yield f"not pruned: {first}{more}, {100 * share:.1f} % of all parameters; include names what else is pruned"


def _source(method: str, data: object, loss: Loss, most: int | None, again: bool, ours: bool) -> Data:
    """What a method reads of the user's data: all of them, an example of inputs, or nothing.

    again: whether it reads them again; ours: whether all of a `Dataset`, which is in the processor's memory, is read at once.
    """
    if method in ("random", "magnitude"):
        return None
    reads = method in (*DATA_DRIVEN, "wanda")
    whole = ours and most is None and (method == "wanda" or isinstance(loss, str))
    if isinstance(data, Dataset) and (whole or not reads):
        return data
    if not reads:
        return example_of(data)
    if data is None:
        raise InputError(f"there are no data, expected `data`: {EXPECTED} for {method}")
    alone = method == "wanda" or not isinstance(loss, (str, nn.Module))  # a batch may be inputs without targets
    if alone and isinstance(data, list) and is_pair(data) and data[0].shape[1:] == data[1].shape[1:]:
        raise InputError(
            "data is a list of two arrays, which may be inputs and targets, or two batches: expected a tuple (x, y), or "
            "iter([first, second])"
        )
    # a deque, as a list of two batches would be read as (x, y)
    return UserData(deque(batches_of(data, most)) if again and isinstance(data, Iterator) else data, most)
