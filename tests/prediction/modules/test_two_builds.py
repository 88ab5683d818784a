"""Independent copies of two builds: what carries values is scored, signals go back through another build."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest
from helpers import needs

from sparse_limits.numerics.data import Dataset, batch, load_data
from sparse_limits.numerics.prediction.layers.mask_statistics import mask_statistics
from sparse_limits.numerics.prediction.settings import Settings

torch = needs("torch")
from torch import nn  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from sparse_limits.numerics.prediction.modules.copies import scores_of_copies  # noqa: E402
from sparse_limits.numerics.prediction.modules.layout import layout_of  # noqa: E402
from sparse_limits.numerics.prediction.modules.saliencies import module_scores  # noqa: E402

DIGITS = batch(load_data("digits", labels="onehot"), 60, np.random.default_rng(0))
DRAWN = 40
DEVIATIONS = 6.0  # of a difference of means over 40 draws of each kind
SETTINGS = Settings(method="snip", scope="global", loss="cross-entropy", residual="target")


def depthwise() -> nn.Module:
    front = nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 48, 3, padding=1, bias=False), nn.ReLU()
    each = [nn.Conv2d(48, 48, 3, padding=1, groups=48, bias=False) for _ in range(2)]
    module = nn.Sequential(
        *front, each[0], nn.ReLU(), each[1], nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(48, 10)
    )
    return normal(module)


def narrow() -> nn.Module:
    return normal(nn.Sequential(nn.Linear(64, 2), nn.ReLU(), nn.Linear(2, 10)))


def normal(module: nn.Module) -> nn.Module:
    for part in module:
        if hasattr(part, "weight"):
            nn.init.kaiming_normal_(part.weight)
        if getattr(part, "bias", None) is not None:
            nn.init.zeros_(part.bias)
    return module


def densities(build, builds: int, together: tuple[str, ...] = ()) -> np.ndarray:
    """What networks keep (one build in all places), or copies, at the output 0."""
    found = []
    for _ in range(DRAWN):
        modules = [build() for _ in range(builds)] * (3 - builds)
        scores = scores_of_copies(modules, "snip", DIGITS, loss="cross-entropy", residual="target", together=together)
        found.append(mask_statistics(scores, SETTINGS, None)[0].densities)
    return np.array(found)


def deviations(one: np.ndarray, other: np.ndarray) -> float:
    """The largest difference of means, in standard errors."""
    error = np.hypot(one.std(axis=0, ddof=1), other.std(axis=0, ddof=1)) / np.sqrt(DRAWN)
    return float(np.abs((one.mean(axis=0) - other.mean(axis=0)) / error).max())


def test_depthwise_weights_are_one_builds_in_all_places() -> None:
    """They do not become many as channels do: two builds would not keep what the network keeps."""
    torch.manual_seed(0)
    found = layout_of([depthwise(), depthwise()], Dataset(DIGITS.x, DIGITS.y, "few", "onehot", DIGITS.about)).depthwise
    assert found == ("3", "5")
    networks = densities(depthwise, 1)
    assert deviations(networks, densities(depthwise, 2, found)) < DEVIATIONS
    assert deviations(networks, densities(depthwise, 2)) > DEVIATIONS


def test_an_only_hidden_layer_has_the_networks_law_at_width_two() -> None:
    """At the output 0 the signal into a unit is a readout weight, independent of the unit's own weights and gate."""
    torch.manual_seed(1)
    assert deviations(densities(narrow, 1), densities(narrow, 2)) < DEVIATIONS


def test_slopes_are_signals_of_one_build_times_values_of_the_other() -> None:
    """By hand, for two layers: the readout of the second build carries the signal, the first one's gate and weights count."""
    torch.manual_seed(2)
    one, other = narrow().double(), narrow().double()
    x, y = torch.as_tensor(DIGITS.x), torch.as_tensor(DIGITS.y)
    hidden = torch.relu(one[0](x))
    residual = (torch.full_like(y, 0.1) - y) / len(x)  # of cross-entropy at the output 0
    signal = (residual @ other[2].weight) * (hidden > 0)
    wanted = {"0": one[0].weight * (signal.T @ x), "2": one[2].weight * (residual.T @ hidden)}
    found = scores_of_copies([one, other], "snip", DIGITS, loss="cross-entropy", residual="target")
    for path, score in wanted.items():
        np.testing.assert_allclose(found[path], score.abs().detach().numpy(), rtol=1e-9, atol=1e-15)


