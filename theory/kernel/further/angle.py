"""K12: angles between inputs in floating point, and why a cosine is not enough."""

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.kernel.dual import cosine, kappa_0
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Quantity
from sparse_limits.theory.reasons import Relations, holds, nonnegative, same, vanishes

difference = sp.Symbol("p", nonnegative=True)  # ‖x̂ − x̂′‖ of vectors of one length
total = sp.Symbol("q", positive=True)  # and ‖x̂ + x̂′‖
theta = sp.Symbol("theta", positive=True)  # their angle, in (0, π)
u = sp.Symbol("u", positive=True)  # unit roundoff, 2^−53 in double precision
eta = sp.Symbol("eta", nonnegative=True)  # relative error of either length, below 1

difference_length, total_length = 2 * sp.sin(theta / 2), 2 * sp.cos(theta / 2)
kahan_angle = 2 * sp.atan(difference / total)
resolution = sp.acos(1 - u)
half_sine = sp.sqrt(u / 2)
excess = u / (2 - u)
least_resolution = sp.sqrt(2 * u)
gate_resolution = resolution / sp.pi
arccos_sensitivity = 1 / sp.sin(theta)
kahan_sensitivity = sp.sin(theta)
ratio_slope = 2 * difference * total / (difference**2 + total**2)
shortfall = (difference - total) ** 2 / (difference**2 + total**2)
factor = (1 + eta) / (1 - eta)
kahan_bound = sp.log((1 + eta) / (1 - eta))
right_angle_error = 2 * sp.atan(eta)

STEPS = proof(
    r"""
lengths: For unit vectors, $p=[[difference_length]]$ and $q=[[total_length]]$; for vectors of another common length, both are multiplied by
that length.

angle (from lengths; by injectivity): So $\tan\frac\theta2=\frac pq$, and $\theta=[[kahan_angle]]$, as $0\le\frac\theta2<\frac\pi2$.

sensitivity of the arc cosine: As $\frac{d\cos\theta}{d\theta}=-\sin\theta$, a small error of $\cos\theta$ is multiplied by
$[[arccos_sensitivity]]$.

resolution: The angle whose cosine is $1-u$ is $[[resolution]]$.

half sine (from resolution): This angle is $2\arcsin w$ with $w=[[half_sine]]$.

excess (from half sine): The square of the derivative of $2\arcsin w$ exceeds $4$ by the fraction $[[excess]]$ of it.

least resolution (from half sine, excess; by integration): So $2\arcsin w\ge2w=[[least_resolution]]$.

gates (from resolution): $\kappa_0=1-\theta/\pi$ falls by $[[gate_resolution]]$ as the cosine goes from $1$ to $1-u$.

slope in the ratio (from angle): $\theta=2\arctan\frac pq$ has the derivative $[[ratio_slope]]$ with respect to $\ln\frac pq$.

sensitivity of the lengths (from lengths, slope in the ratio): At the angle $\theta$ this derivative is $[[kahan_sensitivity]]$.

shortfall (from slope in the ratio): For $p\ne q$ this derivative is less than $1$ by $[[shortfall]]$.

largest factor (by corners): $\frac{1+\varepsilon}{1+\varepsilon'}$ and its inverse are convex in $\varepsilon$ and in $\varepsilon'$. So
for both in $[-\eta,\eta]$ they are at most $[[factor]]$.

bound (from shortfall, largest factor; by integration): As $\theta$ changes no faster than $\ln\frac pq$, its error is at most
$[[kahan_bound]]$.

right angle (from angle, bound): At $p=q$, relative errors $\eta$ and $-\eta$ of the lengths give the angle an error of
$[[right_angle_error]]$, which is $2\eta$ to first order, as is the bound.
""",
    globals(),
)

from_difference = sp.acos(1 - difference**2 / 2)


from_cosine = sp.acos((total**2 - difference**2) / 4)


def lengths_are_those_of_half_the_angle(difference_length: sp.Expr, total_length: sp.Expr) -> Relations:
    """Squares of the difference and the sum of (1, 0) and (cos θ, sin θ); both lengths are positive at the right angle."""
    x, y = sp.Matrix([1, 0]), sp.Matrix([sp.cos(theta), sp.sin(theta)])
    for vector, length in ((x - y, difference_length), (x + y, total_length)):
        yield same(length**2, sum(entry**2 for entry in vector))
    yield holds(difference_length.subs(theta, sp.pi / 2) > 0, "a positive difference")
    yield holds(total_length.subs(theta, sp.pi / 2) > 0, "a positive sum")


