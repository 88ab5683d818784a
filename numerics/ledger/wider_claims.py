"""Claims that allow more than they did: an end of one range moved outwards, or one relation between letters dropped.

Of each the part is drawn that is added, at the edge and just outside: there the claim must fail, or it needs no such end.

Two kinds of ends are left alone, since beyond them there is nothing to claim. A letter that is not negative by its SymPy
assumptions is not made negative: SymPy has used the sign, and the formula there would be another one. And what the word for
a quantity excludes stays excluded: a probability above 1 is none (`NATURE`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, replace

import sympy as sp

from sparse_limits.numerics.evidence.points import inside
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.quantities import CLOSED_UNIT, Hypothesis, Quantity, in_plain

NATURE = {  # the values of what a noun or a phrase names, whatever is claimed of it
    **dict.fromkeys(
        ("probability", "probabilities", "density", "share", "position", "value of the graphon"), CLOSED_UNIT
    ),
    **dict.fromkeys(("cosine", "sine", "correlation"), sp.Interval(-1, 1)),
    **dict.fromkeys(("variance of an entry", "variance of the entries"), sp.Interval(0, sp.Rational(1, 4))),
    "angle": sp.Interval(0, sp.pi),
}
_HEAD_ENDS = re.compile(r",| (?:of|with|that|by|in|at|between|to|from|which|and|for|above|up|over) ")


@dataclass(frozen=True)
class Wider:
    """A claim that allows more.

    name: what is added, as it is typed. letters: those on which the addition depends. claim: the claim, all of whose points lie
    in the added part. needed_by: what needs the hypothesis; empty for all. convention: the reason why an end stands though
    nothing fails beyond, empty for none. put: a letter that follows from the others there, on an edge. stated: the claim as it is.
    """

    name: str
    letters: frozenset[sp.Symbol]
    claim: Claim
    stated: Claim
    needed_by: tuple[str, ...] = ()
    convention: str = ""
    put: tuple[sp.Symbol, sp.Expr] | None = None


def wider_claims(claim: Claim) -> Iterator[Wider]:
    """Each claim that allows more: ranges first, then relations, in the order in which the claim states them.

    Examples:
        >>> from sparse_limits.theory import claim
        >>> [each.name for each in wider_claims(claim("S16.2"))][-2:]
        ['p_0 = p_S', 'p_0 > p_S']
    """
    for place, quantity in enumerate(claim.quantities):
        for letter in quantity.letters:
            if isinstance(letter, sp.Symbol):
                yield from _wider_range(claim, place, quantity, letter)
    for place, hypothesis in enumerate(claim.hypotheses):
        if hypothesis.relation is not None:
            yield from _without_relation(claim, place, hypothesis, hypothesis.relation)


def assuming(claim: Claim, quantities: Iterable[Quantity], hypotheses: Iterable[Hypothesis]) -> Claim:
    """The claim with other assumptions; its formulas, which stay the same, are not looked at again."""
    made = copy(claim)
    vars(made).pop("_explained", None)
    object.__setattr__(made, "quantities", tuple(quantities))
    object.__setattr__(made, "hypotheses", tuple(hypotheses))
    return made


def _wider_range(claim: Claim, place: int, quantity: Quantity, letter: sp.Symbol) -> Iterator[Wider]:
    others = tuple(each for each in quantity.letters if each != letter)
    kept = (replace(quantity, symbols=others),) if others else ()
    for name, values, ends in _added(quantity.within, _possible(quantity, letter), str(letter)):
        moved = replace(quantity, symbols=letter, within=values, drawn=ends)
        quantities = (*claim.quantities[:place], *kept, moved, *claim.quantities[place + 1 :])
        wide = assuming(claim, quantities, claim.hypotheses)
        yield Wider(name, frozenset({letter}), wide, claim, convention=quantity.convention)


def _possible(quantity: Quantity, letter: sp.Symbol) -> sp.Set:
    """The values that the letter's sign and the word for the quantity leave, as far as the claim keeps to the latter."""
    noun = _HEAD_ENDS.split(quantity.meaning)[0].split()[-1]
    named = (
        values for words, values in NATURE.items() if words == noun or (" " in words and words in quantity.meaning)
    )
    nature = next(named, sp.S.Reals)
    signed = sp.Interval(0, sp.oo) if letter.is_nonnegative else sp.S.Reals
    return (nature if quantity.within.is_subset(nature) else sp.S.Reals).intersect(signed)


