"""E8: a second hidden layer replaces the price p^k of full wiring by relays."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.expressivity.symbols import ACTIVE, EDGE, MARGIN, epsilon, k, m, p
from theory.quantities import COUNT, Hypothesis, Quantity

second_width = sp.Symbol("n_2", integer=True, positive=True)

group = sp.floor(m / k)  # first-layer neurons for each input
relayed = (1 - (1 - p**2) ** group) ** k
lower_bound = 1 - k * sp.exp(-(p**2) * group)
both_relayed = (1 - 2 * (1 - p**2) ** group + (1 - p + p * (1 - p) ** 2) ** group) ** k
variance = (relayed - relayed**2 + (second_width - 1) * (both_relayed - relayed**2)) / second_width
chosen = (1 - (1 - p) ** group) ** k
input_budget = p**2 * m / ((1 + epsilon) * sp.log(m))
budget_failure = p**2 * sp.exp(p**2) / ((1 + epsilon) * sp.log(m) * m**epsilon)

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
which for $p<1$ does not vanish as $n_2\to\infty$: they share their relays. Sufficient, not necessary: if the
split is chosen after the first mask is seen and gives every input $g$ neurons with an edge to it, the probability is $[[chosen]]$.
""",
    proof_text=r"""
$\max(x_j+B,0)=x_j+B$, so a relay passes its input on, other edges having weight $0$, and $\varphi(\sum_j\omega_jx_j+b)$ is a neuron with one edge from a relay of each input and
bias $b-B\sum\omega_j$. Groups are disjoint: the inputs are independent given the second-layer neuron's edges, and for two such neurons too. A group has
$R\sim\mathrm{Bin}(g,p)$ relays, and $E(1-p)^R=(1-p^2)^g$, $E(1-p)^{2R}=(1-p+p(1-p)^2)^g$, so that $P$ of missing neither is
$1-2E(1-p)^R+E(1-p)^{2R}$. The share is a mean of exchangeable indicators; $e_2-q^2$ is the variance of
$\prod_j(1-(1-p)^{R_j})$, which takes two values at
least if $p<1$. *Bound:* $(1-y)^k\ge1-ky$ and $1-p^2\le e^{-p^2}$. *Budget:*
$g>\frac mk-1$, so $ke^{-p^2g}\le ke^{p^2}e^{-p^2m/k}$, which increases with $k$; at the budget $e^{-p^2m/k}=m^{-1-\varepsilon}$. *Chosen:*
the second mask is independent of the split, and every one of $g$ edges will do. ∎
""",
    source=Source("2602.06675", "beyond the abstract (deeper networks)"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(m, "number of neurons of the first hidden layer", COUNT, drawn=(9, 60)),
        Quantity(second_width, "number of neurons of the second hidden layer", COUNT, drawn=(1, 9)),
        replace(ACTIVE, meaning="number of inputs", drawn=(2, 5)),
        replace(EDGE, meaning="probability of an edge in either layer"),
        replace(MARGIN, meaning="relative margin of the budget of inputs"),
    ),
    hypotheses=(
        Hypothesis("independent edges of one probability in both layers"),
        Hypothesis("bounded inputs, biases, unbounded weights"),
        Hypothesis("at least two neurons in the first layer", m >= 2, ("input_budget", "budget_failure")),
    ),
    expressions={
        "relayed": relayed,
        "lower_bound": lower_bound,
        "both_relayed": both_relayed,
        "variance": variance,
        "chosen": chosen,
        "input_budget": input_budget,
        "budget_failure": budget_failure,
    },
)
