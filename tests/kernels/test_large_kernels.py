"""Kernels in files: those in memory to the last bit, in little memory, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers import ROOT

import sparse_limits as sl
from sparse_limits.numerics.kernels import Kernels, blocks, dense_kernel, graphon_kernel, input_latent, on_disk
from sparse_limits.numerics.kernels.graphon import LayerGraphons
from sparse_limits.numerics.kernels.recursion import TILE, Side
from sparse_limits.numerics.masks.composition import GridGraphon, Latent, point_latent

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((500, 5)), RNG.standard_normal((391, 5))
NEAR = (X[0] + 1e-4 * X) * RNG.choice([-1, 1], (len(X), 1))  # nearly parallel or opposite, all of them
SINGLE = 2.0**-24  # the largest relative error of a rounding to float32


def network(units: int) -> list[LayerGraphons]:
    """Two hidden layers whose masks see the weights."""
    below, layers = input_latent(X.shape[1]), []
    for place in range(3):
        above = point_latent() if place == 2 else Latent((np.arange(units) + 0.5) / units, np.full(units, 1 / units))
        kept = GridGraphon(0.1 + 0.8 / (1 + above.positions[:, None] + place * below.positions), above, below)
        layers.append(LayerGraphons(kept, GridGraphon(kept.values**0.7, above, below)))
        below = above
    return layers


CASES: dict[str, Callable[..., Kernels]] = {
    "relu": lambda **words: dense_kernel(X, depth=2, **words),
    "relu, others": lambda **words: dense_kernel(X, Y, depth=2, **words),
    "relu, biases": lambda **words: dense_kernel(X, sigma_b2=0.5, **words),
    "relu, nearly parallel": lambda **words: dense_kernel(NEAR, depth=3, **words),
    "relu, nearly parallel others": lambda **words: dense_kernel(NEAR, NEAR[:391], depth=1, **words),
    "erf": lambda **words: dense_kernel(X, activation="erf", **words),
    "erf, others": lambda **words: dense_kernel(Y, X, activation="erf", **words),
    "tanh": lambda **words: dense_kernel(X, activation="tanh", **words),
    "a few rows": lambda **words: dense_kernel(X[:3], Y, **words),
    "one block": lambda **words: dense_kernel(X[:70], **words),
    "graphon": lambda **words: graphon_kernel(X, network(3), **words),
    "graphon, wide": lambda **words: graphon_kernel(X, network(20), **words),  # its tiles are no squares
    "graphon, others": lambda **words: graphon_kernel(X, network(20), Y, **words),
}
SYMMETRIC = [name for name in CASES if not name.endswith("others") and name != "a few rows"]
each_case = pytest.mark.parametrize("case", CASES)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three blocks a side, none of which divides 500 or 391."""
    monkeypatch.setattr(blocks, "BLOCK", 200)


def same(found: Kernels, expected: Kernels) -> bool:
    """Equal to the last bit, in shape and dtype."""
    pairs = list(zip(found, expected, strict=True))
    return all((a.shape, a.dtype, a.tobytes()) == (b.shape, b.dtype, b.tobytes()) for a, b in pairs)


def in_files(folder: str = ".") -> Kernels:
    return Kernels(*(np.load(Path(folder) / f"{name}.npy") for name in Kernels._fields))


# What is computed


@each_case
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_kernels_in_files_are_those_in_memory_to_the_last_bit(case: str, dtype: str, small_blocks: None) -> None:
    expected, found = CASES[case](dtype=dtype), CASES[case](dtype=dtype, folder=".")
    assert same(found, expected)
    assert same(in_files(), expected)
    assert sorted(os.listdir()) == ["nngp.npy", "ntk.npy"]
    for kernel in found:
        assert isinstance(kernel, np.memmap)
        with pytest.raises(ValueError, match="read-only"):
            kernel[0, 0] = 1.0
        assert case not in SYMMETRIC or np.array_equal(kernel, kernel.T)


