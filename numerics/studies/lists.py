"""Settings of a study that are lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sparse_limits.numerics.arguments import InputError


def check_lists(settings: object, lists: Sequence[str], known: Mapping[str, Sequence[str]]) -> None:
    """InputError, in one line, for a list that is empty, or that has a word which is not known; a repeated word is dropped.

    settings: a frozen dataclass. lists: names of its lists. known: the words of some of them.
    """
    for name in lists:
        if not isinstance(values := getattr(settings, name), tuple) or not values:
            raise InputError(f"{name} is {values!r:.60}, expected one or more in a list")
        object.__setattr__(settings, name, tuple(dict.fromkeys(values)))
    for name, words in known.items():
        for value in getattr(settings, name):
            if value not in words:
                raise InputError(f"{name} is {value!r:.60}, expected {', '.join(words)}")