def convolutions() -> nn.Module:
    front = nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU()
    return nn.Sequential(*front, nn.Flatten(), nn.Linear(128, 32), nn.ReLU(), nn.Linear(32, 10))


def wide() -> nn.Module:
    layers = nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1), nn.ReLU()
    return normal(
        nn.Sequential(nn.Unflatten(1, (1, 8, 8)), *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))
    )


def scores_of_three(modules: list[nn.Module]) -> dict[str, np.ndarray]:
    """The first of three builds carries values, the second signals, and the third is scored, in each layer, at the output 0."""
    forward, back, scored = (deepcopy(module).double() for module in modules)

    def hook(path: str):
        through, own = back.get_submodule(path), scored.get_submodule(path)

        def of_layer(layer, given, output):
            signals, weights = through(given[0]), own(given[0].detach())
            return output.detach() + (signals - signals.detach()) + (weights - weights.detach())

        return of_layer

    paths = [path for path, part in forward.named_modules() if hasattr(part, "weight")]
    for path in paths:
        forward.get_submodule(path).register_forward_hook(hook(path))
    y = torch.as_tensor(DIGITS.y)
    value = (forward(torch.as_tensor(DIGITS.x)) * (0.1 - y)).sum() / len(y)
    weights = [scored.get_submodule(path).weight for path in paths]
    slopes = torch.autograd.grad(value, weights)
    return {
        path: (weight * slope).abs().detach().numpy()
        for path, weight, slope in zip(paths, weights, slopes, strict=True)
    }


@pytest.mark.parametrize("build", [narrow, wide])
def test_a_third_build_changes_weights_alone(build) -> None:
    """Signals and values are those of two builds: scores are the third one's weights for the first one's."""
    torch.manual_seed(3)
    modules = [build() for _ in range(3)]
    two = scores_of_copies(modules[:2], "snip", DIGITS, loss="cross-entropy", residual="target")
    first, _, third = ({path: module.double().get_submodule(path).weight for path in two} for module in modules)
    for path, score in scores_of_three(modules).items():
        wanted = two[path] * (third[path] / first[path]).abs().detach().numpy()
        np.testing.assert_allclose(score, wanted, rtol=1e-9, atol=1e-15)


def test_copies_of_two_builds_keep_what_those_of_three_do() -> None:
    """Where channels are many; depthwise weights, of which three builds have one each, stay few."""
    torch.manual_seed(4)

    def three(build) -> np.ndarray:
        found = (scores_of_three([build() for _ in range(3)]) for _ in range(DRAWN))
        return np.array([mask_statistics(scores, SETTINGS, None)[0].densities for scores in found])

    assert deviations(densities(wide, 2), three(wide)) < DEVIATIONS
    assert deviations(densities(depthwise, 2, ("3", "5")), three(depthwise)) > DEVIATIONS


@pytest.mark.parametrize("method", ["snip", "synflow"])
@pytest.mark.parametrize("build", [depthwise, narrow, convolutions])
def test_a_copy_costs_at_most_two_scored_modules(build, method) -> None:
    modules = [build(), build()]
    together = layout_of(modules, DIGITS).depthwise
    with FlopCounterMode(display=False) as scored:
        module_scores(modules[0], method, DIGITS, loss="cross-entropy", seed=0)
    with FlopCounterMode(display=False) as copied:
        scores_of_copies(modules, method, DIGITS, loss="cross-entropy", together=together)
    assert 0 < scored.get_total_flops() < copied.get_total_flops() <= 2 * scored.get_total_flops()


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_depthwise_is_one_channel_each(groups: int) -> None:
    def build() -> nn.Module:
        return nn.Sequential(
            nn.Unflatten(1, (4, 16)), nn.Conv1d(4, 8, 3, groups=groups), nn.Flatten(), nn.Linear(112, 10)
        )

    found = layout_of([build(), build()], DIGITS).depthwise
    assert found == (("1",) if groups == 4 else ())
