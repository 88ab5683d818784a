"""L17.1: how large a random sparse lift with one hidden layer must be to reach low loss with high probability."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.no_guarantee import guaranteed, unconditional
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.lifts.copies import COPIES, DISTANCE, UNITS, M
from sparse_limits.theory.lifts.coverage import DISJOINT_UNITS, binomial_below, chernoff, m, q, r
from sparse_limits.theory.lifts.degrees import PROBABILITY, WIDTH, n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

delta = sp.Symbol("delta", positive=True)  # the probability of failure allowed
F = sp.Symbol("F", nonnegative=True)
P = sp.Symbol("P", nonnegative=True)
x = sp.Symbol("x", positive=True)  # what holds where there are copies to be had

half = sp.Rational(1, 2)
ALLOWED = Quantity(
    delta, "probability of failure that is allowed", sp.Interval.Lopen(0, 1), drawn=(half, sp.Rational(3, 4))
)
CHANCE = Quantity(
    q,
    "probability that a vertex of the first layer copies a unit with one hidden layer, or is of the type of a child",
    PROBABILITY,
    drawn=(sp.Rational(3, 8), half),
)
TRAINED = Hypothesis("the hypotheses of L16.1 hold, and the types of different units are disjoint")
# The letters of sentences on how probable a bound of the loss is
BOUND_OF_COPIES = {
    "L": "loss, as a function of the time of training",
    "t": "time of training",
    "x": "argument of $g$",
    "B(M)": "bound of the loss by $M$ copies of each unit",
    "T": "time from which that bound holds",
    r"\rho_0": DISTANCE.meaning,
    r"P(\cdot)": "probability of an event",
}
THEOREM = Source(
    "2501.05930",
    "v1",
    "Theorem 4.3: “Probable approximate correctness of random sparse lifts under gradient flow”; the form "
    "proved here is ours",
)


def smallest(failure: sp.Expr, start: sp.Expr = sp.S.One, called: sp.Symbol = F) -> sp.Expr:
    """The smallest n with so small a probability of failure, which has a letter of its own."""
    return Smallest(sp.Lambda(n, Let(called, [(called, failure)])), delta, start)


def where_copies_are_had(value: sp.Expr) -> sp.Expr:
    """The value, where there are copies at some width; none elsewhere."""
    return guaranteed(value, M >= 1, q > 0)


failure = Let(r * P, [(P, binomial_below.subs(m, M))])
chernoff_failure = guaranteed(r * chernoff, n * q / 2 >= M)
size = where_copies_are_had(smallest(failure))
mean_size, tail_size = 2 * M / q, 8 * sp.log(r / delta) / q
chernoff_size = where_copies_are_had(sp.Max(sp.ceiling(mean_size), sp.ceiling(tail_size)))

STEPS = proof(
    r"""
enough copies (by L16.1): If each unit has $M$ copies, (B1) gives $L(t)\le B(M)$ for all $t\ge T$, since the cells of different vertices of
one hidden layer are disjoint and no vertex copies two units.

isolated cells (from enough copies; by L16.2): The cells of one hidden layer are isolated, so $B(M)$ may also be the bound of (B2).

number of copies (by L11.1): The number of copies of a unit is binomial, with $n$ trials and a success probability $q_j\ge q$.

least chance (from number of copies; by coupling): So the number of copies of a unit is less than $M$ with probability at most
$P(\mathrm{Bin}(n,q)<M)$.

all units (from isolated cells, least chance; by union bound): At least one of the $r$ units has fewer than $M$ copies with probability at
most $[[failure]]$.

more vertices (from all units; by coupling): A lift with more vertices has at least as many copies, so the bound does not increase with $n$.

smallest size (from more vertices; by monotonicity): So the bound is at most $\delta$ from the size $[[size]]$ on.

half the mean (from all units; by L11.1): If $M\le\frac{nq}2$, then $P(\mathrm{Bin}(n,q)<M)\le P(\mathrm{Bin}(n,q)<\frac{nq}2)\le
e^{-nq/8}$, and the bound is at most $[[chernoff_failure]]$.

both conditions (from half the mean): $M\le\frac{nq}2$ holds from $n=[[mean_size]]$ on, and $re^{-nq/8}\le\delta$ holds from
$n=[[tail_size]]$ on.

size by Chernoff (from both conditions): So the bound is at most $\delta$ from $[[chernoff_size]]$ on, the larger of these two numbers,
rounded up.
""",
    globals(),
)


def conditions_hold_from_there(chernoff_failure: sp.Expr, mean_size: sp.Expr, tail_size: sp.Expr) -> Relations:
    """Half the mean is M at the one, and more beyond; the bound δ at the other, and smaller by its exponential beyond."""
    yield same(n * q / 2 - M, q * (n - mean_size) / 2, by=sp.expand)
    bound = unconditional(chernoff_failure)
    beyond = sp.exp(-q * (n - tail_size) / 8)
    yield same(bound, delta * beyond)


def sizes_keep_both_conditions(mean_size: sp.Expr, tail_size: sp.Expr, chernoff_size: sp.Expr) -> Relations:
    """The larger one, rounded up; no guarantee for no copies."""
    larger = sp.Max(sp.ceiling(mean_size), sp.ceiling(tail_size))
    yield same(unconditional(chernoff_size), larger)


one_layer_convergence = Claim(
    label="L17.1",
    title="Random sparse lifts with one hidden layer reach low loss with high probability",
    headline=r"If a vertex copies each of $r$ units of a witness with probability at least $q$, a random sparse lift with one hidden layer obeys the bound of L16.1 for $M$ copies, with probability $\ge1-\delta$, from the width $$[[chernoff_size]]$$ on.",
    statement=r"""
