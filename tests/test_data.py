"""Real data: labellings, standardisation, and files that must be refused in one line."""

from __future__ import annotations

import pickle
import struct
import zipfile
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.datasets import load_digits

import sparse_limits.numerics.data
from sparse_limits.numerics.data import Dataset, digits, load, load_data, standardised, symmetrised
from sparse_limits.numerics.labels import targets
from sparse_limits.numerics.limits import limit


def refusal(call, *arguments, **options):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the message is what the caller looks at
        call(*arguments, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert "expected" in message or "no such file" in message
    return message


def test_digits_as_the_claims_use_them():
    """Figures quoted with S6: 1797 samples of 64 pixels, three constant; is0 has mean −.80."""
    raw, standard = digits(standardise=False), digits()
    assert raw.x.shape == (1797, 64)
    assert raw.x.min() == 0
    assert raw.x.max() == 1
    assert np.count_nonzero(np.ptp(raw.x, axis=0) == 0) == 3
    assert np.count_nonzero(~standard.x.any(axis=0)) == 3
    assert np.mean(digits("is0").y) == pytest.approx(-0.80, abs=0.005)
    assert standard.labelling == "ge5"
    assert standard.name == "digits"


def test_digits_are_those_of_scikit_learn(monkeypatch):
    """From its file, and from its function where the file is not where it was."""
    pixels, values = load_digits(return_X_y=True)
    for package in (find_spec("sklearn"), None):
        monkeypatch.setattr(sparse_limits.numerics.data, "find_spec", lambda name, package=package: package)
        read, seen = sparse_limits.numerics.data._digits.__wrapped__()
        np.testing.assert_array_equal(read, pixels / 16)
        np.testing.assert_array_equal(seen, values)


@pytest.mark.parametrize(
    ("short", "full"), [("ge5", "ge:5"), ("is0", "is:0"), ("is0c", "is:0-centred"), ("value", "as-is")]
)
def test_short_labellings_are_the_long_ones(short, full):
    np.testing.assert_array_equal(digits(short).y, digits(full).y)


def test_digit_labellings_against_the_digits():
    value = digits("value").y[:, 0]
    np.testing.assert_array_equal(digits("ge5").y[:, 0], np.sign(value - 4.5))
    np.testing.assert_array_equal(digits("is0").y[:, 0] > 0, value == 0)
    assert digits("is0c").y.mean() == pytest.approx(0, abs=1e-15)
    onehot = digits("onehot").y
    np.testing.assert_array_equal(onehot @ np.arange(10), value)
    np.testing.assert_allclose(digits("onehot-centred").y, onehot - onehot.mean(axis=0))
    np.testing.assert_allclose(digits("centred").y[:, 0], value - value.mean())


def test_changing_the_digits_does_not_change_them_for_others():
    mine = digits(standardise=False)
    mine.x[:] = 7
    assert digits(standardise=False).x.max() == 1


@settings(max_examples=60)
@given(
    arrays(np.float64, st.tuples(st.integers(2, 8), st.integers(1, 4)), elements=st.floats(-1e150, 1e150)),
    st.sampled_from([1e-150, 1.0, 1e150]),
)
def test_standardised_columns(x, scale):
    columns = standardised(x * scale)
    constant = np.ptp(x * scale, axis=0) == 0
    assert not columns[:, constant].any()
    np.testing.assert_allclose(np.sqrt(np.mean(columns[:, ~constant] ** 2, axis=0)), 1, rtol=1e-12)


def test_a_constant_that_is_no_binary_fraction_is_constant():
    assert not standardised(np.full((1797, 1), 0.1)).any()


def test_symmetrised_is_the_union_with_its_mirror_image():
    data = digits("is0")
    both = symmetrised(data)
    n = len(data.x)
    np.testing.assert_array_equal(both.x[:n], data.x)
    np.testing.assert_array_equal(both.x[n:], -data.x)
    np.testing.assert_array_equal(both.y[n:], -data.y)
    assert both.name == "digits symmetrised"


@pytest.mark.parametrize(
    ("labels", "labelling", "message"),
    [
        ([0, 1], "gt:0", "labelling is 'gt:0', expected one of ge:K, is:K, onehot, as-is"),
        ([0, 1], "ge5x", "labelling is 'ge5x'"),
        ([0, 1], "ge:", "labelling is 'ge:'"),
        ([0, 1], "onehot-centred-centred", "labelling is 'onehot-centred-centred'"),
        ([0, 1], "ge:7", "labels from 0 to 1 are all alike under 'ge:7'"),
        ([0, 1], "is:" + "9" * 400, "are all alike"),
        ([3, 3], "onehot", "labels from 3 to 3 are all alike under 'onehot'"),
        ([0.5, 1], "onehot", "labels are not whole numbers"),
        ([0.5, 1], "is:1", "labels are not whole numbers"),
        ([[0, 1], [1, 0]], "is:1", "labels have 2 columns, expected 1"),
        ([0, np.nan], "as-is", "labels holds nan"),
        (["a", "b"], "onehot", "labels has dtype <U1"),
    ],
)
def test_labels_are_checked(labels, labelling, message):
    assert message in refusal(targets, labels, labelling)


def test_split_at_a_threshold_takes_any_number():
    np.testing.assert_array_equal(targets([-1.5, -0.5], "ge:-1")[:, 0], [-1, 1])


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.ones((3, 2)), np.ones((2, 1)), "mine: x has 3 samples, y has 2"),
        (np.ones((1, 2)), np.ones((1, 1)), "mine: there is 1 sample"),
        (np.ones((0, 2)), np.ones((0, 1)), "mine: x has shape (0, 2)"),
        (np.ones((2, 2)), np.ones(2), "mine: y has shape (2,)"),
        (np.full((2, 2), np.inf), np.ones((2, 1)), "mine: x holds nan or infinite"),
        (np.full((2, 2), 1j), np.ones((2, 1)), "mine: x has dtype complex128"),
    ],
)
def test_datasets_are_checked(x, y, message):
    assert message in refusal(Dataset, x, y, "mine", "as-is")


