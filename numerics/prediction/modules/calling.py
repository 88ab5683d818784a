"""A module called on data, whatever shape and type of inputs it takes, and what of the user's own code to show if it raises."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import nn

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.columns import channels_last
from sparse_limits.numerics.data import Dataset, fitting_labels, for_outputs
from sparse_limits.numerics.limits import WorkError
from sparse_limits.numerics.prediction.modules.building import ran_out
from sparse_limits.numerics.prediction.modules.detached import detached_copy
from sparse_limits.numerics.printing.plain_text import plain
from sparse_limits.theory.own_code import OwnCodeError, is_theirs, set_apart, show_traceback

T = TypeVar("T")
_silent = ContextVar("silent", default=False)
_OF_TYPES = (
    "scalar type",
    "same dtype",
    "dtypes match",
    "not implemented for 'Double'",
    "DoubleTensor",
)  # in torch's words


def output_of(module: nn.Module, data: Dataset) -> torch.Tensor:
    """What the module gives for the data's inputs [N, d], [N, K]; for images, if it does not take these, as such.

    InputError if it takes neither or does not fit the targets.
    """
    return output_at(module, data, inputs_of(module, data))


def inputs_of(module: nn.Module, data: Dataset) -> torch.Tensor:
    """The data's inputs [N, d] as the module's parameters are, and where these are."""
    like = next((each for each in module.parameters() if each.is_floating_point()), torch.empty(0))
    return torch.as_tensor(np.asarray(data.x, float), dtype=like.dtype, device=like.device)


def output_at(module: nn.Module, data: Dataset, flat: torch.Tensor) -> torch.Tensor:
    """As `output_of`, for inputs [N, d] that are given; data: what they are images of, and the targets."""
    found = _output(module, data, flat)
    if tuple(found.shape) != data.y.shape:
        hint = fitting_labels(data, found.shape[1]) if found.ndim == 2 else ""
        raise InputError(
            f"the module gives outputs of shape {tuple(found.shape)}, expected {data.y.shape}, that of the targets{hint}"
        )
    return found


def for_module(module: nn.Module, data: Dataset) -> Dataset:
    """The data with a column for each output of the module where one-hot labels have fewer (`data.for_outputs`)."""
    if not data.labelling.startswith("onehot"):
        return data
    few = replace(data, x=data.x[:2], y=data.y[:2])
    with torch.random.fork_rng(devices=[]), torch.no_grad():  # a forward that draws is none of those that count
        copy = detached_copy(module).eval()
        found = tried(copy, inputs_of(copy, few), few)
    return data if found is None or found.ndim != 2 else for_outputs(data, found.shape[1])


def tried(module: nn.Module, x: torch.Tensor, data: object) -> torch.Tensor | None:
    """What the module gives for inputs, or for these as the images that our data are; None, without a word, if it takes neither."""
    images = _images(x, data) if isinstance(data, Dataset) else None
    for given in (x, images):
        try:
            found = None if given is None else _called(module, given)
        except BaseException as error:  # a forward raises whatever it likes: what needs its output says so
            if not is_theirs(error):
                raise
            continue
        if isinstance(found, torch.Tensor):
            return found
    return None


def taken(module: nn.Module, x: torch.Tensor) -> bool:
    """Whether a module takes inputs, whatever it returns, without a word."""
    try:
        _called(module, x)
    except BaseException as error:  # a forward raises whatever it likes
        if not is_theirs(error):
            raise
        return False
    return True


def as_taken(module: nn.Module, x: torch.Tensor, data: Dataset) -> torch.Tensor:
    """Inputs [N, d], or as the images [N, c, h, w] that they are where the module takes these alone."""
    images = _images(x, data)
    if images is None:
        return x
    with torch.random.fork_rng(devices=[]), torch.no_grad():  # a forward that draws is none of those that count
        one, other = (
            torch.cat([each[:1], each[:1]]) for each in (x, images)
        )  # batch normalisation takes no single one
        return images if taken(module, other) and not taken(module, one) else x


def _output(module: nn.Module, data: Dataset, flat: torch.Tensor) -> torch.Tensor:
    """What the module gives, whatever its shape; InputError as by `output_of`."""
    try:
        found = _called(module, flat)
    except BaseException as error:  # a forward raises whatever it likes
        if not is_theirs(error):
            raise
        _check_memory(error, _of_inputs(flat))
        if (images := _images(flat, data)) is None:
            _show_own(error)
            raise OwnCodeError(f"{_untaken(flat, error)}, expected it to") from error
        try:
            found = _called(module, images)
        except BaseException as second:
            if not is_theirs(second):
                raise
            _check_memory(second, _of_inputs(images))
            _show_own(second if _own_frames(second) else error)
            raise OwnCodeError(f"{_untaken(flat, error)}; {_untaken(images, second)}, expected one") from second
    if not isinstance(found, torch.Tensor):
        raise InputError(
            f"the module returns {type(found).__name__}, expected one tensor, as from a module around it whose forward "
            "returns that one alone"
        )
    return found


def output_of_batch(module: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """What the module gives for a batch of inputs as they are; InputError if it does not take them or gives no tensor."""
    try:
        found = _called(module, x)
    except BaseException as error:  # a forward raises whatever it likes
        if not is_theirs(error):
            raise
        _check_memory(error, _of_inputs(x))
        _show_own(error)
        raise OwnCodeError(f"{_untaken(x, error)}, expected it to") from error
    if not isinstance(found, torch.Tensor):
        raise InputError(
            f"the module returns {type(found).__name__}, expected one tensor, or loss(module, batch) that takes what it returns"
        )
    return found


def called_by_a_loss(loss: Callable[[nn.Module, Any], torch.Tensor], module: nn.Module, batch: Any) -> torch.Tensor:
    """The user's own loss of a module on a batch; InputError, with its traceback, if it raises."""
    return _loss(loss, module, batch, "loss(module, batch) raised", "the mean loss of the batch")


