"""Pruning at initialisation: the saliency scores of the standard methods, and the masks they leave.

| method | score of a weight w (kept: the largest) | compared | source |
|---|---|---|---|
| random | uniform noise | over all layers | |
| magnitude | abs(w) | over all layers | Han et al., arXiv 1506.02626 |
| snip | abs(w ∂L/∂w) | over all layers | Lee et al., arXiv 1810.02340 |
| grasp | w (Hg)_w, signed | over all layers | Wang et al., arXiv 2002.07376, equation 8 |
| grasp-magnitude | abs(w (Hg)_w) | over all layers | the same, sign dropped |
| synflow | abs(w ∂R/∂w), R = 1ᵀ abs(W_L) … abs(W_1) 1 | over all layers | Tanaka et al., arXiv 2006.05467 |
| synflow-iterative | the same, anew in each of 100 rounds | over all layers | the same |
| wanda | abs(w_ij) ‖X_j‖₂, X what enters the layer | within each row | Sun et al., arXiv 2306.11695 |

The sign of GraSP: the paper scores −θ⊙Hg and *removes* the highest, so here the *largest* θ⊙Hg stay.
Removing weight k changes ‖g‖² by −2(θ⊙Hg)_k to first order: the first to go are those whose absence raises
the gradient norm the most. Large negative scores go before scores near 0, unlike in grasp-magnitude (S10).

Random and magnitude pruning are also run layer by layer (`scope="layer"`); Han et al. set a threshold per
layer. Wanda's X is that of the unpruned network. The NTK parametrisation leaves snip and synflow as they
are, up to one common factor, and wanda within rows; it makes all layers alike for magnitude, and weighs
layers differently in grasp, than fan-in scaled weights would.

The theory of one hidden layer scores and prunes the first layer only: `first_layer=True`. The derivatives
are still those of the whole network, but only the first layer's scores are computed and only its mask is
returned.
"""

from __future__ import annotations

from functools import reduce
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError, Seed, generator, real_matrix
from sparse_limits.numerics.door import door
from sparse_limits.numerics.masks.selection import (
    TIES,
    Mask,
    TiesError,
    global_mask,
    global_masks,
    kept_count,
    row_mask,
    split_ties,
)
from sparse_limits.numerics.networks import (
    Array,
    Layers,
    Network,
    activations,
    forward,
    gradient,
    hessian_gradient_product,
    inputs,
    masked,
)

Scope = Literal["layers", "layer", "row"]
AT_ONCE = 2**21  # activations of a layer: larger arrays take longer to be allocated than to be filled
USUAL_ROUNDS = 100  # of synflow-iterative
NEARLY_ALL = 1 - 2**-53  # the largest share below 1: a root of one may be rounded to 1
Masks = tuple[Mask, ...]

METHODS = (
    "random",
    "magnitude",
    "snip",
    "grasp",
    "grasp-magnitude",
    "synflow",
    "synflow-iterative",
    "wanda",
)
SMOOTHED = ("grasp", "grasp-magnitude")  # their scores have a smoothed residual
DATA_DRIVEN = ("snip", *SMOOTHED)  # their scores read the data and the residual
DATA_FREE = ("random", "magnitude", "synflow", "wanda")  # theirs do not read the residual
SCOPES: tuple[Scope, ...] = ("layers", "layer", "row")


def residual(network: Network, x: ArrayLike, y: ArrayLike, *, subtract_output: bool) -> Array:
    """The residual [N, q] of targets y [N, q]: f₀(x) − y, or −y with the initial output subtracted.

    InputError if x or y is not finite or does not fit the network.
    """
    samples, targets = inputs(network, x), real_matrix("y", y)
    if targets.shape != (expected := (len(samples), network.widths[-1])):
        raise InputError(f"y has shape {targets.shape}, expected {expected}")
    return -targets if subtract_output else forward(network, samples) - targets


