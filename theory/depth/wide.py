"""D3.3: one sample, as the layers grow wide: which layers are kept whole."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Pitfall, Proof, Provenance, Source
from sparse_limits.theory.depth.one_sample import (
    HYPOTHESES,
    LETTERS,
    ONE_SAMPLE,
    first_scale,
    hidden_scale,
    readout_scale,
    weights,
)
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.saliency.model import DENSITY, rho
from sparse_limits.theory.saliency.model import dimension as d
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.saliency.snip import product_density
from sparse_limits.theory.tails import product_normal, t, triple_normal

scaled = sp.Symbol("u", positive=True)  # nτ
share = (L - 1) * n**2 / weights
first_argument = scaled / n / first_scale
readout_argument = scaled / n / readout_scale
hidden_argument = scaled / n / hidden_scale
wide_density = triple_normal.at(hidden_argument) / 4
limit_threshold = level(triple_normal.at(t / 2) / 4, t, rho)
whole = sp.Rational(1, 2)
lost = 2 * t / sp.pi * (sp.log(2 / t) + 1 - sp.EulerGamma)
single = (d * product_normal.at(scaled * sp.sqrt(d) / sp.sqrt(2)) + product_normal.at(scaled / sp.sqrt(2))) / (
    2 * (d + 1)
)

STEPS = proof(
    r"""
probabilities (by D3.2): A score above $\tau$ has the probabilities $\frac12H$, $\frac14H_3$ and $\frac12H$ in the three kinds of layers, at
$\tau$ over their scales.

arguments (from probabilities): At $\tau=u/n$ that is $[[first_argument]]$ in layer 1, $[[hidden_argument]]$ in hidden matrices and
$[[readout_argument]]$ in the readout.

share of the hidden matrices: They hold the share $[[share]]$ of the weights, which tends to $1$ as $n\to\infty$ if $L\ge2$.

limit of the density (from arguments, share of the hidden matrices): So for every $u$ the density of all weights tends to
$[[wide_density]]$.

falling limit (from limit of the density; by D3.2 for strictly): It falls strictly in $u$ and is continuous, as $H_3$ is.

limit of the threshold (from limit of the density, falling limit; by monotonicity; gives limit_threshold): Below and above the root
`limit_threshold` of this limit $=\rho$ the densities lie in the end on the two sides of $\rho$: the threshold, times $n$, tends to it, and
the hidden matrices keep $\rho$ in the limit.

whole layers (from arguments, limit of the threshold): There the arguments of layer 1 and of the readout tend to $0$, where $H$ tends to
$1$: these layers keep all of their scores but those of exactly $0$, $[[whole]]$ of their weights.

slope of H (by S4 for noise_density, column_density): $H$ has the derivative $-\frac2\pi K_0$.

what is lost (from slope of H): As $t\to0$, $1-H(t)$ is $[[lost]]$ up to $o(t^2)$.

one hidden layer (from probabilities): For $L=1$, at $\tau=u/\sqrt n$, the density of all weights is $[[single]]$, without $n$.
""",
    globals(),
)

wide_layers = Claim(
    label="D3.3",
    title="Wide layers: which are kept whole",
    statement=ONE_SAMPLE
    + r"""
In the law of D3.2 let $n\to\infty$ with $d$ and $\rho<\frac14$ fixed. If $L\ge2$, then $n$ times the threshold tends to the root $u$ of $[[wide_density]]=\rho$ (`limit_threshold`), each hidden matrix
keeps $\rho$, and layer 1 and the readout tend to $[[whole]]$: they keep all but scores of exactly $0$. It is slow: as $t\to0$, $1-H(t)$ is $[[lost]]$ up to $o(t^2)$, at $t=[[first_argument]]$ for layer 1 and
$[[readout_argument]]$ for the readout. If $L=1$, the density at $\tau=u/\sqrt n$ is $[[single]]$, so that the densities of both layers do not depend on $n$.
""",
    steps=STEPS,
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.PITFALL,
    proof=Proof.PROVED,
    quantities=(
        *LETTERS[:3],
        Quantity(scaled, "threshold times a power of the width", POSITIVE, drawn=(sp.Rational(1, 4), 4)),
        DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(1, 5)),
        Quantity(
            t, "value of a product of normals, in modulus", POSITIVE, drawn=(sp.Rational(1, 100), sp.Rational(1, 2))
        ),
    ),
    hypotheses=(
        *HYPOTHESES,
        Hypothesis(
            "fewer weights are kept than have open gates", rho < sp.Rational(1, 4), needed_by=("limit_threshold",)
        ),
        Hypothesis(
            "two hidden layers or more", L >= 2, needed_by=("share", "wide_density", "limit_threshold", "whole")
        ),
    ),
    uses=("D3.2", "S4"),
    also=("limit_threshold",),
    aids={"noise": product_density, "one_layer": (sp.Integer(1), d, sp.Integer(4) * n)},
    pitfalls=(
        Pitfall(
            control="one hidden layer is kept whole too",
            said="As the width grows, layer 1 and the readout of a network of any depth are kept whole.",
            by="One might expect it, as their scores are of the order $n^{-1/2}$, those of hidden matrices of the order $n^{-1}$.",
            why="With one hidden layer there are no hidden matrices that could take the loss.",
            counterexample="one_layer",
            by_hand=r"For $L=1$ both layers have $O(n)$ weights and scores of the order $n^{-1/2}$: from $n$ to $4n$ neither density changes, and at $\rho=\frac1{10}$ not both can be $\frac12$.",
            instead="For $L=1$ the densities of both layers do not depend on $n$.",
        ),
    ),
)
