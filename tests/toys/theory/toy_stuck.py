"""Claims whose checks never end, beside two that are sound."""

from __future__ import annotations

import sympy as sp
from toys.claims import toy

a = sp.Symbol("a", positive=True)

looping = toy("Z30", {"value": a})
sleeping = toy("Z31", {"value": a})
sound = toy("Z32", {"value": a})
also_sound = toy("Z33", {"value": a})
