"""Tables as other programs write them: semicolons, headers of numbers, names of rows, truth values, long and odd words."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import needs
from small_data import refused

from sparse_limits.numerics.data import check_scale, digits, load_data
from sparse_limits.theory.input_error import InputError

DRAWN = np.random.default_rng(11).standard_normal((40, 3))


@pytest.fixture
def stored(tmp_path):
    """Writes columns into a .parquet file, and returns its name."""
    pyarrow = needs("pyarrow")
    parquet = needs("pyarrow.parquet")

    def store(columns):
        parquet.write_table(pyarrow.table(columns), tmp_path / "mine.parquet")
        return tmp_path / "mine.parquet"

    return store


def lines(rows, between=","):
    return "".join(f"{between.join(map(str, row))}\n" for row in rows)


@pytest.mark.parametrize("header", ["", "a;b;c;y\n"])
@pytest.mark.parametrize("point", [",", "."])
@pytest.mark.parametrize("words", [False, True])
@pytest.mark.parametrize("name", ["mine.csv", "mine.tsv"])
def test_semicolons_are_refused_as_such(written, header, point, words, name):
    rows = [
        [*(f"{each:.2f}".replace(".", point) for each in row), "uv"[int(row[0] > 0)] if words else 1] for row in DRAWN
    ]
    said = refused(written(header + lines(rows, ";"), name))
    assert "line 1 has 4 fields separated by semicolons, expected commas (.csv) or tabs (.tsv)" in said


def test_semicolons_beside_words_with_commas_are_refused(written):
    text = "a;b;c\n1,5;2;red, round\n2,5;1;long\n"
    assert "line 1 has 3 fields separated by semicolons" in refused(written(text))


def test_semicolons_at_the_ends_of_lines_are_refused(written):
    assert "line 1 has 2 fields separated by semicolons" in refused(written("a;y\n1.5;2;\n2.5;1;\n"))


def test_semicolons_below_a_title_are_refused(written):
    assert "'28;0', separated by semicolons" in refused(written("my table\n1,28;0,4\n1,31;0,5\n"))


def test_long_lists_of_numbers_are_read_at_once(written):
    words = ";".join(["11"] * 5000) + ";x"
    assert load_data(written(f"a,y\n{words},.5\nu,.7\n")).x.shape == (2, 2)


def test_semicolons_within_words_are_read(written):
    data = load_data(written('tags,a,y\n"red; round",1,.5\n"red; long",2,.7\n"green; long",4,.9\n'))
    assert data.about.inputs == ("tags=green; long", "tags=red; long", "tags=red; round", "a")
    assert load_data(written("red;blue,1,.5\nred;green,2,.7\n")).x.shape == (2, 3)


@pytest.mark.parametrize("text", ["1.234,5", "1,234.5", "1,234", ",5", "-2,5e3"])
def test_commas_in_numbers_are_refused(written, text):
    assert f"holds '{text}', expected a decimal point and no comma" in refused(written(f'"{text}",1\n"{text}",2\n'))


@pytest.mark.parametrize("worded", [False, True])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("index", [False, True])
def test_a_first_line_that_counts_the_columns_is_the_header(written, worded, first, quote, index):
    """As pandas writes a frame without names, with and without its index."""
    names = [f"{quote}{first + at}{quote}" for at in range(4)]
    rows = [[*row, "vw"[number % 2] if worded else number % 2] for number, row in enumerate(DRAWN.tolist())]
    if index:
        names, rows = ["", *names], [[number, *row] for number, row in enumerate(rows)]
    data = load_data(written(lines([names, *rows])))
    shown = [str(first + at) for at in range(4)]
    assert data.about.inputs == (*(["column 1"] if index else []), *shown[:3])
    assert data.about.target == shown[3]
    np.testing.assert_array_equal(data.x[:, index:], DRAWN)
    np.testing.assert_array_equal(data.y[:, 0], [-1, 1] * 20)
    assert any(
        f"the first line counts the columns, {first} to {first + 3}, and is" in each for each in data.about.notes
    )
    assert ("input 'column 1' counts the rows" in data.about.notes) == index


@pytest.mark.parametrize("text", ["0,1,3\n4,5,6\n", "2,3,4\n4,5,6\n", "1,2,3.5\n4,5,6\n", "1,0,2\n4,5,6\n"])
def test_other_first_lines_of_numbers_are_samples(written, text):
    data = load_data(written(text), "as-is")
    assert data.about.inputs == ()
    assert len(data.x) == 2


@pytest.mark.parametrize("header", ["2019_20,2020_21,y", '"1_000",b,c', "inf,gdp,y", "infinity,-inf,y"])
def test_names_that_python_reads_as_numbers_are_a_header(written, header):
    data = load_data(written(f"{header}\n1.5,2.5,.5\n2.5,1.5,.7\n"))
    assert (*data.about.inputs, data.about.target) == tuple(header.replace('"', "").split(","))
    assert len(data.x) == 2


@pytest.mark.parametrize("rows", [["u", "v", "w"], [1, 2, 3], [2, 5, 9]])
def test_names_of_rows_shift_the_header(written, rows, tmp_path):
    """As R's write.table writes a frame: its header has no name for the names of rows."""
    table = [[f'"{row}"', *values] for row, values in zip(rows, DRAWN[:3], strict=True)]
    data = load_data(written(lines([['"a"', '"b"', '"y"'], *table])))
    assert data.about.inputs == ("a", "b")
    assert (data.about.target, data.about.dropped) == ("y", ())
    np.testing.assert_array_equal(data.x, DRAWN[:3, :2])
    note = "the header has 3 names for 4 columns: the first has the rows' names, and is left out"
    assert note in data.about.notes
    chosen = load_data(tmp_path / "mine.csv", target="2")  # as in the file: the names of rows are column 1
    assert (chosen.about.target, chosen.about.inputs) == ("a", ("b", "y"))
    assert load_data(tmp_path / "mine.csv", drop=["1", "b"]).about.inputs == ("a",)
    said = refused(tmp_path / "mine.csv", target="1")
    assert "target is '1', the column with the names of rows, expected another" in said
    assert "drop leaves 1 column" in refused(tmp_path / "mine.csv", drop=["2", "3"])