X, Y = np.array([[1.0, 2.0], [3.0, 4.5], [5.0, -6.0]]), np.array([0, 1, 2])


@pytest.mark.parametrize("name", ["x", "X"])
@pytest.mark.parametrize("labels", [Y, Y[:, None], Y.astype(float)])
def test_npz_is_read(tmp_path, name, labels):
    np.savez(tmp_path / "mine.npz", **{name: X}, y=labels)
    data = load(tmp_path / "mine.npz", "ge:1")
    np.testing.assert_array_equal(data.x, X)
    np.testing.assert_array_equal(data.y, [[-1], [1], [1]])
    assert data.labelling == "ge:1"
    np.testing.assert_allclose(load(tmp_path / "mine.npz", standardise=True).x, standardised(X))


def test_several_targets_are_kept(tmp_path):
    np.savez(tmp_path / "mine.npz", x=X, y=X)
    np.testing.assert_array_equal(load(tmp_path / "mine.npz").y, X)


def test_single_precision_and_images_of_bytes_stay_exact(tmp_path):
    np.savez(tmp_path / "mine.npz", x=np.arange(6, dtype=np.uint8).reshape(3, 2), y=Y.astype(np.float32))
    data = load(tmp_path / "mine.npz")
    assert data.x.dtype == data.y.dtype == np.float32
    np.testing.assert_array_equal(data.x.ravel(), range(6))


@pytest.mark.parametrize(
    "text",
    [
        "1,2,0\n3,4.5,1\n5,-6,2\n",
        "\ufeff1,2,0\n3,4.5,1\n5,-6,2\n",
        "a,b,label\n1,2,0\n3,4.5,1\n5,-6,2",
        "\ufeffa,b,label\r\n1,2,0\r\n\r\n3,4.5,1\r\n5,-6,2\r\n",
        '"a","b","label"\n"1","2","0"\n3, 4.5 ,1\n5,-6e0,2\n',
        '"1","2","0"\n3,4.5,1\n5,-6,2\n',
    ],
)
def test_csv_is_read(tmp_path, text):
    file = tmp_path / "mine.CSV"
    file.write_bytes(text.encode())
    data = load(str(file), "onehot")
    np.testing.assert_array_equal(data.x, X)
    np.testing.assert_array_equal(data.y, np.eye(3))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no row, expected a sample a line"),
        ("a,b,label\n", "holds no row but the header"),
        ("1,2,0\n", "there is 1 sample"),
        ("1\n2\n", "has 1 column"),
        ("1;2;0\n3;4;1\n", "line 1 has 3 fields separated by semicolons, expected commas (.csv) or tabs"),
        ("1,2,0\n3,b,1\n", "row 2 (line 2), column 2 holds 'b' among numbers"),
        ("1,oops,0\n3,4,1\n", "row 1 (line 1), column 2 holds 'oops' among numbers"),
        ("1,2,0\n3,,1\n", "missing values in column 2 (1), the first in row 2"),
        ("1,2,0\n3,1\n", "row 2 (line 2) has 2 fields, expected 3"),
        ("1,2,0\n3,nan,1\n", "missing values in column 2 (1)"),
        ("1,2,inf\n3,4,1\n", "row 1 (line 1), column 3 holds inf, expected finite"),
        ("1,2,0\n3,4,0\n", "all alike"),
    ],
)
def test_bad_csv_is_refused(tmp_path, text, message):
    file = tmp_path / "mine.csv"
    file.write_text(text)
    said = refusal(load, file, "ge:1")
    assert message in said
    assert str(file) in said


