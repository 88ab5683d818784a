"""G3.1 and G3.2: the step function of a kernel's values at points of the cells of a grid, beside the kernel."""

from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, induction, nonnegative, same

slope = sp.Symbol("L", positive=True)

diagonals = m + n - 1
quarters = 2 * m + 2 * n - 1

midpoint_error = 1 / (2 * m) + 1 / (2 * n)
midpoint_supremum = midpoint_error - 1 / (4 * m * n)
any_point_supremum = (m + n - 1) / (m * n)
mean_distance = 1 / (4 * m)
lipschitz_error = slope / 4 * (1 / m + 1 / n)

GRID = (
    Quantity(m, "number of rows of the grid", COUNT, drawn=(3, 60)),
    Quantity(n, "number of columns of the grid", COUNT, drawn=(3, 60)),
)

MONOTONE_STEPS = proof(
    r"""
levels (by Fubini): $\|W_P-W\|_1$ is the integral over $t$ of the same distance for the kernels $1\{W>t\}$. So we may assume that $W$ takes
the values $0$ and $1$ only.

diagonals: The cells of the grid lie on $[[diagonals]]$ diagonals: one for each row except the last, and $n$ for the last row.

one cell of a diagonal (from levels; by monotonicity): The error on a cell is at most the area of the cell, and it is positive only if the
cell has both values. Each point of a cell is below each point of the next cell on its diagonal, so that at most one cell of a diagonal has
both values.

any points (from diagonals, one cell of a diagonal): So the error is at most $[[any_point_supremum]]$. It is attained by
$W=1\{x>1-\frac1m\text{ or }y>1-\frac1n\}$, which is $0$ at all lower corners.

quarters of a cell (from levels; by additivity): Let $w$ be the value at the middle of a cell and $a,b,c,d$ the averages over its lower
left, upper right, lower right and upper left quarters. As $a\le w\le b$, the error on the cell is $\frac14[(b-a)+|c-w|+|d-w|]$ of its area.

quarters of a diagonal (from quarters of a cell; by monotonicity): The $b$ of a cell is at most the $a$ of the next cell on its diagonal. So
the parts $b-a$ add up to at most $1$ along a diagonal.

quarters of a row (from quarters of a cell; by monotonicity): In a row of cells the values at the middle are $0,\dots,0,1,\dots,1$. Where
$w=0$, $c$ is at most the middle value of the next cell, so that $c>0$ only in the last such cell. Where $w=1$, $1-d>0$ only in the first
such cell. The $c$ of the former cell is at most the $d$ of the latter. So these parts add up to at most $1$ in a row, and the same holds
for $d$ at $w=0$ and $1-c$ at $w=1$ in a column.

all quarters (from diagonals, quarters of a diagonal, quarters of a row): The errors on all cells add up to at most $[[quarters]]$ quarters
of a cell: one for each diagonal, each row and each column.

midpoints (from all quarters): This area is $[[midpoint_supremum]]$. It is attained by $W=1\{x>1-\frac1{2m}\text{ or }y>1-\frac1{2n}\}$,
which is $0$ at all midpoints.

one term for each variable (from midpoints): This bound is less than $[[midpoint_error]]$, by the product of both terms. For a kernel of one
variable, on the finest grid in the other, only one term remains, and a step just above a midpoint attains it.
""",
    globals(),
)

SIZES = ((1, 1), (1, 3), (2, 2), (3, 2))


def at(expression: sp.Expr, rows: int, columns: int) -> sp.Expr:
    """The bound for a grid of rows × columns cells."""
    return valued(expression, {m: rows, n: columns})


def each_row_has_a_diagonal_of_its_own(diagonals: sp.Expr) -> Relations:
    """n for one row, and one more for each; the differences of row and column in small grids."""
    yield induction(diagonals, m, n, lambda number: number + 1, start=1)
    for rows, columns in SIZES:
        found = len({i - k for i, k in product(range(rows), range(columns))})
        claimed = at(diagonals, rows, columns)
        yield holds(claimed == found, f"{found} diagonals of {rows}×{columns} cells, claimed {claimed}")


