"""K3: what a constant graphon does to the tangent kernel, and what it does not do to its shape."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Pitfall, Proof, Provenance, Source
from theory.kernel.dual import COSINE, DEPTH, dense_ntk, depth
from theory.quantities import POSITIVE, Hypothesis, Quantity
from theory.saliency.model import rho

ratio = rho ** (depth + 1)
readout_dense = rho**depth
weights_trained = rho**depth

homogeneous_constants = Claim(
    label="K3",
    title="Constant graphons: a power of the density for every layer that is pruned",
    statement=r"""
Keep every weight of layer $l$ with probability $\rho_l$, independently of the weights, and train what is kept. In the limit of K2
the tangent kernel is that of the dense network, smaller by the product of all densities:
$$\Theta=\rho_1\cdots\rho_{L+1}\,\Theta_{dense}.$$
So with one density $\rho$ in all $L+1$ layers it is $[[ratio]]$ times the dense kernel, $\Theta_L(r)$ of K1 at
unit norms; with a dense readout it is $[[readout_dense]]$ times the dense one. If nothing is pruned, but the weights of all layers have the variance
$\rho$ and are all trained, it is $[[weights_trained]]$ times the dense one, for every such network exactly: this constant is often stated for
pruned networks. Kernel descent with it is that with the dense kernel, slowed down by the constant; the shape of the
kernel, its
normalised spectrum and kernel regression without a ridge stay the same.
""",
    proof_text=r"""
$F$ of K1 is homogeneous of degree $1$ and its slope of degree $0$, so in K2 $\Sigma^{(l)}=\rho_1\cdots\rho_l\,\Sigma^{(l)}_{dense}$,
$G^{(l)}=\rho_{l+1}\cdots\rho_{L+1}\,G^{(l)}_{dense}$, and layer $l$ has the factor $\rho_l$ itself: each of the $L+1$ terms has the factor
$\rho_1\cdots\rho_{L+1}$. If the weights are $W=\sqrt\rho\,w$ with $w$ standard, then $f=\rho^{(L+1)/2}f_{dense}(w)$, as ReLU is homogeneous, so that
$\sum(\partial f/\partial W)^2=\rho^{-1}\sum(\partial f/\partial w)^2=\rho^L\Theta_{dense}$, network by network. ∎
""",
    source=Source("2510.17515", "the power $L$ is reported second-hand; the two sentences at hand name none"),
    provenance=Provenance.PITFALL,
    proof=Proof.PROVED,
    quantities=(
        Quantity(
            rho,
            "density, the share of weights kept, or, where nothing is pruned, the variance of the weights",
            POSITIVE,
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        DEPTH,
        COSINE,
    ),
    hypotheses=(
        Hypothesis("no more than all weights are kept", rho <= 1, needed_by=("ratio", "readout_dense", "kernel")),
        Hypothesis(
            r"ReLU $\varphi(z)=\sqrt2\max(z,0)$, no bias, the NTK parametrisation without rescaling by the density"
        ),
        Hypothesis("masks independent of the weights (else K4), the limit of K2"),
    ),
    uses=("K1", "K2"),
    expressions={
        "ratio": ratio,
        "readout_dense": readout_dense,
        "weights_trained": weights_trained,
        "kernel": ratio * dense_ntk,
    },
    aids={
        "two_weights": sp.Rational(1, 2),  # the probability that each of the two is kept
    },
    pitfalls=(
        Pitfall(
            control="one power less",
            said=(
                r"Pruning all layers at random to the density $\rho$ multiplies the NTK by $\rho^L$, $L$ "
                "the number of hidden layers."
            ),
            by=(
                "Reported second-hand of arXiv:2510.17515. It is a matter of what $L$ counts: with $L$ "
                "layers of *weights* the power is right, with $L$ *hidden* layers it is one too low."
            ),
            why="A path through $L$ hidden layers has $L+1$ weights, and counts only if all of them are kept.",
            counterexample="two_weights",
            by_hand=(
                "$L=1$: one input, one neuron, one output, each of the two weights kept with probability "
                r"$\frac12$. Only one of the four masks keeps the path, and without it nothing has a "
                r"gradient: the kernel is $\frac14=\rho^2$ of the dense one in the mean, not $\frac12$."
            ),
            instead=(
                "The factor is $[[ratio]]$ with $L$ hidden layers all pruned, $[[readout_dense]]$ with a dense readout."
            ),
        ),
    ),
)
