"""The conditions of D8.2: each one that a module does not meet is named, and only then a prediction by copies is no limit."""

import numpy as np
import pytest
from helpers import needs
from questions import predict_parts

from sparse_limits.numerics.data import Dataset, load_data

torch = needs("torch")
nn = torch.nn

DIGITS = load_data("digits", labels="onehot")
IMAGES = nn.Unflatten(1, (1, 8, 8))


def normal(*parts, deviation=None):
    """Parts with He's normal weights."""
    module = nn.Sequential(*parts)
    for part in module.modules():
        if isinstance(part, (nn.Linear, nn.Conv2d)):
            nn.init.kaiming_normal_(part.weight) if deviation is None else nn.init.normal_(part.weight, std=deviation)
    return module


class Summed(nn.Module):
    def __init__(self, read):
        super().__init__()
        self.front = normal(IMAGES, nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1))
        self.back, self.read = normal(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 10)), read

    def forward(self, x):
        h = self.front(x)
        return self.back(self.read(h + torch.relu(h)))


def convolutions():
    return normal(
        IMAGES,
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 3),
        nn.Tanh(),
        nn.Flatten(),
        nn.Linear(32, 10),
    )


def told(build, **asked):
    return predict_parts(
        build, "snip", DIGITS, **{"samples": 40, "networks": 1, "copies": 2, "residual": "target"} | asked
    )


@pytest.mark.parametrize(
    "build",
    [
        convolutions,
        lambda: Summed(lambda h: nn.functional.adaptive_avg_pool2d(h, 1).flatten(1)),
        lambda: normal(
            IMAGES,
            nn.Conv2d(1, 16, 3),
            nn.ReLU(),
            nn.Conv2d(16, 16, 3, groups=16),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(256, 10),
        ),
        lambda: normal(nn.Linear(64, 48), nn.GELU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 10)),
    ],
)
def test_copies_are_a_limit_where_all_conditions_hold(build):
    found = told(build)
    assert found.says == "limit", found.notes[0]
    assert "D8.2" in found.notes[0]
    assert None not in [layer.predicted for layer in found.layers]


class Decoding(nn.Module):
    def __init__(self):
        super().__init__()
        self.code = normal(nn.Linear(64, 32, bias=False))
        self.head = normal(nn.Linear(64, 10))

    def forward(self, x):
        return self.head(nn.functional.linear(self.code(x), self.code[0].weight.t()))


def tied():
    module = normal(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    module[2].weight = module[0].weight
    return module


@pytest.mark.parametrize(
    ("build", "asked", "why"),
    [
        (convolutions, {"residual": "averaged"}, "the residuals are those at the modules' own outputs"),
        (
            lambda: nn.Sequential(IMAGES, nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Flatten(), nn.Linear(1152, 10)),
            {},
            "the weights of 1 are not normal by tests of fresh modules",
        ),
        (
            lambda: normal(nn.Linear(64, 32), nn.LayerNorm(32), nn.ReLU(), nn.Linear(32, 10)),
            {},
            "1 (LayerNorm) is no function of single channels",
        ),
        (
            lambda: normal(
                IMAGES, nn.Conv2d(1, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.Flatten(), nn.Linear(576, 10)
            ),
            {},
            "2 (BatchNorm2d) is no function of single channels",
        ),
        (
            lambda: normal(
                IMAGES, nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Conv2d(16, 16, 3, groups=4), nn.Flatten(), nn.Linear(256, 10)
            ),
            {},
            "the groups of 3 may stay small",
        ),
        (
            lambda: Summed(lambda h: h.mean((2, 3)).flatten(1)),
            {},
            "the function mean is no function of single channels",
        ),
        (tied, {}, "0 and 2 may have weights that are used in other places, or transposed"),
    ],
)
def test_a_condition_that_is_not_met_is_named(build, asked, why):
    found = told(build, **asked)
    assert found.says == "measured"
    assert why in found.notes[0]
    assert found.notes[0].count(";") == 0  # and no other one


def positive_readout():
    module = normal(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    with torch.no_grad():
        module[2].weight.abs_()
    return module


class Mixing(nn.Module):
    """Channels and positions change places between two layers."""

    def __init__(self):
        super().__init__()
        self.first, self.second = normal(nn.Linear(8, 16)), normal(nn.Linear(8, 16))
        self.last = normal(nn.Flatten(), nn.Linear(256, 10))

    def forward(self, x):
        return self.last(self.second(torch.relu(self.first(x.reshape(-1, 8, 8))).transpose(1, 2)))


class Again(nn.Module):
    """The readout within the network."""

    def __init__(self):
        super().__init__()
        self.enter, self.head = normal(nn.Linear(64, 64))[0], normal(nn.Linear(64, 64))[0]

    def forward(self, x):
        return self.head(torch.relu(self.head(torch.relu(self.enter(x)))))


@pytest.mark.parametrize(
    ("build", "why"),
    [
        (positive_readout, "the weights of 2 follow no law known here"),
        (Mixing, "the function transpose may read channels along another axis"),
        (
            lambda: normal(nn.Linear(64, 64), nn.ReLU(), IMAGES, nn.Conv2d(1, 16, 3), nn.Flatten(), nn.Linear(576, 10)),
            "3 (Conv2d) may read channels along another axis",
        ),
        (
            lambda: normal(IMAGES, nn.Conv2d(1, 16, 3), nn.Linear(6, 16), nn.Flatten(), nn.Linear(1536, 10)),
            "2 (Linear) may read",
        ),
        (
            lambda: normal(
                IMAGES,
                nn.Conv2d(1, 16, 3),
                nn.Flatten(2),
                nn.Linear(36, 16),
                nn.ReLU(),
                nn.Flatten(),
                nn.Linear(256, 10),
            ),
            "3 (Linear) may read",
        ),
        (
            lambda: normal(
                nn.Flatten(), IMAGES, nn.Conv2d(1, 16, 3), nn.Linear(6, 16), nn.Flatten(), nn.Linear(1536, 10)
            ),
            "3 (Linear) may read",
        ),
        (
            lambda: normal(IMAGES, nn.Conv2d(1, 16, 3), nn.Flatten(), nn.AvgPool1d(2), nn.Linear(288, 10)),
            "3 (AvgPool1d) may read",
        ),
        (
            lambda: normal(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10), nn.ReLU(inplace=True)),
            "no layer is seen to give the outputs",
        ),
    ],
)
def test_what_one_might_overlook_is_no_limit(build, why):
    found = told(build)
    assert found.says == "measured"
    assert why in found.notes[0]


def test_a_readout_within_the_network_is_no_limit():
    wide = Dataset(DIGITS.x, np.eye(64)[np.arange(len(DIGITS.x)) % 64], "wide", "onehot")
    found = predict_parts(Again, "snip", wide, samples=40, networks=1, copies=2, residual="target")
    assert found.says == "measured"
    assert "head, which gives the outputs, is used 2 times" in found.notes[0]


def test_a_transposed_weight_in_a_function_is_none_of_single_channels():
    found = told(Decoding)
    assert found.says == "measured"
    assert "the function linear is no function of single channels" in found.notes[0]


def test_copies_of_synflow_are_measured():
    def build():
        return normal(IMAGES, nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(576, 10))

    found = predict_parts(build, "synflow", DIGITS, samples=40, networks=1, copies=2)
    assert "synflow has positive weights" in found.notes[0]
