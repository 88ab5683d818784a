"""A formula in LaTeX as pieces, and how wide these are when it is set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

SIZES = (1.0, 1.0, 0.72, 0.55)  # of letters: displayed, in a line, in an index, in an index of an index

TOKEN = re.compile(r"\\(?:begin|end)\{\w+\*?\}|\\[a-zA-Z]+\*?|\\.|[{}^_&]|\s+|.", re.DOTALL)

RELATIONS = frozenset(["=", "<", ">", ":", "\\le", "\\ge", "\\leq", "\\geq", "\\ne", "\\neq", "\\approx", "\\sim", "\\to", "\\mapsto", "\\in", "\\subset", "\\subseteq", "\\equiv"]) | {
    "\\Longrightarrow", "\\Longleftrightarrow", "\\Rightarrow", "\\iff", "\\ll", "\\gg", "\\lesssim", "\\colon", "\\propto",
}  # fmt: skip

SIGNS = frozenset(["+", "-", "\\pm", "\\mp", "\\times", "\\cdot", "\\cup", "\\cap", "\\setminus", "\\wedge", "\\vee"])

PUNCTUATION = frozenset([",", ";"])

OPENING = frozenset(["(", "[", "\\{", "\\lfloor", "\\lceil", "\\langle", "\\lvert", "\\lVert"])

CLOSING = frozenset([")", "]", "\\}", "\\rfloor", "\\rceil", "\\rangle", "\\rvert", "\\rVert"])

SPACES = {"\\,": 0.17, "\\:": 0.22, "\\;": 0.28, "\\ ": 0.33, "\\!": -0.17, "\\quad": 1.0, "\\qquad": 2.0, "~": 0.33}

WORDS = frozenset(
    [
        "log",
        "ln",
        "exp",
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "arccos",
        "arcsin",
        "arctan",
        "sinh",
        "cosh",
        "tanh",
        "min",
        "max",
        "sup",
        "inf",
        "lim",
        "det",
        "dim",
        "ker",
        "Pr",
        "limsup",
        "liminf",
        "arg",
        "gcd",
    ]
)

NAMES = frozenset(
    [
        "text",
        "operatorname",
        "mathrm",
        "mathbb",
        "mathbf",
        "mathcal",
        "mathit",
        "mathsf",
        "textbf",
        "textit",
        "mathfrak",
        "boldsymbol",
        "overline",
        "bar",
        "hat",
        "tilde",
        "widehat",
        "widetilde",
        "vec",
        "dot",
        "ddot",
    ]
)

SIZED = re.compile(r"\\[bB]igg?[lrm]?$")

WIDE = {"m": 0.88, "w": 0.72, "M": 1.05, "W": 1.05, "i": 0.35, "j": 0.41, "l": 0.3, "t": 0.36, "f": 0.55, "I": 0.5, "J": 0.6, "\\infty": 1.0, "|": 0.28, "!": 0.28, "'": 0.25, "/": 0.5, ".": 0.28, "\\ell": 0.42, "\\dots": 1.2, "\\ldots": 1.2, "\\cdots": 1.2, "\\mathbb": 0.7, "\\sum": 1.5, "\\prod": 1.3, "\\int": 1.0, "\\limits": 0.0, "\\small": 0.0, "\\scriptsize": 0.0, "\\middle": 0.0, "\\displaystyle": 0.0, "\\mid": 0.9, "\\circ": 0.95}  # fmt: skip


@dataclass
class Piece:
    """Something that is set as one: a letter, a fraction, brackets with what they hold; its scripts stand after it.

    kind: rel, sign, punct, open, close, space, frac, sqrt, left, group, lines (such as cases) or ord. parts: what it holds, each a row of pieces.
    around: the LaTeX before, between and after the parts.
    """

    kind: str
    text: str
    parts: tuple[list[Piece], ...] = ()
    around: tuple[str, ...] = ()
    scripts: tuple[list[Piece], ...] = ()
    script_text: str = ""
    apart: bool = False  # whether a space stands before it: brackets after a space are a factor, else an argument


def text_of(*rows: Sequence[Piece]) -> str:
    """The LaTeX of rows; a command and a letter after it stay apart."""
    made = ""
    for piece in (piece for row in rows for piece in row):
        made += _apart(made, piece.text) + piece.text + piece.script_text
    return made


def text_around(piece: Piece, parts: Sequence[str]) -> str:
    """The LaTeX of a piece, without its scripts, if its parts were these."""
    made = ""
    for around, part in zip(piece.around, [*parts, ""], strict=True):
        made += around + _apart(around, part) + part
    return made


def _apart(before: str, after: str) -> str:
    return " " if re.search(r"\\[a-zA-Z]+$", before) and re.match(r"[a-zA-Z]", after) else ""


def width(latex: str, style: int = 0) -> float:
    """The width of a formula in em, estimated; style: 0 displayed, 1 in a line, 2 and 3 in an index."""
    return row_width(pieces_of(latex), style)


def row_width(row: Sequence[Piece], style: int = 0) -> float:
    return sum(piece_width(piece, style, place == 0) for place, piece in enumerate(row))


def piece_width(piece: Piece, style: int, first: bool) -> float:
    size, narrow = SIZES[style], style >= 2
    match piece.kind:
        case "rel":
            own = (0.78 + (0 if narrow else 0.56)) * size
        case "sign":
            own = (0.78 + (0 if narrow or first else 0.44)) * size
        case "punct":
            own = 0.45 * size
        case "space":
            own = SPACES.get(piece.text, 0.0) * size
        case "frac":
            own = max(row_width(part, min(style + 1, 3)) for part in piece.parts) + 0.26 * size
        case "sqrt":
            own = (
                sum(row_width(part, style) for part in piece.parts[-1:]) + (0.9 + 0.02 * len(piece.text) ** 0.5) * size
            )
        case "left":
            tall = 0.6 if "\\frac" in piece.text or "\\int" in piece.text or "\\sum" in piece.text else 0.42
            tall = 0.8 if "\\begin{" in piece.text else tall  # around several lines
            own = row_width(piece.parts[0], style) + 2 * tall * size
        case "group":
            own = row_width(piece.parts[0], style)
        case "lines":
            inner = 0 if "aligned" in piece.around[0] else max(style, 1)  # its lines are displays
            columns = zip_longest(
                *([row_width(cell, inner) for cell in row] for row in rows_of_cells(piece)), fillvalue=0.0
            )
            widths = [max(column) for column in columns]
            own = sum(widths) + (len(widths) - 1 + ("cases" in piece.around[0])) * size
        case _:
            own = _letters(piece.text) * size
    limits = piece.text in ("\\sum", "\\prod") and style == 0
    scripts = [row_width(part, min(3, max(2, style + 1))) for part in piece.scripts]
    return max([own, *scripts]) if limits else own + max(scripts, default=0.0)


@lru_cache(maxsize=4096)
def _letters(text: str) -> float:
    """The width of a piece without parts."""
    if named := re.fullmatch(r"\\(\w+)\{(.*)\}", text, re.DOTALL):
        letters = sum(
            WIDE.get(each, 0.28 if each == " " else 0.7 if each.isupper() else 0.5)
            for each in named[2]
            if each.isprintable()
        )
        return letters if named[1] != "operatorname" else letters + 0.2
    if SIZED.match(text):
        return 0.15
    word = text.lstrip("\\")
    if word in WORDS:
        return 0.5 * len(word) + 0.2
    return WIDE.get(
        text,
        0.7
        if word[:1].isupper() and not word[1:]
        else 0.78
        if word[:1].isupper()
        else 0.55
        if text.startswith("\\")
        else 0.52,
    )


def pieces_of(latex: str) -> list[Piece]:
    tokens = [found[0] for found in TOKEN.finditer(latex)]
    row, _ = _row(tokens, 0, ())
    return row


def _row(tokens: Sequence[str], place: int, ends: tuple[str, ...]) -> tuple[list[Piece], int]:
    """The pieces up to one of the tokens that end the row, and the place of that token."""
    row: list[Piece] = []
    apart = False
    while place < len(tokens) and tokens[place] not in ends:
        token = tokens[place]
        if token in "^_":
            script, text, place = _argument(tokens, place + 1)
            if not row:
                row.append(Piece("ord", ""))
            row[-1].scripts = (*row[-1].scripts, script)
            row[-1].script_text += token + text
            continue
        if token.isspace():
            apart, place = True, place + 1
            continue
        piece, place = _piece(tokens, place)
        piece.apart, apart = apart, False
        row.append(piece)
    return row, place


def _piece(tokens: Sequence[str], place: int) -> tuple[Piece, int]:
    token = tokens[place]
    name = token[1:] if token.startswith("\\") else ""
    if token == "{":
        inner, end = _row(tokens, place + 1, ("}",))
        return Piece("group", "".join(tokens[place : end + 1]), (inner,), ("{", "}")), end + 1
    if token == "\\left":
        start = _skip(tokens, place + 1)
        inner, end = _row(tokens, start + 1, ("\\right",))
        close = _skip(tokens, end + 1)
        text = "".join(tokens[place : close + 1])
        return Piece("left", text, (inner,), ("\\left" + tokens[start], "\\right" + _at(tokens, close))), close + 1
    if token.startswith("\\begin{"):
        return _lines(tokens, place)
    if name in ("frac", "dfrac", "tfrac", "binom"):
        top, top_text, after = _argument(tokens, place + 1)
        bottom, bottom_text, after = _argument(tokens, after)
        text = token + _braced(top_text) + _braced(bottom_text)
        return Piece("frac", text, (top, bottom), (token + "{", "}{", "}")), after
    if name == "sqrt":
        place = _skip(tokens, place + 1)
        root = ""
        if _at(tokens, place) == "[":
            end = tokens.index("]", place)
            root, place = "".join(tokens[place : end + 1]), end + 1
        inner, text, after = _argument(tokens, place)
        return Piece("sqrt", token + root + _braced(text), (inner,), (token + root + "{", "}")), after
    if name in NAMES:
        _, text, after = _argument(tokens, place + 1)
        return Piece("ord", token + _braced(text)), after
    for kind, members in (
        ("rel", RELATIONS),
        ("sign", SIGNS),
        ("punct", PUNCTUATION),
        ("open", OPENING),
        ("close", CLOSING),
        ("space", SPACES),
    ):
        if token in members:
            return Piece(kind, token), place + 1
    return Piece("ord", token), place + 1


def _lines(tokens: Sequence[str], place: int) -> tuple[Piece, int]:
    """An environment: its cells are parts, and what parts them stands around these."""
    cells: list[list[Piece]] = []
    around, start, end = [tokens[place]], place, tokens[place].replace("begin", "end")
    while place < len(tokens) and tokens[place] != end:
        cell, place = _row(tokens, place + 1, ("&", "\\\\", end))
        cells.append(cell)
        around.append(_at(tokens, place))
    return Piece("lines", "".join(tokens[start : place + 1]), tuple(cells), tuple(around)), place + 1


def rows_of_cells(piece: Piece) -> Iterator[list[list[Piece]]]:
    """The rows of cells of an environment."""
    row: list[list[Piece]] = []
    for cell, after in zip(piece.parts, piece.around[1:], strict=True):
        row.append(cell)
        if after != "&":
            yield row
            row = []


def _argument(tokens: Sequence[str], place: int) -> tuple[list[Piece], str, int]:
    """The argument of a command: its pieces, its LaTeX, and the place after it."""
    place = _skip(tokens, place)
    if place >= len(tokens):
        return [], "", place
    piece, after = _piece(tokens, place)
    return (piece.parts[0] if piece.kind == "group" else [piece]), "".join(tokens[place:after]), after


def _skip(tokens: Sequence[str], place: int) -> int:
    while place < len(tokens) and tokens[place].isspace():
        place += 1
    return place


def _at(tokens: Sequence[str], place: int) -> str:
    return tokens[place] if place < len(tokens) else ""


def _braced(text: str) -> str:
    return text if text.startswith("{") else "{" + text + "}"
