"""K8: a graphon of rank one reweights the inputs, and the tangent kernel is that of a dense network on them."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.kernel.dual import CAUCHY_SCHWARZ, DEPTH, a, b, c, cosine, dense_ntk, depth
from theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity

flow = sp.Symbol("f", positive=True)  # Π_l ∫ g_l h_{l+1}
p, q = sp.symbols("p q", nonnegative=True)  # powers of the row and column profiles
share = sp.Symbol("s", nonnegative=True)  # of the rows in the first of two blocks
blocks = sp.symbols("t_1 t_2", real=True)  # dense kernels of the inputs weighted by the densities of a block

kernel = flow * sp.sqrt(a * b) * dense_ntk.subs(cosine, c / sp.sqrt(a * b))
power_flow = (p + q + 1) ** (-depth)
mixture = share * blocks[0] + (1 - share) * blocks[1]

feature_reweighting = Claim(
    label="K8",
    title="Graphons of rank one are feature reweightings",
    statement=r"""
Let $W^{(l)}(u,v)=g_l(u)h_l(v)\le1$ for $l\le L$ and $W^{(L+1)}=h_{L+1}$. Then the kernel of K2 is that of a dense network at reweighted inputs,
$$\Theta(x,x')=f\;\Theta_{dense}\bigl(\sqrt{h_1}\,x,\sqrt{h_1}\,x'\bigr),\qquad f=\prod_{l=1}^L\int_0^1g_l(u)h_{l+1}(u)\,du:$$
$f\sqrt{ab}\;\Theta_L(c/\sqrt{ab})$ with $a=\frac1d\sum_jh_1(v_j)x_j^2$, $b=\frac1d\sum_jh_1(v_j)x_j'^2$, $c=\frac1d\sum_jh_1(v_j)x_jx'_j$ and $\Theta_L$ of K1. So
the columns' profile selects features, and all else is one constant: for $g_l(u)=u^p$, $h_{l+1}(u)=u^q$ it is $f=[[power_flow]]$, not the
product of the mean densities, since hubs that receive much also pass on much. **Blocks.** With one hidden layer whose rows fall into
blocks with constant densities $W_b(v)$ and shares $s_b$, the readout dense, $\Theta$ is the mixture of the kernels at inputs weighted by
$\sqrt{W_b}$: with two blocks $[[mixture]]$, $t_b=\Theta_{dense}(\sqrt{W_b}\,x,\sqrt{W_b}\,x')$.
""",
    proof_text=r"""
$F$ is homogeneous of degree $1$, its slope of degree $0$. By induction $\Sigma^{(l)}(u)=g_l(u)\prod_{k<l}\int g_kh_{k+1}\cdot\Sigma^{(l)}_{dense}$ at the
reweighted inputs: the factor of $u$ is the same for $(x,x)$, $(x',x')$ and $(x,x')$, so that the correlation is that of the dense network at
every $u$. Hence $G^{(l)}(u)=h_{l+1}(u)\prod_{k>l}\int g_kh_{k+1}\cdot G^{(l)}_{dense}$, and $\int G^{(l)}\tilde\Sigma^{(l)}$ has the factor
$\prod_k\int g_kh_{k+1}$ for every $l$. *Blocks:* $\int_0^1du$ is the sum over blocks, on each of which the integrand is constant, and
$\tilde\Sigma^{(1)}$ on block $b$ is the dense one at inputs weighted by $\sqrt{W_b}$. ∎
""",
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
        Quantity(flow, "product over the hidden layers of the mean of row profile times next column profile", POSITIVE),
        DEPTH.drawn_from(1, 3),
        Quantity(p, "power of the position that is the row profile", NON_NEGATIVE),
        Quantity(q, "power of the position that is the column profile", NON_NEGATIVE),
        Quantity(
            share,
            "share of the rows that are in the first of two blocks",
            sp.Interval(0, 1),
            drawn=(sp.Rational(1, 10), sp.Rational(9, 10)),
        ),
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
    expressions={"kernel": kernel, "power_flow": power_flow, "mixture": mixture},
)
