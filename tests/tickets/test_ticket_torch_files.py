"""Targets and samples of a ticket in files of PyTorch, and in tables of every kind."""

import numpy as np
import pytest
from helpers import needs

torch = needs("torch")
nn = torch.nn
prune = needs("torch.nn.utils.prune")

from sparse_limits.numerics.arguments import InputError  # noqa: E402
from sparse_limits.numerics.cli import main  # noqa: E402
from sparse_limits.numerics.tickets.cases import from_files  # noqa: E402
from sparse_limits.numerics.tickets.limits import USUAL  # noqa: E402
from sparse_limits.numerics.tickets.target_files import load_target  # noqa: E402


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3))


def as_npz(path, module):
    linear = [each for each in module if isinstance(each, nn.Linear)]
    arrays = {f"weights_{k}": each.weight.detach().numpy().T for k, each in enumerate(linear, 1)}
    np.savez(path, **arrays, **{f"biases_{k}": each.bias.detach().numpy() for k, each in enumerate(linear, 1)})


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: state,
        lambda state: {f"module._orig_mod.{name}": each for name, each in state.items()},
        lambda state: {"state_dict": state, "epoch": 3},
        lambda state: {"model_state_dict": state, "loss": 0.5},
        lambda state: {"model": state, "optimizer": {"state": {}, "param_groups": []}},
    ],
)
def test_a_state_dictionary_is_the_network(tmp_path, wrap):
    module = network()
    torch.save(wrap(dict(module.state_dict())), tmp_path / "net.pt")
    as_npz(tmp_path / "net.npz", module)
    found, known = load_target(tmp_path / "net.pt"), load_target(tmp_path / "net.npz")
    for one, other in zip(found.layers, known.layers, strict=True):
        np.testing.assert_array_equal(one.coeffs, other.coeffs)


def test_layers_stand_in_the_order_of_the_file(tmp_path):
    rng = np.random.default_rng(0)
    state = {name: torch.tensor(rng.random(shape)) for name, shape in (("up.weight", (4, 4)), ("down.weight", (4, 4)))}
    torch.save(state, tmp_path / "net.pth")
    first, _ = load_target(tmp_path / "net.pth").layers
    np.testing.assert_array_equal(first.coeffs[:, :, 0], state["up.weight"].numpy().T)


def test_tensors_larger_than_their_file_are_refused_unread(tmp_path):
    """A row of 1000 numbers a billion times; and a negative view, which NumPy does not know."""
    torch.save({"0.weight": torch.ones(1, 1000).expand(10**9, 1000)}, tmp_path / "net.pt")
    with pytest.raises(InputError, match=r"its arrays would take about 3\.64 TiB"):
        load_target(tmp_path / "net.pt")
    torch.save({"0.weight": torch._neg_view(torch.tensor([[1.0, -2.0]]))}, tmp_path / "net.pt")
    assert load_target(tmp_path / "net.pt").layers[0].coeffs.ravel().tolist() == [-1.0, 2.0]


