"""Archives that could be read in two ways, that are not what they say, or that would take too much room."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

from sparse_limits.numerics.limits import Limit
from sparse_limits.numerics.printing.plain_text import plain
from sparse_limits.numerics.tickets.archives import read_arrays
from sparse_limits.numerics.tickets.cases import from_files
from sparse_limits.numerics.tickets.limits import USUAL
from sparse_limits.numerics.tickets.target_files import load_target

W = np.ones((2, 2))
ESCAPE, OVERRIDE = "\x1b[31m", "\u202e"


def npy(array) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), allow_pickle=True)
    return stream.getvalue()


def header(shape, dtype="<f8", version=(1, 0)) -> bytes:
    stream = io.BytesIO()
    write = np.lib.format.write_array_header_1_0 if version == (1, 0) else np.lib.format.write_array_header_2_0
    write(stream, {"shape": shape, "fortran_order": False, "descr": dtype})
    return stream.getvalue()


def lying(text: str) -> bytes:
    """A header of any words."""
    words = text.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(words)) + words


def archive(path, *members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in members:
            file.writestr(name, content)
    return path


def refused(path, said):
    with pytest.raises(ValueError, match=said) as caught:
        read_arrays(path)
    assert str(caught.value).isprintable()
    assert "at 0x" not in str(caught.value)
    assert str(caught.value).startswith(str(path.parent))


def test_what_numpy_writes_is_read(tmp_path):
    arrays = {"a": np.arange(5), "b.c-1": W, "empty": np.zeros((0, 3)), "scalar": np.float32(3)}
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "a.npz", **arrays)
        found = read_arrays(tmp_path / "a.npz")
        assert found.keys() == arrays.keys()
        assert all((found[name] == array).all() for name, array in arrays.items())
    np.savez(tmp_path / "none.npz")
    assert read_arrays(tmp_path / "none.npz") == {}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["masks_1.npy", "masks_1"], "holds 'masks_1', expected NAME.npy"),
        (["masks_1", "masks_1.npy"], "holds 'masks_1', expected NAME.npy"),
        (["masks_1.npy", "masks_1.npy"], "holds 2 arrays of the name 'masks_1.npy'"),
        (["masks_1.npy", "Masks_1.npy"], "holds 2 arrays of the name 'masks_1.npy'"),
        (["masks_1.npy", "MASKS_1.npy"], "holds 2 arrays"),
        (["masks_1.NPY"], "expected NAME.npy"),
        (["./masks_1.npy"], "expected NAME.npy"),
        (["a/masks_1.npy"], "expected NAME.npy"),
        (["a\\masks_1.npy"], "expected NAME.npy"),
        (["../masks_1.npy"], "expected NAME.npy"),
        (["/masks_1.npy"], "expected NAME.npy"),
        ([".npy"], "expected NAME.npy"),
        (["masks_1.npy "], "expected NAME.npy"),
        (["masks_1.npy\n"], "expected NAME.npy"),
        (["masks_１.npy"], "expected NAME.npy"),  # a wide digit
        (["mаsks_1.npy"], "expected NAME.npy"),  # a Cyrillic letter
        (["ｍasks_1.npy"], "expected NAME.npy"),
        ([f"{ESCAPE}masks_1.npy"], "holds '.x1b.31mmasks_1.npy'"),
        ([f"{OVERRIDE}masks_1.npy"], "holds '.u202emasks_1.npy'"),
        (["a" * 300 + ".npy"], "expected NAME.npy"),
    ],
)
def test_names_that_could_be_read_in_two_ways(tmp_path, names, said):
    refused(archive(tmp_path / "f.npz", *((name, npy(W)) for name in names)), said)


def test_a_name_cut_by_a_zero(tmp_path):
    path = archive(tmp_path / "f.npz", ("masks_1.npyX.npy", npy(W)))
    path.write_bytes(path.read_bytes().replace(b"masks_1.npyX.npy", b"masks_1.npy\0.npy"))
    refused(path, "expected NAME.npy")


def test_two_names_for_one_member(tmp_path):
    """The list of members names one otherwise than the member itself does."""
    path = archive(tmp_path / "f.npz", ("masks_1.npy", npy(W)))
    content = path.read_bytes()
    place = content.rindex(b"masks_1")
    path.write_bytes(content[:place] + b"masks_2" + content[place + 7 :])
    refused(path, "damaged")


def test_something_around_the_arrays(tmp_path):
    whole = archive(tmp_path / "f.npz", ("weights_1.npy", npy(W))).read_bytes()
    for content in (
        npy(W) + whole,  # an .npy file for NumPy
        b"PK\x03\x04" + whole,
        whole + b"more",
        whole[:-2] + b"\x04\x00more",  # a comment
        whole[:-1],
        whole[: len(whole) // 2],
        whole[-22:],
        b"",
        b"PK\x05\x06",
    ):
        (tmp_path / "f.npz").write_bytes(content)
        refused(tmp_path / "f.npz", r"f\.npz: (damaged|something)")


def test_a_shape_that_is_a_formula(tmp_path):
    """NumPy's own message has an address in memory, another one at each run."""
    content = lying("{'descr': '<f8', 'fortran_order': False, 'shape': (10**9,), }")
    path = archive(tmp_path / "f.npz", ("masks_1.npy", content))
    refused(path, "damaged .ValueError., expected")


