"""S1 and S2: the threshold of a factorised saliency, and the methods whose limit is constant."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.level import level, solves
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, Relations, nonnegative, same
from sparse_limits.theory.saliency.model import (
    ANY_DENSITY,
    DENSITY,
    INPUT,
    ONE,
    TAIL_INDEX,
    THRESHOLD,
    SaliencyModel,
    magnitude_model,
    rho,
    tau,
    v,
)
from sparse_limits.theory.saliency.symbols import FACTORS, GRAPHON, MEAN, ROW_POSITION, SURVIVAL
from sparse_limits.theory.tails import (
    Tail,
    alpha,
    exponential,
    frechet,
    half_normal,
    normal_density,
    pareto,
    product_normal,
    t,
)

c, p, s = sp.symbols("c p s", positive=True)

linear_model = SaliencyModel(row=ONE, column=v, noise=exponential)
linear_density = sp.expint(2, tau)
linear_slope = -sp.expint(1, tau)
linear_threshold = level(linear_density.subs(tau, t), t, rho)
scaled_threshold = c * tau
powered_threshold = tau**p
noises = {
    "half_normal": half_normal,
    "exponential": exponential,
    "pareto": pareto,
    "frechet": frechet,
    "product_normal": product_normal,
}

THRESHOLD_STEPS = proof(
    r"""
kernel (by tower): Given $u,v$, a score exceeds $\tau$ with probability $W(u,v)=\bar F(\tau/f(u)\varphi(v))$. As $\bar F$ is continuous, it
makes no difference whether $\xi$ is above or at $\tau/f\varphi$. So $D(\tau)$, the mean of $W$, is the probability that a score is kept.

continuity (from kernel; by dominated convergence): Where $0<f\varphi<\infty$, $\bar F(\tau/f\varphi)$ is continuous and non-increasing in
$\tau$, is at most $1$, and tends to $1$ as $\tau\to0$ and to $0$ as $\tau\to\infty$. So $D$ is continuous, non-increasing, and falls from
$1$ to $0$.

