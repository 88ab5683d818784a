"""The gap between pruning neurons and pruning weights."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.neuron_pruning.alignment import alignment_bound as alignment_bound
    from sparse_limits.theory.neuron_pruning.broken_bins import broken_bin_chain as broken_bin_chain
    from sparse_limits.theory.neuron_pruning.covering import ball_covering as ball_covering
    from sparse_limits.theory.neuron_pruning.covering_order import ball_covering_order as ball_covering_order
    from sparse_limits.theory.neuron_pruning.cube_covering import cube_covering as cube_covering
    from sparse_limits.theory.neuron_pruning.cube_covering import cube_covering_order as cube_covering_order
    from sparse_limits.theory.neuron_pruning.cube_planks import cube_planks as cube_planks
    from sparse_limits.theory.neuron_pruning.exponential_gap import exponential_gap as exponential_gap
    from sparse_limits.theory.neuron_pruning.further.spectral_rate import spectral_rate as spectral_rate
    from sparse_limits.theory.neuron_pruning.further.weights_in_turn import weights_in_turn as weights_in_turn
    from sparse_limits.theory.neuron_pruning.jump_bound import jump_bound as jump_bound
    from sparse_limits.theory.neuron_pruning.jumps import kink_jumps as kink_jumps
    from sparse_limits.theory.neuron_pruning.kink import kink_lemma as kink_lemma
    from sparse_limits.theory.neuron_pruning.planks import ball_planks as ball_planks
    from sparse_limits.theory.neuron_pruning.separation import measured_separation as measured_separation
    from sparse_limits.theory.neuron_pruning.spectral import neuron_spectrum as neuron_spectrum
    from sparse_limits.theory.neuron_pruning.spectral import spectral_bound as spectral_bound
    from sparse_limits.theory.neuron_pruning.weight_pruning import pruned_weights as pruned_weights
    from sparse_limits.theory.neuron_pruning.weight_pruning import (
        pruned_weights_linear_output as pruned_weights_linear_output,
    )
else:
    lazily(__name__)
