"""Evidence for O5, besides its reasons: gauss nodes are exact up to their degree; midpoints sum to zeta; and more."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import ndtri

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed, exact
from sparse_limits.numerics.evidence.findings import Refutation
from sparse_limits.numerics.spectra.singular_values import Quadrature, graphon_singular_values, normal
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon import lognormal
from sparse_limits.theory.graphon.symbols import n
from sparse_limits.theory.operators.singular_values import HALF, column_weight, kappa, nodes, nystrom, row_weight, value
from sparse_limits.theory.saliency.model import rho

R3 = sp.sqrt(3)


HERMITE_RULES = {  # Gauss rules of the standard normal law
    2: ((sp.Integer(-1), HALF), (sp.Integer(1), HALF)),
    3: ((-R3, sp.Rational(1, 6)), (sp.Integer(0), sp.Rational(2, 3)), (R3, sp.Rational(1, 6))),
}
LEGENDRE_RULES = {  # and of the uniform law on (0, 1)
    2: ((HALF - R3 / 6, HALF), (HALF + R3 / 6, HALF)),
    3: (
        (HALF - sp.sqrt(15) / 10, sp.Rational(5, 18)),
        (HALF, sp.Rational(4, 9)),
        (HALF + sp.sqrt(15) / 10, sp.Rational(5, 18)),
    ),
}


def normal_moment(k: int) -> sp.Expr:
    return sp.factorial2(k - 1) if k % 2 == 0 else sp.Integer(0)


def uniform_moment(k: int) -> sp.Expr:
    return sp.Rational(1, k + 1)


def power_kernel(degree: int) -> sp.Matrix:
    """Coefficients of x^j y^k."""
    return sp.Matrix(degree + 1, degree + 1, lambda j, k: sp.Rational(1, 1 + j + 2 * k + (j == k)))


def exact_moments(degree: int) -> tuple[sp.Expr, ...]:
    """∬W, Σσ² and Σσ⁴ of the kernel, x normal and y uniform, from the moments of the laws."""
    A = power_kernel(degree)
    grams = (
        sp.Matrix(degree + 1, degree + 1, lambda j, k, moment=moment: moment(j + k))
        for moment in (normal_moment, uniform_moment)
    )
    gram_x, gram_y = grams
    square = A * gram_y * A.T * gram_x
    return (gram_x[0, :] * A * gram_y[:, 0])[0], square.trace(), (square * square).trace()


def nystrom_moments(entry: sp.Expr, degree: int, count: int) -> tuple[sp.Expr, ...]:
    """The same of the matrix of entries at the nodes."""
    A, rows, columns = power_kernel(degree), HERMITE_RULES[count], LEGENDRE_RULES[count]

    def at(a: int, b: int) -> sp.Expr:
        (x, omega), (y, nu) = rows[a], columns[b]
        w = sp.expand(sum(A[j, k] * x**j * y**k for j in range(degree + 1) for k in range(degree + 1)))
        return valued(entry, {value: w, row_weight: omega, column_weight: nu, nodes: count})

    N = sp.Matrix(count, count, at)
    ones = (sp.Matrix([sp.sqrt(weight) for _, weight in rule]) for rule in (rows, columns))
    left, right = ones
    square = (N * N.T).applyfunc(sp.expand)
    return tuple(map(sp.expand, ((left.T * N * right)[0], square.trace(), (square * square).trace())))


@exact(nystrom, step="Nyström matrix", cost=0.5)
def gauss_nodes_are_exact_up_to_their_degree(entry: sp.Expr, degree: sp.Expr, trial: Trial) -> Findings:
    """∬W, Σσ² and Σσ⁴ of a polynomial kernel, normal × uniform latents, are exact up to the stated degree of the kernel.

    At the next degree some of them are wrong.
    """
    for count in HERMITE_RULES:
        highest = degree.subs(nodes, count)
        if not (highest.is_Integer and 0 <= highest <= 6):
            raise Refutation(f"{count} nodes are exact up to degree {highest}")
        for d, exactly in ((int(highest), True), (int(highest) + 1, False)):
            gaps = zip(trial.once(exact_moments, d), trial.once(nystrom_moments, entry, d, count), strict=True)
            agree = all(sp.expand(truth - seen) == 0 for truth, seen in gaps)
            yield trial.holds(agree == exactly, f"{count} nodes, degree {d}: exact {agree}, claimed {exactly}")


@enclosed(nystrom, step="midpoints")
def midpoints_sum_to_zeta(midpoint_value: sp.Expr, trial: Trial) -> Findings:
    """The mean of the κ-th powers of the midpoints is the stated formula, to 30 digits."""
    i = sp.Symbol("i", integer=True, positive=True)
    mean = sp.Sum(((i - HALF) / n) ** kappa, (i, 1, n)) / n
    yield trial.same(midpoint_value, mean, by=None)


MANY = 10**8


@enclosed(nystrom)
def midpoints_have_their_order(
    midpoint_value: sp.Expr, power_value: sp.Expr, order: sp.Expr, midpoint_limit: sp.Expr, trial: Trial
) -> Findings:
    """n^order · error is within κ n^(κ−1) of its limit at 10⁸ cells (Euler–Maclaurin: κ/24)."""
    points = [{kappa: sp.Rational(k, 4), n: MANY} for k in (1, 2)]
    gap = n**order * (midpoint_value - power_value) - midpoint_limit
    yield trial.below(sp.Abs(gap), kappa * n ** (kappa - 1), at=points)  # boxes: zeta at 10⁸ cells


PROBIT = {
    lognormal.row_scale: sp.Rational(4, 5),
    lognormal.column_scale: sp.Rational(3, 5),
    lognormal.noise_scale: sp.Integer(1),
    rho: sp.Rational(1, 5),
}


def in_quantiles(count: int) -> Quadrature:
    """Midpoints of equal cells of the quantile coordinate of a standard normal."""
    return Quadrature(ndtri((np.arange(count) + 0.5) / count), np.full(count, 1 / count))


def probit_errors(rule: str, counts: tuple[int, ...]) -> NDArray[np.floating]:
    """|σ_i of a rule − σ_i of 64 Gauss–Hermite nodes| for the three leading values. float[len(counts), 3]"""
    kernel = numeric((lognormal.x, lognormal.y), lognormal.kernel.subs(PROBIT))
    law = {"hermite": normal, "midpoints": in_quantiles}[rule]
    truth = graphon_singular_values(kernel, normal, normal, 3)
    return np.array([np.abs(graphon_singular_values(kernel, law, law, 3, nodes=q) - truth) for q in counts])


@empirical(nystrom)
def hermite_nodes_converge_geometrically(geometric: sp.Expr, trial: Trial) -> Findings:
    """The errors of three singular values at 8, 12, 16 and 20 nodes are at most the stated rate."""
    counts = (8, 12, 16, 20)
    limits = [trial.value(geometric, {**PROBIT, nodes: q}) for q in counts]
    worst = (trial.once(probit_errors, "hermite", counts).max(axis=1) / limits).max()
    yield trial.at_most(float(worst), 1.0, "worst error over the stated rate")


@empirical(nystrom)
def midpoints_in_quantiles_have_order_one(probit_order: sp.Expr, trial: Trial) -> Findings:
    """The errors of three singular values fall from 100 to 400 midpoints with the stated order, within ½."""
    coarse, fine = trial.once(probit_errors, "midpoints", (100, 400))
    seen = np.log(coarse / fine) / np.log(4)
    yield trial.at_most(float(np.abs(seen - float(probit_order)).max()), 0.5, f"orders {np.round(seen, 2)}, off by")
