"""E8: a second hidden layer replaces the price p^k of full wiring by relays."""

from dataclasses import replace
from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.expressivity.symbols import EDGE, MARGIN, SOME_ACTIVE, epsilon, k, m, p
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, at_sizes, holds, induction, nonnegative, same

second_width = sp.Symbol("n_2", integer=True, positive=True)

x = sp.Symbol("x", real=True)  # an input
bound = sp.Symbol("B", positive=True)  # of its modulus

relay = sp.Max(x + bound, 0)
group = sp.floor(m / k)  # first-layer neurons for each input
missed = (1 - p**2) ** group
relayed = (1 - missed) ** k
lower_bound = 1 - k * sp.exp(-(p**2) * group)
rounded = k * sp.exp(p**2 - p**2 * m / k)
both_missed = (1 - p + p * (1 - p) ** 2) ** group
both_relayed = (1 - 2 * missed + both_missed) ** k
variance = (relayed - relayed**2 + (second_width - 1) * (both_relayed - relayed**2)) / second_width
shared = both_relayed - relayed**2
chosen = (1 - (1 - p) ** group) ** k
input_budget = p**2 * m / ((1 + epsilon) * sp.log(m))
budget_failure = p**2 * sp.exp(p**2) / ((1 + epsilon) * sp.log(m) * m**epsilon)
unrelayed = 1 - relayed
most_inputs = sp.Integer(20)  # of 1000 neurons at p = ½ that fail no more often, at ε = 1
THOUSAND = {m: 1000, p: sp.Rational(1, 2), epsilon: 1}

STEPS = proof(
    r"""
relay: A relay with weight $1$, bias $B$ and no other weight has the output $[[relay]]=x+B$ for $|x|\le B$. So a neuron with an edge from a
relay of each input, weights $\omega_j$ and bias $b-B\sum_j\omega_j$ computes $\varphi(\omega\cdot x+b)$.

groups: Each input has a group of $g=[[group]]$ neurons of the first layer, where $g\le\frac mk<g+1$. With $k$ more neurons each group has
one neuron more. The groups are disjoint.

one input (from groups): A neuron of a group serves a neuron of the second layer if both its edge to the input and its edge to that neuron
exist. None of the $g$ neurons does so with probability $[[missed]]$: $k$ more neurons bring one more neuron to each group, and one more
factor.

all inputs (from relay, one input; by independence): Groups share no edges. So a neuron of the second layer has a relay of each of the $k$
inputs with probability $q=[[relayed]]$.

some input (from all inputs; by union bound): The probability that some input is missed is at most $k$ times the probability that a given
input is missed.

exponential (by exponential): $1-p^2\le e^{-p^2}$.

lower bound (from some input, exponential): Replacing $1-p^2$ by $e^{-p^2}$ in each factor gives $q\ge[[lower_bound]]$.

rounding (from lower bound): Since $g>\frac mk-1$, $1-q\le[[rounded]]$, which increases with $k$.

budget (from rounding): At $k=[[input_budget]]$, $e^{-p^2m/k}=m^{-1-\varepsilon}$.

failure (from rounding, budget): So for $k$ up to this value, $1-q\le[[budget_failure]]$, which tends to $0$ as $m\to\infty$.

one input, two neurons (from groups): Two neurons of the second layer both miss an input with probability $[[both_missed]]$: each neuron of
the group either has no edge to the input, or has this edge and serves neither of the two.

two neurons (from one input, one input, two neurons; by independence): Both neurons have a relay of a given input with probability $1$,
minus twice the probability that one of them misses the input, plus the probability that both do. For all inputs the probability is
$e_2=[[both_relayed]]$.

share (from all inputs, two neurons): The share is the mean of $n_2$ indicators of mean $q$. The product of two of them has mean $e_2$. So
the variance of the share is $\frac1{n_2}(q-q^2+(n_2-1)(e_2-q^2))=[[variance]]$.

given the first mask (from all inputs, two neurons; by Jensen): Given the first mask, two neurons are independent, and each has relays of
all inputs with the same probability $P$. So $q=EP$ and $e_2=EP^2\ge q^2$. $P$ is $0$ if the first mask has no edge, and positive if it has
all edges. So for $p<1$ and $m\ge k$ it is not constant, and $e_2>q^2$.

shared relays (from share, given the first mask): As $n_2\to\infty$ the variance tends to $[[shared]]$, the variance of $P$.

chosen split (from relay, groups; by independence): If each input has $g$ neurons with an edge to it, only the edges of these neurons to the
second layer remain random, and the mask of these edges is independent of the split. The probability is $[[chosen]]$.
""",
    globals(),
)

