"""B2: a part of the tangent kernel that is linear in the inputs is decided by path densities alone."""

from collections.abc import Callable, Mapping

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.expressivity.paths import ANNOUNCED
from sparse_limits.theory.formulas.iterate import Iterate
from sparse_limits.theory.formulas.simplifying import powers_together
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.symbols import BEST_LINEAR, MASKED_LINEAR
from sparse_limits.theory.graphon.fixed_inputs import INPUTS
from sparse_limits.theory.graphon.fixed_inputs import inputs as d
from sparse_limits.theory.kernel.dual import angle, cosine, depth, kappa_0, kappa_1, nngp_step, ntk_step, tangent
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same

S = sp.Symbol("S", positive=True)  # a variance S_W(x, x)
c = sp.Symbol("c", positive=True)  # a candidate for the constant

LAYERS = Quantity(depth, "number of hidden layers", COUNT_FROM_ZERO, drawn=(0, 4))
VARIANCE = Quantity(S, "average over the inputs of the squared value times the path density", POSITIVE)

constant = (depth + 1) / 2**depth
plain_constant = (depth + 1) / 4**depth
layer_constant = sp.Rational(1, 2) ** depth
antipodal_determinant = 4 * S**2 * (1 - c)
one_sided_gap = -sp.Rational(1, 2)
gate_floor, value_floor = sp.Rational(1, 2), sp.Rational(1, 2)  # κ₀(0) and κ₁′(0)
opposite_kernel = sp.ImmutableMatrix([[2 * S, 0], [0, 2 * S]])
kept_share, kept_energy = sp.Rational(1, 2), sp.Rational(1, 2)  # of the weights above 0

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

LINEAR_STEPS = proof(
    r"""
series (by K1): The Taylor coefficients of $\kappa_0$ and of $\kappa_1$ are nonnegative.

halves (from series): The constant coefficient of $\kappa_0$ is $[[gate_floor]]$, and the linear coefficient of $\kappa_1$ is
$[[value_floor]]$.

less the halves (from halves; by entrywise product): For a matrix $R$ of correlations, $\kappa_0(R)-\frac12J$ and $\kappa_1(R)-\frac12R$ are
sums of entrywise powers of $R$ with coefficients $\ge0$, hence positive semidefinite; so is $F(\tilde\Sigma)-\frac12\tilde\Sigma$, by
scaling rows and columns.

order of products (by entrywise product): If $A\succeq A'\succeq0$ and $B\succeq B'\succeq0$, then $A\circ B-A'\circ B'=(A-A')\circ
B+A'\circ(B-B')\succeq0$.

terms (by K4 for limit): $K$ is a sum of $L+1$ terms. The term of layer $l$ is a mean over units of $l-1$ nested values $F$ below, times
$L+1-l$ gates $\kappa_0$ above, with $W$ at layer $l$ and $Q$ elsewhere.

one layer (from less the halves, order of products, terms): So each value and each gate leaves a half of the part that is linear in $x$, and
the term of any layer has the weight $[[layer_constant]]$.

path densities (from terms; by Fubini): What remains are the means of $\frac1d\sum_jx_jx_j'$ over the graphons of all layers, that is,
$\frac1d\sum_jx_jx_j'\rho^{(l)}(v_j)$.

independent masks (from one layer, path densities): For masks independent of the weights $Q=W$, and the $L+1$ terms have the same path
density, so $c_L=[[constant]]$.

without √2 (from independent masks): Without the factor $\sqrt2$ each value and each gate is only half as large: $[[plain_constant]]$.

opposite inputs (from terms): For $\{x,-x\}$ and $L=1$, $K=[[opposite_kernel]]$: at the correlation $-1$ the value and the gate are $0$, at
$1$ they are $S$ and $1$.

determinant (from opposite inputs, independent masks): There $B=S\binom{\ \ 1\ -1}{-1\ \ \ 1}$, and $\det(K-cB)=[[antipodal_determinant]]$
is negative for $c>1$.

kept weights: For one standard normal weight, $M=1\{w>0\}$ keeps the share $P(M=1)=[[kept_share]]$, with $E[Mw^2]=[[kept_energy]]$.

closed gates (from one layer, path densities, kept weights): At $x=-1$ the gate of every kept weight is closed, so that $K=0$, while both
layers together give $B$: $K-B=[[one_sided_gap]]$. (SNIP with positive samples: for $w<0$ no sample opens the gate, and the score is $0$.)
""",
    globals(),
)

