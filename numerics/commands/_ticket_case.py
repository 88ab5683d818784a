"""The network that a ticket is to be found of, with the samples to compare on: trained here, or from files."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numerics.equivariance import EquivariantLayer
from numerics.tickets import rescaled, with_constant
from numerics.tickets.archives import read_arrays
from numerics.tickets.target_files import Levels, TargetFile, load_target, permutations_of_levels
from numerics.tickets.targets import TARGETS


class Samples(NamedTuple):
    """x: float[m, in, coordinates]; labels: int[m], the place of the right output, where they are known."""

    x: NDArray[np.float64]
    labels: NDArray[np.int64] | None
    name: str


class Case(NamedTuple):
    """A target at the scale of the guarantee; biased: whether the last input channel holds 1; signed: whether inputs may
    be negative; permutations: of a group on each level, int[generators, coordinates].
    """

    name: str
    layers: tuple[EquivariantLayer, ...]
    biased: bool
    signed: bool
    permutations: Levels | None
    samples: Samples | None


def trained(name: str, seed: int) -> Case:
    """One of the targets that are trained here. ValueError for a seed that is too large."""
    target = TARGETS[name](seed)
    permutations = None
    if target.symmetry is not None:
        permutations = permutations_of_levels(target.layers, {0: np.stack([moved for moved, _ in target.symmetry])})
    samples = Samples(target.x_test, target.labels_test, f"{len(target.x_test)} test samples")
    return Case(name, rescaled(target.layers), False, target.signed, permutations, samples)


def from_files(target: str, data: str | None, nonnegative: bool) -> Case:
    """A user's network and, if given, samples. ValueError, in one line, for whatever is wrong with them."""
    file = load_target(target)
    try:
        layers = rescaled(file.layers)
    except ValueError as error:
        raise ValueError(f"{target}: {error}") from error
    samples = None if data is None else _samples(file, data)
    if nonnegative and samples is not None and samples.x.min() < 0:
        raise ValueError(f"{data}: an input is {samples.x.min():g}, expected none below 0 with --nonnegative")
    name = "".join(letter if letter.isprintable() else "?" for letter in Path(target).name)
    return Case(name, layers, file.biased, not nonnegative, file.permutations, samples)


def _samples(file: TargetFile, data: str) -> Samples:
    channels, coordinates = len(file.layers[0].coeffs) - file.biased, file.layers[0].basis.shape[2]
    outputs = file.layers[-1].coeffs.shape[1] * file.layers[-1].basis.shape[1]
    x, y = _read(data, channels * coordinates)
    try:
        if not x.size or x.shape[1:] not in ((channels * coordinates,), (channels, coordinates)):
            expected = f"{channels}" if coordinates == 1 else f"{channels}, {coordinates}"
            raise ValueError(f"x {list(x.shape)}, expected [m, {expected}] for this target")
        x = _finite("x", x)
        labels = None if y is None else _places(_finite("y", y), len(x), outputs)
    except ValueError as error:
        raise ValueError(f"{data}: {error}") from error
    inputs = with_constant(x.reshape(len(x), channels)) if file.biased else x.reshape(len(x), channels, coordinates)
    return Samples(inputs, labels, f"{len(x)} samples of {data}")


def _read(data: str, inputs: int) -> tuple[NDArray, NDArray | None]:
    """x and maybe y; a .csv file has labels if it has a column more than there are inputs."""
    from numerics.data import digits, load

    if data == "digits":
        found = digits("as-is", standardise=False)
    elif Path(data).suffix.lower() == ".csv":
        found = load(data)
    else:
        arrays = read_arrays(Path(data))
        x = arrays.get("x", arrays.get("X"))
        if x is None:
            raise ValueError(f"{data}: holds {', '.join(arrays) or 'nothing'}, expected x (or X) and maybe y")
        return x, arrays.get("y")
    unlabelled = found.x.shape[1] == inputs - 1
    return (np.hstack([found.x, found.y]), None) if unlabelled else (found.x, found.y)


def _places(y: NDArray[np.float64], samples: int, outputs: int) -> NDArray[np.int64] | None:
    """The place of the right output, from class numbers or from columns of 0 and 1. None where there is one output."""
    if outputs == 1:
        return None
    if y.shape == (samples, outputs) and (np.sort(y, axis=1) == np.eye(outputs)[-1]).all():
        return y.argmax(axis=1)
    if y.shape not in ((samples,), (samples, 1)) or not np.isin(y, np.arange(outputs)).all():
        raise ValueError(
            f"y {list(y.shape)}, expected {samples} whole numbers from 0 to {outputs - 1}, places of outputs"
        )
    return y.ravel().astype(np.int64)


def _finite(what: str, array: NDArray) -> NDArray[np.float64]:
    found = array.astype(np.float64)
    if not np.isfinite(found).all():
        raise ValueError(f"{what} holds nan or infinite numbers, expected finite ones")
    return found
