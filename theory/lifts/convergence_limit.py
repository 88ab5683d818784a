"""L17.3: random sparse lifts converge to the loss of a witness; and how likely a copy of normal weights is."""

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance, Remark
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.convergence import THEOREM, P
from sparse_limits.theory.lifts.copies import (
    A_1,
    A_2,
    COPIES,
    DISTANCE,
    LINEAR_LOSS,
    LOST,
    UNIT_INPUTS,
    Lambda,
    M,
    approximation_loss,
    comparison_error,
    copies_loss,
    epsilon_w,
    gamma,
    linear_witness,
    longest_time,
    loss_bound,
    rho,
    rho_0,
    signs,
)
from sparse_limits.theory.lifts.coverage import INPUT_KEPT, INPUTS, inputs, p_0
from sparse_limits.theory.lifts.tangent import L_0, START
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.questions import OpenQuestion
from sparse_limits.theory.reasons import Relations, same

nu = sp.Symbol("nu", nonnegative=True)  # ‖w*‖²
x = sp.Symbol("x", nonnegative=True)  # ‖w‖
j = sp.Symbol("j", integer=True, nonnegative=True)
goal = sp.Symbol("epsilon", positive=True)  # the loss to be reached

half = sp.Rational(1, 2)
dimension = signs

residual = 2 * L_0 * A_2**2 / (M * rho) ** 2
copies_needed = A_2 * sp.sqrt(2 * L_0 / (goal - approximation_loss)) / rho
_linear = linear_witness(12, sp.Rational(1, 700), sp.Rational(39, 100))  # just after the longest time for that radius
LONGEST_TIME_FOR_LINEAR_COPIES = {
    **_linear,
    rho: sp.Rational(1, 1000),
    rho_0: sp.S.Zero,
    epsilon_w: sp.S.Zero,
    goal: valued(copies_loss, _linear),
}

even_moment = sp.gamma(j + half) * sp.gamma(dimension * half) / (sp.sqrt(sp.pi) * sp.gamma(j + dimension * half))
series_term = (nu * x**2 / 4) ** j * sp.gamma(dimension * half) / (sp.factorial(j) * sp.gamma(dimension * half + j))
surface = 2 * sp.pi ** (dimension * half) / sp.gamma(dimension * half)
radial_density = (
    2 ** (1 - dimension * half)
    / sp.gamma(dimension * half)
    * x ** (dimension - 1)
    * sp.exp(-(x**2 + nu) / 2)
    * sp.hyper([], [dimension * half], nu * x**2 / 4)
)
gaussian_ball = sp.Integral(radial_density, (x, 0, rho_0))
gaussian_copy = Let(p_0**dimension * (1 - p_0) ** (inputs - dimension) * P, [(P, gaussian_ball)])

