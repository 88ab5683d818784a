"""How often Python looks for garbage in cycles: seldom, since formulas are many objects that live as long as the process.

And how memory that was used goes back to the system.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import sys

# After so many Python looks. After 700, its default, a tenth of the time of the ledger goes there, after 50 000 a thirtieth;
# what waits meanwhile is a twentieth of the memory of a run in one process (60 of 1100 MB).
NEW_OBJECTS = 500_000


def collect_seldom() -> None:
    """Let this process look for garbage after `NEW_OBJECTS` new objects, and not once more when it ends.

    What it holds then goes back to the system anyway; looking through SymPy's objects is a third of the time of `show`.
    """
    gc.set_threshold(NEW_OBJECTS)
    atexit.register(gc.freeze)


def release_memory() -> None:
    """Return memory that nothing uses to the system: cycles may hold large arrays, and the C library of Linux may keep their room."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
