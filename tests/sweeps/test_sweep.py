"""Sweeps: every case is a prediction of its own, whatever runs it, and nothing that has finished is run again."""

from __future__ import annotations

import csv
import gc
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from helpers import ROOT, needs

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.prediction.architecture import FullyConnected
from sparse_limits.numerics.processes.lost_tasks import LostTaskError
from sparse_limits.numerics.store.files import Store
from sparse_limits.numerics.sweeps import run as sweeps
from sparse_limits.numerics.sweeps.picture import plot_sweep
from sparse_limits.numerics.sweeps.plan import plan_of, read_plan
from sparse_limits.numerics.sweeps.summary import SeedSpread, summarise
from sparse_limits.numerics.sweeps.table import write_parquet

PLAN = {
    "methods": ["random", "snip"],
    "densities": [0.05, 0.2],
    "widths": [40],
    "depths": [1, 2],
    "seeds": 3,
    "options": {"samples": 50, "units": 256, "networks": 2, "activation": "leaky"},
}


@pytest.fixture(scope="module")
def whole() -> sweeps.Sweep:
    return sl.sweep(PLAN)


def test_a_case_is_the_prediction_of_its_words(whole: sweeps.Sweep) -> None:
    assert len(whole.rows) == 2 * 2 * 3 * (2 + 3)  # layers of depths 1 and 2
    alone = sl.predict(
        "snip",
        "digits",
        FullyConnected((40, 40), activation="leaky"),
        density=0.05,
        samples=50,
        units=256,
        networks=2,
        seed=2,
    )
    rows = [
        row for row in whole.rows if (row["method"], row["density"], row["depth"], row["seed"]) == ("snip", 0.05, 2, 2)
    ]
    for row, layer in zip(rows, alone.layers, strict=True):
        assert (row["layer"], row["weights"], row["neurons"]) == (layer.layer, layer.weights, layer.shape[0])
        assert (row["predicted"], row["observed"], row["sd"]) == (layer.predicted, layer.observed, layer.sd)
        assert (row["empty"], row["empty_observed"]) == (layer.dead_rows, layer.seen_dead_rows)
        assert row["paths"] == alone.path_share


def test_seeds_differ(whole: sweeps.Sweep) -> None:
    """A test of the test above: another seed gives other networks."""
    seen = {row["seed"]: row["observed"] for row in whole.rows if row["method"] == "snip" and row["layer"] == 1}
    assert len(set(seen.values())) == 3


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("how", ["jobs", "shards", "again", "cluster"])
def test_rows_are_the_same_however_they_come(how: str, whole: sweeps.Sweep, tmp_path: Path) -> None:
    if how == "jobs":
        found = sl.sweep(PLAN, jobs=2)
    elif how == "cluster":
        needs("distributed")
        with sl.cluster("local:2"):
            found = sl.sweep(PLAN)
        gc.collect()  # what distributed leaves open is said now
    elif how == "shards":
        parts = [sl.sweep(PLAN, keep=tmp_path / part[0], shard=part) for part in ("1/2", "2/2")]
        assert sum(len(part.rows) for part in parts) == len(whole.rows)
        store = Store(tmp_path / "all", joined=[tmp_path / "1", tmp_path / "2"])
        found = sl.sweep(PLAN, keep=store)
        assert (store.taken, store.written) == (24, 0)
    else:
        sl.sweep(PLAN, keep=tmp_path)
        store = Store(tmp_path)
        found = sl.sweep(PLAN, keep=store)
        assert (store.taken, store.written) == (24, 0)
    assert found.rows == whole.rows


def test_another_plan_shares_what_it_can(tmp_path: Path) -> None:
    sl.sweep(PLAN, keep=tmp_path)
    store = Store(tmp_path)
    sl.sweep(PLAN | {"densities": [0.2, 0.3]}, keep=store)
    assert (store.taken, store.written) == (12, 12)
    store = Store(tmp_path)
    sl.sweep(PLAN | {"options": PLAN["options"] | {"samples": 51}}, keep=store)  # type: ignore[operator]
    assert store.taken == 0


