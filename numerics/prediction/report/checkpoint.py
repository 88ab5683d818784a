"""A checkpoint in one page: what `fit` reads of its layers, what that means, and what to do; each sentence is made of the numbers."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import TypedDict

from sparse_limits.numerics.arguments import Seed
from sparse_limits.numerics.fitting.in_depth import AS_STORED, Reading, options_for, pruned_in_part, within_limits
from sparse_limits.numerics.fitting.layers import ChainSummary, LayersSummary, LayerSummary, fit_layers
from sparse_limits.numerics.fitting.levels import UNLIKELY
from sparse_limits.numerics.prediction.report.summary import listed, percent
from sparse_limits.numerics.printing.plain_text import many, rounded

BYTES = 4  # of a weight in single precision, and of an index beside it
NAMED = 4  # layers in a sentence


class CheckpointSummary(TypedDict):
    """read: as `fit --json` has it of the file; means and advice: sentences that follow from it."""

    question: str
    read: LayersSummary
    means: list[str]
    advice: list[str]


@dataclass(frozen=True)
class _Read:
    """Layers as the sentences look at them, and how they were read."""

    file: str
    layers: Sequence[LayerSummary]
    chains: Sequence[ChainSummary]
    reading: Reading

    @cached_property
    def size(self) -> int:
        """Weights, kept or not."""
        return sum(map(_size, self.layers))

    @cached_property
    def kept(self) -> int:
        """Weights that are kept."""
        return sum(each["kept"] for each in self.layers)

    @cached_property
    def small(self) -> int:
        """Entries of the layers without the outputs and the inputs that keep no weight; of a convolution these are channels."""
        return sum(
            (each["shape"][0] - each["dead_rows"])
            * (each["inputs"] - each["dead_inputs"])
            * (each["shape"][1] // each["inputs"])
            for each in self.layers
        )

    @cached_property
    def empty(self) -> list[LayerSummary]:
        """Layers that keep no weight."""
        return [each for each in self.layers if not each["kept"]]

    @cached_property
    def cut(self) -> list[ChainSummary]:
        """Runs of layers through which no path leads."""
        return [each for each in self.chains if each["paths"] == "0"]


def report_checkpoint(
    file: str | PathLike[str],
    *,
    nonzero: bool = False,
    transpose: bool = False,
    transposed: Sequence[str] = (),
    below: float = 0.0,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
) -> CheckpointSummary:
    """Report on a checkpoint or a file of masks. Parameters and errors as of `fit_layers`."""
    found = fit_layers(
        str(file),
        nonzero=nonzero,
        transpose=transpose,
        transposed=transposed,
        below=below,
        seed=seed,
        progress=progress,
    )
    return checkpoint_summary(found, Reading(nonzero, transpose, transposed, below))


def checkpoint_summary(found: LayersSummary, reading: Reading = AS_STORED) -> CheckpointSummary:
    """What follows from the layers of a file that were read so."""
    read = _Read(found["file"], found["layers"], found["chains"], reading)
    return {
        "question": f"What is left of {found['file']}, and what follows?",
        "read": found,
        "means": [line for rule in (_shares, _emptied, _paths, _units, _order, _noted) for line in rule(read)],
        "advice": [line for rule in (_unpruned, _mend, _shrink, _store, _deeper) for line in rule(read)],
    }


def _size(layer: LayerSummary) -> int:
    return layer["shape"][0] * layer["shape"][1]


def _names(layers: Sequence[LayerSummary]) -> str:
    return f"layer{'s' * (len(layers) > 1)} {listed([_called(each) for each in layers], NAMED)}"


def _called(layer: LayerSummary) -> str:
    return layer["layer"] or "(alone)"


def _begun(text: str) -> str:
    """The text at the beginning of a sentence."""
    return text[0].upper() + text[1:]


def _shares(read: _Read) -> Iterator[str]:
    if read.kept == read.size:
        yield f"Nothing is pruned: none of the {read.size} weights of {many(len(read.layers), 'layer')} is 0."
        return
    least, most = (choose(read.layers, key=lambda layer: layer["density"]) for choose in (min, max))
    among = ""
    if least["density"] < most["density"]:
        among = (
            f", from {percent(least['density'])} of {_names([least])} to {percent(most['density'])} of {_names([most])}"
        )
    yield f"{percent(read.kept / read.size)} of the weights are kept, {read.kept} of {read.size}{among}."


def _emptied(read: _Read) -> Iterator[str]:
    if read.empty:
        keep, them = ("keeps", "it") if len(read.empty) == 1 else ("keep", "them")
        yield f"{_begun(_names(read.empty))} {keep} no weight: nothing passes but biases and what bypasses {them}."


def _paths(read: _Read) -> Iterator[str]:
    """What is cut, if layers whose shapes fit follow each other in the network as they do in the file."""
    if not read.chains:
        return
    lines = []
    for chain in read.chains:
        ends = f"{chain['layers'][0]} to {chain['layers'][-1]}"
        if chain in read.cut:
            lines.append(f"no path of kept weights leads from {ends}, the network is cut")
            continue
        lost = []
        if chain["unused_inputs"]:
            lost.append(
                f"{len(chain['unused_inputs'])} of {many(chain['inputs'], 'input')} without a path to an output"
            )
        if chain["unreached_outputs"]:
            lost.append(
                f"{len(chain['unreached_outputs'])} of {many(chain['outputs'], 'output')} without a path from an input"
            )
        lines += [f"from {ends}, {' and '.join(lost)}"] if lost else []
    whole = sum(chain not in read.cut for chain in read.chains)
    if lines:
        yield f"If layers follow each other as their shapes fit in the file: {'; '.join(lines)} (O7)."
    elif whole:
        counts = listed([rounded(chain["paths"]) for chain in read.chains], NAMED)
        yield f"If layers follow each other as their shapes fit in the file, every input reaches an output and every output is reached, by {counts} paths (O7)."


def _units(read: _Read) -> Iterator[str]:
    """Units without weights, of layers that keep some."""
    partly = [each for each in read.layers if each["kept"]]
    for said, counts in (
        (
            "Units without incoming weight, constant where nothing else is added to them",
            [(each["dead_rows"], each["shape"][0], _called(each)) for each in partly],
        ),
        (
            "Inputs of layers that no weight reads",
            [(each["dead_inputs"], each["inputs"], _called(each)) for each in partly],
        ),
    ):
        lacking = sorted((each for each in counts if each[0]), key=lambda each: -each[0])
        if lacking:
            most = [f"{number} of {held} in layer {name}" for number, held, name in lacking]
            yield f"{said}: {sum(number for number, _, _ in lacking)} ({listed(most, NAMED)})."


def _order(read: _Read) -> Iterator[str]:
    """What orders the kept weights: blocks, whole lines, or counts that vary."""
    blocks: dict[str, list[LayerSummary]] = {}
    for each in read.layers:
        if (found := each["selection"]) is not None:
            apart = "" if found["step"] == 1 else f", {found['step']} apart,"
            what = f"{found['kept']} of every {found['length']} weights{apart} of a {'column' if found['columns'] else 'row'}"
            blocks.setdefault(what, []).append(each)
    for what, layers in blocks.items():
        yield f"{_begun(_names(layers))} {'keeps' if len(layers) == 1 else 'keep'} {what}."
    lined = [each for each in read.layers if each["whole_lines"]]
    if lined:
        yield f"Whole rows or columns were chosen in {_names(lined)}."
    partly = [each for each in read.layers if each["status"] == "sparse"]
    varying = [each for each in partly if each["class"] != "homogeneous"]
    if varying:
        yield (
            f"In {len(varying)} of {many(len(partly), 'layer')} pruned weight by weight counts of rows or columns vary more than one "
            f"draw of equal chances allows (G6, level {UNLIKELY:g}): {_names(varying)}."
        )


def _noted(read: _Read) -> Iterator[str]:
    notes: dict[str, list[LayerSummary]] = {}
    for each in read.layers:
        for note in each["notes"]:
            notes.setdefault(note, []).append(each)
    yield from (f"{_begun(_names(layers))}: {note}." for note, layers in notes.items())


def _unpruned(read: _Read) -> Iterator[str]:
    if read.kept == read.size:
        file = shlex.quote(read.file)
        yield (
            f"To prune it: sparse-limits prune --model FILE.py:build --weights {file} --method magnitude --out masks.npz; if it is "
            "pruned already, its masks were not saved with it, or weights are near 0 and not 0."
        )


def _mend(read: _Read) -> Iterator[str]:
    if read.empty or read.cut:
        yield (
            "Do not train on from here before the cut is repaired: prune again to a larger density, or give each layer its share "
            "(prune --scope layer or erdos-renyi)."
        )


def _shrink(read: _Read) -> Iterator[str]:
    if read.small < read.size:
        yield (
            f"Take units and inputs without weights out: the layers then have {read.small} entries, {percent(read.small / read.size)} "
            "of their present number; what a unit without incoming weights sends on is constant, and belongs in the biases of the next layer."
        )


def _store(read: _Read) -> Iterator[str]:
    """What a compressed format takes, as SciPy and PyTorch lay it out."""
    if read.kept == read.size:
        return
    rows = sum(each["shape"][0] + 1 for each in read.layers)
    compressed, dense = BYTES * (2 * read.kept + rows), BYTES * read.size
    verdict = "Store the layers by rows (CSR)" if compressed < dense else "Store the layers whole"
    yield (
        f"{verdict}: in single precision with indices of {BYTES} bytes CSR takes {_bytes(compressed)}, whole they take "
        f"{_bytes(dense)}."
    )


def _bytes(size: int) -> str:
    return f"{size / 1e6:.3g} MB" if size >= 1e5 else f"{size / 1e3:.3g} kB"


def _deeper(read: _Read) -> Iterator[str]:
    partly = within_limits(pruned_in_part(read.layers))
    if partly:
        options = options_for(max(partly, key=_size), read.reading)
        yield (
            f"For the noise of a layer, and which method made its mask: sparse-limits fit {shlex.quote(read.file)}{options}, with "
            "--data where the data are known."
        )
