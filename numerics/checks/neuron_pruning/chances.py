"""Checks that N2, N4.2 and N5.2 share: from the chance that a neuron is aligned to the number of neurons, and from the other side."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Check, Findings, Trial, control, exact, statistical
from sparse_limits.numerics.evidence.common import drawn_in_common
from sparse_limits.numerics.keyed import stream_name
from sparse_limits.numerics.studies.gap import NEURONS_LINEAR, first_near_target
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.formulas.no_guarantee import unconditional
from sparse_limits.theory.neuron_pruning.alignment import N, alone, delta, eps, found_alone, seen
from sparse_limits.theory.neuron_pruning.jumps import c, strength_density

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)


def checks_of_the_number(claim: Claim) -> tuple[Check, Check, Check, Check]:
    """The checks of the four last steps that the proofs of N2 and N4.2 have in common."""
    names = ("aligned", "success", "union", "neurons", "leading")
    aligned, success, union, neurons, leading = (claim.expressions[name] for name in names)

    @exact(claim, step="some of them")
    @control("half the angle", aligned=aligned / 2)
    @control("10 % less", aligned=LESS * aligned)
    @control("one neuron more", success=success.subs(N, N + 1))
    @control("all aligned", success=aligned**N)
    def one_neuron_more_is_not_aligned(aligned: sp.Expr, success: sp.Expr, trial: Trial) -> Findings:
        """The probability that no neuron is aligned: one neuron, and one more, independent of those before."""
        p = sp.Symbol("p", positive=True)
        none = (1 - unconditional(success)).subs(aligned, p)
        yield trial.induction(none, N, 1 - p, lambda before: (1 - p) * before, start=1, by=sp.powsimp)

    @exact(claim, step="union")
    @control("one neuron less", union=union.subs(N, N - 1))
    @control("half the probabilities", union=union / 2)
    def probabilities_add_up(aligned: sp.Expr, union: sp.Expr, trial: Trial) -> Findings:
        """By induction: one neuron, and one more."""
        yield trial.induction(unconditional(union), N, aligned, lambda term: term + aligned, start=1, by=sp.expand)

    @exact(claim, step="neurons")
    @control("neurons for twice the probability", neurons=2 * neurons)
    @control("10 % less", neurons=LESS * neurons)
    @control("without the probability", neurons=neurons / delta)
    def many_neurons_from_one(aligned: sp.Expr, union: sp.Expr, neurons: sp.Expr, trial: Trial) -> Findings:
        """The union bound is δ at this number, and every further neuron adds the probability of one."""
        yield trial.same(unconditional(union) - delta, aligned * (N - unconditional(neurons)))

    @exact(claim, step="leading order")
    @control("4ε instead of 2ε", leading=leading.subs(eps, 2 * eps))
    @control("square root of the error", leading=leading * sp.sqrt(eps))
    @control("10 % less", leading=LESS * leading)
    def leading_order_drops_the_arctangent(neurons: sp.Expr, leading: sp.Expr, trial: Trial) -> Findings:
        """The leading order is the number of neurons with the argument of its arctangent in place of the arctangent; their quotient tends
        to 1. The reciprocals differ by nothing at ε = 0, and by more and more as ε grows.
        """
        exactly = unconditional(neurons)
        yield trial.same(leading, exactly.replace(sp.atan, lambda argument: argument))
        yield trial.same(sp.limit(exactly / leading, eps, 0), sp.S.One)
        distance = 1 / leading - 1 / exactly
        yield trial.same(sp.limit(distance, eps, 0), sp.S.Zero)
        chance = sp.Symbol("delta", positive=True)
        slope = sp.factor(sp.diff(distance, eps)).subs(delta, chance)
        yield trial.nonnegative(sp.diff(distance, eps), slope, by=sp.factor, where={delta: chance})

    return (
        one_neuron_more_is_not_aligned,
        probabilities_add_up,
        many_neurons_from_one,
        leading_order_drops_the_arctangent,
    )


@stream_name("numerics.checks.neuron_pruning.chances.first_sizes")
def first_sizes(rng: np.random.Generator, networks: int, error: float) -> NDArray[np.float64]:
    """The numbers of neurons, one after the other, at which a search first finds a subset for the target: float[networks]"""
    seed = int(rng.integers(2**63))
    return np.array([first_near_target(seed, net, error, NEURONS_LINEAR) for net in range(networks)])


def checks_from_the_other_side(claim: Claim) -> tuple[Check, Check]:
    """That one neuron alone is enough, and how many are seen to be: of two inputs, with random outputs."""

    @exact(claim)
    @control("both ends of the axis", alone=2 * alone)
    @control("all of ε for the strength, and for the angle", alone=alone.subs(eps, 2 * eps))
    @control("10 % more", alone=MORE * alone)
    @control("a neuron more", found_alone=found_alone.subs(N, N + 1))
    @control("union bound", found_alone=N * alone)
    def one_neuron_near_the_target_is_enough(alone: sp.Expr, found_alone: sp.Expr, trial: Trial) -> Findings:
        """The probability of the strength near 1, by its Laplace law, times the angle's share of π; both errors add up to ε; and, by
        induction, many neurons.
        """
        strength = sp.Symbol("strength", positive=True)
        widest = eps / (2 + eps)
        primitive = -sp.exp(-strength) / 2
        law = primitive.subs(strength, 1 + eps / 2) - primitive.subs(strength, 1 - eps / 2)
        yield trial.same(sp.diff(primitive, strength), strength_density.subs(c, strength))
        yield trial.same(alone, law * widest / sp.pi, by=lambda gap: sp.expand(gap.rewrite(sp.exp)))
        yield trial.same(eps / 2 + (1 + eps / 2) * widest, eps)
        p = sp.Symbol("p", positive=True)
        none = (1 - found_alone).subs(alone, p)
        yield trial.induction(none, N, 1 - p, lambda before: (1 - p) * before, start=1, by=sp.powsimp)

    @statistical(claim, tests=1, cost=0.6)
    @control("a fortieth", seen=seen / 40)
    @control("four", seen=sp.Integer(4))
    def most_networks_of_so_many_hold_a_ticket(seen: sp.Expr, trial: Trial) -> Findings:
        """Neurons are drawn until a search finds a subset with an error of at most 1/50, without an output ReLU."""
        first = drawn_in_common(trial, first_sizes, trial.size(100), 0.02)
        yield trial.mostly(int(np.count_nonzero(first <= int(seen))), len(first), f"{seen} neurons hold a ticket")

    return one_neuron_near_the_target_is_enough, most_networks_of_so_many_hold_a_ticket
