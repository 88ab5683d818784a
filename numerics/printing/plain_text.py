"""Text in one line: from files, made harmless for a terminal, and names and numbers made short."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

LONG = 16  # letters of a path that a table has room for
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


def no_less(number: float, digits: int = 2) -> str:
    """A number from 0 in so many digits, rounded up, so that a bound stays a bound and a density that is taken from it is not too small.

    Examples:
        >>> no_less(0.1001), no_less(0.1), no_less(0.00274), no_less(0.00098841, digits=3), no_less(0.0)
        ('0.11', '0.1', '0.0028', '0.000989', '0')
    """
    near = f"{number:.{digits}g}"
    return near if float(near) >= number else f"{float(near) + 10.0 ** (floor(log10(number)) + 1 - digits):.{digits}g}"


def _letter(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")


def rounded(digits: str) -> str:
    """A whole number, beyond seven digits to four of them, cut off.

    Examples:
        >>> rounded("1234567"), rounded("12349876543")
        ('1234567', '1.234e10')
    """
    return digits if len(digits) <= 7 else f"{digits[0]}.{digits[1:4]}e{len(digits) - 1}"


def short_names(paths: Sequence[str], room: int | None = None) -> list[str]:
    """Paths of layers for a table: long ones are cut in front, at a dot, to the shortest end that no other path has.

    room: letters, if there are no more; ends that are longer are cut in the middle, too, where they still differ then.

    Examples:
        >>> short_names(["encoder.layers.0.linear", "encoder.layers.1.linear", "head", ""])
        ['…0.linear', '…1.linear', 'head', '(itself)']
        >>> short_names(["encoder.layers.0.second_linear", "encoder.layers.1.second_linear"], 13)
        ['…0.sec…linear', '…1.sec…linear']
    """
    found = []
    for path in paths:
        parts = path.split(".")
        ends = (".".join(parts[-number:]) for number in range(1, len(parts)))
        alone = next((end for end in ends if sum(f".{each}".endswith(f".{end}") for each in paths) == 1), path)
        short = f"…{alone}" if len(alone) + 1 < len(path) else path
        found.append((short if len(path) > LONG else path) or "(itself)")
    if room is None or max(map(len, found), default=0) <= room:
        return found
    cut = [
        name if len(name) <= room else f"{name[: room // 2]}…{name[len(name) - (room - 1) // 2 :]}" for name in found
    ]
    return cut if len({*cut}) == len({*found}) else found
