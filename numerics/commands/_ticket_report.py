"""What `sparse-limits ticket` shows on a terminal: a few lines and a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sparse_limits.numerics.printing.plain_text import no_less, plain
from sparse_limits.numerics.printing.tables import Cell, Table, print_facts, print_table
from sparse_limits.numerics.tickets.report import (
    AgreementSummary,
    CheckSummary,
    DemandSummary,
    NetworkWidthSummary,
    SampleSummary,
    Summary,
    TargetSummary,
    TicketSummary,
)

if TYPE_CHECKING:
    from rich.console import Console

Lines = list[tuple[str, str]]
NARROWER = "narrower than the theorem asks: a ticket is not guaranteed; what is found is certified"


def show(console: Console, summary: Summary) -> None:
    """The target, the widths, the layers, and the ticket beside its target."""
    print_facts(console, _header(summary))
    console.print()
    print_table(console, _layers(summary))
    console.print(f"\n{_title(summary)}\n", style="bold", highlight=False, markup=False)
    print_facts(console, _outcome(summary))
    if summary["file"] is not None:
        console.print(f"ticket written to {plain(summary['file'])}", highlight=False, markup=False)


def show_all(console: Console, summaries: Sequence[Summary]) -> None:
    """One table, a line for each target: the network, the width of its source, what is kept, and how both agree."""
    rows = [
        (
            target["name"],
            f"{sum(target['coefficients']):,}",
            str(each["width"]["taken"]),
            f"{ticket['kept'] / ticket['candidates']:.2%}",
            f"{ticket['kept'] / sum(target['coefficients']):.1f}",
            *_classes(each["samples"]),
        )
        for each in summaries
        for target, ticket in [(each["target"], each["ticket"])]
    ]
    columns = (
        "\ntarget",
        "coeffi-\ncients",
        "\nwidth",
        "\nkept",
        "\neach",
        "\nagree",
        "\nproved",
        "target\nright",
        "ticket\nright",
    )
    print_table(console, Table(columns, rows, "lrrrrrrrr", narrow=True))
    console.print(
        f"width: channels for each input channel and orbit, {_promise(summaries)}; kept: of the blocks of the source; "
        "each: weights kept for a coefficient of the target; agree: samples with the same largest output; proved: samples "
        "for which this is proved; right: samples classified as labelled.",
        highlight=False,
    )


def _promise(summaries: Sequence[Summary]) -> str:
    """What the theorem says about all widths taken."""
    if any(each["width"]["taken"] < each["width"]["guaranteed"] for each in summaries):
        return NARROWER
    errors = sorted(each["ticket"]["epsilon"] for each in summaries)
    within = f"{errors[0]:g}" if errors[0] == errors[-1] else f"{errors[0]:g} to {errors[-1]:g}, by target,"
    return f"for which every coefficient is within {within} except with probability {summaries[0]['delta']:g} (R8, Q7)"


def _classes(samples: SampleSummary | None) -> tuple[str, ...]:
    """Agreement, how much of it is proved, and accuracies; empty without samples, classes or labels."""
    if samples is None:
        return "", "", "", ""
    counts = (samples["agree"], samples["certified"], samples["right_target"], samples["right_ticket"])
    return tuple("" if each is None else f"{each / samples['count']:.1%}" for each in counts)


def show_check(console: Console, summary: CheckSummary) -> None:
    """What the file says, each part of it with a mark, each demand with one, and what follows from all of them."""
    print_facts(console, _says(summary))
    findings = [_marked(each["holds"], each["what"], each["detail"]) for each in summary["findings"]]
    demands = [_marked(each["met"], f"{each['what']} {_demanded(each)}", each["detail"]) for each in summary["demands"]]
    for name, rows in (("", findings), ("demanded", demands)):
        if rows:
            console.print()
            print_table(console, Table(("", name, "found"), rows, "lll"))
    if (samples := summary["samples"]) is not None and all(each["what"] != "agreement" for each in summary["demands"]):
        print_facts(console, [("agreement", f"{_agreement(samples)}; {plain(samples['name'])}")])
    console.print(f"{_outcome_of_check(summary)}; {summary['seconds']:.1f} s", highlight=False, markup=False)


def _marked(good: bool, what: str, detail: str) -> tuple[Cell, ...]:
    return [("✓", "holds") if good else ("✗", "wrong")], plain(what), plain(detail)


def _says(summary: CheckSummary) -> Lines:
    of = plain(summary["target"]) or "a target without a name"
    inputs = _inputs(summary["signed"]) + (", the last one 1" if summary["constant_input"] else "")
    said = f"of {of}, seed {summary['seed']}, width {summary['width']}, epsilon {summary['epsilon']:g}, inputs {inputs}"
    return [("ticket", plain(summary["file"])), ("says", said)]


def _demanded(demand: DemandSummary) -> str:
    value = demand["demanded"]
    relation = {"agreement": "at least ", "epsilon": "at most ", "kept": "at most "}.get(demand["what"], "")
    return f"{relation}{value if isinstance(value, str) else f'{value:g}'}"


def _agreement(samples: AgreementSummary) -> str:
    if samples["agree"] is None:
        return samples["problem"] or ""
    return f"{_share(samples['agree'], samples['count'])}: the same output is the largest"


def _outcome_of_check(summary: CheckSummary) -> str:
    """The verdict, and how far it goes."""
    verdict, findings, demands = summary["verdict"], summary["findings"], summary["demands"]
    wrong = sum(not each["holds"] for each in findings)
    unmet = [each["what"] for each in demands if not each["met"]]
    if wrong:
        missed = f", and {len(unmet)} of {len(demands)} demands not met" if unmet else ""
        return f"{verdict}: {wrong} of {len(findings)} do not hold{missed}"
    if unmet:
        return f"{verdict}: {', '.join(unmet)}"
    of = "the target given" if summary["compared"] else "the target in the file, which may be any"
    if demands:
        return f"{verdict}, for {of}"
    misses = "" if summary["within_epsilon"] else ", which by its own statement it misses"
    if summary["compared"]:
        return f"{verdict}, at the epsilon that it states ({summary['epsilon']:g}{misses}); nothing was demanded"
    return f"{verdict} with itself, for {of}, at the epsilon that it states ({summary['epsilon']:g}{misses}); nothing was demanded"


def _header(summary: Summary) -> Lines:
    target, width, ticket = summary["target"], summary["width"], summary["ticket"]
    inputs = _inputs(target["signed"])
    orbit = "" if _is_perceptron(target) else " and orbit"
    lines = [
        ("target", f"{target['name']}: {_architecture(target)}"),
        ("scale", "layers multiplied so that the largest coefficient of each is 1/(2e): no class changes"),
        (
            "width",
            f"guaranteed: {width['guaranteed']} channels for each input channel{orbit} of a layer, all coefficients then within "
            f"{ticket['epsilon']:g} except with probability {summary['delta']:g}, inputs {inputs} (R8, Q7)",
        ),
        ("", f"usual: {_usual(width['usual'])} (measured, not proved: R7)"),
        (
            "source",
            f"seed {ticket['seed']}, width {width['taken']}: {ticket['total']:,} coefficients, uniform on [-1, 1]",
        ),
    ]
    if (network := width["network"]) is not None:
        if network["empty"]:
            lines[2] = (
                "width",
                f"{width['guaranteed']} channel for each input channel{orbit} of a layer, and nothing need be kept",
            )
        lines[2:2] = _network(network, summary)
    if width["taken"] < width["guaranteed"]:
        lines.append(("", NARROWER))
    lines[1:1] = [("", plain(remark)) for remark in target["remarks"]]
    return lines


def _network(network: NetworkWidthSummary, summary: Summary) -> Lines:
    """What was asked of the outputs, in the units of the target as given, and what follows for coefficients."""
    asked = f"of the target as given: within {network['output_error']:g} for all inputs up to {network['radius']:g}"
    if network["empty"]:
        lines = [("outputs", f"{asked}: the empty network suffices, so nothing need be kept (Q11.1)")]
    else:
        lines = [
            ("outputs", f"{asked}, {_layer_errors(network)}, except with probability {summary['delta']:g} (Q11.1)")
        ]
        lines.append(("", "epsilon: the smallest of these errors; channels: the largest of these numbers and Q7's"))
        lines.append(("", _optimality(network["candidates_per_parameter"])))
    lines.append(
        (
            "",
            f"outputs at this scale, as below, are {network['scale']:.4g} times those of the target as given, up to rounding",
        )
    )
    samples, beyond = summary["samples"], network["samples_beyond_radius"]
    if samples is not None and network["output_error"] * network["scale"] >= samples["largest_output"]:
        lines.append(("", "no output seen is larger than that error: on the samples the function 0 is as near"))
    if samples is not None and beyond:
        lines.append(
            (
                "",
                f"{beyond:,} of {samples['count']:,} samples have an input beyond {network['radius']:g}: the bound does not cover them",
            )
        )
    return lines


def _layer_errors(network: NetworkWidthSummary) -> str:
    errors, needed = (
        ", ".join(map(one, values))
        for one, values in (("{:.3g}".format, network["coefficient_errors"]), (str, network["guaranteed"]))
    )
    return (
        f"if coefficients at this scale are within {errors}, layer by layer, for which {needed} channels are guaranteed"
    )


def _optimality(ratios: list[float | None]) -> str:
    """How far from what any source needs the widths are."""
    shown = ", ".join("unknown" if each is None else f"{each:.3g}" for each in ratios)
    return f"candidates for each parameter that any source needs, layer by layer: {shown} (Q11.2)"


def _architecture(target: TargetSummary) -> str:
    channels, coordinates = "-".join(map(str, target["channels"])), target["coordinates"]
    coefficients = f"{sum(target['coefficients']):,} coefficients"
    if _is_perceptron(target):
        constant = ", with an input and hidden channels that carry biases" if target["biased"] else ""
        return f"perceptron {channels}, {coefficients}{constant}"
    generators = target["generators"]
    group = "" if generators is None else f", symmetric ({generators} generator{'s' if generators != 1 else ''})"
    return f"channels {channels} on {'-'.join(map(str, coordinates))} coordinates, {coefficients}{group}"


def _inputs(signed: bool) -> str:
    return "of either sign" if signed else "not negative"


def _is_perceptron(target: TargetSummary) -> bool:
    return {*target["coordinates"], *target["basis_elements"]} == {1}


def _usual(width: int | None) -> str:
    return "none up to 100000 suffices" if width is None else "1 suffices" if width == 1 else f"{width} suffice"


def _layers(summary: Summary) -> Table:
    target, ticket = summary["target"], summary["ticket"]
    layers = zip(
        target["basis_elements"], target["coefficients"], ticket["largest_errors"], ticket["kept_by_layer"], strict=True
    )
    rows = []
    for k, (elements, coefficients, error, kept) in enumerate(layers):
        channels = f"{target['channels'][k]} to {target['channels'][k + 1]}"
        rows.append((str(k + 1), channels, str(elements), f"{coefficients:,}", f"{error:.4g}", f"{kept:,}"))
    columns = ("layer", "channels", "basis", "coefficients", "largest error", "kept in source")
    return Table(columns, rows, "rrrrrr", "Subset sums, layer by layer")


def _title(summary: Summary) -> str:
    samples = summary["samples"]
    return f"The ticket beside its target: {'no samples' if samples is None else samples['name']}"


def _outcome(summary: Summary) -> Lines:
    ticket, samples = summary["ticket"], summary["samples"]
    lines = [("within epsilon", _within(ticket))]
    lines += _without_samples(summary) if samples is None else _with_samples(samples)
    lines += [
        ("kept", f"{_share(ticket['kept'], ticket['candidates'])} in the blocks of the source"),
        ("", f"{_share(ticket['kept'], ticket['total'])} in all of it, which is dense"),
        ("", f"{ticket['kept'] / sum(summary['target']['coefficients']):.1f} for each coefficient of the target"),
    ]
    if (moved := summary["equivariance"]) is not None:
        lines.append(("equivariance", f"error {moved['error']:.2g}; rounding may make it {moved['bound']:.2g} (Q9)"))
    seconds = summary["seconds"]
    times = f"{seconds['target']:.1f} s for the target, {seconds['search']:.1f} s search, {seconds['comparison']:.1f} s comparison"
    return [*lines, ("time", times)]


def _within(ticket: TicketSummary) -> str:
    if ticket["within_epsilon"]:
        return f"yes, every coefficient: {no_less(max(ticket['largest_errors']), 4)} at most"
    return (
        f"NO: a coefficient is off by {max(ticket['largest_errors']):.4g}; of the subsets searched, 32 products at a "
        "time, the nearest is kept"
    )


def _with_samples(samples: SampleSummary) -> Lines:
    lines = []
    if samples["agree"] is None or samples["certified"] is None:
        lines.append(("agreement", "one output: no classes to agree on"))
    else:
        count = samples["count"]
        lines += [
            ("agreement", f"{_share(samples['agree'], count)}: the same output is the largest"),
            ("certified", f"{_share(samples['certified'], count)}: proved, rounding included"),
        ]
        right_target, right_ticket = samples["right_target"], samples["right_ticket"]
        if right_target is not None and right_ticket is not None:
            lines.append(("accuracy", f"target {right_target / count:.1%}, ticket {right_ticket / count:.1%}"))
    error = f"{samples['largest_error']:.3g}, bound {no_less(samples['largest_bound'], 3)}; outputs up to {samples['largest_output']:.3g}"
    return [*lines, ("largest error", error)]


def _without_samples(summary: Summary) -> Lines:
    constant = ", beside the constant" if summary["target"]["biased"] else ""
    bound = summary["bound_on_ball"]
    if bound is None:
        raise TypeError("a target without samples has a bound on the ball")
    return [
        ("agreement", "not measured: no samples (--data)"),
        (
            "bound",
            f"no output is off by more than {no_less(bound, 3)} for ‖x‖_1 ≤ 1{constant}, rounding included",
        ),
    ]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%} ({part:,} of {whole:,})"
