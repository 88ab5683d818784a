"""The first cell of a notebook, which says what the others need."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from importlib.metadata import version


def preamble(sources: Sequence[str]) -> str:
    """The first cell of a notebook: it says what the cells need that the kernel lacks, and how to install it."""
    needed = sorted(_imported(sources) | {"sparse_limits"})
    return f"""# A chapter of sparse-limits {version("sparse-limits")}. This cell says whether all that the others import is there.
from importlib.util import find_spec

needed = {needed}
lacking = [name for name in needed if find_spec(name) is None]
if lacking:
    raise ModuleNotFoundError(
        f"this kernel lacks {{', '.join(lacking)}}. In a copy of the repository of sparse-limits, run "
        "pip install '.[plot]' with the Python of this kernel, and restart the kernel."
    )"""


def _imported(sources: Sequence[str]) -> set[str]:
    """The packages, beside those of Python, that cells import at their top or below it, but for those they look for first."""
    found: set[str] = set()
    looked_for: set[object] = set()
    for node in (node for source in sources for node in ast.walk(ast.parse(source))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "find_spec":
            looked_for |= {each.value for each in node.args if isinstance(each, ast.Constant)}
    return {each for each in found if each not in looked_for} - sys.stdlib_module_names
