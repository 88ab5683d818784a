"""G3.1 and G3.2: the step function of a kernel's values at points of the cells of a grid, beside the kernel."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.steps import Carrier, Step

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

MONOTONE_STEPS = (
    Step(
        name="levels",
        sentence=r"""$\|W_P-W\|_1$ is the integral over $t$ of the same distance for the kernels $1\{W>t\}$, so let $W$ take the values
$0$ and $1$ only.""",
        by=Carrier.RULE,
        source="Fubini",
    ),
    Step(
        name="diagonals",
        sentence=r"The cells of the grid lie on $[[diagonals]]$ diagonals, of which each row has one of its own, and the last row $n$.",
        gives={"diagonals": diagonals},
    ),
    Step(
        name="one cell of a diagonal",
        sentence=r"""A cell errs by at most its area, and only if it has both values. Each point of a cell is below each point of the next
on its diagonal, so that at most one cell of a diagonal has both.""",
        by=Carrier.RULE,
        source="monotonicity",
        uses=("levels",),
    ),
    Step(
        name="any points",
        sentence=r"""So the error is at most $[[any_point_supremum]]$. It is attained by $W=1\{x>1-\frac1m\text{ or }y>1-\frac1n\}$, which is
$0$ at all lower corners.""",
        gives={"any_point_supremum": any_point_supremum},
        uses=("diagonals", "one cell of a diagonal"),
    ),
    Step(
        name="quarters of a cell",
        sentence=r"""Let $w$ be the value at the middle of a cell and $a,b,c,d$ the averages over its lower left, upper right, lower right and
upper left quarter. As $a\le w\le b$, the error is $\frac14[(b-a)+|c-w|+|d-w|]$ of the cell.""",
        by=Carrier.RULE,
        source="additivity",
        uses=("levels",),
    ),
    Step(
        name="quarters of a diagonal",
        sentence=r"The $b$ of a cell is at most the $a$ of the next on its diagonal: the parts $b-a$ add up to at most $1$ along a diagonal.",
        by=Carrier.RULE,
        source="monotonicity",
        uses=("quarters of a cell",),
    ),
    Step(
        name="quarters of a row",
        sentence=r"""In a row of cells the values at the middle are $0,\dots,0,1,\dots,1$. Where $w=0$, $c$ is at most the next of them, so that
$c>0$ in the last such cell only; where $w=1$, $1-d>0$ in the first such cell only; and that $c$ is at most that $d$. So they add up to at
most $1$ in a row, and likewise $d$ at $w=0$ and $1-c$ at $w=1$ in a column.""",
        by=Carrier.RULE,
        source="monotonicity",
        uses=("quarters of a cell",),
    ),
    Step(
        name="all quarters",
        sentence=r"Together the cells err by at most $[[quarters]]$ quarters of a cell: one for each diagonal, each row and each column.",
        gives={"quarters": quarters},
        uses=("diagonals", "quarters of a diagonal", "quarters of a row"),
    ),
    Step(
        name="midpoints",
        sentence=r"""That is $[[midpoint_supremum]]$. It is attained by $W=1\{x>1-\frac1{2m}\text{ or }y>1-\frac1{2n}\}$, which is $0$ at all
midpoints.""",
        gives={"midpoint_supremum": midpoint_supremum},
        uses=("all quarters",),
    ),
    Step(
        name="one term for each variable",
        sentence=r"""It is less than $[[midpoint_error]]$, by the product of both terms. A kernel of one variable, on the finest grid in the
other, has one term only, and a step just above a midpoint attains it.""",
        gives={"midpoint_error": midpoint_error},
        uses=("midpoints",),
    ),
)

kernel_discretisation = Claim(
    label="G3.1",
    title="Discretisation of a monotone kernel",
    statement=r"""
Let $W:[0,1]^2\to[0,1]$ be nondecreasing in each variable, and let $W_P$ be constant on the cells of an equal $m\times
n$ grid, with the value of $W$ at one point of each closed cell. *Any points:*
$\|W_P-W\|_1\le[[any_point_supremum]]$; *midpoints:* $\|W_P-W\|_1\le[[midpoint_supremum]]$. Both are attained, for all
$m$ and $n$. So midpoints cost at most $[[midpoint_error]]$, one term for each variable, which a kernel of that
variable alone attains.
""",
    steps=MONOTONE_STEPS,
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=GRID,
    hypotheses=(Hypothesis("the kernel is nondecreasing in each variable (rows and columns sorted)"),),
    expressions={
        "midpoint_error": midpoint_error,
        "midpoint_supremum": midpoint_supremum,
        "any_point_supremum": any_point_supremum,
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
)

LIPSCHITZ_STEPS = (
    Step(
        name="both variables",
        sentence=r"$|W(x,y)-W(x_i,y_j)|\le L|x-x_i|+L|y-y_j|$.",
        by=Carrier.RULE,
        source="triangle inequality",
    ),
    Step(
        name="distance from a midpoint",
        sentence=r"In a cell $|x-x_i|$ has the mean $[[mean_distance]]$.",
        gives={"mean_distance": mean_distance},
    ),
    Step(
        name="Lipschitz",
        sentence=r"""So midpoints cost at most $[[lipschitz_error]]$. $L$ times the sum of the distances of $x$ and of $y$ from the nearest
midpoints attains it; its values go up to twice as much, which is no more than $1$ if $L(\frac1m+\frac1n)\le2$.""",
        gives={"lipschitz_error": lipschitz_error},
        uses=("both variables", "distance from a midpoint"),
    ),
)

lipschitz_discretisation = Claim(
    label="G3.2",
    title="Discretisation of a Lipschitz kernel",
    statement=r"""
Let $W:[0,1]^2\to[0,1]$ have the Lipschitz constant $L$ in each variable, and let $W_P$ be constant on the cells of an
equal $m\times n$ grid, with the value of $W$ at the midpoint of each cell. Then
$\|W_P-W\|_1\le[[lipschitz_error]]$, which is attained if $L(\frac1m+\frac1n)\le2$.
""",
    steps=LIPSCHITZ_STEPS,
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(*GRID, Quantity(slope, "Lipschitz constant of the kernel in each variable", NON_NEGATIVE)),
    hypotheses=(Hypothesis("the kernel has the Lipschitz constant $L$ in each variable, monotone or not"),),
    expressions={"lipschitz_error": lipschitz_error},
    aids={"point": "middle"},
    sharp=(
        Sharp(
            expression="lipschitz_error",
            example=r"$L$ times the distances of $x$ and of $y$ from the nearest midpoints, if $L(\frac1m+\frac1n)\le2$",
            check="distances_from_the_midpoints_attain_the_lipschitz_bound",
        ),
    ),
)
