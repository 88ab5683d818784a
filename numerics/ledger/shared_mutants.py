"""Mutants of what expressions share: a piece of several expressions of a claim, wrong in the same way in all of them.

A check that holds two expressions against each other does not see a piece that both have, if it is wrong in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from sparse_limits.numerics.evidence import Check, Trial, in_order, kills
from sparse_limits.numerics.ledger.mutants import FINGERPRINT_POINTS, MutationResult, digits_at, entered
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.places import places

SHARED = "(shared pieces)"  # in the place of the name of an expression


@dataclass(frozen=True)
class Piece:
    """A part of formulas, and the names of the expressions that have it."""

    node: sp.Expr
    subjects: tuple[str, ...]


def shared_pieces(claim: Claim) -> list[Piece]:
    """The parts that at least two expressions of a claim have, the largest first, none inside another of the same ones."""
    owners: dict[sp.Expr, set[str]] = {}
    for subject, value in claim.claimed.items():
        for formula in _formulas(value):
            for node in _parts(formula):
                if isinstance(node, sp.Expr) and node.args and _stands_alone(node, formula):
                    owners.setdefault(node, set()).add(subject)
    found: list[Piece] = []
    for node in sorted(owners, key=lambda node: (-node.count_ops(), sp.default_sort_key(node))):
        subjects = tuple(name for name in claim.claimed if name in owners[node])
        if len(subjects) > 1 and not any(each.subjects == subjects and each.node.has(node) for each in found):
            found.append(Piece(node, subjects))
    return found


def _formulas(value: object) -> list[sp.Basic]:
    return [formula for _, formula, _ in places(value, "")]


def _parts(node: sp.Basic) -> Iterator[sp.Basic]:
    """A formula and its parts that are formulas: no conditions, limits or exponents that are numbers."""
    yield node
    for place, part in enumerate(node.args):
        if entered(node, place):
            yield from _parts(part)


def _stands_alone(node: sp.Expr, formula: sp.Basic) -> bool:
    """Whether a part has letters, all of which the formula leaves free: else it is a number, or no formula of its own."""
    return bool(node.free_symbols) and node.free_symbols <= formula.free_symbols


def wrong_forms(node: sp.Expr) -> Iterator[sp.Expr]:
    """A piece doubled, a tenth larger, of the other sign, and with one of its terms of the other sign."""
    yield from (2 * node, node * sp.Rational(11, 10), -node)
    if isinstance(node, sp.Add):
        yield from (node - 2 * term for term in node.args)


def mutate_shared(
    claim: Claim, checks: Sequence[Check], seed: int = 0, every: int = 1, first: int = 0
) -> MutationResult:
    """Run each shared piece in each of its wrong forms, or in one of so many, through the checks, at effort `quick`."""
    able = in_order(checks)
    trials = [Trial(claim, check.name, "quick", seed) for check in able]
    killed = 0
    equivalent: dict[str, str] = {}
    survivors: list[str] = []
    wrongs = [(piece, wrong) for piece in shared_pieces(claim) for wrong in wrong_forms(piece.node)]
    for piece, wrong in wrongs[first::every]:
        try:
            changed = {name: with_piece(claim.claimed[name], piece.node, wrong) for name in piece.subjects}
        except ValueError:  # refused at construction
            continue
        name = f"{piece.node} -> {wrong} in {', '.join(piece.subjects)}"
        if any(_sees(check, changed, trial) for check, trial in zip(able, trials, strict=True)):
            killed += 1
        elif not _differs(claim, changed):
            continue
        elif name in claim.equivalent_mutants:
            equivalent[name] = claim.equivalent_mutants[name]
        else:
            survivors.append(name)
    tried = killed + len(equivalent) + len(survivors)
    return MutationResult(claim.label, SHARED, tried, killed, equivalent, tuple(survivors))


def with_piece(value: object, node: sp.Expr, wrong: sp.Expr) -> object:
    """What a claim gives, with another form of a piece wherever the piece stands."""
    for place in range(len(_formulas(value))):
        _, formula, put = list(places(value, ""))[place]
        value = put(formula.xreplace({node: wrong}))
    return value


def _sees(check: Check, changed: Mapping[str, object], trial: Trial) -> bool:
    taken = {name: value for name, value in changed.items() if name in check.subjects}
    return bool(taken) and kills(check, taken, trial) is not None


def _differs(claim: Claim, changed: Mapping[str, object]) -> bool:
    """Whether a formula has other digits than the claim's at some point, and has a value there."""
    for name, value in changed.items():
        for formula, wrong in zip(_formulas(claim.claimed[name]), _formulas(value), strict=True):
            for point in Trial(claim, "mutants").points(formula, count=FINGERPRINT_POINTS):
                digits = digits_at(wrong, point)
                if digits is not None and digits != digits_at(formula, point):
                    return True
    return False
