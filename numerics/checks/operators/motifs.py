"""Evidence for O8, besides its reasons: constant is sharp; edges are replaced one after the other; and more."""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.operators.norms import cut_norm
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.masks.motifs import graphon_motif_density, motif_density
from sparse_limits.theory.operators.motifs import Motif, counting_lemma, cycle, edges, half_length, sigmas
from sparse_limits.theory.operators.symbols import cut

Integers = NDArray[np.int64]


@exact(counting_lemma)
def constant_is_sharp(counting_bound: sp.Expr, motifs: Mapping[str, Motif], trial: Trial) -> Findings:
    """At U = 1 and W = 1 − ε the densities differ by at most the bound, and by at least 1 − eε times the bound (Bernoulli)."""
    for name, motif in motifs.items():
        size = len(motif.edges)
        for small in (sp.Rational(1, 10**3), sp.Rational(1, 10**6)):
            moved = 1 - graphon_motif_density(motif, np.array([[1 - small]]))
            bound = counting_bound.subs({edges: size, cut: small})
            sharp = (1 - size * small) * bound <= moved <= bound
            yield trial.holds(sharp, f"{name} moves by {moved}, claimed at most {bound} and nearly so")


def telescope(upper: Integers, lower: Integers, motif: Motif) -> list[int]:
    """The changes of the count of homomorphisms as the edges are moved one after the other from `upper` to `lower`."""
    rows, columns = (list(dict.fromkeys(edge[side] for edge in motif.edges)) for side in (0, 1))
    changes = []
    for place in range(len(motif.edges)):
        factors: list[Integers | list[int]] = []
        for at, (i, j) in enumerate(motif.edges):
            factor = lower if at < place else upper - lower if at == place else upper
            factors += [factor, [rows.index(i), len(rows) + columns.index(j)]]
        changes.append(int(np.einsum(*factors, [], optimize="greedy")))
    return changes


def pairs_of_masks(rng: np.random.Generator, count: int) -> list[tuple[Integers, Integers, Fraction]]:
    """Masks of several densities, each paired with another mask or with a constant in tenths (both times ten), and their cut norms."""
    pairs = []
    for _ in range(count):
        rows, columns = rng.integers(3, 8, size=2)
        one, other = (10 * (rng.random((rows, columns)) < rng.random()) for _ in range(2))
        pairs += [(one, other), (one, np.full_like(one, rng.integers(0, 11)))]
    return [(one, other, cut_norm(one - other, 10)) for one, other in pairs]


@exact(counting_lemma, cost=0.4)
def edges_are_replaced_one_after_the_other(
    counting_bound: sp.Expr, motifs: Mapping[str, Motif], trial: Trial
) -> Findings:
    """The difference of the densities is a sum of e changes, one for each edge, each at most the cut norm: random masks, in integers."""
    pairs = trial.draw(pairs_of_masks, trial.size(4))
    for name, motif in motifs.items():
        size, maps = len(motif.edges), (len(motif.row_degrees), len(motif.column_degrees))
        claimed = sp.cancel(counting_bound.subs(edges, size) / cut)
        yield trial.holds(claimed == size, f"{name} has {size} changes, claimed {claimed}")
        largest = Fraction(0)
        for one, other, distance in pairs:
            total = one.shape[0] ** maps[0] * one.shape[1] ** maps[1] * 10**size
            changes = [Fraction(change, total) for change in trial.once(telescope, one, other, motif)]
            densities = [motif_density(each, motif) / 10**size for each in (one, other)]
            yield trial.holds(sum(changes) == densities[0] - densities[1], f"{name}: changes add up")
            yield trial.holds(max(map(abs, changes)) <= distance, f"{name}: each change is at most a cut")
            if distance:
                largest = max(largest, abs(sum(changes, Fraction(0))) / (size * distance))
        yield trial.holds(largest <= 1, f"{name}: largest ratio to the bound {float(largest):.2f}")


@exact(counting_lemma)
def cycles_are_powers_of_singular_values(cycle_density: sp.Expr, trial: Trial) -> Findings:
    """For matrices of two rows, counted 4-, 6- and 8-cycles have the stated density.

    There σ² are the roots of λ² − (tr/mn)λ + det/(mn)², with trace and determinant of the Gram matrix.
    """
    for matrix in (
        np.array([[1, 0, 1], [1, 1, 0]]),
        np.array([[2, 1], [-1, 3]]),
        np.array([[1, 1, 1, 0], [0, 0, 1, 1]]),
    ):
        gram = sp.Matrix(matrix @ matrix.T) / matrix.size
        root = sp.sqrt(gram.trace() ** 2 - 4 * gram.det())
        values = {sigma: sp.sqrt((gram.trace() + sign * root) / 2) for sigma, sign in zip(sigmas, (1, -1), strict=True)}
        for half in (2, 3, 4):
            counted = sp.Rational(motif_density(matrix, cycle(2 * half)))
            yield trial.same(cycle_density.subs({**values, half_length: half}), counted, by=sp.expand)


@enclosed(counting_lemma)
def closed_walks_are_no_more_than_all(cycle_density: sp.Expr, trial: Trial) -> Findings:
    """The density of a cycle is at most 1, also if half its length is 1: then it is the sum of the squared singular values."""
    yield trial.below(cycle_density, sp.S.One)
    yield trial.below(cycle_density.subs(half_length, 1), sp.S.One)
