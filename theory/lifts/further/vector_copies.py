"""L21.1: units with several features, each with a readout of its own: what copies of them guarantee."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.no_guarantee import guaranteed
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.convergence import ALLOWED, CHANCE, chernoff_size
from sparse_limits.theory.lifts.copies import (
    A_1,
    A_2,
    FIRST,
    LINEAR_COPIES,
    LINEAR_LOSS,
    LOST,
    NETWORK,
    UNITS,
    WITNESS,
    Lambda,
    M,
    approximation_loss,
    bound,
    comparison_error,
    copies_loss,
    epsilon_w,
    given,
    isolated_bound,
    isolated_longest_time,
    isolated_moved_cells,
    longest_time,
    loss_bound,
    moved_cells,
    per_copy,
    rho,
    rho_0,
    survivor_square,
    survivors,
)
from sparse_limits.theory.lifts.coverage import DISJOINT_UNITS, q, r
from sparse_limits.theory.lifts.isolated_copies import ISOLATED_LINEAR_COPIES, SECOND, square_speed
from sparse_limits.theory.lifts.readout import Delta, T, moving_bound
from sparse_limits.theory.lifts.tangent import L_0, LOSS, START, L, epsilon
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

READOUTS = sp.symbols("a_11 a_12 a_21 a_22", real=True)
_lengths = [sp.sqrt(one**2 + two**2) for one, two in (READOUTS[:2], READOUTS[2:])]
first_norm = _lengths[0] + _lengths[1]
second_norm = sp.sqrt(sum(readout**2 for readout in READOUTS))

STEPS = proof(
    r"""
norms (a definition): For two units with two features each, $A_1=[[first_norm]]$ and $A_2=[[second_norm]]$.

survivors (by L16.1): The cells that leave their balls are counted by means of the energy, in which no readout occurs. As long as at most
$\frac M2$ have left, $m\ge\frac M2$ copies of each unit survive, with weights within $\rho_0+\rho$ of $\theta^*_j$ after an isometry, which
preserves distances. This holds up to $T=[[longest_time]]$.

another readout (from norms, survivors; by triangle inequality): Give $\bar a_i=U^\top a^*_j/m$ to $m$ survivors of each unit, where
$\Phi_i$ is $\Phi_jU$ at the moved weights, with $U$ orthogonal. The witness misses $f^*$ by $\sqrt{2\varepsilon_w}$, and each survivor
misses its share of $\Phi_j(\theta^*_j)a^*_j$ by $\Lambda(\rho_0+\rho)\|a^*_j\|/m$. Together these errors are at most
$[[comparison_error]]$.

loss of the other readout (from another readout, norms): The loss of this readout is at most $\varepsilon=[[approximation_loss]]$.

squares (from another readout, norms): An orthogonal map preserves lengths: $\|\bar a\|^2=[[survivor_square]]$.

speeds (by Cauchy–Schwarz): In its ball an isolated cell has $\dot\theta_i=-\langle F-f^*,\partial\Phi_i\,a_i\rangle$, so that
$\|\dot\theta_i\|^2$ is at most $\|a_i\|^2$ times $[[square_speed]]$, as no derivative of $\Phi_ia_i$ is longer than $\Lambda\|a_i\|$.

comparison (by L15): All entries of all $a_i$ together form one readout, of the entries of all $\Phi_i$. Compared with a readout that keeps
the loss $\varepsilon$, at the distance $\Delta$, it has $L(T)\le[[moving_bound]]$.

first bound (from survivors, loss of the other readout, squares, comparison): With $\Delta^2=\|\bar a\|^2$ at $m=\frac M2$, this is
$[[bound]]$.

slow cells (from loss of the other readout, squares, speeds; by L16.2): With these speeds, and $\|a\|^2\le4\|\bar a\|^2$ as in that proof,
at most half of the copies leave their balls up to $T=[[isolated_longest_time]]$.

second bound (from slow cells, loss of the other readout, squares, comparison): Up to that time the same comparison gives
$[[isolated_bound]]$.

number of copies (by L11.1): A random sparse lift with one layer of $n$ terminals draws edges and weights for each terminal, which is a
vertex of L11.1 whatever its features are. If each terminal copies a unit with a probability of at least $q$, then the probability that
fewer than $M\le\frac{nq}2$ of them copy it is at most $e^{-nq/8}$. The cells of terminals are disjoint and isolated.

