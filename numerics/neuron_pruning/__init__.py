"""Networks of which neurons or weights are kept: breakpoints, exact errors, what is left on average, and tickets."""

from sparse_limits.numerics.neuron_pruning.broken_bins import bins_of, breakpoints, no_bins_broken, parities
from sparse_limits.numerics.neuron_pruning.circle import exact_sup_on_circle, squared_error, squared_sine
from sparse_limits.numerics.neuron_pruning.jumps import ticket_chance
from sparse_limits.numerics.neuron_pruning.spectral import mean_squared_distance
from sparse_limits.numerics.neuron_pruning.tickets import linear_weight_ticket, neuron_ticket, weight_ticket

__all__ = [
    "bins_of",
    "breakpoints",
    "exact_sup_on_circle",
    "linear_weight_ticket",
    "mean_squared_distance",
    "neuron_ticket",
    "no_bins_broken",
    "parities",
    "squared_error",
    "squared_sine",
    "ticket_chance",
    "weight_ticket",
]
