"""Random sparse lifts: networks as lifts of perceptron modules, and what their gradient flow is sure to reach."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.lifts.activation_map import path_sums
    from sparse_limits.theory.lifts.attention import Attention, attention_block, attention_blocks, attention_lift
    from sparse_limits.theory.lifts.bundle import Bundle
    from sparse_limits.theory.lifts.confinement import confined_flow
    from sparse_limits.theory.lifts.convergence import one_layer_convergence
    from sparse_limits.theory.lifts.convergence_limit import pac_convergence
    from sparse_limits.theory.lifts.convergence_two_layers import two_layer_convergence
    from sparse_limits.theory.lifts.convolution import cyclic_convolution, lifted_convolutions, pixel_graph
    from sparse_limits.theory.lifts.copies import copy_bounds
    from sparse_limits.theory.lifts.coverage import copies_in_one_layer
    from sparse_limits.theory.lifts.degrees import binomial_degrees
    from sparse_limits.theory.lifts.fibration import fibration_lemma
    from sparse_limits.theory.lifts.further.adjoint import adjunction
    from sparse_limits.theory.lifts.further.any_data import any_data
    from sparse_limits.theory.lifts.further.attention_copies import copied_heads
    from sparse_limits.theory.lifts.further.convolution_copies import copied_filters
    from sparse_limits.theory.lifts.further.copy_examples import copied_units
    from sparse_limits.theory.lifts.further.gradients import Readout, pushed_gradients
    from sparse_limits.theory.lifts.further.poisson import poisson_distance
    from sparse_limits.theory.lifts.further.vector_copies import vector_copies
    from sparse_limits.theory.lifts.isolated import isolated_cells
    from sparse_limits.theory.lifts.isolated_copies import isolated_copy_bounds
    from sparse_limits.theory.lifts.isolated_tails import poisson_tails
    from sparse_limits.theory.lifts.lift import Lift, full_lift
    from sparse_limits.theory.lifts.maps import PRODUCT, SUM, Bilinear, Pointwise, Skip, identity, relu
    from sparse_limits.theory.lifts.module import PerceptronModule
    from sparse_limits.theory.lifts.path_length import growing_tangents, travelled_length
    from sparse_limits.theory.lifts.perceptrons import multilayer_perceptron, perceptron_lift, perceptron_lifts
    from sparse_limits.theory.lifts.random_lifts import random_sparse_lifts
    from sparse_limits.theory.lifts.readout import readout_comparison
    from sparse_limits.theory.lifts.tangent import tangent_rate
    from sparse_limits.theory.lifts.tangent_square_loss import square_loss_rate
    from sparse_limits.theory.lifts.training import training_success
    from sparse_limits.theory.lifts.trees import local_trees
    from sparse_limits.theory.lifts.unfolding import tree_witnesses, unfolded_module
    from sparse_limits.theory.lifts.walsh import cube_example, mask_coverage, no_cover
    from sparse_limits.theory.lifts.wide_lifts import copies_in_wide_lifts
else:
    lazily(__name__)

__all__ = [
    "PRODUCT",
    "SUM",
    "Attention",
    "Bilinear",
    "Bundle",
    "Lift",
    "PerceptronModule",
    "Pointwise",
    "Readout",
    "Skip",
    "adjunction",
    "any_data",
    "attention_block",
    "attention_blocks",
    "attention_lift",
    "binomial_degrees",
    "confined_flow",
    "copied_filters",
    "copied_heads",
    "copied_units",
    "copies_in_one_layer",
    "copies_in_wide_lifts",
    "copy_bounds",
    "cube_example",
    "cyclic_convolution",
    "fibration_lemma",
    "full_lift",
    "growing_tangents",
    "identity",
    "isolated_cells",
    "isolated_copy_bounds",
    "lifted_convolutions",
    "local_trees",
    "mask_coverage",
    "multilayer_perceptron",
    "no_cover",
    "one_layer_convergence",
    "pac_convergence",
    "path_sums",
    "perceptron_lift",
    "perceptron_lifts",
    "pixel_graph",
    "poisson_distance",
    "poisson_tails",
    "pushed_gradients",
    "random_sparse_lifts",
    "readout_comparison",
    "relu",
    "square_loss_rate",
    "tangent_rate",
    "training_success",
    "travelled_length",
    "tree_witnesses",
    "two_layer_convergence",
    "unfolded_module",
    "vector_copies",
]
