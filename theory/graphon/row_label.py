"""G11.1: what the rows of a mask have to be labelled with."""

from functools import cache
from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.graphon.rate import fair_deviation
from sparse_limits.theory.graphon.symbols import CUT, n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, at_sizes, holds, nonnegative, same
from sparse_limits.theory.saliency.snip import FIXED_RESIDUAL
from sparse_limits.theory.saliency.symbols import MASK, MEAN

kappa, gamma, eta = sp.symbols("kappa gamma eta", nonnegative=True)  # κ, γ and E(‖A_1‖²/d)²
positive_part, negative_part = sp.symbols("s t", real=True)
SHARES = (sp.Rational(1, 100), 1)  # where they are drawn

four_cycle = (1 - 1 / n) * kappa + eta / n
upper = four_cycle.subs(eta, 1) ** sp.Rational(1, 4)
projection = gamma / 2
parts_bound = 2 * (positive_part**2 + negative_part**2)
comparison = 4 * gamma

opposite_mean = sp.Rational(1, 4) + fair_deviation(n) / (2 * n)  # E‖A‖□ of rows ±(1, −1), fair signs

IID_ROWS = Hypothesis("rows of the mask are iid: a fixed threshold, and (SNIP) " + FIXED_RESIDUAL)

STEPS = proof(
    r"""
two rows (by product): For $i\ne i'$ the rows are independent, so that $E[A_{ij}A_{ik}A_{i'j}A_{i'k}]=\Gamma_{jk}^2$; for $i=i'$ the sum
over $j,k$ is $\|A_{i\cdot}\|^4\le d^2$.

4-cycles (from two rows): Of the $n^2$ pairs of rows, $n$ pair a row with itself. So $E\,t(C_4,A)=[[four_cycle]]$, with $\eta\le1$.

cuts and 4-cycles (by Cauchy–Schwarz): $(1_S^\top A1_T)^2\le n\,1_T^\top A^\top A1_T\le nd\,\|A^\top A\|_F$ for sets $S$ of rows and $T$ of
columns. As $\|A^\top A\|_F^2=n^2d^2\,t(C_4,A)$, $\|A\|_\square^4\le t(C_4,A)$.

mean (from cuts and 4-cycles; by Jensen): So $(E\|A\|_\square)^4\le E\|A\|_\square^4\le E\,t(C_4,A)$.

upper bound (from 4-cycles, mean): Hence $E\|A\|_\square\le[[upper]]$, the fourth root at $\eta=1$.

rows of one sign (by largest): Fix $T$ and let $R_i=\frac1d\sum_{j\in T}A_{ij}\in[-1,1]$. The rows with $R_i>0$ form one cut and those with
$R_i<0$ another: $\|A\|_\square\ge\frac1{2n}\sum_i|R_i|$.

lower bound (from rows of one sign): As $|R|\ge R^2$ and $ER^2=\frac1{d^2}1_T^\top\Gamma1_T$, the set with the largest value of the latter
gives $E\|A\|_\square\ge[[projection]]$. Rows $\pm(1,\dots,1)$ with fair independent signs attain this in the limit.

one vector (by linearity): $d^2\kappa=\langle\Gamma,\Gamma\rangle=E[A_{1\cdot}^\top\Gamma A_{1\cdot}]$ is at most the largest $x^\top\Gamma
x$ over $x\in[-1,1]^d$.

both parts (from one vector): $\Gamma$ is positive semidefinite, a sum of matrices $vv^\top$. Let $s$ and $t$ be the products of $v$ with
the positive and the negative part of $x$: $(s-t)^2\le[[parts_bound]]$.

sets (from both parts; by corners): On $[0,1]^d$ the convex function $x^\top\Gamma x$ is largest at the indicator of a set $T$ of columns,
so that it is at most $d^2\gamma$ for either part.

best kernel (by tower): Given the label, the errors $A$ of the kernel $E[M\mid\ell]$ have mean $0$. Another kernel, smaller by $D(\ell,j)$,
has the errors $A+D$, and its $1_T^\top\Gamma1_T$ is larger by the mean of $(\sum_{j\in T}D(\ell,j))^2$, as products of $A$ and $D$ have mean
$0$. So its $\gamma$ is no smaller.

comparison (from upper bound, lower bound, sets, best kernel): So $\kappa\le[[comparison]]$; rows $\pm(1,-1)$ attain it. By the *lower
bound*, $E\|A\|_\square\to0$ requires $\gamma\to0$ and so $\kappa\to0$; by the *upper bound*, $\kappa\to0$ is enough as $n\to\infty$. If
$\gamma\to0$ for any kernel of label and column, then by *best kernel* $\gamma\to0$ and $\kappa\to0$ for $E[M\mid\ell]$.
""",
    globals(),
)