@each_case
def test_blocks_change_nothing_but_roundings(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kernel has an error of some 1e-14 of √(K(x, x)K(x′, x′)), hence two ways to compute it differ by twice as much."""
    whole = CASES[case]()
    scale = [np.abs(kernel).max() for kernel in whole]
    monkeypatch.setattr(blocks, "BLOCK", 200)
    for found, expected, most in zip(CASES[case](folder="."), whole, scale, strict=True):
        assert np.abs(found - expected).max() <= 2e-14 * most


@pytest.mark.parametrize("name", ["mirror", "place", "bit"])
def test_wrong_files_are_found(name: str, small_blocks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block below the diagonal that is not transposed, a block a column off, and one wrong bit."""
    expected, files = dense_kernel(X), on_disk.kernel_files

    class Wrong:
        def __init__(self, *words: object) -> None:
            self.files = files(*words)

        def __enter__(self) -> Callable[..., None]:
            write = self.files.__enter__()

            def wrong(rows: slice, columns: slice, both: np.ndarray) -> None:
                if name == "mirror" and rows.start > columns.start and both.shape[1] == both.shape[2]:
                    both = both.transpose(0, 2, 1).copy()
                if name == "place" and rows.start > columns.start:
                    columns = slice(columns.start + 1, columns.stop + 1)
                if name == "bit" and rows.start > columns.start:
                    both = both.copy()
                    both[1, 3, 3] = np.nextafter(both[1, 3, 3], 2)
                write(rows, columns, both)

            return wrong

        def __exit__(self, *words: object) -> None:
            self.files.__exit__(*words)

    monkeypatch.setattr(blocks, "kernel_files", Wrong)
    found = dense_kernel(X, folder=".")
    assert not same(found, expected)
    assert not all(np.array_equal(kernel, kernel.T) for kernel in found)


@each_case
def test_single_precision_is_rounded_once(case: str, small_blocks: None) -> None:
    expected = CASES[case]()
    found = CASES[case](dtype="float32")
    assert same(found, Kernels(*(kernel.astype(np.float32) for kernel in expected)))
    errors = [np.abs(a - b) / np.abs(b) for a, b in zip(found, expected, strict=True)]
    assert SINGLE / 2 < max(each.max() for each in errors) <= SINGLE  # a bound half as large is wrong


def test_profiles_that_find_no_room_are_computed_anew(small_blocks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = dense_kernel(X, depth=2)
    monkeypatch.setattr(blocks, "KEPT", 0)
    assert same(dense_kernel(X, depth=2, folder="."), expected)


def test_blocks_are_smaller_where_profiles_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, fill = set(), blocks.fill

    def noted(layers: object, left: Side, right: Side, *words: object) -> None:
        sizes.add(max(len(left.x), len(right.x)))
        fill(layers, left, right, *words)

    monkeypatch.setattr(blocks, "fill", noted)
    for room, most in ((2**27, 500), (16 * 400, 362), (1, 181)):  # two layers, and tiles of 181: one at least
        monkeypatch.setattr(blocks, "ROOM", room)
        expected = dense_kernel(X, depth=2)
        assert same(dense_kernel(X, depth=2, folder="."), expected)
        assert max(sizes) == most
        sizes.clear()


# What is refused


def refused(call: Callable[[], object]) -> str:
    """The line with which a call is refused that wrote nothing."""
    before = sorted(os.listdir())
    with pytest.raises(sl.InputError) as caught:
        call()
    assert sorted(os.listdir()) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_folders_that_take_no_files_are_refused(written: Callable[[str, str], str]) -> None:
    written("", "file")
    Path("taken/ntk.npy").mkdir(parents=True)
    for folder, said in {
        "none": "folder is 'none', which does not exist, expected a folder that exists",
        "": "folder is '', which does not exist, expected a folder that exists",
        "file": "folder is 'file', which is a file, expected a folder that exists",
        "taken": "taken/ntk.npy: is a folder, expected a file, or nothing of this name",
    }.items():
        for call in (
            lambda f=folder: dense_kernel(X, folder=f),
            lambda f=folder: graphon_kernel(X, network(3), folder=f),
        ):
            assert refused(call) == said
    assert refused(lambda: dense_kernel(X, folder=3)) == "folder is 3, expected text, a path or None"
    assert same(dense_kernel(X, folder=Path("taken").parent), dense_kernel(X))


def test_a_folder_that_cannot_be_written_to_is_refused() -> None:
    if not Path("/proc/self").exists():
        pytest.skip("no folder here refuses even root")
    assert "expected a folder to write to" in refused(lambda: dense_kernel(X, folder="/proc"))


def test_too_little_room_is_refused_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    dense_kernel(X[:30], folder=".")
    needed = sum(file.stat().st_size for file in Path().iterdir())
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(needed))
    dense_kernel(X[:30], folder=".")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(needed - 1))
    said = refused(lambda: dense_kernel(X[:30], folder="."))
    assert said == (
        f"folder is '.', with {needed - 1} bytes free, expected {needed} for two kernels, or dtype='float32'"
    )
    dense_kernel(X[:30], folder=".", dtype="float32")
    assert refused(lambda: dense_kernel(X[:60], folder=".", dtype="float32")).endswith(" for two kernels")


