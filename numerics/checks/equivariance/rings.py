"""Evidence for Q12.2: samples that turn, orbits counted, and norms of the orbit basis."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.equivariance import equivariant_basis, hom_dimension
from sparse_limits.numerics.equivariance.architectures import ring_samples
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.sums import by_cases
from sparse_limits.theory.equivariance.orbits import free
from sparse_limits.theory.equivariance.rings import (
    N,
    j,
    mirror,
    reflecting,
    rho,
    ring_maps,
    ring_norms,
    rings_in,
    rings_out,
    sample,
    turn,
    turned,
    turning,
)
from sparse_limits.theory.equivariance.symbols import X, Y, order
from sparse_limits.theory.formulas.valued import valued

MORE = sp.Rational(11, 10)
m = sp.Symbol("m", nonnegative=True, integer=True)
weight = sp.Symbol("s", positive=True)
EVEN_AND_ODD = by_cases({N: 2 * m + 2}, {N: 2 * m + 1})


def both(vector: sp.Matrix) -> sp.Expr:
    """Both coordinates at once, with a weight."""
    return vector[0] + weight * vector[1]


@exact(ring_maps, step="turned samples")
@control("sample j", turned=sample)
@control("two samples on", turned=sample.subs(j, j + 2))
@control("back", turned=sample.subs(j, j - 1))
@control("half the angle", sample=sample.subs(N, 2 * N))
@control("the turn back", turn=turn.T)
@control("twice round", sample=sample.subs(N, N / 2))
@control("twice as far out", sample=2 * sample, turned=2 * turned)
@control("on the opposite side", sample=-sample, turned=-turned)
@control("the square of the radius", sample=sample.subs(rho, rho**2), turned=turned.subs(rho, rho**2))
def samples_turn_into_the_next(
    sample: sp.ImmutableMatrix, turn: sp.ImmutableMatrix, turned: sp.ImmutableMatrix, trial: Trial
) -> Iterator[Finding]:
    """The first sample and all distances, the turn of sample j, and half a ring on the opposite one: they go round once."""
    yield trial.same(both(sample.subs(j, 0)), rho)
    yield trial.same(sample.dot(sample), rho**2)
    yield trial.same(both(turn * sample), both(turned), by=sp.simplify)
    yield trial.same(both(turned), both(sample.subs(j, j + 1)))
    opposite = sample.subs(j, j + N / 2)
    yield trial.same(both(opposite), -both(sample), by=lambda gap: sp.simplify(sp.expand_trig(sp.expand(gap))))


@exact(ring_maps, step="mirrored samples")
@control("the next one back", mirrored=sample.subs(j, -j - 1))
@control("itself", mirrored=sample)
@control("through the origin", mirrored=-sample)
@control("the other axis", mirror=-mirror)
@control("half a step off", sample=sample.subs(j, j + sp.Rational(1, 2)))
def samples_are_mirrored(
    sample: sp.ImmutableMatrix, mirror: sp.ImmutableMatrix, mirrored: sp.ImmutableMatrix, trial: Trial
) -> Iterator[Finding]:
    """The reflection of sample j is sample −j, for all radii and numbers."""
    yield trial.same(both(mirror * sample), both(mirrored))
    yield trial.same(both(mirrored), both(sample.subs(j, -j)))


@exact(ring_maps, step="turns")
@control("a coefficient for each pair of samples", turning=N * turning)
@control("one for each pair of rings", turning=rings_in * rings_out)
@control("with reflections", turning=reflecting)
@control("10 % more", turning=MORE * turning)
def pairs_move_freely(turning: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Q2 for a group of N elements that acts freely on pairs of N·rings_in and N·rings_out samples."""
    at = {X: N * rings_in, Y: N * rings_out, order: N}
    yield trial.same(turning, free.subs(at, simultaneous=True))


def left_in_place(samples: int) -> int:
    """The sum over the reflections of the squares of the numbers of samples that they leave in place."""
    counts = (sum((axis - 2 * each) % samples == 0 for each in range(samples)) for axis in range(samples))
    return sum(count**2 for count in counts)


