"""Q2: for permutation representations the equivariant maps are constant on orbits."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.equivariance.symbols import (
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
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.steps import Carrier, Step

fixed_x, fixed_y = sp.symbols("f_X f_Y", nonnegative=True, integer=True)
free_x, free_y, still_x, still_y = sp.symbols("m_X m_Y t_X t_Y", nonnegative=True, integer=True)

share = class_size * fixed_x * fixed_y / order
identity_share = class_size * fixed_x / order
points_x, points_y = order * free_x + still_x, order * free_y + still_y
semifree = order * free_x * free_y + free_x * still_y + still_x * free_y + still_x * still_y
free = X * Y / order
apart = n * (n - 1)
symmetric_pairs = sp.Min(n, 2)

STEPS = (
    Step(
        name="constant on orbits",
        sentence=r"""$T\rho(g)=\rho(g)T$ says $T_{gy,gx}=T_{yx}$ for all $x$, $y$. So $\mathrm{Hom}_G$ consists of the matrices that are constant
on the orbits of pairs, and their indicator matrices are a basis: of disjoint supports, which fill $Y\times X$.""",
        by=Carrier.RULE,
        source="orbits",
    ),
    Step(
        name="mean over the group",
        sentence=r"The dimension of $\mathrm{Hom}_G$ is the mean of the products of characters over the group.",
        by=Carrier.CLAIM,
        source="Q1",
    ),
    Step(
        name="share",
        sentence=r"""The permutation matrix of $g$ has a 1 on the diagonal for each point that $g$ leaves in place: its trace is $|X^g|$. So
$c$ elements, each with $f_X=|X^g|$ and $f_Y=|Y^g|$, contribute $[[share]]$ to $|B|$, $N=|G|$.""",
        gives={"share": share},
        uses=("constant on orbits", "mean over the group"),
    ),
    Step(
        name="diagonal",
        sentence=r"""For $Y=X$ the pairs $(x,x)$ are moved as the points $x$ are: the identity is the sum of one orbit for each orbit of $X$. These are as
many as orbits of pairs for a single point $y$, which stays in place: $c$ such elements contribute $[[identity_share]]$, and $G$ is transitive iff the sum is 1.""",
        gives={"identity_share": identity_share},
        uses=("share",),
    ),
    Step(
        name="points",
        sentence=r"""A free orbit has $N=|G|$ points: $m_X$ of these and $t_X$ fixed points are $[[points_x]]$ before the map, and there are $[[points_y]]$ after it. The neutral element leaves all in
place, the $N-1$ others those that the whole group does.""",
        by=Carrier.RULE,
        source="orbit–stabiliser",
        gives={"points_x": points_x, "points_y": points_y},
    ),
    Step(
        name="free orbits and fixed points",
        sentence=r"So $|B|=[[semifree]]$.",
        gives={"semifree": semifree},
        uses=("share", "points"),
    ),
    Step(
        name="largest orbits",
        sentence=r"No orbit of pairs has more than $|G|$ elements, so that $|B|\ge\frac{|X||Y|}{|G|}$.",
        by=Carrier.RULE,
        source="orbit–stabiliser",
        uses=("constant on orbits",),
    ),
    Step(
        name="free action",
        sentence=r"If only the neutral element leaves a pair in place, $|B|$ is this least number: $[[free]]$.",
        gives={"free": free},
        uses=("share", "largest orbits"),
    ),
    Step(
        name="pairs of points",
        sentence=r"$S_n$ moves the $n$ pairs $(x,x)$ to each other, and the $[[apart]]$ others, which are none for $n\le1$.",
        gives={"apart": apart},
    ),
    Step(
        name="transitive on pairs",
        sentence=r"It moves any of these to any other of them: from $y\ne x$ to $y'\ne x'$, some permutation takes $y$ to $y'$ and $x$ to $x'$.",
        by=Carrier.RULE,
        source="extension",
        uses=("pairs of points",),
    ),
    Step(
        name="points in any order",
        sentence=r"So there are as many orbits as of both kinds are not empty: $[[symmetric_pairs]]$.",
        gives={"symmetric_pairs": symmetric_pairs},
        uses=("constant on orbits", "transitive on pairs"),
    ),
)

orbit_basis = Claim(
    label="Q2",
    title="Permutation representations: the orbit basis",
    statement=r"""
Let $G$ act on finite sets $X$ and $Y$. The indicator matrices of the orbits of $G$ on $Y\times X$ are a basis $B$ of
$\mathrm{Hom}_G(\mathbb R^X,\mathbb R^Y)$. Their supports are disjoint and their sum is the all-ones matrix. With
$|X^g|$ the number of points that $g$ leaves in place,
$$|B|=\frac1{|G|}\sum_{g\in G}|X^g||Y^g|,$$
to which $c$ elements, each with $f_X=|X^g|$ and $f_Y=|Y^g|$, such as a class of conjugate ones, contribute $$[[share]]$$ with $N=|G|$. For $X=Y$ the identity is the sum of the orbits on the
diagonal; such elements contribute $[[identity_share]]$ to their number, which is 1 iff $G$ is transitive on $X$.

*Examples.* If $X$ consists of $m_X$ free orbits and $t_X$ fixed points, and $Y$ of $m_Y$ and $t_Y$, then $|B|$ is
$$[[semifree]];$$ if $G$ acts freely on $Y\times X$, $|B|=[[free]]$, the least possible. For $S_n$ on $[n]$,
$$|B|=[[symmetric_pairs]]:$$ the layers of DeepSets, spanned by $I$ and the off-diagonal ones.
""",
    steps=STEPS,
    source=Source("2206.04270", "textbook (orbits of pairs: Cameron 1999); beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        ORDER.drawn_from(1, 12),
        CLASS_SIZE.drawn_from(0, 6),
        POINTS_BEFORE,
        POINTS_AFTER,
        PERMUTED.drawn_from(0, 6),
        *(
            Quantity(each, meaning, COUNT_FROM_ZERO, drawn=(0, 5))
            for each, meaning in (
                (fixed_x, "number of points before the map that each of these elements leaves in place"),
                (fixed_y, "number of points after the map that each of these elements leaves in place"),
                (free_x, "number of free orbits before the map"),
                (free_y, "number of free orbits after the map"),
                (still_x, "number of points before the map that the whole group leaves in place"),
                (still_y, "number of points after the map that the whole group leaves in place"),
            )
        ),
    ),
    hypotheses=(
        Hypothesis("a finite group that permutes the coordinates of both spaces"),
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