def test_encrypted_or_packed_otherwise(tmp_path):
    path = archive(tmp_path / "f.npz", ("weights_1.npy", npy(W)))
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    refused(path, "weights_1.npy is encrypted")
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        refused(archive(path, ("weights_1.npy", npy(W)), method=method), "compressed in another way")


def test_wrong_checksums(tmp_path):
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        path = archive(tmp_path / "f.npz", ("weights_1.npy", npy(W)), method=method)
        torn = bytearray(path.read_bytes())
        torn[torn.rindex(b"PK\x01\x02") + 16] ^= 1
        path.write_bytes(torn)
        refused(path, "damaged .Bad CRC-32")
    archive(path, ("weights_1.npy", npy(W)), method=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(npy(W), npy(2 * W)))
    refused(path, "damaged .Bad CRC-32")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (header((2**40,)), "has 128 bytes, expected"),
        (header((2**62, 2**62)), "whole numbers of at most"),
        (header((-1,)), "whole numbers"),
        (header((10**4000, 0)), "damaged|whole numbers"),
        (header((0, 10**30)), "whole numbers"),
        (header((2.0,)), "damaged|whole numbers"),
        (header((10**9,), version=(2, 0)), "long header"),
        (header((), "|O"), "pickled"),
        (header((2,), "<f8,<f8"), "damaged|expected numbers"),
        (header((2,), "<U5"), "expected numbers"),
        (header((2,), "<c16"), "expected numbers"),
        (header((2,), "<M8[s]"), "expected numbers"),
        (lying("{'descr': '<f8', 'fortran_order': False, 'shape': (True, 2), }") + bytes(16), "whole numbers|damaged"),
        (lying("{'descr': '<f8', 'fortran_order': False, 'shape': (2L, 2), }") + bytes(32), "damaged"),
        (lying("{'descr': '<f8', 'shape': (2, 2), }") + bytes(32), "damaged"),
        (lying("(" * 110), "damaged"),
        (lying("__import__('os')"), "damaged"),
        (npy(W) + b"more", "expected 160, those of"),
        (npy(W)[:-1], "has 159 bytes"),
        (b"", "damaged"),
        (b"x" * 300, "damaged"),
        (archive(io.BytesIO(), ("weights_1.npy", npy(W))).getvalue(), "damaged"),  # an archive in the archive
    ],
)
def test_what_is_no_array(tmp_path, content, said):
    refused(archive(tmp_path / "f.npz", ("weights_1.npy", content)), said)


def test_headers_that_nest_deeply(tmp_path):
    for words in ("(" * 9000, "-" * 9000 + "1", "[" * 9000 + "]" * 9000, "1" * 9000, "{" + "1:" * 4000):
        line = words.encode() + b"\n"
        content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(line)) + line
        refused(archive(tmp_path / "f.npz", ("weights_1.npy", content)), "damaged|nests too deeply")


def peak(read) -> int:
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"f\.(npz|safetensors): [^\n]+$"):
            read()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_bombs_are_not_unpacked(tmp_path):
    """Two GiB of zeros in 2 MB, said truly and said falsely: neither takes room."""
    path = tmp_path / "f.npz"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file,
        file.open("weights_1.npy", "w") as member,
    ):
        member.write(header((2**14, 2**14)))  # 2 GiB
        for _ in range(2**7):
            member.write(bytes(2**20))  # an eighth of a GiB of it
    assert path.stat().st_size < 2_000_000
    assert peak(lambda: read_arrays(path)) < 2**21
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02") + 24
    content[place : place + 4] = struct.pack("<I", 128 + 8 * 2**28)
    path.write_bytes(content)
    assert peak(lambda: read_arrays(path)) < 2**21
    with pytest.raises(ValueError, match="its arrays would take about 2 GiB, expected at most 1 GiB"):
        read_arrays(path)
    with pytest.raises(ValueError, match="this network would take"):  # the arrays alone would be allowed
        load_target(path, Limit(2**32))


