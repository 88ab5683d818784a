"""Evidence for H6.3: networks that SynFlow prunes in rounds, and the variance that the recursion has for their neurons."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.prediction.methods import prune
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.hypothesis.critical_density import gain_normal, mean_normal
from sparse_limits.theory.hypothesis.further.deviations import flow_deviations, m_1, m_2, s_2
from sparse_limits.theory.saliency.model import rho
from sparse_limits.theory.tails import half_normal, t

WIDTH, NETWORKS, DENSITY = 1000, 3, sp.Rational(1, 5)
THRESHOLD = level(half_normal.survival, t, rho)


@enclosed(flow_deviations)
def no_deviation_is_negative(settled: sp.Expr, trial: Trial) -> Findings:
    """While losses die out."""
    yield trial.below(0, settled, needed="settled")


def variance_after(rounds: int, covariance: sp.Expr, second_normal: sp.Expr, trial: Trial) -> float:
    """The width times the variance of the flow into a neuron, by the recursion: each round adds ξ or η, and passes on what was."""
    cuts = [sp.S.Zero] + [
        trial.value(THRESHOLD, {rho: DENSITY ** sp.Rational(k, rounds)}) for k in range(1, rounds + 1)
    ]
    cuts = [sp.Rational(each) for each in cuts]
    means = [trial.value(mean_normal, {t: each}) for each in cuts]
    squares = [trial.value(second_normal, {t: each}) for each in cuts]
    passed = np.cumprod([1.0, *(trial.value(gain_normal, {t: each}) for each in cuts[:0:-1])])[::-1]
    total = 0.0
    for a in range(rounds + 1):
        for b in range(rounds + 1):
            if (a - b) % 2 == 0:
                low, high = sorted((a, b))
                at = {s_2: squares[high], m_1: means[low], m_2: means[high]}
                shared = trial.value(covariance, {name: sp.Rational(value) for name, value in at.items()})
                total += passed[a] * passed[b] * shared
    return float(total)


def flows(rng: np.random.Generator, rounds: int) -> float:
    """The width times the variance of the flows into the neurons, in proportion, of networks with one hidden layer."""
    found = []
    for _ in range(NETWORKS):
        network = random_network((WIDTH, WIDTH, WIDTH), rng, "relu")
        mask = prune("synflow-iterative", network, None, None, float(DENSITY), scope="layers", rounds=rounds)[0]
        into = (np.abs(network.weights[0]) * mask).sum(axis=1)
        found.append(into / into.mean())
    return float(WIDTH * np.var(np.concatenate(found)))


@empirical(flow_deviations, cost=3.0)
def networks_have_the_variance(
    covariance: sp.Expr, second_normal: sp.Expr, first_normal: sp.Expr, trial: Trial
) -> Findings:
    """Three networks of width 1000 to a fifth, after one round and after three.

    The variance of 3000 independent normal numbers has a deviation of √(2/3000), of which five are allowed, and 1/√n of the
    variance for what the limit leaves out.
    """
    allowed = 5 * np.sqrt(2 / (NETWORKS * WIDTH)) + 1 / np.sqrt(WIDTH)
    cut = sp.Rational(trial.value(THRESHOLD, {rho: DENSITY}))
    for rounds in (1, 3):
        seen = trial.draw(flows, rounds)
        claimed = variance_after(rounds, covariance, second_normal, trial)
        yield trial.at_most(abs(seen / claimed - 1), allowed, f"distance of the variance after {rounds} rounds")
        if rounds == 1:
            formula = trial.value(first_normal, {t: cut})
            yield trial.at_most(abs(seen / formula - 1), allowed, "distance from the formula of one round")
