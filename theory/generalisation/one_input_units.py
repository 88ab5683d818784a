"""B2.3: with two hidden layers no constant above ¾ holds for all masks: units that see one input each."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, cosine, kappa_0, kappa_1, relu
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, UNIT, Hypothesis, Quantity
from sparse_limits.theory.questions import OpenQuestion

pairs = sp.Symbol("n", integer=True, positive=True)  # inputs of either sign

spilled = sp.Symbol("delta", positive=True)  # chance of the edges that the first layer need not have

spike = cosine / (1 - cosine)  # η
variance = 1 + spike
shared = spike
own_entry = 3 * variance
alike_entry = variance * kappa_1 + 2 * spike * kappa_0
opposite_entry = variance / sp.pi
linear_energy = 1 + 2 * pairs * spike
energy = own_entry + (pairs - 1) * alike_entry - pairs * opposite_entry
sign_ratio = energy / linear_energy
many_ratio = kappa_0 + (kappa_1 - 1 / sp.pi) / (2 * cosine)
least_ratio = sp.Rational(3, 4)

_common, _strong, _weak = spike + spilled, 1 + spilled * spike, spilled * variance  # of e_0, and where x_i is 1 or 0
_mixed = sp.sqrt(spilled) * spike / sp.sqrt(_strong * variance)  # cosine where one of two inputs is 1
_strengths = _common, 2 * sp.sqrt(_strong * _weak), (2 * pairs - 2) * _weak  # of e_0, of the inputs' own, of others
_shares = spike, 2 * spilled * spike, (2 * pairs - 2) * spilled * spike  # of their covariances, up to the sign
_cosines = spike / _common, _mixed, cosine
spilled_variance = (1 + 2 * pairs * spilled) * variance
spilled_alike, spilled_opposite = (
    sp.Add(*(size * kappa_1.subs(cosine, sign * z) for size, z in zip(_strengths, _cosines, strict=True)))
    for sign in (1, -1)
)
alike_gate, opposite_gate = (
    sp.Add(*(sign * part * kappa_0.subs(cosine, sign * z) for part, z in zip(_shares, _cosines, strict=True)))
    for sign in (1, -1)
)

private = sp.Symbol("private", positive=True)  # square of an input's second own coordinate, over η
_near = spike * (1 + private)  # variance in a group of the second layer, and in the input's own
_far = _near + 2 * pairs


def _third_layer(covariance: sp.Expr) -> sp.Expr:
    """The entry of the kernel at two inputs with this covariance in each group of the second layer."""
    same, unlike = ({a: _near, b: other, c: covariance} for other in (_near, _far))
    alike, value = _near + 1, (relu.value.subs(unlike) + (pairs - 1) * relu.value.subs(same)) / pairs
    gate = (relu.slope.subs(unlike) + (pairs - 1) * relu.slope.subs(same)) / pairs
    above = {a: alike, b: alike, c: value}
    return valued(relu.value, above) + valued(relu.slope, above) * (value + 2 * covariance * gate)


three_layers = (4 * (_near + 1) + (pairs - 1) * _third_layer(spike) - pairs * _third_layer(sp.S.Zero)) / (
    1 + (2 * pairs + private) * spike
)

STEPS = proof(
    r"""
recursion (by K2 for forward, tangent_step): From layer to layer the kernel goes to $\Theta\kappa_0+\Sigma$ and the covariance to its dual
$F$, and both to their means over the units below.

first layer (from recursion): The units of one input add to the covariance $xy$ where its values $x$, $y$ have equal signs, else $0$. With
$\eta=[[spike]]$ all units together add $[[variance]]$ at equal inputs, $[[shared]]$ at inputs of one sign and $0$ at those of opposite
signs, and twice as much to the kernel.

all edges (from recursion, first layer): Keep every other edge of the first layer with probability $\delta$: each input has a positive
variance at each unit. In the same units the variance is $[[spilled_variance]]$. The covariance is $[[spilled_alike]]$ at inputs of one
sign, and the kernel adds $[[alike_gate]]$ to it; at opposite signs they are $[[spilled_opposite]]$ and $[[opposite_gate]]$. They are
continuous at $\delta=0$, where they are those of the *first layer*. So are the entries of $K$ and of $B$.

