"""K9: the readout kernel moves no more than the cut norm of its graphon, up to a constant."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.kernel.dual import CAUCHY_SCHWARZ, PREACTIVATIONS, cosine, kappa_0, kappa_1
from sparse_limits.theory.kernel.dual_activations import variance_slope
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, POSITIVE, Hypothesis, Quantity

beta, s = sp.symbols("beta s", positive=True)  # largest square of an input; least variance of a row, s ≤ beta
delta = sp.Symbol("delta", positive=True)  # how far the graphons of the example are apart, at most 1
chance = sp.Symbol("w", nonnegative=True)  # the value of a graphon at an entry

covariance_slope = sp.Integer(1)
largest_slope = sp.sqrt(beta / s) / (2 * sp.pi)
covariance_term = 2 * beta
variance_term = beta * sp.sqrt(beta / s) / (2 * sp.pi)
constant = beta * (2 + sp.sqrt(beta / s) / sp.pi)
correlation = 1 - 2 * delta
variance = sp.Rational(1, 2)
covariance = sp.Rational(1, 2) - delta
cut_distance = delta / 2
readout_ratio = (1 - kappa_1.subs(cosine, correlation)) / delta
own_layer_ratio = (1 - correlation * kappa_0.subs(cosine, correlation)) / delta
difference_slope = 2 * kappa_0.subs(cosine, correlation)
limit_ratio = sp.Integer(2)
own_layer_growth = 2 / (sp.pi * sp.sqrt(delta))
own_share = sp.pi * sp.sqrt(delta) + (1 - 2 * delta) * sp.asin(sp.sqrt(delta)) / sp.sqrt(delta)
entry_distance = 2 * chance * (1 - chance)
l1_distance = sp.Rational(5, 12)

STEPS = proof(
    r"""
