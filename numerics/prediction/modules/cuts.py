"""What a pruned module no longer does: outputs that no input moves, and inputs that move no output.

A module is called on a few samples, or by the user's own loss. Its inputs become leaves of autograd. Whole numbers have no slopes: what
their embeddings give moves along a line to what it is with the whole numbers of the next sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import nn

from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.prediction.modules.batches import (
    Loss,
    batches_of,
    example_of,
    is_own,
    is_shape,
    moved,
    shown_to_a_loss,
)
from sparse_limits.numerics.prediction.modules.building import generators
from sparse_limits.numerics.prediction.modules.calling import inputs_of, plain_attention, tried
from sparse_limits.numerics.prediction.modules.chosen import Chosen
from sparse_limits.numerics.prediction.modules.nested import held_in, mapped
from sparse_limits.numerics.prediction.modules.scoring import scored_copy, weights_at
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.theory.own_code import is_theirs, set_apart

SAMPLES = 64  # that are looked at
TOGETHER = 4096  # numbers of inputs that are looked at at once, but two samples at least: slopes of slopes take memory
MOST_NAMED = 8  # outputs
EMBEDDINGS = (nn.Embedding, nn.EmbeddingBag)
PLAIN = (bool, int, float, str, type(None))  # what a forward may get beside tensors, and no sample has for itself

Call: TypeAlias = Callable[[nn.Module], bool]  # of a module on a few samples; whether it took them


@dataclass(frozen=True)
class Shown:
    """What a module is called on, a few samples after the other, and in words on how many."""

    calls: Sequence[Call]
    words: str


@dataclass(frozen=True)
class _Calls:
    """Of a module's calls: inputs, and what embeddings gave, both as leaves of autograd, and outputs, with and without slopes."""

    inputs: list[torch.Tensor] = field(default_factory=list)
    embedded: list[torch.Tensor] = field(default_factory=list)
    outputs: list[torch.Tensor] = field(default_factory=list)

    @property
    def shapes(self) -> list[list[torch.Size]]:
        return [[each.shape for each in tensors] for tensors in (self.inputs, self.embedded, self.outputs)]

    def add(self, other: _Calls) -> None:
        self.inputs.extend(other.inputs)
        self.embedded.extend(other.embedded)
        self.outputs.extend(other.outputs)

    def clear(self) -> None:
        for tensors in (self.inputs, self.embedded, self.outputs):
            tensors.clear()


@dataclass(frozen=True)
class _Moving:
    """What moves on some samples: an output at all; which inputs [d] move one; which outputs [...] are moved by one.

    None for inputs or outputs that are not one tensor each.
    """

    some: bool
    inputs: torch.Tensor | None
    outputs: torch.Tensor | None

    @property
    def whole(self) -> bool:
        """Whether nothing stands still."""
        return self.some and all(each is None or bool(each.all()) for each in (self.inputs, self.outputs))

    def __or__(self, other: _Moving) -> _Moving:
        return _Moving(
            self.some or other.some, _either(self.inputs, other.inputs), _either(self.outputs, other.outputs)
        )


def shown_to(module: nn.Module, data: object, loss: Loss) -> Shown | None:
    """A few samples of the data, or random inputs where only their shape is known; None where neither is to be had.

    A loss of the user's own calls the module itself, on samples of the first batch, or on all of it where its parts have no
    common length. Without data the inputs of a module that begins with a linear layer are known.
    """
    device = next(module.parameters()).device
    if is_own(loss) and data is not None and not isinstance(data, (torch.Tensor, np.ndarray)) and not is_shape(data):
        first = next(batches_of(data, 1))
        batch = shown_to_a_loss(scored_copy(module), first) if isinstance(first, Dataset) else moved(first, device)
        parts, words = _parts(batch)
        return Shown([_by_loss(loss, part) for part in parts], words)
    x = (
        inputs_of(module, data)
        if isinstance(data, Dataset)
        else _entering(module)
        if data is None
        else example_of(data)
    )
    if x is None or x.ndim < (2 if x.is_floating_point() else 1):
        return None
    kind = "sample" if len(x) else "random input"
    x = x if len(x) else torch.from_numpy(np.random.default_rng(0).standard_normal((SAMPLES, *x.shape[1:])))
    parts, _ = _parts(moved(x, device))
    return Shown([_by_inputs(part, data) for part in parts], f"on {many(min(len(x), SAMPLES), kind)}")


def _entering(module: nn.Module) -> torch.Tensor | None:
    """No inputs, in the shape that the first layer takes, if it is linear."""
    first = next((part for part in module.modules() if any(True for _ in part.parameters(recurse=False))), None)
    return torch.empty((0, first.in_features), dtype=torch.float64) if isinstance(first, nn.Linear) else None


