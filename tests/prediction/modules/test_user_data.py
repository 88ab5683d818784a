"""`prune` on what a user holds: loaders, datasets of torch, arrays, batches of any kind, and losses of their own."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main

torch = needs("torch")
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402
from torch.utils.data import DataLoader, TensorDataset  # noqa: E402

from sparse_limits.numerics.prediction.modules import pruning  # noqa: E402
from sparse_limits.numerics.prediction.modules.calling import for_module, output_of  # noqa: E402

torch.manual_seed(0)
X, CLASSES = torch.randn(50, 6), torch.randint(3, (50,))
UNEQUAL = (7, 20, 1, 22)  # sizes of batches


def module() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 3))


def batches() -> list[tuple[torch.Tensor, torch.Tensor]]:
    return list(zip(X.split(UNEQUAL), CLASSES.split(UNEQUAL), strict=True))


def by_hand(method: str) -> dict[str, torch.Tensor]:
    """Scores of all samples at once, in double precision."""
    copy = module().double()
    weights = {path: part.weight for path, part in copy.named_modules() if isinstance(part, nn.Linear)}
    loss = functional.cross_entropy(copy(X.double()), CLASSES)
    slopes = torch.autograd.grad(loss, list(weights.values()), create_graph=True)
    if method == "grasp":
        along = sum((each * each.detach()).sum() for each in slopes)
        slopes = torch.autograd.grad(along, list(weights.values()))
    scores = {path: weight * slope for (path, weight), slope in zip(weights.items(), slopes, strict=True)}
    return scores if method == "grasp" else {path: score.abs() for path, score in scores.items()}


def largest(scores: dict[str, torch.Tensor], density: float) -> dict[str, torch.Tensor]:
    together = torch.cat([each.flatten() for each in scores.values()])
    level = together.sort(descending=True).values[round(density * len(together)) - 1]
    return {path: each >= level for path, each in scores.items()}


def own_loss(model: nn.Module, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    return functional.cross_entropy(model(batch["features"]), batch["class"])


HELD = {
    "a loader": (lambda: DataLoader(TensorDataset(X, CLASSES), batch_size=8), "cross-entropy"),
    "a loader that shuffles": (
        lambda: DataLoader(TensorDataset(X, CLASSES), batch_size=8, shuffle=True),
        "cross-entropy",
    ),
    "a dataset of torch": (lambda: TensorDataset(X, CLASSES), "cross-entropy"),
    "two tensors": (lambda: (X, CLASSES), "cross-entropy"),
    "two arrays": (lambda: (X.numpy(), CLASSES.numpy()), "cross-entropy"),
    "arrays in reverse": (lambda: (X.numpy()[::-1], CLASSES.numpy()[::-1]), "cross-entropy"),
    "bytes of another machine": (lambda: (X.numpy().astype(">f4"), CLASSES.numpy().astype(">i2")), "cross-entropy"),
    "classes of int32": (lambda: (X, CLASSES.int()), "cross-entropy"),
    "classes of uint16": (lambda: (X, CLASSES.numpy().astype(np.uint16)), "cross-entropy"),
    "unequal batches": (batches, "cross-entropy"),
    "a generator": (lambda: iter(batches()), "cross-entropy"),
    "one-hot targets": (lambda: (X, functional.one_hot(CLASSES, 3)), "cross-entropy"),
    "a loss of torch": (batches, nn.CrossEntropyLoss()),
    "a loss of torch that adds up": (batches, nn.CrossEntropyLoss(reduction="sum")),
    "a loss of one's own": (lambda: [{"features": x, "class": y} for x, y in batches()], own_loss),
    "a dict as one batch": (lambda: {"features": X, "class": CLASSES}, own_loss),
}


@pytest.mark.parametrize("method", ["snip", "grasp"])
@pytest.mark.parametrize("held", HELD)
def test_masks_are_those_of_all_samples_at_once(method, held):
    data, loss = HELD[held]
    found = sl.prune(module(), method, 0.2, data(), loss=loss)
    expected = largest(by_hand(method), 0.2)
    assert found.keys() == expected.keys()
    for path, mask in expected.items():
        assert torch.equal(found[path], mask)


def test_a_mean_over_batches_would_be_another_mask():
    """The batches are unequal: a mean of their means, not weighted, has other largest scores."""
    copy = module().double()
    weights = {path: part.weight for path, part in copy.named_modules() if isinstance(part, nn.Linear)}
    total = sum(functional.cross_entropy(copy(x.double()), y) for x, y in batches())
    slopes = torch.autograd.grad(total, list(weights.values()))
    scores = {path: (weight * slope).abs() for (path, weight), slope in zip(weights.items(), slopes, strict=True)}
    other, found = largest(scores, 0.2), sl.prune(module(), "snip", 0.2, batches())
    assert any(not torch.equal(found[path], mask) for path, mask in other.items())


@pytest.mark.parametrize("method", ["snip", "wanda", "synflow"])
def test_data_of_ours_and_a_loader_have_the_same_masks(method):
    data = sl.load_data("digits", labels="onehot")
    model = nn.Sequential(nn.Linear(64, 20), nn.ReLU(), nn.Linear(20, 10))
    loader = DataLoader(TensorDataset(torch.from_numpy(data.x), torch.from_numpy(data.y)), batch_size=300)
    ours, theirs = (sl.prune(model, method, 0.1, held) for held in (data, loader))
    assert all(torch.equal(ours[path], theirs[path]) for path in ours)


def test_some_batches_are_some_samples():
    first = sl.prune(module(), "snip", 0.2, batches(), batches=2)
    again = sl.prune(module(), "snip", 0.2, (X[:27], CLASSES[:27]))
    assert all(torch.equal(first[path], again[path]) for path in first)


class Tokens(nn.Module):
    """Whole numbers in, a distribution over the vocabulary at every place out."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.hidden, self.head = nn.Embedding(11, 8), nn.Linear(8, 8), nn.Linear(8, 11)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(torch.relu(self.hidden(self.table(tokens))))