STEPS = proof(
    r"""
trees (by L10.1): A witness with two hidden layers is unfolded into trees with the same function.

different types (from trees; by dominated convergence): Where no edge enters a vertex of the witness, add one of weight $0$, from an input
or, for a root, from a new child with an input: the function stays the same. Then perturb the weights so little that the loss
$\varepsilon_w$ stays below $\varepsilon$, and that all units (with one hidden layer) and all children (with two) differ. Their
neighbourhoods are then disjoint, if they are small enough. Arbitrarily small perturbations make them differ, as each has an input, and the
loss is a continuous function of the weights, as $\sigma'$ is bounded and $E_D\|x\|^2<\infty$.

finite constants (by integration): As $\sigma'$ is bounded and $E_D\|x\|^2<\infty$, the derivatives of a unit with respect to its weights
have norms in $L^2(D)$ that are bounded on each ball of weights. So $\Lambda$ is finite.

small neighbourhoods (from different types, finite constants): $[[approximation_loss]]$ tends to $\varepsilon_w$ as $\rho_0,\rho\to0$, since
$\Lambda$ does not increase as these radii decrease. So it is below $\varepsilon$ for some such radii.

flow (by flows): As $\sigma'$ and $\sigma''$ are bounded and $E_D\|x\|^4<\infty$, the second derivatives of the output with respect to the
weights have norms in $L^2(D)$ that are bounded on each ball of weights. So $\nabla L$ is locally Lipschitz, and exactly one flow starts at
each point.

all times (from flow; by continuation): By the time $T$ the weights have moved by at most $\sqrt{TL_0}$, as $\int_0^T\|\dot\theta\|^2\le
L_0$. So the flow exists for all times.

bound of the loss (from small neighbourhoods, all times; by L16.1): At the longest time of (B1) the bound is the sum of
$[[approximation_loss]]$ and $[[residual]]$.

positive chances (by positivity): Laws of full support give neighbourhoods positive probabilities $q$ and $\omega$, and each pattern of
inputs has a positive probability as $0<p_0<1$.

one layer (from positive chances; by L17.1): With one hidden layer each unit has $M$ copies, except with a probability that tends to $0$ as
$n\to\infty$.

two layers (from positive chances; by L11.3 for copies_rate, isolated_rate, variance_rate): With two hidden layers let $M'_j$ be the number
of isolated copies of the unit $j$, with mean $\mu_j$ and variance $V_j$. As $\lambda,q,\omega>0$, $\mu_j/n$ has a positive limit, and $V_j$
is at most of the order $n$.

one unit (from two layers; by L11.4 for cantelli): Where $\mu_j>M-1$, the unit $j$ has fewer than $M$ isolated copies with probability at
most $V_j/(V_j+(\mu_j-M+1)^2)$. This bound tends to $0$ as $n\to\infty$.

failure (from one unit; by union bound): At least one of the units has fewer than $M$ isolated copies with probability at most the sum of
$V_j/(V_j+(\mu_j-M+1)^2)$ over all units, which tends to $0$. The cells of isolated copies are disjoint: no other root is connected to their
children.

copies needed (from bound of the loss, one layer, failure): So from some $n_0$ on, with probability at least $1-\delta$, each unit has at least
$[[copies_needed]]$ copies. Then the bound of the loss is at most $\varepsilon$.

even moments: Let a unit vector be uniform on the sphere, and let $\theta$ be its angle to a fixed unit vector. The mean of
$\cos^{2j}\theta$ is $[[even_moment]]$: the law of the angle is $\sin^{s-2}\theta\,d\theta$, up to a constant, and one integrates by parts.
In one dimension $\cos\theta=\pm1$.

series (from even moments): So $e^{x\sqrt\nu\cos\theta}$ has the mean ${}_0F_1(;\frac s2;\frac{\nu x^2}4)$, a series with the terms
$[[series_term]]$; odd powers have the mean $0$.

sphere: The unit sphere in $s$ dimensions has the surface measure $[[surface]]$, as the normal law has total mass $1$.

radius (from series, sphere): For $w$ normal about $w^*$, $\|w^*\|^2=\nu$, the density of $\|w\|$ is $[[radial_density]]$, the integral of
$(2\pi)^{-s/2}e^{-(x^2+\nu)/2+x\sqrt\nu\cos\theta}$ over a sphere of radius $x$.

ball (from radius; by additivity): By the symmetry of the normal law, $P(\|w-w^*\|\le\rho_0)$ for a standard normal $w$ is the integral of
this density up to $\rho_0$, which is $[[gaussian_ball]]$.

change of sign (from ball; by additivity): If $\sigma$ is odd, weights near $-w^*$ give a copy up to its sign. The ball of these weights has
the same probability as the first ball, and is disjoint from it if $\rho_0<\sqrt\nu$: both together have twice the probability.

vertex (from ball, change of sign; by product): The pattern of a vertex is independent of its weights. So the vertex copies the unit,
without changes of sign, with probability $[[gaussian_copy]]$.
""",
    globals(),
)

VOLUME = sp.pi ** (signs / 2) * rho_0**signs / sp.gamma(signs / 2 + 1)


def losses_tend_to_that_of_the_witness(approximation_loss: sp.Expr) -> Relations:
    """Twice its root, less that of ε_w, is a multiple of ρ₀ + ρ."""
    step = Lambda * (rho_0 + rho) * A_1
    yield same(2 * approximation_loss, 2 * epsilon_w + step * (2 * sp.sqrt(2 * epsilon_w) + step), by=sp.expand)


def so_many_copies_leave_the_rest(approximation_loss: sp.Expr, residual: sp.Expr, copies_needed: sp.Expr) -> Relations:
    """M times the root of the share that the residual of M copies has of the goal less the loss of neighbours."""
    count, rest = sp.Symbol("M", positive=True), sp.Symbol("eta", positive=True)
    share = sp.sqrt(residual.subs(M, count) / (goal - approximation_loss))
    apart = {goal: rest + approximation_loss}
    yield same(copies_needed, count * share, by=lambda gap: sp.simplify(gap.subs(apart)))


def terms_are_mean_powers(even_moment: sp.Expr, series_term: sp.Expr) -> Relations:
    """The exponential series, of which even powers are left, j! and (s/2)_j in it those of a ₀F₁."""
    mean = (x * sp.sqrt(nu)) ** (2 * j) / sp.factorial(2 * j) * even_moment

    def by_neighbours(gap: sp.Expr) -> sp.Expr:
        share = gap / mean + 1  # of the term and the mean: the same for all j, and 1 for j = 0
        ratio = sp.gammasimp(sp.powsimp(share.subs(j, j + 1) / share))
        return sp.S.Zero if ratio == 1 and sp.simplify(share.subs(j, 0)) == 1 else gap

    yield same(series_term, mean, by=by_neighbours)


