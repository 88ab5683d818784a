"""L18.1–L18.3: no cover, no learning. What a network whose units see few inputs cannot fit on the cube, exactly."""

from collections.abc import Collection, Iterable
from itertools import chain, combinations
from typing import TypeVar

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.lifts.coverage import INPUT_KEPT, p_0
from sparse_limits.theory.lifts.degrees import n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NOTHING_BEYOND, Hypothesis, Quantity
from sparse_limits.theory.reasons import induction, same

Item = TypeVar("Item")

x_1, x_2, x_3, x_4, x_5 = cube = sp.symbols("x_1:6", real=True)
f_S, F_S = sp.symbols("f_S F_S", real=True)  # Walsh coefficients of the target and of a network
x = sp.Symbol("x", real=True)  # one input
g_1, g_2 = sp.symbols("g_1 g_2", real=True)  # the values of a function of it
holders = sp.Symbol("h", nonnegative=True, integer=True)  # how many of two sets an input belongs to
k = sp.Symbol("k", positive=True, integer=True)
s = sp.Symbol("s", nonnegative=True, integer=True)
s_1, s_2 = sp.symbols("s_1 s_2", positive=True, integer=True)
shared = sp.Symbol("s_12", nonnegative=True, integer=True)
i, j = sp.symbols("i j", nonnegative=True, integer=True)

UNITS = Quantity(n, "width, the number of neurons of a hidden layer", COUNT, drawn=(1, 12))
UNIT_HEARS = INPUT_KEPT.drawn_from(sp.Rational(1, 8), sp.Rational(7, 8))
SET = Quantity(s, "number of inputs in a set", COUNT_FROM_ZERO, drawn=(1, 3))
SETS = (
    Quantity((s_1, s_2), "numbers of inputs in the first and in the second of two sets", COUNT, drawn=(1, 4)),
    Quantity(shared, "number of inputs in both of two sets", COUNT_FROM_ZERO, drawn=(0, 1)),
)
SHARED = Hypothesis(
    "two sets share no more inputs than either has", sp.And(shared <= s_1, shared <= s_2), convention=NOTHING_BEYOND
)
MISSING = Quantity(f_S, "Walsh coefficient of the target at a set of inputs", sp.S.Reals)
FIXED = Hypothesis("masks are fixed during training")
INPUT_SET = {"S": "set of inputs, by their numbers"}  # a letter of sentences, as those below
LOSS = {"L": "loss, half the mean square of output less target", "f^*": "target"}

split = (g_1 + g_2) / 2 + x * (g_1 - g_2) / 2
input_moment = (1 + (-1) ** holders) / 2
share = (F_S - f_S) ** 2 / 2
missing = f_S**2 / 2

target = sp.tanh(x_1 + x_2 + x_3) - sp.tanh(x_3 + x_4 - x_5)
pattern = (-1) ** i * sp.binomial(s, i) * sp.binomial(k - s, j - i)
pair = (1 - (-1) ** s) / 2**k * sp.tanh(k - 2 * j) * pattern
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
kept = p_0**s
union = s_1 + s_2 - shared
both_missed = 1 - p_0**s_1 - p_0**s_2 + p_0 ** (s_1 + s_2 - shared)
coverage_one = 1 - (1 - p_0**s) ** n
coverage_two = (
    1 - (1 - p_0**s_1) ** n - (1 - p_0**s_2) ** n + (1 - p_0**s_1 - p_0**s_2 + p_0 ** (s_1 + s_2 - shared)) ** n
)

