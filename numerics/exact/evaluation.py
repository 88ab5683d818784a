"""A number from a claim's formula: correct digits, a fraction, or what is left of the formula.

Whatever a number rests on without a check, such as a tail that is taken to be log-concave, is returned beside it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from numerics.arguments import InputError
from numerics.parallel import TimeLimit, limited

if TYPE_CHECKING:
    import sympy as sp

    from theory.claims import Claim

MOST_DIGITS = 10_000
MOST_DIGITS_GIVEN = 4_000  # Python reads no longer integers
LIMIT = 120.0  # seconds of processor time: numbers of hundreds of digits make SymPy work for ever


class Value(NamedTuple):
    """A number as text, all its digits correct, and what it rests on without a check."""

    text: str
    vouched: tuple[str, ...]


def evaluate(label: str, expression: str, *assignments: str, digits: int = 15, exact: bool = False) -> Value:
    """Evaluate a formula of a claim at exact values.

    expression: its name in the claim, or a path to a part of it such as `noises.pareto.survival`. assignments: values as
    texts `name=value`, exact ones: 3, 1/3, 0.25, 1e-3; with a symbol left over the text is the rest of the formula.
    A letter that the formula lacks and a hypothesis of it has is given too: G7's threshold needs the supremum F.
    digits: significant ones, from 1 to 10 000; a size or a count is given in full. exact: the value as a fraction a/b.
    Where a theorem says nothing the text is "no guarantee".

    Raises:
        InputError: for an unknown claim, expression or name, a value outside what the claim allows or against a
            hypothesis of it, a point where the formula has no finite value, more work than two minutes, and, with
            `exact`, a value that is no fraction.

    Examples:
        >>> evaluate("S4", "column_density", "tau=1", "phi=1/2", digits=30).text
        '0.0618288894755922426968698067166'
    """
    from numerics.exact.balls import collecting
    from theory.ledger import claim

    if not 1 <= digits <= MOST_DIGITS:
        raise InputError(f"digits is {digits!r}, expected a whole number from 1 to {MOST_DIGITS}")
    chosen = claim(label)
    formula = find_formula(chosen, expression)
    with collecting() as notes, long_integers(), _moderate_work():
        own = within_claim(chosen, expression, formula, assignments)
        text = fraction(formula, own) if exact else value_of(formula, own, digits)
    return Value(text, tuple(sorted(notes)))


def within_claim(claim: Claim, expression: str, formula: sp.Basic, assignments: Sequence[str]) -> tuple[str, ...]:
    """Check assignments against what a claim allows, and return those of the formula's own letters.

    A hypothesis that names the expression may have letters which the formula lacks, such as a supremum that decides
    whether the formula holds: they are asked for as soon as the formula has all of its own.

    Raises:
        InputError: as `parse` and `check_hypotheses`; for a letter that a hypothesis needs and that has no value.
    """
    import sympy as sp

    relations = {
        each: each.relation.free_symbols
        for each in claim.hypotheses
        if each.relation is not None and expression.split(".")[0] in each.needed_by
    }
    point = parse(sp.Tuple(formula, *set().union(*relations.values())), assignments)
    check_hypotheses(claim, expression, point)
    for hypothesis, letters in relations.items():
        if formula.free_symbols <= set(point) and (missing := letters - set(point)):
            names = ", ".join(sorted(map(str, missing)))
            raise InputError(
                f"{names} has no value: {claim.label} assumes {hypothesis.words}, expected {hypothesis.relation}"
            )
    own = {str(symbol) for symbol in formula.free_symbols}
    return tuple(each for each in assignments if each.partition("=")[0] in own)


def check_hypotheses(claim: Claim, expression: str, point: Mapping[sp.Symbol, sp.Rational]) -> None:
    """Refuse values that the claim does not speak of.

    Raises:
        InputError: naming the letter, what it stands for and which values it takes, or the hypothesis that fails.
    """
    from theory.quantities import in_words

    for symbol, value in point.items():
        quantity = claim.quantity(symbol)
        if quantity is not None and value not in quantity.within:
            raise InputError(f"{symbol}={value}: {symbol} is {quantity.meaning}, expected {in_words(quantity.within)}")
    for hypothesis in claim.hypotheses:
        relation = hypothesis.relation
        if relation is None or (hypothesis.needed_by and expression.split(".")[0] not in hypothesis.needed_by):
            continue
        if relation.free_symbols <= set(point) and not relation.subs(point):
            given = ", ".join(f"{symbol}={point[symbol]}" for symbol in sorted(relation.free_symbols, key=str))
            raise InputError(f"{given}: {claim.label} assumes {hypothesis.words}, expected {relation}")


@contextmanager
def _moderate_work() -> Iterator[None]:
    """Refuse numbers so large that SymPy gives up in its own words, or does not within the limit."""
    from sympy.core.evalf import PrecisionExhausted

    try:
        with limited(LIMIT):
            yield
    except TimeLimit:
        raise InputError(
            f"no value: none found within {LIMIT:g} s of processor time, expected smaller numbers"
        ) from None
    except (OverflowError, PrecisionExhausted, RecursionError) as error:
        raise InputError("no value: too much for exact arithmetic, expected smaller numbers") from error


@contextmanager
def long_integers() -> Iterator[None]:
    """Let Python print integers of any length, as messages of numbers such as 1e-9999 need."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(before)