place = sp.Symbol("l", integer=True, positive=True)  # the layer in which the gradient arises


def term(value_left: sp.Expr, gate_left: sp.Expr) -> sp.Expr:
    """What l − 1 values below and L + 1 − l gates above leave."""
    return value_left ** (place - 1) * gate_left ** (depth + 1 - place)


def terms_add_up(layer_constant: sp.Expr, constant: sp.Expr) -> Relations:
    """The same weight for each of the layers, the readout among them."""
    layers = sp.Sum(layer_constant, (place, 1, depth + 1)).doit()
    yield same(constant, layers, by=powers_together)


def each_dual_is_half_as_large(constant: sp.Expr, plain_constant: sp.Expr) -> Relations:
    """The dual of max(z, 0) is half of that of √2 max(z, 0), once for each of L values and gates."""
    share = term(gate_floor * value_floor, gate_floor * gate_floor) / term(value_floor, gate_floor)
    yield same(plain_constant, constant * share, by=powers_together)


def half_of_the_weights_are_kept(kept_share: sp.Expr, kept_energy: sp.Expr) -> Relations:
    """1 and w², weighted by the normal density over w > 0."""
    w = sp.Symbol("w", real=True)
    law = sp.exp(-(w**2) / 2) / sp.sqrt(2 * sp.pi)
    for claimed, weight in ((kept_share, sp.S.One), (kept_energy, w**2)):
        yield same(claimed, sp.integrate(weight * law, (w, 0, sp.oo)))


linear_part_bound = Claim(
    label="B2.1",
    title="The tangent kernel dominates a linear kernel of path densities",
    headline=r"If masks do not depend on the weights, the tangent kernel of an infinitely wide ReLU network of $L$ hidden layers is, as a matrix, at least $c_L$ times the linear kernel that weighs inputs by path densities, $$c_L=[[constant]].$$",
    statement=r"""
**The bound.** Take an infinitely wide ReLU network of $L$ hidden layers with graphons $W^{(l)}$ on all layers, whose masks do not depend on
the weights' values. The path densities $\rho_{path}$ say for each of the $d$ inputs of the network which share of its paths to the output
is kept. The matrix $K$ of the tangent kernel on a sample with inputs $X$ satisfies
$$K\succeq c_LB,\qquad B=\tfrac1dX\operatorname{diag}(\rho_{path})X^\top,\qquad c_L=[[constant]]:$$
no eigenvalue of $K-c_LB$ is negative. For the ReLU without its factor $\sqrt2$ the constant is $[[plain_constant]]$.

**Masks that depend on the weights**, through their sizes alone, have second-moment graphons $Q^{(l)}$ (K4). For them $K\succeq wB_Q$,
$B_Q=\frac1dX\operatorname{diag}(\sum_{l=1}^{L+1}\rho^{(l)})X^\top$, $w=[[layer_constant]]$, where $\rho^{(l)}$ is the density of paths with
$W$ at layer $l$ and $Q$ elsewhere.

**Sharpness.** For $L=1$, $c_1=1$ is the best constant, attained by $\{x,-x\}$: there $\det(K-cB)=[[antipodal_determinant]]$ with
$S=S_W(x,x)$.

**Masks that follow the gates** are not covered. Let $L=1$ and $M=1\{\omega>0\}$, the mask of SNIP at density $\frac12$ if all its samples
are positive. For one input, $x=-1$, $K-wB_Q=[[one_sided_gap]]$.
""",
    steps=LINEAR_STEPS,
    source=ANNOUNCED,
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        LAYERS,
        VARIANCE,
        Quantity(c, "multiple of the linear part that is taken from the kernel", NON_NEGATIVE),
    ),
    symbols=MASKED_LINEAR,
    hypotheses=(
        Hypothesis(
            r"infinite width in the limit of K2, $\varphi(z)=\sqrt2\max(z,0)$; masks that look at the weights do so as in K4, through $|w|$ alone"
        ),
        Hypothesis("every input has preactivations of positive variance at every unit"),
    ),
    aids={"own_layer": "W"},
    sharp=(
        Sharp(
            expression="constant",
            example="the inputs $x$ and $-x$, with one hidden layer",
            check="determinant_changes_its_sign_at_the_constant",
            side=Side.BELOW,
        ),
    ),
    because={
        "halves": lambda gate_floor, value_floor: (
            same(gate_floor, kappa_0.subs(cosine, 0)),
            same(value_floor, sp.diff(kappa_1, cosine).subs(cosine, 0)),
        ),
        "one layer": lambda gate_floor, value_floor, layer_constant: same(
            layer_constant, term(value_floor, gate_floor), by=powers_together
        ),
        "independent masks": terms_add_up,
        "without √2": each_dual_is_half_as_large,
        "kept weights": half_of_the_weights_are_kept,
        "closed gates": lambda layer_constant, kept_share, kept_energy, one_sided_gap: same(
            one_sided_gap, 0 - layer_constant.subs(depth, 1) * (kept_share + kept_energy)
        ),
    },
    wrong=lambda: {
        "constant: gates pass all": depth + 1,
        "constant: one layer": 1 / 2**depth,
        "constant: hidden layers alone": depth / 2**depth,
        "plain_constant: the dual of √2 ReLU": constant,
        "plain_constant: no halving of the value": plain_constant * 2**depth,
        "plain_constant: a half of all": constant / 2,
        "layer_constant: all terms in each": constant,
        "antipodal_determinant: linear in S": 4 * S * (1 - c),
        "antipodal_determinant: the constant of two layers": 4 * S**2 * (sp.Rational(3, 4) - c),
        "own_layer: Q at every layer": "Q",
        "opposite_kernel: the gates alone": opposite_kernel / 2,
        "opposite_kernel: as if equal": sp.ImmutableMatrix([[2 * S, 2 * S], [2 * S, 2 * S]]),
    },
)

