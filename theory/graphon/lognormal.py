"""G8: the probit graphon of lognormal profiles and lognormal noise, its degrees, moments and Hermite coefficients."""

from functools import lru_cache

import sympy as sp

from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.operators.symbols import SINGULAR_VALUE
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import (
    CLOSED_UNIT,
    COUNT,
    COUNT_FROM_ZERO,
    NON_NEGATIVE,
    POSITIVE,
    Hypothesis,
    Quantity,
)
from sparse_limits.theory.reasons import Relations, same
from sparse_limits.theory.saliency.model import DENSITY, rho
from sparse_limits.theory.saliency.symbols import COLUMN_FACTOR, NOISE, ROW_FACTOR
from sparse_limits.theory.tails import Tail, normal_density, t

x, y = sp.symbols("x y", real=True)  # latents of a row and a column, standard normal
row_scale, column_scale = sp.symbols("s_f s_g", nonnegative=True)
noise_scale = sp.Symbol("s", positive=True)
log_threshold = sp.Symbol("t", real=True)
row_shift, column_shift = sp.symbols("a b", real=True)
common = sp.Symbol("r", real=True)  # correlation of two scores

row_order, column_order, order = sp.symbols("j k m", integer=True, nonnegative=True)
size = sp.Symbol("K", integer=True, positive=True)  # of the truncated matrix of coefficients
sigma, moment, captured = sp.symbols("sigma mu mu_K", positive=True)  # σ_i(A_K), ∬W², ‖A_K‖_F²


def normal_cdf(z: sp.Expr) -> sp.Expr:
    """Φ(z), of which SymPy may make 1 − Φ(−z): floats then lose the lower tail, balls do not."""
    return sp.erfc(-z / sp.sqrt(2)) / 2


lognormal_noise = Tail("lognormal", normal_cdf(-sp.log(t) / noise_scale))

total_variance = row_scale**2 + column_scale**2 + noise_scale**2  # Σ²
quantile = sp.sqrt(2) * sp.erfcinv(2 * rho)  # Φ⁻¹(1 − ρ) = −h
threshold = sp.sqrt(total_variance) * quantile

total_density = normal_cdf(-log_threshold / sp.sqrt(total_variance))
probit_kernel = normal_cdf((row_scale * x + column_scale * y - log_threshold) / noise_scale)
kernel = probit_kernel.subs(log_threshold, threshold)
row_degree = normal_cdf((row_scale * x - threshold) / sp.sqrt(noise_scale**2 + column_scale**2))
column_degree = normal_cdf((column_scale * y - threshold) / sp.sqrt(noise_scale**2 + row_scale**2))


bivariate = sp.exp(-(x**2 - 2 * common * x * y + y**2) / (2 * (1 - common**2))) / (2 * sp.pi * sp.sqrt(1 - common**2))


def orthant(r: sp.Expr) -> sp.Expr:
    """Φ₂(h, h; r) at Φ(h) = ρ: the probability that two standard normals of correlation r both lie below h.

    Plackett's integral with sin θ for the correlation: analytic up to r = 1, and positive, so that nothing cancels.
    """
    theta = sp.Symbol("theta", real=True)
    return rho**2 + sp.Integral(sp.exp(-(quantile**2) / (1 + sp.sin(theta))) / (2 * sp.pi), (theta, 0, sp.asin(r)))


correlation = (row_scale**2 + column_scale**2) / total_variance
squared_kernel = orthant(correlation)
squared_row_degree = orthant(row_scale**2 / total_variance)
squared_column_degree = orthant(column_scale**2 / total_variance)
balanced_squared_kernel = sp.Rational(1, 4) + sp.asin(correlation) / (2 * sp.pi)

shifted = normal_cdf((row_scale * row_shift + column_scale * column_shift - threshold) / sp.sqrt(total_variance))

# He_n(q) = 2^(−n/2) H_n(q/√2), and q/√2 = erfcinv(2ρ)
derivative = sp.Piecewise(
    (rho, sp.Eq(order, 0)),
    (
        2 ** ((1 - order) / 2)
        * sp.hermite(order - 1, quantile / sp.sqrt(2))
        * normal_density(quantile)
        * total_variance ** (-order / 2),
        True,
    ),
)
coefficient = (
    row_scale**row_order
    * column_scale**column_order
    * derivative.subs(order, row_order + column_order)
    / sp.sqrt(sp.factorial(row_order) * sp.factorial(column_order))
)