second layer (from recursion, first layer): So the correlations are $r$ and $0$, and $K$ has the entries $[[own_entry]]$, $[[alike_entry]]$
at one sign, $[[opposite_entry]]$ at opposite ones.

linear part (from first layer): The path densities are equal, and $B$ is $I+\eta ss^\top$ in the same units: $\frac1{2n}s^\top
Bs=[[linear_energy]]$.

signs (from second layer): With $n$ inputs of either sign, $\frac1{2n}s^\top Ks=[[energy]]$.

ratio (from linear part, signs): So $K\succeq cB$ needs $c\le[[sign_ratio]]$.

many inputs (from ratio): As $n\to\infty$ that tends to $[[many_ratio]]$.

chord (from many inputs; by chords): It rises with $r$, as do $\kappa_0$ and the slope of the chord of the convex $\kappa_1$ from $0$: for
$r>0$ it is above its limit at $0$.

best (by B2.1): $K\succeq c_2B$ for all masks, with $c_2=\frac34$.

small spikes (from all edges, chord, best): As $r\to0$ the limit is $[[least_ratio]]$, half of $\kappa_1'(0)$ and all of $\kappa_0(0)$: no
constant above it serves the masks with $\delta>0$.
""",
    globals(),
)

one_input_units = Claim(
    label="B2.3",
    title="With two hidden layers no constant above three quarters serves all masks",
    statement=r"""
Over all masks as in B2.1 and all inputs, the best constant for $L=2$ is $c_2=[[least_ratio]]$. Let each unit of the first layer see
one input, each input as many units, all above be dense, and $x_i=\sqrt\eta\,s_ie_0+e_i$ with $\eta=\frac r{1-r}$, $0<r<1$, $n$ of the signs $s_i$ positive and $n$ negative.
Keep every other edge of the first layer with probability $\delta>0$: all variances are positive, as B2.1 asks. As $\delta\to0$ the entries of $K$ and $B$ tend to those at $\delta=0$. There
$s^\top Ks$ over $s^\top Bs$ is $[[sign_ratio]]$, which tends to $[[many_ratio]]$ as $n\to\infty$, and this falls to $[[least_ratio]]$ as $r\to0$: masks that treat inputs unlike
can leave less of the linear part than any homogeneous ones (B2.2).
""",
    steps=STEPS,
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(pairs, "number of inputs of either sign", COUNT, drawn=(1, 40)),
        Quantity(
            cosine,
            "correlation in the second layer of two inputs of one sign",
            UNIT,
            drawn=(sp.Rational(1, 20), sp.Rational(9, 10)),
        ),
    ),
    hypotheses=(
        Hypothesis(
            r"infinite width in the limit of K2, $\varphi(z)=\sqrt2\max(z,0)$, masks independent of the weights"
        ),
    ),
    uses=("B2.1", "B2.2", "K2"),
    sharp=(
        Sharp(
            expression="least_ratio",
            example=r"the masks and inputs of the statement as $\delta\to0$, then $n\to\infty$, then $r\to0$",
            check="small_spikes_leave_three_quarters",
            side=Side.BELOW,
        ),
    ),
    aids={"three_layers": three_layers},
    open_questions=(
        OpenQuestion(
            asks=r"Is $c_L=(L+1)2^{-L}$ the best constant for $L\ge3$ hidden layers, too?",
            obstacle=r"""The correlation of any two inputs has to vanish in each unit of every layer from the second on. For $L=2$ one layer of own inputs does that; for more, each layer
needs inputs of its own that few of its units see, and limits have to be taken one within the other. That is not written out.""",
            known=r"It serves all masks (B2.1), and is best for $L=2$ (B2.3). Homogeneous masks leave more (B2.2).",
            evidence=r"""For $L=3$ let each input have two more coordinates, one of the square $K\eta$ that all units of the second layer see and one that a share $\frac1{2n}$ of
them sees. At $(\eta,K,2n)=(10^{-12},10^4,10^{20})$ the ratio is below $0.50003$, where $c_3=\frac12$: the constant is best for $L=3$ up to that.""",
            checked_by="three_layers_come_close_to_a_half",
        ),
    ),
)
