"""The kernels of pruning methods on one hidden ReLU layer with dense readout: as graphons, and at the inputs given.

`method_layers` has the graphons in closed form (K4, K5; B4 for water-filling): the limit of many inputs.
`quenched_kernel` keeps the number of inputs (K7.1) for masks that do not depend on the weights, `row_law_kernel` for any
method of `sparse_limits.numerics.prediction.first_layer.row_law`: both are what networks tend to as they get wider, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from math import ceil, sqrt
from numbers import Real
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erf

from sparse_limits.numerics.arguments import InputError, checked_array, checked_integer
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.kernels.analytic import inputs
from sparse_limits.numerics.kernels.bounds import water_filling
from sparse_limits.numerics.kernels.graphon import LayerGraphons, graphon_kernel, input_latent
from sparse_limits.numerics.masks.composition import GridGraphon, Latent, point_latent
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.masks.threshold import threshold_for
from sparse_limits.numerics.networks import ACTIVATIONS, Network, tangent_kernel
from sparse_limits.numerics.prediction.first_layer.row_law import FEWEST_ROWS, Problem, fresh_rows, limit_threshold
from sparse_limits.numerics.spectra.singular_values import half_normal
from sparse_limits.theory.kernel import second_moment, snip_kernel

Floats = NDArray[np.float64]

METHODS = ("random", "magnitude", "snip", "snip-unweighted", "water-filling", "anti")
NODES = 60  # in |a|, for SNIP: R_2 is within 1e-10
FAINT = 1e-100  # of the largest profile: what is below keeps nothing, and its quotients would overflow
NOTHING = 1e-18  # of what all rows add to an entry of a kernel: less is lost in rounding
FLOOR = 0.1  # of the largest profile, below which "anti" treats all columns alike: dead inputs would take everything

BATCHES = 16  # independent ones, at least, whose spread is the standard error
ENTRIES = 2**22  # of activations held at a time, samples × rows: 32 MB
MOST_SCORES = 2**24  # that a threshold is read from: 128 MB
MOST_MASKS = 2**14  # of a row, that are enumerated


class KernelEstimate(NamedTuple):
    """A tangent kernel float[N, N′], and the standard error of each entry (0: exact)."""

    ntk: Floats
    standard_error: Floats


def method_layers(method: str, density: float, profile: ArrayLike, *, nodes: int = NODES) -> list[LayerGraphons]:
    """The graphons of a first layer pruned to a density in (0, 1), and of the dense readout, for `graphon_kernel`.

    profile [d] ≥ 0: φ_j = |E[x_j y]| for snip (whose rows live on |a|, so that the readout has the second moment a²),
    snip-unweighted (the same shares of kept weights, without their size) and anti (density in proportion to 1/φ, φ not
    below a tenth of its maximum); |β_j| for water-filling; for random and magnitude its length alone counts.

    InputError for an unknown method, a profile that is no vector of numbers ≥ 0, or (snip) a density that would keep more
    than the columns with φ > 0 have; φ below 1e-100 of its maximum counts as 0 there.
    """
    if method not in METHODS:
        raise InputError(f"method is {method!r}, expected one of {', '.join(METHODS)}")
    if not isinstance(density, Real) or isinstance(density, bool) or not 0 < density < 1:
        raise InputError(f"density is {density!r}, expected a number strictly between 0 and 1")
    sizes = np.asarray(checked_array("profile", profile))
    if sizes.ndim != 1 or not sizes.size or sizes.dtype.kind not in "biuf" or not np.isfinite(sizes).all():
        raise InputError(f"profile is {sizes.dtype} of shape {sizes.shape}, expected a vector of finite numbers")
    if sizes.min() < 0:
        raise InputError(f"profile has the entry {sizes.min():.5g}, expected none below 0")
    sizes = sizes / (sizes.max() or 1.0)
    if method.startswith("snip"):
        return _snip_layers(float(density), sizes, nodes, weighted=method == "snip")
    if method == "water-filling":
        shares = water_filling(sizes, density).densities
    elif method == "anti":
        shares = water_filling(1 / np.maximum(sizes, FLOOR), density).densities
    else:
        shares = np.full(sizes.size, float(density))
    energy = numeric((second_moment.density,), second_moment.second_moment)
    return _one_hidden_layer(shares[None], energy(shares)[None] if method == "magnitude" else None)


def _snip_layers(density: float, profile: Floats, nodes: int, weighted: bool) -> list[LayerGraphons]:
    modulus, mass = half_normal(checked_integer("nodes", nodes, 8, 4096))
    selected = profile > FAINT
    arguments = (snip_kernel.s, snip_kernel.alpha)
    share, energy = (numeric(arguments, each) for each in (snip_kernel.graphon, snip_kernel.entry_energy))

    def values(formula: Callable[..., Floats], threshold: float) -> Floats:
        found = np.zeros((nodes, profile.size))
        found[:, selected] = formula(threshold / profile[selected], modulus[:, None])
        return found

    threshold = threshold_for(lambda level: mass @ values(share, level), density)
    W, Q = values(share, threshold), values(energy, threshold)
    rows = Latent(erf(modulus / sqrt(2)), mass / mass.sum())
    squares = modulus.astype(np.float64) ** 2
    added = [mass[:, None] * Q, (mass * squares if weighted else mass)[:, None] * W]
    adds_nothing = np.all([part <= NOTHING * part.sum(axis=0) for part in added], axis=(0, 2))
    W[adds_nothing], Q[adds_nothing] = 0.0, 0.0  # such rows are one node of the kernel, not several
    return _one_hidden_layer(W, Q, squares, rows) if weighted else _one_hidden_layer(W, None, None, rows)


def _one_hidden_layer(
    W: Floats, Q: Floats | None = None, readout: Floats | None = None, rows: Latent | None = None
) -> list[LayerGraphons]:
    """First layer W [r, d] with second moments Q (default: W), and a dense readout of second moments [r] (default: 1).

    Rows: of equal weight unless told.
    """
    hidden, columns, output = rows or input_latent(len(W)), input_latent(W.shape[1]), point_latent()
    trained, ones = GridGraphon(W, hidden, columns), GridGraphon(np.ones((1, len(W))), output, hidden)
    return [
        LayerGraphons(trained, trained if Q is None else GridGraphon(Q, hidden, columns)),
        LayerGraphons(ones, ones if readout is None else GridGraphon(readout[None], output, hidden)),
    ]


def quenched_kernel(
    graphon: GridGraphon,
    x: ArrayLike,
    x2: ArrayLike | None = None,
    *,
    rows: int = 4096,
    rng: np.random.Generator | None = None,
) -> KernelEstimate:
    """The limit of wide networks at fixed inputs, for masks that are Bernoulli of a first-layer graphon (K7.1).

    x [N, d], x2 [N′, d]; the columns of the graphon are the d inputs. All masks of a row are enumerated where there are
    at most 2¹⁴ (2^d for each distinct row of the graphon); otherwise `rows` are drawn.

    InputError if the graphon leaves [0, 1] or does not fit x, and if rows must be drawn without an rng.
    """
    x, x2 = inputs(x, x2)
    if graphon.values.shape[1] != x.shape[1]:
        raise InputError(f"graphon has {graphon.values.shape[1]} columns, expected the {x.shape[1]} inputs of x")
    if not np.allclose(graphon.columns.weights, 1 / x.shape[1], rtol=1e-9):
        raise InputError("graphon has columns of unequal weight, expected those of input_latent(d)")
    if graphon.values.min() < 0 or graphon.values.max() > 1:
        raise InputError(
            f"graphon reaches from {graphon.values.min():.5g} to {graphon.values.max():.5g}, expected shares"
        )
    distinct, place = np.unique(graphon.values, axis=0, return_inverse=True)
    weights: Floats = np.bincount(place.ravel(), graphon.rows.weights).astype(np.float64)
    d = x.shape[1]
    if d <= 14 and len(distinct) * 2**d <= MOST_MASKS:
        masks = np.array(list(product((0.0, 1.0), repeat=d)))
        chances = weights @ np.prod(np.where(masks, distinct[:, None], 1 - distinct[:, None]), axis=2)
        latent = Latent((np.arange(len(masks)) + 0.5) / len(masks), chances)
        exact = graphon_kernel(x, _one_hidden_layer(masks, rows=latent), x2).ntk
        return KernelEstimate(exact, np.zeros_like(exact))
    if rng is None:
        raise InputError(f"rng is None, expected a generator: the 2^{d} masks of a row are too many to enumerate")
    size = ceil(checked_integer("rows", rows, BATCHES, 2**40) / BATCHES)
    return _averaged(
        graphon_kernel(x, _one_hidden_layer(_drawn(distinct, weights, size, rng)), x2).ntk for _ in range(BATCHES)
    )


def _drawn(probabilities: Floats, weights: Floats, rows: int, rng: np.random.Generator) -> Floats:
    """Masks [rows, d] of rows spread evenly over the law of the latent."""
    ends = np.cumsum(weights) / weights.sum()
    place = np.searchsorted(ends, (np.arange(rows) + rng.random()) / rows, side="right")
    chance = probabilities[np.minimum(place, len(ends) - 1)]
    return (rng.random(chance.shape) < chance).astype(float)


def row_law_kernel(
    problem: Problem, x: ArrayLike, x2: ArrayLike | None, rows: int, rng: np.random.Generator
) -> KernelEstimate:
    """The tangent kernel of infinitely wide networks pruned as in the problem, at fixed inputs, averaged over its outputs.

    x [N, d], x2 [N′, d] or None; φ = √2 max(z, 0), so twice that of the plain ReLU networks that methods prune. At least
    `rows` fresh rows with their weights, readout and mask, in batches whose spread gives the standard error; the
    threshold is read from four times as many others. Rows have the law of a network's where `problem.exact`; else up to
    O(n^−½), n the problem's width. Memory does not grow with the rows.

    InputError for more than one hidden layer, x that does not fit, or a density above the share of non-zero scores.
    """
    x, x2 = inputs(x, x2)
    if problem.depth != 1:
        raise InputError(f"problem has {problem.depth} hidden layers, expected 1")
    if x.shape[1] != problem.inputs:
        raise InputError(f"x has {x.shape[1]} columns, expected the {problem.inputs} inputs of the problem")
    rows = checked_integer("rows", rows, BATCHES, 2**40)
    samples = max(len(x), len(problem.x), 0 if x2 is None else len(x2))
    batches = max(BATCHES, ceil(rows * max(samples, problem.inputs) / ENTRIES))
    threshold = fresh_threshold(problem, rows, rng)

    def batch() -> Floats:
        network, mask = fresh_network(problem, threshold, ceil(rows / batches), rng)
        return tangent_kernel(network, x, x2, masks=(mask,)).astype(np.float64, copy=False)

    return _averaged(batch() for _ in range(batches))


def fresh_threshold(problem: Problem, rows: int, rng: np.random.Generator) -> float | None:
    """The threshold for so many fresh rows, read from four times as many others; None where each row ranks its own."""
    pilot = min(4 * rows, max(FEWEST_ROWS, MOST_SCORES // problem.inputs))
    return None if problem.by_row else limit_threshold(problem, pilot, rng)


def fresh_network(
    problem: Problem, threshold: float | None, rows: int, rng: np.random.Generator
) -> tuple[Network, Mask]:
    """A network of so many fresh rows, and its first layer's mask above a threshold (None where rows are ranked).

    Its one output has the readout √(mean of a² over the outputs): of the readout only that enters the mean kernel.
    """
    weights, readout, scores = fresh_rows(problem, rows, rng)
    mask = problem.mask(scores) if threshold is None else scores > threshold
    size = np.sqrt(np.mean(readout**2, axis=1))
    return Network((weights, size[None]), activation=ACTIVATIONS["normalised relu"]), mask


def _averaged(kernels: Iterable[Floats]) -> KernelEstimate:
    """The mean of independent kernels and its standard error, one kernel held at a time."""
    count, mean, squares = 0, np.zeros(()), np.zeros(())
    for count, kernel in enumerate(kernels, start=1):
        step = kernel - mean
        mean = mean + step / count
        squares = squares + step * (kernel - mean)
    return KernelEstimate(mean, np.sqrt(squares / (count - 1) / count))
