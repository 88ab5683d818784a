"""The Markdown of the book's pages (MyST), read by tokens and rewritten as the Markdown that a notebook shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sparse_limits.theory.input_error import InputError

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
FORMULA = re.compile(r"(\$\$.+?\$\$|\$[^$]+?\$)", re.DOTALL)
DIRECTIVE = re.compile(r"\{([\w:-]+)\}\s*(.*)", re.DOTALL)
OUTSIDE = re.compile(r"^(\w[\w+.-]*:|//)")  # a link that says where it leads by itself
ENTITIES = str.maketrans({each: f"&#{ord(each)};" for each in "\\`*_{}[]<>|$#~&"})


@dataclass(frozen=True)
class Directive:
    """A directive of a page. argument: the words after its name; options: by name, as they are written; body: the rest."""

    name: str
    argument: str
    options: Mapping[str, Any]
    body: str


def parse(text: str) -> list[Token]:
    """Read a text as MyST does, with the extensions that the book's _config.yml switches on."""
    return _parser().parse(text)


@cache
def _parser() -> MarkdownIt:
    try:
        from markdown_it import MarkdownIt
        from mdit_py_plugins.amsmath import amsmath_plugin
        from mdit_py_plugins.colon_fence import colon_fence_plugin
        from mdit_py_plugins.deflist import deflist_plugin
        from mdit_py_plugins.dollarmath import dollarmath_plugin
        from mdit_py_plugins.front_matter import front_matter_plugin
        from mdit_py_plugins.myst_blocks import myst_block_plugin
        from mdit_py_plugins.myst_role import myst_role_plugin
    except ModuleNotFoundError as error:
        raise InputError(f"{error.name} is not installed, expected after pip install '.[notebooks]'") from None
    reader = MarkdownIt("commonmark").enable("table")
    for plugin in (front_matter_plugin, myst_block_plugin, myst_role_plugin, colon_fence_plugin, deflist_plugin):
        reader.use(plugin)
    return reader.use(dollarmath_plugin).use(amsmath_plugin)


def directive(token: Token) -> Directive | None:
    """The directive that a token is, if it is one."""
    found = DIRECTIVE.fullmatch(token.info.strip()) if token.type in ("fence", "colon_fence") else None
    if found is None:
        return None
    options, body = _options(token.content)
    return Directive(found[1], found[2].strip(), options, body.strip("\n"))


def _options(content: str) -> tuple[dict[str, Any], str]:
    """The options at the head of a directive, a block between --- or lines such as `:name: value`, and what follows."""
    import yaml

    lines = content.split("\n")
    if lines[0].strip() == "---":
        end = next(i for i, line in enumerate(lines[1:], start=1) if line.strip() == "---")
        return yaml.safe_load("\n".join(lines[1:end])) or {}, "\n".join(lines[end + 1 :])
    options = {}
    while lines and (found := re.fullmatch(r":([\w-]+):\s*(.*)", lines[0].strip())):
        options[found[1]] = yaml.safe_load(found[2]) if found[2].startswith("[") else found[2]
        del lines[0]
    return options, "\n".join(lines)


@dataclass(frozen=True)
class Rewriting:
    """How a text changes: what stands in place of a role, of the target of a link or a picture, and of a directive.

    role: from its name and its text. link: the new target, None for a link that leads nowhere, which becomes its words,
    and the words for a link that has none. picture: the new target.
    """

    role: Callable[[str, str], str]
    link: Callable[[str], tuple[str | None, str]]
    picture: Callable[[str], str]
    directive: Callable[[Directive], str]

    def apply(self, text: str) -> str:
        """Return the text with everything replaced that a notebook would show raw."""
        starts = [0]
        for line in text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        edits: list[tuple[int, int, str]] = []
        cursor = 0
        for token in parse(text):
            if token.map is None:
                continue
            first, last = starts[token.map[0]], min(starts[token.map[1]], len(text))
            if token.type == "inline":
                found = list(self._inline(token, text, max(cursor, first)))
                edits += found
                cursor = max([cursor, *(end for _, end, _ in found)])
            elif token.type in ("myst_target", "front_matter", "myst_block_break", "myst_line_comment"):
                target = f'<a id="{token.content}"></a>\n\n' if token.type == "myst_target" else ""
                edits.append((first, last, target))
            elif (asked := directive(token)) is not None:
                indent = " " * (len(text[first:]) - len(text[first:].lstrip(" ")))
                edits.append((first, last, _indented(self.directive(asked), indent) + "\n"))
        for first, last, replacement in reversed(edits):
            text = text[:first] + replacement + text[last:]
        return text

    def _inline(self, token: Token, text: str, cursor: int) -> Iterator[tuple[int, int, str]]:
        """Replacements inside a paragraph: the tokens say what there is, in order, the text where it stands."""
        opened = token.children or []
        for number, child in enumerate(opened):
            if child.type == "myst_role":
                name = str(child.meta["name"])
                place = _find(rf"\{{{name}\}}(`+)\s*{_words(child.content)}\s*\1", text, cursor)
                yield *place, self.role(name, child.content)
            elif child.type == "code_inline":
                place = _find(rf"{child.markup}\s*{_words(child.content)}\s*{child.markup}", text, cursor)
            elif child.type == "image":
                place = _target(child.attrs["src"], text, cursor)
                yield *place, f"]({self.picture(str(child.attrs['src']))})"
            elif child.type == "link_open" and child.markup != "autolink":
                place = _target(child.attrs["href"], text, cursor)
                if not OUTSIDE.match(str(child.attrs["href"])):
                    yield from self._linked(child, text, place, opened[number + 1].type == "link_close")
            else:
                continue
            cursor = place[1]

    def _linked(self, child: Token, text: str, place: tuple[int, int], empty: bool) -> Iterator[tuple[int, int, str]]:
        """What stands for a link of the book: its new target; or, where there is none, its words without their brackets."""
        target, words = self.link(str(child.attrs["href"]))
        start, end = place
        if target is not None:
            yield start, end, f"{words if empty else ''}]({target})"
            return
        opening = _opening(text, start)
        yield opening, opening + 1, f"*{words}*" if empty else ""
        yield start, end, ""


