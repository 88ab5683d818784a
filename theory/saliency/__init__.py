"""Saliency: what each pruning method keeps, and the limit of its masks."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.saliency.amplification import mean_amplification
    from sparse_limits.theory.saliency.blocks import block_sparsity
    from sparse_limits.theory.saliency.further.recovery_by_pairs import recovery_by_pairs
    from sparse_limits.theory.saliency.grasp import smoothed_snip
    from sparse_limits.theory.saliency.layer_collapse import layer_collapse
    from sparse_limits.theory.saliency.layers import coupled_layers, two_layer_densities
    from sparse_limits.theory.saliency.outputs import columns_that_disagree, inner_product_graphon
    from sparse_limits.theory.saliency.outputs_general_data import stein_model_of_outputs
    from sparse_limits.theory.saliency.signed import signed_scores
    from sparse_limits.theory.saliency.snip import gradient_moments, product_graphon
    from sparse_limits.theory.saliency.snip_closed_form import stein_model
    from sparse_limits.theory.saliency.snip_row_law import row_law
    from sparse_limits.theory.saliency.support_recovery import ranked_recovery, support_recovery
    from sparse_limits.theory.saliency.synflow import synflow_factorises
    from sparse_limits.theory.saliency.tail_selectivity import tail_selectivity
    from sparse_limits.theory.saliency.threshold import constant_graphon, stable_threshold
    from sparse_limits.theory.saliency.wanda import row_thresholds
else:
    lazily(__name__)

__all__ = [
    "block_sparsity",
    "columns_that_disagree",
    "constant_graphon",
    "coupled_layers",
    "gradient_moments",
    "inner_product_graphon",
    "layer_collapse",
    "mean_amplification",
    "product_graphon",
    "ranked_recovery",
    "recovery_by_pairs",
    "row_law",
    "row_thresholds",
    "signed_scores",
    "smoothed_snip",
    "stable_threshold",
    "stein_model",
    "stein_model_of_outputs",
    "support_recovery",
    "synflow_factorises",
    "tail_selectivity",
    "two_layer_densities",
]
