"""Values of letters from text: name=1/3, lists and matrices for numbered letters, steps for functions left open."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import accumulate, pairwise
from typing import Any

import sympy as sp

from sparse_limits.numerics.exact.step_functions import StepFunction
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.quantities import Letter, in_words
from sparse_limits.theory.selection import meant
from sparse_limits.theory.spelling import spelled
from sparse_limits.theory.values.admitted import check_assumptions
from sparse_limits.theory.values.constants import exact_constant

MOST_STEPS = 64  # along an argument: integrals become sums over all pairs or triples of cells
STEPS = re.compile(r"step\((.*)\)", re.DOTALL)

Point = dict[sp.Symbol, sp.Expr]


def parse(
    letters: Collection[Letter], assignments: Sequence[str], claim: Claim | None = None
) -> tuple[Point, dict[Letter, StepFunction]]:
    """Values of some of the letters from strings name=value, and steps for functions.

    Raises:
        InputError: for what is not name=value, an unknown or doubled name, a list of another length, steps that do not
            fill the unit interval or whose values the claim does not allow, and, for a letter that no claim explains, a
            value outside the assumptions of the symbol.

    Examples:
        >>> v_1, v_2 = sp.symbols("v_1 v_2")
        >>> point, functions = parse([v_1, v_2], ["v=[1/5,2/5]"])
        >>> point[v_1], point[v_2], functions
        (1/5, 2/5, {})
    """
    by_name = {str(letter): letter for letter in letters}
    point: Point = {}
    functions: dict[Letter, StepFunction] = {}
    for assignment in assignments:
        if not isinstance(assignment, str):
            raise InputError(f"{assignment!r:.60}: expected a text name=value, such as 'm=4'")
        name, equals, text = (part.strip() for part in assignment.partition("="))
        if not equals:
            raise InputError(f"{assignment!r}: expected name=value")
        letter, family = by_name.get(name) or _named(name, letters, claim), _family(name, letters, claim)
        if letter is None and not family:
            raise InputError(
                f"{name!r:.60} is no letter of the formula{_near(name, letters, claim)}; expected "
                f"{', '.join(typed_name(each, claim) for each in sorted(letters, key=str)) or 'none'}"
            )
        if letter is not None and not isinstance(letter, sp.Symbol):
            if letter in functions:
                raise InputError(f"{name} is given twice")
            functions[letter] = _steps(name, text, letter, claim)
            continue
        for symbol, value in (
            _numbered(name, text, family, letters) if letter is None else {letter: exact_constant(name, text)}
        ).items():
            if symbol in point:
                raise InputError(f"{symbol} is given twice")
            if claim is None or claim.quantity(symbol) is None:
                check_assumptions(symbol, value)
            point[symbol] = value
    return point, functions


def typed_name(letter: Letter, claim: Claim | None) -> str:
    """A letter and, where it is the only one of its quantity, the name of that in all claims: "m or rows"."""
    quantity = claim.quantity(letter) if claim else None
    return quantity.typed if quantity and len(quantity.letters) == 1 else str(letter)


def _named(name: str, letters: Collection[Letter], claim: Claim | None) -> Letter | None:
    """The letter of the formula whose quantity has a name, if it is the only one of it."""
    found = next((each for each in (claim.quantities if claim else ()) if each.name == name), None)
    return found.letters[0] if found and len(found.letters) == 1 and found.letters[0] in letters else None


def _near(name: str, letters: Collection[Letter], claim: Claim | None) -> str:
    """Ask for the name that was meant; Greek letters and small numbers are spelled as they are typed."""
    quantities = {claim.quantity(each) for each in letters} if claim else set()
    known = [*map(str, letters), *(each.name for each in quantities if each and each.name)]
    return meant(spelled(name), known)


def _family(name: str, letters: Collection[Letter], claim: Claim | None) -> dict[str, sp.Symbol]:
    """The letters name_1, name_2, … or name_11, name_12, … of the claim by their numbers, if the formula has one of them.

    So those of a quantity of several letters by their places, under its name in all claims.
    """
    for quantity in claim.quantities if claim else ():
        if quantity.name == name and len(quantity.letters) > 1 and set(quantity.letters) & set(letters):
            return {f"{place:03}": x for place, x in enumerate(quantity.letters) if isinstance(x, sp.Symbol)}
    known = {*letters, *(x for each in (claim.quantities if claim else ()) for x in each.letters)}
    pattern = re.compile(rf"{re.escape(name)}_(\d+)")
    found = {match[1]: x for x in known if (match := pattern.fullmatch(str(x))) and isinstance(x, sp.Symbol)}
    return dict(sorted(found.items(), key=lambda item: int(item[0]))) if set(found.values()) & set(letters) else {}


def _numbered(name: str, text: str, family: dict[str, sp.Symbol], letters: Collection[Letter]) -> Point:
    """The values of numbered letters, from a list, or from a matrix where they have two numbers and fill one.

    A list may end with the last that the formula has: of z_1, z_2, z_3 it takes two where the formula stops at z_2.
    """
    rows = sorted({number[0] for number in family})
    columns = sorted({number[1:] for number in family})
    filled = columns != [""] and len(rows) * len(columns) == len(family) and all(len(each) == 1 for each in columns)
    given = _nested(name, text)
    least = max(place for place, symbol in enumerate(family.values(), 1) if symbol in letters)
    allowed = [(len(rows), len(columns))] if filled else [(size,) for size in range(least, len(family) + 1)]
    if _shape(given) not in allowed:
        numbers = str(len(family)) if least == len(family) else f"{least} to {len(family)}"
        kind = f"{len(rows)} rows of {len(columns)} in brackets" if filled else f"{numbers} numbers in brackets"
        raise InputError(f"{name}={text}: expected {kind}, for {', '.join(map(str, family.values()))}")
    flat = [value for row in given for value in row] if filled else given
    return dict(zip(family.values(), flat, strict=False))


def _shape(nested: Any) -> tuple[int, ...] | None:
    """Sizes of a list of numbers, or of rows of one length; None for anything else."""
    if not isinstance(nested, list):
        return None
    inner = {_shape(part) for part in nested}
    if inner == {None}:
        return (len(nested),)
    return (len(nested), *row) if len(inner) == 1 and (row := inner.pop()) and len(row) == 1 else None


def _nested(name: str, text: str) -> Any:
    """A number, or a list of such, from "[1/2,[1,2]]"."""
    if not text.startswith("["):
        return exact_constant(name, text)
    if not text.endswith("]"):
        raise InputError(f"{name}={text}: expected a closing bracket at the end")
    return [_nested(name, part.strip()) for part in _parts(text[1:-1])]


def _parts(text: str) -> list[str]:
    """What stands between the commas that no bracket holds."""
    depth = list(accumulate((c in "[(") - (c in "])") for c in text))
    cuts = [-1, *(i for i, c in enumerate(text) if c == "," and depth[i] == 0), len(text)]
    return [text[low + 1 : high] for low, high in pairwise(cuts)]


def _steps(name: str, text: str, function: Letter, claim: Claim | None) -> StepFunction:
    """The step function that a number, a list, a square matrix or step(length:value, …) says."""
    values: Any
    if inside := STEPS.fullmatch(text):
        pairs = [part.partition(":") for part in _parts(inside[1])]
        lengths = [exact_constant(name, length.strip()) for length, _, _ in pairs]
        values = [exact_constant(name, value.strip()) for _, _, value in pairs]
        if not all(length > 0 for length in lengths) or not (sum(lengths) - 1).equals(0):
            raise InputError(
                f"{name}={text}: expected lengths above 0 that add up to 1, not {', '.join(map(str, lengths))}"
            )
        ends = list(accumulate(lengths))
    else:
        values = _nested(name, text)
        if isinstance(values, list) and len(set(_shape(values) or (0, 1))) != 1:
            raise InputError(
                f"{name}={text}: expected a number, a list [1/2,1/4], a square matrix [[1,1/2],[1/4,0]] "
                "or step(2/5:1, 3/5:0)"
            )
        number = len(values) if isinstance(values, list) else 1
        ends = [sp.Rational(i + 1, number) for i in range(number)]
    if len(ends) > MOST_STEPS:
        raise InputError(f"{name}: {len(ends)} steps, expected at most {MOST_STEPS}")
    quantity = claim.quantity(function) if claim else None
    for value in _flat(values):
        if quantity is not None and not quantity.admits(value):
            raise InputError(
                f"{name}={text}: {name} is {quantity.meaning}, expected {in_words(quantity.within)}, not {value}"
            )
    return StepFunction((*ends[:-1], sp.S.One), _frozen(values))


def _flat(nested: Any) -> list[sp.Expr]:
    return [x for part in nested for x in _flat(part)] if isinstance(nested, list) else [nested]


def _frozen(nested: Any) -> Any:
    return tuple(map(_frozen, nested)) if isinstance(nested, list) else nested
