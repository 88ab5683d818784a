"""Evidence for H3: entries of a layer's mask and of the mask beside it, drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, statistical
from sparse_limits.theory.hypothesis.further.hidden_snip import NEAR, a, hidden_snip, leverage, n, r, tau, v

DRAWS = 1_000_000
COLUMNS, SAMPLES, NETWORKS = 200, 20, 4000
HALF = sp.Rational(1, 2)


def differing(rng: np.random.Generator, draws: int, share: float, threshold: float) -> int:
    """How many of `draws` pairs of weights, that differ in a part of this leverage, lie on two sides of a threshold."""
    free = np.sqrt(1 - share) * rng.standard_normal(draws)
    first, other = (free + np.sqrt(share) * rng.standard_normal(draws) for _ in range(2))
    return int(((np.abs(first) > threshold) != (np.abs(other) > threshold)).sum())


@statistical(hidden_snip, tests=2)
def entries_differ_as_the_bound_says(crossing: sp.Expr, differ: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Weights near a small threshold: as often as the integral says, and no more often than the bound."""
    found = trial.draw(differing, DRAWS, float(NEAR[leverage]), float(NEAR[a]))
    yield trial.counts(found, DRAWS, trial.value(differ, NEAR))
    yield trial.counts(found, DRAWS, trial.value(crossing, NEAR), side="above")


def entries_of_networks(rng: np.random.Generator, networks: int) -> NDArray[np.bool_]:
    """Of second layers that SNIP prunes, with ReLU and independent samples: two events of each. bool[2, networks]

    That an entry of the mask is another one than that of the mask beside it, at a threshold of half of the root mean square of
    the inner products; and that the weight beside that of the column with the largest inner product is kept at half of this.
    """
    events = np.zeros((2, networks), bool)
    for network in range(networks):
        h = np.maximum(rng.standard_normal((COLUMNS, SAMPLES)), 0)
        basis, _ = np.linalg.qr(h)
        own, again = rng.standard_normal((2, COLUMNS))
        beside = own + basis @ (basis.T @ (again - own))
        signals = (h.T @ own > 0) * rng.standard_normal(SAMPLES)
        inner = np.abs(h @ signals)
        level = np.sqrt((inner**2).mean()) / 2
        column, largest = int(rng.integers(COLUMNS)), int(inner.argmax())
        events[0, network] = (abs(own[column]) * inner[column] > level) != (abs(beside[column]) * inner[column] > level)
        events[1, network] = abs(beside[largest]) > 0.5
    return events


@statistical(hidden_snip, tests=2)
def networks_have_a_mask_of_independent_entries_beside_them(
    bound: sp.Expr, probability: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """A column is drawn by chance, or chosen by the signals; the weight beside it does not depend on them."""
    differ, kept = trial.draw(entries_of_networks, NETWORKS).sum(axis=1)
    yield trial.counts(int(differ), NETWORKS, trial.value(bound, {r: SAMPLES, n: COLUMNS}), side="above")
    yield trial.counts(int(kept), NETWORKS, trial.value(probability, {tau: HALF, v: 1}))
