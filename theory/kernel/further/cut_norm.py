"""K9: the readout kernel moves no more than the cut norm of its graphon, up to a constant."""

from dataclasses import replace
from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.kernel.dual import CAUCHY_SCHWARZ, PREACTIVATIONS, a, b, c, cosine, kappa_0, kappa_1, relu
from sparse_limits.theory.kernel.dual_activations import variance_slope
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same, vanishes

beta, s = sp.symbols("beta s", positive=True)  # largest square of an input; least variance of a row, s ≤ beta
delta = sp.Symbol("delta", positive=True)  # how far the graphons of the example are apart, at most 1
chance = sp.Symbol("w", nonnegative=True)  # the value of a graphon at an entry

covariance_slope = sp.Integer(1)
largest_slope = sp.sqrt(beta / s) / (2 * sp.pi)
covariance_term = 2 * beta
variance_term = beta * sp.sqrt(beta / s) / (2 * sp.pi)
constant = beta * (2 + sp.sqrt(beta / s) / sp.pi)
correlation = 1 - 2 * delta
variance = sp.Rational(1, 2)
covariance = sp.Rational(1, 2) - delta
cut_distance = delta / 2
readout_ratio = (1 - kappa_1.subs(cosine, correlation)) / delta
own_layer_ratio = (1 - correlation * kappa_0.subs(cosine, correlation)) / delta
difference_slope = 2 * kappa_0.subs(cosine, correlation)
limit_ratio = sp.Integer(2)
own_layer_growth = 2 / (sp.pi * sp.sqrt(delta))
own_share = sp.pi * sp.sqrt(delta) + (1 - 2 * delta) * sp.asin(sp.sqrt(delta)) / sp.sqrt(delta)
entry_distance = 2 * chance * (1 - chance)
l1_distance = sp.Rational(5, 12)

STEPS = proof(
    r"""
segment (by chain rule): Go from $W'$ to $W$ along a segment. On it $a$, $b$ and $c$ are linear, $a$ and $b$ stay in $[s,\beta]$, and the
derivative of $F$ is $\partial_cF\,\Delta c+\partial_aF\,\Delta a+\partial_bF\,\Delta b$. Its mean over the segment, integrated over $u$, is
$K_W-K_{W'}$ (where $c^2=ab$, by continuity).

slopes (by K1): $\partial_cF=\kappa_0$ and $\partial_aF=[[variance_slope]]$; $\partial_bF$ is the same with $a$ and $b$ exchanged.

covariance (from slopes): $0\le\partial_cF\le[[covariance_slope]]$, with equality at the cosine $1$.

variances (from slopes): $0\le\partial_aF\le[[largest_slope]]$ for $a\ge s$ and $b\le\beta$, and likewise $\partial_bF$.

cuts (by corners): For $0\le f\le1$ and $0\le g\le\beta$, $|\iint f(u)\,(W-W')(u,v)\,g(v)\,dv\,du|\le\beta\|W-W'\|_\square$: for $f$ and $g$
with finitely many values the left side is largest where $f$ is $0$ or $1$ and $g$ is $0$ or $\beta$, that is, on sets; and $f$ and $g$ with
finitely many values approximate all others in $L^1$.

term of the covariance (from segment, covariance, cuts): $\Delta c=\int(W-W')xx'dv$, and $xx'$ is the difference of its positive and its
negative part, which have values in $[0,\beta]$. So this term is at most $[[covariance_term]]\,\|W-W'\|_\square$.

term of a variance (from segment, variances, cuts): As $x^2$ and $x'^2$ have values in $[0,\beta]$, the terms of $a$ and of $b$ are at most
$[[variance_term]]\,\|W-W'\|_\square$ each.

constant (from term of the covariance, term of a variance): The sum of the three is $[[constant]]$ times the cut norm.

example: In the example all variances are $[[variance]]$. The covariance of $W'$ is $[[covariance]]$, and the covariance of $W$ is the same
at $\delta=0$.

distance of the example (from example): $W-W'$ is $\delta$ on the first half and $-\delta$ on the second, so its cut norm is
$[[cut_distance]]$, attained by either half.

ratio of the readout (from example, distance of the example): $F$ at these covariances gives the ratio $[[readout_ratio]]$.

slope of the numerator (from ratio of the readout): The numerator of this ratio has the derivative $[[difference_slope]]$ in $\delta$.

limit (from slope of the numerator; by l'Hôpital): So the ratio tends to $[[limit_ratio]]$ as $\delta\to0$.

ratio of the first layer (from example, distance of the example): $c\,\kappa_0$ at the same covariances gives the ratio
$[[own_layer_ratio]]$.

share (from ratio of the first layer): By $\arccos(1-2\delta)=2\arcsin\sqrt\delta$ this ratio is $\frac2{\pi\sqrt\delta}$ times
$[[own_share]]$.

growth (from share; by l'Hôpital): As $\arcsin w\sim w$, this share tends to $1$, so the ratio grows like $[[own_layer_growth]]$.

an entry of a mask: If the value of the graphon is $w$, $E|M_{ij}-w|=[[entry_distance]]$.

a mask (from an entry of a mask): The integral of this mean for $W=\frac{u+v}2$ is $[[l1_distance]]$.
""",
    globals(),
    variance_slope=variance_slope,
)

