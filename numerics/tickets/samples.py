"""Samples for a target from a file: tables and arrays as everywhere, here with labels or without."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.columns import check_missing, of_arrays
from sparse_limits.numerics.files.sample_arrays import SampleArrays, read_torch
from sparse_limits.numerics.limits import Limit, Work
from sparse_limits.numerics.printing.plain_text import plain
from sparse_limits.numerics.tickets.archives import OF_TORCH, open_arrays
from sparse_limits.numerics.tickets.costs import samples_in

if TYPE_CHECKING:
    from sparse_limits.numerics.data import ColumnNames, Dataset

SEPARATORS = b",\t\n\r\x0b\x0c\x1c\x1d\x1e\x85\xa8\xa9"  # whatever may end a line, or be a part of what does
_LISTED = 6  # names in a remark
_CLASSES = 12  # words in a remark


class Columns(NamedTuple):
    """label: the column of a table with the labels, by its name or its number from 1; None is the last, if it is one more than
    there are inputs. missing: drop or mean; None refuses missing values. drop: columns that are left out.
    """

    label: str | int | None = None
    missing: str | None = None
    drop: ColumnNames | None = None


PLAIN_COLUMNS = Columns()


class ReadSamples(NamedTuple):
    """x [m, ...] and maybe y, as the file has them; remarks: what a report should say about them."""

    x: NDArray[Any]
    y: NDArray[Any] | None
    remarks: list[str]


def read_samples(data: str, inputs: int, limit: Limit, columns: Columns) -> ReadSamples:
    """x, maybe y, and remarks; a table has labels if it has a column more than there are inputs, or if one is named.

    InputError, in one line with the file's name, for what cannot be read, for missing values unless `columns` says what is
    done about them, and for a column of labels where there is no table.
    """
    from sparse_limits.numerics.data import SUFFIXES, digits

    suffix = Path(data).suffix.lower()
    check_missing(columns.missing)
    if data == "digits":
        _no_columns(data, columns)
        found = digits("as-is", standardise=False)
        return ReadSamples(found.x, found.y, [])
    if suffix == ".npz":  # whose x may stand without y
        return _of_archive(data, limit, columns)
    tensors = _tensors(data, limit) if suffix in OF_TORCH else None
    if tensors is not None and tensors.alone:
        _no_columns(data, columns._replace(missing=None))
        return _without_gaps(data, tensors.x, None, columns.missing)
    if suffix not in SUFFIXES:
        expected = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
        raise InputError(f"{plain(data)}: suffix is {suffix!r:.40}, expected {expected}")
    apart = tensors is not None and tensors.y is not None
    return _of_table(data, None if apart else inputs, limit, columns)


def _of_table(data: str, inputs: int | None, limit: Limit, columns: Columns) -> ReadSamples:
    """A table or arrays as everywhere; labels that are words are numbered in the sorted order of their classes, and a remark says so.

    inputs: a matrix of as many columns has no labels; None where labels stand apart from the inputs
    """
    from sparse_limits.numerics.data import TEXT

    work = _table_work(Path(data)) if Path(data).suffix.lower() in TEXT else _array_work(Path(data))
    limit.check(f"{plain(data)}: these samples", work)
    found = _loaded(data, columns)
    remarks = [note for note in found.about.notes if "missing values" in note]
    if columns.label is None and inputs is not None and found.x.shape[1] == inputs - 1:
        return ReadSamples(np.hstack([found.x, found.y]), None, remarks)
    if classes := found.about.classes:
        named = [f"{word} {place}" for place, word in enumerate(classes[:_CLASSES])]
        remarks.append(f"outputs by labels: {', '.join(named)}{', ...' if len(classes) > _CLASSES else ''}")
    return ReadSamples(found.x, found.y, remarks)


def _loaded(data: str, columns: Columns) -> Dataset:
    from sparse_limits.numerics.data import load

    try:
        return load(data, "as-is", target=columns.label, missing=columns.missing, drop=columns.drop)
    except InputError as error:
        with suppress(InputError):
            return load(data, "onehot", target=columns.label, missing=columns.missing, drop=columns.drop)
        said = str(error).replace(": target is", ": `label_column` is", 1) if columns.label is not None else str(error)
        raise InputError(said) from error


def _of_archive(data: str, limit: Limit, columns: Columns) -> ReadSamples:
    """x (or X) and maybe y in a .npz file."""
    _no_columns(data, columns._replace(missing=None))
    with open_arrays(Path(data), limit) as held:
        names = [name for name in ("x", "X", "y") if name in held.headers]  # never both x and X
        if not {"x", "X"} & {*names}:
            listed = ", ".join([*held.headers][:_LISTED]) or "nothing"
            raise InputError(f"holds {listed}, expected x (or X) and maybe y")
        limit.check("these samples", samples_in(sum(held.headers[name].size for name in names)))
        arrays = {name.lower(): held.read(name) for name in names}
        others = sorted(held.headers.keys() - {*names})
    remarks = [f"left out: {', '.join(others[:_LISTED])}"] if others else []
    found = _without_gaps(data, arrays["x"], arrays.get("y"), columns.missing)
    return found._replace(remarks=remarks + found.remarks)


def _tensors(data: str, limit: Limit) -> SampleArrays | None:
    """What a file of tensors holds, maybe x (or X) alone; None for a file that cannot be read so."""
    limit.check(f"{plain(data)}: these samples", _array_work(Path(data)))
    if not Path(data).is_file():
        return None
    try:
        return read_torch(Path(data), labelled=False)
    except (InputError, OSError):  # whoever reads it as samples with labels says so
        return None


def _without_gaps(data: str, x: NDArray[Any], y: NDArray[Any] | None, missing: str | None) -> ReadSamples:
    """Arrays whose missing values are seen to; of images as of a matrix."""
    labels = np.zeros(len(x)) if y is None and x.ndim else y
    gaps = x.dtype.kind == "f" and bool(np.isnan(x).any())
    if not gaps or labels is None or labels.ndim == 0 or len(labels) != len(x):
        return ReadSamples(x, y, [])
    try:
        flat = x.reshape(len(x), -1)
        found = of_arrays(flat, labels, missing)
    except InputError as error:
        raise InputError(f"{plain(data)}: {error}") from error
    whole = found.x.reshape(len(found.x), *x.shape[1:])
    remarks = [note for note in found.about.notes if "missing values" in note]
    return ReadSamples(whole, None if y is None else found.y, remarks)


def _no_columns(data: str, columns: Columns) -> None:
    for name, value in (("label_column", columns.label), ("missing", columns.missing), ("drop", columns.drop)):
        if value is not None:
            raise InputError(f"`{name}` is {value!r:.60}, expected none: {plain(data)} is no table")


def _array_work(path: Path) -> Work:
    """Of arrays in a file: at least a number for each eight bytes."""
    size = 0
    with suppress(OSError):  # whoever reads it says so
        size = path.stat().st_size
    return Work(2 * size, 0).then(samples_in(size // 8))


def _table_work(path: Path) -> Work:
    """Of a table in text: its letters, and the numbers between commas and ends of lines."""
    letters = separators = 0
    if path.is_file():  # whoever reads it says so otherwise
        with suppress(OSError), path.open("rb") as stream:
            while piece := stream.read(2**20):
                letters += len(piece)
                separators += len(piece) - len(piece.translate(None, SEPARATORS))
    return Work(2 * letters + 80 * separators, 400 * separators).then(samples_in(separators))