@door
def saliency(
    method: str,
    network: Network,
    x: ArrayLike | None = None,
    residual: ArrayLike | None = None,
    rng: Seed | None = None,
    *,
    first_layer: bool = False,
) -> Layers:
    """Compute the saliency scores of all weights of a network, or of its first layer alone, by a pruning method.

    Pruning keeps the weights with the largest scores. All scores are at least 0, except the scores of grasp. The table
    in `sparse_limits.numerics.prediction.methods` has the formula of each method.

    Parameters
    ----------
    method : random, magnitude, snip, grasp, grasp-magnitude, synflow or wanda
    network : `Network`, such as `random_network` returns
    x : inputs, float[N, d], for snip, grasp, grasp-magnitude and wanda
    residual : float[N, q], for snip, grasp and grasp-magnitude: f₀(x) − y, or −y if the initial output f₀ is subtracted
    rng : whole number ≥ 0, SeedSequence or Generator, for random
    first_layer : True scores the first layer alone, False scores all layers

    Returns
    -------
    Tuple of the scores of each layer, float[out, in], in the shape of the weights.

    Raises
    ------
    InputError : for an unknown method, for synflow-iterative (which has no single score: use `prune`), for an argument
        that is missing, not finite or does not fit, and for grasp and grasp-magnitude unless the activation has φ″ = 0.

    References
    ----------
    The papers in the table of `sparse_limits.numerics.prediction.methods`; Claims S2 (random, magnitude), S6 (snip), S8 (grasp),
    S11 (synflow), S12 (wanda).

    Examples
    --------
    >>> import numpy as np
    >>> from sparse_limits import random_network
    >>> network = random_network((64, 128, 1), np.random.default_rng(0))
    >>> scores = saliency("magnitude", network)
    >>> [score.shape for score in scores]
    [(128, 64), (1, 128)]
    """
    _known("method", method, METHODS)
    weights = network.weights[:1] if first_layer else network.weights
    match method:
        case "random":
            noise = generator(_given(method, "rng", rng))
            return tuple(noise.random(weight.shape) for weight in weights)
        case "magnitude":
            return tuple(map(np.abs, weights))
        case "synflow":
            return _synflow(network)[: len(weights)]
        case "synflow-iterative":
            raise InputError("synflow-iterative scores anew in each round: expected synflow, or prune(...)")
    samples: ArrayLike = _given(method, "x", x)
    if method == "wanda":
        entering = (inputs(network, samples),) if first_layer else activations(network, samples)
        norms = [np.linalg.norm(each, axis=0) for each in entering]
        return tuple(np.abs(weight) * norm for weight, norm in zip(weights, norms, strict=True))
    derivative = _gradient if method == "snip" else hessian_gradient_product
    slopes = derivative(network, samples, _given(method, "residual", residual), first_layer=first_layer)
    scores = tuple(weight * slope for weight, slope in zip(weights, slopes, strict=True))
    return scores if method == "grasp" else tuple(map(np.abs, scores))


def prune(
    method: str,
    network: Network,
    x: ArrayLike | None,
    residual: ArrayLike | None,
    density: float,
    *,
    scope: Scope | None = None,
    rng: Seed | None = None,
    first_layer: bool = False,
    rounds: int | None = None,
    ties: str = "refuse",
) -> Masks:
    """Prune a network at initialisation: masks [out, in] of every layer, or of the first alone, whose counts of weights are exact.

    scope: "layers" compares over all layers and keeps kept_count(density, all weights); "layer" compares
    within each layer, "row" within each row, and each keeps kept_count(density, its size). None takes the
    method's own (the module's table). Ties are broken as in `sparse_limits.numerics.masks.selection`; where the threshold would fall among scores of 0,
    which say nothing of each other, the density is refused, or with `ties` index the first are kept. x, residual and
    rng as in `saliency`.

    synflow-iterative scores the surviving network and prunes it to density^(k/rounds), k = 1…rounds, 100 of them unless given; its
    masks are nested; other methods prune once. With scope "layers" and L layers a path from input to output survives whenever each
    round removes fewer than 1/L of the weights it keeps: log(1/density) < rounds · log(1 + 1/L), up to
    rounding.

    Raises:
        InputError: for a density outside (0, 1) or above the share of scores that are not 0, rounds < 1, rounds of another method, an
            unknown method or scope, and as `saliency` does.

    Source: the papers of the module's table; S2, S6, S8, S11, S12 of the masks they leave.

    Examples:
        >>> import numpy as np
        >>> from sparse_limits import load_data, random_network
        >>> data = load_data("digits", labels="is0")
        >>> network = random_network((64, 128, 1), np.random.default_rng(0))
        >>> first, readout = prune("snip", network, data.x, -data.y, density=0.1)
        >>> first.shape, int(first.sum() + readout.sum())
        ((128, 64), 832)
    """
    _known("method", method, METHODS)
    if scope is None:
        scope = "row" if method == "wanda" else "layers"
    _known("scope", scope, SCOPES)
    _known("ties", ties, TIES)
    kept_count(density, 1)  # refuses a density outside (0, 1) before a root of it is taken
    if method == "synflow-iterative":
        return _prune_in_rounds(network, density, scope, first_layer, USUAL_ROUNDS if rounds is None else rounds, ties)
    if rounds not in (None, 1):
        raise InputError(
            f"rounds is {rounds!r:.60}, expected none with {method}: it prunes once, synflow-iterative in rounds"
        )
    return _select(saliency(method, network, x, residual, rng, first_layer=first_layer), density, scope, ties)


