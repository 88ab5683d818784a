"""From the columns of a table, or arrays, to inputs and a target: categories one-hot, missing values, names, notes.

| in the file | inputs |
|---|---|
| a column of numbers | itself, under its name |
| a column `c` of categories | one 0/1 column for each, `c=category`, in alphabetical order |
| a column of truth values | one 0/1 column, under its name |
| images [N, h, w], [N, h, w, c] or [N, c, h, w] | one input a pixel; the shape is kept for pictures |

A missing value is refused, with a count for each column, until `missing` says what to do: `drop` leaves its sample out,
`mean` puts the mean of its column there (of a one-hot column: the category's share).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files.headers import check_numbers
from sparse_limits.numerics.files.tables import Column, DataTable, printed
from sparse_limits.numerics.labels import is_onehot, option
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.silent_inputs import constant_inputs, counting_inputs, repeated_inputs

Floats = NDArray[np.floating]

MISSING = ("drop", "mean")
CHANNELS = (1, 3, 4)  # of an image: grey, colours, colours and opacity
_LISTED = 6  # names in a sentence
_FEW = 10  # categories that a note does not mention
_WORD = re.compile(r"[A-Za-z_][\w.]*", re.ASCII)
_COUNTED = re.compile(r"(column|input) \d+")  # instead of a name: columns of a table from 1, inputs from 0


class AboutSummary(TypedDict):
    """As `About`; input_names: its inputs, none for inputs without names."""

    input_names: list[str]
    classes: list[str]
    image: list[int] | None
    target: str
    notes: list[str]


@dataclass(frozen=True)
class About:
    """What a report can say about data beyond their numbers; empty where a file says nothing.

    inputs: the names of the columns of x; columns: for each input the column of the file that it is made of; classes: the names of the
    columns of y, or of −1 and +1 if y is ±1; image: the shape of an input; target: the name of what y is made of; notes: sentences for
    the first lines of a report; missing: the note that says what was done with missing values; dropped: columns of the file that were
    left out on request.
    """

    inputs: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    image: tuple[int, ...] | None = None
    target: str = ""
    notes: tuple[str, ...] = ()
    missing: str = ""
    dropped: tuple[str, ...] = ()

    def picture(self, values: Floats) -> Floats | None:
        """Numbers [d], one for each input, as an image [h, w], the mean over colours; None where inputs are no images."""
        if self.image is None:
            return None
        shaped = values.reshape(self.image)
        if shaped.ndim == 2:
            return shaped
        mean: Floats = shaped.mean(axis=2 if channels_last(self.image) else 0)
        return mean

    @property
    def summary(self) -> AboutSummary:
        """The same for JSON."""
        return {
            "input_names": list(self.inputs),
            "classes": list(self.classes),
            "image": None if self.image is None else list(self.image),
            "target": self.target,
            "notes": list(self.notes),
        }


def channels_last(shape: Sequence[int]) -> bool:
    """Whether images of three sides have their channels on the last; where the first side could hold them, too, a square decides."""
    first, middle, last = shape
    return last in CHANNELS and not (first in CHANNELS and middle == last != first)


def name_of(data: AboutSummary, column: int) -> str:
    """What a table calls an input: its name, or its number from 0."""
    return data["input_names"][column] if data["input_names"] else str(column)


class Content(NamedTuple):
    """What a file holds: inputs x [N, d], labels y [N] or [N, q] before any labelling; words: the classes that y numbers; lead: how
    many notes are about the target.
    """

    x: Floats
    y: NDArray[Any]
    about: About
    words: tuple[str, ...] | None = None
    lead: int = 0


def of_table(table: DataTable, target: Sequence[str], missing: str | None, drop: Sequence[str] = ()) -> Content:
    """Inputs and target of a table. target: names, or numbers from 1; none is the last column, which a note announces.
    drop: names or numbers of columns that are left out, as if the file did not hold them; the numbers of the other columns stay.
    So do they where the first column has the names of rows, which are no inputs.

    InputError if there is no such column, or several, for a column that has a problem, and as `check_missing` for missing values.
    """
    columns = table.columns
    if len(columns) < 2:
        raise InputError("has 1 column, expected inputs and a target, separated by commas (.csv) or tabs (.tsv)")
    left_out = {_chosen("drop", columns, each) for each in drop}
    of_rows = {0} if table.row_names else set[int]()
    held = [place for place in range(len(columns)) if place not in left_out | of_rows]
    if len(held) < 2:
        raise InputError(f"drop leaves {many(len(held), 'column')}, expected inputs and a target")
    goals = [_chosen("target", columns, each) for each in target] or [held[-1]]
    for name, place in zip(target, goals, strict=False):
        if place in left_out:
            raise InputError(f"target is {name!r:.80}, which drop leaves out, expected another")
        if place in of_rows:
            raise InputError(f"target is {name!r:.80}, the column with the names of rows, expected another")
        if goals.count(place) > 1:
            raise InputError(f"target has {name!r:.80} more than once, expected each column once")
    if len(held) == len(set(goals)):
        raise InputError("target is every column, expected some for inputs")
    _check_problems(columns, held, dropped=sorted(left_out))
    called, notes = _distinct([column.name for column in columns], range(len(columns)), "columns")
    dropped = tuple(called[place] for place in sorted(left_out))
    if dropped:
        notes.append(f"left out: {', '.join(map(_marked, dropped))}")
    others = [place for place in held if place not in goals]
    size = len(columns[goals[0]].values) * sum(_width(columns[place]) for place in others)
    check_numbers("numbers, with one column for each category,", size)
    blocks = [_inputs(called[place], columns[place]) for place in others]
    groups = np.repeat(np.arange(len(others)), [len(found) for found, _ in blocks])
    sources = [others[group] for group in groups]
    names, alike = _distinct([name for found, _ in blocks for name in found], sources, "inputs")
    x = np.column_stack([block for _, block in blocks])
    y, words, goal = _target_of(columns, called, goals)
    how = "" if target else f", the last column (another: {option('target')})"
    notes += [*alike, *_worded(called, columns, others)]
    x, y, more = _complete(x, y, groups, [called[place] for place in others], goal, missing)
    if len(goals) > 1 and not is_onehot(y):  # of the samples that are left
        words = None
    worded = len(names) > len(others)
    inputs, columns_of = (
        (tuple(names), tuple(called[place] for place in sources)) if table.named or worded else ((), ())
    )
    told = (f"target: {goal}{how}", *table.notes, *notes, *more)
    about = About(inputs, columns_of, target=goal, notes=told, missing="".join(more), dropped=dropped)
    return Content(x, y, _with_remarks(about, x, y), words, 1)


def _target_of(
    columns: Sequence[Column], called: Sequence[str], goals: Sequence[int]
) -> tuple[Floats, tuple[str, ...] | None, str]:
    """Labels [N] or [N, q], the words that they number, and what they are called; one-hot columns would number their own names."""
    if len(goals) == 1:
        return columns[goals[0]].values, columns[goals[0]].words, called[goals[0]]
    for place in goals:
        if columns[place].words is not None and not columns[place].truth:
            raise InputError(
                f"target has column {called[place]!r} of words among {len(goals)}, expected numbers, or that column alone"
            )
    y = np.column_stack([columns[place].values for place in goals])
    names = tuple(called[place] for place in goals)
    return y, names, ", ".join(names)


def of_arrays(x: NDArray[Any], y: NDArray[Any], missing: str | None) -> Content:
    """Inputs and labels as arrays; images are flattened. InputError for other shapes of images, and for missing values."""
    image = None
    notes: tuple[str, ...] = ()
    if x.ndim in (3, 4) and x.size:
        image = x.shape[1:]
        if x.ndim == 4 and not {x.shape[1], x.shape[3]} & {*CHANNELS}:
            raise InputError(
                f"x has shape {x.shape}, expected images [N, h, w], [N, h, w, c] or [N, c, h, w] with c 1, 3 or 4"
            )
        x = x.reshape(len(x), -1)
        notes = (f"images of {' x '.join(map(str, image))}, one input a pixel",)
    if x.ndim == 2 and x.size and y.ndim and y.size and len(x) == len(y) and {x.dtype.kind, y.dtype.kind} <= {*"biuf"}:
        names = [f"input {place}" for place in range(x.shape[1])]
        x, y, more = _complete(x, y, np.arange(x.shape[1]), names, "y", missing, arrays=True)
        about = About(image=image, target="y", notes=(*notes, *more), missing="".join(more))
        return Content(x, y, _with_remarks(about, x, y))
    return Content(x, y, About(image=image, target="y", notes=notes))


def check_missing(missing: str | None) -> None:
    """InputError unless it is drop, mean or None."""
    if missing is not None and missing not in MISSING:
        raise InputError(f"missing is {missing!r:.60}, expected {' or '.join(MISSING)}")


def _check_problems(columns: Sequence[Column], held: Sequence[int], dropped: Sequence[int]) -> None:
    """InputError for columns that cannot be read: the first in full, and the option that leaves all of them out."""
    wrong = [place for place in held if columns[place].problem]
    if not wrong:
        return
    others = [_marked(columns[place].name) for place in wrong[1:]]
    more = f"; no better: {', '.join(others[:_LISTED])}{', ...' if len(others) > _LISTED else ''}" if others else ""
    what = "all of them" if others else "the column"
    raise InputError(
        f"{columns[wrong[0]].problem}{more} (to leave {what} out: {_leaving(columns, [*dropped, *wrong])})"
    )


def _leaving(columns: Sequence[Column], places: Sequence[int]) -> str:
    """The option that leaves columns out, by their names or their numbers."""
    called = [column.name for column in columns]
    names = [
        called[place] if _WORD.fullmatch(called[place]) and called.count(called[place]) == 1 else str(place + 1)
        for place in places
    ]
    return option("drop", names[0]) if len(names) == 1 else f"--drop {' '.join(names)}, in Python drop={names!r}"


def _drop(name: str) -> str:
    """The option that leaves out a column, whose name needs no quotes, or which is called by its number."""
    number = name.removeprefix("column ") if _COUNTED.fullmatch(name) else ""
    return option("drop", name if _WORD.fullmatch(name) else number)


def _chosen(word: str, columns: Sequence[Column], target: str) -> int:
    """The place of a column, by its name or its number from 1; word: what asks for it."""
    names = [column.name for column in columns]
    alike = [place for place, name in enumerate(names) if name == target]
    if len(alike) == 1:
        return alike[0]
    if alike:
        numbers = ", ".join(str(place + 1) for place in alike)
        raise InputError(
            f"{word} is {target!r:.80}, the name of {len(alike)} columns, expected one of the numbers {numbers}"
        )
    if target.isascii() and target.isdigit():
        if 1 <= int(target[:20]) <= len(columns):
            return int(target) - 1
        raise InputError(f"{word} is {target:.40}, expected a number from 1 to {len(columns)}, or a column's name")
    meant = get_close_matches(target, names, 1, 0.5) or get_close_matches(
        target.lower(), [each.lower() for each in names], 1
    )
    close = next((name for name in names if meant and name.lower() == meant[0].lower()), None)
    hint = f" (did you mean {close!r}?)" if close else ""
    raise InputError(
        f"{word} is {target!r:.80}{hint}, expected a number from 1 to {len(columns)} or one of {_listed(names)}"
    )


def _distinct(names: Sequence[str], places: Sequence[int], what: str) -> tuple[list[str], list[str]]:
    """A name for each that no other has, and what to say where that took a change; places: of their columns, from 0."""
    counts, called = Counter(names), dict[str, None]()
    for name, place in zip(names, places, strict=True):
        own = f"{name} (column {place + 1})" if counts[name] > 1 else name
        while own in called:
            own += f" (column {place + 1})"
        called[own] = None
    number = "its number" if what == "columns" else "the number of its column"
    return list(called), [
        f"several {what} have the name {name!r}; each is called with {number}"
        for name in [name for name in counts if counts[name] > 1][:_LISTED]
    ]


def _inputs(name: str, column: Column) -> tuple[list[str], Floats]:
    """The names of the inputs that a column becomes, and their values [N, inputs]; nan where there is no value."""
    values = column.values[:, None]
    if column.words is None or column.truth:
        return [name], values
    each = np.where(np.isnan(values), np.nan, (values == np.arange(len(column.words))).astype(float))
    return [f"{name}={word}" for word in printed(column.words)], each


def _width(column: Column) -> int:
    """How many inputs a column becomes."""
    return 1 if column.words is None or column.truth else len(column.words)


def _worded(called: Sequence[str], columns: Sequence[Column], others: Sequence[int]) -> list[str]:
    """What to say about columns of many words, which may have been meant as something else: dates, amounts, names of samples."""
    found = [
        f"{_marked(called[place])}: {_width(columns[place])} categories"
        for place in others
        if _width(columns[place]) > min(_FEW, len(columns[place].values) - 1) and _width(columns[place]) > 1
    ]
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    return (
        [f"a column of words becomes an input for each category: {', '.join(found[:_LISTED])}{more}"] if found else []
    )


def _complete(
    x: Floats,
    y: NDArray[Any],
    groups: NDArray[np.intp],
    names: Sequence[str],
    target: str,
    missing: str | None,
    arrays: bool = False,
) -> tuple[Floats, NDArray[Any], list[str]]:
    """x [N, d] and y without missing values. groups [d]: for each input the place of its column's name in `names`."""
    check_missing(missing)
    gaps, lacking = np.isnan(x), np.isnan(y.reshape(len(y), -1)).any(axis=1)
    if not gaps.any() and not lacking.any():
        return x, y, []
    first = np.unique(groups, return_index=True)[1]
    counts = dict(zip(names, gaps[:, first].sum(axis=0).tolist(), strict=True)) | {target: int(lacking.sum())}
    held = "" if not arrays else ("x holds nan: " if gaps.any() else "y holds nan: ")
    empty = [name for name, count in counts.items() if count == len(x)]
    if empty:
        hint = "" if arrays or empty[0] == target else f" ({_drop(empty[0])})"
        raise InputError(f"{held}{_marked(empty[0])} has no value at all, expected some: leave the column out{hint}")
    found = [f"{_marked(name)} ({count})" for name, count in counts.items() if count]
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    listed = ", ".join(found[:_LISTED]) + more
    if missing is None:
        row = int((gaps.any(axis=1) | lacking).argmax()) + 1
        raise InputError(
            f"{held}missing values in {listed}, the first in row {row}, expected none (to leave such samples out: "
            f"{option('missing', 'drop')}; mean fills in the column's mean)"
        )
    if missing == "mean":
        if lacking.any():
            raise InputError(
                f"the target {_marked(target)} has {many(counts[target], 'missing value')}, expected none, or to "
                f"leave their samples out ({option('missing', 'drop')})"
            )
        filled = np.where(gaps, np.nanmean(x, axis=0), x)
        return filled, y, [f"missing values are the means of their columns: {listed}"]
    whole = ~(gaps.any(axis=1) | lacking)
    if whole.sum() < 2:
        raise InputError(f"{many(int(whole.sum()), 'sample')} without a missing value ({listed}), expected at least 2")
    lost = int((~whole).sum())
    return (
        x[whole],
        y[whole],
        [f"{many(lost, 'sample')} with missing values {'is' if lost == 1 else 'are'} left out: {listed}"],
    )


