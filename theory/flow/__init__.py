"""Gradient flow of masked networks, linearised: times, rates, plateaus."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.flow.density import density_times
    from sparse_limits.theory.flow.descent import gradient_descent
    from sparse_limits.theory.flow.further.circle import circle_times
    from sparse_limits.theory.flow.further.directions import slowed_directions
    from sparse_limits.theory.flow.further.finite_width import trained_widths
    from sparse_limits.theory.flow.further.one_input import one_input_plateau
    from sparse_limits.theory.flow.further.relabelling import relabelled_units
    from sparse_limits.theory.flow.further.start import random_start
    from sparse_limits.theory.flow.linear import linearised_flow
    from sparse_limits.theory.flow.times import time_to_a_share
else:
    lazily(__name__)

__all__ = [
    "circle_times",
    "density_times",
    "gradient_descent",
    "linearised_flow",
    "one_input_plateau",
    "random_start",
    "relabelled_units",
    "slowed_directions",
    "time_to_a_share",
    "trained_widths",
]
