"""E9 and E10: the density of paths from an input, and how often there is none."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.expressivity.symbols import NEURONS, n
from sparse_limits.theory.expressivity.wired_neurons import binomial_law
from sparse_limits.theory.graphon.symbols import UP_TO_ONE
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same
from sparse_limits.theory.saliency.model import v
from sparse_limits.theory.saliency.symbols import CHANCE

u_1, u_2 = sp.symbols("u_1 u_2", positive=True)  # latents of two hidden layers
W_1, W_2, W_3 = (sp.Function(f"W_{layer}", nonnegative=True) for layer in (1, 2, 3))
n_1, n_2 = sp.symbols("n_1 n_2", integer=True, positive=True)
p_1, p_2, p_3 = densities = sp.symbols("p_1:4", positive=True)
rho_path, degree = sp.symbols("rho_path r", positive=True)  # of an input: share of its paths, of its edges
reached = sp.Symbol("i", integer=True, nonnegative=True)

given_latents = W_3(u_2) * W_2(u_2, u_1) * W_1(u_1, v)
path_density = sp.Integral(W_3(u_2) * sp.Integral(W_2(u_2, u_1) * W_1(u_1, v), (u_1, 0, 1)), (u_2, 0, 1))
EXAMPLE = {W_1: lambda row, place: row * place, W_2: lambda row, place: 1 - row * place, W_3: lambda row: row}
example_density = 5 * v / 36
example_marginals = v / 2 * sp.Rational(3, 4) * sp.Rational(1, 2)
expected_paths = rho_path * n_1 * n_2

DENSITIES = (sp.Rational(1, 20), sp.Rational(19, 20))  # where they are drawn
WIDTHS = Quantity((n_1, n_2), "number of neurons of one of two hidden layers", COUNT_FROM_ZERO, drawn=(0, 9))
PATHS = Quantity(rho_path, "share of an input's paths to the output that are kept", UP_TO_ONE, drawn=DENSITIES)

ANNOUNCED = Source(
    "2602.06675",
    "ICML 2026",
    "abstract: “introduce a path-density interpretation of how sparse topology can modulate kernel alignment”; what a path density is, is our reading",
)
PATH_STEPS = proof(
    r"""
one path: The edges of a path lie in different layers, so they are independent given the latents. With two hidden layers, all of them are
kept with probability $[[given_latents]]$.

latents (from one path; by Fubini): The latents on a path are distinct, hence independent and uniform. Averaged over the latents, the path
is kept with probability $\rho_{path}(v)=[[path_density]]$.

all paths (from latents): Means add, even if paths share edges. Each further neuron of the first layer brings $n_2$ paths, and the mean
number of paths that are kept is $[[expected_paths]]$.

example (from latents): For $W^{(1)}=u_1v$, $W^{(2)}=1-u_1u_2$, $W^{(3)}=u_2$ the path density is $[[example_density]]$. For constant
kernels the path density is their product.

