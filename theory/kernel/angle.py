"""K12: angles between inputs in floating point, and why a cosine is not enough."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Proof, Provenance, Remark, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Quantity

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
lengths: For unit vectors $p=[[difference_length]]$ and $q=[[total_length]]$; for others both times their common length.

angle (from lengths; by injectivity): So $\tan\frac\theta2=\frac pq$, and $\theta=[[kahan_angle]]$, as $0\le\frac\theta2<\frac\pi2$.

sensitivity of the arc cosine: As $\frac{d\cos\theta}{d\theta}=-\sin\theta$, a small error of $\cos\theta$ is multiplied by
$[[arccos_sensitivity]]$.

resolution: The angle whose cosine is $1-u$ is $[[resolution]]$.

half sine (from resolution): It is $2\arcsin w$ with $w=[[half_sine]]$.

excess (from half sine): The square of the derivative of $2\arcsin w$ is $4$ and more, by the share $[[excess]]$ of it.

least resolution (from half sine, excess; by integration): So $2\arcsin w\ge2w=[[least_resolution]]$.

gates (from resolution): $\kappa_0=1-\theta/\pi$ falls by $[[gate_resolution]]$ from the cosine $1$ to $1-u$.

slope in the ratio (from angle): $\theta=2\arctan\frac pq$ has the derivative $[[ratio_slope]]$ in $\ln\frac pq$.

sensitivity of the lengths (from lengths, slope in the ratio): At the angle $\theta$ that is $[[kahan_sensitivity]]$.

shortfall (from slope in the ratio): It is less than $1$ by $[[shortfall]]$, at $p\ne q$.

largest factor (by corners): $\frac{1+\varepsilon}{1+\varepsilon'}$ and its inverse are convex in $\varepsilon$ and in $\varepsilon'$: for
both in $[-\eta,\eta]$ they are at most $[[factor]]$.

bound (from shortfall, largest factor; by integration): As $\theta$ moves no faster than $\ln\frac pq$, it is off by at most
$[[kahan_bound]]$.

right angle (from angle, bound): At $p=q$ lengths off by $\eta$ and $-\eta$ give an angle off by $[[right_angle_error]]$, $2\eta$ to first
order, as the bound.
""",
    globals(),
)

arc_cosine_numerics = Claim(
    label="K12",
    title="Angles in floating point: a cosine has lost half the digits",
    statement=r"""
For unit vectors with $p=\|\hat x-\hat x'\|$, $q=\|\hat x+\hat x'\|$ the angle is $\theta=[[kahan_angle]]$ (as $2\,\mathrm{atan2}(p,q)$ also at
$q=0$; so it is for all vectors of one length). **From the cosine:** a small error of $r=\cos\theta$ is multiplied by $[[arccos_sensitivity]]$; the largest floating-point number below 1
is $1-u$, so that no positive angle below $[[resolution]]\ge[[least_resolution]]$ can come out, and $\kappa_0=1-\theta/\pi$ falls by
$[[gate_resolution]]$ at once there: $4.7\cdot10^{-9}$ in double precision. **From the lengths:** a small relative change of $p/q$ is multiplied
by $[[kahan_sensitivity]]\le1$, and if both lengths have relative errors at most $\eta<1$, the angle is off by at most $[[kahan_bound]]$,
at every angle; at the right angle by $[[right_angle_error]]$ if one is too long by $\eta$ and the other too short, so that
the bound is sharp at first order.
""",
    steps=STEPS,
    source=Source("2510.17515", "the formula is Kahan's (2006); beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
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
            "Measured: a kernel of rank 2 (K11.1) keeps its rank to rounding with the lengths; with the clipped cosine, 300 samples "
            r"give it a larger numerical rank at the tolerance $10^{-10}$.",
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
            check="resolutions_come_down_to_the_least",
            side=Side.BELOW,
        ),
    ),
)