Added = tuple[str, sp.Set, tuple[sp.Rational, sp.Rational] | None]


def _added(values: sp.Set, possible: sp.Set, letter: str) -> Iterator[Added]:
    """What is added at either end of a range: how it is typed, the values, and rational ends between which to draw."""
    low, high = values.inf, values.sup
    if values.is_subset(sp.S.Integers):
        choice = isinstance(values, sp.FiniteSet) or values == sp.Range(0, 2)  # one of two, no range
        for end in (low - 1, high + 1):
            if end.is_finite and end in possible and not choice:
                yield f"{letter} = {end}", sp.FiniteSet(end), (end, end)
    elif isinstance(values, sp.Interval):
        for end, is_open in ((low, values.left_open), (high, values.right_open)):
            if is_open and end.is_finite and end in possible:
                yield f"{letter} = {end}", sp.FiniteSet(end), (end, end) if end.is_rational else None
        if low.is_finite and low > possible.inf:
            least = max(possible.inf, low / 2 if low > 0 else 2 * low if low < 0 else sp.Integer(-1))
            yield f"{least} ≤ {letter} < {low}", sp.Interval.Ropen(least, low), (inside(least, 1), inside(low, -1))
        if high.is_finite and high < possible.sup:
            most = min(possible.sup, 2 * high if high > 0 else high / 2 if high < 0 else sp.Integer(1))
            yield f"{high} < {letter} ≤ {most}", sp.Interval.Lopen(high, most), (inside(high, 1), inside(most, -1))


def _without_relation(claim: Claim, place: int, hypothesis: Hypothesis, relation: sp.Basic) -> Iterator[Wider]:
    """The claim where a relation fails; of several that hold together, where one of them fails and the others hold."""
    parts = relation.args if isinstance(relation, sp.And) else (relation,)
    for part in parts:
        rest = tuple(each for each in parts if each is not part)
        for added, put in _beyond(part):
            if added in (sp.true, sp.false):
                continue
            here = (Hypothesis(hypothesis.words, sp.And(added, *rest)),)
            hypotheses = (*claim.hypotheses[:place], *here, *claim.hypotheses[place + 1 :])
            letters = frozenset(relation.free_symbols)
            anywhere = tuple(each if letters.isdisjoint(each.letters) else undrawn(each) for each in claim.quantities)
            yield Wider(
                in_plain(added),
                letters,
                assuming(claim, anywhere, hypotheses),
                claim,
                hypothesis.needed_by,
                hypothesis.convention,
                put,
            )


def undrawn(quantity: Quantity) -> Quantity:
    """The same quantity, points for it drawn from all that it may be: a range to draw from may keep to the relation by itself."""
    return quantity if isinstance(quantity.within, sp.FiniteSet) else replace(quantity, drawn=None)


def _beyond(relation: sp.Basic) -> Iterator[tuple[sp.Basic, tuple[sp.Symbol, sp.Expr] | None]]:
    """Where a relation fails: on its edge, where a strict one has one, and beyond."""
    if isinstance(relation, (sp.Lt, sp.Gt, sp.Ne)):
        put = _solved(relation)
        if put is not None:
            yield sp.Eq(relation.lhs, relation.rhs), put
    if isinstance(relation, (sp.Lt, sp.Gt)):
        yield sp.Gt(relation.lts, relation.gts), None
    elif not isinstance(relation, sp.Ne):
        yield sp.Not(relation), None


def _solved(relation: sp.Basic) -> tuple[sp.Symbol, sp.Expr] | None:
    """A letter and its value where both sides are equal; None where no letter is in them to the first power alone."""
    gap = sp.expand(relation.lhs - relation.rhs)
    for letter in sorted(gap.free_symbols, key=lambda each: each.sort_key()):
        slope = sp.diff(gap, letter)
        if slope != 0 and not slope.has(letter):
            return letter, sp.simplify(-gap.subs(letter, 0) / slope)
    return None
