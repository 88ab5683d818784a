"""A number from a claim's formula: correct digits, a fraction, or what is left of the formula.

Whatever a number rests on without a check, such as a tail that is taken to be log-concave, is returned beside it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from os import PathLike
from typing import TYPE_CHECKING, NamedTuple

from sparse_limits.numerics.door import door
from sparse_limits.numerics.processes.time_limit import TimeLimit, limited
from sparse_limits.theory.input_error import InputError

if TYPE_CHECKING:
    import sympy as sp

    from sparse_limits.theory.claims import Claim
    from sparse_limits.theory.quantities import Letter

MOST_DIGITS = 10_000
LIMIT = 120.0  # seconds of processor time: numbers of hundreds of digits make SymPy work for ever


class Value(NamedTuple):
    """A number as text, all its digits correct, and what it rests on without a check.

    assumed: hypotheses that name the formula and have letters without a value.
    """

    text: str
    vouched: tuple[str, ...]
    assumed: tuple[str, ...] = ()


@door
def evaluate(
    label: str,
    expression: str,
    *assignments: str,
    digits: int = 15,
    exact: bool = False,
    keep: bool = False,
    ledger: str | PathLike[str] | None = None,
) -> Value:
    """Evaluate a formula of a claim at exact values, to any number of correct digits or as a fraction.

    The name of a quantity, such as `rows` for m or n (`sparse_limits.theory.names`), may replace its letter. A list or a matrix gives
    values to numbered letters: v=[1/5,2/5] to v_1 and v_2, P=[[1/2,1/4],[1/8,1]] to P_11, …, P_22. For a function that
    the formula leaves open, such as a graphon, a list or a matrix gives the steps on equal parts of the unit interval,
    and step(2/5:3/2, 3/5:3/10) gives lengths and values of the steps.

    Parameters
    ----------
    label : label of the claim, such as S4; for a claim in parts, such as G3, the part that has the formula is found
    expression : name of the formula in the claim, or the path to a part of it, such as noises.pareto.survival
    *assignments : strings name=value with exact values, such as 3, 1/3, 0.25, 1e-3, sqrt(2), exp(-1) or pi/4
    digits : significant digits, all correct, from 1 to 10 000; a whole number is printed in full
    exact : True gives the value as a fraction a/b
    keep : True leaves letters without a value in the formula, and assumes the hypotheses that cannot be decided
    ledger : `FILE.py` or `package.module` with claims of your own, which is run as it is; None for the project's claims

    Returns
    -------
    Value, with the `text` of the number, of a matrix or, with `keep`, of the remaining formula ("no guarantee" where a
    theorem guarantees nothing); `vouched`, the assumptions of the evaluation that were not checked; and `assumed`, the
    hypotheses of the formula on letters without a value.

    Raises
    ------
    InputError : for an unknown claim, expression or name; for `digits` out of range; for a value that the claim or one
        of its hypotheses excludes; for a point at which the formula has no finite value; for more than two minutes of
        processor time; without `keep`, for a letter without a value and a hypothesis that cannot be decided; with
        `exact`, for a value that is not known to be rational; with steps of a function, for any letter without a value

    References
    ----------
    The claim that `label` names.

    Examples
    --------
    >>> evaluate("S4", "column_density", "tau=1", "phi=1/2", digits=30).text
    '0.0618288894755922426968698067166'
    >>> evaluate("E1", "wired_share", "v=[1/4,1/2,3/4]", "W=[[1/2,1/4],[1,3/4]]", exact=True).text
    '19/64'
    """
    from sparse_limits.numerics.exact.balls import collecting
    from sparse_limits.theory.ledger import parts

    if not 1 <= digits <= MOST_DIGITS:
        raise InputError(f"digits is {digits!r}, expected a whole number from 1 to {MOST_DIGITS}")
    with collecting() as notes, long_integers(), _moderate_work():
        text, assumed = value_in(
            part_with(expression, parts(label, ledger)), expression, assignments, digits, exact=exact, keep=keep
        )
    return Value(text, tuple(sorted(notes)), assumed)


def part_with(path: str, parts: Sequence[Claim]) -> Claim:
    """The part of a claim that has the formula, rather one that claims it than one that has it in a step.

    Raises:
        InputError: where several parts have one of this name, or none of several.
    """
    from sparse_limits.theory.selection import meant

    if len(parts) == 1:
        return parts[0]
    name = path.split(".")[0]
    for found in (
        [each for each in parts if name in each.expressions],
        [each for each in parts if name in each.claimed],
    ):
        if len(found) > 1:
            raise InputError(
                f"{name} stands in {' and '.join(each.label for each in found)}, expected one of these labels"
            )
        if found:
            return found[0]
    names = [name for each in parts for name in each.claimed]
    labels = ", ".join(each.label for each in parts)
    raise InputError(f"none of {labels} has a formula {name!r}{meant(name, names)}; expected one of {', '.join(names)}")


def value_in(
    claim: Claim, expression: str, assignments: Sequence[str], digits: int, *, exact: bool = False, keep: bool = False
) -> tuple[str, tuple[str, ...]]:
    """The value of a claim's formula as text, and what it assumes; arguments and errors are those of `evaluate`."""
    from sparse_limits.numerics.exact.parsed_values import parse
    from sparse_limits.numerics.exact.step_functions import in_steps
    from sparse_limits.theory.formulas.valued import valued
    from sparse_limits.theory.quantities import in_plain, letters_of

    formula = find_formula(claim, expression)
    relations = {
        each.relation: each.words
        for each in claim.hypotheses
        if each.relation is not None and expression.split(".")[0] in each.needed_by
    }
    letters = letters_of(formula).union(*(each.free_symbols for each in relations))
    point, functions = parse(letters, assignments, claim)
    check_hypotheses(claim, expression, point)
    assumed = tuple(
        f"{words}, {in_plain(each)}" for each, words in relations.items() if not each.free_symbols <= set(point)
    )
    if not keep:
        _refuse_unknown(claim, expression, relations, point)
    own = {symbol: value for symbol, value in point.items() if symbol in formula.free_symbols}
    if functions or formula.free_symbols - set(own):
        formula, own = valued(formula, own), {}  # letters that are gone at these values need none
    if missing := letters_of(formula) - {*own, *functions}:
        if keep and not functions:
            return str(formula), assumed
        words = _explained(claim, sorted(missing, key=str))
        way = "all, since steps are put in together" if functions else "all, or `keep` for what is left"
        raise InputError(f"no value for {words}; expected {way}")
    if functions:
        formula = in_steps(formula, functions)
    return _text(formula, own, digits, exact), assumed


