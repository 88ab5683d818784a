"""K8: a graphon of rank one reweights the inputs, and the tangent kernel is that of a dense network on them."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Remark, Source
from sparse_limits.theory.kernel.dual import CAUCHY_SCHWARZ, DEPTH, a, b, c, cosine, dense_ntk, depth, relu
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity

flow = sp.Symbol("f", positive=True)  # Π_l ∫ g_l h_{l+1}
p, q = sp.symbols("p q", nonnegative=True)  # powers of the row and column profiles
share = sp.Symbol("s", nonnegative=True)  # of the rows in the first of two blocks
blocks = sp.symbols("t_1 t_2", real=True)  # dense kernels of the inputs weighted by the densities of a block
scales = sp.symbols("sigma tau", positive=True)  # of the variances at the first and the second input
row, column, overlap = sp.symbols(
    "g h m", positive=True
)  # g_{l+1}, h_{l+1} at a position, ∫ g h of a layer and the next
below, above = sp.symbols("B A", positive=True)  # products of the overlaps of the layers below one, and above it

scaled_value = sp.sqrt(scales[0] * scales[1]) * relu.value
scaled_slope = relu.slope
passed = row * overlap * below * relu.value
sent_back = column * overlap * above * relu.slope
own_factor = overlap * below * above
kernel = flow * sp.sqrt(a * b) * dense_ntk.subs(cosine, c / sp.sqrt(a * b))
power_overlap = 1 / (p + q + 1)
power_flow = (p + q + 1) ** (-depth)
surplus = p * q
density_flow = ((p + 1) * (q + 1)) ** (-depth)
block_kernel = relu.value + c * relu.slope
mixture = share * blocks[0] + (1 - share) * blocks[1]

STEPS = proof(
    r"""
recursion (by K2 for forward, backward, own_layer): With $W^{(l)}(u,v)=g_l(u)h_l(v)$ it is $\tilde\Sigma^{(l)}(u)=g_l(u)\int
h_l\Sigma^{(l-1)}dv$, $G^{(l)}(u)=\kappa_0h_{l+1}(u)\int g_{l+1}G^{(l+1)}dw$, $\Theta^{(l)}=\int G^{(l)}\tilde\Sigma^{(l)}du$; the readout
has $g_{L+1}=1$.

scales: At $\sigma$ and $\tau$ times the variances and $\sqrt{\sigma\tau}$ times the covariance, $F$ is $[[scaled_value]]$, and its slope is
as before, $[[scaled_slope]]$.

forward (from recursion, scales): If $\tilde\Sigma^{(l)}(u)$ is $g_l(u)B$ times numbers $a,b,c$, then $\tilde\Sigma^{(l+1)}$ is
$[[passed]]$, with $m=\int g_lh_{l+1}$ and the next row's $g$: the next covariance of the dense network, $F(a,b,c)$, times $g\,mB$. The
correlation is the same at every $u$.

below (from forward; by induction): So $\tilde\Sigma^{(l)}(u)$ is $g_l(u)B_l$, $B_l=\prod_{k<l}\int g_kh_{k+1}$, times that of the dense
network at the weighted inputs: at $l=1$ these have the variances $a,b$ and the covariance $c$.

backward (from recursion, scales, below): If $G^{(l+1)}(w)$ is $h_{l+2}(w)A$ times a number, then $G^{(l)}$ is that number times
$[[sent_back]]$, with $m=\int g_{l+1}h_{l+2}$ and $h=h_{l+1}$ at the row.

above (from backward; by induction): So $G^{(l)}(u)$ is $h_{l+1}(u)A_l$, $A_l=\prod_{l<k\le L}\int g_kh_{k+1}$, times that of the dense
network: at $l=L$ it is $h_{L+1}(u)$ times the slope.

own layer (from recursion, below, above): $\Theta^{(l)}$ is $[[own_factor]]$ times that of the dense network, with $B=B_l$, $A=A_l$ and
$m=\int g_lh_{l+1}$: the product of all $L$ overlaps, $f$, whatever $l$ is. For the readout it is $B_{L+1}=f$.

unit norms (from scales; by induction): Inputs divided by $\sqrt a$ and $\sqrt b$ have mean squares $1$ and the correlation $c/\sqrt{ab}$;
layer after layer the covariances of the dense network are divided by $\sqrt{ab}$, and its slopes stay.

dense kernel (from own layer, unit norms; by K1): At unit norms the dense kernel is $\Theta_L$ of the correlation: the kernel is
$[[kernel]]$.

overlap of powers: $\int_0^1u^pu^q\,du=[[power_overlap]]$.

