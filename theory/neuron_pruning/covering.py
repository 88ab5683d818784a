"""N9.1: how rarely random planks cover a sphere: the mean and the mean square of what they leave open."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.let import Told, opened
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.formulas.valued import put_in, valued
from sparse_limits.theory.neuron_pruning.alignment import NEURONS, N, delta, eps, ratio
from sparse_limits.theory.neuron_pruning.inputs import INPUTS, cosines, d
from sparse_limits.theory.neuron_pruning.symbols import GAMMA, LINEAR_OUTPUT, ONE_RELU, SEARCHED, WHOLE_NEURONS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, UNIT, Quantity, whole_from
from sparse_limits.theory.questions import OpenQuestion
from sparse_limits.theory.reasons import Relations, holds, nonnegative, same

level = sp.Symbol("t", positive=True)  # ρ|⟨w, w*⟩| of one neuron
rho = sp.Symbol("rho", positive=True)
theta = sp.Symbol("theta", positive=True)  # an angle between two points
v = sp.Symbol("v", positive=True)  # the width of a normal law
b = sp.Symbol("b", positive=True)  # the exponent in a tilted mean
moment = sp.Symbol("R", positive=True)
slope = sp.Symbol("D", nonnegative=True)  # the steepness
n = sp.Symbol("n", integer=True, positive=True)  # neurons, in a search

THIN = Quantity(
    rho,
    "half-width of a neuron's plank, for a weight of 1 along the target",
    sp.Interval.open(0, 1 / sp.sqrt(2)),
    drawn=(sp.Rational(1, 50), sp.Rational(3, 5)),
)
SLOPE = Quantity(
    slope,
    "slope of a tilted mean in the square of its width, `steepness`",
    NON_NEGATIVE,
    drawn=(sp.Rational(1, 20), sp.Rational(1, 2)),
)
CHANCE = Quantity(delta, "probability of success", UNIT, drawn=(sp.Rational(1, 10), sp.Rational(9, 10)))
ANGLE = Quantity(theta, "angle of two points", sp.Interval(0, sp.pi), drawn=(sp.Rational(1, 20), sp.Rational(3, 2)))

mean_modulus = sp.sqrt(2 / sp.pi)
missed = sp.erfc(level / sp.sqrt(2))
rate = (sp.exp(-(level**2) / (1 + sp.cos(theta))) - sp.exp(-(level**2) / (1 - sp.cos(theta)))) / sp.pi
least_missed = sp.exp(-(level**2) / 2 - mean_modulus * level)
tilted = v * sp.exp(b**2 * v**2 / 2) * sp.erfc(-b * v / sp.sqrt(2))
tilt = 2 * mean_modulus * rho


def width(half: sp.Expr) -> sp.Expr:
    """Of the normal law in the mean of one part of the rate; `half` is the cosine or the sine of half the angle."""
    return half / sp.sqrt((1 - 2 * rho**2) * half**2 + rho**2)


wide, narrow = width(sp.cos(theta / 2)), width(sp.sin(theta / 2))
widest = 1 / sp.sqrt(1 - rho**2)
steepness = valued(sp.diff(tilted - v, v) / (2 * v), {b: tilt, v: widest})
tilted_share = valued(tilted / v, {b: tilt, v: widest})  # the mean of an exponential, of which the steepness is made
share = sp.sqrt((1 - 2 * rho**2) / (1 - rho**2))
arcs = (
    2
    / sp.sqrt(1 - 2 * rho**2)
    * (2 * sp.asin(share / sp.sqrt(2)) - sp.asin(share * sp.sin(theta / 2)) - sp.asin(share * sp.cos(theta / 2)))
)
wide_open = (1 - 2 * rho**2) * sp.sin(theta)
sine = 2 * rho**2 / (wide_open + sp.sqrt(4 * rho**2 * (1 - rho**2) + wide_open**2))
right_sine = rho**2 / (1 - rho**2)
lengths = 2 / sp.sqrt(1 - 2 * rho**2) * (sp.asin(sine) - sp.asin(right_sine))
turn = (1 - 2 * rho**2) / (2 * rho * sp.sqrt(1 - rho**2))
squares = (sp.atan(turn) - sp.atan(turn * sp.sin(theta))) / turn / (1 - rho**2)
one_neuron = 1 + (lengths + slope * squares) / sp.pi
angle_density = sp.sin(theta) ** (d - 3) / cosines.subs(d, d - 1)
second_moment = sp.Integral(angle_density * one_neuron**N, (theta, 0, sp.pi / 2))
success = 1 - 1 / moment
largest_error = (sp.sqrt(3) - sp.sqrt(2)) / 2

neuron_at = Told(one_neuron, [(slope, steepness)])
moment_at = Told(second_moment, [(rho, ratio), (slope, steepness)])
success_at = Told(success, [(moment, moment_at)])
neurons = Smallest(sp.Lambda(n, Told(1 / moment, [(moment, moment_at.subs(N, n))])), 1 - delta, 1)

cap = (1 - sp.sqrt(1 - eps**2)) / 2  # of directions of three inputs: those of one neuron that errs by no more than ε
enough = sp.log(1 - delta) / sp.log(1 - cap)
seen_covered = sp.Rational(12, 25)  # measured: twenty planks of three inputs cover no more often, at ε = 1/20

STEPS = proof(
    r"""
