"""A report with a store: methods that are still true are not computed again, and the report is the same."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from questions import predict_layers, report

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import DataSource
from sparse_limits.numerics.store import Store

SMALL = {"widths": (64, 48), "samples": 150, "units": 256, "networks": 2}


def test_a_method_that_was_computed_is_kept(tmp_path: Path) -> None:
    asked = {**SMALL, "methods": ("magnitude", "snip"), "learning": False}
    fresh = report(**asked)
    first = Store(tmp_path)
    assert json.dumps(report(**asked, keep=first).summary) == json.dumps(fresh.summary)  # a nan is no other nan's equal
    second = Store(tmp_path)
    assert report(**asked, keep=second).page == fresh.page
    assert (first.taken, first.written, second.taken, second.written) == (0, 2, 2, 0)


def test_all_of_a_forecast_comes_back_and_another_question_finds_nothing(tmp_path: Path) -> None:
    one = predict_layers("snip", **SMALL, seed=3, curve=(0.2, 0.05), keep=tmp_path)
    store = Store(tmp_path)
    two = predict_layers("snip", **SMALL, seed=3, curve=(0.2, 0.05), keep=store)
    assert store.taken == 1
    for name in ("settings", "network", "given", "layers", "path_ends", "path_share", "notes", "model"):
        assert getattr(one, name) == getattr(two, name)
    for name in ("columns", "observed_columns", "lost", "curve"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    others = (
        {"seed": 4},
        {"density": 0.2},
        {"data": DataSource(labels="is:8")},
        {"widths": (64, 49)},
        {"sample": False},
    )
    for other in others:
        predict_layers("snip", **{**SMALL, "seed": 3, "curve": (0.2, 0.05), **other}, keep=store)
    assert (store.taken, store.written) == (1, len(others))


def test_a_kept_result_depends_on_the_code_that_computes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not on that of its dataclass alone."""
    asked: set[str] = set()

    def digest(modules: frozenset[str]) -> str:
        asked.update(modules)
        return "code"

    monkeypatch.setattr("sparse_limits.numerics.store.tasks.code_digest", digest)
    predict_layers("snip", **SMALL, seed=3, keep=tmp_path)
    assert asked == {"sparse_limits.numerics.prediction.layers.forecast", "sparse_limits.numerics.prediction.result"}


def test_a_result_of_files_that_have_changed_is_neither_taken_nor_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = Store(tmp_path), Store(tmp_path / "new")
    predict_layers("snip", **SMALL, seed=3, keep=first)
    monkeypatch.setattr("sparse_limits.numerics.store.keys.BEGAN", 0)
    for store in (first, second):
        predict_layers("snip", **SMALL, seed=3, keep=store)
    assert (first.taken, first.written, second.written) == (0, 1, 0)
    assert capsys.readouterr().err.count("has changed since this process began") == 2


def test_data_from_a_file_are_what_they_were(tmp_path: Path) -> None:
    """A number that is changed in the file makes another question, whatever the file's name; put back, it is the old one."""
    rows = [f"{i % 7},{i * i % 11},{i % 2}" for i in range(60)]
    counts = []
    for first in ("0,0,0", "5,0,0", "0,0,0"):
        (tmp_path / "mine.csv").write_text("\n".join(["a,b,y", first, *rows]), "utf-8")
        store = Store(tmp_path / "kept")
        source = DataSource(str(tmp_path / "mine.csv"), target="y")
        report(source, widths=(16,), methods=("magnitude", "random"), learning=False, keep=store)
        counts.append((store.taken, store.written))
    assert counts == [(0, 2), (0, 2), (2, 0)]


def test_a_model_of_ones_own_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="keep is given, expected none with a module"):
        report(model="mine.py:build", keep=tmp_path)
