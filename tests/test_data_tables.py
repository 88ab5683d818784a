"""Tables of a user's own: targets by name or number, categories, classes, missing values, and what must be refused."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from helpers import needs
from hypothesis import example, given, settings
from hypothesis import strategies as st
from small_data import refused

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.data import load, load_data
from sparse_limits.numerics.limits import limit
from sparse_limits.theory.input_error import InputError

PLANTS = "length,colour,kind\n1.5,red,oak\n2,blue,elm\n2.5,red,elm\n4,blue,oak\n"


def test_words_become_columns_with_names_and_classes(written):
    data = load_data(written(PLANTS))
    np.testing.assert_array_equal(data.x, [[1.5, 0, 1], [2, 1, 0], [2.5, 0, 1], [4, 1, 0]])
    np.testing.assert_array_equal(data.y, [[1], [-1], [-1], [1]])
    assert data.about.inputs == ("length", "colour=blue", "colour=red")
    assert data.about.classes == ("elm", "oak")
    assert data.about.target == "kind"
    assert data.labelling == "is:oak"
    assert data.about.notes == (
        "target: kind, the last column (another: --target, in Python target=)",
        "labels are two classes, elm as -1 and oak as +1",
    )


@pytest.mark.parametrize(
    ("header", "inputs"),
    [
        ("length,colour=red,colour,kind", ("length", "colour=red (column 2)", "colour=blue", "colour=red (column 3)")),
        (
            "colour=red (column 2),colour=red,colour,kind",
            ("colour=red (column 2)", "colour=red (column 2) (column 2)", "colour=blue", "colour=red (column 3)"),
        ),
    ],
)
def test_no_two_inputs_have_one_name(written, header, inputs):
    data = load_data(written(f"{header}\n1,5,red,oak\n2,6,blue,elm\n3,7,red,elm\n4,9,blue,oak\n"))
    assert data.about.inputs == inputs
    assert "several inputs have the name 'colour=red'; each is called with the number of its column" in data.about.notes
    assert data.about.columns == (*header.split(",")[:2], "colour", "colour")


def test_a_table_of_tabs_is_that_of_commas(written):
    one = load_data(written(PLANTS))
    two = load_data(written(PLANTS.replace(",", "\t"), "mine.tsv"))
    np.testing.assert_array_equal(one.x, two.x)
    np.testing.assert_array_equal(one.y, two.y)
    assert one.about == two.about


@pytest.mark.parametrize("target", ["colour", "2", 2])
def test_the_target_has_a_name_or_a_number(written, target):
    data = load_data(written(PLANTS), target=target)
    assert data.about.inputs == ("length", "kind=elm", "kind=oak")
    np.testing.assert_array_equal(data.y[:, 0], [1, -1, 1, -1])
    assert data.about.notes[0] == "target: colour"


@pytest.mark.parametrize(
    ("labels", "y", "classes"),
    [
        ("onehot", [[0, 1], [1, 0], [1, 0], [0, 1]], ("elm", "oak")),
        ("is:elm", [[-1], [1], [1], [-1]], ("oak", "elm")),
        ("is:elm-centred", [[-1], [1], [1], [-1]], ("oak", "elm")),
    ],
)
def test_labels_of_words(written, labels, y, classes):
    data = load_data(written(PLANTS), labels=labels)
    np.testing.assert_array_equal(data.y, y)
    assert data.about.classes == classes


@pytest.mark.parametrize("labels", ["as-is", "ge:1", "is:ash", "ge5", "nonsense"])
def test_words_are_no_numbers(written, labels):
    assert "expected onehot or is:WORD for labels that are words (elm, oak)" in refused(written(PLANTS), labels)


@pytest.mark.parametrize(
    ("labels", "labelling", "outputs", "note"),
    [
        (
            [0, 1] * 3,
            "is:1",
            1,
            "labels are two classes, 0 as -1 and 1 as +1 (as numbers, for regression: --labels as-is, in Python",
        ),
        ([-1, 1] * 3, "is:1", 1, "labels are two classes, -1 as -1 and 1 as +1"),
        ([3, 5, 9] * 2, "onehot", 3, "labels are 3 classes, one 0/1 column each: 3, 5, 9 (as numbers"),
        ([1, 2, 3, 3, 2], "as-is", 1, "labels are taken as numbers, 3 different ones (as classes: --labels onehot"),
        ([*range(21)] * 2, "as-is", 1, "labels are taken as numbers, 21 different ones"),
        ([0.5, 1] * 3, "as-is", 1, None),
        ([4] * 4, "as-is", 1, None),
    ],
)
def test_labels_that_look_like_classes_are(tmp_path, labels, labelling, outputs, note):
    np.savez(tmp_path / "mine.npz", x=np.random.default_rng(0).standard_normal((len(labels), 2)), y=np.array(labels))
    data = load_data(tmp_path / "mine.npz")
    assert (data.labelling, data.y.shape[1]) == (labelling, outputs)
    assert [each for each in data.about.notes if note is not None and each.startswith(note)] or note is None
    np.testing.assert_array_equal(load_data(tmp_path / "mine.npz", "as-is").y[:, 0], labels)
    if labelling == "as-is":
        np.testing.assert_array_equal(data.y[:, 0], labels)


def test_a_class_of_one_sample_is_mentioned(written):
    data = load_data(written("a,kind\n1,x\n2,y\n3,y\n4,z\n"))
    assert "classes x, z of one sample each" in data.about.notes


GAPS = "age,colour,y\n1,red,.5\n,red,1.5\n3,,2.5\n5,blue,\n6,NA,4.5\n"


def test_missing_values_are_counted_by_column(written):
    said = refused(written(GAPS))
    assert "missing values in 'age' (1), 'colour' (2), 'y' (1), the first in row 2, expected none" in said


def test_samples_with_missing_values_are_dropped(written):
    data = load_data(written("a,b,y\n1,red,.5\n,red,1.5\n3,blue,2.5\n"), missing="drop")
    np.testing.assert_array_equal(data.x, [[1, 0, 1], [3, 1, 0]])
    np.testing.assert_array_equal(data.y[:, 0], [0.5, 2.5])
    assert "1 sample with missing values is left out: 'a' (1)" in data.about.notes


def test_means_are_filled_in(written):
    data = load_data(written("a,b,y\n1,red,.5\n,red,1.5\n3,blue,2.5\n4.5,?,2.5\n"), missing="mean")
    np.testing.assert_allclose(data.x[1], [8.5 / 3, 0, 1])
    np.testing.assert_allclose(data.x[3], [4.5, 1 / 3, 2 / 3])  # the shares of the categories
    assert "missing values are the means of their columns: 'a' (1), 'b' (1)" in data.about.notes


def test_missing_values_of_arrays(tmp_path):
    x = np.array([[1.0, 2], [np.nan, 4], [3, 5]], np.float32)
    np.savez(tmp_path / "mine.npz", x=x, y=np.array([0.5, 1.5, 2]))
    assert "x holds nan: missing values in input 0 (1), the first in row 2" in refused(tmp_path / "mine.npz")
    np.testing.assert_array_equal(load(tmp_path / "mine.npz", missing="drop").x, x[[0, 2]])
    np.testing.assert_array_equal(load(tmp_path / "mine.npz", missing="mean").x[1], [2, 4])


def test_what_says_nothing_is_mentioned(written):
    data = load_data(written("n,one,a,b,c,y\n1,7,.5,.5,2,2\n2,7,.1,.1,8,8\n3,7,.3,.3,5.5,5.5\n"))
    assert {
        "1 input is constant: 'one'",
        "1 input is the same as another: 'b' as 'a'",
        "input 'c' is the same as the target",
        "input 'n' counts the rows",
    } < {*data.about.notes}


def test_two_columns_of_one_name(written):
    file = written("a,b,a,y\n1,2,3,.5\n4,5,6,.7\n")
    data = load_data(file)
    assert data.about.inputs == ("a (column 1)", "b", "a (column 3)")
    assert "several columns have the name 'a'; each is called with its number" in data.about.notes
    assert "target is 'a', the name of 2 columns, expected one of the numbers 1, 3" in refused(file, target="a")
    assert load_data(file, target=3).about.target == "a (column 3)"


@pytest.mark.parametrize("text", ["a,b\n1.5,2,.5\n4,5,.7\n", "a,b\n1,x,.5\n1,z,.7\n"])
def test_a_header_of_another_length_names_nothing(written, text):
    data = load_data(written(text))
    assert "the header has 2 names for 3 columns, so none is used" in data.about.notes
    assert data.about.target == "column 3"


def test_a_table_without_header(written):
    data = load_data(written("1,2,.5\n4,5,.7\n"))
    assert data.about.inputs == ()
    assert data.about.notes[:2] == (
        "target: column 3, the last column (another: --target, in Python target=)",
        "there is no header (the first line holds a number)",
    )


def test_fields_in_quotes(written):
    data = load_data(written('"a, b","c ""d""",y\n"x, 1","1",2.5\n"x\n2", 3,.5\n'))
    assert data.about.inputs[2] == 'c "d"'
    assert data.about.inputs[:2] == (r"a, b=x\n2", "a, b=x, 1")


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, "holds no row, expected a sample a line"),
        ("\n \n", {}, "holds no row"),
        ("a,b,y\n", {}, "holds no row but the header"),
        ("a,b\nx\n", {}, "has 1 column"),
        ("a,b,c\n1\n2,3,4\n", {}, "row 1 (line 2) has 1 field, expected 3, as the header has"),
        ("a,b,y\n1,2,3\n\n4,5\n", {}, "row 2 (line 4) has 2 fields, expected 3"),
        ("a,b,y\n1,2,3\n4,5,6,7\n", {}, "row 2 (line 3) has 4 fields"),
        ("a,b,y\n1,nan,3\n4,5,6\n", {}, "'b' (1), the first in row 1"),
        ("a,b,y\n1,2,3\n4,-inf,6\n", {}, "row 2 (line 3), column 'b' holds -inf, expected finite numbers"),
        ("a,b,y\n1,2,3\n4,1e999,6\n", {}, "row 2 (line 3), column 'b' holds 1e999, expected finite numbers"),
        (
            "a,when,y\n1,2024-05-01,3\n4,2024-05-02,6\n",
            {},
            "row 1 (line 2), column 'when' holds the date or time '2024-05-01'",
        ),
        ("a,when,y\n1,,3\n4,5/1/2024 10:30,6\n", {}, "row 2 (line 3), column 'when' holds the date or time"),
        ("a,b,y\n1,x,3\n4,7,6\n5,8,2\n", {}, "row 1 (line 2), column 'b' holds 'x' among numbers"),
        ("a,b,y\n1,x,3\n4,z,6\n5,8,2\n", {}, "row 3 (line 4), column 'b' holds '8' among words"),
        ('a,b,y\n1,"1,5",3\n4,"2,5",6\n', {}, "holds '1,5', expected a decimal point"),
        ("a,b,y\n1,,3\n4,,6\n", {}, "'b' has no value at all, expected some: leave the column out"),
        ("a,b,y\n1,,3\n4,,6\n", {"missing": "mean"}, "'b' has no value at all"),
        ("a,b,y\n1,,3\n4,1,\n", {"missing": "drop"}, "0 samples without a missing value"),
        ("a,b,y\n1,2,3\n4,1,\n", {"missing": "mean"}, "the target 'y' has 1 missing value,"),
        ("a,b,y\n1,2,3\n4,1,5\n", {"missing": "median"}, "missing is 'median', expected drop or mean"),
        (
            "a,b,kind\n1,2,3\n4,1,5\n",
            {"target": "kin"},
            "target is 'kin' (did you mean 'kind'?), expected a number from 1 to 3",
        ),
        ("a,b,kind\n1,2,3\n4,1,5\n", {"target": "KIND"}, "(did you mean 'kind'?)"),
        ("a,b,y\n1,2,3\n4,1,5\n", {"target": "4"}, "target is 4, expected a number from 1 to 3, or a column's name"),
        ("a,b,y\n1,2,3\n4,1,5\n", {"target": 0}, "target is 0, expected a number from 1 to 3"),
        ("a,b,y\n1,2,3\n4,1,5\n", {"target": -1}, "target is '-1', expected a number from 1 to 3"),
        ("a,b,y\n1,2,3\n4,1,5\n", {"target": "9" * 5000}, "expected a number from 1 to 3"),
        ("a,b,y\n1,2,3\n4,1,5\n", {"target": 1.5}, "target is 1.5, expected a column's name"),
        ("a,b,y\n1,2,u\n4,1,u\n", {}, "all labels are 'u', expected at least two classes"),
        ('a,b\n"1,2\n', {}, "line 2: unexpected end of data, expected fields between commas"),
        ("a\n1\n2\n", {}, "has 1 column, expected inputs and a target"),
        ("a\nx\nz\n", {}, "has 1 column, expected inputs and a target"),
        ("name,y\n" + "".join(f"u{k},{k}.5\n" for k in range(257)), {}, "column 'name' has 257 different words"),
    ],
)
def test_bad_tables_are_refused(written, text, options, message):
    said = refused(written(text), **options)
    assert said.startswith("mine.csv: ") or "missing is" in said or "target is 1.5" in said
    assert message in said
    assert len(said) < 400


