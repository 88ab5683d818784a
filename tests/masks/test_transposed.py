"""Layers that store their inputs first are read by their outputs where they are named, and said where they show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.masks.layers import open_layers
from sparse_limits.numerics.masks.orientation import FIRST, LAST, Orientation
from sparse_limits.numerics.masks.transposed import BY_BIAS, BY_LAST, BY_NEIGHBOURS, hints

RNG = np.random.default_rng(0)
WAYS = (FIRST, LAST, Orientation("second"), Orientation("second", 2))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 3, 2)])
def test_rows_positions_and_the_way_back_agree(way: Orientation, shape: tuple[int, ...]) -> None:
    flat = np.arange(np.prod(shape))
    rows = way.rows_of(flat, shape)
    assert rows.shape == (way.units(shape)[1], way.columns(shape))
    assert (way.flat_of(rows, shape) == flat).all()
    assert (rows[way.places(flat, shape)] == flat).all()


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("bias", [True, False])
def test_rows_are_what_each_output_reads(tmp_path: Path, groups: int, bias: bool) -> None:
    """By the module itself: which outputs an input channel changes is which weights are kept."""
    torch = needs("torch")
    if groups > 1 and not bias:
        return  # groups are known from the bias
    layer = torch.nn.ConvTranspose2d(4, 6, (1, 1), groups=groups, bias=bias)
    kept = torch.rand(layer.weight.shape, generator=torch.Generator().manual_seed(1)) < 0.5
    layer.weight.data = torch.where(kept, 1.0, 0.0)
    torch.save({f"up.{name}": value for name, value in layer.state_dict().items()}, tmp_path / "up.pt")
    images = torch.eye(4).reshape(4, 4, 1, 1)
    shift = 0 if layer.bias is None else layer.bias.detach().reshape(1, -1, 1, 1)
    reads = (layer(images).detach() - shift).round().reshape(4, 6).T.numpy() != 0  # [outputs, inputs]
    width = 4 // groups
    rows = np.stack([reads[o, o // (6 // groups) * width :][:width] for o in range(6)])
    assert (sl.load_mask(tmp_path / "up.pt", "up" if bias else None, transposed="up").mask.toarray() == rows).all()
    assert (open_layers(tmp_path / "up.pt", transposed=["up"]).read("up.weight").kept == rows).all()


def test_a_decoder_is_a_chain_once_its_layers_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shapes = {"0": (16, 3, 3, 3), "1": (16, 8, 2, 2), "2": (4, 8, 3, 3)}
    held = {f"{name}.weight": RNG.standard_normal(shape) for name, shape in shapes.items()}
    held["1.weight"][:, 5] = 0  # an output
    np.savez(tmp_path / "net.npz", **held)
    assert sl.fit_layers(tmp_path / "net.npz")["chains"] == []
    assert main(["fit", str(tmp_path / "net.npz")]) == 0
    assert "1: it fits the layers before and after it with its inputs first alone" in " ".join(
        capsys.readouterr().out.split()
    )
    found = sl.fit_layers(tmp_path / "net.npz", transposed=["1"])
    assert (found["layers"][1]["shape"], found["layers"][1]["dead_rows"]) == ([8, 64], 1)
    assert found["layers"][1]["stored_shape"] == [16, 8, 2, 2]
    assert found["layers"][1]["notes"] == []
    assert [chain["layers"] for chain in found["chains"]] == [["0", "1", "2"]]
    assert main(["fit", str(tmp_path / "net.npz"), "--transposed", "1"]) == 0


def test_what_biases_say() -> None:
    def said(**held: tuple[int, ...]) -> dict[str, str]:
        shapes = {name.replace("_", "."): shape for name, shape in held.items()}
        return hints([name for name, shape in shapes.items() if len(shape) > 1], shapes)

    assert said(up_weight=(16, 8, 3, 3), up_bias=(8,)) == {"up.weight": BY_BIAS}
    assert said(up_weight=(16, 8, 3, 3), up_bias=(16,)) == {}  # a convolution of groups
    assert said(up_weight=(16, 2, 3, 3), up_bias=(8,)) == {"up.weight": BY_BIAS}  # of four groups
    assert said(up_weight=(16, 8, 3, 3), up_bias=(9,)) == {}
    assert said(attn_weight=(8, 24), attn_bias=(24,)) == {"attn.weight": BY_BIAS}
    assert said(attn_weight=(8, 24), attn_bias=(48,)) == {}  # matrices have no groups
    assert said(attn_weight=(8, 8), attn_bias=(8,)) == {}
    assert said(dense_kernel=(8, 24), dense_bias=(24,)) == {"dense.kernel": BY_LAST}
    assert said(conv_kernel=(3, 3, 8, 24), conv_bias=(24,)) == {"conv.kernel": BY_LAST}


@pytest.mark.parametrize(
    ("shapes", "seen"),
    [
        ([(16, 3, 3, 3), (16, 8, 2, 2), (4, 8, 3, 3)], True),
        ([(16, 3, 3, 3), (8, 16, 2, 2), (4, 8, 3, 3)], False),  # a convolution
        ([(16, 3, 3, 3), (16, 8, 2, 2), (4, 16, 3, 3)], False),  # the skip of a U-Net beside it: not known
        ([(12, 8, 1, 1), (12, 8, 1, 1), (4, 8, 1, 1)], False),  # heads of one body
        ([(16, 3), (16, 8), (4, 8)], False),  # matrices, of which branches are many
        ([(256, 64, 1, 1), (256, 64, 1, 1), (64, 256, 1, 1)], False),  # the last of a block, and around it
        ([(16, 3, 3, 3), (16, 16, 3, 3), (16, 16, 3, 3)], False),
    ],
)
def test_what_neighbours_say(shapes: list[tuple[int, ...]], seen: bool) -> None:
    names = {f"{place}.weight": shape for place, shape in enumerate(shapes)}
    assert hints(list(names), names) == ({"1.weight": BY_NEIGHBOURS} if seen else {})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--transposed", "down"], "--transposed is 'down', which names no layer, expected one of 0.weight"),
        (["--transposed", "1", "--transpose"], "--transposed is given beside --transpose, expected one of them"),
        (["--transposed", "0"], "whose bias has 16 entries, expected its second side 3, or that times groups"),
    ],
)
def test_bad_calls_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    held = {"0.weight": np.ones((16, 3, 3, 3)), "0.bias": np.ones(16), "1.weight": np.ones((16, 8, 2, 2))}
    np.savez(tmp_path / "net.npz", **held)
    for more in ([], ["--layer", "1"]):
        assert main(["fit", str(tmp_path / "net.npz"), *options, *more]) == 2
        text = capsys.readouterr().err
        assert said in text
        assert text.count("\n") == 1
    with pytest.raises(InputError, match="expected names of layers"):
        open_layers(tmp_path / "net.npz", transposed=[3])  # type: ignore[list-item]
