"""Evidence for Q12.3: distances that shrink, and maps that commute with turns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import sympy as sp

from sparse_limits.numerics.equivariance import cyclic_irreducibles, dihedral_irreducibles, equivariant_basis
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.evidence.simplifying import weighted
from sparse_limits.theory.equivariance.fields import (
    alpha,
    b,
    beta,
    both_beyond,
    commutator,
    determinant,
    e,
    entries,
    field_maps,
    hulls,
    length,
    mirror_gap,
    one_within,
    psi,
    r,
    s,
    sizes,
    t,
    u,
)
from sparse_limits.theory.equivariance.turns import phi, turn

MORE = sp.Rational(11, 10)
x = sp.Symbol("x", nonnegative=True)


def within_and_beyond(gap: sp.Expr) -> sp.Expr:
    """What is left where x lies between the length and the threshold, on either side."""
    sides = (gap.subs(b, length - x), gap.subs(b, length + x))
    return sp.Add(*(side.replace(sp.Max, lambda *parts: sp.Max(*map(sp.cancel, parts))) ** 2 for side in sides))


def squared_distance(p: sp.Expr, q: sp.Expr) -> sp.Expr:
    """Of two vectors of these lengths, by the cosine 1 − e of the angle between them."""
    return p**2 + q**2 - 2 * p * q * (1 - e)


@exact(field_maps, step="shrunk")
@control("longer by b", shrunk=length + b)
@control("the part within", shrunk=sp.Min(length, b))
@control("negative lengths", shrunk=length - b)
@control("a factor of its own", factor=sp.Max(0, 1 - b / length**2))
@control("longer by the factor", factor=1 + b / length)
def the_factor_takes_b_away(factor: sp.Expr, shrunk: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The length times the factor, beyond the threshold and within."""
    yield trial.same(length * factor, shrunk, by=within_and_beyond)


