"""Torch modules of your own: the network of the theory that a module is, masks by autograd, predictions beside pruned modules.

All of it needs PyTorch, `pip install torch`; `import sparse_limits.numerics.prediction.modules` alone does not.
"""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.numerics.prediction.modules.pruning import prune_module
    from sparse_limits.numerics.prediction.modules.reading import chain_of
else:
    lazily(__name__)

__all__ = ["chain_of", "prune_module"]
