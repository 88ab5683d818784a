"""How much a batch counts beside others: by the samples that its tensors have, or that the loss counts."""

from __future__ import annotations

from collections import UserDict
from dataclasses import InitVar, dataclass, field

import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError

torch = needs("torch")
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402
from torch.utils.data import TensorDataset  # noqa: E402

from sparse_limits.numerics.prediction.modules.batches import batches_of, number_of_batches  # noqa: E402

torch.manual_seed(0)
X, CLASSES = torch.randn(60, 6), torch.randint(3, (60,))
SIZES = (50, 10)
CUT = list(zip(X.split(SIZES), CLASSES.split(SIZES), strict=True))


def module() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 3))


def mean(model: nn.Module, batch) -> torch.Tensor:
    return functional.cross_entropy(model(batch[0]), batch[1])


def same(found, expected) -> bool:
    return all(bool((found[path] == expected[path]).all()) for path in expected)


@pytest.fixture(scope="module")
def at_once():
    return {method: sl.prune(module(), method, 0.3, (X, CLASSES)) for method in ("snip", "grasp")}


@dataclass
class Batch:
    features: torch.Tensor
    classes: torch.Tensor
    name: str = "part"


class Encoding(UserDict):
    """As those of Hugging Face: its values are attributes, too."""

    def __getattr__(self, name: str):
        try:
            return self.data[name]
        except KeyError:
            raise AttributeError(name) from None


@dataclass
class Made:
    """Its fields are computed once, and not again when its tensors are doubles."""

    inputs: torch.Tensor
    labels: InitVar[torch.Tensor]
    features: torch.Tensor = field(init=False)
    classes: torch.Tensor = field(init=False)

    def __post_init__(self, labels) -> None:
        self.features, self.classes = self.inputs.float(), labels
        self.inputs = self.inputs * 2


class Named(UserDict):
    """One of its keys is the name of the attribute in which it keeps them all."""

    features = property(lambda self: self["data"])
    classes = property(lambda self: self["target"])


class Attributes(dict):
    """Its items are its attributes."""

    def __init__(self, **named) -> None:
        super().__init__(**named)
        self.__dict__ = self


KINDS = {
    "a key as its store": lambda x, y: Named(data=x, target=y),
    "dataclass": Batch,
    "computed": Made,
    "encoding": lambda x, y: Encoding(features=x, classes=y),
    "attributes": lambda x, y: Attributes(features=x, classes=y),
    "with a number": lambda x, y: Encoding(features=x, classes=y, heat=torch.tensor(2.0)),
    "with more at times": lambda x, y: Encoding(features=x, classes=y, **({"weights": y} if len(y) > 20 else {})),
}


