"""Networks of which whole neurons are kept: their breakpoints and their exact errors."""

from numerics.neuron_pruning.broken_bins import bins_of, breakpoints, no_bins_broken, parities
from numerics.neuron_pruning.circle import squared_error, squared_sine

__all__ = [
    "bins_of",
    "breakpoints",
    "no_bins_broken",
    "parities",
    "squared_error",
    "squared_sine",
]
