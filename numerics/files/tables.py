"""Tables from files: text separated by commas or tabs (.csv, .tsv), read as columns of numbers or of categories.

The standard library's `csv` reads them: a library of tables would bring a hundred megabytes (as for .parquet, an extra), and guess types where this
module refuses. A table of numbers alone, the usual case, is read by NumPy at once. Rows are counted from 1, without the
header, lines as an editor counts them. Nothing in a file is executed.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files import reading
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.printing.plain_text import many, plain

Floats = NDArray[np.floating]

MISSING = frozenset({"", "na", "n/a", "nan", "-nan", "null", "none", "?"})  # in small letters: what stands for no value
MOST_CATEGORIES = 256  # of a column: each becomes an input
LONGEST_NAME = 60
CHUNK = 2**20  # bytes of a file in which its fields are counted
# What a table takes, measured on narrow and wide ones of numbers and of words; a column is an object with a name of its own
BYTES_OF_BYTE, BYTES_OF_FIELD, BYTES_OF_COLUMN = 10, 60, 1000
SECONDS_OF_FIELD, SECONDS_OF_COLUMN = 2e-6, 5e-5
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.ASCII | re.IGNORECASE)
_DATE = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([T ]\d.*)?|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?",
    re.ASCII,
)
_COMMA = re.compile(r"[+-]?[\d.]*,\d+([eE][+-]?\d+)?|[+-]?\d{1,3}(,\d{3})+\.\d*", re.ASCII)
_LOOKED_AT = 20  # rows in which semicolons are looked for
_TRUTH = ("false", "true")


class Column(NamedTuple):
    """values: float[rows], nan where there is none; words: the categories that the values number, from 0, None of numbers.

    truth: whether the two words say false and true, so that one input holds what the column says. problem: why there are no
    values, which whoever needs them says; "" if there are.
    """

    name: str
    values: Floats
    words: tuple[str, ...] | None = None
    truth: bool = False
    problem: str = ""


class DataTable(NamedTuple):
    """Columns of equal length. named: whether the file has names for them; notes: what a report should say about the reading.

    row_names: whether the first column has the names of rows, and is to be left out.
    """

    columns: Sequence[Column]
    named: bool
    notes: tuple[str, ...] = ()
    row_names: bool = False


def read_text(file: Path, separator: str) -> DataTable:
    """The columns of a text file; a first line without any number, or that counts the columns, is taken for the header.

    separator: a comma or a tab. A column in which every value is a number is one of numbers, one without any number is
    one of categories, in alphabetical order, or of truth values.

    Numbers among words, infinite numbers, dates and more than 256 categories are the `problem` of their column, in one line with
    the row, the line and the column.

    InputError for rows of different lengths, for semicolons between the fields, for a file without rows, or that is no text.
    """
    check_table(file, separator)
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError(f"{error}, expected text in UTF-8") from error
    lines = [line for line in text.splitlines() if line.replace(separator, ",").strip()]
    if lines and ";" in lines[0]:
        _check_semicolons(text, separator)
    headed = bool(lines) and _is_header([line.split(separator) for line in lines[:2]])
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


def check_table(file: Path, separator: str) -> None:
    """InputError, before it is read, for a text file of more bytes, fields or columns than there is memory or time for."""
    fields, columns, size = 0, 0, file.stat().st_size
    check_work(f"a table of {size} bytes", BYTES_OF_BYTE * size, instead="a .parquet or .npz file")
    with reading("text in UTF-8"), file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            if columns == fields:  # the first line goes on
                columns += chunk.partition(b"\n")[0].count(separator.encode())
            fields += chunk.count(separator.encode())
            fields += chunk.count(b"\n")
    memory = BYTES_OF_BYTE * size + BYTES_OF_FIELD * fields + BYTES_OF_COLUMN * columns
    seconds = SECONDS_OF_FIELD * fields + SECONDS_OF_COLUMN * columns
    what = f"a table of {fields} fields in {columns + 1} columns"
    check_work(what, memory, seconds, instead="fewer columns, or a .npz file")


def of_matrix(matrix: NDArray[Any]) -> DataTable:
    """A matrix of numbers [N, columns] as a table without names."""
    return DataTable([Column(f"column {place}", column) for place, column in enumerate(matrix.T, 1)], named=False)


def of_words(name: str, words: Sequence[str | None], place: Callable[[int], str]) -> Column:
    """A column of categories; None is no value. place: words for a row, counted from 0. InputError for
    dates and decimal commas."""
    for row, word in enumerate(words):
        if word is not None and _DATE.fullmatch(word):
            raise InputError(
                f"{place(row)}, column {name} holds the date or time {plain(word, 40)!r}, expected numbers or categories: "
                "write it as a number, such as days since the first"
            )
        if word is not None and _COMMA.fullmatch(word):
            raise InputError(
                f"{place(row)}, column {name} holds {plain(word, 40)!r}, expected a decimal point and no comma in a number"
            )
    known = sorted({word for word in words if word is not None})
    problem = (
        f"column {name} has {len(known)} different words, expected at most {MOST_CATEGORIES} categories: "
        "leave it out if it names the samples"
    )
    if known and {word.lower() for word in known} <= {*_TRUTH}:
        values = np.array([np.nan if word is None else float(word.lower() == "true") for word in words])
        spelt = {word.lower(): word for word in known}
        return Column(name, values, tuple(spelt.get(word, word.title()) for word in _TRUTH), truth=True)
    number = {word: float(place) for place, word in enumerate(known)}
    values = np.array([np.nan if word is None else number[word] for word in words])
    return Column(name, values, tuple(known), problem=problem if len(known) > MOST_CATEGORIES else "")


def of_truth(name: str, values: Floats) -> Column:
    """A column of truth values: 0 is False, 1 is True, nan is no value."""
    return Column(name, values, tuple(word.title() for word in _TRUTH), truth=True)


def printed(words: Sequence[str]) -> tuple[str, ...]:
    """Words to print, in one line of at most 60 letters each; a number from 1 tells apart those that would look alike.

    Examples:
        >>> printed(["oak", "a" * 70, "a" * 70 + "b"])[1:]
        ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa… (2)', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa… (3)')
    """
    shown = [plain(word, LONGEST_NAME) for word in words]
    alike = {word for word, count in Counter(shown).items() if count > 1}
    return tuple(f"{word} ({place})" if word in alike else word for place, word in enumerate(shown, 1))


def called(names: Sequence[str]) -> list[str]:
    """Names to print, in one line each; what has no name is called by its number, from 1."""
    return [plain(name.strip(), LONGEST_NAME) or f"column {place}" for place, name in enumerate(names, 1)]


def _table(names: Sequence[str] | None, columns: Sequence[Floats | Column]) -> DataTable:
    """Columns with their names; a header one short names all but the names of rows, of another length none."""
    notes = []
    if names is not None and (first := _counted_from(names)) is not None:
        last = first + len([name for name in names if name.strip()]) - 1
        notes.append(
            f"the first line counts the columns, {first} to {last}, and is taken for the header (if it is a sample, "
            "write a header above it)"
        )
    row_names = names is not None and 1 < len(names) == len(columns) - 1 and _names_rows(columns[0])
    if names is not None and row_names:
        notes.append(
            f"the header has {len(names)} names for {len(columns)} columns: the first has the rows' names, and is left out"
        )
        names = ["", *names]
    fitting = names is not None and len(names) == len(columns)
    if names is None:
        notes.append("there is no header (the first line holds a number)")
    elif not fitting:
        notes.append(f"the header has {many(len(names), 'name')} for {len(columns)} columns, so none is used")
    known = called(names if names is not None and fitting else [""] * len(columns))
    whole = [
        each._replace(name=name) if isinstance(each, Column) else Column(name, each)
        for name, each in zip(known, columns, strict=True)
    ]
    return DataTable(whole, fitting, tuple(notes), row_names)


def _row_by_row(text: str, separator: str) -> DataTable:
    """What NumPy does not read: words, missing values, or something wrong, which is named with its row."""
    rows, lines = _rows(text, separator)
    header = None
    if _is_header(rows):
        header, rows, lines = rows[0], rows[1:], lines[1:]

    def place(row: int) -> str:
        return f"row {row + 1} (line {lines[row]})"

    if not rows:
        raise InputError("holds no row but the header, expected a sample a line")
    width, of = len(rows[0]), "first row"
    if header is not None and any(len(fields) == len(header) for fields in rows):
        width, of = len(header), "header"
    others = {len(fields) for fields in rows[1:]}
    if header is None and len(rows) > 2 and len(others) == 1 and width not in others:
        raise InputError(
            f"{place(0)} has {many(width, 'field')} and each other row {others.pop()}, expected as many in all: leave this line out, "
            "or put the names of the columns there"
        )
    for row, fields in enumerate(rows):
        if len(fields) != width:
            raise InputError(f"{place(row)} has {many(len(fields), 'field')}, expected {width}, as the {of} has")
    names = called(header if header is not None and len(header) == width else [""] * width)
    columns = [
        tried(
            lambda name: read_fields(name, [fields[at] for fields in rows], place),  # noqa: B023 - called at once
            repr(name) if name != f"column {at + 1}" else str(at + 1),
        )
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


def tried(read: Callable[[str], Column], name: str) -> Column:
    """A column, or one without values that says why: it may be left out."""
    try:
        return read(name)
    except InputError as error:
        return Column(name, np.empty(0), problem=str(error))


def read_fields(name: str, fields: Sequence[str], place: Callable[[int], str]) -> Column:
    """Numbers, or words. InputError for both in one column, at the first of those that are fewer."""
    values = np.full(len(fields), np.nan)
    words: list[str | None] = [None] * len(fields)
    for row, field in enumerate(map(str.strip, fields)):
        if _NUMBER.fullmatch(field):
            values[row] = float(field)
        elif field.lower() not in MISSING:
            words[row] = field
        if ";" in field and all(_NUMBER.fullmatch(each.strip()) for each in field.split(";")):
            raise InputError(
                f"{place(row)}, column {name} holds {plain(field, 40)!r}, separated by semicolons, expected commas (.csv) or "
                "tabs (.tsv)"
            )
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


def _is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of some rows holds no number, or counts as many columns as the second has."""
    if not any(map(_is_number, rows[0])):
        return True
    return _counted_from(rows[0]) is not None and len(rows) > 1 and len(rows[0]) == len(rows[1])


