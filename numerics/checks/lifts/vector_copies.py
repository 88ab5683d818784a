"""Evidence for L21.1: units with several features."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from numerics.evidence import Finding, Trial, control, exact
from theory.lifts.copies import (
    A_1,
    A_2,
    Lambda,
    M,
    approximation_loss,
    comparison_error,
    epsilon_w,
    rho,
    rho_0,
    survivor_square,
    survivors,
)
from theory.lifts.isolated_copies import square_speed
from theory.lifts.tangent import L
from theory.lifts.vector_copies import READOUTS, first_norm, second_norm, vector_copies

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
PAIRS = (READOUTS[:2], READOUTS[2:])
POSITIVE = {letter: sp.Symbol(str(letter), positive=True) for letter in READOUTS}


def linear_unit(weights: tuple[sp.Expr, ...], readout: tuple[sp.Expr, ...]) -> sp.Expr:
    """Φ(θ)a = Λ θ·a, the unit whose Lipschitz constant is attained in each direction."""
    return Lambda * sum(w * a for w, a in zip(weights, readout, strict=True))


@exact(vector_copies, step="loss of the other readout")
@control("the witness is exact", approximation_loss=approximation_loss.subs(epsilon_w, 0))
@control("the copies start at the witness", approximation_loss=approximation_loss.subs(rho_0, 0))
@control("entries one by one", first_norm=sum(sp.Abs(letter) for letter in READOUTS))
@control("the length of all", first_norm=second_norm)
@control("10 % less", approximation_loss=NINE * approximation_loss)
@control("a loss for a distance", comparison_error=epsilon_w + Lambda * (rho_0 + rho) * A_1)
def moving_units_attain_the_loss(
    first_norm: sp.Expr, comparison_error: sp.Expr, approximation_loss: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Linear units on one data point, all cells of a unit moved by ρ₀ + ρ along its readout, from a witness of weights 0
    that misses by √(2ε_w)."""
    target = -sp.sqrt(2 * epsilon_w)
    moved = [[(rho_0 + rho) * a / sp.sqrt(sum(each**2 for each in pair)) for a in pair] for pair in PAIRS]
    output = sum(linear_unit(weights, pair) for weights, pair in zip(moved, PAIRS, strict=True))
    for claimed, found in (
        (comparison_error, output - target),
        (approximation_loss, (output - target) ** 2 / 2),
    ):
        yield trial.same(
            claimed.subs(A_1, first_norm).subs(POSITIVE), found.subs(POSITIVE), by=lambda gap: sp.simplify(sp.expand(gap))
        )


@exact(vector_copies, step="squares")
@control("sum of lengths", second_norm=first_norm)
@control("one survivor", survivor_square=A_2**2)
@control("the same for each", survivor_square=survivors * A_2**2)
@control("10 % less", survivor_square=NINE * survivor_square)
def survivors_share_the_readouts(second_norm: sp.Expr, survivor_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Each of m copies has a share of each entry, in whatever orthonormal basis: after a rotation too."""
    angle = sp.Symbol("theta", real=True)
    rotation = sp.Matrix([[sp.cos(angle), -sp.sin(angle)], [sp.sin(angle), sp.cos(angle)]])
    shares = [rotation * sp.Matrix(pair) / survivors for pair in PAIRS]
    found = survivors * sum(entry**2 for share in shares for entry in share)
    yield trial.same(survivor_square.subs(A_2, second_norm), found, by=lambda gap: sp.simplify(sp.expand(gap)))


@exact(vector_copies, step="speeds")
@control("not squared", square_speed=sp.sqrt(2 * L) * Lambda)
@control("a loss that is no half", square_speed=L * Lambda**2)
@control("10 % less", square_speed=NINE * square_speed)
def linear_units_move_so_fast(square_speed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The gradient of the loss in the weights of a linear unit, on one data point."""
    weights, target = sp.symbols("w_1 w_2", real=True), sp.Symbol("f", real=True)
    loss = (linear_unit(weights, PAIRS[0]) - target) ** 2 / 2
    speed = sum(sp.diff(loss, weight) ** 2 for weight in weights)
    yield trial.same(square_speed.subs(L, loss) * sum(a**2 for a in PAIRS[0]), speed, by=sp.expand)
