"""What a wide network does to pairs of inputs at initialisation, and Gaussian draws of it.

Forward, Σ¹ = v XXᵀ/d + β and Σ^{l+1} = v E φ(z)φ(z)ᵀ + β at z ~ N(0, Σ^l); backward, Π^L = v and
Π^l = v E φ′(z)φ′(z)ᵀ ∘ Π^{l+1} at z ~ N(0, Σ^{l+1}) (D2).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import strmm
from scipy.linalg.lapack import dpotrf

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.kernels.activations import Activation
from sparse_limits.numerics.prediction.architecture import NORMAL, Architecture, values

Floats = NDArray[np.float64]
Latents = NDArray[np.float32]

BLOCK = 2**19  # pairs of inputs whose duals are taken at once
DRAWN_UNITS = 2**14  # of a first layer whose weights are not normal
JITTERS = (0.0, *(10.0**k for k in range(-14, -5)))  # of the mean variance, the first that suffices


class Root(NamedTuple):
    """A factor of a covariance, found in double precision: the lower half of float32[N, N]; and the share of its mean variance
    that was added to it.
    """

    factor: Latents
    jitter: float


def root_of(covariance: Floats, *, keep: bool = False) -> Root:
    """The Cholesky factor of a covariance [N, N], which is overwritten, or put back to keep it; jitter is added until there is one.

    Raises:
        InputError: if 1e-6 of the mean variance does not suffice, or the covariance is not finite.
    """
    variances = np.diagonal(covariance).copy()
    mean = float(variances.mean())
    if not np.isfinite(covariance.sum()):
        raise InputError(
            "a covariance of the network's layers is not finite, expected data and residuals of moderate size"
        )
    for jitter in JITTERS if mean > 0 else ():
        np.fill_diagonal(covariance, variances + jitter * mean)
        factor, failed = dpotrf(covariance.T, lower=1, clean=0, overwrite_a=1)  # of a transpose: column by column
        if not failed:
            root = Root(factor.astype(np.float32), jitter)
            if keep:
                _put_back(covariance, variances)
            return root
        _put_back(covariance, variances)
    if mean == 0:
        return Root(covariance.T.astype(np.float32), 0.0)
    raise InputError(
        f"a covariance of {len(covariance)} samples has no factor even with {JITTERS[-1]:g} of its mean added"
    )


def _put_back(covariance: Floats, variances: Floats) -> None:
    """Undo what a factor overwrote, one half and the diagonal: the other half still has the covariance. Row by row, without memory."""
    for row in range(len(covariance)):
        covariance[row, row + 1 :] = covariance[row + 1 :, row]
    np.fill_diagonal(covariance, variances)


def drawn(root: Root, count: int, rng: np.random.Generator) -> Latents:
    """Independent normal vectors [count, N] of a covariance, in single precision."""
    found = np.empty((count, len(root.factor)), np.float32)
    step = max(1, 2**22 // len(root.factor))
    for start in range(0, count, step):
        fresh = rng.standard_normal((min(step, count - start), len(root.factor)), np.float32)
        found[start : start + step] = strmm(1.0, root.factor, fresh.T, lower=1, overwrite_b=1).T
    return found


def advance(phi: Activation, sigma: Floats, *, last: bool = False) -> Floats:
    """Turn sigma [N, N] into E φ(z)φ(z)ᵀ at z ~ N(0, sigma), in place, and return E φ′(z)φ′(z)ᵀ; last: in its place instead."""
    variances = np.diagonal(sigma).copy()
    profile = phi.profile(np.sqrt(variances)[None])
    slope = sigma if last else np.empty_like(sigma)  # rows are read before they are written
    step = max(1, BLOCK // len(sigma))
    for start in range(0, len(sigma), step):
        part = slice(start, start + step)
        left = np.ascontiguousarray(profile[:, :, part])
        found = phi.advance(left, profile, sigma[None, part].copy(), np.ones((1, *sigma[part].shape)))
        sigma[part], slope[part] = found[0][0], found[1][0]
    for matrix, diagonal in zip((sigma, slope), phi.diagonal(variances), strict=True):
        np.fill_diagonal(matrix, diagonal)
    return slope


def first_covariance(network: Architecture, x: Floats) -> Floats:
    """Σ¹ [N, N] on inputs x [N, d]."""
    sigma = x @ x.T
    sigma *= network.initialisation.weight / x.shape[1]
    sigma += network.bias_variance(1)
    return sigma


def first_units(network: Architecture, x: Floats, units: int, rng: np.random.Generator) -> tuple[Floats, Latents]:
    """Weights [units, d] of first-layer units, of their law and variance, and their preactivations on x, [units, N]."""
    law = network.initialisation.law
    w = network.weight_deviation() * law.draw(rng, (units, x.shape[1]))
    z = np.empty((units, len(x)), np.float32)
    step = max(1, 2**18 // len(x))  # entries that stay in cache
    for start in range(0, units, step):
        block = w[start : start + step] @ x.T / np.sqrt(x.shape[1])
        if variance := network.bias_variance(1):
            block += np.sqrt(variance) * law.draw(rng, (len(block), 1))
        z[start : start + step] = block
    return w, z


def advance_first(
    network: Architecture, x: Floats, sigma: Floats, rng: np.random.Generator, units: int = DRAWN_UNITS
) -> Floats:
    """As `advance` for the units of the first layer; by so many drawn units where their weights are not normal."""
    if network.initialisation.law is NORMAL:
        return advance(network.phi, sigma)
    sigma[:] = 0
    slope = np.zeros_like(sigma)
    step = max(1, 2**22 // len(x))
    for start in range(0, units, step):
        _, z = first_units(network, x, min(step, units - start), rng)
        for total, function in ((sigma, network.phi.function), (slope, network.phi.derivative)):
            image = values(function, z)  # a block's sums in single precision err by less than its few units do
            total += image.T @ image / np.float32(units)
    return slope


def smoothed(
    network: Architecture, x: Floats, residual: Floats, rng: np.random.Generator, units: int = DRAWN_UNITS
) -> Floats:
    """Θr/N [N, K]: a residual [N, K] smoothed by the tangent kernel of the weights in the limit, on inputs x [N, d] (S8).

    Where libraries write weights of order 1/√inputs, the part of a layer counts as often as it has inputs. InputError with
    batch normalisation.
    """
    network.need_plain("the tangent kernel")
    parts = [network.gradient_scale(layer) for layer in range(1, network.depth + 2)]
    sigma = first_covariance(network, x)
    tangent = x @ x.T * (parts[0] / x.shape[1])
    for layer in range(1, network.depth + 1):
        slope = advance_first(network, x, sigma, rng, units) if layer == 1 else advance(network.phi, sigma)
        tangent *= slope
        tangent *= network.initialisation.weight
        tangent += parts[layer] * sigma
        if layer < network.depth:
            sigma *= network.initialisation.weight
            sigma += network.bias_variance(layer + 1)
    found: Floats = tangent @ residual / len(x)
    return found