segment (by chain rule): From $W'$ to $W$ go along a segment. There $a$, $b$ and $c$ are linear, $a$ and $b$ stay in $[s,\beta]$, and the
derivative of $F$ is $\partial_cF\,\Delta c+\partial_aF\,\Delta a+\partial_bF\,\Delta b$. Its mean over the segment, integrated over $u$, is
$K_W-K_{W'}$ (where $c^2=ab$, by continuity).

slopes (by K1): $\partial_cF=\kappa_0$ and $\partial_aF=[[variance_slope]]$; $\partial_bF$ is the same with $a$ and $b$ exchanged.

covariance (from slopes): $0\le\partial_cF\le[[covariance_slope]]$, with equality at the cosine $1$.

variances (from slopes): $0\le\partial_aF\le[[largest_slope]]$ for $a\ge s$ and $b\le\beta$, and likewise $\partial_bF$.

cuts (by corners): For $0\le f\le1$ and $0\le g\le\beta$, $|\iint f(u)\,(W-W')(u,v)\,g(v)\,dv\,du|\le\beta\|W-W'\|_\square$: for $f$ and $g$
of finitely many values it is largest where $f$ is $0$ or $1$ and $g$ is $0$ or $\beta$, on sets; and such $f$ and $g$ come as near to all
others as one likes, in $L^1$.

term of the covariance (from segment, covariance, cuts): $\Delta c=\int(W-W')xx'dv$, and $xx'$ is the difference of two functions with
values in $[0,\beta]$, its positive and its negative part: this term is at most $[[covariance_term]]\,\|W-W'\|_\square$.

term of a variance (from segment, variances, cuts): $x^2$ and $x'^2$ have values in $[0,\beta]$: the terms of $a$ and of $b$ are at most
$[[variance_term]]\,\|W-W'\|_\square$ each.

constant (from term of the covariance, term of a variance): The sum of the three is $[[constant]]$ times the cut norm.

example: In the example all variances are $[[variance]]$, and the covariance of $W'$ is $[[covariance]]$, that of $W$ the same at
$\delta=0$.

distance of the example (from example): $W-W'$ is $\delta$ on the first half and $-\delta$ on the second: its cut norm is
$[[cut_distance]]$, attained by either half.

ratio of the readout (from example, distance of the example): $F$ at these covariances gives the ratio $[[readout_ratio]]$.

slope of the numerator (from ratio of the readout): Its numerator has the derivative $[[difference_slope]]$ in $\delta$.

limit (from slope of the numerator; by l'Hôpital): So the ratio tends to $[[limit_ratio]]$ as $\delta\to0$.

ratio of the first layer (from example, distance of the example): $c\,\kappa_0$ at the same covariances gives the ratio
$[[own_layer_ratio]]$.

share (from ratio of the first layer): By $\arccos(1-2\delta)=2\arcsin\sqrt\delta$ it is $\frac2{\pi\sqrt\delta}$ times $[[own_share]]$.

growth (from share; by l'Hôpital): As $\arcsin w\sim w$, that share tends to $1$: the ratio grows like $[[own_layer_growth]]$.

an entry of a mask: If the value of the graphon is $w$, $E|M_{ij}-w|=[[entry_distance]]$.

a mask (from an entry of a mask): Integrated for $W=\frac{u+v}2$ that is $[[l1_distance]]$.
""",
    globals(),
    variance_slope=variance_slope,
)

cut_norm_continuity = Claim(
    label="K9",
    title="The cut norm suffices for the readout kernel",
    statement=r"""
Let $K_W=\int F(S_W(u))\,du$, $F(a,b,c)=\sqrt{ab}\,\kappa_1(c/\sqrt{ab})$, be the readout term of the tangent kernel with one hidden
layer on $x,x'$ (its conjugate kernel; $W$ is the second-moment graphon of K4), with $x_j^2,x_j'^2\le\beta$. If for both graphons
all $S(x,x),S(x',x')$ lie in $[s,\beta]$, then
$$|K_W-K_{W'}|\le[[constant]]\;\|W-W'\|_\square .$$
A mask is a graphon: masks that converge in cut norm have converging kernels, though in $L^1$ they stay away from their
graphon, at the mean distance $2\iint W(1-W)$, $[[l1_distance]]$ for $W=\frac{u+v}2$. **The order is sharp**, and for $s\le\frac\beta2$ no constant below $2\beta$ will do: for
$x=1$ and $x'=1$ or $-1$ on the first and the second half, with $W=1,0$ and $W'=1-\delta,\delta$ there, $s=\frac12$, $\beta=1$,
$$\frac{|K_W-K_{W'}|}{\|W-W'\|_\square}=[[readout_ratio]]\to[[limit_ratio]]=2\beta\quad(\delta\to0),$$
while the bound has $2+\sqrt2/\pi$. **The first-layer term $\int\kappa_0S_W$ is not covered**: there the same ratio is
$[[own_layer_ratio]]\sim[[own_layer_growth]]$, so no constant will do.
""",
    steps=STEPS,
    source=Source("2510.17515", "beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(beta, "largest square of an input's coordinate", POSITIVE, drawn=(2, 4)),
        Quantity(
            s,
            "least variance of the preactivations over the rows of both graphons",
            POSITIVE,
            drawn=(sp.Rational(1, 2), 2),
        ),
        Quantity(
            delta,
            "distance of the values of the two graphons of the example",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 100), sp.Rational(1, 2)),
        ),
        Quantity(chance, "value of the graphon at an entry of a mask", CLOSED_UNIT),
        *PREACTIVATIONS,
    ),
    hypotheses=(
        replace(CAUCHY_SCHWARZ, needed_by=("variance_slope",)),
        Hypothesis("no variance above the largest square of a coordinate", s <= beta),
        Hypothesis(r"ReLU, one hidden layer, bounded inputs; all rows of both graphons have variance at least $s>0$"),
        Hypothesis("a mask: $s$ is read off the mask; a row that keeps nothing has no such bound"),
    ),
    uses=("K1", "K4"),
    loose=(
        Loose(
            expression="constant",
            truth="readout_ratio",
            at=tuple({beta: 1, s: sp.Rational(1, 2), delta: sp.Rational(1, far)} for far in (10, 1000)),
            lost="at most, in the terms of the variances, which do not move in the example: the truth lies between",
            order=r"the ratio of the example tends to $2\beta$",
        ),
    ),
)
