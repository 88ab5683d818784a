"""K13.1: the first two moments of the tangent kernel on the diagonal, at every width, depth and density."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.kernel.convergence import (
    OF_BOTH,
    OF_TANGENTS,
    OF_VALUES,
    N,
    kept,
    mean,
    moments,
    path,
    readout,
    sent,
    step,
)
from sparse_limits.theory.kernel.dual import DENSITY, DEPTH
from sparse_limits.theory.kernel.finite_width import WIDTH
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, Hypothesis, Quantity

_h, _m, _k = moments.values, moments.mixed, moments.tangents
sent_values = sent(_h)
kept_values = kept(_h)
own_mixed = sent(_m) + kept(_h)
own_tangents = sent(_k) + 2 * kept(_m) + kept(_h)
apart_mixed = _m.traces + _h.traces
apart_tangents = _k.traces + 2 * _m.traces + _h.traces

STEPS = proof(
    r"""
one layer (by K2 for paths): The mean of what one layer's edges contribute is that of $x_j^2$ times the probability of the path, over all
paths: $\pi_x$, as the entries of masks are independent.

all layers (from one layer): There are $L+1$ layers: $[[mean]]$.

coins (by same law): Turn the signs of each row by independent fair coins: no law changes. A gate is then a fair coin, independent of the
weights before; where it is open, the sign that it leaves is absorbed by the symmetric weights above. (A neuron with $z=0$ contributes
nothing.)

forms: For a masked row $v_j=M_jw_j$ and symmetric $X$, $Y$ of the layer below, $v^\top Xv\,v^\top Yv/n^2$ has the mean
$\sigma(h)=[[sent_values]]$ for $X=Y=H$, in units of $\rho^2$, and likewise for other pairs: coordinate after coordinate.

own gradients: With $\sum_jM_jX_{jj}$ in place of one form, or of both, it is $o(h)=[[kept_values]]$: the gradients in the row's own
weights.

one row (from forms, own gradients): Before the gates a row has $z_i^2=v^\top Hv/n$ and $K_{ii}=\frac1n\sum_jM_jH_{jj}+\frac1nv^\top Kv$.
The mean of their product is $s_m=[[own_mixed]]$, that of the square of $K_{ii}$ is $s_k=[[own_tangents]]$, and $s_h=\sigma(h)$.

two rows (by product): Two rows are independent, and an entry between them has no gradient of its own: the mean product of two of them is
that of $\operatorname{tr}XY/n^2$ below.

traces apart (from two rows): For two rows the mean product of $z_i^2$ and $K_{kk}$ is $t_m=[[apart_mixed]]$, that of $K_{ii}$ and $K_{kk}$
is $t_k=[[apart_tangents]]$, and $t_h=h_t$.

gates (from coins, one row, two rows, traces apart; gives step): A gate multiplies by $\sqrt2$ or $0$: squared twice its mean is $2$, two
gates have $1$. Over $N$ rows, and $N(N-1)$ pairs of them, the nine means go to those of `step`.

layer after layer (from gates; by induction): From $H=xx^\top$ and $K=0$ at the inputs the nine means of each layer follow.

readout (from one row, layer after layer): The output is one row without a gate: $E\,\Theta_n^2=s_k=[[readout]]$.
""",
    globals(),
    mean=mean,
    readout=readout,
    step=step,
)

tangent_moments = Claim(
    label="K13.1",
    title="The tangent kernel on the diagonal: mean and second moment at every width and depth",
    statement=r"""
$L$ hidden layers of ReLU, $\varphi(z)=\sqrt2\max(z,0)$, weights iid $N(0,1)$, no bias, scalar output; masks with
independent entries, independent of the weights; only kept edges are trained. With $P^{(l)}=E\,M^{(l)}$ and the
path density $\pi_x=\frac{\mathbf 1^\top P^{(L+1)}\cdots P^{(1)}x^{\odot2}}{d\,n_1\cdots n_L}$, at every width
$$E\,\Theta_n(x,x)=[[mean]].$$
Let layer $l$ be masked at density $\rho_l$. In units of $\pi_x$, if that is not $0$, the second moment follows from nine numbers: for the pairs
$(X,Y)=(H,H)$, $(H,K)$, $(K,K)$ of $H=hh^\top$ and $K_{jk}=\dot\varphi_j\dot\varphi_k\langle\nabla z_j,\nabla z_k\rangle$, called
$h,m,k$, the means $h_t$ of $\mathrm{tr}X\,\mathrm{tr}Y/n^2$, $h_p$ of $\mathrm{tr}XY/n^2$ and $h_d$ of $\frac1n\sum_jX_{jj}Y_{jj}$. They
start at $(1,1,\frac1d\sum x_j^4)$ for $|x|^2=d$ and zeros. For a masked row $v_j=M_jw_j$, in units of $\rho^2$, the mean of
$(v^\top Hv)^2/n^2$ is $\sigma(h)=[[sent_values]]$, and that of $(\sum_jM_jH_{jj})^2/n^2$ is $o(h)=[[kept_values]]$; $\sigma$ and $o$ of $m$ and $k$ are the same of their three numbers. From width $n$ through density $\rho$ to width $N$ (`step`)
$$x_d\leftarrow2s_x,\quad x_t\leftarrow\tfrac1N(2s_x+(N-1)t_x),\quad x_p\leftarrow\tfrac1N(2s_x+(N-1)x_p),$$
$s_h=\sigma(h)$, $s_m=\sigma(m)+o(h)$, $s_k=\sigma(k)+2o(m)+o(h)$, $t_h=h_t$, $t_m=m_t+h_t$, $t_k=k_t+2m_t+h_t$; and the readout gives
$$E\,\Theta_n(x,x)^2=s_k=[[readout]].$$
""",
    steps=STEPS,
    source=Source("2510.17515", "beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        WIDTH.drawn_from(2, 40),
        Quantity(N, "width of the next layer", COUNT, drawn=(2, 40)),
        DEPTH.drawn_from(1, 6),
        DENSITY.drawn_from(sp.Rational(1, 5), sp.Rational(9, 10)),
        Quantity(path, "density of paths, weighted with the squares of the input's coordinates", NON_NEGATIVE),
        *OF_VALUES,
        *OF_BOTH,
        *OF_TANGENTS,
    ),
    hypotheses=(Hypothesis("masks independent of the weights, with independent entries"),),
    uses=("K2",),
    also=("step",),
)