def loss_of_outputs(loss: nn.Module, f: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """A loss of torch of outputs and targets; InputError, with the traceback of the user's own code, if it raises.

    What the loss holds, such as weights of classes, is for this call of the outputs' type and on their device.
    """
    held = {
        name: each.to(f.device, f.dtype if each.is_floating_point() else each.dtype)
        for name, each in (*loss.named_parameters(), *loss.named_buffers())
    }
    shapes = f"outputs of shape {tuple(f.shape)} and targets of shape {tuple(y.shape)}, {y.dtype}"

    def call(*given: torch.Tensor) -> Any:
        return torch.func.functional_call(loss, held, given) if held else loss(*given)

    return _loss(call, f, y, f"the loss does not take {shapes}", "a loss that does, or loss(module, batch)")


def _loss(loss: Callable[[Any, Any], torch.Tensor], first: Any, second: Any, what: str, expected: str) -> torch.Tensor:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with set_apart():
            return loss(first, second)
    except BaseException as error:  # a loss raises whatever it likes
        if not is_theirs(error):
            raise
        _check_memory(error, "the loss of a batch")
        _show_own(error)
        said = _said(error)
        hint = (
            " (batches and outputs are doubles here: the loss converts what it makes itself, as by tensor.to(outputs))"
        )
        hint = hint if any(word in said for word in _OF_TYPES) else ""
        raise OwnCodeError(f"{what}: {said:.200}{hint}, expected {expected}") from error
    finally:
        torch.set_default_dtype(before)


def drawn(batches: Iterable[T]) -> Iterator[T]:
    """The batches of the user's own data, one after the other; InputError, with their traceback, if they raise."""
    source: Iterator[T] | None = None
    while True:
        try:
            with set_apart():
                source = iter(batches) if source is None else source
                batch = next(source)
        except StopIteration:
            return
        except BaseException as error:  # a loader raises whatever it likes
            if not is_theirs(error):
                raise
            _check_memory(error, "a batch of the data")
            _show_own(error)
            raise OwnCodeError(f"the data raised: {_said(error):.200}, expected batches") from error
        yield batch


def _called(module: nn.Module, x: torch.Tensor) -> object:
    """What the module gives; what the user's forward prints goes to standard error, and tensors that it makes, such as
    the zeros that a recurrent layer begins with, are of the type of its inputs unless it says another.

    The module gets a copy of its inputs, as it may change them in place: they may be the user's own data, or are read again.
    """
    before = torch.get_default_dtype()
    torch.set_default_dtype(x.dtype if x.is_floating_point() else torch.float64)
    try:
        with set_apart():
            return module(x.clone())
    finally:
        torch.set_default_dtype(before)


def plain_attention(method: str) -> AbstractContextManager[Any]:
    """Attention by PyTorch's plain kernel where a method differentiates twice: the fused ones have one derivative alone."""
    if not method.startswith("grasp"):
        return nullcontext()
    plain: AbstractContextManager[Any]
    try:
        from torch.nn.attention import SDPBackend, sdpa_kernel

        plain = sdpa_kernel(SDPBackend.MATH)
    except ImportError:  # of PyTorch 2.2, where the switch is called cuda's, but is that of all devices
        plain = torch.backends.cuda.sdp_kernel(enable_flash=False, enable_math=True, enable_mem_efficient=False)
    return plain


def derivatives(
    module: nn.Module, method: str, value: torch.Tensor, wanted: Sequence[torch.Tensor], **options: Any
) -> tuple[torch.Tensor, ...]:
    """Autograd's derivatives of a value that a module gave, for a method; options: of `torch.autograd.grad`.

    InputError, with the traceback of the user's own code if a backward of theirs raised, where autograd has none of the module.
    """
    with _refusing(module, method):
        found: tuple[torch.Tensor, ...] = torch.autograd.grad(value, [*wanted], **options)
    return found


@contextmanager
def _refusing(module: nn.Module, method: str) -> Iterator[None]:
    try:
        yield
    except BaseException as error:  # a backward raises whatever it likes
        if not is_theirs(error):
            raise
        _check_memory(error, f"{method}'s derivatives of {type(module).__name__}")
        _show_own(error)
        times = " twice" if method.startswith("grasp") else ""
        raise InputError(
            f"{method}: autograd does not differentiate {type(module).__name__}{times}: "
            f"{_said(error).partition(' Hint:')[0]:.240}, expected a module that it differentiates{times}"
        ) from error


def _check_memory(error: BaseException, what: str) -> None:
    """WorkError where there was no memory left, which is no fault of the module, the loss or the data."""
    if ran_out(error):
        why = plain(_said(error).rpartition("DefaultCPUAllocator: ")[2], 160)
        raise WorkError(
            f"there is not enough memory for {what} ({why}), expected fewer samples at once, or more memory"
        ) from error


@contextmanager
def enough_memory(what: str) -> Iterator[None]:
    """What is computed within, in words; WorkError where there is no memory left for it."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        _check_memory(error, what)
        raise


def _of_inputs(x: torch.Tensor) -> str:
    return f"what the module computes of inputs of shape {tuple(x.shape)}"


def _own_frames(error: BaseException) -> list[traceback.FrameSummary]:
    """The frames of the user's code and below, if an error was raised there; none if PyTorch raised it, as for another shape."""
    frames = traceback.extract_tb(error.__traceback__)
    libraries = (str(Path(torch.__file__).parent), str(Path(__file__).parent))
    if frames[-1].filename.startswith(libraries):
        return []
    return [frame for frame in frames if not frame.filename.startswith(libraries)]


@contextmanager
def untold() -> Iterator[None]:
    """Within it no traceback of the user's code is shown: what is only tried there is told where it counts."""
    before = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(before)


def _show_own(error: BaseException) -> None:
    if not _silent.get() and (frames := _own_frames(error)):
        show_traceback(error, frames)


def _said(error: BaseException) -> str:
    """The first line of an error's own words, or its name."""
    return (
        str(error).splitlines()[0] if str(error) and isinstance(error, Exception) else f"raised {type(error).__name__}"
    )


def _untaken(x: torch.Tensor, error: BaseException) -> str:
    said = _said(error)
    whole = any(word in said for word in _OF_TYPES) and x.is_floating_point()
    hint = (
        " (inputs are doubles: a forward that needs another type converts them, as by x.long(); tensors that the module holds "
        "are buffers, which become doubles too)"
    )
    hint = hint if whole else ""
    if isinstance(error, TypeError) and "required positional argument" in said:
        hint = " (a forward of several inputs stands in a module around it whose forward takes the data alone)"
    if len(x) == 1 and "more than 1 value per channel" in said:
        hint = (
            " (batch normalisation needs two samples in each batch: a loader leaves a single one out by drop_last=True)"
        )
    return f"the module does not take inputs of shape {tuple(x.shape)}: {said:.200}{hint}"


def _images(flat: torch.Tensor, data: Dataset) -> torch.Tensor | None:
    """Inputs [N, d] as images [N, c, h, w]; None where the data are none."""
    shape = data.about.image
    if shape is None:
        return None
    if len(shape) == 2:
        return flat.reshape(-1, 1, *shape)
    images = flat.reshape(-1, *shape)
    return images.movedim(3, 1) if channels_last(shape) else images


def entering(given: tuple[torch.Tensor, ...], named: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """The input of a layer's call, by place or by its name."""
    return given[0] if given else named["input"]
