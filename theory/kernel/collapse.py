"""K11: what is left of the spectrum when a graphon keeps few inputs."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.kernel import circle
from theory.kernel.dual import kappa_0, kappa_1
from theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, Hypothesis, Quantity

share, energy = sp.symbols("g_W g_Q", positive=True)  # ∫W(u, v)du and ∫Q(u, v)du at the one input v that is left
above, below = sp.symbols("s_plus s_minus", nonnegative=True)  # Σ x_a² over samples with x_a > 0, and with x_a < 0
d = sp.Symbol("d", integer=True, positive=True)  # inputs
k = sp.Symbol("k", integer=True, positive=True)  # inputs kept, equally
ell = sp.Symbol("ell", integer=True, nonnegative=True)  # degree of a spherical harmonic

positive_eigenvalue = (share + energy) * above / d
negative_eigenvalue = (share + energy) * below / d

_ratio = sp.FallingFactorial((ell + k - 1) / 2, (k + 2) / sp.Integer(2))  # Γ((ℓ+k+1)/2) / Γ((ℓ−1)/2)
sphere_eigenvalue = sp.Piecewise(
    (1 / k, sp.Eq(ell, 1)),
    (
        (1 + (-1) ** ell)
        / 2
        * sp.gamma(k / sp.Integer(2)) ** 2
        * (ell * (ell + k - 2) + k + 1)
        / (8 * sp.pi**2 * _ratio**2),
        True,
    ),
)
multiplicity = sp.Piecewise(
    (1, sp.Eq(ell, 0)),
    (k, sp.Eq(ell, 1)),
    (sp.binomial(ell + k - 1, k - 1) - sp.binomial(ell + k - 3, k - 1), True),
)
_gammas = (sp.gamma(k / sp.Integer(2)) / sp.gamma((k + 1) / sp.Integer(2))) ** 2
trace_ratio = 4 * sp.pi / ((k + 1) * _gammas)
gap_ratio = k * (k + 1) * _gammas / (2 * sp.pi)
top_energy = sp.Piecewise(
    (1, sp.Eq(k, 1)),
    (circle.top_energy, sp.Eq(k, 2)),
    (sp.Rational(101, 128), sp.Eq(k, 3)),
    ((k + 1) * _gammas / (4 * sp.pi) + 2 / k, True),
)
exponent = k / (k - 1)
constant = 2 ** (k - 1) * sp.gamma(k / sp.Integer(2)) ** 2 / sp.pi**2

spectral_collapse = Claim(
    label="K11",
    title="Spectral collapse: what few inputs leave of the spectrum",
    statement=r"""
One hidden ReLU layer, readout dense, $W$ the graphon of the trained edges and $Q$ that of the second moments. **One input.** If
$W(u,\cdot)$ and $Q(u,\cdot)$ vanish but at one of the $d$ inputs, with $g_W=\int W\,du$ and $g_Q=\int Q\,du$ there, the kernel matrix has
rank at most 2 and the eigenvalues $[[positive_eigenvalue]]$, $[[negative_eigenvalue]]$, $s_\pm$ the sums of $x_a^2$ over the samples where that
input is positive, negative. **$k\ge2$ inputs of equal weight** ($Q=W$, at every $u$ the same for each of the $k$ and 0 for others, with
$g=\int W\,du$ at one of them; $x$, these $k$ coordinates, of an isotropic law): the kernel operator is that of the sphere
$S^{k-1}$ times $(g/d)\,E|x|^2$, with the eigenvalue (of $\cos\theta\,\kappa_0+\kappa_1$)
$[[sphere_eigenvalue]]$ of multiplicity $[[multiplicity]]$ at degree $\ell$; $k=2$ is K10.1, unequal weights stretch the sphere. Degrees odd
and $\ge3$ vanish, and $\lambda_\ell\,\ell^k\to[[constant]]$ over even $\ell$, so that the decay in the rank has the exponent $[[exponent]]$. The
metrics
$$\frac{\mathrm{tr}}{\lambda_1}=[[trace_ratio]],\qquad\frac{\lambda_1}{\lambda_2}=[[gap_ratio]],\qquad\text{share of the five largest}=[[top_energy]],$$
run from $2$, $1$ and $1$ at one input to $2\pi$, $\frac k\pi(1+o(1))$ and $\frac1{2\pi}$ at many, each in one
direction: under collapse $\mathrm{tr}/\lambda_1$ and
$\lambda_1/\lambda_2$ both *fall*, the share rises.
""",
    proof_text=r"""
