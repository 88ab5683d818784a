"""S6: the rows of SNIP are iid on every data set."""

from fractions import Fraction
from math import comb

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.rate import mean_deviation, mode
from sparse_limits.theory.graphon.symbols import p
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, nonnegative, same
from sparse_limits.theory.saliency.model import ANY_FAILURE, DIMENSION, FINITE_SQUARES, WIDTH, delta, dimension, width
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.saliency.snip import GATED_MEAN, READOUT, RESIDUAL_IS_FIXED, WEIGHT, a, g, h, w
from sparse_limits.theory.saliency.support_recovery import c, missed, p_s
from sparse_limits.theory.saliency.symbols import MASK, MEAN, OVER_DATA, SCORE
from sparse_limits.theory.tails import half_normal, t

count_mean = sp.Symbol("p", positive=True)
exponent = sp.Symbol("t", positive=True)
grasp_g = sp.Symbol("g_G", real=True)
pattern = sp.Symbol("q", positive=True)

slope = a * g / sp.sqrt(width * dimension)
row_saliency = sp.Abs(a) * sp.Abs(w) * sp.Abs(g)
failure = 2 * sp.exp(-2 * width * exponent**2)
concentration = sp.sqrt(sp.log(2 / delta) / (2 * width))
half = sp.Rational(1, 2)
even_rows = sp.factor_terms(sp.powsimp(missed.subs(p_s, half), deep=True))  # at most c of n fair coins are heads
most_missing = sp.Symbol("k", integer=True, nonnegative=True)  # heads, of half of the coins
equal_failure = 2 * even_rows.subs(c, sp.Max(sp.ceiling(width / 2 - width * exponent), 0) - 1)
fewest_missing = Smallest(
    sp.Lambda(most_missing, 2 * even_rows.subs(c, sp.Max(sp.floor(width / 2) - most_missing, 0) - 1)), delta
)
equal_concentration = (fewest_missing + width / 2 - sp.floor(width / 2)) / width
uniform_rate = (
    2**dimension
    / (2 * width)
    * valued(mean_deviation, {p: 1 / sp.Integer(2) ** dimension, mode: sp.floor(width / 2**dimension) + 1})
)
frequency_variance = pattern * (1 - pattern) / width
pattern_rate = sp.sqrt(2**dimension / width) / 2
modulus_mean = sp.sqrt(2 / sp.pi)
floor_error = (count_mean**2 + (1 - count_mean) ** 2) / width
floor = modulus_mean * sp.sqrt(count_mean * (1 - count_mean) / width)
fair_floor_error = floor.subs(count_mean, half) - mean_deviation.subs({p: half, mode: sp.floor(width / 2) + 1}) / width

ROW_STEPS = proof(
    r"""
one weight (by S3): The derivative of the loss with respect to $w_{ij}$ is $[[slope]]$, where $a$, $w$ and $g$ are those of unit $i$ and
input $j$.

row (from one weight): So $\sqrt{nd}\,S_{ij}$, the modulus of weight times derivative in these units, is $[[row_saliency]]$.

rows (from row; by independence): As $r$ is a fixed function of the data, row $i$ is a function of $(a_i,w_i)$, the same for all $i$. These
pairs are iid, and so are the rows. A count in a column is a sum of $n$ independent entries of the same mean.

row averages (from rows; by Hoeffding): $N(\tau)/nd$ is the mean of the $n$ row averages of the mask, which lie in $[0,1]$ and are
independent. It differs from its mean $\rho$ by more than $t$ with probability at most $[[failure]]$.

concentration (from row averages): This bound is $\delta$ at $t=[[concentration]]$.

fair rows (from rows; at some points: a sum whose ends are rounded in n t: counted at some n and t): Let the entries of a row be equal, and
kept with probability $\frac12$. Then the count of kept rows is that of $n$ fair coins, and it differs from $\frac n2$ by more than $nt$
with probability $[[equal_failure]]$.

fair deviation (from fair rows; at some points: a least number, searched in a law of whole numbers: at some n and δ): So for such rows, the
least value of $|N(\tau)/nd-\rho|$ that is exceeded with probability at most $\delta$, and for $\delta<1$ the least number with this
property, is $[[equal_concentration]]$.

frequency (from rows): The frequency $\hat q$, among $n$ rows, of an event that has probability $q$ in each row has the variance
$[[frequency_variance]]$.

one pattern (from frequency; by Jensen): $E|\hat q-q|$ is at most the root of this variance, hence at most $\sqrt{q/n}$.

all patterns (from one pattern; by Jensen): $\mathrm{TV}=\frac12\sum_k|\hat q_k-q_k|$ over the $2^d$ patterns of a row. The mean of
$\sqrt{q_k}$ over the patterns is at most the root of the mean $2^{-d}$ of $q_k$, with equality for uniform $q$.

pattern rate (from all patterns): So $E\,\mathrm{TV}\le[[pattern_rate]]$, half of $2^d$ times $\sqrt{q/n}$ at $q=2^{-d}$.

modulus: The modulus of a standard normal has the mean $[[modulus_mean]]$.

central limit (cited: Goldstein (2010), bounds on the constant in the mean central limit theorem: the Wasserstein distance is at most
E|X|³/σ³√n for a sum of n iid variables, and |x| has slopes of modulus 1): Consider a sum of $n$ independent copies of a centred variable
$X$ of variance $\sigma^2$, divided by $\sigma\sqrt n$. Its mean modulus differs from that of a standard normal by at most
$E|X|^3/\sigma^3\sqrt n$.

error of the floor (from frequency, central limit): For entries of mean $p$, $0<p<1$, $\hat p$ has the standard deviation $\sigma/\sqrt n$,
and the bound multiplied by this is $[[floor_error]]$. At $p=0$ and $1$ there is no fluctuation.

floor (from frequency, modulus, error of the floor): So up to an error of at most $[[floor_error]]$, the mean of $|\hat p-p|$ is
$[[floor]]$, that of a centred normal of the same variance.
""",
    globals(),
)


