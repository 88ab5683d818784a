"""Random sparse lifts: networks as lifts of perceptron modules, and what their gradient flow is sure to reach."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.lifts.activation_map import path_sums as path_sums
    from sparse_limits.theory.lifts.attention import Attention as Attention
    from sparse_limits.theory.lifts.attention import attention_block as attention_block
    from sparse_limits.theory.lifts.attention import attention_blocks as attention_blocks
    from sparse_limits.theory.lifts.attention import attention_lift as attention_lift
    from sparse_limits.theory.lifts.bundle import Bundle as Bundle
    from sparse_limits.theory.lifts.confinement import confined_flow as confined_flow
    from sparse_limits.theory.lifts.convergence import one_layer_convergence as one_layer_convergence
    from sparse_limits.theory.lifts.convergence_limit import pac_convergence as pac_convergence
    from sparse_limits.theory.lifts.convergence_two_layers import two_layer_convergence as two_layer_convergence
    from sparse_limits.theory.lifts.convolution import cyclic_convolution as cyclic_convolution
    from sparse_limits.theory.lifts.convolution import lifted_convolutions as lifted_convolutions
    from sparse_limits.theory.lifts.convolution import pixel_graph as pixel_graph
    from sparse_limits.theory.lifts.copies import copy_bounds as copy_bounds
    from sparse_limits.theory.lifts.coverage import copies_in_one_layer as copies_in_one_layer
    from sparse_limits.theory.lifts.degrees import binomial_degrees as binomial_degrees
    from sparse_limits.theory.lifts.fibration import fibration_lemma as fibration_lemma
    from sparse_limits.theory.lifts.further.adjoint import adjunction as adjunction
    from sparse_limits.theory.lifts.further.any_data import any_data as any_data
    from sparse_limits.theory.lifts.further.attention_copies import copied_heads as copied_heads
    from sparse_limits.theory.lifts.further.convolution_copies import copied_filters as copied_filters
    from sparse_limits.theory.lifts.further.copy_examples import copied_units as copied_units
    from sparse_limits.theory.lifts.further.gradients import Readout as Readout
    from sparse_limits.theory.lifts.further.gradients import pushed_gradients as pushed_gradients
    from sparse_limits.theory.lifts.further.poisson import poisson_distance as poisson_distance
    from sparse_limits.theory.lifts.further.vector_copies import vector_copies as vector_copies
    from sparse_limits.theory.lifts.isolated import isolated_cells as isolated_cells
    from sparse_limits.theory.lifts.isolated_copies import isolated_copy_bounds as isolated_copy_bounds
    from sparse_limits.theory.lifts.isolated_tails import poisson_tails as poisson_tails
    from sparse_limits.theory.lifts.lift import Lift as Lift
    from sparse_limits.theory.lifts.lift import full_lift as full_lift
    from sparse_limits.theory.lifts.maps import PRODUCT as PRODUCT
    from sparse_limits.theory.lifts.maps import SUM as SUM
    from sparse_limits.theory.lifts.maps import Bilinear as Bilinear
    from sparse_limits.theory.lifts.maps import Pointwise as Pointwise
    from sparse_limits.theory.lifts.maps import Skip as Skip
    from sparse_limits.theory.lifts.maps import identity as identity
    from sparse_limits.theory.lifts.maps import relu as relu
    from sparse_limits.theory.lifts.module import PerceptronModule as PerceptronModule
    from sparse_limits.theory.lifts.path_length import growing_tangents as growing_tangents
    from sparse_limits.theory.lifts.path_length import travelled_length as travelled_length
    from sparse_limits.theory.lifts.perceptrons import multilayer_perceptron as multilayer_perceptron
    from sparse_limits.theory.lifts.perceptrons import perceptron_lift as perceptron_lift
    from sparse_limits.theory.lifts.perceptrons import perceptron_lifts as perceptron_lifts
    from sparse_limits.theory.lifts.random_lifts import random_sparse_lifts as random_sparse_lifts
    from sparse_limits.theory.lifts.readout import readout_comparison as readout_comparison
    from sparse_limits.theory.lifts.tangent import tangent_rate as tangent_rate
    from sparse_limits.theory.lifts.tangent_square_loss import square_loss_rate as square_loss_rate
    from sparse_limits.theory.lifts.training import training_success as training_success
    from sparse_limits.theory.lifts.trees import local_trees as local_trees
    from sparse_limits.theory.lifts.unfolding import tree_witnesses as tree_witnesses
    from sparse_limits.theory.lifts.unfolding import unfolded_module as unfolded_module
    from sparse_limits.theory.lifts.walsh import cube_example as cube_example
    from sparse_limits.theory.lifts.walsh import mask_coverage as mask_coverage
    from sparse_limits.theory.lifts.walsh import no_cover as no_cover
    from sparse_limits.theory.lifts.wide_lifts import copies_in_wide_lifts as copies_in_wide_lifts
else:
    lazily(__name__)
