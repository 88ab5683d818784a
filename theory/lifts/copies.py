"""L16.1: a lift that holds many copies of a witness trains to low loss, however many parameters there are."""

from collections.abc import Mapping

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.no_guarantee import guaranteed
from sparse_limits.theory.lifts.coverage import r
from sparse_limits.theory.lifts.linear_copies import all_or_none, moved_together, output_at
from sparse_limits.theory.lifts.readout import OUTPUT, READOUTS, TRAINED, Delta, T, moving_bound
from sparse_limits.theory.lifts.tangent import L_0, START, epsilon
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.steps import Carrier, Step

M = sp.Symbol("M", nonnegative=True, integer=True)  # copies of each unit
A_1, A_2 = sp.symbols("A_1 A_2", positive=True)  # norms of the witness's readout
Lambda = sp.Symbol("Lambda", positive=True)  # Lipschitz constant of the units
rho = sp.Symbol("rho", positive=True)  # how far a cell may move
rho_0 = sp.Symbol("rho_0", nonnegative=True)  # how far from the witness it starts
epsilon_w = sp.Symbol("epsilon_w", nonnegative=True)  # loss of the witness
signs = sp.Symbol("s", positive=True, integer=True)  # inputs of a unit, |S|
movers = sp.Symbol("N", nonnegative=True, integer=True)  # cells that have moved
survivors = sp.Symbol("m", positive=True, integer=True)  # copies of a unit that have not
gamma = sp.Symbol("gamma", positive=True)  # the share of the target that the output has reached

COPIES = Quantity(M, "number of copies of each unit of the witness", COUNT_FROM_ZERO)
UNITS = Quantity(r, "number of units of the witness, or of the children of its one root", COUNT)
UNIT_INPUTS = Quantity(signs, "number of inputs of a unit", COUNT)
FEATURE = {r"\phi_i": "feature that cell $i$ computes"}
DISTANCE = Quantity(rho_0, "distance from the witness at which copies start", NON_NEGATIVE)

comparison_error = sp.sqrt(2 * epsilon_w) + Lambda * (rho_0 + rho) * A_1
approximation_loss = (sp.sqrt(2 * epsilon_w) + Lambda * (rho_0 + rho) * A_1) ** 2 / 2
survivor_square = A_2**2 / survivors
squared_readout = 2 * A_2**2 / M
spent = movers * rho**2 / T
moved_cells = T * L_0 / rho**2
isolated_moved_cells = 16 * Lambda**2 * A_2**2 * T / (M * rho**2) * (approximation_loss * T + A_2**2 / M)

loss_bound = approximation_loss + A_2**2 / (M * T)
bound = guaranteed(loss_bound, M >= 1, moved_cells <= M / 2)
isolated_bound = guaranteed(loss_bound, M >= 1, isolated_moved_cells <= M / 2)

longest_time = M * rho**2 / (2 * L_0)
_constant = M**2 * rho**2 / (32 * Lambda**2 * A_2**2)  # the constraint of (B2) is εT² + A₂²T/M ≤ this
_linear = A_2**2 / M
isolated_longest_time = 2 * _constant / (_linear + sp.sqrt(_linear**2 + 4 * approximation_loss * _constant))


def copies_bound(constant: sp.Expr) -> sp.Expr:
    """The bound for isolated cells, exact copies and a constant Λ."""
    return constant * Lambda**2 * A_1 * A_2**3 / M**2


def copies_time(constant: sp.Expr) -> sp.Expr:
    """The time from which it holds."""
    return M / (constant * Lambda**2 * A_1 * A_2)


