"""How `prune` shares the weights that are kept among the layers of a module, and prunes in rounds."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.masks.allocation import erdos_renyi, lamp

torch = needs("torch")
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402
from torch.utils.data import DataLoader, TensorDataset  # noqa: E402

torch.manual_seed(0)
X, CLASSES = torch.randn(60, 1, 6, 6), torch.randint(3, (60,))
DATA = (X, CLASSES)


def module() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3),
        nn.Tanh(),
        nn.Conv2d(4, 8, 3),
        nn.Tanh(),
        nn.Flatten(),
        nn.Linear(32, 20),
        nn.Tanh(),
        nn.Linear(20, 3),
    )


def shapes() -> dict[str, tuple[int, ...]]:
    return {path: tuple(part.weight.shape) for path, part in module().named_modules() if hasattr(part, "weight")}


@pytest.mark.parametrize("scope", ["erdos-renyi", "erdos-renyi-kernel"])
@pytest.mark.parametrize("method", ["random", "magnitude", "snip", "grasp", "synflow", "wanda"])
def test_layers_have_the_densities_of_erdos_and_renyi(method, scope) -> None:
    masks = sl.prune(module(), method, 0.3, DATA, scope=scope)
    densities = erdos_renyi(shapes(), 0.3, kernels=scope.endswith("kernel"))
    for path, mask in masks.items():
        rows = len(mask) if method == "wanda" else 1
        assert int(mask.sum()) == rows * round(densities[path] * mask.numel() / rows)
    whole = ", ".join(path for path, density in densities.items() if density == 1)
    said = [note for note in masks.notes if "constant" not in note]
    assert said == [f"whole, since their share by Erdős and Rényi would exceed 1: {whole}"]


def test_lamp_is_a_threshold_of_its_scores() -> None:
    masks = sl.prune(module(), "magnitude", 0.2, scope="lamp")
    magnitudes = {path: np.abs(module().get_submodule(path).weight.detach().double().numpy()) for path in shapes()}
    scores = lamp(magnitudes)
    level = np.sort(np.concatenate([each.ravel() for each in scores.values()]))[-masks.kept]
    assert all(np.array_equal(mask, scores[path] >= level) for path, mask in masks.items())
    plain = sl.prune(module(), "magnitude", 0.2)
    assert any(not torch.equal(plain[path], mask) for path, mask in masks.items())


def test_densities_of_layers_may_be_given() -> None:
    given = {"0": 1.0, "2": 0.25, "5": 0.0, "7": 0.5}
    masks = sl.prune(module(), "snip", given, DATA)
    assert {path: float(mask.double().mean()) for path, mask in masks.items()} == given
    assert masks.notes == ("the network is cut: no input moves an output, on 60 samples", "5: no weight is kept")
    given["5"] = 0.125
    rounds = sl.prune(module(), "synflow-iterative", given, X, rounds=3)
    assert {path: float(mask.double().mean()) for path, mask in rounds.items()} == given


def by_hand(method: str, rounds: int) -> dict[str, torch.Tensor]:
    """Masks after rounds, each of all weights that are left, in double precision."""
    copy = module().double()
    weights = {path: copy.get_submodule(path).weight for path in shapes()}
    first = {path: weight.detach().clone() for path, weight in weights.items()}
    masks = {path: torch.ones_like(weight, dtype=torch.bool) for path, weight in weights.items()}
    size = sum(mask.numel() for mask in masks.values())
    for k in range(1, rounds + 1):
        for path, weight in weights.items():
            weight.data = first[path] * masks[path]
        slopes = torch.autograd.grad(
            functional.cross_entropy(copy(X.double()), CLASSES), list(weights.values()), create_graph=True
        )
        if method == "grasp":
            along = sum((each * each.detach()).sum() for each in slopes)
            slopes = torch.autograd.grad(along, list(weights.values()))
        scores = {path: weights[path].detach() * slope.detach() for path, slope in zip(weights, slopes, strict=True)}
        scores = scores if method == "grasp" else {path: each.abs() for path, each in scores.items()}
        left = torch.cat([scores[path][masks[path]] for path in masks])
        level = left.sort(descending=True).values[round(0.1 ** (k / rounds) * size) - 1]
        masks = {path: masks[path] & (scores[path] >= level) for path in masks}
    return masks


@pytest.mark.parametrize("method", ["snip", "grasp"])
@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_rounds_score_what_is_left(method, rounds) -> None:
    model = module()
    before = [each.clone() for each in model.parameters()]
    held = {
        "arrays": DATA,
        "a loader": DataLoader(TensorDataset(X, CLASSES), batch_size=25, shuffle=True),
        "a generator": ((x, y) for x, y in zip(X.split(17), CLASSES.split(17), strict=True)),
    }
    wanted = by_hand(method, rounds)
    for data in held.values():
        found = sl.prune(model, method, 0.1, data, rounds=rounds)
        assert all(torch.equal(found[path], mask) for path, mask in wanted.items())
    assert all(torch.equal(one, other) for one, other in zip(before, model.parameters(), strict=True))
    if rounds > 1:
        once = sl.prune(model, method, 0.1, DATA)
        assert any(not torch.equal(once[path], mask) for path, mask in wanted.items())


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        (r"scope is 'even', expected one of global, layer, erdos-renyi", {"scope": "even"}),
        (r"scope is lamp with snip, expected magnitude", {"scope": "lamp"}),
        (r"scope is layer with densities of layers", {"scope": "layer", "density": {"0": 0.5}}),
        (r"density has 0, expected 0, 2, 5, 7: not in both 2, 5, 7", {"density": {"0": 0.5}}),
        (r"rounds is 3, expected none with wanda", {"method": "wanda", "rounds": 3}),
        (r"rounds is 3, expected none with synflow: .*synflow-iterative has them", {"method": "synflow", "rounds": 3}),
        (r"rounds is 0", {"rounds": 0}),
    ],
)
def test_what_does_not_go_together_is_refused(said, asked) -> None:
    asked = {"method": "snip", "density": 0.2, **asked}
    with pytest.raises(InputError, match=said):
        sl.prune(module(), asked.pop("method"), asked.pop("density"), DATA, **asked)


def test_zeros_are_told_from_zeros_on_request_alone() -> None:
    half = module()
    half[5].weight.data[:10] = 0
    with pytest.raises(InputError, match=r"the density of 5 is 0.9, where a threshold is among scores of 0"):
        sl.prune(half, "magnitude", {"0": 1, "2": 1, "5": 0.9, "7": 1})
    masks = sl.prune(half, "magnitude", {"0": 1, "2": 1, "5": 0.9, "7": 1}, ties="index")
    assert int(masks["5"].sum()) == 576
