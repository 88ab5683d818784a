"""S3 and S4: SNIP on one hidden ReLU layer, its exact gradient and the graphon where it factorises."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Source
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same
from sparse_limits.theory.saliency.model import (
    COLUMN,
    COLUMN_PROFILE,
    DENSITY,
    FINITE_SQUARES,
    NEURON,
    THRESHOLD,
    half_normal_quantile,
    mean_over_columns,
    phi,
    rho,
    snip_model,
    tau,
    u,
)
from sparse_limits.theory.saliency.symbols import (
    CHANCE,
    COLUMN_POSITION,
    GRAPHON,
    HALF_LOSS,
    INPUT_WEIGHT,
    LAYER_SIZES,
    OPEN_MEAN,
    OUTPUT_WEIGHT,
    OVER_DATA,
    PRODUCT_TAIL,
    RELU,
)
from sparse_limits.theory.tails import half_normal, modified_struve, normal_density, product_survival, t

cosine, theta = sp.symbols("c theta", real=True)  # of the angle between two inputs, and the angle
norm = sp.Symbol("R", positive=True)  # ‖x‖
x = sp.Symbol("x", real=True)  # variable of integration

NETWORK = (
    r"Let $f(x)=n^{-1/2}\sum_ia_i\,\sigma(w_i\cdot x/\sqrt d)$ with ReLU $\sigma$, iid standard normal $a_i,w_{ij}$, "
    r"loss $L=\frac12E_D(f-y)^2$ and a residual $r$ that is a fixed function of the data (initial output subtracted). "
)
FIXED_RESIDUAL = "the residual does not depend on the network (initial output subtracted)"
NORMAL_WEIGHTS = Hypothesis("one hidden ReLU layer with independent standard normal weights")
RESIDUAL_IS_FIXED = Hypothesis(FIXED_RESIDUAL)

LENGTH = Quantity(norm, "Euclidean length of an input", POSITIVE)

mean_weight = sp.Rational(1, 2)
z = sp.Symbol("z", positive=True)  # the weight along an input, at an open gate
open_gate = (1 + sp.erf(cosine * z / sp.sqrt(2 * (1 - cosine**2)))) / 2
gate_rate = 1 / (2 * sp.pi * sp.sqrt(1 - cosine**2))
covariance_kernel = sp.asin(cosine) / (2 * sp.pi)
half_mean = 1 / sp.sqrt(2 * sp.pi)
stein_kernel = half_mean / norm

GRADIENT_STEPS = proof(
    r"""
one weight (by dominated convergence): Where $x=0$ or $w_i\cdot x\ne0$, $f(x)$ has the derivative $\frac1{\sqrt{nd}}a_ix_j1\{w_i\cdot x>0\}$
in $w_{ij}$. Its difference quotients are at most a multiple of $\|x\|$, and $\|x\|^2$ and $|r|\|x\|$ have finite means. So the derivative of
$L$ is the mean of this derivative times $f-y$, and the saliency is as stated, with $g_{ij}=E_D[r\,x_j1\{w_i\cdot x>0\}]$.

opposite samples (from one weight; by same law): If $(x,r)$ and $(-x,-r)$ have the same law, then $g_{ij}$ is also the mean of
$r\,x_j1\{-w_i\cdot x>0\}$, as the two signs of $(-r)(-x_j)$ cancel. So it is the mean of $r\,x_j\cdot\frac12(1\{w_i\cdot x>0\}+1\{-w_i\cdot
x>0\})$.

opposite weights (from one weight; by same law): On any data $w$ and $-w$ have the same law. As $r$ does not depend on $w$, $E_wg_j$ is the
mean of the same expression over $D$ and $w$.

one half (from opposite samples, opposite weights): Off $w\cdot x=0$ exactly one of the two gates is open, so that $\frac12(1\{w\cdot
x>0\}+1\{-w\cdot x>0\})=[[mean_weight]]$; at $x=0$ nothing is added, as $x_j=0$. Hence $g_{ij}=[[mean_weight]]\,h_j$ for symmetric data and
$E_wg_j=[[mean_weight]]\,h_j$ for any data.

two gates (from one weight; by Fubini): As $r$ does not depend on $w$, $\operatorname{Cov}_w(g_j,g_k)$ is the mean over $D$ and $D'$ of
$rr'x_jx_k'$ times the covariance of the gates of $z=w\cdot x/\|x\|$ and $z'=w\cdot x'/\|x'\|$, standard normals of correlation $c$.

second gate (from two gates): Let $|c|<1$. Given $z$, $z'$ is normal with mean $cz$ and variance $1-c^2$, and positive with probability
$[[open_gate]]$.

