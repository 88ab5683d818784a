"""Regression with a kernel: ridge, gradient descent for a number of steps, and errors on labels."""

from __future__ import annotations

import math
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from sparse_limits.numerics.arguments import InputError, checked_array, checked_integer
from sparse_limits.numerics.door import door

Floats = NDArray[np.float64]

ROUNDING = 1e-14  # eigenvalues below this share of the largest, times the samples, are rounding errors of 0


class SingularKernelError(InputError):
    """A kernel has no inverse, to rounding."""


@door
def ridge_predict(kernel: ArrayLike, test_kernel: ArrayLike, y: ArrayLike, ridge_share: float = 1e-7) -> Floats:
    """Predict the targets at test inputs by kernel ridge regression.

    The ridge is ridge_share·tr K/m. The predictions therefore stay the same if both kernels are multiplied by the same
    positive number.

    Parameters
    ----------
    kernel : kernel K between the training inputs, float[m, m], symmetric
    test_kernel : kernel between the test inputs and the training inputs, float[N, m]
    y : targets at the training inputs, float[m] or float[m, q]
    ridge_share : ridge divided by the mean of the diagonal of K, at least 0

    Returns
    -------
    Predictions at the test inputs, float[N] or float[N, q].

    Raises
    ------
    InputError : for shapes that do not fit, numbers that are not finite, a negative `ridge_share`, a kernel that is not
        symmetric, or a kernel that is not positive definite, to rounding, after the ridge is added.

    References
    ----------
    Claim B7.

    Examples
    --------
    >>> import numpy as np
    >>> ridge_predict(np.eye(2), np.array([[0.5, 0.5]]), np.array([1.0, 3.0]), ridge_share=1.0)
    array([1.])
    """
    K, test = symmetric("kernel", kernel), _beside("test_kernel", test_kernel, kernel)
    y = labels(y, len(K))
    if not isinstance(ridge_share, Real) or not 0 <= ridge_share < math.inf:
        raise InputError(f"ridge_share is {ridge_share!r}, expected a number that is not negative")
    ridge = float(ridge_share) * np.trace(K) / len(K)
    try:
        return test @ solved(K + ridge * np.eye(len(K)), y)
    except LinAlgError:
        raise SingularKernelError(
            f"kernel is singular to rounding with ridge_share {ridge_share:g}, expected more"
        ) from None


def gradient_descent_predict(
    kernel: ArrayLike, test_kernel: ArrayLike, y: ArrayLike, step: float, steps: int
) -> Floats:
    """Predictions after so many steps of gradient descent on ‖f − y‖²/2m from f = 0, in the kernel's function space.

    Shapes as in `ridge_predict`; any number of steps takes the same time (by the eigenvalues of K). Where an eigenvalue is
    0 to rounding, what a test input shares with its mode counts as 0 if that, too, is 0 to rounding: a singular kernel
    bears any number of steps. Descent converges if and only if step·λ_max/m < 2.

    InputError for shapes that do not fit, numbers that are not finite, a step that is not positive, descent that leaves
    the floating-point numbers, or so many steps that eigenvalues below rounding decide.
    """
    K, test = symmetric("kernel", kernel), _beside("test_kernel", test_kernel, kernel)
    y = labels(y, len(K))
    if not isinstance(step, Real) or not 0 < step < math.inf:
        raise InputError(f"step is {step!r}, expected a positive number")
    steps = checked_integer("steps", steps, 0, 2**53)
    values, vectors = np.linalg.eigh(K)
    rates = float(step) / len(K) * np.maximum(values, 0.0)
    rounding = zero_to_rounding(kernel, values)
    known = values > rounding
    with np.errstate(over="ignore", invalid="ignore"):
        weights = float(step) / len(K) * _geometric(rates, steps)
        parts = weights[:, None] * (vectors.T @ y.reshape(len(K), -1))
        found = test @ (vectors @ np.where(known[:, None], parts, 0.0))
        if not known.all():
            shared = _shared(test_kernel, test, vectors[:, ~known])
            if shared.any() and steps * rounding * (float(step) / len(K)) > 1:
                raise InputError(
                    f"steps is {steps}, but eigenvalues of kernel within {rounding:.2g} of 0 decide after so many of size "
                    f"{step:g}, expected at most {len(K) / (float(step) * rounding):.3g}"
                )
            found += shared @ parts[~known]
    if not np.isfinite(found).all():
        raise InputError(f"descent diverges: step·λ_max/m is {rates.max():.5g}, expected less than 2")
    return found.reshape(len(test), *y.shape[1:])


def mean_squared_error(predictions: ArrayLike, y: ArrayLike) -> float:
    """The mean over the samples of the squared error, summed over the outputs. Both float[N] or [N, q]."""
    f, y = _pair(predictions, y)
    return float(np.sum((f - y) ** 2) / len(y))


def error_rate(predictions: ArrayLike, y: ArrayLike) -> float:
    """The share of samples on the wrong side: the sign for labels ±1 [N] or [N, 1], the largest of q > 1 outputs.

    A prediction of exactly 0 for a label ±1 counts as wrong.
    """
    f, y = _pair(predictions, y)
    f, y = f.reshape(len(f), -1), y.reshape(len(y), -1)
    if y.shape[1] > 1:
        return float(np.mean(f.argmax(axis=1) != y.argmax(axis=1)))
    if not np.all(np.abs(y) == 1):
        raise InputError("y has labels other than ±1, expected these for one output")
    return float(np.mean(f * y <= 0))


