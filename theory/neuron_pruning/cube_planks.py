"""N3.2: neurons that are aligned are planks, and these have to cover a cube."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.let import Told
from sparse_limits.theory.neuron_pruning.alignment import ERROR, NEURONS, SUCCESS, N, delta, eps, ratio
from sparse_limits.theory.neuron_pruning.covering_order import eta
from sparse_limits.theory.neuron_pruning.cube_covering import covered, least
from sparse_limits.theory.neuron_pruning.inputs import INPUTS, d
from sparse_limits.theory.neuron_pruning.planks import KEPT, ball_mean, cover_sum, r
from sparse_limits.theory.neuron_pruning.symbols import LINEAR_OUTPUT, ONE_RELU, PLANK, WHOLE_NEURONS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity, whole_from
from sparse_limits.theory.reasons import Relations, holds, induction, same

s = sp.Symbol("s", positive=True)
x = sp.Symbol("x", real=True)  # log s
y = sp.Symbol("y", nonnegative=True)
mean = sp.Symbol("cprime_d", positive=True)  # of the ratio of one weight to the sum of the moduli of the others

far = sp.Max(r, 1)
corner = (r / far, 1 / far)  # along the first axis, and across
weights = (sp.S.One, -2 / far, sp.S.One)  # of the errors at three points
bend = r / far
total = 2 + 2 / far
cube_error = r / (2 * (far + 1))
cube_ratio = sp.Max(4 * eps, 2 * eps / (1 - 2 * eps))
transform = sp.exp(s**2 / 2) * sp.erfc(s / sp.sqrt(2))
slow = 1 / sp.sqrt(1 + 2 * y / s**2)
norm_transform = transform ** (d - 1)
weight_mean = sp.sqrt(2 / sp.pi)
cube_limit = sp.S.One
exponents = (x - sp.exp(2 * x) / 2, x - sp.exp(x))  # of the densities of log|w| and of the logarithm of an exponential
large = sp.sqrt(2 / sp.pi) / s * sp.hyper([1, sp.Rational(1, 2)], [], -2 / s**2)  # the same, without 0 · ∞
below_one = sp.Integral(transform ** (d - 1), (s, 0, 1))
above_one = sp.Integral(sp.exp(x) * large.subs(s, sp.exp(x)) ** (d - 1), (x, 0, sp.oo))
cube_mean = sp.sqrt(2 / sp.pi) * (below_one + above_one)
cube_width = cube_ratio * mean
cube_sum = N * cube_ratio * mean
cube_number = delta / (cube_ratio * mean)
cube_success = Told(cube_sum, [(mean, cube_mean)])
cube_neurons = Told(cube_number, [(mean, cube_mean)])

MEASURED = tuple({d: inputs, eps: sp.Rational(1, 100), eta: sp.Rational(1, 4)} for inputs in (12, 102))
AT_LEAST = "at least, compared with the bound of N10.2: in the sum of the half-widths,"

STEPS = proof(
    r"""
cone: Let $|\langle u_i,x_0\rangle|\ge r|w_{i1}|$ for all kept neurons, at some $x_0\in[-1,1]^{d-1}$. At $pe_1+qx_0$ no kept neuron changes
its sign for $|p|<rq$, so that $g_S$ is linear for $|p|\le rq$. This range contains the points $(-p,q)$, $(0,1)$, $(p,q)$ of the cube with
$(p,q)=[[corner]]$.

bend (from cone): With the weights $[[weights]]$ at these points the errors $f-g_S$ add up to $[[bend]]$, whatever the linear function is:
$f=\sigma(p)$.

three errors (from bend; by triangle inequality): The modulus of this sum is at most the error times the sum $[[total]]$ of the moduli of
the weights.

error on the cube (from bend, three errors): So the error is at least the quotient of the two, $[[cube_error]]$.

ratio on the cube (from error on the cube): This bound grows with $r$, and it is $\varepsilon<\frac12$ at $[[cube_ratio]]$. So at each $x_0$
some kept neuron has $|\langle u_i,x_0\rangle|\le r|w_{i1}|$ with this $r$: if all kept neurons violated this inequality, then, being
finitely many, they would violate it for a larger $r$.

half-width on the cube (from ratio on the cube): Relative to that of the cube, which is $\|u_i\|_1$, these planks have a half-width of
$[[cube_ratio]]$ times $|w_{i1}|/\|u_i\|_1$, with the mean $[[cube_width]]$, where $c'_d=\mathbb E\frac{|w_{i1}|}{\|u_i\|_1}$.

planks (cited: Ball (1991), “The plank problem for symmetric bodies”: if planks cover the unit ball of a normed space, their relative
half-widths add up to 1 at least): The relative half-widths of planks that cover the cube add up to at least $[[cover_sum]]$, which one
plank attains; the same holds for every symmetric body.

