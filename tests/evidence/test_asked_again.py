"""What a trial has found it does not compute again; what it has not, or what did not support, it does."""

from __future__ import annotations

import sympy as sp
from toys.claims import toy

from sparse_limits.numerics.evidence import Trial, Verdict
from sparse_limits.numerics.exact.balls import collecting, vouch

a, b = sp.symbols("a b", positive=True)
SQUARE, WRITTEN_OUT = (a + b) ** 2, a**2 + 2 * a * b + b**2


def trial() -> Trial:
    return Trial(toy("Z1", {"value": a}), "check")


def test_the_same_question_is_answered_once():
    one, asked = trial(), []

    def algebra(expression):
        asked.append(expression)
        return sp.S.Zero if len(asked) == 1 else expression

    found = one.vanishes(sp.log(a * b) - sp.log(a) - sp.log(b), by=algebra)
    assert len(asked) == 1
    one.proved.clear()  # that is remembered too
    assert one.vanishes(sp.log(a * b) - sp.log(a) - sp.log(b), by=algebra) == found
    assert len(asked) == 1


def test_notes_are_told_again():
    one = trial()

    def find():
        vouch(["taken on trust"])
        return one.holds(True, "a fact")

    for _ in range(2):
        with collecting() as notes:
            one._again(find, "question")
        assert notes == {"taken on trust"}


def test_what_refutes_is_found_anew():
    one, calls = trial(), []

    def find():
        calls.append(1)
        return one.holds(False, "no fact")

    assert [one._again(find, "question").verdict for _ in range(2)] == [Verdict.REFUTES] * 2
    assert len(calls) == 2


def test_strictness_and_points_belong_to_the_question():
    one = trial()
    assert one.below(a, a, at=[{a: sp.Integer(1)}]).verdict is Verdict.SUPPORTS
    assert one.below(a, a, at=[{a: sp.Integer(1)}], strict=True).verdict is not Verdict.SUPPORTS
    assert one.below(a, 2, at=[{a: sp.Integer(1)}]).verdict is Verdict.SUPPORTS
    assert one.below(a, 2, at=[{a: sp.Integer(3)}]).verdict is Verdict.REFUTES


def test_another_seed_has_other_points():
    one = trial()
    one.same(SQUARE, WRITTEN_OUT)
    assert not one.at(1)._supported
