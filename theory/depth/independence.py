"""D1.2: which rows of a deep network's scores are independent, how two layers' rows covary on one sample, normal signals."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.depth.identities import FAN_IN, fan_in
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import (
    CLOSED_UNIT,
    COUNT,
    NON_NEGATIVE,
    UNIT,
    Hypothesis,
    Quantity,
)
from sparse_limits.theory.saliency.model import WIDTH, width
from sparse_limits.theory.saliency.snip import READOUT, WEIGHT, a, w

gated = sp.Symbol("g_L", real=True)
share = sp.Symbol("p_j", positive=True)
share_variance = sp.Symbol("V_p", nonnegative=True)
given_share = sp.Symbol("p_below", positive=True)
fourth = sp.Symbol("mu_4", positive=True)
first_width, second_width = sp.symbols("n_1 n_2", integer=True, positive=True)
readout_variance = sp.Symbol("v_A", positive=True)
residual_product, path_product = sp.symbols("q_r q_M", real=True)

last_slope = a * gated / sp.sqrt(width * fan_in)
last_score = sp.Abs(a) * sp.Abs(w) * sp.Abs(gated)
given_variance = width * given_share * (1 - given_share)
count_variance = width * share * (1 - share) + width * (width - 1) * share_variance
design_effect = 1 + (width - 1) * share_variance / (share * (1 - share))

half = sp.Rational(1, 2)
signal_square = half
signal_pair = sp.Rational(1, 4) + (2 * fourth - 1) / (4 * second_width)
signal_fourth = sp.Rational(3, 4) + (2 * fourth**2 - 3) / (4 * second_width)
score_square = sp.Rational(1, 4)
row_covariance = (2 * fourth - 1) / (16 * second_width)
row_variance = fourth / 2 * signal_fourth - score_square**2
sum_effect = 1 + (first_width - 1) * row_covariance / row_variance
normal_effect = (22 * width + 85) / (17 * width + 90)
normal_limit = sp.Rational(22, 17)

signal_covariance = readout_variance * residual_product * path_product / width

STEPS = proof(
    r"""
