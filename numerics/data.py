"""Real data to prune on: the bundled digits, and a user's own arrays from .npz or .csv files.

A *labelling* turns raw labels into targets y [N, q], the same way for every source:

| labelling | targets |
|---|---|
| ge:K | +1 where the label is ≥ K, −1 elsewhere |
| is:K | +1 where the label is K, −1 elsewhere |
| onehot | one 0/1 column for each class that occurs, in ascending order |
| as-is | the numbers themselves |

followed by `-centred` to subtract the mean of each column. Short names: ge5, is0, is0c (is:0-centred),
centred (as-is-centred), value (as-is). Files are read without executing anything in them.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from numerics.arguments import InputError, checked_integer, real_matrix
from numerics.files import check_readable
from numerics.files.archives import open_archive
from numerics.networks import Array
from numerics.reports.plain_text import plain

LABELLINGS = ("ge:K", "is:K", "onehot", "as-is")
_SHORT = {
    "ge5": "ge:5",
    "is0": "is:0",
    "is0c": "is:0-centred",
    "centred": "as-is-centred",
    "value": "as-is",
}


MOST_NUMBERS = 2**29  # of a file: 4 GiB of doubles
SMALLEST, LARGEST = 1e-30, 1e30  # of the largest entry: the products that the formulas form stay within the floats


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs x [N, d] and targets y [N, q], at least two samples, all finite; InputError otherwise."""

    x: Array
    y: Array
    name: str
    labelling: str

    def __post_init__(self) -> None:
        for field in ("x", "y"):
            object.__setattr__(self, field, real_matrix(f"{self.name}: {field}", getattr(self, field)))
        if len(self.x) != len(self.y):
            raise InputError(f"{self.name}: x has {len(self.x)} samples, y has {len(self.y)}, expected as many")
        if len(self.x) < 2:
            raise InputError(f"{self.name}: there is 1 sample, expected at least 2")


def digits(labelling: str = "ge5", standardise: bool = True) -> Dataset:
    """The 1797 handwritten digits of scikit-learn: d = 64 pixels in [0, 1] (level/16), standardised if asked.

    Source: UCI Optical Recognition of Handwritten Digits, test part. InputError for an unknown labelling.
    """
    pixels, values = _digits()
    return _dataset("digits", pixels.copy(), values, labelling, standardise)


def load(path: str | PathLike[str], labelling: str = "as-is", standardise: bool = False) -> Dataset:
    """A user's data from a `.npz` file (arrays x or X [N, d], and y [N] or [N, q]) or a `.csv` file.

    A csv file has one sample a line, separated by commas, the label last; a first line without any number
    is taken for the header. Raises InputError, in one line with the file's name, if the file is missing,
    unreadable, of another kind, or holds anything but finite numbers of fitting shapes, and if the
    labelling does not fit.
    """
    file = Path(path)
    readers = {".npz": _read_npz, ".csv": _read_csv}
    if file.suffix.lower() not in readers:
        raise InputError(f"{file}: suffix is {file.suffix!r}, expected .npz or .csv")
    check_readable(file)
    x, y = readers[file.suffix.lower()](file)
    return _dataset(str(file), x, y, labelling, standardise)


def load_data(
    source: str | PathLike[str] = "digits", labels: str | None = None, standardise: bool | None = None
) -> Dataset:
    """Load the bundled digits, or data from a `.npz` or `.csv` file (see `load`).

    source: digits, or a file: .npz with x [N, d] and y [N] or [N, q], .csv with the label last. labels: as-is, onehot,
    ge:K, is:K (classes ±1), each also with -centred (mean 0); ge5, is0 and is0c (is:0-centred) for short; None is ge5
    for the digits and as-is for a file. standardise: columns to mean 0 and variance 1; None means only the digits.

    Raises:
        InputError: in one line with the file's name, if the file is missing, damaged or of another kind, or if the
            labels do not fit.

    Examples:
        >>> data = load_data("digits", labels="is0")
        >>> data.x.shape, data.y.shape, data.labelling
        ((1797, 64), (1797, 1), 'is0')
    """
    if not isinstance(source, (str, PathLike)):
        raise InputError(f"source is {type(source).__name__}, expected digits or a file's name")
    if source == "digits":
        return digits("ge5" if labels is None else labels, standardise is not False)
    return load(source, "as-is" if labels is None else labels, bool(standardise))


def dataset_of(
    data: Dataset | str | PathLike[str], labels: str | None = None, standardise: bool | None = None
) -> Dataset:
    """The data themselves, or what `load_data` makes of them; InputError for labels or a scaling of a `Dataset`."""
    if not isinstance(data, Dataset):
        return load_data(data, labels, standardise)
    for name, value in {"labels": labels, "standardise": standardise}.items():
        if value is not None:
            raise InputError(f"{name} is {value!r:.60}, expected None: the data are a Dataset, which has its own")
    return data


def batch(data: Dataset, samples: int, rng: np.random.Generator) -> Dataset:
    """Draw a random subset of at most `samples` samples, in their order; InputError unless they are a whole number from 2."""
    checked_integer("samples", samples, 2, 2**40)
    if len(data.x) <= samples:
        return data
    chosen = np.sort(rng.choice(len(data.x), samples, replace=False))
    return Dataset(data.x[chosen], data.y[chosen], data.name, data.labelling)


