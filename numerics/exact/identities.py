"""Whether an expression is 0 because it is so as a rational function of its letters, roots, powers and functions.

Some hundred times faster than `simplify`, where this much of algebra suffices: FLINT computes with the numerator.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, reduce
from math import lcm

import sympy as sp
from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

MOST_GENERATORS = 24
MOST_TERMS = 3000  # of a numerator or a denominator
HIGHEST = 64  # power
Monomial = dict[sp.Basic, sp.Rational]  # powers of generators
Fraction = tuple[fmpq_mpoly, fmpq_mpoly]


class _TooMuch(ArithmeticError):
    """More than is worth the try here: another way has to decide."""


@lru_cache(maxsize=4096)
def is_zero(expression: sp.Expr) -> bool:
    """Whether arithmetic alone shows that an expression is 0, wherever it is defined; False decides nothing.

    What is used beside the arithmetic of fractions: zᵃ⁺ᵇ = zᵃzᵇ, (z^(1/q))^q = z, i² = −1, what hyperbolic functions are
    by exponentials, and that functions and roots are equal where arithmetic shows that of their arguments.

    Examples:
        >>> x = sp.Symbol("x", positive=True)
        >>> is_zero((1 - x) / (1 - sp.sqrt(x)) - 1 - sp.sqrt(x))
        True
        >>> is_zero(sp.acos(1 / (x + x**2)) - sp.acos(1 / x - 1 / (x + 1)))
        True
        >>> is_zero(sp.sqrt(x**2 + 1) - x)
        False
    """
    if not expression.is_commutative:
        return False
    try:
        if _Reduction(expression).numerator == 0:
            return True
        alike = _alike(expression)
        return bool(alike) and bool(_Reduction(expression.xreplace(alike)).numerator == 0)
    except _TooMuch:
        return False


def _alike(expression: sp.Expr) -> dict[sp.Basic, sp.Basic]:
    """Functions, roots and powers, maxima and minima by others to which arithmetic shows that they are equal."""
    found: dict[sp.Basic, sp.Basic] = {}
    seen: dict[object, list[sp.Basic]] = {}
    for part in sp.ordered(expression.atoms(sp.Function, sp.Pow, *EXTREMES)):
        if not all(isinstance(each, sp.Expr) for each in part.args) or (
            isinstance(part, sp.Pow) and part.exp.is_Integer
        ):
            continue
        others = seen.setdefault((part.func, len(part.args)), [])
        other = next((each for each in others if _same_arguments(part, each)), None)
        if other is None:
            others.append(part)
        else:
            found[part] = other
    return found


def _same_arguments(part: sp.Basic, other: sp.Basic) -> bool:
    """Whether arithmetic shows that the arguments are equal, those of maxima and minima in any order."""
    if isinstance(part, EXTREMES):
        pairs = ((part.args, other.args), (other.args, part.args))
        return all(any(map(is_zero, (a - b for b in those))) for these, those in pairs for a in these)
    return all(a == b or is_zero(a - b) for a, b in zip(part.args, other.args, strict=True))


def simplified(expression: sp.Expr) -> sp.Expr:
    """`simplify`, or 0 at once where arithmetic alone shows it.

    Examples:
        >>> x = sp.Symbol("x", positive=True)
        >>> simplified((1 - x) / (1 - sp.sqrt(x)) - sp.sqrt(x))
        1
    """
    return sp.S.Zero if is_zero(expression) else sp.simplify(expression)


def _terms(exponent: sp.Expr) -> Iterator[tuple[sp.Rational, sp.Expr]]:
    """The terms of an expanded exponent, each a rational number times the rest."""
    for term in sp.Add.make_args(sp.expand(exponent)):
        yield term.as_coeff_Mul(rational=True)


class _Reduction:
    """The numerator of an expression over generators: letters, roots, powers with a letter above, and functions."""

    def __init__(self, expression: sp.Expr) -> None:
        self.monomials: dict[sp.Expr, tuple[Monomial, int, sp.Expr] | None] = {}
        self.depths: dict[sp.Basic, int] = {}  # of generators: the common denominator of their powers
        self._collect(expression)
        if len(self.depths) > MOST_GENERATORS:
            raise _TooMuch
        self.names = list(self.depths)
        self.ring = fmpq_mpoly_ctx.get([f"x_{i}" for i in range(len(self.names))], Ordering.lex)
        self.gens = dict(zip(self.names, self.ring.gens(), strict=True))
        self.one = self.ring.constant(1)
        self.known: dict[sp.Expr, Fraction] = {}
        self.numerator = self._reduced(self._value(expression)[0])

    def _collect(self, part: sp.Expr) -> None:
        """Find the generators of a part and the common denominators of their powers, those inside it first."""
        if part in self.monomials or isinstance(part, sp.Rational):
            return
        if isinstance(part, (sp.Add, sp.Mul)):
            for each in part.args:
                self._collect(each)
            self.monomials[part] = None
        elif isinstance(part, (sp.Pow, sp.exp)) or part is sp.I or part is sp.E:
            self.monomials[part] = self._powers(part)
        elif isinstance(part, (*HYPERBOLIC, *CIRCULAR)):
            rewritten = part.rewrite(sp.exp)
            if rewritten.has(*HYPERBOLIC, *CIRCULAR):
                raise _TooMuch
            self._collect(rewritten)
            self.monomials[part] = {}, 1, rewritten
        elif isinstance(part, UNKNOWN) and part.is_commutative:
            self._generator(part, 1)
            self.monomials[part] = {part: sp.S.One}, 0, sp.S.One
        else:  # infinities, floats, what does not commute
            raise _TooMuch

    def _generator(self, base: sp.Basic, depth: int) -> None:
        self.depths[base] = lcm(self.depths.get(base, 1), depth)

    def _powers(self, part: sp.Expr) -> tuple[Monomial, int, sp.Expr]:
        """A power as powers of generators times a whole power of something: a base's own part."""
        base, exponent = (sp.S.NegativeOne, sp.S.Half) if part is sp.I else part.as_base_exp()
        found: Monomial = {}
        whole = 0
        for factor, rest in _terms(exponent):
            if rest == 1 and factor.is_Integer and base is not sp.E:
                whole = int(factor)
                if abs(whole) > HIGHEST:
                    raise _TooMuch
                self._collect(base)
                continue
            for root, times in _roots(base, rest):
                name = (
                    root if rest == 1 else sp.Pow(root, rest, evaluate=False)
                )  # (z²)^(1/2), evaluated, is not z's power
                if rest == 1 and not isinstance(root, (sp.Symbol, sp.NumberSymbol)):
                    self._collect(root)
                    name = sp.Tuple(root)  # not the root itself: exp(z)^(1/2) is not exp(z/2) for all z
                self._generator(name, int((factor * times).q))
                found[name] = found.get(name, sp.S.Zero) + factor * times
        return found, whole, base

    def _value(self, part: sp.Expr) -> Fraction:
        if part not in self.known:
            self.known[part] = self._computed(part)
        return self.known[part]

    def _computed(self, part: sp.Expr) -> Fraction:
        if isinstance(part, sp.Rational):
            return self.ring.constant(fmpq(int(part.p), int(part.q))), self.one
        if isinstance(part, sp.Add):
            return reduce(self._sum, map(self._value, part.args))
        if isinstance(part, sp.Mul):
            return reduce(self._times, map(self._value, part.args))
        found = self.monomials[part]
        assert found is not None
        powers, whole, base = found
        above, below = self.one, self.one
        for name, power in powers.items():
            degree = power * self.depths[name]
            if abs(degree) > HIGHEST:
                raise _TooMuch
            if degree > 0:
                above *= self.gens[name] ** int(degree)
            else:
                below *= self.gens[name] ** int(-degree)
        if not whole:
            return above, below
        num, den = self._value(base)
        if whole < 0:
            num, den = den, num
            if den == 0:
                raise _TooMuch
        self._moderate(len(num) ** min(abs(whole), 8), len(den) ** min(abs(whole), 8))
        return self._times((num ** abs(whole), den ** abs(whole)), (above, below))

    def _sum(self, a: Fraction, b: Fraction) -> Fraction:
        if a[1] == b[1]:
            return a[0] + b[0], a[1]
        common = a[1].gcd(b[1])
        left, right = a[1] / common, b[1] / common
        self._moderate(len(a[0]) * len(right), len(b[0]) * len(left), len(a[1]) * len(right))
        return a[0] * right + b[0] * left, a[1] * right

    def _times(self, a: Fraction, b: Fraction) -> Fraction:
        self._moderate(len(a[0]) * len(b[0]), len(a[1]) * len(b[1]))
        return a[0] * b[0], a[1] * b[1]

    def _moderate(self, *terms: int) -> None:
        if max(terms) > MOST_TERMS:
            raise _TooMuch

    def _reduced(self, numerator: fmpq_mpoly) -> fmpq_mpoly:
        """The numerator with no power of a root above its own: the q-th power of a q-th root is known, outer roots first."""
        for place, name in reversed(list(enumerate(self.names))):
            if not isinstance(name, sp.Tuple):
                continue
            depth = self.depths[name]
            parts: dict[int, dict[tuple[int, ...], fmpq]] = {}
            for powers, coefficient in numerator.to_dict().items():
                times, left = divmod(int(powers[place]), depth)
                rest = (*powers[:place], left, *powers[place + 1 :])
                parts.setdefault(times, {})[rest] = coefficient
            most = max(parts, default=0)
            if most:
                num, den = self._value(name.args[0])
                self._moderate(*(len(part) * max(len(num), len(den)) ** most for part in parts.values()))
                terms = (
                    self.ring.from_dict(part) * num**times * den ** (most - times) for times, part in parts.items()
                )
                numerator = sum(terms, self.ring.constant(0))
        return numerator


EXTREMES = (sp.Max, sp.Min)
UNKNOWN = (sp.Symbol, sp.NumberSymbol, sp.Function, *EXTREMES, sp.Sum, sp.Integral)
HYPERBOLIC = (sp.sinh, sp.cosh, sp.tanh, sp.coth)
CIRCULAR = (sp.sin, sp.cos, sp.tan, sp.cot)


def _roots(base: sp.Expr, exponent: sp.Expr) -> list[tuple[sp.Expr, int]]:
    """A base as powers of others, of which any power may be taken: a positive rational number by its primes."""
    if isinstance(base, sp.Rational) and base > 0 and base != 1:
        return [(sp.Integer(prime), times) for prime, times in sp.factorrat(base).items()]
    if isinstance(base, sp.Rational) and base != -1:
        raise _TooMuch
    return [(base, 1)]
