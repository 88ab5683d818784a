"""What the study of the Graphon Limit Hypothesis found, in plain words, from its numbers alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.studies.hypothesis_summary import HypothesisRow, Shape, Side, WidthRow

LEVEL = 0.05  # of each test
SHAPES: dict[Shape, str] = {"constant": "constant", "graded": "graded", "block": "blocks"}


def shape(at: WidthRow, p: float) -> Shape:
    """The shape of a layer's masks: a constant, a gradient, or a block.

    Constant: its neurons have densities that random masks could have, at the level of the study. A block: neurons without
    any weight make more than half of the variance of the densities, of rows or of columns. Graded: all else.
    """
    if p > LEVEL:
        return "constant"
    return "block" if any(_by_the_dead(side) > 1 / 2 for side in (at["rows"], at["columns"])) else "graded"


def _by_the_dead(side: Side) -> float:
    """The share of the variance of densities that lies between dead and living neurons.

    Examples:
        >>> _by_the_dead({"spread": 1.0, "dead": 0.5, "living": 0.0})
        1.0
    """
    dead, living = side["dead"], side["living"] ** 2
    if dead == 0:
        return 0.0
    between = dead / (1 - dead) if dead < 1 else 1.0  # of the squared mean, as the next
    within = living / (1 - dead) if dead < 1 else 0.0
    return between / (between + within)


def sentences(rows: Sequence[HypothesisRow], masks: int) -> list[str]:
    """One for each method, then those of other data."""
    by_method: dict[str, list[HypothesisRow]] = {}
    for row in rows:
        by_method.setdefault(row["method"], []).append(row)
    return [*(_shapes(method, of, masks) for method, of in by_method.items()), *_data(rows)]


def _shapes(method: str, rows: Sequence[HypothesisRow], masks: int) -> str:
    counts = {word: sum(row["shape"] == each for row in rows) for each, word in SHAPES.items()}
    found = ", ".join(f"{word} in {count}" for word, count in counts.items() if count)
    fell, of = sum(row["fell"] for row in rows), len(rows) * masks
    return (
        f"{method}: of {many(len(rows), 'layer')} at width {rows[0]['widths'][-1]['width']}, {found}; the distance falls with "
        f"the width for {fell} of {many(of, 'mask')}."
    )


def _data(rows: Sequence[HypothesisRow]) -> Iterator[str]:
    groups = dict.fromkeys((row["method"], each["data"]) for row in rows for each in row["data"])
    for method, data in groups:
        found = [
            [each for each in row["data"] if each["data"] == data] for row in rows if row["method"] == method
        ]  # a list of widths for each layer
        last = [each[-1] for each in found]
        differ = sum(each["p"] <= LEVEL for each in last)
        sizes = [np.mean([each[at]["distance"] or 0.0 for each in found]) for at in (0, -1)]
        yield (
            f"{method}, {data} in place of the digits: histograms differ beyond chance in {differ} of "
            f"{many(len(last), 'layer')} at width {last[0]['width']} (chance alone: one in {1 / LEVEL:.0f}), by {sizes[0]:.4f} "
            f"at width {found[0][0]['width']} and {sizes[1]:.4f} at {last[0]['width']}, the noise of few masks taken off."
        )
