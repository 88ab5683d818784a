"""What pruning keeps of every layer of a deep network."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.depth.further.collapse import collapse
    from sparse_limits.theory.depth.further.convolution import convolution_rows
    from sparse_limits.theory.depth.further.identities import layer_identities
    from sparse_limits.theory.depth.further.independence import row_independence
    from sparse_limits.theory.depth.further.independent_copies import independent_copies
    from sparse_limits.theory.depth.further.output_kept import output_kept
    from sparse_limits.theory.depth.further.outputs_at_start import outputs_at_start
    from sparse_limits.theory.depth.further.own_weights import own_weights
    from sparse_limits.theory.depth.further.smoothed_at_depth import smoothed_at_depth
    from sparse_limits.theory.depth.further.three_normals import three_normals
    from sparse_limits.theory.depth.one_sample import one_sample
    from sparse_limits.theory.depth.row_law import depth_row_law
    from sparse_limits.theory.depth.wide import wide_layers
else:
    lazily(__name__)

__all__ = [
    "collapse",
    "convolution_rows",
    "depth_row_law",
    "independent_copies",
    "layer_identities",
    "one_sample",
    "output_kept",
    "outputs_at_start",
    "own_weights",
    "row_independence",
    "smoothed_at_depth",
    "three_normals",
    "wide_layers",
]