best_value = 2 * Lambda * A_1 * A_2 * sp.sqrt(L_0) / M
best_time = A_2 / (Lambda * A_1 * sp.sqrt(L_0))
best_radius = sp.sqrt(2 * A_2 * sp.sqrt(L_0) / (Lambda * A_1 * M))
isolated_value, isolated_time = copies_bound(8 * sp.sqrt(2)), copies_time(4 * sp.sqrt(2))
isolated_radius = sp.sqrt(64 * isolated_time / M * Lambda**2 * A_2**4 / M**2)
isolated_best_value, isolated_best_time = copies_bound(6 * sp.sqrt(3)), copies_time(4 * sp.sqrt(3))
isolated_best_radius = sp.sqrt(48 * isolated_best_time / M * Lambda**2 * A_2**4 / M**2)


def per_copy(value: sp.Expr) -> sp.Expr:
    """The value, where there are copies at all."""
    return guaranteed(value, M >= 1)


copies_loss = L_0 * (1 - gamma) ** 2
LOST = r"at most, as other witnesses, units and data may come nearer than copies of one linear unit on one data point, whose output has reached the share $\gamma$ of the target"


def linear_witness(copies: int, target: sp.Rational, reached: sp.Rational) -> dict[sp.Symbol, sp.Expr]:
    """Copies of a linear unit with a target of so much for each, and the share of it that they have reached."""
    goal = copies * target
    return {M: sp.Integer(copies), A_1: goal, A_2: goal, Lambda: sp.S.One, L_0: goal**2 / 2, gamma: reached}


def linear_copies_at(
    copies: int, target: sp.Rational, reached: sp.Rational, time: sp.Expr, radius: sp.Expr
) -> dict[sp.Symbol, sp.Expr]:
    """The same at a time by which they have not gone further, beside a radius that may be as large then."""
    exact = {rho_0: sp.S.Zero, epsilon_w: sp.S.Zero}
    return {**linear_witness(copies, target, reached), T: time, rho: radius, **exact}


def small_linear_copies(*radii: sp.Rational) -> tuple[dict[sp.Symbol, sp.Expr], ...]:
    """Twelve copies that have reached two fifths of small targets, a thousandth and a tenth for each, beside a radius each."""
    targets = sp.Rational(1, 1000), sp.Rational(1, 10)
    return tuple(
        linear_copies_at(12, target, sp.Rational(2, 5), sp.Rational(17, 400), radius)
        for target, radius in zip(targets, radii, strict=True)
    )


LINEAR_COPIES = small_linear_copies(sp.Rational(1, 1000), sp.Rational(3, 40))
BEST_FOR_LINEAR_COPIES = linear_witness(12, sp.Rational(27, 5), sp.Rational(23, 50))  # just after the time T₁
_far = linear_witness(12, sp.Integer(50), sp.Rational(9, 10))
FAR_LINEAR_COPIES = {**_far, T: sp.Rational(1, 160), rho: sp.Rational(57, 10)}  # all of them have moved further by then

moved_copies = moved_together(M, A_1, output_at(M, rho), T)
along = Lambda**2 * A_1**2 * rho**2 / 2 + 2 * L_0 * A_2**2 / (M**2 * rho**2)

FIRST = {
    "approximation_loss": approximation_loss,
    "squared_readout": per_copy(squared_readout),
    "moved_cells": moved_cells,
    "bound": bound,
    "longest_time": per_copy(longest_time),
    "B1": per_copy(best_value),
    "T1": per_copy(best_time),
    "rho1": per_copy(best_radius),
}


def given(expressions: Mapping[str, sp.Expr], *names: str) -> dict[str, sp.Expr]:
    """Some of the expressions, by name."""
    return {name: expressions[name] for name in names}


COMPARISON = Step(
    name="comparison",
    sentence=r"If a trained readout, whose loss never increases, starts at the distance $\Delta$ from a readout whose loss stays at most $\varepsilon$, then $L(T)\le[[moving_bound]]$.",
    by=Carrier.CLAIM,
    source="L15",
    gives={"moving_bound": moving_bound},
)