moment_ratio = 3 / (d + 2)
kernel_at_one = depth + 1
odd_coefficients = (depth + 1) / sp.Integer(2)

CONSTANT_STEPS = proof(
    r"""
one function (by K4 for homogeneous): For constant graphons $K$ and $B$ have one factor for each layer, the same in both. So $K-cB$ is a
multiple of $\Theta_L(r)-cr$, on unit vectors.

coefficients (by K1): $\Theta_L$ is built from $r$, $\kappa_0$ and $\kappa_1$ by sums, products and compositions, so its Taylor coefficients
$a_k$ are nonnegative.

Schoenberg (from one function, coefficients; cited: Schoenberg, Duke Math. J. 9 (1942) 96: a continuous function of the scalar product is
positive definite on the spheres of all dimensions if and only if it is a power series with coefficients that are nowhere negative):
$\Theta_L(r)-cr$ is positive semidefinite in every dimension if and only if $c\le a_1=\Theta_L'(0)$.

one layer more: The correlation is mapped to $\kappa_1$ of itself, and the kernel is mapped by $t\to t\,\kappa_0+\kappa_1$. At orthogonal
inputs these maps and their derivatives become $[[layer_step]]$.

Taylor coefficient (from Schoenberg, one layer more; gives best_constant): Without hidden layers both are $r$, with the values $0$ and the
slopes $1$ at $r=0$. After $L$ such steps $\Theta_L'(0)$ is the last entry.

Funk and Hecke (from one function, coefficients; cited: Funk–Hecke theorem (Müller, Spherical Harmonics, 1966): the eigenvalue of degree k
is the integral of the function times the Legendre polynomial of degree k in d dimensions, which is t for k = 1, against
(1 − t²)^((d−3)/2)): On one sphere, spherical harmonics of degree $k$ are eigenvectors of a function of $t=\cos\theta$, and the eigenvalue
of degree $1$ is a multiple of the mean of the function times $t$. So $cr$ changes only this eigenvalue, and the best $c$ is
$E[\Theta_L(t)t]/E[t^2]$.

on the sphere (from Funk and Hecke; gives sphere_constant; at some points: the kernel is composed L times under an integral without a closed
form): In terms of the angle, with $\theta$ and $\pi-\theta$ combined, this is `sphere_constant`.

moments: By parts, $E[t^4]$ is $[[moment_ratio]]$ times $E[t^2]$, and higher even moments are no larger, as $|t|\le1$.

equal inputs (from one layer more): $\Theta_L(1)=[[kernel_at_one]]$: a layer adds $1$, with gate and correlation $1$.

odd coefficients (from equal inputs): For $L\ge1$, $\sum_{k\text{ odd}}a_k=\frac12(\Theta_L(1)-\Theta_L(-1))\le[[odd_coefficients]]$:
$\kappa_0$ and $\kappa_1$ are $0$ at $-1$ and nowhere negative, so $\Theta_L(-1)\ge0$.

excess (from Funk and Hecke, moments, odd coefficients, Taylor coefficient; gives sphere_excess): $E[\Theta_L(t)t]/E[t^2]=\sum_{k\text{
odd}}a_kE[t^{k+1}]/E[t^2]$: it exceeds $a_1$ by the sum of the terms with odd $k\ge3$, which is at most
$\big(\frac{L+1}2-\Theta_L'(0)\big)\frac3{d+2}$. At $L=1$ these terms add nothing, as $\Theta_1=r\kappa_0+\kappa_1$.
""",
    globals(),
)


