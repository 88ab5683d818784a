"""What pruning keeps of every layer of a deep network."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.depth.further.collapse import collapse as collapse
    from sparse_limits.theory.depth.further.convolution import convolution_rows as convolution_rows
    from sparse_limits.theory.depth.further.identities import layer_identities as layer_identities
    from sparse_limits.theory.depth.further.independence import row_independence as row_independence
    from sparse_limits.theory.depth.further.independent_copies import independent_copies as independent_copies
    from sparse_limits.theory.depth.further.output_kept import output_kept as output_kept
    from sparse_limits.theory.depth.further.outputs_at_start import outputs_at_start as outputs_at_start
    from sparse_limits.theory.depth.further.own_weights import own_weights as own_weights
    from sparse_limits.theory.depth.further.smoothed_at_depth import smoothed_at_depth as smoothed_at_depth
    from sparse_limits.theory.depth.further.three_normals import three_normals as three_normals
    from sparse_limits.theory.depth.one_sample import one_sample as one_sample
    from sparse_limits.theory.depth.row_law import depth_row_law as depth_row_law
    from sparse_limits.theory.depth.wide import wide_layers as wide_layers
else:
    lazily(__name__)
