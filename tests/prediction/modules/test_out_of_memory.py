"""Memory that runs out while the user's code runs: no fault of the module, the loss or the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.limits import WorkError

torch = needs("torch")
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from sparse_limits.numerics.prediction.modules import batches  # noqa: E402
from sparse_limits.numerics.prediction.modules.building import builder  # noqa: E402
from sparse_limits.theory.own_code import OwnCodeError  # noqa: E402

X, CLASSES = torch.randn(30, 6), torch.randint(3, (30,))


def of_torch() -> None:
    torch.empty(10**15)  # more than there are addresses


def of_numpy() -> None:
    np.empty(10**15)


def of_python() -> None:
    raise MemoryError


def of_an_accelerator() -> None:
    raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.\nGPU 0 has 1 GiB.")


def of_its_driver() -> None:
    raise RuntimeError("CUDA error: out of memory")


def of_another_system() -> None:
    raise RuntimeError("[enforce fail] data. DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes.")


SAID = {
    of_torch: r"\((can't allocate|not enough) memory: you tried to allocate \d+ bytes.*\)",
    of_numpy: r"\(Unable to allocate .* with shape \(1000000000000000,\).*\)",
    of_python: r"\(raised MemoryError\)",
    of_an_accelerator: r"\(CUDA out of memory\. Tried to allocate 20\.00 MiB\.\)",
    of_its_driver: r"\(CUDA error: out of memory\)",
    of_another_system: r"\(not enough memory: you tried to allocate 8 bytes\.\)",
}


OWN = "my own mistake", "my queue is out of memory", "my cache can't allocate memory"


def mistaken(words: str = OWN[0]) -> None:
    raise RuntimeError(words)


def nothing() -> None:
    pass


class Slope(torch.autograd.Function):
    """The identity, which calls something on the way back."""

    @staticmethod
    def forward(context, x, call):
        context.call = call
        return x.clone()

    @staticmethod
    def backward(context, slope):
        context.call()
        return slope, None


class Calling(nn.Module):
    def __init__(self, forward: Callable[[], None] = nothing, backward: Callable[[], None] = nothing) -> None:
        super().__init__()
        self.layer, self.calls = nn.Linear(6, 3), (forward, backward)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls[0]()
        return Slope.apply(self.layer(x), self.calls[1])


def in_the_forward(call: Callable[[], None]) -> None:
    sl.prune(Calling(call), "snip", 0.3, (X, CLASSES))


def in_the_backward(call: Callable[[], None]) -> None:
    sl.prune(Calling(backward=call), "snip", 0.3, (X, CLASSES))


def in_a_loss(call: Callable[[], None]) -> None:
    def loss(module: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        call()
        return functional.cross_entropy(module(batch[0]), batch[1])

    sl.prune(Calling(), "snip", 0.3, (X, CLASSES), loss=loss)


def in_the_data(call: Callable[[], None]) -> None:
    def held() -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        call()
        yield X, CLASSES

    sl.prune(Calling(), "snip", 0.3, held())


def on_our_data(call: Callable[[], None]) -> None:
    rng = np.random.default_rng(0)
    data = Dataset(rng.normal(size=(30, 6)), np.eye(3)[np.arange(30) % 3], "mine", "onehot")
    sl.prune(Calling(call), "snip", 0.3, data)


PLACES = {
    in_the_forward: r"what the module computes of inputs of shape \(30, 6\)",
    in_the_backward: "snip's derivatives of Calling",
    in_a_loss: "the loss of a batch",
    in_the_data: "a batch of the data",
    on_our_data: r"what the module computes of inputs of shape \(30, 6\)",
}


def refused(place: Callable[[Callable[[], None]], None], call: Callable[[], None], what: str, why: str) -> None:
    with pytest.raises(
        WorkError,
        match=rf"^there is not enough memory for {what} {why}, expected fewer samples at once, or more memory$",
    ):
        place(call)


@pytest.mark.parametrize("place", PLACES)
def test_memory_is_missing_wherever_the_users_code_runs(place, capfd):
    refused(place, of_torch, PLACES[place], SAID[of_torch])
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("words", OWN)
@pytest.mark.parametrize("place", PLACES)
def test_what_the_users_code_raises_is_theirs_whatever_it_says(place, words, capfd):
    with pytest.raises(InputError, match=words) as caught:
        place(lambda: mistaken(words))
    assert not isinstance(caught.value, WorkError)
    assert isinstance(caught.value, OwnCodeError) or place is in_the_backward
    assert "Traceback of your code" in capfd.readouterr().err


@pytest.mark.parametrize("words", OWN)
def test_what_builds_a_module_raises_is_theirs_whatever_it_says(words, capfd):
    with pytest.raises(OwnCodeError, match="raised RuntimeError"):
        builder(lambda: mistaken(words))()
    assert f"RuntimeError: {words}" in capfd.readouterr().err
    for call, said in {of_torch: r"can't allocate memory: you tried", of_numpy: "Unable to allocate"}.items():
        with pytest.raises(InputError, match=rf"asks for more than .* GiB \({said}"):
            builder(call)()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("call", SAID)
def test_memory_of_each_kind_is_told_in_its_own_words(call):
    refused(in_the_forward, call, PLACES[in_the_forward], SAID[call])


def test_a_loss_by_its_name_may_need_more_than_there_is(monkeypatch):
    monkeypatch.setattr(batches, "_named", lambda *given: of_torch())
    refused(lambda call: in_the_forward(nothing), of_torch, "the loss of a batch", SAID[of_torch])


def test_images_are_too_many_for_a_module_that_takes_no_flat_ones():
    class Images(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Conv2d(1, 10, 8)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            found = self.layer(x).flatten(1)
            of_torch()
            return found

    with pytest.raises(WorkError, match=r"of inputs of shape \(1797, 1, 8, 8\) "):
        sl.prune(Images(), "snip", 0.3, sl.load_data("digits", labels="onehot"))


CODE = """
import torch
from torch import nn

class Taking(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(64, 10)
    def forward(self, x):
        return self.layer(x) + torch.empty(10**15)
"""


@pytest.mark.parametrize("words", [["prune", "--data", "digits", "--out", "masks.npz"], ["predict", "layers"]])
def test_commands_refuse_it_in_one_line_and_write_nothing(words, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text(CODE, "utf-8")
    assert main([*words, "--method", "snip", "--model", "own.py:Taking", "--quiet"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("sparse-limits: there is not enough memory for what the module computes of inputs of shape")
    assert not Path("masks.npz").exists()
