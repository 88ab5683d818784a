"""Pictures of a report as SVG that takes its colours from the page: densities of layers, and of the pixels of images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from math import ceil, floor, isfinite, log10

import numpy as np

from sparse_limits.numerics.columns import About
from sparse_limits.numerics.prediction.layers.summary import layer_name
from sparse_limits.numerics.prediction.report.summary import MethodSummary, columns_of, layer_words, percent

WIDTH, HEIGHT = 310, 210
LEFT, RIGHT, TOP, BOTTOM = 54, 16, 10, 34  # margins
HUES = 6  # colours of the page for lines
DASHES = ("", "7 3", "2 3", "9 3 2 3")
DEEPEST = -8  # the lowest decade drawn
MOST_PIXELS = 4096

STYLE = """
:root { --line-0: #1f3b73; --line-1: #d1495b; --line-2: #2a9d8f; --line-3: #b7791f; --line-4: #7b4fa3; --line-5: #5b6470 }
@media (prefers-color-scheme: dark) { :root { --line-0: #9db8f5; --line-1: #ff8fa0; --line-2: #5fd3c3; --line-3: #e8b45c;
  --line-4: #c9a3ef; --line-5: #aab2bd } }
svg text { fill: var(--ink); font: 11px system-ui, sans-serif } svg .grid { stroke: var(--line); stroke-width: 1 }
svg .asked { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3 } svg .alike { stroke: var(--soft); stroke-width: 1 }
svg .curve { fill: none; stroke-width: 2 } svg .end { stroke-width: 2.5 }
"""


def stroke(layer: int) -> str:
    """The colour and dashes of a layer, counted from 0, as attributes."""
    dash = DASHES[(layer + layer // HUES) % len(DASHES)]
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'style="stroke:var(--line-{layer % HUES})"{dashes}'


def legend(method: MethodSummary) -> str:
    """The layers' lines with their names."""
    items = "".join(
        f'<li><svg width="30" height="10" aria-hidden="true"><path class="curve" d="M0 5H30" {stroke(place)}/></svg> '
        f"{escape(layer_words(method, [layer_name(method['layers'], layer)]))}</li>"
        for place, layer in enumerate(method["layers"]["layers"])
    )
    return f'<ul class="legend">{items}</ul>'


def deepest(methods: Sequence[MethodSummary]) -> int:
    """The power of ten at which the pictures of these methods end below."""
    points = [
        y for each in methods for place in range(len(each["layers"]["layers"])) for _, y in _points(each, [], place)
    ]
    smallest = [1 / layer["weights"] for each in methods for layer in each["layers"]["layers"]]
    return max(DEEPEST, floor(log10(min([*points, *smallest]))))


def curves(method: MethodSummary, densities: Sequence[float], asked: float, bottom: int) -> str:
    """Densities of layers against that of the network; a cross where a layer is expected to keep one weight."""
    high, low = log10(max(densities)), log10(min(densities))

    def across(density: float) -> float:
        return LEFT + (high - log10(density)) / (high - low) * (WIDTH - LEFT - RIGHT)

    def down(share: float) -> float:
        return TOP + min(1.0, log10(share) / bottom) * (HEIGHT - TOP - BOTTOM)

    drawn = [_axes(across, down, densities, bottom)]
    drawn.append(
        f'<path class="alike" d="M{across(densities[0]):.1f} {down(densities[0]):.1f}L{across(densities[-1]):.1f} {down(densities[-1]):.1f}"/>'
    )
    if densities[-1] <= asked <= densities[0]:
        drawn.append(f'<path class="asked" d="M{across(asked):.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
    for place, (layer, end) in enumerate(zip(method["layers"]["layers"], method["layers"]["collapse"], strict=True)):
        points = _points(method, densities, place)
        ending = end["density"]
        inside = ending is not None and densities[-1] <= ending <= densities[0]
        if inside and ending is not None:
            points = [*(point for point in points if point[0] > ending), (ending, 1 / layer["weights"])]
        if points:
            path = "L".join(f"{across(x):.1f} {down(y):.1f}" for x, y in points)
            drawn.append(f'<path class="curve" d="M{path}" {stroke(place)}/>')
        if inside:
            x, y = across(points[-1][0]), down(points[-1][1])
            drawn.append(
                f'<path class="end" d="M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8" style="stroke:var(--line-{place % HUES})"/>'
            )
    return _svg(WIDTH, HEIGHT, _told(method, densities), "".join(drawn))


def _points(method: MethodSummary, densities: Sequence[float], place: int) -> list[tuple[float, float]]:
    """What is known of a layer's densities while it is expected to keep a weight."""
    least = 1 / method["layers"]["layers"][place]["weights"]
    pairs = zip(densities, method["curve"], strict=False)
    return [(density, row[place]) for density, row in pairs if isfinite(row[place]) and row[place] >= least]


def _axes(
    across: Callable[[float], float], down: Callable[[float], float], densities: Sequence[float], bottom: int
) -> str:
    parts = []
    step = max(1, ceil(-bottom / 5))
    for power in range(0, bottom - 1, -step):
        y = down(10.0**power)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{_tick(power)}</text>')
    for density in densities:
        if density in (0.5, 0.1, 0.01, 0.001):
            x = across(density)
            parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 14}" text-anchor="middle">{density:g}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle:.0f}" y="{HEIGHT - 4}" text-anchor="middle">density of the network</text>')
    return "".join(parts)


def _tick(power: int) -> str:
    return f"{10 ** (power + 2)}%" if power >= -2 else f"{10.0 ** (power + 2):.{-power - 2}f}%"


def _told(method: MethodSummary, densities: Sequence[float]) -> str:
    """The picture in words."""
    said = []
    for place, (layer, end) in enumerate(zip(method["layers"]["layers"], method["layers"]["collapse"], strict=True)):
        points = _points(method, densities, place)
        name = layer_words(method, [layer_name(method["layers"], layer)])
        span = (
            f"from {percent(points[0][1])} at {points[0][0]:g} to {percent(points[-1][1])} at {points[-1][0]:g}"
            if points
            else "not known"
        )
        last = "" if end["density"] is None else f", one weight left at {end['density']:.2g}"
        said.append(f"{name} {span}{last}")
    return f"Densities of layers that {method['method']} leaves, against the density of the network: {'; '.join(said)}."


def pixels(method: MethodSummary) -> str | None:
    """The share of weights kept of each pixel; None where inputs are no images, or of too many pixels."""
    data = method["layers"]["data"]
    image = data["image"]
    if image is None or not columns_of(method):
        return None
    shares = About(image=tuple(image)).picture(np.array(columns_of(method)))
    if shares is None or shares.size > MOST_PIXELS:
        return None
    most = float(shares.max())
    rows, columns = shares.shape
    squares = "".join(
        f'<rect x="{column}" y="{row}" width="1.02" height="1.02" fill-opacity="{share / most if most else 0:.2f}"/>'
        for (row, column), share in np.ndenumerate(shares)
        if share
    )
    told = f"Pixels by the share of their weights that {method['method']} keeps, up to {percent(most)}"
    frame = f'<rect width="{columns}" height="{rows}" fill="none" stroke="currentColor" stroke-width=".04"/>'
    return _svg(columns, rows, told, f'<g style="fill:var(--line-0)">{squares}</g>{frame}', "pixels")


def _svg(width: int, height: int, told: str, drawn: str, kind: str = "chart") -> str:
    label = escape(told, quote=True)
    return f'<svg class="{kind}" viewBox="0 0 {width} {height}" role="img" aria-label="{label}"><title>{label}</title>{drawn}</svg>'
