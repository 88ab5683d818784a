"""N6: a neuron of a random direction has a spectrum, and N neurons take off no more than its N largest eigenvalues."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.formulas.let import Let
from theory.formulas.no_guarantee import guaranteed
from theory.formulas.smallest import Smallest
from theory.kernel import sphere
from theory.kernel.dual import cosine, kappa_1
from theory.neuron_pruning.alignment import N, eps
from theory.neuron_pruning.planks import INPUTS, d
from theory.quantities import COUNT, COUNT_FROM_ZERO, POSITIVE, UNIT, Hypothesis, Quantity

delta = sp.Symbol("delta", positive=True)  # the probability of failure
k = sp.Symbol("k", integer=True, nonnegative=True)  # degree of a spherical harmonic
m = sp.Symbol("m", integer=True, nonnegative=True)  # half the last degree
j = sp.Symbol("j", integer=True, positive=True)  # half a degree
n = sp.Symbol("n", integer=True, positive=True)  # neurons, in a search
T = sp.Symbol("T", positive=True)  # T_d(N)
a = sp.Symbol("a", positive=True)  # the mean squared error that is allowed

coefficient = sp.gamma(d / 2) / (4 * sp.gamma((3 - k) / 2) * sp.gamma((k + d + 1) / 2))
multiplicity = sphere.multiplicity.subs({sphere.k: d, sphere.ell: k}, simultaneous=True)
kernel = kappa_1 / (2 * d)
total = 1 / (2 * d)
ranks = d + sp.binomial(2 * m + d - 1, d - 1)

_constant, _linear = (sp.gammasimp(coefficient.subs(k, degree)) ** 2 for degree in (0, 1))
_even = (multiplicity * coefficient**2).subs(k, 2 * j)
_left_in_degree = (ranks - N) * coefficient.subs(k, 2 * m) ** 2
tail = sp.Piecewise(
    (total - _constant - (N - 1) * _linear, sp.Le(N, d + 1)),
    (
        Let(
            total - d * _linear - _constant - sp.Sum(_even, (j, 1, m)) + _left_in_degree,
            [(m, Smallest(sp.Lambda(m, N - ranks), 0, 1))],
        ),
        True,
    ),
)

success = guaranteed((1 - 2 * d * T) / (1 - 2 * d * eps**2), 2 * d * eps**2 < 1)
allowed = eps**2 + delta / (2 * d)
neurons = Smallest(sp.Lambda(n, Let(T, [(T, tail.subs(N, n))])), Let(a, [(a, allowed)]), 1)

exponent = -3 / (d - 1)
constant = sp.gamma(d / 2) / (3 * sp.pi ** sp.Rational(3, 2) * sp.gamma((d - 1) / 2)) * sp.gamma(d) ** exponent
lower = constant * N**exponent
neurons_bound = (constant / allowed) ** ((d - 1) / 3)

spectral_bound = Claim(
    label="N6",
    title="The spectral bound: an exponent that grows with the dimension, whatever the output weights",
    statement=r"""
