"""G10.3: a graphon whose order the degrees do not show."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.graphon.symbols import n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

misplaced = sp.Symbol("X", integer=True, nonnegative=True)  # rows of the upper half that land in the lower one

hidden_error = 8 * misplaced / (5 * n)
two_misplaced = (n - 2) / (4 * (n - 1))
hidden_mean = sp.Rational(2, 5)
hidden_variance = 4 / (25 * (n - 1))

STEPS = proof(
    r"""
hidden halves (by same law): In the rows of either half, half of the entries have probability $\frac9{10}$ and half $\frac1{10}$, so that
the degrees of all rows are independent and of one law. So, for rows in random order, sorting gives each arrangement of the two halves with
the same probability.

misplaced rows (from hidden halves): A row in the place of a row of the other half is at the distance $\frac45$ from it. Such are $X$ rows
of the upper half and as many of the lower, so that the error is $[[hidden_error]]$.

two misplaced rows (from hidden halves): A row is misplaced with probability $\frac12$, and two rows of the upper half are both misplaced
with probability $[[two_misplaced]]$.

moments (from misplaced rows, two misplaced rows): So the error has the mean $[[hidden_mean]]$ and the variance $[[hidden_variance]]$: those
of $X$ times the factor and times its square.
""",
    globals(),
)


def misplaced_rows_differ_in_all_columns(hidden_error: sp.Expr) -> Relations:
    """The integral of the modulus of the difference of two rows of W, one of either half, for 2X of n rows."""
    v = sp.Symbol("v", real=True)
    upper, lower = (sp.Rational(1, 2) + sp.Rational(2, 5) * sign * sp.sign(v - sp.Rational(1, 2)) for sign in (1, -1))
    gap = sp.Abs(upper - lower)
    distance = sum(sp.Rational(1, 2) * gap.subs(v, side) for side in (0, 1))  # either half of the columns
    yield same(hidden_error, distance * 2 * misplaced / n)


def two_rows_take_two_places(two_misplaced: sp.Expr) -> Relations:
    """The arrangements with both in the lower half, over all."""
    arrangements = sp.binomial(n, n / 2)
    both = sp.binomial(n - 2, n / 2 - 2)  # the other places of that half
    yield same(two_misplaced, both / arrangements, by=lambda gap: sp.gammasimp(gap.rewrite(sp.gamma)))


def moments_are_those_of_one_and_two_rows(
    hidden_error: sp.Expr, two_misplaced: sp.Expr, hidden_mean: sp.Expr, hidden_variance: sp.Expr
) -> Relations:
    """X counts n/2 rows, each misplaced with probability ½: E X = n/4, and E X(X − 1) is a sum over pairs."""
    factor, half = hidden_error / misplaced, n / 2
    mean = half / 2
    variance = half * (half - 1) * two_misplaced + mean - mean**2
    yield same(hidden_variance, factor**2 * variance, by=sp.cancel)
    yield same(hidden_mean, factor * mean)


hidden_halves = Claim(
    label="G10.3",
    title="Degrees need not show the order of a graphon that is not monotone",
    statement=r"""
Degrees need not show the order of a graphon that is not monotone: $W=\frac12+\frac25\operatorname{sign}((u-\frac12)(v-\frac12))$ has
constant degrees. Let a mask of this graphon have $n$ rows and some columns on a grid (both even in number), independent entries, and rows
presented in random order. Then sorting the rows by their degrees leaves the error $\|W^{\hat\sigma}-W\|_1=[[hidden_error]]$, where $X$ is
hypergeometric$(n,\frac n2,\frac n2)$. The error has mean $[[hidden_mean]]$ at every size and variance $[[hidden_variance]]$.
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "section 4.3: “we use the Euclidean distance between the density matrices as a proxy for the "
        "cut distance”; the example is ours",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(n, "number of rows of the mask", COUNT, drawn=(4, 60)),
        Quantity(
            misplaced, "number of rows of the upper half that land in the lower one", COUNT_FROM_ZERO, drawn=(0, 30)
        ),
    ),
    hypotheses=(
        Hypothesis("independent entries, and rows in random order"),
        Hypothesis(
            "an even number of rows",
            sp.Eq(sp.Mod(n, 2), 0),
            ("hidden_error", "two_misplaced", "hidden_variance"),
        ),
        Hypothesis("no more misplaced rows than a half has", 2 * misplaced <= n, ("hidden_error",)),
    ),
    because={
        "misplaced rows": misplaced_rows_differ_in_all_columns,
        "two misplaced rows": two_rows_take_two_places,
        "moments": moments_are_those_of_one_and_two_rows,
    },
    wrong=lambda: {
        "two_misplaced: with replacement": sp.Rational(1, 4),
        "two_misplaced: either of them": 1 - two_misplaced,
        "hidden_variance: with replacement": sp.Rational(4, 25) / n,
    },
)
