"""S5: the self-term of a weight in its own gradient, and the closed form of the densities of columns."""

from functools import cache

import sympy as sp

from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Remark, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.saliency.model import ANY_THRESHOLD, DIMENSION, FINITE_SQUARES, dimension, phi, tau, u
from sparse_limits.theory.saliency.snip import (
    LENGTH,
    NORMAL_WEIGHTS,
    RESIDUAL_IS_FIXED,
    RESIDUAL_MEAN,
    WEIGHT,
    WEIGHT_IS_NOT_ZERO,
    beta,
    cosine,
    covariance_kernel,
    h,
    mean_weight,
    norm,
    product_graphon,
    residual_mean,
    spread,
    stein_kernel,
    variance,
    w,
    zeta,
)
from sparse_limits.theory.saliency.symbols import OVER_DATA
from sparse_limits.theory.tails import half_normal, normal_density

coordinate = sp.Symbol("x_j", real=True)  # of an input
gate = (1 + sp.erf(coordinate * w / sp.sqrt(2 * (norm**2 - coordinate**2)))) / 2

line = mean_weight + coordinate * stein_kernel * w
line_error = w * (3 - w**2) / (6 * sp.sqrt(2 * sp.pi))
residual_variance = variance - beta**2
kappa = sp.Symbol("kappa", nonnegative=True)  # x_j²/R²
flip = sp.acos(1 - kappa) / sp.pi
flip_bound = sp.sqrt(kappa) / 2
isotropic_beta = residual_mean / sp.sqrt(2 * sp.pi * dimension)
closure = h / 2 + beta * w + spread * zeta
conditional_density = sp.erfc(tau / (sp.sqrt(2) * sp.Abs(w) * sp.Abs(closure)))

STEIN_STEPS = proof(
    r"""
moments (by S3): Over the weights $g_j$ has the mean $\frac{h_j}2$, and $\beta_j=E_w[w_jg_j]$ is the mean over the data of $r\,x_j^2$ times
the Stein kernel. As $w_j$ has mean $0$, $\beta_j$ is the covariance of weight and gradient.

given weight (by independence): The other coordinates of $w_i$ are independent of $w_{ij}$. So given $w_{ij}=w$, $w_i\cdot x$ is normal with
mean $x_jw$ and variance $R^2-x_j^2$, and $E[g_j\mid w_j=w]$ is the mean over $D$ of $r\,x_j$ times the probability that this normal
variable is positive.

gate (from given weight): This probability is $[[gate]]$: it is $\frac12$ at mean $0$, and it grows with the mean at the rate of the density
at $0$.

line (from gate): Consider the straight line in $w$ that has the same mean as the gate, $\frac12$ by $w\to-w$, and the same covariance with
$w$, which by Stein's lemma is the mean of the derivative of the gate. It is $[[line]]$.

line error (from gate, line): Let $x_j=qR$. As $q\to0$ at a fixed $w$, gate less line, divided by $q^3$, tends to $[[line_error]]$. As
$q\to1$ at a fixed $w\ne0$ the gate tends to $0$ or $1$, but the line to $\frac12+w/\sqrt{2\pi}$, which is as far from both as one likes for
large $w$.

own weight (by linear combinations): Let $\kappa=x_j^2/R^2$, and draw $w_{ij}$ anew. The preactivation of $x$ before and the one after are
jointly normal, both of variance $R^2$, and their covariance is $R^2-x_j^2$, that of the other weights. So their correlation is $1-\kappa$.

two gates (from own weight; by S3 for covariance_kernel): The covariance of the two gates is that of S3 at $c=1-\kappa$.

change of the gate (from two gates): Both are open with probability $\frac14$ plus this covariance, and by symmetry both are closed with the
same probability. So the gate of $x$ changes with probability $[[flip]]$.

rate of change (from change of the gate): This probability is $\theta\in[0,\frac12]$ where $\kappa=2\sin^2\frac{\pi\theta}2$. There
$\frac12\sqrt\kappa=\frac1{\sqrt2}\sin\frac{\pi\theta}2$, a concave function of $\theta$ which is $\theta$ at both ends. So the probability is
at most $[[flip_bound]]$, with equality at $\kappa=1$.

mean of the line (from moments, line; by linearity): With the line in place of the gate, $E[g_j\mid w_j=w]$ takes the form
$\frac{h_j}2+\beta_jw$, by *moments*. This is exact where gate and line agree.

what is left (from moments): $g_j-\beta_jw_j$ has the variance $V-2\beta_j\operatorname{Cov}(w_j,g_j)+\beta_j^2=[[residual_variance]]$. This
is the least variance that subtracting a multiple of $w_j$ can leave, as $\operatorname{Var}w_j=1$.

mean of a square (from what is left; by monotonicity): This variance is the mean of a square, hence not negative.

closure (from mean of the line, what is left, mean of a square): A jointly normal pair $(w,g)$ has $g=c_0+c_1w+c_2\zeta$ with $\zeta$
independent of $w$ and $c_2\ge0$. With the mean $\frac{h_j}2$, the covariance $\beta_j$ and the variance $V$ this becomes $[[closure]]$ with
$s^2=[[residual_variance]]$.

conditional density (from closure): Given $w$ and $\zeta$, the saliency exceeds $\tau$ where $|a|>\tau/|w||g|$, which has probability
$[[conditional_density]]$, and $p_j(\tau)$ is the mean of this probability. At $\beta=s=0$ (P0) it is the kernel of S4 at $\varphi=|h|/2$.

isotropic inputs (from moments): If $R^2=d$ on the data, $E x_j^2=1$ and $r=c$ is constant, *moments* gives $\beta_j=[[isotropic_beta]]$
(P1iso).
""",
    globals(),
)