def binomial_deviation(size: int, p: Fraction) -> Fraction:
    """E|Bin(n, p) − np| exactly (De Moivre)."""
    k = int(size * p) + 1
    return 2 * k * comb(size, k) * p**k * (1 - p) ** (size - k + 1)


def network_slopes(weights: sp.Matrix, readout: sp.Matrix, data: sp.Matrix, residual: sp.Matrix) -> sp.Matrix:
    """∂E[r f]/∂w of f(x) = n^(−1/2) Σ a σ(w·x/√d), differentiated by SymPy at a rational point."""
    rows, inputs, size = weights.rows, weights.cols, data.rows
    symbols = sp.Matrix(rows, inputs, sp.symbols(f"w:{rows * inputs}", real=True))
    units = [[sp.Max(0, (symbols[i, :] * data[k, :].T)[0]) for i in range(rows)] for k in range(size)]
    outputs = [sum(readout[i] * unit[i] for i in range(rows)) / sp.sqrt(rows * inputs) for unit in units]
    loss = sum(residual[k] * output for k, output in enumerate(outputs)) / size
    at = dict(zip(symbols, weights, strict=True))
    return sp.Matrix(rows, inputs, lambda i, j: valued(sp.diff(loss, symbols[i, j]), at))


def frequency_varies_like_a_mean(frequency_variance: sp.Expr) -> Relations:
    """n times the variance of one entry over n², from its two values; and it is below q/n."""
    outcomes = ((1 - pattern, 0), (pattern, 1))
    mean = sum(chance * value for chance, value in outcomes)
    yield same(frequency_variance, n * sum(chance * (value - mean) ** 2 for chance, value in outcomes) / n**2)
    yield nonnegative(pattern / n - frequency_variance, pattern**2 / n)


def uniform_patterns_attain_cauchy_schwarz(pattern_rate: sp.Expr) -> Relations:
    """For uniform patterns ½ Σ √(q/n) is the rate exactly; and the exact E TV stays below it."""
    q = sp.Integer(2) ** (-dimension)
    yield same(2**dimension * sp.sqrt(q / n) / 2, pattern_rate)
    for d, rows in ((2, 4), (3, 24), (4, 160)):
        distance = Fraction(2**d, 2) * binomial_deviation(rows, Fraction(1, 2**d)) / rows
        squared = sp.Rational(distance.numerator, distance.denominator) ** 2
        limit = sp.simplify(pattern_rate.subs({dimension: d, n: rows}) ** 2)
        yield holds(squared <= limit, f"d = {d}, n = {rows}: (E TV)² = {float(squared):.4g} ≤ {float(limit):.4g}")


