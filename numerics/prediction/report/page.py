"""The page of `sparse-limits report`: one file that fetches nothing and runs nothing, made of the report's numbers alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from sparse_limits.numerics.prediction.layers.summary import thresholds
from sparse_limits.numerics.prediction.report import pictures as question_pictures
from sparse_limits.numerics.prediction.report.data_flaws import Flaw
from sparse_limits.numerics.prediction.report.summary import (
    Advice,
    Line,
    MethodSummary,
    QuestionSummary,
    columns_of,
    described,
    listed,
    percent,
    resting_on,
    stated,
)
from sparse_limits.numerics.prediction.report.tables import (
    dead_table,
    end_table,
    input_table,
    layer_table,
    learning_table,
    lost_table,
)
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.printing.tables import Table
from sparse_limits.numerics.printing.tables import as_html as table_as_html
from sparse_limits.numerics.reports.run import STYLE

PAGE_STYLE = """
body { max-width: 66rem; line-height: 1.5; overflow-wrap: break-word } section { border-top: 1px solid var(--line); padding: 1rem 0 }
section > div { overflow-x: auto; margin: .5rem 0 } h2 { margin: 0 0 .4rem }
td:first-child, th:first-child { position: sticky; left: 0; background: var(--paper) } td, th { padding: .2rem .9rem .2rem 0 }
td:last-child { white-space: nowrap }
.answer { font-size: 1.08rem; padding-left: 1.3rem } .answer li { margin: .4rem 0 }
.badge { white-space: nowrap } .theorem { color: var(--holds) } .limit { color: var(--line-0) } .measured { color: var(--open) }
.strong { font-weight: 600 } td .refuted { font-weight: 600 }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 16rem), 1fr)); gap: 1rem }
.question_pictures.small { grid-template-columns: repeat(auto-fill, 8rem) } .pictures figure { margin: 0; min-width: 0; overflow: visible }
figure svg { min-width: 0 } svg { max-width: 100% } svg.chart, svg.pixels { width: 100%; height: auto }
figcaption { font-weight: 600 } .legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .1rem 1.2rem }
.advice > li { margin: .6rem 0 } .rule { display: block } .lost td:nth-child(n+4) { min-width: 9rem } code { overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: minmax(5rem, max-content) 1fr; gap: .2rem 1rem; margin: .6rem 0 }
dt { font-weight: 600 } dd { margin: 0; overflow-wrap: anywhere }
@media (max-width: 30rem) { body { padding: 1rem } table { font-size: .82rem } td, th { padding-right: .6rem }
  dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .4rem } }
@media print { body { max-width: none; padding: 0; font-size: 10pt } section > div { overflow-x: visible }
  figure, tr, li { break-inside: avoid } h2 { break-after: avoid } }
