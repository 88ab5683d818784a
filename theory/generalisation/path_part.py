"""B2: the part of the tangent kernel that is linear in the inputs is decided by path densities alone."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.formulas.iterate import Iterate
from theory.graphon.limit import INPUTS
from theory.graphon.limit import inputs as d
from theory.kernel.dual import angle, cosine, depth, kappa_0, kappa_1, nngp_step, ntk_step, tangent
from theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity

S = sp.Symbol("S", positive=True)  # a variance S_W(x, x)
c = sp.Symbol("c", positive=True)  # a candidate for the constant

LAYERS = Quantity(depth, "number of hidden layers", COUNT, drawn=(1, 4))
VARIANCE = Quantity(S, "average over the inputs of the squared value times the path density", POSITIVE)

constant = (depth + 1) / 2**depth
plain_constant = (depth + 1) / 4**depth
layer_constant = sp.Rational(1, 2) ** depth
antipodal_determinant = 4 * S**2 * (1 - c)
one_sided_gap = -sp.Rational(1, 2)

# Correlation of the layer at orthogonal inputs, its slope there, and value and slope of the tangent kernel
correlation, slope, value, linear = sp.symbols("s p t q", nonnegative=True)
_passed, _gate = kappa_1.subs(cosine, correlation), kappa_0.subs(cosine, correlation)
_gate_slope = sp.diff(kappa_0, cosine).subs(cosine, correlation)
layer_step = {
    "correlation": _passed,
    "slope": slope * _gate,
    "value": value * _gate + _passed,
    "linear": linear * _gate + value * _gate_slope * slope + slope * _gate,
}
best_constant = Iterate(
    sp.Lambda((correlation, slope, value, linear), sp.Tuple(*layer_step.values())), depth, (0, 1, 0, 1)
)


half = sp.Rational(1, 2)
x = sp.Symbol("x", nonnegative=True)  # the angle in a layer
weight, weighted = sp.symbols("w k", real=True)  # of the angle between inputs, and that times the tangent kernel

# `angle_step` of K1 as an analytic function: its square root would stop the quadrature where x is 0.
_share = sp.hyper([], [3 * half], -(x**2) / 16) ** 2 / 2 - x * sp.hyper([], [5 * half], -(x**2) / 4) / (3 * sp.pi)
next_angle = x * sp.sqrt(2 * _share) * sp.hyper([half, half], [3 * half], x**2 * _share / 2)
_kernel = (weight * nngp_step + weighted * sp.diff(ntk_step, tangent)).subs(angle, x)
_layer = sp.Lambda((x, weight, weighted), sp.Tuple(next_angle, weight, _kernel))
_weight = sp.cos(angle) * sp.sin(angle) ** (d - 2)
_acute = Iterate(_layer, depth, (angle, _weight, _weight * sp.cos(angle)))

# At π − θ the first layer is written out in θ: near π the balls of the general step are many times too large.
_sine = angle**3 * sp.hyper([], [5 * half], -(angle**2) / 4) / (3 * sp.pi)  # κ₁(−cos θ)
_first = (
    sp.pi / 2 - _sine * sp.hyper([half, half], [3 * half], _sine**2),
    *(each.subs(angle, sp.pi - angle) for each in (_weight, _weight * ntk_step.subs(tangent, sp.cos(angle)))),
)
_obtuse = Iterate(_layer, depth - 1, _first)

_on_the_sphere = (
    d
    * sp.gamma(d / 2)
    / (sp.sqrt(sp.pi) * sp.gamma((d - 1) / sp.Integer(2)))
    * sp.Integral(_acute + _obtuse, (angle, 0, sp.pi / 2))
)
sphere_constant = sp.Piecewise((_on_the_sphere, (depth <= 6) & (d >= 2)))  # deeper: minutes in balls; d = 1: no sphere
sphere_excess = ((depth + 1) / sp.Integer(2) - best_constant) * 3 / (d + 2)

linear_part_bound = Claim(
    label="B2",
    title="The linear part of the tangent kernel holds the path densities, with its constant",
    statement=r"""
