"""S9: on a sphere in many dimensions GraSP amplifies the mean of the residual by about d/π."""

from functools import cache

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Pitfall, Provenance
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, same
from sparse_limits.theory.saliency.grasp import kappa_0, kappa_1, theta
from sparse_limits.theory.saliency.model import DIMENSION
from sparse_limits.theory.saliency.model import dimension as d
from sparse_limits.theory.saliency.signed import SELECTION
from sparse_limits.theory.saliency.snip import RESIDUAL_IS_FIXED, RESIDUAL_MEAN
from sparse_limits.theory.saliency.snip import residual_mean as c
from sparse_limits.theory.saliency.symbols import LIMIT_KERNEL, ROW_POSITION

b = sp.Symbol("b", real=True)  # slope of the residual along an input
omega = sp.Symbol("omega", real=True)  # w_j / ‖w‖

gamma = sp.gamma(d / 2) / (2 * sp.sqrt(sp.pi) * sp.gamma((d + 1) / 2))
lambda_0 = (d + 1) * gamma**2
lambda_1 = 1 / (2 * d)
amplification = 2 * d * (d + 1) * gamma**2

sines = sp.sqrt(sp.pi) * sp.gamma((d - 1) / 2) / sp.gamma(d / 2)  # ∫ sin^(d−2) over [0, π], d ≥ 2
mean_square = 1 / d
falling = d * (d + 2) / (d + 1) ** 2
rising = (2 * d + 3) * d**2 / ((2 * d - 1) * (d + 1) ** 2)
limit_square = 1 / (2 * sp.pi)
lower = (d + 1) / sp.pi
upper = 2 * d * (d + 1) / (sp.pi * (2 * d - 1))
asymptote = d / sp.pi
half_space_mean = sp.sqrt(d) * gamma * omega
half_space_square = sp.Rational(1, 2)
gradient = lambda_1 * b / 2 + lambda_0 * c * sp.sqrt(d) * gamma * omega
moment = lambda_1 * b
mean_length = 1 / (sp.sqrt(2 * sp.pi) * gamma)
stein_moment = lambda_0 * c / sp.sqrt(2 * sp.pi * d)
gradient_variance = (lambda_0 * c * gamma) ** 2
crossover = sp.sqrt(sp.pi * d / 2) * sp.Abs(b) / amplification

