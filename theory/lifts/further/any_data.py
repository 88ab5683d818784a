"""L22: one random sparse lift serves all data at once: its size does not depend on the number of samples."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.no_guarantee import guaranteed
from sparse_limits.theory.lifts.convergence import ALLOWED, CHANCE
from sparse_limits.theory.lifts.convergence_limit import goal
from sparse_limits.theory.lifts.convergence_two_layers import children
from sparse_limits.theory.lifts.copies import (
    A_1,
    A_2,
    COPIES,
    DISTANCE,
    UNITS,
    Lambda,
    M,
    epsilon_w,
    inside,
    isolated_best_radius,
    isolated_bound,
    isolated_moved_cells,
    loss_bound,
    per_copy,
    rho,
    rho_0,
)
from sparse_limits.theory.lifts.coverage import DISJOINT_UNITS, INPUT_KEPT, INPUTS, inputs, p_0, q, r
from sparse_limits.theory.lifts.degrees import WIDTH, lam, n
from sparse_limits.theory.lifts.further.attention_copies import R_x, in_radius, radius
from sparse_limits.theory.lifts.further.convolution_copies import EXACT, GOAL, READOUT, best_loss, size_for
from sparse_limits.theory.lifts.further.copies_of_one_unit import (
    FROM_COPIES,
    FROM_LOSS,
    FROM_SIZE,
    least_size,
    loss_of_copies,
    of_copies,
    one_input,
    twelve,
    with_goal,
)
from sparse_limits.theory.lifts.further.copy_examples import layer_lipschitz, mu, tree_lipschitz
from sparse_limits.theory.lifts.perceptrons import n_1
from sparse_limits.theory.lifts.random_lifts import mean_edges
from sparse_limits.theory.lifts.readout import TRAINED, T
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import same

largest_moment = R_x**2
children_lipschitz = tree_lipschitz.subs(r, children)
uniform_loss = per_copy(6 * sp.sqrt(3) * A_1 * A_2**3 * R_x**2 / M**2)
tree_loss = in_radius(6 * sp.sqrt(3) * A_1 * A_2**3 * children * (1 + (1 + rho) ** 2) / M**2)
exactly_copied = {Lambda: R_x, rho_0: 0}  # units of one layer whose copies start with the very weights
noisy_loss = guaranteed(loss_bound.subs(exactly_copied), M >= 1, isolated_moved_cells.subs(exactly_copied) <= M / 2)
copies_needed = A_2 * R_x * sp.sqrt(6 * sp.sqrt(3) * A_1 * A_2 / goal)
uniform_size = size_for(copies_needed, q)
parameters = n * (1 + p_0 * inputs)
copies_loss = loss_of_copies(sp.tanh(R_x))  # of units of one input
tree_copies_loss = loss_of_copies(sp.tanh(sp.tanh(1)))  # of units of one child of one input, 1
ONE_INPUT = tuple({**place, R_x: sp.Rational(1, 10)} for place in twelve(("7/12", "19/50"), ("1/5", "49/50")))
ONE_CHILD = {**of_copies(12, sp.Rational(1, 5), sp.Rational(2, 5)), children: sp.S.One, rho: sp.Rational(53, 100)}
TIMED = tuple(
    {**place, R_x: sp.Rational(1, 10), T: sp.Rational(17, 4), rho: sp.Rational(room), epsilon_w: sp.S.Zero}
    for place, room in zip(twelve(("1/1000", "2/5"), ("1/10", "2/5")), ("1/200000", "1/20"), strict=True)
)
NEAR_ZERO = "units of one input near $0$, where they are almost linear"

STEPS = proof(
    r"""
moments (by monotonicity): For every $D$ on the ball no eigenvalue of $E_D\,xx^\top$ exceeds the trace, $E_D\|x\|^2\le[[largest_moment]]$.

units of one layer (by L16.3): A unit $\tanh(w\cdot x)$ has the constant $[[layer_lipschitz]]$, where $\mu$ is the largest of these
eigenvalues.

trees (by L16.3): A unit $\tanh(\sum_{i\le c}v_i\tanh(w_ix_i))$ with $c$ children of one input each has the constant
$[[children_lipschitz]]$ for $|x_i|\le1$: its gradient has this bound at each $x$, whatever $D$ is.

bounds of each law (by L16.2): Given edges and weights at the start, with $M$ isolated copies of each unit, the flow for $D$ has a loss of
at most $[[isolated_bound]]$, and for exact copies of an exact witness of at most $[[best_loss]]$, if $\Lambda$ is valid at the radius
$[[radius]]$. These bounds depend on $D$ only through $\varepsilon_w$, the loss of the witness, and $\Lambda$.

one layer (from moments, units of one layer, bounds of each law): With one hidden layer and a witness that reproduces the target, for every
such $D$, the loss is at most $[[uniform_loss]]$.

two layers (from trees, bounds of each law): With two hidden layers and a witness that reproduces the target, the loss is at most
$[[tree_loss]]$, where $\rho$ is at least the radius.

