"""`prune` beside code that shares nothing with it, on twenty-one architectures: the same masks, to the last entry.

On an accelerator, and with the samples in another order, sums are rounded otherwise: entries may differ whose scores are ties within rounding.
"""

from __future__ import annotations

from copy import deepcopy

import pytest
from helpers import needs

import sparse_limits as sl

torch = needs("torch")
from architectures import ARCHITECTURES, SAMPLES, TARGETS, Case  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

DENSITY = 0.2
NAMES = list(ARCHITECTURES)
POSITIVE = [name for name, case in ARCHITECTURES.items() if case.positive]
PLAIN = (nn.Linear, nn.Conv1d, nn.Conv2d)
OTHER = (nn.ConvTranspose2d, nn.LSTM, nn.GRU, nn.Embedding)
Masks = dict[str, torch.Tensor]


def built(case: Case) -> nn.Module:
    torch.manual_seed(4)
    return case.build()


def weights_of(module: nn.Module, case: Case) -> dict[str, nn.Parameter]:
    """The weights that are pruned, by the first of their names."""
    found: dict[str, nn.Parameter] = {}
    for path, part in module.named_modules():
        for name, each in part.named_parameters(recurse=False):
            plain = isinstance(part, PLAIN) and name == "weight"
            asked = name in case.include or (
                isinstance(part, OTHER) and (type(part) in case.include or path in case.include)
            )
            if plain or (asked and each.ndim >= 2):
                found[path if name == "weight" else f"{path}.{name}".lstrip(".")] = each
    return found


def scores_by_hand(case: Case, method: str) -> dict[str, torch.Tensor]:
    """The scores in double precision, batch normalisation with the statistics of all samples."""
    copy = deepcopy(built(case)).double().eval()
    for part in copy.modules():
        if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d)):
            part.train()
    weights = weights_of(copy, case)
    data = case.data.double() if case.data.is_floating_point() else case.data
    if method == "synflow":
        for part in copy.modules():
            if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d)):
                part.eval()
                nn.init.zeros_(part.running_mean)
        for name, each in copy.named_parameters():
            each.data = torch.zeros_like(each) if "bias" in name else each.abs()
        value = copy(torch.ones_like(data[:1])).sum()
        slopes = torch.autograd.grad(value, list(weights.values()))
    else:
        with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
            value = functional.cross_entropy(copy(data), TARGETS)
            slopes = torch.autograd.grad(value, list(weights.values()), create_graph=True)
            if method == "grasp":
                along = sum((each * each.detach()).sum() for each in slopes)
                slopes = torch.autograd.grad(along, list(weights.values()))
    scores = {name: (weight * slope).detach() for (name, weight), slope in zip(weights.items(), slopes, strict=True)}
    if method != "grasp":
        scores = {name: score.abs() for name, score in scores.items()}
    return scores


def level_of(scores: dict[str, torch.Tensor]) -> torch.Tensor:
    """The least score that is kept."""
    together = torch.cat([score.flatten() for score in scores.values()]).sort(descending=True).values
    return together[round(DENSITY * len(together)) - 1]


def by_hand(case: Case, method: str) -> dict[str, torch.Tensor]:
    """The masks of the largest scores."""
    scores = scores_by_hand(case, method)
    return {name: score >= level_of(scores) for name, score in scores.items()}


def pruned(case: Case, method: str, device: str = "cpu", order: slice | list[int] = slice(None)) -> Masks:
    data = case.data[order], TARGETS[order]
    return sl.prune(built(case), method, DENSITY, data, include=case.include, device=device)


def ties_of(case: Case, method: str) -> Masks:
    """The scores that are within rounding of the least one that is kept.

    Within as much as if each operation of the scoring rounded the largest score once: eps · operations · largest score.
    """
    with FlopCounterMode(display=False) as counted:
        scores = scores_by_hand(case, method)
    operations = counted.get_total_flops()
    assert operations > 0
    largest, level = max(float(score.abs().max()) for score in scores.values()), level_of(scores)
    tolerance = torch.finfo(torch.float64).eps * operations * largest
    return {path: (score - level).abs() <= tolerance for path, score in scores.items()}


def differing(ties: Masks, one: Masks, other: Masks) -> tuple[int, int]:
    """How many entries differ, and how many of them are no ties."""
    differ = {path: one[path].cpu() != other[path].cpu() for path in ties}
    return sum(int(each.sum()) for each in differ.values()), sum(int((differ[at] & ~ties[at]).sum()) for at in ties)


PAIRS = [
    *((name, method) for name in NAMES for method in ("snip", "grasp")),
    *((name, "synflow") for name in POSITIVE),
]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no accelerator")
@pytest.mark.parametrize(("name", "method"), PAIRS)
def test_an_accelerator_has_the_same_masks_up_to_ties_within_rounding(name: str, method: str) -> None:
    case = ARCHITECTURES[name]
    ties, here, there = ties_of(case, method), pruned(case, method), pruned(case, method, "cuda")
    assert here.keys() == there.keys()
    differ, apart = differing(ties, here, there)
    print(f"{name}, {method}: {differ} of {sum(mask.numel() for mask in ties.values())} entries differ")
    assert apart == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_same_samples_in_another_order_give_the_same_masks_up_to_ties_within_rounding(name: str) -> None:
    """So do sums that are rounded otherwise here; one entry that is wrong would be seen."""
    case = ARCHITECTURES[name]
    ties, here, there = (
        ties_of(case, "snip"),
        pruned(case, "snip"),
        pruned(case, "snip", order=[*reversed(range(SAMPLES))]),
    )
    assert differing(ties, here, there)[1] == 0
    path = next(path for path in ties if not ties[path].all())
    there[path][tuple((~ties[path]).nonzero()[0])] ^= True
    assert differing(ties, here, there)[1] == 1


@pytest.mark.parametrize(("name", "method"), PAIRS)
def test_masks_are_those_of_independent_code(name: str, method: str) -> None:
    case = ARCHITECTURES[name]
    masks = pruned(case, method)
    wanted = by_hand(case, method)
    assert {path for path in masks if not path.startswith("table") or "head" not in masks or path in wanted} == set(
        wanted
    )
    assert {path: int((masks[path] != mask).sum()) for path, mask in wanted.items()} == dict.fromkeys(wanted, 0)


@pytest.mark.parametrize("name", NAMES)
def test_the_masks_can_be_applied_and_the_module_trains(name: str) -> None:
    case = ARCHITECTURES[name]
    masks = sl.prune(built(case), "magnitude", DENSITY, include=case.include)
    module = masks.apply(built(case))
    optimiser = torch.optim.SGD(module.parameters(), lr=0.1)
    functional.cross_entropy(module(case.data), TARGETS).backward()
    optimiser.step()
    assert module(case.data).shape[0] == SAMPLES
    parts = dict(module.named_modules())
    for path, mask in masks.items():
        part, name = (module.get_submodule(path), "weight") if path in parts else _by_name(module, path)
        assert not getattr(part, name)[~mask].any()


def _by_name(module: nn.Module, path: str) -> tuple[nn.Module, str]:
    where, _, name = path.rpartition(".")
    return module.get_submodule(where), name