def third_moment_of_an_entry(floor_error: sp.Expr, frequency_variance: sp.Expr) -> Relations:
    """E|M − p|³/σ³√n times σ/√n, σ² = n times the variance of a frequency; the third moment from the two values."""
    spread = n * frequency_variance.subs(pattern, count_mean)
    third = (1 - count_mean) * count_mean**3 + count_mean * (1 - count_mean) ** 3
    yield same(floor_error, third / spread / n)


def saliency_of_a_small_network(row_saliency: sp.Expr, slope: sp.Expr) -> Relations:
    """Three units, two inputs: the derivative of the loss, by SymPy, and √(nd) times SNIP's saliency."""
    third = sp.Rational(1, 3)
    weights = sp.Matrix([[2, -1], [-third, 1], [1, third]])
    readout, data = sp.Matrix([third, -2, 5]), sp.Matrix([[1, 1], [-1, 2], [2, -third]])
    residual = sp.Matrix([1, -third, 2])
    slopes = network_slopes(weights, readout, data, residual)
    scale = sp.sqrt(weights.rows * weights.cols)
    for i in range(weights.rows):
        gates = [(weights[i, :] * data[k, :].T)[0] > 0 for k in range(data.rows)]
        for j in range(weights.cols):
            terms = [residual[k] * data[k, j] for k in range(data.rows)]
            gradient = sum(term for term, gate in zip(terms, gates, strict=True) if gate) / data.rows
            point = {a: readout[i], w: weights[i, j], g: gradient, h: sp.Rational(sum(terms)) / data.rows}
            yield same(slopes[i, j], slope.subs({**point, n: weights.rows, dimension: weights.cols}))
            yield same(scale * sp.Abs(weights[i, j] * slopes[i, j]), row_saliency.subs(point))


