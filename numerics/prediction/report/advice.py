"""What to do, by rules: each has a threshold, and a sentence only where the numbers are beyond it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sparse_limits.numerics.columns import name_of
from sparse_limits.numerics.prediction.layers.summary import LayerSummary, layer_name
from sparse_limits.numerics.prediction.layers.validity import LEVEL
from sparse_limits.numerics.prediction.pruned_first_layer.kernel_summary import FitSummary
from sparse_limits.numerics.prediction.report.rounds import advice_on_rounds
from sparse_limits.numerics.prediction.report.summary import (
    AGAINST,
    CAUTION,
    CONDITION,
    LOST,
    NOTE,
    OF_THE_KERNEL,
    Advice,
    Learning,
    Line,
    MethodSummary,
    columns_of,
    described,
    emptied,
    floor_of,
    layer_words,
    listed,
    lost_inputs,
    percent,
    resting_on,
    stated,
)
from sparse_limits.numerics.prediction.result import LIMIT, MEASURED
from sparse_limits.numerics.printing.plain_text import many, no_less

NEAR = 2.0  # times the density at which a layer ends: from here on it is close
IDLE = 0.25  # the share of a layer's units without incoming weights from which the layer is called too wide
KERNELS: tuple[Literal["pruned", "dense", "constant"], ...] = ("pruned", "dense", "constant")
_OF_WHAT = f"all of kernel regression, which stands for very wide {OF_THE_KERNEL}, the first layer alone pruned"
_FROM_THE_KERNEL: Line = {"text": "", "kind": LIMIT, "by": "K7.1, B7"}


@dataclass(frozen=True)
class Numbers:
    """What the rules look at."""

    methods: Sequence[MethodSummary]
    constant: Sequence[int]
    zero: Sequence[int]
    learning: Sequence[Learning]
    density: float


def advice_of(
    methods: Sequence[MethodSummary],
    constant: Sequence[int],
    zero: Sequence[int],
    learning: Sequence[Learning],
    density: float,
) -> list[Advice]:
    """Return what the rules have to say, and of which methods they say nothing; constant, zero: inputs that are so."""
    found = Numbers(methods, constant, zero, learning, density)
    warned: set[str] = set()
    lines = [*_ended(found, warned), *_near(found, warned), *_cut(found, warned), *_lost(found, warned)]
    lines += [*_idle(found, warned), *_withdrawn(found, warned), *_costs(found, warned)]
    lines += [*advice_on_rounds(methods, density), *_zero_inputs(found)]
    return [*lines, *_blameless(found, {name for line in lines for name in line["of"]})]


def error_of(fit: FitSummary) -> float:
    """The share of wrong classes, or the mean squared error where there are no classes."""
    return fit["mse"] if fit["error"] is None else fit["error"]


def _names(methods: Sequence[MethodSummary]) -> str:
    return listed([each["method"] for each in methods])


def _line(text: str, rule: str, methods: Sequence[MethodSummary], weight: str = NOTE, *, apart: bool = False) -> Advice:
    """weight: against the methods, if it weighs."""
    kind, by = resting_on(methods, apart=apart)
    of = [each["method"] for each in methods] if weight != NOTE else []
    return {"text": text, "rule": rule, "kind": kind, "by": by, "of": of, "weight": weight}


def _ended(found: Numbers, warned: set[str]) -> Iterator[Advice]:
    """A layer without weights cuts the network."""
    for method in found.methods:
        gone = emptied(method)
        if not gone:
            continue
        warned.add(method["method"])
        verb = "is" if len(gone) == 1 else "are each"
        without = "nothing of the inputs passes" if method["followed"] else "nothing passes but what leads around it"
        text = (
            f"Do not prune by {method['method']} to density {found.density:g}: {layer_words(method, gone)} {verb} expected to "
            f"keep less than one weight, and without any {without}; {_instead(method)}."
        )
        yield _line(text, "a layer is expected to keep less than 1 weight", [method], AGAINST)


def _instead(method: MethodSummary) -> str:
    """What keeps a weight in every layer."""
    if method["method"] == "wanda":
        fewest = min(layer["inputs"] for layer in method["layers"]["layers"])
        return (
            f"rows keep density × inputs weights, rounded, so take a density above 1/{2 * fewest}"  # a half becomes 0
        )
    floor = floor_of(method)
    above = "take a larger density" if floor is None else f"stay above density {no_less(floor)}"
    layers = method["layers"]
    helps = method["method"] != "random" and all(
        layers["density"] * layer["weights"] >= 1 for layer in layers["layers"]
    )
    own = ", or give each layer its own threshold (--scope layer)" if helps and layers["scope"] == "global" else ""
    return f"{above}{own}"


def _near(found: Numbers, warned: set[str]) -> Iterator[Advice]:
    near = [
        each
        for each in found.methods
        if each["method"] not in warned
        and (floor := floor_of(each)) is not None
        and floor < found.density < NEAR * floor
    ]
    for method in near:
        warned.add(method["method"])
        yield _line(
            f"Leave room with {method['method']}: a layer ends at density {floor_of(method):.2g}, and {found.density:g} is close.",
            f"the density is below {NEAR:g} times that at which a layer is expected to keep 1 weight",
            [method],
            CAUTION,
        )


def _cut(found: Numbers, warned: set[str]) -> Iterator[Advice]:
    cut = [each for each in found.methods if (share := each["layers"]["paths"]["share"]) is not None and share < 1]
    for method in cut:
        if method["method"] in warned and emptied(method):
            continue  # said already
        warned.add(method["method"])
        networks = method["layers"]["networks"]
        broken = round((1 - (method["layers"]["paths"]["share"] or 0)) * networks)
        followed = method["followed"]
        what = "no path led from inputs to outputs" if followed else "no input moved an output on these data"
        yield {
            "text": f"Expect broken networks with {method['method']}: in {broken} of {many(networks, 'network')} pruned here {what}.",
            "rule": (
                "a pruned network has no path of kept weights from an input to an output"
                if followed
                else "in a pruned module the outputs have slope 0 at all inputs, on all samples"
            ),
            "kind": MEASURED,
            "by": "",
            "of": [method["method"]],
            "weight": AGAINST,
        }


def _lost(found: Numbers, warned: set[str]) -> Iterator[Advice]:
    """Inputs that vary and have no weight left in the first layer; methods that lose the same ones share a sentence."""
    for followed in (True, False):
        whole = [each for each in found.methods if each["followed"] is followed and each["lost"] and not emptied(each)]
        yield from _lost_by(whole, found.constant, warned, followed)


def _lost_by(
    whole: Sequence[MethodSummary], constant: Sequence[int], warned: set[str], followed: bool
) -> Iterator[Advice]:
    """followed: whether the law says what is lost, or modules pruned here do."""
    losing: dict[tuple[int, ...], list[MethodSummary]] = {}
    for method in whole:
        losing.setdefault(tuple(sorted(lost_inputs(method, constant)[0])), []).append(method)
    safe = losing.pop((), [])
    for lost, methods in losing.items():
        warned.update(each["method"] for each in methods)
        names = listed([name_of(methods[0]["layers"]["data"], column) for column in lost])
        word, them = ("input", "it") if len(lost) == 1 else ("inputs", "each of them")
        verb, keep = ("loses" if len(methods) == 1 else "lose"), ("keeps" if len(safe) == 1 else "keep")
        if followed:
            how, rule = f"with probability {LOST:g} or more", f"keeps no weight with probability {LOST:g} or more"
            other = f"{keep} a weight of {them} with a greater probability than {1 - LOST:g}"
        else:
            how, rule = (
                "in half of the modules pruned here or more",
                "moves no output in half of the pruned modules or more",
            )
            other = f"{'leaves' if len(safe) == 1 else 'leave'} {them} an effect on the outputs of more than half of the modules"
        instead = f"; {_names(safe)} {other}" if safe else ""
        said = _line(
            f"If {word} {names} must matter, do not prune by {_names(methods)}, which {verb} {them} {how}{instead}.",
            f"an input that varies {rule}",
            [*methods, *safe],
            CONDITION,
            apart=True,
        )
        yield {**said, "of": [each["method"] for each in methods]}


def _idle(found: Numbers, warned: set[str]) -> Iterator[Advice]:
    """Units without incoming weights are constant: hidden ones are not needed, outputs say nothing."""
    rule = f"{IDLE:.0%} or more of a hidden layer's units are expected to keep no incoming weight, under a method other than random"
    wide = [
        (method, layer)
        for method in found.methods
        for place, layer in enumerate(method["layers"]["layers"])
        if place != method["gives"]
        and method["method"] != "random"
        and not emptied(method)
        and stated(layer["dead_rows"]) >= IDLE * layer["outputs"]
    ]
    if wide:
        methods = [method for place, (method, _) in enumerate(wide) if method not in [each for each, _ in wide[:place]]]
        warned.update(each["method"] for each in methods)
        told = listed([_units(method, layer) for method, layer in wide], len(wide))
        what = "" if all(each["followed"] for each in methods) else " where nothing else is added to them"
        text = (
            f"After pruning, remove the units without incoming weights, which are constant{what}: they are expected to be "
            f"{told}."
        )
        yield _line(text, rule, methods, apart=True)
    for method in found.methods:
        if method["gives"] is None:
            continue
        last = method["layers"]["layers"][method["gives"]]
        if not emptied(method) and stated(last["dead_rows"]) >= 1:
            warned.add(method["method"])
            yield _line(
                f"Do not count on every output with {method['method']}: {stated(last['dead_rows']):.0f} of "
                f"{many(last['outputs'], 'output')} are expected to keep no incoming weight, and to be constant.",
                "1 or more outputs are expected to keep no incoming weight",
                [method],
                AGAINST,
                apart=True,
            )


def _units(method: MethodSummary, layer: LayerSummary) -> str:
    where = layer_words(method, [layer_name(method["layers"], layer)])
    return f"{stated(layer['dead_rows']):.0f} of {many(layer['outputs'], 'unit')} of {where} ({method['method']})"


def _withdrawn(found: Numbers, warned: set[str]) -> Iterator[Advice]:
    """Where the law does not answer, networks do; methods with the same reason share a sentence."""
    reasons: dict[str, list[MethodSummary]] = {}
    for method in found.methods:
        if why := method["layers"]["withdrawn"]:
            reasons.setdefault(why, []).append(method)
    for why, methods in reasons.items():
        warned.update(each["method"] for each in methods)
        layers = methods[0]["layers"]
        networks = many(layers["networks"], "module" if layers["model"] else "network")
        yield {
            "text": f"For {_names(methods)}, trust what the {networks} pruned here keep: {why}.",
            "rule": (
                "what the law leaves out is above the limit up to which it was measured to hold, or networks pruned here "
                f"contradict the prediction at the level {LEVEL:g}; the numbers here are then those of the networks"
            ),
            "kind": MEASURED,
            "by": "",
            "of": [],
            "weight": NOTE,
        }


def _costs(found: Numbers, warned: set[str]) -> Iterator[Advice]:
    """What kernel regression says that pruning costs."""
    alike: list[Learning] = []
    unlearnt: list[Learning] = []
    for each in found.learning:
        regression = each["kernel"]["regression"]
        pruned = regression["pruned"]["error_interval"]
        after, before, guess = (error_of(regression[name]) for name in KERNELS)
        show = "{:.3g}".format if pruned is None else percent
        what = "mean squared error" if pruned is None else "test error"
        learnt, costs = (
            _beats(regression["dense"], regression["constant"]),
            _beats(regression["dense"], regression["pruned"]),
        )
        if not learnt and not _beats(regression["pruned"], regression["constant"]):
            unlearnt.append(each)
            continue
        if learnt and costs and after >= guess:
            rule = (
                "kernel regression after pruning is no better on held-out samples than the mean label, and before pruning it is "
                f"better than both{' by 95% intervals apart' if pruned else ''}"
            )
            verb = " to predict no better than the mean label"
        elif pruned is not None and costs:
            rule = "the 95% interval of the pruned kernel's test error lies above that before pruning"
            verb = " to cost accuracy"
        else:
            alike.append(each)
            continue
        warned.add(each["method"])
        text = (
            f"Expect {each['method']}{verb}: {what} {show(after)}, before pruning {show(before)}, with the mean label "
            f"{show(guess)}, {_OF_WHAT}."
        )
        yield {**_FROM_THE_KERNEL, "text": text, "rule": rule, "of": [each["method"]], "weight": AGAINST}
    if unlearnt:
        names = listed([each["method"] for each in unlearnt])
        text = (
            f"Do not judge {names} by what is learnt of these data: held-out samples do not show that more than the mean label "
            f"is learnt, pruned or not, {_OF_WHAT}."
        )
        rule = (
            "kernel regression's test error on held-out samples is not below that of the mean label, after pruning and before; "
            "of classes, the 95% intervals are not"
        )
        yield {**_FROM_THE_KERNEL, "text": text, "rule": rule, "of": [], "weight": NOTE}
    told = [each for each in alike if each["kernel"]["regression"]["pruned"]["error_interval"] is not None]
    if told:
        names, tests = listed([each["method"] for each in told]), told[0]["kernel"]["test_samples"]
        text = f"Do not choose by kernel regression between no pruning and {names}: {tests} held-out samples do not show a cost, {_OF_WHAT}."
        rule = "the 95% interval of the pruned kernel's test error does not lie above that before pruning"
        yield {**_FROM_THE_KERNEL, "text": text, "rule": rule, "of": [], "weight": NOTE}


def _beats(one: FitSummary, other: FitSummary) -> bool:
    """Whether errors of one are below those of the other; of classes, its whole 95% interval below the other's."""
    first, second = one["error_interval"], other["error_interval"]
    if first is None or second is None:
        return error_of(one) < error_of(other)
    return first[1] < second[0]


