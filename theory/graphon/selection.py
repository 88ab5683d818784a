"""G2: keeping the K largest scores beside keeping all scores above a threshold."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.graphon.lognormal import probit_kernel
from sparse_limits.theory.graphon.symbols import COLUMNS, ENTRY, ROWS, VARIANCE, m, n, p, variance
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.saliency.model import rho

kept, above = sp.symbols("K N", integer=True, nonnegative=True)  # kept by rank; above the threshold
scatter = sp.Symbol("nu", nonnegative=True)  # variance over the entries of their probabilities

shared = sp.Min(kept, above)
only_kept = kept - shared
only_above = above - shared
whole_cut = (kept - above) / (m * n)
gap = sp.Abs(kept - above) / (m * n)

entry_variance = p * (1 - p)
spread = variance / (m * n)
mean_variance = rho * (1 - rho) - scatter
binomial = rho * (1 - rho) / (m * n)
shortfall = scatter / (m * n)

STEPS = proof(
    r"""
order (by sorting): Put the entries in an order of falling scores, ties as $M_K$ breaks them. Then $M_K$ keeps the first $K$ and $M_\tau$
the first $N$, so that the masks share $[[shared]]$ entries.

entries of one mask alone (from order): $M_K$ keeps $[[only_kept]]$ entries that $M_\tau$ does not, and $M_\tau$ keeps $[[only_above]]$ that
$M_K$ does not: one of these numbers is $0$.

cut of all entries (from entries of one mask alone): The mean of all entries of $M_K-M_\tau$ is $[[whole_cut]]$: those of $M_K$ alone count
$1$, those of $M_\tau$ alone $-1$.

no larger cut (by triangle inequality): The sum over any set of rows and any set of columns is in modulus at most the sum of the moduli: the
cut norm is at most the $L^1$ norm.

both norms (from entries of one mask alone, cut of all entries, no larger cut): The $L^1$ norm counts the entries of one mask alone, a share
$[[gap]]$ of all. As these have one sign, the cut of all entries is as large in modulus, and so is the cut norm.

one entry: An entry of probability $p$ has the variance $[[entry_variance]]$; and an independent count gains as much if the entry is added.

all entries (from one entry): So the variances of the $mn$ independent entries add up, entry by entry. They are $V$ in the mean, and $N$ is
divided by $mn$: the variance of $N/mn$ is $[[spread]]$.

mean of the variances (from one entry): Let $\rho$ be the mean of the $P_{ij}$ and $\nu$ their variance, over the entries. Then
$V=[[mean_variance]]$, the mean of $[[entry_variance]]$ at $p=\rho+d$, where $d$ has the mean $0$ and its square the mean $\nu$.

less than binomial (from all entries, mean of the variances): With the probability $\rho$ for all entries the variance would be
$[[binomial]]$; it is less by $[[shortfall]]$, which is $0$ only if all $P_{ij}$ are equal.
""",
    globals(),
)

selection_identity = Claim(
    label="G2",
    title="Top-K beside a fixed threshold: an identity",
    statement=r"""
Let $M_K$ keep $K$ largest entries of a matrix of scores (ties broken in any way) and $M_\tau$ the $N$ entries above
$\tau$. Then exactly $\|M_K-M_\tau\|_1=\|M_K-M_\tau\|_\square=[[gap]]$. If the entries of $M_\tau$ are independent
with probabilities $P_{ij}$ (fixed latents), then $\operatorname{Var}(N/mn)=[[spread]]$, where $V$ is the mean of
$[[entry_variance]]$ over $p=P_{ij}$. With $\rho$ for the mean of the $P_{ij}$ and $\nu$ for their variance over the
entries, this falls short of the binomial $[[binomial]]$ by $[[shortfall]]$: it is not binomial unless $P$ is constant.
""",
    steps=STEPS,
    source=Source("2602.06675", "elementary; a step towards G4.1, beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        ROWS,
        COLUMNS,
        Quantity(kept, "number of entries kept by rank", COUNT_FROM_ZERO, drawn=(1, 40)),
        Quantity(above, "number of entries whose scores exceed the threshold", COUNT_FROM_ZERO, drawn=(1, 40)),
        ENTRY,
        VARIANCE,
        Quantity(rho, "mean of the probabilities of all entries", CLOSED_UNIT),
        Quantity(scatter, "variance over the entries of their probabilities", sp.Interval(0, sp.Rational(1, 4))),
    ),
    hypotheses=(
        Hypothesis("both masks are cut from the same scores"),
        Hypothesis("no more entries are kept by rank than there are", kept <= m * n),
        Hypothesis("no more entries exceed the threshold than there are", above <= m * n),
        Hypothesis(
            "for the variance: independent entries, a threshold fixed in advance",
            needed_by=("spread", "entry_variance", "binomial", "shortfall"),
        ),
        Hypothesis(
            "a variance that numbers from 0 to 1 of this mean can have",
            scatter <= rho * (1 - rho),
            needed_by=("mean_variance", "shortfall"),
        ),
    ),
    aids={"row_shift": 0, "probit_kernel": probit_kernel},
)