both gates (from second gate; by dominated convergence): So the probability $P(c)$ that both gates are open is the integral of
$[[open_gate]]$ times the normal density over $z>0$. Its derivative is the integral of the derivative, which is at most a multiple of $z$
times the density for $c$ in a closed part of $(-1,1)$.

rate (from both gates): That integral is $P'(c)=[[gate_rate]]$: an antiderivative is $-[[gate_rate]]\,e^{-z^2/2(1-c^2)}$ (Sheppard).

covariance (from one half, rate): The covariance of the gates is $P(c)-\frac14$, by *one half*. It has this derivative and is $0$ at $c=0$,
where the gates are independent. So it is $[[covariance_kernel]]$; at $c=\pm1$ the gates are equal or opposite, and it is $\pm\frac14$, as
the formula says.

half of a normal: A standard normal has $E[z\,1\{z>0\}]=[[half_mean]]$.

along the input (from one weight; by product): For $x\ne0$, $w$ is the sum of $z\,x/\|x\|$ and a part orthogonal to $x$, which has mean $0$
and is independent of $z$, hence of the gate. So $E_w[w_j1\{w\cdot x>0\}]=\frac{x_j}{\|x\|}E[z\,1\{z>0\}]$.

Stein moment (from along the input, half of a normal): This is $x_j\cdot[[stein_kernel]]$, and $E_w[w_jg_k]$ is the mean over $D$ of this
times $r\,x_k$.
""",
    globals(),
)


def rate_integrates_the_second_gate(gate_rate: sp.Expr, open_gate: sp.Expr) -> Relations:
    """−P′ e^(−z²/2(1−c²)), −P′ at z = 0 and 0 at infinity, is an antiderivative of the derivative under the integral."""
    decay = sp.exp(-(z**2) / (2 * (1 - cosine**2)))
    yield same(sp.diff(-gate_rate * decay, z), normal_density(z) * sp.diff(open_gate, cosine))


gradient_moments = Claim(
    label="S3",
    title="The SNIP gradient, exactly: when it factorises and how it fluctuates",
    headline=r"SNIP's gradient in one hidden ReLU layer is $\frac{a_i}{\sqrt{nd}}\,g_{ij}$. If the residual $r$ is fixed, $g_{ij}$ has mean $[[mean_weight]]\,h_j$, $h_j=E_D[rx_j]$. If $(x,r)$ and $(-x,-r)$ have one law, it is exactly that, and the score factorises.",
    statement=NETWORK
    + r"""
Let $w_i$ be orthogonal to $x\ne0$ with probability $0$ under $D$, as almost every $w_i$ is. Write $h_j=E_D[rx_j]$ and $g_{ij}=E_D[r\,x_j1\{w_i\cdot x>0\}]$. Then
$|w_{ij}\partial L/\partial w_{ij}|=\frac1{\sqrt{nd}}|a_i||w_{ij}||g_{ij}|$.

*Symmetric data.* If the law of $(x,r)$ under $D$ equals that of $(-x,-r)$, then $g_{ij}=[[mean_weight]]\,h_j$: the saliency factorises with $f=|a|$, $\varphi=|h|/2$, $\xi=|w|$.

