"""N3.1: the dimension helps: aligned neurons are planks, and these have to cover a ball."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.let import Told
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import (
    ERROR,
    NEURONS,
    SUCCESS,
    N,
    angle,
    delta,
    eps,
    error_bound,
    ratio,
)
from sparse_limits.theory.neuron_pruning.covering_order import covered, eta, least
from sparse_limits.theory.neuron_pruning.inputs import INPUTS, cosines, d
from sparse_limits.theory.neuron_pruning.symbols import GAMMA, LINEAR_OUTPUT, ONE_RELU, PLANK, WHOLE_NEURONS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Quantity, whole_from
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same
from sparse_limits.theory.steps import Carrier, Step

r = sp.Symbol("r", nonnegative=True)
theta = sp.Symbol("theta", real=True)
h = sp.Symbol("h", nonnegative=True)  # a relative half-width
q = sp.Symbol("q", real=True)  # the projection of a signed sum on one of its unit vectors, with its sign
mean = sp.Symbol("c_d", positive=True)  # of the ratio of one weight to the length of the others

longer = 4 * h * (q - h)
neighbours = 2 / (sp.pi * (d - 2))
ratio_cdf = (
    2
    * sp.gamma(d / 2)
    / (sp.sqrt(sp.pi) * sp.gamma((d - 1) / 2))
    * sp.Integral(sp.cos(theta) ** (d - 2), (theta, 0, sp.atan(r)))
)
ball_mean = sp.gamma((d - 2) / 2) / (sp.sqrt(sp.pi) * sp.gamma((d - 1) / 2))
cover_sum = sp.S.One  # of the half-widths of planks that cover, relative to that of the body
ball_width = ratio * mean
ball_sum = N * ratio * mean
ball_number = delta / (ratio * mean)
ball_success = Told(ball_sum, [(mean, ball_mean)])
ball_neurons = Told(ball_number, [(mean, ball_mean)])

KEPT = Step(
    name="kept and not kept",
    sentence=r"""The half-widths of kept planks that cover add up to at least $1$, and so do those of all $N$ neurons; and this has a probability of at most the mean
of their sum.""",
    by=Carrier.RULE,
    source="Markov",
)

MEASURED = tuple({d: inputs, eps: sp.Rational(1, 100), eta: sp.Rational(1, 4)} for inputs in (66, 6368))
AT_LEAST = "at least, compared with the bound of N9.2: in the sum of the half-widths,"

STEPS = proof(
    r"""
all planes (by N2): N2 holds for every unit vector $x_0\perp w^*$ and the same $S$: with $u_i$ the projection of $w_i$ on $w^{*\perp}$ some
kept neuron has $|\langle u_i,x_0\rangle|\le\rho|\langle w_i,w^*\rangle|$. These planks cover the unit sphere of $w^{*\perp}$, hence its
unit ball, since with a point they contain the segment between it and $0$.

turn of a sign: Let planks $|\langle u_i,x\rangle|\le h_i$ be given, with unit vectors $u_i$ and $h_i\ge0$ (without hyperplanes, those with
$h_i=0$, the other planks still cover what they did), and let the signs $s_i$ be such that $y=\sum s_ih_iu_i$ is longest. With $q=s_i\langle
u_i,y\rangle$ and $h=h_i$, $\|y\|_2^2$ is $[[longer]]$ more than with the sign $s_i$ reversed: so $q\ge h$ for $h>0$.

Bang (from turn of a sign; by triangle inequality): If $\sum h_i<[[cover_sum]]$ then $\|y\|_2<[[cover_sum]]$. So $y$, slightly lengthened,
is in the ball and in no plank: planks that cover the ball have $\sum h_i\ge[[cover_sum]]$. One plank attains equality.

half-width on the ball (from all planes): The plank of neuron $i$ has the relative half-width $\rho|\langle w_i,w^*\rangle|/\|u_i\|_2$, with
the mean $[[ball_width]]$, where $c_d$ is the mean of $|w_1|/\|w_{2:d}\|_2$: by rotation $w^*$ may be the first coordinate.

[[KEPT]]