[[KEPT]]

success on the cube (from half-width on the cube, planks, kept and not kept): So on the cube an error of $\varepsilon$ has at most the
probability $[[cube_sum]]$.

transform: $\mathbb Ee^{-s|w_1|}=[[transform]]$: both sides are $1$ at $0$, and by parts both have the slope $s$ times their value minus
$\mathbb E|w_1|$.

substitution (from transform): With $v=su$ the transform is $\sqrt{\frac2\pi}\frac1s\int_0^\infty e^{-v-v^2/2s^2}dv$, and with
$y=v+\frac{v^2}{2s^2}$ this is the integral of $e^{-y}$ times $[[slow]]$.

series (from substitution; by Fubini): $[[slow]]$ is the mean of $e^{-2gy/s^2}$ for $g$ with the law Gamma$(\frac12)$. Integrated over $y$
first, the integral is $\mathbb E(1+2g/s^2)^{-1}$, which the series denotes: the transform is $[[large]]$.

independent weights (from transform; by product): The $d-1$ other weights are independent: $\mathbb
Ee^{-s\|w_{2:d}\|_1}=[[norm_transform]]$.

reciprocal (from independent weights; by Fubini): $\frac1y=\int_0^\infty e^{-sy}ds$: the mean of $1/\|w_{2:d}\|_1$ is the integral of this
over $s$.

one weight: The first weight is independent of the others, and $\mathbb E|w_1|=[[weight_mean]]$.

mean on the cube (from series, reciprocal, one weight): Together, with the integral split at $1$ and $s=e^x$ beyond, the mean ratio on the
cube is $c'_d=[[cube_mean]]$.

scaling (from reciprocal, one weight; by Jensen): With $s=\frac y{d-1}$, $d-1$ times the mean is $\mathbb E|w_1|$ times the integral of
$\mathbb Ee^{-ym}$, where $m$ is the mean of $d-1$ moduli: the $(d-1)$-th power of the transform. Averages of more terms are conditional
means of averages of fewer, and $e^{-ym}$ is convex in $m$: this expectation falls in $d$, for every $y$.

limit (from scaling, transform; by dominated convergence): For every $y$ it tends to $e^{-y\,\mathbb E|w_1|}$, and from $d=3$ on it stays
below its value at $d=3$, whose integral is finite. So $d-1$ times the mean falls to $[[cube_limit]]$.

neurons on the cube (from success on the cube, mean on the cube, limit): The bound is $\delta$ at $[[cube_number]]$ neurons, and it grows
with $N$.

with the mean (from success on the cube, neurons on the cube, mean on the cube; a definition): With its mean inserted, these are the bound
$[[cube_success]]$ and the number $[[cube_neurons]]$.
""",
    globals(),
    cover_sum=cover_sum,
    KEPT=KEPT,
)


def without_series(gap: sp.Expr) -> sp.Expr:
    """The gap with √(πz) e^z erfc √z for the series of −1/z (DLMF 13.6.8 and 13.6.21)."""

    def closed(each: sp.Expr) -> sp.Expr:
        z = sp.simplify(-1 / each.args[2])
        return sp.sqrt(sp.pi * z) * sp.exp(z) * sp.erfc(sp.sqrt(z))

    return sp.simplify(gap.replace(lambda each: isinstance(each, sp.hyper), closed))


def the_exponent_is_the_new_variable(slow: sp.Expr) -> Relations:
    """v solves y = v + v²/(2s²), has this slope in y, and is 0 at 0."""
    v = s**2 * (1 / slow - 1)
    yield same(v + v**2 / (2 * s**2), y)
    yield same(sp.diff(v, y), slow)
    yield same(v.subs(y, 0), sp.S.Zero)


def both_parts_have_the_transform_of_the_norm(
    norm_transform: sp.Expr, weight_mean: sp.Expr, cube_mean: sp.Expr
) -> Relations:
    """Whatever d is: what is integrated from 0 to 1, and beyond 1 with ds = e^x dx; and the mean modulus before both."""
    parts = sorted(cube_mean.atoms(sp.Integral), key=lambda each: str(each.limits))
    ends = {(part.limits[0][1], part.limits[0][2]) for part in parts}
    yield holds(ends == {(0, 1), (0, sp.oo)}, f"integrals from and to {ends}")
    for part in parts:
        ((variable, _, high),) = part.limits
        density = part.function.subs(variable, s) if high == 1 else part.function.subs(variable, sp.log(s)) / s
        yield same(density, norm_transform, by=without_series)
    outside = cube_mean.xreplace(dict.fromkeys(parts, norm_transform))
    yield same(outside, len(parts) * weight_mean * norm_transform)


cube_planks = Claim(
    label="N3.2",
    title="Planks on the cube: at least of the order of d/ε neurons",
    headline=r"With a linear output, some subset of $N$ whole Gaussian neurons is within $\varepsilon<\frac12$ of the ReLU of one input on the cube $[-1,1]^d$, $d\ge3$, with probability $\delta$ only if $$N\ge[[cube_neurons]],$$ where $c'_d\sim\frac1d$ as $d\to\infty$.",
    statement=r"""
