"""S13: N:M sparsity, the N largest scores of every block of M."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.graphon.concentration import hoeffding_rate, pairs
from theory.graphon.symbols import m, n, s
from theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, UNIT, Hypothesis, Quantity, whole_from
from theory.saliency.model import COLUMNS, FAILURE, ROWS, TAIL_INDEX
from theory.tails import alpha

kept, block = sp.symbols("N M", integer=True, positive=True)
profile = sp.symbols("phi_1:5", positive=True)  # φ of the four columns of a block
first_share, share = sp.symbols("p_k p_j", positive=True)  # of the strengths in a block

KEPT = Quantity(kept, "number of entries kept in each block", COUNT)
BLOCK = Quantity(block, "number of consecutive columns in a block", whole_from(2))
NOT_MORE_THAN_THERE_ARE = Hypothesis("a block keeps no more entries than it has", kept <= block)


def kept_probability(first: sp.Expr, others: Sequence[sp.Expr], kept: int) -> sp.Expr:
    """The probability that `first` is among the `kept` chosen one after the other, in proportion to their strengths."""
    if kept == 0:
        return sp.S.Zero
    later = [
        other * kept_probability(first, [*others[:i], *others[i + 1 :]], kept - 1) for i, other in enumerate(others)
    ]
    return (first + sum(later)) / (first + sum(others))


strength, *rivals = (phi**alpha for phi in profile)
block_range = sp.Min(kept, block - kept)

block_sparsity = Claim(
    label="S13",
    title="N:M sparsity: the graphon of a block is a law of ranks",
    statement=r"""
Keep in each row the $N$ largest of every block of $M$ consecutive columns, $1\le N<M$, of scores
$S_{ij}=f(u_i)\varphi_j\xi_{ij}$ with $f,\varphi>0$ and iid continuous noise $\xi\ge0$. Blocks are independent and do not
depend on $f$; the graphon is $W_j=P(\text{rank of }j\le N)$, of mean $[[density]]$ in every block. (a) If $\varphi$ is
constant in a block, $W=[[density]]$ there. (b) 1:2 with half-normal noise: $W_1=[[pair]]$. (c) Fréchet noise
$P(\xi\le x)=e^{-x^{-\alpha}}$: the ranking is that of Plackett and Luce, one column after the other chosen in proportion
to its strength $\varphi^\alpha$. With $p_j=\varphi_j^\alpha/\sum_k\varphi_k^\alpha$ over the block, $W_j=p_j$ for $N=1$ and
$W_j=p_j+\sum_{k\ne j}[[second_place]]$ for $N=2$. (d) The mask is close to its probabilities $P_{ij}=W_j$: if $M$
divides $n$, with probability at least $1-\delta$
$$\|\mathbf M-P\|_\square\le[[cut_bound]],$$
that is $\omega/\sqrt M$, $\omega=[[block_range]]$, times the bound of G1 for independent entries; indeed
$P(\|\mathbf M-P\|_\square>s)\le[[failure]]$. For $\omega^2>M$, such as 4:8, it exceeds that for independent entries;
no constant is claimed to be sharp.
""",
    proof_text=r"""
A factor $f(u_i)$ of a row preserves every order. Exactly $N$ of a block are kept, which gives the mean, and (a) by symmetry.
(b) $W_1=P(\xi_2/\xi_1<\varphi_1/\varphi_2)$ and the quotient of two half-normals is half-Cauchy. (c)
$P(\varphi_j\xi_j\le x)=e^{-\varphi_j^\alpha y}$ with $y=x^{-\alpha}$: the $y_j=(\varphi_j\xi_j)^{-\alpha}$ are independent
exponential variables of rate $\varphi_j^\alpha$, and the largest scores have the smallest $y_j$. The first to arrive is $j$ with
probability $p_j$, independent of when; the others start anew (no memory). (d) For fixed $(S,T)$ the sum of $\mathbf M-P$ over
$S\times T$ is one of independent terms, one for each of at most $mn/M$ blocks. With $k$ columns of $T$ in a block, the kept ones
among them number from $\max(0,N-M+k)$ to $\min(N,k)$, a range of at most $\omega$. Hoeffding's inequality gives
$e^{-2(mns)^2/(\omega^2mn/M)}$, for two signs and $2^{m+n}$ pairs of sets. ∎
""",
    source=Source("2602.06675", "beyond the abstract, which names no N:M sparsity"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        KEPT.drawn_from(1, 3),
        BLOCK.drawn_from(4, 8),
        Quantity(profile, "profile of a column in a block, the first that of the column asked for", POSITIVE),
        TAIL_INDEX.drawn_from(1, 3),
        Quantity(
            (first_share, share),
            "share of a column in the strengths of its block, of the column chosen first or of the one asked for",
            UNIT,
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        ROWS.drawn_from(3, 60),
        COLUMNS.drawn_from(3, 60),
        Quantity(s, "distance in cut norm that may be exceeded", NON_NEGATIVE),
        FAILURE.drawn_from(sp.Rational(1, 100), sp.Rational(1, 2)),
    ),
    hypotheses=(
        Hypothesis(r"$f,\varphi>0$, noise independent and continuous"),
        NOT_MORE_THAN_THERE_ARE,
        Hypothesis("something of each block is removed", kept < block, needed_by=("failure",)),
        Hypothesis("shares add up to at most one", first_share + share <= 1),
        Hypothesis("for (b): half-normal noise", needed_by=("pair",)),
        Hypothesis("for (c): Fréchet noise", needed_by=("second_place", "one_of_four", "two_of_four", "three_of_four")),
        Hypothesis("blocks fill a row, for (d)", sp.Eq(sp.Mod(n, block), 0), needed_by=("failure", "cut_bound")),
    ),
    uses=("G1", "S12"),
    remarks=(Remark("1:4 masks of iid scores reach about half of the bound at $m=n=128$."),),
    expressions={
        "density": kept / block,
        "pair": 2 / sp.pi * sp.atan(profile[0] / profile[1]),
        "second_place": first_share * share / (1 - first_share),
        "one_of_four": kept_probability(strength, rivals, 1),
        "two_of_four": kept_probability(strength, rivals, 2),
        "three_of_four": kept_probability(strength, rivals, 3),
        "block_range": block_range,
        "failure": pairs * sp.exp(-2 * m * n * block * s**2 / block_range**2),
        "cut_bound": block_range / sp.sqrt(block) * hoeffding_rate,
    },
)