@pytest.mark.parametrize("dtype", ["float16", "f4", "", None, 4, np.float32, np.dtype("float32"), [], np.zeros(2)])
def test_other_dtypes_are_refused(dtype: object) -> None:
    for words in ({}, {"folder": "."}):
        said = refused(lambda words=words: dense_kernel(X, dtype=dtype, **words))
        assert said.startswith("dtype is ")
        assert said.endswith(", expected 'float64' or 'float32'")


def test_entries_beyond_single_precision_are_refused(small_blocks: None) -> None:
    """√(|x|²|x′|²)/d bounds an entry of K, which for relu is |x|²/d on the diagonal."""
    most = float(np.finfo(np.float32).max)
    inside = np.ones((500, 1))
    inside[-1] = np.sqrt(most / 2.1)  # Θ is twice K
    assert np.isfinite(dense_kernel(inside, dtype="float32").ntk).all()
    outside = inside * 1.1
    for words in ({}, {"folder": "."}):
        said = refused(lambda words=words: dense_kernel(outside, dtype="float32", **words))
        assert said == "dtype is 'float32', but entries reach 3.9e+38, expected 'float64' above 3.4e+38"
        assert "entries reach" in refused(lambda words=words: dense_kernel(X[:, :1], outside, dtype="float32", **words))
        assert np.isfinite(dense_kernel(outside, **words).ntk).all()


def test_too_much_work_is_refused_with_the_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with sl.limit("2M,1h"):
        said = refused(lambda: dense_kernel(X))
        assert said == (
            "two kernels of 500 × 500 entries would take about 3.81 MiB and 0.1 s, expected at most 2 MiB and 1 h (`limit`), "
            "or a `folder` to write both to, or dtype='float32'"
        )
        dense_kernel(X, dtype="float32")
        assert refused(lambda: graphon_kernel(np.vstack([X, Y]), network(3), dtype="float32")).endswith(
            "or a `folder` to write both to"
        )
        monkeypatch.setattr(blocks, "BLOCK", 200)
        dense_kernel(X, folder=".")
    with sl.limit("1M,1h"):
        assert refused(lambda: dense_kernel(X, folder=".")).endswith("or fewer inputs")
    for words in ({}, {"folder": "."}):
        with sl.limit("8G,10s"):
            said = refused(lambda words=words: dense_kernel(X, activation="elu", **words))  # 10⁴ values an entry
        assert "two kernels of 500 × 500 entries would take about 1.25 min, expected" in said
        assert said.endswith("or fewer inputs")


def test_a_bad_input_of_the_last_block_is_refused_before_the_first(
    small_blocks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "fill", lambda *words: pytest.fail("a block was computed"))
    large = np.vstack([X, np.full((1, 5), 1e69)])
    for words in ({}, {"folder": "."}):
        assert "variances reach" in refused(lambda words=words: dense_kernel(large, sigma_w2=1e20, **words))


# What stays of work that ends early


