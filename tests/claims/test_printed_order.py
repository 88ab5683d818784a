"""No sentence of the ledger points at a first or second term of what a printer orders: SymPy's order is not the writer's."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping

import pytest
import sympy as sp

from sparse_limits.theory.ledger import load_ledger

PLACE = re.compile(
    r"\b(first|second|third|last|latter|former)\s+(of\s+(both|the\s+two|these|the)\s+)?(term|factor|part|summand|bracket)s?\b"
)
TYPED = {  # sentences that type what they point at, in this order, or name separate formulas in this order
    "G5": "the terms of Stirling's series are three formulas, named in the order of the series",
    "G10.2": "the sum of three differences of graphons is typed",
    "O1": "the factors of a product of two masks are typed",
    "O7.1": "the two terms of the difference of compositions are typed",
    "E11": "a further term for further neurons",
    "R5.1": "items are products of two factors, typed",
    "N5.1": "a product of two matrices, described one after the other",
    "D6": "the two terms of the Hessian times the gradient are typed",
    "F2.4": "the three parts of the loss are three formulas, in this order",
}


def texts(part: object) -> Iterator[str]:
    """All that a claim says in words."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for key, each in part.items():
            yield from (*texts(key), *texts(each))
    elif isinstance(part, (list, tuple, set, frozenset)) and not isinstance(part, sp.Basic):
        for each in part:
            yield from texts(each)
    elif dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            yield from texts(getattr(part, field.name))


def test_no_sentence_counts_the_terms_of_what_is_printed() -> None:
    found = {entry.label for entry in load_ledger() for text in texts(entry.claim) if PLACE.search(text)}
    assert found == TYPED.keys()


@pytest.mark.parametrize(
    ("sentence", "counts"),
    [
        ("That is a share $[[share]]$ of the first term of *mean error*.", True),
        ("Together $(Hg)=[[hessian_gradient]]$, the second term smaller.", True),
        ("a share of the first\nterm between", True),
        ("The first part of that factor does not fall.", True),
        ("The second of the two factors does not depend on the nodes.", True),
        ("Together $(Hg)=[[hessian_gradient]]$, the term in $E$ smaller.", False),
        ("the first layer, and the second one", False),
    ],
)
def test_what_counts_is_seen(sentence: str, counts: bool) -> None:
    assert bool(PLACE.search(sentence)) == counts
