"""E8: a second hidden layer replaces the price p^k of full wiring by relays."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.expressivity.symbols import EDGE, MARGIN, SOME_ACTIVE, epsilon, k, m, p
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, POSITIVE, Hypothesis, Quantity

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
relay: A relay with the weight $1$, the bias $B$ and no other weight has the output $[[relay]]=x+B$ for $|x|\le B$. A neuron with an edge
from a relay of each input, weights $\omega_j$ and the bias $b-B\sum_j\omega_j$ thus computes $\varphi(\omega\cdot x+b)$.

groups: Each input has a group of $g=[[group]]$ neurons of the first layer, $g\le\frac mk<g+1$, one more for $k$ neurons more; and the
groups are disjoint.

one input (from groups): A neuron of a group serves one of the second layer if its edges to the input and from it are both there. None of
$g$ does with probability $[[missed]]$: $k$ more neurons bring one more to each group, and a factor.

all inputs (from relay, one input; by independence): Groups share no edges, so that a neuron of the second layer has a relay of each of $k$
inputs with probability $q=[[relayed]]$.

some input (from all inputs; by union bound): Some input is missed with at most $k$ times the probability for one.

exponential (by exponential): $1-p^2\le e^{-p^2}$.

lower bound (from some input, exponential): With $e^{-p^2}$ for $1-p^2$ in each factor, $q\ge[[lower_bound]]$.

rounding (from lower bound): As $g>\frac mk-1$, $1-q\le[[rounded]]$, which rises with $k$.

budget (from rounding): At $k=[[input_budget]]$, $e^{-p^2m/k}=m^{-1-\varepsilon}$.

failure (from rounding, budget): So up to this $k$, $1-q\le[[budget_failure]]$, which tends to $0$ as $m\to\infty$.

one input, two neurons (from groups): Two neurons of the second layer both miss an input with probability $[[both_missed]]$: a neuron of the
group has no edge to the input, or has it and serves neither.

two neurons (from one input, one input, two neurons; by independence): They both have a relay of it with $1$, less twice the chance for one
to miss it, and the chance for both: of all inputs with $e_2=[[both_relayed]]$.

share (from all inputs, two neurons): The share is the mean of $n_2$ indicators of mean $q$ whose products have the mean $e_2$. Its variance
is $\frac1{n_2}(q-q^2+(n_2-1)(e_2-q^2))=[[variance]]$.

given the first mask (from all inputs, two neurons; by Jensen): Given the first mask two neurons are independent, each with the same chance
$P$, so that $q=EP$ and $e_2=EP^2\ge q^2$. $P$ is $0$ if the first mask has no edge, and positive if it has all: for $p<1$ and $m\ge k$ it
is not constant, and $e_2>q^2$.

shared relays (from share, given the first mask): As $n_2\to\infty$ the variance tends to $[[shared]]$, the variance of $P$.

chosen split (from relay, groups; by independence): If each input has $g$ neurons with an edge to it, only their edges to the second layer
are left to chance, and that mask is independent of the split: $[[chosen]]$.
""",
    globals(),
)

relay_layer = Claim(
    label="E8",
    title="A second layer removes the price of full wiring: relays",
    statement=r"""
Two hidden ReLU layers with biases, $k$ inputs in $[-B,B]$, $m$ and $n_2$ neurons, all edges independent of probability $p$. Split the
first layer, before the mask is seen, into $k$ groups of $g=\lfloor m/k\rfloor$; neuron $i$ of group $j$ *relays* $x_j$ if its edge to $j$
exists. A neuron of the second layer with edges to a relay of every input can compute every $\varphi(\omega\cdot x+b)$. It has them
with probability
$$q=[[relayed]]\ge[[lower_bound]].$$
So $k\le[[input_budget]]$ inputs suffice for $q\ge1-[[budget_failure]]\to1$, where full wiring ends at $\ln m/\ln\frac1p$ (E4). Two neurons of the
second layer both have them with probability $e_2=[[both_relayed]]$; the share of such neurons among $n_2$ has the mean $q$ and the variance
$\frac1{n_2}(q-q^2+(n_2-1)(e_2-q^2))$, written out
$$[[variance]],$$
which falls to $[[shared]]$ as $n_2\to\infty$, more than $0$ for $p<1$ and $m\ge k$: they share their relays. Sufficient, not necessary: if the
split is chosen after the first mask is seen and gives every input $g$ neurons with an edge to it, the probability is $[[chosen]]$.
""",
    steps=STEPS,
    source=Source("2602.06675", "beyond the abstract (deeper networks)"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(m, "number of neurons of the first hidden layer", COUNT, drawn=(9, 60)),
        Quantity(second_width, "number of neurons of the second hidden layer", COUNT, drawn=(1, 9)),
        replace(SOME_ACTIVE, meaning="number of inputs", drawn=(2, 5)),
        replace(EDGE, meaning="probability of an edge in either layer"),
        replace(MARGIN, meaning="relative margin of the budget of inputs"),
        Quantity(x, "an input", sp.S.Reals, drawn=(-1, 1)),
        Quantity(bound, "largest modulus of an input", POSITIVE, drawn=(1, 4)),
    ),
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
            lost=r"in $1-p^2\le e^{-p^2}$ for each neuron, and so in the exponent, the more the larger $p$, and in rounding",
        ),
        Loose(
            expression="input_budget",
            truth="most_inputs",
            at=(THOUSAND,),
            lost="in the bound of the failure; the most inputs are those at which the relays fail no more often than claimed",
            side=Side.BELOW,
        ),
    ),
)