**Setting.** As in N2, let $f(x)=\sigma(\langle w^*,x\rangle)$, here with $w^*=e_1$, and let
$g_S=\sum_{i\in S}\alpha_i\sigma(\langle w_i,x\rangle)$ keep a subset $S$ of $N$ neurons, with any output weights $\alpha$. Let the
$w_i\sim N(0,I_d)$, $d\ge3$, be independent, and let the error be the supremum of $|f-g_S|$ over the cube $[-1,1]^d$.

**Alignment.** Let $u_i=(w_{i2},\dots,w_{id})$. If some $x_0\in[-1,1]^{d-1}$ satisfies $|\langle u_i,x_0\rangle|\ge r|w_{i1}|$ for all kept
neurons, then the error is at least $[[cube_error]]$. So an error of at most $\varepsilon<\frac12$ requires, at every $x_0$, a kept neuron
with $|\langle u_i,x_0\rangle|\le\rho\,|w_{i1}|$, $\rho=[[cube_ratio]]$.

**Neurons needed.** Therefore
$$\Pr(\exists S:\text{error}\le\varepsilon)\le [[cube_success]],\qquad c'_d=\mathbb E\frac{|w_1|}{\|w_{2:d}\|_1}=[[cube_mean]],$$ where
$\mathbb Ee^{-s|w_1|}=[[transform]]=[[large]]$ for all $s>0$. (The divergent series ${}_2F_0$ stands for $\mathbb E(1+2g/s^2)^{-1}$, where
$g$ has the law Gamma$(\frac12)$.) The product $(d-1)c'_d$ decreases to $1$. So success with probability $\delta$ needs at least
$[[cube_neurons]]$ neurons, of the order of $\delta d/\varepsilon$ as $\varepsilon\to0$.

