"""Evidence for O5: singular values of graphons by quadrature."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import ndtri

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Finding, Trial, control, empirical, enclosed, exact
from sparse_limits.numerics.evidence.findings import Refutation
from sparse_limits.numerics.spectra.singular_values import Quadrature, graphon_singular_values, normal
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon import lognormal
from sparse_limits.theory.graphon.lognormal import correlation
from sparse_limits.theory.graphon.symbols import n
from sparse_limits.theory.operators.singular_values import (
    HALF,
    column_weight,
    entry,
    far_zeta,
    kappa,
    midpoint_value,
    nodes,
    nystrom,
    row_weight,
    value,
)
from sparse_limits.theory.saliency.model import rho

ELEVEN, R3 = sp.Rational(11, 10), sp.sqrt(3)


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


@exact(nystrom, step="degree")
@control("one degree more", degree=nodes)
@control("exact up to the degree of integrals", degree=2 * nodes - 1)
@control("one degree less than could be", degree=nodes - 2)
def products_are_integrated(degree: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Twice the degree is below the 2q − 1 of the rule, and twice the next one above it, by one each."""
    yield trial.same(2 * degree + 1, 2 * nodes - 1)
    yield trial.same(2 * (degree + 1), (2 * nodes - 1) + 1)


@exact(nystrom, step="Nyström matrix")
@control("weights forgotten", entry=value / nodes)
@control("weights without the root", entry=value * row_weight * column_weight)
@control("row weights only", entry=value * sp.sqrt(row_weight / nodes))
@control("10 % more", entry=ELEVEN * entry)
def squares_make_the_quadrature(entry: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A square of an entry is the part of two nodes in the quadrature of W², in y for each node of x."""
    of_column = column_weight * value**2
    yield trial.same(entry**2, row_weight * of_column)


@exact(nystrom, step="Nyström matrix", cost=0.5)
@control("weights forgotten", entry=value / nodes)
@control("weights without the root", entry=value * row_weight * column_weight)
@control("row weights only", entry=value * sp.sqrt(row_weight / nodes))
@control("one degree more", degree=nodes)
@control("exact up to the degree of integrals", degree=2 * nodes - 1)
@control("one degree less than could be", degree=nodes - 2)
def gauss_nodes_are_exact_up_to_their_degree(entry: sp.Expr, degree: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """∬W, Σσ² and Σσ⁴ of a polynomial kernel, normal × uniform latents: exact at the degree, some wrong beyond it."""
    for count in HERMITE_RULES:
        highest = degree.subs(nodes, count)
        if not (highest.is_Integer and 0 <= highest <= 6):
            raise Refutation(f"{count} nodes are exact up to degree {highest}")
        for d, exactly in ((int(highest), True), (int(highest) + 1, False)):
            gaps = zip(trial.once(exact_moments, d), trial.once(nystrom_moments, entry, d, count), strict=True)
            agree = all(sp.expand(truth - seen) == 0 for truth, seen in gaps)
            yield trial.holds(agree == exactly, f"{count} nodes, degree {d}: exact {agree}, claimed {exactly}")


def shifted(gap: sp.Expr) -> sp.Expr:
    """Simplify by ζ(s, a) = ζ(s, a + 1) + a^(−s), to the argument of the first cell or to n + ½."""

    def lower(s: sp.Expr, a: sp.Expr) -> sp.Expr:
        at = HALF if a.is_number else n + HALF
        steps = sp.expand(a - at)
        if not (steps.is_Integer and 0 <= steps <= 3):
            return sp.zeta(s, a)
        return sp.zeta(s, at) - sum((at + k) ** -s for k in range(steps))

    return sp.simplify(sp.expand(gap.replace(sp.zeta, lower)))


@exact(nystrom, step="midpoints")
@control("cells from their left ends", midpoint_value=(sp.zeta(-kappa, 1) - sp.zeta(-kappa, n + 1)) / n ** (1 + kappa))
@control("10 % more", midpoint_value=ELEVEN * midpoint_value)
@control("the exponent of one profile", midpoint_value=midpoint_value.subs(kappa, kappa / 2))
def midpoints_add_up_cell_by_cell(midpoint_value: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """n^(1+κ) times it is (1/2)^κ for one cell, and grows by (n + 1/2)^κ with the next."""
    total = midpoint_value * n ** (1 + kappa)
    yield trial.induction(total, n, HALF**kappa, lambda term: term + (n + HALF) ** kappa, start=1, by=shifted)


@enclosed(nystrom, step="midpoints")
@control("cells from their left ends", midpoint_value=(sp.zeta(-kappa, 1) - sp.zeta(-kappa, n + 1)) / n ** (1 + kappa))
@control("10 % more", midpoint_value=ELEVEN * midpoint_value)
@control("the exponent of one profile", midpoint_value=midpoint_value.subs(kappa, kappa / 2))
def midpoints_sum_to_zeta(midpoint_value: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of the κ-th powers of the midpoints, to 30 digits."""
    i = sp.Symbol("i", integer=True, positive=True)
    mean = sp.Sum(((i - HALF) / n) ** kappa, (i, 1, n)) / n
    yield trial.same(midpoint_value, mean, by=None)


MANY = 10**8


@enclosed(nystrom)
@control("order 2", order=sp.Integer(2))
@control("order 1", order=sp.Integer(1))
@control("twice the limit", midpoint_limit=2 * sp.zeta(-kappa, HALF))
@control("left ends", midpoint_limit=sp.zeta(-kappa, 1))
@control("value of one profile", power_value=1 / (1 + kappa / 2))
@control("10 % more", midpoint_value=ELEVEN * midpoint_value)
def midpoints_have_their_order(
    midpoint_value: sp.Expr, power_value: sp.Expr, order: sp.Expr, midpoint_limit: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """n^order · error is within κ n^(κ−1) of its limit at 10⁸ cells (Euler–Maclaurin: κ/24)."""
    points = [{kappa: sp.Rational(k, 4), n: MANY} for k in (1, 2)]
    gap = n**order * (midpoint_value - power_value) - midpoint_limit
    yield trial.below(sp.Abs(gap), kappa * n ** (kappa - 1), at=points)  # boxes: zeta at 10⁸ cells


@exact(nystrom, step="order")
@control("order 2", order=sp.Integer(2))
@control("order 1", order=sp.Integer(1))
@control("twice the limit", midpoint_limit=2 * sp.zeta(-kappa, HALF))
@control("left ends", midpoint_limit=sp.zeta(-kappa, 1))
@control("value of one profile", power_value=1 / (1 + kappa / 2))
@control("10 % more", midpoint_value=ELEVEN * midpoint_value)
@control("half of the far end", far_zeta=far_zeta / 2)
def far_end_leaves_the_limit(
    midpoint_value: sp.Expr,
    power_value: sp.Expr,
    far_zeta: sp.Expr,
    order: sp.Expr,
    midpoint_limit: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The value of the midpoints with the leading term of ζ(−κ, n + ½) for it."""
    leading = midpoint_value.subs(sp.zeta(-kappa, n + HALF), far_zeta)
    yield trial.same(leading, power_value + n**-order * midpoint_limit)


@exact(nystrom, step="power profiles")
@control("value of one profile", power_value=1 / (1 + kappa / 2))
@control("10 % more", power_value=ELEVEN / (1 + kappa))
def power_profiles_have_their_value(power_value: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """σ₁ = ‖u^{κ/2}‖² is an integral that vanishes with its upper limit."""
    end = sp.Symbol("end", positive=True)
    primitive = power_value * end ** (1 + kappa)
    yield trial.same(sp.diff(primitive, end), end**kappa)


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
@control("the square of the rate", geometric=correlation ** (2 * nodes))
@control("at half the correlation", geometric=(correlation / 2) ** nodes)
def hermite_nodes_converge_geometrically(geometric: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Errors at 8, 12, 16, 20 nodes, as shares of the stated rate."""
    counts = (8, 12, 16, 20)
    limits = [trial.value(geometric, {**PROBIT, nodes: q}) for q in counts]
    worst = (trial.once(probit_errors, "hermite", counts).max(axis=1) / limits).max()
    yield trial.at_most(float(worst), 1.0, "worst error over the stated rate")


@empirical(nystrom)
@control("order 2, as for smooth kernels", probit_order=sp.Integer(2))
@control("order ½, as for sampling", probit_order=HALF)
def midpoints_in_quantiles_have_order_one(probit_order: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The order from 100 to 400 midpoints, of three singular values."""
    coarse, fine = trial.once(probit_errors, "midpoints", (100, 400))
    seen = np.log(coarse / fine) / np.log(4)
    yield trial.at_most(float(np.abs(seen - float(probit_order)).max()), 0.5, f"orders {np.round(seen, 2)}, off by")