size (from number of copies; by L17.1): So, as for units with one feature, all $r$ units have $M$ copies with probability $1-\delta$ from
$n=[[size]]$ on.
""",
    globals(),
    comparison_error=comparison_error,
    survivor_square=survivor_square,
    square_speed=square_speed,
    moving_bound=moving_bound,
    size=chernoff_size,
    **given(FIRST, "longest_time"),
    **given(FIRST, "approximation_loss"),
    **given(FIRST, "bound"),
    **given(SECOND, "isolated_longest_time"),
    **given(SECOND, "isolated_bound"),
)

PAIRS = (READOUTS[:2], READOUTS[2:])


POSITIVE = {letter: sp.Symbol(str(letter), positive=True) for letter in READOUTS}


def linear_unit(weights: tuple[sp.Expr, ...], readout: tuple[sp.Expr, ...]) -> sp.Expr:
    """Φ(θ)a = Λ θ·a, the unit whose Lipschitz constant is attained in each direction."""
    return Lambda * sum(w * a for w, a in zip(weights, readout, strict=True))


def moving_units_attain_the_loss(
    first_norm: sp.Expr, comparison_error: sp.Expr, approximation_loss: sp.Expr
) -> Relations:
    """Linear units on one data point, all cells of a unit moved by ρ₀ + ρ along its readout, from a witness of weights 0
    that misses by √(2ε_w): readouts of any directions whose lengths add up to A₁; and of four free entries."""
    target = -sp.sqrt(2 * epsilon_w)
    along = [(sp.cos(angle), sp.sin(angle)) for angle in sp.symbols("theta_1 theta_2", real=True)]
    first = sp.Symbol("a", positive=True)
    output = (rho_0 + rho) * sum(
        linear_unit(way, tuple(length * each for each in way))
        for way, length in zip(along, (first, A_1 - first), strict=True)
    )
    yield same(comparison_error, output - target)
    yield same(approximation_loss, (output - target) ** 2 / 2)
    moved = [tuple((rho_0 + rho) * a / sp.sqrt(sum(each**2 for each in pair)) for a in pair) for pair in PAIRS]
    output = sum(linear_unit(weights, pair) for weights, pair in zip(moved, PAIRS, strict=True))
    for claimed, found in (
        (comparison_error, output - target),
        (approximation_loss, (output - target) ** 2 / 2),
    ):
        yield same(
            valued(valued(claimed, {A_1: first_norm}), POSITIVE),
            found.subs(POSITIVE),
            by=lambda gap: sp.simplify(sp.expand(gap)),
        )


def linear_units_move_so_fast(square_speed: sp.Expr) -> Relations:
    """The gradient of the loss in the weights of a linear unit, on one data point."""
    weights, target = sp.symbols("w_1 w_2", real=True), sp.Symbol("f", real=True)
    loss = (linear_unit(weights, PAIRS[0]) - target) ** 2 / 2
    speed = sum(sp.diff(loss, weight) ** 2 for weight in weights)
    yield same(square_speed.subs(L, loss) * sum(a**2 for a in PAIRS[0]), speed, by=sp.expand)


vector_copies = Claim(
    label="L21.1",
    title="Copies of units with several features",
    statement=r"""
