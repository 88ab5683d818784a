"""L16.2: copies of a witness whose weights influence nothing else keep a second bound, which falls faster with their number."""

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.no_guarantee import guaranteed
from sparse_limits.theory.lifts.copies import (
    A_1,
    A_2,
    COMPARISON,
    EXACT_COPIES,
    FEATURE,
    FIRST,
    LINEAR_LOSS,
    LOST,
    SECOND_TERM,
    WITNESS,
    Lambda,
    M,
    approximation_loss,
    comparison_error,
    copies_bound,
    copies_loss,
    copies_time,
    epsilon_w,
    faster,
    given,
    inside,
    isolated_best_radius,
    isolated_best_time,
    isolated_best_value,
    isolated_bound,
    isolated_longest_time,
    isolated_moved_cells,
    isolated_radius,
    isolated_time,
    isolated_value,
    linear_witness,
    longest_time,
    loss_bound,
    movers,
    per_copy,
    rho,
    rho_0,
    small_linear_copies,
    squared_readout,
)
from sparse_limits.theory.lifts.readout import OUTPUT, Delta, T
from sparse_limits.theory.lifts.tangent import LOSS, L, epsilon
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.questions import OpenQuestion
from sparse_limits.theory.reasons import Relations, same

b = sp.Symbol("b", nonnegative=True)  # ‖ā‖²
c = sp.Symbol("c", positive=True)  # the time for each copy
x = sp.Symbol("x", positive=True)  # what holds where there are copies

readout_square = 4 * b
integrated_loss = epsilon * T + b / 2
square_speed = 2 * Lambda**2 * L

load = 16 * Lambda**4 * A_1**2 * A_2**2 * c**2
radius_square = 32 * c * Lambda**2 * A_2**4 / (M**2 * (1 - load))
isolated_along = A_2**2 / (M**2 * c * (1 - load))

ISOLATED_LINEAR_COPIES = small_linear_copies(sp.Rational(1, 200000), sp.Rational(1, 20))
CONVENIENT_FOR_LINEAR_COPIES = linear_witness(12, sp.Rational(7, 12), sp.Rational(21, 50))  # just after the time T₂
BEST_FOR_ISOLATED_LINEAR_COPIES = linear_witness(12, sp.Rational(7, 12), sp.Rational(9, 25))  # just after the best time

FAR = sp.Rational(19, 20)
ONE_FAR_COPY = {  # the first copy starts at 1 + ρ₀, the others at 1 − ρ₀
    **{M: sp.Integer(1000), A_1: sp.Integer(2), A_2: sp.Integer(2), Lambda: sp.S.One, epsilon_w: sp.S.Zero},
    **{T: sp.Rational(65, 10000), rho: sp.Rational(15, 100000), rho_0: FAR, movers: sp.S.One},
}

SECOND = {
    "isolated_moved_cells": per_copy(isolated_moved_cells),
    "isolated_bound": isolated_bound,
    "isolated_longest_time": per_copy(isolated_longest_time),
    "B2": per_copy(isolated_value),
    "T2": per_copy(isolated_time),
    "rho2": per_copy(isolated_radius),
    "B2_best": per_copy(isolated_best_value),
    "T2_best": per_copy(isolated_best_time),
    "rho2_best": per_copy(isolated_best_radius),
}

