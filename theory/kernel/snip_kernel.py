"""K5: SNIP with normal weights keeps an energy that follows from Bessel functions, and its kernel with one hidden layer."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.kernel.dual import CAUCHY_SCHWARZ, PREACTIVATIONS, relu
from theory.kernel.second_moment import OWN, own
from theory.quantities import POSITIVE, Hypothesis, Quantity
from theory.saliency.snip import FIXED_RESIDUAL
from theory.tails import half_normal, product_survival, t

s = sp.Symbol("s", positive=True)  # threshold over the column's profile, τ/φ
alpha = sp.Symbol("alpha", positive=True)  # modulus of a row's readout weight
x = sp.Symbol("x", positive=True)  # variable of integration

graphon = half_normal.at(s / alpha)
entry_energy = graphon + (s / alpha) * half_normal.density.subs(t, s / alpha)

r = 2 / sp.pi * sp.exp(-s) * sp.Integral(sp.exp(-2 * s * sp.sinh(x / 2) ** 2) / sp.cosh(x), (x, 0, sp.oo))
R_2 = r + 2 / sp.pi * s * sp.besselk(0, s)
slope = s * sp.besselk(1, s) / sp.besselk(0, s)
tail = sp.sqrt(2 / (sp.pi * s)) * sp.exp(-s)
energy_tail = sp.sqrt(2 * s / sp.pi) * sp.exp(-s)

row_kernel = alpha**2 * own * relu.slope + relu.value

snip_laws = Claim(
    label="K5",
    title="SNIP with normal weights: Bessel laws, and its kernel",
    statement=r"""
Let $a_i,w_{ij}$ be iid standard normal, $M_{ij}=1\{|a_iw_{ij}|\varphi_j>\tau\}$ and $s=\tau/\varphi_j$. Given $|a_i|=\alpha$ an
entry is kept with probability $W=[[graphon]]$ and has the second moment $E[Mw^2]=[[entry_energy]]=q(W)$ (K4). Over the rows
$$P(|aw|>s)=r(s)=[[r]]=1-s\,[K_0\mathbf L_{-1}+K_1\mathbf L_0](s),$$
$$E[a^2M]=E[w^2M]=R_2(s)=[[R_2]],$$
and $dR_2/dr=[[slope]]$. ($r$ is $H$ of S4.) The two means are the path densities of an input in the first-layer and in the readout term of the
tangent kernel with one hidden layer and dense readout: both are $R_2$, and $E\,\Theta_n(x,x)=\frac2d\sum_jx_j^2R_2(\tau/\varphi_j)$
at every width. Off the diagonal, as $d\to\infty$, a neuron with $|a|=\alpha$ contributes $F(a,b,c)+\alpha^2s_W\kappa_0$, that is
$$[[row_kernel]],$$
where $s_W=S_W(x,x')$ and $a,b,c$ are the variances and the covariance $S_Q$ of $x,x'$ at $Q=q(W)$. Tails: as $s\to\infty$
$$r\sim[[tail]],\qquad R_2\sim[[energy_tail]],$$
and for all $s$, $1-\frac5{8s}\le r/[[tail]]\le1$, $\;1+\frac7{8s}-\frac5{8s^2}\le R_2/[[energy_tail]]\le1+\frac1s$.
""",
    proof_text=r"""
$|aw|$ has the density $\frac2\pi K_0$ (S4), and $r=\frac2\pi\int_0^\infty e^{-s\cosh x}\frac{dx}{\cosh x}$, where
$\cosh x-1=2\sinh^2\frac x2$. The score is symmetric in $a$ and $w$, so the two means agree, and
$-\frac d{ds}E[a^2;|aw|>s]=\frac2\pi\int_0^\infty ae^{-(a^2+s^2/a^2)/2}da=\frac2\pi sK_1(s)$ (put $a=\sqrt se^{y/2}$), while
$(sK_0)'=K_0-sK_1$: both sides of $R_2=r+\frac2\pi sK_0$ have one derivative, and vanish at infinity. The quotient of the
derivatives is $dR_2/dr$. *Kernel:* a neuron contributes $\varphi\varphi'+a^2\dot\varphi\dot\varphi'\frac1d\sum_jM_jx_jx_j'$, and given
$a$ the entries of the row are independent and the mask depends on $|w|$: K4. On the diagonal that gives
$\frac1d\sum x_j^2(E[w^2M]+E[a^2M])$. *Tails:* with $y=\sinh\frac x2$,
$r=\frac4\pi e^{-s}\int_0^\infty\frac{e^{-2sy^2}dy}{(1+2y^2)\sqrt{1+y^2}}$ and
$sK_0=2se^{-s}\int_0^\infty\frac{e^{-2sy^2}dy}{\sqrt{1+y^2}}$; use $1-\frac52y^2\le\frac1{(1+2y^2)\sqrt{1+y^2}}\le1$ and
$1-\frac12y^2\le\frac1{\sqrt{1+y^2}}\le1$. ∎
""",
    source=Source("2510.17515", "beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(s, "threshold divided by the column profile at an input", POSITIVE, drawn=(sp.Rational(1, 4), 4)),
        Quantity(alpha, "modulus of a neuron's readout weight", POSITIVE),
        *PREACTIVATIONS,
        OWN,
    ),
    hypotheses=(
        CAUCHY_SCHWARZ,
        Hypothesis("the saliency factorises (S3), with the threshold of the limit"),
        Hypothesis(FIXED_RESIDUAL),
        Hypothesis(r"ReLU $\varphi(z)=\sqrt2\max(z,0)$; off the diagonal $d\to\infty$"),
    ),
    uses=("K1", "K4", "S3", "S4"),
    expressions={
        "graphon": graphon,
        "entry_energy": entry_energy,
        "r": r,
        "R_2": R_2,
        "slope": slope,
        "tail": tail,
        "energy_tail": energy_tail,
        "row_kernel": row_kernel,
    },
    aids={"struve_form": product_survival(s)},
)