def test_many_members_are_not_listed(tmp_path):
    path = archive(tmp_path / "f.npz", *((f"a{k}.npy", b"") for k in range(20_000)))
    assert peak(lambda: read_arrays(path)) < 2**22
    refused(path, "a list of arrays of")


def test_the_limit_is_the_caller_s(tmp_path):
    np.savez(tmp_path / "f.npz", a=np.zeros(1000))
    with pytest.raises(ValueError, match=r"its arrays would take about 0.1 MiB, expected at most 0.1 MiB"):
        read_arrays(tmp_path / "f.npz", Limit(7999))
    assert read_arrays(tmp_path / "f.npz", Limit(8000))["a"].size == 1000


# Tensors


def tensors(path, text, numbers=b""):
    words = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(len(words).to_bytes(8, "little") + words + numbers)
    return path


def entry(begin, end, shape=(2, 2)):
    return {"dtype": "F64", "shape": shape, "data_offsets": [begin, end]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (json.dumps({"a.weight": entry(0, 32), "b.weight": entry(0, 32)}), "start at byte 0, expected 32"),
        (json.dumps({"a.weight": entry(0, 32), "b.weight": entry(40, 72)}), "start at byte 40, expected 32"),
        (json.dumps({"a.weight": entry(8, 40)}), "start at byte 8, expected 0"),
        (json.dumps({"a.weight": entry(0, 32)}), "its tensors end at byte"),
        (json.dumps({"a.weight": entry(0, 2**60, (2**57,))}), "its arrays|whole numbers|end at byte"),
        (json.dumps({"a.weight": entry(0, 64, (True, 8))}), "whole numbers"),
        (json.dumps({"a.weight": entry(0, 64.0, (8,))}), "bytes 0 to 64.0"),
        (json.dumps({f"a{ESCAPE}.weight": entry(0, 64, (8,))}), "expected names of visible letters"),
        (json.dumps({f"a{OVERRIDE}.weight": entry(0, 64, (8,))}), "expected names of visible letters"),
        (json.dumps({"a.weight": entry(0, 64, (8,)) | {"dtype": ESCAPE}}), "entries .x1b"),
        ('{"a": 1, "a": 2}', "says 'a' twice"),
        ('{"a.weight": {"dtype": "F64", "dtype": "F32"}}', "says 'dtype' twice"),
        ("[" * 10**5, "damaged"),
        (b"\xff\xfe{\0}\0", "damaged"),
        (" " * (2**20 + 1), "a header up to byte"),
    ],
)
def test_tensors_that_are_none(tmp_path, text, said):
    refused(tensors(tmp_path / "f.safetensors", text, bytes(64)), said)


# Data


@pytest.fixture
def target(tmp_path):
    np.savez(tmp_path / "net.npz", weights_1=W, weights_2=W)
    return str(tmp_path / "net.npz")


def test_data_of_two_names(tmp_path, target):
    archive(tmp_path / "data.npz", ("x.npy", npy(W)), ("X.npy", npy(W)))
    with pytest.raises(ValueError, match="holds 2 arrays of the name"):
        from_files(target, str(tmp_path / "data.npz"), False, USUAL)


def test_what_is_left_out_is_named(tmp_path, target):
    np.savez(tmp_path / "data.npz", X=W, y=[0, 1], weights=[1, 2], ids=[3, 4])
    samples = from_files(target, str(tmp_path / "data.npz"), False, USUAL).samples
    assert samples.name.endswith("data.npz (left out: ids, weights)")


def test_large_data_is_refused_before_it_is_read(tmp_path, target):
    np.savez_compressed(tmp_path / "data.npz", x=np.zeros((2**20, 2), np.uint8))
    (tmp_path / "data.csv").write_text("1\x0b1\r" * 2**18)
    for name in ("data.npz", "data.csv"):
        with pytest.raises(ValueError, match="these samples would take"):
            from_files(target, str(tmp_path / name), False, Limit(2**24))


# Words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("layer.1 ä 層", "layer.1 ä 層"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\r\tc\0\x7f\x9b", "a\\nb\\r\\tc\\x00\\x7f\\x9b"),
        ("\u202eabc\u2066\u200f\u2028\ufeff", "\\u202eabc\\u2066\\u200f\\u2028\\ufeff"),
        ("\ud800\U000e0001", "\\ud800\\U000e0001"),
        ("x" * 11, "x" * 9 + "…"),
        (3, "3"),
    ],
)
def test_plain_text(text, shown):
    assert plain(text, 10 if text == "x" * 11 else 1000) == shown
    assert plain(text).isprintable()
