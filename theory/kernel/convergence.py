"""K13: the tangent kernel at every width and depth: exact on the diagonal, a proved rate off it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source, formulas
from theory.kernel.dual import COSINE, DENSITY, DEPTH, cosine, kappa_0
from theory.kernel.dual import depth as L
from theory.kernel.finite_width import WIDTH, n
from theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from theory.saliency.model import rho

N = sp.Symbol("N", integer=True, positive=True)  # the width of the next layer
path = sp.Symbol("path", positive=True)  # density of paths, weighted with x²
beta = sp.Symbol("beta", positive=True)  # depth over width
limit = sp.Symbol("T", real=True)  # the kernel of infinite width, of the layers so far
value_error, tangent_error = sp.symbols("e f", nonnegative=True)  # root mean square distances from the limits


@dataclass(frozen=True)
class Pair:
    """Of two random matrices X, Y of one width n: E tr X tr Y/n², E tr XY/n² and E Σ_j X_jj Y_jj/n."""

    traces: sp.Expr
    product: sp.Expr
    diagonal: sp.Expr


@dataclass(frozen=True)
class Moments:
    """Of a layer on the diagonal, in units of the path density: H = hhᵀ with itself, H with K, and K with itself.

    h are its values and K_jk = φ′_j φ′_k ⟨∇z_j, ∇z_k⟩.
    """

    values: Pair
    mixed: Pair
    tangents: Pair


def _pair(letter: str) -> Pair:
    return Pair(*sp.symbols(f"{letter}_t {letter}_p {letter}_d", nonnegative=True))


moments = Moments(_pair("h"), _pair("m"), _pair("k"))
scatter = (1 - rho) / rho  # variance of a mask's entry in units of its squared mean


def sent(pair: Pair) -> sp.Expr:
    """E vᵀXv vᵀYv/n² through the weights v of a neuron, masked at density ρ, in units of ρ²."""
    return pair.traces + 2 * pair.product + 3 * scatter * pair.diagonal / n


def kept(pair: Pair) -> sp.Expr:
    """E Σ_j M_j X_jj · vᵀYv/n² in units of ρ²: the gradients of the layer's own weights."""
    return pair.traces + scatter * pair.diagonal / n


def _next(square: sp.Expr, apart: sp.Expr, across: sp.Expr) -> Pair:
    """Moments after gates: of one neuron twice (a fair gate, squared: 2), of two neurons, and of their off-diagonal entry."""
    return Pair((2 * square + (N - 1) * apart) / N, (2 * square + (N - 1) * across) / N, 2 * square)


_h, _m, _k = moments.values, moments.mixed, moments.tangents
readout = sent(_k) + 2 * kept(_m) + kept(_h)
step = Moments(
    _next(sent(_h), _h.traces, _h.product),
    _next(sent(_m) + kept(_h), _m.traces + _h.traces, _m.product),
    _next(readout, _k.traces + 2 * _m.traces + _h.traces, _k.product),
)


def _quantities(pair: Pair, matrices: str, within: sp.Set, drawn: tuple[object, object]) -> list[Quantity]:
    """What the three numbers of a pair of matrices stand for."""
    meanings = (
        f"mean product of the traces of {matrices}, over the squared width, in units of the squared path density",
        f"mean trace of the product of {matrices}, over the squared width, in units of the squared path density",
        f"mean over the neurons of the product of diagonal entries of {matrices}, in units of the squared path density",
    )
    return [Quantity(part, words, within, drawn) for part, words in zip(formulas(pair), meanings, strict=True)]


def at_inputs(kurtosis: object) -> Moments:
    """Of inputs with Σx_j² = d and Σx_j⁴ = d · kurtosis."""
    zero = Pair(*[sp.Integer(0)] * 3)
    return Moments(Pair(sp.Integer(1), sp.Integer(1), sp.sympify(kurtosis)), zero, zero)


def values_of(known: Moments) -> dict[sp.Symbol, sp.Expr]:
    """`moments`, each with its known value."""
    return dict(zip(formulas(moments), formulas(known), strict=True))


def advance(step: Moments, known: Moments, width: sp.Expr, following: sp.Expr, density: sp.Expr) -> Moments:
    """The moments of the next layer."""
    here = {**values_of(known), n: width, N: following, rho: density}
    pairs = (getattr(step, each.name) for each in fields(step))
    return Moments(*(Pair(*(part.xreplace(here) for part in formulas(pair))) for pair in pairs))


