"""Inputs that move no output of a pruned module: as many samples are looked at as it takes, and the set is that of all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from helpers import needs

from sparse_limits.numerics.data import Dataset, batch, load_data
from sparse_limits.numerics.masks.selection import Mask

torch = needs("torch")
from torch import nn  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from sparse_limits.numerics.prediction.modules import inputs  # noqa: E402
from sparse_limits.numerics.prediction.modules.inputs import silent_inputs  # noqa: E402
from sparse_limits.numerics.prediction.modules.parts import of_parts  # noqa: E402
from sparse_limits.numerics.prediction.modules.saliencies import module_scores  # noqa: E402
from sparse_limits.numerics.prediction.modules.sharing import shared_masks  # noqa: E402
from sparse_limits.numerics.prediction.question import question  # noqa: E402

SAMPLES, NETWORKS, MOST = 200, 2, 1.3
DIGITS = batch(load_data("digits", labels="onehot"), SAMPLES, np.random.default_rng(0))


def convolutional(norm: Callable[[int], nn.Module] = nn.Identity) -> nn.Module:
    front = nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 8, 2, stride=2), norm(8), nn.ReLU(), nn.Conv2d(8, 16, 3), nn.ReLU()
    return nn.Sequential(*front, nn.Flatten(), nn.Linear(64, 10))


def normalised() -> nn.Module:
    return convolutional(nn.BatchNorm2d)


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Linear(64, 32), nn.Linear(32, 32), nn.Linear(32, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        held = torch.relu(self.a(x))
        return self.c(held + torch.relu(self.b(held)))


class Centred(Residual):
    """The outputs of a sample depend on the others, without batch normalisation."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x - x.mean(dim=0))


class Choosy(Residual):
    """It takes neither fewer samples than all, nor what is no number."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if len(x) != SAMPLES or bool(x.isnan().any()):
            raise ValueError("too few, or no numbers")
        return super().forward(x)


class Numbers(Residual):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if bool(x.isnan().any()):
            raise ValueError("no numbers")
        return super().forward(x)


class Negated(nn.Linear):
    """A forward of its own, which no rule for linear layers knows."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.linear(x, -self.weight, self.bias)


class Chosen(nn.Module):
    """A ReLU that forgets what is no number."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.where(x > 0, x, 0.0)


class Multiplied(nn.Module):
    """A ReLU by hand."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * (x > 0)


BUILDS = [convolutional, normalised, Residual, Centred, Choosy, Numbers]


def masks_of(module: nn.Module, method: str, density: float) -> dict[str, Mask]:
    scores = module_scores(module, method, DIGITS, loss="cross-entropy")
    return shared_masks(scores, method, density, "global", "index")


def by_all_samples(module: nn.Module, masks: dict[str, Mask]) -> np.ndarray | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inputs, "_parts", lambda module, data, flat: iter([(0, len(flat))]))
        return silent_inputs(module, masks, DIGITS)


@pytest.mark.parametrize("method", ["snip", "magnitude", "random"])
@pytest.mark.parametrize("build", BUILDS)
def test_the_set_is_that_of_all_samples_looked_at_together(build, method) -> None:
    torch.manual_seed(0)
    module = build()
    counts = []
    for density in (0.3, 0.1, 0.04, 0.02, 0.005):
        masks = masks_of(module, method, density)
        found, wanted = silent_inputs(module, masks, DIGITS), by_all_samples(module, masks)
        assert np.array_equal(found, wanted)
        counts.append(int(found.sum()))
    assert len(set(counts)) > 1


@pytest.mark.parametrize("gate", [nn.ReLU, Chosen, Multiplied])
@pytest.mark.parametrize(("kind", "sign"), [(nn.Linear, 1.0), (Negated, -1.0)])
def test_an_input_that_one_late_sample_tells_is_not_silent(kind, sign, gate) -> None:
    """Its weight leads to an output, but only at the last sample its unit is on, also where a comparison says whether it is."""
    module = nn.Sequential(kind(2, 1), gate(), nn.Linear(1, 1))
    for part, weight, bias in ((module[0], [[sign, sign]], [-5.0]), (module[2], [[1.0]], [0.0])):
        part.weight.data, part.bias.data = torch.tensor(weight), torch.tensor(bias)
    masks = {"0": np.array([[True, False]]), "2": np.array([[True]])}
    x = np.zeros((100, 2))
    off, y = Dataset(x.copy(), np.ones((100, 1)), "off", "as-is"), np.ones((100, 1))
    x[-1] = 9
    assert silent_inputs(module, masks, Dataset(x, y, "late", "as-is")).tolist() == [False, True]
    assert silent_inputs(module, masks, off) is None  # at no sample does a slope come through, whatever is kept


def operations(call: Callable[[], object]) -> int:
    with FlopCounterMode(display=False) as counted:
        call()
    return counted.get_total_flops()


def predicted(build: Callable[[], nn.Module], method: str, density: float) -> None:
    of_parts(
        question(method, "digits", build, scope="global", samples=SAMPLES, seed=0, networks=NETWORKS, density=density)
    )


def by_the_whole_pass(module: nn.Module, masks: dict[str, Mask], data: Dataset) -> np.ndarray | None:
    return by_all_samples(module, masks)


@pytest.mark.parametrize(
    ("build", "method", "density"),
    [(convolutional, "snip", 0.4), (convolutional, "grasp", 0.1), (Residual, "snip", 0.2), (Residual, "snip", 0.1)],
)
def test_predict_takes_little_more_than_the_scorings_it_makes(build, method, density) -> None:
    """SNIP takes all weights from some inputs of the residual module: that these are silent, no sample need tell."""
    torch.manual_seed(0)
    scoring = operations(partial(module_scores, build(), method, DIGITS, loss="cross-entropy"))
    assert NETWORKS * scoring < operations(lambda: predicted(build, method, density)) <= MOST * NETWORKS * scoring


@pytest.mark.parametrize("build", [convolutional, Residual])
def test_a_pass_over_all_samples_would_take_more(build, monkeypatch) -> None:
    monkeypatch.setattr("sparse_limits.numerics.prediction.modules.parts.silent_inputs", by_the_whole_pass)
    scoring = operations(partial(module_scores, build(), "snip", DIGITS, loss="cross-entropy"))
    assert operations(lambda: predicted(build, "snip", 0.2)) > MOST * NETWORKS * scoring
