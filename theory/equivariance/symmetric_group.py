"""Q3: permutation-equivariant maps between tensors are counted by truncated Bell numbers."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Pitfall, Proof, Provenance, Source
from theory.equivariance.symbols import PERMUTED, n
from theory.formulas.no_guarantee import guaranteed
from theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity

k, m = sp.symbols("k m", nonnegative=True, integer=True)  # orders of the tensors before and after
i, j = sp.symbols("i j", nonnegative=True, integer=True)


def stirling(power: sp.Expr, blocks: sp.Expr) -> sp.Expr:
    """Partitions of `power` elements into so many blocks, by inclusion and exclusion over surjections."""
    return sp.Sum((-1) ** (blocks - i) * sp.binomial(blocks, i) * i**power, (i, 0, blocks)) / sp.factorial(blocks)


def blocks_up_to(most: sp.Expr) -> sp.Expr:
    """Partitions of k + m elements into at most so many blocks."""
    return sp.Sum(stirling(k + m, j), (j, 0, most))


dimension = blocks_up_to(sp.Min(n, k + m))
fixed_points = sp.Sum(j ** (k + m) / sp.factorial(j) * sp.Sum((-1) ** i / sp.factorial(i), (i, 0, n - j)), (j, 0, n))
bell = blocks_up_to(k + m)
deficit = sp.Sum(stirling(k + m, j), (j, sp.Min(n, k + m) + 1, k + m))
two_points = guaranteed(2 ** (k + m - 1), k + m >= 1)
three_points = guaranteed((3 ** (k + m - 1) + 1) / 2, k + m >= 1)

truncated_bell = Claim(
    label="Q3",
    title="Tensors of the symmetric group: truncated Bell numbers",
    statement=r"""
$S_n$ permutes the coordinates of $\mathbb R^n$. For $k,m\ge0$
$$\dim\mathrm{Hom}_{S_n}\big((\mathbb R^n)^{\otimes k},(\mathbb R^n)^{\otimes m}\big)
=\frac1{n!}\sum_{\pi\in S_n}\mathrm{fix}(\pi)^{k+m}$$ $$=[[fixed_points]]$$ $$=[[dimension]],$$
the number of partitions of $k+m$ elements into at most $n$ blocks: a sum of Stirling numbers. This is the Bell
number $[[bell]]$ iff $n\ge k+m$; otherwise it is less, by $[[deficit]]$. For $n=1$ it is 1, for $n=2$
$$[[two_points]],$$ for $n=3$ $$[[three_points]]$$ ($14$ and $41$ for $k+m=4$ and $5$, where the Bell numbers are $15$ and
$52$).
""",
    proof_text=r"""
Entries of a map are numbered by $k+m$ indices in $[n]$. Some permutation takes one list of indices to another iff
the same positions hold equal indices in both: an orbit is a partition of the positions, with at most $n$ blocks, and
every such partition occurs. By Q2 these orbits are a basis, counted by the mean of $\mathrm{fix}(\pi)^{k+m}$;
$\binom nj$ times the number of permutations of $n-j$ points without a fixed point, $(n-j)!\sum_i(-1)^i/i!$, have $j$ fixed points. There is a
partition of $K$ elements into $j$ blocks for every $1\le j\le K$, so blocks above $n$ are missing as soon as
$n<K$. Two blocks at most: $2^K$ maps to two labels, up to their exchange; three at most: $S(K,1)+S(K,2)+S(K,3)=
1+(2^{K-1}-1)+\frac12(3^{K-1}-2^K+1)$. ∎
""",
    source=Source(
        "2206.04270",
        "beyond the abstract; the count corrects a sentence of Maron et al. (2019, arXiv:1812.09902)",
    ),
    provenance=Provenance.CORRECTION,
    proof=Proof.PROVED,
    quantities=(
        PERMUTED.drawn_from(1, 6),
        Quantity(k, "order of the tensors before the map", COUNT_FROM_ZERO, drawn=(0, 3)),
        Quantity(m, "order of the tensors after the map", COUNT_FROM_ZERO, drawn=(1, 3)),
    ),
    hypotheses=(
        Hypothesis("$S_n$ acts on all indices of a tensor at the same time"),
        Hypothesis("one index or more", k + m >= 1, needed_by=("two_points", "three_points")),
    ),
    uses=("Q1", "Q2"),
    expressions={
        "dimension": dimension,
        "bell": bell,
        "fixed_points": fixed_points,
        "deficit": deficit,
        "two_points": two_points,
        "three_points": three_points,
    },
    aids={
        "one_point": {n: sp.Integer(1), k: sp.Integer(1), m: sp.Integer(1)},
    },
    pitfalls=(
        Pitfall(
            control="Bell number",
            said="The basis has as many elements as the Bell number of $k+m$, whatever $n$.",
            by=(
                "“More generally, for graph data defined on k-tuples of nodes, the dimension is the k-th "
                "and 2k-th Bell numbers.” (Maron et al. 2019, arXiv:1812.09902, abstract; it names no "
                "condition on $n$, and its theorem was not at hand.) That counts in wide use need mending "
                "is said by Pearce-Crump (2022, arXiv:2212.08648, abstract): “we correct some of the major "
                "results that are now widely quoted by the machine learning community”."
            ),
            why=(
                "$n$ points cannot fill more than $n$ blocks, so partitions with more blocks than points "
                "belong to no entry."
            ),
            counterexample="one_point",
            by_hand=(
                r"$n=1$, $k=m=1$: the maps from $\mathbb R$ to $\mathbb R$ have the dimension $1$, and the "
                "Bell number of $2$ is $2$ (“equal” and “different” indices, but two different ones do not "
                "exist). For $n=3$, $k=m=2$ it is $14$, not $15$."
            ),
            instead=r"Partitions into at most $n$ blocks: $[[dimension]]$, the Bell number iff $n\ge k+m$.",
        ),
    ),
)
