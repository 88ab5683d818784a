"""Evidence for Q2, besides its reasons: fixed points count the orbits; orbits form a basis; and more."""

from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from flint import fmpz_mat
from numpy.typing import NDArray

from sparse_limits.numerics.equivariance import (
    Representation,
    centred_grid,
    cyclic,
    cyclic_irreducibles,
    defect,
    dihedral,
    dihedral_irreducibles,
    direct_sum,
    equivariant_basis,
    feature_field,
    natural,
    orbit_labels,
    regular,
    symmetric,
    tensor_power,
    trivial,
)
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.sums import by_cases
from sparse_limits.theory.equivariance.orbits import fixed_x, fixed_y, free_x, free_y, orbit_basis, still_x, still_y
from sparse_limits.theory.equivariance.symbols import X, Y, class_size, n, order
from sparse_limits.theory.formulas.valued import valued


def actions(effort: str) -> list[tuple[Representation, Representation]]:
    """Pairs of permutation representations of one group."""
    turn, square = cyclic_irreducibles(4)["rotation"], dihedral_irreducibles(4)["E"]
    points, edges = natural(symmetric(4)), natural(dihedral(5))
    pairs = [
        (centred_grid(turn, 3), regular(cyclic(4))),
        (centred_grid(square, 4), centred_grid(square, 3)),
        (feature_field(turn, 3), feature_field(turn, 3, regular(cyclic(4)))),
        (points, tensor_power(points, 2)),
        (tensor_power(points, 2), tensor_power(points, 2)),
        (edges, direct_sum(edges, trivial(edges.group, 2))),
    ]
    if effort != "quick":
        pairs.append((tensor_power(natural(symmetric(6)), 2), tensor_power(natural(symmetric(6)), 2)))
    return pairs


def fixed_counts(rho: Representation) -> list[int]:
    """How many points a word of each class leaves in place."""
    still = np.arange(rho.dimension)
    return [int((rho.permutation(word) == still).sum()) for word, _ in rho.group.classes()]


class Count(NamedTuple):
    """An action reduced to numbers: the order, (size, fixed in X, fixed in Y) by class, orbits on pairs and on X."""

    order: int
    classes: tuple[tuple[int, int, int], ...]
    pairs: int
    points: int


def counts(effort: str) -> list[Count]:
    """The numbers of every action."""
    found = []
    for source, target in actions(effort):
        sizes = [size for _, size in source.group.classes()]
        classes = tuple(zip(sizes, fixed_counts(source), fixed_counts(target), strict=True))
        points = orbit_labels(source, trivial(source.group)).max() + 1
        found.append(Count(sum(sizes), classes, int(orbit_labels(source, target).max()) + 1, int(points)))
    return found


@exact(orbit_basis)
def fixed_points_count_the_orbits(share: sp.Expr, identity_share: sp.Expr, trial: Trial) -> Findings:
    """Sums over classes against orbits found by following the generators."""
    for each in trial.once(counts, trial.effort):
        values = [dict(zip((class_size, fixed_x, fixed_y), here, strict=True)) for here in each.classes]
        for formula, found in ((share, each.pairs), (identity_share, each.points)):
            total = sp.Add(*(valued(formula, {**here, order: each.order}) for here in values))
            yield trial.holds(total == found, f"fixed points give {total}, orbits {found}")


def spans(matrices: list[NDArray[Any]]) -> int:
    """The rank of some matrices as vectors, exactly."""
    rank: int = fmpz_mat([[int(x) for x in matrix.flat] for matrix in matrices]).rank()
    return rank


