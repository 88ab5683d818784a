"""Outputs [N, T, K] of a module on sequences, with cross-entropy by its name: which axis has the classes."""

from __future__ import annotations

import re

import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError

torch = needs("torch")
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

VOCABULARY, PLACES = 11, 5
TOKENS = torch.randint(VOCABULARY, (12, PLACES + 1), generator=torch.Generator().manual_seed(0))
PAIR = (TOKENS[:, :-1], TOKENS[:, 1:])


class Tokens(nn.Module):
    """Whole numbers in, scores of the vocabulary at every place out; `second`: on the axis that torch has for classes."""

    def __init__(self, vocabulary: int = VOCABULARY, second: bool = False) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.table, self.hidden, self.head = nn.Embedding(11, 8), nn.Linear(8, 8), nn.Linear(8, vocabulary)
        self.second = second

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        found = self.head(torch.relu(self.hidden(self.table(tokens))))
        return found.transpose(1, 2) if self.second else found


def next_token(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    x, y = batch
    return functional.cross_entropy(model(x).transpose(1, 2), y)


def over_places(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Cross-entropy with the softmax over the places, for classes that are places."""
    x, y = batch
    return functional.cross_entropy(model(x)[..., :PLACES], y % PLACES)


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[path], other[path]) for path in one)


@pytest.mark.parametrize("method", ["snip", "grasp"])
def test_the_softmax_is_over_the_last_axis_where_classes_have_all_others(method):
    wanted = sl.prune(Tokens(), method, 0.2, PAIR, loss=next_token)
    assert same(wanted, sl.prune(Tokens(), method, 0.2, PAIR))
    assert same(wanted, sl.prune(Tokens(), method, 0.2, [(x[None], y[None]) for x, y in zip(*PAIR, strict=True)]))
    assert same(wanted, sl.prune(Tokens(second=True), method, 0.2, PAIR))  # as torch has it
    assert not same(wanted, sl.prune(Tokens(), method, 0.2, PAIR, loss=over_places))


def test_one_place_and_several_axes_of_places_are_sequences_too():
    first = (PAIR[0][:, :1], PAIR[1][:, :1])
    assert same(sl.prune(Tokens(), "snip", 0.2, first, loss=next_token), sl.prune(Tokens(), "snip", 0.2, first))

    def of_images(model, batch):
        return functional.cross_entropy(model(batch[0]).flatten(0, 2), batch[1].flatten())

    images = tuple(each[:, :4].reshape(-1, 2, 2) for each in PAIR)
    wanted = sl.prune(Tokens(), "snip", 0.2, images, loss=of_images)
    assert same(wanted, sl.prune(Tokens(), "snip", 0.2, images))


REFUSED = {
    "a class is 10, expected 0 to 6, as the module has 7 outputs": (Tokens(7), PAIR),
    "outputs have the shape (12, 5, 11), and targets (12, 4) of torch.int64, expected classes": (
        Tokens(),
        (PAIR[0], PAIR[1][:, :4]),
    ),
    "outputs have the shape (12, 5, 5), and targets (12, 5), so that the classes may be on the second axis or on the last, "
    "expected nn.CrossEntropyLoss(), for the second, or loss(module, batch)": (
        Tokens(PLACES),
        (PAIR[0], PAIR[1] % PLACES),
    ),
    "outputs have the shape (12, 5, 1), expected [N, K], K at least 2": (Tokens(1), PAIR),
}


@pytest.mark.parametrize("said", REFUSED)
def test_outputs_that_do_not_fit_are_refused_by_their_own_shape(said):
    model, data = REFUSED[said]
    assert int(TOKENS.max()) == 10
    with pytest.raises(InputError, match=re.escape(said)):
        sl.prune(model, "snip", 0.2, data)
