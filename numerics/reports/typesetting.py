"""Formulas broken into lines where they are wider than the page: the width of a formula in LaTeX, estimated, and the breaks.

Breaking adds lines and nothing else: `joined` gives back the formula as it was. What is broken is what an expression is
printed as, so a line cannot say anything else than the expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

COLUMN = 34.5  # em of a formula in the column of a page's text, 747 pixels
TIGHTER = (1.0, 0.85, 0.7)  # of the room, tried one after the other: what cannot be broken takes more than it is given
INDENT = 1.0  # of the second line of a formula, em
SHORT = 6.0  # what does not stand on a line by itself, em
LEAST = 9.0  # room for what is broken inside brackets or a fraction, em
SIZES = (1.0, 1.0, 0.72, 0.55)  # of letters: displayed, in a line, in an index, in an index of an index

TOKEN = re.compile(r"\\(?:begin|end)\{\w+\*?\}|\\[a-zA-Z]+\*?|\\.|[{}^_&]|\s+|.", re.DOTALL)
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$([^$]+?)\$", re.DOTALL)

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
    """Something that is set as one: a letter, a fraction, brackets with what they hold; its scripts stand behind it.

    kind: rel, sign, punct, open, close, space, frac, sqrt, left, group, lines (such as cases) or ord. parts: what it holds, each a row of pieces.
    around: the LaTeX before, between and behind the parts.
    """

    kind: str
    text: str
    parts: tuple[list[Piece], ...] = ()
    around: tuple[str, ...] = ()
    scripts: tuple[list[Piece], ...] = ()
    script_text: str = ""
    apart: bool = False  # whether a space stands before it: brackets behind a space are a factor, else an argument


SMALLER = {r"\small": 0.85, r"\scriptsize": 0.7}  # letters for what no break makes narrow enough, and their size


def width(latex: str, style: int = 0) -> float:
    """The width of a formula in em, estimated; style: 0 displayed, 1 in a line, 2 and 3 in an index."""
    return _width(_pieces(latex), style)


def broken(latex: str, room: float = COLUMN) -> str:
    """The formula, in lines if it is wider than the room in em; as it is where it has lines already or nothing to break at."""
    text = latex.strip()
    if width(text) <= room:
        return latex
    pieces = _flat(_pieces(text))
    tries = [_set(pieces, share * room) for share in TIGHTER]
    made = next((each for each in tries if width(each) <= room), min(tries, key=width))
    smaller = next((name for name, size in SMALLER.items() if width(made) * size <= room), "")
    return f"{{{smaller} {made}}}" if width(made) > room and smaller else made


def joined(latex: str) -> str:
    """A formula without the lines that `broken` has made, and without braces around whole pieces."""
    text = latex.replace(BREAK_FACTOR, " ").replace(BREAK, " ").replace(BREAK_PLAIN, " ")
    for mark in (
        *SMALLER,
        BREAK_BELOW,
        BREAK_WITH,
        BREAK_AND,
        OPEN,
        CLOSE,
        BEGIN,
        END,
        r"\left.",
        r"\right|_",
        "\\ ",
        "&",
    ):
        text = text.replace(mark, "")
    return re.sub(r"[\s{}]", "", text)


def fitted(markdown: str, room: float = COLUMN, *, displays: bool = True) -> str:
    """Markdown whose formulas are broken where they are too wide; one in a sentence is then displayed, or broken in its place."""

    def formula(found: re.Match[str]) -> str:
        inline = found[1] is None
        latex = found[2] if inline else found[1]
        if width(latex, 1 if inline else 0) <= room:
            return found[0]
        return f"$${broken(latex, room)}$$" if not inline or displays else f"${broken(latex, room)}$"

    def moved(found: re.Match[str]) -> str:
        return f"{found[1]}{found[2]}$$"

    text = FORMULA.sub(formula, markdown)
    return re.sub(r"(\\end\{aligned\})\$\$([.,;:]+)(?=\s|$)", moved, text)


BEGIN, END = r"\begin{aligned}&", r"\end{aligned}"
BREAK, BREAK_PLAIN, BREAK_FACTOR = r"\\&\quad{}", r"\\&{}", r"\\&\quad{}\cdot{}"
BREAK_BELOW = r"\\&\qquad{}"
BREAK_WITH, BREAK_AND = r"\\&\text{with }", r"\\&\hphantom{\text{with }}"
OPEN, CLOSE = r"\left\lbrack", r"\right\rbrack"


def _set(row: Sequence[Piece], room: float, style: int = 0) -> str:
    """A row of pieces as LaTeX no wider than the room, as far as it can be broken."""
    if _width(row, style) <= room:
        return _text(row)
    chunks = list(_chunks(row))
    if len(chunks) == 1:
        return _set_one(row, room)
    lines: list[tuple[str, str]] = []
    line: list[Piece] = []
    how, filled = "", ""  # how the line begins; what stands on it that is broken itself
    for begins, chunk in chunks:
        left = room - (INDENT if lines else 0)
        another = bool(line) and line[-1].text == "\\qquad"  # the next formula begins a line
        if line and _width([*line, *chunk]) <= left and not filled and not another:
            line += chunk
            continue
        if line and not filled and not another and _width(line) <= SHORT and _width(chunk) > left:
            filled = _text(line) + _set_one(chunk, left - _width(line))
            continue
        if line:
            lines.append((how, filled or _text(line)))
            how, left = begins, room - INDENT
        line, filled = list(chunk), ""
        if _width(chunk) > left:
            filled = _set_one(chunk, left)
    lines.append((how, filled or _text(line)))
    if len(lines) == 1:
        return lines[0][1]
    return BEGIN + "".join((BREAK if how == "rest" else BREAK_PLAIN if how else "") + text for how, text in lines) + END


def _set_one(row: Sequence[Piece], room: float) -> str:
    """A row without a sum or a relation: what its widest piece holds is broken, or its factors stand in lines."""
    whole, held = _width(row), [_inside(piece) for piece in row]
    widest = max(range(len(row)), key=lambda place: held[place])
    left = room - (whole - _one(row[widest], 0, False)) - _frame(row[widest])
    factors = list(_factors(row))
    named = next((place for place, piece in enumerate(row) if _names(piece)), None)
    if named is not None:
        made = _set_named(row[named], room - (whole - _width([row[named]])))
        return _text(row[:named]) + (made if len(row) == 1 else OPEN + made + CLOSE) + _text(row[named + 1 :])
    if held[widest] and (left >= LEAST or len(factors) == 1):
        piece = row[widest]
        parts = (
            _set_cells(piece, max(left, LEAST))
            if piece.kind == "lines"
            else [_set(_flat(part), max(left, LEAST)) for part in piece.parts]
        )
        made = "".join(a + b for a, b in zip(piece.around, [*parts, ""], strict=True)) + piece.script_text
        return _text(row[:widest]) + made + _text(row[widest + 1 :])
    if len(factors) > 1:
        lines: list[list[Piece]] = []
        for factor in factors:
            if lines and _width([*lines[-1], *factor]) <= room - INDENT:
                lines[-1] += factor
            else:
                lines.append(list(factor))
        if len(lines) > 1:
            set_lines = [
                _text(each) if _width(each) <= room - 2 * INDENT else _set_one(each, room - 2 * INDENT)
                for each in lines
            ]
            return BEGIN + BREAK_FACTOR.join(set_lines) + END
    return _text(row)


def _names(piece: Piece) -> bool:
    """Whether it names quantities behind a bar: an expression at x = …"""
    return (
        piece.kind == "left"
        and piece.around[1] == "\\right|"
        and piece.script_text.startswith("_{")
        and len(piece.scripts) == 1
    )


def _set_named(piece: Piece, room: float) -> str:
    """An expression and, in the lines below it, the quantities that it names."""
    body, named = _set(_flat(piece.parts[0]), max(room, LEAST)), list(_chunks_at_commas(_flat(piece.scripts[0])))
    lines = [_set(each, max(room - 3, LEAST)) for each in named]
    return BEGIN + body + BREAK_WITH + BREAK_AND.join(lines) + END


def _chunks_at_commas(row: Sequence[Piece]) -> Iterator[list[Piece]]:
    """The row cut behind commas outside of brackets."""
    depth = 0
    chunk: list[Piece] = []
    for piece in row:
        if piece.kind == "space" and chunk and chunk[-1].kind == "punct" and depth == 0:
            yield chunk
            chunk = []
            continue
        chunk = [*chunk, piece]
        depth += (piece.kind == "open") - (piece.kind == "close")
    yield chunk


def _set_cells(piece: Piece, room: float) -> list[str]:
    """The cells of an environment, the wide ones broken; the last of two columns takes no more than it needs, or half."""
    rows = list(_rows(piece))
    most = max(map(len, rows))
    if most > 2 or "cases" not in piece.around[0]:
        return [_text(cell) for cell in piece.parts]
    room -= most
    last = max((_width(row[1], 1) for row in rows if len(row) > 1), default=0.0)
    first = max(_width(row[0], 1) for row in rows)
    if first + last > room and last > room / 4:
        return [text for row in rows for text in _stacked(row, room)]
    rooms = (room - last, last)
    return [_set(_flat(cell), rooms[place], 1) for row in rows for place, cell in enumerate(row)]


def _stacked(row: Sequence[list[Piece]], room: float) -> list[str]:
    """A row of cases whose condition stands below its value, if they are too wide side by side."""
    if len(row) < 2 or sum(_width(cell, 1) for cell in row) <= room:
        return list(map(_text, row))
    value, condition = (_set(_flat(cell), room - place * 2 * INDENT, 1) for place, cell in enumerate(row))
    return [BEGIN + value + BREAK_BELOW + condition + END, ""]


def _frame(piece: Piece) -> float:
    """The width of a piece beside what it holds, and of its scripts."""
    scripts = max((_width(part, 2) for part in piece.scripts), default=0.0)
    return scripts + {"frac": 0.3, "left": 1.3, "lines": 1.0, "sqrt": 1.2}.get(piece.kind, 0.0)


def _inside(piece: Piece) -> float:
    """How wide what a piece holds is, where it can be broken."""
    if piece.kind == "lines":
        return _one(piece, 0, True)
    return (
        max((_width(part) for part in piece.parts), default=0.0)
        if piece.kind in ("frac", "left", "group", "sqrt")
        else 0.0
    )


def _chunks(row: Sequence[Piece]) -> Iterator[tuple[str, list[Piece]]]:
    """The row cut before relations and signs, and behind commas, outside of brackets; with how the line would begin."""
    depth, begins, fresh = 0, "", False
    chunk: list[Piece] = []
    for place, piece in enumerate(row):
        before = row[place - 1].kind if place else "open"
        unary = piece.kind == "sign" and before in ("open", "rel", "sign", "punct", "space")
        if (
            chunk
            and depth == 0
            and ((fresh and piece.kind != "space") or (piece.kind in ("rel", "sign") and not unary and not fresh))
        ):
            yield begins, chunk
            chunk, begins = [], "new" if fresh else "rest"
        fresh = fresh and piece.kind == "space"
        chunk = [*chunk, piece]
        depth += (piece.kind == "open") - (piece.kind == "close")
        depth = max(depth, 0)
        if depth == 0 and (piece.kind == "punct" or piece.text in ("\\quad", "\\qquad")):
            fresh = True
    yield begins, chunk


def _factors(row: Sequence[Piece]) -> Iterator[list[Piece]]:
    """The factors of a product, cut before brackets and fractions that follow something else."""
    factor: list[Piece] = []
    for piece in row:
        done = factor and factor[-1].kind in ("ord", "frac", "left", "sqrt", "close", "group")
        word = factor and factor[-1].text.lstrip("\\").split("{")[0] in {*WORDS, "operatorname", "int", "sum", "prod"}
        if done and not word and piece.apart and piece.kind in ("frac", "left", "sqrt"):
            yield factor
            factor = []
        factor = [*factor, piece]
    yield factor


def _flat(row: Sequence[Piece]) -> list[Piece]:
    """The row, with groups that have no scripts opened."""
    made: list[Piece] = []
    for piece in row:
        if piece.kind == "group" and not piece.script_text:
            inner = _flat(piece.parts[0])
            if inner:
                inner[0] = replace(inner[0], apart=piece.apart)
            made += inner
        else:
            made.append(piece)
    return made


def _text(row: Sequence[Piece]) -> str:
    """The LaTeX of a row; a command and a letter behind it stay apart."""
    made = ""
    for piece in row:
        apart = re.search(r"\\[a-zA-Z]+$", made) and re.match(r"[a-zA-Z]", piece.text)
        made += (" " if apart else "") + piece.text + piece.script_text
    return made


def _width(row: Sequence[Piece], style: int = 0) -> float:
    return sum(_one(piece, style, place == 0) for place, piece in enumerate(row))


def _one(piece: Piece, style: int, first: bool) -> float:
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
            own = max(_width(part, min(style + 1, 3)) for part in piece.parts) + 0.26 * size
        case "sqrt":
            own = sum(_width(part, style) for part in piece.parts[-1:]) + (0.9 + 0.02 * len(piece.text) ** 0.5) * size
        case "left":
            tall = 0.6 if "\\frac" in piece.text or "\\int" in piece.text or "\\sum" in piece.text else 0.42
            own = _width(piece.parts[0], style) + 2 * tall * size
        case "group":
            own = _width(piece.parts[0], style)
        case "lines":
            inner = 0 if "aligned" in piece.around[0] else max(style, 1)  # its lines are displays
            columns = zip_longest(*([_width(cell, inner) for cell in row] for row in _rows(piece)), fillvalue=0.0)
            widths = [max(column) for column in columns]
            own = sum(widths) + (len(widths) - 1 + ("cases" in piece.around[0])) * size
        case _:
            own = _letters(piece.text) * size
    limits = piece.text in ("\\sum", "\\prod") and style == 0
    scripts = [_width(part, min(3, max(2, style + 1))) for part in piece.scripts]
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


def _pieces(latex: str) -> list[Piece]:
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


def _rows(piece: Piece) -> Iterator[list[list[Piece]]]:
    """The rows of cells of an environment."""
    row: list[list[Piece]] = []
    for cell, after in zip(piece.parts, piece.around[1:], strict=True):
        row.append(cell)
        if after != "&":
            yield row
            row = []


def _argument(tokens: Sequence[str], place: int) -> tuple[list[Piece], str, int]:
    """The argument of a command: its pieces, its LaTeX, and the place behind it."""
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
