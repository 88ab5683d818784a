"""Tables from files: text separated by commas or tabs (.csv, .tsv), read as columns of numbers or of categories.

The standard library's `csv` reads them: a library of tables would bring a hundred megabytes (as for .parquet, an extra), and guess types where this
page refuses. A table of numbers alone, the usual case, is read by NumPy at once. Rows are counted from 1, without the
header, lines as an editor counts them. Nothing in a file is executed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.arguments import InputError
from numerics.reports.plain_text import plain

Floats = NDArray[np.floating]

MISSING = frozenset({"", "na", "n/a", "nan", "-nan", "null", "none", "?"})  # in small letters: what stands for no value
MOST_CATEGORIES = 256  # of a column: each becomes an input
LONGEST_NAME = 60
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.ASCII | re.IGNORECASE)
_DATE = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([T ]\d.*)?|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?",
    re.ASCII,
)
_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)


class Column(NamedTuple):
    """values: float[rows], nan where there is none; words: the categories that the values number, from 0, None of numbers."""

    name: str
    values: Floats
    words: tuple[str, ...] | None = None


class DataTable(NamedTuple):
    """Columns of equal length. named: whether the file has names for them; notes: what a report should say of the reading."""

    columns: Sequence[Column]
    named: bool
    notes: tuple[str, ...] = ()


def read_text(file: Path, separator: str) -> DataTable:
    """The columns of a text file; a first line without any number is taken for the header.

    separator: a comma or a tab. A column in which every value is a number is one of numbers, one without any number is
    one of categories, in alphabetical order.

    InputError, in one line with the row, the line and the column, for rows of different lengths, numbers among words,
    infinite numbers, dates, and more than 256 categories; for a file without rows, or that is no text.
    """
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError(f"{error}, expected text in UTF-8") from error
    lines = [line for line in text.splitlines() if line.replace(separator, ",").strip()]
    headed = bool(lines) and not any(map(_is_number, lines[0].split(separator)))
    if len(lines) <= headed:
        raise InputError(f"holds no row{' but the header' if headed else ''}, expected a sample a line")
    try:
        numbers = np.loadtxt(lines[headed:], delimiter=separator, ndmin=2, comments=None, quotechar='"')
    except ValueError:
        return _row_by_row(text, separator)
    if not np.isfinite(numbers).all():
        return _row_by_row(text, separator)
    names = next(csv.reader(lines[:1], delimiter=separator, skipinitialspace=True)) if headed else None
    return _table(names, list(numbers.T))


def of_matrix(matrix: NDArray[Any]) -> DataTable:
    """A matrix of numbers [N, columns] as a table without names."""
    return DataTable([Column(f"column {place}", column) for place, column in enumerate(matrix.T, 1)], named=False)


def of_words(name: str, words: Sequence[str | None], place: Callable[[int], str]) -> Column:
    """A column of categories; None is no value. place: words for a row, counted from 0. InputError as `read_text`."""
    for row, word in enumerate(words):
        if word is not None and _DATE.fullmatch(word):
            raise InputError(
                f"{place(row)}, column {name} holds the date or time {plain(word, 40)!r}, expected numbers or categories: "
                "write it as a number, such as days since the first, or leave the column out"
            )
        if word is not None and _COMMA.fullmatch(word):
            raise InputError(f"{place(row)}, column {name} holds {plain(word, 40)!r}, expected a decimal point")
    known = sorted({word for word in words if word is not None})
    if len(known) > MOST_CATEGORIES:
        raise InputError(
            f"column {name} has {len(known)} different words, expected at most {MOST_CATEGORIES} categories: "
            "leave it out if it names the samples"
        )
    number = {word: float(place) for place, word in enumerate(known)}
    values = np.array([np.nan if word is None else number[word] for word in words])
    return Column(name, values, tuple(plain(word, LONGEST_NAME) for word in known))


def called(names: Sequence[str]) -> list[str]:
    """Names to print, in one line each; what has no name is called by its number, from 1."""
    return [plain(name.strip(), LONGEST_NAME) or f"column {place}" for place, name in enumerate(names, 1)]


def _table(names: Sequence[str] | None, columns: Sequence[Floats | Column]) -> DataTable:
    """Columns with their names; a header of another length names none."""
    notes = []
    fitting = names is not None and len(names) == len(columns)
    if names is None:
        notes.append("there is no header (the first line holds a number)")
    elif not fitting:
        notes.append(f"the header has {len(names)} names for {len(columns)} columns, so that none is used")
    known = called(names if names is not None and fitting else [""] * len(columns))
    whole = [
        each._replace(name=name) if isinstance(each, Column) else Column(name, each)
        for name, each in zip(known, columns, strict=True)
    ]
    return DataTable(whole, fitting, tuple(notes))


def _row_by_row(text: str, separator: str) -> DataTable:
    """What NumPy does not read: words, missing values, or something wrong, which is named with its row."""
    rows, lines = _rows(text, separator)
    header = None
    if not any(map(_is_number, rows[0])):
        header, rows, lines = rows[0], rows[1:], lines[1:]

    def place(row: int) -> str:
        return f"row {row + 1} (line {lines[row]})"

    if not rows:
        raise InputError("holds no row but the header, expected a sample a line")
    width, of = len(rows[0]), "first row"
    if header is not None and any(len(fields) == len(header) for fields in rows):
        width, of = len(header), "header"
    for row, fields in enumerate(rows):
        if len(fields) != width:
            raise InputError(f"{place(row)} has {len(fields)} fields, expected {width}, as the {of} has")
    names = called(header if header is not None and len(header) == width else [""] * width)
    columns = [
        _column(repr(name) if name != f"column {at + 1}" else str(at + 1), [fields[at] for fields in rows], place)
        for at, name in enumerate(names)
    ]
    return _table(header, columns)


def _rows(text: str, separator: str) -> tuple[list[list[str]], list[int]]:
    """The fields of each row that is not blank, and the line where it begins."""
    rows, lines = [], []
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, skipinitialspace=separator == ",", strict=True)
    begins = 1
    try:
        for fields in reader:
            if len(fields) > 1 or (fields and fields[0].strip()):
                rows.append(fields)
                lines.append(begins)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"line {begins}: {error}, expected fields between {_between(separator)}") from error
    if not rows:
        raise InputError("holds no row, expected a sample a line")
    return rows, lines


def _column(name: str, fields: Sequence[str], place: Callable[[int], str]) -> Column:
    """Numbers, or words. InputError for both in one column, at the first of those that are fewer."""
    values = np.full(len(fields), np.nan)
    words: list[str | None] = [None] * len(fields)
    for row, field in enumerate(map(str.strip, fields)):
        if _NUMBER.fullmatch(field):
            values[row] = float(field)
        elif field.lower() not in MISSING:
            words[row] = field
        if np.isinf(values[row]) or (words[row] is not None and _INFINITE.fullmatch(field)):
            raise InputError(f"{place(row)}, column {name} holds {plain(field, 40)}, expected finite numbers")
    other = [row for row, word in enumerate(words) if word is not None]
    numbers = np.flatnonzero(~np.isnan(values))
    if not other:
        return Column(name, values)
    if not numbers.size:
        return of_words(name, words, place)
    row, kind = (other[0], "numbers") if len(other) <= numbers.size else (int(numbers[0]), "words")
    hint = " (in a header no name is a number)" if row == 0 and kind == "numbers" and len(other) == 1 else ""
    raise InputError(
        f"{place(row)}, column {name} holds {plain(fields[row].strip(), 40)!r} among {kind}, expected numbers alone or "
        f"categories alone{hint}"
    )


def _between(separator: str) -> str:
    return "tabs" if separator == "\t" else "commas"


def _is_number(field: str) -> bool:
    try:
        float(field.strip().strip('"'))
    except ValueError:
        return False
    return True
