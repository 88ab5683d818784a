"""Q4: equivariant maps on grids, kernels that turn with the group, and what a library counts."""

from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement

import sympy as sp

from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Remark, Source
from sparse_limits.theory.equivariance.orbits import free
from sparse_limits.theory.equivariance.symbols import ELEMENT, REPRESENTATIONS, SIDE, SQUARE, D, X, Y, order
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import same

K = sp.Symbol("K", nonnegative=True, integer=True)  # side of a window
WINDOW = Quantity(K, "number of cells along a side of the window in which a kernel is not 0", COUNT_FROM_ZERO)
v_1, v_2 = sp.symbols("v_1 v_2", integer=True)  # from one cell to another, along the sides
odd = D - 2 * sp.floor(D / 2)

translations = D**2
window = K**2
uncrossed = (D - sp.Abs(v_1)) * (D - sp.Abs(v_2))
fixed_cells = {"neutral": D**2, "rotation": odd, "axis": odd * D, "diagonal": D}

# Classes of C4: neutral, quarter turns, half turn
C4_SIZES = (1, 2, 1)
C4_FIXED = tuple(fixed_cells[g] for g in ("neutral", "rotation", "rotation"))
C4_CHARACTERS = {"trivial": (1, 1, 1), "sign": (1, -1, 1), "rotation": (2, 0, -2), "regular": (4, 0, 0)}

# Classes of D4: neutral, quarter turns, half turn, reflections in the axes, in the diagonals
D4_SIZES = (1, 2, 1, 2, 2)
D4_FIXED = tuple(fixed_cells[g] for g in ("neutral", "rotation", "rotation", "axis", "diagonal"))
D4_CHARACTERS = {
    "A1": (1, 1, 1, 1, 1),
    "A2": (1, 1, 1, -1, -1),
    "B1": (1, -1, 1, 1, -1),
    "B2": (1, -1, 1, -1, 1),
    "E": (2, 0, -2, 0, 0),
    "regular": (8, 0, 0, 0, 0),
}


def kernels(sizes: Sequence[int], fixed: Sequence[sp.Expr], source: Sequence[int], target: Sequence[int]) -> sp.Expr:
    """The mean of χ_out·χ_in·(fixed cells) over the group, from its values on the classes."""
    terms = (each * a * b * cells for each, a, b, cells in zip(sizes, source, target, fixed, strict=True))
    return sp.factor_terms(sp.Add(*terms) / sum(sizes))


def table(
    sizes: Sequence[int], fixed: Sequence[sp.Expr], characters: Mapping[str, Sequence[int]]
) -> dict[str, sp.Expr]:
    """The dimension for each pair of types, which is the same in both directions."""
    pairs = combinations_with_replacement(characters, 2)
    return {f"{a}_{b}": kernels(sizes, fixed, characters[a], characters[b]) for a, b in pairs}


c4_kernels = table(C4_SIZES, C4_FIXED, C4_CHARACTERS)
d4_kernels = table(D4_SIZES, D4_FIXED, D4_CHARACTERS)
c4_orbits = sp.ceiling(D**2 / sp.Integer(4))
d4_orbits = sp.ceiling(D / sp.Integer(2)) * (sp.ceiling(D / sp.Integer(2)) + 1) / 2

STEPS = proof(
    r"""
shifts (by Q2): For $D\ge1$ the $D^2$ shifts act freely on the cells of a grid that wraps around, hence on the $D^4$ pairs of cells, and Q2
applies.

differences (from shifts): So there are $[[translations]]$ orbits of pairs, one for each difference. These orbits are the convolutions. A
grid without cells has none.

window (from differences): Two differences within a window differ by less than $K\le D$ along each side. So no two of them are the same
modulo $D$, and there are $[[window]]$ orbits. Now let the grid be padded with zeros. Of the $D^2$ pairs of an orbit, of difference $v$ with
$|v|_\infty<D$, $[[uncrossed]]$ do not cross an edge: some, but not all if $v\ne0$. If the kernel has a nonzero value at $v\ne0$, this value
stands at these pairs and 0 at the others, which is impossible for an equivariant map.

middle: Reversing a row of $D$ cells leaves $p=[[middle]]$ of them in place: the middle of the row, if it is a cell.

fixed cells (from middle; gives fixed_cells): Measured from the centre of the square, the cells that an element $A$ of $D_4$ leaves in place
solve $(A-I)c=0$. For the neutral element these are all cells; otherwise they are the cells of a line, along a side or a diagonal, or the
cell at the centre. Where the line or the centre requires a coordinate 0, this must be the coordinate of a cell, which it is $p$ times. So
the numbers of cells are those of `fixed_cells`.

kernels (by Q1): Kernels that commute with the turns are the equivariant maps from $\mathbb R^{grid}\otimes V_{in}$ to $V_{out}$, and the
trace of a Kronecker product is the product of the traces. So Q1 applies with $|\mathrm{Fix}(g)|\,\chi_{in}(g)$ in place of $\chi_{in}(g)$.

kernels for turns (from fixed cells, kernels; gives c4_kernels): For $C_4$ the mean over the four elements is tabulated (`c4_kernels`).
Since the space has this dimension, kernels in it are a basis iff their number and their rank are both equal to it.

kernels for turns and reflections (from fixed cells, kernels; gives d4_kernels): For $D_4$ the mean over the eight elements is tabulated
(`d4_kernels`), and the same holds.

orbits of turns (from kernels for turns): From trivial to trivial features the dimension for $C_4$ is $[[c4_orbits]]$, for odd and for even
$D$.

orbits of turns and reflections (from kernels for turns and reflections): From trivial to trivial features the dimension for $D_4$ is
$[[d4_orbits]]$, for odd and for even $D$.
""",
    globals(),
    middle=odd,
)


