"""Evidence for Q12.3, besides its reasons: dimensions are those of characters; and more."""

from collections.abc import Mapping
from itertools import product

import sympy as sp

from sparse_limits.numerics.equivariance import cyclic_irreducibles, dihedral_irreducibles, equivariant_basis
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.equivariance.fields import alpha, b, beta, field_maps, s, t


def by_characters(turns: int, k: int, other: int) -> dict[str, sp.Expr]:
    """The mean over the group of the products of characters ζᵏ + ζ⁻ᵏ and ζˡ + ζ⁻ˡ, which are 0 at reflections."""
    found = sum((before * k + after * other) % turns == 0 for before, after in product((1, -1), repeat=2))
    return {"turns": sp.Integer(found), "turns and reflections": sp.Rational(found, 2)}


def by_elimination(turns: int) -> dict[str, sp.Expr]:
    """The dimension for the rational rotations, by solving the equations."""
    groups = {"turns": (cyclic_irreducibles, "rotation"), "turns and reflections": (dihedral_irreducibles, "E")}
    found = {}
    for name, (irreducibles, word) in groups.items():
        field = next(rho for key, rho in irreducibles(turns).items() if key.startswith(word))
        found[name] = sp.Integer(len(equivariant_basis(field, field, "nullspace")))
    return found


@exact(field_maps, step="sizes")
def dimensions_are_those_of_characters(sizes: Mapping[str, sp.Expr], trial: Trial) -> Findings:
    """Up to sixteen turns and all frequencies, by exact sums of roots of unity; and by elimination for 3, 4 and 6 turns."""
    for turns in range(3, 17):
        frequencies = range(1, (turns + 1) // 2)
        for k, other in product(frequencies, repeat=2):
            found = by_characters(turns, k, other)
            claimed = {name: size if k == other else sp.S.Zero for name, size in sizes.items()}
            yield trial.holds(found == claimed, f"{turns} turns, frequencies {k}, {other}: {found}, claimed {claimed}")
    for turns in (3, 4, 6):
        found = trial.once(by_elimination, turns)
        yield trial.holds(found == sizes, f"{turns} turns: {found} solutions, claimed {sizes}")


@enclosed(field_maps, step="hulls")
def no_coefficients_stretch_more(
    stretch: sp.Expr, hulls: Mapping[str, sp.Expr], sizes: Mapping[str, sp.Expr], trial: Trial
) -> Findings:
    """The stretch is at most the hull on all of [−1, 1]², with β = 0 where the basis has no second element."""
    for name, hull in hulls.items():
        smaller = stretch.subs(beta, (sizes[name] - 1) * beta)
        yield trial.everywhere(smaller**2, hull**2, within={alpha: (-1, 1), beta: (-1, 1)})


@enclosed(field_maps)
def opposite_vectors_lose_most(both_beyond: sp.Expr, trial: Trial) -> Findings:
    """For opposite vectors the distances before and after are sums of lengths; the gap is at most the difference of their squares."""
    yield trial.below(both_beyond, (2 * b + s + t) ** 2 - (s + t) ** 2)
