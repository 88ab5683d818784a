"""Targets and samples of a ticket in files of PyTorch, and in tables of every kind."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
nn = torch.nn

from numerics.arguments import InputError  # noqa: E402
from numerics.cli import main  # noqa: E402
from numerics.tickets.cases import from_files  # noqa: E402
from numerics.tickets.limits import USUAL  # noqa: E402
from numerics.tickets.target_files import load_target  # noqa: E402


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
        ({"out.weight": torch.ones(3, 8), "in.weight": torch.ones(8, 6)}, "out gives 3 outputs, in behind it takes 6"),
        ({"0.weight": [1, 2]}, "tensors alone"),
        (nn.Linear(2, 2), "pickled objects"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path, held, said):
    torch.save(held, tmp_path / "net.pt")
    with pytest.raises(InputError, match=said) as refused:
        load_target(tmp_path / "net.pt")
    assert "\n" not in str(refused.value)
    assert "net.pt" in str(refused.value)


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
