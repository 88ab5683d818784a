"""K1: the dual activations of ReLU, erf and the identity, and the dense kernels they give at every depth."""

from functools import cache

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.kernel import dual
from sparse_limits.theory.kernel.dual import (
    CAUCHY_SCHWARZ,
    COSINE,
    DEPTH,
    J_2,
    PREACTIVATIONS,
    a,
    angle,
    b,
    c,
    cosine,
    dense_nngp,
    dense_ntk,
    depth,
    erf,
    kappa_0,
    kappa_1,
    linear,
    ntk_step,
    relu,
    tangent,
    z,
)
from sparse_limits.theory.kernel.symbols import KAPPAS, LAYERS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same

k = sp.Symbol("k", integer=True, nonnegative=True)

variance_slope = sp.sqrt(a * b - c**2) / (2 * sp.pi * a)
squares = 2 * a * b * J_2.subs(cosine, c / sp.sqrt(a * b)) / sp.pi
taylor_0 = sp.binomial(2 * k, k) / (sp.pi * 4**k * (2 * k + 1))
taylor_1 = sp.binomial(2 * k, k) / (sp.pi * 4**k * (2 * k + 1) * (2 * k + 2))

STEPS = proof(
    r"""
Price (by Price): $\partial_cE\,\psi(z)\psi(z')=E\,\psi'(z)\psi'(z')$, since the normal density satisfies
$\partial_cp=\partial_z\partial_{z'}p$. This holds for $\psi$ of at most polynomial growth, with derivatives in the sense of distributions.

no correlation (by product): At $c=0$ the mean of a product is the product of the means.

gates (from Price, no correlation): $\ddot\varphi=\sqrt2\,\delta$, so that
$\partial_cE\dot\varphi\dot\varphi'=2p(0,0)=\frac1{\pi\sqrt{ab-c^2}}$, and at $c=0$ the mean is $\frac12$. So
$E\dot\varphi\dot\varphi'=[[slope]]$, which at $c=r\sqrt{ab}$ is $[[kappa_0]]$.

values (from gates): $\partial_cF=\kappa_0$, and $F=\frac{\sqrt{ab}}\pi$ at $c=0$. So $F=[[value]]$, which is $\sqrt{ab}$ times
$[[kappa_1]]$, and $\kappa_1'=\kappa_0$.

squares (from values): $\varphi^2$ has the derivative $4z_+=2\sqrt2\,\varphi$, so that $\partial_cE\varphi^2\varphi'^2=8F$. At $c=0$ this
mean is $ab$, so it is $[[squares]]$, where $J_2=[[J_2]]$ and $J_2'=4\pi\kappa_1$.

variances (from values): $\partial_aF=[[variance_slope]]$.

series of the gates (from gates): $g=\kappa_0'=\frac1{\pi\sqrt{1-r^2}}$ solves $(1-r^2)g'=rg$: its coefficient of $r^{2k+2}$ is
$\frac{2k+1}{2k+2}$ times the coefficient of $r^{2k}$, which is $\frac1\pi$ at $k=0$; odd coefficients vanish. The coefficient of $r^{2k+1}$
in $\kappa_0$ is $[[taylor_0]]$.

series of the values (from values, series of the gates): Integrating once more, the coefficient of $r^{2k+2}$ in $\kappa_1$ is
$[[taylor_1]]$.

slope of erf: For erf $\dot\varphi=\frac2{\sqrt\pi}e^{-z^2}$, so that $E\dot\varphi\dot\varphi'=\frac4\pi\det(1+2S)^{-1/2}=[[erf_slope]]$,
where $S$ is the covariance matrix.

erf (from Price, no correlation, slope of erf): $E\varphi\varphi'=[[erf_value]]$: the mean has this derivative and is $0$ at $c=0$, as erf
is odd.

identity (from Price, no correlation): For $\varphi(z)=z$ the means are $[[linear_slope]]$ and $[[linear_value]]$.

angle (from values): As $F(a,a,a)=a$, variances stay $1$ from layer to layer, and the covariance goes from $\cos\theta$ to
$\kappa_1(\cos\theta)$. So the angle goes from $\theta$ to $[[angle_step]]$, by $\sin^2\frac{\theta'}2=\frac{1-\cos\theta'}2$.

chain rule (from gates, values; by chain rule): In wide layers the tangent kernel is the term of the readout's own weights, $\kappa_1$, plus
the term that the gates pass on from below, $\kappa_0$ times $t=\Theta_l$. (The passage to the limit is the one of K2 at $W=1$, which rests
on *gates* and *values* alone.)

layer (from chain rule, angle): So $\Theta_{l+1}=[[ntk_step]]$ at $\theta=\theta_l$.

depth (from angle, layer; by induction; gives dense_nngp, dense_ntk): From $\theta_0=\arccos r$ and $\Theta_0=r$ the kernels after $L$
hidden layers are $\cos\theta_L$, `dense_nngp`, and $\Theta_L(r)$, `dense_ntk`. At $r=1$ the angle stays $0$, and each layer adds $1$.
""",
    vars(dual) | globals(),
    slope=relu.slope,
    value=relu.value,
    erf_slope=erf.slope,
    erf_value=erf.value,
    linear_slope=linear.slope,
    linear_value=linear.value,
)

