"""S12: thresholds row by row erase the row factor (Wanda)."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from theory.saliency.model import COLUMN, COLUMNS, THRESHOLD, phi, wanda_model
from theory.saliency.model import columns as n

probabilities = sp.symbols("p_1:4", positive=True)  # of three columns
cut_rate = sp.Symbol("A", positive=True)  # the cut-norm bound of G1

row_thresholds = Claim(
    label="S12",
    title="Row-wise thresholds erase the row factor",
    statement=r"""
Keep the $k=\rho n$ largest of each row. For any factorised saliency the mask does not depend on $f$; its limit is
$W(u,v)=\bar F(\tau/\varphi(v))$ with $\int W\,dv=\rho$ for every $u$. Wanda has $\varphi_j=\|X_{\cdot j}\|_2$ and $\xi=|w|$, so
$W=[[kernel]]$ ($\phi=\varphi(v)$). Row-wise SNIP in its factorised form is row-wise $\varphi|w|$. A global threshold with $f=1$
has the same limit, but its row degrees are random with variance $[[degree_variance]]$ (three columns shown:
$\sum_jp_j(1-p_j)$, not $n\rho(1-\rho)$). Let $f=1$, $\varphi$ monotone, columns at midpoints and $k=\mathrm{round}(\rho n)$: whenever
the mask $M_\tau$ of the global threshold is within $A$ of its probabilities $W(v_j)$ in cut norm (G1 gives $A$), the row-wise
mask is within $[[bound]]$ of $W$ (what the proof gives; the factor $3$ is not claimed to be sharp).
""",
    proof_text=r"""
Multiplying a row by $f_i>0$ preserves its order. A row degree of the global mask is a sum of independent Bernoulli variables.
For the bound: row by row the two masks are nested, so $\|M_{\rm row}-M_\tau\|_1=\frac1{mn}\sum_i|k-N_i|$, $N_i$ the degrees of
$M_\tau$. With $P$ the matrix of probabilities, $\sum_jP_{ij}$ is the same for every $i$ and within $1$ of $k$: by at most
$\frac12$ from rounding $k$ and by at most $\frac12$ from the midpoint rule for the monotone function $v\mapsto W$ (its
oscillation is at most $1$). So $\frac1{mn}\sum_i|k-N_i|\le\frac1n+\frac1{mn}\sum_i|N_i-EN_i|\le\frac1n+2A$: rows with a surplus
and rows with a deficit are two cuts of $M_\tau-P$. Finally $\|M_\tau-P\|_\square\le A$ and $\|P-W\|_1\le\frac1{2n}$.
""",
    source=Source(
        "2602.06675",
        "beyond the abstract, which names neither Wanda (Sun et al. 2023) nor row-wise thresholds",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        THRESHOLD,
        COLUMN,
        COLUMNS,
        Quantity(
            probabilities,
            "probability that an entry of a row is kept, in one of three columns",
            sp.Interval(0, 1),
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        Quantity(
            cut_rate, "distance of the global mask from its probabilities in cut norm, or a bound on it", NON_NEGATIVE
        ),
    ),
    hypotheses=(
        Hypothesis("$f_i>0$"),
        Hypothesis(r"for the bound: $\varphi$ monotone, columns at midpoints, noise independent", needed_by=("bound",)),
    ),
    uses=("S1", "G1"),
    expressions={
        "kernel": wanda_model.kernel().subs(wanda_model.column, phi),
        "degree_variance": sum(p * (1 - p) for p in probabilities),
        "bound": 3 * cut_rate + 3 / (2 * n),
    },
    aids={"selection": "row"},
)
