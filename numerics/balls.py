"""SymPy expressions evaluated in ball arithmetic: every number comes with a proof of how wrong it can be.

`enclose` returns a complex ball that contains the value; `digits` prints correct digits; `number` is the nearest
float. An improper integral is cut at a point beyond which the rest is bounded by f(R)²/|f'(R)|, which holds for a
positive log-concave tail: whoever states an improper integral vouches for that of its integrand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import sympy as sp
from flint import acb, arb, ctx, fmpq
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.relational import Relational

from theory.bracketed_sum import BracketedSum
from theory.iterate import Iterate
from theory.let import Let
from theory.level import Level
from theory.no_guarantee import NoGuarantee
from theory.smallest import Smallest
from theory.transfer import Transfer

Values = Mapping[sp.Symbol, acb]
Rule = Callable[[sp.Basic, Values, bool], acb]

HIGHEST_PRECISION = 4096
MOST_DOUBLINGS = 24  # of the interval of an improper integral
MOST_STEP_DOUBLINGS = 64  # in the search for a whole number
NOT_A_NUMBER = acb("nan", "nan")


class NoEnclosureError(ArithmeticError):
    """No finite ball of the asked precision was found: undefined, divergent, or beyond the evaluator."""


class NoGuaranteeError(NoEnclosureError):
    """The expression is the value "no guarantee": known, but no number."""


def evaluate(expression: sp.Basic, values: Values, analytic: bool = False) -> acb:
    """A ball that contains the expression at the current precision (not finite where it is undefined).

    With `analytic`, the result is not finite unless the expression is analytic on the ball (for integration).
    """
    for kind in type(expression).__mro__:
        rule = RULES.get(kind)
        if rule is not None:
            return rule(expression, values, analytic)
    raise NoEnclosureError(f"no rule encloses {type(expression).__name__}")


def _symbol(expression: sp.Symbol, values: Values, analytic: bool) -> acb:
    try:
        return values[expression]
    except KeyError:
        raise NoEnclosureError(f"no value for the symbol {expression}") from None


def _rational(expression: sp.Rational, values: Values, analytic: bool) -> acb:
    return acb(fmpq(int(expression.p), int(expression.q)))


def _sum(expression: sp.Add, values: Values, analytic: bool) -> acb:
    total = acb(0)
    for term in expression.args:
        total += evaluate(term, values, analytic)
    return total


def _product(expression: sp.Mul, values: Values, analytic: bool) -> acb:
    total = acb(1)
    for factor in expression.args:
        total *= evaluate(factor, values, analytic)
    return total


def _power(expression: sp.Pow, values: Values, analytic: bool) -> acb:
    base, exponent = expression.args
    x = evaluate(base, values, analytic)
    if exponent == sp.Rational(1, 2):
        return x.sqrt(analytic=analytic)
    if exponent == sp.Rational(-1, 2):
        return 1 / x.sqrt(analytic=analytic)
    if isinstance(exponent, sp.Integer):
        return x ** int(exponent)
    y = evaluate(exponent, values, analytic)
    if x == 0 and y.real > 0:
        return acb(0)
    return x.pow(y, analytic=analytic)


def _on_cut_left(x: acb) -> bool:
    """Whether the ball may meet the negative real axis with 0."""
    return bool(x.imag.contains(0)) and not bool(x.real > 0)


def _on_cut_outside_unit(x: acb) -> bool:
    """Whether the ball may meet the real axis beyond ±1, ends included."""
    return bool(x.imag.contains(0)) and not bool(abs(x.real) < 1)


def _entire(method: str) -> Rule:
    def rule(expression: sp.Function, values: Values, analytic: bool) -> acb:
        return getattr(evaluate(expression.args[0], values, analytic), method)()

    return rule


def _cut(method: str, on_cut: Callable[[acb], bool]) -> Rule:
    def rule(expression: sp.Function, values: Values, analytic: bool) -> acb:
        x = evaluate(expression.args[0], values, analytic)
        return NOT_A_NUMBER if analytic and on_cut(x) else getattr(x, method)()

    return rule


def _real_only(method: str) -> Rule:
    """A function known for real balls alone: analytic only as a constant, since others leave the real line."""

    def rule(expression: sp.Function, values: Values, analytic: bool) -> acb:
        x = evaluate(expression.args[0], values, analytic)
        return acb(getattr(x.real, method)()) if x.imag == 0 else NOT_A_NUMBER

    return rule


def _bessel(method: str) -> Rule:
    def rule(expression: sp.Function, values: Values, analytic: bool) -> acb:
        order, x = (evaluate(argument, values, analytic) for argument in expression.args)
        return NOT_A_NUMBER if analytic and _on_cut_left(x) else getattr(x, method)(order)

    return rule


def _bessel_k(expression: sp.besselk, values: Values, analytic: bool) -> acb:
    order, x = (evaluate(argument, values, analytic) for argument in expression.args)
    if analytic and _on_cut_left(x):
        return NOT_A_NUMBER
    if ctx.prec <= 256 or order not in (1, 2):
        return x.bessel_k(order)
    zeroth = x.bessel_k(0)  # the direct way to the others takes minutes where e^x meets the precision
    first = (1 / x - x.bessel_i(1) * zeroth) / x.bessel_i(0)  # by the Wronskian
    return first if order == 1 else zeroth + 2 * first / x


def _expint(expression: sp.Function, values: Values, analytic: bool) -> acb:
    order, x = (evaluate(argument, values, analytic) for argument in expression.args)
    return NOT_A_NUMBER if analytic and _on_cut_left(x) else x.expint(order)


def _hermite(expression: sp.hermite, values: Values, analytic: bool) -> acb:
    n, x = (evaluate(argument, values, analytic) for argument in expression.args)
    return x.hermite_h(n)


def _zeta(expression: sp.zeta, values: Values, analytic: bool) -> acb:
    s, *a = (evaluate(argument, values, analytic) for argument in expression.args)
    return NOT_A_NUMBER if analytic and any(map(_on_cut_left, a)) else s.zeta(*a)


def _binomial(expression: sp.Function, values: Values, analytic: bool) -> acb:
    n, k = (evaluate(argument, values, analytic) for argument in expression.args)
    return (n + 1).gamma() * (k + 1).rgamma() * (n - k + 1).rgamma()


def _factorial(expression: sp.Function, values: Values, analytic: bool) -> acb:
    return (evaluate(expression.args[0], values, analytic) + 1).gamma()


def _falling(expression: sp.Function, values: Values, analytic: bool) -> acb:
    x, k = (evaluate(argument, values, analytic) for argument in expression.args)
    return (x + 1).gamma() * (x - k + 1).rgamma()


def _line(values: Values) -> Values:
    """The real parts: where a function pieced together on the real line is decided."""
    return {symbol: acb(x.real) for symbol, x in values.items()}


def _pieced(method: str, arity: int | None = None) -> Rule:
    """A function pieced together on the real line: analytic beside it within a piece, if its arguments are real on it."""

    def rule(expression: sp.Expr, values: Values, analytic: bool) -> acb:
        arguments = expression.args[:arity]
        first, *others = (evaluate(argument, values, analytic) for argument in arguments)
        decisive = [evaluate(argument, _line(values)) for argument in arguments] if analytic else [first, *others]
        if not all(x.imag == 0 for x in decisive):
            return NOT_A_NUMBER
        if arity == 1:
            return getattr(first, method)(analytic=analytic)
        for other in others:
            first = getattr(first, method)(other, analytic=analytic)
        return first

    return rule


_real_absolute = _pieced("real_abs", 1)


def _absolute(expression: sp.Abs, values: Values, analytic: bool) -> acb:
    if analytic:
        return _real_absolute(expression, values, analytic)
    return acb(abs(evaluate(expression.args[0], values)))


def _hyper(expression: sp.hyper, values: Values, analytic: bool) -> acb:
    above = [evaluate(a, values, analytic) for a in expression.ap]
    below = [evaluate(b, values, analytic) for b in expression.bq]
    x = evaluate(expression.argument, values, analytic)
    if len(above) == 2 and not below:
        return _divergent_series(above[0], above[1], -x)
    if analytic and len(above) > len(below) and bool(x.imag.contains(0)) and not bool(x.real < 1):
        return NOT_A_NUMBER
    return x.hypgeom(above, below)


def _divergent_series(a: acb, b: acb, z: acb) -> acb:
    """₂F₀(a, b; −z) = E(1 + gz)^−a with g of the law Gamma(b), for Re z > 0: at most 1, its derivative at most ab."""
    if not (a.imag == 0 and b.imag == 0 and a.real > 0 and b.real > 0 and z.real > 0):
        return NOT_A_NUMBER
    middle = acb(z.real.mid(), z.imag.mid())
    value = middle**-a * (1 / middle).hypgeom_u(a, a - b + 1)
    reach = (a * b).real * arb(z.real.rad()).max(arb(z.imag.rad())) * arb(2).sqrt()
    error = reach.union(-reach)
    if not bool(reach < 1):
        value, error = acb(0), arb(0, 1)
    return value + acb(error, 0 if z.imag == 0 else error)


def _finite_sum(expression: sp.Sum, values: Values, analytic: bool) -> acb:
    (index, low, high), *outer = reversed(expression.limits)
    body = sp.Sum(expression.function, *reversed(outer)) if outer else expression.function
    first, last = (_integer(bound, values) for bound in (low, high))
    if last < first - 1:
        raise NoEnclosureError(f"the sum over {index} runs from {first} down to {last}")
    total = acb(0)
    for k in range(first, last + 1):
        total += evaluate(body, {**values, index: acb(k)}, analytic)
    return total


def _bracketed_sum(expression: BracketedSum, values: Values, analytic: bool) -> acb:
    ((index, low, high),) = expression.limits
    total, first = acb(0), None
    for k in range(_integer(low, values), _integer(high, values) + 1):
        term = evaluate(expression.function, {**values, index: acb(k)}, analytic)
        if bool(abs(term) < arb(2) ** (-ctx.prec)):
            return total.union(total + term)
        total += term
        first = first or term.abs_upper()  # the whole lies between 0 and the first term
        if bool(total.real.rad() > first):
            return NOT_A_NUMBER
    return total


def _no_guarantee(expression: NoGuarantee, values: Values, analytic: bool) -> acb:
    raise NoGuaranteeError("no guarantee")


def _integer(bound: sp.Expr, values: Values) -> int:
    x = evaluate(bound, values)
    if not (x.imag == 0 and x.real.is_integer()):
        raise NoEnclosureError(f"{bound}, the bound of a sum or a number of steps, is not an integer")
    return int(x.real.unique_fmpz())


def _let(expression: Let, values: Values, analytic: bool) -> acb:
    body, named = expression.args
    here = dict(values)
    for name, value in named.args:
        here[name] = evaluate(value, here, analytic)
    return evaluate(body, here, analytic)


def _iterate(expression: Iterate, values: Values, analytic: bool) -> acb:
    step, times, start = expression.args
    count = _integer(times, values)
    if count < 0:
        raise NoEnclosureError(f"a recursion of {count} steps")
    state = [evaluate(x, values, analytic) for x in start]
    for _ in range(count):
        here = {**values, **dict(zip(step.variables, state, strict=True))}
        state = [evaluate(x, here, analytic) for x in step.expr]
    return state[-1]


def _transfer(expression: Transfer, values: Values, analytic: bool) -> acb:
    """Weights go from state to state; those below the precision count as lying between 0 and themselves."""
    entry, *others = expression.args
    last, count, start = (_integer(part, values) for part in others)
    if count < 0 or not 0 <= start <= last:
        raise NoEnclosureError(f"{count} steps from state {start} among 0, …, {last}")
    row_of, column_of = entry.variables
    of_column, body = entry.expr.as_independent(row_of, as_Add=False)
    columns = [(j, evaluate(of_column, {**values, column_of: j}, analytic)) for j in map(acb, range(last + 1))]
    rows: dict[int, list[acb]] = {}
    weights, lost = [acb(k == start) for k in range(last + 1)], arb(0)
    for _ in range(count):
        following = [acb(0)] * (last + 1)
        for k, weight in enumerate(weights):
            if weight == 0:
                continue
            if not analytic and bool((size := weight.abs_upper()) < arb(2) ** -ctx.prec):
                lost += size
                continue
            if k not in rows:
                here = {**values, row_of: acb(k)}
                rows[k] = [x * evaluate(body, {**here, column_of: j}, analytic) for j, x in columns]
            following = [total + weight * x for total, x in zip(following, rows[k], strict=True)]
        weights = following
    return sum(weights, acb(arb(lost / 2, lost / 2)))


def _piecewise(expression: sp.Piecewise, values: Values, analytic: bool) -> acb:
    """The branch whose condition holds on the whole ball; not finite where that cannot be told."""
    for value, condition in expression.args:
        truth = _truth(condition, _line(values) if analytic else values)
        if truth is None:
            return NOT_A_NUMBER
        if truth:
            return evaluate(value, values, analytic)
    return NOT_A_NUMBER


def _truth(condition: sp.Basic, values: Values) -> bool | None:
    if condition in (sp.true, sp.false):
        return bool(condition)
    if isinstance(condition, (sp.And, sp.Or)):
        parts = [_truth(part, values) for part in condition.args]
        decisive = isinstance(condition, sp.Or)
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive
    sides = [evaluate(side, values) for side in condition.args]
    if not all(side.imag == 0 for side in sides):
        return None
    left, right = (side.real for side in sides)
    tests = {
        sp.StrictLessThan: (left < right, left >= right),
        sp.LessThan: (left <= right, left > right),
        sp.StrictGreaterThan: (left > right, left <= right),
        sp.GreaterThan: (left >= right, left < right),
        sp.Equality: (left == right, not left.overlaps(right)),
    }
    if type(condition) not in tests:
        raise NoEnclosureError(f"no rule decides {condition}")
    yes, no = tests[type(condition)]
    return True if yes else False if no else None


def _integral(expression: sp.Integral, values: Values, analytic: bool) -> acb:
    *inner, limits = expression.limits
    if len(limits) != 3:
        raise NoEnclosureError(f"{expression} has no limits")
    variable, low, high = limits
    integrand = sp.Integral(expression.function, *inner) if inner else expression.function
    if high is sp.oo and low is sp.S.NegativeInfinity:
        mirrored = integrand.subs(variable, -variable)
        halves = (integrand, mirrored)
        return sum((_integrate(half, variable, sp.S.Zero, None, values, analytic) for half in halves), acb(0))
    if low is sp.S.NegativeInfinity:
        return _integrate(integrand.subs(variable, -variable), variable, -high, None, values, analytic)
    return _integrate(integrand, variable, low, None if high is sp.oo else high, values, analytic)


def _integrate(
    integrand: sp.Expr, variable: sp.Symbol, low: sp.Expr, high: sp.Expr | None, values: Values, analytic: bool
) -> acb:
    def function(x: acb, beside: bool) -> acb:
        return evaluate(integrand, {**values, variable: x}, analytic or beside)

    a = evaluate(low, values, analytic)
    if high is not None:
        return _quadrature(function, a, evaluate(high, values, analytic))
    if analytic:
        return NOT_A_NUMBER  # the tail is bounded for real integrands alone
    slope = sp.diff(integrand, variable)
    bend = sp.diff(slope, variable)
    tolerance = arb(2) ** (-ctx.prec)
    cut = a + 1
    for _ in range(MOST_DOUBLINGS):
        here = {**values, variable: cut}
        ends = evaluate(integrand, here), -evaluate(slope, here)
        value, fall = (end.real if end.imag == 0 else arb("nan") for end in ends)
        if value == 0:
            return _quadrature(function, a, cut)
        if bool(value > 0) and bool(fall > 0) and bool((rest := value**2 / fall) < tolerance):
            if bool(evaluate(bend, here).real * value > fall**2):
                raise NoEnclosureError(f"the tail of the integral of {integrand} is not log-concave")
            return _quadrature(function, a, cut) + acb(arb(rest.upper() / 2, rest.upper() / 2))
        cut = a + 2 * (cut - a)
    raise NoEnclosureError(f"the integral of {integrand} has no tail below 2^-{ctx.prec}")


def _quadrature(function: Callable[[acb, bool], acb], low: acb, high: acb) -> acb:
    """The integral over a segment; what is raised inside passes through (flint alone would bury it)."""
    raised: list[BaseException] = []

    def guarded(x: acb, analytic: bool) -> acb:
        if not raised:
            try:
                return function(x, analytic)
            except BaseException as error:
                raised.append(error)
        return NOT_A_NUMBER

    result = acb.integral(guarded, low, high, eval_limit=100 * ctx.prec)
    if raised:
        raise raised[0]
    return result


def _level(expression: Level, values: Values, analytic: bool) -> acb:
    """Bisection, then Newton steps: the root stays between points where the sign of the function is proved."""
    if analytic:
        return NOT_A_NUMBER
    (variable,) = expression.function.variables
    body = expression.function.expr
    slope = sp.diff(body, variable)

    def at(t: arb, part: sp.Expr = body) -> arb:
        y = evaluate(part, {**values, variable: acb(t)})
        return y.real if y.imag == 0 else arb("nan")

    bracket = _bracket(at)
    if bracket is None:
        return NOT_A_NUMBER
    low, high = bracket
    while bool((high - low) > low / 64):
        middle = ((low + high) / 2).mid()
        sign = at(middle)
        if bool(sign > 0):
            low = middle
        elif bool(sign < 0):
            high = middle
        else:
            break
    finest = 4 * high * arb(2) ** (4 - ctx.prec)
    for _ in range(8 * ctx.prec.bit_length()):
        if bool(high - low <= 4 * finest):
            break
        middle = ((low + high) / 2).mid()
        value = at(middle)
        guess = middle - value.mid() / at(middle, slope).mid()
        width = (4 * abs(guess - middle) ** 2 / abs(guess) + finest).mid()
        while bool(2 * width < high - low):
            left, right = (guess - width).mid(), (guess + width).mid()
            if bool(left > low) and bool(right < high) and bool(at(left) > 0) and bool(at(right) < 0):
                low, high = left, right
                break
            width = 16 * width
        else:  # too far away for Newton
            if bool(value > 0):
                low = middle
            elif bool(value < 0):
                high = middle
            else:
                break
    return acb(low.union(high))


def _bracket(at: Callable[[arb], arb]) -> tuple[arb, arb] | None:
    """Points on both sides of the root, found by halving and doubling from 1; none at too low a precision."""
    ends = []
    for side, sign, factor in (("above", 1, arb(1) / 2), ("below", -1, arb(2))):
        place, unclear = arb(1), 0
        for _ in range(200):
            value = sign * at(place)
            if bool(value > 0):
                break
            unclear = 0 if bool(value < 0) else unclear + 1
            if unclear == 2:  # one such point may be the root itself
                return None
            place = place * factor
        else:
            raise NoEnclosureError(f"a level has no point {side} it")
        ends.append(place)
    low, high = ends
    return low, high


RULES: dict[type, Rule] = {
    sp.Symbol: _symbol,
    sp.Rational: _rational,
    sp.Add: _sum,
    sp.Mul: _product,
    sp.Pow: _power,
    type(sp.pi): lambda e, v, a: acb(arb.pi()),
    type(sp.E): lambda e, v, a: acb(1).exp(),
    type(sp.EulerGamma): lambda e, v, a: acb(arb.const_euler()),
    type(sp.I): lambda e, v, a: acb(0, 1),
    sp.exp: _entire("exp"),
    sp.sin: _entire("sin"),
    sp.cos: _entire("cos"),
    sp.tan: _entire("tan"),
    sp.sinh: _entire("sinh"),
    sp.cosh: _entire("cosh"),
    sp.tanh: _entire("tanh"),
    sp.erf: _entire("erf"),
    sp.erfc: _entire("erfc"),
    sp.Si: _entire("si"),
    sp.gamma: _entire("gamma"),
    sp.zeta: _zeta,
    sp.log: _cut("log", _on_cut_left),
    sp.loggamma: _cut("lgamma", _on_cut_left),
    sp.Ei: _cut("ei", _on_cut_left),
    sp.asin: _cut("asin", _on_cut_outside_unit),
    sp.acos: _cut("acos", _on_cut_outside_unit),
    sp.atan: _cut("atan", lambda x: bool(x.real.contains(0)) and not bool(abs(x.imag) < 1)),
    sp.erfinv: _real_only("erfinv"),
    sp.erfcinv: _real_only("erfcinv"),
    sp.besselk: _bessel_k,
    sp.besseli: _bessel("bessel_i"),
    sp.expint: _expint,
    sp.hermite: _hermite,
    sp.binomial: _binomial,
    sp.factorial: _factorial,
    sp.FallingFactorial: _falling,
    sp.Abs: _absolute,
    sp.sign: _pieced("real_sgn", 1),
    sp.Heaviside: _pieced("real_heaviside", 1),
    sp.Max: _pieced("real_max"),
    sp.Min: _pieced("real_min"),
    sp.hyper: _hyper,
    sp.Sum: _finite_sum,
    BracketedSum: _bracketed_sum,
    NoGuarantee: _no_guarantee,
    Iterate: _iterate,
    Let: _let,
    Transfer: _transfer,
    sp.Piecewise: _piecewise,
    sp.Integral: _integral,
    Level: _level,
}


def enclose(
    expression: sp.Expr,
    values: Mapping[sp.Symbol, object] | None = None,
    digits: int = 17,
    highest: int | None = None,
    nonzero: bool = False,
) -> acb:
    """A ball around the value with relative radius below 10^-digits (absolute, where the value may be zero).

    `values` maps symbols to exact numbers (ints, fractions, SymPy rationals or any constant expression). With
    `nonzero` a ball around 0 will not do, however small: the radius is relative, or the value is 0 exactly.

    Raises:
        NoEnclosureError: if precision up to `highest` bits (default 4096, or four times the digits) gives no such ball.
    """
    exact = tuple(sorted((values or {}).items(), key=lambda item: item[0].sort_key()))
    point = tuple((s, sp.sympify(x)) for s, x in exact)
    return _enclose(sp.sympify(expression), point, digits, highest, nonzero)


@lru_cache(maxsize=4096)
def free_symbols(expression: sp.Basic) -> frozenset[sp.Symbol]:
    """The free symbols, remembered: in nested sums SymPy builds many expressions to find them."""
    if not isinstance(expression, ExprWithLimits):
        if not isinstance(expression, (sp.Add, sp.Mul, sp.Pow)):
            return frozenset(expression.free_symbols)
        return frozenset().union(*map(free_symbols, expression.args))
    found = free_symbols(expression.function)
    for index, *bounds in expression.limits:
        found = (found - {index}).union(*map(free_symbols, bounds))
    return found


@lru_cache(maxsize=4096)
def _enclose(
    expression: sp.Expr,
    values: tuple[tuple[sp.Symbol, sp.Expr], ...],
    digits: int,
    highest: int | None,
    nonzero: bool,
) -> acb:
    unknown = free_symbols(expression) - {symbol for symbol, _ in values}
    if unknown:
        raise NoEnclosureError(f"no value for {', '.join(sorted(map(str, unknown)))} in {expression}")
    wanted = 10 + int(digits * 3.3220)
    precision = wanted + 20
    highest = highest or max(HIGHEST_PRECISION, 4 * wanted)
    expression = with_exact_steps(expression, dict(values), highest)
    while precision <= highest:
        with ctx.workprec(precision):
            try:
                ball = evaluate(expression, {s: evaluate(x, {}) for s, x in values})
            except ZeroDivisionError as error:
                raise NoEnclosureError(f"{expression}: division by zero") from error
            if ball.is_finite() and _small(ball, wanted, nonzero):
                return ball
        precision *= 2
    text, where = str(expression), ", ".join(f"{symbol} = {x}" for symbol, x in values)
    named = text if len(text) <= 80 else text[:79] + "…"
    raise NoEnclosureError(f"no enclosure of {named}{f' at {where}' if where else ''} within {highest} bits")


@lru_cache(maxsize=4096)
def _steps(expression: sp.Basic) -> frozenset[sp.Basic]:
    """Where an expression steps."""
    return frozenset(expression.atoms(Smallest, sp.floor, sp.ceiling, Relational))


def with_exact_steps(
    expression: sp.Expr, values: Mapping[sp.Symbol, sp.Expr], highest: int = HIGHEST_PRECISION
) -> sp.Expr:
    """Floors, ceilings, smallest numbers and comparisons, in place: where they step, no ball can tell them."""
    steps = _steps(expression)
    searches = {
        step: sp.Dummy() for step in steps if isinstance(step, Smallest) and free_symbols(step) <= values.keys()
    }  # others lie within a search
    if searches:  # the steps around them first: a search may stand in a branch that is not taken
        outside = with_exact_steps(expression.xreplace(searches), values, highest)
        found = {name: _smallest(search, values, highest) for search, name in searches.items() if outside.has(name)}
        return with_exact_steps(outside.xreplace(found), values, highest)
    known = {}
    for step in steps:
        if not free_symbols(step) <= values.keys():
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
    from numerics.rationals import NotRationalError, written_out

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
    return step.subs(values)


def _sign(gap: sp.Expr, values: Mapping[sp.Symbol, sp.Expr], highest: int) -> int | None:
    """The sign of a number, by a ball or, where that keeps to 0, in exact arithmetic; none if it cannot be told so."""
    from numerics.rationals import NotRationalError, written_out

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
    """Doubling, then halving, every comparison proved."""
    function, limit, start = search.args
    (variable,) = function.variables

    def enough(n: int) -> bool:
        try:
            sign = _sign(function.expr - limit, {**values, variable: sp.Integer(n)}, highest)
        except NoGuaranteeError:
            return False
        if sign is None:
            raise NoEnclosureError(
                f"at {variable} = {n} it cannot be told within {highest} bits whether that is enough"
            )
        return sign <= 0

    first = enclose(start, values).real
    if not first.is_integer():
        raise NoEnclosureError(f"{start}, where a search starts, is not an integer")
    low, step = int(first.unique_fmpz()), 1
    if enough(low):
        return sp.Integer(low)
    high = low + step
    while not enough(high):
        if step > 2**MOST_STEP_DOUBLINGS:
            raise NoEnclosureError(f"no whole number up to 2^{MOST_STEP_DOUBLINGS} is large enough")
        low, step = high, 2 * step
        high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return sp.Integer(high)


def _small(ball: acb, bits: int, nonzero: bool) -> bool:
    """Whether the radius is below 2^-bits of the value, or of 1 where the value may be 0."""
    radius = max(ball.real.rad(), ball.imag.rad())
    size = ball.abs_lower()
    if bool(size > 0):
        return bool(radius <= size * arb(2) ** (-bits))
    return radius == 0 or (not nonzero and bool(radius <= arb(2) ** (-bits)))


def number(expression: sp.Expr, values: Mapping[sp.Symbol, object] | None = None) -> float:
    """The value as a float, from a ball of relative radius 1e-17 (absolute, where the value may be zero).

    Raises:
        NoEnclosureError: without such a ball, or if the value is proved not to be real.
    """
    ball = enclose(expression, values)
    if not ball.imag.contains(0):
        raise NoEnclosureError(f"{expression} is not real: {ball.str(6)}")
    return float(ball.real.mid())


def digits(expression: sp.Expr, values: Mapping[sp.Symbol, object] | None, count: int) -> str:
    """The value in decimal with `count` correct significant digits.

    Raises:
        NoEnclosureError: as `number`, or where the value cannot be told from 0.
    """
    ball = enclose(expression, values, digits=count + 3, nonzero=True)
    if not ball.imag.contains(0):
        raise NoEnclosureError(f"{expression} is not real: {ball.str(6)}")
    with ctx.workprec(int((count + 8) * 3.33) + 20):
        return ball.real.mid().str(count, radius=False)
