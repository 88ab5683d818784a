"""K12: angles between inputs in floating point, and why a cosine is not enough."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.quantities import NON_NEGATIVE, POSITIVE, Quantity

difference = sp.Symbol("p", nonnegative=True)  # ‖x̂ − x̂′‖ of vectors of one length
total = sp.Symbol("q", positive=True)  # and ‖x̂ + x̂′‖
theta = sp.Symbol("theta", positive=True)  # their angle, in (0, π)
u = sp.Symbol("u", positive=True)  # unit roundoff, 2^−53 in double precision
eta = sp.Symbol("eta", nonnegative=True)  # relative error of either length, below 1

kahan_angle = 2 * sp.atan(difference / total)
resolution = sp.acos(1 - u)
gate_resolution = resolution / sp.pi
arccos_sensitivity = 1 / sp.sin(theta)
kahan_sensitivity = sp.sin(theta)
kahan_bound = sp.log((1 + eta) / (1 - eta))

arc_cosine_numerics = Claim(
    label="K12",
    title="Angles in floating point: a cosine has lost half the digits",
    statement=r"""
For unit vectors with $p=\|\hat x-\hat x'\|$, $q=\|\hat x+\hat x'\|$ the angle is $\theta=[[kahan_angle]]$ (as $2\,\mathrm{atan2}(p,q)$ also at
$q=0$; so it is for all vectors of one length). **From the cosine:** an error of $r=\cos\theta$ is multiplied by $[[arccos_sensitivity]]$; the largest floating-point number below 1
is $1-u$, so that no positive angle below $[[resolution]]\ge\sqrt{2u}$ can come out, and $\kappa_0=1-\theta/\pi$ moves in steps of
$[[gate_resolution]]$ there: $4.7\cdot10^{-9}$ in double precision. **From the lengths:** a relative change of $p/q$ is multiplied
by $[[kahan_sensitivity]]\le1$, and if both lengths have relative errors at most $\eta<1$, the angle is off by at most $[[kahan_bound]]$,
at every angle; sharp at first order.
""",
    proof_text=r"""
$p=2\sin\frac\theta2$ and $q=2\cos\frac\theta2$, times the common length. $\frac{d\theta}{dr}=-\frac1{\sin\theta}$; $\arccos(1-u)=2\arcsin\sqrt{u/2}\ge\sqrt{2u}$. With
$\theta(t)=2\arctan(tp/q)$, $\frac{d\theta}{d\ln t}=\frac{2tp/q}{1+t^2p^2/q^2}=\sin\theta(t)\le1$, and relative errors of both lengths
multiply their ratio by $t$ with $|\ln t|\le\ln\frac{1+\eta}{1-\eta}$. At $\theta=\frac\pi2$ the derivative is 1. For cosines $\pm1$
the vectors $\hat x$, $\hat x'$ of one input are $\pm1$ exactly, so that $p$ or $q$ is exactly 0, while $c/\sqrt{ab}$ is rounded. ∎
""",
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
            "unit roundoff of binary floating-point numbers, 2⁻⁵³ in double precision",
            sp.Interval.Lopen(0, sp.Rational(1, 2)),
            drawn=(sp.Rational(1, 1000), sp.Rational(1, 10)),
        ),
        Quantity(
            eta,
            "largest relative error of either length",
            sp.Interval.Ropen(0, 1),
            drawn=(sp.Rational(1, 1000), sp.Rational(1, 10)),
        ),
    ),
    uses=("K11",),
    remarks=(
        Remark(
            "Measured: a kernel of rank 2 (K11) keeps its rank to rounding with the lengths; with the clipped cosine, 300 samples "
            r"give it a larger numerical rank at the tolerance $10^{-10}$.",
            checked_by="collapsed_kernels_keep_their_rank",
        ),
    ),
    expressions={
        "kahan_angle": kahan_angle,
        "resolution": resolution,
        "gate_resolution": gate_resolution,
        "arccos_sensitivity": arccos_sensitivity,
        "kahan_sensitivity": kahan_sensitivity,
        "kahan_bound": kahan_bound,
    },
)
