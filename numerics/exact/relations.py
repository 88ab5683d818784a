"""Whether a relation between letters holds at a point: by balls, and by algebra where its two sides are equal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sympy as sp


def holds(relation: sp.Basic, point: Mapping[sp.Symbol, sp.Expr]) -> bool:
    """Decide a relation at a point that gives a value to each of its letters.

    An inequality is decided by a ball around the difference of its sides; what is left (equal sides, =, ≠, and, or) by
    SymPy, which cannot be asked first: rational powers such as (11/10)^(617/500) are too large for it.

    Examples:
        >>> import sympy as sp
        >>> base, power = sp.symbols("base power", positive=True)
        >>> holds(base**power <= 2, {base: sp.Rational(11, 10), power: sp.Rational(1234, 997)})
        True
        >>> holds(base**power < 4, {base: sp.Integer(2), power: sp.Integer(2)})
        False
        >>> holds(sp.log(base) / sp.log(2) <= power, {base: sp.Integer(8), power: sp.Integer(3)})
        True
    """
    import sympy as sp

    from sparse_limits.numerics.exact import balls
    from sparse_limits.numerics.exact.identities import simplified
    from sparse_limits.theory.formulas.valued import valued

    if isinstance(relation, (sp.Ge, sp.Gt, sp.Le, sp.Lt)):
        try:
            gap = balls.enclose(relation.gts - relation.lts, point, highest=512)
        except balls.NoEnclosureError:
            pass
        else:
            if gap.imag.contains(0) and not gap.real.contains(0):
                return bool(gap.real > 0)
            if not isinstance(valued(relation, point), sp.logic.boolalg.BooleanAtom):  # log 8/log 2 ≤ 3 to SymPy
                equal = simplified(valued(relation.gts - relation.lts, point)) == 0
                return equal and isinstance(relation, (sp.Ge, sp.Le))
    return bool(valued(relation, point) == sp.true)
