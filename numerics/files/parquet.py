"""Tables in .parquet files, read by pyarrow alone: what is on top of it, such as pandas, would add nothing here."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files import reading
from sparse_limits.numerics.files.headers import check_numbers
from sparse_limits.numerics.files.tables import Column, DataTable, called, of_truth, read_fields, tried
from sparse_limits.numerics.printing.plain_text import plain

_INDEX = re.compile(r"__index_level_\d+__")  # where pandas stores what it numbers the rows with
_WHOLE = "a whole .parquet file"


def read_parquet(file: Path) -> DataTable:
    """The columns of a table: numbers, truth values, and strings and categories, which are read as the fields of a text; null is missing.

    Dates and times, infinite numbers and other types are the `problem` of their column. InputError, in one line, if pyarrow is
    not installed, and for a damaged file.
    """
    if find_spec("pyarrow") is None:
        raise InputError("pyarrow is not installed, expected after pip install pyarrow")
    from pyarrow import parquet

    with reading(_WHOLE), parquet.ParquetFile(file) as opened:
        size = opened.metadata.num_rows * opened.metadata.num_columns
        check_numbers("values", size)
        table = opened.read(use_threads=False)
    if not table.num_rows:
        raise InputError("holds no row, expected a sample a row")
    places = [place for place, name in enumerate(table.column_names) if not _INDEX.fullmatch(name)]
    names = called([table.column_names[place] for place in places])
    left_out = len(places) < table.num_columns
    notes = ("the index that pandas has stored is left out",) if left_out else ()
    columns = [
        tried(lambda name: _column(name, table.column(place)), name)  # noqa: B023 - called at once
        for name, place in zip(names, places, strict=True)
    ]
    return DataTable(columns, True, notes)


def _column(name: str, stored: Any) -> Column:
    """A column of pyarrow, in pieces."""
    import pyarrow
    from pyarrow import types

    if types.is_dictionary(stored.type):
        with reading(_WHOLE):
            stored = stored.cast(stored.type.value_type)
    kind = stored.type
    if types.is_temporal(kind):
        raise InputError(
            f"row 1, column {name!r} holds a date or time ({kind}), expected numbers or categories: write it as a number, "
            "such as days since the first"
        )
    is_view = getattr(types, "is_string_view", types.is_string)  # from pyarrow 16 on
    if any(is_kind(kind) for is_kind in (types.is_string, types.is_large_string, is_view)):
        with reading(_WHOLE):
            fields = ["" if word is None else word for word in stored.to_pylist()]
        return read_fields(repr(name), fields, lambda row: f"row {row + 1}")._replace(name=name)
    if not any(
        is_kind(kind)
        for is_kind in (types.is_integer, types.is_floating, types.is_boolean, types.is_decimal, types.is_null)
    ):
        raise InputError(f"column {name!r} holds {plain(kind, 60)}, expected numbers or words")
    with reading(_WHOLE):
        if types.is_boolean(kind):
            stored = stored.cast(pyarrow.int8())
        values = np.array(stored.cast(pyarrow.float64(), safe=False).to_numpy())
    if np.isinf(values).any():
        row = int(np.isinf(values).argmax())
        raise InputError(f"row {row + 1}, column {name!r} holds {values[row]}, expected finite numbers")
    if types.is_boolean(kind):
        return of_truth(name, values)
    return Column(name, values)
