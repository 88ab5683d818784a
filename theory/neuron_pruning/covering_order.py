"""N9.2: random planks that cover a ball are at least of the order of d/ε, and for fixed d of (d − 2) ln(1/ε)/ε."""

from collections.abc import Mapping
from functools import cache

import sympy as sp

from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.let import Told, opened
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import NEURONS, N, delta, eps, ratio
from sparse_limits.theory.neuron_pruning.covering import (
    ANGLE,
    CHANCE,
    SLOPE,
    SMALL_ERROR,
    THIN,
    angle_density,
    moment_at,
    narrow,
    one_neuron,
    rho,
    slope,
    steepness,
    theta,
    wide,
    widest,
)
from sparse_limits.theory.neuron_pruning.covering import neurons as two_moments
from sparse_limits.theory.neuron_pruning.inputs import INPUTS, d
from sparse_limits.theory.neuron_pruning.symbols import MOMENT, WHOLE_NEURONS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, Hypothesis, Quantity, whole_from
from sparse_limits.theory.reasons import Relations, nonnegative, same

eta = sp.Symbol("eta", positive=True)
long = sp.Symbol("L", positive=True)  # log 1/ρ
a = sp.Symbol("a", positive=True)  # the spread
most = sp.Symbol("M", positive=True)  # what one neuron counts for equal points
growth = sp.Symbol("K", positive=True)  # of that with ρ
c = sp.Symbol("c", real=True)  # the cosine of the angle between two points
lamda = sp.Symbol("lambda", positive=True)

ETA = Quantity(eta, "sine of an angle that divides near points from far ones", sp.Interval.Lopen(0, 1))
SPREAD = Quantity(
    a, "factor in the excess of far points, `spread`", POSITIVE, drawn=(sp.Rational(1, 2), sp.Rational(3, 2))
)
MOST = Quantity(
    most,
    "what one neuron counts for equal points, `near_neuron`",
    sp.Interval.open(1, sp.oo),
    drawn=(sp.Rational(11, 10), 2),
)

GROWTH = Quantity(
    growth,
    "what one neuron counts for equal points above 1, over ρ, at most: `near_growth`",
    POSITIVE,
    drawn=(sp.Rational(2, 3), 2),
)
COSINE = Quantity(c, "cosine of the angle between two points", sp.Interval(-1, 1))
EXPONENT = Quantity(
    lamda, "exponent in the mean of an exponential of a square", sp.Interval.Ropen(0, sp.Rational(1, 2))
)

square_gap = 4 * rho**2 * sp.cos(theta) / sp.sin(theta) ** 2 * wide**2 * narrow**2
spread = (2 * widest**3 + 4 * slope * widest**4) / sp.pi
far_neuron = 1 + a * rho**2 * (1 / sp.sin(theta) - 1)
far_share = sp.sqrt(1 - eta**2)
chord = c**2 / (eta * (1 + eta))
weight = N * a * rho**2 / ((d - 1) * eta * (1 + eta))
square_mean = 1 / sp.sqrt(1 - 2 * lamda)
near_neuron = one_neuron.subs(theta, 0)
near_slope = 2 / sp.pi
near_growth = (2 / sp.pi + slope * widest) / (1 - 2 * rho**2)
cap = eta ** (d - 2)
two_zones = square_mean.subs(lamda, weight) + cap * most**N
part = delta / (2 * (1 - delta))
far_count = (1 - (1 + part) ** -2) * (d - 1) * eta * (1 + eta) / (2 * a * rho**2)
near_count = sp.log(part / cap) / sp.log(most)
half_chance = delta / 2
far_least = delta**2 * (d - 1) / (4 * a * rho**2)
near_least = sp.log(2) * delta * (d - 2) / (growth * rho)
small_error = sp.Rational(1, 20)
order = delta**2 * (d - 2) / (7 * eps)
divide = rho * sp.log(1 / rho) ** 2
leading = sp.pi * (d - 2) * sp.log(1 / eps) / (8 * eps)


@cache
def in_full(formula: sp.Expr, thin: sp.Expr) -> sp.Expr:
    """A formula with the spread, the near neuron and the steepness in place, at a half-width."""
    parts = valued(formula, {a: spread, most: near_neuron})
    return valued(valued(parts, {slope: steepness}), {rho: thin})


