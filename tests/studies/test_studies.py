"""The study on digits: its protocol, its statistics on made-up numbers, and the command from outside."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from json_cases import wrong

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.checks.generalisation.further.studies import FEW_NODES
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.keyed import keyed_seed
from sparse_limits.numerics.networks import tangent_kernel
from sparse_limits.numerics.studies import gap, settings_of, study
from sparse_limits.numerics.studies.generalisation import Settings, Unit, measure, pieces, summarise
from sparse_limits.numerics.studies.kernel_study import FAMILIES, Case, Outcome, profiles
from sparse_limits.numerics.studies.lifts import Settings as LiftSettings
from sparse_limits.numerics.studies.network_study import pruned_network, train_beside
from sparse_limits.numerics.studies.ordering import Verdict, order, pair
from sparse_limits.numerics.studies.sentences import sentences
from sparse_limits.numerics.studies.tasks import TASKS, Split, Task, draw_split, task_named

SMALL = [
    "--tasks",
    "noisy-3v8",
    "--methods",
    "random",
    "snip",
    "--densities",
    "0.05",
    "1",
    "--seeds",
    "2",
    "--rows",
    "100",
]


def rng(*words: object) -> np.random.Generator:
    return np.random.default_rng(keyed_seed(0, *words))


# Tasks


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_protocol(task):
    """|x|² = d, the numbers of samples, the labels, and no sample in both parts."""
    split = draw_split(task, rng("split"))
    samples = np.isin(digits("as-is", standardise=False).y, task.classes).sum()
    inputs = 64 + task.useless
    assert split.x.shape == (task.training, inputs)
    assert split.x_test.shape == (samples - task.training, inputs)
    everything = np.concatenate([split.x, split.x_test])
    assert np.allclose((everything**2).sum(axis=1), inputs)
    assert len(np.unique(everything, axis=0)) == samples
    y = np.concatenate([split.y, split.y_test])
    assert y.shape == (samples, 10 if task.name == "ten-classes" else 1)
    assert set(np.unique(y)) == ({0.0, 1.0} if task.name == "ten-classes" else {-1.0, 1.0})


def test_labels_of_parity():
    """The odd digits are as many as the digits 1, 3, 5, 7, 9."""
    split = draw_split(TASKS["parity"], rng())
    odd = np.isin(digits("as-is", standardise=False).y, (1, 3, 5, 7, 9)).sum()
    assert (np.concatenate([split.y, split.y_test]) == 1).sum() == odd


def test_splits_belong_to_their_words_alone():
    first, again, other = (draw_split(TASKS["3v8"], rng(*words)) for words in (("a", 1), ("a", 1), ("a", 2)))
    assert np.array_equal(first.x, again.x)
    assert not np.array_equal(first.x, other.x)


def test_pruning_sees_no_test_sample():
    split = draw_split(TASKS["3v8"], rng())
    blind = Split(split.x, split.y, split.x_test[:1], split.y_test[:1])
    assert np.array_equal(Case(split, "snip", 0.1).train, Case(blind, "snip", 0.1).train)


# Kernels


def few(task: str = "noisy-3v8", learnt: int = 40, tested: int = 30) -> Split:
    split = draw_split(TASKS[task], rng("few"))
    return Split(split.x[:learnt], split.y[:learnt], split.x_test[:tested], split.y_test[:tested])


def test_random_predicts_the_same_at_every_density():
    """B7: the closed form of Random is the dense kernel times the density, and the ridge goes with the trace."""
    split = few()
    mse = [Case(split, "random", density).quantity("mse") for density in (0.02, 0.3, 1)]
    raw = [Case(split, "random", density).quantity("raw") for density in (0.02, 0.3, 1)]
    assert np.ptp(mse) < 1e-9
    assert raw == pytest.approx([raw[2] / 0.02**0.5, raw[2] / 0.3**0.5, raw[2]])


def test_regression_by_hand():
    """Ridge regression with the dense kernel, by its formula in angles."""
    split = few()
    d = split.x.shape[1]

    def kernel(x, x2):
        cosine = np.clip(x @ x2.T / d, -1, 1)
        angle = np.arccos(cosine)
        return (np.sin(angle) + 2 * (np.pi - angle) * cosine) / np.pi

    K = kernel(split.x, split.x)
    ridge = 1e-7 * np.trace(K) / len(K) * np.eye(len(K))
    f = kernel(split.x_test, split.x) @ np.linalg.solve(K + ridge, split.y)
    case = Case(split, "random", 1.0)
    assert case.quantity("mse") == pytest.approx(((f - split.y_test) ** 2).mean(), rel=1e-6)
    assert case.quantity("error") == np.mean(np.sign(f) != split.y_test)
    energy = float(np.sum(split.y * np.linalg.solve(K, split.y)))
    assert case.quantity("scale-free") == pytest.approx(np.sqrt(energy * np.trace(K)) / len(K), rel=1e-6)
    centring = np.eye(len(K)) - 1 / len(K)
    aligned = np.vdot(centring @ K @ centring, split.y @ split.y.T)
    sizes = np.linalg.norm(centring @ K @ centring) * np.linalg.norm(centring @ split.y @ split.y.T @ centring)
    assert case.quantity("alignment") == pytest.approx(aligned / sizes)


@pytest.mark.parametrize("method", FAMILIES["graphon"])
def test_bounds_bound_the_energy(method):
    """B8 lies above the energy, for every closed form."""
    case = Case(few("3v8"), method, 0.1)
    assert case.quantity("path-residual") >= case.quantity("raw") * (1 - 1e-9)


@pytest.mark.parametrize("method", FAMILIES["rows"])
def test_fresh_rows_have_the_kernel_of_a_wide_pruned_network(method):
    split = few("3v8", 20, 1)
    kernel = Case(split, method, 0.2, 4096, keyed_seed(0, method)).train
    network, mask = pruned_network(split, method, 0.2, 4096, rng(method))
    found = tangent_kernel(network, split.x, masks=[mask])
    assert np.linalg.norm(found - kernel) < 0.15 * np.linalg.norm(kernel)


def test_profiles_by_hand():
    split = few("ten-classes")
    x, y, m = split.x, split.y, len(split.x)
    saliency = [np.sqrt(sum((x[:, j] @ y[:, k] / m) ** 2 for k in range(10))) for j in range(64)]
    found = profiles(split)
    assert np.allclose(found.saliency, saliency)
    coefficients = np.linalg.lstsq(
        np.vstack([x / np.sqrt(m), 0.1 * np.eye(64)]), np.vstack([y / np.sqrt(m), np.zeros((64, 10))]), rcond=None
    )[0]
    assert np.allclose(found.coefficients, np.linalg.norm(coefficients, axis=1))


def test_unknown_quantity():
    with pytest.raises(ValueError, match="quantity is 'fast', expected one of mse, error, raw"):
        Case(few(), "random", 0.5).quantity("fast")


# Networks


def test_a_trained_network_keeps_to_its_own_kernel():
    found = train_beside(few(), "random", 0.3, 512, 2048, keyed_seed(0), steps=5)
    assert found.own < 0.1
    assert found.own < found.rows
    assert found.mse < 1.2 * float(np.mean(few().y_test ** 2))


# Orders


def numbers(seed: int = 0, splits: int = 10, densities: int = 3, methods: int = 6) -> np.ndarray:
    return np.random.default_rng(seed).random((splits, densities, methods))


def test_orders():
    error = numbers()
    same, reverse = order(error**3, error), order(-error, error)
    assert (same.verdict, same.correlation.mean, same.positive) == (Verdict.SAME, pytest.approx(1), 10)
    assert same.sign_p == 2 / 2**10
    assert (reverse.verdict, reverse.correlation.median, reverse.positive) == (Verdict.REVERSED, pytest.approx(-1), 0)
    assert order(numbers(1), error).verdict is Verdict.UNDECIDED
    assert order(error[:5], error[:5]).verdict is Verdict.UNDECIDED  # five splits bound no median at 95 %


def test_an_order_with_infinite_and_equal_numbers():
    error = numbers()
    quantity = error.copy()
    quantity[..., 0] = np.inf
    assert 0 < order(quantity, error).correlation.mean < 1
    error[:, 0] = 1.0  # no order at one density: the others count
    assert order(error, error).correlation.mean == pytest.approx(1)
    with pytest.raises(ValueError, match="same for all methods"):
        order(quantity, np.ones_like(error))


def test_pairs():
    error = np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 1.0], [1.0, 2.0]])
    quantity = np.array([[3.0, 4.0], [3.0, 4.0], [3.0, 4.0], [4.0, 4.0]])
    assert pair(quantity, error, 0, 1)[:2] == (1, 4)  # a tie of either is wrong


def outcome(task: str, split: int, method: str, density: float, mse: float, raw: float) -> Outcome:
    return Outcome(task, split, "graphon", method, density, mse / 10, mse, {"raw": raw}, {"gap_ratio": 1.0})


def test_summary_and_sentences_of_made_up_outcomes():
    """On one task the predictor is the error, on the other its opposite."""
    settings = Settings(("3v8", "4v9"), ("random", "magnitude", "snip"), (0.05, 0.2), 8)
    draw = np.random.default_rng(0)
    outcomes = []
    for task, sign in (("3v8", 1), ("4v9", -1)):
        for split in range(8):
            for density in settings.densities:
                for method, mse in zip(("random", "magnitude", "snip"), (3.0, 2.0, 1.0), strict=True):
                    value = mse + draw.random()
                    outcomes.append(outcome(task, split, method, density, value, sign * value))
    summary = summarise(settings, outcomes)
    json.dumps(summary)
    snip = next(row for row in summary["results"] if row["method"] == "snip" and row["target"] == "mse")
    assert snip["minus_random"]["negative"] == 8
    assert snip["minus_random"]["sign_p"] == 2 / 2**8
    said = {row["task"]: row["text"] for row in summary["sentences"]}
    assert "below Random's in 8 of 8 splits" in said["3v8"]
    assert (
        "ordered mostly as by the test MSE by raw energy +1.00; SNIP and Random ordered rightly by raw energy"
        in said["3v8"]
    )
    assert "against it by raw energy -1.00; SNIP and Random ordered wrongly by" in said["4v9"]
    assert said["all"].startswith("No predictor orders")
    assert sentences(summary["results"], [])[0]["text"].startswith("3v8 (closed forms): SNIP's test MSE")
    without_snip = [row for row in summary["results"] if row["method"] != "snip"]
    assert sentences(without_snip, []) == []  # two methods have no order, and nothing is said


# The command


def test_the_same_numbers_for_any_number_of_jobs(tmp_path):
    written = []
    for jobs in ("1", "2"):
        file = tmp_path / f"{jobs}.json"
        assert main(["study", "generalisation", *SMALL, "--jobs", jobs, "--json", str(file)]) == 0
        written.append(file.read_text("utf-8"))
    assert written[0] == written[1]
    assert wrong("study generalisation --json", json.loads(written[0])) == []
    summary = json.loads(written[0])
    assert summary["protocol"]["profile_ridge"] == 0.01
    cases = {(row["split"], row["family"], row["method"], row["density"]) for row in summary["outcomes"]}
    assert len(cases) == len(summary["outcomes"]) == 2 * 2 * 2 * 2


def test_another_seed_has_other_splits():
    settings = Settings(("noisy-3v8",), ("random",), (0.5,), 1, 100)
    first, other = (measure(Unit(replace(settings, seed=seed), "noisy-3v8", 0)) for seed in (0, 1))
    assert [each.mse for each in first] != [each.mse for each in other]


def test_tables_and_picture(tmp_path, capsys):
    picture = tmp_path / "study.svg"
    assert main(["study", "generalisation", *SMALL, "--plot", str(picture)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for words in (
        "noisy-3v8, closed forms",
        "SNIP minus Random",
        "Spectra at density 0.05",
        "noisy-3v8 (rows as pruned)",
    ):
        assert words in said
    assert picture.read_text("utf-8").startswith("<?xml")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["guesses"],
        ["generalisation", "--tasks", "cifar"],
        ["generalisation", "--tasks", "3v8", "3v8"],
        ["generalisation", "--methods", "lasso"],
        ["generalisation", "--densities", "0"],
        ["generalisation", "--densities", "1.5"],
        ["generalisation", "--densities", "nan"],
        ["generalisation", "--densities", "0.009"],
        ["generalisation", "--seeds", "0"],
        ["generalisation", "--jobs", "0"],
        ["generalisation", "--rows", "1"],
        ["generalisation", "--seed", "-1"],
        ["generalisation", "--plot", "study.pdf"],
        ["generalisation", "--json", "nowhere/study.json"],
    ],
)
def test_bad_input_is_one_line(words, capsys):
    assert main(["study", *words]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)


def test_settings():
    assert Settings(densities=(0.5, 0.1)).densities == (0.1, 0.5)
    assert len(pieces(Settings(seeds=3))) == 3 * len(TASKS)
    assert isinstance(task_named("parity"), Task)
    with pytest.raises(ValueError, match="seed is"):
        Settings(seed=2**128)


@pytest.mark.parametrize("density", [0.05, 0.2, 0.4, 0.7])
def test_few_nodes_will_do_for_the_checks(density):
    """What T1–T5 compare in many splits differs by percents; 20 nodes in |a| leave it within a thousandth."""
    split = draw_split(task_named("noisy-3v8"), np.random.default_rng(11))
    few, usual = Case(split, "snip", density, nodes=FEW_NODES), Case(split, "snip", density)
    for quantity in ("mse", "scale-free", "gap_ratio", "centred gap_ratio"):
        assert few.quantity(quantity) == pytest.approx(usual.quantity(quantity), rel=1e-3)


# Any study from Python


def test_a_study_from_python_has_the_numbers_of_its_command(tmp_path):
    numbers, told = tmp_path / "numbers.json", []
    words = ["--epsilon", "0.2", "0.05", "--networks", "5", "--least", "0.1", "--seed", "4"]
    assert main(["study", "gap", *words, "--json", str(numbers)]) == 0
    found = study(
        "gap", epsilon=[0.2, 0.05], networks=5, least=0.1, seed=4, progress=lambda *pieces: told.append(pieces)
    )
    assert json.loads(json.dumps(found)) == json.loads(numbers.read_text())
    assert told[-1][0] == told[-1][1] == len(gap.pieces(settings_of("gap", epsilon=[0.2, 0.05], networks=5, least=0.1)))
    assert [done for done, _ in told] == sorted({done for done, _ in told})


@pytest.mark.parametrize(
    ("name", "settings", "why"),
    [
        ("guesses", {}, "study is 'guesses', expected generalisation, lifts, gap, origins, depth"),
        ("gap", {"width": 3}, "width is no setting of the study gap, expected epsilon, networks, least, seed"),
        ("lifts", {"density": [0.5, "x"]}, "density is 'x', expected a number such as 1/2 or 0.3"),
        ("origins", {"masks": True}, "masks is True, expected an integer from 1 to 10000"),
        ("gap", {"epsilon": 0.1}, "epsilon is 0.1, expected a sequence"),
        ("generalisation", {"methods": "snip"}, "methods is 'snip', expected a sequence"),
        ("generalisation", {"tasks": {"3v8"}}, "tasks is {'3v8'}, expected a sequence"),
        ("gap", {"epsilon": {0.1: 0.2}}, "epsilon is {0.1: 0.2}, expected a sequence"),
        ("lifts", {"sizes": np.array(4)}, "sizes is array(4), expected a sequence"),
        ("gap", {"epsilon": [[0.1]]}, "epsilon has [0.1], expected words or numbers"),
        ("depth", {"data": [["digits"]]}, "data has ['digits'], expected words or numbers"),
        ("gap", {"least": "0.1"}, "least is '0.1', expected a number from 1e-08 on, below 0.5"),
        ("gap", {"epsilon": ["0.2"]}, "epsilon is '0.2', expected a number from 1e-08 on, below 0.5"),
        ("gap", {"least": float("nan")}, "least is nan, expected a number"),
        ("lifts", {"time": "5"}, "time is '5', expected a positive number of at most 10000"),
        ("lifts", {"density": ["0." + 30 * "1"]}, "expected a number such as 1/2 or 0.3"),
        ("generalisation", {"densities": ["0.1"]}, "density is '0.1', expected a number in [0.01, 1]"),
        ("generalisation", {"networks": 41}, "networks is 41, expected True or False"),
        ("origins", {"density": "0.1"}, "density is '0.1', expected a number above 0 and at most 0.4"),
    ],
)
def test_a_study_that_is_none(name, settings, why):
    with pytest.raises(InputError, match=re.escape(why)):
        study(name, **settings)


@pytest.mark.parametrize(
    ("name", "given", "plain"),
    [
        ("gap", {"epsilon": np.array([0.1, 0.2])}, {"epsilon": [0.1, 0.2]}),
        ("lifts", {"sizes": np.array([4, 8])}, {"sizes": [4, 8]}),
        ("lifts", {"sizes": range(4, 6)}, {"sizes": [4, 5]}),
        ("lifts", {"density": [1 / 600]}, {"density": [str(1 / 600)]}),
        ("generalisation", {"densities": np.array([0.1, 0.2])}, {"densities": (0.1, 0.2)}),
        ("calibration", {"names": np.array(["T1", "T2"])}, {"names": ["T1", "T2"]}),
        ("origins", {"density": Fraction(1, 4)}, {"density": 0.25}),
        ("origins", {"density": np.float32(0.25)}, {"density": 0.25}),
    ],
)
def test_settings_may_be_of_any_kind_of_number(name, given, plain):
    found = settings_of(name, **given)
    assert repr(found) == repr(settings_of(name, **plain))  # of plain numbers, too


def test_what_is_quick_gives_way_to_what_is_asked():
    assert settings_of("lifts", quick=True, seeds=3, density=["0.3"]) == LiftSettings((4, 8, 16), (Fraction(3, 10),), 3)


@pytest.mark.parametrize("asked", [{"tasks": ["3v8"]}, {"methods": ["grasp", "wanda"]}])
def test_networks_that_would_not_be_trained_are_refused(asked):
    with pytest.raises(InputError, match="networks is given, expected one of the tasks noisy-3v8, parity, and one of"):
        study("generalisation", quick=True, networks=True, **asked)
