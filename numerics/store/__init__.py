"""Results on disk, each under a key of all that it depends on, so that nothing is computed twice while it is still true."""

from sparse_limits.numerics.store.files import Place, Store, store_at
from sparse_limits.numerics.store.tasks import run_stored, stored

__all__ = ["Place", "Store", "run_stored", "store_at", "stored"]
