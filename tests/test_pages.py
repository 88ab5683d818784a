"""What the cells of the book's pages import exists: known in seconds, where the build of the book takes minutes."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import ROOT, extra_of, needs

PAGES = sorted((ROOT / "book").glob("*.md"))
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
OPTIONS = re.compile(r"\A(---\n.*?^---\n|(:[^\n]*\n)+)", re.MULTILINE | re.DOTALL)


def imports_of(page: str) -> Iterator[ast.ImportFrom]:
    for cell in CELL.findall(page):
        for node in ast.walk(ast.parse(OPTIONS.sub("", cell))):
            if isinstance(node, ast.ImportFrom):
                yield node


def missing(node: ast.ImportFrom) -> list[str]:
    """The names that a `from … import …` asks for and its module neither has nor loads at need (torch may be absent)."""
    module = importlib.import_module(str(node.module))
    submodules = (each.name for each in pkgutil.iter_modules(getattr(module, "__path__", [])))
    known = {*dir(module), *getattr(module, "__all__", ()), *submodules}
    return [f"{node.module}.{alias.name}" for alias in node.names if alias.name not in known]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_imports_exists(page: Path) -> None:
    nodes = list(imports_of(page.read_text(encoding="utf-8")))
    of_extras = [node for node in nodes if extra_of(str(node.module))]
    assert [name for node in nodes if node not in of_extras for name in missing(node)] == []
    for node in of_extras:
        needs(str(node.module))
        assert missing(node) == []


def test_a_name_that_is_gone_is_missing() -> None:
    (node,) = imports_of(
        "```{code-cell} python\n:tags: [hide-input]\n\nfrom sparse_limits.numerics.keyed import gone, keyed_seed\n```\n"
    )
    assert missing(node) == ["sparse_limits.numerics.keyed.gone"]