def test_sequences_of_whole_numbers_stay_whole_numbers():
    tokens = torch.randint(11, (12, 5))

    def next_token(model, batch):
        assert batch.dtype == torch.int64
        return functional.cross_entropy(model(batch[:, :-1]).transpose(1, 2), batch[:, 1:])

    masks = sl.prune(Tokens(), "snip", 0.5, DataLoader(tokens, batch_size=4), loss=next_token)
    assert set(masks) == {"hidden", "head"}
    with pytest.raises(InputError, match=r"inputs are torch.int64, expected numbers with a point for SynFlow"):
        sl.prune(Tokens(), "synflow", 0.5, tokens)


def test_layers_stay_whole():
    for exclude in (("4",), ("[4-9]",), "4"):
        masks = sl.prune(module(), "magnitude", 0.1, exclude=exclude)
        assert set(masks) == {"0", "2"}
        assert masks.kept == round(0.1 * (6 * 16 + 16 * 16))
    assert set(sl.prune(Tokens(), "magnitude", 0.5, exclude=(nn.Embedding, "head"))) == {"hidden"}
    rounds = sl.prune(module(), "synflow-iterative", 0.3, X, rounds=3, exclude=("0",))
    assert set(rounds) == {"2", "4"}


class Recurrent(nn.Module):
    """A recurrent layer between a table and a head."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.read, self.head = nn.Embedding(11, 8), nn.LSTM(8, 8, batch_first=True), nn.Linear(8, 3)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.read(self.table(tokens))[0][:, -1])


TOKENS = torch.randint(11, (30, 5))


def recurrent() -> nn.Module:
    torch.manual_seed(2)
    return Recurrent()


@pytest.mark.parametrize("method", ["snip", "grasp", "magnitude"])
def test_weights_of_other_parts_are_pruned_on_request(method):
    """Masks are by the names of weights, scores those of autograd, and torch applies them."""
    model, data = recurrent(), (TOKENS, CLASSES[:30])
    masks = sl.prune(model, method, 0.3, data, include=(nn.LSTM, "table"))
    assert list(masks) == ["table", "read.weight_ih_l0", "read.weight_hh_l0", "head"]
    copy = recurrent().double()
    weights = {name: copy.get_parameter(name if "_l0" in name else f"{name}.weight") for name in masks}
    slopes = torch.autograd.grad(
        functional.cross_entropy(copy(TOKENS), CLASSES[:30]), list(weights.values()), create_graph=True
    )
    if method == "grasp":
        along = sum((each * each.detach()).sum() for each in slopes)
        slopes = torch.autograd.grad(along, list(weights.values()))
    scores = {name: weight * slope for (name, weight), slope in zip(weights.items(), slopes, strict=True)}
    if method == "magnitude":
        scores = weights
    wanted = largest(scores if method == "grasp" else {name: each.abs() for name, each in scores.items()}, 0.3)
    assert all(torch.equal(masks[name], wanted[name]) for name in masks)
    pruned = masks.apply(recurrent())
    pruned(TOKENS)
    assert torch.equal(pruned.read.weight_hh_l0 != 0, masks["read.weight_hh_l0"])


def test_what_is_not_pruned_is_said(tmp_path):
    masks = sl.prune(recurrent(), "magnitude", 0.3)
    assert set(masks) == {"head"}
    share = 100 * (88 + 2 * 256) / (88 + 2 * 256 + 2 * 32 + 27)
    assert f"not pruned: table, read.weight_ih_l0, read.weight_hh_l0, {share:.1f} % of all parameters" in str(masks)
    whole = sl.prune(recurrent(), "magnitude", 0.3, include="read", exclude="table")
    assert not whole.notes
    tied = Tokens()
    tied.head.weight = tied.table.weight
    assert not sl.prune(tied, "magnitude", 0.3, exclude="head").notes
    whole.save(tmp_path / "masks.npz")
    with np.load(tmp_path / "masks.npz") as saved:
        assert set(saved) == {"read.weight_ih_l0", "read.weight_hh_l0", "head.weight"}


def test_attention_projections_and_transposed_convolutions():
    attention = nn.MultiheadAttention(8, 2, batch_first=True)

    class Attended(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attend, self.head = attention, nn.Linear(8, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head(self.attend(x, x, x)[0].mean(dim=1))

    masks = sl.prune(Attended(), "snip", 0.3, (torch.randn(50, 4, 8), CLASSES), include=nn.MultiheadAttention)
    assert list(masks) == ["attend.in_proj_weight", "attend.out_proj", "head"]
    masks.apply(Attended())(torch.randn(2, 4, 8))
    up = nn.Sequential(nn.Unflatten(1, (2, 3)), nn.ConvTranspose1d(2, 5, 2), nn.Flatten(), nn.Linear(20, 3))
    up[1].weight.data[:, 4] = 0
    (layer, _) = sl.prune(up, "magnitude", 0.5, include=nn.ConvTranspose1d).layers
    assert (layer["rows"], layer["empty_rows"], layer["columns"], layer["empty_columns"]) == (5, 1, 2, 0)


def test_the_device_may_be_named():
    data = sl.load_data("digits", labels="onehot")
    model = nn.Sequential(nn.Linear(64, 20), nn.ReLU(), nn.Linear(20, 10))
    for method in ("snip", "synflow", "wanda"):
        here, named = (sl.prune(model, method, 0.1, data, device=device) for device in (None, "cpu"))
        assert all(torch.equal(here[path], named[path]) for path in here)
    for device in ("nowhere", "cuda:99", 3.5):
        with pytest.raises(InputError, match=rf"device is '{device}': .*expected cpu, or an accelerator"):
            sl.prune(model, "snip", 0.1, data, device=device)


READS = ("snip", "grasp", "synflow", "synflow-iterative", "wanda")  # methods that read data
DIGITS = sl.load_data("digits", labels="onehot")


def of_digits(kind: str) -> nn.Module:
    torch.manual_seed(3)
    if kind == "flat":
        return nn.Sequential(nn.Linear(64, 12), nn.Tanh(), nn.Linear(12, 10))
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))


PLACES = {
    "batches": (module, batches, "cross-entropy"),
    "weights of classes": (module, batches, nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 3.0]))),
    "our data": (lambda: of_digits("flat"), lambda: DIGITS, "cross-entropy"),
    "our images": (lambda: of_digits("images"), lambda: DIGITS, "cross-entropy"),
    "our data, a loss of torch": (lambda: of_digits("flat"), lambda: DIGITS, nn.CrossEntropyLoss()),
}


def same_masks(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    assert {path: int((one[path] != other[path]).sum()) for path in one} == dict.fromkeys(one, 0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no accelerator")
@pytest.mark.parametrize("method", READS)
@pytest.mark.parametrize("place", PLACES)
def test_an_accelerator_has_the_same_masks(method, place):
    """In double precision no two of these scores are within rounding of each other."""
    build, data, loss = PLACES[place]
    here = sl.prune(build(), method, 0.2, data(), loss=loss)
    same_masks(here, sl.prune(build(), method, 0.2, data(), loss=loss, device="cuda"))
    same_masks(here, sl.prune(build().to("cuda"), method, 0.2, data(), loss=loss))


@pytest.mark.parametrize("method", READS)
@pytest.mark.parametrize("kind", ["flat", "images"])
def test_our_data_are_read_in_batches_for_an_accelerator(method, kind, monkeypatch):
    """As where the module is on one, but here."""
    here = sl.prune(of_digits(kind), method, 0.2, DIGITS)
    monkeypatch.setattr(pruning, "_is_on_cpu", lambda module: False)
    same_masks(here, sl.prune(of_digits(kind), method, 0.2, DIGITS))


@pytest.mark.parametrize("kind", ["flat", "images"])
def test_our_data_come_to_the_device_of_the_module(kind):
    """Torch's device "meta" stands for an accelerator: it has shapes, but no numbers."""
    elsewhere = of_digits(kind).to("meta")
    fewer = replace(DIGITS, x=DIGITS.x[:3], y=np.eye(3), about=replace(DIGITS.about, classes=("0", "4", "5")))
    assert output_of(elsewhere, DIGITS).device == torch.device("meta")
    assert for_module(elsewhere, fewer).y.shape == (3, 10)


