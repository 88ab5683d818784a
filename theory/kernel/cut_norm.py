"""K9: the readout kernel moves no more than the cut norm of its graphon, up to a constant."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.kernel.dual import cosine, kappa_0, kappa_1
from theory.quantities import POSITIVE, Hypothesis, Quantity

beta, s = sp.symbols("beta s", positive=True)  # largest square of an input; least variance of a row, s ≤ beta
delta = sp.Symbol("delta", positive=True)  # how far the graphons of the example are apart, at most 1

constant = beta * (2 + sp.sqrt(beta / s) / sp.pi)
correlation = 1 - 2 * delta
readout_ratio = (1 - kappa_1.subs(cosine, correlation)) / delta
own_layer_ratio = (1 - correlation * kappa_0.subs(cosine, correlation)) / delta

cut_norm_continuity = Claim(
    label="K9",
    title="The cut norm suffices for the readout kernel",
    statement=r"""
Let $K_W=\int F(S_W(u))\,du$, $F(a,b,c)=\sqrt{ab}\,\kappa_1(c/\sqrt{ab})$, be the readout term of the tangent kernel with one hidden
layer on $x,x'$ (its conjugate kernel; $W$ is the second-moment graphon of K4), with $x_j^2,x_j'^2\le\beta$. If for both graphons
all $S(x,x),S(x',x')$ lie in $[s,\beta]$, then
$$|K_W-K_{W'}|\le[[constant]]\;\|W-W'\|_\square .$$
A mask is a graphon: masks that converge in cut norm have converging kernels, though in $L^1$ they stay away from their
graphon, at the mean distance $2\iint W(1-W)$, $[[l1_distance]]$ for $W=\frac{u+v}2$. **The order is sharp**, and so is the $2$: for
$x=1$ and $x'=1$ or $-1$ on the first and the second half, with $W=1,0$ and $W'=1-\delta,\delta$ there, $s=\frac12$, $\beta=1$,
$$\frac{|K_W-K_{W'}|}{\|W-W'\|_\square}=[[readout_ratio]]\to[[limit_ratio]]=2\beta\quad(\delta\to0),$$
while the bound has $2+\sqrt2/\pi$. **The first-layer term $\int\kappa_0S_W$ is not covered**: there the same ratio is
$[[own_layer_ratio]]\sim[[own_layer_growth]]$, so no constant will do.
""",
    proof_text=r"""
Along the segment from $W'$ to $W$ the variances stay in $[s,\beta]$, so by the mean value theorem
$K_W-K_{W'}=\int(f_c\Delta c+f_a\Delta a+f_b\Delta b)\,du$ with averages $f$ of $\partial F$ over the segment. By K1
$\partial_cF=\kappa_0\in[0,1]$ and $0\le\partial_aF=\frac{\sqrt{ab-c^2}}{2\pi a}\le\frac1{2\pi}\sqrt{b/a}\le\frac1{2\pi}\sqrt{\beta/s}$, likewise
$\partial_bF$. And $\int f\Delta c\,du=\iint f(u)\,D(u,v)\,x(v)x'(v)$ with $D=W-W'$: for $f\in[0,1]$ and $g\in[0,\beta]$,
$|\iint fDg|\le\beta\|D\|_\square$ (the extreme points are sets); $xx'$ is a difference of two such $g$, $x^2$ and $x'^2$ are such. The sum is
$2\beta+2\cdot\frac1{2\pi}\sqrt{\beta/s}\,\beta$. *Example:* variances are $\frac12$ for both, the covariances $\frac12$ and
$\frac12(1-2\delta)$, and $D=\pm\delta$ on the halves: $\|D\|_\square=\delta/2$, $\Delta K=\frac12(1-\kappa_1(1-2\delta))$; $\kappa_1'(1)=\kappa_0(1)=1$, and
$\arccos(1-2\delta)\sim2\sqrt\delta$. *$L^1$:* $E|M_{ij}-W|=2W(1-W)$. ∎
""",
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
    ),
    hypotheses=(
        Hypothesis("no variance above the largest square of a coordinate", s <= beta),
        Hypothesis(r"ReLU, one hidden layer, bounded inputs; all rows of both graphons have variance at least $s>0$"),
        Hypothesis("a mask: $s$ is read off the mask; a row that keeps nothing has no such bound"),
    ),
    uses=("K1", "K4"),
    expressions={
        "constant": constant,
        "readout_ratio": readout_ratio,
        "limit_ratio": sp.Integer(2),
        "own_layer_ratio": own_layer_ratio,
        "own_layer_growth": 2 / (sp.pi * sp.sqrt(delta)),
        "l1_distance": sp.Rational(5, 12),
    },
)
