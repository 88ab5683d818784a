"""Gradient flow of masked networks, linearised: times, rates, plateaus."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.flow.density import density_times as density_times
    from sparse_limits.theory.flow.descent import gradient_descent as gradient_descent
    from sparse_limits.theory.flow.further.circle import circle_times as circle_times
    from sparse_limits.theory.flow.further.directions import slowed_directions as slowed_directions
    from sparse_limits.theory.flow.further.finite_width import trained_widths as trained_widths
    from sparse_limits.theory.flow.further.one_input import one_input_plateau as one_input_plateau
    from sparse_limits.theory.flow.further.relabelling import relabelled_units as relabelled_units
    from sparse_limits.theory.flow.further.start import random_start as random_start
    from sparse_limits.theory.flow.linear import linearised_flow as linearised_flow
    from sparse_limits.theory.flow.times import time_to_a_share as time_to_a_share
else:
    lazily(__name__)
