"""The page on the papers' experiments: its tables hold what docs/reproduced.json has, and rows of that file come out again."""

from __future__ import annotations

import re
import sys
from typing import Any

import numpy as np
import pytest
from helpers import ROOT

from sparse_limits.numerics.studies import hypothesis, spectra, study
from sparse_limits.numerics.studies.hypothesis_sentences import LEVEL, sentences
from sparse_limits.numerics.studies.spectra_sentences import findings, own_over_masks

sys.path.insert(0, str(ROOT / "docs"))
from reproduced import kept, plain

MASKS = hypothesis.Settings().masks  # of each setting
PAGE = " ".join((ROOT / "book" / "reproduced.md").read_text("utf-8").split())
KERNELS = ("paper", "masks", "own")
TRAINING = {  # the first cell of a line: the sentence of the study, and the methods in order
    "SNIP falls faster than Random, at every sparsity": ("falls faster than Random, always", ["snip"]),
    "SynFlow falls faster than Random, at every sparsity": ("falls faster than Random, always", ["synflow-iterative"]),
    "the sparser, generally the slower (Random, SNIP, SynFlow)": (
        "falls more slowly when sparser",
        ["random", "snip", "synflow-iterative"],
    ),
    "the dense network is typically the fastest": ("falls fastest", ["dense"]),
    "Random loses most with sparsity": ("loses most with sparsity", ["random"]),
}
SPECTRA = {
    "decay and effective rank of Random both change least with sparsity": ("decay and rank change least", ["random"]),
    "Random has the highest effective rank, at every sparsity": ("highest effective rank, always", ["random"]),
    "SNIP: the share of the top five rises with sparsity": ("top five rise with sparsity", ["snip"]),
    "SNIP: the effective rank falls": ("rank falls with sparsity", ["snip"]),
    "SNIP: the gap λ₁/λ₂ falls": ("gap falls with sparsity", ["snip"]),
    "SynFlow: the share of the top five rises": ("top five rise with sparsity", ["synflow-iterative"]),
    "SynFlow: the effective rank falls": ("rank falls with sparsity", ["synflow-iterative"]),
    "SynFlow: the gap falls": ("gap falls with sparsity", ["synflow-iterative"]),
}


def rows(method: str, **where: Any) -> list[dict[str, Any]]:
    found = [
        row
        for row in kept()["hypothesis"]["rows"]
        if row["method"] == method and all(row[name] == value for name, value in where.items())
    ]
    assert found
    return found


def decimals(values: list[float]) -> str:
    """As the page prints distances: .045, .025."""
    return ", ".join(f"{value:.3f}".removeprefix("0") for value in values)


def mean(method: str, number: str) -> list[float]:
    """The mean over the layers of a method, at each width below the reference."""
    return [float(np.mean([row["widths"][at][number] for row in rows(method)])) for at in range(3)]


@pytest.mark.parametrize(
    ("lines", "columns"), [(TRAINING, ("adam", "descent")), (SPECTRA, KERNELS)], ids=["training", "spectra"]
)
def test_the_counts_of_the_page_are_those_of_the_file(
    lines: dict[str, tuple[str, list[str]]], columns: tuple[str, ...]
) -> None:
    held = {(each["sentence"], each["method"], each["by"]): each for each in kept()["spectra"]["findings"]}
    for first, (sentence, methods) in lines.items():
        cells = []
        for by in columns:
            found = [held[sentence, method, by] for method in methods]
            cells.append(f"{', '.join(str(each['holds']) for each in found)} of {found[0]['of']}")
        assert f"| {first} | {' | '.join(cells)} |" in PAGE
    assert len({(sentence, method) for sentence, of in (TRAINING | SPECTRA).values() for method in of}) * 2 <= len(held)