*One input.* All cosines are $\pm1$; $\kappa_1(1)=\kappa_0(1)=1$, $\kappa_1(-1)=\kappa_0(-1)=0$, so that the kernel is
$\frac{g_Q+g_W}dx_ax'_a$ for equal signs and $0$ for opposite ones: two blocks of rank 1. *Sphere.* With $w$ uniform on $S^{k-1}$ and
$\sqrt k\,w$ in place of a normal vector (only its norm matters, $E|w|^2=k$), $\kappa_1=2k\,E_w(w\cdot x)_+(w\cdot x')_+$ and
$\kappa_0=2E_w1\{w\cdot x>0\}1\{w\cdot x'>0\}$, so by Funk–Hecke the eigenvalues are $2kb_\ell^2$ and $2c_\ell^2$, $b_\ell$ and $c_\ell$ those
of $t_+$ and $1\{t>0\}$. By Rodrigues' formula, integrating by parts, $|b_\ell|=\frac{\Gamma(k/2)\Gamma((\ell-1)/2)}{4\pi\Gamma((\ell+k+1)/2)}$ for
even $\ell$, $\frac1{2k}$ for $\ell=1$, else 0; $|c_\ell|=\frac{\Gamma(k/2)\Gamma(\ell/2)}{2\pi\Gamma((\ell+k)/2)}$ for odd $\ell$, $c_0=\frac12$, else 0.
Multiplication by $t=\cos\theta$ takes $2c^2$ to $\frac{\ell}{2\ell+k-2}2c_{\ell-1}^2+\frac{\ell+k-2}{2\ell+k-2}2c_{\ell+1}^2$. For even $\ell$ the sum
is, with $A=\ell$, $B=\ell+k-2$, $\frac{\Gamma(k/2)^2\Gamma((\ell-1)/2)^2}{8\pi^2\Gamma((\ell+k+1)/2)^2}\big(k+\frac{A(B+1)^2+B(A-1)^2}{A+B}\big)$ and the fraction is
$AB+1$; for $\ell=1$ it is $\frac1{2k}+\frac1{2k}$. The trace is 2, $\lambda_0\ge\lambda_1=\frac1k\ge\lambda_2$. Ratios of Gamma functions give the constant, and
the even degrees up to $\ell$ have of the order of $\ell^{k-1}$ ranks, so $\lambda\sim\mathrm{rank}^{-k/(k-1)}$.
*Direction.* With $R_k=(k+1)\Gamma(\frac k2)^2/\Gamma(\frac{k+1}2)^2$ the metrics are $4\pi/R_k$, $kR_k/2\pi$ and,
from $k=4$ on, $R_k/4\pi+2/k$, and
$R_k\to2$. At $x=\frac k2$, $\psi(x+\frac12)-\psi(x)=\frac12\sum_{n\ge0}\frac1{(x+n)(x+n+1/2)}$ lies between the sums
with the denominators
$(x+n)(x+n+1)$ and $(x+n-\frac14)(x+n+\frac34)$, that is between $\frac1k$ and $\frac1{k-1/2}$: $R_k$ falls, as
$\frac1{k+1}<\frac1k$, and $kR_k$ rises from
$k=2$ on, as $\frac1k+\frac1{k+1}>\frac1{k-1/2}$; the other values are $1<\frac{12}{\pi^2}$, and
$1,\frac12+\frac{41}{9\pi^2},\frac{101}{128},\dots$ for the share.
*Radii.* For an isotropic law the
feature $|x|\,Y(x/|x|)$ has the operator eigenvalue $E|x|^2\lambda_\ell$, as the kernel is $|x||x'|$ times a function of the cosine. ∎
""",
    source=Source(
        "2602.06675",
        "classical eigenvalues on the sphere (Bietti and Mairal 2019); that spectra collapse is reported "
        "second-hand, not in the abstract",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(
            share,
            "mean over the neurons of the graphon of trained edges at the one input left",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 8), 1),
        ),
        Quantity(
            energy,
            "mean over the neurons of the graphon of second moments at the one input left",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 8), 1),
        ),
        Quantity(
            above,
            "sum of the squares of the one input left over the samples where it is positive",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 8), 4),
        ),
        Quantity(
            below,
            "sum of the squares of the one input left over the samples where it is negative",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 8), 4),
        ),
        Quantity(d, "number of input coordinates", COUNT, drawn=(1, 20)),
        Quantity(k, "number of inputs kept, all of equal weight", COUNT, drawn=(2, 8)),
        Quantity(ell, "degree of a spherical harmonic", COUNT_FROM_ZERO, drawn=(0, 8)),
    ),
    hypotheses=(
        Hypothesis(
            "a degree that the sphere has: two points have only the degrees 0 and 1",
            sp.Or(k >= 2, ell <= 1),
            needed_by=("sphere_eigenvalue",),
        ),
        Hypothesis("for the decay, at least two inputs", k >= 2, needed_by=("exponent", "constant")),
        Hypothesis("inputs of an isotropic law in the coordinates kept; weights of these equal"),
    ),
    uses=("K10.1",),
    expressions={
        "positive_eigenvalue": positive_eigenvalue,
        "negative_eigenvalue": negative_eigenvalue,
        "sphere_eigenvalue": sphere_eigenvalue,
        "multiplicity": multiplicity,
        "trace_ratio": trace_ratio,
        "gap_ratio": gap_ratio,
        "top_energy": top_energy,
        "exponent": exponent,
        "constant": constant,
    },
    aids={"kappa_0": kappa_0, "kappa_1": kappa_1},
    remarks=(
        Remark(
            r"The collapse is not stable: with a floor of $\frac1{100}$ on the other entries 100 samples of 16 inputs have full rank.",
            checked_by="kernel_matrices_collapse",
        ),
    ),
)
