"""Weights that several parts share: one weight with one score, by the slope of all its uses, and one mask in every place."""

import numpy as np
import pytest
from helpers import needs
from questions import predict_parts

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import Dataset, load_data

torch = needs("torch")
nn = torch.nn

from torch.nn.utils.prune import custom_from_mask  # noqa: E402

from sparse_limits.numerics.prediction.modules import chain_of, prune_module  # noqa: E402
from sparse_limits.numerics.prediction.modules.checkpoints import load_weights  # noqa: E402
from sparse_limits.numerics.prediction.modules.copies import scores_of_copies  # noqa: E402
from sparse_limits.numerics.prediction.modules.reading import NotFollowedError  # noqa: E402
from sparse_limits.numerics.prediction.modules.saliencies import module_scores  # noqa: E402

DIGITS = load_data("digits", labels="onehot")
FEW = Dataset(DIGITS.x[:40], DIGITS.y[:40], "few", "onehot", DIGITS.about)


class Twice(nn.Module):
    """Two layers of one weight, each with a bias of its own."""

    def __init__(self):
        super().__init__()
        self.enter, self.one, self.two, self.leave = (nn.Linear(64, rows) for rows in (64, 64, 64, 10))
        self.two.weight = self.one.weight

    def forward(self, x):
        return self.leave(torch.relu(self.two(torch.relu(self.one(torch.relu(self.enter(x)))))))


class Language(nn.Module):
    """A readout that has the weights of an embedding, as language models do."""

    def __init__(self):
        super().__init__()
        self.table, self.mix, self.read = nn.Embedding(17, 16), nn.Linear(16, 16), nn.Linear(16, 17, bias=False)
        self.read.weight = self.table.weight
        self.head = nn.Linear(17, 10)

    def forward(self, x):
        tokens = (4 * x + 8).round().clamp(0, 16).long()
        return self.head(self.read(torch.relu(self.mix(self.table(tokens))).mean(1)))


class Back(nn.Module):
    """A decoder that is the transposed convolution of its encoder."""

    def __init__(self):
        super().__init__()
        self.there, self.back, self.head = nn.Conv2d(1, 16, 3), nn.ConvTranspose2d(16, 1, 3), nn.Linear(64, 10)
        self.back.weight = self.there.weight

    def forward(self, x):
        return self.head(self.back(torch.relu(self.there(x))).flatten(1))


class Aside(nn.Module):
    """A weight that stands in the module as well, by another name."""

    def __init__(self):
        super().__init__()
        self.enter, self.leave = nn.Linear(64, 64), nn.Linear(64, 10)
        self.again = self.enter.weight

    def forward(self, x):
        return self.leave(torch.relu(nn.functional.linear(torch.relu(self.enter(x)), self.again)))


def test_the_slope_of_a_tied_weight_is_the_sum_over_its_uses():
    """Beside the same module with two weights of the same values; one use alone, or the sum of both scores, is another score."""
    tied = Twice()
    scores = module_scores(tied, "snip", FEW, loss="cross-entropy")
    assert list(scores) == ["enter", "one", "leave"]
    free = Twice().double()
    free.two.weight = nn.Parameter(free.one.weight.detach().clone())
    free.load_state_dict(tied.state_dict())
    loss = nn.functional.cross_entropy(free(torch.as_tensor(FEW.x)), torch.as_tensor(FEW.y))
    first, second = (np.asarray(each) for each in torch.autograd.grad(loss, [free.one.weight, free.two.weight]))
    weight = np.asarray(free.one.weight.detach())
    np.testing.assert_allclose(scores["one"], np.abs(weight * (first + second)), rtol=1e-9, atol=1e-15)
    for wrong in (np.abs(weight * first), np.abs(weight * first) + np.abs(weight * second)):
        assert np.abs(scores["one"] - wrong).max() > 1e-3 * scores["one"].max()


