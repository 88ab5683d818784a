"""A mask from a file of any framework: .npy, .npz (arrays, or `scipy.sparse.save_npz`), .safetensors, and .pt or what else PyTorch's files are called,
or from the folder or the index of a network in shards (`masks.shards`).

Rows are neurons, columns inputs. Arrays of more dimensions are convolutions [out, in, height, width]: all axes but the
first are read as one. Arrays are read in pieces and masks are sparse from the start, so memory is proportional to the
weights kept, whatever the size of the array. Nothing in a file is executed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from math import inf, prod
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from scipy.sparse import csr_array, load_npz

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.door import door
from sparse_limits.numerics.files import check_readable, reading
from sparse_limits.numerics.files.archives import Archive, open_archive
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.masks.names import Shape, choose, is_mask, is_weights
from sparse_limits.numerics.masks.orientation import FIRST, Orientation
from sparse_limits.numerics.masks.quantised import quantised
from sparse_limits.numerics.masks.shards import from_index, model_file
from sparse_limits.numerics.masks.stored import LONGEST_SIDE, WHOLE, Arrays, Positions, Stored, of_coordinates, spans
from sparse_limits.numerics.masks.tensor_files import from_safetensors, from_torch
from sparse_limits.numerics.masks.transposed import biases, hint, orientations
from sparse_limits.numerics.masks.weights import Sizes
from sparse_limits.numerics.printing.plain_text import plain

BYTES_OF_KEPT = 24  # of a weight: its position, as it is collected, joined and divided into row and column
SECONDS_OF_ENTRY = 7e-9  # of a dense array, each of which is read
_SPARSE_FILE = {"format", "shape", "data"}  # arrays of scipy.sparse.save_npz


@dataclass(frozen=True, eq=False)
class MaskFile:
    """mask [m, n] of bool; name: the file, and the layer if it holds several; shape: of the array in the file.

    notes: of weights that are whole numbers, or of two scales (`Sizes`).
    """

    mask: csr_array
    name: str
    shape: Shape
    notes: tuple[str, ...] = ()


@door
def load_mask(
    path: str | PathLike[str],
    layer: str | None = None,
    *,
    nonzero: bool = False,
    transpose: bool = False,
    transposed: str | Sequence[str] = (),
    below: float = 0.0,
) -> MaskFile:
    """Read a pruning mask from a file of NumPy, SciPy, PyTorch or safetensors.

    Rows of the mask are outputs, and columns are inputs; the further axes of a convolution are merged into one. `layer`
    is compared with the names in the file exactly first, then without wrappers such as `module.`, then without endings
    such as `.weight` and `.weight_mask`, then with parts of the names. If a layer has a mask and weights, the mask is
    read.

    Parameters
    ----------
    path : file .npy, .npz (arrays, or scipy.sparse.save_npz), .safetensors, .pt, .pth, .ckpt, .bin or .tar (PyTorch), folder or .index.json of shards
    layer : name of the array, or of its layer (the part before `.weight_mask`); None reads the only mask, or else the only matrix
    nonzero : True keeps each entry that is not 0 (always so for arrays whose name ends in `weight` or `kernel`); False expects 0 and 1
    transpose : True if the outputs are the last axis (Keras, Flax), False if they are the first
    transposed : names, or patterns such as `up.*`, of layers that store their inputs first (transposed convolutions, Conv1D of GPT-2)
    below : weights of at most this modulus, 0 or above, count as pruned; above 0 the array is read as weights

    Returns
    -------
    MaskFile, with the `mask` [m, n] (csr_array of bool), its `name` (the file, and the array if there are several), the
    `shape` of the array in the file, and `notes` on weights that are whole numbers or of two scales.

    Raises
    ------
    InputError : in one line with the file's name, if the file is missing, damaged, pickled, too large (`limit`) or of
        another kind, if its content is not a mask, if `below` is negative, not finite, or given for a mask, if `transposed` names no array, if `layer` is needed, unknown, ambiguous or not applicable, or if
        PyTorch or safetensors is needed and not installed.

    References
    ----------
    The formats of NumPy, SciPy, PyTorch (`torch.nn.utils.prune` names masks `.weight_mask`) and safetensors.

    Examples
    --------
    >>> import tempfile, numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/mask.npy", np.eye(3, dtype=bool))
    ...     mask = load_mask(f"{folder}/mask.npy").mask
    >>> mask.shape, mask.nnz
    ((3, 3), 3)
    """
    level = checked_level(below)
    file = file_of(path)
    arrays = open_arrays(file)
    try:
        if arrays.alone and layer is not None:
            raise InputError(f"`layer` is {layer!r}, expected none: {arrays.alone}")
        key = "" if arrays.alone else choose(arrays.shapes, layer)
        if why := quantised(arrays).get(key):
            raise InputError(f"{key} holds {why}, expected weights of a number each")
        if level and is_mask(key):
            raise InputError(f"below is {level:g} and {key} is a mask, expected weights (`layer` chooses some)")
        stored, weights = arrays.read(key), level > 0 or is_weights(key)
        matrices = [
            "" if arrays.alone else name for name, shape in arrays.shapes.items() if arrays.alone or len(shape) > 1
        ]
        shapes = {"": stored.shape} if arrays.alone else arrays.shapes
        way = orientations(transposed, matrices, shapes, transpose=transpose).get(key, FIRST)
        sizes = Sizes()
        mask = _mask(stored, nonzero or weights, way, sizes, level)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    name = f"{file}, {stored.name}" if stored.name else str(file)
    kept = f"weights above {level:g}" if level else "weights that are not 0"
    said = plain(f"{name}, {kept}" if weights and (level or not nonzero) else name)
    seen = "" if way != FIRST or arrays.alone else hint(key, stored.shape, biases(arrays.shapes))
    return MaskFile(mask, said, stored.shape, (*((seen,) if seen else ()), *sizes.notes))


def file_of(path: str | PathLike[str]) -> Path:
    """The file to read: that of the network, if the path is a folder. InputError for a folder of none or several."""
    return model_file(Path(path), tuple(_READERS))


def open_arrays(file: Path) -> Arrays:
    """The arrays in a file, or in the shards of an index, none of them read. InputError, with the file's name, if there is no such file of a kind that is read."""
    if file.suffix.lower() not in _READERS:
        raise InputError(f"{file}: suffix is {file.suffix!r}, expected one of {', '.join(_READERS)}")
    check_readable(file)
    try:
        return _READERS[file.suffix.lower()](file)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error


