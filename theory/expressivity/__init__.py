"""Expressivity: what a masked network can still represent, through fully wired neurons, relays and paths."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.expressivity.approximation import universal_approximation
    from sparse_limits.theory.expressivity.further.barron import barron_layer
    from sparse_limits.theory.expressivity.further.deep_unions import deep_union
    from sparse_limits.theory.expressivity.further.maurey import maurey_identity, wired_average
    from sparse_limits.theory.expressivity.heard_sets import unheard_parts
    from sparse_limits.theory.expressivity.inactive import inactive_inputs
    from sparse_limits.theory.expressivity.paths import isolated_input, path_share
    from sparse_limits.theory.expressivity.product_of_inputs import masked_product, one_input_each
    from sparse_limits.theory.expressivity.relays import relay_layer
    from sparse_limits.theory.expressivity.subspace_union import subspace_union
    from sparse_limits.theory.expressivity.wired_counts import lower_tail, wired_threshold
    from sparse_limits.theory.expressivity.wired_neurons import hubs, wired_count
else:
    lazily(__name__)

__all__ = [
    "barron_layer",
    "deep_union",
    "hubs",
    "inactive_inputs",
    "isolated_input",
    "lower_tail",
    "masked_product",
    "maurey_identity",
    "one_input_each",
    "path_share",
    "relay_layer",
    "subspace_union",
    "unheard_parts",
    "universal_approximation",
    "wired_average",
    "wired_count",
    "wired_threshold",
]