@pytest.mark.parametrize("method", ["snip", "grasp"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_records_and_encodings_count_by_their_tensors(method, kind, at_once):
    def loss(model, batch):
        return functional.cross_entropy(model(batch.features), batch.classes)

    masks = sl.prune(module(), method, 0.3, [kind(x, y) for x, y in CUT], loss=loss)
    assert same(masks, at_once[method])
    assert not any("counts alike" in note for note in masks.notes)


@pytest.mark.parametrize("method", ["snip", "grasp"])
def test_a_list_of_samples_counts_as_the_loss_says(method, at_once):
    lists = [list(zip(x, y, strict=True)) for x, y in CUT]

    def summed(model, batch):
        x, y = (torch.stack(each) for each in zip(*batch, strict=True))
        return functional.cross_entropy(model(x), y, reduction="sum"), len(batch)

    def averaged(model, batch):
        value, count = summed(model, batch)
        return value / count

    assert same(sl.prune(module(), method, 0.3, lists, loss=summed), at_once[method])
    with pytest.raises(InputError, match="do not tell alike how many samples they have, expected a loss that returns"):
        sl.prune(module(), method, 0.3, lists, loss=averaged)


def test_batches_that_do_not_say_count_alike_and_a_note_says_so(at_once):
    halves = [list(zip(x, y, strict=True)) for x, y in zip(X.split(30), CLASSES.split(30), strict=True)]

    def averaged(model, batch):
        x, y = (torch.stack(each) for each in zip(*batch, strict=True))
        return functional.cross_entropy(model(x), y)

    masks = sl.prune(module(), "snip", 0.3, halves, loss=averaged)
    assert same(masks, at_once["snip"])
    assert any("each batch counts alike" in note for note in masks.notes)
    alone = sl.prune(module(), "snip", 0.3, iter([[*halves[0], *halves[1]]]), loss=averaged)
    assert same(alone, at_once["snip"])
    assert not any("counts alike" in note for note in alone.notes)


def test_a_count_may_be_the_sum_of_a_mask(at_once):
    def summed(model, batch):
        x, y = batch
        return functional.cross_entropy(model(x), y, reduction="sum"), torch.ones(len(x)).sum()

    assert same(sl.prune(module(), "snip", 0.3, CUT, loss=summed), at_once["snip"])


@pytest.mark.parametrize("count", [True, 2.5, -1, "many"])
def test_a_count_is_a_whole_number(count):
    with pytest.raises(InputError, match="in the second place, expected the number of samples"):
        sl.prune(module(), "snip", 0.3, CUT, loss=lambda model, batch: (mean(model, batch), count))


def test_inputs_with_their_time_first_count_by_their_targets():
    class Last(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.head = nn.Linear(4, 8), nn.Linear(8, 3)

        def forward(self, x):
            return self.head(torch.tanh(self.inner(x)).mean(dim=0))

    torch.manual_seed(2)
    net, x = Last(), torch.randn(7, 60, 4)
    parts = list(zip(x.split(SIZES, dim=1), CLASSES.split(SIZES), strict=True))
    expected = sl.prune(net, "snip", 0.3, iter([(x, CLASSES)]), loss=nn.CrossEntropyLoss())
    assert same(sl.prune(net, "snip", 0.3, parts, loss=nn.CrossEntropyLoss()), expected)
    weighted = [value * len(y) / 60 for (_, y), value in zip(parts, _slopes(net, parts), strict=True)]
    alike = [value / 2 for value in _slopes(net, parts)]
    assert not torch.allclose(sum(weighted), sum(alike))  # by the length of time the two would count alike


def _slopes(net, parts):
    weight = net.inner.weight
    return [torch.autograd.grad(functional.cross_entropy(net(x), y), weight)[0] for x, y in parts]


@pytest.mark.parametrize("count", [0, 1, 2, 255, 256, 257, 258, 512, 513, 600])
def test_samples_are_cut_so_that_none_is_alone(count):
    x, y = torch.zeros(count, 2), torch.zeros(count)
    for data in ((x, y), TensorDataset(x, y)):
        if count == 0:
            with pytest.raises(InputError, match="no batch"):
                batches_of(data)
            continue
        sizes = [len(batch[0]) for batch in batches_of(data)]
        assert sum(sizes) == count
        assert len(sizes) == number_of_batches(data)
        assert min(sizes) > 1 or count == 1
        assert max(sizes) <= 257


@pytest.mark.parametrize("method", ["snip", "wanda"])
def test_one_sample_more_than_a_batch_holds_is_no_batch_of_its_own(method):
    net = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
    x, y = torch.randn(257, 6), torch.randint(3, (257,))
    assert same(sl.prune(net, method, 0.3, (x, y)), sl.prune(net, method, 0.3, TensorDataset(x, y)))
    with pytest.raises(InputError, match="drop_last=True"):
        sl.prune(net, method, 0.3, [(x[:256], y[:256]), (x[256:], y[256:])])


def test_images_of_a_file_reach_a_loss_of_ones_own_as_images():
    normal = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
    found, expected = (
        sl.prune(normal, "magnitude", 0.02, sl.load_data("digits", labels="onehot"), loss=loss)
        for loss in (mean, "cross-entropy")
    )
    assert [note for note in found.notes if "move" in note] == [note for note in expected.notes if "move" in note] != []
    assert int(normal[1].num_batches_tracked) == 0  # nothing of the user's is run
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
    digits = sl.load_data("digits", labels="onehot")
    expected = sl.prune(net, "snip", 0.3, digits)
    assert same(sl.prune(net, "snip", 0.3, digits, loss=mean), expected)


def test_a_loss_that_makes_single_precision_is_told_so():
    weight = torch.ones(3)
    with pytest.raises(InputError, match=r"doubles here.*tensor.to\(outputs\)"):
        sl.prune(
            module(), "snip", 0.3, CUT, loss=lambda model, b: functional.cross_entropy(model(b[0]), b[1], weight=weight)
        )
