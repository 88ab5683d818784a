"""K13.2: how much the tangent kernel fluctuates on the diagonal: dense layers in closed form, wide and deep ones."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.kernel import convergence
from sparse_limits.theory.kernel.convergence import (
    Moments,
    Pair,
    beta,
    grown,
    mean,
    shrunk,
)
from sparse_limits.theory.kernel.dual import DENSITY, DEPTH
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.kernel.finite_width import WIDTH, n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, Hypothesis, Quantity

values = grown**L
total = L * grown**L  # m_t + 2 m_p
rest = (n - 1) * (grown**L - shrunk**L) / 6  # m_t − m_p
source = grown**L * (1 + 2 * L / 3) + 2 * (n - 1) * (grown**L - shrunk**L) / 9  # 2 m_t + h_t

leading = Moments(Pair(sp.S.One, sp.S.One, sp.Integer(6)), Pair(L, sp.S.Zero, 2 * L), Pair(L**2, sp.S.Zero, 2 * L**2))
correction = (
    (5 * L, 5 * L),
    (3 * L**2 - 2 * L, L * (L + 1)),
    ((7 * L**3 - 6 * L**2 + 2 * L) / 3, L * (L + 1) * (2 * L + 1) / 3),
)
grown_limit, shrunk_limit = sp.exp(5 * beta), sp.exp(-beta)

STEPS = proof(
    r"""
recursion (by K13.1 for step, readout): At density $1$ traces and products alone matter: $E\,\Theta_n^2=S=k_t+2k_p+2m_t+h_t$ after the last
hidden layer, in units of $\pi_x^2$, by `step` from $h_t=h_p=1$ and zeros.

dense layer (from recursion): With $\lambda=[[grown]]$ and $\mu=[[shrunk]]$ a layer of equal widths takes $h_t=h_p$ to $\lambda h_t$,
$m_t+2m_p$ to $\lambda(m_t+2m_p+h_t)$, $m_t-m_p$ to $\mu(m_t-m_p+h_t)$, and $S$ to $\lambda S$ plus the new $2m_t+h_t$.

values and mixed moments (from dense layer): So after $L$ layers $h_t=[[values]]$, $m_t+2m_p=[[total]]$ and $m_t-m_p=[[rest]]$.

source (from values and mixed moments): $2m_t+h_t=[[source]]$.

second moment (from dense layer, source): From $S=1$ without hidden layers, $S=[[dense_second]]$.

mean (by K13.1 for mean): In these units the mean is $L+1$.

variance (from second moment, mean): The variance over the square of the mean is $[[dense_variance]]$.

powers (from dense layer): If $n\to\infty$ and $L/n\to\beta$, then $\lambda^L\to[[grown_limit]]$ and $\mu^L\to[[shrunk_limit]]$.

deep (from second moment, mean, powers): So the second moment over the square of the mean tends to $[[deep_second]]$.

leading order (from recursion; gives leading): With the first layer dense and all others masked at density $\rho$, as $n\to\infty$ the nine
means after $L$ layers tend to `leading`: $h_d\to6$, $m_t\to L$, $m_d\to2L$, $k_t\to L^2$, $k_d\to2L^2$.

first order (from leading order; gives correction): $n$ times what traces and products differ from that tends to `correction`; the means are
polynomials in $\frac1n$.

wide (from first order, mean): In the readout that adds up to $[[width_constant]]$, where the last mask brings $\frac{1-\rho}\rho$ of the
diagonals.
""",
    vars(convergence) | globals(),
)

tangent_fluctuations = Claim(
    label="K13.2",
    title="How random the tangent kernel is: dense layers in closed form, wide and deep",
    statement=r"""
In the setting of K13.1, on the diagonal: **Dense**, all widths $n$, $E\,\Theta_n(x,x)^2=[[dense_second]]$ in units of $\pi_x^2$, so
the relative variance is $[[dense_variance]]$. **Wide**, the first layer dense, all others masked at density $\rho$, for $L\ge1$
$n\operatorname{Var}\Theta_n/(E\Theta_n)^2\to[[width_constant]]$ as $n\to\infty$. **Deep**, if $L\to\infty$ too and $L/n\to\beta$, then for dense
layers $E\Theta_n^2/(E\Theta_n)^2\to[[deep_second]]$: a deep kernel stays random.
""",
    steps=STEPS,
    source=Source(
        "2510.17515", "for dense networks, up to constants, Hanin and Nica (2020); beyond the two sentences at hand"
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        WIDTH.drawn_from(2, 40),
        DEPTH.drawn_from(1, 6),
        DENSITY.drawn_from(sp.Rational(1, 5), sp.Rational(9, 10)),
        Quantity(beta, "limit of depth over width", POSITIVE, drawn=(sp.Rational(1, 8), 2)),
    ),
    hypotheses=(
        Hypothesis("masks independent of the weights, with independent entries; equal widths of the hidden layers"),
        Hypothesis("for wide networks, a hidden layer", L >= 1, needed_by=("width_constant", "leading", "correction")),
    ),
    uses=("K13.1",),
    aids={"mean": mean},
)
