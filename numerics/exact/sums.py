"""Differences that are 0 shown to be: of finite sums with symbolic ends, and of formulas case by case."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy as sp

from sparse_limits.numerics.exact.conversion import converted
from sparse_limits.theory.formulas.valued import valued


def by_cases(*cases: Mapping[sp.Symbol, sp.Expr]) -> Callable[[sp.Expr], sp.Expr]:
    """A simplification that shows an expression to be 0 in cases which together cover all values of some letters.

    It returns 0 where the expression reduces to 0 in all of them, and else what is left in the first where it does not.
    """

    def simplified(expression: sp.Expr) -> sp.Expr:
        there = (valued(expression, case) for case in cases)
        left = (merged(each) if each.has(sp.Sum) else sp.simplify(sp.expand(each)) for each in there)
        return next((each for each in left if each != 0), sp.S.Zero)

    return simplified


def merged(expression: sp.Expr, depth: int = 0) -> sp.Expr:
    """The expression with its sums put together term by term, and simplified, inner sums first.

    A sum from a to b is the one from 0 to b less the one from 0 to a − 1, and one to b + 1 is the one to b and its last
    term: both hold for whole numbers 0 ≤ a ≤ b + 1. The terms from a number a < 0 to −1 are written
    out, and a sum from a letter that cannot be positive stays. (`Sum.doit` is no proof: to SymPy 1.14 the sum of (−1)ʲ⁻ⁱi²C(j, i) is 0.)
    """
    index = sp.Symbol(f"index_{depth}", integer=True, nonnegative=True)
    rest, sums = _from_zero(expression, index)
    while higher := [end for end in sums if any((end - other).is_Integer and end - other > 0 for other in sums)]:
        end = min(higher, key=sp.default_sort_key)
        function = sums.pop(end)
        last, others = _from_zero(valued(function, {index: end}), index)
        rest += last
        for each, more in ((sp.expand(end - 1), function), *others.items()):
            sums[each] = sums.get(each, sp.S.Zero) + more
    left = {end: _simplified(function, depth) for end, function in sums.items()}
    return _simplified(rest, depth) + sp.Add(
        *(sp.Sum(each, (index, 0, end)) for end, each in left.items() if each != 0)
    )


def _from_zero(expression: sp.Expr, index: sp.Symbol) -> tuple[sp.Expr, dict[sp.Expr, sp.Expr]]:
    """What is under no sum, and the functions under sums from 0, by the ends of these."""
    rest: sp.Expr = sp.S.Zero
    sums: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(sp.expand_mul(converted(expression))):
        inside = [factor for factor in sp.Mul.make_args(term) if isinstance(factor, sp.Sum)]
        if len(inside) != 1 or _before_zero(inside[0].limits[-1][1]):
            rest += term
            continue
        *inner, (variable, low, high) = inside[0].limits
        summand = sp.Sum(inside[0].function, *inner) if inner else inside[0].function
        function = term / inside[0] * valued(summand, {variable: index})
        for end, sign in ((high, 1), (low - 1, -1)):
            end = sp.expand(end)
            if end.is_Integer and end < 0:  # in the variable: as an index, which is not negative, |k| would be k
                rest -= (
                    sign * term / inside[0] * sp.Add(*(valued(summand, {variable: i}) for i in range(int(end) + 1, 0)))
                )
            elif end.is_Integer:
                rest += sign * sp.Add(*(valued(function, {index: i}) for i in range(int(end) + 1)))
            else:
                sums[end] = sums.get(end, sp.S.Zero) + sign * function
    return rest, sums


def _before_zero(low: sp.Expr) -> bool:
    """Whether a sum may begin before 0, at an end that is no number."""
    return bool(low.is_nonpositive and not low.is_Integer)


def _simplified(function: sp.Expr, depth: int) -> sp.Expr:
    if function.has(sp.Sum):  # no `simplify`, which would sum
        return merged(function, depth + 1) if depth < 3 else function
    return sp.simplify(sp.gammasimp(function))