def test_the_shapes_of_the_page_are_those_of_the_file() -> None:
    shapes = {
        method: [row["shape"] for row in rows(method)]
        for method in ("random", "magnitude", "snip", "grasp", "synflow", "synflow-iterative")
    }
    for shape, methods in (("constant", ("random", "magnitude")), ("graded", ("snip", "grasp"))):
        (count,) = {of.count(shape) for method, of in shapes.items() if method in methods}
        assert f"| {shape} in {count} of {len(shapes[methods[0]])} layers each |" in PAGE
    blocks = shapes["synflow-iterative"]
    assert f"in 100 rounds: blocks in {blocks.count('block')} of {len(blocks)} layers" in PAGE
    assert shapes["synflow"].count("graded") == len(shapes["synflow"])  # "in one round it is graded"
    emptied = max(
        max(at["rows"]["dead"], at["columns"]["dead"]) for row in rows("synflow-iterative") for at in row["widths"]
    )
    assert "up to three quarters of the neurons empty" in PAGE
    assert 0.7 < emptied < 0.8


def test_the_falling_distances_of_the_page_are_those_of_the_file() -> None:
    fell = {}
    for row in kept()["hypothesis"]["rows"]:
        fell.setdefault(row["method"], []).append(row["fell"])
    of = MASKS * len(fell["random"])
    assert {method for method, counts in fell.items() if sum(counts) == of} == {"random", "magnitude", "snip", "grasp"}
    said = f"for {sum(fell['synflow-iterative'])} of {of} of SynFlow in rounds, for {sum(fell['synflow'])} of {of} in one round"
    assert said in PAGE
    assert (
        f"{decimals(mean('random', 'distance'))} for Random, {decimals(mean('snip', 'distance'))} for SNIP, and "
        f"{decimals(mean('snip', 'random'))} for random masks of the densities of SNIP" in PAGE
    )


def test_what_other_data_change_on_the_page_is_in_the_file() -> None:
    def sizes(method: str, data: str) -> list[float]:
        found = [[each for each in row["data"] if each["data"] == data] for row in rows(method)]
        return [float(np.mean([layer[at]["distance"] or 0.0 for layer in found])) for at in range(4)]

    snip, grasp = sizes("snip", "shuffled labels"), sizes("grasp", "shuffled labels")
    last = [
        each
        for row in rows("snip")
        for each in row["data"]
        if each["data"] == "shuffled labels" and each["width"] == 800
    ]
    differ = sum(each["p"] <= LEVEL for each in last)
    assert (
        f"SNIP's histograms differ in {differ} of {len(last)} layers, by {decimals(snip[:1])} at width 100 and "
        f"{decimals(snip[-1:])} at 800" in PAGE
    )
    assert f"({decimals(grasp[:1])} at width 100, {decimals(grasp[-1:])} at 800)" in PAGE
    numbers = re.search(r"the histograms differ by (\.\d+) \(SNIP\) and (\.\d+) \(GraSP\), at all four widths", PAGE)
    assert numbers is not None
    for said, method in zip(numbers.groups(), ("snip", "grasp"), strict=True):
        assert all(abs(size - float(said)) <= 0.005 for size in sizes(method, "one class"))


def test_the_block_of_the_page_shrinks_as_in_the_file() -> None:
    (row,) = rows("synflow-iterative", depth=2, density=0.2)
    lost = {at["width"]: max(at["rows"]["dead"], at["columns"]["dead"]) for at in row["widths"]}
    assert "half of the neurons are lost at width 100 and a twenty-fifth at width 800" in PAGE
    assert lost[100] == pytest.approx(1 / 2, abs=0.05)
    assert lost[800] == pytest.approx(1 / 25, abs=0.005)


def factor(value: float) -> str:
    """As the page prints factors: .9, 3.7, 15."""
    return (f"{value:.1f}" if value < 9.95 else f"{value:.0f}").removeprefix("0")