def _text(formula: sp.Basic, own: Mapping[sp.Symbol, sp.Expr], digits: int, exact: bool) -> str:
    """A number; of a matrix its rows of numbers, of a single column its entries."""
    import sympy as sp

    if not isinstance(formula, sp.MatrixBase):
        return fraction(formula, own) if exact else value_of(formula, own, digits)
    rows = [[_text(entry, own, digits, exact) for entry in row] for row in formula.tolist()]
    lists = [row[0] if formula.cols == 1 else f"[{', '.join(row)}]" for row in rows]
    return f"[{', '.join(lists)}]"


def _refuse_unknown(
    claim: Claim, expression: str, relations: Mapping[sp.Basic, str], point: Mapping[sp.Symbol, sp.Expr]
) -> None:
    """Refuse a point at which a hypothesis that relates letters of the formula to others cannot be decided.

    A hypothesis between other letters alone, or an equation, says which case the formula covers.
    """
    from sympy import Equality, true

    from sparse_limits.theory.claims import formulas
    from sparse_limits.theory.formulas.valued import valued
    from sparse_limits.theory.quantities import in_plain, letters_of

    own = {letter for each in formulas(claim.claimed[expression.split(".")[0]]) for letter in letters_of(each)}
    for relation, words in relations.items():
        missing = relation.free_symbols - set(point) - own
        left = valued(relation, point)
        if missing and relation.free_symbols & own and left != true and not isinstance(left, Equality):
            raise InputError(
                f"no value for {_explained(claim, sorted(missing, key=str))}; {claim.label} assumes {words}, "
                f"{in_plain(relation)}: expected it too, or `keep` to assume it"
            )