planks (by N2): By N2, for every unit vector $x_0\perp w^*$ some kept neuron has $|\langle w_i,x_0\rangle|\le t_i$ with $t_i=\rho|\langle
w_i,w^*\rangle|$, $\rho=[[ratio]]$. So the planks of all $N$ neurons cover the unit sphere of $w^{*\perp}$. The $t_i$ do not depend on the
parts $u_i$ of the $w_i$ in $w^{*\perp}$.

open share (from planks; by Cauchy–Schwarz): For given $t_i$ let $Y$ be the probability, under a law of points, of the set that no plank
covers. It is $0$ if all is covered, so that all is covered with a probability of at most $1-(\mathbb EY)^2/\mathbb EY^2$.

one point: $\langle u_i,x\rangle$ is standard normal for a unit vector $x$: a plank with $t_i=t$ misses it with probability $[[missed]]$.

two points (from open share, one point; by Fubini): $\mathbb EY$ is the product of these probabilities over the neurons. $\mathbb EY^2$ is
the mean, over two independent points of the law, of the product of the probabilities that a plank misses both.

random thresholds (from two points; by Jensen): For given $t_i$ let $R_t$ be $\mathbb EY^2/(\mathbb EY)^2$. As $1/R$ is convex in $R>0$, the
mean of $1/R_t$ over the $t_i$ is at least one over the mean of $R_t$.

independent neurons (from random thresholds; by product): For two given points the neurons are independent: the mean over the $t_i$ of their
product is $q^N$, where $q$ is the mean over $t$ of the quotient of the probability that a plank misses both points and the square of that
for one.

success (from independent neurons): So all is covered with a probability of at most $[[success]]$, if $R$ is at least the mean of $q^N$ over
the two points.

covariance (from independent neurons; by Price): The scalar products of $u_i$ with both points are a normal pair, whose covariance is the
scalar product of the points. The derivative, in this covariance, of the probability that both points are missed is the sum of the pair's
density at $(t,t)$, $(-t,-t)$ minus that at $(t,-t)$, $(-t,t)$.

rate (from covariance): So as a function of the angle $\theta$ between the points this probability falls at the rate $[[rate]]$, down to the
square of the probability for one point at $\frac\pi2$.

transform (from one point; by N3.2 for transform, large): By N3.2 $\mathbb Ee^{-t|w|}$, where $w$ is a standard normal weight, is
$e^{t^2/2}$ times the probability for *one point*.

not too small (from transform; by Jensen): So this probability is at least $[[least_missed]]$, as $\mathbb E|w|=\sqrt{2/\pi}$.

tilted mean: $\sqrt{\frac2\pi}\int_0^\infty e^{-g^2/2v^2+bg}dg=[[tilted]]$, which is $v$ times the mean of $e^{bv|w|}$.

widths (from rate, not too small): The rate divided by the square of *not too small*, at $t=\rho|g|$ and times the density of $|g|$, is a
difference of two such integrands divided by $\pi$, with $b=[[tilt]]$: the one for $v=[[wide]]$ minus the one for $v=[[narrow]]$.