def half_resolutions_have_the_sine(resolution: sp.Expr, half_sine: sp.Expr) -> Relations:
    """cos 2x = 1 − 2 sin² x; and both sides are 0 at u = 0 and have squared derivatives alike, until the half turn."""
    yield same(1 - 2 * half_sine**2, sp.cos(resolution))
    left, right = sp.diff(resolution, u), sp.diff(2 * sp.asin(half_sine), u)
    yield same(left**2, right**2)
    yield same(sp.sign(half_sine), 1, by=sp.simplify)
    yield vanishes(resolution.subs(u, 0))


def gates_fall_by_the_angle(resolution: sp.Expr, gate_resolution: sp.Expr) -> Relations:
    """κ₀ at both cosines; its part of the resolution; and its slope in u = 2/(1 + y)."""
    yield same(gate_resolution, kappa_0.subs(cosine, 1) - kappa_0.subs(cosine, 1 - u))
    yield same(sp.pi * gate_resolution, resolution)
    y = sp.Symbol("y", positive=True)
    slope = (1 + y) / (2 * sp.pi * sp.sqrt(y))
    yield nonnegative(sp.diff(gate_resolution, u), slope, where={u: 2 / (1 + y)}, strict=True)


def slopes_are_sines(
    difference_length: sp.Expr, total_length: sp.Expr, ratio_slope: sp.Expr, kahan_sensitivity: sp.Expr
) -> Relations:
    """The slope at the two lengths."""
    at = {difference: difference_length, total: total_length}
    yield same(kahan_sensitivity, ratio_slope.subs(at))


def bounds_are_logarithms(factor: sp.Expr, shortfall: sp.Expr, kahan_bound: sp.Expr) -> Relations:
    """The logarithm of the largest factor, times the largest slope, that at p = q."""
    steepest = 1 - shortfall.subs(total, difference)
    yield same(sp.exp(kahan_bound), factor)
    yield same(kahan_bound, steepest * sp.log(factor), by=sp.expand)


def right_angles_come_up_to_the_bound(
    kahan_angle: sp.Expr, kahan_bound: sp.Expr, right_angle_error: sp.Expr
) -> Relations:
    """Lengths 1 + η and 1 − η: no error without η, and one derivative; at η = 0 it is that of the bound."""
    moved = kahan_angle.subs({difference: 1 + eta, total: 1 - eta}) - sp.pi / 2
    yield same(sp.diff(right_angle_error, eta), sp.diff(moved, eta))
    for each in (moved, right_angle_error, kahan_bound):
        yield vanishes(each.subs(eta, 0))
    yield same(sp.diff(right_angle_error, eta).subs(eta, 0), sp.diff(kahan_bound, eta).subs(eta, 0))


