"""Labels: what a sample's label becomes as a target, and which labels are classes.

A *labelling* turns raw labels into targets y [N, q], the same way for every source:

| labelling | targets |
|---|---|
| ge:K | +1 where the label is ≥ K, −1 elsewhere |
| is:K | +1 where the label is K, −1 elsewhere |
| onehot | one 0/1 column for each class, in ascending order: the classes that occur, or as many as `classes` says |
| as-is | the numbers themselves |

followed by `-centred` to subtract the mean of each column. Short names: ge5, is0, is0c (is:0-centred),
centred (as-is-centred), value (as-is). Classes that are words have is:WORD and onehot.

Without a labelling, the labels of a file are recognised, which its notes say: words, and at most 20 different whole numbers
of two samples each on average, none beyond 2³¹, are classes (two classes: −1 and +1; more: onehot); so are columns of 0 and 1 with
one 1 in each row, which number the classes under all labellings but as-is; all else is as-is.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sparse_limits.numerics.arguments import InputError, real_matrix
from sparse_limits.numerics.files.tables import printed
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.networks import Array

LABELLINGS = ("ge:K", "is:K", "onehot", "as-is")
_SHORT = {
    "ge5": "ge:5",
    "is0": "is:0",
    "is0c": "is:0-centred",
    "centred": "as-is-centred",
    "value": "as-is",
}
MOST_CLASSES = 20  # whole numbers of more different values are no classes, unless asked for
LARGEST_CLASS = 2**31  # beyond, whole numbers are measurements
_LISTED = 12  # classes in a sentence
_OTHERWISE = ", with the loss mse; as sequences: prune with --loss FILE.py:loss, in Python loss=function"
MANY = 100  # classes: of fewer the columns are no larger than usual inputs
_BYTES = 9  # of a sample and a class: a truth value and a float


class Labelled(NamedTuple):
    """Targets y [N, q]; classes: of the columns of y, or of −1 and +1, () of numbers; notes: what was recognised."""

    y: Array
    labelling: str
    classes: tuple[str, ...]
    notes: tuple[str, ...]


def labelled(raw: Array, labelling: str | None, words: tuple[str, ...] | None, classes: int | None = None) -> Labelled:
    """Targets from raw labels [N, q]; words: what the labels number, if they number classes that are words.

    labelling: as in the table above; None recognises classes. classes: how many there are, of which some may not occur; None is
    those that occur. InputError as `targets`, for words as numbers, and for classes that do not fit.
    """
    given: tuple[str, ...] = ()
    if is_onehot(raw) and (labelling is None or _base(labelling) != "as-is"):
        if classes is not None and classes < raw.shape[1]:
            raise InputError(
                f"classes is {classes}, expected at least {raw.shape[1]}, one for each column of the labels"
            )
        given = (f"labels are one-hot: {raw.shape[1]} columns with one 1 in each row",)
        classes, labelling = classes or raw.shape[1], labelling or "onehot"
        raw = raw.argmax(axis=1)[:, None].astype(np.float64)
    elif is_onehot(raw):
        words = None  # as numbers the columns have no classes
    if classes is not None:
        labelling = labelling or "onehot"
        _check_classes(raw, labelling, words, classes)
    shown = None if words is None else printed(words)
    if shown is not None and (raw == raw[0]).all():
        raise InputError(f"all labels are {shown[int(raw[0, 0])]!r}, expected at least two classes")
    chosen, notes = (labelling, ()) if labelling is not None else recognised(raw, shown)
    numbered = chosen if words is None or shown is None else _numbered(chosen, words, shown)
    known = None if classes is None or _base(numbered) != "onehot" else _known(raw, words, classes)
    y = targets(raw, numbered, known)
    names = _class_names(raw, numbered, shown)
    if known is not None:
        unseen_words = (
            () if shown is None else tuple(f"(not seen {each})" for each in range(1, len(known) - len(shown) + 1))
        )
        names = _named(known, None) if shown is None else (*shown, *unseen_words)
        unseen = len(known) - len(np.unique(raw))
        more = f", {unseen} of which no sample has" if unseen else ""
        notes = (f"labels are {len(known)} classes, one 0/1 column each: {_some(names)}{more}",)
    elif labelling is not None and _base(numbered) == "onehot":
        notes = (_one_column_each(_named(np.unique(raw), shown), "" if words is not None else _as_numbers()),)
    return Labelled(y, chosen, names, (*given, *notes, *_rare(raw, shown, names)))


def is_onehot(raw: Array) -> bool:
    """Whether labels [N, q] are of 0 and 1, in two columns or more, with one 1 in each row."""
    return raw.shape[1] > 1 and bool(np.isin(raw, (0, 1)).all() and (raw.sum(axis=1) == 1).all())


def _check_classes(raw: Array, labelling: str, words: tuple[str, ...] | None, classes: int) -> None:
    """InputError unless the labels are of so many classes or fewer."""
    if _base(labelling) != "onehot":
        if _base(labelling) != "as-is" and raw.shape[1] == 1:
            return  # two classes made of what one-hot columns number
        raise InputError(
            f"classes is {classes}, expected none with the labels {labelling!r:.60}, or {option('labels', 'onehot')}"
        )
    found = len(np.unique(raw)) if words is None else len(words)
    if found > classes:
        raise InputError(f"classes is {classes}, expected at least {found}, as many as the file has")


def _known(raw: Array, words: tuple[str, ...] | None, classes: int) -> Array:
    """The labels of all classes, in the order of their columns: from 0, or from 1 where the last has its number."""
    if words is not None:
        return np.arange(float(classes))
    least, most = float(raw.min()), float(raw.max())
    first = 1.0 if least >= 1 and most == classes else 0.0
    if np.array_equal(raw, np.round(raw)) and (least < 0 or most > classes - 1 + first):
        raise InputError(
            f"labels go from {least:g} to {most:g}, expected whole numbers from 0 to {classes - 1} with {classes} classes, or from 1 to "
            f"{classes}"
        )
    return first + np.arange(float(classes))


def recognised(raw: Array, words: tuple[str, ...] | None) -> tuple[str, tuple[str, ...]]:
    """The labelling that labels [N, q] look like, and what to say about it; words: as they are printed, no two alike."""
    if raw.shape[1] != 1:
        return "as-is", ()
    values = np.unique(raw)
    whole = bool((values == np.round(values)).all() and np.abs(values).max() <= LARGEST_CLASS)
    if words is None and not (whole and 2 <= len(values) <= MOST_CLASSES and 2 * len(values) <= len(raw)):
        beyond = not whole and bool((values == np.round(values)).all())
        if len(values) < 2 or not (whole or beyond):
            return "as-is", ()
        how = f"{len(values)} different ones{', beyond 2^31' if beyond else ''}"
        return "as-is", (f"labels are taken as numbers, {how} (as classes: {option('labels', 'onehot')})",)
    names = _named(values, words)
    numbers = "" if words is not None else f" (as numbers, for regression: {option('labels', 'as-is')})"
    if len(values) == 2:
        return f"is:{names[1]}", (f"labels are two classes, {names[0]} as -1 and {names[1]} as +1{numbers}",)
    return "onehot", (_one_column_each(names, numbers),)


def option(name: str, value: str = "") -> str:
    """How to give an option, on the command line and in Python.

    Examples:
        >>> option("labels", "onehot"), option("target")
        ("--labels onehot, in Python labels='onehot'", '--target, in Python target=')
    """
    return f"--{name}{f' {value}' if value else ''}, in Python {name}={repr(value) if value else ''}"


def _as_numbers() -> str:
    """How to ask for regression where classes were asked for, by the user or by a loss."""
    return f" (as numbers, for regression: {option('labels', 'as-is')}, with the loss mse where there is one)"


def targets(values: ArrayLike, labelling: str, known: Array | None = None) -> Array:
    """Targets y [N, q] from raw labels [N] or [N, 1] (as-is: [N, q]), labelled as in the table above.

    known: the labels that have a column under onehot; None is those that occur.

    Raises InputError for an unknown labelling, for classes that are not whole numbers under is:K and
    onehot, and for a labelling under which all samples would be alike.
    """
    column = np.asarray(values)
    raw = real_matrix("labels", column[:, None] if column.ndim == 1 else column)
    full = _SHORT.get(labelling, labelling)
    base = _base(labelling)
    split = re.fullmatch(r"(ge|is):(-?\d+)", base)
    if split is None and base not in ("onehot", "as-is"):
        taken = f"{', '.join(LABELLINGS)}, each also with -centred, {', '.join(_SHORT)}"
        raise InputError(f"labelling is {labelling!r}, expected one of {taken}")
    y = raw if base == "as-is" else _classes(raw, split, labelling, known)
    return y if base == full else y - y.mean(axis=0)


def _classes(raw: Array, split: re.Match[str] | None, labelling: str, known: Array | None) -> Array:
    """±1 from the split ("ge" or "is", K), one-hot without one."""
    if raw.shape[1] != 1:
        raise InputError(
            f"labels have {raw.shape[1]} columns, expected 1, or 0 and 1 with one 1 in each row, for labelling {labelling!r} (as numbers: "
            f"{option('labels', 'as-is')}{_OTHERWISE if labelling == 'onehot' else ''})"
        )
    at_least = split is not None and split[1] == "ge"
    if not at_least and not np.array_equal(raw, np.round(raw)):
        raise InputError(f"labels are not whole numbers, expected classes for labelling {labelling!r}{_as_numbers()}")
    if split is None:
        held = np.unique(raw) if known is None else known
        what = f"onehot labels of {len(held)} classes for {len(raw)} samples"
        if len(held) > MANY:
            check_work(what, _BYTES * len(raw) * len(held), instead=f"labels{_as_numbers()}")
        y: Array = (raw == held).astype(np.float64)
    else:
        bound = float(split[2])
        y = np.where(raw >= bound if at_least else raw == bound, 1.0, -1.0)
    if (y == y[0]).all():
        span = f"{raw.min():g} to {raw.max():g}"
        raise InputError(f"labels from {span} are all alike under {labelling!r}, expected at least two classes")
    return y


def _base(labelling: str) -> str:
    """A labelling of numbers in full, without -centred."""
    return _SHORT.get(labelling, labelling).removesuffix("-centred")


def _numbered(labelling: str, words: tuple[str, ...], shown: tuple[str, ...]) -> str:
    """The labelling with the number of a word, whole or as it is shown, in its place."""
    if _base(labelling) == "onehot":
        return labelling
    if labelling.startswith("is:"):
        mark = labelling.removeprefix("is:")
        for word, suffix in ((mark, ""), (mark.removesuffix("-centred"), "-centred")):  # a class can end in -centred
            for known in (shown, words):
                if word in known and mark == f"{word}{suffix}":
                    return f"is:{known.index(word)}{suffix}"
    raise InputError(
        f"labelling is {labelling!r:.80}, expected onehot or is:WORD for labels that are words ({_some(shown)})"
    )


def _class_names(raw: Array, labelling: str, words: tuple[str, ...] | None) -> tuple[str, ...]:
    """Of the columns of onehot targets, or of −1 and +1; none of numbers. labelling: words by their numbers."""
    base = _base(labelling)
    if base == "as-is":
        return ()
    names = _named(np.unique(raw), words)
    kind, _, mark = base.partition(":")
    if kind == "onehot":
        return names
    if kind == "ge":
        return (f"below {mark}", f"from {mark}")
    mark = mark if words is None else words[int(mark)]
    others = [name for name in names if name != mark]
    return (others[0] if len(others) == 1 else f"not {mark}", mark)


def _named(values: Array, words: tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(f"{value:.17g}" if words is None else words[int(value)] for value in values)


def _rare(raw: Array, words: tuple[str, ...] | None, classes: tuple[str, ...]) -> list[str]:
    """What to say about classes of one sample."""
    if not classes or raw.shape[1] != 1:
        return []
    values, counts = np.unique(raw, return_counts=True)
    if len(values) > MOST_CLASSES and words is None and len(classes) < len(values):
        return []  # numbers, and two classes made of them
    once = _named(values[counts == 1], words)
    return [f"class{'es' if len(once) > 1 else ''} {_some(once)} of one sample each"] if once else []


def _one_column_each(names: tuple[str, ...], more: str) -> str:
    return f"labels are {len(names)} classes, one 0/1 column each: {_some(names)}{more}"


def _some(names: tuple[str, ...]) -> str:
    """Names in a sentence, and how many there are if some are left out."""
    return ", ".join(names[:_LISTED]) + (f", ... ({len(names)} in all)" if len(names) > _LISTED else "")


def padded(y: Array, classes: tuple[str, ...], outputs: int) -> tuple[Array, tuple[str, ...]] | None:
    """One-hot targets [N, q] and their classes for more outputs: a class is a whole number, that of its output from 0, or from 1.

    None if the classes are no such numbers, so that which outputs they are is not known.

    Examples:
        >>> y, classes = padded(np.eye(2), ("0", "3"), 4)
        >>> y.tolist(), classes
        ([[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]], ('0', '1', '2', '3'))
    """
    if len(classes) != y.shape[1] or not all(re.fullmatch(r"\d{1,9}", each) for each in classes):
        return None
    numbers = np.array(list(map(int, classes)))
    first = 1 if numbers.min() >= 1 and numbers.max() == outputs else 0
    if numbers.max() > outputs - 1 + first:
        return None
    wide = np.zeros((len(y), outputs))
    wide[:, numbers - first] = y
    return wide, tuple(str(first + each) for each in range(outputs))