def _explained(claim: Claim, letters: Sequence[Letter]) -> str:
    """The letters, each with what it stands for where the claim says so."""
    from sparse_limits.numerics.exact.parsed_values import typed_name

    named = [(typed_name(letter, claim), claim.quantity(letter)) for letter in letters]
    return ", ".join(f"{name} ({each.meaning})" if each else name for name, each in named)


def check_hypotheses(claim: Claim, expression: str, point: Mapping[sp.Symbol, sp.Expr]) -> None:
    """Refuse values that the claim does not cover; relations are decided by balls.

    Raises:
        InputError: naming the letter, what it stands for and which values it takes, or the hypothesis that fails.
    """
    from sparse_limits.numerics.exact.relations import holds
    from sparse_limits.theory.values import admitted

    admitted.check_hypotheses(claim, expression, point, holds)


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


def paths(claim: Claim) -> Iterator[tuple[str, sp.Basic]]:
    """The formulas of a claim, each with the dotted path by which `evaluate` is asked for it."""
    from sparse_limits.theory.places import places

    for subject, value in claim.claimed.items():
        for name, formula, _ in places(value, subject):
            yield re.sub(r"[\[\]]+", ".", name).strip(".").replace("..", ".").replace(", ", "."), formula


def find_formula(claim: Claim, path: str) -> sp.Basic:
    """The formula at a dotted path: an expression of the claim, then keys, fields or positions."""
    import sympy as sp

    from sparse_limits.theory.selection import meant

    found = dict(paths(claim))
    if path in found:
        return found[path]
    inside = [name for name in found if name.startswith(path + ".")]
    expected = inside or list(found) or ["(this claim has no formula)"]
    if isinstance(claim.claimed.get(path), sp.Basic):
        return claim.claimed[path]
    raise InputError(
        f"{claim.label} has no formula {path!r}{meant(path, found)}; expected one of {', '.join(expected)}"
    )


def value_of(formula: sp.Expr, point: Mapping[sp.Symbol, sp.Expr], digits: int) -> str:
    """The value to `digits` correct digits (a size or count in full); "no guarantee" where a theorem says nothing.

    Raises:
        InputError: for a point where the formula has no finite value.
    """
    import sympy as sp

    from sparse_limits.numerics.exact.balls import NoEnclosureError, NoGuaranteeError, with_exact_steps
    from sparse_limits.numerics.exact.balls import digits as correct_digits
    from sparse_limits.numerics.exact.rationals import NotRationalError, rational
    from sparse_limits.theory.formulas.no_guarantee import no_guarantee
    from sparse_limits.theory.formulas.smallest import Smallest

    try:
        if formula.has(Smallest, sp.floor, sp.ceiling) and (whole := with_exact_steps(formula, point)).is_Integer:
            return str(whole)
        return _plain(formula, point, correct_digits(formula, point, digits))
    except NoGuaranteeError:
        return str(no_guarantee)
    except NoEnclosureError as error:
        with suppress(NotRationalError, NoEnclosureError, ZeroDivisionError):
            if rational(formula, point) == 0:  # no ball around 0 has digits
                return "0"
        try:
            return _by_algebra(formula, point, digits, error)
        except OverflowError:  # SymPy cannot factor numbers of hundreds of digits
            raise InputError(f"no value: {_shortened(error)}") from error


