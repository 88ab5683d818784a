"""What a report recommends: to fix the data, and the methods against which its own advice says least, with what to expect of them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from sparse_limits.numerics.prediction.layers.summary import layer_name
from sparse_limits.numerics.prediction.report.advice import error_of
from sparse_limits.numerics.prediction.report.data_flaws import Flaw
from sparse_limits.numerics.prediction.report.summary import (
    AGAINST,
    CAUTION,
    CONDITION,
    FEW,
    Advice,
    Learning,
    Line,
    MethodSummary,
    floor_of,
    kept,
    layer_words,
    listed,
    percent,
    resting_on,
    stated,
    weakest,
)
from sparse_limits.numerics.prediction.result import LIMIT, MEASURED
from sparse_limits.numerics.printing.plain_text import many, no_less

MOST_TOLD = 3  # methods of which it is told what to expect


def recommendation_of(
    methods: Sequence[MethodSummary],
    advice: Sequence[Advice],
    learning: Sequence[Learning],
    density: float,
    flaws: Sequence[Flaw],
    dropped: Sequence[str],
) -> list[Line]:
    """The sentences; learning: what kernels say, of methods of which they say anything. dropped: columns left out already."""
    lines = [_mended(flaws, dropped)] if flaws else []
    weighed = {weight: _of(advice, weight) for weight in (AGAINST, CAUTION, CONDITION)}
    usable = [each for each in methods if each["method"] not in weighed[AGAINST]]
    if not usable:
        return [*lines, _none(methods, density)]
    calm = [each for each in usable if each["method"] not in weighed[CAUTION]] or usable
    free = [each for each in calm if each["method"] not in weighed[CONDITION]]
    losing = [each for each in calm if each not in free]
    cautioned = any(each["method"] in weighed[CAUTION] for each in calm)
    text = "; or ".join(filter(None, (_taken(free, cautioned), _losing(losing, cautioned))))
    lines.append({"text": f"At density {density:g} take {text}.", "kind": MEASURED, "by": ""})
    return [*lines, *(_expected(each, learning) for each in [*free, *losing][:MOST_TOLD])]


def _taken(methods: Sequence[MethodSummary], cautioned: bool) -> str:
    """Methods that are taken by anybody. cautioned: since there are none without a caution."""
    if not methods:
        return ""
    them = "it" if len(methods) == 1 else "them"
    why = (
        f"the caution under What to do is the least that is said against {them}"
        if cautioned
        else f"nothing under What to do weighs against {them}"
    )
    return f"{_either(methods)}: {why}"


def _losing(methods: Sequence[MethodSummary], cautioned: bool) -> str:
    """Methods of those who need not have all inputs."""
    if not methods:
        return ""
    they = "it loses" if len(methods) == 1 else "they lose"
    caution = ", with the caution under What to do" if cautioned else ""
    return f"{_either(methods)}, if the inputs that {they} need not matter{caution}"


def _either(methods: Sequence[MethodSummary]) -> str:
    return listed([each["method"] for each in methods]).replace(" and ", " or ")


def _of(advice: Sequence[Advice], weight: str) -> set[str]:
    """The methods that advice of this weight is given of."""
    return {name for each in advice if each["weight"] == weight for name in each["of"]}


def _mended(flaws: Sequence[Flaw], dropped: Sequence[str]) -> Line:
    """The options that fix data, in one."""
    drops = [name for flaw in flaws for name in flaw["drop"]]
    options = [f"--drop {shlex.join(dict.fromkeys((*dropped, *drops)))}"] if drops else []
    options += [flaw["option"] for flaw in flaws if flaw["option"]]
    how = f", again with {' '.join(options)}" if options else ""
    text = f"Fix the data first{how}: all that follows describes the data as they are."
    return {"text": text, "kind": MEASURED, "by": ""}


def _none(methods: Sequence[MethodSummary], density: float) -> Line:
    """Where advice speaks against every method: how far the best can go."""
    floors = {each["method"]: floor for each in methods if (floor := floor_of(each)) is not None}
    best = min(floors, key=floors.__getitem__) if floors else ""
    further = f"; {best} keeps a weight in every layer down to density {no_less(floors[best])}" if floors else ""
    kind, by = resting_on([each for each in methods if each["method"] == best] or methods)
    text = f"Take a larger density than {density:g}, or a wider network: something under What to do speaks against every method here{further}."
    return {"text": text, "kind": weakest([kind, MEASURED]), "by": by}


def _expected(method: MethodSummary, learning: Sequence[Learning]) -> Line:
    """What a recommended method leaves."""
    layers = method["layers"]
    thinnest = min(layers["layers"], key=lambda layer: stated(layer["predicted"]))
    place = layers["layers"].index(thinnest)
    where, share_of = layer_words(method, [layer_name(layers, thinnest)]), percent(stated(thinnest["predicted"]))
    said = [
        f"{method['method']} keeps {share_of} of {where}, the least of any layer ({_number(kept(method)[place])} weights)"
    ]
    if method["lost"]:
        lost = sum(method["lost"])
        count = f"{lost:.1f}" if lost >= FEW else f"fewer than {FEW:g}"
        said[0] += f", and loses {count} of {many(layers['data']['inputs'], 'input')}"
    if (share := layers["paths"]["share"]) is not None:
        left = "a path of kept weights is left" if method["followed"] else "an input moves an output"
        said.append(
            f"{left} in {round(share * layers['networks'])} of {many(layers['networks'], 'network')} pruned here"
        )
    kind, by = resting_on([method], apart=True)
    regression = next((each["kernel"]["regression"] for each in learning if each["method"] == method["method"]), None)
    if regression is not None and regression["pruned"]["error"] is not None:
        errors = [percent(error_of(regression[name])) for name in ("pruned", "constant")]
        said.append(f"its kernel is wrong on {errors[0]} of held-out samples, the mean label on {errors[1]}")
        kind, by = weakest([kind, LIMIT]), ", ".join(filter(None, (by, "K7.1, B7")))
    return {"text": f"Expect: {'; '.join(said)}.", "kind": kind, "by": by}


def _number(weights: float) -> str:
    return f"{weights:.0f}" if weights >= 100 else f"{weights:.2g}"