def find_formula(claim, path: str):
    """The formula at a dotted path: an expression of the claim, then keys, fields or positions."""
    import sympy as sp

    from theory.places import places

    found = {
        re.sub(r"[\[\]]+", ".", name).strip(".").replace("..", ".").replace(", ", "."): formula
        for subject in claim.expressions
        for name, formula, _ in places(claim.expressions[subject], subject)
    }
    if path in found:
        return found[path]
    inside = [name for name in found if name.startswith(path + ".")]
    expected = inside or list(found) or ["(this claim has no formula)"]
    if isinstance(claim.expressions.get(path), sp.Basic):
        return claim.expressions[path]
    raise InputError(f"{claim.label} has no formula {path!r}; expected one of {', '.join(expected)}")


def value_of(formula, assignments: Sequence[str], digits: int) -> str:
    """The value to `digits` correct digits (a size or count in full), or, with symbols left over, the expression.

    Where a theorem says nothing this is "no guarantee".

    Raises:
        InputError: for an assignment that is not name=number, an unknown or doubled name, a value outside the
            symbol's assumptions, or a point where the formula has no finite value.
    """
    import sympy as sp

    from numerics.exact.balls import NoEnclosureError, NoGuaranteeError, with_exact_steps
    from numerics.exact.balls import digits as correct_digits
    from theory.no_guarantee import no_guarantee
    from theory.smallest import Smallest

    point = parse(formula, assignments)
    if formula.free_symbols - set(point):
        return str(formula.subs(point))
    try:
        if formula.has(Smallest, sp.floor, sp.ceiling) and (whole := with_exact_steps(formula, point)).is_Integer:
            return str(whole)
        return correct_digits(formula, point, digits)
    except NoGuaranteeError:
        return str(no_guarantee)
    except NoEnclosureError as error:
        try:
            return _by_algebra(formula, assignments, point, digits, error)
        except OverflowError:  # SymPy cannot factor numbers of hundreds of digits
            raise InputError(f"no value: {_shortened(error)}") from error


def _by_algebra(formula, assignments: Sequence[str], point, digits: int, error: Exception) -> str:
    """Where no ball was found: SymPy tells 0, infinity and √2·√2 from what lies around them."""
    import sympy as sp

    from numerics.exact.balls import NoEnclosureError
    from numerics.exact.balls import digits as correct_digits
    from theory.iterate import Iterate

    exact = formula.subs(point)
    exact = exact.replace(lambda part: isinstance(part, Iterate) and part.args[1] in (0, 1), Iterate.unrolled)
    if exact is sp.nan:
        raise InputError(f"no value: the formula does not cover {', '.join(assignments)}") from error
    if exact.is_zero:  # no ball around 0 has digits
        return "0"
    if exact.is_infinite:
        raise InputError(f"no value: infinite at {', '.join(assignments)}") from error
    with suppress(NoEnclosureError):
        return correct_digits(exact, None, digits)
    raise InputError(f"no value: {_shortened(error)}") from error


def _shortened(error: Exception) -> str:
    """What an error says, its numbers of hundreds of digits cut."""
    return re.sub(r"(\d{20})\d{20,}", r"\1…", str(error))


def fraction(formula, assignments: Sequence[str]) -> str:
    """The exact value as a/b, or "no guarantee".

    Raises:
        InputError: as `evaluate`; with symbols left over; where the value is not known to be rational.
    """
    from flint import fmpz

    from numerics.exact.balls import NoEnclosureError
    from numerics.exact.rationals import NotRationalError, rational
    from theory.no_guarantee import no_guarantee

    point = parse(formula, assignments)
    if missing := formula.free_symbols - set(point):
        raise InputError(f"--exact: no value for {', '.join(sorted(map(str, missing)))}")
    try:
        value = rational(formula, point)
    except (NotRationalError, NoEnclosureError, ZeroDivisionError) as error:
        raise InputError(f"--exact: {error}") from error
    if value is no_guarantee:
        return str(value)
    above, below = (str(fmpz(int(part))) for part in (value.p, value.q))  # Python prints no longer integers
    return above if value.q == 1 else f"{above}/{below}"


def parse(formula, assignments: Sequence[str]):
    """Values by symbol from strings name=value."""

    symbols = {str(symbol): symbol for symbol in formula.free_symbols}
    point: dict[sp.Symbol, sp.Rational] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise InputError(f"{assignment!r}: expected name=value")
        if name not in symbols:
            raise InputError(f"{name!r} is no symbol of the formula; expected {', '.join(sorted(symbols)) or 'none'}")
        if symbols[name] in point:
            raise InputError(f"{name} is given twice")
        point[symbols[name]] = _number(name, text, symbols[name])
    return point


def _number(name: str, text: str, symbol):
    import sympy as sp

    if not re.fullmatch(r"[+-]?(\d+(/\d+)?|(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d{1,4})?)", text):
        raise InputError(f"{name}={text}: expected an exact number such as 3, 1/3, 0.25 or 1e-3")
    if "/" in text and int(text.split("/")[1]) == 0:
        raise InputError(f"{name}={text}: division by zero")
    if len(text) > MOST_DIGITS_GIVEN:
        raise InputError(f"{name}={text[:20]}…: {len(text)} characters, expected at most {MOST_DIGITS_GIVEN}")
    value = sp.Rational(text)
    for wanted, word in (
        ("is_positive", "a positive number"),
        ("is_nonnegative", "a number that is not negative"),
        ("is_integer", "a whole number"),
    ):
        if getattr(symbol, wanted) and not getattr(value, wanted):
            raise InputError(f"{name}={text}: expected {word}")
    return value
