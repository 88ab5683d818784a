"""The command `sparse-limits` from outside: its output, its exit status, and one line for whatever is wrong."""

from __future__ import annotations

import html.parser
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers import ROOT, TESTS

from numerics.cli import COMMANDS, main
from numerics.commands.places import check_writable
from numerics.evidence.summary import summarise
from numerics.files import replacing
from numerics.reports.contents import contents
from numerics.reports.run import as_html

REAL = [sys.executable, "-m", "numerics.cli"]
TOYS = [sys.executable, "-c", "import sys, toys; sys.exit(toys.main(sys.argv[1:]))"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{TESTS}{os.pathsep}{ROOT}", "OMP_NUM_THREADS": "1"}


def call(command: list[str], *words: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command, *words], capture_output=True, text=True, env=ENVIRONMENT, **options)


def without_seconds(data):
    """JSON data less the times in it."""
    if isinstance(data, dict):
        return {key: without_seconds(value) for key, value in data.items() if key != "seconds"}
    return [without_seconds(value) for value in data] if isinstance(data, list) else data


# verify

RUN_KEYS = {"seed", "effort", "versions", "seconds", "claims", "totals", "weakest"}
CLAIM_KEYS = {"label", "name", "topic", "title", "source", "provenance", "uses", "status", "checks", "parts"}
SCOPES = ("all", "sizes", "points", "sampled", "observed")
LINKS = ["all", "rule", "cited", "sizes", "points", "sampled", "argued"]
CHECK_KEYS = {"name", "kind", "status", "detail", "seconds", "controls"}
TOTAL_KEYS = {"claims", "hold", "refuted", "open", "checks", "controls", "survived"}


def test_json_of_a_run(ledger_run):
    data = json.loads(json.dumps(summarise(ledger_run), allow_nan=False))
    assert data.keys() >= RUN_KEYS
    assert data["versions"].keys() >= {"python", "numpy", "sympy"}
    assert data["totals"].keys() >= TOTAL_KEYS
    assert (data["seed"], data["effort"]) == (0, "quick")
    assert list(data["weakest"]) == LINKS
    assert sum(data["weakest"].values()) == sum(len(claim["expressions"]) for claim in data["claims"])
    steps = [step for claim in data["claims"] for step in claim["steps"]]
    for key in ("by", "scope"):
        counted = data["totals"]["steps"][key]
        assert all(counted[value] == [step[key] for step in steps].count(value) for value in counted)
        assert sum(counted.values()) == len(steps)
    for claim in data["claims"]:
        assert claim.keys() >= CLAIM_KEYS
        assert claim["label"] in claim["parts"]
        assert claim["status"] in ("holds", "refuted", "open")
        assert all(each["weakest"] in LINKS for each in claim["expressions"].values())
        for step in claim["steps"]:
            assert step.keys() == {"name", "by", "source", "gives", "uses", "link", "scope", "checks"}
            assert step["link"] in LINKS
            assert (step["scope"] in SCOPES) == (step["by"] == "computed"), (claim["label"], step["name"])
            assert step["checks"] == [check["name"] for check in claim["checks"] if check["step"] == step["name"]]
        for check in claim["checks"]:
            assert check.keys() >= CHECK_KEYS
            assert check["scope"] in (*SCOPES, None)
            assert check["kind"] in ("exact", "enclosed", "statistical", "empirical")
            assert check["status"] in ("holds", "refuted", "error")
            for control in check["controls"]:
                assert control.keys() >= {"name", "status", "detail"}
                assert control["status"] in ("refuted", "survived")


def test_the_same_json_for_any_jobs_selection_and_process(ledger_run, tmp_path):
    """One job, a few claims, another process and another hash seed: what differs from the whole run is the time."""
    whole = {claim["label"]: claim for claim in summarise(ledger_run)["claims"]}
    page = tmp_path / "run.html"
    done = call(REAL, "verify", "N1", "S2", "--jobs", "1", "--json", "-", "--html", str(page))
    assert (done.returncode, done.stderr) == (0, "")
    data = json.loads(done.stdout)
    assert [claim["label"] for claim in data["claims"]] == ["S2", "N1"]
    for claim in data["claims"]:
        assert without_seconds(claim) == without_seconds(json.loads(json.dumps(whole[claim["label"]])))
    assert_self_contained(page.read_text(encoding="utf-8"))
    assert [path.name for path in tmp_path.iterdir()] == ["run.html"]