**Planks.** The proof uses planks $\{|\langle u_i,x\rangle|\le h_i\}$ that cover the cube: the sum of their relative half-widths
$h_i/\|u_i\|_1$ is at least $[[cover_sum]]$, which one plank attains.
""",
    steps=STEPS,
    source=Source(
        "2603.02234",
        "v1",
        "beyond the abstract, which has “Ω(d/ε) hidden neurons”; by the plank theorem of Ball (1991)",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(d, INPUTS.meaning, whole_from(3), drawn=(16, 30)),
        Quantity(s, "argument of the Laplace transform of a weight's modulus", POSITIVE, drawn=(sp.Rational(1, 4), 6)),
        NEURONS.drawn_from(0, 9),
        ERROR.drawn_from(sp.Rational(1, 100), sp.Rational(9, 20)),
        Quantity(
            r,
            "bound from below, at one place, on the ratio of what all other weights of a kept neuron give to its first, both in modulus",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 4), 3),
        ),
        SUCCESS.drawn_from(sp.Rational(1, 10), 1),
        Quantity(
            mean,
            "mean ratio of one weight to the sum of the moduli of the others, `cube_mean`",
            POSITIVE,
            drawn=(sp.Rational(1, 20), 1),
        ),
        Quantity(y, "variable of integration", NON_NEGATIVE),
    ),
    hypotheses=(*WHOLE_NEURONS, Hypothesis("the target is a coordinate")),
    named={r"\rho": cube_ratio},
    symbols={
        **ONE_RELU,
        **LINEAR_OUTPUT,
        "x": "input; in an integral the logarithm of $s$",
        "e_1": "unit vector of the first input",
        "u_i": "weights of neuron $i$ but the first; of any plank its normal vector",
        **PLANK,
        "x_0": "values of all inputs but the first",
        "{}_2F_0": "hypergeometric series",
        "g": r"random number of the law Gamma$(\frac12)$",
    },
    uses=("N2",),
    remarks=(
        Remark(
            r"In the integral beyond $1$ the logarithm of the integrand is concave in $x=\ln s$, as the evaluation uses: "
            r"$\mathbb Ee^{-s|w_1|}$ is the probability that $\ln|w_1|-\ln E\le-x$, where $E$ is exponential, and both logarithms have "
            r"log-concave densities.",
            "logarithms_have_log_concave_densities",
        ),
    ),
    aids={"exponents": exponents, "least": least, "covered": covered},
    loose=(
        Loose(
            expression="cube_success",
            truth="covered",
            at=tuple({**each, N: count} for each, count in zip(MEASURED, (100, 1000), strict=True)),
            lost=f"{AT_LEAST} which planks that cover must reach, but which does not ensure that random planks cover",
        ),
        Loose(
            expression="cube_neurons",
            truth="least",
            at=tuple({**each, delta: sp.Rational(1, 2)} for each in MEASURED),
            lost=f"{AT_LEAST} of which the bound has the order $d$, and N10.2 $d^{{3/2}}$",
            side=Side.BELOW,
        ),
    ),
    sharp=(
        Sharp(
            expression="cube_error",
            example=r"four neurons of two inputs: $(\pm1,\pm r)$ for $r\ge1$; $(1,\pm r)$ and $(0,\pm1)$ for $r<1$",
            check="no_network_on_the_square_does_better",
            side=Side.BELOW,
        ),
        Sharp(expression="cube_ratio", example="the same neurons", check="some_neuron_on_the_square_has_this_ratio"),
        Sharp(
            expression="cover_sum",
            example="one plank",
            check="planks_with_a_smaller_sum_do_not_cover_the_cube",
            side=Side.BELOW,
        ),
    ),
    because={
        "transform": lambda transform: (
            same(sp.diff(transform, s), s * transform - weight_mean),
            same(transform.subs(s, 0), sp.Integer(1)),
        ),
        "substitution": the_exponent_is_the_new_variable,
        "independent weights": lambda transform, norm_transform: induction(
            norm_transform, d, transform, lambda term: term * transform, start=2
        ),
        "one weight": lambda weight_mean: same(
            weight_mean, sp.integrate(2 * y * sp.exp(-(y**2) / 2) / sp.sqrt(2 * sp.pi), (y, 0, sp.oo))
        ),
        "mean on the cube": both_parts_have_the_transform_of_the_norm,
        "limit": lambda transform, weight_mean, cube_limit: (
            same(-sp.diff(transform, s).subs(s, 0), weight_mean),
            same(cube_limit, weight_mean * sp.integrate(sp.exp(-weight_mean * y), (y, 0, sp.oo))),
        ),
    },
    wrong=lambda: {
        "large: first term alone": weight_mean / s,
        "transform: no scaling of the argument": sp.exp(s**2 / 2) * sp.erfc(s),
        "transform: two-sided": sp.exp(s**2 / 2),
        "transform: twice the argument": transform.subs(s, 2 * s),
        "cube_mean: power d": cube_mean.subs(d, d + 1),
        "cube_mean: leading order": 1 / d,
        "cube_mean: lower end": 1 / (d - 1),
        "cube_mean: of the ball": ball_mean,
        "cube_mean: for twice the dimension": cube_mean.subs(d, 2 * d),
        "cube_mean: without the change of variable": cube_mean.replace(sp.exp(x), sp.exp(x / 2)),
        "cube_success: without the dimension": cube_success / d,
        "cube_error: N1 alone": r / 4,
        "cube_error: far points alone": r / (2 * (r + 1)),
        "cube_ratio: N1 alone": 4 * eps,
        "cube_ratio: far points alone": 2 * eps / (1 - 2 * eps),
        "cube_ratio: the smaller one": sp.Min(4 * eps, 2 * eps / (1 - 2 * eps)),
        "cube_ratio: of the ball": ratio,
        "corner: corners of the cube": (sp.S.One, sp.S.One),
        "corner: as far as r": (r, sp.S.One),
        "corner: as far as 1": (sp.S.One, 1 / r),
        "corner: half as far": (corner[0] / 2, corner[1] / 2),
        "weights: second difference": (1, -2, 1),
        "weights: one of two ends": (weights[0], weights[1], 0),
        "bend: of the whole ratio": r,
        "total: of a second difference": sp.Integer(4),
        "total: signed": 2 - 2 / far,
        "cube_width: of the ball": ratio * mean,
        "cube_sum: of the ball": N * ratio * mean,
        "cube_sum: 4ε beyond 1/4, wasteful": 4 * N * eps * mean,
        "cube_sum: one neuron less": cube_sum.subs(N, N - 1),
        "cube_number: of the ball": delta / (ratio * mean),
        "cube_number: 4ε beyond 1/4, wasteful": delta / (4 * eps * mean),
        "slow: without the root": slow**2,
        "slow: first term alone": slow.subs(y, 0),
        "slow: half the argument": slow.subs(y, y / 2),
        "norm_transform: power d": norm_transform.subs(d, d + 1),
        "norm_transform: sum of the transforms": (d - 1) * transform,
        "norm_transform: no scaling of the argument": (sp.exp(s**2 / 2) * sp.erfc(s)) ** (d - 1),
        "exponents: a density that is not changed": (-sp.exp(2 * x) / 2, exponents[1]),
        "exponents: of one normal weight": (exponents[0], -(x**2) / 2),
    },
)