def test_earlier_files_are_replaced_when_both_are_whole(small_blocks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first = dense_kernel(X, folder=".")
    expected, fill, done = in_files(), blocks.fill, []

    def interrupted(*words: object) -> None:
        done.append(words)
        if len(done) == 6:  # the last block
            raise KeyboardInterrupt
        fill(*words)

    monkeypatch.setattr(blocks, "fill", interrupted)
    with pytest.raises(KeyboardInterrupt):
        dense_kernel(2 * X, folder=".")
    assert sorted(os.listdir()) == ["nngp.npy", "ntk.npy"]
    assert same(in_files(), expected)
    monkeypatch.setattr(blocks, "fill", fill)
    second = dense_kernel(2 * X, folder=".")
    assert same(in_files(), second)
    assert same(first, expected)  # maps of files that are gone for others
    assert not same(second, first)


STOPPED = """
import os, resource, signal, sys
import numpy as np
from sparse_limits.numerics.cli import _interrupt
from sparse_limits.numerics.kernels import blocks, dense_kernel
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, _interrupt)  # as the command takes it
blocks.BLOCK, fill, done = 200, blocks.fill, []
def stopped(*words):
    done.append(words)
    if len(done) == 5:
        assert sum(os.stat(name).st_size > 10**5 for name in os.listdir()) == 2
        if sys.argv[1] == "full":
            resource.setrlimit(resource.RLIMIT_FSIZE, (10**6, 10**6))
        else:
            os.kill(os.getpid(), getattr(signal, sys.argv[1]))
    fill(*words)
blocks.fill = stopped
dense_kernel(np.random.default_rng(0).standard_normal((500, 3)), folder=".")
"""


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGKILL", "full"])
def test_work_that_ends_early_leaves_no_file_under_its_name(how: str) -> None:
    pytest.importorskip("resource", reason="this system has no module resource")
    ended = subprocess.run(
        [sys.executable, "-c", STOPPED, how],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    left = sorted(name.partition("-")[0] for name in os.listdir())
    if how == "SIGKILL":
        assert ended.returncode == -signal.SIGKILL
        assert left == [".nngp", ".ntk"]  # nobody could delete them
        dense_kernel(np.ones((4, 3)), folder=".")
        assert sorted(os.listdir()) == sorted(on_disk.FILES)  # the next call does
        return
    assert left == []
    last = ended.stderr.strip().splitlines()[-1]
    expected = "npy: File too large, expected a place to write to" if how == "full" else "KeyboardInterrupt"
    assert last.endswith(expected), ended.stderr


# Memory

GROWTH = """
import json, sys
import numpy as np
from sparse_limits.numerics.kernels import blocks, dense_kernel
blocks.BLOCK = int(sys.argv[1])
def memory(kind):
    (line,) = [line for line in open("/proc/self/status") if line.startswith(kind)]
    return 1024 * int(line.split()[1])
def growth(x, **words):
    open("/proc/self/clear_refs", "w").write("5")  # the peak begins anew
    before = memory("VmRSS")
    kernels = dense_kernel(x, **words)
    return memory("VmHWM") - before
x = np.random.default_rng(0).standard_normal((int(sys.argv[2]), 8))
growth(x[:500], folder=".")
print(json.dumps([growth(x, folder="."), growth(x)]))
"""


def test_memory_follows_from_the_block_and_not_from_the_number_of_inputs() -> None:
    """Four kernels of a block, some arrays of a tile, some copies of the inputs; in memory it is both kernels."""
    if not os.access("/proc/self/clear_refs", os.W_OK):
        pytest.skip("this system does not say the peak of a part of a process")
    block, inputs = 512, 6000
    ended = subprocess.run(
        [sys.executable, "-c", GROWTH, str(block), str(inputs)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    for file in Path().iterdir():
        file.unlink()
    on_disk_growth, in_memory_growth = json.loads(ended.stdout)
    both = 2 * inputs**2 * 8
    most = 4 * block**2 * 8 + 16 * TILE * 8 + 4 * inputs * 8 * 8
    assert most < both / 30
    assert on_disk_growth <= most
    assert in_memory_growth >= both
