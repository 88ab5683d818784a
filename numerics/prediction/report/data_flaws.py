"""What is wrong with data before any network sees them, each counted, with what to do: constant and repeated columns, samples that
repeat, missing values, columns that determine the label, scales far apart, classes that are rare. Nothing where nothing is.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from sparse_limits.numerics.columns import About
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.silent_inputs import constant_inputs, counting_inputs, repeated_inputs

APART = 30.0  # between the scales of two columns: gradients of first weights are as far apart as the inputs
UNEQUAL = 10.0  # times as many samples as the rarest class has
FEW = 10  # samples: an error counted on fewer moves by more than a tenth with each of them
BY_CHANCE = 10.0  # times as many pairs alike as independent columns would give
CHANCE = 1e-3  # that shuffled labels would fit some column as well: at most
RANKED = 2000  # samples, up to which the rank of the inputs is taken
EXACT = 1e-9  # of the spread of the target: within rounding
_LISTED = 6
_NUMBERED = re.compile(r"(.+) \(column ([0-9]+)\)")


class Flaw(TypedDict):
    """what: it, with its counts; instead: what to do about it; drop: columns that can go in any case; option: another that removes the flaw."""

    what: str
    instead: str
    drop: list[str]
    option: str


def _flaw(what: str, instead: str, drop: Sequence[str] = (), option: str = "") -> Flaw:
    return {"what": what, "instead": instead[0].upper() + instead[1:], "drop": list(drop), "option": option}


@dataclass(frozen=True)
class _Looked:
    """Data as the rules look at them."""

    data: Dataset

    @cached_property
    def classes(self) -> NDArray[np.int64] | None:
        """The number of each sample's class; None of numbers."""
        if not self.data.about.classes:
            return None
        y = self.data.y
        codes: NDArray[np.int64] = y.argmax(axis=1) if y.shape[1] > 1 else (y[:, 0] > y[:, 0].min()).astype(np.int64)
        return codes

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many samples each class has, of classes that occur."""
        if self.classes is None:
            return {}
        found = np.bincount(self.classes, minlength=len(self.data.about.classes))
        named = zip(self.data.about.classes, found.tolist(), strict=False)
        return {name: count for name, count in named if count}

    @cached_property
    def columns(self) -> dict[str, list[int]]:
        """The inputs of each column of the file: several of a column of categories."""
        about, found = self.data.about, dict[str, list[int]]()
        for column in range(self.data.x.shape[1]):
            whole = about.columns[column] if about.columns else _name(self, column)
            found.setdefault(whole, []).append(column)
        return found


def flaws_of(data: Dataset) -> list[Flaw]:
    """Return what is wrong with the data, in the order in which it is to be fixed.

    Examples:
        >>> x = np.random.default_rng(0).normal(size=(40, 3))
        >>> flaws_of(Dataset(x, x[:, :1] * x[:, 1:2], "mine", "as-is"))
        []
        >>> x[:, 2] = 7
        >>> flaws_of(Dataset(x, x[:, :1] * x[:, 1:2], "mine", "as-is"))[0]["what"]
        '1 of 3 inputs is the same on all samples: input 2 (from 0)'
    """
    seen = _Looked(data)
    return [flaw for rule in _RULES for flaw in rule(seen)]


def _missing(seen: _Looked) -> Iterator[Flaw]:
    said = seen.data.about.missing
    if said:
        other = "drop" if said.startswith("missing values") else "mean"
        yield _flaw(
            said[0].upper() + said[1:],
            f"run again with --missing {other}: what changes rests on values that nobody measured",
        )


def _onehot_neighbours(seen: _Looked) -> Iterator[Flaw]:
    """0/1 columns of which each row has one, the target among them: labels were left among the inputs."""
    data = seen.data
    if set(seen.counts) != {"0", "1"} or seen.classes is None or not data.about.columns:
        return
    zero_one = [
        own[0]
        for own in seen.columns.values()
        if len(own) == 1 and np.isin(data.x[:, own], (0, 1)).all() and not (data.x[:, own[0]] * seen.classes).any()
    ]
    for place in range(len(zero_one)):
        run = zero_one[place:]
        if (data.x[:, run].sum(axis=1) + seen.classes == 1).all():
            names = [data.about.columns[at] for at in run]
            option = f"--target {shlex.join(option_names(data.about, [*names, data.about.target]))}"
            yield _flaw(
                f"The columns {_few(names)} and the target {data.about.target} are 0 or 1, with one 1 in each row, as one-hot labels are",
                f"name all of them: {option}",
                option=option,
            )
            return


def _determining(seen: _Looked) -> Iterator[Flaw]:
    found = [name for name, columns in seen.columns.items() if _determines(seen, columns)]
    if found:
        one = len(found) == 1
        yield _flaw(
            f"The label is determined by {_few(found)}{'' if one else ', by each alone'}, on all {len(seen.data.x)} samples",
            f"if {'it is' if one else 'they are'} made from the label, leave {_them(found)} out{_drop(seen.data.about, found)}",
        )


def _determines(seen: _Looked, columns: Sequence[int]) -> bool:
    """Whether each value goes with one class, or thresholds part the classes, where shuffled labels would not."""
    x = seen.data.x[:, columns]
    if seen.classes is None:
        return len(columns) == 1 and seen.data.y.shape[1] == 1 and _linear(x[:, 0], seen.data.y[:, 0])
    values = np.unique(x, axis=0, return_inverse=True)[1].ravel()
    kinds, classes = int(values.max()) + 1, len(seen.counts)
    pairs = np.unique(np.column_stack([values, seen.classes]), axis=0)
    if len(pairs) > kinds or kinds < 2:
        return False
    sizes = np.array(list(seen.counts.values()))
    arrangements = gammaln(sizes.sum() + 1) - gammaln(sizes + 1).sum()
    least = log(CHANCE / len(seen.columns))
    if kinds * log(classes) - arrangements <= least:
        return True
    parted = np.count_nonzero(np.diff(pairs[:, 1])) == classes - 1  # pairs stand in the order of the values
    return len(columns) == 1 and bool(parted) and gammaln(classes + 1) - arrangements <= least


def _linear(column: NDArray[np.floating], target: NDArray[np.floating]) -> bool:
    """Whether the target is the column but for its unit and its origin."""
    u, v = column - column.mean(), target - target.mean()
    if len(u) < 4 or not u.any() or not v.any():
        return False
    rest = v - u * ((u @ v) / (u @ u))
    return bool(np.abs(rest).max() <= EXACT * np.abs(v).max())


def _counting(seen: _Looked) -> Iterator[Flaw]:
    found = counting_inputs(seen.data.x) if seen.data.about.image is None else []
    if found:
        names, whole = [_name(seen, column) for column in found], _whole(seen, found)
        yield _flaw(
            f"The rows are counted by {_few(names)}",
            f"leave {_them(names)} out{_drop(seen.data.about, whole)}",
            option_names(seen.data.about, whole),
        )


def _constant(seen: _Looked) -> Iterator[Flaw]:
    found = np.flatnonzero(constant_inputs(seen.data.x)).tolist() if seen.data.about.image is None else []
    if found:
        names, whole = [_name(seen, column) for column in found], _whole(seen, found)
        verb = "is" if len(found) == 1 else "are"
        yield _flaw(
            f"{len(found)} of {many(seen.data.x.shape[1], 'input')} {verb} the same on all samples: {_few(names)}",
            f"leave {_them(names)} out{_drop(seen.data.about, whole)}",
            option_names(seen.data.about, whole),
        )


def _repeated(seen: _Looked) -> Iterator[Flaw]:
    pairs = repeated_inputs(seen.data.x) if seen.data.about.image is None else []
    if pairs:
        names, whole = [_name(seen, second) for _, second in pairs], _whole(seen, [second for _, second in pairs])
        said = [f"{_name(seen, second)} as {_name(seen, first)}" for first, second in pairs]
        yield _flaw(
            f"{many(len(pairs), 'input')} {'repeats' if len(pairs) == 1 else 'repeat'} another: {_few(said)}",
            f"leave {_them(names)} out{_drop(seen.data.about, whole)}",
            option_names(seen.data.about, whole),
        )


def _duplicates(seen: _Looked) -> Iterator[Flaw]:
    """Samples that are an earlier one again, and those that contradict an earlier one."""
    x, y = seen.data.x + 0.0, seen.data.y + 0.0  # −0 becomes 0
    first: dict[bytes, set[bytes]] = {}
    again = against = 0
    for inputs, label in zip(x, y, strict=True):
        known = first.setdefault(inputs.tobytes(), set())
        again += (code := label.tobytes()) in known
        against += bool(known) and code not in known
        known.add(code)
    samples = many(len(x), "sample")
    if (not again and not against) or again + against <= BY_CHANCE * _coincidences(seen):
        return
    if again:
        yield _flaw(
            f"{again} of {samples} {'repeats' if again == 1 else 'repeat'} an earlier one, inputs and label",
            "if they were entered twice, leave them out: a sample both learnt and held out makes test errors look smaller",
        )
    if against:
        verb = "has" if against == 1 else "have"
        yield _flaw(
            f"{against} of {samples} {verb} the inputs of an earlier one with another label",
            "no function of the inputs can be right on both: add an input that distinguishes them, or correct the labels",
        )


def _coincidences(seen: _Looked) -> float:
    """How many pairs of samples would have the same inputs, if columns were independent: many in a table of a few categories."""
    samples = len(seen.data.x)
    share = 1.0
    for columns in seen.columns.values():
        counts = np.unique(seen.data.x[:, columns], axis=0, return_counts=True)[1]
        share *= float(((counts / samples) ** 2).sum())
    return samples * (samples - 1) / 2 * share


def _scales(seen: _Looked) -> Iterator[Flaw]:
    """Columns of which one has far larger numbers than another; pixels share a scale."""
    x = np.abs(seen.data.x)
    varying = ~constant_inputs(seen.data.x)
    if seen.data.about.image is not None or not varying.any():
        return
    largest = np.where(x.max(axis=0) > 0, x.max(axis=0), 1)
    sizes = largest * np.sqrt(((x / largest) ** 2).sum(axis=0) / np.maximum((x > 0).sum(axis=0), 1))
    order = np.flatnonzero(varying)[np.argsort(sizes[varying], kind="stable")]
    least, most = order[0], order[-1]
    if sizes[most] >= APART * sizes[least]:
        yield _flaw(
            (
                f"Scales differ by a factor of {sizes[most] / sizes[least]:.2g}: {_name(seen, int(most))} has the size {sizes[most]:.2g}, "
                f"{_name(seen, int(least))} {sizes[least]:.2g} (root mean squares of what is not 0)"
            ),
            "give all columns mean 0 and variance 1: --standardise",
            option="--standardise",
        )


def _categories(seen: _Looked) -> Iterator[Flaw]:
    """Columns of words with a few samples for each word."""
    found = {name: len(at) for name, at in seen.columns.items() if len(at) > FEW and FEW * len(at) > len(seen.data.x)}
    if found:
        said = [f"{count} categories of {name}" for name, count in found.items()]
        yield _flaw(
            f"{len(seen.data.x)} samples have {_few(said)}: fewer than {FEW} samples for each on average",
            f"put rare ones together, or leave {_them(list(found))} out{_drop(seen.data.about, list(found))}",
        )


def _unbalanced(seen: _Looked) -> Iterator[Flaw]:
    counts = seen.counts
    if not counts:
        return
    order = sorted(counts, key=lambda name: -counts[name])
    most, least = order[0], order[-1]
    if counts[most] >= UNEQUAL * counts[least]:
        wrong = 1 - counts[most] / sum(counts.values())
        yield _flaw(
            f"Classes differ in size: {most!r} has {counts[most]} samples, {least!r} {counts[least]}",
            f"compare errors with {100 * wrong:.3g}%, the error of always answering {most!r}",
        )
    rare = [name for name in order if counts[name] < FEW]
    if rare:
        yield _flaw(
            f"{'1 class has' if len(rare) == 1 else f'{len(rare)} classes have'} fewer than {FEW} samples: "
            + _few([f"{name} ({counts[name]})" for name in rare]),
            "gather more of them, or join or leave out classes: an error on fewer samples moves by more than a tenth with each",
        )


def _too_few(seen: _Looked) -> Iterator[Flaw]:
    """Inputs that are linearly free on all samples, so that any labels can be fitted."""
    x = seen.data.x
    if len(x) > min(RANKED, x.shape[1] + 1):
        return
    scaled = x / np.maximum(np.abs(x).max(axis=0), np.finfo(float).tiny)
    if np.linalg.matrix_rank(np.column_stack([scaled, np.ones(len(x))])) == len(x):
        yield _flaw(
            f"{many(len(x), 'sample')} have {many(x.shape[1], 'input')}: a linear function fits any labels on them, right or wrong",
            "gather more samples or take fewer inputs, and trust held-out samples alone",
        )


_RULES: tuple[Callable[[_Looked], Iterator[Flaw]], ...] = (
    _onehot_neighbours,
    _determining,
    _counting,
    _duplicates,
    _missing,
    _constant,
    _repeated,
    _categories,
    _scales,
    _unbalanced,
    _too_few,
)


def _name(seen: _Looked, column: int) -> str:
    inputs = seen.data.about.inputs
    return inputs[column] if inputs else f"input {column} (from 0)"


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:_LISTED]) + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")


def _them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"


def _whole(seen: _Looked, inputs: Sequence[int]) -> list[str]:
    """The columns of a table of which these are all inputs: one category alone cannot be left out."""
    return [name for name, own in seen.columns.items() if seen.data.about.inputs and {*own} <= {*inputs}]


def option_names(about: About, names: Sequence[str]) -> list[str]:
    """What --drop calls columns of a table: by their numbers where several have one name."""
    known, found = (*dict.fromkeys(about.columns), *about.dropped, about.target), []
    for name in names:
        match = _NUMBERED.fullmatch(name)
        several = match is not None and sum(f"{match[1]} (column " in each for each in known) > 1
        found.append(match[2] if match and several else name)
    return found


def _drop(about: About, names: Sequence[str]) -> str:
    """The option that leaves columns of a table out; nothing where there are none that it could."""
    if not about.inputs or not names:
        return ""
    return f": --drop {shlex.join(dict.fromkeys(option_names(about, (*about.dropped, *names))))}"