def test_the_digits_have_no_columns_to_choose():
    assert "the digits have one target" in refused("digits", target="digit")
    assert "the digits have one target" in refused("digits", missing="drop")


def test_letters_from_files_are_harmless(written):
    data = load_data(written("a\x1b[31m,[red]b,y\n1,2,.5\n3,4,.7\n"))
    assert data.about.inputs == (r"a\x1b[31m", "[red]b")


QUICK = ("predict", "columns", "--method", "snip", "--width", "32", "--fresh-rows", "500", "--samples", "50")


def test_reports_announce_and_name(written, capsys):
    rng = np.random.default_rng(0)
    rows = "".join(f"{a:.3f},{b:.3f},{'uv'[int(a > 0)]}\n" for a, b in rng.standard_normal((40, 2)))
    file = written(f"first[bold],second,kind\n{rows}")
    assert main([*QUICK, "--data", file, "--json", "found.json", "--no-sample"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "target: kind, the last column (another: --target, in Python target=)" in said
    assert "labels are two classes, u as -1 and v as +1" in said
    assert re.search(r"first\[bold\] 0\.\d{4}", said)
    with open("found.json", encoding="utf-8") as stream:
        about = json.load(stream)["data"]
    assert about["input_names"] == ["first[bold]", "second"]
    assert about["classes"] == ["u", "v"]
    assert main([*QUICK, "--data", file, "--target", "second", "--no-sample"]) == 0
    assert "target: second" in capsys.readouterr().out


@pytest.mark.parametrize("question", ["layers", "kernel", "predictors"])
def test_every_report_announces_the_target(written, capsys, question):
    rng = np.random.default_rng(0)
    rows = "".join(f"{a:.3f},{b:.3f},{'uvw'[int(a > 0) + int(b > 1)]}\n" for a, b in rng.standard_normal((40, 2)))
    file = written(f"first,second,kind\n{rows}")
    words = [*QUICK[2:]]
    if question == "layers":
        words = ["--method", "snip", "--widths", "16", "8", "--units", "64", "--samples", "50"]
    assert main(["predict", question, *words, "--data", file, "--networks", "1"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "target: kind, the last column" in said
    assert "labels are 3 classes" in said


def test_fit_announces_the_target(written, capsys):
    np.save("mask.npy", np.random.default_rng(1).random((40, 3)) < 0.4)
    rng = np.random.default_rng(0)
    rows = "".join(f"{a:.3f},{b:.3f},{c:.3f},{'uv'[int(a > 0)]}\n" for a, b, c in rng.standard_normal((30, 3)))
    file = written(f"p,q,r,kind\n{rows}")
    assert main(["fit", "mask.npy", "--data", file, "--fresh-rows", "500"]) == 0
    assert "target: kind, the last column" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--target", "kinds"), "did you mean 'kind'?"),
        (("--missing", "zero"), "missing is 'zero'"),
        (("--labels", "as-is"), "labels that are words"),
    ],
)
def test_the_command_refuses_in_one_line(written, capsys, option, message):
    assert main([*QUICK, "--data", written(PLANTS), *option]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


def test_pictures_name_the_inputs(written):
    needs("matplotlib")
    from matplotlib.figure import Figure

    from sparse_limits.numerics.pictures.masks import NAMED, name_columns

    about = load_data(written(PLANTS.replace("length", "$length$"))).about
    axis = Figure().subplots()
    name_columns(axis, about, np.array([2, 0, 1]), np.arange(3))
    assert [label.get_text() for label in axis.get_xticklabels()] == ["colour=red", r"\$length\$", "colour=blue"]
    before = [label.get_text() for label in axis.get_xticklabels()]
    name_columns(axis, about, np.array([0] * (NAMED + 1)), np.arange(NAMED + 1))
    assert [label.get_text() for label in axis.get_xticklabels()] == before


def test_pictures_of_commands_have_the_names(written, capsys):
    needs("matplotlib")
    rng = np.random.default_rng(0)
    rows = "".join(f"{a:.3f},{b:.3f},{c:.3f}\n" for a, b, c in rng.standard_normal((30, 3)))
    file = written(f"first,second,y\n{rows}")
    np.save("mask.npy", rng.random((30, 2)) < 0.4)
    for call in (
        [*QUICK, "--data", file, "--plot", "predict.svg"],
        [
            "predict",
            "layers",
            "--method",
            "snip",
            "--widths",
            "16",
            "--units",
            "64",
            "--networks",
            "1",
            "--data",
            file,
            "--plot",
            "l.svg",
        ],
        ["fit", "mask.npy", "--data", file, "--fresh-rows", "500", "--plot", "fit.svg"],
    ):
        assert main(call) == 0
        with open(call[-1], encoding="utf-8") as picture:
            said = picture.read()
        assert "<!-- first -->" in said
        assert "<!-- second -->" in said


@settings(max_examples=200)
@given(st.text('01.5-,;\t\n\r"a b?\x0b\x85e', max_size=40), st.sampled_from([None, "drop", "mean"]))
@example('a,b\n"1\n2",3\n4,5', None)
@example("1,2\x0b3,4", None)
@example("a,b\n\n1,2\n,\n3,4\n", "drop")
def test_any_text_is_read_or_refused_in_one_line(tmp_path_factory, text, missing):
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_bytes(text.encode())
    try:
        data = load(file, missing=missing)
    except InputError as error:
        said = str(error)
    else:
        assert np.isfinite(data.x).all()
        assert np.isfinite(data.y).all()
        assert len(data.about.inputs) in (0, data.x.shape[1])
        return
    assert "\n" not in said
    assert "expected" in said


@settings(max_examples=60)
@given(st.data())
def test_a_numeric_table_is_read_alike_beside_words(tmp_path_factory, data):
    """The row by row reader gives the numbers that NumPy gives."""
    numbers = st.one_of(st.floats(-1e9, 1e9), st.integers(-50, 50))
    rows = data.draw(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=8))
    forms = [data.draw(st.sampled_from(["{!r}", " {!r} ", '"{!r}"', "{:+.3e}"])) for _ in rows]
    lines = [(form.format(a), form.format(b)) for form, (a, b) in zip(forms, rows, strict=True)]
    folder = tmp_path_factory.getbasetemp()
    (folder / "numbers.csv").write_text("a,b\n" + "".join(f"{a},{b}\n" for a, b in lines))
    (folder / "words.csv").write_text("w,a,b\n" + "".join(f"u,{a},{b}\n" for a, b in lines))
    alone, beside = load(folder / "numbers.csv", "as-is"), load(folder / "words.csv", "as-is")
    np.testing.assert_array_equal(alone.x, beside.x[:, 1:])
    np.testing.assert_array_equal(alone.y, beside.y)


def test_categories_of_more_numbers_than_there_is_room_for(written, monkeypatch):
    monkeypatch.setattr("sparse_limits.numerics.files.headers.BYTES_OF_NUMBER", 2**20)
    with limit("11M"):
        assert "12 numbers, with one column for each category, would take about 12 MiB" in refused(written(PLANTS))
