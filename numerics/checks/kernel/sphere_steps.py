"""Evidence for the steps of K11.2: zonal harmonics by their recursion, their integrals, and the eigenvalues."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, control, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import cosine, kappa_0, kappa_1
from sparse_limits.theory.kernel.sphere import EVEN, before, by_gammas, ell, half_degree, k, now, rate, sphere_spectrum

HALF = sp.Rational(1, 2)


def taken_on(next_harmonic: sp.Expr, slope: sp.Expr, slope_before: sp.Expr) -> sp.Expr:
    """(1 − r²) times the derivative of the next harmonic."""
    moved = slope * sp.diff(next_harmonic, now) + slope_before * sp.diff(next_harmonic, before)
    return moved + (1 - cosine**2) * sp.diff(next_harmonic, cosine)


@exact(sphere_spectrum, step="derivatives")
def the_recursion_takes_derivatives_on(
    next_harmonic: sp.Expr, slope: sp.Expr, slope_before: sp.Expr, trial: Trial
) -> Findings:
    """The derivatives hold for P₀ = 1 and P₁ = r at ℓ = 1; the pair at ℓ + 1 follows from that at ℓ, whatever their values are."""
    start = {ell: 1, before: 1, now: cosine}
    yield trial.same(slope.subs(start), 1 - cosine**2, by=sp.expand)
    yield trial.same(slope_before.subs(start), 0, by=sp.expand)
    following = {ell: ell + 1, before: now, now: next_harmonic}
    taken = valued(slope, following), valued(slope_before, following)
    for each, moved in zip(taken, (taken_on(next_harmonic, slope, slope_before), slope), strict=True):
        yield trial.same(each.subs(ell, ell + 1), moved.subs(ell, ell + 1), by=sp.cancel)


def along(primitive: sp.Expr, bend: sp.Expr) -> sp.Expr:
    """The derivative of a primitive, with P″ from the equation."""
    second = ((k - 1) * cosine * rate - bend * now) / (1 - cosine**2)
    return sp.diff(primitive, cosine) + rate * sp.diff(primitive, now) + second * sp.diff(primitive, rate)


def over_density(gap: sp.Expr) -> sp.Expr:
    """One fraction, with a letter for (1 − r²)^((k − 3)/2)."""
    base, letter = 1 - cosine**2, sp.Symbol("density", positive=True)

    def taken(power: sp.Expr) -> sp.Expr:
        return letter * base ** sp.expand(power.exp - (k - 3) / sp.Integer(2))

    return sp.cancel(gap.replace(lambda part: part.is_Pow and part.base == base and part.exp.has(k), taken))


@exact(sphere_spectrum, step="primitives")
def primitives_have_their_derivatives(
    bend: sp.Expr, gate_primitive: sp.Expr, ramp_primitive: sp.Expr, trial: Trial
) -> Findings:
    """The primitives have the stated derivatives by the equation, for all degrees from 2 on, and the gate's at 1.

    Both are 0 at r = 1.
    """
    density = (1 - cosine**2) ** ((k - 3) / sp.Integer(2))
    above = {ell: ell + 2}
    for primitive, integrand in ((gate_primitive, density * now), (ramp_primitive, density * now * cosine)):
        yield trial.same(along(primitive, bend).subs(above), integrand, by=over_density)
        yield trial.vanishes(primitive.subs(above).subs(k, k + 1).subs(cosine, 1))
    yield trial.same(along(gate_primitive, bend).subs(ell, 1), density * now, by=over_density)


@exact(sphere_spectrum, step="mass")
def mass_is_one(mass: sp.Expr, trial: Trial) -> Findings:
    """The mass is 1/π at k = 2 and ½ at k = 3; k times the integral at k + 2 is k − 1 times that at k, by parts."""
    above = k + 1
    yield trial.same(mass.subs(k, above + 2) * (above - 1), mass.subs(k, above) * above, by=by_gammas)
    density = (1 - cosine**2) ** ((above - 3) / sp.Integer(2))
    parts = sp.diff(cosine * density * (1 - cosine**2), cosine)  # 0 at both ends
    found = above * density * (1 - cosine**2) - (above - 1) * density
    yield trial.same(parts, found, by=over_density)
    yield trial.same(mass.subs(k, 2) * sp.pi, 1)  # the primitive of (1 − r²)^(−½) is the arc sine
    yield trial.same(mass.subs(k, 3) * 2, 1)


@exact(sphere_spectrum, step="centre")
def centres_follow_the_recursion(next_harmonic: sp.Expr, centre: sp.Expr, trial: Trial) -> Findings:
    """At r = 0 the harmonic is 1 at degree 0, the recursion leads from degree 2j to 2j + 2, and at odd degrees from 0 to 0."""
    above = {k: k + 1}
    yield trial.same(centre.subs(above).subs(half_degree, 0), 1, by=by_gammas)
    taken = next_harmonic.subs({cosine: 0, ell: 2 * half_degree + 1, before: centre}).subs(above)
    yield trial.same(centre.subs(half_degree, half_degree + 1).subs(above), taken, by=by_gammas)
    yield trial.same(next_harmonic.subs({cosine: 0, before: 0}), 0, by=sp.cancel)


@exact(sphere_spectrum, step="coefficients")
def coefficients_are_primitives_at_the_centre(
    slope: sp.Expr,
    gate_primitive: sp.Expr,
    ramp_primitive: sp.Expr,
    mass: sp.Expr,
    centre: sp.Expr,
    ramp_coefficient: sp.Expr,
    gate_coefficient: sp.Expr,
    trial: Trial,
) -> Findings:
    """The coefficients are minus the primitives at r = 0, at every even degree for the ramp and every odd one for the gate.

    At the other degrees they are 0.
    """
    more = {k: k + 1}
    even = {cosine: 0, ell: 2 * half_degree, now: centre, rate: 0}
    odd = {cosine: 0, ell: 2 * half_degree + 1, now: 0}
    odd[rate] = slope.subs({**odd, before: centre})
    for claimed, primitive in (
        (ramp_coefficient, ramp_primitive.subs(even)),
        (gate_coefficient, gate_primitive.subs(odd)),
    ):
        left, right = claimed.subs(more), -(mass * primitive).subs(more)
        for number in (2 * half_degree + 1, 2 * half_degree):  # signs alternate
            yield trial.same(left.subs(half_degree, number), right.subs(half_degree, number), by=by_gammas)
    yield trial.same(ramp_primitive.subs({cosine: 0, ell: ell + 2, now: 0}), 0)
    yield trial.same(gate_primitive.subs({cosine: 0, ell: ell + 2, rate: 0}), 0)


@exact(sphere_spectrum, step="times the cosine")
@control("halves", raised=HALF, lowered=HALF)
def cosines_raise_and_lower_degrees(
    next_harmonic: sp.Expr, raised: sp.Expr, lowered: sp.Expr, trial: Trial
) -> Findings:
    """rP_ℓ is the stated combination of the harmonics of degrees ℓ + 1 and ℓ − 1."""
    yield trial.same((raised * next_harmonic + lowered * before).subs(ell, ell + 1), cosine * now, by=sp.cancel)


@exact(sphere_spectrum, step="two points")
def matrix_of_two_points_is_half_of_the_kernel(two_points: sp.Matrix, trial: Trial) -> Findings:
    """The matrix for two points is half of the kernel, at the cosines 1 and −1."""
    kernel = sp.Matrix(2, 2, lambda i, j: (kappa_1 + cosine * kappa_0).subs(cosine, 1 if i == j else -1) / 2)
    vector = sp.Matrix([now, before])
    for claimed, found in zip(two_points * vector, kernel * vector, strict=True):
        yield trial.same(claimed, found)


@exact(sphere_spectrum, step="eigenvalues", cost=0.4)
def eigenvalues_are_sums_of_squares(
    ramp_coefficient: sp.Expr,
    gate_coefficient: sp.Expr,
    first_ramp: sp.Expr,
    raised: sp.Expr,
    lowered: sp.Expr,
    two_points: sp.Matrix,
    sphere_eigenvalue: sp.Expr,
    trial: Trial,
) -> Findings:
    """The eigenvalues are 2kb² of the ramp plus means of 2c² of the gate, at every even degree from 2 on and at 0 and 1.

    They are 0 at odd degrees from 3 on; on two points, sum and difference are the eigenvectors.
    """
    more = {k: k + 1}
    there = {ell: EVEN + 2}
    ramp = 2 * k * ramp_coefficient.subs(half_degree, ell + 1) ** 2
    gate = lowered.subs(there) * 2 * gate_coefficient.subs(half_degree, ell) ** 2
    gate += raised.subs(there) * 2 * gate_coefficient.subs(half_degree, ell + 1) ** 2
    yield trial.same(sphere_eigenvalue.subs(there).subs(more), (ramp + gate).subs(more), by=by_gammas)
    none = {half_degree: 0}
    constant_part = 2 * k * ramp_coefficient.subs(none) ** 2 + 2 * gate_coefficient.subs(none) ** 2
    yield trial.same(sphere_eigenvalue.subs(ell, 0).subs(more), constant_part.subs(more), by=by_gammas)
    linear = 2 * k * first_ramp**2 + lowered.subs(ell, 1) * 2 * HALF**2
    yield trial.same(sphere_eigenvalue.subs(ell, 1), linear)
    yield trial.same(sphere_eigenvalue.subs(ell, EVEN + 3), 0)
    for degree, signs in enumerate(([1, 1], [1, -1])):
        vector = sp.Matrix(signs)
        for residual in two_points * vector - sphere_eigenvalue.subs({k: 1, ell: degree}) * vector:
            yield trial.vanishes(residual)