Linear output, $d\ge2$; let $\|\cdot\|$ be the root mean square over the uniform law on the sphere $S^{d-1}$, which is at
most the supremum. Let $f=\sigma(\langle w^*,x\rangle)$, $w^*$ a unit vector, and let $V$ be any subspace of $N$ dimensions, such
as the span of $\sigma(\langle w_i,x\rangle)$, $i\le N$, which holds all prunings with all output weights. If $w^*$ is uniform on
the sphere and independent of $V$ (or fixed, and the law of the $w_i$ invariant under rotations), then
$$\mathbb E\,\mathrm{dist}(f,V)^2\ge T_d(N)=[[tail]],$$
the sum without its $N$ largest terms of the eigenvalues $\lambda_k^2$ of the kernel
$\mathbb E_{w^*}f(x)f(x')=[[kernel]]$, $r=\langle x,x'\rangle$:
$$\lambda_k=[[coefficient]]=\frac1{2d}\binom{d/2}{(1-k)/2},$$ which vanishes for odd $k\ge3$, of multiplicity $[[multiplicity]]$.
They add up to $\|f\|^2=[[total]]$, and those of degrees $0,1,2,4,\dots,2m$ are $[[ranks]]$ in number. Equality holds for the
spherical harmonics of the largest eigenvalues.

For $\varepsilon^2<\frac1{2d}$ and $T=T_d(N)$ an error of at most $\varepsilon$ has at most the probability $[[success]]$. So if
pruning fails with probability at most $\delta$, then $[[allowed]]\ge T_d(N)$, and the smallest such $N$ is necessary. As $N\to\infty$,
$T_d(N)$ is asymptotic to a bound that holds for all $N\ge1$,
$$T_d(N)\ge[[lower]],\qquad\text{so that}\qquad N\ge[[neurons_bound]].$$
The constant is $[[constant]]$, the exponent $[[exponent]]$. For $\delta\le\varepsilon^2\to0$ this is of the order of
$\varepsilon^{-2(d-1)/3}$, for $d\ge3$ more than N2 asks for. At a fixed $\delta$ it stays bounded, and for a fixed $\varepsilon$ it is
void in high dimension, where $\|f\|\le\varepsilon$.
""",
    proof_text=r"""
*Ky Fan.* With $P$ the projection on $V$ and $K$ the operator of the kernel, $\mathbb E_{w^*}\|(I-P)f\|^2=\mathrm{tr}\,(I-P)K$ is
least where $P$ projects on eigenfunctions of the $N$ largest eigenvalues. A common rotation of $w^*$ and all $w_i$ changes no
distance, so that either may be averaged over. For a Gaussian, hence for a uniform, $w^*$ the kernel is $\kappa_1$ (K1) up to
a factor; at $r=1$ it is $\mathbb E\,\sigma(t)^2=\frac12\mathbb Et^2=\frac1{2d}$, $t=\langle w^*,x\rangle$.

*Eigenvalues.* By Funk and Hecke they are $\lambda_k^2$, $\lambda_k=\mathbb E\,\sigma(t)P_k(t)$, $P_k$ the zonal harmonic
with $P_k(1)=1$. As $\sigma(\langle w^*,\cdot\rangle)$ is homogeneous and its Laplacian in $\mathbb R^d$ is the surface measure of the
equator, $(1-k)(k+d-1)\lambda_k=\omega P_k(0)$, $\omega$ the density of $t$ at $0$. From
$(k+d-1)P_{k+2}(0)=-(k+1)P_k(0)$ follows $(k+d+1)\lambda_{k+2}=(1-k)\lambda_k$ for $k\ne1$, and $\lambda_k=0$ for odd $k\ge3$; so do the
stated $\lambda_k$, with the right $\lambda_0=\frac\omega{d-1}$ and $\lambda_1=\frac12\mathbb Et^2=\frac1{2d}$.

*Order.* $\lambda_0=\frac12\mathbb E|t|>\frac12\mathbb Et^2=\lambda_1$;
$|\lambda_2|=\frac{\lambda_0}{d+1}\le\frac1{2\sqrt d(d+1)}<\lambda_1$; $|\lambda_{k+2}|<|\lambda_k|$ for even $k$. The degrees
$0,2,\dots,2m$ make up the even polynomials of degree at most $2m$ on the sphere, $\binom{2m+d-1}{d-1}$ dimensions.

*Probability.* $\mathrm{dist}^2\le\varepsilon^2$ on success, at most $\|f\|^2$ otherwise: $T\le p\varepsilon^2+\frac{1-p}{2d}$.

*Rate.* Write $C$ for the constant, $p=\frac3{d-1}$, $N_m=d+\binom{2m+d-1}{d-1}$,
$V_m=(d-1)!\,(N_m-d)=\frac{\Gamma(2m+d)}{\Gamma(2m+1)}$ and $8A=3C\,\Gamma(d)^p$. Between $N_m$ and $N_{m+1}$, and between $1$ and
$N_0=d+1$, $T_d$ is linear and $CN^{-p}$ is convex, so it is enough that $T_d(N_m)\ge CN_m^{-p}$ for $m\ge0$ and $T_d(1)\ge C$. The
latter: $T_d(1)\ge d\lambda_1^2=\frac1{4d}$, and $C\le\frac{\sqrt{(d-1)/2}}{3\pi^{3/2}}(d-1)^{-3/2}$, as
$\Gamma(\frac d2)^2\le\frac{d-1}2\Gamma(\frac{d-1}2)^2$ and $(n!)^2\ge n^n$.

$d\ge4$: it is enough that the eigenvalues of degree $2m\ge2$ sum to at least $C\Gamma(d)^p\,(V_{m-1}^{-p}-V_m^{-p})$. As their
number is $(V_m-V_{m-1})/\Gamma(d)$, this says that $\lambda_{2m}^2$ is at least $C\Gamma(d)^{p+1}p$ times the mean of $s^{-p-1}$ over
$V_{m-1}\le s\le V_m$, which for $p\le1$ is at most $(V_{m-1}V_m)^{-(p+1)/2}$ (Stolarsky's means increase; for $p=1$ this is the
geometric mean). With $z=m+\frac{d-2}4$ and
$\lambda_{2m}^2=\big(\frac{\Gamma(d/2)}{4\pi}\big)^2\big(\frac{\Gamma(z-d/4)}{\Gamma(z+1+d/4)}\big)^2$ the constants cancel, and what is
left is
$$\frac2{d+2}\log\frac{\Gamma(z+1+\frac d4)}{\Gamma(z-\frac d4)}\le\frac1{2(d-1)}\sum_\pm\log\frac{\Gamma(2z\pm1+\frac d2)}{\Gamma(2z\pm1+1-\frac d2)}-\log2.$$
Both sides are $\log z+o(1)$ at infinity, so let us compare derivatives. From
$\psi(y+\frac12+s)-\psi(y+\frac12-s)=\int_0^\infty e^{-yt}\frac{\sinh st}{\sinh(t/2)}dt$ these are integrals of $e^{-4zq}$, $q=t/4$, and
it is enough that $\cosh2q\cosh q\,\frac{\sinh(d-1)q}{d-1}\le\frac{\sinh(d+2)q}{d+2}$. The left side is
$\frac1{4(d-1)}$ times the sum of $\sinh nq$ over $n=d+2,d,d-2,d-4$, and $\sinh nq\le\frac n{d+2}\sinh(d+2)q$ for $0\le n\le d+2$.

$d=2,3$: in the same way $|\lambda_{2m}|\ge\frac{\Gamma(d/2)}{4\pi}z^{-(d+2)/2}$, since $\frac{\sinh st}{\sinh(t/2)}\ge2s$ for
$s=\frac{d+2}4\ge\frac12$. So the eigenvalues of degree $2m$ sum to at least $Az^{-4}$, and
$$z^{-4}\ge F(z-\tfrac12)-F(z+\tfrac12),\qquad F(y)=\frac1{3y(y^2+\frac12)}$$ for $z\ge1$ (clear denominators). So $T_d(N_m)\ge AF(y)$,
$y=m+\frac d4$, and $y(y^2+\frac12)\le(y^2+\frac13)^{3/2}$, while $\Gamma(d)N_m$ is $2y+2$ for $d=2$ and $4y^2+\frac{23}4$ for $d=3$:
$(\Gamma(d)N_m)^{2/(d-1)}\ge4(y^2+\frac13)$.

*Asymptotics.* For fixed $d$ the quotients of Gamma functions are powers of $m$ up to factors $1+O(\frac1m)$: the eigenvalues of degree
$2m$ sum to $Am^{-4}(1+O(\frac1m))$, $N_m\sim\frac{(2m)^{d-1}}{(d-1)!}$ and $N_{m+1}\sim N_m$, so $T_d(N)\sim\frac A3m^{-3}\sim CN^{-p}$. ∎
""",
    source=Source("2603.02234", "beyond the text at hand: its lower bound for neuron pruning, by another route"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        INPUTS.drawn_from(2, 7),
        Quantity(k, "degree of a spherical harmonic", COUNT_FROM_ZERO, drawn=(0, 6)),
        Quantity(m, "half the last even degree", COUNT_FROM_ZERO, drawn=(0, 5)),
        Quantity(N, "dimension of the subspace, such as the number of neurons", COUNT, drawn=(1, 60)),
        Quantity(
            T,
            "mean squared distance from the target that is left, the value of `tail`",
            POSITIVE,
            drawn=(sp.Rational(1, 1000), sp.Rational(1, 20)),
        ),
        Quantity(
            eps,
            "largest error allowed, a root mean square over the sphere",
            POSITIVE,
            drawn=(sp.Rational(1, 40), sp.Rational(1, 8)),
        ),
        Quantity(delta, "probability of failure", UNIT, drawn=(sp.Rational(1, 500), sp.Rational(1, 20))),
        Quantity(
            cosine,
            "cosine of the angle between two inputs",
            sp.Interval(-1, 1),
            drawn=(sp.Rational(-9, 10), sp.Rational(9, 10)),
        ),
    ),
    hypotheses=(
        Hypothesis("the output is linear; its weights may depend on everything"),
        Hypothesis("the neurons do not depend on the target, and one of the two is rotation invariant"),
        Hypothesis("an error below the norm of the target", 2 * d * eps**2 < 1, needed_by=("success",)),
        Hypothesis("no more is left than the squared norm of the target", 2 * d * T <= 1, needed_by=("success",)),
    ),
    uses=("K1", "K11.2", "N2"),
    expressions={
        "coefficient": coefficient,
        "multiplicity": multiplicity,
        "kernel": kernel,
        "total": total,
        "ranks": ranks,
        "tail": tail,
        "success": success,
        "allowed": allowed,
        "neurons": neurons,
        "exponent": exponent,
        "constant": constant,
        "lower": lower,
        "neurons_bound": neurons_bound,
    },
)