def second_moment_of(
    step: Moments, readout: sp.Expr, widths: Sequence[object], densities: Sequence[object], kurtosis: object = 1
) -> sp.Expr:
    """E Θ_n(x, x)² in units of the squared path density: `widths` d, n_1 … n_L, `densities` of the L + 1 layers."""
    widths, densities = [sp.sympify(each) for each in widths], [sp.sympify(each) for each in densities]
    known = at_inputs(kurtosis)
    for width, following, density in zip(widths, widths[1:], densities, strict=False):
        known = advance(step, known, width, following, density)
    return readout.xreplace({**values_of(known), n: widths[-1], rho: densities[-1]})


mean = (L + 1) * path
_grown, _shrunk = 1 + 5 / n, 1 - 1 / n
dense_second = _grown**L * (L + 1) * (1 + L / 3 + 2 * (n - 1) / 9) - n * (n - 1) / 27 * (
    _grown ** (L + 1) - _shrunk ** (L + 1)
)
dense_variance = dense_second / (L + 1) ** 2 - 1
deep_second = sp.exp(5 * beta) * (sp.Rational(1, 3) + 2 / (9 * beta)) - (sp.exp(5 * beta) - sp.exp(-beta)) / (
    27 * beta**2
)
width_constant = L * (11 * L + 7) / (3 * (L + 1)) + scatter * (6 * L**2 + 4 * L + 6) / (L + 1) ** 2

chord = (1 - kappa_0) / (1 - cosine)
row_value = value_error + sp.sqrt(scatter * _h.diagonal / n)
row_tangent = tangent_error + sp.sqrt(scatter * _k.diagonal / n)
row_norm = sp.sqrt(2 * (_h.traces - 1 + scatter * _h.diagonal / n))
row_frobenius = sp.sqrt(_k.product + scatter * _k.diagonal / n)
gate_shift = sp.sqrt(2) * sp.sqrt(1 - cosine**2) / sp.pi

value_step = sp.sqrt(step.values.diagonal / N) + row_value + row_norm
tangent_step = (
    sp.sqrt(step.tangents.diagonal / N)
    + sp.sqrt(2) / sp.pi * row_frobenius
    + row_value
    + row_tangent
    + sp.Abs(limit) * (chord * row_value + (1 + chord * cosine) * row_norm)
)
bound = row_value + row_tangent + sp.sqrt(2) * row_frobenius


_two_layers = (
    2 * sp.sqrt(6)
    + sp.sqrt(2)
    + 2 / sp.pi
    + sp.sqrt(6 + 30 / n)
    + sp.sqrt(8 + 24 / n)
    + sp.sqrt(20 + 44 / n)
    + sp.sqrt(10)
)
depth_two = (_two_layers + sp.Abs(limit) * (chord * sp.sqrt(6) + (1 + chord * cosine) * sp.sqrt(10))) / sp.sqrt(n)

