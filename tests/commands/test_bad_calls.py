"""Calls of the command that are refused, in one line."""

from __future__ import annotations

import os

import pytest
from cli_cases import REAL, call, run_here

# Bad input

FOLDER = "FOLDER"  # stands for an empty folder, where nothing may be left


BAD = [
    ["nonsense"],
    ["--nonsense"],
    ["verify", "Z99"],
    ["verify", "s4"],
    ["verify", ""],
    ["verify", "S4", "nonsense"],
    ["verify", "--effort", "huge"],
    ["verify", "--effort"],
    ["verify", "--seed", "-1"],
    ["verify", "--seed", str(2**128)],
    ["verify", "--seed", "1.5"],
    ["verify", "--seed", "nan"],
    ["verify", "--seed", "9" * 5000],
    ["verify", "--jobs", "0"],
    ["verify", "--jobs", "-2"],
    ["verify", "--jobs", "two"],
    ["verify", "--json"],
    ["verify", "--json", ""],
    ["verify", "--json", FOLDER],
    ["verify", "--json", f"{FOLDER}/none/run.json"],
    ["verify", "--json", f"{FOLDER}/{'x' * 300}"],
    ["verify", "--html", FOLDER],
    ["verify", "--html", f"{FOLDER}/none/run.html"],
    ["verify", "--json", "-", "--html", "-"],
    ["verify", "--json", f"{FOLDER}/one", "--html", f"{FOLDER}/one"],
    ["verify", "N1", "--json", f"{FOLDER}/run.json", "--jobs", "0"],
    ["verify", "N1", "--nonsense"],
    ["claims", "Z99"],
    ["claims", "N1", "nonsense", "--json", f"{FOLDER}/claims.json"],
    ["claims", "--json", f"{FOLDER}/none/claims.json"],
    ["claims", "--json", FOLDER],
    ["show"],
    ["show", "Z99"],
    ["show", "s4"],
    ["show", "S4", "N1"],
    ["mutate", "Z99"],
    ["mutate", "--jobs", "0"],
    ["mutate", "--every", "0"],
    ["mutate", "--seed", "-1"],
    ["mutate", "--seed", "x"],
    ["evaluate"],
    ["evaluate", "S4"],
    ["evaluate", "Z99", "bound"],
    ["evaluate", "N1", "nonsense"],
    ["evaluate", "N1", ""],
    ["evaluate", "N1", "bound", "h"],
    ["evaluate", "N1", "bound", "h="],
    ["evaluate", "N1", "bound", "=1"],
    ["evaluate", "N1", "bound", "h=1=2"],
    ["evaluate", "N1", "bound", "x=1"],
    ["evaluate", "N1", "bound", "h=1", "h=2"],
    ["evaluate", "N1", "bound", "h=nan", "r=1"],
    ["evaluate", "N1", "bound", "h=inf", "r=1"],
    ["evaluate", "N1", "bound", "h=-oo", "r=1"],
    ["evaluate", "N1", "bound", "h=1/0", "r=1"],
    ["evaluate", "N1", "bound", "h=1,5", "r=1"],
    ["evaluate", "N1", "bound", "h=0x10", "r=1"],
    ["evaluate", "N1", "bound", "h=__import__('os')", "r=1"],
    ["evaluate", "N1", "bound", "h=2^3", "r=1"],
    ["evaluate", "N1", "bound", "h=9**9**9", "r=1"],
    ["evaluate", "N1", "bound", "h=sqrt(-1)", "r=1"],
    ["evaluate", "N1", "bound", "h=1/(2-2)", "r=1"],
    ["evaluate", "N1", "bound", "h=log(0)", "r=1"],
    ["evaluate", "N1", "bound", "h=sin(1)", "r=1"],
    ["evaluate", "N1", "bound", "h=" + "(" * 150, "r=1"],
    ["evaluate", "N1", "bound", "h=1"],
    ["evaluate", "N1", "bound", "h=1e99999", "r=1"],
    ["evaluate", "N1", "bound", "h=" + "9" * 5000, "r=1"],
    ["evaluate", "E2", "best_tilt", "p=1", "k=2"],
    ["evaluate", "N1", "bound", "h=1", "r=-1"],
    ["evaluate", "N1", "bound", "h=1", "r=0"],
    ["evaluate", "N1", "bound", "h=1", "r=1", "--digits", "0"],
    ["evaluate", "N1", "bound", "h=1", "r=1", "--digits", "-3"],
    ["evaluate", "N1", "bound", "h=1", "r=1", "--digits", "10001"],
    ["evaluate", "N1", "bound", "h=1", "r=1", "--digits", "many"],
    ["evaluate", "S4", "flat_threshold", "rho=2"],
    ["evaluate", "S4", "column_density", "tau=1", "phi=1", "--exact"],
    ["evaluate", "G4", "wide_constant", "--exact"],
    ["evaluate", "N1", "bound", "h=1", "--exact"],
    ["evaluate", "E2", "best_tilt", "p=1", "k=2", "--exact"],
    ["evaluate", "R1", "expected_count", "n=1/2"],
    ["evaluate", "L9", "limit", "K=1e9", "lambda=1"],
    ["evaluate", "L9", "tree_probability", "K=1e6", "lambda=2", "n=1e6"],
    ["evaluate", "L8.2", "order", "lambda=1e300"],
    ["evaluate", "N6", "neurons", "d=1e300", "delta=1/2", "epsilon=1e-300"],
    ["evaluate", "E2", "exact_tail", "m=1e300", "k=3", "p=1/3"],
    ["evaluate", "L7", "identity_skips", "C=2", "lambda=3"],
    ["evaluate", "L10.2", "sparse_tree", "n=2", "lambda=3"],
    ["evaluate", "L13", "square_hitting_time", "epsilon=1e-2000", "kappa=1", "L_0=1", "eta=1/2"],
    ["evaluate", "L13", "square_hitting_time", "epsilon=1e-2000", "kappa=1", "L_0=1", "eta=1/2", "--exact"],
]


@pytest.mark.parametrize("words", BAD, ids=lambda words: " ".join(words)[:60])
def test_bad_input_is_one_line_and_status_2(capsys, tmp_path, words):
    status, out, err = run_here(capsys, *(word.replace(FOLDER, str(tmp_path)) for word in words))
    assert status == 2
    assert out == ""
    assert err.startswith("sparse-limits: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [["S4", "column_density", "tau=1e4000", "phi=1"], ["L18", "coefficient", "k=1e300", "s=1e300"]],
    ids=" ".join,
)
def test_numbers_too_large_for_any_algorithm(capsys, monkeypatch, words):
    monkeypatch.setattr("sparse_limits.numerics.exact.evaluation.LIMIT", 1.0)
    status, out, err = run_here(capsys, "evaluate", *words)
    assert (status, out) == (2, "")
    assert err == "sparse-limits: no value: none found within 1 s of processor time, expected smaller numbers\n"


def test_bad_input_of_the_process(tmp_path):
    """The same through a real process: the status of the shell, and nothing else on standard error."""
    done = call(REAL, "evaluate", "N1", "bound", "h=1", "r=-1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "sparse-limits: r=-1: r is half the width of the interval, expected a positive number\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_closed_folder_is_refused(capsys, tmp_path):
    tmp_path.chmod(0o500)
    assert run_here(capsys, "claims", "--json", str(tmp_path / "claims.json"))[0] == 2
