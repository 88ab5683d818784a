"""SynFlow in rounds: masks of modules beside those of networks and of its authors' loop, and what is predicted of them."""

import json
from copy import deepcopy

import numpy as np
import pytest
from helpers import needs
from questions import predict_module, predict_parts

from sparse_limits import load_data, predict, prune
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.data import Dataset

torch = needs("torch")
nn = torch.nn

from sparse_limits.numerics.networks import Network  # noqa: E402
from sparse_limits.numerics.prediction import settings  # noqa: E402
from sparse_limits.numerics.prediction.modules import prune_module  # noqa: E402

DIGITS = load_data("digits", labels="onehot")
DATA = Dataset(DIGITS.x[:20], DIGITS.y[:20], DIGITS.name, DIGITS.labelling, DIGITS.about)


def plain():
    layers = [nn.Linear(columns, rows, bias=False) for rows, columns in ((48, 64), (32, 48), (10, 32))]
    return nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])


def convolutions():
    front = nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2)
    return nn.Sequential(*front, nn.Flatten(), nn.Linear(54, 10))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rounds", [1, 7, 100])
@pytest.mark.parametrize(("scope", "compared"), [("global", "layers"), ("layer", "layer")])
def test_masks_are_those_of_networks(seed, rounds, scope, compared):
    torch.manual_seed(seed)
    module = plain()
    network = Network(tuple(np.asarray(module[place].weight.detach().double()) for place in (0, 2, 4)))
    expected = prune("synflow-iterative", network, None, None, 0.02, rounds=rounds, scope=compared, ties="index")
    found = prune_module(module, "synflow-iterative", 0.02, DATA, rounds=rounds, scope=scope, ties="index")
    assert list(found) == ["0", "2", "4"]
    for ours, theirs in zip(found.values(), expected, strict=True):
        assert (np.asarray(ours) == theirs).all()


def by_the_paper(module, density, rounds):
    """Tanaka et al., algorithm 1, with a threshold as their pruner has it, on moduli of what a state dictionary holds."""
    module = module.double().eval()
    with torch.no_grad():
        for name, value in module.state_dict().items():
            if name.endswith(("bias", "running_mean")):
                value.zero_()
            elif value.is_floating_point():
                value.abs_()
    weights = {path: part.weight for path, part in module.named_modules() if isinstance(part, (nn.Linear, nn.Conv2d))}
    whole = {path: weight.detach().clone() for path, weight in weights.items()}
    masks = {path: torch.ones_like(weight) for path, weight in weights.items()}
    for k in range(1, rounds + 1):
        with torch.no_grad():
            for path, weight in weights.items():
                weight.copy_(whole[path] * masks[path])
        module.zero_grad()
        module(torch.ones(1, 64, dtype=torch.float64)).sum().backward()
        scores = {path: (weight * weight.grad).detach() for path, weight in weights.items()}
        every = torch.cat([score.ravel() for score in scores.values()])
        kept = round(density ** (k / rounds) * every.numel())
        threshold = every.sort(descending=True).values[kept - 1]
        masks = {path: (score >= threshold).double() for path, score in scores.items()}
    return masks


def test_masks_are_those_of_the_papers_loop_through_convolutions_and_normalisation():
    torch.manual_seed(3)
    module = convolutions()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    found = prune_module(module, "synflow-iterative", 0.03, DATA, rounds=30)
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    expected = by_the_paper(deepcopy(module), 0.03, 30)
    assert found.keys() == expected.keys()
    for path, mask in found.items():
        assert (mask == expected[path].bool()).all()
    once = prune_module(module, "synflow", 0.03, DATA)
    assert not all(torch.equal(mask, once[path]) for path, mask in found.items())


def test_a_hundred_rounds_unless_told():
    torch.manual_seed(0)
    module = plain()
    first, second, other = (
        prune_module(module, "synflow-iterative", 0.02, DATA, ties="index", **asked)
        for asked in ({}, {"rounds": 100}, {"rounds": 2})
    )
    assert all(torch.equal(first[path], second[path]) for path in first)
    assert not all(torch.equal(first[path], other[path]) for path in first)


def test_a_chain_is_predicted_by_drawn_networks():
    found = predict("synflow-iterative", DATA, plain, density=0.02, rounds=10, networks=8)
    assert found.network is not None
    assert {found.says} == {"measured"}
    assert any("pruned in 10 rounds" in note for note in found.notes)
    for layer in found.layers:
        assert abs(layer.predicted - layer.observed) < 5 * np.hypot(layer.error, layer.sd / np.sqrt(8)) + 1e-3


def test_other_modules_are_counted_after_each_number_of_rounds():
    """The table of fewer rounds is of the modules that are pruned: the same masks as those of that number of rounds."""
    asked = {"density": 0.1, "networks": 2}
    found = predict_parts(convolutions, "synflow-iterative", DATA, curve=(0.5, 0.02), rounds=10, **asked)
    fewer = predict_parts(convolutions, "synflow-iterative", DATA, rounds=3, **asked)
    assert found.curve.shape == (2, 2)
    assert (found.curve[0] > found.curve[1]).all()
    assert {(layer.says, layer.predicted, layer.p) for layer in found.layers} == {("measured", None, None)}
    assert found.in_rounds.rounds == (1, 2, 3, 5, 10)
    assert found.in_rounds.empty[:3] == fewer.in_rounds.empty
    assert found.in_rounds.empty[-1] == tuple(layer.seen_dead_rows for layer in found.layers)
    with pytest.raises(InputError, match="expected a sample"):
        predict_parts(convolutions, "synflow-iterative", DATA, sample=False, rounds=10, density=0.1)


def test_the_command_takes_rounds_of_a_model(capsys, tmp_path):
    (tmp_path / "m.py").write_text(
        "from torch import nn\ndef f():\n    return nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))\n"
    )
    words = ["predict", "layers", "--model", f"{tmp_path}/m.py:f", "--samples", "20", "--rounds", "5", "--json", "-"]
    assert main([*words, "--method", "synflow-iterative"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["method"] == "synflow-iterative"
    assert sum(each["observed"] * each["weights"] for each in report["layers"]) == pytest.approx(118, abs=1)
    assert main([*words, "--method", "synflow"]) == 2
    assert "rounds is 5 with the method synflow" in capsys.readouterr().err


def test_what_has_no_rounds_is_refused(monkeypatch):
    with pytest.raises(InputError, match="rounds is 5, expected none with magnitude"):
        prune_module(plain(), "magnitude", 0.1, DATA, rounds=5)
    with pytest.raises(InputError, match="rounds is 0, expected an integer from 1"):
        prune_module(plain(), "synflow-iterative", 0.1, DATA, rounds=0)
    layered = nn.Sequential(nn.Linear(64, 6), nn.LayerNorm(6), nn.Linear(6, 10))
    with pytest.raises(InputError, match="1: SynFlow is not defined here with this normalisation"):
        prune_module(layered, "synflow-iterative", 0.5, DATA)
    monkeypatch.setattr("sparse_limits.numerics.prediction.layers.forecast.MOST_COMPARED", 1000)
    for predicted, build in ((predict_module, plain), (predict_parts, convolutions)):
        with pytest.raises(InputError, match=r"weights in 100 rounds are compared .*, expected at most 1e\+03"):
            predicted(build, "synflow-iterative", DATA)
    assert settings.ROUNDS == 100
