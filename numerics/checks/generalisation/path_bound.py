"""Evidence for B3 and B8: path bounds in rationals, in balls and on digits."""

from typing import NamedTuple

import numpy as np
import sympy as sp
from flint import arb, arb_mat, ctx, fmpq

from sparse_limits.numerics.checks.generalisation.path_part import (
    PRECISION,
    block_layers,
    diagonal,
    digits_sample,
    in_balls,
    inputs,
    is_positive_definite,
    kernel_of,
    linear_part,
)
from sparse_limits.numerics.evidence import Finding, Findings, Trial, empirical, enclosed, exact
from sparse_limits.numerics.evidence.findings import Kind, Verdict
from sparse_limits.numerics.evidence.sums import adds_up
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.kernels import graphon_kernel, path_densities, path_residual_bound, squared_norm
from sparse_limits.theory.expressivity.paths import rho_path
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.path_bound import beta, eigenvalue, mu, path_energy_bound, projection, reading
from sparse_limits.theory.generalisation.path_bound import path_residual_bound as path_residual_claim
from sparse_limits.theory.generalisation.path_part import S, constant
from sparse_limits.theory.graphon.fixed_inputs import inputs as d
from sparse_limits.theory.kernel.dual import a, b, depth, relu
from sparse_limits.theory.kernel.dual import c as covariance


class Example(NamedTuple):
    """Inputs X, path densities ρ and a linear target β, in rationals."""

    X: sp.Matrix
    rho: tuple[sp.Rational, ...]
    beta: sp.Matrix

    def sum_of(self, term: sp.Expr, layers: int) -> sp.Expr:
        at = {d: self.X.cols, depth: layers}
        return sum(valued(term, {**at, rho_path: r, beta: w}) for r, w in zip(self.rho, self.beta, strict=True))

    def linear_part(self, factor: sp.Expr) -> sp.Matrix:
        """factor/d · X diag(ρ) Xᵀ."""
        return factor / self.X.cols * self.X * sp.diag(*self.rho) * self.X.T


def examples(rng: np.random.Generator) -> list[Example]:
    """Inputs of full column rank, more rows than columns, densities and targets without zeros."""
    found = []
    for rows, columns in ((4, 3), (3, 2), (5, 3)):
        X = sp.zeros(rows, columns)
        while X.rank() < columns:
            X = sp.Matrix(rng.integers(-4, 5, size=(rows, columns)))
        shares = tuple(sp.Rational(int(k), 10) for k in rng.integers(1, 11, size=columns))
        found.append(Example(X, shares, sp.Matrix([int(w) or 1 for w in rng.integers(-4, 5, size=columns)])))
    return found


def pseudo_energy(K: sp.Matrix, y: sp.Matrix) -> sp.Expr:
    return (y.T * K.pinv() * y)[0]


@exact(path_energy_bound, cost=0.4)
def linear_networks_attain_the_bound(linear_term: sp.Expr, linear_constant: sp.Expr, trial: Trial) -> Findings:
    """The terms add up to yᵀK⁺y of K = (L + 1)/d·X diag(ρ)Xᵀ, by the pseudo-inverse; the constant L + 1 is the number of layers."""
    for L, example in enumerate(trial.draw(examples), start=2):
        K = example.linear_part(sp.Integer(L + 1))
        yield trial.holds(linear_constant.subs(depth, L) == L + 1, f"{L + 1} terms of {L} hidden layers")
        yield trial.same(example.sum_of(linear_term, L), trial.once(pseudo_energy, K, example.X * example.beta))


@exact(path_energy_bound, cost=0.4)
def residual_kernels_stay_below_the_bound(path_term: sp.Expr, trial: Trial) -> Findings:
    """K = B + tR, R = I + 𝟏𝟏ᵀ: the energy is at most the sum at t = 1 and 1/100, and attains it at t = 0."""
    for L, example in enumerate(trial.draw(examples), start=2):
        bound = example.sum_of(path_term, L)
        B = example.linear_part(constant.subs(depth, L))
        y = example.X * example.beta
        yield trial.same(bound, trial.once(pseudo_energy, B, y))
        for share in (sp.Integer(1), sp.Rational(1, 100)):
            rest = sp.eye(B.rows) + sp.ones(*B.shape)
            seen = (y.T * (B + share * rest).inv() * y)[0]
            yield trial.holds(seen <= bound, f"energy {float(seen):.5g}, bound {float(bound):.5g}")


