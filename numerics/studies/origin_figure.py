"""The picture of the study of origins: a bar for each kind of mask, divided by what was said."""

from __future__ import annotations

from pathlib import Path

from sparse_limits.numerics.pictures.masks import check_plot, save
from sparse_limits.numerics.studies.origin_summary import OriginSummary, Said

SAID: dict[Said, tuple[str, str]] = {
    "rightly_named": ("named correctly", "#2a9d8f"),
    "not_told_apart": ("not distinguished", "#a8dadc"),
    "none_explains": ("none explains it", "#8a8f98"),
    "not_tested": ("not tested", "#d9d9d9"),
    "structured": ("whole lines gone", "#1f3b73"),
    "wrongly_named": ("named wrongly", "#d1495b"),
}


def plot_origins(path: Path, summary: OriginSummary) -> None:
    """Draw the shares into a .png or .svg file. InputError as `check_plot`, or if it cannot be written."""
    check_plot(path)
    from matplotlib.figure import Figure

    rows = summary["rows"][::-1]
    figure = Figure(figsize=(8, 0.8 + 0.32 * len(rows)), layout="constrained")
    axis = figure.subplots()
    ends = [0.0] * len(rows)
    for name, (label, colour) in SAID.items():
        shares = [row[name] / row["masks"] for row in rows]
        axis.barh([row["kind"] for row in rows], shares, left=ends, color=colour, label=label)
        ends = [end + share for end, share in zip(ends, shares, strict=True)]
    axis.set_xlabel("share of the masks")
    axis.set_xlim(0, 1)
    axis.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=9)
    save(figure, path)
