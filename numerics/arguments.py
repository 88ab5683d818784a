"""What public functions and commands say of what they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from theory.input_error import InputError

if TYPE_CHECKING:
    import numpy as np

__all__ = ["MOST_ENTRIES", "MOST_SAMPLES", "InputError", "Seed", "seed_sequence"]

MOST_ENTRIES = 2**25  # of an array: 256 MB
MOST_SAMPLES = 4096  # of larger data a random batch is used
Seed: TypeAlias = "int | np.random.SeedSequence | np.random.Generator"


def seed_sequence(seed: Seed) -> np.random.SeedSequence:
    """Return the seeds that a number, a sequence of seeds or a generator stands for; a generator moves on.

    Raises:
        InputError: for anything else, and for a negative number.
    """
    import numpy as np

    if isinstance(seed, np.random.SeedSequence):
        return seed
    if isinstance(seed, np.random.Generator):
        return np.random.SeedSequence(seed.integers(2**32, size=4).tolist())
    if isinstance(seed, (int, np.integer)) and not isinstance(seed, bool) and seed >= 0:
        return np.random.SeedSequence(int(seed))
    raise InputError(f"seed is {seed!r}, expected a whole number from 0, a SeedSequence or a Generator")