def hermite_coefficient(j: int, k: int) -> sp.Expr:
    """c_jk of W in the normalised Hermite bases of the row and column latents, j, k ≥ 0."""
    return coefficient.subs({row_order: j, column_order: k})


order_share = total_variance**order * derivative**2 / sp.factorial(order)
certificate = sp.sqrt(sigma**2 + moment - captured)
truncation = correlation**size * rho * (1 - rho)

STEPS = proof(
    r"""
graphon (by S1 for one threshold): At the threshold $e^t$ the graphon is $W=\bar F(e^t/f\varphi)$, and $\iint W=\rho$.

score (from graphon): A score exceeds $e^t$ if $s_fX+s_gY+sZ>t$. Given the latents, this has the probability $[[probit_kernel]]$, the $\bar
F$ of lognormal noise at $e^t/f\varphi$.

density (from score): Averaged over both latents, this is $[[total_density]]$, as the sum is normal with variance
$s_f^2+s_g^2+s^2=\Sigma^2$.

threshold (from density): This is $\rho$ at $t=[[threshold]]$, which is $0$ at $\rho=\frac12$ and has the slope in $\rho$ of the inverse
function.

kernel (from score, threshold): So $W(x,y)=[[kernel]]$.

degrees (from kernel): Averaged over $Y$, the kernel is $[[row_degree]]$; averaged over $X$, it is $[[column_degree]]$. Both are
probabilities of normal sums again.

two scores (from kernel, degrees; by independence): $\iint W^2$ is the probability that two scores with the same $X,Y$ and independent
$Z,Z'$ both exceed the threshold. $\int d_{\rm row}^2$ is this probability for two scores that share $X$ only, and $\int d_{\rm col}^2$ for
two that share $Y$ only.

correlation (from two scores): The logarithms of scores that share $X$ and $Y$ have the correlation $[[correlation]]$. For the other pairs
the numerator contains only what is shared.

Plackett's identity: The density $\varphi_2=[[bivariate]]$ of two standard normals of correlation $r$ has
$\partial_r\varphi_2=\partial_x\partial_y\varphi_2$. Integrated over $x,y\le h$: $\partial_r\Phi_2(h,h;r)=\varphi_2(h,h;r)$.

second moments (from threshold, correlation, Plackett's identity): With $\Phi_2(h,h;0)=\rho^2$ at $h=-t/\Sigma$, and $r=\sin\theta$: $\iint
W^2=[[squared_kernel]]$, $\int d_{\rm row}^2=[[squared_row_degree]]$ and $\int d_{\rm col}^2=[[squared_column_degree]]$.

balanced (from second moments): At $\rho=\frac12$, where $h=0$, $\iint W^2=[[balanced_squared_kernel]]$.

bases (from kernel; by Hermite): The normalised Hermite polynomials are orthonormal bases, so that $W$ has the singular values of
$(c_{jk})$. As $e^{aX-a^2/2}$ shifts the normal law, $\sum_{jk}c_{jk}\frac{a^jb^k}{\sqrt{j!k!}}=E\,W(X+a,Y+b)$.

shifted latents (from kernel): $E\,W(X+a,Y+b)=[[shifted]]$, by a normal sum once more.

derivatives (from shifted latents; at some sizes: each order is differentiated by itself, the letters free): As a function of $c=s_fa+s_gb$
this has the $m$-th derivative $d_m=[[derivative]]$ at $c=0$.

coefficients (from bases, derivatives; at some sizes: each order is differentiated by itself, the letters free): So its Taylor coefficients
give $c_{jk}=[[coefficient]]$, with the $d_m$ of $m=j+k$ written out.

part of the matrix (from bases; by compression): $A_K$ is a part of the matrix $(c_{jk})$: $\sigma_i(A_K)\le\sigma_i(W)$ for every $i$.

what is left out (from part of the matrix; by Hilbert–Schmidt): The sum $\sum_i(\sigma_i(W)^2-\sigma_i(A_K)^2)=\iint W^2-\|A_K\|_F^2$ bounds
each of its terms, as none of them is negative.

certificate (from what is left out): So $\sigma_i(W)\le[[certificate]]$, with equality for $i=1$ if $(c_{jk})$ has one column.

one order (from coefficients, correlation): By the binomial theorem $\sum_{j+k=m}c_{jk}^2=r^mb_m$ with the correlation $r$ of *correlation*
and $b_m=[[order_share]]$, which depends on $\rho$ and $m$ alone.

no noise (from one order, kernel; by dominated convergence): Hence $\iint W^2=\sum_mr^mb_m$. As $s\to0$, $r\to1$ and $W$ becomes an
indicator, so that the sum tends to $\rho$. The sum is at most $\rho$ for every $r<1$, and no $b_m$ is negative. So the $b_m$ have a finite
sum, which is also the limit: $\sum_{m\ge1}b_m=\rho-\rho^2$, as $b_0=\rho^2$.

truncation (from no noise, what is left out): $A_K$ contains all terms with $j+k<K$. The terms left out add up to at most $\sum_{m\ge
K}r^mb_m\le[[truncation]]$, as $r\le1$.
""",
    globals(),
)

