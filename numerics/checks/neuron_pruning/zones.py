"""Checks that N3.1, N3.2 and N9.2 share: the bounds by two zones of N9.2 and N10.2 with all that they are made of in place."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from numerics.evidence import Check, Finding, Trial, control, enclosed
from theory.claims import Claim
from theory.neuron_pruning.alignment import N, delta, eps
from theory.neuron_pruning.covering_order import (
    eta,
    far_size,
    in_full,
    lamda,
    most,
    part,
    square_mean,
    weight,
)
from theory.neuron_pruning.inputs import d

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
FAR, NEAR = (  # where the far number is less, and where the near one is
    {d: sp.Integer(20), eps: sp.Rational(1, error), delta: sp.Rational(1, 2), eta: share}
    for error, share in ((10, sp.Rational(1, 20)), (100, sp.Rational(3, 4)))
)


def check_of_the_lesser(claim: Claim, zones: sp.Expr, near_size: sp.Expr, thin: sp.Expr) -> Check:
    """The check of the aid `least`: the lesser number of neurons at a half-width."""
    least = claim.aids["least"]

    @enclosed(claim)
    @control("the far number alone", least=in_full(far_size, thin))
    @control("the near number alone", least=in_full(near_size, thin))
    @control("10 % more", least=MORE * least)
    @control("10 % less", least=LESS * least)
    def the_lesser_number_fills_one_zone(least: sp.Expr, trial: Trial) -> Iterator[Finding]:
        """That of the far points, less 1, is the part where its number is less, and that of the near ones where theirs is."""
        near = in_full(zones - zones.subs(most, 0), thin)
        root = in_full(1 - 2 * weight, thin)  # one over the square of the zone of the far points
        yield trial.same(root.subs(N, least), (1 + part) ** -2, by=None, at=[FAR])
        yield trial.same(near.subs(N, least), part, by=None, at=[NEAR])

    return the_lesser_number_fills_one_zone


def check_of_the_covered(claim: Claim, zones: sp.Expr, thin: sp.Expr) -> Check:
    """The check of the aid `covered`: the probability by two moments at a half-width, with the zones for the second."""
    covered = claim.aids["covered"]

    @enclosed(claim)
    @control("half of the neurons", covered=covered.subs(N, N / 2))
    @control("far points alone", covered=in_full(1 - 1 / square_mean.subs(lamda, weight), thin))
    @control("squared", covered=covered**2)
    def two_moments_bound_what_is_covered(covered: sp.Expr, trial: Trial) -> Iterator[Finding]:
        """Both zones together are one over the probability of what is left."""
        far = in_full(square_mean.subs(lamda, weight), thin)
        near = in_full(zones - zones.subs(most, 0), thin)
        yield trial.same(1 / (1 - covered), far + near, by=None, at=[{**NEAR, N: sp.Integer(50)}])

    return two_moments_bound_what_is_covered