def test_many_names_of_rows_are_left_out(written):
    """More words than a column of categories may have, and dates."""
    rows = lines([[f"2024-01-01 {row}", row / 7, row % 2] for row in range(300)])
    assert load_data(written(f"a,y\n{rows}")).about.inputs == ("a",)


def test_a_title_above_two_columns_names_none(written):
    data = load_data(written("my table\n1,.5\n2,.7\n"))
    assert "the header has 1 name for 2 columns, so none is used" in data.about.notes
    np.testing.assert_array_equal(data.x[:, 0], [1, 2])


def test_a_header_one_short_without_names_of_rows_names_nothing(written):
    notes = load_data(written("a,b\n1,2,.5\n1,5,.7\n")).about.notes
    assert "the header has 2 names for 3 columns, so none is used" in notes


def test_inputs_without_names_that_count_the_rows_are_mentioned(written, tmp_path):
    np.savez(tmp_path / "mine.npz", x=np.column_stack([DRAWN[:, 0], np.arange(40)]), y=DRAWN[:, 1])
    assert "input 1 (from 0) counts the rows" in load_data(tmp_path / "mine.npz").about.notes
    text = lines([number, *row] for number, row in enumerate(DRAWN, 1))
    assert "input 0 (from 0) counts the rows" in load_data(written(text)).about.notes


ALIKE = ("a" * 70 + "x", "a" * 70 + "y")


@pytest.mark.parametrize("kept", [0, 1])
def test_long_words_that_begin_alike_are_two_classes(written, kept):
    file = written(lines([["p", "kind"], [1, ALIKE[0]], [2, ALIKE[1]], [4, ALIKE[1]]]))
    data = load_data(file)
    np.testing.assert_array_equal(data.y[:, 0], [-1, 1, 1])
    assert len({*data.about.classes}) == 2
    assert max(map(len, data.about.classes)) < 70
    signs = np.where(np.array([0, 1, 1]) == kept, 1, -1)
    for named in (ALIKE[kept], data.about.classes[kept]):
        chosen = load_data(file, labels=f"is:{named}")
        np.testing.assert_array_equal(chosen.y[:, 0], signs)
        assert chosen.about.classes == (data.about.classes[1 - kept], data.about.classes[kept])


def test_long_words_that_begin_alike_are_two_inputs(written):
    data = load_data(written(lines([["w", "y"], [ALIKE[1], 0.5], [ALIKE[0], 0.7], [ALIKE[1], 0.9]])))
    np.testing.assert_array_equal(data.x, [[0, 1], [1, 0], [0, 1]])
    assert len({*data.about.inputs}) == 2


def test_a_class_can_end_in_centred(written):
    file = written("a,kind\n1,centred\n2,non-centred\n4,centred\n5,non\n")
    two = load_data(written("a,kind\n1,centred\n2,non-centred\n4,centred\n", "two.csv"))
    assert two.about.classes == ("centred", "non-centred")
    np.testing.assert_array_equal(two.y[:, 0], [-1, 1, -1])
    np.testing.assert_array_equal(load_data(file, labels="is:non-centred").y[:, 0], [-1, 1, -1, -1])
    np.testing.assert_array_equal(load_data(file, labels="is:centred-centred").y[:, 0], [1, -1, 1, -1])
    np.testing.assert_array_equal(load_data(file, labels="is:non-centred-centred").y[:, 0], [-0.5, 1.5, -0.5, -0.5])


