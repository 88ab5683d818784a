"""G4: masks of a factorised saliency converge to its graphon in cut norm, with constants."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.graphon.concentration import hoeffding_rate
from theory.graphon.discretisation import midpoint_error, sorted_error
from theory.graphon.symbols import SHARES, SIZES, delta, m, n, s
from theory.level import level
from theory.saliency.model import rho, synflow_model, tau
from theory.tails import product_survival

inputs = sp.Symbol("d", integer=True, positive=True)  # a fixed number of columns

rounding = 1 / (2 * m * n)
midpoint_bound = 2 * hoeffding_rate + 1 / m + 1 / n + 1 / (2 * m * n)
sorted_bound = (
    2 * hoeffding_rate.subs(delta, delta / 2)
    + 2 * (sp.sqrt(sp.log(8 / delta) / (2 * m)) + sp.sqrt(sp.log(8 / delta) / (2 * n)))
    + 1 / (2 * m * n)
)
column_failure = 2 * 2**inputs * sp.exp(-2 * n * s**2)
column_bound = sp.sqrt((inputs * sp.log(2) + sp.log(2 / delta)) / (2 * n))
ranked_column_bound = 2 * column_bound + 1 / (2 * n * inputs)

threshold = level(product_survival(tau), tau, rho)
target = synflow_model.kernel(threshold)  # the SNIP graphon S4 with constant columns

mask_limit = Claim(
    label="G4",
    title="Masks of a factorised saliency converge to its graphon, with constants",
    statement=r"""
Let $S_{ij}=f(u_i)\varphi(v_j)|\xi_{ij}|$ with $f,\varphi$ nondecreasing (no loss: sort) and iid noise $\xi$ of
continuous law, $W$ its graphon at density $\rho$ (S1), and $M$ the mask of the $K=\mathrm{round}(\rho mn)$ largest
scores. With probability at least $1-\delta$, for latents at the midpoints $u_i=\frac{i-1/2}m$, $v_j=\frac{j-1/2}n$,
$$\|W_M-W\|_\square\le[[midpoint_bound]],$$
and for iid uniform latents, rows and columns sorted by them,
$$\|W_M-W\|_\square\le[[sorted_bound]].$$
So masks converge in cut norm at the rate $n^{-1/2}$ (for $m=n$ and midpoints with the constant $[[rate_constant]]$;
the order is sharp, G5), and almost surely along sizes with $\min(m_k,n_k)/\ln k\to\infty$. That the masks converge
is announced in the abstract; the constants are ours. **Fixed inputs.** If $n$ rows are iid (in whatever way their
$d$ entries depend on each other), $p_j$ is the probability of column $j$ and the threshold is fixed, then with
probability at least $1-\delta$ for all sets $T$ of columns
$$\Big|\frac1{nd}\sum_i\sum_{j\in T}M_{ij}-\frac1d\sum_{j\in T}p_j\Big|\le[[column_bound]],$$
and on the same event the mask of the $\mathrm{round}(\rho nd)$ largest scores, $\rho$ the mean of the $p_j$, is
within $[[ranked_column_bound]]$.
""",
    proof_text=r"""
Given the latents the mask $M_\tau$ of all scores above $\tau_\rho$ has independent entries with $P_{ij}=W(u_i,v_j)$.
Let $D=\|W_P-W\|_1$ and $A=\|M_\tau-P\|_\square$, and $N$ the number of entries of $M_\tau$. By G2 and $\iint W=\rho$,
$\|M-M_\tau\|_1=\frac{|K-N|}{mn}\le\frac{|K-\rho mn|}{mn}+|\rho-\tfrac{EN}{mn}|+\tfrac{|EN-N|}{mn}\le\tfrac1{2mn}+D+A$
(for the last two take all rows and columns), so
$\|W_M-W\|_\square\le\|M-M_\tau\|_1+\|M_\tau-P\|_\square+\|W_P-W\|_1\le\tfrac1{2mn}+2A+2D$. $A$ is bounded by G1. $W$
is nondecreasing in each variable, so by G3 $D\le\frac1{2m}+\frac1{2n}$ at midpoints, and
$D\le\sqrt{\ln(4/\delta)/2m}+\sqrt{\ln(4/\delta)/2n}$ except with probability $\delta$ at sorted latents, where
$\frac\delta2$ is left to each of $D$ and $A$. With $\delta_k=k^{-2}$ the bounds tend to $0$ under the stated
condition, and Borel–Cantelli applies. *Fixed inputs:* for each $T$ the row averages $\frac1d\sum_{j\in T}M_{ij}$ are
iid in $[0,1]$: Hoeffding with two signs and $2^d$ sets, failure $2\cdot2^de^{-2ns^2}$. By G2
$\frac1{nd}|K-N|\le\frac1{2nd}+|\rho-\frac N{nd}|$, the last term being the case of all columns. ∎
""",
    source=Source("2602.06675", "abstract (masks converge to deterministic bipartite graphons)"),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    assumptions=(
        "a factorised saliency with continuous noise (S1), one global threshold",
        "for fixed inputs: independent rows of one law, and nothing else",
    ),
    uses=("G1", "G2", "G3", "S1"),
    expressions={
        "midpoint_bound": midpoint_bound,
        "sorted_bound": sorted_bound,
        "rate_constant": 2 * sp.sqrt(sp.log(2)),
        "rounding": rounding,
        "column_bound": column_bound,
        "column_failure": column_failure,
        "ranked_column_bound": ranked_column_bound,
    },
    aids={
        "cut_error": hoeffding_rate,
        "midpoint_error": midpoint_error,
        "sorted_error": sorted_error,
        "target": target,
    },
    domain={**SIZES, **SHARES, inputs: (3, 20), rho: (sp.Rational(1, 20), sp.Rational(1, 2))},
)