success on the ball (from Bang, half-width on the ball, kept and not kept): So an error of $\varepsilon$ has at most the probability
$[[ball_sum]]$, the sum of the means of $N$ half-widths.

angle (by polar coordinates): $w/\|w\|_2$ is uniform on the sphere, so that its angle $\theta=\arctan(|w_1|/\|w_{2:d}\|_2)$ with the plane
of the others has a density that is proportional to $\cos^{d-2}\theta$ on $[0,\frac\pi2]$.

total of the density (from angle): $\int_0^{\pi/2}\cos^{d-2}\theta\,d\theta=[[cosines]]$: it is $\frac\pi2$ and $1$ for $d=2,3$, and from
$d$ to $d+2$ it is multiplied by $\frac{d-1}d$, as $\cos^{d-1}\theta\sin\theta$ is $0$ at both ends.

law of the ratio (from total of the density): So $|w_1|/\|w_{2:d}\|_2\le r$ has the probability $[[ratio_cdf]]$.

mean on the ball (from total of the density): $\int_0^{\pi/2}\tan\theta\cos^{d-2}\theta\,d\theta=\frac1{d-2}$, so that the mean of the ratio
is $c_d=[[ball_mean]]$.

one weight more (from mean on the ball; by monotonicity): With one weight more the length of the others is no smaller, and the ratio is no
larger: the means do not increase in $d$.

neighbours (from mean on the ball, one weight more): The means for $d$ and $d+1$ inputs have the product $[[neighbours]]$. So the square of
the mean lies between this product and that for $d-1$: the mean is $\sqrt{\frac2{\pi d}}$ up to a factor that tends to $1$.

neurons on the ball (from success on the ball, neighbours): The bound is $\delta$ at $[[ball_number]]$ neurons, and it grows with $N$.

with the mean (from success on the ball, neurons on the ball, mean on the ball; a definition): With its mean inserted, these are the bound
$[[ball_success]]$ and the number $[[ball_neurons]]$.
""",
    globals(),
    cosines=cosines,
)

WASTEFUL = (1 - 4 * eps**2) / sp.sqrt(
    1 - 16 * eps**2
)  # by which the tangent of arcsin 4ε exceeds that of the widest angle


def over_the_power(gap: sp.Expr) -> sp.Expr:
    """The gap over cos^(d−2)θ."""
    quotients = gap.subs(sp.tan(theta), sp.sin(theta) / sp.cos(theta)) / sp.cos(theta) ** (d - 2)
    return sp.trigsimp(sp.powsimp(sp.expand(quotients)))


def by_recurrence(gap: sp.Expr) -> sp.Expr:
    """Γ(x + 1) = x Γ(x)."""
    return sp.simplify(sp.expand_func(gap))


def a_turned_sign_shortens(longer: sp.Expr) -> Relations:
    """In the plane of y = (q, p) and the unit vector (1, 0): ‖y‖² less ‖y − 2hu‖²."""
    p = sp.Symbol("p", real=True)
    signed, unit = sp.Matrix([q, p]), sp.Matrix([1, 0])
    turned = signed - 2 * h * unit
    yield same(longer, sp.expand(signed.dot(signed) - turned.dot(turned)))


def the_ratio_is_the_tangent_of_the_widest_angle(ball_width: sp.Expr) -> Relations:
    """Of the one angle at which N2 bounds the error by ε, times the mean."""
    (widest,) = sp.solve(error_bound - eps, angle)
    yield same(ball_width * sp.cos(widest), mean * sp.sin(widest), by=lambda gap: sp.factor(sp.expand_trig(gap)))


def neurons_solve_the_bound_on_the_ball(ball_sum: sp.Expr, ball_number: sp.Expr) -> Relations:
    """What is left of δ, in units of the half-width of one neuron; that of one neuron more, at ε = 1/(2 + 2y)."""
    yield same(ball_sum - delta, ratio * mean * (N - ball_number))
    y = sp.Symbol("y", positive=True)
    width = mean * 2 * (1 + y) / (y * (2 + y))
    yield nonnegative(sp.diff(ball_sum, N), width, where={eps: 1 / (2 + 2 * y)}, strict=True)


def powers_of_the_cosine_recur(cosines: sp.Expr) -> Relations:
    """The slope of cos^(d−1)θ sin θ, whose integral is 0, with one power for two; the first two integrals."""
    ends = sp.cos(theta) ** (d - 1) * sp.sin(theta)
    power = sp.cos(theta) ** (d - 2)
    slope = d * power * sp.cos(theta) ** 2 - (d - 1) * power
    yield same(sp.diff(ends, theta), slope, by=over_the_power)
    yield same(cosines.subs(d, d + 2) * d / (cosines * (d - 1)), sp.S.One, by=by_recurrence)
    for first in (2, 3):
        yield same(cosines.subs(d, first), sp.integrate(power.subs(d, first), (theta, 0, sp.pi / 2)))


def the_law_has_the_density_of_the_angle(ratio_cdf: sp.Expr, cosines: sp.Expr) -> Relations:
    """Its slope at r = tan θ is that density over the total, times dθ/dr; it is 0 at 0."""
    density = sp.cos(sp.atan(r)) ** (d - 2) / cosines
    yield same(sp.diff(ratio_cdf, r), density * sp.diff(sp.atan(r), r))
    yield same(ratio_cdf.subs(r, 0).doit(), sp.S.Zero)


def the_tangent_has_this_mean(cosines: sp.Expr, ball_mean: sp.Expr) -> Relations:
    """−cos^(d−2)θ/(d − 2) has the slope tan θ cos^(d−2)θ, and goes from −1/(d − 2) to 0."""
    power = sp.cos(theta) ** (d - 2)
    yield same(sp.diff(-power / (d - 2), theta), sp.tan(theta) * power, by=over_the_power)
    yield same(ball_mean * cosines * (d - 2), sp.S.One, by=sp.gammasimp)


ball_planks = Claim(
    label="N3.1",
    title="Planks on the ball: at least of the order of √d/ε neurons",
    headline=r"In $d\ge3$ dimensions, with a linear output, some subset of $N$ whole Gaussian neurons is within $\varepsilon<\frac12$ of one ReLU on the unit ball with probability $\delta$ only if $$N\ge[[ball_neurons]],$$ where $c_d\sim\sqrt{2/(\pi d)}$ as $d\to\infty$.",
    statement=r"""
