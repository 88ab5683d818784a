"""Random streams and stored results keyed by what they are for: equal words, equal numbers, in every process."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache, partial
from inspect import isroutine
from operator import attrgetter
from types import ModuleType

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef


def keyed_seed(seed: int, *words: object) -> np.random.SeedSequence:
    """The random numbers that belong to these words, whatever else is drawn and in whichever order."""
    digest = hashlib.sha256("\0".join(map(str, words)).encode()).digest()
    return np.random.SeedSequence(seed, spawn_key=tuple(int(word) for word in np.frombuffer(digest, dtype="<u4")))


def key(value: object) -> str:
    """A text that two values share if and only if they are equal values of one type, in every process.

    Plain values and what is built of them: numbers, texts, SymPy expressions, enums, plain arrays of numbers (by all their
    bytes), containers, dataclasses, functions and classes that a module holds, and the methods of all these.

    Raises:
        TypeError: for anything else, such as a lambda or an object whose text is its address.
    """
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
        return _name(type(value)) + "." + value.name
    if isinstance(value, type) or isroutine(value):
        owner = getattr(value, "__self__", None)  # of a bound method: an object that has a key too
        return _name(value) if owner is None or isinstance(owner, ModuleType) else f"{key(owner)}.{value.__name__}"
    if isinstance(value, partial):
        return f"partial({key(value.func)}, {key(value.args)}, {key(value.keywords)})"
    return f"{type(value).__module__}.{type(value).__qualname__}{_contents(value)}"


def _contents(value: object) -> str:
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
