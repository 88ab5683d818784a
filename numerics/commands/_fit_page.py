"""The page of `sparse-limits fit`: the tables of the terminal, with pictures, in one file that fetches nothing."""

from __future__ import annotations

import re
from html import escape

from sparse_limits.numerics.commands._fit_report import header, method_lines, tables
from sparse_limits.numerics.fitting.fit import Fit
from sparse_limits.numerics.fitting.summary import Summary
from sparse_limits.numerics.pictures.masks import INK, MADE, SEEN, TEXT, fit_pictures
from sparse_limits.numerics.printing.tables import as_html as table_as_html
from sparse_limits.numerics.reports.run import STYLE

PAGE_STYLE = """
:root { --ink-blue: #1f3b73; --ink-red: #d1495b; --ink-green: #2a9d8f; }
@media (prefers-color-scheme: dark) { :root { --ink-blue: #9db8f5; --ink-red: #ff8fa0; --ink-green: #5fd3c3; } }
figure { margin: 1.2rem 0; overflow-x: auto } figure svg { width: 100%; min-width: 44rem; height: auto }
figcaption { color: var(--soft); font-size: .9rem } section { border-top: 1px solid var(--line); padding: .8rem 0 }
section > div { overflow-x: auto }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .6rem 0 }
dt { font-weight: 600 } dd { margin: 0; overflow-wrap: anywhere }
"""
CAPTIONS = {
    "masks": "The mask with rows and columns sorted by degree, its averages over blocks of that order (G10.2), and the "
    "fitted graphon in the same order.",
    "laws": "Sorted densities of rows and of columns, beside those of a mask drawn from the fitted graphon and of a "
    "uniform one; the leading singular values and the edge of the noise.",
}
SHADES = {TEXT: "var(--ink)", INK: "var(--ink-blue)", SEEN: "var(--ink-red)", MADE: "var(--ink-green)"}


def as_html(summary: Summary, found: Fit) -> str:
    """The whole page; pictures take their colours from it, so it can be read in light and in dark."""
    pictures = {name: _in_page(svg) for name, svg in fit_pictures(found).items() if found.model or name == "masks"}
    figures = "\n".join(
        f"<figure>{svg}<figcaption>{CAPTIONS[name]}</figcaption></figure>" for name, svg in pictures.items()
    )
    sections = "\n".join(
        f"<section><h2>{escape(table.title)}</h2><div>{table_as_html(table)}</div></section>"
        for table in tables(summary)
    )
    closing = "".join(f"<p>{escape(line)}</p>" for line in method_lines(summary))
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in header(summary))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>sparse-limits fit</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}{PAGE_STYLE}</style></head>'
        f"<body>\n<header><h1>sparse-limits fit</h1><dl>{facts}</dl>"
        f'<p class="soft">seed {summary["seed"]}</p></header>\n{figures}\n{sections}\n{closing}\n</body></html>\n'
    )


def _in_page(svg: str) -> str:
    """A picture of matplotlib as part of a page: its colours for the page's, without metadata."""
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    for shade, variable in SHADES.items():
        svg = svg.replace(shade, variable)
    return svg
