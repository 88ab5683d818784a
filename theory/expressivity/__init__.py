"""Expressivity: what a masked network can still represent, through fully wired neurons, relays and paths."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.expressivity.approximation import universal_approximation as universal_approximation
    from sparse_limits.theory.expressivity.further.barron import barron_layer as barron_layer
    from sparse_limits.theory.expressivity.further.deep_unions import deep_union as deep_union
    from sparse_limits.theory.expressivity.further.maurey import maurey_identity as maurey_identity
    from sparse_limits.theory.expressivity.further.maurey import wired_average as wired_average
    from sparse_limits.theory.expressivity.heard_sets import unheard_parts as unheard_parts
    from sparse_limits.theory.expressivity.inactive import inactive_inputs as inactive_inputs
    from sparse_limits.theory.expressivity.paths import isolated_input as isolated_input
    from sparse_limits.theory.expressivity.paths import path_share as path_share
    from sparse_limits.theory.expressivity.product_of_inputs import masked_product as masked_product
    from sparse_limits.theory.expressivity.product_of_inputs import one_input_each as one_input_each
    from sparse_limits.theory.expressivity.relays import relay_layer as relay_layer
    from sparse_limits.theory.expressivity.subspace_union import subspace_union as subspace_union
    from sparse_limits.theory.expressivity.wired_counts import lower_tail as lower_tail
    from sparse_limits.theory.expressivity.wired_counts import wired_threshold as wired_threshold
    from sparse_limits.theory.expressivity.wired_neurons import hubs as hubs
    from sparse_limits.theory.expressivity.wired_neurons import wired_count as wired_count
else:
    lazily(__name__)
