"""G10.1: sorting rows and columns by their degrees recovers a monotone graphon."""

import sympy as sp

from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, at_sizes, same

degree, other_degree = sp.symbols("d_1 d_2", real=True)  # of two rows of one kernel
degree_error = sp.Symbol("epsilon_d", nonnegative=True)  # ‖d̂ − d‖₁
cut_error = sp.Symbol("epsilon_c", nonnegative=True)  # ‖W_M − W‖□

CUT_ERROR = Quantity(
    cut_error, "distance in cut norm of the mask from the graphon, or a bound on it", NON_NEGATIVE, drawn=(0, 1)
)
MONOTONE = Hypothesis(
    "the graphon is nondecreasing in the sorted variables; rows and columns of the mask are labelled in its order"
)

row_distance = sp.Abs(degree - other_degree)
degree_bound = 2 * degree_error
two_cuts = 2 * cut_error
row_bound = 4 * cut_error
both_bound = 8 * cut_error

STEPS = proof(
    r"""
two rows: For two rows $u,u'$ the sign of $W(u',v)-W(u,v)$ is the same for all $v$, as $W$ is nondecreasing in $u$. So the modulus may be
taken outside the integral over $v$, which leaves $[[row_distance]]$.

all rows (from two rows; by Fubini): So $\|W^\sigma-W\|_1=\int|d(\sigma u)-d(u)|\,du$ for every rearrangement $\sigma$.

sorted degrees (by rearrangement): $\hat\sigma$ makes $\hat d$ nondecreasing, and $d$ is nondecreasing in the order of $W$: $\|\hat
d\circ\hat\sigma-d\|_1\le\|\hat d-d\|_1$.

error of the rows (from all rows, sorted degrees; by triangle inequality): As $\|d\circ\hat\sigma-d\|_1\le\|d\circ\hat\sigma-\hat
d\circ\hat\sigma\|_1+\|\hat d\circ\hat\sigma-d\|_1$ and $\|d\circ\hat\sigma-\hat d\circ\hat\sigma\|_1=\|d-\hat d\|_1$, the error of sorted
rows is at most $[[degree_bound]]$.

degrees (by additivity): $\|\hat d-d\|_1\le[[two_cuts]]$: the rows with $\hat d>d$, with all columns, form one cut of $W_M-W$, and the other
rows another.

rows (from error of the rows, degrees): So the error of sorted rows is at most $[[row_bound]]$. It is attained by rows $(0,0),(1,1)$ of $W$
and $(1,0),(1,0)$ of $M$, with the tied rows taken in the wrong order.

both sides (from rows): As $\|W^{\hat\sigma,\hat\pi}-W\|_1\le\|(W^{\hat\sigma}-W)^{\hat\pi}\|_1+\|W^{\hat\pi}-W\|_1$, the error with both
sides sorted is at most $[[both_bound]]$. A staircase of $5\times5$ cells with two wrong entries (in the checks) attains this bound.
""",
    globals(),
)


def differences_of_one_sign_add_up(row_distance: sp.Expr) -> Relations:
    """The second row is the first and, in the columns, positive shares of the difference of the degrees: two parts of the columns
    that share it as they like, of which each may be parted again; and two to four columns."""
    part = sp.Symbol("y", positive=True)
    shares = part / (1 + part), 1 / (1 + part)
    moduli = sum(sp.Abs((degree - other_degree) * each) for each in shares)
    yield same(moduli, row_distance, by=sp.factor)

    def of_columns(number: int) -> tuple[sp.Expr, sp.Expr]:
        shares = sp.symbols(f"y:{number}", positive=True)
        differences = [(degree - other_degree) * share * number / sum(shares) for share in shares]
        return sum(map(sp.Abs, differences)) / number, row_distance

    yield at_sizes(map(of_columns, (2, 3, 4)), "numbers of columns", by=sp.factor)


degree_sorting = Claim(
    label="G10.1",
    title="Degree sorting recovers a monotone graphon",
    headline=r"Sort the rows of a mask by their degrees. If its graphon $W$ is nondecreasing in the row variable, this puts $W$ in order up to $$\|W^{\hat\sigma}-W\|_1\le[[row_bound]]$$ for the cut distance $\varepsilon_c$ of mask and graphon.",
    statement=r"""
Let $W:[0,1]^2\to\mathbb R$, a graphon or not, be integrable and nondecreasing in $u$, and let $d(u)=\int W(u,v)\,dv$. Rows with degrees
$d_1$, $d_2$ have $L^1$ distance $[[row_distance]]$; so $\|W^\sigma-W\|_1=\int|d(\sigma u)-d(u)|\,du$ for every rearrangement $\sigma$ of
the rows, with $W^\sigma(u,v)=W(\sigma u,v)$. If $\hat\sigma$ sorts the rows of a mask $M$ in nondecreasing order of their degrees $\hat d$
(ties in any way) and the columns are left in place, then, with $\varepsilon_d=\|\hat d-d\|_1$ and $\varepsilon_c=\|W_M-W\|_\square$,
$$\|W^{\hat\sigma}-W\|_1\le[[degree_bound]]\le[[row_bound]];$$
if $W$ is also nondecreasing in $v$ and $\hat\pi$ sorts the columns likewise, then $\|W^{\hat\sigma,\hat\pi}-W\|_1\le[[both_bound]]$ with
$W^{\hat\sigma,\hat\pi}(u,v)=W(\hat\sigma u,\hat\pi v)$. No smaller
constants are possible.
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "section 4.3: “This degree-based sorting serves as an approximate measure-preserving "
        "transformation”; when the order is found, and how fast, is ours",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(
            (degree, other_degree),
            "degree of a row of the graphon, its mean over the columns",
            sp.S.Reals,
            drawn=(0, 1),
        ),
        Quantity(
            degree_error,
            "distance in $L^1$ of the degrees of the mask from those of the graphon, or a bound on it",
            NON_NEGATIVE,
            drawn=(0, 1),
        ),
        CUT_ERROR,
    ),
    hypotheses=(MONOTONE,),
    aids={"monotone": True},
    sharp=(
        Sharp(
            expression="degree_bound",
            example="rows $(0,0),(1,1)$ of $W$ and $(1,0),(1,0)$ of $M$, the tied rows taken in the wrong order",
            check="sorted_masks_are_as_close_as_their_cut_norm",
        ),
        Sharp(expression="row_bound", example="the same rows", check="sorted_masks_are_as_close_as_their_cut_norm"),
        Sharp(
            expression="both_bound",
            example=r"a staircase of $5\times5$ cells with two wrong entries",
            check="sorted_masks_are_as_close_as_their_cut_norm",
        ),
    ),
    because={
        "two rows": differences_of_one_sign_add_up,
        "rows": lambda degree_bound, two_cuts, row_bound: same(row_bound, degree_bound.subs(degree_error, two_cuts)),
        "both sides": lambda row_bound, both_bound: same(both_bound, sum([row_bound] * 2)),
    },
    wrong=lambda: {
        "row_distance: without the modulus": degree - other_degree,
        "row_distance: squared": (degree - other_degree) ** 2,
        "monotone: kernels that are not monotone": False,
    },
)
