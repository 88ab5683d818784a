"""E1 and E3: how many neurons see all active inputs, and why hubs make them many."""

from dataclasses import replace
from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.expressivity.symbols import (
    ACTIVE,
    COUNTED,
    EDGE,
    FLOOR_SHARE,
    GRAPHON,
    NEURONS,
    POSITIONS,
    SET,
    SOME_ACTIVE,
    alpha,
    j,
    k,
    kernel,
    n,
    p,
    positions,
    u,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same
from sparse_limits.theory.saliency.symbols import CHANCE

share = sp.Symbol("t", positive=True)  # t_S(W)
background = sp.Symbol("p_0", positive=True)  # density of the other rows
i = sp.Symbol("i", integer=True, nonnegative=True)


def binomial_law(trials: sp.Expr, chance: sp.Expr, count: sp.Expr) -> sp.Expr:
    """P(Bin(trials, chance) = count)."""
    return sp.binomial(trials, count) * chance**count * (1 - chance) ** (trials - count)


def at_least(trials: sp.Expr, chance: sp.Expr, count: sp.Expr) -> sp.Expr:
    """P(Bin(trials, chance) ≥ count)."""
    return sp.Piecewise((0, count > trials), (sp.Sum(binomial_law(trials, chance, i), (i, count, trials)), True))


given_latent = sp.Mul(*(kernel(u, v) for v in positions))
wired_share = sp.Integral(given_latent, (u, 0, 1))
level = p**k
two_level_share = alpha * level + (1 - alpha) * level.subs(p, background)
floor_share = alpha * level
count_law = binomial_law(n, share, j)
tail_law = at_least(n, share, j)

WIRED_STEPS = proof(
    r"""
all edges: Given its latent $u$, a neuron has all its edges to three inputs with probability $[[given_latent]]$, because the edges are
independent. Its edges to other inputs may be present or not.

a neuron (from all edges; by tower): Averaged over a uniform latent, the probability is $t=[[wired_share]]$.

all neurons (from a neuron; by independence): Each neuron has its own latent and its own edges. So the $n$ neurons are wired independently,
each with probability $t$.

count (from all neurons): So $P(N=j)=[[count_law]]$: a further neuron leaves the count unchanged with probability $1-t$, and otherwise
raises it by one.

tail (from count; by additivity): $P(N\ge j)=[[tail_law]]$, the sum over the counts from $j$ to $n$.

level (from all edges): If each of the $k$ edges has probability $p$, all are present with probability $[[level]]$.

two levels (from a neuron, level): If the edge probability is $p$ on a share $\alpha$ of the latents and $p_0$ elsewhere, then
$t_S=[[two_level_share]]$.

lower probabilities (from all neurons; by coupling): Draw a uniform number for each edge, and keep the edge if this number is at most the
probability of the edge. Then a neuron that is wired with lower probabilities is also wired with the higher ones. So the count with the
lower probabilities is never larger.

floor (from count, two levels, lower probabilities): Lower $W$ to $p$ on the floor, and to $0$ elsewhere. Then a neuron is still wired with
probability $[[floor_share]]$, or with probability $[[level]]$ if its latent is known to lie on the floor. So $t_S$ is at least the former
probability, and $N$ is at least the number of neurons that are still wired.
""",
    globals(),
)


def with_an_input(gap: sp.Expr) -> sp.Expr:
    """What is left for one input or more: without any all neurons are wired, beside the floor too."""
    more = sp.Symbol("more", integer=True, nonnegative=True)
    return sp.simplify(gap.subs(k, more + 1))


def all_edges_are_what_no_other_set_of_edges_is(given_latent: sp.Expr) -> Relations:
    """One less the probabilities of the seven other sets of edges, for edges of probability u v, whose values are free."""
    rest = sp.S.One
    for edges in product((0, 1), repeat=3):
        if not all(edges):
            rest -= sp.Mul(*(u * v if edge else 1 - u * v for edge, v in zip(edges, positions, strict=True)))
    yield same(given_latent.replace(kernel, lambda row, place: row * place), rest, by=sp.expand)


def two_levels_are_integrated(level: sp.Expr, two_level_share: sp.Expr) -> Relations:
    """The integral over the latents from 0 to α at one level, and from α to 1 at the other."""
    ends = sp.integrate(level, (u, 0, alpha)) + sp.integrate(level.subs(p, background), (u, alpha, 1))
    yield same(two_level_share, ends, by=sp.expand)


wired_count = Claim(
    label="E1",
    title="Fully wired neurons: a binomial count",
    headline=r"Of $n$ neurons, the number that keep their weights from all of $k$ given inputs is binomial. The chance that a neuron is one of them is the product of its $k$ chances, averaged over its position.",
    statement=r"""
Let a hidden layer have $n$ neurons, with iid latents (positions) $u_i$, uniform on $[0,1]$. Given the latents, neuron $i$ is
connected to the input at $v_j$ with probability $W(u_i,v_j)$, and all these edges are independent. Let $S$ be a set of
$k$ inputs, and let $N$ be the number of neurons that are connected to *all* inputs of $S$.

*The count* $N$ is binomial: $P(N=j)=[[count_law]]$ and $P(N\ge j)=[[tail_law]]$. Here
$t=t_S(W)=\int_0^1\prod_{j\in S}W(u,v_j)\,du$ is the probability that one neuron is connected to all of $S$, for three
inputs $[[wired_share]]$. The network's inputs outside $S$ do not matter.

*From below.* Let $W(u,v_j)\ge p$ for all $j\in S$ and a share $\alpha$ of the latents. Then $t_S\ge[[floor_share]]$.
In consequence $N$ is stochastically at least $\mathrm{Bin}(n,\alpha p^k)$: it reaches each number with at least the
probability with which that count does. Given latents of which $m$ have these edge probabilities, $N$ is
stochastically at least $\mathrm{Bin}(m,p^k)$. The bound on $t_S$ is sharp: with $W=p$ on a share $\alpha$ and $W=p_0$
elsewhere, $t_S=[[two_level_share]]$, which is the bound at $p_0=0$.
""",
    steps=WIRED_STEPS,
    source=Source("2602.06675", "v1", "elementary; a step towards E6.1, beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        replace(NEURONS, within=COUNT_FROM_ZERO),
        SOME_ACTIVE,
        COUNTED,
        Quantity(
            share,
            "probability that a neuron is fully wired",
            CLOSED_UNIT,
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        replace(FLOOR_SHARE, within=CLOSED_UNIT),
        replace(EDGE, within=CLOSED_UNIT),
        Quantity(
            background,
            "probability of an edge to an active input at the other neurons",
            CLOSED_UNIT,
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        GRAPHON,
        replace(POSITIONS, within=CLOSED_UNIT),
    ),
    hypotheses=(
        Hypothesis("iid latents, edges independent given them"),
        Hypothesis("the mask does not look at the function to be learnt"),
    ),
    symbols={
        "N": "number of neurons with an edge to each input of $S$",
        **SET,
        "u_i": "latent of neuron $i$, uniform on the unit interval",
        "t_S(W)": "chance that a neuron has an edge to each input of $S$",
        "m": "number of neurons for which the lower bound on edge probabilities applies",
        **CHANCE,
    },
    remarks=(
        Remark(
            r"A fully wired neuron can compute every $\varphi(\omega\cdot x_S+b)$. Enough such neurons are sufficient for E5.3 and "
            "E6.1, but not necessary."
        ),
    ),
    sharp=(
        Sharp(
            expression="floor_share",
            example=r"$W=0$ elsewhere",
            check="two_levels_and_the_floor_that_they_attain",
            side=Side.BELOW,
        ),
    ),
    because={
        "all edges": all_edges_are_what_no_other_set_of_edges_is,
        "level": lambda level: induction(level, k, p, lambda term: p * term, start=1, by=sp.powsimp),
        "two levels": two_levels_are_integrated,
        "floor": lambda floor_share, level, two_level_share: (
            same(floor_share, two_level_share.subs(background, 0), by=with_an_input),
            same(two_level_share - floor_share, (1 - alpha) * level.subs(p, background), by=sp.expand),
        ),
    },
    wrong=lambda: {
        "wired_share: the product of the column densities": sp.Mul(
            *(sp.Integral(kernel(u, v), (u, 0, 1)) for v in positions)
        ),
        "wired_share: two of the three inputs": sp.Integral(
            kernel(u, positions[0]) * kernel(u, positions[1]), (u, 0, 1)
        ),
        "count_law: Poisson": sp.exp(-n * share) * (n * share) ** j / sp.factorial(j),
        "count_law: without the neurons that are not wired": sp.binomial(n, j) * share**j,
        "count_law: one order of the neurons": count_law / sp.binomial(n, j),
        "tail_law: strictly more": at_least(n, share, j + 1),
        "tail_law: at most": sp.Sum(count_law.subs(j, i), (i, 0, j)),
        "tail_law: the tail one off": at_least(n, share, j - 1),
        "floor_share: forgets the share of the rows": p**k,
        "floor_share: the density of the rows, to the power": (alpha * p) ** k,
        "floor_share: one factor of the density too few": alpha * p ** (k - 1),
        "two_level_share: the mean density, to the power": (alpha * p + (1 - alpha) * background) ** k,
        "two_level_share: only the floor": alpha * p**k,
        "two_level_share: forgets the share of the rows": p**k,
        "given_latent: two of the three inputs": given_latent / kernel(u, positions[2]),
        "given_latent: some edge": 1 - sp.Mul(*(1 - kernel(u, v) for v in positions)),
        "level: some edge": 1 - (1 - p) ** k,
        "level: one edge less": p ** (k - 1),
    },
)

column = sp.Symbol("w", positive=True)  # the column factor of a hub graphon, the same for all of S
other = sp.Symbol("x", positive=True)  # a second latent

hub_share = column**k / (k + 1)
column_density = column / 2
density_product = column_density**k
hub_gain = 2**k / (k + 1)
first, second = positions[:2]
rises = sp.Mul(*(kernel(u, v) - kernel(other, v) for v in (first, second)))
product_rise = kernel(u, first) * kernel(u, second) - kernel(other, first) * kernel(other, second)
chebyshev_gap = sp.Integral(rises, (u, 0, 1), (other, 0, 1)) / 2
mean_product = sp.Mul(*(sp.Integral(kernel(u, v), (u, 0, 1)) for v in positions))
slopes = sp.symbols("b_1 b_2", real=True)
affine_gap = slopes[0] * slopes[1] / 12
LATENT = "latents are uniform on the unit interval"

HUB_STEPS = proof(
    r"""
wired neurons (by E1): The share of the neurons that are wired to all of $S$ has mean $t_S=\int_0^1\prod_{j\in S}W(u,v_j)\,du$.

hubs (from wired neurons): For $W=u\,w(v)$ the $w(v_j)$ are factors beside $\int_0^1u^kdu=1/(k+1)$. A common $w$ gives $\int_0^1(uw)^kdu=[[hub_share]]$.

column: The density of a column is $\int_0^1uw\,du=[[column_density]]$.

densities (from column): The product of the densities of $k$ columns is $[[density_product]]$.

gain (from hubs, densities): The share in *hubs* is $[[hub_gain]]$ times the product in *densities*: $w$ cancels.

two rows: Let two columns both rise, or both fall, with the latent. Between rows with latents $x$ and $u$ they change in the same sense. So
the product of the changes, $[[rises]]$, is nonnegative.

pairs of rows (from two rows): Half of the mean of this product over two latents is $\int
W(u,v_1)W(u,v_2)\,du-r(v_1)r(v_2)=[[chebyshev_gap]]$, for every $W$. If $W(u,v_1)W(u,v_2)=0$ for all $u$, this is $-r(v_1)r(v_2)$.

sign of the gap (from two rows, pairs of rows; by monotonicity): So for two functions that both rise, or both fall, the mean of the product
is at least the product of the means.

product: The product of two columns that rise does not fall either: since probabilities are nonnegative, its change from $x$ to $u\ge x$,
$[[product_rise]]$, is nonnegative. For columns that fall, exchange $x$ and $u$.

one input more (from sign of the gap, product; by induction): If $t_S\ge\prod_{j\in S}r(v_j)$, then the same holds with one more input,
because $t_{S\cup\{v\}}\ge t_S\,r(v)$ by the *sign of the gap* between the product over $S$ and the new column.

all inputs (from wired neurons, pairs of rows, one input more): So $t_S$ is at least the product of the densities, which is
$[[mean_product]]$ for three columns. The excess is the gap between the product of two columns and the third, plus the gap of these two
columns times the density of the third.

affine columns (from pairs of rows): For $W=a_j+b_ju$ the changes are $b_j(u-x)$, and the gap is $[[affine_gap]]$. It is negative if one
column rises and the other falls.
""",
    globals(),
)


def columns_change_in_the_same_sense(rises: sp.Expr) -> Relations:
    """Columns that rise by v times the difference of two latents, and columns that fall by as much."""
    for sign in (1, -1):
        changes = rises.replace(kernel, lambda row, place, sign=sign: 1 + sign * row * place)
        yield nonnegative(changes, positions[0] * positions[1] * sp.Abs(u - other) ** 2, by=sp.expand)


def affine_columns_have_this_gap(chebyshev_gap: sp.Expr, affine_gap: sp.Expr) -> Relations:
    """The integral over pairs of rows at W = a + b u, its slopes free; and slopes of two signs."""
    lines = dict(zip(positions[:2], slopes, strict=True))
    affine = chebyshev_gap.replace(kernel, lambda row, place: 1 + row * place).doit().subs(lines)
    yield same(affine, affine_gap, by=sp.expand)
    rise, fall = sp.symbols("rise fall", positive=True)
    yield nonnegative(-affine_gap, rise * fall / 12, where={slopes[0]: rise, slopes[1]: -fall}, strict=True)


hubs = Claim(
    label="E3",
    title="Hubs beat the product of densities",
    headline="If no edge probability falls as the neuron's latent rises, the mean share of neurons with edges to all of $k$ inputs is at least the product of the inputs' densities. For $W(u,v)=uw$ it is that product times $$[[hub_gain]].$$",
    statement=r"""
**Setting.** The layer and the set $S$ of $k$ inputs are those of E1. A neuron has a latent $u$, uniform on $[0,1]$. Given $u$, its edges are
independent, and it has an edge to the input at $v_j$ with probability $W(u,v_j)$. A neuron is *wired* to $S$ if it has an edge to each input of $S$.
Let $t_S=\int_0^1\prod_{j\in S}W(u,v_j)\,du$ be the mean share of the neurons that are wired to $S$. Let $r(v)=\int_0^1W(u,v)\,du$ be the
*density* of the column at $v$, the mean share of the neurons with an edge to an input there.

**Hubs.** For $W(u,v)=u\,w(v)$, neurons with a large $u$ are hubs. Then $t_S=\prod_{j\in S}w(v_j)/(k+1)$, which is $[[hub_share]]$ if all $w(v_j)$
are one number $w$. In this case the product of the column densities is $[[density_product]]$. With the same densities, but $W$ independent of $u$,
$t_S$ would be this product. So at the same densities the hubs gain the factor $[[hub_gain]]$: $w^k$ is divided by the polynomial $k+1$, not by $2^k$.

**Monotone columns.** Let $W(u,v_j)$ be nondecreasing in $u$ for every $j\in S$, or nonincreasing for every $j\in S$. Then
$$t_S\ge\prod_{j\in S}r(v_j).$$ For three inputs this product is $[[mean_product]]$.

**Two inputs.** Let $S$ consist of the inputs at $v_1$ and $v_2$. For every $W$ the gap $t_S-r(v_1)r(v_2)$ is $$[[chebyshev_gap]],$$ where $u$ and $x$
run over the latents of two neurons. For affine $W(u,v_j)=a_j+b_ju$ it is $[[affine_gap]]$, which is negative if one column rises and the other falls.
If $W(u,v_1)W(u,v_2)=0$ for all $u$, then $t_S=0$. The gap is then $-r(v_1)r(v_2)$, which is negative if both densities are positive.
""",
    steps=HUB_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract (heterogeneous graphons)"),
    provenance=Provenance.EXTENSION,
    quantities=(
        ACTIVE,
        Quantity(
            column,
            "column factor of the graphon at an active input",
            CLOSED_UNIT,
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        GRAPHON,
        replace(POSITIONS, within=CLOSED_UNIT),
        Quantity(u, "latent of a neuron", CLOSED_UNIT, convention=LATENT),
        Quantity(other, "latent of another neuron", CLOSED_UNIT, convention=LATENT),
        Quantity(
            slopes,
            "slope in the latent of an affine function, such as an affine graphon, at one of two inputs",
            sp.S.Reals,
            drawn=(-1, 1),
        ),
    ),
    symbols={
        **SET,
        "t_S": "mean share of the neurons that have an edge to each input of $S$",
        "v_j": "position of input $j$ in the unit interval",
        "r(v)": "column density, the mean share of the neurons with an edge to an input at the position $v$",
        "a_j": "value of an affine graphon at the latent $0$, at input $j$",
    },
    hypotheses=(
        Hypothesis("as in E1"),
        Hypothesis("for the inequality: all columns of $S$ monotone in the same sense"),
    ),
    aids={"orders": ("rising", "falling")},
    sharp=(
        Sharp(
            expression="mean_product",
            example="columns that are the same at all latents",
            check="constant_columns_attain_the_product",
            side=Side.BELOW,
        ),
    ),
    loose=(
        Loose(
            expression="density_product",
            truth="hub_share",
            at=tuple({k: inputs, column: sp.Rational(1, 2)} for inputs in (2, 8)),
            lost="in the densities, which do not reflect that the same neurons are hubs for all inputs",
            side=Side.BELOW,
        ),
    ),
    because={
        "hubs": lambda hub_share: same(hub_share, sp.integrate(sp.expand((u * column) ** k), (u, 0, 1))),
        "column": lambda column_density: same(column_density, sp.integrate(u * column, (u, 0, 1))),
        "densities": lambda column_density, density_product: induction(
            density_product, k, column_density, lambda term: column_density * term, start=1
        ),
        "gain": lambda hub_share, density_product, hub_gain: (
            same(hub_gain, hub_share / density_product),
            induction(hub_gain, k, sp.S.One, lambda term: term * 2 * (k + 1) / (k + 2), start=1),
        ),
        "two rows": columns_change_in_the_same_sense,
        "affine columns": affine_columns_have_this_gap,
    },
    wrong=lambda: {
        "hub_share: the product of the densities": density_product,
        "hub_share: one more in the denominator": column**k / (k + 2),
        "hub_share: more than at full columns": sp.Rational(11, 10) / (k + 1),
        "hub_share: one more in the denominator, less the factor": 1 / (k + 1) + column,
        "density_product: densities without the half": column**k,
        "hub_gain: the gain of one input less": 2 ** (k - 1) / k,
        "rises: one column alone": kernel(u, positions[0]) - kernel(other, positions[0]),
        "rises: of the sum of two rows": rises.replace(kernel(other, positions[0]), -kernel(other, positions[0])),
        "chebyshev_gap: one column twice": chebyshev_gap.subs(positions[1], positions[0]),
        "product_rise: of the sum": kernel(u, positions[0]) - kernel(other, positions[1]),
        "mean_product: two of the three": mean_product / sp.Integral(kernel(u, positions[2]), (u, 0, 1)),
        "orders: opposite columns": ("opposite",),
        "orders: rising and opposite columns": ("rising", "opposite"),
    },
)
