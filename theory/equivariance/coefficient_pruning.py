"""Q5: pruning coefficients of an equivariant basis keeps equivariance, pruning entries hardly ever."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.equivariance.symbols import (
    BASIS,
    EQUIVARIANT,
    MATRIX,
    ORBITS_OF_PAIRS,
    POINTS_AFTER,
    POINTS_BEFORE,
    B,
    X,
    Y,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis
from sparse_limits.theory.reasons import induction, same

masks = 2 ** (X * Y)
equivariant_masks = 2**B
probability = 2 ** (B - X * Y)

STEPS = proof(
    r"""
coefficients (by composition): For every mask on the coefficients, $\sum_bw_bB_b$ with some of the $w_b$ set to 0 stays in $\mathrm{Hom}_G$.
ReLU commutes with permutations of coordinates. So a network of such layers commutes with $G$.

masks on entries: A matrix with $X$ columns of $Y$ entries has $[[masks]]$ masks: each further column multiplies their number by $2^Y$.

constant on orbits (by Q2): By Q2, $M\circ W$ is equivariant iff $M_{gy,gx}W_{gy,gx}=M_{yx}W_{yx}$ throughout. Since
$W_{gy,gx}=W_{yx}=w_b\ne0$, this condition says that $M$ is constant on the orbits.

masks on orbits (from coefficients, constant on orbits): The masks that are constant on the orbits are the masks on coefficients, with one
bit for each of $B$ orbits: there are $[[equivariant_masks]]$. One more orbit doubles their number, since no two orbits share an entry.

fair bits (from masks on entries, masks on orbits): A mask of independent fair bits is uniformly distributed over all masks. So it is
constant on the orbits with probability $[[probability]]$.
""",
    globals(),
)


def powers(gap: sp.Expr) -> sp.Expr:
    return sp.powsimp(sp.expand(gap))


coefficient_pruning = Claim(
    label="Q5",
    title="Pruning coefficients keeps equivariance exactly, pruning entries only if the mask is constant on orbits",
    headline=r"A mask on the coefficients of an equivariant layer never breaks its symmetry. A fair random mask on its entries keeps it with probability $$[[probability]],$$ where $B$ orbits share the $XY$ entries and no coefficient is $0$.",
    statement=r"""
(a) Let a layer be $\sum_bw_bB_b$ with a basis $B_b$ of $\mathrm{Hom}_G$. Under every mask on the coefficients $w_b$ the layer stays in
$\mathrm{Hom}_G$. In exact arithmetic, a network of such layers with ReLU, in which all representations are permutation representations,
commutes with $G$ without any error. (b) For permutation representations on $X$ and $Y$ points with the orbit basis of $B$ elements, let
$W=\sum_bw_bB_b$ with all $w_b\ne0$. Of the $[[masks]]$ masks $M$ on the entries of $W$, exactly $[[equivariant_masks]]$ leave $M\circ W$
equivariant: the masks that are constant on the orbits. A mask of independent fair bits does so with probability $[[probability]]$.
""",
    steps=STEPS,
    source=Source(
        "2206.04270",
        "v2",
        "beyond the abstract, which announces that “a randomly initialized overparametrized G-equivariant "
        "network” can be pruned “to a G-equivariant subnetwork”",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        POINTS_BEFORE.drawn_from(0, 4),
        POINTS_AFTER.drawn_from(0, 4),
        replace(BASIS, within=COUNT_FROM_ZERO, drawn=(0, 6)),
    ),
    hypotheses=(
        Hypothesis("in (b) permutation representations and the orbit basis, no coefficient 0"),
        ORBITS_OF_PAIRS,
    ),
    symbols={
        "G": "group that acts before and after a layer",
        **EQUIVARIANT,
        **MATRIX,
        "w_b": "coefficient of this element",
        "W": "matrix of a layer",
        "M": "mask on its entries, a matrix of zeros and ones",
    },
    aids={"pruned": "coefficients"},
    because={
        "masks on entries": lambda masks: (
            induction(masks, X, sp.S.One, lambda term: 2**Y * term, by=powers),
            induction(masks.subs(X, 1), Y, sp.S.One, lambda term: 2 * term, by=powers),
        ),
        "masks on orbits": lambda equivariant_masks: induction(
            equivariant_masks, B, sp.S.One, lambda term: 2 * term, by=powers
        ),
        "fair bits": lambda masks, equivariant_masks, probability: same(
            probability, equivariant_masks / masks, by=powers
        ),
    },
    wrong=lambda: {
        "masks: one mask for each entry of a row": 2 ** (X + Y),
        "masks: no entry may stay alone": masks - X * Y,
        "masks: a mask for all entries together": sp.Integer(2) ** sp.Min(1, X * Y),
        "equivariant_masks: any mask will do": masks,
        "equivariant_masks: no orbit may go": sp.Integer(1),
        "equivariant_masks: two masks for each orbit": 2 * B,
        "equivariant_masks: the layer must not vanish": equivariant_masks - 1,
        "equivariant_masks: twice as many as all": 2 * masks,
        "probability: one entry fixes the rest": 2 ** (1 - X * Y),
        "probability: orbits counted as entries": sp.Integer(1),
        "probability: entries for orbits": 2 ** (X * Y - B),
        "pruned: a tenth of the entries": "entries",
    },
)