In L16.1 and L16.2 let each cell have several features, a readout for each feature, and values in a Euclidean space:
$F=\sum_i\Phi_i(\theta_i)a_i$, with $\Phi_i(\theta)$ linear in $a_i\in\mathbb R^g$. Let the witness be $\sum_j\Phi_j(\theta^*_j)a^*_j$.
Suppose that $\|(\Phi_j(\theta)-\Phi_j(\theta'))a\|_D\le\Lambda\|\theta-\theta'\|\|a\|$ on the balls, and that copies start within
$\rho_0$ of $\theta^*_j$, possibly after an isometry of weights that turns $\Phi_j$ into $\Phi_jU$ with an orthogonal $U$ (changes of
sign or of the order of features). Then both theorems hold unchanged, with
$$A_1=\sum_j\|a^*_j\|,\qquad A_2=\Big(\sum_j\|a^*_j\|^2\Big)^{1/2},$$ which are $[[first_norm]]$ and $[[second_norm]]$ for two units with
two features (upper bounds on these suffice). From $T$ on the loss is at most $[[bound]]$ by (B1), and for isolated cells at most
$[[isolated_bound]]$ by (B2).

An attention head is such a unit, with the weights in $Q,K,V$, and so is a filter with a readout for each pixel. Consider a random sparse
lift with one layer of $n$ terminals, and $r$ units whose types are disjoint. Suppose that each terminal copies a given unit with
probability at least $q$. Then with probability at least $1-\delta$ all units have $M$ copies, so that both bounds hold, from
$$[[size]]$$ terminals on. This is the count of L17.1, which assumes nothing about the units.
""",
    steps=STEPS,
    source=Source("2501.05930", "v1", "Definition 4.1 for the readout; beyond the text at hand"),
    provenance=Provenance.EXTENSION,
    quantities=(
        *(replace(each, within=NON_NEGATIVE) if each.symbols == A_1 else each for each in WITNESS),
        START.drawn_from(sp.Rational(1, 2), 1),
        LOSS,
        Quantity(survivors, "number of copies of a unit that have not moved further", COUNT, drawn=(5, 30)),
        Quantity(READOUTS, "readouts of the witness, by unit and feature", sp.S.Reals, drawn=(sp.Rational(1, 8), 2)),
        UNITS.drawn_from(1, 2),
        CHANCE,
        ALLOWED,
    ),
    hypotheses=(
        *NETWORK,
        Hypothesis("the loss at the start is not $0$", L_0 > 0, needed_by=("longest_time",)),
        Hypothesis("for (B2), the cells of the copies are isolated"),
        Hypothesis("for the size, edges and weights are independent, and the types of different units are disjoint"),
        DISJOINT_UNITS,
    ),
    also=("approximation_loss",),
    sharp=(
        Sharp(
            expression="approximation_loss",
            example="linear units on one data point, all cells of a unit moved along its readout",
            check="moving_units_attain_the_loss",
        ),
    ),
    aids={"copies_loss": copies_loss},
    loose=(
        Loose(expression="bound", truth="copies_loss", at=LINEAR_COPIES, lost=f"{LOST}: a unit with one feature"),
        Loose(
            expression="isolated_bound",
            truth="copies_loss",
            at=ISOLATED_LINEAR_COPIES,
            lost=f"{LOST}: a unit with one feature",
        ),
    ),
    because={
        "loss of the other readout": moving_units_attain_the_loss,
        "speeds": linear_units_move_so_fast,
    },
    wrong=lambda: {
        "copies_loss: the loss falls with the share itself": LINEAR_LOSS,
        "approximation_loss: the witness is exact": approximation_loss.subs(epsilon_w, 0),
        "approximation_loss: the copies start at the witness": approximation_loss.subs(rho_0, 0),
        "first_norm: entries one by one": sum(sp.Abs(letter) for letter in READOUTS),
        "first_norm: the length of all": second_norm,
        "comparison_error: a loss for a distance": epsilon_w + Lambda * (rho_0 + rho) * A_1,
        "second_norm: sum of lengths": first_norm,
        "survivor_square: one survivor": A_2**2,
        "survivor_square: the same for each": survivors * A_2**2,
        "square_speed: not squared": sp.sqrt(2 * L) * Lambda,
        "bound: no survivors counted": guaranteed(approximation_loss + A_2**2 / T, M >= 1, moved_cells <= M / 2),
        "bound: holds for any T": guaranteed(loss_bound, M >= 1),
        "bound: 0 without copies": sp.Piecewise((loss_bound, (M >= 1) & (moved_cells <= M / 2)), (0, True)),
        "bound: all cells may move": guaranteed(loss_bound, M >= 1, moved_cells <= M),
        "bound: 10 % less": guaranteed(sp.Rational(9, 10) * loss_bound, M >= 1, moved_cells <= M / 2),
        "bound: M² in place of M": bound.xreplace({A_2**2 / (M * T): A_2**2 / (M**2 * T)}),
        "bound: a fifteenth": bound.xreplace({A_2**2 / (M * T): A_2**2 / (15 * M * T)}),
        "moving_bound: features that stand still": epsilon + Delta**2 / (4 * T),
        "longest_time: twice the time": per_copy(2 * longest_time),
        "isolated_bound: for any T": guaranteed(loss_bound, M >= 1),
        "isolated_bound: 10 % less": guaranteed(sp.Rational(9, 10) * loss_bound, M >= 1, isolated_moved_cells <= M / 2),
        "isolated_bound: all cells may move": guaranteed(loss_bound, M >= 1, isolated_moved_cells <= M),
        "isolated_bound: 0 without copies": loss_bound,
        "isolated_bound: M² in place of M when isolated": isolated_bound.xreplace(
            {A_2**2 / (M * T): A_2**2 / (M**2 * T)}
        ),
        "isolated_bound: a fifteenth when isolated": isolated_bound.xreplace({A_2**2 / (M * T): A_2**2 / (15 * M * T)}),
        "isolated_longest_time: that of any cells": per_copy(longest_time),
        "isolated_longest_time: 10 % more": per_copy(sp.Rational(11, 10) * isolated_longest_time),
        "size: M/q terminals": chernoff_size.subs(q, 2 * q),
        "size: one unit": chernoff_size.subs(r, 1),
        "size: one copy": chernoff_size.subs(M, 1),
    },
)
