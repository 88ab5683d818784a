"""E12.2: which interactions of inputs a mask of any depth cannot represent: those of sets that reach no neuron together."""

from collections.abc import Mapping

import sympy as sp

from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Source
from sparse_limits.theory.expressivity.inactive import over, part_maps, reduced
from sparse_limits.theory.expressivity.symbols import NETWORK, PARTS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, same

x_1, x_2 = sp.symbols("x_1:3", real=True)
# Sets of inputs, of three, from which edges lead to the neurons of the last hidden layer
HEARD: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "1": ("1",),
    "1,2,3": ("1", "2", "3"),
    "12": ("12",),
    "12,3": ("12", "3"),
    "12,23": ("12", "23"),
    "12,13,23": ("12", "13", "23"),
}


def mean_given(heard: str) -> sp.Expr:
    """E[·|x_A] as a product of means over the inputs that are not in A."""
    return sp.Mul(*(each for i, each in enumerate(over, start=1) if str(i) not in heard))


def leaves(sets: tuple[str, ...]) -> sp.Expr:
    """What takes constants and functions of each of the sets to 0: a product in which P_i² = P_i, factored."""
    product = sp.Poly((1 - sp.Mul(*over)) * sp.Mul(*(1 - mean_given(heard) for heard in sets)), *over)
    return sp.factor(
        sp.Add(
            *(
                factor * sp.Mul(*(p for p, e in zip(over, powers, strict=True) if e))
                for powers, factor in product.terms()
            )
        )
    )


residual_maps: Mapping[str, sp.Expr] = {name: leaves(sets) for name, sets in HEARD.items()}
unheard_maps: Mapping[str, sp.Expr] = {
    name: sp.Add(
        *(each for part, each in part_maps.items() if part != "none" and not any(set(part) <= set(a) for a in sets))
    )
    for name, sets in HEARD.items()
}
target = sp.Max(x_1 + x_2, 0)  # on the square [−1, 1]²
mean_over_one = (1 + x_1) ** 2 / 4
main_effects = (mean_over_one, mean_over_one.subs(x_1, x_2))
overall_mean = sp.Rational(1, 3)
interaction = target - sp.Add(*main_effects) + overall_mean
interaction_floor = sp.Rational(2, 45)
relays_only = sp.Max(sp.Max(x_1 + 1, 0) + sp.Max(x_2 + 1, 0) - 2, 0)
two_relays_error = sp.Integer(0)

STEPS = proof(
    r"""
heard inputs (by topological order): By induction over the units in topological order, each neuron is a function of the inputs from which a
path leads to it. The output is affine in the last hidden layer, so it is a sum of a constant and of functions $g_v(x_{A_v})$ of finite mean
square.

parts (by E7): For a product law, the means $P_i$ over single inputs commute, and $E[g\mid x_A]=\prod_{i\notin A}P_i\,g$. The parts
$f_T=\prod_{i\in T}(1-P_i)\prod_{i\notin T}P_i\,f$ are orthogonal and add up to $f$.

the map on each part (from parts; by linearity): $P_if_T$ is $0$ for $i\in T$, because $P_i(1-P_i)=0$, and it is $f_T$ for $i\notin T$,
because $P_i^2=P_i$. So $1-\prod_{i\notin A}P_i$ sends $f_T$ to $0$ if $T\subseteq A$, and to $f_T$ otherwise. Let $Q$ be the product of
these linear maps over $A=\emptyset$ and all $A_v$. For any number of inputs it sends $f$, the sum of its parts, to the sum of the $f_T$
over all $T\ne\emptyset$ that no $A_v$ contains.

what takes sums away (from heard inputs, the map on each part): The map $1-\prod_{i\notin A}P_i$ sends every function of $x_A$ to $0$, and
the map $1-\prod_iP_i$ does the same with every constant. So $Q$ sends every sum $\sum_vg_v+c$ to $0$. Examples of $Q$ for three inputs and
seven families of sets $A_v$, which name the examples, are $[[residual_maps]]$.

what it keeps (from what takes sums away): In these examples $Q$ is the sum of the maps of the parts $T\ne\emptyset$ that no $A_v$ contains,
$[[unheard_maps]]$.

floor (from the map on each part, what takes sums away, what it keeps; by Parseval): $Q$ sends $f-g$ to $\sum_Tf_T$ over these $T$. It is a
projection, so $E(f-g)^2\ge\sum_T\sigma_T^2$. Equality holds for the sum of a constant and all other parts, each of which is a function of
some $x_{A_v}$.

main effects: For given $x_1$, the mean of $\max(0,x_1+x_2)$ over the other input, which is uniform on $[-1,1]$, is $[[mean_over_one]]$.

overall mean (from main effects): The mean of this function over $x_1$ is $[[overall_mean]]$.

interaction (from parts, main effects, overall mean): So the part that belongs to both inputs is $[[interaction]]$.

its variance (from floor, interaction): The mean of its square is $[[interaction_floor]]$. Every network in which no neuron of the last
hidden layer is connected to both inputs has at least this error.

relays (a definition): A network of two neurons with one edge each, and a neuron above them with an edge to both, can have the output
$[[relays_only]]$.

nothing is left (from relays): On the square this output is $\max(0,x_1+x_2)$, so its mean square error is $[[two_relays_error]]$.
""",
    globals(),
)