simplified = lru_cache(sp.simplify)  # controls leave most identities as they are


def balanced_moment_is_an_angle(squared_kernel: sp.Expr, balanced_squared_kernel: sp.Expr) -> Relations:
    """The integral at ρ = ½, where the integrand is constant."""
    balanced = squared_kernel.subs(rho, sp.Rational(1, 2)).doit()
    yield same(balanced, balanced_squared_kernel, by=simplified)


probit_graphon = Claim(
    label="G8",
    title="The probit graphon of lognormal scores: degrees, moments, spectrum",
    headline=r"Lognormal profiles and noise have a graphon in closed form. With standard normal latents $x$ of the row, $y$ of the column, at density $\rho$, $$W(x,y)=[[kernel]].$$ Degrees and second moments have formulas, singular values bounds.",
    statement=r"""
**The graphon.** Let the row factor $f$, the column factor $\varphi$ and the modulus $|\xi|$ of the noise be lognormal: $\ln f=s_fX$, $\ln\varphi=s_gY$ and
$\ln|\xi|=sZ$ with independent standard normal $X,Y,Z$, where $s>0$ and $s_f,s_g\ge0$. Describe a row by the value $x$ of $X$, and a column
by the value $y$ of $Y$: these are their *latents*. At density $\rho$ the threshold of the logarithms is $t=[[threshold]]$, and the graphon is
$$W(x,y)=[[kernel]].$$
Its average over $y$ is the row degree $[[row_degree]]$, and its average over $x$ the column degree $[[column_degree]]$.

**Second moments.** Averaged over the latents,
$$\iint W^2=[[squared_kernel]],$$
which is $[[balanced_squared_kernel]]$ at $\rho=\frac12$. Likewise $\int d_{\rm row}^2=[[squared_row_degree]]$ and $\int d_{\rm
col}^2=[[squared_column_degree]]$.

**Coefficients.** In the normalised Hermite bases $\mathrm{He}_j(x)/\sqrt{j!}$, $\mathrm{He}_k(y)/\sqrt{k!}$ the coefficients of $W$ are
$$c_{jk}=\frac{s_f^j\,s_g^k}{\sqrt{j!\,k!}}\,d_{j+k},\qquad d_m=[[derivative]]$$
with physicists' Hermite polynomials $H$, and with $0^0=1$. The singular values of $W$ are those of the infinite matrix $(c_{jk})$.

**Bounds from finitely many coefficients.** Let $A_K=(c_{jk})_{j,k<K}$, with singular value $\sigma=\sigma_i(A_K)$. Let
$\mu_K=\|A_K\|_F^2$ and $\mu=\iint W^2$. Then
$$\sigma_i(A_K)\le\sigma_i(W)\le[[certificate]],\qquad\iint W^2-\|A_K\|_F^2\le[[truncation]].$$
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        DENSITY.drawn_from(sp.Rational(1, 20), sp.Rational(19, 20)),
        Quantity(x, "latent of a row, a standard normal number", sp.S.Reals),
        Quantity(y, "latent of a column, a standard normal number", sp.S.Reals),
        Quantity(
            row_scale,
            "standard deviation of the logarithm of the row profile",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 5), 2),
        ),
        Quantity(
            column_scale,
            "standard deviation of the logarithm of the column profile",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 5), 2),
        ),
        Quantity(
            noise_scale, "standard deviation of the logarithm of the noise", POSITIVE, drawn=(sp.Rational(1, 2), 2)
        ),
        Quantity(log_threshold, "logarithm of a threshold", sp.S.Reals),
        Quantity(row_shift, "shift of the latent of a row", sp.S.Reals),
        Quantity(column_shift, "shift of the latent of a column", sp.S.Reals),
        Quantity(
            common,
            "correlation of the logarithms of two scores",
            sp.Interval.open(-1, 1),
            drawn=(sp.Rational(-9, 10), sp.Rational(9, 10)),
        ),
        Quantity(row_order, "degree of the Hermite polynomial of the row latent", COUNT_FROM_ZERO, drawn=(0, 5)),
        Quantity(column_order, "degree of the Hermite polynomial of the column latent", COUNT_FROM_ZERO, drawn=(0, 5)),
        Quantity(order, "sum of the two degrees, the order of a derivative", COUNT_FROM_ZERO, drawn=(0, 6)),
        Quantity(size, "number of rows of the truncated matrix of coefficients", COUNT, drawn=(1, 8)),
        Quantity(
            sigma,
            "singular value of the truncated matrix of coefficients",
            CLOSED_UNIT,
            drawn=(sp.Rational(1, 10), sp.Rational(2, 5)),
        ),
        Quantity(moment, "integral of the squared graphon", CLOSED_UNIT, drawn=(sp.Rational(1, 2), sp.Rational(4, 5))),
        Quantity(
            captured,
            "sum of the squares of the truncated matrix of coefficients",
            CLOSED_UNIT,
            drawn=(sp.Rational(1, 5), sp.Rational(1, 2)),
        ),
    ),
    hypotheses=(
        Hypothesis("independent normal latents and noise"),
        Hypothesis(
            "a matrix of coefficients that holds at most the integral of the squared graphon", captured <= moment
        ),
        Hypothesis("a singular value whose square is at most the sum of squares of its matrix", sigma**2 <= captured),
    ),
    named={"t": threshold, "Q": sp.Lambda(common, orthant(common))},
    symbols={
        **ROW_FACTOR,
        **COLUMN_FACTOR,
        **NOISE,
        "X, Y, Z": "independent standard normal numbers, of a row, of a column and of a single weight",
        "W": "graphon, the chance that a weight is kept by the latents of its row and its column",
        "Q(r)": r"chance that two scores whose logarithms have the correlation $r$ both exceed the threshold",
        r"\theta": "variable of the integral",
        r"d_{\rm row}, d_{\rm col}": "degree function of the rows, and of the columns: the integral of the graphon over the other latent",
        r"\mathrm{He}_j": "probabilists' Hermite polynomial of degree $j$",
        "H_{m-1}": "physicists' Hermite polynomial of degree $m-1$",
        "c_{jk}": "coefficient of the graphon in the Hermite bases",
        "A_K": "matrix of the first of these coefficients",
        **SINGULAR_VALUE,
        r"\|\cdot\|_F": "Frobenius norm, the root of the sum of the squared entries",
    },
    also=("coefficient",),
    aids={"noise": lognormal_noise},
    sharp=(
        Sharp(
            expression="certificate",
            example="$s_g=0$ and $i=1$, at every $K$: one column, the whole of which is one singular value",
            check="bounds_of_the_spectrum_are_attained",
        ),
        Sharp(
            expression="truncation",
            example=r"$K=1$ and $\rho=\frac12$, as $s\to0$",
            check="bounds_of_the_spectrum_are_attained",
        ),
    ),
    because={
        "kernel": lambda probit_kernel, threshold, kernel: same(kernel, probit_kernel.subs(log_threshold, threshold)),
        "balanced": balanced_moment_is_an_angle,
    },
    wrong=lambda: {
        "probit_kernel: mirrored": probit_kernel.subs(log_threshold, -log_threshold),
        "probit_kernel: columns without their scale": probit_kernel.subs(column_scale, 1),
        "probit_kernel: the variance for the deviation": probit_kernel.subs(noise_scale, noise_scale**2),
        "total_density: sum of the scales": normal_cdf(-log_threshold / (row_scale + column_scale + noise_scale)),
        "total_density: noise alone": normal_cdf(-log_threshold / noise_scale),
        "threshold: sum of the scales": threshold.subs(total_variance, (row_scale + column_scale + noise_scale) ** 2),
        "kernel: columns without their scale": kernel.subs(column_scale, 1),
        "kernel: the other tail": 1 - kernel,
        "kernel: kernel of the middle row": kernel.subs(x, 0),
        "kernel: the kernel of the middle column": kernel.subs(y, 0),
        "row_degree: row degree without the columns' scale": row_degree.subs(column_scale, 0),
        "row_degree: as if all rows had the noise alone": kernel.subs(y, 0),
        "column_degree: column degree without the rows' scale": column_degree.subs(row_scale, 0),
        "correlation: the noise is shared": 1 - correlation,
        "correlation: of the scales": (row_scale + column_scale) / sp.sqrt(total_variance),
        "bivariate: not normalised": bivariate * sp.sqrt(1 - common**2),
        "bivariate: the other correlation": bivariate.subs(common, -common),
        "bivariate: independent": bivariate.subs(common, 0),
        "squared_kernel: independent scores": rho**2,
        "squared_kernel: one score": rho,
        "squared_kernel: the noise is shared": orthant(1 - correlation),
        "squared_row_degree: without the shared rows": orthant(column_scale**2 / (total_variance - row_scale**2)),
        "squared_row_degree: rows and columns exchanged": squared_column_degree,
        "squared_column_degree: columns beside all": squared_kernel,
        "squared_column_degree: columns beside rows": squared_row_degree,
        "balanced_squared_kernel: the arc cosine": sp.Rational(1, 4) + sp.acos(correlation) / (2 * sp.pi),
        "balanced_squared_kernel: balanced, 10 % more": sp.Rational(1, 4)
        + sp.Rational(11, 10) * sp.asin(correlation) / (2 * sp.pi),
        "balanced_squared_kernel: without what is independent": balanced_squared_kernel - sp.Rational(1, 4),
        "shifted: the other way": shifted.subs({row_shift: -row_shift, column_shift: -column_shift}),
        "shifted: rows alone": shifted.subs(column_shift, 0),
        "derivative: without the scale": derivative * total_variance ** (order / 2),
        "derivative: sign of the argument": (-1) ** order * derivative,
        "derivative: derivatives of one order more": derivative.subs(order, order + 1),
        "coefficient: not normalised": coefficient * sp.sqrt(sp.factorial(row_order) * sp.factorial(column_order)),
        "coefficient: normalised twice": coefficient / sp.sqrt(sp.factorial(row_order) * sp.factorial(column_order)),
        "coefficient: columns alone": coefficient.subs(row_order, 0),
        "coefficient: without the scale": coefficient * total_variance ** ((row_order + column_order) / 2),
        "order_share: not of all sets": order_share * sp.factorial(order),
        "order_share: of the derivative": sp.sqrt(order_share),
        "truncation: twice the order": truncation.subs(size, 2 * size),
        "truncation: one order more": truncation.subs(size, size + 1),
        "truncation: squared": truncation**2,
        "truncation: no order less": truncation.subs(size, size - 1),
        "truncation: the size once more": truncation * correlation,
        "certificate: what is kept": sp.sqrt(sigma**2 + moment + captured),
        "certificate: linear, not squared": sigma + moment + captured,
        "certificate: σ in place of its square": sigma + moment - captured,
        "certificate: what is left alone": sp.sqrt(moment - captured),
        "certificate: nothing is left": sigma,
        "certificate: half of what is left": sp.sqrt(moment - captured) / 2,
    },
)