widest (from widths): No width exceeds $[[widest]]$, the width for $\theta=0$.

steepness (from tilted mean, widest): As a function of $v^2$ the *tilted mean* minus $v$ has, at the largest width, the slope
$[[steepness]]$.

convex in the square (from steepness; by chords): It is convex in $v^2$, since $v(e^{cv}-1)$ is so for every $c>0$. So the difference of two
*tilted means* is at most the difference of the widths plus $D$ times the difference of their squares, where $D$ is the *steepness*.

lengths (from widths): The integral of the difference of the widths from $\theta$ to $\frac\pi2$ is $[[arcs]]$.

one arc (from lengths): The last two arcs add up to $\frac\pi2$ minus the arcsine of $[[sine]]$, the cosine of their sum, which is
$[[right_sine]]$ at a right angle. So the integral is $[[lengths]]$.

squares (from widths): The integral of the difference of their squares is $[[squares]]$.

one neuron (from independent neurons, convex in the square, one arc, squares): So $q\le m(\theta)=[[one_neuron]]$ for two points at the
angle $\theta\le\frac\pi2$, and also at $\pi-\theta$, as planks are symmetric.

angle (by polar coordinates): The angle of two independent uniform points of the sphere in $d-1$ dimensions, one of which may be replaced by
its opposite, has the density $[[angle_density]]$ on $(0,\frac\pi2]$.

second moment (from success, one neuron, angle): So $R$ may be $[[second_moment]]$.

more neurons (from widths, second moment; by monotonicity): $m\ge1$, as for half of an angle $\theta\le\frac\pi2$ the cosine is at least the
sine. So $R$ grows with $N$.

neurons (from success, second moment, more neurons): So success with probability $\delta$ requires at least $[[neurons]]$ neurons.

largest error (from planks): $\rho$ is below $\frac1{\sqrt2}$, as the integrals require, for $\varepsilon<[[largest_error]]$.
""",
    globals(),
    success=success_at,
    one_neuron=neuron_at,
    second_moment=moment_at,
)

x, y = sp.symbols("x y", real=True)
g = sp.Symbol("g", positive=True)


def a_normal_number_is_beyond_the_plank(missed: sp.Expr) -> Relations:
    """It falls by twice the normal density, from 1 on."""
    density = sp.exp(-(level**2) / 2) / sp.sqrt(2 * sp.pi)
    yield same(sp.diff(missed, level), -2 * density)
    yield same(missed.subs(level, 0), sp.S.One)


def an_open_share_of_two_values_attains_the_bound(success: sp.Expr) -> Relations:
    """Y = y with probability p = 1/R, else 0, where R is its mean square over the square of its mean: all is covered with 1 − p;
    at the R of the claim too."""
    share, chance = sp.Symbol("y", positive=True), 1 / moment
    mean, square = chance * share, chance * share**2
    yield same(square / mean**2, moment, by=sp.cancel)
    yield same(put_in(success), put_in((1 - chance).subs(moment, moment_at)), by=sp.expand)
    yield same(opened(success), 1 - chance, by=sp.cancel)


def the_tilted_mean_has_this_antiderivative(tilted: sp.Expr) -> Relations:
    """It has the slope of the integrand, is the formula at infinity, and 0 at 0."""
    beyond = v * sp.exp(b**2 * v**2 / 2) * sp.erfc((g - b * v**2) / (v * sp.sqrt(2)))
    part = tilted - beyond
    yield same(sp.diff(part, g), sp.sqrt(2 / sp.pi) * sp.exp(-(g**2) / (2 * v**2) + b * g))
    yield same(tilted, beyond.subs(g, 0))


def the_width_is_largest_at_no_angle(wide: sp.Expr, widest: sp.Expr) -> Relations:
    """1/v² at the angle less that at 0 is a square."""
    yield same(wide.subs(theta, 0), widest)
    at = {sp.cos(theta / 2): 1 / sp.sqrt(1 + y**2), sp.sin(theta / 2): y / sp.sqrt(1 + y**2)}
    gap = (1 / wide**2).subs(at) - 1 / widest**2
    yield nonnegative(gap, rho**2 * y**2)


def one_neuron_is_the_sum_of_both(lengths: sp.Expr, squares: sp.Expr, one_neuron: sp.Expr) -> Relations:
    """1 at a right angle, and a share 1/π of both integrals more."""
    ours = sp.expand(sp.pi * (opened(one_neuron) - 1))
    yield same(ours, sp.expand(lengths + slope * squares), by=sp.expand)


def the_ratio_is_small_enough(ratio: sp.Expr, largest_error: sp.Expr) -> Relations:
    """1/√2 at the largest error, and growing."""
    yield same(ratio.subs(eps, largest_error), 1 / sp.sqrt(2))
    yield holds(largest_error.is_positive, "a positive error")
    y = sp.Symbol("y", positive=True)
    growth = sp.factor(sp.diff(ratio, eps).subs(eps, 1 / (2 * (1 + y))))
    yield nonnegative(growth, growth)


SMALL_ERROR = Quantity(
    eps, "largest error allowed", sp.Interval.open(0, largest_error), drawn=(sp.Rational(1, 100), sp.Rational(3, 20))
)
ball_covering = Claim(
    label="N9.1",
    title="Random planks leave part of the ball uncovered: a second-moment bound",
    headline=r"For $d\ge3$ inputs, a subset of $N$ neurons with a linear output is within a small $\varepsilon$ of a ReLU with probability at most $$[[success]],$$ $R$ the mean of $m(\theta)^N$ ($m$ below) over the angle $\theta$ of two random directions orthogonal to the target.",
    statement=r"""
