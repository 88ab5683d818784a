"""Reasons: what SymPy has to show for a computed step, as plain data that stand beside the proof.

A claim gives them in `because`, under the names of its steps. A reason is a function; its parameters are named after what
steps give, so that wrong forms can take their place. It returns one relation or several, or yields them. The relations say
what is to be shown, and the engine of evidence shows it: `sparse_limits.numerics.evidence.trial` has a method for each,
which says what `options` there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sympy as sp


@dataclass(frozen=True)
class Relation:
    """One thing to be shown. kind: the name of the method that shows it; terms: what it is about."""

    kind: str
    terms: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


Relations: TypeAlias = Iterator[Relation]  # what a reason yields
Reason = Callable[..., Relation | Iterable[Relation]]
Reasons = Reason | tuple[Reason, ...]  # of one step


def same(left: Any, right: Any, **options: Any) -> Relation:
    """That two expressions are equal, `where` some letters are what is said; `by` is what simplifies their difference.

    Examples:
        >>> x = sp.Symbol("x")
        >>> same((x + 1) ** 2, x**2 + 2 * x + 1).kind
        'same'
    """
    return Relation("same", (left, right), options)


def vanishes(expression: Any, **options: Any) -> Relation:
    """That an expression is 0."""
    return Relation("vanishes", (expression,), options)


def nonnegative(expression: sp.Expr, certificate: sp.Expr, **options: Any) -> Relation:
    """That an expression is nowhere negative, since it equals a certificate whose letters have signs that show it."""
    return Relation("nonnegative", (expression, certificate), options)


def induction(
    term: sp.Expr, n: sp.Symbol, first: sp.Expr, following: Callable[[sp.Expr], sp.Expr], **options: Any
) -> Relation:
    """That a term is `first` at the start, and at n + 1 what follows from the term at n."""
    return Relation("induction", (term, n, first, following), options)


def at_sizes(cases: Iterable[tuple[Any, Any]], what: str, **options: Any) -> Relation:
    """That the two sides of each case are equal, whatever the letters are that stay free in them."""
    return Relation("at_sizes", (cases, what), options)


def exhausts(cases: Iterable[tuple[object, object]], what: str) -> Relation:
    """That the two sides of each case are equal, in all cases that there are."""
    return Relation("exhausts", (cases, what))


def holds(fact: object, detail: str) -> Relation:
    """That a fact of exact arithmetic is true; the detail says it in words."""
    return Relation("holds", (fact, detail))
