"""What stands at the door of public functions: seeds of three kinds."""

import numpy as np
import pytest

from numerics.arguments import InputError, seed_sequence


def test_a_number_a_sequence_and_a_generator_are_seeds():
    number, sequence = seed_sequence(7), np.random.SeedSequence(7)
    assert number.entropy == sequence.entropy == 7
    assert seed_sequence(sequence) is sequence
    rng = np.random.default_rng(7)
    first, second = seed_sequence(rng), seed_sequence(rng)
    assert first.entropy != second.entropy  # the generator has moved on
    assert first.entropy == seed_sequence(np.random.default_rng(7)).entropy


@pytest.mark.parametrize("seed", [-1, 1.5, True, "7", None])
def test_what_is_no_seed(seed):
    with pytest.raises(InputError, match="expected a whole number from 0, a SeedSequence or a Generator"):
        seed_sequence(seed)
