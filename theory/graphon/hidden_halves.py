"""G10.3: a graphon whose order the degrees do not show."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.graphon.symbols import n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity

misplaced = sp.Symbol("X", integer=True, nonnegative=True)  # rows of the upper half that land in the lower one

hidden_error = 8 * misplaced / (5 * n)
two_misplaced = (n - 2) / (4 * (n - 1))
hidden_mean = sp.Rational(2, 5)
hidden_variance = 4 / (25 * (n - 1))

STEPS = proof(
    r"""
hidden halves (by same law): The rows of either half have half of their entries with probability $\frac9{10}$ and half with $\frac1{10}$:
their degrees are independent and of one law. So in random order sorting leaves any arrangement of the two halves with the same probability.

misplaced rows (from hidden halves): A row in the place of one of the other half is at the distance $\frac45$ from it; $X$ of the upper half
are, and as many of the lower: the error is $[[hidden_error]]$.

two misplaced rows (from hidden halves): A row is misplaced with probability $\frac12$, and two of the upper half both are with probability
$[[two_misplaced]]$.

moments (from misplaced rows, two misplaced rows): So the error has the mean $[[hidden_mean]]$ and the variance $[[hidden_variance]]$, those
of $X$ times the factor and its square.
""",
    globals(),
)

hidden_halves = Claim(
    label="G10.3",
    title="A graphon that hides from its degrees",
    statement=r"""
Degrees need not show the order of a graphon that is not monotone: $W=\frac12+\frac25\operatorname{sign}((u-\frac12)(v-\frac12))$
has constant degrees. Let a mask of it have $n$ rows and some columns on a grid (both even in number), independent entries, and rows
presented in random order. Then sorting the rows by their degrees errs by $\|W^{\hat\sigma}-W\|_1=[[hidden_error]]$, where $X$ is
hypergeometric$(n,\frac n2,\frac n2)$: mean $[[hidden_mean]]$ at every size and variance $[[hidden_variance]]$.
""",
    steps=STEPS,
    source=Source("2510.17515", "beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
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
)
