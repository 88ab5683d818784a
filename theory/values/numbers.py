"""Numbers of formulas by mpmath: exact where that is cheap, else computed at more and more digits until these agree.

No digit is enclosed: two precisions that agree are evidence, and no proof. `sparse_limits.numerics.exact.balls` proves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

import mpmath
import sympy as sp
from mpmath import mp

from sparse_limits.theory.formulas.iterate import Iterate
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.level import Level
from sparse_limits.theory.formulas.no_guarantee import NoGuarantee
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.formulas.transfer import Transfer
from sparse_limits.theory.values.functions import (
    EXACT,
    ROUNDED,
    NoNumberError,
    Number,
    difference,
    power,
    rounded,
    short,
)

DIGITS = 30
BEYOND = (8, 18, 60, 120)  # digits of the computation beyond those that are asked for, one after the other
MOST_TERMS = 20_000  # of a sum, and steps of a search
FARTHEST = 13  # a function that falls fast has done so at two to this power
FARTHEST_LEVEL = 400  # powers of two between which a level is looked for
ROUGH = 18  # digits
COSTLY = (sp.Sum, sp.Integral, Level, Smallest, Iterate, Transfer)  # are computed once for the same letters
RELATIONS = (sp.Eq, sp.Ne, sp.Lt, sp.Le, sp.Gt, sp.Ge)
SIGNS = {"==": (0,), "!=": (-1, 1), "<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}  # of left less right
CONSTANTS = {sp.pi: mp.pi, sp.E: mp.e, sp.EulerGamma: mp.euler, sp.oo: mp.inf, -sp.oo: -mp.inf}
KNOWN = (sp.Rational, sp.Symbol, sp.Add, sp.Mul, sp.Pow, sp.Piecewise, sp.hyper, sp.Tuple, sp.Lambda, Let, NoGuarantee)
BOOLEAN = (sp.And, sp.Or, sp.Not, *RELATIONS, type(sp.true), type(sp.false))
PARTS = (type(sp.Piecewise((0, sp.Symbol("x") > 0)).args[0]), type(sp.hyper([], [], 0).args[0]))  # beside no others


class NoGuaranteeHere(NoNumberError):
    """The theorem guarantees nothing at these values."""


def can_be_read(formula: sp.Basic) -> bool:
    """Whether all parts of a formula are of kinds that have numbers here.

    Examples:
        >>> x = sp.Symbol("x")
        >>> can_be_read(sp.Sum(sp.exp(x), (x, 1, 3))), can_be_read(sp.Function("f")(x))
        (True, False)
    """
    kinds = (*KNOWN, *COSTLY, *BOOLEAN, *PARTS, *EXACT, *ROUNDED)
    return all(part in CONSTANTS or isinstance(part, kinds) for part in sp.preorder_traversal(formula))


@lru_cache(maxsize=4096)
def _letters(part: sp.Basic) -> frozenset[sp.Basic]:
    return frozenset(part.free_symbols)


class Frame:
    """Letters with their numbers, those that are bound inside within those outside."""

    def __init__(self, own: Mapping[sp.Symbol, Number], outside: Frame | None = None) -> None:
        self.own, self.outside = own, outside
        self.known: dict[tuple[sp.Basic, int], Number] = {}  # by the precision, too

    def letter(self, symbol: sp.Symbol) -> Number:
        frame: Frame | None = self
        while frame is not None:
            if symbol in frame.own:
                return frame.own[symbol]
            frame = frame.outside
        raise NoNumberError(f"no value for {symbol}")

    def home(self, part: sp.Basic) -> Frame:
        """The outermost frame in which a part has the same number."""
        frame = self
        while frame.outside is not None and _letters(part).isdisjoint(frame.own):
            frame = frame.outside
        return frame

    def value(self, part: sp.Basic) -> Number:
        """The number of a formula; NoNumberError where it has none."""
        if isinstance(part, sp.Symbol):
            return self.letter(part)
        if isinstance(part, sp.Rational):
            return Fraction(int(part.p), int(part.q))
        if isinstance(part, COSTLY):
            home, place = self.home(part), (part, mp.prec)
            if place not in home.known:
                home.known[place] = home.costly(part)
            return home.known[place]
        if part in CONSTANTS:
            return +CONSTANTS[part]
        if isinstance(part, sp.Piecewise):
            return self.value(self.branch(part))
        if isinstance(part, Let):
            return self.named(part)
        if isinstance(part, NoGuarantee):
            raise NoGuaranteeHere("no guarantee")
        return self.combined(part)

    def combined(self, part: sp.Basic) -> Number:
        """Sums, products, powers and functions."""
        if isinstance(part, sp.hyper):
            above, below, z = part.args
            return mp.hyper(
                *([rounded(self.value(x)) for x in each] for each in (above, below)), rounded(self.value(z))
            )
        parts = [self.value(each) for each in part.args]
        if isinstance(part, sp.Add | sp.Mul):
            exact = [each for each in parts if isinstance(each, Fraction)]
            others = [each for each in parts if not isinstance(each, Fraction)]
            if isinstance(part, sp.Add):
                total = short(sum(exact, Fraction(0)))
                return mp.fsum([*others, rounded(total)]) if others else total
            product: Number = Fraction(1)
            for each in exact:
                product = short(product * each)
            return mp.fprod([*others, rounded(product)]) if others else product
        if isinstance(part, sp.Pow):
            return power(*parts)
        if type(part) in EXACT:
            return EXACT[type(part)](*parts)
        if type(part) in ROUNDED:
            return ROUNDED[type(part)](*map(rounded, parts))
        raise NoNumberError(f"no number is known of {type(part).__name__}")

    def truth(self, relation: sp.Basic) -> bool:
        """Whether a relation holds; NoNumberError where its sides are too near to tell."""
        if relation in (sp.true, sp.false):
            return bool(relation)
        if isinstance(relation, sp.And):
            return all(self.truth(each) for each in relation.args)
        if isinstance(relation, sp.Or):
            return any(self.truth(each) for each in relation.args)
        if isinstance(relation, sp.Not):
            return not self.truth(relation.args[0])
        if not isinstance(relation, RELATIONS):
            raise NoNumberError(f"it is not known whether {relation}")
        gap = difference(self.value(relation.lhs), self.value(relation.rhs))
        return (gap > 0) - (gap < 0) in SIGNS[relation.rel_op]

    def branch(self, part: sp.Piecewise) -> sp.Basic:
        for value, condition in part.args:
            if self.truth(condition):
                return value
        raise NoNumberError("the formula does not cover these values")

    def named(self, part: Let) -> Number:
        body, named = part.args
        frame = self
        for name, value in named.args:
            frame = Frame({name: frame.value(value)}, frame)
        return frame.value(body)

    def costly(self, part: sp.Basic) -> Number:
        if isinstance(part, sp.Sum):
            return self.added_up(part.function, list(reversed(part.limits)))
        if isinstance(part, sp.Integral):
            return self.integral(part.function, list(reversed(part.limits)))
        if isinstance(part, Level):
            return self.crossing(part)
        if isinstance(part, Smallest):
            return self.smallest(part)
        return self.iterated(part) if isinstance(part, Iterate) else self.transferred(part)

    def whole(self, part: sp.Basic) -> int:
        value = self.value(part)
        if not isinstance(value, Fraction) or value.denominator != 1:
            raise NoNumberError("the bound of a sum or a number of steps is no whole number")
        return int(value)

    def added_up(self, body: sp.Basic, limits: list[sp.Tuple]) -> Number:
        if not limits:
            return self.value(body)
        (index, low, high), *inner = limits
        first = self.whole(low)
        if high is sp.oo:
            term = lambda k: rounded(Frame({index: Fraction(int(k))}, self).added_up(body, inner))  # noqa: E731
            return mp.nsum(term, [first, mp.inf])
        last = self.whole(high)
        if last - first > MOST_TERMS:
            raise NoNumberError(f"a sum of more than {MOST_TERMS} terms")
        total: Number = Fraction(0)
        for k in range(first, last + 1):
            term = Frame({index: Fraction(k)}, self).added_up(body, inner)
            exact = isinstance(total, Fraction) and isinstance(term, Fraction)
            total = short(total + term) if exact else rounded(total) + rounded(term)
        return total

    def integral(self, body: sp.Basic, limits: list[sp.Tuple]) -> Number:
        if not limits:
            return rounded(self.value(body))
        (letter, low, high), *inner = limits
        first, last = (rounded(self.value(end)) for end in (low, high))
        if first == -mp.inf and last == mp.inf:
            middle = sp.S.Zero
            return sum(
                self.integral(body, [sp.Tuple(letter, *ends), *inner]) for ends in ((low, middle), (middle, high))
            )
        if first == -mp.inf:
            return self.over(lambda x: Frame({letter: -x}, self).integral(body, inner), -last, -first)
        return self.over(lambda x: Frame({letter: x}, self).integral(body, inner), first, last)

    @staticmethod
    def over(height: Callable[[Number], Number], first: Number, last: Number) -> Number:
        """The integral over an interval; one that has no end is cut where nothing is left of a function that falls fast."""
        if last != mp.inf:
            return mp.quad(height, [first, last])
        for far in (2**k for k in range(1, FARTHEST)):
            if abs(height(first + far)) < mp.eps**2:
                return mp.quad(height, [first, first + mp.mpf(far) / 4, first + far])
        return mp.quad(height, [first, first + 1, mp.inf])

    def crossing(self, part: Level) -> Number:
        """Where the function, which decreases through zero, does so: found roughly, then to all digits around that."""
        (letter,) = part.function.variables

        def height(x: Number) -> Number:
            return rounded(Frame({letter: x}, self).value(part.function.expr))

        def root(low: Number, high: Number) -> Number:
            return mp.findroot(height, (low, high), solver="anderson", tol=mp.eps**2, maxsteps=200, verify=False)

        with mp.workdps(ROUGH):
            low, high = _bracket(height)
            near = root(low, high)
        width = near * mp.mpf(10) ** (3 - ROUGH)
        if height(near - width) > 0 > height(near + width):
            low, high = near - width, near + width
        return root(low, high)

    def smallest(self, part: Smallest) -> Number:
        """By doubling the step from the start, then by halving."""
        function, limit, start = part.args
        (letter,) = function.variables
        most, first = self.value(limit), self.whole(start)

        def fits(n: int) -> bool:
            try:
                return bool(difference(Frame({letter: Fraction(n)}, self).value(function.expr), most) <= 0)
            except NoGuaranteeHere:
                return False

        below, above = first - 1, first
        while not fits(above):
            below, above = above, above + 2 * max(1, above - first)
            if above.bit_length() > 200:
                raise NoNumberError("no whole number is large enough")
        while above - below > 1:
            middle = (above + below) // 2
            below, above = (below, middle) if fits(middle) else (middle, above)
        return Fraction(above)

    def iterated(self, part: Iterate) -> Number:
        step, times, start = part.args
        state = [self.value(entry) for entry in start]
        for _ in range(self._steps(times)):
            here = Frame(dict(zip(step.variables, state, strict=True)), self)
            state = [short(here.value(entry)) for entry in step.expr]
        return state[-1]

    def transferred(self, part: Transfer) -> Number:
        entry, last, times, start = part.args
        states, first = range(self._steps(last) + 1), self.whole(start)
        weights: list[Number] = [Fraction(int(k == first)) for k in states]
        for _ in range(self._steps(times)):
            weights = list(self._moved(entry, weights))
        return sum(map(rounded, weights), mp.mpf(0))

    def _moved(self, entry: sp.Lambda, weights: list[Number]) -> Iterator[Number]:
        reached = [k for k, weight in enumerate(weights) if weight != 0]
        for j in range(len(weights)):
            letters = ((k, dict(zip(entry.variables, (Fraction(k), Fraction(j)), strict=True))) for k in reached)
            yield mp.fsum(rounded(weights[k]) * rounded(Frame(here, self).value(entry.expr)) for k, here in letters)

    def _steps(self, times: sp.Basic) -> int:
        steps = self.whole(times)
        if not 0 <= steps <= MOST_TERMS:
            raise NoNumberError(f"{steps} steps, expected at most {MOST_TERMS}")
        return steps


def _bracket(height: Callable[[Number], Number]) -> tuple[Number, Number]:
    """Two numbers above 0, the second at most twice the first, between which a function falls through zero."""
    low = high = mp.mpf(1)
    for _ in range(FARTHEST_LEVEL):
        if height(high) <= 0:
            break
        low, high = high, 2 * high
    for _ in range(FARTHEST_LEVEL):
        if low < high and height(low) >= 0:
            return low, high
        low, high = low / 2, (low if low < high else high)
    raise NoNumberError("a function does not fall through zero")


def number(formula: sp.Basic, point: Mapping[sp.Symbol, sp.Expr], digits: int = DIGITS) -> Number:
    """The number of a formula: a fraction, or a number of mpmath of which two precisions have the same digits.

    Raises:
        NoNumberError: where there is none, or no two precisions agree.

    Examples:
        >>> x = sp.Symbol("x")
        >>> number(sp.Sum(1 / x, (x, 1, 4)), {})
        Fraction(25, 12)
        >>> print(mpmath.nstr(number(sp.sqrt(x), {x: sp.Integer(2)}), 30))
        1.41421356237309504880168872421
    """
    before: Number = None
    for beyond in BEYOND:
        with mp.workdps(digits + beyond):
            found = _real(_at(point).value(formula), digits)
            if isinstance(found, Fraction):
                return found
            if before is not None and abs(found - before) <= abs(found) * mp.mpf(10) ** -(digits + 2) and found != 0:
                return found
        before = found
    raise NoNumberError(f"no {digits} digits are found: the number may be 0, or an integral or a sum is too hard")


def holds(relation: sp.Basic, point: Mapping[sp.Symbol, sp.Expr]) -> bool:
    """Whether a relation holds at a point; what numbers cannot tell is told by algebra.

    Examples:
        >>> a, b = sp.symbols("a b", positive=True)
        >>> holds(a < b, {a: sp.sqrt(2), b: sp.Integer(2)}), holds(sp.Eq(a**2, b), {a: sp.sqrt(2), b: sp.Integer(2)})
        (True, True)
    """
    from sparse_limits.theory.formulas.valued import valued

    try:
        with mp.workdps(DIGITS + BEYOND[0]):
            return _at(point).truth(relation)
    except (NoNumberError, ValueError, ZeroDivisionError):
        return bool(valued(relation, point) == sp.true)


def _at(point: Mapping[sp.Symbol, sp.Expr]) -> Frame:
    """The letters at the current precision; those that the formula calls by the name of another are told apart by SymPy."""
    nothing = Frame({})
    return Frame({letter: nothing.value(value) for letter, value in point.items()})


def _real(found: Number, digits: int) -> Number:
    if isinstance(found, mpmath.mpc):
        if abs(found.imag) > abs(found.real) * mp.mpf(10) ** -digits:
            raise NoNumberError("the number is not real")
        found = found.real
    if not isinstance(found, Fraction) and not mp.isfinite(found):
        raise NoNumberError("the formula has no finite value there")
    return found
