"""What a page asks of a claim: which formulas have one number, which letters these need, and the number at a reader's values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction

import mpmath
import sympy as sp

from sparse_limits.theory.claims import Claim
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.ledger import claim as claim_of
from sparse_limits.theory.quantities import letters_of
from sparse_limits.theory.values.admitted import check_assumptions, check_hypotheses, needed
from sparse_limits.theory.values.constants import exact_constant
from sparse_limits.theory.values.functions import NoNumberError
from sparse_limits.theory.values.numbers import DIGITS, NoGuaranteeHere, can_be_read, holds, number

MOST_LETTERS = 12  # more fields nobody fills
TOO_MUCH = (OverflowError, RecursionError, MemoryError)
UNDEFINED = (ValueError, ZeroDivisionError, TypeError, mpmath.libmp.NoConvergence)  # of mpmath at such a place


def readable(claim: Claim) -> list[str]:
    """The formulas of a claim that are one number at values of their letters, by name.

    Examples:
        >>> readable(claim_of("N1"))
        ['bound', 'best_affine', 'kink_function']
    """
    return [name for name, formula in claim.expressions.items() if _is_one_number(formula) and asked(claim, name)]


def _is_one_number(formula: object) -> bool:
    if not isinstance(formula, sp.Expr) or isinstance(formula, sp.MatrixBase):
        return False
    letters = letters_of(formula)
    return (
        all(isinstance(each, sp.Symbol) for each in letters) and len(letters) <= MOST_LETTERS and can_be_read(formula)
    )


def asked(claim: Claim, name: str) -> list[sp.Symbol]:
    """The letters of a formula, and those that its own hypotheses tie to them, as the claim lists them.

    Examples:
        >>> asked(claim_of("S4"), "column_density")
        [tau, phi]
    """
    own = letters_of(claim.expressions[name])
    found = set(own)
    for each in needed(claim, name):
        relation = each.relation
        if relation is not None and each.needed_by and relation.free_symbols & own and not isinstance(relation, sp.Eq):
            found |= relation.free_symbols
    listed = [letter for quantity in claim.quantities for letter in quantity.letters if letter in found]
    return [*listed, *sorted(found.difference(listed), key=str)]


def value(claim: Claim, name: str, given: Mapping[str, str]) -> str:
    """The number of a formula at values that are typed, as text; "no guarantee" where the theorem guarantees nothing.

    Raises:
        InputError: for a letter without a value, for what is no exact number, for values that the claim does not speak
            of, and where there is no number.

    Examples:
        >>> value(claim_of("S4"), "column_density", {"tau": "1", "phi": "1/2"})
        '0.0618288894755922426968698067166'
        >>> value(claim_of("N1"), "bound", {"h": "3", "r": "0.2"})
        '3/20 = 0.150000000000000000000000000000'
    """
    point = {}
    for letter in asked(claim, name):
        text = given.get(str(letter), "").strip()
        if not text:
            raise InputError(f"no value for {letter}, expected a number such as 3, 1/3 or 0.25")
        point[letter] = exact_constant(str(letter), text)
        if claim.quantity(letter) is None:
            check_assumptions(letter, point[letter])
    check_hypotheses(claim, name, point, holds)
    try:
        return _text(number(claim.expressions[name], point))
    except NoGuaranteeHere as nothing:
        return str(nothing)
    except NoNumberError as error:
        raise InputError(f"no value: {error}") from None
    except TOO_MUCH:
        raise InputError("no value: too much for this page, expected smaller numbers") from None
    except UNDEFINED:
        raise InputError("no value: the formula has no finite value there, or none that is found") from None


def _text(found: Fraction | mpmath.mpf) -> str:
    if isinstance(found, Fraction) and found.denominator == 1:
        return str(found.numerator)
    with mpmath.workdps(2 * DIGITS):
        rounded = mpmath.mpf(found.numerator) / found.denominator if isinstance(found, Fraction) else found
        digits = str(mpmath.nstr(rounded, DIGITS, strip_zeros=False))
    short = isinstance(found, Fraction) and len(str(found)) <= DIGITS
    return f"{found} = {digits}" if short else digits


def answer(request: str) -> str:
    """The answer to a request in JSON, in JSON: a `value`, or why it is `refused`."""
    asks = json.loads(request)
    try:
        return json.dumps({"value": value(claim_of(asks["claim"]), asks["formula"], asks["values"])})
    except InputError as error:
        return json.dumps({"refused": str(error)})
