"""Numbers taken exactly: integers, fractions, and floats as the dyadic rationals that they are."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite
from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError, checked_array

Number: TypeAlias = int | float | Fraction | sp.Rational | np.integer | np.floating
Numbers: TypeAlias = Sequence[Number] | NDArray[Any]


def exact_number(name: str, value: Number) -> Fraction:
    """The number as a fraction, without rounding.

    Raises:
        InputError: for anything that is no int, Fraction, SymPy Rational or finite float.
    """
    if isinstance(value, sp.Rational):
        return Fraction(int(value.p), int(value.q))
    if isinstance(value, Fraction):
        return value
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return Fraction(int(value))
    if isinstance(value, (float, np.floating)) and isfinite(value):
        return Fraction(*value.as_integer_ratio())
    raise InputError(f"{name} = {value!r}: expected an int, a Fraction or a finite float")


def exact_numbers(name: str, values: Numbers) -> tuple[Fraction, ...]:
    """A sequence of numbers as fractions.

    Raises:
        InputError: for anything that is no one-dimensional sequence of such numbers.
    """
    known = isinstance(values, (Sequence, np.ndarray)) and not isinstance(values, (str, bytes))
    if not known or checked_array(name, values).ndim != 1:
        raise InputError(f"{name} = {values!r}: expected a sequence of numbers")
    return tuple(exact_number(f"{name}[{i}]", value) for i, value in enumerate(values))
