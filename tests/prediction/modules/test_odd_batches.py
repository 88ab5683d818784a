"""Batches, losses and modules that are easily misread: outputs without an axis, inputs changed in place, samples left over."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import Dataset

torch = needs("torch")
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402
from torch.utils.data import IterableDataset  # noqa: E402

from sparse_limits.numerics.prediction.modules.batches import batches_of, number_of_batches  # noqa: E402
from sparse_limits.numerics.prediction.modules.inputs import silent_inputs  # noqa: E402

torch.manual_seed(0)
X, CLASSES = torch.randn(50, 6), torch.randint(3, (50,))
ONE = (CLASSES > 0).float()
DIGITS = sl.load_data("digits", labels="onehot")


def module(outputs: int = 3) -> nn.Sequential:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, outputs))


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[path], other[path]) for path in one)


@pytest.mark.parametrize("method", ["snip", "grasp", "synflow", "wanda", "magnitude"])
@pytest.mark.parametrize("loss", ["mse", nn.BCEWithLogitsLoss()], ids=["mse", "logits"])
def test_one_output_may_have_no_axis(method: str, loss: object) -> None:
    bare = module(1).append(nn.Flatten(0))
    assert same(
        sl.prune(bare, method, 0.2, (X, ONE), loss=loss), sl.prune(module(1), method, 0.2, (X, ONE[:, None]), loss=loss)
    )


@pytest.mark.parametrize("targets", [ONE, ONE.long(), ONE[:, None]], ids=["numbers", "whole numbers", "a column"])
def test_cross_entropy_does_not_take_samples_for_classes(targets: torch.Tensor) -> None:
    one = module(1) if targets.ndim == 2 else module(1).append(nn.Flatten(0))
    with pytest.raises(InputError, match=r"outputs have the shape \(50,( 1)?\), expected \[N, K\], K at least 2"):
        sl.prune(one, "snip", 0.2, iter([(X, targets)]))


def test_targets_of_mse_may_be_flat_and_have_no_axes_in_another_order() -> None:
    images, build = torch.randn(20, 3, 8, 8), nn.Conv2d(3, 3, 3, padding=1)
    whole = sl.prune(build, "snip", 0.2, (images, images), loss="mse")
    assert same(whole, sl.prune(build, "snip", 0.2, (images, images.flatten(1)), loss="mse"))
    with pytest.raises(InputError, match=r"\(20, 3, 8, 8\), and targets \(20, 8, 8, 3\), expected the same for mse"):
        sl.prune(build, "snip", 0.2, (images, images.permute(0, 2, 3, 1)), loss="mse")


def test_weights_of_classes_count_as_in_one_batch_where_the_loss_adds_up() -> None:
    weights = torch.tensor([1.0, 5.0, 0.2])
    copy = module().double()
    loss = functional.cross_entropy(copy(X.double()), CLASSES, weight=weights.double())
    slopes = torch.autograd.grad(loss, [copy[0].weight, copy[2].weight])
    scores = {"0": (copy[0].weight * slopes[0]).abs(), "2": (copy[2].weight * slopes[1]).abs()}
    level = torch.cat([each.flatten() for each in scores.values()]).sort(descending=True).values[round(0.2 * 144) - 1]
    wanted = {path: each >= level for path, each in scores.items()}
    sizes = (7, 20, 1, 22)
    batches = list(zip(X.split(sizes), CLASSES.split(sizes), strict=True))
    assert same(wanted, dict(sl.prune(module(), "snip", 0.2, (X, CLASSES), loss=nn.CrossEntropyLoss(weights))))
    added = nn.CrossEntropyLoss(weights, reduction="sum")
    assert same(wanted, dict(sl.prune(module(), "snip", 0.2, batches, loss=added)))
    assert added.weight.dtype == torch.float32  # the user's own is left alone


class Shifted(nn.Module):
    """The first operation moves the inputs, in place if asked."""

    def __init__(self, in_place: bool) -> None:
        super().__init__()
        self.inner, self.in_place = module(), in_place

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(x.add_(1) if self.in_place else x + 1)


@pytest.mark.parametrize("method", ["snip", "grasp", "wanda", "synflow"])
@pytest.mark.parametrize("form", ["our data", "our data, a loss of torch", "arrays", "a loss of one's own", "predict"])
def test_a_forward_may_change_its_inputs_in_place(method: str, form: str) -> None:
    """The user's data stay as they are, and each call of the module sees them so."""
    x, y = X.numpy().astype(float), np.eye(3)[CLASSES.numpy()]
    ours, arrays = Dataset(x, y, "mine", "onehot"), (x, CLASSES.numpy())

    def own(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        return functional.cross_entropy(model(batch[0]), batch[1])

    data, loss = {
        "our data": (ours, "cross-entropy"),
        "our data, a loss of torch": (ours, nn.CrossEntropyLoss()),
        "arrays": (arrays, "cross-entropy"),
        "a loss of one's own": (arrays, own),
        "predict": (ours, "cross-entropy"),
    }[form]
    found, wanted = (sl.prune(Shifted(in_place), method, 0.2, data, loss=loss) for in_place in (True, False))
    assert same(found, wanted)
    assert found.notes == wanted.notes
    if form == "predict":
        masks = {path: mask.numpy() for path, mask in found.items()}
        silent = [silent_inputs(Shifted(in_place), masks, ours) for in_place in (True, False)]
        assert np.array_equal(*silent)
    assert np.array_equal(x, X.numpy().astype(float))


@pytest.mark.parametrize("samples", [2, 255, 256, 257, 258, 512, 513, 514])
def test_no_sample_of_our_data_is_left_alone(samples: int) -> None:
    data = Dataset(DIGITS.x[:samples], DIGITS.y[:samples], "few", "onehot")
    parts = list(batches_of(data))
    assert len(parts) == number_of_batches(data)
    assert np.array_equal(np.concatenate([part.x for part in parts]), data.x)
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 10))
    if samples == 257:
        assert same(sl.prune(model, "snip", 0.2, data, loss=nn.CrossEntropyLoss()), sl.prune(model, "snip", 0.2, data))


