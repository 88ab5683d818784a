"""B7: kernel regression does not see the scale of its kernel, which is all that random masks change."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Remark, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.energy_bound import SAMPLES, TRACE, T, q
from sparse_limits.theory.generalisation.energy_bound import energy as scale_free
from sparse_limits.theory.generalisation.path_part import LAYERS
from sparse_limits.theory.generalisation.symbols import ENERGY, MATRIX
from sparse_limits.theory.graphon.symbols import UP_TO_ONE, m
from sparse_limits.theory.kernel.homogeneous import ratio, readout_dense
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, at_sizes, same
from sparse_limits.theory.saliency.model import DENSITY, rho

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

prediction (from ridge): Along an eigenvector of $K$ the labels have the component $y$, and the kernel's row of a test point has the
component $c$. There $k_*^\top(K+rI)^{-1}y$, where $r$ is the ridge, is $[[prediction]]$. The prediction is the sum of these parts.

fit (from prediction): At the training points the row is a row of $K$ itself, so $c=\lambda$, and the share $[[shrinkage]]$ of $y$ is
fitted.

masked kernel (by K3 for ratio, readout_dense): Random masks of density $\rho$ multiply the kernel, at all pairs of inputs, by
$[[kernel_scale]]$, or with a dense readout by $[[dense_readout_scale]]$: each term of the recursion of K2 has one factor for each masked
layer.

same predictions (from prediction, masked kernel): $K\to sK$ multiplies $c$, $\lambda$ and $T$, hence the ridge, by $s$, and each part of
the prediction by $[[prediction_growth]]$. This fails for a ridge that does not follow the trace.

label energy (from masked kernel): An eigenvector adds $[[label_energy]]$ to $q=y^\top K^{-1}y$, so $q\to q/s$, and $\mathcal E$ of B1 stays
the same.

raw growth (from label energy, same predictions): $\sqrt{2q/m}$ grows by $[[raw_growth]]$.

raw growth, dense readout (from label energy): With a dense readout it grows by $[[dense_readout_growth]]$.
""",
    globals(),
    kernel_scale=ratio,
    dense_readout_scale=readout_dense,
)

factor = sp.Symbol("s", positive=True)  # of the kernel


def scaled(expression: sp.Expr, factor: sp.Expr) -> sp.Expr:
    """What an expression becomes for `factor` times the kernel."""
    return valued(expression, {each: factor * each for each in (row, eigenvalue, T)})


def equations_of_two_points(penalty: sp.Expr, prediction: sp.Expr) -> Relations:
    """One eigenvector solved for its coefficient; two training points with eigenvectors (3, 4)/5 and (−4, 3)/5, all else free."""
    coefficient = sp.Symbol("coefficient", real=True)
    (solved,) = sp.solve((eigenvalue + penalty) * coefficient - label, coefficient)
    yield same(row * solved, prediction)
    second, other_row, other_label = sp.symbols("lambda_2 c_2 y_2", positive=True)
    Q = sp.Matrix([[3, -4], [4, 3]]) / 5
    K = Q * sp.diag(eigenvalue, second) * Q.T
    rows, labels = Q * sp.Matrix([row, other_row]), Q * sp.Matrix([label, other_label])
    size = {T: K.trace(), m: 2}
    whole = (rows.T * (K + penalty.subs(size) * sp.eye(2)).inv() * labels)[0]
    parts = prediction.subs(size) + prediction.subs(
        {eigenvalue: second, row: other_row, label: other_label, T: K.trace(), m: 2}, simultaneous=True
    )
    yield at_sizes([(whole, parts)], "sizes", by=sp.factor)


def energy_of_an_eigenvector(label_energy: sp.Expr, prediction_growth: sp.Expr) -> Relations:
    """The label times the coefficient that solves the equation; 𝓔 of one eigenvector for K and for s times it."""
    coefficient = sp.Symbol("coefficient", real=True)
    (solved,) = sp.solve(eigenvalue * coefficient - label, coefficient)
    yield same(label * solved, label_energy)
    before, after = (
        scale_free.subs({q: scaled(label_energy, each), T: each * T}, simultaneous=True) for each in (1, factor)
    )
    yield same(after, before * prediction_growth)