@exact(ring_maps, step="samples that a reflection leaves")
@control("one for each reflection", fixed_pairs=N)
@control("two for each reflection", fixed_pairs=4 * N)
@control("odd and even exchanged", fixed_pairs=N * (1 + N - 2 * sp.floor(N / 2)))
def reflections_leave_samples(fixed_pairs: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """For odd N one sample for each of N reflections, for even N two for each of N/2: 4N/2. Counted up to N = 16."""
    yield trial.same(fixed_pairs, (1 - (-1) ** N) / 2 * N + (1 + (-1) ** N) / 2 * 4 * N / 2, by=EVEN_AND_ODD)
    for samples in range(1, 17):
        found, claimed = trial.once(left_in_place, samples), fixed_pairs.subs(N, samples)
        yield trial.holds(found == claimed, f"{samples} samples: {found}, claimed {claimed}")


@exact(ring_maps, step="turns and reflections")
@control("half of the turns", reflecting=rings_in * rings_out * N / 2)
@control("rounded up", reflecting=rings_in * rings_out * (sp.ceiling(N / 2) + 1))
@control("no reflection through a sample", reflecting=rings_in * rings_out * sp.floor(N / 2))
@control("10 % more", reflecting=MORE * reflecting)
@control("one sample for each reflection", fixed_pairs=N)
def means_over_reflections(reflecting: sp.Expr, fixed_pairs: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean over 2N elements, for odd and even N."""
    yield trial.same(reflecting, rings_in * rings_out * (N**2 + fixed_pairs) / (2 * N), by=EVEN_AND_ODD)


CASES = ((1, 1, 1), (2, 1, 2), (3, 2, 1), (5, 1, 1), (8, 2, 3), (12, 1, 2))


def counted(samples: int, before: int, after: int, reflections: bool) -> tuple[int, int, int]:
    """Orbits, the dimension by characters, and the sum of the norms of the orbits' matrices."""
    source, target = (ring_samples(samples, rings, reflections) for rings in (before, after))
    basis = equivariant_basis(source, target)
    return len(basis), hom_dimension(source, target), sum(int(matrix.sum(axis=1).max()) for matrix in basis)


@exact(ring_maps)
@control("a coefficient for each pair of samples", turning=N * turning)
@control("one for each pair of rings", turning=rings_in * rings_out)
@control("half of the turns", reflecting=rings_in * rings_out * N / 2)
@control("rounded up", reflecting=rings_in * rings_out * (sp.ceiling(N / 2) + 1))
@control("one for each element", ring_norms=reflecting)
@control("without the rings", ring_norms=N)
@control("10 % more", ring_norms=MORE * ring_norms)
def orbits_are_as_many(turning: sp.Expr, reflecting: sp.Expr, ring_norms: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Both groups, up to twelve samples and three rings: orbits, characters and norms."""
    for samples, before, after in CASES:
        at = {N: samples, rings_in: before, rings_out: after}
        for name, size in (("turns", turning), ("reflections", reflecting)):
            found = trial.once(counted, samples, before, after, name == "reflections")
            claimed = (valued(size, at), valued(size, at), valued(ring_norms, at))
            yield trial.holds(found == claimed, f"{name}, {at}: {found}, claimed {claimed}")


@exact(ring_maps, step="norms")
@control("one for each element", ring_norms=reflecting)
@control("without the rings", ring_norms=N)
@control("the square of the samples", ring_norms=N * ring_norms)
@control("10 % more", ring_norms=MORE * ring_norms)
def rows_add_up(ring_norms: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One pair of rings has rows of N ones; a ring more, before or after, adds as much for each ring of the other side."""
    yield trial.same(ring_norms.subs({rings_in: 1, rings_out: 1}), N)
    yield trial.induction(ring_norms, rings_in, sp.S.Zero, lambda term: term + N * rings_out, by=sp.expand)
    yield trial.induction(ring_norms, rings_out, sp.S.Zero, lambda term: term + N * rings_in, by=sp.expand)


@enclosed(ring_maps)
@control("at the origin", sample=0 * sample)
@control("one orbit for each pair of samples", reflecting=N**2 * rings_in * rings_out + 1)
@control("one orbit for each pair of rings", turning=sp.Min(1, turning))
def orbits_are_no_fewer_without_reflections(
    sample: sp.ImmutableMatrix, turning: sp.Expr, reflecting: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """A larger group has no more orbits; and no sample is the origin, which all turns leave in place."""
    yield trial.below(reflecting, turning)
    yield trial.below(sp.S.Zero, sample[0] ** 2 + sample[1] ** 2, strict=True)
