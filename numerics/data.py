"""Real data to prune on: the bundled digits, and a user's own from files of tables or arrays, or in memory.

Labels become targets y [N, q] as in `sparse_limits.numerics.labels`, the same way for every source. Files are read without executing
anything in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.util import find_spec
from numbers import Integral
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from sparse_limits.numerics.arguments import InputError, checked_integer, real_matrix
from sparse_limits.numerics.columns import About, Content, check_missing, of_arrays, of_table
from sparse_limits.numerics.door import door
from sparse_limits.numerics.files import check_readable
from sparse_limits.numerics.files.loaders import Held, held_samples
from sparse_limits.numerics.files.parquet import read_parquet
from sparse_limits.numerics.files.sample_arrays import read_npy, read_npz, read_torch
from sparse_limits.numerics.files.tables import of_matrix, read_text
from sparse_limits.numerics.labels import labelled, option, padded
from sparse_limits.numerics.networks import Array

TEXT = {".csv": ",", ".tsv": "\t"}  # what stands between fields
ColumnNames: TypeAlias = str | int | Sequence[str | int]  # by name or number from 1
InMemory: TypeAlias = (
    Held | Sequence[ArrayLike] | Iterable[Any]
)  # (x, y), or a loader or dataset of torch of such batches
Source: TypeAlias = str | PathLike[str] | InMemory
ARRAYS = {".npz": read_npz, ".npy": read_npy, ".pt": read_torch, ".pth": read_torch}
PARQUET = ".parquet"
SUFFIXES = (*TEXT, PARQUET, *ARRAYS)
MOST_OUTPUTS = 2**20  # columns of one-hot labels
SMALLEST, LARGEST = 1e-30, 1e30  # of the largest entry: the products that the formulas form stay within the floats


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs x [N, d] and targets y [N, q], at least two samples, all finite; InputError otherwise.

    about: names of columns and classes, the shape of images, and what a report should say.
    """

    x: Array
    y: Array
    name: str
    labelling: str
    about: About = field(default_factory=About)

    def __post_init__(self) -> None:
        for word in ("x", "y"):
            object.__setattr__(self, word, real_matrix(f"{self.name}: {word}", getattr(self, word)))
        if len(self.x) != len(self.y):
            raise InputError(f"{self.name}: x has {len(self.x)} samples, y has {len(self.y)}, expected as many")
        if len(self.x) < 2:
            raise InputError(f"{self.name}: there is 1 sample, expected at least 2")


@dataclass(frozen=True)
class DataSource:
    """Data that have not been read yet, with the options for reading them.

    If `labels` is None, the function that reads the data chooses the labels, for instance by the loss.

    Parameters
    ----------
    source : digits, the name of a file (.csv, .tsv, .parquet, .npz, .npy, .pt or .pth), arrays (x, y), or a loader or dataset of torch
    labels : as-is, onehot, ge:K or is:K (classes ±1), each also with -centred (mean 0); short names are ge5, is0, is0c (is:0-centred)
    standardise : whether columns are scaled to mean 0 and variance 1; None scales the digits only, and in `compare` takes both
    target : column of a table with the labels, by its name or its number from 1; None is the last column; several, one for each output
    missing : drop (leave out samples with missing values) or mean (replace them by the column's mean); None refuses missing values
    drop : columns of a table to leave out, each by its name or its number from 1, such as dates and names of rows; None is no column
    classes : number of classes of onehot labels, of which some may not occur, numbered from 0, or from 1; None is those that occur

    Examples
    --------
    >>> DataSource("digits", labels="is0").read().y.shape
    (1797, 1)
    """

    source: Source = "digits"
    labels: str | None = None
    standardise: bool | None = None
    target: ColumnNames | None = None
    missing: str | None = None
    drop: ColumnNames | None = None
    classes: int | None = None

    def read(self) -> Dataset:
        """The data. InputError as by `load_data`."""
        return load_data(**{each.name: getattr(self, each.name) for each in fields(self)})

    @property
    def standardised(self) -> bool:
        """Whether columns are scaled to mean 0 and variance 1."""
        return self.source == "digits" if self.standardise is None else self.standardise


Data: TypeAlias = Dataset | DataSource | Source


