"""Evidence for Q6, besides its reasons: matrices are listed; differences lose the smaller entry; and more."""

from itertools import permutations, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.equivariance import Representation, cyclic, cyclic_irreducibles, regular, specht
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.sums import by_cases
from sparse_limits.theory.equivariance.pointwise import a, b, cycle, n, pointwise_relu, q, u, x, z


def probing(size: int) -> NDArray[np.int64]:
    """The vectors e_j and e_k − e_j. int[vectors, size]"""
    unit = np.eye(size, dtype=np.int64)
    return np.array([*unit, *(unit[k] - unit[j] for j, k in permutations(range(size), 2))])


def whole_matrices(size: int, largest: int) -> NDArray[np.int64]:
    """All square matrices of whole entries up to some modulus. int[matrices, size, size]"""
    return np.array(list(product(range(-largest, largest + 1), repeat=size * size))).reshape(-1, size, size)


def commute(matrices: NDArray[np.int64], vectors: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether σ(Ax) = Aσ(x) at all vectors, for each matrix."""
    images = matrices @ vectors.T
    same: NDArray[np.bool_] = (np.maximum(images, 0) == matrices @ np.maximum(vectors.T, 0)).all(axis=(-2, -1))
    return same


def determinants(matrices: NDArray[np.int64]) -> NDArray[np.int64]:
    """By Leibniz's formula, exactly. int[matrices]"""
    size = matrices.shape[-1]
    total = np.zeros(len(matrices), dtype=np.int64)
    for p in permutations(range(size)):
        sign = (-1) ** sum(p[i] > p[j] for i in range(size) for j in range(i + 1, size))
        total += sign * np.prod([matrices[:, i, p[i]] for i in range(size)], axis=0)
    return total


def counted(size: int, largest: int) -> tuple[int, int, bool]:
    """How many matrices commute with ReLU at the probes, how many of them are invertible, and whether all are monomial."""
    matrices = whole_matrices(size, largest)
    found = matrices[commute(matrices, probing(size))]
    regular_ones = found[determinants(found) != 0]
    lines = [np.count_nonzero(regular_ones, axis=axis) for axis in (1, 2)]
    return len(found), len(regular_ones), bool((np.array(lines) == 1).all() and (found >= 0).all())


@exact(pointwise_relu)
def matrices_are_listed(invertible: sp.Expr, commuting: sp.Expr, probes: sp.Expr, trial: Trial) -> Findings:
    """All whole matrices up to 3 × 3 that pass the probes, which are as many as claimed."""
    cases = ((1, 0), (1, 1), (1, 3), (2, 1), (2, 2), (3, 1))
    for size, largest in cases:
        all_commuting, regular_ones, monomial = trial.once(counted, size, largest)
        claimed = tuple(formula.subs({n: size, q: largest}) for formula in (commuting, invertible))
        found = all_commuting, regular_ones
        yield trial.holds(claimed == found, f"entries to {largest}, n = {size}: {found} commute, claimed {claimed}")
        yield trial.holds(monomial, "those that are invertible are non-negative monomial")
    for size in range(1, 6):
        used, claimed_probes = len(probing(size)), probes.subs(n, size)
        yield trial.holds(used == claimed_probes, f"n = {size}: {used} probes, claimed {claimed_probes}")


t = sp.Symbol("t", nonnegative=True)


@exact(pointwise_relu, step="one entry in a row")
def differences_lose_the_smaller_entry(lost: sp.Expr, trial: Trial) -> Findings:
    """What is lost is u − σ(u − z), where u is the larger one and where z is."""
    yield trial.same(u - sp.Max(u - z, 0), lost, by=by_cases({u: z + t}, {z: u + t}))


@exact(pointwise_relu, step="one entry is enough")
def relu_takes_factors_out(row: sp.Expr, trial: Trial) -> Findings:
    """σ(ux) for coordinates of either sign."""
    yield trial.same(sp.Max(u * x, 0), row, by=by_cases({x: t}, {x: -t}))


@enclosed(pointwise_relu)
def an_invertible_one_has_positive_entries(cycle: sp.ImmutableMatrix, trial: Trial) -> Findings:
    """One entry in each row is positive, that of the last row times ab."""
    for place, entry in enumerate((cycle[0, 2], cycle[1, 0], cycle[2, 1])):
        yield trial.below(sp.S.Zero, entry * (a * b if place == 2 else 1), strict=True)


def left_over(rng: np.random.Generator, size: int, largest: int, vectors: int) -> tuple[int, int]:
    """Matrices that pass the probes, and those of them that fail at random vectors."""
    matrices = whole_matrices(size, largest)
    found = matrices[commute(matrices, probing(size))]
    return len(found), int((~commute(found, rng.integers(-9, 10, size=(vectors, size)))).sum())


@exact(pointwise_relu)
def probes_decide(commuting: sp.Expr, trial: Trial) -> Findings:
    """What passes the probes commutes with ReLU at random vectors too."""
    for size, largest in ((2, 3), (3, 1)):
        passed, failed = trial.draw(left_over, size, largest, trial.size(50))
        claimed = commuting.subs({n: size, q: largest})
        yield trial.holds(passed == claimed, f"n = {size}: {passed} matrices pass the probes, claimed {claimed}")
        yield trial.holds(not failed, f"n = {size}: {failed} of {passed} fail at a random vector")


TURN = cyclic_irreducibles(4)["rotation"]
TYPES = {
    "regular": regular(TURN.group),
    "rotation": TURN,
    "sign": cyclic_irreducibles(4)["sign"],
    "standard of S4": specht((3, 1)),
    "rescaled": Representation(cyclic(3), ((sp.Matrix(cycle.subs({a: 2, b: 3}))),)),
}


def act_exactly(rho: Representation, vectors: NDArray[np.int64]) -> bool:
    """Whether ReLU commutes with every generator at the vectors, in fractions."""
    return all(
        (rho.act((i,), np.maximum(vectors, 0)) == np.maximum(rho.act((i,), vectors), 0)).all()
        for i in range(len(rho.images))
    )


@exact(pointwise_relu)
def hidden_types_commute_with_relu(hidden_type: str, trial: Trial) -> Findings:
    """The regular representation at (1, 2, …) and at the probes; for all types ReLU commutes at the probes if and only if the matrices are
    non-negative monomial.
    """
    rho = TYPES[hidden_type]
    counting = np.arange(1, rho.dimension + 1)
    vectors = np.concatenate([probing(rho.dimension), [counting, -counting]])
    yield trial.holds(act_exactly(rho, vectors), f"the {hidden_type} representation as a hidden type")
    for name, each in TYPES.items():
        alike = act_exactly(each, probing(each.dimension)) == each.admits_relu
        yield trial.holds(alike, f"{name}: {'' if each.admits_relu else 'not '}non-negative monomial")