STEPS = proof(
    r"""
kernel (by S8): On the sphere of radius $\sqrt d$, $\Theta=\cos\theta\,\kappa_0+\kappa_1$ at the angle $\theta$, with $\kappa_0=E_w1\{w\cdot
e>0\}1\{w\cdot e'>0\}$, $\kappa_1=E_w\sigma(w\cdot e)\sigma(w\cdot e')$ for the directions $e,e'$ of the two inputs.

rotation (from kernel; by same law): As $\Theta$ depends on the angle alone and $e'$ is uniform, $E_{e'}\Theta$ does not depend on $e$.
Moreover $E_{e'}[\Theta\,b\cdot e']$ is a multiple of $b\cdot e$, since the mean of $e'$ at a given angle to $e$ is $\cos\theta\,e$. So
$\lambda_0=E\,\Theta$ and $\lambda_1=E[\Theta\cos\theta]$.

angle (by polar coordinates): For $d\ge2$ the angle between a uniform direction and an axis has a density proportional to $\sin^{d-2}\theta$
on $[0,\pi]$.

sines (from angle): The integral of $\sin^{d-2}\theta$ over $[0,\pi]$ is $[[sines]]$: it is $\pi$ at $d=2$ and $2$ at $d=3$, and integration
by parts multiplies it by $\frac{d-1}d$ from $d$ to $d+2$.

half of a direction (from sines): $\gamma_d=E\,\omega_1^+=[[gamma]]$. For $d\ge2$ this is the integral of $\cos\theta\sin^{d-2}\theta$ over
$[0,\frac\pi2]$, which is $\frac1{d-1}$, divided by the integral of *sines*; for $d=1$ it is one half.

constants (from rotation, sines, half of a direction): $\Theta$ multiplies constants by $\lambda_0=[[lambda_0]]$, since
$\frac{(\pi-\theta)\sin^{d-1}\theta}{\pi(d-1)}$ is an antiderivative of $\Theta\sin^{d-2}\theta-\frac{d+1}{2\pi(d-1)}\sin^{d-1}\theta$ that
vanishes at both ends. For $d=1$ only the angles $0$ and $\pi$ occur.

mean square (from sines): $E\cos^2\theta=[[mean_square]]$, as $\cos\theta\sin^{d-1}\theta$ vanishes at both ends.

linear functions (from rotation, mean square): $\Theta(\theta)-\Theta(\pi-\theta)=\cos\theta$, and $\theta$ and $\pi-\theta$ have one law.
So $\Theta$ multiplies linear functions by $\lambda_1=\frac12E\cos^2\theta=[[lambda_1]]$.

ratio (from constants, linear functions): Hence $\lambda_0/\lambda_1=[[amplification]]$.

falling (from half of a direction): From $d$ to $d+2$, $d\gamma_d^2$ is multiplied by $[[falling]]<1$.

rising (from half of a direction): From $d$ to $d+2$, $(2d-1)\gamma_d^2$ is multiplied by $[[rising]]>1$.

Stirling (from half of a direction): As $d\to\infty$, $d\gamma_d^2$ tends to $[[limit_square]]$ by Stirling's formula, and
$(2d-1)\gamma_d^2$ to twice that.

bounds (from ratio, falling, rising, Stirling): So $d\gamma_d^2$ is above its limit and $(2d-1)\gamma_d^2$ is below its limit, for even and
for odd $d$. Hence the ratio is above $[[lower]]$ and below $[[upper]]$.

asymptote (from bounds): Both bounds, hence the ratio, are equivalent to $[[asymptote]]$.

mean over a half sphere (from sines, half of a direction): $E[x_j1\{w\cdot x>0\}]=[[half_space_mean]]$, since the mean of $x1\{w\cdot x>0\}$
has the direction of $w$ and the length $\sqrt d\,\gamma_d$, and $\omega$ is the cosine of the angle between $w$ and axis $j$.

square over a half sphere (from mean square): $E[x_kx_j1\{w\cdot x>0\}]$ is half of $E[x_kx_j]$, by $x\to-x$. This half is
$[[half_space_square]]$ for $k=j$, by *mean square*, and $0$ otherwise, by $x_k\to-x_k$.

gradient (from constants, linear functions, mean over a half sphere, square over a half sphere): The mean of $\Theta r\,x_j1\{w\cdot x>0\}$
with $\Theta r=\lambda_0c+\lambda_1b\cdot x$ is $[[gradient]]$.

moment (from gradient): By $w\to-w$ the mean over $w$ is the term without $\omega$, which is half of $h_j=[[moment]]$.

length (from angle, half of a direction): A normal vector of $d$ entries has the mean length $[[mean_length]]$, and its length is
independent of its direction.

one coordinate (from length; by same law): The coordinates of $w$ have one law, so that $E[w_j\omega]=E[w_j^2/\|w\|]$ is $E\|w\|/d$.

self-term (from gradient, one coordinate): So $\beta_j=E_w[w_jg_j]=[[stein_moment]]$. As $\|w\|/\sqrt d\to1$ almost surely, $g_j$ reduces to
$\frac{h_j}2+\beta_jw_j$, which is P1.

variance (from gradient, self-term, mean square, bounds, Stirling): The cosine $\omega$ has the mean square $\frac1d$. So $g_j$ has the
variance $[[gradient_variance]]$, which is $2\pi d\gamma_d^2$ times $\beta_j^2$. By *bounds* this factor is above $1$, and by *Stirling* it
tends to $1$.

crossover (from moment, self-term, bounds): $|\beta_j|$ is larger than $\frac12|h_j|$ once $|c|>[[crossover]]$, which tends to $0$ as
$d\to\infty$ for fixed $b$. For fixed $c\ne0$ and $b_j$ that stay below one bound, the scores then tend to be proportional to $|a|\,w^2$ in
all columns: a row factor and noise.
""",
    globals(),
)

length, around = sp.symbols("R phi", positive=True)


data_term = lambda_1 * b / 2


@cache
def chi_mean() -> sp.Expr:
    """E‖w‖ of a normal vector, from the density of the chi law."""
    masses = [sp.integrate(length ** (d - 1 + k) * sp.exp(-(length**2) / 2), (length, 0, sp.oo)) for k in (0, 1)]
    return masses[1] / masses[0]


