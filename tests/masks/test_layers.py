"""All layers of a file: which arrays are layers, what is kept in them, and paths through them against exact products."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from helpers import needs
from hypothesis import given, settings
from hypothesis import strategies as st

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.limits import limit
from sparse_limits.numerics.masks import layers as mask_layers
from sparse_limits.numerics.masks import stored, tensor_files
from sparse_limits.numerics.masks.chains import chains_in, follow
from sparse_limits.numerics.masks.composition import path_counts, path_density
from sparse_limits.numerics.masks.files import load_mask
from sparse_limits.numerics.masks.layers import Layer, layers_of, open_layers

RNG = np.random.default_rng(0)
MASK, OTHER = RNG.random((7, 5)) < 0.4, RNG.random((4, 7)) < 0.4
KERNEL = RNG.random((3, 2, 3, 3)) < 0.4


def as_layers(masks: list[np.ndarray]) -> dict[str, Layer]:
    return {
        str(place): Layer(str(place), "mask", mask.shape, mask.astype(bool), mask.shape[1], False)
        for place, mask in enumerate(masks)
    }


def test_masks_stand_for_their_weights_and_the_rest_is_named(tmp_path: Path) -> None:
    held = {
        "module.embed.weight": np.ones((9, 5)),
        "module.0.weight_orig": 0.3 * np.ones((7, 5)),
        "module.0.weight_mask": MASK,
        "module.0.bias": np.ones(7),
        "module.2.weight": -0.3 * OTHER,
        "conv.weight": 0.3 * KERNEL,
        "attn.bias": np.ones((1, 1, 4, 4)),
        "optimizer.state.0.exp_avg": np.ones((7, 5)),
        "timestep_embedding.linear.weight": np.ones((2, 3)),
        "nothing": np.ones((0, 3)),
    }
    np.savez(tmp_path / "m.npz", **held)
    file = open_layers(tmp_path / "m.npz")
    assert file.left_out == {
        "module.embed.weight": "embedding",
        "module.0.weight_orig": "weights of a mask",
        "module.0.bias": "vector",
        "attn.bias": "bias",
        "optimizer.state.0.exp_avg": "optimiser",
        "nothing": "empty",
    }
    found = {layer.name: layer for layer in layers_of(tmp_path / "m.npz")}
    expected = {
        "module.0.weight_mask": ("mask", MASK),
        "module.2.weight": ("weights", OTHER),
        "conv.weight": ("weights", KERNEL.reshape(3, -1)),
        "timestep_embedding.linear.weight": ("weights", np.ones((2, 3), bool)),
    }
    assert list(found) == list(expected)
    for name, (kind, kept) in expected.items():
        assert found[name].kind == kind
        assert (found[name].kept == kept).all()
    assert [file.short(name) for name in file.names] == ["0", "2", "conv", "timestep_embedding.linear"]


def test_scales_of_weight_norm_are_no_layers(tmp_path: Path) -> None:
    held = {
        "0.weight_g": np.ones((7, 1)),
        "0.weight_v": 0.5 * MASK,
        "2.parametrizations.weight.original0": np.ones((3, 1, 1, 1)),
        "2.parametrizations.weight.original1": 0.5 * KERNEL,
        "gate.w_g": 0.5 * MASK,
        "gate.w_v": 0.5 * MASK,
        "alone_g": np.ones((4, 1)),
    }
    np.savez(tmp_path / "m.npz", **held)
    file = open_layers(tmp_path / "m.npz")
    scales = ["0.weight_g", "2.parametrizations.weight.original0"]
    assert file.left_out == dict.fromkeys(scales, "scales of weight_norm")
    assert file.names == [name for name in held if name not in scales]
    assert [file.short(name) for name in file.names[:2]] == ["0", "2"]


@pytest.mark.parametrize(
    ("scales", "directions"),
    [("weight_g", "weight_v"), ("parametrizations.weight.original0", "parametrizations.weight.original1")],
)
def test_weights_under_weight_norm_are_a_layer_with_a_bias(tmp_path: Path, scales: str, directions: str) -> None:
    held = {"0.bias": np.ones(7), f"0.{scales}": np.ones((7, 1)), f"0.{directions}": 0.5 * MASK}
    np.savez(tmp_path / "one.npz", **held)
    np.savez(tmp_path / "two.npz", **held, **{"1.weight": OTHER})
    for found in (load_mask(tmp_path / "one.npz"), load_mask(tmp_path / "two.npz", "0")):
        assert (found.mask.toarray() == MASK).all()
    np.savez(tmp_path / "transposed.npz", **{**held, "0.bias": np.ones(MASK.shape[1])})
    assert "bias" in " ".join(load_mask(tmp_path / "transposed.npz").notes)


def test_what_real_checkpoints_hold_besides_layers(tmp_path: Path) -> None:
    """Masks and tables of attention, class tokens, scales of channels, positions, and norms over several axes."""
    left = {
        "h.attn.mask": ((1, 1, 6, 6), "mask of attention"),
        "sa.tril": ((6, 6), "mask of attention"),
        "cls_token": ((1, 1, 8), "vector"),
        "layer_scale": ((8, 1, 1), "vector"),
        "pos_embed": ((1, 7, 8), "embedding"),
        "relative_attention_bias.weight": ((6, 2), "embedding"),
        "attn.relative_position_bias_table": ((9, 2), "bias"),
        "ln.weight": ((3, 4, 4), "norm"),
        "ln.bias": ((3, 4, 4), "bias"),
    }
    layers = {"head.weight": (1, 8, 1, 1), "fc.weight": (5, 8), "fc.mask": (5, 1), "last.weight_mask": (4, 5)}
    layers["last.weight_orig"] = (4, 5)
    held = {name: np.ones(shape) for name, (shape, _) in left.items()}
    np.savez(tmp_path / "m.npz", **held, **{name: np.ones(shape) for name, shape in layers.items()})
    file = open_layers(tmp_path / "m.npz")
    assert file.names == ["head.weight", "fc.mask", "last.weight_mask"]
    assert {name: file.left_out[name] for name in left} == {name: why for name, (_, why) in left.items()}


def test_a_short_name_is_no_other_layer(tmp_path: Path) -> None:
    np.savez(tmp_path / "m.npz", **{"2.weight": MASK, "module.2.weight": OTHER, "2.proj": MASK, "2": np.ones(3)})
    file = open_layers(tmp_path / "m.npz")
    assert [file.short(name) for name in file.names] == ["2.weight", "module.2.weight", "2.proj"]
    for name in file.names:
        layer = file.read(name)
        assert (load_mask(file.path, file.short(name)).mask.toarray() == layer.kept).all()


@pytest.mark.parametrize("suffix", [".npz", ".pt", ".safetensors"])
@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("transpose", [False, True])
def test_layers_are_what_load_mask_reads(tmp_path: Path, suffix: str, kind: str, transpose: bool, monkeypatch) -> None:
    torch = needs("torch")
    if (suffix, kind) == (".npz", "bfloat16"):
        pytest.skip("NumPy knows no bfloat16")
    path = tmp_path / f"m{suffix}"
    arrays = {"a": -0.5 * MASK, "b": 2.0 * KERNEL}
    tensors = {name: torch.tensor(array).to(getattr(torch, kind)) for name, array in arrays.items()}
    if suffix == ".npz":
        np.savez(path, **{name: np.asfortranarray(each.numpy()) for name, each in tensors.items()})
    elif suffix == ".pt":
        torch.save(tensors, path)
    else:
        needs("safetensors.torch").save_file(tensors, path)
    for module in (stored, tensor_files):
        monkeypatch.setattr(module, "PIECE", 4)
    for layer in layers_of(path, transpose=transpose):
        mask = load_mask(path, layer.name, nonzero=True, transpose=transpose).mask
        assert (mask.toarray() == layer.kept).all()


@pytest.mark.parametrize("transpose", [False, True])
def test_links_count_the_places_of_a_kernel(tmp_path: Path, transpose: bool, monkeypatch) -> None:
    held = KERNEL.transpose(2, 3, 1, 0) if transpose else KERNEL
    np.savez(tmp_path / "m.npz", a=held, b=held)
    monkeypatch.setattr(mask_layers, "ROWS_AT_A_TIME", 20)
    for layer in layers_of(tmp_path / "m.npz", transpose=transpose):
        links = np.vstack([each for _, each in layer.links()])
        assert (links == KERNEL.sum(axis=(2, 3))).all()


@settings(max_examples=60)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), st.integers(0, 2**32), st.floats(0.1, 0.9))
def test_paths_are_those_of_the_product(widths: list[int], seed: int, density: float) -> None:
    rng = np.random.default_rng(seed)
    masks = [rng.random((out, into)) < density for into, out in pairwise(widths)]
    layers = as_layers(masks)
    chain = follow(list(layers), layers.__getitem__)
    counts = path_counts(masks).toarray()
    assert chain.paths == counts.sum()
    assert chain.share == path_density(masks).overall
    assert chain.unused_inputs.tolist() == np.flatnonzero(counts.sum(axis=0) == 0).tolist()
    assert chain.unreached_outputs.tolist() == np.flatnonzero(counts.sum(axis=1) == 0).tolist()


def test_paths_are_whole_numbers_of_any_size() -> None:
    rng = np.random.default_rng(3)
    masks = [rng.random((40, 40)) < 0.9 for _ in range(30)]
    layers = as_layers(masks)
    chain = follow(list(layers), layers.__getitem__)
    product = np.ones(40, dtype=object)
    for mask in masks:
        product = mask.astype(int).astype(object) @ product
    assert chain.paths == product.sum() > 2**120
    assert chain.possible == 40**31


def test_runs_of_shapes_that_fit(tmp_path: Path) -> None:
    shapes = {"c1": (6, 3, 3, 3), "c2": (8, 6, 1, 1), "flat": (5, 8), "a": (4, 5), "apart": (5, 5), "b": (2, 5)}
    np.savez(tmp_path / "m.npz", **{name: np.ones(shape) for name, shape in shapes.items()})
    file = open_layers(tmp_path / "m.npz")
    assert chains_in(file) == [["c1", "c2"], ["flat", "a"], ["apart", "b"]]
    chain = follow(["c1", "c2"], file.read)
    assert chain.paths == chain.possible == 3 * 6 * 9 * 8
    with pytest.raises(InputError, match="flat has 8 inputs, expected 6"):
        follow(["c1", "flat"], file.read)
    with pytest.raises(InputError, match="names is empty"):
        follow([], file.read)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"a": MASK * np.nan, "b": MASK}, "m.npz, a: entry (0, 0) is nan, expected finite weights"),
        ({"a": np.where(MASK, np.inf, 0), "b": MASK}, "expected finite weights"),
        ({"a_mask": 0.5 * MASK, "b_mask": MASK}, "a_mask: entry (0, 1) is 0.5, expected 0 or 1"),
        ({"a": np.ones(3), "b": np.ones(2)}, "holds a [3], b [2], expected the matrix of a layer"),
        ({"a": MASK.astype(str), "b": MASK}, "a holds entries <U5, expected numbers"),
        ({"a_mask": MASK + 0j, "b": MASK}, "a_mask: entries are complex128, expected 0 and 1"),
    ],
)
def test_bad_files_take_one_line(tmp_path: Path, held: dict[str, np.ndarray], said: str) -> None:
    np.savez(tmp_path / "m.npz", **held)
    with pytest.raises(InputError) as caught:
        list(layers_of(tmp_path / "m.npz"))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_layers_too_large_for_memory_are_refused(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "m.npz", a=np.ones((700, 700), bool), b=MASK)
    with (
        limit("1M"),
        pytest.raises(InputError, match=r"shape \(700, 700\) would take about 1.05 MiB and 0.1 s, expected"),
    ):
        list(layers_of(tmp_path / "m.npz"))