powers (from own layer, overlap of powers): So $f=[[power_flow]]$, one factor for each hidden layer.

surplus (from overlap of powers): $(p+1)(q+1)$ is more than $p+q+1$ by $[[surplus]]$.

mean densities (from powers, surplus): So the product of the $\int g_l\int h_{l+1}$, $[[density_flow]]$, is at most $f$, and less unless
$pq=0$.

one block (from recursion, unit norms): With a dense readout a row contributes $[[block_kernel]]$, at its own $a,b,c$: on block $b$ the
dense kernel of one hidden layer at inputs weighted by $\sqrt{W_b}$.

blocks (from one block): $\int_0^1du$ is the sum over blocks, on each of which the integrand is constant: with two of them it is
$[[mixture]]$.
""",
    globals(),
)

feature_reweighting = Claim(
    label="K8",
    title="Graphons of rank one are feature reweightings",
    statement=r"""
Let $W^{(l)}(u,v)=g_l(u)h_l(v)\le1$, $g_l,h_l\ge0$, for $l\le L$ and $W^{(L+1)}=h_{L+1}$. Then the kernel of K2 is that of a dense network at reweighted inputs,
$$\Theta(x,x')=f\;\Theta_{dense}\bigl(\sqrt{h_1}\,x,\sqrt{h_1}\,x'\bigr),\qquad f=\prod_{l=1}^L\int_0^1g_l(u)h_{l+1}(u)\,du:$$
$f\sqrt{ab}\;\Theta_L(c/\sqrt{ab})$ with $a=\frac1d\sum_jh_1(v_j)x_j^2$, $b=\frac1d\sum_jh_1(v_j)x_j'^2$, $c=\frac1d\sum_jh_1(v_j)x_jx'_j$ and $\Theta_L$ of K1. So
the columns' profile selects features, and all else is one constant: for $g_l(u)=u^p$, $h_{l+1}(u)=u^q$ it is $f=[[power_flow]]$: for
$p,q>0$ more than the means of the profiles would give, $[[density_flow]]$, since hubs that receive much also pass on much. **Blocks.** With one hidden layer whose rows fall into
blocks with constant densities $W_b(v)$ and shares $s_b$, the readout dense, $\Theta$ is the mixture of the kernels at inputs weighted by
$\sqrt{W_b}$: with two blocks $[[mixture]]$, $t_b=\Theta_{dense}(\sqrt{W_b}\,x,\sqrt{W_b}\,x')$.
""",
    steps=STEPS,
    source=Source("2510.17515", "beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(
            a, "mean square of the first input's coordinates, weighted by the column profile", POSITIVE, drawn=(1, 3)
        ),
        Quantity(
            b, "mean square of the second input's coordinates, weighted by the column profile", POSITIVE, drawn=(1, 3)
        ),
        Quantity(
            c,
            "mean product of the two inputs' coordinates, weighted by the column profile",
            sp.S.Reals,
            drawn=(sp.Rational(-9, 10), sp.Rational(9, 10)),
        ),
        Quantity(
            flow, "product over the hidden layers of the mean of row profile times next column profile", NON_NEGATIVE
        ),
        DEPTH.drawn_from(1, 3),
        Quantity(p, "power of the position that is the row profile", NON_NEGATIVE),
        Quantity(q, "power of the position that is the column profile", NON_NEGATIVE),
        Quantity(
            share,
            "share of the rows that are in the first of two blocks",
            sp.Interval(0, 1),
            drawn=(sp.Rational(1, 10), sp.Rational(9, 10)),
        ),
        Quantity(scales, "factor of the variance at one of two inputs", POSITIVE),
        Quantity(row, "row profile of a layer at a position", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 1)),
        Quantity(column, "column profile of the next layer at a position", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 1)),
        Quantity(overlap, "mean of a layer's row profile times the next column profile", NON_NEGATIVE),
        Quantity(below, "product of the overlaps of all hidden layers below one", NON_NEGATIVE),
        Quantity(above, "product of the overlaps of all hidden layers above one", NON_NEGATIVE),
        Quantity(blocks, "dense kernel at the inputs weighted by the densities of a block", sp.S.Reals),
    ),
    hypotheses=(
        replace(CAUCHY_SCHWARZ, words="a mean product that the two mean squares allow"),
        Hypothesis(r"ReLU $\varphi(z)=\sqrt2\max(z,0)$, no bias, masks independent of the weights, the limit of K2"),
    ),
    uses=("K1", "K2"),
    remarks=(
        Remark(
            "With two hidden layers the blocks mix inside $F$ and the mixture fails (seen on one example).",
            checked_by="blocks_mix_their_kernels",
        ),
    ),
    also=("kernel",),
)
