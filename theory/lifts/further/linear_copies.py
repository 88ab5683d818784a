"""Copies of a linear unit on one data point, whose flow has a closed form: an example beside the bounds of L16.

M copies θ of one unit, θ = 1 at first, are trained towards A with the readout 0 at first. All copies do the same: a = sinh u,
θ = cosh u, and the output is M sinh(2u)/2.
"""

from __future__ import annotations

import sympy as sp


def time_to(copies: sp.Expr, target: sp.Expr, output: sp.Expr) -> sp.Expr:
    """The time at which the output is what it is.

    Examples:
        >>> time_to(sp.Integer(12), sp.Integer(3), sp.Integer(0))
        0
    """
    speed, root = (sp.sqrt(copies**2 + 4 * level**2) for level in (target, output))
    swept = target * (copies**2 + 4 * target * output + speed * root)
    return sp.log(swept / ((target - output) * copies * (copies + speed))) / speed


def distance_at(copies: sp.Expr, output: sp.Expr) -> sp.Expr:
    """By how much each copy has moved, cosh u − 1.

    Examples:
        >>> distance_at(sp.Integer(3), sp.Integer(2))
        -1 + 2*sqrt(3)/3
    """
    return sp.sqrt((1 + sp.sqrt(copies**2 + 4 * output**2) / copies) / 2) - 1
