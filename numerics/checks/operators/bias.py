"""Evidence for O3, besides its reasons: expansion solves the characteristic equation; and more."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.operators.bias_entries import UNIT_VECTORS
from sparse_limits.numerics.checks.operators.singular_values_nystrom import PROBIT, in_quantiles
from sparse_limits.numerics.evidence import Findings, Trial, control, empirical, exact
from sparse_limits.numerics.evidence.findings import Refutation
from sparse_limits.numerics.spectra.singular_values import leading_triplets, mask_singular_values
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon import lognormal
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.operators.bias import (
    along,
    back,
    column_noise,
    joint_noise,
    left,
    onto,
    other,
    right,
    row_noise,
    second_order_bias,
)
from sparse_limits.theory.operators.symbols import sigma
from sparse_limits.theory.saliency.model import rho

eps = sp.Symbol("eps")


def perturbations(rng: np.random.Generator) -> list[sp.Matrix]:
    """Random matrices of small integers."""
    return [sp.Matrix(rng.integers(-5, 6, size=shape)) for shape in ((2, 2), (2, 3), (3, 2), (3, 3))]


def analytic(root: sp.Expr) -> sp.Expr:
    if not root.is_polynomial(eps):
        raise Refutation(f"the eigenvalue {root} is not analytic in the perturbation")
    return root


def determinant(matrix: sp.Matrix) -> sp.Poly:
    """Of polynomials in the strength of a perturbation, computed in their ring."""
    ring = matrix.to_DM()
    return sp.Poly(ring.domain.to_sympy(ring.det()), eps)


@exact(second_order_bias, cost=0.4)
def expansion_solves_the_characteristic_equation(expansion: sp.Expr, trial: Trial) -> Findings:
    """At the expansion, det(λ − (P + εH)(P + εH)ᵀ) = O(ε³) for P of rank one and random H of small integers.

    The root is simple, so λ is right to second order.
    """
    strength = sp.Rational(7, 4)
    for H in trial.draw(perturbations):
        a, b = (sp.Matrix(UNIT_VECTORS[size]) for size in H.shape)
        observed = {
            sigma: strength,
            along: eps * (a.T * H * b)[0],
            left: eps**2 * (a.T * H * H.T * a)[0],
            right: eps**2 * (b.T * H.T * H * b)[0],
        }
        perturbed = strength * a * b.T + eps * H
        root = analytic(sp.expand(valued(expansion, observed)))
        found = determinant(root * sp.eye(H.rows) - perturbed * perturbed.T)
        low = [found.coeff_monomial(eps**k) for k in range(3)]
        yield trial.holds(not any(low), f"{H.rows}×{H.cols}: coefficients of 1, ε, ε² are {low}")


BASES = {  # rational and orthonormal
    2: ((3, 4), (-4, 3)),
    3: ((2, 1, 2), (-2, 2, 1), (1, 2, -2)),
}
VALUES = (sp.Rational(7, 4), sp.Rational(2, 3), sp.Rational(1, 3))  # singular values of a matrix of full rank


@exact(second_order_bias, cost=0.4)
def every_singular_value_adds_its_cross_term(expansion: sp.Expr, cross_term: sp.Expr, trial: Trial) -> Findings:
    """With the cross terms of all other singular values, det(λ − (P + εH)(P + εH)ᵀ) = O(ε³) for P of full rank.

    This is checked at the first singular value, and for P of two rows at the second, too.
    """
    for H in trial.draw(perturbations):
        rows, columns = ([sp.Matrix(v) / sp.Matrix(v).norm() for v in BASES[size]] for size in H.shape)
        rank = min(H.shape)
        P = sum((VALUES[i] * rows[i] * columns[i].T for i in range(rank)), sp.zeros(*H.shape))
        for k in range(2 if rank == H.rows == 2 else 1):
            a, b = rows[k], columns[k]
            observed = {
                sigma: VALUES[k],
                along: eps * (a.T * H * b)[0],
                left: eps**2 * (a.T * H * H.T * a)[0],
                right: eps**2 * (b.T * H.T * H * b)[0],
            }
            root = valued(expansion, observed)
            for i in set(range(rank)) - {k}:
                products = {onto: eps * (a.T * H * columns[i])[0], back: eps * (rows[i].T * H * b)[0]}
                root += valued(cross_term, {sigma: VALUES[k], other: VALUES[i], **products})
            root = analytic(sp.expand(root))
            perturbed = P + eps * H
            found = determinant(root * sp.eye(H.rows) - perturbed * perturbed.T)
            low = [found.coeff_monomial(eps**power) for power in range(3)]
            yield trial.holds(not any(low), f"{H.rows}×{H.cols}, value {k + 1}: coefficients of 1, ε, ε² are {low}")


x, y = sp.symbols("x y", positive=True)  # 1/m = eps x, 1/n = eps y


@exact(second_order_bias)
@control("sides exchanged in the parts", left_mean=row_noise / n, right_mean=column_noise / m)
def random_mask_is_the_constant_case(
    square_mean: sp.Expr,
    left_mean: sp.Expr,
    right_mean: sp.Expr,
    value_sd: sp.Expr,
    random_value: sp.Expr,
    random_sd: sp.Expr,
    trial: Trial,
) -> Findings:
    """The mean square is σ² plus the biases of both sides; at constant P its root is the stated value, to first order in 1/m and 1/n.

    At constant P the standard deviation is the stated one, which is positive at ρ = ½, m = 4, n = 9.
    """
    yield trial.same(square_mean, sigma**2 + left_mean + right_mean)
    constant = {sigma: rho, row_noise: rho * (1 - rho), column_noise: rho * (1 - rho), joint_noise: rho * (1 - rho)}
    small = {m: 1 / (eps * x), n: 1 / (eps * y)}
    root = sp.sqrt(valued(valued(square_mean, constant), small))
    claimed = random_value.subs(small, simultaneous=True)
    for order in range(2):
        yield trial.same(sp.diff(root, eps, order).subs(eps, 0), sp.diff(claimed, eps, order).subs(eps, 0))
    yield trial.holds(sp.diff(claimed, eps, 2) == 0, "nothing of higher order is stated")
    yield trial.same(value_sd.subs(constant), random_sd)
    yield trial.holds(bool(random_sd.subs({rho: sp.Rational(1, 2), m: 4, n: 9}) > 0), "a spread is positive")


def expected_matrix(name: str, rows: int, columns: int) -> NDArray[np.floating]:
    """P of a random mask of density 1/10, or of the probit graphon at midpoints. float[rows, columns]"""
    if name == "random":
        return np.full((rows, columns), 0.1)
    kernel = numeric((lognormal.x, lognormal.y), lognormal.kernel.subs(PROBIT))
    return kernel(in_quantiles(rows).nodes[:, None], in_quantiles(columns).nodes)


def bias_seen(
    rng: np.random.Generator, name: str, rows: int, columns: int, count: int, masks: int
) -> dict[str, NDArray[np.floating]]:
    """σ_k(P), the averages of V and the mean over masks of σ_k(M)²/mn − 2σh, which has no noise of first order.

    Each float[count]; "sd" is the standard deviation of that mean to second order, that of p + q for normal entries.
    """
    P = expected_matrix(name, rows, columns)
    V = P * (1 - P)
    true = leading_triplets(P, count)
    a, b = true.left, true.right
    seen = np.zeros((masks, count))
    for each in seen:
        M = (rng.random(P.shape) < P).astype(float)
        h = np.sum(a * ((M - P) @ b), axis=0) / np.sqrt(P.size)
        each[:] = mask_singular_values(M, count) ** 2 - 2 * true.values * h
    spread = 2 * (((V.T @ a**2) ** 2).sum(axis=0) + ((V @ b**2) ** 2).sum(axis=0)) / P.size**2
    return {
        "sigma": true.values,
        "V_a": V.mean(axis=1) @ a**2,
        "V_b": V.mean(axis=0) @ b**2,
        "seen": seen.mean(axis=0),
        "sd": np.sqrt(spread / masks),
    }


def beyond_the_bias(P: NDArray[np.floating], count: int) -> NDArray[np.floating]:
    """What the mean of σ_k(M)²/mn − 2σh has beside the bias, to the order 1/mn and where σ² is not far above V/m: float[count].

    Noise that is met twice is taken to all orders, by the equations of Dyson for its self-energies: rows have the resolvents
    g = 1/(s − v g′), columns g′ = 1/(s − vᵀg) with v = V/mn, and s is the value at which √g P √g′/√mn has the singular value 1.
    The means of −h², of the cross terms, and of a third moment, 2⟨a, κ b⟩/σ, are added.
    """
    size, V = P.size, P * (1 - P)
    left, values, right = np.linalg.svd(P / np.sqrt(size), full_matrices=False)
    columns = right.T
    third = V * (1 - 2 * P) / size**1.5
    found = []
    for k in range(count):
        sigma, a, b = values[k], left[:, k], columns[:, k]
        rest = np.arange(len(values)) != k
        onto, back = (a**2 @ V @ columns**2 / size)[rest], ((left**2).T @ V @ b**2 / size)[rest]
        both = np.einsum("il,ij,jl->l", left * a[:, None], V, columns * b[:, None])[rest] / size
        others = values[rest]
        cross = (others**2 * (onto + back) + 2 * sigma * others * both) / (sigma**2 - others**2)
        square = _outlier(P, V / size, sigma, k) ** 2
        bias = sigma**2 + (V.sum(axis=1) @ a**2 + V.sum(axis=0) @ b**2) / size
        found.append(square - bias - a**2 @ V @ b**2 / size + cross.sum() + 2 * a @ third @ b / sigma)
    return np.array(found)


def _outlier(P: NDArray[np.floating], v: NDArray[np.floating], sigma: float, k: int) -> float:
    """The s of `beyond_the_bias`, both equations iterated."""
    s, rows = sigma, np.full(len(P), 1 / sigma)
    for _ in range(60):
        for _ in range(20):
            columns = 1 / (s - v.T @ rows)
            rows = 1 / (s - v @ columns)
        seen = np.sqrt(rows)[:, None] * P * np.sqrt(columns) / np.sqrt(P.size)
        value = np.sqrt(np.linalg.eigvalsh(seen @ seen.T)[-1 - k])
        s *= value
        if abs(value - 1) < 1e-10:
            return float(s)
    raise ArithmeticError(f"the self-energies at singular value {k + 1} do not settle")


@empirical(second_order_bias, cost=2.0)
def masks_show_the_bias(square_mean: sp.Expr, trial: Trial) -> Findings:
    """For masks of independent entries, constant and probit P, the mean of σ_k(M)²/mn − 2σh is near the formula.

    It is off by at most twice the next order, plus five standard deviations.
    """
    formula = numeric((sigma, row_noise, column_noise, m, n), square_mean)
    for name, rows, columns, count, masks in (("random", 128, 1024, 1, 30), ("probit", 384, 384, 2, 4)):
        seen = trial.draw(bias_seen, name, rows, columns, count, trial.size(masks))
        claimed = formula(seen["sigma"], seen["V_a"], seen["V_b"], rows, columns)
        limit = 2 * np.abs(beyond_the_bias(expected_matrix(name, rows, columns), count)) + 5 * seen["sd"]
        worst = float((np.abs(seen["seen"] - claimed) / limit).max())
        yield trial.at_most(worst, 1.0, f"{name}, error over tolerance")