GEOMETRIC, ROOT = sp.sqrt(a * b), sp.sqrt(1 - cosine**2)


@cache
def mean(function: sp.Expr, variance: sp.Symbol) -> sp.Expr:
    """E f(z) at z ~ N(0, variance), for f that vanishes at z < 0."""
    x = sp.Symbol("x", positive=True)
    density = sp.exp(-(x**2) / (2 * variance)) / sp.sqrt(2 * sp.pi * variance)
    return sp.integrate(function.subs(z, x) * density, (x, 0, sp.oo))


def gaussian_mean() -> sp.Expr:
    """E e^{−z² − z′²}, by E e^{−x²} = (1 + 2v)^{−½} e^{−m²/(1 + 2v)} for normal x of mean m and variance v, used twice."""
    left = b - c**2 / a  # the variance of z′ given z, whose mean is cz/a
    growth = 1 + (c / a) ** 2 / (1 + 2 * left)  # of z² in the exponent, once z′ is integrated
    return 1 / sp.sqrt((1 + 2 * left) * (1 + 2 * a * growth))


def within_the_half_turn(expression: sp.Expr) -> sp.Expr:
    """Simplify for 0 ≤ θ ≤ π, where arccos cos θ = θ and √(1 − cos² θ) = sin θ."""
    sine = {sp.acos(sp.cos(angle)): angle, sp.sqrt(1 - sp.cos(angle) ** 2): sp.sin(angle)}
    return sp.simplify(sp.expand_trig(expression.subs(sine)))


def gates_follow_from_the_density_of_two_kinks(slope: sp.Expr, kappa_0: sp.Expr) -> Relations:
    """Twice the density at 0, as a function of the covariance and of the cosine; a half without correlation."""
    yield same(sp.diff(slope, c), 1 / (sp.pi * sp.sqrt(a * b - c**2)))
    yield same(sp.diff(kappa_0, cosine), 1 / (sp.pi * ROOT))
    for function, letter in ((slope, c), (kappa_0, cosine)):
        yield same(function.subs(letter, 0), mean(sp.sqrt(2) * sp.Heaviside(z), a) ** 2)


def values_follow_from_the_gates(slope: sp.Expr, kappa_0: sp.Expr, value: sp.Expr, kappa_1: sp.Expr) -> Relations:
    """Derivatives in the covariance and in the cosine; the product of the means without correlation."""
    yield same(sp.diff(value, c), slope)
    yield same(sp.diff(kappa_1, cosine), kappa_0)
    phi = sp.sqrt(2) * z
    apart = mean(phi, a) * mean(phi, b)
    yield same(value.subs(c, 0), apart)
    yield same(kappa_1.subs(cosine, 0), apart.subs({a: 1, b: 1}))


def squares_follow_from_the_values(value: sp.Expr, kappa_1: sp.Expr, squares: sp.Expr, J_2: sp.Expr) -> Relations:
    """Derivatives in the covariance and in the cosine; the product of the means without correlation."""
    yield same(sp.diff(squares, c), 8 * value)
    yield same(sp.diff(J_2, cosine), 4 * sp.pi * kappa_1)
    apart = mean(2 * z**2, a) * mean(2 * z**2, b)
    yield same(squares.subs(c, 0), apart)
    yield same(J_2.subs(cosine, 0) * 2 / sp.pi, apart.subs({a: 1, b: 1}))


def gates_have_a_recurrence(kappa_0: sp.Expr, taylor_0: sp.Expr) -> Relations:
    """The coefficients of the derivative, from k to k + 1 and at 0; the differential equation that this expresses."""
    slope = sp.diff(kappa_0, cosine)

    def following(term: sp.Expr) -> sp.Expr:
        return term * (2 * k + 1) / (2 * k + 2)

    yield induction((2 * k + 1) * taylor_0, k, 1 / sp.pi, following, by=sp.combsimp)
    yield same((1 - cosine**2) * sp.diff(slope, cosine), cosine * slope)
    yield same(slope.subs(cosine, 0), 1 / sp.pi)