theta, more, less = sp.symbols("theta x y", nonnegative=True)


def half_angles(gap: sp.Expr) -> sp.Expr:
    """With 2 arcsin √δ for arccos(1 − 2δ)."""
    return sp.expand(gap.subs(sp.acos(correlation), 2 * sp.asin(sp.sqrt(delta))))


def gates_are_at_most_both_open(covariance_slope: sp.Expr) -> Relations:
    """The value at the cosine 1; at an angle θ it lacks θ/π of it, and is 0 where θ is the half turn."""
    yield same(kappa_0.subs(cosine, 1), covariance_slope)
    yield nonnegative(covariance_slope - kappa_0.subs(sp.acos(cosine), theta), theta / sp.pi)
    yield vanishes(kappa_0.subs(sp.acos(cosine), sp.pi))


def products_are_a_difference(covariance_slope: sp.Expr, covariance_term: sp.Expr) -> Relations:
    """The largest positive and the largest negative part of xx′, at coordinates ±√β, each with the largest slope."""
    products = [first * second for first, second in product((sp.sqrt(beta), -sp.sqrt(beta)), repeat=2)]
    parts = sp.Max(*products, 0) + sp.Max(*(-each for each in products), 0)
    yield same(covariance_term, covariance_slope * parts)


def example_has_the_covariances(variance: sp.Expr, covariance: sp.Expr) -> Relations:
    """Means over the halves of W′, whose inputs are 1 and 1, then 1 and −1; W is W′ at δ = 0."""
    halves = ((1 - delta, 1, 1), (delta, 1, -1))
    yield same(variance, sum(weight * x * x for weight, x, _ in halves) / 2)
    yield same(variance, sum(weight * y * y for weight, _, y in halves) / 2)
    yield same(covariance, sum(weight * x * y for weight, x, y in halves) / 2)


def halves_are_the_best_cuts(covariance: sp.Expr, cut_distance: sp.Expr) -> Relations:
    """A share x/(1 + x) of the first half and y/(1 + y) of the second: either alone is best; it is half the gap of the covariances."""
    shares = more / (1 + more), less / (1 + less)
    cut = (delta * shares[0] - delta * shares[1]) / 2
    for sign, (kept, lost) in ((1, (more, less)), (-1, (less, more))):
        certificate = delta / 2 * (1 / (1 + kept) + lost / (1 + lost))
        yield nonnegative(cut_distance - sign * cut, certificate)
    yield same(cut_distance, sp.limit(cut.subs(less, 0), more, sp.oo))
    yield same(2 * cut_distance, covariance.subs(delta, 0) - covariance)


