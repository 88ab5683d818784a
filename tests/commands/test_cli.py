"""The command `sparse-limits` from outside: its output, its exit status, and one line for whatever is wrong."""

from __future__ import annotations

import html.parser
import json
import re

import pytest
from cli_cases import REAL, TOYS, call, run_here

from sparse_limits.numerics.ledger.summary import summarise
from sparse_limits.numerics.reports.contents import contents
from sparse_limits.numerics.reports.run import as_html


def without_seconds(data):
    """JSON data less the times in it."""
    if isinstance(data, dict):
        return {key: without_seconds(value) for key, value in data.items() if key != "seconds"}
    return [without_seconds(value) for value in data] if isinstance(data, list) else data


# verify

RUN_KEYS = {"seed", "effort", "versions", "seconds", "claims", "totals", "weakest", "announced"}
CLAIM_KEYS = {
    "label",
    "name",
    "topic",
    "title",
    "source",
    "provenance",
    "proof",
    "proof_in_words",
    "uses",
    "status",
    "checks",
    "parts",
}
STEP_KEYS = {"name", "by", "source", "takes", "gives", "uses", "link", "scope", "limited", "checks"}
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
            assert step.keys() == STEP_KEYS
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
    done = call(REAL, "verify", "N1", "S2", "--quiet", "--jobs", "1", "--json", "-", "--html", str(page))
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
    done = call(TOYS, "verify", "toy_broken", "Z1", "--quiet", "--jobs", "2", "--json", str(file))
    assert (done.returncode, done.stderr) == (1, "")
    said = " ".join(done.stdout.split())
    for words in (
        ": twice' survived",
        "error: ZeroDivisionError",
        "no check takes or refutes forgotten",
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
            assert step.keys() == {"name", "sentence", "by", "source", "takes", "gives", "uses", "reach", "limited"}
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


@pytest.mark.parametrize(
    ("words", "there", "not_there"),
    [
        ("GRAPHON half normal", "S4", "S2"),  # several words, in any order, with blanks for a hyphen
        ("Frechet", "S1", "S4"),  # without the accent
        ("varphi", "S4", "N1"),
        ("φ snip", "S4", "S1"),  # a letter of the claim, in Greek
        ("success neurons before pruning", "N2", "R4"),  # a name, and what it means
        ("column_density", "S4", "S1"),
        ("product_graphon", "S4", "S1"),
        ("a kink", "N1", "S4"),
        ("h", "N1", "S4"),  # a letter, not all words with an h
        ("2206.04270", "Q1", "S4"),  # the paper, by its number on arXiv
    ],
)
def test_claims_are_searched_by_words(capsys, words, there, not_there):
    status, out, err = run_here(capsys, "claims", "--search", words)
    assert (status, err) == (0, "")
    labels = {line.split()[0] for line in out.splitlines() if line[:1].isalpha()}
    assert there in labels
    assert not_there not in labels


@pytest.mark.parametrize("words", ["", "  ", "snip phlogiston", "½½"])
def test_a_search_that_finds_nothing(capsys, words):
    status, out, err = run_here(capsys, "claims", "--search", words)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert "expected words that a claim has" in err


@pytest.mark.parametrize(
    ("words", "near"),
    [(["shwo", "S4"], "show"), (["study", "depht"], "depth"), (["verify", "S4", "--effort", "quik"], "quick")],
)
def test_a_choice_that_is_nearly_one_is_asked_for(capsys, words, near):
    status, out, err = run_here(capsys, *words)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert f", did you mean {near}? (choose from " in err


@pytest.mark.parametrize("columns", [40, 50, 58, 80, 200])
def test_no_name_is_broken(capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    out = run_here(capsys, "claims")[1]
    words = {word.strip(",;") for word in out.split()}
    widest = max(len(name) for line in contents() for name in line.expressions)
    assert max(map(len, out.splitlines())) <= max(columns, widest + 3)
    for line in contents():
        assert {line.label, line.topic, line.provenance, line.proof, *line.expressions} <= words, line.label
    words = set(re.split(r"[\s,]+", out))
    assert {name for line in contents() for name in line.expressions} <= words


def test_show(capsys):
    status, out, err = run_here(capsys, "show", "S4")
    assert (status, err) == (0, "")
    for word in ("S4", "Statement", "Proof", "Expressions", "Evidence", "wrong forms:", "RECONSTRUCTED"):
        assert word in out
    assert "Forms that fail" not in out


def test_show_a_form_that_fails(capsys):
    status, out, err = run_here(capsys, "show", "Q3")
    assert (status, err) == (0, "")
    for word in ("CORRECTION", "Forms that fail", "origin: “More generally", "by hand:", "counterexample: one_point"):
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
        (["N1", "bound", "--exact", "h=12", "r=1"], "3"),
        (["N1", "--digits", "9", "bound", "h=12", "--exact", "r=1"], "3"),
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
    done = call(TOYS, "mutate", "Z1", "Z11", "--quiet", "--jobs", "1")
    assert (done.returncode, done.stderr) == (1, "")
    assert "Z11 survives: value = 2*a" in done.stdout
    assert "Z1 survives" not in done.stdout
    assert "7 unexplained survivors" in done.stdout
    done = call(TOYS, "mutate", "Z11", "--jobs", "1", "--every", "3")
    assert "Z11 survives: value = 2*a" in done.stdout
    assert "3 unexplained survivors; one variant in 3 tried" in done.stdout


def test_mutate_domains():
    done = call(REAL, "mutate", "--domains", "N1", "--quiet", "--jobs", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1 wider domains of 1 claims: 1 refuted, 1 of them where a formula has no value")
    done = call(REAL, "mutate", "--domains", "G1.4", "--quiet", "--jobs", "1")
    assert done.returncode == 0
    assert "G1.4 convention: 6 < y ≤ 12  (where it is larger, one side is at most a number" in done.stdout
    done = call(REAL, "mutate", "--domains", "O6", "--quiet", "--jobs", "1")
    assert done.returncode == 1
    assert "O6 survives: varepsilon = 0" in done.stdout