scale_invariance = Claim(
    label="B7",
    title="Random masks do not change kernel regression, while the raw bound grows with sparsity",
    headline=r"In wide ReLU networks with many inputs, none dominant, random masks on all layers only rescale the kernel $K$; predictions without a ridge stay. But with density $\rho$ and $L$ hidden layers $\sqrt{2y^\top K^{-1}y/m}$ grows by the factor $$[[raw_growth]].$$",
    statement=r"""
*Ridge regression* with the ridge $\gamma\operatorname{tr}K/m$ ($\gamma=0$: the minimum-norm interpolant) fits the share $[[shrinkage]]$ of
a target along an eigenvector of $K$ of eigenvalue $\lambda$, where $T=\operatorname{tr}K$. Its predictions are the same for $K$ and $sK$.

*Random masks* of density $\rho$ on every layer of a network with $L$ hidden layers multiply the infinitely wide kernel by
$[[kernel_scale]]$ (with a dense readout, by $[[dense_readout_scale]]$). So the predicted test error is the *same* at every density, in
the ratio $[[prediction_growth]]$, and so is $\mathcal E$ (B1). But $\sqrt{2y^\top K^{-1}y/m}$ grows by the factor
$[[raw_growth]]$ (with a dense readout, by $[[dense_readout_growth]]$).
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "ICML 2026",
        "abstract: “under the Graphon-NTK lazy-training regime, we connect the limiting graphon to "
        "NTK-style generalisation bounds”, whose form, and so whose growth, was not at hand",
    ),
    provenance=Provenance.PITFALL,
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
        Hypothesis(
            r"infinite width; if the first layer is masked, many inputs, none dominant: $d^{-2}\sum_jx_j^4\to0$"
        ),
        Hypothesis(r"$\varphi(z)=\sqrt2\max(z,0)$"),
        Hypothesis("no ridge, or one in proportion to the trace"),
        Hypothesis(
            "no eigenvalue of a kernel exceeds its trace",
            eigenvalue <= T,
            ("shrinkage",),
        ),
    ),
    symbols={**MATRIX, **ENERGY, "s": "factor of a kernel"},
    uses=("B1", "K2"),
    remarks=(
        Remark(
            r"This is a statement about infinite width and many inputs, none dominant. Sparse random masks of few inputs, whose "
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
            said=r"Random masks of density $\rho$ generalise worse, as $\sqrt{2y^\top K^{-1}y/m}$ grows.",
            by=(
                "Reported second-hand of “a Graphon-NTK generalisation bound” (abstract of "
                "arXiv:2602.06675), whose form was not at hand."
            ),
            why=(
                "Random masks only scale the infinitely wide kernel, and regression without a ridge does "
                "not depend on the scale."
            ),
            counterexample="one_training_point",
            by_hand=(
                "One training point with the label $1$, one test point, "
                r"$K=\begin{pmatrix}1&\frac12\\\frac12&1\end{pmatrix}$: the prediction is $\frac12$. Masks "
                r"of density $\frac12$ on both layers of weights of a network with one hidden layer make the kernel $K/4$: the prediction is "
                r"$\frac18/\frac14=\frac12$ again, while $\sqrt{2y^\top K^{-1}y/m}$ doubles from $\sqrt2$ "
                r"to $2\sqrt2$."
            ),
            instead=r"The test error is the same at every density, as $\mathcal E$ is, with many inputs, none dominant.",
        ),
    ),
    because={
        "prediction": equations_of_two_points,
        "fit": lambda prediction, shrinkage: same(prediction.subs(row, eigenvalue), shrinkage * label),
        "same predictions": lambda prediction, prediction_growth: same(
            scaled(prediction, factor), prediction * prediction_growth, by=sp.factor
        ),
        "label energy": energy_of_an_eigenvector,
    },
    wrong=lambda: {
        "shrinkage: a fixed ridge": eigenvalue / (eigenvalue + gamma),
        "shrinkage: a ridge in proportion to the whole trace": eigenvalue / (eigenvalue + gamma * T),
        "shrinkage: the complement": 1 - shrinkage,
        "shrinkage: without the ridge": sp.S.One,
        "shrinkage: a small fixed ridge": eigenvalue / (eigenvalue + gamma / 1000),
        "shrinkage: a ridge of the wrong sign": eigenvalue / (eigenvalue + gamma * T / (m + gamma * m)),
        "prediction_growth: test errors as the raw bound": raw_growth,
        "prediction_growth: as the kernel": ratio,
        "raw_growth: without the root": 1 / ratio,
        "raw_growth: of a dense readout": dense_readout_growth,
        "dense_readout_growth: raw bounds alike": sp.Integer(1),
        "dense_readout_growth: as if masked": raw_growth,
        "kernel_scale: one factor for all layers": rho,
        "kernel_scale: one layer less": ratio / rho,
        "dense_readout_scale: the readout masked": ratio,
        "ridge: a fixed ridge": "fixed",
        "prediction: a fixed ridge": row * label / (eigenvalue + gamma),
        "prediction: without the ridge": row * label / eigenvalue,
        "penalty: a ridge in proportion to the whole trace": gamma * T,
        "label_energy: not squared": sp.Abs(label) / eigenvalue,
        "label_energy: the eigenvalue upstairs": label**2 * eigenvalue,
    },
)