def test_binary_csv_is_refused(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_bytes(bytes(range(256)))
    assert str(file) in refusal(load, file)


def _objects(file):
    np.savez(file, x=np.array([[1, None]], dtype=object), y=Y)


def _pickled(file):
    file.write_bytes(pickle.dumps({"x": X, "y": Y}))


def _single_array(file):
    with file.open("wb") as stream:
        np.save(stream, X)


def _doubled(file):
    np.savez(file, x=X, y=Y)
    with zipfile.ZipFile(file, "a") as archive, archive.open("y.npy", "w") as member:
        np.save(member, 1 - Y)


def _bomb(file):
    """Two GiB, as its header and the list of members say: neither is believed far enough to make room for it."""
    np.savez(file, y=Y)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("x.npy", "w") as member:
        stated = {"shape": (2**31, 1), "fortran_order": False, "descr": "|u1"}
        np.lib.format.write_array_header_1_0(member, stated)
    content = file.read_bytes()
    place = content.rindex(b"PK\x01\x02") + 24
    file.write_bytes(content[:place] + struct.pack("<I", 128 + 2**31) + content[place + 4 :])


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda file: np.savez(file, x=X), "holds x, expected arrays x (or X) and y"),
        (lambda file: np.savez(file, Y), "holds arr_0, expected"),
        (lambda file: np.savez(file), "holds nothing, expected"),
        (lambda file: np.savez(file, x=X, y=Y[:2]), "x has 3 samples, y has 2"),
        (lambda file: np.savez(file, x=X[0], y=Y), "x has shape (2,)"),
        (lambda file: np.savez(file, x=X[None], y=Y), "x has 1 samples, y has 3"),
        (lambda file: np.savez(file, x=X, y=3), "y has shape ()"),
        (lambda file: np.savez(file, x=X.astype(str), y=Y), "x holds entries <U32, expected numbers"),
        (lambda file: np.savez(file, x=X * np.nan, y=Y), "x holds nan"),
        (_objects, "(pickled), expected numbers"),
        (_pickled, "expected a whole .npz file"),
        (lambda file: np.savez(file, x=X, X=2 * X, y=Y), "holds x, X, y, expected arrays x (or X) and y"),
        (_doubled, "holds 2 arrays of the name 'y.npy'"),
        (_bomb, "2147483651 numbers in x and y would take about 48 GiB, expected at most 4 GiB"),
        (_single_array, "expected a whole .npz file"),
        (lambda file: file.write_bytes(b""), "expected a whole .npz file"),
        (lambda file: file.write_bytes(b"PK\x03\x04 nonsense"), "expected a whole .npz file"),
    ],
)
def test_bad_npz_is_refused(tmp_path, write, message):
    file = tmp_path / "mine.npz"
    write(file)
    with limit("4G"):  # however much memory the machine has
        said = refusal(load, file)
    assert message in said
    assert str(file) in said


def test_pickles_are_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("the file ran code",))

    np.savez(tmp_path / "mine.npz", x=np.array([[Trap()]], dtype=object), y=Y)
    refusal(load, tmp_path / "mine.npz")
    (tmp_path / "raw.npz").write_bytes(pickle.dumps(Trap()))
    refusal(load, tmp_path / "raw.npz")


@settings(max_examples=100)
@given(st.data())
def test_damaged_archives_are_refused_or_still_right(tmp_path_factory, data):
    file = tmp_path_factory.getbasetemp() / "damaged.npz"
    np.savez_compressed(file, x=X, y=Y)
    content = bytearray(file.read_bytes())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    file.write_bytes(content)
    try:
        assert load(file).x.shape == X.shape
    except ValueError as error:  # either outcome is right
        said = str(error)
    else:
        return
    assert "\n" not in said
    assert str(file) in said


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.npz", "no such file"),
        ("mine.pkl", "suffix is '.pkl', expected .csv, .tsv, .parquet, .npz, .npy, .pt or .pth"),
        ("mine", "suffix"),
    ],
)
def test_other_files_are_refused(tmp_path, name, message):
    assert message in refusal(load, tmp_path / name)


def test_folders_are_refused(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    assert "is a folder" in refusal(load, tmp_path / "folder.csv")


@pytest.mark.parametrize("value", ["a", 1, "no"])
def test_standardise_is_true_or_false(value):
    for said in (refusal(load_data, "digits", standardise=value), refusal(load_data, "digits", None, value)):
        assert said == f"standardise is {value!r}, expected True or False or None"


def test_standardise_of_numpy_is_one_of_python():
    np.testing.assert_array_equal(load_data("digits", standardise=np.False_).x, digits(standardise=False).x)


def test_wrong_labelling_names_the_file(tmp_path):
    np.savez(tmp_path / "mine.npz", x=X, y=Y)
    assert str(tmp_path / "mine.npz") in refusal(load, tmp_path / "mine.npz", "gr:1")