def _target(address: object, text: str, cursor: int) -> tuple[int, int]:
    """Where the target of a link stands, from the bracket that ends its words on."""
    return _find(rf"\]\(<?{re.escape(str(address))}>?\s*(\"[^\"]*\")?\s*\)", text, cursor)


def _opening(text: str, closing: int) -> int:
    """Where the bracket opens that is closed at a place."""
    depth = 1
    for place in range(closing - 1, -1, -1):
        depth += (text[place] == "]") - (text[place] == "[")
        if not depth:
            return place
    raise ValueError(f"nothing opens the bracket before {text[closing : closing + 80]!r}")


def _words(content: str) -> str:
    """A pattern of words between any blanks; in the cells of a table their bars follow backslashes."""
    return r"\s+".join(re.escape(word).replace(r"\|", r"\\?\|") for word in content.split())


def _find(pattern: str, text: str, cursor: int) -> tuple[int, int]:
    found = re.compile(pattern).search(text, cursor)
    if found is None:
        raise ValueError(f"{pattern!r} is read from {text[cursor : cursor + 200]!r}, and does not stand there")
    return found.span()


def _indented(text: str, indent: str) -> str:
    return "\n".join(f"{indent}{line}" if line else line for line in text.split("\n"))


def one_line_displays(text: str) -> str:
    """The text with no formula across lines, where a quotation or a list would take it apart; displayed ones apart."""
    flat = FORMULA.sub(lambda formula: " ".join(formula[1].split()), text.strip())
    apart = DISPLAY.sub(lambda formula: f"\n\n$${formula[1].strip()}$$\n\n", flat)
    return re.sub(r"[ \t]*\n{2,}[ \t]*(?=\$\$)|(?<=\$\$)\n{2,}[ \t]*", "\n\n", apart).strip()


def quoted(text: str) -> str:
    """The text as a block quotation."""
    return "\n".join(f"> {line}".rstrip() for line in one_line_displays(text).split("\n"))


def folded(summary: str, body: str) -> str:
    """The text after a line that opens it; the summary is HTML. Blank lines make what is inside Markdown again."""
    return f"<details>\n<summary>{summary}</summary>\n\n{body.strip()}\n\n</details>"


def literal(text: str) -> str:
    """Words in which nothing is markup, for Markdown and for the summary of a fold."""
    return " ".join(text.split()).translate(ENTITIES)


def cell(text: str) -> str:
    """Markdown for a cell of a table: in one line, no bar but those between cells."""
    parts = FORMULA.split(" ".join(text.split()))
    parts[1::2] = [formula.replace(r"\|", r"\Vert ").replace("|", r"\vert ") for formula in parts[1::2]]
    parts[::2] = [words.replace(r"\|", "|").replace("|", r"\|") for words in parts[::2]]
    return "".join(parts)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table, its cells in Markdown."""
    lines = [tuple(head), ("---",) * len(head), *(tuple(map(cell, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def listed_rows(body: str) -> list[tuple[str, ...]]:
    """The rows of a `list-table`: a list of lists, the cells in the Markdown of the page."""
    lines = body.split("\n")
    rows: list[list[str]] = []
    depth = 0
    for token in parse(body):
        depth += (token.type == "bullet_list_open") - (token.type == "bullet_list_close")
        if token.type != "list_item_open" or token.map is None:
            continue
        if depth == 1:
            rows.append([])
        elif depth == 2:
            first, *others = lines[token.map[0] : token.map[1]]
            rows[-1].append("\n".join([re.sub(r"^\s*(\* )?\s*- ?", "", first), *(line.strip() for line in others)]))
    return [tuple(row) for row in rows]