def test_a_failing_run(tmp_path):
    """Exit status 1, and every failure named on standard output and in the file."""
    file = tmp_path / "run.json"
    done = call(TOYS, "verify", "toy_broken", "Z1", "--jobs", "2", "--json", str(file))
    assert (done.returncode, done.stderr) == (1, "")
    said = " ".join(done.stdout.split())
    for words in (
        "control 'twice' survived",
        "error: ZeroDivisionError",
        "no check takes forgotten",
        "there is no check",
    ):
        assert words in said
    totals = json.loads(file.read_text(encoding="utf-8"))["totals"]
    assert (totals["claims"], totals["hold"], totals["refuted"], totals["open"]) == (13, 1, 2, 10)
    assert (totals["survived"], totals["errors"]) == (2, 6)


class Page(html.parser.HTMLParser):
    """What a page would fetch, what it nests, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attributes):
        self.addresses += [f"{name}={value}" for name, value in attributes if name in ("src", "href", "data", "action")]
        assert tag not in ("script", "link", "iframe", "img", "object", "embed"), tag
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def assert_self_contained(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == page.addresses == []
    assert "url(" not in text
    assert "@import" not in text
    addresses = set(re.findall(r"https?://[^\s\"'<]+", text))
    assert addresses <= {"http://www.w3.org/1998/Math/MathML"}
    return page


def test_the_page_of_a_run(ledger_run):
    text = as_html(ledger_run)
    page = assert_self_contained(text)
    words = " ".join(page.text)
    assert "<math" in text
    for claim in ledger_run.claims:
        assert f'id="{claim.entry.label}"' in text
        assert claim.entry.claim.title in words
    for status in ("holds", "refuted"):
        assert words.split().count(status) >= len(ledger_run.claims)
    assert words.count("Forms that fail") == sum(bool(claim.entry.claim.pitfalls) for claim in ledger_run.claims)


# claims, show, evaluate, mutate


def run_here(capsys, *words: str) -> tuple[int, str, str]:
    status = main(words)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_claims_as_json(capsys, tmp_path):
    status, out, err = run_here(capsys, "claims", "N1", "saliency", "--json", "-")
    listed = json.loads(out)
    assert (status, err) == (0, "")
    assert {claim["topic"] for claim in listed} == {"saliency", "neuron_pruning"}
    for claim in listed:
        assert claim.keys() >= {"label", "name", "topic", "title", "statement", "source", "provenance", "proof", "uses"}
        assert all(expression["text"] for expression in claim["expressions"].values())
        assert bool(claim["steps"]) != bool(claim["proof_text"])
        for step in claim["steps"]:
            assert step.keys() == {"name", "sentence", "by", "source", "gives", "uses"}
            assert "[[" not in step["sentence"]
        assert bool(claim["pitfalls"]) == (claim["provenance"] in ("CORRECTION", "PITFALL"))
        for pitfall in claim["pitfalls"]:
            assert pitfall.keys() == {"said", "by", "why", "counterexample", "by_hand", "instead", "control"}
            assert all(text and "[[" not in text for text in pitfall.values())
    file = tmp_path / "claims.json"
    status, out, err = run_here(capsys, "claims", "--json", str(file))
    assert (status, err) == (0, "")
    assert len(json.loads(file.read_text(encoding="utf-8"))) > 10
    assert "kink" in out


def test_claims_are_searched(capsys):
    status, out, err = run_here(capsys, "claims", "--search", "Half-Normal", "saliency")
    assert (status, err) == (0, "")
    assert "\nS4 " in out
    assert "\nS2 " not in out
    assert run_here(capsys, "claims", "--search", "phlogiston")[0] == 2


def test_no_name_is_broken(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    out = run_here(capsys, "claims")[1]
    assert max(map(len, out.splitlines())) <= 80
    words = set(re.split(r"[\s,]+", out))
    assert {name for line in contents() for name in line.expressions} <= words


def test_show(capsys):
    status, out, err = run_here(capsys, "show", "S4")
    assert (status, err) == (0, "")
    for word in ("S4", "Statement", "Proof", "Expressions", "Evidence", "controls:", "RECONSTRUCTED"):
        assert word in out
    assert "Forms that fail" not in out


def test_show_a_form_that_fails(capsys):
    status, out, err = run_here(capsys, "show", "Q3")
    assert (status, err) == (0, "")
    for word in ("CORRECTION", "Forms that fail", "said: “More generally", "by hand:", "counterexample: one_point"):
        assert word in out


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (["S4", "column_density", "tau=1", "phi=1", "--digits", "40"], "0.2089936630046523274365750272963450090087"),
        (["S4", "integral_form", "tau=1", "phi=1", "--digits", "12"], "0.208993663005"),
        (["N1", "bound", "h=-1", "r=2"], "0.500000000000000"),
        (["N1", "bound", "h=1/3", "r=.75", "--digits", "3"], "0.0625"),
        (["N1", "bound", "h=1e-20", "r=1", "--digits", "3"], "2.50e-21"),
        (["N1", "bound", "h=0", "r=1"], "0"),
        (["K8", "kernel", "a=2", "b=2", "c=2", "f=1", "L=16"], "34"),
        (["B2", "sphere_excess", "L=1", "d=5"], "0"),
        (["N1", "bound", "r=2", "--keep"], "Abs(h)/2"),
        (["N1", "bound", "--keep"], "r*Abs(h)/4"),
        (["N1", "bound", "h=sqrt(2)/2", "r=2*sqrt(2)"], "0.5"),
        (["N1", "bound", "h=exp(-1)", "r=pi/4"], "0.0722329593619326"),
    ],
)
def test_evaluate(capsys, words, value):
    status, out, err = run_here(capsys, "evaluate", *words)
    assert (status, err) == (0, "")
    assert out.strip() == value or abs(float(out) - float(value)) < 1e-15 * abs(float(value)), out


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (["L17", "size", "r=2", "q=1/64", "M=36", "delta=1/20"], "3109"),
        (["L17", "size", "r=2", "q=1/64", "M=36", "delta=1/20", "--exact"], "3109"),
        (["L17", "chernoff_size", "r=2", "q=1/64", "M=80", "delta=1/20"], "10240"),
        (["L17", "size", "r=2", "q=0", "M=36", "delta=1/20"], "no guarantee"),
        (["L17", "size", "r=2", "q=0", "M=36", "delta=1/20", "--exact"], "no guarantee"),
        (["L17", "chernoff_size", "r=2", "q=0", "M=36", "delta=1/20"], "no guarantee"),
        (["L7", "identity_skips", "C=1", "lambda=1", "--exact"], "1"),
        (["L10.2", "sparse_tree", "n=3", "lambda=3", "--exact"], "108"),
        (["L16", "B1", "M=0"], "no guarantee"),
        (["L16", "sign_copy", "p_0=1/2", "d=4", "s=3", "--exact"], "1/64"),
        (["N1", "bound", "h=-1/3", "r=.75", "--exact"], "1/16"),
        (["N1", "bound", "h=12", "r=1", "--exact"], "3"),
        (["N1", "bound", "h=1e-5000", "r=1", "--exact"], "1/4" + "0" * 5000),
    ],
)
def test_sizes_fractions_and_no_guarantee(capsys, words, printed):
    status, out, err = run_here(capsys, "evaluate", *words)
    value, *notes = out.splitlines()
    assert (status, value, err) == (0, printed, "")
    assert all(note.startswith("vouched, not checked: nonincreasing in n") for note in notes)


def test_evaluate_thousands_of_digits(capsys):
    status, out, _ = run_here(capsys, "evaluate", "S4", "column_density", "tau=1", "phi=1", "--digits", "1500")
    assert (status, len(out.strip())) == (0, 1502)


def test_mutate():
    done = call(TOYS, "mutate", "Z1", "Z11", "--jobs", "1")
    assert (done.returncode, done.stderr) == (1, "")
    assert "Z11 survives: value = 2*a" in done.stdout
    assert "Z1 survives" not in done.stdout
    assert "7 unexplained survivors" in done.stdout
    done = call(TOYS, "mutate", "Z11", "--jobs", "1", "--every", "3")
    assert "Z11 survives: value = 2*a" in done.stdout
    assert "3 unexplained survivors; one variant in 3 tried" in done.stdout


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
    monkeypatch.setattr("numerics.exact.evaluation.LIMIT", 1.0)
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


# Help, files, interruptions


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], [], *([command, "--help"] for command in COMMANDS)], ids=str
)
def test_help_is_quick(words):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = call(REAL, *words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0


def test_a_file_is_whole_or_not_there(tmp_path):
    file = tmp_path / "out.json"
    file.write_text("before", encoding="utf-8")

    def interrupted():
        with replacing(file) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert file.read_text(encoding="utf-8") == "before"
    with replacing(file) as temporary:
        temporary.write_text("after", encoding="utf-8")
    assert file.read_text(encoding="utf-8") == "after"
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_links_are_followed_and_devices_written_to(tmp_path):
    file, link, pipe = tmp_path / "file", tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(file)
    with replacing(link) as temporary:
        temporary.write_text("text", encoding="utf-8")
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8") == "text"
    os.mkfifo(pipe)
    check_writable(str(pipe))
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with replacing(pipe) as temporary:
        temporary.write_text("text", encoding="utf-8")
    assert os.read(reader, 100) == b"text"
    os.close(reader)
    assert pipe.is_fifo()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link", "pipe"]


def until_it_has_workers(process: int) -> list[int]:
    for _ in range(300):
        workers = subprocess.run(["pgrep", "-P", str(process)], capture_output=True).stdout.split()
        if len(workers) >= 2:
            time.sleep(0.5)
            return [int(worker) for worker in workers]
        time.sleep(0.1)
    pytest.fail("no worker has started")


def heeding_interrupts() -> None:
    """Jobs in the background of a shell inherit that SIGINT is ignored; at a terminal it is not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_leaves_no_file(tmp_path):
    """As from a terminal: the signal reaches the command and its workers."""
    words = ["verify", "toy_stuck", "--jobs", "2", "--json", str(tmp_path / "run.json")]
    with subprocess.Popen(
        [*TOYS, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        start_new_session=True,
        preexec_fn=heeding_interrupts,
    ) as process:
        until_it_has_workers(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "sparse-limits: interrupted\n")
    assert list(tmp_path.iterdir()) == []


def test_a_terminated_run_leaves_no_file_and_no_worker(tmp_path):
    """As from a scheduler: the signal reaches the command alone."""
    with subprocess.Popen(
        [*REAL, "verify", "--jobs", "2", "--json", str(tmp_path / "run.json")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as process:
        workers = until_it_has_workers(process.pid)
        process.terminate()
        out, err = process.communicate(timeout=80)
        assert (process.returncode, out) == (130, "")
        assert err.endswith("sparse-limits: interrupted\n")  # after Python's own complaint, where it was dropped first
    assert list(tmp_path.iterdir()) == []
    for _ in range(100):
        alive = [worker for worker in workers if Path(f"/proc/{worker}").exists()]
        if not alive:
            break
        time.sleep(0.1)
    assert not alive


DROPPING = """
import os, signal, sys, time
from unittest import mock
from numerics import cli

class Dropping:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.1)

def runs(chosen):
    thing = Dropping()
    del thing
    try:
        time.sleep(60)
    finally:
        time.sleep(2 * cli.AGAIN)
        print("cleaned up")

with mock.patch.object(cli, "_run", runs), mock.patch.object(sys, "argv", ["sparse-limits", "claims"]):
    sys.exit(cli.main())
"""


def test_an_interrupt_that_a_destructor_drops_is_raised_again_once():
    done = subprocess.run([sys.executable, "-c", DROPPING], capture_output=True, text=True, env=ENVIRONMENT, timeout=60)
    assert (done.returncode, done.stdout) == (130, "cleaned up\n")
    assert done.stderr.endswith("sparse-limits: interrupted\n")


def test_a_closed_pipe_is_no_error_message():
    with subprocess.Popen(
        [*REAL, "claims", "saliency", "--json", "-"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