def readouts_have_the_ratio(
    variance: sp.Expr, covariance: sp.Expr, cut_distance: sp.Expr, readout_ratio: sp.Expr
) -> Relations:
    """F at both covariances."""
    kernel = relu.value.subs({a: variance, b: variance})
    gap = kernel.subs(c, covariance.subs(delta, 0)) - kernel.subs(c, covariance)
    yield same(readout_ratio, gap / cut_distance)


def numerators_have_the_slope(readout_ratio: sp.Expr, difference_slope: sp.Expr) -> Relations:
    """The derivative of δ times the ratio, which is 0 at δ = 0."""
    numerator = sp.expand(delta * readout_ratio)
    yield same(sp.diff(numerator, delta), difference_slope)
    yield vanishes(numerator.subs(delta, 0))


def first_layers_have_the_ratio(
    variance: sp.Expr, covariance: sp.Expr, cut_distance: sp.Expr, own_layer_ratio: sp.Expr
) -> Relations:
    """c κ₀ at both covariances."""
    kernel = (c * relu.slope).subs({a: variance, b: variance})
    gap = kernel.subs(c, covariance.subs(delta, 0)) - kernel.subs(c, covariance)
    yield same(own_layer_ratio, gap / cut_distance)


def first_layers_have_the_share(own_layer_ratio: sp.Expr, own_share: sp.Expr) -> Relations:
    """The angle is twice that of √δ: both are 0 at 0, and have one derivative."""
    angle, half = sp.acos(correlation), sp.asin(sp.sqrt(delta))
    yield same(own_layer_ratio, 2 / (sp.pi * sp.sqrt(delta)) * own_share, by=half_angles)
    yield same(sp.diff(angle, delta) ** 2, 4 * sp.diff(half, delta) ** 2)
    yield vanishes((angle - 2 * half).subs(delta, 0))


def shares_tend_to_one(own_share: sp.Expr, own_layer_growth: sp.Expr) -> Relations:
    """The ratio over its growth is the share, in w = √δ; arcsin w over w tends to its derivative at 0."""
    w = sp.Symbol("w", positive=True)
    share = sp.expand((own_layer_ratio / own_layer_growth).subs(sp.acos(correlation), 2 * sp.asin(sp.sqrt(delta))))
    yield same(share, own_share, by=sp.expand)
    slope = sp.diff(sp.asin(w), w).subs(w, 0)
    yield same(sp.expand(own_share.subs(delta, w**2)).subs(sp.asin(w), slope * w).subs(w, 0), sp.S.One)


