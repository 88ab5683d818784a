"""Text with formulas in LaTeX, as a terminal shows it: Unicode, with parentheses where a fraction, root or power needs them.

Examples:
    >>> readable(r"$\\frac{2 e^{- t}}{\\pi}$ falls in $t$, as $\\tfrac12\\le\\sqrt{x_{1}^2 + y}$ for $\\|x\\|_{n+1}\\ne 0$")
    '(2 e^(- t))/π falls in t, as 1/2≤√(x₁² + y) for ‖x‖_(n+1)≠0'
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db
from pylatexenc.latexwalker import LatexGroupNode, LatexMacroNode, LatexMathNode, LatexWalker
from pylatexenc.latexwalker import get_default_latex_context_db as default_syntax
from pylatexenc.macrospec import MacroSpec

FORMULA = re.compile(r"\$\$.+?\$\$|\$.+?\$", re.DOTALL)
OPEN, CLOSE = "\ue000", "\ue001"  # around a group of LaTeX, which braces in a text are not
FRACTION, END = "\ue002", "\ue003"  # around a fraction, which needs parentheses beside a factor
NAME = "\ue004"  # before and after a function's name
GROUP = f"([\\^_]?){OPEN}([^{OPEN}{CLOSE}]*){CLOSE}"
ATOM = re.compile(r"[-−]?(\d+(\.\d+)?|\w[₀-₉²³′']*|∞)|√(\w|\d+)|√?\([^()]*\)|[‖|⌊⌈⟨][^‖|⌋⌉⟩]*[‖|⌋⌉⟩]")
CALL = re.compile(r"[\w₀-₉ ]*\([^()]*\)")  # or a product: above a fraction's line both are clear
RAISED = str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
WORDS = {
    "ne": "≠",
    "colon": ":",
    "limits": "",
    "|": "‖",
    "lVert": "‖",
    "rVert": "‖",
    "middle": "",
    "rm": "",
    "tag": "",
    "triangle": "△",
}
FUNCTIONS = "sin cos tan cot sec csc coth arcsin arccos arctan sinh cosh tanh arsinh ln log exp max min sup inf lim limsup det dim ker Pr bmod"
RELATIONS = "≠≤≥→↦∈∉⊂⊆∼≈∝±"
SIZES = ("big", "Big", "bigl", "bigr", "Bigl", "Bigr", "left", "right")


def readable(text: str) -> str:
    """The text with its formulas, between dollars, in Unicode; all else stays as it is."""
    return FORMULA.sub(lambda match: _formula(match[0]), text)


def flowed(text: str) -> str:
    r"""The text without the line breaks of its source: paragraphs, items of a list (`* `, or `- ` before a formula) and displayed formulas begin a line, formulas indented.

    Examples:
        >>> print(flowed("Let $x$\nbe $$1$$ or\n$2$.\n\nThen"))
        Let $x$ be
            $1$
        or $2$.
        <BLANKLINE>
        Then
    """
    return "\n\n".join(_one_paragraph(each) for each in re.split(r"\n\s*\n", text.strip()))


def _one_paragraph(text: str) -> str:
    lines = []
    for at, piece in enumerate(re.split(r"(\$\$.*?\$\$[.,;:]?)", text, flags=re.DOTALL)):
        if at % 2:
            lines.append("    " + " ".join(piece.split()).replace("$$", "$"))
        else:
            items = (" ".join(item.split()) for item in re.split(r"\n(?=\* |- \$)", piece))
            lines += [item for item in items if item]
    return "\n".join(lines)


def _formula(latex: str) -> str:
    nodes, _, _ = LatexWalker(latex, latex_context=_syntax(), tolerant_parsing=True).get_latex_nodes()
    return str(_printer().nodelist_to_text(nodes))


def _in_unicode(formula: str) -> str:
    """A formula without marks: what they stand for is said by parentheses, blanks and raised or lowered signs."""
    formula = re.sub(r"\^([0-9])", lambda match: match[1].translate(RAISED), formula)
    formula = re.sub(r"_([0-9])", lambda match: match[1].translate(LOWERED), formula)
    while (after := re.sub(GROUP, _ungrouped, formula)) != formula:
        formula = after
    while (after := re.sub(f"{FRACTION}([^{FRACTION}{END}]*){END}", _beside_factors, formula)) != formula:
        formula = after
    formula = re.sub(rf"(?<=[\w)]) *{NAME} *(?=[^\W²³⁰¹⁴-⁹ⁿ])", " ", formula).replace(NAME, "")
    formula = re.sub(rf"(?<=[{RELATIONS}]) +(?=\S)", "", formula)  # LaTeX does not print the blank that ends a command
    return re.sub(r"(?<=\S) +(?=[)\],.;])", "", formula)


def _beside_factors(match: re.Match[str]) -> str:
    """A fraction, in parentheses where a factor or a function's name stands beside it."""
    before, after = match.string[: match.start()].rstrip(), match.string[match.end() :].lstrip()
    alone = not re.search(rf"[\w)\]{NAME}{END}√′]$", before) and not re.match(rf"[\w(√{NAME}{FRACTION}]", after)
    return match[1] if alone else f"({match[1]})"


