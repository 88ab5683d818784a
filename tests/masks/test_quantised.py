"""Quantised weights are read where a stored 0 is a weight of 0, and else said and left out."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.masks.layers import open_layers
from sparse_limits.numerics.masks.quantised import BITS, BLOCKS, GPTQ, PACKED, SCALES, SHIFTED

RNG = np.random.default_rng(0)
DENSE = {"head.weight": np.eye(5), "head.bias": np.ones(5)}
PACKS = {
    GPTQ: {"qweight": (8, 64), "qzeros": (1, 8), "scales": (1, 64), "g_idx": (64,)},
    PACKED: {"weight_packed": (8, 8), "weight_scale": (8, 2), "weight_shape": (2,), "weight_zero_point": (1, 2)},
    BITS: {"weight": (32, 1), "weight.absmax": (4, 2), "weight.quant_state.bitsandbytes__nf4": (80,)},
    BLOCKS: {"up_proj_blocks": (2, 4, 3, 16), "up_proj_scales": (2, 4, 3)},
}


def save(file: Path, held: dict[str, np.ndarray]) -> Path:
    np.savez(file, **held)
    return file


@pytest.mark.parametrize("kind", PACKS)
def test_packed_weights_are_left_out_and_the_rest_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    packed = {f"model.l.{name}": RNG.integers(0, 9, shape).astype(np.uint8) for name, shape in PACKS[kind].items()}
    file = save(tmp_path / "q.npz", packed | DENSE)
    held = open_layers(file)
    assert held.names == ["head.weight"]
    first, *others = packed
    assert held.left_out[first] == kind
    assert {held.left_out[name] for name in others} == {SCALES}
    assert main(["fit", str(file)]) == 0
    assert f"{kind}: {first}" in " ".join(capsys.readouterr().out.split())
    with pytest.raises(InputError, match=f"holds {kind}, expected weights of a number each"):
        sl.load_mask(file, layer=first)
    alone = save(tmp_path / "alone.npz", packed)
    with pytest.raises(InputError, match=rf"\({kind}\), expected the matrix of a layer"):
        sl.fit_layers(alone)


def test_int8_of_bitsandbytes_is_read(tmp_path: Path) -> None:
    weights = RNG.integers(-2, 3, (6, 7)).astype(np.int8)
    beside = {"l.SCB": np.ones((6, 1)), "l.weight_format": np.zeros((1, 1))}
    file = save(tmp_path / "q.npz", {"l.weight": weights} | beside | DENSE)
    held = open_layers(file)
    assert held.names == ["l.weight", "head.weight"]
    layer = held.read("l.weight")
    assert (layer.kept == (weights != 0)).all()
    assert "whole numbers (int8)" in layer.notes[0]


@pytest.mark.parametrize(("zero", "read"), [(0, True), (3, False)])
def test_zero_points_decide(tmp_path: Path, zero: int, read: bool) -> None:
    weights = RNG.integers(-2, 3, (6, 7)).astype(np.int8)
    points = np.full((6, 2), zero, np.int8)
    points[1:] = 0  # of one group alone
    held = {"l.weight": weights, "l.weight_scale": np.ones((6, 2)), "l.weight_zero_point": points}
    file = open_layers(save(tmp_path / "q.npz", held | DENSE))
    assert file.names == (["l.weight"] if read else []) + ["head.weight"]
    assert file.left_out.get("l.weight") == (None if read else SHIFTED)


def test_what_is_only_called_alike_is_read(tmp_path: Path) -> None:
    held = {"layer_scales": np.eye(4), "l.scales": np.eye(4), "l.weight_shape": np.eye(4), "l.SCB": np.eye(4)}
    assert open_layers(save(tmp_path / "m.npz", held)).names == list(held)


def test_tensors_of_pytorch_count_their_zero_points_as_zeros(tmp_path: Path) -> None:
    torch = needs("torch")
    weights = torch.randn(8, 16, generator=torch.Generator().manual_seed(0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch means to give them up
        per = torch.quantize_per_channel(weights, torch.full((8,), 0.1), torch.arange(8), 0, torch.qint8)
    torch.save({"0.weight": per, "0.bias": torch.ones(8)}, tmp_path / "q.pt")
    stored = per.int_repr().numpy()
    layer = open_layers(tmp_path / "q.pt").read("0.weight")
    assert (layer.kept == (stored != np.arange(8)[:, None])).all()
    assert (layer.kept != (stored != 0)).any()
    assert "qint8" in layer.notes[0]


def test_fp8_is_read(tmp_path: Path) -> None:
    torch, safe = needs("torch"), needs("safetensors.torch")
    weights = torch.tensor([[0.0, 0.5, -2.0], [1.0, 0.0, 0.0]]).to(torch.float8_e4m3fn)
    safe.save_file({"l.weight": weights, "l.weight_scale_inv": torch.ones(1, 1)}, tmp_path / "f.safetensors")
    file = open_layers(tmp_path / "f.safetensors")
    assert file.names == ["l.weight"]
    assert file.read("l.weight").kept.tolist() == [[False, True, True], [True, False, False]]