@exact(path_energy_bound)
def antipodal_inputs_attain_the_path_bound(path_term: sp.Expr, trial: Trial) -> Findings:
    """yᵀK⁻¹y of x and −x, x the first of d unit vectors times l, one hidden layer of the variance S = l²ρ/d."""
    length = sp.Symbol("l", positive=True)
    variance = length**2 * rho_path / d
    kernel = relu.value + covariance * relu.slope
    same, opposite = (kernel.subs({covariance: sign * S}).subs({a: S, b: S}).subs(S, variance) for sign in (1, -1))
    K, y = sp.Matrix([[same, opposite], [opposite, same]]), sp.Matrix([length * beta, -length * beta])
    yield trial.same(path_term.subs(depth, 1), (y.T * K.inv() * y)[0])


@exact(path_residual_claim)
def residual_bound_inverts_the_sum(
    residual_term: sp.Expr, antipodal_energy: sp.Expr, mean_bound: sp.Expr, trial: Trial
) -> Findings:
    """yᵀ(B + μI)⁻¹y in the eigenvectors (3, 4)/5 and (−4, 3)/5 of B; yᵀK⁻¹y of K = 2SI at y = (1, ±1).

    At (1, −1) it exceeds yᵀ(B + tI)⁻¹y, t the mean diagonal of K − B.
    """
    Q = sp.Matrix([[3, -4], [4, 3]]) / 5
    for first, second, share, y in ((2, sp.Rational(1, 3), sp.Rational(1, 7), (1, -1)), (5, 0, 2, (3, 1))):
        labels = sp.Matrix(y)
        B = Q * sp.diag(first, second) * Q.T
        parts = zip(Q.T * labels, (first, second), strict=True)
        total = sum(residual_term.subs({projection: x, eigenvalue: value, mu: share}) for x, value in parts)
        yield trial.same(total, (labels.T * (B + share * sp.eye(2)).inv() * labels)[0])
    K, B = 2 * S * sp.eye(2), S * sp.Matrix([[1, -1], [-1, 1]])
    for labels in (sp.Matrix([1, 1]), sp.Matrix([1, -1])):
        yield trial.same(antipodal_energy, (labels.T * K.inv() * labels)[0])
    along = {projection: sp.sqrt(2), eigenvalue: 2 * S, mu: 0}  # (1, −1) is an eigenvector of B, and K − B is singular
    yield trial.same(residual_term.subs(along), antipodal_energy)
    by_the_mean = (labels.T * (B + (K - B).trace() / 2 * sp.eye(2)).inv() * labels)[0]
    yield trial.same(mean_bound, by_the_mean)
    yield trial.holds((antipodal_energy - mean_bound).is_positive, f"{mean_bound} lies below {antipodal_energy}")


SHAPES = ((5, (4, 3, 3)), (5, (5, 4)), (4, (6, 8)))  # inputs, and blocks of the inputs and of each hidden layer


def quadratic_form(matrix: arb_mat, y: list[int]) -> arb:
    """yᵀM⁻¹y."""
    column = arb_mat([[x] for x in y])
    return (column.transpose() * matrix.solve(column))[0, 0]


@enclosed(path_residual_claim, cost=0.5)
def random_labels_keep_the_bound(weight: sp.Expr, floor: str, trial: Trial) -> Findings:
    """Random block networks, labels ±1: μ proved by elimination in balls, then both energies enclosed.

    μ is the largest multiple of a fortieth of the mean eigenvalue that is proved, or of this fortieth the largest half, quarter, …. The weight is that of L halvings.
    """
    for count, sizes in SHAPES:
        x, layers = trial.draw(inputs, count, sizes[0]), trial.draw(block_layers, sizes)
        y = [1 if row[0] > 0 else -1 for row in x]
        kernel = trial.once(kernel_of, x, layers)
        L = len(sizes) - 1
        yield trial.same(weight.subs(depth, L), sp.Rational(1, 2**L), by=None)
        with ctx.workprec(PRECISION):
            B = balls.enclose(weight, {depth: L}).real * linear_part(arb_mat(x), in_balls(layers), "W")
            rest = kernel - B
            mean = sum((rest[i, i] for i in range(count)), arb(0)) / count
            share = mean if floor == "mean eigenvalue" else proved_floor(rest, mean)
            truth, bound = quadratic_form(kernel, y), quadratic_form(B + diagonal([share] * count), y)
            yield compared(truth, bound)


