"""The sentences of arXiv 2510.17515 about its Figures 2, 3 and 11, each counted over networks, and what the counts say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import inf, isnan, nan
from operator import lt
from typing import Literal, NamedTuple

import numpy as np

from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.statistics.distribution_free import clopper_pearson
from sparse_limits.numerics.studies.spectra_summary import (
    KERNELS,
    OPTIMISERS,
    Finding,
    KernelName,
    MetricName,
    Optimiser,
    SpectraRow,
)

DENSE, RANDOM = "dense", "random"
Rows = Mapping[tuple[str, float], SpectraRow]  # of one network, by method and density


class Sentence(NamedTuple):
    """Where the paper says it, and what is tested.

    The paper calls the spectrum of Random relatively consistent, and its effective rank high: that no other method changes less
    or has a higher rank is a reading.
    """

    place: str
    text: str


FASTER = Sentence("Figure 2", "falls faster than Random, always")
SPARSER = Sentence("Figure 11", "falls more slowly when sparser")
DENSEST = Sentence("Figure 11", "falls fastest")
DEGRADES = Sentence("Appendix D", "loses most with sparsity")
STEADY = Sentence("Figure 3", "decay and rank change least")
HIGH_RANK = Sentence("Figure 3", "highest effective rank, always")
TOP_RISES = Sentence("Section 6", "top five rise with sparsity")
RANK_FALLS = Sentence("Section 6", "rank falls with sparsity")
GAP_FALLS = Sentence("Section 6", "gap falls with sparsity")


def findings(rows: Sequence[SpectraRow]) -> list[Finding]:
    """Every sentence for every method that it names, and every kernel or optimiser, counted over networks.

    Networks are independent, their densities are not: a sentence about all densities holds for a network or not.
    """
    networks = list(_networks(rows))
    methods = [each for each in dict.fromkeys(row["method"] for row in rows) if each != DENSE]
    others = [each for each in methods if each != RANDOM]
    found = list(_of_training(networks, methods, others))
    return found + list(_of_spectra(networks, methods, others))


def _networks(rows: Sequence[SpectraRow]) -> Iterator[Rows]:
    for key in dict.fromkeys((row["depth"], row["network"]) for row in rows):
        yield {(row["method"], row["density"]): row for row in rows if (row["depth"], row["network"]) == key}


def _of_training(networks: Sequence[Rows], methods: Sequence[str], others: Sequence[str]) -> Iterator[Finding]:
    for by in OPTIMISERS:

        def losses(rows: Rows, method: str, by: Optimiser = by) -> list[float]:
            return [row[by] for row in _of(rows, method)]

        if RANDOM in methods:
            for method in others:
                faster = [all(map(lt, losses(rows, method), losses(rows, RANDOM))) for rows in networks]
                yield _finding(FASTER, method, by, faster)
        for method in methods:
            curves = [[*losses(rows, DENSE), *losses(rows, method)] for rows in networks]
            yield _finding(SPARSER, method, by, list(map(_rises, curves)))
        fastest = [
            losses(rows, DENSE)[0] < min(loss for method in methods for loss in losses(rows, method))
            for rows in networks
        ]
        yield _finding(DENSEST, DENSE, by, fastest)
        if RANDOM in methods and others and all(len(_of(rows, RANDOM)) > 1 for rows in networks):
            lost = [
                {method: losses(rows, method)[-1] - losses(rows, method)[0] for method in methods} for rows in networks
            ]
            yield _finding(
                DEGRADES, RANDOM, by, [all(each[RANDOM] > each[method] for method in others) for each in lost]
            )


def _of_spectra(networks: Sequence[Rows], methods: Sequence[str], others: Sequence[str]) -> Iterator[Finding]:
    for by in KERNELS:

        def values(rows: Rows, method: str, metric: MetricName, by: KernelName = by) -> list[float]:
            return [metric_of(row, by, metric) for row in _of(rows, method)]

        several = all(len(_of(rows, method)) > 1 for rows in networks for method in methods)
        if RANDOM in methods and others:
            if several:
                ranges = [
                    {
                        method: [_range(values(rows, method, metric)) for metric in ("decay", "effective_rank")]
                        for method in methods
                    }
                    for rows in networks
                ]
                steady = [all(all(map(lt, of[RANDOM], of[method])) for method in others) for of in ranges]
                yield _finding(STEADY, RANDOM, by, steady)
            ranks = [{method: values(rows, method, "effective_rank") for method in methods} for rows in networks]
            highest = [all(all(map(lt, of[method], of[RANDOM])) for method in others) for of in ranks]
            yield _finding(HIGH_RANK, RANDOM, by, highest)
        if several:
            for method in others:
                for sentence, metric, sign in (
                    (TOP_RISES, "top", 1),
                    (RANK_FALLS, "effective_rank", -1),
                    (GAP_FALLS, "gap", -1),
                ):
                    curves = [[sign * value for value in values(rows, method, metric)] for rows in networks]  # type: ignore[arg-type]
                    yield _finding(sentence, method, by, list(map(_rises, curves)))


def _of(rows: Rows, method: str) -> list[SpectraRow]:
    """The rows of a method, densest first."""
    return sorted((row for (name, _), row in rows.items() if name == method), key=lambda row: -row["density"])


def metric_of(row: SpectraRow, by: KernelName, metric: MetricName) -> float:
    """A metric, infinite where it is, not a number where the kernel vanishes, of which no comparison holds."""
    spectrum = row[by]
    if spectrum is None:
        return nan
    value = spectrum[metric]
    return inf if value is None else value


def _rises(values: Sequence[float]) -> bool:
    return all(first < second for first, second in pairwise(values))


def _range(values: Sequence[float]) -> float:
    if any(map(isnan, values)):  # the least and the largest of values depend on the place of such a one
        return nan
    return float(np.log(max(values) / min(values))) if min(values) > 0 else inf


def _finding(sentence: Sentence, method: str, by: str, outcomes: Sequence[bool]) -> Finding:
    holds = sum(outcomes)
    return {
        "place": sentence.place,
        "sentence": sentence.text,
        "method": method,
        "by": by,
        "holds": holds,
        "of": len(outcomes),
        "verdict": verdict(holds, len(outcomes)),
    }


def verdict(holds: int, of: int) -> Literal["holds", "fails", "open"]:
    """Whether a sentence holds for more than half of all networks, or for less, at the confidence of the study.

    Examples:
        >>> verdict(12, 12), verdict(7, 12), verdict(0, 12)
        ('holds', 'open', 'fails')
    """
    low, high = clopper_pearson(holds, of)
    return "holds" if low > 1 / 2 else "fails" if high < 1 / 2 else "open"


def sentences(found: Sequence[Finding], rows: Sequence[SpectraRow]) -> list[str]:
    """What the counts say about each kernel and optimiser, what own weights add, and how random pruning scales the kernels."""
    said = []
    for by in (*OPTIMISERS, *KERNELS):
        verdicts = [each["verdict"] for each in found if each["by"] == by]
        if verdicts:
            said.append(
                f"{by}: of {many(len(verdicts), 'sentence')}, {verdicts.count('holds')} hold, "
                f"{verdicts.count('fails')} fail, {verdicts.count('open')} are open."
            )
    return said + list(_own_weights(rows)) + list(_scales(rows))


def own_over_masks(rows: Sequence[SpectraRow], method: str, depth: int, density: float) -> float | None:
    """The trace of own over that of masks, each relative to its dense kernel: the median over networks.

    Networks in which the kernel of masks vanishes are left out; None if it vanishes in all of them.
    """
    found = [
        (row["own"]["trace"] if row["own"] else 0.0) / row["masks"]["trace"]
        for row in rows
        if (row["method"], row["depth"], row["density"]) == (method, depth, density) and row["masks"]
    ]
    return float(np.median(found)) if found else None


def _own_weights(rows: Sequence[SpectraRow]) -> Iterator[str]:
    """K4 at depth: by how much the weights that a method keeps enlarge the kernel, at the lowest density."""
    pruned = [row for row in rows if row["method"] != DENSE]
    if not pruned:
        return
    density = min(row["density"] for row in pruned)
    every = [row["depth"] for row in pruned]
    depths = sorted({min(every), max(every)})
    factors = {
        method: [own_over_masks(pruned, method, depth, density) for depth in depths]
        for method in dict.fromkeys(row["method"] for row in pruned)
    }
    known = {method: [f"{each:.3g}" for each in of if each is not None] for method, of in factors.items()}
    said = [f"{' and '.join(of)} ({method})" for method, of in known.items() if len(of) == len(depths)]
    if said:
        layers = "hidden layer" if depths == [1] else "hidden layers"
        yield (
            f"At density {density:g}, with {' and '.join(map(str, depths))} {layers}, the trace of own is that of masks, "
            f"whose weights are fresh, times {', '.join(said)}: medians over networks, each trace relative to that of its "
            "dense kernel."
        )


def _power(trace: float, row: SpectraRow) -> float:
    return float(np.log(trace) / np.log(row["density"])) - row["depth"]


def _scales(rows: Sequence[SpectraRow]) -> Iterator[str]:
    """Section 5.3: by which power of the density random pruning scales each kernel, averaged over networks."""
    powers = {
        by: [_power(spectrum["trace"], row) for row in rows if row["method"] == RANDOM and (spectrum := row[by])]
        for by in KERNELS
    }
    if all(powers.values()):
        yield (
            "Random pruning to density c multiplies the trace by c to the power L + x, L hidden layers: x is "
            + ", ".join(f"{np.mean(each):.2f} ± {np.std(each):.2f} ({by})" for by, each in powers.items())
            + "; section 5.3 says x = 0."
        )
