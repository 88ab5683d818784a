"""D7: the rows of one convolution are exactly iid, pooled or not."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, Hypothesis, Quantity
from sparse_limits.theory.reasons import same
from sparse_limits.theory.saliency.model import WIDTH, width
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.saliency.snip import READOUT, WEIGHT, a, h, w

positions, patch_size = sp.symbols("P d_patch", integer=True, positive=True)
position = sp.Symbol("k_P", integer=True, positive=True)
sample_residual, pooled, dense = sp.symbols("r_D g_P g_A", real=True)
slope_at = sp.Function("s_P", real=True)
entry_at = sp.Function("x_P", real=True)
readout_at = sp.Function("a_P", real=True)
mean_at = sp.Function("u_P", real=True)
other_mean_at = sp.Function("t_P", real=True)

OVER_POSITIONS = (position, 1, positions)
pooled_part = sp.Sum(sample_residual * slope_at(position) * entry_at(position), OVER_POSITIONS) / positions
dense_part = sp.Sum(
    sample_residual * readout_at(position) * slope_at(position) * entry_at(position), OVER_POSITIONS
) / sp.sqrt(positions)
pooled_slope = a * pooled / sp.sqrt(width * patch_size)
dense_slope = dense / sp.sqrt(width * patch_size)
pooled_score = sp.Abs(a) * sp.Abs(w) * sp.Abs(pooled)
dense_score = sp.Abs(w) * sp.Abs(dense)
dense_covariance = sp.Sum(mean_at(position) * other_mean_at(position), OVER_POSITIONS) / positions

STEPS = proof(
    r"""
pooled derivative: Off the kinks the derivative of $r\cdot\frac1P\sum_k\phi(z_k)$ with respect to $w_{ij}$, where $z_k=w_i\cdot
x_k/\sqrt{d_{patch}}$, is $[[pooled_part]]/\sqrt{d_{patch}}$. Here $s_P(k)=\phi'(z_k)$ is the slope, and $x_P(k)$ the entry of patch $k$
that the weight multiplies. A zero patch has $z_k=0$ for all weights, and $x_P(k)=0$: it contributes $0$ with any slope.

pooled slope (from pooled derivative): So $\partial L/\partial w_{ij}$ is $[[pooled_slope]]$ with the mean $g_P$ over the data of
$[[pooled_part]]$.

dense derivative: With a weight $a_P(k)$ for each position and the factor $P^{-1/2}$ instead of $P^{-1}$, the derivative is
$[[dense_part]]/\sqrt{d_{patch}}$.

dense slope (from dense derivative): So $\partial L/\partial w_{ij}$ is $[[dense_slope]]$ with the mean $g_A$ over the data of
$[[dense_part]]$.

patches as samples (from pooled slope; by linearity): The mean over the data of means over the positions is the mean over all pairs of a
sample and a position. So $g_P$ is the mean of residual times slope times entry, as for one hidden layer with the patches as samples, each
with the residual of its image.

filters (from pooled slope, dense slope; by independence): As $r$ is a fixed function of the data, row $i$ is a function of $w_i$ and of the
readout weights of filter $i$ alone. These weights are independent for different $i$, and so are the rows.

law of the filters (from filters; by same law): The function is the same for all $i$, and its arguments have the same law. So the rows have
the same law.

pooled row (from filters, law of the filters, patches as samples): In units of $1/\sqrt{n\,d_{patch}}$ the scores of a row are
$[[pooled_score]]$.

dense row (from filters, law of the filters): With a weight for each position the scores of a row, in the same units, are $[[dense_score]]$.

normal readout (from dense derivative; by linear combinations): Given $w_i$, $g_A$ is linear in the readout weights of the filter. If these
are independent normal variables, this vector has jointly normal entries.

