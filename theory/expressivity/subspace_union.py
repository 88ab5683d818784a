"""E11: sums of functions of few inputs each: how many neurons wired to one or the other set of inputs are enough."""

from dataclasses import replace
from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Remark, Source
from sparse_limits.theory.expressivity.symbols import EDGE, FLOOR_SHARE, NEURONS, alpha, j, n, p
from sparse_limits.theory.expressivity.wired_neurons import at_least, share, tail_law
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, at_sizes, nonnegative, same

k_1, k_2, all_inputs = sp.symbols("k_1 k_2 k_12", integer=True, nonnegative=True)  # of the two sets, of their union
units_1, units_2 = sp.symbols("N_1 N_2", integer=True, nonnegative=True)  # of the two functions
first, second, both = sp.symbols("a b c", integer=True, nonnegative=True)  # neurons wired to one set only, or to both
x_1, x_2 = sp.symbols("x_1:3", real=True)
shared = sp.Symbol("s", positive=True)  # of the larger coordinate of a direction, what the other one is

chances = (alpha * p**k_1, alpha * p**k_2)
either = alpha * (p**k_1 + p**k_2 - p**all_inputs)
lacking = sp.Max(0, units_1 - first) + sp.Max(0, units_2 - second)
most_lacking = sp.Max(0, units_1 - first, units_2 - second, units_1 + units_2 - first - second)
enough = (at_least(n, chances[0], units_1), at_least(n, chances[1], units_2), at_least(n, either, units_1 + units_2))
tails = tuple(1 - each for each in enough)
union_failure = sp.Add(*tails)
union_floor = union_failure / 3
split_sum = sp.Add(*tails[:2])  # each of the two counts by itself
kinks = sp.Max(0, x_1) + sp.Max(0, x_2)
rise = sp.Integer(1)  # of the kinks, from 0 to the boundary
one_unit_error = rise / 2
one_unit = sp.Max(0, x_1 + x_2) + one_unit_error  # with a constant
pair_failure = (  # of one unit for each function, by the neurons wired to either: none for one of them, or one for both
    (1 - chances[0]) ** n
    + (1 - chances[1]) ** n
    - (1 - either) ** n
    + n * alpha * p**all_inputs * (1 - either) ** (n - 1)
)
ONE_UNIT_EACH = tuple(
    {n: width, p: sp.Rational(1, 2), alpha: 1, k_1: 2, k_2: 2, all_inputs: 4, units_1: 1, units_2: 1}
    for width in (6, 12)
)

STEPS = proof(
    r"""
wired neurons (by E1): A neuron that is wired to $S_q$ can be any unit of $x_{S_q}$, and $f_q$ needs $N_q$ such neurons. With lower edge
probabilities fewer neurons are wired. If the edge probabilities are those of the floor, the neurons are wired independently, each to $S_q$
with probability $\alpha p^{k_q}$.

either set (from wired neurons; by additivity): A neuron of the floor has all edges to both sets with probability $p^{k_{12}}$, because
their union has $k_{12}$ inputs. So a neuron is wired to $S_1$ or to $S_2$ with probability $[[either]]$.

units that are lacking (from wired neurons; a definition): Let $a$ neurons be wired to $S_1$ alone, $b$ to $S_2$ alone and $c$ to both. Use
the first kind for $f_1$ and the second kind for $f_2$. Then $f_1$ and $f_2$ together lack $[[lacking]]$ units.

largest (from units that are lacking): This number is $[[most_lacking]]$. So the $c$ neurons are enough if and only if $N_1\le a+c$, $N_2\le
b+c$ and $N_1+N_2\le a+b+c$.

three counts (from wired neurons, either set, largest): The numbers $a+c$, $b+c$ and $a+b+c$ count the neurons that are wired to $S_1$, to
$S_2$ and to at least one of the two sets. Each count is binomial. The three probabilities that the counts fall short add up to
$[[union_failure]]$.

some count falls short (from three counts; by union bound): The neurons are not enough if and only if one of the three counts falls short.
The probability of this is at most the sum of the three probabilities.

a third (from some count falls short; by largest): The probability that some count falls short is at least the largest of the three, which
is at least their mean, $[[union_floor]]$.

rise: Let the larger of $|x_1|,|x_2|$ be $1$, so that $x$ lies on the boundary of $[-1,1]^2$. One of $x$ and $-x$ has that coordinate at
$+1$, and there $\max(0,x_1)+\max(0,x_2)$ is at least $[[rise]]$. At $0$ it is $0$.

constant along a line (from rise; by triangle inequality): A unit $v\,\varphi(w_1x_1+w_2x_2+b)$ plus a constant takes one value on the whole
line through $0$ on which $w_1x_1+w_2x_2=0$. This line leaves the square at two opposite points. So the errors at $0$ and at one of these
points differ by at least $[[rise]]$.

one unit (from rise, constant along a line): At least one of these two errors has a modulus of at least half of this difference,
$[[one_unit_error]]$.
""",
    globals(),
)


