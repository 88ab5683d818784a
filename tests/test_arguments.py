"""What stands at the door of public functions: seeds of three kinds."""

from fractions import Fraction

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.arguments import (
    HIGHEST_SEED,
    InputError,
    checked_array,
    proper_share,
    seed_number,
    seed_sequence,
)


def test_a_number_a_sequence_and_a_generator_are_seeds():
    number, sequence = seed_sequence(7), np.random.SeedSequence(7)
    assert number.entropy == sequence.entropy == 7
    sequence.spawn(2)
    copy = seed_sequence(sequence)
    assert copy.spawn(1)[0].spawn_key == (2,)  # as the sequence itself would go on
    assert sequence.n_children_spawned == 2
    rng = np.random.default_rng(7)
    first, second = seed_sequence(rng), seed_sequence(rng)
    assert first.entropy != second.entropy  # the generator has moved on
    assert first.entropy == seed_sequence(np.random.default_rng(7)).entropy


def test_every_kind_of_seed_stands_for_a_number():
    assert seed_number(7) == seed_number(np.int64(7)) == 7
    assert seed_number(HIGHEST_SEED) == HIGHEST_SEED
    number = seed_number(np.random.SeedSequence(7))
    assert number == seed_number(np.random.SeedSequence(7)) != 7
    assert 2**64 < number <= HIGHEST_SEED
    rng = np.random.default_rng(7)
    assert seed_number(rng) != seed_number(rng)


@pytest.mark.parametrize("seed", [1.5, True, "7", None])
def test_what_is_no_seed(seed):
    for read in (seed_number, seed_sequence):
        with pytest.raises(InputError, match=r"expected a whole number from 0.*, a SeedSequence or a Generator"):
            read(seed)


@pytest.mark.parametrize("seed", [-1, np.int64(-1), 2**128])
def test_a_number_out_of_range_is_no_seed(seed):
    for read in (seed_number, seed_sequence):
        with pytest.raises(InputError, match=r"expected a whole number from 0, below 2\^128$"):
            read(seed)


@pytest.mark.parametrize("value", [0, 1, 1.5, -0.1, np.nan, "0.5", None, True])
def test_what_is_no_proper_share(value):
    with pytest.raises(InputError, match=r"share is .*, expected a number strictly between 0 and 1$"):
        proper_share("share", value)


def test_a_proper_share_is_a_float():
    assert proper_share("share", Fraction(1, 4)) == proper_share("share", np.float64(0.25)) == 0.25


@pytest.mark.parametrize("function", [sl.cut_norm, lambda mask, seed: sl.corrected_singular_values(mask, 2, seed=seed)])
def test_functions_take_every_kind_of_seed(function):
    mask = np.random.default_rng(0).random((40, 30)) < 0.3
    found = [function(mask, seed=seed) for seed in (5, np.random.SeedSequence(5), np.random.default_rng(5))]
    assert len({str(type(each)) for each in found}) == 1
    assert str(function(mask, seed=np.random.SeedSequence(5))) == str(found[1])


def test_the_same_sequence_of_seeds_explains_a_mask_in_the_same_way():
    data, seed = sl.load_data("digits", labels="is0"), np.random.SeedSequence(5)
    mask = np.random.default_rng(0).random((40, 64)) < 0.3
    one, other = (sl.explain(mask, data, rows=400, seed=seed)[0] for _ in range(2))
    assert [each.log_likelihood for each in one] == [each.log_likelihood for each in other]


def test_tensors_of_every_kind_are_arrays():
    torch = needs("torch")
    array = np.arange(6.0).reshape(2, 3) % 2
    plain = torch.tensor(array)
    for each in (plain.clone().requires_grad_(), plain.bfloat16(), plain.to_sparse(), plain.bool()):
        assert np.array_equal(checked_array("mask", each), array)
    sparse = torch.sparse_coo_tensor([[0], [1]], [1.0], (10**6, 10**6), check_invariants=True)
    for wrong in (plain.to("meta"), list(plain.clone().requires_grad_()), sparse):
        with pytest.raises(InputError, match=r"^mask is a .*, expected"):
            checked_array("mask", wrong)


@pytest.mark.parametrize(
    "function",
    [
        sl.fit,
        lambda each: sl.global_mask(each, 0.3),
        lambda each: sl.corrected_singular_values(each, 1),
        lambda each: sl.cut_distance(each, 0.5),
        sl.scan_mask,
        lambda each: sl.smoothed(each, 2),
    ],
)
def test_functions_take_parameters_of_modules(function):
    array = (np.arange(48).reshape(8, 6) % 3 == 0).astype(np.float32)
    found = function(needs("torch").tensor(array).requires_grad_())
    assert type(found) is type(function(array))
