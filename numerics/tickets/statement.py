"""What a ticket's file says about itself, as JSON in bytes; nothing here finds out whether it is true."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files.headers import Header, once
from sparse_limits.numerics.printing.plain_text import plain

FORMAT = "sparse-limits ticket 2"
ACTIVATION = "relu"
DIGESTS = ("statement", "target", "masks", "source")
LONGEST_STATEMENT, LONGEST_LINE = 2**20, 4000
MOST_VERSIONS = 16


@dataclass(frozen=True)
class Statement:
    """What a ticket's file says about itself.

    activation: between the layers of the target, and within the random network; constant_input: whether the last input
    channel holds 1, which carries biases; signed: whether inputs may be negative; delta: the probability with which the
    theorem lets the search fail at `guaranteed_width`; coef_errors: the largest error of a coefficient in each layer,
    exactly; within_eps: whether none exceeds eps; digests: SHA-256 of the target, of the masks, of those blocks of the
    random network that masks act on, and of all else that is said here; versions: of what wrote the file.
    """

    format: str
    name: str
    seed: int
    width: int
    eps: float
    delta: float
    activation: str
    constant_input: bool
    signed: bool
    guaranteed_width: int
    coef_errors: tuple[str, ...]
    within_eps: bool
    kept: int
    candidates: int
    total: int
    digests: dict[str, str]
    versions: dict[str, str]

    def as_bytes(self) -> NDArray[np.uint8]:
        """The statement as it is in a file. InputError for one that could not be read again."""
        said = asdict(self)
        _check_words(said)
        return np.frombuffer(json.dumps(said).encode(), np.uint8)


def check_statement_header(header: Header) -> None:
    """InputError unless it can be that of a statement."""
    if header.dtype != np.uint8 or len(header.shape) != 1 or header.size > LONGEST_STATEMENT:
        raise InputError(f"statement {header}, expected at most {LONGEST_STATEMENT} bytes of JSON")


def read_statement(array: NDArray[Any]) -> Statement:
    """The statement in an array of bytes. InputError, in one line, unless it is one of the kind that is written here."""
    check_statement_header(Header(array.shape, array.dtype))
    try:
        said = json.loads(array.tobytes().decode(), object_pairs_hook=once)
    except InputError as error:
        raise InputError(f"statement: {error}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"statement: {plain(error, 200)}, expected JSON") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        kind = plain(said.get("format", "unknown") if isinstance(said, dict) else "unknown", 60)
        raise InputError(f"statement of another kind ({kind}), expected that of a {FORMAT}")
    if unlike := said.keys() ^ Statement.__annotations__.keys():
        named = ", ".join(plain(each, 40) for each in sorted(unlike)[:6])
        raise InputError(f"statement of another kind: {named} missing or left over")
    _check_words(said)
    return Statement(**{**said, "coef_errors": tuple(said["coef_errors"])})


def _check_words(said: dict[str, Any]) -> None:
    for name, (fits, expected) in _EXPECTED.items():
        if not fits(said[name]):
            raise InputError(f"statement: {name} is {plain(repr(said[name]), 60)}, expected {expected}")


def _one_line(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_LINE


def _count(value: Any, least: int = 0) -> bool:
    return type(value) is int and least <= value < 2**128


def _between(value: Any, low: float, high: float) -> bool:
    return type(value) is float and isfinite(value) and low < value < high


def _words(value: Any, names: tuple[str, ...] | None = None) -> bool:
    if not isinstance(value, dict) or not all(map(_one_line, (*value, *value.values()))):
        return False
    return value.keys() <= set(names) if names else len(value) <= MOST_VERSIONS


_WHOLE = (_count, "a whole number below 2^128")
_TRUTH = (lambda value: type(value) is bool, "true or false")
_EXPECTED = {
    "name": (_one_line, f"one line of at most {LONGEST_LINE} letters"),
    "seed": _WHOLE,
    "width": (lambda value: _count(value, 1), "a whole number from 1 to 2^128"),
    "eps": (lambda value: _between(value, 0, float("inf")), "a number above 0"),
    "delta": (lambda value: _between(value, 0, 1), "a probability between 0 and 1"),
    "activation": (lambda value: value == ACTIVATION, ACTIVATION),
    "constant_input": _TRUTH,
    "signed": _TRUTH,
    "guaranteed_width": _WHOLE,
    "coef_errors": (
        lambda value: isinstance(value, (list, tuple)) and value and all(map(_one_line, value)),
        "fractions, one for each layer",
    ),
    "within_eps": _TRUTH,
    "kept": _WHOLE,
    "candidates": _WHOLE,
    "total": _WHOLE,
    "digests": (lambda value: _words(value, DIGESTS), f"words for {', '.join(DIGESTS)}"),
    "versions": (_words, "words by name"),
}