NO_COVER_STEPS = proof(
    r"""
one input: A function of an input $x=\pm1$, with the values $g_1$ at $1$ and $g_2$ at $-1$, is $[[split]]$.

functions of some inputs (from one input; by induction): Applying this to one input after the other, we write a function of the inputs in
$U$ as a combination of the characters $\chi_S=\prod_{i\in S}x_i$ with $S\subseteq U$.

powers of an input: In $\chi_S\chi_{S'}$ an input has the exponent $h$, the number of those of the two sets that contain it. So $E
x_i^h=[[input_moment]]$.

characters (from powers of an input; by product): The inputs are independent. So $E\chi_S\chi_{S'}$ is the product of these moments, which
is $1$ for $S=S'$ and $0$ for all other pairs.

networks (from functions of some inputs, characters; by linearity): $\hat F(S)$ is the sum of the coefficients at $S$ of the functions whose
sum is $F$. Each of these has nonzero coefficients only at subsets of its inputs, whatever its weights. So $\hat F(S)=0$ for
$S\notin\mathcal S$.

sum over sets (from functions of some inputs, characters; by Parseval): $L=\frac12E(F-f^*)^2$ is the sum over all $S$ of $[[share]]$ with
$F_S=\hat F(S)$ and $f_S=\hat f^*(S)$.

missing sets (from networks, sum over sets): For $S\notin\mathcal S$ the term is $[[missing]]$. For all other $S$ it is not negative, and it
is $0$ if $F_S=f_S$, as for the projection $F=\sum_{S\in\mathcal S}\hat f^*(S)\chi_S$.
""",
    globals(),
)

no_cover = Claim(
    label="L18.1",
    title="Sets of inputs that no unit covers bound the loss from below",
    headline=r"Let inputs be uniform on the cube, and let the target have the Walsh coefficients $f_S$. Each set $S$ of inputs that no summand of a network covers adds at least $$[[missing]]$$ to the square loss, whatever the weights.",
    statement=r"""
Let $D$ be uniform on $\{\pm1\}^d$. A function $f$ has the *Walsh coefficients* $\hat f(S)=E f(x)\prod_{i\in S}x_i$, one for each set $S$ of inputs. The loss is $L=\frac12E(F-f^*)^2$. Let a
family $\mathcal S$ of sets of inputs contain, with each set, all its subsets. Let $F$ be a sum of functions (terminal vertices times readouts), each of which depends only on the inputs in some member
of $\mathcal S$. Then, whatever the weights and at all times, each $S\notin\mathcal S$ costs $[[missing]]$ with $f_S=\hat f^*(S)$:
$$L\ge\tfrac12\sum_{S\notin\mathcal S}\hat f^*(S)^2,$$ with equality for $F=\sum_{S\in\mathcal S}\hat f^*(S)\prod_{i\in S}x_i$. No better bound depends on $\mathcal S$ alone.
""",
    steps=NO_COVER_STEPS,
    source=Source("2501.05930", "v1", "beyond the theorem list"),
    provenance=Provenance.EXTENSION,
    quantities=(
        MISSING,
        Quantity(F_S, "Walsh coefficient of the network at a set of inputs", sp.S.Reals),
        Quantity(x, r"input, $\pm1$ on the cube", sp.S.Reals),
        Quantity((g_1, g_2), "values of a function of one input", sp.S.Reals),
        Quantity(holders, "number of two sets to which an input belongs", sp.Range(0, 3)),
    ),
    hypotheses=(
        Hypothesis(
            "inputs are uniform on the cube and the loss is squared; there is no hidden layer, or any number, as long as the "
            "terminals see no more"
        ),
        FIXED,
    ),
    symbols={
        "D": "law of the inputs",
        "E": "mean over the inputs",
        "d": "number of inputs",
        "x_i": "input number $i$",
        **INPUT_SET,
        "f": "function of the inputs",
        r"\hat f(S)": "Walsh coefficient of $f$ at $S$",
        "F": "output of the network",
        **LOSS,
        r"\mathcal S": "family of sets of inputs",
    },
    sharp=(
        Sharp(
            expression="missing",
            example=r"$\sum_{S\in\mathcal S}\hat f^*(S)\prod_{i\in S}x_i$, the projection",
            check="least_squares_pays_for_every_missing_set",
            side=Side.BELOW,
        ),
    ),
    wrong=lambda: {
        "missing: the modulus": sp.Abs(f_S) / 2,
        "split: its mean alone": (g_1 + g_2) / 2,
        "split: the values exchanged": split.subs(x, -x),
        "input_moment: always 1": sp.S.One,
        "input_moment: its sign": (-1) ** holders,
        "input_moment: only of the empty product": sp.KroneckerDelta(holders, 0),
        "share: of the sum": (F_S + f_S) ** 2 / 2,
        "share: of the product": (F_S * f_S) ** 2 / 2,
    },
)

