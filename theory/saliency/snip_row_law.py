"""S6: the rows of SNIP are iid on every data set."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.rate import mean_deviation, mode
from sparse_limits.theory.graphon.symbols import p
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.saliency.model import (
    ANY_FAILURE,
    DIMENSION,
    WIDTH,
    delta,
    dimension,
    width,
)
from sparse_limits.theory.saliency.snip import (
    GATED_MEAN,
    READOUT,
    RESIDUAL_IS_FIXED,
    WEIGHT,
    a,
    g,
    w,
)
from sparse_limits.theory.saliency.support_recovery import c, missed, p_s

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
one weight (by S3): The loss has the derivative $[[slope]]$ in $w_{ij}$, with $a$, $w$ and $g$ those of unit $i$ and input $j$.

row (from one weight): So $\sqrt{nd}\,S_{ij}$, the modulus of weight times derivative in these units, is $[[row_saliency]]$.

rows (from row; by independence): As $r$ is a fixed function of the data, row $i$ is one function of $(a_i,w_i)$, the same for all $i$.
These are iid, and so are the rows; a count in a column is a sum of $n$ independent entries of one mean.

row averages (from rows; by Hoeffding): $N(\tau)/nd$ is the mean of the $n$ row averages of the mask, which lie in $[0,1]$ and are
independent. It is farther than $t$ from its mean $\rho$ with probability at most $[[failure]]$.

concentration (from row averages): This is $\delta$ at $t=[[concentration]]$.

fair rows (from rows; at some points: a sum whose ends are rounded in n t: counted at some n and t): Let the entries of a row be equal, and
kept with probability $\frac12$. Then the count of rows is that of $n$ fair coins, and farther than $nt$ from $\frac n2$ with probability
$[[equal_failure]]$.

fair deviation (from fair rows; at some points: a least number, searched in a law of whole numbers: at some n and δ): So the least of its
values that their $|N(\tau)/nd-\rho|$ exceeds with probability at most $\delta$, and for $\delta<1$ the least number, is
$[[equal_concentration]]$.

frequency (from rows): The frequency $\hat q$ among $n$ rows of what has probability $q$ in each has the variance $[[frequency_variance]]$.

one pattern (from frequency; by Jensen): $E|\hat q-q|$ is at most the root of this variance, hence at most $\sqrt{q/n}$.

all patterns (from one pattern; by Jensen): $\mathrm{TV}=\frac12\sum_k|\hat q_k-q_k|$ over the $2^d$ patterns of a row. The mean of
$\sqrt{q_k}$ over the patterns is at most the root of the mean $2^{-d}$ of $q_k$, with equality for uniform $q$.

pattern rate (from all patterns): So $E\,\mathrm{TV}\le[[pattern_rate]]$, half of $2^d$ times $\sqrt{q/n}$ at $q=2^{-d}$.

modulus: A standard normal has a modulus of mean $[[modulus_mean]]$.

central limit (cited: Goldstein (2010), bounds on the constant in the mean central limit theorem: the Wasserstein distance is at most
E|X|³/σ³√n for a sum of n iid variables, and |x| has slopes of modulus 1): A sum of $n$ independent copies of a centred variable $X$ of
variance $\sigma^2$, over $\sigma\sqrt n$, has a mean modulus that differs from that of a standard normal by at most $E|X|^3/\sigma^3\sqrt
n$.

error of the floor (from frequency, central limit): For entries of mean $p$, $0<p<1$, $\hat p$ has the standard deviation $\sigma/\sqrt n$,
and times this the bound is $[[floor_error]]$. At $p=0$ and $1$ nothing fluctuates.

floor (from frequency, modulus, error of the floor): So up to $[[floor_error]]$ the mean of $|\hat p-p|$ is $[[floor]]$, that of a centred
normal of the same variance.
""",
    globals(),
)

row_law = Claim(
    label="S6",
    title="SNIP rows are exactly iid, on every data set",
    statement=r"""
If $r$ is a fixed function of the data (initial output subtracted) then for every data set, $n$ and $d$ the rows
$(\sqrt{nd}\,S_{i\cdot})_i$ are iid with the law of $\big([[row_saliency]]\big)_j$, $g=E_D[r\,x_j1\{w\cdot x>0\}]$. Hence at a
fixed $\tau$ the counts $\sum_iM_{ij}$ are exactly $\mathrm{Bin}(n,p_j(\tau))$, the kept fraction
$N(\tau)/nd$ and its mean $\rho$ satisfy $|N(\tau)/nd-\rho|\le[[concentration]]$ with probability at least $1-\delta$ ($n$, not
$nd$: entries of a row depend on each other; if they are equal and $\rho=\frac12$, the least such bound among the values of this distance is `equal_concentration`), and
for fixed $d$ the law of row patterns in $\{0,1\}^d$ is learned at the rate $E\,\mathrm{TV}\le[[pattern_rate]]$. The mean absolute
error of an observed density of mean $p$ over $n$ rows is about $[[floor]]$ where $np(1-p)$ is large: the noise floor of every comparison.
""",
    steps=ROW_STEPS,
    source=Source("2602.06675", "beyond the abstract (which announces that masks converge)"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
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
    hypotheses=(Hypothesis("one hidden ReLU layer, scalar output, independent normal weights"), RESIDUAL_IS_FIXED),
    uses=("S3",),
    also=("equal_failure", "equal_concentration"),
    aids={"residual": "fixed", "uniform_rate": uniform_rate, "fair_floor_error": fair_floor_error},
    loose=(
        Loose(
            expression="failure",
            truth="equal_failure",
            at=({width: 20, exponent: sp.Rational(1, 4)}, {width: 100, exponent: sp.Rational(1, 5)}),
            lost="in Hoeffding's inequality; other laws of the rows have less",
        ),
        Loose(
            expression="concentration",
            truth="equal_concentration",
            at=tuple({width: size, delta: sp.Rational(1, 20)} for size in (20, 100, 1000)),
            lost="in Hoeffding's inequality; other laws of the rows have less",
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
            lost="in the central limit theorem, which knows the third moment of a fair coin and not that it is symmetric",
        ),
    ),
)