COPY_STEPS = proof(
    r"""
paths (by Cauchy–Schwarz): A cell that has moved by more than $\rho$ before the time $T$ has $\rho^2<T\int_0^T\|\dot\theta_i\|^2$. So for
$N$ such cells the sum $\sum_i\int_0^T\|\dot\theta_i\|^2$ is at least $[[spent]]$.

energy (by chain rule): As $\dot L=-\|\dot\theta\|^2$, $L$ never increases, and the integrals of disjoint cells add up to at most
$\int_0^T\|\dot\theta\|^2=L_0-L(T)\le L_0$.

moved cells (from paths, energy): So at most $[[moved_cells]]$ cells move so far.

longest time (from moved cells): This number is at most $M/2$ up to $T=[[longest_time]]$. Then each unit keeps at least $M/2$ *survivors*.

survivors (from longest time; by triangle inequality): Up to $T$ these cells stay within $\rho_0+\rho$ of $\theta^*_j$, since changes of
signs preserve distances.

copies (by L3): A terminal with the backward closure of the unit $j$ computes $\phi_i=\phi_j(\theta_i)$, which is also $\pm\phi_j$ of the
weights with changed signs.

another readout (from survivors, copies; by triangle inequality): Let $\bar a_i=\pm a^*_j/m$ on $m$ survivors of each unit. Then
$\|\sum_i\bar a_i\phi_i-f^*\|\le[[comparison_error]]$: the witness has the error $\sqrt{2\varepsilon_w}$, and the feature of a survivor
differs from that of its unit, up to sign, by at most $\Lambda(\rho_0+\rho)$.

loss of the other readout (from another readout): So the loss of this readout is at most $\varepsilon=[[approximation_loss]]$.

squares (from another readout): The square of its norm is $m$ times that of $a^*/m$: $\|\bar a\|^2\le[[survivor_square]]$.

half of the copies (from longest time, squares): As $m\ge M/2$, this square is at most $[[squared_readout]]$.

[[COMPARISON]]

bound (from energy, longest time, loss of the other readout, half of the copies, comparison): As $a(0)=0$, the comparison applies with
$\Delta^2=\|\bar a\|^2$. It gives the bound, which holds from $T$ on, as $L$ never increases: $[[bound]]$.

exact copies (from longest time, bound): The bound decreases with $T$. At the longest time, for $\varepsilon_w=\rho_0=0$, it is $[[along]]$.

best choice (from exact copies; gives B1, T1, rho1): This value exceeds $[[B1]]$ by half of the square of $\Lambda
A_1\rho-2\sqrt{L_0}A_2/M\rho$, which is $0$ at $\rho=[[rho1]]$, where the longest time is $[[T1]]$.
""",
    globals(),
    **given(FIRST, "moved_cells"),
    **given(FIRST, "longest_time"),
    **given(FIRST, "approximation_loss"),
    **given(FIRST, "squared_readout"),
    **given(FIRST, "bound"),
    **given(FIRST, "B1", "T1", "rho1"),
)

NETWORK = (
    Hypothesis("the curve is a solution of the flow itself, from a readout 0; the square loss; smooth units"),
    Hypothesis("copies are counted over the whole backward closure, and their cells are disjoint"),
)
WITNESS = (
    COPIES.drawn_from(10, 60),
    TRAINED.drawn_from(sp.Rational(1, 8), sp.Rational(1, 2)),
    Quantity(
        Lambda,
        "Lipschitz constant of a unit in its weights",
        POSITIVE,
        drawn=(sp.Rational(1, 8), sp.Rational(1, 4)),
    ),
    Quantity(A_1, "sum of the moduli of the readout of the witness, or a bound of it", POSITIVE, drawn=(1, 2)),
    Quantity(
        A_2, "Euclidean norm of the readout of the witness, or a bound of it", POSITIVE, drawn=(sp.Rational(1, 2), 1)
    ),
    Quantity(rho, "distance by which the weights of a cell may move", POSITIVE, drawn=(1, 3)),
    DISTANCE.drawn_from(0, 1),
    Quantity(epsilon_w, "loss of the witness", NON_NEGATIVE, drawn=(0, sp.Rational(1, 2))),
    Quantity(Delta, "distance of the other readout from the one at the start", NON_NEGATIVE, (sp.Rational(1, 8), 4)),
    Quantity(
        epsilon, "bound of the loss of the other readout", NON_NEGATIVE, drawn=(sp.Rational(1, 20), sp.Rational(1, 2))
    ),
)

