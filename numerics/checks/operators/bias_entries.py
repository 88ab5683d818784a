"""Evidence for O3, besides its reasons: means over all masks."""

from fractions import Fraction
from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, control, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.operators.bias import column_noise, joint_noise, row_noise, second_order_bias

UNIT_VECTORS = {  # rational, of length 1
    2: (sp.Rational(3, 5), sp.Rational(4, 5)),
    3: (sp.Rational(2, 3), sp.Rational(1, 3), sp.Rational(2, 3)),
}


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
def means_over_all_masks(left_mean: sp.Expr, right_mean: sp.Expr, value_sd: sp.Expr, trial: Trial) -> Findings:
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
