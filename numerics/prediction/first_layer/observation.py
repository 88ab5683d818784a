"""Pruned networks beside their prediction: `observe` prunes one, `score` compares densities, `compare` whole predictors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.networks import Network, random_network
from sparse_limits.numerics.prediction import methods as pruning
from sparse_limits.numerics.prediction.first_layer.moments import noise_floor
from sparse_limits.numerics.prediction.first_layer.prediction import (
    CLOSED_FORMS,
    INFINITE_WIDTH,
    Prediction,
    predict,
    synflow_row_densities,
)
from sparse_limits.numerics.prediction.first_layer.row_law import (
    Floats,
    Problem,
    RowLaw,
    limit_smoothing,
    posed,
    sample_row_law,
)
from sparse_limits.numerics.prediction.methods import DATA_DRIVEN
from sparse_limits.numerics.statistics.exact_tests import TwoCounts

REALISED = ("realised", "+ second term")  # predictors that know the drawn network


@dataclass(frozen=True, eq=False)
class Observation:
    """A pruned first layer: mask [n, d] and scores [n, d], and an exact test of its columns against fresh rows.

    p_value: None where the law gives no test. row_prediction [n]: row densities, for shallow SynFlow only.
    """

    mask: Mask
    scores: Floats
    p_value: float | None
    row_prediction: Floats | None = None

    @property
    def densities(self) -> Floats:
        shares: Floats = self.mask.mean(axis=0)
        return shares

    @property
    def zero_share(self) -> float:
        return float((self.scores == 0).mean())

    @property
    def dead_share(self) -> float:
        return float((~self.mask.any(axis=1)).mean())


def observe(prediction: Prediction, network: Network, rng: np.random.Generator) -> Observation:
    """Prune the first layer of a network that fits the prediction's problem; rng is read by random pruning.

    The mask is that of `pruning.prune(..., first_layer=True)`. InputError if the network does not fit.
    """
    problem = prediction.problem
    widths = (problem.inputs, *[problem.width] * problem.depth, problem.outputs)
    if network.widths != widths:
        raise InputError(f"network has widths {network.widths}, expected {widths}")
    arguments = (problem.x, problem.residual, rng)
    (scores,) = pruning.saliency(problem.method, network, *arguments, first_layer=True)
    mask = problem.mask(scores)
    rows = None
    if problem.method == "synflow" and problem.depth == 1:
        rows = synflow_row_densities(network.weights[1], problem.share)
    return Observation(mask, scores, column_test(problem, prediction.law, scores, mask), rows)


def column_test(problem: Problem, law: RowLaw, scores: Floats, mask: Mask) -> float | None:
    """Fisher's exact test of each column's count against fresh rows, Bonferroni over columns (S6).

    Counts are taken at a threshold that neither side of the comparison helped to choose, or, where rows are ranked one
    by one, from the mask itself. None where the scores have no common scale.
    """
    if law.threshold is None and not problem.by_row:
        return None
    counts = (mask if law.threshold is None else scores > law.threshold).sum(axis=0)
    test = TwoCounts(len(scores), law.counted, pooled=0.5)
    values = [test.p_value(int(x), int(y)) for x, y in zip(counts, law.counts, strict=True)]
    return min(1.0, len(values) * min(values))


@dataclass(frozen=True)
class Score:
    """How well predicted column densities p fit observed ones p̂ whose mean is ρ.

    error: mean_j |p̂_j − p_j|. ratio: error/F_n, None without noise, where all rows are alike. explained:
    1 − Σ(p̂−p)²/Σ(p̂−ρ)², not corrected for noise: even the true p reaches only `explainable` =
    1 − Σp(1−p)/n / Σ(p̂−ρ)² on average; both None if p̂ does not vary.
    """

    error: float
    ratio: float | None
    explained: float | None
    explainable: float | None = None


def score(predicted: Floats, observed: Floats, law: Floats, rows: int) -> Score:
    """Compare densities [d] over `rows` rows; the noise is that of the row law's densities."""
    error = float(np.abs(observed - predicted).mean())
    floor = noise_floor(law, rows)
    ratio = error / floor if floor > 0 else None
    total = float(((observed - observed.mean()) ** 2).sum())
    if np.ptp(observed) == 0:
        return Score(error, ratio, None)
    noise = float((law * (1 - law)).sum()) / rows
    return Score(error, ratio, 1 - float(((observed - predicted) ** 2).sum()) / total, 1 - noise / total)


@dataclass(frozen=True)
class Comparison:
    """Errors of several predictors at one width, averages over `networks` networks of mean_j |p̂_j − p_j|."""

    width: int
    networks: int
    floor: float
    errors: Mapping[str, float]


def compare(
    method: str,
    data: Dataset,
    density: float,
    width: int,
    networks: int,
    rows: int,
    seed: np.random.SeedSequence,
    *,
    subtract_output: bool = True,
) -> Comparison:
    """The errors of the predictors of snip (P0 to P2, row law, constant) or of GraSP (kinds of smoothing; SNIP's rule).

    GraSP's: "limit" the row law with Θr, "realised" with Θ̂r, "+ second term" that of S8 at the network's width, "SNIP's
    profile" the row law of snip, a control. InputError for another method, and as `posed` and `predict`.
    """
    if method not in DATA_DRIVEN:
        raise InputError(f"method is {method!r}, expected one of {', '.join(DATA_DRIVEN)} to compare predictors")
    found: list[dict[str, float]] = []
    known: Mapping[str, Floats] = {}
    for stream in seed.spawn(networks):
        rng = np.random.default_rng(stream)
        network = random_network((data.x.shape[1], width, data.y.shape[1]), rng)
        problem = posed(method, density, width, data, network, subtract_output=subtract_output)
        predictors = _predictors(problem, rows, rng, known)
        if subtract_output:  # the residual is the same for all networks
            known = {name: densities for name, densities in predictors.items() if name not in REALISED}
        (scores,) = pruning.saliency(method, network, problem.x, problem.residual, first_layer=True)
        observed = problem.mask(scores).mean(axis=0)
        errors = {name: float(np.abs(observed - predicted).mean()) for name, predicted in predictors.items()}
        found.append({"floor": noise_floor(observed, width), **errors})
    mean = {name: float(np.mean([each[name] for each in found])) for name in found[0]}
    return Comparison(width, networks, mean.pop("floor"), mean)


def _predictors(
    problem: Problem, rows: int, rng: np.random.Generator, known: Mapping[str, Floats]
) -> Mapping[str, Floats]:
    """The predictors of `compare`, but for those already known."""
    if problem.method == "snip":
        return known or predict(problem, rows, rng, CLOSED_FORMS).predictors
    infinite = replace(problem, width=INFINITE_WIDTH)
    problems: dict[str, Callable[[], Problem]] = {
        "limit": lambda: replace(infinite, smoothed=limit_smoothing(problem.x, problem.residual)),
        "realised": lambda: infinite,
        "+ second term": lambda: problem,
        "SNIP's profile": lambda: replace(problem, method="snip", smoothed=None),
    }
    return {
        name: known[name] if name in known else sample_row_law(pose(), rows, rng).densities
        for name, pose in problems.items()
    }