def terms_are_those_of_one_variable(midpoint_supremum: sp.Expr, midpoint_error: sp.Expr) -> Relations:
    """What it is more than the largest error, the product of the terms; and the largest errors for ever more rows, or columns."""
    yield nonnegative(midpoint_error - midpoint_supremum, 1 / (2 * m) * (1 / (2 * n)))
    terms = [sp.limit(midpoint_supremum, size, sp.oo) for size in (m, n)]
    yield same(midpoint_error, sum(terms))


kernel_discretisation = Claim(
    label="G3.1",
    title="Discretisation of a monotone kernel",
    headline=r"Let $W:[0,1]^2\to[0,1]$ be nondecreasing in each variable. Let $W_P$ be constant on the $m\times n$ cells of a uniform grid, with the values of $W$ at their midpoints. Then $$\|W_P-W\|_1\le[[midpoint_supremum]],$$ a bound that is attained for all $m$ and $n$.",
    statement=r"""
Let $W:[0,1]^2\to[0,1]$ be nondecreasing in each variable, and let $W_P$ be constant on each cell of a uniform $m\times n$ grid, with the
value of $W$ at one point of the closed cell. *Any points:* $\|W_P-W\|_1\le[[any_point_supremum]]$; *midpoints:*
$\|W_P-W\|_1\le[[midpoint_supremum]]$. Both bounds are attained, for all $m$ and $n$. So the error at midpoints is at most
$[[midpoint_error]]$, with one term for each variable. For a kernel of one variable alone, the term of this
variable is a bound, which is attained.
""",
    steps=MONOTONE_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=GRID,
    hypotheses=(Hypothesis("the kernel is nondecreasing in each variable (rows and columns sorted)"),),
    symbols={
        "W": "kernel, a function of the unit square that does not fall in either variable",
        "W_P": "kernel that has one value of $W$ on each cell of the grid",
        r"\|\cdot\|_1": "integral of the modulus",
    },
    aids={"point": "middle", "family": "nondecreasing"},
    loose=(
        Loose(
            expression="midpoint_error",
            truth="midpoint_supremum",
            at=tuple({m: size, n: size} for size in (2, 10, 100)),
            lost="in the product of both terms",
            order=r"the factor is $1+\frac1{2m+2n-1}$",
        ),
    ),
    sharp=(
        Sharp(
            expression="any_point_supremum",
            example=r"$W=1\{x>1-\frac1m\text{ or }y>1-\frac1n\}$ at the lower corners",
            check="worst_kernels_attain_the_suprema",
        ),
        Sharp(
            expression="midpoint_supremum",
            example=r"$W=1\{x>1-\frac1{2m}\text{ or }y>1-\frac1{2n}\}$",
            check="worst_kernels_attain_the_suprema",
        ),
    ),
    because={
        "diagonals": each_row_has_a_diagonal_of_its_own,
        "any points": lambda diagonals, any_point_supremum: (
            same(any_point_supremum, diagonals / (m * n)),
            same(any_point_supremum, 1 - (1 - 1 / m) * (1 - 1 / n)),
        ),
        "all quarters": lambda diagonals, quarters: same(quarters, diagonals + m + n),
        "midpoints": lambda quarters, midpoint_supremum: (
            same(midpoint_supremum, quarters / 4 / (m * n)),
            same(midpoint_supremum, 1 - (1 - 1 / (2 * m)) * (1 - 1 / (2 * n))),
        ),
        "one term for each variable": terms_are_those_of_one_variable,
    },
    wrong=lambda: {
        "midpoint_supremum: both terms attained at once": midpoint_error,
        "midpoint_supremum: a corner counted twice": midpoint_error - 1 / (2 * m * n),
        "midpoint_supremum: one variable": 1 / (2 * m),
        "any_point_supremum: 1/m + 1/n": 1 / m + 1 / n,
        "any_point_supremum: twice the midpoints": 2 * midpoint_supremum,
        "any_point_supremum: midpoints for any points": midpoint_supremum,
        "point: lower ends for midpoints": "lower end",
        "diagonals: one more": diagonals + 1,
        "diagonals: those of the rows": m,
        "quarters: diagonals alone": diagonals,
        "quarters: each cell of a diagonal": quarters + 1,
        "family: not monotone: a checkerboard": "checkerboard",
    },
)

