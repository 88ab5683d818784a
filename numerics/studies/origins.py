"""The study of origins: masks of known origin, and what `fit` says about each; how often a name is wrong is counted.

| kind | how a mask is made |
|---|---|
| random | a uniform set of weights |
| magnitude, hardly trained | one epoch of descent in small steps, then the largest weights |
| magnitude, trained | a network trained to the end, then its largest weights |
| 2:4, trained | the same, two of each four consecutive weights of a row |
| filters | the same network, half of the rows, those of the largest norm, kept whole |
| filters, then weights | the same rows, and the largest weights in them |
| snip, cross-entropy | abs(w ∂L/∂w) of the cross-entropy at initialisation |

These networks have one hidden layer, biases and the default initialisation of PyTorch's linear layers, uniform on
±1/√inputs, ten outputs, and descend the cross-entropy by momentum on batches. In addition there are the masks of each method at
initialisation, in the setting in which `fit` tests it: those it should name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sparse_limits.numerics.arguments import HIGHEST_SEED, InputError, checked_integer
from sparse_limits.numerics.data import Dataset, digits
from sparse_limits.numerics.fitting.explanation import Status, explain, origin_of
from sparse_limits.numerics.fitting.homogeneity import homogeneity_of, selected_by
from sparse_limits.numerics.fitting.levels import REJECTED
from sparse_limits.numerics.fitting.method_law import Setting
from sparse_limits.numerics.fitting.structure import structure_of
from sparse_limits.numerics.keyed import keyed_seed
from sparse_limits.numerics.masks.selection import Mask, kept_count, n_of_m_mask, top_k_mask
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.prediction import methods as pruning
from sparse_limits.numerics.statistics.distribution_free import CONFIDENCE, clopper_pearson
from sparse_limits.numerics.studies.origin_summary import OriginRow, OriginSummary, OutcomeRow

Floats = NDArray[np.floating]

HARDLY, TRAINED = (1, 1e-4), (20, 0.05)  # epochs and step of descent
BATCH, MOMENTUM = 64, 0.9
MOST_WIDTH, MOST_MASKS = 4096, 10_000
QUICK = {"masks": 3, "initial": 2, "width": 64, "samples": 100, "fresh_rows": 1000}

METHODS = ("random", "magnitude", "synflow", "wanda", "snip", "grasp", "grasp-magnitude")
STRUCTURED = ("filters", "filters, then weights")


@dataclass(frozen=True)
class Settings:
    """What a study runs over; InputError, in one line, for anything outside its range.

    masks: of each kind; initial: of each method at initialisation. width: hidden units. samples: of the digits.
    """

    masks: int = 30
    initial: int = 10
    width: int = 256
    density: float = 0.1
    samples: int = 400
    fresh_rows: int = 3000
    seed: int = 0

    def __post_init__(self) -> None:
        checked_integer("masks", self.masks, 1, MOST_MASKS)
        checked_integer("initial", self.initial, 1, MOST_MASKS)
        checked_integer("width", self.width, 2, MOST_WIDTH)
        checked_integer("samples", self.samples, 10, 1797)
        checked_integer("fresh_rows", self.fresh_rows, 100, 10**6)
        checked_integer("seed", self.seed, 0, HIGHEST_SEED)
        if not isinstance(self.density, Real) or not 0 < self.density <= 0.4:
            raise InputError(f"density is {self.density!r:.60}, expected a number above 0 and at most 0.4")
        object.__setattr__(self, "density", float(self.density))

    def kinds(self) -> list[tuple[str, int]]:
        """Every kind and the number of its masks, in the order of the report."""
        return [*((kind, self.masks) for kind in OUTSIDE), *((initial(method), self.initial) for method in METHODS)]


class Case(NamedTuple):
    """One mask of a study."""

    settings: Settings
    kind: str
    at: int


class Outcome(NamedTuple):
    """What is said of a mask. named: the methods of the one law not rejected, if it is named; left: all not rejected."""

    kind: str
    at: int
    status: str
    named: list[str]
    left: list[str]


def initial(method: str) -> str:
    """The name of the kind of masks that a method makes at initialisation."""
    return f"{method}, at initialisation"


def truth(kind: str) -> str | None:
    """The method whose name is right for a mask of this kind; None where no name is."""
    if kind in STRUCTURED:
        return None
    return "magnitude" if kind == "2:4, trained" else kind.split(",")[0]


# Networks and their masks


def default_weights(inputs: int, width: int, outputs: int, rng: np.random.Generator) -> list[Floats]:
    """Weights [width, inputs], biases [width], weights [outputs, width] and biases [outputs], uniform on ±1/√inputs."""
    shapes = (((width, inputs), inputs), ((width,), inputs), ((outputs, width), width), ((outputs,), width))
    return [rng.uniform(-1, 1, shape) / np.sqrt(entering) for shape, entering in shapes]


def slopes(weights: Sequence[Floats], x: Floats, y: Floats) -> list[Floats]:
    """The gradient of the mean cross-entropy in all weights. x: float[N, d]; y: float[N, q], rows of a single 1."""
    into, bias, out, last = weights
    entering = x @ into.T + bias
    hidden = np.maximum(entering, 0.0)
    scores = hidden @ out.T + last
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    residual = (shares / shares.sum(axis=1, keepdims=True) - y) / len(x)
    back = (residual @ out) * (entering > 0)
    return [back.T @ x, back.sum(axis=0), residual.T @ hidden, residual.sum(axis=0)]


def trained(
    weights: Sequence[Floats], data: Dataset, epochs: int, step: float, rng: np.random.Generator
) -> list[Floats]:
    """The weights after descent of the cross-entropy by momentum on random batches."""
    weights = [np.array(each) for each in weights]
    speeds = [np.zeros_like(each) for each in weights]
    for _ in range(epochs):
        order = rng.permutation(len(data.x))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            for weight, speed, slope in zip(
                weights, speeds, slopes(weights, data.x[chosen], data.y[chosen]), strict=True
            ):
                speed *= MOMENTUM
                speed += slope
                weight -= step * speed
    return weights


def _magnitudes(settings: Settings, data: Dataset, schedule: tuple[int, float], rng: np.random.Generator) -> Floats:
    start = default_weights(data.x.shape[1], settings.width, data.y.shape[1], rng)
    return np.abs(trained(start, data, *schedule, rng)[0])


def _kept(settings: Settings, scores: Floats) -> Mask:
    return top_k_mask(scores, kept_count(settings.density, scores.size))


def _random(settings: Settings, data: Dataset, rng: np.random.Generator) -> Mask:
    return _kept(settings, rng.random((settings.width, data.x.shape[1])))


def _hardly_trained(settings: Settings, data: Dataset, rng: np.random.Generator) -> Mask:
    return _kept(settings, _magnitudes(settings, data, HARDLY, rng))


def _trained(settings: Settings, data: Dataset, rng: np.random.Generator) -> Mask:
    return _kept(settings, _magnitudes(settings, data, TRAINED, rng))


def _two_of_four(settings: Settings, data: Dataset, rng: np.random.Generator) -> Mask:
    return n_of_m_mask(_magnitudes(settings, data, TRAINED, rng), 2, 4)


def _filters(settings: Settings, data: Dataset, rng: np.random.Generator) -> Mask:
    return _largest_rows(_magnitudes(settings, data, TRAINED, rng))


def _filters_then_weights(settings: Settings, data: Dataset, rng: np.random.Generator) -> Mask:
    sizes = _magnitudes(settings, data, TRAINED, rng)
    return _kept(settings, np.where(_largest_rows(sizes), sizes, 0.0))


def _largest_rows(sizes: Floats) -> Mask:
    """Half of the rows, kept whole: those of the largest norm."""
    norms = np.linalg.norm(sizes, axis=1)
    return np.repeat(top_k_mask(norms, len(norms) // 2)[:, None], sizes.shape[1], axis=1)


def _snip(settings: Settings, data: Dataset, rng: np.random.Generator) -> Mask:
    weights = default_weights(data.x.shape[1], settings.width, data.y.shape[1], rng)
    return _kept(settings, np.abs(weights[0] * slopes(weights, data.x, data.y)[0]))


OUTSIDE: dict[str, Callable[[Settings, Dataset, np.random.Generator], Mask]] = {
    "random": _random,
    "magnitude, hardly trained": _hardly_trained,
    "magnitude, trained": _trained,
    "2:4, trained": _two_of_four,
    "filters": _filters,
    "filters, then weights": _filters_then_weights,
    "snip, cross-entropy": _snip,
}


def mask_of(kind: str, settings: Settings, data: Dataset, rng: np.random.Generator) -> Mask:
    """A mask [width, inputs] of a kind."""
    if kind in OUTSIDE:
        return OUTSIDE[kind](settings, data, rng)
    method = kind.split(",")[0]
    network = random_network((data.x.shape[1], settings.width, data.y.shape[1]), rng)
    return pruning.prune(method, network, data.x, -data.y, settings.density, rng=rng, first_layer=True)[0]


# What is said of them


def data_of(settings: Settings) -> Dataset:
    """The digits, standardised, ten columns of 0 and 1: a random part of them, the same for all masks."""
    whole = digits("onehot")
    rng = np.random.default_rng(keyed_seed(settings.seed, "origins", "data"))
    chosen = np.sort(rng.choice(len(whole.x), settings.samples, replace=False))
    return replace(whole, x=whole.x[chosen], y=whole.y[chosen])


def examine(case: Case) -> Outcome:
    """Make a mask, and say what `sparse-limits fit --data` says about its origin."""
    settings, kind, at = case
    data = data_of(settings)
    mask = csr_array(
        mask_of(kind, settings, data, np.random.default_rng(keyed_seed(settings.seed, "origins", kind, at)))
    )
    tests = keyed_seed(settings.seed, "tests of origins", kind, at)
    homogeneity = homogeneity_of(mask, np.random.default_rng(tests.spawn(1)[0]))
    structure = structure_of(mask, (data.x == 0).all(axis=0))
    found, excluded = explain(mask, Setting(data, selected_by(homogeneity)), settings.fresh_rows, tests)
    origin = origin_of(found, excluded, settings.width, structure is not None)
    left = [method for law in origin.laws for method in law]
    return Outcome(kind, at, str(origin.status), left if origin.status is Status.EXPLAINED else [], left)


def pieces(settings: Settings) -> list[Case]:
    """A case for each mask."""
    return [Case(settings, kind, at) for kind, number in settings.kinds() for at in range(number)]


def measure(case: Case) -> list[Outcome]:
    """What is said of one mask."""
    return [examine(case)]


def named(case: Case) -> str:
    """A mask, for a message."""
    return f"{case.kind}, mask {case.at}"


def in_order(settings: Settings, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Kinds as they are listed, their masks by number."""
    order = {kind: place for place, (kind, _) in enumerate(settings.kinds())}
    return sorted(outcomes, key=lambda each: (order[each.kind], each.at))