@cache
def cycles_of_two_kinds(size: int) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """E t(C₄, A) of `size` rows of two columns, each of one of two kinds, over all choices; their κ and η."""
    chance = sp.Symbol("p", positive=True)
    kinds = (sp.Matrix([sp.symbols("x_1:3", real=True)]), sp.Matrix([sp.symbols("y_1:3", real=True)]))
    chances = (chance, 1 - chance)
    mean = sp.S.Zero
    for choice in product((0, 1), repeat=size):
        cycles = sum(kinds[one].dot(kinds[two]) ** 2 for one in choice for two in choice)
        mean += sp.prod(chances[kind] for kind in choice) * cycles
    second = sum((p * row.T * row for p, row in zip(chances, kinds, strict=True)), sp.zeros(2, 2))
    lengths = sum(p * row.dot(row) ** 2 for p, row in zip(chances, kinds, strict=True))
    return mean / (4 * size**2), sum(entry**2 for entry in second) / 4, lengths / 4


def pairs_of_rows_make_the_cycles(four_cycle: sp.Expr) -> Relations:
    """Of n² pairs n(n − 1) are of two rows; all choices of two and of three rows of two kinds, whatever their entries and chances are."""
    yield same(n**2 * four_cycle, n * (n - 1) * kappa + n * eta)
    cases = []
    for size in (2, 3):
        mean, of_two, of_one = cycles_of_two_kinds(size)
        cases.append((mean, four_cycle.subs({n: size, kappa: of_two, eta: of_one}, simultaneous=True)))
    yield at_sizes(cases, "numbers of rows")


def upper_bound_has_its_origin(upper: sp.Expr, four_cycle: sp.Expr) -> Relations:
    """Its fourth power is the mean of 4-cycles at η = 1, and it is positive at κ = ½, n = 2."""
    yield same(upper**4, four_cycle.subs(eta, 1))
    example = upper.subs({kappa: sp.Rational(1, 2), n: 2})
    yield holds(example.is_positive, f"{example} at κ = ½, n = 2")


def lower_bound_is_one_sign_of_two(projection: sp.Expr) -> Relations:
    """R = ±1 with probability γ/2 each, where ER² = γ: the mean of its positive part; and |R| − R² = |R|(1 − |R|) ≥ 0."""
    chances = {1: gamma / 2, -1: gamma / 2, 0: 1 - gamma}
    yield same(sum(chance * value**2 for value, chance in chances.items()), gamma)
    yield same(projection, sum(chance * max(value, 0) for value, chance in chances.items()))
    y = sp.Symbol("y", nonnegative=True)
    size = 1 / (1 + y)  # |R|, unless R = 0
    yield nonnegative(size - size**2, y / (1 + y) ** 2)


def parts_bound_leaves_a_square(parts_bound: sp.Expr) -> Relations:
    """2(s² + t²) − (s − t)² = (s + t)²."""
    difference = (positive_part - negative_part) ** 2
    yield nonnegative(parts_bound - difference, (positive_part + negative_part) ** 2, by=sp.expand)