@exact(orbit_basis, cost=0.5)
def orbits_form_a_basis(share: sp.Expr, identity_share: sp.Expr, trial: Trial) -> Findings:
    """Orbit matrices have disjoint supports that fill the matrix, are equivariant and have the rank of the null space; and the diagonal
    ones add up to the identity.
    """
    for (source, target), each in zip(actions("quick"), trial.once(counts, "quick"), strict=True):
        basis = equivariant_basis(source, target)
        yield trial.holds(np.all(sum(basis) == 1), "the supports partition the entries")
        yield trial.holds(all(defect(matrix, source, target) == 0 for matrix in basis), "every orbit is equivariant")
        if source.dimension * target.dimension <= 256:
            solutions = equivariant_basis(source, target, "nullspace")
            ranks = spans(solutions), spans(basis + solutions), len(basis)
            yield trial.holds(len(set(ranks)) == 1, f"ranks of the null space, of both, and orbits: {ranks}")
        values = [dict(zip((order, class_size, fixed_x, fixed_y), (each.order, *c), strict=True)) for c in each.classes]
        total = sp.Add(*(valued(share, here) for here in values))
        yield trial.holds(total == len(basis), f"{len(basis)} matrices, {total} claimed")
        diagonal = [m for m in equivariant_basis(source, source) if np.diagonal(m).any()]
        yield trial.holds(np.all(sum(diagonal) == np.eye(source.dimension)), "diagonal orbits add up to the identity")
        parts = sp.Add(*(valued(identity_share, here) for here in values))
        yield trial.holds(parts == len(diagonal), f"{len(diagonal)} diagonal orbits, {parts} claimed")


MORE_POINTS = sp.Symbol("t", integer=True, nonnegative=True)


@exact(orbit_basis, step="points in any order")
def kinds_of_pairs_are_not_empty(symmetric_pairs: sp.Expr, apart: sp.Expr, trial: Trial) -> Findings:
    """Each kind of pairs counts 1 if there is a pair of this kind, for n = 0, for n = 1 and for n = t + 2."""
    kinds = sp.Min(n, 1) + sp.Min(apart, 1)
    yield trial.same(symmetric_pairs, kinds, by=by_cases({n: sp.S.Zero}, {n: sp.S.One}, {n: MORE_POINTS + 2}))


@enclosed(orbit_basis)
def free_orbits_are_whole(free: sp.Expr, trial: Trial) -> Findings:
    """The number of free orbits is a whole one."""
    yield trial.below(free, sp.floor(free), needed="free")


def semifree_orbits(size: int, sides: tuple[tuple[int, int], tuple[int, int]]) -> int:
    """The orbits on pairs for so many free orbits and fixed points of C_size on either side."""
    group = cyclic(size)
    parts = [[regular(group)] * free_orbits + [trivial(group)] * still for free_orbits, still in sides]
    return int(orbit_labels(*(direct_sum(*part) for part in parts)).max()) + 1


@exact(orbit_basis)
def examples_have_their_orbits(semifree: sp.Expr, free: sp.Expr, symmetric_pairs: sp.Expr, trial: Trial) -> Findings:
    """Cyclic groups on free orbits and fixed points, and S_n on [n]."""
    for size, sides in ((3, ((2, 1), (1, 2))), (4, ((1, 0), (2, 3))), (2, ((0, 2), (1, 1))), (5, ((2, 0), (1, 0)))):
        found = trial.once(semifree_orbits, size, sides)
        (a, b), (c, d) = sides
        claimed = semifree.subs({order: size, free_x: a, still_x: b, free_y: c, still_y: d})
        yield trial.holds(claimed == found, f"C{size} on {sides}: {found} orbits, {claimed} claimed")
        if b * d == 0:
            claimed = free.subs({order: size, X: size * a + b, Y: size * c + d})
            yield trial.holds(claimed == found, f"C{size} freely: {found} orbits, {claimed} claimed")
    for points in range(1, 6):
        rho = natural(symmetric(points))
        found, claimed = int(orbit_labels(rho, rho).max()) + 1, symmetric_pairs.subs(n, points)
        yield trial.holds(claimed == found, f"S{points}: {found} orbits of pairs, {claimed} claimed")
