"""What `prune` says of SynFlow's rounds: critical densities, rows that fewer rounds leave empty, and what is left between the others."""

import json

import numpy as np
import pytest
from helpers import needs
from questions import predict_module

from sparse_limits import load_data, prune
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.layers.rounds import WideLayers

torch = needs("torch")
nn = torch.nn

DIGITS = load_data("digits", labels="onehot")
DATA = Dataset(DIGITS.x[:20], DIGITS.y[:20], DIGITS.name, DIGITS.labelling, DIGITS.about)
IN_ROUNDS = "synflow-iterative"
BELOW, ABOVE, UNKNOWN = "is below the critical density", "is above the critical densities", "is not known here"


def chain(between=nn.ReLU, law=None, seed=1):
    if seed is not None:
        torch.manual_seed(seed)
    layers = [nn.Linear(columns, rows) for rows, columns in ((48, 64), (32, 48), (10, 32))]
    if law is not None:
        for layer in layers:
            law(layer.weight)
    return nn.Sequential(layers[0], between(), layers[1], between(), layers[2])


def notes(module, density=0.05, **asked):
    return prune(module, IN_ROUNDS, density, DATA, **{"rounds": 5, "ties": "index", **asked}).notes


def one(said, words):
    (found,) = (note for note in said if words in note)
    return found


@pytest.mark.parametrize(("law", "init"), [(None, "torch"), (nn.init.normal_, "normal"), (nn.init.kaiming_normal_, "normal")])  # fmt: skip
def test_critical_densities_are_those_of_the_law_of_the_weights(law, init):
    said = notes(chain(law=law))
    layers = WideLayers(Architecture(64, (48, 32), 10, init=init))
    for name, critical in zip(("0", "2"), layers.critical_densities(), strict=False):
        assert f"{name} ({critical:.3g})" in one(said, BELOW)
    for words, thresholds in (
        ("if all layers were wide, 5 rounds would keep ", layers.after(0.05, 5)),
        ("magnitude pruning of each layer to its balanced density (", layers.balanced_at(0.05)),
    ):
        shares = [f"{each:.3g}" for each in layers.shares(thresholds)]
        assert words + "{} of layer 0, {} of layer 2, {} of layer 4".format(*shares) in one(said, words)
    assert one(said, "agree with a").startswith(f"the weights agree with a {'normal' if law else 'uniform'} law")
    assert not any(UNKNOWN in note for note in said)


def test_a_forecast_of_the_module_has_the_same_sentences():
    found = predict_module(lambda: chain(seed=None), IN_ROUNDS, DATA, density=0.05, rounds=5, networks=1, seed=0)
    said = notes(chain())
    assert one(found.notes, BELOW) == one(said, BELOW)
    assert one(found.notes, "balanced density") == one(said, "balanced density")


def test_rows_are_counted_after_fewer_rounds_where_some_are_empty():
    module, told = chain(), []
    said = notes(module, progress=lambda stage: told.append(str(stage)))
    empty = [
        sum(int((~mask.any(dim=1)).sum()) for mask in prune(module, IN_ROUNDS, 0.05, DATA, rounds=n, ties="index").values())
        for n in (1, 2, 3, 5)
    ]  # fmt: skip
    assert empty[-1] > 0
    assert f"1, 2, 3 and 5 rounds all leave rows empty, {min(empty)} at least" in said
    assert [each for each in told if "counting" in each] == [
        f"counting empty rows after {n} round{'s' if n > 1 else ''}" for n in (1, 2, 3)
    ]


def test_where_no_row_is_empty_nothing_is_counted_again():
    told = []
    said = notes(chain(), 0.9, progress=lambda stage: told.append(str(stage)))
    assert "5 rounds leave no row empty" in said
    assert not any("counting" in each for each in told)
    assert not any("between rows and columns" in note for note in said)
    highest = max(WideLayers(Architecture(64, (48, 32), 10, init="torch")).critical_densities())
    assert f"density 0.9 {ABOVE}, {highest:.3g} at most" in one(said, ABOVE)