@pytest.mark.parametrize("build", [Twice, Language, Back, Aside])
def test_copies_with_one_module_in_all_places_are_the_module(build):
    module = build()
    together = {Back: ["there"], Aside: ["enter"]}.get(build, [])
    whole = module_scores(module, "snip", FEW, loss="cross-entropy")
    found = scores_of_copies([module] * 2, "snip", FEW, loss="cross-entropy", together=together)
    for path, scores in whole.items():
        np.testing.assert_allclose(found[path], scores, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize(
    ("build", "shared", "layers"),
    [
        (Twice, "one and two", ["enter", "one", "leave"]),
        (Language, "read and table", ["mix", "read", "head"]),
        (Aside, "enter and again", ["enter", "leave"]),
    ],
)
@pytest.mark.parametrize("method", ["snip", "synflow"])
def test_a_tied_weight_is_named_counted_once_and_the_rest_predicted(build, shared, layers, method):
    found = predict_parts(build, method, DIGITS, samples=100, networks=8)
    assert sorted(layer.name for layer in found.layers) == sorted(layers)
    assert f"{shared} (one weight)" in found.outside
    assert f"{shared} are one weight: it is counted, scored and masked once, for all its uses" in found.notes
    assert any("are not distinguished from copies" in note for note in found.notes)
    total = sum(layer.weights for layer in found.layers)
    kept = sum(layer.observed * layer.weights for layer in found.layers)
    assert kept == pytest.approx(round(0.1 * total), abs=1e-6)


def test_a_transposed_use_is_told_from_copies():
    found = predict_parts(Back, "snip", DIGITS, samples=100, networks=12)
    assert "they are distinguished from independent copies" in found.withdrawn
    assert any(note.startswith("the weights of there may be used outside the forward") for note in found.notes)


@pytest.mark.parametrize("method", ["random", "magnitude", "grasp", "wanda"])
def test_other_methods_count_a_tied_weight_once(method):
    found = predict_parts(Twice, method, DIGITS, samples=60, networks=2)
    assert [(layer.name, layer.weights) for layer in found.layers] == [("enter", 4096), ("one", 4096), ("leave", 640)]
    assert all(layer.observed is not None for layer in found.layers)
    assert all(
        layer.says == {"random": "theorem", "magnitude": "limit", "wanda": "theorem"}.get(method, "measured")
        for layer in found.layers
    )


def test_wanda_reads_what_enters_all_layers_of_a_tied_weight():
    module = Twice().double()
    with torch.no_grad():
        first = torch.relu(module.enter(torch.as_tensor(FEW.x)))
        second = torch.relu(module.one(first))
        norms = ((first**2).sum(dim=0) + (second**2).sum(dim=0)).sqrt()
    expected = np.asarray(module.one.weight.detach().abs() * norms)
    np.testing.assert_allclose(module_scores(module, "wanda", FEW, loss="mse")["one"], expected, rtol=1e-12)


def test_masks_of_a_tied_weight_stand_in_all_its_places_and_leave_it_tied():
    module = Language()
    masks = prune_module(module, "snip", 0.3, DIGITS)
    assert sorted(masks) == ["head", "mix", "read", "table"]
    assert torch.equal(masks["read"], masks["table"])
    for path, mask in masks.items():
        custom_from_mask(module.get_submodule(path), "weight", mask)
    assert module.read.weight_orig is module.table.weight_orig
    assert torch.equal(module.read.weight, module.table.weight)
    masks = prune_module(Aside(), "snip", 0.3, DIGITS)
    assert sorted(masks) == ["again", "enter", "leave"]
    pruned = masks.apply(Aside())
    assert torch.equal(pruned.again, pruned.enter.weight)
    assert torch.equal(pruned.again != 0, masks["enter"])


def test_masks_of_a_tied_weight_are_saved_under_each_name(tmp_path):
    load = needs("safetensors.torch").load_file
    masks = prune_module(Language(), "magnitude", 0.3)
    masks.save(tmp_path / "masks.safetensors")
    saved = load(tmp_path / "masks.safetensors")
    assert set(saved) == {f"{path}.weight" for path in masks}
    assert all(torch.equal(saved[f"{path}.weight"], mask) for path, mask in masks.items())


def test_one_name_of_a_tied_weight_is_enough_in_a_file(tmp_path):
    module, other, file = Language(), Language(), tmp_path / "weights.pt"
    held = module.state_dict()
    for left in ("read.weight", "table.weight"):
        torch.save({name: each for name, each in held.items() if name != left}, file)
        assert load_weights(other, file) == ""
        assert torch.equal(other.read.weight, module.read.weight)
    torch.save({name: each for name, each in held.items() if name not in ("read.weight", "table.weight")}, file)
    with pytest.raises(InputError, match=r"there is no table\.weight, read\.weight, expected"):
        load_weights(other, file)


def in_memory():
    """Two parameters in one memory, of which the second is the first transposed: autograd has two weights."""
    module = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    module[2].weight = nn.Parameter(module[0].weight.t())
    return module


def test_parameters_in_the_memory_of_others_are_remarked_and_no_chain():
    """Each of them has the law of its weights, so that tests of the weights alone would not tell."""
    with pytest.raises(NotFollowedError, match=r"2\.weight lies in the memory of 0\.weight"):
        chain_of(in_memory())
    found = predict_parts(in_memory, "magnitude", DIGITS, samples=60, networks=2)
    assert any(note.startswith("2.weight lies in the memory of 0.weight as another parameter") for note in found.notes)
    assert [layer.weights for layer in found.layers] == [4096, 4096, 640]


def test_slices_of_one_memory_are_weights_of_their_own():
    module = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))
    flat = torch.randn(32)
    module[0].weight, module[2].weight = (nn.Parameter(flat[16 * n : 16 * n + 16].view(4, 4)) for n in (0, 1))
    assert chain_of(module).widths == (4,)