def _counted_from(names: Sequence[str]) -> int | None:
    """0 or 1 where names count on from there, perhaps after an empty first, as pandas writes columns without names."""
    found = [name.strip().strip('"') for name in names]
    counted = found[1:] if found and not found[0] else found
    if len(counted) < 2:
        return None
    return next((first for first in (0, 1) if counted == [str(first + at) for at in range(len(counted))]), None)


def _names_rows(first: Floats | Column) -> bool:
    """Whether a first column without a name can be the names of rows, as R writes them: different words or whole numbers."""
    values = first.values if isinstance(first, Column) else first
    whole = bool((values == np.round(values)).all())  # nan is not equal to itself
    return whole and len(np.unique(values)) == len(values)


def _check_semicolons(text: str, separator: str) -> None:
    """InputError where semicolons stand between the fields: a first line without the separator, or decimal commas alone."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=";", skipinitialspace=True)
    try:
        rows = list(islice((fields for fields in reader if fields), _LOOKED_AT))
    except csv.Error:
        return  # whatever it is, these are no fields between semicolons
    looked_at = rows if any(separator in field for field in rows[0]) else []
    fields = [field.strip() for row in looked_at for field in row]
    if min(map(len, rows)) > 1 and all(separator not in each or _COMMA.fullmatch(each) for each in fields):
        raise InputError(
            f"line 1 has {len(rows[0])} fields separated by semicolons, expected commas (.csv) or tabs (.tsv), and decimal points"
        )


def _is_number(field: str) -> bool:
    """Whether a field is a number as `read_fields` reads them, or nan; inf is none: beside names it is one, beside numbers it does not matter."""
    text = field.strip().strip('"').strip()
    return _NUMBER.fullmatch(text) is not None or text.lower().removeprefix("-") == "nan"
