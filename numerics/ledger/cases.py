"""The case that a question is about, where letters of the claim are put in terms of others whose signs bound the case.

Some of these bounds are ends of the claim's domain, such as y > 0 where a probability is put as 1/(1 + y): where the domain
is made wider, they go. Others stay: where a number from 1 on is put as 2 + y, nothing is asked at 1, nor below.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import sympy as sp

from sparse_limits.numerics.evidence import Trial
from sparse_limits.numerics.evidence.points import Point
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.relations import holds
from sparse_limits.numerics.ledger.wider_claims import assuming, undrawn
from sparse_limits.theory.formulas.valued import valued

MANY = 60  # points that are drawn where some lie outside of what is asked
NEAR = 1e-9  # a root nearer than this to a letter's value, in floating point, is the one that is meant
NUMBER = sp.Symbol("number", real=True)

Values = dict[sp.Symbol, sp.Expr]


@dataclass(frozen=True)
class Case:
    """A question about a claim, and what is put for the claim's letters.

    stated: a trial of the claim as it is. letters: all letters that play a part. solved: letters that the question brings in, in
    terms of the claim's. computed: letters of the claim in terms of the rest, where that cannot be solved. assumed: the
    places of the hypotheses of single expressions that hold throughout the case.
    """

    stated: Trial
    letters: frozenset[sp.Symbol]
    solved: Values
    computed: Values
    assumed: tuple[int, ...]

    def points(self, trial: Trial) -> list[Values]:
        """Points that a trial draws in the case, whose bounds are kept to unless the domain of the claim as it is has them, too."""
        return [point for point in self._complete(trial) if all(_possible(each, point[each]) for each in self._bounds)]

    @cached_property
    def _bounds(self) -> list[sp.Symbol]:
        """The letters whose signs leave out a part of the domain. Its points are drawn as the claim says, and from all of it."""
        claim = self.stated.claim
        whole = assuming(claim, map(undrawn, claim.quantities), claim.hypotheses)
        inside = self._complete(self.stated) + self._complete(replace(self.stated, claim=whole, _pointed={}))
        return [each for each in self.solved if not inside or not all(_possible(each, point[each]) for point in inside)]

    def _complete(self, trial: Trial) -> list[Values]:
        """Points that a trial draws, with a value for each letter; they keep to what is assumed in the case."""
        taken = set().union(*map(balls.free_symbols, self.computed.values()))
        drawn = self.letters - set(self.solved) - (set(self.computed) - taken)
        try:
            points = trial.points(*drawn, count=MANY) + trial.ends(*drawn)
        except ValueError:
            return []
        points = [{**point, **_at(self.solved, point)} for point in points]
        return [each for point in points if self._allowed(each := {**point, **_at(self.computed, point)}, trial)]

    def _allowed(self, point: Point, trial: Trial) -> bool:
        """Whether a trial admits all values, and its claim's form of each hypothesis that the case assumes holds."""
        quantities = ((trial.claim.quantity(letter), value) for letter, value in point.items())
        admitted = all(quantity is None or quantity.admits(value) for quantity, value in quantities)
        relations = [trial.claim.hypotheses[place].relation for place in self.assumed]
        return (
            admitted and (not self.computed or trial.allows(point)) and all(_holds(each, point) for each in relations)
        )


def case_of(stated: Trial, expression: sp.Expr, where: Mapping[sp.Symbol, object]) -> Case:
    """The case of a question about an expression, `where` some letters are what is said; `stated` tries the claim as it is.

    Raises:
        ValueError: where no point keeps to the hypotheses of the claim.

    Examples:
        >>> from sparse_limits.theory import claim
        >>> p_0, y = sp.symbols("p_0 y", positive=True)
        >>> case_of(Trial(claim("S16.2"), "example"), 1 - p_0, {p_0: 1 / (1 + y)}).solved
        {y: (1 - p_0)/p_0}
    """
    put = {letter: sp.sympify(value) for letter, value in where.items()}
    right = set().union(*map(balls.free_symbols, put.values()))
    letters = balls.free_symbols(expression) | set(put) | right
    points = [{**point, **_at(put, point)} for point in stated.points(*(letters - set(put) | right))]
    solved, computed = _solved(put, {each for each in right if stated.claim.quantity(each) is None}, points[0])
    assumed = tuple(
        place
        for place, each in enumerate(stated.claim.hypotheses)
        if each.needed_by and each.relation is not None and each.relation.free_symbols <= letters
        if all(_holds(each.relation, point) for point in points)
    )
    return Case(stated, frozenset(letters), solved, computed, assumed)


def _solved(put: Values, new: Collection[sp.Symbol], at: Point) -> tuple[Values, Values]:
    """The letters that are brought in, one after the other from what has one of them alone; and what is left of `put`."""
    if set(put) & set().union(*map(balls.free_symbols, put.values())):
        return {}, put
    solved: Values = {}
    left = dict(put)
    for _ in put:
        for letter, value in left.items():
            gap = letter - valued(value, solved)
            unknown = [each for each in new if each in balls.free_symbols(gap)]
            root = _root(gap, unknown[0], at) if len(unknown) == 1 else None
            if root is not None:
                solved[unknown[0]] = root
                del left[letter]
                break
    return solved, left


def _root(gap: sp.Expr, letter: sp.Symbol, at: Point) -> sp.Expr | None:
    """Where the gap is 0: the root that the letter is at a point; None where SymPy finds none."""
    return next((root for root in _roots(gap, letter) if abs(sp.N(valued(root, at) - at[letter])) < NEAR), None)


@lru_cache(maxsize=1024)
def _roots(gap: sp.Expr, letter: sp.Symbol) -> tuple[sp.Expr, ...]:
    try:
        return tuple(sp.solve(gap, letter))
    except NotImplementedError:
        return ()


def _at(values: Values, point: Point) -> Values:
    return {letter: valued(value, point) for letter, value in values.items()}


def _possible(letter: sp.Symbol, value: sp.Expr) -> bool:
    """Whether a letter may have a value by its assumptions; a real one may be at an end, where the case has its edge."""
    if letter.is_integer and not value.is_integer:
        return False
    least = sp.S.One if letter.is_integer and letter.is_positive else sp.S.Zero
    return not letter.is_nonnegative or _holds(sp.Ge(NUMBER, least), {NUMBER: value})


def _holds(relation: sp.Basic | None, point: Point) -> bool:
    """Whether a relation holds, and not where a side has no value."""
    try:
        return relation is None or holds(relation, point)
    except (TypeError, ValueError, ZeroDivisionError):
        return False