"""
MOST_NAMED = 12  # parts outside the law; the JSON has all
KINDS = (
    ("theorem", "proved for these data at these widths; computed numbers have a sampling error"),
    ("limit", "proved as layers grow wide; at these widths an approximation"),
    ("measured", "counted in networks drawn here, or a law used beyond what is proved of it"),
)


def as_html(summary: QuestionSummary) -> str:
    """The whole page; it can be read in light, in dark, on a phone and on paper."""
    title = escape(summary["question"])
    answer = _lines(summary["recommendation"])
    body = "\n".join(f"<section><h2>{escape(name)}</h2>{content}</section>" for name, content in _sections(summary))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}{question_pictures.STYLE}{PAGE_STYLE}</style></head>\n"
        f"<body>\n<header><h1>{title}</h1>{_flaws(summary['flaws'])}<h2>Recommendation</h2>"
        f'<ol class="answer">{answer}</ol></header>\n{body}\n</body></html>\n'
    )


def _lines(lines: Sequence[Line]) -> str:
    return "".join(f"<li>{escape(line['text'])} {_badge(line)}</li>" for line in lines)


def _flaws(flaws: Sequence[Flaw]) -> str:
    """What is wrong with the data, before anything that is computed from them; nothing where nothing is."""
    lines = "".join(
        f'<li>{escape(each["what"])}. <small class="rule soft">{escape(each["instead"])}.</small></li>'
        for each in flaws
    )
    return f'<h2>What is wrong with the data</h2><ul class="flaws">{lines}</ul>' if flaws else ""


def _sections(summary: QuestionSummary) -> Iterator[tuple[str, str]]:
    methods = summary["methods"]
    yield "What to expect", f'<ol class="answer">{_lines(summary["answer"])}</ol>'
    yield "What each method keeps, by layer", _table(layer_table(methods)) + _said(_layer_notes(summary))
    yield f"From density {summary['densities'][0]:g} to {summary['densities'][-1]:g}", _curves(summary)
    yield "Where layers end", _table(end_table(methods, summary["density"])) + _said(_end_notes(methods))
    yield (
        "Units without incoming weights",
        _table(dead_table(methods))
        + _said(
            ["Units that are expected to keep no incoming weight, then what was counted in the networks, on average."]
        ),
    )
    yield "Inputs most and least kept", _inputs(methods)
    known = any(each["lost"] for each in methods)
    yield (
        "Inputs that are lost",
        (_table(lost_table(methods, summary["constant_inputs"]), "lost") if known else "")
        + _said([*_lost_notes(methods)]),
    )
    yield "What the kernel says about learning", _learning(summary)
    yield "What to do", f'<ul class="advice">{"".join(map(_advice, summary["advice"]))}</ul>'
    yield "How this was computed", _made(summary)


def _table(table: Table, kind: str = "table") -> str:
    return f'<div class="{kind}">{table_as_html(table)}</div>'


def _said(lines: Sequence[str]) -> str:
    return "".join(f'<p class="soft">{escape(line)}</p>' for line in lines)


def _badge(line: Line | Advice) -> str:
    by = f" <small>{escape(line['by'])}</small>" if line["by"] else ""
    return f'<span class="badge {line["kind"]}">{line["kind"]}</span>{by}'


def _advice(advice: Advice) -> str:
    rule = f'<small class="rule soft">Rule: {escape(advice["rule"])}.</small>'
    return f"<li>{escape(advice['text'])} {_badge(advice)}{rule}</li>"


def _layer_notes(summary: QuestionSummary) -> list[str]:
    layers = [layer for method in summary["methods"] for layer in method["layers"]["layers"]]
    error = max(stated(layer["error"]) for layer in layers)
    spread = [layer["sd"] for layer in layers if layer["sd"] is not None]
    networks = summary["methods"][0]["layers"]["networks"]
    found = f", then the mean of {networks} networks pruned here (measured)" if networks else ""
    spreads = (
        f"; the networks spread with a standard deviation of at most {100 * max(spread):.2g} points" if spread else ""
    )
    return [
        f"The share of each layer's weights that is kept: predicted{found}. Sampling errors of predictions are at most "
        f"{100 * error:.2g} points{spreads}.",
        *_counted_notes(summary["methods"]),
        *(f"Not followed here: {each['method']}: {each['reason']}." for each in summary["left_out"]),
    ]


def _counted(methods: Sequence[MethodSummary]) -> list[str]:
    """Methods whose densities of layers are those of pruned modules alone."""
    return [
        each["method"]
        for each in methods
        if each["layers"]["networks"] and each["layers"]["layers"][0]["observed"] is None
    ]


def _counted_notes(methods: Sequence[MethodSummary]) -> Iterator[str]:
    """What is said where the law of wide layers does not follow, or does not answer."""
    counted = _counted(methods)
    if counted:
        yield f"{listed(counted)}: nothing is predicted, the shares are those of the networks pruned here."


def _lost_notes(methods: Sequence[MethodSummary]) -> Iterator[str]:
    if any(each["followed"] for each in methods):
        yield (
            "An input is lost if the first layer keeps none of its weights; it is named where that has the probability ½ or "
            "more."
        )
    beyond = [each for each in methods if not each["followed"]]
    if beyond:
        names = "" if len(beyond) == len(methods) else f"{listed([each['method'] for each in beyond])}: "
        yield (
            f"{names}{'an' if names else 'An'} input is lost if it moves no output of a pruned module (slope 0 on all samples); expected is the mean over "
            "the modules, and an input is named where it is lost in half of them or more."
            if any(each["lost"] for each in beyond)
            else f"{names}{'not' if names else 'Not'} known, since the module passes no slope on to its inputs."
        )


def _curves(summary: QuestionSummary) -> str:
    methods = summary["methods"]
    bottom = question_pictures.deepest(methods)
    charts = "".join(
        f"<figure><figcaption>{escape(each['method'])} {_badge_of(each)}</figcaption>"
        f"{question_pictures.curves(each, summary['densities'], summary['density'], bottom)}</figure>"
        for each in methods
    )
    counted = _counted(methods)
    told = [
        "Predicted share of each layer's weights that is kept, against the density of the whole network, both on logarithmic "
        "scales. ✕: the layer is expected to keep one weight. Thin line: all layers alike. Dashed vertical: the density "
        "asked for.",
        *([f"{listed(counted)}: counted in the networks pruned here, not predicted."] if counted else []),
    ]
    return f'{question_pictures.legend(methods[0])}<div class="pictures">{charts}</div>{_said(told)}'


def _badge_of(method: MethodSummary) -> str:
    kind, by = resting_on([method])
    return _badge({"text": "", "kind": kind, "by": by})


def _end_notes(methods: Sequence[MethodSummary]) -> list[str]:
    lines = [
        "The density of the network at which a layer is expected to keep one weight; red where the density asked for is not "
        "above it; –: not known."
    ]
    if any(method["layers"]["paths"]["ends"] for method in methods):
        lines[0] += (
            " Last path (limit): the density at which networks of the limit lose their last path from inputs to outputs, median and quartiles."
        )
    if methods[0]["layers"]["networks"]:
        lines[0] += " With a path: networks pruned here, to the density asked for, in which one is left (measured)."
        if not all(method["followed"] for method in methods):
            lines[0] += " Where the law does not follow the module, it has a path if some input moves an output."
    return lines


def _inputs(methods: Sequence[MethodSummary]) -> str:
    table, same = input_table(methods)
    shown = "" if table is None else _table(table)
    images = [
        f"<figure>{image}<figcaption>{escape(each['method'])}</figcaption></figure>"
        for each in methods
        if each["method"] not in same and (image := question_pictures.pixels(each)) is not None
    ]
    strip = f'<div class="pictures small">{"".join(images)}</div>' if images else ""
    lines = (
        [
            "The share of an input's weights that the first layer keeps, as predicted: each column has its own order of inputs."
        ]
        if shown
        else []
    )
    counted = [
        each["method"]
        for each in methods
        if columns_of(each) and columns_of(each) == each["layers"]["columns"]["observed"]
    ]
    if counted:
        lines.append(f"{listed(counted)}: not predicted, but counted in the networks pruned here.")
    if not any(columns_of(each) for each in methods):
        lines.append("No linear layer reads the inputs, so no weight belongs to one input alone.")
    if same:
        lines.append(f"{', '.join(same)}: the same share of every input.")
    return shown + strip + _said(lines)


def _learning(summary: QuestionSummary) -> str:
    lines = []
    shown = ""
    if summary["learning"]:
        shown = _table(learning_table(summary["learning"]))
        kernel = summary["learning"][0]["kernel"]
        lines.append(
            "Ridge regression with the tangent kernel (B7), which is what networks learn in the limit of infinite width when they are trained "
            "to the end: ReLU networks with standard normal weights and without biases, squared error, the first layer alone "
            f"pruned, to the density that it has above; {kernel['training_samples']} samples to train on, {kernel['test_samples']} "
            "held out, which pruning did not see. Limit (K7.1); what trained networks of these widths do is not measured here. Kernels "
            f"of pruned networks are averaged over {kernel['rows']} fresh rows; sampling leaves errors of up to "
            f"{percent(max(each['kernel']['error'] for each in summary['learning']))} of their norm."
        )
        if kernel["regression"]["dense"]["error_interval"] is not None:
            lines.append(
                "Intervals are exact at 95 % for further samples of the same law, for the errors of each row alone."
            )
    elif not summary["without_learning"]:
        lines.append("Not asked for.")
    for reason in dict.fromkeys(each["reason"] for each in summary["without_learning"]):
        names = [each["method"] for each in summary["without_learning"] if each["reason"] == reason]
        lines.append(f"{listed(names)}: nothing, as {reason}.")
    return shown + _said(lines)


def _made(summary: QuestionSummary) -> str:
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in _facts(summary))
    command = summary["made"]["command"]
    again = (
        f"<p>To repeat it:</p><p><code>{escape(command)}</code></p>"
        if command
        else "<p>Made from Python, with objects that no command names.</p>"
    )
    words = "".join(f'<dt><span class="badge {kind}">{kind}</span></dt><dd>{escape(text)}</dd>' for kind, text in KINDS)
    pointer = (
        "Labels such as S2 are claims: <code>sparse-limits show S2</code> prints one with its proof and its checks."
    )
    return f"<dl>{facts}</dl>{again}<dl>{words}</dl><p>{pointer}</p>"


def _facts(summary: QuestionSummary) -> Iterator[tuple[str, str]]:
    method, made = described(summary["methods"]), summary["made"]
    layers = method["layers"]
    data = layers["data"]
    widths = " × ".join(map(str, (data["inputs"], *(layers["widths"] or ()), data["outputs"])))
    norm = ", batch normalisation" if layers["norm"] == "batch" else ""
    biases = "with biases" if layers["bias"] else "no biases"
    if layers["model"]:
        yield "model", layers["model"]
    if method["followed"]:
        yield "network", f"{widths}, {layers['activation']}, {layers['init']} initialisation, {biases}{norm}"
    else:
        yield "network", f"{data['inputs']} inputs to {data['outputs']} outputs"
    if outside := next((each["outside"] for each in summary["methods"] if each["outside"]), []):
        yield "outside", f"the law of wide layers does not follow {listed(outside, MOST_NAMED)}"
    noun, how = ("module", "built") if layers["model"] else ("network", "drawn")
    yield (
        "pruning",
        (
            f"density {layers['density']:g}, {thresholds(layers['scope'], [each['method'] for each in summary['methods']])}; "
            f"{layers['loss']} loss, initial output: {layers['residual']}; {many(layers['networks'], noun)} {how} and pruned for each method"
        ),
    )
    used = (
        f"{data['samples_used']} of {data['samples']}"
        if data["samples_used"] < data["samples"]
        else str(data["samples"])
    )
    yield (
        "data",
        f"{data['name']}, labels {data['labelling']}: {used} samples, {data['inputs']} inputs, {data['outputs']} outputs",
    )
    if made["sha256"]:
        yield "file", f"{made['bytes']} bytes, SHA-256 {made['sha256']}"
    for note in data["notes"]:
        yield "data", note
    notes = {
        note: [each["method"] for each in summary["methods"] if note in each["layers"]["notes"]]
        for each in summary["methods"]
        for note in each["layers"]["notes"]
    }
    for note, names in notes.items():
        yield "note", note if len(names) == len(summary["methods"]) else f"{', '.join(names)}: {note}"
    yield "seed", str(made["seed"])
    yield "versions", ", ".join(f"{name} {number}" for name, number in made["versions"].items())
