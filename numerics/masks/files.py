"""A mask from a file of any framework: .npy, .npz (arrays, or `scipy.sparse.save_npz`), .pt and .pth of PyTorch.

Rows are neurons, columns inputs. Arrays of more dimensions are convolutions [out, in, height, width]: all axes but the
first are read as one. Arrays are read in pieces and masks are sparse from the start, so memory is proportional to the
weights kept, whatever the size of the array. Nothing in a file is executed.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from math import prod
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, load_npz

from numerics.arguments import InputError
from numerics.files import check_readable, reading
from numerics.files.archives import Archive, open_archive
from numerics.reports.plain_text import plain

if TYPE_CHECKING:
    import torch

SUFFIXES = (".npz", ".npy", ".pt", ".pth")
WHOLE = "a whole file"
LONGEST_SIDE = 2**27
MOST_KEPT = 2**28  # weights: some 6 GiB
_PIECE = 2**22  # entries read at a time
_LISTED = 12  # names in a message
_SPARSE_FILE = {"format", "shape", "data"}  # arrays of scipy.sparse.save_npz

Shape = tuple[int, ...]
Positions = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class MaskFile:
    """mask [m, n] of bool; name: the file, and the layer if it holds several; shape: of the array in the file."""

    mask: csr_array
    name: str
    shape: Shape


@dataclass(frozen=True, eq=False)
class _Stored:
    """An array in a file, in pieces: flat positions (`order`: C or F) and the entries there; what is missing is 0."""

    name: str
    shape: Shape
    pieces: Callable[[], Iterator[tuple[Positions, NDArray[Any]]]]
    order: Literal["C", "F"] = "C"


def load_mask(
    path: str | PathLike[str], layer: str | None = None, *, nonzero: bool = False, transpose: bool = False
) -> MaskFile:
    """The mask in a file; of several arrays that of `layer`: its key, or what stands before `.weight_mask` or the like.

    path: .npy, .npz (arrays, or scipy.sparse.save_npz), .pt or .pth. Rows are outputs; further axes of a convolution
    are read as one. The `MaskFile` has the mask [m, n], its name, and the shape in the file. nonzero: whatever is not 0
    is kept, as in pruned weights; without it entries must be 0 or 1. transpose: outputs are the last axis, not the
    first (Keras, Flax). InputError, in one line with the file's name, if the file is missing, damaged, pickled or of
    another kind, and if what it holds is no mask.

    Examples:
        >>> import tempfile, numpy as np
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.save(f"{folder}/mask.npy", np.eye(3, dtype=bool))
        ...     mask = load_mask(f"{folder}/mask.npy").mask
        >>> mask.shape, mask.nnz
        ((3, 3), 3)
    """
    file = Path(path)
    readers = {".npy": _from_npy, ".npz": _from_npz, ".pt": _from_torch, ".pth": _from_torch}
    if file.suffix.lower() not in readers:
        raise InputError(f"{file}: suffix is {file.suffix!r}, expected one of {', '.join(SUFFIXES)}")
    check_readable(file)
    try:
        stored = readers[file.suffix.lower()](file, layer)
        mask = _mask(stored, nonzero, transpose)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    return MaskFile(mask, plain(file if stored.name == "" else f"{file}, {stored.name}"), stored.shape)


def _mask(stored: _Stored, nonzero: bool, transpose: bool) -> csr_array:
    shape = stored.shape
    if len(shape) < 2 or min(shape) < 1:
        raise InputError(f"shape is {shape}, expected a non-empty matrix [outputs, inputs] or a convolution")
    across = shape[-1] if transpose else prod(shape[1:])
    if max(across, prod(shape) // across) > LONGEST_SIDE:
        raise InputError(f"shape is {shape}, expected at most {LONGEST_SIDE} rows and columns")
    positions = _positions(stored, nonzero)
    if stored.order == "F":
        positions = np.ravel_multi_index(np.unravel_index(positions, shape, "F"), shape)
    rows, columns = np.divmod(positions, across)
    mask = csr_array(
        (np.ones(rows.size, bool), (rows.astype(np.int32), columns.astype(np.int32))),
        shape=(prod(shape) // across, across),
    )
    return csr_array(mask.T) if transpose else mask


def _positions(stored: _Stored, nonzero: bool) -> Positions:
    """All positions that are kept. InputError if they would not fit in memory."""
    pieces, size = [], 0
    for piece in stored.pieces():
        pieces.append(_kept(*piece, stored, nonzero))
        size += pieces[-1].size
        if size > MOST_KEPT:
            raise InputError(f"more than {MOST_KEPT} weights are kept, expected at most as many")
    return np.concatenate(pieces)


def _kept(positions: Positions, values: NDArray[Any], stored: _Stored, nonzero: bool) -> Positions:
    """The positions that are kept. InputError at the first entry that is not 0 or 1 (with `nonzero`: not finite)."""
    if values.dtype.kind not in "biuf":
        raise InputError(f"entries are {values.dtype}, expected 0 and 1")
    kept = values != 0
    wrong = ~np.isfinite(values) if nonzero else kept & (values != 1)
    if wrong.any():
        at = int(wrong.argmax())
        place = tuple(int(i) for i in np.unravel_index(positions[at], stored.shape, stored.order))
        expected = "finite weights" if nonzero else "0 or 1"
        hint = "" if nonzero or not np.isfinite(values[at]) else " (`nonzero` keeps every weight that is not 0)"
        raise InputError(f"entry {place} is {values[at]:.6g}, expected {expected}{hint}")
    chosen: Positions = positions[kept]
    return chosen


def _choose(shapes: Mapping[str, Shape], layer: str | None) -> str:
    """The key of the one mask that is meant."""
    matrices = [name for name, shape in shapes.items() if len(shape) >= 2]
    masks = [name for name in matrices if name.lower().endswith("mask")]
    if layer is not None:
        if layer in shapes:
            return layer
        start = re.compile(rf"(.*[._/])?{re.escape(layer)}[._/]")  # a checkpoint may put `state_dict.` in front
        named = [name for name in matrices if start.match(name)]
        fitting = [name for name in named if name in masks] or named
        if len(fitting) == 1:
            return fitting[0]
        known = _listed(fitting or masks or matrices, shapes)
        raise InputError(f"`layer` is {layer!r}, which names {len(fitting)} matrices, expected one of {known}")
    if not matrices:
        raise InputError(f"holds {_listed(list(shapes), shapes) or 'no array'}, expected a matrix of 0 and 1")
    if len(masks or matrices) == 1:
        return (masks or matrices)[0]
    raise InputError(f"holds several matrices, expected `layer` with one of {_listed(masks or matrices, shapes)}")


def _listed(names: list[str], shapes: Mapping[str, Shape]) -> str:
    more = f", ... ({len(names)} in all)" if len(names) > _LISTED else ""
    return ", ".join(f"{plain(name, 80)} {list(shapes[name])}" for name in names[:_LISTED]) + more


# NumPy


def _from_npy(file: Path, layer: str | None) -> _Stored:
    if layer is not None:
        raise InputError(f"`layer` is {layer!r}, expected none: a .npy file holds one array")
    with _opened(file) as stream:
        header = _header(stream)
    return _stored("", lambda: _opened(file), *header)


def _from_npz(file: Path, layer: str | None) -> _Stored:
    with ExitStack() as files:
        archive = open_archive(file, files)
        headers = {name: _member_header(archive, name) for name in archive.members}
        if headers.keys() >= _SPARSE_FILE:
            if layer is not None:
                raise InputError(f"`layer` is {layer!r}, expected none: the file holds one sparse matrix")
            return _sparse_file(file, archive)
        key = _choose({name: shape for name, (shape, _, _) in headers.items()}, layer)
        archive.header(key)
    return _stored(key if len(headers) > 1 else "", lambda: _opened(file, key), *headers[key])


def _member_header(archive: Archive, name: str) -> tuple[Shape, Literal["C", "F"], np.dtype]:
    with reading(WHOLE), archive.file.open(archive.members[name]) as stream:
        return _header(stream)


@contextmanager
def _opened(file: Path, member: str | None = None) -> Iterator[IO[bytes]]:
    """A file, or a member of a zip archive, to read from."""
    with ExitStack() as stack:
        if member is None:
            with reading(WHOLE):
                stream: IO[bytes] = stack.enter_context(file.open("rb"))
        else:
            archive = open_archive(file, stack)
            with reading(WHOLE):
                stream = stack.enter_context(archive.file.open(archive.members[member]))
        yield stream


def _header(stream: IO[bytes]) -> tuple[Shape, Literal["C", "F"], np.dtype]:
    with reading("an array that NumPy has written"):
        version = npy.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise InputError(f"format version is {version}, expected an array of numbers")
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    with reading("an array that NumPy has written"):
        shape, fortran, dtype = read(stream)
    return shape, "F" if fortran else "C", dtype


def _stored(
    name: str,
    opened: Callable[[], AbstractContextManager[IO[bytes]]],
    shape: Shape,
    order: Literal["C", "F"],
    dtype: np.dtype,
) -> _Stored:
    if dtype.kind not in "biuf":
        raise InputError(f"entries are {dtype}{' (pickled)' if dtype.hasobject else ''}, expected 0 and 1")

    def pieces() -> Iterator[tuple[Positions, NDArray[Any]]]:
        with opened() as stream:
            _header(stream)
            for start, stop in _spans(prod(shape)):
                with reading(WHOLE):
                    data = stream.read((stop - start) * dtype.itemsize)
                if len(data) < (stop - start) * dtype.itemsize:
                    raise InputError(f"the file ends before entry {stop} of {prod(shape)}, expected {WHOLE}")
                yield np.arange(start, stop), np.frombuffer(data, dtype)
            with reading(WHOLE):
                more = stream.read(1)  # at the end of a member its checksum is compared
            if more:
                raise InputError(f"something follows the array of {prod(shape)} entries, expected one array alone")

    return _Stored(name, shape, pieces, order)


def _spans(size: int) -> Iterator[tuple[int, int]]:
    return ((start, min(size, start + _PIECE)) for start in range(0, size, _PIECE))


def _sparse_file(file: Path, archive: Archive) -> _Stored:
    headers = [archive.header(name) for name in archive.members if name != "format"]  # which holds letters
    size = sum(header.size for header in headers)
    if size > MOST_KEPT:
        raise InputError(f"the sparse matrix is stored in {size} numbers, expected at most {MOST_KEPT}")
    with reading("what scipy.sparse.save_npz writes"):
        matrix = load_npz(file)
    return _of_coordinates("", matrix)


def _of_coordinates(name: str, matrix: Any) -> _Stored:
    """A sparse matrix or array of any format."""
    if len(matrix.shape) != 2 or max(matrix.shape) > LONGEST_SIDE:  # refused with arrays of such a shape
        return _Stored(name, matrix.shape, lambda: iter(()))
    with reading("a sparse matrix"):
        if hasattr(matrix, "check_format"):
            matrix.check_format(full_check=True)  # indices from a file may point anywhere
        entries = coo_array(matrix)
        entries.sum_duplicates()
    rows, columns = (np.asarray(side, np.int64) for side in entries.coords)
    return _Stored(name, entries.shape, lambda: iter([(rows * entries.shape[1] + columns, entries.data)]))


# PyTorch


def _from_torch(file: Path, layer: str | None) -> _Stored:
    if find_spec("torch") is None:
        raise InputError("PyTorch is not installed, expected after pip install 'sparse-limits[torch]'")
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            held = torch.load(file, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(file))
    except Exception as error:  # a damaged or pickled file can raise nearly anything
        raise InputError(
            "damaged, or holds pickled objects; expected tensors, such as torch.save(model.state_dict(), FILE) writes"
        ) from error
    tensors = dict(_tensors("", held))
    key = _choose({name: tuple(tensor.shape) for name, tensor in tensors.items()}, layer)
    tensor = tensors[key].detach()
    name = key if len(tensors) > 1 else ""
    if tensor.is_complex() or tensor.is_quantized:
        raise InputError(f"{key or 'the tensor'}: entries are {tensor.dtype}, expected 0 and 1")
    if tensor.layout != torch.strided:
        with reading("a sparse matrix"):
            found = tensor.to_sparse_coo().coalesce()
        if found.dense_dim() or found.ndim != 2:
            raise InputError(f"{key or 'the tensor'}: sparse of shape {tuple(found.shape)}, expected a sparse matrix")
        values = _numbers(found.values())
        return _of_coordinates(name, coo_array((values, tuple(found.indices().numpy())), shape=tuple(found.shape)))
    flat = tensor.reshape(-1)
    pieces = ((np.arange(start, stop), _numbers(flat[start:stop])) for start, stop in _spans(flat.numel()))
    return _Stored(name, tuple(tensor.shape), lambda: pieces)


def _numbers(tensor: torch.Tensor) -> NDArray[Any]:
    import torch

    narrow = tensor.is_floating_point() and tensor.dtype not in (torch.float16, torch.float32, torch.float64)
    with reading(f"entries of another type than {tensor.dtype}"):
        array: NDArray[Any] = (tensor.float() if narrow else tensor).numpy()  # NumPy knows no bfloat16
        return array


def _tensors(prefix: str, held: object) -> Iterator[tuple[str, torch.Tensor]]:
    """All tensors of nested dictionaries and lists, by dotted names, but those without entries or one shape."""
    import torch

    if isinstance(held, torch.Tensor):
        if not held.is_meta and not held.is_nested:
            yield prefix, held
    elif isinstance(held, (Mapping, list, tuple)):
        for name, value in held.items() if isinstance(held, Mapping) else enumerate(held):
            yield from _tensors(f"{prefix}.{name}" if prefix else str(name), value)
