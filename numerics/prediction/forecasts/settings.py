"""What `predict` and `compare` are asked for, by the names of the command's options; ranges are checked here, once."""

from __future__ import annotations

from dataclasses import dataclass

from numerics.arguments import check_residual, checked_integer, proper_share
from numerics.networks.training import MOST_STEPS
from numerics.prediction.first_layer.row_law import check_fresh_rows
from numerics.prediction.methods import DATA_DRIVEN

MOST_NETWORKS = 10_000
FEWEST_KERNEL_ROWS = 1024
MOST = 2**40  # what is larger is no number of rows or units


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is pruned and how it is predicted; InputError for a number out of range.

    density: in (0, 1); residual: target for −y (initial output subtracted), output for f₀ − y; fresh_rows: sampled for
    the row law; networks: pruned, unless `sample` is false.
    """

    method: str
    density: float = 0.1
    width: int = 1024
    depth: int = 1
    residual: str = "target"
    networks: int = 1
    fresh_rows: int = 20_000
    sample: bool = True

    def __post_init__(self) -> None:
        check_residual(self.residual)
        checked_integer("width", self.width, 1, MOST)
        checked_integer("networks", self.networks, 1, MOST_NETWORKS)
        check_fresh_rows(self.fresh_rows)

    @property
    def reads_output(self) -> bool:
        """Whether the residual contains the output of the drawn network."""
        return self.residual == "output" and self.method in DATA_DRIVEN


@dataclass(frozen=True, kw_only=True)
class KernelSettings:
    """How the kernel is averaged and tested; InputError for a number out of range.

    test_share: of the samples, held out, in (0, 1); kernel_rows: fresh rows averaged over; steps: of gradient descent,
    where `train` says that the pruned networks are trained.
    """

    test_share: float = 0.25
    kernel_rows: int = 4096
    steps: int = 800
    train: bool = False

    def __post_init__(self) -> None:
        proper_share("test_share", self.test_share)
        checked_integer("kernel_rows", self.kernel_rows, FEWEST_KERNEL_ROWS, MOST)
        checked_integer("steps", self.steps, 1, MOST_STEPS)
