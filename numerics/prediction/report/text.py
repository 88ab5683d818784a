"""The question of a report and its answer in three sentences, each computed from the numbers, with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.prediction.layers.evidence_level import level_of
from sparse_limits.numerics.prediction.layers.summary import layer_name, summarise_layers, thresholds
from sparse_limits.numerics.prediction.pruned_first_layer.kernel_summary import summarise_kernel
from sparse_limits.numerics.prediction.report.advice import advice_of, error_of
from sparse_limits.numerics.prediction.report.data_flaws import flaws_of, option_names
from sparse_limits.numerics.prediction.report.recommendation import recommendation_of
from sparse_limits.numerics.prediction.report.summary import (
    FEW,
    LOST,
    OF_THE_KERNEL,
    Learning,
    Line,
    Made,
    MethodSummary,
    QuestionSummary,
    StandingSummary,
    described,
    emptied,
    floor_of,
    layer_words,
    listed,
    lost_inputs,
    percent,
    resting_on,
    stated,
    weakest,
)
from sparse_limits.numerics.prediction.result import LIMIT, MEASURED, THEOREM, LeftOut, Result
from sparse_limits.numerics.printing.plain_text import many, no_less

Floats = NDArray[np.float64]
PROVED = {
    "random": "S2",
    "wanda": "S12",
    "magnitude": "S2",
}  # of a module outside the law; of others as the threshold of a layer is defined


def question_summary(
    forecasts: Sequence[Result],
    left_out: Sequence[LeftOut],
    kernels: Mapping[str, Result],
    without_kernel: Sequence[LeftOut],
    made: Made,
    data: Dataset,
) -> QuestionSummary:
    """Return everything that a report says; forecasts are of one network on the same data.

    data: all samples given, of which forecasts may have seen a batch.
    """
    inputs = data.x
    first = forecasts[0]
    methods = _methods(forecasts, made["seed"])
    constant = np.flatnonzero((inputs == inputs[0]).all(axis=0)).tolist()
    zero = [column for column in constant if inputs[0, column] == 0]
    learning = [_learning(method, found) for method, found in kernels.items()]
    density = first.settings.density
    dropped = option_names(data.about, data.about.dropped)
    flaws, advice = flaws_of(data), advice_of(methods, constant, zero, learning, density)
    return {
        "question": _question(described(methods)),
        "flaws": flaws,
        "recommendation": recommendation_of(methods, advice, learning, density, flaws, dropped),
        "answer": [
            _of_layers(methods, density),
            _of_inputs(methods, constant),
            _of_learning(learning) if learning else _of_floors(methods),
        ],
        "density": density,
        "densities": list(first.settings.curve),
        "methods": methods,
        "left_out": list(left_out),
        "constant_inputs": constant,
        "zero_inputs": zero,
        "learning": learning,
        "without_learning": list(without_kernel),
        "advice": advice,
        "made": made,
    }


def _methods(found: Sequence[Result], seed: int) -> list[MethodSummary]:
    """The methods in numbers; layers in the order of those that the law follows."""
    names = next(([layer.name for layer in each.layers] for each in found if each.network is not None), [])
    return [_method(each.in_order(names), seed) for each in found]


def _method(found: Result, seed: int) -> MethodSummary:
    """A method in numbers; where nothing is predicted, densities are those of the networks that were pruned."""
    followed = found.network is not None
    standing, apart = _levels(found)
    return {
        "method": found.settings.method,
        "standing": standing,
        "apart": apart,
        "followed": followed,
        "outside": list(found.outside) or ([f"the whole: {found.reason}"] if found.reason else []),
        "layers": summarise_layers(found.counted, seed=seed),
        "reads": found.reads,
        "gives": found.gives,
        "lost": [] if found.lost is None else found.lost.tolist(),
        "lost_found": found.layers[0].seen_dead_columns if followed else None,
        "curve": [] if found.curve is None else found.curve.tolist(),
    }


def _levels(found: Result) -> tuple[StandingSummary, StandingSummary]:
    """What densities of layers rest on, and what is said of single rows, columns and paths."""
    if found.network is not None:
        level = level_of(found.settings, found.network, withdrawn=bool(found.withdrawn))
        by = level.by if level.layers == level.kind else ""
        # single rows, columns and paths are expected at the limit's threshold, even where densities of layers are a theorem
        return {"kind": level.layers, "by": by}, {"kind": weakest([level.kind, LIMIT]), "by": level.by}
    measured: StandingSummary = {"kind": MEASURED, "by": ""}
    if found.layers[0].predicted is None:
        return measured, measured
    method = found.settings.method
    return {"kind": found.says, "by": PROVED.get(method, "") if found.says == THEOREM else "S2, S14.1"}, measured


def _learning(method: str, found: Result) -> Learning:
    if found.first is None or found.first.kernel is None or found.columns is None:
        raise TypeError("the forecast was made without its kernel")
    kernel = summarise_kernel(found.first.kernel, found.columns.tolist(), None)
    return {"method": method, "density": found.settings.density, "kernel": kernel}


def network_text(method: MethodSummary) -> str:
    """The widths from inputs to outputs."""
    layers = method["layers"]
    if not method["followed"]:
        return f"{layers['data']['inputs']} inputs to {many(layers['data']['outputs'], 'output')}"
    return " × ".join(map(str, (layers["data"]["inputs"], *(layers["widths"] or ()), layers["data"]["outputs"])))


def _question(method: MethodSummary) -> str:
    layers = method["layers"]
    model = f"{layers['model']}, " if layers["model"] else ""
    return (
        f"What does pruning to density {layers['density']:g} leave of {model}{network_text(method)}, on the data "
        f"{layers['data']['name']}?"
    )


def _of_layers(methods: Sequence[MethodSummary], density: float) -> Line:
    """Which methods empty a layer, or the thinnest layer there is."""
    under = f"under {thresholds(methods[0]['layers']['scope'], [each['method'] for each in methods])}"
    gone = [each for each in methods if emptied(each)]
    shares = [
        (stated(layer["predicted"]), each, layer)
        for each in methods
        if each not in gone
        for layer in each["layers"]["layers"]
    ]
    parts = []
    if gone:
        ends = listed([f"{each['method']} ({layer_words(each, emptied(each))})" for each in gone])
        verb = "empties" if len(gone) == 1 else "empty"
        parts.append(
            f"{len(gone)} of {many(len(methods), 'method')} {verb} a layer, which is expected to keep less than one weight: {ends}"
        )
    if shares:
        share, method, layer = min(shares, key=lambda found: found[0])
        where = layer_words(method, [layer_name(method["layers"], layer)])
        others = "every other method" if gone else "every method here"
        parts.append(
            f"{others} is expected to keep at least one weight in every layer, the smallest share is that of {where} by "
            f"{method['method']}, {percent(share)}"
        )
    kind, by = resting_on(methods)
    return {"text": f"At density {density:g} {under}, {'; '.join(parts)}.", "kind": kind, "by": by}


def _of_inputs(methods: Sequence[MethodSummary], constant: Sequence[int]) -> Line:
    """Which methods lose which inputs, those that the law follows first."""
    inputs = methods[0]["layers"]["data"]["inputs"]
    known = [each for each in methods if each["lost"]]
    if not known:
        return {
            "text": f"Which of the {many(inputs, 'input')} are lost is not known: the module passes no slope on to them.",
            "kind": MEASURED,
            "by": "",
        }
    groups = [[each for each in known if each["followed"] is followed] for followed in (True, False)]
    texts = [_losses(group, constant, whole=len(group) == len(methods)) for group in groups if group]
    kind, by = resting_on(known, apart=True)
    return {"text": " ".join(texts), "kind": kind, "by": by}


def _losses(methods: Sequence[MethodSummary], constant: Sequence[int], *, whole: bool) -> str:
    """What these methods lose, all by the law or all as counted; whole: they are all that the report has."""
    inputs = methods[0]["layers"]["data"]["inputs"]
    followed = methods[0]["followed"]
    where = "In the first layer" if followed else "In the modules pruned here"
    loses = "is expected to lose" if followed else "leaves without effect on the outputs, on average,"
    counts = {each["method"]: sum(each["lost"]) for each in methods}
    losing = sorted(
        (each for each in methods if counts[each["method"]] >= FEW), key=lambda each: -counts[each["method"]]
    )
    always = f" ({len(constant)} of them constant)" if constant else ""
    if not losing:
        names = listed([each["method"] for each in methods])
        who = "every method" if whole else f"each of {names}" if len(methods) > 1 else names
        return f"{where} {who} {loses} fewer than {FEW:g} of the {many(inputs, 'input')}{always}."
    first, *others = [f"{counts[each['method']]:.1f}" for each in losing]
    told = [f"{losing[0]['method']} {loses} {first}"]
    told += [f"{each['method']} {count}" for each, count in zip(losing[1:], others, strict=True)]
    rest = [each["method"] for each in methods if each not in losing]
    few = f"; {listed(rest)} fewer than {FEW:g}{' each' if len(rest) > 1 else ''}" if rest else ""
    varying = {column for each in losing for column in lost_inputs(each, constant)[0]}
    verbs = "varies is" if len(varying) == 1 else "vary are each"
    often = f"with probability {LOST:g} or more" if followed else "in half of the modules or more"
    by = "some method" if whole else "one of these methods"
    what = f"; {many(len(varying), 'input')} that {verbs} lost by {by} {often}" if varying else ""
    return f"{where}, of {many(inputs, 'input')}{always}, {listed(told)}{few}{what}."


def _of_learning(learning: Sequence[Learning]) -> Line:
    """Test errors of kernel regression after pruning, beside those before and of guessing."""
    errors = {each["method"]: error_of(each["kernel"]["regression"]["pruned"]) for each in learning}
    regression = learning[0]["kernel"]["regression"]
    best, worst = min(errors, key=errors.__getitem__), max(errors, key=errors.__getitem__)
    classes = regression["dense"]["error"] is not None
    show = percent if classes else "{:.3g}".format
    span = (
        f"from {show(errors[best])} ({best}) to {show(errors[worst])} ({worst})"
        if errors[best] < errors[worst]
        else show(errors[best])
    )
    what = "are wrong on" if classes else "have the mean squared error"
    ends = f" of {learning[0]['kernel']['test_samples']} held-out samples" if classes else " on held-out samples"
    return {
        "text": (
            f"Very wide {OF_THE_KERNEL}, the first layer alone pruned as much, {what} {span}{ends}; before pruning "
            f"{show(error_of(regression['dense']))}, the mean label always {show(error_of(regression['constant']))}."
        ),
        "kind": weakest([LIMIT]),
        "by": "K7.1, B7",
    }


def _of_floors(methods: Sequence[MethodSummary]) -> Line:
    """How far each method can go before a layer ends."""
    floors = {each["method"]: floor for each in methods if (floor := floor_of(each)) is not None}
    if not floors:
        text = "For these methods, the density at which a layer is down to one weight is not known."
    else:
        order = sorted(floors, key=floors.__getitem__)
        told = listed([f"{method} {no_less(floors[method])}" for method in order])
        text = f"Down to these densities every layer is expected to keep a weight: {told}."
    kind, by = resting_on([each for each in methods if each["method"] in floors] or methods)
    return {"text": text, "kind": kind, "by": by}
