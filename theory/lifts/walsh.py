"""L18: no cover, no learning. What a network whose units see few inputs cannot fit on the cube, exactly."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain, combinations
from typing import TypeVar

import sympy as sp

from theory.bounds import Sharp, Side
from theory.claims import Claim, Proof, Provenance, Source
from theory.lifts.coverage import INPUT_KEPT, p_0
from theory.lifts.degrees import n
from theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity

Item = TypeVar("Item")

x_1, x_2, x_3, x_4, x_5 = cube = sp.symbols("x_1:6", real=True)
f_S = sp.Symbol("f_S", real=True)  # a Walsh coefficient
k = sp.Symbol("k", positive=True, integer=True)
s = sp.Symbol("s", nonnegative=True, integer=True)
s_1, s_2 = sp.symbols("s_1 s_2", positive=True, integer=True)
shared = sp.Symbol("s_12", nonnegative=True, integer=True)
i, j = sp.symbols("i j", nonnegative=True, integer=True)

UNITS = Quantity(n, "number of units of the hidden layer", COUNT, drawn=(1, 12))
UNIT_HEARS = INPUT_KEPT.drawn_from(sp.Rational(1, 8), sp.Rational(7, 8))

missing = f_S**2 / 2

target = sp.tanh(x_1 + x_2 + x_3) - sp.tanh(x_3 + x_4 - x_5)
# Of the inputs j are −1, of which i lie in the set; j and k − j have opposite tanh and, times (−1)^s, equal signs
signs = sp.Sum((-1) ** i * sp.binomial(s, i) * sp.binomial(k - s, j - i), (i, sp.Max(0, j + s - k), sp.Min(j, s)))
folded = (1 - (-1) ** s) / 2**k * sp.Sum(sp.tanh(k - 2 * j) * signs, (j, 0, sp.floor((k - 1) / 2)))
coefficient = sp.Piecewise((folded, s <= k))
linear = (sp.tanh(3) + sp.tanh(1)) / 4
cubic = (sp.tanh(3) - 3 * sp.tanh(1)) / 4

initial_loss = 2 * linear**2 + cubic**2
one_missing = cubic**2 / 2
both_missing = cubic**2
without_x_1 = (linear**2 + cubic**2) / 2
without_x_3 = cubic**2


def subsets(items: Collection[Item], least: int = 0) -> Iterable[tuple[Item, ...]]:
    """All subsets of at least so many items."""
    return chain.from_iterable(combinations(items, size) for size in range(least, len(items) + 1))


def coverage_of(supports: Iterable[Collection[int]]) -> sp.Expr:
    """P(each support lies inside the mask of some unit) in n and p_0, by inclusion and exclusion."""
    needed = sorted({frozenset(each) for each in supports}, key=sorted)
    inside = {some: p_0 ** len(frozenset().union(*some)) for some in subsets(needed, 1)}
    avoided = {
        lost: 1 - sum((-1) ** (len(some) + 1) * inside[some] for some in subsets(lost, 1)) for lost in subsets(needed)
    }
    return sp.Add(*((-1) ** len(lost) * chance**n for lost, chance in avoided.items()))


coverage = coverage_of([{1, 2, 3}, {3, 4, 5}])
coverage_one = 1 - (1 - p_0**s) ** n
coverage_two = (
    1 - (1 - p_0**s_1) ** n - (1 - p_0**s_2) ** n + (1 - p_0**s_1 - p_0**s_2 + p_0 ** (s_1 + s_2 - shared)) ** n
)

no_cover = Claim(
    label="L18",
    title="No cover, no learning: exact lower bounds",
    statement=r"""
$D$ uniform on $\{\pm1\}^d$, $\hat f(S)=E f(x)\prod_{i\in S}x_i$ the Walsh coefficients, $L=\frac12E(F-f^*)^2$. Let $F$ be a sum of functions
(terminal vertices times readouts), each of which depends only on inputs inside some member of a family $\mathcal S$, closed under subsets.
Then, whatever the weights and at all times, each $S\notin\mathcal S$ costs $[[missing]]$ with $f_S=\hat f^*(S)$:
$$L\ge\tfrac12\sum_{S\notin\mathcal S}\hat f^*(S)^2,$$
with equality for $F=\sum_{S\in\mathcal S}\hat f^*(S)\prod_{i\in S}x_i$: no better bound depends on $\mathcal S$ alone.

*One hidden layer* of $n$ units, each input kept by each with probability $p_0$, independently. A loss of at most $\eta$ needs every $S$ with
$\frac12\hat f^*(S)^2>\eta$ inside the mask of some unit, so $P(L\le\eta\text{ at some time})$ is at most the probability of this, for which
the maximal ones suffice:
$$\sum_{J\subseteq\text{needed}}(-1)^{|J|}\Big(1-\sum_{\emptyset\ne I\subseteq J}(-1)^{|I|+1}p_0^{|\bigcup I|}\Big)^n.$$
For one set of size $s$ it is $[[coverage_one]]$, for two of sizes $s_1,s_2$ with $s_{12}$ shared inputs $[[coverage_two]]$.

