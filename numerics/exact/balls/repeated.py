"""Rules of what is named once or done many times: sums, names, recursions, sums over paths."""

from __future__ import annotations

from collections.abc import Hashable

import sympy as sp
from flint import acb, arb, ctx

from sparse_limits.numerics.exact.balls.core import (
    NOT_A_NUMBER,
    RULES,
    NoEnclosureError,
    NoGuaranteeError,
    Values,
    bind,
    evaluate,
    integer,
    is_real,
    on_line,
    reading_of,
)
from sparse_limits.numerics.exact.balls.symbols import free_symbols
from sparse_limits.numerics.exact.balls.vouching import named, vouch
from sparse_limits.theory.formulas.bracketed_sum import BracketedSum
from sparse_limits.theory.formulas.iterate import Iterate
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.no_guarantee import NoGuarantee
from sparse_limits.theory.formulas.transfer import Transfer

MOST_KNOWN = 2**16  # sums, some 20 MB


class KnownSums:
    """Sums within a sum that do not depend on all of what is bound there: each is added up once for the same numbers.

    What is bound outside keeps its value meanwhile; what is bound within is compared if it is a whole number.
    """

    def __init__(self, outside: Values) -> None:
        self.outside = outside
        self.totals: dict[Hashable, acb] = {}
        self.symbols: dict[sp.Sum, tuple[sp.Symbol, ...]] = {}

    def key(self, expression: sp.Sum, values: Values) -> Hashable:
        """What tells this sum from others; nothing if it depends on all that is bound, or on what is no whole number."""
        symbols = self.symbols.get(expression)
        if symbols is None:
            bound = {symbol for symbol, x in values.items() if self.outside.get(symbol) is not x}
            free = free_symbols(expression)
            symbols = self.symbols[expression] = () if bound <= free else tuple(free)
        if not symbols:
            return None
        numbers: list[object] = []
        for symbol in symbols:
            x = values.get(symbol)
            if x is None or x is self.outside.get(symbol):
                numbers.append(None)
            elif x.is_exact() and (number := x.unique_fmpz()) is not None:
                numbers.append(number)
            else:
                return None
        return (expression, ctx.prec, *numbers)


def _finite_sum(expression: sp.Sum, values: Values, analytic: bool) -> acb:
    """Term by term; without an integral around, a sum within a sum is remembered."""
    if analytic:
        return _added_up(expression, values, analytic)
    known: KnownSums | None = getattr(values, "known", None)
    if known is None:
        here = bind(values, {})
        here.known = KnownSums(here)
        return _added_up(expression, here, analytic)
    key = known.key(expression, values)
    if key is None:
        return _added_up(expression, values, analytic)
    total = known.totals.get(key)
    if total is None:
        total = _added_up(expression, values, analytic)
        if len(known.totals) < MOST_KNOWN:
            known.totals[key] = total
    return total


def _added_up(expression: sp.Sum, values: Values, analytic: bool) -> acb:
    (index, low, high), *outer = reversed(expression.limits)
    body = sp.Sum(expression.function, *reversed(outer)) if outer else expression.function
    first, last = (integer(bound, values) for bound in (low, high))
    if last < first - 1:
        raise NoEnclosureError(f"the sum over {index} runs from {first} down to {last}")
    _check_terms(index, last - first)
    total, term, here = acb(0), reading_of(body), bind(values, {index: acb(first)})
    for k in range(first, last + 1):
        here.put(index, acb(k))
        total += term(here, analytic)
    return total


FEW_TERMS = 256  # are all added
MOST_TERMS = 10**5  # some ten seconds
MOST_STEPS = 10**7  # of all weights together


def _check_terms(index: sp.Symbol, terms: int) -> None:
    if terms > MOST_TERMS:
        raise NoEnclosureError(f"the sum over {index} has more than {MOST_TERMS} terms")


