"""What masks cut off, as `prune` says it."""

from __future__ import annotations

import pytest
from helpers import needs

import sparse_limits as sl

torch = needs("torch")
from torch import nn  # noqa: E402

torch.manual_seed(0)
X, CLASSES = torch.randn(30, 6), torch.randint(3, (30,))


def module() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 8), nn.Tanh(), nn.Linear(8, 3))


def smallest(model: nn.Module, layer: int, *where: object) -> nn.Module:
    """The module with some weights so small that they are pruned first."""
    with torch.no_grad():
        model[layer].weight[where] *= 1e-9
    return model


def notes(model: nn.Module, density: object, data: object = (X, CLASSES)) -> list[str]:
    return list(sl.prune(model, "magnitude", density, data).notes)


def test_inputs_and_outputs_are_counted() -> None:
    assert notes(module(), 0.9) == []
    some = {"0": 4 / 6, "2": 1.0, "4": 1.0}
    assert notes(smallest(module(), 0, slice(None), slice(2)), some) == [
        "2 of 6 inputs no longer move an output, on 30 samples"
    ]
    some = {"0": 1.0, "2": 1.0, "4": 2 / 3}
    assert notes(smallest(module(), 4, 1), some) == [
        "no input moves output 1 of 3 any longer, on 30 samples",
        "outputs that read nothing, and are constant: 4 (1 of 3)",
    ]


@pytest.mark.parametrize("shortcut", [False, True])
def test_a_cut_is_a_cut_of_all_paths(shortcut: bool) -> None:
    class Either(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.enter, self.inner, self.leave = nn.Linear(6, 8), nn.Linear(8, 8), nn.Linear(8, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            h = self.enter(x)
            return self.leave(torch.tanh(self.inner(h)) + (h if shortcut else 0))

    found = notes(Either(), {"enter": 1.0, "inner": 0.0, "leave": 1.0})
    assert found[-1] == "inner: no weight is kept"
    assert found[:-1] == ([] if shortcut else ["the network is cut: no input moves an output, on 30 samples"])


def test_images_and_our_data() -> None:
    data = sl.load_data("digits", labels="onehot")
    model = nn.Sequential(nn.Linear(64, 12), nn.ReLU(), nn.Linear(12, 10))
    with torch.no_grad():
        model[0].weight[:, :3] *= 1e-9
    (note,) = sl.prune(model, "magnitude", {"0": 61 / 64, "2": 1.0}, data).notes
    assert note == "3 of 64 inputs no longer move an output, on 64 samples"
    images = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(72, 10))
    with torch.no_grad():
        images[2].weight[:, 36:] *= 1e-9
        images[2].weight[4] *= 1e-9
    kept = (720 - 360 - 36) / 720
    said, constant = sl.prune(images, "magnitude", {"0": 1.0, "2": kept}, data).notes
    assert said == "no input moves output 4 of 10 any longer, on 64 samples"
    assert constant.endswith("constant: 2 (1 of 10)")


def test_nothing_is_said_where_nothing_is_seen() -> None:
    table = nn.Sequential(nn.Embedding(9, 6), nn.Flatten(), nn.Linear(12, 3))
    tokens = torch.randint(9, (30, 2))
    assert notes(table, {"2": 0.0}, (tokens, CLASSES)) == [
        "not pruned: 0, 58.1 % of all parameters; include names what else is pruned",
        "2: no weight is kept",
    ]
    assert notes(module(), {"0": 0.0, "2": 1.0, "4": 1.0}, None) == ["0: no weight is kept"]
    assert notes(module(), {"0": 0.0, "2": 1.0, "4": 1.0}, iter([(X, CLASSES)])) == ["0: no weight is kept"]


def test_masks_do_not_depend_on_what_is_seen() -> None:
    """Nothing is said of a module that takes no sample alone, or batches of one size alone; outputs without an axis are one."""
    norm = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
    assert sl.prune(norm, "synflow", 0.5, X[:1]).notes == ()

    class Fixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.front, self.back = nn.Linear(6, 8), nn.Linear(8, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.back(torch.tanh(self.front(x)) + torch.ones(100, 8))

    many = torch.randn(200, 6), torch.randint(3, (200,))
    found = sl.prune(Fixed(), "snip", 0.5, list(zip(*(each.split(100) for each in many), strict=True))).notes
    assert [note for note in found if "constant" not in note] == []
    one = nn.Sequential(nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 1), nn.Flatten(0))
    assert sl.prune(one, "magnitude", {"0": 1.0, "2": 0.0}, (X, X[:, 0])).notes[0].startswith("the network is cut")
