"""D5.2: the residual of the drawn output: the law of the scores is random, and the shares above a fixed threshold."""

from dataclasses import replace
from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.depth.further.outputs_at_start import outputs
from sparse_limits.theory.depth.one_sample import HYPOTHESES, first
from sparse_limits.theory.depth.row_law import below, carried, gates, mean_over, v_A, values, width
from sparse_limits.theory.formulas.three_normals import ThreeNormals
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.saliency.model import DIMENSION, THRESHOLD, WIDTH, tau
from sparse_limits.theory.saliency.model import dimension as d
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.tails import half_normal, product_normal, t, triple_normal

k = sp.Symbol("k", integer=True, positive=True)  # an output
here, there = (sp.Function(name, real=True) for name in ("y_k", "yprime_k"))  # target of an output at two inputs
output_covariance = sp.Symbol("Sigma_f", real=True)  # of one output at two inputs, in the limit
target = sp.Symbol("y_0", real=True)
log_residual = sp.Symbol("u", real=True)  # of its modulus
ratio = sp.Symbol("c_r", positive=True)  # of the moduli of two residuals

joint = sp.Matrix(
    [
        [v_A * values, 0, 0, 0],
        [0, v_A * values, 0, 0],
        [0, 0, v_A * carried * gates, 0],
        [0, 0, 0, v_A * carried * gates],
    ]
)
mean_product = sp.Sum(here(k) * there(k), (k, 1, outputs)) + outputs * output_covariance
rows_apart = 1 - 1 / width
apart = rows_apart * (1 - 1 / below)
mean_square = 1 + target**2
mean_fourth = target**4 + 6 * target**2 + 3
excess = (2 + 4 * target**2) / (1 + target**2) ** 2
excess_slope = -8 * target**3 / (1 + target**2) ** 3
argument = tau * sp.sqrt(n * d / 2)
averaged = triple_normal.at(argument) / 2
plugged = first
covariance_with_square = -t * sp.diff(triple_normal.survival, t) / 2
spread = covariance_with_square**2 / 2
share = product_normal.at(t * sp.exp(-log_residual)) / 2  # p_r at |r| = e^u
residual_density = sp.sqrt(2 / sp.pi) * sp.exp(log_residual - sp.exp(2 * log_residual) / 2)  # of u
_end = sp.Rational(3, 2)
_ends = product_normal.at(t * sp.exp(_end)) ** 2 / 4 + sp.erfc(sp.exp(_end) / sp.sqrt(2)) / 4  # at most, for |u| > 3/2
shares_variance = (  # of p_r, at most: the ends are less than 0.2 % of it at t = 1
    sp.Integral(share**2 * residual_density, (log_residual, -_end, _end)) + _ends - triple_normal.survival**2 / 4
)
column_factors = (ratio, sp.S.One)
column_shares = (product_normal.at(t / ratio) / 2, product_normal.at(t) / 2)

ONE_SAMPLE_NAMES = ("excess", "excess_slope", "averaged", "plugged", "spread")

