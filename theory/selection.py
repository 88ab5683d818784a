"""The choice of claims by labels and topics, for whatever has a label and a topic."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from itertools import groupby
from typing import Protocol, TypeVar

from sparse_limits.theory.input_error import InputError


class Labelled(Protocol):
    """Something of the ledger: an entry of it, or a line of its table of contents."""

    @property
    def label(self) -> str: ...

    @property
    def topic(self) -> str: ...

    @property
    def core(self) -> bool: ...


Chosen = TypeVar("Chosen", bound=Labelled)
Item = TypeVar("Item")
LABEL = re.compile(r"([A-Z])(\d+)(?:\.(\d+))?")  # of a claim, or of a part of one
SHORTEST = 4  # letters of a name for which a near one is guessed: of labels as short as S4 too many are near


def select(entries: Iterable[Chosen], names: Sequence[str], core: bool = False) -> list[Chosen]:
    """Return the entries that are named by labels or topics, in their order; all of them when nothing is named.

    The label of a claim that is in parts, such as G3, names all of them. core: without further claims.

    Raises:
        InputError: for a name that is neither a label nor a topic, and where only further claims are named and `core` is True.
    """
    entries = list(entries)
    labels, topics = [entry.label for entry in entries], list(dict.fromkeys(entry.topic for entry in entries))
    for name in names:
        if name not in {*labels, *map(whole, labels), *topics}:
            expected = f"; topics: {', '.join(topics)}; labels: {in_spans(labels)}"
            near = near_label(name, labels) or meant(name, topics)
            raise InputError(f"{name!r:.40} is neither a label nor a topic{near or expected}")
    found = [entry for entry in entries if not names or {entry.label, whole(entry.label), entry.topic} & set(names)]
    chosen = [entry for entry in found if entry.core or not core]
    if found and not chosen:
        raise InputError(
            f"core is given and {', '.join(names)} has further claims only, expected a name with core claims"
        )
    return chosen


def part_of(items: Sequence[Item], shard: str | None) -> list[Item]:
    """Return one of several parts of a list, which together have each item once: "2/4" is the second of four.

    Raises:
        InputError: for a shard that there is not.

    Examples:
        >>> part_of("abcdefg", "2/3"), part_of("abc", None)
        (['b', 'e'], ['a', 'b', 'c'])
    """
    if shard is None:
        return list(items)
    found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", str(shard))
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise InputError(f"shard is {shard!r:.60}, expected I/N with I from 1 to N, such as 2/4")
    return list(items[int(found[1]) - 1 :: int(found[2])])


def whole(label: str) -> str:
    """The label of the claim to which a part belongs; that of a claim without parts is its own.

    Examples:
        >>> whole("G3.1"), whole("G5")
        ('G3', 'G5')
    """
    return label.partition(".")[0]


def first_part(label: str, labels: Iterable[str]) -> str:
    """Where a link to a claim leads: to its first part if it is in parts, else to the claim itself.

    Examples:
        >>> first_part("G3", ["G2", "G3.1", "G3.2"]), first_part("G2", ["G2", "G3.1"])
        ('G3.1', 'G2')
    """
    return next((each for each in labels if whole(each) == label != each), label)


def reading_order(label: str) -> tuple[str, int, int]:
    """What labels are sorted by: their letter, their number, and that of the part.

    Raises:
        ValueError: for what is no label.

    Examples:
        >>> sorted(["G10", "G3.2", "G3.1", "G2"], key=reading_order)
        ['G2', 'G3.1', 'G3.2', 'G10']
    """
    found = LABEL.fullmatch(label)
    if found is None:
        raise ValueError(
            f"label {label!r}: expected a capital letter and a number, such as S4, or a part, such as G3.1"
        )
    return found[1], int(found[2]), int(found[3] or 0)


def near_label(name: str, labels: Collection[str]) -> str:
    """Ask for the label that was meant, as `meant` does: in capitals, without blanks, of the whole, with a digit less.

    Examples:
        >>> [near_label(name, ("S4", "K13.1", "K13.2")) for name in ("S 4", "S44", "S5")]
        [', did you mean S4?', ', did you mean S4?', '']
        >>> near_label("k13.9", ("S4", "K13.1", "K13.2"))
        ', did you mean K13 (K13.1, K13.2)?'
    """
    typed = re.sub(r"[^A-Z0-9.]", "", name[:60].upper()).strip(".")
    found = re.fullmatch(r"([A-Z])\1*0*(\d{1,9})(?:\.0*(\d{1,9}))?", typed)
    if found is None:
        return ""
    letter, number, part = found.groups()
    shorter = [number[:i] + number[i + 1 :] for i in reversed(range(len(number)))]
    for near in (f"{letter}{number}.{part}", f"{letter}{number}", *(f"{letter}{each}" for each in shorter)):
        if near in labels:
            return f", did you mean {near}?"
        if inside := [each for each in labels if whole(each) == near]:
            return f", did you mean {near} ({', '.join(inside)})?"
    return ""


def in_spans(labels: Sequence[str]) -> str:
    """Labels in reading order, in a few words: the first and the last of each letter.

    Examples:
        >>> in_spans(["S1", "S2", "S3.1", "G1"])
        'S1 to S3.1, G1'
    """
    groups = [list(group) for _, group in groupby(labels, key=lambda label: label[0])]
    return ", ".join(each[0] if len(each) == 1 else f"{each[0]} to {each[-1]}" for each in groups)


def closest(name: str, names: Iterable[str]) -> str | None:
    """The name that was meant: the same in other letters, or a near one; None where none is."""
    small = {each.lower(): each for each in names}
    guessed = get_close_matches(name.lower(), small, n=1) if len(name) >= SHORTEST else []
    return small.get(name.lower()) or (small[guessed[0]] if guessed else None)


def meant(name: str, names: Iterable[str]) -> str:
    """Ask for the name that was meant, as a part of a message; nothing where none is near.

    Examples:
        >>> meant("s4", ("S4", "kernel")), meant("kernl", ("S4", "kernel")), meant("S5", ("S4", "kernel"))
        (', did you mean S4?', ', did you mean kernel?', '')
    """
    near = closest(name, names)
    return f", did you mean {near}?" if near else ""
