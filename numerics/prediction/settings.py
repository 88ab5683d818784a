"""How a network is pruned, and how what it keeps is predicted and observed: names and ranges, checked here, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sparse_limits.numerics.arguments import (
    FRESH_ROWS,
    InputError,
    check_residual,
    checked_bool,
    checked_integer,
    proper_share,
)
from sparse_limits.numerics.arguments import RESIDUALS as RESIDUALS_OF_ONE
from sparse_limits.numerics.networks.training import MOST_STEPS
from sparse_limits.numerics.prediction.first_layer.row_law import check_fresh_rows
from sparse_limits.numerics.prediction.methods import DATA_DRIVEN, DATA_FREE, USUAL_ROUNDS

METHODS = (*DATA_DRIVEN, *DATA_FREE)
IN_ROUNDS = "synflow-iterative"
ROUNDS, MOST_ROUNDS = USUAL_ROUNDS, 10_000
MOST_COMPARED = 2**29  # weights times rounds of one network
FIRST = "first"  # the scope of the theory of one layer
SCOPES = ("global", "layer")  # of all layers
COPIED = {
    "snip": "D2",
    "synflow": "S11",
}  # methods of independent copies, and the claims on wide fully connected layers
LOSSES = ("mse", "cross-entropy")
RESIDUALS = (*RESIDUALS_OF_ONE, "averaged")
MOST_UNITS, FEWEST_UNITS = 2**13, 64  # of a layer, over all networks of the limit
MOST_NETWORKS = {FIRST: 10_000, "global": 1000, "layer": 1000}
FEWEST_KERNEL_ROWS = 1024
MOST = 2**40  # what is larger is no number of rows or units


def methods_through(norm: str) -> tuple[str, ...]:
    """The methods whose scores are known with a norm of the architecture."""
    return tuple(method for method in METHODS if norm == "none" or not method.startswith("grasp"))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a network is pruned, predicted and observed; InputError for a name or a number outside what it may be.

    Attributes:
        scope: first for the first layer alone, global for one threshold for all layers, layer for one for each.
        residual: at the initial output: target for −y (the output is subtracted), output for f₀ − y, averaged over outputs.
        networks: pruned for comparison, unless `sample` is false.
        units: drawn for each hidden layer by the law of all layers, `MOST_UNITS` unless given; fresh_rows: by the row law.
        curve: further densities at which all layers are predicted.
        rounds: of synflow-iterative, 100 unless given.
        copies: independent copies of a module that predict what it keeps; None where nothing but pruned modules tells.
    """

    method: str
    density: float = 0.1
    scope: str = "global"
    loss: str = "mse"
    residual: str = "target"
    networks: int = 4
    units: int | None = None
    fresh_rows: int = FRESH_ROWS
    sample: bool = True
    curve: Sequence[float] = ()
    rounds: int | None = None
    copies: int | None = None

    def __post_init__(self) -> None:
        keep = partial(object.__setattr__, self)  # plain numbers in place of NumPy's
        if self.residual == "zero":  # of the initial output: another name
            keep("residual", RESIDUALS[0])
        if self.scope != FIRST:
            self._check_rounds()
            self._check_names()
        keep("density", proper_share("density", self.density))
        keep("curve", tuple(proper_share("curve", density) for density in self.curve))
        keep("sample", checked_bool("sample", self.sample))
        keep("networks", checked_integer("networks", self.networks, 1, MOST_NETWORKS[self.scope]))
        self._check_copies()
        if self.units is not None:
            keep("units", checked_integer("units", self.units, FEWEST_UNITS, 2**20))
        check_fresh_rows(self.fresh_rows)
        keep("fresh_rows", int(self.fresh_rows))
        if self.scope == FIRST:
            check_residual(self.residual)
        elif self.reads_output and not self.sample:
            raise InputError("residual is 'output' without networks, which have it, expected averaged, or a sample")

    def _check_names(self) -> None:
        for name, known in (
            ("method", (*METHODS, IN_ROUNDS)),
            ("scope", (FIRST, *SCOPES)),
            ("loss", LOSSES),
            ("residual", (*RESIDUALS, "zero")),
        ):
            if (value := getattr(self, name)) not in known:
                raise InputError(f"{name} is {value!r:.60}, expected one of {', '.join(known)}")

    def _check_rounds(self) -> None:
        """InputError for rounds of other methods, whose second round no law follows."""
        if self.rounds is not None:
            object.__setattr__(self, "rounds", checked_integer("rounds", self.rounds, 1, MOST_ROUNDS))
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
                f"samples, for which no law is known here, expected {once} in one round"
            )
        if once == "synflow":
            raise InputError(f"{asked} with the method synflow, which is of one round, expected {IN_ROUNDS}")
        raise InputError(f"{asked}: rounds of {once} are not known here, expected {once} in one round, or {IN_ROUNDS}")

    def _check_copies(self) -> None:
        """InputError for copies of other methods: GraSP's second term is no product of independent factors (S8)."""
        if self.copies is None:
            return
        object.__setattr__(self, "copies", checked_integer("copies", self.copies, 2, MOST_NETWORKS["global"]))
        if self.method not in COPIED:
            raise InputError(
                f"copies is {self.copies} with the method {self.method}, expected {' or '.join(COPIED)} with it"
            )

    @property
    def data_driven(self) -> bool:
        return self.method in DATA_DRIVEN

    @property
    def reads_output(self) -> bool:
        """Whether the scores depend on the output of the network that is drawn."""
        return self.residual == "output" and self.data_driven

    @property
    def drawn_units(self) -> int:
        """The number of units that the law of all layers draws for each hidden layer."""
        return MOST_UNITS if self.units is None else self.units


@dataclass(frozen=True, kw_only=True)
class KernelSettings:
    """How the tangent kernel of a pruned network is averaged and tested.

    Parameters
    ----------
    test_share : share of the samples held out, in (0, 1)
    kernel_rows : number of fresh rows over which the kernel is averaged, at least 1024
    train : whether the pruned networks are trained and compared with the kernel
    steps : number of steps of gradient descent with `train`, at least 1

    Raises
    ------
    InputError : for a number out of range.

    Examples
    --------
    >>> KernelSettings(train=True).steps
    800
    """

    test_share: float = 0.25
    kernel_rows: int = 4096
    train: bool = False
    steps: int = 800

    def __post_init__(self) -> None:
        proper_share("test_share", self.test_share)
        checked_integer("kernel_rows", self.kernel_rows, FEWEST_KERNEL_ROWS, MOST)
        checked_bool("train", self.train)
        checked_integer("steps", self.steps, 1, MOST_STEPS)
