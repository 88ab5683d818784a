"""Networks, tickets and words that mean nothing; bugs; options and arguments of functions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bad_cases import (
    BAD_FILES,
    BAD_PLANS,
    CLUSTERS,
    FIT,
    FIT_DATA,
    IN,
    OUT,
    PREDICT,
    SCANS,
    SWEEPS,
    TICKET,
    answered,
    refused,
)

from sparse_limits.numerics.cli import in_options, main

STUDIES = ("gap", "lifts", "generalisation", "origins", "depth", "hypothesis", "spectra", "calibration")


# Networks and tickets

BAD_NETWORKS = {
    "nan": (IN * np.nan, OUT),
    "inf": (IN, OUT * np.inf),
    "zeros": (0 * IN, OUT),
    "no unit": (IN[:, :0], OUT[:0]),
    "no chain": (IN, OUT.T),
    "vector": (IN[0], OUT),
    "complex": (IN + 0j, OUT),
    "booleans": (IN > 0, OUT),
    "letters": (IN.astype(str), OUT),
    "objects": (IN.astype(object), OUT),
}


@pytest.mark.parametrize("kind", BAD_NETWORKS)
def test_networks_that_are_none(here, capsys, kind) -> None:
    first, second = BAD_NETWORKS[kind]
    np.savez("net.npz", weights_1=first, weights_2=second)
    refused(capsys, here, TICKET)


@pytest.mark.parametrize("scale", [1e300, 1e-300])
def test_networks_know_no_scale(here, capsys, scale) -> None:
    np.savez("net.npz", weights_1=IN * scale, weights_2=OUT)
    answered(capsys, here, TICKET)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", [kind for kind, (name, _) in BAD_FILES.items() if name == "f.npz"])
def test_files_that_hold_no_ticket(here, capsys, kind) -> None:
    BAD_FILES[kind][1](here / "f.npz")
    refused(capsys, here, ["ticket", "--check", "f.npz"])
    refused(capsys, here, ["ticket", "--target", "f.npz"])


# Words

PREDICT_KERNEL = ["predict", "kernel", *PREDICT[2:]]
WORDS: list[list[str]] = [
    *([*PREDICT, "snip", "--density", value] for value in ("0", "1", "-1", "nan", "inf", "1e-300", "2", "x", "")),
    *([*PREDICT, "wanda", "--density", value] for value in ("0.01", "0.99")),
    *([*PREDICT, method] for method in ("unknown", "", "SNIP", "snip-iterative")),
    [*PREDICT, "synflow-iterative"],
    *([*PREDICT, "snip", "--width", value] for value in ("0", "-1", "1.5", "9" * 30)),
    *([*PREDICT, "snip", "--fresh-rows", value] for value in ("0", "-1", "99", "9" * 30)),
    *([*PREDICT, "snip", "--samples", value] for value in ("0", "-1", "1")),
    *([*PREDICT, "snip", "--labels", value] for value in ("", "x", "ge:", "ge:99", "is:0.5")),
    *([*PREDICT, "snip", "--depth", value] for value in ("0", "-1", "9" * 30)),
    [*PREDICT, "snip", "--depth", "2"],
    *([*PREDICT, "snip", "--networks", value] for value in ("0", "-1", "9" * 30)),
    *([*PREDICT_KERNEL, "snip", "--test-share", value] for value in ("0", "1", "nan", "0.999")),
    *([*PREDICT_KERNEL, "snip", "--train", "--steps", value] for value in ("0", "-1", "9" * 30)),
    ["predict", "predictors", *PREDICT[2:], "random"],
    [*PREDICT, "snip", "--residual", "none"],
    [*PREDICT, "snip", "--plot", "x.pdf"],
    ["predict"],
    ["predict", "--method", "snip"],
    ["predict", "unknown"],
    *(
        [*command, "--seed", value]
        for command in ([*PREDICT, "snip"], FIT, TICKET)
        for value in ("-1", "1.5", str(2**128))
    ),
    *([*FIT_DATA, "--fresh-rows", value] for value in ("0", "-1", "9" * 30)),
    *([*FIT, *words] for words in (["--layer", "x"], ["--labels", "ge5"], ["--data", "digits"], ["--plot", "x.gif"])),
    *(["ticket", "--target", "net.npz", "--epsilon", value] for value in ("0", "-1", "nan", "inf", "x")),
    *([*TICKET, "--delta", value] for value in ("0", "1", "-1", "nan", "inf")),
    *([*TICKET, "--width-factor", value] for value in ("0", "-1", "nan", "1/0", "1e9", "9" * 50)),
    *([*TICKET, "--limit", value] for value in ("", "x", "0s", "-1s", "1MiB")),
    [*TICKET, "--kept", "1"],
    ["ticket"],
    ["ticket", "--target", "unknown"],
    *([command, "unknown"] for command in ("verify", "mutate", "show", "claims")),
    *([command, "N1", "--jobs", value] for command in ("verify", "mutate") for value in ("0", "-1", "1.5", "1025")),
    *([command, "N1", "--seed", value] for command in ("verify", "mutate") for value in ("-1", "1.5", str(2**128))),
    *(["study", study, "--seed", value] for study in STUDIES for value in ("-1", "1.5", str(2**128))),
    *(["study", study, "--jobs", value] for study in STUDIES for value in ("0", "-1", "1.5", "1025")),
    *(["study", "gap", "--epsilon", value] for value in ("0", "-1", "nan", "inf", "1", "1e-300")),
    *(["study", "gap", "--networks", value] for value in ("0", "-1", "9" * 30)),
    *(["study", "lifts", "--density", value] for value in ("0", "1", "-1", "nan", "1/0", "x")),
    *(["study", "lifts", "--time", value] for value in ("0", "-1", "nan", "inf")),
    *(["study", "generalisation", "--densities", value] for value in ("0", "2", "-1", "nan")),
    *(["study", "generalisation", option, "unknown"] for option in ("--tasks", "--methods")),
    *(["study", "origins", "--density", value] for value in ("0", "1", "-1", "nan")),
    *(["study", "depth", "--densities", value] for value in ("0", "1", "-1", "nan")),
    *(["study", "depth", option, "unknown"] for option in ("--data", "--methods", "--losses", "--activations")),
    *(["study", "calibration", "--seeds", value] for value in ("0", "-1", "1.5", "9" * 30)),
    *(["study", "calibration", "--most", value] for value in ("0", "-1", "nan", "x")),
    ["study", "calibration", "unknown"],
    *(["scan", "mask.npy", "--groups", value] for value in ("-1", "257", "9" * 30)),
    *(["scan", "mask.npy", "--seed", value] for value in ("-1", "1.5", str(2**128))),
    ["scan", "x.npz"],
    ["evaluate", "N1", "bound", "--exact", "h=12", "r=1", "--unknown"],
    ["study"],
    ["study", "unknown"],
    ["unknown"],
]


@pytest.mark.parametrize("words", WORDS, ids=lambda words: " ".join(words)[-60:])
def test_words_that_mean_nothing(here, capsys, words) -> None:
    refused(capsys, here, words, "")


@pytest.fixture
def plan(here: Path) -> Path:
    file = here / "plan.toml"
    file.write_text('methods = ["random"]\nwidths = [24]\n[options]\nnetworks = 1\n', "utf-8")
    return file


@pytest.mark.parametrize("kind", BAD_PLANS)
def test_plans_that_are_none(here, capsys, plan, kind) -> None:
    text, said = BAD_PLANS[kind]
    plan.write_text(text, "utf-8")
    refused(capsys, here, ["sweep", "plan.toml"], said)


@pytest.mark.parametrize(
    ("command", "words", "said"),
    [("sweep", *case) for case in SWEEPS] + [("scan", *case) for case in SCANS],
    ids=lambda value: " ".join(value)[-60:],
)
def test_sweeps_and_scans_that_mean_nothing(here, capsys, plan, command, words, said) -> None:
    refused(capsys, here, [command, *words], said)


@pytest.mark.parametrize("address", CLUSTERS)
def test_clusters_where_none_is(here, capsys, monkeypatch, plan, address) -> None:
    monkeypatch.setattr("sparse_limits.numerics.processes.cluster.ANSWER", 1.0)
    said = f"sparse-limits: --cluster is {address!r}, {CLUSTERS[address]}"
    for command in (["sweep", "plan.toml"], ["verify", "N1"]):
        refused(capsys, here, [*command, "--cluster", address], said)


def test_letters_of_a_terminal_are_not_passed_on(here, capsys) -> None:
    for words in (["show", "\x1b[31m"], ["fit", "\x1b[31m.npy"], ["fit", "a\nb.npy"], [*PREDICT, "\u202e"]):
        refused(capsys, here, words)


# Bugs


BUGS = {
    "sparse_limits.numerics.prediction.pruned_first_layer.cases.predict_problem": [*PREDICT, "snip"],
    "sparse_limits.numerics.data.standardised": [*PREDICT, "snip", "--standardise"],
    "sparse_limits.numerics.fitting.fit.fit": FIT,
    "sparse_limits.numerics.fitting.fit.explain": FIT_DATA,
    "sparse_limits.numerics.masks.files._mask": FIT,
    "sparse_limits.numerics.tickets.calls.find_ticket": TICKET,
    "sparse_limits.numerics.tickets.calls.guaranteed_width": TICKET,
    "sparse_limits.numerics.exact.evaluation.evaluate": ["evaluate", "N1", "bound", "h=1", "r=1"],
    "sparse_limits.numerics.reports.contents.told": ["show", "N1"],
    "sparse_limits.numerics.store.tasks.run_tasks": ["verify", "N1"],
    "sparse_limits.numerics.studies.run_study": ["study", "gap", "--quick"],
}


@pytest.mark.parametrize("error", [ValueError, TypeError, OSError, AssertionError, ZeroDivisionError])
@pytest.mark.parametrize("place", BUGS)
def test_a_bug_keeps_its_traceback(here, capsys, monkeypatch, place, error) -> None:
    def broken(*arguments, **options):
        raise error("planted")

    monkeypatch.setattr(place, broken)
    status = main(BUGS[place])
    said = capsys.readouterr().err
    assert status == 70
    assert "Traceback (most recent call last)" in said
    assert f"{error.__name__}: planted" in said
    assert said.splitlines()[-1].startswith("sparse-limits: this is a bug of ours")


def test_a_traceback_on_demand(here, capsys) -> None:
    for words in (["--debug", "show", "unknown"], ["show", "unknown", "--debug"], ["--deb", "show", "unknown"]):
        assert main(words) == 2
        said = capsys.readouterr().err
        assert "InputError" in said
        assert said.splitlines()[-1].startswith("sparse-limits: no claim 'unknown'")


# Options and arguments of functions


SPELT = [
    ([*PREDICT, "snip", "--density", "2"], "--density is 2.0, expected"),
    ([*FIT, "--seed", "-1"], "--seed is -1, expected a whole number from 0, below 2^128"),
    ([*FIT_DATA, "--fresh-rows", "99"], "--fresh-rows is 99, expected"),
    ([*FIT_DATA, "--residual", "both"], "--residual is 'both', expected target or output"),
    ([*FIT_DATA, "--samples", "1"], "--samples is 1, expected"),
    ([*TICKET, "--width-factor", "0"], "--width-factor is '0', expected"),
    ([*TICKET, "--limit", "x"], "--limit is 'x', expected"),
    (["verify", "N1", "--jobs", "0"], "--jobs is 0, expected"),
    (["study", "gap", "--epsilon", "2"], "--epsilon is 2.0, expected"),
    (["study", "origins", "--fresh-rows", "5"], "--fresh-rows is 5, expected"),
]


@pytest.mark.parametrize(("words", "said"), SPELT, ids=lambda value: " ".join(value)[-60:])
def test_arguments_of_functions_are_spelt_as_the_options_that_they_are(here, capsys, words, said) -> None:
    refused(capsys, here, words, f"sparse-limits: {said}")


def test_what_is_no_option_is_left_as_it_is() -> None:
    options = {"test_share": "--test-share", "width": "--width"}
    assert in_options("test_share is 1, expected less", options) == "--test-share is 1, expected less"
    assert in_options("width is 3: it is too much", options) == "--width is 3: it is too much"
    assert (
        in_options("file.npy holds two, expected `width`, `depth`", options)
        == "file.npy holds two, expected --width, `depth`"
    )
    for said in ("width 3 is too much", "depth is 3, and width is 4", "x.npz: width is 3", ""):
        assert in_options(said, options) == said
