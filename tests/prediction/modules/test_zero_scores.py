"""Weights whose score is 0: which of them is kept no score says, so that a density above the share of the others is refused, everywhere."""

import numpy as np
import pytest
from helpers import needs

from sparse_limits import load_data, prune, random_network
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.masks.selection import zeros_split

torch = needs("torch")
from torch import nn  # noqa: E402

from sparse_limits.numerics.prediction.layers.mask_statistics import first_kept, mask_statistics  # noqa: E402
from sparse_limits.numerics.prediction.modules.parts import Settings  # noqa: E402
from sparse_limits.numerics.prediction.modules.sharing import shared_masks  # noqa: E402

CLIPPED = """
from torch import nn
def build():
    return nn.Sequential(nn.Linear(64, 128), nn.ReLU6(), nn.Linear(128, 128), nn.ReLU6(), nn.Linear(128, 10))
"""
SHARE = 1280 / 25_856  # SynFlow's signal clips, and scores of the readout alone are not 0


@pytest.fixture
def zeros(tmp_path):
    """Data of 16 inputs of which 12 are always 0."""
    rng = np.random.default_rng(0)
    x = np.zeros((40, 16))
    x[:, 12:] = rng.normal(size=(40, 4))
    np.savez(tmp_path / "zeros.npz", x=x, y=np.arange(40) % 4)
    return load_data(tmp_path / "zeros.npz", labels="onehot")


@pytest.mark.parametrize("words", [["predict", "layers", "--method", "synflow"], ["report", "--methods", "synflow"]])
def test_commands_refuse_what_only_places_would_choose(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(CLIPPED)
    assert main([*words, "--model", "model.py:build", "--samples", "20", "--quiet"]) == 2
    said = capsys.readouterr()
    assert f"non-zero scores have {SHARE:.4g} of the weights" in said.err
    assert said.out == ""


def test_prune_refuses_and_takes_the_first_where_it_is_told_to(zeros):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 4))
    with pytest.raises(InputError, match=r"non-zero scores have 0\.4 of the weights here"):
        prune(module, "snip", 0.7, zeros)
    first = prune(module, "snip", 0.7, zeros, ties="index")["0"].numpy()
    assert first[:, 12:].all()
    assert first[:8, :12].all()
    assert not first[24:, :12].any()
    assert prune(module, "snip", 0.4, zeros)["0"].numpy()[:, :12].sum() == 0
    with pytest.raises(InputError, match="of 0,"):
        prune(module, "snip", 0.7, zeros, scope="layer")
    with pytest.raises(InputError, match="in a row of 0"):
        prune(module, "wanda", 0.7, zeros)
    with pytest.raises(InputError, match=r"^round 1 of 2: density is 0\.707107: non-zero scores have 0\.4 of"):
        prune(module, "snip", 0.5, zeros, rounds=2)
    told: list[str] = []
    prune(module, "snip", 0.3, zeros, ties="index", rounds=2, progress=told.append)
    assert told == ["round 1 of 2", "round 2 of 2"]
    with pytest.raises(InputError, match="ties is 'any'"):
        prune(module, "snip", 0.4, zeros, ties="any")


def test_perceptrons_on_arrays_are_refused_alike(zeros):
    network = random_network((16, 32, 4), 0)
    for scope, where in (("layers", "here"), ("layer", "of layer 1"), ("row", "in a row of layer 1")):
        with pytest.raises(InputError, match=f"of the weights {where}"):
            prune("snip", network, zeros.x, -zeros.y, 0.7, scope=scope)
    masks = prune("snip", network, zeros.x, -zeros.y, 0.7, ties="index")
    assert sum(int(mask.sum()) for mask in masks) == round(0.7 * (16 * 32 + 32 * 4))


def test_rounds_may_cut_what_carries_nothing_and_nothing_that_clips(zeros):
    """Behind a unit that sends nothing on, no choice matters but that of the last round; of clipped weights it does in each."""
    module = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 4))
    module[2].weight.data[:, 8:] = 0
    with pytest.raises(InputError, match=r"^density is 0\.3: positive scores have 0\.25 of the weights"):
        prune(module, "synflow-iterative", 0.3, zeros, rounds=5)
    masks = prune(module, "synflow-iterative", 0.1, zeros, rounds=5)
    assert not masks["0"][8:].any()
    assert sum(int(mask.sum()) for mask in masks.values()) == 64
    clipped = nn.Sequential(nn.Linear(16, 32), nn.ReLU6(), nn.Linear(32, 4))
    clipped[0].weight.data.mul_(1000)
    with pytest.raises(InputError, match=r"round 1 of 5: .* non-zero scores have 0\.2 of the weights"):
        prune(clipped, "synflow-iterative", 0.1, zeros, rounds=5)


def test_a_layer_without_a_positive_score_keeps_no_first_weight():
    scores = {"a": np.zeros((4, 4)), "b": np.arange(1.0, 9.0).reshape(2, 4)}
    settings = Settings(method="snip", density=0.2, scope="global", curve=(0.1, 0.5))
    found, _ = mask_statistics(scores, settings, None)
    assert first_kept([found]) == [None, 1 / 24]
    assert np.isnan(found.curve[1]).all()
    assert found.curve[0].tolist() == [0.0, 0.25]


def test_signs_count():
    """Negative scores rank below 0: there only a threshold among the zeros is none, not one below them."""
    scores = np.array([[2.0, 0.0, 0.0, -1.0]])
    assert [zeros_split(scores, kept) for kept in (1, 2, 3, 4)] == [None, 0.25, None, None]


class Rooted(nn.Module):
    """A root at 0, whose slope is infinite: the loss is finite, and scores are not."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(16, 8), nn.Linear(8, 4)

    def forward(self, x):
        h = self.a(x)
        return self.b(torch.relu(h)) + (h - h).sum().sqrt()


@pytest.mark.parametrize("share", [{}, {"scope": "layer"}, {"scope": "erdos-renyi"}, {"density": {"a": 0.3, "b": 0.3}}])
@pytest.mark.parametrize("rounds", [None, 2])
def test_scores_that_are_not_finite_are_refused(zeros, share, rounds):
    with pytest.raises(InputError, match=r"^scores of a are not finite, expected data"):
        prune(Rooted(), "snip", data=zeros, rounds=rounds, **{"density": 0.3, **share})


def test_the_last_line_holds_for_scores_of_any_source():
    with pytest.raises(InputError, match=r"^scores of b are not finite"):
        shared_masks({"a": np.ones((2, 2)), "b": np.array([[1.0, np.inf]])}, "snip", 0.5, "erdos-renyi")
