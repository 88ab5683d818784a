"""Lines that break beside a formula only where there is a space: a browser would put the full stop on the next line.

A word of code stays in one piece, too, unless it is longer than a line of a phone: such words break, behind a dot, a slash or an underscore if they can.
"""

from __future__ import annotations

import re
from html import unescape

from sphinx.application import Sphinx

BESIDE = re.compile(r"([(\[]*)(<span class=\"math notranslate nohighlight\">[^<]*</span>)([\w.,;:!?)\]’”%-]*)")
WORD = re.compile(r"<span class=\"pre\">([^<]*)</span>")
PLACES = re.compile("(?<=[./_])(?=[^./_])")
ROOM = 28  # letters of code that a line of a list or a box has on a phone


def keep_together(body: str) -> str:
    """The text of a page: each formula of a line in one piece with what stands beside it, places to break in long words of code.

    Examples:
        >>> keep_together('<span class="pre">--scope</span>')
        '<span class="pre">--scope</span>'
        >>> keep_together('<span class="pre">torch.nn.utils.prune.custom_from_mask</span>')
        '<span class="pre long">torch.<wbr>nn.<wbr>utils.<wbr>prune.<wbr>custom_<wbr>from_<wbr>mask</span>'
    """
    body = BESIDE.sub(lambda m: f'<span class="unbroken">{m[0]}</span>' if m[1] or m[3] else m[0], body)
    return WORD.sub(lambda m: breakable(m[1]) if len(unescape(m[1])) > ROOM else m[0], body)


def breakable(word: str) -> str:
    return f'<span class="pre long">{PLACES.sub("<wbr>", word)}</span>'


def keep_formulas_together(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    if "body" in context:
        context["body"] = keep_together(context["body"])


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("html-page-context", keep_formulas_together)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
