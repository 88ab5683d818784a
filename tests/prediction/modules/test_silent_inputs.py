"""Inputs that move no output of a pruned module: as many samples are looked at as it takes, and the set is that of all of them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from helpers import needs

from sparse_limits.numerics.data import Dataset, batch, load_data
from sparse_limits.numerics.masks.selection import Mask

torch = needs("torch")
from torch import nn  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from sparse_limits.numerics.prediction.modules import costs, inputs  # noqa: E402
from sparse_limits.numerics.prediction.modules.forgetting import Forgetting  # noqa: E402
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


def all_at_once(build: Callable[[], nn.Module]) -> int:
    """The operations of a forward of all samples."""
    module, x = build().double(), torch.from_numpy(DIGITS.x)
    return operations(torch.no_grad()(lambda: module(x)))


@pytest.mark.parametrize(("build", "density"), [(normalised, 0.4), (Residual, 0.05)])
def test_at_most_a_forward_of_all_samples_and_a_way_back_are_added(build, density) -> None:
    """So much is needed with batch normalisation, and where weights lead from an input to an output, but by units that are never on.

    Beside it are probes of a part of the samples, whose layers are called twice, the question whether samples alone have other
    outputs, and for all modules together the estimate of what they take, and a look at their layers.
    """
    torch.manual_seed(0)
    scoring = operations(partial(module_scores, build(), "snip", DIGITS, loss="cross-entropy"))
    forward = all_at_once(build)
    probes = 2 * max(inputs.FIRST, SAMPLES // inputs.SHARE) + inputs.FIRST + 2
    most = NETWORKS * (scoring + forward * (2 + probes / SAMPLES)) + (sum(costs.FEW) * scoring + 10 * forward) / SAMPLES
    assert MOST * NETWORKS * scoring < operations(lambda: predicted(build, "snip", density)) <= most


@pytest.mark.parametrize("build", [convolutional, Residual])
def test_a_pass_over_all_samples_would_take_more(build, monkeypatch) -> None:
    monkeypatch.setattr("sparse_limits.numerics.prediction.modules.parts.silent_inputs", by_the_whole_pass)
    scoring = operations(partial(module_scores, build(), "snip", DIGITS, loss="cross-entropy"))
    assert operations(lambda: predicted(build, "snip", 0.2)) > MOST * NETWORKS * scoring


@pytest.mark.parametrize(
    ("call", "forgets"),
    [
        (lambda x: x > 0, True),
        (lambda x: torch.nan_to_num(x), True),
        (lambda x: x.clone().nan_to_num_(), True),
        (lambda x: torch.relu(x), False),
        (lambda x: x[1:], False),
        (lambda x: x * torch.zeros_like(x), False),
        (lambda x: x * x.new_ones(3), False),
        (lambda x: nn.functional.dropout(x, 0.5), False),
        (lambda x: x.clone().uniform_(), False),
        (lambda x: x.clone().copy_(torch.ones(3)), False),
        (lambda x: torch.ones(3).copy_(x) > 0, True),
    ],
)
def test_what_is_not_read_is_not_forgotten(call, forgets) -> None:
    """Dropout draws into memory that is not filled, in which any number may stand, or none."""
    with torch.no_grad(), Forgetting() as forgetting:
        call(torch.tensor([torch.nan, 1.0, 2.0]))
    assert forgetting.seen == forgets


def test_a_torch_without_the_interface_that_is_not_public_finds_the_same(monkeypatch) -> None:
    torch.manual_seed(0)
    module = Residual()
    masks = masks_of(module, "snip", 0.1)
    wanted = silent_inputs(module, masks, DIGITS)
    monkeypatch.setitem(sys.modules, "torch.utils._python_dispatch", None)
    monkeypatch.delitem(sys.modules, f"{inputs.__package__}.forgetting", raising=False)
    assert np.array_equal(silent_inputs(module, masks, DIGITS), wanted)
    found = of_parts(question("snip", "digits", Residual, scope="global", samples=50, seed=0, networks=1))
    (note,) = (each for each in found.notes if "TorchDispatchMode" in each)
    assert note.startswith("this PyTorch has no torch.utils._python_dispatch.TorchDispatchMode: ")


def test_what_is_not_public_is_imported_in_one_file_which_is_imported_where_it_is_used() -> None:
    folder = Path(inputs.__file__).parent
    private, whole = [], []
    for file in folder.glob("*.py"):
        for each in ast.parse(file.read_text("utf-8")).body:
            named = f"{each.module}." if isinstance(each, ast.ImportFrom) else ""
            private += [file.name] if named.startswith("torch.") and "._" in named else []
            whole += [file.name] if named.endswith("modules.forgetting.") else []
    assert (private, whole) == (["forgetting.py"], [])