def _with_remarks(about: About, x: Floats, y: NDArray[Any]) -> About:
    """Add notes on inputs that say nothing, the same as another, or what they should not."""
    notes = [*about.notes]
    constant = constant_inputs(x)
    if constant.any():
        fixed = int(constant.sum())
        named = f": {_those(about, np.flatnonzero(constant))}" if about.image is None else ""
        notes.append(f"{many(fixed, 'input')} {'is' if fixed == 1 else 'are'} constant{named}")
    pairs = repeated_inputs(x)
    if pairs:
        named = ""
        if about.image is None:
            alike = ", ".join(f"{_quoted(about, second)} as {_quoted(about, one)}" for one, second in pairs[:_LISTED])
            named = f": {alike}{', ...' if len(pairs) > _LISTED else ''}"
        notes.append(f"{len(pairs)} input{' is' if len(pairs) == 1 else 's are'} the same as another{named}")
    flat = y.reshape(len(y), -1)
    if flat.shape[1] == 1:
        same = [column for column in np.flatnonzero(~constant).tolist() if (x[:, column] == flat[:, 0]).all()]
        notes += [f"input {_quoted(about, column)} is the same as the target" for column in same[:1]]
    if about.image is None:
        notes += [f"input {_quoted(about, column)} counts the rows" for column in counting_inputs(x)[:1]]
    return replace(about, notes=tuple(notes))


def _quoted(about: About, column: int) -> str:
    return repr(about.inputs[column]) if about.inputs else f"{column} (from 0)"


def _marked(name: str) -> str:
    """A name from a file, in quotes; a name that is only a count stays as it is."""
    return name if _COUNTED.fullmatch(name) else repr(name)


def _those(about: About, columns: NDArray[np.intp]) -> str:
    more = f" and {len(columns) - _LISTED} more" if len(columns) > _LISTED else ""
    return ", ".join(_quoted(about, column) for column in columns[:_LISTED].tolist()) + more


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:_LISTED])) + (f", ... ({len(names)} in all)" if len(names) > _LISTED else "")
