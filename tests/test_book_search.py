"""The words that pages are found by: no page stands in the way of another, and each spelling leads there."""

import doctest
import re
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from itertools import chain
from pathlib import Path
from types import ModuleType

import pytest
from helpers import ROOT, needs

needs("jupyter_book")

PAGES = sorted((ROOT / "book").glob("*.md"))
DIRECTIVE = re.compile(r"^```\{index\} (.+)$", re.MULTILINE)


def extension(name: str) -> ModuleType:
    spec = spec_from_file_location(f"book_{name}", ROOT / "book" / "_ext" / f"{name}.py")
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def words() -> ModuleType:
    return extension("search_words")


def entries(page: Path) -> Iterator[str]:
    for line in DIRECTIVE.findall(page.read_text("utf-8")):
        yield from line.split(", ")


@pytest.mark.parametrize(("name", "examples"), [("search_words", 3), ("unbroken", 2)])
def test_the_examples_run(name: str, examples: int) -> None:
    assert doctest.testmod(extension(name)) == (0, examples)


@pytest.mark.parametrize(
    ("entry", "typed"),
    [
        ("Erdős–Rényi", "Erdos-Renyi"),
        ("Erdős–Rényi", "erdos renyi"),
        ("pruning at initialisation", "pruning at initialization"),
        ("subset sum", "subset sums"),
        ("singular value", "singular values"),
        ("layer density", "layer densities"),
    ],
)
def test_a_reader_may_spell_otherwise(words: ModuleType, entry: str, typed: str) -> None:
    assert typed.lower() in {each.lower() for each in words.spellings(entry)}


@pytest.mark.parametrize("entry", ["Robin", "2602.06675", "NTK", "ICLR 2024", "training"])
def test_nothing_is_made_up(words: ModuleType, entry: str) -> None:
    assert list(words.spellings(entry)) == []


def test_each_entry_ranks_before_full_text() -> None:
    """Sphinx puts entries without an exclamation mark after all else that it finds."""
    lines = ((page.stem, entry) for page in PAGES for entry in entries(page))
    assert [line for line in lines if not line[1].startswith("! ")] == []


def test_no_two_pages_are_found_by_the_same_words(words: ModuleType) -> None:
    found: dict[str, set[str]] = {}
    for page in PAGES:
        for entry in entries(page):
            bare = entry.removeprefix("! ")
            for typed in chain([bare], words.spellings(bare)):
                found.setdefault(typed.lower(), set()).add(page.stem)
    assert found
    assert {typed: pages for typed, pages in found.items() if len(pages) > 1} == {}