densities apart: The three layers of the example have the densities $\frac v2$, $\frac34$, $\frac12$, whose product is
$[[example_marginals]]$.
""",
    globals(),
)


def integrated(inner: sp.Expr, *limits: Iterable[sp.Expr]) -> sp.Expr:
    """The integral over [0, 1] of a sum of powers, term by term: a power has 1 over its exponent and 1; others by SymPy."""
    for place, (letter, low, high) in enumerate(limits):
        found = []
        for term in sp.Add.make_args(sp.expand(inner, power_exp=False)):
            factor, rest = term.as_independent(letter, as_Add=False)
            powers = [power.as_base_exp() for power in sp.Mul.make_args(rest) if power != 1]
            exponent = sp.Add(*(each for _, each in powers))
            if {base for base, _ in powers} - {letter} or exponent.has(letter) or (low, high) != (0, 1):
                return sp.Integral(inner, *limits[place:]).doit()
            found.append(factor / (exponent + 1))
        inner = sp.Add(*found)
    return inner


Layers = Mapping[sp.Function, Callable[..., sp.Expr]]


APART = sp.Integral(W_3(u_2), (u_2, 0, 1)) * sp.Integral(W_2(u_2, u_1) * W_1(u_1, v), (u_1, 0, 1), (u_2, 0, 1))


def with_layers(expression: sp.Expr, layers: Layers) -> sp.Expr:
    for function, kernel in layers.items():
        expression = expression.replace(function, kernel)
    return expression


def a_path_is_what_no_other_set_of_its_edges_is(given_latents: sp.Expr) -> Relations:
    """One less the probabilities of the seven other sets of its edges, for kernels that are products of their places."""
    rest = sp.S.One
    for edges in product((0, 1), repeat=3):
        if not all(edges):
            chances = u_1 * v, u_2 * u_1, u_2
            rest -= sp.Mul(*(q if edge else 1 - q for edge, q in zip(edges, chances, strict=True)))
    layers: Layers = {W_1: lambda row, place: row * place, W_2: lambda row, place: row * place, W_3: lambda row: row}
    yield same(with_layers(given_latents, layers), rest, by=sp.expand)


def paths_are_integrated_over_both_latents(path_density: sp.Expr, given_latents: sp.Expr) -> Relations:
    """The second latent first, for kernels with powers that are left free."""
    a, b = sp.symbols("a b", positive=True)
    layers: Layers = {
        W_1: lambda row, place: row**a * place,
        W_2: lambda row, place: row**b * place + 1,
        W_3: lambda row: row,
    }
    found = integrated(with_layers(given_latents, layers), (u_2, 0, 1), (u_1, 0, 1))
    yield same(with_layers(path_density, layers).replace(sp.Integral, integrated), found)


def paths_are_added_neuron_by_neuron(expected_paths: sp.Expr) -> Relations:
    """One neuron of the first layer, with a path for each of the second; and as many for each one more."""
    through_one = expected_paths.subs(n_1, 1)
    yield induction(expected_paths, n_1, n_2 * rho_path, lambda term: term + n_2 * rho_path, start=1)
    yield induction(through_one, n_2, rho_path, lambda term: term + rho_path, start=1)


def density_is_an_integral_of_kernels(path_density: sp.Expr, example_density: sp.Expr, example: Layers) -> Relations:
    """The example, integrated; and homogeneous layers."""
    yield same(with_layers(path_density, example).replace(sp.Integral, integrated), example_density, by=sp.expand)
    flat: Layers = {W_1: lambda row, place: p_1, W_2: lambda row, place: p_2, W_3: lambda row: p_3}
    yield same(with_layers(path_density, flat).replace(sp.Integral, integrated), sp.prod(densities))


def densities_of_the_layers_are_multiplied(example_marginals: sp.Expr, example: Layers) -> Relations:
    """The product of the layers' densities, column density first."""
    layers = (example[W_1](u_1, v), example[W_2](u_2, u_1), example[W_3](u_2))
    apart = sp.prod(integrated(layer, (u_1, 0, 1), (u_2, 0, 1)) for layer in layers)
    yield same(example_marginals, apart, by=sp.expand)


path_share = Claim(
    label="E9",
    title="Path density: the share of paths that leave an input",
    headline="The mean number of paths from an input to the output is the product of the widths times an integral of all layers' graphons. Densities do not multiply in general, as adjacent layers share latents.",
    statement=r"""
The path density of an input is
$$\rho_{path}(v)=\int W^{(L+1)}(u_L)\,W^{(L)}(u_L,u_{L-1})\cdots W^{(1)}(u_1,v)\,du_1\cdots du_L,$$
which for two hidden layers is $[[path_density]]$. With iid uniform latents and edges independent given the latents,
the number of paths from an input at $v$ to the output has mean $\rho_{path}(v)\prod_{l=1}^Ln_l$ at all
widths; for two hidden layers this is $[[expected_paths]]$. For $W^{(1)}=u_1v$, $W^{(2)}=1-u_1u_2$, $W^{(3)}=u_2$ the path density is
$[[example_density]]$, whereas the product of the layers' mean densities is $[[example_marginals]]$: consecutive
layers share latents, and densities do not multiply. For homogeneous layers they do.
""",
    steps=PATH_STEPS,
    source=ANNOUNCED,
    provenance=Provenance.EXTENSION,
    quantities=(
        WIDTHS,
        replace(PATHS, within=CLOSED_UNIT),
        Quantity(v, "position of an input in the unit interval", CLOSED_UNIT, drawn=DENSITIES),
        Quantity((u_1, u_2), "latent of a neuron of one of two hidden layers", CLOSED_UNIT, drawn=DENSITIES),
        Quantity(
            (W_1, W_2, W_3),
            "graphon of one of three layers, the probability of an edge by the latents of its ends, the upper first",
            CLOSED_UNIT,
        ),
    ),
    symbols={
        "L": "number of hidden layers",
        "W^{(l)}": "graphon of layer $l$, the last one that of the readout",
        "n_l, u_l": "number of neurons of hidden layer $l$, and the latent of one of them",
    },
    hypotheses=(
        Hypothesis("iid latents, one for each neuron and shared by its edges in and out"),
        Hypothesis("edges independent given them"),
    ),
    aids={"example": EXAMPLE},
    because={
        "one path": a_path_is_what_no_other_set_of_its_edges_is,
        "latents": paths_are_integrated_over_both_latents,
        "all paths": paths_are_added_neuron_by_neuron,
        "example": density_is_an_integral_of_kernels,
        "densities apart": densities_of_the_layers_are_multiplied,
    },
    wrong=lambda: {
        "given_latents: without the readout": W_2(u_2, u_1) * W_1(u_1, v),
        "given_latents: some edge": 1 - (1 - W_3(u_2)) * (1 - W_2(u_2, u_1)) * (1 - W_1(u_1, v)),
        "path_density: independent latents": APART,
        "path_density: without the readout": sp.Integral(W_2(u_2, u_1) * W_1(u_1, v), (u_1, 0, 1), (u_2, 0, 1)),
        "expected_paths: one layer's width": rho_path * n_1,
        "expected_paths: the widths added": rho_path * (n_1 + n_2),
    },
)