def test_wanda_reads_as_many_batches_of_our_data_as_are_asked_for() -> None:
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(64, 20), nn.ReLU(), nn.Linear(20, 10))
    first = sl.prune(model, "wanda", 0.5, DIGITS, batches=1)
    assert same(first, sl.prune(model, "wanda", 0.5, (DIGITS.x[:256], DIGITS.y[:256])))
    assert not same(first, sl.prune(model, "wanda", 0.5, DIGITS))


def test_two_batches_of_inputs_are_no_inputs_and_targets() -> None:
    """A list of two arrays of one shape may be either; what a generator yields is batches, also where they are read again."""
    with pytest.raises(InputError, match=r"data is a list of two arrays, .* expected a tuple \(x, y\), or iter"):
        sl.prune(module(), "wanda", 0.5, [X[:25], X[25:]])
    assert same(sl.prune(module(), "wanda", 0.5, iter([X[:25], X[25:]])), sl.prune(module(), "wanda", 0.5, [X]))

    def own(model: nn.Module, batch: torch.Tensor) -> torch.Tensor:
        assert isinstance(batch, torch.Tensor)
        return (model(batch) ** 2).mean()

    again = sl.prune(module(), "snip", 0.5, iter([X[:25], X[25:]]), loss=own, rounds=2)
    assert same(again, sl.prune(module(), "snip", 0.5, [X[:25], X[25:40], X[40:]], loss=own, rounds=2))


class Stream(IterableDataset):
    """Batches whose number is known."""

    def __len__(self) -> int:
        return 3

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return zip(X.split(20), CLASSES.split(20), strict=True)


def test_a_stream_of_known_length_has_so_many_batches() -> None:
    assert number_of_batches(Stream()) == len(list(batches_of(Stream()))) == 3
    norm = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
    assert any(
        "took the statistics of each batch alone" in note for note in sl.prune(norm, "snip", 0.5, Stream()).notes
    )
