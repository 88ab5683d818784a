"""Random streams and stored results keyed by what they are for: equal words, equal numbers, in every process."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache, partial
from inspect import isroutine
from operator import attrgetter
from types import ModuleType
from typing import TypeVar

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

Named = TypeVar("Named")


def keyed_seed(seed: int, *words: object) -> np.random.SeedSequence:
    """The random numbers that belong to these words, whatever else is drawn and in whichever order."""
    digest = hashlib.sha256("\0".join(map(str, words)).encode()).digest()
    return np.random.SeedSequence(seed, spawn_key=tuple(int(word) for word in np.frombuffer(digest, dtype="<u4")))


def stream_name(name: str) -> Callable[[Named], Named]:
    """Give a function or a class the name by which it enters the keys of random streams: it stays when the code moves."""

    def decorator(thing: Named) -> Named:
        thing.__stream_name__ = name  # type: ignore[attr-defined]
        return thing

    return decorator


def stream_key(value: object) -> str:
    """`key`, for what decides which random numbers are drawn: functions and classes need a `stream_name`.

    Raises:
        TypeError: as `key`, and for a function or class without one.
    """
    return _key(value, _stream_name)


def key(value: object) -> str:
    """A text that two values share if and only if they are equal values of one type, in every process.

    Plain values and what is built of them: numbers, texts, SymPy expressions, enums, plain arrays of numbers (by all their
    bytes), containers, dataclasses, functions and classes that a module holds, and the methods of all these.

    Raises:
        TypeError: for anything else, such as a lambda or an object whose text is its address.
    """
    return _key(value, _name)


def _key(value: object, name_of: Callable[[object], str]) -> str:
    if value is None or (
        isinstance(value, (bool, int, float, complex, str, bytes, Fraction, range)) and not isinstance(value, Enum)
    ):
        return repr(value)
    if isinstance(value, np.generic):
        return f"{value.dtype.str}:{value!r}"
    if isinstance(value, np.ndarray):
        if type(value) is not np.ndarray or value.dtype.kind == "O" or value.dtype.names is not None:
            raise TypeError(f"{type(value).__name__} of {value.dtype} has no key, expected a plain array of numbers")
        digest = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
        return f"array {value.dtype.str} {value.shape} {digest}"
    if isinstance(value, sp.MatrixBase):
        return str(sp.srepr(value)) + _of_functions(value)
    if isinstance(value, sp.Basic):
        return _of_expression(value)
    if isinstance(value, Enum):
        return name_of(type(value)) + "." + value.name
    if isinstance(value, type) or isroutine(value):
        owner = getattr(value, "__self__", None)  # of a bound method: an object that has a key too
        if owner is None or isinstance(owner, ModuleType):
            return name_of(value)
        return f"{_key(owner, name_of)}.{value.__name__}"
    key = partial(_key, name_of=name_of)
    if isinstance(value, partial):
        return f"partial({key(value.func)}, {key(value.args)}, {key(value.keywords)})"
    kind = type(value)
    own = name_of is _name or kind.__module__ in ("builtins", "types")
    return (f"{kind.__module__}.{kind.__qualname__}" if own else name_of(kind)) + _contents(value, key)


def _contents(value: object, key: Callable[[object], str]) -> str:
    """The keys of the parts of a container or a dataclass."""
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(key, value))})"
    if isinstance(value, Mapping):
        return f"({', '.join(sorted(f'{key(name)}: {key(each)}' for name, each in value.items()))})"
    if isinstance(value, (set, frozenset)):
        return f"({', '.join(sorted(map(key, value)))})"
    if is_dataclass(value):
        return f"({', '.join(f'{each.name}={key(getattr(value, each.name))}' for each in fields(value))})"
    raise TypeError(f"{type(value).__qualname__} has no key, expected plain values, arrays or named functions")


@lru_cache(maxsize=2**12)
def _of_expression(value: sp.Basic) -> str:
    """Remembered: a claim and its controls compute with the same."""
    return str(sp.srepr(value)) + _of_functions(value)


def _of_functions(value: sp.Basic | sp.MatrixBase) -> str:
    """What SymPy's text of an expression leaves out: the assumptions of its undefined functions."""
    assumed = {f"{each.func} {sorted(each.func._kwargs.items())}" for each in value.atoms(AppliedUndef)}
    return "".join(sorted(assumed))


def _stream_name(thing: object) -> str:
    """The explicit name; TypeError for what has none of its own."""
    name = vars(thing).get("__stream_name__")
    if name is None:
        raise TypeError(f"{thing!r} enters the key of a random stream, expected a `stream_name`")
    return str(name)


def _name(thing: object) -> str:
    """The module and the name of a function or a class; TypeError for a name that is local, or that is another's there."""
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", "<nameless>")
    try:
        held = attrgetter(name)(sys.modules[str(module)])
    except (AttributeError, KeyError):  # of a module that is run, not imported
        held = thing
    if module is None or "<" in name or held is not thing:
        raise TypeError(f"{module}.{name} has no name of its own in a module, expected a function of a module")
    return f"{module}.{name}"
