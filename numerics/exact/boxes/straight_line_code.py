"""A graph as a Python function: one line an operation, each computed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType

import sympy as sp
from flint import arb, ctx, fmpq

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.balls.core import is_real
from sparse_limits.numerics.exact.boxes import operations
from sparse_limits.numerics.exact.boxes.errors import BoxError
from sparse_limits.numerics.exact.boxes.graph import Graph, Node, arguments

INFIX = {"add": "{0} + {1}", "sub": "{0} - {1}", "neg": "-{0}"}
METHODS = {"sinh", "tanh", "atan", "max", "min"}  # of FLINT, defined everywhere
BITS = 64  # of precision, more where cells are small
Function = Callable[..., tuple[arb, ...]]


class Straight:
    """Outputs of a graph as a function of balls, `at(bits)` with constants of the right precision."""

    def __init__(self, graph: Graph, outputs: Sequence[int], variables: Sequence[str]) -> None:
        self._constants: list[sp.Expr] = []
        lines = [f"def run({', '.join(variables)}):"]
        for place in graph.live(outputs):
            node = graph.nodes[place]
            if node[0] == "constant":
                lines.append(f"    v{place} = c{len(self._constants)}")
                self._constants.append(node[1])
            elif node[0] == "variable":
                lines.append(f"    v{place} = {node[1]}")
            else:
                lines.append(f"    v{place} = {_operation(node)}")
        lines.append(f"    return ({' '.join(f'v{place},' for place in outputs)})")
        scope: dict[str, FunctionType] = {}
        exec("\n".join(lines), {}, scope)  # names and numbers of ours only: nothing of the expression is text
        self._code = scope["run"].__code__
        self._functions: dict[int, Function] = {}

    def at(self, bits: int) -> Function:
        """The function with its constants to some more than so many bits."""
        if bits not in self._functions:
            names = {f"c{place}": constant(value, bits + 16) for place, value in enumerate(self._constants)}
            self._functions[bits] = FunctionType(self._code, {**vars(operations), **names})
        return self._functions[bits]


def _operation(node: Node) -> str:
    parts = [f"v{part}" for part in arguments(node)]
    if node[0] in INFIX:
        return INFIX[node[0]].format(*parts)
    if node[0] in METHODS:
        first, *others = parts
        return f"{first}.{node[0]}({', '.join(others)})"
    return f"{node[0]}({', '.join([*parts, *map(repr, node[1 + len(parts) :])])})"


def constant(value: sp.Expr, bits: int) -> arb:
    """A ball around a real constant.

    Raises:
        BoxError: if it has no value, or none that is real.
    """
    with ctx.workprec(bits):
        if value.is_Rational:
            return arb(fraction(value))
        try:
            ball = balls.enclose(value, digits=int(bits * 0.302) + 1)
        except balls.NoEnclosureError as error:
            raise BoxError(f"{value} has no value: {error}") from None
        if not is_real(ball):
            raise BoxError(f"{value} is not known to be real")
        return ball.real


def fraction(value: sp.Rational) -> fmpq:
    """A rational number for FLINT."""
    return fmpq(int(value.p), int(value.q))
