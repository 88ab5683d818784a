"""Phrases that no native speaker of English writes: calques, and everyday words where the field has a term."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import ROOT

from sparse_limits.theory.ledger import load_ledger

# Whole phrases: what to write in their place. *Beside* is an English word (a picture beside another), and so is *and the like*
BANNED = {
    r"\bin the mean\b(?! square)": "on average",
    r"\bforetell?s?\b|\bforetold\b": "predict",
    r"\btold apart\b|\bMind what\b": "distinguished; Note what",
    r"\bthe like (?:table|picture|page|for)\b": "the corresponding one",
    r"\bif the \w+ shall be\b": "to",
    r"\bfinds so\b": "uses this to find",
    r"\ba fourth (?:at|of)\b": "a quarter",
    r"\b[Nn]othing better is true\b": "cannot be improved",
    r"\bwithout a say\b": "without effect",
    r"\bfor nothing without\b": "requires",
    r"\b[Mm]end(?:s|ed|ing)?\b": "fix, correct or repair",
    r"\bsays? of\b": "say about",
    r"\bstands? in\b(?! (?:for|place)\b)": "is in, appears in",
    r"\b(?:[Aa]rguments|errors|InputError|build:?) as there\b": "as in, with the name",
}


def docstrings(path: Path) -> Iterator[str]:
    """Of a module, its classes and functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and (text := ast.get_docstring(node)):
            yield text


def texts() -> Iterator[tuple[str, str]]:
    """Pages, statements of claims, and docstrings of the engines; proofs, remarks and checks are edited as their files are touched."""
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "book").glob("*.md"))]:
        yield page.name, re.sub(r"\{claimref\}`[^`]*`", "", page.read_text("utf-8"))  # a step of a claim, by its name
    for entry in load_ledger():
        yield entry.label, "\n".join((entry.claim.title, entry.claim.headline, entry.claim.statement))
    for path in sorted((ROOT / "numerics").rglob("*.py")):
        if ROOT / "numerics" / "checks" not in path.parents:
            yield from ((path.relative_to(ROOT).as_posix(), text) for text in docstrings(path))


def calques(text: str) -> list[str]:
    """The banned phrases of a text, each with what to write in its place."""
    return [f"{match[0]!r}: {better}" for phrase, better in BANNED.items() for match in re.finditer(phrase, text)]


def test_pages_and_docstrings_are_english() -> None:
    wrong = [f"{name}: {each}" for name, text in texts() for each in calques(text)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("two neurons see all five in the mean", 1),
        ("the error in the mean square", 0),
        ("as the kernel foretells", 1),
        ("InputError as there", 1),
        ("as many as there are", 0),
        ("a fourth layer", 0),
        ("Mend the data; data that were mended", 2),
        ("the method amends what it recommends", 0),
        ("what the kernel says of learning", 1),
        ("the lemma says, of course, the same", 0),
        ("the graphon stands in each term", 1),
        ("a derivative stands in for the gap, and stands in place of it", 0),
        ("prints the like table", 1),
        ("trees, cycles and the like", 0),
    ],
)
def test_phrases_are_found_as_a_whole(text: str, found: int) -> None:
    assert len(calques(text)) == found