def densities_are_means_over_spheres(series_term: sp.Expr, surface: sp.Expr, radial_density: sp.Expr) -> Relations:
    """The density of the normal law on a sphere of radius x, its measure, and the mean of the exponential: a ₀F₁ of such terms."""
    mean = sp.hyper([], [signs * half], nu * x**2 / 4)
    constant = (2 * sp.pi) ** (-signs * half) * sp.exp(-(x**2 + nu) / 2)
    yield same(radial_density, surface * x ** (signs - 1) * constant * mean)
    index, (_, lower, argument) = sp.Symbol("j", integer=True, nonnegative=True), mean.args
    term = argument**index / (sp.factorial(index) * sp.gamma(lower[0] + index) / sp.gamma(lower[0]))
    yield same(series_term, term.subs(index, j), by=sp.powsimp)


pac_convergence = Claim(
    label="L17.3",
    title="Random sparse lifts converge to low loss with high probability",
    headline=r"Under its assumptions, a sufficiently wide random sparse lift comes down to any given loss above that of a witness with one or two hidden layers, with a probability arbitrarily close to $1$.",
    statement=r"""
Consider the lifts of L17.1 and L17.2 with fixed $0<p_0<1$ and $\lambda>0$, weight laws of full support, inputs $x$ with
$E_D\|x\|^4<\infty$, and $\sigma'$ and $\sigma''$ bounded. Let a witness with one or two hidden layers have the loss $\varepsilon_w$.
Then for all $\varepsilon>\varepsilon_w$ and $\delta>0$ there is an $n_0$ with $P(\limsup_tL(t)\le\varepsilon)\ge1-\delta$ for all
$n\ge n_0$. Where $[[approximation_loss]]<\varepsilon$, the loss falls to $\varepsilon$ or below if each unit has at least
$[[copies_needed]]$ copies with disjoint cells (isolated copies for two hidden layers), since at its longest time the bound (B1) is the
sum of this loss and $[[residual]]$.

**Continuous weights.** A standard normal vector of $s$ weights is within $\rho_0$ of a vector with $\|w^*\|^2=\nu$ with probability
$$[[gaussian_ball]],$$ so a vertex copies a unit on $s$ of $d$ inputs, without changes of sign, with probability $[[gaussian_copy]]$ (for
odd $\sigma$ and $\rho_0<\sqrt\nu$, up to sign, with twice this probability).
""",
    steps=STEPS,
    source=THEOREM,
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        COPIES.drawn_from(10, 60),
        START.drawn_from(half, 1),
        Quantity(
            Lambda,
            "Lipschitz constant of a unit in its weights",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 8), sp.Rational(1, 4)),
        ),
        Quantity(A_1, "sum of the moduli of the readout of the witness, or a bound of it", NON_NEGATIVE, drawn=(1, 2)),
        Quantity(A_2, "Euclidean norm of the readout of the witness, or a bound of it", NON_NEGATIVE, drawn=(half, 1)),
        Quantity(rho, "distance by which the weights of a cell may move", POSITIVE, drawn=(half, 1)),
        DISTANCE.drawn_from(half, 2),
        Quantity(epsilon_w, "loss of the witness", NON_NEGATIVE, drawn=(0, half)),
        Quantity(goal, "loss that is to be reached", POSITIVE, drawn=(4, 6)),
        Quantity(nu, "squared norm of the weights of a unit", NON_NEGATIVE, drawn=(half, 3)),
        INPUT_KEPT.drawn_from(sp.Rational(1, 8), sp.Rational(7, 8)),
        UNIT_INPUTS.drawn_from(2, 4),
        INPUTS.drawn_from(4, 9),
        Quantity(x, "length of a vector of weights", NON_NEGATIVE, drawn=(half, 2)),
        Quantity(j, "half of a power of a cosine", COUNT_FROM_ZERO, drawn=(0, 4)),
    ),
    hypotheses=(
        Hypothesis("the hypotheses of L16.1 hold, but those on types and copies"),
        Hypothesis("edges and weights are independent"),
        Hypothesis("a unit has no more inputs than there are", signs <= inputs),
        Hypothesis(
            "the loss to be reached is above that of neighbouring units", goal > approximation_loss, ("copies_needed",)
        ),
    ),
    named={"h": comparison_error, "f": sp.Lambda(x, radial_density)},
    symbols={
        "D": "law of the data",
        "E_D": "mean over the data",
        r"\sigma": "activation",
        r"\lambda": "expected number of edges into a vertex above one edge of the base",
        r"P(\cdot)": "probability of an event",
        "L(t)": "loss at the time $t$",
        "t": "time of training",
        r"\delta": "probability of failure that is allowed",
        "n": "width of the lift",
        "n_0": "width from which on that holds",
        "w^*": "weights of a unit of the witness",
        "f": "density of the distance of a standard normal vector from $w^*$",
        r"\Gamma": "gamma function",
        "{}_0F_1": "hypergeometric function",
    },
    uses=("L17.2",),
    remarks=(
        Remark(
            r"At $\nu=s=3$, $\rho_0=\frac1{10}$ the ball has probability $6\cdot10^{-5}$, and a vertex that keeps each of four inputs "
            r"with probability $\frac12$ copies a unit on three of them with probability $4\cdot10^{-6}$. One copy, without changes of "
            r"sign, with probability $\frac{19}{20}$ needs more than $700\,000$ vertices, and ten copies need more than four million. "
            r"Guarantees for continuous laws are asymptotic.",
            "balls_are_small",
        ),
        Remark(
            r"Deeper bases need a count of deeper isolated trees. If every input is kept, $p_0=1$, there are copies only of "
            r"witnesses whose units are connected to all inputs, some perhaps with the weight $0$."
        ),
    ),
    aids={"loss_bound": loss_bound, "longest_time": longest_time, "copies": M, "copies_loss": copies_loss},
    open_questions=(
        OpenQuestion(
            asks="Do random sparse lifts reach the loss of a witness of attention blocks in a row, and how wide must they be for perceptrons of three and more hidden layers?",
            obstacle="Copies of attention blocks in a row have to be disjoint, but the cells of different terminals share heads at each intermediate layer, and L11 counts trees of scalar units alone. For perceptrons a width needs explicit moments of deeper isolated trees.",
            known="One and two hidden layers (L17.1, L17.2), one layer of convolutions or attention (L21.2, L21.3). The deterministic part, many disjoint copies, holds at any depth (L16.1). For perceptrons of three and more hidden layers the two moments of L11 gain factors, but keep their orders in $n$. So from some width on there are likely to be enough isolated trees; this is written out for two layers alone.",
            evidence="Nothing was computed beyond two hidden layers.",
        ),
    ),
    loose=(
        Loose(
            expression="copies_needed",
            truth="copies",
            at=(LONGEST_TIME_FOR_LINEAR_COPIES,),
            lost=LOST + r"; at the longest time of (B1) these $M$ copies are not enough",
        ),
    ),
    because={
        "small neighbourhoods": losses_tend_to_that_of_the_witness,
        "copies needed": so_many_copies_leave_the_rest,
        "series": terms_are_mean_powers,
        "radius": densities_are_means_over_spheres,
    },
    wrong=lambda: {
        "gaussian_ball: the volume of the ball": VOLUME,
        "gaussian_ball: … times the density at its centre": VOLUME * sp.exp(-nu / 2) / (2 * sp.pi) ** (signs / 2),
        "gaussian_ball: the ball about 0": gaussian_ball.subs(nu, 0),
        "gaussian_copy: any pattern": gaussian_ball,
        "gaussian_copy: the volume of the ball": p_0**signs * (1 - p_0) ** (inputs - signs) * VOLUME,
        "gaussian_copy: absent inputs forgotten": p_0**signs * gaussian_ball,
        "gaussian_copy: absent inputs for present ones": gaussian_copy / (1 - p_0) ** inputs,
        "gaussian_copy: 10 times as often": 10 * gaussian_copy * (1 - p_0) ** (signs - inputs),
        "gaussian_copy: two patterns": 2 * gaussian_copy * (1 - p_0) ** (signs - inputs),
        "approximation_loss: without the loss of the witness": approximation_loss.subs(epsilon_w, 0),
        "approximation_loss: without the start": approximation_loss.subs(rho_0, 0),
        "residual: of one copy": M**2 * residual,
        "copies_needed: the square": copies_needed**2,
        "even_moment: of a plane": even_moment.subs(signs, 2),
        "even_moment: of the line": sp.S.One,
        "series_term: a plane for all": series_term.subs(signs, 2),
        "series_term: without factorials": series_term * sp.factorial(j),
        "surface: the ball": surface / signs,
        "surface: one dimension more": surface.subs(signs, signs + 1),
        "radial_density: about 0": radial_density.subs(nu, 0),
        "radial_density: of the plane": radial_density / x ** (signs - 2),
        "copies_loss: the loss falls with the share itself": LINEAR_LOSS,
        "copies_loss: half the share": copies_loss.subs(gamma, gamma / 2),
        "copies: 10 % more copies": sp.Rational(11, 10) * M,
    },
)