def over(weight: sp.Expr) -> Callable[[sp.Expr], sp.Expr]:
    """A simplification of what is a multiple of a positive weight."""
    return lambda gap: sp.simplify(sp.powsimp(sp.expand(gap / weight)))


def moments_of_a_coordinate_by_parts(moment_ratio: sp.Expr) -> Relations:
    """The derivative of t³(1 − t²)^((d−1)/2), 0 at the ends, is 3t² less what the moment takes, times the weight."""
    t = sp.Symbol("t", real=True)
    weight = (1 - t**2) ** ((d - 3) / sp.Integer(2))
    derivative = sp.diff(t**3 * (1 - t**2) ** ((d - 1) / sp.Integer(2)), t)
    yield same(derivative, weight * (3 * t**2 - 3 * t**4 / moment_ratio), by=over(weight))


def layers_add_one_at_equal_inputs(layer_step: Mapping[str, sp.Expr], kernel_at_one: sp.Expr) -> Relations:
    """The kernel of the next layer at the correlation 1, which stays 1: from one layer on."""
    yield same(layer_step["correlation"].subs(correlation, 1), 1)

    def following(kernel: sp.Expr) -> sp.Expr:
        return valued(layer_step["value"], {correlation: 1, value: kernel})

    yield induction(kernel_at_one, depth, following(sp.S.One), following, start=1)


