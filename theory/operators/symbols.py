"""The symbols that the claims about operators share."""

from __future__ import annotations

import sympy as sp

cut = sp.Symbol("c", nonnegative=True)  # a cut norm
CUTS = {cut: (sp.Rational(1, 50), 1)}