def solved(K: Floats, y: Floats) -> Floats:
    """K⁻¹y. LinAlgError unless K is positive definite to rounding."""
    factors = cho_factor(K, lower=True)
    diagonal = np.diag(K)
    pivots = np.diag(factors[0]) ** 2
    if (pivots <= len(K) * np.finfo(float).eps * diagonal).any():  # a pivot 0 may be rounded to above 0
        raise LinAlgError("a pivot is 0 to rounding")
    return cho_solve(factors, y)


def precision(values: ArrayLike) -> float:
    """The relative rounding of numbers as they come: in single precision 1.2e-7."""
    kind = np.asarray(values).dtype
    return float(np.finfo(kind if kind.kind == "f" else np.float64).eps)


def rounding_of_eigenvalues(values: ArrayLike) -> float:
    """How far eight units of rounding in each entry of a kernel can move its eigenvalues: by no more than the largest sum of a row of
    so much of the moduli."""
    return 8 * precision(values) * float(np.abs(np.asarray(values, np.float64)).sum(axis=1).max())


def zero_to_rounding(kernel: ArrayLike, values: NDArray[np.floating]) -> float:
    """Eigenvalues `values` of a kernel up to this number may be rounding errors of 0."""
    return max(ROUNDING * len(values) * float(values.max()), rounding_of_eigenvalues(kernel))


def symmetric(name: str, values: ArrayLike) -> Floats:
    """A kernel matrix as float64 [m, m], its rounding averaged away; InputError unless it is finite and symmetric.

    The two halves may differ by rounding of the precision that it comes in.
    """
    K = np.asarray(checked_array(name, values))
    if K.ndim != 2 or K.shape[0] != K.shape[1] or not K.size or K.dtype.kind not in "biuf":
        raise InputError(f"{name} is {K.dtype} of shape {K.shape}, expected a non-empty square matrix of real numbers")
    K = K.astype(np.float64)
    if not np.isfinite(K).all():
        raise InputError(f"{name} holds nan or infinite entries, expected finite numbers")
    apart = np.abs(K - K.T).max()
    if apart > max(1e-8, 64 * precision(values)) * np.abs(K).max():
        raise InputError(f"{name} is not symmetric: entries differ by {apart:.3g}, expected K = Kᵀ")
    return K / 2 + K.T / 2


def labels(values: ArrayLike, m: int) -> Floats:
    """Labels as float64 [m] or [m, q]; InputError unless they are finite and one row belongs to each sample."""
    y = np.asarray(checked_array("y", values))
    if y.ndim not in (1, 2) or len(y) != m or not y.size or y.dtype.kind not in "biuf":
        raise InputError(f"y is {y.dtype} of shape {y.shape}, expected real numbers [{m}] or [{m}, q]")
    if not np.isfinite(y).all():
        raise InputError("y holds nan or infinite numbers")
    return y.astype(np.float64)


def _shared(test_kernel: ArrayLike, test: Floats, vectors: Floats) -> Floats:
    """The rows of the test kernel along eigenvectors [m, k], float[N, k]; 0 where eight units of rounding in each entry explain it.

    Steps multiply it: what is rounding, after many of them, would be all that is left.
    """
    along = test @ vectors
    explained = 8 * precision(test_kernel) * np.abs(test).sum(axis=1, keepdims=True)
    shared: Floats = np.where(np.abs(along) > explained, along, 0.0)
    return shared


def _geometric(rates: Floats, steps: int) -> Floats:
    """(1 − (1 − r)ᵗ)/r, the sum of the first t powers of 1 − r; t at r = 0."""
    slow = (rates > 0) & (rates < 0.5)
    safe = np.where(slow, rates, 0.25)
    small = -np.expm1(steps * np.log1p(-safe)) / safe
    large = (1 - (1 - rates) ** steps) / np.where(rates > 0, rates, 1.0)
    return np.where(rates == 0, float(steps), np.where(slow, small, large))


def _beside(name: str, values: ArrayLike, kernel: ArrayLike) -> Floats:
    m = len(np.asarray(kernel))
    found = np.asarray(checked_array(name, values))
    if found.ndim != 2 or found.shape[1] != m or not found.size or found.dtype.kind not in "biuf":
        raise InputError(f"{name} is {found.dtype} of shape {found.shape}, expected real numbers [N, {m}]")
    if not np.isfinite(found).all():
        raise InputError(f"{name} holds nan or infinite numbers")
    return found.astype(np.float64)


def _pair(predictions: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    found = [np.asarray(checked_array(name, x)) for name, x in (("predictions", predictions), ("y", y))]
    for name, array in zip(("predictions", "y"), found, strict=True):
        if array.ndim not in (1, 2) or not array.size or array.dtype.kind not in "biuf" or not np.isfinite(array).all():
            raise InputError(f"{name} is {array.dtype} of shape {array.shape}, expected finite numbers [N] or [N, q]")
    if found[0].shape != found[1].shape:
        raise InputError(f"predictions has shape {found[0].shape}, y {found[1].shape}, expected the same")
    return found[0].astype(np.float64), found[1].astype(np.float64)
