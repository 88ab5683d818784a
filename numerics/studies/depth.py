"""The study of depth: the law of all layers (D2) on networks as they are used in practice.

Fully connected networks with the default initialisation of PyTorch's linear layers, uniform on ±1/√inputs, biases included,
are pruned on a minibatch of classified data, by scores at their own initial outputs, all layers under one threshold.
Beside them stands what the law says, in three ways:

| prediction | the residual that the law reads |
|---|---|
| target | that of the initial output 0: from the data alone |
| averaged | those of initial outputs of wide networks: from the data alone |
| output | those of the pruned networks |

SNIP is in every setting; the other methods come with the first activation. Those that read no data have one prediction, and come with the
squared error alone, since a loss does not affect them. Batch normalisation comes with SNIP and the first activation,
on the very weights of the networks without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import HIGHEST_SEED, InputError, checked_integer, proper_share
from sparse_limits.numerics.data import Dataset, batch, digits, standardised
from sparse_limits.numerics.keyed import keyed_seed
from sparse_limits.numerics.labels import targets
from sparse_limits.numerics.prediction.architecture import ACTIVATIONS, NORMS, Architecture
from sparse_limits.numerics.prediction.layers.observation import pruned
from sparse_limits.numerics.prediction.layers.predicted import LayersPrediction, predicted
from sparse_limits.numerics.prediction.settings import FEWEST_UNITS, LOSSES
from sparse_limits.numerics.prediction.settings import Settings as PruningSettings
from sparse_limits.numerics.studies.depth_sentences import sentences
from sparse_limits.numerics.studies.depth_summary import (
    PREDICTORS,
    READ_DATA,
    Densities,
    DepthRow,
    DepthSummary,
    Errors,
)
from sparse_limits.numerics.studies.lists import check_lists

Floats = NDArray[np.float64]

DATA = ("digits", "wine", "breast-cancer")
METHODS = ("snip", "grasp-magnitude", "magnitude", "synflow")
LISTS = ("data", "losses", "activations", "depths", "methods", "norms", "densities")  # of what a study runs over
ELSEWHERE = "mse"  # the loss under which methods that read no data are studied
INIT, BIAS = "torch", True
MOST_DEPTH, MOST_WIDTH, MOST_NETWORKS, MOST_UNITS = 10, 2048, 1000, 2**15
NOT_COVERED = "batch normalisation with GraSP, convolutions, residual blocks, networks after training, pruning in rounds and pruned biases"
QUICK = {
    "data": ("digits", "wine"),
    "activations": ("relu",),
    "depths": (1, 2),
    "norms": ("none",),
    "densities": (0.1,),
    "networks": 3,
    "width": 64,
    "units": 1024,
}


@dataclass(frozen=True)
class Settings:
    """What a study runs over; InputError, in one line, for anything outside its range.

    depths: numbers of hidden layers. networks: pruned in each setting. width: of every hidden layer. samples: of a
    minibatch, at most. units: of a layer that the law draws, which set its error.
    """

    data: tuple[str, ...] = DATA
    losses: tuple[str, ...] = ("cross-entropy", "mse")
    activations: tuple[str, ...] = ("relu", "tanh", "gelu")
    depths: tuple[int, ...] = (1, 2, 3)
    methods: tuple[str, ...] = METHODS
    norms: tuple[str, ...] = NORMS
    densities: tuple[float, ...] = (0.1, 0.01)
    networks: int = 6
    width: int = 256
    samples: int = 128
    units: int = 4096
    seed: int = 0

    def __post_init__(self) -> None:
        known = {"data": DATA, "losses": LOSSES, "activations": ACTIVATIONS, "methods": METHODS, "norms": NORMS}
        check_lists(self, LISTS, {name: tuple(words) for name, words in known.items()})
        for depth in self.depths:
            checked_integer("depths", depth, 1, MOST_DEPTH)
        for density in self.densities:
            proper_share("densities", density)
        checked_integer("networks", self.networks, 2, MOST_NETWORKS)
        checked_integer("width", self.width, 2, MOST_WIDTH)
        checked_integer("samples", self.samples, 10, 10_000)
        checked_integer("units", self.units, FEWEST_UNITS, MOST_UNITS)
        checked_integer("seed", self.seed, 0, HIGHEST_SEED)
        if not self.settings():
            if "none" not in self.norms:
                raise InputError(f"norms is {self.norms[0]!r}, expected none for methods other than snip")
            raise InputError(f"losses is {self.losses[0]!r}, expected {ELSEWHERE} for methods that read no data")

    def settings(self) -> list[tuple[str, str, str, int, str, str]]:
        """(data, loss, activation, depth, method, norm) of every setting, in the order of the report."""
        return [
            (data, loss, activation, depth, method, norm)
            for method, norm, data, loss, activation, depth in product(
                self.methods, self.norms, self.data, self.losses, self.activations, self.depths
            )
            if self._studied(loss, activation, method, norm)
        ]

    def _studied(self, loss: str, activation: str, method: str, norm: str) -> bool:
        if method == "snip" and norm == "none":
            return True
        if activation != self.activations[0]:
            return False
        return method == "snip" or (norm == "none" and (method in READ_DATA or loss == ELSEWHERE))


class Case(NamedTuple):
    """One setting of a study."""

    settings: Settings
    data: str
    loss: str
    activation: str
    depth: int
    method: str
    norm: str = "none"


def data_of(name: str) -> Dataset:
    """A bundled data set, its columns standardised, a target of 0 and 1 for each class.

    Source: scikit-learn's copies of UCI's digits, Wine and Breast Cancer Wisconsin (Diagnostic).

    Examples:
        >>> wine = data_of("wine")
        >>> wine.x.shape, wine.y.shape
        ((178, 13), (178, 3))
    """
    if name == "digits":
        return digits("onehot")
    from sklearn import datasets

    x, y = {"wine": datasets.load_wine, "breast-cancer": datasets.load_breast_cancer}[name](return_X_y=True)
    return Dataset(standardised(x), targets(y, "onehot"), name, "onehot")


def minibatch(settings: Settings, name: str) -> Dataset:
    """A random part of a data set, the same for networks and predictions of all settings."""
    return batch(data_of(name), settings.samples, np.random.default_rng(keyed_seed(settings.seed, "depth", name)))


def measure(case: Case) -> list[DepthRow]:
    """A row for each density: networks pruned, predictions, errors."""
    settings = case.settings
    data = minibatch(settings, case.data)
    x, y = np.asarray(data.x, float), np.asarray(data.y, float)
    widths = (settings.width,) * case.depth
    network = Architecture(x.shape[1], widths, y.shape[1], case.activation, INIT, BIAS, case.norm)
    return [_row(case, network, x, y, density) for density in settings.densities]


def _row(case: Case, network: Architecture, x: Floats, y: Floats, density: float) -> DepthRow:
    settings = case.settings
    asked = PruningSettings(
        method=case.method,
        density=density,
        loss=case.loss,
        residual="output",
        networks=settings.networks,
        units=settings.units,
    )
    key = ("depth", case.data, case.loss, case.activation, case.depth, case.method)  # the same weights with any norm
    seen = [
        pruned(asked, network, x, y, np.random.default_rng(keyed_seed(settings.seed, *key, "network", at)))
        for at in range(settings.networks)
    ]
    said: dict[str, list[LayersPrediction]] = {}
    for residual in PREDICTORS if asked.data_driven else PREDICTORS[:1]:
        rng = np.random.default_rng(keyed_seed(settings.seed, *key, "law", residual))
        said[residual] = list(predicted(replace(asked, residual=residual), network, x, y, seen, rng))
    left_out = [each.second_term for each in seen if each.second_term is not None]
    layers = compared(
        [each.kept.densities for each in seen],
        {name: np.mean([each.densities for each in found], axis=0) for name, found in said.items()},
    )
    columns = compared(
        [each.kept.columns for each in seen if each.kept.columns is not None],
        {name: np.mean([each.columns for each in found], axis=0) for name, found in said.items()},
    )
    return {
        "data": case.data,
        "loss": case.loss,
        "activation": case.activation,
        "depth": case.depth,
        "method": case.method,
        "norm": case.norm,
        "density": density,
        "layers": layers,
        "columns": columns,
        "layer_errors": errors(layers, density, settings.networks),
        "column_errors": errors(columns, layers["observed"][0], settings.networks),
        "sampling": float(np.mean([each.errors for each in said["target"]])),
        "second_term": float(np.mean(left_out)) if left_out else None,
    }


def compared(observed: Sequence[Floats], said: dict[str, Floats]) -> Densities:
    """Densities of each network beside the predicted ones; a missing prediction is None."""
    averaged, output = (said[name].tolist() if name in said else None for name in ("averaged", "output"))
    return {
        "observed": np.mean(observed, axis=0).tolist(),
        "sd": np.std(observed, axis=0, ddof=1).tolist(),
        "target": said["target"].tolist(),
        "averaged": averaged,
        "output": output,
    }


def errors(found: Densities, constant: float, networks: int) -> Errors:
    """Mean moduli of the errors of all predictions, and of a constant.

    The floor is the mean modulus of a normal variable with the standard error of the observed mean. It is taken from
    networks, not from rows: at depth rows of one network are not independent.

    Examples:
        >>> flat = {"observed": [0.2, 0.1], "sd": [0.0, 0.0], "target": [0.2, 0.2], "averaged": None, "output": None}
        >>> errors(flat, 0.1, 4)["target"], errors(flat, 0.1, 4)["constant"]
        (0.05, 0.05)
    """
    observed = np.array(found["observed"])

    def miss(said: Sequence[float] | float) -> float:
        return float(np.abs(np.asarray(said) - observed).mean())

    return {
        "target": miss(found["target"]),
        "averaged": None if found["averaged"] is None else miss(found["averaged"]),
        "output": None if found["output"] is None else miss(found["output"]),
        "constant": miss(constant),
        "floor": float(np.sqrt(2 / np.pi / networks) * np.mean(found["sd"])),
    }


def pieces(settings: Settings) -> list[Case]:
    """Every setting, in the order of the report."""
    return [Case(settings, *each) for each in settings.settings()]


def named(case: Case) -> str:
    """A setting, for a message."""
    return ", ".join(map(str, case[1:]))


def in_order(settings: Settings, rows: Sequence[DepthRow]) -> list[DepthRow]:
    """Rows as the report has them: settings, then densities."""
    order = {each: at for at, each in enumerate(settings.settings())}
    return sorted(
        rows,
        key=lambda row: (
            order[row["data"], row["loss"], row["activation"], row["depth"], row["method"], row["norm"]],
            settings.densities.index(row["density"]),
        ),
    )


def summarise(settings: Settings, rows: Sequence[DepthRow]) -> DepthSummary:
    """All numbers of the study."""
    return {
        "study": "depth",
        "seed": settings.seed,
        "protocol": {
            "width": settings.width,
            "samples": settings.samples,
            "networks": settings.networks,
            "units": settings.units,
            "init": INIT,
            "bias": BIAS,
            "not_covered": NOT_COVERED,
        },
        "rows": list(rows),
        "sentences": sentences(rows, NOT_COVERED),
    }
