"""E6.1: what a wide masked layer approximates."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.expressivity.symbols import (
    ACTIVE,
    EDGE,
    FLOOR_SHARE,
    NETWORK,
    NEURONS,
    alpha,
    k,
    m,
    n,
    p,
    units,
)
from sparse_limits.theory.expressivity.wired_counts import poisson_bound
from sparse_limits.theory.expressivity.wired_neurons import at_least, floor_share
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import FAILURE, UP_TO_ONE, delta
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import same

success = at_least(n, alpha * p**k, units)
too_few = sp.exp(-(1 - sp.log(2)) / 2 * alpha * n * p**k)
sufficient_width = sp.Max(2 * units, 2 * sp.log(1 / delta) / (1 - sp.log(2))) / (alpha * p**k)
least_width = Smallest(sp.Lambda(n, 1 - success), delta, sp.S.One)  # with so many wired neurons at that chance
_deaf = 1 - p
both_heard = 1 - 2 * _deaf**n + _deaf ** (2 * n) - n * p**2 * _deaf ** (2 * n - 2)  # two inputs, by a neuron each

STEPS = proof(
    r"""
dense network (cited: Leshno, Lin, Pinkus and Schocken, Neural Networks 6, 1993, 861–867: the sums of units with a continuous activation
that is no polynomial are dense in the continuous functions on a compact set): For the given $f$ and $\varepsilon$ there is a network of
$N=N_\varepsilon(f)$ units on the $k$ inputs whose error is less than $\varepsilon$.

wired neurons (by E1): The number of neurons that are wired to all $k$ inputs is at least a $\mathrm{Bin}(n,\alpha p^k)$ (all $n$ for
$k=0$). Each of these neurons can be any unit of that network, because the weights of other edges, and the readout weights of other neurons,
may be $0$.

success (from dense network, wired neurons): With probability at least $[[success]]$, at least $N$ neurons are wired, and the masked layer
contains the network.

half of the mean (from success; by monotonicity): If $\alpha np^k\ge2N$, a number of wired neurons below $N$ is below half of the mean of
that binomial number.

lower tail (by E2): A binomial number of mean $\mu$ has $P(<\frac\mu2)\le e^{-\frac{1-\ln2}2\mu}$.

too few (from half of the mean, lower tail): So for these $n$ the complement of *success* has probability at most $[[too_few]]$, which tends
to $0$ as $\alpha np^k\to\infty$.

width (from too few): From $n=[[sufficient_width]]$ on, $\alpha np^k\ge2N$ and $[[too_few]]\le\delta$; at this $n$ one of the two is an
equality.
""",
    globals(),
)


def tail_of(chance: sp.Expr, least: sp.Expr) -> sp.Expr:
    """The chances of all counts of wired neurons from the least on, added: of each count, of all choices of so many of n."""
    wired = sp.Symbol("i", integer=True, nonnegative=True)
    choices = sp.binomial(n, wired) * chance**wired * (1 - chance) ** (n - wired)
    return sp.Piecewise((0, least > n), (sp.Sum(choices, (wired, least, n)), True))


universal_approximation = Claim(
    label="E6.1",
    title="Universal approximation on active coordinates",
    headline=r"Under its assumptions, if a share $\alpha$ of $n$ neurons has edges of probability $\ge p$ to $k$ active inputs and $\alpha np^k\to\infty$, masked networks approximate a given continuous function of these to any accuracy, with probability $\to1$.",
    statement=r"""