EXACT_COPIES = {epsilon_w: 0, rho_0: 0}


def inside(guarded: sp.Expr) -> sp.Expr:
    """What is claimed where something is guaranteed."""
    return guarded.replace(lambda part: isinstance(part, sp.Piecewise), lambda part: part.args[0].expr)


SECOND_TERM = A_2**2 / (M * T)


def faster(claimed: sp.Expr, factor: int) -> sp.Expr:
    """The bound, if the loss of the readout fell so many times as fast."""
    return claimed.xreplace({SECOND_TERM: SECOND_TERM / factor})


LINEAR_LOSS = L_0 * (1 - gamma)


def energy_pays_for_moved_cells(spent: sp.Expr, moved_cells: sp.Expr) -> Relations:
    """What more cells spend beyond L₀; at constant speed all of it is spent on them."""
    yield same(spent - L_0, (movers - moved_cells) * rho**2 / T, by=sp.expand)
    yield same(moved_cells * T * (rho / T) ** 2, L_0)


def bounds_at_the_longest_times(longest_time: sp.Expr, bound: sp.Expr, along: sp.Expr) -> Relations:
    """The bound there, for exact copies; and how fast it falls before."""
    falling = inside(bound).subs(EXACT_COPIES)
    yield same(along, falling.subs(T, inside(longest_time)))
    some = sp.Symbol("some", integer=True, positive=True)
    yield nonnegative(-sp.diff(falling, T), A_2**2 / (some * T**2), where={M: some}, strict=True)