one, two = sp.symbols("q e_2", positive=True)


def in_chances(gap: sp.Expr) -> sp.Expr:
    """With letters for the chances of one neuron and of two."""
    return sp.simplify(gap.subs(both_relayed, two).subs(relayed, one))


def relays_pass_their_input_on(relay: sp.Expr) -> Relations:
    """The input and its bound, at every distance y of the former from −B."""
    above = bound * sp.Symbol("y", nonnegative=True)
    yield same(relay, x + bound, by=lambda gap: sp.expand(gap.subs(x, above - bound)))


def groups_are_as_large_as_they_can_be(group: sp.Expr) -> Relations:
    """k neurons more bring one more; and k groups, of whole numbers, leave less than k of up to twelve neurons."""
    yield same(group.subs(m, m + k), group + 1, by=sp.expand)
    for neurons, inputs in product(range(1, 13), range(1, 6)):
        held = sp.sympify(valued(group, {m: neurons, k: inputs}))
        left = neurons - inputs * held
        yield holds(held.is_Integer and 0 <= left < inputs, f"{inputs} groups of {neurons} neurons leave {left}")


def inputs_are_relayed_independently(missed: sp.Expr, relayed: sp.Expr) -> Relations:
    """What is left where one input is missed, then another, up to four of them."""
    cases = []
    for inputs in range(1, 5):
        one, left = missed.subs({k: inputs}), sp.S.One
        for _ in range(inputs):
            left -= left * one
        cases.append((relayed.subs(k, inputs), left))
    yield at_sizes(cases, "numbers of inputs")


def inputs_are_relayed_to_both(missed: sp.Expr, both_missed: sp.Expr, both_relayed: sp.Expr) -> Relations:
    """Inclusion and exclusion, up to three inputs."""
    cases = []
    for inputs in range(1, 4):
        one, both = missed.subs(k, inputs), both_missed.subs(k, inputs)
        either = (one - both) + (one - both) + both  # the first alone, the second alone, both
        cases.append((both_relayed.subs(k, inputs), sp.Mul(*[1 - either] * inputs)))
    yield at_sizes(cases, "numbers of inputs")


def rounding_costs_a_neuron(lower_bound: sp.Expr, rounded: sp.Expr) -> Relations:
    """k e^{−p²g} at g = m/k − r, r < 1, times e^{p²(1−r)} ≥ 1; and the slope in k."""
    r = sp.Symbol("r", nonnegative=True)
    yield same(rounded, (1 - lower_bound).subs(group, m / k - r) * sp.exp(p**2 * (1 - r)))
    inputs = sp.Symbol("inputs", positive=True)
    rise = sp.exp(p**2 - p**2 * m / inputs) * (1 + p**2 * m / inputs)
    yield nonnegative(rounded.diff(k), rise, where={k: inputs})


def squares_of_counts_grow_neuron_by_neuron(relayed: sp.Expr, both_relayed: sp.Expr, variance: sp.Expr) -> Relations:
    """The mean square of the count: q for one neuron; one more brings itself, and a pair with each, in either order."""
    square = second_width**2 * (variance + relayed**2)

    def more(term: sp.Expr) -> sp.Expr:
        return term + relayed + 2 * second_width * both_relayed

    yield induction(square, second_width, relayed, more, start=1, by=in_chances)


def what_many_neurons_share(variance: sp.Expr, shared: sp.Expr) -> Relations:
    """What the variance exceeds it by, times n₂, does not depend on n₂; one input and one neuron of p = ½ share 1/16."""
    excess = second_width * (variance - shared)
    yield same(excess, excess.subs(second_width, 1), by=in_chances)
    yield same(shared.subs({m: 1, k: 1, p: sp.Rational(1, 2)}), sp.Rational(1, 16))


