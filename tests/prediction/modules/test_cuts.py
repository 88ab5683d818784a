"""What masks cut off, as `prune` says it."""

from __future__ import annotations

import pytest
from helpers import needs

import sparse_limits as sl

torch = needs("torch")
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

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


class Language(nn.Module):
    """Tokens in, logits of a vocabulary at every place out; `other` reads the tokens without an embedding."""

    def __init__(self, other: bool = False) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.words, self.places = nn.Embedding(7, 8), nn.Embedding(5, 8)
        self.inner, self.head = nn.Linear(8, 8), nn.Linear(8, 7)
        self.other = nn.Linear(7, 7) if other else None

    def forward(self, tokens: torch.Tensor, weight: torch.Tensor | None = None) -> torch.Tensor:
        h = self.words(tokens)
        h += self.places(torch.arange(tokens.shape[1]))
        out = self.head(torch.tanh(self.inner(h)))
        out = out if weight is None else out * weight
        return out if self.other is None else out + self.other(functional.one_hot(tokens, 7).double())


TOKENS = torch.randint(7, (12, 5))
CUT = "the network is cut: no input moves an output, on 12 samples"


def next_word(model: nn.Module, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """A loss of one's own, of inputs by name."""
    said = model(tokens=batch["tokens"], weight=batch["weight"][:, None, None])
    return functional.cross_entropy(said[:, :-1].flatten(0, 1), batch["tokens"][:, 1:].flatten())


def named(density: dict[str, float], model: nn.Module, data: object, **options: object) -> list[str]:
    found = sl.prune(model, "magnitude", density, data, **options).notes
    return [
        note
        for note in found
        if not note.startswith(("not pruned", "outputs that read nothing")) and "no weight" not in note
    ]


@pytest.mark.parametrize("own", [False, True])
def test_whole_numbers_move_by_their_embeddings(own: bool) -> None:
    batch = {"tokens": TOKENS, "weight": torch.ones(12)}
    given = ([batch], {"loss": next_word}) if own else ((TOKENS, TOKENS), {})
    whole = {"inner": 1.0, "head": 1.0}
    assert named(whole, Language(), given[0], **given[1]) == []
    # a weight of samples that multiplies the bias of the head is an input, too
    assert named({**whole, "inner": 0.0}, Language(), given[0], **given[1]) == ([] if own else [CUT])
    rows = Language()
    with torch.no_grad():
        rows.head.weight[[2, 5]] *= 1e-9
        rows.head.bias.zero_()
    said = named({**whole, "head": 5 / 7}, rows, given[0], **given[1])
    assert said == ["no input moves outputs 2, 5 of 7 (axis 2) any longer, on 12 samples"]


def test_places_in_a_sequence_are_no_inputs() -> None:
    """The table of places goes on to move what is added to it, but no token does."""
    every = {"words": 0.0, "places": 1.0, "inner": 1.0, "head": 1.0}
    data = (TOKENS, TOKENS)
    assert named(every, Language(), data, include=nn.Embedding) == [CUT]
    assert named({**every, "words": 1.0, "places": 0.0}, Language(), data, include=nn.Embedding) == []


def test_what_has_no_slopes_may_move_an_output() -> None:
    """Tokens that are read beside the embedding, and a column that becomes whole numbers in the forward."""
    assert named({"inner": 0.0, "head": 1.0, "other": 1.0}, Language(other=True), (TOKENS, TOKENS)) == []
    assert named({"inner": 0.0, "head": 1.0, "other": 0.0}, Language(other=True), (TOKENS, TOKENS)) == [CUT]

    class Columns(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.smooth, self.kind = nn.Linear(5, 3), nn.Linear(4, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.smooth(x[:, 1:]) + self.kind(functional.one_hot(x[:, 0].long(), 4).double())

    x = torch.cat([torch.arange(12)[:, None] % 4, X[:12, 1:]], dim=1)
    for kind, said in ((1.0, ["5 of 6 inputs no longer move an output, on 12 samples"]), (0.0, [CUT])):
        assert named({"smooth": 0.0, "kind": kind}, Columns(), (x, CLASSES[:12])) == said


def test_an_input_may_move_an_output_without_a_slope() -> None:
    class Both(nn.Module):
        """The first column is read as a number and as a kind."""

        def __init__(self) -> None:
            super().__init__()
            self.smooth, self.kind = nn.Linear(6, 3), nn.Embedding(4, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.smooth(x) + self.kind(x[:, 0].long())

    model, x = Both(), torch.cat([torch.arange(12)[:, None] % 4, X[:12, 1:]], dim=1)
    with torch.no_grad():
        model.smooth.weight[:, :2] *= 1e-9
    said = {"smooth": 4 / 6, "kind": 1.0}, model, (x, CLASSES[:12])
    assert named(*said, include="kind") == []
    with torch.no_grad():
        model.kind.weight.zero_()
    assert named({"smooth": 4 / 6}, *said[1:]) == ["2 of 6 inputs no longer move an output, on 12 samples"]


class Beside(nn.Sequential):
    """Two layers, to which what an object holds is added, and beside which the signs of the inputs are returned."""

    def forward(self, x: torch.Tensor, held: Rows | None = None, signs: bool = False) -> object:
        found = super().forward(x) + (0 if held is None else held.rows[:, :3])
        return (found, (x > 0).double()) if signs else found


class Rows:
    """What holds inputs, but is no tensor."""

    def __init__(self, rows: torch.Tensor) -> None:
        self.rows = rows


@pytest.mark.parametrize(
    ("inner", "given", "cut"),
    [
        (0.0, lambda x: {}, True),
        (1.0, lambda x: {}, False),
        (0.0, lambda x: {"signs": True}, False),  # an output that has no slopes
        (0.0, lambda x: {"held": Rows(x)}, False),  # inputs that are not seen
    ],
)
def test_what_has_no_slopes_beside_what_has_some(inner, given, cut) -> None:
    def loss(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        found = model(batch[0], **given(batch[0]))
        return (found[0] if isinstance(found, tuple) else found).square().mean()

    model = Beside(nn.Linear(6, 4), nn.Linear(4, 3))
    said = named({"0": 1.0, "1": inner}, model, [(X, CLASSES)], loss=loss)
    assert said == (["the network is cut: no input moves an output, on 30 samples"] if cut else [])


def test_a_loss_of_ones_own_shows_the_module_its_batch() -> None:
    def smoothed(model: nn.Module, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        return functional.cross_entropy(model(batch["x"]), batch["class"], label_smoothing=0.1)

    for method in ("snip", "magnitude"):
        for inner, said in ((0.0, ["the network is cut: no input moves an output, on 20 samples"]), (1.0, [])):
            batches = [{"x": X[:20], "class": CLASSES[:20]}, {"x": X[20:], "class": CLASSES[20:]}]
            found = sl.prune(module(), method, {"0": 1.0, "2": inner, "4": 1.0}, batches, loss=smoothed).notes
            assert [note for note in found if "no weight" not in note] == said
    held = [{"x": X, "class": CLASSES, "of": ["a file"]}]
    assert named({"0": 1.0, "2": 0.0, "4": 1.0}, module(), held, loss=smoothed) == [
        "the network is cut: no input moves an output, on the first batch"
    ]


def test_a_loss_that_is_not_needed_may_raise(capfd: pytest.CaptureFixture[str]) -> None:
    def raises(model: nn.Module, batch: object) -> torch.Tensor:
        raise RuntimeError("no loss")

    assert named({"0": 1.0, "2": 0.0, "4": 1.0}, module(), [(X, CLASSES)], loss=raises) == []
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("method", ["snip", "synflow", "magnitude"])
def test_the_first_batch_of_a_generator_is_shown_and_used(method: str) -> None:
    batches = [(X[:11], CLASSES[:11]), (X[11:], CLASSES[11:])]
    for density in (0.2, {"0": 1.0, "2": 0.0, "4": 1.0}):
        drawn, held = (sl.prune(module(), method, density, data) for data in (iter(batches), batches))
        assert drawn.notes == held.notes
        assert all(torch.equal(mask, held[path]) for path, mask in drawn.items())
    assert drawn.notes[0] == "the network is cut: no input moves an output, on 11 samples"


def test_random_inputs_stand_for_a_shape() -> None:
    for data in ((1, 6), None):  # without data the first layer has the shape, if it is linear
        assert named({"0": 1.0, "2": 1.0, "4": 1.0}, module(), data) == []
        assert named({"0": 1.0, "2": 0.0, "4": 1.0}, module(), data) == [
            "the network is cut: no input moves an output, on 64 random inputs"
        ]
        assert named({"0": 1.0, "2": 1.0, "4": 2 / 3}, smallest(module(), 4, 1), data) == [
            "no input moves output 1 of 3 any longer, on 64 random inputs"
        ]
    images = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 3))
    assert named({"0": 0.0, "2": 1.0}, images, None) == []
    assert named({"0": 0.0, "2": 1.0}, images, (9, 1, 4, 4)) == [
        "the network is cut: no input moves an output, on 64 random inputs"
    ]


def test_large_inputs_are_shown_two_at_a_time() -> None:
    seen = []

    class Watched(nn.Sequential):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(len(x))
            return super().forward(x)

    model = Watched(nn.Conv2d(3, 4, 8, 8), nn.Flatten(), nn.Linear(100, 3))
    with torch.no_grad():
        model[0].weight[:, 1] *= 1e-9
        model[2].weight[1] *= 1e-9
    data = torch.randn(13, 3, 40, 40), torch.randint(3, (13,))
    assert named({"0": 1.0, "2": 1.0}, model, data) == []
    assert seen in ([2, 2], [3, 3])  # in their places and in each other's; nothing stands still
    seen.clear()
    assert named({"0": 2 / 3, "2": 2 / 3}, model, data) == [
        "1600 of 4800 inputs no longer move an output, on 13 samples",
        "no input moves output 1 of 3 any longer, on 13 samples",
    ]
    assert max(seen) <= 3
    assert sum(seen) == 4 * 13 + 2 * seen[0]  # of the module before it was pruned the first ones tell all


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
