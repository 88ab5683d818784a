"""Formula mutants: every expression of a claim, wrong in one small way, run through the claim's own checks.

A mutant that no check refutes shows a gap in the evidence, unless it is the same formula in disguise. Disguises are recognised by value:
mutants with equal digits at random points are one mutant, and none if the original has them too.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import sympy as sp

from sparse_limits.numerics.evidence import Check, Trial, in_order, kills
from sparse_limits.numerics.exact import balls
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.formulas.level import Level
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.places import places

HALF = sp.Rational(1, 2)
FINGERPRINT_POINTS = 3
FINGERPRINT_DIGITS = 10


@dataclass(frozen=True)
class Mutant:
    """A claim's expression `subject` with one part wrong; `name` tells the part and its wrong form."""

    subject: str
    name: str
    value: object


@dataclass(frozen=True)
class MutationResult:
    """What became of the mutants of one expression: how many, how many refuted, and the survivors by name."""

    label: str
    subject: str
    mutants: int
    killed: int
    equivalent: Mapping[str, str]  # survivors that the claim explains, with the reason
    survivors: tuple[str, ...]  # unexplained
    without_value: tuple[str, ...] = ()  # refuted, as a formula has no value there: domain mutants alone


def variants(expression: sp.Basic) -> Iterator[sp.Basic]:
    """The expression with one thing wrong: as a whole, or at one node of its tree."""
    yield from (2 * expression, expression / 2, -expression, expression * 11 / 10, expression * 9 / 10)
    symbols = sorted(expression.free_symbols, key=lambda s: s.sort_key())
    for i, first in enumerate(symbols):
        for second in symbols[i + 1 :]:
            yield expression.subs({first: second, second: first}, simultaneous=True)
    yield from _walk(expression)


def _walk(node: sp.Basic) -> Iterator[sp.Basic]:
    yield from _here(node)
    for place, part in enumerate(node.args):
        if not entered(node, place):
            continue
        for wrong in _walk(part):
            try:
                yield node.func(*node.args[:place], wrong, *node.args[place + 1 :])
            except (TypeError, ValueError):  # the wrong part has no meaning there
                continue


def entered(node: sp.Basic, place: int) -> bool:
    """Whether a part of a node is a formula: not a limit, a bound variable, a condition or a numeric exponent."""
    if isinstance(node, (sp.Integral, sp.Sum)):
        return place == 0
    if isinstance(node, sp.Lambda):
        return place == 1
    if isinstance(node, sp.hyper):
        return place == 2
    if isinstance(node, sp.Pow):
        return place == 0 or not node.exp.is_number
    if isinstance(node, sp.functions.elementary.piecewise.ExprCondPair):
        return place == 0
    return isinstance(node, (sp.Expr, sp.Lambda, Level)) and isinstance(
        node.args[place], (sp.Expr, sp.Lambda, sp.functions.elementary.piecewise.ExprCondPair)
    )


def _here(node: sp.Basic) -> Iterator[sp.Basic]:
    """The wrong forms of a node itself."""
    if isinstance(node, sp.Add):
        for term in node.args:
            yield node - term
            yield node - 2 * term
    elif isinstance(node, sp.Pow):
        for step in (HALF, -HALF, 1, -1):
            yield sp.Pow(node.base, node.exp + step)
    elif isinstance(node, sp.Number):
        yield 2 * node if node else sp.Integer(1)
        yield node / 2 if node else sp.Integer(-1)
    elif isinstance(node, (sp.Symbol, sp.Function, sp.Mul, sp.Integral, sp.Sum, Level, Smallest)):
        yield 2 * node
        yield node / 2
        if isinstance(node, sp.Symbol):
            yield node**2
            yield sp.sqrt(node)
        if isinstance(node, sp.exp):
            yield sp.exp(-node.exp)


def mutants_of(claim: Claim, subject: str, every: int = 1, first: int = 0) -> Iterator[Mutant]:
    """The distinct mutants of one expression of a claim, or of what a step of its proof gives, those without any value left out.

    every: one variant in so many, evenly over the formula. first: how many variants are passed over before.
    """
    for path, formula, put in places(claim.claimed[subject], subject):
        points = Trial(claim, "mutants").points(formula, count=FINGERPRINT_POINTS)
        known: dict[Hashable, list[Fingerprint]] = {}
        _is_new(Fingerprint(formula, points), known)
        for wrong in islice(variants(formula), first, None, every):
            if not _is_new(Fingerprint(wrong, points), known):
                continue
            try:
                value = put(wrong)
            except ValueError:  # refused at construction
                continue
            yield Mutant(subject, f"{path} = {wrong}", value)


class Fingerprint:
    """The digits of a formula at some points, computed when they are asked for: mostly the first point tells."""

    def __init__(self, formula: sp.Basic, points: Sequence[Mapping[sp.Symbol, sp.Expr]]) -> None:
        self.formula, self.points = formula, points

    @cached_property
    def first(self) -> Hashable:
        return digits_at(self.formula, self.points[0])

    @cached_property
    def all(self) -> tuple[Hashable, ...]:
        return (self.first, *(digits_at(self.formula, point) for point in self.points[1:]))


def _is_new(mark: Fingerprint, known: dict[Hashable, list[Fingerprint]]) -> bool:
    """Whether a formula has a value at one of the points, and none known so far has the same digits; it is known then."""
    alike = known.setdefault(mark.first, [])
    if (alike or mark.first is None) and (not any(mark.all) or any(mark.all == other.all for other in alike)):
        return False
    alike.append(mark)
    return True


def digits_at(formula: sp.Basic, point: Mapping[sp.Symbol, sp.Expr]) -> Hashable:
    functions = formula.atoms(sp.core.function.AppliedUndef)  # an open profile: any generic values will do
    named = sorted(functions, key=sp.default_sort_key)
    formula = formula.subs({f: sp.Rational(7 + 4 * i, 5 + 3 * i) for i, f in enumerate(named)})
    point = {s: x for s, x in point.items() if s in balls.free_symbols(formula)}
    try:
        ball = balls.enclose(formula, point, digits=FINGERPRINT_DIGITS + 3, highest=256)
    except balls.NoGuaranteeError:
        return "no guarantee"
    except (balls.NoEnclosureError, OverflowError, ValueError):
        return None  # SymPy refuses numbers of hundreds of digits, and the larger of numbers that are not real
    parts = (ball.real, FINGERPRINT_DIGITS), (ball.imag, FINGERPRINT_DIGITS // 2)
    return tuple("0" if part.contains(0) else part.mid().str(digits, radius=False) for part, digits in parts)


def mutate_expression(
    claim: Claim, subject: str, checks: Sequence[Check], seed: int = 0, every: int = 1, first: int = 0
) -> MutationResult:
    """Run the mutants of one expression, or one in so many, through the checks that take it, at effort `quick`."""
    able = in_order([check for check in checks if subject in check.subjects])
    trials = [Trial(claim, check.name, "quick", seed) for check in able]
    killed = 0
    equivalent: dict[str, str] = {}
    survivors: list[str] = []
    for mutant in mutants_of(claim, subject, every, first):
        if any(kills(check, {subject: mutant.value}, trial) for check, trial in zip(able, trials, strict=True)):
            killed += 1
        elif mutant.name in claim.equivalent_mutants:
            equivalent[mutant.name] = claim.equivalent_mutants[mutant.name]
        else:
            survivors.append(mutant.name)
    return MutationResult(
        claim.label, subject, killed + len(equivalent) + len(survivors), killed, equivalent, tuple(survivors)
    )