def _bracketed_sum(expression: BracketedSum, values: Values, analytic: bool) -> acb:
    """All terms where they are few; else up to the first that does not matter, if the sum is bracketed as is vouched."""
    ((index, low, high),) = expression.limits
    first, last = integer(low, values), integer(high, values)
    total, largest = acb(0), None
    for k in range(first, last + 1):
        _check_terms(index, k - first)
        term = evaluate(expression.function, bind(values, {index: acb(k)}), analytic)
        if last - first >= FEW_TERMS and bool(abs(term) < arb(2) ** (-ctx.prec)):
            vouch([f"two successive partial sums bracket {named(expression)}"])
            return total.union(total + term)
        total += term
        largest = largest or term.abs_upper()  # the whole lies between 0 and the first term
        if last - first >= FEW_TERMS and bool(total.real.rad() > largest):
            return NOT_A_NUMBER
    return total


def _no_guarantee(expression: NoGuarantee, values: Values, analytic: bool) -> acb:
    raise NoGuaranteeError("no guarantee")


def _let(expression: Let, values: Values, analytic: bool) -> acb:
    body, definitions = expression.args
    here = values
    for name, value in definitions.args:
        line = {name: evaluate(value, on_line(here))} if analytic else None
        here = bind(here, {name: evaluate(value, here, analytic)}, line)
    return evaluate(body, here, analytic)


def _iterate(expression: Iterate, values: Values, analytic: bool) -> acb:
    step, times, start = expression.args
    count = integer(times, values)
    if count < 0:
        raise NoEnclosureError(f"a recursion of {count} steps")
    state = [evaluate(x, values, analytic) for x in start]
    line = [evaluate(x, on_line(values)) for x in start] if analytic else state
    for _ in range(count):
        there = dict(zip(step.variables, line, strict=True))
        here = bind(values, dict(zip(step.variables, state, strict=True)), there)
        state = [evaluate(x, here, analytic) for x in step.expr]
        line = [evaluate(x, {**on_line(values), **there}) for x in step.expr] if analytic else state
    return state[-1]


FEW_STATES = 64  # are all followed


def _transfer(expression: Transfer, values: Values, analytic: bool) -> acb:
    """Weights go from state to state; of many states those below the precision count as between 0 and themselves."""
    entry, *others = expression.args
    last, count, start = (integer(part, values) for part in others)
    if count < 0 or not 0 <= start <= last:
        raise NoEnclosureError(f"{count} steps from state {start} among 0, …, {last}")
    if count * (last + 1) > MOST_STEPS:
        raise NoEnclosureError(f"{count} steps among {last + 1} states, expected at most {MOST_STEPS} in all")
    row_of, column_of = entry.variables
    of_column, body = entry.expr.as_independent(row_of, as_Add=False)
    columns = [(j, evaluate(of_column, bind(values, {column_of: j}), analytic)) for j in map(acb, range(last + 1))]
    rows: dict[int, list[acb]] = {}
    weights, lost = [acb(k == start) for k in range(last + 1)], arb(0)
    for _ in range(count):
        following = [acb(0)] * (last + 1)
        for k, weight in enumerate(weights):
            if weight == 0:
                continue
            if not analytic and last > FEW_STATES and bool((size := weight.abs_upper()) < arb(2) ** -ctx.prec):
                lost += size
                continue
            if k not in rows:
                rows[k] = [
                    x * evaluate(body, bind(values, {row_of: acb(k), column_of: j}), analytic) for j, x in columns
                ]
            following = [total + weight * x for total, x in zip(following, rows[k], strict=True)]
        weights = following
    if lost > 0:
        if not all(is_real(x) and not bool(x.real < 0) for row in rows.values() for x in row):
            return NOT_A_NUMBER
        vouch([f"rows without a negative entry and with a sum of at most 1 in {named(expression)}"])
    return sum(weights, acb(arb(lost / 2, lost / 2)))


RULES.update(
    {
        sp.Sum: _finite_sum,
        BracketedSum: _bracketed_sum,
        NoGuarantee: _no_guarantee,
        Iterate: _iterate,
        Let: _let,
        Transfer: _transfer,
    }
)
