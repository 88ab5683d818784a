"""Copies of a linear unit on one data point, whose flow has a closed form: an example beside the bounds of L16.

M copies θ of one unit, θ = 1 at first, are trained towards A with the readout 0 at first. All copies do the same: a = sinh u,
θ = cosh u, and the output is M sinh(2u)/2.
"""

import sympy as sp


def time_to(copies: sp.Expr, target: sp.Expr, output: sp.Expr) -> sp.Expr:
    """The time at which the output is what it is.

    Examples:
        >>> time_to(sp.Integer(12), sp.Integer(3), sp.Integer(0))
        0
    """
    speed, before, after = _growth(copies, target, output)
    return sp.log(after / before) / speed


def moved_together(copies: sp.Expr, target: sp.Expr, output: sp.Expr, time: sp.Expr) -> sp.Piecewise:
    """How many copies have moved further by a time than where the output is what it is; none, if it is not below the target.

    Examples:
        >>> M, A = sp.Integer(12), sp.Integer(3)
        >>> [moved_together(M, A, output, sp.Integer(1)) for output in (A / 2, A)]
        [12, 0]
    """
    speed, before, after = _growth(copies, target, output)
    return all_or_none(copies, before * sp.exp(speed * time) > after)


def all_or_none(copies: sp.Expr, moved: sp.Basic) -> sp.Piecewise:
    """The number of copies that have moved, as all move alike."""
    return sp.Piecewise((copies, moved), (0, True))


def _growth(copies: sp.Expr, target: sp.Expr, output: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """The rate of a growth without bound, and two numbers: by the time of the output the first has grown to the second."""
    speed, root = (sp.sqrt(copies**2 + 4 * level**2) for level in (target, output))
    after = target * (copies**2 + 4 * target * output + speed * root)
    return speed, (target - output) * copies * (copies + speed), after


def distance_at(copies: sp.Expr, output: sp.Expr) -> sp.Expr:
    """By how much each copy has moved, cosh u − 1.

    Examples:
        >>> distance_at(sp.Integer(3), sp.Integer(2))
        -1 + 2*sqrt(3)/3
    """
    return sp.sqrt((1 + sp.sqrt(copies**2 + 4 * output**2) / copies) / 2) - 1


def output_at(copies: sp.Expr, distance: sp.Expr) -> sp.Expr:
    """The output when each copy has moved so far, M sinh u cosh u.

    Examples:
        >>> distance_at(sp.Integer(3), output_at(sp.Integer(3), sp.Integer(2)))
        2
    """
    return copies * (1 + distance) * sp.sqrt((1 + distance) ** 2 - 1)