other targets (from moments, units of one layer, bounds of each law): If the witness has the loss $\varepsilon_w$ for $D$, exact copies
($\rho_0=0$) give at most $[[noisy_loss]]$ with one hidden layer.

copies needed (from one layer): The bound of *one layer* is at most $\varepsilon$ from $M=[[copies_needed]]$ on.

one event (from copies needed; by L17.1): The event that each unit has $M$ copies, or isolated copies, depends on the edges and weights at
the start, and not on data. With one hidden layer it has a probability of at least $1-\delta$ from $[[uniform_size]]$ vertices on. On this
event the bounds hold for all $D$.

edges (by L20): Above the edge from $d$ inputs to $n$ vertices there are $[[mean_edges]]$ edges on average, for $n_1=n$ and $\lambda=p_0d$.

parameters (from edges): With the readout these are $[[parameters]]$ parameters, whatever the number of samples is.
""",
    globals(),
    layer_lipschitz=layer_lipschitz,
    radius=radius,
    isolated_bound=isolated_bound,
    best_loss=best_loss,
    mean_edges=mean_edges,
)

N_s = sp.Symbol("N_s", positive=True)  # samples, in controls


def at_length(expression: sp.Expr) -> sp.Expr:
    """The expression at the constant R_x, for exact copies."""
    return expression.subs({Lambda: R_x, rho_0: 0})


any_data = Claim(
    label="L22",
    title="One random sparse lift serves all data, however many samples there are",
    statement=r"""