*Example.* $\tanh(x_1+\dots+x_k)$ has at each set of $s$ of its inputs the coefficient $$[[coefficient]].$$
For $f^*=[[target]]$ the inputs $1,2,4,5$ have coefficients $\pm[[linear]]$, the triples $123$ and $345$ $\pm[[cubic]]$, all others are 0 (those of $x_3$
cancel). The zero network has loss $[[initial_loss]]$; without one triple $L\ge[[one_missing]]$; without both, as for in-degree at most 2,
$L\ge[[both_missing]]$, attained by four units of one input each; without $x_1$ $L\ge[[without_x_1]]$, without $x_3$ only
$[[without_x_3]]$. Both triples are covered with probability $$P_{cov}=[[coverage]].$$
""",
    proof_text=r"""
A function of $x_U$ is a combination of the characters $\chi_S=\prod_{i\in S}x_i$ with $S\subseteq U$; sums, and weights that move under a
fixed mask, stay in the span of $\{\chi_S:S\in\mathcal S\}$. Characters are orthonormal, so $E(F-f^*)^2=\sum_S(\hat F(S)-\hat f^*(S))^2$ (Parseval), which is
at least the sum over $S\notin\mathcal S$, where $\hat F(S)=0$; equality if $\hat F=\hat f^*$ on $\mathcal S$. The masks of the units, with their subsets, are
such a family: if $S$ lies in no mask, $L\ge\frac12\hat f^*(S)^2$, more than $\eta$ if $S$ is needed. A set inside another is covered with it.
*Coverage.* A mask contains all of $\bigcup I$ with probability $p_0^{|\bigcup I|}$; by inclusion and exclusion it contains no
member of $J$ with probability $1-\sum_I\dots$, all $n$ masks independently with its $n$th power, and once more by inclusion and exclusion no needed set is
avoided by all of them. *Example.* $j$ of the $k$ inputs are $-1$, of which $i$ lie in $S$, where the character is $(-1)^i$:
$\binom si\binom{k-s}{j-i}$ points, each of weight $2^{-k}$; $x\to-x$ turns $j$ into $k-j$, $\tanh$ into $-\tanh$ and the character by
$(-1)^s$. At $k=3$ this gives $\frac14(\tanh3+\tanh1)$ and $\frac14(\tanh3-3\tanh1)$, and 0 for even sets;
the sign of $x_5$ turns that of the sets with 5. $a\tanh(wx)=a\tanh(w)\,x$ on $\{\pm1\}$: four units of one input fit the linear part. ∎
""",
    source=Source("2501.05930", "beyond the theorem list"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        UNITS,
        UNIT_HEARS,
        Quantity(f_S, "Walsh coefficient of the target at a set of inputs that is not covered", sp.S.Reals),
        Quantity(cube, r"inputs of the target, $\pm1$ on the cube", sp.S.Reals),
        Quantity(k, "number of inputs that a hyperbolic tangent adds up", COUNT, drawn=(3, 6)),
        Quantity(s, "number of inputs in a set", COUNT_FROM_ZERO, drawn=(1, 3)),
        Quantity((s_1, s_2), "numbers of inputs in the first and in the second of two sets", COUNT, drawn=(1, 4)),
        Quantity(shared, "number of inputs in both of two sets", COUNT_FROM_ZERO, drawn=(0, 1)),
    ),
    hypotheses=(
        Hypothesis(
            "inputs are uniform on the cube and the loss is squared; there is no hidden layer, or any number, as long as the "
            "terminals see no more"
        ),
        Hypothesis("masks are fixed during training"),
        Hypothesis(
            "there is one hidden layer, and every edge into it is kept independently",
            needed_by=("coverage", "coverage_one", "coverage_two"),
        ),
        Hypothesis("the set lies among the inputs of the sum", s <= k, needed_by=("coefficient",)),
        Hypothesis("two sets share no more inputs than either has", sp.And(shared <= s_1, shared <= s_2)),
    ),
    expressions={
        "missing": missing,
        "target": target,
        "coefficient": coefficient,
        "linear": linear,
        "cubic": cubic,
        "initial_loss": initial_loss,
        "one_missing": one_missing,
        "both_missing": both_missing,
        "without_x_1": without_x_1,
        "without_x_3": without_x_3,
        "coverage": coverage,
        "coverage_one": coverage_one,
        "coverage_two": coverage_two,
    },
    sharp=(
        Sharp(
            expression="missing",
            example=r"$\sum_{S\in\mathcal S}\hat f^*(S)\prod_{i\in S}x_i$, the projection",
            check="least_squares_pays_for_every_missing_set",
            side=Side.BELOW,
        ),
        Sharp(
            expression="both_missing",
            example="four units of one input each",
            check="four_units_of_one_input_attain_the_bound",
            side=Side.BELOW,
        ),
    ),
)