def test_data_from_a_file_are_read_beside_the_plan(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    data = tmp_path / "some.npz"
    np.savez(data, x=rng.normal(size=(60, 5)), y=rng.integers(0, 2, 60))
    plan = tmp_path / "plan.toml"
    plan.write_text(
        'methods = ["snip"]\ndata = ["some.npz", "digits"]\nwidths = [32]\n[options]\nsamples = 40\nunits = 256\n'
    )
    found = sl.sweep(plan)
    assert found.plan.data == (str(data), "digits")
    assert {row["data"]: row["weights"] for row in found.rows if row["layer"] == 1} == {str(data): 160, "digits": 2048}
    before = sl.sweep(plan, keep=tmp_path / "keep")
    np.savez(data, x=rng.normal(size=(60, 5)), y=rng.integers(0, 2, 60))
    after = sl.sweep(plan, keep=tmp_path / "keep")  # the content counts, not the name
    assert before.rows[0] != after.rows[0]


def test_a_lost_case_is_reported_and_the_others_are_there(monkeypatch: pytest.MonkeyPatch, whole: sweeps.Sweep) -> None:
    def some_lost(store, function, tasks, failed, *rest, **options):
        for task in tasks:
            lose = task.seed == 1 and task.method == "snip"
            yield (failed(task, LostTaskError("its worker died")) if lose else function(task)), False

    monkeypatch.setattr(sweeps, "run_stored", some_lost)
    found = sl.sweep(PLAN)
    assert len(found.lost) == 4
    assert found.lost["snip at 0.05, width 40, depth 2, digits, seed 1"] == "its worker died"
    assert found.rows == [row for row in whole.rows if (row["method"], row["seed"]) != ("snip", 1)]


def test_a_case_that_the_law_refuses_does_not_end_the_others() -> None:
    steep = {"activation": "tanh", "samples": 50, "units": 256}  # on some batches digits are too far out for tanh
    found = sl.sweep({"methods": ["random", "snip"], "widths": [40], "seeds": 3, "options": steep})
    assert found.lost
    assert all(name.startswith("snip") and "tanh at variance" in why for name, why in found.lost.items())
    assert {row["method"] for row in found.rows} >= {"random"}


def test_lost_cases_of_near_densities_have_a_name_each(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_lost(store, function, tasks, failed, *rest, **options):
        yield from ((failed(task, LostTaskError("its worker died")), False) for task in tasks)

    monkeypatch.setattr(sweeps, "run_stored", all_lost)
    assert len(sl.sweep(PLAN | {"densities": [0.1234561, 0.1234562], "methods": ["snip"], "seeds": 1}).lost) == 4


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"method": ["snip"]}, "plan has 'method', expected methods, densities, .*, did you mean methods?"),
        ({"methods": "snip"}, "methods is 'snip', expected a list"),
        ({"methods": ["snap"]}, "methods has 'snap', expected snip"),
        ({"methods": []}, "methods is empty, expected one value at least"),
        ({"densities": [0.1, 0.1]}, "densities has 0.1 twice"),
        ({"densities": [0.0]}, "densities"),
        ({"densities": [1.0]}, "densities"),
        ({"densities": [float("nan")]}, "densities"),
        ({"densities": ["a"]}, "densities"),
        ({"widths": [0]}, "widths"),
        ({"widths": [32.5]}, "widths"),
        ({"depths": [True]}, "depths"),
        ({"seeds": 0}, "seeds"),
        ({"seeds": [-1]}, "seeds"),
        ({"seeds": [2**63]}, "seeds is 9223372036854775808, expected an integer from 0 to"),
        ({"data": [3]}, "data has 3"),
        ({"data": ["/no/such.csv"]}, "no/such.csv"),
        ({"options": ["a"]}, "options is"),
        ({"options": {"activaton": "relu"}}, "options has 'activaton', .*did you mean activation"),
        ({"options": {"activation": "swish"}}, "activation is 'swish'"),
        ({"options": {"networks": 0}}, "networks is 0"),
        ({"seeds": 10**6, "widths": [32, 64]}, "the plan has 8000000 cases, expected at most 1000000"),
        ({"widths": [2**16], "depths": [100], "methods": ["snip"]}, "would take about"),
    ],
)
def test_what_is_wrong_with_a_plan_is_said_before_anything_runs(
    given: dict[str, object], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "run_stored", None)
    with pytest.raises(InputError, match=said):
        sl.sweep(given)


