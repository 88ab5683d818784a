"""Evidence for Q12.2: samples that turn, orbits counted, and norms of the orbit basis."""

import sympy as sp

from sparse_limits.numerics.equivariance import equivariant_basis, hom_dimension
from sparse_limits.numerics.equivariance.architectures import ring_samples
from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact
from sparse_limits.theory.equivariance.rings import (
    N,
    both,
    j,
    odd_and_even,
    rho,
    ring_maps,
    rings_in,
    rings_out,
    sample,
    turned,
)
from sparse_limits.theory.formulas.valued import valued


@exact(ring_maps, step="turned samples")
@control("twice as far out", sample=2 * sample, turned=2 * turned)
@control("on the opposite side", sample=-sample, turned=-turned)
@control("the square of the radius", sample=sample.subs(rho, rho**2), turned=turned.subs(rho, rho**2))
def samples_turn_into_the_next(
    sample: sp.ImmutableMatrix, turn: sp.ImmutableMatrix, turned: sp.ImmutableMatrix, trial: Trial
) -> Findings:
    """The first sample and the distances of all from 0; a turn takes sample j to sample j + 1, and half a ring on is the opposite sample,
    so they go round once.
    """
    yield trial.same(both(sample.subs(j, 0)), rho)
    yield trial.same(sample.dot(sample), rho**2)
    yield trial.same(both(turn * sample), both(turned), by=sp.simplify)
    yield trial.same(both(turned), both(sample.subs(j, j + 1)))
    opposite = sample.subs(j, j + N / 2)
    yield trial.same(both(opposite), -both(sample), by=lambda gap: sp.simplify(sp.expand_trig(sp.expand(gap))))


def left_in_place(samples: int) -> int:
    """The sum over the reflections of the squares of the numbers of samples that they leave in place."""
    counts = (sum((axis - 2 * each) % samples == 0 for each in range(samples)) for axis in range(samples))
    return sum(count**2 for count in counts)


@exact(ring_maps, step="samples that a reflection leaves")
def reflections_leave_samples(fixed_pairs: sp.Expr, trial: Trial) -> Findings:
    """For odd N one sample for each of N reflections, for even N two for each of N/2: 4N/2. Counted up to N = 16."""
    yield trial.same(fixed_pairs, (1 - (-1) ** N) / 2 * N + (1 + (-1) ** N) / 2 * 4 * N / 2, by=odd_and_even)
    for samples in range(1, 17):
        found, claimed = trial.once(left_in_place, samples), fixed_pairs.subs(N, samples)
        yield trial.holds(found == claimed, f"{samples} samples: {found}, claimed {claimed}")


CASES = ((1, 1, 1), (2, 1, 2), (3, 2, 1), (5, 1, 1), (8, 2, 3), (12, 1, 2))


def counted(samples: int, before: int, after: int, reflections: bool) -> tuple[int, int, int]:
    """Orbits, the dimension by characters, and the sum of the norms of the orbits' matrices."""
    source, target = (ring_samples(samples, rings, reflections) for rings in (before, after))
    basis = equivariant_basis(source, target)
    return len(basis), hom_dimension(source, target), sum(int(matrix.sum(axis=1).max()) for matrix in basis)


@exact(ring_maps)
def orbits_are_as_many(turning: sp.Expr, reflecting: sp.Expr, ring_norms: sp.Expr, trial: Trial) -> Findings:
    """Both groups, up to twelve samples and three rings: orbits, characters and norms."""
    for samples, before, after in CASES:
        at = {N: samples, rings_in: before, rings_out: after}
        for name, size in (("turns", turning), ("reflections", reflecting)):
            found = trial.once(counted, samples, before, after, name == "reflections")
            claimed = (valued(size, at), valued(size, at), valued(ring_norms, at))
            yield trial.holds(found == claimed, f"{name}, {at}: {found}, claimed {claimed}")


@enclosed(ring_maps)
def orbits_are_no_fewer_without_reflections(
    sample: sp.ImmutableMatrix, turning: sp.Expr, reflecting: sp.Expr, trial: Trial
) -> Findings:
    """A larger group has no more orbits; and no sample is the origin, which all turns leave in place."""
    yield trial.below(reflecting, turning)
    yield trial.below(sp.S.Zero, sample[0] ** 2 + sample[1] ** 2, strict=True)
