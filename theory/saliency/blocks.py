"""S13: N:M sparsity, the N largest scores of every block of M."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Proof, Provenance, Remark, Source
from sparse_limits.theory.graphon.concentration import hoeffding_rate, pairs
from sparse_limits.theory.graphon.rate import least_rate
from sparse_limits.theory.graphon.symbols import m, n, s
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity, whole_from
from sparse_limits.theory.saliency.model import ANY_FAILURE, COLUMNS, ROWS, TAIL_INDEX, delta
from sparse_limits.theory.tails import alpha

kept, block = sp.symbols("N M", integer=True, positive=True)
profile = sp.symbols("phi_1:5", positive=True)  # φ of the four columns of a block
first_share, share = sp.symbols("p_k p_j", positive=True)  # of the strengths in a block
quotient = sp.Symbol("q", positive=True)  # of the noises of two columns
time = sp.Symbol("y", positive=True)  # of an arrival in the race of the columns

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


density = kept / block

quotient_density = 2 / (sp.pi * (1 + quotient**2))
pair = 2 / sp.pi * sp.atan(profile[0] / profile[1])

strength, *rivals = (phi**alpha for phi in profile)
first_arrival = first_share * sp.exp(-time)
second_place = first_share * share / (1 - first_share)
one_of_four, two_of_four, three_of_four = (kept_probability(strength, rivals, number) for number in (1, 2, 3))

block_range = sp.Min(kept, block - kept)
one_pair = 2 * sp.exp(-2 * m * n * block * s**2 / block_range**2)
failure = pairs / 2 * one_pair
cut_bound = block_range / sp.sqrt(block) * hoeffding_rate
all_alike = sp.Integer(2) ** (
    n * (1 - m) / 2
)  # in n/2 blocks of two alike, all rows keep the column that the first does

STEPS = proof(
    r"""
rows and blocks (by independence): A factor $f(u_i)>0$ keeps the order of the scores of its row, as in S12: what is kept does not depend on
$f$. Different blocks use different $\xi_{ij}$, so that they are independent.

places (from rows and blocks; by linearity): The noise is continuous, so that almost surely no two scores of a block agree and exactly $N$
of the $M$ are kept: the probabilities $W_j$ of a block add up to $N$.

mean (from places): Hence they have the mean $[[density]]$. For a constant $\varphi$ all sets of $N$ columns are equally likely to be kept,
and this is the share of them that hold a given column.

quotient: The quotient $\xi_2/\xi_1$ of two independent half-normal variables has the density $[[quotient_density]]$ on $q>0$.

pair (from rows and blocks, quotient): In a block of two the first is kept where $\xi_2/\xi_1<\varphi_1/\varphi_2$, which has the
probability $[[pair]]$.

clocks (from rows and blocks): Under Fréchet noise $P((\varphi_j\xi_j)^{-\alpha}>y)=P(\varphi_j\xi_j<y^{-1/\alpha})=e^{-ry}$, with the rate
$r=[[rate]]$ for $j=1$: these are independent exponential variables, and the largest scores are those whose variables are the smallest.

first arrival (from clocks): Let $y$ be in units of the mean time to the first arrival, so that the rates are the shares and add up to $1$.
Column $k$ is the first, and at the time $y$, with the density $[[first_arrival]]$: who is the first, $k$ with probability $p_k$, does not
depend on when.

one place (from first arrival): So $W_j=p_j$ for $N=1$, which is $[[one_of_four]]$ for $M=4$ and $j=1$.

second arrival (from first arrival): After the first arrival the others start anew, with the same rates. So $k$ is the first and $j$ the
second with probability $[[second_place]]$.

more places (from one place, second arrival): Further places are filled in the same way. For $N=2$, $W_j$ is the sum of $p_j$ and of *second
arrival* over all $k\ne j$: for $M=4$ and $j=1$ it is $[[two_of_four]]$, and $[[three_of_four]]$ for $N=3$.

range (from places): Of $k$ columns in a block at most $N$ and at most $k$ are kept, and at least $0$ and $k-(M-N)$, as no more than $M-N$
are removed. So these numbers have a range of at most $[[block_range]]$, which is that of $k=N$ columns.

one pair of sets (from rows and blocks, range; by Hoeffding): For sets $S$ of rows and $T$ of columns the sum of $\mathbf M-P$ over $S\times
T$ is one of independent centred terms, each of a range of at most $[[block_range]]$, one for each of at most $mn/M$ blocks, as columns that
fill none bring $0$; the fewer, the better. Its modulus exceeds $mns$ with a probability of at most $[[one_pair]]$.

all pairs (from one pair of sets; by union bound): Where $\|\mathbf M-P\|_\square>s$, the modulus of a sum over one of the $2^m\cdot2^n$
pairs of sets exceeds $mns$.

failure (from all pairs): So $P(\|\mathbf M-P\|_\square>s)\le[[failure]]$.

independent entries (by G1.1): For independent entries G1.1 has the bound $2\cdot2^{m+n}e^{-2mns^2}$, which is $\delta$ at the rate of its
Hoeffding form.

rate (from failure, independent entries): The failure is that of independent entries at $s\sqrt M$ over $[[block_range]]$. So it is $\delta$
at $s=[[cut_bound]]$.
""",
    globals(),
    rate=strength,
)

block_sparsity = Claim(
    label="S13",
    title="N:M sparsity: the graphon of a block is a law of ranks",
    statement=r"""
