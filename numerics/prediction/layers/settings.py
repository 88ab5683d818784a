"""What a prediction of all layers is asked for, and the residual that a loss has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from numerics.arguments import InputError, checked_integer, proper_share
from numerics.prediction.layers.data_free import METHODS as CLOSED_METHODS
from numerics.prediction.layers.latents import MOST_UNITS
from numerics.prediction.methods import DATA_DRIVEN

Floats = NDArray[np.float64]

METHODS = (*DATA_DRIVEN, *CLOSED_METHODS)
IN_ROUNDS = "synflow-iterative"
ROUNDS, MOST_ROUNDS = 100, 10_000
MOST_COMPARED = 2**29  # weights times rounds of one network
SCOPES = ("global", "layer")
LOSSES = ("mse", "cross-entropy")
RESIDUALS = ("target", "output", "averaged")
FEWEST_UNITS = 64
MOST_NETWORKS = 1000


def methods_through(norm: str) -> tuple[str, ...]:
    """The methods whose scores are known with a norm of the architecture."""
    return tuple(method for method in METHODS if norm == "none" or not method.startswith("grasp"))


@dataclass(frozen=True, kw_only=True)
class LayersSettings:
    """What is to be predicted; InputError for a name or a number outside what it may be.

    curve: other densities at which layers are predicted too. rounds: of synflow-iterative, 100 unless given.
    """

    method: str
    density: float = 0.1
    scope: str = "global"
    loss: str = "mse"
    residual: str = "target"
    networks: int = 4
    units: int = MOST_UNITS
    sample: bool = True
    curve: Sequence[float] = ()
    rounds: int | None = None

    def __post_init__(self) -> None:
        if self.residual == "zero":  # of the initial output: another name
            object.__setattr__(self, "residual", RESIDUALS[0])
        self._check_rounds()
        for name, known in (
            ("method", (*METHODS, IN_ROUNDS)),
            ("scope", SCOPES),
            ("loss", LOSSES),
            ("residual", (*RESIDUALS, "zero")),
        ):
            if (value := getattr(self, name)) not in known:
                raise InputError(f"{name} is {value!r:.60}, expected one of {', '.join(known)}")
        proper_share("density", self.density)
        for density in self.curve:
            proper_share("curve", density)
        checked_integer("networks", self.networks, 1, MOST_NETWORKS)
        checked_integer("units", self.units, FEWEST_UNITS, 2**20)
        if self.residual == "output" and self.data_driven and not self.sample:
            raise InputError("residual is 'output' without networks, which have it, expected averaged, or a sample")

    def _check_rounds(self) -> None:
        """InputError for rounds of other methods, whose second round no law follows."""
        if self.rounds is not None:
            checked_integer("rounds", self.rounds, 1, MOST_ROUNDS)
        if self.method == IN_ROUNDS:
            return
        once = str(self.method).removesuffix("-iterative")
        named = once != self.method and once in METHODS
        if not named and self.rounds in (None, 1):
            return
        asked = f"method is {self.method!r}" if named else f"rounds is {self.rounds}"
        if once in DATA_DRIVEN:
            raise InputError(
                f"{asked}: the first round leaves each row a mask of its own, and with it a covariance of its own over the "
                f"samples, of which no law is known here, expected {once} in one round"
            )
        if once == "synflow":
            raise InputError(f"{asked} with the method synflow, which is of one round, expected {IN_ROUNDS}")
        raise InputError(f"{asked}: rounds of {once} are not known here, expected {once} in one round, or {IN_ROUNDS}")

    @property
    def data_driven(self) -> bool:
        return self.method in DATA_DRIVEN


@dataclass(frozen=True, eq=False)
class Residual:
    """∂loss/∂f at outputs and targets [N, K]: f − y of ½‖f − y‖², softmax(f) − y of the cross-entropy.

    Examples:
        >>> Residual("cross-entropy", np.zeros((1, 4)), np.array([[1.0, 0, 0, 0]])).values
        array([[-0.75,  0.25,  0.25,  0.25]])
    """

    loss: str
    output: Floats
    y: Floats

    @cached_property
    def values(self) -> Floats:
        """The residual, float[N, K]."""
        return (self.output if self.loss == "mse" else self._shares) - self.y

    def moved(self, change: Floats) -> Floats:
        """What a change [N, K] of the output does to the residual, to first order: GraSP's Hessian has it (S8)."""
        if self.loss == "mse":
            return change
        moved: Floats = self._shares * (change - (self._shares * change).sum(axis=1, keepdims=True))
        return moved

    @cached_property
    def _shares(self) -> Floats:
        powers = np.exp(self.output - self.output.max(axis=1, keepdims=True))
        shares: Floats = powers / powers.sum(axis=1, keepdims=True)
        return shares
