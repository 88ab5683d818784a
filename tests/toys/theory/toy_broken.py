"""Claims that are wrong, or whose evidence is."""

from __future__ import annotations

import sympy as sp
from toys.claims import toy

a = sp.Symbol("a", positive=True)

false = toy("Z10", {"value": a + 1})  # the check says a
hollow = toy("Z11", {"value": a})
erring_control = toy("Z12", {"value": a})
raising = toy("Z13", {"value": a})
lucky = toy("Z14", {"value": sp.Rational(1, 2)})
greedy = toy("Z15", {"value": sp.Rational(1, 2)})
weak = toy("Z16", {"value": a})
silent = toy("Z17", {"value": a})
undecided = toy("Z18", {"value": a})
half_checked = toy("Z19", {"value": a, "forgotten": 2 * a})
unchecked = toy("Z20", {"value": a})
unlucky = toy("Z21", {"value": sp.Rational(1, 2)})  # the coin of its check is not fair