Draw a random sparse lift with one hidden layer of $n$ vertices, $\tanh$, and a readout $0$. Let a witness have $r$ units. Let
$\mathcal D$ be the set of all laws of inputs that are no longer than $R_x$ on the inputs of each unit of the witness, among
them uniform laws on $N$ such samples, for all $N$, and continuous laws. If each unit has an exact copy at a given vertex with probability
at least $q$, then with probability at least $1-\delta$, from
$$[[uniform_size]]$$ vertices on, gradient flow of the loss over $D$ comes down to $\varepsilon$ *for all $D\in\mathcal D$ at once* for
which the witness reproduces the target: $M$ copies of each unit give a loss of at most $$[[uniform_loss]].$$ If the witness has the loss
$\varepsilon_w$ for $D$, they give, for each $\rho>0$ and from each time $T$ on that (B2) of L16.2 allows for $\Lambda=R_x$ and
$\rho_0=0$, a loss of at most
$$[[noisy_loss]].$$ With two hidden layers, $M$ isolated copies of each unit $\tanh(\sum_{i\le c}v_i\tanh(w_ix_i))$ of $c$ children of
one input each, with signs for weights, give for each $\rho$ not below the radius of the best choice in L16.2 a loss of at most
$$[[tree_loss]]$$ at once for all laws on $[-1,1]^d$ for which the witness reproduces the target. The probability of having these copies
is that of L17.2. None of these expressions contains $N$: the $[[parameters]]$ parameters expected with one hidden layer may be fewer
than the samples, or more.
""",
    steps=STEPS,
    source=Source(
        "2501.05930",
        "v1",
        "beyond the text at hand, whose abstract hopes for a convergence theory “in the near future, without "
        "overparameterization assumptions relating the number of parameters and training samples”",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        replace(WIDTH, within=COUNT_FROM_ZERO, drawn=(50, 90)),
        Quantity(n_1, "number of copies of the target of an edge of the base", COUNT_FROM_ZERO, drawn=(0, 5)),
        Quantity(lam, "expected number of edges into a vertex above one edge of the base", NON_NEGATIVE, drawn=(1, 3)),
        COPIES.drawn_from(10, 60),
        UNITS.drawn_from(1, 2),
        Quantity(
            children, "number of children of a unit with two hidden layers, of one input each", COUNT, drawn=(1, 3)
        ),
        CHANCE,
        *READOUT,
        Quantity(R_x, "length of the longest input, on the inputs of a unit", POSITIVE, drawn=(sp.Rational(1, 2), 1)),
        Quantity(mu, r"largest eigenvalue of $E_D\,xx^\top$", NON_NEGATIVE, drawn=(sp.Rational(1, 2), 2)),
        Quantity(Lambda, "Lipschitz constant of a unit in its weights", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 1)),
        Quantity(rho, "distance by which the weights of a cell may move", POSITIVE, drawn=(1, 3)),
        DISTANCE.drawn_from(0, 1),
        Quantity(epsilon_w, "loss of the witness, for the law of the data", NON_NEGATIVE, drawn=(0, sp.Rational(1, 2))),
        TRAINED.drawn_from(sp.Rational(1, 8), sp.Rational(1, 2)),
        GOAL,
        ALLOWED,
        INPUTS.drawn_from(2, 6),
        INPUT_KEPT.drawn_from(sp.Rational(1, 8), sp.Rational(7, 8)),
    ),
    hypotheses=(
        EXACT,
        Hypothesis("edges and weights are independent of one another and of the data"),
        Hypothesis("the types of different units are disjoint"),
        DISJOINT_UNITS,
    ),
    uses=("L17.2",),
    also=("copies_needed",),
    aids={
        "copies_loss": copies_loss,
        "tree_copies_loss": tree_copies_loss,
        "copies": M,
        "least_size": least_size(q),
    },
    loose=(
        *(
            Loose(expression=bound, truth="copies_loss", at=places, lost=f"{FROM_COPIES}: {NEAR_ZERO}")
            for bound, places in (("uniform_loss", ONE_INPUT), ("noisy_loss", TIMED))
        ),
        Loose(
            expression="tree_loss",
            truth="tree_copies_loss",
            at=(ONE_CHILD,),
            lost=f"{FROM_COPIES}: units of one child at the input $1$",
        ),
        Loose(
            expression="copies_needed",
            truth="copies",
            at=tuple(with_goal(place, copies_loss) for place in ONE_INPUT),
            lost=f"{FROM_LOSS}: {NEAR_ZERO}",
        ),
        Loose(
            expression="uniform_size",
            truth="least_size",
            at=(one_input(with_goal(ONE_INPUT[0], copies_loss), chance=q),),
            lost=f"{FROM_SIZE}: {NEAR_ZERO}, with the same weight, so that all that are connected to this input are copies",
        ),
    ),
    remarks=(
        Remark(
            r"This says nothing about small lifts: the loss at the start is at most $\frac12A_1^2$, and for one unit with "
            r"$A_1=A_2=R_x=1$ the bound is below this only from five copies on. For $\varepsilon=\delta=\frac1{10}$ and $q=\frac14$ the "
            r"guarantee starts at $88$ vertices.",
            "bounds_are_informative_from_five_copies",
        ),
        Remark(
            r"The number of samples can enter through the witness: labels that follow no rule may need a larger witness for more "
            r"samples. The flow is that of the loss over the samples, and nothing is said about the loss on other samples."
        ),
        Remark(
            r"Students of 64 vertices and about 130 parameters satisfy the bound with 4 samples and with 1024. The loss of copies alone "
            r"whose readout grows far reaches, at each number of samples, more than a hundredth of the bound, and there the bound is "
            r"several times the loss at the start.",
            "one_lift_keeps_the_bound_for_all_numbers_of_samples",
        ),
    ),
    because={
        "parameters": lambda mean_edges, parameters: same(
            parameters, mean_edges.subs({n_1: n, lam: p_0 * inputs}, simultaneous=True) + n, by=sp.expand
        ),
    },
    wrong=lambda: {
        "uniform_loss: the constant not squared": per_copy(inside(uniform_loss) / R_x),
        "uniform_loss: less with more samples": per_copy(inside(uniform_loss) / N_s),
        "uniform_loss: 10 % less": per_copy(sp.Rational(9, 10) * inside(uniform_loss)),
        "uniform_loss: 0 without copies": inside(uniform_loss),
        "uniform_loss: a hundredth": per_copy(inside(uniform_loss) / 100),
        "uniform_loss: M³ in place of M²": per_copy(inside(uniform_loss) / M),
        "best_loss: M copies once": per_copy(inside(best_loss) * M),
        "largest_moment: the length of an input": R_x,
        "layer_lipschitz: the eigenvalue": mu,
        "tree_loss: one child": in_radius(inside(tree_loss).subs(children, 1)),
        "tree_loss: weights as at the start": in_radius(inside(tree_loss).subs(rho, 0)),
        "tree_loss: any radius": per_copy(inside(tree_loss)),
        "tree_loss: 10 % less": in_radius(sp.Rational(9, 10) * inside(tree_loss)),
        "radius: half of the radius": per_copy(isolated_best_radius / 2),
        "noisy_loss: a witness that is exact": noisy_loss.subs(epsilon_w, 0),
        "noisy_loss: any time": per_copy(at_length(loss_bound)),
        "noisy_loss: 10 % less": guaranteed(
            sp.Rational(9, 10) * at_length(loss_bound), M >= 1, at_length(isolated_moved_cells) <= M / 2
        ),
        "noisy_loss: inputs as long as 1": noisy_loss.subs(R_x, 1),
        "noisy_loss: copies of other weights": per_copy(loss_bound.subs(Lambda, R_x)),
        "isolated_bound: M copies once": isolated_bound.subs(M, 1),
        "copies_needed: not rooted": copies_needed**2,
        "copies_needed: more for more samples": copies_needed * sp.sqrt(N_s),
        "uniform_size: one unit": uniform_size.subs(r, 1),
        "uniform_size: one copy": size_for(sp.Integer(1), q),
        "parameters: weights alone": parameters - n,
        "parameters: all weights": n * (1 + inputs),
        "mean_edges: edges into one vertex": lam,
        "tree_copies_loss: of linear trees": tree_copies_loss / sp.tanh(sp.tanh(1)) ** 2,
        "copies: 10 % more copies": sp.Rational(11, 10) * M,
        "least_size: one more": least_size(q) + 1,
        "least_size: half the chance": least_size(q / 2),
    },
)
