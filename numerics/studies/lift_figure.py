"""The picture of the study of lifts: success under its ceiling, and the losses on the levels that masks cannot leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sparse_limits.numerics.lifts.walsh import support_coverage
from sparse_limits.numerics.pictures.masks import FAINT, INK, SEEN, check_plot, save
from sparse_limits.numerics.studies.lift_summary import LiftSummary
from sparse_limits.numerics.studies.lifts import CONTROLS, DENSE, sparse

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = (INK, "#e9a23b", "#2a9d8f", "#7a4fa3", "#8d6e63")
FLOOR = 1e-8  # of L(T)/L(0): losses below are drawn here
CURVE = 100  # points of a ceiling


def plot_lifts(path: Path, summary: LiftSummary) -> None:
    """Draw the summary of a study into a .png or .svg file. InputError as `check_plot`, or if it cannot be written."""
    check_plot(path)
    from matplotlib.figure import Figure

    kinds = [*(sparse(Fraction(density)) for density in summary["densities"]), DENSE]
    colours = {kind: COLOURS[place % len(COLOURS)] for place, kind in enumerate(kinds[:-1])} | {DENSE: FAINT}
    figure = Figure(figsize=(max(9.0, 3.1 * len(kinds) + 2.6), 8.2), layout="constrained")
    figure.suptitle(
        f"Gradient flow of sparse students, {summary['students']} of each size, up to T = {summary['protocol']['time']:g}\n"
        r"$f^*=\tanh(x_1+x_2+x_3)-\tanh(x_3+x_4-x_5)$ on $\{\pm1\}^6$; success: $L(T)\leq L(0)/100$",
        fontsize=12,
    )
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=[1.15, 1])[:, 0]
    _success(above.subplots(), summary, kinds, colours)
    strips = below.subplots(1, len(kinds) + 1, sharey=True, width_ratios=[1.0] * len(kinds) + [0.75])
    for axis, kind in zip(strips, kinds, strict=False):
        _losses(axis, summary, [(kind, n) for n in summary["sizes"]], list(map(str, summary["sizes"])))
        axis.set_title(_title(kind), fontsize=10)
        axis.set_xlabel("hidden units n")
    controls = [(row["kind"], row["n"]) for row in summary["rows"] if row["kind"] in CONTROLS]
    _losses(
        strips[-1], summary, controls, [kind.replace(" a ", " a\n").replace(" x_1", "\n$x_1$") for kind, _ in controls]
    )
    strips[-1].set_title(f"controls, n = {controls[0][1]}", fontsize=10)
    strips[0].set_ylabel("$L(T)/L(0)$ of each student")
    _levels(strips, summary)
    handles, labels = strips[0].get_legend_handles_labels()
    below.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=9, markerscale=2)
    save(figure, path)


def _title(kind: str) -> str:
    return kind if kind == DENSE else f"masks of density {kind.removeprefix('sparse ')}"


def _success(axis: Axes, summary: LiftSummary, kinds: Sequence[str], colours: Mapping[str, str]) -> None:
    """Shares of successes with exact intervals; for each density its ceiling and the shares that are covered."""
    needed, sizes = summary["protocol"]["needed"], summary["sizes"]
    for place, kind in enumerate(kinds):
        colour = colours[kind]
        rows = [row for row in summary["rows"] if row["kind"] == kind]
        if kind != DENSE:
            density = kind.removeprefix("sparse ")
            curve = np.unique(np.geomspace(min(sizes), max(sizes), CURVE).round().astype(int))
            ceiling = [float(support_coverage(density, needed, int(n))) for n in curve]
            axis.plot(curve, ceiling, color=colour, lw=1.6, label=f"ceiling $P_{{cov}}$, density {density} (exact)")
            shares = [row["covered"]["share"] for row in rows]
            axis.plot(sizes, shares, "D", ms=5, mfc="none", color=colour, label=f"covered, density {density}")
        aside = np.array(sizes) * 1.02 ** (place - (len(kinds) - 1) / 2)  # so that intervals do not hide each other
        share = np.array([row["success"]["share"] for row in rows])
        ends = np.array([[row["success"]["low"], row["success"]["high"]] for row in rows]).T
        axis.errorbar(
            aside,
            share,
            yerr=np.abs(ends - share),
            fmt="o--" if kind == DENSE else "o-",
            color=colour,
            lw=1.1,
            ms=5,
            capsize=2.5,
            alpha=1.0 if kind != DENSE else 0.8,
            label=f"success, {_title(kind).replace('masks of ', '')}",
        )
    axis.set_xscale("log", base=2)
    axis.set_xticks(sizes, list(map(str, sizes)))
    axis.minorticks_off()
    axis.set_ylim(-0.03, 1.04)
    axis.set_xlabel("hidden units n")
    axis.set_ylabel("share of students")
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9)


def _losses(axis: Axes, summary: LiftSummary, groups: Sequence[tuple[str, int]], names: Sequence[str]) -> None:
    """Every student of some groups, side by side, those with and without cover apart."""
    initial = summary["protocol"]["initial_loss"]
    spread = np.random.default_rng(0)  # of the picture, not of the study
    for covered, colour, label in ((True, INK, "both triples covered"), (False, SEEN, "a triple is missing")):
        x, y = [], []
        for place, group in enumerate(groups):
            for each in summary["outcomes"]:
                if (each["kind"], each["n"]) == group and each["covered"] == covered:
                    x.append(place + spread.uniform(-0.3, 0.3))
                    y.append(max(each["loss"] / initial, FLOOR))
        axis.plot(x, y, ".", ms=4, alpha=0.55, color=colour, label=label, mew=0)
    axis.set_xticks(range(len(groups)), names, fontsize=9)
    axis.set_xlim(-0.6, len(groups) - 0.4)
    axis.set_yscale("log")
    axis.spines[["top", "right"]].set_visible(False)


def _levels(strips: Sequence[Axes], summary: LiftSummary) -> None:
    """Lines at the least losses and at the threshold."""
    initial = summary["protocol"]["initial_loss"]
    lowest = min(each["loss"] for each in summary["outcomes"]) / initial
    for axis in strips:
        for place, level in enumerate(summary["levels"].values()):
            name = "_" * place + "least losses without one triple, both, or $x_1$ (exact)"  # one name for all
            axis.axhline(level / initial, color=FAINT, lw=0.7, label=name)
        axis.axhline(summary["protocol"]["threshold"] / initial, color="#2a9d8f", lw=1.1, ls="--", label="success")
        axis.set_ylim(max(lowest, FLOOR) / 1.6, 1.6)