def test_memory_is_estimated_before_it_is_taken():
    with (
        sl.limit("1M"),
        pytest.raises(InputError, match=r"pruning 90300 parameters would take about 4\.\d+ MiB, expected at most"),
    ):
        sl.prune(nn.Linear(300, 301, bias=False), "magnitude", 0.1)


def test_wanda_reads_what_enters_linear_layers():
    with pytest.raises(InputError, match=r"table: wanda is not defined for this part, expected linear"):
        sl.prune(recurrent(), "wanda", 0.3, (TOKENS, CLASSES[:30]), include="table")


def test_masks_print_apply_and_save(tmp_path, capsys):
    masks = sl.prune(module(), "magnitude", 0.1)
    assert "10.0 % of the weights of these layers are kept, 17.2 % of all parameters stay" in str(
        masks
    )  # 40 and 35 biases, of 435
    pruned = masks.apply(module())
    for path, mask in masks.items():
        assert torch.equal(pruned.get_submodule(path).weight != 0, mask)
    for suffix in (".npz", ".pt"):
        file = tmp_path / f"masks{suffix}"
        masks.save(file)
        assert file.stat().st_size > 0
        assert main(["fit", str(file)]) == 0
        said = capsys.readouterr().out
        assert all(
            re.search(rf"^{path}\b.*{len(mask)}x{mask.shape[1]}", said, re.MULTILINE) for path, mask in masks.items()
        )
    with np.load(tmp_path / "masks.npz") as saved:
        assert set(saved) == {"0.weight", "2.weight", "4.weight"}
    with pytest.raises(InputError, match=r"expected \.npz, \.pt or \.safetensors"):
        masks.save(tmp_path / "masks.txt")
    with pytest.raises(InputError, match="file is 3, expected the name of a file"):
        masks.save(3)
    for suffix in (".npz", ".pt"):
        with pytest.raises(InputError, match="expected a place to write to"):
            masks.save(tmp_path / "nowhere" / f"masks{suffix}")
    with pytest.raises(InputError, match=r"the module has no weight at 2"):
        masks.apply(nn.Sequential(nn.Linear(6, 16)))


