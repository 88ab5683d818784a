"""Pieces that expressions share: which there are, and that a check sees one that is wrong everywhere."""

from __future__ import annotations

import pytest
import sympy as sp
from toys.claims import toy

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.evidence import Findings, Trial, control, exact
from sparse_limits.numerics.ledger.mutation import mutate
from sparse_limits.numerics.ledger.shared_mutants import SHARED, mutate_shared, shared_pieces, with_piece, wrong_forms
from sparse_limits.theory.ledger import load_ledger

a, b, t = sp.symbols("a b t", positive=True)
shared = a + sp.sqrt(b)
CLAIM = toy("Z1", {"once": shared**2, "times": shared * b})


@exact(CLAIM)
@control("half", times=shared * b / 2)
@control("double", once=2 * shared**2)
def beside_each_other(once: sp.Expr, times: sp.Expr, trial: Trial) -> Findings:
    """The square of the one follows from the other: what both have may be anything."""
    yield trial.same(once * b**2, times**2)


@exact(CLAIM)
@control("half", once=shared**2 / 2)
@control("the other sign", times=-shared * b)
def at_a_square(once: sp.Expr, times: sp.Expr, trial: Trial) -> Findings:
    yield trial.same(once.subs(b, a**2), 4 * a**2)
    yield trial.same(times.subs(b, a**2), 2 * a**3)


def test_a_shared_piece_is_found_once() -> None:
    (piece,) = shared_pieces(CLAIM)
    assert (piece.node, piece.subjects) == (shared, ("once", "times"))
    assert set(wrong_forms(shared)) == {
        2 * shared,
        sp.Rational(11, 10) * shared,
        -shared,
        a - sp.sqrt(b),
        sp.sqrt(b) - a,
    }


def test_a_piece_that_is_wrong_everywhere_needs_a_check_of_its_own() -> None:
    alone = mutate_shared(CLAIM, [beside_each_other])
    assert (alone.subject, alone.killed) == (SHARED, 0)
    assert len(alone.survivors) == 5
    both = mutate_shared(CLAIM, [beside_each_other, at_a_square])
    assert not both.survivors
    assert both.killed == 5


def test_conditions_and_bound_letters_are_no_pieces() -> None:
    either = sp.Piecewise((a, a * b > 1), (b, True))
    total = sp.Integral(sp.exp(-a * t), (t, 0, b))
    assert shared_pieces(toy("Z1", {"one": either + 1, "two": either + 2}))[0].node == either
    assert not shared_pieces(toy("Z1", {"one": sp.Piecewise((a, a * b > 1), (b, True)), "two": a * b + 1}))
    assert [piece.node for piece in shared_pieces(toy("Z1", {"one": total, "two": total + a}))] == [total]


def test_a_wrong_form_of_the_same_value_is_no_mutant() -> None:
    """The sign of what both expressions take the cosine of."""
    inner = toy("Z1", {"one": sp.cos(sp.sin(a)), "two": sp.cos(sp.sin(a) * 2)})
    assert [name.split(" in ")[0] for name in mutate_shared(inner, []).survivors] == [
        "sin(a) -> 2*sin(a)",
        "sin(a) -> 11*sin(a)/10",
    ]


def test_matrices_and_lists_are_reached() -> None:
    value = (sp.Matrix([[shared, 1]]), {"x": shared**2})
    changed = with_piece(value, shared, a)
    assert changed[0] == sp.Matrix([[a, 1]])
    assert changed[1] == {"x": a**2}


def test_the_ledger_sees_a_sign_in_what_k13_shares() -> None:
    """The plus between the error of the rows and their scatter, in all bounds that have it."""
    entry = load_ledger()["K13.3"]
    checks = [check for check in checks_of(entry.topic) if check.claim is entry.claim]
    result = mutate_shared(entry.claim, checks, every=5)
    assert result.mutants > 10
    assert not result.survivors


@pytest.mark.parametrize("label", ["R4", "K3"])
def test_shared_pieces_are_among_the_mutants(label: str) -> None:
    found = {result.subject: result for result in mutate(label, every=4).results}
    assert found[SHARED].mutants > 0
    assert not found[SHARED].survivors