def _mask(stored: Stored, nonzero: bool, orientation: Orientation, sizes: Sizes, below: float) -> csr_array:
    shape = stored.shape
    if len(shape) < 2 or min(shape) < 1:
        raise InputError(f"shape is {shape}, expected a non-empty matrix [outputs, inputs] or a convolution")
    outputs, across = orientation.units(shape)[1], orientation.columns(shape)
    if max(across, outputs) > LONGEST_SIDE:
        raise InputError(f"shape is {shape}, expected at most {LONGEST_SIDE} rows and columns")
    positions = _positions(stored, nonzero, sizes, below)
    if stored.order == "F":
        positions = np.ravel_multi_index(np.unravel_index(positions, shape, "F"), shape)
    rows, columns = orientation.places(positions, shape)
    return csr_array(
        (np.ones(rows.size, bool), (rows.astype(np.int32), columns.astype(np.int32))), shape=(outputs, across)
    )


def checked_level(below: float) -> float:
    """InputError unless it is a number from 0."""
    with suppress(OverflowError):  # of a whole number beyond all floats
        if isinstance(below, Real) and not isinstance(below, bool) and 0 <= float(below) < inf:
            return float(below)
    raise InputError(f"below is {below!r:.40}, expected a finite number from 0, such as 1e-6")


def _positions(stored: Stored, nonzero: bool, sizes: Sizes, below: float) -> Positions:
    """All positions that are kept. InputError if they would not fit in memory, or the entries are too many to be read."""
    if stored.dense:
        sparse = "a sparse matrix (scipy.sparse.save_npz)"
        check_work(f"shape {stored.shape}", 0, SECONDS_OF_ENTRY * prod(stored.shape), instead=sparse)
    pieces, size = [], 0
    for piece in stored.pieces():
        pieces.append(kept_of(*piece, stored, nonzero, sizes, below))
        size += pieces[-1].size
        check_work(f"a mask that keeps {size} weights or more", BYTES_OF_KEPT * size)
    return np.concatenate(pieces)


def kept_of(
    positions: Positions,
    values: NDArray[Any],
    stored: Stored,
    nonzero: bool,
    sizes: Sizes | None = None,
    below: float = 0.0,
) -> Positions:
    """The positions that are kept. InputError at the first entry that is not 0 or 1 (with `nonzero`: not finite).

    sizes: told of the entries that are kept, where these are weights. below: weights of at most this modulus are pruned.
    """
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
    if below:
        moduli = np.abs(values.astype(np.float64) if values.dtype.kind in "biu" else values)
        kept = moduli > np.float64(below)  # a level of one's own type might round to 0
    if nonzero and sizes is not None:
        sizes.add(values[kept] if below else values, stored.quantised)
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
        if headers[key][2].kind != "c":  # archives of samples know no complex numbers; of weights they may be
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
    if not all(type(side) is int and side >= 0 for side in shape):
        raise InputError(f"shape is {shape}, expected whole numbers from 0")
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
            for start, stop in spans(prod(shape)):
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


def _sparse_file(file: Path) -> Stored:
    with ExitStack() as files:
        archive = open_archive(file, files)
        headers = [archive.header(name) for name in archive.members if name != "format"]  # which holds letters
    size = sum(header.size for header in headers)
    check_work(f"a sparse matrix that is stored in {size} numbers", BYTES_OF_KEPT * size)
    with reading("what scipy.sparse.save_npz writes"):
        matrix = load_npz(file)
    return of_coordinates("", matrix)


_READERS: dict[str, Callable[[Path], Arrays]] = {
    ".npz": _from_npz,
    ".npy": _from_npy,
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".bin", ".tar"), from_torch),  # Lightning, Hugging Face, model.pth.tar
    ".safetensors": from_safetensors,
    ".json": lambda file: from_index(file, open_arrays),
}
