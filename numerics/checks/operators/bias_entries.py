"""Evidence for O3: what independent entries have on average, entry by entry and over all masks."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.operators.bias import (
    column_noise,
    cross_mean,
    joint_noise,
    row_noise,
    second_order_bias,
    value_sd,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)

UNIT_VECTORS = {  # rational, of length 1
    2: (sp.Rational(3, 5), sp.Rational(4, 5)),
    3: (sp.Rational(2, 3), sp.Rational(1, 3), sp.Rational(2, 3)),
}


def mean_of_square(terms: dict[tuple[int, int], sp.Expr]) -> sp.Expr:
    """The mean of the square of a sum of independent centred entries, each times a coefficient, of variances V_ij."""
    return sum(coefficient**2 * VARIANCES[cell] for cell, coefficient in terms.items())


VARIANCES = {(i, j): sp.Symbol(f"V_{i}{j}", positive=True) for i, j in product(range(3), repeat=2)}


def means_at(rows: int, columns: int) -> tuple[dict[sp.Symbol, sp.Expr], dict[str, sp.Expr]]:
    """V_a, V_b, V_ab of any variances and vectors, and the means of p, q and h² as sums over entries."""
    a, b = sp.symbols(f"a:{rows}", positive=True), sp.symbols(f"b:{columns}", positive=True)
    cells, size = list(product(range(rows), range(columns))), rows * columns
    row_square, column_square = ([len(each) * entry**2 for entry in each] for each in (a, b))  # functions of norm 1
    averages = {
        row_noise: sum(VARIANCES[i, j] * row_square[i] for i, j in cells) / size,
        column_noise: sum(VARIANCES[i, j] * column_square[j] for i, j in cells) / size,
        joint_noise: sum(VARIANCES[i, j] * row_square[i] * column_square[j] for i, j in cells) / size,
    }
    means = {
        "left_mean": sum(mean_of_square({(i, j): a[i] for i in range(rows)}) for j in range(columns)) / size,
        "right_mean": sum(mean_of_square({(i, j): b[j] for j in range(columns)}) for i in range(rows)) / size,
        "value_sd": mean_of_square({(i, j): a[i] * b[j] for i, j in cells}) / size,
    }
    return {m: sp.Integer(rows), n: sp.Integer(columns), **averages}, means


@exact(second_order_bias, step="means")
@control("of the other side", left_mean=row_noise / n)
@control("of the other side, right", right_mean=column_noise / m)
@control("10 % more left", left_mean=ELEVEN * row_noise / m)
@control("10 % less right", right_mean=NINE * column_noise / n)
@control("10 % more spread", value_sd=ELEVEN * value_sd)
@control("spread over one side", value_sd=sp.sqrt(joint_noise) / n)
def entries_of_any_variances(
    left_mean: sp.Expr, right_mean: sp.Expr, value_sd: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """E p, E q and E h² entry by entry, variances and vectors free, beside the averages of V as functions of u and v."""
    claims = {"left_mean": left_mean, "right_mean": right_mean, "value_sd": value_sd**2}
    found = [trial.once(means_at, *shape) for shape in ((2, 3), (3, 2))]
    for name, claimed in claims.items():
        yield trial.at_sizes(((valued(claimed, at), means[name]) for at, means in found), "shapes")


@exact(second_order_bias, step="squares of the cross terms")
@control("one product", cross_mean=1 / (4 * m * n))
@control("over one side", cross_mean=1 / (2 * n))
@control("10 % less", cross_mean=NINE * cross_mean)
@control("spread over one side", value_sd=sp.sqrt(joint_noise) / n)
def cross_terms_have_two_squares(cross_mean: sp.Expr, value_sd: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Both means of squares, where V = p(1 − p) is largest."""
    p = sp.Symbol("p", real=True)
    (best,) = sp.solve(sp.diff(p * (1 - p), p), p)
    yield trial.same(cross_mean, 2 * value_sd.subs(joint_noise, best * (1 - best)) ** 2)


def enumerated_noise(rows: int, columns: int) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Means of h, h², p, q over all masks, and the averages V_a, V_b, V_ab, for one matrix of probabilities."""
    P = [[Fraction(1 + i + 2 * j, 9) for j in range(columns)] for i in range(rows)]
    a, b = ([Fraction(int(x.p), int(x.q)) for x in UNIT_VECTORS[size]] for size in (rows, columns))
    cells = list(product(range(rows), range(columns)))
    size, means = rows * columns, dict.fromkeys("hspq", Fraction(0))
    for bits in product((0, 1), repeat=size):
        chance, H = Fraction(1), {}
        for (i, j), bit in zip(cells, bits, strict=True):
            chance *= P[i][j] if bit else 1 - P[i][j]
            H[i, j] = bit - P[i][j]
        h = sum(a[i] * H[i, j] * b[j] for i, j in cells)  # its scale √(mn) is put in below
        means["h"] += chance * h
        means["s"] += chance * h**2 / size
        means["p"] += chance * sum(sum(a[i] * H[i, j] for i in range(rows)) ** 2 for j in range(columns)) / size
        means["q"] += chance * sum(sum(b[j] * H[i, j] for j in range(columns)) ** 2 for i in range(rows)) / size
    V = {(i, j): P[i][j] * (1 - P[i][j]) for i, j in cells}
    return means, {
        "V_a": sum((V[i, j] * a[i] ** 2 for i, j in cells), Fraction(0)) / columns,
        "V_b": sum((V[i, j] * b[j] ** 2 for i, j in cells), Fraction(0)) / rows,
        "V_ab": sum((V[i, j] * a[i] ** 2 * b[j] ** 2 for i, j in cells), Fraction(0)),
    }


@exact(second_order_bias)
@control("sides exchanged", left_mean=row_noise / n, right_mean=column_noise / m)
@control("10 % more left", left_mean=ELEVEN * row_noise / m)
@control("10 % less right", right_mean=NINE * column_noise / n)
@control("10 % more spread", value_sd=ELEVEN * value_sd)
@control("spread over one side", value_sd=sp.sqrt(joint_noise) / n)
def means_over_all_masks(left_mean: sp.Expr, right_mean: sp.Expr, value_sd: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E h = 0, E h², E p and E q by enumeration of all masks of 2×2, 2×3 and 3×2 entries, unequal probabilities."""
    for rows, columns in ((2, 2), (2, 3), (3, 2)):
        means, averages = trial.once(enumerated_noise, rows, columns)
        at = {
            m: rows,
            n: columns,
            row_noise: averages["V_a"],
            column_noise: averages["V_b"],
            joint_noise: averages["V_ab"],
        }
        yield trial.holds(means["h"] == 0, f"E h = {means['h']}")
        for name, claimed in (("s", value_sd**2), ("p", left_mean), ("q", right_mean)):
            number = valued(claimed, {symbol: sp.Rational(x) for symbol, x in at.items()})
            yield trial.holds(
                sp.expand(number - sp.Rational(means[name])) == 0, f"mean {means[name]}, claimed {number}"
            )
