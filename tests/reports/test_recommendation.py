"""What a report recommends: nothing that its own advice speaks against, and the data first where something is wrong with them."""

from __future__ import annotations

import copy
import re

import numpy as np
import pytest
from question_cases import Page, called
from questions import report

import sparse_limits as sl
from sparse_limits.numerics.prediction.report.recommendation import recommendation_of


def chosen(lines: list[dict]) -> list[str]:
    """The methods that anybody may take."""
    (names,) = (found[1] for line in lines if (found := re.match(r"At density [\d.]+ take ([\w, -]+):", line["text"])))
    return re.split(r", | or ", names)


def test_what_is_recommended_is_what_no_advice_weighs_against(made):
    numbers, _ = made
    weighed = {name: each["weight"] for each in numbers["advice"] for name in each["of"]}
    assert {"against", "condition"} <= {*weighed.values()}  # so that both are seen here
    names = [each["method"] for each in numbers["methods"]]
    free = [name for name in names if name not in weighed]
    losing = [
        name for name in names if {each["weight"] for each in numbers["advice"] if name in each["of"]} == {"condition"}
    ]
    assert chosen(numbers["recommendation"]) == free
    assert f"; or {losing[0]}" in numbers["recommendation"][0]["text"]
    told = [line["text"] for line in numbers["recommendation"] if line["text"].startswith("Expect")]
    assert [line.split()[1] for line in told] == [*free, *losing][:3]
    (blameless,) = (each["text"] for each in numbers["advice"] if "none of the rules" in each["rule"])
    assert all(name in blameless for name in free)
    assert not any(name in blameless for name in weighed)


@pytest.fixture(scope="module")
def calm():
    return report(widths=(64,), methods=("random", "magnitude"), samples=60, learning=False).summary


def recommended(numbers: dict, advice: list[dict], flaws: tuple = (), dropped: tuple = ()) -> list[dict]:
    return recommendation_of(numbers["methods"], advice, [], numbers["density"], list(flaws), dropped)


def weighing(weight: str, *of: str) -> dict:
    return {"text": "", "rule": "", "kind": "measured", "by": "", "of": list(of), "weight": weight}


def test_a_caution_gives_way_to_none_and_beats_what_cuts(calm):
    assert chosen(recommended(calm, [])) == ["random", "magnitude"]
    assert chosen(recommended(calm, [weighing("caution", "random")])) == ["magnitude"]
    both = [weighing("against", "random"), weighing("caution", "magnitude")]
    lines = recommended(calm, both)
    assert chosen(lines) == ["magnitude"]
    assert "the caution under What to do is the least that is said against it" in lines[0]["text"]
    assert chosen(recommended(calm, [weighing("note", "random")])) == ["random", "magnitude"]
    lines = recommended(calm, [weighing("condition", "random")])
    assert chosen(lines) == ["magnitude"]
    assert lines[0]["text"].endswith("; or random, if the inputs that it loses need not matter.")


def test_where_every_method_is_advised_against_the_density_is(calm):
    (line,) = recommended(calm, [weighing("against", "random", "magnitude")])
    floors = [max(end["density"] for end in each["layers"]["collapse"]) for each in calm["methods"]]
    assert line["text"].startswith("Take a larger density than 0.1, or a wider network")
    best = calm["methods"][int(np.argmin(floors))]["method"]
    (least,) = re.findall(rf"; {best} keeps a weight in every layer down to density ([\d.e-]+)\.$", line["text"])
    assert min(floors) <= float(least) < 1.1 * min(floors)


def test_what_to_expect_is_of_the_networks_pruned(calm):
    broken = copy.deepcopy(calm)
    broken["methods"][0]["layers"]["paths"]["share"] = 0.75
    line = recommended(broken, [])[1]["text"]
    assert "in 3 of 4 networks pruned here" in line
    broken["methods"][0]["lost"] = [0.3] * 64
    assert "loses 19.2 of 64 inputs" in recommended(broken, [])[1]["text"]


def test_options_that_mend_the_data_are_given_at_once(calm):
    flaws = [
        {"what": "", "instead": "", "drop": ["row"], "option": ""},
        {"what": "", "instead": "", "drop": ["two words", "row"], "option": "--standardise"},
    ]
    line = recommended(calm, [], tuple(flaws), ("id",))[0]["text"]
    assert line.startswith("Fix the data first, again with --drop id row 'two words' --standardise: all that follows")
    flaws = [{"what": "", "instead": "", "drop": [], "option": ""}]
    assert recommended(calm, [], tuple(flaws), ("id",))[0]["text"].startswith("Fix the data first: all that")


def test_the_page_and_the_terminal_begin_with_what_is_wrong(tmp_path, capsys):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((80, 3))
    x[:, 1] *= 1000
    rows = [f"{a},{b},{c},7,{'yes' if a > 0 else 'no'}" for a, b, c in x]
    file = tmp_path / "mine.csv"
    file.write_text("\n".join(["a,b,c,still,kind", *rows]) + "\n")
    words = (
        "--widths",
        "16",
        "--data",
        str(file),
        "--methods",
        "random",
        "--no-learning",
        "--html",
        str(tmp_path / "page.html"),
    )
    called(*words)
    out = capsys.readouterr().out
    names = ["What is wrong with the data", "Recommendation", "What to expect", "What to do"]
    assert [line for line in out.splitlines() if line in names] == names
    page = Page((tmp_path / "page.html").read_text())
    assert not page.open
    heads = re.findall("<h2>(.*?)</h2>", (tmp_path / "page.html").read_text())
    assert heads[:3] == names[:3]
    assert "again with --drop still --standardise" in page.text
    assert "The label is determined by a, on all 80 samples" in page.text
    options = sl.DataSource(str(file), drop=["still", "a"], standardise=True)
    mended = report(options, widths=(16,), methods=("random",), learning=False)
    assert mended.summary["flaws"] == []
    assert "What is wrong" not in mended.page
