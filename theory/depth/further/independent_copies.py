"""D8.2: networks of any architecture and their independent copies have one limit, if readouts are used at the end alone."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.depth.further.own_weights import INPUTS, OUTPUTS, m, n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NOTHING_BEYOND, Hypothesis
from sparse_limits.theory.reasons import Relation, Relations, nonnegative, same

YANG = (
    "Yang, Tensor Programs III (arXiv 2009.10685), Theorem F.8: for a program of finitely many vectors, made by products with "
    "matrices W of independent normal entries and with their transposes, and by polynomially bounded functions, coordinate by "
    "coordinate, from vectors whose coordinates are iid, means over coordinates of polynomially bounded functions tend almost "
    "surely to those of variables Z, as all dimensions grow with ratios that tend to positive numbers"
)

correction = sp.Integer(0)
passed = m / n
tied = m * (m + n + 1) / n**2
excess = (m + 1) / n

STEPS = proof(
    rf"""
limit (cited: {YANG}): The values and signals at all samples, positions and times are finitely many vectors, with an entry for each channel.
The rows of a layer that reads the data, the biases and the readouts are vectors whose coordinates are iid, of any law that is a
polynomially bounded function of normal variables. A layer is a product with $W$, or a sum of such products, one for each offset of a
kernel. Signals go back by $W^\top$, which values do not use, and by products with slopes. So values and signals have such variables $Z$.
For a product, $Z^{{Wx}}$ is a normal variable $\hat Z^{{Wx}}$ plus a correction. The correction is the sum over earlier products $W^\top y$
of $Z^y$ times a multiple of the mean $E\,\hat Z^{{W^\top y}}Z^x$, or of such means. The $\hat Z$ of one $W$ have covariances proportional
to $E\,Z^xZ^y$, and are independent of those of other matrices, of $W^\top$ and of the given vectors.

signals (by linearity): The residuals are fixed, and readouts are used only at the end. So a signal is a sum of functions of values, each
multiplied by a readout or by what comes back through a later matrix. Values contain neither.

