"""Expressions as graphs of operations with shared parts, and their derivatives as further nodes of the same graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import sympy as sp

from sparse_limits.numerics.exact.boxes.errors import BoxError
from sparse_limits.numerics.exact.conversion import converted

Node = tuple[Any, ...]  # an operation's name, then the numbers of its arguments; parameters, if any, come last

ARGUMENTS = {"constant": 0, "variable": 0, "add": 2, "sub": 2, "mul": 2, "max": 2, "min": 2}  # of others 1


def arguments(node: Node) -> tuple[int, ...]:
    """The numbers of the nodes that a node computes with."""
    return node[1 : 1 + ARGUMENTS.get(node[0], 1)]


class Graph:
    """Nodes, each after those it computes with; equal nodes are one.

    The methods named after operations fold zeros, ones, rational numbers and signs. In sums of derivatives equal terms are
    cancelled and common factors are taken out; what is cancelled is kept among the `guards`, since it must be defined, too.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.guards: set[int] = set()
        self._numbers: dict[Node, int] = {}

    def node(self, *node: object) -> int:
        """The number of a node, new or old."""
        if node not in self._numbers:
            self._numbers[node] = len(self.nodes)
            self.nodes.append(node)
        return self._numbers[node]

    def constant(self, value: sp.Expr | int) -> int:
        return self.node("constant", converted(value))

    def rational(self, place: int) -> sp.Rational | None:
        """The number that a node is, if it is a rational one."""
        node = self.nodes[place]
        return node[1] if node[0] == "constant" and node[1].is_Rational else None

    def add(self, a: int, b: int) -> int:
        x, y = self.rational(a), self.rational(b)
        if x is not None and y is not None:
            return self.constant(x + y)
        if x == 0 or y == 0:
            return b if x == 0 else a
        if self._negated(b) is not None:
            return self.sub(a, self.nodes[b][1])
        if self._negated(a) is not None:
            return self.sub(b, self.nodes[a][1])
        return self.node("add", *sorted((a, b)))

    def sub(self, a: int, b: int) -> int:
        x, y = self.rational(a), self.rational(b)
        if x is not None and y is not None:
            return self.constant(x - y)
        if y == 0:
            return a
        if self._negated(b) is not None:
            return self.add(a, self.nodes[b][1])
        return self.neg(b) if x == 0 else self.node("sub", a, b)

    def neg(self, a: int) -> int:
        x, inside = self.rational(a), self._negated(a)
        if inside is not None:
            return inside
        return self.node("neg", a) if x is None else self.constant(-x)

    def _negated(self, a: int) -> int | None:
        """What a node takes the negative of, if it does."""
        return self.nodes[a][1] if self.nodes[a][0] == "neg" else None

    def mul(self, a: int, b: int) -> int:
        x, y = self.rational(a), self.rational(b)
        if x is not None and y is not None:
            return self.constant(x * y)
        if x == 0 or y == 0:
            return self.constant(0)
        if x in (1, -1) or y in (1, -1):
            factor, other = (x, b) if x in (1, -1) else (y, a)
            return other if factor == 1 else self.neg(other)
        for one, other in ((a, b), (b, a)):
            if (inside := self._negated(one)) is not None:
                return self.neg(self.mul(inside, other))
        return self.square(a) if a == b else self.node("mul", *sorted((a, b)))

    def combined(self, a: int, b: int) -> int:
        """A sum in which equal terms are cancelled or collected, and common factors taken out."""
        terms, more = self._terms(a), self._terms(b)
        common = terms.keys() & more.keys()
        if common:
            total = {term: terms.get(term, 0) + more.get(term, 0) for term in sorted({*terms, *more})}
            self.guards |= {term for term in common if total[term] == 0}
            parts = [self.mul(self.constant(factor), term) for term, factor in total.items() if factor != 0]
            return reduce(self.add, parts, self.constant(0))
        return self._factored(a, b)

    def _terms(self, a: int) -> dict[int, sp.Rational]:
        """The terms of a sum with their rational factors."""
        node = self.nodes[a]
        if node[0] in ("add", "sub"):
            found = dict(self._terms(node[1]))
            for term, factor in self._terms(node[2]).items():
                found[term] = found.get(term, 0) + (factor if node[0] == "add" else -factor)
            return found
        if node[0] == "neg":
            return {term: -factor for term, factor in self._terms(node[1]).items()}
        if node[0] == "mul":
            for one, other in ((node[1], node[2]), (node[2], node[1])):
                if (x := self.rational(one)) is not None:
                    return {term: x * factor for term, factor in self._terms(other).items()}
        return {a: sp.Integer(1)}

    def _factored(self, a: int, b: int) -> int:
        """The sum of two products as one product, where they share a factor."""
        minus_a, minus_b = self._negated(a), self._negated(b)
        one, other = (a if minus_a is None else minus_a), (b if minus_b is None else minus_b)
        shared = set(self._factors(one)) & set(self._factors(other))
        shared = {factor for factor in shared if self.nodes[factor][0] != "constant"}
        if not shared:
            return self.add(a, b)
        factor = max(shared)
        rests = [self._without(each, factor) for each in (one, other)]
        signed = [x if minus is None else self.neg(x) for x, minus in zip(rests, (minus_a, minus_b), strict=True)]
        return self.mul(factor, self.combined(*signed))

    def _factors(self, a: int) -> list[int]:
        """The factors of a product, taken apart as far as it goes."""
        node = self.nodes[a]
        if node[0] == "mul":
            return self._factors(node[1]) + self._factors(node[2])
        return self._factors(node[1]) * 2 if node[0] == "square" else [a]

    def _without(self, a: int, factor: int) -> int:
        rest = self._factors(a)
        rest.remove(factor)
        return reduce(self.mul, rest, self.constant(1))

    def square(self, a: int) -> int:
        return self.whole_power(a, 2)

    def whole_power(self, a: int, n: int) -> int:
        """a^n for a whole number n, negative or not."""
        x = self.rational(a)
        if n == 0:
            return self.constant(1)
        if n < 0:
            return self.inverse(self.whole_power(a, -n))
        if x is not None:
            return self.constant(x**n)
        return a if n == 1 else self.node("square", a) if n == 2 else self.node("whole_power", a, n)

    def inverse(self, a: int) -> int:
        x = self.rational(a)
        return self.node("inverse", a) if x is None or x == 0 else self.constant(1 / x)

    def gradient(self, output: int, variables: Sequence[int]) -> list[int]:
        """The derivatives of a node by some variables, in one sweep from the output back.

        Raises:
            BoxError: where an operation has a kink of its own: the slope of |x| has no derivative.
        """
        slopes: dict[int, int] = {output: self.constant(1)}
        live = self.live([output])
        moving = self._moving(live, variables)
        for place in reversed(live):
            if place not in slopes or place not in moving or self.nodes[place][0] == "variable":
                continue
            node = self.nodes[place]
            if node[0] not in SLOPES:
                raise BoxError("a derivative of second order is needed of |x|, Max or Min, which have none")
            wanted = [part in moving for part in arguments(node)]
            for part, slope in zip(arguments(node), SLOPES[node[0]](self, place, *node[1:]), strict=True):
                if wanted.pop(0):
                    product = self.mul(slopes[place], slope)
                    slopes[part] = self.combined(slopes[part], product) if part in slopes else product
        zero = self.constant(0)
        return [slopes.get(variable, zero) for variable in variables]

    def live(self, outputs: Sequence[int]) -> list[int]:
        """All nodes that some outputs need, in the order of computation."""
        found: set[int] = set()
        waiting = list(outputs)
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                waiting += arguments(self.nodes[place])
        return sorted(found)

    def _moving(self, live: Sequence[int], variables: Sequence[int]) -> set[int]:
        moving = set(variables)
        for place in live:
            if any(part in moving for part in arguments(self.nodes[place])):
                moving.add(place)
        return moving


