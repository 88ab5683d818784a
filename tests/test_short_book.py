"""The short book: its numbered pages can be read in order, with nothing of this book but the pages before each."""

import re

import pytest
import yaml
from helpers import ROOT

from sparse_limits.theory.ledger import load_ledger

LINK = re.compile(r"\]\((\w+)\.md\)")
REFERENCE = re.compile(r"\{claimref\}`(?:[^`<]*<)?([A-Z]\d+(?:\.\d+)?)")
BEFORE = re.compile(r"^```\{admonition\} Before this page\n:class: note\n\n(.*?)^```", re.MULTILINE | re.DOTALL)
# What no paper announces, and a reader of the short book needs: any depth and any architecture, and what a lift is made of.
FURTHER = {"D1.1", "D1.2", "D7", "D8.1", "D8.2", "L1"}
LONG = 600  # letters of a statement with its LaTeX
# Its statement has three lines; a headline would print its formula with a double sum in place of $F_k$, which is longer
PLAIN = {"R1.1"}
BOX = re.compile(r"^```\{claim\} (\S+)", re.MULTILINE)
SOLUTION = "```{admonition} Solution\n:class: dropdown tip\n"
CELL = "```{code-cell} python\n:tags: [hide-cell]\n"


def numbered_pages() -> list[str]:
    """The pages of the part of the table of contents that is numbered, in order."""
    parts = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text("utf-8"))["parts"]
    (short,) = [part for part in parts if part.get("numbered")]
    return [chapter["file"] for chapter in short["chapters"]]


def text_of(page: str) -> str:
    return (ROOT / "book" / f"{page}.md").read_text("utf-8")


def boxes_of(page: str) -> set[str]:
    return set(BOX.findall(text_of(page)))


def not_yet_read(pages: list[str]) -> list[str]:
    """What pages say that one needs before them, and no page before them has: `page: what it needs`."""
    missing, read, shown = [], set(), set()
    for page in pages:
        (needed,) = BEFORE.findall(text_of(page)) or [""]
        missing += [f"{page}: {each}" for each in LINK.findall(needed) if each not in read]
        missing += [f"{page}: {each}" for each in REFERENCE.findall(needed) if each not in shown]
        read.add(page)
        shown |= boxes_of(page)
    return missing


def test_each_page_of_the_short_book_says_what_it_needs() -> None:
    assert [page for page in numbered_pages() if len(BEFORE.findall(text_of(page))) != 1] == []


def test_the_short_book_holds_what_its_pages_need() -> None:
    assert not_yet_read(numbered_pages()) == []


def test_a_page_before_what_it_needs_is_noticed() -> None:
    pages = numbered_pages()
    assert not_yet_read(pages[::-1])
    first = next(page for page in pages if LINK.findall(BEFORE.findall(text_of(page))[0]))
    assert not_yet_read([first])


def test_the_short_book_is_short_and_has_core_claims() -> None:
    pages, ledger = numbered_pages(), load_ledger()
    assert 20 <= len(pages) <= 29
    further = {label for page in pages for label in boxes_of(page) if not ledger[label].core}
    assert further == FURTHER


def test_each_claim_of_the_short_book_has_a_headline() -> None:
    """A reader meets the claim in brief; the statement with all constants is folded below it."""
    ledger = load_ledger()
    claims = {label: ledger[label].claim for page in numbered_pages() for label in boxes_of(page)}
    assert {label for label, claim in claims.items() if not claim.headline} == PLAIN
    assert all(len(claims[label].statement) < LONG for label in PLAIN)


# A question in the first section, a picture, and data on which the page's formulas are tried
QUESTION = re.compile(r"(?<!\*)\*[^*]+\?\*(?!\*)")
PICTURE = re.compile(r"^(?:plt\.show|Image|HTML)\(", re.MULTILINE)
DATA = re.compile(
    r"^from sparse_limits\.numerics(?:\.data|\.studies\.tasks)? import .*\b(?:data|digits|task_named)\b", re.MULTILINE
)


def wrong_with_parts(text: str) -> list[str]:
    """What a page lacks of the parts that each page of the short book has."""
    parts = {
        "a question": QUESTION.search(text.partition("```{admonition} Before this page")[0]),
        "a picture": PICTURE.search(text),
        "an example on data": DATA.search(text),
        "a displayed equation": "\n$$\n" in text,
    }
    return [name for name, found in parts.items() if not found]


@pytest.mark.parametrize("page", numbered_pages())
def test_each_page_of_the_short_book_has_a_question_a_picture_equations_and_data(page: str) -> None:
    assert wrong_with_parts(text_of(page)) == []


@pytest.mark.parametrize(
    ("old", "missing"),
    [
        ("*Are whole neurons still much\nworse than single weights?*", "a question"),
        ("plt.show()", "a picture"),
        ("from sparse_limits.numerics import data\n", "an example on data"),
        ("\n$$\n", "a displayed equation"),
    ],
)
def test_a_page_without_one_of_these_parts_is_noticed(old: str, missing: str) -> None:
    text = text_of("neuron_pruning_gap")
    assert old in text
    assert wrong_with_parts(text.replace(old, "")) == [missing]


def exercises_of(text: str) -> tuple[list[str], str]:
    """The exercises of a page, each with its solution, and the heading after them."""
    section, after = re.search(r"^## Exercises\n(.*?)(^## [^\n]*)", text, re.MULTILINE | re.DOTALL).groups()
    return re.split(r"^\*\*\d+\.\*\* ", section, flags=re.MULTILINE)[1:], after


def wrong_with_exercises(text: str) -> list[str]:
    """What the exercises of a page lack: a proof step, ten lines of code, folded solutions that run, and what is open after them."""
    each, after = exercises_of(text)
    code = [exercise for exercise in each if exercise.startswith("(Ten lines of code.) ")]
    proofs = [exercise for exercise in each if exercise.startswith("(A proof step.) ")]
    found = {
        "a proof step with a solution": any(SOLUTION in exercise for exercise in proofs),
        "ten lines of code that run": any(CELL in exercise for exercise in code),
        "a solution of each": all(SOLUTION in exercise or CELL in exercise for exercise in each),
        "what is open": after.startswith("## What is open"),
    }
    return [name for name, there in found.items() if not there]


@pytest.mark.parametrize("page", numbered_pages())
def test_each_page_of_the_short_book_ends_with_a_proof_step_and_ten_lines_of_code(page: str) -> None:
    assert wrong_with_exercises(text_of(page)) == []


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        ("(A proof step.) ", "", ["a proof step with a solution"]),
        ("(Ten lines of code.) ", "", ["ten lines of code that run"]),
        (":tags: [hide-cell]\n\nextreme", "extreme", []),  # the solution of the proof step is in words
        (":tags: [hide-cell]\n\nrng = ", "rng = ", ["ten lines of code that run"]),
        (":class: dropdown tip\n\nFew do", "\nFew do", []),  # its cell is folded
        (":class: dropdown tip\n\nThe first", "\nThe first", ["a solution of each"]),
        ("## What is open", "## Open", ["what is open"]),
    ],
)
def test_a_page_without_a_proof_step_or_code_is_noticed(old: str, new: str, missing: list[str]) -> None:
    before, heading, exercises = text_of("neuron_pruning_gap").partition("## Exercises")
    assert exercises.count(old) == 1
    assert wrong_with_exercises(before + heading + exercises.replace(old, new)) == missing