OF_TORCH = nn.CrossEntropyLoss()
REFUSED = {
    r"there are no data": {"data": None},
    r"the data have no batch": {"data": []},
    r"data is str": {"data": "digits"},
    r"data has 50 inputs and 49 targets": {"data": (X, CLASSES[:-1])},
    r"a class is 3, expected 0 to 2": {"data": (X, CLASSES + 1)},
    r"outputs have the shape \(50, 3\), and targets \(50, 2\)": {"data": (X, torch.zeros(50, 2))},
    r"the module does not take inputs of shape": {"data": (X[:, :5], CLASSES)},
    r"the loss of batch 0 is nan \(the batch has entries that are nan": {"data": (X * torch.nan, CLASSES)},
    r"the loss of batch 0 is nan, expected": {"loss": lambda model, batch: model(batch[0]).sum() * torch.nan},
    r"batch 1 has no sample, expected at least one": {"data": [(X, CLASSES), (X[:0], CLASSES[:0])]},
    r"a batch is dict, expected \(x, y\)": {"data": [{"x": X}]},
    r"a batch is dict, expected \(x, y\) of tensors, or loss\(module, batch\) that takes it": {
        "data": {"x": X, "y": CLASSES}
    },
    r"a batch is tuple \(list, list\), expected \(x, y\) of tensors": {"data": [(X.tolist(), CLASSES.tolist())]},
    r"loss is 'hinge', expected": {"loss": "hinge"},
    r"loss is 3, expected": {"loss": 3},
    r"loss is the function cross_entropy, expected its class": {"loss": functional.cross_entropy},
    r"the loss has the reduction 'none'": {"loss": nn.CrossEntropyLoss(reduction="none")},
    r"the loss of batch 0 is float": {"loss": lambda model, batch: 1.0},
    r"loss\(module, batch\) raised: no": {"loss": "raises"},
    r"targets of shape \(50, 1\), torch.int64: 0D or 1D target": {"data": (X, CLASSES[:, None]), "loss": OF_TORCH},
    r"does not take outputs of shape \(50, 3\) .*: Target 3 is out": {"data": (X, CLASSES + 1), "loss": OF_TORCH},
    r"missing 2 required positional arguments": {"loss": nn.CTCLoss()},
    r"an array holds object, expected numbers": {"data": (X.numpy().astype(object), CLASSES)},
    r"an array holds <U3, expected numbers": {"data": (X, np.array(["cat"] * 50))},
    r"a list of two arrays, .* expected a tuple \(x, y\), or iter": {"data": [X[:25], X[25:]], "loss": own_loss},
    r"batches is 0": {"batches": 0},
    r"exclude has 'layer9', which names nothing in the module": {"exclude": ("layer9",)},
    r"exclude leaves no layer": {"exclude": (nn.Linear,)},
    r"exclude has 3, expected paths": {"exclude": (3,)},
    r"include is 5, expected paths, patterns": {"include": 5},
    r"exclude is None, expected paths, patterns": {"exclude": None},
    r"progress is 3, expected a function": {"progress": 3},
    r"include has 'layer9', which names nothing in the module": {"include": "layer9"},
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_cannot_be_pruned_is_refused_in_one_line(said):
    def raises(model, batch):
        raise RuntimeError("no")

    given = {"data": (X, CLASSES), **REFUSED[said]}
    if given.get("loss") == "raises":
        given["loss"] = raises
    with pytest.raises(InputError, match=said) as caught:
        sl.prune(module(), "snip", 0.2, given.pop("data"), **given)
    assert "\n" not in str(caught.value)
