"""Masks from files: every way to store one gives the same mask, and what is no mask is refused in one line."""

from __future__ import annotations

import pickle
import warnings
import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from helpers import needs
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sparse_limits import fit_layers
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.limits import limit
from sparse_limits.numerics.masks import stored, tensor_files
from sparse_limits.numerics.masks.files import load_mask

MASK = np.random.default_rng(0).random((7, 5)) < 0.4


def refusal(*arguments, **options) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the message is what the caller looks at
        load_mask(*arguments, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert "expected" in message or "no such file" in message
    return message


def read(path: Path, *arguments, **options) -> np.ndarray:
    return load_mask(path, *arguments, **options).mask.toarray()


@pytest.mark.parametrize("kind", [bool, np.int8, np.uint8, np.int64, np.float16, np.float32, np.float64, ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_any_type_and_order(tmp_path: Path, kind: object, order: str) -> None:
    np.save(tmp_path / "m.npy", np.asarray(MASK.astype(kind), order=order))
    np.savez_compressed(tmp_path / "m.npz", some=np.asarray(MASK.astype(kind), order=order))
    for name in ("m.npy", "m.npz"):
        assert (read(tmp_path / name) == MASK).all()


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "bsr", "dia"])
@pytest.mark.parametrize("form", ["array", "matrix"])
def test_sparse_files(tmp_path: Path, kind: str, form: str) -> None:
    sp.save_npz(tmp_path / "m.npz", getattr(sp, f"{kind}_{form}")(MASK.astype(float)))
    assert (read(tmp_path / "m.npz") == MASK).all()


@settings(max_examples=25)
@given(arrays(bool, st.tuples(*[st.integers(1, 4)] * 4)), st.sampled_from("CF"))
def test_convolutions_are_flattened_and_transposed(tmp_path_factory: pytest.TempPathFactory, mask, order) -> None:
    path = tmp_path_factory.mktemp("conv") / "m.npy"
    np.save(path, np.asarray(mask, order=order))
    assert (read(path) == mask.reshape(len(mask), -1)).all()
    assert (read(path, transpose=True) == mask.reshape(-1, mask.shape[3]).T).all()
    assert load_mask(path).shape == mask.shape


def test_files_are_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (stored, tensor_files):
        monkeypatch.setattr(module, "PIECE", 3)
    for order in "CF":
        np.savez(tmp_path / "m.npz", m=np.asarray(MASK, order=order))
        assert (read(tmp_path / "m.npz") == MASK).all()
    np.save(tmp_path / "w.npy", np.where(np.arange(12) == 7, 0.5, 1.0).reshape(3, 4))
    assert "entry (1, 3) is 0.5" in refusal(tmp_path / "w.npy")


def test_layers_are_chosen_by_name(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    np.savez(
        path, **{"fc1.weight_mask": MASK, "fc1.bias_mask": np.ones(7), "fc1.weight": 0.3 * MASK, "fc2.mask": MASK.T}
    )
    assert (read(path, "fc1") == MASK).all()
    assert (read(path, "fc2") == MASK.T).all()
    assert (read(path, "fc1.weight", nonzero=True) == MASK).all()
    assert "fc1.weight_mask [7, 5], fc2.mask [5, 7]" in refusal(path)
    assert "'fc3', which names 0 matrices" in refusal(path, "fc3")
    assert "shape is (7,)" in refusal(path, "fc1.bias_mask")


def test_pruned_weights_need_a_word(tmp_path: Path) -> None:
    path = tmp_path / "w.npy"
    np.save(path, np.where(MASK, -0.25, 0.0))
    assert (read(path, nonzero=True) == MASK).all()
    assert "is -0.25, expected 0 or 1 (`nonzero`" in refusal(path)


@pytest.mark.parametrize(
    ("array", "word"),
    [
        (np.full((2, 2), np.nan), "nan"),
        (np.full((2, 2), np.inf), "inf"),
        (np.full((2, 2), 2), "is 2"),
        (np.ones(3), "3"),
        (np.float64(1), "expected"),
        (np.ones((0, 3)), "(0, 3)"),
        (np.ones((2, 2), complex), "complex128"),
        (np.array([["a"]]), "<U1"),
        (np.array([[None]]), "pickled"),
    ],
)
def test_what_is_no_mask_is_refused(tmp_path: Path, array: np.ndarray, word: str) -> None:
    np.save(tmp_path / "m.npy", array, allow_pickle=True)
    np.savez(tmp_path / "m.npz", m=array)
    for name in ("m.npy", "m.npz"):
        assert word in refusal(tmp_path / name)
    if word in ("nan", "inf"):
        assert word in refusal(tmp_path / "m.npy", nonzero=True)


@pytest.mark.parametrize("shape", [(-2, -3), (2, -3), (True, 6)])
def test_sides_below_0_are_refused_before_entries_are_read(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with (tmp_path / "m.npy").open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": shape})
        stream.write(np.ones(6).tobytes())
    for read_layers in (load_mask, fit_layers):
        with pytest.raises(InputError, match=r"m\.npy: .*expected whole numbers from 0"):
            read_layers(tmp_path / "m.npy")


@pytest.mark.parametrize("level", [np.float32(0.2), np.float64(0.2), Fraction(1, 5)])
def test_levels_may_be_any_real_numbers(tmp_path: Path, level: object) -> None:
    np.save(tmp_path / "w.npy", np.where(MASK, 0.3, -0.1))
    assert (read(tmp_path / "w.npy", below=level) == MASK).all()
    assert read(tmp_path / "w.npy", below=np.int64(0), nonzero=True).all()


@pytest.mark.parametrize("level", [-1, np.float32(-1), np.nan, np.inf, 10**400, True, np.bool_(True), "0", None, 1j])
def test_other_levels_are_refused(tmp_path: Path, level: object) -> None:
    np.save(tmp_path / "w.npy", 0.3 * MASK)
    assert "expected a finite number from 0" in refusal(tmp_path / "w.npy", below=level)


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", MASK)
    np.savez(tmp_path / "m.npz", m=MASK)
    for name in ("m.npy", "m.npz"):
        whole = (tmp_path / name).read_bytes()
        for size in (0, 5, len(whole) // 2, len(whole) - 1):
            (tmp_path / name).write_bytes(whole[:size])
            refusal(tmp_path / name)
    csr = sp.csr_array(MASK)
    csr.indices[0] = 99
    parts = {"data": csr.data, "indices": csr.indices, "indptr": csr.indptr, "shape": csr.shape}
    np.savez(tmp_path / "s.npz", format=b"csr", **parts)
    assert "damaged" in refusal(tmp_path / "s.npz")
    np.savez(tmp_path / "h.npz", format=b"coo", shape=(2**40, 5), data=np.ones(1), row=np.array([3]), col=np.array([1]))
    assert "1099511627776" in refusal(tmp_path / "h.npz")
    refusal(tmp_path / "absent.npy")
    assert "File name too long" in refusal(tmp_path / f"{'x' * 300}.npy")
    (tmp_path / "folder.npy").mkdir()
    assert "is a folder" in refusal(tmp_path / "folder.npy")
    assert "suffix" in refusal(tmp_path / "m.csv")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archives_that_could_be_read_in_two_ways(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    np.savez(path, m=MASK)
    whole = path.read_bytes()
    with zipfile.ZipFile(path, "a") as archive, archive.open("m.npy", "w") as member:
        np.save(member, ~MASK)
    assert "holds 2 arrays of the name 'm.npy'" in refusal(path)
    for content in (b"more" + whole, whole + b"more", whole[:-1]):
        path.write_bytes(content)
        assert "expected a whole .npz file" in refusal(path)
    torn = bytearray(whole)
    torn[torn.rindex(b"PK\x01\x02") + 16] ^= 1
    path.write_bytes(torn)
    assert "Bad CRC-32" in refusal(path)
    np.save(tmp_path / "two.npy", MASK)
    with (tmp_path / "two.npy").open("ab") as stream:
        np.save(stream, ~MASK)
    assert "something follows the array of 35 entries" in refusal(tmp_path / "two.npy")


def test_names_of_other_frameworks_are_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "m.npz", **{"Dense/kernel:0": MASK.T, "dense/kernel:0": MASK})
    assert (read(tmp_path / "m.npz", "dense/kernel:0") == MASK).all()
    np.savez(tmp_path / "m.npz", **{"m\x1b[31m": MASK})
    assert "\\x1b" in refusal(tmp_path / "m.npz")


def test_bombs_are_refused(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "m.npz", m=np.ones((300, 300), bool))
    sp.save_npz(tmp_path / "s.npz", sp.coo_array(np.ones((200, 200))))
    with limit("1M"):
        assert "a mask that keeps 90000 weights or more would take about 2.06 MiB" in refusal(tmp_path / "m.npz")
        assert "a sparse matrix that is stored in 120003 numbers would take about 2.75" in refusal(tmp_path / "s.npz")
    assert read(tmp_path / "m.npz").all()


def test_nothing_in_a_file_is_executed(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self):
            return Path.touch, (tmp_path / "sprung",)

    (tmp_path / "m.npy").write_bytes(pickle.dumps(Trap()))
    (tmp_path / "m.pt").write_bytes(pickle.dumps(Trap()))
    np.savez(tmp_path / "m.npz", m=np.array([[Trap()]]))
    for name in ("m.npy", "m.npz", "m.pt"):
        refusal(tmp_path / name)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
def test_state_dicts_of_pytorch(tmp_path: Path) -> None:
    torch = needs("torch")
    from torch.nn.utils import prune

    net = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Conv2d(2, 3, 3))
    prune.custom_from_mask(net[0], "weight", torch.tensor(MASK))
    torch.save(net.state_dict(), tmp_path / "one.pt")
    assert (read(tmp_path / "one.pt") == MASK).all()  # the only mask
    prune.random_unstructured(net[1], "weight", 0.5)
    torch.save({"state_dict": net.state_dict(), "epoch": 3}, tmp_path / "two.pth")
    assert (read(tmp_path / "two.pth", "0") == MASK).all()
    assert load_mask(tmp_path / "two.pth", "1").mask.shape == (3, 18)
    assert "state_dict.0.weight_mask [7, 5]" in refusal(tmp_path / "two.pth")
    for tensor in (torch.tensor(MASK), torch.tensor(MASK).bfloat16(), torch.tensor(MASK).float().to_sparse()):
        torch.save(tensor, tmp_path / "t.pt")
        assert (read(tmp_path / "t.pt") == MASK).all()
    for tensor in (torch.empty(2, 2, device="meta"), torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])):
        torch.save(tensor, tmp_path / "n.pt")
        assert "no array" in refusal(tmp_path / "n.pt")
    torch.save(net, tmp_path / "module.pt")
    assert "pickled" in refusal(tmp_path / "module.pt")


def test_two_tensors_of_one_dotted_name_are_refused(tmp_path: Path) -> None:
    torch = needs("torch")
    one, other = torch.eye(4), torch.ones(4, 4)
    for held, name in (
        ({"a": {"b.weight": one}, "a.b.weight": other}, "a.b.weight"),
        ({"m": {0: one, "0": other}}, "m.0"),
    ):
        torch.save(held, tmp_path / "m.pt")
        with pytest.raises(InputError, match=f"holds two tensors named '{name}', expected a name of its own for each"):
            load_mask(tmp_path / "m.pt")


@pytest.mark.parametrize("suffix", ["ckpt", "bin", "pth.tar"])
def test_files_of_pytorch_by_other_names(tmp_path: Path, suffix: str) -> None:
    torch = needs("torch")
    torch.save({"0.weight": torch.from_numpy(0.3 * MASK)}, tmp_path / f"m.{suffix}")
    assert (read(tmp_path / f"m.{suffix}", "0") == MASK).all()


def test_complex_weights_of_archives(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", **{"0.weight": (1 + 1j) * MASK, "2.weight": 0.5 * MASK})
    for layer in "02":
        assert (read(tmp_path / "w.npz", layer) == MASK).all()
    assert [layer["kept"] for layer in fit_layers(tmp_path / "w.npz")["layers"]] == [MASK.sum()] * 2


def test_complex_and_quantised_weights_are_kept_where_they_are_not_0(tmp_path: Path) -> None:
    torch = needs("torch")
    weights = torch.from_numpy(0.5 * MASK)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch means to replace such tensors, of which there are many files
        quantised = torch.quantize_per_tensor(weights.float(), 0.25, 3, torch.qint8)  # 0 is stored as 3
    torch.save({"a.weight": weights * 1j, "b.weight": quantised}, tmp_path / "m.pt")
    for layer in "ab":
        assert (read(tmp_path / "m.pt", layer) == MASK).all()
    torch.save(weights * 1j, tmp_path / "m.pt")
    assert "entries are complex128, expected 0 and 1" in refusal(tmp_path / "m.pt")


def test_what_is_pickled_is_named(tmp_path: Path) -> None:
    torch = needs("torch")
    torch.save(torch.nn.Linear(2, 2), tmp_path / "m.pt")
    assert "holds a pickled torch.nn.modules.linear.Linear; expected tensors" in refusal(tmp_path / "m.pt")


def test_pytorch_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m.pt").touch()
    monkeypatch.setattr(tensor_files, "find_spec", lambda name: None)
    assert "PyTorch is not installed" in refusal(tmp_path / "m.pt")


@pytest.mark.parametrize(("deep", "words"), [(None, "holds itself"), (30, "parts"), (70, "at most 64 deep")])
def test_lists_that_hold_themselves_or_too_much_are_refused(tmp_path, deep, words):
    """A dictionary in itself; two times the same list, so deep: 2^30 parts in a file of two kilobytes."""
    torch = needs("torch")
    if deep is None:
        held = {"a": torch.ones(2, 2)}
        held["x"] = held
    else:
        held = [torch.ones(2, 2)]
        for _ in range(deep):
            held = [held, held] if deep < 64 else [held]
    torch.save(held, tmp_path / "held.pt")
    with pytest.raises(InputError, match=words):
        load_mask(tmp_path / "held.pt")


def test_a_dense_array_that_nobody_reads_to_its_end_is_refused(tmp_path):
    torch = needs("torch")
    torch.save(torch.zeros(1, 1).expand(2**20, 2**20), tmp_path / "expanded.pt")
    header = {"descr": "|b1", "fortran_order": False, "shape": (2**20, 2**20)}
    with (tmp_path / "holes.npy").open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        stream.truncate(stream.tell() + 2**40)  # of holes: it takes no place on the disk
    for name in ("expanded.pt", "holes.npy"):
        with pytest.raises(InputError, match=r"shape \(1048576, 1048576\) would take about 2\.14 h, expected"):
            load_mask(tmp_path / name)


def test_a_name_that_stands_twice_is_refused(tmp_path):
    """The library takes the last of both; a certificate of the same file is refused, too."""
    needs("safetensors")
    one = b'"a":{"dtype":"U8","shape":[1,2],"data_offsets":[0,2]}'
    header = b"{" + one + b"," + one + b"}"
    (tmp_path / "twice.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"\0\1")
    with pytest.raises(InputError, match="says 'a' twice"):
        load_mask(tmp_path / "twice.safetensors")
