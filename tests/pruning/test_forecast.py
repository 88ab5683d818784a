"""`predict` from Python: the numbers of the command, and its errors."""

import json

import numpy as np
import pytest

import numerics as sl
from numerics.cli import main


@pytest.mark.parametrize("method", ["snip", "grasp", "random"])
def test_the_same_seed_gives_the_numbers_of_the_command(capsys, method):
    words = ["--method", method, "--width", "64", "--networks", "2", "--fresh-rows", "500", "--samples", "200"]
    assert main(["predict", *words, "--seed", "3", "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    found = sl.predict(method, "digits", width=64, networks=2, fresh_rows=500, samples=200, seed=3)
    assert found.predictor == told["predictor"]
    assert np.array_equal(found.densities, told["columns"]["predicted"][found.predictor])
    assert np.array_equal(found.observed, told["columns"]["observed"])
    assert list(found.notes) == told["notes"]


def test_without_a_network_nothing_is_observed():
    assert sl.predict("random", width=16, fresh_rows=100, sample=False).observed is None


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"samples": 1}, "samples is 1, expected an integer from 2"),
        ({"samples": -3}, "samples is -3"),
        ({"width": 1.5}, "width is 1.5, expected a whole number of at least 1"),
        ({"networks": 0}, "networks is 0"),
        ({"density": np.nan}, "density is nan"),
        ({"residual": "both"}, "residual is 'both', expected target or output"),
        ({"seed": -1}, "seed is -1"),
        ({"width": 10**7}, "width is 10000000: .* expected no sample"),
        ({"data": 3}, "source is int, expected digits or a file's name"),
        ({"method": "prayer"}, "prayer"),
    ],
)
def test_what_cannot_be_predicted_is_said_in_one_line(wrong, match):
    with pytest.raises(sl.InputError, match=match):
        sl.predict(**{"method": "snip", "width": 16, "fresh_rows": 100, **wrong})