COVERAGE_STEPS = proof(
    r"""
needed sets (by L18.1): The sets inside masks form a family $\mathcal S$. So if $S$ lies in no mask, $L\ge\frac12\hat f^*(S)^2$ at all
times, which is more than $\eta$ if $S$ is needed.

events (from needed sets; by monotonicity): So if $L\le\eta$ at some time, all needed sets are covered. The latter event is at least as
probable. A set inside another set is covered whenever the larger set is, so that the maximal sets suffice.

one mask: A mask contains all of $s$ inputs with probability $[[kept]]$: one more input is kept with probability $p_0$.

none in a mask (from one mask; by inclusion and exclusion): So a mask contains none of the sets in $J$ with probability
$1-\sum_{\emptyset\ne I\subseteq J}(-1)^{|I|+1}p_0^{|\bigcup I|}$.

none in any mask (from none in a mask; by product): Masks are independent. So the probability that $n$ masks contain none of the sets in $J$
is the $n$th power of this probability.

all sets (from none in any mask; by inclusion and exclusion): The probability that every needed set lies in some mask is the probability of
the statement, the sum of $(-1)^{|J|}$ times these.

one set (from events, one mask, all sets): For one set this is $[[coverage_one]]$: where the other units do not cover it, one more unit does
with probability $p_0^s$.

two sets in a mask (from one mask): Two sets together have $[[union]]$ inputs. A mask contains neither set with probability
$[[both_missed]]$: it lacks a shared input, or, for each set, an input that belongs to this set alone.

two sets (from events, all sets, two sets in a mask): For two sets it is $[[coverage_two]]$: one more unit covers what the other units do
not cover, one set or both.
""",
    globals(),
)

mask_coverage = Claim(
    label="L18.2",
    title="How often random masks cover what the target needs",
    headline=r"One hidden layer of $n$ units, each of which keeps each input with probability $p_0$, reaches the loss $\eta$ with at most the probability that its masks cover all needed sets. For one such set, of size $s$, this is $$[[coverage_one]].$$",
    statement=r"""
In L18.1 let *one hidden layer* have $n$ units, each of which keeps each input independently with probability $p_0$. Call $S$ *needed* if $\frac12\hat f^*(S)^2>\eta$. If $L\le\eta$, each needed set
lies in the mask of some unit. So $P(L\le\eta\text{ at some time})$ is at most the probability that each needed set lies in
the mask of some unit. It is enough to consider the maximal needed sets. This probability is
$$\sum_{J\subseteq\text{needed}}(-1)^{|J|}\Big(1-\sum_{\emptyset\ne I\subseteq J}(-1)^{|I|+1}p_0^{|\bigcup I|}\Big)^n.$$ For one set of
size $s$ it is $[[coverage_one]]$, and for two sets of sizes $s_1,s_2$ with $s_{12}$ shared inputs it is $[[coverage_two]]$.
""",
    steps=COVERAGE_STEPS,
    source=Source("2501.05930", "v1", "beyond the theorem list"),
    provenance=Provenance.EXTENSION,
    quantities=(UNITS, UNIT_HEARS, SET, *SETS),
    hypotheses=(
        Hypothesis("the hypotheses of L18.1 hold"),
        Hypothesis("there is one hidden layer, and every edge into it is kept independently"),
        SHARED,
    ),
    symbols={
        **LOSS,
        r"\eta": "loss that is to be reached",
        **INPUT_SET,
        r"\hat f^*(S)": "Walsh coefficient of the target at $S$",
        "P": "probability",
        "J": "set of needed sets of inputs, in the sum",
        "I": r"non-empty subset of $J$, whose sets have the union $\bigcup I$",
    },
    because={
        "one mask": lambda kept: induction(kept, s, sp.S.One, lambda term: p_0 * term, by=sp.powsimp),
        "one set": lambda kept, coverage_one: induction(
            coverage_one, n, sp.S.Zero, lambda term: term + (1 - term) * kept, by=lambda gap: sp.expand(sp.powsimp(gap))
        ),
    },
    wrong=lambda: {
        "coverage_one: half the inputs": 1 - (1 - p_0 ** (s / 2)) ** n,
        "coverage_one: expected number": n * p_0**s,
        "coverage_one: one unit": p_0**s,
        "coverage_two: shared inputs count twice": coverage_two.subs(shared, 0),
        "coverage_two: independent sets": (1 - (1 - p_0**s_1) ** n) * (1 - (1 - p_0**s_2) ** n),
        "coverage_two: union bound": 1 - (1 - p_0**s_1) ** n - (1 - p_0**s_2) ** n,
        "kept: one of them": s * p_0,
        "kept: one input more": p_0 ** (s + 1),
        "kept: all others are missing": p_0**s * (1 - p_0),
        "union: shared inputs twice": s_1 + s_2,
        "union: the shared ones": shared,
        "union: one shared input": union.subs(shared, 1),
        "both_missed: independent sets": (1 - p_0**s_1) * (1 - p_0**s_2),
        "both_missed: not both": 1 - p_0 ** (s_1 + s_2 - shared),
        "both_missed: disjoint events": 1 - p_0**s_1 - p_0**s_2,
    },
)