def less_in_full(one: sp.Expr, other: sp.Expr, thin: sp.Expr) -> sp.Expr:
    """The lesser of two formulas in full; which one it is depends on the letters, and SymPy would look for it long."""
    return sp.Min(in_full(one, thin), in_full(other, thin), evaluate=False)


def in_place(formula: sp.Expr, thin: sp.Expr) -> sp.Expr:
    """The same, which prints as the formula."""
    return Told(formula, [(rho, thin), (slope, steepness), (a, spread), (most, near_neuron)])


def beside_two_moments(
    mean: str, place: Mapping[sp.Symbol, sp.Expr], sizes: tuple[int, ...], *, far: sp.Expr, near: sp.Expr
) -> tuple[Loose, ...]:
    """The bound by two zones beside the mean that it bounds, and each number of neurons where it is the lesser one, at this η."""
    return (
        Loose(
            expression="zones",
            truth=mean,
            at=tuple({**place, eta: near, N: count} for count in sizes),
            lost="in the largest value of $m$ for all near points, and in a chord for its values at far ones",
        ),
        *(
            Loose(
                expression=number,
                truth="two_moments",
                at=({**place, delta: half, eta: share},),
                lost=f"at least, compared with the number by two moments themselves, where this one is the lesser of both: in the half of the excess that is left to {points} points, and in the bound of their zone",
                side=Side.BELOW,
            )
            for number, points, share in (("far_size", "far", far), ("near_size", "near", near))
        ),
    )


half, third = sp.Rational(1, 2), sp.Rational(1, 3)
least = less_in_full(far_count, near_count, ratio)
covered = in_full(1 - 1 / two_zones, ratio)
spread_at, near_neuron_at = (Told(each, [(slope, steepness)]) for each in (spread, near_neuron))
zones, far_size, near_size = (in_place(each, ratio) for each in (two_zones, far_count, near_count))

STEPS = proof(
    r"""
one neuron (by N9.1 for success, one_neuron, second_moment; gives wide, narrow, widest): By N9.1 the planks cover with a probability of at
most $1-1/R$, where $R$, at least $1$, is the mean of $m(\theta)^N$ over the angle $\theta$ of two points, whose density is proportional to
$\sin^{d-3}\theta$. For $\theta\le\frac\pi2$, $m$ falls in the angle. Its rate is the difference of the two widths $[[wide]]$ and
$[[narrow]]$ plus $D$ times that of their squares, divided by $\pi$; and $D$ tends to $0$ with $\rho$.

difference of squares (from one neuron): The squares of the two widths differ by $[[square_gap]]$, which is not negative.

spread (from difference of squares): The widths differ by this divided by their sum, and $v^2/(v+v')$, for the larger width $v$ and the
smaller $v'$, grows with $v$. As no width exceeds $[[widest]]$, the rate is at most $a=[[spread]]$ times $\rho^2\cos\theta/\sin^2\theta$.

far points (from spread): Integration from the angle to a right angle gives $m\le[[far_neuron]]$.

chord: $\frac1{\sqrt{1-c^2}}-1$ is convex in $c^2$ and $0$ at $0$: for $\sin\theta\ge\eta$, that is for a cosine $c$ with $c^2\le1-\eta^2$,
it is at most $[[chord]]$, with equality at the end.

far power (from far points, chord; by exponential): Hence there $m^N$ is at most the exponential of $N(m-1)$.

weight (from far power): This is at most $e^{\lambda(d-1)c^2}$ with $\lambda=[[weight]]$.

normal coordinate (from one neuron; by normal vector): $c$ is a coordinate of a uniform point of the sphere in $d-1$ dimensions. Multiplied
by the length of an independent standard normal vector there, it is a standard normal number $g$.

mean length (from normal coordinate; by Jensen): The square of this length has the mean $d-1$. So for given $c$, $e^{\lambda(d-1)c^2}$ is at
most the mean of $e^{\lambda g^2}$.

square (from mean length): Hence $\mathbb Ee^{\lambda(d-1)c^2}\le\mathbb Ee^{\lambda g^2}=[[square_mean]]$ for $\lambda<\frac12$.

near points (from one neuron): As $m$ falls, it is at most $M=[[near_neuron]]$, its value for equal points.

near slope (from near points): As $\rho\to0$ this tends to $1$, and its logarithm divided by $\rho$ tends to $[[near_slope]]$.

cap (from one neuron): The angle has a sine of at most $\eta$ with a probability of at most $[[cap]]$.

two zones (from weight, square, near points, cap): So $R\le[[two_zones]]$, for $N$ such that the root is of a positive number.

shares (from one neuron): Success with probability $\delta$ requires $R\ge\frac1{1-\delta}$, that is $1$ plus twice $[[part]]$.

far number (from two zones, shares): The term with the root is $1$ plus this part at $N=[[far_count]]$, and less below.

near number (from two zones, shares): The power of $M$ times its factor is this part at $N=[[near_count]]$, and less below.

growth (from near points): $M-1$, and so $\ln M$, is at most $K\rho$ with $K=[[near_growth]]$: $\arcsin y\le y/\sqrt{1-y^2}$, and no
$\arctan$ exceeds $\frac\pi2$.

half the chance (a definition): Let $\eta$ be $[[half_chance]]$.

least numbers (from far number, near number, growth, half the chance): Then the *far number* is at least $[[far_least]]$, and the *near
number* at least $[[near_least]]$.

every dimension (from least numbers, spread; at some points: the range of errors that it covers is read off by boxes in ε, with numbers for
the growth and the spread at its end): For $\rho=[[ratio]]$ and $\varepsilon\le[[small_error]]$ both are at least $[[order]]$.

in the error (from two zones, far number, near number, spread, near points; a definition): With the half-width of N9.1 and all that depends
on it inserted, these are the bound $[[zones]]$ and the numbers $[[far_size]]$ and $[[near_size]]$.

where to divide (a definition): For the limit let $\eta$ be $[[divide]]$, which is less than $1$ and tends to $0$ with $\rho$.

leading order (from far number, near number, near slope, every dimension, where to divide): Then the quotient of the *near number* and
$[[leading]]$ tends to $1$; and the *far number*, of the order of $\rho^{-1}\ln^2\frac1\rho$, is larger by an unbounded factor.
""",
    globals(),
    spread=spread_at,
    near_neuron=near_neuron_at,
)