def digits(labelling: str = "ge5", standardise: bool = True) -> Dataset:
    """The 1797 handwritten digits of scikit-learn: d = 64 pixels in [0, 1] (level/16), standardised if asked.

    Source: UCI Optical Recognition of Handwritten Digits, test part. InputError for an unknown labelling.
    """
    pixels, values = _digits()
    content = Content(pixels.copy(), values, About(image=(8, 8), target="digit"))
    data = _dataset("digits", content, labelling, standardise)
    return replace(data, about=replace(data.about, notes=()))  # nothing about the digits was recognised


def load(
    path: str | PathLike[str],
    labelling: str | None = None,
    standardise: bool = False,
    *,
    target: ColumnNames | None = None,
    missing: str | None = None,
    drop: ColumnNames | None = None,
    classes: int | None = None,
) -> Dataset:
    """A user's data from a file: a table (`.csv`, `.tsv`, `.parquet`), or arrays x or X, and y [N] or [N, q] (`.npz`, `.pt`, `.pth`).

    One matrix (`.npy`, `.pt`) is a table without names. A table has one sample a line, its fields separated by commas
    (`.tsv`: tabs); a first line without any number, or that counts the columns, is taken for the header. target: the column
    with the labels, by its name or its number from 1; None is the last. Columns of words become one 0/1 column for each
    category, those of truth values one. x: [N, d], or images [N, h, w], [N, h, w, c], [N, c, h, w], which are flattened.
    labelling: as above; None recognises classes. missing: drop leaves out samples with missing values, mean fills in means
    of columns, None refuses them. drop: columns of a table that are left out, by names or numbers. What was found and done is in `Dataset.about`.

    Raises InputError, in one line with the file's name, if the file is missing, unreadable, of another kind, or holds
    anything but finite numbers or categories of fitting shapes, and if labelling, target or missing do not fit.
    """
    file = Path(path)
    if file.suffix.lower() not in SUFFIXES:
        raise InputError(f"{file}: suffix is {file.suffix!r}, expected {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    _check_options(missing, classes)
    check_readable(file)
    try:
        content = _read(file, _named("target", target), missing, _named("drop", drop))
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    return _dataset(str(file), content, labelling, standardise, classes)


@door
def load_data(
    source: Source = "digits",
    labels: str | None = None,
    standardise: bool | None = None,
    *,
    target: ColumnNames | None = None,
    missing: str | None = None,
    drop: ColumnNames | None = None,
    classes: int | None = None,
) -> Dataset:
    """Load the bundled digits, or data from a file or in memory.

    A table (.csv, .tsv, .parquet, or one matrix in .npy, .pt or .pth) has one sample in each row, and one column of
    labels. A file of arrays (.npz, or .pt and .pth of PyTorch) holds inputs x [N, d], or images, and labels y [N] or
    [N, q]. Such arrays can also be given as they are, or in batches (x, y): all batches of a loader are read. If `labels`
    is None, the digits have the labels ge5; labels of a file or in memory that look like classes become classes, and other
    labels stay as they are.

    Parameters
    ----------
    source : digits, the name of a file (.csv, .tsv, .parquet, .npz, .npy, .pt or .pth), arrays (x, y), or a loader or dataset of torch
    labels : as-is, onehot, ge:K or is:K (classes ±1), each also with -centred (mean 0); short names are ge5, is0, is0c (is:0-centred)
    standardise : whether columns are scaled to mean 0 and variance 1; None scales the digits only
    target : column of a table with the labels, by its name or its number from 1; None is the last column; several, one for each output
    missing : drop (leave out samples with missing values) or mean (replace them by the column's mean); None refuses missing values
    drop : columns of a table to leave out, each by its name or its number from 1, such as dates and names of rows; None is no column
    classes : number of classes of onehot labels, of which some may not occur, numbered from 0, or from 1; None is those that occur

    Returns
    -------
    Dataset, with inputs `x` [N, d] and targets `y` [N, q]. Its field `about` has the names of columns and classes, and
    notes on labels, columns and values that were recognised or changed.

    Raises
    ------
    InputError : in one line with the file's name, for a file that is missing, damaged or of another kind, for labels, a
        target or columns that do not fit, and for missing values if `missing` is None; for batches that are not pairs of
        arrays; for `target`, `missing` or `drop` with the digits; for `standardise` other than True, False and None.

    References
    ----------
    The bundled digits come from scikit-learn (`sklearn.datasets.load_digits`).

    Examples
    --------
    >>> data = load_data("digits", labels="is0")
    >>> data.x.shape, data.y.shape, data.labelling
    ((1797, 64), (1797, 1), 'is0')
    """
    if not isinstance(source, (str, PathLike)):
        held = source if isinstance(source, Held) else held_samples("source", source)
        return _in_memory(held, labels, bool(standardise), target=target, missing=missing, drop=drop, classes=classes)
    if source == "digits":
        for name, value in {"target": target, "missing": missing, "drop": drop, "classes": classes}.items():
            if value is not None:
                raise InputError(
                    f"{name} is {value!r:.60}, expected none: the digits have one target, pixels for inputs, and no missing values"
                )
        return digits("ge5" if labels is None else labels, standardise is None or bool(standardise))
    return load(source, labels, bool(standardise), target=target, missing=missing, drop=drop, classes=classes)


def source_of(data: Data) -> Dataset | DataSource:
    """The data, or where they come from: the name of a file is a source that leaves all else open.

    A loader is read at once, as some give their batches only once. InputError as `held_samples`.
    """
    if isinstance(data, Dataset):
        return data
    found = data if isinstance(data, DataSource) else DataSource(data)
    known = isinstance(found.source, (str, PathLike, Held))
    return found if known else replace(found, source=held_samples("data", found.source))


def dataset_of(data: Data, labels: str | None = None) -> Dataset:
    """The data themselves, or what is read. labels: of a source that leaves them open, None for those of `load_data`."""
    found = source_of(data)
    if isinstance(found, Dataset):
        return found
    return (found if found.labels is not None else replace(found, labels=labels)).read()


def batch(data: Dataset, samples: int, rng: np.random.Generator) -> Dataset:
    """Draw a random subset of at most `samples` samples, in their order; InputError unless they are a whole number from 2."""
    checked_integer("samples", samples, 2, 2**40)
    if len(data.x) <= samples:
        return data
    chosen = np.sort(rng.choice(len(data.x), samples, replace=False))
    return replace(data, x=data.x[chosen], y=data.y[chosen])


def for_outputs(data: Dataset, outputs: int) -> Dataset:
    """The data for a network of so many outputs: classes that no sample has get a column if all are numbered.

    Data with other labels stay as they are: the caller sees that they do not fit, and asks `fitting_labels` for the way out.
    """
    if not data.labelling.startswith("onehot") or data.y.shape[1] >= outputs:
        return data
    found = padded(data.y, data.about.classes, outputs)
    if found is None:
        return data
    y, classes = found
    note = f"{outputs - data.y.shape[1]} of {outputs} outputs are classes that no sample has"
    return replace(data, y=y, about=replace(data.about, classes=classes, notes=(*data.about.notes, note)))


def fitting_labels(data: Dataset, outputs: int) -> str:
    """Which option gives labels for so many outputs, in brackets; nothing where none does."""
    q = data.y.shape[1]
    if data.labelling.startswith("onehot") and q < outputs:
        return f" (for classes that no sample has: --classes {outputs}, in Python classes={outputs})"
    if q == 1 and outputs > 1:
        return f" (as classes: {option('labels', 'onehot')})"
    return ""


def symmetrised(dataset: Dataset) -> Dataset:
    """The union of (x, y) and (−x, −y), 2N samples: the law of the data becomes symmetric, as S3 asks."""
    x, y = dataset.x, dataset.y
    both = (np.concatenate([x, -x]), np.concatenate([y, -y]))
    return replace(dataset, x=both[0], y=both[1], name=f"{dataset.name} symmetrised")


def check_scale(name: str, values: Array, hint: str = "", names: Sequence[str] = ()) -> None:
    """InputError unless the entry of largest modulus of a matrix, if not 0, is from 1e-30 to 1e30; names: of its columns."""
    sizes = np.abs(values)
    largest = sizes.max()
    if largest != 0 and not SMALLEST <= largest <= LARGEST:
        column = int(sizes.max(axis=0).argmax())
        where = f"column {names[column]!r}" if names else f"column {column}, counted from 0"
        raise InputError(
            f"{name} has entries up to {largest:.3g} ({where}), expected the largest from "
            f"{SMALLEST:g} to {LARGEST:g}{hint}"
        )


def standardised(x: ArrayLike) -> Array:
    """Columns of x [N, d] centred, over their standard deviation (divisor N); constant columns become 0."""
    raw = real_matrix("x", x)
    constant = (raw == raw[0]).all(axis=0)  # not "deviation 0", which rounding blurs
    columns: Array = np.ldexp(raw, -np.frexp(np.abs(raw).max(axis=0))[1])  # powers of 2, so exact: no sum overflows
    columns -= columns.mean(axis=0)
    columns[:, constant] = 0
    columns /= np.where(constant, 1, np.abs(columns).max(axis=0))  # so that squares neither over- nor underflow
    columns /= np.where(constant, 1, np.sqrt(np.mean(columns**2, axis=0)))
    return columns


def _in_memory(
    held: Held,
    labelling: str | None,
    standardise: bool,
    *,
    target: ColumnNames | None,
    missing: str | None,
    drop: ColumnNames | None,
    classes: int | None,
) -> Dataset:
    """As `load`, for arrays x and y in memory."""
    _check_options(missing, classes)
    try:
        content = _of_arrays(held.x, held.y, _named("target", target), missing, _named("drop", drop))
    except InputError as error:
        raise InputError(f"{held.name}: {error}") from error
    return _dataset(held.name, content, labelling, standardise, classes)


def _check_options(missing: str | None, classes: int | None) -> None:
    check_missing(missing)
    if classes is not None:
        checked_integer("classes", classes, 2, MOST_OUTPUTS)


def _dataset(
    name: str, content: Content, labelling: str | None, standardise: bool, classes: int | None = None
) -> Dataset:
    column = np.asarray(content.y)
    raw = Dataset(content.x, column[:, None] if column.ndim == 1 else column, name, "")  # checked before it is used
    try:
        found = labelled(raw.y, labelling, content.words, classes)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    notes = (*content.about.notes[: content.lead], *found.notes, *content.about.notes[content.lead :])
    about = replace(content.about, classes=found.classes, notes=notes)
    return Dataset(standardised(raw.x) if standardise else raw.x, found.y, name, found.labelling, about)


@cache
def _digits() -> tuple[Array, Array]:
    """What `load_digits` gives, read from its file where that is known: importing scikit-learn takes ten times as long."""
    package = find_spec("sklearn")
    file = Path(package.origin).parent / "datasets/data/digits.csv.gz" if package and package.origin else None
    if file is not None and file.exists():
        rows = np.loadtxt(file, delimiter=",")
        return rows[:, :-1] / 16, rows[:, -1].astype(int)
    from sklearn.datasets import load_digits

    pixels, values = load_digits(return_X_y=True)
    return pixels / 16, values


def _read(file: Path, target: Sequence[str], missing: str | None, drop: Sequence[str]) -> Content:
    """What a file holds; InputError without its name."""
    suffix = file.suffix.lower()
    if suffix in TEXT:
        return of_table(read_text(file, TEXT[suffix]), target, missing, drop)
    if suffix == PARQUET:
        return of_table(read_parquet(file), target, missing, drop)
    found = ARRAYS[suffix](file)
    x, y = found.x, found.y
    if y is None:
        return of_table(of_matrix(x), target, missing, drop)
    return _of_arrays(x, y, target, missing, drop)


def _of_arrays(x: Array, y: Array, target: Sequence[str], missing: str | None, drop: Sequence[str]) -> Content:
    """Arrays x and y, whose columns have no names."""
    if target:
        raise InputError(f"target is {target[0]!r:.80}, expected none: the target is the array y")
    if drop:
        raise InputError(f"drop is {drop[0]!r:.80}, expected none: the inputs are the array x")
    return of_arrays(x, y, missing)


def _named(word: str, columns: ColumnNames | None) -> list[str]:
    """Columns' names or numbers as texts; word: what asks for them."""
    if columns is None:
        return []
    each = [columns] if isinstance(columns, (str, Integral)) else columns
    if not isinstance(each, Sequence) or not all(
        isinstance(one, (str, Integral)) and not isinstance(one, bool) for one in each
    ):
        one = "a column's name, or its number from 1" if word == "target" else "columns' names, or their numbers from 1"
        raise InputError(f"{word} is {columns!r:.60}, expected {one}")
    return [str(one) for one in each]
