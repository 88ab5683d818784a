"""The bounds that K2's check off the diagonal rests on: true of networks that are drawn, at widths where they can be seen."""

from __future__ import annotations

import numpy as np
import pytest

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.kernel import graphon_kernel_wide as wide
from sparse_limits.numerics.exact import balls
from sparse_limits.theory.kernel.dual import cosine, kappa_0
from sparse_limits.theory.kernel.graphon_recursion import two_hidden, x, y


@pytest.mark.parametrize("function", [kappa_0, wide.both_terms])
def test_chords_bound_a_function_beside_its_tangent(function):
    """At all pairs of a grid, and nearly attained: the ends of [−1, 1] are in it."""
    r = np.linspace(-0.9, 0.9, 37)
    to = np.linspace(-1, 1, 201)[:, None]
    found = wide.chord(function, r)
    rise, run = numeric((cosine,), function)(to) - found.value, to - r
    assert np.all(np.abs(rise) <= found.steep * np.abs(run) + 1e-12)
    rest = np.abs(rise - found.slope * run)
    assert np.all(rest <= found.bent * run**2 + 1e-12)
    far = np.abs(run) > 0.05  # nearer by, nothing but rounding is left
    assert np.max(rest / np.where(far, run, np.inf) ** 2, axis=0) == pytest.approx(found.bent, rel=1e-6)


def test_neurons_have_the_means_of_the_limit():
    """The moments by position and direction, at degree 2 those of the limit, and 6 ∫Wa²/(∫Wa)² at degree 4."""
    own = np.array([0.2, 0.9])
    for i, j in wide.PAIRS:
        neurons = wide.Neurons(own, wide.INPUTS[i], wide.INPUTS[j])
        at = wide.limits(own, wide.INPUTS[i], wide.INPUTS[j])
        assert neurons.mean(neurons.alpha, 2) == pytest.approx(1)
        assert neurons.mean(neurons.beta, 2) == pytest.approx(1, rel=1e-4)
        assert neurons.mean(neurons.shared, 2) == pytest.approx(at.cosine, rel=1e-4)
        assert neurons.mean(neurons.passed, 0) == pytest.approx(at.passed, rel=1e-2)
        first = wide.first_covariance(wide.NODES, wide.INPUTS[i], wide.INPUTS[i])
        mask = wide.second_graphon(own[:, None], wide.NODES) * wide.WEIGHTS
        assert neurons.mean(neurons.alpha**2, 4) == pytest.approx(6 * (mask @ first**2) / (mask @ first) ** 2)


def test_the_bounds_hold_where_distance_and_variance_are_seen(monkeypatch):
    """Width 128: the mean is seen off the limit, by less than `tolerances` says, and so is the variance."""
    monkeypatch.setattr(wide, "WIDTH", 128)
    monkeypatch.setattr(wide, "UNITS", 8)
    sample = np.concatenate([wide.wide_networks(np.random.default_rng(seed), 800) for seed in range(5)])
    for seen, (i, j) in zip(sample.T, wide.PAIRS, strict=True):
        left, right = wide.INPUTS[i], wide.INPUTS[j]
        limit = float(balls.enclose(two_hidden.total, dict(zip((*x, *y), (*left, *right), strict=True))).real.mid())
        off, variance = wide.tolerances(left, right)
        error = seen.std() / np.sqrt(seen.size)
        assert abs(seen.mean() - limit) + 4 * error <= off
        assert seen.var() <= variance
    assert abs(sample[:, 0].mean() / 1.0927558 - 1) > 4 * sample[:, 0].std() / np.sqrt(
        len(sample)
    )  # the distance is seen
