"""Packages whose names are imported when they are first used."""

from __future__ import annotations

import ast
import sys
import time
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import get_data
from types import ModuleType
from typing import Any

BEGAN = time.time_ns()  # when this process imported the package: two of its files are read before


class _LazyPackage(ModuleType):
    """A package with the names of `homes`, each looked up in its module, which is imported for it."""

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return dir(self)
        home = homes(self.__name__).get(name)
        if home is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(import_module(home), name)

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute, unless a module that was just imported would hide the name that it shares with a claim."""
        if not (isinstance(value, ModuleType) and name in homes(self.__name__)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return list(homes(self.__name__))


def lazily(package: str) -> None:
    """Let a package offer what its file imports under `if TYPE_CHECKING:`, each name imported when it is first used.

    To be called in the `else:` of that `if`, so that mypy and editors see the imports and nothing else. The names are also the
    package's `__all__`, unless it writes its own; an import `as` the same name says to mypy that it is offered.
    """
    if not package.startswith("sparse_limits"):
        raise ImportError(
            f"{package} is a folder of the package sparse_limits, expected `from sparse_limits import {package}`"
        )
    sys.modules[package].__class__ = _LazyPackage


@cache
def homes(package: str) -> Mapping[str, str]:
    """Return the modules of a lazy package's names, as its file imports them, without importing them.

    Examples:
        >>> homes("sparse_limits.theory.saliency")["product_graphon"]
        'sparse_limits.theory.saliency.snip'
    """
    tree = ast.parse(get_data(package, "__init__.py") or b"")
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    imports = (node for node in block.body if isinstance(node, ast.ImportFrom))
    return {each.asname or each.name: str(node.module) for node in imports for each in node.names}