tangent_convergence = Claim(
    label="K13",
    title="The tangent kernel at every width and depth: exact on the diagonal, a proved rate off it",
    statement=r"""
$L$ hidden layers of ReLU, $\varphi(z)=\sqrt2\max(z,0)$, weights iid $N(0,1)$, no bias, scalar output; masks with
independent entries, independent of the weights; only kept edges are trained. **Diagonal.** With $P^{(l)}=E\,M^{(l)}$ and the
path density $\pi=\frac{\mathbf 1^\top P^{(L+1)}\cdots P^{(1)}x^{\odot2}}{d\,n_1\cdots n_L}$, at every width
$$E\,\Theta_n(x,x)=[[mean]],\qquad \text{here }\pi=\mathtt{path}.$$
Let layer $l$ be masked at density $\rho_l$. In units of $\pi$ the second moment follows from nine numbers: for the pairs
$(X,Y)=(H,H)$, $(H,K)$, $(K,K)$ of $H=hh^\top$ and $K_{jk}=\dot\varphi_j\dot\varphi_k\langle\nabla z_j,\nabla z_k\rangle$, called
$h,m,k$, the means $h_t$ of $\mathrm{tr}X\,\mathrm{tr}Y/n^2$, $h_p$ of $\mathrm{tr}XY/n^2$ and $h_d$ of $\frac1n\sum_jX_{jj}Y_{jj}$. They
start at $(1,1,\frac1d\sum x_j^4)$ for $|x|^2=d$ and zeros. With $\sigma(h)=h_t+2h_p+3\frac{1-\rho}{\rho n}h_d$ and
$o(h)=h_t+\frac{1-\rho}{\rho n}h_d$, from width $n$ through density $\rho$ to width $N$ (`step`)
$$x_d\leftarrow2s_x,\quad x_t\leftarrow\tfrac1N(2s_x+(N-1)t_x),\quad x_p\leftarrow\tfrac1N(2s_x+(N-1)x_p),$$
$s_h=\sigma(h)$, $s_m=\sigma(m)+o(h)$, $s_k=\sigma(k)+2o(m)+o(h)$, $t_h=h_t$, $t_m=m_t+h_t$, $t_k=k_t+2m_t+h_t$; and the readout gives
$$E\,\Theta_n(x,x)^2=s_k=[[readout]].$$
**Dense**, all widths $n$: $E\,\Theta_n(x,x)^2=[[dense_second]]$ in units of $\pi^2$, so the relative variance is
$[[dense_variance]]$. At hidden density $\rho$ (first layer dense) $n\operatorname{Var}\Theta_n/(E\Theta_n)^2\to[[width_constant]]$
as $n\to\infty$; if instead $L/n\to\beta$, then for dense layers $E\Theta_n^2/(E\Theta_n)^2\to[[deep_second]]$: a deep
kernel stays random. **Off the diagonal.** Let $|x|^2=|x'|^2=d$, the first layer dense, all others masked at density
$\rho$, $\Theta=\Theta_L$ the dense kernel of infinite width, $r_l$ and $T_l$ the limits of the cosine and of the
kernel after $l$ layers. Then $E(\rho^{-L}\Theta_n-\Theta)^2\le B^2$, $B=[[bound]]$, where the errors of the values and of the tangents obey
$$e\leftarrow[[value_step]],$$ $$f\leftarrow[[tangent_step]]$$
with $r=r_l$, $T=T_l$ from $l=1$ on, and $e=\sqrt{6/n}$, $f=\sqrt{2/n}$ after the first layer. Everything is of order
$n^{-1/2}$. Dense, two hidden layers: $B=[[depth_two]]$ with $r=r_1$, $T=T_1$. As the cosine tends to 1, $B$ grows
without
limit for $L\ge2$.
""",
    proof_text=r"""
*Gates are coins.* On the diagonal give each row of each layer an independent random sign $\varepsilon_i$, which changes no law. The
gate is then $1\{\varepsilon_iz_i>0\}$, a fair coin independent of the weights before the signs; where it is open,
$\varepsilon_i=\operatorname{sign}z_i$ is absorbed by the next layer's symmetric weights. So $\Theta_n(x,x)$ has the law of the same
network with fair coins for gates. (Where $z_i=0$ by masks, the neuron contributes nothing either way.) *Mean.* For each layer
the sum over its edges of squared derivatives has as mean the sum over paths, $E\,2\cdot$coin$=E w^2=1$, each entry of a path
in another layer: $\pi$. There are $L+1$ layers. *Second moment.* With coins $K'_{ik}=2D_iD_k(\delta_{ik}A_i+B_{ik})$,
$A_i=\frac1n\sum_jM_{ij}h_j^2$, $B_{ik}=\frac1nv_i^\top Kv_k$, $v_i=M_{i\cdot}\odot w_{i\cdot}$, and $h'_ih'_k=2D_iD_kz_iz_k$. By
$E\,v_j^2v_k^2=\rho^2$ ($j\ne k$), $E v_j^4=3\rho$: $E\,v^\top Xv\,v^\top Yv/n^2=\rho^2\sigma(X,Y)$; with
one or two factors $\sum_jM_jX_{jj}$ in place of a form it is $\rho^2o(X,Y)$; for two rows only $\rho^2$ times the product of the traces, and
for the product of entries $(i,k)$, $i\ne k$, that of $\mathrm{tr}XY$. A squared gate has mean 2 where two gates have 1. *Dense.* The map
of (traces, product) has eigenvalues $1+\frac5n$ on $(1,1)$ and $1-\frac1n$ on $(2,-1)$; summing the two sources gives the closed form.
*Rate.* Write $\|\cdot\|$ for the root mean square, $S=\frac1nh\cdot h'$, $\tau=\frac1n\operatorname{tr}K(x,x')$ in units of their path
density, $e=\|S-r_l\|$, $f=\|\tau-(T_l-r_l)\|$. Given a layer, the rows of the next are iid. A row's own
$S_i=\frac1{n\rho}\sum_jM_{ij}h_jh'_j$ is $e+\sqrt{\frac{1-\rho}{\rho n}h_d}$ away from $r_l$ at most, $\tau_i$ likewise, and its norms
$a_i,b_i$ have $\|a_i-1\|^2=h_t-1+\frac{1-\rho}{\rho n}h_d$; moments at $x,x'$ are at most those on the diagonal
by Cauchy–Schwarz, $\|JJ'^\top\|_F^2\le\|J^\top J\|_F\|J'^\top J'\|_F$. *Values:* the mean of $N$ terms with second moment at most the next $h_d$, of
conditional mean $\sqrt{ab}\,\kappa_1(s)$, $s=S_i/\sqrt{ab}$; with a slope $g\in[0,1]$ of $\kappa_1$ it is
$\kappa_1(r)+(\sqrt{ab}-1)(\kappa_1(r)-gr)+g(S_i-r)$ and $\kappa_1(r)-gr\in[0,1]$; and $|\sqrt{ab}-1|\le\max(|a-1|,|b-1|)$. *Tangents:* the
conditional mean of $\dot\varphi\dot\varphi'(S_i+\frac1nv^\top Kv)$ is $\kappa_0(s)(S_i+\tau_i)$ plus the correlation of the gates with $w$ in
the plane of the masked $h,h'$: $E\,\dot\varphi\dot\varphi'(ww^\top-I)$ is traceless there, of Frobenius norm $[[gate_shift]]\le\frac{\sqrt2}\pi$.
For $0\le r<1$, $|\kappa_0(s)-\kappa_0(r)|\le g|s-r|$ with $g=[[chord]]$: $\kappa_0$ is convex on $[0,1]$, so its chords from $r$ are the steepest to
$1$, and odd about $(0,\frac12)$, so chords to the left are no steeper. Multiplied by $\sqrt{ab}$, and with $|\kappa_0(s)-\kappa_0(r)|\le1$ for the
rest, $|\kappa_0(s)-\kappa_0(r)|\le g|S_i-r|+(1+gr)|\sqrt{ab}-1|$. *Readout:* given all else, $\frac1nv^\top Kv$ has variance at
most $\frac2{n^2}\|K\|_F^2$. After the first layer all is exact; $r_1=\kappa_1(r_0)\ge0$. ∎
""",
    source=Source(
        "2510.17515",
        "on the diagonal of dense networks, up to constants, Hanin and Nica (2020); beyond the two sentences at hand",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        WIDTH.drawn_from(2, 40),
        Quantity(N, "width of the next layer", COUNT, drawn=(2, 40)),
        DEPTH.drawn_from(1, 6),
        DENSITY.drawn_from(sp.Rational(1, 5), sp.Rational(9, 10)),
        COSINE.drawn_from(sp.Rational(1, 20), sp.Rational(19, 20)),
        Quantity(path, "density of paths, weighted with the squares of the input's coordinates", POSITIVE),
        Quantity(beta, "limit of depth over width", POSITIVE, drawn=(sp.Rational(1, 8), 2)),
        Quantity(limit, "tangent kernel of infinite width, of the layers so far", sp.S.Reals, drawn=(-3, 3)),
        Quantity(
            value_error,
            "root mean square distance from the limit of the mean product of a layer's values at both inputs",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 8), 3),
        ),
        Quantity(
            tangent_error,
            "root mean square distance from the limit of the mean product of a layer's gradients at both inputs",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 8), 3),
        ),
        *_quantities(moments.values, r"$H=hh^\top$ with itself", sp.Interval(1, sp.oo), (1, 3)),
        *_quantities(moments.mixed, "$H$ with $K$", NON_NEGATIVE, (sp.Rational(1, 8), 3)),
        *_quantities(moments.tangents, "$K$ with itself", NON_NEGATIVE, (sp.Rational(1, 8), 3)),
    ),
    hypotheses=(
        Hypothesis("masks independent of the weights, with independent entries"),
        Hypothesis(
            "off the diagonal, a cosine behind a hidden layer that is not 1",
            sp.And(cosine >= 0, cosine < 1),
            needed_by=("chord", "tangent_step", "depth_two"),
        ),
        Hypothesis("off the diagonal, inputs of one norm, the first layer dense, equal widths, one density"),
    ),
    uses=("K6",),
    remarks=(
        Remark(
            "Measured at the cosine ½, two hidden layers of widths 16 and 64: the root mean square distance lies between "
            "$B/12$ and $B$, so the order is seen, the constant is not sharp.",
            checked_by="bound_is_kept_and_sharp_in_order",
        ),
        Remark(
            "For one and two layers and cosines from 0 to 0.9 samples showed $B$ to be some 2 to 15 times the root mean square, "
            "more with depth."
        ),
    ),
    expressions={
        "mean": mean,
        "step": step,
        "readout": readout,
        "dense_second": dense_second,
        "dense_variance": dense_variance,
        "deep_second": deep_second,
        "width_constant": width_constant,
        "chord": chord,
        "gate_shift": gate_shift,
        "value_step": value_step,
        "tangent_step": tangent_step,
        "bound": bound,
        "depth_two": depth_two,
    },
)