STEPS = proof(
    r"""
outputs and signals: For a unit of layer $L$ let $X_k=a_kh$ and $Y_k=G\,a_k\dot\varphi$ for two outputs, where $a_1$, $a_2$, $G$ are
independent and centred, of variance $v_A$ and $\Gamma$, and independent of $(h,\dot\varphi)$. Between two inputs $(X_1,X_2,Y_1,Y_2)$ has
the covariances $[[joint]]$, with $S=E\,hh'$ and $K=E\,\dot\varphi\dot\varphi'$.

wide last layer (from outputs and signals; by central limit of copies): As $n_L$ grows, the sums $f_k=n_L^{-1/2}\sum X_k$ and
$n_L^{-1/2}\sum Y_k$ over its iid units tend to a normal vector with these covariances. So in the limit the outputs are independent of the
sums that are carried back.

all layers (from wide last layer; by D2): By D2's *one layer back* the signal of a unit of a layer $l<L$ is $\sum_kr_kb_{ik}$ with such a
sum $b_{ik}$, in which everything below has become an independent normal $G$. In layer $L$ the signal is $\langle a_i,r\rangle$, and $a_i$
contributes only a part of order $n_L^{-1/2}$ to $f$. So in the limit $f\sim N(0,\Sigma^{L+1})$, independently over outputs, and independent
of the weights, activations, gates and $b$ or $a$ of finitely many rows and columns of any layer.

given the output (from all layers; by continuous mapping): Scores are continuous in these variables and in $r$, and $r$ is a continuous
function of $f$ and the targets. So, for finitely many rows and columns of a layer, the scores tend in law to those of D2 with an $r$ that
is drawn once, together with $f$.

mean product (from given the output): For squared error, $r=f-y$, the product $\langle r,r'\rangle$ has the mean $[[mean_product]]$ over
$f$, where $\Sigma_f$ is the entry of $\Sigma^{L+1}$ at the two inputs.

pairs of entries: Of all ordered pairs of entries of a hidden matrix the share $[[apart]]$ has neither row nor column in common. In layer 1
the share $[[rows_apart]]$, with $n_l$ its number of rows, has no row in common. There the columns are fixed, and only the rows are iid in
the limit.

share of a layer (from given the output, pairs of entries; by linearity): Let $p_r$ be the probability of a score above the threshold under
the limit law at $r$, of which the threshold is no atom; in layer 1 it is averaged over the columns. The mean of the share that a layer
keeps tends to $E\,p_r$. The mean of its square is a mean over pairs of entries and tends to $E\,p_r^2$. So the variance of the share tends
to the variance of $p_r$.

one sample (from all layers): On one sample of D3.2 with one output and the target $y_0$, $\Sigma^{L+1}=1$. So $r=f-y_0$ is normal, its
square has the mean $[[mean_square]]$ and its fourth power the mean $[[mean_fourth]]$.

excess (from given the output, one sample): Given $r$ a score is $|r|$ times the score at $r=1$, in every network and in the limit. So the
order of the scores does not depend on $r\ne0$. The second moment of a score is determined by the mean of $r^2$. Its fourth moment is
$1+[[excess]]$ times the value that results if this mean is put for $r^2$.

slope of the excess (from excess): The derivative of the excess in $y_0$ is $[[excess_slope]]$: the excess decreases from $2$ at $y_0=0$ to
$0$.

two and three normals (from one sample): At $y_0=0$, $r$ is standard normal, and a score of layer 1 whose gate is open is a product of three
normals. So a score exceeds $\tau$ with probability $[[averaged]]$. With the mean $1$ in place of $r^2$ this probability is D3.2's
$[[plugged]]$.

covariance with the square (from two and three normals): There $p_r=\frac12H(t/|r|)$ at $t=\tau\sqrt{nd/2}$. Integration by parts, with
$q=t/|g_1g_2|$, shows that $E[r^21\{|r|>q\}]$ is $P(|r|>q)$ plus $2q$ times the normal density at $q$. The mean of the latter over $q$
is $t$ times the density of $|g_1g_2r|$ at $t$. So $p_r$ and $r^2$ have the covariance $[[covariance_with_square]]$.

spread (from covariance with the square, share of a layer): The square of a covariance is at most the product of the variances, and $r^2$
has the variance $2$. So the variance of $p_r$ is at least $[[spread]]$.

two columns: On the samples $(1,0)$, $(0,1)$, in a network with one hidden layer and one output, $w_{ij}$ affects only the output of sample
$j$. So the scores of the two columns of $W^1$ are $|r_2|$ times $[[column_factors]]$ times those at the residuals $(1,1)$, with
$c_r=|r_1|/|r_2|$. Their order depends on $r$ through $c_r$ alone, and two positive scores in different columns change places where $c_r$
passes a certain value.

shares of two columns (from two columns): With $\varphi(z)=\sqrt2\max(z,0)$ and standard normal weights a score at the residuals $(1,1)$ is
$1/2\sqrt n$ times the modulus of a product of two normals where its gate is open, and the gate is open with probability $\frac12$. So at
fixed $r$ the scores of the two columns exceed $t|r_2|/2\sqrt n$ with the probabilities $[[column_shares]]$.
""",
    globals(),
)