no_path = (1 - rho_path) ** n
no_edge = (1 - degree) ** n
reach_law = binomial_law(n_1, p_1, reached)
served = p_3 * (1 - (1 - p_2) ** reached)
lost = (1 - served) ** n_2
two_layers = sp.Sum(reach_law * lost, (reached, 0, n_1))
independent_paths = (1 - p_1 * p_2 * p_3) ** (n_1 * n_2)

ISOLATION_STEPS = proof(
    r"""
no edge: Averaged over its latent, each of the $n$ neurons has an edge to the input with probability $r$, independently of the others. None
of them has an edge to it with probability $[[no_edge]]$.

one path (by E9): A neuron has both its edge to the input and its edge to the output with probability $\rho_{path}$.

no path (from one path): Paths through one layer share no edge and no latent, so with probability $[[no_path]]$ none of
them is kept.

reached neurons: With two layers, the input reaches $i$ neurons of the first layer with probability $[[reach_law]]$: each further neuron is
reached with probability $p_1$.

served neuron (from reached neurons): Given the number of neurons reached, a neuron of the second layer has an edge to at least one of them,
and its edge to the output, with probability $[[served]]$.

no served neuron (from served neuron): Given the number of neurons reached, the $n_2$ neurons are independent. With probability
$[[lost]]$ none of them is on a path that is kept.

two layers (from reached neurons, no served neuron; by tower): Averaging over the number of neurons reached gives $[[two_layers]]$.

any latents (by Jensen): Let each path have a number from $0$ to $1$ that its latents determine, in the same way for all paths. Given the
latents of the other layers, the neurons of one layer are independent and alike. So the mean of the product of all numbers is the mean of
the product for one neuron in this layer, raised to the number of neurons. Averaged over the other latents, this power is at least the same
power of the average. Take one layer after the other: the mean of the product is at least the mean for one path, raised to the number of paths.

paths apart (from two layers, any latents; by Harris): Given the latents, the event that a path is broken is decreasing: a further edge can
only undo it. So all paths are broken with probability at least the product of the single probabilities, and exactly this product if no two
paths share an edge. Averaged over the latents, it is at least $1-\rho_{path}$ (E9), raised to the number of paths. For $n_1n_2$ paths of
probability $p_1p_2p_3$ this is $[[independent_paths]]$.
""",
    globals(),
)