def test_many_categories_are_mentioned(written):
    money = lines([["price", "size", "y"], *([f"${number}.50", "sl"[number % 2], number / 8] for number in range(40))])
    note = "a column of words becomes an input for each category: 'price': 40 categories"
    assert note in load_data(written(money)).about.notes
    few = lines([["when", "y"], ["Jan 1 2020", 0.5], ["Feb 1 2020", 0.7]])
    assert note.replace("'price': 40", "'when': 2") in load_data(written(few)).about.notes


@pytest.mark.parametrize(
    "date", ["2024-05-01", "2024/5/1", "1.5.2024", "5/1/24", "2024-05-01 10:30", "10:30", "10:30:05"]
)
def test_dates_that_the_readme_names_are_refused(written, date):
    assert "holds the date or time" in refused(written(f"when,y\n{date},.5\n{date},.7\n"))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_strings_are_read_alike_in_text_and_parquet(written, stored, form):
    columns = {
        "number": ["1.25", "2", " -3e1 ", "4"],
        "word": ["u", "NA", "None", "v"],
        "sure": ["TRUE", "FALSE", "TRUE", ""],
        "y": [0.5, 0.7, 0.1, 0.9],
    }
    file = stored(columns) if form == "parquet" else written(lines([columns, *zip(*columns.values(), strict=True)]))
    assert "missing values in 'word' (2), 'sure' (1)" in refused(file)
    data = load_data(file, missing="mean")
    assert data.about.inputs == ("number", "word=u", "word=v", "sure")
    np.testing.assert_allclose(data.x[:, 0], [1.25, 2, -30, 4])
    np.testing.assert_allclose(data.x[:, 3], [1, 0, 1, 2 / 3])
    said = refused(stored({"a": ["1", "u"], "y": [0.5, 0.7]}) if form == "parquet" else written("a,y\n1,.5\nu,.7\n"))
    assert "column 'a' holds 'u' among numbers" in said


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_truth_values_are_one_input_and_two_classes(written, stored, form):
    columns = {"a": [True, False, True, True], "b": [1, 2, 3, 4.5], "kind": [False, True, True, False]}
    file = stored(columns) if form == "parquet" else written(lines([columns, *zip(*columns.values(), strict=True)]))
    data = load_data(file)
    assert data.about.inputs == ("a", "b")
    np.testing.assert_array_equal(data.x[:, 0], [1, 0, 1, 1])
    assert data.about.classes == ("False", "True")
    assert data.labelling == "is:True"
    np.testing.assert_array_equal(data.y[:, 0], [-1, 1, 1, -1])


def test_views_of_strings_are_strings(tmp_path):
    pyarrow = needs("pyarrow")
    parquet = needs("pyarrow.parquet")
    if not hasattr(pyarrow, "string_view"):
        pytest.skip("this pyarrow has no views")
    words = pyarrow.array(["u", "v", "u"]).cast(pyarrow.string_view())
    parquet.write_table(pyarrow.table({"w": words, "y": [0.5, 0.7, 0.9]}), tmp_path / "mine.parquet")
    assert load_data(tmp_path / "mine.parquet").about.inputs == ("w=u", "w=v")


def test_classes_that_are_asked_for_are_announced(tmp_path):
    np.savez(tmp_path / "mine.npz", x=DRAWN, y=np.arange(40))
    notes = load_data(tmp_path / "mine.npz", labels="onehot").about.notes
    some = "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ... (40 in all)"
    how = "(as numbers, for regression: --labels as-is, in Python labels='as-is', with the loss mse where there is one)"
    assert f"labels are 40 classes, one 0/1 column each: {some} {how}" in notes
    assert f"classes {some} of one sample each" in notes
    assert load_data(tmp_path / "mine.npz", labels="ge:5").about.notes == ()
    assert digits("onehot").about.notes == ()


def test_whole_numbers_beyond_all_classes_are_announced(tmp_path):
    np.savez(tmp_path / "mine.npz", x=DRAWN, y=np.array([10**11, 10**11 + 1] * 20))
    data = load_data(tmp_path / "mine.npz")
    assert data.labelling == "as-is"
    assert data.about.notes[0].startswith("labels are taken as numbers, 2 different ones, beyond 2^31 (as classes")


def test_entries_out_of_scale_are_named_as_their_column():
    values = np.array([[1, 1e40], [2, 3e40]])
    with pytest.raises(InputError, match="column 'b'"):
        check_scale("x", values, names=("a", "b"))
    with pytest.raises(InputError, match="column 1, counted from 0"):
        check_scale("x", values)