def proved_floor(matrix: arb_mat, scale: arb) -> arb:
    """A positive number that the smallest eigenvalue is proved to exceed: a multiple of scale/40, or a half, a quarter, … of that.

    It ends, as no two of the inputs that are drawn are parallel.
    """
    size = matrix.nrows()
    found = arb(0)
    for k in range(1, 40):
        tried = scale * arb(fmpq(k, 40))
        if is_positive_definite(matrix - diagonal([tried] * size)) is not True:
            break
        found = tried
    tried = scale / 40
    while not bool(found > 0):  # inputs that are nearly parallel leave less
        tried /= 2
        if is_positive_definite(matrix - diagonal([tried] * size)) is True:
            found = tried
    return found


def compared(truth: arb, bound: arb) -> Finding:
    verdict = (
        Verdict.SUPPORTS if bool(truth <= bound) else Verdict.REFUTES if bool(truth > bound) else Verdict.UNDECIDED
    )
    return Finding(Kind.ENCLOSED, verdict, f"energy {truth.str(5)}, bound {bound.str(5)}")


@empirical(path_residual_claim, cost=0.4)
def digits_keep_the_bound(floor: str, trial: Trial) -> Findings:
    """3 v 8 and 4 v 9 under SNIP's graphons: the energy is at most the bound."""
    for classes in ((3, 8), (4, 9)):
        x, y, layers = trial.draw(digits_sample, classes, trial.size(60))
        kernel, density = graphon_kernel(x, layers).ntk, path_densities(layers).mean(axis=0)
        truth = squared_norm(kernel, y)
        bound = path_residual_bound(kernel, density, x, y).value
        if floor == "mean eigenvalue":
            B = x * (density / x.shape[1]) @ x.T
            bound = squared_norm(B + np.trace(kernel - B) / len(y) * np.eye(len(y)), y)
        yield trial.at_most(truth / bound, 1.0, f"{classes[0]} v {classes[1]}: energy {truth:.4g} over the bound")


# Form is a sum over features


def symbolic_forms() -> list[tuple[list[dict[sp.Symbol, sp.Expr]], sp.Expr]]:
    """For a few sizes: what w, β and ρ are for each feature, and 2uᵀXβ − c/d·uᵀX diag(ρ)Xᵀu, all entries free."""
    found = []
    for samples, features in ((1, 1), (2, 2), (2, 3), (3, 2)):
        X = sp.Matrix(samples, features, lambda i, j: sp.Symbol(f"x_{i}{j}", real=True))
        u = sp.Matrix(sp.symbols(f"u_:{samples}", real=True))
        target = sp.Matrix(sp.symbols(f"beta_:{features}", real=True))
        shares = sp.symbols(f"rho_:{features}", positive=True)
        form = 2 * u.T * X * target - constant / d * u.T * X * sp.diag(*shares) * X.T * u
        readings = X.T * u
        found.append(([{reading: readings[j], beta: target[j], rho_path: shares[j]} for j in range(features)], form[0]))
    return found


@exact(path_energy_bound, step="features")
def form_is_a_sum_over_features(feature_part: sp.Expr, trial: Trial) -> Findings:
    """By induction: one sample more adds its label's term and its entries of the form to a feature's part; small shapes are multiplied out.

    Different features have no entries in common, so the form is the sum of their parts.
    """
    one, entry = sp.symbols("u_i x_ij", real=True)
    own = constant * rho_path / d * one * entry * (2 * reading + one * entry)
    yield adds_up(trial, feature_part, {reading: one * entry}, 2 * one * entry * beta - own)
    cases = trial.once(symbolic_forms)
    yield trial.at_sizes(((sum(valued(feature_part, at) for at in places), form) for places, form in cases), "shapes")