LIPSCHITZ_STEPS = proof(
    r"""
both variables (by triangle inequality): $|W(x,y)-W(x_i,y_j)|\le L|x-x_i|+L|y-y_j|$.

distance from a midpoint: Over a cell the mean of $|x-x_i|$ is $[[mean_distance]]$.

Lipschitz (from both variables, distance from a midpoint): So the error at midpoints is at most $[[lipschitz_error]]$. This bound is
attained by $L$ times the sum of the distances of $x$ and of $y$ from the nearest midpoints. The values of this kernel go up to twice the
bound, which is at most $1$ if $L(\frac1m+\frac1n)\le2$.
""",
    globals(),
)


def halves_of_a_cell_are_integrated(mean_distance: sp.Expr) -> Relations:
    """The integral over both halves of a cell of length 1/m, times m."""
    x = sp.Symbol("x", positive=True)
    yield same(mean_distance, 2 * m * sp.integrate(x, (x, 0, 1 / (2 * m))))


lipschitz_discretisation = Claim(
    label="G3.2",
    title="Discretisation of a Lipschitz kernel",
    headline=r"Let $W:[0,1]^2\to[0,1]$ have the Lipschitz constant $L$ in each variable. Let $W_P$ be constant on the $m\times n$ cells of a uniform grid, with the values of $W$ at their midpoints. Then $$\|W_P-W\|_1\le[[lipschitz_error]].$$",
    statement=r"""
Let $W:[0,1]^2\to[0,1]$ be Lipschitz with constant $L$ in each variable, and let $W_P$ be constant on each cell of a uniform $m\times n$
grid, with the value of $W$ at the midpoint of the cell. Then $\|W_P-W\|_1\le[[lipschitz_error]]$, which is attained if
$L(\frac1m+\frac1n)\le2$.
""",
    steps=LIPSCHITZ_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(*GRID, Quantity(slope, "Lipschitz constant of the kernel in each variable", NON_NEGATIVE)),
    hypotheses=(Hypothesis("the kernel has the Lipschitz constant $L$ in each variable, monotone or not"),),
    symbols={
        "W": "kernel, a function of the unit square",
        "W_P": "kernel that has the value of $W$ at the midpoint on each cell of the grid",
        r"\|\cdot\|_1": "integral of the modulus",
    },
    aids={"point": "middle"},
    sharp=(
        Sharp(
            expression="lipschitz_error",
            example=r"$L$ times the distances of $x$ and of $y$ from the nearest midpoints, if $L(\frac1m+\frac1n)\le2$",
            check="distances_from_the_midpoints_attain_the_lipschitz_bound",
        ),
    ),
    because={
        "distance from a midpoint": halves_of_a_cell_are_integrated,
        "Lipschitz": lambda mean_distance, lipschitz_error: (
            same(lipschitz_error, slope * (mean_distance + mean_distance.subs(m, n))),
            same(2 * lipschitz_error, slope * (1 / m - 1 / (2 * m) + 1 / n - 1 / (2 * n))),
        ),
    },
    wrong=lambda: {
        "mean_distance: of the whole side": sp.Rational(1, 4),
        "lipschitz_error: rows only": slope / (4 * m),
        "point: lower ends for midpoints": "lower end",
    },
)
