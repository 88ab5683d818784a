"""Parts that a batch, a forward or the whole module does not use, or that nobody calls."""

from __future__ import annotations

import json

import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main

torch = needs("torch")
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402
from torch.nn.utils.prune import remove  # noqa: E402

torch.manual_seed(0)
X, CLASSES = torch.randn(60, 6), torch.randint(3, (60,))


class Heads(nn.Module):
    """A trunk, and a head for each of two tasks."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.trunk, self.first, self.second = nn.Linear(6, 12), nn.Linear(12, 3), nn.Linear(12, 3)

    def forward(self, x, task: int = 0):
        return (self.second if task else self.first)(torch.tanh(self.trunk(x)))


def of_task(model, batch):
    x, y, task = batch
    return functional.cross_entropy(model(x, task), y)


def tasks(sizes=(40, 20)):
    return [(x, y, task) for task, (x, y) in enumerate(zip(X.split(sizes), CLASSES.split(sizes), strict=True))]


def by_hand(method: str) -> dict[str, torch.Tensor]:
    """Scores by the loss of all samples, each with the head of its task."""
    copy = Heads().double()
    weights = {path: part.weight for path, part in copy.named_modules() if isinstance(part, nn.Linear)}
    loss = sum(of_task(copy, (x.double(), y, task)) * len(x) for x, y, task in tasks()) / len(X)
    slopes = torch.autograd.grad(loss, list(weights.values()), create_graph=True)
    if method == "grasp":
        along = sum((each * each.detach()).sum() for each in slopes)
        slopes = torch.autograd.grad(along, list(weights.values()))
    scores = {path: weight * slope for (path, weight), slope in zip(weights.items(), slopes, strict=True)}
    return scores if method == "grasp" else {path: score.abs() for path, score in scores.items()}


@pytest.mark.parametrize("method", ["snip", "grasp"])
def test_a_part_need_not_be_used_by_each_batch(method):
    scores = by_hand(method)
    together = torch.cat([each.flatten() for each in scores.values()])
    level = together.sort(descending=True).values[round(0.4 * len(together)) - 1]
    masks = sl.prune(Heads(), method, 0.4, tasks(), loss=of_task)
    assert all(bool((masks[path] == (score >= level)).all()) for path, score in scores.items())


@pytest.mark.parametrize("method", ["snip", "grasp", "wanda"])
def test_a_part_that_no_batch_uses_is_refused_unless_it_is_left_out(method):
    with pytest.raises(InputError, match="second does not reach the output"):
        sl.prune(Heads(), method, 0.4, (X, CLASSES))
    assert sorted(sl.prune(Heads(), method, 0.4, (X, CLASSES), exclude="second")) == ["first", "trunk"]


@pytest.mark.parametrize("method", ["snip", "grasp", "wanda", "magnitude"])
def test_prune_needs_no_gradients_of_its_caller(method):
    net = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 3))
    expected = sl.prune(net, method, 0.3, (X, CLASSES))
    with torch.no_grad():
        found = sl.prune(net, method, 0.3, (X, CLASSES))
    assert all(bool((found[path] == expected[path]).all()) for path in expected)
    assert found.notes == expected.notes
    with torch.inference_mode(), pytest.raises(InputError, match=r"within torch\.inference_mode"):
        sl.prune(net, method, 0.3, (X, CLASSES))


class Uncalled(nn.Module):
    """Weights of a list, which has no forward."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.w, self.b = nn.ParameterList([nn.Parameter(torch.randn(8, 6))]), nn.Linear(8, 3)

    def forward(self, x):
        return self.b(torch.relu(x @ self.w[0].T))