def _times(g: Graph, factor: sp.Expr | int, a: int) -> int:
    return g.mul(g.constant(factor), a)


def _order(p: int, q: int, shift: int) -> tuple[int, int]:
    """The order p/q shifted, as K knows no sign of its order."""
    return abs(p + shift * q), q


def _bell(g: Graph, a: int, factor: sp.Expr, sign: int) -> int:
    return _times(g, factor, g.node("exp", g.square(a) if sign > 0 else g.neg(g.square(a))))


def _arc(g: Graph, a: int) -> int:
    rest = g.mul(g.sub(g.constant(1), a), g.add(g.constant(1), a))
    return g.inverse(g.node("sqrt", rest, False))


def _half_sum(g: Graph, a: int, b: int) -> int:
    return _times(g, sp.Rational(1, 2), g.add(a, b))


def _max_slopes(g: Graph, out: int, a: int, b: int) -> tuple[int, int]:
    first = g.node("share", g.sub(a, b))
    return first, g.sub(g.constant(1), first)


def _min_slopes(g: Graph, out: int, a: int, b: int) -> tuple[int, int]:
    first, second = _max_slopes(g, out, a, b)
    return second, first


# The partial derivatives of an operation: graph, the node itself, its arguments and parameters → one node an argument
SLOPES: dict[str, Callable[..., tuple[int, ...]]] = {
    "add": lambda g, out, a, b: (g.constant(1), g.constant(1)),
    "sub": lambda g, out, a, b: (g.constant(1), g.constant(-1)),
    "neg": lambda g, out, a: (g.constant(-1),),
    "mul": lambda g, out, a, b: (b, a),
    "square": lambda g, out, a: (_times(g, 2, a),),
    "whole_power": lambda g, out, a, n: (_times(g, n, g.whole_power(a, n - 1)),),
    "inverse": lambda g, out, a: (g.neg(g.square(out)),),
    "sqrt": lambda g, out, a, known: (g.inverse(_times(g, 2, out)),),
    "power": lambda g, out, a, p, q, known: (_times(g, sp.Rational(p, q), g.node("power", a, p - q, q, known)),),
    "exp": lambda g, out, a: (out,),
    "log": lambda g, out, a: (g.inverse(a),),
    "sin": lambda g, out, a: (g.node("cos", a),),
    "cos": lambda g, out, a: (g.neg(g.node("sin", a)),),
    "sinh": lambda g, out, a: (g.node("cosh", a),),
    "cosh": lambda g, out, a: (g.node("sinh", a),),
    "tanh": lambda g, out, a: (g.sub(g.constant(1), g.square(out)),),
    "atan": lambda g, out, a: (g.inverse(g.add(g.constant(1), g.square(a))),),
    "asin": lambda g, out, a, known: (_arc(g, a),),
    "acos": lambda g, out, a, known: (g.neg(_arc(g, a)),),
    "erf": lambda g, out, a: (_bell(g, a, 2 / sp.sqrt(sp.pi), -1),),
    "erfc": lambda g, out, a: (_bell(g, a, -2 / sp.sqrt(sp.pi), -1),),
    "erfinv": lambda g, out, a: (_bell(g, out, sp.sqrt(sp.pi) / 2, 1),),
    "erfcinv": lambda g, out, a: (_bell(g, out, -sp.sqrt(sp.pi) / 2, 1),),
    "gamma": lambda g, out, a: (g.mul(out, g.node("polygamma", a, 0)),),
    "loggamma": lambda g, out, a: (g.node("polygamma", a, 0),),
    "polygamma": lambda g, out, a, n: (g.node("polygamma", a, n + 1),),
    "besselk": lambda g, out, a, p, q: (
        g.neg(_half_sum(g, *(g.node("besselk", a, *_order(p, q, shift)) for shift in (-1, 1)))),
    ),
    "besseli": lambda g, out, a, p, q: (
        g.add(
            g.node("besseli", a, p + q, q), g.mul(_times(g, sp.Rational(p, q), g.inverse(a)), out)
        ),
    ),
    "expint": lambda g, out, a, p, q: (g.neg(g.node("expint", a, p - q, q)),),
    "ei": lambda g, out, a: (g.mul(g.node("exp", a), g.inverse(a)),),
    "absolute": lambda g, out, a: (g.node("side", a),),
    "max": _max_slopes,
    "min": _min_slopes,
}  # fmt: skip