ISOLATED_STEPS = proof(
    r"""
survivors (by L16.1): If at most $M/2$ cells leave their balls of radius $\rho$ up to some time, a readout $\bar a$ on survivors, with
$b=\|\bar a\|^2\le[[squared_readout]]$, has a loss of at most $\varepsilon=[[approximation_loss]]$ until then.

late losses (by chain rule): As $\dot L=-\|\nabla L\|^2\le0$, once $L<\varepsilon$ holds, it holds at all later times. If it holds at some
time up to $T$, nothing is left to prove. So let $L\ge\varepsilon$ up to $T$.

distance (from survivors, late losses; by convexity): Then $\frac d{dt}\frac12\|a-\bar a\|^2=-\langle\nabla_aL,a-\bar
a\rangle\le\varepsilon-L\le0$, since $L$ is convex in $a$.

readout (from distance; by triangle inequality): So $\|a-\bar a\|\le\|\bar a\|$, and $\|a\|^2\le[[readout_square]]$.

integrated loss (from distance; by integration): Moreover $\int_0^TL\le[[integrated_loss]]$, for any such time $T$.

speeds (by Cauchy–Schwarz): In its ball an isolated cell has $\dot\theta_i=-a_i\langle F-f^*,\partial\phi_i\rangle$. So $\|\dot\theta_i\|^2$
is at most $a_i^2$ times $[[square_speed]]$, as $\|F-f^*\|^2=2L$.

paths (by Cauchy–Schwarz): Stop each cell where it leaves its ball. Then $\|\theta_i-\theta_i(0)\|^2\le T\int_0^T\|\dot\theta_i\|^2$ up to
$T$.

moved cells (from survivors, readout, integrated loss, speeds, paths): So the squares of these distances add up to at most
$\rho^2[[isolated_moved_cells]]$, which increases with $T$.

few cells leave (from moved cells; by intermediate value): Let the bound of *moved cells* be at most $M/2$ at $T$, and let $\tau$ be the
infimum of the times by which more than $M/2$ cells have left their balls. By $\tau$ at most $M/2$ cells have left, as a cell that is
outside was outside just before. But more than $M/2$ cells have been at the distance $\rho$, and the squares of their distances add up to
more than $M\rho^2/2$. So $\tau>T$.

longest time (from moved cells): The bound of *moved cells* is $M/2$ at the positive root of a quadratic equation,
$T=[[isolated_longest_time]]$.

[[COMPARISON]]

bound (from survivors, late losses, few cells leave, longest time, comparison): With $\Delta^2=b$ the comparison gives the bound
$[[isolated_bound]]$, from $T$ on.

times of exact copies (from moved cells, bound): For $\varepsilon_w=\rho_0=0$ and $T=cM$ let $\xi=[[load]]$. If $\xi<1$, the bound of *moved
cells* is $M/2$ at $\rho^2=[[radius_square]]$, and the bound of the loss is $[[isolated_along]]$.

convenient choice (from times of exact copies; gives B2, T2, rho2): We have $\xi=\frac12$ at $T=[[T2]]$: the radius is $[[rho2]]$, and the
bound is $[[B2]]$.

best choice (from times of exact copies; gives B2_best, T2_best, rho2_best): $c(1-\xi)$ is largest at $\xi=\frac13$, where $T=[[T2_best]]$:
elsewhere it is smaller by a multiple of a square. The radius is $[[rho2_best]]$, and the bound is $[[B2_best]]$.
""",
    globals(),
    COMPARISON=COMPARISON,
    **given(FIRST, "squared_readout", "approximation_loss"),
    **given(SECOND, "isolated_moved_cells"),
    **given(SECOND, "isolated_longest_time"),
    **given(SECOND, "isolated_bound"),
    **given(SECOND, "B2", "T2", "rho2"),
    **given(SECOND, "B2_best", "T2_best", "rho2_best"),
)


def exact_copies_move_half_of_them(
    isolated_moved_cells: sp.Expr,
    isolated_bound: sp.Expr,
    load: sp.Expr,
    radius_square: sp.Expr,
    isolated_along: sp.Expr,
) -> Relations:
    """M/2 less those that move is a multiple of the square of the radius less that one; the bound there."""
    cells = inside(isolated_moved_cells).subs(EXACT_COPIES).subs(T, c * M)
    yield same(M / 2 - cells, M * (1 - load) * (1 - radius_square / rho**2) / 2)
    yield same(radius_square * (1 - load) * M**2, 32 * c * Lambda**2 * A_2**4, by=sp.cancel)
    chosen = inside(isolated_bound).subs(EXACT_COPIES).subs(T, c * M).subs(rho, sp.sqrt(radius_square))
    yield same(isolated_along, chosen)


