"""Evidence for H3: entries of a layer's mask and of the mask beside it, drawn."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, statistical
from sparse_limits.theory.hypothesis.further.hidden_snip import NEAR, a, hidden_snip, leverage, m, n, r, r_1, tau, v

DRAWS = 1_000_000
COLUMNS, SAMPLES, NETWORKS = 200, 20, 4000
INNER, DEEP = (100, 80, 60), 2000  # widths of three hidden layers, of networks with two samples
HALF = sp.Rational(1, 2)


def differing(rng: np.random.Generator, draws: int, share: float, threshold: float) -> int:
    """How many of `draws` pairs of weights, that differ in a part of this leverage, lie on two sides of a threshold."""
    free = np.sqrt(1 - share) * rng.standard_normal(draws)
    first, other = (free + np.sqrt(share) * rng.standard_normal(draws) for _ in range(2))
    return int(((np.abs(first) > threshold) != (np.abs(other) > threshold)).sum())


@statistical(hidden_snip, tests=2)
def entries_differ_as_the_bound_says(crossing: sp.Expr, differ: sp.Expr, trial: Trial) -> Findings:
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
) -> Findings:
    """A column is drawn by chance, or chosen by the signals; the weight beside it does not depend on them."""
    differ, kept = trial.draw(entries_of_networks, NETWORKS).sum(axis=1)
    yield trial.counts(int(differ), NETWORKS, trial.value(bound, {r: SAMPLES, n: COLUMNS}), side="above")
    yield trial.counts(int(kept), NETWORKS, trial.value(probability, {tau: HALF, v: 1}))


def seen(weights: NDArray[np.float64], h: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the activations h that enter and the signals b that come back see of a layer's weights. float[rows, columns]"""
    (right, _), (left, _) = np.linalg.qr(h), np.linalg.qr(b)
    entering = weights @ right @ right.T
    return np.asarray(entering + left @ left.T @ (weights - entering))


def entries_between_layers(rng: np.random.Generator, networks: int) -> NDArray[np.float64]:
    """Of networks with three hidden layers, tanh and two samples: four numbers each. float[4, networks]

    Whether an entry of the mask of the second layer is another one than that of the mask beside it, given the signals of all layers;
    whether in this layer the weight beside that with the largest signals, in z and in what is sent back, exceeds a half, and whether it
    does so in this layer and in the third one; and the mean square by which the weights of the second layer differ.
    """
    columns, rows, above = INNER
    found = np.zeros((4, networks))
    for network in range(networks):
        h = np.tanh(rng.standard_normal((columns, 2)))
        own, again = rng.standard_normal((2, rows, columns))
        z = own @ h / np.sqrt(columns)
        over, over_again = rng.standard_normal((2, above, rows))
        readout = rng.standard_normal(above)
        z_over = over @ np.tanh(z) / np.sqrt(rows)
        top = np.tanh(z_over)
        residual = readout @ top / np.sqrt(above) - rng.standard_normal(2)
        b_over = (1 - top**2) * readout[:, None] * residual
        b = (1 - np.tanh(z) ** 2) * (over.T @ b_over)
        gap = seen(own - again, h, b)
        beside, inner = own - gap, np.abs(b @ h.T)
        beside_over = over - seen(over - over_again, np.tanh(z), b_over)
        level = np.sqrt((inner**2).mean()) / 2
        entry = int(rng.integers(rows)), int(rng.integers(columns))
        largest = int(np.abs(z[:, 0]).argmax()), int(np.abs(own.T @ b)[:, 0].argmax())
        largest_over = int(np.abs(z_over[:, 0]).argmax()), int(np.abs(over.T @ b_over)[:, 0].argmax())
        kept = abs(beside[largest]) > 0.5
        found[0, network] = (abs(own[entry]) * inner[entry] > level) != (abs(beside[entry]) * inner[entry] > level)
        found[1, network] = kept
        found[2, network] = kept and abs(beside_over[largest_over]) > 0.5
        found[3, network] = (gap**2).mean()
    return found


@statistical(hidden_snip, tests=4)
def all_layers_have_masks_of_independent_entries_beside_them(
    joint_bound: sp.Expr, joint_spread: sp.Expr, probability: sp.Expr, trial: Trial
) -> Findings:
    """An entry drawn by chance, or chosen by signals of both directions, also in two layers at once; and the mean square of the
    differences of the weights.

    This mean is that of 2k squares of normal numbers over mn, where k numbers of each of two matrices are replaced: its variance is
    8k over the square of mn.
    """
    columns, rows, _ = INNER
    found = trial.draw(entries_between_layers, DEEP)
    at = {r: 2, r_1: 2, n: columns, m: rows}
    replaced = 2 * rows + 2 * (columns - 2)
    half = {tau: HALF, v: 1}
    yield trial.counts(int(found[0].sum()), DEEP, trial.value(joint_bound, at), side="above")
    yield trial.counts(int(found[1].sum()), DEEP, trial.value(probability, half))
    yield trial.counts(int(found[2].sum()), DEEP, trial.value(probability**2, half))
    yield trial.unbounded_averages(found[3], trial.value(joint_spread, at), 8 * replaced / (rows * columns) ** 2)
