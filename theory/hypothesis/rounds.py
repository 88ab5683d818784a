"""H6.2: SynFlow in a fixed number of rounds cuts every wide layer at one threshold, and a neuron answers to its own losses."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.hypothesis.critical_density import m, q
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, same
from sparse_limits.theory.tails import t

size = sp.Symbol("N", integer=True, positive=True)  # weights of a layer
level = sp.Symbol("lambda", positive=True)  # threshold of the scores over the flow of a layer
flow = sp.Symbol("F", positive=True)  # of the network: what the scores of each layer add up to
response, other = sp.symbols("epsilon epsilon_1", nonnegative=True)
into, out_of = sp.symbols("xi eta", real=True)

SOURCE = Source(
    "2510.17515",
    "v1",
    "section 4.3: “Synflow converges to a block-like graphon with sharp transitions, strongly prioritising connections among high-centrality neurons”; the law of its rounds is ours",
)
RESPONSES = (
    Quantity(response, "response of the flow into a neuron to the flow out of it", NON_NEGATIVE),
    Quantity(other, "response of the flow out of a neuron to the flow into it", NON_NEGATIVE),
)
WIDE = Hypothesis("wide layers, inputs and outputs included, and a number of rounds that does not grow with them")

score = flow * t / (size * m)  # of a weight of modulus t
cut = level * size * m
balance = t / (size * m)
answer = t**2 * q / m
deviation = (into + response * out_of) / (1 - response * other)

STEPS = proof(
    r"""
dense flows (by total variance): Without masks let $c$ be the coefficient of variation of the flows $R_j$ into the $n$ neurons of a layer,
and $v$ the square of that of $|w|$. Given these flows, the sums $\sum_j|w_{ij}|R_j$ have the same mean, and the squared coefficient of
variation $\frac vn(1+c^2)$. So, starting from $0$ where $R=1$, $c$ tends to $0$ from one layer to the next. The same holds for the flows
$C_i$ out of neurons, starting from the last layer.

flows (from dense flows; by Cauchy–Schwarz): Let the masks of all layers differ from the cuts at $t$ in a share of the entries that tends to
$0$. From one layer to the next $R_i=\sum_j|w_{ij}|M_{ij}R_j$ differs from $\bar R\sum_j|w_{ij}|1\{|w_{ij}|\ge t\}$, on average over $i$, by
at most the means of $|w||M-1\{|w|\ge t\}|R_j$ and of $|w||R_j-\bar R|$ times $n$. Squares of $|w|$ have small means over few entries, and
$R_j$ is at most its value without masks, whose square has small means over few neurons. So all but a share of the neurons that tends to $0$
have $R_i=ne(t)\bar R(1+o(1))$, and the others together have a share of the flow that tends to $0$; likewise for $C$.

sums (from flows; by S11 for profiles): The scores of a layer add up to the flow $F$ of the network, whatever the layer.

score (from sums): So, for all but a share of the entries that tends to $0$, the score of a weight of modulus $t$ is $[[score]]$ up to a
factor $1+o(1)$, where $m$ is the mean of what the round before has kept.

cut (from score): A weight has a score of at least $\lambda F$ if its modulus is at least $[[cut]]$.

masks (from cut; by induction): Before the first round no weight is cut. If the masks before round $k$ are cuts at $t$, except for a share
of the entries that tends to $0$, the masks after it are likewise cuts at the larger of $t$ and `cut`, as removed weights stay removed. $S$
is continuous and strictly decreasing, so that one $\lambda$ leaves the density of the round.

balance (from masks): A layer whose threshold is its cut, with $m=e(t)$, has $[[balance]]=\lambda$.

answer (from masks): Let the flow out of a neuron, the sum over the paths from it to the outputs of the products of the kept moduli, be $1+y$ times that of others. Where a round moves the threshold to $t$, the weights into
this neuron are cut at $t/(1+y)$, and for small $y$ the flow into it is larger, in proportion, by $[[answer]]$ times $y$.

loop (from answer): Let the flow into this neuron exceed that into others, in proportion, by $x$, of which $\xi$ comes from its own weights,
and let $\eta$ be this part of $y$. With $\varepsilon=\varepsilon(t_l)$ and $\varepsilon_1=\varepsilon(t_{l+1})$ held fixed, a round takes
$(x,y)$ to $(\xi+\varepsilon y,\eta+\varepsilon_1x)$. The fixed point has $x=[[deviation]]$. A difference $(a,b)$ from it, or between two
such neurons, becomes $(\varepsilon\varepsilon_1a,\varepsilon\varepsilon_1b)$ in two rounds.
""",
    globals(),
)


def scores_of_a_layer_add_up_to_the_flow(score: sp.Expr) -> Relation:
    """A modulus times the c of all entries, of which N of the mean m make the flow."""
    c = sp.Symbol("c", positive=True)
    (each,) = sp.solve(size * m * c - flow, c)
    return same(t * c, score, where={c: each})


def cut_has_the_score(cut: sp.Expr, score: sp.Expr) -> Relation:
    """The score of a modulus at the cut is λ times the flow."""
    return same(score, level * flow, where={t: cut})


def cuts_have_one_balance(balance: sp.Expr, cut: sp.Expr) -> Relation:
    """The cut is t where λ is the balance."""
    return same(cut, t, where={level: balance})


def flow_follows_the_cut(answer: sp.Expr) -> Relation:
    """The slope of ln e(t/(1 + y)) at y = 0, with e′ = −t p."""
    kept, density, y = sp.Function("e"), sp.Function("p"), sp.Symbol("y")
    slope = -t * density(t) / kept(t)  # of ln e
    return same(answer, (slope * sp.diff(t / (1 + y), y).subs(y, 0)).subs({kept(t): m, density(t): q}))


def deviation_reproduces_itself(deviation: sp.Expr) -> Relation:
    """x = ξ + ε y with y = η + ε₁ x."""
    return same(deviation, into + response * (out_of + other * deviation))


rounds = Claim(
    label="H6.2",
    title="SynFlow in rounds cuts each wide layer at a threshold of its own",
    headline=r"Under its assumptions, SynFlow's rounds cut each wide layer at a threshold, up to a vanishing share of it. A round raises it to $$[[cut]]$$ if that is larger: $Nm$ is the sum of kept moduli, $\lambda$ the same in all layers.",
    statement=r"""