@pytest.mark.parametrize("text", ["methods = [", "\x00", "methods = 1"])
def test_a_file_that_is_no_plan(text: str, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(text)
    with pytest.raises(InputError, match=str(plan)):
        read_plan(plan)
    with pytest.raises(InputError, match="expected a plan in TOML"):
        read_plan(tmp_path / "none.toml")
    with pytest.raises(InputError, match="embedded null byte, expected a plan in TOML"):
        read_plan("a\0b")


def test_the_summary_puts_layers_and_seeds_together(whole: sweeps.Sweep) -> None:
    summary = summarise(whole)
    assert len(summary["settings"]) == 8
    one = next(
        each for each in summary["settings"] if (each["method"], each["density"], each["depth"]) == ("snip", 0.05, 2)
    )
    rows = [row for row in whole.rows if (row["method"], row["density"], row["depth"]) == ("snip", 0.05, 2)]
    empty = [
        sum(row["empty_observed"] for row in rows if row["seed"] == seed and row["layer"] < 3) / 80 for seed in range(3)
    ]  # type: ignore[misc]
    assert one["cases"] == 3
    assert one["empty_observed"] == SeedSpread(*np.quantile(empty, (0.5, 0.1, 0.9)))
    first = [row["observed"] for row in rows if row["layer"] == 1]
    assert one["first_observed"] is not None
    assert one["first_observed"].median == np.median(first)  # type: ignore[arg-type]
    gaps = [max(abs(row["predicted"] - row["observed"]) for row in rows if row["seed"] == seed) for seed in range(3)]  # type: ignore[operator]
    assert one["gap"] == np.median(gaps)


def test_tables_and_pictures(whole: sweeps.Sweep, tmp_path: Path) -> None:
    parquet = needs("pyarrow.parquet")
    write_parquet(tmp_path / "rows.parquet", whole.rows)
    assert parquet.read_table(tmp_path / "rows.parquet").to_pylist() == whole.rows
    summary = summarise(whole)
    for show in ("empty", "first", "paths"):
        plot_sweep(tmp_path / f"{show}.svg", summary, show)
        assert (tmp_path / f"{show}.svg").read_text().count("<path") > 10
    with pytest.raises(InputError, match="show is 'all', expected empty, first, paths"):
        plot_sweep(tmp_path / "all.svg", summary, "all")
    summary["axes"]["data"] = [str(each) for each in range(30)]
    with pytest.raises(InputError, match="would have 60 panels, one for each depth and data, expected at most 24"):
        plot_sweep(tmp_path / "many.svg", summary)


def command(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sparse_limits.numerics.cli", "sweep", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_killed_sweep_goes_on_where_it_was(tmp_path: Path) -> None:
    lines = [f"{name} = {json.dumps(values)}" for name, values in PLAN.items() if name != "options"]
    options = [f"{name} = {json.dumps(value)}" for name, value in PLAN["options"].items()]  # type: ignore[attr-defined]
    (tmp_path / "plan.toml").write_text("\n".join([*lines, "[options]", *options]))
    killed = command(tmp_path, "plan.toml", "--jobs", "1")
    kept = tmp_path / "plan.results"
    while not any(file.stat().st_size for file in kept.glob("*.jsonl")):
        assert killed.poll() is None
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    done = len(Store(kept)._lines)
    again = command(tmp_path, "plan.toml", "--quiet", "--csv", "rows.csv")
    said, complaint = again.communicate(timeout=300)
    assert (again.returncode, complaint) == (0, "")
    assert f"{done} cases kept from before, {24 - done} written to plan.results" in said
    assert len(list(csv.DictReader((tmp_path / "rows.csv").read_text().splitlines()))) == 60
    nowhere = command(tmp_path, "plan.toml", "--keep", "")
    assert nowhere.communicate(timeout=300) == ("", "sparse-limits: --keep is '', expected a folder\n")
    assert nowhere.returncode == 2
    assert plan_of(PLAN).size == 24


def test_seeds_are_those_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = 'methods = ["random"]\ndensities = [0.1, 0.2]\nwidths = [20]\ndepths = [1]\nseeds = 2\n'
    (tmp_path / "plan.toml").write_text(text + "[options]\nsamples = 30\nnetworks = 2\n")
    for shard, said in (
        ("1/2", "2 settings, 1 of 2 seeds; medians over seeds"),
        (None, "2 settings, 2 seeds; medians"),
    ):
        assert main(["sweep", "plan.toml", "--quiet", *([] if shard is None else ["--shard", shard])]) == 0
        assert said in " ".join(capsys.readouterr().out.split())
    assert main(["sweep", "plan.toml", "--shard", "1/2", "--plot", "a.png"]) == 2
    assert "--plot and --shard are given" in capsys.readouterr().err
