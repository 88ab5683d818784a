"""The symbols that the claims about masks and graphons share."""

from __future__ import annotations

import sympy as sp

m, n = sp.symbols("m n", integer=True, positive=True)  # rows and columns of a mask
delta = sp.Symbol("delta", positive=True)  # probability that a bound fails
s = sp.Symbol("s", positive=True)  # a deviation
p = sp.Symbol("p", positive=True)  # probability of an entry
variance = sp.Symbol("V", positive=True)  # mean of P(1 − P) over the entries

SIZES = {m: (3, 60), n: (3, 60)}
SHARES = {delta: (sp.Rational(1, 100), sp.Rational(1, 2)), p: (sp.Rational(1, 20), sp.Rational(19, 20))}