def test_what_is_kept_between_rows_and_columns_that_are_not_empty():
    masks = prune(chain(), IN_ROUNDS, 0.05, DATA, rounds=5, ties="index")
    shares = []
    for path, mask in masks.items():
        left = np.asarray(mask)
        left = left[left.any(axis=1)][:, left.any(axis=0)]
        shares.append(f"{left.mean():.3g} of layer {path}")
    assert (
        one(masks.notes, "between rows") == f"between rows and columns that are not empty, {', '.join(shares)} are kept"
    )


def test_many_layers_are_told_by_the_least_and_the_most():
    torch.manual_seed(0)
    parts = [part for _ in range(9) for part in (nn.Linear(16, 16), nn.ReLU())]
    module = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), *parts, nn.Linear(16, 10))
    said = one(notes(module, 0.2), "between rows")
    assert said.count("of layer") == 2
    assert " to " in said


def convolutions():
    front = nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2)
    return nn.Sequential(*front, nn.Flatten(), nn.Linear(54, 10))


def cubes(weight):
    with torch.no_grad():
        weight.copy_(torch.randn(weight.shape) ** 3)


@pytest.mark.parametrize(
    ("build", "asked"),
    [
        (convolutions, {}),
        (lambda: chain(nn.Tanh), {}),
        (lambda: chain(law=cubes), {}),
        (lambda: chain(law=lambda weight: nn.init.sparse_(weight, 0.1)), {}),
        (chain, {"exclude": "2"}),
        (chain, {"scope": "layer"}),
        (chain, {"density": {"0": 0.05, "2": 0.05, "4": 0.4}}),
    ],
    ids=["convolutions", "tanh", "cubes", "zeros", "excluded", "layer", "densities"],
)
def test_other_modules_and_thresholds_have_no_critical_density(build, asked):
    said = notes(build(), **asked)
    assert one(said, UNKNOWN)
    assert not any(BELOW in note or ABOVE in note or "balanced" in note or "wide, 5" in note for note in said)
    assert any("rows empty" in note or "row empty" in note for note in said)


def test_normalisation_is_followed_while_units_of_a_layer_are_alike():
    torch.manual_seed(2)
    module = nn.Sequential(nn.Linear(64, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 10))
    assert one(notes(module), BELOW)
    module[1].running_var[3] = 4.0
    assert one(notes(module), UNKNOWN)


def test_rows_of_transposed_convolutions_are_their_outputs():
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Unflatten(1, (4, 4, 4)), nn.ConvTranspose2d(4, 40, 2), nn.ReLU(), nn.Flatten(), nn.Linear(1000, 10)
    )
    masks = prune(module, IN_ROUNDS, 0.01, DATA, rounds=1, include=nn.ConvTranspose2d, ties="index")
    empty = sum(layer["empty_rows"] for layer in masks.layers)
    assert empty != int((~masks["1"].flatten(1).any(dim=1)).sum())  # rows of the tensor are inputs
    assert f"1 round leaves {empty} rows empty" in masks.notes


class Storing(nn.Module):
    def __init__(self):
        super().__init__()
        self.chain, self.last = chain(), None

    def forward(self, x):
        self.last = x
        return self.chain(x)


def test_a_module_that_stores_its_inputs_is_left_as_it_is():
    module = Storing()
    assert one(notes(module), BELOW)
    assert module.last is None


def test_other_methods_have_no_such_notes():
    for method in ("synflow", "snip", "magnitude"):
        said = prune(chain(), method, 0.2, DATA, ties="index").notes
        assert not any("critical" in note or "round" in note for note in said)


def test_the_command_prints_them_and_writes_them(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.py").write_text(
        "from torch import nn\ndef f():\n    return nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))\n"
    )
    words = [
        "prune",
        "--model",
        "m.py:f",
        "--method",
        IN_ROUNDS,
        "--density",
        "0.1",
        "--data",
        "digits",
        "--rounds",
        "3",
    ]
    assert main([*words, "--out", "masks.npz", "--json", "all.json"]) == 0
    said = json.loads((tmp_path / "all.json").read_text())["notes"]
    assert one(said, "critical density")
    assert "density 0.1 is below the critical density of layer 0" in " ".join(capsys.readouterr().out.split())
