"""What the study of the gap found, in plain words, from its numbers alone; and what does not follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from math import inf

from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.studies.gap_summary import BoundRow, Findings, SizeRow, SlopeRow, WithoutRelu


def sentences(found: Findings) -> list[str]:
    """What is proved, what was measured, what does not follow."""
    rows, slopes = found["rows"], {each["curve"]: each for each in found["slopes"]}
    neurons, singles, relu, weights = (
        [row for row in rows if row["curve"] == f"{kind}, {output}"]
        for output in ("linear", "ReLU")
        for kind in ("neurons", "weights")
    )
    return [
        *_linear(neurons, slopes.get("neurons, linear")),
        *_linear_weights(singles, neurons, slopes.get("weights, linear")),
        *_without_relu(found["without_relu"]),
        *_weights(weights, slopes.get("weights, ReLU")),
        *_relu_neurons(relu, slopes.get("neurons, ReLU")),
        *_certified(weights, found["bounds"]["neurons, ReLU"]),
        f"All proved: at ε = {found['crossing']:g} N5.2 asks for more neurons than N4's single weights need, half of the time, and the "
        "ratio grows without bound as ε falls. So with an output ReLU the exponential gap is a theorem; with a linear output it is "
        "false (N4).",
        "Found curves are upper bounds by one search each. For whole neurons with an output ReLU the numbers proved necessary, of "
        "the order of 1/(ε ln 1/ε), and sufficient, 1/ε times the square of the logarithm (N8), differ by powers of a logarithm alone.",
    ]


def _linear(rows: Sequence[SizeRow], slope: SlopeRow | None) -> Iterator[str]:
    if rows:
        yield (
            f"Linear output, whole neurons: at ε = {_errors(rows)} tickets are found with "
            f"{_list(_size(row['median']) for row in rows)} neurons in half of the networks; N2 proves that "
            f"{_list(row['at_least'] for row in rows)} at least are needed{_slope(slope)}."
        )


def _linear_weights(rows: Sequence[SizeRow], neurons: Sequence[SizeRow], slope: SlopeRow | None) -> Iterator[str]:
    if rows:
        sizes = [(row["median"] or inf, whole["median"] or inf) for row, whole in zip(rows, neurons, strict=True)]
        gain = (
            "Fewer neurons were enough than where whole neurons are pruned; by"
            if all(single < whole for single, whole in sizes)
            else "By"
        )
        yield (
            f"Linear output, single weights: found with {_list(_size(row['median']) for row in rows)}; N4 proves that "
            f"{_list(row['at_least'] for row in rows)} at least are needed, as for whole neurons{_slope(slope)}. "
            f"{gain} N4 the order cannot be improved."
        )


def _without_relu(without: WithoutRelu) -> Iterator[str]:
    if without["tickets"]:
        yield (
            f"{many(without['tickets'], 'ticket')} of single weights found with an output ReLU, evaluated without it, miss the "
            f"target by {without['least']:.4f} to {without['largest']:.4f}: around x = −w* they are negative, where the target is 0."
        )


def _weights(rows: Sequence[SizeRow], slope: SlopeRow | None) -> Iterator[str]:
    yield (
        f"Output ReLU, single weights: at ε = {_errors(rows)} tickets are found with "
        f"{_list(_size(row['median']) for row in rows)} neurons in half of the networks; N4 proves that "
        f"{rows[-1]['enough']:,} are enough at the last{_slope(slope)}."
    )


def _relu_neurons(rows: Sequence[SizeRow], slope: SlopeRow | None) -> Iterator[str]:
    if rows:
        yield (
            f"Output ReLU, whole neurons: found with {_list(_size(row['median']) for row in rows)} neurons; N5.2 proves that "
            f"{_list(row['at_least'] for row in rows)} at least are needed, of the order of 1/(ε ln 1/ε){_slope(slope)}."
        )


def _certified(weights: Sequence[SizeRow], bounds: Sequence[BoundRow]) -> Iterator[str]:
    """Where the proved bound for neurons exceeds what was found for weights."""
    upwards = zip(reversed(weights), reversed(bounds), strict=True)
    beyond = list(takewhile(lambda pair: pair[1]["at_least"] > (pair[0]["high"] or inf), upwards))
    if beyond:
        row, bound = beyond[-1]
        yield (
            f"In one architecture, with the output ReLU: from ε = {row['eps']:g} on whole neurons provably take more "
            f"({bound['at_least']}) than single weights were found to take ({_size(row['median'])}, interval {row['low']:g} to "
            f"{row['high']:g})."
        )


def _slope(slope: SlopeRow | None) -> str:
    """Measured slope with its interval and bracket, as the rest of a sentence."""
    if slope is None:
        return ""
    if slope["slope"] is None or slope["low"] is None or slope["high"] is None:
        return "; too few networks for a slope"
    inside = slope["low"] <= slope["flattest"] and slope["high"] >= slope["steepest"]
    return (
        f". Measured, not proved: log–log slope {slope['slope']:.2f} from ε = {slope['from']:g} to {slope['to']:g}, in "
        f"[{slope['low']:.2f}, {slope['high']:.2f}] at level {slope['level']:.0e}, which {'meets' if inside else 'misses'} "
        f"[{slope['steepest']:.2f}, {slope['flattest']:.2f}]"
    )


def _size(median: float | None) -> str:
    return "none" if median is None else f"{median:g}"


def _list(items: Iterable[object]) -> str:
    return ", ".join(map(str, items))


def _errors(rows: Sequence[SizeRow]) -> str:
    return _list(format(row["eps"], "g") for row in rows)
