"""`sparse-limits evaluate LABEL EXPRESSION name=value …`: a number with correct digits, or what is left.

What the number rests on without a check, such as a tail that is taken to be log-concave, follows on lines of its own.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from numerics.arguments import InputError
from numerics.parallel import TimeLimit, limited

MOST_DIGITS = 10_000
MOST_DIGITS_GIVEN = 4_000  # Python reads no longer integers
LIMIT = 120.0  # seconds of processor time: numbers of hundreds of digits make SymPy work for ever


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("label", metavar="LABEL")
    parser.add_argument(
        "expression", metavar="EXPRESSION", help="its name in the claim, or a part of it such as noises.pareto.survival"
    )
    parser.add_argument("values", nargs="*", metavar="name=value", help="exact values: 3, 1/3, 0.25, 1e-3")
    parser.add_argument("--digits", type=int, default=15, help="significant digits, all correct (default 15)")
    parser.add_argument("--exact", action="store_true", help="the value as a fraction a/b, refused if it is none")


def run(arguments: argparse.Namespace) -> int:
    from numerics.balls import collecting
    from theory.ledger import load_ledger

    if not 1 <= arguments.digits <= MOST_DIGITS:
        raise InputError(f"--digits {arguments.digits}: expected 1 to {MOST_DIGITS}")
    claim = load_ledger()[arguments.label].claim
    formula = find_formula(claim, arguments.expression)
    with collecting() as notes, _long_integers():
        with _moderate_work():
            if arguments.exact:
                text = fraction(formula, arguments.values)
            else:
                text = evaluate(formula, arguments.values, arguments.digits)
        print(text)
        for note in sorted(notes):
            print(f"vouched, not checked: {note}")
    return 0


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
def _long_integers() -> Iterator[None]:
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

    from numerics.mutants import places

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


def evaluate(formula, assignments: list[str], digits: int) -> str:
    """The value to `digits` correct digits (a size or count in full), or, with symbols left over, the expression.

    Where a theorem says nothing this is "no guarantee".

    Raises:
        InputError: for an assignment that is not name=number, an unknown or doubled name, a value outside the
            symbol's assumptions, or a point where the formula has no finite value.
    """
    import sympy as sp

    from numerics.balls import NoEnclosureError, NoGuaranteeError, with_exact_steps
    from numerics.balls import digits as correct_digits
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


def _by_algebra(formula, assignments: list[str], point, digits: int, error: Exception) -> str:
    """Where no ball was found: SymPy tells 0, infinity and √2·√2 from what lies around them."""
    import sympy as sp

    from numerics.balls import NoEnclosureError
    from numerics.balls import digits as correct_digits
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


def fraction(formula, assignments: list[str]) -> str:
    """The exact value as a/b, or "no guarantee".

    Raises:
        InputError: as `evaluate`; with symbols left over; where the value is not known to be rational.
    """
    from flint import fmpz

    from numerics.balls import NoEnclosureError
    from numerics.rationals import NotRationalError, rational
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


def parse(formula, assignments: list[str]):
    """Values by symbol from strings name=value."""
    import sympy as sp

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