def _plain(formula: sp.Expr, point: Mapping[sp.Symbol, sp.Expr], text: str) -> str:
    """The text without its decimals where these are zeros because the value is a whole number."""
    from sparse_limits.numerics.exact.balls import NoEnclosureError
    from sparse_limits.numerics.exact.rationals import NotRationalError, rational

    if re.fullmatch(r"-?\d+\.0+", text):
        if formula.is_integer:  # a floor whose argument algebra cannot tell from 3
            return text.partition(".")[0]
        with suppress(NotRationalError, NoEnclosureError, ZeroDivisionError):
            if rational(formula, point).is_Integer:
                return text.partition(".")[0]
    return text


def _by_algebra(formula: sp.Expr, point: Mapping[sp.Symbol, sp.Expr], digits: int, error: Exception) -> str:
    """Where no ball was found: SymPy tells 0, infinity and √2·√2 from what lies around them."""
    import sympy as sp

    from sparse_limits.numerics.exact.balls import NoEnclosureError
    from sparse_limits.numerics.exact.balls import digits as correct_digits
    from sparse_limits.numerics.exact.exact_values import one_by_one
    from sparse_limits.theory.formulas.valued import valued

    where = ", ".join(f"{symbol}={value}" for symbol, value in point.items())
    if any(valued(each, point) == 0 for each in _denominators(formula, point)) and valued(formula, point) is sp.nan:
        raise InputError(f"no value: the formula does not cover {where}") from error
    exact, other = one_by_one(formula, point)
    if exact is sp.nan or other is sp.nan:
        raise InputError(f"no value: the formula does not cover {where}") from error
    if exact.is_infinite or other.is_infinite:
        raise InputError(f"no value: infinite at {where}") from error
    if not (exact.is_zero and other.is_zero):
        with suppress(NoEnclosureError):
            return correct_digits(other if exact.is_zero else exact, None, digits)
    elif _integrals_are_finite(formula, point):  # no ball around 0 has digits
        return "0"
    raise InputError(f"no value: {_shortened(error)}") from error


def _integrals_are_finite(formula: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> bool:
    """Whether balls show it of all integrals in no other letters: to SymPy, 0 times one that is infinite is 0."""
    from sympy import Integral

    from sparse_limits.numerics.exact.balls import NoEnclosureError, enclose

    with suppress(NoEnclosureError):
        for each in formula.atoms(Integral):
            if each.free_symbols <= point.keys():
                enclose(each, {symbol: point[symbol] for symbol in each.free_symbols}, 5)
        return True
    return False


def _denominators(formula: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> list[sp.Expr]:
    """What is divided by, but for what has bound letters in it."""
    import sympy as sp

    from sparse_limits.theory.formulas.valued import valued

    divisors = [each.base for each in formula.atoms(sp.Pow) if valued(each.exp, point).is_negative]
    return [each for each in divisors if each.free_symbols <= formula.free_symbols]


def _shortened(error: Exception) -> str:
    """What an error says, its numbers of hundreds of digits cut."""
    return re.sub(r"(\d{20})\d{20,}", r"\1…", str(error))


def fraction(formula: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> str:
    """The exact value as a/b, or "no guarantee".

    Raises:
        InputError: where the value is not known to be rational.
    """
    from flint import fmpz

    from sparse_limits.numerics.exact.balls import NoEnclosureError
    from sparse_limits.numerics.exact.rationals import NotRationalError, rational
    from sparse_limits.theory.formulas.no_guarantee import no_guarantee

    try:
        value = rational(formula, point)
    except (NotRationalError, NoEnclosureError, ZeroDivisionError) as error:
        raise InputError(f"`exact`: {error}") from error
    if value is no_guarantee:
        return str(value)
    above, below = (str(fmpz(int(part))) for part in (value.p, value.q))  # Python prints no longer integers
    return above if value.q == 1 else f"{above}/{below}"
