"""Evidence for L21.3: random sparse lifts of attention followed by gradient flow beside their bound, and constants of heads."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.lifts.further.vector_copies_runs import (
    ROUNDED,
    UNITS,
    copies_alone,
    random_lift,
    time_of_bound,
)
from sparse_limits.numerics.evidence import Finding, Trial, empirical
from sparse_limits.numerics.lifts.functions import Attention
from sparse_limits.numerics.lifts.pooled import count_heads
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.lifts.attention import d
from sparse_limits.theory.lifts.copies import A_1, A_2, M, isolated_best_radius, rho, signs
from sparse_limits.theory.lifts.further.attention_copies import R_x, b_w, copied_heads

Floats = NDArray[np.float64]
WIDTH = 128


@empirical(copied_heads, cost=0.7)
def heads_end_below_the_bound(head_loss: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A random sparse lift; and copies alone whose readout grows so far that the time of the bound is short.

    ρ is the radius at which the bound is best.
    """
    unit = UNITS["head"]
    for target, run in (
        (1.0, trial.draw(random_lift, "head", WIDTH, 1.0)),
        (8.0, trial.once(copies_alone, "head", 44, 8.0, 0.05)),
    ):
        copies = count_heads(run.cells, unit)
        point = {M: copies, A_1: sp.Rational(target), A_2: sp.Rational(target), d: 1, R_x: 1, b_w: 1, signs: 1}
        if not copies:
            yield trial.holds(head_loss.subs(point) == no_guarantee, "no copies, no guarantee")
            continue
        point[rho] = sp.Rational(trial.value(isolated_best_radius, point)) * ROUNDED
        ended = run.trajectory.losses[run.trajectory.times >= time_of_bound("head", run.cells, target)]
        limit = trial.value(head_loss, point)
        said = f"{copies} copies in {len(run.cells)} heads, bound {limit / float(run.start):.3g} of the start"
        yield trial.at_most(float(ended[0]) / limit, 1.0, f"loss beside its bound: {said}")


def head(weights: Floats, tokens: Floats) -> Floats:
    """Rows of attention: weights float[..., s, 3, d], tokens float[..., T, s]."""
    found: Floats = Attention()(np.einsum("...ts,...sfd->...ftd", tokens, weights))
    return found


def steepest(rng: np.random.Generator, tries: int, channels: int, tokens: int, width: int) -> float:
    """How much rows change at most beside what weights do: random heads of length 1 on the ball of radius ½ and tokens of
    length 1, some of which are antipodal, with random changes along and across; and, of width two or more, heads whose Q
    and K are at right angles, each moved along the other."""
    weights = rng.standard_normal((tries, channels, 3, width))
    weights *= 1.5 / np.linalg.norm(weights, axis=(1, 3), keepdims=True)
    weights[::3, :, 1] = 0  # no scores: the shares are equal, where they change most
    given = rng.standard_normal((tries, tokens, channels))
    given /= np.linalg.norm(given, axis=2, keepdims=True)
    given[::2, 1::2] = -given[::2, :1]
    change = rng.standard_normal(weights.shape)
    change[::3, :, 0] = 0
    if width > 1:
        crossed = np.zeros((2, *weights.shape[1:]))
        crossed[0, 0, [0, 1, 2], [0, 1, 0]] = 1.5
        crossed[1, 0, [0, 1], [1, 0]] = 1.0
        weights[0], change[0] = crossed
        given[0] = 0
        given[0, :, 0] = np.where(np.arange(tokens) % 2, -1.0, 1.0)
    change *= 1e-6 / np.sqrt((change**2).sum(axis=(1, 2, 3), keepdims=True))
    moved = np.linalg.norm(head(weights + change, given) - head(weights, given), axis=-1)
    return float(moved.max()) / 1e-6


@empirical(copied_heads, cost=0.3)
def rows_of_random_heads_keep_the_constant(head_lipschitz: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Differences over a millionth, of rounding 1e-9 of it, beside the constant at b_w = 1 and ρ = ½."""
    for channels, tokens, width in ((1, 2, 1), (2, 3, 2), (3, 6, 4)):
        point = {R_x: 1, b_w: 1, rho: sp.Rational(1, 2), d: width}
        found = trial.draw(steepest, trial.size(3000), channels, tokens, width)
        said = f"{tokens} tokens of {channels} channels, width {width}"
        yield trial.at_most(
            found / trial.value(head_lipschitz, point), 1.0, f"change of a row beside its bound, {said}"
        )