**Setting.** Let the widths of all layers, inputs and outputs included, tend to infinity in fixed ratios. Let the moduli of the weights of
each layer be independent, with one law up to the scale of the layer. Let this law have a continuous density $p>0$ on an interval that begins
at $0$, and a finite mean square. $S$, $e$ and $\varepsilon$ are defined as in H6.1, but $\varepsilon$ need not increase. SynFlow in $T$
rounds keeps the share $\rho^{k/T}$ of all weights in round $k$, under one threshold of the scores. $T$ is fixed.

**Cuts.** Layer $l$ has $N_l$ weights. After each round its mask keeps the weights of modulus at least $t_l$, in units of the layer's scale,
except in a share of its entries that tends to $0$. A round replaces $t_l$ by the larger of $t_l$ and $[[cut]]$ with $N=N_l$, $m=e(t_l)$ and
one $\lambda$ for all layers, as long as no cut reaches the end of the law. Layers whose threshold is their cut have the same balance
$[[balance]]=\lambda$.

**One neuron.** Let the flow out of a neuron be $1+y$ times that of others. After a round that moves the threshold to $t$, the flow into it
is too large by the share $[[answer]]$ times $y$, to first order. Let the value $\varepsilon$ of $\varepsilon(t)$ in the layer below the neuron, and that, $\varepsilon_1$, in the layer above it, be held fixed, and let the neuron's own weights give the flows into it and out of it the deviations $\xi$ and $\eta$. Then, for
$\varepsilon\varepsilon_1\ne1$, the rounds have one fixed point, at which the flow into the neuron deviates by $[[deviation]]$. Two rounds
multiply the distance of both flows from it by $\varepsilon\varepsilon_1$. It is stable for $\varepsilon\varepsilon_1<1$ only.
""",
    steps=STEPS,
    source=SOURCE,
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(t, "threshold of the moduli of weights", NON_NEGATIVE),
        Quantity(m, "mean of the modulus over all weights, those below the threshold as 0", POSITIVE),
        Quantity(q, "density of the modulus at the threshold", NON_NEGATIVE),
        Quantity(size, "number of weights of a layer", COUNT),
        Quantity(level, "threshold of the scores over the flow of the network", NON_NEGATIVE),
        Quantity(flow, "flow of the network, the sum of the scores of a layer", NON_NEGATIVE),
        *RESPONSES,
        Quantity(into, "deviation of the flow into a neuron, from its own weights, in proportion", sp.S.Reals),
        Quantity(out_of, "deviation of the flow out of a neuron, from its own weights, in proportion", sp.S.Reals),
    ),
    hypotheses=(
        WIDE,
        Hypothesis("independent weights with a continuous density of the modulus and a finite mean square"),
        Hypothesis("no layer is cut at the end of the law of its moduli, where nothing would be left of it"),
        Hypothesis("there is one fixed point", sp.Ne(response * other, 1), needed_by=("deviation",)),
    ),
    symbols={
        "p": "density of the modulus of a weight",
        "S, e": "chance that the modulus exceeds a threshold, and the mean of the modulus, those below the threshold as $0$",
        "T": "number of rounds",
        "k": "round",
        r"\rho": "share of all weights that is left in the end",
        "l": "layer",
        "N_l": "number of weights of layer $l$",
        "t_l": "threshold of the moduli in layer $l$",
        "y": "excess of the flow out of a neuron, in proportion",
    },
    uses=("H6.1",),
    because={
        "score": scores_of_a_layer_add_up_to_the_flow,
        "cut": cut_has_the_score,
        "balance": cuts_have_one_balance,
        "answer": flow_follows_the_cut,
        "loop": deviation_reproduces_itself,
    },
    wrong=lambda: {
        "score: no mean": flow * t / size,
        "score: of the kept weights alone": flow * t / m,
        "cut: the layer's size forgotten": level * m,
        "cut: the first round": level * size,
        "balance: the layer's size forgotten": t / m,
        "balance: no mean": t / size,
        "answer: the threshold for its square": t * q / m,
        "answer: the other way": -answer,
        "deviation: no loop": into + response * out_of,
        "deviation: one way alone": (into + response * out_of) / (1 - response),
    },
)