row_law = Claim(
    label="S6",
    title="SNIP rows are exactly iid, on every data set",
    headline=r"If the residual is a fixed function of the data, the rows of SNIP's scores are independent and have one law, at every width. At a fixed threshold the number of weights kept for an input is binomial.",
    statement=r"""
Let $r$ be a fixed function of the data (initial output subtracted).

*Rows.* For every data set, $n$ and $d$ the rows $(\sqrt{nd}\,S_{i\cdot})_i$ are iid with the law of $\big([[row_saliency]]\big)_j$, where
$g=E_D[r\,x_j1\{w\cdot x>0\}]$. Hence at a fixed $\tau$ the counts $\sum_iM_{ij}$ are exactly $\mathrm{Bin}(n,p_j(\tau))$.

*All weights.* The kept fraction $N(\tau)/nd$ and its mean $\rho$ satisfy $|N(\tau)/nd-\rho|\le[[concentration]]$ with probability at least
$1-\delta$. The bound has $n$, not $nd$, because the entries of a row depend on each other. If they are equal and $\rho=\frac12$, the least
such bound among the values of this distance is `equal_concentration`.

*Patterns.* For fixed $d$ let $\mathrm{TV}$ be half of the sum, over the $2^d$ patterns of a row, of the differences in modulus between their frequencies in $n$ rows and their probabilities. Then $E\,\mathrm{TV}\le[[pattern_rate]]$.

*Noise floor.* The mean absolute error of an observed density of mean $p$ over $n$ rows is about $[[floor]]$ where $np(1-p)$ is large; this is
the noise floor of every comparison.
""",
    steps=ROW_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract (which announces that masks converge)"),
    provenance=Provenance.EXTENSION,
    quantities=(
        READOUT,
        WEIGHT,
        GATED_MEAN,
        WIDTH,
        DIMENSION,
        ANY_FAILURE.drawn_from(sp.Rational(1, 100), sp.Rational(9, 10)),
        Quantity(
            count_mean,
            "mean of the observed density of a column",
            sp.Interval(0, 1),
            drawn=(sp.Rational(1, 100), sp.Rational(99, 100)),
        ),
        Quantity(exponent, "deviation of the kept share from its mean", NON_NEGATIVE, drawn=(sp.Rational(1, 100), 1)),
        Quantity(
            pattern,
            "probability of a pattern of a row",
            sp.Interval(0, 1),
            drawn=(sp.Rational(1, 100), sp.Rational(99, 100)),
        ),
    ),
    hypotheses=(
        Hypothesis("one hidden ReLU layer, scalar output, independent standard normal weights"),
        RESIDUAL_IS_FIXED,
        FINITE_SQUARES,
    ),
    symbols={
        **SCORE,
        **OVER_DATA,
        **MASK,
        r"\tau": "threshold of the scores",
        r"p_j(\tau)": r"chance that a score of column $j$ exceeds $\tau$",
        r"N(\tau)": r"number of scores above $\tau$",
        r"\rho": r"mean of the kept share $N(\tau)/nd$",
        **MEAN,
    },
    also=("equal_failure", "equal_concentration"),
    aids={"residual": "fixed", "uniform_rate": uniform_rate, "fair_floor_error": fair_floor_error},
    loose=(
        Loose(
            expression="failure",
            truth="equal_failure",
            at=({width: 20, exponent: sp.Rational(1, 4)}, {width: 100, exponent: sp.Rational(1, 5)}),
            lost="in Hoeffding's inequality, at most, as other laws of the rows may have more",
        ),
        Loose(
            expression="concentration",
            truth="equal_concentration",
            at=tuple({width: size, delta: sp.Rational(1, 20)} for size in (20, 100, 1000)),
            lost="in Hoeffding's inequality, at most, as other laws of the rows may have more",
        ),
        Loose(
            expression="pattern_rate",
            truth="uniform_rate",
            at=({dimension: 4, width: 100}, {dimension: 4, width: 1000}, {dimension: 8, width: 1000}),
            lost="in the mean square for the mean modulus; the other law is that of uniform patterns",
            order=r"by *floor*, which gives $\sqrt{2/\pi}$ of it for uniform patterns, for large $d$ and $n2^{-d}$",
        ),
        Loose(
            expression="floor_error",
            truth="fair_floor_error",
            at=tuple({width: size, count_mean: half} for size in (10, 100)),
            lost="in the central limit theorem, which uses the third moment of a fair coin and not its symmetry",
        ),
    ),
    because={
        "frequency": frequency_varies_like_a_mean,
        "pattern rate": uniform_patterns_attain_cauchy_schwarz,
        "modulus": lambda modulus_mean: same(modulus_mean, sp.integrate(t * half_normal.density, (t, 0, sp.oo))),
        "error of the floor": third_moment_of_an_entry,
        "row": (
            lambda row_saliency, slope: same(row_saliency, sp.sqrt(n * dimension) * sp.Abs(w * slope)),
            saliency_of_a_small_network,
        ),
    },
    wrong=lambda: {
        "concentration: as if entries were independent": sp.sqrt(sp.log(2 / delta) / (2 * n * dimension)),
        "concentration: one-sided": sp.sqrt(sp.log(1 / delta) / (2 * n)),
        "failure: as if entries were independent in the failure": failure.subs(n, n * dimension),
        "equal_failure: at least as far": valued(equal_failure, {exponent: exponent - 1 / sp.Integer(10**6)}),
        "equal_concentration: one row less": equal_concentration - 1 / n,
        "equal_concentration: one row more": equal_concentration + 1 / n,
        "equal_concentration: of one side": equal_concentration.subs(delta, 2 * delta),
        "uniform_rate: without the half": 2 * uniform_rate,
        "uniform_rate: of one pattern": uniform_rate / 2**dimension,
        "fair_floor_error: the floor": floor.subs(count_mean, sp.Rational(1, 2)),
        "frequency_variance: a second moment": pattern / n,
        "frequency_variance: of one row": pattern * (1 - pattern),
        "pattern_rate: 2^d linearly": 2**dimension / (2 * sp.sqrt(n)),
        "floor_error: standard deviation for mean deviation": sp.sqrt(count_mean * (1 - count_mean)) / n,
        "floor_error: falls like a root": floor_error * sp.sqrt(n),
        "floor_error: falls like the square": floor_error / n,
        "floor: Poisson": sp.sqrt(2 / sp.pi) * sp.sqrt(count_mean / n),
        "row_saliency: the residual alone": sp.Abs(a) * sp.Abs(w) * sp.Abs(h) / 2,
        "row_saliency: readout weight squared": a**2 * sp.Abs(w) * sp.Abs(g),
        "row_saliency: no modulus": a * w * g,
        "row_saliency: nothing of the data, at one scale": sp.Abs(a) * sp.Abs(w) / 20,
        "row_saliency: GraSP's profile": sp.Abs(a) * sp.Abs(w) * sp.Abs(grasp_g),
        "row_saliency: row factor forgotten": sp.Abs(w) * sp.Abs(g),
        "slope: derivative not divided by √n": slope * sp.sqrt(n),
        "residual: the network's own output in the residual": "of the network",
    },
)