@exact(field_maps, step="both beyond")
@control("without the threshold", both_beyond=2 * e * (b + s + t))
@control("the cosine itself", both_beyond=2 * b * (1 - e) * (b + s + t))
@control("half of it", both_beyond=both_beyond / 2)
@control("longer by b", shrunk=length + b)
def long_vectors_come_closer(both_beyond: sp.Expr, shrunk: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Lengths b + s and b + t before, and what is left of them after, at any angle; and it is not negative."""
    before = squared_distance(b + s, b + t)
    after = squared_distance(shrunk.subs(length, b + s), shrunk.subs(length, b + t))
    yield trial.same(before - after, both_beyond, by=sp.expand)
    yield trial.nonnegative(before - after, 2 * b * e * (b + s + t), by=sp.expand)


@exact(field_maps, step="one within")
@control("at right angles", one_within=one_within.subs(e, 1))
@control("along a ray", one_within=one_within.subs(e, 0))
@control("half of it", one_within=one_within / 2)
@control("longer by b", shrunk=length + b)
def one_short_vector_comes_closer(one_within: sp.Expr, shrunk: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Lengths b + s and r, with b = r + u: the image of the second one is 0."""
    inside = {b: r + u}
    before = squared_distance((b + s).subs(inside), r)
    long, short = (shrunk.subs(length, each).subs(inside) for each in (b + s, r))
    yield trial.same(before - squared_distance(long, short), one_within, by=sp.expand)
    closer = 2 * e * r * (r + s + u) + u * (2 * s + u)
    yield trial.nonnegative(before - squared_distance(long, short), closer, by=sp.expand)


@exact(field_maps, step="slope")
@control("a half", slope=sp.Rational(1, 2))
@control("two", slope=sp.Integer(2))
@control("half of it", both_beyond=both_beyond + (s - t) ** 2 / 2)
@control("farther apart", one_within=one_within - u * s - 2 * r * e * (r + u + s) - u**2)
@control("scaled in place of shortened", shrunk=length / (1 + b))
def rays_attain_the_slope(
    shrunk: sp.Expr, both_beyond: sp.Expr, one_within: sp.Expr, slope: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """On a ray beyond b, e = 0, images are apart by the slope times the distance before, and nothing is lost."""
    near, far = (shrunk.subs(length, each) for each in (b + t, b + s))
    yield trial.same(far - near, slope * (s - t), by=sp.expand)
    yield trial.same(both_beyond.subs(e, 0), sp.S.Zero)
    at_the_threshold = {u: 0, r: b}
    yield trial.same(one_within.subs(at_the_threshold), both_beyond.subs(t, 0), by=sp.expand)


@exact(field_maps, step="no ReLU")
@control("the cosines", opposite=-(sp.cos(phi) ** 2))
@control("not squared", opposite=-sp.sin(phi))
@control("the sign lost", opposite=sp.sin(phi) ** 2)
@control("a reflection", turn=turn * sp.diag(1, -1))
def turns_have_opposite_entries(turn: sp.ImmutableMatrix, opposite: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """For all angles; the product is negative off the multiples of π, by the tangent of half the angle."""
    yield trial.same(turn[0, 1] * turn[1, 0], opposite)
    y = sp.Symbol("y", positive=True)
    at = {phi: 2 * sp.atan(y)}
    yield trial.nonnegative(-opposite, 4 * y**2 / (1 + y**2) ** 2, where=at, by=in_tangents, strict=True)


def system(after: sp.Matrix, before: sp.Matrix) -> sp.Matrix:
    """The matrix of T → after·T − T·before, on the entries of T row by row."""
    return sp.kronecker_product(after, sp.eye(2)) - sp.kronecker_product(sp.eye(2), before.T)


def in_tangents(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, of cosines of twice an arc tangent."""
    return sp.simplify(sp.expand_trig(gap))


@exact(field_maps, step="other frequencies")
@control("not squared", determinant=4 * (sp.cos(phi) - sp.cos(psi)))
@control("the sines", determinant=4 * (sp.sin(phi) - sp.sin(psi)) ** 2)
@control("without the factor", determinant=determinant / 4)
@control("the sum", determinant=4 * (sp.cos(phi) + sp.cos(psi)) ** 2)
@control("a reflection", turn=turn * sp.diag(1, -1))
def determinants_compare_cosines(turn: sp.ImmutableMatrix, determinant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Of the linear system, for all pairs of angles; positive at different ones between 0 and π, by tangents of half of them."""
    found = system(turn.subs(phi, psi), turn).det(method="berkowitz")
    yield trial.same(sp.expand(found), determinant)
    x, y = sp.symbols("x y", positive=True)
    at = {phi: 2 * sp.atan(x), psi: 2 * sp.atan(x + y)}
    apart = 2 * y * (2 * x + y) / ((1 + x**2) * (1 + (x + y) ** 2))
    for expression, least in ((sp.cos(phi) - sp.cos(psi), apart), (determinant, 4 * apart**2)):
        yield trial.nonnegative(expression, least, where=at, by=in_tangents, strict=True)


@exact(field_maps, step="one frequency")
@control("the signs of one side", commutator=-commutator)
@control("the cosine", commutator=commutator.applyfunc(lambda entry: entry.subs(sp.sin(phi), sp.cos(phi))))
@control("twice", commutator=2 * commutator)
@control("a reflection", turn=turn * sp.diag(1, -1))
def commutators_are_listed(turn: sp.ImmutableMatrix, commutator: sp.ImmutableMatrix, trial: Trial) -> Iterator[Finding]:
    """For all angles and all maps."""
    yield trial.same(weighted(turn * entries - entries * turn), weighted(commutator), by=sp.expand)


FREE = dict(zip(entries, (alpha, -beta, beta, alpha), strict=True))


@exact(field_maps, step="similarities")
@control("a symmetric one", similarity=sp.ImmutableMatrix([[alpha, beta], [beta, alpha]]))
@control("a reflection too", similarity=sp.ImmutableMatrix([[alpha, beta], [beta, -alpha]]))
@control("twice the turn", similarity=sp.ImmutableMatrix([[alpha, -2 * beta], [beta, alpha]]))
@control(
    "one condition", commutator=sp.ImmutableMatrix(commutator.subs(dict.fromkeys((entries[0, 1], entries[1, 0]), 0)))
)
def what_commutes_is_a_similarity(
    similarity: sp.ImmutableMatrix, commutator: sp.ImmutableMatrix, trial: Trial
) -> Iterator[Finding]:
    """The entries are those left free: the commutator is 0 at them, and where it is 0 they are such."""
    solved = sp.solve([entry / sp.sin(phi) for entry in commutator], [entries[0, 0], entries[0, 1]], dict=True)
    only = entries.subs(solved[0]).subs({entries[1, 1]: alpha, entries[1, 0]: beta})
    yield trial.same(weighted(only), weighted(similarity))
    at = dict(zip(entries, similarity, strict=True))
    yield trial.same(weighted(commutator.subs(at, simultaneous=True)), sp.S.Zero)


@exact(field_maps, step="reflections")
@control("half of it", mirror_gap=mirror_gap / 2)
@control("the identity", mirror_gap=mirror_gap.subs(beta, alpha))
@control("the other sign", mirror_gap=-mirror_gap)
@control("a symmetric one", similarity=sp.ImmutableMatrix([[alpha, beta], [beta, alpha]]))
def reflections_turn_the_other_way(
    similarity: sp.ImmutableMatrix, mirror_gap: sp.ImmutableMatrix, trial: Trial
) -> Iterator[Finding]:
    """MT − TM, for all coefficients."""
    mirror = sp.diag(1, -1)
    yield trial.same(weighted(mirror * similarity - similarity * mirror), weighted(mirror_gap))


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
@control("one for turns", sizes={**sizes, "turns": sp.S.One})
@control("all matrices", sizes={**sizes, "turns": sp.Integer(4)})
@control("reflections change nothing", sizes={**sizes, "turns and reflections": sp.Integer(2)})
def dimensions_are_those_of_characters(sizes: Mapping[str, sp.Expr], trial: Trial) -> Iterator[Finding]:
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


@exact(field_maps, step="stretch")
@control("the sum", stretch=sp.Abs(alpha) + sp.Abs(beta))
@control("the larger one", stretch=sp.Max(sp.Abs(alpha), sp.Abs(beta)))
@control("not the root", stretch=alpha**2 + beta**2)
@control("a symmetric one", similarity=sp.ImmutableMatrix([[alpha, beta], [beta, alpha]]))
def similarities_stretch(similarity: sp.ImmutableMatrix, stretch: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """TᵀT is the square of it times I, for all coefficients."""
    yield trial.same(weighted(similarity.T * similarity), weighted(stretch**2 * sp.eye(2)), by=sp.expand)
    yield trial.holds(bool(stretch.is_nonnegative), f"{stretch} is nowhere negative")


@exact(field_maps, step="hulls")
@control("norms added up", hulls={**hulls, "turns": sp.Integer(2)})
@control("one coefficient", hulls={**hulls, "turns": sp.S.One})
@control("reflections change nothing", hulls={**hulls, "turns and reflections": sp.sqrt(2)})
@control("the sum", stretch=sp.Abs(alpha) + sp.Abs(beta))
@control("one for turns", sizes={**sizes, "turns": sp.S.One})
def coefficients_of_one_stretch_most(
    stretch: sp.Expr, hulls: Mapping[str, sp.Expr], sizes: Mapping[str, sp.Expr], trial: Trial
) -> Iterator[Finding]:
    """Attained at α = 1, and β = 1 where the basis has a second element, 0 where not."""
    for name, hull in hulls.items():
        yield trial.same(stretch.subs({alpha: 1, beta: sizes[name] - 1}), hull)


@enclosed(field_maps, step="hulls")
@control("one coefficient", hulls={**hulls, "turns": sp.S.One})
@control("reflections change nothing", sizes={**sizes, "turns and reflections": sp.Integer(2)})
@control("10 % less", hulls={**hulls, "turns and reflections": sp.Rational(9, 10)})
@control("the sum", stretch=sp.Abs(alpha) + sp.Abs(beta))
@control("twice as long", stretch=2 * sp.sqrt(alpha**2 + beta**2))
def no_coefficients_stretch_more(
    stretch: sp.Expr, hulls: Mapping[str, sp.Expr], sizes: Mapping[str, sp.Expr], trial: Trial
) -> Iterator[Finding]:
    """On all of [−1, 1]², without β where the basis has no second element."""
    for name, hull in hulls.items():
        smaller = stretch.subs(beta, (sizes[name] - 1) * beta)
        yield trial.everywhere(smaller**2, hull**2, within={alpha: (-1, 1), beta: (-1, 1)})


@enclosed(field_maps)
@control("twice as much", both_beyond=2 * both_beyond)
@control("of the whole lengths", both_beyond=2 * e * (b + s) * (b + t))
def opposite_vectors_lose_most(both_beyond: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Their distances, before and after, are sums of lengths."""
    yield trial.below(both_beyond, (2 * b + s + t) ** 2 - (s + t) ** 2)
