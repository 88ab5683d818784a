"""Checks of arguments, shared by public functions and commands."""

from __future__ import annotations

import sys
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparse_limits.theory.input_error import InputError

__all__ = [
    "FRESH_ROWS",
    "HIGHEST_SEED",
    "MOST_COUNT",
    "MOST_ENTRIES",
    "MOST_JOBS",
    "MOST_SAMPLES",
    "RESIDUALS",
    "InputError",
    "Seed",
    "array_of_tensor",
    "check_residual",
    "checked_array",
    "checked_bool",
    "checked_integer",
    "finite_vector",
    "generator",
    "non_negative_vector",
    "proper_share",
    "real_matrix",
    "seed_number",
    "seed_sequence",
]

MOST_COUNT = 2**31 - 1  # of what is counted: fits 32 bits
MOST_ENTRIES = 2**25  # of an array: 256 MB
MOST_JOBS = 1024
MOST_SAMPLES = 4096  # of larger data a random batch is used
FRESH_ROWS = 20_000  # of an infinitely wide layer, drawn unless others are asked for
HIGHEST_SEED = 2**128 - 1
RESIDUALS = ("target", "output")
Seed = int | np.random.SeedSequence | np.random.Generator
Floats = NDArray[np.float64]


def seed_sequence(seed: Seed) -> np.random.SeedSequence:
    """Return the seeds that a number, a sequence of seeds or a generator stands for; only a generator moves on.

    Raises:
        InputError: for anything else, and for a number that is negative or not below 2^128.

    Examples:
        >>> given = np.random.SeedSequence(0)
        >>> _ = seed_sequence(given).spawn(3)
        >>> given.n_children_spawned
        0
    """
    if isinstance(seed, np.random.SeedSequence):  # a copy: spawning would change the caller's
        return np.random.SeedSequence(
            seed.entropy,
            spawn_key=seed.spawn_key,
            pool_size=seed.pool_size,
            n_children_spawned=seed.n_children_spawned,
        )
    if isinstance(seed, np.random.Generator):
        return np.random.SeedSequence(seed.integers(2**32, size=4).tolist())
    return np.random.SeedSequence(seed_number(seed))


def generator(rng: Seed) -> np.random.Generator:
    """Return the generator itself, or a new one seeded by a number or a sequence of seeds.

    Raises:
        InputError: as for `seed_sequence`.

    Examples:
        >>> bool(generator(0).integers(10) == np.random.default_rng(0).integers(10))
        True
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, np.random.SeedSequence):
        return np.random.default_rng(rng)
    if isinstance(rng, bool) or not isinstance(rng, Integral) or not 0 <= rng <= HIGHEST_SEED:
        raise InputError(
            f"rng is {rng!r:.60}, expected a Generator, a SeedSequence or a whole number from 0, below 2^128"
        )
    return np.random.default_rng(int(rng))


def seed_number(seed: Seed) -> int:
    """Return the whole number below 2^128 that a seed stands for: itself, or one drawn from it; a generator moves on.

    Raises:
        InputError: as for `seed_sequence`.
    """
    if isinstance(seed, (np.random.SeedSequence, np.random.Generator)):
        words = seed_sequence(seed).generate_state(4).tolist()
        return sum(word << 32 * place for place, word in enumerate(words))
    number = isinstance(seed, Integral) and not isinstance(seed, bool)
    if number and 0 <= seed <= HIGHEST_SEED:
        return int(seed)
    others = "" if number else ", a SeedSequence or a Generator"
    raise InputError(f"seed is {seed!r:.60}, expected a whole number from 0, below 2^128{others}")


def proper_share(name: str, value: float) -> float:
    """Return the value as a float; InputError unless it is a number strictly between 0 and 1."""
    if not isinstance(value, Real) or not 0 < value < 1:
        raise InputError(f"{name} is {value!r:.60}, expected a number strictly between 0 and 1")
    return float(value)


def check_residual(kind: str) -> None:
    """InputError unless it is target, −y (the initial output is subtracted), or output, f₀ − y."""
    if kind not in RESIDUALS:
        raise InputError(f"residual is {kind!r:.60}, expected {' or '.join(RESIDUALS)}")


def checked_integer(name: str, value: int, low: int, high: int) -> int:
    """Return the value as an int; InputError unless it is an integer from low to high."""
    if not isinstance(value, Integral) or isinstance(value, bool) or not low <= value <= high:
        raise InputError(f"{name} is {value!r}, expected an integer from {low} to {high}")
    return int(value)


def checked_bool(name: str, value: bool) -> bool:
    """Return the value as a bool; InputError unless it is True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise InputError(f"{name} is {value!r:.60}, expected True or False")
    return bool(value)


