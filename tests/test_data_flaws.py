"""What is wrong with data: each flaw is found with its counts where it is, and none where it is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sparse_limits as sl
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.prediction.report.data_flaws import APART, FEW, flaws_of

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 3))
Y = np.sign(X[:, 0] + X[:, 1] + RNG.standard_normal(60)).astype(int)


def table(folder: Path, **columns: object) -> Path:
    """A file of three columns of numbers and classes no and yes behind them, with columns added or put in their place."""
    held = {"a": X[:, 0], "b": X[:, 1], "c": X[:, 2], **columns}
    held = {**held, "kind": held.pop("kind", np.where(Y > 0, "yes", "no"))}
    rows = zip(*held.values(), strict=True)
    file = folder / "mine.csv"
    file.write_text("\n".join([",".join(held), *(",".join(map(str, row)) for row in rows)]) + "\n")
    return file


def told(folder: Path, *, options: dict | None = None, **columns: object) -> list[dict]:
    return flaws_of(sl.load_data(table(folder, **columns), **(options or {})))


def test_nothing_is_wrong(tmp_path):
    assert told(tmp_path) == []
    assert flaws_of(sl.load_data("digits")) == []  # constant pixels and dark corners are no flaws of images


LABELS = {
    "a copy of the label": np.where(Y > 0, 3, 1),
    "words for it": np.where(Y > 0, "ja", "nein"),
    "several values for a class": np.where(Y > 0, 10, 0) + np.arange(60) % 3,
    "apart by a threshold": Y * (1 + np.abs(X[:, 2])),
}


@pytest.mark.parametrize("name", LABELS)
def test_a_column_that_determines_the_label(name, tmp_path):
    (found,) = [each for each in told(tmp_path, leak=LABELS[name]) if "determined" in each["what"]]
    assert found["what"] == "The label is determined by leak, on all 60 samples"
    assert found["instead"] == "If it is made from the label, leave it out: --drop leak"
    assert found["drop"] == []  # whether it is made from the label, nobody but its owner knows


def test_one_sample_that_disagrees_is_enough(tmp_path):
    once = np.where(Y > 0, 3, 1)
    once[7] = 4 - once[7]
    assert told(tmp_path, leak=once) == []


def test_what_shuffled_labels_would_do_as_well_determines_nothing(tmp_path):
    """Values of their own go with one class each, whatever the labels; so do two samples of four."""
    assert not [each for each in told(tmp_path, own=RNG.permutation(60) + 0.5) if "determined" in each["what"]]
    few = Dataset(np.array([[0.0, 3], [0, 1], [1, 2], [1, 7]]), np.array([[-1.0], [-1], [1], [1]]), "", "is:1")
    few = Dataset(few.x, few.y, "", "is:1", sl.load_data(table(tmp_path)).about.__class__(classes=("0", "1")))
    assert not [each for each in flaws_of(few) if "determined" in each["what"]]


def test_numbers_are_determined_by_another_unit(tmp_path):
    options = {"labels": "as-is"}
    goal = X[:, 0] * X[:, 1]
    found = told(tmp_path, options=options, metres=1 - 2.5 * goal, kind=goal)
    assert [each["what"] for each in found] == ["The label is determined by metres, on all 60 samples"]
    assert told(tmp_path, options=options, metres=goal + 1e-3 * X[:, 2], kind=goal) == []


def test_samples_that_repeat_and_that_contradict(tmp_path):
    again = {name: np.concatenate([column, column[:5]]) for name, column in zip("abc", X.T, strict=True)}
    label = np.where(Y > 0, "yes", "no")
    found = told(tmp_path, **again, kind=np.concatenate([label, label[:5]]))
    assert [each["what"] for each in found] == ["5 of 65 samples repeat an earlier one, inputs and label"]
    other = np.where(label[:5] == "yes", "no", "yes")
    found = told(tmp_path, **again, kind=np.concatenate([label, other]))
    assert [each["what"] for each in found] == ["5 of 65 samples have the inputs of an earlier one with another label"]


def test_a_table_of_a_few_categories_repeats_by_chance(tmp_path):
    columns = {name: (column > 0).astype(int) for name, column in zip("abc", X.T, strict=True)}
    assert told(tmp_path, **columns) == []


@pytest.mark.parametrize(
    ("how", "what", "instead"),
    [
        ("mean", "Missing values are the means of their columns: 'b' (2)", "--missing drop"),
        ("drop", "2 samples with missing values are left out: 'b' (2)", "--missing mean"),
    ],
)
def test_missing_values_and_what_was_done_with_them(how, what, instead, tmp_path):
    holes = [("" if at in (3, 9) else value) for at, value in enumerate(X[:, 1])]
    (found,) = told(tmp_path, options={"missing": how}, b=holes)
    assert found["what"] == what
    assert instead in found["instead"]


def test_columns_that_say_nothing_of_their_own(tmp_path):
    found = told(tmp_path, options={"drop": "c"}, still=np.full(60, 7), twin=X[:, 1], row=np.arange(1, 61))
    assert [each["what"] for each in found if "--drop" in each["instead"]] == [
        "The rows are counted by row",
        "1 of 5 inputs is the same on all samples: still",
        "1 input repeats another: twin as b",
    ]
    assert all(
        "--drop c " in each["instead"] for each in found if "--drop" in each["instead"]
    )  # beside what is left out
    assert [name for each in found for name in each["drop"]] == ["row", "still", "twin"]


def test_what_is_to_be_dropped_is_a_column_of_the_file(tmp_path):
    """A column of words goes as a whole, and one category alone has no option; columns of one name go by number."""
    words = np.array(["no", "so", "do"])[np.arange(60) % 3]
    columns = {"country": np.full(60, "US"), "word": words, "again": words, "flag": (words == "so").astype(int)}
    options = {"drop": "c"}
    still, twin = told(tmp_path, options=options, **columns)
    assert still["what"].endswith("inputs is the same on all samples: country=US")
    assert still["instead"] == "Leave it out: --drop c country"
    assert twin["drop"] == ["again", "flag"]
    (twin,) = told(tmp_path, flag=columns["flag"], word=words)
    assert (twin["what"], twin["instead"]) == ("1 input repeats another: word=so as flag", "Leave it out")
    assert twin["drop"] == []
    file = table(tmp_path, still=np.full(60, 7), other=np.full(60, 5))
    file.write_text(file.read_text().replace("other", "still").replace("a,b,c", "b,b,c"))
    (still,) = flaws_of(sl.load_data(file, drop="2"))
    assert still["instead"] == "Leave them out: --drop 2 4 5"
    assert not flaws_of(sl.load_data(file, drop=["2", *still["drop"]]))


def test_a_name_with_an_equals_sign_is_a_column_of_its_own(tmp_path):
    """What is to be left out is called as in the file, and no column goes with another's category."""
    colour = np.array(["red", "blue"])[np.arange(60) // 2 % 2]
    columns = {"colour=red": np.full(60, 7), "t=0": np.where(Y > 0, 10, 0) + np.arange(60) % 3, "x=y": ["no"] * 60}
    determined, constant = told(tmp_path, **columns, colour=colour)
    assert determined["what"] == "The label is determined by t=0, on all 60 samples"
    assert determined["instead"].endswith(": --drop t=0")
    assert constant["what"].endswith("inputs are the same on all samples: colour=red (column 4), x=y=no")
    assert constant["instead"] == "Leave them out: --drop colour=red x=y"
    left = sl.load_data(tmp_path / "mine.csv", drop=[*constant["drop"], "t=0"])
    assert left.about.inputs == ("a", "b", "c", "colour=blue", "colour=red")
    assert not flaws_of(left)


def test_categories_are_no_labels_left_among_the_inputs(tmp_path):
    """A category has the name of an input, which is no column that could be a target."""
    which = np.arange(60) % 3
    colour = np.array(["red", "green", "grey"])[which]
    found = told(tmp_path, colour=colour, kind=(which == 2).astype(int))
    assert not [each for each in found if "one-hot" in each["what"]]


@pytest.mark.parametrize(("factor", "said"), [(1.1 * APART, True), (0.9 * APART, False)])
def test_scales_that_differ(factor, said, tmp_path):
    """Sizes are root mean squares of what is not 0: a rare category is as large as a frequent one."""
    unit = np.sign(X)
    columns = {"a": unit[:, 0] * factor, "b": unit[:, 1], "c": (X[:, 2] > 1).astype(int)}
    found = [each for each in told(tmp_path, **columns) if "Scales" in each["what"]]
    assert bool(found) == said
    if said:
        assert f"factor of {factor:.2g}" in found[0]["what"]
        assert found[0]["option"] == "--standardise"
    assert not told(tmp_path, options={"standardise": True}, **columns)


def test_classes_that_differ_in_size_and_rare_ones(tmp_path):
    kind = np.array(["many"] * 54 + ["few"] * 6)
    found = told(tmp_path, kind=kind)
    assert [each["what"] for each in found] == [f"1 class has fewer than {FEW} samples: few (6)"]
    kind = np.array(["many"] * 50 + ["some"] * 5 + ["few"] * 5)
    found = told(tmp_path, kind=kind)
    assert found[0]["what"] == "Classes differ in size: 'many' has 50 samples, 'some' 5"
    assert "16.7%, the error of always answering 'many'" in found[0]["instead"]
    assert found[1]["what"] == f"2 classes have fewer than {FEW} samples: few (5), some (5)"


def test_a_linear_function_that_fits_any_labels():
    rng = np.random.default_rng(1)
    wide = Dataset(rng.standard_normal((20, 30)), rng.standard_normal((20, 1)), "", "as-is")
    (found,) = flaws_of(wide)
    assert found["what"].startswith("20 samples have 30 inputs: a linear function fits any labels")
    same = Dataset(np.repeat(wide.x[:10], 2, axis=0), wide.y, "", "as-is")
    assert not [each for each in flaws_of(same) if "linear" in each["what"]]  # equal inputs have one value


def test_labels_left_among_the_inputs(tmp_path):
    """The last of three one-hot columns is the target, if none is named."""
    which = np.arange(60) % 3
    columns = {name: (which == place).astype(int) for place, name in enumerate(("red", "green", "blue"))}
    found = told(tmp_path, **columns, kind=columns.pop("blue"))
    assert found[0]["what"].startswith("The columns red, green and the target kind are 0 or 1")
    assert found[0]["option"] == "--target red green kind"
    assert not [each for each in told(tmp_path, **columns) if "one-hot" in each["what"]]


def test_columns_of_many_words(tmp_path):
    names = np.array([f"n{at % 20}" for at in range(60)])
    found = [each["what"] for each in told(tmp_path, city=names) if "categories" in each["what"]]
    assert found == ["60 samples have 20 categories of city: fewer than 10 samples for each on average"]


def test_all_columns_that_cannot_be_read_are_named_at_once(tmp_path):
    file = table(tmp_path, day=["2024-05-01"] * 60, mixed=["x", *range(59)])
    with pytest.raises(
        sl.InputError, match=r"holds the date.*; no better: 'mixed' \(to leave all of them out: --drop day mixed"
    ):
        sl.load_data(file)
    with pytest.raises(
        sl.InputError, match=r"to leave all of them out: --drop a day mixed, in Python drop=\['a', 'day', 'mixed'\]"
    ):
        sl.load_data(file, drop="a")
    assert sl.load_data(file, drop=["day", "mixed"]).x.shape == (60, 3)
