"""B7: kernel regression does not see the scale of its kernel, which is all that random masks change."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.claims import Claim, Pitfall, Proof, Provenance, Remark, Source
from sparse_limits.theory.generalisation.energy_bound import SAMPLES, TRACE, T
from sparse_limits.theory.generalisation.path_part import LAYERS
from sparse_limits.theory.graphon.symbols import UP_TO_ONE, m
from sparse_limits.theory.kernel.homogeneous import ratio, readout_dense
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.saliency.model import DENSITY

gamma = sp.Symbol("gamma", nonnegative=True)  # the ridge as a share of the mean diagonal of K
eigenvalue = sp.Symbol("lambda", positive=True)  # of K

label, row = sp.symbols("y c", real=True)  # of the labels and of the kernel at a test point, along an eigenvector

penalty = gamma * T / m
prediction = row * label / (eigenvalue + penalty)
shrinkage = eigenvalue / (eigenvalue + penalty)
label_energy = label**2 / eigenvalue
prediction_growth = sp.Integer(1)
raw_growth = 1 / sp.sqrt(ratio)
dense_readout_growth = 1 / sp.sqrt(readout_dense)

STEPS = proof(
    r"""
ridge (a definition): The ridge is a share of the mean diagonal: $[[penalty]]$.

prediction (from ridge): Along an eigenvector of $K$ the labels have the component $y$ and the kernel's row of a test point the component
$c$. There $k_*^\top(K+rI)^{-1}y$, $r$ the ridge, is $[[prediction]]$; the prediction is the sum of these.

fit (from prediction): At the training points the row is that of $K$ itself, $c=\lambda$: the share $[[shrinkage]]$ of $y$ is fitted.

masked kernel (by K3 for ratio, readout_dense): Random masks of density $\rho$ multiply the kernel, at all pairs of inputs, by
$[[kernel_scale]]$, with a dense readout by $[[dense_readout_scale]]$: each term of the recursion of K2 takes one factor for each masked
layer.

same predictions (from prediction, masked kernel): $K\to sK$ multiplies $c$, $\lambda$ and $T$, hence the ridge, by $s$, and each part of
the prediction by $[[prediction_growth]]$. With a ridge that does not follow the trace it would not.

label energy (from masked kernel): An eigenvector adds $[[label_energy]]$ to $q=y^\top K^{-1}y$, so that $q\to q/s$, and $\mathcal E$ of B1
stays as it is.

raw growth (from label energy, same predictions): $\sqrt{2q/m}$ grows by $[[raw_growth]]$.

raw growth, dense readout (from label energy): With a dense readout it grows by $[[dense_readout_growth]]$.
""",
    globals(),
    kernel_scale=ratio,
    dense_readout_scale=readout_dense,
)

scale_invariance = Claim(
    label="B7",
    title="Random masks leave kernel regression alone, while the raw bound grows with sparsity",
    statement=r"""
Ridge regression with the ridge $\gamma\operatorname{tr}K/m$ ($\gamma=0$: the minimum-norm interpolant) fits the share
$[[shrinkage]]$ of a target along an eigenvector of eigenvalue $\lambda$, $T=\operatorname{tr}K$, and its predictions are the
same for $K$ and $sK$. Random masks of density $\rho$ on every layer of a network with $L$ hidden layers scale the infinitely
wide kernel by $[[kernel_scale]]$ (readout dense: $[[dense_readout_scale]]$), so they predict the *same* test error at every
density, in the ratio $[[prediction_growth]]$, as does $\mathcal E$ (B1); while $\sqrt{2y^\top K^{-1}y/m}$ grows as
$[[raw_growth]]$ (readout dense: $[[dense_readout_growth]]$).
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "abstract: “a Graphon-NTK generalisation bound”; its form, and so its growth, is reported second-hand",
    ),
    provenance=Provenance.PITFALL,
    proof=Proof.PROVED,
    quantities=(
        SAMPLES,
        replace(TRACE, within=NON_NEGATIVE),
        Quantity(eigenvalue, "eigenvalue of the kernel matrix on the sample", POSITIVE),
        Quantity(gamma, "ridge as a share of the mean diagonal of the kernel matrix", NON_NEGATIVE),
        replace(DENSITY, within=UP_TO_ONE, drawn=(sp.Rational(1, 20), sp.Rational(19, 20))),
        LAYERS,
        Quantity(label, "component of the labels along an eigenvector of the kernel matrix", sp.S.Reals),
        Quantity(
            row, "component, along that eigenvector, of the kernel between a test point and the sample", sp.S.Reals
        ),
    ),
    hypotheses=(
        Hypothesis(r"infinite width and $d\rho\to\infty$"),
        Hypothesis(r"$\varphi(z)=\sqrt2\max(z,0)$ or another positively homogeneous activation of degree 1"),
        Hypothesis("no ridge, or one in proportion to the trace"),
        Hypothesis(
            "no eigenvalue of a kernel exceeds its trace",
            eigenvalue <= T,
            ("shrinkage",),
        ),
    ),
    uses=("B1", "K2", "K3"),
    remarks=(
        Remark(
            r"This is a statement about infinite width with $d\rho\to\infty$. Sparse random masks of few inputs, whose "
            "kernel is that of K7.1, do lose accuracy on the digits (the page has a table)."
        ),
    ),
    aids={
        "ridge": "in proportion to the trace",
        "one_training_point": sp.ImmutableMatrix([[1, sp.Rational(1, 2)], [sp.Rational(1, 2), 1]]),
    },
    pitfalls=(
        Pitfall(
            control="test errors as the raw bound",
            said=r"Random masks of density $\rho$ generalise worse, as $\sqrt{2y^\top K^{-1}y/m}$ does.",
            by=(
                "Reported second-hand of “a Graphon-NTK generalisation bound” (abstract of "
                "arXiv:2602.06675), whose form was not at hand."
            ),
            why=(
                "Random masks only scale the infinitely wide kernel, and regression without a ridge does "
                "not see the scale."
            ),
            counterexample="one_training_point",
            by_hand=(
                "One training point with the label $1$, one test point, "
                r"$K=\begin{pmatrix}1&\frac12\\\frac12&1\end{pmatrix}$: the prediction is $\frac12$. Masks "
                r"of density $\frac12$ on both layers of one hidden layer make it $K/4$: the prediction is "
                r"$\frac18/\frac14=\frac12$ again, while $\sqrt{2y^\top K^{-1}y/m}$ doubles from $\sqrt2$ "
                r"to $2\sqrt2$."
            ),
            instead=r"The test error is the same at every density, as $\mathcal E$ is, as long as $d\rho$ is large.",
        ),
    ),
)
