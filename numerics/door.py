"""The message of public functions for an argument of a wrong kind that leads to an error: one line that names the argument.

Kinds are those of the annotations: text, paths, whole numbers, numbers, truth values, functions, sequences and classes by their
names. Other annotations, such as ArrayLike, are left to the function. What the function accepts, or refuses in its own words, stays
accepted or refused.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cache, wraps
from numbers import Integral, Real
from os import PathLike
from typing import ParamSpec, TypeVar

from sparse_limits.theory.input_error import InputError

P = ParamSpec("P")
R = TypeVar("R")

ALIASES = {
    "FilePath": "str | PathLike[str]",
    "Place": "str | PathLike[str] | Store | None",
    "NetworkLike": "FullyConnected | Sequence[int] | str | Callable",
}
# What a `DataSource` says of its data; options of the commands, but no arguments of functions
OF_THE_DATA = ("labels", "standardise", "target", "missing", "drop", "classes")
CLASSES = frozenset(
    [
        "Case",
        "DataSource",
        "Dataset",
        "Fit",
        "FullyConnected",
        "KernelSettings",
        "Ledger",
        "Limit",
        "Motif",
        "Network",
        "NetworkTicket",
        "Plan",
        "Reference",
        "Setting",
        "Store",
    ]
)
WORDS = {
    "str": "text",
    "PathLike": "a path",
    "Path": "a path",
    "int": "a whole number",
    "float": "a number",
    "bool": "True or False",
    "None": "None",
    "Callable": "a function",
    "Sequence": "a sequence",
    "Iterable": "a sequence",
    "Mapping": "a mapping",
}


def door(function: Callable[P, R]) -> Callable[P, R]:
    """The function, with InputError for its errors where an argument is of a kind that its annotation does not allow.

    A switch must be True or False, even if another value would not lead to an error.

    Examples:
        >>> @door
        ... def root(number: float, name: str | None = None) -> float:
        ...     return number**0.5
        >>> try:
        ...     root("2")
        ... except InputError as error:
        ...     print(error)
        number is '2', expected a number
    """

    parameters = tuple(inspect.signature(function).parameters.values())
    # what follows *values is given by name alone
    by_place = [each.name for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    switches = {each.name: each.annotation for each in parameters if each.annotation in ("bool", "bool | None")}
    reads = any(each.annotation in ("Data", "Data | None") for each in parameters)
    elsewhere = OF_THE_DATA if reads else ()

    @wraps(function)
    def guarded(*arguments: P.args, **named: P.kwargs) -> R:
        given = dict(zip(by_place, arguments, strict=False)) | named
        for name, kind in switches.items():  # Python takes whatever they are given
            if name in given and (wrong := of_wrong_kind(name, given[name], kind)):
                raise InputError(wrong)
        for name in (each for each in elsewhere if each in named):
            raise InputError(
                f"{name} is given, expected in the data: data=DataSource(..., {name}=...) or load_data(...)"
            )
        try:
            return function(*arguments, **named)
        except InputError:
            raise
        except Exception as error:
            if wrong := _wrong_kind(function, arguments, named):
                raise InputError(wrong) from error
            raise

    return guarded


def _wrong_kind(function: Callable[..., object], arguments: tuple[object, ...], named: Mapping[str, object]) -> str:
    """What to say about the first argument of a wrong kind; nothing if there is none."""
    signature = inspect.signature(function)
    try:
        given = signature.bind(*arguments, **named).arguments
    except TypeError:  # too many, too few or unknown: Python has said which
        return ""
    for name, value in given.items():
        parameter = signature.parameters[name]
        variable = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if not variable and (wrong := of_wrong_kind(name, value, str(parameter.annotation))):
            return wrong
    return ""


def of_wrong_kind(name: str, value: object, annotation: str) -> str:
    """The message for an argument whose kind the annotation does not allow; nothing for others."""
    kinds = _kinds(annotation)
    if kinds is None or any(_is_of(value, kind) for kind in kinds):
        return ""
    words = [_in_words(kind) for kind in kinds]
    expected = ", ".join(words[:-1]) + " or " + words[-1] if len(words) > 1 else words[0]
    return f"{name} is {value!r:.60}, expected {expected}"


@cache
def _kinds(annotation: str) -> tuple[str, ...] | None:
    """The kinds between the bars; None if one of them is not known here."""
    found = [part for each in _parts(annotation) for part in _parts(ALIASES.get(each, each))]
    known = all(_outer(each) in WORDS or each in CLASSES for each in found)
    return tuple(dict.fromkeys(found)) if known else None


def _parts(annotation: str) -> Iterator[str]:
    """What stands between the bars that no bracket holds."""
    depth, start = 0, 0
    for place, letter in enumerate(annotation):
        depth += (letter in "[(") - (letter in "])")
        if letter == "|" and depth == 0:
            yield annotation[start:place].strip()
            start = place + 1
    yield annotation[start:].strip()


def _outer(kind: str) -> str:
    return kind.partition("[")[0]


def _is_of(value: object, kind: str) -> bool:
    outer, _, inner = kind.partition("[")
    match outer:
        case "None":
            return value is None
        case "str":
            return isinstance(value, str)
        case "PathLike" | "Path":
            return isinstance(value, PathLike)
        case "bool":
            return type(value).__name__ in ("bool", "bool_")  # of Python and NumPy
        case "int":
            return isinstance(value, Integral) and not isinstance(value, bool)
        case "float":
            return isinstance(value, Real) and not isinstance(value, bool)
        case "Callable":
            return callable(value)
        case "Mapping":
            return isinstance(value, Mapping)
        case "Sequence" | "Iterable":
            return _is_sequence(value, inner.removesuffix("]"))
    return any(each.__name__ == outer for each in type(value).__mro__)


def _is_sequence(value: object, inner: str) -> bool:
    """A list, a tuple, a range or an array, with entries of the stated kind; text is none."""
    if isinstance(value, (str, bytes, Mapping)) or not (hasattr(value, "__len__") and hasattr(value, "__getitem__")):
        return False
    kinds = _kinds(inner)
    if hasattr(value, "shape") and (not value.shape or not len(value) or (kinds and not {"int", "float"} & {*kinds})):
        return False  # an array holds numbers, and an empty one is neither true nor false
    return kinds is None or all(any(_is_of(each, kind) for kind in kinds) for each in value)  # type: ignore[attr-defined]


def _in_words(kind: str) -> str:
    outer, _, inner = kind.partition("[")
    if outer not in ("Sequence", "Iterable"):
        return WORDS.get(outer, f"a {outer}")
    held = _kinds(inner.removesuffix("]"))
    return "a sequence" if held is None else f"a sequence, each {' or '.join(map(_in_words, held))}"