def in_four_cases(gap: sp.Expr) -> sp.Expr:
    """What is left where either function has enough neurons of its own, or not: the four cases cover all numbers."""
    enough_1, enough_2 = sp.symbols("enough_1 enough_2", integer=True, nonnegative=True)
    short_1, short_2 = sp.symbols("short_1 short_2", integer=True, nonnegative=True)
    for case in product(
        ({first: units_1 + enough_1}, {units_1: first + short_1}),
        ({second: units_2 + enough_2}, {units_2: second + short_2}),
    ):
        if (left := sp.simplify(valued(gap, {**case[0], **case[1]}))) != 0:
            return left
    return sp.S.Zero


def either_set_is_counted_edge_by_edge(either: sp.Expr) -> Relations:
    """All sets of edges of a neuron of the floor: none to two inputs of each function and of both, p and α free."""
    cases = []
    for own_1, own_2, common in product(range(3), range(3), range(3)):
        wired = sp.S.Zero
        for edges in product((0, 1), repeat=own_1 + own_2 + common):
            in_first, in_second, in_both = edges[:own_1], edges[own_1 : own_1 + own_2], edges[own_1 + own_2 :]
            if all(in_both) and (all(in_first) or all(in_second)):
                wired += p ** sum(edges) * (1 - p) ** (len(edges) - sum(edges))
        sizes = {k_1: own_1 + common, k_2: own_2 + common, all_inputs: own_1 + own_2 + common}
        cases.append((valued(either, sizes), alpha * wired))
    yield at_sizes(cases, "pairs of sets of inputs")


def each_count_is_that_of_wired_neurons(union_failure: sp.Expr, either: sp.Expr) -> Relations:
    """One less the tail of E1 for each of the three, all letters free."""
    counts = ((chances[0], units_1), (chances[1], units_2), (either, units_1 + units_2))
    tails_of_e1 = (valued(tail_law, {share: chance, j: least}) for chance, least in counts)
    yield same(union_failure, 3 - sp.Add(*tails_of_e1), by=sp.expand)


def kinks_rise_to_the_boundary(rise: sp.Expr, kinks: sp.Expr) -> Relations:
    """One coordinate at 1, the other 1 less or more than 0 by s: the value exceeds the rise by 0 or s."""
    for large, small in ((x_1, x_2), (x_2, x_1)):
        for other in (shared, -shared):
            value = kinks.subs({large: 1, small: other}) - kinks.subs({x_1: 0, x_2: 0})
            yield nonnegative(value - rise, sp.Max(0, other))