def _prune_in_rounds(
    network: Network, density: float, scope: Scope, first_layer: bool, rounds: int, ties: str
) -> Masks:
    # A path survives: R is at most the total score of any cut, and each layer's scores add up to R. If a
    # round cut all paths by removing c weights with scores below those kept, the largest of these would be
    # ≥ R/c, so would be every kept one, and each of the L layers would keep at most c.
    if not isinstance(rounds, (int, np.integer)) or rounds < 1:
        raise InputError(f"rounds is {rounds!r}, expected a positive whole number")
    weights = network.weights[:1] if first_layer else network.weights
    gone = [-1 - np.abs(weight) for weight in weights]  # ranks below every score, without ties, which are slow
    masks: Masks = tuple(np.ones(weight.shape, bool) for weight in weights)
    for k in range(1, rounds + 1):
        scores = _synflow(masked(network, masks))[: len(masks)]
        ranked = tuple(map(np.where, masks, scores, gone))
        share = min(density ** (k / rounds), NEARLY_ALL)
        masks = _select(ranked, share, scope, ties if k == rounds else "index")
    return masks


def _select(scores: Layers, density: float, scope: Scope, ties: str) -> Masks:
    if ties == "refuse" and (tied := split_ties(_compared(scores, scope), density)):
        raise TiesError(tied)
    if scope == "layers":
        return tuple(global_masks(scores, density))
    select = row_mask if scope == "row" else global_mask
    return tuple(select(score, density) for score in scores)


def _compared(scores: Layers, scope: Scope) -> list[tuple[str, NDArray[Any]]]:
    """Scores as they are compared, one comparison a row."""
    if scope == "layers":
        return [("here", np.concatenate([score.ravel() for score in scores])[None])]
    places = [f"of layer {number}" for number in range(1, len(scores) + 1)]
    if scope == "layer":
        return [(place, score.reshape(1, -1)) for place, score in zip(places, scores, strict=True)]
    return [(f"in a row {place}", score) for place, score in zip(places, scores, strict=True)]


def _gradient(network: Network, x: ArrayLike, residual: ArrayLike, *, first_layer: bool) -> Layers:
    """The gradient, an average over the data, from blocks of samples."""
    samples, r = inputs(network, x), real_matrix("residual", residual)
    size = max(1, AT_ONCE // max(network.widths))
    if len(samples) <= size or len(r) != len(samples):  # which `gradient` refuses
        return gradient(network, samples, r, first_layer=first_layer)
    blocks = [slice(start, start + size) for start in range(0, len(samples), size)]
    parts = (gradient(network, samples[block], r[block], first_layer=first_layer) for block in blocks)
    shares = [len(samples[block]) / len(samples) for block in blocks]
    weighed = ([share * slope for slope in part] for share, part in zip(shares, parts, strict=True))
    return tuple(reduce(np.add, layer) for layer in zip(*weighed, strict=True))


def _synflow(network: Network) -> Layers:
    """S = diag(f) |W_l| diag(φ), f = |W_{l+1}|ᵀ⋯|W_L|ᵀ1, φ = |W_{l−1}|⋯|W_1|1, in double precision (S11)."""
    sizes = [np.abs(weight).astype(np.float64) for weight in network.weights]
    columns = [np.ones(sizes[0].shape[1])]
    rows = [np.ones(len(sizes[-1]))]
    for lower, upper in zip(sizes[:-1], reversed(sizes[1:]), strict=True):
        columns.append(lower @ columns[-1])
        rows.insert(0, rows[0] @ upper)
    return tuple(f[:, None] * size * phi for f, size, phi in zip(rows, sizes, columns, strict=True))


def _given(method: str, name: str, value: Any) -> Any:
    if value is None:
        raise InputError(f"{name} is missing, expected because {method} scores depend on it")
    return value


def _known(name: str, value: str, expected: tuple[str, ...]) -> None:
    if value not in expected:
        raise InputError(f"{name} is {value!r}, expected one of {', '.join(expected)}")
