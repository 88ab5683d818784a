"""N1: what it costs to be straight where the target bends."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.quantities import POSITIVE, Hypothesis, Quantity

kink = sp.Symbol("h", real=True)  # the change of slope
radius = sp.Symbol("r", positive=True)  # half the width of the interval
x = sp.Symbol("x", real=True)  # t − t*, the distance from the kink

kink_function = kink * sp.Max(x, 0)  # the part of F that is not affine
best_affine = kink * x / 2 + kink * radius / 4
kink_bound = sp.Abs(kink) * radius / 4

kink_lemma = Claim(
    label="N1",
    title="A kink costs a quarter of its height times its radius",
    statement=r"""
If $F(t)=\text{affine}+h\,\sigma(t-t^*)$ with $\sigma(x)=\max(x,0)$ and $g$ is affine on $[t^*-r,t^*+r]$, then
$\sup|F-g|\ge[[bound]]$ over this interval; equality for $g=[[best_affine]]$ (in $x=t-t^*$, up to the affine part of
$F$).
""",
    proof_text=r"""
The second difference of $F$ at $t^*-r,t^*,t^*+r$ is $hr$, that of an affine function is $0$, and
$|\Delta^2(F-g)|\le4\sup|F-g|$. At these points $F-g$ for the stated $g$ is
$\frac{hr}4,-\frac{hr}4,\frac{hr}4$, and it is affine between them, so its extremes are there.
""",
    source=Source("2603.02234", "Lemma 2: “A breakpoint is necessary for approximation”; the constant is ours"),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    quantities=(
        Quantity(kink, "change of slope at the kink", sp.S.Reals),
        Quantity(radius, "half the width of the interval", POSITIVE),
        Quantity(x, "place on the interval, measured from the kink", sp.S.Reals),
    ),
    hypotheses=(Hypothesis("$g$ is affine on the whole interval, whose middle is the kink"),),
    expressions={"kink_function": kink_function, "bound": kink_bound, "best_affine": best_affine},
)
