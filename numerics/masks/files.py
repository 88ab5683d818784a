"""A mask from a file of any framework: .npy, .npz (arrays, or `scipy.sparse.save_npz`), .safetensors, and .pt or what else PyTorch's files are called.

Rows are neurons, columns inputs. Arrays of more dimensions are convolutions [out, in, height, width]: all axes but the
first are read as one. Arrays are read in pieces and masks are sparse from the start, so memory is proportional to the
weights kept, whatever the size of the array. Nothing in a file is executed.
"""

from __future__ import annotations

import json
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from math import prod
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, load_npz

from numerics.arguments import InputError
from numerics.door import door
from numerics.files import check_readable, reading
from numerics.files.archives import Archive, open_archive
from numerics.files.headers import once
from numerics.masks.names import Shape, choose, in_natural_order, is_weights
from numerics.reports.plain_text import plain

if TYPE_CHECKING:
    import torch

WHOLE = "a whole file"
LONGEST_SIDE = 2**27  # rows or columns of a mask
MOST_KEPT = 2**28  # weights: some 6 GiB
MOST_ENTRIES = 2**34  # of a dense array, each of which is read: some two minutes
MOST_PARTS = 2**18  # dictionaries, lists and tensors of a file
DEEPEST = 64  # dictionaries and lists one in another
LONGEST_HEADER = 10**8  # bytes, of .safetensors
_PIECE = 2**22  # entries read at a time
_SPARSE_FILE = {"format", "shape", "data"}  # arrays of scipy.sparse.save_npz

Positions = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class MaskFile:
    """mask [m, n] of bool; name: the file, and the layer if it holds several; shape: of the array in the file."""

    mask: csr_array
    name: str
    shape: Shape


@dataclass(frozen=True, eq=False)
class Stored:
    """An array in a file, in pieces: flat positions (`order`: C or F) and the entries there; dense: all of them, else what is missing is 0."""

    name: str
    shape: Shape
    pieces: Callable[[], Iterator[tuple[Positions, NDArray[Any]]]]
    order: Literal["C", "F"] = "C"
    dense: bool = True


@dataclass(frozen=True, eq=False)
class Arrays:
    """The arrays in a file: shapes by their names, in the order of layers; read: one by its name; alone: a file of one array, in words."""

    shapes: Mapping[str, Shape]
    read: Callable[[str], Stored]
    alone: str = ""


@door
def load_mask(
    path: str | PathLike[str], layer: str | None = None, *, nonzero: bool = False, transpose: bool = False
) -> MaskFile:
    """Read the mask in a file; `layer` chooses among several arrays, by a key or by what stands before `.weight_mask` in it.

    path: .npy, .npz (arrays, or scipy.sparse.save_npz), .pt, .pth, .ckpt, .bin, .tar or .safetensors. Names are compared exactly first, then
    without wrappers such as `module.` and with or without `.weight` and `.weight_mask`. Rows are outputs; further axes of a convolution
    are read as one. The `MaskFile` has the mask [m, n], its name, and the shape in the file. nonzero: whatever is not 0
    is kept, as in pruned weights; without it entries must be 0 or 1, unless the array calls itself weights (`2.weight`).
    transpose: outputs are the last axis, not the first (Keras, Flax).

    Raises:
        InputError: in one line with the file's name, if the file is missing, damaged, pickled or of another kind, if
            what it holds is no mask, and if one of several has to be named.

    Source: the formats of NumPy, SciPy, PyTorch (`torch.nn.utils.prune` names masks `.weight_mask`) and safetensors.

    Examples:
        >>> import tempfile, numpy as np
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.save(f"{folder}/mask.npy", np.eye(3, dtype=bool))
        ...     mask = load_mask(f"{folder}/mask.npy").mask
        >>> mask.shape, mask.nnz
        ((3, 3), 3)
    """
    file = Path(path)
    arrays = open_arrays(file)
    try:
        if arrays.alone and layer is not None:
            raise InputError(f"`layer` is {layer!r}, expected none: {arrays.alone}")
        key = "" if arrays.alone else choose(arrays.shapes, layer)
        stored, weights = arrays.read(key), is_weights(key)
        mask = _mask(stored, nonzero or weights, transpose)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    name = f"{file}, {stored.name}" if stored.name else str(file)
    return MaskFile(mask, plain(f"{name}, weights that are not 0" if weights and not nonzero else name), stored.shape)


def open_arrays(file: Path) -> Arrays:
    """The arrays in a file, none of them read. InputError, with the file's name, if there is no such file of a kind that is read."""
    if file.suffix.lower() not in _READERS:
        raise InputError(f"{file}: suffix is {file.suffix!r}, expected one of {', '.join(_READERS)}")
    check_readable(file)
    try:
        return _READERS[file.suffix.lower()](file)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error


def _mask(stored: Stored, nonzero: bool, transpose: bool) -> csr_array:
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


