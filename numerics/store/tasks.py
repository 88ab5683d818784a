"""Tasks whose results are taken from a store where they are there, and otherwise computed and written to it."""

from __future__ import annotations

import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from math import inf
from os.path import relpath
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_type_hints

import msgspec
import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.keyed import key
from sparse_limits.numerics.processes.parallel import run_tasks
from sparse_limits.numerics.store.files import Store
from sparse_limits.numerics.store.keys import changed, code_digest, files_of, key_of
from sparse_limits.theory.dependencies import ROOT

Task = TypeVar("Task")
Result = TypeVar("Result")


class Found(NamedTuple):
    """The result of a task, and whether it was kept from an earlier run."""

    result: Any
    kept: bool


def run_stored(
    store: Store | None,
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    failed: Callable[[Task, BaseException], Result],
    jobs: int = 1,
    limit: float = 60.0,
    *,
    modules: Callable[[Task], Iterable[str]] | None = None,
    worth: Callable[[Result], bool] = lambda result: True,
    until: float = inf,
) -> Iterator[Found]:
    """The result of each task as by `run_tasks`; those that the store has come first, and the others are written to it.

    A result is neither taken nor written if a file behind it has changed since this process began: the key is of that file,
    and what runs here is of the file as it was.

    Args:
        store: None: every task is run, and nothing is written.
        function, tasks, failed, jobs, limit, until: as in `run_tasks`. The result's type is read from the function's annotation.
            What a partial holds must follow from the task: it is no part of the key.
        modules: those on whose code the result of a task depends (default: the function's module).
        worth: whether a result is written. What `failed` returns never is: the machine may be at fault.
    """
    if store is None:
        yield from (Found(result, False) for result in run_tasks(function, tasks, failed, jobs, limit, until=until))
        return
    plain = function.func if isinstance(function, partial) else function
    kind, missing, keys = get_type_hints(plain)["return"], [], dict[int, str]()
    codes = {id(task): frozenset(modules(task) if modules else (plain.__module__,)) for task in tasks}
    late = changed(frozenset().union(*map(files_of, {*codes.values()})))  # each of them looked at once
    for task in tasks:
        code = codes[id(task)]
        keys[id(task)] = key_of(code_digest(code), f"{plain.__module__}.{plain.__qualname__}", key(task))
        found = [] if late and _late(store, late & files_of(code)) else store.find(keys[id(task)])
        if found:
            yield Found(msgspec.convert(found[0], kind), True)
        else:
            missing.append(task)

    def write(task: Task, result: Result) -> None:
        if worth(result) and not _late(store, changed(files_of(codes[id(task)]))):
            store.add(keys[id(task)], _words(task), msgspec.to_builtins(result, enc_hook=_plain))

    for result in run_tasks(function, missing, failed, jobs, limit, finished=write, until=until):
        yield Found(result, False)


def stored(
    store: Store | None,
    kind: type[Result],
    compute: Callable[[], Result],
    what: str,
    known: Mapping[str, object],
    *asked: object,
) -> Result:
    """The result of a computation, a dataclass, taken from a store if it is there, and otherwise computed and written to it.

    Args:
        store: None: it is computed, and nothing is written.
        kind: the dataclass; the result depends on the code of its module, and of the one of `compute`.
        compute: what computes it.
        what: what it is, for people.
        known: fields that are known before, which are not written. The result depends on them.
        asked: all else that the result depends on.
    """
    if store is None:
        return compute()
    names = [each.name for each in fields(kind) if each.name not in known]  # type: ignore[arg-type]
    code = frozenset({kind.__module__, compute.__module__})
    place = key_of(code_digest(code), kind.__qualname__, key(dict(known)), key(asked))
    if not _late(store, changed(files_of(code))) and (found := store.find(place)):
        types, values = get_type_hints(kind), dict(found[0])  # type: ignore[call-overload]
        return kind(**known, **{name: msgspec.convert(values[name], types[name], dec_hook=_array) for name in names})
    result = compute()
    if not _late(store, changed(files_of(code))):
        plain = {name: msgspec.to_builtins(getattr(result, name), enc_hook=_plain) for name in names}
        store.add(place, what, plain)
    return result


def _late(store: Store, files: frozenset[Path]) -> bool:
    """Whether files have changed since this process began; the first time the store says so, in a line."""
    if files and not store.told:
        store.told = True
        print(
            f"sparse-limits: {relpath(min(files), ROOT)} has changed since this process began: results that depend on it are "
            "neither taken nor kept until it is started again",
            file=sys.stderr,
            flush=True,
        )
    return bool(files)


def _plain(value: Any) -> object:
    """A number of NumPy's as one of Python's, and an array as its type, shape and bytes."""
    if isinstance(value, np.ndarray):
        return {"dtype": value.dtype.str, "shape": value.shape, "base64": b64encode(value.tobytes()).decode("ascii")}
    return value.item()


def _array(kind: type, plain: Any) -> NDArray[Any]:
    """The array that `_plain` wrote."""
    array = np.frombuffer(b64decode(plain["base64"]), dtype=plain["dtype"])
    return array.reshape(plain["shape"]).copy()


def _words(task: object) -> str:
    """What a task is, for people."""
    return " ".join(str(task).split())[:200]
