"""Where the kept weights of layers that follow each other leave no path, `fit` says so, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sparse_limits as sl
from sparse_limits.numerics.cli import main


def between(first: np.ndarray, second: np.ndarray, last: np.ndarray | None = None) -> dict[str, np.ndarray]:
    held = {"0.weight": first, "2.weight": second}
    return held if last is None else held | {"4.weight": last}


def cut_in_two(units: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Layers of which each keeps half of the units between them, and neither a unit of the other."""
    first, second = np.ones((units, 10)), np.ones((5, units))
    first[: units // 2], second[:, units // 2 :] = 0, 0
    return first, second


def told(capsys: pytest.CaptureFixture[str], path: Path, *options: str) -> str:
    assert main(["fit", str(path), *options]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_a_network_that_is_cut_is_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = cut_in_two()
    np.savez(tmp_path / "cut.npz", **between(first, second, np.ones((3, 5))))
    (chain,) = sl.fit_layers(tmp_path / "cut.npz")["chains"]
    assert (chain["cuts"], chain["stops_at"], chain["paths"]) == ([["0", "2"]], "2", "0")
    page = tmp_path / "page.html"
    said = told(capsys, tmp_path / "cut.npz", "--html", str(page))
    assert "the network is cut between 0 and 2, if layers 0 to 4 follow each other" in said
    assert "cut between 0 and 2" in page.read_text()
    second[0, -1] = 1  # one weight beside a unit that has one before it
    np.savez(tmp_path / "whole.npz", **between(first, second, np.ones((3, 5))))
    (chain,) = sl.fit_layers(tmp_path / "whole.npz")["chains"]
    assert (chain["cuts"], chain["stops_at"], chain["paths"]) == ([], None, "30")
    assert "is cut" not in told(capsys, tmp_path / "whole.npz")


@pytest.mark.parametrize("transpose", [False, True])
def test_convolutions_are_cut_by_channels(tmp_path: Path, transpose: bool) -> None:
    """At different places of the kernel the same channels meet; only other channels do not."""
    first, second = np.zeros((6, 3, 3, 3)), np.zeros((4, 6, 3, 3))
    first[:3, :, 0, 0] = second[:, :3, 2, 2] = 1
    for shift, cuts in ((0, []), (3, [["0", "2"]])):
        moved = np.roll(second, shift, axis=1)
        held = between(first, moved)
        if transpose:
            held = {name: value.transpose(2, 3, 1, 0) for name, value in held.items()}
        np.savez(tmp_path / "net.npz", **held)
        (chain,) = sl.fit_layers(tmp_path / "net.npz", transpose=transpose)["chains"]
        assert chain["cuts"] == cuts


def test_paths_that_end_without_a_cut_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each two layers share a unit, but not one that the input reaches; and a layer may be empty."""
    first, second, last = np.zeros((4, 3)), np.zeros((4, 4)), np.zeros((2, 4))
    first[0, 0] = second[1, 0] = second[2, 3] = last[0, 2] = 1
    np.savez(tmp_path / "apart.npz", **between(first, second, last))
    (chain,) = sl.fit_layers(tmp_path / "apart.npz")["chains"]
    assert (chain["cuts"], chain["stops_at"]) == ([], "4")
    assert "nothing of the input passes 4, if layers 0 to 4" in told(capsys, tmp_path / "apart.npz")
    np.savez(tmp_path / "empty.npz", **between(np.ones((4, 3)), np.zeros((4, 4)), np.ones((2, 4))))
    (chain,) = sl.fit_layers(tmp_path / "empty.npz")["chains"]
    assert (chain["cuts"], chain["stops_at"]) == ([], "2")
    assert "nothing of the input passes 2" in told(capsys, tmp_path / "empty.npz")


def test_layers_that_do_not_fit_are_not_called_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = cut_in_two()
    np.savez(tmp_path / "other.npz", **between(first, second[:, 1:]))
    assert sl.fit_layers(tmp_path / "other.npz")["chains"] == []
    assert "is cut" not in told(capsys, tmp_path / "other.npz")