last layer: At a unit of the last hidden layer $\delta=r\,a\,\phi'(z)/\sqrt n$, so that by D1.1 the derivative is $[[last_slope]]$ with
$g_L=E_D[r\,\phi'(z_i)h_j]$, $h$ the values of the layer below.

last row (from last layer): So $\sqrt{n\,n_{in}}$ times the score is $[[last_score]]$.

rows of the last layer (from last row; by independence): Given the layers below, $h$ is fixed on the data, and row $i$ is a function of
$(a_i,w_i,b_i)$ alone. These are independent of each other and of the layers below, and so the rows are independent given these.

law of the last rows (from rows of the last layer; by same law): It is the same function for all $i$, of variables of one law: the rows have
one law.

given variance (from rows of the last layer, law of the last rows): So given the layers below the count of a column above a fixed threshold
is binomial, with the variance $[[given_variance]]$ for the share $p_{below}$ that the layers below leave.

two sources (from given variance; by total variance): The variance of the count is the mean of this, plus the variance of its mean
$n\,p_{below}$.

count variance (from two sources): With the mean $p_j$ and the variance $V_p$ of $p_{below}$ this is $[[count_variance]]$.

design effect (from count variance): Over the variance of $\mathrm{Bin}(n,p_j)$ it is $[[design_effect]]$.

half of the rows (by same law): Let $v$ be a row of independent symmetric weights without atoms and $h\ne0$. As the entries are independent
and symmetric, $v$ and $-v$ have one law. As an entry with $h_i\ne0$ has no atom, whatever the others are, $v\cdot h\ne0$ almost surely, so
that just one of $v$ and $-v$ is on the positive side of $h$: even functions of $v$ have there half of their mean. By independence $v_i^2$,
$v_i^2v_m^2$, $v_iv_m$, $v_i^4$ have $\frac12$, $\frac12$, $0$ and $\frac12\mu_4$ there, for every such $h$.

one signal (from half of the rows): Let $L=2$, $h\ne0$ the values of the first layer at one sample, and
$c_i=n_2^{-1/2}\sum_ka_kv_{ki}1\{v_k\cdot h>0\}$. Given $h$ the terms are independent and centred: $E\,c_i^2=[[signal_square]]$.

two signals (from half of the rows): For $i\ne m$, $E\,c_i^2c_m^2=[[signal_pair]]$.

fourth moment (from half of the rows): And $E\,c_i^4=[[signal_fourth]]$.

squares of scores (from one signal): In units of $r^2x_j^2/dn_1$ the squared score is $w_{ij}^2c_i^2$ where the gate of unit $i$ is open, so
that $h\ne0$, and else $0$, whatever slope is taken at the kinks of the second layer if $h=0$. By *half of the rows* for $w_i$ and $x$ it
has the mean $[[score_square]]$.

two rows (from two signals, squares of scores): Two rows of the first layer are independent, and the moments of their signals do not depend
on $h$: the covariance is $[[row_covariance]]$.

one row (from fourth moment, squares of scores): One squared score has the variance $[[row_variance]]$.

exchange (by same law): A permutation of the units of a hidden layer leaves the law of all weights as it is: the rows of each layer are
exchangeable, and all pairs of rows have one covariance.

sum of a column (from two rows, one row, exchange): So the sum of a column's $n_1$ squared scores varies $[[sum_effect]]$ times as much as
that of independent ones.

normal weights (from sum of a column): For normal weights, $\mu_4=3$, and $n_1=n_2=n$ this is $[[normal_effect]]$.

wide layers (from normal weights): As $n\to\infty$ it tends to $[[normal_limit]]$.

linear in the readout (by chain rule): At unit $i$ of any hidden layer $\delta_i=n^{-1/2}\sum_{k,m}r_ka_{km}M_{mi}$ with $M_{mi}=\partial
h^L_m/\partial z_i$, $n=n_L$. Given all weights and biases below the readout, all $\delta_i(x)$ are linear in it.

centred signals (from linear in the readout; by linearity): As $E\,a_{km}=0$, they have the mean $0$.

normal signals (from linear in the readout; by linear combinations): For a normal readout they are jointly normal.

covariance of signals (from linear in the readout, centred signals, normal signals): With $q_r=\langle r,r'\rangle$ and
$q_M=\sum_mM_{mi}(x)M_{mi'}(x')$ the covariance of $\delta_i(x)$ and $\delta_{i'}(x')$ is $[[signal_covariance]]$.
""",
    globals(),
)

TWO_LAYERS = ("row_covariance", "row_variance", "sum_effect", "normal_effect", "normal_limit")

row_independence = Claim(
    label="D1.2",
    title="Which rows of a deep network are independent, and how rows of two ReLU layers covary on one sample",
    statement=r"""
In the setting of D1.1 let all weights be independent, those of a layer iid, biases iid in a layer and independent of all else, and $r$ a fixed function of the data.

(a) Given the layers below, the rows of the last hidden layer ($n$ units on $n_{in}$, one output) are iid on every data set with the law of $\big([[last_score]]\big)_j$ in units of
$1/\sqrt{n\,n_{in}}$, $g_L=E_D[r\,\phi'(z)h_j]$: for ReLU, normal weights and no biases this is S6 with the values $h$ of the layer below for the inputs. At a fixed threshold the count of a column is binomial given the layers below,
and without this condition varies $[[design_effect]]$ times as much as $\mathrm{Bin}(n,p_j)$, where $V_p$ is the variance of the share that the layers below leave, and $p_j$ its mean, $0<p_j<1$.

(b) Rows of any hidden layer are exchangeable, and those of the first one may depend on each other. For $L=2$, ReLU without biases, one sample with $x_j\ne0$ and $r\ne0$, one output and symmetric weights without
atoms, of variance $1$ and fourth moment $\mu_4$ (the first layer is silent, $h=0$, with probability $2^{-n_1}$: there with any slope of the second one), the squared scores of two rows in a column have at all widths $n_1$, $n_2$ (two rows if $n_1\ge2$) the positive covariance $[[row_covariance]]$ and each the
variance $[[row_variance]]$, in units of $r^2x_j^2/dn_1$ for the squared scores. The sum of a column varies $[[sum_effect]]$ times as much as that of independent rows,
$[[normal_effect]]$ times for normal weights and $n_1=n_2=n$, $[[normal_limit]]$ times for $n\to\infty$.

(c) Given all weights and biases below a readout of independent weights of mean $0$ and variance $v_A$, the signals $\delta_i(x)=\partial\langle r,f\rangle/\partial z_i$ of all hidden units and samples
are linear in the readout, hence jointly normal if the readout is, and have the covariances $[[signal_covariance]]$, $q_r=\langle r,r'\rangle$,
$q_M=\sum_m\frac{\partial h^L_m}{\partial z_i}\frac{\partial h^{L\prime}_m}{\partial z_{i'}'}$.
""",
    steps=STEPS,
    source=Source("2602.06675", "beyond the abstract (which announces that masks converge)"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        READOUT,
        WEIGHT,
        Quantity(gated, "mean over the data of residual times slope of a unit times value of a unit below", sp.S.Reals),
        WIDTH,
        FAN_IN,
        Quantity(share, "probability that an entry of a column is above the threshold", UNIT),
        Quantity(
            share_variance,
            "variance of this probability given the layers below",
            sp.Interval(0, sp.Rational(1, 4)),
            drawn=(sp.Rational(1, 100), sp.Rational(1, 5)),
        ),
        Quantity(given_share, "probability that an entry is above the threshold, given the layers below", CLOSED_UNIT),
        Quantity(fourth, "fourth moment of a weight", sp.Interval(1, sp.oo), drawn=(1, 5)),
        Quantity(first_width, "number of units of the first hidden layer", COUNT, drawn=(1, 9)),
        Quantity(second_width, "number of units of the second hidden layer", COUNT),
        Quantity(readout_variance, "variance of a weight of the readout", NON_NEGATIVE),
        Quantity(residual_product, "product of the residuals at two samples", sp.S.Reals),
        Quantity(
            path_product, "product of the slopes of the last hidden layer's values by what enters two units", sp.S.Reals
        ),
    ),
    hypotheses=(
        Hypothesis(
            "no unit is at a kink of the activation on the data, except where all values below it are zero, with any slope there"
        ),
        Hypothesis("the residual does not depend on the weights"),
        Hypothesis("there are no biases", needed_by=TWO_LAYERS),
        Hypothesis("the residual and the input of the column are not zero at the sample", needed_by=TWO_LAYERS),
        Hypothesis("a share is less than 1", share < 1, needed_by=("design_effect",)),
        Hypothesis(
            "a share between 0 and 1 varies no more than an entry",
            share_variance <= share * (1 - share),
            needed_by=("count_variance", "design_effect"),
        ),
    ),
    uses=("D1.1", "S6"),
)