isolated_copy_bounds = Claim(
    label="L16.2",
    title="Isolated copies of a witness make gradient flow reach low loss",
    headline=r"If the $M$ copies of each unit in L16.1 are exact, $\varepsilon_w=0$, and their weights influence the output through their own features alone, gradient flow comes down, at a known time, to a loss of at most $$[[B2_best]].$$",
    statement=r"""
In L16.1 let the cells of the copies be isolated: their weights influence $F$ through their own $\phi_i$ alone, as is always the case
with one hidden layer. Let $\varepsilon$ be as in L16.1.

**(B2)** For any time $T$ up to $$[[isolated_longest_time]]$$ and all $t\ge T$
$$L(t)\le[[isolated_bound]].$$ As long as $L\ge\varepsilon$, at most $[[isolated_moved_cells]]$ cells move further than $\rho$ before
such a $T$.

For exact copies ($\varepsilon_w=\rho_0=0$) and $\Lambda$ valid at the radius $\rho$ below, a convenient choice and the best choice are
$$\begin{aligned}B_2&=[[B2]],&T_2&=[[T2]];\\
B_2&=[[B2_best]],&T_2&=[[T2_best]],\end{aligned}$$
at the radii, in this order, $$\rho=[[rho2]],$$ $$\rho=[[rho2_best]].$$
""",
    steps=ISOLATED_STEPS,
    source=Source("2501.05930", "v1", "beyond the text at hand, which speaks of a witness network of low loss"),
    provenance=Provenance.EXTENSION,
    quantities=(
        *WITNESS,
        LOSS,
        Quantity(b, "square of the readout that is compared", NON_NEGATIVE),
        Quantity(c, "time for each copy", POSITIVE, drawn=(sp.Rational(1, 8), 1)),
    ),
    hypotheses=(
        Hypothesis("the hypotheses of L16.1 hold, and the cells of the copies are isolated"),
        Hypothesis("there is a radius for that time", load < 1, needed_by=("radius_square", "isolated_along")),
    ),
    symbols={
        **OUTPUT,
        "i": "number of a terminal vertex and of its cell",
        **FEATURE,
        "t": "time of training",
        "B_2": "bound of the loss for exact copies",
        "T_2": "time from which it holds",
        "x": "argument of $g$",
    },
    named={
        "h": comparison_error,
        r"\varepsilon": approximation_loss,
        r"\alpha": A_2**2 / M,
        "g": sp.Lambda(x, per_copy(x)),
    },
    open_questions=(
        OpenQuestion(
            asks="What is the best constant of (B2), and does the loss that $M$ exact copies of a fixed witness guarantee fall faster than $M^{-2}$?",
            obstacle="The proof allows half of the copies to move as far as the whole energy can carry them; in the computed flows all copies move, but less far.",
            known=r"""$6\sqrt3A_1A_2^3\Lambda^2M^{-2}$ (L16.2), for every witness, unit and law of data.""",
            evidence="The loss of copies of a linear unit on one data point, in closed form, reaches more than an eleventh of the bound. If the readout $A_1=A_2$ of the witness is a fixed multiple of $M$, the loss at $T_2$ is a fixed multiple of $B_2$ for all $M$. So a bound by $\\Lambda^2A_1A_2^3$ and $M$ alone that holds at $T_2$ falls no faster than $M^{-2}$. For a fixed witness this says nothing about the power of $M$.",
            checked_by="isolated_linear_copies_keep_the_bound",
        ),
    ),
    remarks=(
        Remark(
            r"The bound is loose. Where features stand still (L15 (c)), the loss of exact copies of one unit alone reaches $\frac1{4e}$ "
            r"of the term $\frac{A_2^2}{MT}$ of the bound, at $T=\frac1{2M\|\phi_i\|^2}$. In the flows that were computed the loss "
            r"never exceeds the bound.",
            "isolated_students_keep_the_second_bound",
        ),
        Remark(
            r"The loss of copies of a linear unit on one data point, whose flow has a closed form, reaches more than an eleventh of the "
            r"bound.",
            "isolated_linear_copies_keep_the_bound",
        ),
    ),
    aids={"copies_loss": copies_loss, "moved_copies": movers},
    loose=(
        Loose(
            expression="isolated_bound",
            truth="copies_loss",
            at=ISOLATED_LINEAR_COPIES,
            lost=LOST,
        ),
        Loose(expression="B2", truth="copies_loss", at=(CONVENIENT_FOR_LINEAR_COPIES,), lost=LOST),
        Loose(expression="B2_best", truth="copies_loss", at=(BEST_FOR_ISOLATED_LINEAR_COPIES,), lost=LOST),
        Loose(
            expression="isolated_moved_cells",
            truth="moved_copies",
            at=(ONE_FAR_COPY,),
            lost=r"at most, as other units may move more: of $M$ copies of a linear unit on one data point, one at $1+\rho_0$ and all others at $1-\rho_0$, the first moves further than $\rho$; in Cauchy–Schwarz for their paths, in a readout that may be twice as long as necessary, and in the squares that all of it is spent on",
        ),
    ),
    because={
        "times of exact copies": exact_copies_move_half_of_them,
    },
    wrong=lambda: {
        "isolated_bound: eleven times as fast": faster(isolated_bound, 11),
        "isolated_bound: M² in place of M": isolated_bound.xreplace({SECOND_TERM: SECOND_TERM / M}),
        "isolated_bound: a fifteenth": isolated_bound.xreplace({A_2**2 / (M * T): A_2**2 / (15 * M * T)}),
        "isolated_bound: for any T": guaranteed(loss_bound, M >= 1),
        "isolated_bound: 10 % less": guaranteed(sp.Rational(9, 10) * loss_bound, M >= 1, isolated_moved_cells <= M / 2),
        "isolated_bound: all cells may move": guaranteed(loss_bound, M >= 1, isolated_moved_cells <= M),
        "isolated_bound: 0 without copies": loss_bound,
        "copies_loss: the loss falls with the share itself": LINEAR_LOSS,
        "T2: 10 % later": sp.Rational(11, 10) * per_copy(isolated_time),
        "T2: the best time": per_copy(isolated_best_time),
        "T2_best: the best time 10 % later": sp.Rational(11, 10) * per_copy(isolated_best_time),
        "T2_best: the time of constant 6": per_copy(copies_time(6 * sp.sqrt(3))),
        "T2_best: the convenient time": per_copy(isolated_time),
        "moved_copies: all copies": M,
        "moved_copies: one more": movers + 1,
        "squared_readout: a tenth": squared_readout / 10,
        "squared_readout: M² in place of M for the readout": squared_readout / M,
        "squared_readout: one survivor": per_copy(A_2**2),
        "isolated_moved_cells: the readout stays small": per_copy(isolated_moved_cells / 4),
        "isolated_moved_cells: loss ε all the way": per_copy(isolated_moved_cells.subs(A_2**2 / M, 0)),
        "isolated_moved_cells: 10 % more": per_copy(sp.Rational(11, 10) * isolated_moved_cells),
        "isolated_moved_cells: 0 without copies": isolated_moved_cells,
        "approximation_loss: the witness is exact": approximation_loss.subs(epsilon_w, 0),
        "integrated_loss: the loss L all the way": T * epsilon,
        "integrated_loss: the square, not halved": epsilon * T + b,
        "isolated_longest_time: 10 % less": per_copy(sp.Rational(9, 10) * isolated_longest_time),
        "isolated_longest_time: that of any cells": per_copy(longest_time),
        "isolated_longest_time: the negative root": per_copy(
            -(A_2**2) / (M * approximation_loss) - isolated_longest_time
        ),
        "isolated_longest_time: 0 without copies": isolated_longest_time,
        "moving_bound: features that stand still": epsilon + Delta**2 / (4 * T),
        "load: its root": sp.sqrt(load),
        "radius_square: no load": radius_square * (1 - load),
        "radius_square: of one copy": M**2 * radius_square,
        "radius_square: the load less 1": radius_square * (load - 1),
        "isolated_along: no load of the bound": isolated_along * (1 - load),
        "isolated_along: the first order in M": M * isolated_along,
        "B2: the best constant": per_copy(isolated_best_value),
        "B2: value 0 without copies": isolated_value,
        "rho2: 10 % further": sp.Rational(11, 10) * per_copy(isolated_radius),
        "rho2: the best radius": per_copy(isolated_best_radius),
        "B2_best: constant 10": per_copy(copies_bound(sp.Integer(10))),
        "B2_best: the convenient one is best": per_copy(isolated_value),
        "B2_best: value 0 without copies": isolated_best_value,
        "rho2_best: 10 % nearer": sp.Rational(9, 10) * per_copy(isolated_best_radius),
        "rho2_best: the convenient radius": per_copy(isolated_radius),
    },
)
