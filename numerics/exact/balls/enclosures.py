"""Balls of an asked precision around a value; where it steps, which no ball can tell, the step is decided exactly.

The two need each other: a floor, a ceiling, a comparison or a search for a whole number is decided by balls around what
stands inside it, where further steps may stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache

import sympy as sp
from flint import acb, arb, ctx
from sympy.core.relational import Relational

from sparse_limits.numerics.door import door
from sparse_limits.numerics.exact.balls.core import HIGHEST_PRECISION, NoEnclosureError, NoGuaranteeError, evaluate
from sparse_limits.numerics.exact.balls.monotone import falls
from sparse_limits.numerics.exact.balls.symbols import bound_symbols, free_symbols
from sparse_limits.numerics.exact.balls.vouching import collecting, named, vouch
from sparse_limits.numerics.exact.conversion import converted
from sparse_limits.numerics.exact.exact_values import WHOLE_NUMBERS, NotRationalError, written_out
from sparse_limits.theory.formulas.let import opened
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.formulas.valued import valued

MOST_DOUBLINGS = 64  # in the search for a whole number
STEPS = (Smallest, sp.floor, sp.ceiling, Relational)
FEW = 64  # whole numbers below the one found are all tried


@door
def enclose(
    expression: sp.Expr,
    values: Mapping[sp.Symbol, object] | None = None,
    digits: int = 17,
    highest: int | None = None,
    nonzero: bool = False,
) -> acb:
    """Enclose the value of an expression in a ball of relative radius below 10^-digits.

    The ball contains the exact value, whatever was rounded on the way. If the ball contains 0, its radius is below
    10^-digits absolutely. Some enclosures rest on assumptions that were not checked: `sparse_limits.numerics.exact.balls.collecting`
    gathers them.

    Parameters
    ----------
    expression : SymPy expression, such as a formula of a claim, an integral or a sum
    values : exact number for each free symbol (int, Fraction or constant SymPy expression); None without free symbols
    digits : decimal digits of the radius
    highest : largest working precision in bits; None for 4096, or four times the bits that `digits` require, if that is more
    nonzero : True excludes a ball that contains 0, unless the ball is exactly 0

    Returns
    -------
    acb of python-flint, a complex ball that contains the value.

    Raises
    ------
    NoEnclosureError : for a symbol without a value, and if no precision up to `highest` gives such a ball
    NoGuaranteeError : a NoEnclosureError, if the value is "no guarantee" because a theorem guarantees nothing there
    InputError : for text and other objects that are neither numbers nor SymPy expressions

    References
    ----------
    Ball arithmetic of FLINT (Arb): Johansson, arXiv 1611.02831; integrals: arXiv 1802.07942.

    Examples
    --------
    >>> import sympy as sp
    >>> x = sp.Symbol("x")
    >>> ball = enclose(sp.Integral(sp.exp(-(x**2)), (x, 0, sp.oo)), digits=30)
    >>> ball.real.overlaps(enclose(sp.sqrt(sp.pi) / 2, digits=30).real)
    True
    """
    exact = tuple(sorted((values or {}).items(), key=lambda item: item[0].sort_key()))
    point = tuple((s, converted(x)) for s, x in exact)
    ball, notes = _enclose(converted(expression), point, digits, highest, nonzero)
    vouch(notes)
    return ball


@lru_cache(maxsize=4096)
def _enclose(
    expression: sp.Expr,
    values: tuple[tuple[sp.Symbol, sp.Expr], ...],
    digits: int,
    highest: int | None,
    nonzero: bool,
) -> tuple[acb, frozenset[str]]:
    unknown = free_symbols(expression) - {symbol for symbol, _ in values}
    if unknown:
        raise NoEnclosureError(f"no value for {', '.join(sorted(map(str, unknown)))} in {expression}")
    wanted = 10 + int(digits * 3.3220)
    highest = highest or max(HIGHEST_PRECISION, 4 * wanted)
    with collecting(alone=True) as exactly:
        expression = with_exact_steps(expression, dict(values), highest)
    for precision in _precisions(wanted + 20, highest):
        with ctx.workprec(precision), collecting(alone=True) as notes:
            try:
                ball = evaluate(expression, {s: evaluate(x, {}) for s, x in values})
            except ZeroDivisionError as error:
                raise NoEnclosureError(f"{expression}: division by zero") from error
            if ball.is_finite() and _small(ball, wanted, nonzero):
                return ball, frozenset(exactly | notes)
    where = ", ".join(f"{symbol} = {x}" for symbol, x in values)
    raise NoEnclosureError(
        f"no enclosure of {named(expression)}{f' at {where}' if where else ''} within {highest} bits"
    )


def _precisions(first: int, highest: int) -> Iterator[int]:
    """Twice as many bits each time, and as many as may be at last.

    Examples:
        >>> list(_precisions(100, 500))
        [100, 200, 400, 500]
    """
    while first < highest:
        yield first
        first *= 2
    yield highest


def _small(ball: acb, bits: int, nonzero: bool) -> bool:
    """Whether the radius is below 2^-bits of the value, or of 1 where the value may be 0."""
    radius = max(ball.real.rad(), ball.imag.rad())
    size = ball.abs_lower()
    if bool(size > 0):
        return bool(radius <= size * arb(2) ** (-bits))
    return radius == 0 or (not nonzero and bool(radius <= arb(2) ** (-bits)))


@lru_cache(maxsize=2**15)
def _steps(expression: sp.Basic) -> frozenset[sp.Basic]:
    """Where an expression steps; what expressions have in common is looked through once."""
    found = frozenset[sp.Basic]().union(*(_steps(part) for part in expression.args if part.args))
    return found | {expression} if isinstance(expression, STEPS) else found


def with_exact_steps(
    expression: sp.Expr, values: Mapping[sp.Symbol, sp.Expr], highest: int = HIGHEST_PRECISION
) -> sp.Expr:
    """Floors, ceilings, smallest numbers and comparisons, in place: where they step, no ball can decide them."""
    steps = _steps(expression)
    if not steps:
        return expression
    known_outside = values.keys() - bound_symbols(expression)  # the same name inside is another
    searches = {
        step: sp.Dummy() for step in steps if isinstance(step, Smallest) and free_symbols(step) <= known_outside
    }  # others lie within a search
    if searches:  # the steps around them first: a search may stand in a branch that is not taken
        outside = with_exact_steps(expression.xreplace(searches), values, highest)
        found = {name: _smallest(search, values, highest) for search, name in searches.items() if outside.has(name)}
        return with_exact_steps(outside.xreplace(found), values, highest)
    known = {}
    for step in steps:
        if not free_symbols(step) <= known_outside:
            continue
        if not isinstance(step, Relational):
            if (whole := whole_step(step, values, highest)) is not None:
                known[step] = whole
        elif (sign := _sign(step.lhs - step.rhs, values, highest)) is not None:
            known[step] = step.func(sp.Integer(sign), 0)
    return expression.xreplace(known)


def whole_step(
    step: sp.floor | sp.ceiling, values: Mapping[sp.Symbol, sp.Expr], highest: int = HIGHEST_PRECISION
) -> sp.Integer | None:
    """A floor or ceiling, in exact arithmetic or by a ball; none where its argument has no value."""
    (argument,) = step.args
    try:
        exact = written_out(argument, values)
    except (NotRationalError, NoEnclosureError):
        exact = argument
    if exact.is_Rational:
        return step.func(exact)
    for count in (17, 300, 1100):  # its digits may be as many
        try:
            ball = enclose(argument, values, count, highest)
        except NoEnclosureError:
            return None
        with ctx.workprec(HIGHEST_PRECISION):
            found = ball.real.floor() if isinstance(step, sp.floor) else ball.real.ceil()
        if ball.imag == 0 and found.is_integer():
            return sp.Integer(int(found.unique_fmpz()))
    return valued(step, values)


def _sign(gap: sp.Expr, values: Mapping[sp.Symbol, sp.Expr], highest: int) -> int | None:
    """The sign of a number, by a ball or, where that keeps to 0, in exact arithmetic; none if it cannot be decided so."""
    for digits_wanted, nonzero in ((2, True), (60, False)):
        try:
            ball = enclose(gap, values, digits_wanted, highest, nonzero)
        except NoGuaranteeError:
            raise
        except NoEnclosureError:
            continue
        if ball.imag != 0:
            return None
        if ball == 0 or not ball.contains(0):
            return int(ball.real.sgn().unique_fmpz())
        try:
            exact = written_out(gap, values)
        except NotRationalError:
            return None
        return int(sp.sign(exact)) if exact.is_Rational else None
    return None


def _smallest(search: Smallest, values: Mapping[sp.Symbol, sp.Expr], highest: int) -> sp.Integer:
    """Doubling, then halving, every comparison proved; that no smaller will do is proved, tried or vouched."""
    function, limit, start = search.args
    (variable,) = function.variables
    others = {symbol: x for symbol, x in values.items() if symbol != variable}
    gap = with_exact_steps(function.expr - limit, others, highest)  # the same at every number that is tried

    def enough(n: int) -> bool:
        try:
            sign = _sign(gap, {**others, variable: sp.Integer(n)}, highest)
        except NoGuaranteeError:
            return False
        if sign is None:
            raise NoEnclosureError(
                f"at {variable} = {n} it cannot be decided within {highest} bits whether that is enough"
            )
        return sign <= 0

    first = enclose(start, values).real
    if not first.is_integer():
        raise NoEnclosureError(f"{start}, where a search starts, is not an integer")
    start_at, step = int(first.unique_fmpz()), 1
    low = start_at
    if enough(low):
        return sp.Integer(low)
    high = low + step
    while not enough(high):
        if step > 2**MOST_DOUBLINGS:
            raise NoEnclosureError(f"no whole number up to 2^{MOST_DOUBLINGS} is large enough")
        low, step = high, 2 * step
        high = low + step
    while high - low > 1:  # by hand: `bisect` takes no bounds beyond 2^63
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    if high - start_at <= FEW:
        with suppress(NoEnclosureError):
            return sp.Integer(next((n for n in range(start_at + 1, high) if enough(n)), high))
    at = {symbol: evaluate(converted(x), {}) for symbol, x in values.items()}
    if not falls(function.expr, variable, at, start_at):
        vouch([f"nonincreasing in {variable}: {named(opened(function.expr))}"])
    return sp.Integer(high)


WHOLE_NUMBERS.update(
    {
        Smallest: lambda search, values: sp.Integer(int(enclose(search, values).real.unique_fmpz())),
        sp.floor: whole_step,
        sp.ceiling: whole_step,
    }
)