Let $f\in C([-B,B]^k)$, and let the activation $\varphi$ be continuous and not a polynomial. Let the neurons have
biases, edges as in E1 (probability at least $p$ on $k$ inputs for a share $\alpha$ of the latents) and a dense
readout. If $\alpha np^k\to\infty$, then for every $\varepsilon>0$ weights supported on the mask with
$\sup|f-f_{net}|<\varepsilon$ exist with probability tending to $1$: at least $[[success]]$, with $N=N_\varepsilon(f)$
the number of dense units that suffice, and so at least $1-\delta$ for $n\ge[[sufficient_width]]$. The number $d$ of
all inputs does not enter.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "abstract: “a Universal Approximation Theorem for sparse networks that depends only on the intrinsic "
        "dimension of active coordinate subspaces”; the proof rests on Leshno et al. (1993)",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        replace(NEURONS, within=COUNT_FROM_ZERO, drawn=(20, 60)),
        ACTIVE,
        EDGE.drawn_from(sp.Rational(1, 2), sp.Rational(19, 20)),
        FLOOR_SHARE,
        Quantity(units, "number of units of a dense network that suffice", COUNT_FROM_ZERO, drawn=(0, 9)),
        replace(FAILURE, within=UP_TO_ONE, convention=""),
    ),
    symbols={
        "f": "function to be approximated",
        "C([-B,B]^k)": "continuous functions of $k$ inputs of modulus at most $B$",
        r"\varphi": "activation",
        r"\varepsilon": "largest error that is allowed",
        **NETWORK,
        "i": "index of summation, a number of neurons wired to all $k$ inputs",
        "d": "number of all inputs",
    },
    hypotheses=(
        Hypothesis(
            "the readout edges of wired neurons are present (if each is with probability $p'$, read $p^kp'$ for $p^k$)"
        ),
        Hypothesis("the theorem of Leshno et al. (1993) is cited"),
        Hypothesis("what the abstract leaves open is our reading, and so is the proof"),
    ),
    aids={"least_width": least_width, "both_heard": both_heard},
    loose=(
        Loose(
            expression="sufficient_width",
            truth="least_width",
            at=tuple(
                {units: 10, delta: sp.Rational(1, odds), alpha: 1, p: sp.Rational(1, 2), k: 3} for odds in (10, 1000)
            ),
            lost="in half of the mean, which need not be $N$, and in the bound on the lower tail (E2)",
        ),
        Loose(
            expression="success",
            truth="both_heard",
            at=tuple({n: width, units: 2, k: 2, alpha: 1, p: sp.Rational(1, 2)} for width in (5, 10)),
            lost=r"at most, as other $f$ may need more: $\max(x_1,0)+\max(x_2,0)$ needs two ReLU units, each connected to one input, and the bound requires both to be connected to both; for $B=1$ and $\varepsilon<\frac12$ nothing less suffices",
            side=Side.BELOW,
        ),
    ),
    remarks=(
        Remark(
            "Full wiring is sufficient, not necessary: a sum of functions of fewer inputs needs fewer edges. The weights are "
            "not bounded."
        ),
    ),
    because={
        "success": lambda success: same(success, tail_of(floor_share, units)),
        "too few": lambda too_few: same(too_few, valued(poisson_bound, {m: n, k: 1, p: alpha * p**k})),
    },
    wrong=lambda: {
        "success: one wired edge suffices": success.subs(k, 1),
        "success: all rows": success.subs(alpha, 1),
        "success: one unit less": at_least(n, alpha * p**k, units - 1),
        "sufficient_width: the usual constant 1/8": sp.Max(2 * units, 8 * sp.log(1 / delta)) / (alpha * p**k),
        "sufficient_width: single edges": sufficient_width.subs(k, 1),
        "too_few: of all rows": too_few.subs(alpha, 1),
        "too_few: single edges": too_few.subs(k, 1),
        "too_few: without the half": too_few**2,
        "least_width: half of it": least_width / 2,
        "least_width: one neuron more": least_width + 1,
        "least_width: one unit less": least_width.subs(units, units - 1),
        "both_heard: both inputs for both": 1 - (1 - p**2) ** n - n * p**2 * (1 - p**2) ** (n - 1),
        "both_heard: one neuron may do": (1 - (1 - p) ** n) ** 2,
    },
)
