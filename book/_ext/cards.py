"""What a link to a claim shows before it is followed: label, title, status, and how the statement begins.

The texts of all claims stand in one file, which `_static/claim_cards.js` loads when the first card is asked for. It is a script and
no JSON, since a page that is opened from a disk may load the one and not the other; its formulas are MathML, which needs no script.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from kept_run import is_of_the_run
from sphinx.application import Sphinx

from sparse_limits.numerics.ledger.verification import ClaimResult
from sparse_limits.numerics.reports.run import markdown_to_html

FILE = "claim_cards_data.js"
ROOM = 280  # letters of a statement's beginning
PIECES = re.compile(r"\$\$.+?\$\$|\$.+?\$|\s+|[^\s$]+", re.DOTALL)
WORDS_PER_LATEX = 0.4  # a letter of LaTeX takes less room than one of prose


def beginning(statement: str, room: float = ROOM) -> str:
    """The first sentences of a statement, or words of the first one, cut where no formula is cut; not displayed formulas behind words.

    Examples:
        >>> beginning("Let $x>0$.  Then $$y=1$$ holds.")
        'Let $x>0$. Then …'
        >>> beginning("One. Two and three.", 12)
        'One. Two …'
    """
    kept, taken = "", 0.0
    for piece in PIECES.findall(statement.strip().replace("`", "")):
        taken += len(piece) * (WORDS_PER_LATEX if piece.startswith("$") else 1)
        if kept and (taken > room or piece.startswith("$$")):
            return f"{kept.rstrip()} …"
        kept += piece if piece.strip() else " "
    return kept


def card(result: ClaimResult) -> dict[str, str]:
    claim = result.entry.claim
    text = markdown_to_html(beginning(claim.latex_headline or claim.latex_statement))
    return {"title": claim.title, "status": result.status, "text": text}


def write_cards(app: Sphinx, error: Exception | None) -> None:
    """Write the file of all cards beside the scripts of the site, unless that of this run is there."""
    file = Path(app.outdir) / "_static" / FILE
    if error is None and app.builder.format == "html" and not is_of_the_run(app, file):
        cards = {each.entry.label: card(each) for each in app.run.claims}  # type: ignore[attr-defined]
        text = json.dumps(cards, ensure_ascii=False, separators=(",", ":"))
        file.write_text(f"globalThis.claimCards={text};\n", "utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("build-finished", write_cards)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
