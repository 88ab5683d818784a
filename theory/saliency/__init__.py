"""Saliency: what each pruning method keeps, and the limit of its masks."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.saliency.amplification import mean_amplification as mean_amplification
    from sparse_limits.theory.saliency.blocks import block_sparsity as block_sparsity
    from sparse_limits.theory.saliency.further.recovery_by_pairs import recovery_by_pairs as recovery_by_pairs
    from sparse_limits.theory.saliency.grasp import smoothed_snip as smoothed_snip
    from sparse_limits.theory.saliency.layer_collapse import layer_collapse as layer_collapse
    from sparse_limits.theory.saliency.layers import coupled_layers as coupled_layers
    from sparse_limits.theory.saliency.layers import two_layer_densities as two_layer_densities
    from sparse_limits.theory.saliency.outputs import columns_that_disagree as columns_that_disagree
    from sparse_limits.theory.saliency.outputs import inner_product_graphon as inner_product_graphon
    from sparse_limits.theory.saliency.outputs_general_data import stein_model_of_outputs as stein_model_of_outputs
    from sparse_limits.theory.saliency.signed import signed_scores as signed_scores
    from sparse_limits.theory.saliency.snip import gradient_moments as gradient_moments
    from sparse_limits.theory.saliency.snip import product_graphon as product_graphon
    from sparse_limits.theory.saliency.snip_closed_form import stein_model as stein_model
    from sparse_limits.theory.saliency.snip_row_law import row_law as row_law
    from sparse_limits.theory.saliency.support_recovery import ranked_recovery as ranked_recovery
    from sparse_limits.theory.saliency.support_recovery import support_recovery as support_recovery
    from sparse_limits.theory.saliency.synflow import synflow_factorises as synflow_factorises
    from sparse_limits.theory.saliency.tail_selectivity import tail_selectivity as tail_selectivity
    from sparse_limits.theory.saliency.threshold import constant_graphon as constant_graphon
    from sparse_limits.theory.saliency.threshold import stable_threshold as stable_threshold
    from sparse_limits.theory.saliency.wanda import row_thresholds as row_thresholds
else:
    lazily(__name__)
