"""Columns of a table that are left out."""

from __future__ import annotations

import numpy as np
import pytest

from sparse_limits.numerics.data import load
from sparse_limits.theory.input_error import InputError


@pytest.mark.parametrize("drop", ["when", 2, "2", ["when"]])
def test_columns_that_are_dropped_may_hold_anything(written, drop):
    path = written("a,when,b,y\n1,2024-05-01,3,0\n4,2024-05-02,5,1\n")
    found = load(path, drop=drop)
    assert found.about.inputs == ("a", "b")
    assert "left out: 'when'" in found.about.notes
    assert load(path, drop=drop, target="1").about.inputs == ("b", "y")
    assert load(path, drop=["when", "y"]).about.target == "b"


@pytest.mark.parametrize(
    ("drop", "said"),
    [
        (None, "holds the date or time '2024-05-01'.*--drop when, in Python drop='when'"),
        ("whem", "drop is 'whem' .did you mean 'when'.*expected a number"),
        (5, "drop is 5, expected a number from 1 to 4"),
        (["a", "when", "b"], "drop leaves 1 column"),
        (True, "drop is True, expected columns' names"),
        ([1.5], "drop is .1.5., expected columns' names"),
    ],
)
def test_what_cannot_be_dropped_is_refused(written, drop, said):
    path = written("a,when,b,y\n1,2024-05-01,3,0\n4,2024-05-02,5,1\n")
    with pytest.raises(InputError, match=said):
        load(path, drop=drop)


def test_the_target_is_not_dropped(written):
    with pytest.raises(InputError, match="target is 'b', which drop leaves out"):
        load(written("a,b,y\n1,2,0\n4,5,1\n"), drop="b", target="b")
    with pytest.raises(InputError, match="--drop 2, in Python drop='2'"):
        load(written("a,when was it,y\n1,2024-05-01,0\n4,2024-05-02,1\n"))


def test_arrays_have_no_columns_to_drop(tmp_path):
    np.savez(tmp_path / "xy.npz", x=np.eye(3), y=np.arange(3))
    with pytest.raises(InputError, match="drop is 'a', expected none"):
        load(tmp_path / "xy.npz", drop="a")