def chosen_relays_need_one_edge_more(chosen: sp.Expr) -> Relations:
    """All sets of edges from groups of up to three neurons, for one and two inputs."""
    cases = []
    for held in range(1, 4):
        sets = [sum(edges) for edges in product((0, 1), repeat=held) if any(edges)]
        some = sum(p**edges * (1 - p) ** (held - edges) for edges in sets)
        cases += [(chosen.subs({m: inputs * held, k: inputs}), some**inputs) for inputs in (1, 2)]
    yield at_sizes(cases, "groups")


relay_layer = Claim(
    label="E8",
    title="A second layer removes the price of full wiring: relays",
    headline=r"With edge probability $p$, a neuron of a second hidden layer has relays of all $k$ inputs among $m$ neurons below with probability $$[[relayed]].$$ So $k$ may be of order $m/\ln m$, whereas full wiring ends at order $\ln m$.",
    statement=r"""
**Setting.** Let a network have $k$ inputs in $[-B,B]$ and two hidden ReLU layers of $m$ and $n_2$ neurons with
biases. Let all edges be independent with probability $p$.

**Relays.** Split the first layer, before the mask is seen, into $k$ groups of $g$ neurons. Neuron $i$ of group $j$
*relays* $x_j$ if its edge to input $j$ exists. A neuron of the second layer with edges to a relay of every input can
compute every $\varphi(\omega\cdot x+b)$. It has such edges with probability
$$q=[[relayed]]\ge[[lower_bound]].$$

**How many inputs.** So $k\le[[input_budget]]$ is sufficient for $q\ge1-[[budget_failure]]$, which tends to $1$ as
$m\to\infty$. Full wiring ends at $\ln m/\ln\frac1p$ inputs (E4).

**Neurons share their relays.** Two neurons of the second layer both have such edges with probability
$e_2=[[both_relayed]]$. Of the $n_2$ neurons, the share with such edges has mean $q$ and variance
$$[[variance]],$$
which decreases to $[[shared]]$ as $n_2\to\infty$. For $p<1$ and $m\ge k$ this limit is greater than $0$, because the
neurons share their relays.

**A split that is chosen later.** This construction is sufficient, not necessary. If the split is chosen after the
first mask is seen and gives every input $g$ neurons with an edge to it, the probability is $[[chosen]]$.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract (deeper networks)"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(m, "number of neurons of the first hidden layer", COUNT, drawn=(9, 60)),
        Quantity(second_width, "number of neurons of the second hidden layer", COUNT, drawn=(1, 9)),
        replace(SOME_ACTIVE, meaning="number of inputs", drawn=(2, 5)),
        replace(EDGE, meaning="probability of an edge in either layer"),
        replace(MARGIN, meaning="relative margin of the budget of inputs"),
        Quantity(x, "an input", sp.S.Reals, drawn=(-1, 1)),
        Quantity(bound, "largest modulus of an input", POSITIVE, drawn=(1, 4)),
    ),
    named={"g": group, "r": 1 - missed, "e_2": both_relayed},
    symbols={
        "g": "number of neurons of a group",
        "x_j": "input $j$",
        "i": "number of a neuron in its group",
        r"\varphi": "activation, the ReLU",
        r"\omega": "weights of any neuron of all $k$ inputs",
        "b": "bias of that neuron",
        "q": "chance that a neuron of the second layer has edges to a relay of every input",
        "r": "chance that it has edges to a relay of one given input",
        "e_2": "chance that two neurons of the second layer both have edges to a relay of every input",
    },
    hypotheses=(
        Hypothesis("independent edges of one probability in both layers"),
        Hypothesis("bounded inputs, biases, unbounded weights"),
        Hypothesis("an input within its bounds", sp.Abs(x) <= bound, ("relay",)),
        Hypothesis("at least two neurons in the first layer", m >= 2, ("input_budget", "budget_failure")),
    ),
    aids={"unrelayed": unrelayed, "most_inputs": most_inputs},
    loose=(
        Loose(
            expression="lower_bound",
            truth="relayed",
            at=tuple({m: 60, k: inputs, p: sp.Rational(1, 2)} for inputs in (4, 6)),
            lost=r"in $1-p^2\le e^{-p^2}$ for each neuron, and in the union bound over inputs",
            side=Side.BELOW,
        ),
        Loose(
            expression="budget_failure",
            truth="unrelayed",
            at=({**THOUSAND, k: 18}, {**THOUSAND, p: sp.Rational(9, 10), k: 58}),
            lost=r"in $1-p^2\le e^{-p^2}$ for each neuron, hence in the exponent (the more, the larger $p$ is), and in rounding",
        ),
        Loose(
            expression="input_budget",
            truth="most_inputs",
            at=(THOUSAND,),
            lost="in the bound on the failure; the most inputs are those at which the relays fail at most as often as claimed",
            side=Side.BELOW,
        ),
    ),
    because={
        "relay": relays_pass_their_input_on,
        "groups": groups_are_as_large_as_they_can_be,
        "all inputs": inputs_are_relayed_independently,
        "two neurons": inputs_are_relayed_to_both,
        "lower bound": lambda missed, lower_bound: same(lower_bound, 1 - k * missed.subs(1 - p**2, sp.exp(-(p**2)))),
        "rounding": rounding_costs_a_neuron,
        "budget": lambda rounded, input_budget: same(
            rounded.subs(k, input_budget), input_budget * sp.exp(p**2) * m ** (-1 - epsilon)
        ),
        "failure": lambda rounded, input_budget, budget_failure: (
            same(budget_failure, rounded.subs(k, input_budget)),
            same(sp.limit(budget_failure.subs({p: 1, epsilon: 1}), m, sp.oo), sp.S.Zero),
        ),
        "share": squares_of_counts_grow_neuron_by_neuron,
        "shared relays": what_many_neurons_share,
        "chosen split": chosen_relays_need_one_edge_more,
    },
    wrong=lambda: {
        "relayed: full wiring": p**k,
        "relayed: forgets the input edge": (1 - (1 - p) ** group) ** k,
        "relayed: one group for all inputs": 1 - (1 - p**2) ** m,
        "relayed: all neurons relay every input": (1 - (1 - p**2) ** m) ** k,
        "both_relayed: independent neurons": relayed**2,
        "both_relayed: relays of their own": (1 - 2 * (1 - p**2) ** group + (1 - p**2) ** (2 * group)) ** k,
        "chosen: chosen as if fixed": relayed,
        "chosen: of one input": 1 - (1 - p) ** group,
        "relay: without the bias": sp.Max(x, 0),
        "relay: a bias of half the bound": sp.Max(x + bound / 2, 0),
        "group: rounded up": sp.ceiling(m / k),
        "group: not rounded": m / k,
        "group: all neurons": m,
        "missed: forgets the input edge": (1 - p) ** group,
        "missed: any edge": (1 - p) ** (2 * group),
        "missed: all neurons relay every input": (1 - p**2) ** m,
        "both_missed: independent neurons": missed**2,
        "both_missed: neither edge": (1 - p) ** (2 * group),
        "lower_bound: without the number of inputs": 1 - sp.exp(-(p**2) * group),
        "lower_bound: one edge": 1 - k * sp.exp(-p * group),
        "rounded: without rounding": rounded * sp.exp(-(p**2)),
        "rounded: twice the exponent": k * sp.exp(p**2 - 2 * p**2 * m / k),
        "input_budget: budget of full wiring": sp.log(m) / sp.log(1 / p),
        "input_budget: budget without ε": p**2 * m / sp.log(m),
        "budget_failure: without rounding": budget_failure * sp.exp(-(p**2)),
        "budget_failure: a failure without the power of m": budget_failure / m,
        "budget_failure: a failure times m": budget_failure * m,
        "variance: independent neurons": (relayed - relayed**2) / second_width,
        "variance: one neuron": relayed - relayed**2,
        "variance: pairs over n₂ − 2": variance + (both_relayed - relayed**2) / second_width,
        "shared: those of one neuron": relayed - relayed**2,
        "most_inputs: one input more": most_inputs + 1,
        "most_inputs: one input less": most_inputs - 1,
        "unrelayed: the share": relayed,
        "unrelayed: of one input": missed,
    },
)
