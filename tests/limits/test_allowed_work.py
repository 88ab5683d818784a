"""What is allowed: a share of the memory there is, or `--limit`; and doors that refuse in one line before they make room."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import sparse_limits as sl
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.limits import MOST, Limit, Work, allowed, check_work, limit, memory_allowed
from sparse_limits.numerics.limits.machine import _of_groups, machine_memory
from sparse_limits.numerics.masks import sampling
from sparse_limits.numerics.masks.sampling import sample_constant, sample_factorised, sample_step
from sparse_limits.numerics.prediction.first_layer.moments import residual_moments

GIB = 2**30


def refused(call: Callable[[], object]) -> str:
    """The one line with which a call is refused, which made no room: at most 16 MB, for its arguments."""
    tracemalloc.start()
    try:
        with pytest.raises(sl.InputError) as caught:
            call()
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()
    said = str(caught.value)
    assert "\n" not in said
    assert "expected at most" in said
    assert "limit" in said
    return said


@pytest.mark.parametrize(
    ("version", "group", "files", "expected"),
    [
        (2, "0::/", {"memory.max": "1000\n"}, {1000}),
        (2, "0::/user/mine", {"user/memory.max": "500\n", "user/mine/memory.max": "max\n"}, {500}),
        (1, "5:memory:/mine\n4:cpu:/", {"memory/mine/memory.limit_in_bytes": "700\n"}, {700}),
        (1, "5:memory:/elsewhere", {"memory/memory.limit_in_bytes": "800\n"}, {800}),  # as in a container
        (2, "0::/", {}, set()),
    ],
)
def test_limits_of_control_groups_are_read(
    tmp_path: Path, version: int, group: str, files: dict[str, str], expected: set[int]
) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text(group, "utf-8")
    for name, text in files.items():
        path = tmp_path / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert set(_of_groups(tmp_path)) == expected


def test_a_system_without_control_groups_has_none(tmp_path: Path) -> None:
    assert _of_groups(tmp_path) == ()


def test_the_least_of_all_limits_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparse_limits.numerics.limits.machine._of_groups", lambda root: (3 * 2**20, 2**20))
    assert machine_memory() == 2**20
    assert memory_allowed() == 3 * 2**18
    monkeypatch.setattr("sparse_limits.numerics.limits.machine._of_groups", lambda root: ())
    monkeypatch.setattr("sparse_limits.numerics.limits.machine._installed", lambda: 2**19)
    assert machine_memory() == 2**19


def test_a_limit_of_the_process_counts() -> None:
    resource = pytest.importorskip("resource", reason="this system has no module resource")
    code = (
        f"import resource as r; r.setrlimit(r.RLIMIT_AS, ({3 * GIB}, r.getrlimit(r.RLIMIT_AS)[1]))\n"
        "from sparse_limits.numerics.limits.machine import machine_memory; print(machine_memory())"
    )
    if 0 <= resource.getrlimit(resource.RLIMIT_AS)[1] < 3 * GIB:
        pytest.skip("this process has less")
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(found.stdout) <= 3 * GIB


def test_a_limit_holds_in_its_block_alone() -> None:
    usual = memory_allowed()
    with limit("8G"):
        assert memory_allowed() == 8 * GIB
        with limit("2GiB,1h"):
            assert memory_allowed() == 2 * GIB
            assert allowed(GIB, 3599)
            assert not allowed(GIB, 3601)
        with limit(None):
            assert memory_allowed() == 8 * GIB
        assert allowed(GIB, 599)
        assert not allowed(GIB, 601)
    assert memory_allowed() == usual
    with pytest.raises(ZeroDivisionError), limit("1M"):
        raise ZeroDivisionError
    assert memory_allowed() == usual


@pytest.mark.parametrize("text", ["", "8", "8K", "G", "-1G", "8G,9G", "1h,2h", "0G", "8G 1h", "1e9G", "infinite", 8])
def test_other_texts_are_no_limits(text: str) -> None:
    with pytest.raises(sl.InputError, match=r"limit is .*, expected"), limit(text):
        pytest.fail("it was taken")


def test_a_refusal_names_what_is_asked_needed_allowed_and_the_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparse_limits.numerics.limits.machine_memory", lambda: 4 * GIB)
    check_work("a list", 3 * GIB, 600)
    assert refused(lambda: check_work("a list", 3 * GIB + 2**24, 120, instead="a shorter one")) == (
        "a list would take about 3.02 GiB and 2 min, expected at most 3 GiB and 10 min (three quarters of 4 GiB; "
        "`limit` allows more), or a shorter one"
    )
    assert "a list would take about 10.2 min, expected" in refused(lambda: check_work("a list", 0, 610))
    with limit("1G"):
        said = refused(lambda: check_work("a list", 2 * GIB))
        assert said == "a list would take about 2 GiB, expected at most 1 GiB and 10 min (`limit`)"


def test_amounts_in_words() -> None:
    assert str(Work(0, 0)) == "nothing"
    assert str(Work(3 * 2**20, 0)) == "3 MiB"
    assert f"more than 10^6 TiB and {MOST - 1:.3g} h" == str(Work(2**70, (MOST - 1) * 3600 * 10**9))
    assert Limit(1, None).allows(Work(1, 10**30))


# Doors


MASKS: dict[str, Callable[[], object]] = {
    "constant": lambda: sample_constant(0.5, 10**6, 10**6, 0),
    "constant, a row at a time": lambda: sample_constant(1e-8, 2**31 - 1, 2**31 - 1, 0),
    "empty, of many rows": lambda: sample_constant(0.0, 2**31 - 1, 2**31 - 1, 0),
    "steps": lambda: sample_step([[0.5, 0.1]], [10**6], [10**6, 10**6], 0),
    "factorised": lambda: sample_factorised(lambda x: x, np.full(10**5, 0.9), np.full(10**5, 0.9), 0),
    "rank one": lambda: sl.sample_rank_one(np.full(10**5, 0.9), np.full(10**5, 0.9), 0),
    "bounded rows": lambda: sl.sample_mask(lambda u, v: u * v, np.full(10**5, 0.1), np.full(10**5, 0.1), 0, 1.0),
    "no bound": lambda: sl.sample_mask(lambda u, v: u * v, np.full(10**5, 0.1), np.full(10**5, 0.1), 0),
}


@pytest.mark.parametrize("name", MASKS)
def test_masks_that_would_not_fit_are_refused_before_they_are_drawn(name: str) -> None:
    with limit("8G,30s"):
        assert "expected at most 8 GiB and 30 s (`limit`), or " in refused(MASKS[name])


def test_a_mask_that_keeps_more_than_could_be_foreseen_is_given_up() -> None:
    """The bound of the rows says nothing of how many candidates stay."""
    u = np.ones(2000)
    with limit("2M"), pytest.raises(sl.InputError, match=r"a mask that keeps \d+ weights or more would take about 2"):
        sl.sample_mask(lambda u, v: u * v, u, u, 0, 1.0)


def test_memory_of_sampling_is_no_more_than_estimated() -> None:
    sample_constant(0.5, 10, 10, 0)  # compiled before it is measured
    kept, lines = 2_000_000, 4000
    tracemalloc.start()
    try:
        sample_constant(0.5, 2000, 2000, 0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    estimate = sampling.BYTES_OF_KEPT * kept + sampling.BYTES_OF_LINE * lines
    assert estimate / 3 < peak < 1.1 * estimate


def test_a_covariance_of_many_inputs_is_refused() -> None:
    x = np.ones((3, 10**5), np.float32)
    said = refused(lambda: residual_moments(x, np.ones(3)))
    assert "a covariance of 100000 × 100000 inputs would take about 298 GiB and" in said
    assert said.endswith("or fewer inputs")
    with limit("1T,100h"), pytest.raises(sl.InputError, match="residual of 2 outputs"):
        residual_moments(x, np.ones((3, 2)))


@pytest.mark.parametrize(
    ("text", "most", "said"),
    [
        ("1,2\n" * 30_000, "1M", "a table of 120000 bytes would take about 1.14 MiB"),
        (
            (",".join(["1"] * 2000) + "\n") * 2,
            "2M",
            "a table of 4000 fields in 2000 columns would take about 2.21 MiB and 0.108 s, expected",
        ),
        (
            ",".join(["a"] * 40_000) + "\n1\n",
            "1G,1s",
            "a table of 40001 fields in 40000 columns would take about 41.2 MiB and 2.08 s, expected",
        ),
    ],
    ids=["bytes", "memory of columns", "time"],
)
def test_tables_too_large_are_refused_before_they_are_read(
    written: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, text: str, most: str, said: str
) -> None:
    path = written(text)
    monkeypatch.setattr(Path, "read_text", lambda *arguments: pytest.fail("it was read"))
    with limit(most):
        assert said in refused(lambda: sl.load_data(path))


def test_fields_are_counted_across_pieces_of_a_file(
    written: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sparse_limits.numerics.files.tables.CHUNK", 7)
    path = written(("1," * 9 + "1\n") * 2)
    with limit("0.001M"):
        assert "a table of 20 fields in 10 columns" in refused(lambda: sl.load_data(path))


def test_the_command_takes_a_limit(capsys: pytest.CaptureFixture[str]) -> None:
    rows = np.random.default_rng(0).standard_normal((8, 400))
    np.savez("wide.npz", x=rows, y=rows[:, 0])
    call = [
        "predict",
        "columns",
        "--method",
        "snip",
        "--data",
        "wide.npz",
        "--no-sample",
        "--json",
        "found.json",
        "--quiet",
    ]
    for most in ("2M", "0.01M"):
        assert main([*call, "--limit", most]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "expected at most" in said
        assert "(--limit)" in said
        assert not Path("found.json").exists()
    assert main([*call, "--limit", "much"]) == 2
    assert "--limit is 'much', expected such as" in capsys.readouterr().err
    assert main(call) == 0
    assert Path("found.json").exists()


@pytest.mark.parametrize("command", [["predict", "columns"], ["fit"], ["report"], ["study", "depth"]])
def test_commands_that_can_be_large_have_the_option(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == 0
    assert "--limit L" in capsys.readouterr().out
