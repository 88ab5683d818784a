"""A theorem of one's own: what is kept of uniform weights, as PyTorch draws them, if the largest of every m stays."""

import sympy as sp

from sparse_limits.numerics.evidence import statistical
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, Hypothesis, Quantity
from sparse_limits.theory.reasons import same

m = sp.Symbol("m", integer=True, positive=True)
x = sp.Symbol("x", positive=True)
tail = 1 - x**m
largest = m / (m + 1)
share = 2 / (m + 1)
area = x - x ** (m + 1) / (m + 1)  # below the tail, from 0 to x

one_of_m = Claim(
    label="X1",
    title="What the largest of every m uniform weights keeps",
    statement=r"The largest of $m$ moduli has the mean $[[largest]]$, the share $[[share]]$ of that of their sum.",
    source=Source(),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(m, "number of weights in a group, of which one stays", COUNT, drawn=(1, 9)),
        Quantity(x, "a modulus", CLOSED_UNIT),
    ),
    hypotheses=(Hypothesis("moduli of weights are independent and uniform on the unit interval"),),
    steps=proof(
        r"""
tail (a definition): The largest modulus is above $x$ with probability $[[tail]]$.

mean (from tail): The mean is the integral of the tail over the unit interval, $[[largest]]$.

share (from mean): One modulus has the mean $\frac12$, their sum $\frac m2$, and the quotient is $[[share]]$.
""",
        globals(),
    ),
    because={
        "mean": lambda tail, largest: (same(sp.diff(area, x), tail), same(area.subs(x, 1), largest)),
        "share": lambda largest, share: same(share * m / 2, largest),
    },
    wrong=lambda: {
        "tail: tail of the smallest": (1 - x) ** m,
        "largest: forgotten one": (m - 1) / m,
        "share: of the largest alone": largest,
    },
)


def largest_of_groups(rng, groups, size):
    return rng.random((groups, size)).max(axis=1)


@statistical(one_of_m, tests=1)
def drawn_groups_have_the_mean(largest, trial):
    """Groups of four weights, drawn without the formula."""
    drawn = trial.draw(largest_of_groups, trial.size(100_000), 4)
    yield trial.averages(drawn, trial.value(largest, {m: 4}), 0.0, 1.0)