covariance (from normal readout): For readout weights of variance $1$ the entries $j$ and $j'$ have, given $w_i$, the covariance
$[[dense_covariance]]$, where $u_P(k)=E_D[r\,\phi'(z_k)x_{kj}]$, and $t_P(k)$ is the same mean for $j'$.
""",
    globals(),
)

mean_entry = sp.Sum(entry_at(position), OVER_POSITIONS) / positions


one_gate, mean_gate = sp.symbols("g_1 g_2", real=True)  # of controls


convolution_rows = Claim(
    label="D7",
    title="The rows of one convolution are exactly iid on every data set",
    headline=r"For iid filters and residuals that are fixed by the data, a filter's scores depend on its own weights alone. So at a fixed threshold, the number of filters that keep a given entry is exactly binomial.",
    statement=r"""
Let $n$ filters $w_i\in\mathbb R^{d_{patch}}$ be applied to the $P$ patches $x_k$ of an input. Let all weights be independent, those of the
filters iid and those of the readout iid, and let $r$ be a fixed function of the data. Then for every data set, every $\phi$ and all $n$,
$P$ the following holds.

(a) With pooling, $f=n^{-1/2}\sum_ia_i\frac1P\sum_k\phi(w_i\cdot x_k/\sqrt{d_{patch}})$, the rows of $\sqrt{n\,d_{patch}}\,S$, with the matrix $S$ of scores, are iid with
the law of $\big([[pooled_score]]\big)_j$. Here $g_P$ is the mean over the data of $[[pooled_part]]$, with $s_P(k)=\phi'(z_k)$ and
$x_P(k)=x_{kj}$. For ReLU and normal weights this is S6 with the patches as samples, each with the residual of its image.

(b) With a weight for each position, $f=(nP)^{-1/2}\sum_{i,k}a_{ik}\phi(w_i\cdot x_k/\sqrt{d_{patch}})$, the rows of
$\sqrt{n\,d_{patch}}\,S$ are iid with the law of $\big([[dense_score]]\big)_j$. Here $g_A$ is the mean over the data of $[[dense_part]]$.
For standard normal readout weights $g_A$ is a normal vector given $w_i$, with the covariances $[[dense_covariance]]$, where
$u_P(k)=E_D[r\,\phi'(z_k)x_{kj}]$ and $t_P(k)$ is the same for another entry.

At a fixed threshold the counts of the columns are binomial.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract, which names no convolution"),
    provenance=Provenance.EXTENSION,
    quantities=(
        READOUT,
        WEIGHT,
        WIDTH,
        Quantity(positions, "number of patches of an input", COUNT),
        Quantity(patch_size, "number of entries of a patch", COUNT),
        Quantity(sample_residual, "residual at a sample", sp.S.Reals),
        Quantity(pooled, "mean over data and positions of residual times slope times entry of the patch", sp.S.Reals),
        Quantity(dense, "the same with a weight for each position, over the root of their number", sp.S.Reals),
        Quantity(slope_at, "slope of the activation at a position", sp.S.Reals),
        Quantity(entry_at, "entry of the patch at a position that the weight meets", sp.S.Reals),
        Quantity(readout_at, "weight with which a filter's value at a position enters the output", sp.S.Reals),
        Quantity(
            (mean_at, other_mean_at),
            "mean over the data of residual times slope times entry at a position, for one entry and another",
            sp.S.Reals,
        ),
    ),
    hypotheses=(
        Hypothesis(
            "no filter is at a kink of the activation on a nonzero patch of the data, with any slope on a zero patch"
        ),
        Hypothesis("the residual does not depend on the weights"),
    ),
    symbols={
        "w_i": "weights of filter $i$",
        "x_k": "patch at position $k$ of an input",
        "x_{kj}": "entry $j$ of the patch",
        "z_k": "what enters the activation at position $k$",
        "r": "residual at a sample, output less target",
        r"\phi": "activation",
        "f": "output of the network",
        "a_i": "weight with which filter $i$ enters the output",
        "a_{ik}": "weight with which filter $i$ enters the output at position $k$",
        "S": "matrix of scores, a row for each filter and a column for each entry of a patch",
        "E_D": "mean over the data, finitely or infinitely many samples",
    },
    uses=("S6",),
    because={
        "pooled row": lambda pooled_score, pooled_slope: same(
            pooled_score, sp.sqrt(n * patch_size) * sp.Abs(w * pooled_slope)
        ),
        "dense row": lambda dense_score, dense_slope: same(
            dense_score, sp.sqrt(n * patch_size) * sp.Abs(w * dense_slope)
        ),
    },
    wrong=lambda: {
        "pooled_part: patches of weight one": positions * pooled_part,
        "pooled_part: gate of one patch for all": pooled_part.subs(slope_at(position), slope_at(1)),
        "pooled_part: pooled input": sample_residual * slope_at(1) * mean_entry,
        "pooled_part: over the root of their number": pooled_part * sp.sqrt(positions),
        "dense_part: pooled": pooled_part,
        "dense_part: over their number": dense_part / sp.sqrt(positions),
        "dense_part: gate of one patch for all": dense_part.subs(slope_at(position), slope_at(1)),
        "dense_part: one readout for all": dense_part.subs(readout_at(position), readout_at(1)),
        "pooled_slope: not divided by the root of the width": pooled_slope * sp.sqrt(n),
        "pooled_slope: not divided by the root of the patch": pooled_slope * sp.sqrt(patch_size),
        "pooled_slope: readout forgotten": pooled_slope / a,
        "dense_slope: not divided by the root of the width": dense_slope * sp.sqrt(n),
        "dense_slope: not divided by the root of the patch": dense_slope * sp.sqrt(patch_size),
        "dense_slope: a readout more": dense_slope * a,
        "pooled_score: readout forgotten": sp.Abs(w) * sp.Abs(pooled),
        "pooled_score: no modulus": a * w * pooled,
        "pooled_score: readout weight squared": pooled_score * sp.Abs(a),
        "pooled_score: gate of one patch for all": sp.Abs(a) * sp.Abs(w) * sp.Abs(one_gate),
        "pooled_score: pooled input in place of patches": sp.Abs(a) * sp.Abs(w) * sp.Abs(mean_gate),
        "pooled_score: gates half open": sp.Abs(a) * sp.Abs(w) * sp.Abs(h) / 2,
        "dense_score: without the weight": sp.Abs(dense),
        "dense_score: no modulus": w * dense,
        "dense_score: a readout more": dense_score * sp.Abs(a),
        "dense_score: one readout for all": sp.Abs(a) * sp.Abs(w) * sp.Abs(pooled) * 6,
        "dense_score: as if pooled": pooled_score,
        "dense_covariance: not divided by the number of positions": positions * dense_covariance,
        "dense_covariance: of the means": mean_at(1) * other_mean_at(1),
        "dense_covariance: variances alone": dense_covariance.subs(other_mean_at(position), mean_at(position)),
    },
)