def test_a_pruned_module_is_trained_through_weights_that_nobody_calls():
    net = Uncalled()
    masks = sl.prune(net, "snip", 0.4, (X, CLASSES), include="w.*")
    assert {"w.0", "b"} == set(masks)
    masks.apply(net)
    masks.apply(net)
    assert len(net._forward_pre_hooks) == 1
    optimiser = torch.optim.SGD(net.parameters(), lr=0.5)
    for _ in range(3):
        optimiser.zero_grad()
        functional.cross_entropy(net(X), CLASSES).backward()
        optimiser.step()
    with torch.no_grad():
        found = net(X)
        expected = net.b(torch.relu(X @ (net.w.get_parameter("0_orig") * masks["w.0"]).T))
    assert torch.equal(found, expected)


def test_a_module_whose_masks_were_made_permanent_is_pruned_again():
    for net, include in ((Uncalled(), "w.*"), (nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3)), ())):
        first = sl.prune(net, "snip", 0.4, (X, CLASSES), include=include)
        first.apply(net)
        for part in net.modules():
            for name in [
                name.removesuffix("_orig") for name, _ in part.named_parameters(recurse=False) if "_orig" in name
            ]:
                remove(part, name)
        again = sl.prune(net, "snip", 0.2, (X, CLASSES), include=include)
        assert all(bool((mask <= first[path]).all()) for path, mask in again.items())
    assert not net._forward_pre_hooks  # a module whose parts are all called is as torch leaves it


def test_grasp_passes_over_a_batch_of_which_no_chosen_weight_has_a_part():
    found = sl.prune(Heads(), "grasp", 0.4, tasks(), loss=of_task, include="second", exclude=["trunk", "first"])
    (x, y, task) = tasks()[1]
    alone = sl.prune(
        Heads(), "grasp", 0.4, iter([(x, y, task)]), loss=of_task, include="second", exclude=["trunk", "first"]
    )
    assert list(found) == ["second"]
    assert torch.equal(found["second"], alone["second"])


def test_what_groups_leave_empty_is_counted_group_by_group():
    net = nn.Sequential(nn.Conv2d(4, 4, 3, groups=4), nn.ConvTranspose2d(4, 6, 3, groups=2))
    masks = sl.prune(net, "random", 0.9, include="*")
    masks["0"][:], masks["1"][:] = True, True
    masks["0"][2] = False  # the only one that reads input 2
    masks["1"][2:, 1] = False  # output 1 of the second group: 4 of 6
    first, second = masks.layers
    assert [first[name] for name in ("rows", "empty_rows", "columns", "empty_columns")] == [4, 1, 4, 1]
    assert [second[name] for name in ("rows", "empty_rows", "columns", "empty_columns")] == [6, 1, 4, 0]


def test_a_disk_that_is_full_is_said_in_one_line(tmp_path, monkeypatch):
    needs("safetensors")
    import safetensors.torch

    def full(*_: object) -> None:
        raise safetensors.SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(safetensors.torch, "save_file", full)
    masks = sl.prune(nn.Linear(6, 3), "magnitude", 0.5)
    with pytest.raises(InputError, match="No space left on device"):
        masks.save(tmp_path / "masks.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_data_that_a_method_does_not_read_may_be_of_any_kind():
    masks = sl.prune(nn.Linear(6, 3), "magnitude", 0.5, [{"x": X, "y": CLASSES}])
    assert int(masks[""].sum()) == 9


def test_a_shape_is_enough_for_synflow_beside_a_loss_of_ones_own():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 2))
    loss = of_task
    found, expected = (sl.prune(net, "synflow", 0.05, (1, 3, 8, 8), loss=each) for each in (loss, "cross-entropy"))
    assert found.notes == expected.notes


@pytest.mark.parametrize(("scope", "said"), [(None, "row"), ("layer", "row"), ("erdos-renyi", "erdos-renyi")])
def test_the_record_of_wanda_says_how_rows_share(scope, said, tmp_path, capsys):
    code = tmp_path / "own.py"
    code.write_text(
        "from torch import nn\n\ndef build():\n    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))\n"
    )
    words = ["prune", "--model", f"{code}:build", "--method", "wanda", "--density", "0.1", "--data", "digits"]
    words += ["--out", str(tmp_path / "m.npz"), "--json", "-"] + ([] if scope is None else ["--scope", scope])
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["scope"] == said