small, large = sp.symbols("small large", positive=True)  # two widths
g, t = sp.symbols("g t", positive=True)


def widths_differ_by_less_than_the_spread(
    square_gap: sp.Expr, wide: sp.Expr, narrow: sp.Expr, widest: sp.Expr, spread: sp.Expr
) -> Relations:
    """The gap over both squares, times what the quotients are at most: v³/2, and v⁴; certificates for both."""
    over = square_gap / (wide * narrow) ** 2
    largest = (widest**3 / 2 + slope * widest**4) * over / sp.pi
    yield same(largest, opened(spread) * rho**2 * sp.cos(theta) / sp.sin(theta) ** 2, by=sp.simplify)
    quotient = (small + large) ** 2 * small**2 / (2 * small + large)  # of a wide and a narrow width
    yield nonnegative(
        (small + large) ** 3 / 2 - quotient,
        large * (small + large) ** 2 * (3 * small + large) / (2 * (2 * small + large)),
    )


def the_spread_has_this_integral(far_neuron: sp.Expr) -> Relations:
    """Its slope in the angle, and 1 at a right one."""
    falling = sp.diff(far_neuron, theta)
    yield same(-falling, a * rho**2 * sp.cos(theta) / sp.sin(theta) ** 2, by=sp.expand)
    yield same(far_neuron.subs(theta, sp.pi / 2), sp.S.One, by=sp.expand)


def the_chord_ends_on_the_function(chord: sp.Expr) -> Relations:
    """At both ends, linear in c²; the function has a positive second derivative in it, as w = u/(1 + u) shows."""
    yield same(sp.diff(chord, c), 2 * chord / c)
    yield same(chord.subs(c, far_share), 1 / eta - 1)
    yield same(chord.subs(c, 0), sp.S.Zero)
    w, u = sp.symbols("w u", positive=True)
    bend = sp.diff(1 / sp.sqrt(1 - w), w, 2).subs(w, u / (1 + u))
    yield nonnegative(bend, 3 * (1 + u) ** sp.Rational(5, 2) / 4)


