"""The user's own code, from a file or a package: run as it is, with its own traceback where it fails."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import NamedTuple, TypeVar

from sparse_limits.theory.input_error import InputError

T = TypeVar("T")
_homes: dict[str, str] = {}  # of the modules beside the user's files: the folder that each came from


class OwnCodeError(InputError):
    """The user's code raised, or does not take what it is given: so it will again, whatever else is asked of it."""


class Kind(NamedTuple):
    """What the code is for: the option that names it, and what is expected there."""

    option: str
    form: str


def module_of(source: str, kind: Kind) -> ModuleType:
    """Import `FILE.py` or `package.module`, with the folder of the file, or the current one, on Python's path.

    What the import prints goes to standard error.

    Raises:
        InputError: for a file or module that is not there, and for code that raises or ends the process (its traceback is
            printed first).
    """
    folder = folder_of(source)
    if not folder:
        with on_path(folder):
            return _imported(source, kind)
    for name in [name for name, home in _homes.items() if home != folder]:
        sys.modules.pop(name, None)  # of another file, beside which a module of the same name stands
        del _homes[name]
    known = set(sys.modules)
    try:
        with on_path(folder):
            held = _from_file(source, kind)
    except BaseException:
        for name in _beside(folder, known):
            del sys.modules[name]  # read anew once the file is mended, and in no other file's place
        raise
    _homes.update(dict.fromkeys(_beside(folder, known), folder))
    return held


def _beside(folder: str, known: Set[str]) -> list[str]:
    """The modules of a folder that have been imported since others were known."""
    return [name for name in set(sys.modules) - known if Path(folder) in _parents(sys.modules[name])]


def is_code(name: str) -> bool:
    """Whether a word names a function of the user's code, not a file.

    Examples:
        >>> is_code("data.py:loader"), is_code("package.module:loader"), is_code("data.csv"), is_code("digits")
        (True, True, False, False)
    """
    return name.rpartition(":")[2].isidentifier() and ":" in name and not Path(name).is_file()


def function_of(name: str, kind: Kind) -> Callable[..., object]:
    """The function that `FILE.py:function` or `package.module:function` names.

    Raises:
        InputError: for a name of another form, a function that is not there, and as `module_of`.
    """
    source, colon, function = name.rpartition(":")
    if not colon or not source or not function.isidentifier():
        raise InputError(f"{kind.option} is {name!r:.100}, expected {kind.form}")
    found = getattr(module_of(source, kind), function, None)
    if not callable(found):
        raise InputError(f"{kind.option} is {name!r:.100}: there is no function {function}, expected {kind.form}")
    return found  # type: ignore[no-any-return]


def called(name: str, kind: Kind) -> object:
    """What the function of this name returns, with its folder on Python's path; InputError as `function_of`, and if it raises."""
    function = function_of(name, kind)
    with on_path(folder_of(name.rpartition(":")[0])):
        return guarded(name, kind, function)


def _parents(module: ModuleType) -> list[Path]:
    file = getattr(module, "__file__", None)
    return list(Path(file).parents) if file else []


def folder_of(source: str) -> str:
    """The folder that is on Python's path while the code runs: that of a file; "" for a module, from the current one."""
    return str(Path(source).resolve().parent) if source.endswith(".py") else ""


@contextmanager
def on_path(folder: str) -> Iterator[None]:
    """A folder first on Python's path, as where Python runs a file of it; "" is the current one."""
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        with suppress(ValueError):  # the code may have taken it out
            sys.path.remove(folder)


def guarded(name: str, kind: Kind, call: Callable[[], T], ours: str = "") -> T:
    """Run the user's code; if it raises, print its own frames of the traceback, then InputError.

    ours: a file that the call runs through on its way to the user's code, whose frames are left out.

    ModuleNotFoundError if it is the named module that is not there.
    """
    try:
        with set_apart():
            return call()
    except BaseException as error:
        if not is_theirs(error):
            raise
        if isinstance(error, ModuleNotFoundError) and error.name and f"{name}.".startswith(f"{error.name}."):
            raise
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename not in (__file__, importlib.__file__, ours)
            and not frame.filename.startswith("<frozen importlib")
        ]
        show_traceback(error, frames)
        raise OwnCodeError(f"{name!r:.100} raised {type(error).__name__}, expected {kind.form}") from error


@contextmanager
def set_apart() -> Iterator[None]:
    """While the user's code runs: what it prints, also below Python, goes to standard error, and the current folder is as before."""
    folder = Path.cwd()
    with ExitStack() as stack:
        with suppress(OSError, ValueError):  # what is closed stays so
            sys.stdout.flush()
            output = os.dup(1)
            stack.callback(os.close, output)
            stack.callback(os.dup2, output, 1)
            os.dup2(2, 1)
        stack.callback(os.chdir, folder)
        stack.enter_context(redirect_stdout(sys.stderr))
        yield


def is_theirs(error: BaseException) -> bool:
    """Whether what was raised in the user's code is an error of that: no interrupt, and no limit on time of ours."""
    ours = type(error).__module__.partition(".")[0] == "sparse_limits" and not isinstance(error, Exception)
    return not ours and not isinstance(error, (KeyboardInterrupt, GeneratorExit))


def show_traceback(error: BaseException, frames: Sequence[traceback.FrameSummary]) -> None:
    """Print an error of the user's code with these frames, and say that it is theirs."""
    lines = ["Traceback of your code (most recent call last):\n", *traceback.format_list([*frames])]
    sys.stderr.write("".join([*lines, *traceback.format_exception_only(error)]))


class _Source(SourceFileLoader):
    """Reads a file as it stands: byte code that was kept knows its age to the second and its length alone."""

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = self.source_to_code(self.get_data(self.path), self.path)
        return code


def _from_file(source: str, kind: Kind) -> ModuleType:
    path = Path(source)
    if not path.is_file():
        raise InputError(f"{kind.option} is {source!r:.100}, expected a file that exists")
    name = f"{kind.option}_{path.stem}"
    loader = _Source(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None or path.suffix != ".py":
        raise InputError(f"{kind.option} is {source!r:.100}, expected a Python file")
    held = importlib.util.module_from_spec(spec)
    sys.modules[name] = held  # dataclasses, for one, look there
    guarded(source, kind, lambda: loader.exec_module(held))
    return held


def _imported(source: str, kind: Kind) -> ModuleType:
    if not all(part.isidentifier() for part in source.split(".")):
        raise InputError(f"{kind.option} is {source!r:.100}, expected {kind.form}")
    try:
        return guarded(source, kind, lambda: importlib.import_module(source))
    except ModuleNotFoundError as error:
        raise InputError(f"{kind.option} is {source!r:.100}: {error}, expected {kind.form}") from error
