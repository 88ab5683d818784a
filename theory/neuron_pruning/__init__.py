"""The gap between pruning neurons and pruning weights."""

from theory.neuron_pruning.alignment import alignment_bound
from theory.neuron_pruning.broken_bins import broken_bin_chain
from theory.neuron_pruning.kink import kink_lemma
from theory.neuron_pruning.planks import plank_bounds

__all__ = [
    "alignment_bound",
    "broken_bin_chain",
    "kink_lemma",
    "plank_bounds",
]
