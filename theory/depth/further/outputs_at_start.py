"""D5.1: several outputs, and the residuals of two losses where the output is zero."""

from collections.abc import Iterator

import sympy as sp

from sparse_limits.theory import reasons
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.depth.row_law import passed, v_A
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.saliency.snip import w

outputs = sp.Symbol("K_f", integer=True, nonnegative=True)
k = sp.Symbol("k", integer=True, positive=True)  # an output
here, there = (sp.Function(name, real=True) for name in ("r_k", "rprime_k"))  # residual of an output at two inputs
a_1, a_2 = sp.symbols("a_1 a_2", real=True)

covariance = v_A * sp.Sum(here(k) * there(k), (k, 1, outputs))
own_class = 1 / outputs - 1
other_class = 1 / outputs
same = 1 - 1 / outputs
different = -1 / outputs
signal_same, signal_different = passed * same, passed * different
curvature_own = (outputs - 1) / outputs**2
curvature_cross = -1 / outputs**2
curvature_factor = 1 / outputs

difference = a_2 - a_1
length = a_1**2 + a_2**2
stretch = (difference**2 + 2 * w**2) / 4  # what the softmax's curvature makes of the change of the outputs, over r
squared_scores = (
    w * ((length + w**2) * difference + w) / 2,
    a_1 * (2 * w * (a_1 * difference - w**2) - difference) / 4,
    a_2 * (2 * w * (a_2 * difference + w**2) + difference) / 4,
)
entropy_scores = (
    w * (stretch * difference + w) / 2,
    -a_1 * (2 * w * stretch + difference) / 4,
    a_2 * (2 * w * stretch + difference) / 4,
)
squared_ratio, entropy_ratio = w, w / 2  # score of a_2 over that of w, at a_1 = a_2 = 1

STEPS = proof(
    r"""
several outputs: Let the weights $a_{ik}$ of a unit to $K_f$ outputs be independent, centred and of variance $v_A$. Then $\langle
a_i,r\rangle$ has at two inputs the covariance $[[covariance]]$.

softmax at zero: At $f=0$ the derivative of the cross-entropy is $[[own_class]]$ in the output of the input's own class, and
$[[other_class]]$ in each of the other outputs.

classes (from softmax at zero): For two inputs of one class, one output belongs to their class and $K_f-1$ outputs do not. For two inputs of
different classes, two outputs belong to one class each and $K_f-2$ outputs to neither. So $\langle r,r'\rangle$ is $[[same]]$ or
$[[different]]$, respectively.

squared error (from softmax at zero; by chain rule): With the targets $1\{k=y\}-1/K_f$ the squared error $\frac12\|f-t\|^2$ has the same
derivatives at $f=0$. The gradient of a loss in the weights depends on the loss only through its derivatives in $f$.

order of the classes (from classes, squared error; by same law): Exchanging classes permutes the entries of $r$, and with them rows of the
readout, which are iid. So the law of the scores of hidden weights stays the same, at every width.

signals (from several outputs; by D2): In the limit the signals below layer $L$ are normal with covariance $\Pi^l\circ\langle r,r'\rangle$.
At layer $L$ this is the covariance of *several outputs*.

labels (from signals, classes, order of the classes): So at $f=0$ the covariance of these signals, in layer $L$ with $\Pi=v_A$, is
$[[signal_same]]$ or $[[signal_different]]$. It depends on the labels only through which inputs have the same label.

curvature: The second derivatives of the cross-entropy at $f=0$ are $[[curvature_own]]$ in one output and $[[curvature_cross]]$ in two
different outputs; those of the squared error are $1$ and $0$.

no sum (from softmax at zero, curvature): The entries of $r$ add up to $0$. On a vector of sum $0$ the curvature acts as multiplication by
$[[curvature_factor]]$.

Hessian (from curvature, squared error; by chain rule): The derivative of $E_D\langle r,\nabla f\rangle$ along $g$ has two terms. One
contains the change of $r$, which is the curvature times the change of $f$. The other, $E_D[r\nabla^2f]\,g$, is the same for both losses.

one unit (from Hessian, no sum; gives squared_scores, entropy_scores): The function $f=(a_1w,a_2w)x$ minus its value at the start has
$r=(-\frac12,\frac12)$ at $x=1$ of class $1$. There the products of weight and $Hg$ for $w$, $a_1$ and $a_2$ are `squared_scores` for the
squared error and `entropy_scores` for the cross-entropy.

two orders (from one unit): At $a_1=a_2=1$ the scores of $a_1$ and $a_2$ are the score of $w$ times $-[[squared_ratio]]$ and
$[[squared_ratio]]$ for the squared error, and times $-[[entropy_ratio]]$ and $[[entropy_ratio]]$ for the cross-entropy.
""",
    globals(),
)


def centred_vectors_are_divided(
    curvature_factor: sp.Expr,
    curvature_own: sp.Expr,
    curvature_cross: sp.Expr,
    own_class: sp.Expr,
    other_class: sp.Expr,
) -> Iterator[reasons.Relation]:
    """One entry of a vector, the others adding up to its negative; the residual is such a vector."""
    entry = sp.Symbol("v", real=True)
    yield reasons.same(own_class + (outputs - 1) * other_class, 0)
    yield reasons.same(curvature_own * entry + curvature_cross * (0 - entry), curvature_factor * entry)


