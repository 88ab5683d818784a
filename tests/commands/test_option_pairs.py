"""Two options of `predict` that exclude each other are named together, and what a refusal asks for is accepted."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from itertools import combinations

import pytest

from numerics.arguments import InputError
from numerics.commands import predict

OPTIONS = (
    "--width 64", "--depth 1", "--depth 2", "--residual output", "--residual averaged", "--networks 2", "--fresh-rows 20000",
    "--fresh-rows 9", "--no-sample", "--compare", "--kernel", "--train", "--kernel --test-share 0.5", "--kernel --kernel-rows 4096",
    "--train --steps 9", "--scope first", "--scope global", "--model m.py:build", "--widths 8", "--activation relu", "--init normal",
    "--bias", "--norm none", "--loss mse", "--rounds 3", "--units 512", "--method all", "--method synflow-iterative", "--samples 9",
    "--standardise", "--labels is0", "--top 10", "--density 0.1",
)  # fmt: skip


def refusal(words: str) -> str:
    """What the options of a call alone have wrong; "" if nothing."""
    parser = ArgumentParser()
    predict.configure(parser)
    method = [] if "--method" in words else ["--method", "snip"]
    arguments = parser.parse_args([*method, *words.split()])
    try:
        predict.check(arguments)
    except InputError as error:
        return str(error)
    return ""


def names(words: str) -> set[str]:
    return set(re.findall(r"--[a-z-]+", words))


@pytest.mark.parametrize("words", OPTIONS)
def test_an_option_alone_is_accepted(words: str) -> None:
    assert refusal(words) == ""


@pytest.mark.parametrize(("first", "second"), list(combinations(OPTIONS, 2)))
def test_a_refused_pair_is_named(first: str, second: str) -> None:
    """So that no refusal of one points at another: who leaves out either is accepted."""
    if names(first) & names(second):
        return
    said = refusal(f"{first} {second}")
    if said:
        assert names(first) & names(said), said
        assert names(second) & names(said), said


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        ("--test-share 0.5", "--kernel"),
        ("--kernel-rows 4096", "--kernel"),
        ("--steps 800", "--train"),
        ("--batch 9", "--model m.py:build"),
    ],
)
def test_what_an_option_needs_is_said(words: str, needed: str) -> None:
    assert names(needed) <= names(refusal(words))
    assert refusal(f"{words} {needed}") == ""


@pytest.mark.parametrize("rows", [9, 19_999, 20_000])
def test_given_is_what_was_given(rows: int) -> None:
    """Whatever the number, the default too."""
    assert "--fresh-rows and --bias are given" in refusal(f"--fresh-rows {rows} --bias")
