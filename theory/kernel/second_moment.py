"""K4: masks that look at the weights need two graphons, the share and the energy of the kept weights."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Pitfall, Proof, Provenance, Source
from theory.kernel.dual import CAUCHY_SCHWARZ, DENSITY, DEPTH, PREACTIVATIONS, depth, relu
from theory.quantities import Hypothesis, Quantity
from theory.saliency.model import rho as density

own = sp.Symbol("s_W", real=True)  # S_W(x, x′) of a neuron: the covariance over the edges that carry a gradient
shares = sp.symbols("W_1:4", positive=True)  # P(M = 1) of the edges of a path through two hidden layers
energies = sp.symbols("Q_1:4", positive=True)  # E[M w²] of the same edges

OWN = Quantity(own, "covariance of two preactivations over the edges that carry a gradient", sp.S.Reals)

threshold = sp.sqrt(2) * sp.erfcinv(density)
second_moment = density + sp.sqrt(2 / sp.pi) * threshold * sp.exp(-(threshold**2) / 2)
slope = threshold**2

row_kernel = own * relu.slope + relu.value
path_weight = sum(share * sp.prod(energies) / energy for share, energy in zip(shares, energies, strict=True))
homogeneous = density * second_moment**depth

second_moment_graphon = Claim(
    label="K4",
    title="Masks that look at the weights need two graphons",
    statement=r"""
Let each $M_{ij}$ depend on $|w_{ij}|$ alone, $w_{ij}$ independent and standard normal, and let
$W(u,v)=P(M=1\mid u,v)$, $Q(u,v)=E[Mw^2\mid u,v]$. Then the tangent kernel of the masked network is that of K2 with $Q$ in
place of $W$ on the way forward and backward, and $W$ only where the gradient arises:
$$\tilde\Sigma^{(l)}=\int Q^{(l)}\Sigma^{(l-1)},\qquad G^{(l)}=\dot\Sigma^{(l)}\int Q^{(l+1)}G^{(l+1)},$$
$$\Theta=\sum_{l=1}^{L+1}\iint G^{(l)}(u)\,W^{(l)}(u,v)\,\Sigma^{(l-1)}(v)\,dv\,du .$$
If the weights with $|w|>t$ are kept, $t=[[threshold]]$ at the density $\rho$, then $Q=q(W)$ with
$$q(\rho)=[[second_moment]],\qquad q'(\rho)=t^2=[[slope]],$$
so $q$ increases, is concave, $q(1)=1$, and $q(\rho)/\rho\ge1+t^2\to\infty$ as $\rho\to0$. **One hidden layer**, dense readout: a neuron
whose preactivations on $x,x'$ have the covariance matrix $S_Q$ and the correlation $r$ contributes $F(S_Q)+s_W\,\kappa_0(r)$
(`row_kernel`), with $F$ and $\kappa_0$ of K1 and $s_W=S_W(x,x')$.
**Constant graphons**, all layers masked: $\Theta=[[homogeneous]]\;\Theta_{dense}$. **On the diagonal the law is exact** at every finite
width, for any graphons and any mask that depends on $|w|$ alone:
$$E\,\Theta_n(x,x)=\frac1{d\,n_1\cdots n_L}\sum_{\text{paths}}x_j^2\sum_lW_l\prod_{k\ne l}Q_k$$
over all paths from an input $j$ to the output; for $L=2$ a path has the weight $[[path_weight]]$.
""",
    proof_text=r"""
$f$ depends on the kept weights through $Mw$, of variance $Q$, and $\partial f/\partial w_{ij}=M_{ij}g_ih_j/\sqrt{n}$ carries $M_{ij}$
and no $w_{ij}$: the proof of K2 holds with $Q$ for $W$ in $\tilde\Sigma$ and $G$ (where the entries of $Mw$ are no longer normal, the
central limit theorem in $n_{l-1}\to\infty$, for $l=1$ in $d\to\infty$, takes their place). $q(\rho)=2\int_t^\infty w^2\phi$ and
$\rho=2\int_t^\infty\phi$, so $dq/dt=-2t^2\phi(t)$, $d\rho/dt=-2\phi(t)$; by parts $q=\rho+2t\phi(t)$. $q'=t^2$ falls in $\rho$, and Mills'
inequality $\phi(t)\ge t\,\rho/2$ gives $q\ge\rho(1+t^2)$. *Constant graphons:* $\Sigma^{(l)}=q^l\Sigma_{dense}^{(l)}$,
$G^{(l)}=q^{L+1-l}G_{dense}^{(l)}$, and the own layer has $\rho$. *Diagonal:* the signs of the weights are fair, independent coins,
also given the masks. Layer by layer write $w_i=s_i\tilde w_i$, $s_i$ the sign of $z_i$: the gate $1\{z_i>0\}=\frac{1+s_i}2$ is a
fair coin independent of $\tilde w_i$ and of all layers before; the signs that $\tilde w_i$ lacks are those of column $i$ of the next
layer, whose law they do not change. So $E\Theta_n(x,x)$ is the same if the gates are independent fair coins (a
neuron with $z_i=0$ is on no open path). Then two different paths have mean product $0$, each gate gives
$\sqrt2^2\cdot\frac12=1$, an edge $Q$, and the edge that is derived $E[M]=W$. ∎
""",
    source=Source(
        "2510.17515",
        "a kernel of the graphon alone is reported second-hand; the two sentences at hand name none",
    ),
    provenance=Provenance.PITFALL,
    proof=Proof.PROVED,
    quantities=(
        DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(99, 100)),
        *PREACTIVATIONS,
        OWN,
        DEPTH,
        Quantity(
            shares,
            "probability that an edge of the path is kept",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 8), 1),
        ),
        Quantity(
            energies,
            "energy of an edge of the path: mean of its squared weight, 0 where it is pruned",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 8), 1),
        ),
    ),
    hypotheses=(
        CAUCHY_SCHWARZ,
        Hypothesis(
            r"ReLU $\varphi(z)=\sqrt2\max(z,0)$; the sequential limit of K2, with $d\to\infty$ for the first layer"
        ),
        Hypothesis("a threshold that does not depend on the sample (that of the largest scores has the same limit)"),
    ),
    uses=("K1", "K2"),
    expressions={
        "threshold": threshold,
        "second_moment": second_moment,
        "slope": slope,
        "row_kernel": row_kernel,
        "path_weight": path_weight,
        "homogeneous": homogeneous,
    },
    aids={
        "four_weights": tuple(sp.Rational(k, 5) for k in (-7, -1, 1, 7)),
    },
    pitfalls=(
        Pitfall(
            control="one graphon",
            said="The kernel of a pruned network depends on the limit $W$ of its masks alone.",
            by="Reported second-hand of arXiv:2510.17515.",
            why=(
                "Magnitude pruning keeps the large weights, and signals pass through the square of a "
                "weight, not through the mere number of those that are kept."
            ),
            counterexample="four_weights",
            by_hand=(
                "One neuron a layer, two hidden layers, and only the first weight is masked; it is "
                r"$\pm\frac15$ or $\pm\frac75$ with equal chance, so $Ew^2=1$. Keeping it when it is large "
                r"has $W=\frac12$ and $Q=E[Mw^2]=\frac{49}{50}$ and the kernel $W+2Q=\frac{123}{50}$ at "
                r"$x=1$; keeping it by a coin has the same $W=\frac12$ and the kernel $\frac32$."
            ),
            instead=(
                "$W$ where the gradient arises, $Q=E[Mw^2]$ on the way forward and backward: "
                "$[[path_weight]]$ for a path through two hidden layers."
            ),
        ),
    ),
)