def checked_array(name: str, values: Any) -> NDArray[Any]:
    """Return the values as an array, tensors of PyTorch too; InputError for ragged lists, for what numpy cannot read, and for masked
    entries, which it would count like the others."""
    if np.ma.is_masked(values):
        raise InputError(f"{name} has masked entries, expected an array without")
    if is_tensor(values):
        return array_of_tensor(name, values)
    try:
        return np.asarray(values)
    except ValueError as error:
        raise InputError(f"{name} is ragged, expected an array or lists of equal lengths") from error
    except (RuntimeError, TypeError) as error:  # of lists of tensors
        raise InputError(
            f"{name} is a {type(values).__name__} that numpy cannot read, expected an array, or one tensor"
        ) from error


def is_tensor(values: object) -> bool:
    """Whether it is a tensor of PyTorch, which is not imported to see it."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(values, torch.Tensor)


def array_of_tensor(name: str, tensor: Any) -> NDArray[Any]:
    """A tensor as an array, in the tensor's own memory where that can be; what NumPy has no type for, such as bfloat16, as float32.

    InputError for a tensor without entries of its own, for quantized ones, and for a sparse one of more than MOST_ENTRIES entries.
    """
    import torch

    kind = f"{tensor.dtype}, {'nested' if tensor.is_nested else tensor.layout}, on {tensor.device}"
    if tensor.layout != torch.strided and tensor.numel() > MOST_ENTRIES:
        raise InputError(
            f"{name} is a tensor of {kind}, with {tensor.numel()} entries, expected at most {MOST_ENTRIES}, or scipy.sparse"
        )
    try:
        found = tensor.detach().cpu().to_dense()
        known = found.dtype in (torch.float16, torch.float32, torch.float64) or not found.is_floating_point()
        array: NDArray[Any] = (found if known else found.float()).resolve_conj().resolve_neg().numpy()
    except (RuntimeError, TypeError, NotImplementedError) as error:
        raise InputError(f"{name} is a tensor of {kind}, expected one of numbers, dense or sparse") from error
    return array


def finite_vector(name: str, values: ArrayLike) -> Floats:
    """Return the values as float64 [n], n from 1 to 2³¹ − 1. InputError if empty, of another shape, or not finite and real."""
    array = checked_array(name, values)
    if array.ndim != 1 or not 0 < array.size < 2**31 or array.dtype.kind not in "biuf":
        raise InputError(f"{name} is {array.dtype} of shape {array.shape}, expected a non-empty real vector")
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise InputError(f"{name} contains NaN or infinity, expected finite values")
    return array


def non_negative_vector(name: str, values: ArrayLike) -> Floats:
    """Return what `finite_vector` returns; InputError if a value is negative."""
    array = finite_vector(name, values)
    if array.min() < 0:
        raise InputError(f"{name} contains {array.min()}, expected values ≥ 0")
    return array + 0.0  # no negative 0, whose inverse would be below all numbers


def real_matrix(name: str, value: ArrayLike | None) -> NDArray[np.floating]:
    """Return the value as a finite, non-empty floating matrix; otherwise an InputError that starts with `name`.

    float32, float64 and long double are kept; narrower floats, whole numbers and bools become one of them.
    """
    array = checked_array(name, value)
    if array.dtype.kind not in "biuf":
        raise InputError(f"{name} has dtype {array.dtype}, expected real numbers")
    if array.ndim != 2 or array.size == 0:
        raise InputError(f"{name} has shape {array.shape}, expected a non-empty matrix")
    if not np.isfinite(array).all():
        raise InputError(f"{name} holds nan or infinite entries, expected finite numbers")
    return array.astype(np.result_type(array.dtype, np.float32), copy=False)
