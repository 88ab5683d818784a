"""Q2: for permutation representations the equivariant maps are constant on orbits."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.equivariance.symbols import (
    CLASS_OF_GROUP,
    CLASS_SIZE,
    ORDER,
    PERMUTED,
    POINTS_AFTER,
    POINTS_BEFORE,
    X,
    Y,
    class_size,
    n,
    order,
)
from theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity

fixed_x, fixed_y = sp.symbols("fixed_x fixed_y", nonnegative=True, integer=True)
free_x, free_y, still_x, still_y = sp.symbols("free_x free_y still_x still_y", nonnegative=True, integer=True)

share = class_size * fixed_x * fixed_y / order
identity_share = class_size * fixed_x / order
semifree = order * free_x * free_y + free_x * still_y + still_x * free_y + still_x * still_y
free = X * Y / order
symmetric_pairs = sp.Piecewise((1, n <= 1), (2, True))

orbit_basis = Claim(
    label="Q2",
    title="Permutation representations: the orbit basis",
    statement=r"""
Let $G$ act on finite sets $X$ and $Y$. The indicator matrices of the orbits of $G$ on $Y\times X$ are a basis $B$ of
$\mathrm{Hom}_G(\mathbb R^X,\mathbb R^Y)$. Their supports are disjoint and their sum is the all-ones matrix. With
$|X^g|$ the number of points that $g$ leaves in place,
$$|B|=\frac1{|G|}\sum_{g\in G}|X^g||Y^g|,$$
to which a class of `class_size` conjugate elements contributes $$[[share]]$$ (`order` is $|G|$). For $X=Y$ the identity is the sum of the orbits on the
diagonal; a class contributes $[[identity_share]]$ to their number, which is 1 iff $G$ is transitive on $X$.

*Examples.* If $X$ consists of `free_x` free orbits and `still_x` fixed points, and $Y$ likewise, then $|B|$ is
$$[[semifree]];$$ if $G$ acts freely on $Y\times X$, $|B|=[[free]]$, the least possible. For $S_n$ on $[n]$,
$$|B|=[[symmetric_pairs]]:$$ the layers of DeepSets, spanned by $I$ and the off-diagonal ones.
""",
    proof_text=r"""
$T\rho(g)=\rho(g)T$ says $T_{gy,gx}=T_{yx}$ for all $x$, $y$: $T$ is constant on the orbits of pairs, which partition
$Y\times X$. The permutation matrix of $g$ has the trace $|X^g|$, so the count is Q1 (Burnside's lemma). The diagonal
is a union of orbits, one for each orbit of $G$ on $X$, whose number is $\frac1{|G|}\sum_g|X^g|$ (the case
$|Y|=1$). *Examples.* In the first only the neutral element fixes a free orbit's points:
$\frac1{|G|}\big((|G|f_x+s_x)(|G|f_y+s_y)+(|G|-1)s_xs_y\big)$. No orbit is larger than $|G|$, and in the second all have this size.
For $S_n$: $y=x$ or not. ∎
""",
    source=Source("2206.04270", "textbook (orbits of pairs: Cameron 1999); beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        ORDER.drawn_from(1, 12),
        CLASS_SIZE.drawn_from(1, 6),
        POINTS_BEFORE,
        POINTS_AFTER,
        PERMUTED.drawn_from(1, 6),
        *(
            Quantity(each, meaning, COUNT_FROM_ZERO, drawn=(0, 5))
            for each, meaning in (
                (fixed_x, "number of points before the map that an element of the class leaves in place"),
                (fixed_y, "number of points after the map that an element of the class leaves in place"),
                (free_x, "number of free orbits before the map"),
                (free_y, "number of free orbits after the map"),
                (still_x, "number of points before the map that the whole group leaves in place"),
                (still_y, "number of points after the map that the whole group leaves in place"),
            )
        ),
    ),
    hypotheses=(
        Hypothesis("a finite group that permutes the coordinates of both spaces"),
        CLASS_OF_GROUP,
        Hypothesis(
            "the group acts freely on pairs of points, so that its order divides their number",
            sp.Eq(sp.Mod(X * Y, order), 0),
            needed_by=("free",),
        ),
    ),
    uses=("Q1",),
    expressions={
        "share": share,
        "identity_share": identity_share,
        "semifree": semifree,
        "free": free,
        "symmetric_pairs": symmetric_pairs,
    },
)