*Any data.* Over normal $w$, and with $c\in[-1,1]$ the cosine of the angle between $x$ and $x'$, $E_wg_j=[[mean_weight]]\,h_j$,
$$\operatorname{Cov}_w(g_j,g_k)=E_DE_{D'}\big[rr'x_jx_k'\,[[covariance_kernel]]\big],\qquad E_w[w_jg_k]=E_D\big[r\,x_jx_k\,[[stein_kernel]]\big],$$
where $R=\|x\|$. Samples at $x=0$ have no angle and no length; they contribute nothing to either mean, as $x_j=0$.
""",
    steps=GRADIENT_STEPS,
    source=Source("2602.06675", "v1", "second-hand description of the SNIP profile"),
    provenance=Provenance.PITFALL,
    quantities=(
        Quantity(
            cosine,
            "cosine of the angle between two inputs",
            sp.Interval(-1, 1),
            drawn=(sp.Rational(-9, 10), sp.Rational(9, 10)),
        ),
        LENGTH,
        Quantity(z, "weight along an input, where it is not negative", NON_NEGATIVE),
    ),
    hypotheses=(
        NORMAL_WEIGHTS,
        RESIDUAL_IS_FIXED,
        FINITE_SQUARES,
        Hypothesis(r"$w_i$ is orthogonal to $x\ne0$ with probability $0$ under $D$, as almost every $w_i$ is"),
        Hypothesis(r"for the factorisation: $(x,r)$ and $(-x,-r)$ have one law"),
    ),
    symbols={
        **OVER_DATA,
        "E_w": "mean over the normal weights $w$ into one neuron",
        "f(x)": "output of the network at the input $x$",
        "y": "target that belongs to an input",
        **HALF_LOSS,
        **LAYER_SIZES,
        **OUTPUT_WEIGHT,
        **INPUT_WEIGHT,
        **RELU,
        **OPEN_MEAN,
        "g_j, g_k": "this mean for one neuron and the inputs $j$ and $k$",
        "h_j": "mean over the data of residual times input $j$",
        r"f, \varphi, \xi": "factors of a score that factorise: profile of the rows, profile of the columns, noise",
    },
    pitfalls=(
        Pitfall(
            control="it factorises on any data",
            said=r"SNIP's saliency factorises, $S_{ij}\propto|a_i|\,|h_j|\,|w_{ij}|$, on any data.",
            by="Reported second-hand about the factorised saliency model, whose conditions were not available.",
            why=("A unit's gradient uses only the data that open its gate, so $g_{ij}$ differs from unit to unit."),
            counterexample="one_sample",
            by_hand=(
                "One data point $x=1$ with the residual $r=1$: $g=1$ for every unit with $w>0$ and $g=0$ "
                r"for every other, while $h/2=\frac12$ for both. The mean over $w$ is $\frac12$, the "
                r"variance $\frac14$."
            ),
            instead=(
                "$g_{ij}=h_j/2$ if the law of $(x,r)$ is that of $(-x,-r)$; on any data this is only the "
                "mean, and the covariance is stated."
            ),
        ),
    ),
    aids={
        "data": "symmetrised",
        "residual": "fixed",
        "one_sample": (sp.Integer(1), sp.Integer(1)),
    },
    because={
        "rate": rate_integrates_the_second_gate,
    },
    wrong=lambda: {
        "open_gate: as if independent": sp.Rational(1, 2),
        "open_gate: variance one": open_gate.subs(cosine, cosine / sp.sqrt(1 + cosine**2)),
        "open_gate: √2 forgotten": open_gate.subs(z, sp.sqrt(2) * z),
        "gate_rate: without the root": 1 / (2 * sp.pi),
        "gate_rate: root of the square forgotten": 1 / (2 * sp.pi * (1 - cosine**2)),
        "covariance_kernel: arccosine": sp.acos(cosine) / (2 * sp.pi),
        "covariance_kernel: the cosine itself": cosine / (2 * sp.pi),
        "covariance_kernel: it factorises on any data": sp.S.Zero,
        "stein_kernel: not divided by the norm": 1 / sp.sqrt(2 * sp.pi),
        "stein_kernel: divided by the square": 1 / (sp.sqrt(2 * sp.pi) * norm**2),
        "data: data that are not symmetric": "raw",
        "data: an atom on the hyperplane of w": "atom",
        "residual: the network's own output in the residual": "of the network",
    },
)

y = sp.Symbol("y", positive=True)  # |a|
product_integrand = 2 / sp.pi * sp.exp(-(y**2) / 2 - t**2 / (2 * y**2)) / y
hyperbolic = 2 / sp.pi * sp.exp(-t * sp.cosh(x))
product_density = 2 / sp.pi * sp.besselk(0, t)
struve = (modified_struve(-1, t), modified_struve(0, t))
product_kernel = snip_model.kernel().subs(snip_model.column, phi)
product_columns = product_survival(tau / phi)
product_threshold = level(mean_over_columns(product_survival(t / phi)), t, rho)
flat_threshold = level(product_survival(t), t, rho)  # over the profile, where that is constant
integral_form = sp.Integral(2 / sp.pi * sp.exp(-tau / phi * sp.cosh(x)) / sp.cosh(x), (x, 0, sp.oo))

PRODUCT_STEPS = proof(
    r"""
factorised (by S3): Where the saliency factorises, it is $|a|\,|w|\,\varphi$ up to a constant, with one $|a|$ for each row.

profile (from factorised): Rows in the order of $|a|$ have $|a|=\psi(u)$ with $P(|a|\le\psi(u))=u$: $\psi(u)=[[profile]]$.

kernel (from profile): Given the row, $|w|$ exceeds $\tau/\phi\psi(u)$ with probability $[[kernel]]$. This is $1$ at $\tau=0$, and
decreasing at the rate of the density of $\phi\psi(u)|w|$.

mean over rows (from kernel; by tower): At a uniform $u$, $\psi(u)$ has the law of $|a|$. So $\int W\,du$ is the mean over $a$ of
$P(|w|>\tau/\phi|a|)$, which is $H(\tau/\phi)$.

mixture (from mean over rows): The density of $|ab|$ at $t$ is that of $y|b|$ at $t$, averaged over $y=|a|$: the integral of
$[[product_integrand]]$ over $y>0$.

hyperbolic form (from mixture): Substitute $y=\sqrt t\,e^{x/2}$. The integrand becomes even in $x$, and the density becomes the integral of
$[[hyperbolic]]$ over $x>0$.

Bessel functions (cited: DLMF, 10.25(ii) and 10.25(iii): I₀ and K₀ are independent solutions, of which I₀ grows at infinity): On $t>0$ the
equation $t\,q''+q'=t\,q$ has the solutions $\alpha I_0+\beta K_0$, and among these only the multiples of $K_0$ do not grow without bound as
$t\to\infty$.

noise density (from hyperbolic form, Bessel functions): The hyperbolic form has $t^2q_{tt}+tq_t-t^2q=q_{xx}$, and $q_x$ vanishes at $x=0$
and $\infty$. So its integral solves the equation. It decreases in $t$ and has the mass $1$ of a density, so that it is $[[noise_density]]$.

order of integration (from hyperbolic form; by Fubini): $H(t)$ is the integral of the *hyperbolic form* over $x>0$ and over all larger $t$,
in either order.

integral form (from order of integration): So $H(\tau/\phi)=[[integral_form]]$, which is $1$ at $\tau=0$.

Struve functions: $(\mathbf L_{-1},\mathbf L_0)=[[struve]]$ have $\mathbf L_0'=\mathbf L_{-1}$ and $(t\mathbf L_{-1})'=\frac2\pi+t\mathbf
L_0$, power by power.

column density (from mean over rows, noise density, Struve functions): Since $K_0'=-K_1$ and $(tK_1)'=-tK_0$, $t\,[K_0\mathbf
L_{-1}+K_1\mathbf L_0]$ has the derivative $\frac2\pi K_0$, and it tends to $0$ with $t$. So $1$ minus this function is $H$; at
$t=\tau/\phi$ it is $[[column_density]]$.

one threshold (from noise density; by S1 for one threshold): $H$ is continuous and decreases strictly from $1$ to $0$, as the *noise
density* is positive. So the product of two normals is a noise of S1. Exactly one $\tau$ keeps the density $\rho$, the mean of
$H(\tau/\varphi)$.

threshold (from column density, one threshold): The threshold is $[[threshold]]$; for a constant profile $\phi$ it is $\phi$ times
$[[flat_threshold]]$.
""",
    globals(),
    profile=half_normal_quantile,
    kernel=product_kernel,
    noise_density=product_density,
    column_density=product_columns,
    threshold=product_threshold,
)

product_graphon = Claim(
    label="S4",
    title="The half-normal × half-normal graphon of SNIP",
    headline=r"If SNIP's score factorises, the residual does not depend on the network, and the weights of both layers are standard normal, SNIP's graphon is $$W(u,v)=[[kernel]]\quad(\phi=\varphi(v)).$$",
    statement=r"""
Let $f=|a|$. The SNIP graphon is $W(u,v)=[[kernel]]$ (here $\phi=\varphi(v)$). Its column density is $\int W\,du=H(\tau/\varphi(v))$ with
$H(t)=P(|ab|>t)$ for independent standard normal $a,b$, whose product has in modulus the density $[[noise_density]]$, and
$$H(\tau/\phi)=[[integral_form]]=1-t\,[K_0(t)\mathbf L_{-1}(t)+K_1(t)\mathbf L_0(t)],\quad t=\tau/\phi .$$
The threshold `threshold` solves $\int H(\tau/\varphi)=\rho$; for a constant profile $\phi$, $H(\tau/\phi)=\rho$ and $\tau/\phi$ is
`flat_threshold`.
""",
    steps=PRODUCT_STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "abstract: “data-driven methods (e.g., SNIP, GraSP) converge to heterogeneous graphons that encode "
        "implicit feature selection”; the form for normal weights is ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        THRESHOLD,
        DENSITY.drawn_from(sp.Rational(1, 50), sp.Rational(9, 10)),
        NEURON.drawn_from(sp.Rational(1, 10), sp.Rational(9, 10)),
        COLUMN.drawn_from(sp.Rational(1, 2), 3),
        COLUMN_PROFILE,
        Quantity(t, "value of the noise, the modulus of a product of two standard normals", POSITIVE),
        Quantity(y, "modulus of the weight with which a neuron enters the output", POSITIVE),
        Quantity(x, "twice the logarithm of that modulus over the root of the value of the noise", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("the saliency factorises (S3)"),
        RESIDUAL_IS_FIXED,
        Hypothesis("weights of both layers are standard normal"),
    ),
    symbols={
        **GRAPHON,
        **COLUMN_POSITION,
        "f": "profile of the rows, the factor of a neuron",
        "a": "weight with which a neuron enters the output, standard normal",
        "b": "another standard normal number, independent of $a$",
        **PRODUCT_TAIL,
        **CHANCE,
        "K_0, K_1": "modified Bessel functions of the second kind",
        r"\mathbf L_{-1}, \mathbf L_0": "modified Struve functions",
    },
    also=("column_density", "threshold", "flat_threshold"),
    because={
        "profile": lambda profile: same(1 - half_normal.at(profile), u),
        "mixture": lambda product_integrand: same(
            product_integrand, -half_normal.density.subs(t, y) * sp.diff(half_normal.at(t / y), t)
        ),
    },
    wrong=lambda: {
        "profile: from above": sp.sqrt(2) * sp.erfinv(1 - u),
        "profile: profile of its square": half_normal_quantile**2,
        "kernel: |a|² in place of |a|": product_kernel.subs(u, sp.erf(sp.erfinv(u) ** 2)),
        "kernel: without √2": sp.erfc(tau / (phi * sp.sqrt(2) * sp.erfinv(u))),
        "product_integrand: density of the wrong scale": product_integrand * y,
        "product_integrand: a quotient for a product": 2 / sp.pi * y * sp.exp(-(y**2) * (1 + t**2) / 2),
        "hyperbolic: hyperbolic sine": hyperbolic.subs(sp.cosh(x), sp.sinh(x)),
        "hyperbolic: twice the exponent": hyperbolic.subs(x, 2 * x),
        "hyperbolic: hyperbolic sine of twice the argument": hyperbolic.subs(sp.cosh(x), sp.sinh(2 * x)),
        "noise_density: one half-normal": half_normal.density,
        "noise_density: K₁ in place of K₀": 2 / sp.pi * sp.besselk(1, t),
        "noise_density: K₀ of half the argument": sp.besselk(0, t / 2) / sp.pi,
        "column_density: Gaussian tail: forgets the row factor": half_normal.at(tau / phi),
        "column_density: exponential tail": sp.exp(-tau / phi),
        "column_density: profile squared": product_survival(tau / phi**2),
        "column_density: half of it": product_survival(tau / phi) / 2,
        "struve: exchanged": struve[::-1],
        "struve: the other one twice": (struve[1], struve[1]),
        "struve: alternating": tuple(each.replace(sp.hyper, lambda p, q, at: sp.hyper(p, q, -at)) for each in struve),
        "integral_form: cosh lost from the denominator": sp.Integral(hyperbolic.subs(t, tau / phi), (x, 0, sp.oo)),
        "integral_form: profile squared": integral_form.subs(phi, phi**2),
        "integral_form: hyperbolic sine": sp.Integral(2 / sp.pi * sp.exp(-tau / phi) / sp.cosh(2 * x), (x, 0, sp.oo)),
        "flat_threshold: Gaussian threshold": sp.sqrt(2) * sp.erfinv(1 - rho),
        "flat_threshold: exponential threshold": sp.log(1 / rho),
        "flat_threshold: of twice the density": flat_threshold.subs(rho, 2 * rho),
        "threshold: without a profile": flat_threshold,
        "threshold: of the mean profile": level(product_survival(t / mean_over_columns(phi)), t, rho),
        "threshold: of twice the density, any profile": product_threshold.subs(rho, 2 * rho),
    },
)

a, w, zeta, g = sp.symbols("a w zeta g", real=True)
h, beta = sp.symbols("h beta", real=True)  # mean moment and Stein moment of a column
spread, variance = sp.symbols("s V", positive=True)
residual_mean = sp.Symbol("c", real=True)

READOUT = Quantity(a, "readout weight of a neuron", sp.S.Reals)
WEIGHT = Quantity(w, "weight from an input to a neuron", sp.S.Reals)
GATED_MEAN = Quantity(
    g, "mean over the data of residual times input where the neuron is active, $0$ where it is not", sp.S.Reals
)
RESIDUAL_MEAN = Quantity(residual_mean, "mean of the residual over the data", sp.S.Reals)
WEIGHT_IS_NOT_ZERO = Hypothesis("the weight is not zero", sp.Ne(w, 0), needed_by=("conditional_density",))