def in_missing(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the probability of a neuron that is not reached, below 1."""
    missing = sp.Symbol("missing", positive=True)
    return sp.expand(sp.expand_power_exp(sp.combsimp(gap.subs(p_1, 1 - missing))))


def neurons_are_reached_one_by_one(reach_law: sp.Expr) -> Relations:
    """The law of n₁ + 1 neurons from that of n₁, at i + 1 of them and at none; and that of one."""
    more, none = reach_law.subs(n_1, n_1 + 1), {reached: 0}
    after = p_1 * reach_law + (1 - p_1) * reach_law.subs(reached, reached + 1)
    yield same(more.subs(reached, reached + 1), after, by=in_missing)
    yield same(more.subs(none), (1 - p_1) * reach_law.subs(none), by=in_missing)
    for count, chance in ((0, 1 - p_1), (1, p_1)):
        yield same(reach_law.subs({n_1: 1, reached: count}), chance)


isolated_input = Claim(
    label="E10",
    title="Isolated inputs: the probability that no path leaves an input",
    headline=r"With one hidden layer of $n$ neurons, an input has no path to the output with probability $$[[no_path]]$$ for the path density $\rho_{path}$ of E9. For more layers such a product is only a lower bound, as paths share edges.",
    statement=r"""
**Random edges.** Each hidden neuron has a latent. The latents are independent and have one law; the position of the
input is fixed. Given the latents, all edges are independent. Each layer has a *graphon*: the probability of an edge as
a function of the latents of the hidden neurons that it joins and, in the first layer, of the input's position.

**Paths.** A *path* leads from the input through one neuron of each hidden layer to the output. A path is *kept* if all
its edges are present. The *path density* $\rho_{path}$ is the probability that a path is kept, averaged over the
latents (E9). Let $P(\text{no path})$ be the probability that no path of the input is kept.

**One hidden layer.** Let it have $n$ neurons. Let $r$ be the input's column density, the probability that a neuron has
an edge to the input, averaged over the latent of the neuron. The input has no edge with probability $[[no_edge]]$, and
$P(\text{no path})=[[no_path]]$. In general $\rho_{path}$ is not the product of $r$ and the readout's density, as the
two edges of a path share a latent (E9).

**More layers.** With more hidden layers, paths share edges unless each layer has one neuron. The corresponding product
has a factor $1-\rho_{path}$ for each path. It is only a lower bound on $P(\text{no path})$.

**Two hidden layers of constant graphons.** Let the first hidden layer have $n_1$ neurons and the second $n_2$. Let the
graphons be constants $p_1,p_2,p_3$, from the input on. Then exactly
$$P(\text{no path})=[[two_layers]]$$ $$\ge[[independent_paths]].$$
Here $i$ is the number of neurons of the first hidden layer that have an edge to the input.

**Given the latents.** Let $p_{path}$ be the probability, given the latents, that a path is kept. Then
$$P(\text{no path}\mid\text{latents})\ge\prod_{\text{paths}}(1-p_{path})$$ for every network of independent edges, with
equality where no two paths share an edge.
""",
    steps=ISOLATION_STEPS,
    source=Source("2602.06675", "v1", "textbook (Harris 1960) for paths that share edges; beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        replace(NEURONS, within=COUNT_FROM_ZERO, drawn=(0, 30)),
        WIDTHS,
        replace(PATHS, within=CLOSED_UNIT),
        Quantity(degree, "share of an input's edges that are kept", CLOSED_UNIT, drawn=DENSITIES),
        Quantity(reached, "number of neurons that the input reaches", COUNT_FROM_ZERO, drawn=(0, 9)),
        Quantity(densities, "density of one of three layers of edges, from the input on", CLOSED_UNIT, drawn=DENSITIES),
    ),
    symbols={**CHANCE, "p_{path}": "chance, given the latents, that all edges of a path are present"},
    hypotheses=(
        Hypothesis("as in E9"),
        Hypothesis(
            "for two layers one density in each, or given the latents", needed_by=("two_layers", "independent_paths")
        ),
    ),
    remarks=(
        Remark(
            "Where many paths share edges the inequality is loose: the check prints the factor for twenty neurons in each of two "
            "hidden layers.",
            checked_by="shared_edges_help_isolation",
        ),
    ),
    sharp=(
        Sharp(
            expression="independent_paths",
            example="one neuron in each layer: a single path",
            check="shared_edges_help_isolation",
            side=Side.BELOW,
        ),
    ),
    because={
        "no edge": lambda no_edge: induction(
            no_edge, n, 1 - degree, lambda term: (1 - degree) * term, start=1, by=sp.powsimp
        ),
        "no path": lambda no_path: induction(
            no_path, n, 1 - rho_path, lambda term: (1 - rho_path) * term, start=1, by=sp.powsimp
        ),
        "reached neurons": neurons_are_reached_one_by_one,
        "served neuron": lambda served: induction(served, reached, sp.S.Zero, lambda term: term + (p_3 - term) * p_2),
        "no served neuron": lambda served, lost: induction(
            lost, n_2, 1 - served, lambda term: (1 - served) * term, start=1, by=sp.powsimp
        ),
    },
    wrong=lambda: {
        "no_edge: Poisson": sp.exp(-n * degree),
        "no_edge: one edge less": (1 - degree) ** (n - 1),
        "no_path: Poisson": sp.exp(-n * rho_path),
        "no_path: one neuron less": (1 - rho_path) ** (n - 1),
        "no_path: densities multiplied": (1 - degree * sp.Rational(1, 2)) ** n,
        "no_path: densities times 3/2": (1 - rho_path * sp.Rational(3, 2)) ** n,
        "reach_law: Poisson": sp.exp(-n_1 * p_1) * (n_1 * p_1) ** reached / sp.factorial(reached),
        "reach_law: one order of the neurons": reach_law / sp.binomial(n_1, reached),
        "reach_law: without those that are not reached": sp.binomial(n_1, reached) * p_1**reached,
        "served: the readout forgotten": served / p_3,
        "served: edges to all of them": p_3 * p_2**reached,
        "served: one neuron more": served.subs(reached, reached + 1),
        "lost: one neuron less": lost / (1 - served),
        "lost: one neuron for all": 1 - served,
        "two_layers: independent paths": independent_paths,
        "two_layers: no edge at all": (1 - p_1) ** n_1,
        "two_layers: the readout forgotten": two_layers.subs(p_3, 1),
        "two_layers: beyond a square": independent_paths**2,
        "independent_paths: paths added": 1 - n_1 * n_2 * p_1 * p_2 * p_3,
        "independent_paths: one path for each neuron": (1 - p_1 * p_2 * p_3) ** n_2,
    },
)
