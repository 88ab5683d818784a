"""Whether the law's densities of layers answer: within its range, and not contradicted by pruned networks.

Where they do not, what pruned networks keep is the answer. The law leaves out terms that vanish as layers widen:

| term | its size | the law answers up to |
|---|---|---|
| of narrow layers | Σ 1/width over the hidden layers | WIDE: SNIP's and SynFlow's layers are then off by 5 % or less, as measured up to three standard errors |
| GraSP's second term of Hg (S8) | its norm over the first's | SMALL: layers are then off by 5 % or less, as measured likewise |

The measurements stand on the page "How far can a prediction be trusted?". Beyond them, networks that were pruned beside the
law test it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.methods import SMOOTHED
from sparse_limits.numerics.prediction.settings import Settings

Floats = NDArray[np.float64]

WIDE = 0.05
SMALL = 0.1
LEVEL = 0.01  # of the tests of all layers together, below which pruned networks contradict what is predicted
OF_WIDE_LAYERS = ("snip", *SMOOTHED, "synflow")  # methods whose law has a term of narrow layers


class OutsideError(InputError):
    """The law does not reach here, and there are no pruned networks that could answer."""


def narrowness(network: Architecture) -> float:
    """The sum of 1/width over the hidden layers: small where the law of wide layers is near."""
    return sum(1 / width for width in network.widths)


def too_narrow(settings: Settings, network: Architecture) -> str:
    """Why hidden layers are too narrow for the law; nothing where they are not.

    Examples:
        >>> too_narrow(Settings(method="snip"), Architecture(64, (2,), 64))
        'the law is that of wide layers, and the sum of 1/width over the hidden layers is 0.5, above 0.05'
        >>> too_narrow(Settings(method="magnitude"), Architecture(64, (2,), 64))
        ''
    """
    narrow = narrowness(network)
    if settings.method not in OF_WIDE_LAYERS or narrow <= WIDE:
        return ""
    return (
        f"the law is that of wide layers, and the sum of 1/width over the hidden layers is {narrow:.2g}, above {WIDE:g}"
    )


def too_large(settings: Settings, second_term: float | None) -> str:
    """Why GraSP's law leaves too much out; nothing where it does not. second_term: its share of the first's norm, if known."""
    if settings.method not in SMOOTHED or second_term is None or second_term <= SMALL:
        return ""
    return (
        f"GraSP's law leaves out the second term of Hg (S8), whose norm here is {second_term:.2g} times that of the first, above "
        f"{SMALL:g}"
    )


def check_answerable(settings: Settings, network: Architecture, second_term: float | None = None) -> None:
    """OutsideError where the law does not reach, and no network is to be pruned; what a layer's own threshold keeps needs no law."""
    if settings.sample or settings.scope == "layer":
        return
    if why := too_narrow(settings, network) or too_large(settings, second_term):
        raise OutsideError(f"{why}; pruned networks would answer in its place: expected one method, with a sample")


def contradicted(names: Sequence[str], sizes: Sequence[int], said: Floats, errors: Floats, seen: Floats) -> str:
    """How pruned networks contradict what is predicted of layers; nothing where they do not.

    sizes: numbers of weights; said, errors: of layers, float[layers]; seen: of each network, float[networks, layers]. A layer
    that is off by less than one weight does not count; one network tells nothing.

    Examples:
        >>> seen = np.array([[0.1, 0.5], [0.11, 0.51], [0.09, 0.49]])
        >>> contradicted(["1", "2"], [1000, 1000], np.array([0.1, 0.9]), np.zeros(2), seen)
        'pruned networks contradict it: it predicts 0.9 of layer 2, they keep 0.5 (t tests of all layers together: p = 0.00042, at most 0.01)'
    """
    if len(seen) < 2:
        return ""
    mean, weights = seen.mean(axis=0), np.array(sizes)
    values = p_values(said, errors, seen, weights)
    values[~(np.abs(mean - said) * weights > 1)] = 1.0  # a density may be not known
    worst = int(np.argmin(values))
    together = min(1.0, float(values[worst]) * len(values))
    if together > LEVEL:
        return ""
    return (
        f"pruned networks contradict it: it predicts {said[worst]:.3g} of layer {names[worst]}, they keep {mean[worst]:.3g} "
        f"(t tests of all layers together: p = {together:.2g}, at most {LEVEL:g})"
    )


def p_values(said: Floats, errors: Floats, seen: Floats, sizes: NDArray[np.integer]) -> Floats:
    """Of the t test of each layer, two-sided, that networks keep what is said of them up to its own errors.

    For normal densities no p-value is too small: exact without errors and, with them, conservative, as the degrees of
    freedom are those of the networks alone (Mickey and Brown 1966, Annals of Mathematical Statistics 37). The variance of a
    network counts as no less than that of independent weights, since a few networks may agree by chance. sizes: numbers of
    weights, int[layers].

    Examples:
        >>> seen = np.array([[0.1, 0.5], [0.11, 0.51], [0.09, 0.49]])
        >>> p_values(np.array([0.1, 0.6]), np.zeros(2), seen, np.array([1000, 1000])).round(3).tolist()
        [1.0, 0.008]
    """
    from scipy.special import stdtr

    within = np.clip(said, 0, 1)
    variance = np.maximum(seen.var(axis=0, ddof=1), within * (1 - within) / sizes) / len(seen) + errors**2
    off = np.abs(seen.mean(axis=0) - said)
    with np.errstate(divide="ignore", invalid="ignore"):  # a variance of 0 is that of a density of 0 or 1
        p: Floats = np.where(variance > 0, 2 * stdtr(len(seen) - 1, -off / np.sqrt(variance)), (off == 0).astype(float))
    return p
