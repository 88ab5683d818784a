"""Parts of PyTorch beside linear layers: recurrent ones, embeddings, attention, group normalisation, patches of an image."""

import numpy as np
import pytest
from helpers import needs
from questions import predict_parts

from sparse_limits import report
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import load_data

torch = needs("torch")
nn = torch.nn

from sparse_limits.numerics.prediction.modules.saliencies import module_scores  # noqa: E402
from sparse_limits.numerics.prediction.modules.synflow import make_positive  # noqa: E402

DIGITS = load_data("digits", labels="onehot")


class Recurrent(nn.Module):
    """Rows of the image one after the other."""

    def __init__(self):
        super().__init__()
        self.lstm, self.hidden, self.head = nn.LSTM(8, 16, batch_first=True), nn.Linear(16, 24), nn.Linear(24, 10)

    def forward(self, x):
        return self.head(torch.relu(self.hidden(self.lstm(x.reshape(-1, 8, 8))[1][0][-1])))


class Words(nn.Module):
    """Grey values as words of a table."""

    def __init__(self):
        super().__init__()
        self.table, self.hidden, self.head = nn.Embedding(17, 4), nn.Linear(256, 24), nn.Linear(24, 10)

    def forward(self, x):
        return self.head(torch.relu(self.hidden(self.table((4 * x + 8).clamp(0, 16).long()).flatten(1))))


class Patches(nn.Module):
    """A small vision transformer."""

    def __init__(self):
        super().__init__()
        self.patch, self.first = nn.Conv2d(1, 16, 2, stride=2), nn.Parameter(0.02 * torch.randn(1, 1, 16))
        self.places = nn.Parameter(0.02 * torch.randn(1, 17, 16))
        layer = nn.TransformerEncoderLayer(16, 2, 32, activation="gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        self.norm, self.head = nn.LayerNorm(16), nn.Linear(16, 10)

    def forward(self, x):
        h = self.patch(x).flatten(2).transpose(1, 2)
        h = torch.cat([self.first.expand(len(h), -1, -1), h], dim=1) + self.places
        return self.head(self.norm(self.encoder(h)[:, 0]))


class Groups(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.head = nn.Conv2d(1, 8, 3), nn.GroupNorm(2, 8), nn.Linear(8, 10)

    def forward(self, x):
        return self.head(torch.relu(self.norm(self.conv(x))).mean((2, 3)))


@pytest.mark.parametrize("build", [Recurrent, Words])
def test_synflow_reads_the_moduli_of_all_parameters_and_no_bias(build):
    """As its authors' code: with signs left in the recurrent layer or the table, signals might cancel or end at a ReLU."""
    module = build().double()
    make_positive(module)
    for name, parameter in module.named_parameters():
        assert bool((parameter == 0).all() if "bias" in name else (parameter >= 0).all())
    scores = module_scores(build(), "synflow", DIGITS, loss="cross-entropy")
    assert all((score > 0).all() for score in scores.values())
    found = predict_parts(build, "synflow", DIGITS, samples=60, networks=4)
    assert any("are not distinguished from copies" in note for note in found.notes)


@pytest.mark.parametrize(
    ("build", "outside", "layers"),
    [
        (Recurrent, "lstm (LSTM)", ["hidden", "head"]),
        (Words, "table (Embedding)", ["hidden", "head"]),
        (Groups, "norm (GroupNorm)", ["conv", "head"]),
        (
            Patches,
            "encoder (TransformerEncoder)",
            ["patch", *(f"encoder.layers.0.{name}" for name in ("self_attn.out_proj", "linear1", "linear2")), "head"],
        ),
    ],
)
def test_parts_are_named_and_linear_layers_predicted(build, outside, layers):
    for method in ("snip", "wanda"):
        found = predict_parts(build, method, DIGITS, samples=60, networks=2, copies=4)
        assert outside in found.outside
        assert not any("getitem" in each for each in found.outside)
        assert [layer.name for layer in found.layers] == layers
        assert all(layer.predicted is not None and layer.observed is not None for layer in found.layers)
        assert found.layers[found.gives].name == "head"
    if build in (Groups, Patches):
        with pytest.raises(InputError, match="SynFlow is not defined here with this normalisation"):
            predict_parts(build, "synflow", DIGITS, samples=60)


def test_outputs_are_no_units_to_remove():
    """A layer that gives the outputs is known by its values, wherever it stands; what is advised of hidden units spares it."""
    found = report(DIGITS, Groups, density=0.15, methods=("magnitude", "snip"), samples=60, networks=2)
    assert [method["gives"] for method in found.summary["methods"]] == [1, 1]
    lines = [line["text"] for line in found.summary["advice"]]
    assert not any("remove the units" in line and "head" in line for line in lines)
    assert any(line.startswith("Do not count on every output with magnitude") for line in lines)
    assert np.isfinite(found.summary["methods"][0]["layers"]["layers"][1]["dead_rows"])
