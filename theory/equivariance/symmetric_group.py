"""Q3: permutation-equivariant maps between tensors are counted by truncated Bell numbers."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Source
from sparse_limits.theory.equivariance.symbols import PERMUTED, n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same, vanishes

k, m = sp.symbols("k m", nonnegative=True, integer=True)  # orders of the tensors before and after
i, j = sp.symbols("i j", nonnegative=True, integer=True)


f = sp.Symbol("f", nonnegative=True, integer=True)  # fixed points of a permutation
r = sp.Symbol("r", nonnegative=True, integer=True)  # points that it moves

fixed_lists = f ** (k + m)
derangements = sp.factorial(r) * sp.Sum((-1) ** i / sp.factorial(i), (i, 0, r))
fixed_points = sp.Sum(j ** (k + m) / sp.factorial(j) * sp.Sum((-1) ** i / sp.factorial(i), (i, 0, n - j)), (j, 0, n))
# Partitions of k + m elements into j blocks, by inclusion and exclusion over surjections
blocks = sp.Sum((-1) ** (j - i) * sp.binomial(j, i) * i ** (k + m), (i, 0, j)) / sp.factorial(j)
pattern_lists = sp.factorial(j) * sp.binomial(n, j)


def blocks_up_to(most: sp.Expr) -> sp.Expr:
    """Partitions of k + m elements into at most so many blocks."""
    return sp.Sum(blocks, (j, 0, most))


patterns = blocks_up_to(n)
dimension = blocks_up_to(sp.Min(n, k + m))
bell = blocks_up_to(k + m)
deficit = sp.Sum(blocks, (j, sp.Min(n, k + m) + 1, k + m))
two_points = 2 ** sp.Max(k + m - 1, 0)
three_points = (3 ** sp.Max(k + m - 1, 0) + 1) / 2

STEPS = proof(
    r"""
lists (by Q2): Index the entries of a map by lists of $k+m$ indices in $[n]$. The orbits of $S_n$ on these lists are a basis, and their
number is the mean, over all permutations, of the number of lists that stay in place.

fixed lists (from lists): A permutation with $f$ fixed points leaves $[[fixed_lists]]$ lists in place: the lists of fixed points, with $f$
choices for each index.

derangements: There are $[[derangements]]$ permutations of $r$ points without a fixed point: one of no points, and none of one point. Of
$r+2$ points the last one goes to one of $r+1$ others. Either this other point goes back to it, and the remaining $r$ points are permuted
without a fixed point; or it does not, and removing the last point from its cycle leaves such a permutation of $r+1$ points.

fixed points (from fixed lists, derangements): The number of permutations with $j$ fixed points is $\binom nj$ times the number of
permutations of $n-j$ points without a fixed point. So the mean is $[[fixed_points]]$.

blocks: There are $[[blocks]]$ partitions of $k+m$ elements into $j$ blocks. The empty set has the partition without blocks. One more
element either joins one of the $j$ blocks of a partition, or is a block by itself, next to a partition of the others into $j-1$ blocks.

lists of one pattern (from lists): The pattern of a list is the partition of its $k+m$ positions in which positions with equal indices form
a block. A pattern of $j$ blocks is the pattern of $[[pattern_lists]]$ lists, since each block takes an index that the blocks before it did
not take. It is the pattern of no list iff $j>n$.

one orbit (from lists of one pattern; by extension): The lists of one pattern are one orbit. A permutation preserves the pattern. If two
lists have the same pattern, mapping the index of each block in the first list to its index in the second is a bijection.

as many orbits as patterns (from fixed points, blocks, one orbit): So the number of orbits is the number of partitions into at most $n$
blocks, $[[patterns]]$. This is also the mean of *fixed points*: for $n+1$ in place of $n$ both increase by the number of partitions into
$n+1$ blocks.

no more blocks than elements (from blocks; by induction): No partition has more blocks than elements: the partition of the empty set has
none, and one more element adds at most one block.

dimension (from as many orbits as patterns, no more blocks than elements): So the dimension is the number of partitions into at most as many
blocks as the smaller of $n$ and $k+m$: $[[dimension]]$.

all partitions (from as many orbits as patterns, no more blocks than elements): As soon as there are as many points as indices, all
partitions occur. Their number is $[[bell]]$.

every number of blocks (from blocks; by induction): $K\ge1$ elements have a partition into $j$ blocks for each $1\le j\le K$: one element
has one, and one more element joins a block or forms a new one.

deficit (from dimension, all partitions, every number of blocks): The number of the missing partitions is $[[deficit]]$. It is zero iff
$n\ge k+m$, since each term is at least 1.

two points (from as many orbits as patterns): With two points there are $[[two_points]]$ patterns, for no index as for one index the only
one; with one point there is 1 pattern.

three points (from as many orbits as patterns): With three points there are $[[three_points]]$ patterns.
""",
    globals(),
)


def combined(gap: sp.Expr) -> sp.Expr:
    return sp.gammasimp(sp.combsimp(gap))


def indices_are_chosen_one_by_one(fixed_lists: sp.Expr) -> Relations:
    """An empty list stays, and one index more has f choices, on either side."""
    alone = fixed_lists.subs(m, 0)
    yield induction(fixed_lists, m, alone, lambda term: f * term, by=sp.powsimp)
    yield induction(alone, k, sp.S.One, lambda term: f * term, by=sp.powsimp)


def blocks_take_new_indices(pattern_lists: sp.Expr) -> Relations:
    """Without blocks one list, and n − j indices for one block more; none for n + 1 + r blocks, some for n = j + r points."""
    yield induction(pattern_lists, j, sp.S.One, lambda term: (n - j) * term, by=combined)
    yield vanishes(pattern_lists.subs(j, n + 1 + r), by=combined)
    yield same(pattern_lists.subs(n, j + r), sp.factorial(j + r) / sp.factorial(r), by=combined)


truncated_bell = Claim(
    label="Q3",
    title="Tensors of the symmetric group: truncated Bell numbers",
    headline=r"The linear maps from tensors of order $k$ to those of order $m$ over $n$ points that commute with all permutations of the points have, for $n\ge k+m$, a Bell number of free weights: $$[[bell]].$$ For fewer points they have fewer.",
    statement=r"""