def a_normal_square_has_this_mean(square_mean: sp.Expr) -> Relations:
    """λ − 1/2 is −1/(2t²) for t² = 1/(1 − 2λ)."""
    law = sp.exp(-(g**2) / (2 * t**2)) / sp.sqrt(2 * sp.pi)
    width = sp.integrate(2 * law, (g, 0, sp.oo))
    yield same(square_mean, width.subs(t, 1 / sp.sqrt(1 - 2 * lamda)))


def caps_are_no_more_than_a_power(cap: sp.Expr) -> Relations:
    """With sin θ = ηu the density is that power times that of u, over all angles, times a root that is less than 1."""
    u = sp.Symbol("u", positive=True)

    def of_sine(sine: sp.Expr) -> sp.Expr:
        """The density of the sine, times its root √(1 − sine²), at a sine."""
        return angle_density.subs(sp.sin(theta), sine)

    yield same(
        of_sine(eta * u) * eta,
        cap * of_sine(u),
        by=lambda gap: sp.powsimp(sp.expand(sp.expand_power_base(gap, force=False))),
    )
    below = sp.Symbol("below", positive=True)  # η = 1/(1 + below)
    gap = ((1 - (eta * u) ** 2) - (1 - u**2)).subs(eta, 1 / (1 + below))
    yield nonnegative(gap, u**2 * below * (2 + below) / (1 + below) ** 2)


def the_far_part_is_full_at_its_number(
    weight: sp.Expr, square_mean: sp.Expr, part: sp.Expr, far_count: sp.Expr
) -> Relations:
    """At this N the weight is the exponent λ that makes the mean 1 and the part."""
    exponent = (1 - (1 + part) ** -2) / 2
    yield same(valued(square_mean, {lamda: exponent}) ** -2, (1 + part) ** -2, by=sp.cancel)
    yield same(far_count, exponent * N / weight)


