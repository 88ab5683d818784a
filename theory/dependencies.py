"""Which files of this package code depends on, by its imports, without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from sparse_limits.theory.lazy import homes

PACKAGE = "sparse_limits"
IMPORT = re.compile(
    rf"^[ \t]*(?:from[ \t]+{PACKAGE}[\w.]*[ \t]+import[ \t]+(?:\([^)]*\)|[^\n]*)|import[ \t]+{PACKAGE}[^\n]*)",
    re.MULTILINE,
)
ROOT = Path(__file__).resolve().parents[1]  # of its folders; in a checkout the package has links to them
FOLDERS = ("theory", "numerics")


def files_behind(modules: Iterable[str]) -> frozenset[Path]:
    """The files of modules and of all that they import of this package, at whatever depth, inside functions too.

    Of a package whose names are imported when they are first used only the modules of the names that are asked for count.
    What is imported by a name that is put together while code runs is not seen.

    Examples:
        >>> behind = {path.relative_to(ROOT).as_posix() for path in files_behind(["sparse_limits.theory.saliency.snip"])}
        >>> "theory/saliency/snip.py" in behind, "theory/claims.py" in behind, "theory/lifts/attention.py" in behind
        (True, True, False)
    """
    found: set[str] = set()
    waiting = [each for module in modules for each in _with_packages(module)]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += imported(module)
    return frozenset(path for module in found if (path := file_of(module)) is not None)


@cache
def file_of(module: str) -> Path | None:
    """The file of a module of this package; None if there is none."""
    package, *parts = module.split(".")
    if package != PACKAGE:
        return None
    place = ROOT.joinpath(*parts)
    places = (
        (place.with_suffix(".py"), place / "__init__.py")
        if parts
        else (ROOT / PACKAGE / "__init__.py", ROOT / "__init__.py")
    )
    return next((path for path in places if path.is_file()), None)


@cache
def imported(module: str) -> tuple[str, ...]:
    """The modules of this package that a module imports, with the packages that they are in."""
    path = file_of(module)
    if path is None:
        return ()
    return imports_of(path)


def imports_of(path: Path) -> tuple[str, ...]:
    """The modules of this package that a file imports, with the packages that they are in."""
    text = path.read_text("utf-8")
    if _is_lazy(text):  # its names are homes of others, which count where they are asked for
        body = [node for node in ast.parse(text).body if not isinstance(node, ast.If)]
    else:
        body = _statements(text)
    return tuple(dict.fromkeys(each for name in _names(body) for each in _with_packages(name)))


def _statements(text: str) -> list[ast.stmt]:
    """What imports this package: to parse these lines takes a twentieth of the time that all of a file takes.

    Lines of a text that read like such an import count, too.
    """
    try:
        return ast.parse("\n".join(found[0].lstrip() for found in IMPORT.finditer(text))).body
    except SyntaxError:  # a sentence that begins like an import
        return ast.parse(text).body


def _imports(body: Sequence[ast.AST]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports among statements and within them: no expression has any."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _imports(getattr(node, part, ()))


def _names(body: Sequence[ast.AST]) -> Iterator[str]:
    """What statements import: modules, and those that the names of a lazy package are in."""
    for node in _imports(body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.module:
            yield node.module
            for alias in node.names:
                yield f"{node.module}.{alias.name}"
                if (home := lazy_homes(node.module).get(alias.name)) is not None:
                    yield home


@cache
def lazy_homes(package: str) -> dict[str, str]:
    """The modules of the names that a package imports when they are first used; none for other modules."""
    path = file_of(package)
    lazy = path is not None and path.name == "__init__.py" and _is_lazy(path.read_text("utf-8"))
    return dict(homes(package)) if lazy else {}


def _is_lazy(text: str) -> bool:
    return "lazily" in text and any(
        isinstance(node, ast.Name) and node.id == "lazily" for node in ast.walk(ast.parse(text))
    )


def _with_packages(module: str) -> Iterator[str]:
    """A module and the packages that it is in, as far as there are such."""
    parts = module.split(".")
    yield from (name for i in range(1, len(parts) + 1) if file_of(name := ".".join(parts[:i])) is not None)