def values_have_the_coefficients_of_their_integral(taylor_0: sp.Expr, taylor_1: sp.Expr) -> Relations:
    """The derivative of r^{2k+2} with its coefficient."""
    r = sp.Symbol("r", positive=True)
    yield same(sp.diff(taylor_1 * r ** (2 * k + 2), r), taylor_0 * r ** (2 * k + 1))


def identity_has_the_covariance(linear_value: sp.Expr, linear_slope: sp.Expr) -> Relations:
    """The mean product of a pair built of two independent standard normals, and its derivative in the covariance."""
    first, second = sp.symbols("n_1 n_2")  # independent standard normals
    pair = sp.sqrt(a) * first, c / sp.sqrt(a) * first + sp.sqrt(b - c**2 / a) * second
    moments = sp.expand(pair[0] * pair[1]).subs({first * second: 0}).subs(first**2, 1)
    yield same(linear_value, moments)
    yield same(linear_slope, sp.diff(moments, c))


def layer_adds_and_passes_on(kappa_0: sp.Expr, kappa_1: sp.Expr, ntk_step: sp.Expr) -> Relations:
    """κ₁ + κ₀ t at the cosine of the angle, 0 ≤ θ ≤ π."""
    value, slope = (kernel.subs(cosine, sp.cos(angle)) for kernel in (kappa_1, kappa_0))
    yield same(ntk_step, value + slope * tangent, by=within_the_half_turn)