cut_norm_continuity = Claim(
    label="K9",
    title="The cut norm suffices for the readout kernel",
    statement=r"""
Let $K_W=\int F(S_W(u))\,du$, with $F(a,b,c)=\sqrt{ab}\,\kappa_1(c/\sqrt{ab})$, be the readout term of the tangent kernel with one hidden
layer on $x,x'$ (its conjugate kernel; $W$ is the second-moment graphon of K4), and let $x_j^2,x_j'^2\le\beta$. If for both graphons
all $S(x,x),S(x',x')$ lie in $[s,\beta]$, then
$$|K_W-K_{W'}|\le[[constant]]\;\|W-W'\|_\square .$$
A mask is itself a graphon, so masks that obey these bounds with one $s$ and converge in cut norm have converging kernels. In $L^1$,
however, masks stay away from their graphon, at the mean distance $2\iint W(1-W)$, which is $[[l1_distance]]$ for $W=\frac{u+v}2$. **The
order is sharp**, and for $s\le\frac\beta2$ no constant below $2\beta$ suffices: for
$x=1$ and $x'=1$ or $-1$ on the first and the second half, with $W=1,0$ and $W'=1-\delta,\delta$ there, $s=\frac12$ and $\beta=1$,
$$\frac{|K_W-K_{W'}|}{\|W-W'\|_\square}=[[readout_ratio]]\to[[limit_ratio]]=2\beta\quad(\delta\to0),$$
while the constant of the bound is $2+\sqrt2/\pi$. **The first-layer term $\int\kappa_0S_W$ is not covered**: for it the same ratio is
$[[own_layer_ratio]]\sim[[own_layer_growth]]$, so no constant suffices.
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "beyond the paper"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(beta, "largest square of an input's coordinate", POSITIVE, drawn=(2, 4)),
        Quantity(
            s,
            "least variance of the preactivations over the rows of both graphons",
            POSITIVE,
            drawn=(sp.Rational(1, 2), 2),
        ),
        Quantity(
            delta,
            "distance of the values of the two graphons of the example",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 100), sp.Rational(1, 2)),
        ),
        Quantity(chance, "value of the graphon at an entry of a mask", CLOSED_UNIT),
        *PREACTIVATIONS,
    ),
    hypotheses=(
        replace(CAUCHY_SCHWARZ, needed_by=("variance_slope",)),
        Hypothesis("no variance above the largest square of a coordinate", s <= beta),
        Hypothesis(r"ReLU, one hidden layer, bounded inputs; all rows of both graphons have variance at least $s>0$"),
        Hypothesis("a mask: $s$ is read off the mask; a row that keeps nothing has no such bound"),
    ),
    uses=("K4",),
    loose=(
        Loose(
            expression="constant",
            truth="readout_ratio",
            at=tuple({beta: 1, s: sp.Rational(1, 2), delta: sp.Rational(1, far)} for far in (10, 1000)),
            lost="at most, in the terms of the variances, which do not change in the example: the true constant lies between",
            order=r"the ratio of the example tends to $2\beta$",
        ),
    ),
    because={
        "covariance": gates_are_at_most_both_open,
        "term of the covariance": products_are_a_difference,
        "term of a variance": lambda largest_slope, variance_term: same(
            variance_term, largest_slope * sp.sqrt(beta) ** 2
        ),
        "constant": lambda covariance_term, variance_term, constant: same(
            constant, covariance_term + 2 * variance_term
        ),
        "example": example_has_the_covariances,
        "distance of the example": halves_are_the_best_cuts,
        "ratio of the readout": readouts_have_the_ratio,
        "slope of the numerator": numerators_have_the_slope,
        "limit": lambda difference_slope, limit_ratio, covariance_term: (
            same(limit_ratio, difference_slope.subs(delta, 0)),
            same(limit_ratio, covariance_term.subs(beta, 1)),
        ),
        "ratio of the first layer": first_layers_have_the_ratio,
        "share": first_layers_have_the_share,
        "growth": shares_tend_to_one,
        "an entry of a mask": lambda entry_distance: same(
            entry_distance, chance * (1 - chance) + (1 - chance) * chance
        ),
    },
    wrong=lambda: {
        "constant: the covariance alone": 2 * beta,
        "constant: the sign of xx′ forgotten": beta * (1 + sp.sqrt(beta / s) / sp.pi),
        "constant: one variance": beta * (2 + sp.sqrt(beta / s) / (2 * sp.pi)),
        "constant: rows of any variance": constant.subs(s, beta),
        "constant: without the variance": constant - variance_term,
        "constant: the variances in the inverse ratio": beta * (2 + sp.sqrt(s / beta) / sp.pi),
        "own_layer_ratio: readout for first layer": readout_ratio,
        "own_layer_growth: first layer grows like 1/δ": 2 / (sp.pi * delta),
        "largest_slope: of equal variances": 1 / (2 * sp.pi),
        "variance_slope: that of the other variance": variance_slope.subs({a: b, b: a}, simultaneous=True),
        "covariance_term: the square": 2 * beta**2,
        "variance_term: without the largest square": largest_slope,
        "variance: that depends on the distance": (1 - delta) / 2,
        "covariance: without the second half": (1 - delta) / 2,
        "covariance: the correlation": correlation,
        "readout_ratio: first layer": own_layer_ratio,
        "difference_slope: the value": 2 * kappa_1.subs(cosine, correlation),
        "own_share: as much": sp.S.One,
        "own_share: without the cosine": sp.pi * sp.sqrt(delta) + sp.asin(sp.sqrt(delta)) / sp.sqrt(delta),
        "entry_distance: the graphon": chance,
    },
)