strictness (from kernel; by positivity): Let $\tau<\tau'$. If $x_0=0$ and $D(\tau)>0$, the integrand falls strictly from $\tau$ to $\tau'$
where $f\varphi>\tau/x_F$. If $x_F=\infty$ and $D(\tau')<1$, it falls strictly where $f\varphi<\tau'/x_0$. These sets have positive measure,
since $\bar F(\tau/f\varphi)=0$ outside the first and $\bar F(\tau'/f\varphi)=1$ outside the second. So $D(\tau)>D(\tau')$ if either lies
strictly between $0$ and $1$.

one threshold (from continuity, strictness; by intermediate value): So $D(\tau_\rho)=\rho$ has a solution for each $\rho\in(0,1)$, and by
*strictness* only one; $W$ has the mean $\rho$ there. Strictness requires $x_0=0$ or $x_F=\infty$: uniform noise on $[1,2]$ with
$f\varphi\in\{1,3\}$, half each, has $D=\frac12$ on all of $[2,3]$.

noises (gives noises; at some points: five laws, one of them an integral, and some with cases: each is compared along a list of thresholds):
The survival functions of half-normal, exponential, Pareto and Fréchet noise and of the product of two normals are continuous. They are $1$
up to $x_0$, which is $1$ for Pareto noise and $0$ otherwise, and fall strictly from there to $0$ at infinity.

scale (from one threshold): For $cf$ in place of $f$ the threshold $[[scaled_threshold]]$ leaves the argument $\tau/f\varphi$ of $\bar F$
unchanged, hence also $W$ and its mean. It is the only threshold with this mean.

power (from one threshold): $\xi^p$ exceeds $x^p$ if and only if $\xi$ exceeds $x$. So for $\xi^p,f^p,\varphi^p$ the threshold
$[[powered_threshold]]$ leaves $W$ unchanged, at $x=\tau/f\varphi$.

example (from kernel; a definition; gives model): Let $f=1$, $\varphi(v)=v$ and $\bar F(t)=e^{-t}$, so that $W=e^{-\tau/v}$.

density (from example): There $D(\tau)=[[density]]$. Indeed, as a function of $v$, $v\,E_2(\tau/v)$ has the derivative
$E_2(\tau/v)+\frac\tau vE_1(\tau/v)=e^{-\tau/v}$, by $E_2(z)=e^{-z}-zE_1(z)$, and lies between $0$ and $v$, so that it tends to $0$ as
$v\to0$.

slope (from density): $D'(\tau)=[[slope]]$, and $D\to1$ as $\tau\to0$.

threshold (from one threshold, density): So $\tau_\rho=[[threshold]]$, the one point of *one threshold* for this $D$.
""",
    globals(),
    model=linear_model,
    density=linear_density,
    slope=linear_slope,
    threshold=linear_threshold,
)

ROW, COLUMN = sp.symbols("f varphi", positive=True)


uniform_on_1_2 = Tail("uniform on [1, 2]", sp.Min(1, sp.Max(0, 2 - t)))


def slope_is_the_derivative(density: sp.Expr, slope: sp.Expr) -> Relations:
    """D′ as stated, and D(0) = 1."""
    yield same(sp.diff(density, tau), slope)
    yield same(sp.limit(density, tau, 0), 1)


def threshold_is_where_the_density_is_met(threshold: sp.Expr, density: sp.Expr) -> Relation:
    """The equation that defines the threshold is D(τ) − ρ = 0; any other formula is held against it by value."""
    return solves(threshold, tau, density - rho)


stable_threshold = Claim(
    label="S1",
    title="A factorised saliency has one stable threshold",
    headline=r"Let a score be a factor of its row times a factor of its column times iid noise, such as half-normal noise. For $0<\rho<1$ exactly one threshold keeps the share $\rho$. The chances to be kept are a graphon $W$ of mean $\rho$.",
    statement=r"""
Let $S_{ij}=f(u_i)\varphi(v_j)\xi_{ij}$, where $f,\varphi>0$ a.e. are measurable on $[0,1]$ and the noise $\xi\ge0$ is iid. Let its survival
function $\bar F$ be continuous, equal to $1$ on $[0,x_0]$, strictly decreasing on $[x_0,x_F)$ and $0$ beyond, where $x_0=0$ or
$x_F=\infty$. Half-normal, exponential, Pareto and Fréchet noise and the modulus of the product of two independent standard normals have
such survival functions.

*One threshold.* The mean share of scores above $\tau$ is $D(\tau)=\iint\bar F(\tau/f(u)\varphi(v))\,du\,dv$. It is continuous and
non-increasing from $1$ to $0$, and strictly decreasing on $\{0<D<1\}$. So for each $\rho\in(0,1)$ there is exactly one $\tau_\rho$ with
$D(\tau_\rho)=\rho$, and the graphon $W(u,v)=\bar F(\tau_\rho/f\varphi)$ has mean $\rho$.

*Scales and powers.* $f\to cf$ gives $\tau\to[[scaled_threshold]]$, and $\xi,f,\varphi\to\xi^p,f^p,\varphi^p$ gives
$\tau\to[[powered_threshold]]$; both leave $W$ unchanged.

*Example.* For $f=1$, $\varphi(v)=v$ and exponential noise, $D(\tau)=[[density]]$, $D'(\tau)=[[slope]]$ and $\tau_\rho=[[threshold]]$.
""",
    steps=THRESHOLD_STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "abstract: “We introduce a Factorised Saliency Model that encompasses popular pruning criteria”; the "
        "threshold is ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        THRESHOLD,
        DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(9, 10)),
        replace(INPUT, within=sp.Interval.Lopen(0, 1), drawn=(sp.Rational(1, 10), 1)),
        Quantity(c, "factor by which the row profile is multiplied", POSITIVE),
        Quantity(p, "power to which noise and profiles are raised", POSITIVE),
        Quantity(t, "value that the noise may exceed", POSITIVE),
        TAIL_INDEX.drawn_from(1, 3),
    ),
    hypotheses=(
        Hypothesis(
            r"$\bar F$ is continuous and strictly decreasing where it is neither $0$ nor $1$, and $x_0=0$ or $x_F=\infty$"
        ),
        Hypothesis(r"$f\varphi>0$ a.e. (zeros of measure $\zeta$ restrict to $\rho<1-\zeta$)"),
    ),
    symbols={
        **FACTORS,
        **GRAPHON,
        **ROW_POSITION,
        **SURVIVAL,
        "x_0, x_F": "ends of the range on which this chance falls strictly",
        r"D(\tau)": r"mean share of the scores that exceed $\tau$",
    },
    also=("model", "noises"),
    because={
        "slope": slope_is_the_derivative,
        "threshold": threshold_is_where_the_density_is_met,
        "scale": lambda scaled_threshold: same(scaled_threshold, tau / (ROW * COLUMN) * (c * ROW) * COLUMN),
        "power": lambda powered_threshold: same(powered_threshold, (tau / (ROW * COLUMN)) ** p * ROW**p * COLUMN**p),
    },
    wrong=lambda: {
        "density: mean field: the noise at the average profile": sp.exp(-2 * tau),
        "density: another exponential integral": sp.expint(3, tau),
        "density: E₁ in place of E₂": sp.expint(1, tau),
        "model: column profile squared": replace(linear_model, column=v**2),
        "model: half-normal noise": replace(linear_model, noise=half_normal),
        "slope: density of the mean field": -2 * sp.exp(-2 * tau),
        "threshold: mean field": sp.log(1 / rho) / 2,
        "threshold: of twice the density": linear_threshold.subs(rho, 2 * rho),
        "scaled_threshold: threshold unmoved by the scale": tau,
        "scaled_threshold: threshold divided by the scale": tau / c,
        "scaled_threshold: one threshold for all scales": c,
        "scaled_threshold: threshold divided by itself": c / tau,
        "powered_threshold: threshold multiplied by the power": p * tau,
        "powered_threshold: threshold unmoved by the power": tau,
        "powered_threshold: one threshold for all powers": p,
        "powered_threshold: power of the inverse": tau**-p,
        "noises: a gap wider than the noise: uniform on [1, 2]": {"uniform": uniform_on_1_2},
        "noises: a rising survival function": {"rising": Tail("rising", 1 - sp.exp(-t))},
        "noises: half-normal without √2": {**noises, "half_normal": Tail("wrong", sp.erfc(t))},
        "noises: exponential of rate 2": {**noises, "exponential": Tail("wrong", sp.exp(-2 * t))},
        "noises: Pareto with α + 1": {**noises, "pareto": Tail("wrong", sp.Min(1, t ** (-alpha - 1)))},
        "noises: Fréchet as a survival": {**noises, "frechet": Tail("wrong", sp.exp(-(t**-alpha)))},
        "noises: the square of one normal": {**noises, "product_normal": Tail("wrong", sp.erfc(sp.sqrt(t / 2)))},
    },
)

standard_threshold = sp.sqrt(2) * sp.erfinv(1 - rho)
magnitude_threshold = s * standard_threshold
lost_moment = 2 * s**2 * t**2 * sp.exp(-(t**2) / 2) / sp.sqrt(2 * sp.pi)  # of w², where the threshold grows by one st
kept_moment = s**2 * (sp.erfc(t / sp.sqrt(2)) + sp.sqrt(2 / sp.pi) * t * sp.exp(-(t**2) / 2))
random_moment = rho * s**2
excess = s**2 * sp.sqrt(2 / sp.pi) * t * sp.exp(-(t**2) / 2)

CONSTANT_STEPS = proof(
    r"""
random scores (by S1 for one threshold): The distribution function of a continuous law makes scores of this law uniform on $[0,1]$, and
almost surely keeps their order, hence the mask. So let independent scores be uniform. They belong to the model with $f=\varphi=1$, so that
$W$ is one number. For $\rho<1$ its mean is $\rho$ by S1; at $\rho=1$ all weights are kept.

magnitudes (a definition; gives model): The magnitude $|w|$ is $s$ times a half-normal variable. In units of $s$ it belongs to the model
with $f=\varphi=1$ and this noise.

survival (from magnitudes): A weight is larger in modulus than $t$ standard deviations with probability $[[survival]]$: as $t$ grows, both
tails lose mass at the rate of the normal density, and at $t=0$ all weights are counted.

standard threshold (from survival): This probability is $\rho$ at $t=[[standard_threshold]]$; at $\rho=1$ the threshold is $0$, and all
weights are kept.

one threshold (from standard threshold; by S1 for one threshold, scaled_threshold): For $\rho<1$ no other threshold has this density, and a
factor $s$ of all scores multiplies the threshold.

threshold (from one threshold): So $\tau=[[threshold]]$.

graphon (from random scores, magnitudes, threshold): The kernel of the model at $\tau/s$ is $[[graphon]]$ for all $u,v$, as it is for
*random scores*.

lost moment (from survival): As $t$ grows, the weights with $w^2=s^2t^2$ are lost, in the density that *survival* loses. So the second
moment loses $[[lost_moment]]$.

second moment (from lost moment): The kept weights carry the second moment $[[second_moment]]$. Its derivative in $t$ is minus the *lost
moment*, and it tends to $0$ as $t\to\infty$, where nothing is kept. At $t=0$ it is $s^2$, the variance.

independent mask (from random scores; by product): A random mask is independent of the weights. So the mean of $w^2$ times an entry of the
mask is the product of the two means.

random moment (from second moment, graphon, independent mask): These means are $s^2$, which is *second moment* at $t=0$, and $\rho$. So
random pruning leaves $[[random_moment]]$.

excess (from survival, second moment, random moment): At the threshold of *magnitudes* for $\rho$, where *survival* is $\rho$, magnitudes
keep $[[excess]]$ more than random scores, which is positive for $t>0$. So the second moments differ for $\rho<1$.
""",
    globals(),
    model=magnitude_model,
    survival=half_normal.survival,
    threshold=magnitude_threshold,
    graphon=rho,
    second_moment=kept_moment,
)


def threshold_scales_with_the_weights(threshold: sp.Expr, standard_threshold: sp.Expr) -> Relations:
    """The threshold of S1 for scores that a factor s multiplies."""
    scaled = scaled_threshold
    yield same(threshold, scaled.subs({c: s, tau: standard_threshold}, simultaneous=True))


def threshold_keeps_the_density(threshold: sp.Expr, graphon: sp.Expr, model: SaliencyModel) -> Relations:
    """The kernel of magnitude pruning at τ/s is ρ."""
    yield same(model.kernel(threshold / s), graphon)


def moment_loses_its_density(second_moment: sp.Expr, lost_moment: sp.Expr) -> Relations:
    """d/dt of the kept moment is minus what is lost; it is 0 at infinity, and at t = 0 the whole moment s²."""
    yield same(sp.diff(second_moment, t), -lost_moment)
    yield same(sp.limit(second_moment, t, sp.oo), 0)
    yield same(second_moment.subs(t, 0), s**2)


def magnitudes_keep_more(
    excess: sp.Expr, survival: sp.Expr, second_moment: sp.Expr, random_moment: sp.Expr
) -> Relations:
    """The kept moment less that of a random mask of the same density, a positive number."""
    yield same(excess, second_moment - random_moment.subs(rho, survival))
    some = sp.Symbol("t", positive=True)
    more = sp.sqrt(2 / sp.pi) * s**2 * some * sp.exp(-(some**2) / 2)
    yield nonnegative(excess, more, where={t: some}, strict=True)


constant_graphon = Claim(
    label="S2",
    title="Random and magnitude pruning have a constant graphon",
    headline=r"At density $\rho$, random pruning and magnitude pruning of independent normal weights have the same constant graphon $W=[[graphon]]$. For $\rho<1$ magnitude pruning keeps more of the second moment of the weights.",
    statement=r"""
Random pruning has $W=\rho$. Magnitude pruning of iid weights $w\sim N(0,s^2)$ has $\tau=[[threshold]]$ and $W=[[graphon]]$. Its masked
weights have the second moment $E[w^2\,1\{|w|>st\}]=[[second_moment]]$ with $t=\tau/s$; random pruning leaves $[[random_moment]]$. So the graphons are equal, but for $\rho<1$ the second moments differ, by $[[excess]]$.
""",
    steps=CONSTANT_STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "appendix C: “Magnitude pruning is identical to that of Random pruning in case all the "
        "weights are i.i.d. initialised”; that both graphons are homogeneous is announced in the abstract of 2602.06675; "
        "threshold and second moment are ours",
    ),
    provenance=Provenance.STATED,
    quantities=(
        ANY_DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(9, 10)),
        Quantity(s, "standard deviation of the weights", POSITIVE),
        Quantity(t, "threshold in standard deviations of the weights", NON_NEGATIVE),
    ),
    hypotheses=(Hypothesis("weights are independent and normal with standard deviation $s$"),),
    symbols={
        **GRAPHON,
        "w": "weight of a layer, normal and independent of the others",
        r"\tau": "threshold for the modulus of a weight",
        "N(0,s^2)": "normal law of mean $0$ and variance $s^2$",
        **MEAN,
    },
    because={
        "survival": lambda survival: (
            nonnegative(-sp.diff(survival, t), 2 * normal_density(t), strict=True),
            same(survival.subs(t, 0), 1),
        ),
        "standard threshold": lambda survival, standard_threshold: (
            same(survival.subs(t, standard_threshold), rho),
            same(standard_threshold.subs(rho, 1), 0),
        ),
        "threshold": threshold_scales_with_the_weights,
        "graphon": threshold_keeps_the_density,
        "lost moment": lambda survival, lost_moment: (
            same(lost_moment, -((s * t) ** 2) * sp.diff(survival, t)),
            nonnegative(lost_moment, 2 * (s * t) ** 2 * normal_density(t)),
        ),
        "second moment": moment_loses_its_density,
        "random moment": lambda random_moment, graphon, second_moment: same(
            random_moment, graphon * second_moment.subs(t, 0)
        ),
        "excess": magnitudes_keep_more,
    },
    wrong=lambda: {
        "survival: √2 forgotten": sp.erfc(t),
        "standard_threshold: one-sided tail": sp.sqrt(2) * sp.erfinv(1 - 2 * rho),
        "standard_threshold: that of what is removed": sp.sqrt(2) * sp.erfinv(rho),
        "threshold: one-sided tail": s * sp.sqrt(2) * sp.erfinv(1 - 2 * rho),
        "threshold: scale forgotten": sp.sqrt(2) * sp.erfinv(1 - rho),
        "threshold: variance for deviation": s**2 * sp.sqrt(2) * sp.erfinv(1 - rho),
        "model: exponential magnitudes": replace(magnitude_model, noise=exponential),
        "lost_moment: modulus for square": lost_moment / (s * t),
        "second_moment: survivors as if unpruned": s**2 * sp.erfc(t / sp.sqrt(2)),
        "second_moment: slope part negative": s**2 * (2 * sp.erfc(t / sp.sqrt(2)) - kept_moment / s**2),
        "second_moment: what is lost": s**2 - kept_moment,
        "second_moment: standard deviation for variance": sp.sqrt(kept_moment),
        "random_moment: standard deviation for variance": rho * s,
        "random_moment: the mask counted twice": rho**2 * s**2,
    },
)