As in N2, let $f(x)=\sigma(\langle w^*,x\rangle)$, $\|w^*\|_2=1$, and let $g_S=\sum_{i\in S}\alpha_i\sigma(\langle w_i,x\rangle)$ keep a
subset $S$ of $N$ neurons, with any output weights $\alpha$. Let the $w_i\sim N(0,I_d)$, $d\ge3$, be independent, and let the error be the
supremum of $|f-g_S|$ over the unit ball. Then for $\varepsilon<\frac12$ $$\Pr(\exists
S:\text{error}\le\varepsilon)\le[[ball_success]],\qquad c_d=\mathbb E\frac{|w_1|}{\|w_{2:d}\|_2}=[[ball_mean]]\sim\sqrt{\frac2{\pi d}},$$
since $|w_1|/\|w_{2:d}\|_2\le r$ with probability $[[ratio_cdf]]$. So success with probability $\delta$ needs at least $[[ball_neurons]]$
neurons, of the order of $\delta\sqrt d/\varepsilon$ as $\varepsilon\to0$. The proof uses planks $\{|\langle u_i,x\rangle|\le h_i\}$ that
cover the unit ball: the sum of their relative half-widths $h_i/\|u_i\|_2$ is at least $[[cover_sum]]$, which one plank attains.
""",
    steps=STEPS,
    source=Source(
        "2603.02234",
        "v1",
        "beyond the abstract, which has “Ω(d/ε) hidden neurons”; by the plank theorem of Bang (1951)",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(d, INPUTS.meaning, whole_from(3), drawn=(16, 30)),
        Quantity(
            r,
            "bound on the ratio of one weight to the length of the others, both in modulus",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 4), 3),
        ),
        NEURONS.drawn_from(0, 9),
        ERROR.drawn_from(sp.Rational(1, 100), sp.Rational(9, 20)),
        SUCCESS.drawn_from(sp.Rational(1, 10), 1),
        Quantity(
            mean,
            "mean ratio of one weight to the length of the others, `ball_mean`",
            POSITIVE,
            drawn=(sp.Rational(1, 20), 1),
        ),
        Quantity(h, "half-width of a plank, relative to that of the ball", NON_NEGATIVE),
        Quantity(q, "projection of a signed sum on one of its unit vectors, with the sign of that", sp.S.Reals),
    ),
    hypotheses=WHOLE_NEURONS,
    symbols={
        **ONE_RELU,
        **LINEAR_OUTPUT,
        "u_i": "normal vector of plank $i$",
        **PLANK,
        r"\theta": "variable of integration",
        **GAMMA,
    },
    aids={"least": least, "covered": covered},
    loose=(
        Loose(
            expression="ball_success",
            truth="covered",
            at=tuple({**each, N: count} for each, count in zip(MEASURED, (100, 1000), strict=True)),
            lost=f"{AT_LEAST} which planks that cover must reach, but which does not ensure that random planks cover",
        ),
        Loose(
            expression="ball_neurons",
            truth="least",
            at=tuple({**each, delta: sp.Rational(1, 2)} for each in MEASURED),
            lost=f"{AT_LEAST} of which the bound has the order $\\sqrt d$, and N9.2 $d$",
            side=Side.BELOW,
        ),
    ),
    sharp=(
        Sharp(
            expression="cover_sum",
            example="one plank",
            check="planks_with_a_smaller_sum_do_not_cover_the_ball",
            side=Side.BELOW,
        ),
    ),
    because={
        "turn of a sign": a_turned_sign_shortens,
        "half-width on the ball": the_ratio_is_the_tangent_of_the_widest_angle,
        "success on the ball": lambda ball_width, ball_sum: induction(
            ball_sum, N, ball_width, lambda term: term + ball_width, start=1
        ),
        "neurons on the ball": neurons_solve_the_bound_on_the_ball,
        "total of the density": powers_of_the_cosine_recur,
        "law of the ratio": the_law_has_the_density_of_the_angle,
        "mean on the ball": the_tangent_has_this_mean,
        "neighbours": lambda ball_mean, neighbours: (
            same(neighbours, ball_mean * ball_mean.subs(d, d + 1), by=sp.gammasimp),
            same(sp.limit(d * neighbours, d, sp.oo), 2 / sp.pi),
        ),
    },
    wrong=lambda: {
        "ratio_cdf: one degree more": ratio_cdf.subs(d, d + 1),
        "ratio_cdf: Student law with d degrees of freedom": ratio_cdf.subs({d: d + 1, r: r * sp.sqrt((d - 1) / d)}),
        "ratio_cdf: one dimension less": ratio_cdf.subs(d, d - 1),
        "ratio_cdf: the sine": valued(ratio_cdf, {r: r / sp.sqrt(1 - r**2 / 20)}),
        "ball_mean: mean with d for d − 1": ball_mean.subs(d, d + 1),
        "ball_mean: leading order": sp.sqrt(2 / (sp.pi * d)),
        "ball_mean: for twice the dimension": ball_mean.subs(d, 2 * d),
        "ball_success: without the dimension": ball_success / d,
        "longer: twice the height": longer.subs(h, 2 * h),
        "longer: without the square": 4 * h * q,
        "ball_width: on a segment, wasteful": WASTEFUL * ball_width,
        "ball_width: the cube's": 4 * eps * mean,
        "ball_width: without the ratio": mean,
        "ball_width: 2ε instead of 4ε": ball_width.subs(eps, eps / 2),
        "ball_sum: probability without the ratio": N * mean,
        "ball_sum: the cube's": 4 * N * eps * mean,
        "ball_sum: on a segment, wasteful": WASTEFUL * ball_sum,
        "ball_sum: one neuron less": ball_sum.subs(N, N - 1),
        "ball_number: the cube's": delta / (4 * eps * mean),
        "ball_number: on a segment, wasteful": ball_number / WASTEFUL,
        "cosines: one degree more": cosines.subs(d, d + 1),
        "neighbours: one degree more": neighbours.subs(d, d + 1),
    },
)
