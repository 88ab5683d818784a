"""What it takes to draw and prune networks, by estimate: constants that were measured on one core at 2048 and 4096 units."""

from __future__ import annotations

BYTES_OF_WEIGHT = 44  # most of it to rank scores
BYTES_OF_ACTIVATION = 60  # of each unit on each sample
SECONDS_OF_WEIGHT = 1.2e-7
SECONDS_OF_PASS = 1.5e-10  # of a weight on each sample, there and back
SECONDS_OF_CURVATURE = 9e-10  # likewise, with the product of the Hessian with a vector


def work_of_networks(
    networks: int, weights: int, units: int, samples: int, *, curvature: bool = False
) -> tuple[float, float]:
    """The bytes and the seconds for networks of so many weights and hidden units, drawn and pruned one after the other."""
    of_pass = SECONDS_OF_CURVATURE if curvature else SECONDS_OF_PASS
    seconds = networks * weights * (SECONDS_OF_WEIGHT + of_pass * samples)
    return BYTES_OF_WEIGHT * weights + BYTES_OF_ACTIVATION * units * samples, seconds
