"""Evidence for a remark of G6.1: the classes of masks that are pruned from trained networks."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.checks.graphon.taxonomy import DENSITY, FOUND, PRUNED, SAMPLES, share_of_a_half
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Findings, Trial, statistical
from sparse_limits.numerics.fitting.homogeneity import held_out
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.networks.training import stable_step, train
from sparse_limits.numerics.prediction.methods import prune
from sparse_limits.numerics.statistics.exact_tests import LEVEL, Binomial
from sparse_limits.theory.graphon.taxonomy import SMALL, Classes, Heterogeneity, graphon_taxonomy

REGIMES = {  # of training: hidden layers, their width, first weights over those of the usual start, steps
    "shallow": (1, 256, 1.0, 300),
    "small": (1, 256, 0.0625, 300),
    "deep": (3, 128, 1.0, 150),
}


def trained_halves(rng: np.random.Generator, regime: str) -> dict[str, NDArray[np.floating]]:
    """By method, what the denser half of the rows, and of the columns, holds out of how many: int[2, 2].

    And under "moved" how far training moved the first layer, over its length at the start, and by what factor the loss
    fell. The initial output is subtracted in training and in pruning.
    """
    depth, width, start, steps = REGIMES[regime]
    bundle = digits("ge5", standardise=False)
    x, y = bundle.x[:SAMPLES], bundle.y[:SAMPLES]
    network = random_network((x.shape[1], *[width] * depth, 1), rng)
    first = start * network.weights[0]
    network = replace(network, weights=(first, *network.weights[1:]))
    run = train(network, x, y, step=stable_step(network, x) / 2, steps=steps)
    moved = np.linalg.norm(run.network.weights[0] - first) / np.linalg.norm(first)
    found = {"moved": np.array([moved, run.losses[-1] / run.losses[0]])}
    for method in {method for method, depths in PRUNED.values() if depth in depths}:
        (mask,) = prune(method, run.network, x, run.outputs[-1] - y, DENSITY, first_layer=True, rng=rng)
        found[method] = np.array([held_out(mask.T), held_out(mask)])
    return found


@statistical(graphon_taxonomy, tests=1, cost=2)
def trained_networks_have_the_classes(trained: Classes, trial: Trial) -> Findings:
    """In networks of one and three hidden layers trained on 300 digits, each side of each mask is tested as before training."""
    halves = {regime: trial.draw(trained_halves, regime) for regime in REGIMES}
    for regime, found in halves.items():
        moved, left = found["moved"]
        near = moved > 1 if regime == "small" else moved < 1 / 4
        yield trial.holds(near and left < 1 / 3, f"{regime}: moved by {moved:.3g}, {left:.3g} of the loss is left")
    counts, totals, shares = [], [], []
    for name, kind in trained.items():
        method, depths = PRUNED[name.removesuffix(SMALL)]
        for regime, (depth, width, *_) in REGIMES.items():
            if depth not in depths or (regime == "small") != name.endswith(SMALL):
                continue
            for side, (count, total) in zip(("rows", "columns"), halves[regime][method], strict=True):
                if kind == Heterogeneity.BOTH or kind == side.removesuffix("s"):
                    rejected = Binomial(int(total), "above").p_value(int(count), 0.5) <= LEVEL
                    yield trial.holds(
                        rejected, f"{name}, {regime}: the denser half of the {side} holds {count / total:.3g}"
                    )
                else:
                    counts.append(int(count))
                    totals.append(int(total))
                    shares.append(share_of_a_half(method, depth, side, width))
    finding = trial.counts_each(counts, totals, shares, "above")
    yield finding
    detectable = finding.detectable
    yield trial.holds(detectable is not None and detectable <= FOUND - 0.5, f"a share of {FOUND} would be found")