best_linear_constant = Claim(
    label="B2.2",
    title="The best constant of the linear part, for homogeneous masks",
    headline=r"For homogeneous masks and inputs of one length, the best constant in $K\succeq cB$ that serves in all dimensions is the slope of the dense kernel in the cosine, at orthogonal inputs.",
    statement=r"""
**The question.** Let the masks be homogeneous, with $L$ hidden layers, and the inputs of one length. What is the best constant $c$ in
$K\succeq cB$, $B=\frac1dX\operatorname{diag}(\rho_{path})X^\top$ (B2.1)?

**In all dimensions.** The best constant that holds in every dimension is $\Theta_L'(0)$, the slope of the dense kernel in the cosine, at
orthogonal inputs. At such inputs let $s$ be the correlation of a layer, $p$ its slope, $t$ the value of the kernel and $q$ the slope of the
kernel. They start from $(s,p,t,q)=(0,1,0,1)$ and change from layer to layer by
$$\begin{aligned}s&\to\kappa_1(s),&t&\to t\,\kappa_0(s)+\kappa_1(s),\\
p&\to p\,\kappa_0(s),&q&\to q\,\kappa_0(s)+t\,\kappa_0'(s)\,p+p\,\kappa_0(s).\end{aligned}$$
The last $q$ is the constant: $1$, $0.9581$ and $0.9126$ for $L=1,2,3$.

**On one sphere** of inputs, in $\mathbb R^d$ with $d\ge2$, the best constant is $E[\Theta_L(r)r]/E[r^2]$ under the weight
$(1-r^2)^{(d-3)/2}$ (`sphere_constant` gives it for $1\le L\le6$). It is $1$ for $L\le1$. For $L\ge2$ it exceeds $\Theta_L'(0)$, by at most
$\big(\frac{L+1}2-\Theta_L'(0)\big)\frac3{d+2}$.
""",
    steps=CONSTANT_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        LAYERS.drawn_from(1, 2),
        INPUTS.drawn_from(20, 90),
        Quantity(correlation, "correlation of a layer at orthogonal inputs", sp.Interval.Ropen(0, 1)).drawn_from(
            sp.Rational(1, 20), sp.Rational(9, 10)
        ),
        Quantity(slope, "derivative of that correlation in the cosine of the inputs", CLOSED_UNIT).drawn_from(
            sp.Rational(1, 20), 1
        ),
        Quantity(value, "value of the tangent kernel at orthogonal inputs", NON_NEGATIVE),
        Quantity(linear, "derivative of the tangent kernel in the cosine, at orthogonal inputs", NON_NEGATIVE),
    ),
    symbols=BEST_LINEAR,
    hypotheses=(
        Hypothesis(
            r"infinite width in the limit of K2, $\varphi(z)=\sqrt2\max(z,0)$; homogeneous masks, inputs of one length"
        ),
        Hypothesis("a sphere of inputs, in two dimensions at least", d >= 2, ("sphere_constant", "sphere_excess")),
        Hypothesis("a hidden layer at least", depth >= 1, ("sphere_constant", "sphere_excess", "odd_coefficients")),
        Hypothesis(
            "six hidden layers at most, as far as the integral is written out", depth <= 6, ("sphere_constant",)
        ),
    ),
    uses=("B2.1",),
    also=("layer_step", "best_constant", "sphere_constant", "sphere_excess"),
    sharp=(
        Sharp(
            expression="best_constant",
            example="inputs on spheres of all dimensions: by Schoenberg's theorem no larger constant serves them",
            check="best_constant_is_the_taylor_coefficient",
            side=Side.BELOW,
        ),
    ),
    because={
        "moments": moments_of_a_coordinate_by_parts,
        "equal inputs": layers_add_one_at_equal_inputs,
        "excess": lambda moment_ratio, odd_coefficients, best_constant, sphere_excess: same(
            sphere_excess, (odd_coefficients - best_constant) * moment_ratio, by=sp.expand
        ),
    },
    wrong=lambda: {
        "layer_step: gates fixed": {
            **layer_step,
            "linear": linear * kappa_0.subs(cosine, correlation) + slope * kappa_0.subs(cosine, correlation),
        },
        "layer_step: no new layer in the value": {**layer_step, "value": value * kappa_0.subs(cosine, correlation)},
        "layer_step: correlation by the gate": {**layer_step, "correlation": kappa_0.subs(cosine, correlation)},
        "layer_step: slope halved always": {**layer_step, "slope": slope / 2},
        "layer_step: slope passed on": {**layer_step, "slope": slope},
        "best_constant: the crude constant": constant,
        "best_constant: one layer more": best_constant.subs(depth, depth + 1),
        "sphere_constant: the crude constant": constant,
        "sphere_constant: the Taylor coefficient in every dimension": best_constant,
        "sphere_constant: weight of half the dimension": valued(sphere_constant, {d: d / 2}),
        "sphere_constant: a sphere of one layer more": sphere_constant.subs(depth, depth + 1),
        "sphere_excess: second moment for the fourth": sphere_excess * (d + 2) / (3 * d),
        "sphere_excess: nothing taken off": odd_coefficients * moment_ratio,
        "moment_ratio: of a normal coordinate": 3 / d,
        "moment_ratio: the second moment": 1 / d,
        "moment_ratio: of a circle": sp.Rational(3, 4),
        "kernel_at_one: without the readout": depth,
        "kernel_at_one: doubled by each layer": 2**depth,
        "odd_coefficients: all of them": kernel_at_one,
        "odd_coefficients: one layer less": depth / 2,
    },
)