def outputs_and_signals_have_the_covariances(joint: sp.Matrix) -> Relations:
    """Means of products at two inputs: over the weights of two outputs, then over G, then over the unit's activations."""
    weights = sp.symbols("a_1 a_2", real=True)
    here_g, there_g, h_1, h_2, g_1, g_2 = sp.symbols("G G_1 h_1 h_2 g_1 g_2", real=True)
    left, right = (
        (*(a * h for a in weights), *(G * a * gate for a in weights))
        for G, h, gate in ((here_g, h_1, g_1), (there_g, h_2, g_2))
    )
    over_weights = {(a, a): v_A for a in weights}
    over_below = {(here_g, there_g): carried, (here_g, here_g): carried, (there_g, there_g): carried}
    rows, columns = sp.symbols("x_1:5", real=True), sp.symbols("y_1:5", real=True)
    claimed, found = sp.S.Zero, sp.S.Zero
    for row, column in product(range(4), repeat=2):
        mean = mean_over(mean_over(left[row] * right[column], over_weights), over_below)
        claimed += rows[row] * columns[column] * joint[row, column]
        found += rows[row] * columns[column] * mean.subs({h_1: values / h_2, g_1: gates / g_2})
    yield same(claimed, found, by=sp.expand)  # with x and y free: entry by entry


def fourth_moment_is_larger(excess: sp.Expr, mean_square: sp.Expr, mean_fourth: sp.Expr) -> Relations:
    """E r⁴ over the square of E r², for scores that are |r| times one at r = 1; it is 2 at the target 0 and tends to 0."""
    yield same((1 + excess) * mean_square**2, mean_fourth)
    yield same(excess.subs(target, 0), 2)
    yield same(sp.limit(excess, target, sp.oo), 0)


def excess_falls(excess_slope: sp.Expr, excess: sp.Expr) -> Relations:
    """The derivative of the excess, of the sign of −y_0."""
    yield same(excess_slope, sp.diff(excess, target))
    at = sp.Symbol("y", positive=True)
    square = at**3 / (1 + at**2) ** 3
    yield nonnegative(-excess_slope.subs(target, at), 8 * square)


def covariance_is_by_parts(covariance_with_square: sp.Expr) -> Relations:
    """Given |g₁g₂| = X: E[(r² − 1) 1{|r| > t/X}], integrated, and the formula with the tail of X|r| in the place of H₃.

    The integrand is the derivative of minus r times its law, of which nothing is left far out.
    """
    X, r = sp.symbols("X r", positive=True)
    law = 2 * sp.exp(-(r**2) / 2) / sp.sqrt(2 * sp.pi)
    yield same(sp.diff(-r * law, r), (r**2 - 1) * law)
    yield same(sp.limit(r * law, r, sp.oo), 0)
    seen = sp.Rational(1, 2) * (r * law).subs(r, t / X)
    tail = half_normal.at(t / X)
    slopes = {ThreeNormals(0, t): tail, ThreeNormals(1, t): t * sp.diff(tail, t)}
    yield same(covariance_with_square.subs(slopes), seen)


def spread_is_that_of_cauchy_and_schwarz(
    spread: sp.Expr, covariance_with_square: sp.Expr, mean_square: sp.Expr, mean_fourth: sp.Expr
) -> Relations:
    """The squared covariance over the variance of r² at the target 0."""
    of_square = (mean_fourth - mean_square**2).subs(target, 0)
    yield same(spread * of_square, covariance_with_square**2)


def columns_have_factors(column_factors: tuple[sp.Expr, ...]) -> Relations:
    """Squares of the scores of two units, the loss differentiated: r_1 = ±c r_2, over those at the residuals (1, 1).

    The activation is one of each weight, as the preactivation of a unit on sample j is its weight j over √2.
    """
    other = sp.Symbol("r", real=True, nonzero=True)
    act = sp.Function("phi", real=True)
    columns = [[sp.Symbol(f"w_{i}{j}", real=True) for i in range(2)] for j in range(2)]
    readout = sp.symbols("a_1 a_2", real=True)
    outputs = [sum(a * act(w / sp.sqrt(2)) for a, w in zip(readout, column, strict=True)) for column in columns]
    for sign, (place, column) in product((1, -1), enumerate(columns)):
        residuals = (sign * ratio * other, other)
        score, plain = (
            [(w * sp.diff(sum(r * f for r, f in zip(each, outputs, strict=True)), w)) ** 2 for w in column]
            for each in (residuals, (1, 1))
        )
        for seen, at_one in zip(score, plain, strict=True):
            yield same(seen / at_one, (column_factors[place] * other) ** 2)


