"""Q2: for permutation representations the equivariant maps are constant on orbits."""

from itertools import permutations

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.equivariance.dimensions import chi_in, chi_out
from sparse_limits.theory.equivariance.dimensions import share as of_characters
from sparse_limits.theory.equivariance.symbols import (
    CLASS_SIZE,
    ELEMENT,
    EQUIVARIANT,
    IDENTITY,
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
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, at_sizes, induction, same

fixed_x, fixed_y = sp.symbols("f_X f_Y", nonnegative=True, integer=True)
free_x, free_y, still_x, still_y = sp.symbols("m_X m_Y t_X t_Y", nonnegative=True, integer=True)

share = class_size * fixed_x * fixed_y / order
identity_share = class_size * fixed_x / order
points_x, points_y = order * free_x + still_x, order * free_y + still_y
semifree = order * free_x * free_y + free_x * still_y + still_x * free_y + still_x * still_y
free = X * Y / order
apart = n * (n - 1)
symmetric_pairs = sp.Min(n, 2)

STEPS = proof(
    r"""
constant on orbits (by orbits): The equation $T\rho(g)=\rho(g)T$ says that $T_{gy,gx}=T_{yx}$ for all $x$, $y$. So $\mathrm{Hom}_G$ consists
of the matrices that are constant on the orbits of pairs. The indicator matrices of the orbits are a basis, since their supports are
disjoint and fill $Y\times X$.

mean over the group (by Q1): The dimension of $\mathrm{Hom}_G$ is the mean of the products of characters over the group.

share (from constant on orbits, mean over the group): The permutation matrix of $g$ has a 1 on the diagonal for each point that $g$ leaves
in place. So its trace is $|X^g|$, and $c$ elements, each with $f_X=|X^g|$ and $f_Y=|Y^g|$, contribute $[[share]]$ to $|B|$, with $N=|G|$.

diagonal (from share): For $Y=X$ the pairs $(x,x)$ are moved as the points $x$ are. So the identity is the sum of one orbit for each orbit
of $X$. The number of these orbits is the number of orbits of pairs with a single point $y$, which stays in place. So $c$ such elements
contribute $[[identity_share]]$, and $G$ is transitive iff the sum of the contributions is 1.

points (by orbit–stabiliser): A free orbit has $N=|G|$ points. So $m_X$ free orbits and $t_X$ fixed points are $[[points_x]]$ points before
the map, and likewise there are $[[points_y]]$ points after it. The neutral element leaves all points in place, and each of the $N-1$ others
leaves exactly those points in place that the whole group does.

free orbits and fixed points (from share, points): So $|B|=[[semifree]]$.

largest orbits (from constant on orbits; by orbit–stabiliser): No orbit of pairs has more than $|G|$ elements, so that
$|B|\ge\frac{|X||Y|}{|G|}$.

free action (from share, largest orbits): If only the neutral element leaves a pair in place, $|B|$ is this least number: $[[free]]$.

pairs of points: $S_n$ moves the $n$ pairs $(x,x)$ to each other, and likewise the $[[apart]]$ other pairs. There are no other pairs for
$n\le1$.

transitive on pairs (from pairs of points; by extension): It moves any of these other pairs to any other: for $y\ne x$ and $y'\ne x'$ some
permutation takes $y$ to $y'$ and $x$ to $x'$.

points in any order (from constant on orbits, transitive on pairs): So each of the two kinds of pairs is one orbit, unless it is empty:
there are $[[symmetric_pairs]]$ orbits.
""",
    globals(),
)


def permutation_matrix(p: tuple[int, ...]) -> sp.Matrix:
    return sp.Matrix(len(p), len(p), lambda y, x: int(p[x] == y))


def characters_are_fixed_points(share: sp.Expr) -> Relations:
    """Q1 with the numbers of fixed points for characters; the traces of all permutations of three points, with weights."""
    yield same(share, of_characters.subs({chi_in: fixed_x, chi_out: fixed_y}))
    weights = sp.symbols("z_1:4", positive=True)
    kept = (
        (sum(w for i, w in enumerate(weights) if p[i] == i), (permutation_matrix(p) * sp.diag(*weights)).trace())
        for p in permutations(range(3))
        if any(p[i] == i for i in range(3))
    )
    yield at_sizes(kept, "permutations")


def semifree_actions_follow(semifree: sp.Expr, points_x: sp.Expr, points_y: sp.Expr, share: sp.Expr) -> Relations:
    """Burnside with the neutral element, and the others, that keep only the fixed points."""
    neutral = valued(share, {class_size: 1, fixed_x: points_x, fixed_y: points_y})
    others = valued(share, {class_size: order - 1, fixed_x: still_x, fixed_y: still_y})
    yield same(semifree, neutral + others)


def free_actions_follow(free: sp.Expr, share: sp.Expr) -> Relations:
    """Burnside with the neutral element alone."""
    alone = {fixed_x: X, fixed_y: Y, class_size: 1}
    yield same(free, share.subs(alone, simultaneous=True))


orbit_basis = Claim(
    label="Q2",
    title="Permutation representations: the orbit basis",
    headline=r"Let a group $G$ permute the points before and after a linear map. A map that commutes with it has one free weight for each orbit of pairs of points: $$|B|=\frac1{|G|}\sum_{g\in G}|X^g||Y^g|,$$ where $|X^g|$ and $|Y^g|$ count the points that $g$ leaves in place.",
    statement=r"""
Let $G$ act on finite sets $X$ and $Y$. The indicator matrices of the orbits of $G$ on $Y\times X$ are a basis $B$ of
$\mathrm{Hom}_G(\mathbb R^X,\mathbb R^Y)$. Their supports are disjoint and their sum is the all-ones matrix. With $|X^g|$ the number of
points that $g$ fixes, $$|B|=\frac1{|G|}\sum_{g\in G}|X^g||Y^g|,$$ to which $c$ elements, each with $f_X=|X^g|$ and $f_Y=|Y^g|$, such as
those of a conjugacy class, contribute $$[[share]]$$ with $N=|G|$. For $X=Y$ the identity is the sum of the orbits on the diagonal. Such
elements contribute $[[identity_share]]$ to the number of these orbits, which is 1 iff $G$ is transitive on $X$.

*Examples.* If $X$ consists of $m_X$ free orbits and $t_X$ fixed points, and $Y$ of $m_Y$ and $t_Y$, respectively, then $|B|$ is
$$[[semifree]];$$ if $G$ acts freely on $Y\times X$, then $|B|=[[free]]$, the least possible value. For $S_n$ on $[n]$,
$$|B|=[[symmetric_pairs]]:$$ these are the layers of DeepSets, spanned by $I$ and the matrix of off-diagonal ones.
""",
    steps=STEPS,
    source=Source("2206.04270", "v2", "textbook (orbits of pairs: Cameron 1999); beyond the abstract"),
    provenance=Provenance.EXTENSION,
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
    symbols={
        "G": "group that permutes the points before and after the map",
        **ELEMENT,
        "X,Y": "finite sets of points before and after the map",
        "X^g,Y^g": "points that $g$ leaves in place",
        "B": "orbit basis of the equivariant maps: one matrix for each orbit of pairs of points",
        **EQUIVARIANT,
        "S_n": "group of all permutations of $[n]$, the numbers from $1$ to $n$",
        **IDENTITY,
    },
    because={
        "share": characters_are_fixed_points,
        "diagonal": lambda identity_share, share: same(identity_share, share.subs(fixed_y, 1)),
        "free orbits and fixed points": semifree_actions_follow,
        "free action": free_actions_follow,
        "pairs of points": lambda apart: induction(apart, n, sp.S.Zero, lambda term: term + 2 * n, by=sp.expand),
    },
    wrong=lambda: {
        "share: one for each class": share / class_size,
        "share: either fixed": class_size * (fixed_x + fixed_y) / order,
        "share: fixed points of X alone": class_size * fixed_x / order,
        "share: without the mean": share * order,
        "identity_share: one for each class on the diagonal": identity_share / class_size,
        "identity_share: the diagonal squared": class_size * fixed_x**2 / order,
        "semifree: orbits of X and Y multiplied": (free_x + still_x) * (free_y + still_y),
        "semifree: fixed points forgotten": order * free_x * free_y,
        "points_x: a point for each orbit before": free_x + still_x,
        "points_y: a point for each orbit after": free_y + still_y,
        "free: all pairs": X * Y,
        "free: orbits of X and Y multiplied, both free": X * Y / order**2,
        "free: a third more": free + sp.Rational(1, 3),
        "apart: all pairs": n**2,
        "apart: two for each point": 2 * n,
        "symmetric_pairs: orbits of [n] and [n] multiplied": sp.Integer(1),
        "symmetric_pairs: 2 even for one point": sp.Integer(2),
        "symmetric_pairs: all pairs of points": n**2,
    },
)