def _positions(stored: Stored, nonzero: bool) -> Positions:
    """All positions that are kept. InputError if they would not fit in memory, or the entries are too many to be read."""
    if stored.dense and prod(stored.shape) > MOST_ENTRIES:
        raise InputError(
            f"shape is {stored.shape}, expected at most {MOST_ENTRIES} entries, or a sparse matrix (scipy.sparse.save_npz)"
        )
    pieces, size = [], 0
    for piece in stored.pieces():
        pieces.append(kept_of(*piece, stored, nonzero))
        size += pieces[-1].size
        if size > MOST_KEPT:
            raise InputError(f"more than {MOST_KEPT} weights are kept, expected at most as many")
    return np.concatenate(pieces)


def kept_of(positions: Positions, values: NDArray[Any], stored: Stored, nonzero: bool) -> Positions:
    """The positions that are kept. InputError at the first entry that is not 0 or 1 (with `nonzero`: not finite)."""
    if values.dtype.kind not in ("biufc" if nonzero else "biuf"):
        raise InputError(f"entries are {values.dtype}, expected {'numbers' if nonzero else '0 and 1'}")
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


# NumPy


def _from_npy(file: Path) -> Arrays:
    with _opened(file) as stream:
        header = _header(stream)
    return Arrays({"": header[0]}, lambda _: _stored("", lambda: _opened(file), *header), "a .npy file holds one array")


def _from_npz(file: Path) -> Arrays:
    with ExitStack() as files:
        archive = open_archive(file, files)
        headers = {name: _member_header(archive, name) for name in archive.members}
    if headers.keys() >= _SPARSE_FILE:
        return Arrays({"": ()}, lambda _: _sparse_file(file), "the file holds one sparse matrix")

    def read(key: str) -> Stored:
        with ExitStack() as files:
            open_archive(file, files).header(key)
        return _stored(key if len(headers) > 1 else "", lambda: _opened(file, key), *headers[key])

    return Arrays({name: shape for name, (shape, _, _) in headers.items()}, read)


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
) -> Stored:
    if dtype.kind not in "biufc":
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

    return Stored(name, shape, pieces, order)


def _spans(size: int) -> Iterator[tuple[int, int]]:
    return ((start, min(size, start + _PIECE)) for start in range(0, size, _PIECE))


def _sparse_file(file: Path) -> Stored:
    with ExitStack() as files:
        archive = open_archive(file, files)
        headers = [archive.header(name) for name in archive.members if name != "format"]  # which holds letters
    size = sum(header.size for header in headers)
    if size > MOST_KEPT:
        raise InputError(f"the sparse matrix is stored in {size} numbers, expected at most {MOST_KEPT}")
    with reading("what scipy.sparse.save_npz writes"):
        matrix = load_npz(file)
    return _of_coordinates("", matrix)


def _of_coordinates(name: str, matrix: Any) -> Stored:
    """A sparse matrix or array of any format."""
    if len(matrix.shape) != 2 or max(matrix.shape) > LONGEST_SIDE:  # refused with arrays of such a shape
        return Stored(name, matrix.shape, lambda: iter(()), dense=False)
    with reading("a sparse matrix"):
        if hasattr(matrix, "check_format"):
            matrix.check_format(full_check=True)  # indices from a file may point anywhere
        entries = coo_array(matrix)
        entries.sum_duplicates()
    rows, columns = (np.asarray(side, np.int64) for side in entries.coords)
    return Stored(name, entries.shape, lambda: iter([(rows * entries.shape[1] + columns, entries.data)]), dense=False)


# PyTorch


def _from_torch(file: Path) -> Arrays:
    if find_spec("torch") is None:
        raise InputError("PyTorch is not installed, expected after pip install torch")
    tensors = _loaded(file)

    def again(key: str) -> torch.Tensor:
        return _loaded(file)[key]

    def read(key: str) -> Stored:
        mapped = zipfile.is_zipfile(file) and tensors[key].numel() > _PIECE
        return _of_tensor(key, key if len(tensors) > 1 else "", tensors[key].detach(), again if mapped else None)

    return Arrays({name: tuple(tensor.shape) for name, tensor in tensors.items()}, read)


def _loaded(file: Path) -> dict[str, torch.Tensor]:
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            held = torch.load(file, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(file))
    except Exception as error:  # a damaged or pickled file can raise nearly anything
        pickled = re.search(r"GLOBAL (\S+)", str(error))  # what PyTorch calls a class that it does not read
        what = f"holds a pickled {plain(pickled[1], 80)}" if pickled else "damaged, or holds pickled objects"
        raise InputError(f"{what}; expected tensors, such as torch.save(model.state_dict(), FILE) writes") from error
    return dict(_tensors("", held, (), count(1)))