@cache
def slope_and_rate(gate: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The slope of the gate times the normal density, and its q: minus half the second derivative of the logarithm."""
    steep = sp.diff(gate, w, simplify=False) * normal_density(w)
    return steep, sp.cancel(-sp.diff(sp.expand_log(sp.log(steep), force=True), w, 2) / 2)


def normal_mean(polynomial: sp.Expr) -> sp.Expr:
    """The mean of a polynomial in the independent standard normals w and ζ."""
    terms = sp.Poly(sp.expand(polynomial), w, zeta).terms()
    moment = [1, 0, 1, 0, 3]
    return sum((coefficient * moment[i] * moment[j] for (i, j), coefficient in terms), sp.Integer(0))


REST = sp.Symbol("rest", positive=True)  # the length of an input without one coordinate


def gate_opens_with_the_conditional_law(gate: sp.Expr) -> Relations:
    """It grows with the mean x_j w as the density at 0 of a normal of this mean and variance R² − x_j², from ½ at w = 0."""
    mean, deviation = coordinate * w, sp.sqrt(norm**2 - coordinate**2)
    yield same(sp.diff(gate, w), coordinate * normal_density(mean / deviation) / deviation)
    at = {norm: sp.sqrt(coordinate**2 + REST**2)}
    growth = sp.diff(gate, w) / coordinate  # in the mean
    yield nonnegative(growth, normal_density(mean / REST) / REST, where=at, strict=True)
    yield same(gate.subs(w, 0), sp.Rational(1, 2))


def gate_changes_unless_both_agree(flip: sp.Expr, covariance_kernel: sp.Expr) -> Relations:
    """1 − 2(¼ + covariance) at the correlation 1 − κ: the derivatives, and the values at κ = 1."""
    changed = (sp.Rational(1, 2) - 2 * covariance_kernel).subs(cosine, 1 - kappa)
    yield same(sp.diff(flip, kappa), sp.diff(changed, kappa))
    yield same(flip.subs(kappa, 1), changed.subs(kappa, 1))


def root_is_a_concave_function_of_the_chance(flip: sp.Expr, flip_bound: sp.Expr) -> Relations:
    """κ = 1 − cos πθ at the chance θ; there the bound, not negative, has −π²/4 times itself as second derivative, and is θ at the ends."""
    chance = sp.Symbol("theta", nonnegative=True)
    yield same(1 - sp.cos(sp.pi * flip), kappa)
    root = sp.sin(sp.pi * chance / 2) / sp.sqrt(2)
    yield same(root**2, (1 - sp.cos(sp.pi * chance)) / 4)
    yield same(flip_bound**2, (1 - sp.cos(sp.pi * flip)) / 4)
    yield same(-sp.diff(root, chance, 2), sp.pi**2 / 4 * root)
    yield nonnegative(flip_bound, sp.sqrt(kappa) / 2)
    for end in (0, sp.Rational(1, 2)):
        yield same(root.subs(chance, end), end)


def line_has_the_moments_of_the_gate(line: sp.Expr, gate: sp.Expr) -> Relations:
    """Its height is the mean of the gates at w and −w, its slope that of the gate averaged over w, a Gaussian integral.

    The slope of the gate times the normal density is its value at 0 times e^(−qw²), of integral √(π/q).
    """
    steep, rate = slope_and_rate(gate)
    yield same(steep, steep.subs(w, 0) * sp.exp(-rate * w**2))
    mean = (gate + gate.subs(w, -w)) / 2
    yield same(line, mean + w * steep.subs(w, 0) * sp.sqrt(sp.pi / rate))


def line_and_gate_part_at_third_order(line_error: sp.Expr, gate: sp.Expr, line: sp.Expr) -> Relations:
    """The first three derivatives of their difference in q, at q = 0: none, none, and 3! times the limit."""
    ratio = sp.Symbol("q", real=True)
    apart = (gate - line).subs(coordinate, ratio * norm)
    for order, slope in enumerate((0, 0, 0, 6 * line_error)):
        yield same(sp.diff(apart, ratio, order).subs(ratio, 0), slope)


def without_self_term_it_is_the_product_graphon(conditional_density: sp.Expr, kernel: sp.Expr) -> Relations:
    """At β = s = 0 and |w| = ψ(u) it is the kernel of S4 with profile |h|/2."""
    row, profile = sp.symbols("psi profile", positive=True)
    plain = conditional_density.subs({beta: 0, spread: 0}).subs(w, row)
    claimed = kernel.subs(sp.erfinv(u), row / sp.sqrt(2)).subs(phi, profile / 2)
    yield same(plain.subs(h, profile), claimed)
    yield same(plain.subs(h, -profile), claimed)


def conditional_density_is_that_of_the_readout_weight(conditional_density: sp.Expr, closure: sp.Expr) -> Relations:
    """Given w and ζ a score exceeds τ when |a| > τ/|w||g|, g the closure, at weights and moments of either sign."""
    level = tau / (sp.Abs(w) * sp.Abs(closure))
    yield same(conditional_density, half_normal.at(level))


def closure_is_solved_for_its_moments(closure: sp.Expr, residual_variance: sp.Expr) -> Relations:
    """c₀ + c₁w + c₂ζ, c₂ ≥ 0, solved for the mean h/2, the covariance β and the variance V = s² + β²."""
    height, slope = sp.symbols("c_0 c_1", real=True)
    rest = sp.Symbol("c_2", nonnegative=True)
    affine = height + slope * w + rest * zeta
    at = sp.solve([normal_mean(affine) - h / 2, normal_mean(affine * w) - beta], [height, slope])
    (whole,) = sp.solve(residual_variance - spread**2, variance)
    by_the_weight = normal_mean((affine - height) ** 2).subs(rest, 0)
    at[rest] = sp.sqrt(whole - by_the_weight.subs(at))
    yield same(closure, affine.subs(at))


def what_the_weight_leaves_unexplained(residual_variance: sp.Expr) -> Relations:
    """Var(g − βw) with Cov(w, g) = β and Var w = 1, the best multiple of w: its derivative vanishes there, others leave more."""
    multiple = sp.Symbol("b", real=True)
    left = variance - 2 * multiple * beta + multiple**2
    best = sp.solve(sp.diff(left, multiple), multiple)
    yield same(residual_variance, left.subs(multiple, best[0]))
    yield nonnegative(left - residual_variance, (multiple - beta) ** 2)


stein_model = Claim(
    label="S5",
    title="The self-term of a weight in its own gradient, and the closed form P2",
    headline=r"P2 is a closed form for the share of an input's weights that SNIP keeps. It treats weight and gradient as jointly normal, with exact means, variances and covariance. No accuracy is claimed.",
    statement=r"""
Let $r$ be a fixed function of the data (initial output subtracted). A weight is correlated with the factor $g_j$ of its own gradient:
$\beta_j=E_w[w_jg_j]$ (S3).

**The closed form P2.** Keep the exact first two moments of $(w_j,g_j)$, and take the two as jointly normal. Then $g=[[closure]]$ with
independent standard normal $w,\zeta$ and $s_j^2=[[residual_variance]]\ge0$ at $V=\operatorname{Var}_wg_j$. This gives
$$p_j(\tau)=E_{w,\zeta}\Big[[[conditional_density]]\Big].\tag{P2}$$
What is proved is this formula, and that it has the exact first two moments, not how close it is to the densities. The theorem about the
densities is S6.

**Nested predictors.** P0 has $\beta=s=0$. P1iso has $s=0$ and $\beta_j=[[isotropic_beta]]$ with $c=E_Dr$, which is correct when
$\|x\|^2=d$ and $E x_j^2=1$ with $r$ constant. P1 has $s=0$ and $\beta_j$ from the data. P2 has all terms.

**Its range.** The exact conditional mean is $E[g_j\mid w_j=w]=E_D\big[r\,x_j\,[[gate]]\big]$ with $R=\|x\|>|x_j|$. P2 replaces it by the
straight line $\frac{h_j}2+\beta_jw$. For one input and a fixed $w$, the gate less its line is $[[line_error]]\,(x_j/R)^3$ to lowest order
in $x_j/R$. So where $x_j^2$ is small compared with $R^2$ on the data, the line is near the mean; this says nothing about the law of $g_j$ given $w_j$.
For a column that carries much of the length of the inputs, such as a large constant column, the line may be far from the mean, at any
width.

**A gate's own weight.** Let $\kappa=x_j^2/R^2$ be the share of coordinate $j$ in the squared length of $x$. If the weight $w_j$ is drawn
anew, the gate of $x$ changes with probability $[[flip]]\le[[flip_bound]]$: at most half of the root of the share. At $\kappa=1$, where the
weight alone decides, the two are equal.
""",
    steps=STEIN_STEPS,
    source=Source("2602.06675", "v1", "second-hand description of SNIP's profile, from the residual alone"),
    provenance=Provenance.PITFALL,
    quantities=(
        ANY_THRESHOLD,
        WEIGHT,
        Quantity(h, "mean over the data of residual times input, of one column", sp.S.Reals),
        Quantity(beta, "Stein moment of a column, the covariance of a weight with its own gradient", sp.S.Reals),
        Quantity(spread, "standard deviation of the part of a gradient that its weight does not explain", NON_NEGATIVE),
        Quantity(zeta, "standard normal fluctuation of a gradient, independent of its weight", sp.S.Reals),
        Quantity(variance, "variance of a gradient over the weights", NON_NEGATIVE),
        RESIDUAL_MEAN,
        DIMENSION,
        LENGTH,
        Quantity(coordinate, "coordinate of an input that a weight multiplies", sp.S.Reals),
        Quantity(kappa, "share of this coordinate in the squared length of its input", sp.Interval(0, 1)),
    ),
    hypotheses=(
        NORMAL_WEIGHTS,
        RESIDUAL_IS_FIXED,
        FINITE_SQUARES,
        Hypothesis(r"P2 itself: $g_j$ given $w_j$ is treated as normal"),
        WEIGHT_IS_NOT_ZERO,
        Hypothesis("the gradient is not zero", sp.Ne(closure, 0), needed_by=("conditional_density",)),
        Hypothesis("a weight of variance one explains at most the variance of its gradient", variance >= beta**2),
        Hypothesis("a coordinate is smaller than the length of its input", sp.Abs(coordinate) < norm),
        Hypothesis(r"for P1iso: $\|x\|^2=d$, $E x_j^2=1$ and the residual is constant", needed_by=("isotropic_beta",)),
    ),
    symbols={
        **OVER_DATA,
        r"E_w, E_{w,\zeta}": r"mean over the weight $w$ of a neuron, and over $\zeta$ too",
        r"E[g_j\mid w_j=w]": "mean of the gradient of the weights whose value is $w$",
        "g_j": "gradient of a weight of column $j$, the mean over the data of residual times input where the neuron is active",
        r"p_j(\tau)": r"predicted share of the weights of column $j$ whose score exceeds $\tau$",
    },
    uses=("S4",),
    pitfalls=(
        Pitfall(
            control="P0: the residual alone",
            said=r"SNIP keeps input $j$ in proportion to $\varphi_j=|E_D[rx_j]|$ (here P0).",
            by="Reported second-hand about the factorised saliency model.",
            why=(
                "A weight opens the gate for the data that agree with its own sign, so that it has a "
                "gradient even where $E_D[rx_j]=0$."
            ),
            counterexample="two_points",
            by_hand=(
                "Two data points $x=1$ and $x=-1$ with the residual $1$: $h=E_D[rx]=0$, so P0 keeps "
                r"nothing. But $g=\frac12$ for $w>0$ and $-\frac12$ for $w<0$, and the score is "
                "$|a||w|/2>0$ for every weight."
            ),
            instead=(
                "$g=[[closure]]$ with $s^2=[[residual_variance]]$ (P2), which has the exact first two "
                "moments; the law itself is S6."
            ),
        ),
        Pitfall(
            control="P1: no fluctuation",
            said=r"The self-term $\beta_jw_{ij}$ is all that P0 lacks (here P1).",
            by="What one might expect, once P0 has failed.",
            why=(
                "The gradient fluctuates from unit to unit by more than its correlation with the one weight explains."
            ),
            counterexample="two_points",
            by_hand=(
                r"On the same two points $Eg^2=\frac14$ and $\beta=E|w|/2=1/\sqrt{2\pi}$, so P1 has the "
                r"second moment $\beta^2=\frac1{2\pi}\approx0.159$ where it is $0.25$: $V-\beta^2\approx0.091$ is "
                "missing."
            ),
            instead=r"A fluctuation of variance $[[residual_variance]]$ must be added to it (P2).",
        ),
    ),
    sharp=(
        Sharp(
            expression="flip_bound", example=r"$\kappa=1$: an input of one coordinate", check="gate_changes_at_most_so"
        ),
    ),
    aids={
        "kernel": product_graphon.expressions["kernel"],
        "stein_kernel": stein_kernel,
        "covariance_kernel": covariance_kernel,
        "residual": "fixed",
        "two_points": ((sp.Integer(1), sp.Integer(1)), (sp.Integer(-1), sp.Integer(1))),  # (x, r)
    },
    remarks=(
        Remark(
            r"Measured on digits (two labellings, one of them on raw pixels too; $\rho=0.1$, $n=1024$): P2 is within two noise "
            "floors (S6) of the observed column densities in all three settings; P0 and P1 each fail this in at least one.",
            checked_by="closed_form_on_digits",
        ),
        Remark(
            r"Measured for a linear teacher with an offset on normal inputs ($\rho=0.1$, $n=8192$): P1iso is within two noise floors.",
            checked_by="teacher_with_a_mean_needs_the_self_term",
        ),
    ),
    because={
        "gate": gate_opens_with_the_conditional_law,
        "line": line_has_the_moments_of_the_gate,
        "change of the gate": gate_changes_unless_both_agree,
        "rate of change": root_is_a_concave_function_of_the_chance,
        "line error": line_and_gate_part_at_third_order,
        "conditional density": (
            without_self_term_it_is_the_product_graphon,
            conditional_density_is_that_of_the_readout_weight,
        ),
        "closure": closure_is_solved_for_its_moments,
        "what is left": what_the_weight_leaves_unexplained,
        "isotropic inputs": lambda isotropic_beta, stein_kernel: same(
            isotropic_beta, residual_mean * stein_kernel.subs(norm, sp.sqrt(dimension))
        ),
    },
    wrong=lambda: {
        "gate: over the whole length": (1 + sp.erf(coordinate * w / (sp.sqrt(2) * norm))) / 2,
        "gate: √2 forgotten": (1 + sp.erf(coordinate * w / sp.sqrt(norm**2 - coordinate**2))) / 2,
        "gate: half the weight": gate.subs(w, w / 2),
        "gate: closed gates": 1 - gate,
        "gate: the closure's line": sp.Rational(1, 2) + coordinate * w / (sp.sqrt(2 * sp.pi) * norm),
        "flip: one side": flip / 2,
        "flip: the share for its root": kappa / 2,
        "flip: small shares": sp.sqrt(2 * kappa) / sp.pi,
        "flip_bound: the share for its root": kappa / 2,
        "flip_bound: small shares": sp.sqrt(2 * kappa) / sp.pi,
        "residual_variance: β not squared, and more": variance - 2 * beta**2 - 1,
        "residual_variance: negative": beta**2 - variance,
        "residual_variance: variance kept whole": variance,
        "residual_variance: β not squared": variance - beta,
        "residual_variance: twice the self-term": variance - 2 * beta**2,
        "line: tangent of the gate": sp.Rational(1, 2)
        + coordinate * w / sp.sqrt(2 * sp.pi * (norm**2 - coordinate**2)),
        "line: twice the slope": 2 * line - sp.Rational(1, 2),
        "line: through zero": line - sp.Rational(1, 2),
        "line_error: of the tangent": w / (2 * sp.sqrt(2 * sp.pi)),
        "line_error: of second order": sp.S.Zero,
        "conditional_density: readout weight forgotten": sp.erfc(tau / (sp.sqrt(2) * sp.Abs(h / 2 + beta * w))),
        "conditional_density: factor one half dropped": conditional_density.subs(h, 2 * h),
        "conditional_density: without self-term": conditional_density.subs(beta, 0),
        "conditional_density: half the self-term": conditional_density.subs(beta, beta / 2),
        "conditional_density: P0: the residual alone": conditional_density.subs({beta: 0, spread: 0}),
        "conditional_density: P1: no fluctuation": conditional_density.subs(spread, 0),
        "conditional_density: constant: nothing of the data": sp.erfc(tau / sp.Abs(w)),
        "closure: sign of the self-term": h / 2 - beta * w + spread * zeta,
        "closure: factor one half dropped": h + beta * w + spread * zeta,
        "closure: P0: the residual alone": h / 2,
        "closure: P1: no fluctuation": h / 2 + beta * w,
        "isotropic_beta: not divided by √d": residual_mean / sp.sqrt(2 * sp.pi),
        "residual: the network's own output in the residual": "of the network",
    },
)