Maps = Mapping[str, sp.Expr]


above = sp.Symbol("s", positive=True)  # distance from the line x₁ + x₂ = 0 along x₂


P_1, P_2, P_3 = over


ALL = part_maps["123"]


def sums_of_heard_functions_go(residual_maps: Maps, heard: Mapping[str, tuple[str, ...]]) -> Relations:
    """What is taken away is all of a constant, and of a function of a set that reaches one neuron; twice takes away no more."""
    for name, sets in heard.items():
        for each in (sp.Mul(*over), *map(mean_given, sets)):
            yield same(reduced((1 - residual_maps[name]) * each), each, by=sp.expand)
        yield same(reduced(residual_maps[name] ** 2), residual_maps[name], by=sp.expand)


def what_is_left_is_what_nobody_hears(residual_maps: Maps, unheard_maps: Maps) -> Relations:
    """The two are equal, whatever the means over the inputs are."""
    for name, each in residual_maps.items():
        yield same(each, unheard_maps[name], by=sp.expand)


def means_over_one_input(mean_over_one: sp.Expr, target: sp.Expr) -> Relations:
    """Half the integral over the other input from −x₁, where the target begins, to 1; x₁ free."""
    beyond = target.subs(x_2, above - x_1)
    yield same(mean_over_one, sp.integrate(beyond, (above, 0, 1 + x_1)) / 2, by=sp.expand)


def interactions_are_what_means_leave(
    interaction: sp.Expr, mean_over_one: sp.Expr, overall_mean: sp.Expr, target: sp.Expr
) -> Relations:
    """The map of the part of both inputs, its means over x₁ and x₂ put in; the target left open."""
    means = {P_2: mean_over_one, P_1: mean_over_one.subs(x_1, x_2), P_1 * P_2: overall_mean}
    value = sp.Symbol("f", real=True)
    part = sp.Poly((1 - P_1) * (1 - P_2), P_1, P_2)
    found = sp.S.Zero
    for (first, second), factor in part.terms():
        monomial = P_1**first * P_2**second
        found += factor * means.get(monomial, value)
    yield same(interaction.subs(target, value), found, by=sp.expand)


def mean_square_of_the_interaction(interaction: sp.Expr, interaction_floor: sp.Expr) -> Relations:
    """A quarter of the integral over the square, above the line x₁ + x₂ = 0 and below it, where it is a polynomial."""
    total = sp.S.Zero
    for sign in (1, -1):
        there = sp.expand(interaction.subs(x_2, sign * above - x_1) ** 2)
        if not there.is_polynomial(x_1, above):
            yield holds(False, f"no polynomial on one side: {there}")
            return
        inner = sp.integrate(there, (above, 0, 1 + sign * x_1))
        total += sp.integrate(sp.expand(inner), (x_1, -1, 1)) / 4
    yield same(interaction_floor, total)


def relays_leave_nothing(relays_only: sp.Expr, two_relays_error: sp.Expr, target: sp.Expr) -> Relations:
    """At all distances of the inputs from −1: the square of the error."""
    distances = sp.symbols("s_1 s_2", nonnegative=True)
    there = dict(zip((x_1, x_2), (each - 1 for each in distances), strict=True))
    yield same((target.subs(there) - relays_only.subs(there)) ** 2, two_relays_error)