TARGET_STEPS = proof(
    r"""
patterns: Consider the points of $\{\pm1\}^k$ at which $j$ inputs are $-1$, $i$ of them in a set $S$ of $s$ inputs. Their number times
$\chi_S=(-1)^i$ is $[[pattern]]$. One more input is $1$ or $-1$, inside $S$ or outside.

opposite points (from patterns): The map $x\to-x$ turns $j$ into $k-j$, $i$ into $s-i$, $\tanh$ into $-\tanh$ and $\chi_S$ into
$(-1)^s\chi_S$. So these points and their opposites contribute $[[pair]]$ to $E\tanh(x_1+\dots+x_k)\chi_S$.

coefficient (from opposite points): The sum of these contributions over all $i$, and all $j<k/2$ (there is none at $k/2$, where $\tanh$ is
$0$), is $[[coefficient]]$.

target (a definition): $f^*=[[target]]$.

coefficients of the target (from coefficient, target): For $k=3$ the coefficients are $[[linear]]$ at one input, $[[cubic]]$ at all three,
and $0$ at even sets. The replacement of $x_5$ by $-x_5$, and the sign $-$ before the second unit, change signs; the coefficients of $x_3$
cancel.

zero network (from coefficients of the target): The zero network has none of these terms. So its loss is $[[initial_loss]]$.

missing sets (by L18.1): A set that no unit covers costs $[[missing]]$.

losses (from coefficients of the target, missing sets): One missing triple costs $[[one_missing]]$. Without $x_1$, which is in its own set
and in one triple, the cost is $[[without_x_1]]$; without $x_3$, which is in the two triples only, it is $[[without_x_3]]$.

four units (from coefficients of the target, missing sets): Without both triples the cost is $[[both_missing]]$. Four units of one input
each, $a\tanh x_i$ with $a\tanh1=\pm[[linear]]$, fit all the rest, since $\tanh x_i=x_i\tanh1$ for $x_i=\pm1$.

two sets (by L18.2): Sets of $s_1$ and $s_2$ inputs, of which $s_{12}$ are shared, are covered with probability $[[coverage_two]]$.

two triples (from two sets): The triples share $x_3$. So both are covered with probability $[[coverage]]$.
""",
    globals(),
)

NO_CHARACTER = (1 - (-1) ** s) / 2**k * sp.Sum(
    sp.tanh(k - 2 * j) * sp.binomial(k, j), (j, 0, sp.floor((k - 1) / 2))
)  # fmt: skip
EXACTLY_THREE = 1 - 2 * sp.Rational(19, 20) ** n + sp.Rational(18, 20) ** n

