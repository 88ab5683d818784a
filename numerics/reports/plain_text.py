"""Text from files, made harmless for a terminal."""

from __future__ import annotations

LONGEST = 1000


def plain(text: object, longest: int = LONGEST) -> str:
    """The text in one line of printable letters: all others are written as in Python, such as \\x1b or \\u202e.

    Control characters, line ends, marks that reverse the direction of text, and lone surrogates are not printable. What
    is beyond `longest` letters is replaced by an ellipsis.
    """
    given = str(text)
    shown = "".join(map(_letter, given[: longest + 1]))
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def many(count: int, noun: str) -> str:
    """A count with its noun.

    Examples:
        >>> many(1, "field"), many(0, "sample")
        ('1 field', '0 samples')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _letter(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