unheard_parts = Claim(
    label="E12.2",
    title="Interactions are lost if no neuron is connected to all their inputs",
    headline=r"Let inputs be independent. Whatever the weights, the mean square error is at least the total variance of those parts of $f$ whose inputs do not all have paths to one neuron of the last hidden layer.",
    statement=r"""
**Setting.** Let the mask of a network of any depth be given. For a neuron $v$ of the last hidden layer, let $A_v$ be
the inputs from which a path of edges leads to it; the neuron is *connected* to these inputs. Let the inputs be
independent and $Ef^2<\infty$. Then $f$ is the sum of its parts $f_T$ of E7, one for each set $T$ of inputs, with the
variances $\sigma_T^2$.

**The error.** Whatever the weights, the biases and the activation,
$$E(f-f_{net})^2\ge\sum_{T\ne\emptyset,\ T\not\subseteq A_v\text{ for all }v}\sigma_T^2.$$
The right-hand side is the least error of all sums of a constant and functions of $x_{A_v}$ of finite mean square. So
networks with the mask can approach a sum $f=\sum_qf_{S_q}$ arbitrarily closely in mean square only if, for each part
of it other than $0$ and the constant, one neuron $v$ is connected to all inputs of the part.

**Three inputs.** The means over one of three inputs are linear maps of functions, $P_1$, $P_2$ and $P_3$. The
maps that keep only the parts counted in the bound are, for seven families of sets $A_v$, $[[residual_maps]]$. The
families name them: 12,3 stands for the sets $\{1,2\}$ and $\{3\}$.

**Paths count, not edges to the first layer.** For uniform inputs in $[-1,1]$, $\max(0,x_1+x_2)$ has the part
$[[interaction]]$ of both inputs, with variance $[[interaction_floor]]$. A network of any depth in which no neuron of
the last hidden layer is connected to both inputs has at least this error. But $[[relays_only]]$, in which no neuron
of the first layer has edges to both inputs, has the error $[[two_relays_error]]$.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "beyond the abstract, which has “a Universal Approximation Theorem for sparse networks that depends only on the "
        "intrinsic dimension of active coordinate subspaces”; Sobol 2001 for the parts",
    ),
    provenance=Provenance.PITFALL,
    quantities=(
        Quantity((x_1, x_2), "input of the example", sp.Interval(-1, 1)),
        Quantity(over, "mean over one input, as a linear map of functions", sp.S.Reals),
    ),
    symbols={
        "f": "target, a function of independent inputs",
        **NETWORK,
        **PARTS,
        "f_T": "part of $f$ that belongs to the inputs $T$",
        "v": "neuron of the last hidden layer",
        "A_v": "set of the inputs to which neuron $v$ is connected",
        "x_{A_v}": "inputs in $A_v$",
        "f_{S_q}": "term $q$ of a sum, a function of the inputs in the set $S_q$",
    },
    hypotheses=(
        Hypothesis("independent inputs, and a target of finite mean square"),
        Hypothesis(
            "the output is a linear combination of neurons of the last hidden layer and a constant; no edge leads to it from elsewhere"
        ),
        Hypothesis("the outputs of neurons of the last hidden layer are measurable and of finite mean square"),
    ),
    aids={"target": target, "heard": HEARD},
    pitfalls=(
        Pitfall(
            control="edges to the first layer",
            said=r"A network has at least the error $\sum_T\sigma_T^2$ over the sets $T$ to which no neuron of the first layer is wired.",
            by="One might expect this of deep networks, because it holds for one hidden layer.",
            why="A neuron above is connected to every input to which some neuron below it is connected.",
            counterexample="relays_only",
            by_hand=r"$\max(0,\max(0,x_1+1)+\max(0,x_2+1)-2)=\max(0,x_1+x_2)$ for $|x_1|,|x_2|\le1$: each neuron of the first layer has one input and the part of both inputs is not $0$, but no error is left.",
            instead="The same over the sets $T$ such that no neuron of the last hidden layer is connected to all inputs of $T$.",
        ),
    ),
    because={
        "what takes sums away": sums_of_heard_functions_go,
        "what it keeps": what_is_left_is_what_nobody_hears,
        "main effects": means_over_one_input,
        "overall mean": lambda mean_over_one, overall_mean: same(
            overall_mean, sp.integrate(sp.expand(mean_over_one), (x_1, -1, 1)) / 2
        ),
        "interaction": interactions_are_what_means_leave,
        "its variance": mean_square_of_the_interaction,
        "nothing is left": relays_leave_nothing,
    },
    wrong=lambda: {
        "residual_maps: one set of two": {**residual_maps, "12,23": 1 - P_3},
        "residual_maps: one input of two": {**residual_maps, "12": 1 - P_1},
        "residual_maps: inputs that reach the neuron": {**residual_maps, "12,3": 1 - P_1 * P_2},
        "residual_maps: constants stay": {**residual_maps, "none": sp.S.One},
        "residual_maps: edges to the first layer": {**residual_maps, "12,23": residual_maps["1,2,3"]},
        "residual_maps: the three together": {**residual_maps, "12,13,23": 1 - P_1 * P_2 * P_3},
        "unheard_maps: pairs alone": {**unheard_maps, "1,2,3": unheard_maps["1,2,3"] - ALL},
        "unheard_maps: the three together": {**unheard_maps, "12,13,23": sp.S.Zero},
        "unheard_maps: parts that a neuron sees": {**unheard_maps, "12,23": part_maps["12"] + part_maps["23"]},
        "unheard_maps: edges to the first layer": {**unheard_maps, "12,23": unheard_maps["1,2,3"]},
        "mean_over_one: of the positive half": x_1 / 2,
        "mean_over_one: half a chance more": mean_over_one + x_1 / 2,
        "interaction: without the mean": interaction - overall_mean,
        "interaction: one main effect": target - main_effects[0],
        "two_relays_error: edges to the first layer": interaction_floor,
        "two_relays_error: less than nothing": sp.Rational(-1, 10),
        "relays_only: biases forgotten": sp.Max(0, sp.Max(0, x_1) + sp.Max(0, x_2)),
        "relays_only: one bias taken away": sp.Max(0, sp.Max(0, x_1 + 1) + sp.Max(0, x_2 + 1) - 1),
        "relays_only: always on": sp.Max(0, x_1 + 1) + sp.Max(0, x_2 + 1) - 2,
        "relays_only: off at one": sp.Max(1, sp.Max(0, x_1 + 1) + sp.Max(0, x_2 + 1) - 2),
    },
)
