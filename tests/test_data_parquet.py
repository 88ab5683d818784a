"""Tables in .parquet files."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from helpers import needs
from small_data import refused

from sparse_limits.numerics.data import load_data


@pytest.fixture
def stored(tmp_path):
    """Writes columns into a .parquet file, and returns its name."""
    pyarrow = needs("pyarrow")
    parquet = needs("pyarrow.parquet")

    def store(columns, categories=()):
        arrays = [pyarrow.array(values) for values in columns.values()]
        arrays = [
            each.dictionary_encode() if name in categories else each for name, each in zip(columns, arrays, strict=True)
        ]
        file = tmp_path / "mine.parquet"
        parquet.write_table(pyarrow.table(arrays, names=list(columns)), file)
        return file

    return store


def test_columns_of_all_kinds(stored):
    columns = {
        "whole": [1, 2, 4],
        "half": np.array([1, 2.5, 4], np.float16),
        "sure": [True, False, True],
        "colour": ["red", "blue", "red"],
        "size": ["s", "l", "s"],
        "y": [0.5, 1.5, 2.5],
    }
    data = load_data(stored(columns, {"size"}))
    expected = [[1, 1, 1, 0, 1, 0, 1], [2, 2.5, 0, 1, 0, 1, 0], [4, 4, 1, 0, 1, 0, 1]]
    np.testing.assert_array_equal(data.x, expected)
    np.testing.assert_array_equal(data.y[:, 0], columns["y"])
    assert data.about.inputs == ("whole", "half", "sure", "colour=blue", "colour=red", "size=l", "size=s")
    assert data.about.notes[0] == "target: y, the last column (another: --target, in Python target=)"


def test_words_are_classes_and_null_is_missing(stored):
    file = stored({"a": [1, None, 3, 4], "kind": ["u", "v", "v", "w"], "b": [1.5, 2.5, None, 0.5]})
    assert "missing values in 'a' (1), 'b' (1), the first in row 2" in refused(file, target="kind")
    data = load_data(file, target="kind", missing="drop")
    np.testing.assert_array_equal(data.x, [[1, 1.5], [4, 0.5]])
    assert data.about.classes == ("u", "w")


def test_the_index_of_pandas_is_no_input(stored):
    data = load_data(stored({"a": [1.5, 3], "y": [2.5, 0.5], "__index_level_0__": [7, 9]}))
    np.testing.assert_array_equal(data.x, [[1.5], [3]])
    assert "the index that pandas has stored is left out" in data.about.notes


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (
            [datetime.date(2024, 5, 1), datetime.date(2024, 5, 2)],
            "row 1, column 'a' holds a date or time (date32[day])",
        ),
        ([datetime.datetime(2024, 5, 1), None], "row 1, column 'a' holds a date or time (timestamp[us])"),
        (["2024-05-01", "2024-05-02"], "row 1, column 'a' holds the date or time '2024-05-01'"),
        ([1.0, np.inf], "row 2, column 'a' holds inf, expected finite numbers"),
        ([[1], [2]], "column 'a' holds list<"),
        ([b"1", b"2"], "column 'a' holds binary, expected numbers or words"),
        ([None, None], "'a' has no value at all"),
    ],
)
def test_bad_columns_are_refused(stored, column, message):
    assert message in refused(stored({"a": column, "y": [0.5, 1.5]}))


def test_bad_files_are_refused(stored, tmp_path):
    file = stored({"a": [1.5, 2.5], "y": [2.5, 0.5]})
    content = file.read_bytes()
    for damaged in (b"", b"PAR1", content[:-20], content[:40] + b"?" * 40 + content[80:]):
        file.write_bytes(damaged)
        assert f"{file}: " in refused(file)
    assert "holds no row" in refused(stored({"a": np.array([], float), "y": np.array([], float)}))
    assert "has 1 column" in refused(stored({"a": [1, 2]}))


def test_parquet_needs_pyarrow(tmp_path, monkeypatch):
    monkeypatch.setattr("sparse_limits.numerics.files.parquet.find_spec", lambda name: None)
    (tmp_path / "mine.parquet").write_bytes(b"")
    said = refused(tmp_path / "mine.parquet")
    assert "pyarrow is not installed, expected after pip install pyarrow" in said
