"""D1.2: which rows of a deep network's scores are independent, how two layers' rows covary on one sample, normal signals."""

from fractions import Fraction
from functools import cache
from itertools import product
from math import comb

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.depth.further.identities import FAN_IN, fan_in
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, NON_NEGATIVE, UNIT, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same
from sparse_limits.theory.saliency.model import WIDTH, width
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.saliency.snip import READOUT, WEIGHT, a, h, w
from sparse_limits.theory.saliency.symbols import OVER_DATA

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
last layer: At a unit of the last hidden layer $\delta=r\,a\,\phi'(z)/\sqrt n$. So by D1.1 the derivative is $[[last_slope]]$ with
$g_L=E_D[r\,\phi'(z_i)h_j]$, where $h$ are the values of the layer below.

last row (from last layer): So $\sqrt{n\,n_{in}}$ times the score is $[[last_score]]$.

rows of the last layer (from last row; by independence): Given the layers below, $h$ is fixed on the data, and row $i$ is a function of
$(a_i,w_i,b_i)$ alone. These triples are independent of each other and of the layers below. So, given these layers, the rows are
independent.

law of the last rows (from rows of the last layer; by same law): The function is the same for all $i$, and its arguments have the same law.
So the rows have the same law.

given variance (from rows of the last layer, law of the last rows): So, given the layers below, the count of a column above a fixed
threshold is binomial with variance $[[given_variance]]$, where $p_{below}$ is the probability of an entry above the threshold, given these
layers.

two sources (from given variance; by total variance): The variance of the count is the mean of this variance plus the variance of the
conditional mean $n\,p_{below}$.

count variance (from two sources): If $p_{below}$ has mean $p_j$ and variance $V_p$, this sum is $[[count_variance]]$.

design effect (from count variance): Divided by the variance of $\mathrm{Bin}(n,p_j)$ it is $[[design_effect]]$.

half of the rows (by same law): Let $v$ be a row of independent symmetric weights without atoms and let $h\ne0$. As the entries are
independent and symmetric, $v$ and $-v$ have the same law. As an entry with $h_i\ne0$ has no atom, whatever the other entries are, $v\cdot
h\ne0$ almost surely. So exactly one of $v$ and $-v$ is on the positive side of $h$, and the mean of an even function of $v$ over this side
is half of its mean. By independence $v_i^2$, $v_i^2v_m^2$, $v_iv_m$, $v_i^4$ have the means $\frac12$, $\frac12$, $0$ and $\frac12\mu_4$
there, for every such $h$.

one signal (from half of the rows): Let $L=2$, let $h\ne0$ be the values of the first layer at one sample, and let
$c_i=n_2^{-1/2}\sum_ka_kv_{ki}1\{v_k\cdot h>0\}$. Given $h$ the terms are independent and centred, so that $E\,c_i^2=[[signal_square]]$.

two signals (from half of the rows): For $i\ne m$, $E\,c_i^2c_m^2=[[signal_pair]]$.

fourth moment (from half of the rows): Likewise $E\,c_i^4=[[signal_fourth]]$.

squares of scores (from one signal): In units of $r^2x_j^2/dn_1$ the squared score is $w_{ij}^2c_i^2$ if the gate of unit $i$ is open, which
implies $h\ne0$. Otherwise it is $0$, whatever slope is taken at the kinks of the second layer if $h=0$. By *half of the rows*, applied to
$w_i$ and $x$, its mean is $[[score_square]]$.

two rows (from two signals, squares of scores): Two rows of the first layer are independent, and the moments of their signals do not depend
on $h$. So the squared scores have the covariance $[[row_covariance]]$.

one row (from fourth moment, squares of scores): One squared score has the variance $[[row_variance]]$.

exchange (by same law): A permutation of the units of a hidden layer leaves the law of all weights unchanged. So the rows of each layer are
exchangeable, and all pairs of rows have the same covariance.

sum of a column (from two rows, one row, exchange): So the variance of the sum of a column's $n_1$ squared scores is $[[sum_effect]]$ times
the variance for independent scores.

normal weights (from sum of a column): For normal weights, $\mu_4=3$, and $n_1=n_2=n$ this factor is $[[normal_effect]]$.

wide layers (from normal weights): As $n\to\infty$ this factor tends to $[[normal_limit]]$.

linear in the readout (by chain rule): At unit $i$ of any hidden layer $\delta_i=n^{-1/2}\sum_{k,m}r_ka_{km}M_{mi}$ with $M_{mi}=\partial
h^L_m/\partial z_i$ and $n=n_L$. Given all weights and biases below the readout, all $\delta_i(x)$ are linear in the readout.

centred signals (from linear in the readout; by linearity): As $E\,a_{km}=0$, the signals have the mean $0$.

normal signals (from linear in the readout; by linear combinations): For a normal readout the signals are jointly normal.

covariance of signals (from linear in the readout, centred signals, normal signals): With $q_r=\langle r,r'\rangle$ and
$q_M=\sum_mM_{mi}(x)M_{mi'}(x')$ the covariance of $\delta_i(x)$ and $\delta_{i'}(x')$ is $[[signal_covariance]]$.
""",
    globals(),
)

TWO_LAYERS = ("row_covariance", "row_variance", "sum_effect", "normal_effect", "normal_limit")

LAWS = ((1, (1,)), (2, (1,)), (3, (1,)), (1, (1, 3)), (2, (1, 3)))  # units of the second layer, moduli of weights


BELOW = ((1, 2), (3, 1), (1, 0), (1, 1))  # values of the first layer


def moment(moduli: tuple[int, ...], power: int) -> Fraction:
    """The mean of a power of the modulus of a weight, scaled to variance 1."""
    square = Fraction(sum(each**2 for each in moduli), len(moduli))
    return Fraction(sum(each**power for each in moduli), len(moduli)) / square ** (power // 2)


def signal_moment(units: int, moduli: tuple[int, ...], h: tuple[int, int], powers: tuple[int, int]) -> Fraction:
    """E c_i^p c_m^q over all signs and moduli of v and a, at values h of the first layer.

    A unit at its kink is open in half of the cases: a small symmetric change of the weights, without atoms, does this.
    """
    values = [sign * each for each in moduli for sign in (1, -1)]
    rows = []
    for readout, first, second in product(values, repeat=3):
        enters = first * h[0] + second * h[1]
        for coin in (0, 1):
            gate = coin if enters == 0 else int(enters > 0)
            rows.append((readout * first * gate, readout * second * gate))
    total = 0
    for chosen in product(rows, repeat=units):
        ends = sum(each[0] for each in chosen), sum(each[1] for each in chosen)
        total += ends[0] ** powers[0] * ends[1] ** powers[1]
    square = Fraction(sum(each**2 for each in moduli), len(moduli))
    degree = sum(powers)
    return Fraction(total, len(rows) ** units) / square**degree / Fraction(units) ** (degree // 2)


@cache
def signal_cases(powers: tuple[int, int]) -> list[tuple[dict[sp.Symbol, sp.Expr], sp.Rational]]:
    """This moment for all laws and values of the first layer, with the width and the fourth moment."""
    return [
        (
            {second_width: sp.Integer(units), fourth: sp.Rational(moment(law, 4))},
            sp.Rational(signal_moment(units, law, h, powers)),
        )
        for units, law in LAWS
        for h in BELOW
    ]


def independent_rows_vary_like_a_binomial(given_variance: sp.Expr) -> Relations:
    """n times the variance of one entry, from its two values."""
    outcomes = ((1 - given_share, 0), (given_share, 1))
    mean = sum(chance * value for chance, value in outcomes)
    yield same(given_variance, n * sum(chance * (value - mean) ** 2 for chance, value in outcomes))


def count_varies_from_both_sources(count_variance: sp.Expr, given_variance: sp.Expr) -> Relations:
    """The mean of the given variance, by the first two moments of the share, and n² times the variance of the share."""
    moments = [sp.S.One, share, share**2 + share_variance]
    given = sp.Poly(given_variance, given_share).all_coeffs()[::-1]
    mean = sum(each * moment for each, moment in zip(given, moments, strict=False))
    yield same(count_variance, mean + n**2 * share_variance)


def design_effect_is_variance_over_binomial(design_effect: sp.Expr, count_variance: sp.Expr) -> Relations:
    """The quotient; and all counts of rows of two equally likely shares, in fractions."""
    yield same(design_effect, count_variance / (n * share * (1 - share)))
    for rows, shares in ((2, (Fraction(1, 4), Fraction(3, 4))), (5, (Fraction(1, 10), Fraction(1, 2)))):
        law = [
            sum(comb(rows, k) * p**k * (1 - p) ** (rows - k) for p in shares) / 2 for k in range(rows + 1)
        ]  # of the count
        mean = sum(k * chance for k, chance in enumerate(law))
        spread = sum((k - mean) ** 2 * chance for k, chance in enumerate(law))
        p, between = sum(shares) / 2, (shares[0] - shares[1]) ** 2 / 4
        at = {n: rows, share: sp.Rational(p), share_variance: sp.Rational(between)}
        yield same(design_effect.subs(at), sp.Rational(spread / (rows * p * (1 - p))))


def signal_has_half_of_its_square(signal_square: sp.Expr) -> Relations:
    """n₂ terms of variance ½ over n₂; enumerated at four h."""
    yield same(signal_square, second_width * sp.Rational(1, 2) / second_width)
    for _, seen in signal_cases((2, 0)):
        yield same(signal_square, seen)


def two_signals_share_readout_and_gates(signal_pair: sp.Expr) -> Relations:
    """n₂ units with a⁴v_i²v_m² at an open gate, n₂(n₂ − 1) pairs with two squares, others are 0; enumerated at four h."""
    same_unit, squares, mixed = fourth / 2, sp.Rational(1, 4), 0
    pairs = second_width * (second_width - 1)
    yield same(signal_pair, (second_width * same_unit + pairs * (squares + 2 * mixed)) / second_width**2)
    for at, seen in signal_cases((2, 2)):
        yield same(signal_pair.subs(at), seen)


def one_signal_has_the_fourth_moment(signal_fourth: sp.Expr) -> Relations:
    """n₂ units with a⁴v⁴ at an open gate, 3n₂(n₂ − 1) pairs of squares; enumerated at four h."""
    same_unit, squares = fourth**2 / 2, sp.Rational(1, 4)
    pairs = 3 * second_width * (second_width - 1)
    yield same(signal_fourth, (second_width * same_unit + pairs * squares) / second_width**2)
    for at, seen in signal_cases((4, 0)):
        yield same(signal_fourth.subs(at), seen)


def column_adds_up_pairs_of_rows(sum_effect: sp.Expr, row_covariance: sp.Expr, row_variance: sp.Expr) -> Relations:
    """n₁ variances and n₁(n₁ − 1) covariances over n₁ variances."""
    total = first_width * row_variance + first_width * (first_width - 1) * row_covariance
    yield same(sum_effect, total / (first_width * row_variance))


row_independence = Claim(
    label="D1.2",
    title="Which rows of a deep network are independent, and how rows of two ReLU layers covary on one sample",
    headline=r"Under its assumptions, rows of the first of two hidden ReLU layers are dependent: for normal weights and equal widths $n\to\infty$, a column's sum of squared scores has $$[[normal_limit]]$$ times the variance for independent rows.",
    statement=r"""
In the setting of D1.1, let all weights be independent and those of a layer iid. Let the biases of a layer be iid and independent of all
else, and let $r$ be a fixed function of the data.

(a) Let the last hidden layer have $n$ units on $n_{in}$ units or inputs, and let there be one output. Given the layers below, its rows of
scores are iid on every data set. In units of $1/\sqrt{n\,n_{in}}$ they have the law of $\big([[last_score]]\big)_j$ with
$g_L=E_D[r\,\phi'(z)h_j]$. For ReLU, normal weights and no biases this is S6 with the values $h$ of the layer below as inputs. At a fixed
threshold, the count of a column is binomial given the layers below. Unconditionally, its variance is $[[design_effect]]$ times that of
$\mathrm{Bin}(n,p_j)$, where $V_p$ is the variance of the share given the layers below and $p_j$ is its mean, $0<p_j<1$.

(b) The rows of any hidden layer are exchangeable, and those of the first hidden layer may depend on each other. Let $L=2$, with ReLU, no
biases, one output, one sample with $x_j\ne0$ and $r\ne0$, and symmetric weights without atoms, of variance $1$ and fourth moment $\mu_4$.
(The first layer is silent, $h=0$, with probability $2^{-n_1}$; the second layer may have any slope there.) Measure the squared scores in
units of $r^2x_j^2/dn_1$. Then at all widths $n_1$, $n_2$ the squared scores of two rows in a column (if $n_1\ge2$) have the positive
covariance $\kappa=[[row_covariance]]$, and each has the variance $\nu=[[row_variance]]$. The variance of the sum of a column's squared
scores is $[[sum_effect]]$ times that for independent rows. For normal weights and $n_1=n_2=n$ the factor is $[[normal_effect]]$, which
tends to $[[normal_limit]]$ for $n\to\infty$.

(c) Let the readout have independent weights of mean $0$ and variance $v_A$. Given all weights and biases below it, the signals
$\delta_i(x)=\partial\langle r,f\rangle/\partial z_i$ of all hidden units and samples are linear in the readout, hence jointly normal if the
readout is. Their covariances are $[[signal_covariance]]$ with $q_r=\langle r,r'\rangle$ and
$q_M=\sum_m\frac{\partial h^L_m}{\partial z_i}\frac{\partial h^{L\prime}_m}{\partial z_{i'}'}$.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract (which announces that masks converge)"),
    provenance=Provenance.EXTENSION,
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
    named={r"\kappa": row_covariance, r"\nu": row_variance},
    symbols={
        **OVER_DATA,
        "d": "number of inputs",
        "z_i, h_i": "what enters the activation of unit $i$, and its value",
        r"\phi": "activation",
        "f": "output of the network",
        "L": "number of hidden layers",
        r"\delta_i(x)": "signal of unit $i$ at a sample: the derivative of residual times output in what enters the unit",
        "h^L_m": "value of unit $m$ of the last hidden layer",
    },
    uses=("D1.1", "S6"),
    because={
        "last row": lambda last_score, last_slope: same(last_score, sp.sqrt(n * fan_in) * sp.Abs(w * last_slope)),
        "given variance": independent_rows_vary_like_a_binomial,
        "count variance": count_varies_from_both_sources,
        "design effect": design_effect_is_variance_over_binomial,
        "one signal": signal_has_half_of_its_square,
        "two signals": two_signals_share_readout_and_gates,
        "fourth moment": one_signal_has_the_fourth_moment,
        "squares of scores": lambda score_square, signal_square: same(score_square, sp.Rational(1, 2) * signal_square),
        "two rows": lambda row_covariance, signal_pair, score_square: same(
            row_covariance, sp.Rational(1, 2) ** 2 * signal_pair - score_square**2
        ),
        "one row": lambda row_variance, signal_fourth, score_square: same(
            row_variance, fourth / 2 * signal_fourth - score_square**2
        ),
        "sum of a column": column_adds_up_pairs_of_rows,
        "wide layers": lambda normal_limit, normal_effect: same(normal_limit, sp.limit(normal_effect, n, sp.oo)),
    },
    wrong=lambda: {
        "last_slope: not divided by the root of the width": last_slope * sp.sqrt(n),
        "last_slope: not divided by the root of the fan-in": last_slope * sp.sqrt(fan_in),
        "last_slope: without the readout": last_slope / a,
        "last_score: readout weight squared": last_score * sp.Abs(a),
        "last_score: no modulus": a * w * gated,
        "last_score: readout forgotten": sp.Abs(w) * sp.Abs(gated),
        "last_score: gates half open for all": sp.Abs(a) * sp.Abs(w) * sp.Abs(h) / 2,
        "last_score: without the weight": sp.Abs(a) * sp.Abs(gated),
        "given_variance: a second moment": n * given_share,
        "given_variance: of one row": given_variance / n,
        "given_variance: of a mean": given_variance / n**2,
        "count_variance: as if unconditionally independent": n * share * (1 - share),
        "count_variance: the mean of the given variances": n * (share - share**2 - share_variance),
        "count_variance: all pairs, and each with itself": n * share * (1 - share) + n**2 * share_variance,
        "design_effect: as if unconditionally independent": sp.S.One,
        "design_effect: n for n − 1": 1 + n * share_variance / (share * (1 - share)),
        "design_effect: not over the variance of an entry": 1 + (n - 1) * share_variance,
        "design_effect: independent entries": n + design_effect,
        "signal_pair: as if independent": sp.Rational(1, 4),
        "signal_pair: fourth moment one": signal_pair.subs(fourth, 1),
        "signal_pair: gates independent of one another": sp.Rational(1, 4) + (fourth - 1) / (4 * second_width),
        "signal_fourth: normal": sp.Rational(3, 4),
        "signal_fourth: one fourth moment": sp.Rational(3, 4) + (2 * fourth - 3) / (4 * second_width),
        "row_covariance: falls like the square": row_covariance / second_width,
        "row_covariance: fourth moment one": row_covariance.subs(fourth, 1),
        "row_variance: a second moment": row_variance + score_square**2,
        "row_variance: fourth moment of the weight forgotten": signal_fourth / 2 - score_square**2,
        "sum_effect: as if independent": sp.S.One,
        "sum_effect: n for n − 1": sum_effect.subs(first_width, first_width + 1),
        "sum_effect: rows that repel each other": 2 - sum_effect,
        "normal_effect: as if independent": sp.S.One,
        "normal_effect: the limit": normal_limit,
        "normal_effect: n for n − 1": (22 * n + 90) / (17 * n + 90),
        "signal_covariance: not divided by the width": signal_covariance * n,
        "signal_covariance: residuals' signs lost": readout_variance * path_product / n,
        "signal_covariance: standard deviation for variance": signal_covariance / sp.sqrt(readout_variance),
        "signal_covariance: the same paths for all": readout_variance * residual_product / n,
    },
)
