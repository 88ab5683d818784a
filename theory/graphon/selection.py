"""G2: keeping the K largest scores beside keeping all scores above a threshold."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.graphon.lognormal import probit_kernel
from theory.graphon.symbols import COLUMNS, ENTRY, ROWS, VARIANCE, m, n, p, variance
from theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity

kept, above = sp.symbols("K N", integer=True, nonnegative=True)  # kept by rank; above the threshold

selection_identity = Claim(
    label="G2",
    title="Top-K beside a fixed threshold: an identity",
    statement=r"""
Let $M_K$ keep $K$ largest entries of a matrix of scores (ties broken in any way) and $M_\tau$ the $N$ entries above
$\tau$. Then exactly $\|M_K-M_\tau\|_1=\|M_K-M_\tau\|_\square=[[gap]]$. If the entries of $M_\tau$ are independent
with probabilities $P_{ij}$ (fixed latents), then $\operatorname{Var}(N/mn)=[[spread]]$, where $V$ is the mean of
$[[entry_variance]]$ over $p=P_{ij}$; it is not the binomial $\rho(1-\rho)/mn$ unless $P$ is constant.
""",
    proof_text=r"""
If $K\ge N$, then $M_K$ contains every entry above $\tau$; if $K\le N$, all that it keeps are above $\tau$. So one
support contains the other, the difference has one sign and $|K-N|$ entries; the cut with all rows and columns
attains its $L^1$ norm. The variance of a sum of independent indicators is the sum of theirs, and by concavity
$\frac1{mn}\sum P_{ij}(1-P_{ij})\le\rho(1-\rho)$, $\rho$ the mean of $P$, with equality for constant $P$ only. ∎
""",
    source=Source("2602.06675", "elementary; a step towards G4, beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        ROWS,
        COLUMNS,
        Quantity(kept, "number of entries kept by rank", COUNT_FROM_ZERO, drawn=(1, 40)),
        Quantity(above, "number of entries whose scores exceed the threshold", COUNT_FROM_ZERO, drawn=(1, 40)),
        ENTRY,
        VARIANCE,
    ),
    hypotheses=(
        Hypothesis("both masks are cut from the same scores"),
        Hypothesis("no more entries are kept by rank than there are", kept <= m * n),
        Hypothesis("no more entries exceed the threshold than there are", above <= m * n),
        Hypothesis(
            "for the variance: independent entries, a threshold fixed in advance",
            needed_by=("spread", "entry_variance"),
        ),
    ),
    expressions={"gap": sp.Abs(kept - above) / (m * n), "spread": variance / (m * n), "entry_variance": p * (1 - p)},
    aids={"row_shift": 0, "probit_kernel": probit_kernel},
)
