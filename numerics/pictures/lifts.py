"""A lift as a picture for a notebook: the copies of a vertex have its colour."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from html import escape
from typing import Any

from sparse_limits.theory.lifts import Lift

COLOURS = ("#8a8f98", "#3b82c4", "#c9821a", "#4a9d5b", "#8661c1")  # of the vertices of the base, and of their copies
DIAMOND = {"0": (30, 130), "1": (150, 60), "2": (150, 200), "3": (270, 130)}
DIAMOND |= {"1a": (150, 30), "1b": (150, 80), "1c": (150, 130), "2a": (150, 180), "2b": (150, 230)}
DIAMOND |= {"3a": (270, 80), "3b": (270, 180)}
STYLE = """
<style>
.cell_output .text_html:has(.lift) { background: transparent; color: inherit }
.lift { display: flex; flex-wrap: wrap; gap: 1rem; justify-content: center; align-items: center }
.lift figure { flex: 1 1 15rem; max-width: 21rem; margin: 0; text-align: center }
.lift figcaption { font-size: .9rem; font-weight: 400; color: inherit }
.lift svg { width: 100%; height: auto; color: var(--pst-color-text-base, #222) }
.lift line { stroke: #8a8f98; stroke-width: 2 } .lift line.marked { stroke: #d1495b; stroke-width: 3.5 }
.lift text { fill: #fff; font-size: 14px; font-weight: 600; text-anchor: middle }
</style>
"""


def lift_drawing(
    lift: Lift,
    title: str,
    marked: Collection[tuple[Any, Any]] = (),
    at: Mapping[Any, tuple[float, float]] = DIAMOND,
    name: Callable[[Any], object] = str,
    size: int = 17,
    box: str = "0 0 300 260",
) -> str:
    """The graph of a lift as an HTML figure with SVG.

    marked: edges in red. at: place of each vertex (default: of those of a diamond and its lifts). name: what is in a
    vertex. size: radius of a vertex. box: the SVG's view box.
    """
    place = {v: k for k, v in enumerate(lift.module.order)}
    edges = "".join(
        f'<line x1="{at[a][0]}" y1="{at[a][1]}" x2="{at[b][0]}" y2="{at[b][1]}" class="{"marked" * ((a, b) in marked)}"/>'
        for a, b in lift.weights
    )
    vertices = "".join(
        f'<circle cx="{at[v][0]}" cy="{at[v][1]}" r="{size}" fill="{COLOURS[place[below]]}"/>'
        f'<text x="{at[v][0]}" y="{at[v][1] + 5}">{name(v)}</text>'
        for v, below in lift.over.items()
    )
    return figure(title, edges + vertices, box)


def figure(title: str, drawn: str, box: str) -> str:
    """An SVG with a caption. drawn: its elements."""
    said = escape(title)
    return (
        f'<figure><svg viewBox="{box}" role="img" aria-label="{said}">{drawn}</svg>'
        f"<figcaption>{said}</figcaption></figure>"
    )


def beside(*figures: str) -> str:
    """Figures side by side, with their style: HTML for a notebook."""
    return f'{STYLE}<div class="lift">{"".join(figures)}</div>'