def reduce(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in powers of sin θ, of which sin^(d−2) is a factor."""
    return sp.simplify(sp.powsimp(sp.expand(expression / sp.sin(theta) ** (d - 2))))


def self_term_meets_the_data_term(crossover: sp.Expr, moment: sp.Expr, stein_moment: sp.Expr) -> Relations:
    """At the crossover β is |h|/2, and β grows with c; times dγ², which has a positive limit, the crossover tends to 0."""
    yield same(stein_moment.subs(c, crossover), sp.Abs(moment) / 2, by=sp.gammasimp)
    yield holds((stein_moment / c).is_positive, "β has the sign of c")
    yield same(sp.limit(sp.gammasimp(crossover.subs(b, 1) * d * gamma**2), d, sp.oo), 0)


def kernel_multiplies_constants(lambda_0: sp.Expr, sines: sp.Expr, gamma: sp.Expr, kernel: sp.Expr) -> Relations:
    """λ₀ = E Θ: by parts for every d ≥ 2, and the two points of d = 1.

    (π−θ)sin^(d−1)/π(d−1) is an antiderivative of Θ sin^(d−2) − (d+1)/2π(d−1) · sin^(d−1), so λ₀ is the last factor
    times I_{d+1}/I_d; both terms of E_w of the squared means over a half space, γ² and dγ², add up to it.
    """
    factor = (d + 1) / (2 * sp.pi * (d - 1))
    primitive = (sp.pi - theta) * sp.sin(theta) ** (d - 1) / (sp.pi * (d - 1))
    weighted = kernel * sp.sin(theta) ** (d - 2) - factor * sp.sin(theta) ** (d - 1)
    yield same(sp.diff(primitive, theta), weighted, by=reduce)
    at = {d: d + 1}  # d ≥ 2
    yield same(lambda_0.subs(at) * sines.subs(at), (factor * sines.subs(d, d + 1)).subs(at), by=sp.gammasimp)
    ends = [kernel.subs(theta, angle) for angle in (0, sp.pi)]
    yield same(lambda_0.subs(d, 1), (ends[0] + ends[1]) / 2)
    yield same(lambda_0, gamma**2 + d * gamma**2)


def cosines_have_the_mean_square(mean_square: sp.Expr) -> Relations:
    """cos θ sin^(d−1) is an antiderivative of (cos²θ/E cos² − 1) sin^(d−2)."""
    primitive = sp.diff(sp.cos(theta) * sp.sin(theta) ** (d - 1), theta)
    yield same(primitive, (sp.cos(theta) ** 2 / mean_square - 1) * sp.sin(theta) ** (d - 2), by=reduce)


def bounds_are_equivalent(asymptote: sp.Expr, lower: sp.Expr, upper: sp.Expr) -> Relations:
    """Both bounds are the asymptote times a factor that tends to 1."""
    for bound, factor in ((lower, 1 + 1 / d), (upper, (1 + 1 / d) / (1 - 1 / (2 * d)))):
        yield same(bound, asymptote * factor)
        yield same(sp.limit(bound / asymptote, d, sp.oo), 1)


mean_amplification = Claim(
    label="S9",
    title="With many inputs GraSP amplifies the mean of the residual by about d/π",
    headline=r"Let inputs be uniform on a sphere and the residual $c+b\cdot x$. GraSP amplifies the mean $c$ against the linear part by $$[[amplification]],$$ about $d/\pi$ for $d$ inputs. Unless $c$ is removed, it keeps rows, not features, as $d\to\infty$.",
    statement=r"""
**Setting.** Let $x$ be uniform on the sphere of radius $\sqrt d$, $d\ge1$. Let the residual be $r=c+b\cdot x$ (initial output subtracted);
its mean is $c$. In the limit of S8 GraSP scores weights as SNIP does with $\Theta r$ in place of $r$, where $\Theta$ is the limit of the tangent
kernel. Let $\gamma_d=E\,\omega_1^+=[[gamma]]$ for a uniform direction $\omega$.

**The mean is amplified.** $\Theta$ multiplies constants by $\lambda_0=[[lambda_0]]$ and linear functions by $\lambda_1=[[lambda_1]]$. So
$\Theta r=\lambda_0c+\lambda_1b\cdot x$, and
$$[[lower]]<\frac{\lambda_0}{\lambda_1}=[[amplification]]<[[upper]],\qquad\frac{\lambda_0}{\lambda_1}\sim[[asymptote]].$$

**The gradient.** Let the data be infinitely many, and now let $\omega=w_j/\|w\|$. The gradient by which GraSP prunes is exactly
$g_j=[[gradient]]$ in column $j$, with $b=b_j$. Its mean and its covariance with $w_j$ are those of P1 in S5, $\frac{h_j}2+\beta_jw_j$, with
$h_j=[[moment]]$ and $\beta_j=[[stein_moment]]$. (SNIP has $h_j=b$ and $\beta_j=c/\sqrt{2\pi d}$ instead.) Its variance is
$[[gradient_variance]]$. If $c\ne0$ this is larger than the $\beta_j^2$ of P1, and equivalent to it as $d\to\infty$: as $\|w\|/\sqrt d\to1$,
P1 itself is the limit.

**Rows, not features.** The self-term $\beta_jw_j$ of a weight $w_j=1$ exceeds the data term $h_j/2$ in modulus once $|c|>[[crossover]]$.
For fixed $b$ this crossover tends to $0$ as $d\to\infty$. (For SNIP it is $\sqrt{\pi d/2}\,|b|$, which tends to infinity if $b\ne0$.) So
unless the mean of the residual is removed, GraSP with many inputs keeps rows, not features: as $d\to\infty$, for fixed $c\ne0$ and bounded
$b_j$, its graphon tends to one that depends on $u$ only.
""",
    steps=STEPS,
    source=SELECTION,
    provenance=Provenance.PITFALL,
    quantities=(
        DIMENSION.drawn_from(2, 60),
        Quantity(b, "slope of the residual along an input", sp.S.Reals),
        RESIDUAL_MEAN,
        Quantity(
            omega, "cosine of the angle between the weights of a neuron and an axis", sp.Interval(-1, 1), drawn=(-1, 1)
        ),
    ),
    hypotheses=(
        Hypothesis(r"inputs uniform on the sphere of radius $\sqrt d$, residual affine, the kernel at infinite width"),
        Hypothesis("one hidden ReLU layer with independent standard normal weights, square loss"),
        Hypothesis(r"for the limit of the graphon: $c\ne0$ is fixed and the slopes $b_j$ are bounded"),
        RESIDUAL_IS_FIXED,
    ),
    symbols={
        "x": "input, of coordinates $x_j$",
        "r": "residual at an input, output less target",
        "E": "mean over the uniform direction",
        r"\gamma_d": "mean of the positive part of a coordinate of a uniform direction",
        r"\Gamma": "gamma function",
        **LIMIT_KERNEL,
        r"\lambda_0, \lambda_1": "eigenvalue of the kernel on constants, and on linear functions",
        "w": "weights into a neuron, $w_j$ from input $j$",
        "g_j": "gradient in column $j$, the mean over the data of residual, smoothed for GraSP, times input where the neuron is active",
        "h_j": r"mean over the data of this residual times input $j$",
        r"\beta_j": "mean over the weights of $w_jg_j$",
        **ROW_POSITION,
    },
    uses=("S5",),
    pitfalls=(
        Pitfall(
            control="no amplification",
            said="GraSP selects features as SNIP does, whatever the mean of the residual.",
            by=(
                "What one might expect from the abstract of arXiv:2602.06675, “data-driven methods (e.g., "
                "SNIP, GraSP) converge to heterogeneous graphons that encode implicit feature selection”, "
                "which says nothing about the mean."
            ),
            why=(
                r"For $d\ge2$ the tangent kernel multiplies the mean of the residual by a larger factor than its slope, and the "
                "mean is what causes the self-term of a weight."
            ),
            counterexample="three_inputs",
            by_hand=(
                "$d=3$: the cosine of the angle of two points of the sphere is uniform on $[-1,1]$, and "
                r"integrating $\Theta$ and $\cos\theta\,\Theta$ over it gives $\lambda_0=\frac14$ and "
                r"$\lambda_1=\frac16$: the ratio is $\frac32$. With $b=1$, $c=2$ the self-term of a weight "
                r"$w_j=1$ exceeds the data term for GraSP, which requires $|c|>\sqrt{6\pi}/3\approx1.45$, but "
                r"not for SNIP, which requires $|c|>\sqrt{3\pi/2}\approx2.17$."
            ),
            instead=(
                r"The mean is amplified by $[[amplification]]\sim[[asymptote]]$: unless it is removed, GraSP with many "
                "inputs keeps rows, not features."
            ),
        ),
    ),
    aids={
        "kernel": sp.cos(theta) * kappa_0 + kappa_1,
        "three_inputs": {d: sp.Integer(3), b: sp.Integer(1), c: sp.Integer(2)},
    },
    sharp=(
        Sharp(expression="lower", example=r"$d\to\infty$", check="ratio_is_between_bounds_that_meet", side=Side.BELOW),
        Sharp(expression="upper", example=r"$d\to\infty$", check="ratio_is_between_bounds_that_meet"),
    ),
    because={
        "square over a half sphere": lambda half_space_square, mean_square: same(
            half_space_square, d * mean_square / 2
        ),
        "moment": lambda gradient, moment: same((gradient + gradient.subs(omega, -omega)) / 2, moment / 2),
        "length": lambda mean_length: same(mean_length, chi_mean(), by=sp.gammasimp),
        "self-term": lambda gradient, mean_length, stein_moment: same(
            sp.diff(gradient, omega) * mean_length / d, stein_moment, by=sp.gammasimp
        ),
        "variance": lambda gradient_variance, gradient, mean_square, stein_moment, gamma, limit_square: (
            same(gradient_variance, sp.diff(gradient, omega) ** 2 * mean_square),
            same(gradient_variance * limit_square, stein_moment**2 * d * gamma**2),
        ),
        "crossover": self_term_meets_the_data_term,
        "constants": kernel_multiplies_constants,
        "mean square": cosines_have_the_mean_square,
        "ratio": lambda lambda_0, lambda_1, amplification: same(lambda_1 * amplification, lambda_0),
        "bounds": lambda lower, upper, amplification, limit_square: (
            same(lower * d * gamma**2, amplification * limit_square),
            same(upper * (2 * d - 1) * gamma**2, amplification * 2 * limit_square),
        ),
        "asymptote": bounds_are_equivalent,
    },
    wrong=lambda: {
        "half_space_mean: on the unit sphere": gamma * omega,
        "half_space_mean: of the limit": omega / sp.sqrt(2 * sp.pi),
        "mean_square: one input more": 1 / (d + 1),
        "mean_square: one": sp.S.One,
        "gradient: the residual not smoothed": b / 2 + c * sp.sqrt(d) * gamma * omega,
        "gradient: self-term of the limit": data_term + lambda_0 * c * omega / sp.sqrt(2 * sp.pi),
        "gradient: no self-term": data_term,
        "gradient: self-term as a mean": data_term + lambda_0 * c,
        "gradient: no amplification": data_term + lambda_1 * c * sp.sqrt(d) * gamma * omega,
        "gradient: self-term 10 % more": data_term + sp.Rational(11, 10) * lambda_0 * c * sp.sqrt(d) * gamma * omega,
        "lambda_0: without κ₁": gamma**2,
        "lambda_0: no amplification": lambda_1,
        "lambda_0: d/π taken for the ratio": lambda_1 * d / sp.pi,
        "lambda_0: without κ₀": d * gamma**2,
        "moment: SNIP's mean": b,
        "moment: eigenvalue of constants": lambda_0 * b,
        "mean_length: √d": sp.sqrt(d),
        "mean_length: of one input more": mean_length.subs(d, d + 1),
        "stein_moment: SNIP's self-term": c / sp.sqrt(2 * sp.pi * d),
        "stein_moment: no amplification": lambda_1 * c / sp.sqrt(2 * sp.pi * d),
        "stein_moment: no self-term": c / 10**9,
        "gradient_variance: of P1": stein_moment**2,
        "gradient_variance: of all coordinates": d * gradient_variance,
        "crossover: no amplification": sp.sqrt(sp.pi * d / 2) * sp.Abs(b),
        "amplification: no amplification": sp.Integer(1),
        "amplification: d/π taken for exact": d / sp.pi,
        "amplification: one input more": amplification.subs(d, d + 1),
        "asymptote: as √d": sp.sqrt(d / sp.pi),
        "sines: one power more": sines.subs(d, d + 1),
        "gamma: the limit of many inputs": 1 / sp.sqrt(2 * sp.pi * d),
        "gamma: one input more": gamma.subs(d, d + 1),
        "falling: equal": sp.S.One,
        "falling: that of γ": d**2 / (d + 1) ** 2,
        "rising: equal": sp.S.One,
        "rising: that of γ": d**2 / (d + 1) ** 2,
        "lower: lower bound without κ₀": d / sp.pi,
        "upper: upper bound without the shift": lower,
    },
)