subspace_union = Claim(
    label="E11",
    title="Sums of functions of few inputs: separate neurons for each function",
    headline=r"A random layer holds the sum of networks of $N_1$ and $N_2$ units if $N_1$, $N_2$ and $N_1+N_2$ neurons are wired to the inputs of the first, the second and either. It fails with probability at most a sum of three binomial tails.",
    statement=r"""
**Setting.** Let $f=f_1+f_2$. Let $f_q$ depend only on the $k_q$ inputs $S_q$ and be within $\varepsilon_q$ of a network
of $N_q$ units on these inputs, and let $S_1\cup S_2$ have $k_{12}$ inputs. Consider a hidden layer of $n$ neurons with a
dense readout. Its edges have the floor of E1: those to these inputs have probability at least $p$, for a share $\alpha$
of the latents. A neuron is *wired* to a set of inputs if it is connected to all of them.

**Enough neurons.** The layer contains the sum of the two networks, which is within $\varepsilon_1+\varepsilon_2$ of
$f$, if each network finds neurons of its own that are wired to its inputs. This fails with probability at most
$$[[union_failure]],$$ an upper bound of the sum of three probabilities: that fewer than $N_1$ neurons are wired to
$S_1$, that fewer than $N_2$ are wired to $S_2$, and that fewer than $N_1+N_2$ are wired to at least one of the two
sets. A neuron is wired to at least one of the sets with probability at least $[[either]]$.

**Exactly the floor.** Let $k_1,k_2\ge1$, and let the edges have probability $p$ on a share $\alpha$ of the latents and
$0$ elsewhere. Then the bound equals the sum of the three probabilities, and a neuron is wired to at least one set with
exactly the probability above. In this case there are too few neurons with probability at least a third of the bound
(`union_floor`), so the bound is loose by a factor of at most three.

**The third probability cannot be left out.** One neuron that is wired to all inputs is enough for $N_1=1$ and for
$N_2=1$ separately. But one unit of any activation, with a constant, differs by at least $[[one_unit_error]]$ somewhere
on $[-1,1]^2$ from $\max(0,x_1)+\max(0,x_2)$, the sum of two networks of one unit.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "beyond the abstract, which has “a Universal Approximation Theorem for sparse networks that depends only on the "
        "intrinsic dimension of active coordinate subspaces”; Hall 1935 for more than two",
    ),
    provenance=Provenance.PITFALL,
    quantities=(
        replace(NEURONS, within=COUNT_FROM_ZERO, drawn=(6, 30)),
        replace(EDGE, within=CLOSED_UNIT, drawn=(sp.Rational(1, 2), sp.Rational(19, 20))),
        replace(FLOOR_SHARE, within=CLOSED_UNIT, drawn=(sp.Rational(1, 2), sp.Rational(19, 20))),
        Quantity((k_1, k_2), "number of inputs of one of two functions", COUNT_FROM_ZERO, drawn=(0, 3)),
        Quantity(all_inputs, "number of inputs of both functions together", COUNT_FROM_ZERO, drawn=(0, 6)),
        Quantity(
            (units_1, units_2), "number of units that suffice for one of two functions", COUNT_FROM_ZERO, drawn=(0, 6)
        ),
        Quantity(
            (first, second, both),
            "number of neurons wired to the inputs of one of two functions and not to all of the other, or of both",
            COUNT_FROM_ZERO,
            drawn=(0, 6),
        ),
        Quantity((x_1, x_2), "input of the example", sp.Interval(-1, 1)),
    ),
    named=dict(zip(("T_1", "T_2", "T_{12}"), enough, strict=True)),
    symbols={
        "f": "function to be approximated, the sum of $f_1$ and $f_2$",
        "S_q": "set of the inputs of the function $f_q$, with $q$ one of $1$ and $2$",
        r"\varepsilon_q": "error with which $N_q$ units approximate $f_q$",
        "T_1, T_2": "chances that at least $N_1$ neurons are wired to $S_1$, and at least $N_2$ to $S_2$",
        "T_{12}": "chance that at least $N_1+N_2$ neurons are wired to $S_1$ or to $S_2$",
        "i": "index of summation, a number of wired neurons",
    },
    hypotheses=(
        Hypothesis("edges as in E1; the readout edges of wired neurons are present"),
        Hypothesis(
            "together the functions have no fewer inputs than each, and no more than both",
            (k_1 <= all_inputs) & (k_2 <= all_inputs) & (all_inputs <= k_1 + k_2),
        ),
    ),
    also=("union_floor",),
    aids={
        "one_neuron": {n: 1, p: 1, alpha: 1, k_1: 1, k_2: 1, all_inputs: 2, units_1: 1, units_2: 1},
        "kinks": kinks,
        "one_unit": one_unit,
        "pair_failure": pair_failure,
    },
    remarks=(
        Remark(
            r"For $m$ functions there are enough neurons if and only if, for each set of functions, the number of neurons wired to "
            r"the inputs of at least one of them is at least the number that they need together (Hall 1935). This gives a sum of "
            r"$2^m-1$ binomial tails. Bounds with $m$ terms, from stronger requirements, are the sum of "
            r"$P(\mathrm{Bin}(n_q,\alpha p^{k_q})<N_q)$ for any split $n=\sum_qn_q$ of the layer, and the sum of "
            r"$P(\mathrm{Bin}(n,\alpha p^{k_q})<\sum_rN_r)$."
        ),
    ),
    sharp=(
        Sharp(
            expression="one_unit_error",
            example=r"$\max(0,x_1+x_2)+\frac12$",
            check="one_unit_errs_by_as_much",
            side=Side.BELOW,
        ),
    ),
    loose=(
        Loose(
            expression="union_failure",
            truth="pair_failure",
            at=ONE_UNIT_EACH,
            lost="in the union bound over three counts that fall short together",
            order="by the step *a third*, at most three times too large",
        ),
        Loose(
            expression="union_floor",
            truth="pair_failure",
            at=ONE_UNIT_EACH,
            lost="in the mean of the three probabilities, which replaces the largest",
            order="by the step *some count falls short*, at most three times too small",
            side=Side.BELOW,
        ),
    ),
    pitfalls=(
        Pitfall(
            control="each count by itself",
            said=r"The layer fails with probability at most $P(\mathrm{Bin}(n,\alpha p^{k_1})<N_1)+P(\mathrm{Bin}(n,\alpha p^{k_2})<N_2)$.",
            by="One might expect this, because it is the sum of the probabilities that each of the two functions fails by itself (E6.1).",
            why="A neuron that is wired to both sets is counted twice, and can be a unit of one function only.",
            counterexample="one_neuron",
            by_hand=r"$n=1$, $p=\alpha=1$, $N_1=N_2=1$: the one neuron is wired to all inputs and both terms are $0$, but there are no two units.",
            instead="The same with a third term, for the neurons that are wired to either set.",
        ),
    ),
    because={
        "either set": either_set_is_counted_edge_by_edge,
        "largest": lambda lacking, most_lacking: (
            same(most_lacking.subs({units_1: 0, units_2: 0, first: 1, second: 1}), 0),  # more than enough
            same(lacking, most_lacking, by=in_four_cases),
        ),
        "three counts": each_count_is_that_of_wired_neurons,
        "rise": kinks_rise_to_the_boundary,
        "one unit": lambda one_unit_error, rise: same(one_unit_error, rise - one_unit_error),
    },
    wrong=lambda: {
        "either: those of both twice": chances[0] + chances[1],
        "either: as if independent": 1 - (1 - chances[0]) * (1 - chances[1]),
        "either: of the floor": either / alpha,
        "either: of both alone": alpha * p**all_inputs,
        "either: those of the first alone": chances[0],
        "most_lacking: the first alone": sp.Max(0, units_1 - first),
        "most_lacking: without the sum": sp.Max(0, units_1 - first, units_2 - second),
        "most_lacking: may be negative": sp.Max(units_1 - first, units_2 - second, units_1 + units_2 - first - second),
        "lacking: units that are not there": units_1 - first + units_2 - second,
        "lacking: of the first alone": sp.Max(0, units_1 - first),
        "lacking: the other way round": sp.Max(0, first - units_1) + sp.Max(0, second - units_2),
        "union_failure: each count by itself": split_sum,
        "union_failure: successes": 3 - union_failure,
        "union_failure: the sum of units for each": 2 - sum(at_least(n, q, units_1 + units_2) for q in chances),
        "union_failure: product": split_sum * union_failure,
        "union_floor: half of it": union_failure / 2,
        "union_floor: all of it": union_failure,
        "one_unit: without the constant": sp.Max(0, x_1 + x_2),
        "one_unit: of the difference": sp.Max(0, x_1 - x_2) + sp.Rational(1, 2),
        "pair_failure: one input more than both sets have": pair_failure.subs(all_inputs, k_1 + k_2 + 1),
        "pair_failure: each count by itself": (1 - chances[0]) ** n + (1 - chances[1]) ** n,
    },
)