ball_covering_order = Claim(
    label="N9.2",
    title="Whole neurons on the ball: at least of the order of d/ε, and of (d − 2) ln(1/ε)/ε for small ε",
    headline=r"In $d\ge3$ dimensions, with a linear output, some subset of whole Gaussian neurons is within $\varepsilon\le\frac1{20}$ of one ReLU on the unit ball with probability $\delta<1$ only if there are at least $$[[order]]$$ neurons.",
    statement=r"""
The target, the neurons and the error are those of N9.1, with $\rho=[[ratio]]<\frac1{\sqrt2}$. For every $\eta\in(0,1]$ the mean $R$ is at most $$[[zones]],\qquad a=[[spread]],\quad
M=[[near_neuron]],$$ as long as the number under the root is positive. So, for every $\eta$, success with probability $\delta<1$ needs at least $$[[far_size]]\quad\text{or}\quad[[near_size]]$$
neurons, whichever is less. At $\eta=[[half_chance]]$ this is, for every $d\ge3$, $\delta<1$ and $\varepsilon\le[[small_error]]$, at least $$[[order]].$$ At $\eta=[[divide]]$ it is, for fixed $d\ge3$
and $\delta$, $$[[leading]]\,(1+o(1))$$ as $\varepsilon\to0$.
""",
    steps=STEPS,
    source=Source(
        "2603.02234",
        "v1",
        "abstract: “neuron pruning requires a starting network with Ω(d/ε) hidden neurons”; v3 has Ω(1/ε); the logarithm is ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        Quantity(d, INPUTS.meaning, whole_from(3), drawn=(3, 9)),
        NEURONS.drawn_from(2, 9),
        SMALL_ERROR,
        CHANCE,
        ETA,
        SPREAD,
        MOST,
        THIN,
        SLOPE,
        ANGLE,
        GROWTH,
        COSINE,
        EXPONENT,
    ),
    hypotheses=(
        *WHOLE_NEURONS,
        Hypothesis("a positive root", 2 * weight < 1, needed_by=("two_zones",)),
        Hypothesis("a positive root at the error", in_place(2 * weight, ratio) < 1, needed_by=("zones",)),
        Hypothesis("an error up to that of every dimension", eps <= small_error, needed_by=("order",)),
    ),
    symbols=MOMENT,
    aids={"steepness": steepness, "least": least, "second_moment": moment_at, "two_moments": two_moments},
    loose=(
        Loose(
            expression="order",
            truth="least",
            at=tuple(
                {d: inputs, eps: sp.Rational(1, 100), delta: sp.Rational(1, 2), eta: sp.Rational(1, 4)}
                for inputs in (5, 20, 100)
            ),
            lost=r"at least, compared with the lesser number at $\eta=\frac\delta2$: in $\ln\frac2\delta\ge\delta\ln2$ for each dimension, and in the constant, which serves all $\varepsilon\le\frac1{20}$",
            side=Side.BELOW,
        ),
        *beside_two_moments("second_moment", {d: 10, eps: sp.Rational(1, 20)}, (10, 30), far=third, near=half),
    ),
    because={
        "spread": widths_differ_by_less_than_the_spread,
        "far points": the_spread_has_this_integral,
        "chord": the_chord_ends_on_the_function,
        "weight": lambda far_neuron, chord, weight: same(
            weight, N * (far_neuron - 1).subs(1 / sp.sin(theta), 1 + chord) / ((d - 1) * c**2)
        ),
        "square": a_normal_square_has_this_mean,
        "cap": caps_are_no_more_than_a_power,
        "shares": lambda part: same(1 + 2 * part, 1 / (1 - delta)),
        "far number": the_far_part_is_full_at_its_number,
    },
    wrong=lambda: {
        "square_gap: of one width": square_gap / wide**2,
        "square_gap: twice the half-width": square_gap.subs(rho, 2 * rho),
        "wide: sine for cosine": narrow,
        "narrow: cosine for sine": wide,
        "spread: of the squares alone": 4 * slope * widest**4 / sp.pi,
        "widest: at 1": sp.S.One,
        "far_neuron: half the spread": (1 + far_neuron) / 2,
        "far_neuron: without 1": far_neuron - 1,
        "far_neuron: with the square of the sine": 1 + a * rho**2 * (1 / sp.sin(theta) ** 2 - 1),
        "chord: its square root": sp.sqrt(chord),
        "chord: without 1": c**2 / eta**2,
        "weight: d for d − 1": weight.subs(d, d + 1),
        "weight: one neuron less": weight.subs(N, N - 1),
        "square_mean: squared": square_mean**2,
        "square_mean: half the exponent": square_mean.subs(lamda, lamda / 2),
        "near_neuron: squared": near_neuron**2,
        "near_neuron: at a right angle": valued(one_neuron, {theta: sp.pi / 2}),
        "near_neuron: its root": sp.sqrt(near_neuron),
        "steepness: of the mean itself": steepness + 1 / (2 * widest),
        "cap: one degree more": cap * eta,
        "cap: one degree less": cap / eta,
        "two_zones: far points alone": square_mean.subs(lamda, weight),
        "two_zones: near points alone": cap * most**N,
        "two_zones: half as far": two_zones.subs(eta, eta / 2),
        "two_zones: by the exponential at η": sp.exp(N * a * rho**2 * (1 / eta - 1)) + cap * most**N,
        "two_zones: half": square_mean.subs(lamda, weight) + cap / 2 * most**N,
        "part: half of δ": delta / 2,
        "far_count: without the square": far_count * (1 - 1 / (1 + part)) / (1 - (1 + part) ** -2),
        "far_count: of the exponential at η": sp.log(1 + part) / (a * rho**2 * (1 / eta - 1)),
        "far_count: of the near order": far_count * rho,
        "near_count: without the part": near_count - sp.log(part) / sp.log(most),
        "near_count: one dimension more": near_count.subs(d, d + 1),
        "near_growth: half the slope": near_growth - 1 / sp.pi,
        "near_growth: without the squares": near_growth.subs(slope, 0),
        "far_least: d + 1 for d − 1": far_least.subs(d, d + 2),
        "near_least: d − 1 for d − 2": near_least.subs(d, d + 1),
        "order: d − 1 for d − 2": order * (d - 1) / (d - 2),
        "order: with δ": order / delta,
        "ratio: twice the ratio, to leading order": 8 * eps,
        "ratio: the cube's ratio, halved": 2 * eps,
        "leading: without the dimension": leading / (d - 2),
        "leading: d for d − 2": leading.subs(d, d + 2),
        "leading: without the logarithm": leading / sp.log(1 / eps),
        "leading: planks side by side (N3.1), wasteful": delta * sp.sqrt(sp.pi * d / 2) / (4 * eps),
        "divide: divided at the root of ρ": sp.sqrt(rho),
    },
)