arc_cosine_numerics = Claim(
    label="K12",
    title="Angles in floating point: a cosine loses half the digits",
    statement=r"""
For unit vectors with $p=\|\hat x-\hat x'\|$, $q=\|\hat x+\hat x'\|$ the angle is $\theta=[[kahan_angle]]$ (as $2\,\mathrm{atan2}(p,q)$
also at
$q=0$; the same holds for any vectors of equal positive length). **From the cosine:** a small error in $r=\cos\theta$ is multiplied by
$[[arccos_sensitivity]]$. The largest floating-point number below 1
is $1-u$, so no positive angle below $[[resolution]]\ge[[least_resolution]]$ can come out, and $\kappa_0=1-\theta/\pi$ drops there at once
by
$[[gate_resolution]]$, which is $4.7\cdot10^{-9}$ in double precision. **From the lengths:** a small relative change in $p/q$ is multiplied
by $[[kahan_sensitivity]]\le1$. If both lengths have relative errors at most $\eta<1$, the angle is off by at most $[[kahan_bound]]$,
at every angle. At the right angle it is off by $[[right_angle_error]]$ if one length is too long by $\eta$ and the other too short, so
the bound is sharp to first order.
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "the formula is Kahan's (2006); beyond the paper"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(
            difference,
            "length of the difference of two vectors of one length",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 8), sp.Rational(15, 8)),
        ),
        Quantity(
            total,
            "length of the sum of two vectors of one length",
            POSITIVE,
            drawn=(sp.Rational(1, 8), sp.Rational(15, 8)),
        ),
        Quantity(
            theta, "angle between the vectors, in radians", sp.Interval.open(0, sp.pi), drawn=(sp.Rational(1, 8), 3)
        ),
        Quantity(
            u,
            "distance from 1 of the largest number below it, in floating point the unit roundoff, 2⁻⁵³ in double precision",
            sp.Interval(0, 2),
            drawn=(sp.Rational(1, 1000), sp.Rational(1, 10)),
        ),
        Quantity(
            eta,
            "largest relative error of either length",
            sp.Interval.Ropen(0, 1),
            drawn=(sp.Rational(1, 1000), sp.Rational(1, 10)),
        ),
    ),
    uses=("K11.1",),
    remarks=(
        Remark(
            "Measured: computed from the lengths, a kernel of rank 2 (K11.1) keeps its rank up to rounding; computed from the clipped "
            r"cosine, it has a larger numerical rank on 300 samples, at the tolerance $10^{-10}$.",
            checked_by="collapsed_kernels_keep_their_rank",
        ),
    ),
    sharp=(
        Sharp(
            expression="kahan_bound",
            example=r"right angles, one length too long and one too short, as $\eta\to0$",
            check="right_angles_come_up_to_the_bound",
        ),
        Sharp(
            expression="least_resolution",
            example=r"double precision, and any other as $u\to0$",
            check="resolutions_tend_to_the_least",
            side=Side.BELOW,
        ),
    ),
    because={
        "lengths": lengths_are_those_of_half_the_angle,
        "angle": lambda difference_length, total_length, kahan_angle: (
            same(sp.tan(kahan_angle / 2), difference / total),
            same(difference_length / total_length, sp.tan(theta / 2)),
        ),
        "sensitivity of the arc cosine": lambda arccos_sensitivity: same(
            arccos_sensitivity, -1 / sp.diff(sp.cos(theta), theta)
        ),
        "resolution": lambda resolution: same(sp.cos(resolution), 1 - u),
        "half sine": half_resolutions_have_the_sine,
        "least resolution": lambda half_sine, excess, least_resolution: (
            same(least_resolution, 2 * half_sine),
            vanishes(excess.subs(u, 0)),
        ),
        "gates": gates_fall_by_the_angle,
        "slope in the ratio": lambda kahan_angle, ratio_slope: (
            same(ratio_slope, difference * sp.diff(kahan_angle, difference)),
            same(ratio_slope, -total * sp.diff(kahan_angle, total)),
        ),
        "sensitivity of the lengths": slopes_are_sines,
        "shortfall": lambda ratio_slope, shortfall: (
            same(1 - ratio_slope, shortfall),
            nonnegative(1 - ratio_slope, (difference - total) ** 2 / (difference**2 + total**2)),
        ),
        "bound": bounds_are_logarithms,
        "right angle": right_angles_come_up_to_the_bound,
    },
    wrong=lambda: {
        "kahan_angle: lengths exchanged": 2 * sp.atan(total / difference),
        "kahan_angle: arccos of the cosine": from_cosine,
        "kahan_angle: arccos from the difference": from_difference,
        "arccos_sensitivity: bounded": sp.sin(theta),
        "arccos_sensitivity: the tangent": 1 / sp.cos(theta),
        "kahan_sensitivity: that of the arc cosine": 1 / sp.sin(theta),
        "kahan_sensitivity: constant": sp.Integer(1),
        "kahan_bound: one length": sp.log(1 + eta),
        "kahan_bound: at first order": 2 * eta,
        "resolution: the root of u": sp.sqrt(u),
        "resolution: linear in u": u,
        "resolution: two steps": sp.acos(1 - 2 * u),
        "difference_length: the whole angle": 2 * sp.sin(theta),
        "total_length: the sine": difference_length,
        "total_length: the cosine itself": 2 * sp.cos(theta),
        "half_sine: linear": u / 2,
        "least_resolution: linear": 2 * u,
        "excess: an excess at 0": excess + 1,
        "ratio_slope: in the ratio itself": ratio_slope * total / difference,
        "shortfall: the square of the sum": (difference + total) ** 2 / (difference**2 + total**2),
        "shortfall: a shortfall at the right angle": shortfall + sp.Rational(1, 10),
        "factor: one length": 1 + eta,
        "factor: both too long": sp.S.One,
        "factor: twice one error": 1 + 2 * eta,
        "right_angle_error: at first order": 2 * eta,
    },
)
