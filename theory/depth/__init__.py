"""What pruning keeps of every layer of a deep network."""

from typing import TYPE_CHECKING

from theory.lazy import lazily

if TYPE_CHECKING:
    from theory.depth.convolution import convolution_rows
    from theory.depth.identities import layer_identities
    from theory.depth.independence import row_independence
else:
    lazily(__name__)

__all__ = ["convolution_rows", "layer_identities", "row_independence"]
