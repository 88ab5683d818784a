"""S3–S6: SNIP on one hidden ReLU layer, from the exact gradient to the law of a row."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.level import level
from theory.saliency.model import phi, rho, snip_model, tau, u
from theory.tails import product_survival, t

cosine, theta = sp.symbols("c theta", real=True)  # of the angle between two inputs, and the angle
norm, dimension = sp.symbols("R d", positive=True)  # R = ‖x‖, the length of an input
x = sp.Symbol("x", real=True)  # variable of integration

NETWORK = (
    r"For $f(x)=n^{-1/2}\sum_ia_i\,\sigma(w_i\cdot x/\sqrt d)$ with ReLU $\sigma$, iid standard normal $a_i,w_{ij}$, "
    r"loss $L=\frac12E_D(f-y)^2$ and residual $r$: "
)

covariance_kernel = sp.asin(cosine) / (2 * sp.pi)
stein_kernel = 1 / (sp.sqrt(2 * sp.pi) * norm)

gradient_moments = Claim(
    label="S3",
    title="The SNIP gradient, exactly: when it factorises and how it fluctuates",
    statement=NETWORK
    + r"""
$|w_{ij}\partial L/\partial w_{ij}|=\frac1{\sqrt{nd}}|a_i||w_{ij}||g_{ij}|$ with
$g_{ij}=E_D[r\,x_j1\{w_i\cdot x>0\}]$. If the law of $(x,r)$ under $D$ equals that of $(-x,-r)$, then
$g_{ij}=[[mean_weight]]\,h_j$, $h_j=E_D[rx_j]$, for every $w_i$ that is orthogonal to no $x\ne0$ of the data: the saliency
factorises with $f=|a|$, $\varphi=|h|/2$, $\xi=|w|$. For any data, over normal $w$ and with $c$ the cosine of the angle between
$x$ and $x'$, $E_wg_j=[[mean_weight]]\,h_j$,
$$\operatorname{Cov}_w(g_j,g_k)=E_DE_{D'}\big[rr'x_jx_k'\,[[covariance_kernel]]\big],\qquad
E_w[w_jg_k]=E_D\big[r\,x_jx_k\,[[stein_kernel]]\big],$$
where $R=\|x\|$.
""",
    proof_text=r"""
$1\{z>0\}=\frac12+\frac12\operatorname{sign}z$ off $z=0$, and $x\to-x$ sends $rx_j\operatorname{sign}(w\cdot x)$ to its negative.
For the covariance let $P(c)=P(z>0,z'>0)$ for standard normals of correlation $c$; then $P(0)=\frac14$ and
$P'(c)=\int_0^\infty\varphi(z)\,\varphi\big(\tfrac{cz}{\sqrt{1-c^2}}\big)\frac{z\,dz}{(1-c^2)^{3/2}}=\frac1{2\pi\sqrt{1-c^2}}$
(Sheppard). Last, in the direction of $x$ the weight is one standard normal $z$ with $E[z\,1\{z>0\}]=1/\sqrt{2\pi}$, and
orthogonal to it the weight is independent of the gate: $E[w_j1\{w\cdot x>0\}]=\frac{x_j}{\|x\|}\frac1{\sqrt{2\pi}}$.
""",
    source=Source("2602.06675", "second-hand description of the SNIP profile"),
    provenance=Provenance.CORRECTION,
    proof=Proof.PROVED,
    assumptions=(
        "one hidden ReLU layer with normal weights",
        r"for the factorisation: $(x,r)$ and $(-x,-r)$ have one law, and no $x\ne0$ of the data is orthogonal to $w_i$",
    ),
    expressions={
        "mean_weight": sp.Rational(1, 2),
        "covariance_kernel": covariance_kernel,
        "stein_kernel": stein_kernel,
    },
    announced={
        "data that are not symmetric": r"SNIP's saliency factorises, $S_{ij}\propto|a_i|\,|h_j|\,|w_{ij}|$, on any data.",
    },
    aids={"data": "symmetrised"},
    domain={cosine: (sp.Rational(-9, 10), sp.Rational(9, 10))},
)

product_density = 2 / sp.pi * sp.besselk(0, t)
integral_form = sp.Integral(2 / sp.pi * sp.exp(-tau / phi * sp.cosh(x)) / sp.cosh(x), (x, 0, sp.oo))

product_graphon = Claim(
    label="S4",
    title="The half-normal × half-normal graphon of SNIP",
    statement=r"""
With $f=|a|$ the SNIP graphon is $W(u,v)=[[kernel]]$ (here $\phi=\varphi(v)$), its column density is
$\int W\,du=H(\tau/\varphi(v))$ with $H(t)=P(|ab|>t)$ for independent standard normal $a,b$, of density $[[noise_density]]$, and
$$H(\tau/\phi)=[[integral_form]]=1-t\,[K_0(t)\mathbf L_{-1}(t)+K_1(t)\mathbf L_0(t)],\quad t=\tau/\phi .$$
The threshold solves $\int H(\tau/\varphi)=\rho$ (for $\varphi=1$: $H(\tau)=\rho$).
""",
    proof_text=r"""
$|ab|$ has the density $\frac2\pi\int_0^\infty e^{-x^2/2-t^2/2x^2}\frac{dx}x=\frac2\pi K_0(t)$; equivalently its Mellin
transform is the square of that of $|a|$. Integrate $K_0(t)=\int_0^\infty e^{-t\cosh x}dx$ over $(t,\infty)$ for the second
form; the third is DLMF 10.43.2. Its derivative is $-\frac2\pi K_0$ and it is $1$ at $t=0$. Given $a$, $P(|w|>\tau/\phi|a|)$ is
the kernel at $\psi(u)=|a|$, $\psi(u)=\sqrt2\operatorname{erfinv}u$, so the average of the kernel over $u$ is $H$.
""",
    source=Source("2602.06675", "abstract (SNIP: heterogeneous)"),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    assumptions=("the saliency factorises (S3)", "weights of both layers are standard normal"),
    uses=("S1", "S3"),
    expressions={
        "kernel": snip_model.kernel().subs(snip_model.column, phi),
        "column_density": product_survival(tau / phi),
        "integral_form": integral_form,
        "noise_density": product_density,
        "threshold": level(product_survival(t), t, rho),
    },
    domain={
        rho: (sp.Rational(1, 50), sp.Rational(9, 10)),
        u: (sp.Rational(1, 10), sp.Rational(9, 10)),
        phi: (sp.Rational(1, 2), 3),
    },
)

a, w, zeta, g = sp.symbols("a w zeta g", real=True)
h, beta = sp.symbols("h beta", real=True)  # mean moment and Stein moment of a column
spread, variance, residual_mean = sp.symbols("s V c", positive=True)

closure = h / 2 + beta * w + spread * zeta
conditional_density = sp.erfc(tau / (sp.sqrt(2) * sp.Abs(w) * sp.Abs(closure)))

stein_model = Claim(
    label="S5",
    title="The self-term of a weight in its own gradient, and the closed form P2",
    statement=r"""
A weight correlates with its own gradient by $\beta_j=E_w[w_jg_j]$ (S3). Keep the exact first two moments of $(w_j,g_j)$ and
take them jointly normal, $g=[[closure]]$ with independent standard normal $w,\zeta$ and $s_j^2=[[residual_variance]]\ge0$ at
$V=\operatorname{Var}_wg_j$,
$$p_j(\tau)=E_{w,\zeta}\Big[[[conditional_density]]\Big].\tag{P2}$$
Nested predictors: P0 has $\beta=s=0$; P1iso has $s=0$, $\beta_j=[[isotropic_beta]]$ with $c=E_Dr$, which is right when
$\|x\|^2=d$ and $E x_j^2=1$ with $r$ constant; P1 has $s=0$ and $\beta_j$ from the data; P2 has all. P2 is an approximation
(a Gaussian closure of $g_j$ given $w_j$) without an error bound; the theorem is S6.
""",
    proof_text=r"""
$s_j^2$ is the variance of $g_j-\beta_jw_j$: $V-2\beta_j\operatorname{Cov}(w_j,g_j)+\beta_j^2=V-\beta_j^2$, as
$\operatorname{Cov}(w_j,g_j)=\beta_j$ and $\operatorname{Var}w_j=1$; hence it is not negative. Given $w$ and $\zeta$ the
saliency exceeds $\tau$ when $|a|>\tau/|w||g|$. With $\beta=s=0$ the expression is the kernel of S4 at $\varphi=|h|/2$.
""",
    source=Source("2602.06675", "announced form: SNIP's profile from the residual alone"),
    provenance=Provenance.CORRECTION,
    proof=Proof.PROVED,
    assumptions=(
        "one hidden ReLU layer with normal weights",
        r"P2 itself: $g_j$ given $w_j$ is treated as normal (measured to be good for $\rho\le0.1$)",
    ),
    uses=("S3", "S4"),
    expressions={
        "closure": closure,
        "conditional_density": conditional_density,
        "residual_variance": variance - beta**2,
        "isotropic_beta": residual_mean / sp.sqrt(2 * sp.pi * dimension),
    },
    announced={
        "P0: the residual alone": r"SNIP keeps input $j$ in proportion to $\varphi_j=|E_D[rx_j]|$ (here P0).",
        "P1: no fluctuation": r"The self-term $\beta_jw_{ij}$ is all that is missing from it (here P1).",
    },
    aids={"kernel": product_graphon.expressions["kernel"], "stein_kernel": stein_kernel},
)

n, delta, count_mean = sp.symbols("n delta p", positive=True)
columns = sp.Symbol("d", integer=True, positive=True)
exponent = sp.Symbol("t", positive=True)
grasp_g = sp.Symbol("g_G", real=True)

row_law = Claim(
    label="S6",
    title="SNIP rows are exactly iid, on every data set",
    statement=r"""
If $r$ is a fixed function of the data (initial output subtracted) then for every data set, $n$ and $d$ the rows
$(\sqrt{nd}\,S_{i\cdot})_i$ are iid with the law of $\big([[row_saliency]]\big)_j$, $g=E_D[r\,x_j1\{w\cdot x>0\}]$. Hence at a
fixed $\tau$ the counts $\sum_iM_{ij}$ are exactly $\mathrm{Bin}(n,p_j(\tau))$, the kept fraction
$N(\tau)/nd$ and its mean $\rho$ satisfy $|N(\tau)/nd-\rho|\le[[concentration]]$ with probability at least $1-\delta$ ($n$, not
$nd$: entries of a row depend on each other), and
for fixed $d$ the law of row patterns in $\{0,1\}^d$ is learned at the rate $E\,\mathrm{TV}\le[[pattern_rate]]$. The mean absolute
error of an observed density of mean $p$ over $n$ rows is about $[[floor]]$: the noise floor of every comparison.
""",
    proof_text=r"""
Row $i$ is a function of $(a_i,w_i)$ alone. Row averages are independent and lie in $[0,1]$: Hoeffding gives
$P(|N/nd-\rho|>t)\le2e^{-2nt^2}$. For $2^d$ patterns of probabilities $q_k$,
$E\,\mathrm{TV}=\frac12\sum_kE|\hat q_k-q_k|\le\frac12\sum_k\sqrt{q_k/n}\le\frac12\sqrt{2^d/n}$ by Cauchy–Schwarz, with equality
in the last step for uniform $q$. The floor is the mean of a centred normal's absolute value; for a binomial it is right up to
$\frac{(p^2+q^2)}{n}$, $q=1-p$, by the Wasserstein form of the central limit theorem (Goldstein 2010, constant 1).
""",
    source=Source("2602.06675", "abstract (convergence of masks)"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    assumptions=("one hidden ReLU layer, scalar output", "the residual does not depend on the network"),
    uses=("S3",),
    expressions={
        "row_saliency": sp.Abs(a) * sp.Abs(w) * sp.Abs(g),
        "concentration": sp.sqrt(sp.log(2 / delta) / (2 * n)),
        "pattern_rate": sp.sqrt(2**columns / n) / 2,
        "floor": sp.sqrt(2 / sp.pi) * sp.sqrt(count_mean * (1 - count_mean) / n),
    },
    aids={"failure": 2 * sp.exp(-2 * n * exponent**2)},
    domain={
        delta: (sp.Rational(1, 100), sp.Rational(9, 10)),
        count_mean: (sp.Rational(1, 100), sp.Rational(99, 100)),
    },
)