Let $S_n$ permute the coordinates of $\mathbb R^n$. For $n,k,m\ge0$, with $0^0=1$,
$$\dim\mathrm{Hom}_{S_n}\big((\mathbb R^n)^{\otimes k},(\mathbb R^n)^{\otimes m}\big) =\frac1{n!}\sum_{\pi\in S_n}\mathrm{fix}(\pi)^{k+m}$$
$$=[[fixed_points]]$$ $$=[[dimension]],$$ the number of partitions of $k+m$ elements into at most $n$ blocks, a sum of Stirling numbers.
This is the Bell number $[[bell]]$ iff $n\ge k+m$; otherwise it is smaller, by $[[deficit]]$. For $n=0$ the dimension is $0^{k+m}$, for
$n=1$ it is 1, for $n=2$ it is $$[[two_points]],$$ and for $n=3$ it is $$[[three_points]]$$ ($14$ and $41$ for $k+m=4$ and $5$, where the
Bell numbers are $15$ and $52$).
""",
    steps=STEPS,
    source=Source(
        "2206.04270",
        "v2",
        "beyond the abstract; the count corrects a sentence of Maron et al. (2019, arXiv:1812.09902)",
    ),
    provenance=Provenance.CORRECTION,
    quantities=(
        PERMUTED.drawn_from(0, 6),
        Quantity(k, "order of the tensors before the map", COUNT_FROM_ZERO, drawn=(0, 3)),
        Quantity(m, "order of the tensors after the map", COUNT_FROM_ZERO, drawn=(0, 3)),
        Quantity(f, "number of fixed points of a permutation", COUNT_FROM_ZERO, drawn=(0, 5)),
        Quantity(r, "number of points that a permutation moves, all of them", COUNT_FROM_ZERO, drawn=(0, 5)),
        Quantity(j, "number of blocks of a partition", COUNT_FROM_ZERO, drawn=(0, 5)),
    ),
    hypotheses=(Hypothesis("$S_n$ acts on all indices of a tensor at the same time"),),
    named={"s_j": blocks},
    symbols={
        "S_n": "group of all permutations of $n$ points",
        r"\mathrm{Hom}_{S_n}": "space of the maps that commute with these permutations",
        r"\pi": "permutation of the points",
        r"\mathrm{fix}(\pi)": "number of points that it leaves in place",
        "i,j": "indices of summation",
        "s_j": "Stirling number: partitions of $k+m$ elements into $j$ blocks",
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
                "condition on $n$, and its theorem was not at hand.) Pearce-Crump says that counts in wide use "
                "need correction (2022, arXiv:2212.08648, abstract of the first version): “we correct some of "
                "the major results that are now widely quoted by the machine learning community”; a later "
                "version's abstract does not have the sentence."
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
    because={
        "fixed lists": indices_are_chosen_one_by_one,
        "lists of one pattern": blocks_take_new_indices,
    },
    wrong=lambda: {
        "dimension: Bell number": bell,
        "dimension: at most n − 1 blocks": blocks_up_to(sp.Min(n - 1, k + m)),
        "dimension: blocks of one side": dimension.subs(m, k),
        "fixed_points: the number of fixed points itself": fixed_points.subs({k: 1, m: 0}),
        "fixed_points: surjections alone": fixed_points - 1,
        "fixed_lists: indices of one side": f**k,
        "fixed_lists: a choice for all indices": f * (k + m),
        "fixed_lists: lists without repetition": sp.binomial(f, k + m) * sp.factorial(k + m),
        "derangements: all permutations": sp.factorial(r),
        "derangements: fixed by none of the first": sp.factorial(r + 1) - sp.factorial(r),
        "derangements: without the last one's choice": derangements / (r + 1),
        "bell: Bell number of one index less": bell.subs(m, m - 1),
        "bell: one block too few": blocks_up_to(k + m - 1),
        "deficit: one block too few": deficit + 1,
        "deficit: the number of all blocks": bell,
        "two_points: all subsets": 2 ** (k + m),
        "three_points: Bell number for n = 3": bell,
        "three_points: labels without their exchange": 3 ** (k + m - 1),
        "blocks: blocks with names": sp.factorial(j) * blocks,
        "blocks: blocks may be empty": j ** (k + m) / sp.factorial(j),
        "blocks: one element more": blocks.subs(m, m + 1),
        "pattern_lists: one index for all blocks": n * sp.binomial(n, j),
        "pattern_lists: sets of indices": sp.binomial(n, j),
        "pattern_lists: indices may repeat": n**j,
        "patterns: at most n − 1 blocks": blocks_up_to(n - 1),
        "patterns: one point more": patterns.subs(n, n + 1),
        "patterns: as many points as indices of one side": patterns.subs(n, k),
        "patterns: Bell number": bell,
    },
)
