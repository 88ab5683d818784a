"""O9: the means of motif densities over finite random masks."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.operators.motifs import MOTIFS, expected_density
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, NOTHING_BEYOND, Hypothesis, Quantity
from sparse_limits.theory.saliency.model import COLUMNS, ROWS, rho

kept_entries = sp.Symbol("K", integer=True, nonnegative=True)
kept_chances = sp.symbols("kappa_1:7", nonnegative=True)  # κ_r: that r given entries are kept
several = sp.Symbol("r", integer=True, nonnegative=True)  # a number of blocks, or of given entries

placements = sp.ff(m, several)
coincidences: Mapping[str, sp.Expr] = {  # chances that a random map of C₄ meets so many entries
    "4": (1 - 1 / m) * (1 - 1 / n),
    "2": (1 - 1 / n) / m + (1 - 1 / m) / n,
    "1": 1 / (m * n),
}
independent_chance = rho**several
subset_chance = sp.ff(kept_entries, several) / sp.ff(m * n, several)


def four_cycle_mean(chance: sp.Expr) -> sp.Expr:
    """E t(C₄, M) when so many given entries are kept with this chance: 4, 2 or 1 of them."""
    return sp.Add(*(share * chance.subs(several, int(met)) for met, share in coincidences.items()))


bernoulli_mean = four_cycle_mean(independent_chance)
subset_mean = four_cycle_mean(subset_chance)
motif_means = {
    name: expected_density(MOTIFS[name], m, n, lambda r: kept_chances[r - 1]) for name in ("P3", "P4", "K23")
}
square_excess = rho * (1 - rho) * (2 * n * rho**2 + 2 * n * rho - rho**2 - rho + 1) / n**2

STEPS = proof(
    r"""
partitions (by fibres): $t(F,M)$ is $m^{-p}n^{-q}$ times a sum over all maps of the vertices. Sort the maps by the partitions $\pi,\sigma$
of the two sides into blocks of vertices with equal images.

maps (from partitions): $r$ blocks can be sent to different rows in $[[placements]]$ ways: one block more has $m-r$ rows left. So there are
$m^{\underline{|\pi|}}n^{\underline{|\sigma|}}$ maps with the partitions $\pi,\sigma$.

entries (from maps; by linearity): Such a map meets $e(F/\pi,\sigma)$ different entries. Each is $0$ or $1$, so that its product over the
edges is $1$ just where all of them are kept, and has the mean $\kappa_{e(F/\pi,\sigma)}$: the sum over $\pi,\sigma$ of the claim.

three motifs (from entries): For the paths on three and on four vertices, and for $K_{2,3}$, the sums are $[[motif_means]]$.

four-cycle (from entries): The two rows of $C_4$ are equal for the share $\frac1m$ of the maps, its two columns for $\frac1n$: a map meets
four, two or one entries with the shares $[[coincidences]]$.

independent entries: Of independent entries $r$ given ones are kept with probability $[[independent_chance]]$, a factor for each.

uniform sets: Of a uniform set they are with $[[subset_chance]]$: if $r$ given entries are in it, its other $K-r$ are a uniform set among
the other $mn-r$, so that one entry more is in it with probability $\frac{K-r}{mn-r}$.

mean over independent entries (from four-cycle, independent entries): So $E\,t(C_4,M)=[[bernoulli_mean]]$ for independent entries.

mean over sets (from four-cycle, uniform sets): For a uniform set it is $[[subset_mean]]$.

excess (from mean over independent entries): For $m=n$ the mean over independent entries is more than $\rho^4$ by $[[square_excess]]$.
""",
    globals(),
)

finite_size_motifs = Claim(
    label="O9",
    title="Motif densities of finite random masks, exactly",
    statement=r"""
A mask of $m\times n$ independent entries of density $\rho$ has
$$E\,t(C_4,M)=[[bernoulli_mean]],$$
which for $m=n$ exceeds $\rho^4$ by $[[square_excess]]$. A uniform set of $K$ entries (the mask of Random and of Magnitude;
$m,n\ge2$) has instead
$$E\,t(C_4,M)=[[subset_mean]].$$
For any bipartite $F$ with $p$ and $q$ vertices, $E\,t(F,M)=m^{-p}n^{-q}\sum_{\pi,\sigma}m^{\underline{|\pi|}}
n^{\underline{|\sigma|}}\kappa_{e(F/\pi,\sigma)}$ over partitions of the two sides, where $F/\pi,\sigma$ identifies the vertices
in one block, equal edges becoming one, and $\kappa_r=\rho^r$, or $K^{\underline r}/(mn)^{\underline r}$ (`motif_means`:
for two paths and $K_{2,3}$).
""",
    steps=STEPS,
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        ROWS.drawn_from(2, 30),
        COLUMNS.drawn_from(2, 30),
        Quantity(
            rho,
            "density, the probability that an entry is kept",
            sp.Interval(0, 1),
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        Quantity(kept_entries, "number of entries kept", COUNT_FROM_ZERO, drawn=(1, 60)),
        Quantity(several, "number of given entries, or of blocks of vertices", COUNT_FROM_ZERO, drawn=(0, 3)),
        Quantity(
            kept_chances,
            "probability that given entries are all kept, as many as the index says",
            sp.Interval(0, 1),
            drawn=(0, 1),
        ),
    ),
    hypotheses=(
        Hypothesis("one density: independent entries, or a uniform set of entries of fixed size"),
        Hypothesis("no more entries are kept than there are", kept_entries <= m * n, convention=NOTHING_BEYOND),
        Hypothesis("two rows, for the uniform set as it is written", m >= 2, needed_by=("subset_mean",)),
        Hypothesis("two columns, for the uniform set as it is written", n >= 2, needed_by=("subset_mean",)),
        Hypothesis("as many rows as columns", sp.Eq(m, n), needed_by=("square_excess",)),
        *(
            Hypothesis(
                "more entries are not kept more often",
                more <= fewer,
                needed_by=("motif_means",),
                convention=NOTHING_BEYOND,
            )
            for fewer, more in pairwise(kept_chances[:4] + kept_chances[5:])
        ),
    ),
    also=("motif_means",),
    aids={"four_cycle": MOTIFS["C4"]},
)