Let a random sparse lift with one hidden layer of $n$ vertices train by gradient flow from the readout $0$. Compare it with a witness of
$r$ units whose types are disjoint (equal units merged). Let $B(M)$ be the bound (B1) or (B2) of L16.1 and L16.2 for $M\ge1$ copies
within $\rho_0$ of each unit, at a time $T$ that satisfies its condition. Let a given vertex copy a given unit with probability at least
$q$. Then $P(L(t)\le B(M)\text{ for all }t\ge T)\ge1-F$ with
$$F=r\,P(\mathrm{Bin}(n,q)<M)=[[failure]],$$ which is at most $$[[chernoff_failure]].$$ So this probability is at least $1-\delta$ from
the size $$[[size]]$$ on and, by Chernoff's bound, from $[[chernoff_size]]$ on.
""",
    steps=STEPS,
    source=THEOREM,
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        replace(WIDTH, within=COUNT_FROM_ZERO, drawn=(450, 500)),
        COPIES.drawn_from(4, 12),
        UNITS.drawn_from(1, 2),
        CHANCE,
        ALLOWED,
    ),
    hypotheses=(
        TRAINED,
        DISJOINT_UNITS,
        Hypothesis("edges and weights are independent"),
    ),
    named={"F": failure, "g": sp.Lambda(x, where_copies_are_had(x))},
    symbols={
        **BOUND_OF_COPIES,
        r"\mathrm{Bin}(n,q)": "binomial law of $n$ trials that succeed with probability $q$",
        "i": "index of summation",
    },
    sharp=(
        Sharp(
            expression="failure",
            example="one unit, which has fewer than $M$ copies with that probability",
            check="failures_are_counted",
        ),
    ),
    loose=(
        Loose(
            expression="chernoff_failure",
            truth="failure",
            at=tuple({n: size, M: 4, q: sp.Rational(1, 4), r: 2} for size in (50, 100, 200)),
            lost="in Chernoff's bound on the binomial tail, which decreases much faster for so small an $M$",
        ),
        Loose(
            expression="chernoff_size",
            truth="size",
            at=tuple({delta: sp.Rational(1, x), M: 4, q: sp.Rational(1, 4), r: 2} for x in (10, 1000)),
            lost="in Chernoff's bound on the binomial tail",
        ),
    ),
    because={
        "both conditions": conditions_hold_from_there,
        "size by Chernoff": sizes_keep_both_conditions,
    },
    wrong=lambda: {
        "failure: at most M copies": failure.subs(M, M + 1),
        "failure: one unit": failure.subs(r, 1),
        "failure: some copy": r * (1 - q) ** n,
        "failure: one vertex more": failure.subs(n, n + 1),
        "failure: fewer copies": failure.subs(M, M - 1),
        "failure: a million times as many failures": 10**6 * failure,
        "size: Chernoff's size": chernoff_size,
        "size: one more": size + 1,
        "size: at most M copies": size.subs(M, M + 1),
        "size: one unit": size.subs(r, 1),
        "size: δ is not attained": guaranteed(smallest(failure + sp.Rational(1, 10**9)), M >= 1, q > 0),
        "size: 0 without copies": size.args[0].expr,
        "chernoff_size: M/q vertices": sp.ceiling(M / q),
        "chernoff_size: the second condition alone": sp.ceiling(8 * sp.log(r / delta) / q),
        "chernoff_size: the first condition alone": sp.ceiling(2 * M / q),
        "chernoff_size: M/q vertices or the tail's": guaranteed(
            sp.Max(sp.ceiling(M / q), sp.ceiling(tail_size)), M >= 1, q > 0
        ),
        "chernoff_size: the tail's vertices alone": guaranteed(sp.ceiling(tail_size), M >= 1, q > 0),
        "chernoff_size: not rounded": guaranteed(sp.Max(mean_size, tail_size), M >= 1, q > 0),
        "chernoff_failure: exponent nq/4": chernoff_failure.subs(q, 2 * q),
        "chernoff_failure: exponent nq/2": r * sp.exp(-n * q / 2),
        "chernoff_failure: for any M": r * sp.exp(-n * q / 8),
        "chernoff_failure: exponent nq/2, where nq/2 is at least M": guaranteed(r * sp.exp(-n * q / 2), n * q / 2 >= M),
        "mean_size: without the chance": 2 * M,
        "tail_size: one unit": tail_size.subs(r, 1),
    },
)