outputs_at_start = Claim(
    label="D5.1",
    title="Several outputs: cross-entropy and squared error where the output is zero",
    statement=r"""
In a network of D2 with $K_f$ outputs, the signal $\langle a_i,r\rangle$ of a unit of layer $L$ has at two inputs the covariance
$[[covariance]]$, that is $v_A\langle r,r'\rangle$. Let $f=0$ at the start (for example, with the initial output subtracted). For $K_f\ge1$
classes the following holds.

(a) The cross-entropy of the softmax has $\langle r,r'\rangle=[[same]]$ for two inputs of one class and $[[different]]$ for two of different
classes. The signals of D2 below layer $L$ have the covariances $[[signal_same]]$ and $[[signal_different]]$ ($\Pi$ that of D2), which
depend on the labels only through which inputs have the same label. At every width, exchanging classes leaves the law of the scores of
hidden weights unchanged.

(b) The squared error $\frac12\|f-t\|^2$ with the targets $t_k=1\{k=y\}-1/K_f$ has the same residual. So at every width and in every
network, scores and masks of SNIP are those of the cross-entropy.

(c) For GraSP they are not. The second derivatives in the outputs are $[[curvature_own]]$ and $[[curvature_cross]]$ for the cross-entropy,
$1$ and $0$ for the squared error; $E_D[r\nabla^2f]\,g$ in $Hg$ is the same. Where the changes $Jg$ of the outputs add up to $0$ at each
input, the other term, $J^\top$ of the change of $r$, is $[[curvature_factor]]$ times that of the squared error. Consider one linear unit,
$f=(a_1w,a_2w)x$ minus its value at the start, with $K_f=2$, one sample $x=1$ of class $1$, and $a_1=a_2=1$. The scores of $a_1$ and $a_2$
are in modulus the score of $w$ times $|[[squared_ratio]]|$ for the squared error and times $|[[entropy_ratio]]|$ for the cross-entropy. So
where $1<w<2$, the score of $w$ is the smallest for the squared error and the largest for the cross-entropy.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(outputs, "number of outputs", COUNT, drawn=(1, 20)),
        Quantity(v_A, "variance of the weights of the readout", NON_NEGATIVE, drawn=(sp.Rational(1, 2), 2)),
        Quantity(passed, "covariance of the signals at two inputs, the residuals taken out", sp.S.Reals),
        Quantity((here, there), "residual of an output at an input, at another", sp.S.Reals),
        Quantity(w, "weight of the unit", sp.S.Reals),
        Quantity((a_1, a_2), "weight of the unit in the readout, of the first and of the second output", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("iid centred weights of the readout", needed_by=("covariance",)),
        Hypothesis(
            "the output is zero at the start",
            needed_by=(
                "same",
                "different",
                "signal_same",
                "signal_different",
                "curvature_own",
                "curvature_cross",
                "squared_scores",
                "entropy_scores",
                "squared_ratio",
                "entropy_ratio",
            ),
        ),
        Hypothesis(
            "one linear unit, two outputs, one sample $x=1$ of class $1$",
            needed_by=("squared_scores", "entropy_scores", "squared_ratio", "entropy_ratio"),
        ),
        Hypothesis("$a_1=a_2=1$", needed_by=("squared_ratio", "entropy_ratio")),
    ),
    also=("squared_scores", "entropy_scores"),
    because={"no sum": centred_vectors_are_divided},
    wrong=lambda: {
        "covariance: residual's signs lost": v_A * outputs,
        "covariance: mean over the outputs": covariance / outputs,
        "covariance: variance of the weights forgotten": covariance / v_A,
        "covariance: of one input": covariance.subs(there(k), here(k)),
        "other_class: one class less": 1 / (outputs - 1),
        "other_class: others as the own": own_class,
        "own_class: no target": other_class,
        "own_class: targets not centred": sp.S.NegativeOne,
        "same: one class too many": same + other_class**2,
        "same: one more": same + 1,
        "signal_different: residual's signs lost": signal_same,
        "signal_same: variance twice": passed * signal_same,
        "curvature_own: share alone": 1 / outputs,
        "curvature_own: squared error's curvature": sp.S.One,
        "curvature_factor: the entry on the diagonal": curvature_own,
        "curvature_factor: none": sp.S.One,
        "curvature_factor: squared": 1 / outputs**2,
        "entropy_scores: the same GraSP for both losses": squared_scores,
        "entropy_scores: all of it over K": tuple(each / 2 for each in squared_scores),
        "entropy_scores: curvature not divided": (entropy_scores[0] + w * difference, *entropy_scores[1:]),
        "squared_scores: second term left out": (squared_scores[0] - w**2 / 2, *squared_scores[1:]),
        "squared_scores: residual's signs lost": (*squared_scores[:2], -squared_scores[2]),
        "squared_scores: half of one score of the readout": (*squared_scores[:2], squared_scores[2] / 2),
        "squared_ratio: squared": w**2,
    },
)
