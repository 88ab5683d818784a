"""The network that a ticket is to be found of, with the samples to compare on: trained here, or from files."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.equivariance import EquivariantLayer
from sparse_limits.numerics.limits import Limit
from sparse_limits.numerics.printing.plain_text import plain
from sparse_limits.numerics.tickets import rescaled
from sparse_limits.numerics.tickets.comparison import Reference
from sparse_limits.numerics.tickets.files import StoredTicket
from sparse_limits.numerics.tickets.networks import scale_of
from sparse_limits.numerics.tickets.samples import PLAIN_COLUMNS, Columns, read_samples
from sparse_limits.numerics.tickets.target_files import Levels, TargetFile, load_target
from sparse_limits.numerics.tickets.targets import TARGETS


class Samples(NamedTuple):
    """x: float[m, in, coordinates]; labels: int[m], the place of the right output, where they are known."""

    x: NDArray[np.float64]
    labels: NDArray[np.int64] | None
    name: str


class Case(NamedTuple):
    """A target at the scale of the guarantee; biased: whether the last input channel holds 1; signed: whether inputs may
    be negative; permutations: of a group on each level, int[generators, coordinates]; scale: outputs over those of the
    target as it was given; remarks: what a report should say about how it was read.
    """

    name: str
    layers: tuple[EquivariantLayer, ...]
    biased: bool
    signed: bool
    permutations: Levels | None
    samples: Samples | None
    scale: Fraction = Fraction(1)
    remarks: tuple[str, ...] = ()

    @property
    def reference(self) -> Reference:
        """What a ticket of this target has in common with it."""
        return Reference(self.layers, self.signed, self.biased, self.permutations)


def trained(name: str, seed: int) -> Case:
    """One of the targets that are trained here. InputError for a seed that is too large."""
    target = TARGETS[name](seed)
    samples = Samples(target.x_test, target.labels_test, f"{len(target.x_test)} test samples")
    layers, scale = rescaled(target.layers), scale_of(target.layers)
    return Case(name, layers, False, target.signed, target.symmetry, samples, scale)


def from_files(
    target: str, data: str | None, nonnegative: bool, limit: Limit, columns: Columns = PLAIN_COLUMNS
) -> Case:
    """A user's network and, if given, samples. InputError, in one line, for whatever is wrong with them."""
    file = load_target(target, limit)
    try:
        layers, scale = rescaled(file.layers), scale_of(file.layers)
    except InputError as error:
        raise InputError(f"{target}: {error}") from error
    samples = None if data is None else _samples(file, data, nonnegative, limit, columns)
    signed = not nonnegative
    return Case(plain(Path(target).name), layers, file.biased, signed, file.permutations, samples, scale, file.remarks)


def of_ticket(
    stored: StoredTicket, data: str, nonnegative: bool, limit: Limit, columns: Columns = PLAIN_COLUMNS
) -> Case:
    """The target in a ticket's file, with samples of the user's. InputError for whatever is wrong with these."""
    said = stored.statement
    file = TargetFile(stored.ticket.target, said.constant_input, stored.permutations)
    samples = _samples(file, data, nonnegative, limit, columns)
    return Case(said.name, file.layers, file.biased, not nonnegative, file.permutations, samples)


def _samples(file: TargetFile, data: str, nonnegative: bool, limit: Limit, columns: Columns) -> Samples:
    channels, coordinates = len(file.layers[0].coeffs) - file.biased, file.layers[0].basis.shape[2]
    outputs = file.layers[-1].coeffs.shape[1] * file.layers[-1].basis.shape[1]
    x, y, remarks = read_samples(data, channels * coordinates, limit, columns)
    try:
        if coordinates == 1 and x.ndim > 2 and x[:1].size == channels:  # images, an input a pixel
            x = x.reshape(len(x), channels)
        if not x.size or x.shape[1:] not in ((channels * coordinates,), (channels, coordinates)):
            table = columns.label is None and Path(data).suffix.lower() in (".csv", ".tsv", ".parquet")
            hint = " (`label_column` names a column of labels other than the last)" if table else ""
            expected = f"{channels}" if coordinates == 1 else f"{channels}, {coordinates}"
            raise InputError(f"x {list(x.shape)}, expected [m, {expected}] for this target{hint}")
        x = _finite("x", x)
        labels = None if y is None else _places(_finite("y", y), len(x), outputs)
        if nonnegative and x.min() < 0:
            raise InputError(f"an input is {x.min():g}, expected none below 0 with `nonnegative`")
    except InputError as error:
        raise InputError(f"{plain(data)}: {error}") from error
    inputs = x.reshape(len(x), channels, coordinates)
    if file.biased:  # a channel that holds 1
        inputs = np.concatenate([inputs, np.ones((len(x), 1, coordinates))], axis=1)
    beside = f" ({'; '.join(map(plain, remarks))})" if remarks else ""
    return Samples(inputs, labels, f"{len(x)} samples of {plain(data)}{beside}")


def _places(y: NDArray[np.float64], samples: int, outputs: int) -> NDArray[np.int64] | None:
    """The place of the right output, from class numbers or from columns of 0 and 1. None where there is one output."""
    if outputs == 1:
        return None
    if y.shape == (samples, outputs) and (np.sort(y, axis=1) == (np.arange(outputs) == outputs - 1)).all():
        top: NDArray[np.int64] = y.argmax(axis=1)
        return top
    if y.shape not in ((samples,), (samples, 1)) or not np.isin(y, np.arange(outputs)).all():
        raise InputError(
            f"y {list(y.shape)}, expected {samples} whole numbers from 0 to {outputs - 1}, places of outputs, or as many words "
            "(of a table's last column, unless `label_column` names another)"
        )
    return y.ravel().astype(np.int64)


def _finite(what: str, array: NDArray[Any]) -> NDArray[np.float64]:
    found = array.astype(np.float64)
    if not np.isfinite(found).all():
        raise InputError(f"{what} holds nan or infinite numbers, expected finite ones")
    return found