For a network of $L$ hidden layers with graphons $W^{(l)}$ on all layers (masks independent of the weight values) and path density
$\rho_{path}$, the infinitely wide tangent kernel on inputs $X$ satisfies
$$K\succeq\frac{c_L}dX\operatorname{diag}(\rho_{path})X^\top,\qquad c_L=[[constant]]$$
($[[plain_constant]]$ for the ReLU without its factor $\sqrt2$). With masks that depend on the weights (second-moment graphons
$Q^{(l)}$) $K\succeq\frac wdX\operatorname{diag}(\sum_{l=1}^{L+1}\rho^{(l)})X^\top$, $w=[[layer_constant]]$, where $\rho^{(l)}$ is the
density of paths with $W$ at layer $l$ and $Q$ elsewhere. **Sharpness.** $c_1=1$ is the best constant, attained by $\{x,-x\}$: there
$\det(K-cB)=[[antipodal_determinant]]$ with $S=S_W(x,x)$. For homogeneous masks the best constant that serves in every dimension is
the Taylor coefficient $\Theta_L'(0)$ of the dense kernel in the cosine; from layer to layer the correlation $s$ at orthogonal
inputs, its slope $p$, and value $t$ and slope $q$ of the kernel go from $(0,1,0,1)$ by
$$\begin{aligned}s&\to\kappa_1(s),&t&\to t\,\kappa_0(s)+\kappa_1(s),\\
p&\to p\,\kappa_0(s),&q&\to q\,\kappa_0(s)+t\,\kappa_0'(s)\,p+p\,\kappa_0(s),\end{aligned}$$
so it is $1$, $0.9581$ and $0.9126$ for $L=1,2,3$. On the sphere of inputs in $\mathbb R^d$, $d\ge2$, the best constant is
$E[\Theta_L(t)t]/E[t^2]$ under the weight $(1-t^2)^{(d-3)/2}$ (`sphere_constant` has it for $L\le6$): $1$ at $L=1$, else above the
Taylor coefficient, by at most $\big(\frac{L+1}2-\Theta_L'(0)\big)\frac3{d+2}$. **Masks that follow the gates** are not covered: for one input, $L=1$ and
$M=1\{w>0\}$, which is what SNIP keeps at density $\frac12$ if all its samples are positive, $K-B=[[one_sided_gap]]$ at $x=-1$.
""",
    proof_text=r"""
$\kappa_0$ and $\kappa_1$ have Taylor coefficients $\ge0$, so by Schur products $\kappa_0\succeq\frac12J$ and
$F(\tilde\Sigma)\succeq\frac12\tilde\Sigma$; if $A\succeq A'\succeq0$ and $B\succeq B'\succeq0$ then $A\circ B\succeq A'\circ B'$. In each of
the $L+1$ terms the $l-1$ layers below and the $L+1-l$ gates above halve, $L$ in all, and leave
$\frac1d\sum_jx_jx_j'\rho^{(l)}(v_j)$; without $\sqrt2$ every dual is half as large again. *Antipodal inputs, $L=1$:* $K=2SI$ and
$B=S\binom{\ \ 1\ -1}{-1\ \ \ 1}$. *Homogeneous masks:* $K-cB$ is, up to a factor, $\Theta_L(r)-cr$ on unit vectors, and $\Theta_L$ is
made of $\kappa_0,\kappa_1$ by sums, products and composition, so its coefficients are $\ge0$; by Schoenberg's theorem the difference
is positive semidefinite in every dimension if and only if $c\le\Theta_L'(0)$. On one sphere the eigenspaces are the
spherical harmonics, $cr$ changes the eigenvalue of degree $1$ alone, and by Funk and Hecke that is proportional to
$E[(\Theta_L(t)-ct)\,t]$. With $\Theta_L=\sum a_kt^k$ the constant is $\sum_{k\text{ odd}}a_kE[t^{k+1}]/E[t^2]$, where
$E[t^{k+1}]\le E[t^4]=\frac3{d+2}E[t^2]$ for $k\ge3$ and $\sum_{k\text{ odd}}a_k=\frac12(\Theta_L(1)-\Theta_L(-1))\le\frac{L+1}2$.
*Following the gates:* at $x=-1$ the gate of every kept weight is closed, so $K=0$, while $P(M=1)=E[Mw^2]=\frac12$ give $B=\frac12$.
(SNIP: for $w<0$ no sample opens the gate, and the score is $0$.) ∎
""",
    source=Source(
        "2602.06675",
        "abstract: “a Graphon-NTK generalisation bound demonstrating how the limit graphon modulates the kernel "
        "geometry to align with informative features”; path densities are reported second-hand",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    quantities=(
        LAYERS.drawn_from(1, 2),
        INPUTS.drawn_from(20, 90),
        VARIANCE,
        Quantity(c, "multiple of the linear part that is taken from the kernel", POSITIVE),
        Quantity(
            correlation,
            "correlation of a layer at orthogonal inputs",
            sp.Interval.Ropen(0, 1),
            drawn=(sp.Rational(1, 20), sp.Rational(9, 10)),
        ),
        Quantity(
            slope,
            "derivative of that correlation in the cosine of the inputs",
            sp.Interval(0, 1),
            drawn=(sp.Rational(1, 20), 1),
        ),
        Quantity(value, "value of the tangent kernel at orthogonal inputs", NON_NEGATIVE),
        Quantity(linear, "derivative of the tangent kernel in the cosine, at orthogonal inputs", NON_NEGATIVE),
    ),
    hypotheses=(
        Hypothesis(
            r"infinite width, $\varphi(z)=\sqrt2\max(z,0)$; masks that look at the weights do so as in K4, through $|w|$ alone"
        ),
        Hypothesis(
            "the constants of Taylor and of Funk and Hecke: homogeneous masks, inputs of one length",
            needed_by=("layer_step", "best_constant", "sphere_constant", "sphere_excess"),
        ),
        Hypothesis("a sphere of inputs, in two dimensions at least", d >= 2, ("sphere_constant", "sphere_excess")),
        Hypothesis(
            "six hidden layers at most, as far as the integral is written out", depth <= 6, ("sphere_constant",)
        ),
    ),
    uses=("K1", "K2", "K4"),
    expressions={
        "constant": constant,
        "plain_constant": plain_constant,
        "layer_constant": layer_constant,
        "antipodal_determinant": antipodal_determinant,
        "one_sided_gap": one_sided_gap,
        "layer_step": layer_step,
        "best_constant": best_constant,
        "sphere_constant": sphere_constant,
        "sphere_excess": sphere_excess,
    },
    aids={"own_layer": "W"},
)
