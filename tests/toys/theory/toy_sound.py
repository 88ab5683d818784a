"""Claims that hold, with checks that would notice if they did not."""

from __future__ import annotations

import sympy as sp
from toys.claims import toy

from sparse_limits.theory.quantities import UNIT, Quantity

a, b = sp.symbols("a b", positive=True)
q = sp.Symbol("q", positive=True)

square = toy("Z1", {"expansion": a**2 + 2 * a * b + b**2}, statement=r"$(a+b)^2=[[expansion]]$, for $a<b$ & all that.")
coin = toy(
    "Z2",
    {"heads": q},
    statement="Heads with probability $[[heads]]$.",
    uses=("Z1",),
    quantities=(Quantity(q, "probability of heads", UNIT),),
)
