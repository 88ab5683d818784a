"""The shape of a batch in place of an example of inputs, for methods that need no more."""

from __future__ import annotations

import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError

torch = needs("torch")
from torch import nn  # noqa: E402


def images() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16, 5), nn.ReLU(), nn.Linear(5, 3))


@pytest.mark.parametrize("method", ["synflow", "synflow-iterative"])
@pytest.mark.parametrize("shape", [(1, 3, 4, 4), [7, 3, 4, 4], torch.Size([2, 3, 4, 4])], ids=["one", "list", "size"])
def test_a_shape_has_the_masks_of_an_example(method, shape):
    wanted = sl.prune(images(), method, 0.3, torch.randn(9, 3, 4, 4))
    found = sl.prune(images(), method, 0.3, shape)
    assert wanted.keys() == found.keys()
    assert all(torch.equal(wanted[path], found[path]) for path in wanted)


def test_a_shape_shows_on_random_inputs_that_a_network_is_cut():
    """The largest weights, which are kept, do not meet; no samples have a shape, too."""
    cut = images()
    cut[3].weight.data[0] = 9
    cut[5].weight.data[:, 0] = 0
    cut[5].weight.data[:, 1] = 9
    for data, on in (
        (torch.randn(9, 3, 4, 4), "9 samples"),
        ((1, 3, 4, 4), "64 random inputs"),
        (torch.empty(0, 3, 4, 4), "64 random inputs"),
    ):
        notes = sl.prune(cut, "magnitude", 0.05, data).notes
        assert f"the network is cut: no input moves an output, on {on}" in notes
    assert not any("cut" in note for note in sl.prune(cut, "magnitude", 0.05).notes)


REFUSED = {
    "a batch is int, expected": ("snip", (1, 3, 4, 4)),
    r"a batch is int, expected \(x, y\), inputs x as an example, or their shape": ("synflow", (0, 3, 4, 4)),
    r"the module does not take inputs of shape \(2, 3, 9, 9\)": ("synflow", (1, 3, 9, 9)),
    r"expected `data`: batches, inputs x \[N, …\], or their shape, for SynFlow": ("synflow", (3,)),
    r"two inputs of shape \(3, 1000000000, 1000000000\) would take about": ("synflow", (1, 3, 10**9, 10**9)),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_is_no_shape_of_its_inputs_is_refused(said):
    method, data = REFUSED[said]
    with pytest.raises(InputError, match=said):
        sl.prune(images(), method, 0.3, data)
