"""The gap between pruning neurons and pruning weights."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.neuron_pruning.alignment import alignment_bound
    from sparse_limits.theory.neuron_pruning.broken_bins import broken_bin_chain
    from sparse_limits.theory.neuron_pruning.covering import ball_covering
    from sparse_limits.theory.neuron_pruning.covering_order import ball_covering_order
    from sparse_limits.theory.neuron_pruning.cube_covering import cube_covering, cube_covering_order
    from sparse_limits.theory.neuron_pruning.cube_planks import cube_planks
    from sparse_limits.theory.neuron_pruning.exponential_gap import exponential_gap
    from sparse_limits.theory.neuron_pruning.further.spectral_rate import spectral_rate
    from sparse_limits.theory.neuron_pruning.further.weights_in_turn import weights_in_turn
    from sparse_limits.theory.neuron_pruning.jump_bound import jump_bound
    from sparse_limits.theory.neuron_pruning.jumps import kink_jumps
    from sparse_limits.theory.neuron_pruning.kink import kink_lemma
    from sparse_limits.theory.neuron_pruning.planks import ball_planks
    from sparse_limits.theory.neuron_pruning.separation import measured_separation
    from sparse_limits.theory.neuron_pruning.spectral import neuron_spectrum, spectral_bound
    from sparse_limits.theory.neuron_pruning.weight_pruning import pruned_weights, pruned_weights_linear_output
else:
    lazily(__name__)

__all__ = [
    "alignment_bound",
    "ball_covering",
    "ball_covering_order",
    "ball_planks",
    "broken_bin_chain",
    "cube_covering",
    "cube_covering_order",
    "cube_planks",
    "exponential_gap",
    "jump_bound",
    "kink_jumps",
    "kink_lemma",
    "measured_separation",
    "neuron_spectrum",
    "pruned_weights",
    "pruned_weights_linear_output",
    "spectral_bound",
    "spectral_rate",
    "weights_in_turn",
]
