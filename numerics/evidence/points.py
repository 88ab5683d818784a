"""Letters and points of what a check asks: which are free, how they are looked up, what they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from sparse_limits.numerics.exact import balls

Point = Mapping[sp.Symbol, sp.Expr]
FINE = 1000  # an end that is no fraction is drawn from to within one in so many


def sorted_letters(*expressions: sp.Basic) -> list[sp.Symbol]:
    """The free symbols of some expressions, in an order that does not depend on the process."""
    return sorted(set().union(*map(balls.free_symbols, expressions)), key=lambda symbol: symbol.sort_key())


def usual_range(symbol: sp.Symbol) -> tuple[object, object]:
    """Ends of moderate size that a symbol's assumptions allow."""
    if symbol.is_integer:
        if symbol.is_nonpositive:
            return (-9, -1) if symbol.is_negative else (-9, 0)
        return (1, 9) if symbol.is_positive else (0, 9) if symbol.is_nonnegative else (-3, 9)
    if symbol.is_nonpositive:
        return -4, sp.Rational(-1, 8)
    return (sp.Rational(1, 8), 4) if symbol.is_positive or symbol.is_nonnegative else (-3, 3)


def inside(end: sp.Expr, direction: int, fine: int = FINE) -> sp.Rational:
    """An end of a range itself, or for one that is no fraction a fraction near it in this direction, within one part in `fine`.

    Examples:
        >>> inside(sp.pi, -1) < sp.pi, inside(sp.Integer(3), -1)
        (True, 3)
    """
    if end.is_rational:
        return sp.Rational(end)
    return sp.Rational(sp.ceiling(fine * end) if direction > 0 else sp.floor(fine * end), fine)


def free_in(where: Mapping[sp.Symbol, object]) -> set[sp.Symbol]:
    """Letters that stay free where others are put in terms of them; of those that are replaced, some that change places."""
    put = list(map(sp.sympify, where.values()))
    if set(put) == set(where):
        return set(where)
    return set().union(*map(balls.free_symbols, put)) - set(where)


def exact_side(side: object) -> sp.Basic:
    """One side of an equation as SymPy has it.

    Raises:
        TypeError: for one that is not exact.
    """
    exact = sp.sympify(side, strict=True)
    if isinstance(exact, sp.MatrixBase):
        exact = sp.ImmutableMatrix(exact)
    if not isinstance(exact, sp.Basic) or exact.atoms(sp.Float) or exact is sp.nan:
        raise TypeError(f"{side!r:.60} is not exact")
    return exact


def gaps(left: sp.Basic, right: sp.Basic) -> list[sp.Expr | None]:
    """The differences of two sides, of matrices entry by entry, where they are not the same; None for a pair that has none."""
    if left == right:
        return []
    matrices = isinstance(left, sp.MatrixBase) and isinstance(right, sp.MatrixBase) and left.shape == right.shape
    pairs = zip(left.flat(), right.flat(), strict=True) if matrices else [(left, right)]
    return [a - b if _is_number(a) and _is_number(b) else None for a, b in pairs]


def _is_number(side: sp.Basic) -> bool:
    return isinstance(side, sp.Expr) and not isinstance(side, sp.MatrixBase)


def as_key(points: Sequence[Point] | None) -> object:
    """Points, to be looked up."""
    return None if points is None else tuple(tuple(point.items()) for point in points)


def located(point: Point) -> str:
    return " at " + ", ".join(f"{_written(s)} = {_written(x)}" for s, x in point.items()) if point else ""


def _written(part: sp.Basic) -> str:
    """The text of a letter or a value; of a name and of a rational number without SymPy's printer."""
    if isinstance(part, sp.Rational):
        return str(part.p) if part.q == 1 else f"{part.p}/{part.q}"
    return part.name if type(part) is sp.Symbol else str(part)


def count_of(points: Sequence[object]) -> str:
    return "one point" if len(points) == 1 else f"{len(points)} points"


def cells_of(count: int) -> str:
    return "one cell" if count == 1 else f"{count} cells"
