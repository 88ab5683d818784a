"""Finite sums that need not be taken to their end."""

from __future__ import annotations

import sympy as sp


class BracketedSum(sp.Sum):
    """A finite sum that lies between any two successive partial sums, as by Bonferroni's inequalities.

    It is a `Sum` in every respect, but the enclosure of one of many terms ends at the first that no longer matters:
    whoever writes it vouches for the bracket, and such an enclosure says that it is vouched.
    """
