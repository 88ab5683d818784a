"""What pruning keeps of every layer of a deep network."""

from typing import TYPE_CHECKING

from theory.lazy import lazily

if TYPE_CHECKING:
    from theory.depth.collapse import collapse
    from theory.depth.convolution import convolution_rows
    from theory.depth.identities import layer_identities
    from theory.depth.independence import row_independence
    from theory.depth.one_sample import one_sample
    from theory.depth.output_kept import output_kept
    from theory.depth.outputs_at_start import outputs_at_start
    from theory.depth.row_law import depth_row_law
    from theory.depth.smoothed_at_depth import smoothed_at_depth
    from theory.depth.three_normals import three_normals
    from theory.depth.wide import wide_layers
else:
    lazily(__name__)

__all__ = [
    "collapse",
    "convolution_rows",
    "depth_row_law",
    "layer_identities",
    "one_sample",
    "output_kept",
    "outputs_at_start",
    "row_independence",
    "smoothed_at_depth",
    "three_normals",
    "wide_layers",
]
