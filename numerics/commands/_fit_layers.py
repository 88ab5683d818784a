"""What `sparse-limits fit` shows of a file of several layers: a table of them, and what is composed over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from sparse_limits.numerics.fitting.layer_noise import MOST_FITTED
from sparse_limits.numerics.fitting.levels import UNLIKELY
from sparse_limits.numerics.printing.plain_text import rounded
from sparse_limits.numerics.printing.tables import Table, print_facts, print_table
from sparse_limits.numerics.printing.tables import as_html as table_as_html
from sparse_limits.numerics.reports.run import STYLE

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.fitting.changes import FileChange
    from sparse_limits.numerics.fitting.in_depth import Reading
    from sparse_limits.numerics.fitting.layers import ChainSummary, FilesSummary, LayersSummary, LayerSummary

LISTED = 12  # names in a line
SHORT = {"doubly heterogeneous": "both", "row-heterogeneous": "rows", "column-heterogeneous": "columns"}
SHARES = {
    "uniform": "the same density in each layer",
    "erdos-renyi": "as Erdős and Rényi's, in proportion to inputs and outputs over their product",
    "erdos-renyi-kernel": "as Erdős and Rényi's, with the sides of kernels",
}
RULES = {
    "lamp": "LAMP (one threshold on its scores for all layers)",
    "global magnitude": "global magnitude (one threshold on moduli for all layers)",
    "magnitude layer by layer": "magnitude layer by layer (a threshold on moduli for each)",
    "magnitude": "magnitude",
}
LAYERS_TITLE = (
    "Layers, by exact tests of counts. dead: rows, columns without any weight;\nvaries: which counts vary more than chance "
    "allows (G6)"
)
NOISE_TITLE = (
    "Noise, and methods at initialisation of this class, which is no proof\n(G6.1). edge: of the noise (O4); above: singular "
    "values above the level that\nnoise passes in one mask of a thousand"
)
FILES_TITLE = "Files. dead: rows, columns; structured: layers in which whole lines are chosen"
CHAINS_TITLE = "Paths through layers whose shapes fit (O7)"


def show(console: Console, summary: LayersSummary, reading: Reading) -> None:
    _show_tables(console, summary)
    for line in closing(summary, reading):
        console.print(line, highlight=False, markup=False, emoji=False)


def show_files(console: Console, found: FilesSummary) -> None:
    """A table of several files, what has changed from each to the next, and a section for each."""
    summaries = found["files"]
    print_table(console, files_table(summaries))
    for change in found["changes"]:
        if change["layers"]:
            console.print()
            print_table(console, change_table(change))
    for summary in summaries:
        console.print()
        _show_tables(console, summary)
    for line in _closing_files(found):
        console.print(line, highlight=False, markup=False, emoji=False)


def _show_tables(console: Console, summary: LayersSummary) -> None:
    print_facts(console, header(summary))
    for table in tables(summary):
        console.print()
        print_table(console, table)


def files_table(summaries: Sequence[LayersSummary]) -> Table:
    """One row for each file."""
    rows = []
    for each in summaries:
        layers = each["layers"]
        kept, size = sum(one["kept"] for one in layers), sum(_size(one) for one in layers)
        dead = f"{sum(one['dead_rows'] for one in layers)}, {sum(one['dead_columns'] for one in layers)}"
        whole = sum(one["status"] == "structured" for one in layers)
        rows.append((each["file"], str(len(layers)), str(size), f"{kept / size:.4g}", dead, str(whole)))
    names = ("file", "layers", "weights", "density", "dead", "structured")
    return Table(names, rows, "lrrrrr", FILES_TITLE)


def change_table(change: FileChange) -> Table:
    """One row for each layer of both files."""
    rows = []
    for each in change["layers"]:
        shares = [f"{each['before'] / each['weights']:.4g}", f"{each['after'] / each['weights']:.4g}"]
        rows.append((each["layer"], str(each["weights"]), *shares, str(each["gone"]), str(each["back"])))
    title = f"Weights that went, and that came back, from {change['before']} to {change['after']}"
    return Table(("layer", "weights", "density before", "after", "gone", "back"), rows, "lrrrrr", title)


def header(summary: LayersSummary) -> list[tuple[str, str]]:
    """What was read, in a few lines."""
    layers = summary["layers"]
    kept, size = (sum(each) for each in zip(*((one["kept"], _size(one)) for one in layers), strict=True))
    kinds = Counter(each["kind"] for each in layers)
    read = " and ".join(
        text
        for text, number in (
            (f"{kinds['mask']} by masks", kinds["mask"]),
            (f"{kinds['weights']} by weights {_kept_ones(summary)}", kinds["weights"]),
        )
        if number
    )
    number = "1 layer" if len(layers) == 1 else f"{len(layers)} layers"
    lines = [
        ("file", f"{summary['file']}: {number}, {read}"),
        ("density", f"{kept / size:.6g}: {kept} of {size} weights kept"),
    ]
    if summary["allocation"] is not None:
        lines.append(("shares", SHARES[summary["allocation"]]))
    return [*lines, *([("left out", _left_out(summary))] if summary["left_out"] else [])]


def _kept_ones(summary: LayersSummary) -> str:
    return f"above {summary['below']:g}" if summary["below"] else "that are not 0"


def _size(layer: LayerSummary) -> int:
    return layer["shape"][0] * layer["shape"][1]


def _left_out(summary: LayersSummary) -> str:
    """Vectors and weights of masks by number, others by name."""
    reasons = Counter(each["reason"] for each in summary["left_out"])
    parts = []
    if vectors := reasons.pop("vector", 0):
        parts.append(f"{vectors} vector{'s' * (vectors > 1)} (biases, norms)")
    if masked := reasons.pop("weights of a mask", 0):
        parts.append(f"weights of {masked} mask{'s' * (masked > 1)}")
    for reason in reasons:
        names = [each["name"] for each in summary["left_out"] if each["reason"] == reason]
        parts.append(f"{reason}: {_listed(names)}")
    return "; ".join(parts)


def tables(summary: LayersSummary) -> list[Table]:
    """The table of layers and, if shapes fit, that of paths."""
    names = ("layer", "shape", "density", "dead", "N:M", "whole lines", "varies")
    found = [Table(names, [_row(each) for each in summary["layers"]], "lrrrlll", LAYERS_TITLE)]
    if noisy := [each for each in summary["layers"] if each["status"] not in ("dense", "empty")]:
        columns = ("layer", "noise", "edge", "above", "methods of its class")
        found.append(Table(columns, [_noise_row(each) for each in noisy], "llrrl", NOISE_TITLE))
    if summary["chains"]:
        ends = ("layers", "inputs", "unused", "outputs", "unreached", "paths", "share", "densities")
        rows = [_chain_row(each) for each in summary["chains"]]
        found.append(Table(ends, rows, "lrrrrrrr", CHAINS_TITLE))
    return found


def _name(layer: LayerSummary) -> str:
    return layer["layer"] or "(alone)"


def _row(layer: LayerSummary) -> tuple[str, ...]:
    return (
        _name(layer),
        "x".join(map(str, layer["stored_shape"])),
        f"{layer['density']:.4g}",
        f"{layer['dead_rows']}, {layer['dead_columns']}",
        _selection(layer),
        ", ".join(_whole_lines(layer)) or "-",
        layer["status"] if layer["status"] in ("dense", "empty") else SHORT.get(layer["class"], "none"),
    )


def _noise_row(layer: LayerSummary) -> tuple[str, ...]:
    noise = layer["noise"]
    methods = ", ".join(layer["methods"]) or _no_methods(layer)
    if noise is None:
        return _name(layer), "-", "-", "-", methods
    family = "any" if noise["family"] is None else noise["family"] + ("" if noise["told_apart"] else " or another")
    return _name(layer), family, f"{noise['edge']:.3g}", str(noise["visible"]), methods


def in_columns(layer: LayerSummary) -> dict[str, object]:
    """A layer as a row of a table whose columns do not depend on what was found."""
    from sparse_limits.numerics.fitting.layer_noise import NoiseSummary
    from sparse_limits.numerics.fitting.summary import SelectionSummary

    noise, selection = layer["noise"], layer["selection"]
    return {
        **layer,
        "noise": dict.fromkeys(NoiseSummary.__annotations__) if noise is None else noise,
        "selection": dict.fromkeys(SelectionSummary.__annotations__) if selection is None else selection,
        "whole_lines": _whole_lines(layer),
    }


def _whole_lines(layer: LayerSummary) -> list[str]:
    return [f"{each['number']} {each['side']} {'kept' if each['kept'] else 'gone'}" for each in layer["whole_lines"]]


def _no_methods(layer: LayerSummary) -> str:
    """Methods that vary by rows alone read no data, so that data would show none."""
    if layer["seen"]:
        return "not recognised"
    return "none" if SHORT.get(layer["class"]) == "rows" else "none without data"


def _selection(layer: LayerSummary) -> str:
    found = layer["selection"]
    if found is None:
        return "-"
    apart = f" by {found['step']}" if found["step"] > 1 else ""
    return f"{found['kept']}:{found['length']}{apart}{' down' if found['columns'] else ''}"


def _chain_row(chain: ChainSummary) -> tuple[str, ...]:
    return (
        f"{chain['layers'][0]} to {chain['layers'][-1]}",
        str(chain["inputs"]),
        str(len(chain["unused_inputs"])),
        str(chain["outputs"]),
        str(len(chain["unreached_outputs"])),
        rounded(chain["paths"]),
        f"{chain['share']:.3g}",
        f"{chain['density_product']:.3g}",
    )


def _closing_files(found: FilesSummary) -> list[str]:
    lines = [_rule(change) for change in found["changes"] if change["rules"]]
    lines += [f"{each['file']}: {line}" for each in found["files"] for line in _of_layers(each)]
    lines += dict.fromkeys(line for each in found["files"] for line in _legend(each))
    return [*lines, "one layer in depth: that file alone, with --layer"]


def _rule(change: FileChange) -> str:
    """Which rule leaves these masks, in a sentence."""
    ruled, whole = change["ruled"], len(change["layers"]) - len(change["ruled"])
    where = ruled[0] if len(ruled) == 1 else f"{len(ruled)} layers"
    beside = f"; {whole} more lost none and {'is' if whole == 1 else 'are'} left aside"
    said = " and ".join(RULES[rule] for rule in change["rules"])
    return (
        f"the masks of {change['after']} are, entry by entry up to ties, what {said} leaves of the weights of {change['before']}: "
        f"in {where}{beside if whole else ''}."
    )


def closing(summary: LayersSummary, reading: Reading) -> list[str]:
    """What the tables do not say, how to read them, and how to learn more of one layer."""
    return [*_of_layers(summary), *_legend(summary), _in_depth(summary, reading)]


def _of_layers(summary: LayersSummary) -> list[str]:
    """What is said of layers by their names."""
    return [
        *_notes(summary["layers"]),
        *(
            f"{_name(each)}: structure not recognised: {'; '.join(each['seen'])}"
            for each in summary["layers"]
            if each["seen"]
        ),
        *(line for each in summary["chains"] for line in _cut(each)),
    ]


def _legend(summary: LayersSummary) -> list[str]:
    """How to read the tables."""
    lines = [
        f"level of each test {UNLIKELY:g}. N:M: every block of M "
        "weights of a row (down: of a column) keeps N; M is the whole row (column): ranked by rows (columns).",
    ]
    if any(each["selection"] is not None and each["selection"]["step"] > 1 for each in summary["layers"]):
        lines.append("by S: the weights of a block are S apart, as channels at one place of a kernel of S weights are.")
    if any(map(_nothing_left, summary["layers"])):
        lines.append("noise -: outside the whole lines all weights are kept, or none: nothing to fit.")
    if any(each["noise"] is None and _size(each) > MOST_FITTED for each in summary["layers"]):
        lines.append(f"noise -: no graphon is fitted to layers of more than {MOST_FITTED} weights.")
    if summary["chains"]:
        lines.append(
            "paths: layers in the order of the file, joined where outputs and inputs are as many; the file does not say whether "
            "the network joins them so. unused: inputs that reach no output; unreached: outputs that no input reaches; "
            "densities: their product, which need not be the share of paths that are kept (O7.3)."
        )
    return lines


def _notes(layers: Sequence[LayerSummary]) -> list[str]:
    """What is said of the weights, once of all layers of which the same is said."""
    names: dict[str, list[str]] = {}
    for layer in layers:
        for note in layer["notes"]:
            names.setdefault(note, []).append(_name(layer))
    return [f"{_listed(each)}: {note}" for note, each in names.items()]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:LISTED]) + (f", ... ({len(names)} in all)" if len(names) > LISTED else "")


def _cut(chain: ChainSummary) -> list[str]:
    """Where nothing of the input passes, in a sentence; nothing if some of it does."""
    joined = f"layers {chain['layers'][0]} to {chain['layers'][-1]} follow each other with no connection around them"
    if chain["cuts"]:
        where = "; and ".join(f"between {before} and {after}" for before, after in chain["cuts"])
        return [
            f"the network is cut {where}, if {joined}: no unit there keeps a weight on both sides, so nothing of the "
            "input passes."
        ]
    if chain["stops_at"] is None:
        return []
    return [f"nothing of the input passes {chain['stops_at']}, if {joined}: no path of kept weights leads through it."]


def _in_depth(summary: LayersSummary, reading: Reading) -> str:
    """How to see more of the first layer that is not too large for it, one with something to fit if there is any."""
    from sparse_limits.numerics.fitting.in_depth import options_for, pruned_in_part, within_limits

    pruned = pruned_in_part(summary["layers"])
    if not pruned:
        return "one layer in depth: none here, since each keeps all of its weights or none"
    small = within_limits(pruned)
    if not small:
        return "one layer in depth: none here, since each that is pruned in part would take more than --limit allows"
    first = next((each for each in small if not _nothing_left(each)), small[0])
    what = "" if _nothing_left(first) else ", with its noise and, with --data, the methods"
    return f"one layer in depth{what}:{options_for(first, reading)}"


def _nothing_left(layer: LayerSummary) -> bool:
    """Whether a layer without its whole lines keeps all or nothing, so that no noise is fitted."""
    return layer["status"] == "structured" and layer["noise"] is None and _size(layer) <= MOST_FITTED


def as_html(found: FilesSummary, reading: Reading) -> str:
    """The tables of one file or several as one page that fetches nothing."""
    from sparse_limits.numerics.commands._fit_page import PAGE_STYLE

    summaries = found["files"]
    several = len(summaries) > 1
    parts = [_section(files_table(summaries))] if several else []
    parts += [_section(change_table(change)) for change in found["changes"] if change["layers"]]
    for each in summaries:
        if several:
            parts.append(f"<h2>{escape(each['file'])}</h2><dl>{_facts(each)}</dl>")
        parts += map(_section, tables(each))
    summary, sections = summaries[0], "\n".join(parts)
    facts = "" if several else _facts(summary)
    lines = _closing_files(found) if several else closing(summary, reading)
    notes = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>sparse-limits fit</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}{PAGE_STYLE}</style></head>'
        f"<body>\n<header><h1>sparse-limits fit</h1><dl>{facts}</dl>"
        f'<p class="soft">seed {summary["seed"]}</p></header>\n{sections}\n{notes}\n</body></html>\n'
    )


def _section(table: Table) -> str:
    return f"<section><h2>{escape(table.title)}</h2><div>{table_as_html(table)}</div></section>"


def _facts(summary: LayersSummary) -> str:
    return "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in header(summary))