def c4_with(fixed: tuple[sp.Expr, ...], pair: str, characters: tuple[int, ...]) -> dict[str, sp.Expr]:
    """The table with one formula from other numbers of fixed cells."""
    terms = (size * chi * cells for size, chi, cells in zip(C4_SIZES, characters, fixed, strict=True))
    return {**c4_kernels, pair: sp.Add(*terms) / 4}


LIBRARY = {**c4_kernels, "trivial_trivial": (D + 1) / 2, "regular_regular": 10 * D - 6}  # 2, 24 at D = 3; 3, 44 at 5


grid_maps = Claim(
    label="Q4",
    title="Dimensions of equivariant maps on grids: shifts, turns and reflections",
    headline=r"Maps that commute with all shifts of a grid that wraps around are convolutions. Kernels of $D\times D$ cells, between scalars, that commute with the square's turns form a space of dimension $[[c4_orbits]]$ in place of $D^2$.",
    statement=r"""
(a) **Shifts.** On a $D\times D$ grid that wraps around, the maps that commute with all shifts are the convolutions. They form a space of
dimension $[[translations]]$ per pair of channels. The convolutions with a kernel in a given $K\times K$ window around the cell 0, $K\le D$,
form a space of dimension $[[window]]$. Now pad the grid with zeros instead of wrapping it around. A convolution with such a kernel then
commutes with the shifts only if it is a multiple of the identity.

(b) **Turns and reflections.** Let $C_4$ turn a centred $D\times D$ square, or let $D_4$ turn and reflect it, and let this group act on
features by $\rho_{in}$, $\rho_{out}$. A kernel has one map of features for each cell. The kernels that commute with this action form a space
of dimension $$\frac1{|G|}\sum_{g}\chi_{out}(g)\chi_{in}(g)\,|\mathrm{Fix}(g)|.$$ Here $|\mathrm{Fix}(g)|$ is the number of cells that stay in
place: $D^2$ for the neutral element, $p$ for turns, $pD$ for reflections in the axes and $D$ for reflections in the diagonals, with $p=1$ for
odd and $p=0$ for even $D$.

*Examples.* A trivial feature is one number that $G$ does not change. A regular one has a number for each element of $G$, and $G$ permutes these
numbers as multiplication permutes its elements. From trivial to trivial features the dimension for $C_4$ is $[[c4_orbits]]$, that is $\frac{D^2+3}4$ for odd and $\frac{D^2}4$ for even
$D$. For $D_4$ it is $[[d4_orbits]]$, that is $\frac{D^2+4D+3}8$ for odd and $\frac{D^2+2D}8$ for even $D$. For either group the dimension from trivial to regular features is $D^2$, and from regular to regular features $|G|D^2$. The dimensions for all pairs of irreducible and regular types, in either
direction, are tabulated (`c4_kernels`, `d4_kernels`).

(c) **Bases.** Equivariant kernels are a basis iff their number and their rank both equal the dimension in (b).
""",
    steps=STEPS,
    source=Source("2206.04270", "v2", "beyond the abstract; the count of a library is reported second-hand"),
    provenance=Provenance.PITFALL,
    quantities=(
        SIDE.drawn_from(0, 9),
        WINDOW.drawn_from(0, 5),
        Quantity((v_1, v_2), "number of cells from one to another, along a side of the grid", sp.S.Integers, (-4, 4)),
    ),
    hypotheses=(
        Hypothesis("in (a) the grid wraps around"),
        Hypothesis("the window is no larger than the grid", K <= D, needed_by=("window",)),
        Hypothesis("cells of one grid", (sp.Abs(v_1) < D) & (sp.Abs(v_2) < D), needed_by=("uncrossed",)),
        Hypothesis("in (b) kernels live on all cells of the centred square, without a limit on frequencies"),
    ),
    symbols={
        **SQUARE,
        "G": "group that moves the square, $C_4$ or $D_4$",
        **ELEMENT,
        **REPRESENTATIONS,
        r"\chi_{in},\chi_{out}": "characters of these representations, the traces of their matrices",
        r"\mathrm{Fix}(g)": "cells that $g$ leaves in place",
        "p": "number of cells at the centre of the square: $1$ for odd $D$, $0$ for even $D$",
    },
    remarks=(
        Remark(
            r"Bases that libraries of steerable convolutions offer are limited in their frequencies; they span a subspace, and the "
            r"number of their elements is in general not $\dim\mathrm{Hom}_G$."
        ),
    ),
    also=("fixed_cells", "c4_kernels", "d4_kernels"),
    aids={
        "padding": "wrap",
        "candidates": "basis",
        "three_by_three": sp.Integer(3),
    },
    pitfalls=(
        Pitfall(
            control="count of a library",
            said=(
                "$|B|$ is the number of kernels in a library's default basis (for e2cnn and $C_4$: 2 and "
                "24 at 3 × 3, 3 and 44 at 5 × 5, trivial and regular features)."
            ),
            by="Reported second-hand; the library was not at hand.",
            why="Libraries limit the frequencies of their kernels, and so offer a basis of a subspace.",
            counterexample="three_by_three",
            by_hand=(
                r"Kernels on $3\times3$ cells that a quarter turn does not change have one value at the "
                "centre, one on the four edges and one on the four corners: $3$ dimensions, not $2$."
            ),
            instead=(
                "$[[c4_orbits]]$ from trivial to trivial features of $C_4$, and the mean over the group in general."
            ),
        ),
    ),
    because={
        "differences": lambda translations: same(
            translations, free.subs({X: D**2, Y: D**2, order: D**2}, simultaneous=True)
        ),
    },
    wrong=lambda: {
        "translations: all pairs of cells": D**4,
        "translations: shifts along one side": D**3,
        "translations: up to reflection": sp.floor(D**2 / 2) + 1,
        "translations: as many shifts as the side is long": D,
        "window: both sides of the centre": (2 * K + 1) ** 2,
        "window: along one side": K,
        "uncrossed: pairs may cross one edge": D * (D - sp.Abs(v_1)),
        "uncrossed: one way round": (D - v_1) * (D - v_2),
        "uncrossed: the cells between": (D - 1 - sp.Abs(v_1)) * (D - 1 - sp.Abs(v_2)),
        "middle: a middle in every row": sp.Integer(1),
        "middle: in even ones": 1 - odd,
        "middle: two of them": 2 * odd,
        "fixed_cells: a centre in every square": {**fixed_cells, "rotation": sp.Integer(1)},
        "fixed_cells: a middle row in every square": {**fixed_cells, "axis": D},
        "fixed_cells: diagonals without a centre": {**fixed_cells, "diagonal": D - odd},
        "fixed_cells: all cells move": {**fixed_cells, "neutral": sp.Integer(0)},
        "c4_kernels: 180 degrees only": {**c4_kernels, "trivial_trivial": (D**2 + odd) / 2},
        "c4_kernels: sign without its sign": c4_with(C4_FIXED, "trivial_sign", (1, 1, 1)),
        "c4_kernels: the rotation counted once": {**c4_kernels, "rotation_rotation": c4_kernels["trivial_rotation"]},
        "c4_kernels: 10 % more": {**c4_kernels, "regular_regular": sp.Rational(11, 10) * 4 * D**2},
        "c4_kernels: a table without the centre": {**c4_kernels, "trivial_trivial": D**2 / 4},
        "c4_kernels: count of a library": LIBRARY,
        "d4_kernels: no reflections": {**d4_kernels, "A1_A1": c4_kernels["trivial_trivial"]},
        "d4_kernels: axes and diagonals exchanged": {**d4_kernels, "A1_B1": d4_kernels["A1_A2"]},
        "d4_kernels: half of the group": {**d4_kernels, "regular_regular": 4 * D**2},
        "d4_kernels: a table without the diagonals": {**d4_kernels, "A1_A1": (D**2 + 3 * odd + 2 * odd * D) / 8},
        "c4_orbits: rounded down": sp.floor(D**2 / sp.Integer(4)),
        "c4_orbits: even sides only": D**2 / 4,
        "c4_orbits: odd sides only": (D**2 + 3) / 4,
        "c4_orbits: count of a library": sp.Integer(2),
        "d4_orbits: odd sides only": (D**2 + 4 * D + 3) / 8,
        "d4_orbits: even sides only": (D**2 + 2 * D) / 8,
        "d4_orbits: reflections in two lines": sp.ceiling(c4_orbits / 2),
        "d4_orbits: rounded down": d4_orbits.subs(D, D - 1),
        "padding: zero padding": "zeros",
        "candidates: random whole matrices": "random",
    },
)