def shares_are_those_of_scaled_scores(
    column_shares: tuple[sp.Expr, ...], column_factors: tuple[sp.Expr, ...]
) -> Relations:
    """The factor of a column divides the level in half the tail of a product of two normals."""
    for share, factor in zip(column_shares, column_factors, strict=True):
        yield same(share, sp.Rational(1, 2) * product_normal.at(t / factor))


output_kept = Claim(
    label="D5.2",
    title="With the initial output in the residual, the law of the scores is random",
    statement=r"""
In the setting of D2 let $r=f-y$, or the softmax of $f$ minus the target, where $f$ is the initial output. As the widths grow, one after the
other, the scores of finitely many rows and columns of a layer tend in law to those of D2 at a residual $r$ that is drawn once for the
network, with $f\sim N(0,\Sigma^{L+1})$, $\Sigma^{L+1}=v_AE\,\varphi\varphi'$, independently over outputs. For a hidden matrix or layer 1,
take a threshold (in the units of D2) that is not an atom. Then the mean of the kept share tends to $E\,p_r$, and its variance tends to that
of $p_r$, the probability at fixed $r$ (averaged over the columns in layer 1). For $r=f-y$, $\langle r,r'\rangle$ has the mean
$[[mean_product]]$.

On one sample with one output, the scores are $|r|$ times those at $r=1$. So the mask at a given density does not depend on $r\ne0$, while a
share above a fixed threshold may. On one sample of D3.2, with one output and the target $y_0$, the mean of $r^2$ in place of $r^2$ gives
the second moments of the scores in the limit. The fourth moments are larger than this replacement gives, by the factor $1+[[excess]]$,
which is $3$ at $y_0=0$, has the slope $[[excess_slope]]$ and so falls with $|y_0|$ to $1$. At $y_0=0$ a score of layer 1 exceeds $\tau$
with probability $[[averaged]]$; the replacement gives $[[plugged]]$. At $t=\tau\sqrt{nd/2}$ the variance of $p_r$ in layer 1 is at least
$[[spread]]$, which does not depend on $n$.

With two samples, a mask at a given density can depend on $r$. On $(1,0)$ and $(0,1)$, with one hidden layer and one output, the order of
the scores of layer 1 depends on $r$ only through $c_r=|r_1|/|r_2|$. With $\varphi(z)=\sqrt2\max(z,0)$ and standard normal weights, at fixed
$r$ and a threshold of $t|r_2|/2\sqrt n$, the two columns keep on average the shares $[[column_shares]]$ of their scores, at every width.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(outputs, "number of outputs", COUNT_FROM_ZERO, drawn=(0, 5)),
        Quantity((here, there), "target of an output at an input, at another", sp.S.Reals),
        Quantity(output_covariance, "covariance of one output at two inputs, in the limit", sp.S.Reals),
        Quantity(width, "number of units of a layer", COUNT, drawn=(2, 9)),
        Quantity(below, "number of units of the layer below", COUNT, drawn=(2, 9)),
        Quantity(v_A, "variance of the weights of the readout", NON_NEGATIVE, drawn=(sp.Rational(1, 2), 2)),
        Quantity(values, "mean product of the activations of a unit at two inputs", sp.S.Reals),
        Quantity(gates, "mean product of the derivatives of the activation at two inputs", sp.S.Reals),
        Quantity(carried, "covariance of what is carried back at two inputs", sp.S.Reals),
        Quantity(target, "target of the one sample", sp.S.Reals, drawn=(-3, 3)),
        WIDTH.drawn_from(3, 300),
        DIMENSION.drawn_from(1, 60),
        THRESHOLD.drawn_from(sp.Rational(1, 200), sp.Rational(1, 20)),
        Quantity(t, "threshold of layer 1, over the scale of its scores", POSITIVE, drawn=(sp.Rational(1, 8), 4)),
        Quantity(ratio, "modulus of the residual of the first sample over that of the second", POSITIVE),
    ),
    hypotheses=(
        Hypothesis("those of D2, but for the residual; no biases in the readout"),
        Hypothesis("squared error", needed_by=("mean_product", *ONE_SAMPLE_NAMES)),
        *(
            replace(each, words=each.words.replace(", the residual $1$", ""), needed_by=ONE_SAMPLE_NAMES)
            for each in HYPOTHESES
        ),
        Hypothesis(
            r"two samples $(1,0)$, $(0,1)$ with residuals $\ne0$, one output, one hidden layer with $\varphi(z)=\sqrt2\max(z,0)$, no biases, standard normal weights",
            needed_by=("column_shares",),
        ),
        Hypothesis("the target is 0", needed_by=("averaged", "plugged", "spread")),
    ),
    uses=("D3.2",),
    aids={"shares_variance": shares_variance, "residual_density": residual_density},
    loose=(
        Loose(
            expression="spread",
            truth="shares_variance",
            at=({t: 1},),
            lost="in Cauchy–Schwarz: the share is not a linear function of the square of the residual",
            side=Side.BELOW,
        ),
    ),
    remarks=(
        Remark(
            r"In networks of 400 units with $L=d=1$, at $t=1$, the mean share that layer 1 keeps differs from `averaged` by at most "
            r"$0.006$ (`plugged` is $0.03$ higher), according to the check that samples them.",
            checked_by="networks_keep_the_averaged_share",
        ),
    ),
    because={
        "outputs and signals": outputs_and_signals_have_the_covariances,
        "excess": fourth_moment_is_larger,
        "slope of the excess": excess_falls,
        "covariance with the square": covariance_is_by_parts,
        "spread": spread_is_that_of_cauchy_and_schwarz,
        "two columns": columns_have_factors,
        "shares of two columns": shares_are_those_of_scaled_scores,
    },
    wrong=lambda: {
        "joint: output and signal correlated": joint
        + v_A * values * sp.Matrix(4, 4, lambda i, j: int(abs(i - j) == 2)),
        "joint: two outputs correlated": joint + v_A * values * sp.Matrix(4, 4, lambda i, j: int({i, j} == {0, 1})),
        "joint: variance of the readout forgotten": joint / v_A,
        "joint: gates forgotten": joint.subs(gates, 1),
        "mean_product: targets alone": mean_product - outputs * output_covariance,
        "mean_product: output alone": outputs * output_covariance,
        "mean_product: one output": mean_product - (outputs - 1) * output_covariance,
        "apart: columns alone": 1 - 1 / below,
        "apart: not both": 1 - 1 / (width * below),
        "rows_apart: columns for rows": 1 - 1 / below,
        "mean_fourth: square of the mean square": mean_square**2,
        "mean_fourth: output zero": target**4,
        "mean_square: target alone": target**2,
        "mean_square: half the variance": mean_square - sp.Rational(1, 2),
        "excess: of the fourth moment": 1 + excess,
        "excess: target left out": sp.Integer(2),
        "excess_slope: one power less": excess_slope * (1 + target**2),
        "averaged: the mean put in": plugged,
        "averaged: ReLU without √2": triple_normal.at(tau * sp.sqrt(n * d)) / 2,
        "averaged: layer below": triple_normal.at(argument / sp.sqrt(d)) / 2,
        "plugged: the other way round": averaged,
        "plugged: readout": product_normal.at(tau * sp.sqrt(n / 2)) / 2,
        "covariance_with_square: the tail itself": triple_normal.survival / 2,
        "covariance_with_square: density without t": covariance_with_square / t,
        "spread: not squared": covariance_with_square / 2,
        "column_factors: one column": (sp.S.One, sp.S.One),
        "column_factors: columns exchanged": column_factors[::-1],
        "column_factors: squared": (ratio**2, sp.S.One),
        "column_shares: one share": (column_shares[1], column_shares[1]),
        "column_shares: columns exchanged": column_shares[::-1],
        "column_shares: gates forgotten": tuple(2 * each for each in column_shares),
        "column_shares: level multiplied": (column_shares[0].subs(ratio, 1 / ratio), column_shares[1]),
        "shares_variance: half of the variance": shares_variance / 2,
        "residual_density: the density of the residual itself": residual_density * sp.exp(-log_residual),
        "residual_density: of its square": residual_density.subs(log_residual, 2 * log_residual),
    },
)