def _parts(batch: Any) -> tuple[list[Any], str]:
    """The first samples of a batch, a few at once, and in words how many."""
    tensors = [*held_in(batch)]
    lengths = {len(each) if isinstance(each, torch.Tensor) and each.ndim else None for each in tensors}
    if len(lengths) != 1 or not (length := min(lengths.pop() or 0, SAMPLES)):
        return [batch], "on the first batch"
    together = max(2, TOGETHER // max(1, sum(each[0].numel() for each in tensors)))
    count = max(1, length // together)

    def piece(number: int) -> Any:
        return mapped(lambda each: each[:length].tensor_split(count)[number], batch)

    return [piece(number) for number in range(count)], f"on {many(length, 'sample')}"


def _by_inputs(x: torch.Tensor, data: object) -> Call:
    return lambda module: tried(module, x, data) is not None


def _by_loss(loss: Callable[[nn.Module, Any], torch.Tensor], batch: Any) -> Call:
    def call(module: nn.Module) -> bool:
        before = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64)
        try:
            with set_apart():
                loss(module, moved(batch, next(module.parameters()).device))  # which it may change
        except BaseException as error:  # a loss raises whatever it likes, as it may not take a few samples
            if not is_theirs(error):
                raise
            return False
        finally:
            torch.set_default_dtype(before)
        return True

    return call


def cuts(module: nn.Module, masks: Mapping[str, Mask], chosen: Chosen, shown: Shown) -> Iterator[str]:
    """What the masks cut off, in words, as far as a few samples tell.

    Nothing of a module that does not take the samples, that passes no slope on to its inputs or embeddings before it is pruned,
    or has no slopes of slopes. An output moves where its slope along a random direction is not 0, an input where the slope of a
    random sum of all outputs is not 0: such sums miss nothing but with probability 0. What has no slopes may move an output, too:
    nothing is said to stand still, or to move nothing, if an output is another number with the next sample in a sample's place.
    """
    pruned = scored_copy(module)
    with torch.no_grad():
        for path, weight in weights_at(pruned, chosen).items():
            weight.mul_(torch.from_numpy(masks[path]).to(weight.device))
    after = _moving_in_any(pruned, shown.calls, jumps=True)
    if after is None or after.whole:
        return
    before = _moving_in_any(scored_copy(module), shown.calls)
    if before is None or not before.some:
        return
    if not after.some:
        yield f"the network is cut: no input moves an output, {shown.words}"
        return
    inputs, outputs = _still(before.inputs, after.inputs), _still(before.outputs, after.outputs)
    if inputs is not None and bool(inputs.any()) and all(_moves_nothing(pruned, call, inputs) for call in shown.calls):
        yield f"{int(inputs.sum())} of {many(inputs.numel(), 'input')} no longer move an output, {shown.words}"
    if outputs is not None and bool(outputs.any()):
        yield f"no input moves {_listed(outputs)} any longer, {shown.words}"


def _moving_in_any(module: nn.Module, calls: Sequence[Call], jumps: bool = False) -> _Moving | None:
    """What moves in one of the calls at least; those after which nothing stands still are the last. None as in `_moving`."""
    found: _Moving | None = None
    for call in calls:
        new = _moving(module, call, jumps)
        if new is None:
            return None
        found = new if found is None else found | new
        if found.whole:
            break
    return found


def _moving(module: nn.Module, call: Call, jumps: bool) -> _Moving | None:
    """What moves on the samples of a call; None where the module does not take them, or autograd has no slopes of slopes.

    jumps: whether an output moves, too, that is another number with the samples in other places.
    """
    there, here = _watched(module, call, True), _watched(module, call)
    if here is None or there is None or here.shapes != there.shapes:
        return None
    rng = np.random.default_rng(0)
    sloped = [each for each in here.outputs if each.requires_grad]
    along = [_normal(each, rng).requires_grad_() for each in sloped]
    lines = [_normal(each, rng) for each in here.inputs]
    lines += [(to - each).detach() for each, to in zip(here.embedded, there.embedded, strict=True)]
    found = _slopes([*here.inputs, *here.embedded], sloped, along, lines)
    if found is None:
        return None
    back, forward = found
    leaves = [
        each != 0 if place < len(here.inputs) else each * line != 0
        for place, (each, line) in enumerate(zip(back, lines, strict=True))
    ]
    slopes = iter(forward)
    outputs = [next(slopes) != 0 if each.requires_grad else torch.zeros_like(each) != 0 for each in here.outputs]
    if jumps:
        outputs = [each | moved for each, moved in zip(outputs, _differ(here, there), strict=True)]
    some = any(bool(each.any()) for each in (leaves + outputs if jumps else leaves))
    return _Moving(some, _in_any_sample(leaves[: len(here.inputs)], 2), _in_any_sample(outputs, 1))


def _moves_nothing(module: nn.Module, call: Call, inputs: torch.Tensor) -> bool:
    """Whether outputs are the same numbers if some of the inputs [d], all that are at such places, are those of the next sample."""
    there, here = _watched(module, call, inputs), _watched(module, call)
    if here is None or there is None or here.shapes != there.shapes:
        return False
    return not any(bool(each.any()) for each in _differ(here, there))


def _differ(here: _Calls, there: _Calls) -> list[torch.Tensor]:
    return [each != other for each, other in zip(here.outputs, there.outputs, strict=True)]


def _watched(module: nn.Module, call: Call, rolled: bool | torch.Tensor = False) -> _Calls | None:
    """What the module gets and gives in a call; None where it does not take it, gets what is no tensor, or gives none that has slopes.

    rolled: whether each sample has the place of the next one, or at which places of its one tensor of inputs.
    """
    found, now, odd = _Calls(), _Calls(), list[Any]()

    def enter(part: nn.Module, given: Any, named: Any) -> Any:
        now.clear()  # of a call that failed
        odd.extend(each for each in held_in((given, named)) if not isinstance(each, (torch.Tensor, *PLAIN)))
        return mapped(lambda each: read(each) if isinstance(each, torch.Tensor) else each, (given, named))

    def read(each: torch.Tensor) -> torch.Tensor:
        if rolled is not False and each.ndim:
            after = each.roll(1, 0 if len(each) > 1 else -1)
            each = after if rolled is True else torch.where(rolled.reshape(each.shape[1:]), after, each)
        return _leaf(each, now.inputs) if each.is_floating_point() else each

    def embed(part: nn.Module, given: Any, output: torch.Tensor) -> torch.Tensor:
        return _leaf(output, now.embedded)

    def leave(part: nn.Module, given: Any, output: Any) -> None:
        tensors = [each for each in held_in(output) if isinstance(each, torch.Tensor)]
        now.outputs.extend(tensors if rolled is False else [each.detach() for each in tensors])
        found.add(now)

    with ExitStack() as hooks:
        hooks.enter_context(module.register_forward_pre_hook(enter, with_kwargs=True))
        for part in module.modules():
            if isinstance(part, EMBEDDINGS):
                hooks.enter_context(part.register_forward_hook(embed))
        hooks.enter_context(module.register_forward_hook(leave))
        hooks.enter_context(plain_attention("grasp"))  # which has slopes of slopes
        hooks.enter_context(generators(np.random.SeedSequence(0)))  # should the forward draw
        return found if call(module) and found.outputs and not odd else None


def _leaf(value: torch.Tensor, leaves: list[torch.Tensor]) -> torch.Tensor:
    """What a forward may change in place, of a new leaf of autograd."""
    leaves.append(value.detach().clone().requires_grad_())
    return leaves[-1].clone()


def _normal(like: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    return torch.from_numpy(rng.standard_normal(tuple(like.shape))).to(like)


def _slopes(
    leaves: Sequence[torch.Tensor],
    outputs: Sequence[torch.Tensor],
    along: Sequence[torch.Tensor],
    lines: Sequence[torch.Tensor],
) -> tuple[list[torch.Tensor], list[torch.Tensor]] | None:
    """The slopes of the sum of outputs, each times `along`, at the leaves, and those of the outputs along `lines`; None where there are none."""
    if not leaves or not outputs:
        return None
    value = torch.stack([(each * by).sum() for each, by in zip(outputs, along, strict=True)]).sum()
    try:
        found = torch.autograd.grad(value, leaves, create_graph=True, allow_unused=True)
        back = [torch.zeros_like(leaf) if each is None else each for leaf, each in zip(leaves, found, strict=True)]
        pulled = torch.stack([(each * line).sum() for each, line in zip(back, lines, strict=True)]).sum()
        forward = torch.autograd.grad(pulled, along, allow_unused=True) if pulled.requires_grad else [None] * len(along)
    except RuntimeError:  # a part has no derivative of this kind
        return None
    return back, [torch.zeros_like(by) if each is None else each for by, each in zip(along, forward, strict=True)]


def _in_any_sample(moving: Sequence[torch.Tensor], least: int) -> torch.Tensor | None:
    """What moves in a sample, if it is one tensor with so many axes at least."""
    return moving[0].any(dim=0) if len(moving) == 1 and moving[0].ndim >= least else None


def _either(one: torch.Tensor | None, other: torch.Tensor | None) -> torch.Tensor | None:
    return None if one is None or other is None or one.shape != other.shape else one | other


def _still(before: torch.Tensor | None, after: torch.Tensor | None) -> torch.Tensor | None:
    return None if before is None or after is None or before.shape != after.shape else before & ~after


def _listed(still: torch.Tensor) -> str:
    """Outputs by their places; those that are all outputs at places of one axis, as a word's in a sequence, by these."""
    for axis in range(still.ndim) if still.ndim > 1 else ():
        rows = still.movedim(axis, 0).flatten(1)
        if bool((rows.all(dim=1) == rows.any(dim=1)).all()):
            return f"{_listed(rows.all(dim=1))} (axis {axis + 1})"
    places = torch.nonzero(still.flatten()).flatten().tolist()
    first = ", ".join(map(str, places[:MOST_NAMED]))
    named = first if len(places) <= MOST_NAMED else f"{first} and {len(places) - MOST_NAMED} more"
    return f"output{'s' if len(places) > 1 else ''} {named} of {still.numel()}"