def _zero_inputs(found: Numbers) -> Iterator[Advice]:
    if not found.zero:
        return
    read = [each for each in found.methods if each["reads"] is not None and columns_of(each)]
    if described(found.methods)["reads"] is None or not read:
        return  # weights of a convolution meet other pixels too
    layers = described(found.methods)["layers"]
    names = listed([name_of(layers["data"], column) for column in found.zero])
    spent = {
        each["method"]: sum(columns_of(each)[column] for column in found.zero)
        * each["layers"]["layers"][each["reads"] or 0]["outputs"]
        for each in read
    }
    spending = [each for each in read if spent[each["method"]] >= 1]
    told = [f"{each['method']} keeps {spent[each['method']]:.0f}" for each in spending]
    what = f": {listed(told)} of these weights" if told else ""
    word, they, them = (
        ("input", "it is constant, and enters", "it")
        if len(found.zero) == 1
        else ("inputs", "they are constant, and enter", "them")
    )
    text = (
        f"Leave {word} {names} out of the data: {they} the network as 0 on all {layers['data']['samples']} samples, so no "
        f"weight of {them} has any effect{what}."
    )
    rule = "an input is 0 on all samples of the data, used or not, as the network sees them"
    yield _line(text, rule, spending or found.methods, apart=True)


def _blameless(found: Numbers, weighed: set[str]) -> Iterator[Advice]:
    rest = [each for each in found.methods if each["method"] not in weighed]
    if rest:
        text = f"No rule here speaks against {_names(rest)} at density {found.density:g}."
        said = _line(text, "none of the rules above advises against the method", rest)
        yield {**said, "kind": MEASURED}  # two of the rules look at the networks pruned here