def summarise(settings: Settings, outcomes: Sequence[Outcome]) -> OriginSummary:
    """All numbers of a study as plain values, for JSON: a row for each kind, the sentences, every mask."""
    rows = [_row(kind, [each for each in outcomes if each.kind == kind]) for kind, _ in settings.kinds()]
    return {
        "study": "origins",
        "seed": settings.seed,
        "protocol": {
            "width": settings.width,
            "density": settings.density,
            "samples": settings.samples,
            "fresh_rows": settings.fresh_rows,
            "level": REJECTED,
            "confidence": CONFIDENCE,
        },
        "rows": rows,
        "sentences": sentences(rows),
        "masks": list(map(_outcome, outcomes)),
    }


def _outcome(found: Outcome) -> OutcomeRow:
    return {"kind": found.kind, "at": found.at, "status": found.status, "named": found.named, "left": found.left}


def _row(kind: str, outcomes: Sequence[Outcome]) -> OriginRow:
    """What was said of the masks of a kind; rejected: how often the method that made a mask was, 0 where none did."""
    right = truth(kind)
    named = [each for each in outcomes if each.named]
    return {
        "kind": kind,
        "at_initialisation": kind not in OUTSIDE,
        "truth": right,
        "masks": len(outcomes),
        "structured": sum(each.status == Status.STRUCTURED for each in outcomes),
        "none_explains": sum(each.status == Status.NONE_EXPLAINS for each in outcomes),
        "not_tested": sum(each.status == Status.NOT_TESTED for each in outcomes),
        "not_told_apart": sum(each.status == Status.NOT_TOLD_APART for each in outcomes),
        "rightly_named": sum(right in each.named for each in named),
        "wrongly_named": sum(right not in each.named for each in named),
        "rejected": sum(right not in each.left for each in outcomes) if right else 0,
    }


def sentences(rows: Sequence[OriginRow]) -> list[str]:
    """What the counts say."""
    made, other = ([row for row in rows if row["at_initialisation"] is each] for each in (True, False))
    masks, named, wrong, rejected = (
        sum(row[name] for row in made) for name in ("masks", "rightly_named", "wrongly_named", "rejected")
    )
    outside, false = (sum(row[name] for row in other) for name in ("masks", "wrongly_named"))
    high = clopper_pearson(false, outside).high
    return [
        f"Of {masks} masks of the methods that fit tests, {named} are named correctly and {wrong} wrongly; the true method "
        f"is rejected in {rejected} of them, at level {REJECTED:.0%}.",
        f"Of {outside} masks of other origins {false} are named wrongly: a share of at most {high:.1%}, at confidence "
        f"{CONFIDENCE:.0%}, among masks like these. No level bounds it for others.",
    ]