Keep in each row the $N$ largest of every block of $M$ consecutive columns, $1\le N\le M$, of scores
$S_{ij}=f(u_i)\varphi_j\xi_{ij}$ with $f,\varphi>0$ and iid continuous noise $\xi\ge0$. Blocks are independent and do not
depend on $f$; the graphon is $W_j=P(\text{rank of }j\le N)$, of mean $[[density]]$ in every block. (a) If $\varphi$ is
constant in a block, $W=[[density]]$ there. (b) 1:2 with half-normal noise: $W_1=[[pair]]$. (c) Fréchet noise
$P(\xi\le x)=e^{-x^{-\alpha}}$: the ranking is that of Plackett and Luce, one column after the other chosen in proportion
to its strength $\varphi^\alpha$. With $p_j=\varphi_j^\alpha/\sum_k\varphi_k^\alpha$ over the block, $W_j=p_j$ for $N=1$ and
$W_j=p_j+\sum_{k\ne j}[[second_place]]$ for $N=2$; in a block of four the first column has $W_1=[[one_of_four]]$ for $N=1$. For
$N=2$ (`two_of_four`) and $N=3$ (`three_of_four`) add, for each other column $k$ that may be chosen first, $p_k$ times what this probability is for one place
less in the block without $k$. (d) The mask is close to its probabilities $P_{ij}=W_j$: if the
columns behind the last whole block, fewer than $M$, are all kept or all removed, with probability at least $1-\delta$
$$\|\mathbf M-P\|_\square\le[[cut_bound]],$$
that is $\omega/\sqrt M$, $\omega=[[block_range]]$, times the bound of G1.1 for independent entries; indeed
$P(\|\mathbf M-P\|_\square>s)\le[[failure]]$. For $\omega^2>M$, such as 4:8, it exceeds that for independent entries;
no constant is claimed to be sharp.
""",
    steps=STEPS,
    source=Source("2602.06675", "beyond the abstract, which names no N:M sparsity"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        KEPT.drawn_from(1, 4),
        replace(BLOCK, within=COUNT, drawn=(5, 8)),
        Quantity(profile, "profile of a column in a block, the first that of the column asked for", POSITIVE),
        TAIL_INDEX.drawn_from(1, 3),
        Quantity(
            first_share,
            "share of the column chosen first in the strengths of its block",
            sp.Interval.Ropen(0, 1),
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        Quantity(
            share,
            "share of the column asked for in the strengths of its block",
            CLOSED_UNIT,
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        ROWS.drawn_from(3, 60),
        COLUMNS.drawn_from(3, 60),
        Quantity(quotient, "quotient of the noises of the second and the first column", NON_NEGATIVE),
        Quantity(time, "time of the first arrival, in units of its mean", NON_NEGATIVE),
        Quantity(s, "distance in cut norm that may be exceeded", NON_NEGATIVE),
        ANY_FAILURE.drawn_from(sp.Rational(1, 100), sp.Rational(1, 2)),
    ),
    hypotheses=(
        Hypothesis(r"$f,\varphi>0$, noise independent and continuous"),
        NOT_MORE_THAN_THERE_ARE,
        Hypothesis("something of each block is removed", kept < block, needed_by=("failure", "one_pair")),
        Hypothesis("shares add up to at most one", first_share + share <= 1),
        Hypothesis("for (b): half-normal noise", needed_by=("pair", "quotient_density")),
        Hypothesis(
            "for (c): Fréchet noise",
            needed_by=("rate", "first_arrival", "second_place", "one_of_four", "two_of_four", "three_of_four"),
        ),
        Hypothesis(
            "for (d), columns that fill no block, if any, are all kept or all removed",
            needed_by=("one_pair", "failure", "cut_bound"),
        ),
    ),
    uses=("G1.1", "S12"),
    remarks=(
        Remark(
            r"Measured: cuts that a search finds in some 1:4 masks of iid scores are more than two fifths of the bound at $m=n=128$, "
            r"$\delta=\frac1{100}$.",
            checked_by="cut_norms_stay_within_the_bound",
        ),
    ),
    also=("two_of_four", "three_of_four"),
    aids={"least_rate": least_rate, "all_alike": all_alike},
    loose=(
        Loose(
            expression="cut_bound",
            truth="least_rate",
            at=tuple({kept: 1, block: 2, m: size, n: size, delta: sp.Rational(1, 1000)} for size in (100, 1000)),
            lost="in the union over all sets; at most so much, as the columns of blocks of two alike are fair coins, so that every bound is at least that (G5, with columns for rows)",
            order="by G5, with blocks of columns in the place of rows, for $m=n$ and blocks of one size",
        ),
        Loose(
            expression="failure",
            truth="all_alike",
            at=({kept: 1, block: 2, m: 6, n: 6, s: sp.Rational(249, 1000)},),
            lost=r"at most, as other distances and shapes may come nearer: in blocks of two alike no mask is further than $\frac14$ from its probabilities, and those alone are that keep the same column of a block in all rows; in Hoeffding's bound at the end of the range, and in the union over all sets",
        ),
    ),
    sharp=(Sharp(expression="block_range", example="the kept ones of $N$ columns", check="kept_ones_have_the_range"),),
)