cube_example = Claim(
    label="L18.3",
    title="What sums of hyperbolic tangents need: an example",
    headline=r"Networks as in L18.1 that have no unit on all of $x_1,x_2,x_3$, or none on all of $x_3,x_4,x_5$, cannot come down below a positive loss against the target $$f^*=[[target]].$$",
    statement=r"""
On the cube, the Walsh coefficient of $\tanh(x_1+\dots+x_k)$ at each set of $s$ of its inputs is $$[[coefficient]].$$ For $f^*=[[target]]$ the inputs $1,2,4,5$ have the coefficients $\pm[[linear]]$,
the triples $123$ and $345$ have $\pm[[cubic]]$, and all other coefficients are 0 (those of $x_3$ cancel). In L18.1 the zero network has the loss $[[initial_loss]]$. Without one triple,
$L\ge[[one_missing]]$. Without both triples, as for in-degree at most 2, $L\ge[[both_missing]]$, which four units of one input each attain. Without $x_1$, $L\ge[[without_x_1]]$, and without $x_3$ the
bound is only $[[without_x_3]]$. Both triples are covered, in L18.2, with probability
$$P_{\mathrm{cov}}=[[coverage]].$$
""",
    steps=TARGET_STEPS,
    source=Source("2501.05930", "v1", "beyond the theorem list"),
    provenance=Provenance.EXTENSION,
    quantities=(
        UNITS,
        UNIT_HEARS,
        MISSING,
        Quantity(cube, r"inputs of the target, $\pm1$ on the cube", sp.S.Reals),
        Quantity(k, "number of inputs that a hyperbolic tangent adds up", COUNT, drawn=(3, 6)),
        SET,
        Quantity(j, "number of inputs that are $-1$", COUNT_FROM_ZERO, drawn=(1, 4)),
        Quantity(i, "number of inputs of the set that are $-1$", COUNT_FROM_ZERO, drawn=(0, 3)),
        *SETS,
    ),
    hypotheses=(
        Hypothesis("the hypotheses of L18.1 hold, for the coverage those of L18.2"),
        Hypothesis("the set lies among the inputs of the sum", s <= k),
        SHARED,
    ),
    symbols={**LOSS, r"P_{\mathrm{cov}}": "probability that both triples are covered"},
    sharp=(
        Sharp(
            expression="both_missing",
            example="four units of one input each",
            check="four_units_of_one_input_attain_the_bound",
            side=Side.BELOW,
        ),
        *(
            Sharp(
                expression=bound,
                example="the sum of the Walsh terms of the target on sets that the units cover (L18.1)",
                check="sets_that_lack_add_up",
                side=Side.BELOW,
            )
            for bound in ("one_missing", "without_x_1", "without_x_3")
        ),
    ),
    because={
        "two triples": lambda coverage_two, coverage: same(
            coverage, coverage_two.subs({s_1: 3, s_2: 3, shared: 1}), by=sp.expand
        ),
    },
    wrong=lambda: {
        "target: the sign of x_5": target.subs(x_5, -x_5),
        "target: one input twice": target.subs(x_2, x_1),
        "target: x_3 not cancelled": sp.tanh(x_1 + x_2 + x_3) + sp.tanh(x_3 + x_4),
        "target: signs of x_1 and x_2 exchanged": target.subs(x_1, -x_1).subs(x_2, -x_2),
        "coefficient: no character": NO_CHARACTER,
        "coefficient: one more point": folded.subs(k, k + 1),
        "coverage: no shared input": coverage.subs(p_0**5, p_0**6),
        "coverage: independent triples": (1 - (1 - p_0**3) ** n) ** 2,
        "coverage: union bound": 1 - 2 * (1 - p_0**3) ** n,
        "coverage: exactly 3 inputs per unit": EXACTLY_THREE,
        "pattern: no character": sp.binomial(s, i) * sp.binomial(k - s, j - i),
        "pattern: inside the set alone": (-1) ** i * sp.binomial(s, i),
        "pattern: all the others": (-1) ** i * sp.binomial(s, i) * sp.binomial(k, j - i),
        "pair: without the opposite": pair / (1 - (-1) ** s),
        "pair: even sets": pair / (1 - (-1) ** s) * (1 + (-1) ** s),
        "pair: no character": pair.subs((-1) ** i, 1),
        "coverage_two: shared inputs count twice": coverage_two.subs(shared, 0),
    },
)
