"""The kink lemma: reference errors and the bound on random affine functions."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from theory.neuron_pruning import best_affine, kink, kink_bound, kink_function, kink_lemma, radius, x

numbers = st.fractions(min_value=-3, max_value=3, max_denominator=64)


def error(affine, h, r, at):
    return (kink_function - affine).subs({kink: sp.Rational(h), radius: sp.Rational(r)}).subs(x, sp.Rational(at))


def test_the_best_affine_function_equioscillates():
    for h in (2, -2):
        assert [error(best_affine, h, 3, at) for at in (-3, 0, 3)] == [sp.Rational(3 * h, 4) * s for s in (1, -1, 1)]
        assert kink_bound.subs({kink: h, radius: 3}) == sp.Rational(3, 2)


@given(numbers, numbers, numbers, numbers, st.fractions(min_value=-1, max_value=1, max_denominator=16))
def test_no_affine_function_comes_closer(h, r, slope, offset, place):
    assume(r > 0)
    limit = abs(h) * r / 4
    affine = sp.Rational(slope) * x + sp.Rational(offset)
    assert max(abs(error(affine, h, r, at)) for at in (-r, Fraction(0), r)) >= limit
    assert abs(error(best_affine, h, r, place * r)) <= limit


def test_the_statement_is_filled_in():
    assert "[[" not in kink_lemma.latex_statement
