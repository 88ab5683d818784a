"""The user's own code that builds a module: `FILE.py:build` or `package.module:build`, run as it is."""

from __future__ import annotations

import importlib
import importlib.util
import random
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from numerics.arguments import InputError

if TYPE_CHECKING:
    from torch import nn

T = TypeVar("T")
FORM = "FILE.py:build or package.module:build, a function without arguments that returns a torch module"


def builder(build: str | Callable[[], object]) -> Callable[[], nn.Module]:
    """What builds a module, from a function or its name; each call of it gives one, and says whose fault it is if not.

    Imports and calls run with the folder of the file, or the current one, on Python's path; what they print goes to standard
    error.

    InputError for a name of another form, a file or function that is not there, code that raises or ends the process (its
    traceback is printed first), and a function that returns something else.
    """
    if find_spec("torch") is None:
        raise InputError("PyTorch is not installed, expected after pip install 'sparse-limits[torch]'")
    from torch import nn

    name, folder, call = _named(build) if isinstance(build, str) else (_own_name(build), "", build)

    def fresh() -> nn.Module:
        with _on_path(folder):
            module = _guarded(name, call)
        if not isinstance(module, nn.Module):
            raise InputError(f"{name!r:.100} returned {type(module).__name__}, expected a torch module")
        return module

    return fresh


def seeded(fresh: Callable[[], nn.Module], stream: np.random.SeedSequence) -> nn.Module:
    """A module built at a seed of torch, of NumPy's old generator and of `random`, which are put back to where they were."""
    import torch

    numbers = [int(each) for each in stream.generate_state(3)]
    before, numpys = random.getstate(), np.random.get_state()  # noqa: NPY002 - users draw from it
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(numbers[0])
        np.random.seed(numbers[1])  # noqa: NPY002
        random.seed(numbers[2])
        try:
            return fresh()
        finally:
            np.random.set_state(numpys)  # noqa: NPY002
            random.setstate(before)


def _own_name(build: object) -> str:
    if not callable(build):
        raise InputError(f"model is {build!r:.100}, expected {FORM}")
    return getattr(build, "__name__", type(build).__name__)


def _named(name: str) -> tuple[str, str, Callable[[], object]]:
    """The name, the folder to be on Python's path, and the function."""
    source, colon, function = name.rpartition(":")
    if not colon or not source or not function.isidentifier():
        raise InputError(f"model is {name!r:.100}, expected {FORM}")
    path = Path(source)
    folder = str(path.resolve().parent) if source.endswith(".py") else ""
    with _on_path(folder):
        held = _from_file(path) if source.endswith(".py") else _imported(source)
    build = getattr(held, function, None)
    if not callable(build):
        raise InputError(f"model is {name!r:.100}: there is no function {function}, expected {FORM}")
    return name, folder, build


@contextmanager
def _on_path(folder: str) -> Iterator[None]:
    """A folder first on Python's path, as where Python runs a file of it; "" is the current one."""
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise InputError(f"model is {str(path)!r:.100}, expected a file that exists")
    spec = importlib.util.spec_from_file_location(f"model_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise InputError(f"model is {str(path)!r:.100}, expected a Python file")
    held = importlib.util.module_from_spec(spec)
    sys.modules[held.__name__] = held  # dataclasses, for one, look there
    loader = spec.loader
    _guarded(str(path), lambda: loader.exec_module(held))
    return held


def _imported(name: str) -> ModuleType:
    try:
        return _guarded(name, lambda: importlib.import_module(name))
    except ModuleNotFoundError as error:
        raise InputError(f"model is {name!r:.100}: {error}, expected {FORM}") from error


def _guarded(name: str, call: Callable[[], T]) -> T:
    """Run the user's code; if it raises, print its own frames of the traceback, then InputError.

    ModuleNotFoundError if it is the named module that is not there.
    """
    try:
        with redirect_stdout(sys.stderr):
            return call()
    except (Exception, SystemExit) as error:
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
