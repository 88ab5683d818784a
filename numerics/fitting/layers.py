"""All layers of a file in numbers, by the names that `sparse-limits fit --json` has for them, quickly.

Of each layer what exact tests of its counts say, the same numbers as `fit` finds of that layer alone: its class (G6.1), whole
lines that are gone, the blocks in which weights were ranked; the noise of the fitted graphon, and the methods at initialisation
whose class it is. No distance is taken. Below, the paths through layers whose shapes fit (O7.1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from math import prod
from os import PathLike
from typing import TypedDict, overload

import numpy as np

from sparse_limits.numerics.arguments import InputError, Seed, seed_number
from sparse_limits.numerics.door import door
from sparse_limits.numerics.fitting.block_patterns import blocks_of
from sparse_limits.numerics.fitting.changes import FileChange, changes
from sparse_limits.numerics.fitting.homogeneity import MOST_LINES, homogeneity_of_counts, selected_by
from sparse_limits.numerics.fitting.layer_noise import MOST_FITTED, NoiseSummary, noise_of
from sparse_limits.numerics.fitting.structure import Structure, structure_of_counts
from sparse_limits.numerics.fitting.summary import SelectionSummary, selection_summary
from sparse_limits.numerics.fitting.tiles import tiles_of
from sparse_limits.numerics.fitting.verdict import CLASS_WORDS
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.masks.allocation import allocation_of
from sparse_limits.numerics.masks.chains import Chain, chains_in, follow
from sparse_limits.numerics.masks.layers import SECONDS_OF_ENTRY, Layer, LayerFile, open_layers
from sparse_limits.numerics.masks.names import is_mask
from sparse_limits.numerics.printing.plain_text import plain
from sparse_limits.numerics.printing.progress import Stage
from sparse_limits.theory.graphon.taxonomy import Heterogeneity

# measured on one core, from 10 × 10 to 1024 × 4096, 100 × 20 000 and 20 000 × 500 entries: of a layer whatever its size; of a row or
# column whose counts are drawn for the exact tests; of an entry of a layer whose noise is fitted, between those that vary along no
# axis, for which it takes next to nothing, and along both, for which it takes 2 µs. Right within a factor of two from 300 rows on
SECONDS_OF_LAYER, SECONDS_OF_LINE, SECONDS_OF_FITTED = 0.3, 9e-4, 1e-6
_PART = 4000  # digits


class WholeLines(TypedDict):
    """Whole lines chosen as such: side is rows or columns, kept whether they are kept whole, not gone; number: of them."""

    side: str
    kept: bool
    number: int


# layer: its short name, which --layer takes; name: of its array in the file. kind: mask or weights. shape: [m, n], rows are
# outputs; stored_shape: of the array in the file. inputs: units that it reads, as a convolution's channels, of which each has n
# / inputs columns. kept: weights. dead_rows, dead_columns, dead_inputs: how many keep none. status: dense (all kept), empty,
# structured or sparse. class: of G6.1, in words. rows_p, columns_p: of the exact tests of counts, None for dense and empty
# ones. selection: the blocks in which weights were ranked (N:M is kept:length), None for one threshold. whole_lines: those
# chosen as such. noise: of the layer, or of its rest where whole lines were chosen; None for layers of one kind of entry and of
# more than MOST_FITTED. methods, seen: as in `layer_noise.noise_of`; notes: of the weights that were read (`masks.weights`)
LayerSummary = TypedDict(
    "LayerSummary",
    {
        "layer": str,
        "name": str,
        "kind": str,
        "shape": list[int],
        "stored_shape": list[int],
        "inputs": int,
        "kept": int,
        "density": float,
        "dead_rows": int,
        "dead_columns": int,
        "dead_inputs": int,
        "status": str,
        "class": str,
        "rows_p": float | None,
        "columns_p": float | None,
        "selection": SelectionSummary | None,
        "whole_lines": list[WholeLines],
        "noise": NoiseSummary | None,
        "methods": list[str],
        "seen": list[str],
        "notes": list[str],
    },
)


class ChainSummary(TypedDict):
    """As `Chain`; layers, cuts, stops_at: by their short names; paths and possible_paths: whole numbers of any size, in digits; share: of paths, density_product beside it."""

    layers: list[str]
    inputs: int
    outputs: int
    unused_inputs: list[int]
    unreached_outputs: list[int]
    paths: str
    possible_paths: str
    share: float
    density_product: float
    cuts: list[list[str]]
    stops_at: str | None


class LeftOut(TypedDict):
    """An array that is no layer, and why: vector, empty, bias, optimiser, scales of weight_norm, mask of attention, norm, embedding, weights of a mask, or what
    `masks.quantised` says."""

    name: str
    reason: str


class FilesSummary(TypedDict):
    """Several files, in the order given; changes: from each to the next."""

    files: list[LayersSummary]
    changes: list[FileChange]


class LayersSummary(TypedDict):
    """All layers of a file, in its order; allocation: how the kept weights seem to be shared among them (`masks.allocation`), null if by
    no rule known here; below: the level up to which weights count as pruned; chains: runs of layers whose shapes fit."""

    file: str
    seed: int
    layers: list[LayerSummary]
    allocation: str | None
    below: float
    chains: list[ChainSummary]
    left_out: list[LeftOut]


FilePath = str | PathLike[str]


@overload
def fit_layers(  # type: ignore[overload-overlap]  # a str is a sequence of str, and is one file
    mask: FilePath,
    *,
    nonzero: bool = False,
    transpose: bool = False,
    transposed: str | Sequence[str] = (),
    below: float = 0.0,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
) -> LayersSummary: ...
@overload
def fit_layers(
    mask: Sequence[FilePath],
    *,
    nonzero: bool = False,
    transpose: bool = False,
    transposed: str | Sequence[str] = (),
    below: float = 0.0,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
) -> FilesSummary: ...
@door
def fit_layers(
    mask: FilePath | Sequence[FilePath],
    *,
    nonzero: bool = False,
    transpose: bool = False,
    transposed: str | Sequence[str] = (),
    below: float = 0.0,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
) -> LayersSummary | FilesSummary:
    """Read all layers of one or several checkpoints, and find the pruning methods that leave masks of the same class.

    A layer is a matrix or a convolution [out, in, …]. If a layer has no mask, its weights are read, and weights that
    are 0 count as pruned. To analyse one layer in depth, call `fit` on its mask from `load_mask`.

    Parameters
    ----------
    mask : name of a .npy, .npz, .pt, .pth, .ckpt, .bin, .tar or .safetensors file, of a folder or .index.json of shards, or a sequence of names
    nonzero : whether every entry of a mask that is not 0 is kept; by default, entries of masks must be 0 or 1
    transpose : whether outputs are the last axis, as in Keras and Flax, and not the first
    transposed : names, or patterns such as `up.*`, of layers that store their inputs first (transposed convolutions, Conv1D of GPT-2)
    below : weights of at most this modulus, 0 or above, count as pruned
    seed : seed of all random numbers, a whole number from 0 below 2¹²⁸, a NumPy `SeedSequence` or a `Generator`
    progress : function that is called with a line of text when each layer is done; the default reports nothing

    Returns
    -------
    dict. For one file it has `layers` (counts, densities, dead rows and columns, the class of G6.1), `chains` (paths
    through layers whose shapes fit) and `left_out` (other arrays, with reasons). For a sequence it has `files`, a list
    of such dicts, and `changes`: which weights went and came back from each file to the next, and by which rule.

    Raises
    ------
    InputError : for a file that is missing, damaged, pickled or without layers, for masks with entries other than 0 and
        1, for `below` that is no level or given for masks alone, for `transposed` that names no layer, for an invalid seed, and for more layers than the time allowed permits (`limit`).

    References
    ----------
    Claims G6.1, O4, O7.1.

    Examples
    --------
    >>> import tempfile, numpy as np
    >>> kept = np.random.default_rng(0).random((2, 30, 30)) < 0.5
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/net.npz", **{"0.weight_mask": kept[0], "2.weight_mask": kept[1]})
    ...     found = fit_layers(f"{folder}/net.npz")
    >>> [(layer["layer"], layer["status"]) for layer in found["layers"]], len(found["chains"])
    ([('0', 'sparse'), ('2', 'sparse')], 1)
    """
    several = not isinstance(mask, (str, PathLike))
    named = list(mask) if isinstance(mask, Sequence) and not isinstance(mask, str) else [mask]
    if not named or not all(isinstance(each, (str, PathLike)) for each in named):
        raise InputError(f"mask is {mask!r:.60}, expected the name of a file, or several")
    number = seed_number(seed)
    files = [
        open_layers(name, nonzero=nonzero, transpose=transpose, transposed=transposed, below=below) for name in named
    ]
    if below and all(is_mask(name) for file in files for name in file.names):
        raise InputError(f"below is {below:g} and {plain(files[0].path)} has masks alone, expected weights")

    layers, read = sum(len(file.names) for file in files), count(1)
    entries = sum(prod(shape) for file in files for shape in file.shapes.values())
    tested = sum(_seconds(*_matrix(file, name)) for file in files for name in file.names)
    seconds = tested + SECONDS_OF_ENTRY * entries * (3 if several else 1)  # read twice more to compare
    check_work(f"a table of {layers} layers of {entries} weights", 0, seconds, instead="one of them by `layer`")

    def done(name: str) -> None:
        progress(Stage(f"reading layers: {plain(name, 80)} is done", next(read), layers))

    summaries = [summarise_layers(file, seed=number, done=done) for file in files]
    return {"files": summaries, "changes": changes(files)} if several else summaries[0]


def _matrix(file: LayerFile, name: str) -> tuple[int, int]:
    """Rows and columns of a layer as a matrix."""
    rows, *columns = file.orientation(name).as_first(file.shapes[name])
    return rows, prod(columns)


def _seconds(rows: int, columns: int) -> float:
    """What a layer takes once it is read.

    Examples:
        >>> [round(_seconds(*shape), 1) for shape in ((10, 10), (1024, 4096), (20_000, 500), (10**6, 10**6))]
        [0.3, 9.1, 18.8, 36.3]
    """
    fitted = rows * columns if rows * columns <= MOST_FITTED else 0
    drawn = min(rows, MOST_LINES) + (0 if rows == columns <= MOST_LINES else min(columns, MOST_LINES))
    return SECONDS_OF_LAYER + SECONDS_OF_LINE * drawn + SECONDS_OF_FITTED * fitted


def summarise_layers(
    file: LayerFile, *, seed: Seed = 0, done: Callable[[str], None] = lambda name: None
) -> LayersSummary:
    """All layers of a file in numbers; in memory there is one at a time, a byte for each weight. done: told each name.

    InputError as `LayerFile.read`, and for a seed that is none.
    """
    number = seed_number(seed)
    layers: list[LayerSummary] = []
    for name in file.names:
        layers.append(layer_summary(file.read(name), file.short(name), seed=number, first=not layers))
        done(name)
    chains = [
        chain_summary(follow(names, file.read), [file.short(name) for name in names]) for names in chains_in(file)
    ]
    return {
        "file": plain(file.path),
        "seed": number,
        "layers": layers,
        "allocation": _allocation(file, layers),
        "below": file.below,
        "chains": chains,
        "left_out": [{"name": plain(name, 80), "reason": reason} for name, reason in file.left_out.items()],
    }


def _allocation(file: LayerFile, layers: Sequence[LayerSummary]) -> str | None:
    shapes = {name: file.orientation(name).as_first(shape) for name, shape in file.shapes.items()}
    return allocation_of(shapes, {name: each["kept"] for name, each in zip(file.names, layers, strict=True)})


def layer_summary(layer: Layer, short: str, *, seed: Seed = 0, first: bool = True) -> LayerSummary:
    """What exact tests say about a layer, with the random numbers that `fit` takes for them under the same seed.

    first: whether the network reads its input with it: in no other layer the rows of shallow SynFlow are looked for.

    Examples:
        >>> import numpy as np
        >>> kept = np.random.default_rng(0).random((80, 60)) < 0.3
        >>> kept[:40] = False
        >>> found = layer_summary(Layer("fc", "mask", (80, 60), kept, 60, False), "fc")
        >>> found["status"], found["dead_rows"], found["whole_lines"]
        ('structured', 40, [{'side': 'rows', 'kept': False, 'number': 40}])
    """
    kept = layer.kept
    rows, columns = np.count_nonzero(kept, axis=1).astype(np.int64), np.count_nonzero(kept, axis=0).astype(np.int64)
    number = int(rows.sum())
    found: LayerSummary = {
        "layer": plain(short, 80),
        "name": plain(layer.name, 80),
        "kind": layer.kind,
        "shape": list(kept.shape),
        "stored_shape": list(layer.shape),
        "inputs": layer.inputs,
        "kept": number,
        "density": number / kept.size,
        "dead_rows": int((rows == 0).sum()),
        "dead_columns": int((columns == 0).sum()),
        "dead_inputs": int((~layer.used_inputs).sum()),
        "status": "dense" if number else "empty",
        "class": CLASS_WORDS[Heterogeneity.HOMOGENEOUS],
        "rows_p": None,
        "columns_p": None,
        "selection": None,
        "whole_lines": [],
        "noise": None,
        "methods": [],
        "seen": [],
        "notes": list(layer.notes),
    }
    if number in (0, kept.size):
        return found
    testing, _ = np.random.SeedSequence(seed_number(seed)).spawn(2)  # as in `fit`
    tested = homogeneity_of_counts(rows, columns, blocks_of(kept), np.random.default_rng(testing))
    structure = None if tiles_of(kept, rows, columns) is not None else structure_of_counts(rows, columns)
    selection = selected_by(tested)
    found["status"] = "sparse" if structure is None else "structured"
    found["class"] = CLASS_WORDS[tested.kind]
    found["rows_p"], found["columns_p"] = tested.rows.p, tested.columns.p
    if selection is not None:
        found["selection"] = selection_summary(selection)
    found["whole_lines"] = [] if structure is None else _whole_lines(structure)
    found["noise"], found["methods"], found["seen"] = noise_of(kept, tested, structure, seed_number(seed))
    if not first:
        found["methods"] = [method for method in found["methods"] if method != "shallow synflow"]
    return found


def _whole_lines(structure: Structure) -> list[WholeLines]:
    return [{"side": each.side, "kept": each.kept, "number": int(each.lines.size)} for each in structure.removals]


def chain_summary(chain: Chain, shorts: Sequence[str]) -> ChainSummary:
    """A chain in numbers. shorts: the short names of its layers."""
    said = {name: plain(short, 80) for name, short in zip(chain.layers, shorts, strict=True)}
    return {
        "layers": list(said.values()),
        "inputs": chain.inputs,
        "outputs": chain.outputs,
        "unused_inputs": chain.unused_inputs.tolist(),
        "unreached_outputs": chain.unreached_outputs.tolist(),
        "paths": _digits(chain.paths),
        "possible_paths": _digits(chain.possible),
        "share": float(chain.share),
        "density_product": float(chain.density_product),
        "cuts": [[said[before], said[after]] for before, after in chain.cuts],
        "stops_at": None if chain.stops_at is None else said[chain.stops_at],
    }


def _digits(number: int) -> str:
    """A whole number in digits, in parts: Python writes no number of more than 4300 at once."""
    digits, part = "", 10**_PART
    while number >= part:
        number, low = divmod(number, part)
        digits = f"{low:0{_PART}d}" + digits
    return str(number) + digits