**Setting.** As in N2, the target is $f(x)=\sigma(\langle w^*,x\rangle)$ with $\|w^*\|_2=1$. There are $N$ neurons, whose weights
$w_i\sim N(0,I_d)$, $d\ge3$, are independent. A subset $S$ of them is kept: $g_S=\sum_{i\in S}\alpha_i\sigma(\langle w_i,x\rangle)$, with
output weights $\alpha$, which may depend on all $w_i$. The error is the supremum of $|f-g_S|$ over the unit ball.

**Planks.** Let $\rho=[[ratio]]$. The *plank* of neuron $i$ is the set of all $x$ with $|\langle w_i,x\rangle|\le\rho|\langle w_i,w^*\rangle|$. Let
$w^{*\perp}$ be the space of the vectors orthogonal to $w^*$. An error of at most $\varepsilon<\frac12$ requires that the planks of the $N$
neurons cover the unit sphere of $w^{*\perp}$.

**Any law of points.** Take any law on this sphere. Draw two points from it independently, and let $\theta$ be the angle between them. For
$\rho<\frac1{\sqrt2}$ the planks cover the support of this law with probability at most
$$[[success]],\qquad R=\mathbb E\,[[one_neuron]]^N,$$ where $\mathbb E$ is the mean over the two points. The function $m$ is written
out below. It contains the number $$D=[[steepness]].$$

**What $m$ bounds.** Let $\rho<\frac1{\sqrt2}$, and fix two points of the sphere at the angle $\theta$. For one plank of given half-width
$\rho|\langle w_i,w^*\rangle|$, take the probability that it misses both points, divided by the square of the probability that it misses a
given one. The mean of this quotient over the law of the half-width is at most $m(\theta)$.

