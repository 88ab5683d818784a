"""Evidence for G6.1, besides its reasons: kernel varies exactly where the profiles do; and more."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import erfcinv

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.fitting.homogeneity import held_out
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.networks.training import stable_step, train
from sparse_limits.numerics.prediction.methods import prune
from sparse_limits.numerics.statistics.exact_tests import LEVEL, Binomial
from sparse_limits.theory.graphon.taxonomy import (
    SMALL,
    Classes,
    Heterogeneity,
    Instances,
    classify,
    graphon_taxonomy,
    heterogeneity,
)
from sparse_limits.theory.saliency.model import SaliencyModel, rho, u, v
from sparse_limits.theory.saliency.synflow import synflow_factorises
from sparse_limits.theory.tails import t


def varies(expression: sp.Expr, position: sp.Symbol, trial: Trial) -> bool:
    """Whether the derivative is proved non-zero at a random point."""
    derivative = sp.diff(expression, position)
    return any(not balls.enclose(derivative, point).contains(0) for point in trial.points(derivative))


@enclosed(graphon_taxonomy, cost=0.5)
def kernel_varies_exactly_where_the_profiles_do(instances: Instances, trial: Trial) -> Findings:
    """The kernel varies in u, and in v, exactly if the profile does; the assumptions are broken one by one."""
    for model, threshold in instances:
        of_kernel = heterogeneity(*(varies(model.kernel(threshold), position, trial) for position in (u, v)))
        of_profiles = heterogeneity(model.row.has(u), model.column.has(v))
        yield trial.holds(of_kernel == of_profiles, f"kernel: {of_kernel}, profiles: {of_profiles}")


@exact(graphon_taxonomy, step="classes")
def methods_have_their_classes(classes: Classes, methods: Mapping[str, SaliencyModel], trial: Trial) -> Findings:
    """Each method has the class that follows from its kernel."""
    for name, model in methods.items():
        found = trial.once(classify, model)
        yield trial.holds(found == classes[name], f"{name}: {found}, claimed {classes[name]}")


DENSITY, SAMPLES = 0.1, 300
PRUNED = {  # the method that prunes, and the numbers of hidden layers at which a class is claimed
    "random": ("random", (1, 3)),
    "magnitude": ("magnitude", (1, 3)),
    "deep synflow": ("synflow", (3,)),
    "shallow synflow": ("synflow", (1,)),
    "wanda": ("wanda", (1, 3)),
    "snip": ("snip", (1, 3)),
    "grasp": ("grasp-magnitude", (1, 3)),
}
FOUND = 0.75  # a half of the rows, or columns, with this share of the kept entries is not overlooked


def pruned_halves(rng: np.random.Generator, method: str, depth: int, data: str) -> NDArray[np.int64]:
    """What the denser half of the rows, and of the columns, holds out of how many (`held_out`). int[2, 2]

    The first layer of a ReLU network on raw digits, initial output subtracted, pruned among its own weights; pixels that
    are ever lit may be scaled to one norm.
    """
    bundle = digits("ge5", standardise=False)
    x, residual = bundle.x[:SAMPLES], -bundle.y[:SAMPLES]
    if data == "one norm":
        norms = np.linalg.norm(x, axis=0)
        x = x[:, norms > 0] / norms[norms > 0]
    width = 1024 if depth == 1 or method == "synflow" else 512
    network = random_network((x.shape[1], *[width] * depth, 1), rng)
    (mask,) = prune(method, network, x, residual, DENSITY, first_layer=True, rng=rng)
    return np.array([held_out(mask.T), held_out(mask)])


def share_of_a_half(method: str, depth: int, side: str, width: int = 1024) -> float:
    """The largest share that the denser half of a homogeneous side can have on average: ½, except for deep SynFlow.

    Its row densities have the standard deviation of S11, and a half exceeds the mean by at most that.
    """
    if (method, depth, side) != ("synflow", 3, "rows"):
        return 0.5
    level = float(np.sqrt(2) * erfcinv(DENSITY))
    inflation = float(numeric((t, rho), synflow_factorises.expressions["variance_inflation"])(level, DENSITY))
    return 0.5 * (1 + float(np.sqrt((inflation - 1) * (1 - DENSITY) / DENSITY / width)))


@statistical(graphon_taxonomy, tests=1, cost=0.6)
def pruned_networks_have_the_classes(classes: Classes, data: str, trial: Trial) -> Findings:
    """In masks of the first layer of pruned networks with one and three hidden layers, rows and columns are tested one by one.

    If a side is homogeneous, the half that is denser in one part of the mask is no denser in another part: its count is binomial at most
    (one test for all, which finds a share of three quarters with probability 0.999). Where the side varies the same test rejects
    homogeneity at its level.
    """
    counts, totals, shares = [], [], []
    for name, kind in classes.items():
        method, depths = PRUNED[name]
        for depth in depths:
            halves = trial.draw(pruned_halves, method, depth, data if name == "wanda" else "raw")
            for side, (count, total) in zip(("rows", "columns"), halves, strict=True):
                if kind == Heterogeneity.BOTH or kind == side.removesuffix("s"):
                    rejected = Binomial(int(total), "above").p_value(int(count), 0.5) <= LEVEL
                    found = f"{name}, {depth} hidden: the denser half of the {side} holds {count / total:.3g}"
                    yield trial.holds(rejected, found)
                else:
                    counts.append(count)
                    totals.append(total)
                    shares.append(share_of_a_half(method, depth, side))
    finding = trial.counts_each(counts, totals, shares, "above")
    yield finding
    detectable = finding.detectable
    yield trial.holds(detectable is not None and detectable <= FOUND - 0.5, f"a share of {FOUND} would be found")


# The classes of masks that are pruned from trained networks

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
