"""The rows of a sweep as a .parquet file: one row for each layer of each case."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import get_type_hints

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files import replacing
from sparse_limits.numerics.sweeps.run import SweepRow


def check_parquet(path: Path) -> None:
    """InputError for a file that could not be written, before anything is computed."""
    if path.suffix != ".parquet":
        raise InputError(f"parquet is {str(path)!r:.200}, expected a .parquet file")
    if find_spec("pyarrow") is None:
        raise InputError(f"{path}: pyarrow is not installed, expected after pip install pyarrow, or --csv")


def write_parquet(path: Path, rows: Sequence[SweepRow]) -> None:
    """Write the rows into a file, which appears under its name only when it is complete. InputError as `check_parquet`."""
    check_parquet(path)
    import pyarrow
    from pyarrow import parquet

    columns = {name: [row[name] for row in rows] for name in get_type_hints(SweepRow)}  # type: ignore[literal-required]
    with replacing(path) as temporary:
        parquet.write_table(pyarrow.table(columns), temporary)