no correction (from limit, signals; by product): Proceed backwards from the end. Each of these factors has a variable that is centred and
independent of all values: $Z^v$ for a readout, or $\hat Z^{{V^\top\delta'}}$ for a later matrix $V$, as it has no correction. So for a
signal $\delta$ and an earlier product $Wy$ of values, the mean $E\,\hat Z^{{Wy}}Z^\delta$ is a product with a mean of $0$ as a factor, that
is $[[correction]]$: $Z^{{W^\top\delta}}$ has no correction either. Nor has $Z^{{Wx}}$ for values, as these come before all signals.

copy (from no correction; by independence): In an independent copy, the matrix through which signals go back is replaced by another matrix
of the same law. The rules for $\hat Z$ are the same: its normal variables were already independent of those that carry values, and again
there is no correction. So the variables $Z$ have the same law.

scores (from copy; by D8.1): In a matrix both of whose sides grow, means of products of bounded continuous functions of the weight, of the
signals at its output and of the values at its input tend to products of means, which are the same in both networks. So the scaled scores
have the same limit law, that of $|w||\langle u,v\rangle|$, and the share beyond a level without an atom tends to the same value in both
networks.

values alone: This fails if the readouts are the weights themselves. Let $A$ have $n_o\times n_i$ independent normal entries of variance
$1/n_i$. The vector $Ax$ has, on average, $[[passed]]$ times the squared length of $x$.

there and back (from values alone): So $\tilde A^\top Ax$, with an independent $\tilde A$, also has $[[passed]]$ times this squared length
on average, but $A^\top Ax$ has $[[tied]]$ times this squared length.

excess (from scores, there and back): The latter is larger by the factor $1+[[excess]]$. So such a network and its copy do not become alike,
in contrast to the networks in *scores*.
""",
    globals(),
)


def centred_factor_has_no_mean(correction: sp.Expr) -> Relation:
    """The mean over a centred variable of two values, times what values give."""
    p, value = sp.symbols("p z", real=True)
    return same(correction, value * (p * (1 - p) + (1 - p) * -p))


def lengths_by_entries(passed: sp.Expr) -> Relation:
    """n_o sums of n_i terms x_b² of variance 1/n_i."""
    return same(passed, m * 1 / n)


def lengths_there_and_back(tied: sp.Expr, passed: sp.Expr) -> Relations:
    """At x = e₁: n_o(n_o − 1) pairs and n_o fourth moments in the first entry, n_o products in each other one."""
    variance, fourth = 1 / n, 3 / n**2
    first = m * fourth + m * (m - 1) * variance**2
    yield same(tied, first + (n - 1) * m * variance**2)
    yield same(passed, m * variance**2 + (n - 1) * m * variance**2)  # with independent matrices all entries are alike


def excess_of_the_factor(excess: sp.Expr, tied: sp.Expr, passed: sp.Expr) -> Relations:
    """The quotient less 1, which is positive."""
    yield same(1 + excess, tied / passed)
    yield nonnegative(excess - 1 / n, m / n)


independent_copies = Claim(
    label="D8.2",
    title="Independent copies have the limit of the network if its readouts are used only at the end",
    headline=r"Under its assumptions, as channels grow in proportion, SNIP's scaled scores in a matrix tend to the law of $|w|\,|\langle u,v\rangle|$ with independent $w$, $u$, $v$, as if signals went back through freshly drawn matrices.",
    statement=r"""
Let the values of a network be computed by products with matrices and by functions that act channel by channel. The matrices have
independent centred normal entries; there is one for each layer or each offset of a kernel, and none of them is transposed. The functions
act on finitely many samples, positions and times and are polynomially bounded, as are their slopes; convolutions, pooling, sums,
concatenations and reuse are among them. Let the rows of layers that read the data, the biases and the readouts be iid over the channels.
Let the readouts be centred, independent of all else, and used only at the end, and let the residuals be fixed. As all numbers of channels
grow with ratios that tend to positive numbers, values and signals have limit laws over the channels. An independent copy, in which signals
go back through other matrices of the same laws, has the same limit laws. So by D8.1, for a matrix whose two sides grow, SNIP's scaled
scores $|w_{ab}||\langle u_a,v_b\rangle|$ have in both the limit law of $|w||\langle u,v\rangle|$ with independent $w$, $u$, $v$, and layers
keep in both the same shares above a threshold at which this law has no atom. The weights of a layer one of whose sides stays fixed (it
reads the data, is a readout, or acts channel by channel) are themselves vectors over the channels. They have the same joint law with their
signals in both, if a copy uses the same weights of such a layer for values, signals and scores (for readouts, signals may use others of the
same law).

The readouts must be used only at the end: $A^\top Ax$, with $n_o\times n_i$ independent centred normal entries of variance $1/n_i$, has on
average $[[tied]]$ times the squared length of $x$, which is $1+[[excess]]$ times the factor $[[passed]]$ of an independent copy.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract (which announces that masks converge)"),
    provenance=Provenance.EXTENSION,
    quantities=(replace(OUTPUTS, convention=NOTHING_BEYOND), INPUTS),
    hypotheses=(
        Hypothesis("weights of a matrix are independent, centred and normal, and no value is made with a transpose"),
        Hypothesis("activations and their slopes are polynomially bounded"),
        Hypothesis("readouts are centred, independent of all else, and used at the end alone"),
        Hypothesis("the residuals do not depend on the weights"),
        Hypothesis("all numbers of channels grow with ratios that tend to positive numbers"),
    ),
    symbols={
        "w_{ab}": "weight in row $a$, column $b$ of a matrix",
        "u_a, v_b": "vectors of signals: what comes back to the output channel $a$, and what enters from the input channel $b$, at all samples, positions and times",
        "A": "matrix of independent centred normal entries",
        "x": "vector to which the matrix is applied",
    },
    also=("correction",),
    because={
        "no correction": centred_factor_has_no_mean,
        "values alone": lengths_by_entries,
        "there and back": lengths_there_and_back,
        "excess": excess_of_the_factor,
    },
    wrong=lambda: {
        "correction: as of A'A": sp.Integer(1),
        "passed: columns for rows": n / m,
        "passed: of one row": 1 / n,
        "tied: as an independent copy": passed,
        "tied: without the fourth moment": m * (m + n - 1) / n**2,
        "tied: the limit": m * (m + n) / n**2,
        "excess: vanishes as layers widen": 1 / n,
        "excess: rows for columns": (n + 1) / m,
    },
)