def test_the_factors_of_own_weights_on_the_page_are_those_of_the_file() -> None:
    held = kept()["spectra"]["rows"]
    density = min(row["density"] for row in held)
    assert f"At density {density:.2f}".replace("0.", ".") + " the traces" in PAGE
    exchanged: list[Any] = [{**row, "own": row["paper"]} for row in held]
    found: dict[str, list[float]] = {}
    for name, method in (("Random", "random"), ("SNIP", "snip"), ("SynFlow", "synflow-iterative")):
        for kernel, of in (("own weights", held), ("variances (H5)", exchanged)):
            factors = [own_over_masks(of, method, depth, density) for depth in (1, 2, 3, 4)]
            found[f"{name}: {kernel}"] = [each for each in factors if each is not None]
    for line, said in found.items():
        assert f"| {line} | {' | '.join(map(factor, said))} |" in PAGE
    for name in ("SNIP", "SynFlow"):  # "grows with the depth"
        assert found[f"{name}: own weights"] == sorted(found[f"{name}: own weights"])
    assert found["Random: variances (H5)"] == pytest.approx([1 / density] * 4, rel=0.1)


def test_the_sweep_over_densities_has_the_numbers_of_its_table() -> None:
    densities = [0.9, 0.7, 0.5, 0.2, 0.05]
    settings = f"--tasks 4v9 --methods random snip --densities {' '.join(map(str, densities))} --seeds 6 --rows 512"
    assert f"sparse-limits study generalisation {settings} --plot sweep.png" in PAGE
    found = study(
        "generalisation", tasks=["4v9"], methods=["random", "snip"], densities=densities, seeds=6, rows=512, jobs=1
    )
    less = {
        row["density"]: row["minus_random"]
        for row in found["results"]
        if (row["family"], row["method"], row["target"]) == ("graphon", "snip", "mse") and row["minus_random"]
    }
    assert (
        "at .7 and .9 the median difference is below .001, and SNIP's error is the larger one in three of six" in PAGE
    )
    assert all(abs(less[at]["median"]) < 0.001 and less[at]["positive"] == 3 for at in (0.7, 0.9))
    assert "SNIP's error is the larger one, at .2 and .05 in six of six splits" in PAGE
    assert all(less[at]["positive"] == 6 for at in (0.2, 0.05))
    ranks = {
        method: [
            row["median"]
            for row in found["spectra"]
            if (row["family"], row["method"], row["metric"]) == ("graphon", method, "trace_ratio")
        ]
        for method in ("random", "snip")
    }
    assert f"falls from {max(ranks['snip']):.2f} to {min(ranks['snip']):.2f}, Random's does not change" in PAGE
    assert ranks["random"] == pytest.approx([ranks["random"][0]] * 5)


def test_findings_and_sentences_follow_from_the_rows_of_the_file() -> None:
    held = kept()
    assert findings(held["spectra"]["rows"]) == held["spectra"]["findings"]
    assert sentences(held["hypothesis"]["rows"], MASKS) == held["hypothesis"]["sentences"]


def close(again: Any, held: Any) -> None:
    """The same numbers, up to what another machine may round otherwise: a weight of a tie falls to either side."""
    if isinstance(held, dict):
        assert again.keys() == held.keys()
        for name, value in held.items():
            close(again[name], value)
    elif isinstance(held, list):
        for first, second in zip(again, held, strict=True):
            close(first, second)
    elif isinstance(held, float):
        assert again == pytest.approx(held, rel=1e-3, abs=1e-6)
    else:
        assert again == held


def test_a_case_of_each_study_has_the_same_numbers_again() -> None:
    case = hypothesis.Case(hypothesis.Settings(), "random", 2, 0.3)
    measured = plain(hypothesis.measure(case))
    close(measured, rows("random", depth=2, density=0.3))
    with pytest.raises(AssertionError):
        close(measured, rows("magnitude", depth=2, density=0.3))
    again = spectra.measure(spectra.Case(spectra.Settings(), 1, 0))
    close(again, [row for row in kept()["spectra"]["rows"] if (row["depth"], row["network"]) == (1, 0)])
    with pytest.raises(AssertionError):
        close(again, [row for row in kept()["spectra"]["rows"] if (row["depth"], row["network"]) == (1, 1)])
