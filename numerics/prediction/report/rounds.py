"""What a report says about SynFlow in many rounds: below which density they empty neurons, and how many rounds this network bears."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sparse_limits.numerics.arguments import seed_sequence
from sparse_limits.numerics.prediction.layers.predicted import COPIES, rounds_of
from sparse_limits.numerics.prediction.layers.rounds import (
    WideLayers,
    below_critical,
    fewer_rounds,
    on_counts,
    wide_note,
)
from sparse_limits.numerics.prediction.layers.summary import LayersSummary, architecture_of, layer_name
from sparse_limits.numerics.prediction.report.summary import NOTE, Advice, MethodSummary
from sparse_limits.numerics.prediction.result import LIMIT, MEASURED
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, MOST_COMPARED, ROUNDS

BELOW = "the density is below that at which, in wide layers, SynFlow's rounds feed a neuron's losses back on themselves"


def advice_on_rounds(methods: Sequence[MethodSummary], density: float) -> Iterator[Advice]:
    """Below a critical density, what to know about SynFlow in many rounds, which a report has no column for; given with SynFlow."""
    for method in methods:
        layers = method["layers"]
        if method["method"] != "synflow" or not method["followed"] or layers["scope"] != "global":
            continue
        wide = WideLayers(architecture_of(layers))
        names = [layer_name(layers, layer) for layer in layers["layers"]]
        if below := below_critical(density, wide.critical_densities(), names):
            left = wide.after(density, ROUNDS)
            kept = "" if left is None else f"; {wide_note(wide.shares(left).tolist(), ROUNDS, names)}"
            text = f"Check the rounds before you take SynFlow in many ({IN_ROUNDS}): {below}{kept}."
            yield {"text": text, "rule": BELOW, "kind": LIMIT, "by": "H6.2", "of": [], "weight": NOTE}
            counted = _counted(layers, density)
            yield {"text": counted, "rule": BELOW, "kind": MEASURED, "by": "", "of": [], "weight": NOTE}


def comparisons(weights: int) -> int:
    """How often weights are compared to count the empty rows after each number of rounds, in all networks drawn for it.

    Examples:
        >>> comparisons(1000)
        1208000
    """
    return weights * COPIES * (sum(fewer_rounds(ROUNDS)) + ROUNDS)


def _counted(layers: LayersSummary, density: float) -> str:
    """How many rounds the network bears, counted as `predict layers` does, with the same seed; or how to count it."""
    network = architecture_of(layers)
    weights = sum(network.sizes)
    if (work := comparisons(weights)) > MOST_COMPARED:
        fewer = f" --rounds {MOST_COMPARED // weights}" if weights * ROUNDS > MOST_COMPARED else ""
        return (
            f"Count how many rounds of SynFlow this network bears with `sparse-limits predict layers --method {IN_ROUNDS}{fewer}`: "
            f"it would compare weights {work:.2g} times, and a report does so at most {MOST_COMPARED:.2g} times."
        )
    # As a prediction has them: for the batch, for networks drawn for it, for pruned ones.
    _, sampling, _ = seed_sequence(layers["seed"]).spawn(3)
    return (
        "Choose the number of SynFlow's rounds by the rows that they empty, neurons without incoming weights: on average over "
        f"{COPIES} networks drawn for this, {on_counts(rounds_of(network, density, np.random.default_rng(sampling)))}."
    )
