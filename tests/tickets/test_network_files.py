"""Networks in files, and what is no such file."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from ticket_cases import EXCHANGES, POINTS, deep_sets

from sparse_limits.numerics.equivariance import forward
from sparse_limits.numerics.tickets import multilayer_perceptron, with_constant
from sparse_limits.numerics.tickets.target_files import FROM_TORCH, load_target

# Networks


def perceptron(x, weights, biases):
    for k, (w, b) in enumerate(zip(weights, biases, strict=True)):
        x = (np.maximum(x, 0) if k else x) @ w + b
    return x


def safetensors(path, tensors) -> None:
    entries, numbers = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in tensors.items():
        kind = {"f": "F"}[tensor.dtype.kind] + str(8 * tensor.itemsize)
        entries[name] = {
            "dtype": kind,
            "shape": tensor.shape,
            "data_offsets": [len(numbers), len(numbers) + tensor.nbytes],
        }
        numbers += tensor.tobytes()
    text = json.dumps(entries).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + numbers)


def test_perceptrons_from_files(tmp_path):
    rng = np.random.default_rng(3)
    weights = [rng.normal(size=pair).astype(np.float32) for pair in ((5, 7), (7, 4), (4, 3))]
    biases = [rng.normal(size=7).astype(np.float32), np.zeros(4, np.float32), rng.normal(size=3).astype(np.float32)]
    x = rng.normal(size=(50, 5))
    expected = perceptron(x, weights, biases)
    np.savez(
        tmp_path / "m.npz",
        **{f"weights_{k}": w for k, w in enumerate(weights, 1)},
        biases_1=biases[0],
        biases_3=biases[2],
    )
    tensors = {f"{name}.weight": w.T.copy() for name, w in zip(("body.0", "body.2", "body.10"), weights, strict=True)}
    safetensors(tmp_path / "m.safetensors", {"body.10.bias": biases[2], "body.0.bias": biases[0]} | tensors)
    for name in ("m.npz", "m.safetensors"):
        found = load_target(tmp_path / name)
        assert found.biased
        np.testing.assert_allclose(forward(found.layers, with_constant(x))[..., 0], expected, rtol=1e-6, atol=1e-6)
    np.savez(tmp_path / "plain.npz", weights_1=weights[0], weights_2=weights[1])
    found = load_target(tmp_path / "plain.npz")
    assert not found.biased
    assert (forward(found.layers, x[..., None]) == forward(multilayer_perceptron(weights[:2]), x[..., None])).all()


def test_groups_from_files(tmp_path):
    one, two = deep_sets()
    arrays = {"coefficients_1": one.coeffs, "basis_1": one.basis, "coefficients_2": two.coeffs, "basis_2": two.basis}
    np.savez(tmp_path / "plain.npz", **arrays)
    assert load_target(tmp_path / "plain.npz").permutations is None
    np.savez(tmp_path / "group.npz", **arrays, permutations_0=EXCHANGES)
    found = load_target(tmp_path / "group.npz")
    x = np.random.default_rng(0).normal(size=(9, 2, POINTS))
    for p, q in zip(found.permutations[0], found.permutations[-1], strict=True):
        np.testing.assert_allclose(forward(found.layers, x[..., p]), forward(found.layers, x)[..., q])


W = np.ones((2, 2))


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({}, "holds nothing"),
        ({"weight_1": W}, "holds weight_1"),
        ({"weights_1": W, "bias_1": W[0]}, "holds bias_1"),
        ({"weights_2": W}, "weights_1 is missing"),
        ({"weights_1": W, "weights_99999999999999999999": W}, "weights_2 is missing"),
        ({"weights_1": W, "biases_2": W[0]}, "holds biases_2"),
        ({"biases_1": W[0]}, "expected weights_1"),
        ({"weights_1": W, "weights_2": np.ones((3, 1))}, "expected the same"),
        ({"weights_1": W[0]}, "2 dimensions"),
        ({"weights_1": W * np.inf}, "finite"),
        ({"weights_1": W[:0]}, "finite"),
        ({"weights_1": W + 1j}, "expected numbers"),
        ({"weights_1": W, "coefficients_1": W, "basis_1": W}, "nothing else"),
        ({"coefficients_1": np.ones((1, 1, 1))}, "expected weights_1"),
        ({"coefficients_1": np.ones((1, 1, 2)), "basis_1": np.ones((1, 1, 1))}, "coeffs"),
        ({"coefficients_1": np.ones((1, 1, 1)), "basis_2": np.ones((1, 1, 1))}, "basis_1 is missing"),
    ],
)
def test_what_is_no_target(tmp_path, arrays, said):
    np.savez(tmp_path / "target.npz", **arrays)
    with pytest.raises(ValueError, match=rf"target\.npz: [^\n]*{said}[^\n]*$"):
        load_target(tmp_path / "target.npz")


def test_bases_that_do_not_commute(tmp_path):
    arrays = {"coefficients_1": np.ones((1, 1, 1)), "basis_1": np.diag([1.0, 2.0])[None]}
    for permutations, said in (
        ({"permutations_0": np.array([[1, 0]])}, "does not commute"),
        ({"permutations_1": np.array([[1, 0]])}, "permutations_0 is missing"),
        ({"permutations_0": np.array([[[0, -1], [1, 0]]])}, "coordinates]; files hold permutations only"),
        ({"permutations_0": np.array([[-1, 0]])}, "of 0 to 1; files hold permutations only"),
        ({"permutations_0": np.array([[1, 2]])}, "of 0 to 1$"),
        ({"permutations_0": np.array([[0, 1]]), "permutations_2": np.array([[0, 1]])}, "at most permutations_1"),
        ({"permutations_0": np.array([[0, 1]]), "permutations_1": np.array([[0, 1]] * 2)}, "as many on each level"),
    ):
        np.savez(tmp_path / "target.npz", **arrays, **permutations)
        with pytest.raises(ValueError, match=said):
            load_target(tmp_path / "target.npz")


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff" * 8, b"\xff" * 200, (2).to_bytes(8, "little") + b"[]", (2).to_bytes(8, "little") + b"{}", b"{" * 9999]
    + [
        len(text).to_bytes(8, "little") + text + b"\0" * 32
        for text in (
            b'{"a.weight": {"dtype": "F64", "shape": [2, 2], "data_offsets": [0, 33]}}',
            b'{"a.weight": {"dtype": "F64", "shape": [2, 3], "data_offsets": [0, 32]}}',
            b'{"a.weight": {"dtype": "F64", "shape": [-2, -2], "data_offsets": [0, 32]}}',
            b'{"a.weight": {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]}}',
            b'{"a.weight": {"dtype": "F64", "shape": [4], "data_offsets": [0, 32]}}',
            b'{"a.weight": 3}',
        )
    ],
)
def test_damaged_safetensors(tmp_path, content):
    (tmp_path / "m.safetensors").write_bytes(content)
    with pytest.raises(ValueError, match=r"m\.safetensors: [^\n]+$"):
        load_target(tmp_path / "m.safetensors")


def test_pickles_are_refused_with_a_way_out(tmp_path):
    (tmp_path / "model.pkl").write_bytes(b"whatever")
    with pytest.raises(ValueError, match=r"model\.pkl: [^\n]*" + re.escape(FROM_TORCH) + "$"):
        load_target(tmp_path / "model.pkl")
