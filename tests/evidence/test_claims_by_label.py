"""A claim that is chosen by its label comes with its checks, as from the whole ledger, and without what it does not need."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.checks import checks_of, checks_of_claims
from sparse_limits.numerics.ledger.verification import checks_by_claim
from sparse_limits.theory.ledger import TOPICS, claims_of, labels_of, ledger_for, load_ledger
from sparse_limits.theory.links import announced, cited_by, links_of
from sparse_limits.theory.selection import reading_order

IMPORTS = """
import sys
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.ledger.verification import Task, run_one

assert main(["verify", "N1", "--jobs", "1"]) == 0
assert run_one(Task("neuron_pruning", "N1", "second_difference_is_four_times_the_bound", 0, "quick")).status == "holds"
print(*sys.modules, sep="\\n")
"""
HEAVY = ("numba", "scipy", "sklearn", "torch", "matplotlib")


def described(checks):
    return [(each.claim, each.name, each.kind, each.subjects, [c.name for c in each.controls]) for each in checks]


@pytest.mark.parametrize("topic", TOPICS)
def test_labels_are_found_in_the_text(topic):
    assert labels_of(topic) == tuple(sorted((each.label for each in claims_of(topic).values()), key=reading_order))


@pytest.mark.parametrize("topic", TOPICS)
def test_the_checks_of_a_claim_are_those_that_the_topic_has(topic):
    whole = checks_of(topic)
    assert described(checks_of_claims(topic, labels_of(topic))) == described(whole)
    for claim in claims_of(topic).values():
        alone = checks_of_claims(topic, [claim.label])
        assert described(alone) == described([check for check in whole if check.claim is claim])


def test_the_entries_of_labels_are_those_of_the_ledger():
    ledger = load_ledger()
    for label in (entry.label for entry in ledger):
        alone = ledger_for([label])
        assert list(alone) == alone.select([label]) == ledger.select([label])
        cited = links_of([label], ledger.claim, lambda label, step: announced(step))
        assert links_of([label], alone.claim, lambda label, step: announced(step)) == cited
    several = ["N1", "G3", "S4", "G3.2"]
    assert list(ledger_for(several)) == ledger_for(several).select(several) == ledger.select(several)


def test_a_claim_that_is_cited_is_that_of_the_ledger():
    alone, whole = ledger_for(["K7.1"]), load_ledger()
    cited = cited_by(alone["K7.1"].claim)
    assert cited
    assert all(alone.claim(label) is whole[label].claim for label in cited)
    assert len(alone.beside) == len(whole)
    assert set(alone.beside) == {entry.label for entry in whole}
    assert "K99" not in alone.beside
    with pytest.raises(KeyError, match="K99"):
        alone.beside["K99"]


@pytest.mark.parametrize("names", [(), ("flow",), ("N1", "flow")])
def test_for_a_topic_the_ledger_is_whole(names):
    assert len(ledger_for(names)) == len(load_ledger())


@pytest.mark.parametrize("name", ["N99", "n1", "N1 ", "N", "", "flw", "X1"])
def test_a_name_is_refused_in_the_words_of_the_whole_ledger(name):
    said = []
    for ledger in (ledger_for(["S4", name]), load_ledger()):
        with pytest.raises(InputError) as refused:
            ledger.select(["S4", name])
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_the_tests_of_the_claims_that_are_chosen_keep_within_the_budget(monkeypatch):
    entries = ledger_for(["S1"]).select(["S1"])
    tests = sum(check.tests for checks in checks_by_claim(entries).values() for check in checks)
    assert tests
    monkeypatch.setattr("sparse_limits.numerics.ledger.verification.BUDGET", tests * 1e-9)
    assert checks_by_claim(entries)
    monkeypatch.setattr("sparse_limits.numerics.ledger.verification.BUDGET", (tests - 1) * 1e-9)
    with pytest.raises(InputError, match=f"{tests} statistical tests at 1e-09 each exceed"):
        checks_by_claim(entries)


def test_a_claim_is_verified_without_topics_and_packages_that_it_does_not_need():
    done = subprocess.run([sys.executable, "-c", IMPORTS], check=True, capture_output=True, text=True)
    modules = set(done.stdout.split())
    assert "sparse_limits.numerics.checks.neuron_pruning.kink" in modules
    for package in ("sparse_limits.theory.neuron_pruning", "sparse_limits.numerics.checks.neuron_pruning"):
        assert {each for each in modules if each.startswith(f"{package}.")} == {f"{package}.kink"}
    assert not modules & {
        f"{package}.{topic}"
        for package in ("sparse_limits.theory", "sparse_limits.numerics.checks")
        for topic in TOPICS
    } - {
        "sparse_limits.theory.neuron_pruning",
        "sparse_limits.numerics.checks.neuron_pruning",
    }
    assert not modules & set(HEAVY)
