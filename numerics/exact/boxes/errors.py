"""What the prover says about a question that it cannot take, and of a cell that it cannot evaluate."""

from __future__ import annotations

from sparse_limits.theory.input_error import InputError


class BoxError(InputError):
    """The question cannot be put: a node without a rule on boxes, a range that is missing or not exact, and the like.

    Examples:
        >>> import sympy as sp
        >>> from sparse_limits.numerics.exact.boxes import prove
        >>> x = sp.Symbol("x")
        >>> try:
        ...     prove(0, sp.floor(x), within={x: (0, 1)})
        ... except BoxError as error:
        ...     print(error)
        floor(x) has no rule on boxes
    """


class OutsideError(ArithmeticError):
    """On a cell an operation may be undefined or not real: no proof, and no refutation either."""