def symmetrised(dataset: Dataset) -> Dataset:
    """The union of (x, y) and (−x, −y), 2N samples: the law of the data becomes symmetric, as S3 asks."""
    x, y = dataset.x, dataset.y
    both = (np.concatenate([x, -x]), np.concatenate([y, -y]))
    return Dataset(*both, f"{dataset.name} symmetrised", dataset.labelling)


def check_scale(name: str, values: Array, hint: str = "") -> None:
    """InputError unless the entry of largest modulus of a matrix, if not 0, is from 1e-30 to 1e30."""
    sizes = np.abs(values)
    largest = sizes.max()
    if largest != 0 and not SMALLEST <= largest <= LARGEST:
        column = int(sizes.max(axis=0).argmax())
        raise InputError(
            f"{name} has entries up to {largest:.3g} (column {column}, counted from 0), expected the largest from "
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


def targets(values: ArrayLike, labelling: str) -> Array:
    """Targets y [N, q] from raw labels [N] or [N, 1] (as-is: [N, q]), labelled as in the table above.

    Raises InputError for an unknown labelling, for classes that are not whole numbers under is:K and
    onehot, and for a labelling under which all samples would be alike.
    """
    column = np.asarray(values)
    raw = real_matrix("labels", column[:, None] if column.ndim == 1 else column)
    full = _SHORT.get(labelling, labelling)
    base = full.removesuffix("-centred")
    split = re.fullmatch(r"(ge|is):(-?\d+)", base)
    if split is None and base not in ("onehot", "as-is"):
        known = f"{', '.join(LABELLINGS)}, each also with -centred, {', '.join(_SHORT)}"
        raise InputError(f"labelling is {labelling!r}, expected one of {known}")
    y = raw if base == "as-is" else _classes(raw, split, labelling)
    return y if base == full else y - y.mean(axis=0)


def _classes(raw: Array, split: re.Match[str] | None, labelling: str) -> Array:
    """±1 from the split ("ge" or "is", K), one-hot without one."""
    if raw.shape[1] != 1:
        raise InputError(f"labels have {raw.shape[1]} columns, expected 1 for labelling {labelling!r}")
    at_least = split is not None and split[1] == "ge"
    if not at_least and not np.array_equal(raw, np.round(raw)):
        raise InputError(f"labels are not whole numbers, expected classes for labelling {labelling!r}")
    if split is None:
        y: Array = (raw == np.unique(raw)).astype(np.float64)
    else:
        bound = float(split[2])
        y = np.where(raw >= bound if at_least else raw == bound, 1.0, -1.0)
    if (y == y[0]).all():
        span = f"{raw.min():g} to {raw.max():g}"
        raise InputError(f"labels from {span} are all alike under {labelling!r}, expected at least two classes")
    return y


def _dataset(name: str, x: Array, values: ArrayLike, labelling: str, standardise: bool) -> Dataset:
    column = np.asarray(values)
    raw = Dataset(x, column[:, None] if column.ndim == 1 else column, name, labelling)  # checked before it is used
    try:
        y = targets(raw.y, labelling)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    return Dataset(standardised(raw.x) if standardise else raw.x, y, name, labelling)


@cache
def _digits() -> tuple[Array, Array]:
    from sklearn.datasets import load_digits

    pixels, values = load_digits(return_X_y=True)
    return pixels / 16, values


def _read_npz(file: Path) -> tuple[Array, Array]:
    try:
        with ExitStack() as files:
            archive = open_archive(file, files)
            names = [name for name in ("x", "X", "y") if name in archive.members]
            if len(names) != 2 or "y" not in names:
                held = plain(", ".join(list(archive.members)[:6])) or "nothing"
                raise InputError(f"holds {held}, expected arrays x (or X) and y")
            size = sum(archive.header(name).size for name in names)
            if size > MOST_NUMBERS:
                raise InputError(f"x and y have {size} numbers, expected at most {MOST_NUMBERS}")
            x, y = (archive.read(name) for name in names)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    return x, y


def _read_csv(file: Path) -> tuple[Array, Array]:
    try:
        lines = [line for line in file.read_text("utf-8-sig").splitlines() if line.strip()]
        if lines and not any(map(_is_number, lines[0].split(","))):
            del lines[0]
        if not lines:
            raise InputError("holds no line of numbers")
        table = np.loadtxt(lines, delimiter=",", ndmin=2, comments=None, quotechar='"')
    except (OSError, ValueError) as error:
        said = str(error).partition("; use `usecols`")[0].rstrip(".")  # after it NumPy speaks of its own arguments
        raise InputError(f"{file}: {said}, expected numbers separated by commas") from error
    if table.shape[1] < 2:
        raise InputError(f"{file}: has 1 column, expected inputs and, last, the label")
    return table[:, :-1], table[:, -1]


def _is_number(field: str) -> bool:
    try:
        float(field.strip().strip('"'))
    except ValueError:
        return False
    return True