**Neurons needed.** For the uniform law and $\varepsilon<[[largest_error]]$, so that $\rho<\frac1{\sqrt2}$, this gives
$$\Pr(\exists S:\text{error}\le\varepsilon)\le[[success]],\qquad R=[[second_moment]].$$ *Success* means that the error is at most
$\varepsilon$ for some $S$ and some $\alpha$. Success with probability $\delta$ needs at least $[[neurons]]$ neurons, where $R$ is taken at $N=n$.
""",
    steps=STEPS,
    source=Source("2603.02234", "v1", "a step towards N9.2, beyond the text at hand"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(d, INPUTS.meaning, whole_from(3), drawn=(3, 9)),
        NEURONS.drawn_from(2, 9),
        SMALL_ERROR,
        THIN,
        SLOPE,
        Quantity(
            moment, "mean of the power of $m$, `second_moment` on the sphere", sp.Interval(1, sp.oo), drawn=(1, 9)
        ),
        CHANCE,
        Quantity(level, "half-width of one plank", POSITIVE, drawn=(sp.Rational(1, 20), 3)),
        Quantity(v, "width of a normal law", NON_NEGATIVE, drawn=(sp.Rational(1, 4), 2)),
        Quantity(b, "exponent in a mean of exponentials", NON_NEGATIVE, drawn=(sp.Rational(1, 20), 2)),
        ANGLE,
    ),
    hypotheses=WHOLE_NEURONS,
    named={r"\rho": ratio, "h": tilted_share, "D": steepness, r"m(\theta)": one_neuron},
    symbols={
        **ONE_RELU,
        **LINEAR_OUTPUT,
        r"w^{*\perp}": "space of the vectors orthogonal to $w^*$",
        r"m(\theta)": r"what one neuron counts for two points at the angle $\theta$",
        **SEARCHED,
        **GAMMA,
    },
    open_questions=(
        OpenQuestion(
            asks="How many random neurons are enough, for a linear output and three inputs or more?",
            obstacle=r"""It is necessary that planks cover. Neurons whose planks cover need not have a small error: their outputs must fit in all planes at once, and one aligned neuron, which is enough for two inputs, is so in a cap whose size falls like $\varepsilon^{d-1}$.""",
            known=r"""A lower bound is N9.2. For small $\varepsilon$ and failures of at most $\varepsilon^2$ a larger one, of the order $\varepsilon^{-\frac{2(d-1)}3}$, is N6.3. Divided by $\ln\frac1\varepsilon$, this order is needed for every fixed probability of success as well: of the order of $\ln\frac1\varepsilon$ independent rotations of one span of neurons together are near all directions of the target but a share of $\varepsilon^2$, and N6.3 applies to the sum of these spans. For two inputs, of the order of $1/\varepsilon$ neurons are necessary and sufficient, with output weights of one's choice (N2).""",
            evidence="For three inputs drawn planks cover no more often than the bound allows. That the bound holds for planks says nothing about neurons.",
            checked_by="random_planks_cover_circles_no_more_often",
        ),
    ),
    aids={"seen_covered": seen_covered, "cap": cap, "enough": enough},
    loose=(
        Loose(
            expression="success",
            truth="seen_covered",
            at=({d: 3, N: 20, eps: sp.Rational(1, 20)},),
            lost="at least, as drawn planks are seen to cover no more often: in the mean square of the open share, which is large if a small part is often open; whether planks that cover are enough is not known",
        ),
        Loose(
            expression="neurons",
            truth="enough",
            at=tuple({d: 3, delta: sp.Rational(1, 2), eps: sp.Rational(1, inverse)} for inverse in (8, 10)),
            lost=r"at most, for three inputs, where one neuron at an acute angle from the target whose sine is at most $\varepsilon$ is enough, but in a cap of the order $\varepsilon^2$; whether planks that cover are enough is not known",
            side=Side.BELOW,
        ),
    ),
    because={
        "one point": a_normal_number_is_beyond_the_plank,
        "success": an_open_share_of_two_values_attains_the_bound,
        "tilted mean": the_tilted_mean_has_this_antiderivative,
        "widest": the_width_is_largest_at_no_angle,
        "one neuron": one_neuron_is_the_sum_of_both,
        "largest error": the_ratio_is_small_enough,
    },
    wrong=lambda: {
        "success: of half the error": success_at.subs(eps, eps / 2),
        "success: in four dimensions more": valued(success_at, {d: d + 4}),
        "success: of half the neurons": valued(success_at, {N: N / 2}),
        "success: of one neuron more": valued(success_at, {N: N + 1}),
        "success: of the mean square": Told(1 - 1 / moment, [(moment, moment_at**2)]),
        "success: squared": 1 - 1 / moment**2,
        "success: the mean square alone": 1 - moment,
        "seen_covered: one in three": sp.Rational(1, 3),
        "cap: both ends of the axis": 2 * cap,
        "cap: of a plane": sp.asin(eps) / sp.pi,
        "cap: to leading order": eps**2 / 4,
        "enough: by the union bound": delta / cap,
        "one_neuron: no dependence": sp.S.One,
        "one_neuron: half of it": (1 + neuron_at) / 2,
        "one_neuron: half of the angle": valued(neuron_at, {theta: theta / 2}),
        "one_neuron: 5 % more than independent": 1 + sp.Rational(21, 20) * (neuron_at - 1),
        "one_neuron: without the steepness": Told(one_neuron, [(slope, sp.S.Zero)]),
        "one_neuron: without 1": one_neuron - 1,
        "one_neuron: without the square's part": 1 + lengths / sp.pi,
        "one_neuron: half the angle": (1 + one_neuron) / 2,
        "second_moment: of half the error": moment_at.subs(eps, eps / 2),
        "second_moment: at another steepness": Told(opened(moment_at), [(rho, ratio), (slope, steepness / 2)]),
        "second_moment: at another half-width": Told(opened(moment_at), [(rho, 4 * eps), (slope, steepness)]),
        "second_moment: one neuron less": valued(second_moment, {N: N - 1}),
        "second_moment: uniform angles": valued(second_moment, {d: 3}),
        "second_moment: of one neuron alone": valued(second_moment, {N: 1}),
        "neurons: one less": neurons - 1,
        "neurons: one more": neurons + 1,
        "neurons: for half the chance": neurons.subs(delta, delta / 2),
        "neurons: that all fail": neurons.subs(delta, 1 - delta),
        "neurons: where R is 1 − δ": Smallest(neurons.args[0], 1 / (1 - delta), 1),
        "missed: of twice the half-width": missed.subs(level, 2 * level),
        "missed: covered": 1 - missed,
        "rate: one sign alone": sp.exp(-(level**2) / (1 + sp.cos(theta))) / sp.pi,
        "rate: both signs alike": rate.subs(level, 2 * level),
        "least_missed: without the square": sp.exp(-mean_modulus * level),
        "least_missed: half the mean": sp.exp(-(level**2) / 2 - mean_modulus * level / 2),
        "least_missed: a fifth less": sp.exp(-(level**2) / 2 - mean_modulus * level * sp.Rational(11, 10) ** 2),
        "tilted: of both signs": 2 * v * sp.exp(b**2 * v**2 / 2),
        "tilted: without its width": tilted / v,
        "tilted: tilted to zero": tilted.subs(b, -b),
        "narrow: cosine for sine": wide,
        "narrow: of the whole angle": narrow.subs(theta, 2 * theta),
        "wide: without the square of the probability": sp.cos(theta / 2) / sp.sqrt(sp.cos(theta / 2) ** 2 + rho**2),
        "wide: growing with the angle": narrow,
        "widest: 1": sp.S.One,
        "widest: the square of it": widest**2,
        "widest: with twice the half-width": widest.subs(rho, 2 * rho),
        "steepness: in v for v²": 2 * widest * steepness,
        "steepness: of the mean itself": steepness + 1 / (2 * widest),
        "arcs: of one width": arcs + theta,
        "arcs: squares": squares,
        "arcs: of one arc less": 2 / sp.sqrt(1 - 2 * rho**2) * (sp.pi / 2 - sp.asin(share * sp.cos(theta / 2))),
        "sine: of half the half-width": valued(sine, {rho: rho / 2}),
        "sine: without the root": 2 * rho**2 / (2 * (1 - 2 * rho**2) * sp.sin(theta)),
        "sine: of the difference": 1 - sine,
        "right_sine: the root of it": sp.sqrt(right_sine),
        "lengths: up to a right angle": lengths + 2 * sp.asin(right_sine) / sp.sqrt(1 - 2 * rho**2),
        "squares: of one square": squares + theta,
        "squares: lengths": lengths,
        "angle_density: one dimension more": angle_density.subs(d, d + 1),
        "angle_density: one degree more": angle_density * sp.sin(theta),
        "angle_density: the cosine": angle_density.subs(theta, sp.pi / 2 - theta),
        "ratio: the cube's ratio": 4 * eps,
    },
)
