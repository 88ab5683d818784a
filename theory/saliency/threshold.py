"""S1 and S2: the threshold of a factorised saliency, and the methods whose limit is constant."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.formulas.level import level
from theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from theory.saliency.model import (
    ANY_DENSITY,
    DENSITY,
    INPUT,
    ONE,
    TAIL_INDEX,
    THRESHOLD,
    SaliencyModel,
    magnitude_model,
    rho,
    tau,
    v,
)
from theory.tails import exponential, frechet, half_normal, pareto, product_normal, t

c, p, s = sp.symbols("c p s", positive=True)

linear_model = SaliencyModel(row=ONE, column=v, noise=exponential)
linear_density = sp.expint(2, tau)

stable_threshold = Claim(
    label="S1",
    title="A factorised saliency has one stable threshold",
    statement=r"""
Let $S_{ij}=f(u_i)\varphi(v_j)\xi_{ij}$ with $f,\varphi>0$ a.e. measurable on $[0,1]$ and iid noise $\xi\ge0$ of continuous
survival function $\bar F$, equal to $1$ on $[0,x_0]$, strictly decreasing on $[x_0,x_F)$, $0$ beyond, where $x_0=0$ or
$x_F=\infty$. Then $D(\tau)=\iint\bar F(\tau/f(u)\varphi(v))\,du\,dv$ is continuous and non-increasing from $1$ to $0$,
strictly decreasing on $\{0<D<1\}$; for each $\rho\in(0,1)$ exactly one $\tau_\rho$ has $D(\tau_\rho)=\rho$, and
$W(u,v)=\bar F(\tau_\rho/f\varphi)$ has mean $\rho$. Half-normal, exponential, Pareto and Fréchet noise and the product of two
normals are of this kind. Moreover $f\to cf$ gives $\tau\to[[scaled_threshold]]$ and
$\xi,f,\varphi\to\xi^p,f^p,\varphi^p$ gives $\tau\to[[powered_threshold]]$, both with $W$ unchanged. For $f=1$,
$\varphi(v)=v$ and exponential noise, $D(\tau)=[[density]]$, $D'(\tau)=[[slope]]$ and $\tau_\rho=[[threshold]]$.
""",
    proof_text=r"""
The integrand is continuous and non-increasing in $\tau$ and bounded by $1$: dominated convergence gives continuity and the
limits $1$ and $0$. If $D(\tau)>0$ and $x_0=0$, the integrand strictly decreases on $\{f\varphi>\tau/x_F\}$, a set of positive
measure; if $D(\tau)<1$ and $x_F=\infty$, it does on $\{f\varphi<\tau/x_0\}$. The intermediate value theorem gives $\tau_\rho$.
Two thresholds with equal $D$ give ordered kernels of equal integral, so $W$ is unique even where $\tau$ is not: uniform noise
on $[1,2]$ with $f\varphi\in\{1,3\}$ has $D=\frac12$ on all of $[2,3]$. Scaling and powers are substitutions. In the example
$v\,E_2(\tau/v)$ has the derivative $E_2(\tau/v)+\frac\tau vE_1(\tau/v)=e^{-\tau/v}$ in $v$, by $E_2(z)=e^{-z}-zE_1(z)$, and
tends to $0$ as $v\to0$.
""",
    source=Source(
        "2602.06675",
        "abstract: “We introduce a Factorised Saliency Model that encompasses popular pruning criteria”; the "
        "threshold is ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    quantities=(
        THRESHOLD,
        DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(9, 10)),
        INPUT.drawn_from(sp.Rational(1, 10), 1),
        Quantity(c, "factor by which the row profile is multiplied", POSITIVE),
        Quantity(p, "power to which noise and profiles are raised", POSITIVE),
        Quantity(t, "value that the noise may exceed", POSITIVE),
        TAIL_INDEX.drawn_from(1, 3),
    ),
    hypotheses=(
        Hypothesis(
            r"$\bar F$ is continuous and strictly decreasing where it is neither $0$ nor $1$, and $x_0=0$ or $x_F=\infty$"
        ),
        Hypothesis(r"$f\varphi>0$ a.e. (zeros of measure $\zeta$ restrict to $\rho<1-\zeta$)"),
    ),
    expressions={
        "model": linear_model,
        "density": linear_density,
        "slope": -sp.expint(1, tau),
        "threshold": level(sp.expint(2, t), t, rho),
        "scaled_threshold": c * tau,
        "powered_threshold": tau**p,
        "noises": {
            "half_normal": half_normal,
            "exponential": exponential,
            "pareto": pareto,
            "frechet": frechet,
            "product_normal": product_normal,
        },
    },
)

kept_moment = s**2 * (sp.erfc(t / sp.sqrt(2)) + sp.sqrt(2 / sp.pi) * t * sp.exp(-(t**2) / 2))

constant_graphon = Claim(
    label="S2",
    title="Random and magnitude pruning have a constant graphon",
    statement=r"""
Random pruning has $W=\rho$. Magnitude pruning of iid weights $w\sim N(0,s^2)$ has $\tau=[[threshold]]$ and $W=[[graphon]]$.
The weights it keeps carry the second moment $E[w^2\,1\{|w|>st\}]=[[second_moment]]$, $t=\tau/s$, where random pruning leaves
$\rho s^2$: the graphons are equal, the weighted graphons are not. That both graphons are homogeneous is announced in the
abstract; threshold and second moment are ours.
""",
    proof_text=r"""
$P(|w|>\tau)=\operatorname{erfc}(\tau/s\sqrt2)=\rho$ at the stated $\tau$. For the moment, $\frac{d}{dt}$ of the right side is
$-2t^2\varphi(t)s^2$, the density of $w^2$ lost when $t$ grows, and both sides are $s^2$ at $t=0$.
""",
    source=Source(
        "2602.06675",
        "abstract: “unstructured methods (e.g., Random, Magnitude) converge to homogeneous graphons”; threshold "
        "and second moment are ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    uses=("S1",),
    expressions={
        "threshold": s * sp.sqrt(2) * sp.erfinv(1 - rho),
        "graphon": rho,
        "second_moment": kept_moment,
    },
    aids={"model": magnitude_model},
    quantities=(
        ANY_DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(9, 10)),
        Quantity(s, "standard deviation of the weights", POSITIVE),
        Quantity(t, "threshold in standard deviations of the weights", NON_NEGATIVE),
    ),
    hypotheses=(Hypothesis("weights are independent and normal with standard deviation $s$"),),
)