row_label = Claim(
    label="G11.1",
    title="Which labels of the rows make a graphon the limit",
    headline=r"A large mask of iid rows, each with a label, is close in cut norm to a kernel of label and column if and only if what the label leaves unexplained has no long-range correlation across a row.",
    statement=r"""
**Setting.** Let $M$ be a mask of $n$ iid rows of $d$ entries (SNIP: S6). Let each row have a *label* $\ell_i$, the pairs of row and label being iid, and let
$W(\ell,j)\in[0,1]$ be any kernel of label and column. Its errors are $A_{ij}=M_{ij}-W(\ell_i,j)$. The errors of a row at columns $j$ and $k$ have the mean
product $\Gamma_{jk}=E[A_{1j}A_{1k}]$. Let $\kappa=\frac1{d^2}\sum_{jk}\Gamma_{jk}^2$ be the mean square of these numbers, and
$\gamma=\max_T\frac1{d^2}\sum_{j,k\in T}\Gamma_{jk}$ their largest sum over the pairs of a set $T$ of columns, divided by $d^2$.

**Bounds.** The cut norm of the errors and the two numbers obey
$$[[projection]]\le E\|A\|_\square\le[[upper]],\qquad\kappa\le[[comparison]].$$
The upper bound follows from $E\,t(C_4,A)=[[four_cycle]]$ with $\eta=E(\|A_{1\cdot}\|^2/d)^2\le1$.

**Which labels make a limit.** So, as $n,d\to\infty$, the masks converge to $W$ in cut norm (in mean; rows labelled by $\ell$) iff
$\kappa\to0$, that is, iff the errors of the kernel, their means included, have no long-range correlation across the columns of a row. If
the masks converge to any kernel of label and column, they converge to $W(\ell,j)=E[M_{1j}\mid\ell_1=\ell]$. The errors of this kernel are
what the label leaves unexplained.

**How sharp.** The constants of $\gamma/2$ and $4\gamma$ are sharp. The upper bound is loose: for rows $\pm(1,-1)$ with fair signs by a
factor that tends to $4$ as $n\to\infty$.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(n, "number of rows of the mask", COUNT, drawn=(2, 40)),
        Quantity(
            kappa,
            "mean square, over pairs of columns, of the expected product of a row's two errors",
            sp.Interval(0, 1),
            drawn=SHARES,
        ),
        Quantity(
            gamma,
            "largest sum over the pairs of a set of columns of these expected products, by the squared number of columns",
            sp.Interval(0, 1),
            drawn=SHARES,
        ),
        Quantity(
            (positive_part, negative_part),
            "product of a vector with the positive, or with the negative part of another one",
            sp.S.Reals,
        ),
        Quantity(eta, "expected square of the mean squared error of a row", sp.Interval(0, 1), drawn=SHARES),
    ),
    hypotheses=(IID_ROWS, Hypothesis("the pairs of a row and its label are iid")),
    symbols={
        **MASK,
        "d": "number of columns of the mask",
        r"\ell_i": "label of row $i$",
        r"W(\ell,j)": r"kernel, a number for each label $\ell$ and each column $j$",
        "A_{ij}": "error at row $i$ and column $j$, the entry of the mask less the kernel",
        r"\Gamma_{jk}": "mean product of the errors of a row at columns $j$ and $k$",
        "T": "set of columns",
        "t(C_4,A)": "density of the cycle of length four, the mean of $A_{ij}A_{ik}A_{i'j}A_{i'k}$ over all $i,i',j,k$",
        **MEAN,
        **CUT,
    },
    uses=("S6",),
    aids={"opposite_mean": opposite_mean},
    loose=(
        Loose(
            expression="upper",
            truth="opposite_mean",
            at=tuple({kappa: 1, n: size} for size in (10, 100, 1000)),
            lost=r"in $\|A\|_\square^4\le t(C_4,A)$, for rows $\pm(1,-1)$ with fair signs",
        ),
    ),
    sharp=(
        Sharp(
            expression="projection",
            example=r"$n$ rows $\pm(1,\dots,1)$ with fair independent signs, as $n\to\infty$",
            check="small_laws_of_rows",
            side=Side.BELOW,
        ),
        Sharp(expression="comparison", example=r"rows $\pm(1,-1)$", check="small_laws_of_rows"),
    ),
    because={
        "4-cycles": pairs_of_rows_make_the_cycles,
        "upper bound": upper_bound_has_its_origin,
        "lower bound": lower_bound_is_one_sign_of_two,
        "both parts": parts_bound_leaves_a_square,
    },
    wrong=lambda: {
        "opposite_mean: without the mean": opposite_mean - sp.Rational(1, 4),
        "opposite_mean: of both signs": 2 * opposite_mean,
        "four_cycle: independent rows alone": kappa,
        "four_cycle: rows with themselves counted twice": kappa + eta / n,
        "upper: fourth root forgotten": four_cycle.subs(eta, 1),
        "upper: rows with themselves forgotten": kappa ** sp.Rational(1, 4),
        "upper: looser": (kappa + 1 / n) ** sp.Rational(1, 4),
        "parts_bound: one part": 2 * positive_part**2,
    },
)
