"""Checks that N3, N9 and N10 share: of the least number of neurons, and of bounds by two zones with all their formulas put in."""

import inspect
import math
from collections.abc import Iterable
from typing import Any

import sympy as sp

from sparse_limits.numerics.evidence import Check, Findings, Trial, control, enclosed
from sparse_limits.numerics.exact.balls import number
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.formulas.let import opened
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.formulas.valued import put_in, valued
from sparse_limits.theory.neuron_pruning.alignment import N, delta, eps
from sparse_limits.theory.neuron_pruning.covering_order import (
    eta,
    far_count,
    in_full,
    lamda,
    most,
    part,
    square_mean,
    weight,
)
from sparse_limits.theory.neuron_pruning.inputs import d

AT = {d: sp.Integer(12), N: sp.Integer(7), eps: sp.Rational(1, 20), delta: sp.Rational(1, 3)}
MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
FAR, NEAR = (  # where the far number is less, and where the near one is
    {d: sp.Integer(20), eps: sp.Rational(1, error), delta: sp.Rational(1, 2), eta: share}
    for error, share in ((10, sp.Rational(1, 20)), (100, sp.Rational(3, 4)))
)


def is_least(success: sp.Expr, neurons: sp.Expr, cases: Iterable[tuple[int, str, str]], trial: Trial) -> Findings:
    """That neurons are the least number from 1 on with 1 less the bound at 1 − δ or less: at inputs, an error and δ in each case."""
    search = (
        neurons if isinstance(neurons, Smallest) else next(each for each in neurons.args if isinstance(each, Smallest))
    )
    function, limit, start = search.args
    yield trial.same(put_in(function(N) - limit), put_in(delta - success), by=sp.expand)
    yield trial.same(limit, 1 - delta)
    yield trial.holds((neurons, start) == (search, 1), f"searched from {start}")
    for inputs, error, share in cases:
        point = {d: sp.Integer(inputs), eps: sp.Rational(error), delta: sp.Rational(share)}
        at = [{**point, N: sp.Rational(trial.value(neurons, point))}]
        yield trial.below(delta, success, at=at)
        yield trial.below(success.subs(N, N - 1), delta, at=at, strict=True)


def check_of_the_lesser(claim: Claim, two_zones: sp.Expr, near_count: sp.Expr, thin: sp.Expr) -> Check:
    """The check of the aid `least`: the lesser number of neurons at a half-width."""
    least = claim.aids["least"]

    @enclosed(claim)
    @control("the far number alone", least=in_full(far_count, thin))
    @control("the near number alone", least=in_full(near_count, thin))
    @control("10 % more", least=MORE * least)
    @control("10 % less", least=LESS * least)
    def the_lesser_number_fills_one_zone(least: sp.Expr, trial: Trial) -> Findings:
        """At the lesser number the zone of the far points, less 1, is the part where the far number is less; and that of the near points is
        the part where the near number is.
        """
        near = in_full(two_zones - two_zones.subs(most, 0), thin)
        root = in_full(1 - 2 * weight, thin)  # one over the square of the zone of the far points
        yield trial.same(valued(root, {N: least}), (1 + part) ** -2, by=None, at=[FAR])
        yield trial.same(valued(near, {N: least}), part, by=None, at=[NEAR])

    return the_lesser_number_fills_one_zone


def check_of_the_covered(claim: Claim, two_zones: sp.Expr, thin: sp.Expr) -> Check:
    """The check of the aid `covered`: the bound on the probability of covering by two moments at a half-width, by two_zones for the second."""
    covered = claim.aids["covered"]

    @enclosed(claim)
    @control("half of the neurons", covered=valued(covered, {N: N / 2}))
    @control("far points alone", covered=in_full(1 - 1 / square_mean.subs(lamda, weight), thin))
    @control("squared", covered=covered**2)
    def two_moments_bound_what_is_covered(covered: sp.Expr, trial: Trial) -> Findings:
        """Both zones together are one over the bound on the probability that something is left uncovered."""
        far = in_full(square_mean.subs(lamda, weight), thin)
        near = in_full(two_zones - two_zones.subs(most, 0), thin)
        yield trial.same(1 / (1 - covered), far + near, by=None, at=[{**NEAR, N: sp.Integer(50)}])

    return two_moments_bound_what_is_covered


def check_of_the_mean(claim: Claim, body: str, mean: sp.Symbol) -> Check:
    """The check that the bound and the number of N3 have the mean ratio for their letter, and in other respects are what the steps give."""
    names = {f"{body}_success": f"{body}_sum", f"{body}_neurons": f"{body}_number"}
    average = claim.expressions[f"{body}_mean"]
    both = [{**AT, mean: sp.Rational(1, 3), eps: sp.Rational(error)} for error in ("1/20", "2/5")]

    def the_letter_stands_for_the_mean(trial: Trial, **formulas: sp.Expr) -> Findings:
        """At twelve inputs each formula lies between that of the step at a mean rounded down and rounded up; with a letter for the mean it
        is that of the step, at errors below 1/4 and beyond.
        """
        rounded = sp.Rational(math.floor(trial.once(number, average, AT) * 10**9), 10**9)
        for name, of_mean in names.items():
            ends = [claim.claimed[of_mean].subs(mean, rounded + more) for more in (0, sp.Rational(1, 10**9))]
            low, high = ends if name.endswith("success") else reversed(ends)
            yield trial.below((2 * formulas[name] - low - high) ** 2, (high - low) ** 2, at=[AT])
        for name, of_mean in names.items():
            yield trial.same(opened(formulas[name]), claim.claimed[of_mean], by=None, at=both)

    the_letter_stands_for_the_mean.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in (*names, "trial")]
    )
    made: Any = the_letter_stands_for_the_mean
    for name, of_mean in names.items():
        right, raw = claim.expressions[name], claim.claimed[of_mean]
        made = control(f"{name} of an input more", **{name: right.subs(d, d + 1)})(made)
        made = control(f"{name} 10 % more", **{name: MORE * right})(made)
        made = control(f"{name} of the mean square", **{name: raw.subs(mean, average**2)})(made)
    return enclosed(claim)(made)


def check_of_the_letters(claim: Claim, thin: sp.Expr) -> Check:
    """The check that the bound by two zones and its two numbers have their formulas for their letters."""
    raws = {"zones": "two_zones", "far_size": "far_count", "near_size": "near_count"}
    third = sp.Rational(1, 3)  # at one half δ and 1 − δ are the same
    places = [{**FAR, N: sp.Integer(1), delta: third}, {**NEAR, N: sp.Integer(50), delta: third}]

    def letters_stand_for_formulas(trial: Trial, **formulas: sp.Expr) -> Findings:
        """Each is the formula of its step, with all formulas for its letters put in."""
        for name, raw in raws.items():
            yield trial.same(formulas[name], in_full(claim.claimed[raw], thin), by=None, at=places)

    letters_stand_for_formulas.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in (*raws, "trial")]
    )
    made: Any = letters_stand_for_formulas
    for name, raw in raws.items():
        made = control(f"{name} of half the error", **{name: valued(claim.expressions[name], {eps: eps / 2})})(made)
        made = control(f"{name} 10 % more", **{name: MORE * claim.expressions[name]})(made)
        made = control(f"{name} at twice the half-width", **{name: in_full(claim.claimed[raw], 2 * thin)})(made)
    return enclosed(claim)(made)
