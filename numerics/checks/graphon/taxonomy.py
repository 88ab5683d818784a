"""Evidence for G6.1, besides its reasons: kernel varies exactly where the profiles do; and more."""

from collections.abc import Mapping

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
from sparse_limits.numerics.prediction.methods import prune
from sparse_limits.numerics.statistics.exact_tests import LEVEL, Binomial
from sparse_limits.theory.graphon.taxonomy import (
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
