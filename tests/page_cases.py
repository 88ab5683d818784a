"""What the tests of pages share: docs/examples.py, the pages whose examples run, and what these print otherwise."""

import sys
from typing import Any

import pytest
from helpers import ROOT

sys.path.insert(0, str(ROOT / "docs"))

import examples as docs_examples


def pages_with_examples(torch: bool) -> list[Any]:
    """The pages whose examples need PyTorch, or those whose examples do not, each in a group of its own."""
    return [
        pytest.param(page, marks=[pytest.mark.xdist_group(name), pytest.mark.sliced(name)], id=name)
        for page in docs_examples.pages()
        if docs_examples.needs_torch(page.read_text("utf-8")) is torch
        for name in [docs_examples.name_of(page)]
    ]


def wrong_examples(page: docs_examples.Path) -> list[str]:
    """The lines of a page that its examples do not print, the run of the ledger left out, after how to write them anew."""
    wrong = docs_examples.wrong_lines(page, skip=(docs_examples.LEDGER,))
    return wrong and [f"python docs/examples.py {docs_examples.name_of(page)} writes them anew:", *wrong]