def test_bfloat16_is_read_as_it_is(tmp_path):
    weight = torch.tensor([[1.0, -0.5], [0.25, 3.0]]).bfloat16()
    torch.save({"0.weight": weight}, tmp_path / "net.pt")
    (layer,) = load_target(tmp_path / "net.pt").layers
    np.testing.assert_array_equal(layer.coeffs[:, :, 0], weight.float().numpy().T)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"0.weight": torch.ones(2, 2), "1.weight": torch.ones(2)}, "expected NAME.weight"),
        ({"0.weight": torch.ones(2, 2), "module.0.weight": torch.ones(2, 2)}, "twice"),
        ({"0.weight": torch.ones(2, 2).to_sparse()}, "neither sparse"),
        ([torch.ones(2, 2)], "holds list"),
        ({"out.weight": torch.ones(3, 8), "in.weight": torch.ones(8, 6)}, "out gives 3 outputs, in after it takes 6"),
        ({"0.weight": [1, 2]}, "tensors alone"),
        (nn.Linear(2, 2), "pickled objects"),
        (
            nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).state_dict(),
            "batch normalisation 1, .*fuse_linear_bn_eval",
        ),
        (nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(2)).state_dict(), "a vector of weights is a normalisation's"),
        (nn.utils.parametrizations.weight_norm(nn.Linear(2, 2)).state_dict(), "remove_parametrizations"),
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).state_dict(), "0.weight .2, 1, 3, 3., of a convolution"),
        ({"0.weight_orig": torch.ones(2, 2)}, "0.weight_mask is missing, expected both"),
        (
            {"0.weight_orig": torch.ones(2, 2), "0.weight_mask": torch.ones(1, 2)},
            r"0.weight_mask is \[1, 2\], expected",
        ),
        ({"0.weight_orig": torch.ones(2, 2), "0.weight_mask": torch.full((2, 2), 0.5)}, "other than 0 and 1"),
        ({f"0.weight{end}": torch.ones(2, 2) for end in ("", "_orig", "_mask")}, "which counts is not known"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path, held, said):
    torch.save(held, tmp_path / "net.pt")
    with pytest.raises(InputError, match=said) as refused:
        load_target(tmp_path / "net.pt")
    assert "\n" not in str(refused.value)
    assert "net.pt" in str(refused.value)


def test_a_pruned_layer_is_the_product_of_its_weights_and_mask(tmp_path, capsys):
    module = network()
    prune.l1_unstructured(module[0], "weight", 0.5)
    prune.random_unstructured(module[0], "bias", 2)
    torch.save(module.state_dict(), tmp_path / "net.pt")
    assert main(["ticket", "--target", f"{tmp_path}/net.pt", "--epsilon", "1e-3"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "0.weight, 0.bias: the product of _orig and _mask, as torch.nn.utils.prune computes it" in said
    pruned = load_target(tmp_path / "net.pt")
    for kind in ("weight", "bias"):
        prune.remove(module[0], kind)
    torch.save(module.state_dict(), tmp_path / "net.pt")
    for one, other in zip(pruned.layers, load_target(tmp_path / "net.pt").layers, strict=True):
        np.testing.assert_array_equal(one.coeffs, other.coeffs)


def test_samples_may_be_tables_arrays_and_tensors(tmp_path):
    torch.save(network().state_dict(), tmp_path / "net.pt")
    rng = np.random.default_rng(1)
    x, y = rng.random((20, 4)), np.arange(20) % 3
    words = np.array(["ant", "bee", "cat"])[y]
    np.save(tmp_path / "all.npy", np.column_stack([x, y]))
    np.save(tmp_path / "x.npy", x)
    torch.save({"x": torch.tensor(x), "y": torch.tensor(y)}, tmp_path / "xy.pt")
    lines = [",".join(map(str, [*row, word])) for row, word in zip(x.tolist(), words, strict=True)]
    (tmp_path / "named.csv").write_text("\n".join(["a,b,c,d,kind", *lines]))
    known = None
    for name in ("all.npy", "xy.pt", "named.csv", "x.npy"):
        samples = from_files(f"{tmp_path}/net.pt", f"{tmp_path}/{name}", True, USUAL).samples
        known = samples.x if known is None else known
        np.testing.assert_array_equal(samples.x, known)
        if name == "x.npy":
            assert samples.labels is None
        else:
            np.testing.assert_array_equal(samples.labels, y)


def test_the_command_takes_both(tmp_path, capsys):
    torch.save(network().state_dict(), tmp_path / "net.pt")
    torch.save({"x": torch.rand(9, 4), "y": torch.arange(9) % 3}, tmp_path / "xy.pt")
    assert main(["ticket", "--target", f"{tmp_path}/net.pt", "--data", f"{tmp_path}/xy.pt", "--epsilon", "1e-3"]) == 0
    assert "9 samples" in capsys.readouterr().out