def _ungrouped(match: re.Match[str]) -> str:
    """A group without its braces, raised or lowered if Unicode can."""
    sign, inside = match[1], match[2].strip()
    if not sign:
        return match[2]
    ends = RAISED if sign == "^" else LOWERED
    if inside and all(ord(each) in ends for each in inside):
        return inside.translate(ends)
    return f"{sign}{inside}" if re.fullmatch(r"\w|∞|⊤", inside) else f"{sign}({inside})"


class _Printer(LatexNodes2Text):
    """Groups keep their ends until all is printed."""

    def group_node_to_text(self, node: LatexGroupNode) -> str:
        inside: str = self.nodelist_to_text(node.nodelist)
        return f"{OPEN}{inside}{CLOSE}"

    def math_node_to_text(self, node: LatexMathNode) -> str:
        return _in_unicode(super().math_node_to_text(node))


def _argument(number: int) -> Callable[[LatexMacroNode, LatexNodes2Text], str]:
    def text(node: LatexMacroNode, l2tobj: LatexNodes2Text) -> str:
        given = node.nodeargd.argnlist[number]
        return "" if given is None else str(l2tobj.nodelist_to_text([given])).strip()

    return text


def _bare(text: str) -> str:
    return text[1:-1].strip() if re.fullmatch(rf"{OPEN}.*{CLOSE}", text, re.DOTALL) else text


def _closed(text: str, *forms: re.Pattern[str]) -> str:
    """A text of one of the forms, or in parentheses."""
    bare = _bare(text)
    return bare if any(form.fullmatch(_in_unicode(bare)) for form in forms) else f"({bare})"


def _fraction(node: LatexMacroNode, l2tobj: LatexNodes2Text) -> str:
    above, below = (_argument(place)(node, l2tobj) for place in (0, 1))
    above, below = _closed(above, ATOM, CALL), _closed(below, ATOM)
    return f"{FRACTION}{above}/{below}{END}"


def _root(node: LatexMacroNode, l2tobj: LatexNodes2Text) -> str:
    index, inside = _argument(0)(node, l2tobj).strip("[]"), _bare(_argument(1)(node, l2tobj))
    sign = f"^{OPEN}{index}{CLOSE}√" if index else "√"
    return f"{sign}{inside}" if re.fullmatch(r"\d+|\w", inside) else f"{sign}({inside})"


def _binomial(node: LatexMacroNode, l2tobj: LatexNodes2Text) -> str:
    return f"C({', '.join(_bare(_argument(place)(node, l2tobj)) for place in (0, 1))})"


def _operator(node: LatexMacroNode, l2tobj: LatexNodes2Text) -> str:
    return f"{NAME}{_bare(_argument(0)(node, l2tobj))}{NAME}"


def _underlined(node: LatexMacroNode, l2tobj: LatexNodes2Text) -> str:
    """A falling power: each sign with a line below."""
    return "".join(f"{sign}\u0332" for sign in _bare(_argument(0)(node, l2tobj)))


@cache
def _syntax() -> object:
    syntax = default_syntax()
    taken = [
        *(MacroSpec(name, "{{") for name in ("tfrac", "dfrac", "binom")),
        MacroSpec("substack", "{"),
        MacroSpec("operatorname", "{"),
        MacroSpec("underline", "{"),
    ]
    syntax.add_context_category(
        "here", prepend=True, macros=[*taken, *(MacroSpec(name, "") for name in (*SIZES, *WORDS))]
    )
    return syntax


@cache
def _printer() -> _Printer:
    words = get_default_latex_context_db()
    printed = {
        **WORDS,
        **dict.fromkeys(SIZES, ""),
        **{name: f"{NAME}{name}{NAME}" for name in FUNCTIONS.split()},
        "substack": "%s",
    }
    calls = {"frac": _fraction, "tfrac": _fraction, "dfrac": _fraction, "sqrt": _root, "binom": _binomial}
    macros = [MacroTextSpec(name, text) for name, text in {**printed, **calls}.items()]
    macros += [MacroTextSpec("operatorname", _operator), MacroTextSpec("underline", _underlined)]
    words.add_context_category("here", prepend=True, macros=macros)
    return _Printer(latex_context=words, math_mode="text", strict_latex_spaces=False)
