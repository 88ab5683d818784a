"""The user's own code that builds a module: `FILE.py:build` or `package.module:build`, run as it is."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

from numerics.arguments import InputError

if TYPE_CHECKING:
    from torch import nn

T = TypeVar("T")
FORM = "FILE.py:build or package.module:build, a function without arguments that returns a torch module"


def builder(name: str) -> Callable[[], nn.Module]:
    """Import what builds a module; each call of it gives one, and says in one line whose fault it is if it does not.

    InputError for a name of another form, a file or function that is not there, code that raises (its traceback is printed
    first), and a function that returns something else.
    """
    if find_spec("torch") is None:
        raise InputError("PyTorch is not installed, expected after pip install 'sparse-limits[torch]'")
    from torch import nn

    source, colon, function = name.rpartition(":")
    if not colon or not source or not function.isidentifier():
        raise InputError(f"model is {name!r:.100}, expected {FORM}")
    held = _from_file(Path(source)) if source.endswith(".py") else _imported(source)
    build = getattr(held, function, None)
    if not callable(build):
        raise InputError(f"model is {name!r:.100}: there is no function {function}, expected {FORM}")

    def fresh() -> nn.Module:
        module = _guarded(name, build)
        if not isinstance(module, nn.Module):
            raise InputError(f"{name!r:.100} returned {type(module).__name__}, expected a torch module")
        return module

    return fresh


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise InputError(f"model is {str(path)!r:.100}, expected a file that exists")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise InputError(f"model is {str(path)!r:.100}, expected a Python file")
    held = importlib.util.module_from_spec(spec)
    loader = spec.loader
    sys.path.insert(0, str(path.resolve().parent))  # as when Python runs the file
    try:
        _guarded(str(path), lambda: loader.exec_module(held))
    finally:
        sys.path.pop(0)
    return held


def _imported(name: str) -> ModuleType:
    sys.path.insert(0, "")  # as with python -m
    try:
        return _guarded(name, lambda: importlib.import_module(name))
    except ModuleNotFoundError as error:
        raise InputError(f"model is {name!r:.100}: {error}, expected {FORM}") from error
    finally:
        sys.path.pop(0)


def _guarded(name: str, call: Callable[[], T]) -> T:
    """Run the user's code; if it raises, print its own frames of the traceback, then InputError.

    ModuleNotFoundError if it is the named module that is not there.
    """
    try:
        return call()
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name and f"{name}.".startswith(f"{error.name}."):
            raise
        own = (__file__, importlib.__file__)
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename not in own and not frame.filename.startswith("<frozen importlib")
        ]
        lines = ["Traceback of your code (most recent call last):\n", *traceback.format_list(frames)]
        sys.stderr.write("".join([*lines, *traceback.format_exception_only(error)]))
        raise InputError(f"{name!r:.100} raised {type(error).__name__}, expected {FORM}") from error