copy_bounds = Claim(
    label="L16.1",
    title="Many copies of a witness make gradient flow reach low loss",
    headline=r"If a network holds $M$ disjoint exact copies of each unit of a witness of loss $0$, then, under its assumptions, gradient flow from a zero readout reaches, at a known time, a loss of at most $$[[B1]].$$",
    statement=r"""
**Network.** Let $F=\sum_ia_i\phi_i(\cdot;\theta_i)$ have a linear readout $a$. Each $\phi_i$ is a smooth function of its *cell* $\theta_i$, the weights on all edges into the terminal vertex and its
ancestors. The network trains $a$ and all weights by $\dot\theta=-\nabla L$ from $a(0)=0$. The loss is $L=\frac12\|F-f^*\|_D^2$, so $L_0=\frac12\|f^*\|_D^2$.

**Witness and copies.** Let the *witness* $\sum_{j\le r}a^*_j\phi_j(\cdot;\theta^*_j)$ have the loss $\varepsilon_w$, and let $A_1\ge\|a^*\|_1$ and $A_2\ge\|a^*\|_2$. For each unit $j$ of the
witness let there be $M$ terminal vertices with the same backward closure, input vertices included. Let their cells start at $\|\theta_i(0)-\theta^*_j\|\le\rho_0$, possibly after changes of sign of weights that turn $\phi_j$
into $\pm\phi_j$. Suppose that these $rM$ cells are disjoint, and that $\|\phi_j(\theta)-\phi_j(\theta')\|_D\le\Lambda\|\theta-\theta'\|$ on the closed ball of radius $\rho_0+\rho$ about $\theta^*_j$ ($\Lambda$ may depend on $\rho$). Let
$$\varepsilon=[[approximation_loss]].$$

**(B1)** At most $[[moved_cells]]$ of the cells move further than $\rho$ before the time $T$. If $M\ge1$ and this number is at most $\frac M2$, then for all $t\ge T$
$$L(t)\le[[bound]].$$ For given $\rho$ this condition holds up to $T=[[longest_time]]$. The bound compares $a$ with another readout: as long as at most $\frac M2$ of the cells have
moved further than $\rho$, there is a readout $\bar a$ on cells that have not, with a loss of at most $\varepsilon$ and $\|\bar a\|^2\le[[squared_readout]]$.

**Exact copies** ($\varepsilon_w=\rho_0=0$). If $\Lambda$ is valid at the radius $\rho$ below, the best choice is $$B_1=[[B1]]$$ from the time $$T_1=[[T1]]$$ on, at the radius $$\rho=[[rho1]].$$
Without copies nothing is guaranteed. A bound not below $L_0$ is vacuous, as the loss never grows. No relation between the numbers of parameters and of samples is assumed, and $D$ may be continuous.
""",
    steps=COPY_STEPS,
    source=Source("2501.05930", "v1", "beyond the text at hand, which speaks of a witness network of low loss"),
    provenance=Provenance.EXTENSION,
    quantities=(
        *WITNESS,
        START.drawn_from(sp.Rational(1, 2), 1),
        Quantity(movers, "number of cells that have moved further", COUNT_FROM_ZERO, drawn=(0, 9)),
        Quantity(survivors, "number of copies of a unit that have not", COUNT, drawn=(5, 30)),
    ),
    hypotheses=(
        *NETWORK,
        Hypothesis("the loss at the start is not $0$", L_0 > 0, needed_by=("longest_time", "T1", "rho1")),
    ),
    named={r"\varepsilon": approximation_loss, r"\alpha": A_2**2 / M, r"\nu": L_0 / rho**2},
    symbols={
        **OUTPUT,
        "f^*": "target",
        **{"D": "law of the data", "i": "number of a terminal vertex and of its cell"},
        "j": "number of a unit of the witness",
        "r": "number of units of the witness",
        **FEATURE,
        r"\theta_i": "weights of cell $i$",
        **READOUTS,
        "a^*": "readout of the witness",
        "t": "time of training",
        **{"B_1": "best bound of the loss for exact copies", "T_1": "time from which it holds"},
    },
    remarks=(
        Remark(
            r"The bound is loose. Where features stand still (L15 (c)), the loss of exact copies of one unit alone reaches $\frac1{4e}$ "
            r"of the term $\frac{A_2^2}{MT}$ of the bound, at $T=\frac1{2M\|\phi_i\|_D^2}$. In the flows that were computed the loss never exceeds the bound, and in one of them, of copies alone, it reaches more than a fifteenth of the bound.",
            "students_keep_the_bound",
        ),
        Remark(
            r"The loss of copies of a linear unit on one data point, whose flow has a closed form, exceeds an eleventh of the bound.",
            "linear_copies_keep_the_bound",
        ),
        Remark(
            r"For 32 isolated copies alone with two hidden layers (B1) is below the loss at the start, at one $\rho$ of five; for four at none.",
            "trees_keep_the_bound",
        ),
    ),
    sharp=(
        Sharp(
            expression="approximation_loss",
            example=r"linear units on one data point, all moved by $\rho_0+\rho$ in the same direction",
            check="a_moving_unit_attains_the_approximation_loss",
        ),
        Sharp(
            expression="squared_readout",
            example=r"one unit with $\frac M2$ survivors",
            check="half_of_the_copies_are_enough",
        ),
    ),
    aids={"copies_loss": copies_loss, "moved_copies": moved_copies},
    loose=(
        Loose(
            expression="moved_cells",
            truth="moved_copies",
            at=(FAR_LINEAR_COPIES,),
            lost=r"at most, as cells of other networks may move further than copies of one linear unit on one data point, all of which move by more than $\rho$: in Cauchy–Schwarz for their paths, in the energy of the readout, and in the loss that is left. Curves of constant speed that use up the whole loss would attain the bound; no copy moves so, as it starts with the speed $0$",
        ),
        Loose(expression="bound", truth="copies_loss", at=LINEAR_COPIES, lost=LOST),
        Loose(expression="B1", truth="copies_loss", at=(BEST_FOR_LINEAR_COPIES,), lost=LOST),
    ),
    because={
        "moved cells": energy_pays_for_moved_cells,
        "squares": lambda survivor_square: same(survivor_square, survivors * (A_2 / survivors) ** 2),
        "exact copies": bounds_at_the_longest_times,
    },
    wrong=lambda: {
        "approximation_loss: the witness is exact": approximation_loss.subs(epsilon_w, 0),
        "approximation_loss: losses in place of distances": epsilon_w + (Lambda * (rho_0 + rho) * A_1) ** 2 / 2,
        "approximation_loss: the copies start at the witness": approximation_loss.subs(rho_0, 0),
        "approximation_loss: ‖a*‖₂ in place of ‖a*‖₁": approximation_loss.subs(A_1, A_2),
        "moved_cells: path length for its square": sp.sqrt(moved_cells),
        "moved_cells: any time": moved_cells / T,
        "moved_cells: the copies share the distance": moved_cells / M,
        "spent: the distance for its square": spent / rho,
        "longest_time: twice the time": per_copy(2 * longest_time),
        "longest_time: 10 % less": per_copy(sp.Rational(9, 10) * longest_time),
        "longest_time: 0 without copies": longest_time,
        "comparison_error: a loss for a distance": epsilon_w + Lambda * (rho_0 + rho) * A_1,
        "survivor_square: one survivor": A_2**2,
        "survivor_square: the same for each": survivors * A_2**2,
        "survivor_square: the length": A_2 / survivors,
        "squared_readout: all copies survive": per_copy(A_2**2 / M),
        "squared_readout: one survivor": per_copy(A_2**2),
        "squared_readout: 10 % less": per_copy(sp.Rational(9, 10) * squared_readout),
        "squared_readout: 0 without copies": squared_readout,
        "bound: no survivors counted": guaranteed(approximation_loss + A_2**2 / T, M >= 1, moved_cells <= M / 2),
        "bound: holds for any T": guaranteed(loss_bound, M >= 1),
        "bound: 0 without copies": sp.Piecewise((loss_bound, (M >= 1) & (moved_cells <= M / 2)), (0, True)),
        "bound: all cells may move": guaranteed(loss_bound, M >= 1, moved_cells <= M),
        "bound: 10 % less": guaranteed(sp.Rational(9, 10) * loss_bound, M >= 1, moved_cells <= M / 2),
        "bound: eleven times as fast": faster(bound, 11),
        "bound: M² in place of M": bound.xreplace({SECOND_TERM: SECOND_TERM / M}),
        "bound: a fifteenth": bound.xreplace({A_2**2 / (M * T): A_2**2 / (15 * M * T)}),
        "bound: a thirtieth": bound.xreplace({A_2**2 / (M * T): A_2**2 / (30 * M * T)}),
        "moving_bound: features that stand still": epsilon + Delta**2 / (4 * T),
        "along: not halved": along + Lambda**2 * A_1**2 * rho**2 / 2,
        "along: of one copy": along.subs(M, 1),
        "B1: a unit each": per_copy(best_value.subs(A_1, A_2)),
        "B1: value 0 without copies": best_value,
        "B1: two copies at least": guaranteed(best_value, M >= 2),
        "T1: half of the time": per_copy(best_time / 2),
        "T1: 10 % later": sp.Rational(11, 10) * per_copy(best_time),
        "T1: twice as late": 2 * per_copy(best_time),
        "rho1: 10 % further": sp.Rational(11, 10) * per_copy(best_radius),
        "rho1: the square of the radius": per_copy(best_radius**2),
        "copies_loss: the loss falls with the share itself": LINEAR_LOSS,
        "moved_copies: 10 % more copies": sp.Rational(11, 10) * moved_copies,
        "moved_copies: features that stand still": all_or_none(M, (A_1 / M * (1 - sp.exp(-M * T))) ** 2 / 2 > rho),
        "moved_copies: the readout moves so far": moved_together(M, A_1, M * rho * sp.sqrt(1 + rho**2), T),
    },
)