dual_activations = Claim(
    label="K1",
    title="Dual activations in closed form, and dense kernels at every depth",
    headline=r"Let $\varphi(z)=\sqrt2\max(z,0)$. If $z,z'$ are jointly normal with mean $0$, variance $1$ and correlation $r$, the mean of $\varphi(z)\varphi(z')$ is $$\kappa_1(r)=[[kappa_1]].$$ Its derivative $\kappa_0(r)$ is the mean product of slopes. Iterated over layers, both give the dense kernels.",
    statement=r"""
Let $z,z'$ be jointly normal with mean $0$, variances $a,b$ and covariance $c$, and let $r=c/\sqrt{ab}=\cos\theta$. For an activation
$\varphi$ with the slope $\dot\varphi$ write $\varphi,\dot\varphi$ for the values at $z$, and $\varphi',\dot\varphi'$ for those at $z'$.

**ReLU.** Let $\varphi(z)=\sqrt2\max(z,0)$, and let
$$\kappa_0(r)=[[kappa_0]],\qquad\kappa_1(r)=[[kappa_1]],$$
$$J_2(r)=[[J_2]].$$
Then $E\,\dot\varphi\dot\varphi'=\kappa_0(r)$, $E\,\varphi\varphi'=\sqrt{ab}\,\kappa_1(r)$ and
$E\,\varphi^2\varphi'^2=\frac2\pi ab\,J_2(r)$. Call the second mean $F(a,b,c)$. The derivatives are $\frac{d\kappa_1}{dr}=\kappa_0$,
$\frac{dJ_2}{dr}=4\pi\kappa_1$, $\partial_cF=\kappa_0(r)$ and $\partial_aF=[[variance_slope]]$. The power series
$\kappa_0=\frac12+\dots$ has the coefficient $[[taylor_0]]$ of $r^{2k+1}$, and $\kappa_1=\frac1\pi+\frac r2+\dots$ has the coefficient
$[[taylor_1]]$ of $r^{2k+2}$. All other coefficients vanish, so none is negative.

**Other activations.** For $\varphi=\mathrm{erf}$, $E\,\varphi\varphi'=[[erf_value]]$ and
$E\,\dot\varphi\dot\varphi'=[[erf_slope]]$. For $\varphi(z)=z$ these means are $[[linear_value]]$ and $[[linear_slope]]$.

**Dense kernels.** In the limit of wide ReLU layers, take two inputs with mean squares $1$ at the angle $\theta_0=\arccos r$. After $l$
hidden layers the preactivations have the angle $\theta_l$, where
$$\theta_{l+1}=[[angle_step]]\Big|_{\theta=\theta_l},$$
that is, $\cos\theta_{l+1}=\kappa_1(\cos\theta_l)$. Let $\Theta_0=r$, and let $\Theta_{l+1}=[[ntk_step]]$ at $\theta=\theta_l$,
$t=\Theta_l$. With $L$ hidden layers, the covariance of the outputs at the two inputs (the NNGP, neural network Gaussian process) is
$\cos\theta_L$. The tangent kernel is $\Theta_L(r)$, with $\Theta_L(1)=L+1$.
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "section 3.1: “fully connected ReLU networks admit closed-form recursive formulas”, those of "
        "Cho and Saul (2009)",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        *PREACTIVATIONS,
        COSINE,
        Quantity(
            angle,
            "angle whose cosine is the correlation of two preactivations",
            sp.Interval(0, sp.pi),
            drawn=(sp.Rational(1, 10), 3),
        ),
        Quantity(tangent, "dense tangent kernel of the layers below", sp.S.Reals, drawn=(-1, 3)),
        DEPTH,
        Quantity(k, "place of a coefficient in a power series, from zero", COUNT_FROM_ZERO, drawn=(0, 8)),
    ),
    hypotheses=(
        CAUCHY_SCHWARZ,
        Hypothesis(r"at $c^2=ab$, $\partial_aF$ and $E\dot\varphi\dot\varphi'$ of ReLU are limits"),
    ),
    symbols={
        **LAYERS,
        "z,z'": "normal preactivations at two inputs",
        r"\varphi": "activation function",
        r"\dot\varphi": "its slope",
        "E": "mean over the two preactivations",
        **KAPPAS,
        "J_2": "mean of the product of the squared activations, as a function of the correlation, up to a factor",
        r"\theta_l": "angle between the preactivations at the two inputs after $l$ hidden layers",
        r"\Theta_l": "dense tangent kernel of $l$ hidden layers",
    },
    also=("value", "slope", "squares", "dense_nngp", "dense_ntk"),
    aids={"activations": (relu, erf, linear)},
    because={
        "gates": gates_follow_from_the_density_of_two_kinks,
        "values": values_follow_from_the_gates,
        "squares": squares_follow_from_the_values,
        "variances": lambda value, variance_slope: same(variance_slope, sp.diff(value, a)),
        "series of the gates": gates_have_a_recurrence,
        "series of the values": values_have_the_coefficients_of_their_integral,
        "slope of erf": lambda erf_slope: same(erf_slope, 4 / sp.pi * gaussian_mean()),
        "erf": lambda erf_slope, erf_value: (same(sp.diff(erf_value, c), erf_slope), same(erf_value.subs(c, 0), 0)),
        "identity": identity_has_the_covariance,
        "angle": lambda value, kappa_1, angle_step: (
            same(sp.cos(angle_step), kappa_1.subs(cosine, sp.cos(angle)), by=within_the_half_turn),
            same(value.subs({b: a, c: a}), a),
        ),
        "layer": layer_adds_and_passes_on,
    },
    wrong=lambda: {
        "slope: slope of half the angle": relu.slope - sp.Rational(1, 2),
        "slope: gates as if independent": sp.Rational(1, 2),
        "value: angle for its supplement": GEOMETRIC * (kappa_1 - cosine).subs(cosine, c / GEOMETRIC),
        "squares: squares with J₁ for J₂": 2 * a * b * kappa_1.subs(cosine, c / GEOMETRIC),
        "squares: squares as if independent": a * b,
        "kappa_0: κ₀ of the supplement": sp.acos(cosine) / sp.pi,
        "kappa_0: κ₀ of a linear function": cosine,
        "kappa_1: κ₁ of order 0": kappa_0,
        "kappa_1: sine for cosine": (cosine + (sp.pi - sp.acos(cosine)) * sp.sqrt(1 - cosine**2)) / sp.pi,
        "J_2: J₂ without the factor 3": J_2 - 2 * cosine * ROOT,
        "variance_slope: derivative in b": variance_slope * a / b,
        "taylor_0: every power": 1 / (sp.pi * 2**k),
        "taylor_1: κ₀ for κ₁": taylor_0,
        "erf_slope: slope at no correlation": erf.slope.subs(c, 0),
        "erf_slope: 1 + a for 1 + 2a": 4 / (sp.pi * sp.sqrt((1 + a) * (1 + b) - c**2)),
        "erf_value: arcsine without 2": 2 / sp.pi * sp.asin(c / sp.sqrt((1 + 2 * a) * (1 + 2 * b))),
        "erf_value: 1 + a for 1 + 2a": 2 / sp.pi * sp.asin(2 * c / sp.sqrt((1 + a) * (1 + b))),
        "erf_value: erf as if linear": 4 * c / sp.pi,
        "linear_value: identity squared": c**2,
        "angle_step: the angle halves": angle / 2,
        "ntk_step: no gates on the way back": ntk_step.subs(tangent, 0) + tangent,
        "ntk_step: kernel of outputs alone": ntk_step.subs(tangent, 0),
        "dense_ntk: one layer too many": dense_ntk.subs(depth, depth + 1),
        "dense_ntk: a linear network": (depth + 1) * cosine,
        "dense_nngp: one layer too few": dense_nngp.subs(depth, depth - 1),
    },
)