def _of_tensor(key: str, name: str, tensor: torch.Tensor, again: Callable[[str], torch.Tensor] | None) -> Stored:
    """again: loads the tensor once more, which lets go of the part of the file that was read."""
    import torch

    if tensor.is_quantized:
        tensor, again = tensor.dequantize(), None
    if tensor.layout != torch.strided:
        with reading("a sparse matrix"):
            found = tensor.to_sparse_coo().coalesce()
        if found.dense_dim() or found.ndim != 2:
            raise InputError(f"{key or 'the tensor'}: sparse of shape {tuple(found.shape)}, expected a sparse matrix")
        values = _numbers(found.values())
        return _of_coordinates(name, coo_array((values, tuple(found.indices().numpy())), shape=tuple(found.shape)))
    contiguous = tensor.is_contiguous()

    def pieces() -> Iterator[tuple[Positions, NDArray[Any]]]:
        flat = tensor.reshape(-1)
        for start, stop in _spans(flat.numel()):
            source = again(key).detach().reshape(-1) if again is not None and contiguous else flat
            yield np.arange(start, stop), _numbers(source[start:stop])

    return Stored(name, tuple(tensor.shape), pieces)


def _numbers(tensor: torch.Tensor) -> NDArray[Any]:
    import torch

    narrow = tensor.is_floating_point() and tensor.dtype not in (torch.float16, torch.float32, torch.float64)
    with reading(f"entries of another type than {tensor.dtype}"):
        array: NDArray[Any] = (tensor.float() if narrow else tensor).numpy()  # NumPy knows no bfloat16
        return array


def _tensors(
    prefix: str, held: object, around: tuple[int, ...], visited: Iterator[int]
) -> Iterator[tuple[str, torch.Tensor]]:
    """All tensors of nested dictionaries and lists, by dotted names, but those without entries or one shape.

    around: which objects these are in. InputError for one that holds itself, and for more parts than a file of weights has.
    """
    import torch

    if next(visited) > MOST_PARTS:
        raise InputError(f"holds more than {MOST_PARTS} parts one in another, expected at most as many tensors")
    if isinstance(held, torch.Tensor):
        if not held.is_meta and not held.is_nested:
            yield prefix, held
    elif isinstance(held, (Mapping, list, tuple)):
        if id(held) in around or len(around) >= DEEPEST:
            raise InputError(
                f"'{plain(prefix, 80)}' holds itself, expected tensors in dictionaries at most {DEEPEST} deep"
            )
        for name, value in held.items() if isinstance(held, Mapping) else enumerate(held):
            yield from _tensors(f"{prefix}.{name}" if prefix else str(name), value, (*around, id(held)), visited)


# safetensors


def _from_safetensors(file: Path) -> Arrays:
    if find_spec("safetensors") is None:
        raise InputError("safetensors is not installed, expected after pip install safetensors")
    from safetensors import safe_open

    _check_names(file)
    with reading(WHOLE), safe_open(file, "np") as held:
        slices = {name: held.get_slice(name) for name in in_natural_order(list(held.keys()))}
        shapes = {name: tuple(map(int, each.get_shape())) for name, each in slices.items()}
        kinds = {name: str(each.get_dtype()) for name, each in slices.items()}

    def read(key: str) -> Stored:
        if kinds[key] not in _SAFE_KINDS and find_spec("torch") is None:
            raise InputError(f"{key}: entries are {kinds[key]}, expected after pip install torch")
        shape = shapes[key]
        name = key if len(shapes) > 1 else ""
        if not shape:
            return Stored(name, shape, lambda: iter(()))
        across = max(1, prod(shape[1:]))
        step = max(1, _PIECE // across)

        def pieces() -> Iterator[tuple[Positions, NDArray[Any]]]:
            for start in range(0, shape[0], step):
                stop = min(shape[0], start + step)
                # opened for each piece, as a file that stays mapped stays in memory where it was read
                with reading(WHOLE), safe_open(file, "np" if kinds[key] in _SAFE_KINDS else "pt") as held:
                    rows = held.get_slice(key)[start:stop]
                values = rows if isinstance(rows, np.ndarray) else _numbers(rows)
                yield np.arange(start * across, stop * across), values.reshape(-1)

        return Stored(name, shape, pieces)

    return Arrays(shapes, read)


def _check_names(file: Path) -> None:
    """InputError for a name that stands twice in the header: the library takes the one that comes last."""
    with reading(WHOLE), file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if length <= LONGEST_HEADER:  # a longer one is damaged to the library
            json.loads(stream.read(length), object_pairs_hook=once)


_SAFE_KINDS = {"BOOL", "U8", "I8", "U16", "I16", "U32", "I32", "U64", "I64", "F16", "F32", "F64"}  # of NumPy too
_READERS = {
    ".npz": _from_npz,
    ".npy": _from_npy,
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".bin", ".tar"), _from_torch),  # Lightning, Hugging Face, model.pth.tar
    ".safetensors": _from_safetensors,
}
