"""The ten thousand cases of the page: its table is that of docs/sweep.csv, and some settings, run again, have the same numbers."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest
from helpers import ROOT

import sparse_limits as sl
from sparse_limits.numerics.sweeps.plan import read_plan
from sparse_limits.numerics.sweeps.summary import summarise

sys.path.insert(0, str(ROOT / "docs"))
from sweep import PAGE, PLAN, TABLE, kept, lines, table


def test_the_plan_has_the_settings_that_are_kept() -> None:
    axes = read_plan(PLAN).axes
    found = {(each["method"], float(each["density"]), int(each["width"]), int(each["depth"])) for each in kept()}
    asked = [axes[name] for name in ("methods", "densities", "widths", "depths")]
    assert len(found) == len(kept()) == len(asked[0]) * len(asked[1]) * len(asked[2]) * len(asked[3])
    assert sum(int(each["cases"]) for each in kept()) == 10_000


def test_the_table_of_the_page_is_that_of_the_file() -> None:
    found = TABLE.search(PAGE.read_text("utf-8"))
    assert found is not None
    assert found[0] == table(kept()), "python docs/sweep.py --table"
    assert table(kept()[::-1]) != found[0]


@pytest.mark.parametrize("setting", [("snip", 0.05, 64, 2), ("synflow", 0.02, 32, 1)], ids=str)
def test_settings_have_the_same_numbers_again(setting: tuple[str, float, int, int], tmp_path: Path) -> None:
    method, density, width, depth = setting
    plan = tmp_path / "some.toml"
    options = tomllib.loads(PLAN.read_text("utf-8"))["options"]
    plan.write_text(
        f'methods = ["{method}"]\ndensities = [{density}]\nwidths = [{width}]\ndepths = [{depth}]\nseeds = 20\n[options]\n'
        + "".join(f"{name} = {value}\n" for name, value in options.items())
    )
    (again,) = lines(summarise(sl.sweep(plan, keep=tmp_path / "results")))
    (held,) = (
        each
        for each in kept()
        if (each["method"], float(each["density"]), int(each["width"]), int(each["depth"])) == setting
    )
    for name, value in held.items():
        if name == "method" or not value:
            assert again[name] == value
        else:  # a tie among scores may fall otherwise on another machine: a neuron or a weight of one seed
            assert float(again[name]) == pytest.approx(float(value), rel=1e-3, abs=1 / width)
    assert again["empty_expected"] != kept()[0]["empty_expected"]
